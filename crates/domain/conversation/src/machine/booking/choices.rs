//! What follows from a choice of the open question, and from a number in place of words.

use ratiba_kernel::PhoneNumber;

use super::{advance, again, ask_when, heard_words, look_up, propose, too_late};
use crate::desk::Slot;
use crate::machine::{
    Draft, Facts, Meaning, Question, Reply, Stage, Step, Wish, Words, moving, payment, tip, visit,
};
use crate::thread::HandoffReason;
use crate::understanding::Intent;

/// Whether a yes says only that something is to be booked: the open question offered that first of all, and nothing
/// else waits for a yes.
pub(super) fn offers_to_book(stage: &Stage, question: &Question, words: &Words) -> bool {
    let may_begin = match stage {
        Stage::Open | Stage::Gathering { .. } => true,
        Stage::Choosing { .. }
        | Stage::Confirming { .. }
        | Stage::Adding { .. }
        | Stage::AskingPayer { .. }
        | Stage::Paying { .. }
        | Stage::Booked { .. }
        | Stage::Cancelling { .. }
        | Stage::MovingWhich { .. }
        | Stage::Moving { .. } => false,
    };
    may_begin && question.options.first() == Some(&Meaning::Book) && !words.describes_a_booking()
}

/// Whether a person is all that the open question offers.
pub(super) fn offers_a_person(question: &Question, words: &Words) -> bool {
    question.options == [Meaning::Person] && !words.describes_a_booking()
}

/// The answer to "shall I ask a person?". A no leaves everything as it stood.
pub(super) fn to_a_person(stage: &Stage, words: Words, facts: &Facts<'_>) -> Step {
    if words.intent == Intent::Confirm {
        return Step::call_person(HandoffReason::Asked);
    }
    match stage {
        Stage::Open | Stage::Booked { .. } => Step::say(Reply::TakeYourTime).at(stage.clone()),
        // What is not paid for may be given up by a no.
        Stage::Paying { .. } => heard_words(stage, words, facts),
        Stage::Gathering { .. }
        | Stage::Choosing { .. }
        | Stage::Confirming { .. }
        | Stage::Adding { .. }
        | Stage::AskingPayer { .. }
        | Stage::Cancelling { .. }
        | Stage::MovingWhich { .. }
        | Stage::Moving { .. } => again(stage, facts),
    }
}

/// Whether the words name one of the visits of "which booking shall I cancel?". Who asks for a booking in so many words
/// wants a new one.
pub(super) fn names_one_to_cancel(question: &Question, words: &Words) -> bool {
    let asks_which = question.options.len() > 1
        && question
            .options
            .iter()
            .all(|meaning| matches!(meaning, Meaning::CancelVisit(_)));
    let names_one = match words.intent {
        Intent::Book | Intent::Availability | Intent::Confirm | Intent::ChooseOption | Intent::None => true,
        Intent::Reschedule
        | Intent::ChangeDate
        | Intent::ChangeService
        | Intent::Cancel
        | Intent::RunningLate
        | Intent::ShowBooking
        | Intent::AskPrice
        | Intent::AskPromo
        | Intent::AskHours
        | Intent::AskLocation
        | Intent::AskInfo
        | Intent::Deny
        | Intent::NotYet
        | Intent::Greet
        | Intent::Thanks
        | Intent::PaymentClaim
        | Intent::PaymentResend
        | Intent::PayByCard
        | Intent::PaymentDispute
        | Intent::Refund
        | Intent::Human
        | Intent::OptOut
        | Intent::OptIn => false,
    };
    asks_which && names_one && words.describes_a_booking() && !words.books
}

/// What a plain yes or no says to an offered time, if that is the open question and nothing else waits for it.
pub(super) fn offered_answer(stage: &Stage, question: &Question, words: &Words) -> Option<Meaning> {
    let free = match stage {
        Stage::Open | Stage::Booked { .. } => true,
        Stage::Gathering { .. }
        | Stage::Choosing { .. }
        | Stage::Confirming { .. }
        | Stage::Adding { .. }
        | Stage::AskingPayer { .. }
        | Stage::Paying { .. }
        | Stage::Cancelling { .. }
        | Stage::MovingWhich { .. }
        | Stage::Moving { .. } => false,
    };
    let yes = words.intent == Intent::Confirm;
    let mut options = question.options.iter();
    let fits = |meaning: &&Meaning| match meaning {
        Meaning::Accept(_) | Meaning::OtherTip(_) => yes,
        Meaning::Pass(_) | Meaning::NoTip(_) => !yes,
        Meaning::Yes
        | Meaning::No
        | Meaning::OtherTime
        | Meaning::Service(_)
        | Meaning::Slot(_)
        | Meaning::Reading(_)
        | Meaning::Each(_)
        | Meaning::Resend
        | Meaning::OtherNumber
        | Meaning::Card
        | Meaning::Coming(_)
        | Meaning::Move(_)
        | Meaning::CancelVisit(_)
        | Meaning::Tip { .. }
        | Meaning::Invitation { .. }
        | Meaning::Person
        | Meaning::Book
        | Meaning::Prices => false,
    };
    (free && !words.describes_a_booking())
        .then(|| options.find(fits).cloned())
        .flatten()
}

pub(super) fn chosen(stage: &Stage, meaning: Meaning, facts: &Facts<'_>) -> Step {
    let draft = match stage {
        Stage::Gathering { draft, .. } | Stage::Choosing { draft, .. } => draft.clone(),
        Stage::Confirming { draft, slot }
        | Stage::Adding { draft, slot, .. }
        | Stage::AskingPayer { draft, slot } => draft.clone().at(slot),
        Stage::Open
        | Stage::Paying { .. }
        | Stage::Booked { .. }
        | Stage::Cancelling { .. }
        | Stage::MovingWhich { .. }
        | Stage::Moving { .. } => Draft::default(),
    };
    match meaning {
        Meaning::Yes => heard_words(stage, Words::bare(Intent::Confirm), facts),
        Meaning::No => heard_words(stage, Words::bare(Intent::Deny), facts),
        Meaning::OtherTime => match stage {
            Stage::Moving { moving, back } => moving::other_time(moving, back, facts),
            Stage::Open
            | Stage::Gathering { .. }
            | Stage::Choosing { .. }
            | Stage::Confirming { .. }
            | Stage::Adding { .. }
            | Stage::AskingPayer { .. }
            | Stage::Paying { .. }
            | Stage::Booked { .. }
            | Stage::Cancelling { .. }
            | Stage::MovingWhich { .. } => ask_when(draft.for_another_time()),
        },
        Meaning::Service(service) => advance(draft.with_service(service), facts),
        Meaning::Each(each) => match stage {
            Stage::Gathering { .. } => advance(draft.with_each(each), facts),
            Stage::Open
            | Stage::Choosing { .. }
            | Stage::Confirming { .. }
            | Stage::Adding { .. }
            | Stage::AskingPayer { .. }
            | Stage::Paying { .. }
            | Stage::Booked { .. }
            | Stage::Cancelling { .. }
            | Stage::MovingWhich { .. }
            | Stage::Moving { .. } => too_late(stage, facts),
        },
        Meaning::Reading(wanted) => match stage {
            Stage::Moving { moving, back } => moving::reading_chosen(moving, back, wanted, facts),
            Stage::Open
            | Stage::Gathering { .. }
            | Stage::Choosing { .. }
            | Stage::Confirming { .. }
            | Stage::Adding { .. }
            | Stage::AskingPayer { .. }
            | Stage::Paying { .. }
            | Stage::Booked { .. }
            | Stage::Cancelling { .. }
            | Stage::MovingWhich { .. } => advance(draft.with_time(wanted), facts),
        },
        Meaning::Slot(place) => match stage {
            Stage::Choosing { draft, slots } => slot_chosen(draft, slots.get(place), facts),
            Stage::Moving { moving, back } => {
                let slots = if let moving::Point::Choosing { slots } = &moving.point {
                    slots.as_slice()
                } else {
                    &[]
                };
                moving::slot_chosen(moving, back, slots.get(place), facts)
            }
            Stage::MovingWhich { .. }
            | Stage::Open
            | Stage::Gathering { .. }
            | Stage::Confirming { .. }
            | Stage::Adding { .. }
            | Stage::AskingPayer { .. }
            | Stage::Paying { .. }
            | Stage::Booked { .. }
            | Stage::Cancelling { .. } => too_late(stage, facts),
        },
        Meaning::Resend => payment::wanted_again(stage, facts),
        Meaning::OtherNumber => payment::other_number(stage),
        Meaning::Card => payment::by_card(stage, facts),
        Meaning::Coming(visit) => Step::wish(Wish::Upcoming {
            then: visit::Then::Coming { visit },
        }),
        Meaning::Accept(visit) => Step::wish(Wish::Upcoming {
            then: visit::Then::Accept { visit },
        }),
        Meaning::Pass(visit) => Step::wish(Wish::Upcoming {
            then: visit::Then::Pass { visit },
        }),
        Meaning::Move(visit) => {
            let words = if let Stage::MovingWhich { draft, .. } = stage {
                moving::said(draft)
            } else {
                Words::bare(Intent::Reschedule)
            };
            Step::wish(Wish::Upcoming {
                then: visit::Then::MoveThis { visit, words },
            })
        }
        Meaning::CancelVisit(visit) => Step::wish(Wish::Upcoming {
            then: visit::Then::CancelThis { visit },
        }),
        Meaning::Tip { visit, units } => tip::chosen(visit, units, facts),
        Meaning::OtherTip(visit) => tip::other(visit),
        Meaning::NoTip(_) => tip::declined(stage),
        // One that waits for an answer is heard before this.
        Meaning::Invitation { .. } => too_late(stage, facts),
        Meaning::Person => Step::call_person(HandoffReason::Asked),
        Meaning::Book => heard_words(stage, Words::bare(Intent::Book), facts),
        Meaning::Prices => heard_words(stage, Words::bare(Intent::AskPrice), facts),
    }
}

/// A slot from the list is proposed once more in both forms of the clock; old lists are looked up anew.
pub(super) fn slot_chosen(draft: &Draft, slot: Option<&Slot>, facts: &Facts<'_>) -> Step {
    match slot {
        Some(slot) if facts.stale => Step::wish(Wish::Offer {
            draft: draft.clone().at(slot),
        }),
        Some(slot) => propose(draft.clone().at(slot), slot.clone()),
        None => Step::misunderstood(),
    }
}

/// A number pays for what was agreed; one from long ago brings the question again.
pub(super) fn heard_number(stage: &Stage, numbers: &[PhoneNumber], facts: &Facts<'_>) -> Step {
    if let Stage::Moving { back, .. } | Stage::MovingWhich { back, .. } = stage {
        return heard_number(back, numbers, facts);
    }
    let Some(payer) = numbers.iter().find(|number| number.is_kenyan_mobile()) else {
        return match stage {
            Stage::AskingPayer { .. } | Stage::Paying { .. } => Step::say(Reply::AskOtherPayer),
            Stage::Open
            | Stage::Gathering { .. }
            | Stage::Choosing { .. }
            | Stage::Confirming { .. }
            | Stage::Adding { .. }
            | Stage::Booked { .. }
            | Stage::Cancelling { .. }
            | Stage::MovingWhich { .. }
            | Stage::Moving { .. } => Step::misunderstood(),
        };
    };
    match stage {
        Stage::AskingPayer { draft, slot } if facts.stale => Step::wish(Wish::Offer {
            draft: draft.clone().at(slot),
        }),
        Stage::Paying { owed, .. } if facts.stale => look_up(owed),
        Stage::AskingPayer { draft, slot } => Step::wish(Wish::Hold {
            draft: draft.clone(),
            slot: slot.clone(),
            payer: Some(payer.clone()),
        }),
        Stage::Paying {
            owed,
            payer_wanted: true,
        } => Step::wish(Wish::AskMoney {
            owed: owed.clone(),
            payer: payer.clone(),
        }),
        Stage::Paying {
            owed,
            payer_wanted: false,
        } => Step::wish(Wish::Resend {
            owed: owed.clone(),
            payer: Some(payer.clone()),
        }),
        Stage::Open
        | Stage::Gathering { .. }
        | Stage::Choosing { .. }
        | Stage::Confirming { .. }
        | Stage::Adding { .. }
        | Stage::Booked { .. }
        | Stage::Cancelling { .. }
        | Stage::MovingWhich { .. }
        | Stage::Moving { .. } => Step::misunderstood(),
    }
}
