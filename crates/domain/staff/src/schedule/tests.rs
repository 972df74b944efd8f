use proptest::prelude::*;
use time::macros::{date, datetime};

use super::*;

fn block(weekday: Weekday, from: u16, to: u16) -> Block {
    Block::new(weekday, from, to).unwrap()
}

#[test]
fn a_block_lasts_from_a_minute_to_a_day() {
    for (from, to) in [(540, 540), (600, 540), (1_440, 1_500), (0, 1_441), (1_439, 2_880)] {
        assert_eq!(
            Block::new(Weekday::Monday, from, to),
            Err(HoursRefused::NotABlock),
            "{from}–{to}"
        );
    }
    assert!(Block::new(Weekday::Monday, 0, 1_440).is_ok());
    assert!(Block::new(Weekday::Monday, 1_320, 1_560).is_ok());
}

#[test]
fn blocks_may_touch_and_never_overlap_also_around_the_week() {
    let touching = vec![
        block(Weekday::Monday, 780, 1_080),
        block(Weekday::Monday, 540, 780),
    ];
    assert_eq!(WeeklyHours::new(touching).unwrap().blocks()[0].from_minute(), 540);
    let overlapping = vec![
        block(Weekday::Monday, 540, 781),
        block(Weekday::Monday, 780, 1_080),
    ];
    assert_eq!(WeeklyHours::new(overlapping), Err(HoursRefused::Overlap));
    let over_midnight = vec![
        block(Weekday::Friday, 1_320, 1_560),
        block(Weekday::Saturday, 119, 600),
    ];
    assert_eq!(WeeklyHours::new(over_midnight), Err(HoursRefused::Overlap));
    let around = vec![
        block(Weekday::Sunday, 1_320, 1_560),
        block(Weekday::Monday, 119, 600),
    ];
    assert_eq!(WeeklyHours::new(around), Err(HoursRefused::Overlap));
    let touching_around = vec![
        block(Weekday::Sunday, 1_320, 1_560),
        block(Weekday::Monday, 120, 600),
    ];
    assert!(WeeklyHours::new(touching_around).is_ok());
}

#[test]
fn a_day_has_its_blocks_on_the_wall_clock_of_the_business() {
    let hours = WeeklyHours::new(vec![
        block(Weekday::Tuesday, 540, 780),
        block(Weekday::Tuesday, 1_320, 1_560),
        block(Weekday::Friday, 540, 600),
    ])
    .unwrap();
    let nairobi = Zone::parse("Africa/Nairobi").unwrap();
    let expected = [
        TimeRange::new(datetime!(2026-05-12 06:00 UTC), datetime!(2026-05-12 10:00 UTC)).unwrap(),
        TimeRange::new(datetime!(2026-05-12 19:00 UTC), datetime!(2026-05-12 23:00 UTC)).unwrap(),
    ];
    assert_eq!(hours.on(date!(2026 - 05 - 12), &nairobi), expected);
    assert_eq!(hours.on(date!(2026 - 05 - 13), &nairobi), []);
}

proptest! {
    #[test]
    fn a_week_is_accepted_exactly_where_no_minute_is_claimed_twice(
        rows in prop::collection::vec((0u8..7, 0u16..96, 1u16..97), 0..5),
    ) {
        let blocks: Vec<Block> = rows
            .iter()
            .map(|(day, from, length)| block(Weekday::Monday.nth_next(*day), from * 15, (from + length) * 15))
            .collect();
        let mut claimed = vec![0u8; 7 * 96];
        for (day, from, length) in &rows {
            for quarter in *from..from + length {
                claimed[(usize::from(*day) * 96 + usize::from(quarter)) % (7 * 96)] += 1;
            }
        }
        prop_assert_eq!(WeeklyHours::new(blocks).is_ok(), claimed.iter().all(|count| *count <= 1));
    }
}
