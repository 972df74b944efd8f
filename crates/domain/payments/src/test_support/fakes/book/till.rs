//! The drawer in memory, over the same books.

use std::collections::BTreeMap;

use async_trait::async_trait;
use ratiba_kernel::{Currency, Money, Outage, TenantId};
use time::OffsetDateTime;

use super::{InMemoryBook, Shelf};
use crate::attempt::Attempt;
use crate::ledger::{Account, Cause, Journal, JournalId};
use crate::ports::{
    OtherTenders, Taking, Takings, TakingsBook, TillAsk, TillBook, TillDecision, TillError, TillFacts,
};
use crate::test_support::fakes::locked;
use crate::test_support::yield_once;
use crate::till::{CustomersCash, Drawer, Movement, MovementId, TillId, TillSession, TillStep};

/// What is on record of drawers.
#[derive(Default)]
pub(super) struct Tills {
    sessions: BTreeMap<(TenantId, TillId), (TillSession, Vec<Movement>)>,
    /// Which session was open when cash was booked.
    cash: BTreeMap<JournalId, TillId>,
    /// On which sheet a journal of another tender stands.
    sheets: BTreeMap<JournalId, TillId>,
}

/// Why cash cannot move.
pub(in crate::test_support::fakes) enum CashRefused {
    /// No session is open.
    Closed,
    /// The drawer holds less.
    Short,
}

impl Shelf {
    pub(super) fn said_at_opening(&self, tenant: TenantId, till: TillId) -> Option<String> {
        let (session, _) = self.tills.sessions.get(&(tenant, till))?;
        session.reason.as_ref().map(ToString::to_string)
    }

    pub(super) fn said_at_closing(&self, tenant: TenantId, till: TillId) -> Option<String> {
        let (session, _) = self.tills.sessions.get(&(tenant, till))?;
        let closing = session.closing.as_ref()?;
        closing.reason.as_ref().map(ToString::to_string)
    }

    pub(super) fn said_of_movement(&self, tenant: TenantId, id: MovementId) -> Option<String> {
        let own = self
            .tills
            .sessions
            .iter()
            .filter(|((owner, _), _)| *owner == tenant);
        let mut movements = own.flat_map(|(_, (_, movements))| movements);
        let found = movements.find(|movement| movement.id == id)?;
        Some(found.reason.to_string())
    }

    fn open_session(&self, tenant: TenantId) -> Option<TillId> {
        let mut own = self
            .tills
            .sessions
            .iter()
            .filter(|((owner, _), _)| *owner == tenant);
        own.find(|(_, (session, _))| session.closing.is_none())
            .map(|((_, id), _)| *id)
    }

    /// Cash belongs to the session that is open when it is booked.
    pub(super) fn note_cash(&mut self, tenant: TenantId, journal: JournalId) {
        if let Some(till) = self.open_session(tenant) {
            self.tills.cash.insert(journal, till);
        }
    }

    /// Why a journal cannot be posted, if it moves cash that cannot move.
    pub(in crate::test_support::fakes) fn cash_refused<'j>(
        &self,
        tenant: TenantId,
        journals: impl IntoIterator<Item = &'j Journal>,
    ) -> Option<CashRefused> {
        for journal in journals {
            let amount = of_account(journal, Account::CashDrawer);
            if amount == 0 {
                continue;
            }
            let open = self.open_session(tenant);
            let Some(drawer) = open.and_then(|till| self.drawer(tenant, till)) else {
                return Some(CashRefused::Closed);
            };
            let holds = drawer.sum().map(|sum| sum.expected.amount_minor());
            if amount < 0 && holds.is_ok_and(|holds| holds + amount < 0) {
                return Some(CashRefused::Short);
            }
        }
        None
    }

    fn drawer(&self, tenant: TenantId, till: TillId) -> Option<Drawer> {
        let (session, movements) = self.tills.sessions.get(&(tenant, till))?.clone();
        let (mut taken, mut given_back) = (0, 0);
        for (_, journal) in &self.journals {
            let own = match journal.cause() {
                Cause::TillOpened(_) | Cause::TillMoved(_) | Cause::TillClosed(_) => false,
                Cause::Received(_)
                | Cause::ReceivedAgain { .. }
                | Cause::Unmatched { .. }
                | Cause::Credited { .. }
                | Cause::Uncredited { .. }
                | Cause::Refunded(_)
                | Cause::ChargedBack(_)
                | Cause::WonBack(_)
                | Cause::Spent(_)
                | Cause::Earned { .. }
                | Cause::TipShared { .. }
                | Cause::Stated(_)
                | Cause::StatedAgain { .. }
                | Cause::Unstated { .. }
                | Cause::NeverMoved(_)
                | Cause::Cleared(_)
                | Cause::Uncleared(_)
                | Cause::PaidOut(_)
                | Cause::SetAside(_)
                | Cause::SetFree { .. } => self.tills.cash.get(&journal.id()) == Some(&till),
            };
            if own {
                let amount = of_account(journal, Account::CashDrawer);
                taken += amount.max(0);
                given_back += (-amount).max(0);
            }
        }
        let currency = session.float.currency();
        Some(Drawer {
            session,
            movements,
            customers: CustomersCash {
                taken: Money::new(taken, currency),
                given_back: Money::new(given_back, currency),
            },
        })
    }

    fn carry_out(&mut self, tenant: TenantId, till: Option<TillId>, step: TillStep) -> Option<TillId> {
        match step {
            TillStep::Done => till,
            TillStep::Open(session, journal, event) => {
                let id = session.id;
                self.tills.sessions.insert((tenant, id), (*session, Vec::new()));
                self.post_all(tenant, journal);
                self.events.extend(event.map(|event| (tenant, event)));
                Some(id)
            }
            TillStep::Move(movement, journal) => {
                if let Some((_, movements)) =
                    till.and_then(|till| self.tills.sessions.get_mut(&(tenant, till)))
                {
                    movements.push(movement);
                }
                self.post_all(tenant, Some(journal));
                till
            }
            TillStep::Close(closing, journal) => {
                self.post_all(tenant, journal);
                if let Some(till) = till {
                    let booked = self.booked(tenant, till, closing.at);
                    self.tills.sheets.extend(booked.into_iter().map(|id| (id, till)));
                    if let Some((session, _)) = self.tills.sessions.get_mut(&(tenant, till)) {
                        session.closing = Some(closing);
                    }
                }
                till
            }
        }
    }

    /// The journals of other tenders that belong to an open session's sheet: those of its time, and those that came too
    /// late for the sheet before.
    fn booked(&self, tenant: TenantId, till: TillId, until: OffsetDateTime) -> Vec<JournalId> {
        let Some((session, _)) = self.tills.sessions.get(&(tenant, till)) else {
            return Vec::new();
        };
        let own = self
            .tills
            .sessions
            .iter()
            .filter(|((owner, _), _)| *owner == tenant);
        let closed = own.filter_map(|(_, (session, _))| {
            let closing = session.closing.as_ref()?;
            Some((closing.at, session.opened_at))
        });
        let before = closed.max();
        let belongs = |at: OffsetDateTime| {
            let late = before.is_some_and(|(closed, opened)| (opened..closed).contains(&at));
            at < until && (at >= session.opened_at || late)
        };
        let journals = self.journals.iter().filter(|(owner, journal)| {
            *owner == tenant && belongs(journal.at()) && !self.tills.sheets.contains_key(&journal.id())
        });
        journals.map(|(_, journal)| journal.id()).collect()
    }

    fn post_all(&mut self, tenant: TenantId, journals: impl IntoIterator<Item = Journal>) {
        for journal in journals {
            self.post(tenant, journal);
        }
    }
}

fn of_account(journal: &Journal, account: Account) -> i64 {
    let own = journal
        .entries()
        .iter()
        .filter(|entry| entry.place.account == account);
    own.map(|entry| entry.amount.amount_minor()).sum()
}

#[async_trait]
impl TillBook for InMemoryBook {
    async fn is_open(&self, tenant: TenantId) -> Result<bool, Outage> {
        yield_once().await;
        Ok(locked(&self.shelf).open_session(tenant).is_some())
    }

    async fn current(&self, tenant: TenantId) -> Result<Option<Drawer>, Outage> {
        yield_once().await;
        let shelf = locked(&self.shelf);
        Ok(shelf
            .open_session(tenant)
            .and_then(|till| shelf.drawer(tenant, till)))
    }

    async fn find(&self, tenant: TenantId, till: TillId) -> Result<Option<Drawer>, Outage> {
        yield_once().await;
        Ok(locked(&self.shelf).drawer(tenant, till))
    }

    async fn sessions(
        &self,
        tenant: TenantId,
        before: Option<TillId>,
        most: u16,
    ) -> Result<Vec<TillSession>, Outage> {
        yield_once().await;
        let shelf = locked(&self.shelf);
        let own = shelf
            .tills
            .sessions
            .iter()
            .filter(|((owner, _), _)| *owner == tenant);
        let mut own: Vec<TillSession> = own.map(|(_, (session, _))| session.clone()).collect();
        own.sort_by_key(|session| std::cmp::Reverse((session.opened_at, session.id)));
        if let Some(before) = before {
            let place = own.iter().position(|session| session.id == before);
            own = place.map_or_else(Vec::new, |place| own.split_off(place + 1));
        }
        own.truncate(usize::from(most));
        Ok(own)
    }

    async fn step(
        &self,
        tenant: TenantId,
        currency: Currency,
        ask: TillAsk,
        decide: TillDecision,
    ) -> Result<Drawer, TillError> {
        yield_once().await;
        let mut shelf = locked(&self.shelf);
        let till = match &ask {
            TillAsk::Session(till) | TillAsk::Tips(till, _) => Some(*till),
            TillAsk::New(key) => {
                let mut own = shelf
                    .tills
                    .sessions
                    .iter()
                    .filter(|((owner, _), _)| *owner == tenant);
                let before = own.find(|(_, (session, _))| session.ordered.key == *key);
                before
                    .map(|((_, id), _)| *id)
                    .or_else(|| shelf.open_session(tenant))
            }
        };
        let own = shelf.journals.iter().filter(|(owner, _)| *owner == tenant);
        let in_books = own
            .map(|(_, journal)| of_account(journal, Account::CashDrawer))
            .sum();
        let facts = match (till.and_then(|till| shelf.drawer(tenant, till)), &ask) {
            (Some(drawer), TillAsk::Tips(_, staff)) => TillFacts::Tips {
                drawer: Box::new(drawer),
                owed: shelf
                    .tips_owed(tenant, currency)
                    .get(staff)
                    .copied()
                    .unwrap_or(Money::zero(currency)),
            },
            (Some(drawer), _) => TillFacts::Session(Box::new(drawer)),
            (None, TillAsk::New(_)) => TillFacts::Closed {
                in_books: Money::new(in_books, currency),
                first: shelf.tills.sessions.keys().all(|(owner, _)| *owner != tenant),
            },
            (None, TillAsk::Session(_) | TillAsk::Tips(..)) => TillFacts::Unknown,
        };
        let step = decide(&facts)?;
        let till = shelf.carry_out(tenant, till, step);
        let drawer = till.and_then(|till| shelf.drawer(tenant, till));
        drawer.ok_or_else(|| Outage::new("a step without a session").into())
    }
}

#[async_trait]
impl TakingsBook for InMemoryBook {
    async fn other_tenders(
        &self,
        tenant: TenantId,
        currency: Currency,
        till: TillId,
        until: OffsetDateTime,
    ) -> Result<OtherTenders, Outage> {
        yield_once().await;
        let shelf = locked(&self.shelf);
        let session = shelf.tills.sessions.get(&(tenant, till));
        let open = session.is_some_and(|(session, _)| session.closing.is_none());
        let fresh = if open {
            shelf.booked(tenant, till, until)
        } else {
            Vec::new()
        };
        let on_sheet = |id: JournalId| shelf.tills.sheets.get(&id) == Some(&till) || fresh.contains(&id);
        let of = |account: Account| {
            let mut lines: Vec<Taking> = Vec::new();
            for (owner, journal) in &shelf.journals {
                let amount = of_account(journal, account);
                if *owner != tenant || amount == 0 || !on_sheet(journal.id()) {
                    continue;
                }
                let refund = match journal.cause() {
                    Cause::Refunded(refund) | Cause::ChargedBack(refund) | Cause::WonBack(refund) => {
                        Some(refund)
                    }
                    Cause::Received(_)
                    | Cause::ReceivedAgain { .. }
                    | Cause::Unmatched { .. }
                    | Cause::Credited { .. }
                    | Cause::Uncredited { .. }
                    | Cause::PaidOut(_)
                    | Cause::SetAside(_)
                    | Cause::SetFree { .. }
                    | Cause::Spent(_)
                    | Cause::TillOpened(_)
                    | Cause::TillMoved(_)
                    | Cause::TillClosed(_)
                    | Cause::Earned { .. }
                    | Cause::TipShared { .. }
                    | Cause::Stated(_)
                    | Cause::StatedAgain { .. }
                    | Cause::Unstated { .. }
                    | Cause::NeverMoved(_)
                    | Cause::Cleared(_)
                    | Cause::Uncleared(_) => None,
                };
                let attempt = journal.attempt();
                let made = attempt.and_then(|id| shelf.records(tenant).find_map(|record| record.attempt(id)));
                lines.push(Taking {
                    at: journal.at(),
                    amount: Money::new(amount, currency),
                    payment: journal.payment(),
                    attempt,
                    refund,
                    receipt: made.and_then(Attempt::receipt).cloned(),
                });
            }
            lines.sort_by_key(|line| line.at);
            let total = lines.iter().map(|line| line.amount.amount_minor()).sum();
            let count = i64::try_from(lines.len()).unwrap_or(i64::MAX);
            lines.truncate(usize::try_from(Takings::LINES_MAX).unwrap_or(usize::MAX));
            Takings {
                total: Money::new(total, currency),
                lines,
                count,
            }
        };
        Ok(OtherTenders {
            card: of(Account::CardClearing),
            mpesa: of(Account::MpesaClearing),
        })
    }
}
