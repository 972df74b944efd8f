//! Statements in memory, over the same books.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use ratiba_kernel::{Fingerprint, Id, Money, Outage, TenantId};

use super::{InMemoryBook, Shelf};
use crate::attempt::{AttemptState, Provider};
use crate::ledger::Cause;
use crate::ports::{
    AbsenceDecision, AbsenceVerdict, DecideReopen, LineDecision, LineFacts, LineRetraction, LineState,
    LineStays, LineTakeBack, RecordError, RecordedLine, ReopenError, SaidOfLine, StatementBook,
    StatementFile, StatementHead, Unmatched,
};
use crate::reference::Receipt;
use crate::refund::{Refund, RefundState, RefundWay};
use crate::statement::matching::{AbsenceId, Absent, AbsentMoney, KnownBooks, KnownMoney, KnownRefund};
use crate::statement::{LineId, LineKind, StatementId, StatementLine};
use crate::test_support::fakes::locked;
use crate::test_support::yield_once;

/// What is on record of statements.
#[derive(Default)]
pub(super) struct Statements {
    heads: Vec<(TenantId, Fingerprint, StatementHead)>,
    lines: BTreeMap<(TenantId, LineId), RecordedLine>,
    absences: BTreeMap<(TenantId, AbsenceId), AbsenceVerdict>,
    taken_back: Vec<(TenantId, LineTakeBack)>,
    retractions: Vec<(TenantId, LineId, LineRetraction)>,
}

impl Statements {
    fn of(&self, tenant: TenantId) -> impl Iterator<Item = &RecordedLine> {
        let own = self.lines.iter().filter(move |((owner, _), _)| *owner == tenant);
        own.map(|(_, line)| line)
    }

    fn open(&self, tenant: TenantId) -> impl Iterator<Item = &RecordedLine> {
        self.of(tenant).filter(|line| line.state == LineState::Open)
    }

    fn head(&self, tenant: TenantId, head: &StatementHead) -> StatementHead {
        let own = || self.of(tenant).filter(|line| line.statement == head.id);
        let open = own().filter(|line| line.state == LineState::Open).count();
        StatementHead {
            lines: many(own().count()),
            open: many(open),
            ..head.clone()
        }
    }

    fn told(&self, tenant: TenantId, state: LineState) -> bool {
        self.of(tenant).any(|line| line.state == state)
    }
}

impl Shelf {
    pub(super) fn said_of_line(&self, tenant: TenantId, line: LineId) -> Option<String> {
        let found = self.statements.lines.get(&(tenant, line))?;
        found.decider.as_ref().map(|decider| decider.why.to_string())
    }

    fn money(&self, tenant: TenantId) -> Vec<KnownMoney> {
        let mut known = Vec::new();
        for record in self.records(tenant) {
            for attempt in &record.attempts {
                let paid = attempt.terms().provider == Provider::Mpesa
                    && matches!(attempt.state(), AttemptState::Paid { .. });
                if paid {
                    known.push(KnownMoney {
                        attempt: attempt.id(),
                        payment: record.payment.id(),
                        receipt: attempt.receipt().cloned(),
                        amount: attempt.terms().amount,
                        account: record.payment.account_reference(),
                        at: attempt.progress().state_at,
                    });
                }
            }
        }
        known
    }

    fn reversals(&self, tenant: TenantId) -> Vec<(KnownRefund, time::OffsetDateTime)> {
        let own = self.refunds.iter().filter(|(owner, _)| *owner == tenant);
        own.filter_map(|(_, refund)| Some((known_refund(refund)?, refund.progress().state_at)))
            .collect()
    }

    fn never_moved(&self, tenant: TenantId, id: AbsenceId) -> bool {
        self.statements.absences.get(&(tenant, id)) == Some(&AbsenceVerdict::NeverMoved)
    }

    fn absent(&self, tenant: TenantId) -> Vec<Absent> {
        let came = self.money(tenant).into_iter().map(|money| Absent {
            id: Id::from_uuid(money.attempt.as_uuid()),
            what: AbsentMoney::Came(money.attempt),
            payment: money.payment,
            amount: money.amount,
            receipt: money.receipt,
            at: money.at,
        });
        let went = self.reversals(tenant).into_iter().map(|(refund, at)| Absent {
            id: Id::from_uuid(refund.refund.as_uuid()),
            what: AbsentMoney::WentBack(refund.refund),
            payment: refund.payment,
            amount: refund.amount,
            receipt: refund.receipt,
            at,
        });
        let covered = |absent: &Absent| {
            let heads = self
                .statements
                .heads
                .iter()
                .filter(|(owner, ..)| *owner == tenant);
            heads
                .filter_map(|(.., head)| head.covers)
                .any(|(from, until)| (from..=until).contains(&absent.at))
        };
        let told = |absent: &Absent| match absent.what {
            AbsentMoney::Came(attempt) => self.statements.told(tenant, LineState::Money(attempt)),
            AbsentMoney::WentBack(refund) => self.statements.told(tenant, LineState::Refund(refund)),
        };
        let decided = |absent: &Absent| self.statements.absences.contains_key(&(tenant, absent.id));
        let mut absent: Vec<Absent> = came
            .chain(went)
            .filter(|absent| covered(absent) && !told(absent) && !decided(absent))
            .collect();
        absent.sort_by_key(|absent| (absent.at, absent.id));
        absent
    }

    /// Carries out one decision; `None` if the line does not wait for it.
    fn decide(&mut self, tenant: TenantId, decision: LineDecision) -> Result<Option<LineId>, RecordError> {
        // What never moved, as a person found, no line tells of.
        let never = |id| self.never_moved(tenant, AbsenceId::from_uuid(id));
        let told = match decision.state {
            LineState::Money(attempt) => {
                self.statements.told(tenant, decision.state) || never(attempt.as_uuid())
            }
            LineState::Refund(refund) => {
                self.statements.told(tenant, decision.state) || never(refund.as_uuid())
            }
            LineState::Open | LineState::Fee(_) | LineState::Other | LineState::Ignored => false,
        };
        let payment = match decision.state {
            LineState::Money(attempt) => {
                let made = decision.change.as_ref().map(|change| change.payment.id());
                let mut own = self.records(tenant);
                let known = own.find(|record| record.attempt(attempt).is_some());
                known.map(|record| record.payment.id()).or(made)
            }
            LineState::Refund(refund) => {
                let mut own = self.refunds.iter().map(|(_, refund)| refund.terms());
                own.find(|terms| terms.id == refund).map(|terms| terms.payment)
            }
            LineState::Fee(payment) => payment,
            LineState::Open | LineState::Other | LineState::Ignored => None,
        };
        let line = self.statements.lines.get_mut(&(tenant, decision.id));
        let Some(line) = line.filter(|line| line.state == LineState::Open && !told) else {
            return Ok(None);
        };
        let decided = RecordedLine {
            state: decision.state,
            payment,
            decider: decision.decider,
            decided_at: Some(decision.at),
            ..line.clone()
        };
        if let Some(change) = decision.change {
            self.check(tenant, &change)?;
            self.write(tenant, change);
        }
        if let Some(journal) = decision.journal {
            self.post(tenant, journal);
        }
        self.statements.lines.insert((tenant, decision.id), decided);
        Ok(Some(decision.id))
    }
}

fn known_refund(refund: &Refund) -> Option<KnownRefund> {
    let terms = refund.terms();
    let receipt = match refund.state() {
        RefundState::Done { receipt } => receipt.clone(),
        RefundState::Requested
        | RefundState::Sent
        | RefundState::Unknown
        | RefundState::InReview { .. }
        | RefundState::Rejected { .. }
        | RefundState::Cancelled => return None,
    };
    let original = terms.original.as_ref()?.receipt.clone();
    (terms.way == RefundWay::MpesaReversal).then_some(KnownRefund {
        refund: terms.id,
        payment: terms.payment,
        receipt,
        original,
        amount: terms.amount,
    })
}

fn many(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn same(one: &StatementLine, other: &StatementLine) -> bool {
    (&one.receipt, one.kind, one.amount) == (&other.receipt, other.kind, other.amount)
}

#[async_trait]
impl StatementBook for InMemoryBook {
    async fn bring_in(&self, tenant: TenantId, file: StatementFile) -> Result<StatementHead, Outage> {
        yield_once().await;
        let statements = &mut locked(&self.shelf).statements;
        let mut known = statements.heads.iter();
        let known = known.find(|(owner, print, _)| *owner == tenant && *print == file.print);
        if let Some((_, _, head)) = known {
            return Ok(statements.head(tenant, head));
        }
        let head = StatementHead {
            id: file.id,
            by: file.by,
            at: file.at,
            covers: file.covers,
            lines: 0,
            open: 0,
        };
        statements.heads.push((tenant, file.print, head.clone()));
        for (id, line) in file.lines {
            if statements.of(tenant).any(|other| same(&other.line, &line)) {
                continue;
            }
            let recorded = RecordedLine {
                id,
                statement: file.id,
                line,
                state: LineState::Open,
                payment: None,
                decider: None,
                decided_at: None,
                taken_back: 0,
            };
            statements.lines.insert((tenant, id), recorded);
        }
        Ok(statements.head(tenant, &head))
    }

    async fn statements(&self, tenant: TenantId) -> Result<Vec<StatementHead>, Outage> {
        yield_once().await;
        let statements = &locked(&self.shelf).statements;
        let own = statements
            .heads
            .iter()
            .rev()
            .filter(|(owner, _, _)| *owner == tenant);
        Ok(own.map(|(_, _, head)| statements.head(tenant, head)).collect())
    }

    async fn line(&self, tenant: TenantId, line: LineId) -> Result<Option<RecordedLine>, Outage> {
        yield_once().await;
        Ok(locked(&self.shelf).statements.lines.get(&(tenant, line)).cloned())
    }

    async fn lines(
        &self,
        tenant: TenantId,
        statement: StatementId,
        after: u32,
        most: u16,
    ) -> Result<Vec<RecordedLine>, Outage> {
        yield_once().await;
        let shelf = locked(&self.shelf);
        let own = shelf
            .statements
            .of(tenant)
            .filter(|line| line.statement == statement && line.line.number > after);
        let mut found: Vec<RecordedLine> = own.cloned().collect();
        found.sort_by_key(|line| line.line.number);
        found.truncate(usize::from(most));
        Ok(found)
    }

    async fn open_lines(
        &self,
        tenant: TenantId,
        after: Option<LineId>,
        most: u16,
    ) -> Result<Vec<RecordedLine>, Outage> {
        yield_once().await;
        let shelf = locked(&self.shelf);
        let open = shelf
            .statements
            .open(tenant)
            .filter(|line| after.is_none_or(|after| line.id > after));
        Ok(open.take(usize::from(most)).cloned().collect())
    }

    async fn unmatched(&self, tenant: TenantId, most: u16) -> Result<Unmatched, Outage> {
        yield_once().await;
        let shelf = locked(&self.shelf);
        let mut lines: Vec<RecordedLine> = shelf.statements.open(tenant).cloned().collect();
        lines.sort_by_key(|line| (line.line.at, line.id));
        let mut absences = shelf.absent(tenant);
        let (lines_count, absences_count) = (many(lines.len()), many(absences.len()));
        lines.truncate(usize::from(most));
        absences.truncate(usize::from(most));
        Ok(Unmatched {
            lines,
            lines_count,
            absences,
            absences_count,
        })
    }

    async fn known(&self, tenant: TenantId, receipts: Vec<Receipt>) -> Result<KnownBooks, Outage> {
        yield_once().await;
        let shelf = locked(&self.shelf);
        let named: BTreeSet<&str> = receipts.iter().map(Receipt::as_str).collect();
        let of = |receipt: Option<&Receipt>| receipt.is_some_and(|receipt| named.contains(receipt.as_str()));
        let money = shelf.money(tenant).into_iter().filter(|money| {
            let id = Id::from_uuid(money.attempt.as_uuid());
            of(money.receipt.as_ref()) && !shelf.never_moved(tenant, id)
        });
        let refunds = shelf.reversals(tenant).into_iter().map(|(refund, _)| refund);
        let refunds = refunds.filter(|refund| {
            let id = Id::from_uuid(refund.refund.as_uuid());
            let by_original = refund.receipt.is_none() && of(Some(&refund.original));
            (of(refund.receipt.as_ref()) || by_original) && !shelf.never_moved(tenant, id)
        });
        Ok(KnownBooks {
            money: money.collect(),
            refunds: refunds.collect(),
        })
    }

    async fn unnumbered(&self, tenant: TenantId) -> Result<Vec<KnownMoney>, Outage> {
        yield_once().await;
        let shelf = locked(&self.shelf);
        let unnumbered = shelf.money(tenant).into_iter().filter(|money| {
            let id = Id::from_uuid(money.attempt.as_uuid());
            money.receipt.is_none() && !shelf.never_moved(tenant, id)
        });
        Ok(unnumbered.collect())
    }

    async fn open_of_amounts(
        &self,
        tenant: TenantId,
        amounts: Vec<Money>,
    ) -> Result<Vec<RecordedLine>, Outage> {
        yield_once().await;
        let shelf = locked(&self.shelf);
        let open = shelf
            .statements
            .open(tenant)
            .filter(|open| open.line.kind == LineKind::Received && amounts.contains(&open.line.amount));
        Ok(open.cloned().collect())
    }

    async fn decide(
        &self,
        tenant: TenantId,
        decisions: Vec<LineDecision>,
    ) -> Result<Vec<LineId>, RecordError> {
        yield_once().await;
        let mut shelf = locked(&self.shelf);
        // What a change cannot be written for refuses all of them.
        for change in decisions.iter().filter_map(|decision| decision.change.as_ref()) {
            shelf.check(tenant, change)?;
        }
        // So does what was read before something was taken back.
        let stale = |decision: &LineDecision| {
            let line = shelf.statements.lines.get(&(tenant, decision.id));
            let open = line.filter(|line| line.state == LineState::Open);
            open.is_some_and(|line| line.taken_back != decision.taken_back)
        };
        if decisions.iter().any(stale) {
            return Err(RecordError::Stale);
        }
        let mut decided = Vec::new();
        for decision in decisions {
            decided.extend(shelf.decide(tenant, decision)?);
        }
        Ok(decided)
    }

    async fn reopen(
        &self,
        tenant: TenantId,
        order: LineTakeBack,
        decide: DecideReopen,
    ) -> Result<(), ReopenError> {
        yield_once().await;
        let mut shelf = locked(&self.shelf);
        let mut before = shelf.statements.taken_back.iter();
        let same = |(owner, before): &&(TenantId, LineTakeBack)| *owner == tenant && before.key == order.key;
        if let Some((_, before)) = before.find(same) {
            return if (before.line, before.ordered) == (order.line, order.ordered) {
                Ok(())
            } else {
                Err(LineStays::KeyUsed.into())
            };
        }
        let line = shelf.statements.lines.get(&(tenant, order.line)).cloned();
        let line = line.ok_or(LineStays::Unknown)?;
        let cause = match line.taken_back {
            0 => Cause::Stated(line.id),
            taken_back => Cause::StatedAgain {
                line: line.id,
                taken_back,
            },
        };
        let mut own = shelf.journals.iter().filter(|(owner, _)| *owner == tenant);
        let posted = own
            .find(|(_, journal)| journal.cause() == cause)
            .map(|(_, journal)| journal);
        let facts = LineFacts {
            line,
            posted: posted.map_or_else(Vec::new, |journal| journal.entries().to_vec()),
            cleared: posted.is_some_and(|journal| shelf.is_cleared(tenant, journal.id())),
        };
        let journal = decide(&facts)?;
        if let Some(journal) = journal {
            shelf.post(tenant, journal);
        }
        let line = &facts.line;
        let said = SaidOfLine::parse(line.state.as_str());
        if let (Some(said), Some(said_by), Some(said_at)) = (said, line.decider.clone(), line.decided_at) {
            let retraction = LineRetraction {
                said,
                said_by,
                said_at,
                by: order.by.clone(),
                at: order.at,
            };
            let kept = (tenant, order.line, retraction);
            shelf.statements.retractions.push(kept);
        }
        if let Some(line) = shelf.statements.lines.get_mut(&(tenant, order.line)) {
            line.state = LineState::Open;
            line.payment = None;
            line.decider = None;
            line.decided_at = None;
            line.taken_back = line.taken_back.saturating_add(1);
        }
        shelf.statements.taken_back.push((tenant, order));
        Ok(())
    }

    async fn retractions(&self, tenant: TenantId, line: LineId) -> Result<Vec<LineRetraction>, Outage> {
        yield_once().await;
        let statements = &locked(&self.shelf).statements;
        let own = statements.retractions.iter();
        let own = own.filter(|(owner, of, _)| (*owner, *of) == (tenant, line));
        Ok(own.map(|(_, _, retraction)| retraction.clone()).collect())
    }

    async fn absence(&self, tenant: TenantId, id: AbsenceId) -> Result<Option<Absent>, Outage> {
        yield_once().await;
        let absent = locked(&self.shelf).absent(tenant);
        Ok(absent.into_iter().find(|absent| absent.id == id))
    }

    async fn decide_absence(&self, tenant: TenantId, decision: AbsenceDecision) -> Result<bool, Outage> {
        yield_once().await;
        let mut shelf = locked(&self.shelf);
        let id = decision.absent.id;
        if !shelf.absent(tenant).iter().any(|absent| absent.id == id) {
            return Ok(false);
        }
        shelf.statements.absences.insert((tenant, id), decision.verdict);
        if let Some(journal) = decision.journal {
            shelf.post(tenant, journal);
        }
        Ok(true)
    }
}
