//! The payment book, the inbox and the ledger in memory.

mod by_hand;
mod earnings;
mod journals;
mod letters;
mod statements;
mod suspense;
pub(super) mod till;
mod tips;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use async_trait::async_trait;
use ratiba_kernel::{Currency, Money, Outage, PhoneNumber, TenantId, TokenHash};
use time::Duration;

use super::locked;
use crate::attempt::{Attempt, AttemptId, AttemptState, Provider};
use crate::credit::Spend;
use crate::event::PaymentEvent;
use crate::ledger::{Account, Journal, Place};
use crate::payment::{Payment, PaymentId, PaymentParts, PaymentRecord, PaymentState, Purpose};
use crate::payout::Payout;
use crate::ports::{
    Arrival, Brings, CallbackInbox, CallbackOutcome, Change, HouseCurrency, Ledger, NoticeAddress,
    PaymentBook, PaymentRules, RecordError, Rings, Route, RouteKey, Saying, StoredCallback, StoredResult,
    Taken, VisitSeen,
};
use crate::reference::RequestKey;
use crate::refund::{Refund, RefundId};
use crate::task::{Due, PaymentTask};
use crate::test_support::yield_once;
use crate::{CallbackId, CustomerId, VisitId};

/// How many dead letters of no tenant are kept within an hour.
pub const UNROUTED_PER_HOUR_MAX: usize = 1_000;

/// A dead letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// Whose it is, if anybody's.
    pub tenant: Option<TenantId>,
    /// Why it is here.
    pub reason: String,
    /// The body.
    pub body: Vec<u8>,
    /// When it came.
    pub at: time::OffsetDateTime,
}

#[derive(Default)]
pub(super) struct Shelf {
    pub(super) payments: BTreeMap<(TenantId, PaymentId), PaymentRecord>,
    pub(super) routes: BTreeMap<RouteKey, (TenantId, Route)>,
    pub(super) journals: Vec<(TenantId, Journal)>,
    callbacks: BTreeMap<(TenantId, CallbackId), StoredCallback>,
    pub(super) dead_letters: Vec<DeadLetter>,
    worked: BTreeMap<usize, letters::Worked>,
    taken_back: Vec<letters::Undone>,
    by_hand: by_hand::ByHand,
    pub(super) notices: Vec<super::notices::Kept>,
    pub(super) addresses: Vec<(TenantId, NoticeAddress)>,
    pub(super) retired: BTreeSet<String>,
    pub(super) nudged: BTreeSet<AttemptId>,
    pub(super) events: Vec<(TenantId, PaymentEvent)>,
    pub(super) tasks: Vec<(TenantId, Due)>,
    pub(super) refunds: Vec<(TenantId, Refund)>,
    pub(super) refund_routes: BTreeMap<TokenHash, (TenantId, RefundId, Brings, time::OffsetDateTime)>,
    pub(super) results: BTreeMap<(TenantId, CallbackId), StoredResult>,
    pub(super) spends: Vec<(TenantId, Spend)>,
    pub(super) payouts: Vec<(TenantId, Payout)>,
    pub(super) rules: BTreeMap<TenantId, (PaymentRules, i32)>,
    sayings: Vec<(TenantId, AttemptId, Saying)>,
    tills: till::Tills,
    statements: statements::Statements,
    clearings: Vec<(TenantId, crate::suspense::Clearing)>,
    keys: BTreeMap<(TenantId, RequestKey), (ratiba_kernel::Fingerprint, time::OffsetDateTime)>,
    pub(super) tips: Vec<(TenantId, crate::tip::Tip)>,
}

/// The payment book, the inbox and the ledger in memory. Every tenant keeps its books in shillings.
#[derive(Default)]
pub struct InMemoryBook {
    pub(super) shelf: Mutex<Shelf>,
}

impl InMemoryBook {
    /// All events of a tenant, oldest first.
    #[must_use]
    pub fn events(&self, tenant: TenantId) -> Vec<PaymentEvent> {
        of(&locked(&self.shelf).events, tenant)
    }

    /// All tasks of a tenant, in the order in which they were put on record.
    #[must_use]
    pub fn tasks(&self, tenant: TenantId) -> Vec<Due> {
        of(&locked(&self.shelf).tasks, tenant)
    }

    /// All journals of a tenant, oldest first.
    #[must_use]
    pub fn journals(&self, tenant: TenantId) -> Vec<Journal> {
        of(&locked(&self.shelf).journals, tenant)
    }

    /// Puts a journal into a tenant's books that nobody decided.
    pub fn post(&self, tenant: TenantId, journal: Journal) {
        locked(&self.shelf).post(tenant, journal);
    }

    /// All dead letters.
    #[must_use]
    pub fn dead_letters(&self) -> Vec<DeadLetter> {
        locked(&self.shelf).dead_letters.clone()
    }

    /// The hashes of the secrets of all addresses for notices, oldest first.
    #[must_use]
    pub fn address_keys(&self, tenant: TenantId) -> Vec<ratiba_kernel::TokenHash> {
        let own = of(&locked(&self.shelf).addresses, tenant);
        own.into_iter().map(|address| address.key).collect()
    }

    /// What providers answered about an attempt, oldest first.
    #[must_use]
    pub fn sayings(&self, attempt: AttemptId) -> Vec<Saying> {
        let shelf = locked(&self.shelf);
        let about = shelf.sayings.iter().filter(|(_, id, _)| *id == attempt);
        about.map(|(_, _, saying)| saying.clone()).collect()
    }
}

fn of<T: Clone>(all: &[(TenantId, T)], tenant: TenantId) -> Vec<T> {
    let own = all.iter().filter(|(owner, _)| *owner == tenant);
    own.map(|(_, value)| value.clone()).collect()
}

impl Shelf {
    pub(super) fn records(&self, tenant: TenantId) -> impl Iterator<Item = &PaymentRecord> {
        let own = self
            .payments
            .iter()
            .filter(move |((owner, _), _)| *owner == tenant);
        own.map(|(_, record)| record)
    }

    /// What a number was prompted for, by those attempts that are looked at.
    fn rings(&self, tenant: TenantId, number: &PhoneNumber, looked_at: impl Fn(&&Attempt) -> bool) -> Rings {
        let mut rings = Rings::default();
        let all = self.records(tenant).flat_map(|record| &record.attempts);
        for attempt in all.filter(looked_at) {
            let terms = attempt.terms();
            if terms.provider != Provider::Mpesa || terms.payer.as_ref() != Some(number) {
                continue;
            }
            let sent_at = attempt.progress().sent_at;
            rings.sent_at = rings.sent_at.max(sent_at);
            if attempt.is_live() {
                rings.live = Some((attempt.id(), sent_at.unwrap_or(terms.created_at)));
            }
        }
        rings
    }

    /// The visit's payments as they are now.
    pub(super) fn seen(&self, tenant: TenantId, visit: VisitId) -> VisitSeen {
        let own = self
            .records(tenant)
            .filter(|record| record.payment.visit() == visit && record.payment.purpose() != Purpose::Tip);
        VisitSeen::at(
            visit,
            own.map(|record| (record.payment.id(), record.payment.version())),
        )
    }

    pub(super) fn check(&self, tenant: TenantId, change: &Change) -> Result<(), RecordError> {
        let payment = &change.payment;
        let stored = self.payments.get(&(tenant, payment.id()));
        let version = stored.map_or(0, |record| record.payment.version());
        if version != payment.version() {
            return Err(RecordError::Stale);
        }
        // Seen as if somebody had closed the drawer in between.
        if self.cash_refused(tenant, &change.journals).is_some() {
            return Err(RecordError::Stale);
        }
        if stored.is_none() && self.records(tenant).any(|other| rivals(&other.payment, payment)) {
            return Err(RecordError::Stale);
        }
        if let Some(matched) = &change.letter
            && !self.is_new_letter(tenant, matched.letter)
        {
            return Err(RecordError::Stale);
        }
        if self.is_booked_beside(tenant, change) {
            return Err(RecordError::ReceiptTaken);
        }
        if let Some(seen) = &change.seen
            && self.seen(tenant, seen.visit()) != *seen
        {
            return Err(RecordError::Stale);
        }
        let Some(attempt) = &change.attempt else {
            return Ok(());
        };
        let prompts =
            attempt.state() == &AttemptState::Created && attempt.terms().provider == Provider::Mpesa;
        if let Some(number) = attempt.terms().payer.as_ref().filter(|_| prompts) {
            let others = |other: &&Attempt| other.id() != attempt.id();
            let rings = self.rings(tenant, number, others);
            if rings.may_ring(attempt.terms().created_at).is_err() {
                return Err(RecordError::LiveAttempt);
            }
        }
        if self.told_of_gone(tenant, payment, attempt) {
            return Err(RecordError::ReceiptTaken);
        }
        for record in self.records(tenant) {
            for other in record.attempts.iter().filter(|other| other.id() != attempt.id()) {
                if other.terms().key == attempt.terms().key {
                    return Err(RecordError::Stale);
                }
                if record.payment.id() == payment.id() && other.is_live() && attempt.is_live() {
                    return Err(RecordError::LiveAttempt);
                }
                let ids = (other.progress().ids.as_ref(), attempt.progress().ids.as_ref());
                if let (Some(theirs), Some(ours)) = ids
                    && theirs.tracking() == ours.tracking()
                {
                    return Err(RecordError::IdsTaken);
                }
                if let (Some(theirs), Some(ours)) = (other.receipt(), attempt.receipt())
                    && theirs == ours
                {
                    return Err(RecordError::ReceiptTaken);
                }
            }
        }
        Ok(())
    }

    pub(super) fn write(&mut self, tenant: TenantId, change: Change) {
        let at = (tenant, change.payment.id());
        let payment = next_version(&change.payment);
        let record = self.payments.entry(at).or_insert_with(|| PaymentRecord {
            payment: payment.clone(),
            attempts: Vec::new(),
        });
        record.payment = payment;
        if let Some(attempt) = change.attempt {
            if let Some(saying) = change.saying {
                self.sayings.push((tenant, attempt.id(), saying));
            }
            match record
                .attempts
                .iter_mut()
                .find(|other| other.id() == attempt.id())
            {
                Some(stored) => *stored = attempt,
                None => record.attempts.push(attempt),
            }
        }
        if let Some(came) = change.tip {
            let own = PaymentRecord {
                payment: next_version(&came.payment),
                attempts: Vec::new(),
            };
            self.payments.insert((tenant, came.tip.payment), own);
            self.tips.push((tenant, came.tip));
        }
        for route in change.routes {
            self.routes.entry(route.key.clone()).or_insert((tenant, route));
        }
        for journal in change.journals {
            self.post(tenant, journal);
        }
        if let Some((callback, outcome)) = change.callback
            && let Some(stored) = self.callbacks.get_mut(&(tenant, callback))
            && stored.outcome.is_none()
        {
            stored.outcome = Some(outcome);
            let body = stored.body.clone();
            self.copy_to_letters(tenant, outcome, body, change.at);
        }
        if let Some(matched) = change.letter {
            self.match_letter(matched, change.payment.id());
        }
        self.events
            .extend(change.events.into_iter().map(|event| (tenant, event)));
        self.tasks
            .extend(change.tasks.into_iter().map(|due| (tenant, due)));
    }
}

impl Shelf {
    /// Posts a journal, unless its cause was posted before.
    pub(super) fn post(&mut self, tenant: TenantId, journal: Journal) {
        let posted =
            |(owner, other): &(TenantId, Journal)| *owner == tenant && other.cause() == journal.cause();
        if !self.journals.iter().any(posted) {
            self.note_cash(tenant, journal.id());
            self.journals.push((tenant, journal));
        }
    }

    /// What the books hold at a place, debits positive.
    pub(super) fn lies_at(&self, tenant: TenantId, place: Place, nothing: Money) -> Result<Money, Outage> {
        let own = self.journals.iter().filter(|(owner, _)| *owner == tenant);
        let entries = own.flat_map(|(_, journal)| journal.entries());
        let here =
            entries.filter(|entry| entry.place == place && entry.amount.currency() == nothing.currency());
        Money::sum(nothing.currency(), here.map(|entry| entry.amount)).map_err(Outage::new)
    }
}

/// Whether two payments cannot both be on record.
fn rivals(one: &Payment, other: &Payment) -> bool {
    one.account_reference() == other.account_reference()
        || (one.visit() == other.visit()
            && one.purpose() == other.purpose()
            && one.state() == PaymentState::Open
            && other.state() == PaymentState::Open)
}

pub(super) fn next_version(payment: &Payment) -> Payment {
    let parts = payment.parts();
    let version = parts.version + 1;
    Payment::restore(PaymentParts { version, ..parts }).unwrap_or_else(|error| panic!("{error}"))
}

#[async_trait]
impl PaymentBook for InMemoryBook {
    async fn of_attempt(
        &self,
        tenant: TenantId,
        attempt: AttemptId,
    ) -> Result<Option<PaymentRecord>, Outage> {
        yield_once().await;
        let shelf = locked(&self.shelf);
        let found = shelf
            .records(tenant)
            .find(|record| record.attempt(attempt).is_some());
        Ok(found.cloned())
    }

    async fn of_request(
        &self,
        tenant: TenantId,
        key: &RequestKey,
    ) -> Result<Option<(PaymentRecord, AttemptId)>, Outage> {
        yield_once().await;
        let shelf = locked(&self.shelf);
        let found = shelf.records(tenant).find_map(|record| {
            let attempt = record
                .attempts
                .iter()
                .find(|attempt| attempt.terms().key == *key)?;
            Some((record.clone(), attempt.id()))
        });
        Ok(found)
    }

    async fn find(&self, tenant: TenantId, payment: PaymentId) -> Result<Option<PaymentRecord>, Outage> {
        yield_once().await;
        Ok(locked(&self.shelf).payments.get(&(tenant, payment)).cloned())
    }

    async fn of_visit(&self, tenant: TenantId, visit: VisitId) -> Result<Vec<PaymentRecord>, Outage> {
        yield_once().await;
        let shelf = locked(&self.shelf);
        let own = shelf
            .records(tenant)
            .filter(|record| record.payment.visit() == visit && record.payment.purpose() != Purpose::Tip);
        let mut found: Vec<PaymentRecord> = own.cloned().collect();
        found.sort_by_key(|record| (record.payment.created_at(), record.payment.id()));
        Ok(found)
    }

    async fn rings(&self, tenant: TenantId, number: &PhoneNumber) -> Result<Rings, Outage> {
        yield_once().await;
        Ok(locked(&self.shelf).rings(tenant, number, |_| true))
    }

    async fn record(&self, tenant: TenantId, change: Change) -> Result<(), RecordError> {
        yield_once().await;
        let mut shelf = locked(&self.shelf);
        shelf.check(tenant, &change)?;
        shelf.write(tenant, change);
        Ok(())
    }

    async fn record_all(&self, tenant: TenantId, changes: Vec<Change>) -> Result<(), RecordError> {
        yield_once().await;
        let mut shelf = locked(&self.shelf);
        for change in &changes {
            shelf.check(tenant, change)?;
        }
        for change in changes {
            shelf.write(tenant, change);
        }
        Ok(())
    }
}

#[async_trait]
impl Ledger for InMemoryBook {
    async fn balances(
        &self,
        tenant: TenantId,
        currency: Currency,
    ) -> Result<BTreeMap<Account, Money>, Outage> {
        yield_once().await;
        let mut balances = BTreeMap::new();
        for journal in self.journals(tenant) {
            for entry in journal
                .entries()
                .iter()
                .filter(|entry| entry.amount.currency() == currency)
            {
                let balance = balances
                    .entry(entry.place.account)
                    .or_insert(Money::zero(currency));
                *balance = balance.checked_add(entry.amount).map_err(Outage::new)?;
            }
        }
        Ok(balances)
    }

    async fn credit(
        &self,
        tenant: TenantId,
        customer: CustomerId,
        currency: Currency,
    ) -> Result<Money, Outage> {
        yield_once().await;
        let mut credit = Money::zero(currency);
        for journal in self.journals(tenant) {
            for entry in journal.entries() {
                let place = entry.place;
                if place.account == Account::CustomerDeposits
                    && place.customer == Some(customer)
                    && place.payment.is_none()
                    && entry.amount.currency() == currency
                {
                    credit = credit.checked_sub(entry.amount).map_err(Outage::new)?;
                }
            }
        }
        Ok(credit)
    }
}

#[async_trait]
impl HouseCurrency for InMemoryBook {
    async fn house_currency(&self, _tenant: TenantId) -> Result<Currency, Outage> {
        yield_once().await;
        Ok(Currency::Kes)
    }
}

#[async_trait]
impl CallbackInbox for InMemoryBook {
    async fn take(&self, mut arrival: Arrival) -> Result<Taken, Outage> {
        yield_once().await;
        arrival.body.truncate(Arrival::BODY_BYTES_MAX);
        let mut shelf = locked(&self.shelf);
        let route = shelf.routes.get(&RouteKey::CallbackToken(arrival.token)).cloned();
        let Some((tenant, route)) = route.clone().filter(|(_, route)| route.expires_at > arrival.at) else {
            let tenant = route.map(|(tenant, _)| tenant);
            return Ok(shelf.bury(tenant, arrival));
        };
        let mut own = shelf.callbacks.iter().filter(|((owner, _), _)| *owner == tenant);
        let same = own.find(|(_, other)| other.attempt == route.attempt && other.body == arrival.body);
        if let Some((_, same)) = same {
            let callback = same.id;
            return Ok(Taken::Repeated { tenant, callback });
        }
        let stored = StoredCallback {
            id: arrival.id,
            attempt: route.attempt,
            body: arrival.body,
            outcome: None,
        };
        shelf.callbacks.insert((tenant, arrival.id), stored);
        let task = PaymentTask::ApplyCallback { callback: arrival.id };
        shelf.tasks.push((tenant, Due { at: arrival.at, task }));
        Ok(Taken::Stored {
            tenant,
            callback: arrival.id,
            attempt: Some(route.attempt),
        })
    }

    async fn stored(&self, tenant: TenantId, callback: CallbackId) -> Result<Option<StoredCallback>, Outage> {
        yield_once().await;
        Ok(locked(&self.shelf).callbacks.get(&(tenant, callback)).cloned())
    }

    async fn conclude(
        &self,
        tenant: TenantId,
        callback: CallbackId,
        outcome: CallbackOutcome,
        at: time::OffsetDateTime,
    ) -> Result<(), Outage> {
        yield_once().await;
        let mut shelf = locked(&self.shelf);
        let Some(stored) = shelf.callbacks.get_mut(&(tenant, callback)) else {
            return Ok(());
        };
        if stored.outcome.is_some() {
            return Ok(());
        }
        stored.outcome = Some(outcome);
        let body = stored.body.clone();
        shelf.copy_to_letters(tenant, outcome, body, at);
        Ok(())
    }
}

impl Shelf {
    /// Puts what was refused into the dead letters.
    pub(super) fn copy_to_letters(
        &mut self,
        tenant: TenantId,
        outcome: CallbackOutcome,
        body: Vec<u8>,
        at: time::OffsetDateTime,
    ) {
        match outcome {
            CallbackOutcome::Applied => {}
            CallbackOutcome::Unreadable | CallbackOutcome::ForeignIds | CallbackOutcome::OtherMoney => {
                let reason = outcome.as_str().to_owned();
                self.dead_letters.push(DeadLetter {
                    tenant: Some(tenant),
                    reason,
                    body,
                    at,
                });
            }
        }
    }

    pub(super) fn bury(&mut self, tenant: Option<TenantId>, arrival: Arrival) -> Taken {
        let recent =
            |letter: &&DeadLetter| letter.tenant.is_none() && letter.at > arrival.at - Duration::hours(1);
        if tenant.is_none() && self.dead_letters.iter().filter(recent).count() >= UNROUTED_PER_HOUR_MAX {
            return Taken::Dropped;
        }
        let reason = if tenant.is_some() {
            "expired_token"
        } else {
            "unknown_token"
        };
        self.dead_letters.push(DeadLetter {
            tenant,
            reason: reason.to_owned(),
            body: arrival.body,
            at: arrival.at,
        });
        Taken::Unrouted { tenant }
    }
}
