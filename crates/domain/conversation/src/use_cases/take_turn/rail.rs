//! What people of the business write from their own phones: commands, the same in plain words, and the yes to what a
//! command would change.
//!
//! A command is recognised ([`crate::rail`]) and answered by one function here. One that changes something only asks; the
//! question is on record before it goes out, and the yes in a later message does it once, under the key of the message
//! that asked for it.

mod asking;
mod assistant;
mod changing;
mod disputing;

use std::sync::Arc;

use ratiba_kernel::{Outage, PhoneNumber, TenantId};
use time::{Duration, OffsetDateTime};

use super::TakeTurn;
use crate::channel::Address;
use crate::desk::{ActOrder, Admin, Menu, Profile, Refusal, StaffCard};
use crate::inbound::{InboundId, InboundMessage, Reading, Received};
use crate::outgoing::{
    BODY_CHARACTERS_MAX, Buttons, Content, Draft, OutgoingMessage, Purpose, Recipient, ReplyButton,
    TEXT_CHARACTERS_MAX, TextBody, cut, reply_to,
};
use crate::ports::Change;
use crate::rail::{
    Act, AwaitedReason, Command, Pending, Said, Slate, answer_token, hear, parse_answer_token,
    parse_statement_token,
};
use crate::texts::{Placeholder, RailText, TextKey, Tongue, Values, render};
use crate::understanding::{Intent, Understood, folded_words, understand};
use crate::use_cases::sender;
use crate::wording::rail::reason;

/// What became of a message of somebody who may be of the business.
pub(super) enum Heard {
    /// It was for the rail, or for a customer whose conversation they have.
    Answered(Box<Change>),
    /// It is a customer's message.
    AsCustomer(Box<Aside>),
}

/// What is known of a message that is a customer's.
#[derive(Default)]
pub(super) struct Aside {
    /// What is open with them on the rail from now on, where their message changes it.
    pub(super) slate: Option<Slate>,
    /// What is sold, if it was looked up.
    pub(super) menu: Option<Arc<Menu>>,
}

/// What a command comes to.
enum Answer {
    /// These words.
    Say(String),
    /// These words, which show numbered visits.
    Listed(String, Vec<crate::desk::VisitRef>),
    /// These words with something to choose from.
    Show(Content),
    /// These words, which ask what is wrong with a line.
    AskReason(String, AwaitedReason),
    /// These words; what is open stays open.
    Meanwhile(String),
    /// The question whether to do it; in words what it is.
    Ask(Box<Act>, String),
    /// The question once more about something else than before.
    AskAnew(Box<Anew>),
}

/// A question that is put again.
struct Anew {
    /// Why the first yes did nothing.
    because: String,
    /// What is asked about now.
    act: Act,
    /// The same in words.
    what: String,
}

/// Who asks, and what is known.
struct Asker<'a> {
    tenant: TenantId,
    message: &'a InboundMessage,
    phone: &'a PhoneNumber,
    /// Where they wrote from: their number, and the channel's own id of them, by which it is known when they wrote last.
    address: Address,
    admin: bool,
    member: Option<StaffCard>,
    tongue: Tongue,
    menu: Arc<Menu>,
    slate: Slate,
    now: OffsetDateTime,
}

impl Asker<'_> {
    fn may(&self, command: Command) -> bool {
        command.is_for(self.admin, self.member.is_some())
    }

    /// What the rules of understanding read in what stands behind a command.
    fn read(&self, text: &str) -> Understood {
        understand(text, &self.menu.context(self.now, false))
    }

    /// How a command is written.
    fn usage(&self, command: Command) -> Answer {
        let values = Values::new().with(Placeholder::List, command.usage().plain(self.tongue));
        Answer::Say(RailText::Usage.render(self.tongue, &values))
    }

    fn say(&self, text: RailText) -> Answer {
        Answer::Say(text.plain(self.tongue))
    }
}

impl TakeTurn {
    /// Hears a message of whoever has this number as one of the business, if they are.
    pub(super) async fn hear_business(
        &self,
        tenant: TenantId,
        message: &InboundMessage,
        reading: &Reading,
        profile: &Profile,
    ) -> Result<Heard, Outage> {
        let Some(phone) = reading.phone.as_ref().filter(|_| reading.received.wants_answer()) else {
            return Ok(Heard::AsCustomer(Box::default()));
        };
        match profile.admin(phone) {
            Some(admin) => {
                self.hear_the_admin(tenant, message, reading, admin, profile)
                    .await
            }
            None => self.hear_member(tenant, message, reading, phone, profile).await,
        }
    }

    /// Hears an admin. The channel's own id of them is kept: by it is known, of messages that are not answers too, when they
    /// wrote last.
    async fn hear_the_admin(
        &self,
        tenant: TenantId,
        message: &InboundMessage,
        reading: &Reading,
        admin: &Admin,
        profile: &Profile,
    ) -> Result<Heard, Outage> {
        let mut slate = self.book.slate(tenant, admin.phone.clone()).await?;
        let news = reading.user_id.is_some() && slate.user_id != reading.user_id;
        if news {
            slate.user_id.clone_from(&reading.user_id);
        }
        let kept = news.then(|| slate.clone());
        let heard = self
            .hear_at_the_slate(tenant, message, reading, admin, (profile, slate))
            .await?;
        Ok(match heard {
            Heard::Answered(mut change) => {
                change.slate = change.slate.or(kept);
                Heard::Answered(change)
            }
            Heard::AsCustomer(aside) => Heard::AsCustomer(Box::new(Aside {
                slate: aside.slate.or(kept),
                ..*aside
            })),
        })
    }

    async fn hear_at_the_slate(
        &self,
        tenant: TenantId,
        message: &InboundMessage,
        reading: &Reading,
        admin: &Admin,
        (profile, slate): (&Profile, Slate),
    ) -> Result<Heard, Outage> {
        let menu = self.desk.menu(tenant).await?;
        let asker = Asker {
            tenant,
            message,
            phone: &admin.phone,
            address: address_of(&admin.phone, reading),
            admin: true,
            member: menu.member(&admin.phone).cloned(),
            tongue: Tongue::from(admin.language),
            menu,
            slate,
            now: self.clock.now(),
        };
        let bare = self.bare_answer(&asker, reading).await?;
        if let Some(answer) = self.answer_to_open(&asker, reading, bare).await? {
            return Ok(Heard::Answered(Box::new(self.told(&asker, answer))));
        }
        let said =
            typed(&reading.received).map_or(Said::Nothing, |body| hear(body, |command| asker.may(command)));
        let slash = match said {
            Said::Slash(Command::HandBack, _) | Said::Plain(..) | Said::Nothing => None,
            Said::Slash(command, rest) if asker.may(command) => Some(self.run(&asker, command, rest).await?),
            Said::Slash(..) | Said::NoSuchCommand => Some(asker.say(RailText::UnknownCommand)),
        };
        let answer = match slash {
            Some(answer) => Some(answer),
            None => self.awaited_reason(&asker, reading).await?,
        };
        if let Some(answer) = answer {
            return Ok(Heard::Answered(Box::new(self.told(&asker, answer))));
        }
        // A word to a customer, or to their own booking, closes what was open here: a later yes is not meant for it.
        let closed = asker.slate.is_open().then(|| asker.slate.closed());
        if let Some(change) = self.hear_admin(tenant, message, reading, admin, profile).await? {
            return Ok(Heard::Answered(Box::new(Change {
                slate: closed,
                ..change
            })));
        }
        let answer = match said {
            Said::Slash(command, rest) | Said::Plain(command, rest) => {
                self.run(&asker, command, rest).await?
            }
            // It was for no customer, so it was for the question that is over.
            Said::NoSuchCommand | Said::Nothing if bare.is_some() => {
                self.answered(&asker, None, bare == Some(true)).await?
            }
            Said::NoSuchCommand | Said::Nothing => {
                // Withdrawing and giving consent is heard whoever waits.
                let consents = typed(&reading.received)
                    .is_some_and(|body| matches!(asker.read(body).intent, Intent::OptOut | Intent::OptIn));
                let shown = if consents {
                    None
                } else {
                    self.show_the_waiting(tenant, message, reading, admin, profile)
                        .await?
                };
                return Ok(match shown {
                    Some(change) => Heard::Answered(Box::new(Change {
                        slate: closed,
                        ..change
                    })),
                    None => Heard::AsCustomer(Box::new(Aside {
                        slate: closed,
                        menu: Some(asker.menu),
                    })),
                });
            }
        };
        Ok(Heard::Answered(Box::new(self.told(&asker, answer))))
    }

    /// Somebody who is no admin has the commands of those who work here, if they do.
    async fn hear_member(
        &self,
        tenant: TenantId,
        message: &InboundMessage,
        reading: &Reading,
        phone: &PhoneNumber,
        profile: &Profile,
    ) -> Result<Heard, Outage> {
        let menu = self.desk.menu(tenant).await?;
        let Some(member) = menu.member(phone).cloned() else {
            return Ok(Heard::AsCustomer(Box::new(Aside {
                slate: None,
                menu: Some(menu),
            })));
        };
        let mut slate = self.book.slate(tenant, phone.clone()).await?;
        slate.user_id = reading.user_id.clone().or(slate.user_id);
        let language = sender::language_of(self.book.as_ref(), tenant, phone).await?;
        let mut asker = Asker {
            tenant,
            message,
            phone,
            address: address_of(phone, reading),
            admin: false,
            member: Some(member),
            tongue: Tongue::from(language.unwrap_or(profile.owners_language)),
            menu,
            slate,
            now: self.clock.now(),
        };
        let bare = self.bare_answer(&asker, reading).await?;
        let mut answer = self.answer_to_open(&asker, reading, bare).await?;
        let for_staff = |command: Command| command.is_for(false, true);
        let said = typed(&reading.received).map_or(Said::Nothing, |body| hear(body, for_staff));
        if answer.is_none() {
            answer = match said {
                Said::Slash(command, rest) if for_staff(command) => {
                    Some(self.run(&asker, command, rest).await?)
                }
                // That there are others they do not learn.
                Said::Slash(..) | Said::NoSuchCommand => None,
                Said::Plain(..) | Said::Nothing => self.awaited_reason(&asker, reading).await?,
            };
        }
        if let (None, Said::Plain(command, rest)) = (&answer, said) {
            let language = asker.read(rest).language;
            asker.tongue = Tongue::from(language);
            answer = Some(self.run(&asker, command, rest).await?);
        }
        if let (None, Some(yes)) = (&answer, bare) {
            answer = Some(self.answered(&asker, None, yes).await?);
        }
        Ok(match answer {
            Some(answer) => Heard::Answered(Box::new(self.told(&asker, answer))),
            None => Heard::AsCustomer(Box::new(Aside {
                slate: asker.slate.is_open().then(|| asker.slate.closed()),
                menu: Some(asker.menu),
            })),
        })
    }

    /// What is said to the question that is open, and taps on what was shown: the first thing that a message may be.
    async fn answer_to_open(
        &self,
        asker: &Asker<'_>,
        reading: &Reading,
        bare: Option<bool>,
    ) -> Result<Option<Answer>, Outage> {
        let pending = asker.slate.pending.as_ref();
        let over = pending.is_some_and(|pending| pending.is_over(asker.message.sent_at));
        let tapped = answer_tapped(&reading.received);
        if let Some((key, yes)) = tapped.or(bare.filter(|_| !over).map(|yes| (None, yes))) {
            return Ok(Some(self.answered(asker, key, yes).await?));
        }
        let Received::Tap { token, .. } = &reading.received else {
            return Ok(None);
        };
        match parse_statement_token(token) {
            Some(tap) => Ok(Some(self.tapped_statement(asker, tap).await?)),
            None => Ok(None),
        }
    }

    /// Answers one command of somebody who may give it.
    async fn run(&self, asker: &Asker<'_>, command: Command, rest: &str) -> Result<Answer, Outage> {
        match command {
            Command::Today => self.list_of_day(asker, rest, 0).await,
            Command::Tomorrow => self.list_of_day(asker, rest, 1).await,
            Command::Find => self.find(asker, rest).await,
            Command::Book => self.ask_to_book(asker, rest).await,
            Command::Cancel => self.ask_to_cancel(asker, rest).await,
            Command::Reschedule => self.ask_to_move(asker, rest).await,
            Command::Block => self.ask_to_block(asker, rest).await,
            // Whoever has a conversation was heard before.
            Command::HandBack => Ok(asker.say(RailText::NothingToGiveBack)),
            Command::AddService => self.ask_to_add_service(asker, rest).await,
            Command::UpdatePrice => self.ask_to_update_price(asker, rest).await,
            Command::Takings => self.takings(asker, rest).await,
            Command::Commission => self.commission(asker, rest).await,
            Command::Unrouted => self.unrouted(asker).await,
            Command::ListFaqs => self.list_faqs(asker).await,
            Command::AddFaq => self.ask_to_add_faq(asker, rest).await,
            Command::RemoveFaq => self.ask_to_remove_faq(asker, rest).await,
            Command::Cohort => self.list_cohort(asker).await,
            Command::Invite => self.ask_to_invite(asker, rest).await,
            Command::MyDay => self.own_day(asker, rest).await,
            Command::MyEarnings => self.own_earnings(asker).await,
            Command::Dispute => self.dispute(asker, rest).await,
            Command::Close => self.ask_to_close(asker).await,
            Command::Help => Ok(help(asker)),
        }
    }

    /// The yes or no that is typed to the open question, over or not. Words that quote another message are said to that one,
    /// and what was written before the question was asked is no answer to it.
    async fn bare_answer(&self, asker: &Asker<'_>, reading: &Reading) -> Result<Option<bool>, Outage> {
        let (Some(pending), Some(body)) = (&asker.slate.pending, typed(&reading.received)) else {
            return Ok(None);
        };
        let Some(yes) = plain_answer(body).filter(|_| asker.message.sent_at >= pending.asked_at - CLOCK_STEP)
        else {
            return Ok(None);
        };
        let Some(quoted) = reading.reply_to.as_deref() else {
            return Ok(Some(yes));
        };
        let (tenant, channel) = (asker.tenant, asker.message.channel);
        let Some(quoted) = self.messages.by_provider_id(tenant, channel, quoted).await? else {
            return Ok(None);
        };
        let posting = self.messages.posting(tenant, quoted).await?;
        let question = reply_to(pending.key);
        Ok(posting
            .filter(|posting| posting.message.cause == question)
            .map(|_| yes))
    }

    /// The answer to a yes or a no.
    async fn answered(&self, asker: &Asker<'_>, key: Option<InboundId>, yes: bool) -> Result<Answer, Outage> {
        let Some(pending) = &asker.slate.pending else {
            return Ok(asker.say(RailText::NoQuestion));
        };
        if key.is_some_and(|key| key != pending.key) {
            return Ok(asker.say(RailText::NoQuestion));
        }
        let known = Values::new().with(Placeholder::Known, pending.what.as_str());
        if !yes {
            return Ok(asker.say(RailText::Dropped));
        }
        // By the time at which they answered: whoever is heard again after a failure answered then.
        if pending.is_over(asker.message.sent_at) {
            return Ok(Answer::Say(RailText::TooLate.render(asker.tongue, &known)));
        }
        let order = ActOrder {
            key: pending.key,
            by: asker.phone.clone(),
            act: pending.act.clone(),
        };
        let refusal = match self.office.act(asker.tenant, order).await? {
            Ok(()) => {
                let done = match pending.act {
                    Act::Dispute { .. } => RailText::DisputeOpened,
                    Act::Cancel { .. }
                    | Act::Move { .. }
                    | Act::Book { .. }
                    | Act::Block { .. }
                    | Act::AddService { .. }
                    | Act::UpdatePrice { .. }
                    | Act::AddFaq { .. }
                    | Act::RemoveFaq { .. }
                    | Act::Invite { .. }
                    | Act::Close { .. } => RailText::Done,
                };
                return Ok(Answer::Say(done.render(asker.tongue, &known)));
            }
            Err(refusal) => refusal,
        };
        if let Refusal::Costs { price } = refusal
            && let Some(again) = self.ask_for_price(asker, &pending.act, price).await?
        {
            return Ok(again);
        }
        let why = reason(&refusal, &asker.menu.zone, asker.tongue);
        let values = known.with(Placeholder::Reason, why);
        Ok(Answer::Say(RailText::Refused.render(asker.tongue, &values)))
    }

    /// An answer as a change: one message to whoever asked, and what is open with them from now on.
    fn told(&self, asker: &Asker<'_>, answer: Answer) -> Change {
        let key = asker.message.id;
        let before = &asker.slate;
        let mut change = Change {
            handled: Some(key),
            ..Change::at(asker.now)
        };
        let closed = || before.is_open().then(|| before.closed());
        let (content, slate) = match answer {
            Answer::Say(text) => (text_of(&text), closed()),
            Answer::Show(content) => (Some(content), closed()),
            Answer::Meanwhile(text) => (text_of(&text), None),
            Answer::AskReason(text, awaits) => {
                let slate = Slate {
                    awaits: Some(awaits),
                    ..before.closed()
                };
                (text_of(&text), Some(slate))
            }
            Answer::Listed(text, listed) => {
                let slate = Slate {
                    listed,
                    ..before.closed()
                };
                (text_of(&text), Some(slate))
            }
            Answer::Ask(act, what) => asked(asker, None, *act, what),
            Answer::AskAnew(anew) => asked(asker, Some(&anew.because), anew.act, anew.what),
        };
        change.slate = slate;
        change.messages.extend(content.map(|content| {
            let draft = Draft {
                thread: None,
                channel: asker.message.channel,
                recipient: Recipient::Business(asker.address.clone()),
                about: None,
                purpose: Purpose::Answer,
                content,
                fallback: None,
                cause: reply_to(key),
            };
            OutgoingMessage::queued(self.ids.fresh(), draft, asker.now)
        }));
        change
    }
}

/// Where somebody is answered who wrote from this number.
fn address_of(phone: &PhoneNumber, reading: &Reading) -> Address {
    Address::new(Some(phone.clone()), reading.user_id.clone())
        .unwrap_or_else(|_unreachable| Address::of_phone(phone.clone()))
}

fn text_of(text: &str) -> Option<Content> {
    TextBody::new(cut(text, TEXT_CHARACTERS_MAX))
        .ok()
        .map(Content::Text)
}

/// A question, and the slate that waits for its answer.
fn asked(
    asker: &Asker<'_>,
    because: Option<&str>,
    act: Act,
    what: String,
) -> (Option<Content>, Option<Slate>) {
    let key = asker.message.id;
    let content = question(because, &what, key, asker.tongue);
    let pending = Pending {
        key,
        act,
        what,
        asked_at: asker.now,
    };
    let slate = Slate {
        pending: Some(pending),
        ..asker.slate.closed()
    };
    (content, Some(slate))
}

/// The question with its two buttons.
fn question(because: Option<&str>, what: &str, key: InboundId, tongue: Tongue) -> Option<Content> {
    let before = because.map(|because| format!("{because}\n")).unwrap_or_default();
    let room = BODY_CHARACTERS_MAX - 40 - before.chars().count().min(BODY_CHARACTERS_MAX / 2);
    let values = Values::new().with(Placeholder::Known, cut(what, room));
    let body = before + &RailText::Ask.render(tongue, &values);
    let button = |yes: bool, title: TextKey| ReplyButton {
        token: answer_token(key, yes),
        title: render(title, tongue, &Values::new()),
    };
    let buttons = vec![button(true, TextKey::ButtonYes), button(false, TextKey::ButtonNo)];
    match Buttons::new(cut(&body, BODY_CHARACTERS_MAX), buttons) {
        Ok(buttons) => Some(Content::Buttons(buttons)),
        Err(_unfit) => text_of(&body),
    }
}

/// The provider tells the times of messages in whole seconds.
const CLOCK_STEP: Duration = Duration::SECOND;

/// The answer to a question of the rail that was given by a tap on it.
fn answer_tapped(received: &Received) -> Option<(Option<InboundId>, bool)> {
    let Received::Tap { token, .. } = received else {
        return None;
    };
    parse_answer_token(token).map(|(key, yes)| (Some(key), yes))
}

/// A bare yes or no. Only the plain words count for what changes the business: "ok" and "noted" are said to customers.
fn plain_answer(body: &str) -> Option<bool> {
    match folded_words(body).as_slice() {
        [word] if ["yes", "ndiyo", "ndio"].contains(&word.as_str()) => Some(true),
        [word] if ["no", "hapana"].contains(&word.as_str()) => Some(false),
        _no_bare_answer => None,
    }
}

/// What was typed, and not tapped or written under a picture.
fn typed(received: &Received) -> Option<&str> {
    if let Received::Text { body } = received {
        Some(body)
    } else {
        None
    }
}

fn help(asker: &Asker<'_>) -> Answer {
    let theirs = Command::ALL.into_iter().filter(|command| asker.may(*command));
    let lines = theirs.map(|command| command.usage().plain(asker.tongue));
    let head = RailText::HelpHead.plain(asker.tongue);
    // Its example is an admin's.
    let foot = asker.admin.then(|| RailText::HelpFoot.plain(asker.tongue));
    let lines: Vec<String> = std::iter::once(head).chain(lines).chain(foot).collect();
    Answer::Say(lines.join("\n"))
}
