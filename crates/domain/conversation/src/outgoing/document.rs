//! A file that goes as a message.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::content::{BODY_CHARACTERS_MAX, TooMuch, within};

/// The longest name of a file.
pub const FILE_NAME_CHARACTERS_MAX: usize = 80;
/// The largest file, in bytes: the channel takes far more, but what we make is small, and it is kept in a row.
pub const DOCUMENT_BYTES_MAX: usize = 128 * 1024;

/// A PDF document with a few words under it. It is kept whole with its message, so that what was sent can be shown,
/// and sent once more, as it was.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawDocument", into = "RawDocument")]
pub struct Document {
    file_name: String,
    caption: String,
    bytes: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDocument {
    file_name: String,
    caption: String,
    /// In base 64.
    pdf: String,
}

impl Document {
    /// The content type of all of them.
    pub const MEDIA_TYPE: &'static str = "application/pdf";

    /// A document within the limits. Its name has letters and digits of ASCII, dots, dashes and underscores.
    ///
    /// # Errors
    /// [`TooMuch::Empty`], [`TooMuch::TooLong`]; [`TooMuch::Layout`] for another name; [`TooMuch::NoDocument`] for what
    /// is no PDF, or too large.
    pub fn pdf(
        file_name: impl Into<String>,
        caption: impl Into<String>,
        bytes: Vec<u8>,
    ) -> Result<Self, TooMuch> {
        let (file_name, caption) = (file_name.into(), caption.into());
        within(&file_name, FILE_NAME_CHARACTERS_MAX)?;
        within(&caption, BODY_CHARACTERS_MAX)?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        if !file_name.bytes().all(plain) {
            return Err(TooMuch::Layout);
        }
        if bytes.len() > DOCUMENT_BYTES_MAX || !bytes.starts_with(b"%PDF-") {
            return Err(TooMuch::NoDocument {
                limit: DOCUMENT_BYTES_MAX,
            });
        }
        Ok(Self {
            file_name,
            caption,
            bytes,
        })
    }

    /// The name under which it is saved.
    #[must_use]
    pub fn file_name(&self) -> &str {
        &self.file_name
    }

    /// The words under it.
    #[must_use]
    pub fn caption(&self) -> &str {
        &self.caption
    }

    /// The file.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl TryFrom<RawDocument> for Document {
    type Error = TooMuch;

    fn try_from(raw: RawDocument) -> Result<Self, TooMuch> {
        let bytes = STANDARD.decode(raw.pdf).map_err(|_| TooMuch::NoDocument {
            limit: DOCUMENT_BYTES_MAX,
        })?;
        Self::pdf(raw.file_name, raw.caption, bytes)
    }
}
impl From<Document> for RawDocument {
    fn from(document: Document) -> Self {
        Self {
            file_name: document.file_name,
            caption: document.caption,
            pdf: STANDARD.encode(document.bytes),
        }
    }
}

impl fmt::Debug for Document {
    /// Leaves out what it says.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Document({} bytes)", self.bytes.len())
    }
}

#[cfg(test)]
mod tests;
