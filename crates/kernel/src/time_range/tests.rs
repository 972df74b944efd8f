use proptest::prelude::*;
use time::macros::datetime;

use super::*;
use crate::test_support::time_ranges;

const NOON: OffsetDateTime = datetime!(2026-05-12 12:00 UTC);

fn hours(from: i64, to: i64) -> TimeRange {
    TimeRange::new(NOON + Duration::hours(from), NOON + Duration::hours(to)).unwrap()
}

#[test]
fn an_empty_stretch_does_not_exist() {
    assert_eq!(TimeRange::new(NOON, NOON), Err(EmptyRange));
    assert_eq!(TimeRange::starting(NOON, Duration::minutes(-5)), Err(EmptyRange));
}

#[test]
fn touching_stretches_do_not_overlap() {
    assert!(!hours(0, 1).overlaps(&hours(1, 2)));
    assert!(hours(0, 2).overlaps(&hours(1, 3)));
    assert!(!hours(0, 1).holds(NOON + Duration::hours(1)));
}

#[test]
fn offsets_do_not_matter() {
    let nairobi = TimeRange::new(datetime!(2026-05-12 15:00 +3), datetime!(2026-05-12 16:00 +3)).unwrap();
    assert_eq!(nairobi, hours(0, 1));
    assert_eq!(nairobi.start().offset(), time::UtcOffset::UTC);
}

#[test]
fn an_impossible_stretch_is_refused_when_read_back() {
    let text = r#"{"start":"2026-05-12T12:00:00Z","end":"2026-05-12T11:00:00Z"}"#;
    assert!(serde_json_like(text).is_err());
}

fn serde_json_like(text: &str) -> Result<TimeRange, serde::de::value::Error> {
    let field = |name: &str| {
        text.split(&format!("\"{name}\":\""))
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .to_owned()
    };
    let map = [
        ("start".to_owned(), field("start")),
        ("end".to_owned(), field("end")),
    ];
    TimeRange::deserialize(serde::de::value::MapDeserializer::new(map.into_iter()))
}

proptest! {
    #[test]
    fn free_and_busy_time_partition_what_was_open(open in time_ranges(6), busy in time_ranges(12)) {
        let left = TimeRange::subtract(open.clone(), busy.clone());
        for minute in 0..(3 * 24 * 60 / 5) {
            let instant = crate::test_support::EPOCH + Duration::minutes(minute * 5);
            let inside = |ranges: &[TimeRange]| ranges.iter().any(|r| r.holds(instant));
            prop_assert_eq!(inside(&left), inside(&open) && !inside(&busy), "{}", instant);
        }
        prop_assert!(left.windows(2).all(|pair| pair[0].end() < pair[1].start() || pair[0].end() == pair[1].start()));
    }

    #[test]
    fn the_union_is_sorted_and_apart(ranges in time_ranges(12)) {
        let joined = TimeRange::union(ranges);
        prop_assert!(joined.windows(2).all(|pair| pair[0].end() < pair[1].start()));
    }
}
