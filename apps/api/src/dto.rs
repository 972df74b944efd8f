//! The small words of the wire: times, days, amounts. Each says its JSON schema.

use std::borrow::Cow;
use std::fmt;

use ratiba_kernel::{Id, Zone};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime};

use crate::problem::{FieldFault, Problem};

/// A point in time: RFC 3339 with an offset, to the microsecond. Answers show it by the tenant's own clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(OffsetDateTime);

impl Moment {
    /// An instant as the tenant's clock shows it.
    #[must_use]
    pub fn of(zone: &Zone, at: OffsetDateTime) -> Self {
        Self(zone.with_offset(at))
    }

    /// The instant.
    #[must_use]
    pub const fn instant(self) -> OffsetDateTime {
        self.0
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Moment {
    /// Written by hand: a search shows hundreds of them. Fractions of a second are cut.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.0;
        let (hours, minutes, _) = at.offset().as_hms();
        let mut text = *b"0000-00-00T00:00:00+00:00";
        let year = at.year().rem_euclid(10_000);
        put(&mut text, 0, u8::try_from(year / 100).unwrap_or(0));
        put(&mut text, 2, u8::try_from(year % 100).unwrap_or(0));
        put(&mut text, 5, u8::from(at.month()));
        put(&mut text, 8, at.day());
        put(&mut text, 11, at.hour());
        put(&mut text, 14, at.minute());
        put(&mut text, 17, at.second());
        if at.offset().is_negative()
            && let Some(sign) = text.get_mut(19)
        {
            *sign = b'-';
        }
        put(&mut text, 20, hours.unsigned_abs());
        put(&mut text, 23, minutes.unsigned_abs());
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

/// Two digits at a place.
fn put(text: &mut [u8; 25], at: usize, number: u8) {
    for (place, digit) in [(at, number / 10), (at + 1, number % 10)] {
        if let Some(byte) = text.get_mut(place) {
            *byte = b'0' + digit % 10;
        }
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        parse_moment(&text)
            .map(Self)
            .ok_or_else(|| de::Error::custom(NO_MOMENT))
    }
}

impl JsonSchema for Moment {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}

pub(crate) const NO_MOMENT: &str =
    "must be a time in RFC 3339 with an offset, such as 2026-05-13T14:00:00+03:00";
pub(crate) const NO_DAY: &str = "must be a date such as 2026-05-13";

pub(crate) fn parse_moment(text: &str) -> Option<OffsetDateTime> {
    // A leap second would be read as the last nanosecond before it, which nobody means.
    if text.get(17..19) == Some("60") {
        return None;
    }
    let at = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    // What is kept is as fine as the database's clock. Cut here, so that every rule sees the time that will be
    // kept: a stretch shorter than that is empty, and refused as such.
    let at = at.replace_nanosecond(at.nanosecond() / 1_000 * 1_000).ok()?;
    within_reason(at)
}

/// An instant that can be one of a business's: no business day lies before the year 2000 or after 2199.
pub(crate) fn within_reason(at: OffsetDateTime) -> Option<OffsetDateTime> {
    (2000..2200).contains(&at.year()).then_some(at)
}

pub(crate) fn parse_day(text: &str) -> Option<Date> {
    let date = Date::parse(text, format_description!("[year]-[month]-[day]")).ok()?;
    (2000..2200).contains(&date.year()).then_some(date)
}

/// A local day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub Date);

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        parse_day(&text)
            .map(Self)
            .ok_or_else(|| de::Error::custom(NO_DAY))
    }
}

impl JsonSchema for Day {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date" })
    }
}

// Of a `Money`, by `#[schemars(with = "Amount")]`.
/// An amount of money that is not negative, in minor units (cents).
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Amount {
    /// In the smallest unit of the currency.
    #[schemars(range(min = 0, max = 9_007_199_254_740_991_i64))]
    pub amount_minor: i64,
    /// ISO 4217.
    pub currency: CurrencyCode,
}

// Of a `Money`, by `#[schemars(with = "AmountAbove")]`: what is ordered is never nothing, and is malformed wherever it is.
/// An amount of money above nothing, in minor units (cents).
#[derive(JsonSchema)]
#[schemars(rename = "AmountAboveNothing", deny_unknown_fields)]
pub struct AmountAbove {
    /// In the smallest unit of the currency.
    #[schemars(range(min = 1, max = 9_007_199_254_740_991_i64))]
    pub amount_minor: i64,
    /// ISO 4217.
    pub currency: CurrencyCode,
}

// Of a `Money`, by `#[schemars(with = "SignedAmount")]`.
/// An amount of money that may be negative, in minor units (cents).
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct SignedAmount {
    /// In the smallest unit of the currency; negative for what is missing or went out.
    #[schemars(range(min = -9_007_199_254_740_991_i64, max = 9_007_199_254_740_991_i64))]
    pub amount_minor: i64,
    /// ISO 4217.
    pub currency: CurrencyCode,
}

/// An ISO 4217 code.
pub struct CurrencyCode;

impl JsonSchema for CurrencyCode {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "CurrencyCode".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "currency", "minLength": 3, "maxLength": 3 })
    }
}

/// The id in a path. What is no id is a mistake of whoever asks, as in a body; whether there is something under an id is
/// another question.
///
/// # Errors
/// [`Problem`] of kind `validation`.
pub fn id_of<T>(text: &str) -> Result<Id<T>, Problem> {
    text.parse().map_err(|_| {
        Problem::fields(vec![FieldFault {
            field: "id".to_owned(),
            message: "must be a UUID".to_owned(),
        }])
    })
}

#[cfg(test)]
mod tests;
