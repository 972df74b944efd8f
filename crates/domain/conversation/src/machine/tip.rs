//! The part of the dialogue that is about tips: offered after a visit, chosen or typed, asked for by a prompt.

use super::{Facts, Reply, Stage, Step, Wish};
use crate::desk::{TIP_UNITS_MAX, TIP_UNITS_MIN, TipAnswer, VisitRef};

/// "So much": a prompt for it, on the customer's own phone.
#[must_use]
pub fn chosen(visit: VisitRef, units: u32, facts: &Facts<'_>) -> Step {
    if !(TIP_UNITS_MIN..=TIP_UNITS_MAX).contains(&units) {
        return other(visit);
    }
    match facts.payer.clone() {
        Some(payer) => Step::wish(Wish::Tip { visit, units, payer }),
        None => Step::say(Reply::TipAtDesk),
    }
}

/// "Another amount": which one?
#[must_use]
pub fn other(visit: VisitRef) -> Step {
    Step::say(Reply::AskTip { visit })
}

/// "No tip": nothing is asked for, and the question is answered.
#[must_use]
pub fn declined(stage: &Stage) -> Step {
    Step::say(Reply::NoTip).at(stage.clone())
}

/// What follows from the order to ask for a tip. The dialogue stays where it stood; the question stays open where the
/// same may be chosen again in a moment.
#[must_use]
pub fn asked(stage: &Stage, answer: TipAnswer) -> Step {
    match answer {
        TipAnswer::Asked { amount } => Step::say(Reply::TipPromptSent { amount }).at(stage.clone()),
        TipAnswer::Given => Step::say(Reply::TipGiven).at(stage.clone()),
        TipAnswer::NotNow => Step::say(Reply::TipWaits),
        TipAnswer::NotPossible => Step::say(Reply::TipAtDesk).at(stage.clone()),
    }
}
