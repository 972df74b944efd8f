//! What can be done about payroll.

mod confirm_sheet;
mod order_export;
mod send_export;

pub use confirm_sheet::{ConfirmSheet, ConfirmSheetError, SheetConfirmed};
pub use order_export::{ExportOrder, OrderExport, OrderExportError, Ordered};
pub use send_export::{SendExport, Sent};

#[cfg(test)]
mod tests;
