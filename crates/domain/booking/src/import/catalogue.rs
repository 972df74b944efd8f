//! Services from a table or a pasted price list: drafts, their review, and what applying it would change.

use std::collections::BTreeSet;

use ratiba_kernel::Currency;
use serde::{Deserialize, Serialize};

use crate::appointment::Version;
use crate::catalogue::Service;

use super::amount::amount_cell;
use super::csv::{self, Column};
use super::duration::duration_cell;
use super::price_list;
use super::{Cell, Fate, Ignored, Source, Unreadable};

pub mod first;
pub mod plan;
pub mod review;

/// A service as somebody wrote it down. What was not written is empty; nothing is guessed here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CatalogueDraft {
    /// Where it stood.
    pub source: Source,
    /// Its name.
    pub name: String,
    /// Its Swahili name.
    pub name_sw: Option<String>,
    /// Further names.
    pub aliases: Vec<String>,
    /// The heading that it stood under, or its category's name.
    pub category: Option<String>,
    /// What customers should know of it.
    pub description: Option<String>,
    /// The price in minor units; may be nothing or below it, which the review refuses.
    pub price: Cell<i64>,
    /// How many minutes it takes.
    pub minutes: Cell<u32>,
    /// What is asked in advance.
    pub deposit: Cell<DraftDeposit>,
    /// The names of those who render it.
    pub staff: Vec<String>,
    /// Whether the row of the table did not fit its columns.
    pub misshapen: bool,
    /// What a person wants to become of it.
    pub fate: Fate,
}

/// A deposit as it is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
pub enum DraftDeposit {
    /// None is asked.
    None,
    /// A fixed amount in minor units.
    Flat(i64),
    /// A share in basis points.
    Percent(u32),
}

impl DraftDeposit {
    /// `none`, `500`, `30%`.
    #[must_use]
    pub fn parse(text: &str, currency: Currency) -> Option<Self> {
        let text = text.trim();
        if ["none", "no", "hapana", "0", "-"].contains(&text.to_lowercase().as_str()) {
            return Some(Self::None);
        }
        if let Some(percent) = text.strip_suffix('%') {
            let percent: u32 = percent.trim().parse().ok()?;
            return (1..=100).contains(&percent).then(|| Self::Percent(percent * 100));
        }
        amount_cell(text, currency)
            .filter(|minor| *minor > 0)
            .map(Self::Flat)
    }
}

/// The columns of a table of services.
pub static COLUMNS: [Column; 9] = [
    Column {
        name: "name",
        words: &[
            "service",
            "service name",
            "treatment",
            "item",
            "services",
            "treatments",
            "huduma",
            "jina",
            "title",
        ],
        needed: true,
    },
    Column {
        name: "name_sw",
        words: &[
            "swahili",
            "swahili name",
            "kiswahili",
            "name swahili",
            "jina la kiswahili",
        ],
        needed: false,
    },
    Column {
        name: "aliases",
        words: &["alias", "other names", "also known as", "synonyms", "keywords"],
        needed: false,
    },
    Column {
        name: "category",
        words: &[
            "type",
            "group",
            "department",
            "section",
            "service category",
            "kundi",
            "aina",
        ],
        needed: false,
    },
    Column {
        name: "price",
        words: &[
            "cost",
            "amount",
            "rate",
            "charge",
            "charges",
            "fee",
            "bei",
            "price ksh",
            "price kes",
            "price kshs",
            "ksh",
            "kes",
            "kshs",
            "cost ksh",
            "cost kes",
            "amount ksh",
            "unit price",
        ],
        needed: false,
    },
    Column {
        name: "duration",
        words: &[
            "time",
            "minutes",
            "mins",
            "min",
            "length",
            "duration minutes",
            "duration mins",
            "duration min",
            "time minutes",
            "muda",
            "dakika",
        ],
        needed: false,
    },
    Column {
        name: "description",
        words: &["details", "notes", "about", "maelezo"],
        needed: false,
    },
    Column {
        name: "deposit",
        words: &["booking fee", "down payment", "advance"],
        needed: false,
    },
    Column {
        name: "staff",
        words: &[
            "therapist",
            "therapists",
            "stylist",
            "stylists",
            "done by",
            "who",
            "wahudumu",
        ],
        needed: false,
    },
];

/// The drafts of a table, amounts in `currency`, and the columns that mean nothing here.
///
/// # Errors
/// [`Unreadable`].
pub fn from_csv(text: &str, currency: Currency) -> Result<(Vec<CatalogueDraft>, Vec<Ignored>), Unreadable> {
    let records = csv::records(text)?;
    let (rows, ignored) = csv::rows(&records, &COLUMNS)?;
    let drafts = rows.into_iter().map(|row| CatalogueDraft {
        name: row.text("name").unwrap_or_default(),
        name_sw: row.text("name_sw"),
        aliases: several(row.cell("aliases")),
        category: row.text("category"),
        description: row.text("description"),
        price: Cell::of(row.cell("price"), |text| amount_cell(text, currency)),
        minutes: Cell::of(row.cell("duration"), duration_cell),
        deposit: Cell::of(row.cell("deposit"), |text| DraftDeposit::parse(text, currency)),
        staff: several(row.cell("staff")),
        misshapen: row.misshapen,
        source: row.source,
        fate: Fate::Take,
    });
    Ok((drafts.collect(), ignored))
}

/// The drafts of a pasted price list, amounts in `currency`, and the lines that are no services.
///
/// # Errors
/// [`Unreadable`].
pub fn from_text(text: &str, currency: Currency) -> Result<(Vec<CatalogueDraft>, Vec<Ignored>), Unreadable> {
    price_list::rows(text, currency)
}

/// Names in one cell: apart by semicolons, bars, slashes or commas.
fn several(cell: &str) -> Vec<String> {
    let names = cell.split([';', '|', '/', ',', '\n']).map(super::text::one_line);
    let mut seen = BTreeSet::new();
    names
        .filter(|name| !name.is_empty() && seen.insert(super::text::fold(name)))
        .collect()
}

/// A service that is on sale, with what only the catalogue's keepers need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stocked {
    /// The service.
    pub service: Service,
    /// What customers should know of it.
    pub description: Option<String>,
    /// The version that it was read at; [`Version::NEW`] for one that is not on record yet.
    pub version: Version,
}

#[cfg(test)]
mod tests;
