//! What is sold: services, the segments they are made of, and what they need.
//!
//! Nothing here knows about dates: a service says how long and with whom, never when.

use std::collections::BTreeSet;
use std::fmt;

use ratiba_kernel::{BasisPoints, Id, Money, MoneyError};
use serde::{Deserialize, Serialize};
use time::Duration;

use crate::policy::{Channel, PerChannel, Rounding, Rules};

/// Marks ids of services.
#[derive(Debug)]
pub enum ServiceMark {}
/// Names one service of a tenant.
pub type ServiceId = Id<ServiceMark>;

/// Marks ids of the people who render services.
#[derive(Debug)]
pub enum StaffMark {}
/// Names one staff member of a tenant.
pub type StaffId = Id<StaffMark>;

/// Marks ids of rooms, couches and machines.
#[derive(Debug)]
pub enum ResourceMark {}
/// Names one room, couch or machine of a tenant.
pub type ResourceId = Id<ResourceMark>;

/// Marks ids of customers.
#[derive(Debug)]
pub enum CustomerMark {}
/// Names one customer of a tenant.
pub type CustomerId = Id<CustomerMark>;

/// Why something could not be put into the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// A name is empty or longer than 80 characters.
    #[error("a name has 1 to 80 characters")]
    Name,
    /// A category or a resource kind is not a lower-case word of at most 40 characters.
    #[error("a category or kind is a word of lower-case letters, digits, dashes and underscores")]
    Word,
    /// A price of nothing, below nothing, or with cents where whole shillings are taken.
    #[error("the price must be above zero, and whole where M-Pesa is taken")]
    Price,
    /// A deposit above the price, of nothing, or in another currency.
    #[error("the deposit must be above zero and not above the price")]
    Deposit,
    /// No segments, too many, none with staff or with the client, or lengths that make no sense.
    #[error(
        "a service has 1 to 12 segments of 1 minute to a day, one of them with staff and one with the client"
    )]
    Segments,
    /// A buffer of more than four hours.
    #[error("a buffer is at most 240 minutes")]
    Buffers,
    /// A tax above the whole, or product costs below nothing or in another currency.
    #[error("tax and product cost must fit the price")]
    Cost,
}

/// A whole number of minutes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Minutes(u32);

impl Minutes {
    /// No time at all.
    pub const NONE: Self = Self(0);

    /// `count` minutes.
    #[must_use]
    pub const fn new(count: u32) -> Self {
        Self(count)
    }

    /// How many.
    #[must_use]
    pub const fn count(self) -> u32 {
        self.0
    }

    /// As a stretch of time.
    #[must_use]
    pub fn duration(self) -> Duration {
        Duration::minutes(i64::from(self.0))
    }

    /// In seconds.
    #[must_use]
    pub fn seconds(self) -> i64 {
        i64::from(self.0) * 60
    }
}

/// A lower-case word that names a family of things: letters, digits, `-` and `_`, at most 40.
fn is_word(text: &str) -> bool {
    let mut characters = text.chars();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.len() <= 40
        && characters.next().is_some_and(plain)
        && characters.all(|c| plain(c) || c == '-' || c == '_')
}

/// A family of services, such as `massage`; commission rules may be keyed by it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ServiceCategory(String);

/// A family of interchangeable resources, such as `couch`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ResourceKind(String);

macro_rules! word {
    ($name:ident) => {
        impl $name {
            /// The family of that word.
            ///
            /// # Errors
            /// [`CatalogueError::Word`] unless it is a lower-case word of at most 40 characters.
            pub fn parse(text: &str) -> Result<Self, CatalogueError> {
                if is_word(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(CatalogueError::Word)
                }
            }

            /// The word itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl TryFrom<String> for $name {
            type Error = CatalogueError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text)
            }
        }
        impl From<$name> for String {
            fn from(word: $name) -> Self {
                word.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}
word!(ServiceCategory);
word!(ResourceKind);

/// Whether a segment occupies the staff member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "bool", into = "bool")]
pub enum StaffNeed {
    /// The staff member works on it.
    Needed,
    /// It runs by itself, and another client fits in.
    Free,
}

/// Whether the client is there during a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "bool", into = "bool")]
pub enum ClientPresence {
    /// The client is there.
    Present,
    /// Set-up before the client comes, or clean-up after.
    Absent,
}

macro_rules! yes_or_no {
    ($name:ident, $yes:ident, $no:ident) => {
        impl From<bool> for $name {
            fn from(yes: bool) -> Self {
                if yes { Self::$yes } else { Self::$no }
            }
        }
        impl From<$name> for bool {
            fn from(answer: $name) -> Self {
                answer == $name::$yes
            }
        }
    };
}
// In documents people write them as they are asked: "staff": true, "client": false.
yes_or_no!(StaffNeed, Needed, Free);
yes_or_no!(ClientPresence, Present, Absent);

/// A stretch of a service with its own needs, as a document:
/// `{"minutes": 60, "staff": true, "resource_kind": "couch", "client": true}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    /// How long it lasts.
    pub minutes: Minutes,
    /// Whether it occupies the staff member.
    pub staff: StaffNeed,
    /// The kind of resource that it occupies, if any. Segments in a row that need the same kind keep the
    /// same member of it.
    pub resource_kind: Option<ResourceKind>,
    /// Whether the client is there.
    pub client: ClientPresence,
}

/// Time that is kept free around a service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Buffers {
    /// Before it begins.
    pub before: Minutes,
    /// After it ends.
    pub after: Minutes,
}

/// How a service fills time: its segments in order, and the buffers around them. Never empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RecipeParts", into = "RecipeParts")]
pub struct Recipe {
    segments: Vec<Segment>,
    buffers: Buffers,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecipeParts {
    segments: Vec<Segment>,
    buffers: Buffers,
}

impl TryFrom<RecipeParts> for Recipe {
    type Error = CatalogueError;

    fn try_from(parts: RecipeParts) -> Result<Self, CatalogueError> {
        Self::new(parts.segments, parts.buffers)
    }
}
impl From<Recipe> for RecipeParts {
    fn from(recipe: Recipe) -> Self {
        Self {
            segments: recipe.segments,
            buffers: recipe.buffers,
        }
    }
}

impl Recipe {
    /// A service made of `segments`, with time kept free around them.
    ///
    /// # Errors
    /// [`CatalogueError::Segments`] without segments, with more than 12, with one of no length, with more
    /// than a day in all, or when none needs staff or none has the client there;
    /// [`CatalogueError::Buffers`] for more than four hours.
    pub fn new(segments: Vec<Segment>, buffers: Buffers) -> Result<Self, CatalogueError> {
        let total: u64 = segments.iter().map(|s| u64::from(s.minutes.count())).sum();
        let sound = (1..=12).contains(&segments.len())
            && total <= 24 * 60
            && segments.iter().all(|s| s.minutes > Minutes::NONE)
            && segments.iter().any(|s| s.staff == StaffNeed::Needed)
            && segments.iter().any(|s| s.client == ClientPresence::Present);
        if !sound {
            return Err(CatalogueError::Segments);
        }
        if buffers.before > Minutes(240) || buffers.after > Minutes(240) {
            return Err(CatalogueError::Buffers);
        }
        Ok(Self { segments, buffers })
    }

    /// One stretch with staff and client, without a room and without buffers.
    ///
    /// # Errors
    /// [`CatalogueError::Segments`] for no time or more than a day.
    pub fn plain(minutes: Minutes) -> Result<Self, CatalogueError> {
        let segment = Segment {
            minutes,
            staff: StaffNeed::Needed,
            resource_kind: None,
            client: ClientPresence::Present,
        };
        Self::new(vec![segment], Buffers::default())
    }

    /// The segments, in order.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The time kept free around them.
    #[must_use]
    pub const fn buffers(&self) -> Buffers {
        self.buffers
    }

    /// All segments together, without buffers.
    #[must_use]
    pub fn duration(&self) -> Minutes {
        Minutes(self.segments.iter().map(|s| s.minutes.count()).sum())
    }
}

/// What is asked before a visit counts as confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "value")]
pub enum Deposit {
    /// Nothing: the customer pays afterwards.
    None,
    /// A fixed amount.
    Flat(Money),
    /// A share of what is charged; 10,000 basis points ask for all of it.
    Percent(BasisPoints),
}

impl Deposit {
    /// What is asked of a customer who is charged `charged`: never more than that, and raised to whole
    /// shillings where the business takes M-Pesa.
    ///
    /// # Errors
    /// [`MoneyError`] if the currencies differ or the result does not fit.
    pub fn due(self, charged: Money, rounding: Rounding) -> Result<Money, MoneyError> {
        let asked = match self {
            Self::None => return Ok(Money::zero(charged.currency())),
            Self::Flat(amount) => {
                charged.checked_sub(amount)?;
                amount
            }
            Self::Percent(rate) => charged.share(rate)?,
        };
        Ok(rounding.apply(asked)?.min(charged))
    }
}

/// Whether a service can be booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offering {
    /// It can.
    Active,
    /// It is kept for the books only.
    Retired,
}

/// How early and how far ahead one service may be booked, where that differs from the tenant's rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BookingWindow {
    /// How long before the start it must be booked; `None`: as the tenant's rules say.
    pub notice: PerChannel<Option<Minutes>>,
    /// How many local days ahead it may be booked, the last one included; `None`: as the rules say.
    pub horizon_days: PerChannel<Option<u16>>,
}

/// What is sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its identity.
    pub id: ServiceId,
    /// Its English name, 1 to 80 characters, unique among a tenant's active services.
    pub name: String,
    /// Its Swahili name.
    pub name_sw: Option<String>,
    /// Further words that customers use for it.
    pub aliases: Vec<String>,
    /// Its family.
    pub category: ServiceCategory,
    /// What it costs before any discount; tax is included.
    pub price: Money,
    /// What is asked in advance.
    pub deposit: Deposit,
    /// How it fills time.
    pub recipe: Recipe,
    /// The tax inside the price.
    pub tax: BasisPoints,
    /// What is used up each time.
    pub product_cost: Money,
    /// Whether it can be booked.
    pub offering: Offering,
    /// Who can render it.
    pub staff: BTreeSet<StaffId>,
    /// How early and how far ahead it may be booked, where that differs from the tenant's rules.
    pub window: BookingWindow,
}

impl Service {
    /// How long before the start it must be booked on a channel.
    #[must_use]
    pub fn notice(&self, rules: &Rules, channel: Channel) -> Minutes {
        self.window
            .notice
            .of(channel)
            .unwrap_or_else(|| rules.notice.of(channel))
    }

    /// How long before the start a visit of all of these must be booked on a channel: the longest notice of
    /// its services counts.
    #[must_use]
    pub fn longest_notice<'a>(
        services: impl Iterator<Item = &'a Self>,
        rules: &Rules,
        channel: Channel,
    ) -> Minutes {
        let longest = services.map(|service| service.notice(rules, channel)).max();
        longest.unwrap_or_else(|| rules.notice.of(channel))
    }

    /// How many local days ahead it may be booked on a channel, the last one included.
    #[must_use]
    pub fn horizon_days(&self, rules: &Rules, channel: Channel) -> u16 {
        self.window
            .horizon_days
            .of(channel)
            .unwrap_or_else(|| rules.horizon_days.of(channel))
    }

    /// Refuses a service that could not be sold.
    ///
    /// # Errors
    /// The first fault found, see [`CatalogueError`].
    pub fn check(&self, rounding: Rounding) -> Result<(), CatalogueError> {
        let named = |name: &str| !name.trim().is_empty() && name.chars().count() <= 80;
        if !named(&self.name) || !self.name_sw.iter().chain(&self.aliases).all(|name| named(name)) {
            return Err(CatalogueError::Name);
        }
        if !self.price.is_positive()
            || (rounding == Rounding::WholeUnits && self.price.whole_units().is_err())
        {
            return Err(CatalogueError::Price);
        }
        let deposit_fits = match self.deposit {
            Deposit::None => true,
            Deposit::Flat(amount) => {
                amount.is_positive() && amount.currency() == self.price.currency() && amount <= self.price
            }
            Deposit::Percent(rate) => (1..=10_000).contains(&rate.value()),
        };
        if !deposit_fits {
            return Err(CatalogueError::Deposit);
        }
        let cost_fits = self.product_cost.currency() == self.price.currency()
            && self.product_cost.amount_minor() >= 0
            && self.tax <= BasisPoints::WHOLE;
        if cost_fits {
            Ok(())
        } else {
            Err(CatalogueError::Cost)
        }
    }
}

/// A room, a couch or a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its identity.
    pub id: ResourceId,
    /// Which others it is interchangeable with.
    pub kind: ResourceKind,
    /// What people call it.
    pub name: String,
    /// How many clients it takes at once, 1 to 50: each place is a seat of its own.
    pub capacity: u16,
    /// Whether it can be booked.
    pub offering: Offering,
}

#[cfg(test)]
mod tests;
