//! What happens to tips, which are paid apart from everything that is paid for a visit.

use ratiba_booking::appointment::State;
use ratiba_booking::visit::{Visit, VisitId};
use ratiba_conversation::channel::Address;
use ratiba_conversation::use_cases::{ByTheRules, MoneyMatter, MoneyNews, TipStep};
use ratiba_kernel::{Id, Money, Outage, TenantId};
use ratiba_payments::attempt::{Attempt, StateName};
use ratiba_payments::event::{About, PaymentEvent, RefundAbout};
use ratiba_payments::failure::FailureReason;
use ratiba_payments::payment::{PaymentId, PaymentState, Purpose};
use ratiba_payments::ports::{RefundRefused, VisitAsks};
use ratiba_payments::tip::Tip;
use ratiba_staff::member::Standing;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::Parts;
use crate::bridges::payment_desk::{CHAT, trouble_of};
use crate::translate::TranslateError;

/// For how long after the last service a tip is offered: who pays later is not asked for more.
const OFFERED_WITHIN: Duration = Duration::hours(24);

impl Parts {
    /// Offers the customer of a visit that was rendered and is paid to give a tip, if the business wants that, and none came
    /// or is under way. The chat says it once for each visit, however often it is asked to.
    pub(crate) async fn offer_tip(
        &self,
        tenant: TenantId,
        id: Uuid,
        visit: &Visit,
    ) -> Result<(), TranslateError> {
        let Some(ended) = rendered_until(visit) else {
            return Ok(());
        };
        let owes = self.visit_asks(tenant, visit).await? != VisitAsks::Nothing;
        if owes || self.clock.now() - ended > OFFERED_WITHIN {
            return Ok(());
        }
        let payments = Id::from_uuid(visit.head.id.as_uuid());
        let tips = self.payments.tips.tips.tips_of_visit(tenant, payments).await?;
        let rules = self.money_back.rules.payment_rules(tenant).await?.0;
        if !rules.tip_offers {
            return Ok(());
        }
        let ended_without = |state: PaymentState| state == PaymentState::Cancelled;
        if !tips.iter().all(|tip| ended_without(tip.record.payment.state())) {
            return Ok(());
        }
        let news = MoneyNews::TipOffer {
            visit: Id::from_uuid(visit.head.id.as_uuid()),
            customer: Id::from_uuid(visit.head.customer.as_uuid()),
        };
        self.tell_money(tenant, id, news).await
    }

    /// The same after money came for it.
    pub(crate) async fn offer_tip_after(
        &self,
        tenant: TenantId,
        id: Uuid,
        visit: VisitId,
    ) -> Result<(), TranslateError> {
        match self.booking.book.visit(tenant, visit).await? {
            Some(found) => self.offer_tip(tenant, id, &found).await,
            None => Ok(()),
        }
    }

    /// Takes in what happened if it is about a tip, and answers whether nothing else is to follow: a tip confirms no visit,
    /// and its customer is thanked for it, unless it goes back because nobody renders what it was for. What a person must
    /// look at goes on to a person.
    pub(crate) async fn react_to_tip(
        &self,
        tenant: TenantId,
        id: Uuid,
        event: &PaymentEvent,
    ) -> Result<bool, TranslateError> {
        if let PaymentEvent::PaymentSettled {
            about, purpose, paid, ..
        } = event
        {
            if *purpose != Purpose::Tip {
                return Ok(false);
            }
            if self.return_tip(tenant, id, about).await? {
                return Ok(true);
            }
            // All of it may have gone back before this was heard of: then nobody ever has a share, and the refund is told.
            if self.payments.tips.share(tenant, about.payment).await? {
                self.thank_for_tip(tenant, id, *about, *paid).await?;
                self.tell_team_of_tip(tenant, id, *about).await?;
            }
            return Ok(true);
        }
        if let PaymentEvent::RefundDone { about, amount, .. } = event {
            if self.payments.tips.share(tenant, about.payment).await? {
                self.tell_team_of_return(tenant, id, *about, *amount).await?;
            }
            return Ok(false);
        }
        if let PaymentEvent::PartReceived { about, .. } = event {
            if self.return_tip(tenant, id, about).await? {
                return Ok(true);
            }
            // Whatever came of a tip is owed to somebody at once: its page may be let go with the rest unpaid.
            self.payments.tips.share(tenant, about.payment).await?;
            return self.is_tip(tenant, about.payment).await;
        }
        if let PaymentEvent::AttemptFailed { about, reason, .. } = event {
            let is_tip = self.payments.tips.let_go(tenant, about.payment).await?;
            if is_tip {
                self.explain_failed_tip(tenant, id, *about, *reason).await?;
            }
            return Ok(is_tip);
        }
        if let PaymentEvent::AttemptCancelled { about } = event {
            return Ok(self.payments.tips.let_go(tenant, about.payment).await?);
        }
        if let PaymentEvent::AttemptUnknown { about }
        | PaymentEvent::CardUnpaid { about }
        | PaymentEvent::ReceiptKnown { about } = event
        {
            let About { payment, .. } = about;
            return self.is_tip(tenant, *payment).await;
        }
        Ok(false)
    }

    /// Whoever chose a tip in the chat is told there why its prompt brought nothing; of one that the desk sent, the desk
    /// knows.
    async fn explain_failed_tip(
        &self,
        tenant: TenantId,
        id: Uuid,
        about: About,
        reason: FailureReason,
    ) -> Result<(), TranslateError> {
        let record = self.payments.book.of_attempt(tenant, about.attempt).await?;
        let attempt = record.as_ref().and_then(|record| record.attempt(about.attempt));
        let in_chat = |attempt: &&Attempt| {
            let by = attempt.terms().by.as_ref();
            // What came after all is told as that.
            by.is_some_and(|by| by.as_str() == CHAT) && attempt.state().name() == StateName::Failed
        };
        let Some(attempt) = attempt.filter(in_chat) else {
            return Ok(());
        };
        let news = MoneyNews::TipFailed {
            visit: Id::from_uuid(about.visit.as_uuid()),
            customer: Id::from_uuid(about.customer.as_uuid()),
            payment: Id::from_uuid(about.payment.as_uuid()),
            amount: attempt.terms().amount,
            trouble: trouble_of(reason),
        };
        self.tell_money(tenant, id, news).await
    }

    /// Tells everybody who gets a part of a tip, works here and has a number on record how much it is, once.
    async fn tell_team_of_tip(&self, tenant: TenantId, id: Uuid, about: About) -> Result<(), TranslateError> {
        if let Some(tip) = self.tip_of(tenant, about.visit, about.payment).await? {
            self.tell_team(tenant, id, (about.visit, &tip), TipStep::Came)
                .await?;
        }
        Ok(())
    }

    /// Tells the same how much of their part went back to the customer, once for each refund.
    async fn tell_team_of_return(
        &self,
        tenant: TenantId,
        id: Uuid,
        about: RefundAbout,
        amount: Money,
    ) -> Result<(), TranslateError> {
        let tip = self.tip_of(tenant, about.visit, about.payment).await?;
        let back = tip.map(|tip| tip.of_amount(amount)).transpose();
        if let Some(tip) = back.map_err(Outage::new)?.flatten() {
            let step = TipStep::WentBack(Id::from_uuid(about.refund.as_uuid()));
            self.tell_team(tenant, id, (about.visit, &tip), step).await?;
        }
        Ok(())
    }

    async fn tip_of(
        &self,
        tenant: TenantId,
        visit: ratiba_payments::VisitId,
        payment: PaymentId,
    ) -> Result<Option<Tip>, Outage> {
        let tips = self.payments.tips.tips.tips_of_visit(tenant, visit).await?;
        let tip = tips.into_iter().find(|tip| tip.tip.payment == payment);
        Ok(tip.map(|tip| tip.tip))
    }

    async fn tell_team(
        &self,
        tenant: TenantId,
        id: Uuid,
        (visit, tip): (ratiba_payments::VisitId, &Tip),
        step: TipStep,
    ) -> Result<(), TranslateError> {
        for share in &tip.shares {
            let member = self.staff.find(tenant, share.staff.as_uuid()).await?;
            // Who left is written to no more; the desk owes it to them all the same.
            let member = member.filter(|member| member.standing == Standing::Active);
            let Some(phone) = member.and_then(|member| member.phone) else {
                continue;
            };
            let news = MoneyNews::TipFor {
                visit: Id::from_uuid(visit.as_uuid()),
                payment: Id::from_uuid(tip.payment.as_uuid()),
                staff: Id::from_uuid(share.staff.as_uuid()),
                address: Address::of_phone(phone),
                amount: share.amount,
                step,
            };
            self.tell_money(tenant, id, news).await?;
        }
        Ok(())
    }

    /// Gives a tip back that came when nobody renders its part any more, and answers whether it is such a one. The customer
    /// is told by the refund's own event, and the owners here, unless they are told with the rest of the same money.
    async fn return_tip(&self, tenant: TenantId, id: Uuid, about: &About) -> Result<bool, TranslateError> {
        let tips = &self.payments.return_tips;
        let returned = tips.of_payment(tenant, about.visit, about.payment).await;
        let Some(returned) = returned.map_err(not_returned)? else {
            return Ok(false);
        };
        // Whether it went back by this run or by one before, which may not have come as far as telling: each occasion is
        // told once.
        if let Some(credit) = returned.ever.filter(|_| !returned.along) {
            let visit = Id::from_uuid(about.visit.as_uuid());
            let done = ByTheRules::only_credit(credit);
            self.call_person(tenant, id, visit, MoneyMatter::PaidForLostVisit { done })
                .await?;
        }
        Ok(true)
    }

    /// Gives back what came for tips of parts of the visit that are over. Safe to repeat.
    pub(crate) async fn return_tips(&self, tenant: TenantId, visit: VisitId) -> Result<(), TranslateError> {
        let visit = Id::from_uuid(visit.as_uuid());
        let returned = self.payments.return_tips.of_visit(tenant, visit).await;
        Ok(returned.map_err(not_returned)?)
    }

    async fn is_tip(&self, tenant: TenantId, payment: PaymentId) -> Result<bool, TranslateError> {
        let record = self.payments.book.find(tenant, payment).await?;
        Ok(record.is_some_and(|record| record.payment.purpose() == Purpose::Tip))
    }
}

/// When the last service of a visit ended; `None` while something of it is to come, or if nothing was rendered.
fn rendered_until(visit: &Visit) -> Option<OffsetDateTime> {
    let rendered = visit
        .appointments
        .iter()
        .filter(|part| matches!(part.state(), State::Completed { .. }));
    let last = rendered.map(|part| part.counts_at()).max();
    last.filter(|_| visit.is_finished())
}

/// Nothing refuses to give a tip back but an outage; whatever else is wrong is looked into like one.
fn not_returned(refused: RefundRefused) -> Outage {
    Outage::new(refused)
}
