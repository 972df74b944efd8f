//! What goes wrong at the providers and on the way to them and from them.

use serde_json::{Value, json};

use super::super::dice::Dice;
use super::Journey;

/// Faults of a round, by the index of the customer whom they strike, if one.
pub(super) fn faults_of(dice: &mut Dice, journeys: &[Journey]) -> Vec<(Option<usize>, Value)> {
    let many = dice.between(1, 5);
    let faults = (0..many).map(|_| {
        let (target, kinds) = dice.pick(&FAULTS);
        let mut fault: Value = serde_json::from_str(dice.pick(kinds)).unwrap_or_default();
        fault["target"] = json!(target);
        // So that callbacks of all kinds of people are struck, and not only those of the next to pay.
        let aimed = target == "daraja.callback" && dice.chance(50);
        let victim = aimed.then(|| journeys[dice.below(journeys.len())].customer);
        (victim, fault)
    });
    faults.collect()
}

const ANSWERS: [&str; 11] = [
    r#"{"kind":"delay","ms":700}"#,
    r#"{"kind":"delay","ms":2500}"#,
    r#"{"kind":"answer_lost"}"#,
    r#"{"kind":"answer_lost"}"#,
    r#"{"kind":"corrupt"}"#,
    r#"{"kind":"lose"}"#,
    r#"{"kind":"html403"}"#,
    r#"{"kind":"html5xx"}"#,
    r#"{"kind":"empty5xx"}"#,
    r#"{"kind":"too_many"}"#,
    r#"{"kind":"shape","variant":"numbers"}"#,
];
const DELIVERIES: [&str; 8] = [
    r#"{"kind":"delay","ms":900}"#,
    r#"{"kind":"delay","ms":3000}"#,
    r#"{"kind":"repeat","times":3}"#,
    r#"{"kind":"repeat","times":9}"#,
    r#"{"kind":"reorder"}"#,
    r#"{"kind":"lose"}"#,
    r#"{"kind":"lose"}"#,
    r#"{"kind":"corrupt"}"#,
];
const CALLBACKS: [&str; 12] = [
    DELIVERIES[0],
    DELIVERIES[1],
    DELIVERIES[2],
    DELIVERIES[4],
    DELIVERIES[5],
    DELIVERIES[6],
    DELIVERIES[7],
    r#"{"kind":"shape","variant":"numbers"}"#,
    r#"{"kind":"shape","variant":"no_phone"}"#,
    r#"{"kind":"shape","variant":"masked_phone"}"#,
    r#"{"kind":"shape","variant":"shuffled"}"#,
    r#"{"kind":"shape","variant":"balance_text"}"#,
];
/// Nobody says a second time what a lost confirmation said: only the statement can tell.
const CONFIRMATIONS: [&str; 8] = [
    DELIVERIES[0],
    DELIVERIES[1],
    DELIVERIES[2],
    DELIVERIES[4],
    DELIVERIES[5],
    DELIVERIES[7],
    r#"{"kind":"shape","variant":"numbers"}"#,
    r#"{"kind":"shape","variant":"no_reference"}"#,
];
const QUERIES: [&str; 6] = [
    r#"{"kind":"lose"}"#,
    r#"{"kind":"corrupt"}"#,
    r#"{"kind":"code","code":"500.001.1001"}"#,
    r#"{"kind":"code","code":"4999"}"#,
    r#"{"kind":"shape","variant":"empty_message"}"#,
    r#"{"kind":"html403"}"#,
];
const CANCELS: [&str; 4] = [
    r#"{"kind":"shape","variant":"paid_meanwhile"}"#,
    r#"{"kind":"answer_lost"}"#,
    r#"{"kind":"lose"}"#,
    r#"{"kind":"html5xx"}"#,
];

/// Where faults strike, and which. None of them makes a provider lie about money: against that there is no defence.
pub(super) const FAULTS: [(&str, &[&str]); 18] = [
    ("daraja.push", &ANSWERS),
    ("daraja.push", &ANSWERS),
    ("daraja.push", &ANSWERS),
    ("daraja.callback", &CALLBACKS),
    ("daraja.callback", &CALLBACKS),
    ("daraja.callback", &CALLBACKS),
    ("daraja.callback", &CALLBACKS),
    ("daraja.query", &QUERIES),
    ("daraja.query", &QUERIES),
    ("daraja.token", &ANSWERS),
    ("daraja.reversal", &ANSWERS),
    ("daraja.result", &DELIVERIES),
    ("pesapal.submit", &ANSWERS),
    ("pesapal.status", &ANSWERS),
    ("pesapal.cancel", &CANCELS),
    ("pesapal.refund", &ANSWERS),
    ("daraja.confirmation", &CONFIRMATIONS),
    ("pesapal.ipn", &DELIVERIES),
];
