//! The score that was reached: kept beside the transcripts, and never to be fallen below.

use std::fmt::Write as _;

use ratiba_tooling::yaml::{self, Fault, Node};

use super::Misread;
use super::score::{Kappa, Score, Share};

/// What was reached.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Record {
    all: Share,
    when: Share,
    /// In thousandths.
    kappa: Kappa,
    intents: Vec<(String, Share)>,
    languages: Vec<(String, Share)>,
}

/// The score as the file keeps it.
pub(super) fn write(score: &Score) -> String {
    let mut text = String::from(
        "# The score that the machine reached, written by `cargo xtask calibrate --record`. Right, of how many.\n",
    );
    let _ = writeln!(text, "kappa: \"{}\"", score.kappa.0);
    let _ = writeln!(text, "all: \"{}\"\nwhen: \"{}\"", score.all, score.when);
    for (name, shares) in [("intents", &score.intents), ("languages", &score.languages)] {
        let _ = writeln!(text, "{name}:");
        for (label, share) in shares {
            let _ = writeln!(text, "  {label}: \"{share}\"");
        }
    }
    text
}

/// Reads it back.
///
/// # Errors
/// What is not of this form, with its line.
pub(super) fn read(text: &str) -> Result<Record, Misread> {
    parse(text).map_err(|fault| Misread(fault.to_string()))
}

fn parse(text: &str) -> Result<Record, Fault> {
    let file = yaml::read(text)?;
    file.map(&["kappa", "all", "when", "intents", "languages"])?;
    let share = |line: usize, text: &str| {
        Share::parse(text).ok_or_else(|| Fault::at(line, format!("{text:?} is no share such as \"12/13\"")))
    };
    let shares = |name: &str| -> Result<Vec<(String, Share)>, Fault> {
        let node = file
            .get(name)
            .ok_or_else(|| Fault::at(file.line, format!("{name} are missing")))?;
        let yaml::Value::Map(entries) = &node.value else {
            return Err(Fault::at(
                node.line,
                "a mapping of names to shares is wanted here",
            ));
        };
        let entries = entries.iter();
        let read = |name: &yaml::Name, node: &Node| Ok((name.text.clone(), share(node.line, node.text()?)?));
        entries.map(|(name, node)| read(name, node)).collect()
    };
    let kappa = file.wanted("kappa")?;
    let kappa = kappa
        .parse()
        .map_err(|_| Fault::at(file.line, format!("kappa {kappa:?} is no number of thousandths")))?;
    Ok(Record {
        all: share(file.line, file.wanted("all")?)?,
        when: share(file.line, file.wanted("when")?)?,
        kappa: Kappa(kappa),
        intents: shares("intents")?,
        languages: shares("languages")?,
    })
}

impl Record {
    /// Where a score falls below what was reached, in words; nothing if it does not.
    pub(super) fn missed_by(&self, score: &Score) -> Vec<String> {
        let mut missed = Vec::new();
        let mut compare = |name: &str, reached: Share, now: Option<Share>| match now {
            Some(now) if !now.is_below(reached) => {}
            Some(now) => missed.push(format!("{name}: {now} is below {reached}")),
            None => missed.push(format!(
                "{name}: nothing is labelled so any more; it was {reached}"
            )),
        };
        compare("all intents", self.all, Some(score.all));
        compare("when", self.when, Some(score.when));
        for (name, reached) in &self.intents {
            compare(name, *reached, score.intents.get(name.as_str()).copied());
        }
        for (name, reached) in &self.languages {
            compare(name, *reached, score.languages.get(name.as_str()).copied());
        }
        if score.kappa < self.kappa {
            missed.push(format!("Cohen's kappa: {} is below {}", score.kappa, self.kappa));
        }
        missed
    }
}

#[cfg(test)]
mod tests {
    use super::super::score::Judged;
    use super::*;

    fn score(machine: [&'static str; 3]) -> Score {
        let human = ["book", "book", "cancel"];
        let judged: Vec<Judged> = human
            .into_iter()
            .zip(machine)
            .map(|(human, machine)| Judged {
                language: "en",
                human,
                machine,
                when: None,
            })
            .collect();
        Score::of(&judged)
    }

    #[test]
    fn what_was_reached_reads_back_and_is_reached_by_itself() {
        let reached = score(["book", "cancel", "cancel"]);
        let record = read(&write(&reached)).unwrap();
        assert_eq!(record.missed_by(&reached), Vec::<String>::new());
        assert_eq!(
            record.missed_by(&score(["book", "book", "cancel"])),
            Vec::<String>::new()
        );
    }

    #[test]
    fn each_number_that_fell_is_named() {
        let record = read(&write(&score(["book", "book", "cancel"]))).unwrap();
        let missed = record.missed_by(&score(["book", "book", "book"]));
        assert_eq!(
            missed,
            [
                "all intents: 2/3 is below 3/3",
                "cancel: 0/1 is below 1/1",
                "en: 2/3 is below 3/3",
                "Cohen's kappa: 0.000 is below 1.000",
            ]
        );
    }

    #[test]
    fn a_record_that_cannot_be_read_says_where() {
        let fault =
            read("kappa: \"1\"\nall: \"4/3\"\nwhen: \"0/0\"\nintents: {}\nlanguages: {}\n").unwrap_err();
        assert_eq!(fault.0, "1: \"4/3\" is no share such as \"12/13\"");
    }
}
