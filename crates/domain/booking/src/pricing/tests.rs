use std::collections::BTreeSet;

use proptest::prelude::*;
use ratiba_kernel::BasisPoints;
use time::Weekday;
use time::macros::date;

use super::*;
use crate::catalogue::{Deposit, Offering};
use crate::policy::{NoShowDeposit, Rules};
use crate::promotion::PromotionScope;
use crate::test_support::builders::{a_service, policy, service};
use crate::test_support::price_list::{a_package, a_promotion};

const DAY: Date = date!(2026 - 05 - 13);

fn shillings(amount: i64) -> Money {
    Money::kes_minor(amount * 100)
}

fn sold(number: u64, price: i64, deposit: Deposit) -> Service {
    Service {
        price: shillings(price),
        deposit,
        ..a_service(number, 60)
    }
}

fn off(amount: i64) -> Promotion {
    Promotion {
        amount: DiscountAmount::Flat(shillings(amount)),
        ..a_promotion(u128::from(amount.unsigned_abs()))
    }
}

fn quotes(terms: &Terms<'_>, parts: &[Service]) -> Result<Vec<Quote>, PricingFault> {
    let parts: Vec<(&Service, Date)> = parts.iter().map(|part| (part, DAY)).collect();
    quote(terms, &parts)
}

/// Charged and deposit in shillings.
fn quoted(policy: &Policy, promotions: &[Promotion], part: Service) -> (Money, Money) {
    let terms = Terms {
        policy,
        promotions,
        package: None,
        no_shows: 0,
    };
    let quote = quotes(&terms, &[part]).unwrap().remove(0);
    (quote.price.charged(), quote.deposit)
}

#[test]
fn a30_the_deposit_is_asked_of_the_discounted_price() {
    let policy = policy();
    let percent = |rate| Promotion {
        amount: DiscountAmount::Percent(BasisPoints::new(rate)),
        ..a_promotion(1)
    };
    let fifty = || sold(1, 100, Deposit::Flat(shillings(50)));
    assert_eq!(
        quoted(&policy, &[percent(6_000)], fifty()),
        (shillings(40), shillings(40))
    );
    assert_eq!(
        quoted(&policy, &[percent(4_000)], fifty()),
        (shillings(60), shillings(50))
    );
}

#[test]
fn the_best_promotion_counts_and_never_two() {
    let policy = policy();
    let part = || sold(1, 1_000, Deposit::None);
    let capped = Promotion {
        amount: DiscountAmount::Percent(BasisPoints::new(5_000)),
        cap: Some(shillings(150)),
        ..a_promotion(9)
    };
    let all = [off(100), off(200), capped, off(50)];
    assert_eq!(quoted(&policy, &all, part()).0, shillings(800));
    let (terms, equal) = (
        &policy,
        [
            Promotion { ..off(200) },
            Promotion {
                id: off(1).id,
                ..off(200)
            },
        ],
    );
    let best = promotion::best(&equal, &part(), DAY, terms.rules.rounding)
        .unwrap()
        .unwrap();
    assert_eq!(
        best.source,
        DiscountSource::Promotion(off(1).id),
        "of equal ones the smaller id"
    );
    assert_eq!(best.reason, "Promotion 200");
}

#[test]
fn a_promotion_counts_on_its_days_for_its_services_while_it_is_active() {
    let part = sold(1, 1_000, Deposit::None);
    let base = a_promotion(1);
    let scoped = |services: &[u64], category: Option<&str>| Promotion {
        scope: PromotionScope {
            services: services.iter().map(|number| service(*number)).collect(),
            categories: category
                .map(|word| word.to_owned().try_into().unwrap())
                .into_iter()
                .collect(),
        },
        ..base.clone()
    };
    let days = |first_day, last_day| Promotion {
        first_day,
        last_day,
        ..base.clone()
    };
    let cases = [
        (base.clone(), true),
        (scoped(&[], None), true),
        (scoped(&[2], None), false),
        (scoped(&[2], Some("massage")), true),
        (scoped(&[], Some("nails")), false),
        (days(DAY, DAY), true),
        (days(date!(2026 - 05 - 14), date!(2026 - 05 - 20)), false),
        (days(date!(2026 - 05 - 01), date!(2026 - 05 - 12)), false),
        (
            Promotion {
                weekdays: vec![Weekday::Wednesday],
                ..base.clone()
            },
            true,
        ),
        (
            Promotion {
                weekdays: vec![Weekday::Tuesday],
                ..base.clone()
            },
            false,
        ),
        (
            Promotion {
                offering: Offering::Retired,
                ..base.clone()
            },
            false,
        ),
    ];
    for (promotion, counts) in cases {
        assert_eq!(promotion.counts(&part, DAY), counts, "{promotion:?}");
    }
}

#[test]
fn c17_a_package_of_four_at_sixty_charges_fifteen_each() {
    let policy = policy();
    let package = Package {
        price: shillings(60),
        items: vec![service(1); 4],
        ..a_package(1)
    };
    let terms = Terms {
        policy: &policy,
        promotions: &[off(19)],
        package: Some(&package),
        no_shows: 0,
    };
    let parts = vec![sold(1, 20, Deposit::None); 4];
    for quote in quotes(&terms, &parts).unwrap() {
        assert_eq!(
            (quote.price.list(), quote.price.charged()),
            (shillings(20), shillings(15))
        );
        assert_eq!(quote.price.discount_reason(), Some("Package 1"));
        assert_eq!(
            quote.price.discount_source(),
            Some(&DiscountSource::Package(package.id))
        );
    }
    let fewer = quotes(&terms, &parts[..3]);
    assert_eq!(fewer, Err(PricingFault::NotThePackage));
    let mut others = parts.clone();
    others[0] = sold(2, 20, Deposit::None);
    assert_eq!(quotes(&terms, &others), Err(PricingFault::NotThePackage));
    others.push(parts[0].clone());
    assert_eq!(quotes(&terms, &others), Err(PricingFault::NotThePackage));
    let retired = Package {
        offering: Offering::Retired,
        ..package.clone()
    };
    let terms = Terms {
        package: Some(&retired),
        ..terms
    };
    assert_eq!(quotes(&terms, &parts), Err(PricingFault::PackageRetired));
}

#[test]
fn deposits_of_a_package_together_are_whole_shillings() {
    let policy = policy();
    let package = Package {
        price: shillings(100),
        items: vec![service(1), service(2), service(3)],
        ..a_package(1)
    };
    let terms = Terms {
        policy: &policy,
        promotions: &[],
        package: Some(&package),
        no_shows: 0,
    };
    let whole = |number| sold(number, 50, Deposit::Percent(BasisPoints::WHOLE));
    let quotes = quotes(&terms, &[whole(1), sold(2, 50, Deposit::None), whole(3)]).unwrap();
    let charged: Vec<_> = quotes
        .iter()
        .map(|quote| quote.price.charged().amount_minor())
        .collect();
    assert_eq!(charged, [3_334, 3_333, 3_333]);
    let deposits: Vec<_> = quotes.iter().map(|quote| quote.deposit.amount_minor()).collect();
    assert_eq!(deposits, [3_334, 33, 3_333], "67 shillings, none above its price");
}

#[test]
fn the_deposit_grows_with_the_highest_rung_of_no_shows_but_never_shrinks() {
    let rung = |no_shows, rate| NoShowDeposit {
        no_shows,
        deposit: BasisPoints::new(rate),
    };
    let mut policy = policy();
    policy.rules.deposit_after_no_shows = vec![rung(3, 10_000), rung(1, 2_500)];
    let deposit = |no_shows, deposit| {
        let terms = Terms {
            policy: &policy,
            promotions: &[off(1)],
            package: None,
            no_shows,
        };
        quotes(&terms, &[sold(1, 1_000, deposit)]).unwrap()[0].deposit
    };
    let flat = |amount| Deposit::Flat(shillings(amount));
    assert_eq!(deposit(0, Deposit::None), shillings(0));
    assert_eq!(
        deposit(1, Deposit::None),
        shillings(250),
        "a quarter of 999, raised to the shilling"
    );
    assert_eq!(deposit(2, flat(500)), shillings(500));
    assert_eq!(deposit(3, flat(500)), shillings(999));
    assert_eq!(deposit(7, flat(500)), shillings(999), "the highest rung stays");
    assert_eq!(Rules::default().deposit_after(100), None);
}

proptest! {
    /// What the items of a package are charged adds up to its price, no item costs more than alone, and each
    /// is within a cent of its exact share.
    #[test]
    fn a_package_is_split_exactly(
        lists in prop::collection::vec(1..1_000_000_i64, 2..=8),
        share in 1..=10_000_u32,
    ) {
        let lists: Vec<Money> = lists.into_iter().map(Money::kes_minor).collect();
        let total: i64 = lists.iter().map(|list| list.amount_minor()).sum();
        let price = Money::kes_minor(total).share(BasisPoints::new(share)).unwrap().max(Money::kes_minor(1));
        let package = Package { price, items: vec![service(1); lists.len()], ..a_package(1) };
        let charges = package.split(&lists).unwrap();
        let sum: i64 = charges.iter().map(|charge| charge.amount_minor()).sum();
        prop_assert_eq!(sum, price.amount_minor());
        for (charge, list) in charges.iter().zip(&lists) {
            prop_assert!(charge <= list);
            let exact = i128::from(price.amount_minor()) * i128::from(list.amount_minor());
            let apart = i128::from(charge.amount_minor()) * i128::from(total) - exact;
            prop_assert!(apart.abs() < i128::from(total));
        }
    }

    /// Whatever is sold and taken off, the deposit is within the price, and where M-Pesa is taken what is
    /// due is whole.
    #[test]
    fn deposits_are_whole_and_within_the_price(
        prices in prop::collection::vec((1..100_000_i64, 0..=10_000_u32), 2..=8),
        package_share in 1..=10_000_u32,
        no_shows in 0..5_u32,
        packed in any::<bool>(),
    ) {
        let mut policy = policy();
        policy.rules.deposit_after_no_shows = vec![NoShowDeposit { no_shows: 2, deposit: BasisPoints::new(3_333) }];
        let parts: Vec<Service> = (1..).zip(prices).map(|(number, (price, rate))| {
            let deposit = if rate == 0 { Deposit::None } else { Deposit::Percent(BasisPoints::new(rate)) };
            sold(number, price, deposit)
        }).collect();
        let total: Money = Money::sum(policy.currency, parts.iter().map(|part| part.price)).unwrap();
        let price = total.share(BasisPoints::new(package_share)).unwrap().round_up_to_whole_units().unwrap();
        let items = parts.iter().map(|part| part.id).collect();
        let package = Package { price, items, ..a_package(1) };
        let terms = Terms { policy: &policy, promotions: &[], package: packed.then_some(&package), no_shows };
        let quotes = quotes(&terms, &parts).unwrap();
        let due = Money::sum(policy.currency, quotes.iter().map(|quote| quote.deposit)).unwrap();
        prop_assert!(due.whole_units().is_ok(), "{}", due);
        prop_assert!(quotes.iter().all(|quote| quote.deposit <= quote.price.charged()));
        let ids: BTreeSet<_> = parts.iter().map(|part| part.id).collect();
        prop_assert_eq!(ids.len(), parts.len());
    }
}
