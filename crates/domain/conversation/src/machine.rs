//! The machine that leads a conversation: where the dialogue stands, what was heard, what to say and to wish.
//!
//! All of it is pure. [`booking::hear`] takes what was heard and answers with a [`Step`]: the next stage, what
//! to say, and at most one [`Wish`] that somebody with ports must fulfil; the answer to a wish goes back into the
//! function that is named after it ([`booking::offered`], [`booking::held`], …), until nothing is wished any more.
//! What money or time depends on is never decided here without a yes of the customer.

pub mod booking;
pub mod consent;
pub mod inquiry;
pub mod moving;
pub mod payment;
pub mod tip;
pub mod visit;

mod draft;
mod reply;

use ratiba_kernel::{Money, PhoneNumber};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::cohort::InvitationId;
use crate::desk::{Each, Menu, ServiceRef, Slot, StaffRef, Told, VisitRef, Wanted};
use crate::knowledge::Asked;
use crate::outgoing::MessageId;
use crate::thread::HandoffReason;
use crate::understanding::{Intent, Language, Naming};

pub use draft::Draft;
pub use moving::Moving;
pub use reply::{Misunderstanding, PickFor, Reply};

/// After this long an answer is not acted on any more; the question is put again.
pub const STALE_AFTER: Duration = Duration::hours(2);

/// After this many misunderstandings running a person is offered.
pub const MISUNDERSTOOD_MAX: u8 = 3;

/// How many choices are offered at most, so that they fit on one screen.
pub const CHOICES_MAX: usize = 6;

/// Where the dialogue stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case", deny_unknown_fields)]
pub enum Stage {
    /// Nothing is under way.
    #[default]
    Open,
    /// Something is missing, and was asked for.
    Gathering {
        /// What is known.
        draft: Draft,
        /// What was asked.
        missing: Missing,
    },
    /// Several times were offered.
    Choosing {
        /// What is known.
        draft: Draft,
        /// In the order shown.
        slots: Vec<Slot>,
    },
    /// One time was proposed, and waits for a yes.
    Confirming {
        /// What is known.
        draft: Draft,
        /// What was proposed.
        slot: Slot,
    },
    /// The yes is there; we asked whether what goes well with it is wanted too.
    Adding {
        /// What is known.
        draft: Draft,
        /// What was agreed.
        slot: Slot,
        /// Both as one.
        pair: Slot,
    },
    /// The yes is there; we asked whose phone pays.
    AskingPayer {
        /// What is known.
        draft: Draft,
        /// What was agreed.
        slot: Slot,
    },
    /// The slot is held, and money is awaited.
    Paying {
        /// For what.
        owed: Owed,
        /// Whether we asked for a number, because none is known or the one known cannot pay.
        payer_wanted: bool,
    },
    /// The visit is booked.
    Booked {
        /// Which.
        visit: VisitRef,
        /// What and when.
        slot: Slot,
    },
    /// We asked whether to really cancel.
    Cancelling {
        /// Which.
        visit: VisitRef,
        /// What and when.
        slot: Slot,
        /// What we said it costs; `None` if nothing was said of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        told: Option<Money>,
        /// What we said comes back; `None` if that is nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        told_back: Option<Money>,
        /// What is to be booked in its place, if that is why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instead: Option<Box<Draft>>,
        /// Where the dialogue goes on after a no.
        back: Box<Stage>,
    },
    /// A visit is to be moved, and we asked which one.
    MovingWhich {
        /// What is known of the new time.
        draft: Draft,
        /// Where the dialogue goes on if nothing is moved.
        back: Box<Stage>,
    },
    /// A visit is to be moved.
    Moving {
        /// Which, and how far that has come.
        moving: Box<Moving>,
        /// Where the dialogue goes on if nothing is moved.
        back: Box<Stage>,
    },
}

impl Stage {
    /// The visit that the dialogue is about, if there is one.
    #[must_use]
    pub const fn visit(&self) -> Option<VisitRef> {
        match self {
            Self::Paying { owed, .. } => Some(owed.visit),
            Self::Booked { visit, .. } | Self::Cancelling { visit, .. } => Some(*visit),
            Self::Moving { moving, .. } => Some(moving.visit),
            Self::MovingWhich { .. }
            | Self::Open
            | Self::Gathering { .. }
            | Self::Choosing { .. }
            | Self::Confirming { .. }
            | Self::Adding { .. }
            | Self::AskingPayer { .. } => None,
        }
    }

    /// A word for logs and tests.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Gathering { .. } => "gathering",
            Self::Choosing { .. } => "choosing",
            Self::Confirming { .. } => "confirming",
            Self::Adding { .. } => "adding",
            Self::AskingPayer { .. } => "asking_payer",
            Self::Paying { .. } => "paying",
            Self::Booked { .. } => "booked",
            Self::Cancelling { .. } => "cancelling",
            Self::MovingWhich { .. } => "moving_which",
            Self::Moving { .. } => "moving",
        }
    }

    /// Whether a yes, a no or a bare choice makes sense now.
    #[must_use]
    pub const fn awaits_answer(&self) -> bool {
        match self {
            Self::Open => false,
            Self::Gathering { .. }
            | Self::Choosing { .. }
            | Self::Confirming { .. }
            | Self::Adding { .. }
            | Self::AskingPayer { .. }
            | Self::Paying { .. }
            | Self::Booked { .. }
            | Self::Cancelling { .. }
            | Self::MovingWhich { .. }
            | Self::Moving { .. } => true,
        }
    }

    /// Where the dialogue goes on when what asks on the way (a cancellation, a move) is over.
    #[must_use]
    pub fn under_way(self) -> Box<Self> {
        match self {
            Self::Cancelling { back, .. } | Self::MovingWhich { back, .. } | Self::Moving { back, .. } => {
                back
            }
            other @ (Self::Open
            | Self::Gathering { .. }
            | Self::Choosing { .. }
            | Self::Confirming { .. }
            | Self::Adding { .. }
            | Self::AskingPayer { .. }
            | Self::Paying { .. }
            | Self::Booked { .. }) => Box::new(other),
        }
    }
}

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// Which service.
    Service,
    /// Which day or time.
    When,
    /// Which of two readings of a time.
    Reading,
    /// What each of several people gets.
    Each,
}

/// A held visit and what must be paid for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Owed {
    /// Which.
    pub visit: VisitRef,
    /// What and when.
    pub slot: Slot,
    /// How much.
    pub amount: Money,
    /// Until when the slot is held.
    #[serde(with = "time::serde::rfc3339")]
    pub deadline: OffsetDateTime,
}

/// What we asked last: the message that asked, and what each of its choices means. What comes back from a phone is
/// looked up here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The message that asked.
    pub message: MessageId,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub asked_at: OffsetDateTime,
    /// What each choice means, in the order shown.
    pub options: Vec<Meaning>,
}

/// What a choice means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "means", content = "what", rename_all = "snake_case")]
pub enum Meaning {
    /// Yes.
    Yes,
    /// No.
    No,
    /// Another time, please.
    OtherTime,
    /// This service.
    Service(ServiceRef),
    /// The slot at this place of those that were offered.
    Slot(usize),
    /// This reading of the time.
    Reading(Wanted),
    /// This is what each of us gets.
    Each(Each),
    /// Send the payment prompt again.
    Resend,
    /// Another phone pays.
    OtherNumber,
    /// A card pays.
    Card,
    /// I will come to this visit.
    Coming(VisitRef),
    /// I want to move this visit.
    Move(VisitRef),
    /// I want to cancel this visit.
    CancelVisit(VisitRef),
    /// I take the time that you offer: this visit waits for my word.
    Accept(VisitRef),
    /// I do not take it.
    Pass(VisitRef),
    /// I give a tip for this visit.
    Tip {
        /// Which.
        visit: VisitRef,
        /// How much, in whole units of the business's currency.
        units: u32,
    },
    /// I give another tip for this visit than those shown.
    OtherTip(VisitRef),
    /// I give no tip for this visit.
    NoTip(VisitRef),
    /// I answer the invitation to the beta. Never a choice of an open question: it means the same however old the message is.
    Invitation {
        /// Which.
        invitation: InvitationId,
        /// Whether I agree.
        joins: bool,
    },
    /// I want a person.
    Person,
    /// I want to book.
    Book,
    /// I want to see prices.
    Prices,
}

/// What was heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Words, and what the rules made of them.
    Words(Words),
    /// One of the choices of the open question.
    Chose(Meaning),
    /// A choice of the question that was just answered: a double tap.
    ChoseAgain,
    /// A choice of a question that is not open any more.
    ChoseTooLate,
    /// Phone numbers and nothing else.
    Numbers(Vec<PhoneNumber>),
    /// Something without words.
    Wordless(Wordless),
}

/// What came in place of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wordless {
    /// A picture or a film.
    Picture,
    /// Something spoken.
    Voice,
    /// Anything else: a sticker, a place, a card.
    Other,
}

/// Words, and what the rules made of them, in the dialogue's own terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// What is wanted.
    pub intent: Intent,
    /// The services named: one if it is clear, several of a family, none.
    pub services: Vec<ServiceRef>,
    /// The same apart, where several are wanted beside each other: for each the services that may be meant.
    pub wishes: Vec<Vec<ServiceRef>>,
    /// The services that are not wanted any more.
    pub dropped: Vec<ServiceRef>,
    /// Whether what is named comes beside what is wanted already, or is all that is wanted.
    pub naming: Naming,
    /// The person named.
    pub staff: Option<StaffRef>,
    /// The time named.
    pub wanted: Option<Wanted>,
    /// The other reading of it.
    pub other_reading: Option<Wanted>,
    /// Whether the reading is uncertain: that of the time, or of what is wanted.
    pub uncertain: bool,
    /// Whether the time named is a part of the day without a day, so that the day of what is being changed is meant.
    pub dayless: bool,
    /// The option chosen, counted from 1.
    pub choice: Option<usize>,
    /// For how many people.
    pub people: Option<u32>,
    /// How many want each of the wishes, where that is said: *one massage and two facials*. Empty where it is not.
    pub shares: Vec<u32>,
    /// Whether it is said by whom: *mimi massage, mama facial*; then they are all who come.
    pub shares_name_people: bool,
    /// Whether another language is asked for, and nothing else: it is answered by whatever is said next.
    pub asks_language: bool,
    /// By how much the customer will be late.
    pub minutes_late: Option<u32>,
    /// Whether a new booking is asked for in so many words, and not only by what is named.
    pub books: bool,
    /// Whether it is asked who renders something.
    pub asks_who: bool,
    /// What is asked about, where the words are a question.
    pub asked: Asked,
}

impl Words {
    /// Words that mean this and say nothing more.
    #[must_use]
    pub const fn bare(intent: Intent) -> Self {
        Self {
            intent,
            services: Vec::new(),
            wishes: Vec::new(),
            dropped: Vec::new(),
            naming: Naming::Plain,
            staff: None,
            wanted: None,
            other_reading: None,
            uncertain: false,
            dayless: false,
            choice: None,
            people: None,
            shares: Vec::new(),
            shares_name_people: false,
            asks_language: false,
            minutes_late: None,
            books: false,
            asks_who: false,
            asked: Asked::nothing(),
        }
    }

    /// What is named, for each wish the services that may be meant.
    #[must_use]
    pub fn families(&self) -> Vec<Vec<ServiceRef>> {
        match (self.wishes.len(), self.services.is_empty()) {
            (2.., _) => self.wishes.clone(),
            (_, true) => Vec::new(),
            (_, false) => vec![self.services.clone()],
        }
    }

    /// Whether they say something about what is to be booked.
    #[must_use]
    pub const fn describes_a_booking(&self) -> bool {
        !self.services.is_empty() || self.wanted.is_some() || self.staff.is_some() || self.people.is_some()
    }
}

/// What the machine may know beside the words.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// The business's time.
    pub now: OffsetDateTime,
    /// What is sold, by whom, when.
    pub menu: &'a Menu,
    /// The language to answer in.
    pub language: Language,
    /// The customer's number, if it can pay.
    pub payer: Option<PhoneNumber>,
    /// Whether something that goes well with a booking was offered in this thread before, or never is.
    pub cross_sold: bool,
    /// Whether the message was written long before it arrived, or answers a question from long ago.
    pub stale: bool,
}

/// What the machine needs from outside before it can go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Is this free? → [`booking::offered`]
    Offer {
        /// What is known.
        draft: Draft,
    },
    /// Does this person have time then, for whatever they render? → [`inquiry::staff_looked_up`]
    LookForStaff {
        /// What is known, with one of the services that they render.
        draft: Draft,
        /// Whom.
        staff: StaffRef,
    },
    /// What promotions run? → [`inquiry::promotions_known`]
    Promotions,
    /// Did the business tell us what is asked? → [`booking::looked_up`]
    Knowledge {
        /// The question.
        words: Words,
    },
    /// What goes well with this? → [`booking::complement_known`]
    Complement {
        /// What is known.
        draft: Draft,
        /// What was agreed.
        slot: Slot,
        /// Who pays, where money is asked.
        payer: Option<PhoneNumber>,
    },
    /// Hold this. → [`booking::held`]
    Hold {
        /// What is known.
        draft: Draft,
        /// What was agreed.
        slot: Slot,
        /// Who pays, where money is asked.
        payer: Option<PhoneNumber>,
    },
    /// Ask for this money. → [`payment::asked`]
    AskMoney {
        /// For what.
        owed: Owed,
        /// Whom.
        payer: PhoneNumber,
    },
    /// Where does this payment stand? → [`payment::looked_up`]
    LookUpPayment {
        /// For what.
        owed: Owed,
        /// Whether the customer says that it is paid.
        claimed: bool,
    },
    /// Ask for this money again. → [`payment::resent`]
    Resend {
        /// For what.
        owed: Owed,
        /// Whom; `None` is the phone asked before.
        payer: Option<PhoneNumber>,
    },
    /// Open a page for a card. → [`payment::card_asked`]
    AskCard {
        /// For what.
        owed: Owed,
    },
    /// Ask for this tip. → [`tip::asked`]
    Tip {
        /// For which visit. It came from a phone: whose visit it is must be looked up.
        visit: VisitRef,
        /// How much, in whole units of the business's currency.
        units: u32,
        /// Whose phone is asked.
        payer: PhoneNumber,
    },
    /// What has this customer booked? → [`visit::upcoming`]
    Upcoming {
        /// Why we ask.
        then: visit::Then,
    },
    /// What do the rules say of this visit now? → [`visit::terms_known`]
    Terms {
        /// Which.
        visit: VisitRef,
        /// What and when.
        slot: Slot,
        /// Why we ask.
        then: visit::OnTerms,
    },
    /// Cancel this. → [`visit::cancelled`]
    Cancel {
        /// Which.
        visit: VisitRef,
        /// What and when.
        slot: Slot,
        /// What the customer was told of it, and agreed to.
        told: Told,
    },
    /// Can this visit be moved to what is known? → [`moving::offered`]
    OfferMove {
        /// Which, and to when.
        moving: Box<Moving>,
        /// Where the dialogue goes on if nothing is moved.
        back: Box<Stage>,
    },
    /// Move this. → [`moving::moved`]
    Move {
        /// Which.
        moving: Box<Moving>,
        /// To when, as the customer agreed.
        to: Slot,
        /// Where the dialogue goes on.
        back: Box<Stage>,
    },
    /// Take the time that is kept for the customer's word. → [`visit::accepted`]
    Accept {
        /// Which.
        visit: VisitRef,
        /// What and when.
        slot: Slot,
    },
    /// Give it back. → [`visit::passed`]
    Pass {
        /// Which.
        visit: VisitRef,
    },
    /// Let go of this hold, without a word.
    LetGo {
        /// Which.
        visit: VisitRef,
    },
}

/// What follows beside the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// A person is called, and the machine falls silent.
    CallPerson(HandoffReason),
    /// Consent is withdrawn.
    OptOut,
    /// Consent is given again.
    OptIn,
    /// The invitation to the beta is agreed to.
    Join,
    /// The invitation to the beta is declined.
    Decline,
    /// The invitation to the beta was put once more.
    InvitationAsked,
    /// What comes now is a new booking, in a thread of its own.
    NewThread,
    /// The customer comes late.
    RunsLate {
        /// To what.
        visit: VisitRef,
        /// By how much, if it was said.
        minutes: Option<u32>,
    },
    /// Something that goes well with a booking is offered: not again in this thread.
    CrossSold,
    /// The message was not understood.
    Misunderstood,
    /// What came of it is told by news of its own, which is on its way.
    ToldByNews,
}

/// What the machine decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Where the dialogue stands now; `None` where it stood.
    pub stage: Option<Stage>,
    /// What to say, in order.
    pub replies: Vec<Reply>,
    /// What else follows, in order.
    pub effects: Vec<Effect>,
    /// What is needed before the machine goes on.
    pub wish: Option<Wish>,
}

impl Step {
    /// Nothing changes and nothing is said. What somebody wrote is never answered by this alone: see
    /// [`Step::told_by_news`] and [`Step::misunderstood`].
    #[must_use]
    pub const fn silence() -> Self {
        Self {
            stage: None,
            replies: Vec::new(),
            effects: Vec::new(),
            wish: None,
        }
    }

    /// One thing is said.
    #[must_use]
    pub fn say(reply: Reply) -> Self {
        Self {
            replies: vec![reply],
            ..Self::silence()
        }
    }

    /// Something is needed first.
    #[must_use]
    pub fn wish(wish: Wish) -> Self {
        Self {
            wish: Some(wish),
            ..Self::silence()
        }
    }

    /// …and the dialogue stands here now.
    #[must_use]
    pub fn at(mut self, stage: Stage) -> Self {
        self.stage = Some(stage);
        self
    }

    /// …and this follows.
    #[must_use]
    pub fn with(mut self, effect: Effect) -> Self {
        self.effects.push(effect);
        self
    }

    /// A person is called, and the customer is told.
    #[must_use]
    pub fn call_person(reason: HandoffReason) -> Self {
        let reply = match reason {
            HandoffReason::Money => Reply::MoneyToPerson,
            HandoffReason::OutsideCohort => Reply::PersonAnswers,
            HandoffReason::SecretPasted => Reply::SecretPasted,
            HandoffReason::Emergency => Reply::EmergencyToPerson,
            HandoffReason::Asked
            | HandoffReason::NotUnderstood
            | HandoffReason::BeyondMachine
            | HandoffReason::MachineFailed
            | HandoffReason::Angry
            | HandoffReason::TurnCount
            | HandoffReason::CostCeiling => Reply::PersonComes,
        };
        Self::say(reply).with(Effect::CallPerson(reason))
    }

    /// Nothing is said now: what came of it is told by news of its own, a confirmation for example.
    #[must_use]
    pub fn told_by_news() -> Self {
        Self::silence().with(Effect::ToldByNews)
    }

    /// Whether it answers a message, by itself or by what follows from it.
    #[must_use]
    pub fn answers(&self) -> bool {
        let told = |effect: &Effect| match effect {
            Effect::Misunderstood | Effect::ToldByNews => true,
            Effect::CallPerson(_)
            | Effect::OptOut
            | Effect::OptIn
            | Effect::Join
            | Effect::Decline
            | Effect::InvitationAsked
            | Effect::NewThread
            | Effect::RunsLate { .. }
            | Effect::CrossSold => false,
        };
        !self.replies.is_empty() || self.wish.is_some() || self.effects.iter().any(told)
    }

    /// The message was not understood.
    #[must_use]
    pub fn misunderstood() -> Self {
        Self::silence().with(Effect::Misunderstood)
    }
}

#[cfg(test)]
mod tests;
