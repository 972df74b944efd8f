//! The parts of the system, running together on loopback for dev and demo.
//!
//! A stack is put away as a whole, in reverse order, on a normal end, on Ctrl-C, on a failure and on a panic.
//! Should this process be killed, the parts notice that their standard input ended, and end too.

pub(crate) mod environment;
pub(crate) mod part;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde_json::Value;

use crate::console;
use crate::http::Http;
use crate::machine;
use crate::postgres::{Purpose, Server};
use crate::preflight;
use crate::process;
use crate::workspace;

use environment::Credentials;
use part::Part;

pub(crate) use environment::{Addresses, DatabaseUrls};

/// How long a part may take until it is healthy.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// How long a part may take to finish what it holds.
pub(crate) const GRACE: Duration = Duration::from_secs(25);

/// What differs between the chores that run a stack.
pub(crate) struct StackOptions {
    /// Names the folder of the logs: the verb.
    pub(crate) name: &'static str,
    /// The ports people know; any free one is taken where a wish is absent or cannot be granted.
    pub(crate) api_port: Option<u16>,
    /// As [`api_port`](Self::api_port), for the simulator and its page.
    pub(crate) simulator_port: Option<u16>,
    /// Whether the console is served, and where.
    pub(crate) console: Page,
    /// How often its doors may be knocked at.
    pub(crate) pace: Pace,
    /// Where business time begins, RFC 3339.
    pub(crate) clock_start: &'static str,
}

/// Where the console is served. People then come to that origin for everything: what is the api's own is passed on.
#[derive(Clone, Copy)]
pub(crate) enum Page {
    Nowhere,
    AtAnyPort,
    /// At this port, if it is free.
    At(u16),
}

/// How often may be asked what the parts answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// As often as anywhere where nobody says otherwise.
    Usual,
    /// As often as somebody can: the limits count, and are too wide to be met.
    NeverLimited,
}

/// Everything running. Dropping it stops all of it; [`stop`](Self::stop) also checks that nothing is left.
pub(crate) struct Stack {
    // Dropped in this order: the parts before the server that they are connected to.
    parts: Vec<Part>,
    server: Option<Server>,
    run_directory: RunDirectory,
    /// Where to reach the parts.
    pub(crate) addresses: Addresses,
    programs: PathBuf,
    /// What `ratiba-admin` is told of this run.
    admin: Vec<(&'static str, String)>,
    /// What the demo tenant is and who may speak for it, as `ratiba-admin demo-tenant` told.
    pub(crate) tenant: Value,
}

/// The folder of the logs. It goes with a stack that ended well, and stays for a person otherwise.
pub(crate) struct RunDirectory {
    pub(crate) path: PathBuf,
}

impl Stack {
    /// Builds the parts and starts them, healthy when this returns.
    pub(crate) fn start(options: &StackOptions) -> anyhow::Result<Self> {
        preflight::build_and_database(Purpose::Stack)?;
        let programs = build()?;
        let run_directory = RunDirectory::make(options.name)?;
        let server = Server::start(Purpose::Stack)?;
        println!("PostgreSQL: {}", server.describe());
        let urls = DatabaseUrls::on(&server, database_name(&server)?)?;
        let credentials = Credentials::generate()?;
        let addresses = Addresses::choose(options)?;
        migrate(&programs, &urls)?;
        let tenant = demo_tenant(&programs, &urls, &credentials, &addresses)?;
        let mut stack = Self {
            parts: Vec::new(),
            server: Some(server),
            run_directory,
            addresses,
            admin: environment::admin(&addresses, &urls, &credentials),
            programs: programs.clone(),
            tenant,
        };
        if let Err(error) = stack.start_parts(&programs, options, &urls, &credentials) {
            stack.show_logs();
            return Err(error);
        }
        Ok(stack)
    }

    fn start_parts(
        &mut self,
        programs: &Path,
        options: &StackOptions,
        urls: &DatabaseUrls,
        credentials: &Credentials,
    ) -> anyhow::Result<()> {
        let addresses = self.addresses;
        // The clock's authority first: the others follow it from their first moment.
        let simulator = environment::simulator(&addresses, credentials, options.clock_start);
        self.start_part(
            programs,
            "ratiba-simulator",
            simulator,
            &addresses.simulator("/sim/health"),
        )?;
        let mut api = environment::api(&addresses, urls, credentials);
        if options.pace == Pace::NeverLimited {
            api.extend(environment::NEVER_LIMITED.map(|(name, limit)| (name, limit.to_owned())));
        }
        self.start_part(programs, "ratiba-api", api, &addresses.api("/readyz"))?;
        let worker = environment::worker(&addresses, urls, credentials);
        self.start_part(programs, "ratiba-worker", worker, &addresses.worker("/healthz"))
    }

    fn start_part(
        &mut self,
        programs: &Path,
        name: &'static str,
        settings: Vec<(&'static str, String)>,
        health: &str,
    ) -> anyhow::Result<()> {
        let log = self.run_directory.path.join(format!("{name}.log"));
        let part = Part::start(name, &programs.join(name), settings, log)?;
        self.parts.push(part);
        self.until_healthy(name, health)
    }

    /// Waits for a part that was just started.
    fn until_healthy(&mut self, name: &str, health: &str) -> anyhow::Result<()> {
        let http = Http::new(Duration::from_secs(2));
        let began = machine::now();
        loop {
            self.check()?;
            if http.get(health, None).is_ok_and(|answer| answer.status == 200) {
                return Ok(());
            }
            if began.elapsed() > PATIENCE {
                bail!("{name} was not healthy within {} s", PATIENCE.as_secs());
            }
            crate::interrupt::rest()?;
        }
    }

    /// A shell's command that runs `ratiba-admin` upon this system. Its settings, made-up credentials among them, lie in a
    /// file beside the logs that nobody else can read, and go with them.
    pub(crate) fn admin_command(&self) -> anyhow::Result<String> {
        use std::io::Write as _;
        use std::os::unix::fs::OpenOptionsExt as _;

        let path = self.run_directory.path.join("admin.env");
        let mut options = std::fs::OpenOptions::new();
        let mut file = options
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&path)
            .with_context(|| format!("{} cannot be written", path.display()))?;
        for (name, value) in &self.admin {
            writeln!(file, "{name}='{value}'")?;
        }
        let program = self.programs.join("ratiba-admin");
        Ok(format!("(set -a; . {}; {})", path.display(), program.display()))
    }

    /// Runs `ratiba-admin` upon this system, and gives what it told.
    pub(crate) fn admin(&self, arguments: &[&str]) -> anyhow::Result<Value> {
        let mut command = environment::command(&self.programs.join("ratiba-admin"), self.admin.clone());
        let told = process::output("ratiba-admin", command.args(arguments))?;
        serde_json::from_str(&told).context("ratiba-admin wrote something that is not JSON")
    }

    /// The folder of the logs, where chores keep what else lasts as long as this run.
    pub(crate) fn run_directory(&self) -> &Path {
        &self.run_directory.path
    }

    /// Serves the built console at the port that was chosen for it. Gives its address.
    pub(crate) fn serve_console(&mut self) -> anyhow::Result<String> {
        let port = self
            .addresses
            .console()
            .context("no port was chosen for the console")?;
        let address = format!("http://127.0.0.1:{port}/");
        let settings = vec![
            ("RATIBA_CONSOLE_PORT", port.to_string()),
            ("RATIBA_API", self.addresses.api("")),
            ("RATIBA_SIMULATOR", self.addresses.simulator("")),
        ];
        let log = self.run_directory.path.join("console.log");
        let part = Part::start("the console's server", &console::server(), settings, log)?;
        self.parts.push(part);
        self.until_healthy("the console's server", &format!("{address}healthz"))?;
        Ok(address)
    }

    /// Fails if a part has ended that should be running.
    pub(crate) fn check(&mut self) -> anyhow::Result<()> {
        for part in &mut self.parts {
            part.check()?;
        }
        Ok(())
    }

    /// Shows the end of every log, for a person who must know why something failed.
    pub(crate) fn show_logs(&self) {
        for part in &self.parts {
            part.show_log();
        }
        eprintln!("\nwhole logs: {}", self.run_directory.path.display());
    }

    /// Stops everything and makes sure that no process, no port and no file of it is left.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        let mut ports = self.addresses.ports();
        for part in self.parts.iter_mut().rev() {
            part.stop(GRACE);
        }
        if let Some(server) = self.server.take() {
            ports.extend(server.port());
            if !server.is_private() {
                println!("the database stays on the server that was given");
            }
            server.stop()?;
        }
        let left: Vec<u16> = ports.into_iter().filter(|port| !becomes_free(*port)).collect();
        if !left.is_empty() {
            bail!("still in use after everything was stopped: ports {left:?}");
        }
        self.run_directory.remove()
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        for part in self.parts.iter_mut().rev() {
            part.stop(GRACE);
        }
    }
}

/// Builds the programs of a stack and gives the folder they are in.
pub(crate) fn build() -> anyhow::Result<PathBuf> {
    let mut command = workspace::cargo();
    command.arg("build").args(
        ["ratiba-admin", "ratiba-api", "ratiba-simulator", "ratiba-worker"]
            .iter()
            .flat_map(|name| ["-p", name]),
    );
    process::run("cargo build", command.arg("--bins"))?;
    Ok(workspace::target_directory()?.join("debug"))
}

/// Makes the roles and the database, and applies the migrations.
pub(crate) fn migrate(programs: &Path, urls: &DatabaseUrls) -> anyhow::Result<()> {
    for verb in ["roles", "run"] {
        let mut command =
            environment::command(&programs.join("ratiba-migrate"), environment::migrations(urls));
        let told = process::output("ratiba-migrate", command.arg(verb))?;
        // Twelve lines of "applied" are noise here; the last one sums up.
        println!("{}", told.lines().last().unwrap_or_default());
    }
    Ok(())
}

/// Puts the demo tenant on record, and gives what `ratiba-admin` told of it, tokens included.
pub(crate) fn demo_tenant(
    programs: &Path,
    urls: &DatabaseUrls,
    credentials: &Credentials,
    addresses: &Addresses,
) -> anyhow::Result<Value> {
    let settings = environment::admin(addresses, urls, credentials);
    let mut command = environment::command(&programs.join("ratiba-admin"), settings);
    let told = process::output("ratiba-admin demo-tenant", command.arg("demo-tenant"))?;
    serde_json::from_str(&told).context("ratiba-admin demo-tenant wrote something that is not JSON")
}

/// A private server is ours, so its database has the usual name; on a given one it must hit nobody else's.
fn database_name(server: &Server) -> anyhow::Result<String> {
    if server.is_private() {
        Ok("ratiba".into())
    } else {
        Ok(format!("ratiba_dev_{}", machine::random_hex(4)?))
    }
}

/// A connection that was just closed may hold its port for a moment.
pub(crate) fn becomes_free(port: u16) -> bool {
    let began = machine::now();
    while began.elapsed() < Duration::from_secs(5) {
        if machine::port_is_free(port) {
            return true;
        }
        std::thread::sleep(crate::interrupt::LOOK);
    }
    false
}

impl RunDirectory {
    /// A new folder, and the end of those whose chores are gone.
    pub(crate) fn make(name: &str) -> anyhow::Result<Self> {
        let runs = workspace::scratch("runs")?;
        for entry in std::fs::read_dir(&runs)?.flatten() {
            let file_name = entry.file_name().to_string_lossy().into_owned();
            let pid = file_name.rsplit_once('-').and_then(|(_, pid)| pid.parse().ok());
            if pid.is_some_and(|pid| process::identity(pid).is_none()) {
                // Old logs are a convenience; one that cannot be removed is no reason not to start.
                let _stays = std::fs::remove_dir_all(entry.path());
            }
        }
        let path = runs.join(format!("{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).with_context(|| format!("{} cannot be made", path.display()))?;
        Ok(Self { path })
    }

    pub(crate) fn remove(&self) -> anyhow::Result<()> {
        std::fs::remove_dir_all(&self.path)
            .with_context(|| format!("{} cannot be removed", self.path.display()))
    }
}
