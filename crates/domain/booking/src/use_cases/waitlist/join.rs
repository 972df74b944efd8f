//! Somebody wants a time that is not free.

use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, Outage, TenantId, TimeRange};
use time::Duration;

use crate::appointment::Version;
use crate::availability::{self, Arrangement, PartOrder, PartRequest, RequestFault, SlotRequest};
use crate::catalogue::CustomerId;
use crate::policy::Channel;
use crate::ports::{Timetable, Waitlist, WaitlistChange, WaitlistRefused};
use crate::use_cases::facts_query;
use crate::visit::HoldKey;
use crate::waitlist::{
    EntryStanding, Priority, WAITLIST_MOST, WAITLIST_OF_CUSTOMER_MOST, WaitlistEntry, Wish,
};

/// What somebody waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitlistOrder {
    /// The caller's key: asking twice makes one entry.
    pub key: HoldKey,
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
    /// The key named another order before.
    #[error("this key named another order")]
    KeyUsed,
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
    /// Puts somebody on the list; whether time is free for them already is seen to at once. Who was put on it
    /// with the same key before is answered as they stand.
    ///
    /// # Errors
    /// [`JoinWaitlistError`].
    #[tracing::instrument(name = "booking.join_waitlist", skip_all)]
    pub async fn execute(
        &self,
        tenant: TenantId,
        order: WaitlistOrder,
    ) -> Result<WaitlistEntry, JoinWaitlistError> {
        if let Some(entry) = self.waitlist.entry_of_key(tenant, &order.key).await? {
            return order.repeated(entry);
        }
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
        let entry = WaitlistEntry {
            id: self.ids.fresh(),
            customer: order.customer,
            parts: order.parts.clone(),
            wish: order.wish,
            channel: order.channel,
            priority: order.priority,
            joined_at: now,
            standing: EntryStanding::Waiting,
            offers: Vec::new(),
            version: Version::NEW,
        };
        let id = entry.id;
        let change = WaitlistChange {
            entry,
            booking: None,
            watch_at: Some(now),
        };
        match self.waitlist.join(tenant, change, order.key.clone()).await {
            Ok(entry) if entry.id == id => Ok(entry),
            Ok(entry) => order.repeated(entry),
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

impl WaitlistOrder {
    /// The entry that has the key of this order already.
    fn repeated(&self, entry: WaitlistEntry) -> Result<WaitlistEntry, JoinWaitlistError> {
        let asked = (
            self.customer,
            &self.parts,
            &self.wish,
            self.channel,
            self.priority,
        );
        let known = (
            entry.customer,
            &entry.parts,
            &entry.wish,
            entry.channel,
            entry.priority,
        );
        if asked == known {
            Ok(entry)
        } else {
            Err(JoinWaitlistError::KeyUsed)
        }
    }
}
