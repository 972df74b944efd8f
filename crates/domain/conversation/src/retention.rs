//! How long what was said in conversations is kept.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::customer::Customer;
use crate::thread::ThreadId;

/// A thread that was put into the archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchivedThread {
    /// Which.
    pub thread: ThreadId,
    /// Whose, as they are known now.
    pub customer: Customer,
    /// When it began.
    pub opened_at: OffsetDateTime,
    /// When it ended.
    pub closed_at: OffsetDateTime,
    /// When it was put there.
    pub archived_at: OffsetDateTime,
}

/// How long a business keeps the logs of its threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawRetention", into = "RawRetention")]
pub struct Retention {
    log_days: u16,
    archive_days: u16,
}

/// The longest time of each kind, in days: about ten years.
pub const DAYS_MAX: u16 = 3_660;

/// The shortest time for which a log is at hand, in days: a redelivered message and a disputed visit still find it.
pub const LOG_DAYS_MIN: u16 = 30;

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawRetention {
    log_days: u16,
    archive_days: u16,
}

impl Default for RawRetention {
    fn default() -> Self {
        Retention::default().into()
    }
}

/// A time that no log may be kept for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "logs are kept for {LOG_DAYS_MIN} to {DAYS_MAX} days, and archived for 1 to {DAYS_MAX} days after that"
)]
pub struct NoRetention;

impl Default for Retention {
    /// 90 days at hand, a year in the archive.
    fn default() -> Self {
        Self {
            log_days: 90,
            archive_days: 365,
        }
    }
}

impl Retention {
    /// So many days at hand after a thread ended, and so many in the archive after that.
    ///
    /// # Errors
    /// [`NoRetention`].
    pub fn new(log_days: u16, archive_days: u16) -> Result<Self, NoRetention> {
        if (LOG_DAYS_MIN..=DAYS_MAX).contains(&log_days) && (1..=DAYS_MAX).contains(&archive_days) {
            Ok(Self {
                log_days,
                archive_days,
            })
        } else {
            Err(NoRetention)
        }
    }

    /// How long after its end a thread goes into the archive.
    #[must_use]
    pub fn log(self) -> Duration {
        Duration::days(i64::from(self.log_days))
    }

    /// How long after that it is deleted.
    #[must_use]
    pub fn archive(self) -> Duration {
        Duration::days(i64::from(self.archive_days))
    }
}

impl TryFrom<RawRetention> for Retention {
    type Error = NoRetention;

    fn try_from(raw: RawRetention) -> Result<Self, NoRetention> {
        Self::new(raw.log_days, raw.archive_days)
    }
}

impl From<Retention> for RawRetention {
    fn from(retention: Retention) -> Self {
        Self {
            log_days: retention.log_days,
            archive_days: retention.archive_days,
        }
    }
}

#[cfg(test)]
mod tests {
    //! What a business may set.

    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn what_is_not_set_is_ninety_days_and_a_year() {
        assert_eq!(from_value::<Retention>(json!({})).unwrap(), Retention::default());
        let longer: Retention = from_value(json!({ "log_days": 120 })).unwrap();
        assert_eq!(
            (longer.log(), longer.archive()),
            (Duration::days(120), Duration::days(365))
        );
    }

    #[test]
    fn nothing_is_kept_shorter_than_a_month_or_for_ever() {
        for wrong in [
            json!({ "log_days": 29 }),
            json!({ "log_days": 3661 }),
            json!({ "archive_days": 0 }),
            json!({ "archive_days": 9999 }),
            json!({ "days": 90 }),
        ] {
            assert!(from_value::<Retention>(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
