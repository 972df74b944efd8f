//! Booking over the API: what can be had, taking it once, and losing politely.

use ratiba_access::Role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::World;

/// An order for the first customer on record, who wrote once.
async fn customer(world: &World) -> String {
    world.say(system_tests::ASHA, "hello").await;
    world.work().await;
    let id = world.text("SELECT id::text AS text FROM customers LIMIT 1");
    assert!(!id.is_empty());
    id
}

async fn book(world: &World, key: &str, body: &Value) -> (StatusCode, Value) {
    let token = format!("Bearer {}", world.owner);
    let headers = [
        ("Authorization", token.as_str()),
        ("Idempotency-Key", key),
        ("Content-Type", "application/json"),
    ];
    world
        .raw(
            Method::POST,
            "/api/v1/visits",
            &headers,
            body.to_string().into_bytes(),
        )
        .await
}

async fn first_slot(world: &World) -> (String, Value) {
    let service = world.text("SELECT id::text AS text FROM services WHERE name = 'Swedish massage 60'");
    let path = format!("/api/v1/availability?service_id={service}&from=2026-05-13&to=2026-05-13");
    let (status, found) = world.call(Method::GET, &path, None).await;
    assert_eq!(status, StatusCode::OK, "{found}");
    (service, found["slots"][0].clone())
}

#[tokio::test]
async fn a_slot_that_is_shown_can_be_taken_once_and_the_loser_learns_of_others() {
    let world = World::new().await;
    let customer = customer(&world).await;
    let (service, slot) = first_slot(&world).await;
    let order = json!({
        "customer_id": customer, "start": slot["start"],
        "parts": [{ "service_id": service, "staff_id": slot["parts"][0]["staff_id"] }],
    });
    let (status, visit) = book(&world, "first", &order).await;
    assert_eq!(status, StatusCode::CREATED, "{visit}");
    assert_eq!(visit["appointments"][0]["start"], slot["start"]);
    let (status, again) = book(&world, "first", &order).await;
    assert_eq!((status, &again["id"]), (StatusCode::CREATED, &visit["id"]));
    let (status, problem) = book(&world, "second", &order).await;
    assert_eq!(status, StatusCode::CONFLICT, "{problem}");
    assert_eq!(problem["type"], "/problems/slot-taken");
    assert!(
        !problem["alternatives"].as_array().unwrap().is_empty(),
        "{problem}"
    );
    let mut other = order.clone();
    other["start"] = problem["alternatives"][0]["start"].clone();
    let (status, problem) = book(&world, "first", &other).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(problem["type"], "/problems/idempotency-key-reused");
    let (status, shown) = world
        .call(
            Method::GET,
            &format!("/api/v1/visits/{}", visit["id"].as_str().unwrap()),
            None,
        )
        .await;
    assert_eq!((status, &shown["id"]), (StatusCode::OK, &visit["id"]));
}

#[tokio::test]
async fn what_cannot_be_had_is_refused_with_its_reason_and_nothing_changes() {
    let world = World::new().await;
    let customer = customer(&world).await;
    let before = world.count("SELECT count(*) FROM visits");
    let (service, slot) = first_slot(&world).await;
    let order =
        |start: &str, part: Value| json!({ "customer_id": customer, "start": start, "parts": [part] });
    let part = json!({ "service_id": service });
    let night = order("2026-05-13T03:00:00+03:00", part.clone());
    let past = order("2026-05-11T10:00:00+03:00", part.clone());
    let odd = order("2026-05-13T10:07:00+03:00", part.clone());
    let far = order("2027-05-13T10:00:00+03:00", part.clone());
    for (order, reason) in [
        (night, "closed"),
        (past, "in_the_past"),
        (odd, "off_grid"),
        (far, "horizon"),
    ] {
        let (status, problem) = book(&world, reason, &order).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
        assert_eq!(problem["type"], "/problems/not-available");
        let reasons = problem["reasons"].as_array().unwrap();
        assert!(reasons.contains(&json!(reason)), "{reason}: {problem}");
    }
    let nobody = "00000000-0000-7000-8000-000000000000";
    let start = slot["start"].as_str().unwrap();
    for part in [
        json!({ "service_id": nobody }),
        json!({ "service_id": service, "staff_id": nobody }),
    ] {
        let (status, _) = book(&world, "unknown", &order(start, part)).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
    let (status, problem) = book(
        &world,
        "wrong",
        &json!({ "customer_id": 1, "parts": [], "colour": 1 }),
    )
    .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(problem["errors"].as_array().unwrap().len(), 4, "{problem}");
    let (status, problem) = world.call(Method::POST, "/api/v1/visits", Some(json!({}))).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{problem}");
    assert_eq!(problem["type"], "/problems/idempotency-key-required");
    assert_eq!(world.count("SELECT count(*) FROM visits"), before);
}

#[tokio::test]
async fn an_explanation_names_every_start_that_cannot_be_had() {
    let world = World::new().await;
    let (service, _) = first_slot(&world).await;
    let path = format!("/api/v1/availability/explain?service_id={service}&from=2026-05-13&to=2026-05-13");
    let (status, found) = world.call(Method::GET, &path, None).await;
    assert_eq!(status, StatusCode::OK, "{found}");
    let refused = found["refused"].as_array().unwrap();
    assert!(
        refused
            .iter()
            .all(|start| !start["refusals"].as_array().unwrap().is_empty())
    );
    assert_eq!(refused[0]["start"], "2026-05-13T00:00:00+03:00");
    assert!(found["free"].as_u64().unwrap() > 0);
}

#[tokio::test]
async fn a_therapist_books_nothing() {
    let world = World::new().await;
    let token = world.token(Role::Therapist).await;
    let (status, problem) = world
        .call_as(&token, Method::POST, "/api/v1/visits", Some(json!({})))
        .await;
    assert_eq!(
        (status, &problem["type"]),
        (StatusCode::FORBIDDEN, &json!("/problems/forbidden"))
    );
}

#[tokio::test]
async fn a_complement_is_offered_right_after_and_both_are_booked_as_one_visit() {
    let world = World::new().await;
    let customer = customer(&world).await;
    let (service, _) = first_slot(&world).await;
    let facial = world.text("SELECT id::text AS text FROM services WHERE name = 'Facial 60'");
    let relation = json!({
        "primary_service_id": service, "complement_service_id": facial, "confidence_basis_points": 8000,
    });
    let (status, made) = world
        .call(Method::POST, "/api/v1/cross-sell-relations", Some(relation))
        .await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let path = format!("/api/v1/availability?service_id={service}&from=2026-05-15&to=2026-05-15");
    let (_, found) = world.call(Method::GET, &path, None).await;
    let mut offered = None;
    for slot in found["slots"].as_array().unwrap() {
        let chosen = json!({ "parts": [{ "service_id": service }], "start": slot["start"] });
        let (status, answer) = world
            .call(Method::POST, "/api/v1/availability/cross-sell", Some(chosen))
            .await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        if !answer["pair"].is_null() {
            offered = Some(answer["pair"].clone());
            break;
        }
    }
    let pair = offered.expect("some slot of an empty day has a facial after it");
    assert_eq!(pair["complement_service_id"], json!(facial));
    assert!(pair["wait_minutes"].as_i64().unwrap() <= 15, "{pair}");
    let mut order = pair["booking"].clone();
    order["customer_id"] = json!(customer);
    let (status, visit) = book(&world, "pair", &order).await;
    assert_eq!(status, StatusCode::CREATED, "{visit}");
    let told = |part: &Value| {
        (
            part["service_id"].clone(),
            part["start"].clone(),
            part["end"].clone(),
        )
    };
    let parts = |of: &Value| of.as_array().unwrap().iter().map(told).collect::<Vec<_>>();
    assert_eq!(
        parts(&visit["appointments"]),
        parts(&pair["slot"]["parts"]),
        "what was offered is held"
    );
    assert_eq!(visit["due"], pair["slot"]["price"]["deposit"]);
    let (status, again) = book(&world, "pair", &order).await;
    assert_eq!((status, &again["id"]), (StatusCode::CREATED, &visit["id"]));
    let (status, problem) = book(&world, "another", &order).await;
    assert_eq!(
        (status, &problem["type"]),
        (StatusCode::CONFLICT, &json!("/problems/slot-taken")),
        "{problem}"
    );
}

/// Ten percent off every massage in May.
async fn promote(world: &World, service: &str) {
    let promotion = json!({
        "name": "Mei", "off": { "percent_basis_points": 1000 }, "service_ids": [service],
        "first_day": "2026-05-01", "last_day": "2026-05-31",
    });
    let (status, made) = world
        .call(Method::POST, "/api/v1/promotions", Some(promotion))
        .await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
}

#[tokio::test]
async fn a_slot_has_the_price_that_booking_it_charges() {
    let world = World::new().await;
    let customer = customer(&world).await;
    let (service, _) = first_slot(&world).await;
    promote(&world, &service).await;
    let (_, slot) = first_slot(&world).await;
    let kes = |minor: i64| json!({ "amount_minor": minor, "currency": "KES" });
    let price = json!({ "charged": kes(315_000), "discount": kes(35_000), "deposit": kes(94_500) });
    assert_eq!(slot["price"], price);
    let part = json!({ "service_id": service, "staff_id": slot["parts"][0]["staff_id"] });
    let search =
        json!({ "parts": [part], "from": "2026-05-13", "to": "2026-05-13", "customer_id": customer });
    let (status, found) = world
        .call(Method::POST, "/api/v1/availability/search", Some(search))
        .await;
    assert_eq!(status, StatusCode::OK, "{found}");
    assert_eq!(found["slots"][0]["price"], price);
    let order = json!({ "customer_id": customer, "start": slot["start"], "parts": [part] });
    let (status, visit) = book(&world, "first", &order).await;
    assert_eq!(status, StatusCode::CREATED, "{visit}");
    let booked = &visit["appointments"][0];
    assert_eq!(
        json!({ "charged": booked["charged"], "discount": booked["discount"], "deposit": visit["due"] }),
        price
    );
    assert_eq!(
        (&booked["discount_kind"], &booked["discount_basis_points"]),
        (&json!("percent"), &json!(1_000))
    );
    let (_, problem) = book(&world, "second", &order).await;
    assert_eq!(problem["alternatives"][0]["price"], price, "{problem}");
}

#[tokio::test]
async fn the_chat_names_the_price_and_the_deposit_that_it_then_asks() {
    let world = World::new().await;
    let (service, _) = first_slot(&world).await;
    promote(&world, &service).await;
    world.say(system_tests::ASHA, system_tests::WANTS_A_MASSAGE).await;
    world.work().await;
    let offer = world.last_text(system_tests::ASHA).await;
    assert!(offer.contains("3,150") && !offer.contains("3,500"), "{offer}");
    world.tap(system_tests::ASHA, "Ndiyo").await;
    world.work().await;
    let prompts = world.prompts().await;
    assert_eq!(prompts[0]["amount"], 945, "{prompts:#?}");
    assert!(offer.contains("945"), "{offer}");
}

#[tokio::test]
async fn an_explanation_is_cut_where_it_was_asked_to_be_and_goes_on_from_there() {
    let world = World::new().await;
    let service = world.text("SELECT id::text AS text FROM services WHERE name = 'Swedish massage 60'");
    let path = "/api/v1/availability/explain";
    let ask = async |from: &Value, limit: u16| {
        let body = json!({
            "parts": [{ "service_id": service }, { "service_id": service, "guest": 1 }],
            "from": from, "to": "2026-05-14T00:00:00+03:00", "limit": limit,
        });
        let (status, found) = world.call(Method::POST, path, Some(body)).await;
        assert_eq!(status, StatusCode::OK, "{found}");
        found
    };
    let first = json!("2026-05-13T00:00:00+03:00");
    let whole = ask(&first, 1000).await;
    assert_eq!(whole["more_from"], Value::Null);
    let all = whole["refused"].as_array().unwrap();
    assert!(all.len() > 5, "the night is closed: {whole}");
    let (mut pages, mut from) = (Vec::new(), first);
    while !from.is_null() {
        let page = ask(&from, 5).await;
        let refused = page["refused"].as_array().unwrap();
        assert!(refused.len() <= 5);
        pages.extend(refused.iter().cloned());
        from = page["more_from"].clone();
    }
    assert_eq!(&pages, all);
    let query = format!("{path}?service_id={service}&from=2026-05-13&to=2026-05-13&limit=3");
    let (status, one) = world.call(Method::GET, &query, None).await;
    assert_eq!(status, StatusCode::OK, "{one}");
    assert_eq!(one["refused"].as_array().unwrap().len(), 3);
    assert!(one["more_from"].is_string());
}

#[tokio::test]
async fn whoever_decides_on_an_older_visit_is_refused_and_a_day_comes_page_by_page() {
    let world = World::new().await;
    let customer = customer(&world).await;
    let service = world.text("SELECT id::text AS text FROM services WHERE name = 'Swedish massage 60'");
    let order = json!({
        "customer_id": customer, "start": "2026-05-13T10:00:00+03:00", "without_deposit": true,
        "parts": [{ "service_id": service }, { "service_id": service, "guest": 1 }],
    });
    let (status, visit) = book(&world, "two", &order).await;
    assert_eq!(status, StatusCode::CREATED, "{visit}");
    let (id, seen) = (visit["id"].as_str().unwrap(), &visit["version"]);
    let parts: Vec<String> = visit["appointments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| part["id"].as_str().unwrap().to_owned())
        .collect();

    let page = async |after: &Value| {
        let after = after
            .as_str()
            .map(|after| format!("&after={after}"))
            .unwrap_or_default();
        let path = format!("/api/v1/appointments?date=2026-05-13&limit=1{after}");
        let (status, page) = world.call(Method::GET, &path, None).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        page
    };
    let first = page(&Value::Null).await;
    let second = page(&first["next"]).await;
    assert_eq!(second["next"], Value::Null);
    let mut listed = [&first, &second].map(|page| page["appointments"][0]["id"].as_str().unwrap().to_owned());
    listed.sort();
    let mut booked = parts.clone();
    booked.sort();
    assert_eq!(listed.to_vec(), booked);
    let (status, _) = world
        .call(Method::GET, "/api/v1/appointments?date=2026-05-13&after=x", None)
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);

    // Somebody cancels one part; whoever read the visit before that does not move it.
    let cancel = format!("/api/v1/appointments/{}/cancel", parts[0]);
    let by_business = json!({ "by": "business" });
    let version = &visit["appointments"][0]["version"];
    let (status, _) = world
        .call_at(&json!(99), Method::POST, &cancel, by_business.clone())
        .await;
    assert_eq!(status, StatusCode::PRECONDITION_FAILED);
    let (status, cancelled) = world
        .call_at(version, Method::POST, &cancel, by_business.clone())
        .await;
    assert_eq!(status, StatusCode::OK, "{cancelled}");
    let change = json!({ "by": "business", "start": "2026-05-13T12:00:00+03:00" });
    let path = format!("/api/v1/visits/{id}/move");
    let (status, problem) = world.call_at(seen, Method::POST, &path, change.clone()).await;
    assert_eq!(status, StatusCode::PRECONDITION_FAILED, "{problem}");
    let (_, known) = world
        .call(Method::GET, &format!("/api/v1/visits/{id}"), None)
        .await;
    assert_ne!(&known["version"], seen);
    let (status, moved) = world
        .call_at(&known["version"], Method::POST, &path, change)
        .await;
    assert_eq!(status, StatusCode::OK, "{moved}");
    assert_ne!(moved["version"], known["version"]);
    // Without the header it is the last one that counts.
    let cancel = format!("/api/v1/visits/{id}/cancel");
    let (status, _) = world.call(Method::POST, &cancel, Some(by_business)).await;
    assert_eq!(status, StatusCode::OK);
}
