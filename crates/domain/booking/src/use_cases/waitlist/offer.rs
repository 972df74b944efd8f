//! Time became free: whose turn is it?

use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, Outage, TenantId, TimeRange};
use time::OffsetDateTime;

use crate::appointment::{Appointment, ChangedBy};
use crate::catalogue::CustomerId;
use crate::event::{BookingEvent, BookingTask, Due, WaitlistEntryId};
use crate::policy::quiet_until;
use crate::ports::{
    AppointmentBook, Catalogue, Change, ClaimChange, Outlook, Timetable, Waitlist, WaitlistChange,
    WaitlistRefused,
};
use crate::use_cases::slot_visit::{Coming, DepositAsked};
use crate::use_cases::{TRIES, facts_query};
use crate::waitlist::{EntryStanding, Offer, Turn, WaitlistEntry, next_watch, parts_of, turns, window};

/// What came of looking through the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OffersMade {
    /// Who was offered a time, in the order of turns.
    pub offered: Vec<WaitlistEntryId>,
    /// Entries whose days were over.
    pub lapsed: usize,
}

/// Whether the setup that a look was made on was still in force when it was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Setup {
    Kept,
    Changed,
}

/// What became of one change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Recorded {
    Yes,
    /// Somebody was faster.
    No,
    SetupChanged,
}

/// Offers time that became free, to one person at a time.
pub struct OfferFreedTime {
    /// Who waits.
    pub waitlist: Arc<dyn Waitlist>,
    /// How often who waits did not come.
    pub book: Arc<dyn AppointmentBook>,
    /// What is known about the days.
    pub timetable: Arc<dyn Timetable>,
    /// The tenant's zone.
    pub catalogue: Arc<dyn Catalogue>,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// Identities of visits and appointments.
    pub ids: Arc<dyn IdSource>,
}

impl OfferFreedTime {
    /// Makes offers of the freed time, or of any time in the next two weeks if none is named. Nobody is
    /// offered anything in the quiet hours (21:00 to 07:00): a time that is freed then is offered in the morning.
    ///
    /// Safe to repeat, and at the same time: an offer is a hold, and the book gives each time to one; a
    /// customer with an open offer gets no other one. Who was faster elsewhere costs an offer nothing but
    /// its turn: the next look finds what is left. Where the setup changed meanwhile it is looked at anew.
    ///
    /// # Errors
    /// [`Outage`]; what was offered until then stays offered.
    #[tracing::instrument(name = "booking.offer_freed_time", skip_all)]
    pub async fn execute(&self, tenant: TenantId, freed: Option<TimeRange>) -> Result<OffersMade, Outage> {
        let mut made = OffersMade::default();
        for _try in 0..TRIES {
            let (round, setup) = self.round(tenant, freed).await?;
            made.offered.extend(round.offered);
            made.lapsed += round.lapsed;
            if setup == Setup::Kept {
                return Ok(made);
            }
        }
        Err(Outage::new("the setup changed under every look at the waitlist"))
    }

    async fn round(&self, tenant: TenantId, freed: Option<TimeRange>) -> Result<(OffersMade, Setup), Outage> {
        let now = self.clock.now();
        let entries = self.waitlist.active(tenant).await?;
        if entries.is_empty() {
            return Ok((OffersMade::default(), Setup::Kept));
        }
        let zone = self.catalogue.policy(tenant).await?.zone;
        let (over, entries): (Vec<_>, Vec<_>) = entries
            .into_iter()
            .partition(|entry| entry.standing == EntryStanding::Waiting && entry.wish.is_over(&zone, now));
        let lapsed = self.lapse(tenant, over, now).await?;
        if let Some(morning) = quiet_until(&zone, now) {
            match freed {
                Some(freed) => self.waitlist.offer_later(tenant, freed, morning).await?,
                None => self.waitlist.watch(tenant, morning).await?,
            }
            let offered = Vec::new();
            return Ok((OffersMade { offered, lapsed }, Setup::Kept));
        }
        let Some(window) = window(freed, now) else {
            let offered = Vec::new();
            return Ok((OffersMade { offered, lapsed }, Setup::Kept));
        };
        let query = facts_query(&parts_of(&entries), window);
        let outlook = self.timetable.outlook(tenant, query).await?;
        let mut offered = Vec::new();
        for turn in turns(&outlook.facts, &entries, freed, now) {
            let Some(entry) = entries.iter().find(|entry| entry.id == turn.entry) else {
                continue;
            };
            match self.offer(tenant, &outlook, entry.clone(), &turn, now).await? {
                Recorded::Yes => offered.push(turn.entry),
                Recorded::No => {}
                Recorded::SetupChanged => return Ok((OffersMade { offered, lapsed }, Setup::Changed)),
            }
        }
        Ok((OffersMade { offered, lapsed }, Setup::Kept))
    }

    /// Whether any entry is left that waits or has an offer.
    async fn anybody_waits(&self, tenant: TenantId) -> Result<bool, Outage> {
        Ok(!self.waitlist.active(tenant).await?.is_empty())
    }

    async fn lapse(
        &self,
        tenant: TenantId,
        over: Vec<WaitlistEntry>,
        now: OffsetDateTime,
    ) -> Result<usize, Outage> {
        let mut lapsed = 0;
        for entry in over {
            let Ok(entry) = entry.lapse(now) else { continue };
            let change = WaitlistChange {
                entry,
                booking: None,
                watch_at: None,
            };
            if self.record(tenant, change).await? == Recorded::Yes {
                lapsed += 1;
            }
        }
        Ok(lapsed)
    }

    async fn offer(
        &self,
        tenant: TenantId,
        outlook: &Outlook,
        entry: WaitlistEntry,
        turn: &Turn,
        now: OffsetDateTime,
    ) -> Result<Recorded, Outage> {
        let key = entry.next_key().map_err(Outage::new)?;
        let (id, customer, until) = (entry.id, entry.customer, turn.until);
        let coming = Coming {
            visit: self.ids.fresh(),
            customer,
            channel: entry.channel,
            deposit: DepositAsked::AsSold,
            package: None,
            no_shows: self.no_shows(tenant, outlook, customer).await?,
            now,
        };
        let visit = coming.visit;
        let bookings = coming
            .bookings(&outlook.facts, &turn.slot, &entry.parts)
            .map_err(Outage::new)?;
        let mut booking = Change {
            head: Some(coming.head(key, None)),
            setup: Some(outlook.setup),
            ..Change::at(now, ChangedBy::System)
        };
        for part in bookings {
            let held = Appointment::hold(self.ids.fresh(), part, until);
            booking = booking.with(held, ClaimChange::Take);
        }
        let offer = Offer {
            visit,
            time: turn.slot.time,
            made_at: now,
            until,
            outcome: None,
        };
        let Ok(entry) = entry.offer(offer) else {
            return Ok(Recorded::No);
        };
        if let Some((number, _)) = entry.open_offer() {
            booking.tasks.push(Due {
                at: until,
                task: BookingTask::EndWaitlistOffer { entry: id, number },
            });
        }
        let booking = booking.telling(BookingEvent::WaitlistOffered {
            entry: id,
            visit,
            customer,
            until,
        });
        let change = WaitlistChange {
            entry,
            booking: Some(booking),
            watch_at: None,
        };
        self.record(tenant, change).await
    }

    /// How often the customer did not come, if that matters to the tenant.
    async fn no_shows(
        &self,
        tenant: TenantId,
        outlook: &Outlook,
        customer: CustomerId,
    ) -> Result<u32, Outage> {
        if outlook.facts.policy.rules.deposit_after_no_shows.is_empty() {
            return Ok(0);
        }
        self.book.no_shows(tenant, customer).await
    }

    /// Whether it was recorded; somebody who was faster is no fault.
    async fn record(&self, tenant: TenantId, change: WaitlistChange) -> Result<Recorded, Outage> {
        match self.waitlist.record(tenant, change).await {
            Ok(()) => Ok(Recorded::Yes),
            Err(WaitlistRefused::SetupChanged) => Ok(Recorded::SetupChanged),
            Err(
                WaitlistRefused::SlotTaken
                | WaitlistRefused::Stale
                | WaitlistRefused::HasOffer
                | WaitlistRefused::UnknownCustomer,
            ) => Ok(Recorded::No),
            Err(WaitlistRefused::Unavailable(outage)) => Err(outage),
        }
    }
}

/// Looks through the whole list from time to time, for time that became free without anybody saying so: new
/// hours, a leave that was withdrawn, notice and horizon that moved on.
pub struct WatchWaitlist {
    /// What makes the offers.
    pub offer: Arc<OfferFreedTime>,
}

impl WatchWaitlist {
    /// Makes what offers can be made, and sees to the next look while anybody waits. Safe to repeat.
    ///
    /// # Errors
    /// [`Outage`]; the next look is seen to all the same, if that could be recorded.
    #[tracing::instrument(name = "booking.watch_waitlist", skip_all)]
    pub async fn execute(&self, tenant: TenantId) -> Result<OffersMade, Outage> {
        if !self.offer.anybody_waits(tenant).await? {
            return Ok(OffersMade::default());
        }
        let zone = self.offer.catalogue.policy(tenant).await?.zone;
        let next = next_watch(&zone, self.offer.clock.now());
        self.offer.waitlist.watch(tenant, next).await?;
        self.offer.execute(tenant, None).await
    }
}
