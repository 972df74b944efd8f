//! Refunds: where they are kept, who is asked for them, and the messages about them.

use async_trait::async_trait;
use ratiba_kernel::{Currency, Money, Outage, TenantId, TokenHash};
use time::OffsetDateTime;

use super::{CallbackOutcome, Saying, Taken, Unreadable, VisitSeen};
use crate::event::PaymentEvent;
use crate::evidence::Heard;
use crate::ledger::Journal;
use crate::payment::{Payment, PaymentId, PaymentRecord};
use crate::reference::{CallbackToken, Receipt, RequestKey};
use crate::refund::{
    NotInReview, NotWithdrawn, OriginatorId, Refund, RefundId, ReversalAnswer, ReversalReport,
};
use crate::task::Due;
use crate::{CallbackId, VisitId};

/// Everything that a decision about a payment's refunds rests on, read under the locks of the rows of all payments of
/// its visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundFacts {
    /// The payment with all attempts.
    pub record: PaymentRecord,
    /// All of its refunds, oldest first.
    pub refunds: Vec<Refund>,
    /// What the books hold of it as the customer's deposit, and is not earned yet.
    pub on_deposit: Money,
    /// All payments of its visit, as they are now.
    pub visit: VisitSeen,
    /// What the customer may spend on any visit, read under the lock of the customer's row.
    pub credit: Money,
}

impl RefundFacts {
    /// The refund of that id.
    #[must_use]
    pub fn refund(&self, id: RefundId) -> Option<&Refund> {
        self.refunds.iter().find(|refund| refund.id() == id)
    }

    /// The refund that counts of the same money as one that does not count any more.
    #[must_use]
    pub fn heir(&self, of: &Refund) -> Option<&Refund> {
        let original = of.terms().original.as_ref()?;
        let mut living = self.refunds.iter().filter(|other| other.counts());
        living.find(|other| !of.counts() && other.terms().original.as_ref() == Some(original))
    }
}

/// Everything that one decision about a refund makes true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundChange {
    /// The refund as it is now.
    pub refund: Refund,
    /// The payment with less of it as credit, if that is part of the decision.
    pub uncredited: Option<Payment>,
    /// What goes into the books.
    pub journals: Vec<Journal>,
    /// By what the provider's messages will find it.
    pub route: Option<RefundRoute>,
    /// What the provider answered, kept with the refund.
    pub saying: Option<Saying>,
    /// The message that caused it, and what became of it. What was not applied is copied to the dead letters.
    pub message: Option<(CallbackId, CallbackOutcome)>,
    /// Lands in the outbox, in the same transaction.
    pub events: Vec<PaymentEvent>,
    /// Lands in the queue, in the same transaction.
    pub tasks: Vec<Due>,
    /// When it was decided, in business time.
    pub at: OffsetDateTime,
}

impl RefundChange {
    /// A refund alone, and nothing else yet.
    #[must_use]
    pub const fn of(refund: Refund, at: OffsetDateTime) -> Self {
        Self {
            refund,
            uncredited: None,
            journals: Vec::new(),
            route: None,
            saying: None,
            message: None,
            events: Vec::new(),
            tasks: Vec::new(),
            at,
        }
    }
}

/// The way of a provider's messages to a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundRoute {
    /// The hash of the secret in the path.
    pub token: TokenHash,
    /// What comes along it.
    pub brings: Brings,
    /// Until when; the payment's own routes last as long.
    pub expires_at: OffsetDateTime,
}

/// What a message on a refund's path answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Brings {
    /// The request of the refund.
    Result,
    /// The question what became of it.
    Status,
}

impl Brings {
    /// The word for it in rows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Result => "result",
            Self::Status => "status",
        }
    }

    /// Reads the word back; `None` for any other.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Result, Self::Status]
            .into_iter()
            .find(|brings| brings.as_str() == word)
    }
}

/// Why a decision about a refund comes to nothing.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefundRefused {
    /// There is no such payment.
    #[error("there is no such payment")]
    NoSuchPayment,
    /// There is no such refund.
    #[error("there is no such refund")]
    NoSuchRefund,
    /// The amount is nothing or less.
    #[error("the amount must be above nothing")]
    BadAmount,
    /// The amount is in another currency.
    #[error("the money is in {}", .house.code())]
    OtherCurrency {
        /// That of the money.
        house: Currency,
    },
    /// What goes outside has something that proves it, and only that.
    #[error("what goes outside, and only that, has the number of its transfer")]
    ReferenceWithOutside,
    /// More than can still go back.
    #[error("{}", beyond(*refundable))]
    TooLarge {
        /// How much can.
        refundable: Money,
    },
    /// M-Pesa has no transaction of that amount that could be taken back.
    #[error("no transaction of exactly that amount can be taken back")]
    NothingToReverse,
    /// M-Pesa moved the money in one transaction with a tip.
    #[error(
        "this money came in one M-Pesa transaction with a tip, and M-Pesa takes back whole transactions only: give it \
         back in cash, as credit, or outside"
    )]
    CameWithTip,
    /// The tip came by card in one payment with what its visit was paid.
    #[error(
        "this tip came in one payment with what its visit was paid, of which the card provider gives back once, and the \
         visit's: give the tip back in cash, as credit, or outside"
    )]
    TipCameAlong,
    /// No card payment is left of that amount or more that was not asked back before.
    #[error("no card payment of that amount is left that was not asked back before")]
    NoCardPayment,
    /// The business has no operator for reversals, or no account for cards.
    #[error("this way of giving money back is not set up")]
    NotSetUp,
    /// The key was used for another order.
    #[error("the key belongs to another order")]
    KeyReused,
    /// Nobody waits for a person's answer.
    #[error("the refund is not in a person's hands")]
    NotInReview,
    /// The payments of the visit are not as they were when the amount was derived from them: derive it again.
    #[error("the visit's payments changed since they were read")]
    Overtaken,
    /// It was sent, or is over.
    #[error("the refund does not wait to be sent any more")]
    NotWithdrawn,
    /// No session of the drawer is open.
    #[error("the drawer is closed")]
    TillClosed,
    /// More than lies in the drawer.
    #[error("the drawer holds less than that")]
    NotInDrawer,
    /// There is no such customer.
    #[error("there is no such customer")]
    NoSuchCustomer,
    /// More than the customer's credit.
    #[error("{}", short_of_credit(*credit))]
    MoreThanCredit {
        /// How much there is.
        credit: Money,
    },
    /// The receipt is another refund's.
    #[error("the receipt is booked for another refund")]
    ReceiptTaken,
    /// The number of the transfer proves another refund, or credit that was paid out.
    #[error("that transfer proves another refund or payout")]
    TransferTaken,
    /// The message is about another refund.
    #[error("the message is about another refund")]
    ForeignMessage,
    /// The books did not answer.
    #[error("refunds are unavailable")]
    Unavailable(#[from] Outage),
}

fn beyond(refundable: Money) -> String {
    if refundable.is_positive() {
        format!("no more than {refundable} can be given back")
    } else {
        "nothing is left that could be given back: all of it went back, became credit, or is on its way"
            .to_owned()
    }
}

/// How too much of a credit is refused.
pub(super) fn short_of_credit(credit: Money) -> String {
    if credit.is_positive() {
        format!("the credit is {credit} only")
    } else {
        "the customer has no credit".to_owned()
    }
}

impl From<NotInReview> for RefundRefused {
    fn from(_: NotInReview) -> Self {
        Self::NotInReview
    }
}

impl From<NotWithdrawn> for RefundRefused {
    fn from(_: NotWithdrawn) -> Self {
        Self::NotWithdrawn
    }
}

/// Decides about a payment's refunds; may be asked again, and must have no effect. `None` changes nothing.
pub type DecideRefund =
    Box<dyn Fn(&RefundFacts) -> Result<Option<RefundChange>, RefundRefused> + Send + Sync>;

/// Which refunds to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefundQuery {
    /// Those of one payment.
    pub payment: Option<PaymentId>,
    /// Those in a state of that word.
    pub state: Option<String>,
    /// Those made before this one.
    pub before: Option<RefundId>,
    /// At most so many.
    pub most: u16,
}

/// Where refunds are kept.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait RefundBook: Send + Sync {
    /// A refund; `None` if there never was such a one.
    async fn refund(&self, tenant: TenantId, id: RefundId) -> Result<Option<Refund>, Outage>;

    /// The refund that was ordered under this key.
    async fn refund_of_request(&self, tenant: TenantId, key: &RequestKey) -> Result<Option<Refund>, Outage>;

    /// All refunds of a visit's payments, oldest first.
    async fn refunds_of_visit(&self, tenant: TenantId, visit: VisitId) -> Result<Vec<Refund>, Outage>;

    /// Refunds, newest first.
    async fn refunds(&self, tenant: TenantId, query: RefundQuery) -> Result<Vec<Refund>, Outage>;

    /// Locks the rows of the customer and of all payments of the visit, in this order, derives the facts, lets `decide` choose, and
    /// makes its change durable, in one transaction: whoever decides about the same payment, or spends the customer's
    /// credit, at the same time waits. Everybody else who read the payment before finds it changed, unless the refund's
    /// state is as it was. Answers the refund as it is then; `None` if nothing was to change.
    ///
    /// A journal whose cause was posted before is not posted again.
    ///
    /// # Errors
    /// What `decide` refuses with; [`RefundRefused::TillClosed`] and [`RefundRefused::NotInDrawer`] if cash would leave a
    /// drawer that is closed, or holds less; [`RefundRefused::NoSuchPayment`]; [`RefundRefused::ReceiptTaken`] if another refund
    /// has the receipt; [`RefundRefused::TransferTaken`] if another refund or a payout of the tenant names the same transfer;
    /// [`RefundRefused::KeyReused`] if another refund of the tenant has its key.
    async fn amend(
        &self,
        tenant: TenantId,
        payment: PaymentId,
        decide: DecideRefund,
    ) -> Result<Option<Refund>, RefundRefused>;
}

/// A message about a refund as it came in.
#[derive(Clone, PartialEq, Eq)]
pub struct ResultArrival {
    /// The id that it is to be stored under.
    pub id: CallbackId,
    /// The hash of the secret in its path.
    pub token: TokenHash,
    /// Whether the provider gave up delivering our request, which is no verdict.
    pub timed_out: bool,
    /// The body, byte for byte; at most [`super::Arrival::BODY_BYTES_MAX`] are kept.
    pub body: Vec<u8>,
    /// The peer's address, where it is known.
    pub source: Option<std::net::IpAddr>,
    /// When it came, in business time.
    pub at: OffsetDateTime,
}

impl std::fmt::Debug for ResultArrival {
    /// The body may hold a customer's name and number, so only its length is shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ResultArrival")
            .field("id", &self.id)
            .field("token", &self.token)
            .field("timed_out", &self.timed_out)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// A message that was stored for a refund.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredResult {
    /// Its id.
    pub id: CallbackId,
    /// The refund that its token belongs to.
    pub refund: RefundId,
    /// What it answers.
    pub brings: Brings,
    /// Whether it only says that our request was not delivered in time.
    pub timed_out: bool,
    /// The body, byte for byte.
    pub body: Vec<u8>,
    /// What became of it, if it was applied already.
    pub outcome: Option<CallbackOutcome>,
}

impl std::fmt::Debug for StoredResult {
    /// The body may hold a customer's name and number, so only its length is shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredResult")
            .field("id", &self.id)
            .field("refund", &self.refund)
            .field("brings", &self.brings)
            .field("timed_out", &self.timed_out)
            .field("body_bytes", &self.body.len())
            .field("outcome", &self.outcome)
            .finish()
    }
}

/// Where messages about refunds wait to be read.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait ResultInbox: Send + Sync {
    /// Stores a message before anything is read from it, and queues [`crate::task::PaymentTask::ApplyResult`], in one
    /// transaction. A token that is unknown or expired makes it a dead letter that touches no refund. Taking the same
    /// message in again stores and queues nothing.
    async fn take_result(&self, arrival: ResultArrival) -> Result<Taken, Outage>;

    /// A message that was stored; `None` if there never was one.
    async fn stored_result(
        &self,
        tenant: TenantId,
        message: CallbackId,
    ) -> Result<Option<StoredResult>, Outage>;

    /// Records what became of a message that changes no refund, and puts a copy into the tenant's dead letters unless
    /// it was applied. The first outcome stands.
    async fn conclude_result(
        &self,
        tenant: TenantId,
        message: CallbackId,
        outcome: CallbackOutcome,
        at: OffsetDateTime,
    ) -> Result<(), Outage>;
}

/// What is asked of the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReversalOrder {
    /// The transaction to take back.
    pub original: Receipt,
    /// How much it was, in whole units.
    pub amount: Money,
    /// The secret for the paths of the result.
    pub token: CallbackToken,
}

/// Asks a provider to take money back.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait MoneyBack: Send + Sync {
    /// Whether the tenant can ask for it at all.
    async fn offers_reversal(&self, tenant: TenantId) -> Result<bool, Outage>;

    /// Asks for a reversal, once. What was not learned is [`ReversalAnswer::Unknown`].
    async fn reverse(&self, tenant: TenantId, order: ReversalOrder) -> Heard<ReversalAnswer>;

    /// Asks what became of a request; the answer comes along the token's path. Safe to ask twice.
    async fn ask_status(
        &self,
        tenant: TenantId,
        request: &OriginatorId,
        token: &CallbackToken,
    ) -> Heard<bool>;
}

/// Reads a provider's message about a refund.
#[cfg_attr(feature = "test-support", mockall::automock)]
pub trait ResultReader: Send + Sync {
    /// What a raw body says.
    ///
    /// # Errors
    /// [`Unreadable`] if it has not the documented shape.
    fn read_result(&self, body: &[u8], brings: Brings) -> Result<ReversalReport, Unreadable>;
}
