//! Which complement is offered, when, and by whom.

use proptest::prelude::*;

use super::*;
use crate::availability::{check, find};
use crate::catalogue::{ClientPresence, Offering, Segment, Service, StaffNeed};
use crate::engagement::Subject;
use crate::policy::{GapFit, PerChannel};
use crate::test_support::builders::*;

fn by(number: u64, minutes: u32, who: u64) -> Service {
    Service {
        staff: [staff(who)].into(),
        ..a_service(number, minutes)
    }
}

/// Staff 1 to 3 from nine to five: service 1 (an hour) by the first, 2 and 3 (half an hour) by the others.
fn salon() -> SalonBuilder {
    SalonBuilder::default()
        .staff(2, every_day(9 * 60, 17 * 60))
        .staff(3, every_day(9 * 60, 17 * 60))
        .service(by(1, 60, 1))
        .service(by(2, 30, 2))
        .service(by(3, 30, 3))
}

fn busy_to(salon: SalonBuilder, number: u64, hour: i64, minute: i64) -> SalonBuilder {
    let range = from_to((9, 0), (hour, minute));
    salon.engaged(Subject::Staff(staff(number)), range, EngagedAs::Booked)
}

fn goes_with(primary: u64, complement: u64, confidence: u32) -> Relation {
    Relation {
        primary: service(primary),
        complement: service(complement),
        confidence: BasisPoints::new(confidence),
    }
}

fn asked(parts: Vec<PartRequest>) -> SlotRequest {
    SlotRequest {
        parts,
        order: PartOrder::Any,
        arrangement: Arrangement::Together,
        window: from_to((0, 0), (24, 0)),
        channel: Channel::Desk,
        now: NOW,
        most: None,
    }
}

fn chosen(facts: &Facts, hour: i64) -> Slot {
    let request = asked(vec![anybody_for(1)]);
    check(facts, &request, at(hour, 0)).unwrap().unwrap()
}

fn pair_after(facts: &Facts, chosen: &Slot, relations: &[Relation], tolerance: u32) -> Option<Pair> {
    let request = PairRequest {
        chosen,
        relations,
        tolerance: Minutes::new(tolerance),
        channel: Channel::Desk,
        now: NOW,
    };
    best_pair(facts, &request).unwrap()
}

fn pair(facts: &Facts, relations: &[Relation]) -> Option<Pair> {
    pair_after(facts, &chosen(facts, 10), relations, 15)
}

#[test]
fn a_complement_follows_at_once_where_somebody_is_free() {
    let facts = salon().build();
    let found = pair(&facts, &[goes_with(1, 2, 4_000)]).unwrap();
    assert_eq!((found.complement, found.wait), (service(2), Duration::ZERO));
    let parts: Vec<_> = found
        .slot
        .parts
        .iter()
        .map(|part| (part.asked, part.staff, part.time))
        .collect();
    assert_eq!(
        parts,
        [
            (0, staff(1), from_to((10, 0), (11, 0))),
            (1, staff(2), from_to((11, 0), (11, 30))),
        ]
    );
    assert_eq!(found.slot.time, from_to((10, 0), (11, 30)));
}

#[test]
fn waiting_costs_confidence() {
    // Service 2 waits ten of fifteen minutes: a third of 9,000 is left, less than 3,001 at once.
    let facts = busy_to(salon(), 2, 11, 10).build();
    let found = pair(&facts, &[goes_with(1, 2, 9_000), goes_with(1, 3, 3_001)]).unwrap();
    assert_eq!(found.complement, service(3));
    let found = pair(&facts, &[goes_with(1, 2, 9_000), goes_with(1, 3, 2_999)]).unwrap();
    assert_eq!(
        (found.complement, found.wait),
        (service(2), Duration::minutes(10))
    );
}

#[test]
fn equal_ranks_go_to_the_smaller_id() {
    let facts = busy_to(salon(), 2, 11, 10).build();
    for relations in [
        [goes_with(1, 2, 9_000), goes_with(1, 3, 3_000)],
        [goes_with(1, 3, 3_000), goes_with(1, 2, 9_000)],
    ] {
        assert_eq!(pair(&facts, &relations).unwrap().complement, service(2));
    }
}

#[test]
fn the_tolerance_is_inclusive() {
    let relations = [goes_with(1, 2, 5_000)];
    let on_time = busy_to(salon(), 2, 11, 15).build();
    assert_eq!(pair(&on_time, &relations).unwrap().wait, Duration::minutes(15));
    let late = busy_to(salon(), 2, 11, 16).build();
    assert_eq!(pair(&late, &relations), None);
    let at_once = pair_after(&salon().build(), &chosen(&on_time, 10), &relations, 0);
    assert_eq!(
        at_once.unwrap().wait,
        Duration::ZERO,
        "no tolerance asks for no wait"
    );
}

#[test]
fn never_before_the_primary_and_never_what_is_there_already() {
    let facts = busy_to(salon(), 2, 9, 30)
        .engaged(
            Subject::Staff(staff(2)),
            from_to((10, 0), (17, 0)),
            EngagedAs::Booked,
        )
        .build();
    let relations = [goes_with(1, 2, 9_000)];
    assert_eq!(
        pair(&facts, &relations),
        None,
        "there is time at half past nine only"
    );
    let facts = salon().build();
    let both = asked(vec![anybody_for(1), anybody_for(2)]);
    let visit = check(&facts, &both, at(10, 0)).unwrap().unwrap();
    let again = [
        goes_with(1, 2, 9_000),
        goes_with(2, 1, 9_000),
        goes_with(1, 1, 9_000),
    ];
    assert_eq!(pair_after(&facts, &visit, &again, 15), None);
    let third = pair_after(&facts, &visit, &[goes_with(2, 3, 100)], 15).unwrap();
    let last = third.slot.parts.last().unwrap();
    assert_eq!((last.asked, last.time), (2, from_to((11, 30), (12, 0))));
}

#[test]
fn the_complement_keeps_clear_of_the_primary_itself() {
    // The same person for both, with ten minutes to tidy up in between.
    let segments = a_service(1, 60).recipe.segments().to_vec();
    let tidied = Service {
        recipe: recipe(segments, 0, 10),
        ..by(1, 60, 1)
    };
    let facts = SalonBuilder::default()
        .service(tidied)
        .service(by(2, 30, 1))
        .build();
    let found = pair(&facts, &[goes_with(1, 2, 5_000)]).unwrap();
    assert_eq!(found.wait, Duration::minutes(10));
    let claims: Vec<_> = found.slot.parts.iter().flat_map(|part| &part.claims).collect();
    assert!(!claims[0].conflicts(claims[1]));
}

#[test]
fn what_is_offered_beside_set_up_and_clean_up_can_be_had_as_it_was_offered() {
    let segment = |minutes, client| Segment {
        minutes: Minutes::new(minutes),
        staff: StaffNeed::Needed,
        resource_kind: None,
        client,
    };
    let cleaned = Service {
        recipe: recipe(
            vec![
                segment(60, ClientPresence::Present),
                segment(10, ClientPresence::Absent),
            ],
            0,
            0,
        ),
        ..by(1, 70, 1)
    };
    let set_up = Service {
        recipe: recipe(
            vec![
                segment(10, ClientPresence::Absent),
                segment(30, ClientPresence::Present),
            ],
            0,
            0,
        ),
        ..by(2, 40, 2)
    };
    let facts = SalonBuilder::default()
        .staff(2, every_day(9 * 60, 17 * 60))
        .service(cleaned)
        .service(set_up)
        .build();
    let first = chosen(&facts, 10);
    let pair = pair_after(&facts, &first, &[goes_with(1, 2, 5_000)], 15).unwrap();
    assert_eq!(pair.wait, Duration::ZERO, "set up while the first goes on");
    let last = pair.slot.parts.last().unwrap();
    let wanted = ComplementRequest {
        chosen: &first,
        part: PartRequest::new(last.service, StaffWish::Only(last.staff)),
        start: last.time.start(),
        tolerance: Minutes::new(15),
        channel: Channel::Desk,
        now: NOW,
    };
    let held = as_offered(&facts, &wanted).unwrap().unwrap();
    assert_eq!(held.parts, pair.slot.parts);
}

#[test]
fn what_is_not_sold_not_known_or_beyond_the_horizon_is_not_offered() {
    let retired = Service {
        offering: Offering::Retired,
        ..by(2, 30, 2)
    };
    let relations = [
        goes_with(1, 2, 9_000),
        goes_with(1, 9, 9_000),
        goes_with(7, 3, 9_000),
    ];
    assert_eq!(pair(&salon().service(retired).build(), &relations), None);
    let night = SalonBuilder::default()
        .staff(1, every_day(22 * 60, 26 * 60))
        .service(by(1, 60, 1))
        .service(by(2, 30, 1))
        .rules(|rules| rules.horizon_days = PerChannel::all(1))
        .build();
    let last = chosen(&night, 23);
    assert_eq!(
        pair_after(&night, &last, &relations, 15),
        None,
        "midnight is past the last day"
    );
    let earlier = chosen(&night, 22);
    assert!(pair_after(&night, &earlier, &relations, 15).is_some());
}

#[test]
fn a_pair_tells_what_is_free_around_it() {
    let facts = busy_to(salon(), 1, 10, 0).build();
    let found = pair(&facts, &[goes_with(1, 2, 5_000)]).unwrap();
    let after = SlotReason::LeavesHole {
        side: Side::After,
        minutes: Minutes::new(330),
    };
    assert_eq!(found.slot.reasons, [after, SlotReason::StaffTurn]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// No other complement at any other minute ranks higher.
    #[test]
    fn the_best_pair_is_the_best_of_all_tried(
        engagements in prop::collection::vec((1_u64..5, 100_i64..160, 1_i64..8), 0..12),
        confidences in prop::collection::vec(prop::sample::select(vec![0_u32, 2_500, 5_000, 7_500, 10_000]), 4),
        tolerance in 0_u32..31,
    ) {
        let mut salon = SalonBuilder::default();
        for number in 1..=4 {
            salon = salon.staff(number, every_day(9 * 60, 17 * 60));
            let shared = [staff(number), staff(number % 4 + 1)].into();
            let minutes = u32::try_from(number).unwrap() * 10 + 10;
            salon = salon.service(Service { staff: shared, ..a_service(number, minutes) });
        }
        for (number, start, length) in engagements {
            let range = from_to((0, start * 5), (0, (start + length) * 5));
            salon = salon.engaged(Subject::Staff(staff(number)), range, EngagedAs::Booked);
        }
        let facts = salon.rules(|rules| {
            rules.gap_fit = GapFit::GridOnly;
            rules.grid_step = Minutes::new(1);
        }).build();
        let relations: Vec<Relation> =
            confidences.iter().zip(1..).map(|(confidence, number)| goes_with(1, number, *confidence)).collect();
        let slots = find(&facts, &asked(vec![anybody_for(1)])).unwrap();
        for chosen in slots.iter().step_by(40).take(4) {
            let mut busy = facts.clone();
            busy.engagements.extend(chosen.parts[0].claims.iter().map(|claim| Engagement {
                claim: claim.clone(),
                engaged_as: EngagedAs::Booked,
            }));
            let mut best: Option<(i64, u64, i64)> = None;
            for number in 2_u64..=4 {
                for wait in 0..=i64::from(tolerance) {
                    let start = chosen.time.end() + Duration::minutes(wait);
                    if check(&busy, &asked(vec![anybody_for(number)]), start).unwrap().is_ok() {
                        let confidence = i64::from(relations[usize::try_from(number).unwrap() - 1].confidence.value());
                        let left = if tolerance == 0 { 1 } else { i64::from(tolerance) - wait };
                        if best.is_none_or(|(rank, _, _)| confidence * left > rank) {
                            best = Some((confidence * left, number, wait));
                        }
                    }
                }
            }
            let found = pair_after(&facts, chosen, &relations, tolerance);
            let told = found.as_ref().map(|pair| (pair.complement, pair.wait));
            prop_assert_eq!(told, best.map(|(_, number, wait)| (service(number), Duration::minutes(wait))));
            if let Some(pair) = found {
                let claims: Vec<_> = pair.slot.parts.iter().flat_map(|part| &part.claims).collect();
                prop_assert!(!claims[0].conflicts(claims[1]));
            }
        }
    }
}
