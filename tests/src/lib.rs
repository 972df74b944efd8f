//! The harness of the system's tests: one world with a real database, the real api on a real port, the
//! simulator of the providers, and the worker's own step in place of waiting.

#![expect(
    clippy::unwrap_used,
    reason = "a world that cannot be arranged fails its test"
)]

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::web;
use ratiba_access::limits::Gate;
use ratiba_access::use_cases::TokenOrder;
use ratiba_access::{Role, Scope};
use ratiba_api::body::Patience;
use ratiba_api::crowd::Crowd;
use ratiba_api::readiness::Readiness;
use ratiba_api::settings::BASE_LIMITS;
use ratiba_api::sources::Sources;
use ratiba_api::streams::{StreamLimits, Streams};
use ratiba_api::{State, metrics::Metrics as ApiMetrics};
use ratiba_assembly::Parts;
use ratiba_assembly::demo::{self, DemoAddresses, DemoTenant};
use ratiba_assembly::express::ExpressLane;
use ratiba_assembly::settings::{LimitSettings, SharedSettings};
use ratiba_bootstrap::SettingsReader;
use ratiba_kernel::{Clock, IdSource, PhoneNumber, TenantId};
use ratiba_simulator::{Simulator, SimulatorSettings};
use ratiba_system::MovableClock;
use ratiba_test_database::TestDatabase;
use ratiba_worker::metrics::Metrics as WorkerMetrics;
use ratiba_worker::runner::{Runner, RunnerLimits};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use tokio::sync::Notify;
use uuid::Uuid;

mod by_hand_addresses;
pub mod conversations;
pub mod fault_run;
pub mod programs;

/// The number that the demo's customer writes from.
pub const ASHA: &str = "254700000123";
/// The number of the demo's owner.
pub const OWNER: &str = "254700000001";
/// What the customer of the main job writes.
pub const WANTS_A_MASSAGE: &str = "Niaje, nataka massage kesho saa nane mchana";
/// How many requests may wait for the database where a test says nothing else: as many as by default.
const WAITING_MAX: usize = 128;

/// Everything running, for one test.
pub struct World {
    /// What people depend on.
    pub parts: Parts,
    /// The clock that all parts follow.
    pub clock: MovableClock,
    /// The worker, moved by hand.
    pub runner: Runner,
    /// The demo tenant.
    pub tenant: DemoTenant,
    /// Where the api listens.
    pub api: String,
    /// The providers.
    pub simulator: Simulator,
    /// A token of the owner's.
    pub owner: String,
    /// Where everything is kept.
    pub database: TestDatabase,
    /// What all of its processes are told.
    pub settings: SharedSettings,
    /// Who listens to what happens.
    pub streams: Streams,
    variables: Vec<(String, String)>,
    http: reqwest::Client,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Drop for World {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Identities that are counted, as version 7 writes them.
#[derive(Default)]
struct CountedIds(AtomicU64);

impl IdSource for CountedIds {
    fn next(&self) -> Uuid {
        const FIRST: u128 = 0x019d_0000_0000_7000_8000_0000_0000_0000;
        Uuid::from_u128(FIRST + u128::from(self.0.fetch_add(1, Ordering::Relaxed)))
    }
}

/// A second api and a second worker beside those of a world: connections, caches and use cases of their own, as
/// other processes have them.
pub struct Twin {
    /// Where the second api listens.
    pub api: String,
    /// The second worker.
    pub runner: Runner,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Drop for Twin {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// A second business on the same instance, with what the demo tenant has, but its own.
pub struct Neighbour {
    /// Its identity.
    pub tenant: TenantId,
    /// A token of its owner's.
    pub owner: String,
}

/// Streams whose listeners are asked often whether they may still listen.
fn streams() -> Streams {
    Streams::new(StreamLimits {
        of_tenant_max: 16,
        of_one_max: 16,
        ask_again: std::time::Duration::from_millis(100),
        beat: std::time::Duration::from_millis(300),
        poll: std::time::Duration::from_millis(50),
        pause: std::time::Duration::from_millis(20),
        ..StreamLimits::default()
    })
}

/// The settings of a world as environment variables, for programs.
fn variables(
    database: &TestDatabase,
    api: SocketAddr,
    simulator: &SimulatorSettings,
    base_url: &str,
) -> Vec<(String, String)> {
    let (whatsapp, daraja) = (&simulator.whatsapp, &simulator.daraja);
    let variables = [
        ("RATIBA__ENVIRONMENT", "development".to_owned()),
        ("RATIBA__DATABASE__URL", database.app_url()),
        ("RATIBA__PUBLIC__BASE_URL", format!("http://{api}")),
        ("RATIBA__PUBLIC__ORIGINS", "https://desk.example".to_owned()),
        ("RATIBA__WHATSAPP__BASE_URL", base_url.to_owned()),
        ("RATIBA__WHATSAPP__APP_SECRET", whatsapp.app_secret.clone()),
        ("RATIBA__WHATSAPP__VERIFY_TOKEN", "verify-me".to_owned()),
        ("RATIBA__WHATSAPP__ACCESS_TOKEN", whatsapp.access_token.clone()),
        ("RATIBA__DARAJA__BASE_URL", base_url.to_owned()),
        ("RATIBA__CREDENTIALS__KEYS", format!("tests={}", "7".repeat(64))),
        ("RATIBA__DARAJA__CONSUMER_KEY", daraja.consumer_key.clone()),
        ("RATIBA__DARAJA__CONSUMER_SECRET", daraja.consumer_secret.clone()),
        ("RATIBA__DARAJA__SHORT_CODE", daraja.short_code.clone()),
        ("RATIBA__DARAJA__PASSKEY", daraja.passkey.clone()),
        ("RATIBA__DARAJA__INITIATOR", daraja.initiator.clone()),
        (
            "RATIBA__DARAJA__SECURITY_CREDENTIAL",
            daraja.security_credential.clone(),
        ),
        ("RATIBA__MODEL__URL", format!("{base_url}/openai/v1")),
        ("RATIBA__OIDC__ISSUER", format!("{base_url}/oidc")),
        ("RATIBA__OIDC__CLIENT_ID", simulator.oidc.client_id.clone()),
        (
            "RATIBA__OIDC__CLIENT_SECRET",
            simulator.oidc.client_secret.clone(),
        ),
        // Other programs that a test plays listen there.
        ("RATIBA__OUTGOING__ALLOWED_NAMES", "127.0.0.1".to_owned()),
        ("RATIBA__MODEL__NAME", "simulated".to_owned()),
        ("RATIBA__MODEL__INPUT_PRICE", "150000".to_owned()),
        ("RATIBA__MODEL__OUTPUT_PRICE", "600000".to_owned()),
        ("RATIBA__PESAPAL__BASE_URL", format!("{base_url}/pesapalv3")),
        (
            "RATIBA__PESAPAL__CONSUMER_KEY",
            simulator.pesapal.consumer_key.clone(),
        ),
        (
            "RATIBA__PESAPAL__CONSUMER_SECRET",
            simulator.pesapal.consumer_secret.clone(),
        ),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value));
    variables.into_iter().collect()
}

/// The demo tenant's account at the simulator's payroll; nobody else has one.
fn payroll_variables(
    tenant: TenantId,
    simulator: &SimulatorSettings,
    base_url: &str,
) -> [(String, String); 3] {
    let (company, token) = (&simulator.payroll.company, &simulator.payroll.token);
    [
        ("RATIBA__PAYROLL__BASE_URL", format!("{base_url}/workpay")),
        ("RATIBA__PAYROLL__COMPANIES", format!("{tenant}={company}")),
        ("RATIBA__PAYROLL__TOKENS", format!("{company}={token}")),
    ]
    .map(|(name, value)| (name.to_owned(), value))
}

fn settings_of(variables: &[(String, String)]) -> SharedSettings {
    SettingsReader::from_variables(ratiba_assembly::BASE_SETTINGS, variables.iter().cloned())
        .finish(SharedSettings::read)
        .unwrap()
}

/// The api's own limits with these changes, such as `("CALLER", "3/3600")`; with `REDIS__URL` it counts there.
///
/// # Panics
/// If they are malformed.
pub fn gate(changes: &[(&str, &str)]) -> Gate {
    let variables = changes.iter().map(|(name, value)| {
        let of_redis = name.starts_with("REDIS__");
        let group = if of_redis { "" } else { "RATE_LIMITS__" };
        (format!("RATIBA__{group}{name}"), (*value).to_owned())
    });
    let settings = SettingsReader::from_variables(BASE_LIMITS, variables).finish(LimitSettings::read);
    ratiba_assembly::limits::gate(&settings.unwrap()).unwrap()
}

impl World {
    /// A world in which the demo tenant is on record and it is 12 May 2026, 08:00 in Nairobi.
    pub async fn new() -> Self {
        Self::arranged(None).await
    }

    /// The same, but its people, rooms and services have the same identities in every run, and so whoever's turn it is
    /// has the same name.
    pub async fn repeatable() -> Self {
        Self::arranged(Some(&CountedIds::default())).await
    }

    async fn arranged(demo_ids: Option<&dyn IdSource>) -> Self {
        let database = TestDatabase::create();
        let clock = MovableClock::at(demo::BEGINS_AT);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let told = SimulatorSettings {
            api_url: Some(format!("http://{address}")),
            clock: Some(Arc::new(clock.clone())),
            redelivery_pauses: Vec::new(),
            ..SimulatorSettings::default()
        };
        let simulator = Simulator::start(told.clone()).await.unwrap();
        let variables = variables(&database, address, &told, &simulator.base_url());
        let parts = Parts::with_clock(&settings_of(&variables), Arc::new(clock.clone())).unwrap();
        let addresses = DemoAddresses {
            phone: None,
            phone_number_id: told.whatsapp.phone_number_id.clone(),
            owner_phone: PhoneNumber::parse(&told.owner_phone).unwrap(),
        };
        let demo_ids = demo_ids.unwrap_or(parts.ids.as_ref());
        let tenant = demo::provision_demo(&parts.database, demo_ids, &addresses)
            .await
            .unwrap();
        // Which company a business is at payroll can be said only once there is one.
        let mut variables = variables;
        variables.extend(payroll_variables(tenant.tenant, &told, &simulator.base_url()));
        let settings = settings_of(&variables);
        let parts = Parts::with_clock(&settings, Arc::new(clock.clone())).unwrap();
        let streams = streams();
        let state = web::Data::new(State {
            parts: parts.clone(),
            metrics: ApiMetrics::new().unwrap(),
            crowd: Crowd::new(WAITING_MAX),
            readiness: Readiness::default(),
            sources: Sources::default(),
            gate: gate(&[]),
            // Tests run the worker when they want it; whoever wants the lane opens one.
            express: ExpressLane::new(parts.clone(), 0),
            streams: streams.clone(),
            patience: Patience::default(),
        });
        let server = tokio::spawn(ratiba_api::serve(listener, state, 1).unwrap());
        let bell = Arc::new(Notify::new());
        let limits = RunnerLimits::default();
        let runner = ratiba_worker::runner(&parts, bell, WorkerMetrics::new().unwrap(), limits)
            .await
            .unwrap();
        ratiba_assembly::demo_people::enter_demo_people(&parts, &tenant)
            .await
            .unwrap();
        let owner = mint(&parts, tenant.tenant, Role::Owner).await;
        let (http, api) = (reqwest::Client::new(), format!("http://{address}"));
        Self {
            parts,
            clock,
            runner,
            tenant,
            api,
            simulator,
            owner,
            database,
            settings,
            streams,
            variables,
            http,
            server,
        }
    }

    /// A second api and a second worker on the same database.
    pub async fn twin(&self) -> Twin {
        self.twin_behind(gate(&[]), Sources::default()).await
    }

    /// The same, with a gate of its own, and whom to believe about where a request comes from.
    pub async fn twin_behind(&self, gate: Gate, sources: Sources) -> Twin {
        self.twin_of(gate, sources, Patience::default(), WAITING_MAX)
            .await
    }

    /// The same, with an api that waits only so long for a request to arrive.
    pub async fn impatient_twin(&self, patience: Patience) -> Twin {
        self.twin_of(gate(&[]), Sources::default(), patience, WAITING_MAX)
            .await
    }

    /// The same, where so many may wait for the database before others are turned away.
    pub async fn twin_in_a_crowd(&self, gate: Gate, sources: Sources, waiting_max: usize) -> Twin {
        self.twin_of(gate, sources, Patience::default(), waiting_max)
            .await
    }

    async fn twin_of(&self, gate: Gate, sources: Sources, patience: Patience, waiting_max: usize) -> Twin {
        let parts = Parts::with_clock(&self.settings, Arc::new(self.clock.clone())).unwrap();
        let state = web::Data::new(State {
            parts: parts.clone(),
            metrics: ApiMetrics::new().unwrap(),
            crowd: Crowd::new(waiting_max),
            readiness: Readiness::default(),
            sources,
            gate,
            // Tests run the worker when they want it; whoever wants the lane opens one.
            express: ExpressLane::new(parts.clone(), 0),
            streams: streams(),
            patience,
        });
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let api = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(ratiba_api::serve(listener, state, 1).unwrap());
        let limits = RunnerLimits::default();
        let runner = ratiba_worker::runner(
            &parts,
            Arc::new(Notify::new()),
            WorkerMetrics::new().unwrap(),
            limits,
        )
        .await
        .unwrap();
        Twin { api, runner, server }
    }

    /// A second business on the same database, behind the same api.
    pub async fn neighbour(&self) -> Neighbour {
        let addresses = DemoAddresses {
            phone: None,
            phone_number_id: "900000000000002".to_owned(),
            owner_phone: PhoneNumber::parse("254700000002").unwrap(),
        };
        let tenant = demo::provision_demo(&self.parts.database, self.parts.ids.as_ref(), &addresses)
            .await
            .unwrap()
            .tenant;
        let owner = mint(&self.parts, tenant, Role::Owner).await;
        Neighbour { tenant, owner }
    }

    /// A new token for the demo tenant.
    pub async fn token(&self, role: Role) -> String {
        mint(&self.parts, self.tenant.tenant, role).await
    }

    /// Runs everything that is due, and what that brings with it.
    pub async fn work(&self) {
        self.runner.drain().await.unwrap();
    }

    /// Lets time pass, and everything that falls due in it happen, five minutes at a time.
    pub async fn pass(&self, time: Duration) {
        let until = self.clock.now() + time;
        while self.clock.now() < until {
            let step = (until - self.clock.now()).min(Duration::minutes(5));
            self.tell_simulator(
                "/sim/clock",
                json!({ "advance_seconds": step.whole_seconds().max(1) }),
            )
            .await;
            self.work().await;
        }
    }

    /// Puts the clock to an instant, at once, and runs what is due then.
    pub async fn jump(&self, to: OffsetDateTime) {
        self.tell_simulator("/sim/clock", json!({ "set": to.format(&Rfc3339).unwrap() }))
            .await;
        self.work().await;
    }

    /// A customer writes; the webhook's status is the answer. Nothing has been worked on yet.
    pub async fn say(&self, customer: &str, text: &str) -> u64 {
        let path = format!("/sim/customers/{customer}/say");
        let answer = self
            .tell_simulator(&path, json!({ "text": text, "name": "Asha" }))
            .await;
        answer["delivered_status"].as_u64().unwrap()
    }

    /// A customer taps the button with this title on the newest message that has one.
    pub async fn tap(&self, customer: &str, title: &str) {
        let messages = self.messages(customer).await;
        let found = messages.iter().rev().find_map(|message| {
            let choices = message["buttons"]
                .as_array()
                .into_iter()
                .chain(message["rows"].as_array())
                .flatten();
            let choice = choices
                .into_iter()
                .find(|choice| choice["title"].as_str().unwrap().contains(title))?;
            Some((message["wamid"].clone(), choice.clone()))
        });
        let (wamid, choice) = found.unwrap_or_else(|| panic!("no button {title} in {messages:#?}"));
        let tap = json!({ "id": choice["id"], "title": choice["title"], "context_message_id": wamid });
        self.tell_simulator(&format!("/sim/customers/{customer}/tap"), tap)
            .await;
    }

    /// What Ratiba sent to a number, oldest first.
    pub async fn messages(&self, customer: &str) -> Vec<Value> {
        let path = format!("/sim/customers/{customer}/messages?after=0&wait_ms=0&direction=out");
        self.ask_simulator(&path).await["messages"]
            .as_array()
            .unwrap()
            .clone()
    }

    /// The texts that Ratiba sent to a number, each with the address behind its button, oldest first.
    pub async fn texts(&self, customer: &str) -> Vec<String> {
        let messages = self.messages(customer).await;
        messages
            .iter()
            .map(|message| {
                let text = message["text"].as_str().unwrap_or_default();
                match message["link"]["url"].as_str() {
                    Some(url) => format!("{text} {url}"),
                    None => text.to_owned(),
                }
            })
            .collect()
    }

    /// The last text to a number.
    pub async fn last_text(&self, customer: &str) -> String {
        self.texts(customer).await.last().cloned().unwrap_or_default()
    }

    /// M-Pesa prompts that nobody has answered.
    pub async fn prompts(&self) -> Vec<Value> {
        self.ask_simulator("/sim/prompts?state=pending").await["prompts"]
            .as_array()
            .unwrap()
            .clone()
    }

    /// Answers the only open prompt: `approve`, `refuse` (with a body) or `ignore`.
    pub async fn answer_prompt(&self, verb: &str, body: Value) -> Value {
        let prompts = self.prompts().await;
        assert_eq!(prompts.len(), 1, "one prompt is open: {prompts:#?}");
        let id = prompts[0]["checkout_request_id"].as_str().unwrap();
        self.tell_simulator(&format!("/sim/prompts/{id}/{verb}"), body)
            .await
    }

    /// Asks for a massage, takes the slot, and has the prompt out.
    pub async fn book_up_to_the_prompt(&self) {
        assert_eq!(self.say(ASHA, WANTS_A_MASSAGE).await, 200);
        self.work().await;
        self.tap(ASHA, "Ndiyo").await;
        self.work().await;
    }

    /// Books and pays.
    pub async fn book_and_pay(&self) {
        self.book_up_to_the_prompt().await;
        self.answer_prompt("approve", json!({})).await;
        self.work().await;
    }

    /// A request to the api as the owner.
    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        self.call_as(&self.owner, method, path, body).await
    }

    /// The version that the thing at a path is at, as its `ETag` tells it; null of one without.
    pub async fn version_of(&self, path: &str) -> Value {
        let request = self.http.get(format!("{}{path}", self.api));
        let answer = request.bearer_auth(&self.owner).send().await.unwrap();
        let tag = answer.headers().get("ETag").map(|tag| tag.to_str().unwrap());
        let version = tag.and_then(|tag| tag.trim_matches('"').parse::<u64>().ok());
        version.into()
    }

    /// A request to the api as the owner, on condition that the thing is at this version.
    pub async fn call_at(
        &self,
        version: &Value,
        method: Method,
        path: &str,
        body: Value,
    ) -> (StatusCode, Value) {
        let request = self
            .http
            .request(method, format!("{}{path}", self.api))
            .bearer_auth(&self.owner);
        answer_of(request.header("If-Match", format!("\"{version}\"")).json(&body)).await
    }

    /// A request to the api with a token.
    pub async fn call_as(
        &self,
        token: &str,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> (StatusCode, Value) {
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.api))
            .bearer_auth(token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        answer_of(request).await
    }

    /// A request to the api exactly as given.
    pub async fn raw(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> (StatusCode, Value) {
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.api))
            .body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        answer_of(request).await
    }

    /// Sends a JSON body with a key to one of several apis as the owner. A line that breaks is no answer: the same order
    /// is sent again, which its key makes safe.
    pub async fn order(&self, api: &str, path: &str, key: &str, body: &Value) -> (StatusCode, Value) {
        for _try in 0..5 {
            let request = self
                .http
                .post(format!("{api}{path}"))
                .bearer_auth(&self.owner)
                .header("Idempotency-Key", key)
                .json(body);
            if let Ok(answer) = request.send().await {
                let status = answer.status();
                let text = answer.text().await.unwrap();
                return (status, serde_json::from_str(&text).unwrap_or(Value::String(text)));
            }
        }
        panic!("{path} was never answered");
    }

    /// The appointments of a local day, as the owner sees them.
    pub async fn appointments(&self, date: &str) -> Vec<Value> {
        let (status, body) = self
            .call(Method::GET, &format!("/api/v1/appointments?date={date}"), None)
            .await;
        assert_eq!(status, StatusCode::OK, "{body}");
        body["appointments"].as_array().unwrap().clone()
    }

    /// One number from the database, as its administrator.
    pub fn count(&self, sql: &str) -> i64 {
        use diesel::prelude::*;
        #[derive(QueryableByName)]
        struct Count {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            count: i64,
        }
        let rows: Vec<Count> = diesel::sql_query(sql)
            .load(&mut self.database.connect_as_administrator())
            .unwrap();
        rows[0].count
    }

    /// One text from the database, as its administrator; empty if there is no row.
    pub fn text(&self, sql: &str) -> String {
        use diesel::prelude::*;
        #[derive(QueryableByName)]
        struct Text {
            #[diesel(sql_type = diesel::sql_types::Text)]
            text: String,
        }
        let rows: Vec<Text> = diesel::sql_query(sql)
            .load(&mut self.database.connect_as_administrator())
            .unwrap();
        rows.into_iter().next().map(|row| row.text).unwrap_or_default()
    }

    /// Changes the database, as its administrator, where no door of the product does.
    pub fn execute(&self, sql: &str) {
        use diesel::prelude::*;
        diesel::sql_query(sql)
            .execute(&mut self.database.connect_as_administrator())
            .unwrap();
    }

    /// Tells the simulator something.
    pub async fn tell_simulator(&self, path: &str, body: Value) -> Value {
        let request = self
            .http
            .post(format!("{}{path}", self.simulator.base_url()))
            .json(&body);
        let (status, answer) = answer_of(request).await;
        assert!(status.is_success(), "{path}: {status} {answer}");
        answer
    }

    /// Asks the simulator something.
    pub async fn ask_simulator(&self, path: &str) -> Value {
        let (status, answer) = answer_of(self.http.get(format!("{}{path}", self.simulator.base_url()))).await;
        assert!(status.is_success(), "{path}: {status} {answer}");
        answer
    }
}

async fn answer_of(request: reqwest::RequestBuilder) -> (StatusCode, Value) {
    let answer = request.send().await.unwrap();
    let status = answer.status();
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

async fn mint(parts: &Parts, tenant: TenantId, role: Role) -> String {
    let order = TokenOrder {
        name: format!("test {}", role.name()),
        role,
        staff: None,
        scopes: Scope::ALL
            .into_iter()
            .filter(|scope| role.allows(*scope))
            .collect(),
        expires_at: None,
    };
    let (_, token) = parts.mint_token.execute(tenant, order).await.unwrap();
    token.reveal().to_owned()
}
