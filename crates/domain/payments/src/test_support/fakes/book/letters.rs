//! The dead letters of a tenant, in memory. A letter's id is its number in the order of arrival.

use std::collections::BTreeMap;

use async_trait::async_trait;
use ratiba_kernel::{Money, Outage, TenantId};
use uuid::Uuid;

use super::{DeadLetter as Buried, InMemoryBook, Shelf, locked, yield_once};
use crate::attempt::{Attempt, AttemptId, Provider};
use crate::dead_letter::{
    DeadLetter, Handled, LetterDecision, LetterId, LetterMatch, LetterState, Matched, TakeBack, TakenBack,
    Told, lacks_its_receipt,
};
use crate::ledger::{Entry, Place};
use crate::payment::{Payment, PaymentId, PaymentRecord, PaymentState};
use crate::ports::{
    Change, DeadLetters, DecideUnmatch, LetterDecided, LetterQuery, LetterReopened, UnmatchError,
};
use crate::reference::Receipt;
use crate::remark::Remark;

/// What became of a letter that somebody dealt with.
pub(super) struct Worked {
    state: LetterState,
    handled: Handled,
    receipt: Option<Receipt>,
    came: Option<Receipt>,
    told: Option<Told>,
    known_from: Option<Remark>,
    payment: Option<PaymentId>,
}

/// A decision that was taken back.
pub(super) struct Undone {
    tenant: TenantId,
    order: TakeBack,
    what: TakenBack,
}

fn id_of(place: usize) -> LetterId {
    let number = u128::try_from(place).unwrap_or(u128::MAX);
    LetterId::from_uuid(Uuid::from_u128(number + 1))
}

impl Shelf {
    fn place_of(&self, tenant: TenantId, letter: LetterId) -> Option<usize> {
        let mut all = self.dead_letters.iter().enumerate();
        all.find(|(place, buried)| id_of(*place) == letter && buried.tenant == Some(tenant))
            .map(|(place, _)| place)
    }

    pub(super) fn is_new_letter(&self, tenant: TenantId, letter: LetterId) -> bool {
        let place = self.place_of(tenant, letter);
        place.is_some_and(|place| !self.worked.contains_key(&place))
    }

    pub(super) fn match_letter(&mut self, matched: LetterMatch, payment: PaymentId) {
        let place = (0..self.dead_letters.len()).find(|place| id_of(*place) == matched.letter);
        if let Some(place) = place {
            self.worked.entry(place).or_insert(Worked {
                state: LetterState::Matched,
                handled: matched.handled,
                receipt: Some(matched.receipt),
                came: None,
                told: matched.told,
                known_from: matched.known_from,
                payment: Some(payment),
            });
        }
    }

    /// Whether the money under a receipt went back without being booked, as a person found.
    pub(super) fn went_back(&self, tenant: TenantId, receipt: &Receipt) -> bool {
        self.letters_of(tenant)
            .any(|letter| letter.came.as_ref() == Some(receipt))
    }

    /// What a person decided about a letter that tells of this attempt's money, if that was not booked for its payment.
    fn decided_elsewhere(
        &self,
        tenant: TenantId,
        payment: &Payment,
        attempt: &Attempt,
    ) -> Option<LetterState> {
        let own = |place: &usize| {
            let buried = self.dead_letters.get(*place);
            buried.is_some_and(|buried| buried.tenant == Some(tenant))
        };
        let about = |worked: &&Worked| {
            let told = worked.told.as_ref();
            told.is_some_and(|told| told.is_of(&payment.account_reference(), attempt))
                && worked.payment != Some(payment.id())
        };
        let decided = self.worked.iter().filter(|(place, _)| own(place));
        let mut about_it = decided.map(|(_, worked)| worked).filter(about);
        about_it.next().map(|worked| worked.state)
    }

    /// Whether a person decided about the money that makes an attempt paid, so that it cannot be booked.
    pub(super) fn told_of_gone(&self, tenant: TenantId, payment: &Payment, attempt: &Attempt) -> bool {
        if let Some(receipt) = attempt.receipt() {
            return self.went_back(tenant, receipt);
        }
        let stored = self.payments.get(&(tenant, payment.id()));
        let before = stored.and_then(|record| record.attempt(attempt.id()));
        let was_so = before.is_some_and(lacks_its_receipt);
        attempt.evidence().is_some() && !was_so && self.decided_elsewhere(tenant, payment, attempt).is_some()
    }

    /// The payment and the attempt that have the money booked although nobody knows its number.
    pub(super) fn without_receipt(
        &self,
        tenant: TenantId,
        told: &Told,
    ) -> Option<(PaymentRecord, AttemptId)> {
        self.records(tenant).find_map(|record| {
            let account = record.payment.account_reference();
            let mut own = record.attempts.iter();
            let holder = own.find(|attempt| told.is_booked_by(&account, attempt))?;
            Some((record.clone(), holder.id()))
        })
    }

    /// Whether the letter of a change tells of money that another payment has without knowing its number.
    pub(super) fn is_booked_beside(&self, tenant: TenantId, change: &Change) -> bool {
        let told = change.letter.as_ref().and_then(|matched| matched.told.as_ref());
        let holder = told.and_then(|told| self.without_receipt(tenant, told));
        holder.is_some_and(|(record, _)| record.payment.id() != change.payment.id())
    }

    /// What came of the order under this key before, if one was given.
    fn under_key(&self, tenant: TenantId, order: &TakeBack) -> Option<LetterReopened> {
        let mut own = self.taken_back.iter().filter(|undone| undone.tenant == tenant);
        let before = own.find(|undone| undone.order.key == order.key)?;
        let same = before.order.letter == order.letter && before.order.ordered == order.ordered;
        Some(if same {
            LetterReopened::Before
        } else {
            LetterReopened::KeyReused
        })
    }

    /// A letter that is matched, and what was made of its money since.
    fn matched(&self, tenant: TenantId, place: usize) -> Option<Matched> {
        let letter = self.dug_out(place, self.dead_letters.get(place)?);
        let record = self.payments.get(&(tenant, letter.payment?))?.clone();
        let payment = &record.payment;
        let nothing = Money::zero(payment.currency());
        let mut attempts = record.attempts.iter();
        let holder = attempts.find(|attempt| attempt.receipt() == letter.receipt.as_ref());
        let holder = holder.map(Attempt::id);
        let mut lines: BTreeMap<Place, i64> = BTreeMap::new();
        let own = self
            .journals
            .iter()
            .filter(|(owner, journal)| *owner == tenant && holder.is_some() && journal.attempt() == holder);
        for entry in own.flat_map(|(_, journal)| journal.entries()) {
            *lines.entry(entry.place).or_default() += entry.amount.amount_minor();
        }
        let lines = lines.into_iter().filter(|(_, minor)| *minor != 0);
        let posted = lines.map(|(place, minor)| Entry {
            place,
            amount: Money::new(minor, payment.currency()),
        });
        let has = |place| {
            let lies = self.lies_at(tenant, place, nothing);
            lies.map_or(0, |lies| -lies.amount_minor())
        };
        let mut refunds = self.refunds.iter();
        let anew = |other: &PaymentRecord| {
            other.payment.id() != payment.id()
                && other.payment.visit() == payment.visit()
                && other.payment.purpose() == payment.purpose()
                && other.payment.state() == PaymentState::Open
        };
        Some(Matched {
            posted: posted.collect(),
            credit: Money::new(has(Place::credit(payment.customer())), payment.currency()),
            refunded: refunds.any(|(owner, refund)| {
                *owner == tenant && refund.terms().payment == payment.id() && refund.counts()
            }),
            earned: has(Place::revenue(payment.customer(), payment.id())) != 0,
            stated: false,
            asked_anew: self.records(tenant).any(anew),
            letter,
            record,
        })
    }

    fn dug_out(&self, place: usize, buried: &Buried) -> DeadLetter {
        let worked = self.worked.get(&place);
        DeadLetter {
            id: id_of(place),
            provider: Provider::Mpesa,
            reason: buried.reason.clone(),
            body: buried.body.clone(),
            received_at: buried.at,
            state: worked.map_or(LetterState::New, |worked| worked.state),
            handled: worked.map(|worked| worked.handled.clone()),
            receipt: worked.and_then(|worked| worked.receipt.clone()),
            came: worked.and_then(|worked| worked.came.clone()),
            payment: worked.and_then(|worked| worked.payment),
            known_from: worked.and_then(|worked| worked.known_from.clone()),
        }
    }

    fn letters_of(&self, tenant: TenantId) -> impl DoubleEndedIterator<Item = DeadLetter> {
        let all = self.dead_letters.iter().enumerate();
        let own = all.filter(move |(_, buried)| buried.tenant == Some(tenant));
        own.map(|(place, buried)| self.dug_out(place, buried))
    }
}

#[async_trait]
impl DeadLetters for InMemoryBook {
    async fn list(&self, tenant: TenantId, query: LetterQuery) -> Result<Vec<DeadLetter>, Outage> {
        yield_once().await;
        let shelf = locked(&self.shelf);
        let wanted = |letter: &DeadLetter| {
            query.state.is_none_or(|state| state == letter.state)
                && query.provider.is_none_or(|provider| provider == letter.provider)
                && query
                    .reason
                    .as_ref()
                    .is_none_or(|reason| *reason == letter.reason)
                && query.before.is_none_or(|before| letter.id < before)
        };
        let newest_first = shelf.letters_of(tenant).rev().filter(wanted);
        Ok(newest_first.take(usize::from(query.most)).collect())
    }

    async fn find(&self, tenant: TenantId, letter: LetterId) -> Result<Option<DeadLetter>, Outage> {
        yield_once().await;
        let shelf = locked(&self.shelf);
        Ok(shelf.letters_of(tenant).find(|other| other.id == letter))
    }

    async fn decide(
        &self,
        tenant: TenantId,
        letter: LetterId,
        decision: LetterDecision,
    ) -> Result<LetterDecided, Outage> {
        yield_once().await;
        let mut shelf = locked(&self.shelf);
        let new = shelf.is_new_letter(tenant, letter);
        let Some(place) = shelf.place_of(tenant, letter).filter(|_| new) else {
            return Ok(LetterDecided::Before);
        };
        let LetterDecision {
            verdict,
            told,
            known_from,
            handled,
        } = decision;
        if let Some(came) = verdict.came() {
            let holds = |attempt: &Attempt| attempt.receipt() == Some(came);
            let mut records = shelf.records(tenant);
            let holder = records.find(|record| record.attempts.iter().any(holds));
            let holder = holder.map(|record| record.payment.id());
            let nameless = told.as_ref().and_then(|told| shelf.without_receipt(tenant, told));
            if let Some(payment) = holder.or(nameless.map(|(record, _)| record.payment.id())) {
                return Ok(LetterDecided::Booked(payment));
            }
        }
        let worked = Worked {
            state: verdict.state(),
            told: told.filter(|_| verdict.state() == LetterState::Refunded),
            known_from: known_from.filter(|_| verdict.came().is_some()),
            handled,
            receipt: verdict.receipt().cloned(),
            came: verdict.came().cloned(),
            payment: None,
        };
        shelf.worked.insert(place, worked);
        Ok(LetterDecided::Now)
    }

    async fn decided_elsewhere(
        &self,
        tenant: TenantId,
        payment: &Payment,
        attempt: &Attempt,
    ) -> Result<Option<LetterState>, Outage> {
        yield_once().await;
        Ok(locked(&self.shelf).decided_elsewhere(tenant, payment, attempt))
    }

    async fn take_back(&self, tenant: TenantId, order: TakeBack) -> Result<LetterReopened, Outage> {
        yield_once().await;
        let mut shelf = locked(&self.shelf);
        if let Some(before) = shelf.under_key(tenant, &order) {
            return Ok(before);
        }
        let Some(place) = shelf.place_of(tenant, order.letter) else {
            return Ok(LetterReopened::NothingSaid);
        };
        let worked = shelf.worked.get(&place);
        let unbooked = |worked: &&Worked| match worked.state {
            LetterState::Refunded | LetterState::Dismissed => true,
            LetterState::New | LetterState::Matched => false,
        };
        let Some(worked) = worked.filter(unbooked) else {
            return Ok(LetterReopened::NothingSaid);
        };
        let what = TakenBack {
            said: worked.handled.clone(),
            receipt: worked.receipt.clone(),
            came: worked.came.clone(),
            payment: None,
            by: order.by.clone(),
        };
        shelf.worked.remove(&place);
        shelf.taken_back.push(Undone { tenant, order, what });
        Ok(LetterReopened::Now)
    }

    async fn unmatch(
        &self,
        tenant: TenantId,
        order: TakeBack,
        decide: DecideUnmatch,
    ) -> Result<LetterReopened, UnmatchError> {
        yield_once().await;
        let mut shelf = locked(&self.shelf);
        if let Some(before) = shelf.under_key(tenant, &order) {
            return Ok(before);
        }
        let place = shelf.place_of(tenant, order.letter);
        let Some((place, matched)) = place.and_then(|place| Some((place, shelf.matched(tenant, place)?)))
        else {
            return Ok(LetterReopened::NothingSaid);
        };
        let change = decide(&matched)?;
        shelf.check(tenant, &change)?;
        let letter = matched.letter;
        let Some(said) = letter.handled else {
            return Ok(LetterReopened::NothingSaid);
        };
        let what = TakenBack {
            said,
            receipt: letter.receipt,
            came: None,
            payment: letter.payment,
            by: order.by.clone(),
        };
        shelf.write(tenant, change);
        shelf.worked.remove(&place);
        shelf.taken_back.push(Undone { tenant, order, what });
        Ok(LetterReopened::Now)
    }

    async fn taken_back(&self, tenant: TenantId, letter: LetterId) -> Result<Vec<TakenBack>, Outage> {
        yield_once().await;
        let shelf = locked(&self.shelf);
        let all = shelf.taken_back.iter();
        let own = all.filter(|undone| undone.tenant == tenant && undone.order.letter == letter);
        Ok(own.map(|undone| undone.what.clone()).collect())
    }
}
