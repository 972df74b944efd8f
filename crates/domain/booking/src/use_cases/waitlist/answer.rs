//! An offer is taken, passed, or runs out; a wish is taken back.

use std::sync::Arc;

use ratiba_kernel::{Clock, Money, MoneyError, Outage, TenantId, TimeRange};
use time::OffsetDateTime;

use crate::appointment::{Appointment, CancelledBy, ChangedBy, TransitionRefused};
use crate::event::{BookingEvent, BookingTask, Due, WaitlistEntryId};
use crate::policy::{PayBy, Policy};
use crate::ports::{
    AppointmentBook, Catalogue, Change, ClaimChange, Waitlist, WaitlistChange, WaitlistRefused,
};
use crate::use_cases::opening::hold_until;
use crate::use_cases::{TRIES, confirm_visit};
use crate::visit::{Visit, VisitStanding};
use crate::waitlist::{EntryEnd, EntryRefused, EntryStanding, OfferOutcome, WaitlistEntry};

/// Why an entry stayed as it was.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum WaitlistEntryError {
    /// There is no such entry.
    #[error("there is no such entry")]
    Unknown,
    /// There is no open offer, or the entry is over.
    #[error(transparent)]
    Refused(#[from] EntryRefused),
    /// The offer ran out.
    #[error("the offer has run out")]
    RanOut,
    /// The prices do not go together.
    #[error("the prices do not go together")]
    Price(#[from] MoneyError),
    /// It changed under every try. Try again.
    #[error("the entry keeps changing")]
    Contended,
    /// List or book did not answer; ask again.
    #[error("the waitlist is unavailable")]
    Unavailable(#[from] Outage),
}

impl From<TransitionRefused> for WaitlistEntryError {
    fn from(_moved_on: TransitionRefused) -> Self {
        Self::RanOut
    }
}

/// What all answers need.
struct Desk<'a> {
    waitlist: &'a dyn Waitlist,
    book: &'a dyn AppointmentBook,
    tenant: TenantId,
}

impl Desk<'_> {
    async fn entry(&self, id: WaitlistEntryId) -> Result<WaitlistEntry, WaitlistEntryError> {
        let found = self.waitlist.entry(self.tenant, id).await?;
        found.ok_or(WaitlistEntryError::Unknown)
    }

    /// The visit of the open offer.
    async fn offered(&self, entry: &WaitlistEntry) -> Result<Option<Visit>, WaitlistEntryError> {
        match entry.open_offer() {
            Some((_, offer)) => Ok(self.book.visit(self.tenant, offer.visit).await?),
            None => Ok(None),
        }
    }

    /// Whether it was recorded; if not, read again and decide again.
    async fn record(&self, entry: WaitlistEntry, booking: Change) -> Result<bool, WaitlistEntryError> {
        let change = WaitlistChange {
            entry,
            booking: Some(booking),
            watch_at: None,
        };
        match self.waitlist.record(self.tenant, change).await {
            Ok(()) => Ok(true),
            Err(
                WaitlistRefused::Stale
                | WaitlistRefused::SetupChanged
                | WaitlistRefused::SlotTaken
                | WaitlistRefused::HasOffer
                | WaitlistRefused::UnknownCustomer,
            ) => Ok(false),
            Err(WaitlistRefused::Unavailable(outage)) => Err(outage.into()),
        }
    }
}

/// Takes offers.
pub struct AcceptWaitlistOffer {
    /// Who waits.
    pub waitlist: Arc<dyn Waitlist>,
    /// The book, for reading.
    pub book: Arc<dyn AppointmentBook>,
    /// The tenant's rules.
    pub catalogue: Arc<dyn Catalogue>,
    /// The present.
    pub clock: Arc<dyn Clock>,
}

impl AcceptWaitlistOffer {
    /// Takes the open offer of an entry, which is over then. Where a deposit is asked the visit is held for as
    /// long as any other and waits for the money; where none is, it is confirmed. Who accepted before is
    /// answered with the visit as it stands, so repeating is safe.
    ///
    /// # Errors
    /// [`WaitlistEntryError`].
    #[tracing::instrument(name = "booking.accept_waitlist_offer", skip_all)]
    pub async fn execute(
        &self,
        tenant: TenantId,
        id: WaitlistEntryId,
        pay_by: PayBy,
        who: ChangedBy,
    ) -> Result<(WaitlistEntry, Visit), WaitlistEntryError> {
        let policy = self.catalogue.policy(tenant).await?;
        let desk = Desk {
            waitlist: self.waitlist.as_ref(),
            book: self.book.as_ref(),
            tenant,
        };
        // One look more than tries: the last one answers what the last try recorded.
        for _look in 0..=TRIES {
            let entry = desk.entry(id).await?;
            if let Some(taken) = entry.offers.last().filter(|offer| {
                offer
                    .outcome
                    .is_some_and(|(outcome, _)| outcome == OfferOutcome::Accepted)
            }) {
                let visit = self.book.visit(tenant, taken.visit).await?;
                let visit = visit.ok_or_else(|| Outage::new("an accepted offer without a visit"))?;
                return Ok((entry, visit));
            }
            let now = self.clock.now();
            let visit = desk.offered(&entry).await?;
            let accepted = entry.clone().accept(now)?;
            let until = entry.open_offer().map(|(_, offer)| offer.until);
            let visit = visit.filter(|_| until.is_some_and(|until| now < until));
            let visit = visit.ok_or(WaitlistEntryError::RanOut)?;
            let booking = settle(&policy, &visit, pay_by, Change::at(now, who.clone()))?;
            desk.record(accepted, booking).await?;
        }
        Err(WaitlistEntryError::Contended)
    }
}

/// What becomes of a visit whose offer is taken.
fn settle(
    policy: &Policy,
    visit: &Visit,
    pay_by: PayBy,
    mut change: Change,
) -> Result<Change, WaitlistEntryError> {
    let now = change.at;
    let due = visit.due()?.unwrap_or(Money::zero(policy.currency));
    let (id, customer) = (visit.head.id, visit.head.customer);
    let start = visit.start().unwrap_or(now);
    if visit.standing() == VisitStanding::Agreed {
        return Ok(change);
    }
    if !due.is_positive() {
        for appointment in &visit.appointments {
            change = change.with(appointment.clone().confirm(now)?, ClaimChange::Keep);
        }
        let comes = visit.client().map_or(start, |client| client.start());
        change
            .tasks
            .extend(confirm_visit::next_reminder(&policy.zone, id, comes, now, None));
        return Ok(change.telling(BookingEvent::VisitConfirmed { visit: id, customer }));
    }
    let until = hold_until(policy, pay_by, start, now);
    for appointment in &visit.appointments {
        change = change.with(appointment.clone().hold_until(until, now)?, ClaimChange::Keep);
    }
    change.tasks.push(Due {
        at: until,
        task: BookingTask::ExpireHold { visit: id },
    });
    Ok(change.telling(BookingEvent::VisitHeld {
        visit: id,
        customer,
        until,
        due,
    }))
}

/// Passes offers.
pub struct PassWaitlistOffer {
    /// Who waits.
    pub waitlist: Arc<dyn Waitlist>,
    /// The book, for reading.
    pub book: Arc<dyn AppointmentBook>,
    /// The present.
    pub clock: Arc<dyn Clock>,
}

impl PassWaitlistOffer {
    /// Says no to the open offer: its time is free for the next one, and the entry waits on. Who passed
    /// before is answered as they are, so repeating is safe.
    ///
    /// # Errors
    /// [`WaitlistEntryError`].
    #[tracing::instrument(name = "booking.pass_waitlist_offer", skip_all)]
    pub async fn execute(
        &self,
        tenant: TenantId,
        id: WaitlistEntryId,
        who: ChangedBy,
    ) -> Result<WaitlistEntry, WaitlistEntryError> {
        let desk = Desk {
            waitlist: self.waitlist.as_ref(),
            book: self.book.as_ref(),
            tenant,
        };
        for _look in 0..=TRIES {
            let entry = desk.entry(id).await?;
            if was_passed(&entry) {
                return Ok(entry);
            }
            let now = self.clock.now();
            let visit = desk.offered(&entry).await?;
            let passed = entry.clone().let_go(OfferOutcome::Passed, now)?;
            desk.record(
                passed,
                freeing(&entry, visit.as_ref(), Change::at(now, who.clone()))?,
            )
            .await?;
        }
        Err(WaitlistEntryError::Contended)
    }
}

/// Whether the last offer was in vain, and nothing happened since.
fn was_passed(entry: &WaitlistEntry) -> bool {
    let last = entry.offers.last().and_then(|offer| offer.outcome);
    let in_vain = last.is_some_and(|(outcome, _)| outcome != OfferOutcome::Accepted);
    match entry.standing {
        EntryStanding::Waiting => in_vain,
        EntryStanding::Ended { why, .. } => in_vain && why == EntryEnd::Exhausted,
        EntryStanding::Offered => false,
    }
}

/// Ends offers that nobody answered.
pub struct EndWaitlistOffer {
    /// Who waits.
    pub waitlist: Arc<dyn Waitlist>,
    /// The book, for reading.
    pub book: Arc<dyn AppointmentBook>,
    /// The present.
    pub clock: Arc<dyn Clock>,
}

impl EndWaitlistOffer {
    /// Ends the offer of that number if it is still open and its time has come; if the visit was agreed in
    /// the meantime, the entry is over. Does nothing otherwise. Safe to repeat.
    ///
    /// # Errors
    /// [`WaitlistEntryError`].
    #[tracing::instrument(name = "booking.end_waitlist_offer", skip_all)]
    pub async fn execute(
        &self,
        tenant: TenantId,
        id: WaitlistEntryId,
        number: u16,
    ) -> Result<(), WaitlistEntryError> {
        let desk = Desk {
            waitlist: self.waitlist.as_ref(),
            book: self.book.as_ref(),
            tenant,
        };
        for _try in 0..TRIES {
            let Some(entry) = self.waitlist.entry(tenant, id).await? else {
                return Ok(());
            };
            let now = self.clock.now();
            let due = entry
                .open_offer()
                .filter(|(open, offer)| *open == number && offer.until <= now);
            if due.is_none() {
                return Ok(());
            }
            let visit = desk.offered(&entry).await?;
            let agreed = visit.as_ref().map(Visit::standing) == Some(VisitStanding::Agreed);
            let recorded = if agreed {
                desk.record(entry.accept(now)?, Change::at(now, ChangedBy::System))
                    .await?
            } else {
                let change = freeing(&entry, visit.as_ref(), Change::at(now, ChangedBy::System))?;
                desk.record(entry.let_go(OfferOutcome::RanOut, now)?, change)
                    .await?
            };
            if recorded {
                return Ok(());
            }
        }
        Err(WaitlistEntryError::Contended)
    }
}

/// Takes wishes back.
pub struct WithdrawFromWaitlist {
    /// Who waits.
    pub waitlist: Arc<dyn Waitlist>,
    /// The book, for reading.
    pub book: Arc<dyn AppointmentBook>,
    /// The present.
    pub clock: Arc<dyn Clock>,
}

impl WithdrawFromWaitlist {
    /// Ends an entry, and frees the time of its open offer for the next one. Who withdrew before is answered
    /// as they are, so repeating is safe.
    ///
    /// # Errors
    /// [`WaitlistEntryError`].
    #[tracing::instrument(name = "booking.withdraw_from_waitlist", skip_all)]
    pub async fn execute(
        &self,
        tenant: TenantId,
        id: WaitlistEntryId,
        who: ChangedBy,
    ) -> Result<WaitlistEntry, WaitlistEntryError> {
        let desk = Desk {
            waitlist: self.waitlist.as_ref(),
            book: self.book.as_ref(),
            tenant,
        };
        for _look in 0..=TRIES {
            let entry = desk.entry(id).await?;
            if entry.standing.word() == "withdrawn" {
                return Ok(entry);
            }
            let now = self.clock.now();
            let visit = desk.offered(&entry).await?;
            let change = freeing(&entry, visit.as_ref(), Change::at(now, who.clone()))?;
            desk.record(entry.withdraw(now)?, change).await?;
        }
        Err(WaitlistEntryError::Contended)
    }
}

/// Gives up the time of an entry's open offer, and sees to the next one's turn; nothing without an offer. What
/// was agreed in the meantime stays.
fn freeing(
    entry: &WaitlistEntry,
    visit: Option<&Visit>,
    mut change: Change,
) -> Result<Change, WaitlistEntryError> {
    let now = change.at;
    let Some((_, offer)) = entry.open_offer() else {
        return Ok(change);
    };
    let mut freed = offer.time;
    for appointment in visit.iter().flat_map(|visit| &visit.appointments) {
        if appointment.state().deadline().is_some() {
            freed = hull(freed, appointment);
            change = change.with(given_up(appointment.clone(), now)?, ClaimChange::Release);
        }
    }
    change.tasks.push(Due {
        at: now,
        task: BookingTask::OfferFreedTime { freed },
    });
    let (entry, customer) = (entry.id, entry.customer);
    Ok(change.telling(BookingEvent::WaitlistOfferEnded { entry, customer }))
}

fn given_up(appointment: Appointment, now: OffsetDateTime) -> Result<Appointment, TransitionRefused> {
    let nothing = Money::zero(appointment.booking().price.charged().currency());
    let expired = appointment.clone().expire(now);
    expired.or_else(|_| appointment.cancel(CancelledBy::Customer, nothing, now))
}

/// The range and all that an appointment claims.
fn hull(range: TimeRange, appointment: &Appointment) -> TimeRange {
    let claims = appointment.booking().claims.iter();
    claims.fold(range, |hull, claim| {
        let (start, end) = (
            hull.start().min(claim.range.start()),
            hull.end().max(claim.range.end()),
        );
        TimeRange::new(start, end).unwrap_or(hull)
    })
}
