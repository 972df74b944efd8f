//! Documents: any number of rows as one parameter of a statement.

use serde::Serialize;

use crate::database::TxError;

/// A document as the text of a parameter.
///
/// # Errors
/// A value that cannot be written, such as a year of five digits.
pub(crate) fn text<E>(document: &impl Serialize) -> Result<String, TxError<E>> {
    serde_json::to_string(document).map_err(|error| TxError::Impossible(error.to_string()))
}

/// Instants as a column holds them: in whole microseconds, the rest left out and not rounded.
pub(crate) mod instant {
    use serde::{Serialize, Serializer};
    use time::OffsetDateTime;

    fn whole(at: OffsetDateTime) -> OffsetDateTime {
        at.replace_microsecond(at.microsecond()).unwrap_or(at)
    }

    /// One.
    ///
    /// # Errors
    /// A year of more than four digits.
    pub(crate) fn serialize<S: Serializer>(at: &OffsetDateTime, to: S) -> Result<S::Ok, S::Error> {
        time::serde::rfc3339::serialize(&whole(*at), to)
    }

    /// One or none.
    pub(crate) mod option {
        use super::{OffsetDateTime, Serialize, Serializer};

        struct Whole(OffsetDateTime);

        impl Serialize for Whole {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                super::serialize(&self.0, to)
            }
        }

        /// `null` for none.
        ///
        /// # Errors
        /// As for one.
        pub(crate) fn serialize<S: Serializer>(
            at: &Option<OffsetDateTime>,
            to: S,
        ) -> Result<S::Ok, S::Error> {
            at.map(Whole).serialize(to)
        }
    }
}
