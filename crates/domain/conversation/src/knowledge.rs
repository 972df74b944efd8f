//! What the business told the machine about itself: short texts that answer customers' questions word for word.
//!
//! Nothing is ever added to them or taken from them. What a question asks about is read by [`Asked`]; a
//! [`KnowledgeBook`](crate::ports::KnowledgeBook) finds the snippets that have to do with it; [`choose`] decides whether
//! one of them fits well enough to be the answer.

mod question;

use std::fmt;

use ratiba_kernel::Id;
use serde::{Deserialize, Serialize};

use crate::texts::Tongue;

pub use question::{Asked, Spelling, TERMS_MAX, Term};

/// How many snippets a business may have.
pub const SNIPPETS_MOST: usize = 200;
/// The longest title, in characters.
pub const TITLE_CHARACTERS_MAX: usize = 80;
/// The longest body, in characters: it fits into one message with the question that was open before.
pub const BODY_CHARACTERS_MAX: usize = 700;

/// The identity of one snippet.
pub type SnippetId = Id<Snippet>;

/// What a snippet is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Rules: children, being late, giving up a booking.
    Policy,
    /// What the house has: parking, showers, wifi.
    Facility,
    /// What to bring, to wear or to avoid.
    Prep,
    /// How a service goes, and for whom it is.
    Service,
    /// When the house is open, beside the opening hours themselves.
    Hours,
    /// Anything else.
    General,
}

impl Category {
    /// Every category.
    pub const ALL: [Self; 6] = [
        Self::Policy,
        Self::Facility,
        Self::Prep,
        Self::Service,
        Self::Hours,
        Self::General,
    ];

    /// The name that rows and the API use.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::Facility => "facility",
            Self::Prep => "prep",
            Self::Service => "service",
            Self::Hours => "hours",
            Self::General => "general",
        }
    }

    /// The category of a name as [`Self::code`] writes it.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.code() == code)
    }
}

/// What a snippet says: a title and a body that are not empty, are not too long, and have no control characters but
/// line breaks in the body.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    category: Category,
    tongue: Tongue,
    title: String,
    body: String,
}

/// Why something cannot be a snippet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContentFault {
    /// The title is empty, too long, or has a control character.
    #[error("the title must have 1 to 80 characters, in one line")]
    Title,
    /// The body is empty, too long, or has a control character that is no line break.
    #[error("the body must have 1 to 700 characters")]
    Body,
}

impl Content {
    /// What a snippet is to say. Blanks around title and body are cut off.
    ///
    /// # Errors
    /// [`ContentFault`], the title's first.
    pub fn new(category: Category, tongue: Tongue, title: &str, body: &str) -> Result<Self, ContentFault> {
        let (title, body) = (title.trim(), body.trim());
        let fits = |text: &str, most: usize| (1..=most).contains(&text.chars().count());
        if !fits(title, TITLE_CHARACTERS_MAX) || title.chars().any(char::is_control) {
            return Err(ContentFault::Title);
        }
        if !fits(body, BODY_CHARACTERS_MAX) || body.chars().any(|c| c.is_control() && c != '\n') {
            return Err(ContentFault::Body);
        }
        Ok(Self {
            category,
            tongue,
            title: title.to_owned(),
            body: body.to_owned(),
        })
    }

    /// What it is about.
    #[must_use]
    pub const fn category(&self) -> Category {
        self.category
    }

    /// The language that it is written in.
    #[must_use]
    pub const fn tongue(&self) -> Tongue {
        self.tongue
    }

    /// What it is about, in few words; customers do not see it.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The answer, word for word.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }
}

impl fmt::Debug for Content {
    /// Leaves out the words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content")
            .field("category", &self.category)
            .field("tongue", &self.tongue)
            .finish_non_exhaustive()
    }
}

/// One thing that the business told the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// Ours; a UUID of version 7, so that snippets sort by when they were added.
    pub id: SnippetId,
    /// What it says.
    pub content: Content,
    /// The version it was read at; the first is 1.
    pub version: i32,
}

/// A snippet that has to do with a question, and how much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Which.
    pub snippet: Snippet,
    /// How many of the terms of the question stand in its title.
    pub in_title: usize,
    /// How many of them stand in its title or its body; at least one.
    pub in_all: usize,
}

impl Hit {
    /// Whether it answers a question with so many terms well enough: what it is about was asked, and not much else; or
    /// nearly everything that was asked about stands in it.
    const fn answers(&self, terms: usize) -> bool {
        let titled = self.in_title > 0 && self.in_all * 2 >= terms;
        let told = self.in_all == terms || self.in_all >= 2 && self.in_all * 3 >= terms * 2;
        titled || told
    }
}

/// The answer to a question: the snippet that fits best of those that fit well enough; in the customer's language if one
/// about the same is written in it. `None` if nothing fits: then nothing is said rather than something else.
#[must_use]
pub fn choose(asked: &Asked, hits: &[Hit], tongue: Tongue) -> Option<Snippet> {
    let terms = asked.terms().len();
    let mut fitting: Vec<&Hit> = hits.iter().filter(|hit| hit.answers(terms)).collect();
    // Who was added first wins where two fit alike: an answer does not change with the order of rows.
    fitting.sort_by_key(|hit| {
        let (in_title, in_all) = (hit.in_title, hit.in_all);
        (
            std::cmp::Reverse(in_title),
            std::cmp::Reverse(in_all),
            hit.snippet.id,
        )
    });
    let best = *fitting.first()?;
    let about_the_same = |hit: &&&Hit| {
        hit.snippet.content.tongue == tongue
            && hit.snippet.content.category == best.snippet.content.category
            && (hit.in_title > 0) == (best.in_title > 0)
    };
    let own = fitting.iter().find(about_the_same);
    Some(own.map_or(best, |hit| hit).snippet.clone())
}

#[cfg(test)]
mod tests;
