//! The life of an appointment over the API: every step, and every step that its state does not allow.

use ratiba_access::Role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::{ASHA, World};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::datetime;

const CONFLICT: (StatusCode, &str) = (StatusCode::CONFLICT, "illegal-transition");

/// A salon with a customer, and a service that one named person renders.
struct Salon {
    world: World,
    customer: String,
    service: String,
    staff: String,
}

impl Salon {
    async fn new() -> Self {
        let world = World::new().await;
        world.say(ASHA, "hello").await;
        world.work().await;
        let customer = world.text("SELECT id::text AS text FROM customers WHERE phone = '+254700000123'");
        let service = world.text("SELECT id::text AS text FROM services WHERE name = 'Swedish massage 60'");
        let staff = world.text("SELECT id::text AS text FROM staff WHERE name = 'Wanjiru'");
        assert!(![&customer, &service, &staff].iter().any(|id| id.is_empty()));
        Self {
            world,
            customer,
            service,
            staff,
        }
    }

    async fn change_rules(&self, change: impl FnOnce(&mut Value)) {
        let path = "/api/v1/settings/booking";
        let (_, known) = self.world.call(Method::GET, path, None).await;
        let mut body = json!({ "zone": known["zone"], "rules": known["rules"] });
        change(&mut body["rules"]);
        let (status, changed) = self
            .world
            .call_at(&known["version"], Method::PUT, path, body)
            .await;
        assert_eq!(status, StatusCode::OK, "{changed}");
    }

    async fn order(&self, key: &str, start: &str, change: impl FnOnce(&mut Value)) -> (StatusCode, Value) {
        let mut body = json!({
            "customer_id": self.customer, "start": start, "without_deposit": true,
            "parts": [{ "service_id": self.service, "staff_id": self.staff }],
        });
        change(&mut body);
        self.world
            .order(&self.world.api, "/api/v1/visits", key, &body)
            .await
    }

    /// A booking that nothing is asked for.
    async fn book(&self, key: &str, start: &str) -> Booked {
        let (status, visit) = self.order(key, start, |_| {}).await;
        assert_eq!(status, StatusCode::CREATED, "{visit}");
        Booked::of(&visit)
    }

    /// A step, which is a POST unless it takes something back.
    async fn step(&self, path: &str, body: Value) -> (StatusCode, Value) {
        let (method, path) = match path.strip_prefix("undo ") {
            Some(path) => (Method::DELETE, path),
            None => (Method::POST, path),
        };
        let body = (method == Method::POST).then_some(body);
        self.world.call(method, path, body).await
    }

    async fn state_after(&self, path: &str, body: Value) -> String {
        let (status, answer) = self.step(path, body).await;
        assert_eq!(status, StatusCode::OK, "{path}: {answer}");
        answer["state"].as_str().unwrap().to_owned()
    }

    /// The steps are refused like this and change nothing.
    async fn refuses(&self, booked: &Booked, steps: &[(&str, Value)], (status, kind): (StatusCode, &str)) {
        let before = self.shown(booked).await;
        for (step, body) in steps {
            let path = booked.path(step);
            let (answered, problem) = self.step(&path, body.clone()).await;
            assert_eq!(
                (answered, &problem["type"]),
                (status, &json!(format!("/problems/{kind}"))),
                "{path} {body}: {problem}"
            );
        }
        assert_eq!(self.shown(booked).await, before);
    }

    async fn shown(&self, booked: &Booked) -> Value {
        let (status, shown) = self.world.call(Method::GET, &booked.path(""), None).await;
        assert_eq!(status, StatusCode::OK, "{shown}");
        shown
    }
}

/// An appointment and its visit.
struct Booked {
    appointment: String,
    visit: String,
}

impl Booked {
    fn of(visit: &Value) -> Self {
        Self {
            appointment: visit["appointments"][0]["id"].as_str().unwrap().to_owned(),
            visit: visit["id"].as_str().unwrap().to_owned(),
        }
    }

    /// The path of a step of the appointment, or, beginning with `visit/`, of its visit.
    fn path(&self, step: &str) -> String {
        let (undo, step) = step
            .strip_prefix("undo ")
            .map_or(("", step), |step| ("undo ", step));
        let path = match step.strip_prefix("visit/") {
            Some(step) => format!("/api/v1/visits/{}/{step}", self.visit),
            None => format!("/api/v1/appointments/{}/{step}", self.appointment),
        };
        format!("{undo}{}", path.trim_end_matches('/'))
    }
}

fn shown(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap()
}

fn moved_to(start: &str, by: &str) -> Value {
    json!({ "start": start, "by": by })
}

#[tokio::test]
async fn a_visit_is_checked_in_begun_and_finished_in_this_order_only() {
    let salon = Salon::new().await;
    let start = "2026-05-13T10:00:00+03:00";
    let booked = salon.book("k1", start).await;
    let begun = [
        ("check-in", json!({})),
        ("undo check-in", Value::Null),
        ("undo no-show", Value::Null),
        ("finish", json!({})),
        ("no-show", json!({})),
    ];
    salon.refuses(&booked, &begun, CONFLICT).await;
    let early = json!({ "at": "2026-05-13T09:00:00+03:00" });
    let unacceptable = (StatusCode::UNPROCESSABLE_ENTITY, "unacceptable");
    salon.refuses(&booked, &[("start", early)], unacceptable).await;

    salon.world.jump(datetime!(2026-05-13 09:55 +3)).await;
    for state in ["checked_in", "checked_in"] {
        assert_eq!(
            salon.state_after(&booked.path("check-in"), json!({})).await,
            state
        );
    }
    let undo = booked.path("undo check-in");
    assert_eq!(salon.state_after(&undo, Value::Null).await, "confirmed");
    salon
        .refuses(&booked, &[("undo check-in", Value::Null)], CONFLICT)
        .await;
    assert_eq!(
        salon.state_after(&booked.path("check-in"), json!({})).await,
        "checked_in"
    );

    salon.world.jump(datetime!(2026-05-13 10:02 +3)).await;
    for state in ["in_progress", "in_progress"] {
        assert_eq!(salon.state_after(&booked.path("start"), json!({})).await, state);
    }
    let later = "2026-05-13T15:00:00+03:00";
    let under_way = [
        ("check-in", json!({})),
        ("no-show", json!({})),
        ("cancel", json!({ "by": "business" })),
        ("visit/cancel", json!({ "by": "business" })),
        ("move", moved_to(later, "business")),
        ("visit/move", moved_to(later, "business")),
        ("visit/accept", json!({})),
        ("visit/counter-offer", json!({ "start": later })),
    ];
    salon.refuses(&booked, &under_way, CONFLICT).await;
    let before_it_began = json!({ "at": "2026-05-13T10:00:00+03:00" });
    let not_yet = json!({ "at": "2026-05-13T11:00:00+03:00" });
    let impossible = [("finish", before_it_began), ("finish", not_yet)];
    salon.refuses(&booked, &impossible, unacceptable).await;

    salon.world.jump(datetime!(2026-05-13 11:05 +3)).await;
    let ended = json!({ "at": shown(datetime!(2026-05-13 11:01 +3)) });
    assert_eq!(
        salon.state_after(&booked.path("finish"), ended).await,
        "completed"
    );
    assert_eq!(
        salon.state_after(&booked.path("finish"), json!({})).await,
        "completed"
    );
    let over = [
        ("check-in", json!({})),
        ("no-show", json!({})),
        ("cancel", json!({ "by": "customer" })),
        ("move", moved_to(later, "business")),
    ];
    salon.refuses(&booked, &over, CONFLICT).await;
    let shown = salon.shown(&booked).await;
    assert_eq!(shown["actuals"]["end"], "2026-05-13T11:01:00+03:00");
}

#[tokio::test]
async fn a_no_show_waits_for_the_grace_and_is_taken_back_while_its_time_is_free() {
    let salon = Salon::new().await;
    salon
        .change_rules(|rules| rules["cancellation"]["no_show_fee"] = json!(5_000))
        .await;
    let start = "2026-05-13T10:00:00+03:00";
    let booked = salon.book("k1", start).await;
    salon.world.jump(datetime!(2026-05-13 10:10 +3)).await;
    let (status, problem) = salon.step(&booked.path("no-show"), json!({})).await;
    assert_eq!(
        (status, &problem["type"]),
        (StatusCode::CONFLICT, &json!("/problems/illegal-transition"))
    );
    assert_eq!(problem["from"], "2026-05-13T10:15:00+03:00");

    salon.world.jump(datetime!(2026-05-13 10:15 +3)).await;
    let (status, missed) = salon.step(&booked.path("no-show"), json!({})).await;
    assert_eq!((status, &missed["state"]), (StatusCode::OK, &json!("no_show")));
    assert_eq!(missed["fee"]["amount_minor"], 175_000, "half of the price");
    assert_eq!(
        salon.state_after(&booked.path("no-show"), json!({})).await,
        "no_show"
    );
    let undo = booked.path("undo no-show");
    assert_eq!(salon.state_after(&undo, Value::Null).await, "confirmed");
    salon
        .refuses(&booked, &[("undo no-show", Value::Null)], CONFLICT)
        .await;
    assert_eq!(
        salon.state_after(&booked.path("no-show"), json!({})).await,
        "no_show"
    );
    let gone = [
        ("check-in", json!({})),
        ("start", json!({})),
        ("cancel", json!({ "by": "customer" })),
        ("move", moved_to("2026-05-13T15:00:00+03:00", "business")),
    ];
    salon.refuses(&booked, &gone, CONFLICT).await;

    salon.book("k2", "2026-05-13T10:30:00+03:00").await;
    let taken = (StatusCode::CONFLICT, "slot-taken");
    salon
        .refuses(&booked, &[("undo no-show", Value::Null)], taken)
        .await;
    salon.world.jump(datetime!(2026-05-14 10:15 +3)).await;
    salon
        .refuses(&booked, &[("undo no-show", Value::Null)], CONFLICT)
        .await;
}

#[tokio::test]
async fn a_request_is_answered_by_the_side_that_is_asked() {
    let salon = Salon::new().await;
    salon
        .change_rules(|rules| rules["approval"]["desk"] = json!("asked"))
        .await;
    let (status, visit) = salon
        .order("k1", "2026-05-14T10:00:00+03:00", |body| {
            body["without_deposit"] = json!(false);
        })
        .await;
    assert_eq!(
        (status, &visit["standing"], &visit["awaits"]),
        (StatusCode::CREATED, &json!("requested"), &json!("business")),
        "{visit}"
    );
    let booked = Booked::of(&visit);
    let business = json!({ "by": "business" });
    let customer = json!({ "by": "customer" });
    let early = [
        ("visit/accept", customer.clone()),
        ("start", json!({})),
        ("check-in", json!({})),
        ("visit/move", moved_to("2026-05-14T15:00:00+03:00", "business")),
    ];
    salon.refuses(&booked, &early, CONFLICT).await;
    let night = (
        "visit/counter-offer",
        json!({ "start": "2026-05-14T03:00:00+03:00" }),
    );
    let never = (StatusCode::UNPROCESSABLE_ENTITY, "not-available");
    salon.refuses(&booked, &[night], never).await;

    let offer = json!({ "start": "2026-05-14T12:00:00+03:00" });
    let (status, offered) = salon.step(&booked.path("visit/counter-offer"), offer).await;
    assert_eq!(
        (status, &offered["awaits"]),
        (StatusCode::OK, &json!("customer")),
        "{offered}"
    );
    assert_eq!(offered["appointments"][0]["start"], "2026-05-14T12:00:00+03:00");
    salon
        .refuses(&booked, &[("visit/accept", business.clone())], CONFLICT)
        .await;
    let (status, held) = salon.step(&booked.path("visit/accept"), customer.clone()).await;
    assert_eq!(
        (status, &held["standing"]),
        (StatusCode::OK, &json!("waiting")),
        "the deposit is asked now: {held}"
    );
    let answered = [
        ("visit/decline", business.clone()),
        (
            "visit/counter-offer",
            json!({ "start": "2026-05-14T15:00:00+03:00" }),
        ),
    ];
    salon.refuses(&booked, &answered, CONFLICT).await;

    let (_, visit) = salon.order("k2", "2026-05-15T10:00:00+03:00", |_| {}).await;
    let second = Booked::of(&visit);
    for _twice in 0..2 {
        let (status, declined) = salon.step(&second.path("visit/decline"), business.clone()).await;
        assert_eq!((status, &declined["standing"]), (StatusCode::OK, &json!("over")));
    }
    let declined = [
        ("visit/accept", business),
        ("visit/move", moved_to("2026-05-15T15:00:00+03:00", "business")),
        ("start", json!({})),
    ];
    salon.refuses(&second, &declined, CONFLICT).await;
}

#[tokio::test]
async fn a_visit_moves_only_to_a_time_that_can_be_had_and_frees_the_old_one() {
    let salon = Salon::new().await;
    let booked = salon.book("k1", "2026-05-14T10:00:00+03:00").await;
    salon.book("k2", "2026-05-14T14:00:00+03:00").await;
    let (status, problem) = salon
        .step(
            &booked.path("visit/move"),
            moved_to("2026-05-14T14:30:00+03:00", "business"),
        )
        .await;
    assert_eq!(
        (status, &problem["type"]),
        (StatusCode::CONFLICT, &json!("/problems/slot-taken")),
        "{problem}"
    );
    assert!(
        !problem["alternatives"].as_array().unwrap().is_empty(),
        "{problem}"
    );
    let never = (StatusCode::UNPROCESSABLE_ENTITY, "not-available");
    let times = ["2026-05-14T03:00:00+03:00", "2026-05-11T10:00:00+03:00"];
    for start in times {
        let steps = [
            ("move", moved_to(start, "business")),
            ("visit/move", moved_to(start, "customer")),
        ];
        salon.refuses(&booked, &steps, never).await;
    }
    let to = moved_to("2026-05-14T12:00:00+03:00", "business");
    let (status, moved) = salon.step(&booked.path("move"), to).await;
    assert_eq!(status, StatusCode::OK, "{moved}");
    assert_eq!(moved["appointments"][0]["start"], "2026-05-14T12:00:00+03:00");
    salon.book("k3", "2026-05-14T10:00:00+03:00").await;
}

#[tokio::test]
async fn a_late_cancellation_costs_its_fee_and_an_early_one_nothing() {
    let salon = Salon::new().await;
    salon
        .change_rules(|rules| rules["cancellation"]["late_fee"] = json!(2_500))
        .await;
    let (late, early, ours) = (
        salon.book("k1", "2026-05-12T14:00:00+03:00").await,
        salon.book("k2", "2026-05-15T10:00:00+03:00").await,
        salon.book("k3", "2026-05-12T16:00:00+03:00").await,
    );
    let never = (StatusCode::UNPROCESSABLE_ENTITY, "not-available");
    let to = moved_to("2026-05-14T12:00:00+03:00", "customer");
    let (status, problem) = salon.step(&late.path("visit/move"), to).await;
    assert_eq!(
        status, never.0,
        "the customer may not move what is not free to cancel: {problem}"
    );
    let fee = async |booked: &Booked, by: &str| {
        let mut fees = Vec::new();
        for _twice in 0..2 {
            let (status, cancelled) = salon.step(&booked.path("cancel"), json!({ "by": by })).await;
            assert_eq!(status, StatusCode::OK, "{cancelled}");
            assert_eq!(cancelled["state"], format!("cancelled_by_{by}"));
            fees.push(cancelled["fee"]["amount_minor"].clone());
        }
        assert_eq!(fees[0], fees[1], "cancelling twice is cancelling once");
        fees.remove(0)
    };
    assert_eq!(fee(&late, "customer").await, json!(87_500));
    assert_eq!(fee(&early, "customer").await, json!(0));
    assert_eq!(fee(&ours, "business").await, Value::Null);
    let over = [
        ("start", json!({})),
        ("check-in", json!({})),
        ("no-show", json!({})),
        ("move", moved_to("2026-05-14T12:00:00+03:00", "business")),
        ("visit/accept", json!({})),
    ];
    salon.refuses(&late, &over, CONFLICT).await;
    salon.book("k4", "2026-05-12T14:00:00+03:00").await;
}

#[tokio::test]
async fn a_discount_goes_as_far_as_the_role_and_says_how_it_was_given() {
    let salon = Salon::new().await;
    let booked = salon.book("k1", "2026-05-14T10:00:00+03:00").await;
    let path = booked.path("price");
    let give = async |role: Role, off: Value| {
        let token = salon.world.token(role).await;
        let bearer = format!("Bearer {token}");
        let version = format!("\"{}\"", salon.shown(&booked).await["version"]);
        let headers = [
            ("Authorization", bearer.as_str()),
            ("If-Match", version.as_str()),
            ("Content-Type", "application/json"),
        ];
        let discount = (!off.is_null()).then(|| json!({ "off": off, "reason": "a late start" }));
        let body = json!({ "discount": discount }).to_string().into_bytes();
        salon.world.raw(Method::PATCH, &path, &headers, body).await
    };
    let percent = |rate: u32| json!({ "percent_basis_points": rate });
    let flat = |minor: i64| json!({ "amount": { "amount_minor": minor, "currency": "KES" } });
    for (role, limit) in [(Role::Receptionist, 1_000), (Role::Manager, 5_000)] {
        for off in [percent(limit + 10), flat(i64::from(limit) * 35 + 100)] {
            let (status, problem) = give(role, off).await;
            assert_eq!(
                (status, &problem["type"], &problem["limit_basis_points"]),
                (
                    StatusCode::FORBIDDEN,
                    &json!("/problems/discount-limit"),
                    &json!(limit)
                ),
                "{problem}"
            );
        }
        let (status, given) = give(role, percent(limit)).await;
        assert_eq!(status, StatusCode::OK, "{given}");
        assert_eq!(
            (&given["discount_kind"], &given["discount_basis_points"]),
            (&json!("percent"), &json!(limit))
        );
        assert_eq!(given["discount"]["amount_minor"], i64::from(limit) * 35);
    }
    let (status, given) = give(Role::Owner, flat(100_000)).await;
    assert_eq!(status, StatusCode::OK, "{given}");
    assert_eq!(
        (
            &given["discount_kind"],
            &given["discount_basis_points"],
            &given["discount_source"]
        ),
        (&json!("flat"), &Value::Null, &json!("hand"))
    );
    assert_eq!(given["charged"]["amount_minor"], 250_000);
    let (status, problem) = give(Role::Owner, flat(150)).await;
    assert_eq!(
        status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "cents where M-Pesa is taken: {problem}"
    );
    let (status, back) = give(Role::Receptionist, Value::Null).await;
    assert_eq!(status, StatusCode::OK, "{back}");
    assert_eq!(
        (&back["discount_kind"], &back["discount_source"]),
        (&Value::Null, &Value::Null)
    );
    let (status, _) = salon
        .step(&booked.path("cancel"), json!({ "by": "business" }))
        .await;
    assert_eq!(status, StatusCode::OK);
    let (status, problem) = give(Role::Owner, percent(1_000)).await;
    assert_eq!(
        (status, &problem["type"]),
        (StatusCode::CONFLICT, &json!("/problems/illegal-transition"))
    );
}

#[tokio::test]
async fn bad_input_is_refused_with_its_reason_and_changes_nothing() {
    let salon = Salon::new().await;
    let world = &salon.world;
    let before = world.count("SELECT count(*) FROM visits");
    let unable = world.text(
        "SELECT s.id::text AS text FROM staff s WHERE NOT EXISTS (SELECT FROM staff_services x
         JOIN services v ON v.tenant_id = x.tenant_id AND v.id = x.service_id
         WHERE x.tenant_id = s.tenant_id AND x.staff_id = s.id AND v.name = 'Swedish massage 60') LIMIT 1",
    );
    assert!(!unable.is_empty(), "somebody does no massages");
    let start = "2026-05-14T10:00:00+03:00";
    let never = (StatusCode::UNPROCESSABLE_ENTITY, "not-available");
    for (start, staff, reason) in [
        (start, &unable, "cannot_do_service"),
        ("2026-05-11T10:00:00+03:00", &salon.staff, "in_the_past"),
        ("2020-01-01T10:00:00+03:00", &salon.staff, "in_the_past"),
        ("2026-05-14T10:07:00+03:00", &salon.staff, "off_grid"),
        ("2026-05-14T10:00:30+03:00", &salon.staff, "off_grid"),
        ("2026-05-14T04:00:00+03:00", &salon.staff, "closed"),
        ("2027-05-14T10:00:00+03:00", &salon.staff, "horizon"),
    ] {
        let (status, problem) = salon
            .order(&format!("bad-{start}-{reason}"), start, |body| {
                body["parts"][0]["staff_id"] = json!(staff);
            })
            .await;
        assert_eq!(
            (status, &problem["type"]),
            (never.0, &json!(format!("/problems/{}", never.1))),
            "{reason}: {problem}"
        );
        let reasons = problem["reasons"].as_array().unwrap();
        assert!(reasons.contains(&json!(reason)), "{reason}: {problem}");
    }
    let kes = |minor: i64| json!({ "amount_minor": minor, "currency": "KES" });
    let services = world.count("SELECT count(*) FROM services");
    for minutes in [
        json!(-30),
        json!(0),
        json!(1441),
        json!(10_000_000_000_i64),
        json!(30.5),
        json!("30"),
    ] {
        let body = json!({
            "name": "Odd", "category": "massage", "price": kes(100_000), "segments": [{ "minutes": minutes }],
        });
        let (status, problem) = world.call(Method::POST, "/api/v1/services", Some(body)).await;
        assert_eq!(
            (status, &problem["type"]),
            (StatusCode::BAD_REQUEST, &json!("/problems/validation")),
            "{minutes}: {problem}"
        );
        let field = problem["errors"][0]["field"].as_str().unwrap();
        assert!(field.starts_with("segments"), "{minutes}: {problem}");
    }
    assert_eq!(world.count("SELECT count(*) FROM services"), services);
    for backwards in [
        json!({ "start": "2026-05-14T12:00:00+03:00", "end": "2026-05-14T10:00:00+03:00" }),
        json!({ "start": "2026-05-14T12:00:00+03:00", "end": "2026-05-14T12:00:00+03:00" }),
    ] {
        let path = format!("/api/v1/staff/{}/leave", salon.staff);
        let (status, problem) = world.call(Method::POST, &path, Some(backwards)).await;
        assert!(status.is_client_error(), "{problem}");
    }
    let settings = "/api/v1/settings/booking";
    let (_, known) = world.call(Method::GET, settings, None).await;
    for zone in ["Africa/Atlantis", "", "EAT+3", "../etc/passwd"] {
        let body = json!({ "zone": zone, "rules": known["rules"] });
        let (status, problem) = world
            .call_at(&known["version"], Method::PUT, settings, body)
            .await;
        assert_eq!(
            (status, &problem["errors"][0]["field"]),
            (StatusCode::BAD_REQUEST, &json!("zone")),
            "{zone}: {problem}"
        );
    }
    assert_eq!(world.call(Method::GET, settings, None).await.1, known);
    assert_eq!(world.count("SELECT count(*) FROM visits"), before);
    assert_eq!(world.count("SELECT count(*) FROM staff_leave"), 0);
}
