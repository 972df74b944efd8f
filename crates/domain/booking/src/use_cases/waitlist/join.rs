//! Somebody wants a time that is not free.

use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, Outage, TenantId, TimeRange};
use time::Duration;

use crate::appointment::Version;
use crate::availability::{self, Arrangement, PartOrder, PartRequest, RequestFault, SlotRequest};
use crate::catalogue::CustomerId;
use crate::policy::Channel;
use crate::ports::{Change, Timetable, Waitlist, WaitlistChange, WaitlistRefused};
use crate::use_cases::facts_query;
use crate::waitlist::{
    EntryStanding, Priority, WAITLIST_MOST, WAITLIST_OF_CUSTOMER_MOST, WaitlistEntry, Wish,
};

/// What somebody waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitlistOrder {
    /// Who.
    pub customer: CustomerId,
    /// The services, 1 to 8.
    pub parts: Vec<PartRequest>,
    /// When.
    pub wish: Wish,
    /// Whose notice and horizon count.
    pub channel: Channel,
    /// How much it matters.
    pub priority: Priority,
}

/// Why somebody was not put on the list.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum JoinWaitlistError {
    /// The order names what does not exist.
    #[error(transparent)]
    Request(#[from] RequestFault),
    /// There is no such customer.
    #[error("there is no such customer")]
    UnknownCustomer,
    /// The last day of the wish is over.
    #[error("the last day is over")]
    Over,
    /// As many wait as may.
    #[error("{WAITLIST_MOST} entries wait already, or {WAITLIST_OF_CUSTOMER_MOST} of this customer")]
    Full,
    /// The list did not answer.
    #[error("the waitlist is unavailable")]
    Unavailable(#[from] Outage),
}

/// Puts people on the list.
pub struct JoinWaitlist {
    /// Where they are recorded.
    pub waitlist: Arc<dyn Waitlist>,
    /// What is sold.
    pub timetable: Arc<dyn Timetable>,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// Identities.
    pub ids: Arc<dyn IdSource>,
}

impl JoinWaitlist {
    /// Puts somebody on the list; whether time is free for them already is seen to at once. Asking twice
    /// makes two entries.
    ///
    /// # Errors
    /// [`JoinWaitlistError`].
    #[tracing::instrument(name = "booking.join_waitlist", skip_all)]
    pub async fn execute(
        &self,
        tenant: TenantId,
        order: WaitlistOrder,
    ) -> Result<WaitlistEntry, JoinWaitlistError> {
        let now = self.clock.now();
        let day = TimeRange::starting(now, Duration::DAY).map_err(|_| RequestFault::OutOfCalendar)?;
        let query = facts_query(&order.parts, day);
        let facts = self.timetable.facts(tenant, query).await?;
        if order.wish.is_over(&facts.policy.zone, now) {
            return Err(JoinWaitlistError::Over);
        }
        // The slots do not matter: what is asked must exist.
        let request = SlotRequest {
            parts: order.parts.clone(),
            order: PartOrder::Any,
            arrangement: Arrangement::Together,
            window: day,
            channel: order.channel,
            now,
            most: Some(1),
        };
        availability::find(&facts, &request)?;
        let active = self.waitlist.active(tenant).await?;
        let own = active.iter().filter(|entry| entry.customer == order.customer);
        if active.len() >= WAITLIST_MOST || own.count() >= WAITLIST_OF_CUSTOMER_MOST {
            return Err(JoinWaitlistError::Full);
        }
        let mut entry = WaitlistEntry {
            id: self.ids.fresh(),
            customer: order.customer,
            parts: order.parts,
            wish: order.wish,
            channel: order.channel,
            priority: order.priority,
            joined_at: now,
            standing: EntryStanding::Waiting,
            offers: Vec::new(),
            version: Version::NEW,
        };
        let change = WaitlistChange {
            entry: entry.clone(),
            booking: Change::at(now),
            watch_at: Some(now),
        };
        match self.waitlist.record(tenant, change).await {
            Ok(()) => {
                entry.version = entry.version.next();
                Ok(entry)
            }
            Err(WaitlistRefused::UnknownCustomer) => Err(JoinWaitlistError::UnknownCustomer),
            Err(WaitlistRefused::Unavailable(outage)) => Err(outage.into()),
            Err(
                WaitlistRefused::SlotTaken
                | WaitlistRefused::Stale
                | WaitlistRefused::SetupChanged
                | WaitlistRefused::HasOffer,
            ) => Err(Outage::new("a new entry of the waitlist met another one").into()),
        }
    }
}
