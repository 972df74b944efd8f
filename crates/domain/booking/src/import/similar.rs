//! Which names are nearly the same. Exact, with whole numbers only.

use super::text::fold;

/// A name made ready for comparing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    folded: Vec<char>,
    words: Vec<Vec<char>>,
    numbers: Vec<String>,
}

/// How two names are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// But for case, accents and punctuation they are the same.
    Same,
    /// This many letters would have to change.
    Near(usize),
}

impl Name {
    /// The name, without what makes no difference.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let folded = fold(name);
        let numbers = folded
            .split(|c: char| !c.is_numeric())
            .filter(|digits| !digits.is_empty())
            .map(str::to_owned)
            .collect();
        Self {
            words: folded.split(' ').map(|word| word.chars().collect()).collect(),
            folded: folded.chars().collect(),
            numbers,
        }
    }

    /// Whether nothing is left of it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.folded.is_empty()
    }

    /// How this name is like another; `None` if it is not.
    ///
    /// Alike are names with an edit distance under 3, or with a similarity of 0.9 and more, that is, one edit for
    /// each ten letters of the longer name at most. Two things are never taken for a slip of the pen: another
    /// number (*massage 60* and *massage 90*), and another word, of which half of the letters or more would have
    /// to change (*leg wax* and *lip wax*).
    #[must_use]
    pub fn likeness(&self, other: &Self) -> Option<Likeness> {
        if self.is_empty() || other.is_empty() {
            return None;
        }
        if self.folded == other.folded {
            return Some(Likeness::Same);
        }
        if self.numbers != other.numbers {
            return None;
        }
        let longer = self.folded.len().max(other.folded.len());
        let most = (longer / 10).max(2);
        let edits = distance(&self.folded, &other.folded, most)?;
        let slips = self.words.len() != other.words.len()
            || self.words.iter().zip(&other.words).all(|(a, b)| {
                let longer = a.len().max(b.len());
                a == b || distance(a, b, longer).is_some_and(|edits| edits * 2 < longer)
            });
        slips.then_some(Likeness::Near(edits))
    }
}

/// How many letters must be put in, taken out or replaced to make one of the other (Levenshtein); `None` if more
/// than `most`.
#[must_use]
pub fn distance(one: &[char], other: &[char], most: usize) -> Option<usize> {
    if one.len().abs_diff(other.len()) > most {
        return None;
    }
    let mut above: Vec<usize> = (0..=other.len()).collect();
    let mut row = above.clone();
    for (done, letter) in one.iter().enumerate() {
        if let Some(first) = row.first_mut() {
            *first = done + 1;
        }
        let mut least = done + 1;
        for (place, wanted) in other.iter().enumerate() {
            let kept = above[place] + usize::from(letter != wanted);
            let cost = kept.min(above[place + 1] + 1).min(row[place] + 1);
            row[place + 1] = cost;
            least = least.min(cost);
        }
        if least > most {
            return None;
        }
        std::mem::swap(&mut above, &mut row);
    }
    above.last().copied().filter(|edits| *edits <= most)
}

#[cfg(test)]
mod tests;
