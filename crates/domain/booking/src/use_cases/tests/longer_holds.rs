//! A hold whose customer pays in another way gets the time that takes, and no more.

use super::*;
use crate::policy::PayBy;

fn extend(world: &World, visit: crate::visit::VisitId) -> Option<OffsetDateTime> {
    let extend = ExtendHold {
        book: world.book.clone(),
        catalogue: world.salon.clone(),
        clock: world.clock.clone(),
    };
    block_on(extend.execute(tenant(1), visit, PayBy::Card)).unwrap()
}

#[test]
fn a_hold_that_is_to_be_paid_by_card_lasts_half_an_hour_from_then() {
    let world = World::new();
    let visit = world.hold(an_order_of("k1", at(10, 0))).unwrap().visit.head.id;
    world.clock.advance(Duration::minutes(4));
    let until = NOW + Duration::minutes(34);
    assert_eq!(extend(&world, visit), Some(until));
    assert_eq!(extend(&world, visit), Some(until), "again is the same");
    // The first deadline ends nothing any more; the second one does.
    world.clock.set(NOW + Duration::minutes(5));
    world.expire(visit);
    assert_eq!(world.visit(visit).standing(), VisitStanding::Waiting { until });
    let task = BookingTask::ExpireHold { visit };
    assert!(world.book.tasks(tenant(1)).contains(&Due { at: until, task }));
    world.clock.set(until);
    assert_eq!(extend(&world, visit), None, "it has run out");
    world.expire(visit);
    assert_eq!(world.visit(visit).standing(), VisitStanding::Over);
    assert_eq!(extend(&world, visit), None);
}

#[test]
fn a_hold_never_comes_nearer_and_what_is_confirmed_is_no_hold() {
    let world = World::new();
    let by_card = HoldOrder {
        pay_by: PayBy::Card,
        ..an_order_of("k1", at(10, 0))
    };
    let visit = world.hold(by_card).unwrap().visit.head.id;
    let extend_prompt = ExtendHold {
        book: world.book.clone(),
        catalogue: world.salon.clone(),
        clock: world.clock.clone(),
    };
    let kept = block_on(extend_prompt.execute(tenant(1), visit, PayBy::MobileMoney)).unwrap();
    assert_eq!(kept, Some(NOW + Duration::minutes(30)));
    assert_eq!(world.confirm(visit), Ok(Confirmation::Confirmed));
    assert_eq!(extend(&world, visit), None);
}
