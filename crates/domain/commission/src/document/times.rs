//! Times of a case: with an offset, or on the wall clock of the tenant.

use ratiba_kernel::Zone;
use ratiba_kernel::casefile::times::{clock, date_of, offset};
use serde_json::Value;
use time::{Date, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

use crate::rule::Problem;
use crate::rule::json::reader::Reader;

const INSTANT: &str = "a time such as 2026-05-13T10:00 or 2026-05-13T07:00:00Z";

impl Reader {
    pub(super) fn date(&mut self, path: &str, value: &Value) -> Option<Date> {
        match value.as_str().and_then(date_of).flatten() {
            Some(date) => Some(date),
            None => self.fault(path, Problem::MustBe("a date such as 2026-05-13")),
        }
    }

    pub(super) fn instant(&mut self, path: &str, value: &Value, zone: &Zone) -> Option<OffsetDateTime> {
        match value.as_str().and_then(|text| instant_of(text, zone)) {
            Some(instant) => Some(instant),
            None => self.fault(path, Problem::MustBe(INSTANT)),
        }
    }
}

fn instant_of(text: &str, zone: &Zone) -> Option<OffsetDateTime> {
    let (date, rest) = text.split_once(['T', 't', ' '])?;
    let date = date_of(date)??;
    let zoned = rest.find(['Z', 'z', '+', '-']);
    let (reading, of) = rest.split_at_checked(zoned.unwrap_or(rest.len()))?;
    let reading = clock(reading)?;
    let local = PrimitiveDateTime::new(date, Time::MIDNIGHT).saturating_add(reading);
    match zoned {
        None => Some(zone.instant(local)),
        Some(_) => Some(local.assume_offset(offset(of)?).to_offset(UtcOffset::UTC)),
    }
}
