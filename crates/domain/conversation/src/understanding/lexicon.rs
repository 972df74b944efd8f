//! Services and staff by name, with the spelling mistakes that thumbs make.

use super::context::{Context, LexiconEntry};
use super::scan::Sentence;
use super::{Match, verb};

/// Words of service names that tell nothing.
const EMPTY_WORDS: &[&str] = &[
    "ya", "wa", "za", "na", "and", "the", "of", "with", "for", "kwa", "min", "minutes", "hour", "hours", "a",
];

/// Words that may stand between the name of a service and the word for its family.
const LINKS: &[&str] = &[
    "ya", "la", "za", "wa", "kwa", "of", "the", "a", "min", "minutes", "hour", "hours", "dakika",
];

/// A word that fits less is no mention.
const WORD_FIT_MIN: u32 = 800;

/// A name that fits less does not push another aside.
const NAME_FIT_MIN: u16 = 600;

/// A name that fits less is no wish of its own.
const WISH_FIT_MIN: u16 = 500;

/// A name that is there word for word.
const WHOLE_FIT: u16 = 1000;

/// The number of single-letter changes that turn one word into the other, if there are not more than `most`.
pub(super) fn edits_within(most: usize, one: &str, other: &str) -> Option<usize> {
    if one.chars().count().abs_diff(other.chars().count()) > most {
        return None;
    }
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut least = left;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cell, b) in row.iter_mut().skip(1).zip(other.chars()) {
            let changed = diagonal + usize::from(a != b);
            diagonal = *cell;
            left = changed.min(diagonal + 1).min(left + 1);
            least = least.min(left);
            *cell = left;
        }
        // It never becomes less from row to row.
        if least > most {
            return None;
        }
    }
    row.last().copied().filter(|edits| *edits <= most)
}

/// How well a word of the message stands for a word of a name, in thousandths.
///
/// A word that everybody says is no misspelling of a name: *sana* is not *sauna*.
fn word_fit(name: &str, said: &str, is_known: bool) -> u32 {
    if name == said {
        return 1000;
    }
    let length = name.chars().count();
    // Not of a word of two letters: *was* is not many of *wa*.
    let many = said.strip_suffix('s') == Some(name) || name.strip_suffix('s') == Some(said);
    if many && length > 2 {
        return 980;
    }
    let slips = match length {
        _any if is_known => return 0,
        ..5 => return 0,
        5..8 => 1,
        8.. => 2,
    };
    match edits_within(slips, name, said) {
        Some(0 | 1) => 900,
        Some(_two) => 820,
        None => 0,
    }
}

/// The same for the word at a place of the message.
fn fit_at(sentence: &Sentence, name: &str, at: usize) -> u32 {
    let is_known = sentence.known.get(at).copied().unwrap_or_default();
    word_fit(name, sentence.words().text(at), is_known)
}

/// The services that the message names, the best first. Ties keep the order of the lexicon.
///
/// The longest and most specific name wins: a name whose words all belong to a longer name of another service is not
/// meant (*massage* in *Swedish massage*), nor is the word for a whole family beside the name of one of its members
/// (*massage* in *deep tissue massage*).
pub(super) fn services(
    sentence: &Sentence,
    context: &Context,
    duration: Option<u32>,
    without: &[usize],
) -> Vec<Match> {
    best_first(&named_services(sentence, context, duration, without))
}

/// The services that the message names, apart where several are wanted beside each other, in the order in which they
/// are named; the services of each wish as [`services`] has them.
///
/// Names that share a word are one wish (*massage* of all massages), and so are those between which no word joins two
/// wishes: *gel manicure*, *massage or facial*.
pub(super) fn wishes(
    sentence: &Sentence,
    context: &Context,
    duration: Option<u32>,
    without: &[usize],
) -> Vec<Wish> {
    let mut mentions = named_services(sentence, context, duration, without);
    mentions.retain(|mention| mention.as_match().score >= WISH_FIT_MIN);
    mentions.sort_by_key(Mentioned::first_place);
    let mut wishes: Vec<((usize, usize), Vec<Mentioned<'_>>)> = Vec::new();
    for mention in mentions {
        let (first, last) = (mention.first_place(), mention.last_place());
        match wishes.last_mut() {
            Some(((_, end), wish)) if first <= *end || !joins(sentence, *end, first) => {
                *end = last.max(*end);
                wish.push(mention);
            }
            Some(_) | None => wishes.push(((first, last), vec![mention])),
        }
    }
    let wishes = wishes.iter();
    wishes
        .map(|(places, wish)| Wish {
            places: *places,
            services: best_first(wish),
        })
        .collect()
}

/// What is wanted beside something else.
pub(super) struct Wish {
    /// The first and the last place of what names it.
    pub(super) places: (usize, usize),
    /// The services that fit, the best first.
    pub(super) services: Vec<Match>,
}

/// Words that join two wishes.
const JOINING: &[&str] = &[
    "na", "and", "n", "plus", "pia", "also", "then", "kisha", "halafu", "alafu", "pamoja", "together",
    "along", "followed",
];

/// How many words may stand between two names that only a comma parts.
const LISTED_MAX: usize = 3;

/// Whether what stands between two names wants both.
fn joins(sentence: &Sentence, end: usize, next: usize) -> bool {
    let words = sentence.words();
    let mut between = end.saturating_add(1)..next;
    if between
        .clone()
        .any(|at| ["or", "au", "ama"].contains(&words.text(at)))
    {
        return false;
    }
    let clause = |at: usize| words.token(at).map(|token| token.clause);
    let listed = clause(end) != clause(next) && next.saturating_sub(end) <= LISTED_MAX;
    listed || between.any(|at| JOINING.contains(&words.text(at)))
}

fn best_first(mentions: &[Mentioned<'_>]) -> Vec<Match> {
    let mut matches: Vec<Match> = mentions.iter().map(Mentioned::as_match).collect();
    matches.sort_by_key(|found| std::cmp::Reverse(found.score));
    matches
}

/// The services that the message names, without those that a more specific name outdoes.
fn named_services<'c>(
    sentence: &'c Sentence,
    context: &'c Context,
    duration: Option<u32>,
    without: &'c [usize],
) -> Vec<Mentioned<'c>> {
    let listener = Names {
        sentence,
        entries: &context.lexicon.services,
        duration,
        without,
    };
    let mentions = listener.mentions();
    let outdone: Vec<bool> = mentions
        .iter()
        .map(|one| mentions.iter().any(|other| listener.outdoes(other, one)))
        .collect();
    let kept = mentions.into_iter().zip(outdone);
    kept.filter_map(|(mention, outdone)| (!outdone).then_some(mention))
        .collect()
}

/// Everything that is sold, all with one score, those that are named first.
pub(super) fn all_services(context: &Context, named: &[Match]) -> Vec<Match> {
    let is_named = |id| named.iter().any(|found| found.id == id);
    let others = context.lexicon.services.iter().map(|entry| entry.id);
    named
        .iter()
        .map(|found| found.id)
        .chain(others.filter(|id| !is_named(*id)))
        .map(|id| Match { id, score: WHOLE_FIT })
        .collect()
}

/// The places of words that stand for a word of some service's name.
pub(super) fn service_words(sentence: &Sentence, context: &Context) -> Vec<usize> {
    let names: Vec<&String> = context
        .lexicon
        .services
        .iter()
        .flat_map(|entry| entry.phrases().iter().flatten())
        .filter(|name| is_telling(name))
        .collect();
    let stands_for_one = |at: &usize| {
        names
            .iter()
            .any(|name| fit_at(sentence, name, *at) >= WORD_FIT_MIN)
    };
    (0..sentence.tokens.len()).filter(stands_for_one).collect()
}

/// The staff member that the message names.
pub(super) fn staff(sentence: &Sentence, context: &Context) -> Option<Match> {
    let names = Names {
        sentence,
        entries: &context.lexicon.staff,
        duration: None,
        without: &[],
    };
    let mut matches: Vec<Match> = names.mentions().iter().map(Mentioned::as_match).collect();
    matches.sort_by_key(|found| std::cmp::Reverse(found.score));
    matches.first().copied()
}

/// An entry that the message seems to name, with the fit of each of its names. There is at least one.
struct Mentioned<'c> {
    entry: &'c LexiconEntry,
    fits: Vec<Fit>,
}

impl Mentioned<'_> {
    fn as_match(&self) -> Match {
        Match {
            id: self.entry.id,
            score: self.fits.iter().map(|fit| fit.score).max().unwrap_or(0),
        }
    }

    /// The places of the name that fits best.
    fn places(&self) -> &[usize] {
        let best = self.fits.iter().rev().max_by_key(|fit| fit.score);
        best.map_or(&[], |fit| fit.places.as_slice())
    }

    fn first_place(&self) -> usize {
        self.places().first().copied().unwrap_or(0)
    }

    fn last_place(&self) -> usize {
        self.places().last().copied().unwrap_or(0)
    }
}

/// How well one name fits, and where the words stand that belong to it.
struct Fit {
    score: u16,
    places: Vec<usize>,
}

/// Looks for the names of one part of the lexicon in a sentence.
struct Names<'c> {
    sentence: &'c Sentence,
    entries: &'c [LexiconEntry],
    duration: Option<u32>,
    without: &'c [usize],
}

impl<'c> Names<'c> {
    fn mentions(&self) -> Vec<Mentioned<'c>> {
        self.entries
            .iter()
            .map(|entry| Mentioned {
                entry,
                fits: entry.phrases().iter().filter_map(|name| self.fit(name)).collect(),
            })
            .filter(|mentioned| !mentioned.fits.is_empty())
            .collect()
    }

    /// The fit of a whole name: longer words weigh more, and one long word must be there.
    fn fit(&self, phrase: &[String]) -> Option<Fit> {
        let (mut weight, mut fit, mut named) = (0_u32, 0_u32, false);
        let mut places = Vec::new();
        for name in phrase.iter().filter(|name| !EMPTY_WORDS.contains(&name.as_str())) {
            let length = u32::try_from(name.chars().count()).unwrap_or(1);
            if let Ok(minutes) = name.parse::<u32>() {
                // A length in the name counts only where the customer names one.
                if let Some(wanted) = self.duration {
                    weight += 4;
                    fit += if wanted == minutes { 4000 } else { 0 };
                }
                continue;
            }
            let mut best = 0;
            for at in 0..self.sentence.tokens.len() {
                let fits = fit_at(self.sentence, name, at);
                if fits >= WORD_FIT_MIN && !self.without.contains(&at) {
                    best = best.max(fits);
                    places.push(at);
                }
            }
            weight += length;
            fit += best * length;
            named |= best > 0 && length >= 3 && verb_does_not_explain(name);
        }
        let score = u16::try_from(fit.checked_div(weight)?).unwrap_or(WHOLE_FIT);
        places.sort_unstable();
        places.dedup();
        named.then_some(Fit { score, places })
    }

    /// Whether the words that seem to name `less` say no more than that `more` is meant.
    fn outdoes(&self, more: &Mentioned<'_>, less: &Mentioned<'_>) -> bool {
        more.entry.id != less.entry.id
            && more.fits.iter().any(|fit| {
                fit.score >= NAME_FIT_MIN && (covers(fit, less) || self.specifies(more.entry, fit, less))
            })
    }

    /// Whether `less` is only the word for a family, and the name beside it says which member: *deep tissue* in *deep
    /// tissue massage* and in *massage ya deep tissue*.
    fn specifies(&self, entry: &LexiconEntry, fit: &Fit, less: &Mentioned<'_>) -> bool {
        let says_the_family = |at: &usize| self.entries.iter().any(|entry| self.is_family_word(entry, *at));
        let mut places = less.fits.iter().flat_map(|fit| &fit.places);
        !fit.places.iter().any(says_the_family)
            && places.all(|at| {
                self.is_family_word(less.entry, *at)
                    && self.stands_beside(*at, fit, self.has_word(entry, *at))
            })
    }

    /// Whether the word here is a short name of `entry`, and the entry is called by a word that longer names contain:
    /// *massage* of *Swedish massage*, and its synonyms.
    fn is_family_word(&self, entry: &LexiconEntry, at: usize) -> bool {
        let in_longer_names = |word: &str| {
            let mut names = self.entries.iter().flat_map(LexiconEntry::phrases);
            names.any(|name| telling(name).count() > 1 && telling(name).any(|part| part == word))
        };
        let short_names = || {
            let names = entry.phrases().iter();
            names.filter_map(|name| {
                let mut words = telling(name);
                words.next().filter(|_| words.next().is_none())
            })
        };
        short_names().any(|name| fit_at(self.sentence, name, at) >= WORD_FIT_MIN)
            && short_names().any(in_longer_names)
    }

    /// Whether some name of `entry` contains the word here.
    fn has_word(&self, entry: &LexiconEntry, at: usize) -> bool {
        let mut names = entry.phrases().iter().flat_map(|name| telling(name));
        names.any(|name| fit_at(self.sentence, name, at) >= WORD_FIT_MIN)
    }

    /// Whether the word here directly follows the name, or is linked to it. Two words side by side the other way round
    /// may be two wishes, unless they are `related`.
    fn stands_beside(&self, at: usize, fit: &Fit, related: bool) -> bool {
        let words = self.sentence.words();
        let clause = |at: usize| words.token(at).map(|token| token.clause);
        let is_link = |at: &usize| LINKS.contains(&words.text(*at)) || words.is_number(*at);
        let before = (0..at).rev().find(|at| !is_link(at));
        let after = (at + 1..words.all().len()).find(|at| !is_link(at));
        let in_name = |at: Option<usize>| at.filter(|at| fit.places.contains(at));
        let here = clause(at);
        in_name(before).is_some_and(|place| clause(place) == here)
            || in_name(after).is_some_and(|place| clause(place) == here && (related || place > at + 1))
    }
}

/// Whether every word of `less` belongs to the name that fits, and that name has more.
fn covers(fit: &Fit, less: &Mentioned<'_>) -> bool {
    less.fits.iter().all(|shorter| {
        shorter.places.len() < fit.places.len() && shorter.places.iter().all(|at| fit.places.contains(at))
    })
}

fn is_telling(word: &str) -> bool {
    !EMPTY_WORDS.contains(&word) && word.parse::<u32>().is_err()
}

/// The words of a name that tell something.
fn telling(name: &[String]) -> impl Iterator<Item = &str> {
    name.iter().map(String::as_str).filter(|word| is_telling(word))
}

/// A word such as *book* in a name proves nothing: everybody says it.
fn verb_does_not_explain(name: &str) -> bool {
    verb::analyse(name).is_none_or(|verb| !["book", "want", "come", "get"].contains(&verb.root))
}
