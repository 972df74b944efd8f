//! How often somebody may ask: per address, per token or person, and per business, with limits of their own for signing
//! in, for handing out access, and for webhooks.
//!
//! A limit is counted as a debt that is worked off at a steady pace (the generic cell rate algorithm): each request
//! costs the time that one takes at that pace, and there is room for one as long as the debt does not exceed a burst.
//! Everything is in whole microseconds, so that every place that counts comes to the same answer.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

mod gate;

pub use gate::{Door, Gate, Passed, Stopped};

const MICROSECONDS: i64 = 1_000_000;
/// The longest window: a day.
const WINDOW_S_MAX: u32 = 86_400;

/// So many requests in so many seconds, and so many of them at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    requests: u32,
    window_s: u32,
    burst: u32,
}

/// What is said of a text that is no limit.
const NO_LIMIT: &str = "must be requests per seconds, such as 600/60 or 600/60 burst 100: up to a day, no more than one \
                        in a microsecond, and a burst of no more than the requests";

impl Limit {
    /// A limit; `None` unless 1 ≤ `burst` ≤ `requests`, 1 ≤ `window_s` ≤ 86,400 and no more than one request comes in a
    /// microsecond.
    #[must_use]
    pub const fn new(requests: u32, window_s: u32, burst: u32) -> Option<Self> {
        let window = window_s >= 1 && window_s <= WINDOW_S_MAX;
        // A million in a second is one in a microsecond.
        let pace = requests.div_ceil(1_000_000) <= window_s;
        if window && pace && burst >= 1 && burst <= requests {
            Some(Self {
                requests,
                window_s,
                burst,
            })
        } else {
            None
        }
    }

    /// Requests in a window.
    #[must_use]
    pub const fn requests(self) -> u32 {
        self.requests
    }

    /// The window, in seconds.
    #[must_use]
    pub const fn window_s(self) -> u32 {
        self.window_s
    }

    /// Requests at once.
    #[must_use]
    pub const fn burst(self) -> u32 {
        self.burst
    }

    /// What one request costs: the microseconds between two at a steady pace. Rounded up, so that a window never holds
    /// more than was said.
    #[must_use]
    pub fn costs(self) -> i64 {
        let window = i64::from(self.window_s) * MICROSECONDS;
        let requests = i64::from(self.requests);
        (window + requests - 1) / requests
    }

    /// The largest debt, in microseconds.
    #[must_use]
    pub fn most(self) -> i64 {
        self.costs() * i64::from(self.burst)
    }

    /// What is left of a debt that is worked off at the instant `due`, both in microseconds since 1970. A clock that was
    /// put back makes nobody wait for longer than the largest debt.
    #[must_use]
    pub fn debt(self, due: i64, now: i64) -> i64 {
        due.saturating_sub(now).clamp(0, self.most())
    }

    /// How long until there is room for one more, in microseconds; nothing if there is.
    fn wait(self, debt: i64) -> i64 {
        (debt + self.costs() - self.most()).max(0)
    }

    /// How many more there is room for.
    fn left(self, debt: i64) -> u32 {
        let left = (self.most() - debt) / self.costs();
        u32::try_from(left).unwrap_or(0)
    }
}

impl FromStr for Limit {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (pace, burst) = match text.split_once(" burst ") {
            Some((pace, burst)) => (pace, Some(number(burst)?)),
            None => (text, None),
        };
        let (requests, window_s) = pace.split_once('/').ok_or(NO_LIMIT)?;
        let (requests, window_s) = (number(requests)?, number(window_s)?);
        Self::new(requests, window_s, burst.unwrap_or(requests)).ok_or(NO_LIMIT)
    }
}

fn number(text: &str) -> Result<u32, &'static str> {
    text.trim().parse().map_err(|_| NO_LIMIT)
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{} burst {}", self.requests, self.window_s, self.burst)
    }
}

/// A limit, or none: `off`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowance {
    /// No more than this.
    Limited(Limit),
    /// As often as one likes.
    Off,
}

impl FromStr for Allowance {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim() {
            "off" => Ok(Self::Off),
            limit => limit.parse().map(Self::Limited),
        }
    }
}

/// Every limit of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests from one address, whoever asks.
    pub address: Allowance,
    /// Requests with one token, or of one person.
    pub caller: Allowance,
    /// Requests in one business.
    pub tenant: Allowance,
    /// Steps of signing in from one address.
    pub sign_in: Allowance,
    /// Tokens and invitations that one person hands out.
    pub grant: Allowance,
    /// Webhooks from one address.
    pub webhook: Allowance,
}

impl Limits {
    /// No limit at all.
    pub const OFF: Self = Self {
        address: Allowance::Off,
        caller: Allowance::Off,
        tenant: Allowance::Off,
        sign_in: Allowance::Off,
        grant: Allowance::Off,
        webhook: Allowance::Off,
    };

    /// The limit of what is counted in a bucket.
    fn of(&self, bucket: Bucket) -> Option<Ask> {
        let allowance = match bucket {
            Bucket::Address(_) => self.address,
            Bucket::SignIn(_) => self.sign_in,
            Bucket::Webhook(_) => self.webhook,
            Bucket::Caller(_) => self.caller,
            Bucket::Grant(_) => self.grant,
            Bucket::Tenant(_) => self.tenant,
        };
        match allowance {
            Allowance::Limited(limit) => Some(Ask { bucket, limit }),
            Allowance::Off => None,
        }
    }
}

/// Where a request comes from, as far as it is counted: an address of version 4, or the network of one of version 6, since
/// everybody has 2^64 of those.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source(IpAddr);

impl Source {
    /// The source that an address belongs to. All whose address is not known are one.
    #[must_use]
    pub fn of(address: Option<IpAddr>) -> Self {
        Self(match address.map(|address| address.to_canonical()) {
            Some(IpAddr::V4(four)) => IpAddr::V4(four),
            Some(IpAddr::V6(six)) => {
                let [a, b, c, d, ..] = six.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
            None => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        })
    }
}

/// What is counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bucket {
    /// Requests from there.
    Address(Source),
    /// Steps of signing in from there.
    SignIn(Source),
    /// Webhooks from there.
    Webhook(Source),
    /// Requests with a token or of a person, by their id.
    Caller(Uuid),
    /// Access that somebody hands out, by their id.
    Grant(Uuid),
    /// Requests in a business.
    Tenant(TenantId),
}

impl Bucket {
    /// What kind of bucket it is, for headers and counters.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Address(_) => "address",
            Self::SignIn(_) => "sign-in",
            Self::Webhook(_) => "webhook",
            Self::Caller(_) => "caller",
            Self::Grant(_) => "grant",
            Self::Tenant(_) => "tenant",
        }
    }
}

/// One of a kind, such as `sign-in:192.0.2.7`.
impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind();
        match self {
            Self::Address(source) | Self::SignIn(source) | Self::Webhook(source) => {
                write!(f, "{kind}:{}", source.0)
            }
            Self::Caller(id) | Self::Grant(id) => write!(f, "{kind}:{id}"),
            Self::Tenant(id) => write!(f, "{kind}:{id}"),
        }
    }
}

/// Whether there is room for one more in a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Which bucket.
    pub bucket: Bucket,
    /// How much goes into it.
    pub limit: Limit,
}

/// How full a bucket is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What kind of bucket.
    pub kind: &'static str,
    /// Its limit.
    pub limit: Limit,
    /// How many more there is room for.
    pub left: u32,
    /// When it is empty again, if nobody asks any more.
    pub empty_in: Duration,
}

/// Whether a request was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was, and the bucket that is nearest to being full is told.
    Admitted(Standing),
    /// It was not, in no bucket.
    TooFast {
        /// The bucket that takes longest to have room.
        standing: Standing,
        /// When it has.
        wait: Duration,
    },
}

impl Verdict {
    /// The verdict over buckets with these debts, each before the request; `None` if there is no bucket.
    #[must_use]
    pub fn over(debts: impl IntoIterator<Item = (Ask, i64)>) -> Option<Self> {
        let debts: Vec<(Ask, i64)> = debts.into_iter().collect();
        let longest = debts.iter().max_by_key(|(ask, debt)| ask.limit.wait(*debt))?;
        let wait = longest.0.limit.wait(longest.1);
        if wait > 0 {
            return Some(Self::TooFast {
                standing: standing(longest.0, longest.1),
                wait: Duration::microseconds(wait),
            });
        }
        let after = debts
            .iter()
            .map(|(ask, debt)| standing(*ask, debt + ask.limit.costs()));
        after.min_by_key(|standing| standing.left).map(Self::Admitted)
    }
}

fn standing(ask: Ask, debt: i64) -> Standing {
    Standing {
        kind: ask.bucket.kind(),
        limit: ask.limit,
        left: ask.limit.left(debt),
        empty_in: Duration::microseconds(debt),
    }
}

/// Microseconds since 1970, in which limiters count.
#[must_use]
pub fn microseconds(at: OffsetDateTime) -> i64 {
    let since = (at - OffsetDateTime::UNIX_EPOCH).whole_microseconds();
    i64::try_from(since).unwrap_or(i64::MAX)
}

/// Counts requests.
#[async_trait]
pub trait Limiter: Send + Sync {
    /// Counts a request that comes at `at` in every one of the buckets if all of them have room, and in none of them
    /// otherwise: in one step, whoever else counts at the same moment. `None` if there is no bucket.
    ///
    /// # Errors
    /// [`Outage`] if the limiter does not answer in time; whether it counted is not known then.
    async fn count(&self, at: OffsetDateTime, asks: &[Ask]) -> Result<Option<Verdict>, Outage>;
}

#[cfg(test)]
mod tests;
