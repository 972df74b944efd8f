//! Figures of whole days for those who run a business, from several domains.

use std::sync::Arc;

use ratiba_booking::ports::BookingReports;
use ratiba_conversation::ports::ConversationReport;
use ratiba_payments::ports::TenderReport;
use ratiba_postgres::Database;
use ratiba_postgres::reports::PgReports;

pub use ratiba_payroll::sheet::Cell;
pub use ratiba_sheets::csv;

/// Where figures are read.
#[derive(Clone)]
pub struct Reports {
    /// How full the team was, what was sold, who did not come.
    pub booking: Arc<dyn BookingReports>,
    /// What moved by which tender.
    pub payments: Arc<dyn TenderReport>,
    /// What became of conversations.
    pub conversation: Arc<dyn ConversationReport>,
}

impl Reports {
    pub(crate) fn over(database: &Database) -> Self {
        let reports = Arc::new(PgReports::new(database.clone()));
        Self {
            booking: reports.clone(),
            payments: reports.clone(),
            conversation: reports,
        }
    }
}
