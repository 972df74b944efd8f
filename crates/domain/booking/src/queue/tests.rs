use proptest::prelude::*;
use time::Weekday;

use super::*;
use crate::availability::StaffWish;
use crate::catalogue::StaffId;
use crate::engagement::Claim;
use crate::test_support::builders::*;
use crate::test_support::queue::a_walk_in;

fn waiting(number: u64, parts: Vec<PartRequest>) -> WalkIn {
    WalkIn {
        parts,
        ..a_walk_in(number, at(9, 0))
    }
}

fn starts(builder: SalonBuilder, now: OffsetDateTime, queue: &[WalkIn]) -> Vec<Option<OffsetDateTime>> {
    let mut line = Line::new(builder.build(), now);
    let found = estimates(&mut line, queue);
    found
        .into_iter()
        .map(|estimate| match estimate {
            Estimate::At(slot) => Some(slot.time.start()),
            Estimate::NotToday { .. } => None,
        })
        .collect()
}

#[test]
fn whoever_is_here_need_not_wait_for_the_grid() {
    let one = [waiting(1, vec![anybody_for(1)])];
    let salon = || SalonBuilder::default().rules(|rules| rules.notice.desk = Minutes::new(60));
    assert_eq!(
        starts(salon(), at(10, 7) + Duration::seconds(30), &one),
        [Some(at(10, 8))]
    );
    assert_eq!(starts(salon(), at(10, 7), &one), [Some(at(10, 7))]);
    let mut own = a_service(1, 60);
    own.window.notice.desk = Some(Minutes::new(90));
    assert_eq!(
        starts(salon().service(own), at(10, 7), &one),
        [Some(at(10, 7))],
        "nor for the notice of the service"
    );
}

#[test]
fn each_waits_for_those_who_came_before() {
    let queue = [1, 2, 3].map(|number| waiting(number, vec![anybody_for(1)]));
    let salon = SalonBuilder::default().booked(from_to((11, 0), (12, 30)));
    let expected = [Some(at(10, 0)), Some(at(12, 30)), Some(at(13, 30))];
    assert_eq!(starts(salon, at(10, 0), &queue), expected);
}

#[test]
fn somebody_behind_goes_first_only_where_that_delays_nobody_ahead() {
    let salon = || {
        SalonBuilder::default()
            .service(a_service(2, 120))
            .booked(from_to((11, 0), (12, 0)))
    };
    let long = waiting(1, vec![anybody_for(2)]);
    let short = waiting(2, vec![anybody_for(1)]);
    let both = [long, short];
    assert_eq!(
        starts(salon(), at(10, 0), &both),
        [Some(at(12, 0)), Some(at(10, 0))]
    );
    assert_eq!(
        starts(salon(), at(10, 30), &both),
        [Some(at(12, 0)), Some(at(14, 0))]
    );
}

#[test]
fn after_closing_nobody_is_served_and_it_is_said_why() {
    let mut line = Line::new(SalonBuilder::default().build(), at(16, 30));
    let reasons = BTreeSet::from([Reason::Closed]);
    assert_eq!(
        line.estimate(&[anybody_for(1)]),
        Ok(Estimate::NotToday {
            reasons: reasons.clone()
        })
    );
    let found = estimates(&mut line, &[waiting(1, vec![anybody_for(1)])]);
    assert_eq!(found, [Estimate::NotToday { reasons }]);
}

#[test]
fn tomorrow_is_not_today() {
    let salon = SalonBuilder::default().booked(from_to((9, 0), (17, 0)));
    assert_eq!(
        starts(salon, at(10, 0), &[waiting(1, vec![anybody_for(1)])]),
        [None]
    );
}

#[test]
fn a_wish_for_what_is_gone_holds_nobody_up() {
    let gone = waiting(1, vec![anybody_for(9)]);
    let left = waiting(2, vec![PartRequest::new(service(1), StaffWish::Only(staff(9)))]);
    let fine = waiting(3, vec![anybody_for(1)]);
    let found = starts(SalonBuilder::default(), at(10, 0), &[gone, left, fine]);
    assert_eq!(found, [None, None, Some(at(10, 0))]);
}

#[test]
fn only_who_waits_is_seated_or_leaves() {
    let seated = a_walk_in(1, NOW).seat(customer(2), visit(1), NOW).unwrap();
    assert_eq!(seated.guest, Guest::Customer(customer(2)));
    let left = a_walk_in(1, NOW).leave(Departure::Gone, NOW).unwrap();
    for over in [seated, left] {
        let word = over.standing.word();
        assert_eq!(
            over.clone().seat(customer(1), visit(2), NOW),
            Err(NotWaiting(word))
        );
        assert_eq!(over.leave(Departure::TurnedAway, NOW), Err(NotWaiting(word)));
    }
}

#[test]
fn a_first_name_is_short_plain_and_not_logged() {
    assert_eq!(FirstName::parse("  Amina ").unwrap().as_str(), "Amina");
    for bad in ["", "   ", "A\nB", &"x".repeat(41)] {
        assert_eq!(FirstName::parse(bad), Err(BadFirstName), "{bad:?}");
    }
    assert!(!format!("{:?}", FirstName::parse("Amina").unwrap()).contains("Amina"));
}

fn team(people: u64) -> SalonBuilder {
    let mut long = a_service(2, 90);
    let able: BTreeSet<StaffId> = (1..=people).map(staff).collect();
    long.staff.clone_from(&able);
    let mut short = a_service(1, 30);
    short.staff = able;
    let salon = SalonBuilder::default().service(short).service(long);
    (1..=people).fold(salon, |salon, number| salon.staff(number, every_day(540, 1_020)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nobody_in_the_queue_is_promised_the_time_of_another(
        people in 1u64..4,
        wishes in prop::collection::vec((1u64..3, prop::option::of(1u64..4)), 1..12),
        booked in prop::collection::vec((0i64..20, 1i64..6), 0..5),
        minute in 0i64..400,
    ) {
        let mut salon = team(people);
        for (from, length) in booked {
            let range = from_to((9, from * 20), (9, (from + length) * 20));
            salon = salon.booked(range);
        }
        let now = at(9, minute);
        let mut line = Line::new(salon.build(), now);
        let known: Vec<Claim> = line.facts().engagements.iter().map(|e| e.claim.clone()).collect();
        let queue: Vec<WalkIn> = (1..)
            .zip(wishes)
            .map(|(number, (wanted, by))| {
                let wish = by.filter(|by| *by <= people).map_or(StaffWish::Any, |by| StaffWish::Only(staff(by)));
                waiting(number, vec![PartRequest::new(service(wanted), wish)])
            })
            .collect();
        let mut taken = known;
        for estimate in estimates(&mut line, &queue) {
            let Estimate::At(slot) = estimate else { continue };
            prop_assert!(slot.time.start() >= now);
            for claim in slot.parts.iter().flat_map(|part| &part.claims) {
                prop_assert!(!taken.iter().any(|other| other.conflicts(claim)));
                taken.push(claim.clone());
            }
        }
    }
}

#[test]
fn the_line_is_of_the_local_day() {
    let salon = SalonBuilder::default().with(|facts| {
        facts.staff[0].hours.weekly = crate::test_support::builders::every_day(0, 1_440);
        facts.staff[0]
            .hours
            .weekly
            .retain(|block| block.weekday != Weekday::Thursday);
    });
    // Wednesday 23:30: an hour does not fit before Thursday, which is off.
    assert_eq!(
        starts(salon, at(23, 30), &[waiting(1, vec![anybody_for(1)])]),
        [None]
    );
}
