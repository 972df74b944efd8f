//! Commission over the API: rules, looks at months, amendments, settings.

use diesel::connection::SimpleConnection as _;
use ratiba_access::Role;
use ratiba_system::ClockAuthority;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::World;
use system_tests::programs::Programs;
use time::macros::datetime;

const RULES: &str = "/api/v1/commission/rules";

async fn get(world: &World, path: &str) -> Value {
    let (status, body) = world.call(Method::GET, path, None).await;
    assert_eq!(status, StatusCode::OK, "{path}: {body}");
    body
}

fn waxing(from: &str, basis_points: i64) -> Value {
    json!({
        "service_category": "waxing", "rule_type": "pct", "value": { "rate_basis_points": basis_points },
        "valid_from": from,
    })
}

#[tokio::test]
async fn rules_are_added_replaced_and_taken_away_and_each_fault_has_its_path() {
    let world = World::new().await;
    let wrong = json!({
        "service_category": "waxing", "rule_type": "tiered", "valid_from": "2026-06-01", "valid_to": "2026-06-01",
        "value": { "method": "marginal", "bands": [
            { "from": 0, "to": 10_000, "rate_basis_points": 1000 },
            { "from": 10_100, "rate_basis_points": 10_001 },
        ]},
    });
    let (status, refused) = world.call(Method::POST, RULES, Some(wrong)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{refused}");
    let told = refused.to_string();
    assert!(
        told.contains("value.bands[1].rate_basis_points") && told.contains("valid_to"),
        "{told}"
    );
    let (status, first) = world
        .call(Method::POST, RULES, Some(waxing("2026-06-01", 1_000)))
        .await;
    assert_eq!(status, StatusCode::CREATED, "{first}");
    let (status, twice) = world
        .call(Method::POST, RULES, Some(waxing("2026-07-01", 1_200)))
        .await;
    assert_eq!(status, StatusCode::CONFLICT, "{twice}");
    let mut next = waxing("2026-07-01", 1_200);
    next["replaces"] = first["id"].clone();
    let (status, next) = world.call(Method::POST, RULES, Some(next)).await;
    assert_eq!(status, StatusCode::CREATED, "{next}");
    let path = format!("{RULES}/{}", next["id"].as_str().unwrap());
    let (status, gone) = world.call(Method::DELETE, &path, None).await;
    assert_eq!(status, StatusCode::NO_CONTENT, "{gone}");
    let listed = get(&world, RULES).await;
    let rules = listed["rules"].as_array().unwrap();
    let left: Vec<&Value> = rules
        .iter()
        .filter(|rule| rule["service_category"] == "waxing")
        .collect();
    assert_eq!((left.len(), &left[0]["valid_to"]), (1, &json!("2026-07-01")));
}

#[tokio::test]
async fn a_rule_that_reaches_into_a_frozen_month_is_refused_and_the_way_to_an_amendment_named() {
    let world = World::new().await;
    world.jump(datetime!(2026-06-01 03:00 +3)).await;
    let (status, refused) = world
        .call(Method::POST, RULES, Some(waxing("2026-05-15", 1_000)))
        .await;
    assert_eq!(
        (status, &refused["type"]),
        (StatusCode::CONFLICT, &json!("/problems/period-frozen")),
        "{refused}"
    );
    let way = refused["amendments"].as_str().unwrap();
    let april = json!({ "month": "2026-04" });
    let (status, closed) = world
        .call(Method::POST, "/api/v1/commission/closes", Some(april))
        .await;
    assert_eq!(status, StatusCode::OK, "{closed}");
    let mut rule = waxing("2026-04-01", 9_000);
    rule["service_category"] = json!("massage");
    let body = json!({ "month": "2026-04", "rules": [rule] });
    let (status, proposals) = world.call(Method::POST, way, Some(body.clone())).await;
    assert_eq!(status, StatusCode::OK, "{proposals}");
    let first = &proposals["amendments"][0];
    assert!(
        first["commission"]["amount_minor"].as_i64() > Some(0),
        "{proposals}"
    );
    // Whoever approves it names the same rule.
    let amendments = "/api/v1/commission/amendments";
    let mut approval = json!({
        "month": "2026-04", "staff_id": first["staff_id"], "content_hash": first["content_hash"], "rules": body["rules"],
    });
    let (status, refused) = world.call(Method::POST, amendments, Some(approval.clone())).await;
    assert_eq!(
        (status, &refused["errors"][0]["field"]),
        (StatusCode::BAD_REQUEST, &json!("rules")),
        "{refused}"
    );
    approval["basis"] = json!("anew");
    let (status, amended) = world.call(Method::POST, amendments, Some(approval)).await;
    assert_eq!(
        (status, &amended["commission"]),
        (StatusCode::CREATED, &first["commission"]),
        "{amended}"
    );
}

#[tokio::test]
async fn any_month_can_be_looked_at_and_tried_with_other_rules() {
    let world = World::new().await;
    let preview = get(&world, "/api/v1/commission/preview?month=2026-05").await;
    assert_eq!(preview["is_over"], json!(false));
    let people = preview["staff"].as_array().unwrap().len();
    let body = json!({ "months": ["2026-04", "2026-05"], "rules": [waxing("2026-01-01", 1_000)] });
    let (status, tried) = world
        .call(Method::POST, "/api/v1/commission/what-if", Some(body))
        .await;
    assert_eq!(status, StatusCode::OK, "{tried}");
    assert_eq!(tried["months"][1]["staff"].as_array().unwrap().len(), people);
    assert_eq!(
        world.count("SELECT count(*) FROM commission_rules WHERE service_category = 'waxing'"),
        0
    );
}

#[tokio::test]
async fn a_rule_of_a_stranger_is_refused_with_its_place_also_where_it_is_only_tried() {
    let world = World::new().await;
    let stranger = "00000000-0000-4000-8000-0000000000ff";
    let rule = json!({
        "staff_id": stranger, "rule_type": "pct", "value": { "rate_basis_points": 1000 }, "valid_from": "2026-06-01",
    });
    let tried = json!({ "months": ["2026-05"], "rules": [waxing("2026-01-01", 1_000), rule] });
    for (path, body, field) in [
        (RULES, rule.clone(), "staff_id"),
        ("/api/v1/commission/what-if", tried, "rules[1].staff_id"),
    ] {
        let (status, refused) = world.call(Method::POST, path, Some(body)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{path}: {refused}");
        assert_eq!(refused["errors"][0]["field"], json!(field), "{path}: {refused}");
    }
}

#[tokio::test]
async fn a_rule_ends_no_rule_of_another_person_or_category() {
    let world = World::new().await;
    let (status, first) = world
        .call(Method::POST, RULES, Some(waxing("2026-06-01", 1_000)))
        .await;
    assert_eq!(status, StatusCode::CREATED, "{first}");
    let mut other = waxing("2026-07-01", 1_200);
    other["service_category"] = json!("brows");
    other["replaces"] = first["id"].clone();
    let (status, refused) = world.call(Method::POST, RULES, Some(other)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{refused}");
    assert_eq!(refused["errors"][0]["field"], json!("replaces"), "{refused}");
}

#[tokio::test]
async fn settings_are_replaced_at_the_version_that_was_seen() {
    let world = World::new().await;
    let path = "/api/v1/settings/commission";
    let mut settings = get(&world, path).await;
    settings["close_mode"] = json!("review");
    settings["clawback_floor_minor"] = json!(100_000);
    let version = json!(1);
    let (status, put) = world.call_at(&version, Method::PUT, path, settings.clone()).await;
    assert_eq!((status, &put), (StatusCode::OK, &settings));
    let (status, stale) = world.call_at(&version, Method::PUT, path, settings.clone()).await;
    assert_eq!(stale["type"], json!("/problems/stale"), "{status} {stale}");
    world.jump(datetime!(2026-06-01 03:00 +3)).await;
    let drafts = get(&world, "/api/v1/commission/drafts").await;
    let months: Vec<&Value> = drafts["drafts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|draft| &draft["month"])
        .collect();
    assert!(months.contains(&&json!("2026-05")), "{drafts}");
    // Whoever closes it says what they looked at.
    let closes = "/api/v1/commission/closes";
    let close = async |hash: Option<&Value>| {
        let mut body = json!({ "month": "2026-05" });
        if let Some(hash) = hash {
            body["content_hash"] = hash.clone();
        }
        world.call(Method::POST, closes, Some(body)).await
    };
    let (status, unseen) = close(None).await;
    assert_eq!(
        (status, &unseen["errors"][0]["field"]),
        (StatusCode::BAD_REQUEST, &json!("content_hash")),
        "{unseen}"
    );
    let (_, other) = close(Some(&json!("0".repeat(64)))).await;
    assert_eq!(other["type"], json!("/problems/stale"), "{other}");
    let preview = get(&world, "/api/v1/commission/preview?month=2026-05").await;
    let (status, closed) = close(Some(&preview["content_hash"])).await;
    assert_eq!(
        (status, &closed["outcome"]),
        (StatusCode::OK, &json!("frozen")),
        "{closed}"
    );
}

#[tokio::test]
async fn the_front_desk_sees_everybodys_day_and_nobody_elses_pay() {
    let world = World::new().await;
    let close = json!({ "month": "2026-04" });
    let (status, closed) = world
        .call(Method::POST, "/api/v1/commission/closes", Some(close))
        .await;
    assert_eq!(status, StatusCode::OK, "{closed}");
    let document = closed["periods"][0]["id"].as_str().unwrap().to_owned();
    let somebody = closed["periods"][0]["staff_id"].clone();
    let settings_path = "/api/v1/settings/commission";
    let mut settings = get(&world, settings_path).await;
    settings["guarantees"] = json!([{ "staff_id": somebody, "per": "period", "amount_minor": 2_500_000 }]);
    let (status, put) = world
        .call_at(&json!(1), Method::PUT, settings_path, settings)
        .await;
    assert_eq!(status, StatusCode::OK, "{put}");

    let desk = world.token(Role::Receptionist).await;
    let see = async |path: &str| world.call_as(&desk, Method::GET, path, None).await;
    for (path, list) in [
        ("/api/v1/commission/periods?month=2026-04", "periods"),
        ("/api/v1/commission/preview?month=2026-05", "staff"),
        ("/api/v1/commission/rules", "rules"),
        ("/api/v1/commission/disputes?all=true", "items"),
        (settings_path, "guarantees"),
    ] {
        let all = get(&world, path).await;
        assert!(
            list == "items" || !all[list].as_array().unwrap().is_empty(),
            "{all}"
        );
        let (status, seen) = see(path).await;
        assert_eq!((status, &seen[list]), (StatusCode::OK, &json!([])), "{path}");
    }
    let path = format!("/api/v1/commission/periods/{document}");
    for path in [path.clone(), format!("{path}/statement?format=csv")] {
        assert_eq!(see(&path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    let dispute = json!({ "line": 1, "reason": "not mine" });
    let (status, _) = world
        .call_as(&desk, Method::POST, &format!("{path}/disputes"), Some(dispute))
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    for path in [
        "/api/v1/staff",
        "/api/v1/appointments?date=2026-05-13",
        "/api/v1/till/tips",
    ] {
        let (status, seen) = see(path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {seen}");
    }
}

#[tokio::test]
async fn a_month_that_cannot_be_computed_keeps_no_other_open_and_is_closed_once_it_is_put_right() {
    let world = World::new().await;
    let april = json!({ "month": "2026-04" });
    let (status, closed) = world
        .call(Method::POST, "/api/v1/commission/closes", Some(april))
        .await;
    assert_eq!(status, StatusCode::OK, "{closed}");
    super::tips::finished(&world).await;
    world.execute("UPDATE appointments SET currency = 'UGX' WHERE state = 'completed'");
    let frozen = |month: &str| {
        world.count(&format!(
            "SELECT count(*) FROM commission_period WHERE period_start = '{month}-01'"
        )) > 0
    };
    world.jump(datetime!(2026-06-01 03:00 +3)).await;
    assert!(!frozen("2026-05"));
    world.jump(datetime!(2026-07-01 03:00 +3)).await;
    assert!(frozen("2026-06") && !frozen("2026-05"));
    let told = world.text(
        "SELECT string_agg(last_error, ' ') AS text FROM jobs WHERE state = 'dead' AND kind = 'schedule.commission_close'",
    );
    assert!(told.contains("2026-05"), "{told}");
    world.execute("UPDATE appointments SET currency = 'KES' WHERE state = 'completed'");
    world.jump(datetime!(2026-08-01 03:00 +3)).await;
    assert!(frozen("2026-07") && frozen("2026-05"));
}

/// Where a close is held until its worker is killed.
enum Held {
    /// Inside of the transaction that freezes, before it writes to this table.
    Freezing(&'static str),
    /// All is frozen, and that the month agrees is not noted yet.
    Noting,
    /// All is frozen and noted, and that the schedule went well is not.
    Succeeding,
}

impl Held {
    const ALL: [Self; 5] = [
        Self::Freezing("commission_period"),
        Self::Freezing("commission_line"),
        Self::Freezing("outbox"),
        Self::Noting,
        Self::Succeeding,
    ];

    const fn name(&self) -> &'static str {
        match self {
            Self::Freezing(table) => table,
            Self::Noting => "commission_agreed",
            Self::Succeeding => "schedules",
        }
    }

    const fn is_frozen(&self) -> bool {
        matches!(self, Self::Noting | Self::Succeeding)
    }

    /// What the holder does in its transaction.
    fn hold(&self) -> String {
        match self {
            Self::Freezing(_) | Self::Noting => format!("LOCK TABLE {} IN EXCLUSIVE MODE", self.name()),
            Self::Succeeding => "SELECT pg_advisory_xact_lock(20260601)".to_owned(),
        }
    }

    /// Whether a close waits for the holder.
    fn is_reached(&self, world: &World) -> bool {
        let waits = "SELECT count(*) FROM pg_locks w
            WHERE NOT w.granted AND w.database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        let here = match self {
            Self::Freezing(table) => format!(
                "AND w.relation = '{table}'::regclass
                 AND EXISTS (SELECT FROM pg_locks h WHERE h.pid = w.pid AND h.locktype = 'advisory' AND h.granted)"
            ),
            Self::Noting => "AND w.relation = 'commission_agreed'::regclass".to_owned(),
            Self::Succeeding => "AND w.locktype = 'advisory' AND w.objid = 20260601".to_owned(),
        };
        world.count(&format!("{waits} {here}")) > 0
    }
}

/// Lets whoever notes that a close went well wait for the holder.
const SUCCESS_WAITS: &str = "
    CREATE FUNCTION success_waits() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_advisory_xact_lock(20260601); RETURN NEW; END $$;
    CREATE TRIGGER success_waits BEFORE UPDATE OF last_success_at ON schedules
        FOR EACH ROW WHEN (NEW.name = 'commission_close') EXECUTE FUNCTION success_waits()";

async fn until(what: &str, done: impl Fn() -> bool) {
    let mut ticks = tokio::time::interval(std::time::Duration::from_millis(100));
    for _tick in 0..1_200 {
        ticks.tick().await;
        if done() {
            return;
        }
    }
    panic!("{what} never came");
}

/// The worker is killed before the first figure is written, between figures and lines, between lines and event, after all is
/// frozen and before that is noted, and before the schedule is told that it went well; two others take over at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_close_that_is_killed_at_any_point_is_made_once_by_two_workers() {
    for held in Held::ALL {
        let table = held.name();
        let world = World::new().await;
        super::tips::finished(&world).await;
        let team = world.count("SELECT count(*) FROM staff WHERE active");
        let clock = ClockAuthority::start(world.clock.clone(), "127.0.0.1:0".parse().unwrap()).unwrap();
        let mut programs = Programs::start(&world, &clock, 0, 0).await;
        programs.add_worker(&world, &clock).await;
        let mut holder = world.database.connect_as_administrator();
        holder.batch_execute(SUCCESS_WAITS).unwrap();
        holder.batch_execute(&format!("BEGIN; {}", held.hold())).unwrap();
        clock.move_to(datetime!(2026-06-01 02:01 +3));
        until("the close", || held.is_reached(&world)).await;
        programs.kill();
        holder.batch_execute("ROLLBACK").unwrap();
        let closes = "SELECT count(*) FROM commission_period WHERE type = 'close'";
        let there = if held.is_frozen() { team } else { 0 };
        assert_eq!(
            world.count(closes),
            there,
            "{table}: all of it is there, or nothing"
        );
        for _worker in 0..2 {
            programs.add_worker(&world, &clock).await;
        }
        let left = "SELECT count(*) FROM jobs WHERE kind = 'schedule.commission_close' AND state <> 'dead'";
        let done =
            "SELECT count(*) FROM schedules WHERE name = 'commission_close' AND last_success_at IS NOT NULL";
        until("the end of the close", || {
            world.count(closes) > 0 && world.count(left) == 0 && world.count(done) > 0
        })
        .await;
        drop(programs);
        assert_eq!(world.count(closes), team, "{table}: one for each person");
        assert_eq!(world.count("SELECT count(*) FROM commission_line"), 1, "{table}");
        let events =
            "SELECT count(*) FROM outbox WHERE topic = 'commission' AND payload ->> 'type' = 'month_frozen'";
        assert_eq!(world.count(events), 1, "{table}");
        assert_eq!(
            world.count("SELECT count(*) FROM jobs WHERE state = 'dead'"),
            0,
            "{table}"
        );
    }
}
