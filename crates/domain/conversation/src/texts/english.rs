//! The English texts.

use super::TextKey;

/// The template of a key.
#[expect(
    clippy::too_many_lines,
    reason = "one table; the match proves that no key is missing"
)]
pub(super) const fn template(key: TextKey) -> &'static str {
    match key {
        TextKey::FirstContact => {
            "Welcome to {business}. I am an automated assistant: I can book, move and cancel appointments \
             here in the chat. Write \"person\" at any time to reach a person."
        }
        TextKey::Greeting => "Hello! What can I do for you today?",
        TextKey::MeantBooking => "Did I get you right: would you like to book a visit?",
        TextKey::YouAreWelcome => "You are welcome. See you soon!",
        TextKey::YouAreWelcomeFormal => "You are welcome. We look forward to your visit.",
        TextKey::YouAreWelcomeBrief => "Welcome.",
        TextKey::TakeYourTimeFormal => "Please take the time that you need, and write when you are ready.",
        TextKey::TakeYourTimeBrief => "Take your time.",
        TextKey::NotUnderstoodFormal => {
            "I did not understand that. Please say it in other words, for example: \"massage tomorrow at 3pm\"."
        }
        TextKey::NotUnderstoodBrief => "I did not get that. For example: \"massage tomorrow at 3pm\".",
        TextKey::GreetingExplaining => {
            "Hello! I can book, move or cancel a visit, and tell you prices, hours and where we are. What would you like?"
        }
        TextKey::GreetingFormal => "Good day. How may I help you?",
        TextKey::AddressGuest => "Dear guest,",
        TextKey::ComplementRecommended => {
            "Our recommendation right after it: {service}, {when}, with {staff}. Both together are {price}, of which {deposit} is paid now. Shall I book both? If not, I book only the first."
        }
        TextKey::ComplementRecommendedPaidThere => {
            "Our recommendation right after it: {service}, {when}, with {staff}. Both together are {price}, to be paid at the visit. Shall I book both? If not, I book only the first."
        }
        TextKey::CancelAskRegretful => {
            "I am sorry that you cannot come. Shall I cancel {service}, {when}? {policy}"
        }
        TextKey::CancelDoneRegretful => "Cancelled: {service}, {when}. We would love to see you another day.",
        TextKey::NotUnderstoodOnce => {
            "Sorry, I did not get that. Could you say it in other words? For example: \"massage tomorrow \
             at 3pm\"."
        }
        TextKey::NotUnderstoodTwice => "I still do not follow, sorry. Please choose one of these:",
        TextKey::NotUnderstoodThrice => "I am not getting it right. Shall I ask a person to help you?",
        TextKey::PhotoReceived => {
            "Thank you for the photo. I cannot look at pictures, so please write to me what you need; our \
             team can see it."
        }
        TextKey::VoiceReceived => {
            "Thank you for the voice note. I cannot listen to audio yet, so please write it in a message."
        }
        TextKey::UnsupportedReceived => "I cannot read this kind of message. Please write what you need.",
        TextKey::HandoffStarted => {
            "One moment please: a person from our team will continue here. I have passed on what you told \
             me."
        }
        TextKey::HandoffDelayed => "Sorry for the wait. A person will answer you by {time}.",
        TextKey::HandoffAtOpening => {
            "Sorry for the wait. We are closed now; a person will answer you when we open: {when}."
        }
        TextKey::HandoffSoon => "Sorry for the wait. A person will answer you here as soon as they can.",
        TextKey::AssistantBack => {
            "The automated assistant is here for you again. What else can I do for you?"
        }
        TextKey::SecretPasted => {
            "Please never send the number of a card or an identity document here: we do not need it. A person from our team will continue with you."
        }
        TextKey::EmergencyToPerson => {
            "If somebody is in danger, call 999 or 112 now. I have called a person from our team, who will answer here."
        }
        TextKey::OutsideCohort => {
            "Thank you for your message. A person will answer you here. / Asante kwa ujumbe wako. Mtu \
             atakujibu hapa."
        }
        TextKey::InvitationAsked => {
            "{business} invited you to try its automated assistant here. M-Pesa payments in it are in trial. If you \
             agree, the assistant answers you; you can leave at any time by writing STOP. Do you agree?"
        }
        TextKey::InvitationAccepted => {
            "Thank you for joining the trial of {business}. From now on an automated assistant answers you here: it \
             books, moves and cancels appointments. M-Pesa payments are in trial. Write \"person\" to reach a person, \
             and STOP to leave."
        }
        TextKey::InvitationDeclined => {
            "All right: the automated assistant will not write to you. If you need us, write here and a person will \
             answer."
        }
        TextKey::OptedOut => {
            "Done: you will get no more messages from us, except about a booking that you already have. \
             To come back, write START."
        }
        TextKey::OptedIn => {
            "Welcome back! You will get answers and reminders from the automated assistant of {business}. \
             To leave, write STOP."
        }
        TextKey::TakeYourTime => "No hurry. Write to me when you are ready.",
        TextKey::NothingOpen => "There is nothing open right now. Would you like to book something?",
        TextKey::PriceAnswer => "{service} is {price} and takes {duration}. Would you like a time?",
        TextKey::PriceListAnswer => "Our prices:\n{list}\nWhich one would you like?",
        TextKey::DepositAnswer => {
            "The deposit for {service} is {deposit}; it is part of the price of {price}."
        }
        TextKey::HoursAnswer => "We are open:\n{hours}",
        TextKey::HoursOnDateAnswer => "On {date} we are open {hours}.",
        TextKey::ClosedOnDateAnswer => "On {date} we are closed. Our usual hours:\n{hours}",
        TextKey::LocationAnswer => "You find us here: {address}",
        TextKey::NoOffers => "There is no special offer at the moment. Our usual prices stand.",
        TextKey::OffersAnswer => {
            "These offers run now:\n{list}\nWhat you book on their days costs that much less."
        }
        TextKey::OfferLine => "{reason}: {amount} off {service}, from {first} to {date}",
        TextKey::WhoRenders => "{service} is done by: {list}. Would you like a time?",
        TextKey::WhoWorksHere => "Our team: {list}. What would you like?",
        TextKey::StaffHasTime => "{staff} has time then: {when}.",
        TextKey::StaffHasNoTime => "{staff} has no time then: {when}.",
        TextKey::NoAnswerKnown => "I do not know that, and I would rather not guess. Shall I ask a person?",
        TextKey::AskService => "What would you like to book?",
        TextKey::AskServiceAgain => "I did not find that service. These are ours:",
        TextKey::AskWhichService => "Which one do you mean?",
        TextKey::AskDate => {
            "For which day and time should I book {service}? For example: \"tomorrow at 3pm\"."
        }
        TextKey::AskTime => "What time on {date}?",
        TextKey::AskFreeTimes => "These times are free on {date}:",
        TextKey::AskStaff => "Would you like somebody in particular?",
        TextKey::WithStaff => "with {staff}",
        TextKey::ProposalWithDeposit => {
            "{service}: {when}, with {staff}, {price}. Deposit to pay now: {deposit}. Is that right?"
        }
        TextKey::ProposalPaidInFull => "{service}: {when}, with {staff}. To pay now: {price}. Is that right?",
        TextKey::ProposalPaidThere => {
            "{service}: {when}, with {staff}, {price}, to be paid at the visit. Is that right?"
        }
        TextKey::GroupTogether => "{service} for {people} people",
        TextKey::GroupInTurn => "{service} for {people} people, one after another",
        TextKey::GroupEach => "{service} for {people} people, each their own",
        TextKey::GroupEachInTurn => "{service} for {people} people, each their own, one after another",
        TextKey::AskEach => {
            "For {people} people: shall everybody have all of {service}, or each person their own?"
        }
        TextKey::AskForEach => {
            "What would each of the {people} like? For example: \"one massage and one facial\"."
        }
        TextKey::ButtonAllEach => "All for everybody",
        TextKey::ButtonOwnEach => "Each their own",
        TextKey::ComplementOffer => {
            "Would you like {service} right after it as well: {when}, with {staff}? Both together are \
             {price}, of which {deposit} is paid now. If not, I book only the first."
        }
        TextKey::ComplementOfferPaidThere => {
            "Would you like {service} right after it as well: {when}, with {staff}? Both together are \
             {price}, to be paid at the visit. If not, I book only the first."
        }
        TextKey::ComplementGone => "Somebody was faster: both together are not free any more.",
        TextKey::ProposalDeclined => "All right. What should I change: the day, the time or the service?",
        TextKey::SlotTaken => "That time is taken: {when}. These are the nearest free times:",
        TextKey::NoSlotNear => "{when} is not free, and I found nothing near it. Which other day suits you?",
        TextKey::StaffNotFree => {
            "{staff} is not free then: {when}. These are the nearest times with {staff}:"
        }
        TextKey::StaffNotFreeOthersAre => {
            "{staff} is not free then: {when}. Who is free: {list}. Does that suit you, or another time?"
        }
        TextKey::StaffNotFreeNorNear => {
            "{staff} is not free then: {when}, and I found nothing near it. Which other day suits you?"
        }
        TextKey::ClosedThen => {
            "We are closed then: {when}. The nearest time is {nearest}. Does that suit you?"
        }
        TextKey::AlreadyPast => "{when} has already passed. Which time do you mean?",
        TextKey::TooSoon => {
            "That is too soon for us to be ready: we need {duration} of notice. The nearest time is \
             {nearest}. Does that suit you?"
        }
        TextKey::TooFarAhead => "We book up to {date}. Please choose an earlier day.",
        TextKey::WhichReading => "Do you mean {first} or {second}?",
        TextKey::IsThisTheTime => "Do you mean {when}?",
        TextKey::GroupNeedsPerson => {
            "For {people} people I will ask a person of our team to arrange it with you."
        }
        TextKey::PromptSent => {
            "I am holding {service}, {when}, with {staff}, for you until {time}. An M-Pesa prompt for {amount} is on \
             your phone: enter your PIN to confirm."
        }
        TextKey::SandboxNotice => "(Trial: this payment is a test, no real money is taken.)",
        TextKey::SandboxShort => "(Trial, no real money)",
        TextKey::CardUnpaid => {
            "Your payment for {service}, {when}, is still open. You can pay by card here: {link}"
        }
        TextKey::ConfirmedPaid => {
            "Paid and confirmed. {service}: {when}, with {staff}. We received {amount}, receipt {receipt}. \
             See you then!"
        }
        TextKey::ConfirmedPaidReceiptLater => {
            "Payment received and booking confirmed. {service}: {when}, with {staff}. We received {amount}. \
             Welcome!"
        }
        TextKey::ConfirmedUnpaid => {
            "Confirmed. {service}: {when}, with {staff}. Your reference is {reference}. See you then!"
        }
        TextKey::CardComing => {
            "I am opening a page on which you can pay {amount} by card; its link comes here in a moment. Your time is \
             held until {time}."
        }
        TextKey::CardLink => {
            "Pay {amount} by card on this page: {link}\nYour time is held until {time}. When you have paid, come back to \
             this chat: I confirm your booking here."
        }
        TextKey::CardButton => {
            "Pay {amount} by card on the page behind the button. Your time is held until {time}. When you have paid, come back \
             to this chat: I confirm your booking here."
        }
        TextKey::CardUnpaidButton => {
            "Your payment for {service}, {when}, is still open. You can pay by card on the page behind the button."
        }
        TextKey::PromptStillOpen => {
            "The last request for payment is still open. Answer it, or cancel it and wait a moment; then write \"card\"."
        }
        TextKey::CardsTaken => {
            "Yes, you can pay by card. Once a time is held for you, write \"card\" and you get a link to the page."
        }
        TextKey::CardsNotTaken => {
            "Cards are not taken here in the chat, M-Pesa is. A person can tell you about other ways to pay."
        }
        TextKey::FailedNumberRefused => {
            "M-Pesa did not take the request for this number, so nothing was paid. Write another M-Pesa number, or a \
             person can help you pay in cash. Your time is held until {time}."
        }
        TextKey::FailedCard => {
            "The card was not accepted, so nothing was paid. You can try a card again or pay by M-Pesa. Your time is held \
             until {time}."
        }
        TextKey::RefundUnderWay => {
            "{business} is sending back {amount} ({way}). I will tell you here when it has arrived. Reference {reference}."
        }
        TextKey::RefundDone => {
            "REFUND RECEIPT\n{business}\nGiven back to you: {amount}\nBy: {way}\nFor: {service}, {when}\nReference: \
             {reference}"
        }
        TextKey::RefundNotDone => {
            "{amount} could not go back to you ({way}). Your money is safe with {business}: it is your credit, or a person \
             will write to you about another way."
        }
        TextKey::CreditGiven => {
            "{amount} from {service}, {when}, is your credit with {business} now. It counts towards your next visit; write \
             if you would rather have it back."
        }
        TextKey::CreditSpent => "{amount} of your credit with {business} went towards {service}, {when}.",
        TextKey::TipThanks => {
            "Thank you! Your tip of {amount} ({way}) for {service}, {when}, has arrived. It is for those who served you and \
             part of no price."
        }
        TextKey::TipOffer => {
            "Thank you for coming to {business}! If you would like to leave a tip for those who served you at {service}, \
             {when}, choose an amount and I send you an M-Pesa prompt. It goes to them in full and is not part of the price."
        }
        TextKey::TipAsk => {
            "How much would you like to give? Write it in whole shillings, for example \"300\": from {least} to {amount}."
        }
        TextKey::TipPromptSent => {
            "The M-Pesa prompt for your tip of {amount} is on its way to your phone: enter your PIN to confirm. Thank you!"
        }
        TextKey::TipDeclined => "All right. Thank you for coming, and welcome back any time!",
        TextKey::TipGiven => "You have given a tip for this visit already. Thank you!",
        TextKey::TipWaits => {
            "Another payment was asked for just now, or is not finished yet. Please answer it first, wait a minute, and then \
             choose your tip again."
        }
        TextKey::TipAtDesk => {
            "I cannot take a tip for this visit here. If you like, give it at our desk. Thank you for the thought!"
        }
        TextKey::TipFailed => {
            "Your tip of {amount} for {service}, {when}, was not paid: {reason}. Nothing was charged. If you still would like \
             to give it, choose it here again; otherwise just leave it. Thank you!"
        }
        TextKey::StaffTipBack => {
            "{business}: {amount} of your tip for {service}, {when}, went back to the customer, so it is not yours any more. \
             If it was paid out to you, the desk settles that with you."
        }
        TextKey::StaffTip => {
            "{business}: a tip of {amount} came for you, for {service}, {when}. It is yours in full; the desk pays it out."
        }
        TextKey::PartCameHeld => {
            "{amount} has arrived ({way}) for {service}, {when}. {left} is still to be paid by {time} to keep your time: pay \
             it by hand with {reference} as the account, or write \"try again\" and I send a prompt for it."
        }
        TextKey::PartCame => {
            "{amount} has arrived ({way}) for {service}, {when}. {left} is left to pay; by hand, use {reference} as the \
             account."
        }
        TextKey::FailedWrongPin => {
            "The PIN was not right, so nothing was paid. I can send the prompt again; your time is held \
             until {time}."
        }
        TextKey::FailedInsufficientFunds => {
            "There was not enough money in the M-Pesa account. Write another \
             M-Pesa number to get the prompt there, top up and write \"try again\", or pay in cash with a person's help. Your time is held until {time}."
        }
        TextKey::FailedCancelled => {
            "The payment was cancelled, so nothing was paid. Your time stays held until {time}. Shall I \
             send the prompt again?"
        }
        TextKey::FailedUnreachable => {
            "Your phone did not answer the prompt in time, so nothing was paid. Check that it is on, \
             unlocked and in coverage (dial *234# to update the M-Pesa menu), then I can send it again. \
             Your time is held until {time}."
        }
        TextKey::FailedLimit => {
            "M-Pesa did not allow this amount because of a limit on the account. Write another M-Pesa \
             number to try it there, or a person can help you pay in another way."
        }
        TextKey::FailedTooSoonAgain => {
            "M-Pesa is still busy with an earlier request on this number. Please wait three minutes, then \
             I can send it again."
        }
        TextKey::FailedSystemBusy => {
            "M-Pesa is busy right now, so nothing was paid. I can try again in a few minutes."
        }
        TextKey::FailedPinBlocked => {
            "Your M-Pesa PIN is blocked. Safaricom can help you on 100 or 200. You can also write \
             another M-Pesa number."
        }
        TextKey::FailedOnOurSide => {
            "The payment could not be made, and the fault is ours. A person will help you; nothing was \
             paid."
        }
        TextKey::StillChecking => {
            "I have no final answer from M-Pesa yet and am still checking. That mostly takes a few minutes; after an hour a \
             person looks at it. Please do not pay again, and I send no second prompt; I will tell you as soon as I know."
        }
        TextKey::ClaimBeingChecked => {
            "Thank you, I am checking it with M-Pesa. Please do not pay again meanwhile."
        }
        TextKey::NothingToPay => "There is nothing to pay at the moment.",
        TextKey::ResendNotYet => {
            "M-Pesa needs at least a minute between prompts. Please tap again in {duration}, or write \
             \"try again\"."
        }
        TextKey::PromptStillOut => {
            "The payment request I sent is still open: the M-Pesa prompt is on your phone, or the card page waits for you. A \
             prompt ends by itself within two minutes. I send no second one beside it; once it is gone, write \"try \
             again\". Please do not pay in another way meanwhile."
        }
        TextKey::HeldPromptLater => {
            "I am holding {service}, {when}, with {staff}, for you until {time}. M-Pesa needs at least a minute between \
             prompts, and your phone had one just now: in {duration} tap \"Try again\" or write it, and I send the prompt for \
             {amount}."
        }
        TextKey::HoldExpired => {
            "The time {when} was not paid for and is free again. Shall I look for a new time?"
        }
        TextKey::HoldGivenBack => {
            "What you paid for the time {when} is given back, so it is not held any more and is free again. Shall I look for \
             a new time?"
        }
        TextKey::PaidTooLate => {
            "Your payment of {amount} arrived after the time was given up. Your money is safe: a person \
             will write to you about a new time or a refund."
        }
        TextKey::MoneyQuestionToPerson => {
            "I have passed this to a person, who will look at your payment and answer here."
        }
        TextKey::AskPaymentNumber => "Which M-Pesa number should get the prompt?",
        TextKey::ReminderDayBefore => {
            "Reminder from {business}: {service}, {when}, with {staff}. Will you come?"
        }
        TextKey::ReminderSoon => "See you soon at {business}: {service}, {when}, with {staff}.",
        TextKey::BookingShown => "Your booking: {service}, {when}, with {staff}. Reference {reference}.",
        TextKey::NoBooking => "I see no booking under your number. Would you like to make one?",
        TextKey::CancelAsk => "Shall I cancel {service}, {when}? {policy}",
        TextKey::CancelOrMove => {
            "Sorry that you cannot make {service}, {when}. Shall I find another time, or cancel?"
        }
        TextKey::CancelDone => "Cancelled: {service}, {when}. You are welcome any time.",
        TextKey::CancelKept => "Good, your booking stays: {service}, {when}.",
        TextKey::MoveAsk => "Shall I move {service} to {when}?",
        TextKey::MoveDone => "Moved: {service} is now {when}, with {staff}.",
        TextKey::MoveAskWhen => {
            "To which day and time shall I move {service}, {when}? For example: \"Friday at 4pm\". It stays \
             yours until the new time is confirmed."
        }
        TextKey::MoveNothingNear => {
            "Nothing is free near that time. Your booking stays as it is. Write another day or time, or a \
             person can put you on the waitlist."
        }
        TextKey::MoveTooLate => {
            "{service}, {when}, could be moved until {time}; that has passed. A person can see what is \
             possible, or I can tell you what cancelling costs."
        }
        TextKey::MoveWhich => "Which booking shall I move?",
        TextKey::CancelWhich => "Which booking shall I cancel?",
        TextKey::CancelCostsNothing => "It costs you nothing.",
        TextKey::CancelCosts => "By our rules, cancelling now costs {amount}.",
        TextKey::CancelCostsOfPaid => {
            "By our rules, cancelling now costs {amount}; it is taken from what you paid."
        }
        TextKey::CancelGivesBack => "{amount} goes back to you the way you paid it.",
        TextKey::CancelGivesCredit => "{amount} of what you paid becomes your credit with {business}.",
        TextKey::LatenessTooLong => {
            "Thank you for telling us: about {minutes} minutes late. We can wait until {time}; after that \
             your time may go to somebody else. Shall I move it?"
        }
        TextKey::BookingWaits => "It is held until {time} and waits for its payment.",
        TextKey::RequestReceived => {
            "{business} has your request: {service}, {when}, with {staff}. The time is kept for you; you get an \
             answer by {time}."
        }
        TextKey::RequestAccepted => {
            "{business} says yes: {service}, {when}, with {staff}. The deposit of {amount} is due by {time}. Shall I send \
             the M-Pesa prompt?"
        }
        TextKey::RequestDeclined => {
            "Sorry, {business} cannot take {service}, {when}. Write another day or time and I will look."
        }
        TextKey::CounterOffer => {
            "{business} offers you another time: {service}, {when}, with {staff}. It is kept for you until {time}. \
             Shall we take it?"
        }
        TextKey::WaitlistOffer => {
            "Good news from {business}, a time came free: {service}, {when}, with {staff}. It is kept for you until \
             {time}. Would you like it?"
        }
        TextKey::OfferGone => "That time is not kept any more. Shall I look for another one?",
        TextKey::OfferPassed => {
            "All right, we give that time to somebody else. Write whenever you would like another."
        }
        TextKey::LatenessNoted => {
            "Thank you for telling us. I have let the team know: about {minutes} minutes late."
        }
        TextKey::LatenessNotedOpen => {
            "Thank you for telling us. I have let the team know that you are on your way."
        }
        TextKey::AuditInDoubt => {
            "Please look at this first: the record of who changed what could not be verified. Tell whoever runs Ratiba for you."
        }
        TextKey::DataRequestsOverdue => {
            "Please look at this first: requests of customers about their own data are overdue ({overdue}). The law gives them a time; answer them in the console or let whoever runs Ratiba do it."
        }
        TextKey::OwnerDigest => {
            "{business}, {date}\nYesterday: {bookings} bookings, {no_shows} no-shows\nTakings: \
             {takings}\nPayments to look at: {open_payments}\nUnrouted callbacks: {unrouted}\nHandoffs: \
             {handoffs}\nDead jobs: {dead_jobs}, overdue schedules: {overdue}\nCommission this month: \
             {commission}\nToday:\n{list}"
        }
        TextKey::HandoffBrief => {
            "A customer needs a person ({reason}).\nKnown: {customer}\nTried: {tried}\nLast \
             messages:\n{list}\nSuggested: {next_step}"
        }
        TextKey::HandoffStillWaits => "A customer still waits for a person, for {minutes} minutes now.",
        TextKey::HandoffYours => {
            "You have the conversation with {customer} now. What you write here goes to them word for word; when you are done, write /handback.\nLast messages:\n{list}"
        }
        TextKey::HandoffTaken => "{staff} has the conversation with {customer} now.",
        TextKey::HandoffTakenAlready => "{staff} has that conversation already; nothing was passed on.",
        TextKey::HandoffOver => "The assistant has the conversation with {customer} again.",
        TextKey::HandoffUntouched => {
            "Nobody wrote to {customer} for {minutes} minutes: the assistant has the conversation again."
        }
        TextKey::HandoffGone => "The assistant has that conversation; nothing was passed on.",
        TextKey::HandoffWhich => {
            "You have several conversations. Please answer to a message of the one that you mean; nothing was passed on."
        }
        TextKey::HandoffWordsOnly => "Only words can be passed on to the customer; this was not.",
        TextKey::ButtonTakeOver => "I will answer",
        TextKey::OwnerNotice => "{business}: {reason}.\nAbout: {known}\nSuggested: {next_step}",
        TextKey::NotComputable => "cannot be computed",
        TextKey::ButtonYes => "Yes",
        TextKey::ButtonNo => "No",
        TextKey::ButtonBoth => "Both",
        TextKey::ButtonOnlyFirst => "Only the first",
        TextKey::ButtonOtherTime => "Other time",
        TextKey::ButtonPerson => "Talk to a person",
        TextKey::ButtonTryAgain => "Try again",
        TextKey::ButtonOtherNumber => "Other number",
        TextKey::ButtonCard => "Pay by card",
        TextKey::ButtonBook => "Book",
        TextKey::ButtonPrices => "Prices",
        TextKey::ButtonMove => "Move",
        TextKey::ButtonCancel => "Cancel",
        TextKey::ButtonKeep => "Keep it",
        TextKey::ButtonComing => "I will come",
        TextKey::ListServices => "See services",
        TextKey::ListTimes => "See times",
        TextKey::ListStaff => "See our team",
        TextKey::ButtonOtherTip => "Other amount",
        TextKey::ButtonNoTip => "No, thank you",
        TextKey::ListTips => "Choose a tip",
        TextKey::AnyStaff => "Anyone who is free",
        TextKey::StaffToBeNamed => "our team",
    }
}
