//! Everything running as programs of their own, with a marker in each secret, and all that comes out kept.

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use diesel::prelude::*;
use ratiba_test_database::{TestDatabase, TestRedis};
use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use system_tests::programs::{free_port, program};

use super::relay::{Relay, Sick};
use super::search::{Came, Secret};
use super::secrets::{SETTINGS, Shape, marker};

/// Everything that our own programs can say, and what others say to whoever looks for something.
const LOG_LEVEL: &str = "debug,ratiba=trace";
/// The business at payroll.
pub(super) const COMPANY: &str = "ARIA-AURA";
/// How many looks are taken at what is waited for, and how long one pause between them is.
const LOOKS: usize = 900;
const PAUSE: Duration = Duration::from_millis(100);
/// How much business time passes between two looks.
const STEP_S: u64 = 3;

type Variables = Vec<(String, String)>;

/// An answer, as the test goes on with it.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
    pub(super) json: Value,
}

struct Running {
    name: String,
    child: Child,
}

pub(super) struct Stage {
    pub(super) database: TestDatabase,
    redis: Option<TestRedis>,
    secrets: Mutex<Vec<Secret>>,
    came: Mutex<Vec<Came>>,
    /// What came by the stream of events.
    heard: Arc<Mutex<Vec<u8>>>,
    running: Mutex<Vec<Running>>,
    /// Where the programs write.
    folder: PathBuf,
    pub(super) whatsapp: Relay,
    pub(super) daraja: Relay,
    pub(super) pesapal: Relay,
    pub(super) model: Relay,
    pub(super) payroll: Relay,
    pub(super) oidc: Relay,
    /// Another program that is told what happens, and answers with an error whatever it is.
    pub(super) integrator: Relay,
    /// Between the providers and the api.
    webhooks: Relay,
    pub(super) simulator: String,
    pub(super) api: String,
    metrics: [String; 2],
    variables: Variables,
    pub(super) tenant: String,
    /// A token of the owner's.
    pub(super) owner: String,
    http: reqwest::Client,
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.stop();
        if std::thread::panicking() {
            eprintln!("what the programs wrote is in {}", self.folder.display());
            return;
        }
        // It is needed by nobody any more; a folder that stays harms nobody.
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

fn held<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap()
}

fn named(pairs: &[(&str, String)]) -> Variables {
    let named = |(key, value): &(&str, String)| (variable(key), value.clone());
    pairs.iter().map(named).collect()
}

/// The variable of a setting.
pub(super) fn variable(key: &str) -> String {
    format!("RATIBA__{}", key.replace('.', "__").to_uppercase())
}

fn of_setting(key: &str) -> String {
    let (_, shape) = SETTINGS.iter().find(|(known, _)| *known == key).unwrap();
    // The simulated payroll expects what payroll's system is sent.
    let name = if key == "payroll.token" {
        "payroll.tokens"
    } else {
        key
    };
    marker(name, *shape)
}

/// The secrets that the settings plant; the passwords of the database are whatever its server has.
fn planted(database: &TestDatabase) -> Vec<Secret> {
    let mut secrets: Vec<Secret> = Vec::new();
    for (key, shape) in SETTINGS {
        let text = match shape {
            Shape::Odd | Shape::Plain | Shape::Digits => of_setting(key),
            Shape::OfTheDatabase => {
                let url = match key {
                    "database.admin_url" => database.admin_url(),
                    "database.owner_url" => database.owner_url(),
                    "database.backup_url" => database.backup_url(),
                    _app => database.app_url(),
                };
                let user = url.split('@').next().unwrap_or_default();
                // An administrator on the test's own machine may need none.
                match user.rsplit_once(':') {
                    Some((_, password)) if !password.starts_with("//") && password.len() >= 16 => {
                        password.to_owned()
                    }
                    Some(_) | None => continue,
                }
            }
        };
        if secrets.iter().all(|known| known.text() != text) {
            secrets.push(Secret::new(key, &text));
        }
    }
    secrets
}

impl Stage {
    /// Starts all of it: the demo's business at 08:00 in Nairobi on 12 May 2026.
    pub(super) async fn set() -> Self {
        let database = TestDatabase::create();
        let secrets = planted(&database);
        let ports = [free_port(), free_port(), free_port(), free_port(), free_port()];
        let [simulator, clock, api, metrics, worker] = ports;
        let at = |port: u16| format!("http://127.0.0.1:{port}");
        let folder = std::env::temp_dir().join(format!("ratiba-markers-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let no_redirects = reqwest::redirect::Policy::none();
        let mut stage = Self {
            redis: TestRedis::start_with(&of_setting("redis.url")),
            secrets: Mutex::new(secrets),
            came: Mutex::default(),
            heard: Arc::default(),
            running: Mutex::default(),
            folder,
            whatsapp: Relay::before("whatsapp", &at(simulator)),
            daraja: Relay::before("daraja", &at(simulator)),
            pesapal: Relay::before("pesapal", &at(simulator)),
            model: Relay::before("model", &at(simulator)),
            payroll: Relay::before("payroll", &at(simulator)),
            oidc: Relay::before("oidc", &at(simulator)),
            integrator: Relay::before("the integrator", "http://127.0.0.1:9"),
            webhooks: Relay::before("webhooks", &at(api)),
            simulator: at(simulator),
            api: at(api),
            metrics: [at(metrics), at(worker)],
            variables: Vec::new(),
            tenant: String::new(),
            owner: String::new(),
            http: reqwest::Client::builder()
                .no_proxy()
                .redirect(no_redirects)
                .build()
                .unwrap(),
            database,
        };
        stage.integrator.falls(Some(Sick::Empty500), true);
        stage.variables = stage.shared(simulator);
        stage.migrate();
        let mut told = stage.of_simulator(simulator, clock);
        told.extend(named(&[("log.level", LOG_LEVEL.to_owned())]));
        stage.spawn("ratiba-simulator", told);
        stage.is_ready(&format!("{}/sim/health", stage.simulator)).await;
        let made = stage.admin(&["demo-tenant"], "").unwrap();
        stage.tenant = made["tenant"].as_str().unwrap().to_owned();
        for token in made["tokens"].as_object().unwrap().values() {
            stage.learn("token of the operator's", token.as_str().unwrap());
        }
        stage.owner = made["tokens"]["owner"].as_str().unwrap().to_owned();
        stage.variables.extend(named(&[
            ("payroll.companies", format!("{}={COMPANY}", stage.tenant)),
            (
                "payroll.tokens",
                format!("{COMPANY}={}", of_setting("payroll.tokens")),
            ),
            ("payroll.base_url", format!("{}/workpay", stage.payroll.url)),
            ("clock.follow", format!("127.0.0.1:{clock}")),
        ]));
        let mut of_api = stage.running_variables();
        of_api.extend(named(&[
            ("api.port", api.to_string()),
            ("api.metrics_port", metrics.to_string()),
        ]));
        if let Some(redis) = &stage.redis {
            of_api.extend(named(&[("redis.url", redis.url())]));
        }
        stage.spawn("ratiba-api", of_api);
        let mut of_worker = stage.running_variables();
        of_worker.extend(named(&[("worker.port", worker.to_string())]));
        stage.spawn("ratiba-worker", of_worker);
        stage.is_ready(&format!("{}/readyz", stage.api)).await;
        stage.is_ready(&format!("{}/healthz", stage.metrics[1])).await;
        stage
    }

    /// What api, worker and admin are told alike.
    fn shared(&self, simulator: u16) -> Variables {
        let secret = |key: &'static str| (key, of_setting(key));
        let mut variables = named(&[
            ("environment", "development".to_owned()),
            ("database.url", self.database.app_url()),
            ("database.listen_url", self.database.app_url()),
            ("public.base_url", self.api.clone()),
            ("whatsapp.base_url", self.whatsapp.url.clone()),
            secret("whatsapp.app_secret"),
            secret("whatsapp.app_secret_before"),
            secret("whatsapp.verify_token"),
            secret("whatsapp.access_token"),
            ("daraja.base_url", self.daraja.url.clone()),
            secret("daraja.consumer_key"),
            secret("daraja.consumer_secret"),
            ("daraja.short_code", "654321".to_owned()),
            secret("daraja.passkey"),
            ("daraja.initiator", "testapi".to_owned()),
            secret("daraja.security_credential"),
            ("pesapal.base_url", format!("{}/pesapalv3", self.pesapal.url)),
            secret("pesapal.consumer_key"),
            secret("pesapal.consumer_secret"),
            ("model.url", format!("{}/openai/v1", self.model.url)),
            secret("model.key"),
            ("model.name", "simulated".to_owned()),
            ("model.input_price", "150000".to_owned()),
            ("model.output_price", "600000".to_owned()),
            ("oidc.issuer", format!("http://127.0.0.1:{simulator}/oidc")),
            ("oidc.backchannel_url", self.oidc.url.clone()),
            ("oidc.client_id", "ratiba".to_owned()),
            secret("oidc.client_secret"),
            ("outgoing.allowed_names", "127.0.0.1".to_owned()),
            ("log.level", LOG_LEVEL.to_owned()),
        ]);
        let keys = format!("markers={}", of_setting("credentials.keys"));
        variables.extend(named(&[("credentials.keys", keys)]));
        variables
    }

    fn of_simulator(&self, port: u16, clock: u16) -> Variables {
        let secret = |key: &'static str| (key, of_setting(key));
        named(&[
            ("simulator.port", port.to_string()),
            ("simulator.api_url", self.webhooks.url.clone()),
            ("clock.listen", format!("127.0.0.1:{clock}")),
            ("process.exit_with_parent", "true".to_owned()),
            secret("whatsapp.app_secret"),
            secret("whatsapp.access_token"),
            secret("daraja.consumer_key"),
            secret("daraja.consumer_secret"),
            secret("daraja.passkey"),
            secret("daraja.security_credential"),
            secret("pesapal.consumer_key"),
            secret("pesapal.consumer_secret"),
            secret("payroll.token"),
            secret("oidc.client_secret"),
        ])
    }

    /// What a program is told that runs until it is stopped.
    pub(super) fn running_variables(&self) -> Variables {
        let mut variables = self.variables.clone();
        variables.extend(named(&[("process.exit_with_parent", "true".to_owned())]));
        variables
    }

    fn migrate(&self) {
        let urls = named(&[
            ("database.owner_url", self.database.owner_url()),
            ("database.url", self.database.app_url()),
            ("database.backup_url", self.database.backup_url()),
            ("log.level", LOG_LEVEL.to_owned()),
        ]);
        assert!(
            self.run("ratiba-migrate", &["run"], urls, "").0,
            "the migrations are applied"
        );
    }

    /// A program that runs on; all that it writes is kept.
    pub(super) fn spawn(&self, name: &str, variables: Variables) {
        let mut running = held(&self.running);
        let file = |stream: &str| {
            File::create(self.folder.join(format!("{}-{name}-{stream}", running.len()))).unwrap()
        };
        let child = Command::new(program(name))
            .env_clear()
            .envs(variables)
            .stdin(Stdio::piped())
            .stdout(file("stdout"))
            .stderr(file("stderr"))
            .spawn();
        let child = child.unwrap_or_else(|error| {
            panic!("{name}: {error}; `cargo xtask test` builds it, or `cargo build -p {name}`")
        });
        running.push(Running {
            name: name.to_owned(),
            child,
        });
    }

    /// A file that programs may read.
    pub(super) fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// Addresses of a Redis that is not there, and of one that is and has another password.
    pub(super) fn redis_urls(&self, password: &str) -> Vec<String> {
        let there = self.redis.as_ref().map(|redis| redis.url_with(password));
        let nowhere = format!("redis://:{password}@127.0.0.1:1/0");
        std::iter::once(nowhere).chain(there).collect()
    }

    /// One more api, which counts in another Redis; it is ready.
    pub(super) async fn spawn_api(&self, redis: &str) -> String {
        let port = free_port();
        let mut variables = self.running_variables();
        variables.extend(named(&[
            ("api.port", port.to_string()),
            ("redis.url", redis.to_owned()),
        ]));
        self.spawn("ratiba-api", variables);
        let door = format!("http://127.0.0.1:{port}");
        self.is_ready(&format!("{door}/readyz")).await;
        door
    }

    /// A program that does one thing; tells whether it went well, and what it told. All that it writes is kept.
    pub(super) fn run(
        &self,
        name: &str,
        arguments: &[&str],
        variables: Variables,
        input: &str,
    ) -> (bool, String) {
        let mut child = Command::new(program(name))
            .env_clear()
            .envs(variables)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{name}: {error}; `cargo xtask test` builds it"));
        // Whoever reads nothing may be gone by now.
        drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
        let done = child.wait_with_output().unwrap();
        let verb = arguments.iter().take(2).copied().collect::<Vec<_>>().join(" ");
        let told = String::from_utf8_lossy(&done.stdout).into_owned();
        let mut came = held(&self.came);
        came.push(Came::new(format!("stdout of {name} {verb}"), done.stdout));
        came.push(Came::new(format!("stderr of {name} {verb}"), done.stderr));
        (done.status.success(), told)
    }

    /// What `ratiba-admin` told; nothing if it went wrong.
    pub(super) fn admin(&self, arguments: &[&str], input: &str) -> Option<Value> {
        let (well, told) = self.run("ratiba-admin", arguments, self.variables.clone(), input);
        well.then(|| serde_json::from_str(&told).unwrap())
    }

    pub(super) async fn is_ready(&self, door: &str) {
        let mut ticks = tokio::time::interval(PAUSE);
        for _look in 0..LOOKS {
            ticks.tick().await;
            if let Ok(answer) = self.http.get(door).send().await
                && answer.status().is_success()
            {
                return;
            }
        }
        panic!("{door} is not ready: {}", self.last_words());
    }

    /// What the programs wrote last; for whoever must know why something does not go on.
    fn last_words(&self) -> String {
        let mut words = String::new();
        for came in self.written() {
            let text = String::from_utf8_lossy(&came.bytes).into_owned();
            let lines: Vec<&str> = text
                .lines()
                .filter(|line| !line.contains("\"DEBUG\"") && !line.contains("\"TRACE\""))
                .collect();
            let last = lines[lines.len().saturating_sub(6)..].join("\n");
            words.push_str(&format!("\n{}:\n{last}", came.place));
        }
        words
    }

    /// A secret that came about on the way.
    pub(super) fn learn(&self, name: &str, text: &str) {
        let mut secrets = held(&self.secrets);
        if secrets.iter().all(|known| known.text() != text) {
            secrets.push(Secret::new(name, text));
        }
    }

    pub(super) fn keep(&self, came: Came) {
        held(&self.came).push(came);
    }

    /// A request to the api, of which all of the answer is kept. The route names the place, since paths may hold secrets.
    pub(super) async fn ask(
        &self,
        method: Method,
        route: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Answer {
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.api));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        let text = answer.text().await.unwrap();
        let place = format!("answer to {method} {route}");
        for (name, value) in &headers {
            self.keep(Came::new(format!("{place}, header {name}"), value.as_bytes()));
        }
        self.keep(Came::new(format!("{place}, body"), text.clone()));
        let json = serde_json::from_str(&text).unwrap_or_default();
        Answer {
            status,
            headers,
            text,
            json,
        }
    }

    /// A stream of events, which is kept for as long as it lasts.
    pub(super) async fn listen(&self) -> tokio::task::JoinHandle<()> {
        let request = self.http.get(format!("{}/api/v1/events", self.api));
        let mut answer = request.bearer_auth(&self.owner).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let heard = self.heard.clone();
        tokio::spawn(async move {
            while let Ok(Some(chunk)) = answer.chunk().await {
                held(&heard).extend_from_slice(&chunk);
            }
        })
    }

    /// Somebody at their browser, who follows an address that is not the api's.
    pub(super) async fn follow(&self, url: &str) -> Answer {
        let answer = self.http.get(url).send().await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        let text = answer.text().await.unwrap();
        Answer {
            status,
            headers,
            text,
            json: Value::Null,
        }
    }

    /// A body that is no JSON of ours.
    pub(super) async fn ask_text(
        &self,
        method: Method,
        route: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> StatusCode {
        let mut request = self.http.request(method.clone(), format!("{}{route}", self.api));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.body(body.to_owned()).send().await.unwrap();
        let status = answer.status();
        self.keep(Came::new(
            format!("answer to {method} {route}, body"),
            answer.text().await.unwrap(),
        ));
        status
    }

    /// Changes the database, where no door of the product does.
    pub(super) fn execute(&self, sql: &str) {
        diesel::sql_query(sql)
            .execute(&mut self.database.connect_as_administrator())
            .unwrap();
    }

    /// A token of M-Pesa's for its operator's own program.
    pub(super) async fn ask_daraja(&self, path: &str, body: &Value) {
        let url = format!(
            "{}/oauth/v1/generate?grant_type=client_credentials",
            self.simulator
        );
        let (key, secret) = (
            of_setting("daraja.consumer_key"),
            of_setting("daraja.consumer_secret"),
        );
        let answer = self
            .http
            .get(url)
            .basic_auth(key, Some(secret))
            .send()
            .await
            .unwrap();
        let token: Value = answer.json().await.unwrap();
        let request = self.http.post(format!("{}{path}", self.simulator)).json(body);
        let answer = request
            .bearer_auth(token["access_token"].as_str().unwrap())
            .send()
            .await
            .unwrap();
        assert!(answer.status().is_success());
    }

    /// The same as the owner, with a key of its own for each body.
    pub(super) async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let bearer = format!("Bearer {}", self.owner);
        let key = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(format!("{path} {body:?}")));
        let headers = [
            ("Authorization", bearer.as_str()),
            ("Idempotency-Key", &key[..32]),
        ];
        let route = path.split('?').next().unwrap_or_default();
        self.ask(method, route, path, &headers, body.as_ref()).await
    }

    /// Something that goes well, or the test is over.
    pub(super) async fn done(&self, method: Method, path: &str, body: Value) -> Value {
        let answer = self.call(method.clone(), path, Some(body)).await;
        assert!(
            answer.status.is_success(),
            "{method} {path}: {} {}",
            answer.status,
            answer.text
        );
        answer.json
    }

    pub(super) async fn simulate(&self, path: &str, body: Value) -> Value {
        let request = self.http.post(format!("{}{path}", self.simulator)).json(&body);
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.unwrap_or_default()
    }

    /// What the simulator tells, which is kept.
    pub(super) async fn look(&self, path: &str) -> Value {
        let answer = self
            .http
            .get(format!("{}{path}", self.simulator))
            .send()
            .await
            .unwrap();
        let text = answer.text().await.unwrap();
        let route = path.split('?').next().unwrap_or_default();
        let value = serde_json::from_str(&text).unwrap_or_default();
        self.keep(Came::new(format!("the simulator's {route}"), text));
        value
    }

    /// Lets business time go on, a little for each look, until it is so.
    pub(super) async fn until(&self, what: &str, mut is_so: impl AsyncFnMut() -> bool) {
        let mut ticks = tokio::time::interval(PAUSE);
        for _look in 0..LOOKS {
            ticks.tick().await;
            if is_so().await {
                return;
            }
            self.simulate("/sim/clock", json!({ "advance_seconds": STEP_S }))
                .await;
        }
        panic!("it never came: {what}{}", self.last_words());
    }

    /// The same until a question to the database has any rows.
    pub(super) async fn until_any(&self, what: &str, rows: &str) {
        let count = format!("SELECT count(*)::text AS text FROM {rows}");
        self.until(what, async || self.text(&count) != "0").await;
    }

    /// One text from the database, as its administrator; empty if there is no row.
    pub(super) fn text(&self, sql: &str) -> String {
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

    /// The providers of money and messages fall ill, or are well again.
    pub(super) fn falls(&self, sick: Option<Sick>, tokens_too: bool) {
        for relay in [&self.whatsapp, &self.daraja, &self.pesapal] {
            relay.falls(sick, tokens_too);
        }
    }

    fn relays(&self) -> [&Relay; 7] {
        let providers = [
            &self.whatsapp,
            &self.daraja,
            &self.pesapal,
            &self.model,
            &self.payroll,
        ];
        let [whatsapp, daraja, pesapal, model, payroll] = providers;
        [
            whatsapp,
            daraja,
            pesapal,
            model,
            payroll,
            &self.oidc,
            &self.integrator,
        ]
    }

    /// What is counted, by api and worker.
    pub(super) async fn read_metrics(&self) {
        for address in &self.metrics {
            let answer = self.http.get(format!("{address}/metrics")).send().await.unwrap();
            assert!(answer.status().is_success());
            self.keep(Came::new("metrics", answer.text().await.unwrap()));
        }
    }

    /// Stops the programs as a machine does that is switched off in order.
    pub(super) fn stop(&self) {
        for running in held(&self.running).iter_mut().rev() {
            ratiba_tooling::process::end(&mut running.child, Duration::from_secs(25));
        }
    }

    fn written(&self) -> Vec<Came> {
        let running = held(&self.running);
        let of = |(index, running): (usize, &Running)| {
            let name = running.name.clone();
            let read = |stream: &str| {
                let path = self.folder.join(format!("{index}-{name}-{stream}"));
                Came::new(format!("{stream} of {name}"), std::fs::read(path).unwrap())
            };
            [read("stdout"), read("stderr")]
        };
        running.iter().enumerate().flat_map(of).collect()
    }

    /// All that came out so far, and all that it may not hold.
    pub(super) fn harvest(&self) -> (Vec<Secret>, Vec<Came>) {
        let mut came = self.written();
        came.append(&mut held(&self.came).clone());
        came.push(Came::new("stream of events", held(&self.heard).clone()));
        for relay in self.relays() {
            came.extend(relay.came());
        }
        let answers = self.webhooks.exchanges().into_iter();
        came.extend(answers.map(|one| Came::new("answer to a provider", one.answer)));
        came.extend(super::rows::all(&self.database));
        (held(&self.secrets).clone(), came)
    }
}
