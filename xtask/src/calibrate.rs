//! `cargo xtask calibrate`: how well the rules read messages that people have labelled, and whether as well as before.
//!
//! The transcripts and the score that was reached lie in `tests/eval/calibration`; see `docs/understanding.md`.

mod add;
mod corpus;
mod record;
mod score;

use anyhow::{Context as _, bail, ensure};
use ratiba_conversation::understanding::{Context, OpeningHours, understand};
use time::macros::time;

use crate::files;
use crate::understand::names::Names;
use crate::understand::{self, Misread};
use crate::workspace;

use corpus::{Label, Source, Transcript, Turn};
use score::{Judged, Kappa, Score};

/// What is done with the transcripts.
enum Wish {
    /// They are scored, and the score is compared with the one on record.
    Compare,
    /// The score becomes the one on record.
    Record,
    /// One more comes in.
    Add(add::Options),
}

/// Scores, records or adds.
///
/// # Errors
/// What cannot be read; a score below the one on record or below the target.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let wish = match words.as_slice() {
        [] => Wish::Compare,
        ["--record"] => Wish::Record,
        ["add", rest @ ..] => Wish::Add(add::Options::read(rest)?),
        [other, ..] => return Err(Misread(format!("{other} is neither --record nor add")).into()),
    };
    let folder = workspace::root().join("tests/eval/calibration");
    let (labelled, recorded) = (folder.join("human_labelled.yaml"), folder.join("recorded.yaml"));
    let text = files::read(&labelled)?;
    if let Wish::Add(options) = wish {
        return add::run(&options, &labelled, &text);
    }
    let transcripts = corpus::read(&text).map_err(|why| why.of(&labelled))?;
    let score = Score::of(&judge(&transcripts)?);
    println!("{}\n\n{score}", heading(&transcripts));
    if matches!(wish, Wish::Record) {
        std::fs::write(&recorded, record::write(&score)).context("the score cannot be kept")?;
        println!("this is the score on record now");
        return Ok(());
    }
    let reached = record::read(&files::read(&recorded)?).map_err(|why| why.of(&recorded))?;
    let missed = reached.missed_by(&score);
    if !missed.is_empty() {
        bail!("the machine reads worse than it did:\n  {}", missed.join("\n  "));
    }
    ensure!(
        score.kappa >= Kappa::TARGET,
        "Cohen's kappa is {}, the target {}",
        score.kappa,
        Kappa::TARGET
    );
    println!("not below the score on record");
    Ok(())
}

/// Every labelled turn, as the machine reads it. A question is taken to be open, and the place is open from nine to eight.
fn judge(transcripts: &[Transcript]) -> Result<Vec<Judged>, Misread> {
    let names = Names::usual();
    let mut judged = Vec::new();
    for transcript in transcripts {
        let (now, zone) = understand::instant(&transcript.now)?;
        let context = Context {
            now,
            zone,
            opening: OpeningHours::daily(time!(09:00), time!(20:00)),
            lexicon: names.lexicon(),
            question_open: true,
        };
        let labelled = transcript
            .turns
            .iter()
            .filter_map(|turn| Some((turn, turn.label.as_ref()?)));
        judged.extend(labelled.map(|(turn, label)| judge_turn(turn, label, &context)));
    }
    Ok(judged)
}

fn judge_turn(turn: &Turn, label: &Label, context: &Context) -> Judged {
    let understood = understand(&turn.says, context);
    let machine = understand::intent_name(understood.intent);
    let read = understood.when.map(|when| when.to_string());
    let when = label.when.as_ref().map(|when| read.as_ref() == Some(when));
    if machine != label.intent || when == Some(false) {
        println!(
            "line {}: {:?} is {} {}, read as {machine} {}",
            turn.line,
            turn.says,
            label.intent,
            label.when.as_deref().unwrap_or_default(),
            read.unwrap_or_default()
        );
    }
    Judged {
        language: label.language,
        human: label.intent,
        machine,
        when,
    }
}

/// How many there are, and of which source: composed ones prove less.
fn heading(transcripts: &[Transcript]) -> String {
    let turns = || transcripts.iter().flat_map(|transcript| &transcript.turns);
    let composed = transcripts
        .iter()
        .filter(|one| one.source == Source::Composed)
        .count();
    let waiting = turns().filter(|turn| turn.label.is_none()).count();
    format!(
        "{} transcripts, {composed} of them composed; {} turns, {waiting} not labelled yet",
        transcripts.len(),
        turns().count()
    )
}
