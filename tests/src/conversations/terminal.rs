//! A conversation with a person at a terminal: lines are messages, numbers are taps, words after a colon are the rest
//! of the world.

use std::io::{BufRead, Write};

use ratiba_kernel::Clock as _;
use time::OffsetDateTime;
use time::macros::{format_description, offset};

use super::script::{Act, CardEnd, Mpesa, Person, Row, Thing, span};
use super::stage::Stage;

/// What can be typed.
pub const HELP: &str = "\
TEXT                  a message
NUMBER                taps the choice with this number in the newest message that has some
:pay OUTCOME          how the M-Pesa prompt ends: ok, wrong-pin, cancel, timeout, no-money, …
:card ok|fail         how the page for a card ends
:send THING           photo, voice note, sticker, location, contact, reaction, video, document
:pass SPAN            time goes by: 90s, 5m, 2h, 7d
:state                where the conversation and its rows stand
:help                 this
:quit                 the end";

/// How the conversation begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Who types.
    pub person: Person,
    /// A greeting that is sent first, so that the answers have its language.
    pub greeting: Option<&'static str>,
    /// When.
    pub now: Option<OffsetDateTime>,
}

/// Talks until `:quit` or the end of the input.
///
/// # Errors
/// When the terminal cannot be read or written.
pub async fn talk(
    opening: Opening,
    input: impl BufRead,
    mut output: impl Write,
    prompt: bool,
) -> std::io::Result<()> {
    let mut stage = Box::pin(Stage::open(opening.now)).await;
    stage.speaker = opening.person;
    let mut offered = Vec::new();
    writeln!(output, "It is {}. :help says what can be typed.", clock(&stage))?;
    if let Some(greeting) = opening.greeting {
        writeln!(output, "> {greeting}")?;
        perform(
            &mut stage,
            Act::Says(greeting.to_owned()),
            &mut offered,
            &mut output,
        )
        .await?;
    }
    let mut lines = input.lines();
    loop {
        if prompt {
            write!(output, "> ")?;
            output.flush()?;
        }
        let Some(line) = lines.next() else { return Ok(()) };
        let line = line?;
        let line = line.trim();
        if !prompt && !line.is_empty() {
            writeln!(output, "> {line}")?;
        }
        match parse(line, &offered) {
            Ok(Typed::Nothing) => {}
            Ok(Typed::Quit) => return Ok(()),
            Ok(Typed::Help) => writeln!(output, "{HELP}")?,
            Ok(Typed::State) => {
                writeln!(output, "time: {}", clock(&stage))?;
                for (row, name) in Row::ALL {
                    writeln!(output, "{name}: {}", stage.row(row))?;
                }
            }
            Ok(Typed::Act(act)) => perform(&mut stage, act, &mut offered, &mut output).await?,
            Err(what) => writeln!(output, "({what})")?,
        }
    }
}

async fn perform(
    stage: &mut Stage,
    act: Act,
    offered: &mut Vec<String>,
    output: &mut impl Write,
) -> std::io::Result<()> {
    if let Err(what) = stage.act(&act).await {
        return writeln!(output, "({what})");
    }
    for message in stage.news(None).await {
        let mine = message.to == stage.speaker.name();
        if !mine {
            writeln!(output, "to {}:", message.to)?;
        }
        writeln!(output, "{}", message.shown)?;
        if mine && !message.choices.is_empty() {
            let numbered = message.choices.iter().enumerate();
            let numbered: Vec<String> = numbered
                .map(|(index, title)| format!("{} {title}", index + 1))
                .collect();
            writeln!(output, "   {}", numbered.join("   "))?;
            *offered = message.choices;
        }
        writeln!(output)?;
    }
    if matches!(act, Act::Passes(_)) {
        writeln!(output, "It is {}.", clock(stage))?;
    }
    Ok(())
}

/// The time in Nairobi, where the demo's business is.
fn clock(stage: &Stage) -> String {
    let now = stage.world.clock.now().to_offset(offset!(+3));
    let form = format_description!("[weekday] [day padding:none] [month repr:long] [year], [hour]:[minute]");
    now.format(form).unwrap_or_default()
}

#[derive(Debug, PartialEq, Eq)]
enum Typed {
    Nothing,
    Quit,
    Help,
    State,
    Act(Act),
}

fn parse(line: &str, offered: &[String]) -> Result<Typed, String> {
    if line.is_empty() {
        return Ok(Typed::Nothing);
    }
    let Some(order) = line.strip_prefix(':') else {
        let number = line
            .parse::<usize>()
            .ok()
            .and_then(|number| number.checked_sub(1));
        let tapped = number.and_then(|index| offered.get(index));
        return Ok(Typed::Act(tapped.map_or_else(
            || Act::Says(line.to_owned()),
            |title| Act::Taps(title.clone()),
        )));
    };
    let (verb, rest) = order.split_once(' ').unwrap_or((order, ""));
    let rest = rest.trim();
    let act = match verb {
        "quit" => return Ok(Typed::Quit),
        "help" => return Ok(Typed::Help),
        "state" => return Ok(Typed::State),
        "pay" => Mpesa::parse(rest)
            .map(Act::Mpesa)
            .ok_or_else(|| format!(":pay {}", Mpesa::names().join("|")))?,
        "card" => CardEnd::parse(rest).map(Act::Card).ok_or(":card ok|fail")?,
        "send" => Thing::parse(rest)
            .map(Act::Sends)
            .ok_or(":send photo, voice note, sticker, …")?,
        "pass" => span(rest).map(Act::Passes).ok_or(":pass 90s, 5m, 2h, 7d")?,
        _another => return Err(format!("{order:?} is not understood; :help")),
    };
    Ok(Typed::Act(act))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_taps_what_was_offered_and_is_a_message_where_nothing_has_it() {
        let offered = ["Yes".to_owned(), "No".to_owned()];
        assert_eq!(parse("2", &offered), Ok(Typed::Act(Act::Taps("No".to_owned()))));
        assert_eq!(parse("3", &offered), Ok(Typed::Act(Act::Says("3".to_owned()))));
        assert_eq!(parse("0", &offered), Ok(Typed::Act(Act::Says("0".to_owned()))));
        assert_eq!(parse("", &offered), Ok(Typed::Nothing));
    }

    #[test]
    fn what_follows_a_colon_is_an_order_or_a_refusal_that_helps() {
        assert_eq!(
            parse(":pay wrong-pin", &[]),
            Ok(Typed::Act(Act::Mpesa(Mpesa::WrongPin)))
        );
        assert_eq!(
            parse(":send voice note", &[]),
            Ok(Typed::Act(Act::Sends(Thing::Voice)))
        );
        assert_eq!(
            parse(":pass 2h", &[]),
            Ok(Typed::Act(Act::Passes(time::Duration::hours(2))))
        );
        assert_eq!(parse(":quit", &[]), Ok(Typed::Quit));
        for wrong in [":pay later", ":pass soon", ":dance"] {
            assert!(parse(wrong, &[]).is_err(), "{wrong}");
        }
    }
}
