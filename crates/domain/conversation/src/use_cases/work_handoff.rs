//! A person in place of the machine: who waits, taking over, speaking, giving back, and what falls due meanwhile.

mod paper;

use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, Outage, TenantId};
use time::OffsetDateTime;

use super::{TRIES_MAX, names};
use crate::handoff::{HandoffId, HandoffStep, NotTheirs, Person, Return, UNTOUCHED_AFTER};
use crate::outgoing::{Content, MessageId, TextBody};
use crate::ports::{
    BookingDesk, BusinessProfile, Change, ChannelReader, CustomerFile, MessageBook, NameBook, RecordError,
    ThreadBook,
};
use crate::thread::{Driver, Thread, ThreadId};
use crate::wording::brief::{Utterance, WORDS_SHOWN};

pub(super) use paper::{Paper, called_by, parse_take_over, utterances, words_of};

/// How much of a conversation is read at once.
const LOG_MAX: u16 = 200;

/// Works conversations that people have or are called to.
pub struct WorkHandoff {
    /// The record of conversations.
    pub book: Arc<dyn ThreadBook>,
    /// The record of what we send.
    pub messages: Arc<dyn MessageBook>,
    /// Reads the provider's JSON.
    pub reader: Arc<dyn ChannelReader>,
    /// The names that the business knows.
    pub names: Arc<dyn NameBook>,
    /// The business's booking desk.
    pub desk: Arc<dyn BookingDesk>,
    /// The business about itself.
    pub profile: Arc<dyn BusinessProfile>,
    /// The business's time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

/// Why nothing was done about a conversation.
#[derive(Debug, thiserror::Error)]
pub enum WorkHandoffError {
    /// It is not theirs to do.
    #[error(transparent)]
    Refused(#[from] NotTheirs),
    /// The key was used for other words.
    #[error("the key was used for other words or in another conversation")]
    KeyUsed,
    /// Something that this needs did not answer, or the conversation kept moving on. It may be repeated.
    #[error("a conversation could not be worked")]
    Unavailable(#[from] Outage),
}

/// A conversation with its customer and what was said in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversed {
    /// The customer, and the thread.
    pub file: CustomerFile,
    /// What was said, oldest first; the last of it.
    pub said: Vec<Utterance>,
}

/// A conversation that somebody wants something of.
struct Found {
    file: CustomerFile,
    thread: Thread,
}

impl WorkHandoff {
    /// The open conversations that wait for a person or have one, in the order of their beginning, from behind `after`.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn list(
        &self,
        tenant: TenantId,
        after: Option<ThreadId>,
        most: u16,
    ) -> Result<Vec<CustomerFile>, Outage> {
        self.book.with_people(tenant, after, most).await
    }

    /// One conversation; `None` if there is none.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn read(&self, tenant: TenantId, thread: ThreadId) -> Result<Option<Conversed>, Outage> {
        let Some(file) = self.book.thread(tenant, thread).await? else {
            return Ok(None);
        };
        let log = self.book.log(tenant, thread, LOG_MAX).await?;
        Ok(Some(Conversed {
            file,
            said: utterances(&log, self.reader.as_ref()),
        }))
    }

    /// One conversation without what was said; `None` if there is none.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn find_file(
        &self,
        tenant: TenantId,
        thread: ThreadId,
    ) -> Result<Option<CustomerFile>, Outage> {
        self.book.thread(tenant, thread).await
    }

    /// Gives the conversation to whoever asks first. Twice is once.
    ///
    /// # Errors
    /// [`WorkHandoffError`]; nothing changed then.
    #[tracing::instrument(name = "conversation.take_over", skip_all, fields(thread.id = %thread))]
    pub async fn take_over(
        &self,
        tenant: TenantId,
        thread: ThreadId,
        by: &Person,
    ) -> Result<(), WorkHandoffError> {
        for _ in 0..TRIES_MAX {
            let found = self.find(tenant, thread).await?;
            let (profile, menu) = self.circumstances(tenant).await?;
            let paper = self.paper(&profile, menu.as_deref());
            let said = self.said_in(tenant, &found, &paper).await?;
            let mut change = Change::at(paper.now);
            let call = called_by(&found.thread).ok_or(NotTheirs::WithMachine)?;
            let cause = format!("handoff:{call}:taken");
            paper.take(
                &mut change,
                &found.file.customer,
                &found.thread,
                by,
                &said,
                &cause,
            )?;
            if change.threads.is_empty() || self.recorded(tenant, change).await? {
                return Ok(());
            }
        }
        Err(contended())
    }

    /// Says something to the customer, word for word. The same key again says nothing twice.
    ///
    /// # Errors
    /// [`WorkHandoffError`]; nothing was said then.
    #[tracing::instrument(name = "conversation.say", skip_all, fields(thread.id = %thread))]
    pub async fn say(
        &self,
        tenant: TenantId,
        thread: ThreadId,
        by: &Person,
        words: TextBody,
        key: &str,
    ) -> Result<MessageId, WorkHandoffError> {
        let cause = format!("said:{key}");
        for _ in 0..TRIES_MAX {
            if let Some(before) = self.messages.by_cause(tenant, &cause).await? {
                let same = before.thread == Some(thread) && before.content == Content::Text(words.clone());
                return if same {
                    Ok(before.id)
                } else {
                    Err(WorkHandoffError::KeyUsed)
                };
            }
            let found = self.find(tenant, thread).await?;
            let (profile, _menu) = self.circumstances(tenant).await?;
            let paper = self.paper(&profile, None);
            let mut change = Change::at(paper.now);
            let id = paper.say(&mut change, &found.thread, by, words.clone(), cause.clone())?;
            if self.recorded(tenant, change).await?
                && self
                    .messages
                    .by_cause(tenant, &cause)
                    .await?
                    .is_some_and(|m| m.id == id)
            {
                return Ok(id);
            }
        }
        Err(contended())
    }

    /// Gives the conversation back to the machine, whoever has it or was called.
    ///
    /// # Errors
    /// [`WorkHandoffError`]; nothing changed then.
    #[tracing::instrument(name = "conversation.hand_back", skip_all, fields(thread.id = %thread))]
    pub async fn hand_back(&self, tenant: TenantId, thread: ThreadId) -> Result<(), WorkHandoffError> {
        for _ in 0..TRIES_MAX {
            let found = self.find(tenant, thread).await?;
            if found.thread.closed_at.is_some() {
                return Err(NotTheirs::Closed.into());
            }
            match &found.thread.driver {
                Driver::Agent => return Err(NotTheirs::WithMachine.into()),
                Driver::Resumed(_) => return Ok(()),
                Driver::SuspendedForHuman(_) | Driver::Human(_) => {}
            }
            if self.give_back(tenant, &found, Return::HandedBack).await? {
                return Ok(());
            }
        }
        Err(contended())
    }

    /// Does what is due, if it is still called for. Safe to repeat.
    ///
    /// # Errors
    /// [`Outage`].
    #[tracing::instrument(name = "conversation.handoff_step", skip_all, fields(thread.id = %thread, step = step.code()))]
    pub async fn step(
        &self,
        tenant: TenantId,
        thread: ThreadId,
        handoff: HandoffId,
        step: HandoffStep,
    ) -> Result<(), Outage> {
        for _ in 0..TRIES_MAX {
            let found = match self.find(tenant, thread).await {
                Ok(found) => found,
                Err(WorkHandoffError::Unavailable(outage)) => return Err(outage),
                Err(WorkHandoffError::Refused(_) | WorkHandoffError::KeyUsed) => return Ok(()),
            };
            let open = found.thread.closed_at.is_none();
            if !open || called_by(&found.thread) != Some(handoff) {
                return Ok(());
            }
            if self.take_step(tenant, &found, step).await? {
                return Ok(());
            }
        }
        Err(Outage::new("a conversation kept moving on"))
    }

    async fn take_step(&self, tenant: TenantId, found: &Found, step: HandoffStep) -> Result<bool, Outage> {
        let (profile, menu) = self.circumstances(tenant).await?;
        let paper = self.paper(&profile, menu.as_deref());
        let mut change = Change::at(paper.now);
        let customer = &found.file.customer;
        match (&found.thread.driver, step) {
            (Driver::SuspendedForHuman(_), HandoffStep::FirstRepage | HandoffStep::SecondRepage) => {
                let said = self.said_in(tenant, found, &paper).await?;
                paper.page_again(&mut change, customer, &found.thread, &said, step);
            }
            (Driver::SuspendedForHuman(_), HandoffStep::TellCustomer) => {
                paper.tell_when(&mut change, customer, &found.thread);
            }
            (Driver::Human(takeover), HandoffStep::Sweep) => {
                let due = takeover.touched_at + UNTOUCHED_AFTER;
                if due <= paper.now {
                    return self.give_back(tenant, found, Return::Untouched).await;
                }
                paper.sweep_at(&mut change, &found.thread, due);
            }
            (Driver::SuspendedForHuman(_), HandoffStep::Sweep)
            | (
                Driver::Human(_),
                HandoffStep::FirstRepage | HandoffStep::SecondRepage | HandoffStep::TellCustomer,
            )
            | (Driver::Agent | Driver::Resumed(_), _) => return Ok(true),
        }
        self.recorded(tenant, change).await
    }

    async fn give_back(&self, tenant: TenantId, found: &Found, how: Return) -> Result<bool, Outage> {
        let (profile, _menu) = self.circumstances(tenant).await?;
        let paper = self.paper(&profile, None);
        let mut change = Change::at(paper.now);
        let given = paper.give_back(&mut change, &found.file.customer, &found.thread, how);
        if given.is_err() {
            return Ok(true);
        }
        self.recorded(tenant, change).await
    }

    /// What was said last, as whoever is called is shown it.
    async fn said_in(
        &self,
        tenant: TenantId,
        found: &Found,
        paper: &Paper<'_>,
    ) -> Result<Vec<Utterance>, Outage> {
        let log = self.book.log(tenant, found.thread.id, shown_max()).await?;
        let said = utterances(&log, self.reader.as_ref());
        let (names, customer) = (self.names.as_ref(), &found.file.customer);
        names::without_others(names, tenant, said, customer, paper.profile, paper.menu).await
    }

    async fn find(&self, tenant: TenantId, thread: ThreadId) -> Result<Found, WorkHandoffError> {
        let file = self.book.thread(tenant, thread).await?;
        let found = file.and_then(|file| {
            let thread = file.thread.clone()?;
            Some(Found { file, thread })
        });
        found.ok_or(WorkHandoffError::Refused(NotTheirs::Unknown))
    }

    /// The desk may be what failed, so nothing waits for it.
    async fn circumstances(
        &self,
        tenant: TenantId,
    ) -> Result<(crate::desk::Profile, Option<Arc<crate::desk::Menu>>), Outage> {
        let profile = self.profile.profile(tenant).await?;
        Ok((profile, self.desk.menu(tenant).await.ok()))
    }

    fn paper<'a>(
        &'a self,
        profile: &'a crate::desk::Profile,
        menu: Option<&'a crate::desk::Menu>,
    ) -> Paper<'a> {
        let now: OffsetDateTime = self.clock.now();
        Paper {
            profile,
            menu,
            ids: self.ids.as_ref(),
            now,
        }
    }

    /// Whether it is on record, now or since before; `false` if the conversation moved on.
    async fn recorded(&self, tenant: TenantId, change: Change) -> Result<bool, Outage> {
        match self.book.record(tenant, change).await {
            Ok(()) | Err(RecordError::AlreadyHandled) => Ok(true),
            Err(RecordError::Stale) => Ok(false),
            Err(RecordError::Unavailable(outage)) => Err(outage),
        }
    }
}

fn shown_max() -> u16 {
    u16::try_from(WORDS_SHOWN).unwrap_or(u16::MAX)
}

fn contended() -> WorkHandoffError {
    WorkHandoffError::Unavailable(Outage::new("a conversation kept moving on"))
}

#[cfg(test)]
mod tests;
