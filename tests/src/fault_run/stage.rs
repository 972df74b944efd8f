//! The programs of a run: the real api, two workers, PostgreSQL on its own, and the simulator of the providers.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, bail};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use ratiba_assembly::demo;
use ratiba_kernel::Clock as _;
use ratiba_simulator::{Simulator, SimulatorSettings};
use ratiba_system::{ClockAuthority, MovableClock};
use ratiba_test_database::TestDatabase;
use ratiba_tooling::postgres::{Purpose, Server};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::time::Instant;

use super::Defect;
use super::relay::Relay;
use crate::programs::free_port;

mod setting;
mod tap;
mod tapped;

use setting::{House, Running, provision, spawn};
pub(super) use tap::{Moment, Strike};
pub(super) use tapped::Victim;
use tapped::{Taps, with_tap};

/// How long a program may take until it is ready.
const PATIENCE: Duration = Duration::from_secs(60);

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
    /// When PostgreSQL was back the last time.
    restarted_at: Mutex<Option<Instant>>,
    /// Where the api listens.
    pub api: String,
    /// Where the programs write their logs.
    pub logs: PathBuf,
    /// The business, and what its operator works with.
    pub(super) house: House,
    http: reqwest::Client,
    variables: Vec<(String, String)>,
    /// What lies in the drawer, in cents.
    drawer: AtomicI64,
    /// A word in each message to nobody that the api has taken.
    strangers: Mutex<Vec<String>>,
    /// Between the programs and PostgreSQL, if they are to be killed at a certain statement.
    taps: Option<Taps>,
    /// Between the programs and the providers, if a defect needs somebody there.
    _relay: Option<Relay>,
}

#[derive(QueryableByName)]
struct Text {
    #[diesel(sql_type = diesel::sql_types::Text)]
    text: String,
}

impl Stage {
    /// Starts all of it, the demo tenant on record, at 08:00 in Nairobi on 12 May 2026, with a defect planted.
    ///
    /// # Errors
    /// When something does not start.
    pub async fn set(name: &str, defect: Option<Defect>) -> anyhow::Result<Self> {
        Self::arrange(name, defect, false).await
    }

    /// The same without a defect, and with a tap before each program; there is one worker.
    ///
    /// # Errors
    /// When something does not start.
    pub(super) async fn set_with_taps(name: &str) -> anyhow::Result<Self> {
        Self::arrange(name, None, true).await
    }

    async fn arrange(name: &str, defect: Option<Defect>, tapped: bool) -> anyhow::Result<Self> {
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
        let mut variables = crate::variables(&database, address, &told, &simulator.base_url());
        let house = provision(&variables, &movable, &told, &simulator.base_url()).await?;
        let relay = match defect {
            Some(Defect::Sql(sql)) => {
                database.connect_as_administrator().batch_execute(sql)?;
                None
            }
            Some(Defect::PushedTwice) => {
                let relay = Relay::pushing_twice(simulator.base_url())?;
                variables.push(("RATIBA__DARAJA__BASE_URL".to_owned(), relay.base_url()));
                Some(relay)
            }
            None => None,
        };
        let logs = std::env::temp_dir().join(format!("ratiba-faults-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&logs)?;
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(40))
            .no_proxy()
            .build()?;
        let taps = tapped.then(|| Taps::before(&database)).transpose()?;
        let of_api = with_tap(&variables, &database, taps.as_ref().map(|taps| &taps.api));
        let api = spawn(
            &of_api,
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
            restarted_at: Mutex::new(None),
            api: format!("http://{address}"),
            logs,
            house,
            http,
            variables,
            drawer: AtomicI64::new(0),
            strangers: Mutex::new(Vec::new()),
            taps,
            _relay: relay,
        };
        for index in 0..(if tapped { 1 } else { 2 }) {
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
        let tap = self.taps.as_ref().map(|taps| &taps.worker);
        spawn(
            &with_tap(&self.variables, &self.database, tap),
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
        workers[index].kill()?;
        workers[index] = self.spawn_worker(index)?;
        Ok(())
    }

    /// Kills the api without a word, and starts it again at the same address. Whoever asks meanwhile is not answered.
    ///
    /// # Errors
    /// When it does not start.
    pub fn kill_api(&self) -> anyhow::Result<()> {
        let mut api = held(&self.api_process);
        api.kill()?;
        let port: u16 = self.api.rsplit(':').next().unwrap_or_default().parse()?;
        let tap = self.taps.as_ref().map(|taps| &taps.api);
        *api = spawn(
            &with_tap(&self.variables, &self.database, tap),
            &self.clock,
            &self.logs,
            "ratiba-api",
            ("RATIBA__API__PORT", port),
            0,
        )?;
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
        *held(&self.restarted_at) = Some(Instant::now());
        restarted
    }

    /// Starts again what could not start because PostgreSQL was away, as whoever runs the programs does.
    ///
    /// # Errors
    /// When a program has ended by itself otherwise.
    pub fn check(&self) -> anyhow::Result<()> {
        let logs = self.logs.display();
        let restarted_at = *held(&self.restarted_at);
        let away = held(&self.server).is_none();
        let excused = away || restarted_at.is_some_and(|at| at.elapsed() < PATIENCE);
        let ended = held(&self.api_process).child.try_wait()?;
        if let Some(status) = ended {
            anyhow::ensure!(excused, "the api ended by itself ({status}); logs: {logs}");
            self.kill_api()?;
        }
        let workers = held(&self.workers).len();
        for index in 0..workers {
            let ended = held(&self.workers)[index].child.try_wait()?;
            if let Some(status) = ended {
                anyhow::ensure!(excused, "a worker ended by itself ({status}); logs: {logs}");
                self.kill_worker(index)?;
            }
        }
        Ok(())
    }

    /// Notes that the api took a message to nobody that has this word in it.
    pub(super) fn note_stranger(&self, word: String) {
        held(&self.strangers).push(word);
    }

    /// Comes to the api without any right, once; again only while nobody answers or it says that it is not available.
    ///
    /// # Errors
    /// When nobody ever answers.
    pub(super) async fn knock(&self, path: &str, body: &Value) -> anyhow::Result<StatusCode> {
        let mut ticks = tokio::time::interval(Duration::from_millis(200));
        for _try in 0..100 {
            ticks.tick().await;
            let request = self.http.post(format!("{}{path}", self.api)).json(body);
            match request.send().await {
                Ok(answer) if answer.status() != StatusCode::SERVICE_UNAVAILABLE => {
                    return Ok(answer.status());
                }
                Ok(_) | Err(_) => self.check()?,
            }
        }
        bail!("{path} was never answered")
    }

    /// Notes that so many cents were put into the drawer, or taken out of it.
    pub(super) fn put_into_drawer(&self, cents: i64) {
        self.drawer.fetch_add(cents, Ordering::Relaxed);
    }

    /// How many cents lie in the drawer, as those know who put them there.
    pub(super) fn in_drawer(&self) -> i64 {
        self.drawer.load(Ordering::Relaxed)
    }

    /// The books of all who truly have the money: M-Pesa's, PesaPal's, and the drawer.
    ///
    /// # Errors
    /// When the simulator does not answer.
    pub async fn books(&self) -> anyhow::Result<Value> {
        let mut books = self.ask_simulator("/sim/book").await?;
        let prompts = self.ask_simulator("/sim/prompts").await?;
        books["prompts"] = prompts["prompts"].clone();
        books["drawer"] = json!(self.in_drawer());
        books["strangers"] = json!(*held(&self.strangers));
        Ok(books)
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
    /// When nothing ever answers.
    pub async fn order(
        &self,
        method: &Method,
        path: &str,
        key: &str,
        body: &Value,
    ) -> anyhow::Result<(StatusCode, Value)> {
        let mut ticks = tokio::time::interval(Duration::from_millis(200));
        let mut last = None;
        for _try in 0..100 {
            ticks.tick().await;
            let mut request = self
                .http
                .request(method.clone(), format!("{}{path}", self.api))
                .bearer_auth(&self.house.owner)
                .header("Idempotency-Key", key);
            if *method != Method::GET {
                request = request.json(body);
            }
            // What is replaced is as the business was set up.
            if *method == Method::PUT {
                request = request.header("If-Match", "\"1\"");
            }
            let Ok(answer) = request.send().await else {
                self.check()?;
                continue;
            };
            let status = answer.status();
            let Ok(text) = answer.text().await else { continue };
            let waits = status == StatusCode::SERVICE_UNAVAILABLE || status == StatusCode::TOO_MANY_REQUESTS;
            let answer = (status, serde_json::from_str(&text).unwrap_or(Value::String(text)));
            if !waits {
                return Ok(answer);
            }
            last = Some(answer);
        }
        // That it is never available is an answer, too, of which somebody will complain.
        last.with_context(|| format!("{method} {path} was never answered"))
    }

    /// Replaces something at the api by the version that it has.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn replace(&self, path: &str, body: &Value) -> anyhow::Result<()> {
        let url = format!("{}{path}", self.api);
        let known = self.http.get(&url).bearer_auth(&self.house.owner).send().await?;
        let mut request = self.http.put(&url).bearer_auth(&self.house.owner).json(body);
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
        Ok(serde_json::from_str(&self.read_from_simulator(path).await?)?)
    }

    /// The same of something that is no JSON.
    ///
    /// # Errors
    /// When it refuses.
    pub async fn read_from_simulator(&self, path: &str) -> anyhow::Result<String> {
        let url = format!("{}{path}", self.simulator.base_url());
        let answer = self.http.get(url).send().await?.error_for_status()?;
        Ok(answer.text().await?)
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
            "credit_payouts",
            "payment_tips",
            "mpesa_statement_lines",
            "mpesa_statement_absences",
            "till_sessions",
            "till_movements",
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
