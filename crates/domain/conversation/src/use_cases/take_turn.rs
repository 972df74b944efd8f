//! Handles one message of a customer: from the stored row to what is said and done about it.
//!
//! The machine decides; this fulfils its wishes by the desks and records the whole turn as one change. Orders to the
//! desks carry the message's id as their key, so a turn that is repeated, because a worker died or the thread moved
//! on, holds nothing and asks for no money twice.

mod admin;
mod fulfil;
mod rail;
mod turn;

use std::sync::Arc;

use futures_util::future::try_join;
use ratiba_kernel::{Clock, IdSource, Outage, TenantId};

use super::work_handoff::{utterances, words_of};
use super::{TRIES_MAX, sender};
use crate::cohort::invitation_cause;
use crate::consent::{Admission, admission};
use crate::customer::Customer;
use crate::desk::{Menu, Profile};
use crate::hear;
use crate::inbound::{InboundId, InboundMessage, Reading, Received};
use crate::machine::{self, Facts, Meaning, STALE_AFTER, Said, Step, booking};
use crate::model::{HARD_CEILING, SOFT_CEILING, Shown, WAIT_MIN, proposed};
use crate::outgoing::Content;
use crate::ports::{
    BackOffice, BookingDesk, BusinessProfile, Change, ChannelReader, ClientMessenger, CustomerFile,
    KnowledgeBook, LanguageModel, MessageBook, NameBook, PaymentDesk, RecordError, ThreadBook, VisitDesk,
};
use crate::thread::{HandoffReason, Thread};
use crate::understanding::{Intent, Language};
use crate::wording::brief::WORDS_SHOWN;

use rail::{Aside, Heard};
use turn::Turn;

/// Handles one stored message of a customer.
pub struct TakeTurn {
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
    /// The business's book of visits.
    pub visits: Arc<dyn VisitDesk>,
    /// The business's till.
    pub payments: Arc<dyn PaymentDesk>,
    /// What the business told the machine.
    pub knowledge: Arc<dyn KnowledgeBook>,
    /// A language model, if the operator set one up.
    pub model: Option<Arc<dyn LanguageModel>>,
    /// The business as its own people ask it.
    pub office: Arc<dyn BackOffice>,
    /// The business about itself.
    pub profile: Arc<dyn BusinessProfile>,
    /// Marks messages as read that get no answer.
    pub messenger: Arc<dyn ClientMessenger>,
    /// The business's time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

/// How a turn ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TurnEnd {
    /// The machine answered, or decided that nothing is to be said.
    Answered,
    /// The message is on record for a person who drives or was called.
    LeftToPerson,
    /// It was handled before.
    AlreadyHandled,
    /// There is no such message.
    NoSuchMessage,
}

/// Why a turn did not end.
#[derive(Debug, thiserror::Error)]
pub enum TakeTurnError {
    /// Something that this needs did not answer. The turn may be repeated.
    #[error("a turn of the conversation could not be taken")]
    Unavailable(#[from] Outage),
    /// The thread kept moving on. The turn may be repeated.
    #[error("the conversation kept moving on while a message was handled")]
    Contended,
}

/// What was read before anything is decided.
struct Scene {
    message: InboundMessage,
    reading: Reading,
    customer: Customer,
    thread: Thread,
    /// The thread that fell silent and ends now.
    ended: Option<Thread>,
    known: bool,
}

impl TakeTurn {
    /// Takes the turn. Safe to repeat: a message that was handled is not handled again.
    ///
    /// # Errors
    /// [`TakeTurnError`]; nothing of the turn is on record then.
    #[tracing::instrument(name = "conversation.take_turn", skip_all, fields(inbound.id = %inbound))]
    pub async fn execute(&self, tenant: TenantId, inbound: InboundId) -> Result<TurnEnd, TakeTurnError> {
        for _ in 0..TRIES_MAX {
            // What does not depend on each other is asked for at the same time.
            let (message, profile) =
                try_join(self.book.inbound(tenant, inbound), self.profile.profile(tenant)).await?;
            let Some(message) = message else {
                tracing::warn!("there is no such message to handle");
                return Ok(TurnEnd::NoSuchMessage);
            };
            if message.handled_at.is_some() {
                return Ok(TurnEnd::AlreadyHandled);
            }
            let provider_id = message.provider_id.clone();
            let (change, end) = self.decide(tenant, message, profile).await?;
            let replied = change
                .messages
                .iter()
                .any(|message| message.answers() == Some(inbound));
            match self.book.record(tenant, change).await {
                Ok(()) => {
                    // What is answered is marked when its answer goes out.
                    if end == TurnEnd::Answered && !replied {
                        self.messenger.mark_read(tenant, &provider_id).await;
                    }
                    return Ok(end);
                }
                Err(RecordError::AlreadyHandled) => return Ok(TurnEnd::AlreadyHandled),
                Err(RecordError::Stale) => tracing::info!("the thread moved on; the turn is decided anew"),
                Err(RecordError::Unavailable(outage)) => return Err(outage.into()),
            }
        }
        Err(TakeTurnError::Contended)
    }

    async fn decide(
        &self,
        tenant: TenantId,
        message: InboundMessage,
        profile: Profile,
    ) -> Result<(Change, TurnEnd), TakeTurnError> {
        let reading = self.reader.message(&message.raw);
        let heard = self.hear_business(tenant, &message, &reading, &profile).await?;
        match heard {
            Heard::Answered(change) => Ok((*change, TurnEnd::Answered)),
            Heard::AsCustomer(aside) => {
                let Aside { slate, menu } = *aside;
                let (change, end) = self
                    .decide_for_customer(tenant, message, reading, (profile, menu))
                    .await?;
                Ok((Change { slate, ..change }, end))
            }
        }
    }

    async fn decide_for_customer(
        &self,
        tenant: TenantId,
        message: InboundMessage,
        mut reading: Reading,
        (profile, menu): (Profile, Option<Arc<Menu>>),
    ) -> Result<(Change, TurnEnd), TakeTurnError> {
        let now = self.clock.now();
        let find = sender::find(self.book.as_ref(), tenant, &message, &mut reading);
        let (file, menu) = match menu {
            Some(menu) => (find.await?, menu),
            None => try_join(find, self.desk.menu(tenant)).await?,
        };
        if !reading.received.wants_answer() {
            // The channel's own notes, and reactions: on record, and no reason to begin a thread.
            let change = Change {
                handled: Some(message.id),
                customer: file.map(|file| file.customer.seen_again(&reading)),
                ..Change::at(now)
            };
            return Ok((change, TurnEnd::Answered));
        }
        let scene = self.scene(message, reading, file);
        let shown = self.shown(tenant, &scene).await?;
        let invited = self.was_invited(tenant, &scene).await?;
        let (said, understood) = hear::heard(
            &scene.reading.received,
            &scene.thread.state,
            shown.as_ref(),
            &menu,
            invited,
            now,
        );
        let admitted = admission(profile.cohort, &scene.customer);
        let silent_before = !scene.thread.driver.is_machine();
        let words = scene.shown_words();
        let stale = is_stale(&scene, now);
        let mut turn = Turn::begin(
            scene,
            profile,
            (menu, self.payments.ways()),
            now,
            Arc::clone(&self.ids),
        );
        if let Some(understood) = &understood {
            turn.heard_language(understood);
        }
        let consent = consent_intent(&said);
        // Whoever taps the invitation's own button has it, whatever we know of its way.
        let has_it = invited || matches!(said, Said::Chose(Meaning::Invitation { .. }));
        let awaited = turn.awaited().filter(|_| has_it);
        if let Some(step) = awaited.and_then(|awaited| machine::consent::answered(&said, &awaited)) {
            self.play(tenant, &mut turn, step, stale, &words).await?;
            return Ok((self.finished(tenant, turn).await?, TurnEnd::Answered));
        }
        if silent_before && consent.is_none() {
            return Ok((turn.left_to_person(), TurnEnd::LeftToPerson));
        }
        if admitted == Admission::PersonOnly && consent.is_none() {
            let step = match awaited {
                Some(awaited) => match turn.alarm(understood.as_ref()) {
                    Some(reason) => Step::call_person(reason),
                    None => machine::consent::unanswered(&awaited),
                },
                None => Step::call_person(HandoffReason::OutsideCohort),
            };
            turn.take(step, &words);
            return Ok((self.finished(tenant, turn).await?, TurnEnd::LeftToPerson));
        }
        if consent.is_none()
            && let Some(reason) = turn.alarm(understood.as_ref())
        {
            turn.take(Step::call_person(reason), &words);
            return Ok((self.finished(tenant, turn).await?, TurnEnd::Answered));
        }
        if turn.is_opted_out() && !worth_an_answer(&said, turn.in_dialogue()) {
            return Ok((self.finished(tenant, turn).await?, TurnEnd::Answered));
        }
        let step = {
            let facts = turn.facts(stale);
            booking::hear(turn.stage(), turn.question(), said, &facts)
        };
        self.play(tenant, &mut turn, step, stale, &words).await?;
        let end = if silent_before {
            TurnEnd::LeftToPerson
        } else {
            TurnEnd::Answered
        };
        Ok((self.finished(tenant, turn).await?, end))
    }

    /// The whole turn as one change. Whoever is called by it is shown what was said before.
    async fn finished(&self, tenant: TenantId, turn: Turn) -> Result<Change, Outage> {
        let Some(thread) = turn.called_in() else {
            return Ok(turn.finish(&[]));
        };
        let most = u16::try_from(WORDS_SHOWN).unwrap_or(u16::MAX);
        let log = self.book.log(tenant, thread, most).await?;
        let mut said = utterances(&log, self.reader.as_ref());
        said.push(turn.said_now());
        let said = turn.without_others(self.names.as_ref(), tenant, said).await?;
        Ok(turn.finish(&said))
    }

    /// Whether the invitation that waits for the customer's answer was out when they wrote. Nobody agrees to words that they
    /// have not seen.
    async fn was_invited(&self, tenant: TenantId, scene: &Scene) -> Result<bool, Outage> {
        let Some(invitation) = scene.customer.invitation else {
            return Ok(false);
        };
        let cause = invitation_cause(invitation);
        let message = self.messages.by_cause(tenant, &cause).await?;
        Ok(message.is_some_and(|message| message.was_out_by(scene.message.sent_at)))
    }

    /// What the message of the open question shows, where something was typed that may be one of its labels.
    async fn shown(&self, tenant: TenantId, scene: &Scene) -> Result<Option<Content>, Outage> {
        let typed = matches!(scene.reading.received, Received::Text { .. });
        let question = scene.thread.state.question.as_ref();
        match question.filter(|_| typed && scene.thread.driver.is_machine()) {
            Some(question) => self.book.shown(tenant, question.message).await,
            None => Ok(None),
        }
    }

    /// Takes steps until nothing is wished any more.
    async fn play(
        &self,
        tenant: TenantId,
        turn: &mut Turn,
        first: Step,
        stale: bool,
        words: &str,
    ) -> Result<(), Outage> {
        // The longest way is: not understood, offer, hold, ask. The bound is for a desk that never agrees.
        const STEPS_MAX: usize = 8;
        let mut next = Some(first);
        for _ in 0..STEPS_MAX {
            let Some(step) = next.take() else { break };
            let (wish, misunderstood) = turn.take(step, words);
            if let Some(count) = misunderstood {
                let guessed = self.guess(tenant, turn, stale, words).await?;
                next = Some(match guessed {
                    Some(step) => step,
                    None => {
                        let step = booking::not_understood(turn.stage(), count, &turn.facts(stale));
                        if count == booking::ASKED_AGAIN_AT && turn.in_dialogue() {
                            turn.asks_again();
                        }
                        step
                    }
                });
            } else if let Some(wish) = wish {
                next = Some(self.fulfil(tenant, turn, wish, stale).await?);
            }
        }
        if next.is_some() {
            tracing::error!("the machine kept wishing; a person is called");
            turn.take(Step::call_person(HandoffReason::BeyondMachine), words);
        }
        turn.leave_no_words_unanswered();
        self.rephrase(tenant, turn, words).await
    }

    /// Has a question that is asked again put in other words, where there is a model and the booking has not cost too much. What
    /// it makes of it is said only if it says what our own words say; nothing else depends on it.
    async fn rephrase(&self, tenant: TenantId, turn: &mut Turn, words: &str) -> Result<(), Outage> {
        let affordable = turn.model_cost() < SOFT_CEILING && turn.wait_left() >= WAIT_MIN;
        let Some(model) = self
            .model
            .as_ref()
            .filter(|_| affordable && turn.is_asking_again())
        else {
            return Ok(());
        };
        let masker = turn.masker_for(self.names.as_ref(), tenant, words).await?;
        let Some(question) = turn.asked_again(Shown::of(words, &masker)) else {
            return Ok(());
        };
        let rephrased = model.rephrase(&question, turn.wait_left().unsigned_abs()).await;
        turn.charge(rephrased.cost);
        match rephrased.words.map(|words| question.accept(&words)) {
            Some(Ok(words)) => turn.say_instead(words),
            Some(Err(why)) => tracing::info!(%why, "a model's words for a question are not said"),
            None => {}
        }
        Ok(())
    }

    /// What a language model makes of a message that the rules gave up on: something that is told, or a question; a call for
    /// a person where that has cost too much already. `None`: the machine goes on by itself.
    async fn guess(
        &self,
        tenant: TenantId,
        turn: &mut Turn,
        stale: bool,
        words: &str,
    ) -> Result<Option<Step>, Outage> {
        let Some(model) = self.model.as_ref().filter(|_| turn.is_unread()) else {
            return Ok(None);
        };
        if turn.model_cost() >= HARD_CEILING {
            return Ok(Some(Step::call_person(HandoffReason::CostCeiling)));
        }
        let masker = turn.masker_for(self.names.as_ref(), tenant, words).await?;
        let Some(shown) = Shown::of(words, &masker) else {
            return Ok(None);
        };
        let asked_at = self.clock.now();
        let consulted = model.classify(&shown).await;
        turn.has_waited(self.clock.now() - asked_at);
        turn.charge(consulted.cost);
        Ok(consulted
            .guess
            .and_then(|guess| proposed(turn.stage(), guess, &turn.facts(stale))))
    }

    fn scene(&self, message: InboundMessage, reading: Reading, file: Option<CustomerFile>) -> Scene {
        let now = self.clock.now();
        let (customer, open, known) = match file {
            Some(file) => (file.customer.seen_again(&reading), file.thread, file.known),
            None => {
                let customer = Customer::first_heard(self.ids.fresh(), &reading, &message.sender, now);
                (customer, None, false)
            }
        };
        let (thread, ended) = match open {
            Some(thread) if !thread.is_idle(now) => (thread, None),
            idle_or_none => {
                let begun = Thread::open(self.ids.fresh(), customer.id, message.channel, now);
                (begun, idle_or_none.map(|idle| idle.closed(now)))
            }
        };
        Scene {
            message,
            reading,
            customer,
            thread,
            ended,
            known,
        }
    }
}

impl Scene {
    /// What the customer wrote, for the person who is called. Masked before it is shown.
    fn shown_words(&self) -> String {
        words_of(&self.reading.received)
    }
}

/// An answer that comes from long ago, or to a question from long ago, is not acted on.
fn is_stale(scene: &Scene, now: time::OffsetDateTime) -> bool {
    let question = scene.thread.state.question.as_ref();
    let asked_long_ago = question.is_some_and(|question| now - question.asked_at > STALE_AFTER);
    now - scene.message.sent_at > STALE_AFTER || asked_long_ago
}

/// Withdrawing and giving consent is heard whoever drives.
fn consent_intent(said: &Said) -> Option<Intent> {
    match said {
        Said::Words(words) => [Intent::OptOut, Intent::OptIn]
            .into_iter()
            .find(|intent| *intent == words.intent),
        Said::Chose(_) | Said::ChoseAgain | Said::ChoseTooLate | Said::Numbers(_) | Said::Wordless(_) => None,
    }
}

/// Whether somebody who opted out is answered. An opt-out ends what we begin: whatever they say or ask is answered, but not
/// the word that ends it all said again, nor thanks, nor what has no words.
fn worth_an_answer(said: &Said, in_dialogue: bool) -> bool {
    match said {
        Said::Words(words) => !matches!(words.intent, Intent::Thanks | Intent::OptOut),
        Said::Chose(_) | Said::ChoseTooLate => true,
        Said::Numbers(_) => in_dialogue,
        Said::ChoseAgain | Said::Wordless(_) => false,
    }
}

/// The facts that the machine may know in this turn.
fn facts_of<'a>(turn: &'a Turn, language: Language, stale: bool) -> Facts<'a> {
    Facts {
        now: turn.now(),
        menu: turn.menu(),
        language,
        payer: turn.payer(),
        cross_sold: turn.cross_sold(),
        stale,
    }
}

#[cfg(test)]
mod tests;
