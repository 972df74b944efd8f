//! The sheet of a month's earnings as a payroll officer uploads it.

use ratiba_kernel::Outage;
use ratiba_payroll::export::Export;
use ratiba_payroll::sheet::{COLUMNS, Cell, rows};

use crate::csv::csv;
use crate::xlsx::xlsx;

fn table(export: &Export) -> Vec<Vec<Cell>> {
    let head = COLUMNS.iter().map(|column| Cell::Text((*column).to_owned()));
    let mut table = vec![head.collect()];
    table.extend(rows(export));
    table
}

/// As CSV; the same export gives the same bytes for ever.
#[must_use]
pub fn earnings_csv(export: &Export) -> Vec<u8> {
    csv(&table(export))
}

/// As a spreadsheet; the same export gives the same bytes for ever.
///
/// # Errors
/// [`Outage`] if there are more lines than a spreadsheet holds.
pub fn earnings_xlsx(export: &Export) -> Result<Vec<u8>, Outage> {
    xlsx(&format!("Earnings {}", export.pay_period), &table(export))
}
