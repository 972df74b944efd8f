//! The API's own edge: who may come in, and how bad input is answered.

use ratiba_access::Role;
use ratiba_api::endpoint::Access;
use ratiba_api::problem::Kind;
use reqwest::{Method, StatusCode};
use serde_json::json;
use system_tests::World;

const SOMEBODY: &str = "00000000-0000-7000-8000-000000000000";

fn api_routes() -> Vec<(Method, String)> {
    let guarded = ratiba_api::endpoint::ENDPOINTS
        .iter()
        .filter(|endpoint| matches!(endpoint.access, Access::Scope(_)));
    guarded
        .map(|endpoint| {
            let method = endpoint.method.as_str().parse().unwrap();
            (method, filled(endpoint.path))
        })
        .collect()
}

/// A path with an id for each name.
fn filled(path: &str) -> String {
    path.split('/')
        .map(|part| if part.starts_with('{') { SOMEBODY } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

#[tokio::test]
async fn no_route_is_open() {
    let world = World::new().await;
    for (method, path) in api_routes() {
        for token in ["", "rtb_1", &format!("rtb_{}", "0".repeat(64))] {
            let header = format!("Bearer {token}");
            let (status, problem) = world
                .raw(method.clone(), &path, &[("Authorization", &header)], Vec::new())
                .await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{method} {path}");
            assert_eq!(problem["type"], json!("/problems/unauthenticated"));
        }
    }
}

#[tokio::test]
async fn a_therapists_token_without_a_person_sees_nobody_and_closes_nothing() {
    let world = World::new().await;
    world.book_and_pay().await;
    let token = world.token(Role::Therapist).await;
    let path = "/api/v1/appointments?date=2026-05-13";
    let (status, body) = world.call_as(&token, Method::GET, path, None).await;
    assert_eq!((status, &body["appointments"]), (StatusCode::OK, &json!([])));
    let id = world.appointments("2026-05-13").await[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let (status, _) = world
        .call_as(&token, Method::GET, &format!("/api/v1/appointments/{id}"), None)
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let close = Some(json!({ "month": "2026-04" }));
    let (status, problem) = world
        .call_as(&token, Method::POST, "/api/v1/commission/closes", close)
        .await;
    assert_eq!(
        (status, &problem["type"]),
        (StatusCode::FORBIDDEN, &json!("/problems/forbidden"))
    );
}

#[tokio::test]
async fn every_wrong_and_unknown_field_is_named_and_nothing_changes() {
    let world = World::new().await;
    world.book_and_pay().await;
    let id = world.appointments("2026-05-13").await[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let body = json!({ "start": "noon", "tip": { "amount_minor": -1, "currency": "KES" }, "colour": "red" });
    let version = world.appointments("2026-05-13").await[0]["version"].clone();
    let path = format!("/api/v1/appointments/{id}/actuals");
    let (status, problem) = world.call_at(&version, Method::PATCH, &path, body).await;
    assert_eq!(
        (status, &problem["type"]),
        (StatusCode::BAD_REQUEST, &json!("/problems/validation"))
    );
    let fields: Vec<&str> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["field"].as_str().unwrap())
        .collect();
    assert_eq!(fields, ["colour", "start", "tip.amount_minor"]);
    assert_eq!(world.appointments("2026-05-13").await[0]["version"], version);
}

#[tokio::test]
async fn a_change_names_the_version_that_it_was_decided_on() {
    let world = World::new().await;
    world.book_and_pay().await;
    let before = world.appointments("2026-05-13").await.remove(0);
    let path = |verb: &str| format!("/api/v1/appointments/{}/{verb}", before["id"].as_str().unwrap());
    world.jump(time::macros::datetime!(2026-05-13 14:00 +3)).await;
    let (status, _) = world.call(Method::POST, &path("start"), None).await;
    assert_eq!(status, StatusCode::OK);
    let note = json!({ "staff_notes": "late by five minutes" });
    let (status, problem) = world
        .call(Method::PATCH, &path("actuals"), Some(note.clone()))
        .await;
    assert_eq!(
        (status, &problem["type"]),
        (
            StatusCode::PRECONDITION_REQUIRED,
            &json!("/problems/precondition-required")
        )
    );
    let (status, problem) = world
        .call_at(&before["version"], Method::PATCH, &path("actuals"), note)
        .await;
    assert_eq!(
        (status, &problem["type"]),
        (StatusCode::PRECONDITION_FAILED, &json!("/problems/stale"))
    );
}

#[tokio::test]
async fn bad_bodies_paths_and_methods_leave_by_the_same_door() {
    let world = World::new().await;
    let bearer = format!("Bearer {}", world.owner);
    let auth = ("Authorization", bearer.as_str());
    let json_type = ("Content-Type", "application/json");
    let closes = "/api/v1/commission/closes";
    for (method, path, headers, body, status, kind) in [
        (
            Method::POST,
            closes,
            &[auth, json_type][..],
            b"{".to_vec(),
            400,
            "validation",
        ),
        (
            Method::POST,
            closes,
            &[auth],
            b"{}".to_vec(),
            415,
            "unsupported-media-type",
        ),
        (
            Method::POST,
            closes,
            &[auth, json_type],
            vec![b' '; 65 * 1024],
            413,
            "body-too-large",
        ),
        (
            Method::POST,
            closes,
            &[auth, json_type],
            b"{\"month\":\"2026-13\"}".to_vec(),
            400,
            "validation",
        ),
        (
            Method::GET,
            "/api/v1/nothing",
            &[auth],
            Vec::new(),
            404,
            "not-found",
        ),
        (
            Method::GET,
            "/api/v1/appointments/not-a-uuid",
            &[auth],
            Vec::new(),
            400,
            "validation",
        ),
        (
            Method::DELETE,
            closes,
            &[auth],
            Vec::new(),
            405,
            "method-not-allowed",
        ),
        (
            Method::GET,
            "/api/v1/appointments?date=tomorrow",
            &[auth],
            Vec::new(),
            400,
            "validation",
        ),
        (
            Method::GET,
            "/api/v1/appointments?date=2026-05-13&x=1",
            &[auth],
            Vec::new(),
            400,
            "validation",
        ),
    ] {
        let (answered, problem) = world.raw(method, path, headers, body).await;
        assert_eq!(
            (answered.as_u16(), problem["type"].as_str()),
            (status, Some(format!("/problems/{kind}").as_str())),
            "{path}: {problem}"
        );
        assert_eq!(problem["status"], json!(status));
    }
}

#[tokio::test]
async fn a_visit_that_was_not_begun_cannot_be_finished() {
    let world = World::new().await;
    world.book_and_pay().await;
    let id = world.appointments("2026-05-13").await[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let (status, problem) = world
        .call(Method::POST, &format!("/api/v1/appointments/{id}/finish"), None)
        .await;
    assert_eq!(
        (status, &problem["type"]),
        (StatusCode::CONFLICT, &json!("/problems/illegal-transition"))
    );
}

#[tokio::test]
async fn health_is_open_and_metrics_are_not_on_the_public_listener() {
    let world = World::new().await;
    assert_eq!(
        world.raw(Method::GET, "/healthz", &[], Vec::new()).await.0,
        StatusCode::OK
    );
    assert_eq!(
        world.raw(Method::GET, "/readyz", &[], Vec::new()).await.0,
        StatusCode::OK
    );
    assert_eq!(
        world.raw(Method::GET, "/metrics", &[], Vec::new()).await.0,
        StatusCode::NOT_FOUND
    );
}

#[test]
fn every_problem_has_a_page() {
    let page = include_str!("../../docs/api/problems.md");
    for kind in Kind::ALL {
        assert!(
            page.contains(&format!("## {}\n", kind.slug())),
            "{} has no section",
            kind.slug()
        );
    }
}
