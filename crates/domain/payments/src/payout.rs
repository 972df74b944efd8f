//! Credit that leaves the house, or is withdrawn. What there is to pay out is derived from the books each time; what is
//! kept beside them is only who paid out how much, so that an order that comes twice is one.

use ratiba_kernel::{Fingerprint, Id, Money};
use time::OffsetDateTime;

use crate::CustomerId;
use crate::actor::Actor;
use crate::reference::RequestKey;
use crate::refund::RefundId;

/// The identity of a payout.
pub type PayoutId = Id<Payout>;

/// How credit goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PayoutWay {
    /// Out of the drawer.
    Cash,
    /// By a way that is not seen from here.
    Outside {
        /// The number of the transfer there; 1 to 100 characters.
        reference: String,
    },
    /// M-Pesa takes back one of the customer's payments, whole.
    MpesaReversal {
        /// The refund that does it.
        refund: RefundId,
    },
    /// Nowhere: it was given by mistake, or the customer has it twice.
    Withdrawn,
}

impl PayoutWay {
    /// The word for it in rows and answers.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Cash => "cash",
            Self::Outside { .. } => "outside",
            Self::MpesaReversal { .. } => "mpesa_reversal",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// Credit that left the house, or was withdrawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payout {
    /// Which payout.
    pub id: PayoutId,
    /// Whose credit.
    pub customer: CustomerId,
    /// How.
    pub way: PayoutWay,
    /// How much; above nothing.
    pub amount: Money,
    /// Why, in the words of whoever ordered it.
    pub reason: String,
    /// The order that it answers; unique within the tenant.
    pub key: RequestKey,
    /// What was ordered under that key.
    pub fingerprint: Fingerprint,
    /// Who ordered it, such as `token:…`.
    pub by: Actor,
    /// When.
    pub at: OffsetDateTime,
}
