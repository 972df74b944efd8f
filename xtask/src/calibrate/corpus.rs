//! The labelled transcripts: read strictly, because a label that is passed over is a score that is not true.

use ratiba_conversation::redact::redact;
use ratiba_tooling::yaml::{self, Fault, Node};

use super::Misread;
use crate::understand;

/// A label that is not there yet.
pub(super) const UNLABELLED: &str = "?";

const LANGUAGES: [&str; 4] = ["en", "sw", "mix", "sheng"];

/// Where a transcript comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// Somebody of the team made it up.
    Composed,
    /// A customer wrote it, and agreed; by which reference that can be looked up.
    Consented { reference: String },
}

/// What one customer wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Transcript {
    pub(super) id: String,
    pub(super) source: Source,
    /// When it was written, with its offset.
    pub(super) now: String,
    pub(super) turns: Vec<Turn>,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Turn {
    /// Where it stands in the file, counted from 1.
    pub(super) line: usize,
    pub(super) says: String,
    /// What a person sees in it; `None` until somebody has looked.
    pub(super) label: Option<Label>,
}

/// What a person sees in a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) language: &'static str,
    pub(super) intent: &'static str,
    /// The time, where a person has no doubt about it.
    pub(super) when: Option<String>,
}

/// Reads all transcripts of a file.
///
/// # Errors
/// What is no YAML of this form, a word that is no label, a text with something in it that is to be masked, an identity
/// that stands there twice: each with its line.
pub(super) fn read(text: &str) -> Result<Vec<Transcript>, Misread> {
    let transcripts = transcripts(text).map_err(|fault| Misread(fault.to_string()))?;
    let mut ids: Vec<&str> = transcripts.iter().map(|one| one.id.as_str()).collect();
    ids.sort_unstable();
    match ids.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Misread(format!("{} is there twice", pair[0]))),
        None => Ok(transcripts),
    }
}

fn transcripts(text: &str) -> Result<Vec<Transcript>, Fault> {
    let file = yaml::read(text)?;
    file.map(&["transcripts"])?;
    let list = file.get("transcripts").map_or(Ok(&[][..]), Node::list)?;
    list.iter().map(transcript).collect()
}

fn transcript(node: &Node) -> Result<Transcript, Fault> {
    node.map(&["id", "source", "consent", "now", "turns"])?;
    let source = match (node.get("source"), node.get("consent")) {
        (Some(source), None) if source.text()? == "composed" => Source::Composed,
        (None, Some(consent)) if !consent.text()?.trim().is_empty() => Source::Consented {
            reference: consent.text()?.to_owned(),
        },
        _neither_or_both => {
            return Err(Fault::at(
                node.line,
                "either `source: composed`, or `consent` with the reference by which it can be looked up",
            ));
        }
    };
    let turns = node
        .get("turns")
        .ok_or_else(|| Fault::at(node.line, "turns are missing"))?;
    Ok(Transcript {
        id: node.wanted("id")?.to_owned(),
        source,
        now: node.wanted("now")?.to_owned(),
        turns: turns.list()?.iter().map(turn).collect::<Result<_, _>>()?,
    })
}

fn turn(node: &Node) -> Result<Turn, Fault> {
    node.map(&["says", "language", "intent", "when"])?;
    let says = node.wanted("says")?;
    if redact(says) != says {
        return Err(Fault::at(node.line, "something here is to be masked"));
    }
    let known = |name: &str, words: &[&'static str]| {
        let word = node.wanted(name)?;
        match words.iter().find(|known| **known == word) {
            Some(known) => Ok(Some(*known)),
            None if word == UNLABELLED => Ok(None),
            None => Err(Fault::at(node.line, format!("{name} {word:?} is not known"))),
        }
    };
    let language = known("language", &LANGUAGES)?;
    let intent = known("intent", &understand::intent_names().collect::<Vec<_>>())?;
    let when = node.get("when").map(Node::text).transpose()?;
    Ok(Turn {
        line: node.line,
        says: says.to_owned(),
        label: language.zip(intent).map(|(language, intent)| Label {
            language,
            intent,
            when: when.map(str::to_owned),
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(transcript: &str) -> String {
        format!("transcripts:\n  - id: \"a\"\n    now: \"2026-05-12T08:00+03:00\"\n{transcript}")
    }

    #[test]
    fn a_transcript_is_composed_or_has_a_consent_and_never_neither_or_both() {
        let turns =
            "    turns:\n      - says: \"ndiyo\"\n        language: \"sw\"\n        intent: \"confirm\"\n";
        let read = |source: &str| read(&file(&format!("{source}{turns}")));
        let composed = read("    source: \"composed\"\n").unwrap();
        assert_eq!(composed[0].source, Source::Composed);
        assert_eq!(composed[0].turns[0].label.as_ref().unwrap().intent, "confirm");
        let consented = read("    consent: \"C-17\"\n").unwrap();
        let reference = "C-17".to_owned();
        assert_eq!(consented[0].source, Source::Consented { reference });
        for source in [
            "",
            "    consent: \" \"\n",
            "    source: \"found\"\n",
            "    source: \"composed\"\n    consent: \"C-17\"\n",
        ] {
            let fault = read(source).unwrap_err();
            assert!(fault.0.starts_with("2: either"), "{source}: {fault}");
        }
    }

    #[test]
    fn what_is_to_be_masked_is_refused_with_its_line() {
        let fault = read(&file(
            "    source: \"composed\"\n    turns:\n      - says: \"call 0712 345 678\"\n        language: \"en\"\n        intent: \"human\"\n",
        ))
        .unwrap_err();
        assert_eq!(fault.0, "6: something here is to be masked");
    }

    #[test]
    fn a_label_that_nobody_knows_is_refused_and_one_that_is_missing_waits() {
        let with = |intent: &str| {
            read(&file(&format!(
                "    source: \"composed\"\n    turns:\n      - says: \"x\"\n        language: \"en\"\n        intent: \"{intent}\"\n",
            )))
        };
        assert_eq!(with("bok").unwrap_err().0, "6: intent \"bok\" is not known");
        assert_eq!(with(UNLABELLED).unwrap()[0].turns[0].label, None);
    }

    #[test]
    fn an_identity_stands_there_once() {
        let one = "  - id: \"a\"\n    source: \"composed\"\n    now: \"2026-05-12T08:00+03:00\"\n    turns:\n      - says: \"x\"\n        language: \"en\"\n        intent: \"none\"\n";
        assert_eq!(
            read(&format!("transcripts:\n{one}{one}")).unwrap_err().0,
            "a is there twice"
        );
    }
}
