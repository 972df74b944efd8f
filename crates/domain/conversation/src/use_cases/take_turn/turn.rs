//! What a turn has come to so far: where the dialogue stands, what is to be said, what else follows.

use std::collections::BTreeSet;
use std::sync::Arc;

use ratiba_kernel::{IdSource, Outage, PhoneNumber, TenantId};
use time::{Duration, OffsetDateTime};

use super::{Scene, facts_of};
use crate::alarm::{self, Beside};
use crate::cohort::{CohortMove, INVITATION_VERSION};
use crate::consent::{ConsentAction, ConsentRecord};
use crate::customer::CustomerId;
use crate::desk::{Menu, PayWays, Profile};
use crate::event::ConversationEvent;
use crate::handoff::{ANGRY_MAX, Return, TURNS_MAX};
use crate::hear;
use crate::inbound::InboundId;
use crate::machine::consent::Awaited;
use crate::machine::{Effect, Facts, MISUNDERSTOOD_MAX, Meaning, Question, Reply, Stage, Step, Wish};
use crate::model::{AskedAgain, HARD_CEILING, MicroDollars, SOFT_CEILING, Shown, WAIT_MAX};
use crate::outgoing::{BODY_CHARACTERS_MAX, Draft, MessageId, OutgoingMessage, Purpose, Recipient, reply_to};
use crate::personality::CrossSell;
use crate::ports::{Change, NameBook};
use crate::redact::Masker;
use crate::texts::{Placeholder, TextKey, Tongue, Values, render};
use crate::thread::{Answered, Driver, HandoffReason, Thread, ThreadId};
use crate::understanding::{Intent, Language, Understood};
use crate::use_cases::names;
use crate::use_cases::work_handoff::Paper;
use crate::wording::brief::{Speaker, Utterance};
use crate::wording::{Phrase, Voice, phrase, present};

pub(super) struct Turn {
    scene: Scene,
    profile: Profile,
    menu: Arc<Menu>,
    ways: PayWays,
    now: OffsetDateTime,
    ids: Arc<dyn IdSource>,
    replies: Vec<Reply>,
    called: bool,
    consents: Vec<ConsentRecord>,
    events: Vec<ConversationEvent>,
    cohort: Option<CohortMove>,
    understood: bool,
    moved: bool,
    /// Whether what came of it is told by news of its own.
    told_by_news: bool,
    /// Whether the rules found no wish in the words.
    unread: bool,
    /// For how long a language model was waited for.
    waited: Duration,
    /// Whether a question is asked again because its answer was not understood.
    again: bool,
    /// Other words for what is said.
    instead: Option<String>,
}

impl Turn {
    pub(super) fn begin(
        scene: Scene,
        profile: Profile,
        (menu, ways): (Arc<Menu>, PayWays),
        now: OffsetDateTime,
        ids: Arc<dyn IdSource>,
    ) -> Self {
        Self {
            scene,
            profile,
            menu,
            ways,
            now,
            ids,
            replies: Vec::new(),
            called: false,
            consents: Vec::new(),
            events: Vec::new(),
            cohort: None,
            understood: true,
            moved: false,
            told_by_news: false,
            unread: false,
            waited: Duration::ZERO,
            again: false,
            instead: None,
        }
    }

    /// Learns the language of a message. One that was not understood has none: it is answered in the language that
    /// the customer spoke before, and only a stranger's is guessed from it.
    ///
    /// The dialogue follows each message. What is on record of the customer, in which they are written to later, is the
    /// language that they ask for, or else the one that they keep to: one message in another does not change it.
    pub(super) fn heard_language(&mut self, understood: &Understood) {
        if let Some(asked_for) = understood.asks_language {
            self.scene.customer.language = Some(asked_for);
            self.scene.thread.language = Some(asked_for);
            return;
        }
        self.unread = understood.intent == Intent::None;
        let words = self.scene.shown_words();
        // A bare "ok" or a number says nothing about the language of somebody who has spoken before.
        let short = words.split_whitespace().count() < 2;
        let known = self.scene.customer.language;
        if says_something(understood) && (known.is_none() || !short && !only_names(&words, &self.menu)) {
            let tongue = Tongue::from(understood.language);
            let before = self.scene.thread.language.map(Tongue::from);
            let kept_to = before == Some(tongue) || known.is_none_or(|known| Tongue::from(known) == tongue);
            if kept_to {
                self.scene.customer.language = Some(understood.language);
            }
            self.scene.thread.language = Some(understood.language);
        } else if self.scene.thread.language.is_none() {
            self.scene.thread.language = known.or(Some(understood.language));
        }
    }

    /// Whether the rules found no wish in the words.
    pub(super) const fn is_unread(&self) -> bool {
        self.unread
    }

    /// A language model was waited for.
    pub(super) fn has_waited(&mut self, time: Duration) {
        self.waited = self.waited.saturating_add(time.max(Duration::ZERO));
    }

    /// For how much longer a language model may be waited for.
    pub(super) fn wait_left(&self) -> Duration {
        WAIT_MAX.saturating_sub(self.waited)
    }

    /// A question is asked again in this turn, because its answer was not understood.
    pub(super) const fn asks_again(&mut self) {
        self.again = true;
    }

    /// Whether one is.
    pub(super) const fn is_asking_again(&self) -> bool {
        self.again
    }

    /// The question that is asked again, as a model may put it in other words; `None` where it is left as it is. What asks for
    /// money is always said in our own words.
    pub(super) fn asked_again(&self, heard: Option<Shown>) -> Option<AskedAgain> {
        let about_money = matches!(self.stage(), Stage::Paying { .. } | Stage::AskingPayer { .. });
        if !self.again || about_money || !self.scene.thread.driver.is_machine() {
            return None;
        }
        let voice = self.voice();
        let phrase = self.phrase(&self.replies, &voice)?;
        if phrase.purpose != Purpose::Answer || phrase.page.is_some() {
            return None;
        }
        let agrees = phrase.choices.iter().any(|choice| choice.meaning == Meaning::Yes);
        let notice = phrase
            .trial_notice(&voice)
            .map_or(0, |notice| notice.chars().count() + 2);
        let room = BODY_CHARACTERS_MAX.saturating_sub(notice);
        AskedAgain::of(
            &phrase.body,
            phrase.facts.as_ref()?,
            agrees,
            heard,
            voice.tongue,
            room,
        )
    }

    /// These words are said in place of ours.
    pub(super) fn say_instead(&mut self, words: String) {
        self.instead = Some(words);
    }

    /// What asking a language model has cost in this thread.
    pub(super) const fn model_cost(&self) -> MicroDollars {
        self.scene.thread.model_cost
    }

    /// Counts what asking cost, and says so once where a ceiling is passed.
    pub(super) fn charge(&mut self, cost: MicroDollars) {
        let before = self.scene.thread.model_cost;
        let after = before.plus(cost);
        self.scene.thread.model_cost = after;
        for ceiling in [SOFT_CEILING, HARD_CEILING] {
            if before < ceiling && after >= ceiling {
                tracing::warn!(
                    thread.id = %self.scene.thread.id,
                    micro_dollars = after.millionths(),
                    ceiling = ceiling.millionths(),
                    "the language model has cost a booking more than a ceiling"
                );
            }
        }
    }

    /// What was said, as whoever is called is shown it.
    pub(super) async fn without_others(
        &self,
        book: &dyn NameBook,
        tenant: TenantId,
        said: Vec<Utterance>,
    ) -> Result<Vec<Utterance>, Outage> {
        let customer = &self.scene.customer;
        names::without_others(book, tenant, said, customer, &self.profile, Some(&self.menu)).await
    }

    /// Masks what leaves the house: the floor, the names of the customer and of whoever works here, and what of the words is a
    /// name that the business knows.
    pub(super) async fn masker_for(
        &self,
        book: &dyn NameBook,
        tenant: TenantId,
        words: &str,
    ) -> Result<Masker, Outage> {
        let masker = self.masker().everyday(self.menu.service_names());
        names::knowing(book, tenant, masker, std::iter::once(words)).await
    }

    fn masker(&self) -> Masker {
        let staff = self.menu.staff.iter().map(|member| member.name.as_str());
        let owners = self
            .profile
            .owners
            .iter()
            .filter_map(|owner| owner.name.as_deref());
        Masker::new(
            self.scene
                .customer
                .name
                .as_deref()
                .into_iter()
                .chain(staff)
                .chain(owners),
        )
    }

    pub(super) fn stage(&self) -> &Stage {
        &self.scene.thread.state.stage
    }

    pub(super) fn question(&self) -> Option<&Question> {
        self.scene.thread.state.question.as_ref()
    }

    pub(super) fn in_dialogue(&self) -> bool {
        match self.stage() {
            Stage::Open | Stage::Booked { .. } => self.question().is_some(),
            Stage::Gathering { .. }
            | Stage::Choosing { .. }
            | Stage::Confirming { .. }
            | Stage::Adding { .. }
            | Stage::AskingPayer { .. }
            | Stage::Paying { .. }
            | Stage::Cancelling { .. }
            | Stage::MovingWhich { .. }
            | Stage::Moving { .. } => true,
        }
    }

    /// Whether nothing more is offered: that was done, or the business does not want it.
    pub(super) fn cross_sold(&self) -> bool {
        self.scene.thread.state.cross_sold || self.profile.personality.cross_sell == CrossSell::Never
    }

    pub(super) fn is_opted_out(&self) -> bool {
        self.scene.customer.opted_out_at.is_some()
    }

    pub(super) const fn now(&self) -> OffsetDateTime {
        self.now
    }

    pub(super) fn menu(&self) -> &Menu {
        &self.menu
    }

    pub(super) const fn key(&self) -> InboundId {
        self.scene.message.id
    }

    pub(super) const fn customer(&self) -> CustomerId {
        self.scene.customer.id
    }

    /// The customer's own number, if it can pay.
    pub(super) fn payer(&self) -> Option<PhoneNumber> {
        self.scene
            .customer
            .phone
            .clone()
            .filter(PhoneNumber::is_kenyan_mobile)
    }

    /// The customer's own number, whether or not it can pay.
    pub(super) fn contact(&self) -> Option<PhoneNumber> {
        self.scene.customer.phone.clone()
    }

    pub(super) fn facts(&self, stale: bool) -> Facts<'_> {
        facts_of(self, self.language(), stale)
    }

    fn language(&self) -> Language {
        self.scene
            .thread
            .language
            .or(self.scene.customer.language)
            .unwrap_or(Language::Swahili)
    }

    /// Takes one step in; answers what it wishes, and the count if the message was not understood.
    pub(super) fn take(&mut self, step: Step, words: &str) -> (Option<Wish>, Option<u8>) {
        let mut misunderstood = None;
        for effect in step.effects {
            match effect {
                Effect::Misunderstood => {
                    let count = self.scene.thread.state.misunderstood.saturating_add(1);
                    self.scene.thread.state.misunderstood = count;
                    self.understood = false;
                    misunderstood = Some(count);
                }
                Effect::CrossSold => self.scene.thread.state.cross_sold = true,
                Effect::CallPerson(reason) => self.call_person(reason),
                Effect::OptOut => self.consent(ConsentAction::Withdrawn, words),
                Effect::OptIn => self.consent(ConsentAction::Given, words),
                Effect::Join => self.answer_invitation(true, words),
                Effect::Decline => self.answer_invitation(false, words),
                Effect::InvitationAsked => {
                    let count = self.scene.thread.state.misunderstood.saturating_add(1);
                    self.scene.thread.state.misunderstood = count;
                    self.understood = false;
                }
                Effect::ToldByNews => self.told_by_news = true,
                Effect::NewThread => self.new_thread(),
                Effect::RunsLate { visit, minutes } => {
                    self.events
                        .push(ConversationEvent::CustomerRunsLate { visit, minutes });
                }
            }
        }
        if let Some(stage) = step.stage {
            self.scene.thread.state.stage = stage;
            self.moved = true;
        }
        self.replies.extend(step.replies);
        (step.wish, misunderstood)
    }

    /// Whatever the machine made of them, words that somebody wrote to it get an answer.
    pub(super) fn leave_no_words_unanswered(&mut self) {
        let wrote = self.scene.reading.received.words().is_some();
        if wrote && self.replies.is_empty() && !self.told_by_news && self.scene.thread.driver.is_machine() {
            tracing::error!("the machine had no answer to what was written");
            self.understood = false;
            self.replies
                .push(Reply::NotUnderstood(crate::machine::Misunderstanding::First));
        }
    }

    fn call_person(&mut self, reason: HandoffReason) {
        if !self.scene.thread.driver.is_machine() {
            return;
        }
        // Who takes up the offer of a person was not understood before.
        let offered = self.scene.thread.state.misunderstood >= MISUNDERSTOOD_MAX;
        let reason = if offered && reason == HandoffReason::Asked {
            HandoffReason::NotUnderstood
        } else {
            reason
        };
        let id = self.ids.fresh();
        self.scene.thread = self.scene.thread.clone().suspended(id, reason, self.now);
        self.called = true;
    }

    /// The thread to which this turn called a person.
    pub(super) fn called_in(&self) -> Option<ThreadId> {
        self.called.then_some(self.scene.thread.id)
    }

    /// What the customer said in this turn.
    pub(super) fn said_now(&self) -> Utterance {
        Utterance {
            at: self.scene.message.sent_at,
            by: Speaker::Customer,
            words: self.scene.shown_words(),
        }
    }

    /// Why a person is needed whatever the message wants: danger, a secret number, anger twice running, or no end in sight.
    /// Counts the message.
    pub(super) fn alarm(&mut self, understood: Option<&Understood>) -> Option<HandoffReason> {
        let thread = &mut self.scene.thread;
        thread.turns = thread.turns.saturating_add(1);
        let words = self.scene.reading.received.words();
        let number_asked = match &thread.state.stage {
            Stage::AskingPayer { .. } | Stage::Paying { .. } => true,
            Stage::Open
            | Stage::Gathering { .. }
            | Stage::Choosing { .. }
            | Stage::Confirming { .. }
            | Stage::Adding { .. }
            | Stage::Booked { .. }
            | Stage::Cancelling { .. }
            | Stage::MovingWhich { .. }
            | Stage::Moving { .. } => false,
        };
        let beside = Beside {
            number_asked,
            excuses: understood.is_some_and(|understood| excuses(understood.intent)),
        };
        if let Some(reason) = words.and_then(|words| alarm::at_once(words, beside)) {
            return Some(reason);
        }
        if let Some(words) = words {
            let angry = alarm::is_angry(words);
            let count = thread.state.angry.saturating_add(1);
            thread.state.angry = if angry { count } else { 0 };
        }
        if thread.state.angry >= ANGRY_MAX {
            return Some(HandoffReason::Angry);
        }
        let turns = thread.turns;
        (turns > TURNS_MAX && self.in_dialogue()).then_some(HandoffReason::TurnCount)
    }

    /// The invitation that waits for the customer's answer, and how they can be understood.
    pub(super) fn awaited(&self) -> Option<Awaited> {
        let thread = &self.scene.thread;
        let nobody_has_it = match &thread.driver {
            Driver::Agent | Driver::Resumed(_) => true,
            Driver::SuspendedForHuman(handoff) => handoff.reason == HandoffReason::OutsideCohort,
            Driver::Human(_) => false,
        };
        Some(Awaited {
            invitation: self.scene.customer.invitation?,
            plain: nobody_has_it && self.question().is_none(),
            asked_again: thread.state.misunderstood > 0,
        })
    }

    /// Agrees to the invitation to the beta or declines it. Whoever was called only because the customer was no part of the
    /// beta is not needed any more.
    fn answer_invitation(&mut self, joins: bool, words: &str) {
        let customer = &mut self.scene.customer;
        // Only what waits for an answer is answered; see `awaited`.
        let Some(invitation) = customer.invitation.take() else {
            return;
        };
        customer.in_cohort = joins;
        let action = if joins {
            customer.opted_out_at = None;
            self.events.push(ConversationEvent::OptedIn {
                customer: customer.id,
            });
            ConsentAction::Given
        } else {
            ConsentAction::Withdrawn
        };
        self.cohort = Some(if joins {
            CohortMove::Join(invitation)
        } else {
            CohortMove::Decline(invitation)
        });
        self.consents.push(ConsentRecord {
            wording_version: INVITATION_VERSION.to_owned(),
            ..ConsentRecord::of_words(
                self.ids.fresh(),
                self.scene.customer.id,
                action,
                words,
                self.scene.message.channel,
                self.scene.message.sent_at,
            )
        });
        let Driver::SuspendedForHuman(handoff) = &self.scene.thread.driver else {
            return;
        };
        if joins && handoff.reason == HandoffReason::OutsideCohort {
            let (thread, handoff, how) = (self.scene.thread.id, handoff.id, Return::HandedBack);
            if let Ok(returned) = self.scene.thread.clone().returned(how, self.now) {
                self.scene.thread = returned;
                self.events
                    .push(ConversationEvent::ThreadReturned { thread, handoff, how });
            }
        }
    }

    fn consent(&mut self, action: ConsentAction, words: &str) {
        let customer = self.scene.customer.id;
        if action == ConsentAction::Withdrawn
            && (self.scene.customer.in_cohort || self.scene.customer.invitation.is_some())
        {
            self.scene.customer.in_cohort = false;
            let awaited = self.scene.customer.invitation.take();
            self.cohort = Some(awaited.map_or(CohortMove::Leave, CohortMove::Decline));
        }
        self.scene.customer.opted_out_at = match action {
            ConsentAction::Withdrawn => Some(self.now),
            ConsentAction::Given => None,
        };
        self.consents.push(ConsentRecord::of_words(
            self.ids.fresh(),
            customer,
            action,
            words,
            self.scene.message.channel,
            self.scene.message.sent_at,
        ));
        self.events.push(match action {
            ConsentAction::Withdrawn => ConversationEvent::OptedOut { customer },
            ConsentAction::Given => ConversationEvent::OptedIn { customer },
        });
    }

    /// The thread of the booking that is done ends, and a new one begins in the same words.
    fn new_thread(&mut self) {
        let begun = Thread {
            language: self.scene.thread.language,
            ..Thread::open(
                self.ids.fresh(),
                self.scene.customer.id,
                self.scene.thread.channel,
                self.now,
            )
        };
        let done = std::mem::replace(&mut self.scene.thread, begun);
        if done.version > 0 {
            self.scene.ended = Some(done.closed(self.now));
        }
    }

    /// The message is on record, and nothing is said; whoever has the thread is passed it.
    pub(super) fn left_to_person(mut self) -> Change {
        self.scene.thread.last_activity_at = self.now;
        let cause = format!("turn:{}:passed", self.key());
        let ids = Arc::clone(&self.ids);
        let (profile, menu) = (self.profile.clone(), Arc::clone(&self.menu));
        let (now, customer) = (self.now, self.scene.customer.clone());
        let received = self.scene.reading.received.clone();
        let mut change = self.change(Vec::new());
        let paper = Paper {
            profile: &profile,
            menu: Some(&menu),
            ids: ids.as_ref(),
            now,
        };
        if let Some(thread) = change.threads.last().cloned() {
            change.events.push(ConversationEvent::CustomerWrote {
                thread: thread.id,
                customer: thread.customer,
            });
            paper.pass_on(&mut change, &customer, &thread, &received, cause);
        }
        change
    }

    /// The whole turn as one change. Who is called by it is shown what was said.
    pub(super) fn finish(mut self, said: &[Utterance]) -> Change {
        if self.understood {
            self.scene.thread.state.misunderstood = 0;
        }
        self.scene.thread.last_activity_at = self.now;
        let mut messages = Vec::new();
        let replies = std::mem::take(&mut self.replies);
        messages.extend(self.reply(&replies));
        let called = self.called;
        let ids = Arc::clone(&self.ids);
        let (profile, menu) = (self.profile.clone(), Arc::clone(&self.menu));
        let (now, customer) = (self.now, self.scene.customer.clone());
        let mut change = self.change(messages);
        if called && let Some(thread) = change.threads.last().cloned() {
            let paper = Paper {
                profile: &profile,
                menu: Some(&menu),
                ids: ids.as_ref(),
                now,
            };
            paper.call(&mut change, &customer, &thread, said);
        }
        change
    }

    /// One message for all that is to be said, and the question that it asks.
    fn reply(&mut self, replies: &[Reply]) -> Option<OutgoingMessage> {
        let instead = self.instead.take();
        let voice = self.voice();
        let joined = self.phrase(replies, &voice).map(|mut phrase| {
            if let Some(words) = instead {
                phrase.body = words;
            }
            phrase.with_trial_notice(&voice)
        });
        let id: MessageId = self.ids.fresh();
        let presented = joined.and_then(|phrase| {
            let purpose = phrase.purpose;
            match present(&phrase, self.scene.thread.channel.capabilities(), id) {
                Ok(presented) => Some((presented, purpose)),
                Err(error) => {
                    tracing::error!(%error, "a reply could not be put into a message");
                    None
                }
            }
        });
        let options = presented
            .as_ref()
            .map(|(p, _)| p.options.clone())
            .unwrap_or_default();
        self.remember_question(id, options);
        presented.map(|(presented, purpose)| {
            let draft = Draft {
                thread: Some(self.scene.thread.id),
                channel: self.scene.thread.channel,
                recipient: Recipient::Customer(self.scene.customer.id),
                about: None,
                purpose,
                content: presented.content,
                fallback: None,
                cause: reply_to(self.key()),
            };
            OutgoingMessage::queued(id, draft, self.now)
        })
    }

    fn voice(&self) -> Voice<'_> {
        Voice {
            tongue: Tongue::from(self.language()),
            menu: &self.menu,
            profile: &self.profile,
            ways: self.ways,
        }
    }

    /// All that is to be said, in words.
    fn phrase(&self, replies: &[Reply], voice: &Voice<'_>) -> Option<Phrase> {
        let mut phrases: Vec<Phrase> = replies.iter().map(|reply| phrase(reply, voice)).collect();
        let machine_speaks = self.scene.thread.driver.is_machine();
        // Nobody who leaves or stays away is told what the assistant could do for them.
        let leaves = replies.contains(&Reply::OptedOut) || replies.contains(&Reply::InvitationDeclined);
        if !self.scene.known && machine_speaks && !leaves && !phrases.is_empty() {
            let values = Values::new().with(Placeholder::Business, self.profile.business_name.as_str());
            let first = render(TextKey::FirstContact, voice.tongue, &values);
            phrases.insert(0, Phrase::plain(first));
        }
        Phrase::join(phrases)
    }

    /// A new question replaces the open one; a step that moved the dialogue answers it; anything else leaves it open.
    fn remember_question(&mut self, id: MessageId, options: Vec<crate::machine::Meaning>) {
        // What answers an invitation names it, and waits for nothing else.
        let asks = !options
            .iter()
            .any(|meaning| matches!(meaning, Meaning::Invitation { .. }));
        let asked = hear::question(id, self.now, options).filter(|_| asks);
        if asked.is_none() && !self.moved {
            return;
        }
        let state = &mut self.scene.thread.state;
        if let Some(question) = state.question.take() {
            state.answered = Some(Answered {
                message: question.message,
                at: self.now,
            });
        }
        state.question = asked;
    }

    fn change(self, messages: Vec<OutgoingMessage>) -> Change {
        let threads = self.scene.ended.into_iter().chain([self.scene.thread]).collect();
        Change {
            handled: Some(self.scene.message.id),
            customer: Some(self.scene.customer),
            threads,
            consents: self.consents,
            cohort: self.cohort,
            messages,
            events: self.events,
            ..Change::at(self.now)
        }
    }
}

/// Whether somebody with this wish may say why they do not come as they said.
const fn excuses(intent: Intent) -> bool {
    match intent {
        Intent::Reschedule
        | Intent::ChangeDate
        | Intent::ChangeService
        | Intent::Cancel
        | Intent::RunningLate => true,
        Intent::Book
        | Intent::Availability
        | Intent::ShowBooking
        | Intent::AskPrice
        | Intent::AskPromo
        | Intent::AskHours
        | Intent::AskLocation
        | Intent::AskInfo
        | Intent::PaymentClaim
        | Intent::PaymentResend
        | Intent::PayByCard
        | Intent::PaymentDispute
        | Intent::Refund
        | Intent::Human
        | Intent::OptIn
        | Intent::OptOut
        | Intent::Confirm
        | Intent::Deny
        | Intent::NotYet
        | Intent::ChooseOption
        | Intent::Greet
        | Intent::Thanks
        | Intent::None => false,
    }
}

/// Whether the rules found anything in a message.
fn says_something(understood: &Understood) -> bool {
    understood.intent != Intent::None
        || understood.when.is_some()
        || understood.staff.is_some()
        || !understood.services.is_empty()
}

/// Whether a message is made of the menu's own names and of figures, which are the same in every language.
fn only_names(text: &str, menu: &Menu) -> bool {
    let services = menu.services.iter().flat_map(|service| {
        let names = std::iter::once(&service.name);
        names.chain(&service.name_sw).chain(&service.aliases)
    });
    let names = services.chain(menu.staff.iter().map(|member| &member.name));
    let names: BTreeSet<String> = names.flat_map(|name| words_of(name)).collect();
    words_of(text).all(|word| names.contains(&word) || word.contains(|c: char| c.is_ascii_digit()))
}

fn words_of(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| !word.is_empty()).map(str::to_lowercase)
}
