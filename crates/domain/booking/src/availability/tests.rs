use std::collections::BTreeMap;

use proptest::prelude::*;
use time::macros::{date, datetime};
use time::{Duration, PrimitiveDateTime, Weekday};

use super::*;
use crate::catalogue::{ClientPresence, Segment, StaffNeed};
use crate::engagement::Subject;
use crate::policy::{BufferRule, CleanupPastClosing, GapFit, GridAnchor, PerChannel};
use crate::test_support::builders::*;

mod oracle;

/// All of Wednesday 2026-05-13 in Nairobi, asked on the eve at the desk, for service 1 by anybody.
fn all_day() -> SlotRequest {
    SlotRequest {
        parts: vec![anybody_for(1)],
        order: PartOrder::Any,
        arrangement: Arrangement::Together,
        window: from_to((0, 0), (24, 0)),
        channel: Channel::Desk,
        now: NOW,
        most: None,
    }
}

fn grid(step: u32) -> impl FnOnce(&mut crate::policy::Rules) {
    move |rules| {
        rules.grid_step = Minutes::new(step);
        rules.gap_fit = GapFit::GridOnly;
    }
}

/// A salon whose only staff member works through one block every day.
fn open(from: (u16, u16), to: (u16, u16)) -> SalonBuilder {
    let minutes = |(hour, minute): (u16, u16)| hour * 60 + minute;
    SalonBuilder::default().staff(1, every_day(minutes(from), minutes(to)))
}

fn starts_in(facts: &Facts, request: &SlotRequest) -> Vec<String> {
    let slots = find(facts, request).unwrap();
    let local = slots
        .iter()
        .map(|slot| facts.policy.zone.local(slot.time.start()));
    local
        .map(|local| format!("{:02}:{:02}", local.hour(), local.minute()))
        .collect()
}

fn starts(facts: &Facts) -> Vec<String> {
    starts_in(facts, &all_day())
}

fn reasons_at(facts: &Facts, start: time::OffsetDateTime) -> BTreeSet<Reason> {
    check(facts, &all_day(), start).unwrap().unwrap_err().reasons()
}

fn only(reason: Reason) -> BTreeSet<Reason> {
    BTreeSet::from([reason])
}

#[test]
fn a01_open_all_day_every_full_hour_starts() {
    let salon = open((0, 0), (24, 0)).rules(grid(60)).service(a_service(1, 60));
    assert_eq!(starts(&salon.build()).len(), 24);
}

#[test]
fn a02_a_shorter_service_has_no_more_starts_than_the_grid() {
    let salon = open((0, 0), (24, 0)).rules(grid(60)).service(a_service(1, 30));
    assert_eq!(starts(&salon.build()).len(), 24);
}

#[test]
fn a04_notice_of_more_than_a_day_moves_the_first_start() {
    let salon = open((0, 0), (24, 0)).rules(grid(60)).rules(|rules| {
        rules.notice = PerChannel::all(Minutes::new(1_500));
    });
    let request = SlotRequest {
        now: at(0, 0) - Duration::hours(12) - Duration::seconds(1),
        ..all_day()
    };
    let found = starts_in(&salon.build(), &request);
    assert_eq!((found.len(), found[0].as_str()), (11, "13:00"));
}

#[test]
fn a06_two_blocks_a_day_have_three_starts_each() {
    let blocks = [every_day(11 * 60, 12 * 60), every_day(14 * 60, 15 * 60)].concat();
    let salon = SalonBuilder::default()
        .staff(1, blocks)
        .rules(grid(20))
        .service(a_service(1, 20));
    assert_eq!(
        starts(&salon.build()),
        ["11:00", "11:20", "11:40", "14:00", "14:20", "14:40"]
    );
}

#[test]
fn a07_overlapping_blocks_are_one() {
    let blocks = [every_day(11 * 60, 12 * 60), every_day(11 * 60 + 20, 12 * 60 + 40)].concat();
    let salon = SalonBuilder::default()
        .staff(1, blocks)
        .rules(grid(20))
        .service(a_service(1, 20));
    assert_eq!(starts(&salon.build()).len(), 5);
}

#[test]
fn a09_the_grid_may_begin_at_the_opening() {
    let salon = open((7, 22), (8, 0)).rules(grid(8)).service(a_service(1, 8));
    let salon = salon.rules(|rules| rules.grid_anchor = GridAnchor::Opening);
    assert_eq!(starts(&salon.build()), ["07:22", "07:30", "07:38", "07:46"]);
}

#[test]
fn a10_the_grid_is_the_local_clocks_in_a_zone_with_half_hours() {
    let salon = open((7, 30), (9, 30))
        .rules(grid(60))
        .with(|facts| facts.policy.zone = zone("Asia/Kolkata"));
    assert_eq!(starts(&salon.build()), ["08:00"]);
}

#[test]
fn a11_a_short_booking_takes_one_start_of_the_grid() {
    let salon = open((8, 0), (12, 30))
        .rules(grid(60))
        .booked(from_to((10, 0), (10, 10)));
    assert_eq!(starts(&salon.build()), ["08:00", "09:00", "11:00"]);
}

#[test]
fn a12_the_grid_ignores_an_opening_beside_it() {
    let salon = open((9, 30), (17, 30)).rules(grid(60));
    let found = starts(&salon.build());
    assert_eq!(
        (found.len(), found[0].as_str(), found[6].as_str()),
        (7, "10:00", "16:00")
    );
}

#[test]
fn a15_gap_fit_offers_the_end_of_a_neighbour() {
    let gap = open((9, 0), (10, 0))
        .booked(from_to((9, 0), (9, 10)))
        .service(a_service(1, 30));
    assert_eq!(starts(&gap.clone().build()), ["09:10", "09:15", "09:30"]);
    assert_eq!(starts(&gap.rules(grid(15)).build()), ["09:15", "09:30"]);
}

#[test]
fn a18_a_hole_beside_the_grid_is_filled_exactly() {
    let salon = open((9, 0), (12, 0)).rules(|rules| rules.grid_step = Minutes::new(30));
    let salon = salon
        .booked(from_to((9, 0), (10, 15)))
        .booked(from_to((11, 0), (12, 0)));
    let facts = salon.service(a_service(1, 45)).build();
    assert_eq!(starts(&facts), ["10:15"]);
    let slot = &find(&facts, &all_day()).unwrap()[0];
    assert_eq!(slot.reasons, [SlotReason::ClosesGap, SlotReason::StaffTurn]);
}

fn room_segment(minutes: u32) -> Segment {
    Segment {
        minutes: Minutes::new(minutes),
        staff: StaffNeed::Needed,
        resource_kind: Some(kind("room")),
        client: ClientPresence::Present,
    }
}

fn with_room(minutes: u32) -> crate::catalogue::Service {
    let recipe = recipe(vec![room_segment(minutes)], 0, 0);
    crate::catalogue::Service {
        recipe,
        ..a_service(1, minutes)
    }
}

fn seat(number: u64) -> Subject {
    Subject::Resource {
        id: resource(number),
        seat: 0,
    }
}

#[test]
fn a21_two_half_free_rooms_are_no_room() {
    let salon = SalonBuilder::default()
        .service(with_room(60))
        .resource(1, "room", 1)
        .resource(2, "room", 1);
    let salon = salon
        .engaged(seat(1), from_to((10, 0), (10, 30)), EngagedAs::Booked)
        .engaged(seat(2), from_to((10, 30), (11, 0)), EngagedAs::Booked);
    let facts = salon.build();
    assert_eq!(
        reasons_at(&facts, at(10, 0)),
        only(Reason::Resource {
            resource: kind("room")
        })
    );
    let later = check(&facts, &all_day(), at(10, 30)).unwrap().unwrap();
    assert!(later.parts[0].claims.iter().any(|claim| claim.subject == seat(1)));
}

#[test]
fn a22_a_start_inside_a_booking_is_refused_and_one_at_its_end_is_not() {
    let facts = SalonBuilder::default().booked(from_to((10, 0), (11, 0))).build();
    assert_eq!(reasons_at(&facts, at(10, 30)), only(Reason::Booked));
    assert!(check(&facts, &all_day(), at(11, 0)).unwrap().is_ok());
}

#[test]
fn a26_notice_is_inclusive() {
    let salon = SalonBuilder::default().rules(|rules| rules.notice = PerChannel::all(Minutes::new(60)));
    let (facts, request) = (
        salon.build(),
        SlotRequest {
            now: at(14, 0),
            ..all_day()
        },
    );
    let refused = check(&facts, &request, at(14, 45)).unwrap().unwrap_err();
    assert_eq!(refused.reasons(), only(Reason::Notice));
    assert!(check(&facts, &request, at(15, 0)).unwrap().is_ok());
}

#[test]
fn a27_a_clock_change_leaves_the_opening_where_it_is() {
    let salon = open((9, 0), (10, 0)).with(|facts| facts.policy.zone = zone("America/New_York"));
    let facts = salon.build();
    let day = |date| facts.policy.zone.day_start(date);
    let week = TimeRange::new(day(date!(2026 - 10 - 30)), day(date!(2026 - 11 - 05))).unwrap();
    let request = SlotRequest {
        window: week,
        now: week.start() - Duration::days(3),
        ..all_day()
    };
    assert_eq!(starts_in(&facts, &request), ["09:00"; 6]);
    let instants: Vec<_> = find(&facts, &request)
        .unwrap()
        .iter()
        .map(|slot| slot.time.start())
        .collect();
    assert_eq!(instants[1], datetime!(2026-10-31 13:00 UTC));
    assert_eq!(instants[2], datetime!(2026-11-01 14:00 UTC));
}

#[test]
fn a29_the_largest_deficit_has_its_turn() {
    let monday = date!(2026 - 05 - 11);
    let mut facts = SalonBuilder::default().staff(2, vec![]).staff(3, vec![]).build();
    for (member, (weight, load)) in facts.staff.iter_mut().zip([(100, 4), (100, 2), (200, 2)]) {
        member.weight = weight;
        member.load = BTreeMap::from([(monday, load)]);
    }
    let team: Vec<_> = facts.staff.iter().collect();
    // −2, 0 and +2, times the 400 of all weights, times the three who are not new.
    let deficits: Vec<i128> = fairness::deficits(&team, monday);
    assert_eq!(deficits, [-2 * 400 * 3, 0, 2 * 400 * 3]);
    assert_eq!(fairness::turns(&team, monday), [2, 1, 0]);
}

#[test]
fn a32_clean_up_passes_closing_time_only_where_it_may() {
    let recipe = recipe(vec![room_segment(60)], 0, 10);
    let service = crate::catalogue::Service {
        recipe,
        ..a_service(1, 60)
    };
    let salon = SalonBuilder::default().service(service).resource(1, "room", 1);
    assert_eq!(
        reasons_at(&salon.clone().build(), at(16, 0)),
        only(Reason::Closed)
    );
    let late = salon
        .rules(|rules| rules.cleanup_past_closing = CleanupPastClosing::Allowed)
        .build();
    assert!(check(&late, &all_day(), at(16, 0)).unwrap().is_ok());
    assert_eq!(reasons_at(&late, at(16, 15)), only(Reason::Closed));
}

#[test]
fn a32_a_clean_up_segment_is_clean_up_too() {
    let clean_up = Segment {
        minutes: Minutes::new(10),
        client: ClientPresence::Absent,
        ..room_segment(10)
    };
    let recipe = recipe(vec![room_segment(60), clean_up], 0, 0);
    let service = crate::catalogue::Service {
        recipe,
        ..a_service(1, 60)
    };
    let salon = SalonBuilder::default().service(service).resource(1, "room", 1);
    assert_eq!(
        reasons_at(&salon.clone().build(), at(16, 0)),
        only(Reason::Closed)
    );
    let late = salon
        .rules(|rules| rules.cleanup_past_closing = CleanupPastClosing::Allowed)
        .build();
    assert!(check(&late, &all_day(), at(16, 0)).unwrap().is_ok());
}

#[test]
fn a34_a_visit_across_midnight_is_one_booking() {
    let salon = open((18, 0), (26, 0)).service(a_service(1, 120));
    let facts = salon.build();
    let slot = check(&facts, &all_day(), at(22, 30)).unwrap().unwrap();
    assert_eq!(slot.time, from_to((22, 30), (24, 30)));
    assert_eq!(slot.parts[0].claims[0].range, slot.time);
    let facts = Facts {
        engagements: vec![Engagement {
            claim: slot.parts[0].claims[0].clone(),
            engaged_as: EngagedAs::Booked,
        }],
        ..facts
    };
    let after_midnight = SlotRequest {
        window: from_to((24, 0), (26, 0)),
        ..all_day()
    };
    assert_eq!(
        starts_in(
            &facts,
            &SlotRequest {
                parts: vec![anybody_for(1)],
                ..after_midnight.clone()
            }
        ),
        [""; 0]
    );
    let short = SalonBuilder::service(SalonBuilder::default(), a_service(1, 30))
        .build()
        .services;
    assert_eq!(
        starts_in(
            &Facts {
                services: short,
                ..facts
            },
            &after_midnight
        )[0],
        "00:30"
    );
}

#[test]
fn a35_processing_leaves_the_staff_free_but_not_the_chair() {
    let segment = |minutes, staff| Segment {
        minutes: Minutes::new(minutes),
        staff,
        resource_kind: Some(kind("chair")),
        client: ClientPresence::Present,
    };
    let parts = vec![
        segment(30, StaffNeed::Needed),
        segment(45, StaffNeed::Free),
        segment(30, StaffNeed::Needed),
    ];
    let colour = crate::catalogue::Service {
        recipe: recipe(parts, 0, 0),
        ..a_service(1, 105)
    };
    let salon = SalonBuilder::default()
        .service(colour)
        .service(a_service(2, 45))
        .resource(1, "chair", 1);
    let facts = salon.build();
    let slot = check(&facts, &all_day(), at(10, 0)).unwrap().unwrap();
    let claimed: Vec<_> = slot.parts[0]
        .claims
        .iter()
        .map(|claim| (claim.subject, claim.range))
        .collect();
    let by = Subject::Staff(staff(1));
    assert_eq!(
        claimed,
        [
            (seat(1), from_to((10, 0), (11, 45))),
            (by, from_to((10, 0), (10, 30))),
            (by, from_to((11, 15), (11, 45))),
        ]
    );
    let engaged = |claim: &crate::engagement::Claim| Engagement {
        claim: claim.clone(),
        engaged_as: EngagedAs::Booked,
    };
    let facts = Facts {
        engagements: slot.parts[0].claims.iter().map(engaged).collect(),
        ..facts
    };
    let other = SlotRequest {
        parts: vec![anybody_for(2)],
        window: from_to((9, 30), (11, 15)),
        ..all_day()
    };
    assert_eq!(starts_in(&facts, &other), ["10:30"]);
    let chair = SlotRequest {
        window: from_to((10, 30), (12, 0)),
        ..all_day()
    };
    assert_eq!(starts_in(&facts, &chair), ["11:45"]);
}

#[test]
fn a36_a_hold_that_ran_out_keeps_nobody_out() {
    let held = |until| {
        let subject = Subject::Staff(staff(1));
        SalonBuilder::default()
            .engaged(subject, from_to((10, 0), (11, 0)), EngagedAs::Held { until })
            .build()
    };
    assert!(
        check(&held(NOW - Duration::SECOND), &all_day(), at(10, 0))
            .unwrap()
            .is_ok()
    );
    assert!(check(&held(NOW), &all_day(), at(10, 0)).unwrap().is_ok());
    assert_eq!(
        reasons_at(&held(NOW + Duration::SECOND), at(10, 0)),
        only(Reason::Held)
    );
}

#[test]
fn a23_of_many_for_one_slot_all_but_the_first_are_shown_what_is_near() {
    let facts = SalonBuilder::default().build();
    let won = check(&facts, &all_day(), at(10, 0)).unwrap().unwrap();
    let facts = engaged_by(facts, &won, EngagedAs::Booked);
    assert_eq!(reasons_at(&facts, at(10, 0)), only(Reason::Booked));
    let near = nearest(find(&facts, &all_day()).unwrap(), at(10, 0), 3);
    let near: Vec<_> = near.iter().map(|slot| slot.time.start()).collect();
    assert_eq!(near, [at(9, 0), at(11, 0), at(11, 15)]);
}

#[test]
fn a24_a_pending_request_keeps_the_second_one_out() {
    let facts = SalonBuilder::default().build();
    let pending = check(&facts, &all_day(), at(10, 0)).unwrap().unwrap();
    let until = NOW + Duration::DAY;
    let facts = engaged_by(facts, &pending, EngagedAs::Held { until });
    assert_eq!(reasons_at(&facts, at(10, 0)), only(Reason::Held));
}

#[test]
fn a31_two_for_anybody_get_two_people_and_the_third_gets_nobody() {
    let mut facts = SalonBuilder::default()
        .staff(2, every_day(9 * 60, 17 * 60))
        .build();
    for number in [1, 2] {
        let slot = check(&facts, &all_day(), at(10, 0)).unwrap().unwrap();
        assert_eq!(slot.parts[0].staff, staff(number));
        facts = engaged_by(facts, &slot, EngagedAs::Booked);
    }
    assert_eq!(reasons_at(&facts, at(10, 0)), only(Reason::Booked));
}

/// With everything that a slot claims engaged.
fn engaged_by(mut facts: Facts, slot: &Slot, engaged_as: EngagedAs) -> Facts {
    let claims = slot.parts.iter().flat_map(|part| part.claims.clone());
    facts
        .engagements
        .extend(claims.map(|claim| Engagement { claim, engaged_as }));
    facts
}

mod cases;
mod rules;
