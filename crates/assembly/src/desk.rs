//! The queue at the desk, the waitlist and calendar feeds: their use cases, and what freed time means to the list.

use std::sync::Arc;

use ratiba_access::SecretSource as _;
use ratiba_booking::event::BookingTask;
use ratiba_booking::ports::{
    AppointmentBook, CalendarFeeds, Catalogue, FeedSecrets, Timetable, Waitlist, WalkInQueue,
};
use ratiba_booking::use_cases as booking;
use ratiba_booking::visit::{Visit, VisitId, claimed};
use ratiba_kernel::{Clock, IdSource, Outage, TenantId, TimeRange};
use ratiba_postgres::Database;
use ratiba_postgres::booking::{PgCalendarFeeds, PgWaitlist, PgWalkInQueue};
use ratiba_system::SystemChance;
use uuid::Uuid;

use crate::Parts;
use crate::queue::NewJob;

/// The use cases of the desk.
pub struct Desk {
    /// Somebody walks in.
    pub join_queue: booking::JoinQueue,
    /// Who waits, and for how long.
    pub list_queue: booking::ListQueue,
    /// Somebody is served.
    pub seat: booking::SeatWalkIn,
    /// Somebody leaves without service.
    pub leave_queue: booking::LeaveQueue,
    /// The queues of earlier days end.
    pub close_queue: booking::CloseQueue,
    /// The waitlist, for reading.
    pub waitlist: Arc<dyn Waitlist>,
    /// Somebody wants a time that is not free.
    pub join_waitlist: booking::JoinWaitlist,
    /// Time became free.
    pub offer_freed_time: Arc<booking::OfferFreedTime>,
    /// Looks through the list.
    pub watch_waitlist: booking::WatchWaitlist,
    /// An offer is taken.
    pub accept_offer: booking::AcceptWaitlistOffer,
    /// An offer is passed.
    pub pass_offer: booking::PassWaitlistOffer,
    /// An offer runs out.
    pub end_offer: booking::EndWaitlistOffer,
    /// A wish is taken back.
    pub withdraw: booking::WithdrawFromWaitlist,
    /// Makes a calendar feed.
    pub create_feed: booking::CreateFeed,
    /// Lists calendar feeds.
    pub list_feeds: booking::ListFeeds,
    /// Revokes a calendar feed.
    pub revoke_feed: booking::RevokeFeed,
    /// Reads a calendar feed.
    pub read_feed: booking::ReadFeed,
}

/// What the desk is built from.
pub(crate) struct DeskGround {
    pub(crate) database: Database,
    pub(crate) book: Arc<dyn AppointmentBook>,
    pub(crate) timetable: Arc<dyn Timetable>,
    pub(crate) catalogue: Arc<dyn Catalogue>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn IdSource>,
}

/// Secrets of feeds from the operating system's random source.
struct RandomSecrets;

impl FeedSecrets for RandomSecrets {
    fn secret(&self) -> [u8; 32] {
        SystemChance.secret()
    }
}

impl Desk {
    pub(crate) fn wire(ground: &DeskGround) -> Self {
        let queue: Arc<dyn WalkInQueue> = Arc::new(PgWalkInQueue::new(ground.database.clone()));
        let waitlist: Arc<dyn Waitlist> = Arc::new(PgWaitlist::new(ground.database.clone()));
        let feeds: Arc<dyn CalendarFeeds> = Arc::new(PgCalendarFeeds::new(ground.database.clone()));
        let DeskGround {
            book,
            timetable,
            catalogue,
            clock,
            ids,
            ..
        } = ground;
        let offer_freed_time = Arc::new(booking::OfferFreedTime {
            waitlist: waitlist.clone(),
            book: book.clone(),
            timetable: timetable.clone(),
            catalogue: catalogue.clone(),
            clock: clock.clone(),
            ids: ids.clone(),
        });
        Self {
            join_queue: booking::JoinQueue {
                queue: queue.clone(),
                timetable: timetable.clone(),
                catalogue: catalogue.clone(),
                clock: clock.clone(),
                ids: ids.clone(),
            },
            list_queue: booking::ListQueue {
                queue: queue.clone(),
                timetable: timetable.clone(),
                catalogue: catalogue.clone(),
                clock: clock.clone(),
            },
            seat: booking::SeatWalkIn {
                queue: queue.clone(),
                book: book.clone(),
                timetable: timetable.clone(),
                catalogue: catalogue.clone(),
                clock: clock.clone(),
                ids: ids.clone(),
            },
            leave_queue: booking::LeaveQueue {
                queue: queue.clone(),
                clock: clock.clone(),
            },
            close_queue: booking::CloseQueue {
                queue,
                catalogue: catalogue.clone(),
                clock: clock.clone(),
            },
            join_waitlist: booking::JoinWaitlist {
                waitlist: waitlist.clone(),
                timetable: timetable.clone(),
                clock: clock.clone(),
                ids: ids.clone(),
            },
            watch_waitlist: booking::WatchWaitlist {
                offer: offer_freed_time.clone(),
            },
            offer_freed_time,
            accept_offer: booking::AcceptWaitlistOffer {
                waitlist: waitlist.clone(),
                book: book.clone(),
                catalogue: catalogue.clone(),
                clock: clock.clone(),
            },
            pass_offer: booking::PassWaitlistOffer {
                waitlist: waitlist.clone(),
                book: book.clone(),
                clock: clock.clone(),
            },
            end_offer: booking::EndWaitlistOffer {
                waitlist: waitlist.clone(),
                book: book.clone(),
                clock: clock.clone(),
            },
            withdraw: booking::WithdrawFromWaitlist {
                waitlist: waitlist.clone(),
                book: book.clone(),
                clock: clock.clone(),
            },
            waitlist,
            create_feed: booking::CreateFeed {
                feeds: feeds.clone(),
                clock: clock.clone(),
                ids: ids.clone(),
                secrets: Arc::new(RandomSecrets),
            },
            list_feeds: booking::ListFeeds { feeds: feeds.clone() },
            revoke_feed: booking::RevokeFeed {
                feeds: feeds.clone(),
                clock: clock.clone(),
            },
            read_feed: booking::ReadFeed {
                feeds,
                clock: clock.clone(),
            },
        }
    }
}

impl Parts {
    /// Lets the waitlist have the time that a visit gave up. A job of its own: whatever else an event means does
    /// not wait for it.
    ///
    /// # Errors
    /// [`Outage`].
    pub(crate) async fn time_freed(
        &self,
        tenant: TenantId,
        event: Uuid,
        visit: VisitId,
    ) -> Result<(), Outage> {
        if !self.anybody_waits(tenant).await? {
            return Ok(());
        }
        let freed = self
            .booking
            .book
            .visit(tenant, visit)
            .await?
            .and_then(|visit| given_up(&visit));
        match freed {
            Some(freed) => {
                self.look_for_takers(tenant, event, BookingTask::OfferFreedTime { freed })
                    .await
            }
            None => Ok(()),
        }
    }

    /// Lets the waitlist have the time that a visit was put away from. Where the event does not tell which, the list
    /// is looked through as a whole.
    ///
    /// # Errors
    /// [`Outage`].
    pub(crate) async fn old_time_freed(
        &self,
        tenant: TenantId,
        event: Uuid,
        freed: Option<TimeRange>,
    ) -> Result<(), Outage> {
        if !self.anybody_waits(tenant).await? {
            return Ok(());
        }
        let task = match freed {
            Some(freed) => BookingTask::OfferFreedTime { freed },
            None => BookingTask::WatchWaitlist,
        };
        self.look_for_takers(tenant, event, task).await
    }

    /// Most businesses have nobody on the list, most of the time. Who joins in this very moment is looked after
    /// by joining.
    async fn anybody_waits(&self, tenant: TenantId) -> Result<bool, Outage> {
        Ok(!self.desk.waitlist.active(tenant).await?.is_empty())
    }

    async fn look_for_takers(&self, tenant: TenantId, event: Uuid, task: BookingTask) -> Result<(), Outage> {
        let payload = serde_json::to_value(&task).map_err(Outage::new)?;
        let job = NewJob::new(task.kind(), payload, self.clock.now())
            .of_tenant(tenant)
            .once(format!("{}:{event}", task.kind()));
        self.queue.enqueue(vec![job]).await
    }
}

/// From the first to the last moment that the parts of a visit which do not keep their time had claimed.
fn given_up(visit: &Visit) -> Option<TimeRange> {
    let gone = visit.appointments.iter();
    claimed(gone.filter(|part| !part.state().keeps_its_time()))
}
