//! What `understand` may be told: the time, the opening hours, and where the utterances are.

use ratiba_conversation::understanding::OpeningHours;
use ratiba_kernel::Zone;
use time::format_description::well_known::Rfc3339;
use time::macros::time;
use time::{OffsetDateTime, Time, UtcOffset};

use super::Misread;

/// The zone of a time that is not given.
const HOME: &str = "Africa/Nairobi";

/// The usual hours of a salon.
const HOURS: (Time, Time) = (time!(09:00), time!(20:00));

/// Where the utterances are.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// Among the arguments.
    Texts(Vec<String>),
    /// In a file; `-` is standard input.
    File(String),
}

/// Everything that was asked.
#[derive(Debug)]
pub(super) struct Options {
    /// The instant at which the utterances are read.
    pub(super) now: OffsetDateTime,
    /// Where their wall clock hangs.
    pub(super) zone: Zone,
    /// When a visit may begin, each day.
    pub(super) opening: OpeningHours,
    /// Where the utterances are.
    pub(super) source: Source,
}

impl Options {
    /// Reads the arguments; what is not given is `now` in Nairobi, open from nine to eight.
    ///
    /// # Errors
    /// An option that is not known, has no value or a value that is none, is given twice; or no utterance at all.
    pub(super) fn read(arguments: &[String], now: OffsetDateTime) -> Result<Self, Misread> {
        let (mut at, mut hours, mut file, mut texts) = (None, None, None, Vec::new());
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let slot = match argument.as_str() {
                "--now" => &mut at,
                "--hours" => &mut hours,
                "--csv" => &mut file,
                "--" => {
                    texts.extend(rest.by_ref().cloned());
                    break;
                }
                option if option.starts_with("--") => {
                    return Err(Misread(format!("there is no option {option}")));
                }
                text => {
                    texts.push(text.to_owned());
                    continue;
                }
            };
            let value = rest.next();
            let value = value.ok_or_else(|| Misread(format!("{argument} wants a value")))?;
            if slot.replace(value.as_str()).is_some() {
                return Err(Misread(format!("{argument} is given twice")));
            }
        }
        let source = match (file, texts.is_empty()) {
            (Some(file), true) => Source::File(file.to_owned()),
            (None, false) => Source::Texts(texts),
            (Some(_), false) => return Err(Misread("either a file or texts, not both".to_owned())),
            (None, true) => return Err(Misread("nothing to understand: TEXT… or --csv FILE".to_owned())),
        };
        let (from, to) = hours.map_or(Ok(HOURS), span)?;
        let (now, zone) = match at {
            Some(text) => instant(text).map_err(|Misread(why)| Misread(format!("--now {why}")))?,
            None => (now, zone_named(HOME)?),
        };
        Ok(Self {
            now: now.to_offset(UtcOffset::UTC),
            zone,
            opening: OpeningHours::daily(from, to),
            source,
        })
    }
}

/// `2026-05-12T08:00+03:00`, with or without seconds, and the zone whose clock it is.
pub(crate) fn instant(text: &str) -> Result<(OffsetDateTime, Zone), Misread> {
    let none = || {
        Misread(format!(
            "{text} is no time with an offset, such as 2026-05-12T08:00+03:00"
        ))
    };
    let whole = match (text.get(..16), text.get(16..)) {
        (Some(minute), Some(offset)) if !offset.starts_with(':') => format!("{minute}:00{offset}"),
        _seconds_too => text.to_owned(),
    };
    let instant = OffsetDateTime::parse(&whole, &Rfc3339).map_err(|_| none())?;
    let (hours, minutes, _seconds) = instant.offset().as_hms();
    let name = match (hours, minutes) {
        (3, 0) => HOME.to_owned(),
        (0, 0) => "UTC".to_owned(),
        // Names of this kind count westward.
        (hours, 0) if hours > 0 => format!("Etc/GMT-{hours}"),
        (hours, 0) => format!("Etc/GMT+{}", hours.unsigned_abs()),
        _between => {
            return Err(Misread(format!("{text}: only offsets of whole hours are known")));
        }
    };
    Ok((instant, zone_named(&name)?))
}

fn zone_named(name: &str) -> Result<Zone, Misread> {
    Zone::parse(name).map_err(|error| Misread(format!("{name}: {error}")))
}

/// `09:00-20:00`; `24:00` and an end that is not after the beginning lie in the next day.
fn span(text: &str) -> Result<(Time, Time), Misread> {
    let none = || {
        Misread(format!(
            "--hours {text}: is no span of a day, such as 09:00-20:00"
        ))
    };
    let (from, to) = text.split_once('-').ok_or_else(none)?;
    Ok((of_day(from).ok_or_else(none)?, of_day(to).ok_or_else(none)?))
}

fn of_day(text: &str) -> Option<Time> {
    if text == "24:00" {
        return Some(Time::MIDNIGHT);
    }
    let (hour, minute) = text.split_once(':')?;
    let digits = |part: &str| part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    let read = digits(hour) && digits(minute);
    read.then(|| Time::from_hms(hour.parse().ok()?, minute.parse().ok()?, 0).ok())?
}
