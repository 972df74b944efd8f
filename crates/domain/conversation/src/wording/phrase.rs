//! The words for each reply.

use std::collections::BTreeSet;

use ratiba_kernel::Money;
use time::OffsetDateTime;

use crate::desk::{Each, NotFree, PayWay, PaymentTrouble, ServiceRef, Slot, StaffRef, Wanted};
use crate::machine::{CHOICES_MAX, Meaning, Misunderstanding, Owed, Reply, Wordless};
use crate::outgoing::{BUTTON_TITLE_CHARACTERS_MAX, Purpose, ROWS_MAX, cut};
use crate::texts::{Placeholder, TextKey, Values, format_date, format_minutes, render};

use super::inquiry::{do_not_know, hours, location, offers, prices, staff_then, team};
use super::pair::offer_complement;
use super::tip::{ask_tip, tip_prompt_sent};
use super::visits::{
    ask_cancel, cancel_or_move, late_too_long, move_too_late, nothing_to_move_to, pick_visit, propose_move,
    visits_shown,
};
use super::{Choice, Page, Phrase, Voice};

/// Puts a reply into words.
#[must_use]
pub fn phrase(reply: &Reply, voice: &Voice<'_>) -> Phrase {
    match reply {
        Reply::Welcome => voice.say(TextKey::Greeting).with_choices(voice.menu_choices()),
        Reply::Greeting => voice.say(TextKey::Greeting),
        Reply::YouAreWelcome => voice.say(TextKey::YouAreWelcome),
        Reply::TakeYourTime => voice.say(TextKey::TakeYourTime),
        Reply::NothingOpen => voice.say(TextKey::NothingOpen).with_choices(voice.menu_choices()),
        Reply::NotUnderstood(Misunderstanding::First) => voice.say(TextKey::NotUnderstoodOnce),
        Reply::NotUnderstood(Misunderstanding::Second) => voice
            .say(TextKey::NotUnderstoodTwice)
            .with_choices(voice.menu_choices()),
        Reply::NotUnderstood(Misunderstanding::Third) => voice
            .say(TextKey::NotUnderstoodThrice)
            .with_choices(vec![voice.choice(Meaning::Person, TextKey::ButtonPerson)]),
        Reply::WordsPlease(Wordless::Picture) => voice.say(TextKey::PhotoReceived),
        Reply::WordsPlease(Wordless::Voice) => voice.say(TextKey::VoiceReceived),
        Reply::WordsPlease(Wordless::Other) => voice.say(TextKey::UnsupportedReceived),
        Reply::PersonComes => voice.say(TextKey::HandoffStarted),
        Reply::MoneyToPerson => voice.say(TextKey::MoneyQuestionToPerson),
        Reply::PersonAnswers => voice.say(TextKey::OutsideCohort),
        Reply::SecretPasted => voice.say(TextKey::SecretPasted),
        Reply::EmergencyToPerson => voice.say(TextKey::EmergencyToPerson),
        Reply::GroupNeedsPerson { people } => voice.say_with(
            TextKey::GroupNeedsPerson,
            &Values::new().with(Placeholder::People, people.to_string()),
        ),
        Reply::InvitationAsked { invitation } => {
            let choice = |joins, key| {
                let invitation = *invitation;
                voice.choice(Meaning::Invitation { invitation, joins }, key)
            };
            voice
                .say_with(TextKey::InvitationAsked, &of_business(voice))
                .with_choices(vec![
                    choice(true, TextKey::ButtonYes),
                    choice(false, TextKey::ButtonNo),
                ])
        }
        Reply::Joined => voice.say_with(TextKey::InvitationAccepted, &of_business(voice)),
        Reply::InvitationDeclined => voice.say(TextKey::InvitationDeclined),
        Reply::OptedOut => voice.say(TextKey::OptedOut),
        Reply::OptedIn => voice.say_with(TextKey::OptedIn, &of_business(voice)),
        Reply::Prices { services } => prices(services, voice),
        Reply::Hours { day } => hours(*day, voice),
        Reply::Location => location(voice),
        Reply::Offers { promotions } => offers(promotions, voice),
        Reply::NoOffers => voice.say(TextKey::NoOffers),
        Reply::Team { service, staff } => team(*service, staff, voice),
        Reply::StaffHasTime { staff, wanted } => staff_then(TextKey::StaffHasTime, *staff, wanted, voice),
        Reply::StaffHasNoTime { staff, wanted } => staff_then(TextKey::StaffHasNoTime, *staff, wanted, voice),
        Reply::MeantBooking => voice
            .say(TextKey::MeantBooking)
            .with_choices(vec![voice.choice(Meaning::Book, TextKey::ButtonBook)]),
        Reply::Known { snippet } => Phrase::plain(snippet.content.body()),
        Reply::DoNotKnow => do_not_know(voice),
        Reply::AskService { among, narrowed } => ask_service(among, *narrowed, voice),
        Reply::AskWhen { services } => ask_when(services, voice),
        Reply::AskEach { people, services } => ask_each(*people, services, voice),
        Reply::AskForEach { people } => voice.say_with(
            TextKey::AskForEach,
            &Values::new().with(Placeholder::People, people.to_string()),
        ),
        Reply::AskReading { first, second } => ask_reading(first, second, voice),
        Reply::Propose { slot } => propose(slot, voice),
        Reply::OfferComplement { pair } => offer_complement(pair, voice),
        Reply::ComplementGone => voice.say(TextKey::ComplementGone),
        Reply::PickSlot {
            reason,
            wanted,
            slots,
        } => pick_slot(*reason, wanted.as_ref(), slots, voice),
        Reply::NothingFree { reason, wanted } => not_free(*reason, wanted.as_ref(), &[], voice),
        Reply::Declined => voice.say(TextKey::ProposalDeclined),
        Reply::AskPayer | Reply::AskOtherPayer => voice.say(TextKey::AskPaymentNumber).asking(PayWay::Prompt),
        Reply::PromptSent { owed } => prompt_sent(owed, voice),
        Reply::CardComing { owed } => card_coming(owed, voice),
        Reply::PromptStillOpen => voice.say(TextKey::PromptStillOpen).asking(PayWay::Prompt),
        Reply::Cards => cards(voice),
        Reply::PromptStillOut => voice.say(TextKey::PromptStillOut).asking(PayWay::Prompt),
        Reply::PaymentChecking => voice.say(TextKey::StillChecking),
        Reply::ClaimChecking => voice.say(TextKey::ClaimBeingChecked),
        Reply::HeldPromptLater { owed, minutes } => held_prompt_later(owed, *minutes, voice),
        Reply::ResendNotYet { minutes } => voice
            .say_with(
                TextKey::ResendNotYet,
                &Values::new().with(Placeholder::Duration, format_minutes(*minutes, voice.tongue)),
            )
            .asking(PayWay::Prompt),
        Reply::PaymentArrived {
            slot,
            amount,
            receipt,
        } => confirmed_paid(voice.values_of(slot), *amount, receipt.as_deref(), voice),
        Reply::PaymentFailed { trouble, deadline } => payment_failed(*trouble, *deadline, voice),
        Reply::AskTip { visit } => ask_tip(*visit, voice),
        Reply::TipPromptSent { amount } => tip_prompt_sent(*amount, voice),
        Reply::NoTip => voice.say(TextKey::TipDeclined),
        Reply::TipGiven => voice.say(TextKey::TipGiven),
        Reply::TipWaits => voice.say(TextKey::TipWaits).asking(PayWay::Prompt),
        Reply::TipAtDesk => voice.say(TextKey::TipAtDesk),
        Reply::HoldGone { slot, given_back } => hold_gone(slot, *given_back, voice),
        Reply::NothingDue => voice.say(TextKey::NothingToPay),
        Reply::Visits { visits } => visits_shown(visits, voice),
        Reply::NothingBooked => voice
            .say(TextKey::NoBooking)
            .with_choices(vec![voice.choice(Meaning::Book, TextKey::ButtonBook)]),
        Reply::PickVisit { visits, to } => pick_visit(visits, *to, voice),
        Reply::AskCancel { slot, terms } => ask_cancel(slot, terms, voice),
        Reply::CancelOrMove { visit, slot, terms } => cancel_or_move(*visit, slot, terms, voice),
        Reply::AskMoveWhen { slot } => voice.say_with(TextKey::MoveAskWhen, &voice.values_of(slot)),
        Reply::ProposeMove { to } => propose_move(to, voice),
        Reply::Moved { slot } => voice.say_with(TextKey::MoveDone, &voice.values_of(slot)),
        Reply::NothingToMoveTo { reason, wanted } => nothing_to_move_to(*reason, wanted.as_ref(), voice),
        Reply::MoveTooLate { visit, slot, until } => move_too_late(*visit, slot, *until, voice),
        Reply::Cancelled { slot } => voice.say_with(TextKey::CancelDone, &voice.values_of(slot)),
        Reply::OfferGone => voice
            .say(TextKey::OfferGone)
            .with_choices(vec![voice.choice(Meaning::Book, TextKey::ButtonBook)]),
        Reply::OfferPassed => voice.say(TextKey::OfferPassed),
        Reply::NotCancelled { slot } => voice.say_with(TextKey::CancelKept, &voice.values_of(slot)),
        Reply::LateNoted {
            minutes: Some(minutes),
        } => voice.say_with(
            TextKey::LatenessNoted,
            &Values::new().with(Placeholder::Minutes, minutes.to_string()),
        ),
        Reply::LateNoted { minutes: None } => voice.say(TextKey::LatenessNotedOpen),
        Reply::LateTooLong {
            visit,
            minutes,
            until,
        } => late_too_long(*visit, (*minutes, *until), voice),
    }
}

fn of_business(voice: &Voice<'_>) -> Values {
    Values::new().with(Placeholder::Business, voice.profile.business_name.as_str())
}

impl Voice<'_> {
    /// The text as this business says it.
    pub(super) fn text(&self, key: TextKey, values: &Values) -> String {
        let personality = self.profile.personality;
        let said = render(personality.text(key), self.tongue, values);
        match personality.address(key) {
            Some(address) => format!("{}\n\n{said}", render(address, self.tongue, &Values::new())),
            None => said,
        }
    }

    pub(super) fn say(&self, key: TextKey) -> Phrase {
        self.say_with(key, &Values::new())
    }

    pub(super) fn say_with(&self, key: TextKey, values: &Values) -> Phrase {
        Phrase::plain(self.text(key, values)).with_facts(values)
    }

    pub(super) fn choice(&self, meaning: Meaning, key: TextKey) -> Choice {
        Choice {
            meaning,
            title: self.text(key, &Values::new()),
            description: None,
        }
    }

    /// What can be done here.
    fn menu_choices(&self) -> Vec<Choice> {
        vec![
            self.choice(Meaning::Book, TextKey::ButtonBook),
            self.choice(Meaning::Prices, TextKey::ButtonPrices),
            self.choice(Meaning::Person, TextKey::ButtonPerson),
        ]
    }
}

fn ask_service(among: &[ServiceRef], narrowed: bool, voice: &Voice<'_>) -> Phrase {
    let key = if narrowed {
        TextKey::AskWhichService
    } else {
        TextKey::AskService
    };
    let services = among
        .iter()
        .filter_map(|id| voice.menu.service(*id))
        .take(ROWS_MAX);
    let choices = services.map(|service| Choice {
        meaning: Meaning::Service(service.id),
        title: service.name_in(voice.language()).to_owned(),
        description: Some(format!(
            "{} · {}",
            service.price,
            format_minutes(service.minutes, voice.tongue)
        )),
    });
    voice
        .say(key)
        .with_choices(choices.collect())
        .opened_by(voice.text(TextKey::ListServices, &Values::new()))
}

fn ask_when(services: &[ServiceRef], voice: &Voice<'_>) -> Phrase {
    let name = if services.is_empty() {
        "…".to_owned()
    } else {
        voice.names_of(services)
    };
    voice.say_with(TextKey::AskDate, &Values::new().with(Placeholder::Service, name))
}

fn ask_each(people: u32, services: &[ServiceRef], voice: &Voice<'_>) -> Phrase {
    let values = Values::new()
        .with(Placeholder::People, people.to_string())
        .with(Placeholder::Service, voice.names_of(services));
    voice.say_with(TextKey::AskEach, &values).with_choices(vec![
        voice.choice(Meaning::Each(Each::All), TextKey::ButtonAllEach),
        voice.choice(Meaning::Each(Each::Own), TextKey::ButtonOwnEach),
    ])
}

/// Both readings stand in full in the text; the buttons tell them apart as shortly as they can.
fn ask_reading(first: &Wanted, second: &Wanted, voice: &Voice<'_>) -> Phrase {
    let values = Values::new()
        .with(Placeholder::First, voice.wanted(first))
        .with(Placeholder::Second, voice.wanted(second));
    let title = |wanted: &Wanted| {
        let same_day = match (first, second) {
            (Wanted::At(one), Wanted::At(other)) => {
                voice.menu.zone.date(*one) == voice.menu.zone.date(*other)
            }
            (Wanted::At(_) | Wanted::Among(_) | Wanted::TimeOfDay(_), _) => false,
        };
        let short = match wanted {
            Wanted::At(instant) if same_day => voice.clock(*instant),
            Wanted::At(instant) => format!(
                "{} {}",
                voice.menu.zone.date(*instant).day(),
                voice.clock(*instant)
            ),
            Wanted::Among(_) | Wanted::TimeOfDay(_) => voice.wanted(wanted),
        };
        cut(&short, BUTTON_TITLE_CHARACTERS_MAX)
    };
    let choice = |wanted: &Wanted| Choice {
        meaning: Meaning::Reading(wanted.clone()),
        title: title(wanted),
        description: None,
    };
    voice.say_with(TextKey::WhichReading, &values).with_choices(vec![
        choice(first),
        choice(second),
        voice.choice(Meaning::OtherTime, TextKey::ButtonOtherTime),
    ])
}

fn propose(slot: &Slot, voice: &Voice<'_>) -> Phrase {
    let key = if !slot.due_now.is_positive() {
        TextKey::ProposalPaidThere
    } else if slot.due_now == slot.price {
        TextKey::ProposalPaidInFull
    } else {
        TextKey::ProposalWithDeposit
    };
    let mut values = voice.values_of(slot);
    if slot.services().len() > 1 {
        // Of several services nobody knows by heart how long they take together.
        let minutes = u32::try_from((slot.ends_at - slot.starts_at).whole_minutes()).unwrap_or_default();
        let lasts = format_minutes(minutes, voice.tongue);
        values = values.with(
            Placeholder::Service,
            format!("{} ({lasts})", voice.service_name(slot)),
        );
    }
    let said = voice.say_with(key, &values).with_choices(vec![
        voice.choice(Meaning::Yes, TextKey::ButtonYes),
        voice.choice(Meaning::No, TextKey::ButtonNo),
        voice.choice(Meaning::OtherTime, TextKey::ButtonOtherTime),
    ]);
    if slot.due_now.is_positive() {
        said.asking(PayWay::Prompt)
    } else {
        said
    }
}

fn pick_slot(reason: NotFree, wanted: Option<&Wanted>, slots: &[Slot], voice: &Voice<'_>) -> Phrase {
    let shown = slots.iter().take(CHOICES_MAX).enumerate();
    let mut choices: Vec<Choice> = shown
        .map(|(place, slot)| Choice {
            meaning: Meaning::Slot(place),
            title: slot_title(slot, voice),
            description: Some(format!(
                "{} · {}",
                voice.when(slot.starts_at),
                voice.staff_name(slot)
            )),
        })
        .collect();
    choices.push(voice.choice(Meaning::OtherTime, TextKey::ButtonOtherTime));
    not_free(reason, wanted, slots, voice)
        .with_choices(choices)
        .opened_by(voice.text(TextKey::ListTimes, &Values::new()))
}

/// The day's name, its number and the hour: `Jumatano 13, 2:00 pm`.
pub(super) fn slot_title(slot: &Slot, voice: &Voice<'_>) -> String {
    let date = voice.menu.zone.date(slot.starts_at);
    let written = format_date(date, voice.tongue);
    let day = written.split(' ').next().unwrap_or_default();
    format!("{day} {}, {}", date.day(), voice.clock(slot.starts_at))
}

/// Why the time that was wanted is not simply proposed.
pub(super) fn not_free(
    reason: NotFree,
    wanted: Option<&Wanted>,
    slots: &[Slot],
    voice: &Voice<'_>,
) -> Phrase {
    let nearest = slots.first();
    let zone = &voice.menu.zone;
    let when = wanted.map_or_else(|| "…".to_owned(), |wanted| voice.wanted(wanted));
    let values = Values::new().with(Placeholder::When, when);
    let near = nearest.map(|slot| voice.when(slot.starts_at));
    match (reason, near) {
        (NotFree::Choose, Some(_)) => {
            let day = nearest.map_or_else(String::new, |slot| {
                format_date(zone.date(slot.starts_at), voice.tongue)
            });
            let date = match wanted {
                Some(wanted @ Wanted::Among(_)) => voice.wanted(wanted),
                Some(Wanted::At(_) | Wanted::TimeOfDay(_)) | None => day,
            };
            voice.say_with(
                TextKey::AskFreeTimes,
                &Values::new().with(Placeholder::Date, date),
            )
        }
        (NotFree::Closed, Some(near)) => {
            voice.say_with(TextKey::ClosedThen, &values.with(Placeholder::Nearest, near))
        }
        (NotFree::TooSoon { notice_minutes }, Some(near)) => voice.say_with(
            TextKey::TooSoon,
            &Values::new()
                .with(
                    Placeholder::Duration,
                    format_minutes(notice_minutes, voice.tongue),
                )
                .with(Placeholder::Nearest, near),
        ),
        (NotFree::Past, _) => voice.say_with(TextKey::AlreadyPast, &values),
        (NotFree::TooFar { last_day }, _) => voice.say_with(
            TextKey::TooFarAhead,
            &Values::new().with(Placeholder::Date, format_date(last_day, voice.tongue)),
        ),
        (NotFree::StaffAway { staff }, _) => staff_away(staff, values, slots, voice),
        (NotFree::Taken | NotFree::NotOffered, Some(_)) => voice.say_with(TextKey::SlotTaken, &values),
        (
            NotFree::Choose
            | NotFree::Taken
            | NotFree::Closed
            | NotFree::TooSoon { .. }
            | NotFree::NotOffered,
            None,
        ) => voice.say_with(TextKey::NoSlotNear, &values),
    }
}

/// The person asked for is not free then: who is, or when that person is.
fn staff_away(staff: StaffRef, values: Values, slots: &[Slot], voice: &Voice<'_>) -> Phrase {
    let name = voice.menu.staff_member(staff).map_or("…", |member| &member.name);
    let others: BTreeSet<String> = slots
        .iter()
        .filter(|slot| slot.staff.is_some_and(|other| other != staff))
        .map(|slot| voice.staff_name(slot))
        .collect();
    let key = match (slots, others.is_empty()) {
        ([], _) => TextKey::StaffNotFreeNorNear,
        (_some, true) => TextKey::StaffNotFree,
        (_some, false) => TextKey::StaffNotFreeOthersAre,
    };
    let names: Vec<String> = others.into_iter().collect();
    let values = values
        .with(Placeholder::Staff, name)
        .with(Placeholder::List, names.join(", "));
    voice.say_with(key, &values)
}

/// The confirmation of a visit that was paid; `values` say what and when. A receipt that is not known yet is left out.
#[must_use]
pub fn confirmed_paid(values: Values, amount: Money, receipt: Option<&str>, voice: &Voice<'_>) -> Phrase {
    let values = values.with(Placeholder::Amount, amount.to_string());
    let said = match receipt {
        Some(receipt) => voice.say_with(
            TextKey::ConfirmedPaid,
            &values.with(Placeholder::Receipt, receipt),
        ),
        None => voice.say_with(TextKey::ConfirmedPaidReceiptLater, &values),
    };
    said.for_purpose(Purpose::Receipt)
}

fn prompt_sent(owed: &Owed, voice: &Voice<'_>) -> Phrase {
    let values = voice
        .values_of(&owed.slot)
        .with(Placeholder::Time, voice.time_of_day(owed.deadline))
        .with(Placeholder::Amount, owed.amount.to_string());
    voice
        .say_with(TextKey::PromptSent, &values)
        .for_purpose(Purpose::AsksMoney)
        .asking(PayWay::Prompt)
}

/// The slot is held, and the prompt for it has to wait for another one to the same phone.
fn held_prompt_later(owed: &Owed, minutes: u32, voice: &Voice<'_>) -> Phrase {
    let values = voice
        .values_of(&owed.slot)
        .with(Placeholder::Time, voice.time_of_day(owed.deadline))
        .with(Placeholder::Amount, owed.amount.to_string())
        .with(Placeholder::Duration, format_minutes(minutes, voice.tongue));
    voice
        .say_with(TextKey::HeldPromptLater, &values)
        .with_choices(vec![voice.choice(Meaning::Resend, TextKey::ButtonTryAgain)])
        .asking(PayWay::Prompt)
}

fn card_coming(owed: &Owed, voice: &Voice<'_>) -> Phrase {
    let values = Values::new()
        .with(Placeholder::Time, voice.time_of_day(owed.deadline))
        .with(Placeholder::Amount, owed.amount.to_string());
    voice.say_with(TextKey::CardComing, &values).asking(PayWay::Card)
}

/// The page for the card. It may be sent once only: whoever gets two may pay twice.
#[must_use]
pub fn card_link(amount: Money, url: &str, deadline: OffsetDateTime, voice: &Voice<'_>) -> Phrase {
    let values = Values::new()
        .with(Placeholder::Time, voice.time_of_day(deadline))
        .with(Placeholder::Amount, amount.to_string());
    pay_by_card((TextKey::CardLink, TextKey::CardButton), url, values, voice)
}

/// Words that lead to the page for a card: in full, with its address, and as they stand above a button.
#[must_use]
pub fn pay_by_card(
    (in_words, above_button): (TextKey, TextKey),
    url: &str,
    values: Values,
    voice: &Voice<'_>,
) -> Phrase {
    let page = Page {
        body: voice.text(above_button, &values),
        label: voice.text(TextKey::ButtonCard, &Values::new()),
        url: url.to_owned(),
    };
    voice
        .say_with(in_words, &values.with(Placeholder::Link, url))
        .for_purpose(Purpose::AsksMoney)
        .asking(PayWay::Card)
        .leading_to(page)
}

/// Whether cards are taken, where nothing is to be paid now.
fn cards(voice: &Voice<'_>) -> Phrase {
    if voice.ways.cards {
        voice.say(TextKey::CardsTaken)
    } else {
        voice
            .say(TextKey::CardsNotTaken)
            .with_choices(vec![voice.choice(Meaning::Person, TextKey::ButtonPerson)])
    }
}

fn payment_failed(trouble: PaymentTrouble, deadline: OffsetDateTime, voice: &Voice<'_>) -> Phrase {
    let (key, next) = match trouble {
        PaymentTrouble::WrongPin => (TextKey::FailedWrongPin, Next::Again),
        PaymentTrouble::InsufficientFunds => (TextKey::FailedInsufficientFunds, Next::OtherWay),
        PaymentTrouble::Cancelled => (TextKey::FailedCancelled, Next::Again),
        PaymentTrouble::Unreachable => (TextKey::FailedUnreachable, Next::Again),
        PaymentTrouble::Limit => (TextKey::FailedLimit, Next::OtherWay),
        PaymentTrouble::TooSoonAgain => (TextKey::FailedTooSoonAgain, Next::AgainOrCard),
        PaymentTrouble::Busy => (TextKey::FailedSystemBusy, Next::AgainOrCard),
        PaymentTrouble::PinBlocked => (TextKey::FailedPinBlocked, Next::OtherWay),
        PaymentTrouble::NumberRefused => (TextKey::FailedNumberRefused, Next::OtherWay),
        PaymentTrouble::CardRefused => (TextKey::FailedCard, Next::AgainOrCard),
        PaymentTrouble::OnOurSide => (TextKey::FailedOnOurSide, Next::Person),
    };
    let again = || voice.choice(Meaning::Resend, TextKey::ButtonTryAgain);
    let other = || voice.choice(Meaning::OtherNumber, TextKey::ButtonOtherNumber);
    let card = || voice.choice(Meaning::Card, TextKey::ButtonCard);
    let person = voice.choice(Meaning::Person, TextKey::ButtonPerson);
    let mut choices = match (next, voice.ways.cards) {
        (Next::Again, _) | (Next::AgainOrCard, false) => vec![again(), other()],
        (Next::AgainOrCard, true) => vec![again(), card()],
        (Next::OtherWay, true) => vec![other(), card()],
        (Next::OtherWay, false) => vec![other(), again()],
        // The person is called with these words, and takes the conversation: the machine would hear no choice.
        (Next::Person, _) => return voice.say(key),
    };
    choices.push(person);
    let values = Values::new().with(Placeholder::Time, voice.time_of_day(deadline));
    voice
        .say_with(key, &values)
        .with_choices(choices)
        .asking(PayWay::Prompt)
}

/// What helps after a payment failed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    /// The same again, or another number.
    Again,
    /// The same again, or a card, which another provider takes.
    AgainOrCard,
    /// Another number, a card, or cash with a person's help.
    OtherWay,
    /// A person.
    Person,
}

fn hold_gone(slot: &Slot, given_back: bool, voice: &Voice<'_>) -> Phrase {
    let key = if given_back {
        TextKey::HoldGivenBack
    } else {
        TextKey::HoldExpired
    };
    voice.say_with(key, &voice.values_of(slot)).with_choices(vec![
        voice.choice(Meaning::Book, TextKey::ButtonBook),
        voice.choice(Meaning::Person, TextKey::ButtonPerson),
    ])
}
