//! What the conversation needs from outside.

mod knowledge;
mod names;
mod reports;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ratiba_kernel::{Money, Outage, PhoneNumber, TenantId};
use serde_json::Value;
use time::{Date, OffsetDateTime};

use crate::channel::{Address, Channel, SenderKey};
use crate::cohort::{Cohort, CohortMove, Invitation, InvitationId, Member};
use crate::consent::ConsentRecord;
use crate::customer::{Customer, CustomerId};
use crate::delivery::{InboundRow, Leftover, StatusRow};
use crate::desk::{
    AcceptAnswer, ActOrder, AskAnswer, CancelAnswer, CardAnswer, CardOrder, ComplementRequest, DayMoney,
    DayVisit, Earnings, FoundCustomer, HoldAnswer, HoldOrder, Menu, MoveAnswer, MoveOffer, MoveOrder,
    MoveRequest, Offer, OfferRequest, PayWays, PaymentOrder, PaymentStanding, Profile, PromotionCard,
    Refusal, ResendAnswer, ResendOrder, ServiceRef, Slot, StaffRef, StatementCard, StatementRef, StrayLetter,
    TipAnswer, TipOrder, Told, VisitCard, VisitRef, VisitTerms, WaitingMonth,
};
use crate::event::{ConversationEvent, ConversationTask, Due, StatusRef};
use crate::handoff::{LogEntry, PersonWords};
use crate::inbound::{InboundId, InboundMessage, Reading};
use crate::model::{AskedAgain, Consulted, Rephrased, Shown};
use crate::outgoing::{Content, MessageId, OutgoingMessage, SendAnswer, StatusReport, TemplateCall};
use crate::personality::Personality;
use crate::rail::{Act, Slate};
use crate::retention::ArchivedThread;
use crate::templates::{RegisteredTemplate, TemplateReport, TemplateText};
use crate::texts::Tongue;
use crate::thread::{Thread, ThreadId};

#[cfg(feature = "test-support")]
pub use knowledge::MockKnowledgeBook;
pub use knowledge::{KnowledgeBook, KnowledgeRefused, KnowledgeStep};
#[cfg(feature = "test-support")]
pub use names::MockNameBook;
pub use names::NameBook;
pub use reports::{ConversationDay, ConversationReport};

/// Everything that one decision about a conversation makes true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The message that was handled; refused if it was handled before.
    pub handled: Option<InboundId>,
    /// The customer, new or changed.
    pub customer: Option<Customer>,
    /// The threads, each at the version it was read at. The order is kept: one ends before the next begins.
    pub threads: Vec<Thread>,
    /// What was agreed to or withdrawn.
    pub consents: Vec<ConsentRecord>,
    /// What is open with a person of the business from now on, at the version it was read at.
    pub slate: Option<Slate>,
    /// What the customer's words do to their invitation to the beta. The customer is the changed one. What is not there to be
    /// answered any more, because the business took it back meanwhile, is [`RecordError::Stale`].
    pub cohort: Option<CohortMove>,
    /// New messages, queued. A cause that is on record already means that all of this was recorded before.
    pub messages: Vec<OutgoingMessage>,
    /// Which of the new messages a person said.
    pub said: Vec<PersonWords>,
    /// What happened.
    pub events: Vec<ConversationEvent>,
    /// What falls due, beside the sending of the messages.
    pub tasks: Vec<Due<ConversationTask>>,
    /// When it happened.
    pub at: OffsetDateTime,
}

impl Change {
    /// A change that changes nothing yet.
    #[must_use]
    pub const fn at(at: OffsetDateTime) -> Self {
        Self {
            handled: None,
            customer: None,
            threads: Vec::new(),
            consents: Vec::new(),
            slate: None,
            cohort: None,
            messages: Vec::new(),
            said: Vec::new(),
            events: Vec::new(),
            tasks: Vec::new(),
            at,
        }
    }
}

/// Why a change was not recorded. Nothing of it is on record then.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// A thread, a slate, a message or the customer moved on since it was read, or the customer already has an open thread.
    #[error("the conversation moved on since it was read")]
    Stale,
    /// The inbound message was handled before, or a message with one of the causes is on record.
    #[error("the message or the occasion was handled already")]
    AlreadyHandled,
    /// The record did not answer.
    #[error("the record of conversations is unavailable")]
    Unavailable(#[from] Outage),
}

/// How to find a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// By our id.
    Id(CustomerId),
    /// By how a message names its sender: the channel's id first, then the number.
    Sender {
        /// The channel's id or the number's digits.
        sender: SenderKey,
        /// The number, if it is shown.
        phone: Option<ratiba_kernel::PhoneNumber>,
    },
}

/// A customer and the thread that is open with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerFile {
    /// Who.
    pub customer: Customer,
    /// The open thread on the channel, if there is one.
    pub thread: Option<Thread>,
    /// Whether there ever was a thread before.
    pub known: bool,
}

/// The record of conversations. One call to a writing method is one transaction.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait ThreadBook: Send + Sync {
    /// A stored message of a customer; `None` if there never was one.
    async fn inbound(&self, tenant: TenantId, id: InboundId) -> Result<Option<InboundMessage>, Outage>;

    /// A customer with the thread that is open on the channel; `None` if nobody of that name ever wrote.
    async fn file(
        &self,
        tenant: TenantId,
        who: Who,
        channel: Channel,
    ) -> Result<Option<CustomerFile>, Outage>;

    /// What a message that we queued shows; `None` if there never was one, or it is not kept any more.
    async fn shown(&self, tenant: TenantId, message: MessageId) -> Result<Option<Content>, Outage>;

    /// A thread with its customer, open or closed; `None` if there never was one.
    async fn thread(&self, tenant: TenantId, thread: ThreadId) -> Result<Option<CustomerFile>, Outage>;

    /// The open threads that wait for a person or have one, with their customers, in the order of their beginning, from
    /// behind `after`; at most `most`.
    async fn with_people(
        &self,
        tenant: TenantId,
        after: Option<ThreadId>,
        most: u16,
    ) -> Result<Vec<CustomerFile>, Outage>;

    /// What was said in a thread by its customer and to its customer, oldest first; the last `most` of it.
    async fn log(&self, tenant: TenantId, thread: ThreadId, most: u16) -> Result<Vec<LogEntry>, Outage>;

    /// What is open with the person of the business who has this number; blank if nothing ever was.
    async fn slate(&self, tenant: TenantId, phone: PhoneNumber) -> Result<Slate, Outage>;

    /// Makes the whole change durable, or none of it: handled mark, customer, threads with their calls for a person,
    /// consents, the slate, queued messages with a task to send each, events, tasks. A thread that is closed or with the machine
    /// again has no open call any more.
    ///
    /// Refuses with [`RecordError::Stale`] and [`RecordError::AlreadyHandled`] as they say.
    async fn record(&self, tenant: TenantId, change: Change) -> Result<(), RecordError>;

    /// Closes threads without activity since `before`, and their calls for a person; answers how many. Asking twice is
    /// safe.
    async fn close_idle(
        &self,
        tenant: TenantId,
        before: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<u64, Outage>;

    /// Puts threads that ended before `ended_before` into the archive, each with its messages, reports and calls for a person,
    /// and takes all that out of what is at hand; at most `most`, the oldest first. A thread of which something is still to be
    /// sent stays. Customers, consents, visits and money are not touched. Answers how many; asking again goes on.
    async fn archive(
        &self,
        tenant: TenantId,
        ended_before: OffsetDateTime,
        now: OffsetDateTime,
        most: u16,
    ) -> Result<u64, Outage>;

    /// The same for messages that belong to no thread, such as alerts and what admins wrote to the rail: those that came or were
    /// queued before `before`, each with its reports. What is not handled, or is still to be sent, stays.
    async fn archive_loose(
        &self,
        tenant: TenantId,
        before: OffsetDateTime,
        now: OffsetDateTime,
        most: u16,
    ) -> Result<u64, Outage>;

    /// Takes the questions off the slates that were asked before `before`, with their words. Answers how many.
    async fn wipe_slates(
        &self,
        tenant: TenantId,
        before: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<u64, Outage>;

    /// The threads in the archive, those of `customer` if anybody is named, in the order of their beginning from behind `after`; at
    /// most `most`.
    async fn archived(
        &self,
        tenant: TenantId,
        customer: Option<CustomerId>,
        after: Option<ThreadId>,
        most: u16,
    ) -> Result<Vec<ArchivedThread>, Outage>;

    /// A thread in the archive with what was said in it by its customer and to its customer, oldest first; `None` if it is not
    /// there.
    async fn archived_log(
        &self,
        tenant: TenantId,
        thread: ThreadId,
    ) -> Result<Option<(ArchivedThread, Vec<LogEntry>)>, Outage>;

    /// Deletes for good what was put into the archive before `before`; of threads and of other messages at most `most` each, the
    /// oldest first. Answers how many.
    async fn forget_archived(
        &self,
        tenant: TenantId,
        before: OffsetDateTime,
        most: u16,
    ) -> Result<u64, Outage>;
}

/// An invitation to the beta cohort, to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewInvitation {
    /// The invitation.
    pub invitation: Invitation,
    /// Who is invited, as on record or new.
    pub customer: Customer,
    /// What they are sent.
    pub message: OutgoingMessage,
}

/// Why an invitation was not recorded. Nothing of it is on record then.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum InviteError {
    /// Every place is held.
    #[error("all {places} places are taken")]
    Full {
        /// How many there are.
        places: u16,
    },
    /// Somebody else invited at the same time, or the customer wrote: read again.
    #[error("the cohort moved on since it was read")]
    Stale,
    /// The record did not answer.
    #[error("the record of the cohort is unavailable")]
    Unavailable(#[from] Outage),
}

/// The record of who is invited to the beta cohort.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait CohortBook: Send + Sync {
    /// The places and the invitations that were not withdrawn.
    async fn cohort(&self, tenant: TenantId) -> Result<Cohort, Outage>;

    /// Who has this number, with their invitation that was not withdrawn; `None` if nobody known has it.
    async fn invited(
        &self,
        tenant: TenantId,
        phone: &ratiba_kernel::PhoneNumber,
    ) -> Result<Option<(Customer, Option<Invitation>)>, Outage>;

    /// Makes the invitation, the customer and the queued message durable, or none of it. An invitation of the same customer
    /// that ended in leaving is withdrawn by it.
    ///
    /// Refuses with [`InviteError::Full`] if all places are held: of two that ask for the last place at once, exactly one
    /// gets it.
    async fn invite(&self, tenant: TenantId, order: NewInvitation) -> Result<(), InviteError>;

    /// Takes an invitation back, or somebody off the list, whatever came of it; its place is free then, and its message is
    /// refused if it still waits to be sent. What a sender has in its hands may still go. `None` if there never was one.
    /// Asking twice is safe.
    async fn withdraw(
        &self,
        tenant: TenantId,
        id: InvitationId,
        at: OffsetDateTime,
    ) -> Result<Option<Member>, Outage>;
}

/// A message with what must be known to send it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting {
    /// The message.
    pub message: OutgoingMessage,
    /// The customer, where it goes to one.
    pub customer: Option<Customer>,
    /// When the recipient last wrote to us on the channel, by the provider's clock: under their number, or under the
    /// channel's own id of whoever is known by that number.
    pub last_inbound_at: Option<OffsetDateTime>,
    /// The provider's id of the message that this answers, where it answers one.
    pub answers: Option<String>,
}

/// What becomes of one message, with what follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostingChange {
    /// The message at the version it was read at.
    pub message: OutgoingMessage,
    /// What happened.
    pub events: Vec<ConversationEvent>,
    /// The template that it needs and that cannot be sent: [`ConversationEvent::TemplateMissed`] is told of it with the change,
    /// once until the template was approved again.
    pub missed: Option<TemplateCall>,
    /// What falls due.
    pub tasks: Vec<Due<ConversationTask>>,
    /// When it happened.
    pub at: OffsetDateTime,
}

impl PostingChange {
    /// The message as it is, and nothing that follows.
    #[must_use]
    pub const fn of(message: OutgoingMessage, at: OffsetDateTime) -> Self {
        Self {
            message,
            events: Vec::new(),
            missed: None,
            tasks: Vec::new(),
            at,
        }
    }
}

/// One stored report of a provider.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredStatus {
    /// How the message went.
    pub channel: Channel,
    /// When it happened, by the provider's clock.
    pub occurred_at: OffsetDateTime,
    /// The report as it came.
    pub raw: Value,
}

/// The record of what we send.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait MessageBook: Send + Sync {
    /// A message with what must be known to send it; `None` if there never was one.
    async fn posting(&self, tenant: TenantId, id: MessageId) -> Result<Option<Posting>, Outage>;

    /// The message that the provider knows by this id; `None` if the provider's answer never reached us.
    async fn by_provider_id(
        &self,
        tenant: TenantId,
        channel: Channel,
        provider_id: &str,
    ) -> Result<Option<MessageId>, Outage>;

    /// The message that was queued for this occasion; `None` if none was.
    async fn by_cause(&self, tenant: TenantId, cause: &str) -> Result<Option<OutgoingMessage>, Outage>;

    /// Makes the message's new state durable with its events and tasks, or none of it. Its version is one more then.
    ///
    /// Refuses with [`RecordError::Stale`] if the message moved on since it was read.
    async fn record_posting(&self, tenant: TenantId, change: PostingChange) -> Result<(), RecordError>;

    /// The report of the provider under this name; `None` if there never was one.
    async fn status(&self, tenant: TenantId, status: StatusRef) -> Result<Option<StoredStatus>, Outage>;
}

/// What a verified webhook brought for one business.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parcel {
    /// Messages.
    pub messages: Vec<InboundRow>,
    /// Reports on what we sent.
    pub statuses: Vec<StatusRow>,
}

/// How much of a parcel was new.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Messages stored now for the first time.
    pub messages: usize,
    /// Reports stored now for the first time.
    pub statuses: usize,
}

/// Where everything that arrives is stored before anybody interprets it.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait LetterBox: Send + Sync {
    /// The business behind one of the channel's own addresses; `None` if nobody here has it.
    async fn route(&self, channel: Channel, external_id: &str) -> Result<Option<TenantId>, Outage>;

    /// Stores all of the parcel or nothing, with a task for each message and report that is new. What is on record
    /// already (by the provider's id) is left out, so a repeated delivery does nothing.
    async fn keep(
        &self,
        tenant: TenantId,
        channel: Channel,
        parcel: Parcel,
        now: OffsetDateTime,
    ) -> Result<Kept, Outage>;

    /// Keeps what could not be split or routed, for a person; `false` where a bound was reached and it was dropped.
    async fn quarantine(
        &self,
        tenant: Option<TenantId>,
        channel: Channel,
        leftover: Leftover,
        now: OffsetDateTime,
    ) -> Result<bool, Outage>;
}

/// Reads what a channel's provider sent. Pure, and never refuses: what it does not know is kept as unknown.
#[cfg_attr(feature = "test-support", mockall::automock)]
pub trait ChannelReader: Send + Sync {
    /// One stored message.
    fn message(&self, raw: &Value) -> Reading;

    /// One stored report; `None` if it says nothing about a message on its way.
    fn status(&self, raw: &Value) -> Option<StatusReport>;

    /// One stored report; `None` if it says nothing about a template.
    fn template(&self, raw: &Value) -> Option<TemplateReport>;
}

/// Carries messages to people.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait ClientMessenger: Send + Sync {
    /// Hands one message over. `reference` comes back with every report. Not safe to repeat: after
    /// [`SendAnswer::Unknown`] the message may be out.
    async fn send(
        &self,
        tenant: TenantId,
        to: &Address,
        content: &Content,
        reference: MessageId,
    ) -> SendAnswer;

    /// Marks a customer's message as read and shows that we are writing. Safe to repeat; failure does no harm.
    async fn mark_read(&self, tenant: TenantId, provider_id: &str);
}

/// Why the channel's owner was not asked.
#[derive(Debug, thiserror::Error)]
pub enum OfficeError {
    /// The business's account with the channel is not known yet.
    #[error(
        "the business's WhatsApp account is not known yet: it is learned from the first message to its number, or named in the settings"
    )]
    NoAccount,
    /// The channel's owner did not answer, or not with what was asked.
    #[error("the channel's owner did not answer")]
    Unavailable(#[from] Outage),
}

/// What came of submitting a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submission {
    /// It was taken, and stands where the report says.
    Taken(TemplateReport),
    /// There is one of this name and language already.
    KnownThere,
    /// It was refused at once.
    Refused {
        /// Why, in the words of the channel's owner.
        reason: String,
    },
}

/// The channel's owner, who approves templates.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait TemplateOffice: Send + Sync {
    /// Submits a template. Twice is [`Submission::KnownThere`] the second time.
    async fn submit(&self, tenant: TenantId, text: &TemplateText) -> Result<Submission, OfficeError>;

    /// All templates that the channel's owner has of the business.
    async fn templates(&self, tenant: TenantId) -> Result<Vec<TemplateReport>, OfficeError>;
}

/// The record of what became of templates.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait TemplateBook: Send + Sync {
    /// Those of ours that are on record; no others.
    async fn registered(&self, tenant: TenantId) -> Result<Vec<RegisteredTemplate>, Outage>;

    /// Keeps where templates stand, with what happened, or none of it. One that is approved now may be missed anew. One of which
    /// something newer is on record stays as it is there.
    async fn keep_templates(
        &self,
        tenant: TenantId,
        templates: Vec<RegisteredTemplate>,
        events: Vec<ConversationEvent>,
        now: OffsetDateTime,
    ) -> Result<(), Outage>;
}

/// Whether a template may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateStanding {
    /// Approved by the channel's owner.
    Approved,
    /// Unknown, not approved yet, paused or refused.
    NotUsable,
}

/// The register of message templates.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait TemplateRegister: Send + Sync {
    /// Whether this template may be sent now.
    async fn standing(&self, tenant: TenantId, call: &TemplateCall) -> Result<TemplateStanding, Outage>;
}

/// What the business told us about itself.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait BusinessProfile: Send + Sync {
    /// The profile as it is now.
    async fn profile(&self, tenant: TenantId) -> Result<Profile, Outage>;
}

/// A language model, for what the rules gave up on. It may be missing, slow or wrong: nothing rests on it.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait LanguageModel: Send + Sync {
    /// Asks once what a message wants, for a few seconds at most. Never fails: without an answer there is no guess, and what
    /// may have been charged counts as charged.
    async fn classify(&self, shown: &Shown) -> Consulted;

    /// Asks once how a question could be put in other words, for no longer than `within`. Never fails either; the words are as the
    /// model wrote them, and nobody has looked at them yet.
    async fn rephrase(&self, question: &AskedAgain, within: Duration) -> Rephrased;
}

/// Why a personality was not set.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PersonalityRefused {
    /// It changed since it was read.
    #[error("the personality changed since it was read")]
    Stale,
    /// The record did not answer.
    #[error("the record of the business is unavailable")]
    Unavailable(#[from] Outage),
}

/// How businesses want their assistant to sound.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait PersonalityBook: Send + Sync {
    /// The dials and their version; the usual ones at version 1 where nobody set any.
    async fn personality(&self, tenant: TenantId) -> Result<(Personality, i32), Outage>;

    /// Sets all dials in place of those at this version; answers the next version.
    ///
    /// Refuses with [`PersonalityRefused::Stale`] if they are at another one.
    async fn set_personality(
        &self,
        tenant: TenantId,
        personality: Personality,
        version: i32,
    ) -> Result<i32, PersonalityRefused>;
}

/// The business's booking desk.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait BookingDesk: Send + Sync {
    /// What is sold in the chat, by whom, when.
    async fn menu(&self, tenant: TenantId) -> Result<Arc<Menu>, Outage>;

    /// The promotions that count for something sold in the chat on a day from now on that can be booked, the first to end
    /// first.
    async fn promotions(&self, tenant: TenantId) -> Result<Vec<PromotionCard>, Outage>;

    /// Whether what is wanted is free, else what is near. Holds nothing.
    async fn offer(&self, tenant: TenantId, request: OfferRequest) -> Result<Offer, Outage>;

    /// What may be offered right after a slot that the customer agreed to, and is not held yet: both as one slot. `None`
    /// if the business offers nothing, or nothing is free in time. Holds nothing.
    async fn complement(&self, tenant: TenantId, request: ComplementRequest) -> Result<Option<Slot>, Outage>;

    /// Holds a slot. Safe to repeat with the same key: the same visit comes back.
    async fn hold(&self, tenant: TenantId, order: HoldOrder) -> Result<HoldAnswer, Outage>;
}

/// The business's book of visits, as far as a customer may ask.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait VisitDesk: Send + Sync {
    /// A visit; `None` if there never was one.
    async fn visit(&self, tenant: TenantId, visit: VisitRef) -> Result<Option<VisitCard>, Outage>;

    /// The customer's visits that are not over.
    async fn upcoming(
        &self,
        tenant: TenantId,
        customer: CustomerId,
        now: OffsetDateTime,
    ) -> Result<Vec<VisitCard>, Outage>;

    /// What the business's rules say of a visit now; `None` where nothing of it can be cancelled any more.
    async fn terms(&self, tenant: TenantId, visit: VisitRef) -> Result<Option<VisitTerms>, Outage>;

    /// Cancels a held or confirmed visit on the customer's word, if it costs no more and gives no less back than they were
    /// told. Safe to repeat.
    async fn cancel(&self, tenant: TenantId, visit: VisitRef, told: Told) -> Result<CancelAnswer, Outage>;

    /// Whether a visit can be moved to what is wanted, else what is near. Moves nothing.
    async fn offer_move(&self, tenant: TenantId, request: MoveRequest) -> Result<MoveOffer, Outage>;

    /// Moves a held or confirmed visit on the customer's word. Safe to repeat.
    async fn move_visit(&self, tenant: TenantId, order: MoveOrder) -> Result<MoveAnswer, Outage>;

    /// Takes the time that is kept for the customer's word: an offer of the waitlist, or another time that the
    /// business proposed. Safe to repeat.
    async fn accept(&self, tenant: TenantId, visit: VisitRef) -> Result<AcceptAnswer, Outage>;

    /// Gives it back. Safe to repeat.
    async fn pass(&self, tenant: TenantId, visit: VisitRef) -> Result<(), Outage>;

    /// Gives up a visit that still waits for money, without a word to anybody. What is paid, confirmed or over
    /// stays as it is. Safe to repeat.
    async fn let_go(&self, tenant: TenantId, visit: VisitRef) -> Result<(), Outage>;
}

/// The business's till, as far as the chat needs it.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait PaymentDesk: Send + Sync {
    /// Asks a phone for money, for a visit that waits for it. Safe to repeat with the same key: nobody is asked
    /// twice.
    async fn ask(&self, tenant: TenantId, order: PaymentOrder) -> Result<AskAnswer, Outage>;

    /// Where the payment of a visit stands.
    async fn standing(&self, tenant: TenantId, visit: VisitRef) -> Result<PaymentStanding, Outage>;

    /// Asks again, if the last try has failed for good and a minute has passed. Safe to repeat with the same key.
    async fn resend(&self, tenant: TenantId, order: ResendOrder) -> Result<ResendAnswer, Outage>;

    /// Asks a phone for a tip, for a visit of this customer that was rendered. One tip for each visit is asked for here. Safe
    /// to repeat with the same key.
    async fn ask_tip(&self, tenant: TenantId, order: TipOrder) -> Result<TipAnswer, Outage>;

    /// By what a customer may pay, and what of that is a trial.
    fn ways(&self) -> PayWays;

    /// Opens a page for a card, for a visit that waits for money, and holds its time for as long as that takes. Safe to
    /// repeat with the same key.
    async fn ask_card(&self, tenant: TenantId, order: CardOrder) -> Result<CardAnswer, Outage>;
}

/// The business as its own people ask it from their phones. What they may ask is decided before; nothing here is told to
/// anybody else.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait BackOffice: Send + Sync {
    /// The visits of a local day that were not given up, by their beginning; only those in which `staff` has a part, if
    /// anybody is named. Names of services are in the language of `tongue`.
    async fn day(
        &self,
        tenant: TenantId,
        day: Date,
        staff: Option<StaffRef>,
        tongue: Tongue,
    ) -> Result<Vec<DayVisit>, Outage>;

    /// One visit, whatever became of it; `None` if there never was one.
    async fn visit(
        &self,
        tenant: TenantId,
        visit: VisitRef,
        tongue: Tongue,
    ) -> Result<Option<DayVisit>, Outage>;

    /// Customers whose names or numbers begin like these words, with their visits that are not over; at most `most`.
    async fn find(
        &self,
        tenant: TenantId,
        words: &str,
        most: u16,
        tongue: Tongue,
    ) -> Result<Vec<FoundCustomer>, Outage>;

    /// What moved on a local day, by the books; nothing of what did not move.
    async fn takings(&self, tenant: TenantId, day: Date) -> Result<Vec<(DayMoney, Money)>, Outage>;

    /// What somebody earns in the month that runs, with the reason of each line; `None` where it cannot be computed.
    async fn earnings(
        &self,
        tenant: TenantId,
        staff: StaffRef,
        tongue: Tongue,
    ) -> Result<Option<Earnings>, Outage>;

    /// The messages about money that nobody could place and nobody looked at, the newest first; at most `most`.
    async fn strays(&self, tenant: TenantId, most: u16) -> Result<Vec<StrayLetter>, Outage>;

    /// A statement of somebody's closed commission; `None` where it is somebody else's, or there is none.
    async fn statement(
        &self,
        tenant: TenantId,
        staff: StaffRef,
        statement: StatementRef,
    ) -> Result<Option<StatementCard>, Outage>;

    /// Their newest statement of the latest month that was closed; `None` if they have none in it.
    async fn latest_statement(
        &self,
        tenant: TenantId,
        staff: StaffRef,
    ) -> Result<Option<StatementCard>, Outage>;

    /// The earliest month of commission that waits for somebody to close it, as it comes to now, or why it cannot be
    /// computed; `None` if none waits.
    async fn waiting_month(&self, tenant: TenantId) -> Result<Option<Result<WaitingMonth, Refusal>>, Outage>;

    /// The places of the beta, and who was invited.
    async fn cohort(&self, tenant: TenantId) -> Result<Cohort, Outage>;

    /// Who of those that are named, or of all who can, could render the service then, and for how much; nothing is held.
    async fn quote(
        &self,
        tenant: TenantId,
        service: ServiceRef,
        staff: Option<StaffRef>,
        starts_at: OffsetDateTime,
    ) -> Result<Result<(StaffRef, Money), Refusal>, Outage>;

    /// Whether something could be done now, as far as that is known without doing it.
    async fn check(&self, tenant: TenantId, act: &Act) -> Result<Result<(), Refusal>, Outage>;

    /// Does it, and looks first whether it is still as it was when it was asked for. Safe to repeat with the same key: it is
    /// done once, and told as done again.
    async fn act(&self, tenant: TenantId, order: ActOrder) -> Result<Result<(), Refusal>, Outage>;
}
