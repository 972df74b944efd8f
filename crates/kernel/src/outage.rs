//! The one error that every port may answer with: what it needs did not answer.

use std::error::Error;
use std::fmt;

/// Something that a port depends on did not do its work. Wraps the cause for the log only.
///
/// Nobody can act on it but by trying again later; whether the work was done is unknown.
pub struct Outage(pub Box<dyn Error + Send + Sync>);

impl Outage {
    /// An outage with the cause that a person will find in the log.
    pub fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}

impl fmt::Debug for Outage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Outage({})", self.0)
    }
}
impl fmt::Display for Outage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("something that this needs did not answer")
    }
}
impl Error for Outage {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let cause: &(dyn Error + 'static) = self.0.as_ref();
        Some(cause)
    }
}

impl PartialEq for Outage {
    /// Outages are alike to a caller whatever caused them.
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}
impl Eq for Outage {}
