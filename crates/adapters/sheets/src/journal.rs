//! Journals as CSV, the form that every accounting product takes in.

use async_trait::async_trait;
use ratiba_payroll::journal::{Posting, unbalanced};
use ratiba_payroll::ports::{AccountingError, AccountingGateway};
use ratiba_payroll::sheet::Cell;
use time::Date;

use crate::csv::csv;

/// Writes journals as CSV: a line for each entry, debits and credits apart.
#[derive(Clone, Copy, Debug, Default)]
pub struct JournalCsv;

const HEAD: [&str; 7] = [
    "date", "journal", "cause", "account", "currency", "debit", "credit",
];

#[async_trait]
impl AccountingGateway for JournalCsv {
    async fn file(&self, from: Date, until: Date, postings: &[Posting]) -> Result<Vec<u8>, AccountingError> {
        if let Some(journal) = unbalanced(postings) {
            return Err(AccountingError::Unbalanced(journal));
        }
        let mut wanted: Vec<&Posting> = postings
            .iter()
            .filter(|posting| (from..until).contains(&posting.day))
            .collect();
        wanted.sort_by(|one, other| {
            let key = |posting: &Posting| {
                (
                    posting.day,
                    posting.journal,
                    posting.account.clone(),
                    posting.amount.amount_minor(),
                )
            };
            key(one).cmp(&key(other))
        });
        let text = |words: &str| Cell::Text(words.to_owned());
        let mut rows = vec![HEAD.iter().map(|head| text(head)).collect()];
        for posting in wanted {
            let minor = posting.amount.amount_minor();
            let (debit, credit) = if minor < 0 {
                (0, minor.saturating_neg())
            } else {
                (minor, 0)
            };
            rows.push(vec![
                Cell::Text(posting.day.to_string()),
                Cell::Text(posting.journal.to_string()),
                text(&posting.cause),
                text(&posting.account),
                text(posting.amount.currency().code()),
                Cell::Amount(debit),
                Cell::Amount(credit),
            ]);
        }
        Ok(csv(&rows))
    }
}
