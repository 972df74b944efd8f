//! How many want each of several services, or who: *one massage and two facials*, *mimi massage, mama facial*.

use super::measure::COMPANIONS;
use super::numeral;
use super::scan::Sentence;
use super::token::Kind;

/// Whoever writes.
const SELVES: &[&str] = &["i", "me", "mimi", "mie", "myself"];

/// Others, without saying who.
const OTHERS: &[&str] = &["him", "her", "she", "he", "yeye", "mwenzangu", "mwingine"];

/// More of one service are no number of people.
const SHARE_MAX: u32 = 8;

/// For how many each of several wishes is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shares {
    /// One for each wish, in their order; empty where nothing is said of that, or not of each.
    pub(super) counts: Vec<u32>,
    /// Whether it is said by whom.
    pub(super) name_people: bool,
}

/// What is said of wishes that stand from and to these places.
pub(super) fn shares(sentence: &Sentence, wishes: &[(usize, usize)]) -> Shares {
    if wishes.len() < 2 {
        return Shares::default();
    }
    if by_person(sentence, wishes, true) || by_person(sentence, wishes, false) {
        return Shares {
            counts: vec![1; wishes.len()],
            name_people: true,
        };
    }
    let before = |(first, _): &(usize, usize)| first.checked_sub(1).and_then(|at| count(sentence, at));
    let behind = |(_, last): &(usize, usize)| {
        let at = last + 1;
        // In English a number stands before what is counted.
        let agrees = |at: &usize| {
            let word = sentence.words().text(*at);
            numeral::is_swahili_numeral(word)
        };
        Some(at).filter(agrees).and_then(|at| count(sentence, at))
    };
    let counts: Option<Vec<u32>> = wishes.iter().map(before).collect();
    let counts = counts.or_else(|| wishes.iter().map(behind).collect());
    Shares {
        counts: counts.unwrap_or_default(),
        name_people: false,
    }
}

/// A small number that belongs to nothing else.
fn count(sentence: &Sentence, at: usize) -> Option<u32> {
    let taken = sentence
        .found
        .iter()
        .any(|found| (found.start..found.end).contains(&at));
    let token = sentence.tokens.get(at).filter(|_| !taken)?;
    let value = match token.kind {
        Kind::Number(value) => Some(value),
        Kind::Word => numeral::unit(&token.text),
        Kind::Tenths(_) | Kind::Clock { .. } | Kind::Dated { .. } | Kind::Ordinal(_) => None,
    };
    value.filter(|value| (1..=SHARE_MAX).contains(value))
}

/// Whether somebody else is named for each wish, always before it or always behind it. `all` counts *I* as well, which may only
/// be the subject of the sentence.
fn by_person(sentence: &Sentence, wishes: &[(usize, usize)], all: bool) -> bool {
    let is_person = |at: &usize| {
        let word = sentence.words().text(*at);
        let own = SELVES.contains(&word) && (all || word != "i");
        own || OTHERS.contains(&word) || COMPANIONS.contains(&word) || is_mine(word)
    };
    let in_a_wish = |at: &usize| wishes.iter().any(|(first, last)| (first..=last).contains(&at));
    let people: Vec<usize> = (0..sentence.tokens.len())
        .filter(|at| !in_a_wish(at))
        .filter(is_person)
        .collect();
    let mut words: Vec<&str> = people.iter().map(|at| sentence.words().text(*at)).collect();
    words.sort_unstable();
    words.dedup();
    if people.len() != wishes.len() || words.len() != people.len() {
        return false;
    }
    let pairs = || people.iter().zip(wishes);
    let next = || people.iter().skip(1).zip(wishes);
    let before =
        pairs().all(|(person, (first, _))| person < first) && next().all(|(person, (_, last))| person > last);
    let behind = pairs().all(|(person, (_, last))| person > last)
        && people
            .iter()
            .zip(wishes.iter().skip(1))
            .all(|(person, (first, _))| person < first);
    before || behind
}

/// *mamangu*, *dadangu*: somebody with their owner in the word.
fn is_mine(word: &str) -> bool {
    let somebody = word.strip_suffix("ngu").or_else(|| word.strip_suffix("angu"));
    somebody.is_some_and(|somebody| COMPANIONS.contains(&somebody))
}
