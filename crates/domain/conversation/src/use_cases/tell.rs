//! Tells a customer or the business what happened outside of the chat: paid, failed, confirmed, run out, due soon.

mod commission;
mod figures;
mod money;
mod notice;
mod owners;
mod staff;

use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, Outage, PhoneNumber, TenantId};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::tell_invited::invitation_in;
use super::work_handoff::{Paper, utterances};
use super::{TRIES_MAX, names};
use crate::channel::Channel;
use crate::consent::{Admission, admission};
use crate::customer::Customer;
use crate::desk::{Menu, PaymentStanding, Profile, VisitCard, VisitRef, VisitStanding};
use crate::hear;
use crate::outgoing::{Content, Draft, MessageId, OutgoingMessage, Recipient, TemplateCall};
use crate::ports::{
    BookingDesk, BusinessProfile, Change, ChannelReader, CustomerFile, MessageBook, NameBook, PaymentDesk,
    RecordError, ThreadBook, VisitDesk, Who,
};
use crate::templates::{self, TemplateName};
use crate::texts::{TextKey, Tongue, Values, render};
use crate::thread::{Answered, HandoffReason, Thread};
use crate::understanding::Language;
use crate::wording::brief::{Speaker, Utterance, WORDS_SHOWN};
use crate::wording::{Phrase, Voice, alert, present};

pub use commission::CommissionNews;
pub use figures::DigestFigures;
pub use money::{CreditStep, MoneyNews, PageLink, RefundStep, TipStep};
pub use notice::{ByTheRules, MoneyMatter, Notice, ReminderLead};

use notice::Said;
use owners::Known;

/// For so long after its last word a dialogue decides in which language its customer is told something.
const LANGUAGE_OF_DIALOGUE: Duration = Duration::HOUR;

/// Tells what happened. The words are queued, and the thread learns where the booking stands, in one change.
pub struct Tell {
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
    /// The business about itself.
    pub profile: Arc<dyn BusinessProfile>,
    /// The business's time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

/// Why somebody was not told.
#[derive(Debug, thiserror::Error)]
pub enum TellError {
    /// Something that this needs did not answer. Telling may be repeated.
    #[error("somebody could not be told")]
    Unavailable(#[from] Outage),
    /// The thread kept moving on. Telling may be repeated.
    #[error("the conversation kept moving on while somebody was told")]
    Contended,
}

/// Who is told by which words, and how the thread learns of it.
struct Scene {
    now: OffsetDateTime,
    profile: Profile,
    menu: Arc<Menu>,
}

impl Tell {
    /// Tells it. `occasion` names what happened (the event's or the task's id): the same occasion again tells
    /// nobody anything.
    ///
    /// # Errors
    /// [`TellError`]; nothing is on record then.
    #[tracing::instrument(name = "conversation.tell", skip_all, fields(notice = notice.name()))]
    pub async fn execute(&self, tenant: TenantId, occasion: Uuid, notice: Notice) -> Result<(), TellError> {
        for _ in 0..TRIES_MAX {
            let now = self.clock.now();
            let scene = Scene {
                now,
                profile: self.profile.profile(tenant).await?,
                menu: self.desk.menu(tenant).await?,
            };
            let change = self.decide(tenant, &scene, occasion, &notice).await?;
            let Some(change) = change else { return Ok(()) };
            match self.book.record(tenant, change).await {
                Ok(()) | Err(RecordError::AlreadyHandled) => return Ok(()),
                Err(RecordError::Stale) => tracing::info!("the thread moved on; telling is decided anew"),
                Err(RecordError::Unavailable(outage)) => return Err(outage.into()),
            }
        }
        Err(TellError::Contended)
    }

    async fn decide(
        &self,
        tenant: TenantId,
        scene: &Scene,
        occasion: Uuid,
        notice: &Notice,
    ) -> Result<Option<Change>, Outage> {
        let known = match notice {
            Notice::VisitConfirmed { visit }
            | Notice::PaymentFailed { visit, .. }
            | Notice::PaymentChecking { visit }
            | Notice::CardUnpaid { visit, .. }
            | Notice::HoldExpired { visit }
            | Notice::VisitLost { visit }
            | Notice::Reminder { visit, .. }
            | Notice::Receipt { visit, .. }
            | Notice::VisitRequested { visit }
            | Notice::RequestAccepted { visit }
            | Notice::RequestDeclined { visit }
            | Notice::CounterOffered { visit }
            | Notice::WaitlistOffered { visit }
            | Notice::VisitMoved { visit }
            | Notice::VisitCancelled { visit, .. } => {
                let Some(card) = self.visits.visit(tenant, *visit).await? else {
                    tracing::warn!(visit.id = %visit, "there is no such visit to tell of");
                    return Ok(None);
                };
                return self.about_visit(tenant, scene, occasion, notice, card).await;
            }
            Notice::MoneyNeedsPerson { visit, .. }
            | Notice::Money(MoneyNews::Overpaid { visit, .. })
            | Notice::CustomerLate { visit, .. }
            | Notice::RequestWaits { visit }
            | Notice::CounterOfferPassed { visit } => self.known_of_visit(tenant, *visit).await?,
            Notice::Money(MoneyNews::TipFor {
                visit,
                address,
                amount,
                step,
                ..
            }) => {
                let part = (*visit, *amount, *step);
                return self
                    .of_tip(tenant, scene, (occasion, notice), part, address)
                    .await;
            }
            Notice::LateFor {
                visit,
                minutes,
                address,
                ..
            } => {
                return self
                    .of_lateness(tenant, scene, (occasion, notice), (*visit, *minutes), address)
                    .await;
            }
            Notice::Commission(news) => {
                return self.of_commission(tenant, scene, (occasion, notice), news).await;
            }
            Notice::Money(news @ MoneyNews::Paid { visit, .. }) => {
                return self
                    .brief_person(tenant, scene, occasion, notice, (*visit, news))
                    .await;
            }
            Notice::Money(
                MoneyNews::CardPage { visit, .. }
                | MoneyNews::Refund { visit, .. }
                | MoneyNews::Credit { visit, .. }
                | MoneyNews::Tip { visit, .. }
                | MoneyNews::TipOffer { visit, .. }
                | MoneyNews::TipFailed { visit, .. }
                | MoneyNews::Part { visit, .. },
            ) => {
                let Some(card) = self.visits.visit(tenant, *visit).await? else {
                    tracing::warn!(visit.id = %visit, "there is no such visit to tell of");
                    return Ok(None);
                };
                return self.about_visit(tenant, scene, occasion, notice, card).await;
            }
            Notice::MessageNotSent { message } => self.known_of_message(tenant, *message, scene.now).await?,
            Notice::BookingsHit { .. }
            | Notice::FloatDiffered { .. }
            | Notice::TemplateMissed { .. }
            | Notice::TemplatesRejected { .. }
            | Notice::Digest(_) => Known::default(),
        };
        Ok(Some(self.to_owners(scene, occasion, notice, &known)))
    }

    /// Tells the owners of money that came while a person has the thread; the brief of the person has it from then on. The thread's driver stays who it is.
    async fn brief_person(
        &self,
        tenant: TenantId,
        scene: &Scene,
        occasion: Uuid,
        notice: &Notice,
        (visit, news): (VisitRef, &MoneyNews),
    ) -> Result<Option<Change>, Outage> {
        let Some(card) = self.visits.visit(tenant, visit).await? else {
            return Ok(None);
        };
        let file = self
            .book
            .file(tenant, Who::Id(card.customer), Channel::Whatsapp)
            .await?;
        let (customer, thread) = match file {
            Some(file) => (Some(file.customer), file.thread),
            None => (None, None),
        };
        let driven = thread.filter(|thread| !thread.driver.is_machine());
        let known = Known {
            customer,
            visit: Some(card),
            purpose: None,
            invited: false,
            with_person: driven.is_some(),
        };
        let mut change = self.to_owners(scene, occasion, notice, &known);
        if let (Some(thread), Some(line)) = (driven, news.brief_line(scene.now)) {
            change.threads.push(thread.briefed(line));
        }
        let nothing = change.messages.is_empty() && change.threads.is_empty();
        Ok((!nothing).then_some(change))
    }

    /// What the owners need to know of a visit. They are told also where the chat does not know the customer.
    async fn known_of_visit(&self, tenant: TenantId, visit: VisitRef) -> Result<Known, Outage> {
        let Some(card) = self.visits.visit(tenant, visit).await? else {
            return Ok(Known::default());
        };
        let who = Who::Id(card.customer);
        let file = self.book.file(tenant, who, Channel::Whatsapp).await?;
        Ok(Known {
            customer: file.map(|file| file.customer),
            visit: Some(card),
            purpose: None,
            invited: false,
            with_person: false,
        })
    }

    /// What the owners need to know of a message that did not arrive: to whom it went, and what is booked next.
    async fn known_of_message(
        &self,
        tenant: TenantId,
        message: MessageId,
        now: OffsetDateTime,
    ) -> Result<Known, Outage> {
        let Some(posting) = self.messages.posting(tenant, message).await? else {
            return Ok(Known::default());
        };
        let visits = match &posting.customer {
            Some(customer) => self.visits.upcoming(tenant, customer.id, now).await?,
            None => Vec::new(),
        };
        let ahead = visits.into_iter().filter(|card| is_ahead(card.standing));
        Ok(Known {
            customer: posting.customer,
            visit: ahead.min_by_key(|card| (card.slot.starts_at, card.id)),
            purpose: Some(posting.message.purpose),
            invited: invitation_in(&posting.message.content).is_some(),
            with_person: false,
        })
    }

    async fn about_visit(
        &self,
        tenant: TenantId,
        scene: &Scene,
        occasion: Uuid,
        notice: &Notice,
        card: VisitCard,
    ) -> Result<Option<Change>, Outage> {
        let channel = Channel::Whatsapp;
        let Some(file) = self.book.file(tenant, Who::Id(card.customer), channel).await? else {
            tracing::warn!(visit.id = %card.id, "nobody in the chat has this visit");
            return Ok(None);
        };
        if file.customer.address().is_err() {
            // Somebody who walked in and left no number.
            return Ok(None);
        }
        let tip = matches!(
            notice,
            Notice::Money(MoneyNews::TipOffer { .. } | MoneyNews::TipFailed { .. })
        );
        if tip && !may_be_offered_a_tip(&file, scene) {
            return Ok(None);
        }
        let stage = file.thread.as_ref().map(|thread| &thread.state.stage);
        let notice = notice::once_gone(notice, &card, stage);
        let card = if let Notice::VisitCancelled { part: Some(slot), .. } = &notice {
            VisitCard {
                slot: slot.clone(),
                ..card
            }
        } else {
            card
        };
        if notice.is_stale(&card, scene.now) {
            return Ok(None);
        }
        let standing = match notice {
            Notice::VisitConfirmed { .. } | Notice::VisitLost { .. } | Notice::HoldExpired { .. } => {
                self.payments.standing(tenant, card.id).await?
            }
            Notice::PaymentFailed { .. }
            | Notice::PaymentChecking { .. }
            | Notice::CardUnpaid { .. }
            | Notice::Receipt { .. }
            | Notice::Money(_)
            | Notice::Reminder { .. }
            | Notice::VisitCancelled { .. }
            | Notice::VisitRequested { .. }
            | Notice::RequestAccepted { .. }
            | Notice::RequestDeclined { .. }
            | Notice::CounterOffered { .. }
            | Notice::WaitlistOffered { .. }
            | Notice::VisitMoved { .. }
            | Notice::RequestWaits { .. }
            | Notice::CounterOfferPassed { .. }
            | Notice::BookingsHit { .. }
            | Notice::FloatDiffered { .. }
            | Notice::MoneyNeedsPerson { .. }
            | Notice::CustomerLate { .. }
            | Notice::LateFor { .. }
            | Notice::MessageNotSent { .. }
            | Notice::TemplateMissed { .. }
            | Notice::TemplatesRejected { .. }
            | Notice::Commission(_)
            | Notice::Digest(_) => PaymentStanding::NothingAsked,
        };
        let Some(notice) = notice::by_the_money(notice, &standing) else {
            return Ok(None);
        };
        let mut change = Change::at(scene.now);
        if file.customer.opted_out_at.is_some() && !notice.is_strictly_needed() {
            return Ok(None);
        }
        let promised = notice
            .promises_person()
            .then(|| (file.customer.clone(), file.thread.clone()));
        self.say(scene, occasion, &notice, &card, &standing, file, &mut change);
        if let Some((customer, thread)) = promised {
            self.call_person(tenant, scene, &customer, thread, &mut change)
                .await?;
        }
        Ok((!change.messages.is_empty()).then_some(change))
    }

    /// Calls the person who was promised, to the conversation that the customer has, or to a new one if they have none.
    /// Where somebody was called already, that call stands.
    async fn call_person(
        &self,
        tenant: TenantId,
        scene: &Scene,
        customer: &Customer,
        thread: Option<Thread>,
        change: &mut Change,
    ) -> Result<(), Outage> {
        // What was just told may have moved it on.
        let thread = change
            .threads
            .pop()
            .or(thread)
            .unwrap_or_else(|| Thread::open(self.ids.fresh(), customer.id, Channel::Whatsapp, scene.now));
        if !thread.driver.is_machine() {
            change.threads.push(thread);
            return Ok(());
        }
        let most = u16::try_from(WORDS_SHOWN).unwrap_or(u16::MAX);
        let log = self.book.log(tenant, thread.id, most).await?;
        let mut said = utterances(&log, self.reader.as_ref());
        said.extend(change.messages.iter().map(|message| Utterance {
            at: scene.now,
            by: Speaker::Machine,
            words: message.content.words(),
        }));
        let (profile, menu) = (&scene.profile, Some(&*scene.menu));
        let said = names::without_others(self.names.as_ref(), tenant, said, customer, profile, menu).await?;
        let mut thread = thread.suspended(self.ids.fresh(), HandoffReason::Money, scene.now);
        thread.last_activity_at = scene.now;
        let paper = Paper {
            profile: &scene.profile,
            menu: Some(&scene.menu),
            ids: self.ids.as_ref(),
            now: scene.now,
        };
        paper.call(change, customer, &thread, &said);
        change.threads.push(thread);
        Ok(())
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "all that was read, once, on the way to one value"
    )]
    fn say(
        &self,
        scene: &Scene,
        occasion: Uuid,
        notice: &Notice,
        card: &VisitCard,
        standing: &PaymentStanding,
        file: CustomerFile,
        change: &mut Change,
    ) {
        // News of a dialogue that goes on is told in its language, anything later in the customer's.
        let dialogue = file
            .thread
            .as_ref()
            .filter(|thread| scene.now - thread.last_activity_at < LANGUAGE_OF_DIALOGUE);
        let language = dialogue.and_then(|thread| thread.language);
        let language = language.or(file.customer.language).unwrap_or(Language::Swahili);
        let voice = Voice {
            tongue: Tongue::from(language),
            menu: &scene.menu,
            profile: &scene.profile,
            ways: self.payments.ways(),
        };
        let concerned = file.thread.filter(|thread| {
            let stage = &thread.state.stage;
            stage.visit() == Some(card.id) || notice::asks(notice, stage)
        });
        let mut asked = None;
        for (place, said) in notice::to_customer(notice, card, standing, &voice)
            .into_iter()
            .enumerate()
        {
            let id: MessageId = self.ids.fresh();
            let cause = notice.cause(occasion, place);
            match queued(id, &said, card, concerned.as_ref(), &voice, cause) {
                Some((draft, options)) => {
                    asked = hear::question(id, scene.now, options).or(asked);
                    change
                        .messages
                        .push(OutgoingMessage::queued(id, draft, scene.now));
                }
                None => tracing::error!("a notice could not be put into a message"),
            }
        }
        change
            .threads
            .extend(concerned.map(|thread| informed(thread, notice, card, asked, scene.now)));
    }

    /// Every admin in their own language.
    fn to_owners(&self, scene: &Scene, occasion: Uuid, notice: &Notice, known: &Known) -> Change {
        let mut change = Change::at(scene.now);
        for (place, admin) in scene.profile.owners.iter().enumerate() {
            let voice = Voice {
                tongue: Tongue::from(admin.language),
                menu: &scene.menu,
                profile: &scene.profile,
                ways: self.payments.ways(),
            };
            let Some(news) = owners::to_owners(notice, known, &voice) else {
                return change;
            };
            let cause = notice.cause(occasion, place);
            let (about, address) = (known.about(), admin.address());
            let draft = alert::to_business(&news, about, address, Channel::Whatsapp, voice.tongue, cause);
            change
                .messages
                .extend(draft.map(|draft| OutgoingMessage::queued(self.ids.fresh(), draft, scene.now)));
        }
        change
    }
}

fn queued(
    id: MessageId,
    said: &Said,
    card: &VisitCard,
    concerned: Option<&Thread>,
    voice: &Voice<'_>,
    cause: String,
) -> Option<(Draft, Vec<crate::machine::Meaning>)> {
    if let Some(document) = &said.document {
        let content = Content::Document(document.clone());
        let draft = draft_of(&said.phrase, content, None, card, concerned, cause);
        return Some((draft, Vec::new()));
    }
    let phrase = said.phrase.clone().with_trial_notice(voice);
    let presented = present(&phrase, Channel::Whatsapp.capabilities(), id).ok()?;
    let payloads = presented
        .options
        .iter()
        .enumerate()
        .map(|(place, meaning)| hear::token(id, place, meaning))
        .collect();
    let fallback = said
        .template
        .and_then(|template| in_template(template, said, card, payloads, voice));
    let draft = draft_of(&phrase, presented.content, fallback, card, concerned, cause);
    Some((draft, presented.options))
}

/// The same as a template. What may be cut off at its end is not what says that no real money moves.
fn in_template(
    template: TemplateName,
    said: &Said,
    card: &VisitCard,
    payloads: Vec<String>,
    voice: &Voice<'_>,
) -> Option<TemplateCall> {
    let (service, when, staff) = (
        voice.service_name(&card.slot),
        voice.when(card.slot.starts_at),
        voice.staff_name(&card.slot),
    );
    let call = match template {
        TemplateName::BookingReminder => templates::call(
            TemplateName::BookingReminder,
            voice.tongue,
            &[&service, &when, &staff],
            payloads,
        ),
        TemplateName::BookingConfirmed => templates::call(
            TemplateName::BookingConfirmed,
            voice.tongue,
            &[&service, &when, &staff, &card.reference],
            Vec::new(),
        ),
        other @ (TemplateName::BookingNotice
        | TemplateName::OwnerDigest
        | TemplateName::OwnerAlert
        | TemplateName::CommissionStatement
        | TemplateName::DisputeDecided
        | TemplateName::CohortInvitation
        | TemplateName::TeamInvitation) => {
            let words = said.gist.as_ref().unwrap_or(&said.phrase.body);
            let trial = said.phrase.trial_notice(voice).map(|notice| {
                let short = render(TextKey::SandboxShort, voice.tongue, &Values::new());
                (notice, short)
            });
            let choices = said.phrase.choices.iter().map(|choice| choice.title.as_str());
            let words = templates::fitted(trial.as_ref(), words, &choices.collect::<Vec<_>>());
            templates::call(other, voice.tongue, &[&words], Vec::new())
        }
    };
    call.ok()
}

fn draft_of(
    phrase: &Phrase,
    content: Content,
    fallback: Option<TemplateCall>,
    card: &VisitCard,
    concerned: Option<&Thread>,
    cause: String,
) -> Draft {
    Draft {
        thread: concerned.map(|thread| thread.id),
        channel: Channel::Whatsapp,
        recipient: Recipient::Customer(card.customer),
        about: None,
        purpose: phrase.purpose,
        content,
        fallback,
        cause,
    }
}

/// The thread that talks about this visit, knowing what happened to it. The driver stays who it is.
fn informed(
    mut thread: Thread,
    notice: &Notice,
    card: &VisitCard,
    asked: Option<crate::machine::Question>,
    now: OffsetDateTime,
) -> Thread {
    thread.last_activity_at = now;
    if let Some(stage) = notice::next_stage(notice, &thread.state.stage, card) {
        thread.state.stage = stage;
        let open = thread.state.question.take();
        if let Some(question) = open {
            thread.state.answered = Some(Answered {
                message: question.message,
                at: now,
            });
        }
    }
    if asked.is_some() {
        thread.state.question = asked;
    }
    thread
}

/// Whether the machine may ask this customer for a tip: it serves them, no person talks to them, and their number can pay.
fn may_be_offered_a_tip(file: &CustomerFile, scene: &Scene) -> bool {
    let with_machine = file
        .thread
        .as_ref()
        .is_none_or(|thread| thread.driver.is_machine());
    let served = admission(scene.profile.cohort, &file.customer) == Admission::Machine;
    let can_pay = file
        .customer
        .phone
        .as_ref()
        .is_some_and(PhoneNumber::is_kenyan_mobile);
    with_machine && served && can_pay
}

/// Whether a visit is still going to happen.
const fn is_ahead(standing: VisitStanding) -> bool {
    match standing {
        VisitStanding::Held | VisitStanding::Confirmed => true,
        VisitStanding::Rendered | VisitStanding::Gone => false,
    }
}

#[cfg(test)]
mod tests;
