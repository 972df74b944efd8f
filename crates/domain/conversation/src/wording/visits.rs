//! The words about visits that exist: shown, moved, cancelled, come late to.

use ratiba_kernel::Money;
use time::OffsetDateTime;

use crate::desk::{FeeFrom, NotFree, Slot, VisitCard, VisitRef, VisitStanding, VisitTerms, Wanted};
use crate::machine::{CHOICES_MAX, Meaning, PickFor};
use crate::outgoing::ROWS_MAX;
use crate::texts::{Placeholder, TextKey, Values};

use super::phrase::{not_free, slot_title};
use super::{Choice, Phrase, Voice};

/// What is booked; the only one can be moved and given up at once.
pub(super) fn visits_shown(visits: &[VisitCard], voice: &Voice<'_>) -> Phrase {
    let lines: Vec<String> = visits
        .iter()
        .take(CHOICES_MAX)
        .map(|card| shown(card, voice))
        .collect();
    let said = Phrase::plain(lines.join("\n"));
    match visits {
        [only] => said.with_choices(vec![
            voice.choice(Meaning::Move(only.id), TextKey::ButtonMove),
            voice.choice(Meaning::CancelVisit(only.id), TextKey::ButtonCancel),
        ]),
        _none_or_several => said,
    }
}

fn shown(card: &VisitCard, voice: &Voice<'_>) -> String {
    let values = voice
        .values_of(&card.slot)
        .with(Placeholder::Reference, card.reference.as_str());
    let line = voice.text(TextKey::BookingShown, &values);
    match (card.standing, card.deadline) {
        (VisitStanding::Held, Some(deadline)) if card.slot.due_now.is_positive() => {
            let until = Values::new().with(Placeholder::Time, voice.time_of_day(deadline));
            format!("{line} {}", voice.text(TextKey::BookingWaits, &until))
        }
        (
            VisitStanding::Held | VisitStanding::Confirmed | VisitStanding::Rendered | VisitStanding::Gone,
            _,
        ) => line,
    }
}

/// Which of these is meant?
pub(super) fn pick_visit(visits: &[VisitCard], to: PickFor, voice: &Voice<'_>) -> Phrase {
    let (key, means): (TextKey, fn(VisitRef) -> Meaning) = match to {
        PickFor::Cancel => (TextKey::CancelWhich, Meaning::CancelVisit),
        PickFor::Move => (TextKey::MoveWhich, Meaning::Move),
    };
    let choices = visits.iter().take(ROWS_MAX).map(|card| Choice {
        meaning: means(card.id),
        title: slot_title(&card.slot, voice),
        description: Some(format!(
            "{} · {}",
            voice.service_name(&card.slot),
            voice.when(card.slot.starts_at)
        )),
    });
    voice
        .say(key)
        .with_choices(choices.collect())
        .opened_by(voice.text(TextKey::ListTimes, &Values::new()))
}

/// What giving up costs, and what becomes of what was paid, in a sentence each.
fn policy(terms: &VisitTerms, voice: &Voice<'_>) -> String {
    let costs = match terms.fee_from {
        _any if !terms.fee.is_positive() => TextKey::CancelCostsNothing,
        FeeFrom::Asked => TextKey::CancelCosts,
        FeeFrom::Paid => TextKey::CancelCostsOfPaid,
    };
    let nothing = Money::zero(terms.back.currency());
    let returned = terms.back.checked_sub(terms.credit).unwrap_or(nothing);
    let sentences = [
        Some((costs, terms.fee)),
        Some((TextKey::CancelGivesBack, returned)).filter(|(_, amount)| amount.is_positive()),
        Some((TextKey::CancelGivesCredit, terms.credit)).filter(|(_, amount)| amount.is_positive()),
    ];
    let said = sentences.into_iter().flatten().map(|(key, amount)| {
        let values = Values::new()
            .with(Placeholder::Business, voice.profile.business_name.as_str())
            .with(Placeholder::Amount, amount.to_string());
        voice.text(key, &values)
    });
    said.collect::<Vec<_>>().join(" ")
}

/// Really cancel, for what it costs?
pub(super) fn ask_cancel(slot: &Slot, terms: &VisitTerms, voice: &Voice<'_>) -> Phrase {
    let values = voice
        .values_of(slot)
        .with(Placeholder::Policy, policy(terms, voice));
    voice.say_with(TextKey::CancelAsk, &values).with_choices(vec![
        voice.choice(Meaning::Yes, TextKey::ButtonCancel),
        voice.choice(Meaning::No, TextKey::ButtonKeep),
    ])
}

/// Somebody cannot come: another time comes first, and nothing is given up by a plain yes.
pub(super) fn cancel_or_move(visit: VisitRef, slot: &Slot, terms: &VisitTerms, voice: &Voice<'_>) -> Phrase {
    let said = voice.text(TextKey::CancelOrMove, &voice.values_of(slot));
    Phrase::plain(format!("{said} {}", policy(terms, voice))).with_choices(vec![
        voice.choice(Meaning::Move(visit), TextKey::ButtonMove),
        voice.choice(Meaning::CancelVisit(visit), TextKey::ButtonCancel),
        voice.choice(Meaning::Coming(visit), TextKey::ButtonKeep),
    ])
}

/// Move it to this time?
pub(super) fn propose_move(to: &Slot, voice: &Voice<'_>) -> Phrase {
    voice
        .say_with(TextKey::MoveAsk, &voice.values_of(to))
        .with_choices(vec![
            voice.choice(Meaning::Yes, TextKey::ButtonYes),
            voice.choice(Meaning::No, TextKey::ButtonNo),
            voice.choice(Meaning::OtherTime, TextKey::ButtonOtherTime),
        ])
}

/// Nothing near that time is free; the reason is told where it says more than that.
pub(super) fn nothing_to_move_to(reason: NotFree, wanted: Option<&Wanted>, voice: &Voice<'_>) -> Phrase {
    let said = match reason {
        NotFree::TooFar { .. } | NotFree::Past => not_free(reason, wanted, &[], voice),
        NotFree::Choose
        | NotFree::Taken
        | NotFree::Closed
        | NotFree::StaffAway { .. }
        | NotFree::TooSoon { .. }
        | NotFree::NotOffered => voice.say(TextKey::MoveNothingNear),
    };
    said.with_choices(vec![
        voice.choice(Meaning::OtherTime, TextKey::ButtonOtherTime),
        voice.choice(Meaning::Person, TextKey::ButtonPerson),
    ])
}

/// The rules do not let a customer move it any more.
pub(super) fn move_too_late(
    visit: VisitRef,
    slot: &Slot,
    until: OffsetDateTime,
    voice: &Voice<'_>,
) -> Phrase {
    let values = voice.values_of(slot).with(Placeholder::Time, voice.when(until));
    voice.say_with(TextKey::MoveTooLate, &values).with_choices(vec![
        voice.choice(Meaning::Person, TextKey::ButtonPerson),
        voice.choice(Meaning::CancelVisit(visit), TextKey::ButtonCancel),
        voice.choice(Meaning::Coming(visit), TextKey::ButtonKeep),
    ])
}

/// The team knows, and until when they wait.
pub(super) fn late_too_long(
    visit: VisitRef,
    (minutes, until): (u32, OffsetDateTime),
    voice: &Voice<'_>,
) -> Phrase {
    let values = Values::new()
        .with(Placeholder::Minutes, minutes.to_string())
        .with(Placeholder::Time, voice.time_of_day(until));
    voice
        .say_with(TextKey::LatenessTooLong, &values)
        .with_choices(vec![
            voice.choice(Meaning::Move(visit), TextKey::ButtonMove),
            voice.choice(Meaning::Coming(visit), TextKey::ButtonComing),
        ])
}
