//! The queue in memory, and the promises of [`WalkInQueue`] as tests that every queue must pass.

#![expect(clippy::unwrap_used, reason = "a broken promise ends the test")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use ratiba_kernel::{Id, Outage, PhoneNumber, TenantId};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::builders::{
    AppointmentBuilder, NOW, anybody_for, customer, decided, from_to, staff, tenants, visit,
};
use super::fakes::InMemoryBook;
use crate::appointment::Version;
use crate::availability::{PartRequest, StaffWish};
use crate::catalogue::CustomerId;
use crate::ports::{AppointmentBook, Change, ClaimChange, Newcomer, QueueChange, QueueRefused, WalkInQueue};
use crate::queue::{Departure, FirstName, Guest, QUEUE_MOST, QueueStanding, WalkIn, WalkInId};
use crate::visit::HoldKey;

#[derive(Clone, Debug, Default)]
struct Desk {
    entries: BTreeMap<WalkInId, WalkIn>,
    newcomers: BTreeMap<CustomerId, Option<PhoneNumber>>,
    keys: BTreeMap<HoldKey, WalkInId>,
}

/// A queue in memory; customers 1 and 2 are known.
#[derive(Debug, Default)]
pub struct InMemoryQueue {
    book: Arc<InMemoryBook>,
    desks: Mutex<BTreeMap<TenantId, Desk>>,
}

impl InMemoryQueue {
    /// A queue whose bookings go into a book.
    #[must_use]
    pub fn over(book: Arc<InMemoryBook>) -> Self {
        Self {
            book,
            desks: Mutex::default(),
        }
    }

    fn desks(&self) -> MutexGuard<'_, BTreeMap<TenantId, Desk>> {
        self.desks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read<T>(&self, tenant: TenantId, read: impl FnOnce(&Desk) -> T) -> T {
        read(self.desks().get(&tenant).unwrap_or(&Desk::default()))
    }
}

#[async_trait]
impl WalkInQueue for InMemoryQueue {
    async fn entry(&self, tenant: TenantId, id: WalkInId) -> Result<Option<WalkIn>, Outage> {
        Ok(self.read(tenant, |desk| desk.entries.get(&id).cloned()))
    }

    async fn waiting(&self, tenant: TenantId, since: OffsetDateTime) -> Result<Vec<WalkIn>, Outage> {
        Ok(self.read(tenant, |desk| {
            let waits =
                |entry: &&WalkIn| entry.standing == QueueStanding::Waiting && entry.joined_at >= since;
            let mut found: Vec<WalkIn> = desk.entries.values().filter(waits).cloned().collect();
            found.sort_by_key(|entry| (entry.joined_at, entry.id));
            found.truncate(QUEUE_MOST + 1);
            found
        }))
    }

    async fn customer_of(&self, tenant: TenantId, phone: &PhoneNumber) -> Result<Option<CustomerId>, Outage> {
        Ok(self.read(tenant, |desk| {
            let mut all = desk.newcomers.iter();
            all.find(|(_, number)| number.as_ref() == Some(phone))
                .map(|(id, _)| *id)
        }))
    }

    async fn entry_of_key(&self, tenant: TenantId, key: &HoldKey) -> Result<Option<WalkIn>, Outage> {
        Ok(self.read(tenant, |desk| {
            desk.keys.get(key).and_then(|id| desk.entries.get(id)).cloned()
        }))
    }

    async fn join(&self, tenant: TenantId, entry: WalkIn, key: HoldKey) -> Result<WalkIn, QueueRefused> {
        if let Some(known) = self.entry_of_key(tenant, &key).await? {
            return Ok(known);
        }
        let recorded = WalkIn {
            version: entry.version.next(),
            ..entry.clone()
        };
        let change = QueueChange {
            entry,
            newcomer: None,
            booking: None,
        };
        self.record(tenant, change).await?;
        self.desks()
            .entry(tenant)
            .or_default()
            .keys
            .insert(key, recorded.id);
        Ok(recorded)
    }

    async fn record(&self, tenant: TenantId, change: QueueChange) -> Result<(), QueueRefused> {
        let mut desks = self.desks();
        let desk = desks.entry(tenant).or_default();
        let mut draft = desk.clone();
        if let Some(newcomer) = change.newcomer {
            let known = |phone: &PhoneNumber| {
                draft
                    .newcomers
                    .values()
                    .any(|number| number.as_ref() == Some(phone))
            };
            if newcomer.phone.as_ref().is_some_and(known) {
                return Err(QueueRefused::Stale);
            }
            draft.newcomers.insert(newcomer.id, newcomer.phone);
        }
        let entry = change.entry;
        let recorded = draft
            .entries
            .get(&entry.id)
            .map_or(Version::NEW, |entry| entry.version);
        if recorded != entry.version {
            return Err(QueueRefused::Stale);
        }
        if let Guest::Customer(id) = entry.guest
            && id != customer(1)
            && id != customer(2)
            && !draft.newcomers.contains_key(&id)
        {
            return Err(QueueRefused::UnknownCustomer);
        }
        if let Some(booking) = change.booking {
            self.book.record_now(tenant, booking)?;
        }
        let version = entry.version.next();
        draft.entries.insert(entry.id, WalkIn { version, ..entry });
        *desk = draft;
        Ok(())
    }

    async fn end_before(
        &self,
        tenant: TenantId,
        day: OffsetDateTime,
        at: OffsetDateTime,
    ) -> Result<usize, Outage> {
        let mut desks = self.desks();
        let desk = desks.entry(tenant).or_default();
        let mut ended = 0;
        for entry in desk.entries.values_mut() {
            if entry.joined_at < day
                && let Ok(left) = entry.clone().leave(Departure::DayOver, at)
            {
                let version = left.version.next();
                *entry = WalkIn { version, ..left };
                ended += 1;
            }
        }
        Ok(ended)
    }
}

/// A queue under test, and the book that it books in.
pub trait QueueUnderTest {
    /// The queue itself.
    fn port(&self) -> &dyn WalkInQueue;

    /// The book.
    fn book(&self) -> &dyn AppointmentBook;
}

impl QueueUnderTest for InMemoryQueue {
    fn port(&self) -> &dyn WalkInQueue {
        self
    }

    fn book(&self) -> &dyn AppointmentBook {
        self.book.as_ref()
    }
}

/// Everything that a queue promises. `fresh` makes an empty one over an empty book that knows both of
/// [`tenants`] and what they are said to have there.
///
/// # Panics
/// When a promise is broken.
pub async fn walk_in_queue_contract<Q: QueueUnderTest>(fresh: impl AsyncFn() -> Q) {
    an_entry_is_read_back(&fresh().await).await;
    those_of_the_day_wait_in_the_order_of_arrival(&fresh().await).await;
    seating_books_and_ends_the_entry_or_neither(&fresh().await).await;
    a_stale_change_leaves_no_trace(&fresh().await).await;
    one_key_makes_one_entry(&fresh().await).await;
    a_newcomer_becomes_a_customer_once(&fresh().await).await;
    unknown_customers_are_refused(&fresh().await).await;
    earlier_days_end(&fresh().await).await;
    tenants_are_apart(&fresh().await).await;
}

fn tenant() -> TenantId {
    tenants()[0]
}

/// The entry of a number, of customer 1 for service 1.
#[must_use]
pub fn a_walk_in(number: u64, joined_at: OffsetDateTime) -> WalkIn {
    WalkIn {
        id: Id::from_uuid(Uuid::from_u64_pair(
            0xb00c_000a_0000_7000,
            0x8000_0000_0000_0000 | number,
        )),
        guest: Guest::Customer(customer(1)),
        parts: vec![anybody_for(1)],
        joined_at,
        standing: QueueStanding::Waiting,
        version: Version::NEW,
    }
}

fn only(entry: WalkIn) -> QueueChange {
    QueueChange {
        entry,
        newcomer: None,
        booking: None,
    }
}

fn recorded(entry: &WalkIn) -> WalkIn {
    WalkIn {
        version: entry.version.next(),
        ..entry.clone()
    }
}

async fn an_entry_is_read_back<Q: QueueUnderTest>(queue: &Q) {
    let parts = vec![
        PartRequest::new(super::service(2), StaffWish::Only(staff(3))),
        PartRequest::new(super::service(1), StaffWish::Rather(staff(1))).for_guest(1),
        anybody_for(1),
    ];
    let named = WalkIn {
        guest: Guest::Named(FirstName::parse("Amina").unwrap()),
        parts,
        ..a_walk_in(1, NOW)
    };
    let left = a_walk_in(2, NOW).leave(Departure::TurnedAway, NOW).unwrap();
    for entry in [named, left] {
        queue.port().record(tenant(), only(entry.clone())).await.unwrap();
        let found = queue.port().entry(tenant(), entry.id).await.unwrap();
        assert_eq!(found, Some(recorded(&entry)));
    }
    assert_eq!(
        queue.port().entry(tenant(), a_walk_in(3, NOW).id).await.unwrap(),
        None
    );
}

async fn those_of_the_day_wait_in_the_order_of_arrival<Q: QueueUnderTest>(queue: &Q) {
    let minutes = |count| NOW + Duration::minutes(count);
    for (number, joined_at) in [
        (4, minutes(0)),
        (3, minutes(2)),
        (2, minutes(2)),
        (1, minutes(-1)),
    ] {
        queue
            .port()
            .record(tenant(), only(a_walk_in(number, joined_at)))
            .await
            .unwrap();
    }
    let gone = a_walk_in(5, NOW).leave(Departure::Gone, NOW).unwrap();
    queue.port().record(tenant(), only(gone)).await.unwrap();
    let waiting = queue.port().waiting(tenant(), NOW).await.unwrap();
    let ids: Vec<_> = waiting.iter().map(|entry| entry.id).collect();
    assert_eq!(ids, [4, 2, 3].map(|number| a_walk_in(number, NOW).id));
}

async fn one_key_makes_one_entry<Q: QueueUnderTest>(queue: &Q) {
    let (one, other) = (HoldKey::parse("one").unwrap(), HoldKey::parse("other").unwrap());
    let port = queue.port();
    assert_eq!(port.entry_of_key(tenant(), &one).await.unwrap(), None);
    let first = port.join(tenant(), a_walk_in(1, NOW), one.clone()).await.unwrap();
    assert_eq!(first, recorded(&a_walk_in(1, NOW)));
    assert_eq!(
        port.entry_of_key(tenant(), &one).await.unwrap(),
        Some(first.clone())
    );
    let again = port.join(tenant(), a_walk_in(2, NOW), one.clone()).await.unwrap();
    assert_eq!(again, first);
    assert_eq!(port.entry(tenant(), a_walk_in(2, NOW).id).await.unwrap(), None);
    let second = port.join(tenant(), a_walk_in(2, NOW), other).await.unwrap();
    assert_eq!(second.id, a_walk_in(2, NOW).id);
    // Another tenant's key is another one.
    assert_eq!(port.entry_of_key(tenants()[1], &one).await.unwrap(), None);
}

fn booking_of(number: u64) -> Change {
    let builder = AppointmentBuilder::new(number, from_to((10, 0), (11, 0)));
    let change = Change {
        head: Some(builder.head(NOW)),
        ..decided(NOW)
    };
    change.with(builder.held(NOW).confirm(NOW).unwrap(), ClaimChange::Take)
}

fn seating(number: u64) -> QueueChange {
    let waiting = recorded(&a_walk_in(number, NOW));
    QueueChange {
        entry: waiting.seat(customer(1), visit(number), NOW).unwrap(),
        newcomer: None,
        booking: Some(booking_of(number)),
    }
}

async fn seating_books_and_ends_the_entry_or_neither<Q: QueueUnderTest>(queue: &Q) {
    for number in [1, 2] {
        queue
            .port()
            .record(tenant(), only(a_walk_in(number, NOW)))
            .await
            .unwrap();
    }
    queue.port().record(tenant(), seating(1)).await.unwrap();
    let seated = queue.port().entry(tenant(), a_walk_in(1, NOW).id).await.unwrap();
    assert_eq!(seated, Some(recorded(&seating(1).entry)));
    assert!(queue.book().visit(tenant(), visit(1)).await.unwrap().is_some());
    let refused = queue.port().record(tenant(), seating(2)).await;
    assert_eq!(refused, Err(QueueRefused::SlotTaken));
    let waits = queue.port().entry(tenant(), a_walk_in(2, NOW).id).await.unwrap();
    assert_eq!(waits, Some(recorded(&a_walk_in(2, NOW))));
    assert_eq!(queue.book().visit(tenant(), visit(2)).await.unwrap(), None);
}

async fn a_stale_change_leaves_no_trace<Q: QueueUnderTest>(queue: &Q) {
    queue
        .port()
        .record(tenant(), only(a_walk_in(1, NOW)))
        .await
        .unwrap();
    let again = queue.port().record(tenant(), only(a_walk_in(1, NOW))).await;
    assert_eq!(again, Err(QueueRefused::Stale));
    let gone = recorded(&a_walk_in(1, NOW)).leave(Departure::Gone, NOW).unwrap();
    queue.port().record(tenant(), only(gone.clone())).await.unwrap();
    assert_eq!(
        queue.port().record(tenant(), seating(1)).await,
        Err(QueueRefused::Stale)
    );
    let found = queue.port().entry(tenant(), gone.id).await.unwrap();
    assert_eq!(found, Some(recorded(&gone)));
    assert_eq!(queue.book().visit(tenant(), visit(1)).await.unwrap(), None);
}

async fn a_newcomer_becomes_a_customer_once<Q: QueueUnderTest>(queue: &Q) {
    let phone = PhoneNumber::parse("+254711222333").unwrap();
    assert_eq!(queue.port().customer_of(tenant(), &phone).await.unwrap(), None);
    let of = |number: u64, phone: Option<PhoneNumber>| {
        let id = customer(100 + number);
        let (name, entry) = (FirstName::parse("Amina").unwrap(), a_walk_in(number, NOW));
        QueueChange {
            entry: entry.seat(id, visit(number), NOW).unwrap(),
            newcomer: Some(Newcomer { id, name, phone }),
            booking: Some({
                let mut change = booking_of(number);
                change.head = change
                    .head
                    .map(|head| crate::visit::VisitHead { customer: id, ..head });
                change
            }),
        }
    };
    let mut with_phone = of(1, Some(phone.clone()));
    with_phone.booking = None;
    with_phone.entry.standing = QueueStanding::Waiting;
    queue.port().record(tenant(), with_phone).await.unwrap();
    assert_eq!(
        queue.port().customer_of(tenant(), &phone).await.unwrap(),
        Some(customer(101))
    );
    assert_eq!(
        queue.port().customer_of(tenants()[1], &phone).await.unwrap(),
        None
    );
    let refused = queue.port().record(tenant(), of(2, Some(phone))).await;
    assert_eq!(refused, Err(QueueRefused::Stale));
    let nameless = queue.port().record(tenant(), of(3, None)).await;
    assert_eq!(nameless, Ok(()), "a number is not needed");
}

async fn unknown_customers_are_refused<Q: QueueUnderTest>(queue: &Q) {
    let entry = WalkIn {
        guest: Guest::Customer(customer(77)),
        ..a_walk_in(1, NOW)
    };
    let refused = queue.port().record(tenant(), only(entry.clone())).await;
    assert_eq!(refused, Err(QueueRefused::UnknownCustomer));
    assert_eq!(queue.port().entry(tenant(), entry.id).await.unwrap(), None);
}

async fn earlier_days_end<Q: QueueUnderTest>(queue: &Q) {
    let yesterday = a_walk_in(1, NOW - Duration::HOUR);
    for entry in [yesterday.clone(), a_walk_in(2, NOW)] {
        queue.port().record(tenant(), only(entry)).await.unwrap();
    }
    assert_eq!(queue.port().end_before(tenants()[1], NOW, NOW).await.unwrap(), 0);
    assert_eq!(queue.port().end_before(tenant(), NOW, NOW).await.unwrap(), 1);
    assert_eq!(
        queue.port().end_before(tenant(), NOW, NOW).await.unwrap(),
        0,
        "once"
    );
    let ended = queue.port().entry(tenant(), yesterday.id).await.unwrap().unwrap();
    let how = Departure::DayOver;
    assert_eq!(ended.standing, QueueStanding::Left { at: NOW, how });
    assert_eq!(queue.port().waiting(tenant(), NOW).await.unwrap().len(), 1);
}

async fn tenants_are_apart<Q: QueueUnderTest>(queue: &Q) {
    let entry = a_walk_in(1, NOW);
    queue.port().record(tenant(), only(entry.clone())).await.unwrap();
    let other = tenants()[1];
    assert_eq!(queue.port().entry(other, entry.id).await.unwrap(), None);
    assert_eq!(queue.port().waiting(other, NOW).await.unwrap(), []);
    let refused = queue.port().record(other, only(recorded(&entry))).await;
    assert_eq!(refused, Err(QueueRefused::Stale));
}
