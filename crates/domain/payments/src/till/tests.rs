use proptest::collection::vec;
use proptest::prelude::*;
use ratiba_kernel::test_support::SeededIds;
use ratiba_kernel::{Currency, Fingerprint};

use super::*;
use crate::test_support::builders::{key, second, shillings};

fn ordered(text: &str) -> Ordered {
    Ordered {
        key: key(text),
        print: Fingerprint::of(text),
    }
}

fn desk() -> Actor {
    Actor::parse("token:desk").unwrap()
}

fn why(text: &str) -> Remark {
    Remark::parse(text).unwrap()
}

fn opening(text: &str, float: Money) -> OpenOrder {
    OpenOrder {
        ordered: ordered(text),
        float,
        reason: None,
        by: desk(),
    }
}

fn moving(text: &str, kind: MovementKind, amount: Money) -> MoveOrder {
    MoveOrder {
        ordered: ordered(text),
        kind,
        amount,
        reason: why("milk"),
        by: desk(),
    }
}

fn closing(text: &str, counted: Money, reason: Option<&str>) -> CloseOrder {
    CloseOrder {
        ordered: ordered(text),
        counted,
        reason: reason.map(why),
        by: desk(),
    }
}

/// A drawer that was opened with so much and has not moved.
fn opened_with(float: Money, ids: &dyn IdSource) -> Drawer {
    let step = open((float, false), &opening("open", float), second(0), ids).unwrap();
    let TillStep::Open(session, None, None) = step else {
        panic!("a float that the books know of posts nothing: {step:?}");
    };
    let nothing = Money::zero(float.currency());
    Drawer {
        session: *session,
        movements: Vec::new(),
        customers: CustomersCash {
            taken: nothing,
            given_back: nothing,
        },
    }
}

/// By how much a journal says that the drawer holds more.
fn of_drawer(journal: &Journal) -> i64 {
    let place = Place::plain(Account::CashDrawer);
    let own = journal.entries().iter().filter(|entry| entry.place == place);
    own.map(|entry| entry.amount.amount_minor()).sum()
}

#[test]
fn a_float_that_differs_from_the_last_close_needs_a_reason_is_told_and_goes_to_suspense() {
    let ids = SeededIds::lane(1);
    for (carried, float, more) in [(1_000, 800, -20_000), (1_000, 1_200, 20_000)] {
        let mut order = opening("open", shillings(float));
        assert_eq!(
            open((shillings(carried), false), &order, second(0), &ids),
            Err(TillRefused::FloatUnexplained {
                carried: shillings(carried),
                difference: Money::kes_minor(more),
            })
        );
        order.reason = Some(why("change was fetched"));
        let step = open((shillings(carried), false), &order, second(0), &ids).unwrap();
        let TillStep::Open(session, Some(journal), Some(event)) = step else {
            panic!("a difference is posted and told: {step:?}");
        };
        assert_eq!(of_drawer(&journal), more);
        assert_eq!(
            (session.float, session.carried, session.reason),
            (shillings(float), shillings(carried), order.reason)
        );
        assert_eq!(
            event,
            PaymentEvent::FloatDiffered {
                till: session.id,
                carried: shillings(carried),
                float: shillings(float),
            }
        );
    }
}

#[test]
fn the_first_float_of_all_needs_no_reason_since_no_close_left_anything() {
    let ids = SeededIds::lane(1);
    let order = opening("open", shillings(500));
    let step = open((shillings(0), true), &order, second(0), &ids).unwrap();
    let TillStep::Open(_, Some(journal), None) = step else {
        panic!("it is posted and nobody is told: {step:?}");
    };
    assert_eq!(of_drawer(&journal), 50_000);
}

#[test]
fn an_open_drawer_is_not_opened_again_and_the_same_order_is_done_once() {
    let ids = SeededIds::lane(1);
    let drawer = opened_with(shillings(500), &ids);
    let again = |order: &OpenOrder| drawer.open_again(order);
    assert_eq!(again(&opening("open", shillings(500))), Ok(TillStep::Done));
    let other = again(&opening("other", shillings(500)));
    assert_eq!(other, Err(TillRefused::Open(drawer.session.id)));
    let mut reused = opening("open", shillings(700));
    reused.ordered.print = Fingerprint::of("another body");
    assert_eq!(again(&reused), Err(TillRefused::KeyUsed));
}

#[test]
fn no_more_is_taken_out_than_lies_in_it() {
    let ids = SeededIds::lane(1);
    let drawer = opened_with(shillings(500), &ids);
    let out = |amount| {
        let order = moving("out", MovementKind::PayOut, shillings(amount));
        drawer.pay(&order, second(1), &ids)
    };
    let holds = shillings(500);
    assert_eq!(out(501), Err(TillRefused::NotEnough { holds }));
    let limit = Money::kes_minor(COUNT_MINOR_MAX);
    assert_eq!(out(0), Err(TillRefused::Amount { limit }));
    assert_eq!(out(-1), Err(TillRefused::Amount { limit }));
    assert_eq!(out(10_000_001), Err(TillRefused::Amount { limit }));
    let TillStep::Move(movement, journal) = out(500).unwrap() else {
        panic!("all of it may be taken out");
    };
    assert_eq!((movement.amount, of_drawer(&journal)), (holds, -50_000));
}

#[test]
fn a_difference_needs_a_reason_and_a_close_is_final() {
    let ids = SeededIds::lane(1);
    let mut drawer = opened_with(shillings(500), &ids);
    let unexplained = drawer.close(&closing("close", shillings(480), None), second(5), &ids);
    assert_eq!(
        unexplained,
        Err(TillRefused::Unexplained {
            expected: shillings(500),
            difference: shillings(-20),
        })
    );
    let order = closing("close", shillings(480), Some("a note is missing"));
    let TillStep::Close(closed, Some(journal)) = drawer.close(&order, second(5), &ids).unwrap() else {
        panic!("it closes, and the difference is posted");
    };
    assert_eq!((closed.difference, of_drawer(&journal)), (shillings(-20), -2_000));
    drawer.session.closing = Some(closed);
    assert_eq!(drawer.close(&order, second(6), &ids), Ok(TillStep::Done));
    let second_close = drawer.close(&closing("again", shillings(500), None), second(6), &ids);
    assert_eq!(second_close, Err(TillRefused::Closed));
    let late = moving("late", MovementKind::PayIn, shillings(1));
    assert_eq!(drawer.pay(&late, second(6), &ids), Err(TillRefused::Closed));
}

proptest! {
    #[test]
    fn after_the_close_the_books_hold_what_was_counted(
        float in 0_i64..100_000,
        carried in 0_i64..100_000,
        taken in 0_i64..100_000,
        moves in vec((any::<bool>(), 1_i64..50_000), 0..30),
        counted in 0_i64..500_000,
    ) {
        let ids = SeededIds::lane(1);
        let (float, carried) = (Money::kes_minor(float), Money::kes_minor(carried));
        let mut books = carried.amount_minor();
        let TillStep::Open(session, journal, _) = open((carried, true), &opening("o", float), second(0), &ids).unwrap()
        else {
            panic!("it opens");
        };
        books += journal.as_ref().map_or(0, of_drawer);
        let mut model = float.amount_minor() + taken;
        books += taken;
        let customers = CustomersCash { taken: Money::kes_minor(taken), given_back: Money::zero(Currency::Kes) };
        let mut drawer = Drawer { session: *session, movements: Vec::new(), customers };
        for (number, (put_in, amount)) in moves.into_iter().enumerate() {
            let kind = if put_in { MovementKind::PayIn } else { MovementKind::PayOut };
            let order = moving(&format!("move-{number}"), kind, Money::kes_minor(amount));
            match drawer.pay(&order, second(1), &ids) {
                Ok(TillStep::Move(movement, journal)) => {
                    model += if put_in { amount } else { -amount };
                    books += of_drawer(&journal);
                    drawer.movements.push(movement);
                    prop_assert_eq!(drawer.pay(&order, second(2), &ids), Ok(TillStep::Done));
                }
                Err(TillRefused::NotEnough { holds }) => {
                    prop_assert!(!put_in && amount > holds.amount_minor());
                }
                other => prop_assert!(false, "{:?}", other),
            }
            prop_assert!(model >= 0);
            prop_assert_eq!(drawer.sum().unwrap().expected.amount_minor(), model);
            prop_assert_eq!(books, model);
        }
        let order = closing("c", Money::kes_minor(counted), Some("counted twice"));
        let Ok(TillStep::Close(closed, journal)) = drawer.close(&order, second(3), &ids) else {
            panic!("it closes");
        };
        books += journal.as_ref().map_or(0, of_drawer);
        prop_assert_eq!(books, counted);
        prop_assert_eq!(closed.difference.amount_minor(), counted - model);
    }
}
