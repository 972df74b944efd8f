//! The part of the dialogue that is about visits that exist: shown, cancelled after a yes, announced as late.

use ratiba_kernel::PhoneNumber;

use super::{Effect, Owed, Reply, Stage, Step, Wish};
use crate::desk::{AcceptAnswer, CancelAnswer, Slot, VisitCard, VisitRef, VisitStanding, Wanted};
use crate::thread::HandoffReason;

/// Why we ask what a customer has booked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Then {
    /// To tell them.
    Show,
    /// To cancel one of them: the one on that day or at that time, if one was named.
    Cancel {
        /// The day or time named.
        on: Option<Wanted>,
    },
    /// To cancel this one.
    CancelThis {
        /// Which.
        visit: VisitRef,
    },
    /// To hear that the customer comes to this one.
    Coming {
        /// Which.
        visit: VisitRef,
    },
    /// To take the time that is kept for the customer's word.
    Accept {
        /// Which.
        visit: VisitRef,
    },
    /// To give it back.
    Pass {
        /// Which.
        visit: VisitRef,
    },
    /// To move one of them.
    Move,
    /// To move this one.
    MoveThis {
        /// Which.
        visit: VisitRef,
    },
    /// To tell the team that the customer comes late to the next one.
    Late {
        /// By how much, if it was said.
        minutes: Option<u32>,
    },
}

/// What follows from what the customer has booked. `visits` are that customer's own, in any order.
#[must_use]
pub fn upcoming(stage: &Stage, then: Then, visits: Vec<VisitCard>) -> Step {
    let mut ahead: Vec<VisitCard> = visits
        .into_iter()
        .filter(|card| match card.standing {
            VisitStanding::Held | VisitStanding::Confirmed => true,
            VisitStanding::Rendered | VisitStanding::Gone => false,
        })
        .collect();
    ahead.sort_by_key(|card| (card.slot.starts_at, card.id));
    let Some(next) = ahead.first() else {
        let gone = matches!(then, Then::Accept { .. } | Then::Pass { .. });
        return Step::say(if gone {
            Reply::OfferGone
        } else {
            Reply::NothingBooked
        });
    };
    match then {
        Then::Show => Step::say(Reply::Visits { visits: ahead }),
        Then::Late { minutes } => Step::say(Reply::LateNoted { minutes }).with(Effect::RunsLate {
            visit: next.id,
            minutes,
        }),
        Then::Move => Step::call_person(HandoffReason::BeyondMachine),
        Then::CancelThis { visit } => this_one(&ahead, visit, |card| {
            ask_cancel(card.id, card.slot, stage.clone())
        }),
        Then::MoveThis { visit } => this_one(&ahead, visit, |_card| {
            Step::call_person(HandoffReason::BeyondMachine)
        }),
        Then::Accept { visit } => offered(&ahead, visit, |card| {
            Step::wish(Wish::Accept {
                visit: card.id,
                slot: card.slot,
            })
        }),
        Then::Pass { visit } => offered(&ahead, visit, |card| Step::wish(Wish::Pass { visit: card.id })),
        Then::Coming { visit } => this_one(&ahead, visit, |_card| Step::say(Reply::YouAreWelcome)),
        Then::Cancel { on } => {
            let named: Vec<&VisitCard> = ahead
                .iter()
                .filter(|card| on.as_ref().is_some_and(|on| falls_on(card, on)))
                .collect();
            match (named.as_slice(), ahead.as_slice()) {
                ([one], _) => ask_cancel(one.id, one.slot, stage.clone()),
                ([], [one]) => ask_cancel(one.id, one.slot, stage.clone()),
                (_none_or_many, _several) => Step::say(Reply::PickVisit { visits: ahead }),
            }
        }
    }
}

/// What a button names came from a phone: it counts only if the visit is among the customer's own.
fn this_one(own: &[VisitCard], visit: VisitRef, step: impl FnOnce(&VisitCard) -> Step) -> Step {
    own.iter()
        .find(|card| card.id == visit)
        .map_or_else(|| Step::say(Reply::NothingBooked), step)
}

/// As [`this_one`], for a time that was kept for the customer's word.
fn offered(own: &[VisitCard], visit: VisitRef, step: impl FnOnce(&VisitCard) -> Step) -> Step {
    own.iter()
        .find(|card| card.id == visit)
        .map_or_else(|| Step::say(Reply::OfferGone), step)
}

/// What follows from taking the time that was kept. Where money is asked it is the same as for any hold; a
/// visit that owes nothing is told by its confirmation.
#[must_use]
pub fn accepted(visit: VisitRef, payer: Option<PhoneNumber>, answer: AcceptAnswer) -> Step {
    match answer {
        AcceptAnswer::Gone => Step::say(Reply::OfferGone),
        AcceptAnswer::Confirmed { slot } => Step::silence().at(Stage::Booked { visit, slot }),
        AcceptAnswer::Held { slot, deadline } => {
            let owed = Owed {
                visit,
                slot,
                amount: slot.due_now,
                deadline,
            };
            match payer {
                Some(payer) => Step::wish(Wish::AskMoney { owed, payer }).at(Stage::Paying {
                    owed,
                    payer_wanted: false,
                }),
                None => Step::say(Reply::AskPayer).at(Stage::Paying {
                    owed,
                    payer_wanted: true,
                }),
            }
        }
    }
}

/// What follows from giving it back.
#[must_use]
pub fn passed() -> Step {
    Step::say(Reply::OfferPassed)
}

fn falls_on(card: &VisitCard, on: &Wanted) -> bool {
    match on {
        Wanted::At(instant) => card.slot.starts_at == *instant,
        Wanted::Among(ranges) => ranges.iter().any(|range| range.holds(card.slot.starts_at)),
        Wanted::TimeOfDay(_) => false,
    }
}

/// Really cancel? After a no the dialogue goes on where it was.
#[must_use]
pub fn ask_cancel(visit: VisitRef, slot: Slot, stage: Stage) -> Step {
    let back = match stage {
        Stage::Cancelling { back, .. } => back,
        other @ (Stage::Open
        | Stage::Gathering { .. }
        | Stage::Choosing { .. }
        | Stage::Confirming { .. }
        | Stage::AskingPayer { .. }
        | Stage::Paying { .. }
        | Stage::Booked { .. }) => Box::new(other),
    };
    Step::say(Reply::AskCancel { slot }).at(Stage::Cancelling { visit, slot, back })
}

/// What follows from the order to cancel.
#[must_use]
pub fn cancelled(slot: Slot, answer: CancelAnswer) -> Step {
    match answer {
        CancelAnswer::Cancelled => Step::say(Reply::Cancelled { slot }).at(Stage::Open),
        CancelAnswer::NotPossible => Step::call_person(HandoffReason::BeyondMachine).at(Stage::Open),
    }
}
