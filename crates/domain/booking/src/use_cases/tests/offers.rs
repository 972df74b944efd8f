//! What is offered is what a hold gives: its price, and for a pair its parts.

use super::*;
use crate::catalogue::Service;
use crate::engagement::Subject;
use crate::policy::NoShowDeposit;
use crate::ports::RelationBook;
use crate::pricing::{PricedSlot, SlotPrice};
use crate::test_support::price_list::{a_promotion, a_relation};

impl World {
    fn find_for(&self, customer: Option<crate::catalogue::CustomerId>) -> Vec<PricedSlot> {
        let find = FindSlots {
            timetable: self.salon.clone(),
            book: self.book.clone(),
            clock: self.clock.clone(),
        };
        let query = SlotQuery {
            parts: vec![anybody_for(1)],
            order: PartOrder::Any,
            arrangement: Arrangement::Together,
            window: from_to((9, 0), (12, 0)),
            channel: Channel::Chat,
            customer,
            most: None,
        };
        block_on(find.execute(tenant(1), query)).unwrap().slots
    }

    fn offer_for(&self, customer: Option<crate::catalogue::CustomerId>, start: OffsetDateTime) -> Offer {
        let offers = OfferSlot {
            timetable: self.salon.clone(),
            book: self.book.clone(),
            clock: self.clock.clone(),
        };
        let query = OfferQuery {
            parts: vec![anybody_for(1)],
            order: PartOrder::Any,
            arrangement: Arrangement::Together,
            start,
            channel: Channel::Chat,
            customer,
        };
        block_on(offers.execute(tenant(1), query)).unwrap()
    }

    fn complement_after(&self, start: OffsetDateTime) -> Option<OfferedPair> {
        let offers = OfferComplement {
            timetable: self.salon.clone(),
            relations: self.prices.clone(),
            book: self.book.clone(),
            clock: self.clock.clone(),
        };
        let chosen = OfferQuery {
            parts: vec![anybody_for(1)],
            order: PartOrder::Any,
            arrangement: Arrangement::Together,
            start,
            channel: Channel::Chat,
            customer: None,
        };
        block_on(offers.execute(tenant(1), chosen)).unwrap()
    }
}

fn price_of(visit: &Visit) -> SlotPrice {
    let kes = |of: &dyn Fn(&crate::appointment::Appointment) -> Money| {
        let amounts = visit.appointments.iter().map(of);
        Money::sum(ratiba_kernel::Currency::Kes, amounts).unwrap()
    };
    SlotPrice {
        list: kes(&|part| part.booking().price.list()),
        discount: kes(&|part| part.booking().price.discount()),
        charged: kes(&|part| part.booking().price.charged()),
        deposit: kes(&|part| part.booking().deposit),
    }
}

/// A salon with a promotion of the day, a deposit of a tenth, and all of the price in advance from whoever stayed
/// away once.
fn a_salon_with_terms() -> SalonBuilder {
    let tenth = Deposit::Percent(ratiba_kernel::BasisPoints::new(1_000));
    SalonBuilder::default()
        .service(Service {
            deposit: tenth,
            ..a_service(1, 60)
        })
        .rules(|rules| {
            rules.deposit_after_no_shows = vec![NoShowDeposit {
                no_shows: 1,
                deposit: ratiba_kernel::BasisPoints::WHOLE,
            }];
        })
        .with(|facts| facts.promotions = vec![a_promotion(1)])
}

#[test]
fn an_offer_names_the_price_and_the_deposit_that_the_hold_asks() {
    let world = World::of(a_salon_with_terms());
    // Customer 1 did not come once.
    let missed = world.hold(an_order_of("k0", at(9, 0))).unwrap();
    world.confirm(missed.visit.head.id).unwrap();
    world.clock.set(at(9, 30));
    let attendance = Attendance {
        book: world.book.clone(),
        timetable: world.salon.clone(),
        catalogue: world.salon.clone(),
        clock: world.clock.clone(),
    };
    block_on(attendance.mark_no_show(tenant(1), missed.visit.appointments[0].id(), ChangedBy::System))
        .unwrap();
    let customer = Some(customer(1));
    let found = world.find_for(customer);
    let at_eleven = found
        .iter()
        .find(|found| found.slot.time.start() == at(11, 0))
        .unwrap();
    let Offer::Free(offered) = world.offer_for(customer, at(11, 0)) else {
        panic!("it is free")
    };
    assert_eq!(&offered, at_eleven);
    assert!(offered.price.discount.is_positive(), "{offered:?}");
    assert_eq!(offered.price.deposit, offered.price.charged, "all in advance");
    let Offer::Alternatives { slots, .. } = world.offer_for(customer, at(20, 0)) else {
        panic!("closed by then")
    };
    assert!(slots.iter().all(|found| found.price == offered.price));
    let somebody = world.find_for(None);
    assert!(
        somebody[0].price.deposit < offered.price.deposit,
        "nobody is blamed who is not named"
    );
    let held = world.hold(an_order_of("k1", at(11, 0))).unwrap();
    assert_eq!(price_of(&held.visit), offered.price);
    let Err(HoldVisitError::NotFree { alternatives, .. }) = world.hold(an_order_of("k2", at(11, 0))) else {
        panic!("it is taken")
    };
    assert!(alternatives.iter().all(|found| found.price == offered.price));
}

/// Service 2 goes well after service 1, up to three quarters of an hour later; its only staff member is busy until
/// half past eleven, and nobody waits more than a quarter of an hour between other services.
fn a_salon_with_a_pair() -> World {
    let complement = Service {
        staff: [staff(2)].into(),
        ..a_service(2, 30)
    };
    let salon = SalonBuilder::default()
        .staff(2, every_day(9 * 60, 17 * 60))
        .service(Service {
            staff: [staff(1)].into(),
            ..a_service(1, 60)
        })
        .service(complement)
        .engaged(
            Subject::Staff(staff(2)),
            from_to((10, 0), (11, 30)),
            crate::availability::EngagedAs::Booked,
        )
        .rules(|rules| rules.cross_sell.tolerance = crate::catalogue::Minutes::new(45));
    let world = World::of(salon);
    block_on(world.prices.keep_relation(tenant(1), a_relation(1))).unwrap();
    world
}

fn the_pair(world: &World, key: &str) -> (OfferedPair, HoldOrder) {
    let offered = world.complement_after(at(10, 0)).unwrap();
    let last = offered.pair.slot.parts.last().unwrap();
    let order = HoldOrder {
        complement: Some(Complement {
            part: PartRequest::new(last.service, StaffWish::Only(last.staff)),
            start: last.time.start(),
        }),
        ..an_order_of(key, at(10, 0))
    };
    (offered, order)
}

#[test]
fn a_pair_is_held_exactly_as_it_was_offered() {
    let world = a_salon_with_a_pair();
    let (offered, order) = the_pair(&world, "k1");
    assert_eq!(offered.pair.wait, Duration::minutes(30));
    let held = world.hold(order.clone()).unwrap();
    let times: Vec<_> = held
        .visit
        .appointments
        .iter()
        .map(|part| part.booking().time)
        .collect();
    let wanted: Vec<_> = offered.pair.slot.parts.iter().map(|part| part.time).collect();
    assert_eq!(times, wanted);
    assert_eq!(price_of(&held.visit), offered.price);
    let again = world.hold(order).unwrap();
    assert_eq!(
        (again.by, again.visit.head.id),
        (HeldBy::EarlierOrder, held.visit.head.id)
    );
}

#[test]
fn a_pair_is_held_whole_or_not_at_all() {
    let world = a_salon_with_a_pair();
    let (_, order) = the_pair(&world, "k1");
    let only_complement = HoldOrder {
        parts: vec![PartRequest::new(service(2), StaffWish::Only(staff(2)))],
        ..an_order_of("k0", at(11, 30))
    };
    world.hold(only_complement).unwrap();
    let told = world.names();
    let Err(HoldVisitError::NotFree {
        reasons,
        alternatives,
    }) = world.hold(order)
    else {
        panic!("the complement is taken")
    };
    assert!(reasons.contains(&Reason::Held), "{reasons:?}");
    assert!(alternatives.iter().all(|found| found.slot.parts.len() == 2));
    assert!(!alternatives.is_empty());
    assert_eq!(world.names(), told, "the first part is not held alone");
}

#[test]
fn a_complement_neither_precedes_the_rest_nor_comes_after_the_tolerance() {
    let world = a_salon_with_a_pair();
    for (n, start) in [at(9, 0), at(10, 30), at(11, 46), at(13, 0)]
        .into_iter()
        .enumerate()
    {
        let (_, mut order) = the_pair(&world, &format!("k{n}"));
        if let Some(complement) = &mut order.complement {
            complement.start = start;
        }
        let Err(HoldVisitError::NotFree { reasons, .. }) = world.hold(order) else {
            panic!("{start} is too early or too late")
        };
        assert!(reasons.contains(&Reason::Combination), "{start}: {reasons:?}");
    }
    assert!(world.names().is_empty());
}

#[test]
fn an_unknown_complement_is_unknown_whether_or_not_the_rest_can_be_had() {
    let world = a_salon_with_a_pair();
    for start in [at(10, 0), at(20, 0)] {
        let (_, order) = the_pair(&world, "k1");
        let unknown = PartRequest::new(service(99), StaffWish::Any);
        let order = HoldOrder {
            start,
            complement: order.complement.map(|offered| Complement {
                part: unknown,
                ..offered
            }),
            ..order
        };
        let refused = world.hold(order);
        let fault = RequestFault::UnknownService(service(99));
        assert_eq!(refused, Err(HoldVisitError::Request(fault)));
    }
}
