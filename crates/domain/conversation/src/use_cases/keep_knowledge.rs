//! What the business tells the machine: added, changed, taken away.

use std::sync::Arc;

use ratiba_kernel::{IdSource, TenantId};

use crate::knowledge::{Content, Snippet, SnippetId};
use crate::ports::{KnowledgeBook, KnowledgeRefused, KnowledgeStep};

/// Keeps what the business tells the machine.
pub struct KeepKnowledge {
    /// Where it is kept.
    pub book: Arc<dyn KnowledgeBook>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl KeepKnowledge {
    /// A new snippet.
    ///
    /// # Errors
    /// [`KnowledgeRefused::TooMany`] if there are [`crate::knowledge::SNIPPETS_MOST`] already.
    pub async fn add(&self, tenant: TenantId, content: Content) -> Result<Snippet, KnowledgeRefused> {
        let snippet = Snippet {
            id: self.ids.fresh(),
            content,
            version: 0,
        };
        self.kept(tenant, snippet.clone(), KnowledgeStep::Add(snippet))
            .await
    }

    /// Another content for a snippet that was read at this version.
    ///
    /// # Errors
    /// [`KnowledgeRefused::Unknown`] and [`KnowledgeRefused::Stale`] as they say.
    pub async fn change(
        &self,
        tenant: TenantId,
        id: SnippetId,
        version: i32,
        content: Content,
    ) -> Result<Snippet, KnowledgeRefused> {
        let snippet = Snippet { id, content, version };
        self.kept(tenant, snippet.clone(), KnowledgeStep::Replace(snippet))
            .await
    }

    /// No such snippet any more.
    ///
    /// # Errors
    /// [`KnowledgeRefused::Unknown`] and [`KnowledgeRefused::Stale`] as they say.
    pub async fn remove(
        &self,
        tenant: TenantId,
        id: SnippetId,
        version: i32,
    ) -> Result<(), KnowledgeRefused> {
        let step = KnowledgeStep::Remove { id, version };
        self.book.keep(tenant, step).await.map(|_version| ())
    }

    async fn kept(
        &self,
        tenant: TenantId,
        mut snippet: Snippet,
        step: KnowledgeStep,
    ) -> Result<Snippet, KnowledgeRefused> {
        snippet.version = self.book.keep(tenant, step).await?;
        Ok(snippet)
    }
}
