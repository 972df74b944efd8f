//! Refunds, messages about them, and credit, in memory: over the shelf of the payment book.

use async_trait::async_trait;
use ratiba_kernel::{Money, Outage, TenantId};
use time::OffsetDateTime;

use super::book::till::CashRefused;
use super::book::{InMemoryBook, Shelf, next_version};
use super::locked;
use crate::credit::Spend;
use crate::ledger::Place;
use crate::payment::{PaymentId, Purpose};
use crate::ports::{
    Arrival, CallbackOutcome, CreditBook, CreditFacts, DecideRefund, DecideSpend, PaymentRuleBook,
    PaymentRules, RefundBook, RefundChange, RefundFacts, RefundQuery, RefundRefused, ResultArrival,
    ResultInbox, SpendLook, SpendRefused, StoredResult, Taken,
};
use crate::reference::{Receipt, RequestKey, names_same_transfer};
use crate::refund::{Refund, RefundId, RefundState};
use crate::task::{Due, PaymentTask};
use crate::test_support::yield_once;
use crate::{CallbackId, VisitId};

fn receipt_of(refund: &Refund) -> Option<&Receipt> {
    match refund.state() {
        RefundState::Done { receipt } => receipt.as_ref(),
        RefundState::Requested
        | RefundState::Sent
        | RefundState::Unknown
        | RefundState::InReview { .. }
        | RefundState::Rejected { .. }
        | RefundState::Cancelled => None,
    }
}

fn rivals(one: &Refund, other: &Refund) -> Option<RefundRefused> {
    let original = |refund: &Refund| refund.terms().original.clone();
    if one.terms().key == other.terms().key {
        return Some(RefundRefused::KeyReused);
    }
    if let (Some(one), Some(other)) = (&one.terms().reference, &other.terms().reference)
        && names_same_transfer(one, other)
    {
        return Some(RefundRefused::TransferTaken);
    }
    if receipt_of(one).is_some() && receipt_of(one) == receipt_of(other) {
        return Some(RefundRefused::ReceiptTaken);
    }
    let both = one.counts() && other.counts() && original(one).is_some();
    // Of one order that was charged back the visit's part and the tip's are a refund each.
    let same = original(one) == original(other) && one.terms().payment == other.terms().payment;
    (both && same).then_some(RefundRefused::NothingToReverse)
}

#[async_trait]
impl RefundBook for InMemoryBook {
    async fn refund(&self, tenant: TenantId, id: RefundId) -> Result<Option<Refund>, Outage> {
        yield_once().await;
        let shelf = locked(&self.shelf);
        let found = shelf
            .refunds
            .iter()
            .find(|(owner, refund)| *owner == tenant && refund.id() == id);
        Ok(found.map(|(_, refund)| refund.clone()))
    }

    async fn refund_of_request(&self, tenant: TenantId, key: &RequestKey) -> Result<Option<Refund>, Outage> {
        yield_once().await;
        let shelf = locked(&self.shelf);
        let found = shelf
            .refunds
            .iter()
            .find(|(owner, refund)| *owner == tenant && refund.terms().key == *key);
        Ok(found.map(|(_, refund)| refund.clone()))
    }

    async fn refunds_of_visit(&self, tenant: TenantId, visit: VisitId) -> Result<Vec<Refund>, Outage> {
        yield_once().await;
        let shelf = locked(&self.shelf);
        let own = shelf
            .refunds
            .iter()
            .filter(|(owner, refund)| *owner == tenant && refund.terms().visit == visit)
            .filter(|(_, refund)| {
                let of = shelf.payments.get(&(tenant, refund.terms().payment));
                of.is_none_or(|record| record.payment.purpose() != Purpose::Tip)
            });
        Ok(own.map(|(_, refund)| refund.clone()).collect())
    }

    async fn refunds(&self, tenant: TenantId, query: RefundQuery) -> Result<Vec<Refund>, Outage> {
        yield_once().await;
        let shelf = locked(&self.shelf);
        let wanted = shelf.refunds.iter().filter(|(owner, refund)| {
            *owner == tenant
                && query
                    .payment
                    .is_none_or(|payment| refund.terms().payment == payment)
                && query
                    .state
                    .as_ref()
                    .is_none_or(|state| refund.state().as_str() == state)
                && query.before.is_none_or(|before| refund.id() < before)
        });
        let mut found: Vec<Refund> = wanted.map(|(_, refund)| refund.clone()).collect();
        found.sort_by_key(Refund::id);
        found.reverse();
        found.truncate(usize::from(query.most));
        Ok(found)
    }

    async fn amend(
        &self,
        tenant: TenantId,
        payment: PaymentId,
        decide: DecideRefund,
    ) -> Result<Option<Refund>, RefundRefused> {
        yield_once().await;
        let mut shelf = locked(&self.shelf);
        let facts = shelf.refund_facts(tenant, payment)?;
        let facts = facts.ok_or(RefundRefused::NoSuchPayment)?;
        let Some(change) = decide(&facts)? else {
            return Ok(None);
        };
        let refund = change.refund.clone();
        shelf.write_refund(tenant, &facts, change)?;
        Ok(Some(refund))
    }
}

impl Shelf {
    pub(super) fn refund_facts(
        &self,
        tenant: TenantId,
        payment: PaymentId,
    ) -> Result<Option<RefundFacts>, Outage> {
        let Some(record) = self.payments.get(&(tenant, payment)).cloned() else {
            return Ok(None);
        };
        let own = self
            .refunds
            .iter()
            .filter(|(owner, refund)| *owner == tenant && refund.terms().payment == payment);
        let refunds = own.map(|(_, refund)| refund.clone()).collect();
        let nothing = Money::zero(record.payment.currency());
        let owed = |place: Place| {
            nothing
                .checked_sub(self.lies_at(tenant, place, nothing)?)
                .map_err(Outage::new)
        };
        Ok(Some(RefundFacts {
            visit: self.seen(tenant, record.payment.visit()),
            on_deposit: owed(Place::deposit(record.payment.customer(), payment))?,
            credit: owed(Place::credit(record.payment.customer()))?,
            record,
            refunds,
        }))
    }

    pub(super) fn write_refund(
        &mut self,
        tenant: TenantId,
        facts: &RefundFacts,
        change: RefundChange,
    ) -> Result<(), RefundRefused> {
        match self.cash_refused(tenant, &change.journals) {
            None => {}
            Some(CashRefused::Closed) => return Err(RefundRefused::TillClosed),
            Some(CashRefused::Short) => return Err(RefundRefused::NotInDrawer),
        }
        let payment = facts.record.payment.id();
        let others = self
            .refunds
            .iter()
            .filter(|(owner, refund)| *owner == tenant && refund.id() != change.refund.id());
        let transfer = change.refund.terms().reference.as_deref();
        if transfer.is_some_and(|transfer| self.is_paid_out_by(tenant, transfer)) {
            return Err(RefundRefused::TransferTaken);
        }
        if let Some(refused) = others
            .filter_map(|(_, other)| rivals(other, &change.refund))
            .next()
        {
            return Err(refused);
        }
        let moved = facts
            .refund(change.refund.id())
            .is_none_or(|before| before.state() != change.refund.state());
        if let Some(record) = self.payments.get_mut(&(tenant, payment))
            && (moved || change.uncredited.is_some())
        {
            record.payment = next_version(change.uncredited.as_ref().unwrap_or(&record.payment));
        }
        let known = self
            .refunds
            .iter_mut()
            .find(|(owner, refund)| *owner == tenant && refund.id() == change.refund.id());
        match known {
            Some((_, stored)) => *stored = change.refund.clone(),
            None => self.refunds.push((tenant, change.refund.clone())),
        }
        if let Some(route) = change.route {
            let refund = change.refund.id();
            self.refund_routes
                .entry(route.token)
                .or_insert((tenant, refund, route.brings, route.expires_at));
        }
        for journal in change.journals {
            self.post(tenant, journal);
        }
        if let Some((message, outcome)) = change.message {
            self.conclude_result(tenant, message, outcome, change.at);
        }
        let events = change.events.into_iter().map(|event| (tenant, event));
        self.events.extend(events);
        self.tasks
            .extend(change.tasks.into_iter().map(|due| (tenant, due)));
        Ok(())
    }
}

#[async_trait]
impl ResultInbox for InMemoryBook {
    async fn take_result(&self, mut arrival: ResultArrival) -> Result<Taken, Outage> {
        yield_once().await;
        arrival.body.truncate(Arrival::BODY_BYTES_MAX);
        let mut shelf = locked(&self.shelf);
        let route = shelf.refund_routes.get(&arrival.token).copied();
        let Some((tenant, refund, brings, _)) = route.filter(|(.., expires_at)| *expires_at > arrival.at)
        else {
            let letter = Arrival {
                id: arrival.id,
                provider: crate::attempt::Provider::Mpesa,
                token: arrival.token,
                body: arrival.body,
                source: arrival.source,
                at: arrival.at,
            };
            return Ok(shelf.bury(route.map(|(tenant, ..)| tenant), letter));
        };
        let stored = StoredResult {
            id: arrival.id,
            refund,
            brings,
            timed_out: arrival.timed_out,
            body: arrival.body,
            outcome: None,
        };
        let same = shelf.results.iter().find(|((owner, _), other)| {
            *owner == tenant
                && other.refund == refund
                && (other.brings, other.timed_out) == (brings, stored.timed_out)
                && other.body == stored.body
        });
        if let Some(((_, callback), _)) = same {
            return Ok(Taken::Repeated {
                tenant,
                callback: *callback,
            });
        }
        shelf.results.insert((tenant, arrival.id), stored);
        let task = PaymentTask::ApplyResult { message: arrival.id };
        shelf.tasks.push((tenant, Due { at: arrival.at, task }));
        Ok(Taken::Stored {
            tenant,
            callback: arrival.id,
            attempt: None,
        })
    }

    async fn stored_result(
        &self,
        tenant: TenantId,
        message: CallbackId,
    ) -> Result<Option<StoredResult>, Outage> {
        yield_once().await;
        Ok(locked(&self.shelf).results.get(&(tenant, message)).cloned())
    }

    async fn conclude_result(
        &self,
        tenant: TenantId,
        message: CallbackId,
        outcome: CallbackOutcome,
        at: OffsetDateTime,
    ) -> Result<(), Outage> {
        yield_once().await;
        locked(&self.shelf).conclude_result(tenant, message, outcome, at);
        Ok(())
    }
}

impl Shelf {
    fn rules_of(&self, tenant: TenantId) -> (PaymentRules, i32) {
        let kept = self.rules.get(&tenant).copied();
        kept.unwrap_or((PaymentRules::default(), 1))
    }

    fn conclude_result(
        &mut self,
        tenant: TenantId,
        message: CallbackId,
        outcome: CallbackOutcome,
        at: OffsetDateTime,
    ) {
        let Some(stored) = self.results.get_mut(&(tenant, message)) else {
            return;
        };
        if stored.outcome.is_some() {
            return;
        }
        stored.outcome = Some(outcome);
        let body = stored.body.clone();
        self.copy_to_letters(tenant, outcome, body, at);
    }
}

#[async_trait]
impl CreditBook for InMemoryBook {
    async fn spend(
        &self,
        tenant: TenantId,
        look: SpendLook,
        decide: DecideSpend,
    ) -> Result<Option<Spend>, SpendRefused> {
        yield_once().await;
        let mut shelf = locked(&self.shelf);
        let before = shelf
            .spends
            .iter()
            .find(|(owner, spend)| *owner == tenant && spend.key == look.key);
        if let Some((_, before)) = before {
            return if before.fingerprint == look.fingerprint {
                Ok(Some(before.clone()))
            } else {
                Err(SpendRefused::KeyReused)
            };
        }
        let nothing = Money::zero(look.currency);
        let lies = shelf.lies_at(tenant, Place::credit(look.customer), nothing)?;
        let own = shelf.records(tenant).filter(|record| {
            record.payment.visit() == look.visit && record.payment.purpose() != Purpose::Tip
        });
        let mut payments: Vec<_> = own.cloned().collect();
        payments.sort_by_key(|record| (record.payment.created_at(), record.payment.id()));
        let facts = CreditFacts {
            credit: nothing.checked_sub(lies).map_err(Outage::new)?,
            payments,
        };
        let Some(chosen) = decide(&facts)? else {
            return Ok(None);
        };
        shelf.check(tenant, &chosen.change)?;
        shelf.write(tenant, chosen.change);
        shelf.spends.push((tenant, chosen.spend.clone()));
        Ok(Some(chosen.spend))
    }

    async fn spends_of_visit(&self, tenant: TenantId, visit: VisitId) -> Result<Vec<Spend>, Outage> {
        yield_once().await;
        let shelf = locked(&self.shelf);
        let own = shelf
            .spends
            .iter()
            .filter(|(owner, spend)| *owner == tenant && spend.visit == visit);
        let mut own: Vec<Spend> = own.map(|(_, spend)| spend.clone()).collect();
        own.sort_by_key(|spend| (spend.at, spend.id));
        Ok(own)
    }
}

#[async_trait]
impl PaymentRuleBook for InMemoryBook {
    async fn payment_rules(&self, tenant: TenantId) -> Result<(PaymentRules, i32), Outage> {
        yield_once().await;
        Ok(locked(&self.shelf).rules_of(tenant))
    }

    async fn put_payment_rules(
        &self,
        tenant: TenantId,
        rules: PaymentRules,
        seen: i32,
    ) -> Result<Option<i32>, Outage> {
        yield_once().await;
        let mut shelf = locked(&self.shelf);
        let (_, version) = shelf.rules_of(tenant);
        if version != seen {
            return Ok(None);
        }
        shelf.rules.insert(tenant, (rules, version + 1));
        Ok(Some(version + 1))
    }
}
