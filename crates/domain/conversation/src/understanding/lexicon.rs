//! Services and staff by name, with the spelling mistakes that thumbs make.

use super::context::{Context, LexiconEntry};
use super::scan::Sentence;
use super::{Match, verb};

/// Words of service names that tell nothing.
const EMPTY_WORDS: &[&str] = &[
    "ya", "wa", "za", "na", "and", "the", "of", "with", "for", "kwa", "min", "minutes", "hour", "hours", "a",
];

/// A fit below this is no mention.
const WORD_FIT_MIN: u32 = 800;

/// The number of single-letter changes that turn one word into the other.
pub(super) fn edit_distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (j, b) in other.iter().enumerate() {
            let above = row.get(j + 1).copied().unwrap_or(usize::MAX);
            let changed = diagonal + usize::from(a != b);
            left = changed.min(above.saturating_add(1)).min(left + 1);
            next.push(left);
            diagonal = above;
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

/// How well a word of the message stands for a word of a name, in thousandths.
fn word_fit(name: &str, said: &str) -> u32 {
    if name == said {
        return 1000;
    }
    let length = name.chars().count();
    if said.strip_suffix('s') == Some(name) || name.strip_suffix('s') == Some(said) {
        return 980;
    }
    let close = name.chars().count().abs_diff(said.chars().count()) <= 2;
    match (length, close.then(|| edit_distance(name, said))) {
        (5.., Some(1)) => 900,
        (8.., Some(2)) => 820,
        _other => 0,
    }
}

/// The services that the message names, the best first. Ties keep the order of the lexicon.
pub(super) fn services(
    sentence: &Sentence,
    context: &Context,
    duration: Option<u32>,
    without: &[usize],
) -> Vec<Match> {
    let mut matches: Vec<Match> = context
        .lexicon
        .services
        .iter()
        .filter_map(|entry| {
            best_phrase(entry, sentence, duration, without).map(|score| Match { id: entry.id, score })
        })
        .collect();
    matches.sort_by_key(|found| std::cmp::Reverse(found.score));
    matches
}

/// The staff member that the message names.
pub(super) fn staff(sentence: &Sentence, context: &Context) -> Option<Match> {
    let mut matches: Vec<Match> = context
        .lexicon
        .staff
        .iter()
        .filter_map(|entry| {
            best_phrase(entry, sentence, None, &[]).map(|score| Match { id: entry.id, score })
        })
        .collect();
    matches.sort_by_key(|found| std::cmp::Reverse(found.score));
    matches.first().copied()
}

fn best_phrase(
    entry: &LexiconEntry,
    sentence: &Sentence,
    duration: Option<u32>,
    without: &[usize],
) -> Option<u16> {
    entry
        .phrases()
        .iter()
        .filter_map(|phrase| phrase_fit(phrase, sentence, duration, without))
        .max()
}

/// The fit of a whole name: longer words weigh more, and one long word must be there.
fn phrase_fit(
    phrase: &[String],
    sentence: &Sentence,
    duration: Option<u32>,
    without: &[usize],
) -> Option<u16> {
    let (mut weight, mut fit, mut named) = (0_u32, 0_u32, false);
    for name in phrase.iter().filter(|name| !EMPTY_WORDS.contains(&name.as_str())) {
        let length = u32::try_from(name.chars().count()).unwrap_or(1);
        if let Ok(minutes) = name.parse::<u32>() {
            // A length in the name counts only where the customer names one.
            if let Some(wanted) = duration {
                weight += 4;
                fit += if wanted == minutes { 4000 } else { 0 };
            }
            continue;
        }
        let best = sentence
            .tokens
            .iter()
            .enumerate()
            .filter(|(at, _)| !without.contains(at))
            .map(|(_, token)| word_fit(name, &token.text))
            .max()
            .unwrap_or(0);
        weight += length;
        if best >= WORD_FIT_MIN {
            fit += best * length;
            named |= length >= 3 && verb_does_not_explain(name);
        }
    }
    let score = fit.checked_div(weight)?;
    named.then(|| u16::try_from(score).unwrap_or(1000))
}

/// A word such as *book* in a name proves nothing: everybody says it.
fn verb_does_not_explain(name: &str) -> bool {
    verb::analyse(name).is_none_or(|verb| !["book", "want", "come", "get"].contains(&verb.root))
}
