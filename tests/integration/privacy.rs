//! What customers ask of what is kept of them, through the real doors.

use ratiba_access::Role;
use ratiba_kernel::Clock as _;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::World;
use time::Duration;

async fn take(world: &World, customer: &str, wish: &str) -> Value {
    let body = json!({ "customer_id": customer, "wish": wish });
    let (status, taken) = world
        .call(Method::POST, "/api/v1/data-requests", Some(body))
        .await;
    assert_eq!(status, StatusCode::CREATED, "{taken}");
    taken
}

async fn answer(world: &World, request: &Value, how: &str) -> (StatusCode, Value) {
    let path = format!("/api/v1/data-requests/{}/{how}", request["id"].as_str().unwrap());
    world.call(Method::POST, &path, None).await
}

#[tokio::test]
async fn a_customer_sees_what_is_kept_and_is_not_forgotten_while_something_is_booked() {
    let world = World::new().await;
    world.book_and_pay().await;
    let customer = world.text("SELECT customer_id::text AS text FROM payments LIMIT 1");
    let desk = world.token(Role::Receptionist).await;
    let (status, _) = world
        .call_as(&desk, Method::GET, "/api/v1/data-requests", None)
        .await;
    assert_eq!(status, StatusCode::FORBIDDEN);

    let export = take(&world, &customer, "export").await;
    assert_eq!(export["id"], take(&world, &customer, "export").await["id"]);
    let (status, handed) = answer(&world, &export, "document").await;
    assert_eq!(status, StatusCode::OK, "{handed}");
    let document: Value = serde_json::from_str(handed["document"].as_str().unwrap()).unwrap();
    assert_eq!(document["customer_id"], json!(customer));
    for table in ["customers", "inbound_messages", "appointments", "payments"] {
        let rows = document["kept"][table].as_array().unwrap();
        assert_eq!(handed["request"]["rows"][table], json!(rows.len()), "{table}");
        assert!(!rows.is_empty(), "{table}");
    }
    let (status, again) = answer(&world, &export, "document").await;
    assert_eq!(status, StatusCode::CONFLICT, "{again}");

    let erasure = take(&world, &customer, "erasure").await;
    let (status, refused) = answer(&world, &erasure, "erase").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{refused}");
    let (_, listed) = world.call(Method::GET, "/api/v1/data-requests", None).await;
    assert_eq!(
        listed["items"][0]["id"], erasure["id"],
        "what is open comes first"
    );
    let record = "/api/v1/audit?verb=ratiba.privacy.request_";
    let (_, record) = world.call(Method::GET, record, None).await;
    let verbs = record["items"].as_array().unwrap().iter();
    let verbs: Vec<&str> = verbs.map(|entry| entry["verb"].as_str().unwrap()).collect();
    assert_eq!(
        verbs,
        [
            "ratiba.privacy.request_added",
            "ratiba.privacy.request_changed",
            "ratiba.privacy.request_added",
        ]
    );
}

#[tokio::test]
async fn what_providers_wrote_is_gone_once_its_time_is_over() {
    let world = World::new().await;
    world.book_and_pay().await;
    let came = world.clock.now();
    let left = || world.text("SELECT count(*)::text AS text FROM payment_callbacks");
    assert_ne!(left(), "0");
    world.jump(came + Duration::days(119)).await;
    assert_ne!(left(), "0", "its time is not over");
    world.text("UPDATE tenants SET state = 'suspended' RETURNING state AS text");
    world.jump(came + Duration::days(122)).await;
    assert_eq!(left(), "0", "of a suspended business too");
}
