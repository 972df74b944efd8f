//! What went over the wire between the product and the providers, without bodies and without secrets.

use std::collections::VecDeque;

use serde::Serialize;
use time::OffsetDateTime;

/// Older exchanges are forgotten.
const KEPT: usize = 1_000;
/// A part of a path longer than this, made of hexadecimal digits, is a secret in a path.
const SECRET_MIN: usize = 16;

/// One request and its answer.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Exchange {
    pub(crate) seq: u64,
    /// Business time at the end of the exchange.
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) at: OffsetDateTime,
    #[serde(flatten)]
    pub(crate) what: Happening,
}

/// What is known about an exchange.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Happening {
    /// `request` to a provider, or `delivery` by one.
    pub(crate) direction: &'static str,
    /// What it was, in the words of the fault targets.
    pub(crate) target: crate::faults::Target,
    pub(crate) method: &'static str,
    pub(crate) path: String,
    /// HTTP status of the answer; `None` if there was none.
    pub(crate) status: Option<u16>,
    /// How long it took, in milliseconds of real time.
    pub(crate) ms: u64,
    /// The fault that struck, or why there was no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
}

/// The last exchanges.
#[derive(Debug, Default)]
pub(crate) struct ExchangeLog {
    kept: VecDeque<Exchange>,
    last_seq: u64,
}

impl ExchangeLog {
    pub(crate) fn add(&mut self, at: OffsetDateTime, mut what: Happening) {
        what.path = masked(&what.path);
        self.last_seq += 1;
        self.kept.push_back(Exchange {
            seq: self.last_seq,
            at,
            what,
        });
        if self.kept.len() > KEPT {
            self.kept.pop_front();
        }
    }

    /// The exchanges after the one numbered `after`.
    pub(crate) fn after(&self, after: u64) -> impl DoubleEndedIterator<Item = &Exchange> {
        self.kept.iter().filter(move |exchange| exchange.seq > after)
    }
}

/// The path without the query and without the tokens in it.
fn masked(path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    let part = |part: &str| {
        let secret = part.len() >= SECRET_MIN && part.bytes().all(|byte| byte.is_ascii_hexdigit());
        // Ids of business numbers are digits only and no secret.
        let number = part.bytes().all(|byte| byte.is_ascii_digit());
        if secret && !number {
            format!("{}…", &part[..4])
        } else {
            part.to_owned()
        }
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests;
