//! The record of who changed what, and the chain that shows whether it is still what it was.
//!
//! Entries are written where the change is; afterwards each becomes a link of its business's chain: a hash over the link
//! before, its position, and everything that the entry says. Whoever changes, removes, adds or moves an entry later
//! breaks a link, and [`Verification`] says which.

use std::fmt;

use ratiba_kernel::TenantId;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use uuid::Uuid;

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
}

/// What is wrong with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The entry says something else than when it was sealed.
    Changed {
        /// Its number.
        seq: i64,
    },
    /// A sealed entry is not there.
    Removed {
        /// Its number.
        seq: i64,
    },
    /// An entry came after those that are younger were sealed: nobody wrote it when it says.
    Inserted {
        /// Its number.
        seq: i64,
    },
    /// A link does not follow from the one before: links were moved, or written by somebody else.
    Reordered {
        /// Its position.
        position: i64,
    },
    /// A link is not there.
    LinkMissing {
        /// Its position.
        position: i64,
    },
    /// The chain does not lead through the point where it ended at an earlier verification: it was cut, or written anew.
    Rewritten {
        /// The position of that point.
        position: i64,
    },
}

impl Finding {
    /// The word for its kind, in rows and on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Changed { .. } => "changed",
            Self::Removed { .. } => "removed",
            Self::Inserted { .. } => "inserted",
            Self::Reordered { .. } => "reordered",
            Self::LinkMissing { .. } => "link_missing",
            Self::Rewritten { .. } => "rewritten",
        }
    }

    /// The finding of a word and a place; `None` for an unknown word.
    #[must_use]
    pub fn read(word: &str, place: i64) -> Option<Self> {
        let (seq, position) = (place, place);
        Some(match word {
            "changed" => Self::Changed { seq },
            "removed" => Self::Removed { seq },
            "inserted" => Self::Inserted { seq },
            "reordered" => Self::Reordered { position },
            "link_missing" => Self::LinkMissing { position },
            "rewritten" => Self::Rewritten { position },
            _unknown => return None,
        })
    }

    /// The number of the entry, or the position in the chain, that it is about.
    #[must_use]
    pub const fn place(self) -> i64 {
        match self {
            Self::Changed { seq } | Self::Removed { seq } | Self::Inserted { seq } => seq,
            Self::Reordered { position } | Self::LinkMissing { position } | Self::Rewritten { position } => {
                position
            }
        }
    }
}

/// At most so many findings are told; a chain that is broken in more places is no better known by them.
pub const FINDINGS_MOST: usize = 100;

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

/// Follows a chain, link by link.
#[derive(Clone, Debug)]
pub struct Verification {
    tenant: TenantId,
    head: Head,
    /// Where the chain ended at earlier verifications; the next one that must be passed comes last.
    waypoints: Vec<Head>,
    findings: Vec<Finding>,
}

impl Verification {
    /// Of a business's chain, which led through these points before.
    #[must_use]
    pub fn new(tenant: TenantId, mut waypoints: Vec<Head>) -> Self {
        waypoints.retain(|point| point.position > 0);
        waypoints.sort_by_key(|point| std::cmp::Reverse(point.position));
        Self {
            tenant,
            head: Head::NONE,
            waypoints,
            findings: Vec::new(),
        }
    }

    fn note(&mut self, finding: Finding) {
        if self.findings.len() < FINDINGS_MOST {
            self.findings.push(finding);
        }
    }

    /// Looks at the next link, in the order of positions.
    pub fn see(&mut self, seen: &Link) {
        let expected = self.head.position + 1;
        if seen.position != expected {
            self.note(Finding::LinkMissing { position: expected });
        } else if link(self.head.hash, seen.position, seen.entry_hash) != seen.hash {
            self.note(Finding::Reordered {
                position: seen.position,
            });
        }
        match &seen.entry {
            None => self.note(Finding::Removed { seq: seen.seq }),
            Some(entry) if entry.hash(self.tenant) != seen.entry_hash => {
                self.note(Finding::Changed { seq: seen.seq });
            }
            Some(_sound) => {}
        }
        // Each break is told once: what follows is measured by what stands here.
        self.head = Head {
            position: seen.position,
            hash: seen.hash,
        };
        while let Some(point) = self.waypoints.last().copied() {
            if point.position > seen.position {
                break;
            }
            self.waypoints.pop();
            if point != self.head {
                self.note(Finding::Rewritten {
                    position: point.position,
                });
            }
        }
    }

    /// Notes an entry that is in no link although younger ones are.
    pub fn came_late(&mut self, seq: i64) {
        self.note(Finding::Inserted { seq });
    }

    /// Where the chain ended so far.
    #[must_use]
    pub const fn head(&self) -> Head {
        self.head
    }

    /// The end of the chain, and all that is wrong with it.
    #[must_use]
    pub fn end(mut self) -> (Head, Vec<Finding>) {
        while let Some(point) = self.waypoints.pop() {
            self.note(Finding::Rewritten {
                position: point.position,
            });
        }
        (self.head, self.findings)
    }
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
