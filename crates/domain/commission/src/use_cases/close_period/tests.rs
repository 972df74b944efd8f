use std::sync::atomic::{AtomicUsize, Ordering};

use ratiba_kernel::test_support::{ManualClock, SeededIds, block_on, tenant};
use time::macros::datetime;

use super::*;
use crate::PersonId;
use crate::amend::DeltaCause;
use crate::hash::InputsMark;
use crate::ports::{MockCommissionBook, MockCompletedWork};
use crate::rule::RuleScope;
use crate::settings::CommissionSettings;
use crate::test_support::{
    InMemoryCommission, category, kes, month, percent, rule, settings, some_work, staff,
};

struct House {
    memory: Arc<InMemoryCommission>,
    clock: Arc<ManualClock>,
    close: ClosePeriod,
}

/// Two people, one of whom rendered a massage that earns 10 %; it is 1 June, 02:00 in Nairobi.
fn house() -> House {
    let memory = Arc::new(InMemoryCommission::default());
    memory.hire(tenant(1), staff(1));
    memory.hire(tenant(1), staff(2));
    memory.record_work(tenant(1), some_work(1).without_actuals().build());
    memory.replace_rule(tenant(1), massage_at(1_000));
    let clock = Arc::new(ManualClock::at(datetime!(2026-05-31 23:00 UTC)));
    let close = ClosePeriod {
        work: Arc::<InMemoryCommission>::clone(&memory),
        rules: Arc::<InMemoryCommission>::clone(&memory),
        book: Arc::<InMemoryCommission>::clone(&memory),
        clock: Arc::<ManualClock>::clone(&clock),
        ids: Arc::new(SeededIds::default()),
    };
    House { memory, clock, close }
}

fn massage_at(basis_points: u32) -> crate::rule::Rule {
    rule(1, RuleScope::Category(category("massage")), percent(basis_points))
}

impl House {
    fn run(&self, by: FrozenBy) -> Result<CloseOutcome, ClosePeriodError> {
        block_on(self.close.execute(tenant(1), month("2026-05"), by))
    }

    fn frozen(&self) -> Vec<FrozenDocument> {
        match self.run(FrozenBy::System) {
            Ok(CloseOutcome::Frozen { documents }) => documents,
            other => panic!("not frozen: {other:?}"),
        }
    }

    fn compared(&self) -> Comparison {
        match self.run(FrozenBy::System) {
            Ok(CloseOutcome::AlreadyFrozen(comparison)) => comparison,
            other => panic!("not compared: {other:?}"),
        }
    }
}

#[test]
fn everybody_gets_one_document_and_the_event_names_them() {
    let house = house();
    let documents = house.frozen();
    let told: Vec<_> = documents
        .iter()
        .map(|d| (d.period().staff, d.period().commission))
        .collect();
    assert_eq!(told, [(staff(1), kes(100)), (staff(2), kes(0))]);
    let periods = documents.iter().map(|document| document.period().id).collect();
    let month = month("2026-05");
    assert_eq!(
        house.memory.events(tenant(1)),
        [CommissionEvent::MonthFrozen { month, periods }]
    );
    for document in documents {
        let id = document.period().id;
        assert_eq!(block_on(house.memory.period(tenant(1), id)), Ok(Some(document)));
    }
}

#[test]
fn c43_an_edited_rate_leaves_frozen_figures_as_they_are() {
    let house = house();
    let before = house.frozen();
    house.memory.replace_rule(tenant(1), massage_at(4_500));
    let comparison = house.compared();
    assert_eq!(comparison.periods[0], *before[0].period());
    // The edit reaches into the frozen month, which is told; no line of work differs.
    assert_eq!(comparison.late.len(), 1);
    assert_eq!(comparison.late[0].proposal, None);
}

#[test]
fn c45_a_second_close_with_nothing_changed_is_a_no_op() {
    let house = house();
    let before = house.frozen();
    let comparison = house.compared();
    assert_eq!(comparison.late, []);
    let frozen: Vec<_> = before.iter().map(|document| document.period().clone()).collect();
    assert_eq!(comparison.periods, frozen);
    assert_eq!(house.memory.events(tenant(1)).len(), 1);
}

#[test]
fn c45_a_second_close_with_a_late_actual_reports_it_and_proposes_an_amendment() {
    let house = house();
    let before = house.frozen();
    let mut late = some_work(1).build();
    late.actual_end = Some(datetime!(2026-05-13 11:30 UTC));
    house.memory.record_work(tenant(1), late);
    let comparison = house.compared();
    assert_eq!(comparison.periods[0], *before[0].period());
    let [found] = comparison.late.as_slice() else {
        panic!("{comparison:?}");
    };
    assert_eq!(
        (found.staff, found.frozen),
        (
            staff(1),
            Some((before[0].period().id, before[0].period().content_hash))
        )
    );
    let proposal = found.proposal.clone().unwrap();
    assert_eq!(
        (proposal.hours.to_string(), proposal.commission),
        ("0.50".to_owned(), kes(0))
    );
    assert_eq!(proposal.lines[0].cause, DeltaCause::Corrected);
}

#[test]
fn work_of_somebody_without_a_document_is_reported() {
    let house = house();
    house.frozen();
    house.memory.hire(tenant(1), staff(3));
    assert_eq!(house.compared().late, [], "a newcomer is no news");
    house
        .memory
        .record_work(tenant(1), some_work(2).by(staff(3)).build());
    let late = house.compared().late;
    assert_eq!((late.len(), late[0].staff, late[0].frozen), (1, staff(3), None));
}

#[test]
fn a_month_that_is_still_running_is_refused() {
    let house = house();
    house.clock.set(datetime!(2026-05-31 20:59 UTC));
    let month = month("2026-05");
    assert_eq!(
        house.run(FrozenBy::System),
        Err(ClosePeriodError::StillRunning { month })
    );
    assert_eq!(block_on(house.memory.periods(tenant(1), month)), Ok(Vec::new()));
}

#[test]
fn where_a_person_reviews_the_schedule_leaves_a_draft_and_the_person_freezes() {
    let house = house();
    house.memory.set(
        tenant(1),
        CommissionSettings {
            close_mode: CloseMode::Review,
            ..settings()
        },
    );
    for _ in 0..2 {
        let left = house.run(FrozenBy::System);
        assert!(matches!(left, Ok(CloseOutcome::AwaitsReview { .. })), "{left:?}");
    }
    let draft = house.memory.draft(tenant(1), month("2026-05")).unwrap();
    assert_eq!(draft.staff[0].commission, kes(100));
    let manager = FrozenBy::Person(PersonId::from_uuid(staff(9).as_uuid()));
    // They close what they looked at: neither unseen figures, nor others than those.
    let may = month("2026-05");
    assert_eq!(
        house.run(manager.clone()),
        Err(ClosePeriodError::Unseen { month: may })
    );
    let close = |seen| {
        let by = manager.clone();
        block_on(house.close.execute_seen(tenant(1), may, by, seen))
    };
    house
        .memory
        .record_work(tenant(1), some_work(1).at(90_000).build());
    assert_eq!(
        close(draft.content_hash),
        Err(ClosePeriodError::Changed { month: may })
    );
    assert_eq!(block_on(house.memory.periods(tenant(1), may)), Ok(Vec::new()));
    let Ok(CloseOutcome::AwaitsReview { figures }) = house.run(FrozenBy::System) else {
        panic!("no draft");
    };
    let Ok(CloseOutcome::Frozen { documents }) = close(figures.content_hash()) else {
        panic!("not frozen");
    };
    assert_eq!(documents[0].period().frozen_by, manager);
    assert_eq!(house.memory.draft(tenant(1), month("2026-05")), None);
}

#[test]
fn whoever_loses_the_race_is_told_what_the_winner_froze() {
    let House { memory, clock, .. } = house();
    // The winner freezes after the loser looked and before it writes.
    let (winner, mut book) = (
        Arc::<InMemoryCommission>::clone(&memory),
        MockCommissionBook::new(),
    );
    let mut looked = 0;
    let reader = Arc::<InMemoryCommission>::clone(&memory);
    book.expect_periods().returning(move |tenant, month| {
        looked += 1;
        if looked == 1 {
            Ok(Vec::new())
        } else {
            block_on(reader.periods(tenant, month))
        }
    });
    book.expect_carried()
        .returning(|_| Ok(std::collections::BTreeMap::new()));
    book.expect_freeze().times(1).returning(move |tenant, change| {
        let mine = Freeze {
            documents: change.documents.clone(),
            ..change.clone()
        };
        assert_eq!(block_on(winner.freeze(tenant, mine)), Ok(()));
        block_on(winner.freeze(tenant, change))
    });
    let close = ClosePeriod {
        work: Arc::<InMemoryCommission>::clone(&memory),
        rules: Arc::<InMemoryCommission>::clone(&memory),
        book: Arc::new(book),
        clock,
        ids: Arc::new(SeededIds::default()),
    };
    let outcome = block_on(close.execute(tenant(1), month("2026-05"), FrozenBy::System));
    let Ok(CloseOutcome::AlreadyFrozen(comparison)) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!((comparison.periods.len(), comparison.late), (2, Vec::new()));
}

#[test]
fn an_outage_is_an_outage_and_writes_nothing() {
    let House { memory, clock, .. } = house();
    let mut work = MockCompletedWork::new();
    work.expect_inputs()
        .returning(|_, _| Ok(InputsMark::from_bytes([0; 32])));
    work.expect_roster().returning(|_| Err(Outage::new("no answer")));
    let close = ClosePeriod {
        work: Arc::new(work),
        rules: Arc::<InMemoryCommission>::clone(&memory),
        book: Arc::<InMemoryCommission>::clone(&memory),
        clock,
        ids: Arc::new(SeededIds::default()),
    };
    let failed = block_on(close.execute(tenant(1), month("2026-05"), FrozenBy::System));
    assert_eq!(failed, Err(ClosePeriodError::Unavailable(Outage::new(""))));
    assert_eq!(memory.events(tenant(1)), []);
}

#[test]
fn what_people_and_the_business_were_called_is_frozen() {
    let house = house();
    house.memory.call(tenant(1), staff(1), "Wanjiku");
    let frozen = house.frozen();
    house.memory.call(tenant(1), staff(1), "Zawadi");
    let kept = block_on(house.memory.period(tenant(1), frozen[0].period().id)).unwrap();
    let terms = kept.unwrap().period().terms.clone().unwrap();
    assert_eq!(
        (terms.name.as_str(), terms.business.as_str(), terms.zone),
        ("Wanjiku", "Aria Aura Spa", settings().zone)
    );
}

#[test]
fn what_another_month_took_in_meanwhile_is_not_taken_in_again() {
    let House { memory, clock, .. } = house();
    let mut book = MockCommissionBook::new();
    book.expect_periods().returning(|_, _| Ok(Vec::new()));
    let mut carried = vec![kes(0), kes(70)];
    book.expect_carried()
        .times(2)
        .returning(move |_| Ok(BTreeMap::from([(staff(1), carried.pop().unwrap())])));
    book.expect_note_agreed().times(1).returning(|_, _, _| Ok(()));
    let mut seen = Vec::new();
    book.expect_freeze().times(2).returning(move |_, change| {
        seen.push(change.documents[0].period().carried);
        match seen.as_slice() {
            [_first] => Err(FreezeError::CarriedTaken),
            all => {
                assert_eq!(all, [kes(-70), kes(0)]);
                Ok(())
            }
        }
    });
    let close = ClosePeriod {
        work: Arc::<InMemoryCommission>::clone(&memory),
        rules: Arc::<InMemoryCommission>::clone(&memory),
        book: Arc::new(book),
        clock,
        ids: Arc::new(SeededIds::default()),
    };
    let outcome = block_on(close.execute(tenant(1), month("2026-05"), FrozenBy::System));
    assert!(matches!(outcome, Ok(CloseOutcome::Frozen { .. })), "{outcome:?}");
}

#[test]
fn a_month_that_was_found_to_agree_is_computed_again_only_when_something_changed() {
    let House { memory, clock, .. } = house();
    let reads = Arc::new(AtomicUsize::new(0));
    let mut work = MockCompletedWork::new();
    let (rows, counted) = (Arc::<InMemoryCommission>::clone(&memory), Arc::clone(&reads));
    work.expect_in_period().returning(move |tenant, range, earlier| {
        counted.fetch_add(1, Ordering::Relaxed);
        block_on(rows.in_period(tenant, range, earlier))
    });
    let rows = Arc::<InMemoryCommission>::clone(&memory);
    work.expect_inputs()
        .returning(move |tenant, range| block_on(rows.inputs(tenant, range)));
    let rows = Arc::<InMemoryCommission>::clone(&memory);
    work.expect_roster()
        .returning(move |tenant| block_on(rows.roster(tenant)));
    let rows = Arc::<InMemoryCommission>::clone(&memory);
    work.expect_names()
        .returning(move |tenant| block_on(rows.names(tenant)));
    let close = ClosePeriod {
        work: Arc::new(work),
        rules: Arc::<InMemoryCommission>::clone(&memory),
        book: Arc::<InMemoryCommission>::clone(&memory),
        clock,
        ids: Arc::new(SeededIds::default()),
    };
    let run = || block_on(close.execute(tenant(1), month("2026-05"), FrozenBy::System)).unwrap();
    let late_of = |outcome| {
        let CloseOutcome::AlreadyFrozen(comparison) = outcome else {
            panic!("{outcome:?}");
        };
        assert_eq!(comparison.periods.len(), 2);
        comparison.late.len()
    };
    assert!(matches!(run(), CloseOutcome::Frozen { .. }));
    assert_eq!((late_of(run()), reads.load(Ordering::Relaxed)), (0, 1));
    // A change is looked at each time for as long as it is late.
    memory.hire(tenant(1), staff(7));
    assert_eq!((late_of(run()), reads.load(Ordering::Relaxed)), (0, 2));
    assert_eq!((late_of(run()), reads.load(Ordering::Relaxed)), (0, 2));
    memory.record_work(tenant(1), some_work(2).without_actuals().build());
    assert_eq!((late_of(run()), reads.load(Ordering::Relaxed)), (1, 3));
    assert_eq!((late_of(run()), reads.load(Ordering::Relaxed)), (1, 4));
}
