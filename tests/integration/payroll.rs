//! A month that was closed goes to payroll: as a sheet that an officer uploads, or to payroll's own system, whatever goes
//! wrong on the way; and what everybody earned is told as files.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use ratiba_access::Role;
use ratiba_kernel::Breaker;
use ratiba_payroll::PayMonth;
use ratiba_payroll::employee::{Employee, EmployeeStatus, Terms};
use ratiba_payroll::ports::{PayrollGateway, PeriodState};
use ratiba_payroll::test_support::{PayrollStage, company, payroll_gateway_contract};
use ratiba_simulator::{PayrollAccount, Simulator, SimulatorSettings};
use ratiba_system::MovableClock;
use ratiba_workpay_stub::{Codes, Paths, Token, WorkpayHttp, WorkpaySettings};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use system_tests::World;
use time::Duration;
use time::macros::datetime;

/// A simulator of its own, as the product sees it.
struct Stage {
    simulator: Simulator,
    gateway: Arc<WorkpayHttp>,
}

impl Stage {
    async fn new() -> Self {
        let account = PayrollAccount {
            company: "ACME-SPA".to_owned(),
            token: "a-token".to_owned(),
        };
        let settings = SimulatorSettings {
            payroll: account.clone(),
            ..SimulatorSettings::default()
        };
        let simulator = Simulator::start(settings).await.unwrap();
        let settings = WorkpaySettings {
            base_url: format!("{}/workpay", simulator.base_url()),
            tokens: BTreeMap::from([(company(), Token::new(account.token))]),
            paths: Paths::default(),
            codes: Codes::default(),
            timeout_ms: 5_000,
        };
        let clock = Arc::new(MovableClock::at(datetime!(2026-06-01 06:00 UTC)));
        let gateway = Arc::new(WorkpayHttp::new(settings, clock, Arc::new(Breaker::default())).unwrap());
        Self { simulator, gateway }
    }

    async fn arrange(&self, body: Value) {
        let url = format!("{}/sim/payroll", self.simulator.base_url());
        let answer = reqwest::Client::new().post(url).json(&body).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
    }
}

fn body_of(person: &Employee) -> Value {
    let status = match person.status {
        EmployeeStatus::Active => "active",
        EmployeeStatus::OnLeave => "on_leave",
        EmployeeStatus::Exited => "exited",
    };
    let terms = match person.terms {
        Terms::Permanent => "permanent",
        Terms::FixedTerm => "contract",
        Terms::Casual => "casual",
        Terms::Intern => "intern",
        Terms::Contractor => "contractor",
    };
    json!({
        "external_id": person.external_id, "staff_no": person.number.as_str(), "full_name": person.full_name,
        "status": status, "employment_type": terms, "start_date": null, "exit_date": null,
        "currency": person.currency.code(),
    })
}

#[async_trait(?Send)]
impl PayrollStage for Stage {
    fn gateway(&self) -> Arc<dyn PayrollGateway> {
        self.gateway.clone()
    }

    async fn employ(&self, person: Employee) {
        self.arrange(json!({ "employees": [body_of(&person)] })).await;
    }

    async fn set_period(&self, period: PayMonth, standing: PeriodState) {
        let state = match standing {
            PeriodState::Open => "open",
            PeriodState::Processing => "processing",
            PeriodState::Approved => "approved",
            PeriodState::Paid => "paid",
            PeriodState::Locked => "locked",
        };
        self.arrange(json!({ "periods": { period.to_string(): state } }))
            .await;
    }
}

#[tokio::test]
async fn payroll_over_http_keeps_the_contract_that_the_fake_keeps() {
    payroll_gateway_contract(async || Stage::new().await).await;
}

/// May is closed and everybody has a staff number and is on the payroll.
struct Closed {
    world: World,
    staff: Vec<String>,
}

impl Closed {
    async fn new() -> Self {
        // What it takes to get there is much, and would be part of each test's future.
        Box::pin(Self::made()).await
    }

    async fn made() -> Self {
        let world = World::new().await;
        world.book_and_pay().await;
        world.work().await;
        let id = world.appointments("2026-05-13").await[0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let of = |verb: &str| format!("/api/v1/appointments/{id}/{verb}");
        world.jump(datetime!(2026-05-13 13:55 +3)).await;
        let (status, body) = world.call(Method::POST, &of("start"), Some(json!({}))).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        world.jump(datetime!(2026-05-13 15:05 +3)).await;
        let (status, body) = world.call(Method::POST, &of("finish"), None).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        world.jump(datetime!(2026-06-01 09:00 +3)).await;
        let body = json!({ "month": "2026-05" });
        let (status, closed) = world
            .call(Method::POST, "/api/v1/commission/closes", Some(body))
            .await;
        assert_eq!(status, StatusCode::OK, "{closed:#}");
        let (_, team) = world.call(Method::GET, "/api/v1/staff", None).await;
        let team = team["items"].as_array().unwrap().clone();
        let staff: Vec<String> = team
            .iter()
            .map(|one| one["id"].as_str().unwrap().to_owned())
            .collect();
        let closed = Self { world, staff };
        for (number, one) in team.iter().enumerate() {
            let number = format!("EMP-{number:04}");
            let path = format!("/api/v1/staff/{}/payroll-link", one["id"].as_str().unwrap());
            let link = json!({ "staff_no": number });
            let (status, said) = closed.world.call(Method::PUT, &path, Some(link)).await;
            assert_eq!(status, StatusCode::OK, "{said}");
            let person = json!({
                "external_id": format!("wp-{number}"), "staff_no": number, "full_name": one["name"],
                "status": "active", "employment_type": "permanent", "start_date": "2025-01-01", "exit_date": null,
                "currency": "KES",
            });
            closed.arrange(json!({ "employees": [person] })).await;
        }
        closed
    }

    async fn arrange(&self, body: Value) -> Value {
        self.world.tell_simulator("/sim/payroll", body).await
    }

    async fn book(&self) -> Value {
        self.world.ask_simulator("/sim/payroll").await
    }

    async fn order(&self, body: Value) -> (StatusCode, Value) {
        self.world
            .call(Method::POST, "/api/v1/payroll/exports", Some(body))
            .await
    }

    async fn now(&self, export: &Value) -> Value {
        let path = format!("/api/v1/payroll/exports/{}", export["id"].as_str().unwrap());
        self.world.call(Method::GET, &path, None).await.1
    }

    /// Lets the worker go on until the export is not waiting any more.
    async fn settled(&self, export: &Value) -> Value {
        for _ in 0..20 {
            self.world.work().await;
            let now = self.now(export).await;
            if now["state"] != "waiting" {
                return now;
            }
            self.world.pass(Duration::minutes(10)).await;
        }
        panic!("the export waits for ever: {export:#}");
    }
}

fn by_system() -> Value {
    json!({ "month": "2026-05", "way": "system" })
}

#[tokio::test]
async fn a_closed_month_goes_to_payroll_once_and_payrolls_id_of_it_is_noted() {
    let closed = Closed::new().await;
    let (status, ordered) = closed.order(by_system()).await;
    assert_eq!(status, StatusCode::CREATED, "{ordered:#}");
    let export = closed.settled(&ordered["export"]).await;
    assert_eq!(
        (&export["state"], &export["vendor_period_id"]),
        (&json!("done"), &json!("PP-2026-05"))
    );
    let book = closed.book().await;
    assert_eq!(
        book["lines"].as_array().unwrap().len(),
        export["lines"].as_array().unwrap().len()
    );
    let unnamed =
        "SELECT count(*) FROM commission_period WHERE vendor_period_id IS DISTINCT FROM 'PP-2026-05'";
    assert_eq!(closed.world.count(unnamed), 0);
    let (status, again) = closed.order(by_system()).await;
    assert_eq!((status, &again["export"]["id"]), (StatusCode::OK, &export["id"]));
    closed.world.work().await;
    assert_eq!(closed.book().await["pushes"], 1);
}

#[tokio::test]
async fn whatever_goes_wrong_on_the_way_every_line_arrives_once() {
    let closed = Closed::new().await;
    for fault in ["lose", "empty5xx", "html5xx", "answer_lost"] {
        let fault = json!({ "target": "payroll.push", "kind": fault });
        closed.world.tell_simulator("/sim/faults", fault).await;
    }
    closed.arrange(json!({ "throttle": 2 })).await;
    let (_, ordered) = closed.order(by_system()).await;
    let export = closed.settled(&ordered["export"]).await;
    assert_eq!(export["state"], "done", "{export:#}");
    let book = closed.book().await;
    assert_eq!(json!(book["lines"].as_array().unwrap().len()), export["count"]);
}

#[tokio::test]
async fn a_month_that_payroll_has_closed_is_refused_and_paid_in_the_next() {
    let closed = Closed::new().await;
    closed.arrange(json!({ "periods": { "2026-05": "paid" } })).await;
    let (_, ordered) = closed.order(by_system()).await;
    let export = closed.settled(&ordered["export"]).await;
    assert_eq!(
        (&export["state"], &export["refused"]),
        (&json!("refused"), &json!("period_not_open"))
    );
    assert_eq!(closed.book().await["pushes"], 0);
    let next = json!({ "month": "2026-05", "pay_period": "2026-06", "way": "system" });
    let (status, ordered) = closed.order(next).await;
    assert_eq!(status, StatusCode::CREATED, "{ordered:#}");
    let export = closed.settled(&ordered["export"]).await;
    assert_eq!(export["state"], "done");
    assert_eq!(closed.book().await["lines"][0]["period"], "2026-06");
}

#[tokio::test]
async fn a_sheet_is_the_same_bytes_for_ever_and_is_confirmed_with_its_own_file() {
    let closed = Closed::new().await;
    let (status, ordered) = closed.order(json!({ "month": "2026-05" })).await;
    assert_eq!(status, StatusCode::CREATED, "{ordered:#}");
    let path = format!(
        "/api/v1/payroll/exports/{}",
        ordered["export"]["id"].as_str().unwrap()
    );
    let sheet = async || {
        closed
            .world
            .call(Method::GET, &format!("{path}/sheet"), None)
            .await
            .1
    };
    let first = sheet().await.as_str().unwrap().to_owned();
    assert!(first.starts_with("staff_no,name,period,earning_code,"), "{first}");
    assert_eq!(sheet().await.as_str(), Some(first.as_str()));
    let confirm = async |file: &str| {
        let body = json!({ "file_sha256": hex::encode(Sha256::digest(file)), "vendor_period_id": "WP-MAY" });
        closed
            .world
            .call(Method::POST, &format!("{path}/confirm"), Some(body))
            .await
    };
    assert_eq!(confirm("another file").await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, confirmed) = confirm(&first).await;
    assert_eq!(status, StatusCode::OK, "{confirmed:#}");
    assert_eq!(confirmed["state"], "done");
    assert_eq!(confirm(&first).await, (StatusCode::OK, confirmed));
    assert_eq!(sheet().await.as_str(), Some(first.as_str()), "also afterwards");
    let named = "SELECT count(*) FROM commission_period WHERE vendor_period_id = 'WP-MAY'";
    assert!(closed.world.count(named) > 0);
}

#[tokio::test]
async fn a_statement_comes_in_three_forms_and_two_languages_with_the_same_bytes_each_time() {
    let closed = Closed::new().await;
    let (_, listed) = closed
        .world
        .call(Method::GET, "/api/v1/commission/periods?month=2026-05", None)
        .await;
    let periods = listed["periods"].as_array().unwrap();
    let earner = periods
        .iter()
        .find(|one| one["services_rendered_count"] == 1)
        .unwrap();
    let path = format!(
        "/api/v1/commission/periods/{}/statement",
        earner["id"].as_str().unwrap()
    );
    for format in ["pdf", "xlsx", "csv"] {
        for language in ["en", "sw"] {
            let path = format!("{path}?format={format}&language={language}");
            let (status, one) = closed.world.call(Method::GET, &path, None).await;
            assert_eq!(status, StatusCode::OK, "{path}: {one}");
            let (_, other) = closed.world.call(Method::GET, &path, None).await;
            assert_eq!(one, other, "{path}");
        }
    }
    let (_, csv) = closed
        .world
        .call(Method::GET, &format!("{path}?format=csv&language=sw"), None)
        .await;
    let csv = csv.as_str().unwrap();
    assert!(csv.starts_with("Taarifa ya kamisheni,"), "{csv}");
    assert!(csv.contains(earner["content_hash"].as_str().unwrap()), "{csv}");
    // A therapist without a person of their own sees nobody's.
    let therapist = closed.world.token(Role::Therapist).await;
    let (status, _) = closed.world.call_as(&therapist, Method::GET, &path, None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn terms_of_employment_are_for_managers_and_owners_and_are_checked() {
    let closed = Closed::new().await;
    let path = format!("/api/v1/staff/{}/employment", closed.staff[0]);
    let (status, before) = closed.world.call(Method::GET, &path, None).await;
    assert_eq!(status, StatusCode::OK, "{before}");
    let token = format!("Bearer {}", closed.world.owner);
    let put = async |version: i64, body: &Value| {
        let version = format!("\"{version}\"");
        let headers = [
            ("Authorization", token.as_str()),
            ("If-Match", version.as_str()),
            ("Content-Type", "application/json"),
        ];
        let body = body.to_string().into_bytes();
        closed.world.raw(Method::PUT, &path, &headers, body).await
    };
    let version = before["version"].as_i64().unwrap();
    let wrong = json!({ "kra_pin": "12", "nssf_number": "x", "base_pay_kes_minor": 100 });
    let (status, refused) = put(version, &wrong).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{refused}");
    let fields: Vec<&Value> = refused["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["field"])
        .collect();
    assert_eq!(fields, ["kra_pin", "nssf_number"]);
    let right = json!({
        "kra_pin": "a000000000z", "nssf_number": "123456789", "employment_type": "permanent",
        "hire_date": "2025-01-01", "base_pay_kes_minor": 3_000_000,
    });
    let (status, recorded) = put(version, &right).await;
    assert_eq!(status, StatusCode::OK, "{recorded}");
    assert_eq!(recorded["kra_pin"], "A000000000Z");
    assert_eq!(put(version, &right).await.0, StatusCode::PRECONDITION_FAILED);
    for role in [Role::Receptionist, Role::Therapist] {
        let token = closed.world.token(role).await;
        let (status, _) = closed.world.call_as(&token, Method::GET, &path, None).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{role:?}");
    }
}

#[tokio::test]
async fn journals_of_days_are_a_balanced_file_with_the_same_bytes() {
    let closed = Closed::new().await;
    let path = "/api/v1/ledger/journal-file?from=2026-05-01&to=2026-05-31";
    let (status, one) = closed.world.call(Method::GET, path, None).await;
    assert_eq!(status, StatusCode::OK, "{one}");
    let file = one.as_str().unwrap();
    let mut lines = file.lines();
    assert_eq!(
        lines.next(),
        Some("date,journal,cause,account,currency,debit,credit")
    );
    let sum = |column: usize| -> i64 {
        file.lines()
            .skip(1)
            .map(|line| {
                let amount = line.split(',').nth(column).unwrap();
                amount.replace('.', "").parse::<i64>().unwrap()
            })
            .sum()
    };
    assert!(sum(5) >= 105_000, "{file}");
    assert_eq!(sum(5), sum(6));
    assert_eq!(closed.world.call(Method::GET, path, None).await.1, one);
    let long = "/api/v1/ledger/journal-file?from=2026-01-01&to=2026-12-31";
    assert_eq!(
        closed.world.call(Method::GET, long, None).await.0,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn a_line_is_disputed_once_at_a_time_and_decided_once() {
    let closed = Closed::new().await;
    let (_, listed) = closed
        .world
        .call(Method::GET, "/api/v1/commission/periods?month=2026-05", None)
        .await;
    let periods = listed["periods"].as_array().unwrap();
    let earner = periods
        .iter()
        .find(|one| one["services_rendered_count"] == 1)
        .unwrap();
    let path = format!(
        "/api/v1/commission/periods/{}/disputes",
        earner["id"].as_str().unwrap()
    );
    let open = async |line: u32| {
        let body = json!({ "line": line, "reason": "It was ninety minutes." });
        closed.world.call(Method::POST, &path, Some(body)).await
    };
    assert_eq!(open(2).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, dispute) = open(1).await;
    assert_eq!(
        (status, &dispute["state"]),
        (StatusCode::CREATED, &json!("open")),
        "{dispute}"
    );
    let (status, again) = open(1).await;
    assert_eq!((status, &again["id"]), (StatusCode::OK, &dispute["id"]));
    let decide = async |verb: &str| {
        let path = format!(
            "/api/v1/commission/disputes/{}/{verb}",
            dispute["id"].as_str().unwrap()
        );
        let body = json!({ "answer": "The recorded end is right." });
        closed.world.call(Method::POST, &path, Some(body)).await
    };
    let (status, rejected) = decide("reject").await;
    assert_eq!(
        (status, &rejected["state"]),
        (StatusCode::OK, &json!("rejected")),
        "{rejected}"
    );
    assert_eq!(decide("accept").await.0, StatusCode::CONFLICT);
    let disputes = async |query: &str| {
        let path = format!("/api/v1/commission/disputes{query}");
        closed.world.call(Method::GET, &path, None).await.1["items"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!((disputes("").await, disputes("?all=true").await), (0, 1));
    assert_eq!(
        open(1).await.0,
        StatusCode::CREATED,
        "decided, it can be disputed anew"
    );
}

/// The amendment stays an act of its own; the dispute only says what it would be.
#[tokio::test]
async fn an_accepted_dispute_shows_what_would_be_amended_until_it_is() {
    let closed = Closed::new().await;
    let world = &closed.world;
    let period = world.text(
        "SELECT p.id::text AS text FROM commission_period p JOIN commission_line l ON l.period_id = p.id LIMIT 1",
    );
    let path = format!("/api/v1/commission/periods/{period}/disputes");
    let body = json!({ "line": 1, "reason": "It cost less." });
    let (_, dispute) = world.call(Method::POST, &path, Some(body)).await;
    let of_it = format!("/api/v1/commission/disputes/{}", dispute["id"].as_str().unwrap());
    let accept = format!("{of_it}/accept");
    let (status, accepted) = world.call(Method::POST, &accept, Some(json!({}))).await;
    assert_eq!(
        (status, &accepted["proposed_amendment"]),
        (StatusCode::OK, &Value::Null),
        "nothing differs yet: {accepted}"
    );
    let payment = world.text("SELECT id::text AS text FROM payments WHERE paid_minor > 0");
    let refund = json!({ "way": "credit", "amount": { "amount_minor": 50_000, "currency": "KES" }, "reason": "it cost less" });
    let path = format!("/api/v1/payments/{payment}/refunds");
    let (status, refund) = world.order(&world.api, &path, "back", &refund).await;
    assert_eq!(status, StatusCode::CREATED, "{refund}");
    let (_, shown) = world.call(Method::GET, &of_it, None).await;
    let proposed = &shown["proposed_amendment"];
    assert_eq!(proposed["amendment_of_id"], json!(period), "{shown}");
    assert_eq!(proposed["dispute_ids"], json!([dispute["id"]]));
    let amendments = "/api/v1/commission/amendments";
    let (_, listed) = world
        .call(Method::GET, &format!("{amendments}?month=2026-05"), None)
        .await;
    assert_eq!(
        listed["amendments"][0]["dispute_ids"],
        json!([dispute["id"]]),
        "{listed}"
    );
    let rows = || world.count("SELECT count(*) FROM commission_period WHERE type = 'amendment'");
    assert_eq!(rows(), 0, "nothing is amended by accepting or looking");
    let token = world.token(Role::Therapist).await;
    let (status, _) = world.call_as(&token, Method::GET, &of_it, None).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "it is nobody else's");

    world.pass(Duration::minutes(2)).await;
    let body = json!({
        "month": "2026-05", "staff_id": proposed["staff_id"], "content_hash": proposed["content_hash"],
    });
    let (status, amended) = world.call(Method::POST, amendments, Some(body)).await;
    assert_eq!(status, StatusCode::CREATED, "{amended}");
    let (_, shown) = world.call(Method::GET, &of_it, None).await;
    assert_eq!(shown["proposed_amendment"], Value::Null, "{shown}");
}

#[tokio::test]
async fn payroll_decides_since_when_and_on_which_terms_people_work() {
    let closed = Closed::new().await;
    let whats = async || {
        let (status, told) = closed
            .world
            .call(Method::GET, "/api/v1/payroll/differences", None)
            .await;
        assert_eq!(status, StatusCode::OK, "{told}");
        let items = told["items"].as_array().unwrap().clone();
        let mut whats: Vec<String> = items
            .iter()
            .map(|one| one["what"].as_str().unwrap().to_owned())
            .collect();
        whats.dedup();
        whats
    };
    let stranger = json!({
        "external_id": "wp-9", "staff_no": "EMP-9999", "full_name": "Nobody Here", "status": "active",
        "employment_type": "permanent", "start_date": null, "exit_date": null, "currency": "KES",
    });
    closed.arrange(json!({ "employees": [stranger] })).await;
    assert!(
        whats().await.contains(&"hire_date".to_owned()),
        "{:?}",
        whats().await
    );
    let tenant = closed.world.tenant.tenant;
    let changed = closed.world.parts.adopt_payroll_directory(tenant).await.unwrap();
    assert_eq!(changed, closed.staff.len());
    assert_eq!(
        closed.world.parts.adopt_payroll_directory(tenant).await.unwrap(),
        0
    );
    assert_eq!(whats().await, ["unknown_here"]);
}

#[tokio::test]
async fn a_business_without_an_account_at_payroll_sees_nothing_of_anothers_and_hands_nothing_over() {
    let closed = Closed::new().await;
    let neighbour = closed.world.neighbour().await;
    let before = closed.book().await;
    let ask =
        async |method, path: &str, body| closed.world.call_as(&neighbour.owner, method, path, body).await;
    let (status, refused) = ask(Method::GET, "/api/v1/payroll/differences", None).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{refused}");
    let body = json!({ "month": "2026-05" });
    let (status, said) = ask(Method::POST, "/api/v1/commission/closes", Some(body)).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    let (status, refused) = ask(Method::POST, "/api/v1/payroll/exports", Some(by_system())).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{refused}");
    let adopted = closed.world.parts.adopt_payroll_directory(neighbour.tenant).await;
    assert!(adopted.is_err());
    assert_eq!(closed.book().await, before);
}

#[tokio::test]
async fn an_export_whose_job_was_lost_goes_on_in_the_night() {
    let closed = Closed::new().await;
    let (_, ordered) = closed.order(by_system()).await;
    let lost =
        "WITH gone AS (DELETE FROM jobs WHERE kind = 'payroll.send' RETURNING 1) SELECT count(*) FROM gone";
    assert_eq!(closed.world.count(lost), 1);
    closed.world.work().await;
    assert_eq!(closed.now(&ordered["export"]).await["state"], "waiting");
    closed.world.jump(datetime!(2026-06-02 03:30 +3)).await;
    assert_eq!(closed.now(&ordered["export"]).await["state"], "done");
}

#[tokio::test]
async fn a_statement_is_the_same_bytes_after_everybody_was_renamed() {
    let closed = Closed::new().await;
    let (_, listed) = closed
        .world
        .call(Method::GET, "/api/v1/commission/periods?month=2026-05", None)
        .await;
    let id = listed["periods"][0]["id"].as_str().unwrap().to_owned();
    let files = async || {
        let mut files = Vec::new();
        for form in ["pdf", "xlsx", "csv"] {
            let path = format!("/api/v1/commission/periods/{id}/statement?format={form}&language=sw");
            let (status, file) = closed.world.call(Method::GET, &path, None).await;
            assert_eq!(status, StatusCode::OK, "{file}");
            files.push(file);
        }
        files
    };
    let before = files().await;
    for renaming in [
        "UPDATE staff SET name = name || ' Mpya'",
        "UPDATE services SET name = name || ' (new)'",
        "UPDATE tenant_settings SET business_name = 'Another Spa', zone = 'America/New_York'",
    ] {
        closed.world.execute(renaming);
    }
    assert_eq!(files().await, before);
}
