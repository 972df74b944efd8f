//! Why somebody of the business did something, in their own words.

use std::fmt;

/// A reason that a person gave: one line, 1 to 200 characters after trimming.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remark(String);

/// A reason that says nothing, or too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a reason has 1 to 200 characters on one line")]
pub struct MalformedRemark;

impl Remark {
    /// The most characters.
    pub const LENGTH_MAX: usize = 200;

    /// Reads a reason; white space around it is dropped.
    ///
    /// # Errors
    /// [`MalformedRemark`] unless it is 1 to 200 characters, none of which is a control character.
    pub fn parse(text: &str) -> Result<Self, MalformedRemark> {
        let text = text.trim();
        let length = text.chars().count();
        if (1..=Self::LENGTH_MAX).contains(&length) && !text.chars().any(char::is_control) {
            Ok(Self(text.to_owned()))
        } else {
            Err(MalformedRemark)
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
