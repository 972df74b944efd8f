//! The words for questions that are answered on the way.

use time::{Date, Time, Weekday};

use crate::desk::{PromotionCard, ServiceRef, StaffRef, TakenOff, Wanted};
use crate::machine::Meaning;
use crate::texts::{Placeholder, TextKey, Values, format_date, format_minutes, format_time};
use crate::understanding::OpenSpan;

use super::{Choice, Phrase, Voice};

/// More lines, or names in a line, nobody reads.
const LINES_MAX: usize = 20;

pub(super) fn prices(services: &[ServiceRef], voice: &Voice<'_>) -> Phrase {
    let known: Vec<_> = services.iter().filter_map(|id| voice.menu.service(*id)).collect();
    let book = vec![voice.choice(Meaning::Book, TextKey::ButtonBook)];
    match known.as_slice() {
        [only] => {
            let values = Values::new()
                .with(Placeholder::Service, only.name_in(voice.language()))
                .with(Placeholder::Price, only.price.to_string())
                .with(Placeholder::Duration, format_minutes(only.minutes, voice.tongue));
            let choice = Choice {
                meaning: Meaning::Service(only.id),
                ..voice.choice(Meaning::Book, TextKey::ButtonBook)
            };
            voice
                .say_with(TextKey::PriceAnswer, &values)
                .with_choices(vec![choice])
        }
        several => {
            let lines: Vec<String> = several
                .iter()
                .take(20)
                .map(|service| format!("{}: {}", service.name_in(voice.language()), service.price))
                .collect();
            let values = Values::new().with(Placeholder::List, lines.join("\n"));
            voice
                .say_with(TextKey::PriceListAnswer, &values)
                .with_choices(book)
        }
    }
}

pub(super) fn location(voice: &Voice<'_>) -> Phrase {
    match &voice.profile.location {
        Some(address) => voice.say_with(
            TextKey::LocationAnswer,
            &Values::new().with(Placeholder::Address, address.as_str()),
        ),
        None => do_not_know(voice),
    }
}

pub(super) fn do_not_know(voice: &Voice<'_>) -> Phrase {
    voice
        .say(TextKey::NoAnswerKnown)
        .with_choices(vec![voice.choice(Meaning::Person, TextKey::ButtonPerson)])
}

pub(super) fn hours(day: Option<Date>, voice: &Voice<'_>) -> Phrase {
    let Some(day) = day else {
        return voice.say_with(
            TextKey::HoursAnswer,
            &Values::new().with(Placeholder::Hours, week(voice)),
        );
    };
    let spans = voice.menu.opening.spans_on(day);
    let values = Values::new().with(Placeholder::Date, format_date(day, voice.tongue));
    if spans.is_empty() {
        voice.say_with(
            TextKey::ClosedOnDateAnswer,
            &values.with(Placeholder::Hours, week(voice)),
        )
    } else {
        voice.say_with(
            TextKey::HoursOnDateAnswer,
            &values.with(Placeholder::Hours, spans_written(spans, voice)),
        )
    }
}

/// The promotions that run, a line for each.
pub(super) fn offers(promotions: &[PromotionCard], voice: &Voice<'_>) -> Phrase {
    let lines: Vec<String> = promotions
        .iter()
        .take(LINES_MAX)
        .map(|promotion| offer(promotion, voice))
        .collect();
    let values = Values::new().with(Placeholder::List, lines.join("\n"));
    voice
        .say_with(TextKey::OffersAnswer, &values)
        .with_choices(vec![voice.choice(Meaning::Book, TextKey::ButtonBook)])
}

fn offer(promotion: &PromotionCard, voice: &Voice<'_>) -> String {
    let names: Vec<&str> = promotion
        .services
        .iter()
        .filter_map(|id| voice.menu.service(*id))
        .take(LINES_MAX)
        .map(|service| service.name_in(voice.language()))
        .collect();
    let days: Vec<String> = promotion
        .weekdays
        .iter()
        .map(|day| day_name(*day, voice))
        .collect();
    let when = if days.len() < 7 {
        format!(" ({})", days.join(", "))
    } else {
        String::new()
    };
    let off = match promotion.off {
        TakenOff::Flat(amount) => amount.to_string(),
        TakenOff::Share(share) => share.to_string(),
    };
    let values = Values::new()
        .with(Placeholder::Reason, promotion.name.as_str())
        .with(Placeholder::Amount, off)
        .with(Placeholder::Service, names.join(", "))
        .with(Placeholder::First, format_date(promotion.first_day, voice.tongue))
        .with(
            Placeholder::Date,
            format!("{}{when}", format_date(promotion.last_day, voice.tongue)),
        );
    voice.text(TextKey::OfferLine, &values)
}

/// Who renders a service, or who works here.
pub(super) fn team(service: Option<ServiceRef>, staff: &[StaffRef], voice: &Voice<'_>) -> Phrase {
    let names: Vec<&str> = staff
        .iter()
        .filter_map(|id| voice.menu.staff_member(*id))
        .take(LINES_MAX)
        .map(|member| member.name.as_str())
        .collect();
    let values = Values::new().with(Placeholder::List, names.join(", "));
    let choice = voice.choice(Meaning::Book, TextKey::ButtonBook);
    match service.and_then(|id| voice.menu.service(id)) {
        Some(service) => voice
            .say_with(
                TextKey::WhoRenders,
                &values.with(Placeholder::Service, service.name_in(voice.language())),
            )
            .with_choices(vec![Choice {
                meaning: Meaning::Service(service.id),
                ..choice
            }]),
        None => voice
            .say_with(TextKey::WhoWorksHere, &values)
            .with_choices(vec![choice]),
    }
}

/// Whether somebody has time then.
pub(super) fn staff_then(key: TextKey, staff: StaffRef, wanted: &Wanted, voice: &Voice<'_>) -> Phrase {
    let name = voice.menu.staff_member(staff).map_or("…", |member| &member.name);
    let values = Values::new()
        .with(Placeholder::Staff, name)
        .with(Placeholder::When, voice.wanted(wanted));
    voice.say_with(key, &values)
}

/// The week's hours, days with the same hours together.
fn week(voice: &Voice<'_>) -> String {
    let mut lines: Vec<(Weekday, Weekday, Vec<OpenSpan>)> = Vec::new();
    for offset in 0..7 {
        let day = Weekday::Monday.nth_next(offset);
        let spans = voice.menu.opening.spans(day).to_vec();
        match lines.last_mut() {
            Some((_, last, same)) if *same == spans => *last = day,
            Some(_) | None => lines.push((day, day, spans)),
        }
    }
    let written = lines
        .into_iter()
        .filter(|(_, _, spans)| !spans.is_empty())
        .map(|(first, last, spans)| {
            let days = if first == last {
                day_name(first, voice)
            } else {
                format!("{} – {}", day_name(first, voice), day_name(last, voice))
            };
            format!("{days}: {}", spans_written(&spans, voice))
        });
    written.collect::<Vec<_>>().join("\n")
}

/// A weekday's name, taken from a date that has it.
fn day_name(day: Weekday, voice: &Voice<'_>) -> String {
    let monday = Date::from_iso_week_date(2026, 20, Weekday::Monday).unwrap_or(Date::MIN);
    let date = monday + time::Duration::days(i64::from(day.number_days_from_monday()));
    let written = format_date(date, voice.tongue);
    written.split(' ').next().unwrap_or_default().to_owned()
}

fn spans_written(spans: &[OpenSpan], voice: &Voice<'_>) -> String {
    let written = spans.iter().map(|span| {
        format!(
            "{} – {}",
            minute_written(span.from_minute, voice),
            minute_written(span.to_minute, voice)
        )
    });
    written.collect::<Vec<_>>().join(", ")
}

fn minute_written(minute: u16, voice: &Voice<'_>) -> String {
    let (hour, minute) = (minute / 60 % 24, minute % 60);
    let time = u8::try_from(hour)
        .ok()
        .zip(u8::try_from(minute).ok())
        .and_then(|(hour, minute)| Time::from_hms(hour, minute, 0).ok())
        .unwrap_or(Time::MIDNIGHT);
    format_time(time, voice.tongue)
}
