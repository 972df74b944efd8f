use std::sync::Arc;

use ratiba_kernel::test_support::{ManualClock, SeededIds, block_on, tenant};
use ratiba_kernel::{Clock as _, IdSource as _, PhoneNumber};

use super::*;
use crate::appointment::{ChangedBy, State};
use crate::availability::Reason;
use crate::event::BookingEvent;
use crate::ports::WalkInQueue as _;
use crate::queue::{Departure, Estimate, FirstName, Guest, NotWaiting, QUEUE_MOST, QueueStanding, WalkInId};
use crate::test_support::builders::*;
use crate::test_support::{InMemoryBook, InMemoryQueue, InMemorySalon, walk_in_queue_contract};
use crate::visit::{HoldKey, VisitStanding};

/// As they were queued, by somebody of the desk.
fn in_turn() -> SeatOrder {
    SeatOrder::in_turn(ChangedBy::person("token:desk"))
}

struct Desk {
    book: Arc<InMemoryBook>,
    queue: Arc<InMemoryQueue>,
    salon: Arc<InMemorySalon>,
    clock: Arc<ManualClock>,
    ids: Arc<SeededIds>,
}

impl Desk {
    fn of(builder: SalonBuilder) -> Self {
        let book = Arc::new(InMemoryBook::default());
        Self {
            queue: Arc::new(InMemoryQueue::over(book.clone())),
            salon: Arc::new(InMemorySalon::new(builder.build(), book.clone())),
            book,
            clock: Arc::new(ManualClock::at(at(10, 0))),
            ids: Arc::new(SeededIds::default()),
        }
    }

    fn join_for(&self, guest: Guest, number: u64) -> Result<Joined, JoinQueueError> {
        let key = format!("walk-in-{}", self.ids.next());
        self.join_with(&key, guest, number)
    }

    fn join_with(&self, key: &str, guest: Guest, number: u64) -> Result<Joined, JoinQueueError> {
        let join = JoinQueue {
            queue: self.queue.clone(),
            timetable: self.salon.clone(),
            catalogue: self.salon.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        };
        let key = HoldKey::parse(key).unwrap();
        let parts = vec![anybody_for(number)];
        block_on(join.execute(tenant(1), JoinOrder { key, guest, parts }))
    }

    fn join(&self) -> WalkInId {
        self.join_for(Guest::Customer(customer(1)), 1).unwrap().entry.id
    }

    fn seat(&self, id: WalkInId, order: SeatOrder) -> Result<Seated, SeatWalkInError> {
        let seat = SeatWalkIn {
            queue: self.queue.clone(),
            book: self.book.clone(),
            timetable: self.salon.clone(),
            catalogue: self.salon.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        };
        block_on(seat.execute(tenant(1), id, order))
    }

    fn leave(&self, id: WalkInId, how: Departure) -> Result<WalkIn, LeaveQueueError> {
        let leave = LeaveQueue {
            queue: self.queue.clone(),
            clock: self.clock.clone(),
        };
        block_on(leave.execute(tenant(1), id, how))
    }

    fn list(&self) -> Vec<(WalkInId, Option<OffsetDateTime>)> {
        let list = ListQueue {
            queue: self.queue.clone(),
            timetable: self.salon.clone(),
            catalogue: self.salon.clone(),
            clock: self.clock.clone(),
        };
        let queue = block_on(list.execute(tenant(1))).unwrap();
        let estimate = |queued: Queued| match queued.estimate {
            Some(Estimate::At(slot)) => (queued.entry.id, Some(slot.time.start())),
            Some(Estimate::NotToday { .. }) | None => (queued.entry.id, None),
        };
        queue.waiting.into_iter().map(estimate).collect()
    }
}

#[test]
fn who_joins_twice_with_one_key_waits_once() {
    let desk = Desk::of(SalonBuilder::default());
    let amina = || Guest::Customer(customer(1));
    let first = desk.join_with("one", amina(), 1).unwrap();
    let again = desk.join_with("one", amina(), 1).unwrap();
    assert_eq!(again.entry, first.entry);
    assert!(first.slot.is_some() && again.slot.is_none());
    let other = desk.join_with("one", Guest::Customer(customer(2)), 1);
    assert_eq!(other.unwrap_err(), JoinQueueError::KeyUsed);
    let another = desk.join_with("two", amina(), 1).unwrap();
    assert_ne!(another.entry.id, first.entry.id);
    // Also once they were served.
    desk.seat(first.entry.id, in_turn()).unwrap();
    let served = desk.join_with("one", amina(), 1).unwrap().entry;
    assert!(matches!(served.standing, QueueStanding::Seated { .. }));
}

#[test]
fn the_queue_in_memory_keeps_the_contract() {
    block_on(walk_in_queue_contract(async || InMemoryQueue::default()));
}

#[test]
fn whoever_is_seated_has_come_owes_nothing_in_advance_and_waits_no_more() {
    let desk = Desk::of(SalonBuilder::default());
    let (one, two) = (desk.join(), desk.join());
    assert_eq!(desk.list(), [(one, Some(at(10, 0))), (two, Some(at(11, 0)))]);
    let seated = desk.seat(one, in_turn()).unwrap();
    let visit = &seated.visit;
    assert_eq!(visit.standing(), VisitStanding::Agreed);
    assert!(matches!(visit.appointments[0].state(), State::CheckedIn { .. }));
    assert_eq!(visit.start(), Some(at(10, 0)));
    assert!(visit.due().unwrap().unwrap().is_zero());
    let names: Vec<_> = desk
        .book
        .events(tenant(1))
        .iter()
        .map(BookingEvent::name)
        .collect();
    assert_eq!(
        names,
        ["booking.customer_came"],
        "nobody is told of what they see"
    );
    assert_eq!(desk.book.tasks(tenant(1)), [], "nobody is reminded");
    assert_eq!(desk.list(), [(two, Some(at(11, 0)))]);
    desk.clock.advance(Duration::minutes(5));
    assert_eq!(desk.seat(one, in_turn()), Ok(seated), "once, however often");
}

#[test]
fn nobody_free_within_a_quarter_of_an_hour_is_said_with_reasons_and_the_next_time() {
    let desk = Desk::of(SalonBuilder::default());
    let (one, two) = (desk.join(), desk.join());
    desk.seat(one, in_turn()).unwrap();
    let Err(SeatWalkInError::NotFree { reasons, next }) = desk.seat(two, in_turn()) else {
        panic!("staff 1 is busy")
    };
    assert_eq!(reasons, [Reason::Booked].into());
    assert_eq!(next.map(|slot| slot.time.start()), Some(at(11, 0)));
    desk.clock.set(at(10, 45));
    let soon = desk.seat(two, in_turn()).unwrap();
    assert_eq!(
        soon.visit.start(),
        Some(at(11, 0)),
        "exactly a quarter of an hour is soon enough"
    );
}

#[test]
fn a_start_may_be_named() {
    let desk = Desk::of(SalonBuilder::default());
    let id = desk.join();
    let named = |start| SeatOrder {
        start: Some(start),
        ..in_turn()
    };
    let late = desk.seat(id, named(at(16, 30)));
    assert!(
        matches!(late, Err(SeatWalkInError::NotFree { reasons, .. }) if reasons.contains(&Reason::Closed))
    );
    let seated = desk.seat(id, named(at(12, 7))).unwrap();
    assert_eq!(seated.visit.start(), Some(at(12, 7)));
}

#[test]
fn those_ahead_come_first_unless_they_are_skipped() {
    let desk = Desk::of(SalonBuilder::default());
    let (_ahead, behind) = (desk.join(), desk.join());
    let kept = desk.seat(behind, in_turn());
    assert!(matches!(kept, Err(SeatWalkInError::NotFree { .. })));
    let turn = SeatTurn::Skipped;
    let seated = desk.seat(behind, SeatOrder { turn, ..in_turn() }).unwrap();
    assert_eq!(seated.visit.start(), Some(at(10, 0)));
}

#[test]
fn a_name_becomes_a_customer_and_a_number_finds_one() {
    let desk = Desk::of(SalonBuilder::default());
    let named = || Guest::Named(FirstName::parse("Amina").unwrap());
    let phone = PhoneNumber::parse("+254711222333").unwrap();
    let first = desk.join_for(named(), 1).unwrap().entry.id;
    let sitter = Sitter::Phone(phone.clone());
    let order = SeatOrder { sitter, ..in_turn() };
    let seated = desk.seat(first, order.clone()).unwrap();
    let amina = seated.visit.head.customer;
    assert_eq!(seated.entry.guest, Guest::Customer(amina));
    assert_eq!(
        block_on(desk.queue.customer_of(tenant(1), &phone)),
        Ok(Some(amina))
    );
    desk.clock.set(at(11, 0));
    let again = desk.join_for(named(), 1).unwrap().entry.id;
    assert_eq!(desk.seat(again, order).unwrap().visit.head.customer, amina);
    desk.clock.set(at(12, 0));
    let nameless = desk.join_for(named(), 1).unwrap().entry.id;
    let other = desk.seat(nameless, in_turn()).unwrap();
    assert_ne!(
        other.visit.head.customer, amina,
        "a name alone is nobody in particular"
    );
    desk.clock.set(at(13, 0));
    let given = desk.join_for(named(), 1).unwrap().entry.id;
    let sitter = Sitter::Customer(customer(2));
    let given = desk.seat(given, SeatOrder { sitter, ..in_turn() }).unwrap();
    assert_eq!(given.visit.head.customer, customer(2));
}

#[test]
fn who_left_is_not_seated_and_who_is_seated_does_not_leave() {
    let desk = Desk::of(SalonBuilder::default());
    let (one, two) = (desk.join(), desk.join());
    let left = desk.leave(one, Departure::TurnedAway).unwrap();
    assert_eq!(desk.leave(one, Departure::Gone), Ok(left), "once, however often");
    assert_eq!(desk.seat(one, in_turn()), Err(NotWaiting("left").into()));
    desk.seat(two, in_turn()).unwrap();
    assert_eq!(desk.leave(two, Departure::Gone), Err(NotWaiting("seated").into()));
    assert_eq!(desk.list(), []);
}

#[test]
fn yesterdays_queue_is_over() {
    let desk = Desk::of(SalonBuilder::default());
    let id = desk.join();
    desk.clock.advance(Duration::DAY);
    assert_eq!(desk.list(), []);
    assert_eq!(desk.seat(id, in_turn()), Err(NotWaiting("of another day").into()));
    let close = CloseQueue {
        queue: desk.queue.clone(),
        catalogue: desk.salon.clone(),
        clock: desk.clock.clone(),
    };
    assert_eq!(block_on(close.execute(tenant(1))), Ok(1));
    let entry = block_on(desk.queue.entry(tenant(1), id)).unwrap().unwrap();
    let (at, how) = (desk.clock.now(), Departure::DayOver);
    assert_eq!(entry.standing, QueueStanding::Left { at, how });
}

#[test]
fn who_cannot_be_served_today_is_not_taken_in() {
    let desk = Desk::of(SalonBuilder::default().booked(from_to((9, 0), (16, 30))));
    let refused = desk.join_for(Guest::Customer(customer(1)), 1);
    assert!(
        matches!(refused, Err(JoinQueueError::NotToday { reasons }) if reasons.contains(&Reason::Booked))
    );
    let unknown = desk.join_for(Guest::Customer(customer(1)), 9);
    assert!(matches!(unknown, Err(JoinQueueError::Request(_))));
}

#[test]
fn the_queue_has_an_end() {
    let everybody = every_day(0, 1_440);
    let mut quick = a_service(1, 5);
    quick.staff = [staff(1)].into();
    let desk = Desk::of(SalonBuilder::default().service(quick).staff(1, everybody));
    for _guest in 0..QUEUE_MOST {
        desk.join();
    }
    let refused = desk.join_for(Guest::Customer(customer(1)), 1);
    assert_eq!(refused, Err(JoinQueueError::Full));
}
