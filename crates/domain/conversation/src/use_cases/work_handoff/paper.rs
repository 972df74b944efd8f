//! What a change about a handoff holds: who is told what, and what falls due.

use ratiba_kernel::{IdSource, PhoneNumber, Zone};
use time::{Duration, OffsetDateTime, PrimitiveDateTime, Time};

use crate::channel::Address;
use crate::consent::{Admission, admission};
use crate::customer::Customer;
use crate::desk::{Admin, Menu, Profile};
use crate::event::{ConversationEvent, ConversationTask, Due};
use crate::handoff::{
    HandoffId, HandoffStep, LogEntry, NotTheirs, Person, PersonWords, Return, Takeover, UNTOUCHED_AFTER,
};
use crate::inbound::Received;
use crate::outgoing::{
    BODY_CHARACTERS_MAX, Buttons, Content, Draft, MessageId, OutgoingMessage, Purpose, Recipient,
    ReplyButton, TEXT_CHARACTERS_MAX, TextBody, cut,
};
use crate::ports::{Change, ChannelReader};
use crate::redact::redact;
use crate::texts::{Placeholder, TextKey, Tongue, Values, format_time, format_when, render};
use crate::thread::{Thread, ThreadId};
use crate::understanding::Language;
use crate::wording::alert::{self, OwnerNews, alert};
use crate::wording::brief::{Brief, Speaker, Utterance, shown};

/// Somebody who is told that a person answers by closing time is told so no later than this before it.
const LEAST_LEFT: Duration = Duration::minutes(30);

/// What must be known to tell people of a handoff.
pub(in crate::use_cases) struct Paper<'a> {
    pub(in crate::use_cases) profile: &'a Profile,
    pub(in crate::use_cases) menu: Option<&'a Menu>,
    pub(in crate::use_cases) ids: &'a dyn IdSource,
    pub(in crate::use_cases) now: OffsetDateTime,
}

/// The call under which a person has a thread or is wanted.
pub(in crate::use_cases) fn called_by(thread: &Thread) -> Option<HandoffId> {
    thread.driver.handoff().map(|handoff| handoff.id)
}

/// What is behind the button by which an admin takes a conversation over.
pub(in crate::use_cases) fn take_over_token(thread: ThreadId) -> String {
    format!("h:{}", thread.as_uuid().simple())
}

/// The conversation that such a token names. It came from a phone: whether there is one must be looked up.
pub(in crate::use_cases) fn parse_take_over(token: &str) -> Option<ThreadId> {
    let thread = uuid::Uuid::try_parse(token.strip_prefix("h:")?).ok()?;
    Some(ThreadId::from_uuid(thread))
}

/// What was said, in words; what has none is named in brackets.
pub(in crate::use_cases) fn utterances(log: &[LogEntry], reader: &dyn ChannelReader) -> Vec<Utterance> {
    let read = log.iter().map(|entry| match entry {
        LogEntry::Heard(message) => Utterance {
            at: message.sent_at,
            by: Speaker::Customer,
            words: words_of(&reader.message(&message.raw).received),
        },
        LogEntry::Said { message, by } => Utterance {
            at: message.created_at,
            by: by.clone().map_or(Speaker::Machine, Speaker::Person),
            words: message.content.words(),
        },
    });
    read.collect()
}

/// The words of a message, or what came in their place in brackets.
pub(in crate::use_cases) fn words_of(received: &Received) -> String {
    let title = match received {
        Received::Tap { title, .. } => Some(title.as_str()).filter(|title| !title.trim().is_empty()),
        Received::Text { .. }
        | Received::Form { .. }
        | Received::Image(_)
        | Received::Video(_)
        | Received::Document(_)
        | Received::Sticker(_)
        | Received::Audio { .. }
        | Received::Location { .. }
        | Received::Contacts { .. }
        | Received::Reaction { .. }
        | Received::Order { .. }
        | Received::NumberChanged { .. }
        | Received::System { .. }
        | Received::Edited
        | Received::Revoked
        | Received::Unsupported
        | Received::Unknown { .. } => None,
    };
    let words = received.words().or(title);
    words.map_or_else(|| format!("({})", received.kind()), str::to_owned)
}

impl Paper<'_> {
    /// Calls the admins to a thread that was just suspended, and sees to what follows if nobody comes.
    pub(in crate::use_cases) fn call(
        &self,
        change: &mut Change,
        customer: &Customer,
        thread: &Thread,
        said: &[Utterance],
    ) {
        let Some(handoff) = thread.driver.handoff() else {
            return;
        };
        change.events.push(ConversationEvent::ThreadSuspended {
            thread: thread.id,
            customer: customer.id,
            reason: handoff.reason,
        });
        for (step, after) in HandoffStep::AFTER_CALL {
            let task = ConversationTask::Handoff {
                thread: thread.id,
                handoff: handoff.id,
                step,
            };
            change.tasks.push(Due {
                at: handoff.since + after,
                task,
            });
        }
        self.page(change, customer, thread, said, None);
    }

    /// Calls them again.
    pub(super) fn page_again(
        &self,
        change: &mut Change,
        customer: &Customer,
        thread: &Thread,
        said: &[Utterance],
        step: HandoffStep,
    ) {
        self.page(change, customer, thread, said, Some(step));
    }

    fn page(
        &self,
        change: &mut Change,
        customer: &Customer,
        thread: &Thread,
        said: &[Utterance],
        again: Option<HandoffStep>,
    ) {
        let Some(handoff) = thread.driver.handoff() else {
            return;
        };
        let word = again.map_or("call", HandoffStep::code);
        for (place, admin) in self.profile.owners.iter().enumerate() {
            let cause = format!("handoff:{}:{word}:{place}", handoff.id);
            self.brief(change, admin, (customer, thread, said), again.is_some(), cause);
        }
    }

    /// Shows one admin the brief of a conversation that waits, once more.
    pub(in crate::use_cases) fn show_again(
        &self,
        change: &mut Change,
        admin: &Admin,
        customer: &Customer,
        thread: &Thread,
        said: &[Utterance],
        cause: String,
    ) {
        self.brief(change, admin, (customer, thread, said), true, cause);
    }

    /// The brief of a conversation that waits, with the button by which it is taken over.
    fn brief(
        &self,
        change: &mut Change,
        admin: &Admin,
        (customer, thread, said): (&Customer, &Thread, &[Utterance]),
        again: bool,
        cause: String,
    ) {
        let Some(handoff) = thread.driver.handoff() else {
            return;
        };
        let brief = Brief {
            reason: handoff.reason,
            customer,
            stage: &thread.state.stage,
            misunderstood: thread.state.misunderstood,
            said,
            menu: self.menu,
        };
        let tongue = Tongue::from(admin.language);
        let news = if again {
            brief.again((self.now - handoff.since).whole_minutes(), tongue)
        } else {
            brief.call(tongue)
        };
        let Some(mut draft) = self.for_admin(admin, thread, &news, cause) else {
            return;
        };
        let button = ReplyButton {
            token: take_over_token(thread.id),
            title: render(TextKey::ButtonTakeOver, tongue, &Values::new()),
        };
        if let Ok(buttons) = Buttons::new(cut(&news.phrase.body, BODY_CHARACTERS_MAX), vec![button]) {
            draft.content = Content::Buttons(buttons);
        }
        self.queue(change, draft);
    }

    /// Tells a customer whom nobody answered when somebody will.
    pub(super) fn tell_when(&self, change: &mut Change, customer: &Customer, thread: &Thread) {
        let Some(handoff) = called_by(thread) else { return };
        if customer.opted_out_at.is_some() {
            return;
        }
        let tongue = tongue_of(customer, thread);
        let body = self.menu.map_or_else(
            || render(TextKey::HandoffSoon, tongue, &Values::new()),
            |menu| when_somebody_answers(menu, &self.profile.zone, self.now, tongue),
        );
        let cause = format!("handoff:{handoff}:{}", HandoffStep::TellCustomer.code());
        self.to_customer(change, thread, body, Purpose::Answer, cause);
    }

    /// Looks again whether anybody goes on with it.
    pub(super) fn sweep_at(&self, change: &mut Change, thread: &Thread, at: OffsetDateTime) {
        let task = called_by(thread).map(|handoff| ConversationTask::Handoff {
            thread: thread.id,
            handoff,
            step: HandoffStep::Sweep,
        });
        change.tasks.extend(task.map(|task| Due { at, task }));
    }

    /// Gives the thread to somebody: they hear what was said, the other admins who has it. Nothing happens if they have it.
    ///
    /// # Errors
    /// [`NotTheirs`].
    pub(in crate::use_cases) fn take(
        &self,
        change: &mut Change,
        customer: &Customer,
        thread: &Thread,
        by: &Person,
        said: &[Utterance],
        cause: &str,
    ) -> Result<Thread, NotTheirs> {
        let taken = thread.clone().taken(by.clone(), self.now)?;
        if taken == *thread {
            return Ok(taken);
        }
        let Some(handoff) = taken.driver.handoff() else {
            return Err(NotTheirs::WithMachine);
        };
        change.events.push(ConversationEvent::ThreadTaken {
            thread: taken.id,
            handoff: handoff.id,
        });
        self.sweep_at(change, &taken, self.now + UNTOUCHED_AFTER);
        let brief = Brief {
            reason: handoff.reason,
            customer,
            stage: &taken.state.stage,
            misunderstood: taken.state.misunderstood,
            said,
            menu: self.menu,
        };
        for (place, admin) in self.profile.owners.iter().enumerate() {
            let tongue = Tongue::from(admin.language);
            let theirs = by.is(&admin.person());
            let body = if theirs {
                brief.yours(tongue)
            } else {
                let values = Values::new()
                    .with(Placeholder::Staff, by.shown())
                    .with(Placeholder::Customer, shown(customer));
                render(TextKey::HandoffTaken, tongue, &values)
            };
            let (what, next) = match tongue {
                Tongue::English => ("somebody answers a customer", "nothing"),
                Tongue::Swahili => ("kuna anayemjibu mteja", "hakuna"),
            };
            let news = alert(body, [what, &shown(customer), next]);
            let draft = self.for_admin(admin, &taken, &news, format!("{cause}:{place}"));
            if let Some(draft) = draft {
                self.queue(change, draft);
            }
        }
        change.threads.push(taken.clone());
        Ok(taken)
    }

    /// Passes a person's words on to the customer of their thread.
    ///
    /// # Errors
    /// [`NotTheirs`] unless they have it.
    pub(in crate::use_cases) fn say(
        &self,
        change: &mut Change,
        thread: &Thread,
        by: &Person,
        words: TextBody,
        cause: String,
    ) -> Result<MessageId, NotTheirs> {
        let spoken = thread.clone().spoken(by, self.now)?;
        let takeover = spoken.driver.takeover().ok_or(NotTheirs::NotTaken)?;
        let (handoff, by) = (takeover.handoff.id, takeover.by.shown());
        let draft = Draft {
            thread: Some(spoken.id),
            channel: spoken.channel,
            recipient: Recipient::Customer(spoken.customer),
            about: None,
            purpose: Purpose::Answer,
            content: Content::Text(words),
            fallback: None,
            cause,
        };
        let message = self.queue(change, draft);
        change.said.push(PersonWords { message, handoff, by });
        change.events.push(ConversationEvent::PersonWrote {
            thread: spoken.id,
            handoff,
        });
        change.threads.retain(|other| other.id != spoken.id);
        change.threads.push(spoken);
        Ok(message)
    }

    /// Passes the customer's words on to the admin who has the thread; at the console they are read where they stand.
    pub(in crate::use_cases) fn pass_on(
        &self,
        change: &mut Change,
        customer: &Customer,
        thread: &Thread,
        received: &Received,
        cause: String,
    ) {
        let phone = thread.driver.takeover().and_then(|takeover| takeover.by.phone());
        let Some(admin) = phone.map(|phone| self.admin(phone)) else {
            return;
        };
        let words = words_of(received);
        let name = customer.first_name().map(str::to_owned);
        let name = name.unwrap_or_else(|| shown(customer));
        let body = cut(&format!("{name}: {words}"), TEXT_CHARACTERS_MAX);
        let (what, next) = match Tongue::from(admin.language) {
            Tongue::English => ("a customer wrote to you", "answer here"),
            Tongue::Swahili => ("mteja amekuandikia", "mjibu hapa"),
        };
        let parameter = format!("{}: {}", shown(customer), redact(&words));
        let news = alert(body, [what, &parameter, next]);
        if let Some(draft) = self.for_admin(&admin, thread, &news, cause) {
            self.queue(change, draft);
        }
    }

    /// Gives the thread back to the machine: the customer hears so if it serves them, and who had it.
    ///
    /// # Errors
    /// [`NotTheirs`] if it is over or with the machine.
    pub(in crate::use_cases) fn give_back(
        &self,
        change: &mut Change,
        customer: &Customer,
        thread: &Thread,
        how: Return,
    ) -> Result<(), NotTheirs> {
        let handoff = called_by(thread).ok_or(NotTheirs::WithMachine)?;
        let returned = thread.clone().returned(how, self.now)?;
        change.events.push(ConversationEvent::ThreadReturned {
            thread: returned.id,
            handoff,
            how,
        });
        let served = admission(self.profile.cohort, customer) == Admission::Machine;
        if served && customer.opted_out_at.is_none() {
            let body = render(
                TextKey::AssistantBack,
                tongue_of(customer, thread),
                &Values::new(),
            );
            // Nobody is woken to hear that a machine took over from somebody who fell silent.
            let purpose = match how {
                Return::HandedBack => Purpose::Answer,
                Return::Untouched => Purpose::News,
            };
            self.to_customer(
                change,
                &returned,
                body,
                purpose,
                format!("handoff:{handoff}:back"),
            );
        }
        if let Some(takeover) = thread.driver.takeover() {
            self.tell_over(change, customer, &returned, takeover, how);
        }
        change.threads.push(returned);
        Ok(())
    }

    fn tell_over(
        &self,
        change: &mut Change,
        customer: &Customer,
        thread: &Thread,
        takeover: &Takeover,
        how: Return,
    ) {
        let Some(admin) = takeover.by.phone().map(|phone| self.admin(phone)) else {
            return;
        };
        let tongue = Tongue::from(admin.language);
        let minutes = (self.now - takeover.touched_at).whole_minutes();
        let values = Values::new()
            .with(Placeholder::Customer, shown(customer))
            .with(Placeholder::Minutes, minutes.to_string());
        let key = match how {
            Return::HandedBack => TextKey::HandoffOver,
            Return::Untouched => TextKey::HandoffUntouched,
        };
        let cause = format!("handoff:{}:over", takeover.handoff.id);
        self.answer_admin(change, &admin, thread, &render(key, tongue, &values), cause);
    }

    /// Answers an admin about a thread.
    pub(in crate::use_cases) fn answer_admin(
        &self,
        change: &mut Change,
        admin: &Admin,
        thread: &Thread,
        body: &str,
        cause: String,
    ) {
        let (about, next) = match Tongue::from(admin.language) {
            Tongue::English => ("a conversation with a customer", "nothing"),
            Tongue::Swahili => ("mazungumzo na mteja", "hakuna"),
        };
        let news = alert(body.to_owned(), [body, about, next]);
        if let Some(draft) = self.for_admin(admin, thread, &news, cause) {
            self.queue(change, draft);
        }
    }

    /// The admin with this number; one who is none any more is written to as others are.
    fn admin(&self, phone: &PhoneNumber) -> Admin {
        self.profile.admin(phone).cloned().unwrap_or_else(|| Admin {
            phone: phone.clone(),
            name: None,
            language: self.profile.owners_language,
        })
    }

    fn for_admin(&self, admin: &Admin, thread: &Thread, news: &OwnerNews, cause: String) -> Option<Draft> {
        let address: Address = admin.address();
        let (about, tongue) = (Some(thread.customer), Tongue::from(admin.language));
        let draft = alert::to_business(news, about, address, thread.channel, tongue, cause);
        // So that an answer to this message is one in this conversation.
        draft.map(|draft| Draft {
            thread: Some(thread.id),
            ..draft
        })
    }

    fn to_customer(
        &self,
        change: &mut Change,
        thread: &Thread,
        body: String,
        purpose: Purpose,
        cause: String,
    ) {
        let Ok(text) = TextBody::new(body) else { return };
        let draft = Draft {
            thread: Some(thread.id),
            channel: thread.channel,
            recipient: Recipient::Customer(thread.customer),
            about: None,
            purpose,
            content: Content::Text(text),
            fallback: None,
            cause,
        };
        self.queue(change, draft);
    }

    fn queue(&self, change: &mut Change, draft: Draft) -> MessageId {
        let message = OutgoingMessage::queued(self.ids.fresh(), draft, self.now);
        let id = message.id;
        change.messages.push(message);
        id
    }
}

fn tongue_of(customer: &Customer, thread: &Thread) -> Tongue {
    let language = thread.language.or(customer.language);
    Tongue::from(language.unwrap_or(Language::Swahili))
}

/// By closing time if it is open for a while yet, else when it opens next.
fn when_somebody_answers(menu: &Menu, zone: &Zone, now: OffsetDateTime, tongue: Tongue) -> String {
    let today = zone.local(now).date();
    let instant = |day: time::Date, minute: u16| {
        let midnight = PrimitiveDateTime::new(day, Time::MIDNIGHT);
        zone.instant(midnight + Duration::minutes(i64::from(minute)))
    };
    let mut day = today;
    // A week and a day: the same weekday comes again.
    for _ in 0..8 {
        let mut spans = menu.opening.spans(day.weekday()).to_vec();
        spans.sort_by_key(|span| span.from_minute);
        for span in spans {
            let (opens, closes) = (instant(day, span.from_minute), instant(day, span.to_minute));
            if opens <= now && now + LEAST_LEFT <= closes {
                let time = format_time(zone.local(closes).time(), tongue);
                let values = Values::new().with(Placeholder::Time, time);
                return render(TextKey::HandoffDelayed, tongue, &values);
            }
            if opens > now {
                let values = Values::new().with(Placeholder::When, format_when(opens, zone, tongue));
                return render(TextKey::HandoffAtOpening, tongue, &values);
            }
        }
        let Some(next) = day.next_day() else { break };
        day = next;
    }
    render(TextKey::HandoffSoon, tongue, &Values::new())
}
