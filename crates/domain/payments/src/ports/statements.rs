//! Statements of M-Pesa on record, and the books that are laid beside them.

use async_trait::async_trait;
use ratiba_kernel::{Fingerprint, Money, MoneyError, Outage, TenantId};
use time::OffsetDateTime;

use super::{Change, RecordError};
use crate::actor::Actor;
use crate::attempt::AttemptId;
use crate::ledger::{Entry, Journal};
use crate::payment::PaymentId;
use crate::reference::{Receipt, RequestKey};
use crate::refund::RefundId;
use crate::remark::Remark;
use crate::statement::matching::{AbsenceId, Absent, KnownBooks, KnownMoney};
use crate::statement::{LineId, StatementId, StatementLine};

/// A statement as it is brought in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementFile {
    /// The id that it is to have.
    pub id: StatementId,
    /// The hash of the file: the same file again is the same statement.
    pub print: Fingerprint,
    /// Its lines, each with the id that it is to have.
    pub lines: Vec<(LineId, StatementLine)>,
    /// The first and the last moment that it tells of.
    pub covers: Option<(OffsetDateTime, OffsetDateTime)>,
    /// Who brings it in.
    pub by: Actor,
    /// When, in business time.
    pub at: OffsetDateTime,
}

/// A statement on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementHead {
    /// Which.
    pub id: StatementId,
    /// Who brought it in.
    pub by: Actor,
    /// When.
    pub at: OffsetDateTime,
    /// The first and the last moment that it tells of.
    pub covers: Option<(OffsetDateTime, OffsetDateTime)>,
    /// How many of its lines no statement had brought before.
    pub lines: i64,
    /// How many of them wait for a decision.
    pub open: i64,
}

/// Where a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineState {
    /// Nobody knows what it is.
    Open,
    /// It is this attempt's money.
    Money(AttemptId),
    /// It is this refund.
    Refund(RefundId),
    /// It is a fee, of this payment if of one; booked.
    Fee(Option<PaymentId>),
    /// It is something else; booked to suspense.
    Other,
    /// The books need nothing.
    Ignored,
}

impl LineState {
    /// The word for it in rows.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Money(_) => "money",
            Self::Refund(_) => "refund",
            Self::Fee(_) => "fee",
            Self::Other => "other",
            Self::Ignored => "ignored",
        }
    }
}

/// Who decided, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decider {
    /// Who.
    pub by: Actor,
    /// Why.
    pub why: Remark,
}

/// A line on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedLine {
    /// Which.
    pub id: LineId,
    /// The statement that brought it first.
    pub statement: StatementId,
    /// What it says.
    pub line: StatementLine,
    /// Where it stands.
    pub state: LineState,
    /// The payment that it is about, once it is known to be: whose money, refund or fee it is.
    pub payment: Option<PaymentId>,
    /// Who decided, if a person did.
    pub decider: Option<Decider>,
    /// When it was decided.
    pub decided_at: Option<OffsetDateTime>,
    /// How often what was decided about it was taken back.
    pub taken_back: u8,
}

/// What a person had said that a line is, before it was taken back. What brought money to a payment is never taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaidOfLine {
    /// A refund.
    Refund,
    /// A fee.
    Fee,
    /// Something else.
    Other,
    /// That the books need nothing.
    Ignored,
}

impl SaidOfLine {
    /// The word for it in rows, the same as that of [`LineState`].
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refund => "refund",
            Self::Fee => "fee",
            Self::Other => "other",
            Self::Ignored => "ignored",
        }
    }

    /// The one of a word as [`SaidOfLine::as_str`] writes it.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Refund, Self::Fee, Self::Other, Self::Ignored]
            .into_iter()
            .find(|said| said.as_str() == word)
    }
}

/// A decision about a line that was taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineRetraction {
    /// What was said.
    pub said: SaidOfLine,
    /// Who said it, and why.
    pub said_by: Decider,
    /// When that was.
    pub said_at: OffsetDateTime,
    /// Who took it back, and why.
    pub by: Decider,
    /// When it was taken back.
    pub at: OffsetDateTime,
}

/// Taking back what a person decided about a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineTakeBack {
    /// Which line.
    pub line: LineId,
    /// Makes it repeatable: the same key takes back once.
    pub key: RequestKey,
    /// What was ordered under that key.
    pub ordered: Fingerprint,
    /// Who takes it back, and why.
    pub by: Decider,
    /// When, in business time.
    pub at: OffsetDateTime,
}

/// A line and what was made of it, seen while nothing is decided about lines and nothing is cleared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineFacts {
    /// The line.
    pub line: RecordedLine,
    /// What its decision posted for itself.
    pub posted: Vec<Entry>,
    /// Whether a person said what that was, which lay in suspense.
    pub cleared: bool,
}

/// Why what was decided about a line stays. Nothing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineStays {
    /// There is no such line.
    #[error("there is no such line")]
    Unknown,
    /// No person decided anything about it.
    #[error("no person decided on the line")]
    Undecided,
    /// It brought money, or the number of money, to a payment.
    #[error("the line's money is in the books for a payment: it goes back by a refund of that")]
    Booked,
    /// What it left in suspense was cleared.
    #[error("what the line left in suspense was cleared: take that back first")]
    Cleared,
    /// The key stands for another order.
    #[error("this key named another order")]
    KeyUsed,
    /// The amounts are beyond all measure.
    #[error("the amounts cannot be booked")]
    Amount(#[from] MoneyError),
}

/// Why a line was not opened again.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReopenError {
    /// The facts forbid it.
    #[error(transparent)]
    Stays(#[from] LineStays),
    /// The statements did not answer; the same order may be sent again.
    #[error("the statements are unavailable")]
    Unavailable(#[from] Outage),
}

/// Decides what takes back what was posted for a line; may be asked again, and must have no effect.
pub type DecideReopen = Box<dyn Fn(&LineFacts) -> Result<Option<Journal>, LineStays> + Send + Sync>;

/// What becomes of an open line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineDecision {
    /// Which.
    pub id: LineId,
    /// How often what was decided about it had been taken back when it was read.
    pub taken_back: u8,
    /// Where it stands from now on; never open.
    pub state: LineState,
    /// Who decided, if a person did.
    pub decider: Option<Decider>,
    /// When, in business time.
    pub at: OffsetDateTime,
    /// What it posts for itself, if anything.
    pub journal: Option<Journal>,
    /// What it means for its payment, if anything.
    pub change: Option<Change>,
}

/// What a person says of money in the books that no line tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AbsenceVerdict {
    /// It never moved: the books are corrected, and suspense has the difference.
    NeverMoved,
    /// It moved, and the books need nothing.
    Explained,
}

impl AbsenceVerdict {
    /// The word for it in rows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NeverMoved => "never_moved",
            Self::Explained => "explained",
        }
    }
}

/// What becomes of money in the books that no line tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AbsenceDecision {
    /// Which.
    pub absent: Absent,
    /// What is said of it.
    pub verdict: AbsenceVerdict,
    /// Who decided.
    pub decider: Decider,
    /// When, in business time.
    pub at: OffsetDateTime,
    /// What it posts, if anything.
    pub journal: Option<Journal>,
}

/// What waits for decisions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmatched {
    /// Lines that the books do not know, the oldest first.
    pub lines: Vec<RecordedLine>,
    /// How many there are in all.
    pub lines_count: i64,
    /// Money in the books that no line tells of although statements cover its time, the oldest first.
    pub absences: Vec<Absent>,
    /// How much money of that kind there is in all, in pieces.
    pub absences_count: i64,
}

/// Statements and their lines. All that is decided about them is decided one after the other.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait StatementBook: Send + Sync {
    /// Puts a statement on record with those of its lines that no statement brought before; the same file again is the
    /// statement that it was. A line is the same if receipt, kind and amount are.
    async fn bring_in(&self, tenant: TenantId, file: StatementFile) -> Result<StatementHead, Outage>;

    /// The newest statements, at most 100.
    async fn statements(&self, tenant: TenantId) -> Result<Vec<StatementHead>, Outage>;

    /// One line; `None` if there never was such a one.
    async fn line(&self, tenant: TenantId, line: LineId) -> Result<Option<RecordedLine>, Outage>;

    /// The lines that a statement brought, after the line with number `after`, in the order of the file, at most `most`.
    async fn lines(
        &self,
        tenant: TenantId,
        statement: StatementId,
        after: u32,
        most: u16,
    ) -> Result<Vec<RecordedLine>, Outage>;

    /// The open lines of all statements after the one with this id, in the order of their ids, at most `most`.
    async fn open_lines(
        &self,
        tenant: TenantId,
        after: Option<LineId>,
        most: u16,
    ) -> Result<Vec<RecordedLine>, Outage>;

    /// What waits for decisions in both directions, at most `most` of each.
    async fn unmatched(&self, tenant: TenantId, most: u16) -> Result<Unmatched, Outage>;

    /// The M-Pesa money in the books that came with one of these receipts, or went back with one of them, or took one of
    /// them back and has no number. Money that never moved, as a person found, is left out.
    async fn known(&self, tenant: TenantId, receipts: Vec<Receipt>) -> Result<KnownBooks, Outage>;

    /// The M-Pesa money in the books that has no receipt, at most 1,000.
    async fn unnumbered(&self, tenant: TenantId) -> Result<Vec<KnownMoney>, Outage>;

    /// The open lines of received money of one of these amounts, at most 1,000.
    async fn open_of_amounts(
        &self,
        tenant: TenantId,
        amounts: Vec<Money>,
    ) -> Result<Vec<RecordedLine>, Outage>;

    /// Makes decisions durable with their journals and changes, in one transaction. A line that is not open any more, or
    /// that is to be money or a refund of which another line tells, stays as it is and changes nothing; answers which
    /// were decided.
    ///
    /// # Errors
    /// As [`super::PaymentBook::record`], and [`RecordError::Stale`] if a decision about an open line was taken back since
    /// it was read, for what it posts is told from what was posted before by how often that was; then nothing was decided.
    async fn decide(
        &self,
        tenant: TenantId,
        decisions: Vec<LineDecision>,
    ) -> Result<Vec<LineId>, RecordError>;

    /// Opens a line again that a person decided on, and keeps what was said: reads what was made of it, and records what
    /// `decide` answers with it, in one transaction during which nothing is decided about lines and nothing is cleared. Under
    /// a key that was used for it before nothing changes.
    ///
    /// # Errors
    /// What `decide` refuses with; [`LineStays::Unknown`]; [`LineStays::KeyUsed`].
    async fn reopen(
        &self,
        tenant: TenantId,
        order: LineTakeBack,
        decide: DecideReopen,
    ) -> Result<(), ReopenError>;

    /// What was decided about a line and taken back, the oldest first; empty if nothing was, or there is no such line.
    async fn retractions(&self, tenant: TenantId, line: LineId) -> Result<Vec<LineRetraction>, Outage>;

    /// Money in the books that no line tells of; `None` if a line does, or it was decided on.
    async fn absence(&self, tenant: TenantId, id: AbsenceId) -> Result<Option<Absent>, Outage>;

    /// Makes a decision about such money durable; `false` if it does not wait for one any more.
    async fn decide_absence(&self, tenant: TenantId, decision: AbsenceDecision) -> Result<bool, Outage>;
}
