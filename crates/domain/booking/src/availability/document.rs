//! Cases: facts and questions as JSON, and the engine's answers as JSON.
//!
//! For support, and for anyone who wants to try a case without a server or a database: everything that can
//! have a default has one, ids are short words, times are local. The form is described in `docs/slots.md` and
//! `docs/slots.schema.json`. Pure, like the engine: who reads files and prints is somebody else.

use std::collections::{BTreeMap, BTreeSet};

use ratiba_kernel::casefile::json;
use ratiba_kernel::{Currency, Zone};
use serde_json::Value;
use time::OffsetDateTime;

use super::{BusinessHours, Facts, ResourceFacts, StaffFacts};
use crate::catalogue::{ResourceKind, Service, StaffId};
use crate::cross_sell::Relation;
use crate::policy::{Policy, Rounding, Rules};

mod answer;
mod diary;
mod facts;
mod fault;
mod hours;
mod print;
mod reader;
mod request;
mod rules;
mod services;
mod times;
mod told;
mod words;

pub use answer::{
    Answer, Body, CaseAnswer, ShownClaim, ShownDeposit, ShownPair, ShownPart, ShownReason, ShownRefusal,
    ShownRefusalReason, ShownSlot, Turn,
};
pub use fault::{CaseRefused, Fault, Problem};
pub use reader::Note;

use diary::{Diary, Ground};
use facts::{Load, Vocabulary};
use reader::{Entry, Form, Reader};
use request::Question;
use told::Told;

const CASE: Form = Form {
    name: "case",
    fields: &[
        "$schema",
        "about",
        "zone",
        "currency",
        "rules",
        "opening_hours",
        "holidays",
        "services",
        "staff",
        "resources",
        "engagements",
        "bookings",
        "relations",
        "day",
        "now",
        "request",
        "requests",
    ],
};

/// Every kind of object in a case, for the test that keeps the schema true.
#[cfg(test)]
const FORMS: [&Form; 14] = [
    &CASE,
    &services::SERVICE,
    &services::SEGMENT,
    &facts::BUFFERS,
    &services::CHANNELS,
    &services::RELATION,
    &facts::AMOUNT,
    &facts::STAFF,
    &facts::RESOURCE,
    &diary::ENGAGEMENT,
    &diary::BOOKING,
    &times::SPAN,
    &request::REQUEST,
    &request::PART,
];

/// Where Ratiba comes from.
const HOME: &str = "Africa/Nairobi";
const BYTES_MOST: usize = 8 * 1024 * 1024;
const QUESTIONS_MOST: usize = 100;

/// Facts and questions about them, read from JSON.
#[derive(Debug)]
pub struct Case {
    facts: Facts,
    loads: BTreeMap<StaffId, Load>,
    diary: Diary,
    relations: Vec<Relation>,
    vocabulary: Vocabulary,
    questions: Vec<Question>,
    several: bool,
    notes: Vec<Note>,
}

impl Case {
    /// Reads a case of at most 8 MiB.
    ///
    /// # Errors
    /// [`CaseRefused`] with every fault that it has.
    pub fn read(text: &str) -> Result<Self, CaseRefused> {
        let alone = |problem| CaseRefused {
            faults: vec![Fault {
                path: String::new(),
                problem,
            }],
        };
        // Some editors put a mark of the byte order before a text.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.len() > BYTES_MOST {
            return Err(alone(Problem::TooLong(BYTES_MOST)));
        }
        let (value, twice) =
            json::parse(text).map_err(|error| alone(Problem::NotJson(json::in_words(&error))))?;
        let home = Zone::parse(HOME).map_err(|_| alone(Problem::Zone))?;
        let mut reader = Reader::new(home);
        for path in twice {
            reader.fault::<()>(path, Problem::Twice);
        }
        let case = reader
            .entry("", &value, &CASE)
            .and_then(|entry| read(&mut reader, &entry));
        match case {
            Some(case) if reader.faults.is_empty() => Ok(Self {
                notes: reader.notes,
                ..case
            }),
            Some(_) | None => Err(CaseRefused {
                faults: reader.faults,
            }),
        }
    }

    /// The answers to all questions, in their order.
    ///
    /// # Errors
    /// [`CaseRefused`] if the engine refuses a question as such.
    pub fn answer(&self) -> Result<CaseAnswer, CaseRefused> {
        let mut told = Told::new(self);
        let mut answers = Vec::with_capacity(self.questions.len());
        for question in &self.questions {
            let refused = |problem| CaseRefused {
                faults: vec![Fault {
                    path: question.path.clone(),
                    problem,
                }],
            };
            answers.push(told.answer(&question.asked).map_err(refused)?);
        }
        let body = match (self.several, answers.pop()) {
            (false, Some(only)) => Body::One(only),
            (_, last) => {
                answers.extend(last);
                Body::Several { answers }
            }
        };
        Ok(CaseAnswer {
            zone: self.facts.policy.zone.name().to_owned(),
            body,
            notes: self.notes.clone(),
        })
    }
}

fn read(reader: &mut Reader, case: &Entry<'_>) -> Option<Case> {
    let text = |reader: &mut Reader, path: &str, value: &Value| reader.text(path, value).map(str::to_owned);
    for field in ["$schema", "about"] {
        reader.field(case, field, text);
    }
    if let Some(zone) = reader.field(case, "zone", zone) {
        reader.zone = zone;
    }
    let currencies = [Currency::Kes, Currency::Ugx, Currency::Tzs, Currency::Usd];
    let currencies = currencies.map(|currency| (currency.code(), currency));
    let currency = reader.field(case, "currency", |reader, path, value| {
        reader.one_of(path, value, &currencies)
    });
    let currency = currency.unwrap_or(Currency::Kes);
    // After a faulty day the times of that day are not faults of their own.
    let day = reader.field(case, "day", Reader::date);
    reader.day = day.or_else(|| case.has("day").then(|| OffsetDateTime::UNIX_EPOCH.date()));
    let now = reader.field(case, "now", Reader::instant);
    let rules: Rules = reader.field(case, "rules", rules::read).unwrap_or_default();
    let business = BusinessHours {
        weekly: reader.field(case, "opening_hours", Reader::weekly),
        dated: reader.field(case, "holidays", Reader::dated).unwrap_or_default(),
    };
    let Things {
        vocabulary,
        services,
        staff,
        resources,
    } = things(reader, case, currency, rules.rounding);
    let ground = Ground {
        vocabulary: &vocabulary,
        services: &services,
        resources: &resources,
        rule: rules.buffers,
    };
    let diary = Diary::read(reader, case, &ground);
    let relations = services::relations(reader, case, &vocabulary);
    let (several, questions) = questions(reader, case, &vocabulary, now);
    let loads = staff.iter().map(|(facts, load)| (facts.id, load.clone()));
    Some(Case {
        loads: loads.collect(),
        facts: Facts {
            policy: Policy {
                zone: reader.zone.clone(),
                currency,
                rules,
            },
            services,
            business,
            staff: staff.into_iter().map(|(facts, _)| facts).collect(),
            resources,
            engagements: Vec::new(),
            promotions: Vec::new(),
        },
        diary,
        relations,
        vocabulary,
        questions,
        several,
        notes: Vec::new(),
    })
}

/// All that has an id.
struct Things {
    vocabulary: Vocabulary,
    services: Vec<Service>,
    staff: Vec<(StaffFacts, Load)>,
    resources: Vec<ResourceFacts>,
}

fn things(reader: &mut Reader, case: &Entry<'_>, currency: Currency, rounding: Rounding) -> Things {
    if !case.has("services") {
        reader.fault::<()>("services", Problem::Missing);
    }
    let mut services = facts::named(reader, case, "services", &services::SERVICE);
    if case
        .get("services")
        .and_then(Value::as_array)
        .is_some_and(Vec::is_empty)
    {
        reader.must_be::<()>("services", "a list of at least one service");
        services.1 = false;
    }
    let staff = facts::named(reader, case, "staff", &facts::STAFF);
    let resources = if case.has("resources") {
        facts::named(reader, case, "resources", &facts::RESOURCE)
    } else {
        (Vec::new(), true)
    };
    let vocabulary = Vocabulary {
        services: facts::words(reader, "service", &services),
        staff: facts::words(reader, "staff member", &staff),
        resources: facts::words(reader, "resource", &resources),
    };
    let staff = facts::staff(reader, staff.0, &vocabulary);
    let wanted = (resources.0.len(), resources.1);
    let resources = facts::resources(reader, resources.0, &vocabulary);
    let kinds: BTreeSet<ResourceKind> = resources.iter().map(|resource| resource.kind.clone()).collect();
    let sold = services::Sold {
        vocabulary: &vocabulary,
        currency,
        rounding,
        // Who says that there are none at all means it.
        kinds: (wanted == (resources.len(), true) && !(case.has("resources") && kinds.is_empty()))
            .then_some(&kinds),
    };
    let services = if case.has("services") {
        services::read(reader, services.0, &sold)
    } else {
        Vec::new()
    };
    Things {
        vocabulary,
        services,
        staff,
        resources,
    }
}

fn zone(reader: &mut Reader, path: &str, value: &Value) -> Option<Zone> {
    match value.as_str().map(Zone::parse) {
        Some(Ok(zone)) => Some(zone),
        Some(Err(_)) | None => reader.fault(path, Problem::Zone),
    }
}

/// Whether a list of questions was given, and the questions.
fn questions(
    reader: &mut Reader,
    case: &Entry<'_>,
    vocabulary: &Vocabulary,
    now: Option<OffsetDateTime>,
) -> (bool, Vec<Question>) {
    let read = |reader: &mut Reader, path: &str, value| request::read(reader, path, value, vocabulary, now);
    match (case.has("request"), case.has("requests")) {
        (true, false) => {
            let question = reader.field(case, "request", read);
            answerable(reader, "request", question.is_some());
            (false, question.into_iter().collect())
        }
        (false, true) => {
            let items = reader.list_in(case, "requests", QUESTIONS_MOST);
            if items.is_empty() {
                reader.must_be::<()>("requests", "a list of at least one request");
            }
            let mut questions = Vec::with_capacity(items.len());
            for (path, value) in items {
                let question = read(reader, &path, value);
                answerable(reader, &path, question.is_some());
                questions.extend(question);
            }
            (true, questions)
        }
        (true, true) => {
            let why = Problem::Misplaced("there is a `request` already");
            reader.fault::<()>("requests", why);
            (true, Vec::new())
        }
        // The day of the case is a question of its own: all slots of that day.
        (false, false) => {
            let nothing = Value::Object(serde_json::Map::new());
            let question = request::read(reader, "request", &nothing, vocabulary, now);
            answerable(reader, "request", question.is_some());
            (false, question.into_iter().collect())
        }
    }
}

/// Each question is answered or is a fault: none goes missing.
fn answerable(reader: &mut Reader, path: &str, read: bool) {
    if !read && reader.faults.is_empty() {
        reader.must_be::<()>(path, "a question within the calendar");
    }
}

#[cfg(test)]
mod tests;
