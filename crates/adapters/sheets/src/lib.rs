//! Files that people open: tables as CSV and XLSX, pages as PDF; the same bytes for the same content.
//!
//! All are written by hand. A table of a few columns needs nothing that a library would bring, and a file whose bytes
//! are compared must not change with the version of one.

mod csv;
mod earnings;
mod journal;
mod letters;
mod page;
pub mod pdf;
mod statement;
mod xlsx;
mod zip;

pub use csv::csv;
pub use earnings::{earnings_csv, earnings_xlsx};
pub use journal::JournalCsv;
pub use page::{Row, lines};
pub use statement::DrawnStatement;
pub use xlsx::xlsx;

/// An amount of minor units as a plain decimal, such as `18450.00` or `-0.05`.
fn decimal(minor: i64) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    let size = minor.unsigned_abs();
    format!("{sign}{}.{:02}", size / 100, size % 100)
}
