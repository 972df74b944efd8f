//! What we ask of payroll, and what of its answers we believe: right ones, wrong ones, slow ones, and none.

#![expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use ratiba_kernel::test_support::ManualClock;
use ratiba_kernel::{Breaker, Currency, Id, Money, Outage};
use ratiba_payroll::earnings::{Batch, EarningCode, EarningsLine, LineKey, Mode};
use ratiba_payroll::employee::Company;
use ratiba_payroll::export::{LineResult, Reason, Rejection};
use ratiba_payroll::ports::{GatewayError, PayrollGateway as _};
use ratiba_payroll::test_support::{amina, company, may};
use ratiba_workpay_stub::{Codes, Paths, Token, WorkpayHttp, WorkpaySettings};
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

#[derive(Clone)]
enum Answer {
    Json(u16, Value),
    Later(&'static str),
    Never,
}

struct Script {
    answer: Answer,
    asked: Mutex<Vec<(String, String, Value)>>,
}

async fn play(request: HttpRequest, body: web::Bytes, script: web::Data<Script>) -> HttpResponse {
    let bearer = request.headers().get("authorization").unwrap();
    script.asked.lock().unwrap().push((
        request.uri().to_string(),
        bearer.to_str().unwrap().to_owned(),
        serde_json::from_slice(&body).unwrap_or(Value::Null),
    ));
    match script.answer.clone() {
        Answer::Json(status, body) => HttpResponse::build(status.try_into().unwrap()).json(body),
        Answer::Later(after) => HttpResponse::TooManyRequests()
            .insert_header(("Retry-After", after))
            .finish(),
        Answer::Never => std::future::pending().await,
    }
}

fn answers(answer: Answer) -> (web::Data<Script>, WorkpayHttp) {
    let script = web::Data::new(Script {
        answer,
        asked: Mutex::default(),
    });
    let data = script.clone();
    let server = HttpServer::new(move || App::new().app_data(data.clone()).default_service(web::to(play)))
        .workers(1)
        .shutdown_timeout(0)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .unwrap();
    let port = server.addrs()[0].port();
    actix_web::rt::spawn(server.run());
    let settings = WorkpaySettings {
        base_url: format!("http://127.0.0.1:{port}"),
        tokens: BTreeMap::from([(company(), Token::new("wp-secret"))]),
        paths: Paths::default(),
        codes: Codes {
            tips: "TIP-HELD".to_owned(),
            ..Codes::default()
        },
        timeout_ms: 200,
    };
    let clock = Arc::new(ManualClock::default());
    (
        script,
        WorkpayHttp::new(settings, clock, Arc::new(Breaker::default())).unwrap(),
    )
}

fn tips() -> Batch {
    let line = EarningsLine {
        key: LineKey::new(&company(), may(), &amina().number, EarningCode::Tips, 1),
        document: Id::from_uuid(Uuid::from_u128(5)),
        employee: amina().number,
        name: "Amina".to_owned(),
        code: EarningCode::Tips,
        amount: Money::new(30_000, Currency::Kes),
        quantity: 37,
        basis_hash: [0xab; 32],
        corrects: None,
    };
    let id = Id::from_uuid(Uuid::from_u128(1));
    Batch::new(id, company(), may(), Mode::Real, vec![line]).unwrap()
}

#[actix_web::test]
async fn a_batch_goes_out_as_the_contract_has_it_with_the_words_of_the_settings() {
    let key = "ACME-SPA/2026-05/EMP-0042/TIPS/r1";
    let (script, payroll) = answers(Answer::Json(
        200,
        json!({
            "period_id": "PP-7",
            "totals": { "count": 0, "sum_minor": 0 },
            "results": [{ "idempotency_key": key, "result": "rejected", "reason": "inactive_employee" }],
        }),
    ));
    let receipt = payroll.push_earnings(&tips()).await.unwrap();
    assert_eq!(receipt.vendor_period_id.as_deref(), Some("PP-7"));
    let said = receipt.results.into_values().next();
    assert_eq!(said, Some(LineResult::Rejected(Reason::InactiveEmployee)));
    let asked = script.asked.lock().unwrap().remove(0);
    assert_eq!(asked.0, "/v1/companies/ACME-SPA/earnings-batches");
    assert_eq!(asked.1, "Bearer wp-secret");
    assert_eq!(
        asked.2,
        json!({
            "company": "ACME-SPA",
            "period": "2026-05",
            "batch_id": "00000000-0000-0000-0000-000000000001",
            "dry_run": false,
            "totals": { "count": 1, "sum_minor": 30_000 },
            "lines": [{
                "idempotency_key": key,
                "employee": "EMP-0042",
                "earning_code": "TIP-HELD",
                "currency": "KES",
                "amount_minor": 30_000,
                "quantity": 37,
                "basis_hash": format!("sha256:{}", "ab".repeat(32)),
                "memo": "37 services",
                "corrects": null,
            }],
        })
    );
}

#[actix_web::test]
async fn every_refusal_is_told_apart() {
    let unavailable = || GatewayError::Unavailable(Outage::new("any"));
    let rejected = GatewayError::Rejected;
    for (answer, expected) in [
        (Answer::Json(401, json!({})), GatewayError::Unauthorized),
        (Answer::Json(403, json!({})), GatewayError::Unauthorized),
        (Answer::Json(423, json!({})), GatewayError::PeriodLocked),
        (
            Answer::Later("90"),
            GatewayError::RateLimited {
                retry_after: Duration::seconds(90),
            },
        ),
        (
            Answer::Later("tomorrow"),
            GatewayError::RateLimited {
                retry_after: Duration::seconds(60),
            },
        ),
        (Answer::Json(400, json!({})), rejected(Rejection::NotAccepted)),
        (
            Answer::Json(422, json!({ "error": { "code": "invalid", "message": "…" } })),
            rejected(Rejection::NotAccepted),
        ),
        (Answer::Json(409, json!({})), rejected(Rejection::Conflict)),
        (Answer::Json(404, json!({})), rejected(Rejection::WrongAddress)),
        (Answer::Json(405, json!({})), rejected(Rejection::WrongAddress)),
        (Answer::Json(302, json!({})), rejected(Rejection::WrongAddress)),
        (Answer::Json(408, json!({})), unavailable()),
        (Answer::Json(500, json!({})), unavailable()),
        (Answer::Json(503, json!({})), unavailable()),
        (Answer::Json(200, json!({ "results": "?" })), unavailable()),
        (Answer::Never, unavailable()),
    ] {
        let (_script, payroll) = answers(answer);
        let refused = payroll.push_earnings(&tips()).await.unwrap_err();
        let retried = matches!(
            refused,
            GatewayError::RateLimited { .. } | GatewayError::Unavailable(_)
        );
        assert_eq!(refused.is_worth_another_try(), retried);
        assert_eq!(refused, expected);
    }
}

#[actix_web::test]
async fn a_batch_that_never_arrived_is_not_known() {
    let (script, payroll) = answers(Answer::Json(404, json!({})));
    let id = Id::from_uuid(Uuid::from_u128(1));
    assert_eq!(payroll.batch_status(&company(), id).await, Ok(None));
    let asked = script.asked.lock().unwrap().remove(0).0;
    assert!(asked.ends_with("/earnings-batches/00000000-0000-0000-0000-000000000001"));
}

#[actix_web::test]
async fn payroll_in_trouble_is_left_alone() {
    let (script, payroll) = answers(Answer::Json(500, json!({})));
    for _ in 0..8 {
        assert!(payroll.period_state(&company(), may()).await.is_err());
    }
    assert_eq!(script.asked.lock().unwrap().len(), 5);
}

#[test]
fn the_token_is_in_no_log() {
    assert_eq!(format!("{:?}", Token::new("wp-secret")), "Token(…)");
}

#[actix_web::test]
async fn for_a_company_without_a_token_nothing_is_asked() {
    let (script, payroll) = answers(Answer::Json(200, json!({ "employees": [] })));
    let other = Company::parse("OTHER-SPA").unwrap();
    let refused = payroll.employees(&other, None).await;
    assert_eq!(refused, Err(GatewayError::Unauthorized));
    assert!(script.asked.lock().unwrap().is_empty());
}
