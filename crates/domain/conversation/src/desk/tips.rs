//! Tips that a customer gives in the chat.

use ratiba_kernel::{Money, PhoneNumber};

use super::VisitRef;
use crate::customer::CustomerId;
use crate::inbound::InboundId;

/// The tips that are shown, in whole units of the business's currency.
pub const TIP_UNITS_SHOWN: [u32; 3] = [100, 200, 500];

/// The least tip that is asked for, in whole units of the business's currency.
pub const TIP_UNITS_MIN: u32 = 10;

/// The greatest tip that is asked for in the chat, in whole units of the business's currency: who has typed more meant
/// something else.
pub const TIP_UNITS_MAX: u32 = 20_000;

/// The order to ask for a tip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TipOrder {
    /// The message that ordered it: the same key again asks nothing twice.
    pub key: InboundId,
    /// For which visit, as a phone says: it counts only if it is this customer's.
    pub visit: VisitRef,
    /// Who gives it.
    pub customer: CustomerId,
    /// Whose phone is asked.
    pub payer: PhoneNumber,
    /// How much, in whole units of the business's currency.
    pub units: u32,
}

/// The desk's answer to the order to ask for a tip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TipAnswer {
    /// The prompt is on its way.
    Asked {
        /// How much it asks for.
        amount: Money,
    },
    /// A tip was given for this visit before. Nobody was asked.
    Given,
    /// Something else was asked for a moment ago, or is open or in doubt; it comes first.
    NotNow,
    /// It cannot be asked for in the chat: it is no visit of this customer that was rendered, or the number cannot pay.
    NotPossible,
}
