//! Applies one stored report of the provider to the message that it is about.

use std::sync::Arc;

use ratiba_kernel::{Clock, Outage, TenantId};

use super::TRIES_MAX;
use super::WorkTemplates;
use super::send_message::after_refusal;
use crate::event::StatusRef;
use crate::outgoing::{OutgoingMessage, SendRefusal, SendState, StatusKind, StatusReport};
use crate::ports::{ChannelReader, ClientMessenger, MessageBook, PostingChange, RecordError};

/// Applies a report: the furthest way counts, a failure is kept beside it, and a send that nobody knew the end of is
/// settled; what it answers is marked as read then. A window that turned out to be closed brings the template instead.
pub struct ApplyStatus {
    /// The record of what we send.
    pub book: Arc<dyn MessageBook>,
    /// Tells the provider what was read.
    pub messenger: Arc<dyn ClientMessenger>,
    /// Reads the provider's JSON.
    pub reader: Arc<dyn ChannelReader>,
    /// The message templates, of which reports come the same way.
    pub templates: WorkTemplates,
    /// The business's time.
    pub clock: Arc<dyn Clock>,
}

impl ApplyStatus {
    /// Applies it. A report about a message that is not ours, or of an unknown kind, changes nothing.
    ///
    /// # Errors
    /// [`Outage`] if the record did not answer.
    #[tracing::instrument(name = "conversation.apply_status", skip_all)]
    pub async fn execute(&self, tenant: TenantId, status: StatusRef) -> Result<(), Outage> {
        let stored = self.book.status(tenant, status).await?;
        let template = stored
            .as_ref()
            .and_then(|stored| Some((self.reader.template(&stored.raw)?, stored.occurred_at)));
        if let Some((report, at)) = template {
            return self.templates.told(tenant, &report, at).await;
        }
        let Some((channel, report)) = stored.and_then(|stored| {
            let report = self.reader.status(&stored.raw)?;
            Some((stored.channel, report))
        }) else {
            tracing::info!("a report of the provider says nothing that we know");
            return Ok(());
        };
        let id = match report.message {
            Some(id) => Some(id),
            None => {
                self.book
                    .by_provider_id(tenant, channel, &report.provider_id)
                    .await?
            }
        };
        let Some(id) = id else {
            tracing::info!("a report of the provider is about no message of ours");
            return Ok(());
        };
        for _ in 0..TRIES_MAX {
            let Some(posting) = self.book.posting(tenant, id).await? else {
                tracing::info!("a report of the provider is about no message of ours");
                return Ok(());
            };
            let before = posting.message.clone();
            let decided = decide(posting.message, &report, self.clock.now());
            if decided.message == before && decided.tasks.is_empty() && decided.events.is_empty() {
                return Ok(());
            }
            let settled = came_out(&before.state, &decided.message.state);
            match self.book.record_posting(tenant, decided).await {
                Ok(()) => {
                    if let (true, Some(read)) = (settled, &posting.answers) {
                        self.messenger.mark_read(tenant, read).await;
                    }
                    return Ok(());
                }
                Err(RecordError::Stale | RecordError::AlreadyHandled) => {}
                Err(RecordError::Unavailable(outage)) => return Err(outage),
            }
        }
        Err(Outage::new("a message kept changing while a report was applied"))
    }
}

/// What follows from a report. Pure; applying it twice equals applying it once.
fn decide(message: OutgoingMessage, report: &StatusReport, now: time::OffsetDateTime) -> PostingChange {
    let refusal = report.outcome.as_ref().err();
    let again = message.delivery.failed_code.is_some()
        && message.delivery.failed_code == refusal.map(SendRefusal::code);
    let delivered = message.delivery.reached >= Some(StatusKind::Delivered);
    let settled = match &message.state {
        SendState::Refused { .. } | SendState::Queued { .. } => true,
        SendState::Sending { .. }
        | SendState::Sent { .. }
        | SendState::Unknown { .. }
        | SendState::Abandoned { .. } => false,
    };
    match refusal {
        Some(refusal) if !again && !delivered && !settled => {
            let mut change = after_refusal(message, refusal, now);
            change.message.delivery.failed_code = Some(refusal.code());
            change
        }
        Some(_) if again => unchanged(message, now),
        Some(_) | None => unchanged(message.reported(report, now), now),
    }
}

/// Whether a message went out after all whose sender never heard so; one that still has it in its hands hears it itself.
const fn came_out(before: &SendState, after: &SendState) -> bool {
    matches!(
        (before, after),
        (
            SendState::Unknown { .. } | SendState::Abandoned { .. },
            SendState::Sent { .. }
        )
    )
}

fn unchanged(message: OutgoingMessage, at: time::OffsetDateTime) -> PostingChange {
    PostingChange::of(message, at)
}

#[cfg(test)]
mod tests;
