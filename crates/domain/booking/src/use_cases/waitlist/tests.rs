use std::sync::Arc;

use ratiba_kernel::test_support::{ManualClock, SeededIds, block_on, tenant};
use ratiba_kernel::{Clock as _, IdSource as _, TimeRange};
use time::macros::date;
use time::{Duration, OffsetDateTime};

use super::*;
use crate::appointment::{CancelledBy, ChangedBy, State};
use crate::availability::RequestFault;
use crate::catalogue::Deposit;
use crate::event::{BookingEvent, BookingTask, WaitlistEntryId};
use crate::policy::{Channel, PayBy};
use crate::ports::{AppointmentBook as _, Change, ClaimChange, Waitlist as _};
use crate::test_support::builders::*;
use crate::test_support::{InMemoryBook, InMemorySalon, InMemoryWaitlist, waitlist_contract};
use crate::visit::{HoldKey, Visit, VisitStanding};
use crate::waitlist::{
    EntryStanding, OfferOutcome, Priority, WAITLIST_OF_CUSTOMER_MOST, WaitlistEntry, Wish,
};

struct World {
    book: Arc<InMemoryBook>,
    list: Arc<InMemoryWaitlist>,
    salon: Arc<InMemorySalon>,
    clock: Arc<ManualClock>,
    ids: Arc<SeededIds>,
}

impl World {
    fn of(builder: SalonBuilder) -> Self {
        let book = Arc::new(InMemoryBook::default());
        Self {
            list: Arc::new(InMemoryWaitlist::over(book.clone())),
            salon: Arc::new(InMemorySalon::new(builder.build(), book.clone())),
            book,
            clock: Arc::new(ManualClock::at(NOW)),
            ids: Arc::new(SeededIds::default()),
        }
    }

    /// Staff 1 is free on 13 May from ten to eleven only.
    fn an_hour_free() -> Self {
        Self::of(an_hour_free())
    }

    fn order(number: u64) -> WaitlistOrder {
        WaitlistOrder {
            key: HoldKey::parse(&format!("entry-{number}")).unwrap(),
            customer: customer(number),
            parts: vec![anybody_for(1)],
            wish: Wish::new(date!(2026 - 05 - 13), date!(2026 - 05 - 13), None).unwrap(),
            channel: Channel::Chat,
            priority: Priority::default(),
        }
    }

    fn ask(&self, order: WaitlistOrder) -> Result<WaitlistEntry, JoinWaitlistError> {
        let join = JoinWaitlist {
            waitlist: self.list.clone(),
            timetable: self.salon.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        };
        block_on(join.execute(tenant(1), order))
    }

    /// With a key of its own each time.
    fn join(&self, number: u64) -> WaitlistEntryId {
        let key = HoldKey::parse(&format!("entry-{}", self.ids.next())).unwrap();
        let order = WaitlistOrder {
            key,
            ..Self::order(number)
        };
        self.ask(order).unwrap().id
    }

    fn offers(&self) -> OfferFreedTime {
        OfferFreedTime {
            waitlist: self.list.clone(),
            book: self.book.clone(),
            timetable: self.salon.clone(),
            catalogue: self.salon.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        }
    }

    fn offer(&self, freed: Option<TimeRange>) -> OffersMade {
        block_on(self.offers().execute(tenant(1), freed)).unwrap()
    }

    fn offered(&self) -> Vec<WaitlistEntryId> {
        self.offer(None).offered
    }

    fn accept(&self, id: WaitlistEntryId) -> Result<(WaitlistEntry, Visit), WaitlistEntryError> {
        let accept = AcceptWaitlistOffer {
            waitlist: self.list.clone(),
            book: self.book.clone(),
            catalogue: self.salon.clone(),
            clock: self.clock.clone(),
        };
        block_on(accept.execute(tenant(1), id, PayBy::MobileMoney, ChangedBy::System))
    }

    fn pass(&self, id: WaitlistEntryId) -> Result<WaitlistEntry, WaitlistEntryError> {
        let pass = PassWaitlistOffer {
            waitlist: self.list.clone(),
            book: self.book.clone(),
            clock: self.clock.clone(),
        };
        block_on(pass.execute(tenant(1), id, ChangedBy::System))
    }

    fn end(&self, entry: WaitlistEntryId, number: u16) {
        let end = EndWaitlistOffer {
            waitlist: self.list.clone(),
            book: self.book.clone(),
            clock: self.clock.clone(),
        };
        block_on(end.execute(tenant(1), entry, number)).unwrap();
    }

    fn withdraw(&self, id: WaitlistEntryId) -> Result<WaitlistEntry, WaitlistEntryError> {
        let withdraw = WithdrawFromWaitlist {
            waitlist: self.list.clone(),
            book: self.book.clone(),
            clock: self.clock.clone(),
        };
        block_on(withdraw.execute(tenant(1), id, ChangedBy::System))
    }

    fn entry(&self, id: WaitlistEntryId) -> WaitlistEntry {
        block_on(self.list.entry(tenant(1), id)).unwrap().unwrap()
    }

    fn visit_of(&self, id: WaitlistEntryId) -> Visit {
        let visit = self.entry(id).offers.last().unwrap().visit;
        block_on(self.book.visit(tenant(1), visit)).unwrap().unwrap()
    }

    fn names(&self) -> Vec<&'static str> {
        self.book
            .events(tenant(1))
            .iter()
            .map(BookingEvent::name)
            .collect()
    }

    fn due(&self, at: OffsetDateTime) -> Vec<BookingTask> {
        let tasks = self.book.tasks(tenant(1));
        tasks
            .into_iter()
            .filter(|due| due.at == at)
            .map(|due| due.task)
            .collect()
    }
}

fn an_hour_free() -> SalonBuilder {
    SalonBuilder::default()
        .booked(from_to((9, 0), (10, 0)))
        .booked(from_to((11, 0), (17, 0)))
}

#[test]
fn who_asks_twice_with_one_key_waits_once() {
    let desk = World::an_hour_free();
    let first = desk.ask(World::order(1)).unwrap();
    assert_eq!(desk.ask(World::order(1)).unwrap(), first);
    let other = WaitlistOrder {
        priority: Priority::new(9).unwrap(),
        ..World::order(1)
    };
    assert_eq!(desk.ask(other).unwrap_err(), JoinWaitlistError::KeyUsed);
    assert_ne!(desk.ask(World::order(2)).unwrap().id, first.id);
}

#[test]
fn the_waitlist_in_memory_keeps_the_contract() {
    block_on(waitlist_contract(async || InMemoryWaitlist::default()));
}

#[test]
fn one_at_a_time_is_offered_the_free_hour_by_a_hold() {
    let world = World::an_hour_free();
    let (one, two) = (world.join(1), world.join(2));
    assert_eq!(world.list.watches(tenant(1)), [NOW], "joining looks at once");
    assert_eq!(world.offered(), [one]);
    assert_eq!(world.offered(), [], "again it is held");
    let visit = world.visit_of(one);
    let until = NOW + Duration::minutes(15);
    assert_eq!(visit.standing(), VisitStanding::Waiting { until });
    assert_eq!(
        (visit.start(), visit.head.customer),
        (Some(at(10, 0)), customer(1))
    );
    assert_eq!(world.names(), ["booking.waitlist_offered"]);
    assert_eq!(
        world.due(until),
        [BookingTask::EndWaitlistOffer {
            entry: one,
            number: 1
        }]
    );
    assert_eq!(world.entry(two).standing, EntryStanding::Waiting);
}

#[test]
fn who_passes_makes_room_for_the_next() {
    let world = World::an_hour_free();
    let (one, two) = (world.join(1), world.join(2));
    world.offered();
    let passed = world.pass(one).unwrap();
    assert_eq!(passed.standing, EntryStanding::Waiting);
    assert_eq!(world.pass(one), Ok(passed), "once, however often");
    let freed = from_to((10, 0), (11, 0));
    assert_eq!(world.due(NOW), [BookingTask::OfferFreedTime { freed }]);
    assert_eq!(
        world.names(),
        ["booking.waitlist_offered", "booking.waitlist_offer_ended"]
    );
    assert_eq!(world.offer(Some(freed)).offered, [two]);
    world.pass(two).unwrap();
    assert_eq!(world.offered(), [], "nobody is offered what they passed");
}

#[test]
fn an_offer_that_nobody_answers_ends_at_its_time_and_not_before() {
    let world = World::an_hour_free();
    let (one, two) = (world.join(1), world.join(2));
    world.offered();
    world.end(one, 1);
    assert_eq!(world.entry(one).standing, EntryStanding::Offered);
    world.clock.advance(Duration::minutes(15));
    assert_eq!(
        world.accept(one),
        Err(WaitlistEntryError::RanOut),
        "too late by a moment"
    );
    for _time in 0..2 {
        world.end(one, 1);
    }
    let entry = world.entry(one);
    assert_eq!(entry.offers[0].outcome.unwrap().0, OfferOutcome::RanOut);
    assert!(matches!(
        world.visit_of(one).appointments[0].state(),
        State::Expired { .. }
    ));
    assert_eq!(world.offered(), [two]);
    world.end(two, 7);
    world.clock.advance(Duration::minutes(15));
    world.end(two, 7);
    assert_eq!(
        world.entry(two).standing,
        EntryStanding::Offered,
        "another offer's end is not this one's"
    );
}

#[test]
fn an_accepted_offer_waits_for_its_deposit_like_any_hold() {
    let world = World::an_hour_free();
    let one = world.join(1);
    world.offered();
    world.clock.advance(Duration::minutes(14));
    let (entry, visit) = world.accept(one).unwrap();
    let until = NOW + Duration::minutes(19);
    assert_eq!(entry.standing.word(), "booked");
    assert_eq!(visit.standing(), VisitStanding::Waiting { until });
    assert_eq!(world.names(), ["booking.waitlist_offered", "booking.visit_held"]);
    let id = visit.head.id;
    assert_eq!(world.due(until), [BookingTask::ExpireHold { visit: id }]);
    assert_eq!(world.accept(one).unwrap().1, visit, "once, however often");
    world.clock.advance(Duration::minutes(1));
    world.end(one, 1);
    assert_eq!(
        world.visit_of(one),
        visit,
        "the offer's own end has nothing to say any more"
    );
    assert!(world.pass(one).is_err());
}

#[test]
fn where_nothing_is_asked_an_accepted_offer_is_confirmed() {
    let mut free = a_service(1, 60);
    free.deposit = Deposit::None;
    let world = World::of(an_hour_free().service(free));
    let one = world.join(1);
    world.offered();
    let (_, visit) = world.accept(one).unwrap();
    assert_eq!(visit.standing(), VisitStanding::Agreed);
    assert_eq!(
        world.names(),
        ["booking.waitlist_offered", "booking.visit_confirmed"]
    );
    assert!(world.due(at(-14, 0)).contains(&BookingTask::Remind {
        visit: visit.head.id,
        reminder: crate::policy::Reminder::DayAhead,
    }));
}

#[test]
fn at_night_nobody_is_offered_anything_until_the_morning() {
    let world = World::an_hour_free();
    let one = world.join(1);
    world.clock.set(at(-2, 0));
    assert_eq!(world.offered(), []);
    assert!(world.list.watches(tenant(1)).contains(&at(7, 0)));
    world.clock.set(at(7, 0));
    assert_eq!(world.offered(), [one]);
}

#[test]
fn a_time_that_is_freed_at_night_is_offered_in_the_morning() {
    let world = World::an_hour_free();
    let one = world.join(1);
    world.clock.set(at(-2, 0));
    let freed = from_to((10, 0), (11, 0));
    assert_eq!(world.offer(Some(freed)).offered, []);
    assert_eq!(world.list.later(tenant(1)), [(at(7, 0), freed)]);
    world.clock.set(at(7, 0));
    assert_eq!(world.offer(Some(freed)).offered, [one]);
}

#[test]
fn who_did_not_come_before_is_asked_for_more_by_an_offer_too() {
    let free = crate::catalogue::Service {
        deposit: Deposit::None,
        ..a_service(1, 60)
    };
    let world = World::of(an_hour_free().service(free).rules(|rules| {
        rules.deposit_after_no_shows = vec![crate::policy::NoShowDeposit {
            no_shows: 1,
            deposit: ratiba_kernel::BasisPoints::new(5_000),
        }];
    }));
    let missed = AppointmentBuilder::new(7, from_to((-20, 0), (-19, 0)));
    let nothing = ratiba_kernel::Money::kes_minor(0);
    let gone = missed
        .held(NOW)
        .confirm(NOW)
        .unwrap()
        .no_show(nothing, NOW)
        .unwrap();
    let change = Change {
        head: Some(missed.head(NOW)),
        ..decided(NOW).with(gone, ClaimChange::Keep)
    };
    world.book.record_now(tenant(1), change).unwrap();
    let one = world.join(1);
    assert_eq!(world.offered(), [one]);
    let due = world.visit_of(one).due().unwrap();
    assert_eq!(due, Some(ratiba_kernel::Money::kes_minor(175_000)));
}

#[test]
fn a_setup_that_changes_under_a_look_is_looked_at_anew() {
    let world = World::an_hour_free();
    let one = world.join(1);
    let timetable = Arc::new(ChangingOnce {
        salon: world.salon.clone(),
        changed: std::sync::Mutex::new(false),
    });
    let offers = OfferFreedTime {
        timetable,
        ..world.offers()
    };
    let made = block_on(offers.execute(tenant(1), None)).unwrap();
    assert_eq!(made.offered, [one]);
}

/// A timetable whose first outlook is of a setup that is not in force any more.
struct ChangingOnce {
    salon: Arc<InMemorySalon>,
    changed: std::sync::Mutex<bool>,
}

#[async_trait::async_trait]
impl crate::ports::Timetable for ChangingOnce {
    async fn outlook(
        &self,
        tenant: ratiba_kernel::TenantId,
        query: crate::ports::FactsQuery,
    ) -> Result<crate::ports::Outlook, ratiba_kernel::Outage> {
        let outlook = self.salon.outlook(tenant, query).await?;
        let first = !std::mem::replace(&mut *self.changed.lock().unwrap(), true);
        let setup = if first {
            crate::ports::SetupVersion::read(-1)
        } else {
            outlook.setup
        };
        Ok(crate::ports::Outlook { setup, ..outlook })
    }

    async fn setup(
        &self,
        tenant: ratiba_kernel::TenantId,
        query: crate::ports::FactsQuery,
    ) -> Result<crate::ports::Outlook, ratiba_kernel::Outage> {
        crate::ports::Timetable::setup(self.salon.as_ref(), tenant, query).await
    }
}

#[test]
fn a_wish_is_withdrawn_with_its_open_offer() {
    let world = World::an_hour_free();
    let (one, two) = (world.join(1), world.join(2));
    world.offered();
    let withdrawn = world.withdraw(one).unwrap();
    assert_eq!(withdrawn.standing.word(), "withdrawn");
    assert_eq!(world.withdraw(one), Ok(withdrawn));
    assert_eq!(world.visit_of(one).standing(), VisitStanding::Over);
    assert_eq!(world.offered(), [two]);
    assert!(world.accept(one).is_err());
}

#[test]
fn an_entry_whose_days_are_over_lapses() {
    let world = World::an_hour_free();
    let one = world.join(1);
    world.clock.set(at(24 + 9, 0));
    let made = world.offer(None);
    assert_eq!((made.offered, made.lapsed), (vec![], 1));
    assert_eq!(world.entry(one).standing.word(), "lapsed");
    let late = world.ask(World::order(1));
    assert_eq!(late, Err(JoinWaitlistError::Over));
}

#[test]
fn while_anybody_waits_the_list_is_watched() {
    let world = World::an_hour_free();
    let watch = || WatchWaitlist {
        offer: Arc::new(world.offers()),
    };
    block_on(watch().execute(tenant(1))).unwrap();
    assert!(world.list.watches(tenant(1)).is_empty(), "nobody waits");
    let one = world.join(1);
    world.clock.advance(Duration::minutes(2));
    let made = block_on(watch().execute(tenant(1))).unwrap();
    assert_eq!(made.offered, [one]);
    assert_eq!(world.list.watches(tenant(1)), [NOW, NOW + Duration::minutes(15)]);
}

#[test]
fn a_visit_that_the_desk_agreed_to_ends_the_entry() {
    let world = World::an_hour_free();
    let one = world.join(1);
    world.offered();
    let now = world.clock.now();
    let confirmed = world.visit_of(one).appointments[0].clone().confirm(now).unwrap();
    let change = decided(now).with(confirmed, ClaimChange::Keep);
    world.book.record_now(tenant(1), change).unwrap();
    world.clock.advance(Duration::minutes(15));
    world.end(one, 1);
    assert_eq!(world.entry(one).standing.word(), "booked");
    assert_eq!(world.visit_of(one).standing(), VisitStanding::Agreed);
}

#[test]
fn an_offer_whose_visit_was_cancelled_cannot_be_accepted_and_ends() {
    let world = World::an_hour_free();
    let one = world.join(1);
    world.offered();
    let now = world.clock.now();
    let held = world.visit_of(one).appointments[0].clone();
    let fee = ratiba_kernel::Money::kes_minor(0);
    let cancelled = held.cancel(CancelledBy::Business, fee, now).unwrap();
    let change = decided(now).with(cancelled, ClaimChange::Release);
    world.book.record_now(tenant(1), change).unwrap();
    assert_eq!(world.accept(one), Err(WaitlistEntryError::RanOut));
    assert_eq!(world.pass(one).unwrap().standing, EntryStanding::Waiting);
}

#[test]
fn the_list_and_each_customers_part_of_it_have_an_end() {
    let world = World::an_hour_free();
    for _entry in 0..WAITLIST_OF_CUSTOMER_MOST {
        world.join(1);
    }
    assert_eq!(world.ask(World::order(1)), Err(JoinWaitlistError::Full));
    world.join(2);
    assert_eq!(
        world.ask(World::order(77)),
        Err(JoinWaitlistError::UnknownCustomer)
    );
    let mut unknown = World::order(2);
    unknown.parts = vec![anybody_for(9)];
    let fault = RequestFault::UnknownService(service(9));
    assert_eq!(world.ask(unknown), Err(fault.into()));
}
