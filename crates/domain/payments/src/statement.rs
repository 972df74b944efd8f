//! A statement of the M-Pesa organisation portal, as CSV: what M-Pesa itself says that moved.
//!
//! The portal's columns are found by their names, in any order, below whatever stands above them: Receipt No.,
//! Completion Time, Details, Transaction Status, Paid In, Withdrawn, and where they are there Reason Type, Linked
//! Transaction ID and A/C No. Times are East Africa Time. What a line means is told by which side its amount stands on
//! and by the words that the portal uses for charges and reversals.

mod csv;
pub mod matching;

use ratiba_kernel::{Currency, Id, Money};
use time::format_description::BorrowedFormatItem;
use time::macros::{format_description, offset};
use time::{OffsetDateTime, PrimitiveDateTime};

use crate::reference::Receipt;

/// The identity of a statement that was imported.
pub type StatementId = Id<Statement>;

/// The identity of a line of a statement.
pub type LineId = Id<StatementLine>;

/// The largest file that is read, in bytes.
pub const BYTES_MAX: usize = 2 * 1024 * 1024;

/// The most lines that one file may have below its header.
pub const LINES_MAX: usize = 20_000;

/// How many broken lines are named; of the others it is said how many there are.
pub const FAULTS_MAX: usize = 200;

/// How far below the top the header may stand.
const HEADER_WITHIN: usize = 30;

/// What moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LineKind {
    /// Money came in.
    Received,
    /// Money went back to whom it came from.
    Reversal,
    /// M-Pesa took its fee.
    Charge,
    /// Money went elsewhere, such as to the bank.
    Withdrawal,
}

impl LineKind {
    /// Whether the money came in.
    #[must_use]
    pub const fn comes_in(self) -> bool {
        match self {
            Self::Received => true,
            Self::Reversal | Self::Charge | Self::Withdrawal => false,
        }
    }

    /// All of them.
    pub const ALL: [Self; 4] = [Self::Received, Self::Reversal, Self::Charge, Self::Withdrawal];

    /// The word for it in rows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Reversal => "reversal",
            Self::Charge => "charge",
            Self::Withdrawal => "withdrawal",
        }
    }

    /// Reads the word back; `None` for any other.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// One line of a statement, as far as it is about money that moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementLine {
    /// Where it stands in the file, counted from 1.
    pub number: u32,
    /// M-Pesa's number for it. A charge has that of what it is charged for.
    pub receipt: Receipt,
    /// When it was completed.
    pub at: OffsetDateTime,
    /// What moved.
    pub kind: LineKind,
    /// How much; above nothing.
    pub amount: Money,
    /// What the customer typed as the account, if anything.
    pub account: Option<String>,
    /// The receipt of what it undoes, if the portal says so.
    pub linked: Option<Receipt>,
}

/// What a file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// What moved, in the order of the file.
    pub lines: Vec<StatementLine>,
    /// How many lines are of transactions that were not completed: nothing moved.
    pub not_completed: usize,
    /// The lines that cannot be read; at most [`FAULTS_MAX`].
    pub faults: Vec<LineFault>,
    /// How many lines cannot be read in all.
    pub broken: usize,
}

impl Statement {
    /// The first and the last moment at which it says that money moved; `None` if it says nothing.
    #[must_use]
    pub fn covers(&self) -> Option<(OffsetDateTime, OffsetDateTime)> {
        let moments = || self.lines.iter().map(|line| line.at);
        Some((moments().min()?, moments().max()?))
    }
}

/// A line that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineFault {
    /// Where it stands in the file, counted from 1.
    pub line: u32,
    /// What is wrong with it; a fixed text, never a part of the file.
    pub what: &'static str,
}

/// A file that is no statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoStatement {
    /// More than two megabytes.
    #[error("the file has more than 2 MB")]
    TooLarge,
    /// Not text in UTF-8.
    #[error("the file is not text in UTF-8")]
    NotText,
    /// A quotation mark that never ends.
    #[error("the quotation mark in line {line} never ends")]
    OpenQuote {
        /// Where it stands.
        line: u32,
    },
    /// No line names the columns.
    #[error(
        "no line names the columns Receipt No., Completion Time, Transaction Status, Paid In and Withdrawn"
    )]
    NoHeader,
    /// More than 20,000 lines.
    #[error("the file has more than 20,000 lines")]
    TooManyLines,
}

/// Where the columns stand.
struct Columns {
    receipt: usize,
    completed: usize,
    status: usize,
    paid_in: usize,
    withdrawn: usize,
    details: Option<usize>,
    reason: Option<usize>,
    linked: Option<usize>,
    account: Option<usize>,
}

impl Columns {
    /// The columns that a record names, if it is the header.
    fn named_by(record: &csv::Record) -> Option<Self> {
        let names: Vec<String> = record.cells.iter().map(|cell| folded(cell)).collect();
        let at = |name: &str| names.iter().position(|column| column == name);
        Some(Self {
            receipt: at("receiptno")?,
            completed: at("completiontime")?,
            status: at("transactionstatus")?,
            paid_in: at("paidin")?,
            withdrawn: at("withdrawn")?,
            details: at("details"),
            reason: at("reasontype"),
            linked: at("linkedtransactionid"),
            account: at("acno"),
        })
    }
}

/// A column's name as it is compared: letters and digits in lower case.
fn folded(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|letter| letter.to_ascii_lowercase()).collect()
}

/// Reads a statement. Lines that cannot be read are named and left out; the others stand.
///
/// # Errors
/// [`NoStatement`] if it is none at all.
pub fn read(bytes: &[u8]) -> Result<Statement, NoStatement> {
    if bytes.len() > BYTES_MAX {
        return Err(NoStatement::TooLarge);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| NoStatement::NotText)?;
    let records = csv::records(text).map_err(|csv::OpenQuote(line)| NoStatement::OpenQuote { line })?;
    let mut tops = records.iter().take(HEADER_WITHIN).enumerate();
    let header = tops.find_map(|(place, record)| Some((place, Columns::named_by(record)?)));
    let (place, columns) = header.ok_or(NoStatement::NoHeader)?;
    let body = records.get(place.saturating_add(1)..).unwrap_or_default();
    if body.len() > LINES_MAX {
        return Err(NoStatement::TooManyLines);
    }
    let mut statement = Statement {
        lines: Vec::new(),
        not_completed: 0,
        faults: Vec::new(),
        broken: 0,
    };
    for record in body {
        match line_of(record, &columns) {
            Ok(Some(line)) => statement.lines.push(line),
            Ok(None) => statement.not_completed = statement.not_completed.saturating_add(1),
            Err(what) => {
                statement.broken = statement.broken.saturating_add(1);
                if statement.faults.len() < FAULTS_MAX {
                    let line = record.line;
                    statement.faults.push(LineFault { line, what });
                }
            }
        }
    }
    Ok(statement)
}

/// A line; `None` if its transaction was not completed.
fn line_of(record: &csv::Record, columns: &Columns) -> Result<Option<StatementLine>, &'static str> {
    let cell = |place: usize| record.cells.get(place).map_or("", String::as_str);
    let maybe = |place: Option<usize>| place.map_or("", cell);
    let status = cell(columns.status);
    if status.is_empty() {
        return Err("it has no status");
    }
    if !status.eq_ignore_ascii_case("completed") {
        return Ok(None);
    }
    let receipt = cell(columns.receipt).to_ascii_uppercase();
    let receipt = Receipt::parse(&receipt).map_err(|_| "the receipt is not one of M-Pesa's")?;
    let at = moment(cell(columns.completed)).ok_or("the completion time cannot be read")?;
    let paid_in = amount(cell(columns.paid_in)).ok_or("the amount paid in cannot be read")?;
    let withdrawn = amount(cell(columns.withdrawn)).ok_or("the amount withdrawn cannot be read")?;
    let words = format!("{} {}", maybe(columns.reason), maybe(columns.details)).to_lowercase();
    let (kind, minor) = match (paid_in, withdrawn) {
        (0, 0) => return Err("nothing is paid in or withdrawn"),
        (minor, 0) => (LineKind::Received, minor),
        (0, minor) if words.contains("charge") || words.contains("tariff") => (LineKind::Charge, minor),
        (0, minor) if words.contains("revers") => (LineKind::Reversal, minor),
        (0, minor) => (LineKind::Withdrawal, minor),
        (_, _) => return Err("it is both paid in and withdrawn"),
    };
    let linked = maybe(columns.linked).to_ascii_uppercase();
    let account = maybe(columns.account);
    Ok(Some(StatementLine {
        number: record.line,
        receipt,
        at,
        kind,
        amount: Money::new(minor, Currency::Kes),
        account: (!account.is_empty()).then(|| account.chars().take(40).collect()),
        linked: Receipt::parse(&linked).ok(),
    }))
}

/// The formats of the portal's times, over the years.
const TIMES: [&[BorrowedFormatItem<'static>]; 4] = [
    format_description!("[year]-[month]-[day] [hour]:[minute]:[second]"),
    format_description!("[day]-[month]-[year] [hour]:[minute]:[second]"),
    format_description!("[day]/[month]/[year] [hour]:[minute]:[second]"),
    format_description!("[day]/[month]/[year] [hour]:[minute]"),
];

fn moment(text: &str) -> Option<OffsetDateTime> {
    let mut formats = TIMES.iter();
    let local = formats.find_map(|format| PrimitiveDateTime::parse(text, format).ok())?;
    (2000..2200)
        .contains(&local.year())
        .then(|| local.assume_offset(offset!(+3)).to_offset(offset!(UTC)))
}

/// An amount in cents, whichever sign stands before it; nothing for an empty cell. At most two decimals, and
/// commas only between groups of three digits.
fn amount(text: &str) -> Option<i64> {
    let text = text.trim_start_matches('-').trim();
    if text.is_empty() {
        return Some(0);
    }
    let (whole, cents) = text.split_once('.').unwrap_or((text, ""));
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let grouped = whole.contains(',');
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let sound = digits(first) && (!grouped || first.len() <= 3);
    if !sound || !groups.all(|group| group.len() == 3 && digits(group)) {
        return None;
    }
    let whole: i64 = whole.replace(',', "").parse().ok()?;
    let cents = match cents.len() {
        0 if !text.ends_with('.') => 0,
        1 if digits(cents) => cents.parse::<i64>().ok()?.checked_mul(10)?,
        2 if digits(cents) => cents.parse().ok()?,
        _ => return None,
    };
    let minor = whole.checked_mul(100)?.checked_add(cents)?;
    // What is more cannot have been moved by anybody, and sums of it stay within bounds.
    (minor <= 1_000_000_000_000).then_some(minor)
}

#[cfg(test)]
mod tests;
