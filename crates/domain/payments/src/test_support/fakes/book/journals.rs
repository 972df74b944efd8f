//! Journals in memory, for reading.

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId};

use super::InMemoryBook;
use crate::ports::{JournalBook, JournalQuery, PostedJournal};
use crate::test_support::yield_once;

#[async_trait]
impl JournalBook for InMemoryBook {
    async fn journals(&self, tenant: TenantId, query: JournalQuery) -> Result<Vec<PostedJournal>, Outage> {
        yield_once().await;
        let all = Self::journals(self, tenant);
        let place = all.iter().find(|journal| Some(journal.id()) == query.before);
        let place = place.map(|journal| (journal.at(), journal.id()));
        let mut found: Vec<PostedJournal> = Vec::new();
        for journal in &all {
            let wanted = query.from.is_none_or(|from| journal.at() >= from)
                && query.until.is_none_or(|until| journal.at() < until)
                && query
                    .payment
                    .is_none_or(|payment| journal.payment() == Some(payment))
                && query.account.is_none_or(|account| {
                    let mut entries = journal.entries().iter();
                    entries.any(|entry| entry.place.account == account)
                })
                && (query.before.is_none()
                    || place.is_some_and(|place| (journal.at(), journal.id()) < place));
            if wanted {
                found.push(PostedJournal {
                    id: journal.id(),
                    cause: journal.cause().key(),
                    payment: journal.payment(),
                    attempt: journal.attempt(),
                    at: journal.at(),
                    entries: journal.entries().to_vec(),
                });
            }
        }
        found.sort_by_key(|journal| (journal.at, journal.id));
        found.reverse();
        found.truncate(usize::from(query.most));
        Ok(found)
    }
}
