//! A person was wrong about a line of a statement.

use std::sync::Arc;

use ratiba_kernel::{Fingerprint, IdSource, Money, TenantId};
use time::OffsetDateTime;

use super::WorkStatements;
use crate::ledger::{Account, Cause, Journal, Place, Transfer};
use crate::ports::{
    DecideReopen, Decider, LineFacts, LineState, LineStays, LineTakeBack, RecordedLine, ReopenError,
};
use crate::reference::RequestKey;
use crate::statement::LineId;

/// The order to take a decision about a line back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReopenOrder {
    /// Which line.
    pub line: LineId,
    /// Makes it repeatable: the same key takes back once.
    pub key: RequestKey,
    /// Who takes it back, and why.
    pub by: Decider,
}

impl WorkStatements {
    /// Takes back what a person decided about a line, as long as nothing was built on it: the line is open again, and what was
    /// booked for it as a fee or into suspense gets a counter-entry. What a line brought to a payment stays; that goes back by
    /// a refund. The same order again under its key changes nothing.
    ///
    /// # Errors
    /// [`ReopenError`]; then nothing changed.
    #[tracing::instrument(name = "payments.reopen_line", skip_all, fields(line.id = %order.line))]
    pub async fn take_back(&self, tenant: TenantId, order: ReopenOrder) -> Result<RecordedLine, ReopenError> {
        let (now, ids) = (self.clock.now(), Arc::clone(&self.ids));
        let line = order.line;
        let take_back = LineTakeBack {
            line,
            ordered: Fingerprint::of(&format!("reopen|{line}|{}", order.by.why)),
            key: order.key,
            by: order.by,
            at: now,
        };
        let decide: DecideReopen = Box::new(move |facts| counter(facts, now, &*ids));
        self.statements.reopen(tenant, take_back, decide).await?;
        let found = self.statements.line(tenant, line).await?;
        found.ok_or_else(|| LineStays::Unknown.into())
    }
}

/// The journal that takes back what was posted for a line; none where nothing was.
fn counter(facts: &LineFacts, at: OffsetDateTime, ids: &dyn IdSource) -> Result<Option<Journal>, LineStays> {
    let line = &facts.line;
    if line.decider.is_none() {
        return Err(LineStays::Undecided);
    }
    match line.state {
        LineState::Open => return Err(LineStays::Undecided),
        LineState::Money(_) => return Err(LineStays::Booked),
        LineState::Refund(_) | LineState::Fee(_) | LineState::Other | LineState::Ignored => {}
    }
    if facts.cleared {
        return Err(LineStays::Cleared);
    }
    let clearing = Place::plain(Account::MpesaClearing);
    let mut transfers = Vec::new();
    for entry in facts.posted.iter().filter(|entry| entry.place != clearing) {
        let nothing = Money::zero(entry.amount.currency());
        // All of it, the other way round.
        transfers.push(if entry.amount < nothing {
            Transfer {
                debit: entry.place,
                credit: clearing,
                amount: nothing.checked_sub(entry.amount)?,
            }
        } else {
            Transfer {
                debit: clearing,
                credit: entry.place,
                amount: entry.amount,
            }
        });
    }
    if transfers.is_empty() {
        return Ok(None);
    }
    let cause = Cause::Unstated {
        line: line.id,
        taken_back: line.taken_back.saturating_add(1),
    };
    let journal = match line.state {
        LineState::Fee(Some(payment)) => Journal::post(ids.fresh(), cause, payment, at, &transfers)?,
        LineState::Fee(None)
        | LineState::Open
        | LineState::Money(_)
        | LineState::Refund(_)
        | LineState::Other
        | LineState::Ignored => Journal::of_house(ids.fresh(), cause, at, &transfers)?,
    };
    Ok(Some(journal))
}
