//! What follows from the booking desk's answers.

use ratiba_kernel::PhoneNumber;

use super::{go_on, propose};
use crate::desk::{HoldAnswer, NotFree, Offer, Slot};
use crate::machine::{Draft, Effect, Facts, Missing, Owed, Reply, Stage, Step, Wish};

/// What follows from the desk's offer.
#[must_use]
pub fn offered(draft: Draft, offer: Offer) -> Step {
    match offer {
        Offer::Free(slot) => propose(draft, slot),
        Offer::Alternatives { reason, slots } => choose(draft, reason, slots),
    }
}

fn choose(draft: Draft, reason: NotFree, slots: Vec<Slot>) -> Step {
    let wanted = draft.wanted.clone();
    match (reason, slots.as_slice()) {
        // An hour that comes now would only fall on that day again.
        (NotFree::TooFar { .. }, []) => {
            Step::say(Reply::NothingFree { reason, wanted }).at(Stage::Gathering {
                draft: draft.without_time(),
                missing: Missing::When,
            })
        }
        (_any, []) => Step::say(Reply::NothingFree { reason, wanted }).at(Stage::Gathering {
            draft: draft.for_another_time(),
            missing: Missing::When,
        }),
        (NotFree::Choose, [only]) => {
            let slot = only.clone();
            propose(draft.at(&slot), slot)
        }
        (_any, _several) => {
            let draft = match reason {
                // It would only be found to have passed again.
                NotFree::Past => draft.for_another_time(),
                NotFree::Choose
                | NotFree::Taken
                | NotFree::Closed
                | NotFree::StaffAway { .. }
                | NotFree::TooSoon { .. }
                | NotFree::TooFar { .. }
                | NotFree::NotOffered => draft,
            };
            Step::say(Reply::PickSlot {
                reason,
                wanted,
                slots: slots.clone(),
            })
            .at(Stage::Choosing { draft, slots })
        }
    }
}

/// What follows from what goes well with a slot: it is offered, or the slot is held without it.
#[must_use]
pub fn complement_known(
    draft: Draft,
    slot: Slot,
    payer: Option<PhoneNumber>,
    pair: Option<Slot>,
    facts: &Facts<'_>,
) -> Step {
    match pair {
        Some(pair) => Step::say(Reply::OfferComplement { pair: pair.clone() })
            .with(Effect::CrossSold)
            .at(Stage::Adding { draft, slot, pair }),
        None => go_on(&draft, &slot, payer, facts),
    }
}

/// What follows from the order to hold a slot. A visit that owes nothing is told by its confirmation.
#[must_use]
pub fn held(draft: Draft, ordered: &Slot, payer: Option<PhoneNumber>, answer: HoldAnswer) -> Step {
    match answer {
        // Both or neither: what was agreed to first is looked for alone.
        HoldAnswer::Taken { .. } if ordered.complement.is_some() => {
            let mut step = Step::say(Reply::ComplementGone);
            step.wish = Some(Wish::Offer {
                draft: draft.at(ordered),
            });
            step
        }
        HoldAnswer::Taken { alternatives } => choose(draft, NotFree::Taken, alternatives),
        HoldAnswer::Held {
            visit,
            slot,
            deadline: Some(deadline),
            due_now,
        } if due_now.is_positive() => {
            let owed = Owed {
                visit,
                slot,
                amount: due_now,
                deadline,
            };
            match payer {
                Some(payer) => Step::wish(Wish::AskMoney {
                    owed: owed.clone(),
                    payer,
                })
                .at(Stage::Paying {
                    owed,
                    payer_wanted: false,
                }),
                None => Step::say(Reply::AskPayer).at(Stage::Paying {
                    owed,
                    payer_wanted: true,
                }),
            }
        }
        HoldAnswer::Held { visit, slot, .. } => Step::told_by_news().at(Stage::Booked { visit, slot }),
    }
}
