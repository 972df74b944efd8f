//! The web console, as the chores build, serve and test it: a package of npm's in `apps/console`.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::Context as _;

use crate::ci::Ran;
use crate::machine;
use crate::process;
use crate::stack::{Pace, Page, Stack, StackOptions};
use crate::workspace;

/// The port on which people look for the console.
pub(crate) const PORT: u16 = 3010;
/// The first Node.js that the console's tools run on.
const NODE_MIN: (u32, u32) = (20, 19);
const PATIENCE: Duration = Duration::from_secs(30);
/// Where a browser may be, by the names of distributions; `RATIBA_CHROMIUM` names another.
const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// The console's folder.
fn folder() -> PathBuf {
    workspace::root().join("apps/console")
}

/// The program that serves the built console.
pub(crate) fn server() -> PathBuf {
    folder().join("server/serve.mjs")
}

fn npm(arguments: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command
        .args(arguments)
        .current_dir(folder())
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    command
}

/// Why the console cannot be built here, with what would help.
pub(crate) fn missing() -> Option<String> {
    let Some(version) = process::ask(Command::new("node").arg("--version"), PATIENCE) else {
        return Some(
            "Node.js is not installed: https://nodejs.org, or `sudo apt-get install -y nodejs npm`".into(),
        );
    };
    if !new_enough(&version) {
        let (major, minor) = NODE_MIN;
        return Some(format!(
            "Node.js {} is too old: {major}.{minor} or later is needed",
            version.trim()
        ));
    }
    machine::find_program("npm")
        .is_none()
        .then(|| "npm is not installed".into())
}

/// Whether `v20.19.2` or the like is late enough.
fn new_enough(version: &str) -> bool {
    let mut numbers = version
        .trim()
        .trim_start_matches('v')
        .split('.')
        .map(|part| part.parse::<u32>().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= NODE_MIN
}

/// The browser of this machine.
fn browser() -> Option<PathBuf> {
    machine::variable("RATIBA_CHROMIUM")
        .map(PathBuf::from)
        .or_else(|| BROWSERS.iter().find_map(|name| machine::find_program(name)))
}

/// Fetches the locked packages where they are not there, or are not those of the lock file any more.
fn install() -> anyhow::Result<()> {
    let folder = folder();
    let changed = |name: &str| {
        std::fs::metadata(folder.join(name))
            .and_then(|found| found.modified())
            .ok()
    };
    let fetched = changed("node_modules/.package-lock.json");
    if fetched.is_some() && fetched >= changed("package-lock.json") {
        return Ok(());
    }
    process::run("npm ci", &mut npm(&["ci"]))
}

/// Builds the console.
pub(crate) fn build() -> anyhow::Result<()> {
    install()?;
    process::run("npm run build", &mut npm(&["run", "build"]))
}

/// Builds the console, or says why it cannot be served here.
pub(crate) fn prepare() -> Result<(), String> {
    let reason = match missing() {
        Some(reason) => reason,
        None => match build() {
            Ok(()) => return Ok(()),
            Err(error) => format!("the console could not be built: {error:#}"),
        },
    };
    println!("no console: {reason}");
    Err(reason)
}

/// A page in the console's place. It is served as long as this process lives.
pub(crate) fn excuse(reason: &str) -> anyhow::Result<String> {
    let listener = TcpListener::bind(("127.0.0.1", PORT))
        .or_else(|_| TcpListener::bind(("127.0.0.1", 0)))
        .context("nothing can listen on 127.0.0.1")?;
    let address = format!("http://{}/", listener.local_addr()?);
    let escaped = reason.replace('&', "&amp;").replace('<', "&lt;");
    let page =
        format!("<!doctype html><title>Ratiba</title><h1>The console is not here</h1><p>{escaped}</p>");
    std::thread::spawn(move || {
        for mut connection in listener.incoming().flatten() {
            // Whatever is asked has one answer; a browser that went away misses it.
            let _asked = connection.read(&mut [0; 4096]);
            let _missed = write!(
                connection,
                "HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/html; charset=utf-8\r\n\
                 content-length: {}\r\nconnection: close\r\n\r\n{page}",
                page.len()
            );
        }
    });
    Ok(address)
}

/// `cargo xtask test console`: types, rules of style and units, then journeys in a browser through a whole system.
///
/// What this machine has no programs for is skipped, and told with its reason.
pub(crate) fn test(arguments: &[String]) -> anyhow::Result<Ran> {
    let skipped = |what: String| {
        println!("skipped: {what}");
        Ok(Ran::Without(format!("skipped: {what}")))
    };
    if let Some(reason) = missing() {
        return skipped(format!("the console: {reason}"));
    }
    if let Err(error) = install() {
        return skipped(format!(
            "the console: its packages could not be fetched: {error:#}"
        ));
    }
    process::run("the console's check", &mut npm(&["run", "check"]))?;
    process::run("the console's unit tests", &mut npm(&["test"]))?;
    build()?;
    let Some(browser) = browser() else {
        let help = "no browser: `sudo apt-get install -y chromium`, or set RATIBA_CHROMIUM";
        return skipped(format!("the console's journeys: {help}"));
    };
    let mut stack = Stack::start(&StackOptions {
        name: "console",
        api_port: None,
        simulator_port: None,
        console: Page::AtAnyPort,
        pace: Pace::Usual,
        clock_start: "2026-05-12T08:00:00+03:00",
    })?;
    let address = stack.serve_console()?;
    let mut journeys = npm(&["run", "e2e", "--"]);
    journeys
        .args(arguments)
        .env("RATIBA_CONSOLE_URL", address.trim_end_matches('/'))
        .env("RATIBA_SIMULATOR", stack.addresses.simulator(""))
        .env(
            "RATIBA_OWNER_TOKEN",
            stack.tenant["tokens"]["owner"].as_str().unwrap_or_default(),
        )
        .env("RATIBA_CHROMIUM", browser);
    let played = process::run("the console's journeys", &mut journeys);
    if played.is_err() {
        stack.show_logs();
    }
    let stopped = stack.stop();
    played.and(stopped)?;
    Ok(Ran::Whole)
}

#[cfg(test)]
mod tests;
