//! Where what the business told the machine is kept and found.

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId};

use crate::knowledge::{Asked, Hit, Snippet, SnippetId};

/// A snippet as it is to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KnowledgeStep {
    /// A new one, unless there are [`crate::knowledge::SNIPPETS_MOST`] already.
    Add(Snippet),
    /// In place of the one with this id, if it is at the version that is named.
    Replace(Snippet),
    /// None any more, if it is at this version.
    Remove {
        /// Which.
        id: SnippetId,
        /// As it was read.
        version: i32,
    },
}

/// Why knowledge was not changed. Nothing of it is on record then.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum KnowledgeRefused {
    /// There is no such snippet.
    #[error("there is no such snippet")]
    Unknown,
    /// It changed since it was read.
    #[error("the snippet changed since it was read")]
    Stale,
    /// There are as many as there may be.
    #[error("there are as many snippets as there may be")]
    TooMany,
    /// The record did not answer.
    #[error("the record of what the business told is unavailable")]
    Unavailable(#[from] Outage),
}

/// What the business told the machine.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait KnowledgeBook: Send + Sync {
    /// All of it, what was added first before the rest.
    async fn snippets(&self, tenant: TenantId) -> Result<Vec<Snippet>, Outage>;

    /// One snippet; `None` if there is none.
    async fn snippet(&self, tenant: TenantId, id: SnippetId) -> Result<Option<Snippet>, Outage>;

    /// What has to do with a question: at most 20, in no particular order. A term counts where one of its spellings stands
    /// as a word; in English text with any English ending, and in either case anyhow where the spelling is open. Where no
    /// term stands anywhere, words of titles count that are written nearly like one.
    async fn about(&self, tenant: TenantId, asked: &Asked) -> Result<Vec<Hit>, Outage>;

    /// Makes one step durable; answers the version at which the snippet is now.
    ///
    /// Refuses with [`KnowledgeRefused`]. Repeating an [`KnowledgeStep::Add`] with the same id is refused as stale.
    async fn keep(&self, tenant: TenantId, step: KnowledgeStep) -> Result<i32, KnowledgeRefused>;
}
