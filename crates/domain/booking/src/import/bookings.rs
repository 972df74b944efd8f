//! Bookings made elsewhere, from a table: drafts, their review, and where they fit.
//!
//! What was promised is honoured: such a booking needs no notice, no grid and no opening hours, and nothing is asked
//! for it again. But it claims its time like any other, so two promises for one hour come to light here.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use ratiba_kernel::{Currency, Money, PhoneNumber, TimeRange, Zone};
use serde::{Deserialize, Serialize};
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Duration, OffsetDateTime, PrimitiveDateTime};

use super::amount::amount_cell;
use super::csv::{self, Column};
use super::ports::{NamedStaff, NotCalled};
use super::similar::{Likeness, Name};
use super::text::fold;
use super::{Cell, Fate, Ignored, ImportId, Source, Unreadable, row_number};
use crate::availability::Facts;
use crate::catalogue::{CustomerId, Offering, Service, ServiceId, StaffId};
use crate::customers::{Customer, CustomerName};
use crate::engagement::Claim;
use crate::visit::{HoldKey, VisitId};

pub mod placing;

use placing::{InTheWay, Place};

/// How far ahead a booking may lie.
const AHEAD_MOST: Duration = Duration::days(366);

/// A booking as somebody wrote it down.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BookingDraft {
    /// Where it stood.
    pub source: Source,
    /// The customer's number.
    pub phone: Cell<PhoneNumber>,
    /// The customer's name, for one who is not on record yet.
    pub name: Option<String>,
    /// What the service is called.
    pub service: Option<String>,
    /// What the staff member is called; whoever is free if nobody is named.
    pub staff: Option<String>,
    /// When it begins, by the tenant's wall clock.
    pub start: Cell<LocalTime>,
    /// What was paid elsewhere, in minor units.
    pub paid: Cell<i64>,
    /// Whether the row of the table did not fit its columns.
    pub misshapen: bool,
    /// What a person wants to become of it.
    pub fate: Fate,
    /// The visit that was made of it.
    pub made: Option<VisitId>,
}

impl fmt::Debug for BookingDraft {
    /// Leaves out the customer.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BookingDraft")
            .field("line", &self.source.line)
            .field("service", &self.service)
            .field("staff", &self.staff)
            .field("start", &self.start)
            .field("paid", &self.paid)
            .field("fate", &self.fate)
            .field("made", &self.made)
            .finish_non_exhaustive()
    }
}

/// A reading of the tenant's wall clock: `2026-05-13 14:00`, `13/05/2026 2:00 pm`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LocalTime(pub PrimitiveDateTime);

/// The text is no reading of a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a start is written 2026-05-13 14:00 or 13/05/2026 14:00")]
pub struct NoTime;

impl LocalTime {
    /// The reading in a text; in Kenya the day stands before the month.
    ///
    /// # Errors
    /// [`NoTime`].
    pub fn parse(text: &str) -> Result<Self, NoTime> {
        let text = text.trim();
        let (day, time) = text.split_once(['T', ' ']).ok_or(NoTime)?;
        let day = super::customers::Day::parse(day).map_err(|_| NoTime)?.0;
        let time = time.trim().to_lowercase();
        let parsed = time::Time::parse(&time, format_description!("[hour padding:none]:[minute]"))
            .or_else(|_| {
                time::Time::parse(
                    &time,
                    format_description!("[hour padding:none]:[minute]:[second]"),
                )
            })
            .or_else(|_| {
                let joined = time.replace([' ', '.'], "");
                time::Time::parse(
                    &joined,
                    format_description!("[hour repr:12 padding:none]:[minute][period case:lower]"),
                )
                .or_else(|_| {
                    time::Time::parse(
                        &joined,
                        format_description!("[hour repr:12 padding:none][period case:lower]"),
                    )
                })
            });
        Ok(Self(PrimitiveDateTime::new(day, parsed.map_err(|_| NoTime)?)))
    }

    /// The reading in a text, or the one that the zone's clocks show at an instant in RFC 3339.
    #[must_use]
    pub fn parse_in(text: &str, zone: &Zone) -> Option<Self> {
        let instant = OffsetDateTime::parse(text.trim(), &Rfc3339).ok();
        instant.map_or_else(
            || Self::parse(text).ok(),
            |instant| Some(Self(zone.local(instant))),
        )
    }
}

impl TryFrom<String> for LocalTime {
    type Error = NoTime;

    fn try_from(text: String) -> Result<Self, NoTime> {
        Self::parse(&text)
    }
}
impl From<LocalTime> for String {
    fn from(local: LocalTime) -> Self {
        let (day, time) = (local.0.date(), local.0.time());
        let (hour, minute, second) = time.as_hms();
        format!("{day}T{hour:02}:{minute:02}:{second:02}")
    }
}

/// The columns of a table of bookings.
pub static COLUMNS: [Column; 8] = [
    Column {
        name: "phone",
        words: &[
            "customer phone",
            "phone number",
            "mobile",
            "mobile number",
            "tel",
            "telephone",
            "number",
            "whatsapp",
            "contact",
            "cell",
            "simu",
        ],
        needed: true,
    },
    Column {
        name: "name",
        words: &[
            "customer",
            "customer name",
            "client",
            "client name",
            "guest",
            "full name",
            "jina",
        ],
        needed: false,
    },
    Column {
        name: "service",
        words: &["service name", "treatment", "item", "huduma"],
        needed: true,
    },
    Column {
        name: "staff",
        words: &[
            "staff name",
            "therapist",
            "stylist",
            "employee",
            "with",
            "by",
            "mhudumu",
        ],
        needed: false,
    },
    Column {
        name: "start",
        words: &[
            "starts",
            "start time",
            "starts at",
            "start at",
            "date and time",
            "datetime",
            "date time",
            "when",
            "appointment",
        ],
        needed: false,
    },
    Column {
        name: "date",
        words: &["day", "appointment date", "tarehe"],
        needed: false,
    },
    Column {
        name: "time",
        words: &["hour", "appointment time", "saa", "wakati"],
        needed: false,
    },
    Column {
        name: "paid",
        words: &[
            "paid amount",
            "amount paid",
            "deposit",
            "deposit paid",
            "payment",
            "prepaid",
            "amount",
            "imelipwa",
        ],
        needed: false,
    },
];

/// The drafts of a table, amounts in `currency`, and the columns that mean nothing here. A start is one column, or
/// a date and a time.
///
/// # Errors
/// [`Unreadable`].
pub fn from_csv(
    text: &str,
    currency: Currency,
    zone: &Zone,
) -> Result<(Vec<BookingDraft>, Vec<Ignored>), Unreadable> {
    let records = csv::records(text)?;
    let (rows, ignored) = csv::rows(&records, &COLUMNS)?;
    let whole = rows.iter().any(|row| row.has("start"));
    if !whole && !rows.iter().any(|row| row.has("date") && row.has("time")) {
        return Err(Unreadable::MissingColumn { column: "start" });
    }
    let drafts = rows.into_iter().map(|row| {
        let start = if whole {
            row.cell("start").to_owned()
        } else {
            format!("{} {}", row.cell("date"), row.cell("time"))
        };
        BookingDraft {
            phone: Cell::of(row.cell("phone"), |text| PhoneNumber::parse(text).ok()),
            name: row.text("name"),
            service: row.text("service"),
            staff: row.text("staff").filter(|name| !is_anybody(name)),
            start: Cell::of(&start, |text| LocalTime::parse_in(text, zone)),
            paid: Cell::of(row.cell("paid"), |text| paid(text, currency)),
            misshapen: row.misshapen,
            source: Source::new(row.source.line, ""),
            ..BookingDraft::default()
        }
    });
    Ok((drafts.collect(), ignored))
}

fn is_anybody(name: &str) -> bool {
    ["any", "anyone", "anybody", "yeyote", "none", "-"].contains(&fold(name).as_str()) || name == "-"
}

/// What was paid, in minor units: an amount, or `none`.
#[must_use]
pub fn paid(text: &str, currency: Currency) -> Option<i64> {
    if ["none", "no", "unpaid", "not paid", "hapana", "nil"].contains(&fold(text).as_str()) || text == "-" {
        return Some(0);
    }
    amount_cell(text, currency)
}

/// A visit that came from elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportedBooking {
    /// The visit.
    pub visit: VisitId,
    /// The import.
    pub import: ImportId,
    /// The row, counted from 1.
    pub row: u16,
    /// What was paid for it elsewhere; may be nothing.
    pub paid: Money,
}

/// What would become of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A confirmed visit is made.
    Books,
    /// The same customer has this visit for the same service and start already.
    Booked(VisitId),
    /// An earlier row says the same.
    Repeats(u16),
    /// A person left it out.
    Skipped,
}

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// There is no number.
    PhoneMissing,
    /// What stands there is no number.
    Phone,
    /// The name is longer than 80 characters or cannot be seen.
    Name,
    /// No service is named.
    ServiceMissing,
    /// No service on sale is called that.
    ServiceUnknown,
    /// More than one service is called nearly that.
    ServiceAmbiguous,
    /// Nobody who works here is called that.
    StaffUnknown,
    /// More than one person is called that.
    StaffAmbiguous,
    /// The person does not render that service.
    StaffCannot,
    /// There is no start.
    StartMissing,
    /// What stands there is no start.
    Start,
    /// It began already.
    InThePast,
    /// It lies more than a year ahead.
    TooFarAhead,
    /// What stands there is no amount, or one below nothing.
    Paid,
    /// The time is not free.
    Overlap,
    /// The row has more cells than the table has columns, or one of more than 500 characters.
    Misshapen,
}

impl Fault {
    /// The word for it on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::PhoneMissing => "phone_missing",
            Self::Phone => "phone",
            Self::Name => "name",
            Self::ServiceMissing => "service_missing",
            Self::ServiceUnknown => "service_unknown",
            Self::ServiceAmbiguous => "service_ambiguous",
            Self::StaffUnknown => "staff_unknown",
            Self::StaffAmbiguous => "staff_ambiguous",
            Self::StaffCannot => "staff_cannot",
            Self::StartMissing => "start_missing",
            Self::Start => "start",
            Self::InThePast => "in_the_past",
            Self::TooFarAhead => "too_far_ahead",
            Self::Paid => "paid",
            Self::Overlap => "overlap",
            Self::Misshapen => "misshapen",
        }
    }
}

/// What a person should know of a row, though nothing is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remark {
    /// The customer is not on record and will be added.
    NewCustomer,
    /// The service is spelt a little differently here.
    ServiceSpelling,
    /// The staff member does not work then, or is away.
    NotAtWork,
    /// The business is closed then.
    Closed,
    /// More was paid than the service costs here.
    PaidMore,
}

impl Remark {
    /// The word for it on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::NewCustomer => "new_customer",
            Self::ServiceSpelling => "service_spelling",
            Self::NotAtWork => "not_at_work",
            Self::Closed => "closed",
            Self::PaidMore => "paid_more",
        }
    }
}

/// A row, and what would become of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reviewed {
    /// Its place, counted from 1.
    pub number: u16,
    /// Where it stood.
    pub line: u32,
    /// What would become of it.
    pub outcome: Outcome,
    /// The draft.
    pub draft: BookingDraft,
    /// The customer on record.
    pub customer: Option<CustomerId>,
    /// The service that is meant.
    pub service: Option<ServiceId>,
    /// Who would render it.
    pub staff: Option<StaffId>,
    /// From start to end, without buffers.
    pub time: Option<TimeRange>,
    /// What it would occupy.
    pub claims: Vec<Claim>,
    /// What is in the way of it.
    pub in_the_way: Vec<InTheWay>,
    /// What is wrong.
    pub faults: BTreeSet<Fault>,
    /// What to know.
    pub remarks: BTreeSet<Remark>,
}

/// What is known while rows are read.
#[derive(Clone, Copy, Debug)]
pub struct Known<'k> {
    /// The tenant's zone.
    pub zone: &'k Zone,
    /// Everything on sale.
    pub services: &'k [Service],
    /// Everybody who works here.
    pub staff: &'k [NamedStaff],
    /// The customers with the rows' numbers.
    pub customers: &'k [Customer],
    /// The present.
    pub now: OffsetDateTime,
}

/// What each row means, without a look at the days: what that look must cover is in the rows' services and times.
#[must_use]
pub fn understand(drafts: &[BookingDraft], known: Known<'_>) -> Vec<Reviewed> {
    let rows = drafts.iter().enumerate();
    rows.map(|(place, draft)| Reviewed::understood(row_number(place), draft, known))
        .collect()
}

/// The key of the visit that a row makes: the same booking is taken over once, whichever file it stands in.
#[must_use]
pub fn key(customer: CustomerId, service: ServiceId, start: OffsetDateTime) -> Option<HoldKey> {
    HoldKey::parse(&format!("import:{customer}:{service}:{}", start.unix_timestamp())).ok()
}

/// What would become of each understood row, given the days and the visits that were made with [`key`]s before.
#[must_use]
pub fn review(
    mut rows: Vec<Reviewed>,
    known: Known<'_>,
    facts: &Facts,
    made: &BTreeMap<HoldKey, VisitId>,
) -> Vec<Reviewed> {
    let mut place = Place::new(facts, known.now);
    let mut seen: BTreeMap<(PhoneNumber, ServiceId, OffsetDateTime), u16> = BTreeMap::new();
    for row in &mut rows {
        if row.outcome == Outcome::Skipped {
            continue;
        }
        let (Some(phone), Some(service), Some(time)) = (row.draft.phone.read(), row.service, row.time) else {
            continue;
        };
        let before = row
            .customer
            .and_then(|customer| made.get(&key(customer, service, time.start())?));
        if let Some(visit) = row.draft.made.or_else(|| before.copied()) {
            row.outcome = Outcome::Booked(visit);
            row.faults.clear();
            continue;
        }
        match seen.get(&(phone.clone(), service, time.start())) {
            Some(first) if row.draft.fate == Fate::Take => {
                row.outcome = Outcome::Repeats(*first);
                row.faults.clear();
                continue;
            }
            Some(_) | None => {
                seen.insert((phone.clone(), service, time.start()), row.number);
            }
        }
        if let Some(service) = known.services.iter().find(|known| known.id == service)
            && row.faults.is_empty()
        {
            row.settle(service, time, &mut place);
        }
    }
    rows
}

impl Reviewed {
    /// Whether a visit would be made.
    #[must_use]
    pub const fn is_written(&self) -> bool {
        match self.outcome {
            Outcome::Books => true,
            Outcome::Booked(_) | Outcome::Repeats(_) | Outcome::Skipped => false,
        }
    }

    fn understood(number: u16, draft: &BookingDraft, known: Known<'_>) -> Self {
        let mut row = Self {
            number,
            line: draft.source.line,
            outcome: Outcome::Books,
            draft: draft.clone(),
            customer: None,
            service: None,
            staff: None,
            time: None,
            claims: Vec::new(),
            in_the_way: Vec::new(),
            faults: BTreeSet::new(),
            remarks: BTreeSet::new(),
        };
        if draft.fate == Fate::Skip {
            row.outcome = Outcome::Skipped;
            return row;
        }
        if draft.misshapen {
            row.faults.insert(Fault::Misshapen);
        }
        row.find_customer(known);
        let service = row.find_service(known);
        row.find_staff(service, known);
        row.find_time(service, known);
        match (&draft.paid, service) {
            (Cell::Unreadable(_), _) => {
                row.faults.insert(Fault::Paid);
            }
            (Cell::Read(minor), _) if *minor < 0 => {
                row.faults.insert(Fault::Paid);
            }
            (Cell::Read(minor), Some(service)) if *minor > service.price.amount_minor() => {
                row.remarks.insert(Remark::PaidMore);
            }
            (Cell::Empty | Cell::Read(_), _) => {}
        }
        row
    }

    fn find_customer(&mut self, known: Known<'_>) {
        match &self.draft.phone {
            Cell::Empty => {
                self.faults.insert(Fault::PhoneMissing);
            }
            Cell::Unreadable(_) => {
                self.faults.insert(Fault::Phone);
            }
            Cell::Read(phone) => {
                let found = known
                    .customers
                    .iter()
                    .find(|customer| customer.phone.as_ref() == Some(phone));
                self.customer = found.map(|customer| customer.id);
                if found.is_none() {
                    self.remarks.insert(Remark::NewCustomer);
                }
            }
        }
        if self
            .draft
            .name
            .as_deref()
            .is_some_and(|name| CustomerName::parse(name).is_err())
        {
            self.faults.insert(Fault::Name);
        }
    }

    fn find_service<'k>(&mut self, known: Known<'k>) -> Option<&'k Service> {
        let Some(text) = &self.draft.service else {
            self.faults.insert(Fault::ServiceMissing);
            return None;
        };
        let wanted = Name::new(text);
        let on_sale = known
            .services
            .iter()
            .filter(|service| service.offering == Offering::Active);
        let mut alike: Vec<(Likeness, &Service)> = on_sale
            .filter_map(|service| {
                let names = std::iter::once(&service.name)
                    .chain(&service.name_sw)
                    .chain(&service.aliases);
                let likeness = names.filter_map(|name| Name::new(name).likeness(&wanted)).min()?;
                Some((likeness, service))
            })
            .collect();
        alike.sort_by_key(|(likeness, service)| (*likeness, service.id));
        match alike.as_slice() {
            [] => {
                self.faults.insert(Fault::ServiceUnknown);
                None
            }
            [(first, _), (second, _), ..] if first == second => {
                self.faults.insert(Fault::ServiceAmbiguous);
                None
            }
            [(likeness, service), ..] => {
                if *likeness != Likeness::Same {
                    self.remarks.insert(Remark::ServiceSpelling);
                }
                self.service = Some(service.id);
                Some(service)
            }
        }
    }

    fn find_staff(&mut self, service: Option<&Service>, known: Known<'_>) {
        let Some(name) = &self.draft.staff else { return };
        match NamedStaff::called(known.staff, name) {
            Ok(id) => {
                self.staff = Some(id);
                if service.is_some_and(|service| !service.staff.contains(&id)) {
                    self.faults.insert(Fault::StaffCannot);
                }
            }
            Err(NotCalled::Nobody) => {
                self.faults.insert(Fault::StaffUnknown);
            }
            Err(NotCalled::Several) => {
                self.faults.insert(Fault::StaffAmbiguous);
            }
        }
    }

    fn find_time(&mut self, service: Option<&Service>, known: Known<'_>) {
        let local = match &self.draft.start {
            Cell::Empty => {
                self.faults.insert(Fault::StartMissing);
                return;
            }
            Cell::Unreadable(_) => {
                self.faults.insert(Fault::Start);
                return;
            }
            Cell::Read(local) => *local,
        };
        let start = known.zone.instant(local.0);
        if start < known.now {
            self.faults.insert(Fault::InThePast);
        } else if start - known.now > AHEAD_MOST {
            self.faults.insert(Fault::TooFarAhead);
        }
        if let Some(service) = service {
            self.time = TimeRange::starting(start, service.recipe.duration().duration()).ok();
            if self.time.is_none() {
                self.faults.insert(Fault::TooFarAhead);
            }
        }
    }

    fn settle(&mut self, service: &Service, time: TimeRange, place: &mut Place<'_>) {
        match place.find(self.number, service, self.staff, time.start()) {
            Ok(placed) => {
                self.remarks.extend(place.remarks(placed.staff, time));
                self.staff = Some(placed.staff);
                self.claims = placed.claims;
            }
            Err(in_the_way) => {
                self.faults.insert(if service.staff.is_empty() {
                    Fault::StaffCannot
                } else {
                    Fault::Overlap
                });
                self.in_the_way = in_the_way;
            }
        }
    }
}

#[cfg(test)]
mod tests;
