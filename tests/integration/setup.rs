//! The setup over the API: what is sold, who works when, and what becomes of the bookings that a change meets.

use ratiba_access::Role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::World;

async fn get(world: &World, path: &str) -> Value {
    let (status, body) = world.call(Method::GET, path, None).await;
    assert_eq!(status, StatusCode::OK, "{path}: {body}");
    body
}

fn id_of(body: &Value) -> &str {
    body["id"].as_str().unwrap()
}

fn fields(problem: &Value) -> Vec<&str> {
    let errors = problem["errors"].as_array().unwrap();
    errors
        .iter()
        .map(|error| error["field"].as_str().unwrap())
        .collect()
}

fn a_service(name: &str) -> Value {
    json!({
        "name": name, "category": "massage", "price": { "amount_minor": 450_000, "currency": "KES" },
        "deposit": { "kind": "percent", "basis_points": 5000 },
        "segments": [{ "minutes": 45 }], "buffer_after_minutes": 10,
        "notice_minutes": { "web": 1440 }
    })
}

#[tokio::test]
async fn a_service_is_added_replaced_retired_and_restored() {
    let world = World::new().await;
    let path = "/api/v1/services";
    let (status, made) = world
        .call(Method::POST, path, Some(a_service("Hot stone 45")))
        .await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    assert_eq!((&made["version"], &made["active"]), (&json!(1), &json!(true)));
    assert_eq!(
        made["notice_minutes"],
        json!({ "chat": null, "web": 1440, "desk": null })
    );
    let (status, taken) = world
        .call(Method::POST, path, Some(a_service("hot STONE 45")))
        .await;
    assert_eq!(
        (status, &taken["type"]),
        (StatusCode::CONFLICT, &json!("/problems/conflict"))
    );

    let one = format!("{path}/{}", id_of(&made));
    let mut dearer = a_service("Hot stone 45");
    dearer["price"]["amount_minor"] = json!(500_000);
    let (status, problem) = world.call(Method::PUT, &one, Some(dearer.clone())).await;
    assert_eq!(status, StatusCode::PRECONDITION_REQUIRED, "{problem}");
    let (status, changed) = world.call_at(&json!(1), Method::PUT, &one, dearer.clone()).await;
    assert_eq!(
        (status, &changed["version"]),
        (StatusCode::OK, &json!(2)),
        "{changed}"
    );
    assert_eq!(changed["bookings_hit"], json!([]));
    let (status, _) = world.call_at(&json!(1), Method::PUT, &one, dearer).await;
    assert_eq!(status, StatusCode::PRECONDITION_FAILED);

    let (status, _) = world
        .call_at(&json!(2), Method::POST, &format!("{one}/retire"), json!({}))
        .await;
    assert_eq!(status, StatusCode::OK);
    let names = async |query: &str| {
        let listed = get(&world, &format!("{path}?limit=200{query}")).await;
        let items = listed["items"].as_array().unwrap().clone();
        items.iter().any(|item| item["name"] == "Hot stone 45")
    };
    assert_eq!((names("").await, names("&all=true").await), (false, true));
    let (status, restored) = world
        .call_at(&json!(3), Method::POST, &format!("{one}/restore"), json!({}))
        .await;
    assert_eq!((status, &restored["active"]), (StatusCode::OK, &json!(true)));
}

#[tokio::test]
async fn every_fault_of_a_service_is_named_and_a_price_is_never_guessed() {
    let world = World::new().await;
    let path = "/api/v1/services";
    let mut faulty = a_service("Hot stone 45");
    faulty["category"] = json!("Two words");
    faulty["price"]["amount_minor"] = json!(450_050);
    faulty["segments"] = json!([{ "minutes": 45, "staff": false }]);
    faulty["aliases"] = json!(["stone", "STONE"]);
    let (status, problem) = world.call(Method::POST, path, Some(faulty)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{problem}");
    assert_eq!(
        fields(&problem),
        ["aliases.1", "price.amount_minor", "category", "segments"]
    );
    let mut free = a_service("Hot stone 45");
    free["price"]["amount_minor"] = json!(0);
    let (status, problem) = world.call(Method::POST, path, Some(free)).await;
    assert_eq!(
        (status, fields(&problem)),
        (StatusCode::BAD_REQUEST, vec!["price.amount_minor"])
    );
    let mut priceless = a_service("Hot stone 45");
    priceless.as_object_mut().unwrap().remove("price");
    let (status, problem) = world.call(Method::POST, path, Some(priceless)).await;
    assert_eq!(
        (status, fields(&problem)),
        (StatusCode::BAD_REQUEST, vec!["price"])
    );
}

/// The one appointment of the demo's customer on 13 May, and who renders it.
async fn booked(world: &World) -> (String, String) {
    world.book_and_pay().await;
    let appointment = world.appointments("2026-05-13").await.remove(0);
    let staff = appointment["staff_ids"][0].as_str().unwrap().to_owned();
    (id_of(&appointment).to_owned(), staff)
}

#[tokio::test]
async fn a_leave_lists_the_bookings_that_it_meets_and_no_slot_is_shown_in_it() {
    let world = World::new().await;
    let (appointment, staff) = booked(&world).await;
    let leave = json!({ "start": "2026-05-13T12:00:00+03:00", "end": "2026-05-13T19:00:00+03:00", "reason": "training" });
    let path = format!("/api/v1/staff/{staff}/leave");
    let (status, made) = world.call(Method::POST, &path, Some(leave)).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    assert_eq!(made["bookings_hit"][0]["appointment_id"], json!(appointment));
    assert_eq!(made["start"], "2026-05-13T12:00:00+03:00");
    let entries = get(&world, "/api/v1/bookings-hit").await;
    let entry = &entries["items"][0];
    assert_eq!(
        (&entry["cause"], &entry["cause_id"]),
        (&json!("leave"), &made["id"])
    );
    let kept = get(&world, &format!("/api/v1/appointments/{appointment}")).await;
    assert_eq!(kept["state"], "confirmed", "listed for a person, not lost");

    let service = world.text("SELECT id::text AS text FROM services WHERE name = 'Swedish massage 60'");
    let search = format!(
        "/api/v1/availability?service_id={service}&staff_id={staff}&from=2026-05-13T12:00:00%2B03:00&to=2026-05-13T18:00:00%2B03:00"
    );
    assert_eq!(get(&world, &search).await["slots"], json!([]));

    let resolve = format!("/api/v1/bookings-hit/{}/resolve", id_of(entry));
    for _ in 0..2 {
        let (status, _) = world.call(Method::POST, &resolve, None).await;
        assert_eq!(status, StatusCode::NO_CONTENT);
    }
    assert_eq!(get(&world, "/api/v1/bookings-hit").await["items"], json!([]));
    let all = get(&world, "/api/v1/bookings-hit?all=true").await;
    assert!(
        all["items"][0]["resolved_by"]
            .as_str()
            .unwrap()
            .starts_with("token:"),
        "{all}"
    );
    let (status, _) = world
        .call(Method::DELETE, &format!("{path}/{}", id_of(&made)), None)
        .await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_ne!(
        get(&world, &search).await["slots"],
        json!([]),
        "free again at once"
    );
}

#[tokio::test]
async fn a_block_is_refused_where_a_booking_stands_and_takes_free_time() {
    let world = World::new().await;
    let (appointment, staff) = booked(&world).await;
    let block = |from: &str, to: &str| {
        json!({ "staff_id": staff, "start": format!("2026-05-13T{from}:00+03:00"),
            "end": format!("2026-05-13T{to}:00+03:00"), "reason": "lunch", "weekly_until": "2026-05-27" })
    };
    let path = "/api/v1/blocks";
    let (status, problem) = world
        .call(Method::POST, path, Some(block("09:00", "18:00")))
        .await;
    assert_eq!(status, StatusCode::CONFLICT, "{problem}");
    assert_eq!(problem["type"], "/problems/bookings-in-the-way");
    assert_eq!(problem["appointments"], json!([appointment]));
    let (status, made) = world
        .call(Method::POST, path, Some(block("17:00", "17:30")))
        .await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    assert_eq!(made["items"].as_array().unwrap().len(), 3);
    let listed = get(&world, "/api/v1/blocks?limit=2").await;
    let next = listed["next"].as_str().unwrap();
    let rest = get(&world, &format!("/api/v1/blocks?after={next}")).await;
    assert_eq!(
        (rest["items"].as_array().unwrap().len(), &rest["next"]),
        (1, &json!(null))
    );
    let one = format!("{path}/{}", id_of(&made["items"][0]));
    assert_eq!(
        world.call(Method::DELETE, &one, None).await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        world.call(Method::DELETE, &one, None).await.0,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn somebody_joins_learns_works_and_leaves() {
    let world = World::new().await;
    let path = "/api/v1/staff";
    let body = json!({ "name": "Wanjiru", "phone": "0711 000 321", "joined": "2026-05-12" });
    let (status, made) = world.call(Method::POST, path, Some(body)).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    assert_eq!((&made["phone"], &made["weight"]), (&json!("…321"), &json!(100)));
    let one = format!("{path}/{}", id_of(&made));
    let week = json!({ "weekly": [
        { "weekday": 3, "from_minute": 540, "to_minute": 720 }, { "weekday": 3, "from_minute": 780, "to_minute": 1020 }] });
    let (status, works) = world
        .call_at(&made["version"], Method::PUT, &format!("{one}/hours"), week)
        .await;
    assert_eq!(status, StatusCode::OK, "{works}");
    let service = world.text("SELECT id::text AS text FROM services WHERE name = 'Swedish massage 60'");
    let skills = json!({ "service_ids": [service] });
    let (status, able) = world
        .call_at(&works["version"], Method::PUT, &format!("{one}/services"), skills)
        .await;
    assert_eq!(
        (status, &able["service_ids"]),
        (StatusCode::OK, &json!([service])),
        "{able}"
    );
    let search = format!(
        "/api/v1/availability?service_id={service}&staff_id={}&from=2026-05-13&to=2026-05-13",
        id_of(&made)
    );
    let slots = get(&world, &search).await["slots"].as_array().unwrap().len();
    assert!(slots > 0);
    let off = json!({ "blocks": [] });
    let (status, _) = world
        .call(
            Method::PUT,
            &format!("{one}/overrides/2026-05-13"),
            Some(off.clone()),
        )
        .await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(get(&world, &search).await["slots"], json!([]));
    let (status, _) = world
        .call(Method::PUT, &format!("{one}/overrides/2026-05-13"), Some(off))
        .await;
    assert_eq!(
        status,
        StatusCode::PRECONDITION_REQUIRED,
        "it is on record already"
    );
    let (status, renamed) = world
        .call_at(
            &able["version"],
            Method::PATCH,
            &one,
            json!({ "name": "Wanjiru K.", "phone": null }),
        )
        .await;
    assert_eq!(status, StatusCode::OK, "{renamed}");
    assert_eq!(
        (&renamed["name"], &renamed["phone"]),
        (&json!("Wanjiru K."), &json!(null))
    );
    assert_eq!(renamed["weekly"].as_array().unwrap().len(), 2, "the week stays");
    let (status, gone) = world
        .call_at(
            &renamed["version"],
            Method::POST,
            &format!("{one}/depart"),
            json!({}),
        )
        .await;
    assert_eq!(
        (status, &gone["active"]),
        (StatusCode::OK, &json!(false)),
        "{gone}"
    );
}

#[tokio::test]
async fn the_rules_are_replaced_whole_and_absurd_ones_are_refused_at_once() {
    let world = World::new().await;
    let path = "/api/v1/settings/booking";
    let known = get(&world, path).await;
    let body = |change: &dyn Fn(&mut Value)| {
        let mut body = json!({ "zone": known["zone"], "rules": known["rules"] });
        change(&mut body);
        body
    };
    let absurd = body(&|body| {
        body["zone"] = json!("Africa/Atlantis");
        body["rules"]["notice"]["web"] = json!(50_000);
        body["rules"]["horizon_days"]["chat"] = json!(731);
    });
    let (status, problem) = world.call_at(&known["version"], Method::PUT, path, absurd).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{problem}");
    assert_eq!(
        fields(&problem),
        ["zone", "rules.notice.web", "rules.horizon_days.chat"]
    );
    let no_grid = body(&|body| body["rules"]["grid_step"] = json!(0));
    let (status, problem) = world.call_at(&known["version"], Method::PUT, path, no_grid).await;
    assert_eq!(
        (status, fields(&problem)),
        (StatusCode::BAD_REQUEST, vec!["rules.grid_step"])
    );
    let coarse = body(&|body| {
        body["rules"]["grid_step"] = json!(30);
        body["rules"]["buffers"] = json!("shared");
    });
    let (status, changed) = world.call_at(&known["version"], Method::PUT, path, coarse).await;
    assert_eq!(status, StatusCode::OK, "{changed}");
    assert_eq!(get(&world, path).await, changed);
    let manager = world.token(Role::Manager).await;
    let (status, _) = world.call_as(&manager, Method::GET, path, None).await;
    assert_eq!(status, StatusCode::OK);
    let therapist = world.token(Role::Therapist).await;
    let (status, _) = world.call_as(&therapist, Method::GET, path, None).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn kenyas_holidays_are_set_and_those_of_the_moon_are_not_invented() {
    let world = World::new().await;
    let path = "/api/v1/holidays/kenya";
    let shown = get(&world, &format!("{path}?year=2027")).await;
    assert_eq!(shown["items"].as_array().unwrap().len(), 10);
    assert_eq!(shown["by_hand"], json!(["Idd-ul-Fitr", "Idd-ul-Azha"]));
    for _ in 0..2 {
        let (status, set) = world
            .call(Method::POST, path, Some(json!({ "year": 2027 })))
            .await;
        assert_eq!(status, StatusCode::OK, "{set}");
        assert_eq!(set["items"].as_array().unwrap().len(), 10);
    }
    let idd = json!({ "name": "Idd-ul-Fitr" });
    let (status, day) = world
        .call(Method::PUT, "/api/v1/holidays/2027-03-10", Some(idd))
        .await;
    assert_eq!((status, &day["blocks"]), (StatusCode::OK, &json!([])), "{day}");
    let listed = get(&world, "/api/v1/holidays?from=2027-01-01&to=2027-12-31").await;
    assert_eq!(listed["items"].as_array().unwrap().len(), 11);
    let (status, _) = world
        .call(Method::DELETE, "/api/v1/holidays/2027-03-10", None)
        .await;
    assert_eq!(status, StatusCode::PRECONDITION_REQUIRED);
    for (version, expected) in [(9, StatusCode::PRECONDITION_FAILED), (1, StatusCode::OK)] {
        let (status, _) = world
            .call_at(
                &json!(version),
                Method::DELETE,
                "/api/v1/holidays/2027-03-10",
                Value::Null,
            )
            .await;
        assert_eq!(status, expected);
    }
}

#[tokio::test]
async fn another_business_is_not_there() {
    let world = World::new().await;
    let stranger = "00000000-0000-7000-8000-000000000000";
    for path in [
        format!("/api/v1/services/{stranger}"),
        format!("/api/v1/resources/{stranger}"),
        format!("/api/v1/staff/{stranger}/leave"),
        format!("/api/v1/staff/{stranger}"),
    ] {
        let (status, problem) = world.call(Method::GET, &path, None).await;
        assert_eq!(
            (status, &problem["type"]),
            (StatusCode::NOT_FOUND, &json!("/problems/not-found")),
            "{path}"
        );
    }
    let body = json!({ "start": "2026-05-14T10:00:00Z", "end": "2026-05-14T11:00:00Z" });
    for path in [
        format!("/api/v1/staff/{stranger}/leave"),
        format!("/api/v1/resources/{stranger}/outages"),
    ] {
        let (status, _) = world.call(Method::POST, &path, Some(body.clone())).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn no_answer_shows_the_zone_of_before() {
    let world = World::new().await;
    let service = world.text("SELECT id::text AS text FROM services WHERE name = 'Swedish massage 60'");
    let day = format!("/api/v1/availability?service_id={service}&from=2026-05-13&to=2026-05-13");
    let before = get(&world, &day).await;
    assert_eq!(before["zone"], "Africa/Nairobi");
    let path = "/api/v1/settings/booking";
    let known = get(&world, path).await;
    let body = json!({ "zone": "Asia/Kolkata", "rules": known["rules"] });
    let (status, problem) = world.call_at(&known["version"], Method::PUT, path, body).await;
    assert_eq!(status, StatusCode::OK, "{problem}");
    let after = get(&world, &day).await;
    assert_eq!(after["zone"], "Asia/Kolkata");
    let starts: Vec<&str> = after["slots"]
        .as_array()
        .unwrap()
        .iter()
        .map(|slot| slot["start"].as_str().unwrap())
        .collect();
    assert_eq!(
        starts.len(),
        before["slots"].as_array().unwrap().len(),
        "the same hours of the clock"
    );
    assert!(
        starts
            .iter()
            .all(|start| start.starts_with("2026-05-13T") && start.ends_with("+05:30")),
        "{starts:?}"
    );
}

#[tokio::test]
async fn amounts_to_the_cent_are_refused_while_mpesa_is_connected() {
    let world = World::new().await;
    let path = "/api/v1/settings/booking";
    let known = get(&world, path).await;
    let mut body = json!({ "zone": known["zone"], "rules": known["rules"] });
    body["rules"]["rounding"] = json!("exact");
    let (status, problem) = world.call_at(&known["version"], Method::PUT, path, body).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{problem}");
    assert_eq!(fields(&problem), ["rules.rounding"]);
}

#[tokio::test]
async fn a_leave_shorter_than_what_is_kept_of_times_is_refused() {
    let world = World::new().await;
    let staff = world.text("SELECT id::text AS text FROM staff ORDER BY id LIMIT 1");
    let leave =
        json!({ "start": "2026-05-13T12:00:00.0000001+03:00", "end": "2026-05-13T12:00:00.0000002+03:00" });
    let (status, problem) = world
        .call(Method::POST, &format!("/api/v1/staff/{staff}/leave"), Some(leave))
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{problem}");
    assert_eq!(fields(&problem), ["end"]);
}
