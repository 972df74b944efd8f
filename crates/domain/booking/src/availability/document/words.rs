//! Short words for ids: `achieng` in a case is an id in the engine and `achieng` again in the answer.

use std::collections::BTreeMap;

use ratiba_kernel::Id;
use serde_json::Value;
use uuid::Uuid;

use super::fault::Problem;
use super::reader::Reader;

const CHARACTERS_MOST: usize = 64;

/// The words for one kind of thing. Ids follow the order of the words, so that whoever comes first by id
/// comes first by word.
#[derive(Debug)]
pub(super) struct Words<T> {
    what: &'static str,
    ids: BTreeMap<String, Id<T>>,
}

impl<T> Words<T> {
    /// The words of the entries of a list, each with where it stands.
    pub(super) fn new(reader: &mut Reader, what: &'static str, words: Vec<(String, String)>) -> Self {
        let mut sorted: BTreeMap<String, String> = BTreeMap::new();
        for (path, word) in words {
            if sorted.contains_key(&word) {
                reader.fault::<()>(path, Problem::IdTwice);
            } else {
                sorted.insert(word, path);
            }
        }
        let ids = (1_u128..).zip(sorted.into_keys());
        let ids = ids
            .map(|(number, word)| (word, Id::from_uuid(Uuid::from_u128(number))))
            .collect();
        Self { what, ids }
    }

    /// The id of a word that stands in the case.
    pub(super) fn id(&self, reader: &mut Reader, path: &str, value: &Value) -> Option<Id<T>> {
        let word = word(reader, path, value)?;
        match self.ids.get(&word) {
            Some(id) => Some(*id),
            None => reader.fault(
                path,
                Problem::NoSuch {
                    what: self.what,
                    word,
                },
            ),
        }
    }

    /// The id of a word that is known to be there.
    pub(super) fn known(&self, word: &str) -> Option<Id<T>> {
        self.ids.get(word).copied()
    }

    /// The word of an id.
    pub(super) fn word(&self, id: Id<T>) -> String {
        let found = self.ids.iter().find(|(_, other)| **other == id);
        found.map_or_else(|| id.to_string(), |(word, _)| word.clone())
    }

    /// The only id there is, if there is one only.
    pub(super) fn only(&self) -> Option<Id<T>> {
        let mut ids = self.ids.values();
        ids.next().copied().filter(|_| ids.next().is_none())
    }

    pub(super) fn all(&self) -> impl Iterator<Item = Id<T>> + '_ {
        self.ids.values().copied()
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
