//! How long the engine takes for a busy fortnight: 14 days, 20 people, 10 rooms, 5,000 bookings.
//!
//! Writes one line of JSON: microseconds of every run, by question. `cargo xtask bench availability` sets it beside
//! the budget.

use std::time::Instant;

use ratiba_booking::availability::{
    Arrangement, EngagedAs, Facts, PartOrder, PartRequest, SlotRequest, find,
};
use ratiba_booking::catalogue::{ClientPresence, Minutes, Segment, StaffNeed};
use ratiba_booking::engagement::Subject;
use ratiba_booking::policy::Channel;
use ratiba_booking::test_support::builders::{
    NOW, SalonBuilder, a_service, anybody_for, every_day, kind, recipe, resource, staff,
};
use ratiba_kernel::TimeRange;
use serde_json::json;
use time::Duration;

const DAYS: i64 = 14;
const STAFF: u64 = 20;
const ROOMS: u64 = 10;
const BOOKINGS: usize = 5_000;
/// From 08:00 to 20:00, in half hours.
const TURNS: i64 = 24;
const RUNS: usize = 100;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let facts = busy_fortnight()?;
    assert_eq!(
        bookings(&facts),
        BOOKINGS,
        "the case is not the one that was budgeted"
    );
    let one = measure(&facts, vec![anybody_for(1)])?;
    let two = measure(&facts, vec![anybody_for(1), anybody_for(2)])?;
    let of = |count: u64| (3..3 + count).map(anybody_for).collect();
    let (five, eight) = (measure(&facts, of(5))?, measure(&facts, of(8))?);
    let told = json!({
        "one_service": one,
        "two_services": two,
        "five_services": five,
        "eight_services": eight,
    });
    println!("{told}");
    Ok(())
}

/// Everybody is taken in 18 half hours of 24, every second person with a room.
fn busy_fortnight() -> Result<Facts, Box<dyn std::error::Error>> {
    let everybody = (1..=STAFF).map(staff).collect();
    let in_a_room = |number, minutes| {
        let segment = Segment {
            minutes: Minutes::new(minutes),
            staff: StaffNeed::Needed,
            resource_kind: Some(kind("room")),
            client: ClientPresence::Present,
        };
        let mut service = a_service(number, minutes);
        service.recipe = recipe(vec![segment], 0, 5);
        service.staff = std::collections::BTreeSet::clone(&everybody);
        service
    };
    let mut salon = SalonBuilder::default()
        .service(in_a_room(1, 30))
        .service(in_a_room(2, 45));
    // Eight more for long visits, from 10 to 45 minutes.
    for (number, minutes) in (3..=10).zip((10..).step_by(5)) {
        salon = salon.service(in_a_room(number, minutes));
    }
    for number in 1..=STAFF {
        salon = salon.staff(number, every_day(8 * 60, 20 * 60));
    }
    for number in 1..=ROOMS {
        salon = salon.resource(number, "room", 1);
    }
    let mut count = 0;
    for day in 0..DAYS {
        for person in 1..=STAFF {
            for turn in 0..TURNS {
                let mixed = turn * 7 + i64::try_from(person)? * 5 + day * 3;
                if mixed.rem_euclid(4) == 0 || count == BOOKINGS {
                    continue;
                }
                // The present is 08:00; the diaries begin on the next day.
                let start = NOW + Duration::days(day + 1) + Duration::minutes(30 * turn);
                let time = TimeRange::starting(start, Duration::minutes(30))?;
                salon = salon.engaged(Subject::Staff(staff(person)), time, EngagedAs::Booked);
                if person.is_multiple_of(2) {
                    let room = Subject::Resource {
                        id: resource(person / 2),
                        seat: 0,
                    };
                    salon = salon.engaged(room, time, EngagedAs::Booked);
                }
                count += 1;
            }
        }
    }
    Ok(salon.build())
}

fn bookings(facts: &Facts) -> usize {
    let of_staff = |subject| matches!(subject, Subject::Staff(_));
    facts
        .engagements
        .iter()
        .filter(|engagement| of_staff(engagement.claim.subject))
        .count()
}

/// Microseconds of every run. Nothing is left out of the answer, so that nothing is left undone.
#[expect(
    clippy::disallowed_methods,
    reason = "how long the engine takes is no business time"
)]
fn measure(facts: &Facts, parts: Vec<PartRequest>) -> Result<Vec<u64>, Box<dyn std::error::Error>> {
    let from = NOW + Duration::days(1);
    let request = SlotRequest {
        parts,
        order: PartOrder::Any,
        arrangement: Arrangement::Together,
        window: TimeRange::new(from, from + Duration::days(DAYS))?,
        channel: Channel::Desk,
        now: NOW,
        most: None,
    };
    assert!(
        !find(facts, &request)?.is_empty(),
        "a case without a slot says nothing"
    );
    let mut runs = Vec::with_capacity(RUNS);
    for _run in 0..RUNS {
        let began = Instant::now();
        let slots = find(facts, &request)?;
        let elapsed = began.elapsed();
        drop(slots);
        runs.push(u64::try_from(elapsed.as_micros())?);
    }
    Ok(runs)
}
