//! Bringing in a statement of M-Pesa, laying it beside the books, and deciding on what is left on either side.

use std::sync::Arc;

use ratiba_kernel::{Clock, Fingerprint, IdSource, Money, MoneyError, Outage, TenantId};
use time::OffsetDateTime;

use super::DECISIONS_MAX;
use crate::actor::Actor;
use crate::attempt::{Attempt, AttemptId, AttemptState, AttemptTerms, Provider};
use crate::evidence::Evidence;
use crate::ledger::{Account, Cause, Journal, Place, Transfer};
use crate::payment::{PaymentId, PaymentRecord};
use crate::ports::{
    AbsenceDecision, AbsenceVerdict, Change, Decider, LineDecision, LineState, MoneyFinder, PaymentBook,
    RecordError, RecordedLine, RefundBook, StatementBook, StatementFile, StatementHead,
};
use crate::reference::{AccountReference, RequestKey};
use crate::refund::{RefundId, RefundState, RefundWay};
use crate::settlement::settle;
use crate::statement::matching::{AbsenceId, Absent, AbsentMoney, Fit, by_looks, by_receipt};
use crate::statement::{self, LineId, LineKind, NoStatement, Statement, StatementLine};

/// How many lines are matched in one transaction.
const PAGE: u16 = 500;

/// Works statements.
pub struct WorkStatements {
    /// The statements on record.
    pub statements: Arc<dyn StatementBook>,
    /// What was tried.
    pub payments: Arc<dyn PaymentBook>,
    /// What went back.
    pub refunds: Arc<dyn RefundBook>,
    /// Whose payment the account is that a customer typed.
    pub finder: Arc<dyn MoneyFinder>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

/// A statement that was brought in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementTaken {
    /// The statement on record, after its lines were matched.
    pub head: StatementHead,
    /// What the file said beside its lines: what was not completed, and what cannot be read.
    pub file: Statement,
}

/// What a person says of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineVerdict {
    /// It is this attempt's money, or M-Pesa's charge for it. An attempt that was not known to be paid is paid by it.
    Attempt(AttemptId),
    /// It is money for this payment that came by no attempt of ours.
    Payment(PaymentId),
    /// It is this refund.
    Refund(RefundId),
    /// It is a fee.
    Fee,
    /// It is something else: suspense has it.
    Other,
    /// The books need nothing.
    Ignore,
}

/// Why a statement was not brought in, or nothing decided.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// The file is none.
    #[error(transparent)]
    NoStatement(#[from] NoStatement),
    /// No line of it tells of money that moved.
    #[error("no line of the file tells of money that moved")]
    NothingMoved(Box<Statement>),
    /// There never was such a line.
    #[error("there is no such line")]
    UnknownLine,
    /// No such money waits for a decision.
    #[error("no such money waits for a decision")]
    UnknownAbsence,
    /// It was decided otherwise before.
    #[error("the line was decided on before")]
    Decided,
    /// What is named is not M-Pesa's, did not move, has another amount or receipt, such a line cannot be that, or an
    /// attempt of the payment may be the one that brought the money.
    #[error("the line cannot be that, or may be the money of an attempt: then that attempt must be named")]
    NotThat,
    /// The amount cannot be booked.
    #[error("the amount cannot be booked")]
    Amount(#[from] MoneyError),
    /// Others kept changing the same payment.
    #[error("the payment is busy")]
    Busy,
    /// The book did not answer; the same may be sent again.
    #[error("the statements are unavailable")]
    Unavailable(#[from] Outage),
}

impl WorkStatements {
    /// Reads a file in which at least one line tells of money, puts what no statement brought before on record, and matches the open lines of all statements with
    /// the books. Fees of known payments are booked, and money that only a query knew of gets its receipt. The order in
    /// which files are brought in does not matter; the same file again, or one that overlaps, adds nothing, and open lines
    /// are looked at again.
    ///
    /// # Errors
    /// [`StatementError`].
    #[tracing::instrument(name = "payments.bring_in_statement", skip_all)]
    pub async fn bring_in(
        &self,
        tenant: TenantId,
        text: &str,
        by: Actor,
    ) -> Result<StatementTaken, StatementError> {
        let file = statement::read(text.as_bytes())?;
        if file.lines.is_empty() {
            return Err(StatementError::NothingMoved(Box::new(file)));
        }
        let lines = file.lines.iter().map(|line| (self.ids.fresh(), line.clone()));
        let brought = StatementFile {
            id: self.ids.fresh(),
            print: Fingerprint::of(text),
            lines: lines.collect(),
            covers: file.covers(),
            by,
            at: self.clock.now(),
        };
        let again = brought.clone();
        self.statements.bring_in(tenant, brought).await?;
        self.match_open(tenant).await?;
        // What is on record by now, with how many lines are still open.
        let head = self.statements.bring_in(tenant, again).await?;
        Ok(StatementTaken { head, file })
    }

    /// A person decides on an open line. The same decision again changes nothing.
    ///
    /// # Errors
    /// [`StatementError`]; then nothing was decided.
    #[tracing::instrument(name = "payments.decide_line", skip_all, fields(line.id = %id))]
    pub async fn decide(
        &self,
        tenant: TenantId,
        id: LineId,
        verdict: LineVerdict,
        decider: Decider,
    ) -> Result<RecordedLine, StatementError> {
        for _ in 0..DECISIONS_MAX {
            let line = self.line(tenant, id).await?;
            if line.state != LineState::Open {
                let same = line.decider.as_ref() == Some(&decider) && says(&line.state, verdict);
                return if same {
                    Ok(line)
                } else {
                    Err(StatementError::Decided)
                };
            }
            let decision = self.decision(tenant, &line, verdict, &decider).await?;
            match self.statements.decide(tenant, vec![decision]).await {
                Ok(decided) if decided.is_empty() => {
                    // Either it was decided on meanwhile, or another line tells of the same.
                    if self.line(tenant, id).await?.state == LineState::Open {
                        return Err(StatementError::NotThat);
                    }
                }
                Ok(_) => {
                    // A receipt that is known now may be a charge's.
                    self.match_open(tenant).await?;
                    return self.line(tenant, id).await;
                }
                Err(RecordError::Unavailable(outage)) => return Err(outage.into()),
                Err(RecordError::ReceiptTaken | RecordError::IdsTaken) => {
                    return Err(StatementError::NotThat);
                }
                Err(RecordError::Stale | RecordError::LiveAttempt) => {}
            }
        }
        Err(StatementError::Busy)
    }

    /// A person decides on money in the books that no line tells of.
    ///
    /// # Errors
    /// [`StatementError`]; then nothing was decided.
    #[tracing::instrument(name = "payments.decide_absence", skip_all, fields(absence.id = %id))]
    pub async fn decide_absence(
        &self,
        tenant: TenantId,
        id: AbsenceId,
        verdict: AbsenceVerdict,
        decider: Decider,
    ) -> Result<Absent, StatementError> {
        let absent = self.statements.absence(tenant, id).await?;
        let absent = absent.ok_or(StatementError::UnknownAbsence)?;
        let at = self.clock.now();
        let journal = match verdict {
            AbsenceVerdict::Explained => None,
            AbsenceVerdict::NeverMoved => {
                let came = match absent.what {
                    AbsentMoney::Came(_) => true,
                    AbsentMoney::WentBack(_) => false,
                };
                // The opposite of what was booked.
                let transfer = between_clearing_and(Account::Suspense, !came, absent.amount);
                let cause = Cause::NeverMoved(id);
                Some(Journal::post(
                    self.ids.fresh(),
                    cause,
                    absent.payment,
                    at,
                    &[transfer],
                )?)
            }
        };
        let decision = AbsenceDecision {
            absent: absent.clone(),
            verdict,
            decider,
            at,
            journal,
        };
        if self.statements.decide_absence(tenant, decision).await? {
            Ok(absent)
        } else {
            Err(StatementError::UnknownAbsence)
        }
    }

    async fn line(&self, tenant: TenantId, id: LineId) -> Result<RecordedLine, StatementError> {
        let line = self.statements.line(tenant, id).await?;
        line.ok_or(StatementError::UnknownLine)
    }

    /// Matches the open lines of all statements: by receipt, then money without a receipt by its looks, and then once
    /// more by receipt if that brought receipts.
    async fn match_open(&self, tenant: TenantId) -> Result<(), StatementError> {
        self.match_receipts(tenant).await?;
        if self.match_looks(tenant).await? {
            self.match_receipts(tenant).await?;
        }
        Ok(())
    }

    async fn match_receipts(&self, tenant: TenantId) -> Result<(), StatementError> {
        let mut after = None;
        loop {
            let lines = self.statements.open_lines(tenant, after, PAGE).await?;
            let Some(last) = lines.last() else { return Ok(()) };
            after = Some(last.id);
            let receipts = lines.iter().flat_map(|recorded| {
                let line = &recorded.line;
                [Some(&line.receipt), line.linked.as_ref()].into_iter().flatten()
            });
            let known = self.statements.known(tenant, receipts.cloned().collect()).await?;
            let mut decisions = Vec::new();
            for line in &lines {
                let state = match by_receipt(&line.line, &known) {
                    None => continue,
                    Some(Fit::Money(attempt)) => LineState::Money(attempt),
                    Some(Fit::Refund(refund)) => LineState::Refund(refund),
                    Some(Fit::Fee(payment)) => LineState::Fee(Some(payment)),
                };
                decisions.push(self.plain(line, state, None)?);
            }
            self.decide_what_fits(tenant, decisions).await?;
        }
    }

    /// Gives money that only a query knew of its receipt; answers whether any got one.
    async fn match_looks(&self, tenant: TenantId) -> Result<bool, StatementError> {
        let unnumbered = self.statements.unnumbered(tenant).await?;
        if unnumbered.is_empty() {
            return Ok(false);
        }
        let amounts = unnumbered.iter().map(|money| money.amount).collect();
        let open = self.statements.open_of_amounts(tenant, amounts).await?;
        let lines: Vec<(LineId, &StatementLine)> = open.iter().map(|open| (open.id, &open.line)).collect();
        let mut any = false;
        for (id, money) in by_looks(&lines, &unnumbered) {
            let Some(line) = open.iter().find(|open| open.id == id) else {
                continue;
            };
            let Ok(decision) = self.of_attempt(tenant, line, money.attempt, None).await else {
                continue;
            };
            any |= self.decide_what_fits(tenant, vec![decision]).await?;
        }
        Ok(any)
    }

    /// Decides what was found without a person. What was overtaken stays open, and is looked at with the next statement.
    async fn decide_what_fits(
        &self,
        tenant: TenantId,
        decisions: Vec<LineDecision>,
    ) -> Result<bool, StatementError> {
        if decisions.is_empty() {
            return Ok(false);
        }
        match self.statements.decide(tenant, decisions).await {
            Ok(decided) => Ok(!decided.is_empty()),
            Err(RecordError::Unavailable(outage)) => Err(outage.into()),
            Err(
                RecordError::Stale
                | RecordError::LiveAttempt
                | RecordError::ReceiptTaken
                | RecordError::IdsTaken,
            ) => Ok(false),
        }
    }

    async fn decision(
        &self,
        tenant: TenantId,
        line: &RecordedLine,
        verdict: LineVerdict,
        decider: &Decider,
    ) -> Result<LineDecision, StatementError> {
        let by = Some(decider.clone());
        match (verdict, line.line.kind) {
            (LineVerdict::Attempt(attempt), LineKind::Received | LineKind::Charge) => {
                self.of_attempt(tenant, line, attempt, by).await
            }
            (LineVerdict::Payment(payment), LineKind::Received) => {
                self.of_payment(tenant, line, payment, decider).await
            }
            (LineVerdict::Refund(refund), LineKind::Reversal | LineKind::Withdrawal) => {
                self.of_refund(tenant, line, refund, by).await
            }
            (LineVerdict::Fee, LineKind::Charge | LineKind::Withdrawal) => {
                Ok(self.plain(line, LineState::Fee(None), by)?)
            }
            (LineVerdict::Other, _) => Ok(self.plain(line, LineState::Other, by)?),
            (LineVerdict::Ignore, _) => Ok(self.plain(line, LineState::Ignored, by)?),
            (LineVerdict::Attempt(_), LineKind::Reversal | LineKind::Withdrawal)
            | (LineVerdict::Payment(_), LineKind::Reversal | LineKind::Charge | LineKind::Withdrawal)
            | (LineVerdict::Refund(_), LineKind::Received | LineKind::Charge)
            | (LineVerdict::Fee, LineKind::Received | LineKind::Reversal) => Err(StatementError::NotThat),
        }
    }

    /// A line that is an attempt's money, or the charge for it. What the attempt learns by it goes into the books.
    async fn of_attempt(
        &self,
        tenant: TenantId,
        line: &RecordedLine,
        attempt: AttemptId,
        decider: Option<Decider>,
    ) -> Result<LineDecision, StatementError> {
        let record = self.payments.of_attempt(tenant, attempt).await?;
        let PaymentRecord { payment, attempts } = record.ok_or(StatementError::NotThat)?;
        let found = attempts.into_iter().find(|found| found.id() == attempt);
        let found = found.ok_or(StatementError::NotThat)?;
        if found.terms().provider != Provider::Mpesa {
            return Err(StatementError::NotThat);
        }
        if line.line.kind == LineKind::Charge {
            return if found.evidence().is_some() {
                Ok(self.plain(line, LineState::Fee(Some(payment.id())), decider)?)
            } else {
                Err(StatementError::NotThat)
            };
        }
        if found.terms().amount != line.line.amount {
            return Err(StatementError::NotThat);
        }
        let now = self.clock.now();
        let moved = found.hear_statement(&line.line.receipt, now);
        let moved = moved.ok_or(StatementError::NotThat)?;
        let change = if moved.news.is_some() {
            Some(settle(payment, moved, now, &*self.ids)?)
        } else {
            None
        };
        Ok(decided(line, LineState::Money(attempt), decider, now, change))
    }

    /// A line that is money for a payment, which comes by an attempt of its own. Refused while it may be the money of an
    /// attempt that is there already, of this payment or of the one whose account the line names: that one would bring the
    /// same money once more.
    async fn of_payment(
        &self,
        tenant: TenantId,
        line: &RecordedLine,
        payment: PaymentId,
        decider: &Decider,
    ) -> Result<LineDecision, StatementError> {
        let record = self.payments.find(tenant, payment).await?;
        let PaymentRecord { payment, attempts } = record.ok_or(StatementError::NotThat)?;
        let amount = line.line.amount;
        let typed = line.line.account.as_deref();
        let named = match typed.and_then(AccountReference::typed) {
            Some(account) => self.finder.by_account(tenant, &account).await?,
            None => None,
        };
        let mut prompts = attempts
            .iter()
            .chain(named.iter().flat_map(|named| &named.attempts))
            .filter(|attempt| attempt.terms().provider == Provider::Mpesa);
        if payment.currency() != amount.currency() || prompts.any(|prompt| may_have_brought(prompt, amount)) {
            return Err(StatementError::NotThat);
        }
        let now = self.clock.now();
        let terms = AttemptTerms {
            id: self.ids.fresh(),
            payment: payment.id(),
            key: RequestKey::parse(&format!("statement:{}", line.id)).map_err(Outage::new)?,
            provider: Provider::Mpesa,
            amount: line.line.amount,
            payer: None,
            by: Some(decider.by.clone()),
            ordered: None,
            created_at: now,
        };
        let (attempt, receipt) = (terms.id, line.line.receipt.clone());
        let found = (amount, Some(line.line.at));
        let tip = Attempt::tip_of_found(&attempts, Provider::Mpesa, found, &*self.ids);
        let moved = Attempt::received(terms, Some(receipt), Evidence::Statement, now).with_tip(tip);
        let change = settle(payment, moved, now, &*self.ids)?;
        let by = Some(decider.clone());
        Ok(decided(line, LineState::Money(attempt), by, now, Some(change)))
    }

    async fn of_refund(
        &self,
        tenant: TenantId,
        line: &RecordedLine,
        refund: RefundId,
        decider: Option<Decider>,
    ) -> Result<LineDecision, StatementError> {
        let found = self.refunds.refund(tenant, refund).await?;
        let found = found.ok_or(StatementError::NotThat)?;
        let done = match found.state() {
            RefundState::Done { .. } => true,
            RefundState::Requested
            | RefundState::Sent
            | RefundState::Unknown
            | RefundState::InReview { .. }
            | RefundState::Rejected { .. }
            | RefundState::Cancelled => false,
        };
        let terms = found.terms();
        if done && terms.way == RefundWay::MpesaReversal && terms.amount == line.line.amount {
            Ok(self.plain(line, LineState::Refund(refund), decider)?)
        } else {
            Err(StatementError::NotThat)
        }
    }

    /// A decision that changes no payment; fees, and what is something else, are booked.
    fn plain(
        &self,
        line: &RecordedLine,
        state: LineState,
        decider: Option<Decider>,
    ) -> Result<LineDecision, MoneyError> {
        let now = self.clock.now();
        let (cause, comes_in) = (stated(line), line.line.kind.comes_in());
        let amount = line.line.amount;
        let journal = match &state {
            LineState::Fee(payment) => {
                let transfer = between_clearing_and(Account::Fees, comes_in, amount);
                Some(match payment {
                    Some(payment) => Journal::post(self.ids.fresh(), cause, *payment, now, &[transfer])?,
                    None => Journal::of_house(self.ids.fresh(), cause, now, &[transfer])?,
                })
            }
            LineState::Other => {
                let transfer = between_clearing_and(Account::Suspense, comes_in, amount);
                Some(Journal::of_house(self.ids.fresh(), cause, now, &[transfer])?)
            }
            LineState::Open | LineState::Money(_) | LineState::Refund(_) | LineState::Ignored => None,
        };
        Ok(LineDecision {
            journal,
            ..decided(line, state, decider, now, None)
        })
    }
}

/// What a decision about a line posts its journal under.
pub(super) const fn stated(line: &RecordedLine) -> Cause {
    match line.taken_back {
        0 => Cause::Stated(line.id),
        taken_back => Cause::StatedAgain {
            line: line.id,
            taken_back,
        },
    }
}

const fn decided(
    line: &RecordedLine,
    state: LineState,
    decider: Option<Decider>,
    at: OffsetDateTime,
    change: Option<Change>,
) -> LineDecision {
    LineDecision {
        id: line.id,
        taken_back: line.taken_back,
        state,
        decider,
        at,
        journal: None,
        change,
    }
}

/// Whether money under a receipt that no attempt holds may be this attempt's: its end is not known, or its receipt.
fn may_have_brought(attempt: &Attempt, amount: Money) -> bool {
    match attempt.state() {
        AttemptState::Created
        | AttemptState::Sent
        | AttemptState::AwaitingCustomer
        | AttemptState::Unknown
        | AttemptState::InReview { .. } => true,
        AttemptState::Paid { receipt: None, .. } => attempt.terms().amount == amount,
        AttemptState::Paid { receipt: Some(_), .. }
        | AttemptState::Failed { .. }
        | AttemptState::Cancelled => false,
    }
}

/// Whether a line stands as a person says.
fn says(state: &LineState, verdict: LineVerdict) -> bool {
    match (state, verdict) {
        (LineState::Money(attempt), LineVerdict::Attempt(named)) => *attempt == named,
        (LineState::Fee(payment), LineVerdict::Attempt(_)) => payment.is_some(),
        (LineState::Fee(payment), LineVerdict::Fee) => payment.is_none(),
        (LineState::Refund(refund), LineVerdict::Refund(named)) => *refund == named,
        (LineState::Money(_), LineVerdict::Payment(_))
        | (LineState::Other, LineVerdict::Other)
        | (LineState::Ignored, LineVerdict::Ignore) => true,
        (
            LineState::Open
            | LineState::Money(_)
            | LineState::Refund(_)
            | LineState::Fee(_)
            | LineState::Other
            | LineState::Ignored,
            LineVerdict::Attempt(_)
            | LineVerdict::Payment(_)
            | LineVerdict::Refund(_)
            | LineVerdict::Fee
            | LineVerdict::Other
            | LineVerdict::Ignore,
        ) => false,
    }
}

/// Money that arrived in, or left, M-Pesa's account, from or to another.
const fn between_clearing_and(other: Account, comes_in: bool, amount: Money) -> Transfer {
    let (clearing, other) = (Place::plain(Account::MpesaClearing), Place::plain(other));
    let (debit, credit) = if comes_in {
        (clearing, other)
    } else {
        (other, clearing)
    };
    Transfer {
        debit,
        credit,
        amount,
    }
}
