//! `chat [--as customer|owner] [--lang en|sw] [--now TIME]`: the machine at a terminal, in a world of its own on the test
//! server. `cargo xtask chat` builds it, starts a server and calls it.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use system_tests::conversations::script::Person;
use system_tests::conversations::terminal::{Opening, talk};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// What a shell expects of a program that was called wrongly.
const MISUSED: u8 = 2;

#[tokio::main]
async fn main() -> std::io::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(opening) = parse(&arguments) else {
        eprintln!("usage: chat [--as customer|owner] [--lang en|sw] [--now 2026-05-12T08:00:00+03:00]");
        return Ok(ExitCode::from(MISUSED));
    };
    let input = std::io::stdin();
    let prompt = input.is_terminal();
    Box::pin(talk(opening, input.lock(), std::io::stdout(), prompt)).await?;
    Ok(ExitCode::SUCCESS)
}

fn parse(arguments: &[String]) -> Option<Opening> {
    let mut opening = Opening {
        person: Person::Asha,
        greeting: None,
        now: None,
    };
    let mut words = arguments.iter().map(String::as_str);
    while let Some(word) = words.next() {
        match (word, words.next()?) {
            ("--as", "customer") => opening.person = Person::Asha,
            ("--as", "owner") => opening.person = Person::Owner,
            ("--lang", "en") => opening.greeting = Some("Hello"),
            ("--lang", "sw") => opening.greeting = Some("Habari"),
            ("--now", at) => opening.now = Some(OffsetDateTime::parse(at, &Rfc3339).ok()?),
            _another => return None,
        }
    }
    Some(opening)
}
