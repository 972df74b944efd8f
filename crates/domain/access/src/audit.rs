//! The record of who changed what, and the chain that shows whether it is still what it was.
//!
//! Entries are written where the change is; afterwards each becomes a link of its business's chain: a hash over the link
//! before, its position, and everything that the entry says. Each time when entries were sealed, a mark remembers where the
//! chain ended, and what was known then of entries that had not come yet. Whoever changes, removes, adds or moves an entry
//! later breaks a link or contradicts a mark, and [`Verification`] says which.

use std::fmt;

use ratiba_kernel::TenantId;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use uuid::Uuid;

mod finding;
mod verification;

pub use finding::{FINDINGS_MOST, Finding};
pub use verification::{CLOCK_MAY_STEP, Verification};

/// A change that was made, as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its number; later entries have higher ones, but those that are written at the same time in no particular order.
    pub seq: i64,
    /// The number of the transaction that made the change.
    pub transaction: i64,
    /// When, by the database's clock.
    pub at: OffsetDateTime,
    /// What was done: `ratiba.<domain>.<verb>`.
    pub verb: String,
    /// The kind of what was changed: the name of its table.
    pub subject_kind: String,
    /// Its id, if it has one.
    pub subject: Option<Uuid>,
    /// Who did it: `token:<id>`, `system`, `customer`, `operator`, or the end of a number with a mark.
    pub actor: String,
    /// Through which door.
    pub origin: Option<String>,
    /// As whom the database knows the program: anything else than the application's role is somebody at the database itself.
    pub role: String,
    /// The changed values as they were, as JSON.
    pub before: Option<String>,
    /// The changed values as they became, as JSON.
    pub after: Option<String>,
    /// What was changed besides and is not shown.
    pub hidden: Vec<String>,
    /// The customer whom the hidden values are about.
    pub customer: Option<Uuid>,
    /// The hidden values under the customer's key.
    pub personal: Option<Vec<u8>>,
}

/// A SHA-256.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// What the first link is joined to.
    pub const NONE: Self = Self([0; 32]);

    /// A hash that was read from a row; `None` if it is none.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({})", hex::encode(&self.0[..4]))
    }
}

/// Texts of any length, each with its length before it, so that no two entries write the same bytes.
struct Writing(Sha256);

impl Writing {
    fn bytes(&mut self, bytes: Option<&[u8]>) {
        match bytes {
            Some(bytes) => {
                self.0.update([1]);
                self.0
                    .update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
                self.0.update(bytes);
            }
            None => self.0.update([0]),
        }
    }

    fn text(&mut self, text: &str) {
        self.bytes(Some(text.as_bytes()));
    }
}

impl AuditEntry {
    /// The hash of everything that it says, and of whose it is.
    #[must_use]
    pub fn hash(&self, tenant: TenantId) -> Hash {
        let Self {
            seq,
            transaction,
            at,
            verb,
            subject_kind,
            subject,
            actor,
            origin,
            role,
            before,
            after,
            hidden,
            customer,
            personal,
        } = self;
        let mut writing = Writing(Sha256::new());
        writing.bytes(Some(tenant.as_uuid().as_bytes()));
        writing.bytes(Some(&seq.to_be_bytes()));
        writing.bytes(Some(&transaction.to_be_bytes()));
        // A column holds microseconds.
        writing.bytes(Some(&(at.unix_timestamp_nanos() / 1_000).to_be_bytes()));
        writing.text(verb);
        writing.text(subject_kind);
        writing.bytes(subject.as_ref().map(|id| id.as_bytes().as_slice()));
        writing.text(actor);
        writing.bytes(origin.as_ref().map(String::as_bytes));
        writing.text(role);
        writing.bytes(before.as_ref().map(String::as_bytes));
        writing.bytes(after.as_ref().map(String::as_bytes));
        for name in hidden {
            writing.text(name);
        }
        writing.bytes(None);
        writing.bytes(customer.as_ref().map(|id| id.as_bytes().as_slice()));
        writing.bytes(personal.as_deref());
        Hash(writing.0.finalize().into())
    }
}

/// The hash of a link: of the one before, its position, and its entry.
#[must_use]
pub fn link(before: Hash, position: i64, entry: Hash) -> Hash {
    let mut hash = Sha256::new();
    hash.update(before.0);
    hash.update(position.to_be_bytes());
    hash.update(entry.0);
    Hash(hash.finalize().into())
}

/// A link as it is on record, with its entry if that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// From 1 on.
    pub position: i64,
    /// Its entry's number.
    pub seq: i64,
    /// The entry's hash.
    pub entry_hash: Hash,
    /// Its own.
    pub hash: Hash,
    /// The entry.
    pub entry: Option<AuditEntry>,
    /// Whether it is on record that the chain had another hash here: after a sealing, or when it was found sound.
    pub contradicted: bool,
    /// What was known when the chain ended here, if all was sealed then that could be.
    pub look: Option<Look>,
}

/// What was known of a business's entries at a moment at which all were sealed that could be.
///
/// Whoever puts an entry in later cannot help that: its transaction either was open then, or began afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Every transaction with a lower number was over.
    pub horizon: i64,
    /// No transaction with this number or a higher one had begun.
    pub ahead: i64,
    /// The highest number of an entry that could be seen.
    pub top: i64,
    /// When, by the database's clock.
    pub at: OffsetDateTime,
}

/// Where a chain ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its last position; 0 for none.
    pub position: i64,
    /// The hash there.
    pub hash: Hash,
}

impl Head {
    /// Of a chain that has not begun.
    pub const NONE: Self = Self {
        position: 0,
        hash: Hash::NONE,
    };
}

/// What a verification found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// When, by the database's clock.
    pub at: OffsetDateTime,
    /// Where the chain ends.
    pub head: Head,
    /// Entries that are in no link yet.
    pub unsealed: i64,
    /// When the oldest of them was written.
    pub unsealed_since: Option<OffsetDateTime>,
    /// What is wrong; nothing if the record is what it was.
    pub findings: Vec<Finding>,
}

impl Verified {
    /// Whether the record is what it was.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }
}

#[cfg(test)]
mod tests;
