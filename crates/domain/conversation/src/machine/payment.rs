//! The part of the dialogue that is about money. The desk says where a payment stands; nothing is believed
//! because a customer says so, and no second prompt goes out while the first may still be answered.

use super::{Effect, Facts, Owed, Reply, Stage, Step, Wish};
use crate::desk::{AskAnswer, CardAnswer, PaymentStanding, ResendAnswer, Slot};
use crate::thread::HandoffReason;

/// "I have paid": looked up, never believed.
#[must_use]
pub fn claimed(stage: &Stage) -> Step {
    match stage {
        Stage::MovingWhich { back, .. } | Stage::Moving { back, .. } => claimed(back),
        Stage::Paying { owed, .. } => Step::wish(Wish::LookUpPayment {
            owed: owed.clone(),
            claimed: true,
        }),
        Stage::Booked { .. } => Step::say(Reply::YouAreWelcome),
        Stage::Open
        | Stage::Gathering { .. }
        | Stage::Choosing { .. }
        | Stage::Confirming { .. }
        | Stage::Adding { .. }
        | Stage::AskingPayer { .. }
        | Stage::Cancelling { .. } => {
            // Money that we know nothing of may be real: paid by hand, or for a hold that ran out.
            Step::call_person(HandoffReason::Money)
        }
    }
}

/// "Send the prompt again."
#[must_use]
pub fn wanted_again(stage: &Stage, facts: &Facts<'_>) -> Step {
    match stage {
        Stage::MovingWhich { back, .. } | Stage::Moving { back, .. } => wanted_again(back, facts),
        Stage::Paying { owed, .. } if facts.stale => Step::wish(Wish::LookUpPayment {
            owed: owed.clone(),
            claimed: false,
        }),
        Stage::Paying {
            owed: _,
            payer_wanted: true,
        } => Step::say(Reply::AskPayer),
        Stage::Paying {
            owed,
            payer_wanted: false,
        } => Step::wish(Wish::Resend {
            owed: owed.clone(),
            payer: None,
        }),
        Stage::Open
        | Stage::Gathering { .. }
        | Stage::Choosing { .. }
        | Stage::Confirming { .. }
        | Stage::Adding { .. }
        | Stage::AskingPayer { .. }
        | Stage::Booked { .. }
        | Stage::Cancelling { .. } => Step::say(Reply::NothingDue),
    }
}

/// "Another phone pays": which one?
#[must_use]
pub fn other_number(stage: &Stage) -> Step {
    match stage {
        Stage::MovingWhich { back, .. } | Stage::Moving { back, .. } => other_number(back),
        Stage::Paying { .. } => Step::say(Reply::AskPayer),
        Stage::Open
        | Stage::Gathering { .. }
        | Stage::Choosing { .. }
        | Stage::Confirming { .. }
        | Stage::Adding { .. }
        | Stage::AskingPayer { .. }
        | Stage::Booked { .. }
        | Stage::Cancelling { .. } => Step::say(Reply::NothingDue),
    }
}

/// "I pay by card": a page, where there is something to pay now.
#[must_use]
pub fn by_card(stage: &Stage, facts: &Facts<'_>) -> Step {
    match stage {
        Stage::MovingWhich { back, .. } | Stage::Moving { back, .. } => by_card(back, facts),
        Stage::Paying { owed, .. } if facts.stale => Step::wish(Wish::LookUpPayment {
            owed: owed.clone(),
            claimed: false,
        }),
        Stage::Paying { owed, .. } => Step::wish(Wish::AskCard { owed: owed.clone() }),
        Stage::Open
        | Stage::Gathering { .. }
        | Stage::Choosing { .. }
        | Stage::Confirming { .. }
        | Stage::Adding { .. }
        | Stage::AskingPayer { .. }
        | Stage::Booked { .. }
        | Stage::Cancelling { .. } => Step::say(Reply::Cards),
    }
}

/// What follows from the order to open a page.
#[must_use]
pub fn card_asked(owed: Owed, answer: CardAnswer) -> Step {
    match answer {
        CardAnswer::Asked { amount, deadline } => {
            let owed = Owed {
                amount,
                deadline,
                ..owed
            };
            Step::say(Reply::CardComing { owed: owed.clone() }).at(Stage::Paying {
                owed,
                payer_wanted: false,
            })
        }
        CardAnswer::StillOpen => Step::say(Reply::PromptStillOpen),
        CardAnswer::Checking => Step::say(Reply::PaymentChecking),
        CardAnswer::HoldGone => hold_gone(owed.slot, false),
        CardAnswer::Settled { amount, receipt } => settled(owed, amount, receipt),
        CardAnswer::NotOffered => Step::say(Reply::Cards),
        CardAnswer::NotPossible => Step::call_person(HandoffReason::Money),
    }
}

/// What follows from the order to ask for money.
#[must_use]
pub fn asked(owed: Owed, answer: AskAnswer) -> Step {
    match answer {
        AskAnswer::Asked { amount, .. } => {
            let owed = Owed { amount, ..owed };
            Step::say(Reply::PromptSent { owed: owed.clone() }).at(Stage::Paying {
                owed,
                payer_wanted: false,
            })
        }
        AskAnswer::BadPayer => Step::say(Reply::AskOtherPayer).at(Stage::Paying {
            owed,
            payer_wanted: true,
        }),
        AskAnswer::HoldGone => hold_gone(owed.slot, false),
        AskAnswer::Settled { amount, receipt } => settled(owed, amount, receipt),
        AskAnswer::Checking => Step::say(Reply::PaymentChecking).at(Stage::Paying {
            owed,
            payer_wanted: false,
        }),
        AskAnswer::NotYet { minutes } => Step::say(Reply::HeldPromptLater {
            owed: owed.clone(),
            minutes,
        })
        .at(Stage::Paying {
            owed,
            payer_wanted: false,
        }),
        AskAnswer::NotPossible => Step::call_person(HandoffReason::Money).at(Stage::Paying {
            owed,
            payer_wanted: false,
        }),
    }
}

/// What follows from where the payment stands.
#[must_use]
pub fn looked_up(owed: Owed, claimed: bool, standing: PaymentStanding, facts: &Facts<'_>) -> Step {
    let run_out = facts.now >= owed.deadline;
    match standing {
        PaymentStanding::Settled { amount, receipt } => settled(owed, amount, receipt),
        PaymentStanding::Checking | PaymentStanding::Prompting if claimed => Step::say(Reply::ClaimChecking),
        PaymentStanding::Prompting => Step::say(Reply::PromptStillOut),
        PaymentStanding::Checking => Step::say(Reply::PaymentChecking),
        PaymentStanding::Failed(_) | PaymentStanding::NothingAsked if run_out => hold_gone(owed.slot, false),
        PaymentStanding::GivenBack if run_out => hold_gone(owed.slot, true),
        PaymentStanding::Failed(trouble) => {
            let step = Step::say(Reply::PaymentFailed {
                trouble,
                deadline: owed.deadline,
            });
            if trouble.is_ours() {
                step.with(Effect::CallPerson(HandoffReason::Money))
            } else {
                step
            }
        }
        PaymentStanding::NothingAsked | PaymentStanding::GivenBack => {
            Step::say(Reply::AskPayer).at(Stage::Paying {
                owed,
                payer_wanted: true,
            })
        }
    }
}

/// What follows from the order to ask again.
#[must_use]
pub fn resent(owed: Owed, answer: ResendAnswer) -> Step {
    match answer {
        ResendAnswer::Asked => Step::say(Reply::PromptSent { owed }),
        ResendAnswer::StillOut => Step::say(Reply::PromptStillOut),
        ResendAnswer::Checking => Step::say(Reply::PaymentChecking),
        ResendAnswer::Settled { amount, receipt } => settled(owed, amount, receipt),
        ResendAnswer::BadPayer => Step::say(Reply::AskOtherPayer),
        ResendAnswer::NotYet { minutes } => Step::say(Reply::ResendNotYet { minutes }),
        ResendAnswer::NeverAsked => Step::say(Reply::AskPayer).at(Stage::Paying {
            owed,
            payer_wanted: true,
        }),
        ResendAnswer::NothingDue => hold_gone(owed.slot, false),
    }
}

/// The hold ran out or was given up: the same may be booked again.
fn hold_gone(slot: Slot, given_back: bool) -> Step {
    let again = Stage::after_hold(&slot);
    Step::say(Reply::HoldGone { slot, given_back }).at(again)
}

fn settled(owed: Owed, amount: ratiba_kernel::Money, receipt: Option<String>) -> Step {
    Step::say(Reply::PaymentArrived {
        slot: owed.slot.clone(),
        amount,
        receipt,
    })
    .at(Stage::Booked {
        visit: owed.visit,
        slot: owed.slot,
    })
}
