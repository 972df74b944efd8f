//! What becomes of a prompt, and the callback about it.

use std::sync::Arc;

use crate::courier::{Delivery, Destination, Report, Signing, deliver, fault_for};
use crate::daraja::{by_hand, wire};
use crate::faults::{Fault, Target};
use crate::mpesa::book::Movement;
use crate::mpesa::{ConfirmPrompts, Prompt, SettleRefused, UNANSWERED};
use crate::world::World;

/// How a customer answers a prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reaction {
    /// The right PIN. Another amount than the one asked can be made to move.
    Pay {
        /// Whole shillings.
        amount: Option<u64>,
    },
    /// Anything that ends it without money, by its result code.
    End(String),
}

/// The outcome of a prompt and of its callback.
pub(crate) struct Settled {
    pub(crate) result_code: String,
    pub(crate) receipt: Option<String>,
    pub(crate) report: Report,
}

/// Settles a pending prompt and posts the callback, once; and the confirmation, if those come for prompts.
pub(crate) async fn settle(
    world: &Arc<World>,
    checkout_request_id: &str,
    reaction: Reaction,
) -> Result<Settled, SettleRefused> {
    let now = world.now();
    let receipt = world.ids.receipt();
    let (prompt, movement, confirm) = world.write(|state| {
        let movement = match &reaction {
            Reaction::Pay { amount } => {
                let phone = state.mpesa.prompt(checkout_request_id).map(|it| it.phone.clone());
                let name = by_hand::payer_name(&state.phones, &phone.unwrap_or_default());
                let paid = state
                    .mpesa
                    .pay(checkout_request_id, *amount, name, receipt, now)?;
                Some(paid)
            }
            Reaction::End(code) => {
                state.mpesa.end(checkout_request_id, code)?;
                None
            }
        };
        let prompt = state
            .mpesa
            .prompt(checkout_request_id)
            .cloned()
            .ok_or(SettleRefused::Unknown)?;
        Ok((prompt, movement, state.mpesa.manners.confirm_prompts))
    })?;
    let result_code = prompt.result_code.clone().unwrap_or_default();
    if let (Some(movement), ConfirmPrompts::Before) = (&movement, confirm) {
        by_hand::confirm(world, movement).await;
    }
    let report = call_back(world, &prompt, &result_code, movement.as_ref()).await;
    if let (Some(movement), ConfirmPrompts::After) = (&movement, confirm) {
        by_hand::confirm(world, movement).await;
    }
    Ok(Settled {
        result_code,
        receipt: prompt.receipt,
        report,
    })
}

/// Ends the prompts that nobody answered in time, after the clock was moved, and returns their ids.
pub(crate) async fn lapse(world: &Arc<World>) -> Vec<String> {
    let stale = world.read(|state| state.mpesa.stale(world.now()));
    let mut lapsed = Vec::new();
    for id in stale {
        // Somebody may have answered it a moment ago, and then it did not lapse.
        if settle(world, &id, Reaction::End(UNANSWERED.to_owned()))
            .await
            .is_ok()
        {
            lapsed.push(id);
        }
    }
    lapsed
}

pub(super) async fn call_back(
    world: &Arc<World>,
    prompt: &Prompt,
    result_code: &str,
    movement: Option<&Movement>,
) -> Report {
    let (body, fault) = match fault_for(world, Target::DarajaCallback, &prompt.phone) {
        Some(Fault::Code { code, .. }) => {
            let movement = movement.filter(|_| code == "0");
            (wire::callback(prompt, &code, movement, None), None)
        }
        Some(Fault::Shape { variant }) => {
            (wire::callback(prompt, result_code, movement, Some(variant)), None)
        }
        fault => (wire::callback(prompt, result_code, movement, None), fault),
    };
    let delivery = Delivery {
        target: Target::DarajaCallback,
        destination: Destination::Callback(prompt.callback_url.clone()),
        body,
        signing: Signing::Absent,
        // The gateway does not store callbacks: what is not heard the first time is gone.
        redelivered: false,
    };
    deliver(world, delivery, fault).await
}
