use proptest::prelude::*;
use time::macros::datetime;

use super::*;
use crate::test_support::builders::{NOW, zone};

fn goes(reminder: Reminder, start: OffsetDateTime) -> Option<PrimitiveDateTime> {
    let nairobi = zone("Africa/Nairobi");
    // Booked long before.
    let booked = start - Duration::days(30);
    reminder
        .goes_at(&nairobi, start, booked)
        .map(|at| nairobi.local(at))
}

fn nairobi(local: PrimitiveDateTime) -> OffsetDateTime {
    zone("Africa/Nairobi").instant(local)
}

#[test]
fn a_reminder_in_daytime_goes_when_it_is_due() {
    let start = nairobi(datetime!(2026-05-13 14:00));
    assert_eq!(goes(Reminder::DayAhead, start), Some(datetime!(2026-05-12 14:00)));
    assert_eq!(
        goes(Reminder::HoursAhead, start),
        Some(datetime!(2026-05-13 12:00))
    );
}

#[test]
fn a_reminder_due_at_night_goes_the_evening_before() {
    let late = nairobi(datetime!(2026-05-13 23:30));
    assert_eq!(
        goes(Reminder::HoursAhead, late),
        Some(datetime!(2026-05-13 20:30))
    );
    let at_nine = nairobi(datetime!(2026-05-13 23:00));
    assert_eq!(
        goes(Reminder::HoursAhead, at_nine),
        Some(datetime!(2026-05-13 20:30)),
        "21:00 is quiet"
    );
    let small_hours = nairobi(datetime!(2026-05-13 06:59));
    assert_eq!(
        goes(Reminder::HoursAhead, small_hours),
        Some(datetime!(2026-05-12 20:30))
    );
}

#[test]
fn a_reminder_due_in_the_early_morning_waits_for_seven_if_there_is_time() {
    let an_hour_after_seven = nairobi(datetime!(2026-05-13 08:00));
    assert_eq!(
        goes(Reminder::HoursAhead, an_hour_after_seven),
        Some(datetime!(2026-05-13 07:00))
    );
    let sooner = nairobi(datetime!(2026-05-13 07:59));
    assert_eq!(
        goes(Reminder::HoursAhead, sooner),
        Some(datetime!(2026-05-12 20:30))
    );
    let at_seven = nairobi(datetime!(2026-05-13 09:00));
    assert_eq!(
        goes(Reminder::HoursAhead, at_seven),
        Some(datetime!(2026-05-13 07:00)),
        "07:00 is not quiet"
    );
}

#[test]
fn a_visit_booked_after_the_reminder_was_due_gets_none() {
    let (start, nairobi) = (nairobi(datetime!(2026-05-13 23:30)), zone("Africa/Nairobi"));
    let booked = |local| Reminder::HoursAhead.goes_at(&nairobi, start, nairobi.instant(local));
    assert!(booked(datetime!(2026-05-13 20:30)).is_some());
    assert!(
        booked(datetime!(2026-05-13 20:31)).is_none(),
        "the evening has passed"
    );
    assert!(
        Reminder::DayAhead
            .goes_at(&nairobi, start, start - Duration::hours(23))
            .is_none()
    );
}

#[test]
fn a_cancellation_is_free_up_to_the_limit_and_the_fee_is_raised_to_whole_shillings() {
    let policy = CancellationPolicy {
        late_fee: BasisPoints::new(3_333),
        ..CancellationPolicy::default()
    };
    let charged = Money::kes_minor(100_000);
    let fee = |ahead| {
        policy
            .cancellation_fee(charged, NOW + ahead, NOW, Rounding::WholeUnits)
            .unwrap()
    };
    assert!(fee(Duration::hours(24)).is_zero());
    assert_eq!(
        fee(Duration::hours(24) - Duration::SECOND),
        Money::kes_minor(33_400)
    );
    assert_eq!(
        policy.no_show_fee(charged, Rounding::WholeUnits).unwrap(),
        Money::kes_minor(0)
    );
}

#[test]
fn settings_that_are_left_out_have_their_defaults_and_unknown_ones_are_refused() {
    assert_eq!(serde_json::from_str::<Rules>("{}").unwrap(), Rules::default());
    let text = r#"{"grid_step": 10, "hold": {"card": 45}, "buffers": "shared"}"#;
    let rules: Rules = serde_json::from_str(text).unwrap();
    assert_eq!(rules.grid_step, Minutes::new(10));
    assert_eq!(
        rules.hold,
        HoldLengths {
            mobile_money: Minutes::new(5),
            card: Minutes::new(45)
        }
    );
    assert_eq!(rules.buffers, BufferRule::Shared);
    assert!(serde_json::from_str::<Rules>(r#"{"grid_stepp": 10}"#).is_err());
    assert!(serde_json::from_str::<Rules>(r#"{"grid_step": -10}"#).is_err());
    let written = serde_json::to_value(Rules::default()).unwrap();
    assert_eq!(
        serde_json::from_value::<Rules>(written).unwrap(),
        Rules::default()
    );
}

proptest! {
    /// Whatever the visit and the zone: never in quiet hours, never after it was due but to wait for
    /// seven, never once the visit has begun.
    #[test]
    fn a_reminder_never_goes_in_quiet_hours(
        minutes in 0_i64..(400 * 1_440),
        name in prop::sample::select(vec!["Africa/Nairobi", "Asia/Kolkata", "Africa/Lagos"]),
    ) {
        let (zone, start) = (zone(name), NOW + Duration::minutes(minutes));
        for reminder in Reminder::ALL {
            let goes = reminder.goes_at(&zone, start, start - Duration::days(9)).unwrap();
            let local = zone.local(goes).time();
            prop_assert!((QUIET_UNTIL..QUIET_FROM).contains(&local));
            prop_assert!(goes <= start - Duration::HOUR && goes >= reminder.earliest(start));
        }
    }
}
