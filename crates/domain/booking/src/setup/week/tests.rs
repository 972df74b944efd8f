use proptest::prelude::*;
use time::Weekday;

use super::*;

const fn block(from_minute: u32, to_minute: u32) -> BlockForm {
    BlockForm {
        from_minute,
        to_minute,
    }
}

const fn on(weekday: u32, from_minute: u32, to_minute: u32) -> WeeklyBlockForm {
    WeeklyBlockForm {
        weekday,
        block: block(from_minute, to_minute),
    }
}

#[test]
fn several_blocks_a_day_and_one_across_midnight_are_a_week() {
    let week = weekly_blocks(
        "weekly",
        &[on(5, 1_320, 1_560), on(1, 540, 720), on(1, 780, 1_020)],
    )
    .unwrap();
    let days: Vec<Weekday> = week.iter().map(|block| block.weekday).collect();
    assert_eq!(days, [Weekday::Monday, Weekday::Monday, Weekday::Friday]);
    assert_eq!(week[2].block.to_minute, 1_560);
}

#[test]
fn every_fault_of_a_week_is_named_with_its_path() {
    let faults = weekly_blocks(
        "weekly",
        &[
            on(0, 540, 720),
            on(2, 720, 720),
            on(3, 1_440, 1_500),
            on(4, 0, 1_441),
            on(6, 60, 120),
        ],
    )
    .unwrap_err();
    let paths: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
    assert_eq!(
        paths,
        ["weekly[0].weekday", "weekly[1]", "weekly[2]", "weekly[3]"]
    );
}

#[test]
fn a_night_that_reaches_into_the_next_days_block_overlaps_it_also_round_the_weeks_end() {
    let next_day = weekly_blocks("w", &[on(2, 60, 600), on(1, 1_320, 1_560)]).unwrap_err();
    assert_eq!(next_day, [Fault::at("w[0]", Why::Overlap)]);
    let round = weekly_blocks("w", &[on(1, 60, 600), on(7, 1_320, 1_560)]).unwrap_err();
    assert_eq!(round, [Fault::at("w[0]", Why::Overlap)]);
    assert!(
        weekly_blocks("w", &[on(1, 120, 600), on(7, 1_320, 1_560)]).is_ok(),
        "touching is legal"
    );
}

#[test]
fn a_day_without_blocks_is_a_day_off_and_eleven_blocks_are_too_many() {
    assert_eq!(day_blocks("blocks", &[]), Ok(Vec::new()));
    let many: Vec<BlockForm> = (0..11).map(|n| block(n * 60, n * 60 + 30)).collect();
    assert!(day_blocks("blocks", &many).is_err());
}

proptest! {
    #[test]
    fn a_week_that_is_accepted_is_sorted_and_apart(
        forms in prop::collection::vec((1_u32..=7, 0_u32..1_500, 1_u32..1_500), 0..8)
    ) {
        let forms: Vec<WeeklyBlockForm> = forms.iter().map(|(day, from, length)| on(*day, *from, from + length)).collect();
        if let Ok(week) = weekly_blocks("w", &forms) {
            let span = |block: &WeeklyBlock| {
                let midnight = u32::from(block.weekday.number_days_from_monday()) * DAY;
                (midnight + u32::from(block.block.from_minute), midnight + u32::from(block.block.to_minute))
            };
            let spans: Vec<(u32, u32)> = week.iter().map(span).collect();
            prop_assert!(spans.windows(2).all(|pair| pair[0].1 <= pair[1].0));
            prop_assert_eq!(week.len(), forms.len());
        }
    }
}
