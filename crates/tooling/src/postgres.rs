//! A private PostgreSQL server on loopback for dev, demo, tests, fault runs, benchmarks and the database verbs.
//!
//! It comes from a setting, from a container or from server programs on the machine, in an order that
//! depends on the purpose. A private server lives as long as the value that holds it: it goes with a normal
//! end, with Ctrl-C and with a panic, and what a killed run left behind is put away by the next one. Servers,
//! directories and containers of anybody else are never touched.

mod container;
mod leftovers;
mod programs;
mod user;

use anyhow::{Context as _, bail};

use crate::machine;

pub use programs::VERSION_MIN;

/// The role that made the private server. Nothing of Ratiba runs as it.
const ADMINISTRATOR: &str = "ratiba_admin";

/// Names an administrator of a server for tests, for the chores as for the tests themselves.
pub const TEST_VARIABLE: &str = "TEST_DATABASE_URL";

/// What a server is for, which decides where it is looked for first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Tests: the setting, a container as in production, programs.
    Test,
    /// Dev, demo and the database verbs: the setting, programs (they start faster), a container.
    Stack,
    /// Fault runs: programs, a container; always private, because it is restarted, and losing nothing that it said it
    /// wrote.
    Faults,
    /// Benchmarks: programs, a container; always private, and set up as carefully as one in production.
    Bench,
}

impl Purpose {
    /// The variable that names an administrator of a server to use instead of a private one.
    pub fn variable(self) -> Option<&'static str> {
        match self {
            Self::Test => Some(TEST_VARIABLE),
            Self::Stack => Some("DEV_DATABASE_URL"),
            Self::Faults | Self::Bench => None,
        }
    }

    /// Where the administrator is named, and as what; `None` if nobody named one.
    fn given(self) -> Option<(&'static str, String)> {
        let name = self.variable()?;
        machine::variable(name).map(|url| (name, url))
    }

    /// The settings of a private server.
    fn settings(self) -> &'static [&'static str] {
        match self {
            Self::Test | Self::Stack => &FLEETING,
            Self::Faults => &RESTARTED,
            Self::Bench => &MEASURED,
        }
    }
}

/// What is in the server need not survive a power cut.
const FLEETING: [&str; 5] = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=200",
    "shared_buffers=128MB",
];

/// What was committed survives the end of the server, though not a power cut.
const RESTARTED: [&str; 5] = [
    "fsync=off",
    "synchronous_commit=on",
    "full_page_writes=off",
    "max_connections=200",
    "shared_buffers=128MB",
];

/// Every promise kept, memory for a million appointments, and no checkpoint in the middle of a round.
const MEASURED: [&str; 10] = [
    "fsync=on",
    "synchronous_commit=on",
    "full_page_writes=on",
    "max_connections=200",
    "shared_buffers=1GB",
    "effective_cache_size=3GB",
    "maintenance_work_mem=256MB",
    "random_page_cost=1.1",
    "max_wal_size=16GB",
    "checkpoint_timeout=1h",
];

/// A server to work on, and the way in.
pub struct Server {
    host: Host,
    administrator_url: String,
}

enum Host {
    /// Somebody else's, named by this variable: used, never stopped.
    Given(&'static str),
    Programs(programs::Postmaster),
    Container(container::Container),
}

impl Server {
    /// Finds or starts a server, and says nothing: [`describe`](Self::describe) does.
    ///
    /// # Errors
    /// When there is none to use and none could be started, with the reason.
    pub fn start(purpose: Purpose) -> anyhow::Result<Self> {
        if let Some((name, url)) = purpose.given() {
            Location::parse(&url)
                .with_context(|| format!("{name} must read postgres://user:password@host:port/database"))?;
            return Ok(Self {
                host: Host::Given(name),
                administrator_url: url,
            });
        }
        leftovers::sweep();
        match purpose {
            Purpose::Test => match Self::in_container(purpose)? {
                Some(server) => Ok(server),
                None => Self::from_programs(purpose)?
                    .context("no container engine answers and no server programs were found"),
            },
            Purpose::Stack | Purpose::Faults | Purpose::Bench => match Self::from_programs(purpose)? {
                Some(server) => Ok(server),
                None => Self::in_container(purpose)?
                    .context("no server programs were found and no container engine answers"),
            },
        }
    }

    fn from_programs(purpose: Purpose) -> anyhow::Result<Option<Self>> {
        let Some(programs) = programs::find()? else {
            return Ok(None);
        };
        let password = machine::random_hex(16)?;
        let postmaster = programs::Postmaster::start(programs, &password, purpose.settings())?;
        let administrator_url = administrator_url(&password, postmaster.port);
        Ok(Some(Self {
            host: Host::Programs(postmaster),
            administrator_url,
        }))
    }

    fn in_container(purpose: Purpose) -> anyhow::Result<Option<Self>> {
        if !container::is_possible() {
            return Ok(None);
        }
        let password = machine::random_hex(16)?;
        let container = container::Container::start(&password, purpose.settings())?;
        let administrator_url = administrator_url(&password, container.port);
        Ok(Some(Self {
            host: Host::Container(container),
            administrator_url,
        }))
    }

    /// Which server was chosen, in words for the terminal, without a secret.
    pub fn describe(&self) -> String {
        match &self.host {
            Host::Given(name) => format!("the server that {name} names"),
            Host::Programs(postmaster) => postmaster.describe(),
            Host::Container(container) => container.describe(),
        }
    }

    /// Whether the server is ours alone, so that nothing has to be tidied up inside it.
    pub fn is_private(&self) -> bool {
        match self.host {
            Host::Given(_) => false,
            Host::Programs(_) | Host::Container(_) => true,
        }
    }

    /// An administrator's URL, password included: never print it except where the user asked for it.
    pub fn administrator_url(&self) -> &str {
        &self.administrator_url
    }

    /// The URL of another role and database on this server. Neither argument may need escaping.
    ///
    /// # Errors
    /// When the administrator's URL cannot be taken apart.
    pub fn url(&self, role: &str, password: &str, database: &str) -> anyhow::Result<String> {
        let location =
            Location::parse(&self.administrator_url).context("the administrator's URL is malformed")?;
        Ok(location.url(role, password, database))
    }

    /// The port on loopback of a private server; `None` for a given one.
    pub fn port(&self) -> Option<u16> {
        match &self.host {
            Host::Given(_) => None,
            Host::Programs(postmaster) => Some(postmaster.port),
            Host::Container(container) => Some(container.port),
        }
    }

    /// Ends a private server as if its machine had lost its process, all connections with it, and starts it again at
    /// the same address; it takes connections when this returns.
    ///
    /// # Errors
    /// When the server is somebody else's, or does not come back.
    pub fn restart_at_once(&mut self) -> anyhow::Result<()> {
        match &mut self.host {
            Host::Given(name) => bail!("the server that {name} names is not ours to restart"),
            Host::Programs(postmaster) => postmaster.restart_at_once(),
            Host::Container(container) => container.restart_at_once(),
        }
    }

    /// Stops a private server and removes all of it; a given one is left as it is.
    ///
    /// # Errors
    /// When something of it stays.
    pub fn stop(self) -> anyhow::Result<()> {
        match self.host {
            Host::Given(_) => Ok(()),
            Host::Programs(mut postmaster) => postmaster.stop(),
            Host::Container(mut container) => container.stop(),
        }
    }
}

/// Whether [`Server::start`] has something to work with, without starting anything.
pub fn is_possible(purpose: Purpose) -> bool {
    purpose.given().is_some()
        // Programs that were named but cannot be used are explained by `start`.
        || programs::find().map_or(true, |found| found.is_some())
        || container::is_possible()
}

/// The server listens on loopback without TLS. Said so, libpq never starts OpenSSL, whose clean-up at the end of a process may
/// meet connections that other threads still close.
fn administrator_url(password: &str, port: u16) -> String {
    format!(
        "postgres://{ADMINISTRATOR}:{password}@127.0.0.1:{port}/postgres?sslmode=disable&gssencmode=disable"
    )
}

/// The parts of a URL that stay when the role and the database change.
struct Location {
    host_and_port: String,
    query: String,
}

impl Location {
    fn parse(url: &str) -> anyhow::Result<Self> {
        let rest = url
            .strip_prefix("postgres://")
            .or_else(|| url.strip_prefix("postgresql://"));
        let (rest, query) = match rest.map(|rest| rest.split_once('?').unwrap_or((rest, ""))) {
            Some(parts) => parts,
            None => bail!("it is not a postgres:// URL"),
        };
        let authority = rest
            .split_once('/')
            .map_or(rest, |(authority, _database)| authority);
        match authority.rsplit_once('@') {
            Some((user, host)) if !user.is_empty() && !host.is_empty() => Ok(Self {
                host_and_port: host.into(),
                query: query.into(),
            }),
            Some(_) | None => bail!("it names no user and host"),
        }
    }

    fn url(&self, role: &str, password: &str, database: &str) -> String {
        let separator = if self.query.is_empty() { "" } else { "?" };
        format!(
            "postgres://{role}:{password}@{}/{database}{separator}{}",
            self.host_and_port, self.query
        )
    }
}

#[cfg(test)]
mod tests;
