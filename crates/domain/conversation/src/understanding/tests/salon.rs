//! Several hundred sentences as customers of a salon would send them, with what the rules of the two clocks make of
//! each by hand: intent, time, question, and the smaller answers.
//!
//! The column `details` holds `name=value`, joined by semicolons. What is not named there must not be read either,
//! except a service, which many sentences name by the way.

use uuid::Uuid;

use super::cases::fields;
use super::{context, when};
use crate::understanding::{Context, Lexicon, LexiconEntry, Understood, understand};

const SENTENCES: &str = include_str!("../../../tests/data/more_utterances.csv");

/// Services: the name that the table uses, then what else customers call it.
const SERVICES: &[&[&str]] = &[
    &["Massage", "masaji", "full body massage", "kukandwa"],
    &["Swedish massage"],
    &["Deep tissue massage", "deep tissue"],
    &["Facial", "usafi wa uso"],
    &["Manicure", "kucha za mikono"],
    &["Pedicure", "kucha za miguu"],
    &["Gel polish", "gel"],
    &["Braiding", "braids", "kusuka nywele", "kusuka"],
    &["Haircut", "kunyoa", "shave"],
    &["Waxing", "wax"],
];

const STAFF: &[&str] = &["Wanjiru", "Achieng", "Njeri", "Halima", "Akinyi", "Mercy"];

const FIRST_PERSON: u128 = 1_000;

/// A salon open from 9 to 20, on the Tuesday of the worked cases.
pub(super) fn salon() -> Context {
    let services = (1_u128..).zip(SERVICES);
    let staff = (FIRST_PERSON..).zip(STAFF);
    Context {
        lexicon: Lexicon {
            services: services
                .map(|(id, names)| LexiconEntry::new(Uuid::from_u128(id), *names))
                .collect(),
            staff: staff
                .map(|(id, name)| LexiconEntry::new(Uuid::from_u128(id), [name]))
                .collect(),
        },
        ..context()
    }
}

fn service_name(understood: &Understood) -> String {
    let id = understood.service();
    let found = (1_u128..)
        .zip(SERVICES)
        .find(|(number, _)| Some(Uuid::from_u128(*number)) == id);
    found.map_or_else(String::new, |(_, names)| names[0].to_owned())
}

fn staff_name(understood: &Understood) -> String {
    let id = understood.staff.map(|found| found.id);
    let found = (FIRST_PERSON..)
        .zip(STAFF)
        .find(|(number, _)| Some(Uuid::from_u128(*number)) == id);
    found.map_or_else(String::new, |(_, name)| (*name).to_owned())
}

/// What was read beside intent, time and question.
fn details(understood: &Understood) -> [(&'static str, String); 6] {
    let number = |number: Option<u32>| number.map_or_else(String::new, |number| number.to_string());
    [
        (
            "duration",
            number(understood.duration_minutes.or(understood.minutes_late)),
        ),
        ("people", number(understood.people)),
        ("staff", staff_name(understood)),
        ("service", service_name(understood)),
        ("choice", number(understood.choice)),
        ("amount", number(understood.amount)),
    ]
}

fn miss(row: &[String], context: &Context) -> Option<String> {
    let [text, intent, expected_when, ask, expected_details] = row else {
        return Some(format!("{row:?} is no row"));
    };
    let understood = understand(text, context);
    let got_ask = if understood.ask { "yes" } else { "no" };
    let mut wrong = Vec::new();
    if understood.intent.name() != intent {
        wrong.push(format!("intent {}, not {intent}", understood.intent.name()));
    }
    if when(&understood) != *expected_when || got_ask != ask {
        wrong.push(format!(
            "[{}] ask {got_ask}, not [{expected_when}] ask {ask}",
            when(&understood)
        ));
    }
    for (name, got) in details(&understood) {
        let expected = expected_details
            .split(';')
            .find_map(|detail| detail.strip_prefix(name)?.strip_prefix('='));
        let by_the_way = name == "service" && expected.is_none();
        if got != expected.unwrap_or_default() && !by_the_way {
            wrong.push(format!("{name} {got:?}, not {:?}", expected.unwrap_or_default()));
        }
    }
    (!wrong.is_empty()).then(|| format!("{text:?}: {}", wrong.join("; ")))
}

#[test]
fn every_sentence_of_the_salon_is_read_by_the_rules() {
    let context = salon();
    let rows: Vec<Vec<String>> = SENTENCES.lines().skip(1).map(fields).collect();
    let misses: Vec<String> = rows.iter().filter_map(|row| miss(row, &context)).collect();
    assert!(rows.len() > 600, "the table holds {} rows", rows.len());
    assert!(
        misses.is_empty(),
        "{} misses of {}:\n{}",
        misses.len(),
        rows.len(),
        misses.join("\n")
    );
}
