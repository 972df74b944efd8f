//! A setting that must never be printed.

use std::fmt;

/// A secret setting: a password, a token, or a URL that carries one.
///
/// It has no `Display`, its `Debug` says nothing, and reading it takes a call that can be searched for.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret that came from somewhere other than the settings, for example from a test.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The secret itself. It must not reach a log, an error message or another process's arguments.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
