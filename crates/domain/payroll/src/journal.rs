//! Journals as books of account take them: balanced, a day at a time.

use std::collections::BTreeMap;

use ratiba_kernel::{Currency, Money};
use time::Date;
use uuid::Uuid;

/// One entry of one journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting {
    /// The local day.
    pub day: Date,
    /// The journal that it is part of.
    pub journal: Uuid,
    /// What caused the journal.
    pub cause: String,
    /// The account.
    pub account: String,
    /// A debit above nothing, a credit below.
    pub amount: Money,
}

/// The first journal whose entries do not add up to nothing in each currency, if there is one.
#[must_use]
pub fn unbalanced(postings: &[Posting]) -> Option<Uuid> {
    let mut sums: BTreeMap<(Uuid, Currency), i128> = BTreeMap::new();
    for posting in postings {
        let key = (posting.journal, posting.amount.currency());
        *sums.entry(key).or_default() += i128::from(posting.amount.amount_minor());
    }
    sums.into_iter()
        .find(|(_, sum)| *sum != 0)
        .map(|((journal, _), _)| journal)
}
