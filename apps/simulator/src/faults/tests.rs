//! Which event takes which rule.

use serde_json::json;

use super::{Fault, FaultQueue, FaultRefused, FaultRequest, Target};

fn request(value: serde_json::Value) -> FaultRequest {
    serde_json::from_value(value).unwrap()
}

#[test]
fn a_rule_strikes_its_target_and_phone_as_often_as_it_says() {
    let mut queue = FaultQueue::default();
    queue
        .add(request(
            json!({"target": "daraja.push", "kind": "lose", "count": 2, "match": "254700000123"}),
        ))
        .unwrap();

    assert_eq!(queue.take(Target::DarajaQuery, "254700000123"), None);
    assert_eq!(queue.take(Target::DarajaPush, "254700000999"), None);
    assert_eq!(queue.take(Target::DarajaPush, "254700000123"), Some(Fault::Lose));
    assert_eq!(queue.take(Target::DarajaPush, "254700000123"), Some(Fault::Lose));
    assert_eq!(queue.take(Target::DarajaPush, "254700000123"), None);
}

#[test]
fn rules_of_one_target_strike_in_the_order_they_came() {
    let mut queue = FaultQueue::default();
    queue
        .add(request(
            json!({"target": "whatsapp.send", "kind": "delay", "ms": 5}),
        ))
        .unwrap();
    queue
        .add(request(
            json!({"target": "whatsapp.send", "kind": "code", "code": 131056}),
        ))
        .unwrap();

    assert_eq!(queue.take(Target::WhatsAppSend, ""), Some(Fault::Delay { ms: 5 }));
    let coded = Fault::Code {
        code: "131056".to_owned(),
        message: None,
        status: None,
    };
    assert_eq!(queue.take(Target::WhatsAppSend, ""), Some(coded));
}

#[test]
fn a_rule_that_could_never_strike_is_refused() {
    let mut queue = FaultQueue::default();
    let mut refusal = |value| queue.add(request(value)).unwrap_err();

    assert_eq!(
        refusal(json!({"target": "daraja.push", "kind": "sulk"})),
        FaultRefused::UnknownKind("sulk".to_owned())
    );
    assert_eq!(
        refusal(json!({"target": "daraja.push", "kind": "reorder"})),
        FaultRefused::Senseless {
            kind: "reorder".to_owned()
        }
    );
    assert_eq!(
        refusal(json!({"target": "daraja.push", "kind": "delay"})),
        FaultRefused::Missing {
            kind: "delay".to_owned(),
            parameter: "ms"
        }
    );
    assert!(matches!(
        refusal(json!({"target": "daraja.push", "kind": "empty5xx", "status": 200})),
        FaultRefused::OutOfRange(_)
    ));
    assert!(matches!(
        refusal(json!({"target": "daraja.push", "kind": "lose", "count": 0})),
        FaultRefused::OutOfRange(_)
    ));
    assert!(matches!(
        refusal(json!({"target": "pesapal.ipn", "kind": "shape", "variant": "numbers"})),
        FaultRefused::Senseless { .. }
    ));
    assert!(matches!(
        refusal(json!({"target": "pesapal.cancel", "kind": "shape"})),
        FaultRefused::Missing {
            parameter: "variant",
            ..
        }
    ));
}
