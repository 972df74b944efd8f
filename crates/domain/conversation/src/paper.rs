//! What a customer is handed in writing: words for the chat and the same as a document, in either language, since who
//! makes it does not know in which one the customer is written to.

use std::fmt;

use crate::outgoing::Document;
use crate::texts::Tongue;

/// One paper in one language.
#[derive(Clone, PartialEq, Eq)]
pub struct Paper {
    /// All that it says.
    pub text: String,
    /// The gist of it on one line, for where the channel has room for no more.
    pub gist: String,
    /// The same as a file; `None` where that could not be made.
    pub document: Option<Document>,
}

impl fmt::Debug for Paper {
    /// Leaves out what it says.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Paper")
            .field("document", &self.document)
            .finish_non_exhaustive()
    }
}

/// The same paper in every language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Papers {
    /// In English.
    pub english: Paper,
    /// In Swahili.
    pub swahili: Paper,
}

impl Papers {
    /// The one in that language.
    #[must_use]
    pub const fn in_tongue(&self, tongue: Tongue) -> &Paper {
        match tongue {
            Tongue::English => &self.english,
            Tongue::Swahili => &self.swahili,
        }
    }
}
