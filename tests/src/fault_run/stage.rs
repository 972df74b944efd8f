//! The programs of a run: the real api, two workers, PostgreSQL on its own, and the simulator of the providers.

use std::collections::BTreeSet;
use std::fs::File;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, bail};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use ratiba_access::Role;
use ratiba_assembly::Parts;
use ratiba_assembly::demo::{self, DemoAddresses};
use ratiba_assembly::settings::SharedSettings;
use ratiba_bootstrap::SettingsReader;
use ratiba_kernel::{Clock as _, PhoneNumber};
use ratiba_simulator::{Simulator, SimulatorSettings};
use ratiba_system::{ClockAuthority, MovableClock};
use ratiba_test_database::TestDatabase;
use ratiba_tooling::postgres::{Purpose, Server};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::programs::{free_port, program};

/// How long a program may take until it is ready.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long the lease of a job lasts: what a killed worker held is taken over then.
const LEASE_S: u64 = 20;

/// Everything running. Dropping it ends all of it.
pub struct Stage {
    // The programs end before what they are connected to.
    api_process: Mutex<Running>,
    workers: Mutex<Vec<Running>>,
    /// The providers.
    pub simulator: Simulator,
    /// The clock that all of them follow.
    pub clock: ClockAuthority,
    /// Where everything is kept.
    pub database: TestDatabase,
    server: Mutex<Option<Server>>,
    /// Where the api listens.
    pub api: String,
    /// Where the programs write their logs.
    pub logs: PathBuf,
    owner: String,
    http: reqwest::Client,
    variables: Vec<(String, String)>,
}

#[derive(QueryableByName)]
struct Text {
    #[diesel(sql_type = diesel::sql_types::Text)]
    text: String,
}

/// A program as a process of its own.
struct Running {
    child: Child,
    door: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended already needs no end.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Stage {
    /// Starts all of it, the demo tenant on record, at 08:00 in Nairobi on 12 May 2026. `arrange` is SQL that the
    /// database's administrator runs before anything else happens.
    ///
    /// # Errors
    /// When something does not start.
    pub async fn set(name: &str, arrange: Option<&str>) -> anyhow::Result<Self> {
        let server = tokio::task::spawn_blocking(|| Server::start(Purpose::Faults)).await??;
        let database = TestDatabase::try_create_on(server.administrator_url())?;
        let movable = MovableClock::at(demo::BEGINS_AT);
        let clock = ClockAuthority::start(movable.clone(), "127.0.0.1:0".parse()?)?;
        let address: SocketAddr = format!("127.0.0.1:{}", free_port()).parse()?;
        let told = SimulatorSettings {
            api_url: Some(format!("http://{address}")),
            clock: Some(Arc::new(clock.clone())),
            ..SimulatorSettings::default()
        };
        let simulator = Simulator::start(told.clone()).await?;
        let variables = crate::variables(&database, address, &told, &simulator.base_url());
        let owner = provision(&variables, &movable, &told, &simulator.base_url()).await?;
        if let Some(sql) = arrange {
            database.connect_as_administrator().batch_execute(sql)?;
        }
        let logs = std::env::temp_dir().join(format!("ratiba-faults-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&logs)?;
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(40))
            .no_proxy()
            .build()?;
        let api = spawn(
            &variables,
            &clock,
            &logs,
            "ratiba-api",
            ("RATIBA__API__PORT", address.port()),
            0,
        )?;
        let stage = Self {
            api_process: Mutex::new(api),
            workers: Mutex::new(Vec::new()),
            simulator,
            clock,
            database,
            server: Mutex::new(Some(server)),
            api: format!("http://{address}"),
            logs,
            owner,
            http,
            variables,
        };
        for index in 0..2 {
            let worker = stage.spawn_worker(index)?;
            held(&stage.workers).push(worker);
        }
        let mut doors = vec![format!("{}/readyz", held(&stage.api_process).door)];
        doors.extend(
            held(&stage.workers)
                .iter()
                .map(|worker| format!("{}/healthz", worker.door)),
        );
        for door in doors {
            stage.is_ready(&door).await?;
        }
        Ok(stage)
    }

    fn spawn_worker(&self, index: usize) -> anyhow::Result<Running> {
        let port = ("RATIBA__WORKER__PORT", free_port());
        spawn(
            &self.variables,
            &self.clock,
            &self.logs,
            "ratiba-worker",
            port,
            index,
        )
    }

    async fn is_ready(&self, door: &str) -> anyhow::Result<()> {
        let until = tokio::time::Instant::now() + PATIENCE;
        let mut ticks = tokio::time::interval(Duration::from_millis(50));
        while tokio::time::Instant::now() < until {
            ticks.tick().await;
            if self
                .http
                .get(door)
                .send()
                .await
                .is_ok_and(|answer| answer.status().is_success())
            {
                return Ok(());
            }
        }
        bail!("{door} was not ready in time; logs: {}", self.logs.display())
    }

    /// Kills a worker without a word, and starts another one in its place.
    ///
    /// # Errors
    /// When it does not start.
    pub fn kill_worker(&self, index: usize) -> anyhow::Result<()> {
        let mut workers = held(&self.workers);
        // Unix sends SIGKILL.
        workers[index].child.kill()?;
        workers[index].child.wait()?;
        workers[index] = self.spawn_worker(index)?;
        Ok(())
    }

    /// Ends PostgreSQL at once and starts it again.
    ///
    /// # Errors
    /// When it does not come back.
    pub async fn restart_postgres(&self) -> anyhow::Result<()> {
        let mut server = held(&self.server)
            .take()
            .context("the server is being restarted")?;
        let (server, restarted) = tokio::task::spawn_blocking(move || {
            let restarted = server.restart_at_once();
            (server, restarted)
        })
        .await?;
        *held(&self.server) = Some(server);
        restarted
    }

    /// Fails if a program has ended by itself.
    ///
    /// # Errors
    /// When one has.
    pub fn check(&self) -> anyhow::Result<()> {
        if let Some(status) = held(&self.api_process).child.try_wait()? {
            bail!(
                "the api ended by itself ({status}); logs: {}",
                self.logs.display()
            );
        }
        for worker in held(&self.workers).iter_mut() {
            if let Some(status) = worker.child.try_wait()? {
                bail!(
                    "a worker ended by itself ({status}); logs: {}",
                    self.logs.display()
                );
            }
        }
        Ok(())
    }

    /// Business time.
    pub fn now(&self) -> OffsetDateTime {
        self.clock.clock().now()
    }

    /// Moves business time on; prompts that nobody answered in time run out.
    ///
    /// # Errors
    /// When the simulator does not answer.
    pub async fn advance(&self, seconds: u64) -> anyhow::Result<()> {
        self.tell_simulator("/sim/clock", &json!({ "advance_seconds": seconds }))
            .await?;
        Ok(())
    }

    /// A request to the api as the owner. While the api says that it is not available, or does not say anything, it is
    /// asked again; the key makes that safe.
    ///
    /// # Errors
    /// When it is never answered.
    pub async fn order(
        &self,
        method: &Method,
        path: &str,
        key: &str,
        body: &Value,
    ) -> anyhow::Result<(StatusCode, Value)> {
        let mut ticks = tokio::time::interval(Duration::from_millis(200));
        for _try in 0..100 {
            ticks.tick().await;
            let mut request = self
                .http
                .request(method.clone(), format!("{}{path}", self.api))
                .bearer_auth(&self.owner)
                .header("Idempotency-Key", key);
            if *method != Method::GET {
                request = request.json(body);
            }
            // What is replaced is as the business was set up.
            if *method == Method::PUT {
                request = request.header("If-Match", "\"1\"");
            }
            let Ok(answer) = request.send().await else {
                continue;
            };
            let status = answer.status();
            let Ok(text) = answer.text().await else { continue };
            if status != StatusCode::SERVICE_UNAVAILABLE && status != StatusCode::TOO_MANY_REQUESTS {
                return Ok((status, serde_json::from_str(&text).unwrap_or(Value::String(text))));
            }
        }
        bail!("{method} {path} was never answered")
    }

    /// Replaces something at the api by the version that it has.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn replace(&self, path: &str, body: &Value) -> anyhow::Result<()> {
        let url = format!("{}{path}", self.api);
        let known = self.http.get(&url).bearer_auth(&self.owner).send().await?;
        let mut request = self.http.put(&url).bearer_auth(&self.owner).json(body);
        if let Some(version) = known.headers().get("ETag") {
            request = request.header("If-Match", version);
        }
        let answer = request.send().await?;
        let status = answer.status();
        anyhow::ensure!(status.is_success(), "{path}: {status} {}", answer.text().await?);
        Ok(())
    }

    /// Tells the simulator something.
    ///
    /// # Errors
    /// When it refuses.
    pub async fn tell_simulator(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let url = format!("{}{path}", self.simulator.base_url());
        let answer = self.http.post(url).json(body).send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        if !status.is_success() {
            bail!("{path}: {status} {text}");
        }
        Ok(serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// Asks the simulator something.
    ///
    /// # Errors
    /// When it refuses.
    pub async fn ask_simulator(&self, path: &str) -> anyhow::Result<Value> {
        let url = format!("{}{path}", self.simulator.base_url());
        Ok(self
            .http
            .get(url)
            .send()
            .await?
            .error_for_status()?
            .json()
            .await?)
    }

    /// Forgets every fault that has not struck yet.
    ///
    /// # Errors
    /// When the simulator refuses.
    pub async fn no_more_faults(&self) -> anyhow::Result<()> {
        let url = format!("{}/sim/faults", self.simulator.base_url());
        self.http.delete(url).send().await?.error_for_status()?;
        Ok(())
    }

    /// The references of card orders whose page was ever known, and so could be shown to a customer.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn pages(&self) -> anyhow::Result<BTreeSet<String>> {
        let rows: Vec<Text> = diesel::sql_query(
            "SELECT merchant_reference AS text FROM payment_attempts WHERE page_url IS NOT NULL",
        )
        .load(&mut self.database.connect_as_administrator())?;
        Ok(rows.into_iter().map(|row| row.text).collect())
    }

    /// Writes every row that is about money to the folder of the logs, for whoever looks for what was found.
    ///
    /// # Errors
    /// When the database does not answer, or the file cannot be written.
    pub fn keep_rows(&self) -> anyhow::Result<()> {
        let tables = [
            "payments",
            "payment_attempts",
            "payment_refunds",
            "payment_callbacks",
            "payment_callbacks_unrouted",
            "payment_confirmations",
            "ledger_journals",
            "ledger_entries",
            "credit_spends",
            "appointments",
            "engagements",
            "jobs",
            "outbox",
        ];
        for table in tables {
            let rows: Vec<Text> = diesel::sql_query(format!(
                "SELECT to_jsonb(found)::text AS text FROM {table} AS found"
            ))
            .load(&mut self.database.connect_as_administrator())?;
            let lines: Vec<String> = rows.into_iter().map(|row| row.text).collect();
            std::fs::write(self.logs.join(format!("{table}.jsonl")), lines.join("\n"))?;
        }
        Ok(())
    }

    /// How many jobs are due at this business time, or at work.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn jobs_due(&self) -> anyhow::Result<i64> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            due: i64,
        }
        let row: Row = diesel::sql_query(
            "SELECT (SELECT count(*) FROM jobs WHERE state = 'running' OR state = 'ready' AND run_at <= $1)
                 + (SELECT count(*) FROM payment_callbacks WHERE applied_at IS NULL)
                 + (SELECT count(*) FROM refund_messages WHERE applied_at IS NULL) AS due",
        )
        .bind::<diesel::sql_types::Timestamptz, _>(self.now())
        .get_result(&mut self.database.connect_as_administrator())?;
        Ok(row.due)
    }
}

/// Nothing is half done while one of these is held.
fn held<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn provision(
    variables: &[(String, String)],
    clock: &MovableClock,
    told: &SimulatorSettings,
    providers: &str,
) -> anyhow::Result<String> {
    let settings = SettingsReader::from_variables(ratiba_assembly::BASE_SETTINGS, variables.iter().cloned())
        .finish(SharedSettings::read)?;
    let parts = Parts::with_clock(&settings, Arc::new(clock.clone()))?;
    let addresses = DemoAddresses {
        phone: None,
        phone_number_id: told.whatsapp.phone_number_id.clone(),
        owner_phone: PhoneNumber::parse(&told.owner_phone)?,
    };
    let tenant = demo::provision_demo(&parts.database, parts.ids.as_ref(), &addresses).await?;
    let addresses = parts.open_by_hand(tenant.tenant, &settings.daraja).await?;
    register(providers, told, &addresses.confirmation, &addresses.validation).await?;
    Ok(crate::mint(&parts, tenant.tenant, Role::Owner).await)
}

/// Tells M-Pesa where money by hand is confirmed, as an operator does.
async fn register(
    providers: &str,
    told: &SimulatorSettings,
    confirmation: &str,
    validation: &str,
) -> anyhow::Result<()> {
    let http = reqwest::Client::builder().no_proxy().build()?;
    let account = &told.daraja;
    let token: Value = http
        .get(format!(
            "{providers}/oauth/v1/generate?grant_type=client_credentials"
        ))
        .basic_auth(&account.consumer_key, Some(&account.consumer_secret))
        .send()
        .await?
        .json()
        .await?;
    let answer = http
        .post(format!("{providers}/mpesa/c2b/v2/registerurl"))
        .bearer_auth(token["access_token"].as_str().unwrap_or_default())
        .json(&json!({
            "ShortCode": account.short_code, "ResponseType": "Completed",
            "ConfirmationURL": confirmation, "ValidationURL": validation,
        }))
        .send()
        .await?;
    anyhow::ensure!(
        answer.status().is_success(),
        "the addresses were not taken: {}",
        answer.status()
    );
    Ok(())
}

fn spawn(
    variables: &[(String, String)],
    clock: &ClockAuthority,
    logs: &std::path::Path,
    name: &str,
    (port_variable, port): (&str, u16),
    index: usize,
) -> anyhow::Result<Running> {
    let log = File::options()
        .create(true)
        .append(true)
        .open(logs.join(format!("{name}-{index}.log")))?;
    let mut command = Command::new(program(name));
    command
        .env_clear()
        .envs(variables.iter().cloned())
        .env("RATIBA__CLOCK__FOLLOW", clock.address().to_string())
        .env("RATIBA__PROCESS__EXIT_WITH_PARENT", "true")
        .env("RATIBA__LOG__LEVEL", "warn")
        .env(port_variable, port.to_string())
        // Nothing is ever written to it: that it ends when the run does is the message.
        .stdin(Stdio::piped())
        .stdout(log.try_clone()?)
        .stderr(log);
    if name == "ratiba-worker" {
        command.env("RATIBA__WORKER__LEASE_S", LEASE_S.to_string());
    }
    let child = command.spawn().with_context(|| {
        format!(
            "{}: build it first with `cargo build -p {name}`",
            program(name).display()
        )
    })?;
    Ok(Running {
        child,
        door: format!("http://127.0.0.1:{port}"),
    })
}
