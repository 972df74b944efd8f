//! How well the machine reads what people have labelled: shares, agreement beyond chance, and what is taken for what.

use std::collections::BTreeMap;
use std::fmt;

/// One turn that a person labelled and the machine read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Judged {
    /// The language, as the person heard it.
    pub(super) language: &'static str,
    /// The intent, as the person sees it.
    pub(super) human: &'static str,
    /// The intent that the machine read.
    pub(super) machine: &'static str,
    /// Whether the time was read as the person did; `None` where the person names none.
    pub(super) when: Option<bool>,
}

/// How many were right, of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Share {
    pub(super) right: u32,
    pub(super) of: u32,
}

impl Share {
    fn count(&mut self, right: bool) {
        self.of += 1;
        self.right += u32::from(right);
    }

    /// Whether a smaller part is right than of the other. No part of nothing is smaller than any.
    pub(super) fn is_below(self, other: Self) -> bool {
        u64::from(self.right) * u64::from(other.of) < u64::from(other.right) * u64::from(self.of)
    }

    /// Reads `12/13` back.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (right, of) = text.split_once('/')?;
        let share = Self {
            right: right.parse().ok()?,
            of: of.parse().ok()?,
        };
        (share.right <= share.of).then_some(share)
    }

    /// In thousandths, rounded down; `None` of nothing.
    pub(super) const fn thousandths(self) -> Option<u32> {
        (self.right * 1_000).checked_div(self.of)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}/{}", self.right, self.of))
    }
}

/// Cohen's kappa in thousandths, rounded down: how far two readers agree beyond what chance would have them agree
/// ([Cohen 1960](https://doi.org/10.1177/001316446002000104)). 1000 is full agreement, 0 is chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Kappa(pub(super) i64);

impl Kappa {
    /// What is asked of the machine at least.
    pub(super) const TARGET: Self = Self(700);

    /// Of pairs of labels, each with how often it came. Readers who give everything one and the same label agree fully.
    fn of(pairs: &BTreeMap<(&str, &str), u32>) -> Self {
        let mut all = 0_i64;
        let mut agreed = 0_i64;
        let mut by_label: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
        for ((human, machine), count) in pairs {
            let count = i64::from(*count);
            all += count;
            if human == machine {
                agreed += count;
            }
            by_label.entry(human).or_default().0 += count;
            by_label.entry(machine).or_default().1 += count;
        }
        // Both sides of (observed - expected) / (1 - expected), times the square of how many there are.
        let expected: i64 = by_label.values().map(|(human, machine)| human * machine).sum();
        let beyond = all * all - expected;
        if beyond == 0 {
            return Self(1_000);
        }
        Self((1_000 * (all * agreed - expected)).div_euclid(beyond))
    }
}

impl fmt::Display for Kappa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, rest) = (self.0.abs() / 1_000, self.0.abs() % 1_000);
        write!(f, "{sign}{whole}.{rest:03}")
    }
}

/// Everything that is counted.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Score {
    /// Intents that were read rightly, of all.
    pub(super) all: Share,
    /// Times that were read rightly, of those that a person names.
    pub(super) when: Share,
    /// By the intent that people see.
    pub(super) intents: BTreeMap<&'static str, Share>,
    /// By the language that people hear.
    pub(super) languages: BTreeMap<&'static str, Share>,
    /// Agreement on intents beyond chance.
    pub(super) kappa: Kappa,
    /// How often a person's intent was read as which.
    pub(super) confusion: BTreeMap<(&'static str, &'static str), u32>,
}

impl Score {
    /// Counts.
    pub(super) fn of(judged: &[Judged]) -> Self {
        let (mut all, mut when) = (Share::default(), Share::default());
        let mut intents: BTreeMap<&'static str, Share> = BTreeMap::new();
        let mut languages: BTreeMap<&'static str, Share> = BTreeMap::new();
        let mut confusion: BTreeMap<(&'static str, &'static str), u32> = BTreeMap::new();
        for one in judged {
            let right = one.human == one.machine;
            all.count(right);
            intents.entry(one.human).or_default().count(right);
            languages.entry(one.language).or_default().count(right);
            *confusion.entry((one.human, one.machine)).or_default() += 1;
            if let Some(right) = one.when {
                when.count(right);
            }
        }
        Self {
            all,
            when,
            intents,
            languages,
            kappa: Kappa::of(&confusion),
            confusion,
        }
    }
}

/// The tables as people read them.
impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<16} {:>9}  {:>6}", "intent", "right", "share")?;
        for (name, share) in &self.intents {
            writeln!(f, "{}", Line(name, *share))?;
        }
        writeln!(f, "\n{:<16} {:>9}  {:>6}", "language", "right", "share")?;
        for (name, share) in &self.languages {
            writeln!(f, "{}", Line(name, *share))?;
        }
        writeln!(f)?;
        writeln!(f, "{}", Line("all intents", self.all))?;
        writeln!(f, "{}", Line("when", self.when))?;
        writeln!(
            f,
            "{:<16} {:>9}  (target {})",
            "Cohen's kappa",
            self.kappa.to_string(),
            Kappa::TARGET
        )?;
        writeln!(f, "\nread as another intent:")?;
        let wrong = self
            .confusion
            .iter()
            .filter(|((human, machine), _)| human != machine);
        let mut none = true;
        for ((human, machine), count) in wrong {
            none = false;
            writeln!(f, "  {human:<16} as {machine:<16} {count:>4}")?;
        }
        if none {
            writeln!(f, "  none")?;
        }
        Ok(())
    }
}

struct Line<'a>(&'a str, Share);

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<16} {:>9}  ", self.0, self.1)?;
        match self.1.thousandths() {
            Some(part) => write!(f, "{:>4}.{} %", part / 10, part % 10),
            None => f.write_str("     -"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(human: &'static str, machine: &'static str) -> Judged {
        Judged {
            language: "sw",
            human,
            machine,
            when: None,
        }
    }

    fn times(count: usize, human: &'static str, machine: &'static str) -> Vec<Judged> {
        vec![judged(human, machine); count]
    }

    /// The example of textbooks: of fifty, twenty times both say yes, fifteen times both say no.
    #[test]
    fn kappa_is_agreement_beyond_chance() {
        let all = [
            times(20, "confirm", "confirm"),
            times(5, "confirm", "deny"),
            times(10, "deny", "confirm"),
            times(15, "deny", "deny"),
        ]
        .concat();
        let score = Score::of(&all);
        assert_eq!(score.kappa, Kappa(400));
        assert_eq!(score.all, Share { right: 35, of: 50 });
        assert_eq!(score.confusion[&("deny", "confirm")], 10);
        assert_eq!(score.intents["confirm"], Share { right: 20, of: 25 });
    }

    #[test]
    fn readers_who_are_always_at_odds_are_below_chance_and_who_say_one_thing_agree() {
        let odds = [times(3, "book", "cancel"), times(3, "cancel", "book")].concat();
        assert_eq!(Score::of(&odds).kappa, Kappa(-1_000));
        assert_eq!(Score::of(&odds).kappa.to_string(), "-1.000");
        assert_eq!(Score::of(&times(4, "book", "book")).kappa, Kappa(1_000));
    }

    #[test]
    fn shares_compare_as_fractions_and_nothing_is_below_nothing() {
        let share = |right, of| Share { right, of };
        assert!(share(9, 10).is_below(share(91, 100)));
        assert!(!share(9, 10).is_below(share(90, 100)));
        assert!(!share(0, 0).is_below(share(9, 10)));
        assert!(share(0, 1).is_below(share(1, 1_000)));
    }

    #[test]
    fn a_time_counts_only_where_a_person_names_one() {
        let mut one = judged("book", "book");
        one.when = Some(false);
        let score = Score::of(&[one, judged("book", "book")]);
        assert_eq!(score.when, Share { right: 0, of: 1 });
        assert_eq!(score.all, Share { right: 2, of: 2 });
    }
}
