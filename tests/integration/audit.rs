//! The record of who changed what, through the real doors.

use ratiba_access::Role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::{ASHA, World};

async fn entries(world: &World, query: &str) -> Vec<Value> {
    let (status, page) = world
        .call(Method::GET, &format!("/api/v1/audit?limit=200&{query}"), None)
        .await;
    assert_eq!(status, StatusCode::OK, "{page}");
    page["items"].as_array().unwrap().clone()
}

fn text<'v>(entry: &'v Value, field: &str) -> &'v str {
    entry[field].as_str().unwrap_or_default()
}

#[tokio::test]
async fn a_booking_in_the_chat_is_on_record_from_the_consent_to_the_money() {
    let world = World::new().await;
    world.book_and_pay().await;
    // A booking needs no consent of its own; to be left alone is one that is withdrawn.
    world.say(ASHA, "STOP").await;
    world.work().await;
    let consents = entries(&world, "verb=ratiba.consent.").await;
    let given = consents
        .iter()
        .find(|entry| entry["verb"] == "ratiba.consent.consent_added")
        .unwrap();
    assert_eq!(
        (text(given, "actor"), &given["by_hand"]),
        ("customer", &json!(false))
    );
    let customer = text(given, "customer_id").to_owned();
    let journals = entries(&world, "verb=ratiba.payments.journal_posted").await;
    assert_eq!(journals.len(), 1, "{journals:#?}");
    let lines = journals[0]["after"]["entries"].as_array().unwrap();
    assert!(
        lines.iter().any(|line| line["amount_minor"] == 105_000),
        "{lines:?}"
    );
    assert_eq!(text(&journals[0], "actor"), "system");
    let of_customer = entries(&world, &format!("subject={customer}")).await;
    assert!(of_customer.iter().any(|entry| entry["number"] == given["number"]));
    let everything = format!("{:?}", entries(&world, "").await);
    assert!(
        !everything.contains("+2547"),
        "numbers of people stand nowhere in the open"
    );
}

#[tokio::test]
async fn who_works_the_drawer_is_on_record_and_so_is_who_may_not() {
    let world = World::new().await;
    let float = json!({ "float": { "amount_minor": 200_000, "currency": "KES" } });
    let (status, opened) = world
        .order(&world.api, "/api/v1/till/sessions", "open", &float)
        .await;
    assert_eq!(status, StatusCode::CREATED, "{opened}");
    let found = entries(&world, "verb=ratiba.payments.till_session_added").await;
    assert_eq!(found.len(), 1);
    assert!(text(&found[0], "actor").starts_with("token:"), "{found:?}");
    assert_eq!(text(&found[0], "origin"), "api POST /api/v1/till/sessions");
    assert_eq!(found[0]["after"]["float_minor"], 200_000);

    let (status, again) = world
        .order(&world.api, "/api/v1/till/sessions", "again", &float)
        .await;
    assert_eq!(status, StatusCode::CONFLICT, "{again}");
    let desk = world.token(Role::Receptionist).await;
    let settings = json!({});
    let (status, refused) = world
        .call_as(&desk, Method::PUT, "/api/v1/settings/commission", Some(settings))
        .await;
    assert_eq!(status, StatusCode::FORBIDDEN, "{refused}");
    let refusals = entries(&world, "verb=ratiba.payments.refused").await;
    assert_eq!(
        refusals[0]["after"],
        json!({ "asked": "POST /api/v1/till/sessions", "why": "till-open" })
    );
    let refusals = entries(&world, "verb=ratiba.settings.refused").await;
    assert_eq!(refusals[0]["after"]["why"], "forbidden");
    assert_ne!(refusals[0]["actor"], found[0]["actor"], "another token");
}

#[tokio::test]
async fn the_record_is_for_those_who_run_the_business_page_by_page_and_verified_on_demand() {
    let world = World::new().await;
    for role in [Role::Receptionist, Role::Manager] {
        let token = world.token(role).await;
        let (status, _) = world.call_as(&token, Method::GET, "/api/v1/audit", None).await;
        let wanted = if role == Role::Manager {
            StatusCode::OK
        } else {
            StatusCode::FORBIDDEN
        };
        assert_eq!(status, wanted, "{role:?}");
    }
    let all = entries(&world, "").await;
    let (_, first) = world.call(Method::GET, "/api/v1/audit?limit=3", None).await;
    let (_, second) = world
        .call(
            Method::GET,
            &format!("/api/v1/audit?limit=3&before={}", first["next"]),
            None,
        )
        .await;
    assert_eq!(second["items"][0], all[3]);
    let (_, none) = world.call(Method::GET, "/api/v1/audit/verification", None).await;
    assert_eq!(none, json!({ "last": null }));
    let (status, verified) = world.call(Method::POST, "/api/v1/audit/verification", None).await;
    assert_eq!(
        (status, &verified["sound"], &verified["findings"]),
        (StatusCode::OK, &json!(true), &json!([]))
    );
    let (_, last) = world.call(Method::GET, "/api/v1/audit/verification", None).await;
    assert_eq!(last["last"]["head_hash"], verified["head_hash"]);
}
