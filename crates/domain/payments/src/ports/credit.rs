//! Customers' credit: how it is spent, and by which rules.

use async_trait::async_trait;
use ratiba_kernel::{Currency, Fingerprint, Money, Outage, TenantId};

use super::{Change, RecordError};
use crate::attempt::AttemptId;
use crate::credit::Spend;
use crate::payment::PaymentRecord;
use crate::reference::RequestKey;
use crate::{CustomerId, VisitId};

/// Whose credit is to go to what, under which key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpendLook {
    /// The customer whose row is locked.
    pub customer: CustomerId,
    /// The visit whose payments are read.
    pub visit: VisitId,
    /// The currency of the books.
    pub currency: Currency,
    /// The order's key.
    pub key: RequestKey,
    /// What was ordered under it.
    pub fingerprint: Fingerprint,
}

/// What a decision about a customer's credit rests on, read under the lock of the customer's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditFacts {
    /// What they may spend, from the books.
    pub credit: Money,
    /// All payments of the visit, oldest first.
    pub payments: Vec<PaymentRecord>,
}

/// Credit that goes to a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpendChange {
    /// Who spends what.
    pub spend: Spend,
    /// The payment, and what goes into the books.
    pub change: Change,
}

/// Why no credit was spent.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpendRefused {
    /// There is none, or less than could be spent.
    #[error("the customer has no credit to spend")]
    NoCredit,
    /// More was ordered than there is.
    #[error("{}", super::refunds::short_of_credit(*credit))]
    MoreThanCredit {
        /// How much there is.
        credit: Money,
    },
    /// More was ordered than the visit owes.
    #[error("no more than {owed} is owed")]
    MoreThanOwed {
        /// How much it owes.
        owed: Money,
    },
    /// The visit owes nothing.
    #[error("nothing is owed")]
    NothingOwed,
    /// The visit is not agreed yet, or its time is not held any more.
    #[error("the visit is not agreed")]
    NotAgreed,
    /// The amount is nothing or less.
    #[error("the amount must be above nothing")]
    BadAmount,
    /// The amount is in another currency.
    #[error("the books are kept in {}", .house.code())]
    OtherCurrency {
        /// That of the books.
        house: Currency,
    },
    /// A prompt is out, or what became of one is being looked into; it may still bring the money.
    #[error("an attempt is still open")]
    StillOpen(AttemptId),
    /// The key was used for another order.
    #[error("the key belongs to another order")]
    KeyReused,
    /// The payment was changed at the same time, or the books did not answer.
    #[error("the payment was not changed")]
    NotRecorded(#[from] RecordError),
}

impl From<Outage> for SpendRefused {
    fn from(outage: Outage) -> Self {
        Self::NotRecorded(RecordError::Unavailable(outage))
    }
}

/// Decides about a customer's credit; may be asked again, and must have no effect. `None` changes nothing.
pub type DecideSpend = Box<dyn Fn(&CreditFacts) -> Result<Option<SpendChange>, SpendRefused> + Send + Sync>;

/// Where customers' credit is spent.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait CreditBook: Send + Sync {
    /// Locks the customer's row, derives their credit from the books, lets `decide` choose, and makes its change
    /// durable, in one transaction: whoever spends the same customer's credit at the same time waits. Answers what was
    /// spent; what was spent under the same key before is answered without another decision. `None` if nothing was to
    /// change.
    ///
    /// # Errors
    /// What `decide` refuses with; [`SpendRefused::KeyReused`] if the key was used for another order;
    /// [`SpendRefused::NotRecorded`] if the payment was changed since it was read: decide again.
    async fn spend(
        &self,
        tenant: TenantId,
        look: SpendLook,
        decide: DecideSpend,
    ) -> Result<Option<Spend>, SpendRefused>;

    /// All that was spent on a visit, oldest first.
    async fn spends_of_visit(&self, tenant: TenantId, visit: VisitId) -> Result<Vec<Spend>, Outage>;
}

/// Where the money goes that the rules of cancellation give back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GivenBack {
    /// It waits as the customer's credit.
    #[default]
    AsCredit,
    /// Back to where it came from, as far as it can go there.
    ToItsOrigin,
}

impl GivenBack {
    /// The word for it in settings.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AsCredit => "credit",
            Self::ToItsOrigin => "origin",
        }
    }

    /// Reads the word back; `None` for any other.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::AsCredit, Self::ToItsOrigin]
            .into_iter()
            .find(|given| given.as_str() == word)
    }
}

/// What a business decided about its customers' money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaymentRules {
    /// Where goes what the rules of cancellation give back.
    pub given_back: GivenBack,
    /// Whether a customer's credit is used before they are asked for money.
    pub credit_first: bool,
    /// Whether who was served and has paid is offered in the chat to give a tip.
    pub tip_offers: bool,
}

impl Default for PaymentRules {
    fn default() -> Self {
        Self {
            given_back: GivenBack::AsCredit,
            credit_first: true,
            tip_offers: true,
        }
    }
}

/// Where those decisions are kept.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait PaymentRuleBook: Send + Sync {
    /// The tenant's rules, and their version; it grows with each change.
    async fn payment_rules(&self, tenant: TenantId) -> Result<(PaymentRules, i32), Outage>;

    /// Puts other rules in the place of those of version `seen`; answers their version, or `None` if the rules were
    /// changed since, or there is no such tenant.
    async fn put_payment_rules(
        &self,
        tenant: TenantId,
        rules: PaymentRules,
        seen: i32,
    ) -> Result<Option<i32>, Outage>;
}
