use ratiba_kernel::test_support::{block_on, tenant};

use super::*;
use crate::rule::RuleScope;
use crate::test_support::{InMemoryCommission, category, kes, month, percent, rule, some_work, staff};

#[test]
fn a_running_month_is_previewed_and_nothing_is_written() {
    let memory = Arc::new(InMemoryCommission::default());
    memory.hire(tenant(1), staff(1));
    memory.record_work(tenant(1), some_work(1).build());
    memory.replace_rule(
        tenant(1),
        rule(1, RuleScope::Category(category("massage")), percent(1_000)),
    );
    let preview = PreviewPeriod {
        work: Arc::<InMemoryCommission>::clone(&memory),
        rules: Arc::<InMemoryCommission>::clone(&memory),
    };
    let figures = block_on(preview.execute(tenant(1), month("2026-05"))).unwrap();
    assert_eq!(figures.staff[0].commission, kes(100));
    assert_eq!(memory.events(tenant(1)), []);
}

#[test]
fn rules_that_contradict_each_other_are_named() {
    let memory = Arc::new(InMemoryCommission::default());
    for number in [1, 2] {
        memory.replace_rule(
            tenant(1),
            rule(number, RuleScope::Category(category("massage")), percent(1_000)),
        );
    }
    let preview = PreviewPeriod {
        work: Arc::<InMemoryCommission>::clone(&memory),
        rules: memory,
    };
    let refused = block_on(preview.execute(tenant(1), month("2026-05")));
    assert!(
        matches!(refused, Err(PreviewPeriodError::Rules(_))),
        "{refused:?}"
    );
}
