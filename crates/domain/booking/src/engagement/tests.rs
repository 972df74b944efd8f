use proptest::prelude::*;
use time::Duration;

use super::*;
use crate::test_support::builders::{at, from_to, kind, recipe, resource, staff};

fn segment(minutes: u32, needs_staff: bool, room: Option<&str>, client: bool) -> Segment {
    Segment {
        minutes: Minutes::new(minutes),
        staff: needs_staff.into(),
        resource_kind: room.map(kind),
        client: client.into(),
    }
}

fn spans(recipe: &Recipe) -> Vec<(Role, u32, u32, u32, u32)> {
    let tuple = |need: Need| {
        (
            need.role,
            need.from.count(),
            need.to.count(),
            need.before.count(),
            need.after.count(),
        )
    };
    recipe.needs().into_iter().map(tuple).collect()
}

#[test]
fn segments_in_a_row_with_one_need_are_one_need() {
    let colour = recipe(
        vec![
            segment(30, true, Some("chair"), true),
            segment(45, false, Some("chair"), true),
            segment(20, true, Some("chair"), true),
            segment(10, true, None, false),
        ],
        5,
        15,
    );
    assert_eq!(
        spans(&colour),
        [
            (Role::Staff, 0, 30, 5, 0),
            (Role::Staff, 75, 105, 0, 15),
            (Role::Resource(kind("chair")), 0, 95, 5, 0),
        ]
    );
    assert_eq!(colour.client_leaves(), Minutes::new(95));
    assert_eq!(colour.client_comes(), Minutes::NONE);
}

#[test]
fn another_kind_of_room_is_another_need() {
    let two_rooms = recipe(
        vec![
            segment(10, true, Some("room"), false),
            segment(20, true, Some("bath"), true),
        ],
        0,
        10,
    );
    assert_eq!(
        spans(&two_rooms),
        [
            (Role::Staff, 0, 30, 0, 10),
            (Role::Resource(kind("room")), 0, 10, 0, 0),
            (Role::Resource(kind("bath")), 10, 30, 0, 10),
        ]
    );
    assert_eq!(two_rooms.client_comes(), Minutes::new(10));
}

fn claim(range: ratiba_kernel::TimeRange, before: u32, after: u32, rule: BufferRule) -> Claim {
    let subject = Subject::Staff(staff(1));
    Claim::of_work(subject, range, Minutes::new(before), Minutes::new(after), rule).unwrap()
}

#[test]
fn a_stacked_claim_includes_its_buffers_and_a_shared_one_does_not() {
    let work = from_to((10, 0), (11, 0));
    let stacked = claim(work, 5, 10, BufferRule::Stacked);
    assert_eq!(stacked.range, from_to((9, 55), (11, 10)));
    assert_eq!(stacked.work(), work);
    let shared = claim(work, 5, 10, BufferRule::Shared);
    assert_eq!((shared.range, shared.work()), (work, work));
}

#[test]
fn of_shared_buffers_the_larger_keeps_the_two_apart() {
    let first = claim(from_to((10, 0), (11, 0)), 0, 10, BufferRule::Shared);
    let second = |hour, minute| {
        let work = ratiba_kernel::TimeRange::starting(at(hour, minute), Duration::HOUR).unwrap();
        claim(work, 15, 0, BufferRule::Shared)
    };
    assert!(first.conflicts(&second(11, 14)) && second(11, 14).conflicts(&first));
    assert!(!first.conflicts(&second(11, 15)) && !second(11, 15).conflicts(&first));
}

#[test]
fn claims_of_different_subjects_never_conflict() {
    let mine = claim(from_to((10, 0), (11, 0)), 0, 0, BufferRule::Stacked);
    for subject in [
        Subject::Staff(staff(2)),
        Subject::Resource {
            id: resource(1),
            seat: 0,
        },
    ] {
        assert!(!mine.conflicts(&Claim {
            subject,
            ..mine.clone()
        }));
    }
}

proptest! {
    #[test]
    fn work_is_had_back_from_its_claim(from in 0_i64..1_000, length in 1_i64..500, before in 0_u32..240, after in 0_u32..240) {
        let work = ratiba_kernel::TimeRange::starting(at(0, from), Duration::minutes(length)).unwrap();
        for rule in [BufferRule::Stacked, BufferRule::Shared] {
            prop_assert_eq!(claim(work, before, after, rule).work(), work);
        }
    }

    #[test]
    fn claims_are_written_by_subject_and_then_by_start(order in Just((0..6_i64).collect::<Vec<_>>()).prop_shuffle()) {
        let made = order.iter().map(|number| {
            let subject = if number % 2 == 0 {
                Subject::Staff(staff(1))
            } else {
                Subject::Resource { id: resource(u64::try_from(number % 3).unwrap()), seat: 0 }
            };
            let work = ratiba_kernel::TimeRange::starting(at(9 + number, 0), Duration::HOUR).unwrap();
            Claim::of_work(subject, work, Minutes::NONE, Minutes::NONE, BufferRule::Stacked).unwrap()
        });
        let written = sorted(made.collect());
        let in_order = written.windows(2).all(|pair| {
            (pair[0].subject, pair[0].range.start()) <= (pair[1].subject, pair[1].range.start())
        });
        let resource_first = matches!(written[0].subject, Subject::Resource { .. });
        prop_assert!(in_order && resource_first);
    }
}
