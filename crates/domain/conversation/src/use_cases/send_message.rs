//! Sends one stored message, or finds out what became of it.

use std::sync::Arc;

use ratiba_kernel::{Clock, Outage, TenantId};
use time::{Duration, OffsetDateTime};

use super::TRIES_MAX;
use super::tell_invited::invitation_in;
use crate::channel::Address;
use crate::consent::may_send;
use crate::event::{ConversationEvent, ConversationTask, Due};
use crate::outgoing::{
    Content, MessageId, NextStep, OutgoingMessage, Purpose, Recipient, STATUS_WAIT, SendAnswer, SendRefusal,
    SendState, TemplateCall,
};
use crate::ports::{
    BusinessProfile, ClientMessenger, MessageBook, Posting, PostingChange, RecordError, TemplateRegister,
    TemplateStanding,
};
use crate::quiet;
use crate::window::{Form, form_now};

/// The longest pause between two tries.
const PAUSE_MAX: Duration = Duration::hours(1);

/// Sends one stored message. Consent, quiet hours and the window are checked now, not when it was decided; that it
/// is being handed over is on record before it is.
pub struct SendMessage {
    /// The record of what we send.
    pub book: Arc<dyn MessageBook>,
    /// Carries messages to people.
    pub messenger: Arc<dyn ClientMessenger>,
    /// The business about itself.
    pub profile: Arc<dyn BusinessProfile>,
    /// The register of templates.
    pub templates: Arc<dyn TemplateRegister>,
    /// The business's time.
    pub clock: Arc<dyn Clock>,
}

/// What is to be handed over, or why not.
enum Check {
    Go(Address, Content),
    NotNow(OffsetDateTime),
    Never(&'static str),
    /// The template that it needs cannot be sent.
    NoTemplate(TemplateCall),
}

impl SendMessage {
    /// Does what the message's state asks for: hands it over, waits, suspects, gives up, or nothing.
    ///
    /// # Errors
    /// [`Outage`] if something that this needs did not answer; the message is then as it was, or being handed over.
    #[tracing::instrument(name = "conversation.send_message", skip_all, fields(message.id = %id))]
    pub async fn execute(&self, tenant: TenantId, id: MessageId) -> Result<(), Outage> {
        let Some(posting) = self.book.posting(tenant, id).await? else {
            tracing::warn!("there is no such message to send");
            return Ok(());
        };
        let now = self.clock.now();
        match posting.message.next_step(now) {
            NextStep::Nothing | NextStep::Wait { .. } => Ok(()),
            NextStep::SuspectSent => {
                let message = posting.message.suspected_sent(now);
                self.settle(tenant, with_check_later(message, now)).await
            }
            NextStep::GiveUp => {
                tracing::error!("nobody knows whether a message went out, and it must not be repeated");
                let message = posting.message.abandoned(now);
                self.settle(tenant, not_sent(message, "unknown", now)).await
            }
            NextStep::HandOver => self.hand_over(tenant, posting, now).await,
        }
    }

    async fn hand_over(&self, tenant: TenantId, posting: Posting, now: OffsetDateTime) -> Result<(), Outage> {
        let (to, content) = match self.check(tenant, &posting, now).await? {
            Check::Go(to, content) => (to, content),
            Check::NotNow(at) => {
                let mut message = posting.message;
                message.state = SendState::Queued {
                    not_before: at,
                    attempts: attempts_of(&message.state),
                };
                return self.settle(tenant, with_send_at(message, at, now)).await;
            }
            Check::Never(reason) => {
                tracing::info!(reason, "a message is not sent");
                let message = posting.message.refused(reason, now);
                return self.settle(tenant, not_sent(message, reason, now)).await;
            }
            Check::NoTemplate(call) => {
                return self
                    .settle(tenant, without_template(posting.message, call, now))
                    .await;
            }
        };
        let answers = posting.answers;
        let sending = posting.message.handing_over(now);
        let id = sending.id;
        match self
            .book
            .record_posting(tenant, change(sending.clone(), now))
            .await
        {
            Ok(()) => {}
            // Somebody else is at it.
            Err(RecordError::Stale | RecordError::AlreadyHandled) => return Ok(()),
            Err(RecordError::Unavailable(outage)) => return Err(outage),
        }
        let answer = self.messenger.send(tenant, &to, &content, id).await;
        self.record_answer(tenant, sending.recorded(), &answer).await?;
        if let (SendAnswer::Accepted { .. }, Some(read)) = (&answer, &answers) {
            self.messenger.mark_read(tenant, read).await;
        }
        Ok(())
    }

    /// Consent, quiet hours, address, window: as they are now.
    async fn check(&self, tenant: TenantId, posting: &Posting, now: OffsetDateTime) -> Result<Check, Outage> {
        let message = &posting.message;
        let to = match (&message.recipient, &posting.customer) {
            (Recipient::Business(address), _) => address.clone(),
            (Recipient::Customer(_), Some(customer)) => {
                if may_send(customer, message.purpose, message.created_at).is_err() {
                    return Ok(Check::Never("opted_out"));
                }
                match customer.address() {
                    Ok(address) => address,
                    Err(_unreachable) => return Ok(Check::Never("unreachable")),
                }
            }
            (Recipient::Customer(_), None) => return Ok(Check::Never("unreachable")),
        };
        if message.purpose.keeps_quiet_hours() {
            let zone = self.profile.profile(tenant).await?.zone;
            let at = quiet::not_before(message.purpose, now, &zone);
            if at > now {
                return Ok(Check::NotNow(at));
            }
        }
        let template = match (&message.content, &message.fallback) {
            (Content::Template(call), _) => Some(call),
            (
                Content::Text(_)
                | Content::Buttons(_)
                | Content::List(_)
                | Content::Link(_)
                | Content::Document(_),
                fallback,
            ) => fallback.as_ref(),
        };
        let is_template = matches!(message.content, Content::Template(_));
        match (
            form_now(message.channel.capabilities(), posting.last_inbound_at, now),
            template,
        ) {
            (Form::Free, _) if !is_template => Ok(Check::Go(to, message.content.clone())),
            (Form::Free | Form::TemplateOnly, Some(call)) => {
                match self.templates.standing(tenant, call).await? {
                    TemplateStanding::Approved => Ok(Check::Go(to, Content::Template(call.clone()))),
                    TemplateStanding::NotUsable => {
                        tracing::error!(template = call.name(), "a template is needed and not approved");
                        Ok(Check::NoTemplate(call.clone()))
                    }
                }
            }
            (Form::Free | Form::TemplateOnly, None) => Ok(Check::Never("window_closed")),
        }
    }

    /// Records what became of a handing over. A status may have been faster; then there is less to say.
    async fn record_answer(
        &self,
        tenant: TenantId,
        handed_over: OutgoingMessage,
        answer: &SendAnswer,
    ) -> Result<(), Outage> {
        let id = handed_over.id;
        let mut message = handed_over;
        for _ in 0..TRIES_MAX {
            let SendState::Sending { .. } = message.state else {
                return Ok(());
            };
            let decided = after_answer(message, answer, self.clock.now());
            match self.book.record_posting(tenant, decided).await {
                Ok(()) => return Ok(()),
                Err(RecordError::Stale | RecordError::AlreadyHandled) => {}
                Err(RecordError::Unavailable(outage)) => return Err(outage),
            }
            let Some(posting) = self.book.posting(tenant, id).await? else {
                return Ok(());
            };
            message = posting.message;
        }
        Err(Outage::new(
            "a message kept changing while its answer was recorded",
        ))
    }

    async fn settle(&self, tenant: TenantId, change: PostingChange) -> Result<(), Outage> {
        match self.book.record_posting(tenant, change).await {
            Ok(()) | Err(RecordError::Stale | RecordError::AlreadyHandled) => Ok(()),
            Err(RecordError::Unavailable(outage)) => Err(outage),
        }
    }
}

fn change(message: OutgoingMessage, at: OffsetDateTime) -> PostingChange {
    PostingChange::of(message, at)
}

fn with_send_at(message: OutgoingMessage, due: OffsetDateTime, now: OffsetDateTime) -> PostingChange {
    let task = ConversationTask::Send { message: message.id };
    PostingChange {
        tasks: vec![Due { at: due, task }],
        ..change(message, now)
    }
}

fn with_check_later(message: OutgoingMessage, now: OffsetDateTime) -> PostingChange {
    with_send_at(message, now + STATUS_WAIT, now)
}

/// A message whose template cannot be sent: the business is told of the template, once and not with each message that needs it.
/// Of money that was not asked for it is told each time, since a booking hangs on it.
fn without_template(message: OutgoingMessage, call: TemplateCall, now: OffsetDateTime) -> PostingChange {
    const REASON: &str = "template_not_usable";
    let asks_money = message.purpose == Purpose::AsksMoney;
    let message = message.refused(REASON, now);
    let change = if asks_money {
        not_sent(message, REASON, now)
    } else {
        change(message, now)
    };
    PostingChange {
        missed: Some(call),
        ..change
    }
}

/// A message that will not go out is an event, unless it was itself the news to a person of the business (their
/// alarm must not ring for their alarm) who is not yet to become one; or a document, which repeats what another message says in words; or an offer, which
/// nobody misses.
pub(super) fn not_sent(message: OutgoingMessage, reason: &str, now: OffsetDateTime) -> PostingChange {
    let events = match message.purpose {
        Purpose::Answer | Purpose::Receipt | Purpose::Reminder | Purpose::AsksMoney | Purpose::Marketing
            if matches!(message.content, Content::Document(_)) =>
        {
            tracing::info!(message.id = %message.id, reason, "a document was not sent");
            Vec::new()
        }
        Purpose::Offer => {
            tracing::info!(message.id = %message.id, reason, "an offer was not sent");
            Vec::new()
        }
        // Whoever invited waits for somebody who was never asked.
        Purpose::News if invitation_in(&message.content).is_some() => {
            vec![ConversationEvent::MessageNotSent {
                message: message.id,
                reason: reason.to_owned(),
            }]
        }
        Purpose::Alert | Purpose::Digest | Purpose::News => {
            tracing::error!(message.id = %message.id, reason, "a message to the business was not sent");
            Vec::new()
        }
        Purpose::Answer | Purpose::Receipt | Purpose::Reminder | Purpose::AsksMoney | Purpose::Marketing => {
            vec![ConversationEvent::MessageNotSent {
                message: message.id,
                reason: reason.to_owned(),
            }]
        }
    };
    PostingChange {
        events,
        ..change(message, now)
    }
}

/// What follows from the provider's answer.
fn after_answer(message: OutgoingMessage, answer: &SendAnswer, now: OffsetDateTime) -> PostingChange {
    match answer {
        SendAnswer::Accepted { provider_id } => change(message.accepted(Some(provider_id.clone()), now), now),
        SendAnswer::Unknown => with_check_later(message.suspected_sent(now), now),
        SendAnswer::Refused(refusal) => after_refusal(message, refusal, now),
    }
}

/// What follows from a refusal, at once or as a status later.
pub(super) fn after_refusal(
    message: OutgoingMessage,
    refusal: &SendRefusal,
    now: OffsetDateTime,
) -> PostingChange {
    let code = refusal.code();
    match refusal {
        SendRefusal::RetryLater { after, .. } => {
            let pause = growing(*after, attempts_of(&message.state));
            again_or_not(
                message.postponed(code, pause, now),
                &format!("provider_{code}"),
                now,
            )
        }
        SendRefusal::LeftAlone { after } => again_or_not(message.put_off(*after, now), "left_alone", now),
        SendRefusal::Withdrawn => change(message.refused("withdrawn", now), now),
        SendRefusal::TemplateInstead { .. } => match message.fallback.clone() {
            Some(call) => with_send_at(as_template(message, call, now), now, now),
            None => not_sent(message.refused("window_closed", now), "window_closed", now),
        },
        SendRefusal::Undeliverable { .. }
        | SendRefusal::StoppedMarketing { .. }
        | SendRefusal::Misconfigured { .. } => {
            let reason = format!("provider_{code}");
            let message = message.refused(reason.clone(), now);
            not_sent(message, &reason, now)
        }
    }
}

/// A message that was put back into the queue, or was not since it was tried or waited for too long.
fn again_or_not(message: OutgoingMessage, reason: &str, now: OffsetDateTime) -> PostingChange {
    match message.state {
        SendState::Queued { not_before, .. } => with_send_at(message, not_before, now),
        SendState::Sending { .. }
        | SendState::Sent { .. }
        | SendState::Unknown { .. }
        | SendState::Refused { .. }
        | SendState::Abandoned { .. } => not_sent(message.refused(reason, now), reason, now),
    }
}

/// The message as its template, queued again. It has no other form left.
fn as_template(mut message: OutgoingMessage, call: TemplateCall, now: OffsetDateTime) -> OutgoingMessage {
    message.state = SendState::Queued {
        not_before: now,
        attempts: attempts_of(&message.state),
    };
    message.fallback = None;
    message.content = Content::Template(call);
    message
}

const fn attempts_of(state: &SendState) -> u32 {
    match state {
        SendState::Queued { attempts, .. }
        | SendState::Sending { attempts, .. }
        | SendState::Unknown { attempts, .. } => *attempts,
        SendState::Sent { .. } | SendState::Refused { .. } | SendState::Abandoned { .. } => 0,
    }
}

/// Four times as long after each try, as the pair limit wants it.
fn growing(base: Duration, attempts: u32) -> Duration {
    let factor = 4i32.saturating_pow(attempts.saturating_sub(1).min(8));
    base.checked_mul(factor)
        .map_or(PAUSE_MAX, |pause| pause.min(PAUSE_MAX.max(base)))
}

#[cfg(test)]
mod tests;
