//! Which service goes well after which: what a complement may be offered by.

use ratiba_kernel::{BasisPoints, Id};

use crate::appointment::Version;
use crate::catalogue::{Offering, ServiceId};

/// Marks ids of relations.
#[derive(Debug)]
pub enum RelationMark {}
/// Names one relation between two services of a tenant.
pub type RelationId = Id<RelationMark>;

/// One service goes well after another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// Its identity.
    pub id: RelationId,
    /// What the customer wants.
    pub primary: ServiceId,
    /// What may be offered after it.
    pub complement: ServiceId,
    /// How sure the business is that it is wanted; above nothing, 10,000 at most.
    pub confidence: BasisPoints,
    /// Whether it counts.
    pub offering: Offering,
    /// The version that it was read at.
    pub version: Version,
}

/// Why there can be no such relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RelationFault {
    /// A service does not complement itself.
    #[error("a service does not complement itself")]
    Itself,
    /// Nothing, or more than the whole.
    #[error("a confidence is above nothing and at most 10,000 basis points")]
    Confidence,
}

impl Relation {
    /// Refuses a relation that makes no sense.
    ///
    /// # Errors
    /// The first fault found.
    pub fn check(&self) -> Result<(), RelationFault> {
        if self.primary == self.complement {
            return Err(RelationFault::Itself);
        }
        if (1..=BasisPoints::WHOLE.value()).contains(&self.confidence.value()) {
            Ok(())
        } else {
            Err(RelationFault::Confidence)
        }
    }
}
