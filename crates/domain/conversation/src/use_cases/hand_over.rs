//! Gives a thread to a person because the machine could not answer: the last resort of a message that failed again
//! and again.

use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, Outage, TenantId};

use super::work_handoff::{Paper, utterances, words_of};
use super::{TRIES_MAX, names, sender};
use crate::customer::Customer;
use crate::inbound::{InboundId, InboundMessage, Reading};
use crate::outgoing::{Content, Draft, OutgoingMessage, Purpose, Recipient, TextBody, reply_to};
use crate::ports::{BusinessProfile, Change, ChannelReader, NameBook, RecordError, ThreadBook};
use crate::texts::{TextKey, Tongue, Values, render};
use crate::thread::{HandoffReason, Thread};
use crate::understanding::Language;
use crate::wording::brief::{Speaker, Utterance, WORDS_SHOWN};

/// Marks a message as handled by suspending its thread: the customer is told that a person answers, the owners are
/// told to. It asks none of the desks, which may be what failed.
pub struct HandOver {
    /// The record of conversations.
    pub book: Arc<dyn ThreadBook>,
    /// Reads the provider's JSON.
    pub reader: Arc<dyn ChannelReader>,
    /// The names that the business knows.
    pub names: Arc<dyn NameBook>,
    /// The business about itself.
    pub profile: Arc<dyn BusinessProfile>,
    /// The business's time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl HandOver {
    /// Hands over. A message that was handled in the meantime, or that does not exist, changes nothing.
    ///
    /// # Errors
    /// [`Outage`] if the record did not answer.
    #[tracing::instrument(name = "conversation.hand_over", skip_all, fields(inbound.id = %inbound))]
    pub async fn execute(&self, tenant: TenantId, inbound: InboundId) -> Result<(), Outage> {
        for _ in 0..TRIES_MAX {
            let Some(message) = self.book.inbound(tenant, inbound).await? else {
                return Ok(());
            };
            if message.handled_at.is_some() {
                return Ok(());
            }
            let change = self.decide(tenant, message).await?;
            match self.book.record(tenant, change).await {
                Ok(()) | Err(RecordError::AlreadyHandled) => return Ok(()),
                Err(RecordError::Stale) => {}
                Err(RecordError::Unavailable(outage)) => return Err(outage),
            }
        }
        Err(Outage::new("a thread kept moving on while it was handed over"))
    }

    async fn decide(&self, tenant: TenantId, message: InboundMessage) -> Result<Change, Outage> {
        let now = self.clock.now();
        let mut reading = self.reader.message(&message.raw);
        let file = sender::find(self.book.as_ref(), tenant, &message, &mut reading).await?;
        let (customer, open) = match file {
            Some(file) => (file.customer.seen_again(&reading), file.thread),
            None => {
                let customer = Customer::first_heard(self.ids.fresh(), &reading, &message.sender, now);
                (customer, None)
            }
        };
        let open = open.unwrap_or_else(|| Thread::open(self.ids.fresh(), customer.id, message.channel, now));
        let was_machine = open.driver.is_machine();
        let mut thread = open.suspended(self.ids.fresh(), HandoffReason::MachineFailed, now);
        thread.last_activity_at = now;
        let mut change = Change {
            handled: Some(message.id),
            ..Change::at(now)
        };
        if was_machine {
            self.announce(tenant, &mut change, &message, &reading, &customer, &thread)
                .await?;
        }
        change.customer = Some(customer);
        change.threads = vec![thread];
        Ok(change)
    }

    async fn announce(
        &self,
        tenant: TenantId,
        change: &mut Change,
        message: &InboundMessage,
        reading: &Reading,
        customer: &Customer,
        thread: &Thread,
    ) -> Result<(), Outage> {
        let profile = self.profile.profile(tenant).await?;
        let now = change.at;
        let language = thread.language.or(customer.language).unwrap_or(Language::Swahili);
        let line = render(TextKey::HandoffStarted, Tongue::from(language), &Values::new());
        let draft = Draft {
            thread: Some(thread.id),
            channel: thread.channel,
            recipient: Recipient::Customer(customer.id),
            about: None,
            purpose: Purpose::Answer,
            content: Content::Text(TextBody::new(line).map_err(Outage::new)?),
            fallback: None,
            cause: reply_to(message.id),
        };
        change
            .messages
            .push(OutgoingMessage::queued(self.ids.fresh(), draft, now));
        let most = u16::try_from(WORDS_SHOWN).unwrap_or(u16::MAX);
        let log = self.book.log(tenant, thread.id, most).await?;
        let mut said = utterances(&log, self.reader.as_ref());
        said.push(Utterance {
            at: message.sent_at,
            by: Speaker::Customer,
            words: words_of(&reading.received),
        });
        let said = names::without_others(self.names.as_ref(), tenant, said, customer, &profile, None).await?;
        let paper = Paper {
            profile: &profile,
            menu: None,
            ids: self.ids.as_ref(),
            now,
        };
        paper.call(change, customer, thread, &said);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
