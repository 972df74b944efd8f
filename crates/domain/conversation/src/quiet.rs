//! Quiet hours: what nobody is woken for.

use ratiba_kernel::Zone;
use time::{Duration, OffsetDateTime, Time};

use crate::outgoing::Purpose;

/// Local hour from which it is quiet.
const EVENING_HOUR: u8 = 21;
/// Local hour until which it is quiet.
const MORNING_HOUR: u8 = 7;

/// The earliest instant at which a message for this purpose may go out: `now`, or 07:00 local if it keeps
/// the quiet hours and falls into them (21:00 to 07:00).
#[must_use]
pub fn not_before(purpose: Purpose, now: OffsetDateTime, zone: &Zone) -> OffsetDateTime {
    let local = zone.local(now);
    let quiet = local.hour() >= EVENING_HOUR || local.hour() < MORNING_HOUR;
    if !quiet || !purpose.keeps_quiet_hours() {
        return now;
    }
    let day = if local.hour() >= EVENING_HOUR {
        local.date().next_day().unwrap_or(local.date())
    } else {
        local.date()
    };
    let morning = Time::MIDNIGHT + Duration::hours(i64::from(MORNING_HOUR));
    zone.instant(time::PrimitiveDateTime::new(day, morning)).max(now)
}

#[cfg(test)]
mod tests;
