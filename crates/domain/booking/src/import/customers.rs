//! Customers from a table: drafts, their review, and what applying it would change.
//!
//! Two things are never taken from a file: that somebody wants advertising, unless a column says so in so many words
//! with date and wording; and that somebody who opted out is back.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use ratiba_kernel::{Id, IdSource, PhoneNumber, Zone};
use serde::{Deserialize, Serialize};
use time::macros::format_description;
use time::{Date, OffsetDateTime, PrimitiveDateTime, Time};

use super::csv::{self, Column};
use super::text::fold;
use super::{Cell, Fate, Ignored, Source, Unreadable, row_number};
use crate::catalogue::CustomerId;
use crate::customers::{Customer, CustomerName, Language, NewCustomer, Purpose, Stand};

/// A customer as somebody wrote them down.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CustomerDraft {
    /// Where it stood.
    pub source: Source,
    /// The name.
    pub name: Option<String>,
    /// The number.
    pub phone: Cell<PhoneNumber>,
    /// The language.
    pub language: Cell<Language>,
    /// What they said about being served by message.
    pub consent: Cell<Said>,
    /// What they said about advertising; nothing unless it is written.
    pub marketing: Cell<Said>,
    /// When they said it.
    pub consent_date: Cell<Day>,
    /// The words, or where they are kept.
    pub consent_wording: Option<String>,
    /// Whether the row of the table did not fit its columns.
    pub misshapen: bool,
    /// What a person wants to become of it.
    pub fate: Fate,
}

impl fmt::Debug for CustomerDraft {
    /// Leaves out name, source and words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomerDraft")
            .field("line", &self.source.line)
            .field("consent", &self.consent)
            .field("marketing", &self.marketing)
            .field("fate", &self.fate)
            .finish_non_exhaustive()
    }
}

/// What somebody is written to have said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// Yes.
    Given,
    /// No, or no longer.
    Withdrawn,
    /// Nobody knows.
    Unknown,
}

impl Said {
    /// `given`, `yes`, `ndiyo`; `withdrawn`, `no`, `opted out`; `unknown`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let said = match fold(text).as_str() {
            "given" | "yes" | "y" | "true" | "1" | "ndiyo" | "opted in" | "opt in" | "agreed" => Self::Given,
            "withdrawn" | "no" | "n" | "false" | "0" | "hapana" | "opted out" | "opt out" | "stop" => {
                Self::Withdrawn
            }
            "unknown" | "" | "na" | "n a" | "haijulikani" => Self::Unknown,
            _other => return None,
        };
        Some(said)
    }
}

/// A local day, as `2026-05-13` or `13/05/2026`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(pub Date);

/// The text is no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a day is written 2026-05-13 or 13/05/2026")]
pub struct NoDay;

impl Day {
    /// The day of a text; in Kenya the day stands before the month.
    ///
    /// # Errors
    /// [`NoDay`].
    pub fn parse(text: &str) -> Result<Self, NoDay> {
        let text = text.trim();
        let date = Date::parse(text, format_description!("[year]-[month]-[day]"))
            .or_else(|_| {
                Date::parse(
                    text,
                    format_description!("[day padding:none]/[month padding:none]/[year]"),
                )
            })
            .or_else(|_| {
                Date::parse(
                    text,
                    format_description!("[day padding:none].[month padding:none].[year]"),
                )
            });
        date.map(Self).map_err(|_| NoDay)
    }
}

impl TryFrom<String> for Day {
    type Error = NoDay;

    fn try_from(text: String) -> Result<Self, NoDay> {
        Self::parse(&text)
    }
}
impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.0.to_string()
    }
}

/// The columns of a table of customers.
pub static COLUMNS: [Column; 7] = [
    Column {
        name: "phone",
        words: &[
            "phone number",
            "mobile",
            "mobile number",
            "tel",
            "telephone",
            "number",
            "msisdn",
            "whatsapp",
            "contact",
            "cell",
            "simu",
            "nambari ya simu",
        ],
        needed: true,
    },
    Column {
        name: "name",
        words: &[
            "customer",
            "customer name",
            "full name",
            "client",
            "client name",
            "guest",
            "jina",
        ],
        needed: false,
    },
    Column {
        name: "language",
        words: &["lang", "lugha"],
        needed: false,
    },
    Column {
        name: "consent",
        words: &["service consent", "opt in", "opted in", "consent state", "idhini"],
        needed: false,
    },
    Column {
        name: "marketing",
        words: &["marketing consent", "offers", "newsletter", "promotions"],
        needed: false,
    },
    Column {
        name: "consent_date",
        words: &[
            "date of consent",
            "consented at",
            "consented on",
            "date",
            "tarehe",
        ],
        needed: false,
    },
    Column {
        name: "consent_wording",
        words: &[
            "wording",
            "consent source",
            "source of consent",
            "consent words",
            "source",
        ],
        needed: false,
    },
];

/// The drafts of a table, and the columns that mean nothing here.
///
/// # Errors
/// [`Unreadable`].
pub fn from_csv(text: &str) -> Result<(Vec<CustomerDraft>, Vec<Ignored>), Unreadable> {
    let records = csv::records(text)?;
    let (rows, ignored) = csv::rows(&records, &COLUMNS)?;
    let drafts = rows.into_iter().map(|row| CustomerDraft {
        name: row.text("name"),
        phone: Cell::of(row.cell("phone"), |text| PhoneNumber::parse(text).ok()),
        language: Cell::of(row.cell("language"), Language::parse),
        consent: Cell::of(row.cell("consent"), Said::parse),
        marketing: Cell::of(row.cell("marketing"), Said::parse),
        consent_date: Cell::of(row.cell("consent_date"), |text| Day::parse(text).ok()),
        consent_wording: row.text("consent_wording"),
        misshapen: row.misshapen,
        // The cells hold what is needed: names and numbers are not kept twice.
        source: Source::new(row.source.line, ""),
        fate: Fate::Take,
    });
    Ok((drafts.collect(), ignored))
}

/// What would become of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A customer is added.
    Creates,
    /// This customer has the number; what is missing is filled in.
    Completes(CustomerId),
    /// An earlier row has the number.
    MergedInto(u16),
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
    /// What stands there is no language that we know.
    Language,
    /// What stands there is neither given nor withdrawn nor unknown.
    Consent,
    /// Consent was given, and nobody says when; or the day lies in the future or cannot be read.
    ConsentDate,
    /// Consent was given, and nobody says in which words; or they have more than 300 characters.
    ConsentWording,
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
            Self::Language => "language",
            Self::Consent => "consent",
            Self::ConsentDate => "consent_date",
            Self::ConsentWording => "consent_wording",
            Self::Misshapen => "misshapen",
        }
    }
}

/// What a person should know of a row, though nothing is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remark {
    /// The customer opted out, and stays so whatever the file says.
    OptedOutStays,
    /// The customer has another name on record, which stays.
    NameStays,
    /// The customer has another language on record, which stays.
    LanguageStays,
    /// Rows of one number have different names; the first counts.
    NamesDiffer,
}

impl Remark {
    /// The word for it on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::OptedOutStays => "opted_out_stays",
            Self::NameStays => "name_stays",
            Self::LanguageStays => "language_stays",
            Self::NamesDiffer => "names_differ",
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
    /// The draft, with what later rows of the same number add.
    pub draft: CustomerDraft,
    /// The rows of the same number.
    pub merged: Vec<u16>,
    /// What is wrong.
    pub faults: BTreeSet<Fault>,
    /// What to know.
    pub remarks: BTreeSet<Remark>,
}

/// What would become of each row, in the order of the rows; `known` are the customers on record.
#[must_use]
pub fn review(
    drafts: &[CustomerDraft],
    known: &[Customer],
    zone: &Zone,
    now: OffsetDateTime,
) -> Vec<Reviewed> {
    let mut rows: Vec<Reviewed> = Vec::with_capacity(drafts.len());
    let mut by_phone: BTreeMap<PhoneNumber, usize> = BTreeMap::new();
    for (place, draft) in drafts.iter().enumerate() {
        let number = row_number(place);
        let mut row = Reviewed {
            number,
            line: draft.source.line,
            outcome: Outcome::Creates,
            draft: draft.clone(),
            merged: Vec::new(),
            faults: BTreeSet::new(),
            remarks: BTreeSet::new(),
        };
        if draft.fate == Fate::Skip {
            row.outcome = Outcome::Skipped;
        } else if let Some(phone) = draft.phone.read() {
            if let Some(first) = by_phone.get(phone).and_then(|first| rows.get_mut(*first)) {
                first.join(number, draft);
                row.outcome = Outcome::MergedInto(first.number);
            } else {
                by_phone.insert(phone.clone(), place);
            }
        }
        rows.push(row);
    }
    for row in &mut rows {
        if matches!(row.outcome, Outcome::Creates) {
            row.judge(known, zone, now);
        }
    }
    rows
}

impl Reviewed {
    /// Whether it would be written: neither merged into another nor left out.
    #[must_use]
    pub const fn is_written(&self) -> bool {
        match self.outcome {
            Outcome::Creates | Outcome::Completes(_) => true,
            Outcome::MergedInto(_) | Outcome::Skipped => false,
        }
    }

    /// Takes in another row of the same number. Of two answers the no counts.
    fn join(&mut self, number: u16, other: &CustomerDraft) {
        self.merged.push(number);
        let mine = &mut self.draft;
        match (&mine.name, &other.name) {
            (None, name) => mine.name.clone_from(name),
            (Some(mine), Some(other)) if fold(mine) != fold(other) => {
                self.remarks.insert(Remark::NamesDiffer);
            }
            (Some(_), Some(_) | None) => {}
        }
        if mine.language == Cell::Empty {
            mine.language.clone_from(&other.language);
        }
        stricter(&mut mine.consent, &other.consent);
        stricter(&mut mine.marketing, &other.marketing);
        if mine.consent_date == Cell::Empty {
            mine.consent_date.clone_from(&other.consent_date);
        }
        if mine.consent_wording.is_none() {
            mine.consent_wording.clone_from(&other.consent_wording);
        }
        mine.misshapen |= other.misshapen;
    }

    fn judge(&mut self, known: &[Customer], zone: &Zone, now: OffsetDateTime) {
        let draft = &self.draft;
        let mut fault = |wrong: bool, fault: Fault| {
            if wrong {
                self.faults.insert(fault);
            }
        };
        let unreadable = |cell: &Cell<Said>| matches!(cell, Cell::Unreadable(_));
        fault(draft.phone == Cell::Empty, Fault::PhoneMissing);
        fault(matches!(draft.phone, Cell::Unreadable(_)), Fault::Phone);
        fault(
            draft
                .name
                .as_deref()
                .is_some_and(|name| CustomerName::parse(name).is_err()),
            Fault::Name,
        );
        fault(matches!(draft.language, Cell::Unreadable(_)), Fault::Language);
        fault(
            unreadable(&draft.consent) || unreadable(&draft.marketing),
            Fault::Consent,
        );
        fault(draft.misshapen, Fault::Misshapen);
        let gives = [&draft.consent, &draft.marketing]
            .into_iter()
            .any(|cell| cell.read() == Some(&Said::Given));
        let dated = match &draft.consent_date {
            Cell::Empty => !gives,
            Cell::Read(day) => zone.day_start(day.0) <= now,
            Cell::Unreadable(_) => false,
        };
        fault(!dated, Fault::ConsentDate);
        let worded = draft
            .consent_wording
            .as_deref()
            .map_or(!gives, |words| words.chars().count() <= 300);
        fault(!worded, Fault::ConsentWording);
        let found = draft.phone.read().and_then(|phone| {
            known
                .iter()
                .find(|customer| customer.phone.as_ref() == Some(phone))
        });
        if let Some(customer) = found {
            self.outcome = Outcome::Completes(customer.id);
            let mut remark = |holds: bool, remark: Remark| {
                if holds {
                    self.remarks.insert(remark);
                }
            };
            remark(customer.opted_out_at.is_some() && gives, Remark::OptedOutStays);
            let other_name = |written: &String| {
                customer
                    .name
                    .as_ref()
                    .is_some_and(|name| fold(name) != fold(written))
            };
            remark(draft.name.as_ref().is_some_and(other_name), Remark::NameStays);
            let other_language =
                |written: &Language| customer.language.is_some_and(|language| language != *written);
            remark(
                draft.language.read().is_some_and(other_language),
                Remark::LanguageStays,
            );
        }
    }
}

fn stricter(mine: &mut Cell<Said>, other: &Cell<Said>) {
    let weight = |cell: &Cell<Said>| match cell {
        Cell::Unreadable(_) => 4,
        Cell::Read(Said::Withdrawn) => 3,
        Cell::Read(Said::Given) => 2,
        Cell::Read(Said::Unknown) => 1,
        Cell::Empty => 0,
    };
    if weight(other) > weight(mine) {
        mine.clone_from(other);
    }
}

/// Marks ids of consent records.
#[derive(Debug)]
pub enum ConsentMark {}

/// A consent as the file tells it: proof of what somebody said elsewhere.
#[derive(Clone, PartialEq, Eq)]
pub struct ToldConsent {
    /// The record's identity.
    pub id: Id<ConsentMark>,
    /// About what.
    pub purpose: Purpose,
    /// Which way.
    pub stand: Stand,
    /// The words, or where they are kept.
    pub wording: String,
    /// When it was said: the beginning of the local day, or when it was imported.
    pub at: OffsetDateTime,
}

impl fmt::Debug for ToldConsent {
    /// Leaves out the words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToldConsent")
            .field("id", &self.id)
            .field("purpose", &self.purpose)
            .field("stand", &self.stand)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// A customer to be put on record or completed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerEntry {
    /// Who; an existing customer of that number keeps id, name and language, and gets what is missing.
    pub customer: NewCustomer,
    /// What they said. One who opted out before is not brought back: a given consent is then left out.
    pub consents: Vec<ToldConsent>,
}

/// Everything that applying a table of customers makes true.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CustomersChange {
    /// In the order of the rows.
    pub entries: Vec<CustomerEntry>,
}

/// Rows that keep an import from being applied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("some rows cannot be taken over as they are")]
pub struct NotReady {
    /// The rows, and what is wrong with each.
    pub rows: Vec<(u16, BTreeSet<Fault>)>,
}

/// What applying the reviewed rows changes.
///
/// # Errors
/// [`NotReady`] with every row that has a fault: all of them or none are applied.
pub fn plan(
    reviewed: &[Reviewed],
    zone: &Zone,
    now: OffsetDateTime,
    ids: &dyn IdSource,
) -> Result<CustomersChange, NotReady> {
    let mut change = CustomersChange::default();
    let mut rows = Vec::new();
    for row in reviewed.iter().filter(|row| row.is_written()) {
        match row.draft.phone.read() {
            Some(phone) if row.faults.is_empty() => {
                change.entries.push(entry(&row.draft, phone, zone, now, ids));
            }
            Some(_) | None => rows.push((row.number, row.faults.clone())),
        }
    }
    if rows.is_empty() {
        Ok(change)
    } else {
        Err(NotReady { rows })
    }
}

fn entry(
    draft: &CustomerDraft,
    phone: &PhoneNumber,
    zone: &Zone,
    now: OffsetDateTime,
    ids: &dyn IdSource,
) -> CustomerEntry {
    let midnight = |day: &Day| zone.instant(PrimitiveDateTime::new(day.0, Time::MIDNIGHT));
    let at = draft.consent_date.read().map_or(now, midnight);
    let said = [
        (Purpose::Service, &draft.consent),
        (Purpose::Marketing, &draft.marketing),
    ];
    let consents = said.into_iter().filter_map(|(purpose, cell)| {
        let stand = match cell.read()? {
            Said::Given => Stand::Given,
            Said::Withdrawn => Stand::Withdrawn,
            Said::Unknown => return None,
        };
        Some(ToldConsent {
            id: ids.fresh(),
            purpose,
            stand,
            wording: draft
                .consent_wording
                .clone()
                .unwrap_or_else(|| "imported, without wording".to_owned()),
            at,
        })
    });
    CustomerEntry {
        consents: consents.collect(),
        customer: NewCustomer {
            id: ids.fresh(),
            phone: phone.clone(),
            name: draft
                .name
                .as_deref()
                .and_then(|name| CustomerName::parse(name).ok()),
            language: draft.language.read().copied(),
            at: now,
        },
    }
}

#[cfg(test)]
mod tests;
