//! What the assistant is told and how it sounds, over HTTP: a change names the version that it was decided on.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::World;

/// Without a version, with one that is over, and with the one that stands.
async fn needs_its_version(world: &World, method: &Method, path: &str, body: &Value) -> (StatusCode, Value) {
    let (status, problem) = world.call(method.clone(), path, Some(body.clone())).await;
    assert_eq!(
        (status, &problem["type"]),
        (
            StatusCode::PRECONDITION_REQUIRED,
            &json!("/problems/precondition-required")
        ),
        "{method} {path}"
    );
    let (status, problem) = world.call_at(&json!(9), method.clone(), path, body.clone()).await;
    assert_eq!(
        (status, &problem["type"]),
        (StatusCode::PRECONDITION_FAILED, &json!("/problems/stale")),
        "{method} {path}"
    );
    world.call_at(&json!(1), method.clone(), path, body.clone()).await
}

#[tokio::test]
async fn what_the_assistant_is_told_is_changed_at_the_version_that_was_read() {
    let world = World::new().await;
    let all = "/api/v1/knowledge";
    let snippet =
        |body: &str| json!({ "category": "facility", "language": "en", "title": "Parking", "body": body });
    let (status, made) = world
        .call(Method::POST, all, Some(snippet("Behind the house.")))
        .await;
    assert_eq!(
        (status, &made["version"]),
        (StatusCode::CREATED, &json!(1)),
        "{made}"
    );
    let one = format!("{all}/{}", made["id"].as_str().unwrap());
    let (status, changed) = needs_its_version(&world, &Method::PUT, &one, &snippet("In front of it.")).await;
    assert_eq!(
        (status, &changed["version"]),
        (StatusCode::OK, &json!(2)),
        "{changed}"
    );
    let (_, shown) = world.call(Method::GET, &one, None).await;
    assert_eq!(shown["body"], "In front of it.");
    let (status, _) = world.call(Method::DELETE, &one, None).await;
    assert_eq!(status, StatusCode::PRECONDITION_REQUIRED);
    for (version, expected) in [(1, StatusCode::PRECONDITION_FAILED), (2, StatusCode::NO_CONTENT)] {
        let (status, _) = world
            .call_at(&json!(version), Method::DELETE, &one, json!({}))
            .await;
        assert_eq!(status, expected, "at {version}");
    }
    let (status, _) = world.call(Method::GET, &one, None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn how_the_assistant_sounds_is_changed_at_the_version_that_was_read() {
    let world = World::new().await;
    let path = "/api/v1/settings/personality";
    let dials = json!({ "tone": "brief", "greeting": "asking", "upsell": "plain", "cancellation": "plain",
        "honorific": "none", "cross_sell": "never" });
    let (status, set) = needs_its_version(&world, &Method::PUT, path, &dials).await;
    assert_eq!((status, &set["version"]), (StatusCode::OK, &json!(2)), "{set}");
    let (_, shown) = world.call(Method::GET, path, None).await;
    assert_eq!((&shown["tone"], &shown["version"]), (&json!("brief"), &json!(2)));
    let (status, _) = world.call_at(&json!(1), Method::PUT, path, dials).await;
    assert_eq!(status, StatusCode::PRECONDITION_FAILED, "it is at 2 by now");
}
