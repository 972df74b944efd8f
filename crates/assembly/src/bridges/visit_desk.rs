//! Conversation's book of visits, played by booking's.

use std::sync::Arc;

use async_trait::async_trait;
use ratiba_booking::appointment::{Appointment, Awaits, Booking, CancelledBy, ChangedBy, State};
use ratiba_booking::import::ports::ImportGround;
use ratiba_booking::policy::PayBy;
use ratiba_booking::ports::{AppointmentBook, Waitlist};
use ratiba_booking::use_cases::{
    AcceptOrder, AcceptRequest, AcceptWaitlistOffer, AnswerRequestError, CancelAppointment,
    CancelAppointmentError, CancelOrder, CancelTarget, DeclineRequest, MoveVisit, OfferMove,
    PassWaitlistOffer, WaitlistEntryError,
};
use ratiba_booking::visit::{Visit, VisitId, VisitStanding as Waits};
use ratiba_booking::waitlist::WaitlistEntry;
use ratiba_conversation::customer::CustomerId;
use ratiba_conversation::desk::{
    AcceptAnswer, CancelAnswer, Coming, Each, MoveAnswer, MoveOffer, MoveOrder, MoveRequest, Part, Party,
    Slot, Told, VisitCard, VisitRef, VisitStanding, VisitTerms,
};
use ratiba_conversation::ports::VisitDesk;
use ratiba_kernel::{Id, Money, Outage, TenantId};
use ratiba_payments::reference::AccountReference;
use ratiba_payments::use_cases::{GiveBack, Outlook, PaymentStatus};
use time::OffsetDateTime;

mod moves;

/// Plays [`VisitDesk`].
pub struct VisitDeskBridge {
    /// Booking's book.
    pub book: Arc<dyn AppointmentBook>,
    /// Cancels.
    pub cancel: CancelAppointment,
    /// Says where a visit could be moved.
    pub moves: OfferMove,
    /// Moves.
    pub move_visit: MoveVisit,
    /// Takes another time that was offered.
    pub accept: AcceptRequest,
    /// Does not.
    pub decline: DeclineRequest,
    /// To whom a visit was offered.
    pub waitlist: Arc<dyn Waitlist>,
    /// Takes a time that was offered to somebody who waits.
    pub accept_offer: AcceptWaitlistOffer,
    /// Passes it.
    pub pass_offer: PassWaitlistOffer,
    /// What a visit is called on the prompt, and what was paid for it.
    pub payments: PaymentStatus,
    /// What was paid for it elsewhere.
    pub imports: Arc<dyn ImportGround>,
    /// Gives back what visits do not ask for any more.
    pub give: GiveBack,
}

#[async_trait]
impl VisitDesk for VisitDeskBridge {
    async fn visit(&self, tenant: TenantId, visit: VisitRef) -> Result<Option<VisitCard>, Outage> {
        let id: VisitId = Id::from_uuid(visit.as_uuid());
        match self.book.visit(tenant, id).await? {
            Some(found) => self.card(tenant, &found).await,
            None => Ok(None),
        }
    }

    async fn upcoming(
        &self,
        tenant: TenantId,
        customer: CustomerId,
        now: OffsetDateTime,
    ) -> Result<Vec<VisitCard>, Outage> {
        let visits = self
            .book
            .upcoming(tenant, Id::from_uuid(customer.as_uuid()), now)
            .await?;
        let mut cards = Vec::with_capacity(visits.len());
        for visit in &visits {
            cards.extend(self.card(tenant, visit).await?);
        }
        cards.retain(|card| matches!(card.standing, VisitStanding::Held | VisitStanding::Confirmed));
        Ok(cards)
    }

    async fn terms(&self, tenant: TenantId, visit: VisitRef) -> Result<Option<VisitTerms>, Outage> {
        self.terms_now(tenant, visit).await
    }

    async fn cancel(&self, tenant: TenantId, visit: VisitRef, told: Told) -> Result<CancelAnswer, Outage> {
        if self.passed_offer(tenant, Id::from_uuid(visit.as_uuid())).await? {
            return Ok(CancelAnswer::Cancelled);
        }
        self.cancel_for(tenant, visit, told).await
    }

    async fn offer_move(&self, tenant: TenantId, request: MoveRequest) -> Result<MoveOffer, Outage> {
        self.offered_moves(tenant, request).await
    }

    async fn move_visit(&self, tenant: TenantId, order: MoveOrder) -> Result<MoveAnswer, Outage> {
        self.moved(tenant, order).await
    }

    async fn accept(&self, tenant: TenantId, visit: VisitRef) -> Result<AcceptAnswer, Outage> {
        let id: VisitId = Id::from_uuid(visit.as_uuid());
        let Some(found) = self.book.visit(tenant, id).await? else {
            return Ok(AcceptAnswer::Gone);
        };
        let Some(found) = self.agreed(tenant, found).await? else {
            return Ok(AcceptAnswer::Gone);
        };
        let Some(slot) = slot_of_visit(&found)? else {
            return Ok(AcceptAnswer::Gone);
        };
        Ok(match found.standing() {
            // It waits for the business, or its time ran out.
            Waits::Requested { .. } => AcceptAnswer::Gone,
            Waits::Waiting { until } => AcceptAnswer::Held {
                slot,
                deadline: until,
            },
            Waits::Agreed => AcceptAnswer::Confirmed { slot },
            Waits::Over => AcceptAnswer::Gone,
        })
    }

    async fn pass(&self, tenant: TenantId, visit: VisitRef) -> Result<(), Outage> {
        let id: VisitId = Id::from_uuid(visit.as_uuid());
        if self.passed_offer(tenant, id).await? {
            return Ok(());
        }
        let found = self.book.visit(tenant, id).await?;
        if !found.is_some_and(|found| offers_another_time(&found)) {
            return self.let_go(tenant, visit).await;
        }
        let declined = self
            .decline
            .execute(tenant, id, CancelledBy::Customer, ChangedBy::Customer);
        match declined.await {
            Ok(_)
            | Err(
                AnswerRequestError::UnknownVisit
                | AnswerRequestError::WaitsForOther { .. }
                | AnswerRequestError::Refused(_)
                | AnswerRequestError::Price(_),
            ) => Ok(()),
            Err(AnswerRequestError::Contended) => Err(Outage::new("the visit changed while it was declined")),
            Err(AnswerRequestError::Unavailable(outage)) => Err(outage),
        }
    }

    async fn let_go(&self, tenant: TenantId, visit: VisitRef) -> Result<(), Outage> {
        let asked = self
            .payments
            .execute(tenant, Id::from_uuid(visit.as_uuid()))
            .await?;
        // Paid, and about to be confirmed.
        if asked
            .iter()
            .any(|report| matches!(report.outlook, Outlook::Settled { .. }))
        {
            return Ok(());
        }
        let order = CancelOrder {
            target: CancelTarget::WaitingOf(Id::from_uuid(visit.as_uuid())),
            by: CancelledBy::Customer,
            who: ChangedBy::Customer,
        };
        match self.cancel.execute(tenant, order).await {
            Ok(_)
            | Err(
                CancelAppointmentError::Unknown
                | CancelAppointmentError::Refused(_)
                | CancelAppointmentError::Fee(_),
            ) => Ok(()),
            // The turn is run again, and decides on what is then there.
            Err(CancelAppointmentError::Stale) => Err(Outage::new("the visit changed while it was let go")),
            Err(CancelAppointmentError::Unavailable(outage)) => Err(outage),
        }
    }
}

/// Whether the business offered another time and waits for the customer's word.
fn offers_another_time(visit: &Visit) -> bool {
    let awaits = Awaits::Customer;
    matches!(visit.standing(), Waits::Requested { awaits: whose, .. } if whose == awaits)
}

impl VisitDeskBridge {
    /// The visit, after the customer took what was offered: a time off the waitlist, or another time than the one
    /// they asked for. `None` if an offer of the waitlist is not open any more.
    async fn agreed(&self, tenant: TenantId, visit: Visit) -> Result<Option<Visit>, Outage> {
        if let Some(entry) = self.waitlist.entry_of_visit(tenant, visit.head.id).await? {
            return self.taken(tenant, &entry, visit.head.id).await;
        }
        if !offers_another_time(&visit) {
            return Ok(Some(visit));
        }
        self.agreed_to_another_time(tenant, visit).await.map(Some)
    }

    /// The visit of an offer of the waitlist, after the customer took it now or before.
    async fn taken(
        &self,
        tenant: TenantId,
        entry: &WaitlistEntry,
        visit: VisitId,
    ) -> Result<Option<Visit>, Outage> {
        // An older offer of the same entry is over, whatever became of the newest one.
        if entry.offers.last().is_none_or(|offer| offer.visit != visit) {
            return Ok(None);
        }
        match self
            .accept_offer
            .execute(tenant, entry.id, PayBy::MobileMoney, ChangedBy::Customer)
            .await
        {
            Ok((_, visit)) => Ok(Some(visit)),
            Err(
                WaitlistEntryError::Unknown
                | WaitlistEntryError::Refused(_)
                | WaitlistEntryError::RanOut
                | WaitlistEntryError::Price(_),
            ) => Ok(None),
            // The turn is run again, and decides on what is then there.
            Err(WaitlistEntryError::Contended) => Err(Outage::new("the offer changed while it was taken")),
            Err(WaitlistEntryError::Unavailable(outage)) => Err(outage),
        }
    }

    /// Whether the visit was an open offer of the waitlist, which is passed now: its time goes to the next one, and
    /// the entry waits on.
    async fn passed_offer(&self, tenant: TenantId, visit: VisitId) -> Result<bool, Outage> {
        let Some(entry) = self.waitlist.entry_of_visit(tenant, visit).await? else {
            return Ok(false);
        };
        if entry.open_offer().is_none_or(|(_, offer)| offer.visit != visit) {
            return Ok(false);
        }
        match self
            .pass_offer
            .execute(tenant, entry.id, ChangedBy::Customer)
            .await
        {
            Ok(_) => Ok(true),
            // It is over already.
            Err(
                WaitlistEntryError::Unknown
                | WaitlistEntryError::Refused(_)
                | WaitlistEntryError::RanOut
                | WaitlistEntryError::Price(_),
            ) => Ok(false),
            Err(WaitlistEntryError::Contended) => Err(Outage::new("the offer changed while it was passed")),
            Err(WaitlistEntryError::Unavailable(outage)) => Err(outage),
        }
    }

    async fn agreed_to_another_time(&self, tenant: TenantId, visit: Visit) -> Result<Visit, Outage> {
        let order = AcceptOrder {
            visit: visit.head.id,
            by: CancelledBy::Customer,
            who: ChangedBy::Customer,
            pay_by: PayBy::MobileMoney,
        };
        match self.accept.execute(tenant, order).await {
            Ok(accepted) => Ok(accepted),
            // Its time ran out a moment ago.
            Err(
                AnswerRequestError::UnknownVisit
                | AnswerRequestError::WaitsForOther { .. }
                | AnswerRequestError::Refused(_)
                | AnswerRequestError::Price(_),
            ) => Ok(visit),
            // The turn is run again, and decides on what is then there.
            Err(AnswerRequestError::Contended) => Err(Outage::new("the visit changed while it was accepted")),
            Err(AnswerRequestError::Unavailable(outage)) => Err(outage),
        }
    }

    async fn card(&self, tenant: TenantId, visit: &Visit) -> Result<Option<VisitCard>, Outage> {
        let Some(slot) = slot_of_visit(visit)? else {
            return Ok(None);
        };
        let asked = self
            .payments
            .execute(tenant, Id::from_uuid(visit.head.id.as_uuid()))
            .await?;
        let reference = match asked.first() {
            Some(report) => report.account.as_str().to_owned(),
            // Nothing was asked: the visit's own id names it as a payment's would.
            None => AccountReference::of(Id::from_uuid(visit.head.id.as_uuid()))
                .as_str()
                .to_owned(),
        };
        let open = asked.iter().rfind(|report| report.outlook.is_open());
        let account = open.map_or_else(|| reference.clone(), |report| report.account.as_str().to_owned());
        Ok(Some(VisitCard {
            id: Id::from_uuid(visit.head.id.as_uuid()),
            customer: Id::from_uuid(visit.head.customer.as_uuid()),
            slot,
            standing: standing_of(visit),
            deadline: match visit.standing() {
                Waits::Requested { until, .. } | Waits::Waiting { until } => Some(until),
                Waits::Agreed | Waits::Over => None,
            },
            reference,
            account,
        }))
    }
}

/// A visit in the conversation's words; `None` for one without parts. Of a visit that is over all that it was is told;
/// else only what is left of it.
pub(super) fn slot_of_visit(visit: &Visit) -> Result<Option<Slot>, Outage> {
    match slot_of(visit.living())? {
        Some(left) => Ok(Some(left)),
        None => slot_of(visit.appointments.iter()),
    }
}

/// Parts of a visit as one time; `None` for none. Parts of the service of the first one are those of several people; the others are
/// what else each of them gets.
pub(crate) fn slot_of<'a>(parts: impl Iterator<Item = &'a Appointment>) -> Result<Option<Slot>, Outage> {
    // In the order in which the customer is served, whatever the order in which they are kept.
    let mut parts: Vec<&Appointment> = parts.collect();
    parts.sort_by_key(|part| part.booking().client().start());
    let Some(booking) = parts.first().map(|part| part.booking()) else {
        return Ok(None);
    };
    let parts = parts.into_iter();
    let currency = booking.price.charged().currency();
    let all = parts.clone();
    let bookings = parts.map(Appointment::booking);
    let price = Money::sum(currency, bookings.clone().map(|booking| booking.price.charged()));
    let due_now = Money::sum(currency, bookings.clone().map(|booking| booking.deposit));
    // A customer is told when to come and when they may go, and nothing of set-up and clean-up.
    let clients = bookings.map(Booking::client);
    let comes = clients.clone().map(|client| client.start()).min();
    let leaves = clients.map(|client| client.end()).max();
    let staff = booking.team.members().first();
    let of_service = |part: &&Appointment| part.booking().service == booking.service;
    let same = all.clone().filter(of_service);
    let in_turn = same
        .clone()
        .any(|part| part.booking().time.start() != booking.time.start());
    // Parts of different services that begin together are for different people.
    let first = booking.client().start();
    let own = all.clone().any(|part| part.booking().service != booking.service)
        && all.clone().all(|part| part.booking().client().start() == first);
    let people = if own { all.clone().count() } else { same.count() };
    let rest = all.skip(1).map(|part| Part {
        service: Id::from_uuid(part.booking().service.as_uuid()),
        staff: part
            .booking()
            .team
            .members()
            .first()
            .map(|staff| Id::from_uuid(staff.as_uuid())),
    });
    Ok(Some(Slot {
        service: Id::from_uuid(booking.service.as_uuid()),
        staff: staff.map(|staff| Id::from_uuid(staff.as_uuid())),
        starts_at: comes.unwrap_or(booking.time.start()),
        ends_at: leaves.unwrap_or(booking.time.end()),
        price: price.map_err(Outage::new)?,
        due_now: due_now.map_err(Outage::new)?,
        party: Party {
            people: u32::try_from(people).unwrap_or(u32::MAX),
            coming: if in_turn { Coming::InTurn } else { Coming::Together },
            each: if own { Each::Own } else { Each::All },
        },
        complement: None,
        rest: rest.collect(),
    }))
}

/// One part that waits for money makes the whole wait; else one that has begun makes it begun.
fn standing_of(visit: &Visit) -> VisitStanding {
    let rank = |state: &State| match state {
        State::InProgress { .. } | State::Completed { .. } => Some(VisitStanding::Rendered),
        State::Confirmed { .. } | State::CheckedIn { .. } => Some(VisitStanding::Confirmed),
        State::Requested { .. } | State::Held { .. } => Some(VisitStanding::Held),
        State::Expired { .. }
        | State::Declined { .. }
        | State::CancelledByCustomer { .. }
        | State::CancelledByBusiness { .. }
        | State::NoShow { .. } => None,
    };
    let stands: Vec<VisitStanding> = visit
        .appointments
        .iter()
        .filter_map(|a| rank(a.state()))
        .collect();
    [
        VisitStanding::Held,
        VisitStanding::Rendered,
        VisitStanding::Confirmed,
    ]
    .into_iter()
    .find(|standing| stands.contains(standing))
    .unwrap_or(VisitStanding::Gone)
}
