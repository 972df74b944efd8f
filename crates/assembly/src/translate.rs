//! What one domain's event means to the others: the only place where domains react to each other.
//!
//! Every reaction is safe to repeat, since an event may be handled twice.

use ratiba_booking::appointment::{AppointmentId, CancelledBy, State};
use ratiba_booking::event::BookingEvent;
use ratiba_booking::policy::Reminder;
use ratiba_booking::use_cases::{ConfirmVisitError, Confirmation};
use ratiba_booking::visit::{Visit, VisitId, VisitStanding};
use ratiba_conversation::desk::VisitRef;
use ratiba_conversation::event::ConversationEvent;
use ratiba_conversation::use_cases::{
    ByTheRules, CreditStep, MoneyMatter, Notice, PageLink, RefundStep, ReminderLead, TellError,
};
use ratiba_kernel::{Id, Money, Outage, TenantId};
use ratiba_payments::attempt::{ReviewReason, StateName};
use ratiba_payments::event::{PaymentEvent, RefundAbout};
use ratiba_payments::payment::{PaymentId, PaymentState, Purpose};
use ratiba_payments::ports::{EarnError, VisitAsks};
use ratiba_payments::refund::RefundWay;
use ratiba_payments::use_cases::{CardError, CloseVisitError, CreditVisitError};
use ratiba_postgres::outbox::StoredEvent;

use uuid::Uuid;

use crate::Parts;
use crate::bridges::payment_desk::trouble_of;
use crate::bridges::visit_desk::slot_of;
use crate::visit_money::VisitMoney;

mod commission;
mod late;
mod money;

/// Why an event was not handled. The job may run again.
#[derive(Debug, thiserror::Error)]
pub enum TranslateError {
    /// No domain of that name tells events, or none of that form.
    #[error("the event {topic} cannot be read")]
    Unreadable {
        /// Its topic.
        topic: String,
        /// What is wrong with it.
        #[source]
        cause: serde_json::Error,
    },
    /// Nobody here tells events of that topic.
    #[error("nobody tells events of the topic {0}")]
    UnknownTopic(String),
    /// The visit was not confirmed.
    #[error("the visit was not confirmed")]
    Confirm(#[from] ConfirmVisitError),
    /// What goes back to the customer was not credited.
    #[error("what goes back to the customer was not credited")]
    Credit(#[from] CreditVisitError),
    /// What was asked for a visit that is over was not ended.
    #[error("what was asked for a visit that is over was not ended")]
    Close(#[from] CloseVisitError),
    /// A page on which nobody is to pay any more was not withdrawn.
    #[error("a page on which nobody is to pay any more was not withdrawn")]
    Withdraw(#[from] CardError),
    /// What a visit earned was not put into the books.
    #[error("what a visit earned was not put into the books")]
    Earn(#[from] EarnError),
    /// Somebody was not told.
    #[error("somebody was not told")]
    Tell(#[from] TellError),
    /// Something did not answer.
    #[error("the event was not handled")]
    Unavailable(#[from] Outage),
}

impl Parts {
    /// Lets the other domains react to a stored event.
    ///
    /// # Errors
    /// [`TranslateError`].
    pub async fn react(
        &self,
        tenant: TenantId,
        id: Uuid,
        stored: &StoredEvent,
    ) -> Result<(), TranslateError> {
        let payload = stored.payload.clone();
        let unreadable = |cause| TranslateError::Unreadable {
            topic: stored.topic.clone(),
            cause,
        };
        match stored.topic.as_str() {
            "booking" => {
                let event = serde_json::from_value(payload).map_err(unreadable)?;
                self.react_to_booking(tenant, id, event).await
            }
            "payments" => {
                let event = serde_json::from_value(payload).map_err(unreadable)?;
                self.react_to_payment(tenant, id, event).await
            }
            "conversation" => {
                let event = serde_json::from_value(payload).map_err(unreadable)?;
                self.react_to_conversation(tenant, id, event).await
            }
            "commission" => {
                let event = serde_json::from_value(payload).map_err(unreadable)?;
                self.react_to_commission(tenant, id, event).await
            }
            other => Err(TranslateError::UnknownTopic(other.to_owned())),
        }
    }

    async fn react_to_booking(
        &self,
        tenant: TenantId,
        id: Uuid,
        event: BookingEvent,
    ) -> Result<(), TranslateError> {
        match event {
            BookingEvent::VisitConfirmed { visit, .. } => {
                let confirmed = Id::from_uuid(visit.as_uuid());
                self.tell(tenant, id, Notice::VisitConfirmed { visit: confirmed })
                    .await?;
                self.tell_receipts(tenant, id, visit).await
            }
            BookingEvent::HoldExpired { visit, .. } => {
                self.time_freed(tenant, id, visit).await?;
                self.end_payments(tenant, id, visit).await?;
                let visit = Id::from_uuid(visit.as_uuid());
                self.tell(tenant, id, Notice::HoldExpired { visit }).await
            }
            BookingEvent::VisitLostAfterPayment { visit, .. } => {
                self.return_tips(tenant, visit).await?;
                let money = self.settle(tenant, visit).await?.map(|(_, money)| money);
                let visit = Id::from_uuid(visit.as_uuid());
                self.tell(tenant, id, Notice::VisitLost { visit }).await?;
                let Some(done) = money.as_ref().map(VisitMoney::by_the_rules) else {
                    return Ok(());
                };
                self.call_person(tenant, id, visit, MoneyMatter::PaidForLostVisit { done })
                    .await
            }
            BookingEvent::ReminderDue { visit, reminder, .. } => {
                let lead = match reminder {
                    Reminder::DayAhead => ReminderLead::DayBefore,
                    Reminder::HoursAhead => ReminderLead::Soon,
                };
                let visit = Id::from_uuid(visit.as_uuid());
                self.tell(tenant, id, Notice::Reminder { visit, lead }).await
            }
            BookingEvent::AppointmentCancelled {
                appointment,
                visit,
                by,
                ..
            } => {
                self.time_freed(tenant, id, visit).await?;
                // A customer who cancels was answered in the chat.
                if by == CancelledBy::Business {
                    self.tell_cancelled(tenant, id, visit, appointment).await?;
                }
                self.close_payments(tenant, visit).await?;
                self.settle_dead(tenant, id, visit, |done| MoneyMatter::CancelledAfterPayment {
                    done,
                })
                .await
            }
            BookingEvent::VisitRequested { visit, .. } => {
                let visit = Id::from_uuid(visit.as_uuid());
                self.tell(tenant, id, Notice::VisitRequested { visit }).await?;
                self.tell(tenant, id, Notice::RequestWaits { visit }).await
            }
            BookingEvent::RequestDeclined { visit, by, .. } => {
                self.time_freed(tenant, id, visit).await?;
                self.end_payments(tenant, id, visit).await?;
                let visit = Id::from_uuid(visit.as_uuid());
                let notice = match by {
                    CancelledBy::Business => Notice::RequestDeclined { visit },
                    CancelledBy::Customer => Notice::CounterOfferPassed { visit },
                };
                self.tell(tenant, id, notice).await
            }
            // Nobody answered: for the customer that is a no.
            BookingEvent::RequestExpired { visit, .. } => {
                self.time_freed(tenant, id, visit).await?;
                self.end_payments(tenant, id, visit).await?;
                let visit = Id::from_uuid(visit.as_uuid());
                self.tell(tenant, id, Notice::RequestDeclined { visit }).await
            }
            // What the customer agreed to goes on in the chat; where nothing is asked the confirmation tells it.
            BookingEvent::RequestAccepted { visit, by, .. } => match by {
                CancelledBy::Customer => Ok(()),
                CancelledBy::Business => {
                    let visit = Id::from_uuid(visit.as_uuid());
                    self.tell(tenant, id, Notice::RequestAccepted { visit }).await
                }
            },
            BookingEvent::CounterOffered { visit, freed, .. } => {
                self.old_time_freed(tenant, id, freed).await?;
                let visit = Id::from_uuid(visit.as_uuid());
                self.tell(tenant, id, Notice::CounterOffered { visit }).await
            }
            BookingEvent::VisitMoved { visit, freed, .. } => {
                self.old_time_freed(tenant, id, freed).await?;
                let visit = Id::from_uuid(visit.as_uuid());
                self.tell(tenant, id, Notice::VisitMoved { visit }).await
            }
            BookingEvent::WaitlistOffered { visit, .. } => {
                let visit = Id::from_uuid(visit.as_uuid());
                self.tell(tenant, id, Notice::WaitlistOffered { visit }).await
            }
            BookingEvent::BookingsHit { count } => self.tell(tenant, id, Notice::BookingsHit { count }).await,
            BookingEvent::CustomerDidNotCome { visit, .. } => {
                self.time_freed(tenant, id, visit).await?;
                self.close_payments(tenant, visit).await?;
                self.settle_dead(tenant, id, visit, |done| MoneyMatter::MissedAfterPayment { done })
                    .await
            }
            BookingEvent::AttendanceCorrected { visit, .. } => self.settle_again(tenant, id, visit).await,
            BookingEvent::AppointmentCompleted { visit, .. } => {
                if let Some(found) = self.booking.book.visit(tenant, visit).await? {
                    self.earn_visit(tenant, &found).await?;
                    self.offer_tip(tenant, id, &found).await?;
                }
                Ok(())
            }
            // Who was promised a visit elsewhere is not told again.
            BookingEvent::VisitTakenOver { .. }
            | BookingEvent::VisitHeld { .. }
            | BookingEvent::CustomerCame { .. }
            | BookingEvent::PriceChanged { .. }
            | BookingEvent::WaitlistOfferEnded { .. }
            | BookingEvent::AppointmentStarted { .. }
            | BookingEvent::ActualsCorrected { .. } => Ok(()),
        }
    }

    /// For the sweep: ends what is still asked for a visit that is over, and gives back what was paid of it beyond fees; a
    /// person is told if that was anything. Money can come so late when somebody asks for it at the very moment at which
    /// the visit ends.
    ///
    /// # Errors
    /// [`TranslateError`].
    pub async fn end_left_open(&self, tenant: TenantId, visit: VisitId) -> Result<(), TranslateError> {
        if !self.close_payments(tenant, visit).await? {
            return Ok(());
        }
        let Some(found) = self.booking.book.visit(tenant, visit).await? else {
            return Ok(());
        };
        self.return_tips(tenant, visit).await?;
        let before = self.visit_money(tenant, &found).await?;
        let Some((_, after)) = self.settle(tenant, visit).await? else {
            return Ok(());
        };
        if before.kept == after.kept {
            return Ok(());
        }
        let id = visit.as_uuid();
        let done = after.by_the_rules();
        self.call_person(
            tenant,
            id,
            Id::from_uuid(id),
            MoneyMatter::PaidForLostVisit { done },
        )
        .await
    }

    /// Ends what is asked for a visit of which nothing keeps its time any more; answers whether it is such a one.
    async fn close_payments(&self, tenant: TenantId, visit: VisitId) -> Result<bool, TranslateError> {
        let found = self.booking.book.visit(tenant, visit).await?;
        if found.is_some_and(|found| found.standing() != VisitStanding::Over) {
            return Ok(false);
        }
        let visit = Id::from_uuid(visit.as_uuid());
        self.payments.close.execute(tenant, visit).await?;
        Ok(true)
    }

    /// The same for a visit that ended before it was paid: a part that was paid becomes credit, and a person is told.
    async fn end_payments(&self, tenant: TenantId, id: Uuid, visit: VisitId) -> Result<(), TranslateError> {
        if !self.close_payments(tenant, visit).await? {
            return Ok(());
        }
        self.settle_dead(tenant, id, visit, |done| MoneyMatter::PaidForLostVisit { done })
            .await
    }

    /// What was paid for parts of a visit that are over, and is no fee, goes back by the business's rules. A person is told
    /// what was done wherever they did something or money is kept, and where a fee is owed that it does not cover. Money
    /// that somebody had given back before needs nobody.
    async fn settle_dead(
        &self,
        tenant: TenantId,
        id: Uuid,
        visit: VisitId,
        what: impl FnOnce(ByTheRules) -> MoneyMatter,
    ) -> Result<(), TranslateError> {
        self.return_tips(tenant, visit).await?;
        let Some((found, money)) = self.settle(tenant, visit).await? else {
            return Ok(());
        };
        let fees = found.fees().map_err(Outage::new)?;
        let asked = fees.is_some_and(|fees| fees.is_positive());
        let what = if asked && money.falls_short(&found).map_err(Outage::new)? {
            MoneyMatter::FeeOwed
        } else if money.by_the_rules().is_anything() {
            what(money.by_the_rules())
        } else {
            return Ok(());
        };
        self.call_person(tenant, id, Id::from_uuid(visit.as_uuid()), what)
            .await
    }

    /// Somebody came after all. Credit that was given for it, or for its tip, is not taken back: the customer was told that it
    /// is theirs, and a person is told to ask them.
    async fn settle_again(&self, tenant: TenantId, id: Uuid, visit: VisitId) -> Result<(), TranslateError> {
        let Some((found, money)) = self.settle(tenant, visit).await? else {
            return Ok(());
        };
        let short = money.credited.is_positive() && money.falls_short(&found).map_err(Outage::new)?;
        let told = Id::from_uuid(visit.as_uuid());
        if short {
            self.call_person(tenant, id, told, MoneyMatter::CreditedMeanwhile)
                .await?;
        }
        let tips = &self.payments.return_tips;
        let of_tips = Id::from_uuid(visit.as_uuid());
        if tips.were_returned(tenant, of_tips).await? {
            self.call_person(tenant, id, told, MoneyMatter::TipCreditedMeanwhile)
                .await?;
        }
        Ok(())
    }

    /// The visit, and its money after what goes back to the customer was credited.
    async fn settle(
        &self,
        tenant: TenantId,
        visit: VisitId,
    ) -> Result<Option<(Visit, VisitMoney)>, TranslateError> {
        let Some(found) = self.booking.book.visit(tenant, visit).await? else {
            return Ok(None);
        };
        let money = self.settle_visit(tenant, &found).await?;
        // After what goes back: what is left of a visit of which nothing is to come is earned.
        self.earn_visit(tenant, &found).await?;
        Ok(Some((found, money)))
    }

    /// Tells the customer what of a visit the business cancelled.
    async fn tell_cancelled(
        &self,
        tenant: TenantId,
        id: Uuid,
        visit: VisitId,
        appointment: AppointmentId,
    ) -> Result<(), TranslateError> {
        let found = self.booking.book.appointment(tenant, appointment).await?;
        let part = found.map(|part| slot_of([&part].into_iter())).transpose()?;
        let visit = Id::from_uuid(visit.as_uuid());
        self.tell(
            tenant,
            id,
            Notice::VisitCancelled {
                visit,
                part: part.flatten(),
            },
        )
        .await
    }

    async fn tell(&self, tenant: TenantId, id: Uuid, notice: Notice) -> Result<(), TranslateError> {
        Ok(self.conversation.tell.execute(tenant, id, notice).await?)
    }

    /// Tells the owners that money waits for a person.
    pub(crate) async fn call_person(
        &self,
        tenant: TenantId,
        id: Uuid,
        visit: VisitRef,
        what: MoneyMatter,
    ) -> Result<(), TranslateError> {
        self.tell(tenant, id, Notice::MoneyNeedsPerson { visit, what })
            .await
    }

    async fn react_to_payment(
        &self,
        tenant: TenantId,
        id: Uuid,
        event: PaymentEvent,
    ) -> Result<(), TranslateError> {
        if self.react_to_tip(tenant, id, &event).await? {
            return Ok(());
        }
        match event {
            PaymentEvent::PaymentSettled {
                about,
                paid,
                reopened,
                ..
            } => {
                let visit = Id::from_uuid(about.visit.as_uuid());
                self.paid_in_full(tenant, id, visit, about.payment).await?;
                self.tell_money(tenant, id, self.came(tenant, about, paid).await?)
                    .await?;
                let paid_visit = Id::from_uuid(about.visit.as_uuid());
                self.offer_tip_after(tenant, id, paid_visit).await?;
                match reopened {
                    // Nobody expected money of it any more.
                    Some(StateName::Failed | StateName::Cancelled) => {
                        let visit = Id::from_uuid(about.visit.as_uuid());
                        self.call_person(tenant, id, visit, MoneyMatter::PaidAfterAll)
                            .await
                    }
                    Some(
                        StateName::Created
                        | StateName::Sent
                        | StateName::AwaitingCustomer
                        | StateName::Unknown
                        | StateName::InReview
                        | StateName::Paid,
                    )
                    | None => Ok(()),
                }
            }
            PaymentEvent::PartReceived { about, amount } => {
                let visit = Id::from_uuid(about.visit.as_uuid());
                let left = self.paid_in_part(tenant, id, visit, about.payment).await?;
                match left {
                    Some(left) => self.tell_part(tenant, id, about, (amount, left)).await,
                    None => Ok(()),
                }
            }
            PaymentEvent::AttemptFailed { about, reason, .. } => {
                let (visit, trouble) = (Id::from_uuid(about.visit.as_uuid()), trouble_of(reason));
                self.tell(tenant, id, Notice::PaymentFailed { visit, trouble })
                    .await
            }
            PaymentEvent::CardUnpaid { about } => {
                let record = self.payments.book.of_attempt(tenant, about.attempt).await?;
                let attempt = record.as_ref().and_then(|record| record.attempt(about.attempt));
                // Whoever has paid meanwhile is not reminded.
                let waits = attempt.filter(|found| found.state().name() == StateName::AwaitingCustomer);
                let page = waits.and_then(|found| found.progress().page.clone());
                let Some(page) = page else { return Ok(()) };
                let notice = Notice::CardUnpaid {
                    visit: Id::from_uuid(about.visit.as_uuid()),
                    page: PageLink::new(page.as_str()),
                };
                self.tell(tenant, id, notice).await
            }
            PaymentEvent::CardPageOpened { about } => self.tell_page(tenant, id, about).await,
            PaymentEvent::AttemptUnknown { about } => {
                let visit = Id::from_uuid(about.visit.as_uuid());
                self.tell(tenant, id, Notice::PaymentChecking { visit }).await
            }
            PaymentEvent::AttemptInReview { about, .. } => {
                self.call_person(
                    tenant,
                    id,
                    Id::from_uuid(about.visit.as_uuid()),
                    MoneyMatter::AmountInReview,
                )
                .await
            }
            PaymentEvent::AttemptDisputed { about, why } => {
                let visit = Id::from_uuid(about.visit.as_uuid());
                let what = if why == ReviewReason::MoneyWentBack {
                    MoneyMatter::ChargedBack
                } else {
                    MoneyMatter::Disputed
                };
                self.call_person(tenant, id, visit, what).await
            }
            PaymentEvent::PaymentOverpaid { about, excess } => {
                self.tell_credit(
                    tenant,
                    id,
                    (about.visit, about.customer),
                    excess,
                    CreditStep::Given,
                )
                .await?;
                self.tell_of_excess(tenant, id, about, excess).await
            }
            PaymentEvent::ReceiptKnown { about } => {
                self.tell_receipts(tenant, id, Id::from_uuid(about.visit.as_uuid()))
                    .await
            }
            PaymentEvent::RefundRequested { about, way, amount } => {
                let step = RefundStep::UnderWay;
                self.tell_refund(tenant, id, about, (way, amount), step).await
            }
            PaymentEvent::RefundDone {
                about,
                way: RefundWay::Credit,
                amount,
            } => {
                self.tell_credit(
                    tenant,
                    id,
                    (about.visit, about.customer),
                    amount,
                    CreditStep::Given,
                )
                .await
            }
            // The card's owner took it, and what became of that a person decided: both know.
            PaymentEvent::RefundDone {
                way: RefundWay::Chargeback,
                ..
            } => Ok(()),
            PaymentEvent::RefundDone { about, way, amount } => {
                let number = self.number_of(tenant, about.refund).await?;
                let step = RefundStep::Done { number };
                self.tell_refund(tenant, id, about, (way, amount), step).await
            }
            PaymentEvent::PaymentCredited {
                visit,
                customer,
                amount,
                ..
            } => {
                self.tell_credit(tenant, id, (visit, customer), amount, CreditStep::Given)
                    .await
            }
            PaymentEvent::RefundRejected { about, amount } => {
                let by = self.way_of(tenant, about.refund).await?;
                if by == RefundWay::Chargeback {
                    // It is kept after all: some of it may be earned by now, or be too much. Nobody was promised anything.
                    self.settle(tenant, Id::from_uuid(about.visit.as_uuid())).await?;
                    return Ok(());
                }
                self.tell_refund(tenant, id, about, (by, amount), RefundStep::NotDone)
                    .await?;
                self.keep_after_all(tenant, id, about).await?;
                let visit = Id::from_uuid(about.visit.as_uuid());
                self.call_person(tenant, id, visit, MoneyMatter::RefundStuck)
                    .await
            }
            PaymentEvent::RefundCancelled { about, amount } => {
                // Who was told that it is under way is told that it is not.
                let by = self.way_of(tenant, about.refund).await?;
                self.tell_refund(tenant, id, about, (by, amount), RefundStep::NotDone)
                    .await?;
                self.keep_after_all(tenant, id, about).await
            }
            PaymentEvent::RefundInReview {
                about, given_twice, ..
            } => {
                let visit = Id::from_uuid(about.visit.as_uuid());
                let what = match given_twice {
                    Some(spent) => MoneyMatter::GivenTwice { spent },
                    None => MoneyMatter::RefundStuck,
                };
                self.call_person(tenant, id, visit, what).await
            }
            PaymentEvent::CreditSpent {
                payment,
                visit,
                customer,
                amount,
                settled,
            } => {
                self.tell_credit(tenant, id, (visit, customer), amount, CreditStep::Spent)
                    .await?;
                let visit = Id::from_uuid(visit.as_uuid());
                if settled {
                    self.paid_in_full(tenant, id, visit, payment).await?;
                    self.offer_tip_after(tenant, id, visit).await
                } else {
                    self.paid_in_part(tenant, id, visit, payment).await?;
                    Ok(())
                }
            }
            PaymentEvent::FloatDiffered { carried, float, .. } => {
                self.tell(tenant, id, Notice::FloatDiffered { carried, float })
                    .await
            }
            // The customer sees the prompt.
            PaymentEvent::PromptSent { .. } | PaymentEvent::AttemptCancelled { .. } => Ok(()),
        }
    }

    /// Some of what a payment asked for came, which may be all that its visit asks for by now: then it is as if all of it
    /// had come; or, if the visit ended at the moment at which it was asked for, it goes back. Answers what the visit still
    /// asks for.
    async fn paid_in_part(
        &self,
        tenant: TenantId,
        id: Uuid,
        visit: VisitId,
        payment: PaymentId,
    ) -> Result<Option<Money>, TranslateError> {
        let Some(found) = self.booking.book.visit(tenant, visit).await? else {
            return Ok(None);
        };
        match self.visit_asks(tenant, &found).await? {
            // Its payments are closed first: what lies on an open one does not go back.
            VisitAsks::Nothing if found.standing() == VisitStanding::Over => {
                self.end_payments(tenant, id, visit).await?;
                Ok(None)
            }
            VisitAsks::Nothing => {
                self.paid_in_full(tenant, id, visit, payment).await?;
                Ok(None)
            }
            // A part that is paid after the visit is earned at once.
            VisitAsks::For(owed) => {
                self.earn_visit(tenant, &found).await?;
                Ok(Some(owed.amount))
            }
            VisitAsks::NotAgreed => {
                self.earn_visit(tenant, &found).await?;
                Ok(None)
            }
        }
    }

    /// Nothing is owed on a payment any more: its visit is confirmed, if its time is still there, and what of the money
    /// it does not ask for goes back. A visit whose money went back already is not confirmed by it: its hold runs out, or has
    /// run out, like that of one that nobody paid.
    async fn paid_in_full(
        &self,
        tenant: TenantId,
        id: Uuid,
        visit: VisitId,
        payment: PaymentId,
    ) -> Result<(), TranslateError> {
        if let Some(cards) = &self.payments.cards {
            let records = self
                .payments
                .book
                .of_visit(tenant, Id::from_uuid(visit.as_uuid()));
            cards.withdraw.of_settled(tenant, &records.await?).await?;
        }
        let before = self.booking.book.visit(tenant, visit).await?;
        let open = before.as_ref().filter(|before| can_be_agreed(before));
        if let Some(open) = open
            && self.visit_money(tenant, open).await?.went_back_entirely()
        {
            tracing::info!(visit.id = %visit, "what was paid for a visit went back before it was confirmed");
            return Ok(());
        }
        let confirmation = self.booking.confirm.execute(tenant, visit).await?;
        if confirmation == Confirmation::Lost {
            tracing::warn!(visit.id = %visit, "money came for a visit whose time is gone");
        }
        let Some((_, money)) = self.settle(tenant, visit).await? else {
            return Ok(());
        };
        // One that waited is told as confirmed first, and its receipt comes after that.
        if !before.as_ref().is_some_and(waited) {
            // So is one that did not wait any more because the express lane was here before.
            if let Some(before) = &before
                && self.was_hurried(tenant, before, payment).await?
            {
                let confirmed = Id::from_uuid(visit.as_uuid());
                self.tell(tenant, id, Notice::VisitConfirmed { visit: confirmed })
                    .await?;
            }
            self.tell_receipts(tenant, id, visit).await?;
        }
        // Some of what was asked is over by now; of a visit that is lost its own event tells.
        if confirmation == Confirmation::Confirmed && money.was_given_back_by_rule(payment) {
            let (visit, done) = (Id::from_uuid(visit.as_uuid()), money.by_the_rules());
            self.call_person(tenant, id, visit, MoneyMatter::CancelledAfterPayment { done })
                .await?;
        }
        Ok(())
    }

    /// Money that was to go back stays. A visit that it can still confirm is confirmed by it; of any other, what the rules of
    /// cancellation had sent becomes credit instead, and the customer has the receipt that was withheld.
    async fn keep_after_all(
        &self,
        tenant: TenantId,
        id: Uuid,
        about: RefundAbout,
    ) -> Result<(), TranslateError> {
        let visit = Id::from_uuid(about.visit.as_uuid());
        let record = self.payments.book.find(tenant, about.payment).await?;
        let paid = record.is_some_and(|record| {
            let payment = record.payment;
            payment.purpose() != Purpose::Tip && payment.state() == PaymentState::Settled
        });
        let found = self.booking.book.visit(tenant, visit).await?;
        // Before it is settled: of a visit whose hold ran out all would become credit.
        if paid && found.is_some_and(|found| can_be_agreed(&found)) {
            return self.paid_in_full(tenant, id, visit, about.payment).await;
        }
        self.settle(tenant, visit).await?;
        self.tell_receipts(tenant, id, visit).await
    }

    /// Hands the customer the receipt of a visit, once for each payment that is settled.
    async fn tell_receipts(&self, tenant: TenantId, id: Uuid, visit: VisitId) -> Result<(), TranslateError> {
        let Some(found) = self.booking.book.visit(tenant, visit).await? else {
            return Ok(());
        };
        let Some((settled, papers)) = self.papers(tenant, &found).await? else {
            return Ok(());
        };
        for payment in settled {
            let notice = Notice::Receipt {
                visit: Id::from_uuid(visit.as_uuid()),
                payment: Id::from_uuid(payment.as_uuid()),
                papers: Box::new(papers.clone()),
            };
            self.tell(tenant, id, notice).await?;
        }
        Ok(())
    }

    async fn react_to_conversation(
        &self,
        tenant: TenantId,
        id: Uuid,
        event: ConversationEvent,
    ) -> Result<(), TranslateError> {
        let notice = match event {
            ConversationEvent::CustomerRunsLate { visit, minutes } => {
                return self.tell_of_lateness(tenant, id, visit, minutes).await;
            }
            ConversationEvent::MessageNotSent { message, .. } => Notice::MessageNotSent { message },
            ConversationEvent::TemplateMissed { template } => Notice::TemplateMissed { template },
            ConversationEvent::TemplatesRejected { templates } => Notice::TemplatesRejected { templates },
            // The admins hear of a handoff in the change that makes it so; consent is on record.
            ConversationEvent::ThreadSuspended { .. }
            | ConversationEvent::ThreadTaken { .. }
            | ConversationEvent::ThreadReturned { .. }
            | ConversationEvent::CustomerWrote { .. }
            | ConversationEvent::PersonWrote { .. }
            | ConversationEvent::OptedOut { .. }
            | ConversationEvent::OptedIn { .. } => return Ok(()),
        };
        self.tell(tenant, id, notice).await
    }
}

/// Whether a visit waits for its money.
fn waited(visit: &Visit) -> bool {
    matches!(visit.standing(), VisitStanding::Waiting { .. })
}

/// Whether money can still make it agreed: some of it is asked for, waits, or ran out of time, and nobody was told that its
/// time is gone.
fn can_be_agreed(visit: &Visit) -> bool {
    let open = visit.appointments.iter().any(|part| match part.state() {
        State::Requested { .. } | State::Held { .. } | State::Expired { .. } => true,
        State::Confirmed { .. }
        | State::CheckedIn { .. }
        | State::InProgress { .. }
        | State::Completed { .. }
        | State::Declined { .. }
        | State::CancelledByCustomer { .. }
        | State::CancelledByBusiness { .. }
        | State::NoShow { .. } => false,
    });
    open && visit.standing() != VisitStanding::Agreed && visit.head.lost_at.is_none()
}
