//! Somebody from the queue is served: their time is claimed, and the entry is over.

use std::collections::BTreeSet;
use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, Outage, PhoneNumber, TenantId, TimeRange};
use time::{Duration, OffsetDateTime};

use super::{super::TRIES, line, today};
use crate::appointment::{Appointment, ChangedBy, TransitionRefused};
use crate::availability::{Facts, Reason, RequestFault, Slot};
use crate::catalogue::CustomerId;
use crate::event::BookingEvent;
use crate::policy::Channel;
use crate::ports::{
    AppointmentBook, Catalogue, Change, ClaimChange, Newcomer, QueueChange, QueueRefused, SetupVersion,
    Timetable, WalkInQueue,
};
use crate::pricing::PricingFault;
use crate::queue::{
    Estimate, Guest, Line, NotWaiting, QueueStanding, SEATED_WITHIN, WalkIn, WalkInId, estimates,
};
use crate::use_cases::slot_visit::{Coming, DepositAsked, NoPrice};
use crate::visit::{HoldKey, Visit};

/// Who sits down, where more is known than when they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Sitter {
    /// Whoever the entry names; somebody of whom only the name is known becomes a customer.
    #[default]
    AsQueued,
    /// This customer.
    Customer(CustomerId),
    /// Whoever has this number, a new customer if nobody has.
    Phone(PhoneNumber),
}

/// Whether those who came before are served first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SeatTurn {
    /// They are: nobody ahead is delayed.
    #[default]
    Kept,
    /// They are not.
    Skipped,
}

/// An order to seat somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeatOrder {
    /// Who they are.
    pub sitter: Sitter,
    /// Whether those ahead come first.
    pub turn: SeatTurn,
    /// When they are served; if it is not named, at the earliest minute within a quarter of an hour.
    pub start: Option<OffsetDateTime>,
    /// Who seats them.
    pub who: ChangedBy,
}

impl SeatOrder {
    /// As they were queued, in their turn, as early as can be.
    #[must_use]
    pub fn in_turn(who: ChangedBy) -> Self {
        Self {
            sitter: Sitter::default(),
            turn: SeatTurn::default(),
            start: None,
            who,
        }
    }
}

/// Somebody who was seated, now or before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seated {
    /// The entry.
    pub entry: WalkIn,
    /// Their visit; the customer has come.
    pub visit: Visit,
}

/// Why nobody was seated.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SeatWalkInError {
    /// There is no such entry.
    #[error("there is no such entry")]
    Unknown,
    /// They left, or came on another day.
    #[error(transparent)]
    NotWaiting(#[from] NotWaiting),
    /// Nobody is free.
    #[error("nobody is free")]
    NotFree {
        /// Why.
        reasons: BTreeSet<Reason>,
        /// When they can be served today, if they can.
        next: Option<Box<Slot>>,
    },
    /// There is no such customer.
    #[error("there is no such customer")]
    UnknownCustomer,
    /// The entry wishes for what does not exist any more.
    #[error(transparent)]
    Request(#[from] RequestFault),
    /// There is no price for these services together.
    #[error(transparent)]
    Price(#[from] PricingFault),
    /// It changed under every try. Try again.
    #[error("the queue keeps changing")]
    Contended,
    /// Queue or book did not answer; ask again.
    #[error("the queue is unavailable")]
    Unavailable(#[from] Outage),
}

impl From<NoPrice> for SeatWalkInError {
    fn from(error: NoPrice) -> Self {
        match error {
            NoPrice::Request(fault) => Self::Request(fault),
            NoPrice::Pricing(fault) => Self::Price(fault),
        }
    }
}

/// Seats people.
pub struct SeatWalkIn {
    /// Where they are recorded.
    pub queue: Arc<dyn WalkInQueue>,
    /// The book, for reading.
    pub book: Arc<dyn AppointmentBook>,
    /// What is known about the day.
    pub timetable: Arc<dyn Timetable>,
    /// The tenant's zone.
    pub catalogue: Arc<dyn Catalogue>,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// Identities.
    pub ids: Arc<dyn IdSource>,
}

impl SeatWalkIn {
    /// Claims the time of somebody who waits, without a deposit, and ends their waiting: both or neither. The
    /// customer counts as come. Who was seated before is answered as they are, so repeating is safe.
    ///
    /// # Errors
    /// [`SeatWalkInError`].
    #[tracing::instrument(name = "booking.seat_walk_in", skip_all)]
    pub async fn execute(
        &self,
        tenant: TenantId,
        id: WalkInId,
        order: SeatOrder,
    ) -> Result<Seated, SeatWalkInError> {
        for _try in 0..TRIES {
            let entry = self
                .queue
                .entry(tenant, id)
                .await?
                .ok_or(SeatWalkInError::Unknown)?;
            if let QueueStanding::Seated { visit, .. } = entry.standing {
                let visit = self.book.visit(tenant, visit).await?;
                let visit = visit.ok_or_else(|| Outage::new("a seated guest without a visit"))?;
                return Ok(Seated { entry, visit });
            }
            let (line, setup, slot) = self.find(tenant, &entry, &order).await?;
            let (sitter, newcomer) = self.sitter(tenant, &entry, &order.sitter).await?;
            let mut change =
                self.decide(line.facts(), entry, &slot, (sitter, newcomer), order.who.clone())?;
            if let Some(booking) = &mut change.booking {
                booking.setup = Some(setup);
            }
            match self.queue.record(tenant, change).await {
                // What was recorded is read by the next look.
                Ok(()) | Err(QueueRefused::Stale | QueueRefused::SlotTaken) => {}
                Err(QueueRefused::UnknownCustomer) => return Err(SeatWalkInError::UnknownCustomer),
                Err(QueueRefused::Unavailable(outage)) => return Err(outage.into()),
            }
        }
        // The last try may have been the one that was recorded.
        match self.queue.entry(tenant, id).await? {
            Some(entry) => match entry.standing {
                QueueStanding::Seated { visit, .. } => match self.book.visit(tenant, visit).await? {
                    Some(visit) => Ok(Seated { entry, visit }),
                    None => Err(Outage::new("a seated guest without a visit").into()),
                },
                QueueStanding::Waiting | QueueStanding::Left { .. } => Err(SeatWalkInError::Contended),
            },
            None => Err(SeatWalkInError::Unknown),
        }
    }

    /// The slot for an entry, with those ahead placed before it unless they are skipped.
    async fn find(
        &self,
        tenant: TenantId,
        entry: &WalkIn,
        order: &SeatOrder,
    ) -> Result<(Line, SetupVersion, Slot), SeatWalkInError> {
        let now = self.clock.now();
        let zone = self.catalogue.policy(tenant).await?.zone;
        let waiting = self.queue.waiting(tenant, today(&zone, now)).await?;
        let Some(position) = waiting.iter().position(|other| other.id == entry.id) else {
            let word = match entry.standing {
                QueueStanding::Waiting => "of another day",
                QueueStanding::Seated { .. } | QueueStanding::Left { .. } => entry.standing.word(),
            };
            return Err(NotWaiting(word).into());
        };
        let ahead = match order.turn {
            SeatTurn::Kept => waiting.get(..position).unwrap_or_default(),
            SeatTurn::Skipped => &[],
        };
        let (mut line, setup) = line(self.timetable.as_ref(), tenant, ahead, &entry.parts, now).await?;
        estimates(&mut line, ahead);
        let found = match order.start {
            Some(start) => line.at(&entry.parts, start)?,
            None => soon(&line, entry)?,
        };
        match found {
            Ok(slot) => Ok((line, setup, slot)),
            Err(reasons) => {
                let next = match line.estimate(&entry.parts)? {
                    Estimate::At(slot) => Some(Box::new(slot)),
                    Estimate::NotToday { .. } => None,
                };
                Err(SeatWalkInError::NotFree { reasons, next })
            }
        }
    }

    async fn sitter(
        &self,
        tenant: TenantId,
        entry: &WalkIn,
        sitter: &Sitter,
    ) -> Result<(CustomerId, Option<Newcomer>), Outage> {
        let phone = match (sitter, &entry.guest) {
            (Sitter::Customer(customer), _) | (Sitter::AsQueued, Guest::Customer(customer)) => {
                return Ok((*customer, None));
            }
            (Sitter::AsQueued, Guest::Named(_)) => None,
            (Sitter::Phone(phone), _) => Some(phone),
        };
        if let Some(phone) = phone
            && let Some(known) = self.queue.customer_of(tenant, phone).await?
        {
            return Ok((known, None));
        }
        match &entry.guest {
            // Their own number is for the customers' file to change.
            Guest::Customer(customer) => Ok((*customer, None)),
            Guest::Named(name) => {
                let id = self.ids.fresh();
                let (name, phone) = (name.clone(), phone.cloned());
                Ok((id, Some(Newcomer { id, name, phone })))
            }
        }
    }

    fn decide(
        &self,
        facts: &Facts,
        entry: WalkIn,
        slot: &Slot,
        (customer, newcomer): (CustomerId, Option<Newcomer>),
        who: ChangedBy,
    ) -> Result<QueueChange, SeatWalkInError> {
        let now = self.clock.now();
        let coming = Coming {
            visit: self.ids.fresh(),
            customer,
            channel: Channel::Desk,
            deposit: DepositAsked::Nothing,
            package: None,
            no_shows: 0,
            now,
        };
        let key = HoldKey::parse(&format!("walk-in:{}", entry.id)).map_err(Outage::new)?;
        let mut change = Change {
            head: Some(coming.head(key, None)),
            ..Change::at(now, who)
        };
        for booking in coming.bookings(facts, slot, &entry.parts)? {
            let (appointment, visit) = (self.ids.fresh(), coming.visit);
            let held = Appointment::hold(appointment, booking, now);
            let here = held
                .confirm(now)
                .and_then(|agreed| agreed.check_in(now))
                .map_err(never)?;
            change = change
                .with(here, ClaimChange::Take)
                .telling(BookingEvent::CustomerCame { appointment, visit });
        }
        Ok(QueueChange {
            entry: entry.seat(customer, coming.visit, now)?,
            newcomer,
            booking: Some(change),
        })
    }
}

/// The earliest minute soon enough, or why the first one cannot be had.
fn soon(line: &Line, entry: &WalkIn) -> Result<Result<Slot, BTreeSet<Reason>>, RequestFault> {
    let first = line.first_minute();
    let within = SEATED_WITHIN.duration() + Duration::seconds(1);
    let window = TimeRange::starting(first, within).map_err(|_| RequestFault::OutOfCalendar)?;
    match line.earliest(&entry.parts, window)? {
        Some(slot) => Ok(Ok(slot)),
        None => line.at(&entry.parts, first),
    }
}

fn never(refused: TransitionRefused) -> SeatWalkInError {
    Outage::new(refused).into()
}
