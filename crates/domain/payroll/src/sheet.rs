//! The sheet of a month's earnings, for a payroll officer to upload. The same export gives the same rows for ever.

use crate::export::Export;

/// What stands over the columns.
pub const COLUMNS: [&str; 11] = [
    "staff_no",
    "name",
    "period",
    "earning_code",
    "currency",
    "amount",
    "quantity",
    "memo",
    "key",
    "corrects",
    "basis_hash",
];

/// A cell of a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// Minor units of a currency with two of them, such as 1845000 for 18450.00.
    Amount(i64),
    /// A whole number.
    Count(i64),
}

/// The rows below [`COLUMNS`], one for each line, in the order of the export.
#[must_use]
pub fn rows(export: &Export) -> Vec<Vec<Cell>> {
    let text = |text: &str| Cell::Text(text.to_owned());
    let row = |line: &crate::export::ExportLine| {
        let line = &line.line;
        vec![
            text(line.employee.as_str()),
            text(&line.name),
            Cell::Text(export.pay_period.to_string()),
            text(line.code.as_str()),
            text(line.amount.currency().code()),
            Cell::Amount(line.amount.amount_minor()),
            Cell::Count(line.quantity),
            Cell::Text(line.memo()),
            text(line.key.as_str()),
            text(line.corrects.as_ref().map_or("", |key| key.as_str())),
            Cell::Text(line.basis()),
        ]
    };
    export.lines.iter().map(row).collect()
}
