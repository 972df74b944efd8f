//! What is behind the buttons and rows by which somebody disputes a line of their statement. It came from a phone: whose
//! statement it is, and what its lines say, is looked up.

use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::desk::StatementRef;

/// For how long a list of lines may be chosen from. What is disputed by now is not marked in an older one.
pub const LINES_LIVE_FOR: Duration = Duration::hours(24);

/// A tap that asks for the lines of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinesTap {
    /// Which.
    pub statement: StatementRef,
    /// From which line on, counted from 0.
    pub from: usize,
}

/// A tap on a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineTap {
    /// Of which statement.
    pub statement: StatementRef,
    /// Its number, from 1.
    pub line: u32,
    /// When the list was made, to the minute.
    pub shown_at: OffsetDateTime,
}

/// What was tapped on a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatementTap {
    /// Its button, or "more lines".
    Lines(LinesTap),
    /// One of its lines.
    Line(LineTap),
}

impl StatementTap {
    /// As it stands behind the button.
    #[must_use]
    pub fn token(self) -> String {
        match self {
            Self::Lines(LinesTap { statement, from }) => {
                format!("s:{}:from:{from}", statement.as_uuid().simple())
            }
            Self::Line(LineTap {
                statement,
                line,
                shown_at,
            }) => {
                let minute = shown_at.unix_timestamp().div_euclid(60);
                format!("s:{}:line:{line}:{minute}", statement.as_uuid().simple())
            }
        }
    }
}

/// What a token says; `None` for one of another kind.
#[must_use]
pub fn parse_statement_token(token: &str) -> Option<StatementTap> {
    let mut parts = token.strip_prefix("s:")?.split(':');
    let statement = StatementRef::from_uuid(Uuid::try_parse(parts.next()?).ok()?);
    let tap = match parts.next()? {
        "from" => StatementTap::Lines(LinesTap {
            statement,
            from: parts.next()?.parse().ok()?,
        }),
        "line" => {
            let line = parts.next()?.parse().ok()?;
            let minute: i64 = parts.next()?.parse().ok()?;
            let shown_at = OffsetDateTime::from_unix_timestamp(minute.checked_mul(60)?).ok()?;
            StatementTap::Line(LineTap {
                statement,
                line,
                shown_at,
            })
        }
        _other => return None,
    };
    parts.next().is_none().then_some(tap)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_token_says_what_was_tapped_and_no_other_token_does() {
        let statement = StatementRef::from_uuid(Uuid::from_u128(7));
        let taps = [
            StatementTap::Lines(LinesTap { statement, from: 9 }),
            StatementTap::Line(LineTap {
                statement,
                line: 12,
                shown_at: datetime!(2026-06-01 05:03 UTC),
            }),
        ];
        for tap in taps {
            assert_eq!(parse_statement_token(&tap.token()), Some(tap));
        }
        for other in [
            "r:7:yes",
            "s:",
            "s:7:from:x",
            "s:7:line:1",
            "s:7:from:0:1",
            "s:7:line:1:9223372036854775807",
        ] {
            let other = other.replace(":7:", &format!(":{}:", statement.as_uuid().simple()));
            assert_eq!(parse_statement_token(&other), None, "{other}");
        }
    }
}
