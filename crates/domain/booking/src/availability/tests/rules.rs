//! The rules of availability that the worked cases leave open.

use super::*;

fn buffered(minutes: u32, before: u32, after: u32) -> crate::catalogue::Service {
    let segment = Segment {
        minutes: Minutes::new(minutes),
        staff: StaffNeed::Needed,
        resource_kind: None,
        client: ClientPresence::Present,
    };
    crate::catalogue::Service {
        recipe: recipe(vec![segment], before, after),
        ..a_service(1, minutes)
    }
}

fn neighbour(salon: SalonBuilder, before: u32, after: u32, rule: BufferRule) -> SalonBuilder {
    salon.rules(|rules| rules.buffers = rule).with(|facts| {
        let (subject, work) = (Subject::Staff(staff(1)), from_to((10, 0), (11, 0)));
        let claim =
            crate::engagement::Claim::of_work(subject, work, Minutes::new(before), Minutes::new(after), rule);
        let claim = claim.unwrap();
        facts.engagements.push(Engagement {
            claim,
            engaged_as: EngagedAs::Booked,
        });
    })
}

#[test]
fn stacked_buffers_must_both_fit() {
    let salon = SalonBuilder::default().service(buffered(50, 5, 0));
    let facts = neighbour(salon, 0, 10, BufferRule::Stacked).build();
    assert_eq!(reasons_at(&facts, at(11, 0)), only(Reason::Buffer));
    let starts = starts(&facts);
    assert!(starts.contains(&"11:15".to_owned()), "{starts:?}");
    assert!(check(&facts, &all_day(), at(11, 15)).unwrap().is_ok());
    assert_eq!(starts[0], "09:05", "the opening, with its own buffer before");
}

#[test]
fn of_shared_buffers_the_larger_must_fit() {
    let salon = SalonBuilder::default().service(buffered(60, 5, 20));
    let facts = neighbour(salon.clone(), 0, 10, BufferRule::Shared).build();
    let slot = check(&facts, &all_day(), at(11, 10)).unwrap().unwrap();
    assert_eq!(
        slot.parts[0].claims[0].range,
        from_to((11, 10), (12, 10)),
        "the bare service"
    );
    // Before the neighbour the larger of the service's 20 minutes after and the neighbour's 15 before must
    // fit, and its own 5 before after the opening: 35 minutes fit exactly, 40 do not.
    let facts = |minutes| {
        neighbour(
            salon.clone().service(buffered(minutes, 5, 20)),
            15,
            0,
            BufferRule::Shared,
        )
        .build()
    };
    let before_ten = |minutes| {
        let window = from_to((8, 0), (10, 0));
        starts_in(&facts(minutes), &SlotRequest { window, ..all_day() })
    };
    assert_eq!(before_ten(35), ["09:05"]);
    assert_eq!(before_ten(40), [""; 0]);
}

#[test]
fn the_horizon_includes_its_last_local_day() {
    let facts = SalonBuilder::default()
        .rules(|rules| rules.horizon_days = PerChannel::all(1))
        .build();
    assert!(check(&facts, &all_day(), at(16, 0)).unwrap().is_ok());
    let refused = check(&facts, &all_day(), at(24 + 9, 0)).unwrap().unwrap_err();
    assert_eq!(refused.reasons(), only(Reason::Horizon));
}

#[test]
fn a_time_that_has_passed_is_refused_as_such() {
    let request = SlotRequest {
        now: at(12, 0),
        ..all_day()
    };
    let facts = SalonBuilder::default().build();
    let refused = check(&facts, &request, at(11, 0)).unwrap().unwrap_err();
    assert_eq!(refused.reasons(), only(Reason::InThePast));
    assert_eq!(
        starts_in(&facts, &request)[0],
        "12:00",
        "without notice the present is early enough"
    );
}

#[test]
fn leave_closes_part_of_a_day() {
    let facts = SalonBuilder::default()
        .with(|facts| facts.staff[0].leave.push(from_to((11, 0), (13, 10))))
        .build();
    assert_eq!(reasons_at(&facts, at(10, 30)), only(Reason::OnLeave));
    let found = starts(&facts);
    assert!(
        found.contains(&"10:00".to_owned()) && found.contains(&"13:10".to_owned()),
        "{found:?}"
    );
}

#[test]
fn a_block_is_told_from_a_booking() {
    let subject = Subject::Staff(staff(1));
    let facts = SalonBuilder::default()
        .engaged(subject, from_to((13, 0), (14, 0)), EngagedAs::Blocked)
        .build();
    assert_eq!(reasons_at(&facts, at(13, 0)), only(Reason::Blocked));
}

#[test]
fn a_holiday_closes_the_business_whatever_the_staff_say() {
    let salon = SalonBuilder::default();
    let closed = salon.clone().with(|facts| {
        facts.business.dated.insert(date!(2026 - 05 - 13), vec![]);
    });
    assert_eq!(starts(&closed.build()), [""; 0]);
    let special = salon.with(|facts| {
        let blocks = vec![DayBlock {
            from_minute: 10 * 60,
            to_minute: 12 * 60,
        }];
        facts.business.dated.insert(date!(2026 - 05 - 13), blocks);
    });
    let found = starts(&special.build());
    assert_eq!(
        (found[0].as_str(), found[found.len() - 1].as_str()),
        ("10:00", "11:00")
    );
}

#[test]
fn dated_hours_take_the_place_of_weekly_ones() {
    let salon = SalonBuilder::default().with(|facts| {
        let blocks = vec![DayBlock {
            from_minute: 20 * 60,
            to_minute: 21 * 60,
        }];
        facts.staff[0].hours.dated.insert(date!(2026 - 05 - 13), blocks);
    });
    assert_eq!(starts(&salon.build()), ["20:00"]);
}

#[test]
fn capacity_is_that_many_seats() {
    let salon = SalonBuilder::default()
        .service(with_room(60))
        .resource(1, "room", 2);
    let one = salon.engaged(seat(1), from_to((10, 0), (11, 0)), EngagedAs::Booked);
    let slot = check(&one.clone().build(), &all_day(), at(10, 0))
        .unwrap()
        .unwrap();
    let second = Subject::Resource {
        id: resource(1),
        seat: 1,
    };
    assert_eq!(slot.parts[0].claims[0].subject, second);
    let two = one.engaged(second, from_to((10, 0), (11, 0)), EngagedAs::Booked);
    assert_eq!(
        reasons_at(&two.build(), at(10, 0)),
        only(Reason::Resource {
            resource: kind("room")
        })
    );
}

#[test]
fn a_resource_out_of_service_is_no_member_of_its_pool() {
    let salon = SalonBuilder::default()
        .service(with_room(60))
        .resource(1, "room", 1);
    let salon = salon.with(|facts| facts.resources[0].out_of_service.push(from_to((9, 0), (12, 0))));
    assert_eq!(
        reasons_at(&salon.build(), at(11, 30)),
        only(Reason::Resource {
            resource: kind("room")
        })
    );
}

#[test]
fn a_service_that_is_not_sold_or_that_nobody_can_do_says_so() {
    let retired = crate::catalogue::Service {
        offering: crate::catalogue::Offering::Retired,
        ..a_service(1, 60)
    };
    let facts = SalonBuilder::default().service(retired).build();
    assert!(reasons_at(&facts, at(10, 0)).contains(&Reason::NotSold));
    let facts = SalonBuilder::default()
        .staff(3, every_day(9 * 60, 17 * 60))
        .build();
    let request = SlotRequest {
        parts: vec![PartRequest::new(service(1), StaffWish::Only(staff(3)))],
        ..all_day()
    };
    let refused = check(&facts, &request, at(10, 0)).unwrap().unwrap_err();
    let refusal = Refusal {
        reason: Reason::CannotDoService,
        part: Some(0),
        staff: Some(staff(3)),
    };
    assert!(refused.refusals.contains(&refusal), "{refused:?}");
}

#[test]
fn what_does_not_exist_is_a_fault_and_not_a_refusal() {
    let facts = SalonBuilder::default().build();
    let of = |parts| find(&facts, &SlotRequest { parts, ..all_day() });
    assert_eq!(of(vec![]), Err(RequestFault::Parts));
    assert_eq!(
        of(vec![anybody_for(9)]),
        Err(RequestFault::UnknownService(service(9)))
    );
    let stranger = PartRequest::new(service(1), StaffWish::Only(staff(9)));
    assert_eq!(of(vec![stranger]), Err(RequestFault::UnknownStaff(staff(9))));
}

#[test]
fn the_one_asked_for_comes_first_and_then_whoevers_turn_it_is() {
    let salon = SalonBuilder::default()
        .staff(2, every_day(9 * 60, 17 * 60))
        .booked(from_to((10, 0), (11, 0)));
    let facts = salon.build();
    let by = |staff, start| {
        let parts = vec![PartRequest::new(service(1), staff)];
        let request = SlotRequest { parts, ..all_day() };
        check(&facts, &request, start)
            .unwrap()
            .map(|slot| (slot.parts[0].staff, slot.reasons))
    };
    let (asked, reasons) = by(StaffWish::Rather(staff(2)), at(14, 0)).unwrap();
    assert_eq!(
        (asked, reasons.last()),
        (staff(2), Some(&SlotReason::StaffRequested))
    );
    let (other, reasons) = by(StaffWish::Rather(staff(1)), at(10, 0)).unwrap();
    assert_eq!((other, reasons.last()), (staff(2), Some(&SlotReason::StaffTurn)));
    let (offered, reasons) = by(StaffWish::Offered(staff(2)), at(14, 0)).unwrap();
    assert_eq!(
        (offered, reasons.last()),
        (staff(2), Some(&SlotReason::StaffProposed)),
        "who was proposed comes first and was not asked for"
    );
    assert_eq!(by(StaffWish::Offered(staff(1)), at(10, 0)).unwrap().0, staff(2));
    assert!(by(StaffWish::Only(staff(1)), at(10, 0)).is_err());
    assert_eq!(
        by(StaffWish::Any, at(14, 0)).unwrap().0,
        staff(1),
        "equal turns go to the smaller id"
    );
}

#[test]
fn a_newcomer_starts_at_the_teams_average() {
    let monday = date!(2026 - 05 - 11);
    let mut facts = SalonBuilder::default().staff(2, vec![]).staff(3, vec![]).build();
    facts.staff[0].load = BTreeMap::from([(monday, 120)]);
    facts.staff[1].load = BTreeMap::from([(monday, 60)]);
    facts.staff[2].booked_last = None;
    let team: Vec<_> = facts.staff.iter().collect();
    assert_eq!(fairness::turns(&team, monday), [1, 2, 0]);
    let mut joined = facts.clone();
    joined.staff[2].booked_last = Some(NOW);
    joined.staff[2].joined = Some(monday);
    let team: Vec<_> = joined.staff.iter().collect();
    assert_eq!(
        fairness::turns(&team, monday),
        [1, 2, 0],
        "who joined this week is new all week"
    );
    assert_eq!(
        fairness::turns(&team, monday + Duration::WEEK),
        [0, 1, 2],
        "the week after, load decides"
    );
}

#[test]
fn load_is_that_of_the_week_of_the_visit() {
    let (this, next) = (date!(2026 - 05 - 11), date!(2026 - 05 - 18));
    let mut facts = SalonBuilder::default()
        .staff(2, every_day(9 * 60, 17 * 60))
        .build();
    facts.staff[0].load = BTreeMap::from([(this, 300)]);
    facts.staff[1].load = BTreeMap::from([(next, 300)]);
    let chosen = |start| check(&facts, &all_day(), start).unwrap().unwrap().parts[0].staff;
    assert_eq!(chosen(at(10, 0)), staff(2));
    assert_eq!(chosen(at(10, 0) + Duration::WEEK), staff(1));
}

#[test]
fn a_hole_is_told_on_its_side() {
    let facts = SalonBuilder::default().build();
    let slot = check(&facts, &all_day(), at(10, 0)).unwrap().unwrap();
    let hole = |side, minutes| SlotReason::LeavesHole {
        side,
        minutes: Minutes::new(minutes),
    };
    assert_eq!(
        slot.reasons,
        [
            hole(Side::Before, 60),
            hole(Side::After, 360),
            SlotReason::StaffTurn
        ]
    );
}

#[test]
fn a_start_beside_the_grid_belongs_to_whoever_becomes_free_then() {
    let salon = SalonBuilder::default()
        .staff(2, every_day(9 * 60, 17 * 60))
        .booked(from_to((9, 0), (10, 5)));
    let facts = salon.build();
    let slot = check(&facts, &all_day(), at(10, 5)).unwrap().unwrap();
    assert_eq!(slot.parts[0].staff, staff(1));
    let request = SlotRequest {
        parts: vec![PartRequest::new(service(1), StaffWish::Only(staff(2)))],
        ..all_day()
    };
    let refused = check(&facts, &request, at(10, 5)).unwrap().unwrap_err();
    assert_eq!(refused.reasons(), only(Reason::OffGrid));
}

#[test]
fn a_second_service_follows_when_somebody_is_free() {
    let other = crate::catalogue::Service {
        staff: [staff(2)].into(),
        ..a_service(2, 30)
    };
    let salon = SalonBuilder::default()
        .service(other)
        .staff(2, every_day(9 * 60, 17 * 60));
    let salon = salon.engaged(
        Subject::Staff(staff(2)),
        from_to((10, 30), (11, 10)),
        EngagedAs::Booked,
    );
    let request = SlotRequest {
        parts: vec![anybody_for(1), anybody_for(2)],
        ..all_day()
    };
    let facts = salon.build();
    let slot = check(&facts, &request, at(10, 0)).unwrap().unwrap();
    let times: Vec<_> = slot.parts.iter().map(|part| part.time).collect();
    assert_eq!(times, [from_to((10, 0), (11, 0)), from_to((11, 10), (11, 40))]);
    assert_eq!(slot.time, from_to((10, 0), (11, 40)));
    let swapped = check(&facts, &request, at(9, 30)).unwrap().unwrap();
    let asked: Vec<_> = swapped.parts.iter().map(|part| part.asked).collect();
    assert_eq!(asked, [1, 0], "forty minutes are too long to wait");
    let as_asked = SlotRequest {
        order: PartOrder::AsAsked,
        ..request
    };
    let refused = check(&facts, &as_asked, at(9, 30)).unwrap().unwrap_err();
    let refusal = Refusal {
        reason: Reason::Booked,
        part: Some(1),
        staff: Some(staff(2)),
    };
    assert_eq!(refused.refusals, BTreeSet::from([refusal]));
}

#[test]
fn two_services_by_one_person_keep_their_buffers_between_them() {
    let salon = SalonBuilder::default().service(buffered(30, 5, 5)).service({
        let second = buffered(30, 5, 5);
        crate::catalogue::Service {
            id: service(2),
            ..second
        }
    });
    let request = SlotRequest {
        parts: vec![anybody_for(1), anybody_for(2)],
        ..all_day()
    };
    let slot = check(&salon.build(), &request, at(10, 0)).unwrap().unwrap();
    assert_eq!(slot.parts[1].time, from_to((10, 40), (11, 10)));
}

#[test]
fn a_skipped_hour_is_not_on_the_grid_and_a_repeated_one_is_twice() {
    let salon = open((0, 0), (24, 0)).rules(grid(60)).service(a_service(1, 30));
    let facts = salon
        .with(|facts| facts.policy.zone = zone("America/New_York"))
        .build();
    let day = |date| {
        let window = facts.policy.zone.day(date).unwrap();
        starts_in(
            &facts,
            &SlotRequest {
                window,
                now: window.start() - Duration::DAY,
                ..all_day()
            },
        )
    };
    assert_eq!(day(date!(2026 - 03 - 08)).len(), 23);
    assert!(!day(date!(2026 - 03 - 08)).contains(&"02:00".to_owned()));
    let repeated = day(date!(2026 - 11 - 01));
    assert_eq!(
        (repeated.len(), &repeated[1], &repeated[2]),
        (25, &"01:00".to_owned(), &"01:00".to_owned())
    );
}

#[test]
fn every_unavailable_start_of_the_grid_is_explained() {
    let facts = SalonBuilder::default().booked(from_to((10, 0), (11, 0))).build();
    let refused = explain(&facts, &all_day()).unwrap();
    let of = |start| {
        refused
            .iter()
            .find(|refused| refused.start == start)
            .map(Refused::reasons)
    };
    assert_eq!(of(at(8, 0)), Some(only(Reason::Closed)));
    assert_eq!(of(at(10, 15)), Some(only(Reason::Booked)));
    assert_eq!(of(at(9, 0)), None);
    let slots = find(&facts, &all_day()).unwrap().len();
    assert_eq!(
        slots + refused.len(),
        96,
        "here every slot is on the grid of 15 minutes"
    );
}

#[test]
fn the_nearest_alternatives_come_first() {
    let facts = SalonBuilder::default().booked(from_to((10, 0), (11, 0))).build();
    let slots = nearest(find(&facts, &all_day()).unwrap(), at(10, 0), 3);
    let found: Vec<_> = slots.iter().map(|slot| slot.time.start()).collect();
    assert_eq!(found, [at(9, 0), at(11, 0), at(11, 15)]);
}

#[test]
fn a_window_is_bounded() {
    let facts = SalonBuilder::default()
        .rules(|rules| rules.horizon_days = PerChannel::all(1_000))
        .build();
    let window = TimeRange::starting(NOW, Duration::days(900)).unwrap();
    let last = find(&facts, &SlotRequest { window, ..all_day() })
        .unwrap()
        .pop()
        .unwrap();
    assert!(last.time.start() < NOW + Duration::days(92));
}

#[test]
fn a_weekly_block_counts_on_its_own_day() {
    let wednesday = WeeklyBlock {
        weekday: Weekday::Wednesday,
        block: DayBlock {
            from_minute: 9 * 60,
            to_minute: 10 * 60,
        },
    };
    let salon = SalonBuilder::default().staff(1, vec![wednesday]).build();
    let week = SlotRequest {
        window: TimeRange::starting(NOW, Duration::WEEK).unwrap(),
        ..all_day()
    };
    let found = find(&salon, &week).unwrap();
    let local: Vec<PrimitiveDateTime> = found
        .iter()
        .map(|slot| salon.policy.zone.local(slot.time.start()))
        .collect();
    assert_eq!(local, [datetime!(2026-05-13 09:00)]);
}

#[test]
fn a_services_own_notice_and_horizon_stand_in_for_the_tenants() {
    let mut early = crate::test_support::builders::a_service(1, 60);
    early.window.notice = PerChannel::all(Some(Minutes::new(180)));
    early.window.horizon_days = PerChannel::all(Some(0));
    let facts = SalonBuilder::default().service(early).build();
    let request = SlotRequest {
        now: at(9, 0),
        ..all_day()
    };
    let first = find(&facts, &request)
        .unwrap()
        .first()
        .map(|slot| slot.time.start());
    assert_eq!(
        first,
        Some(at(12, 0)),
        "the notice is three hours, and equal is allowed"
    );
    let tomorrow = check(&facts, &request, at(24 + 9, 0)).unwrap().unwrap_err();
    assert!(
        tomorrow.reasons().contains(&Reason::Horizon),
        "today is the last day"
    );
}
