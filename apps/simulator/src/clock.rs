//! The clock that the simulator lives by and that its page can move.
//!
//! Every timestamp the simulator puts on a wire comes from here. Pauses between redeliveries and delays by
//! fault are about the machine, not about the business, and are real time.

use async_trait::async_trait;
use ratiba_system::{ClockAuthority, MovableClock};
use time::OffsetDateTime;
use time::macros::offset;

/// Where business time comes from, and who is asked to move it.
#[async_trait]
pub trait ClockControl: Send + Sync {
    /// The business time, in UTC.
    fn now(&self) -> OffsetDateTime;

    /// Moves business time to `instant`, and answers once every process that follows has arrived there.
    ///
    /// Asking twice for the same instant is harmless.
    async fn move_to(&self, instant: OffsetDateTime) -> Result<(), ClockMoveFailed>;
}

/// The clock could not be moved everywhere.
#[derive(Debug, thiserror::Error)]
#[error("the clock could not be moved: {reason}")]
pub struct ClockMoveFailed {
    /// What stood in the way, for a person to read.
    pub reason: String,
}

/// A clock within one process: whoever holds a clone sees the move at once.
#[async_trait]
impl ClockControl for MovableClock {
    fn now(&self) -> OffsetDateTime {
        ratiba_kernel::Clock::now(self)
    }

    async fn move_to(&self, instant: OffsetDateTime) -> Result<(), ClockMoveFailed> {
        self.set(instant);
        Ok(())
    }
}

/// The clock of several processes: they have all arrived when the move is over.
#[async_trait]
impl ClockControl for ClockAuthority {
    fn now(&self) -> OffsetDateTime {
        ClockControl::now(&self.clock())
    }

    async fn move_to(&self, instant: OffsetDateTime) -> Result<(), ClockMoveFailed> {
        let authority = self.clone();
        // It waits for the followers, and must not hold up everybody else meanwhile.
        tokio::task::spawn_blocking(move || {
            Self::move_to(&authority, instant);
        })
        .await
        .map_err(|error| ClockMoveFailed {
            reason: error.to_string(),
        })
    }
}

/// `at` on a wall clock in Nairobi, as the providers of Kenya count.
pub(crate) fn in_nairobi(at: OffsetDateTime) -> OffsetDateTime {
    // Kenya has kept +03:00 without daylight saving since 1960, and Daraja documents the fixed offset.
    at.to_offset(offset!(+3))
}

/// The 14 digits `YYYYMMDDHHmmss` of `at` in Nairobi, as Daraja writes time.
pub(crate) fn fourteen_digits(at: OffsetDateTime) -> String {
    let at = in_nairobi(at);
    format!(
        "{:04}{:02}{:02}{:02}{:02}{:02}",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

/// Reads what [`fourteen_digits`] writes; `None` if the text is not a time of the calendar.
pub(crate) fn from_fourteen_digits(text: &str) -> Option<OffsetDateTime> {
    if text.len() != 14 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| text[from..to].parse::<u8>().ok();
    let month = time::Month::try_from(part(4, 6)?).ok()?;
    let date = time::Date::from_calendar_date(text[0..4].parse().ok()?, month, part(6, 8)?).ok()?;
    let clock = time::Time::from_hms(part(8, 10)?, part(10, 12)?, part(12, 14)?).ok()?;
    Some(time::PrimitiveDateTime::new(date, clock).assume_offset(offset!(+3)))
}

#[cfg(test)]
mod tests;
