use ratiba_kernel::test_support::{ManualClock, SeededIds, block_on, tenant};
use ratiba_kernel::{BasisPoints, Currency, Money};
use time::macros::{date, datetime};

use super::*;
use crate::base::{BaseRecipe, EarnOn};
use crate::rule::{Overridable, Rule, RuleScope, RuleValue, Validity};
use crate::settings::CommissionSettings;
use crate::test_support::{
    InMemoryCommission, category, kes, month, percent, rule, service, settings, some_work, staff,
};
use crate::use_cases::{CloseOutcome, ClosePeriod};
use crate::work::Payment;

struct House {
    memory: Arc<InMemoryCommission>,
    clock: Arc<ManualClock>,
    amend: AmendPeriod,
    close: ClosePeriod,
}

/// One person, one massage of 1,000 at 10 %; May is frozen.
fn house() -> House {
    let memory = Arc::new(InMemoryCommission::default());
    memory.hire(tenant(1), staff(1));
    memory.record_work(tenant(1), some_work(1).build());
    memory.replace_rule(
        tenant(1),
        rule(1, RuleScope::Category(category("massage")), percent(1_000)),
    );
    let clock = Arc::new(ManualClock::at(datetime!(2026-05-31 23:00 UTC)));
    let ids: Arc<dyn IdSource> = Arc::new(SeededIds::default());
    let house = House {
        amend: AmendPeriod {
            work: Arc::<InMemoryCommission>::clone(&memory),
            rules: Arc::<InMemoryCommission>::clone(&memory),
            book: Arc::<InMemoryCommission>::clone(&memory),
            clock: Arc::<ManualClock>::clone(&clock),
            ids: Arc::clone(&ids),
        },
        close: ClosePeriod {
            work: Arc::<InMemoryCommission>::clone(&memory),
            rules: Arc::<InMemoryCommission>::clone(&memory),
            book: Arc::<InMemoryCommission>::clone(&memory),
            clock: Arc::<ManualClock>::clone(&clock),
            ids,
        },
        memory,
        clock,
    };
    assert!(matches!(house.run("2026-05"), CloseOutcome::Frozen { .. }));
    house
}

impl House {
    fn run(&self, text: &str) -> CloseOutcome {
        block_on(self.close.execute(tenant(1), month(text), FrozenBy::System)).unwrap()
    }

    fn proposals(&self) -> Vec<Proposal> {
        let may = month("2026-05");
        block_on(self.amend.proposals(tenant(1), may, &Look::RecordedRates)).unwrap()
    }

    fn order(&self, seen: ContentHash) -> AmendOrder {
        AmendOrder {
            month: month("2026-05"),
            staff: staff(1),
            look: Look::RecordedRates,
            seen,
            by: PersonId::from_uuid(staff(9).as_uuid()),
        }
    }

    fn refund(&self, minor: i64) {
        self.memory
            .record_work(tenant(1), some_work(1).refunded(minor).build());
    }
}

#[test]
fn an_approved_amendment_is_frozen_once_and_is_not_late_any_more() {
    let house = house();
    assert_eq!(house.proposals(), []);
    house.refund(100_000);
    let proposed = house.proposals();
    let [proposal] = proposed.as_slice() else {
        panic!("{proposed:?}")
    };
    assert_eq!(proposal.amendment.commission, kes(-100));
    let order = house.order(proposal.amendment.content_hash);
    let document = block_on(house.amend.approve(tenant(1), order.clone())).unwrap();
    assert_eq!(
        document.period().kind,
        PeriodKind::Amendment {
            of: proposal.amendment.of
        }
    );
    assert_eq!(house.proposals(), []);
    let again = block_on(house.amend.approve(tenant(1), order.clone()));
    assert_eq!(again, Err(AmendPeriodError::NothingToAmend));
    let CloseOutcome::AlreadyFrozen(comparison) = house.run("2026-05") else {
        panic!("a month was frozen twice")
    };
    assert_eq!(comparison.late, []);
    let amended = house.memory.events(tenant(1)).into_iter().filter(
        |event| matches!(event, CommissionEvent::PeriodAmended { of, .. } if *of == proposal.amendment.of),
    );
    assert_eq!(amended.count(), 1);
}

#[test]
fn only_what_was_looked_at_is_approved() {
    let house = house();
    house.refund(10_000);
    let seen = house.proposals()[0].amendment.content_hash;
    house.refund(20_000);
    let approved = block_on(house.amend.approve(tenant(1), house.order(seen)));
    assert_eq!(approved, Err(AmendPeriodError::Stale));
}

#[test]
fn late_work_of_somebody_without_a_close_opens_their_month() {
    let house = house();
    let late = some_work(2).by(staff(2)).at(50_000);
    house.memory.record_work(tenant(1), late.build());
    let proposed = house.proposals();
    let [proposal] = proposed.as_slice() else {
        panic!("{proposed:?}")
    };
    assert_eq!((proposal.opens, proposal.amendment.commission), (true, kes(50)));
    let CloseOutcome::AlreadyFrozen(comparison) = house.run("2026-05") else {
        panic!("a month was frozen twice")
    };
    let told = &comparison.late[0];
    assert_eq!((told.staff, told.frozen), (staff(2), None));
    assert_eq!(told.proposal.as_ref().map(|late| late.commission), Some(kes(50)));
    let order = AmendOrder {
        staff: staff(2),
        ..house.order(proposal.amendment.content_hash)
    };
    let document = block_on(house.amend.approve(tenant(1), order.clone())).unwrap();
    let close = block_on(house.amend.book.find_close(tenant(1), staff(2), month("2026-05")));
    let close = close.unwrap().unwrap();
    assert_eq!(document.period().kind, PeriodKind::Amendment { of: close.id });
    assert_eq!((close.commission, close.services_rendered), (kes(0), 0));
    assert_eq!(house.proposals(), []);
    assert_eq!(
        block_on(house.amend.approve(tenant(1), order)),
        Err(AmendPeriodError::NothingToAmend)
    );
    let CloseOutcome::AlreadyFrozen(comparison) = house.run("2026-05") else {
        panic!("a month was frozen twice")
    };
    assert_eq!(comparison.late, []);
}

#[test]
fn a_rule_that_comes_too_late_for_a_frozen_month_is_amended_in() {
    let house = house();
    let nails = some_work(2).of(service(2), category("nails"));
    house.memory.record_work(tenant(1), nails.build());
    let gap = house.proposals().remove(0);
    assert_eq!(gap.amendment.commission, kes(0), "no rule speaks of nails");
    let order = house.order(gap.amendment.content_hash);
    block_on(house.amend.approve(tenant(1), order)).unwrap();
    let forgotten = rule(7, RuleScope::Category(category("nails")), percent(2_000));
    let look = Look::Anew(vec![forgotten]);
    let seen = block_on(house.amend.proposals(tenant(1), month("2026-05"), &look)).unwrap();
    assert_eq!(seen[0].amendment.commission, kes(200));
    let order = AmendOrder {
        look,
        ..house.order(seen[0].amendment.content_hash)
    };
    // What was looked at without the rule is something else.
    let without = AmendOrder {
        look: Look::Anew(Vec::new()),
        ..order.clone()
    };
    assert_eq!(
        block_on(house.amend.approve(tenant(1), without)),
        Err(AmendPeriodError::Stale)
    );
    let document = block_on(house.amend.approve(tenant(1), order)).unwrap();
    assert_eq!(document.period().commission, kes(200));
    // The rule itself is not on record, and is not taken back by looking at recorded rates.
    assert_eq!(house.proposals(), []);
}

#[test]
fn work_that_is_withdrawn_from_somebody_who_left_is_taken_back() {
    let house = house();
    house.memory.let_go(tenant(1), staff(1));
    house.memory.withdraw_work(tenant(1), some_work(1).build().id);
    let proposed = house.proposals();
    let [proposal] = proposed.as_slice() else {
        panic!("{proposed:?}")
    };
    assert_eq!(
        (proposal.opens, proposal.amendment.commission),
        (false, kes(-100))
    );
}

#[test]
fn what_is_paid_later_earns_by_the_rule_of_the_day_on_which_it_was_rendered() {
    let house = house();
    let base = BaseRecipe {
        earn_on: EarnOn::Payment,
        ..BaseRecipe::default()
    };
    let of_may = RuleValue::Percentage {
        rates: Overridable::general(BasisPoints::new(5_000)),
        base,
    };
    let massage = RuleScope::Category(category("massage"));
    let (january, june) = (date!(2026 - 01 - 01), date!(2026 - 06 - 01));
    for (number, value, from, to) in [(1, of_may, january, Some(june)), (2, percent(1_000), june, None)] {
        let validity = Validity::new(from, to).unwrap();
        house.memory.replace_rule(
            tenant(1),
            Rule {
                validity,
                ..rule(number, massage.clone(), value)
            },
        );
    }
    let mut work = some_work(1).ending(datetime!(2026-05-28 11:00 UTC)).build();
    work.payments = vec![Payment {
        at: datetime!(2026-06-03 08:00 UTC),
        amount: kes(1_000),
    }];
    house.memory.record_work(tenant(1), work);
    let preview = PreviewPeriod {
        work: Arc::clone(&house.amend.work),
        rules: Arc::clone(&house.amend.rules),
    };
    let figures = block_on(preview.execute(tenant(1), month("2026-06"))).unwrap();
    assert_eq!(
        (figures.staff[0].commission, figures.staff[0].gaps()),
        (kes(500), 0)
    );
}

#[test]
fn a_month_that_is_not_frozen_cannot_be_amended() {
    let house = house();
    let june = month("2026-06");
    let looked = block_on(house.amend.proposals(tenant(1), june, &Look::RecordedRates));
    assert_eq!(looked, Err(AmendPeriodError::NotFrozen { month: june }));
}

#[test]
fn a_dismissal_holds_for_what_was_looked_at_and_no_longer() {
    let house = house();
    house.refund(10_000);
    let seen = house.proposals()[0].amendment.content_hash;
    let reason = "agreed with her".to_owned();
    block_on(house.amend.dismiss(tenant(1), house.order(seen), reason.clone())).unwrap();
    let waiting = || block_on(house.amend.waiting(tenant(1), month("2026-05")));
    assert_eq!(waiting(), Ok(0));
    let dismissed = house.proposals()[0].dismissed.clone();
    assert_eq!(dismissed.map(|dismissal| dismissal.reason), Some(reason));
    house.refund(20_000);
    assert_eq!(waiting(), Ok(1));
    assert_eq!(block_on(house.amend.waiting(tenant(1), month("2026-04"))), Ok(0));
    assert_eq!(house.proposals()[0].dismissed, None);
}

#[test]
fn what_the_floor_kept_is_taken_in_by_the_next_close() {
    let house = house();
    let floor = CommissionSettings {
        clawback_floor: Some(kes(40)),
        ..settings()
    };
    house.memory.set(tenant(1), floor);
    house.refund(100_000);
    let seen = house.proposals()[0].amendment.content_hash;
    block_on(house.amend.approve(tenant(1), house.order(seen))).unwrap();
    let june = some_work(2).ending(datetime!(2026-06-10 10:00 UTC));
    house.memory.record_work(tenant(1), june.build());
    house.clock.set(datetime!(2026-06-30 23:00 UTC));
    let CloseOutcome::Frozen { documents } = house.run("2026-06") else {
        panic!("not frozen")
    };
    assert_eq!(
        (documents[0].period().carried, documents[0].period().pay()),
        (kes(-40), Ok(kes(60)))
    );
    let carried = block_on(house.close.book.carried(tenant(1)));
    assert_eq!(carried.map(|carried| carried.len()), Ok(0));
    let all = [kes(100), kes(-60), kes(60)];
    assert_eq!(Money::sum(Currency::Kes, all), Ok(kes(100)));
}
