//! What happens when others are faster, or the book is down.

use std::sync::Mutex;

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId, TimeRange};

use super::*;
use crate::appointment::{Appointment, AppointmentId};
use crate::catalogue::CustomerId;
use crate::ports::Change;
use crate::visit::{HoldKey, VisitId};

/// A book in which somebody else does something just before each record.
struct Crowded {
    book: Arc<InMemoryBook>,
    first: Mutex<Vec<Result<Change, RecordError>>>,
}

impl Crowded {
    fn new(book: &Arc<InMemoryBook>, first: Vec<Result<Change, RecordError>>) -> Arc<Self> {
        Arc::new(Self {
            book: Arc::clone(book),
            first: Mutex::new(first),
        })
    }
}

#[async_trait]
impl AppointmentBook for Crowded {
    async fn appointment(&self, tenant: TenantId, id: AppointmentId) -> Result<Option<Appointment>, Outage> {
        self.book.appointment(tenant, id).await
    }

    async fn history(
        &self,
        tenant: TenantId,
        id: AppointmentId,
    ) -> Result<Vec<crate::appointment::HistoryEntry>, Outage> {
        self.book.history(tenant, id).await
    }

    async fn visit(&self, tenant: TenantId, id: VisitId) -> Result<Option<Visit>, Outage> {
        self.book.visit(tenant, id).await
    }

    async fn visit_of_key(&self, tenant: TenantId, key: &HoldKey) -> Result<Option<Visit>, Outage> {
        self.book.visit_of_key(tenant, key).await
    }

    async fn between(
        &self,
        tenant: TenantId,
        range: TimeRange,
        wanted: crate::ports::Wanted,
    ) -> Result<Vec<Appointment>, Outage> {
        self.book.between(tenant, range, wanted).await
    }

    async fn upcoming(
        &self,
        tenant: TenantId,
        customer: CustomerId,
        from: OffsetDateTime,
    ) -> Result<Vec<Visit>, Outage> {
        self.book.upcoming(tenant, customer, from).await
    }

    async fn no_shows(&self, tenant: TenantId, customer: CustomerId) -> Result<u32, Outage> {
        self.book.no_shows(tenant, customer).await
    }

    async fn record(&self, tenant: TenantId, change: Change) -> Result<(), RecordError> {
        let first = self.first.lock().unwrap().pop();
        match first {
            Some(Ok(other)) => self.book.record(tenant, other).await?,
            Some(Err(error)) => return Err(error),
            None => {}
        }
        self.book.record(tenant, change).await
    }
}

fn ten_to_eleven_by(number: u64) -> Change {
    let builder = AppointmentBuilder::new(90 + number, from_to((10, 0), (11, 0))).by(number);
    let change = Change {
        head: Some(builder.head(NOW)),
        ..decided(NOW)
    };
    change.with(builder.held(NOW), crate::ports::ClaimChange::Take)
}

fn two_staff() -> SalonBuilder {
    SalonBuilder::default().staff(2, every_day(9 * 60, 17 * 60))
}

#[test]
fn a31_anybody_is_somebody_else_when_the_first_is_taken_in_the_same_moment() {
    let world = World::of(two_staff());
    let crowded = Crowded::new(&world.book, vec![Ok(ten_to_eleven_by(1))]);
    let held = block_on(
        world
            .holds(crowded)
            .execute(tenant(1), an_order_of("k1", at(10, 0))),
    )
    .unwrap();
    assert_eq!(held.visit.appointments[0].booking().team.members(), [staff(2)]);
}

#[test]
fn when_everybody_is_taken_in_the_same_moment_the_answer_has_alternatives() {
    let world = World::of(two_staff());
    let crowded = Crowded::new(
        &world.book,
        vec![Ok(ten_to_eleven_by(2)), Ok(ten_to_eleven_by(1))],
    );
    let refused = block_on(
        world
            .holds(crowded)
            .execute(tenant(1), an_order_of("k1", at(10, 0))),
    );
    let Err(HoldVisitError::NotFree {
        reasons,
        alternatives,
    }) = refused
    else {
        panic!("nobody is left")
    };
    assert!(reasons.contains(&Reason::Held));
    assert_eq!(alternatives[0].slot.time.start(), at(9, 0));
}

#[test]
fn the_same_order_twice_at_once_is_held_once() {
    let world = World::of(two_staff());
    let other = world.holds(world.book.clone());
    let order = an_order_of("k1", at(10, 0));
    // The twin comes through between this one's look at the key and its record.
    let crowded = Crowded::new(&world.book, vec![Err(RecordError::KeyUsed)]);
    let missing = block_on(world.holds(crowded).execute(tenant(1), order.clone())).unwrap();
    let twin = block_on(other.execute(tenant(1), order)).unwrap();
    assert_eq!(twin.visit, missing.visit);
}

#[test]
fn an_outage_is_told_and_the_key_makes_asking_again_safe() {
    let world = World::new();
    let crowded = Crowded::new(
        &world.book,
        vec![Err(RecordError::Unavailable(Outage::new("gone")))],
    );
    let order = an_order_of("k1", at(10, 0));
    let failed = block_on(world.holds(crowded).execute(tenant(1), order.clone()));
    assert_eq!(failed, Err(HoldVisitError::Unavailable(Outage::new("any"))));
    assert!(world.hold(order).is_ok());
}

#[test]
fn a_confirmation_that_meets_an_expiry_takes_the_time_again() {
    let world = World::new();
    let visit = world.hold(an_order_of("k1", at(10, 0))).unwrap().visit;
    let until = NOW + Duration::minutes(5);
    world.clock.set(until);
    let expiry = crate::visit::expiry(&visit, until).unwrap();
    let confirm = ConfirmVisit {
        book: Crowded::new(&world.book, vec![Ok(expiry)]),
        catalogue: world.salon.clone(),
        clock: world.clock.clone(),
    };
    assert_eq!(
        block_on(confirm.execute(tenant(1), visit.head.id)),
        Ok(Confirmation::Confirmed)
    );
    assert_eq!(world.visit(visit.head.id).standing(), VisitStanding::Agreed);
}

/// What customers and time may do, in any order.
#[derive(Clone, Copy, Debug)]
enum Act {
    Hold(u8, u8),
    Pay(u8),
    Expire(u8),
    Cancel(u8),
    Wait(u8),
}

fn any_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => (0_u8..12, 0_u8..8).prop_map(|(key, hour)| Act::Hold(key, hour)),
        2 => (0_u8..12).prop_map(Act::Pay),
        1 => (0_u8..12).prop_map(Act::Expire),
        1 => (0_u8..12).prop_map(Act::Cancel),
        1 => (1_u8..7).prop_map(Act::Wait),
    ]
}

fn no_two_share_a_moment(world: &World) -> bool {
    let engaged = world.book.engagements(tenant(1));
    engaged.iter().enumerate().all(|(index, one)| {
        engaged[index + 1..]
            .iter()
            .all(|other| !one.claim.conflicts(&other.claim))
    })
}

proptest! {
    /// Whatever customers do: nobody is booked twice at once, every paid visit is confirmed or told as
    /// lost exactly once, and what keeps its time has its claims.
    #[test]
    fn the_laws_hold_in_any_order(acts in prop::collection::vec(any_act(), 1..40)) {
        let world = World::of(two_staff());
        let mut paid = std::collections::BTreeMap::new();
        let visit_of = |key: u8| {
            let key = HoldKey::parse(&format!("k{key}")).unwrap();
            block_on(world.book.visit_of_key(tenant(1), &key)).unwrap().map(|visit| visit.head.id)
        };
        for act in acts {
            match act {
                Act::Hold(key, hour) => {
                    let start = at(9 + i64::from(hour), 0);
                    let _either = world.hold(an_order_of(&format!("k{key}"), start));
                }
                Act::Pay(key) => if let Some(visit) = visit_of(key) {
                    let outcome = world.confirm(visit).unwrap();
                    paid.entry(visit).or_insert(outcome);
                },
                Act::Expire(key) => if let Some(visit) = visit_of(key) { world.expire(visit) },
                Act::Cancel(key) => if let Some(visit) = visit_of(key) {
                    let _either = world.cancel(CancelTarget::Visit(visit), CancelledBy::Customer);
                },
                Act::Wait(minutes) => world.clock.advance(Duration::minutes(i64::from(minutes))),
            }
            prop_assert!(no_two_share_a_moment(&world));
        }
        let events = world.book.events(tenant(1));
        for (visit, outcome) in paid {
            let told = |wanted: &dyn Fn(&BookingEvent) -> bool| events.iter().filter(|e| wanted(e)).count();
            let confirmed = told(&|e| matches!(e, BookingEvent::VisitConfirmed { visit: v, .. } if *v == visit));
            let lost = told(&|e| matches!(e, BookingEvent::VisitLostAfterPayment { visit: v, .. } if *v == visit));
            prop_assert!(confirmed <= 1 && lost <= 1);
            match outcome {
                Confirmation::Confirmed => prop_assert_eq!(confirmed, 1),
                Confirmation::Lost => prop_assert_eq!((confirmed, lost), (0, 1)),
            }
        }
    }
}

#[test]
fn the_present_moves_only_when_a_test_says_so() {
    let world = World::new();
    let before: OffsetDateTime = world.clock.now();
    world.hold(an_order_of("k1", at(10, 0))).unwrap();
    assert_eq!(world.clock.now(), before);
}

#[test]
fn who_loses_the_last_try_of_a_move_learns_what_is_near() {
    let world = World::new();
    let visit = world.hold(an_order_of("k1", at(10, 0))).unwrap().visit.head.id;
    let moves = MoveVisit {
        book: Crowded::new(&world.book, (0..3).map(|_| Err(RecordError::SlotTaken)).collect()),
        timetable: world.salon.clone(),
        clock: world.clock.clone(),
    };
    let order = MoveOrder {
        target: MoveTarget::Visit(visit),
        start: at(14, 0),
        staff: std::collections::BTreeMap::new(),
        by: CancelledBy::Business,
        who: crate::appointment::ChangedBy::person("token:1"),
        channel: Channel::Desk,
    };
    let Err(ReplaceError::NotFree {
        reasons,
        alternatives,
    }) = block_on(moves.execute(tenant(1), order))
    else {
        panic!("others were faster")
    };
    assert_eq!(reasons.into_iter().collect::<Vec<_>>(), [Reason::Booked]);
    assert!(!alternatives.is_empty());
}

#[test]
fn who_loses_the_last_try_of_a_counter_offer_learns_what_is_near() {
    let asked = crate::policy::PerChannel::all(crate::policy::Approval::Asked);
    let world = World::of(SalonBuilder::default().rules(|rules| rules.approval = asked));
    let visit = world.hold(an_order_of("k1", at(10, 0))).unwrap().visit.head.id;
    let counter = CounterOffer {
        book: Crowded::new(&world.book, (0..3).map(|_| Err(RecordError::SlotTaken)).collect()),
        timetable: world.salon.clone(),
        clock: world.clock.clone(),
    };
    let order = CounterOfferOrder {
        visit,
        start: at(14, 0),
        staff: std::collections::BTreeMap::new(),
        who: ChangedBy::System,
    };
    let Err(ReplaceError::NotFree { alternatives, .. }) = block_on(counter.execute(tenant(1), order)) else {
        panic!("others were faster")
    };
    assert!(!alternatives.is_empty());
}
