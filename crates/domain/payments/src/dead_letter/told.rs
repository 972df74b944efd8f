//! Whose money a letter tells of.

use ratiba_kernel::Money;
use time::OffsetDateTime;

use crate::attempt::{Attempt, Provider};
use crate::reference::{AccountReference, ProviderIds};

/// By what the attempt is known that a letter's money belongs to, where the letter can be read. Nothing vouches for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// It is the answer to a prompt.
    OfPrompt {
        /// The provider's ids of the prompt.
        ids: ProviderIds,
    },
    /// It tells of money for an account.
    ForAccount {
        /// The account, as the customer typed it or the prompt named it.
        account: AccountReference,
        /// How much.
        amount: Money,
        /// When it moved, by the provider's clock; `None` if that is not said.
        moved_at: Option<OffsetDateTime>,
    },
}

impl Told {
    /// Whether it is about money of this attempt at the payment of that account: by the provider's ids, or by the account,
    /// the amount and the time.
    #[must_use]
    pub fn is_of(&self, account: &AccountReference, attempt: &Attempt) -> bool {
        match self {
            Self::OfPrompt { ids } => {
                let known = attempt.progress().ids.as_ref();
                known.is_some_and(|known| known.agree_with(ids))
            }
            Self::ForAccount {
                account: told,
                amount,
                moved_at,
            } => told == account && attempt.is_of(*amount, *moved_at),
        }
    }

    /// Whether this attempt has the money booked although nobody knows its number: only a query told of it.
    #[must_use]
    pub fn is_booked_by(&self, account: &AccountReference, attempt: &Attempt) -> bool {
        lacks_its_receipt(attempt) && self.is_of(account, attempt)
    }
}

/// Whether an attempt is paid through a provider, and the provider's number for its money is not known.
#[must_use]
pub fn lacks_its_receipt(attempt: &Attempt) -> bool {
    let through_a_provider = match attempt.terms().provider {
        Provider::Mpesa | Provider::Pesapal => true,
        Provider::Cash => false,
    };
    through_a_provider && attempt.evidence().is_some() && attempt.receipt().is_none()
}
