//! What the assistant says: one catalogue for each language, and the writing of dates, times and amounts.
//!
//! A catalogue is a table from [`TextKey`] to a template with named places. The machine chooses keys and values and
//! never writes a sentence itself, so that a text can be changed, checked and translated in one place. Times are
//! always written on both clocks.

mod english;
mod key;
mod placeholder;
mod rail;
mod receipt;
mod shape;
mod swahili;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use ratiba_kernel::zone::Zone;
use time::{Date, OffsetDateTime, Time};

use crate::understanding::{DAY_NAMES_SW, Language, MONTH_NAMES_SW, day_part_word, spoken_saa};

pub use key::TextKey;
pub use placeholder::Placeholder;
pub use rail::RailText;
pub use receipt::ReceiptWord;
pub use shape::Shape;

/// The most characters of a row's title in a WhatsApp list.
pub const ROW_TITLE_CHARS_MAX: usize = 24;
/// The most characters of a row's description in a WhatsApp list.
pub const ROW_DESCRIPTION_CHARS_MAX: usize = 72;
/// The most characters of a reply button's title.
pub const BUTTON_CHARS_MAX: usize = 20;
/// The most characters of a message's body that goes with buttons or a list.
pub const BODY_CHARS_MAX: usize = 1024;

/// A language that we answer in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tongue {
    /// English.
    #[serde(rename = "en")]
    English,
    /// Swahili, with the English loan words that Nairobi uses.
    #[serde(rename = "sw")]
    Swahili,
}

impl From<Language> for Tongue {
    /// English is answered in English; Swahili, mixed and Sheng in Swahili.
    fn from(language: Language) -> Self {
        match language {
            Language::English => Self::English,
            Language::Swahili | Language::Mixed | Language::Sheng => Self::Swahili,
        }
    }
}

/// The values for the places of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values(BTreeMap<Placeholder, String>);

impl Values {
    /// No values.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same values and one more; a later one for the same place wins.
    #[must_use]
    pub fn with(mut self, place: Placeholder, value: impl Into<String>) -> Self {
        self.0.insert(place, value.into());
        self
    }

    /// The values, in the order of their places.
    pub(crate) fn all(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(String::as_str)
    }

    fn named(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(place, _)| place.name() == name)
            .map(|(_, value)| value.as_str())
    }
}

/// The template of a key, with its places in braces.
pub const fn template(key: TextKey, tongue: Tongue) -> &'static str {
    match tongue {
        Tongue::English => english::template(key),
        Tongue::Swahili => swahili::template(key),
    }
}

/// The places of a text, each once, in the order of [`Placeholder::ALL`]. They are the same in every language.
pub fn placeholders(key: TextKey) -> Vec<Placeholder> {
    let template = template(key, Tongue::English);
    Placeholder::ALL
        .iter()
        .copied()
        .filter(|place| template.contains(&format!("{{{}}}", place.name())))
        .collect()
}

/// The text with its values, cut to what its shape may have.
pub fn render(key: TextKey, tongue: Tongue, values: &Values) -> String {
    cut(&fill(template(key, tongue), values), key.shape().chars_max())
}

/// A template with its values.
///
/// A place without a value is written as `…`: a gap in a sentence is better than no answer. Values are set in once
/// and never read as templates, whatever they contain.
fn fill(template: &str, values: &Values) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let (name, behind) = after.split_once('}').unwrap_or((after, ""));
        text.push_str(values.named(name).unwrap_or("…"));
        rest = behind;
    }
    text.push_str(rest);
    text.trim_end().to_owned()
}

/// The first `chars_max` Unicode scalar values; where something is cut off, the last one is `…`.
pub fn cut(text: &str, chars_max: usize) -> String {
    if text.chars().count() <= chars_max {
        return text.to_owned();
    }
    let kept: String = text.chars().take(chars_max.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// A local date: `Wednesday 13 May`, `Jumatano 13 Mei`.
pub fn format_date(date: Date, tongue: Tongue) -> String {
    let day = usize::from(date.weekday().number_days_from_monday());
    let month = usize::from(u8::from(date.month())).saturating_sub(1);
    match tongue {
        Tongue::English => format!("{} {} {}", date.weekday(), date.day(), date.month()),
        Tongue::Swahili => format!(
            "{} {} {}",
            DAY_NAMES_SW.get(day).copied().unwrap_or_default(),
            date.day(),
            MONTH_NAMES_SW.get(month).copied().unwrap_or_default()
        ),
    }
}

/// A month: `May 2026`, `Mei 2026`.
pub fn format_month(date: Date, tongue: Tongue) -> String {
    format!("{} {}", month_name(date, tongue), date.year())
}

/// A local date without its weekday: `13 May`, `13 Mei`.
pub fn format_day(date: Date, tongue: Tongue) -> String {
    format!("{} {}", date.day(), month_name(date, tongue))
}

fn month_name(date: Date, tongue: Tongue) -> String {
    let month = usize::from(u8::from(date.month())).saturating_sub(1);
    match tongue {
        Tongue::English => date.month().to_string(),
        Tongue::Swahili => MONTH_NAMES_SW.get(month).copied().unwrap_or_default().to_owned(),
    }
}

/// A local time on both clocks: `2:00 pm (saa nane mchana)`, `saa nane mchana (2:00 pm)`.
pub fn format_time(time: Time, tongue: Tongue) -> String {
    let swahili = format!(
        "{} {}",
        spoken_saa(time.hour(), time.minute()),
        day_part_word(time.hour())
    );
    let half = if time.hour() < 12 { "am" } else { "pm" };
    let hour = match time.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    let english = format!("{hour}:{:02} {half}", time.minute());
    match tongue {
        Tongue::English => format!("{english} ({swahili})"),
        Tongue::Swahili => format!("{swahili} ({english})"),
    }
}

/// An instant in the tenant's zone, on both clocks: `Jumatano 13 Mei, saa nane mchana (2:00 pm)`.
///
/// What is written reads back, through [`crate::understanding::understand`], to the same date and minute.
pub fn format_when(instant: OffsetDateTime, zone: &Zone, tongue: Tongue) -> String {
    let local = zone.local(instant);
    format!(
        "{}, {}",
        format_date(local.date(), tongue),
        format_time(local.time(), tongue)
    )
}

/// A length of time in words: `90 minutes`, `1 hour`, `dakika 90`, `saa 1`.
pub fn format_minutes(minutes: u32, tongue: Tongue) -> String {
    let hours = minutes / 60;
    match (tongue, minutes.is_multiple_of(60) && hours > 0) {
        (Tongue::English, true) if hours == 1 => "1 hour".to_owned(),
        (Tongue::English, true) => format!("{hours} hours"),
        (Tongue::English, false) if minutes == 1 => "1 minute".to_owned(),
        (Tongue::English, false) => format!("{minutes} minutes"),
        (Tongue::Swahili, true) if hours == 1 => "lisaa limoja".to_owned(),
        (Tongue::Swahili, true) => format!("masaa {hours}"),
        (Tongue::Swahili, false) => format!("dakika {minutes}"),
    }
}
