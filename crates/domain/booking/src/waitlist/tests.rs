use proptest::prelude::*;
use time::macros::{date, datetime};

use super::*;
use crate::availability::StaffWish;
use crate::engagement::Claim;
use crate::test_support::builders::*;
use crate::test_support::waitlist::{an_entry, an_offer};

fn day(first: Date, last: Date) -> Wish {
    Wish::new(first, last, None).unwrap()
}

#[test]
fn a_wish_is_for_days_and_a_part_of_the_day_by_the_local_clock() {
    let nairobi = zone("Africa/Nairobi");
    let evening = PartOfDay {
        from_minute: 16 * 60,
        to_minute: 24 * 60,
    };
    let wish = Wish::new(date!(2026 - 05 - 13), date!(2026 - 05 - 14), Some(evening)).unwrap();
    for (start, holds) in [
        (at(15, 59), false),
        (at(16, 0), true),
        (at(23, 59), true),
        (at(24, 0), false),
        (at(24 + 16, 0), true),
        (at(48 + 16, 0), false),
        (at(-24 + 16, 0), false),
    ] {
        assert_eq!(wish.holds(&nairobi, start), holds, "{start}");
    }
    assert!(!wish.is_over(&nairobi, at(47, 59)));
    assert!(wish.is_over(&nairobi, at(48, 0)));
    assert_eq!(wish.range(&nairobi), Some(from_to((0, 0), (48, 0))));
}

#[test]
fn a_wish_that_no_day_fulfils_is_refused() {
    let (first, last) = (date!(2026 - 05 - 13), date!(2026 - 05 - 12));
    assert_eq!(Wish::new(first, last, None), Err(WishFault::Days));
    assert_eq!(
        Wish::new(first, date!(2026 - 08 - 14), None),
        Err(WishFault::Days)
    );
    assert!(Wish::new(first, date!(2026 - 08 - 13), None).is_ok());
    for (from_minute, to_minute) in [(60, 60), (60, 1_441)] {
        let hours = PartOfDay {
            from_minute,
            to_minute,
        };
        assert_eq!(Wish::new(first, first, Some(hours)), Err(WishFault::Hours));
    }
}

#[test]
fn an_offer_is_open_as_long_as_the_tenant_says_but_not_past_the_notice() {
    let mut rules = Rules::default();
    let until = |rules: &Rules, start| open_until(rules, Minutes::new(30), start, at(10, 0));
    assert_eq!(until(&rules, at(12, 0)), Some(at(10, 15)));
    assert_eq!(until(&rules, at(10, 40)), Some(at(10, 10)), "half an hour ahead");
    assert_eq!(until(&rules, at(10, 35)), Some(at(10, 5)), "exactly long enough");
    assert_eq!(until(&rules, at(10, 34)), None);
    rules.waitlist_offer = Minutes::new(3);
    assert_eq!(
        until(&rules, at(10, 33)),
        Some(at(10, 3)),
        "where the tenant wants it shorter"
    );
    rules.waitlist_offer = Minutes::NONE;
    assert_eq!(until(&rules, at(12, 0)), None);
}

#[test]
fn the_list_is_watched_every_quarter_but_not_at_night() {
    let nairobi = zone("Africa/Nairobi");
    let next = |hour, minute| next_watch(&nairobi, at(hour, minute) + Duration::milliseconds(1));
    assert_eq!(next(10, 0), at(10, 15));
    assert_eq!(next(10, 14), at(10, 15));
    assert_eq!(next(20, 44), at(20, 45));
    assert_eq!(next(20, 45), at(24 + 7, 0));
    assert_eq!(next(3, 0), at(7, 0));
    assert_eq!(next_watch(&nairobi, at(10, 15)), at(10, 30), "strictly later");
}

#[test]
fn an_entry_is_offered_one_time_after_the_other_and_ends_once() {
    let offered = an_entry(1).offer(an_offer(1)).unwrap();
    assert_eq!(offered.open_offer(), Some((1, an_offer(1))));
    assert!(offered.clone().offer(an_offer(2)).is_err(), "one at a time");
    assert!(offered.clone().lapse(NOW).is_err(), "not while an offer is open");
    let waiting = offered.clone().let_go(OfferOutcome::Passed, NOW).unwrap();
    assert_eq!(
        (waiting.standing, waiting.open_offer()),
        (EntryStanding::Waiting, None)
    );
    assert!(waiting.had(an_offer(1).time));
    assert!(waiting.clone().accept(NOW).is_err(), "nothing to accept");
    let ended = [
        (offered.clone().accept(NOW).unwrap(), "booked"),
        (offered.withdraw(NOW).unwrap(), "withdrawn"),
        (waiting.clone().withdraw(NOW).unwrap(), "withdrawn"),
        (waiting.lapse(NOW).unwrap(), "lapsed"),
    ];
    for (entry, word) in ended {
        assert_eq!((entry.standing.word(), entry.open_offer()), (word, None));
        assert!(!entry.standing.is_active());
        assert!(entry.clone().offer(an_offer(2)).is_err());
        assert!(entry.clone().accept(NOW).is_err());
        assert!(entry.clone().let_go(OfferOutcome::RanOut, NOW).is_err());
        assert!(entry.clone().lapse(NOW).is_err());
        assert!(entry.withdraw(NOW).is_err());
    }
}

#[test]
fn an_entry_that_was_offered_enough_in_vain_ends() {
    let mut entry = an_entry(1);
    for _offer in 0..OFFERS_MOST {
        assert_eq!(entry.standing, EntryStanding::Waiting);
        entry = entry
            .offer(an_offer(1))
            .unwrap()
            .let_go(OfferOutcome::RanOut, NOW)
            .unwrap();
    }
    assert_eq!(entry.standing.word(), "exhausted");
}

fn who(
    entries: &[WaitlistEntry],
    salon: SalonBuilder,
    freed: Option<TimeRange>,
) -> Vec<(u64, OffsetDateTime)> {
    let number = |id| (1..100).find(|number| an_entry(*number).id == id).unwrap();
    let turns = turns(&salon.build(), entries, freed, at(8, 0));
    turns
        .into_iter()
        .map(|turn| (number(turn.entry), turn.slot.time.start()))
        .collect()
}

fn of_customer(number: u64) -> WaitlistEntry {
    WaitlistEntry {
        customer: customer(number),
        ..an_entry(number)
    }
}

/// Staff 1 is busy all of 13 May but from ten to eleven.
fn an_hour_free() -> SalonBuilder {
    SalonBuilder::default()
        .booked(from_to((9, 0), (10, 0)))
        .booked(from_to((11, 0), (17, 0)))
}

#[test]
fn turns_go_by_priority_then_the_exact_fit_then_the_longest_wait_then_the_id() {
    let salon = || an_hour_free().service(a_service(2, 45));
    let mut queue: Vec<WaitlistEntry> = (1..=4).map(of_customer).collect();
    let first = |queue: &[WaitlistEntry]| who(queue, salon(), None).first().map(|(number, _)| *number);
    assert_eq!(first(&queue), Some(1), "the smaller id");
    queue[2].joined_at = NOW - Duration::HOUR;
    assert_eq!(first(&queue), Some(3), "who waits longer");
    queue[2].parts = vec![anybody_for(2)];
    queue[0].parts = vec![anybody_for(2)];
    assert_eq!(first(&queue), Some(2), "who closes the gap");
    queue[2].priority = Priority::new(1).unwrap();
    assert_eq!(first(&queue), Some(3), "who matters more");
}

#[test]
fn one_time_is_offered_to_one_person() {
    let queue: Vec<WaitlistEntry> = (1..=3).map(of_customer).collect();
    assert_eq!(who(&queue, an_hour_free(), None), [(1, at(10, 0))]);
    let two_hours = SalonBuilder::default()
        .booked(from_to((9, 0), (10, 0)))
        .booked(from_to((12, 0), (17, 0)));
    assert_eq!(who(&queue, two_hours, None), [(1, at(10, 0)), (2, at(11, 0))]);
}

#[test]
fn one_person_is_offered_one_time() {
    let same = [an_entry(1), an_entry(2)];
    let free = SalonBuilder::default;
    assert_eq!(who(&same, free(), None), [(1, at(9, 0))]);
    let has_one = [
        an_entry(1).offer(an_offer(1)).unwrap(),
        an_entry(2),
        of_customer(3),
    ];
    assert_eq!(who(&has_one, free(), None), [(3, at(9, 0))]);
}

#[test]
fn what_was_offered_in_vain_is_not_offered_again() {
    let passed = an_entry(1)
        .offer(an_offer(1))
        .unwrap()
        .let_go(OfferOutcome::RanOut, NOW)
        .unwrap();
    assert_eq!(
        who(&[passed.clone(), of_customer(2)], an_hour_free(), None),
        [(2, at(10, 0))]
    );
    // From 9 to 10 touches it and is another time; 9:15 overlaps.
    let free = SalonBuilder::default().booked(from_to((9, 0), (9, 15)));
    assert_eq!(who(&[passed], free, None), [(1, at(11, 0))]);
}

#[test]
fn freed_time_is_offered_to_those_who_can_use_some_of_it() {
    let freed = Some(from_to((14, 0), (15, 0)));
    assert_eq!(
        who(&[an_entry(1)], SalonBuilder::default(), freed),
        [(1, at(13, 15))]
    );
    let taken = SalonBuilder::default().booked(from_to((14, 0), (15, 0)));
    assert_eq!(who(&[an_entry(1)], taken, freed), []);
    assert_eq!(
        who(
            &[an_entry(1)],
            SalonBuilder::default(),
            Some(from_to((6, 0), (8, 0)))
        ),
        []
    );
}

#[test]
fn the_wish_the_staff_and_the_notice_are_kept() {
    let afternoon = PartOfDay {
        from_minute: 840,
        to_minute: 900,
    };
    let wish = Wish::new(date!(2026 - 05 - 13), date!(2026 - 05 - 20), Some(afternoon)).unwrap();
    let entry = WaitlistEntry { wish, ..an_entry(1) };
    assert_eq!(who(&[entry], SalonBuilder::default(), None), [(1, at(14, 0))]);
    let salon = || SalonBuilder::default().staff(2, every_day(780, 1_020));
    let by_two = WaitlistEntry {
        parts: vec![PartRequest::new(service(1), StaffWish::Only(staff(2)))],
        ..an_entry(1)
    };
    assert_eq!(
        who(std::slice::from_ref(&by_two), salon(), None),
        [(1, at(13, 0))]
    );
    let gone = WaitlistEntry {
        parts: vec![PartRequest::new(service(9), StaffWish::Any)],
        ..of_customer(2)
    };
    assert_eq!(
        who(&[gone, by_two], salon(), None),
        [(1, at(13, 0))],
        "what is gone stops nobody"
    );
    let today = WaitlistEntry {
        wish: day(date!(2026 - 05 - 12), date!(2026 - 05 - 12)),
        ..an_entry(1)
    };
    let late = turns(&SalonBuilder::default().build(), &[today], None, at(-24 + 15, 30));
    assert_eq!(
        late,
        [],
        "16:00 is the last start, and half an hour ahead is too near"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nobody_is_offered_the_time_of_another_or_two_times(
        entries in prop::collection::vec((1u64..6, 1u64..3, 0u8..4, 0i64..5, 0u16..9), 0..12),
        booked in prop::collection::vec((0i64..24, 1i64..8), 0..6),
        freed in prop::option::of((0i64..24, 1i64..8)),
    ) {
        let stretch = |(from, length): (i64, i64)| from_to((9, from * 20), (9, (from + length) * 20));
        let salon = SalonBuilder::default().service(a_service(2, 90)).staff(2, every_day(600, 900));
        let facts = booked.into_iter().fold(salon, |salon, at| salon.booked(stretch(at))).build();
        let queue: Vec<WaitlistEntry> = (1..)
            .zip(entries)
            .map(|(number, (who, what, level, waits, from))| WaitlistEntry {
                customer: customer(who),
                parts: vec![anybody_for(what)],
                priority: Priority::new(level).unwrap(),
                joined_at: NOW - Duration::hours(waits),
                wish: Wish::new(date!(2026 - 05 - 12), date!(2026 - 05 - 14), Some(PartOfDay {
                    from_minute: from * 60,
                    to_minute: 1_440,
                })).unwrap(),
                ..an_entry(number)
            })
            .collect();
        let made = turns(&facts, &queue, freed.map(stretch), NOW);
        let mut taken: Vec<Claim> = facts.engagements.iter().map(|e| e.claim.clone()).collect();
        let mut served = std::collections::BTreeSet::new();
        for turn in &made {
            let entry = queue.iter().find(|entry| entry.id == turn.entry).unwrap();
            prop_assert!(served.insert(entry.customer), "one offer each");
            prop_assert!(entry.wish.holds(&facts.policy.zone, turn.slot.time.start()));
            prop_assert!(NOW < turn.until && turn.until < turn.slot.time.start());
            for claim in turn.slot.parts.iter().flat_map(|part| &part.claims) {
                prop_assert!(!taken.iter().any(|other| other.conflicts(claim)));
                taken.push(claim.clone());
            }
        }
        prop_assert_eq!(&turns(&facts, &queue, freed.map(stretch), NOW), &made, "the same every time");
    }
}

#[test]
fn quiet_hours_end_in_the_morning() {
    let nairobi = zone("Africa/Nairobi");
    let quiet = |at| crate::policy::quiet_until(&nairobi, at);
    assert_eq!(quiet(at(20, 59)), None);
    assert_eq!(quiet(at(21, 0)), Some(at(31, 0)));
    assert_eq!(quiet(at(6, 59)), Some(at(7, 0)));
    assert_eq!(quiet(at(7, 0)), None);
    let eve = datetime!(2026-12-31 20:00 UTC);
    assert_eq!(quiet(eve), Some(datetime!(2027-01-01 04:00 UTC)));
}
