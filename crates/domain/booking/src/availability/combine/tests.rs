//! Orders, staff and places of visits with several services.

use std::collections::BTreeSet;

use ratiba_kernel::TimeRange;

use super::*;
use crate::availability::{
    Arrangement, EngagedAs, Facts, PartRequest, Reason, Refusal, Slot, SlotRequest, StaffWish, check, find,
};
use crate::catalogue::{ClientPresence, Minutes, Segment, Service, StaffNeed};
use crate::engagement::Subject;
use crate::policy::{Channel, GapFit};
use crate::test_support::builders::*;

fn request(parts: Vec<PartRequest>) -> SlotRequest {
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

fn by(number: u64, minutes: u32, who: &[u64]) -> Service {
    Service {
        staff: who.iter().copied().map(staff).collect(),
        ..a_service(number, minutes)
    }
}

fn with_buffers(service: Service, before: u32, after: u32) -> Service {
    let segments = service.recipe.segments().to_vec();
    Service {
        recipe: recipe(segments, before, after),
        ..service
    }
}

fn in_room(service: Service) -> Service {
    let segment = Segment {
        minutes: service.recipe.duration(),
        staff: StaffNeed::Needed,
        resource_kind: Some(kind("room")),
        client: ClientPresence::Present,
    };
    Service {
        recipe: recipe(vec![segment], 0, 0),
        ..service
    }
}

/// Staff 1 to `count`, at work from nine to five.
fn team(count: u64) -> SalonBuilder {
    (1..=count).fold(SalonBuilder::default(), |salon, number| {
        salon.staff(number, every_day(9 * 60, 17 * 60))
    })
}

fn busy(salon: SalonBuilder, number: u64, range: TimeRange) -> SalonBuilder {
    salon.engaged(Subject::Staff(staff(number)), range, EngagedAs::Booked)
}

fn slot(facts: &Facts, request: &SlotRequest, hour: i64, minute: i64) -> Slot {
    check(facts, request, at(hour, minute)).unwrap().unwrap()
}

/// Which part was asked for, by whom, from when to when.
fn told(slot: &Slot) -> Vec<(usize, u64, TimeRange)> {
    let number = |id| (1..=20).find(|number| staff(*number) == id).unwrap();
    let parts = slot.parts.iter();
    parts
        .map(|part| (part.asked, number(part.staff), part.time))
        .collect()
}

#[test]
fn the_order_asked_for_is_kept_even_if_another_waits_less() {
    let salon = team(2).service(by(1, 60, &[1])).service(by(2, 30, &[2]));
    let facts = busy(salon, 2, from_to((11, 0), (11, 10))).build();
    let parts = vec![anybody_for(1), anybody_for(2)];
    let found = slot(&facts, &request(parts), 10, 0);
    assert_eq!(
        told(&found),
        [
            (0, 1, from_to((10, 0), (11, 0))),
            (1, 2, from_to((11, 10), (11, 40)))
        ]
    );
}

#[test]
fn of_other_orders_the_one_with_the_least_waiting_is_taken() {
    // Service 1 cannot begin at ten. Begun with 2, service 3 fits at once; begun with 3, service 2 waits.
    let salon = team(3)
        .service(by(1, 30, &[1]))
        .service(by(2, 30, &[2]))
        .service(by(3, 30, &[3]));
    let salon = busy(salon, 1, from_to((9, 30), (11, 0)));
    let facts = busy(salon, 2, from_to((10, 30), (10, 40))).build();
    let parts = vec![anybody_for(1), anybody_for(3), anybody_for(2)];
    let found = slot(&facts, &request(parts.clone()), 10, 0);
    let order: Vec<usize> = found.parts.iter().map(|part| part.asked).collect();
    assert_eq!((order, found.time), (vec![2, 1, 0], from_to((10, 0), (11, 30))));
    let as_asked = SlotRequest {
        order: PartOrder::AsAsked,
        ..request(parts)
    };
    assert!(check(&facts, &as_asked, at(10, 0)).unwrap().is_err());
}

#[test]
fn waiting_is_spread_where_a_later_part_needs_it() {
    let salon = team(3)
        .service(by(1, 30, &[1]))
        .service(by(2, 30, &[2]))
        .service(by(3, 30, &[3]));
    let facts = busy(salon, 3, from_to((9, 0), (11, 20))).build();
    let parts = vec![anybody_for(1), anybody_for(2), anybody_for(3)];
    let as_asked = SlotRequest {
        order: PartOrder::AsAsked,
        ..request(parts)
    };
    assert_eq!(
        told(&slot(&facts, &as_asked, 10, 0)),
        [
            (0, 1, from_to((10, 0), (10, 30))),
            (1, 2, from_to((10, 35), (11, 5))),
            (2, 3, from_to((11, 20), (11, 50))),
        ],
        "fifteen minutes at most between two parts, and no sooner than needed"
    );
    assert!(
        check(&facts, &as_asked, at(9, 45)).unwrap().is_err(),
        "twice fifteen are not enough"
    );
}

#[test]
fn one_person_serves_several_parts_and_keeps_the_buffers_between_them() {
    let salon = team(1)
        .service(with_buffers(by(1, 30, &[1]), 0, 5))
        .service(with_buffers(by(2, 30, &[1]), 5, 0));
    let facts = salon.build();
    let found = slot(&facts, &request(vec![anybody_for(1), anybody_for(2)]), 10, 0);
    assert_eq!(
        told(&found),
        [
            (0, 1, from_to((10, 0), (10, 30))),
            (1, 1, from_to((10, 40), (11, 10)))
        ]
    );
    let two = team(2)
        .service(with_buffers(by(1, 30, &[1, 2]), 0, 5))
        .service(with_buffers(by(2, 30, &[1, 2]), 5, 0));
    let found = slot(
        &two.build(),
        &request(vec![anybody_for(1), anybody_for(2)]),
        10,
        0,
    );
    assert_eq!(
        told(&found)[1],
        (1, 2, from_to((10, 30), (11, 0))),
        "another one need not wait"
    );
}

#[test]
fn guests_together_begin_at_once_with_different_people_and_places() {
    let salon = team(2)
        .service(in_room(by(1, 60, &[1, 2])))
        .resource(1, "room", 1)
        .resource(2, "room", 1);
    let facts = salon.clone().build();
    let parts = vec![anybody_for(1), anybody_for(1).for_guest(1)];
    let found = slot(&facts, &request(parts.clone()), 10, 0);
    let hour = from_to((10, 0), (11, 0));
    assert_eq!(told(&found), [(0, 1, hour), (1, 2, hour)]);
    let guests: Vec<u8> = found.parts.iter().map(|part| part.guest).collect();
    assert_eq!(guests, [0, 1]);
    let subjects: BTreeSet<_> = found
        .parts
        .iter()
        .flat_map(|part| &part.claims)
        .map(|claim| claim.subject)
        .collect();
    assert_eq!(subjects.len(), 4, "nobody and nothing twice");

    let one_room = salon.with(|facts| facts.resources.truncate(1)).build();
    let refused = check(&one_room, &request(parts.clone()), at(10, 0))
        .unwrap()
        .unwrap_err();
    let refusal = Refusal {
        reason: Reason::Combination,
        part: Some(1),
        staff: None,
    };
    assert_eq!(refused.refusals, BTreeSet::from([refusal]));
    let in_turn = SlotRequest {
        arrangement: Arrangement::InTurn,
        ..request(parts)
    };
    let found = slot(&one_room, &in_turn, 10, 0);
    assert_eq!(
        told(&found),
        [
            (0, 1, from_to((10, 0), (11, 0))),
            (1, 1, from_to((11, 0), (12, 0)))
        ]
    );
}

#[test]
fn guests_together_go_on_each_for_themselves() {
    let salon = team(2).service(by(1, 60, &[1])).service(by(2, 45, &[2]));
    let facts = salon.build();
    // The customer has both, the guest the second one: who is free first goes on first.
    let parts = vec![anybody_for(1), anybody_for(2), anybody_for(2).for_guest(7)];
    let found = slot(&facts, &request(parts), 10, 0);
    assert_eq!(
        told(&found),
        [
            (0, 1, from_to((10, 0), (11, 0))),
            (2, 2, from_to((10, 0), (10, 45))),
            (1, 2, from_to((11, 0), (11, 45))),
        ]
    );
}

#[test]
fn guests_in_turn_are_not_mixed() {
    let salon = team(2).service(by(1, 30, &[1])).service(by(2, 30, &[2]));
    let facts = salon.build();
    let parts = vec![
        anybody_for(1),
        anybody_for(1).for_guest(1),
        anybody_for(2),
        anybody_for(2).for_guest(1),
    ];
    let in_turn = SlotRequest {
        arrangement: Arrangement::InTurn,
        ..request(parts)
    };
    let order: Vec<usize> = slot(&facts, &in_turn, 10, 0)
        .parts
        .iter()
        .map(|part| part.asked)
        .collect();
    assert_eq!(order, [0, 2, 1, 3]);
}

#[test]
fn somebody_works_on_one_guest_while_the_other_ones_colour_sets() {
    let segment = |minutes, staff| Segment {
        minutes: Minutes::new(minutes),
        staff,
        resource_kind: None,
        client: ClientPresence::Present,
    };
    let colour = Service {
        recipe: recipe(
            vec![
                segment(30, StaffNeed::Needed),
                segment(45, StaffNeed::Free),
                segment(30, StaffNeed::Needed),
            ],
            0,
            0,
        ),
        ..by(1, 105, &[1])
    };
    let salon = team(2)
        .service(colour)
        .service(by(2, 30, &[2]))
        .service(by(3, 45, &[1]));
    let parts = vec![
        anybody_for(1),
        anybody_for(2).for_guest(1),
        anybody_for(3).for_guest(1),
    ];
    let found = slot(&salon.build(), &request(parts), 10, 0);
    assert_eq!(
        told(&found),
        [
            (0, 1, from_to((10, 0), (11, 45))),
            (1, 2, from_to((10, 0), (10, 30))),
            (2, 1, from_to((10, 30), (11, 15))),
        ]
    );
}

#[test]
fn a_start_beside_the_grid_may_belong_to_whatever_part_begins() {
    let salon = team(2).service(by(1, 30, &[1])).service(by(2, 30, &[2]));
    let facts = busy(salon, 2, from_to((9, 0), (10, 5))).build();
    let parts = vec![anybody_for(1), anybody_for(2)];
    let found = slot(&facts, &request(parts.clone()), 10, 5);
    assert_eq!(
        found.parts[0].asked, 1,
        "it is the time of staff 2 that begins then"
    );
    let as_asked = SlotRequest {
        order: PartOrder::AsAsked,
        ..request(parts)
    };
    let refused = check(&facts, &as_asked, at(10, 5)).unwrap().unwrap_err();
    assert_eq!(refused.reasons(), BTreeSet::from([Reason::OffGrid]));
}

#[test]
fn equal_parts_are_not_exchanged() {
    let facts = team(1).service(with_buffers(by(1, 15, &[1]), 0, 10)).build();
    let found = slot(&facts, &request(vec![anybody_for(1); 8]), 9, 0);
    let order: Vec<usize> = found.parts.iter().map(|part| part.asked).collect();
    assert_eq!(order, [0, 1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(found.time, from_to((9, 0), (12, 10)));
}

#[test]
fn the_one_asked_for_by_name_renders_that_part() {
    let facts = team(3).service(by(1, 30, &[1, 2, 3])).build();
    let named = PartRequest::new(service(1), StaffWish::Only(staff(1)));
    let parts = vec![anybody_for(1), named.for_guest(1), anybody_for(1).for_guest(2)];
    let found = slot(&facts, &request(parts), 10, 0);
    let half = from_to((10, 0), (10, 30));
    assert_eq!(told(&found), [(0, 2, half), (1, 1, half), (2, 3, half)]);
}

/// Eight parts of different lengths by many people in few rooms, whose days are all different.
fn crowded(rooms: u64) -> Facts {
    let mut salon = team(20);
    let everybody: Vec<u64> = (1..=20).collect();
    for number in 1..=8 {
        let minutes = u32::try_from(number).unwrap() * 5 + 15;
        salon = salon.service(with_buffers(in_room(by(number, minutes, &everybody)), 5, 10));
    }
    for number in 1..=rooms {
        salon = salon.resource(number, "room", 1);
    }
    let mut chance = 88_172_645_463_325_252_u64;
    let mut taken = |percent: u64| {
        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        chance % 100 < percent
    };
    for half in 0_i64..16 {
        let range = from_to((9, half * 30), (9, half * 30 + 30));
        for number in (1..=20).filter(|_| taken(40)).collect::<Vec<_>>() {
            salon = busy(salon, number, range);
        }
        for number in (1..=rooms).filter(|_| taken(40)).collect::<Vec<_>>() {
            let room = Subject::Resource {
                id: resource(number),
                seat: 0,
            };
            salon = salon.engaged(room, range, EngagedAs::Booked);
        }
    }
    salon.rules(|rules| rules.gap_fit = GapFit::GridOnly).build()
}

#[test]
fn the_hardest_requests_end_within_the_bounds() {
    let one_guest: Vec<_> = (1..=8).map(anybody_for).collect();
    let eight_guests: Vec<_> = (1_u8..=8)
        .map(|n| anybody_for(u64::from(n)).for_guest(n))
        .collect();
    let three_guests: Vec<_> = (1_u8..=8)
        .map(|n| anybody_for(u64::from(n)).for_guest(n / 3))
        .collect();
    let mut most = 0;
    for (parts, rooms) in [(one_guest, 10), (eight_guests, 10), (three_guests, 10)] {
        for arrangement in [Arrangement::Together, Arrangement::InTurn] {
            let request = SlotRequest {
                arrangement,
                ..request(parts.clone())
            };
            let facts = crowded(rooms);
            let search = Search::prepare(&facts, &request).unwrap();
            let starts = super::super::starts::starts(&search, &[search.window]);
            let mut combination = Combination::new(&search, search.chains.clone());
            for start in starts.each() {
                let left = combination.steps_left;
                combination.place(start);
                most = most.max(left - combination.steps_left);
            }
            // Used up, a search still tries a little for each start.
            combination.steps_left = 0;
            let found = starts.each().filter_map(|start| combination.place(start));
            assert!(found.count() <= starts.each().count());
        }
    }
    // Once in the order asked for and once in any.
    assert!((1_000..=2 * STEPS_OF_START).contains(&most), "{most} steps");
}

#[test]
fn eight_services_by_a_free_team_are_found_at_every_start() {
    let mut facts = crowded(10);
    facts.engagements.clear();
    let parts: Vec<_> = (1..=8).map(anybody_for).collect();
    let found = find(&facts, &request(parts)).unwrap();
    // 300 minutes of work between nine and five, on the grid of a quarter of an hour, with the first buffer
    // after nine and the last before five.
    assert_eq!(found.len(), 11);
    assert!(
        found
            .iter()
            .all(|slot| slot.time.length() == time::Duration::minutes(300))
    );
}

/// Segments of so many minutes, each with or without the client.
fn steps(number: u64, who: u64, segments: &[(u32, ClientPresence)]) -> Service {
    let segment = |(minutes, client): &(u32, ClientPresence)| Segment {
        minutes: Minutes::new(*minutes),
        staff: StaffNeed::Needed,
        resource_kind: None,
        client: *client,
    };
    Service {
        recipe: recipe(segments.iter().map(segment).collect(), 0, 0),
        ..by(number, 60, &[who])
    }
}

const HERE: ClientPresence = ClientPresence::Present;
const AWAY: ClientPresence = ClientPresence::Absent;

#[test]
fn a_client_goes_on_while_the_part_before_is_cleaned_up() {
    let salon = team(2)
        .service(steps(1, 1, &[(30, HERE), (60, AWAY)]))
        .service(by(2, 30, &[2]));
    let facts = salon.build();
    let request = SlotRequest {
        order: PartOrder::AsAsked,
        ..request(vec![anybody_for(1), anybody_for(2)])
    };
    let found = slot(&facts, &request, 10, 0);
    assert_eq!(
        told(&found),
        [
            (0, 1, from_to((10, 0), (11, 30))),
            (1, 2, from_to((10, 30), (11, 0)))
        ]
    );
    assert_eq!(found.time, from_to((10, 0), (11, 30)));
    assert_eq!(found.client(), from_to((10, 0), (11, 0)));
    // Sixteen minutes are too long, although the clean-up takes longer than that.
    let late = busy(team(2), 2, from_to((9, 0), (10, 46)))
        .service(steps(1, 1, &[(30, HERE), (60, AWAY)]))
        .service(by(2, 30, &[2]));
    assert!(check(&late.build(), &request, at(10, 0)).unwrap().is_err());
}

#[test]
fn a_part_is_set_up_while_the_client_has_the_one_before() {
    let salon = team(2)
        .service(by(1, 30, &[1]))
        .service(steps(2, 2, &[(20, AWAY), (30, HERE), (10, AWAY)]));
    let facts = salon.build();
    let found = slot(&facts, &request(vec![anybody_for(1), anybody_for(2)]), 10, 0);
    assert_eq!(
        told(&found),
        [
            (0, 1, from_to((10, 0), (10, 30))),
            (1, 2, from_to((10, 10), (11, 10)))
        ]
    );
    assert_eq!(found.parts[1].client, from_to((10, 30), (11, 0)));
    assert_eq!(found.client(), from_to((10, 0), (11, 0)));
}

#[test]
fn nothing_of_a_visit_begins_before_it_does() {
    let salon = team(2)
        .service(by(1, 30, &[1]))
        .service(steps(2, 2, &[(40, AWAY), (30, HERE)]));
    let facts = salon.build();
    let as_asked = SlotRequest {
        order: PartOrder::AsAsked,
        ..request(vec![anybody_for(1), anybody_for(2)])
    };
    let found = slot(&facts, &as_asked, 10, 0);
    // The client waits for ten minutes instead.
    assert_eq!(found.parts[1].time, from_to((10, 0), (11, 10)));
}

#[test]
fn one_person_sets_up_only_after_the_part_before() {
    let salon = team(1)
        .service(by(1, 30, &[1]))
        .service(steps(2, 1, &[(15, AWAY), (30, HERE)]));
    let facts = salon.build();
    let as_asked = SlotRequest {
        order: PartOrder::AsAsked,
        ..request(vec![anybody_for(1), anybody_for(2)])
    };
    let found = slot(&facts, &as_asked, 10, 0);
    assert_eq!(found.parts[1].time, from_to((10, 30), (11, 15)));
    let longer = team(1)
        .service(by(1, 30, &[1]))
        .service(steps(2, 1, &[(16, AWAY), (30, HERE)]))
        .build();
    let refused = check(&longer, &as_asked, at(10, 0)).unwrap().unwrap_err();
    assert_eq!(refused.reasons(), BTreeSet::from([Reason::Combination]));
}

#[test]
fn of_orders_as_good_the_one_that_names_the_earlier_part_first_is_taken() {
    // If the first part is rendered by whoever's turn it is, service 1 must come last to get ready.
    let second = Service {
        staff: [staff(1), staff(2)].into(),
        ..steps(2, 1, &[(5, AWAY), (5, HERE)])
    };
    let salon = team(2)
        .service(with_buffers(by(1, 15, &[1]), 5, 0))
        .service(second)
        .rules(|rules| rules.wait_between_parts = Minutes::NONE);
    let salon = busy(salon, 1, from_to((9, 0), (10, 0)));
    let parts = vec![anybody_for(1), anybody_for(2), anybody_for(2)];
    let found = slot(&salon.build(), &request(parts), 10, 0);
    let order: Vec<usize> = found.parts.iter().map(|part| part.asked).collect();
    assert_eq!(order, [1, 0, 2]);
}
