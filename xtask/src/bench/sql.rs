//! Scripts run by psql, as the role that a URL names.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::Context as _;

use crate::db::client_environment;
use crate::process;
use crate::workspace;

/// One database as one role.
pub(crate) struct Database<'a> {
    url: &'a str,
}

impl<'a> Database<'a> {
    /// The one that the URL names, password included.
    pub(crate) fn new(url: &'a str) -> Self {
        Self { url }
    }

    /// Runs one of the benchmarks' scripts to its end, and gives what it selected: a line for each row, columns
    /// apart by `|`. Fails at the first statement that does.
    pub(crate) fn script(&self, name: &str, variables: &[(&str, &str)]) -> anyhow::Result<String> {
        let mut command = self.psql()?;
        command.arg("--file").arg(scripts().join(name));
        for (variable, value) in variables {
            command.arg("--set").arg(format!("{variable}={value}"));
        }
        process::output(name, &mut command).with_context(|| format!("{name} failed"))
    }

    /// Runs statements, each in a transaction of its own.
    pub(crate) fn statements(&self, statements: &[String]) -> anyhow::Result<()> {
        let mut command = self.psql()?;
        for statement in statements {
            command.args(["--command", statement]);
        }
        process::output("psql", &mut command).map(drop)
    }

    /// A connection that stays, for questions that are asked many times.
    pub(crate) fn session(&self) -> anyhow::Result<Session> {
        let mut command = self.psql()?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().context("psql could not be started")?;
        let asked = child.stdin.take().context("psql takes no questions")?;
        let told = child.stdout.take().context("psql gives no answers")?;
        Ok(Session {
            child,
            asked: Some(asked),
            told: BufReader::new(told),
        })
    }

    fn psql(&self) -> anyhow::Result<Command> {
        let mut command = Command::new("psql");
        command.args(["--quiet", "--no-psqlrc", "--tuples-only", "--no-align"]);
        command.args(["--set", "ON_ERROR_STOP=1"]);
        // The password is in the environment, because arguments are everybody's to read.
        command.envs(client_environment(self.url)?);
        // What a script creates and drops is nobody's news.
        command.env("PGOPTIONS", "-c client_min_messages=warning");
        Ok(command)
    }
}

/// A connection that stays.
pub(crate) struct Session {
    child: Child,
    asked: Option<ChildStdin>,
    told: BufReader<ChildStdout>,
}

impl Session {
    /// Asks something that has one line as its answer.
    pub(crate) fn ask(&mut self, question: &str) -> anyhow::Result<String> {
        let asked = self.asked.as_mut().context("the session is over")?;
        writeln!(asked, "{question};").context("psql took no question")?;
        let mut line = String::new();
        self.told.read_line(&mut line).context("psql gave no answer")?;
        Ok(line.trim_end().to_owned())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // It ends with its input.
        self.asked = None;
        let _ended = self.child.wait();
    }
}

/// Where the scripts are.
pub(crate) fn scripts() -> PathBuf {
    workspace::root().join("xtask/bench")
}

/// The same URL with another database on the same server.
pub(crate) fn in_database(url: &str, database: &str) -> anyhow::Result<String> {
    let (server, rest) = url.rsplit_once('/').context("the URL names no database")?;
    let parameters = rest.find('?').map_or("", |at| &rest[at..]);
    Ok(format!("{server}/{database}{parameters}"))
}

/// The variables by which PostgreSQL's own programs reach the database.
pub(crate) fn environment(url: &str) -> anyhow::Result<Vec<(&'static str, String)>> {
    client_environment(url)
}

/// Whether the programs are there that the scripts need.
pub(crate) fn preflight() -> anyhow::Result<()> {
    process::need("psql", "it comes with the PostgreSQL client programs")?;
    let scripts = scripts();
    anyhow::ensure!(scripts.is_dir(), "{} is not there", scripts.display());
    Ok(())
}
