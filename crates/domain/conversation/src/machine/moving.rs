//! The machine for moving a visit: which one → when → confirm → moved.
//!
//! The visit keeps the time that it has until the new one is won. The new time is repeated and needs a yes of its own.
//! An hour without a day falls on the day of the visit, a day without an hour leaves the hour open.

use ratiba_kernel::TimeRange;
use serde::{Deserialize, Serialize};
use time::PrimitiveDateTime;

use super::visit::Then;
use super::{Draft, Facts, Owed, Reply, Stage, Step, Wish, Words};
use crate::desk::{MoveAnswer, MoveOffer, NotFree, Offer, Slot, VisitCard, VisitRef, VisitStanding, Wanted};
use crate::thread::HandoffReason;
use crate::understanding::Intent;

/// A visit that is to be moved, and what is known of where to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moving {
    /// Which.
    pub visit: VisitRef,
    /// What and when it is now.
    pub slot: Slot,
    /// What is known of the new time, and of who is to render it.
    pub draft: Draft,
    /// What was asked.
    pub point: Point,
}

/// How far the move has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "point", rename_all = "snake_case", deny_unknown_fields)]
pub enum Point {
    /// We asked for a day and time, or which of two readings is meant.
    Asking,
    /// Several times were offered.
    Choosing {
        /// In the order shown.
        slots: Vec<Slot>,
    },
    /// One time was proposed, and waits for a yes.
    Confirming {
        /// Which.
        to: Slot,
    },
}

impl Moving {
    fn at(self, draft: Draft, point: Point) -> Self {
        Self { draft, point, ..self }
    }

    fn stage(self, back: Box<Stage>) -> Stage {
        Stage::Moving {
            moving: Box::new(self),
            back,
        }
    }
}

/// What the customer said of a move, before it was known which visit is meant.
#[must_use]
pub fn said(draft: &Draft) -> Words {
    Words {
        staff: draft.staff,
        wanted: draft.wanted.clone(),
        other_reading: draft.other_reading.clone(),
        uncertain: draft.uncertain,
        ..Words::bare(Intent::Reschedule)
    }
}

/// The visit is known: to when?
#[must_use]
pub fn begin(card: &VisitCard, stage: &Stage, words: &Words, facts: &Facts<'_>) -> Step {
    let words = on_the_day_of(&card.slot, words, facts);
    let draft = Draft::moving(&card.slot).with(&words, facts);
    let moving = Moving {
        visit: card.id,
        slot: card.slot.clone(),
        draft,
        point: Point::Asking,
    };
    advance(moving, stage.clone().under_way(), facts)
}

/// A stretch of the day that came without a day lies on the day of the visit.
fn on_the_day_of(slot: &Slot, words: &Words, facts: &Facts<'_>) -> Words {
    let zone = &facts.menu.zone;
    let stretch = match (&words.wanted, words.dayless) {
        (Some(Wanted::Among(ranges)), true) => ranges.first(),
        (Some(Wanted::Among(_) | Wanted::At(_) | Wanted::TimeOfDay(_)) | None, _) => None,
    };
    let moved = stretch.and_then(|range| {
        let hour = zone.local(range.start()).time();
        let start = zone.instant(PrimitiveDateTime::new(zone.date(slot.starts_at), hour));
        TimeRange::starting(start, range.length()).ok()
    });
    match moved {
        Some(range) => Words {
            wanted: Some(Wanted::Among(vec![range])),
            ..words.clone()
        },
        None => words.clone(),
    }
}

/// Asks for what is missing, or looks whether it is free.
fn advance(moving: Moving, back: Box<Stage>, facts: &Facts<'_>) -> Step {
    let draft = moving.draft.clone().on_a_day(facts.now, &facts.menu.zone);
    match (&draft.wanted, &draft.other_reading, draft.uncertain) {
        (None, _, _) => {
            let slot = moving.slot.clone();
            Step::say(Reply::AskMoveWhen { slot }).at(moving.at(draft, Point::Asking).stage(back))
        }
        (Some(first), Some(second), true) if first != second => {
            let reply = Reply::AskReading {
                first: first.clone(),
                second: second.clone(),
            };
            Step::say(reply).at(moving.at(draft, Point::Asking).stage(back))
        }
        (Some(_), _, _) => Step::wish(Wish::OfferMove {
            moving: Box::new(moving.at(draft, Point::Asking)),
            back,
        }),
    }
}

/// What words mean to the question of a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Yes.
    Yes,
    /// No.
    No,
    /// Not yet.
    Wait,
    /// Another time.
    OtherTime,
    /// Something about a booking, or nothing clear.
    Open,
}

/// What follows from words while a visit is being moved; `None` where they are about something else.
#[must_use]
pub fn hear(moving: &Moving, back: &Stage, answer: Answer, words: &Words, facts: &Facts<'_>) -> Option<Step> {
    let other_service = !words.services.is_empty() && !words.services.contains(&moving.slot.service);
    if other_service {
        return None;
    }
    let names_time = words.wanted.is_some() || words.staff.is_some();
    let agreed_to = match &moving.point {
        Point::Confirming { to } => words
            .wanted
            .as_ref()
            .is_none_or(|wanted| *wanted == Wanted::At(to.starts_at)),
        Point::Asking | Point::Choosing { .. } => false,
    };
    let back_again = || Box::new(back.clone());
    Some(match (&moving.point, answer) {
        (Point::Confirming { to }, Answer::Yes) if agreed_to && facts.stale => {
            look_again(moving, to, back_again())
        }
        (Point::Confirming { to }, Answer::Yes) if agreed_to => Step::wish(Wish::Move {
            moving: Box::new(moving.clone()),
            to: to.clone(),
            back: back_again(),
        }),
        (_any, _word) if names_time => {
            let draft = moving
                .draft
                .clone()
                .with(&on_the_day_of(&moving.slot, words, facts), facts);
            advance(moving.clone().at(draft, Point::Asking), back_again(), facts)
        }
        (Point::Choosing { slots }, Answer::Yes) => slot_chosen(moving, back, slots.first(), facts),
        (_any, Answer::No) => kept(moving, back),
        (_any, Answer::Wait) => Step::say(Reply::TakeYourTime),
        (_any, Answer::OtherTime) => other_time(moving, back, facts),
        (Point::Asking | Point::Confirming { .. }, Answer::Yes) | (_, Answer::Open) => Step::misunderstood(),
    })
}

/// "Another time": which one?
#[must_use]
pub fn other_time(moving: &Moving, back: &Stage, facts: &Facts<'_>) -> Step {
    let draft = moving.draft.clone().for_another_time();
    advance(
        moving.clone().at(draft, Point::Asking),
        Box::new(back.clone()),
        facts,
    )
}

/// One of two readings.
#[must_use]
pub fn reading_chosen(moving: &Moving, back: &Stage, wanted: Wanted, facts: &Facts<'_>) -> Step {
    let draft = moving.draft.clone().with_time(wanted);
    advance(
        moving.clone().at(draft, Point::Asking),
        Box::new(back.clone()),
        facts,
    )
}

/// A time from the list is proposed once more in both forms of the clock; old lists are looked up anew.
#[must_use]
pub fn slot_chosen(moving: &Moving, back: &Stage, slot: Option<&Slot>, facts: &Facts<'_>) -> Step {
    let back = Box::new(back.clone());
    match slot {
        Some(slot) if facts.stale => look_again(moving, slot, back),
        Some(slot) => propose(moving.clone(), slot.clone(), back),
        None => Step::misunderstood(),
    }
}

fn look_again(moving: &Moving, slot: &Slot, back: Box<Stage>) -> Step {
    let draft = moving.draft.clone().at(slot);
    Step::wish(Wish::OfferMove {
        moving: Box::new(moving.clone().at(draft, Point::Asking)),
        back,
    })
}

fn propose(moving: Moving, to: Slot, back: Box<Stage>) -> Step {
    let draft = moving.draft.clone().at(&to);
    Step::say(Reply::ProposeMove { to: to.clone() })
        .at(moving.at(draft, Point::Confirming { to }).stage(back))
}

/// Everything stays as it is.
fn kept(moving: &Moving, back: &Stage) -> Step {
    Step::say(Reply::NotCancelled {
        slot: moving.slot.clone(),
    })
    .at(back.clone())
}

/// What follows from the desk's offer.
#[must_use]
pub fn offered(moving: Moving, back: Box<Stage>, offer: MoveOffer) -> Step {
    match offer {
        MoveOffer::Times(Offer::Free(slot)) => propose(moving, slot, back),
        MoveOffer::Times(Offer::Alternatives { reason, slots }) => choose(moving, back, reason, slots),
        MoveOffer::Same => kept(&moving, &back),
        MoveOffer::TooLate { until } => too_late(&moving, *back, until),
        MoveOffer::NotPossible => Step::call_person(HandoffReason::BeyondMachine).at(*back),
    }
}

fn choose(moving: Moving, back: Box<Stage>, reason: NotFree, slots: Vec<Slot>) -> Step {
    let wanted = moving.draft.wanted.clone();
    match (reason, slots.as_slice()) {
        (_any, []) => {
            let draft = match reason {
                // An hour that comes now would only fall on that day again.
                NotFree::TooFar { .. } => Draft::moving(&moving.slot),
                NotFree::Choose
                | NotFree::Taken
                | NotFree::Closed
                | NotFree::StaffAway { .. }
                | NotFree::Past
                | NotFree::TooSoon { .. }
                | NotFree::NotOffered => moving.draft.clone().for_another_time(),
            };
            Step::say(Reply::NothingToMoveTo { reason, wanted })
                .at(moving.at(draft, Point::Asking).stage(back))
        }
        (NotFree::Choose, [only]) => {
            let to = only.clone();
            propose(moving, to, back)
        }
        (_any, _several) => {
            let reply = Reply::PickSlot {
                reason,
                wanted,
                slots: slots.clone(),
            };
            let draft = moving.draft.clone();
            Step::say(reply).at(moving.at(draft, Point::Choosing { slots }).stage(back))
        }
    }
}

fn too_late(moving: &Moving, back: Stage, until: time::OffsetDateTime) -> Step {
    Step::say(Reply::MoveTooLate {
        visit: moving.visit,
        slot: moving.slot.clone(),
        until,
    })
    .at(back)
}

/// What follows from the order to move. What is agreed is told by the news of its move.
#[must_use]
pub fn moved(moving: Moving, to: Slot, back: Box<Stage>, answer: MoveAnswer) -> Step {
    match answer {
        MoveAnswer::Moved { slot, standing } => {
            let stage = after_move(&moving, slot.clone(), standing, *back);
            match standing {
                VisitStanding::Confirmed => Step::told_by_news().at(stage),
                VisitStanding::Held | VisitStanding::Rendered | VisitStanding::Gone => {
                    Step::say(Reply::Moved { slot }).at(stage)
                }
            }
        }
        MoveAnswer::NotFree { reason, slots } => {
            let draft = moving.draft.clone().at(&to);
            choose(moving.at(draft, Point::Asking), back, reason, slots)
        }
        MoveAnswer::TooLate { until } => too_late(&moving, *back, until),
        MoveAnswer::NotPossible => Step::call_person(HandoffReason::BeyondMachine).at(*back),
    }
}

/// Where the dialogue goes on: what was about this visit is about its new time.
fn after_move(moving: &Moving, slot: Slot, standing: VisitStanding, back: Stage) -> Stage {
    let booked = Stage::Booked {
        visit: moving.visit,
        slot: slot.clone(),
    };
    if let Stage::Paying { owed, payer_wanted } = &back
        && owed.visit == moving.visit
    {
        return Stage::Paying {
            owed: Owed { slot, ..owed.clone() },
            payer_wanted: *payer_wanted,
        };
    }
    let nothing_else = matches!(back, Stage::Open | Stage::Booked { .. });
    if nothing_else && standing == VisitStanding::Confirmed {
        booked
    } else {
        back
    }
}

/// Puts the open question again.
#[must_use]
pub fn again(moving: &Moving, back: &Stage, facts: &Facts<'_>) -> Step {
    match &moving.point {
        Point::Asking => advance(moving.clone(), Box::new(back.clone()), facts),
        Point::Choosing { slots } => Step::say(Reply::PickSlot {
            reason: NotFree::Choose,
            wanted: moving.draft.wanted.clone(),
            slots: slots.clone(),
        }),
        Point::Confirming { to } => Step::say(Reply::ProposeMove { to: to.clone() }),
    }
}

/// Asks once more which visit is meant.
#[must_use]
pub fn which_again(draft: &Draft) -> Step {
    Step::wish(Wish::Upcoming {
        then: Then::Move {
            words: said(draft),
            of: None,
        },
    })
}
