use actix_web::ResponseError as _;
use ratiba_access::limits::Limit;

use super::*;
use crate::endpoint::ENDPOINTS;

#[test]
fn whoever_is_stopped_is_told_until_when_and_why() {
    let standing = Standing {
        kind: "caller",
        limit: Limit::new(600, 60, 100).unwrap(),
        left: 0,
        empty_in: Duration::milliseconds(9_950),
    };
    let answer = too_fast(&standing, Duration::milliseconds(100)).error_response();
    assert_eq!(answer.status(), 429);
    let header = |name: &str| answer.headers().get(name).unwrap().to_str().unwrap();
    assert_eq!(header("Retry-After"), "1");
    assert_eq!(header(RATE_LIMIT), "\"caller\";r=0;t=10");
    assert_eq!(header(RATE_LIMIT_POLICY), "\"caller\";q=600;w=60");
    assert_eq!(header("Content-Type"), "application/problem+json");
}

#[test]
fn every_route_has_the_door_that_it_needs() {
    for endpoint in ENDPOINTS.iter() {
        let path = endpoint.path;
        let grants = endpoint.method == "POST"
            && path
                .split('/')
                .any(|part| matches!(part, "tokens" | "invitations"));
        let expected = match path {
            "/healthz" | "/readyz" => Door::Free,
            "/auth/login" | "/auth/callback" => Door::SignIn,
            _ if path.starts_with("/webhooks/") => Door::Webhook,
            _ if grants => Door::Grant,
            _ => Door::Usual,
        };
        assert_eq!(endpoint.door, expected, "{} {path}", endpoint.method);
    }
}
