//! The keys of all texts, and how long each may be.

/// One text of the catalogues.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TextKey {
    /// First line of a first conversation: an assistant answers, not a person.
    FirstContact,
    /// Answer to a greeting of somebody known.
    Greeting,
    /// Is a booking what is wanted?
    MeantBooking,
    /// Answer to thanks.
    YouAreWelcome,
    /// Answer to thanks, formal.
    YouAreWelcomeFormal,
    /// Answer to thanks, brief.
    YouAreWelcomeBrief,
    /// Answer to "not yet", formal.
    TakeYourTimeFormal,
    /// Answer to "not yet", brief.
    TakeYourTimeBrief,
    /// First misunderstanding, formal.
    NotUnderstoodFormal,
    /// First misunderstanding, brief.
    NotUnderstoodBrief,
    /// Answer to a greeting that says what can be done here.
    GreetingExplaining,
    /// Answer to a greeting, formal.
    GreetingFormal,
    /// Above a text in which a customer is addressed as a guest.
    AddressGuest,
    /// What goes well with a booking, recommended; something is paid now.
    ComplementRecommended,
    /// What goes well with a booking, recommended; all is paid there.
    ComplementRecommendedPaidThere,
    /// Really cancel? With regret.
    CancelAskRegretful,
    /// It is cancelled, with regret.
    CancelDoneRegretful,
    /// First misunderstanding: ask for other words.
    NotUnderstoodOnce,
    /// Second misunderstanding: put differently, with options.
    NotUnderstoodTwice,
    /// Third misunderstanding: a person is offered.
    NotUnderstoodThrice,
    /// Answer to a photo.
    PhotoReceived,
    /// Answer to a voice note.
    VoiceReceived,
    /// Answer to any other kind of message.
    UnsupportedReceived,
    /// A person takes over.
    HandoffStarted,
    /// No person answered yet; tells when one will.
    HandoffDelayed,
    /// No person answered yet, and it is closed: tells when it opens.
    HandoffAtOpening,
    /// No person answered yet, and no hours are known.
    HandoffSoon,
    /// A person gave the conversation back.
    AssistantBack,
    /// The customer pasted the number of a card or an identity; a person comes.
    SecretPasted,
    /// The customer wrote of danger; a person comes.
    EmergencyToPerson,
    /// The one bilingual line for customers whom the assistant does not serve yet.
    OutsideCohort,
    /// Somebody who was invited wrote something else than an answer: the invitation is put once more.
    InvitationAsked,
    /// Answer to a yes to the invitation.
    InvitationAccepted,
    /// Answer to a no to the invitation.
    InvitationDeclined,
    /// The one answer to an opt-out.
    OptedOut,
    /// Answer to an opt-in, with what the customer agrees to.
    OptedIn,
    /// Answer to "not yet".
    TakeYourTime,
    /// A yes or no came, and nothing was asked.
    NothingOpen,
    /// What one service costs and how long it lasts.
    PriceAnswer,
    /// What several services cost.
    PriceListAnswer,
    /// How much is asked in advance.
    DepositAnswer,
    /// When the business is open.
    HoursAnswer,
    /// When the business is open on one date.
    HoursOnDateAnswer,
    /// The business is closed on a date.
    ClosedOnDateAnswer,
    /// Where the business is.
    LocationAnswer,
    /// There is no promotion.
    NoOffers,
    /// The promotions that run.
    OffersAnswer,
    /// One promotion: what it takes off what, and from when to when.
    OfferLine,
    /// Who renders a service.
    WhoRenders,
    /// Who works here.
    WhoWorksHere,
    /// A person has time then; what is wanted of them is asked next.
    StaffHasTime,
    /// A person has no time then; what is wanted of them is asked next.
    StaffHasNoTime,
    /// No knowledge snippet fits; a person is offered.
    NoAnswerKnown,
    /// Asks what is wanted; a list follows.
    AskService,
    /// No service fits the words; a list follows.
    AskServiceAgain,
    /// Several services fit; a list follows.
    AskWhichService,
    /// Asks for day and time.
    AskDate,
    /// Asks for the time of a known date.
    AskTime,
    /// Offers free times of a date; a list follows.
    AskFreeTimes,
    /// Asks for a staff member; a list follows.
    AskStaff,
    /// Part of a sentence: with whom.
    WithStaff,
    /// Everything repeated before booking, with a deposit.
    ProposalWithDeposit,
    /// Everything repeated before booking, paid in full in advance.
    ProposalPaidInFull,
    /// Everything repeated before booking, nothing to pay in advance.
    ProposalPaidThere,
    /// Part of a sentence: what is booked for several people who come together.
    GroupTogether,
    /// Part of a sentence: what is booked for several people, one after another.
    GroupInTurn,
    /// Several people, each with their own service; `{service}` names all of them with who renders them.
    GroupEach,
    /// The same, one after another.
    GroupEachInTurn,
    /// Does everybody get all of it, or each their own?
    AskEach,
    /// How many want what?
    AskForEach,
    /// Everybody gets all of it.
    ButtonAllEach,
    /// Each gets their own.
    ButtonOwnEach,
    /// After a yes: what goes well with it, with a deposit.
    ComplementOffer,
    /// After a yes: what goes well with it, nothing to pay in advance.
    ComplementOfferPaidThere,
    /// Both services together cannot be had any more; the first alone follows.
    ComplementGone,
    /// The proposal was declined: what should change?
    ProposalDeclined,
    /// The time is taken; a list of alternatives follows.
    SlotTaken,
    /// The time is taken, and nothing is free near it.
    NoSlotNear,
    /// The person asked for is not free at the time; a list of that person's times follows.
    StaffNotFree,
    /// The person asked for is not free at the time, others are; a list of times follows.
    StaffNotFreeOthersAre,
    /// The person asked for is not free at the time, and nothing is free near it.
    StaffNotFreeNorNear,
    /// The business is closed at the time; the nearest open time is offered.
    ClosedThen,
    /// The time named has passed.
    AlreadyPast,
    /// The notice is too short.
    TooSoon,
    /// The date is beyond the horizon.
    TooFarAhead,
    /// Two readings of a time; both are offered.
    WhichReading,
    /// One reading of a time, which is uncertain.
    IsThisTheTime,
    /// More people than the chat can book.
    GroupNeedsPerson,
    /// The slot is held and the M-Pesa prompt is on its way.
    PromptSent,
    /// Added to every request for money while payments are in trial.
    SandboxNotice,
    /// The same where there is little room.
    SandboxShort,
    /// A page on which a card can be paid waits for the customer.
    CardUnpaid,
    /// Payment settled and appointment confirmed.
    ConfirmedPaid,
    /// The same while the provider's receipt is not known yet; it follows.
    ConfirmedPaidReceiptLater,
    /// Appointment confirmed without a payment in advance.
    ConfirmedUnpaid,
    /// The page for the card is being opened.
    CardComing,
    /// The address of the page for the card, and how to come back.
    CardLink,
    /// The same above a button that opens it.
    CardButton,
    /// A page that is not paid yet, above a button that opens it.
    CardUnpaidButton,
    /// A prompt or a page is still open; it must end first.
    PromptStillOpen,
    /// Cards are taken, once a time is held.
    CardsTaken,
    /// Cards are not taken in the chat.
    CardsNotTaken,
    /// M-Pesa does not take the number.
    FailedNumberRefused,
    /// The card was not taken.
    FailedCard,
    /// Money is on its way back.
    RefundUnderWay,
    /// Money went back: the receipt of that.
    RefundDone,
    /// Money could not go back that way.
    RefundNotDone,
    /// Money became the customer's credit.
    CreditGiven,
    /// Credit went to a visit.
    CreditSpent,
    /// A tip came: thanks, and the receipt of that.
    TipThanks,
    /// After a visit that was rendered and paid: a tip may be given; a list of amounts follows.
    TipOffer,
    /// How much would the tip be? Between which limits.
    TipAsk,
    /// The prompt for the tip is on its way.
    TipPromptSent,
    /// No tip, and thanks for the visit.
    TipDeclined,
    /// A tip was given before.
    TipGiven,
    /// Another payment was asked for just now, or is open; a tip waits for it.
    TipWaits,
    /// No tip can be asked for here; the desk takes one.
    TipAtDesk,
    /// The prompt for a tip brought nothing: why, and that it may be chosen again.
    TipFailed,
    /// To somebody who renders services: their part of a tip came.
    StaffTip,
    /// To somebody who renders services: their part of a tip went back.
    StaffTipBack,
    /// A part of what is owed came without being asked for, and the time is held for the rest.
    PartCameHeld,
    /// The same of a visit that is agreed.
    PartCame,
    /// The PIN was wrong.
    FailedWrongPin,
    /// The balance was too low.
    FailedInsufficientFunds,
    /// The customer cancelled the prompt.
    FailedCancelled,
    /// The phone did not answer or the prompt lapsed.
    FailedUnreachable,
    /// A limit of M-Pesa stands against the payment.
    FailedLimit,
    /// M-Pesa refuses the same payment again within minutes, or another session is open.
    FailedTooSoonAgain,
    /// The payment system is busy.
    FailedSystemBusy,
    /// The PIN is blocked.
    FailedPinBlocked,
    /// The payment cannot work as things are set up; a person is told.
    FailedOnOurSide,
    /// The outcome of a payment is not known yet.
    StillChecking,
    /// The customer says that the money was sent.
    ClaimBeingChecked,
    /// There is no payment open.
    NothingToPay,
    /// A new prompt is not possible yet.
    ResendNotYet,
    /// The request for payment is still open; none goes out beside it.
    PromptStillOut,
    /// The time is held, and the prompt for it has to wait for another one to the same phone.
    HeldPromptLater,
    /// The hold ran out.
    HoldExpired,
    /// The hold ran out after what was paid for it was given back.
    HoldGivenBack,
    /// Money came after the slot was lost; nothing is lost, a person decides.
    PaidTooLate,
    /// A dispute or a wish for a refund goes to a person.
    MoneyQuestionToPerson,
    /// Asks for the number that pays.
    AskPaymentNumber,
    /// Reminder 24 hours ahead.
    ReminderDayBefore,
    /// Reminder 2 hours ahead.
    ReminderSoon,
    /// The customer's own booking.
    BookingShown,
    /// The customer has no booking.
    NoBooking,
    /// Asks before a booking is given up.
    CancelAsk,
    /// The customer will not come: another time is offered first.
    CancelOrMove,
    /// A booking was given up.
    CancelDone,
    /// A booking was kept after all.
    CancelKept,
    /// Asks before a booking is moved.
    MoveAsk,
    /// A booking was moved.
    MoveDone,
    /// To which day and time a booking is to be moved.
    MoveAskWhen,
    /// Nothing is free near the time to which a booking should be moved; it stays.
    MoveNothingNear,
    /// It is too late for the customer to move a booking.
    MoveTooLate,
    /// Asks which of several bookings is to be moved; a list follows.
    MoveWhich,
    /// Asks which of several bookings is to be given up; a list follows.
    CancelWhich,
    /// Sentence: what giving up costs, which is nothing.
    CancelCostsNothing,
    /// Sentence: what giving up costs.
    CancelCosts,
    /// Sentence: what giving up costs, which was paid already.
    CancelCostsOfPaid,
    /// Sentence: what goes back to where it came from after giving up.
    CancelGivesBack,
    /// Sentence: what becomes credit by giving up.
    CancelGivesCredit,
    /// The customer comes later than they are waited for.
    LatenessTooLong,
    /// Sentence behind a booking that is not paid yet.
    BookingWaits,
    /// To the customer: the business was asked, and answers by then.
    RequestReceived,
    /// To the customer: the business takes the booking, and the deposit is due.
    RequestAccepted,
    /// To the customer: the business cannot take the booking.
    RequestDeclined,
    /// To the customer: another time is offered in place of the one asked for.
    CounterOffer,
    /// To the customer: a time came free and is kept for a while.
    WaitlistOffer,
    /// The time that was offered is not kept any more.
    OfferGone,
    /// The time that was offered goes to somebody else.
    OfferPassed,
    /// The customer comes late.
    LatenessNoted,
    /// The customer comes late, by how much is not known.
    LatenessNotedOpen,
    /// The record of who changed what could not be verified: stands before the digest.
    AuditInDoubt,
    /// Requests of customers about their data are overdue: stands before the digest.
    DataRequestsOverdue,
    /// The owner's daily digest.
    OwnerDigest,
    /// What an admin is told when a person is needed.
    HandoffBrief,
    /// Stands before a brief that is sent again.
    HandoffStillWaits,
    /// Tells an admin that they have the conversation now.
    HandoffYours,
    /// Tells the other admins who has it.
    HandoffTaken,
    /// Tells an admin that somebody else was first.
    HandoffTakenAlready,
    /// Tells an admin that the machine has the conversation again.
    HandoffOver,
    /// Tells an admin that the machine took an untouched conversation back.
    HandoffUntouched,
    /// Tells an admin that nothing was passed on, since the machine has the conversation.
    HandoffGone,
    /// Asks an admin which of several conversations is meant.
    HandoffWhich,
    /// Tells an admin that only words are passed on.
    HandoffWordsOnly,
    /// An admin takes a conversation over.
    ButtonTakeOver,
    /// To people of the business: something about a visit needs them; why, who and what, what to do.
    OwnerNotice,
    /// In place of a figure that could not be computed.
    NotComputable,
    /// Button: Yes.
    ButtonYes,
    /// Button: No.
    ButtonNo,
    /// Button: Both services.
    ButtonBoth,
    /// Button: Only the first service.
    ButtonOnlyFirst,
    /// Button: Another time.
    ButtonOtherTime,
    /// Button: A person, please.
    ButtonPerson,
    /// Button: Send the payment prompt again.
    ButtonTryAgain,
    /// Button: Pay from another number.
    ButtonOtherNumber,
    /// Button: Pay by card.
    ButtonCard,
    /// Button: Make a booking.
    ButtonBook,
    /// Button: See prices.
    ButtonPrices,
    /// Button: Move the booking.
    ButtonMove,
    /// Button: Cancel the booking.
    ButtonCancel,
    /// Button: Keep the booking.
    ButtonKeep,
    /// Button: Will come.
    ButtonComing,
    /// List button: Opens the list of services.
    ListServices,
    /// List button: Opens the list of times.
    ListTimes,
    /// List button: Opens the list of staff.
    ListStaff,
    /// Row: Another tip than those shown.
    ButtonOtherTip,
    /// Row and button: No tip.
    ButtonNoTip,
    /// List button: Opens the list of tips.
    ListTips,
    /// Row of the staff list: whoever is free.
    AnyStaff,
    /// Stands for the staff member where none is named yet.
    StaffToBeNamed,
}

impl TextKey {
    /// Every key, in the order of declaration.
    pub const ALL: &[Self] = &[
        Self::FirstContact,
        Self::Greeting,
        Self::MeantBooking,
        Self::YouAreWelcome,
        Self::YouAreWelcomeFormal,
        Self::YouAreWelcomeBrief,
        Self::TakeYourTimeFormal,
        Self::TakeYourTimeBrief,
        Self::NotUnderstoodFormal,
        Self::NotUnderstoodBrief,
        Self::GreetingExplaining,
        Self::GreetingFormal,
        Self::AddressGuest,
        Self::ComplementRecommended,
        Self::ComplementRecommendedPaidThere,
        Self::CancelAskRegretful,
        Self::CancelDoneRegretful,
        Self::NotUnderstoodOnce,
        Self::NotUnderstoodTwice,
        Self::NotUnderstoodThrice,
        Self::PhotoReceived,
        Self::VoiceReceived,
        Self::UnsupportedReceived,
        Self::HandoffStarted,
        Self::HandoffDelayed,
        Self::HandoffAtOpening,
        Self::HandoffSoon,
        Self::AssistantBack,
        Self::SecretPasted,
        Self::EmergencyToPerson,
        Self::OutsideCohort,
        Self::InvitationAsked,
        Self::InvitationAccepted,
        Self::InvitationDeclined,
        Self::OptedOut,
        Self::OptedIn,
        Self::TakeYourTime,
        Self::NothingOpen,
        Self::PriceAnswer,
        Self::PriceListAnswer,
        Self::DepositAnswer,
        Self::HoursAnswer,
        Self::HoursOnDateAnswer,
        Self::ClosedOnDateAnswer,
        Self::LocationAnswer,
        Self::NoOffers,
        Self::OffersAnswer,
        Self::OfferLine,
        Self::WhoRenders,
        Self::WhoWorksHere,
        Self::StaffHasTime,
        Self::StaffHasNoTime,
        Self::NoAnswerKnown,
        Self::AskService,
        Self::AskServiceAgain,
        Self::AskWhichService,
        Self::AskDate,
        Self::AskTime,
        Self::AskFreeTimes,
        Self::AskStaff,
        Self::WithStaff,
        Self::ProposalWithDeposit,
        Self::ProposalPaidInFull,
        Self::ProposalPaidThere,
        Self::GroupTogether,
        Self::GroupInTurn,
        Self::GroupEach,
        Self::GroupEachInTurn,
        Self::AskEach,
        Self::AskForEach,
        Self::ButtonAllEach,
        Self::ButtonOwnEach,
        Self::ComplementOffer,
        Self::ComplementOfferPaidThere,
        Self::ComplementGone,
        Self::ProposalDeclined,
        Self::SlotTaken,
        Self::NoSlotNear,
        Self::StaffNotFree,
        Self::StaffNotFreeOthersAre,
        Self::StaffNotFreeNorNear,
        Self::ClosedThen,
        Self::AlreadyPast,
        Self::TooSoon,
        Self::TooFarAhead,
        Self::WhichReading,
        Self::IsThisTheTime,
        Self::GroupNeedsPerson,
        Self::PromptSent,
        Self::SandboxNotice,
        Self::SandboxShort,
        Self::CardUnpaid,
        Self::ConfirmedPaid,
        Self::ConfirmedPaidReceiptLater,
        Self::ConfirmedUnpaid,
        Self::CardComing,
        Self::CardLink,
        Self::CardButton,
        Self::CardUnpaidButton,
        Self::PromptStillOpen,
        Self::CardsTaken,
        Self::CardsNotTaken,
        Self::FailedNumberRefused,
        Self::FailedCard,
        Self::RefundUnderWay,
        Self::RefundDone,
        Self::RefundNotDone,
        Self::CreditGiven,
        Self::CreditSpent,
        Self::TipThanks,
        Self::TipOffer,
        Self::TipAsk,
        Self::TipPromptSent,
        Self::TipDeclined,
        Self::TipGiven,
        Self::TipWaits,
        Self::TipAtDesk,
        Self::TipFailed,
        Self::StaffTip,
        Self::StaffTipBack,
        Self::PartCameHeld,
        Self::PartCame,
        Self::FailedWrongPin,
        Self::FailedInsufficientFunds,
        Self::FailedCancelled,
        Self::FailedUnreachable,
        Self::FailedLimit,
        Self::FailedTooSoonAgain,
        Self::FailedSystemBusy,
        Self::FailedPinBlocked,
        Self::FailedOnOurSide,
        Self::StillChecking,
        Self::ClaimBeingChecked,
        Self::NothingToPay,
        Self::ResendNotYet,
        Self::PromptStillOut,
        Self::HeldPromptLater,
        Self::HoldExpired,
        Self::HoldGivenBack,
        Self::PaidTooLate,
        Self::MoneyQuestionToPerson,
        Self::AskPaymentNumber,
        Self::ReminderDayBefore,
        Self::ReminderSoon,
        Self::BookingShown,
        Self::NoBooking,
        Self::CancelAsk,
        Self::CancelOrMove,
        Self::CancelDone,
        Self::CancelKept,
        Self::MoveAsk,
        Self::MoveDone,
        Self::MoveAskWhen,
        Self::MoveNothingNear,
        Self::MoveTooLate,
        Self::MoveWhich,
        Self::CancelWhich,
        Self::CancelCostsNothing,
        Self::CancelCosts,
        Self::CancelCostsOfPaid,
        Self::CancelGivesBack,
        Self::CancelGivesCredit,
        Self::LatenessTooLong,
        Self::BookingWaits,
        Self::RequestReceived,
        Self::RequestAccepted,
        Self::RequestDeclined,
        Self::CounterOffer,
        Self::WaitlistOffer,
        Self::OfferGone,
        Self::OfferPassed,
        Self::LatenessNoted,
        Self::LatenessNotedOpen,
        Self::AuditInDoubt,
        Self::DataRequestsOverdue,
        Self::OwnerDigest,
        Self::HandoffBrief,
        Self::HandoffStillWaits,
        Self::HandoffYours,
        Self::HandoffTaken,
        Self::HandoffTakenAlready,
        Self::HandoffOver,
        Self::HandoffUntouched,
        Self::HandoffGone,
        Self::HandoffWhich,
        Self::HandoffWordsOnly,
        Self::ButtonTakeOver,
        Self::OwnerNotice,
        Self::NotComputable,
        Self::ButtonYes,
        Self::ButtonNo,
        Self::ButtonBoth,
        Self::ButtonOnlyFirst,
        Self::ButtonOtherTime,
        Self::ButtonPerson,
        Self::ButtonTryAgain,
        Self::ButtonOtherNumber,
        Self::ButtonCard,
        Self::ButtonBook,
        Self::ButtonPrices,
        Self::ButtonMove,
        Self::ButtonCancel,
        Self::ButtonKeep,
        Self::ButtonComing,
        Self::ListServices,
        Self::ListTimes,
        Self::ListStaff,
        Self::ButtonOtherTip,
        Self::ButtonNoTip,
        Self::ListTips,
        Self::AnyStaff,
        Self::StaffToBeNamed,
    ];
}
