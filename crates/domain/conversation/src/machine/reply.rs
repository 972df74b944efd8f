//! What the machine says, as facts. Which words that takes in which language is the business of
//! [`crate::wording`].

use ratiba_kernel::Money;
use time::{Date, OffsetDateTime};

use crate::desk::{
    NotFree, PaymentTrouble, PromotionCard, ServiceRef, Slot, StaffRef, VisitCard, VisitRef, VisitTerms,
    Wanted,
};

use super::Owed;
use crate::knowledge::Snippet;

/// How often in a row we did not understand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misunderstanding {
    /// For the first time: ask to say it differently.
    First,
    /// Again: put the question with choices.
    Second,
    /// And again: offer a person.
    Third,
}

/// What one of several visits is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PickFor {
    /// To cancel it.
    Cancel,
    /// To move it.
    Move,
}

/// One thing to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A greeting, and what can be done here.
    Welcome,
    /// A greeting in the middle of something.
    Greeting,
    /// "You are welcome."
    YouAreWelcome,
    /// Which of these services?
    AskService {
        /// The services to choose from.
        among: Vec<ServiceRef>,
        /// Whether they are those that the words fit, and not simply all.
        narrowed: bool,
    },
    /// Which day and time?
    AskWhen {
        /// For what, if it is known.
        services: Vec<ServiceRef>,
    },
    /// For so many: does everybody get all of it, or each person their own?
    AskEach {
        /// How many come.
        people: u32,
        /// What is wanted.
        services: Vec<ServiceRef>,
    },
    /// How many of them want what?
    AskForEach {
        /// How many come.
        people: u32,
    },
    /// Which of two readings of the time?
    AskReading {
        /// The likelier one.
        first: Wanted,
        /// The other.
        second: Wanted,
    },
    /// This time, for this price: is that right?
    Propose {
        /// What is proposed.
        slot: Slot,
    },
    /// What goes well with what was agreed: this as well?
    OfferComplement {
        /// Both as one.
        pair: Slot,
    },
    /// Both together cannot be had any more.
    ComplementGone,
    /// These times are free; which one?
    PickSlot {
        /// Why it is not simply what was asked for.
        reason: NotFree,
        /// What was asked for.
        wanted: Option<Wanted>,
        /// The times.
        slots: Vec<Slot>,
    },
    /// Nothing near that time is free: another time?
    NothingFree {
        /// Why.
        reason: NotFree,
        /// What was asked for.
        wanted: Option<Wanted>,
    },
    /// The proposal was declined: what should change?
    Declined,
    /// Take your time.
    TakeYourTime,
    /// Whose phone pays?
    AskPayer,
    /// That number cannot pay: another one?
    AskOtherPayer,
    /// The slot is held, and the prompt is on its way.
    PromptSent {
        /// For what.
        owed: Owed,
    },
    /// The page for the card is being opened; its address follows.
    CardComing {
        /// For what.
        owed: Owed,
    },
    /// A prompt or a page is out; it must end before there is another way.
    PromptStillOpen,
    /// Whether and when cards pay.
    Cards,
    /// The prompt is still on the phone; no second one is sent beside it.
    PromptStillOut,
    /// There is no final answer of the provider; we are finding out.
    PaymentChecking,
    /// Thank you for saying that you paid; we are checking.
    ClaimChecking,
    /// The slot is held; the prompt for it can go out in a while.
    HeldPromptLater {
        /// For what, and until when it is held.
        owed: Owed,
        /// How long to wait.
        minutes: u32,
    },
    /// A new prompt can go out in a while.
    ResendNotYet {
        /// How long to wait.
        minutes: u32,
    },
    /// The money is there.
    PaymentArrived {
        /// For what.
        slot: Slot,
        /// How much.
        amount: Money,
        /// The provider's receipt, once it is known.
        receipt: Option<String>,
    },
    /// The payment did not go through; what to do next.
    PaymentFailed {
        /// Why.
        trouble: PaymentTrouble,
        /// Until when the slot is still held.
        deadline: OffsetDateTime,
    },
    /// How much would the tip be?
    AskTip {
        /// For which visit.
        visit: VisitRef,
    },
    /// The prompt for a tip is on its way.
    TipPromptSent {
        /// How much it asks for.
        amount: Money,
    },
    /// No tip, then.
    NoTip,
    /// A tip was given before.
    TipGiven,
    /// A tip waits until another payment is over.
    TipWaits,
    /// No tip can be asked for here; the desk takes one.
    TipAtDesk,
    /// The slot is not held any more.
    HoldGone {
        /// Which.
        slot: Slot,
        /// Whether it was paid for, and the money was given back.
        given_back: bool,
    },
    /// Nothing is owed.
    NothingDue,
    /// These visits are booked.
    Visits {
        /// In order.
        visits: Vec<VisitCard>,
    },
    /// Nothing is booked.
    NothingBooked,
    /// Which of these visits is meant?
    PickVisit {
        /// In order.
        visits: Vec<VisitCard>,
        /// For what.
        to: PickFor,
    },
    /// Really cancel, for what it costs?
    AskCancel {
        /// What would be cancelled.
        slot: Slot,
        /// What the rules say of it.
        terms: VisitTerms,
    },
    /// You cannot come: another time, or cancel?
    CancelOrMove {
        /// To which visit.
        visit: VisitRef,
        /// What and when.
        slot: Slot,
        /// What the rules say of it.
        terms: VisitTerms,
    },
    /// To which day and time is it to be moved?
    AskMoveWhen {
        /// What and when it is now.
        slot: Slot,
    },
    /// Move it to this time?
    ProposeMove {
        /// What it would be.
        to: Slot,
    },
    /// It is moved.
    Moved {
        /// What and when it is now.
        slot: Slot,
    },
    /// Nothing near that time is free to move to; the visit stays.
    NothingToMoveTo {
        /// Why.
        reason: NotFree,
        /// What was asked for.
        wanted: Option<Wanted>,
    },
    /// The rules do not let a customer move it any more.
    MoveTooLate {
        /// Which.
        visit: VisitRef,
        /// What and when.
        slot: Slot,
        /// Until when it could be moved.
        until: OffsetDateTime,
    },
    /// It is cancelled.
    Cancelled {
        /// What was.
        slot: Slot,
    },
    /// The time that was offered is not kept any more.
    OfferGone,
    /// The time that was offered goes to somebody else.
    OfferPassed,
    /// It stays.
    NotCancelled {
        /// What does.
        slot: Slot,
    },
    /// The team knows that you come late.
    LateNoted {
        /// By how much, if it was said.
        minutes: Option<u32>,
    },
    /// The team knows, but you are waited for no longer than this.
    LateTooLong {
        /// For which visit.
        visit: VisitRef,
        /// By how much you come late.
        minutes: u32,
        /// Until when you are waited for.
        until: OffsetDateTime,
    },
    /// Numbers of cards and identities are not to be sent; a person comes.
    SecretPasted,
    /// Somebody may be in danger: whom to call; a person comes.
    EmergencyToPerson,
    /// So many people are booked by a person.
    GroupNeedsPerson {
        /// How many.
        people: u32,
    },
    /// What these services cost.
    Prices {
        /// Which.
        services: Vec<ServiceRef>,
    },
    /// When the business is open.
    Hours {
        /// On that day; `None` for the week.
        day: Option<Date>,
    },
    /// Where the business is.
    Location,
    /// You want to book: is that right?
    MeantBooking,
    /// These promotions run.
    Offers {
        /// The first to end first; never none.
        promotions: Vec<PromotionCard>,
    },
    /// There is no special offer.
    NoOffers,
    /// Who renders this, or who works here at all.
    Team {
        /// What; `None` where nothing was named.
        service: Option<ServiceRef>,
        /// Who; never none.
        staff: Vec<StaffRef>,
    },
    /// This person has time then.
    StaffHasTime {
        /// Who.
        staff: StaffRef,
        /// When, as it was asked.
        wanted: Wanted,
    },
    /// This person has no time then.
    StaffHasNoTime {
        /// Who.
        staff: StaffRef,
        /// When, as it was asked.
        wanted: Wanted,
    },
    /// What the business told us, word for word.
    Known {
        /// The snippet that answers.
        snippet: Snippet,
    },
    /// We do not know; a person would.
    DoNotKnow,
    /// Words, please.
    WordsPlease(super::Wordless),
    /// Nothing is open that could be answered like this.
    NothingOpen,
    /// We did not understand.
    NotUnderstood(Misunderstanding),
    /// A person will answer.
    PersonComes,
    /// A person will look at the money.
    MoneyToPerson,
    /// A person will answer, in both languages, for who is outside of the cohort.
    PersonAnswers,
    /// You were invited: do you agree?
    InvitationAsked {
        /// To which invitation.
        invitation: crate::cohort::InvitationId,
    },
    /// Thank you for agreeing to the beta; what can be done here.
    Joined,
    /// You are not in the beta; a person answers as before.
    InvitationDeclined,
    /// You will hear no more; how to come back.
    OptedOut,
    /// Welcome back.
    OptedIn,
}
