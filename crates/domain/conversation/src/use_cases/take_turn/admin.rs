//! What an admin writes about customers' conversations: taking one over, speaking in it, giving it back.
//!
//! Everything else that an admin writes is none of this, and neither is anything that anybody else writes.

use ratiba_kernel::{Outage, TenantId};

use super::TakeTurn;
use crate::customer::Customer;
use crate::desk::{Admin, Profile};
use crate::handoff::{NotTheirs, Person, Return};
use crate::inbound::{InboundMessage, Reading, Received};
use crate::outgoing::{Recipient, TextBody, reply_to};
use crate::ports::{Change, CustomerFile};
use crate::texts::{Placeholder, TextKey, Tongue, Values, render};
use crate::thread::{Driver, Thread, ThreadId};
use crate::use_cases::names;
use crate::use_cases::work_handoff::{Paper, parse_take_over, utterances};
use crate::wording::brief::WORDS_SHOWN;

/// How many conversations with people are looked through for an admin's own.
const LOOKED_AT: u16 = 200;

/// The ways to say that the machine goes on.
const HAND_BACK: [&str; 3] = ["/handback", "rudisha kwa ai", "agent take over"];

/// A conversation with a person, or that waits for one.
struct Case {
    customer: Customer,
    thread: Thread,
}

/// What an admin wants.
enum Wanted<'a> {
    /// This conversation.
    TakeOver(ThreadId),
    /// The one that waits longest.
    TakeNext,
    /// The machine goes on.
    HandBack,
    /// The customer hears this.
    Say(&'a str),
    /// The customer was to get something without words.
    SayWordless,
}

impl TakeTurn {
    /// What an admin's message does; `None` if it is about no conversation of a customer's.
    pub(super) async fn hear_admin(
        &self,
        tenant: TenantId,
        message: &InboundMessage,
        reading: &Reading,
        admin: &Admin,
        profile: &Profile,
    ) -> Result<Option<Change>, Outage> {
        let Some(wanted) = wanted(&reading.received) else {
            return Ok(None);
        };
        let named = self.named(tenant, message, reading, admin).await?;
        let cases = self.cases(tenant).await?;
        let me = admin.person();
        let case = match wanted {
            Wanted::TakeOver(thread) => self.case(tenant, thread).await?,
            Wanted::TakeNext => match named {
                Some(thread) => self.case(tenant, thread).await?,
                None => waiting_longest(cases),
            },
            Wanted::HandBack | Wanted::Say(_) | Wanted::SayWordless => match named {
                Some(thread) => self.case(tenant, thread).await?,
                None => {
                    let mut mine = cases.into_iter().filter(|case| is_of(case, &me));
                    match (mine.next(), mine.next()) {
                        (Some(only), None) => Some(only),
                        (None, _) => None,
                        (Some(one), Some(_)) => {
                            return Ok(Some(self.answer(
                                message,
                                admin,
                                profile,
                                &one,
                                TextKey::HandoffWhich,
                            )));
                        }
                    }
                }
            },
        };
        let Some(case) = case else { return Ok(None) };
        self.do_it(tenant, message, admin, profile, &case, &wanted)
            .await
            .map(Some)
    }

    /// Shows the brief of the only conversation that waits for a person, with its button, to an admin whose words are for
    /// nobody: more likely than not they are meant for it. `None` where none waits, or several do.
    pub(super) async fn show_the_waiting(
        &self,
        tenant: TenantId,
        message: &InboundMessage,
        reading: &Reading,
        admin: &Admin,
        profile: &Profile,
    ) -> Result<Option<Change>, Outage> {
        if reading.received.words().is_none() {
            return Ok(None);
        }
        let mut waiting = self.cases(tenant).await?.into_iter().filter(is_waiting);
        let (Some(case), None) = (waiting.next(), waiting.next()) else {
            return Ok(None);
        };
        let menu = self.desk.menu(tenant).await.ok();
        let paper = Paper {
            profile,
            menu: menu.as_deref(),
            ids: self.ids.as_ref(),
            now: self.clock.now(),
        };
        let most = u16::try_from(WORDS_SHOWN).unwrap_or(u16::MAX);
        let log = self.book.log(tenant, case.thread.id, most).await?;
        let said = utterances(&log, self.reader.as_ref());
        let (names, menu) = (self.names.as_ref(), menu.as_deref());
        let said = names::without_others(names, tenant, said, &case.customer, profile, menu).await?;
        let mut change = Change {
            handled: Some(message.id),
            ..Change::at(paper.now)
        };
        let cause = reply_to(message.id);
        paper.show_again(&mut change, admin, &case.customer, &case.thread, &said, cause);
        Ok(Some(change))
    }

    async fn do_it(
        &self,
        tenant: TenantId,
        message: &InboundMessage,
        admin: &Admin,
        profile: &Profile,
        case: &Case,
        wanted: &Wanted<'_>,
    ) -> Result<Change, Outage> {
        let me = admin.person();
        let menu = self.desk.menu(tenant).await.ok();
        let paper = Paper {
            profile,
            menu: menu.as_deref(),
            ids: self.ids.as_ref(),
            now: self.clock.now(),
        };
        let mut change = Change {
            handled: Some(message.id),
            ..Change::at(paper.now)
        };
        let cause = format!("turn:{}", message.id);
        let done = match wanted {
            Wanted::TakeOver(_) | Wanted::TakeNext => {
                self.take(tenant, &paper, &mut change, case, &me, &cause).await?
            }
            Wanted::HandBack => match case.thread.driver.takeover() {
                Some(takeover) if !takeover.by.is(&me) => Err(NotTheirs::TakenBy(takeover.by.clone())),
                Some(_) | None => {
                    paper.give_back(&mut change, &case.customer, &case.thread, Return::HandedBack)
                }
            },
            Wanted::Say(words) => {
                let taken = match &case.thread.driver {
                    // Whoever answers to a call engages by it.
                    Driver::SuspendedForHuman(_) => {
                        self.take(tenant, &paper, &mut change, case, &me, &cause).await?
                    }
                    Driver::Agent | Driver::Human(_) | Driver::Resumed(_) => Ok(()),
                };
                let thread = change
                    .threads
                    .last()
                    .cloned()
                    .unwrap_or_else(|| case.thread.clone());
                let words = TextBody::new(*words).map_err(Outage::new)?;
                taken.and_then(|()| {
                    paper
                        .say(&mut change, &thread, &me, words, format!("{cause}:said"))
                        .map(|_message| ())
                })
            }
            Wanted::SayWordless => {
                return Ok(self.answer(message, admin, profile, case, TextKey::HandoffWordsOnly));
            }
        };
        Ok(match done {
            Ok(()) => change,
            Err(why) => self.refuse(message, admin, profile, case, &why),
        })
    }

    async fn take(
        &self,
        tenant: TenantId,
        paper: &Paper<'_>,
        change: &mut Change,
        case: &Case,
        me: &Person,
        cause: &str,
    ) -> Result<Result<(), NotTheirs>, Outage> {
        let most = u16::try_from(WORDS_SHOWN).unwrap_or(u16::MAX);
        let log = self.book.log(tenant, case.thread.id, most).await?;
        let said = utterances(&log, self.reader.as_ref());
        let (names, customer) = (self.names.as_ref(), &case.customer);
        let said = names::without_others(names, tenant, said, customer, paper.profile, paper.menu).await?;
        let taken = paper.take(
            change,
            &case.customer,
            &case.thread,
            me,
            &said,
            &format!("{cause}:taken"),
        );
        Ok(taken.map(|_thread| ()))
    }

    /// Tells the admin why nothing was done.
    fn refuse(
        &self,
        message: &InboundMessage,
        admin: &Admin,
        profile: &Profile,
        case: &Case,
        why: &NotTheirs,
    ) -> Change {
        match why {
            NotTheirs::TakenBy(other) => {
                let values = Values::new().with(Placeholder::Staff, other.shown());
                let body = render(
                    TextKey::HandoffTakenAlready,
                    Tongue::from(admin.language),
                    &values,
                );
                self.answer_with(message, admin, profile, case, &body)
            }
            NotTheirs::Unknown | NotTheirs::Closed | NotTheirs::WithMachine | NotTheirs::NotTaken => {
                self.answer(message, admin, profile, case, TextKey::HandoffGone)
            }
        }
    }

    fn answer(
        &self,
        message: &InboundMessage,
        admin: &Admin,
        profile: &Profile,
        case: &Case,
        key: TextKey,
    ) -> Change {
        let body = render(key, Tongue::from(admin.language), &Values::new());
        self.answer_with(message, admin, profile, case, &body)
    }

    fn answer_with(
        &self,
        message: &InboundMessage,
        admin: &Admin,
        profile: &Profile,
        case: &Case,
        body: &str,
    ) -> Change {
        let paper = Paper {
            profile,
            menu: None,
            ids: self.ids.as_ref(),
            now: self.clock.now(),
        };
        let mut change = Change {
            handled: Some(message.id),
            ..Change::at(paper.now)
        };
        let cause = reply_to(message.id);
        paper.answer_admin(&mut change, admin, &case.thread, body, cause);
        change
    }

    /// The conversation of which the message is an answer: the one that the message it quotes told this admin of.
    async fn named(
        &self,
        tenant: TenantId,
        message: &InboundMessage,
        reading: &Reading,
        admin: &Admin,
    ) -> Result<Option<ThreadId>, Outage> {
        let Some(quoted) = reading.reply_to.as_deref() else {
            return Ok(None);
        };
        let Some(id) = self
            .messages
            .by_provider_id(tenant, message.channel, quoted)
            .await?
        else {
            return Ok(None);
        };
        let posting = self.messages.posting(tenant, id).await?;
        Ok(posting.and_then(|posting| match &posting.message.recipient {
            Recipient::Business(address) if address.phone() == Some(&admin.phone) => posting.message.thread,
            Recipient::Business(_) | Recipient::Customer(_) => None,
        }))
    }

    async fn case(&self, tenant: TenantId, thread: ThreadId) -> Result<Option<Case>, Outage> {
        Ok(self.book.thread(tenant, thread).await?.and_then(case_of))
    }

    async fn cases(&self, tenant: TenantId) -> Result<Vec<Case>, Outage> {
        let files = self.book.with_people(tenant, None, LOOKED_AT).await?;
        Ok(files.into_iter().filter_map(case_of).collect())
    }
}

fn case_of(file: CustomerFile) -> Option<Case> {
    Some(Case {
        customer: file.customer,
        thread: file.thread?,
    })
}

fn is_of(case: &Case, me: &Person) -> bool {
    let takeover = case.thread.driver.takeover();
    takeover.is_some_and(|takeover| takeover.by.is(me))
}

const fn is_waiting(case: &Case) -> bool {
    matches!(case.thread.driver, Driver::SuspendedForHuman(_))
}

fn waiting_longest(cases: Vec<Case>) -> Option<Case> {
    let waiting = cases.into_iter().filter(is_waiting);
    waiting.min_by_key(|case| case.thread.driver.handoff().map(|handoff| handoff.since))
}

/// What a message wants of conversations. Another command than giving back is none of this.
fn wanted(received: &Received) -> Option<Wanted<'_>> {
    match received {
        Received::Tap { token, .. } => parse_take_over(token).map(Wanted::TakeOver),
        Received::Text { body } => {
            let plain = body.trim().trim_end_matches(['.', '!']).to_lowercase();
            if HAND_BACK.contains(&plain.as_str()) {
                return Some(Wanted::HandBack);
            }
            let labels = [Tongue::English, Tongue::Swahili]
                .map(|tongue| render(TextKey::ButtonTakeOver, tongue, &Values::new()).to_lowercase());
            if labels.contains(&plain) {
                return Some(Wanted::TakeNext);
            }
            let is_command = plain.starts_with('/') || plain.is_empty();
            (!is_command).then_some(Wanted::Say(body))
        }
        Received::Form { .. }
        | Received::Image(_)
        | Received::Video(_)
        | Received::Document(_)
        | Received::Sticker(_)
        | Received::Audio { .. }
        | Received::Location { .. }
        | Received::Contacts { .. }
        | Received::Order { .. } => Some(Wanted::SayWordless),
        Received::Reaction { .. }
        | Received::NumberChanged { .. }
        | Received::System { .. }
        | Received::Edited
        | Received::Revoked
        | Received::Unsupported
        | Received::Unknown { .. } => None,
    }
}
