//! `cargo xtask chat [--as customer|owner] [--lang en|sw] [--now TIME]`: the machine at a terminal, without WhatsApp.
//!
//! The conversation itself is a program of the system's tests, which plays transcripts on the same stage; this verb
//! builds it, gives it a PostgreSQL server and waits.

use std::process::Command;

use crate::postgres::{Purpose, Server, TEST_VARIABLE};
use crate::preflight;
use crate::process;
use crate::usage::Usage;
use crate::workspace;

/// Talks until the conversation ends.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    check(arguments)?;
    preflight::build_and_database(Purpose::Test)?;
    let mut build = workspace::cargo();
    build.args(["build", "--quiet", "-p", "system-tests", "--bin", "chat"]);
    process::run("cargo build", &mut build)?;
    let server = Server::start(Purpose::Test)?;
    let mut command = Command::new(workspace::target_directory()?.join("debug/chat"));
    command
        .args(arguments)
        .env(TEST_VARIABLE, server.administrator_url());
    let talked = process::run("the conversation", &mut command);
    let stopped = server.stop();
    talked.and(stopped)
}

/// Refuses what the program would refuse, before minutes go into building it.
fn check(arguments: &[String]) -> Result<(), Usage> {
    const USAGE: Usage =
        Usage("cargo xtask chat [--as customer|owner] [--lang en|sw] [--now 2026-05-12T08:00:00+03:00]");
    let known = |pair: &[String]| match pair {
        [option, value] => match option.as_str() {
            "--as" => matches!(value.as_str(), "customer" | "owner"),
            "--lang" => matches!(value.as_str(), "en" | "sw"),
            "--now" => is_time(value),
            _ => false,
        },
        _ => false,
    };
    if arguments.chunks(2).all(known) {
        Ok(())
    } else {
        Err(USAGE)
    }
}

fn is_time(text: &str) -> bool {
    time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).is_ok()
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn what_is_not_known_is_refused_before_anything_is_built() {
        let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        for right in [
            "",
            "--as owner",
            "--lang sw --now 2026-05-12T08:00:00+03:00 --as customer",
        ] {
            assert!(check(&words(right)).is_ok(), "{right}");
        }
        for wrong in ["--as", "--as nobody", "--lang fr", "--now today", "hello"] {
            assert!(check(&words(wrong)).is_err(), "{wrong}");
        }
    }
}
