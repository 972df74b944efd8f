//! Payroll: who is let in, how often, and what is refused.

#![expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]

use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::support::Stage;

const TOKEN: &str = "example-payroll-token";

async fn ask(stage: &Stage, token: &str, method: Method, path: &str, body: Option<&Value>) -> Response {
    let url = format!("{}/workpay/v1/companies/ARIA-AURA/{path}", stage.base);
    let mut request = stage.http.request(method, url).bearer_auth(token);
    if let Some(body) = body {
        request = request.json(body);
    }
    request.send().await.unwrap()
}

async fn employees(stage: &Stage, token: &str) -> Response {
    ask(stage, token, Method::GET, "employees", None).await
}

#[tokio::test]
async fn who_is_not_known_is_told_so_and_uses_up_nobodys_requests() {
    let stage = Stage::new().await;
    stage.post("/sim/payroll", json!({ "throttle": 1 })).await;
    for _stranger in 0..3 {
        assert_eq!(employees(&stage, "a-guess").await.status(), 401);
    }
    assert_eq!(employees(&stage, TOKEN).await.status(), 429, "the arranged one");
    assert_eq!(employees(&stage, TOKEN).await.status(), 200);
}

#[tokio::test]
async fn a_token_has_so_many_requests_a_minute_and_is_told_when_to_come_again() {
    let stage = Stage::new().await;
    stage
        .post("/sim/payroll", json!({ "requests_a_minute": 2 }))
        .await;
    for _within in 0..2 {
        assert_eq!(employees(&stage, TOKEN).await.status(), 200);
    }
    let refused = employees(&stage, TOKEN).await;
    assert_eq!(refused.status(), 429);
    let again: i64 = refused.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=61).contains(&again), "{again}");
    stage
        .post("/sim/clock", json!({ "advance_seconds": again }))
        .await;
    assert_eq!(employees(&stage, TOKEN).await.status(), 200);
}

#[tokio::test]
async fn a_month_that_is_none_is_refused() {
    let stage = Stage::new().await;
    let batch = json!({
        "company": "ARIA-AURA", "period": "May 2026", "batch_id": "b-1", "dry_run": false,
        "totals": { "count": 0, "sum_minor": 0 }, "lines": [],
    });
    let refused = ask(&stage, TOKEN, Method::POST, "earnings-batches", Some(&batch)).await;
    assert_eq!(refused.status(), 422);
    for (period, status) in [("2026-05", 200), ("2026-13", 404), ("26-05", 404), ("may", 404)] {
        let told = ask(&stage, TOKEN, Method::GET, &format!("periods/{period}"), None).await;
        assert_eq!(told.status(), status, "{period}");
    }
}
