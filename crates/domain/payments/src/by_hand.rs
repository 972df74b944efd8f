//! Money that a customer sends by hand to the business's number, as the provider tells of it.

use ratiba_kernel::Money;
use time::OffsetDateTime;

use crate::reference::{AccountReference, Receipt};

/// Money that a customer sent by hand. Nothing signs the message: that it came to a secret address is all that vouches
/// for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// The provider's number for the money.
    pub receipt: Receipt,
    /// How much.
    pub amount: Money,
    /// What it is for, as the customer's typing reads; `None` if that is no reference of ours.
    pub account: Option<AccountReference>,
    /// The business's number that it was sent to; `None` if the message does not say.
    pub short_code: Option<String>,
    /// When it moved, by the provider's clock and to the second; `None` if the message does not say.
    pub moved_at: Option<OffsetDateTime>,
}
