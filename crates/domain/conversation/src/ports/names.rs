//! Where a business's record says which words are names.

use std::collections::BTreeSet;

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId};

use crate::redact::NameWords;

/// The names of people whom a business knows, found by single words.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait NameBook: Send + Sync {
    /// Those of the words that are a word of the name of one of the business's customers, or of somebody who works there or
    /// did: whole words, without case, accents and apostrophes. What it costs follows the words, however many customers there
    /// are. Who was forgotten has no name.
    async fn names_among(&self, tenant: TenantId, words: &NameWords) -> Result<BTreeSet<String>, Outage>;
}
