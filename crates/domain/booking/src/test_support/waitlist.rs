//! The waitlist in memory, and the promises of [`Waitlist`] as tests that every list must pass.

#![expect(clippy::unwrap_used, reason = "a broken promise ends the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use ratiba_kernel::{Id, Outage, TenantId, TimeRange};
use time::macros::date;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::builders::{
    AppointmentBuilder, NOW, anybody_for, customer, decided, from_to, staff, tenants, visit,
};
use super::fakes::InMemoryBook;
use crate::appointment::Version;
use crate::availability::{PartRequest, StaffWish};
use crate::event::BookingEvent;
use crate::policy::Channel;
use crate::ports::{
    AppointmentBook, Change, ClaimChange, EndedEntries, SetupVersion, Waitlist, WaitlistChange, WaitlistPage,
    WaitlistRefused,
};
use crate::visit::{HoldKey, VisitId};
use crate::waitlist::{
    EntryStanding, Offer, OfferOutcome, PartOfDay, Priority, WAITLIST_MOST, WaitlistEntry, WaitlistEntryId,
    Wish,
};

#[derive(Debug, Default)]
struct List {
    entries: BTreeMap<WaitlistEntryId, WaitlistEntry>,
    watches: BTreeSet<OffsetDateTime>,
    keys: BTreeMap<HoldKey, WaitlistEntryId>,
    later: Vec<(OffsetDateTime, TimeRange)>,
}

/// A waitlist in memory; customers 1 and 2 are known.
#[derive(Debug, Default)]
pub struct InMemoryWaitlist {
    book: Arc<InMemoryBook>,
    lists: Mutex<BTreeMap<TenantId, List>>,
}

impl InMemoryWaitlist {
    /// A list whose offers go into a book.
    #[must_use]
    pub fn over(book: Arc<InMemoryBook>) -> Self {
        Self {
            book,
            lists: Mutex::default(),
        }
    }

    fn lists(&self) -> MutexGuard<'_, BTreeMap<TenantId, List>> {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn all(&self, tenant: TenantId) -> Vec<WaitlistEntry> {
        let lists = self.lists();
        let entries = lists
            .get(&tenant)
            .into_iter()
            .flat_map(|list| list.entries.values());
        entries.cloned().collect()
    }

    /// When the list is to be looked through.
    #[must_use]
    pub fn watches(&self, tenant: TenantId) -> Vec<OffsetDateTime> {
        let lists = self.lists();
        lists
            .get(&tenant)
            .into_iter()
            .flat_map(|list| list.watches.iter().copied())
            .collect()
    }

    /// Which freed times are to be offered later, and when.
    #[must_use]
    pub fn later(&self, tenant: TenantId) -> Vec<(OffsetDateTime, TimeRange)> {
        let lists = self.lists();
        lists
            .get(&tenant)
            .map(|list| list.later.clone())
            .unwrap_or_default()
    }
}

#[async_trait]
impl Waitlist for InMemoryWaitlist {
    async fn entry(&self, tenant: TenantId, id: WaitlistEntryId) -> Result<Option<WaitlistEntry>, Outage> {
        Ok(self.all(tenant).into_iter().find(|entry| entry.id == id))
    }

    async fn entry_of_visit(
        &self,
        tenant: TenantId,
        visit: VisitId,
    ) -> Result<Option<WaitlistEntry>, Outage> {
        let of_visit = |entry: &WaitlistEntry| entry.offers.iter().any(|offer| offer.visit == visit);
        Ok(self.all(tenant).into_iter().find(of_visit))
    }

    async fn active(&self, tenant: TenantId) -> Result<Vec<WaitlistEntry>, Outage> {
        let mut active = self.all(tenant);
        active.retain(|entry| entry.standing.is_active());
        active.sort_by_key(|entry| (entry.joined_at, entry.id));
        active.truncate(WAITLIST_MOST + 50);
        Ok(active)
    }

    async fn page(&self, tenant: TenantId, page: WaitlistPage) -> Result<Vec<WaitlistEntry>, Outage> {
        let wanted = |entry: &WaitlistEntry| {
            page.customer.is_none_or(|customer| customer == entry.customer)
                && (page.ended == EndedEntries::Included || entry.standing.is_active())
                && page.after.is_none_or(|after| after < entry.id)
        };
        let mut found = self.all(tenant);
        found.retain(wanted);
        found.truncate(usize::from(page.most));
        Ok(found)
    }

    async fn entry_of_key(&self, tenant: TenantId, key: &HoldKey) -> Result<Option<WaitlistEntry>, Outage> {
        let id = self
            .lists()
            .get(&tenant)
            .and_then(|list| list.keys.get(key).copied());
        match id {
            Some(id) => self.entry(tenant, id).await,
            None => Ok(None),
        }
    }

    async fn join(
        &self,
        tenant: TenantId,
        change: WaitlistChange,
        key: HoldKey,
    ) -> Result<WaitlistEntry, WaitlistRefused> {
        if let Some(known) = self.entry_of_key(tenant, &key).await? {
            return Ok(known);
        }
        let recorded = WaitlistEntry {
            version: change.entry.version.next(),
            ..change.entry.clone()
        };
        self.record(tenant, change).await?;
        self.lists()
            .entry(tenant)
            .or_default()
            .keys
            .insert(key, recorded.id);
        Ok(recorded)
    }

    async fn record(&self, tenant: TenantId, change: WaitlistChange) -> Result<(), WaitlistRefused> {
        let mut lists = self.lists();
        let list = lists.entry(tenant).or_default();
        let entry = change.entry;
        let recorded = list
            .entries
            .get(&entry.id)
            .map_or(Version::NEW, |entry| entry.version);
        if recorded != entry.version {
            return Err(WaitlistRefused::Stale);
        }
        if entry.customer != customer(1) && entry.customer != customer(2) {
            return Err(WaitlistRefused::UnknownCustomer);
        }
        let others = list.entries.values().filter(|other| other.id != entry.id);
        let mut offered = others.filter(|other| other.standing == EntryStanding::Offered);
        if entry.standing == EntryStanding::Offered && offered.any(|other| other.customer == entry.customer) {
            return Err(WaitlistRefused::HasOffer);
        }
        if let Some(booking) = change.booking {
            self.book.record_now(tenant, booking)?;
        }
        list.watches.extend(change.watch_at);
        let version = entry.version.next();
        list.entries.insert(entry.id, WaitlistEntry { version, ..entry });
        Ok(())
    }

    async fn watch(&self, tenant: TenantId, at: OffsetDateTime) -> Result<(), Outage> {
        self.lists().entry(tenant).or_default().watches.insert(at);
        Ok(())
    }

    async fn offer_later(
        &self,
        tenant: TenantId,
        freed: TimeRange,
        at: OffsetDateTime,
    ) -> Result<(), Outage> {
        let mut lists = self.lists();
        let later = &mut lists.entry(tenant).or_default().later;
        if !later.contains(&(at, freed)) {
            later.push((at, freed));
        }
        Ok(())
    }
}

/// A list under test, the book that it books in, and how to see what it asked of others.
pub trait WaitlistUnderTest {
    /// The list itself.
    fn port(&self) -> &dyn Waitlist;

    /// The book.
    fn book(&self) -> &dyn AppointmentBook;

    /// All events of a tenant, in order.
    fn events(&self, tenant: TenantId) -> impl Future<Output = Vec<BookingEvent>>;

    /// When the list is to be looked through.
    fn watches(&self, tenant: TenantId) -> impl Future<Output = Vec<OffsetDateTime>>;

    /// Which freed times are to be offered later, and when.
    fn later(&self, tenant: TenantId) -> impl Future<Output = Vec<(OffsetDateTime, TimeRange)>>;
}

impl WaitlistUnderTest for InMemoryWaitlist {
    fn port(&self) -> &dyn Waitlist {
        self
    }

    fn book(&self) -> &dyn AppointmentBook {
        self.book.as_ref()
    }

    async fn events(&self, tenant: TenantId) -> Vec<BookingEvent> {
        self.book.events(tenant)
    }

    async fn watches(&self, tenant: TenantId) -> Vec<OffsetDateTime> {
        Self::watches(self, tenant)
    }

    async fn later(&self, tenant: TenantId) -> Vec<(OffsetDateTime, TimeRange)> {
        Self::later(self, tenant)
    }
}

/// Everything that a waitlist promises. `fresh` makes an empty one over an empty book that knows both of
/// [`tenants`] and what they are said to have there.
///
/// # Panics
/// When a promise is broken.
pub async fn waitlist_contract<W: WaitlistUnderTest>(fresh: impl AsyncFn() -> W) {
    every_standing_is_read_back(&fresh().await).await;
    those_who_wait_come_in_the_order_of_joining(&fresh().await).await;
    pages_follow_one_another(&fresh().await).await;
    an_offer_books_and_marks_the_entry_or_neither(&fresh().await).await;
    nobody_has_two_offers(&fresh().await).await;
    a_stale_change_leaves_no_trace(&fresh().await).await;
    unknown_customers_are_refused(&fresh().await).await;
    one_key_makes_one_entry(&fresh().await).await;
    a_watch_is_kept_once(&fresh().await).await;
    a_freed_time_is_kept_for_later_once(&fresh().await).await;
    a_changed_setup_is_told_apart(&fresh().await).await;
    tenants_are_apart(&fresh().await).await;
}

fn tenant() -> TenantId {
    tenants()[0]
}

/// The entry of a number: customer 1 waits for service 1 on 13 May, at any time of day.
#[must_use]
pub fn an_entry(number: u64) -> WaitlistEntry {
    WaitlistEntry {
        id: Id::from_uuid(Uuid::from_u64_pair(
            0xb00c_000b_0000_7000,
            0x8000_0000_0000_0000 | number,
        )),
        customer: customer(1),
        parts: vec![anybody_for(1)],
        wish: Wish::new(date!(2026 - 05 - 13), date!(2026 - 05 - 13), None).unwrap(),
        channel: Channel::Chat,
        priority: Priority::default(),
        joined_at: NOW,
        standing: EntryStanding::Waiting,
        offers: Vec::new(),
        version: Version::NEW,
    }
}

/// An offer of the visit of a number, from ten to eleven.
#[must_use]
pub fn an_offer(number: u64) -> Offer {
    Offer {
        visit: visit(number),
        time: from_to((10, 0), (11, 0)),
        made_at: NOW,
        until: NOW + Duration::minutes(15),
        outcome: None,
    }
}

/// A change of an entry that books nothing.
#[must_use]
pub fn only(entry: WaitlistEntry) -> WaitlistChange {
    WaitlistChange {
        entry,
        booking: None,
        watch_at: None,
    }
}

fn recorded(entry: &WaitlistEntry) -> WaitlistEntry {
    WaitlistEntry {
        version: entry.version.next(),
        ..entry.clone()
    }
}

async fn one_key_makes_one_entry<W: WaitlistUnderTest>(list: &W) {
    let (one, other) = (HoldKey::parse("one").unwrap(), HoldKey::parse("other").unwrap());
    let port = list.port();
    assert_eq!(port.entry_of_key(tenant(), &one).await.unwrap(), None);
    let first = port.join(tenant(), only(an_entry(1)), one.clone()).await.unwrap();
    assert_eq!(first, recorded(&an_entry(1)));
    assert_eq!(
        port.entry_of_key(tenant(), &one).await.unwrap(),
        Some(first.clone())
    );
    let again = port.join(tenant(), only(an_entry(2)), one.clone()).await.unwrap();
    assert_eq!(again, first);
    assert_eq!(port.entry(tenant(), an_entry(2).id).await.unwrap(), None);
    let second = port.join(tenant(), only(an_entry(2)), other).await.unwrap();
    assert_eq!(second.id, an_entry(2).id);
    // Another tenant's key is another one.
    assert_eq!(port.entry_of_key(tenants()[1], &one).await.unwrap(), None);
}

fn hold_of(number: u64) -> Change {
    let builder = AppointmentBuilder::new(number, from_to((10, 0), (11, 0)));
    let change = Change {
        head: Some(builder.head(NOW)),
        ..decided(NOW)
    };
    change.with(builder.held(NOW), ClaimChange::Take)
}

/// The entry with an offer of the visit of the same number, and its hold.
fn offering(entry: &WaitlistEntry, number: u64) -> WaitlistChange {
    WaitlistChange {
        entry: entry.clone().offer(an_offer(number)).unwrap(),
        booking: Some(hold_of(number)),
        watch_at: None,
    }
}

async fn every_standing_is_read_back<W: WaitlistUnderTest>(list: &W) {
    let hours = PartOfDay {
        from_minute: 960,
        to_minute: 1_440,
    };
    let evening = WaitlistEntry {
        customer: customer(2),
        parts: vec![
            PartRequest::new(super::service(2), StaffWish::Only(staff(3))),
            anybody_for(1).for_guest(1),
        ],
        wish: Wish::new(date!(2026 - 05 - 13), date!(2026 - 06 - 01), Some(hours)).unwrap(),
        channel: Channel::Desk,
        priority: Priority::new(9).unwrap(),
        ..an_entry(1)
    };
    list.port().record(tenant(), only(evening.clone())).await.unwrap();
    let mut entry = recorded(&evening);
    assert_eq!(
        list.port().entry(tenant(), entry.id).await.unwrap(),
        Some(entry.clone())
    );
    list.port().record(tenant(), offering(&entry, 1)).await.unwrap();
    entry = recorded(&entry.offer(an_offer(1)).unwrap());
    assert_eq!(
        list.port().entry(tenant(), entry.id).await.unwrap(),
        Some(entry.clone())
    );
    entry = entry.let_go(OfferOutcome::RanOut, NOW).unwrap();
    list.port().record(tenant(), only(entry.clone())).await.unwrap();
    entry = recorded(&entry);
    assert_eq!(
        list.port().entry(tenant(), entry.id).await.unwrap(),
        Some(entry.clone())
    );
    let again = entry.offer(an_offer(1)).unwrap().accept(NOW).unwrap();
    list.port().record(tenant(), only(again.clone())).await.unwrap();
    let found = list.port().entry(tenant(), again.id).await.unwrap();
    assert_eq!(found, Some(recorded(&again)));
    for (number, ended) in [
        (2, an_entry(2).withdraw(NOW).unwrap()),
        (3, an_entry(3).lapse(NOW).unwrap()),
    ] {
        list.port().record(tenant(), only(ended.clone())).await.unwrap();
        let found = list.port().entry(tenant(), an_entry(number).id).await.unwrap();
        assert_eq!(found, Some(recorded(&ended)));
    }
}

async fn those_who_wait_come_in_the_order_of_joining<W: WaitlistUnderTest>(list: &W) {
    for (number, joined_at) in [(1, NOW), (2, NOW - Duration::HOUR), (3, NOW)] {
        let entry = WaitlistEntry {
            joined_at,
            ..an_entry(number)
        };
        list.port().record(tenant(), only(entry)).await.unwrap();
    }
    let over = an_entry(4).withdraw(NOW).unwrap();
    list.port().record(tenant(), only(over)).await.unwrap();
    let active = list.port().active(tenant()).await.unwrap();
    let ids: Vec<_> = active.iter().map(|entry| entry.id).collect();
    assert_eq!(ids, [2, 1, 3].map(|number| an_entry(number).id));
}

async fn pages_follow_one_another<W: WaitlistUnderTest>(list: &W) {
    for number in 1..=4 {
        let entry = WaitlistEntry {
            customer: customer(if number == 2 { 2 } else { 1 }),
            ..an_entry(number)
        };
        let entry = if number == 3 {
            entry.withdraw(NOW).unwrap()
        } else {
            entry
        };
        list.port().record(tenant(), only(entry)).await.unwrap();
    }
    let all = WaitlistPage {
        customer: None,
        ended: EndedEntries::LeftOut,
        after: None,
        most: 2,
    };
    let ids = async |page| {
        let found = list.port().page(tenant(), page).await.unwrap();
        found.iter().map(|entry| entry.id).collect::<Vec<_>>()
    };
    let id = |number| an_entry(number).id;
    assert_eq!(ids(all).await, [id(1), id(2)]);
    let after = Some(id(2));
    assert_eq!(ids(WaitlistPage { after, ..all }).await, [id(4)]);
    let ended = EndedEntries::Included;
    assert_eq!(ids(WaitlistPage { after, ended, ..all }).await, [id(3), id(4)]);
    let customer = Some(customer(2));
    assert_eq!(ids(WaitlistPage { customer, ..all }).await, [id(2)]);
}

async fn an_offer_books_and_marks_the_entry_or_neither<W: WaitlistUnderTest>(list: &W) {
    for (number, who) in [(1, 1), (2, 2)] {
        let entry = WaitlistEntry {
            customer: customer(who),
            ..an_entry(number)
        };
        list.port().record(tenant(), only(entry)).await.unwrap();
    }
    let one = recorded(&an_entry(1));
    let event = BookingEvent::WaitlistOffered {
        entry: one.id,
        visit: visit(1),
        customer: customer(1),
        until: an_offer(1).until,
    };
    let mut offer = offering(&one, 1);
    offer.booking = offer.booking.map(|booking| booking.telling(event.clone()));
    list.port().record(tenant(), offer).await.unwrap();
    assert!(list.book().visit(tenant(), visit(1)).await.unwrap().is_some());
    assert_eq!(list.events(tenant()).await, [event]);
    let of_visit = list.port().entry_of_visit(tenant(), visit(1)).await;
    assert_eq!(of_visit, list.port().entry(tenant(), one.id).await);
    assert_eq!(list.port().entry_of_visit(tenant(), visit(9)).await, Ok(None));
    assert_eq!(list.port().entry_of_visit(tenants()[1], visit(1)).await, Ok(None));
    let two = list
        .port()
        .entry(tenant(), an_entry(2).id)
        .await
        .unwrap()
        .unwrap();
    let refused = list.port().record(tenant(), offering(&two, 2)).await;
    assert_eq!(refused, Err(WaitlistRefused::SlotTaken));
    assert_eq!(list.port().entry(tenant(), two.id).await.unwrap(), Some(two));
    assert_eq!(list.book().visit(tenant(), visit(2)).await.unwrap(), None);
}

async fn nobody_has_two_offers<W: WaitlistUnderTest>(list: &W) {
    for number in [1, 2] {
        list.port()
            .record(tenant(), only(an_entry(number)))
            .await
            .unwrap();
    }
    list.port()
        .record(tenant(), offering(&recorded(&an_entry(1)), 1))
        .await
        .unwrap();
    let other = recorded(&an_entry(2));
    let later = AppointmentBuilder::new(2, from_to((14, 0), (15, 0)));
    let change = WaitlistChange {
        entry: other.clone().offer(an_offer(2)).unwrap(),
        booking: Some(
            Change {
                head: Some(later.head(NOW)),
                ..decided(NOW)
            }
            .with(later.held(NOW), ClaimChange::Take),
        ),
        watch_at: None,
    };
    let refused = list.port().record(tenant(), change).await;
    assert_eq!(refused, Err(WaitlistRefused::HasOffer));
    assert_eq!(list.port().entry(tenant(), other.id).await.unwrap(), Some(other));
    assert_eq!(list.book().visit(tenant(), visit(2)).await.unwrap(), None);
}

async fn a_stale_change_leaves_no_trace<W: WaitlistUnderTest>(list: &W) {
    list.port().record(tenant(), only(an_entry(1))).await.unwrap();
    let again = list.port().record(tenant(), only(an_entry(1))).await;
    assert_eq!(again, Err(WaitlistRefused::Stale));
    let waiting = recorded(&an_entry(1));
    let withdrawn = waiting.clone().withdraw(NOW).unwrap();
    list.port()
        .record(tenant(), only(withdrawn.clone()))
        .await
        .unwrap();
    let late = list.port().record(tenant(), offering(&waiting, 1)).await;
    assert_eq!(late, Err(WaitlistRefused::Stale));
    assert_eq!(list.book().visit(tenant(), visit(1)).await.unwrap(), None);
    let found = list.port().entry(tenant(), waiting.id).await.unwrap();
    assert_eq!(found, Some(recorded(&withdrawn)));
}

async fn unknown_customers_are_refused<W: WaitlistUnderTest>(list: &W) {
    let stranger = WaitlistEntry {
        customer: customer(77),
        ..an_entry(1)
    };
    let refused = list.port().record(tenant(), only(stranger)).await;
    assert_eq!(refused, Err(WaitlistRefused::UnknownCustomer));
    assert_eq!(list.port().active(tenant()).await.unwrap(), []);
}

async fn a_freed_time_is_kept_for_later_once<W: WaitlistUnderTest>(list: &W) {
    let (freed, at) = (from_to((10, 0), (11, 0)), NOW + Duration::hours(9));
    for _again in 0..2 {
        list.port().offer_later(tenant(), freed, at).await.unwrap();
    }
    assert_eq!(list.later(tenant()).await, [(at, freed)]);
    assert_eq!(list.later(tenants()[1]).await, []);
}

async fn a_changed_setup_is_told_apart<W: WaitlistUnderTest>(list: &W) {
    list.port().record(tenant(), only(an_entry(1))).await.unwrap();
    let mut offer = offering(&recorded(&an_entry(1)), 1);
    let setup = Some(SetupVersion::read(-1));
    offer.booking = offer.booking.map(|booking| Change { setup, ..booking });
    let refused = list.port().record(tenant(), offer).await;
    assert_eq!(refused, Err(WaitlistRefused::SetupChanged));
}

async fn a_watch_is_kept_once<W: WaitlistUnderTest>(list: &W) {
    let later = NOW + Duration::HOUR;
    let joining = WaitlistChange {
        watch_at: Some(NOW),
        ..only(an_entry(1))
    };
    list.port().record(tenant(), joining).await.unwrap();
    for at in [later, NOW, later] {
        list.port().watch(tenant(), at).await.unwrap();
    }
    list.port().watch(tenants()[1], later).await.unwrap();
    assert_eq!(list.watches(tenant()).await, [NOW, later]);
    assert_eq!(list.watches(tenants()[1]).await, [later]);
}

async fn tenants_are_apart<W: WaitlistUnderTest>(list: &W) {
    list.port().record(tenant(), only(an_entry(1))).await.unwrap();
    let other = tenants()[1];
    assert_eq!(list.port().entry(other, an_entry(1).id).await.unwrap(), None);
    assert_eq!(list.port().active(other).await.unwrap(), []);
    let refused = list.port().record(other, only(recorded(&an_entry(1)))).await;
    assert_eq!(refused, Err(WaitlistRefused::Stale));
}
