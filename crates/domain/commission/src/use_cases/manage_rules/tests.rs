use ratiba_kernel::test_support::{ManualClock, SeededIds, block_on, tenant};
use time::macros::{date, datetime};

use super::*;
use crate::period::FrozenBy;
use crate::ports::MockCommissionBook;
use crate::rule::{RuleScope, Validity};
use crate::test_support::{InMemoryCommission, category, month, percent, rule, some_work, staff};
use crate::use_cases::ClosePeriod;

/// A rule for massages since 2020; May 2026 is frozen, and it is 10 June.
fn house() -> ManageRules {
    let memory = Arc::new(InMemoryCommission::default());
    memory.hire(tenant(1), staff(1));
    memory.record_work(tenant(1), some_work(1).build());
    memory.replace_rule(tenant(1), massages(1, 1_000, date!(2020 - 01 - 01)));
    let clock = Arc::new(ManualClock::at(datetime!(2026-06-10 09:00 UTC)));
    let close = ClosePeriod {
        work: Arc::<InMemoryCommission>::clone(&memory),
        rules: Arc::<InMemoryCommission>::clone(&memory),
        book: Arc::<InMemoryCommission>::clone(&memory),
        clock: Arc::<ManualClock>::clone(&clock),
        ids: Arc::new(SeededIds::default()),
    };
    block_on(close.execute(tenant(1), month("2026-05"), FrozenBy::System)).unwrap();
    ManageRules {
        rules: Arc::<InMemoryCommission>::clone(&memory),
        book: memory,
        clock,
    }
}

fn massages(number: u64, basis_points: u32, since: Date) -> Rule {
    let scope = RuleScope::Category(category("massage"));
    Rule {
        validity: Validity::since(since),
        ..rule(number, scope, percent(basis_points))
    }
}

#[test]
fn a_rule_is_replaced_from_a_day_on_and_both_stay_on_record() {
    let house = house();
    let next = massages(2, 1_200, date!(2026 - 06 - 01));
    let old = massages(1, 1_000, date!(2020 - 01 - 01)).id;
    let alone = block_on(house.add(tenant(1), next.clone(), None));
    assert_eq!(alone, Err(ManageRulesError::Overlaps));
    assert_eq!(block_on(house.add(tenant(1), next, Some(old))), Ok(()));
    let listed = block_on(house.list(tenant(1))).unwrap();
    let ends: Vec<_> = listed.iter().map(|rule| rule.validity.to()).collect();
    assert_eq!(ends, [Some(date!(2026 - 06 - 01)), None]);
}

#[test]
fn a_rule_that_reaches_into_a_frozen_month_is_refused_and_nothing_changes() {
    let house = house();
    let frozen = Err(ManageRulesError::MonthFrozen {
        month: month("2026-05"),
    });
    let old = massages(1, 1_000, date!(2020 - 01 - 01)).id;
    let next = massages(2, 1_200, date!(2026 - 05 - 31));
    assert_eq!(block_on(house.add(tenant(1), next, Some(old))), frozen);
    assert_eq!(block_on(house.end(tenant(1), old, date!(2026 - 05 - 15))), frozen);
    let listed = block_on(house.list(tenant(1))).unwrap();
    assert_eq!((listed.len(), listed[0].validity.to()), (1, None));
    assert_eq!(block_on(house.end(tenant(1), old, date!(2026 - 06 - 01))), Ok(()));
}

#[test]
fn a_month_that_is_frozen_after_the_look_takes_no_rule_all_the_same() {
    let house = house();
    let mut book = MockCommissionBook::new();
    let mut looks = [None, Some(month("2026-05")), None, Some(month("2026-05"))].into_iter();
    book.expect_last_frozen()
        .returning(move |_| Ok(looks.next().unwrap()));
    let house = ManageRules {
        book: Arc::new(book),
        ..house
    };
    let frozen = Err(ManageRulesError::MonthFrozen {
        month: month("2026-05"),
    });
    let nails = Rule {
        scope: RuleScope::Category(category("nails")),
        ..massages(2, 1_200, date!(2026 - 05 - 31))
    };
    assert_eq!(block_on(house.add(tenant(1), nails, None)), frozen);
    let old = massages(1, 1_000, date!(2020 - 01 - 01));
    assert_eq!(
        block_on(house.end(tenant(1), old.id, date!(2026 - 05 - 15))),
        frozen
    );
    assert_eq!(block_on(house.list(tenant(1))), Ok(vec![old]));
}

#[test]
fn a_rule_replaces_one_of_the_same_person_or_category_only() {
    let house = house();
    let old = massages(1, 1_000, date!(2020 - 01 - 01));
    let nails = Rule {
        scope: RuleScope::Category(category("nails")),
        ..massages(2, 1_200, date!(2026 - 07 - 01))
    };
    assert_eq!(
        block_on(house.add(tenant(1), nails, Some(old.id))),
        Err(ManageRulesError::ReplacesAnother)
    );
    assert_eq!(block_on(house.list(tenant(1))), Ok(vec![old]));
}

#[test]
fn only_a_rule_of_which_no_day_has_come_is_taken_away() {
    let house = house();
    let old = massages(1, 1_000, date!(2020 - 01 - 01)).id;
    assert_eq!(
        block_on(house.remove(tenant(1), old)),
        Err(ManageRulesError::HasBegun)
    );
    let july = massages(2, 1_200, date!(2026 - 07 - 01));
    block_on(house.add(tenant(1), july.clone(), Some(old))).unwrap();
    assert_eq!(block_on(house.remove(tenant(1), july.id)), Ok(()));
    assert_eq!(
        block_on(house.remove(tenant(1), july.id)),
        Err(ManageRulesError::Unknown)
    );
}
