//! What payroll and the books of account are given, out of several domains.

use ratiba_kernel::{Outage, TenantId};
use ratiba_payments::ports::JournalQuery;
use ratiba_payroll::export::Export;
use ratiba_payroll::journal::Posting;
use ratiba_payroll::ports::AccountingError;
use sha2::{Digest as _, Sha256};
use time::{Date, OffsetDateTime};

use crate::Parts;

pub use ratiba_sheets::{earnings_csv, earnings_xlsx};

/// Journals are read in pages of so many.
const PAGE: u16 = 200;

/// The SHA-256 of each of an export's files: one of them was uploaded.
#[must_use]
pub fn fingerprints(export: &Export) -> Vec<[u8; 32]> {
    let files = [Some(earnings_csv(export)), earnings_xlsx(export).ok()];
    files
        .into_iter()
        .flatten()
        .map(|file| Sha256::digest(file).into())
        .collect()
}

impl Parts {
    /// The journals of whole local days, `from` to the day before `until`, as a file for books of account. The same days
    /// give the same bytes once they are over.
    ///
    /// # Errors
    /// [`AccountingError`].
    pub async fn journal_file(
        &self,
        tenant: TenantId,
        from: Date,
        until: Date,
    ) -> Result<Vec<u8>, AccountingError> {
        let zone = self.booking.catalogue.zone(tenant).await?;
        let start = |day: Date| -> Result<OffsetDateTime, Outage> {
            let range = zone.day(day);
            range
                .map(|range| range.start())
                .ok_or_else(|| Outage::new("the calendar does not go that far"))
        };
        let mut query = JournalQuery {
            from: Some(start(from)?),
            until: Some(start(until)?),
            most: PAGE,
            ..JournalQuery::default()
        };
        let mut postings = Vec::new();
        loop {
            let page = self.payments.journals.journals(tenant, query.clone()).await?;
            for journal in &page {
                postings.extend(journal.entries.iter().map(|entry| Posting {
                    day: zone.date(journal.at),
                    journal: journal.id.as_uuid(),
                    cause: journal.cause.clone(),
                    account: entry.place.account.as_str().to_owned(),
                    amount: entry.amount,
                }));
            }
            match page.last() {
                Some(last) if page.len() >= usize::from(PAGE) => query.before = Some(last.id),
                Some(_) | None => break,
            }
        }
        self.payroll.accounting.file(from, until, &postings).await
    }
}
