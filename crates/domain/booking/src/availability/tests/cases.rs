//! Other cases of the kind of the worked ones: unusual grids, zones, openings and times.

use super::*;

fn request_in(facts: &Facts, date: time::Date) -> SlotRequest {
    let window = facts.policy.zone.day(date).unwrap();
    SlotRequest {
        window,
        now: window.start() - Duration::DAY,
        ..all_day()
    }
}

#[test]
fn a_grid_of_seven_minutes_is_counted_from_midnight() {
    let salon = open((9, 0), (10, 0)).rules(grid(7)).service(a_service(1, 7));
    assert_eq!(
        starts(&salon.build()),
        ["09:06", "09:13", "09:20", "09:27", "09:34", "09:41", "09:48"]
    );
}

#[test]
fn zones_with_quarters_have_their_own_grid() {
    let salon = open((7, 30), (9, 30))
        .rules(grid(60))
        .with(|facts| facts.policy.zone = zone("Asia/Kathmandu"));
    assert_eq!(starts(&salon.build()), ["08:00"]);
}

#[test]
fn without_a_grid_only_gaps_are_offered_and_refusals_are_told_all_the_same() {
    let salon = open((9, 10), (12, 0)).rules(|rules| rules.grid_step = Minutes::NONE);
    let facts = salon.booked(from_to((10, 20), (10, 35))).build();
    assert_eq!(starts(&facts), ["09:10", "10:35"]);
    assert_eq!(explain(&facts, &all_day()).unwrap().len(), 96);
    let nothing = SalonBuilder::default().rules(grid(0)).build();
    assert_eq!(starts(&nothing), [""; 0]);
}

#[test]
fn absurd_rules_end_in_nothing_and_not_in_a_fault() {
    let absurd = Minutes::new(u32::MAX);
    let facts = open((0, 0), (24, 0))
        .rules(|rules| {
            rules.grid_step = absurd;
            rules.gap_fit = GapFit::GridOnly;
            rules.wait_between_parts = absurd;
            rules.horizon_days = PerChannel::all(u16::MAX);
        })
        .build();
    assert_eq!(starts(&facts), ["00:00"], "midnight is a multiple of every step");
    let mut late = facts.clone();
    late.policy.rules.notice = PerChannel::all(absurd);
    assert_eq!(starts(&late), [""; 0]);
    let refused = check(&late, &all_day(), at(0, 0)).unwrap().unwrap_err();
    assert_eq!(refused.reasons(), only(Reason::Notice));
}

#[test]
fn the_ends_of_the_calendar_are_a_fault() {
    let facts = SalonBuilder::default().build();
    let window = TimeRange::new(datetime!(9998-12-30 00:00 UTC), datetime!(9998-12-31 00:00 UTC)).unwrap();
    let late = SlotRequest { window, ..all_day() };
    assert_eq!(find(&facts, &late), Err(RequestFault::OutOfCalendar));
    let now = time::PrimitiveDateTime::MIN.assume_utc();
    assert_eq!(
        find(&facts, &SlotRequest { now, ..all_day() }),
        Err(RequestFault::OutOfCalendar)
    );
    for start in [time::PrimitiveDateTime::MIN, time::PrimitiveDateTime::MAX] {
        let answer = check(&facts, &all_day(), start.assume_utc());
        assert!(!matches!(answer, Ok(Ok(_))), "{answer:?}");
    }
}

#[test]
fn a_grid_from_the_opening_begins_anew_with_each_block() {
    let blocks = [every_day(9 * 60 + 5, 10 * 60), every_day(14 * 60 + 10, 15 * 60)].concat();
    let salon = SalonBuilder::default()
        .staff(1, blocks)
        .rules(grid(20))
        .service(a_service(1, 20));
    let salon = salon.rules(|rules| rules.grid_anchor = GridAnchor::Opening);
    assert_eq!(starts(&salon.build()), ["09:05", "09:25", "14:10", "14:30"]);
}

#[test]
fn a_grid_from_the_opening_is_the_business_where_it_has_hours() {
    let salon = open((9, 7), (12, 0)).rules(grid(25)).rules(|rules| {
        rules.grid_anchor = GridAnchor::Opening;
    });
    let salon = salon.with(|facts| facts.business.weekly = Some(every_day(8 * 60, 12 * 60)));
    assert_eq!(
        starts(&salon.clone().build()),
        ["09:15", "09:40", "10:05", "10:30", "10:55"]
    );
    let both = salon.rules(|rules| rules.gap_fit = GapFit::Offered).build();
    assert_eq!(starts(&both)[0], "09:07");
}

#[test]
fn a_grid_from_the_opening_of_overlapping_blocks_begins_once() {
    let blocks = [every_day(11 * 60, 12 * 60), every_day(11 * 60 + 20, 12 * 60 + 40)].concat();
    let salon = SalonBuilder::default()
        .staff(1, blocks)
        .rules(grid(25))
        .service(a_service(1, 25));
    let salon = salon.rules(|rules| rules.grid_anchor = GridAnchor::Opening);
    assert_eq!(starts(&salon.build()), ["11:00", "11:25", "11:50", "12:15"]);
}

#[test]
fn a_grid_from_the_opening_does_not_depend_on_what_is_asked() {
    let salon = open((0, 0), (24, 0)).rules(grid(50)).rules(|rules| {
        rules.grid_anchor = GridAnchor::Opening;
    });
    let facts = salon.build();
    let week = SlotRequest {
        window: TimeRange::starting(NOW, Duration::days(4)).unwrap(),
        ..all_day()
    };
    let on_the_day: Vec<_> = find(&facts, &all_day()).unwrap();
    let in_the_week = find(&facts, &week).unwrap();
    assert_eq!(starts(&facts)[..2], ["00:00", "00:50"]);
    assert!(on_the_day.iter().all(|slot| in_the_week.contains(slot)));
}

#[test]
fn refusals_follow_a_grid_from_the_opening() {
    let salon = open((9, 5), (10, 0)).rules(grid(20)).service(a_service(1, 20));
    let salon = salon.rules(|rules| rules.grid_anchor = GridAnchor::Opening);
    let refused = explain(&salon.build(), &all_day()).unwrap();
    let of = |start| {
        refused
            .iter()
            .find(|refused| refused.start == start)
            .map(Refused::reasons)
    };
    assert_eq!(
        of(at(9, 45)),
        Some(only(Reason::Closed)),
        "it would end at five past ten"
    );
    assert_eq!(of(at(9, 20)), None, "no start of any grid");
    assert_eq!(
        of(at(8, 40)),
        Some(BTreeSet::from([Reason::OffGrid, Reason::Closed]))
    );
}

fn night_shift(date: time::Date) -> Vec<String> {
    let salon = open((22, 0), (28, 0)).rules(grid(60)).with(|facts| {
        facts.policy.zone = zone("America/New_York");
    });
    let facts = salon.build();
    let eve = request_in(&facts, date);
    let window = TimeRange::starting(eve.window.start() + Duration::hours(12), Duration::DAY).unwrap();
    starts_in(&facts, &SlotRequest { window, ..eve })
}

#[test]
fn a_night_with_a_skipped_hour_is_an_hour_shorter() {
    assert_eq!(
        night_shift(date!(2026 - 03 - 07)),
        ["22:00", "23:00", "00:00", "01:00", "03:00"]
    );
}

#[test]
fn a_night_with_a_repeated_hour_is_an_hour_longer() {
    assert_eq!(
        night_shift(date!(2026 - 10 - 31)),
        ["22:00", "23:00", "00:00", "01:00", "01:00", "02:00", "03:00"]
    );
}

#[test]
fn half_an_hour_of_clock_change_moves_no_opening() {
    let salon = open((9, 0), (10, 0)).with(|facts| facts.policy.zone = zone("Australia/Lord_Howe"));
    let facts = salon.build();
    for date in [
        date!(2026 - 04 - 04),
        date!(2026 - 04 - 05),
        date!(2026 - 10 - 04),
        date!(2026 - 10 - 05),
    ] {
        assert_eq!(starts_in(&facts, &request_in(&facts, date)), ["09:00"], "{date}");
    }
}

#[test]
fn a_day_that_begins_at_one_opens_then() {
    let salon = open((0, 0), (3, 0))
        .rules(grid(60))
        .with(|facts| facts.policy.zone = zone("Africa/Cairo"));
    let facts = salon.build();
    let found = starts_in(&facts, &request_in(&facts, date!(2026 - 04 - 24)));
    assert_eq!(found, ["01:00", "02:00"], "midnight was skipped");
}

#[test]
fn a_holiday_does_not_cut_the_night_before_it() {
    let salon = open((20, 0), (26, 0)).rules(grid(60)).with(|facts| {
        facts.business.weekly = Some(every_day(20 * 60, 26 * 60));
        facts.business.dated.insert(date!(2026 - 05 - 13), vec![]);
    });
    let facts = salon.build();
    let two_days = SlotRequest {
        window: from_to((-12, 0), (30, 0)),
        ..all_day()
    };
    let found = starts_in(&facts, &two_days);
    assert_eq!(found, ["20:00", "21:00", "22:00", "23:00", "00:00", "01:00"]);
}

#[test]
fn buffers_lie_within_the_opening() {
    let segment = Segment {
        minutes: Minutes::new(60),
        staff: StaffNeed::Needed,
        resource_kind: None,
        client: ClientPresence::Present,
    };
    let service = crate::catalogue::Service {
        recipe: recipe(vec![segment], 10, 10),
        ..a_service(1, 60)
    };
    for rule in [BufferRule::Stacked, BufferRule::Shared] {
        let salon = open((9, 0), (11, 0)).service(service.clone()).rules(|rules| {
            rules.grid_step = Minutes::new(5);
            rules.buffers = rule;
        });
        let facts = salon.build();
        let found = find(&facts, &all_day()).unwrap();
        assert_eq!(
            (found[0].time.start(), found[8].time.start(), found.len()),
            (at(9, 10), at(9, 50), 9)
        );
        let holes = |slot: &Slot| slot.reasons.len();
        assert_eq!(
            (holes(&found[0]), holes(&found[8]), holes(&found[4])),
            (2, 2, 3),
            "one hole, or two"
        );
    }
}

#[test]
fn shared_buffers_fit_where_stacked_ones_do_not() {
    let gap = |rule| {
        let work = |from, to| {
            let (minutes, subject) = (Minutes::new(10), Subject::Staff(staff(1)));
            crate::engagement::Claim::of_work(subject, from_to(from, to), minutes, minutes, rule).unwrap()
        };
        let segment = Segment {
            minutes: Minutes::new(40),
            staff: StaffNeed::Needed,
            resource_kind: None,
            client: ClientPresence::Present,
        };
        let service = crate::catalogue::Service {
            recipe: recipe(vec![segment], 10, 10),
            ..a_service(1, 40)
        };
        let salon = open((9, 0), (13, 0))
            .service(service)
            .rules(|rules| rules.buffers = rule);
        let facts = salon.with(|facts| {
            for claim in [work((9, 30), (10, 0)), work((11, 0), (11, 30))] {
                let engaged_as = EngagedAs::Booked;
                facts.engagements.push(Engagement { claim, engaged_as });
            }
        });
        let between = SlotRequest {
            window: from_to((10, 0), (11, 0)),
            ..all_day()
        };
        starts_in(&facts.build(), &between)
    };
    assert_eq!(gap(BufferRule::Shared), ["10:10"]);
    assert_eq!(gap(BufferRule::Stacked), [""; 0]);
}

#[test]
fn notice_differs_by_channel_and_counts_from_the_fraction() {
    let facts = SalonBuilder::default().build();
    let first = |channel, now| {
        let request = SlotRequest {
            channel,
            now,
            ..all_day()
        };
        starts_in(&facts, &request)[0].clone()
    };
    assert_eq!(first(Channel::Desk, at(10, 0)), "10:00");
    assert_eq!(first(Channel::Chat, at(10, 0)), "10:30");
    assert_eq!(first(Channel::Web, at(10, 0)), "12:00");
    assert_eq!(first(Channel::Chat, at(10, 0) + Duration::MILLISECOND), "10:45");
}

#[test]
fn the_horizon_counts_local_days() {
    let facts = open((0, 0), (24, 0))
        .rules(|rules| rules.horizon_days = PerChannel::all(1))
        .build();
    // Half past nine in the evening by UTC is tomorrow in Nairobi.
    let request = SlotRequest {
        now: datetime!(2026-05-12 21:30 UTC),
        window: from_to((0, 30), (72, 0)),
        ..all_day()
    };
    let last = find(&facts, &request).unwrap().pop().unwrap();
    assert_eq!(last.time.start(), at(47, 45));
    let today = SlotRequest {
        now: datetime!(2026-05-12 20:30 UTC),
        ..request
    };
    let last = find(&facts, &today).unwrap().pop().unwrap();
    assert_eq!(last.time.start(), at(23, 45));
}

#[test]
fn what_ends_within_a_second_takes_all_of_it() {
    let until = at(10, 0) + Duration::milliseconds(1_500);
    let busy = TimeRange::new(at(9, 0), until).unwrap();
    let facts = SalonBuilder::default().booked(busy).build();
    assert_eq!(reasons_at(&facts, at(10, 0)), only(Reason::Booked));
    let slots = find(&facts, &all_day()).unwrap();
    assert_eq!(slots[0].time.start(), at(10, 0) + Duration::seconds(2));
    let refused = check(&facts, &all_day(), at(10, 15) + Duration::MILLISECOND).unwrap();
    assert_eq!(refused.unwrap_err().reasons(), only(Reason::OffGrid));
}

#[test]
fn leave_in_the_middle_of_the_day_leaves_both_ends() {
    let facts = open((9, 0), (17, 0))
        .rules(grid(60))
        .with(|facts| facts.staff[0].leave.push(from_to((11, 30), (13, 20))))
        .build();
    assert_eq!(starts(&facts), ["09:00", "10:00", "14:00", "15:00", "16:00"]);
}

#[test]
fn a_room_out_of_service_hands_over_to_another_of_its_kind() {
    let salon = SalonBuilder::default()
        .service(with_room(60))
        .resource(1, "room", 1)
        .resource(2, "room", 1)
        .with(|facts| facts.resources[0].out_of_service.push(from_to((11, 0), (12, 0))));
    let facts = salon.build();
    let room = |start| check(&facts, &all_day(), start).unwrap().unwrap().parts[0].claims[0].subject;
    assert_eq!(
        (room(at(10, 0)), room(at(10, 30)), room(at(12, 0))),
        (seat(1), seat(2), seat(1))
    );
}

#[test]
fn only_what_stops_everybody_is_told() {
    let salon = SalonBuilder::default()
        .staff(2, every_day(9 * 60, 17 * 60))
        .service(with_room(60))
        .resource(1, "room", 1)
        .booked(from_to((10, 0), (11, 0)))
        .engaged(seat(1), from_to((10, 0), (11, 0)), EngagedAs::Booked);
    let resource = Reason::Resource {
        resource: kind("room"),
    };
    assert_eq!(
        reasons_at(&salon.build(), at(10, 0)),
        only(resource),
        "staff 2 is free, so that staff 1 is booked is no reason"
    );
}

#[test]
fn without_weights_or_history_the_least_recently_booked_has_the_turn() {
    let monday = date!(2026 - 05 - 11);
    let mut facts = SalonBuilder::default().staff(2, vec![]).staff(3, vec![]).build();
    for (member, days) in facts.staff.iter_mut().zip([3, 5, 5]) {
        member.weight = 0;
        member.load = BTreeMap::from([(monday, 60)]);
        member.booked_last = Some(NOW - Duration::days(days));
    }
    let team: Vec<_> = facts.staff.iter().collect();
    assert_eq!(fairness::turns(&team, monday), [1, 2, 0]);
    let mut new = facts.clone();
    for member in &mut new.staff {
        member.booked_last = None;
        member.weight = 100;
    }
    new.staff[0].load = BTreeMap::from([(monday, 30)]);
    let team: Vec<_> = new.staff.iter().collect();
    assert_eq!(
        fairness::turns(&team, monday),
        [0, 1, 2],
        "where all are new their own load counts"
    );
}

#[test]
fn a_hole_is_a_day_at_most() {
    let facts = open((0, 0), (24, 0)).build();
    let slot = check(&facts, &all_day(), at(12, 0)).unwrap().unwrap();
    let day = Minutes::new(1_440);
    let hole = |side| SlotReason::LeavesHole { side, minutes: day };
    assert_eq!(slot.reasons[..2], [hole(Side::Before), hole(Side::After)]);
    assert!(
        find(&facts, &all_day()).unwrap().contains(&slot),
        "whatever else is asked for"
    );
}
