//! What each text is used for, and so how long it may be.

use super::TextKey;

/// What a text is used for, and so how long it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// The body of a message.
    Body,
    /// The title of a reply button or of the button that opens a list.
    Button,
    /// The title of a row in a list.
    RowTitle,
    /// A part of a sentence, set into another text.
    Fragment,
}

impl Shape {
    /// The most Unicode scalar values that WhatsApp takes; a fragment counts within its body.
    pub const fn chars_max(self) -> usize {
        match self {
            Self::Body => 1024,
            Self::Button => 20,
            Self::RowTitle => 24,
            Self::Fragment => 60,
        }
    }
}

impl TextKey {
    /// What the text is used for.
    pub const fn shape(self) -> Shape {
        match self {
            Self::ButtonYes
            | Self::ButtonNo
            | Self::ButtonBoth
            | Self::ButtonOnlyFirst
            | Self::ButtonOtherTime
            | Self::ButtonPerson
            | Self::ButtonTakeOver
            | Self::ButtonTryAgain
            | Self::ButtonOtherNumber
            | Self::ButtonCard
            | Self::ButtonBook
            | Self::ButtonPrices
            | Self::ButtonMove
            | Self::ButtonCancel
            | Self::ButtonKeep
            | Self::ButtonComing
            | Self::ListServices
            | Self::ListTimes
            | Self::ButtonOtherTip
            | Self::ButtonNoTip
            | Self::ListTips
            | Self::ListStaff
            | Self::ButtonAllEach
            | Self::ButtonOwnEach => Shape::Button,
            Self::AnyStaff => Shape::RowTitle,
            Self::WithStaff | Self::SandboxShort | Self::StaffToBeNamed | Self::NotComputable => {
                Shape::Fragment
            }
            Self::FirstContact
            | Self::Greeting
            | Self::MeantBooking
            | Self::YouAreWelcome
            | Self::YouAreWelcomeFormal
            | Self::YouAreWelcomeBrief
            | Self::TakeYourTimeFormal
            | Self::TakeYourTimeBrief
            | Self::NotUnderstoodFormal
            | Self::NotUnderstoodBrief
            | Self::GreetingExplaining
            | Self::GreetingFormal
            | Self::AddressGuest
            | Self::ComplementRecommended
            | Self::ComplementRecommendedPaidThere
            | Self::CancelAskRegretful
            | Self::CancelDoneRegretful
            | Self::NotUnderstoodOnce
            | Self::NotUnderstoodTwice
            | Self::NotUnderstoodThrice
            | Self::PhotoReceived
            | Self::VoiceReceived
            | Self::UnsupportedReceived
            | Self::HandoffStarted
            | Self::HandoffDelayed
            | Self::HandoffAtOpening
            | Self::HandoffSoon
            | Self::AssistantBack
            | Self::SecretPasted
            | Self::EmergencyToPerson
            | Self::OutsideCohort
            | Self::InvitationAsked
            | Self::InvitationAccepted
            | Self::InvitationDeclined
            | Self::OptedOut
            | Self::OptedIn
            | Self::TakeYourTime
            | Self::NothingOpen
            | Self::PriceAnswer
            | Self::PriceListAnswer
            | Self::DepositAnswer
            | Self::HoursAnswer
            | Self::HoursOnDateAnswer
            | Self::ClosedOnDateAnswer
            | Self::LocationAnswer
            | Self::NoOffers
            | Self::OffersAnswer
            | Self::OfferLine
            | Self::WhoRenders
            | Self::WhoWorksHere
            | Self::StaffHasTime
            | Self::StaffHasNoTime
            | Self::NoAnswerKnown
            | Self::AskService
            | Self::AskServiceAgain
            | Self::AskWhichService
            | Self::AskDate
            | Self::AskTime
            | Self::AskFreeTimes
            | Self::AskStaff
            | Self::ProposalWithDeposit
            | Self::ProposalPaidInFull
            | Self::ProposalPaidThere
            | Self::GroupTogether
            | Self::GroupInTurn
            | Self::GroupEach
            | Self::GroupEachInTurn
            | Self::AskEach
            | Self::AskForEach
            | Self::ComplementOffer
            | Self::ComplementOfferPaidThere
            | Self::ComplementGone
            | Self::ProposalDeclined
            | Self::SlotTaken
            | Self::NoSlotNear
            | Self::StaffNotFree
            | Self::StaffNotFreeOthersAre
            | Self::StaffNotFreeNorNear
            | Self::ClosedThen
            | Self::AlreadyPast
            | Self::TooSoon
            | Self::TooFarAhead
            | Self::WhichReading
            | Self::IsThisTheTime
            | Self::GroupNeedsPerson
            | Self::PromptSent
            | Self::SandboxNotice
            | Self::CardUnpaid
            | Self::ConfirmedPaid
            | Self::ConfirmedPaidReceiptLater
            | Self::ConfirmedUnpaid
            | Self::CardComing
            | Self::CardLink
            | Self::CardButton
            | Self::CardUnpaidButton
            | Self::PromptStillOpen
            | Self::CardsTaken
            | Self::CardsNotTaken
            | Self::FailedNumberRefused
            | Self::FailedCard
            | Self::RefundUnderWay
            | Self::RefundDone
            | Self::RefundNotDone
            | Self::CreditGiven
            | Self::CreditSpent
            | Self::TipThanks
            | Self::TipOffer
            | Self::TipAsk
            | Self::TipPromptSent
            | Self::TipDeclined
            | Self::TipGiven
            | Self::TipWaits
            | Self::TipAtDesk
            | Self::TipFailed
            | Self::StaffTip
            | Self::StaffTipBack
            | Self::PartCameHeld
            | Self::PartCame
            | Self::FailedWrongPin
            | Self::FailedInsufficientFunds
            | Self::FailedCancelled
            | Self::FailedUnreachable
            | Self::FailedLimit
            | Self::FailedTooSoonAgain
            | Self::FailedSystemBusy
            | Self::FailedPinBlocked
            | Self::FailedOnOurSide
            | Self::StillChecking
            | Self::ClaimBeingChecked
            | Self::NothingToPay
            | Self::ResendNotYet
            | Self::PromptStillOut
            | Self::HeldPromptLater
            | Self::HoldExpired
            | Self::HoldGivenBack
            | Self::PaidTooLate
            | Self::MoneyQuestionToPerson
            | Self::AskPaymentNumber
            | Self::ReminderDayBefore
            | Self::ReminderSoon
            | Self::BookingShown
            | Self::NoBooking
            | Self::CancelAsk
            | Self::CancelOrMove
            | Self::CancelDone
            | Self::CancelKept
            | Self::MoveAsk
            | Self::MoveDone
            | Self::MoveAskWhen
            | Self::MoveNothingNear
            | Self::MoveTooLate
            | Self::MoveWhich
            | Self::CancelWhich
            | Self::CancelCostsNothing
            | Self::CancelGivesBack
            | Self::CancelGivesCredit
            | Self::CancelCosts
            | Self::CancelCostsOfPaid
            | Self::LatenessTooLong
            | Self::BookingWaits
            | Self::RequestReceived
            | Self::RequestAccepted
            | Self::RequestDeclined
            | Self::CounterOffer
            | Self::WaitlistOffer
            | Self::OfferGone
            | Self::OfferPassed
            | Self::LatenessNoted
            | Self::LatenessNotedOpen
            | Self::AuditInDoubt
            | Self::DataRequestsOverdue
            | Self::OwnerDigest
            | Self::HandoffBrief
            | Self::HandoffStillWaits
            | Self::HandoffYours
            | Self::HandoffTaken
            | Self::HandoffTakenAlready
            | Self::HandoffOver
            | Self::HandoffUntouched
            | Self::HandoffGone
            | Self::HandoffWhich
            | Self::HandoffWordsOnly
            | Self::OwnerNotice => Shape::Body,
        }
    }
}
