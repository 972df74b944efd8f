//! Cases: facts and questions as JSON, and the engine's answers as JSON.
//!
//! For support, and for anyone who wants to try a case without a server or a database: everything that can
//! have a default has one, ids are short words, times are local. The form is described in `docs/slots.md` and
//! `docs/slots.schema.json`. Pure, like the engine: who reads files and prints is somebody else.

use std::collections::{BTreeMap, BTreeSet};

use ratiba_kernel::{BasisPoints, Currency, Money, Zone};
use serde_json::Value;
use time::{Date, Duration, OffsetDateTime};

use super::{
    BusinessHours, EngagedAs, Facts, RequestFault, Slot, SlotRequest, StaffFacts, check, explain, fairness,
    find,
};
use crate::appointment::{Discount, DiscountAmount, DiscountSource, Price};
use crate::catalogue::{ResourceKind, Service, ServiceId, StaffId};
use crate::cross_sell::{PairRequest, Relation, best_pair};
use crate::policy::{CrossSellOffer, Policy, Rounding, Rules};

mod answer;
mod diary;
mod facts;
mod fault;
mod hours;
mod json;
mod print;
mod reader;
mod request;
mod rules;
mod times;
mod words;

pub use answer::{
    Answer, Body, CaseAnswer, ShownClaim, ShownDeposit, ShownPair, ShownPart, ShownReason, ShownRefusal,
    ShownRefusalReason, ShownSlot, Turn,
};
pub use fault::{CaseRefused, Fault, Problem};
pub use reader::Note;

use answer::{Show, fraction};
use diary::{Diary, Ground};
use facts::{Amount, Load, Vocabulary};
use reader::{Entry, Form, Reader};
use request::{Asked, Question, SlotsAsked};

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
    &facts::SERVICE,
    &facts::SEGMENT,
    &facts::BUFFERS,
    &facts::CHANNELS,
    &facts::RELATION,
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
        let mut told = Told {
            case: self,
            diary: self.diary.clone(),
            booked_last: BTreeMap::new(),
        };
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
    if !case.has("services") {
        reader.fault::<()>("services", Problem::Missing);
    }
    let mut services = facts::named(reader, case, "services", &facts::SERVICE);
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
    let sold = facts::Sold {
        vocabulary: &vocabulary,
        currency,
        rounding: rules.rounding,
        // Who says that there are none at all means it.
        kinds: (wanted == (resources.len(), true) && !(case.has("resources") && kinds.is_empty()))
            .then_some(&kinds),
    };
    let services = if case.has("services") {
        facts::services(reader, services.0, &sold)
    } else {
        Vec::new()
    };
    let ground = Ground {
        vocabulary: &vocabulary,
        services: &services,
        resources: &resources,
        rule: rules.buffers,
    };
    let diary = Diary::read(reader, case, &ground);
    let relations = facts::relations(reader, case, &vocabulary);
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

/// A case while its questions are answered, one after another.
struct Told<'c> {
    case: &'c Case,
    diary: Diary,
    booked_last: BTreeMap<StaffId, OffsetDateTime>,
}

impl Told<'_> {
    fn answer(&mut self, asked: &Asked) -> Result<Answer, Problem> {
        match asked {
            Asked::Slots(asked) => self.slots(asked).map_err(Problem::Request),
            Asked::Turns { service, day, now } => Ok(self.turns(*service, *day, *now)),
            Asked::Deposit(parts) => self.deposits(parts).map_err(Problem::Money),
            Asked::CrossSell { request, start } => self.cross_sell(request, *start).map_err(Problem::Request),
        }
    }

    fn slots(&mut self, asked: &SlotsAsked) -> Result<Answer, RequestFault> {
        let request = &asked.request;
        let starts = || asked.at.iter().flatten().copied();
        let until = starts().chain([request.window.end()]).max();
        let until = until.unwrap_or(request.window.end());
        let from = starts().chain([request.window.start()]).min();
        let facts = self.facts(from.unwrap_or(request.now), until, request.now);
        let show = self.show(request.parts.len() > 1);
        let (mut slots, mut refusals) = (Vec::new(), Vec::new());
        if asked.at.is_none() {
            slots = find(&facts, request)?;
            if asked.explain {
                let refused = explain(&facts, request)?;
                refusals = refused.iter().map(|refused| show.refused(refused)).collect();
            }
        }
        for start in asked.at.iter().flatten() {
            match check(&facts, request, *start)? {
                Ok(slot) => slots.push(slot),
                Err(refused) => refusals.push(show.refused(&refused)),
            }
        }
        let shown = slots.iter().map(|slot| show.slot(slot)).collect();
        if let Some(first) = slots.first().filter(|_| asked.book) {
            self.book(first, asked);
        }
        Ok(Answer::Slots {
            slots: shown,
            refusals,
        })
    }

    /// What else may be offered after the slot that begins then.
    fn cross_sell(&self, request: &SlotRequest, start: OffsetDateTime) -> Result<Answer, RequestFault> {
        let facts = self.facts(start, start.saturating_add(Duration::days(2)), request.now);
        let show = self.show(true);
        let chosen = match check(&facts, request, start)? {
            Ok(slot) => slot,
            Err(refused) => {
                return Ok(Answer::Pair {
                    pair: None,
                    refusals: vec![self.show(request.parts.len() > 1).refused(&refused)],
                });
            }
        };
        let selling = &facts.policy.rules.cross_sell;
        let wanted = PairRequest {
            chosen: &chosen,
            relations: &self.case.relations,
            tolerance: selling.tolerance,
            channel: request.channel,
            now: request.now,
        };
        let pair = match selling.offer {
            CrossSellOffer::Once => best_pair(&facts, &wanted)?,
            CrossSellOffer::Never => None,
        };
        let pair = pair.map(|pair| ShownPair {
            complement: self.case.vocabulary.services.word(pair.complement),
            wait: pair.wait.whole_minutes(),
            confidence: pair.confidence.value(),
            slot: show.slot(&pair.slot),
        });
        Ok(Answer::Pair {
            pair,
            refusals: Vec::new(),
        })
    }

    /// From now on the slot is somebody's.
    fn book(&mut self, slot: &Slot, asked: &SlotsAsked) {
        for part in &slot.parts {
            for claim in &part.claims {
                self.diary.take(claim.clone(), EngagedAs::Booked);
            }
            let wish = asked.request.parts.get(part.asked).map(|part| part.staff);
            if wish.and_then(super::StaffWish::named) != Some(part.staff) {
                self.diary.work.push(diary::Work {
                    staff: part.staff,
                    time: part.time,
                    engaged_as: EngagedAs::Booked,
                });
            }
            self.booked_last.insert(part.staff, asked.request.now);
        }
    }

    fn turns(&self, service: ServiceId, day: Date, now: OffsetDateTime) -> Answer {
        let zone = &self.case.facts.policy.zone;
        let start = zone.day_start(day);
        let facts = self.facts(start, start, now);
        let monday = fairness::monday(day);
        let sold = facts.services.iter().find(|known| known.id == service);
        let able = |staff: &&StaffFacts| sold.is_some_and(|service| service.staff.contains(&staff.id));
        let team: Vec<&StaffFacts> = facts.staff.iter().filter(able).collect();
        let deficits = fairness::deficits(&team, monday);
        let scale = fairness::scale(&team, monday);
        let (loads, parts) = fairness::reckoned(&team, monday);
        let order = fairness::turns(&team, monday);
        let turns = order.into_iter().filter_map(|position| {
            let member = team.get(position)?;
            let load = member.load.get(&monday).copied().unwrap_or(0);
            let reckoned = fraction(loads.get(position).copied().unwrap_or(0), parts);
            Some(Turn {
                staff: self.case.vocabulary.staff.word(member.id),
                load,
                reckoned: (reckoned != load.to_string()).then_some(reckoned),
                weight: member.weight,
                deficit: fraction(deficits.get(position).copied().unwrap_or(0), scale),
            })
        });
        Answer::Turns {
            turns: turns.collect(),
        }
    }

    fn deposits(&self, parts: &[(ServiceId, Option<Amount>)]) -> Result<Answer, ratiba_kernel::MoneyError> {
        let Policy { currency, rules, .. } = &self.case.facts.policy;
        let mut total = Money::zero(*currency);
        let mut deposits = Vec::with_capacity(parts.len());
        for (id, discount) in parts {
            let found = self.case.facts.services.iter().find(|service| service.id == *id);
            let Some(service) = found else { continue };
            let price = price(service, *discount, rules.rounding)?;
            let deposit = service.deposit.due(price.charged(), rules.rounding)?;
            total = total.checked_add(deposit)?;
            deposits.push(ShownDeposit {
                service: self.case.vocabulary.services.word(*id),
                list_minor: price.list().amount_minor(),
                discount_minor: price.discount().amount_minor(),
                charged_minor: price.charged().amount_minor(),
                deposit_minor: deposit.amount_minor(),
            });
        }
        Ok(Answer::Deposits { deposits, total })
    }

    fn show(&self, several: bool) -> Show<'_> {
        Show {
            zone: &self.case.facts.policy.zone,
            vocabulary: &self.case.vocabulary,
            several,
        }
    }

    /// What is known when a question is asked about the time from `from` to `until`.
    fn facts(&self, from: OffsetDateTime, until: OffsetDateTime, now: OffsetDateTime) -> Facts {
        let mut facts = self.case.facts.clone();
        facts.engagements.clone_from(&self.diary.engagements);
        let zone = &facts.policy.zone;
        let mut reckoned: BTreeMap<(StaffId, Date), u32> = BTreeMap::new();
        for work in &self.diary.work {
            let counts = match work.engaged_as {
                EngagedAs::Held { until } => until > now,
                EngagedAs::Booked => true,
                EngagedAs::Blocked => false,
            };
            if counts {
                let week = fairness::monday(zone.date(work.time.start()));
                let minutes = u32::try_from(work.time.length().whole_minutes()).unwrap_or(u32::MAX);
                let load = reckoned.entry((work.staff, week)).or_default();
                *load = load.saturating_add(minutes);
            }
        }
        let weeks: Vec<Date> = weeks(zone, from, until);
        for staff in &mut facts.staff {
            staff.load = match self.case.loads.get(&staff.id) {
                Some(Load::ByWeek(by_week)) => by_week.clone(),
                Some(Load::EveryWeek(minutes)) => weeks.iter().map(|week| (*week, *minutes)).collect(),
                Some(Load::Reckoned) | None => reckoned
                    .iter()
                    .filter(|((who, _), _)| *who == staff.id)
                    .map(|((_, week), minutes)| (*week, *minutes))
                    .collect(),
            };
            if let Some(booked) = self.booked_last.get(&staff.id) {
                staff.booked_last = Some(*booked);
            }
        }
        facts
    }
}

fn price(
    service: &Service,
    discount: Option<Amount>,
    rounding: Rounding,
) -> Result<Price, ratiba_kernel::MoneyError> {
    let discount = discount.map(|amount| Discount {
        amount: match amount {
            Amount::Flat(minor) => {
                DiscountAmount::Flat(Money::new(i64::from(minor), service.price.currency()))
            }
            Amount::Share(rate) => DiscountAmount::Percent(BasisPoints::new(rate)),
        },
        rate: None,
        reason: "case".to_owned(),
        source: DiscountSource::Hand {
            by: "case".to_owned(),
        },
    });
    let list = Price::agree(service.price, None, service.tax, service.product_cost)?;
    list.with_discount(discount, rounding)
}

/// The Mondays of all local weeks from a week before `from` to two weeks after `until`.
fn weeks(zone: &Zone, from: OffsetDateTime, until: OffsetDateTime) -> Vec<Date> {
    let first = fairness::monday(zone.date(from)).saturating_sub(Duration::WEEK);
    let last = zone.date(until).saturating_add(Duration::weeks(2));
    std::iter::successors(Some(first), |week| week.checked_add(Duration::WEEK))
        .take_while(|week| *week <= last)
        .collect()
}

#[cfg(test)]
mod tests;
