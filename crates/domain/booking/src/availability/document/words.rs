//! Short words for ids: `achieng` in a case is an id in the engine and `achieng` again in the answer.

use std::collections::BTreeSet;
use std::marker::PhantomData;

use ratiba_kernel::Id;
use serde_json::Value;
use uuid::Uuid;

use super::fault::Problem;
use super::reader::{Entry, Reader};

const CHARACTERS_MOST: usize = 64;

/// The words for one kind of thing. Ids follow the order of the words, so that whoever comes first by id
/// comes first by word.
#[derive(Debug)]
pub(super) struct Words<T> {
    what: &'static str,
    /// Sorted; the first has the id 1.
    words: Vec<String>,
    /// Whether every entry of the list has its word. If not, that is a fault already, and what is not found may
    /// be what is wanting.
    all_known: bool,
    ids: PhantomData<fn() -> T>,
}

impl<T> Words<T> {
    /// The words of the entries of a list, each with where it stands.
    pub(super) fn new(
        reader: &mut Reader,
        what: &'static str,
        words: Vec<(String, String)>,
        all_known: bool,
    ) -> Self {
        let mut sorted: BTreeSet<String> = BTreeSet::new();
        for (path, word) in words {
            if let Some(twice) = sorted.replace(word) {
                reader.fault::<()>(path, Problem::IdTwice(twice));
            }
        }
        Self {
            what,
            words: sorted.into_iter().collect(),
            all_known,
            ids: PhantomData,
        }
    }

    fn numbered(position: usize) -> Id<T> {
        Id::from_uuid(Uuid::from_u128(
            u128::try_from(position).map_or(0, |position| position + 1),
        ))
    }

    /// The id of a word that stands in the case.
    pub(super) fn id(&self, reader: &mut Reader, path: &str, value: &Value) -> Option<Id<T>> {
        let word = word(reader, path, value)?;
        match self.known(&word) {
            Some(id) => Some(id),
            None if !self.all_known => None,
            None => reader.fault(
                path,
                Problem::NoSuch {
                    what: self.what,
                    word,
                },
            ),
        }
    }

    /// The id of a word, if there is one.
    pub(super) fn known(&self, word: &str) -> Option<Id<T>> {
        let position = self
            .words
            .binary_search_by(|known| known.as_str().cmp(word))
            .ok()?;
        Some(Self::numbered(position))
    }

    /// The word of an id.
    pub(super) fn word(&self, id: Id<T>) -> String {
        let position = id.as_uuid().as_u128().checked_sub(1);
        let position = position.and_then(|position| usize::try_from(position).ok());
        let word = position.and_then(|position| self.words.get(position));
        word.cloned().unwrap_or_else(|| id.to_string())
    }

    /// A member that names one of these, and may be left out where there is one only.
    pub(super) fn named(&self, reader: &mut Reader, entry: &Entry<'_>, field: &str) -> Option<Id<T>> {
        if !entry.has(field) && (self.words.len() == 1 || !self.all_known) {
            return self.sole();
        }
        reader.needed(entry, field, |reader, path, value| self.id(reader, path, value))
    }

    /// The only id there is, if there is one only.
    pub(super) fn sole(&self) -> Option<Id<T>> {
        (self.words.len() == 1 && self.all_known).then(|| Self::numbered(0))
    }

    /// Whether every entry of the list has its word.
    pub(super) const fn all_known(&self) -> bool {
        self.all_known
    }

    pub(super) fn all(&self) -> impl Iterator<Item = Id<T>> + '_ {
        (0..self.words.len()).map(Self::numbered)
    }
}

/// A word that may name something. UUIDs are brought into their one form.
pub(super) fn word(reader: &mut Reader, path: &str, value: &Value) -> Option<String> {
    let text = value.as_str().unwrap_or_default();
    let fits = (1..=CHARACTERS_MOST).contains(&text.chars().count())
        && text.trim() == text
        && !text.chars().any(char::is_control);
    if !fits {
        return reader.must_be(
            path,
            format!("a word of 1 to {CHARACTERS_MOST} characters, or a UUID"),
        );
    }
    Some(Uuid::parse_str(text).map_or_else(|_| text.to_owned(), |uuid| uuid.to_string()))
}
