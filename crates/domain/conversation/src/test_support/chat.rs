//! A whole conversation in memory: somebody types and taps, the worker's part is played at once.

use std::sync::Arc;

use ratiba_kernel::test_support::{ManualClock, SeededIds, block_on, tenant};
use ratiba_kernel::{Clock, IdSource, PhoneNumber, TenantId};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::builders::a_phone;
use super::desks::{FakeDesk, FakeMessenger, FakeProfile, FakeTemplates, PlainReader};
use super::knowledge::InMemoryKnowledge;
use super::office::FakeOffice;
use super::record::InMemoryRecord;
use crate::channel::{Channel, SenderKey};
use crate::customer::Customer;
use crate::delivery::InboundRow;
use crate::event::ConversationTask;
use crate::outgoing::{Content, MessageId, OutgoingMessage, Recipient};
use crate::ports::{LanguageModel, LetterBox, Parcel, TemplateStanding};
use crate::thread::Thread;
use crate::use_cases::{
    Invited, Notice, SendMessage, TakeTurn, TakeTurnError, Tell, TellInvited, TurnEnd, WorkCohort,
    WorkHandoff,
};

/// A business and one customer who writes to it.
pub struct Chat {
    /// The record of everything.
    pub record: Arc<InMemoryRecord>,
    /// The business's desks.
    pub desk: Arc<FakeDesk>,
    /// What the business told the machine.
    pub knowledge: Arc<InMemoryKnowledge>,
    /// A language model, if there is one.
    pub model: Option<Arc<dyn LanguageModel>>,
    /// The business as its own people ask it.
    pub office: Arc<FakeOffice>,
    /// The channel.
    pub messenger: Arc<FakeMessenger>,
    /// The business about itself.
    pub profile: Arc<FakeProfile>,
    /// The time: 08:00 on Tuesday 12 May 2026 in Nairobi at first.
    pub clock: Arc<ManualClock>,
    ids: Arc<SeededIds>,
    phone: PhoneNumber,
    written: u32,
    seen: usize,
    played: std::collections::BTreeSet<usize>,
}

impl Default for Chat {
    fn default() -> Self {
        Self::with_desk(|desk| desk)
    }
}

impl Chat {
    /// A conversation with a desk that was changed first.
    #[must_use]
    pub fn with_desk(change: impl FnOnce(FakeDesk) -> FakeDesk) -> Self {
        let clock = Arc::new(ManualClock::default());
        Self {
            record: Arc::default(),
            desk: Arc::new(change(FakeDesk::new(Arc::clone(&clock)))),
            knowledge: Arc::default(),
            model: None,
            office: Arc::default(),
            messenger: Arc::default(),
            profile: Arc::default(),
            clock,
            ids: Arc::new(SeededIds::lane(0xc4)),
            phone: a_phone(123),
            written: 0,
            seen: 0,
            played: std::collections::BTreeSet::new(),
        }
    }

    /// The business.
    #[must_use]
    pub fn tenant(&self) -> TenantId {
        tenant(1)
    }

    /// The use case that takes turns, over the fakes.
    #[must_use]
    pub fn take_turn(&self) -> TakeTurn {
        TakeTurn {
            book: self.record.clone(),
            messages: self.record.clone(),
            reader: Arc::new(PlainReader),
            names: self.record.clone(),
            desk: self.desk.clone(),
            visits: self.desk.clone(),
            payments: self.desk.clone(),
            knowledge: self.knowledge.clone(),
            model: self.model.clone(),
            office: self.office.clone(),
            profile: self.profile.clone(),
            messenger: self.messenger.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        }
    }

    /// The use case that works handoffs, over the fakes.
    #[must_use]
    pub fn work_handoff(&self) -> WorkHandoff {
        WorkHandoff {
            book: self.record.clone(),
            messages: self.record.clone(),
            reader: Arc::new(PlainReader),
            names: self.record.clone(),
            desk: self.desk.clone(),
            profile: self.profile.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        }
    }

    /// The use case that works on the beta cohort, over the fakes; the invitation's template is approved or not.
    #[must_use]
    pub fn work_cohort(&self, template: TemplateStanding) -> WorkCohort {
        WorkCohort {
            book: self.record.clone(),
            profile: self.profile.clone(),
            templates: Arc::new(FakeTemplates(template)),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        }
    }

    /// Telling people who are invited to the team, where templates stand like this.
    #[must_use]
    pub fn tell_invited(&self, template: TemplateStanding) -> TellInvited {
        TellInvited {
            book: self.record.clone(),
            profile: self.profile.clone(),
            templates: Arc::new(FakeTemplates(template)),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        }
    }

    /// The customer's number is invited to the beta cohort, and the invitation goes out.
    ///
    /// # Panics
    /// If it is not.
    pub fn is_invited(&mut self) -> Invited {
        let invited = self.is_to_be_invited();
        self.is_sent();
        invited
    }

    /// The customer's number is invited to the beta cohort; the invitation waits to be sent.
    ///
    /// # Panics
    /// If it is not.
    pub fn is_to_be_invited(&mut self) -> Invited {
        let work = self.work_cohort(TemplateStanding::Approved);
        let invited = block_on(work.invite(self.tenant(), &self.phone, Some("Asha"), "desk"));
        self.news();
        invited.expect("invited")
    }

    /// Plays what is due of handoffs by now, once each.
    ///
    /// # Panics
    /// If a step fails.
    pub fn plays_due_steps(&mut self) -> Vec<String> {
        let now = self.clock.now();
        let tasks = self.record.tasks(self.tenant());
        for (place, due) in tasks.into_iter().enumerate() {
            if let ConversationTask::Handoff {
                thread,
                handoff,
                step,
            } = due.task
                && due.at <= now
                && self.played.insert(place)
            {
                let done = self.work_handoff();
                block_on(done.step(self.tenant(), thread, handoff, step)).expect("a step");
            }
        }
        self.news()
    }

    /// An admin with this number writes. Answers what is said.
    ///
    /// # Panics
    /// If the turn fails.
    pub fn admin_says(&mut self, number: u32, words: &str) -> Vec<String> {
        let raw = PlainReader::text(&a_phone(number), words);
        self.writes(number, raw)
    }

    /// An admin with this number answers to the newest message to them that has these words.
    ///
    /// # Panics
    /// If there is no such message, or the turn fails.
    pub fn admin_answers(&mut self, number: u32, quoted: &str, words: &str) -> Vec<String> {
        let phone = a_phone(number);
        let messages = self.to_owners();
        let message = messages
            .into_iter()
            .rev()
            .find(|message| {
                let to = Recipient::Business(crate::channel::Address::of_phone(phone.clone()));
                message.recipient == to && message.content.words().contains(quoted)
            })
            .expect("a message with these words");
        let provider_id = format!("out.{}", message.id);
        let sent = message.accepted(Some(provider_id.clone()), self.clock.now());
        let change = crate::ports::PostingChange::of(sent, self.clock.now());
        let recorded = crate::ports::MessageBook::record_posting(&*self.record, self.tenant(), change);
        block_on(recorded).expect("sent");
        let mut raw = PlainReader::text(&phone, words);
        raw["reply_to"] = json!(provider_id);
        self.writes(number, raw)
    }

    /// An admin with this number takes the conversation over by its button.
    ///
    /// # Panics
    /// If there is none, or the turn fails.
    pub fn admin_takes_over(&mut self, number: u32) -> Vec<String> {
        let messages = self.to_owners();
        let title = |title: &str| {
            messages
                .iter()
                .rev()
                .find_map(|message| choice(&message.content, title))
        };
        let token = title("I will answer")
            .or_else(|| title("Nitajibu"))
            .expect("a button");
        let raw = PlainReader::tap(&a_phone(number), &token);
        self.writes(number, raw)
    }

    /// From now on somebody else is the customer, who writes from this number.
    pub fn becomes(&mut self, phone: PhoneNumber) {
        self.phone = phone;
    }

    fn writes(&mut self, number: u32, raw: Value) -> Vec<String> {
        let customer = std::mem::replace(&mut self.phone, a_phone(number));
        let said = self.sends(raw);
        self.phone = customer;
        said
    }

    /// All that is queued goes out.
    ///
    /// # Panics
    /// If the record does not take it.
    pub fn is_sent(&self) {
        for message in self.record.messages(self.tenant()) {
            let change =
                crate::ports::PostingChange::of(message.accepted(None, self.clock.now()), self.clock.now());
            let recorded = crate::ports::MessageBook::record_posting(&*self.record, self.tenant(), change);
            block_on(recorded).expect("sent");
        }
    }

    /// The use case that sends, over the fakes.
    #[must_use]
    pub fn send_message(&self, templates: TemplateStanding) -> SendMessage {
        SendMessage {
            book: self.record.clone(),
            messenger: self.messenger.clone(),
            profile: self.profile.clone(),
            templates: Arc::new(FakeTemplates(templates)),
            clock: self.clock.clone(),
        }
    }

    /// Something happens outside of the chat. Answers what the customer and the owners are told.
    ///
    /// # Panics
    /// If it could not be told.
    pub fn happens(&mut self, occasion: u128, notice: Notice) -> Vec<String> {
        let tell = Tell {
            book: self.record.clone(),
            messages: self.record.clone(),
            reader: Arc::new(PlainReader),
            names: self.record.clone(),
            desk: self.desk.clone(),
            visits: self.desk.clone(),
            payments: self.desk.clone(),
            profile: self.profile.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        };
        block_on(tell.execute(self.tenant(), Uuid::from_u128(occasion), notice)).expect("told");
        self.news()
    }

    /// The customer types. Answers what is said.
    ///
    /// # Panics
    /// If the turn fails.
    pub fn says(&mut self, words: &str) -> Vec<String> {
        let raw = PlainReader::text(&self.phone, words);
        self.sends(raw)
    }

    /// The customer taps the choice with this title in the newest message that has it.
    ///
    /// # Panics
    /// If there is no such choice, or the turn fails.
    pub fn taps(&mut self, title: &str) -> Vec<String> {
        let token = self.token_of(title);
        let raw = PlainReader::tap(&self.phone, &token);
        self.sends(raw)
    }

    /// The token behind the choice with this title in the newest message that has it.
    ///
    /// # Panics
    /// If there is no such choice.
    #[must_use]
    pub fn token_of(&self, title: &str) -> String {
        let messages = self.to_customer();
        let token = messages
            .iter()
            .rev()
            .find_map(|message| choice(&message.content, title));
        token.expect("a choice with this title")
    }

    /// The customer sends this, in the fake channel's JSON.
    ///
    /// # Panics
    /// If the turn fails.
    pub fn sends(&mut self, raw: Value) -> Vec<String> {
        let sent_at = self.clock.now();
        self.sends_written_at(raw, sent_at)
    }

    /// The customer sent this then, and it arrives now.
    ///
    /// # Panics
    /// If the turn fails.
    pub fn sends_written_at(&mut self, raw: Value, sent_at: OffsetDateTime) -> Vec<String> {
        let end = self.turn(raw, sent_at).expect("a turn");
        assert!(
            matches!(end, TurnEnd::Answered | TurnEnd::LeftToPerson),
            "{end:?}"
        );
        self.news()
    }

    /// Stores a message and takes its turn.
    ///
    /// # Errors
    /// The turn's.
    ///
    /// # Panics
    /// If the message cannot be stored.
    pub fn turn(&mut self, raw: Value, sent_at: OffsetDateTime) -> Result<TurnEnd, TakeTurnError> {
        let inbound = self.stores(raw, sent_at);
        block_on(self.take_turn().execute(self.tenant(), inbound))
    }

    /// Stores a message without taking its turn.
    ///
    /// # Panics
    /// If the message cannot be stored.
    pub fn stores(&mut self, raw: Value, sent_at: OffsetDateTime) -> crate::inbound::InboundId {
        self.written += 1;
        let sender = raw["user_id"].as_str().unwrap_or(self.phone.digits()).to_owned();
        let row = InboundRow {
            provider_id: format!("in.{}", self.written),
            sender: SenderKey::parse(&sender).expect("a sender"),
            sent_at,
            raw,
        };
        let parcel = Parcel {
            messages: vec![row],
            statuses: Vec::new(),
        };
        let kept = self
            .record
            .keep(self.tenant(), Channel::Whatsapp, parcel, self.clock.now());
        block_on(kept).expect("stored");
        let tasks = self.record.tasks(self.tenant());
        let turn = tasks.into_iter().rev().find_map(|due| match due.task {
            ConversationTask::Turn { inbound } => Some(inbound),
            ConversationTask::Send { .. }
            | ConversationTask::Status { .. }
            | ConversationTask::Handoff { .. } => None,
        });
        turn.expect("a turn")
    }

    /// What was queued since this was asked last, to the customer and to the owners.
    pub fn news(&mut self) -> Vec<String> {
        let messages = self.record.messages(self.tenant());
        let news = messages
            .iter()
            .skip(self.seen)
            .map(|message| message.content.words())
            .collect();
        self.seen = messages.len();
        news
    }

    /// All messages to the customer.
    #[must_use]
    pub fn to_customer(&self) -> Vec<OutgoingMessage> {
        let mut messages = self.record.messages(self.tenant());
        messages.retain(|message| matches!(message.recipient, Recipient::Customer(_)));
        messages
    }

    /// All messages to the owners.
    #[must_use]
    pub fn to_owners(&self) -> Vec<OutgoingMessage> {
        let mut messages = self.record.messages(self.tenant());
        messages.retain(|message| matches!(message.recipient, Recipient::Business(_)));
        messages
    }

    /// The titles of the choices in the newest message to the customer.
    #[must_use]
    pub fn choices(&self) -> Vec<String> {
        self.to_customer()
            .last()
            .map_or_else(Vec::new, |message| titles(&message.content))
    }

    /// The newest thread.
    ///
    /// # Panics
    /// If nobody ever wrote.
    #[must_use]
    pub fn thread(&self) -> Thread {
        self.record.threads(self.tenant()).pop().expect("a thread")
    }

    /// The customer.
    ///
    /// # Panics
    /// If nobody ever wrote.
    #[must_use]
    pub fn customer(&self) -> Customer {
        self.record.customers(self.tenant()).pop().expect("a customer")
    }

    /// A word for where the dialogue stands.
    #[must_use]
    pub fn stage(&self) -> &'static str {
        self.thread().state.stage.name()
    }

    /// As [`Self::stage`], before anybody wrote as well.
    #[must_use]
    pub fn stage_or_none(&self) -> &'static str {
        let thread = self.record.threads(self.tenant()).pop();
        thread.map_or("none", |thread| thread.state.stage.name())
    }

    /// Time passes.
    pub fn passes(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// The customer goes as far as a held slot and a prompt: tomorrow at two, yes.
    pub fn reach_the_prompt(&mut self) {
        self.says("Niaje, nataka massage kesho saa nane mchana");
        self.taps("Ndiyo");
    }

    /// A new id.
    #[must_use]
    pub fn id(&self) -> MessageId {
        self.ids.next_id()
    }

    /// A picture from the customer.
    #[must_use]
    pub fn photo(&self) -> Value {
        json!({ "phone": self.phone, "photo": true })
    }
}

fn choice(content: &Content, title: &str) -> Option<String> {
    match content {
        Content::Buttons(buttons) => {
            let found = buttons.buttons().iter().find(|button| button.title == title);
            found.map(|button| button.token.clone())
        }
        Content::List(list) => {
            let found = list.rows().iter().find(|row| row.title == title);
            found.map(|row| row.token.clone())
        }
        Content::Text(_) | Content::Link(_) | Content::Template(_) | Content::Document(_) => None,
    }
}

fn titles(content: &Content) -> Vec<String> {
    match content {
        Content::Buttons(buttons) => buttons
            .buttons()
            .iter()
            .map(|button| button.title.clone())
            .collect(),
        Content::List(list) => list.rows().iter().map(|row| row.title.clone()).collect(),
        Content::Text(_) | Content::Link(_) | Content::Template(_) | Content::Document(_) => Vec::new(),
    }
}
