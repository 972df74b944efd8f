//! A server in a container, from the image that production uses.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail};

use super::leftovers::Owner;
use crate::interrupt;
use crate::machine;
use crate::process;

const IMAGE: &str = "postgres:17";
const LABEL: &str = "org.ratiba.private-server";
/// How long the image may take to arrive before the machine's own programs are used instead.
const PULL_PATIENCE: Duration = Duration::from_secs(60);
const PATIENCE: Duration = Duration::from_secs(60);

/// Whether an engine answers and the image is there or arrives in time.
pub(super) fn is_possible() -> bool {
    engine_answers()
        && (ask(&["image", "inspect", "--format", "{{.Id}}", IMAGE], PATIENCE).is_some()
            || ask(&["pull", "--quiet", IMAGE], PULL_PATIENCE).is_some())
}

/// A running container; it is gone when this value is.
pub(super) struct Container {
    /// Where it is published, on 127.0.0.1 alone.
    pub(super) port: u16,
    name: String,
}

impl Container {
    /// Starts a container and waits until its server takes connections.
    pub(super) fn start(password: &str, settings: &[&str]) -> anyhow::Result<Self> {
        let name = format!("ratiba-pg-{}-{}", std::process::id(), machine::random_hex(6)?);
        let label = format!("{LABEL}={}", Owner::ourselves().to_text());
        // Chosen here and not by the engine, which would choose another one after a restart.
        let port = machine::free_port()?;
        let mut command = docker();
        command
            .args(["run", "--detach", "--rm", "--name", &name, "--label", &label])
            .args([
                "--publish",
                &format!("127.0.0.1:{port}:5432"),
                "--shm-size",
                "256m",
            ])
            // Given by name, so that the password is in nobody's list of processes.
            // The program is named: not every image of that name takes bare options for its arguments.
            .args([
                "--env",
                "POSTGRES_PASSWORD",
                "--env",
                "POSTGRES_USER",
                IMAGE,
                "postgres",
            ])
            .args(settings.iter().flat_map(|setting| ["-c", setting]))
            .env("POSTGRES_PASSWORD", password)
            .env("POSTGRES_USER", super::ADMINISTRATOR);
        if process::ask(&mut command, PATIENCE).is_none() {
            bail!("the container engine did not start {IMAGE}");
        }
        // From here on the container is ours to remove, whatever happens.
        let container = Self { port, name };
        container.ready()?;
        Ok(container)
    }

    pub(super) fn describe(&self) -> String {
        format!("a private server in a container ({IMAGE})")
    }

    /// Kills the server with everything in memory and starts it again. The container is published at a port that was
    /// chosen once, so it comes back there.
    pub(super) fn restart_at_once(&mut self) -> anyhow::Result<()> {
        if ask(&["restart", "--time", "0", &self.name], PATIENCE).is_none() {
            bail!("the container engine did not restart the server");
        }
        self.ready()
    }

    /// Ends the server and removes the container with everything in it.
    pub(super) fn stop(&mut self) -> anyhow::Result<()> {
        if self.name.is_empty() {
            return Ok(());
        }
        let name = std::mem::take(&mut self.name);
        remove(&name).with_context(|| format!("the container {name} could not be removed"))
    }

    /// The image starts its server twice; only the second one listens on TCP.
    fn ready(&self) -> anyhow::Result<()> {
        let began = machine::now();
        let question = ["exec", &self.name, "pg_isready", "--quiet", "--host", "127.0.0.1"];
        while ask(&question, Duration::from_secs(10)).is_none() {
            interrupt::rest()?;
            if began.elapsed() > PATIENCE {
                bail!("the server in the container was not ready in time");
            }
        }
        Ok(())
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            eprintln!("{error:#}");
        }
    }
}

/// Removes the containers of runs that were killed.
pub(super) fn sweep() {
    if !engine_answers() {
        return;
    }
    let filter = format!("label={LABEL}");
    let format = format!("{{{{.ID}}}} {{{{.Label \"{LABEL}\"}}}}");
    let listed = ask(
        &["ps", "--all", "--filter", &filter, "--format", &format],
        PATIENCE,
    )
    .unwrap_or_default();
    for line in listed.lines() {
        let Some((id, owner)) = line.split_once(' ') else {
            continue;
        };
        if Owner::from_text(owner).is_some_and(|owner| owner.is_gone()) && remove(id).is_err() {
            eprintln!("the container {id} of a run that was killed could not be removed");
        }
    }
}

fn engine_answers() -> bool {
    machine::find_program("docker").is_some()
        && ask(
            &["version", "--format", "{{.Server.Version}}"],
            Duration::from_secs(10),
        )
        .is_some()
}

fn docker() -> Command {
    Command::new("docker")
}

fn ask(arguments: &[&str], patience: Duration) -> Option<String> {
    process::ask(docker().args(arguments), patience)
}

/// Also while the chore is interrupted, so it does not go through `ask`.
fn remove(container: &str) -> anyhow::Result<()> {
    let mut child = docker()
        .args(["rm", "--force", "--volumes", container])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()?;
    match process::wait_unconditionally(&mut child, PATIENCE) {
        Some(status) if status.success() => Ok(()),
        Some(_) | None => bail!("the container engine refused"),
    }
}
