//! Who of the business did something, as records name it.

use std::fmt;

use crate::reference::MalformedReference;

/// Who did something that a machine did not: a name for records, such as `token:` and an id. It opens nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Actor(String);

impl Actor {
    /// The most characters of a name.
    pub const LENGTH_MAX: usize = 200;

    /// Reads a name.
    ///
    /// # Errors
    /// [`MalformedReference`] unless it is 1 to 200 characters, none of which is a control character.
    pub fn parse(text: &str) -> Result<Self, MalformedReference> {
        let length = text.chars().count();
        if (1..=Self::LENGTH_MAX).contains(&length) && !text.chars().any(char::is_control) {
            Ok(Self(text.to_owned()))
        } else {
            Err(MalformedReference)
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
