//! The dead letters of a tenant, in memory. A letter's id is its number in the order of arrival.

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId};
use uuid::Uuid;

use super::{DeadLetter as Buried, InMemoryBook, Shelf, locked, receipt_of, yield_once};
use crate::attempt::{Attempt, Provider};
use crate::dead_letter::{
    DeadLetter, Handled, LetterId, LetterMatch, LetterState, LetterVerdict, TakeBack, TakenBack,
};
use crate::payment::PaymentId;
use crate::ports::{DeadLetters, LetterDecided, LetterQuery, LetterReopened};
use crate::reference::Receipt;

/// What became of a letter that somebody dealt with.
pub(super) struct Worked {
    state: LetterState,
    handled: Handled,
    receipt: Option<Receipt>,
    came: Option<Receipt>,
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
                payment: Some(payment),
            });
        }
    }

    /// Whether the money under a receipt went back without being booked, as a person found.
    pub(super) fn went_back(&self, tenant: TenantId, receipt: &Receipt) -> bool {
        self.letters_of(tenant)
            .any(|letter| letter.came.as_ref() == Some(receipt))
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
        verdict: LetterVerdict,
        handled: Handled,
    ) -> Result<LetterDecided, Outage> {
        yield_once().await;
        let mut shelf = locked(&self.shelf);
        let new = shelf.is_new_letter(tenant, letter);
        let Some(place) = shelf.place_of(tenant, letter).filter(|_| new) else {
            return Ok(LetterDecided::Before);
        };
        let holds = |attempt: &Attempt| receipt_of(attempt) == verdict.came();
        let booked = shelf
            .records(tenant)
            .any(|record| record.attempts.iter().any(holds));
        if verdict.came().is_some() && booked {
            return Ok(LetterDecided::Booked);
        }
        let worked = Worked {
            state: verdict.state(),
            handled,
            receipt: verdict.receipt().cloned(),
            came: verdict.came().cloned(),
            payment: None,
        };
        shelf.worked.insert(place, worked);
        Ok(LetterDecided::Now)
    }

    async fn take_back(&self, tenant: TenantId, order: TakeBack) -> Result<LetterReopened, Outage> {
        yield_once().await;
        let mut shelf = locked(&self.shelf);
        let mut own = shelf.taken_back.iter().filter(|undone| undone.tenant == tenant);
        if let Some(before) = own.find(|undone| undone.order.key == order.key) {
            let same = before.order.letter == order.letter && before.order.ordered == order.ordered;
            return Ok(if same {
                LetterReopened::Before
            } else {
                LetterReopened::KeyReused
            });
        }
        let Some(place) = shelf.place_of(tenant, order.letter) else {
            return Ok(LetterReopened::NotRefunded);
        };
        let worked = shelf.worked.get(&place);
        let Some(worked) = worked.filter(|worked| worked.state == LetterState::Refunded) else {
            return Ok(LetterReopened::NotRefunded);
        };
        let Some(receipt) = worked.receipt.clone() else {
            return Ok(LetterReopened::NotRefunded);
        };
        let what = TakenBack {
            said: worked.handled.clone(),
            receipt,
            came: worked.came.clone(),
            by: order.by.clone(),
        };
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
