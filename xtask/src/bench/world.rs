//! What the benchmarks measure in: a private server set up as in production, one chain with its diaries, and the
//! release build of the api on it.
//!
//! A world is put away as a whole, in reverse order, on a normal end, on Ctrl-C, on a failure and on a panic.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::{format_description, offset};

use super::client::{self, Connection};
use super::options::Options;
use super::pgbench::Pgbench;
use super::sql::{self, Database};
use crate::http::Http;
use crate::interrupt;
use crate::machine;
use crate::postgres::{Purpose, Server};
use crate::stack::environment::{self, Credentials};
use crate::stack::part::Part;
use crate::stack::{self, Addresses, DatabaseUrls, Pace, Page, StackOptions};

/// The parts that are looked at by name.
pub(crate) const API: &str = "ratiba-api";
pub(crate) const WORKER: &str = "ratiba-worker";
/// How often it is looked whether an api is ready.
const READY_LOOK: Duration = Duration::from_millis(1);
const LARGE: &str = "ratiba";
const SMALL: &str = "ratiba_small";
/// How many appointments the small database holds, for comparison.
pub(crate) const SMALL_APPOINTMENTS: u64 = 10_000;
/// How many times can be booked in one run at most.
const FREE_TURNS_MOST: &str = "200000";

/// Everything running. Dropping it stops all of it; [`stop`](Self::stop) also checks that nothing is left.
pub(crate) struct World {
    // Dropped in this order: the parts before the server that they are connected to.
    parts: Vec<Part>,
    server: Server,
    /// Where the logs are.
    run_directory: PathBuf,
    ports: Vec<u16>,
    /// What was asked for.
    pub(crate) options: Options,
    /// The tenant that is measured.
    pub(crate) tenant: String,
    /// A token of its front desk.
    pub(crate) token: String,
    /// The present local day, as `2026-11-22`.
    pub(crate) today: time::Date,
    /// Where the api of the large database listens.
    pub(crate) api: SocketAddr,
    /// Where the api of the small one does, if there is one.
    pub(crate) small_api: Option<SocketAddr>,
    /// Runs the limits in the large database, as the application.
    pub(crate) limits: Pgbench,
    /// Where the release build is.
    pub(crate) programs: PathBuf,
    /// What an api of the large database is told.
    api_settings: Vec<(&'static str, String)>,
    /// What a worker of the large database is told.
    pub(crate) worker_settings: Vec<(&'static str, String)>,
    /// What `ratiba-admin` is told, in the large database.
    pub(crate) admin_settings: Vec<(&'static str, String)>,
    /// What signs WhatsApp's webhooks.
    pub(crate) app_secret: String,
    /// Reaches the large database as an administrator.
    administrator: String,
    free: Vec<FreeTurn>,
    taken: AtomicUsize,
}

/// A time that can be booked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FreeTurn {
    /// By whom.
    pub(crate) staff: String,
    /// What.
    pub(crate) service: String,
    /// From when, RFC 3339.
    pub(crate) start: String,
}

impl FreeTurn {
    /// A line of the script: person, service and start.
    fn parse(line: &str) -> Option<Self> {
        let mut columns = line.split('|').map(str::to_owned);
        Some(Self {
            staff: columns.next()?,
            service: columns.next()?,
            start: columns.next()?,
        })
    }
}

/// What runs beside the api of the large database.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Beside {
    /// The small database and its api.
    pub(crate) small: bool,
    /// A worker and the simulated providers: messages are answered.
    pub(crate) whole: bool,
    /// The benchmark's own load, in place of appointments of the chain.
    pub(crate) laden: bool,
}

/// A database before its api runs.
struct Prepared {
    server: Server,
    urls: DatabaseUrls,
    credentials: Credentials,
    tenant: String,
    token: String,
    today: time::Date,
}

impl World {
    /// Makes all of it; `programs` is where the release build is, `run_directory` where the logs go.
    pub(crate) fn make(
        options: Options,
        programs: &Path,
        run_directory: &Path,
        beside: Beside,
    ) -> anyhow::Result<Self> {
        let prepared = prepare(programs)?;
        if beside.small {
            copy(&prepared)?;
            fill(&prepared, SMALL, SMALL_APPOINTMENTS)?;
        }
        let appointments = if beside.laden {
            SMALL_APPOINTMENTS
        } else {
            options.appointments
        };
        fill(&prepared, LARGE, appointments)?;
        let free = free_turns(&prepared)?;
        let app = sql::environment(&prepared.urls.app)?;
        let limits = Pgbench::find(sql::scripts(), run_directory, app)?;
        let administrator = sql::in_database(&prepared.urls.administrator, LARGE)?;
        let mut world = Self {
            parts: Vec::new(),
            programs: programs.to_owned(),
            api_settings: Vec::new(),
            worker_settings: Vec::new(),
            admin_settings: Vec::new(),
            app_secret: prepared.credentials.app_secret().to_owned(),
            administrator,
            server: prepared.server,
            run_directory: run_directory.to_owned(),
            ports: Vec::new(),
            options,
            tenant: prepared.tenant,
            token: prepared.token,
            today: prepared.today,
            // Nobody listens there before the parts are started.
            api: SocketAddr::from(([127, 0, 0, 1], 0)),
            small_api: None,
            limits,
            free,
            taken: AtomicUsize::new(0),
        };
        let started = world.start_parts(programs, &prepared.urls, &prepared.credentials, beside);
        if started.is_err() {
            world.show_logs();
        }
        started.map(|()| world)
    }

    fn start_parts(
        &mut self,
        programs: &Path,
        urls: &DatabaseUrls,
        credentials: &Credentials,
        beside: Beside,
    ) -> anyhow::Result<()> {
        let addresses = self.addresses()?;
        self.api_settings = api_settings(&addresses, urls, credentials);
        self.api = self.start_api(programs, &addresses, urls, credentials, API)?;
        self.worker_settings = own_clock(environment::worker(&addresses, urls, credentials));
        self.admin_settings = own_clock(environment::admin(&addresses, urls, credentials));
        if beside.small {
            let small_urls = DatabaseUrls {
                administrator: urls.administrator.clone(),
                owner: sql::in_database(&urls.owner, SMALL)?,
                app: sql::in_database(&urls.app, SMALL)?,
                backup: sql::in_database(&urls.backup, SMALL)?,
            };
            let small_addresses = self.addresses()?;
            let api = self.start_api(
                programs,
                &small_addresses,
                &small_urls,
                credentials,
                "ratiba-api-small",
            )?;
            self.small_api = Some(api);
        }
        if beside.whole {
            let now = machine::wall_clock().format(&Rfc3339)?;
            let mut settings = environment::simulator(&addresses, credentials, &now);
            // Nobody follows its clock here.
            settings.retain(|(name, _)| *name != "RATIBA__CLOCK__LISTEN");
            let health = addresses.simulator("/sim/health");
            self.start_part(
                "ratiba-simulator",
                &programs.join("ratiba-simulator"),
                settings,
                &health,
            )?;
            // The clients bring the messages of customers of whom the provider has not heard.
            let config = addresses.simulator("/sim/config");
            Http::new(Duration::from_secs(5))
                .post(&config, None, &json!({ "strangers_wrote": true }))?
                .expect("the simulator's configuration", 200)?;
        }
        if self.options.worker || beside.whole {
            let settings = self.worker_settings.clone();
            let health = addresses.worker("/healthz");
            self.start_part(WORKER, &programs.join("ratiba-worker"), settings, &health)?;
        }
        Ok(())
    }

    fn addresses(&mut self) -> anyhow::Result<Addresses> {
        let addresses = Addresses::choose(&StackOptions {
            name: "bench",
            api_port: None,
            simulator_port: None,
            console: Page::Nowhere,
            pace: Pace::Usual,
            clock_start: "",
        })?;
        self.ports.extend(addresses.ports());
        Ok(addresses)
    }

    fn start_api(
        &mut self,
        programs: &Path,
        addresses: &Addresses,
        urls: &DatabaseUrls,
        credentials: &Credentials,
        name: &'static str,
    ) -> anyhow::Result<SocketAddr> {
        let settings = api_settings(addresses, urls, credentials);
        let program = programs.join("ratiba-api");
        self.start_part(name, &program, settings, &addresses.api("/readyz"))?;
        let address = addresses.api("");
        let address = address.strip_prefix("http://").unwrap_or(&address);
        address.parse().context("the api's address is malformed")
    }

    fn start_part(
        &mut self,
        name: &'static str,
        program: &Path,
        settings: Vec<(&'static str, String)>,
        health: &str,
    ) -> anyhow::Result<()> {
        let log = self.run_directory.join(format!("{name}.log"));
        self.parts.push(Part::start(name, program, settings, log)?);
        let http = Http::new(Duration::from_secs(2));
        let began = machine::now();
        while !http.get(health, None).is_ok_and(|answer| answer.status == 200) {
            self.check()?;
            if began.elapsed() > stack::PATIENCE {
                bail!("{name} was not healthy within {} s", stack::PATIENCE.as_secs());
            }
            interrupt::rest()?;
        }
        Ok(())
    }

    /// Fails if a part has ended that should be running.
    pub(crate) fn check(&mut self) -> anyhow::Result<()> {
        self.parts.iter_mut().try_for_each(Part::check)
    }

    /// A time that nobody has booked yet in this run; `None` if there are no more.
    pub(crate) fn next_free_turn(&self) -> Option<&FreeTurn> {
        self.free.get(self.taken.fetch_add(1, Ordering::Relaxed))
    }

    /// How many times are left that nobody has booked in this run.
    pub(crate) fn free_turns_left(&self) -> usize {
        let taken = self.taken.load(Ordering::Relaxed);
        self.free.len().saturating_sub(taken)
    }

    /// The process of a part that runs beside the benchmark.
    pub(crate) fn process(&self, name: &str) -> anyhow::Result<u32> {
        let part = self.parts.iter().find(|part| part.name() == name);
        part.map(Part::id)
            .with_context(|| format!("no {name} is running"))
    }

    /// How long one more api of the large database takes from its start until it says that it is ready. It is ended again.
    pub(crate) fn start_another_api(&self) -> anyhow::Result<Duration> {
        let port = machine::free_port()?;
        let mut settings = self.api_settings.clone();
        // Of two settings of one name the last counts.
        settings.push(("RATIBA__API__PORT", port.to_string()));
        settings.push(("RATIBA__API__METRICS_PORT", machine::free_port()?.to_string()));
        let log = self.run_directory.join("ratiba-api-another.log");
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let began = machine::now();
        let mut part = Part::start("another ratiba-api", &self.programs.join(API), settings, log)?;
        while !is_ready(address) {
            part.check()?;
            if began.elapsed() > stack::PATIENCE {
                part.show_log();
                bail!("another api was not ready within {} s", stack::PATIENCE.as_secs());
            }
            interrupt::check()?;
            std::thread::sleep(READY_LOOK);
        }
        let took = began.elapsed();
        part.stop(stack::GRACE);
        Ok(took)
    }

    /// Runs a script in the large database as an administrator; gives what it selected, as [`Database::script`] does.
    pub(crate) fn script(&self, name: &str, variables: &[(&str, &str)]) -> anyhow::Result<String> {
        Database::new(&self.administrator).script(name, variables)
    }

    /// A connection to the large database that stays, as an administrator.
    pub(crate) fn session(&self) -> anyhow::Result<sql::Session> {
        Database::new(&self.administrator).session()
    }

    /// Shows the end of every log, for a person who must know why something failed.
    pub(crate) fn show_logs(&self) {
        for part in &self.parts {
            part.show_log();
        }
        eprintln!("\nwhole logs: {}", self.run_directory.display());
    }

    /// Stops everything and makes sure that no process and no port of it is left.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        for part in self.parts.iter_mut().rev() {
            part.stop(stack::GRACE);
        }
        self.parts.clear();
        self.ports.extend(self.server.port());
        self.server.stop()?;
        let left: Vec<u16> = self
            .ports
            .into_iter()
            .filter(|port| !stack::becomes_free(*port))
            .collect();
        if !left.is_empty() {
            bail!("still in use after everything was stopped: ports {left:?}");
        }
        Ok(())
    }
}

/// Whether an api says that it can work.
fn is_ready(address: SocketAddr) -> bool {
    let asked = Connection::open(address).and_then(|mut api| api.exchange(&client::get("/readyz", "")));
    asked.is_ok_and(|answer| answer.status == 200)
}

fn api_settings(
    addresses: &Addresses,
    urls: &DatabaseUrls,
    credentials: &Credentials,
) -> Vec<(&'static str, String)> {
    let mut settings = own_clock(environment::api(addresses, urls, credentials));
    settings.extend(environment::NEVER_LIMITED.map(|(name, limit)| (name, limit.to_owned())));
    settings
}

/// There is no authority of the clock beside a benchmark: the api goes by the machine's.
fn own_clock(mut settings: Vec<(&'static str, String)>) -> Vec<(&'static str, String)> {
    settings.retain(|(name, _)| *name != "RATIBA__CLOCK__FOLLOW");
    settings
}

/// A server with one database that holds the demo tenant, the chain beside it, and the tables of the limits.
fn prepare(programs: &Path) -> anyhow::Result<Prepared> {
    let server = Server::start(Purpose::Bench)?;
    println!("PostgreSQL: {}", server.describe());
    let urls = DatabaseUrls::on(&server, LARGE.to_owned())?;
    let credentials = Credentials::generate()?;
    stack::migrate(programs, &urls)?;
    let addresses = Addresses::choose(&StackOptions {
        name: "bench",
        api_port: None,
        simulator_port: None,
        console: Page::Nowhere,
        pace: Pace::Usual,
        clock_start: "",
    })?;
    let told = stack::demo_tenant(programs, &urls, &credentials, &addresses)?;
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    let tenant = text(&told["tenant"]).context("the demo tenant has no id")?;
    let token = text(&told["tokens"]["receptionist"]).context("the front desk has no token")?;
    let administrator = sql::in_database(&urls.administrator, LARGE)?;
    Database::new(&administrator).script("limits.sql", &[])?;
    Database::new(&urls.app).script("tenant.sql", &[("tenant", &tenant)])?;
    Ok(Prepared {
        server,
        urls,
        credentials,
        tenant,
        token,
        today: local_day(machine::wall_clock()),
    })
}

/// The day in Nairobi, where the chain is: three hours ahead all year.
fn local_day(instant: OffsetDateTime) -> time::Date {
    instant.to_offset(offset!(+3)).date()
}

/// A day as SQL and our api read it.
pub(crate) fn day_text(day: time::Date) -> anyhow::Result<String> {
    Ok(day.format(format_description!("[year]-[month]-[day]"))?)
}

/// The small database: the same tenant, people and token, before anybody has a diary.
fn copy(prepared: &Prepared) -> anyhow::Result<()> {
    let statements = [
        format!("CREATE DATABASE {SMALL} TEMPLATE {LARGE} OWNER ratiba_owner"),
        format!("REVOKE ALL ON DATABASE {SMALL} FROM PUBLIC"),
        format!("GRANT CONNECT ON DATABASE {SMALL} TO ratiba_app"),
    ];
    Database::new(&prepared.urls.administrator)
        .statements(&statements)
        .context("the small database could not be made")
}

/// Writes so many appointments into the diaries of one database.
fn fill(prepared: &Prepared, database: &str, appointments: u64) -> anyhow::Result<()> {
    let began = machine::now();
    let url = sql::in_database(&prepared.urls.administrator, database)?;
    let (today, appointments) = (day_text(prepared.today)?, appointments.to_string());
    let database = Database::new(&url);
    database.script("stage.sql", &[("today", &today), ("appointments", &appointments)])?;
    let tenant = [("tenant", prepared.tenant.as_str())];
    std::thread::scope(|scope| {
        let fills: Vec<_> = ["fill_claims.sql", "fill_limits.sql", "fill_appointments.sql"]
            .into_iter()
            .map(|script| {
                let (database, tenant) = (&database, &tenant);
                scope.spawn(move || database.script(script, tenant))
            })
            .collect();
        fills.into_iter().try_for_each(|fill| match fill.join() {
            Ok(filled) => filled.map(drop),
            Err(_) => bail!("a load panicked"),
        })
    })?;
    database.statements(&["DROP SCHEMA stage CASCADE".to_owned(), "CHECKPOINT".to_owned()])?;
    println!(
        "{appointments} appointments are on record, after {} s",
        began.elapsed().as_secs()
    );
    Ok(())
}

fn free_turns(prepared: &Prepared) -> anyhow::Result<Vec<FreeTurn>> {
    let url = sql::in_database(&prepared.urls.administrator, LARGE)?;
    let told = Database::new(&url).script(
        "free_turns.sql",
        &[
            ("tenant", prepared.tenant.as_str()),
            ("today", &day_text(prepared.today)?),
            ("wanted", FREE_TURNS_MOST),
        ],
    )?;
    told.lines()
        .map(|line| FreeTurn::parse(line).context("a free time that cannot be read"))
        .collect()
}
