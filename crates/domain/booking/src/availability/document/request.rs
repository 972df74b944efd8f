//! What a case asks.

use ratiba_kernel::TimeRange;
use serde_json::Value;
use time::{Date, Duration, OffsetDateTime};

use super::facts::{Amount, Vocabulary, amount};
use super::fault::Problem;
use super::reader::{Entry, Form, Reader};
use crate::availability::{Arrangement, PartOrder, PartRequest, RequestFault, SlotRequest, StaffWish};
use crate::catalogue::{ServiceId, StaffId};
use crate::policy::Channel;

pub(super) const REQUEST: Form = Form {
    name: "request",
    fields: &[
        "about",
        "ask",
        "parts",
        "order",
        "arrangement",
        "day",
        "days",
        "from",
        "to",
        "at",
        "now",
        "channel",
        "most",
        "explain",
        "book",
    ],
};
pub(super) const PART: Form = Form {
    name: "part",
    fields: &["service", "staff", "wish", "guest", "discount"],
};

/// What the engine takes and looks at, at most.
const PARTS_MOST: usize = 8;
const WINDOW_DAYS_MOST: i64 = 92;
const DAYS_MOST: u32 = 90;
const STARTS_MOST: usize = 1_000;
const GUESTS_MOST: u32 = 7;
const SLOTS_MOST: u32 = 100_000;
const SLOTS_ONLY: Problem = Problem::Misplaced("it belongs to a question for slots");

/// One question about a case.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) path: String,
    pub(super) asked: Asked,
}

/// What is asked.
#[derive(Clone, Debug)]
pub(super) enum Asked {
    /// When the visit can be had.
    Slots(SlotsAsked),
    /// Whose turn it is for a service in the week of a day.
    Turns {
        service: ServiceId,
        day: Date,
        now: OffsetDateTime,
    },
    /// What is asked in advance for each service, with what is taken off its price.
    Deposit(Vec<(ServiceId, Option<Amount>)>),
    /// What else may be offered after a slot.
    CrossSell {
        request: SlotRequest,
        /// When the slot begins.
        start: OffsetDateTime,
    },
}

/// A question for slots.
#[derive(Clone, Debug)]
pub(super) struct SlotsAsked {
    pub(super) request: SlotRequest,
    /// Only these starts, and why those of them that cannot be had cannot; all starts of the window if `None`.
    pub(super) at: Option<Vec<OffsetDateTime>>,
    /// Whether the starts that cannot be had are told too.
    pub(super) explain: bool,
    /// Whether the first slot found is booked before the next question.
    pub(super) book: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ask {
    Slots,
    Turns,
    Deposit,
    CrossSell,
}

struct Part {
    path: String,
    request: PartRequest,
    discount: Option<Amount>,
}

pub(super) fn read(
    reader: &mut Reader,
    path: &str,
    value: &Value,
    vocabulary: &Vocabulary,
    case_now: Option<OffsetDateTime>,
) -> Option<Question> {
    let entry = reader.entry(path, value, &REQUEST)?;
    let case_day = reader.day;
    let day = reader.field(&entry, "day", Reader::date);
    let unread = entry.has("day").then(|| OffsetDateTime::UNIX_EPOCH.date());
    reader.day = day.or(unread).or(case_day);
    let question = question(reader, &entry, vocabulary, case_now);
    reader.day = case_day;
    question
}

fn question(
    reader: &mut Reader,
    entry: &Entry<'_>,
    vocabulary: &Vocabulary,
    case_now: Option<OffsetDateTime>,
) -> Option<Question> {
    let asks = [
        ("slots", Ask::Slots),
        ("turns", Ask::Turns),
        ("deposit", Ask::Deposit),
        ("cross_sell", Ask::CrossSell),
    ];
    let ask = if entry.has("ask") {
        reader.field(entry, "ask", |reader, path, value| {
            reader.one_of(path, value, &asks)
        })?
    } else {
        Ask::Slots
    };
    reader.field(entry, "about", |reader, path, value| reader.text(path, value));
    let now = reader.field(entry, "now", Reader::instant).or(case_now);
    let parts = parts(reader, entry, vocabulary);
    if ask != Ask::Deposit {
        for part in parts.iter().flatten().filter(|part| part.discount.is_some()) {
            let why = Problem::Misplaced("it belongs to a question for the deposit");
            reader.fault::<()>(super::json::member(&part.path, "discount"), why);
        }
    }
    let slots_only: &[&str] = match ask {
        Ask::Slots => &[],
        Ask::CrossSell => &["days", "from", "to", "most", "explain", "book"],
        Ask::Turns | Ask::Deposit => &[
            "order",
            "arrangement",
            "days",
            "from",
            "to",
            "at",
            "channel",
            "most",
            "explain",
            "book",
        ],
    };
    let strangers = slots_only.iter().filter(|field| entry.has(field));
    for field in strangers {
        reader.fault::<()>(entry.at(field), SLOTS_ONLY);
    }
    let asked = match ask {
        Ask::Slots => Asked::Slots(slots(reader, entry, parts, now)?),
        Ask::CrossSell => {
            if !entry.has("at") {
                return reader.fault(entry.at("at"), Problem::Missing);
            }
            let asked = slots(reader, entry, parts, now)?;
            match asked.at.as_deref() {
                Some([start]) => Asked::CrossSell {
                    request: asked.request,
                    start: *start,
                },
                Some(_) | None => {
                    let wanted = "one time, the start of the slot that was chosen";
                    return reader.must_be(&entry.at("at"), wanted);
                }
            }
        }
        Ask::Turns => {
            let Some(day) = reader.day else {
                return reader.fault(entry.at("day"), Problem::Missing);
            };
            match parts?.as_slice() {
                [only] => Asked::Turns {
                    service: only.request.service,
                    day,
                    now: now.unwrap_or_else(|| reader.zone.day_start(day)),
                },
                _none_or_several => {
                    return reader.must_be(&entry.at("parts"), "one part, to ask whose turn it is");
                }
            }
        }
        Ask::Deposit => {
            let parts = parts?.into_iter();
            Asked::Deposit(parts.map(|part| (part.request.service, part.discount)).collect())
        }
    };
    let path = entry.path.clone();
    Some(Question { path, asked })
}

/// All parts, or nothing after a fault.
fn parts(reader: &mut Reader, entry: &Entry<'_>, vocabulary: &Vocabulary) -> Option<Vec<Part>> {
    if !entry.has("parts") {
        let Some(only) = vocabulary.services.sole() else {
            if !vocabulary.services.all_known() {
                return None;
            }
            return reader.fault(entry.at("parts"), Problem::Missing);
        };
        return Some(vec![Part {
            path: entry.at("parts"),
            request: PartRequest::new(only, StaffWish::Any),
            discount: None,
        }]);
    }
    let items = reader.list_in(entry, "parts", PARTS_MOST);
    if items.is_empty() {
        return reader.fault(entry.at("parts"), Problem::Request(RequestFault::Parts));
    }
    let count = items.len();
    let mut parts = Vec::with_capacity(count);
    for (path, value) in items {
        parts.extend(part(reader, &path, value, vocabulary));
    }
    (parts.len() == count).then_some(parts)
}

fn part(reader: &mut Reader, path: &str, value: &Value, vocabulary: &Vocabulary) -> Option<Part> {
    if value.is_string() {
        let service = vocabulary.services.id(reader, path, value)?;
        return Some(Part {
            path: path.to_owned(),
            request: PartRequest::new(service, StaffWish::Any),
            discount: None,
        });
    }
    let entry = reader.entry(path, value, &PART)?;
    let service = vocabulary.services.named(reader, &entry, "service");
    let wish = wish(reader, &entry, vocabulary);
    let guest = reader.field(&entry, "guest", |reader, path, value| {
        reader.whole(path, value, 0..=GUESTS_MOST)
    });
    let discount = reader.field(&entry, "discount", amount);
    let guest = guest.and_then(|guest| u8::try_from(guest).ok()).unwrap_or(0);
    Some(Part {
        path: path.to_owned(),
        request: PartRequest::new(service?, wish?).for_guest(guest),
        discount,
    })
}

fn wish(reader: &mut Reader, entry: &Entry<'_>, vocabulary: &Vocabulary) -> Option<StaffWish> {
    type Wish = fn(StaffId) -> StaffWish;
    let words: [(&str, Option<Wish>); 4] = [
        ("any", None),
        ("only", Some(StaffWish::Only)),
        ("rather", Some(StaffWish::Rather)),
        ("offered", Some(StaffWish::Offered)),
    ];
    let wish = if entry.has("wish") {
        let wish = reader.field(entry, "wish", |reader, path, value| {
            reader.one_of(path, value, &words)
        });
        Some(wish?)
    } else {
        None
    };
    let staff = reader.field(entry, "staff", |reader, path, value| {
        vocabulary.staff.id(reader, path, value)
    });
    match (entry.has("staff"), wish) {
        (false, None | Some(None)) => Some(StaffWish::Any),
        (false, Some(Some(_))) => reader.fault(entry.at("staff"), Problem::Missing),
        (true, None) => staff.map(StaffWish::Only),
        (true, Some(Some(wish))) => staff.map(wish),
        (true, Some(None)) => reader.fault(
            entry.at("staff"),
            Problem::Misplaced("with the wish `any` nobody is named"),
        ),
    }
}

fn slots(
    reader: &mut Reader,
    entry: &Entry<'_>,
    parts: Option<Vec<Part>>,
    now: Option<OffsetDateTime>,
) -> Option<SlotsAsked> {
    let orders = [("any", PartOrder::Any), ("as_asked", PartOrder::AsAsked)];
    let order = reader.field(entry, "order", |reader, path, value| {
        reader.one_of(path, value, &orders)
    });
    let ways = [
        ("together", Arrangement::Together),
        ("in_turn", Arrangement::InTurn),
    ];
    let arrangement = reader.field(entry, "arrangement", |reader, path, value| {
        reader.one_of(path, value, &ways)
    });
    let channels = [
        ("chat", Channel::Chat),
        ("web", Channel::Web),
        ("desk", Channel::Desk),
    ];
    let channel = reader.field(entry, "channel", |reader, path, value| {
        reader.one_of(path, value, &channels)
    });
    let most = reader.field(entry, "most", |reader, path, value| {
        reader.whole(path, value, 1..=SLOTS_MOST)
    });
    let explain = reader.field(entry, "explain", Reader::yes).unwrap_or_default();
    let book = reader.field(entry, "book", Reader::yes).unwrap_or_default();
    let at = starts(reader, entry);
    let earliest = at.iter().flatten().min().copied();
    let (window, at) = match window(reader, entry, earliest)? {
        Sought::Between(window) => (window, at),
        // Nothing begins in no time, and that is an answer.
        Sought::Never(then) => (
            TimeRange::starting(then, Duration::SECOND).ok()?,
            Some(Vec::new()),
        ),
    };
    if window.length() > Duration::days(WINDOW_DAYS_MOST) {
        return reader.fault(entry.path.clone(), Problem::TooWide(WINDOW_DAYS_MOST));
    }
    if explain && entry.has("at") {
        let why = Problem::Misplaced("every start in `at` is explained anyway");
        reader.fault::<()>(entry.at("explain"), why);
    }
    let first_day = reader.zone.date(earliest.unwrap_or(window.start()));
    let request = SlotRequest {
        parts: parts?.into_iter().map(|part| part.request).collect(),
        order: order.unwrap_or_default(),
        arrangement: arrangement.unwrap_or_default(),
        window,
        channel: channel.unwrap_or(Channel::Desk),
        now: now.unwrap_or_else(|| reader.zone.day_start(first_day)),
        most: most.and_then(|most| usize::try_from(most).ok()),
    };
    Some(SlotsAsked {
        request,
        at,
        explain,
        book,
    })
}

/// The starts that are asked about: one, or a list; `None` if a window is asked about.
fn starts(reader: &mut Reader, entry: &Entry<'_>) -> Option<Vec<OffsetDateTime>> {
    let value = entry.get("at")?;
    let path = entry.at("at");
    if value.is_string() {
        return Some(reader.instant(&path, value).into_iter().collect());
    }
    let items = reader.list(&path, value, STARTS_MOST);
    if items.is_empty() {
        reader.must_be::<()>(&path, "a time, or a list of at least one");
    }
    let starts = items
        .into_iter()
        .filter_map(|(path, item)| reader.instant(&path, item));
    Some(starts.collect())
}

/// Where starts are looked for.
enum Sought {
    Between(TimeRange),
    /// In days that the zone's clock skipped, as Apia's did the 30th of December 2011.
    Never(OffsetDateTime),
}

/// Where starts are looked for: at the starts asked about, between `from` and `to`, or in so many `days` from
/// a `day` on.
fn window(reader: &mut Reader, entry: &Entry<'_>, start: Option<OffsetDateTime>) -> Option<Sought> {
    let days = reader.field(entry, "days", |reader, path, value| {
        reader.whole(path, value, 1..=DAYS_MOST)
    });
    if entry.has("at") {
        for field in ["days", "from", "to"] {
            if entry.has(field) {
                let why = Problem::Misplaced("`at` says which starts are asked about");
                reader.fault::<()>(entry.at(field), why);
            }
        }
        return TimeRange::starting(start?, Duration::SECOND)
            .ok()
            .map(Sought::Between);
    }
    if entry.has("from") || entry.has("to") {
        if entry.has("days") {
            let why = Problem::Misplaced("`from` and `to` say it already");
            reader.fault::<()>(entry.at("days"), why);
        }
        let from = reader.needed(entry, "from", Reader::beginning);
        let to = reader.needed(entry, "to", Reader::ending);
        return match TimeRange::new(from?, to?) {
            Ok(window) => Some(Sought::Between(window)),
            Err(_) if from == to && names_a_date(entry, "to") => Some(Sought::Never(from?)),
            Err(_) => reader.fault(entry.at("to"), Problem::EndsBeforeItBegins),
        };
    }
    let Some(day) = reader.day else {
        return reader.fault(
            entry.path.clone(),
            Problem::MustBe("about a time: give `day`, or `from` and `to`, or `at`".to_owned()),
        );
    };
    let after = day.checked_add(Duration::days(i64::from(days.unwrap_or(1))))?;
    let (from, to) = (reader.zone.day_start(day), reader.zone.day_start(after));
    Some(match TimeRange::new(from, to) {
        Ok(window) => Sought::Between(window),
        Err(_) => Sought::Never(from),
    })
}

/// Whether a member is a date alone.
fn names_a_date(entry: &Entry<'_>, field: &str) -> bool {
    let text = entry.get(field).and_then(Value::as_str);
    text.is_some_and(|text| !text.contains(':'))
}
