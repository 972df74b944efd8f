//! Text of chance, as cookies carry it.

/// 32 random bytes as 64 hexadecimal digits in lower case. It has no `Debug`: whoever wraps it says what it is.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct RandomText(String);

impl RandomText {
    pub(crate) fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(hex::encode(bytes))
    }

    /// `None` unless the form is right.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let right = text.len() == 64 && text.bytes().all(digit);
        right.then(|| Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}
