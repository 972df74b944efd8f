//! What payments needs from outside, in its own words.

mod card_watch;
mod cards;
mod confirmations;
mod earnings;
mod journals;
mod letters;
mod numbers;
mod order_keys;
mod owing;
mod reports;
mod statements;
mod suspense;
mod till;
mod tips;
mod visits;

pub use card_watch::CardWatch;
#[cfg(feature = "test-support")]
pub use card_watch::MockCardWatch;
pub use cards::{
    CardOrder, CardPage, CardRefundOrder, NOTICE_LETTERS_PER_HOUR_MAX, NOTICES_PER_HOUR_MAX,
    NOTICES_WAITING_MAX, NoticeAddress, NoticeAddresses, NoticeArrival, NoticeDoor, NoticeIds, NoticeInbox,
    NoticeReader, NoticeRoom, NoticeTaken, NoticesBefore, RETURN_SPACING, RETURNS_PER_DAY_MAX, StoredNotice,
};
#[cfg(feature = "test-support")]
pub use cards::{MockCardPage, MockNoticeAddresses, MockNoticeInbox, MockNoticeReader};

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

use async_trait::async_trait;
use ratiba_kernel::{Currency, Money, Outage, PhoneNumber, TenantId, TokenHash};
use time::OffsetDateTime;

use crate::attempt::{Attempt, AttemptId, Provider};
use crate::dead_letter::LetterMatch;
use crate::event::PaymentEvent;
use crate::evidence::{CallbackReport, Heard, PushAnswer, QueryAnswer, RawAnswer};
use crate::ledger::{Account, Journal};
use crate::payment::{Payment, PaymentId, PaymentRecord};
use crate::reference::{AccountReference, CallbackToken, ProviderIds, RequestKey};
use crate::task::Due;
use crate::tip::TipCame;
use crate::{CallbackId, VisitId};

pub use confirmations::{
    CONFIRMATIONS_PER_HOUR_MAX, ConfirmationAddress, ConfirmationArrival, ConfirmationDoor,
    ConfirmationInbox, ConfirmationOutcome, ConfirmationReader, MoneyFinder, StoredConfirmation,
};
#[cfg(feature = "test-support")]
pub use confirmations::{MockConfirmationInbox, MockConfirmationReader, MockMoneyFinder};
pub use earnings::{DecideEarnings, EarnError, EarningBook};
pub use journals::{JournalBook, JournalQuery, PostedJournal};
#[cfg(feature = "test-support")]
pub use letters::MockDeadLetters;
pub use letters::{DeadLetters, DecideUnmatch, LetterDecided, LetterQuery, LetterReopened, UnmatchError};
pub use numbers::Rings;
pub use order_keys::{KEY_LIFE, OrderKeys};
pub use owing::*;
pub use reports::{TenderDay, TenderReport};
pub use statements::{
    AbsenceDecision, AbsenceVerdict, DecideReopen, Decider, LineDecision, LineFacts, LineRetraction,
    LineState, LineStays, LineTakeBack, RecordedLine, ReopenError, SaidOfLine, StatementBook, StatementFile,
    StatementHead, Unmatched,
};
pub use suspense::{
    ClearError, ClearingLook, DecideClearing, DecideUndoing, SuspenseBook, UndoError, UndoLook,
};
pub use till::{
    OtherTenders, Taking, Takings, TakingsBook, TillAsk, TillBook, TillDecision, TillError, TillFacts,
};
pub use tips::{DecideTip, TipBook};
pub use visits::Visits;
mod credit;
mod payouts;
mod refunds;

pub use credit::*;
pub use payouts::*;
pub use refunds::*;

/// What is owed, what was tried, and the books. One call of [`PaymentBook::record`] is one transaction.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait PaymentBook: Send + Sync {
    /// The payment that an attempt belongs to; `None` if there never was such an attempt.
    async fn of_attempt(&self, tenant: TenantId, attempt: AttemptId)
    -> Result<Option<PaymentRecord>, Outage>;

    /// The payment for which an attempt was made under this key, and that attempt; `None` if none was.
    async fn of_request(
        &self,
        tenant: TenantId,
        key: &RequestKey,
    ) -> Result<Option<(PaymentRecord, AttemptId)>, Outage>;

    /// One payment; `None` if there never was such a one.
    async fn find(&self, tenant: TenantId, payment: PaymentId) -> Result<Option<PaymentRecord>, Outage>;

    /// All payments of a visit, oldest first.
    async fn of_visit(&self, tenant: TenantId, visit: VisitId) -> Result<Vec<PaymentRecord>, Outage>;

    /// What a number was prompted for lately, by M-Pesa attempts at any payment of the tenant.
    async fn rings(&self, tenant: TenantId, number: &PhoneNumber) -> Result<Rings, Outage>;

    /// Makes the whole change durable, or none of it: the payment and the attempt as given, routes,
    /// journals, the callback's outcome, events and tasks.
    ///
    /// A journal whose cause was posted before is not posted again; a route that exists stays as it is.
    /// Refuses with [`RecordError::Stale`] if the payment or one of its attempts moved on since the version
    /// the payment was read at, if the visit's payments are others than the change has seen, or if a new payment's id or account reference, the request key or the
    /// visit's open payment for this purpose is already there: read again and decide again. Refuses with
    /// [`RecordError::LiveAttempt`] if the payment has another live attempt, or if a new M-Pesa attempt's number has one or
    /// was prompted less than [`crate::schedule::RESEND_AFTER`] before, by any payment of the tenant; with
    /// [`RecordError::ReceiptTaken`] or [`RecordError::IdsTaken`] if another attempt of the tenant holds the
    /// receipt or the provider's tracking id; with the former also if a person said of a letter about this money that it
    /// went back, or matched it to another payment ([`DeadLetters::decided_elsewhere`]), or if the letter of the change
    /// tells of money that an attempt at another payment has without knowing its number.
    async fn record(&self, tenant: TenantId, change: Change) -> Result<(), RecordError>;

    /// As [`PaymentBook::record`], for changes of several payments of one visit: all of them or none. What the first has
    /// seen holds for all.
    async fn record_all(&self, tenant: TenantId, changes: Vec<Change>) -> Result<(), RecordError>;
}

/// The books, for reading.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait Ledger: Send + Sync {
    /// What is on each account of a tenant in one currency, debits positive. Accounts without entries are
    /// left out. All of them together add up to nothing.
    async fn balances(
        &self,
        tenant: TenantId,
        currency: Currency,
    ) -> Result<BTreeMap<Account, Money>, Outage>;

    /// What a customer may spend on any visit: money received beyond what was owed, or for visits that
    /// were lost.
    async fn credit(
        &self,
        tenant: TenantId,
        customer: crate::CustomerId,
        currency: Currency,
    ) -> Result<Money, Outage>;
}

/// The house's own currency: nothing is asked in another.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait HouseCurrency: Send + Sync {
    /// The currency that the tenant keeps its books in.
    async fn house_currency(&self, tenant: TenantId) -> Result<Currency, Outage>;
}

/// Everything that one decision makes true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The payment as it is now; carries the version it was read at.
    pub payment: Payment,
    /// The payments of the visit that the decision rests on: recorded only if they all are still as they were read, and
    /// no other came. `None` only if it rests on that one payment alone.
    pub seen: Option<VisitSeen>,
    /// The attempt that is new or changed, if one is. The others stay as they are.
    pub attempt: Option<Attempt>,
    /// The tip that its money brought along: a new payment of its own.
    pub tip: Option<TipCame>,
    /// What providers' messages will find the attempt by.
    pub routes: Vec<Route>,
    /// What the provider answered, kept with the attempt.
    pub saying: Option<Saying>,
    /// What goes into the books.
    pub journals: Vec<Journal>,
    /// The callback that caused it, and what became of it.
    pub callback: Option<(CallbackId, CallbackOutcome)>,
    /// The dead letter that told of it, and who matched it; must be new, or the change is [`RecordError::Stale`].
    pub letter: Option<LetterMatch>,
    /// Lands in the outbox, in the same transaction.
    pub events: Vec<PaymentEvent>,
    /// Lands in the queue, in the same transaction.
    pub tasks: Vec<Due>,
    /// When it was decided, in business time.
    pub at: OffsetDateTime,
}

impl Change {
    /// A payment and one of its attempts, and nothing else yet. Decided when the attempt's state was
    /// entered, unless said otherwise.
    #[must_use]
    pub fn of_attempt(payment: Payment, attempt: Attempt) -> Self {
        let at = attempt.progress().state_at;
        let mut change = Self::of_payment(payment, at);
        change.attempt = Some(attempt);
        change
    }

    /// A payment alone, and nothing else yet.
    #[must_use]
    pub const fn of_payment(payment: Payment, at: OffsetDateTime) -> Self {
        Self {
            payment,
            seen: None,
            attempt: None,
            tip: None,
            routes: Vec::new(),
            saying: None,
            journals: Vec::new(),
            callback: None,
            letter: None,
            events: Vec::new(),
            tasks: Vec::new(),
            at,
        }
    }
}

/// By what a provider's message finds its attempt, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// By what.
    pub key: RouteKey,
    /// The attempt.
    pub attempt: AttemptId,
    /// Until when; afterwards only the tenant is known.
    pub expires_at: OffsetDateTime,
}

/// What a provider's message carries.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RouteKey {
    /// The hash of the secret in the callback's path.
    CallbackToken(TokenHash),
    /// The hash of our public id of the attempt.
    MerchantReference(TokenHash),
    /// The hash of the provider's tracking id.
    Tracking(TokenHash),
}

/// What a provider answered to one of our calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saying {
    /// When it was heard.
    pub at: OffsetDateTime,
    /// What was asked.
    pub occasion: Occasion,
    /// What was said.
    pub raw: RawAnswer,
}

/// What was asked of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// The submission.
    Push,
    /// A query.
    Query,
    /// The request of a refund.
    Refund,
    /// The question what became of a refund.
    RefundStatus,
    /// A look at an order.
    Status,
    /// A cancellation of an order.
    Cancel,
}

impl Occasion {
    /// The word for it in rows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Query => "query",
            Self::Refund => "refund",
            Self::RefundStatus => "refund_status",
            Self::Status => "status",
            Self::Cancel => "cancel",
        }
    }
}

/// Why a change was not recorded. Nothing of it was.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Read again and decide again.
    #[error("the payment changed since it was read")]
    Stale,
    /// The payment has another attempt that is live, or the number that is to be prompted has, or had one just now.
    #[error("the payment or the number has another live attempt")]
    LiveAttempt,
    /// The receipt is booked for another attempt.
    #[error("the receipt is booked for another attempt")]
    ReceiptTaken,
    /// The provider's id is another attempt's.
    #[error("the provider's id is another attempt's")]
    IdsTaken,
    /// The book did not answer; whether it recorded is not known.
    #[error("the payment book is unavailable")]
    Unavailable(#[from] Outage),
}

/// A callback as it came in, before anything is read from it.
#[derive(Clone, PartialEq, Eq)]
pub struct Arrival {
    /// The id that it is to be stored under.
    pub id: CallbackId,
    /// Whose it is.
    pub provider: Provider,
    /// The hash of the secret in its path.
    pub token: TokenHash,
    /// The body, byte for byte; at most [`Arrival::BODY_BYTES_MAX`] are kept.
    pub body: Vec<u8>,
    /// The peer's address, where it is known.
    pub source: Option<IpAddr>,
    /// When it came, in business time.
    pub at: OffsetDateTime,
}

impl Arrival {
    /// The longest body that is kept.
    pub const BODY_BYTES_MAX: usize = 65_536;
}

impl fmt::Debug for Arrival {
    /// The body may hold a payer's number, so only its length is shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arrival")
            .field("id", &self.id)
            .field("token", &self.token)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// What became of a callback at the door. The provider is answered the same in every case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Stored for its attempt, and its task queued, in one transaction.
    Stored {
        /// The tenant that it belongs to.
        tenant: TenantId,
        /// The id that it is stored under.
        callback: CallbackId,
        /// The attempt that its token belongs to; `None` for what is about something else.
        attempt: Option<AttemptId>,
    },
    /// The very same message was stored before; nothing is queued again.
    Repeated {
        /// The tenant that it belongs to.
        tenant: TenantId,
        /// The id that it was stored under then.
        callback: CallbackId,
    },
    /// Stored as a dead letter: nobody knows the token, or not any more.
    Unrouted {
        /// The tenant of an attempt that is too old.
        tenant: Option<TenantId>,
    },
    /// Not stored: too many came from unknown senders within the hour.
    Dropped,
}

/// A callback that was stored for an attempt.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredCallback {
    /// Its id.
    pub id: CallbackId,
    /// The attempt that its token belongs to.
    pub attempt: AttemptId,
    /// The body, byte for byte.
    pub body: Vec<u8>,
    /// What became of it, if it was applied already.
    pub outcome: Option<CallbackOutcome>,
}

impl fmt::Debug for StoredCallback {
    /// The body may hold a payer's number, so only its length is shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredCallback")
            .field("id", &self.id)
            .field("attempt", &self.attempt)
            .field("body_bytes", &self.body.len())
            .field("outcome", &self.outcome)
            .finish()
    }
}

/// What became of a callback that was stored for an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CallbackOutcome {
    /// The attempt took it in, whether or not that changed anything.
    Applied,
    /// Nobody can read it. A copy is in the dead letters.
    Unreadable,
    /// It is about another attempt than its path says. A copy is in the dead letters.
    ForeignIds,
    /// It tells of money under another receipt than the one that the attempt brought, and nothing of the payment holds that
    /// receipt. The attempt says so; a copy is in the dead letters, for the money to be worked through.
    OtherMoney,
}

impl CallbackOutcome {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Applied,
        Self::Unreadable,
        Self::ForeignIds,
        Self::OtherMoney,
    ];

    /// The word for it in rows, and the reason in the dead letters.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Unreadable => "unreadable",
            Self::ForeignIds => "foreign_ids",
            Self::OtherMoney => "other_money",
        }
    }

    /// Reads the word back; `None` for any other.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == word)
    }
}

/// Where providers' callbacks wait to be read.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait CallbackInbox: Send + Sync {
    /// Stores a callback before anything is read from it, and queues [`crate::task::PaymentTask::ApplyCallback`]
    /// for it, in one transaction. A token that is unknown or expired makes it a dead letter that touches
    /// no payment. The tenant is found by the token, so this method alone has no tenant.
    ///
    /// Taking the same message in again stores and queues nothing.
    async fn take(&self, arrival: Arrival) -> Result<Taken, Outage>;

    /// A callback that was stored; `None` if there never was one.
    async fn stored(&self, tenant: TenantId, callback: CallbackId) -> Result<Option<StoredCallback>, Outage>;

    /// Records what became of a callback that changes no payment, and puts a copy into the tenant's dead
    /// letters unless it was applied. The first outcome stands: doing it again changes nothing.
    async fn conclude(
        &self,
        tenant: TenantId,
        callback: CallbackId,
        outcome: CallbackOutcome,
        at: OffsetDateTime,
    ) -> Result<(), Outage>;
}

/// What is submitted to the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushOrder {
    /// How much. Whole units where the provider moves no others.
    pub amount: Money,
    /// Whose handset gets the prompt.
    pub payer: PhoneNumber,
    /// What the prompt shows as the account.
    pub account: AccountReference,
    /// What the prompt shows as the purpose; at most 13 characters.
    pub description: &'static str,
    /// The secret for the path of the callback.
    pub token: CallbackToken,
}

/// Asks for money on a customer's phone.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait MobileMoney: Send + Sync {
    /// Submits an order, once. It is never repeated where it may have been taken: what was not learned is
    /// [`PushAnswer::Unknown`].
    ///
    /// Not safe to ask twice: two equal orders are two prompts.
    async fn push(&self, tenant: TenantId, order: PushOrder) -> Heard<PushAnswer>;

    /// Asks what became of an order. Safe to ask twice.
    async fn query(&self, tenant: TenantId, ids: &ProviderIds) -> Heard<QueryAnswer>;
}

/// Reads a provider's callback.
#[cfg_attr(feature = "test-support", mockall::automock)]
pub trait CallbackReader: Send + Sync {
    /// What a raw body says.
    ///
    /// # Errors
    /// [`Unreadable`] if it has not the documented shape, or tells of money without saying how much and
    /// under which receipt.
    fn read(&self, body: &[u8]) -> Result<CallbackReport, Unreadable>;
}

/// A callback that has not the documented shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the callback has not the documented shape: {0}")]
pub struct Unreadable(
    /// What is missing or wrong; a fixed text, never a part of the body.
    pub &'static str,
);

/// Makes secrets that nobody can guess.
#[cfg_attr(feature = "test-support", mockall::automock)]
pub trait TokenSource: Send + Sync {
    /// 32 fresh random bytes.
    fn callback_token(&self) -> CallbackToken;
}

/// Which credential an access token belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Credential {
    /// Whose.
    pub provider: Provider,
    /// A hash of the address and the name that the token is asked with; never of the secret alone.
    pub hash: TokenHash,
}

/// A provider's access token. `Debug` says nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken {
    secret: String,
    expires_at: OffsetDateTime,
}

impl AccessToken {
    /// A token and the end of its life, in business time.
    #[must_use]
    pub const fn new(secret: String, expires_at: OffsetDateTime) -> Self {
        Self { secret, expires_at }
    }

    /// The token itself, for the provider alone.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.secret
    }

    /// When it ends, in business time.
    #[must_use]
    pub const fn expires_at(&self) -> OffsetDateTime {
        self.expires_at
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccessToken(…, until {})", self.expires_at)
    }
}

/// The right to replace a token, which one process at a time has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshLease(
    /// The generation that this lease makes; a later lease has a higher one.
    pub i64,
);

/// One access token for all processes: a new one cancels the one before, so that processes that each asked
/// for their own would break one another.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait TokenStore: Send + Sync {
    /// The token that was put last, also if its life is over; `None` if there is none.
    async fn token(&self, tenant: TenantId, credential: &Credential) -> Result<Option<AccessToken>, Outage>;

    /// The right to ask the provider for a new token; `None` while somebody else has it. It ends by itself
    /// after [`REFRESH_LEASE`], by the machine's clock, so that a process that died holds nobody up.
    async fn lease(&self, tenant: TenantId, credential: &Credential) -> Result<Option<RefreshLease>, Outage>;

    /// Puts a new token, or with `None` takes the old one away, and ends the lease. A lease that was taken
    /// over by another process meanwhile changes nothing; answers whether it held.
    async fn put(
        &self,
        tenant: TenantId,
        credential: &Credential,
        lease: RefreshLease,
        token: Option<AccessToken>,
    ) -> Result<bool, Outage>;
}

/// How long one process may take to get a new token.
pub const REFRESH_LEASE: time::Duration = time::Duration::seconds(15);
