//! Discounts by hand, promotions and packages at the desk.

use ratiba_kernel::{BasisPoints, MoneyError};

use super::*;
use crate::appointment::{Appointment, DiscountAmount, DiscountSource, RepriceRefused};
use crate::catalogue::Offering;
use crate::package::PackageFault;
use crate::ports::KeepError;
use crate::pricing::PricingFault;
use crate::promotion::PromotionFault;
use crate::test_support::price_list::{a_package, a_promotion};

fn percent(rate: u32) -> DiscountAmount {
    DiscountAmount::Percent(BasisPoints::new(rate))
}

impl World {
    fn discount(
        &self,
        giver: Giver,
        appointment: crate::appointment::AppointmentId,
        amount: Option<DiscountAmount>,
    ) -> Result<Appointment, GiveDiscountError> {
        self.discount_because(giver, appointment, amount, "a friend of the house")
    }

    fn discount_because(
        &self,
        giver: Giver,
        appointment: crate::appointment::AppointmentId,
        amount: Option<DiscountAmount>,
        reason: &str,
    ) -> Result<Appointment, GiveDiscountError> {
        let give = GiveDiscount {
            book: self.book.clone(),
            catalogue: self.salon.clone(),
            clock: self.clock.clone(),
        };
        let order = DiscountOrder {
            appointment,
            discount: amount.map(|amount| HandDiscount {
                amount,
                reason: reason.to_owned(),
            }),
            by: "token:7".to_owned(),
            giver,
            read_at: None,
        };
        block_on(give.execute(tenant(1), order))
    }

    fn packages(&self) -> KeepPackage {
        KeepPackage {
            packages: self.prices.clone(),
            catalogue: self.salon.clone(),
            ids: self.ids.clone(),
        }
    }
}

fn confirmed(world: &World) -> crate::appointment::AppointmentId {
    let held = world.hold(an_order_of("k1", at(10, 0))).unwrap();
    world.confirm(held.visit.head.id).unwrap();
    held.visit.appointments[0].id()
}

#[test]
fn each_role_takes_off_at_most_its_limit() {
    let world = World::new();
    let id = confirmed(&world);
    for (giver, limit) in [
        (Giver::Therapist, 0),
        (Giver::Receptionist, 1_000),
        (Giver::Manager, 5_000),
    ] {
        let limit = BasisPoints::new(limit);
        let refused = world.discount(giver, id, Some(percent(limit.value() + 1_000)));
        assert_eq!(refused, Err(GiveDiscountError::AboveLimit { limit }));
        if limit.value() > 0 {
            world.discount(giver, id, Some(percent(limit.value()))).unwrap();
        }
    }
    let flat = DiscountAmount::Flat(Money::kes_minor(35_100));
    assert!(
        world.discount(Giver::Receptionist, id, Some(flat)).is_err(),
        "a shilling above 10 %"
    );
    let nothing = world.discount(Giver::Owner, id, Some(percent(10_000))).unwrap();
    assert_eq!(nothing.booking().price.charged(), Money::kes_minor(0));
    assert_eq!(nothing.booking().deposit, Money::kes_minor(0));
}

#[test]
fn a_discount_by_hand_keeps_who_and_why_and_takes_the_place_of_the_last_one() {
    let world = World::new();
    let id = confirmed(&world);
    let first = world.discount(Giver::Manager, id, Some(percent(1_000))).unwrap();
    let price = &first.booking().price;
    assert_eq!(price.discount_reason(), Some("a friend of the house"));
    let by = "token:7".to_owned();
    assert_eq!(price.discount_source(), Some(&DiscountSource::Hand { by }));
    let flat = DiscountAmount::Flat(Money::kes_minor(50_000));
    let second = world.discount(Giver::Manager, id, Some(flat)).unwrap();
    assert_eq!(
        second.booking().price.charged(),
        Money::kes_minor(300_000),
        "not stacked"
    );
    assert_eq!(
        world.discount(Giver::Manager, id, Some(flat)).unwrap(),
        second,
        "said twice"
    );
    let back = world.discount(Giver::Receptionist, id, None).unwrap();
    assert_eq!(back.booking().price.charged(), Money::kes_minor(350_000));
    assert_eq!(
        world
            .names()
            .iter()
            .filter(|name| **name == "booking.price_changed")
            .count(),
        3
    );
}

#[test]
fn a_discount_that_makes_no_sense_is_refused() {
    let world = World::new();
    let id = confirmed(&world);
    let flat = |minor| Some(DiscountAmount::Flat(Money::kes_minor(minor)));
    for amount in [
        flat(0),
        flat(-100),
        flat(350_100),
        Some(percent(0)),
        Some(percent(10_001)),
    ] {
        let refused = world.discount(Giver::Owner, id, amount);
        assert_eq!(refused, Err(GiveDiscountError::Amount), "{amount:?}");
    }
    let cents = world.discount(Giver::Owner, id, flat(150));
    assert_eq!(cents, Err(GiveDiscountError::Money(MoneyError::HasCents)));
    let dollars = DiscountAmount::Flat(Money::new(100, ratiba_kernel::Currency::Usd));
    let foreign = world.discount(Giver::Owner, id, Some(dollars));
    assert_eq!(
        foreign,
        Err(GiveDiscountError::Money(MoneyError::CurrencyMismatch))
    );
    let long = "x".repeat(201);
    for reason in ["", "  ", &long] {
        let refused = world.discount_because(Giver::Owner, id, Some(percent(100)), reason);
        assert_eq!(refused, Err(GiveDiscountError::Reason));
    }
}

#[test]
fn a_price_is_settled_once_its_month_is_frozen_and_kept_while_it_is_being_paid() {
    let world = World::new();
    let held = world.hold(an_order_of("k1", at(10, 0))).unwrap();
    let id = held.visit.appointments[0].id();
    let refused = world.discount(Giver::Owner, id, Some(percent(1_000)));
    assert_eq!(
        refused,
        Err(GiveDiscountError::Refused(RepriceRefused::BeingPaid))
    );
    world.confirm(held.visit.head.id).unwrap();
    world.clock.set(at(11, 0));
    let start = world.start(Arc::new(OpenGate));
    block_on(start.execute(tenant(1), id, Some(at(10, 0)), ChangedBy::System)).unwrap();
    let finish = FinishAppointment {
        book: world.book.clone(),
        clock: world.clock.clone(),
    };
    block_on(finish.execute(tenant(1), id, None, ChangedBy::System)).unwrap();
    world.discount(Giver::Owner, id, Some(percent(1_000))).unwrap();
    world.book.freeze(tenant(1), staff(1), from_to((0, 0), (24, 0)));
    let late = world.discount(Giver::Owner, id, Some(percent(2_000)));
    assert_eq!(late, Err(GiveDiscountError::MonthFrozen));
}

#[test]
fn a_promotion_of_the_day_is_charged_when_it_is_booked() {
    let world = World::of(SalonBuilder::default().with(|facts| facts.promotions = vec![a_promotion(1)]));
    let held = world.hold(an_order_of("k1", at(10, 0))).unwrap();
    let price = &held.visit.appointments[0].booking().price;
    assert_eq!(price.charged(), Money::kes_minor(315_000));
    assert_eq!(
        price.discount_source(),
        Some(&DiscountSource::Promotion(a_promotion(1).id))
    );
    assert_eq!(held.due, Money::kes_minor(315_000));
}

#[test]
fn a_package_is_booked_as_one_visit_for_its_price() {
    let world = World::of(SalonBuilder::default().service(a_service(2, 30)));
    let form = PackageForm {
        name: " Day of rest ".to_owned(),
        price: Money::kes_minor(500_000),
        items: vec![service(1), service(2)],
        offering: Offering::Active,
    };
    let package = block_on(world.packages().execute(tenant(1), Keeping::New, form.clone())).unwrap();
    assert_eq!(package.name, "Day of rest");
    let order = |key, package| HoldOrder {
        parts: vec![anybody_for(2), anybody_for(1)],
        package: Some(package),
        ..an_order_of(key, at(10, 0))
    };
    let unknown = world.hold(order("k1", a_package(9).id));
    assert_eq!(unknown, Err(HoldVisitError::UnknownPackage));
    let held = world.hold(order("k1", package.id)).unwrap();
    assert_eq!(held.due, Money::kes_minor(500_000));
    let alone = HoldOrder {
        parts: vec![anybody_for(1)],
        ..order("k2", package.id)
    };
    let incomplete = world.hold(HoldOrder {
        start: at(14, 0),
        ..alone
    });
    assert_eq!(
        incomplete,
        Err(HoldVisitError::Price(PricingFault::NotThePackage))
    );

    let retired = PackageForm {
        offering: Offering::Retired,
        ..form.clone()
    };
    let in_place = |version| Keeping::InPlaceOf(package.id, version);
    let stale = block_on(
        world
            .packages()
            .execute(tenant(1), in_place(Version::NEW), retired.clone()),
    );
    assert_eq!(stale, Err(KeepEntryError::Keep(KeepError::Stale)));
    let keeping = in_place(package.version);
    block_on(world.packages().execute(tenant(1), keeping, retired)).unwrap();
    let over = world.hold(HoldOrder {
        start: at(14, 0),
        ..order("k3", package.id)
    });
    assert_eq!(over, Err(HoldVisitError::Price(PricingFault::PackageRetired)));
    let dearer = PackageForm {
        price: Money::kes_minor(700_100),
        ..form.clone()
    };
    let refused = block_on(world.packages().execute(tenant(1), Keeping::New, dearer));
    assert_eq!(refused, Err(KeepEntryError::Fault(PackageFault::Dearer)));
    let cents = PackageForm {
        price: Money::kes_minor(500_050),
        ..form
    };
    let refused = block_on(world.packages().execute(tenant(1), Keeping::New, cents));
    assert_eq!(refused, Err(KeepEntryError::Fault(PackageFault::Price)));
}

#[test]
fn a_promotion_that_makes_no_sense_is_refused() {
    let zero = Money::kes_minor(0);
    let check = |change: &dyn Fn(&mut crate::promotion::Promotion)| {
        let mut promotion = a_promotion(1);
        change(&mut promotion);
        promotion.check(zero, crate::policy::Rounding::WholeUnits)
    };
    assert_eq!(check(&|_| {}), Ok(()));
    assert_eq!(check(&|p| p.name = " ".into()), Err(PromotionFault::Name));
    assert_eq!(
        check(&|p| p.amount = percent(10_001)),
        Err(PromotionFault::Amount)
    );
    let flat = |minor| DiscountAmount::Flat(Money::kes_minor(minor));
    assert_eq!(check(&|p| p.amount = flat(50)), Err(PromotionFault::Amount));
    assert_eq!(check(&|p| p.cap = Some(zero)), Err(PromotionFault::Amount));
    assert_eq!(check(&|p| p.weekdays.clear()), Err(PromotionFault::Weekdays));
    assert_eq!(
        check(&|p| p.weekdays.push(time::Weekday::Monday)),
        Err(PromotionFault::Weekdays)
    );
    let before = time::macros::date!(2026 - 04 - 30);
    assert_eq!(check(&|p| p.last_day = before), Err(PromotionFault::Days));
}
