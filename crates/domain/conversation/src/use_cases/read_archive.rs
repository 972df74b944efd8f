//! Shows what was said in conversations that ended long ago, for as long as it is kept.

use std::sync::Arc;

use ratiba_kernel::{Outage, TenantId};

use super::work_handoff::utterances;
use crate::customer::CustomerId;
use crate::ports::{ChannelReader, ThreadBook};
use crate::retention::ArchivedThread;
use crate::thread::ThreadId;
use crate::wording::brief::Utterance;

/// Reads the archive of conversations.
pub struct ReadArchive {
    /// The record of conversations.
    pub book: Arc<dyn ThreadBook>,
    /// Reads the provider's JSON.
    pub reader: Arc<dyn ChannelReader>,
}

impl ReadArchive {
    /// The threads in it, those of one customer if anybody is named, from behind `after`; at most `most`.
    ///
    /// # Errors
    /// [`Outage`] if the record did not answer.
    pub async fn list(
        &self,
        tenant: TenantId,
        customer: Option<CustomerId>,
        after: Option<ThreadId>,
        most: u16,
    ) -> Result<Vec<ArchivedThread>, Outage> {
        self.book.archived(tenant, customer, after, most).await
    }

    /// One of them with what was said, oldest first; `None` if it is not there, or not any more.
    ///
    /// # Errors
    /// [`Outage`] if the record did not answer.
    pub async fn read(
        &self,
        tenant: TenantId,
        thread: ThreadId,
    ) -> Result<Option<(ArchivedThread, Vec<Utterance>)>, Outage> {
        let found = self.book.archived_log(tenant, thread).await?;
        Ok(found.map(|(thread, log)| (thread, utterances(&log, self.reader.as_ref()))))
    }
}
