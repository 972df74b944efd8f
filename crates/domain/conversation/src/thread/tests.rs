use ratiba_kernel::test_support::EPOCH;
use serde_json::json;
use time::Duration;

use super::*;
use crate::desk::VisitRef;
use crate::machine::Meaning;
use crate::test_support::builders::{a_slot, a_thread};

#[test]
fn a_state_reads_back_as_it_was_written() {
    let thread = a_thread().confirming(a_slot().build()).build();
    let json = thread.state.to_json().unwrap();
    assert_eq!(json["v"], json!(3), "the program before tips reads it, too");
    assert_eq!(ThreadState::from_json(json).unwrap(), thread.state);
}

#[test]
fn only_a_state_with_a_choice_about_a_tip_is_of_the_version_that_knows_tips() {
    let visit = VisitRef::from_uuid(uuid::Uuid::from_u128(7));
    for (meaning, version) in [
        (Meaning::NoTip(visit), 4),
        (Meaning::OtherTip(visit), 4),
        (Meaning::Tip { visit, units: 100 }, 4),
        (Meaning::Coming(visit), 3),
    ] {
        let mut state = a_thread().build().state;
        state.question = Some(Question {
            message: crate::outgoing::MessageId::from_uuid(uuid::Uuid::from_u128(1)),
            asked_at: EPOCH,
            options: vec![Meaning::Person, meaning],
        });
        let json = state.to_json().unwrap();
        assert_eq!(json["v"], json!(version));
        assert_eq!(ThreadState::from_json(json).unwrap(), state);
    }
}

#[test]
fn only_a_state_that_says_what_a_version_brought_is_of_it() {
    let slot = a_slot().build();
    let visit = VisitRef::from_uuid(uuid::Uuid::from_u128(7));
    let draft = crate::machine::Draft::default().with_service(slot.service);
    let for_two = crate::desk::Slot {
        party: crate::desk::Party::of(2),
        ..slot.clone()
    };
    let with_another = crate::desk::Slot {
        rest: vec![crate::desk::Part {
            service: slot.service,
            staff: None,
        }],
        ..slot.clone()
    };
    let each_their_own = crate::desk::Slot {
        party: crate::desk::Party::of(2).with_each(crate::desk::Each::Own),
        ..with_another.clone()
    };
    let choosing = |slots| Stage::Choosing {
        draft: draft.clone(),
        slots,
    };
    let which = Stage::MovingWhich {
        draft: draft.clone(),
        back: Box::new(Stage::Open),
    };
    let adding = Stage::Adding {
        draft: draft.clone(),
        slot: slot.clone(),
        pair: slot.clone(),
    };
    let cancelling = |told_back| Stage::Cancelling {
        visit,
        slot: slot.clone(),
        told: Some(ratiba_kernel::Money::kes_minor(0)),
        told_back,
        instead: None,
        back: Box::new(Stage::Open),
    };
    let stages = [
        (
            Stage::Booked {
                visit,
                slot: slot.clone(),
            },
            3,
        ),
        (choosing(vec![slot.clone()]), 3),
        (which, 5),
        (
            Stage::Booked {
                visit,
                slot: for_two.clone(),
            },
            6,
        ),
        (choosing(vec![slot.clone(), for_two]), 6),
        (
            Stage::Booked {
                visit,
                slot: with_another,
            },
            9,
        ),
        (
            Stage::Booked {
                visit,
                slot: each_their_own,
            },
            10,
        ),
        (
            Stage::Gathering {
                draft: draft.clone(),
                missing: crate::machine::Missing::Each,
            },
            10,
        ),
        (adding, 6),
        (cancelling(None), 5),
        (cancelling(Some(ratiba_kernel::Money::kes_minor(1))), 7),
    ];
    for (stage, version) in stages {
        let mut state = a_thread().build().state;
        state.stage = stage;
        let json = state.to_json().unwrap();
        assert_eq!(json["v"], json!(version), "{json}");
        assert_eq!(ThreadState::from_json(json).unwrap(), state);
    }
    let mut offered = a_thread().build().state;
    offered.cross_sold = true;
    assert_eq!(offered.to_json().unwrap()["v"], json!(6));
}

#[test]
fn an_older_state_is_lifted_step_by_step() {
    fn rename(mut json: serde_json::Value) -> serde_json::Value {
        json["new"] = json["old"].take();
        json
    }
    fn double(mut json: serde_json::Value) -> serde_json::Value {
        json["twice"] = json!(true);
        json
    }
    let lifts: [fn(serde_json::Value) -> serde_json::Value; 2] = [rename, double];
    let lifted = stored::lifted(json!({"v": 0, "old": 7}), &lifts).unwrap();
    assert_eq!(lifted, json!({"old": null, "new": 7, "twice": true}));
    let from_one = stored::lifted(json!({"v": 1, "new": 7}), &lifts).unwrap();
    assert_eq!(from_one, json!({"new": 7, "twice": true}));
}

#[test]
fn a_state_of_a_newer_program_is_refused_and_the_empty_one_is_a_beginning() {
    let newer = json!({"v": STATE_VERSION + 1});
    assert!(matches!(
        ThreadState::from_json(newer),
        Err(UnreadableState::Newer(_))
    ));
    assert_eq!(ThreadState::from_json(json!({})).unwrap(), ThreadState::default());
}

#[test]
fn a_thread_is_idle_after_a_day_of_silence() {
    let thread = a_thread().build();
    let quiet_since = thread.last_activity_at;
    assert!(!thread.is_idle(quiet_since + IDLE_AFTER - Duration::SECOND));
    assert!(thread.is_idle(quiet_since + IDLE_AFTER));
}

#[test]
fn a_second_call_for_a_person_keeps_the_first_reason() {
    let id = |number| HandoffId::from_uuid(uuid::Uuid::from_u128(number));
    let thread = a_thread()
        .build()
        .suspended(id(1), HandoffReason::Asked, EPOCH)
        .suspended(id(2), HandoffReason::Money, EPOCH + Duration::HOUR);
    assert_eq!(
        thread.driver.handoff().map(|h| (h.id, h.reason)),
        Some((id(1), HandoffReason::Asked))
    );
    assert!(!thread.driver.is_machine());
}

#[test]
fn only_a_state_that_counts_anger_is_of_the_version_that_knows_it() {
    let mut state = a_thread().build().state;
    assert_eq!(state.to_json().unwrap()["v"], json!(3));
    state.angry = 1;
    let json = state.to_json().unwrap();
    assert_eq!(json["v"], json!(8));
    assert_eq!(ThreadState::from_json(json).unwrap(), state);
}

#[test]
fn a_state_of_before_with_a_call_for_a_person_is_read_and_its_call_is_not_lost() {
    let visit = uuid::Uuid::from_u128(7);
    let before = json!({
        "v": 7,
        "stage": {"stage": "open"},
        "misunderstood": 1,
        "handoff": {
            "reason": "money",
            "since": "2026-05-12T05:00:00Z",
            "lines": [{"what": "paid", "at": "2026-05-12T05:01:00Z", "visit": visit, "payment": visit,
                "amount": {"amount_minor": 105_000, "currency": "KES"}}],
        },
    });
    let (reason, _since, lines) = handoff_of_before(&before).unwrap();
    assert_eq!((reason, lines.len()), (HandoffReason::Money, 1));
    let state = ThreadState::from_json(before).unwrap();
    assert_eq!(state.misunderstood, 1);
    assert!(
        state.to_json().unwrap().get("handoff").is_none(),
        "calls have rows of their own"
    );
    assert_eq!(
        handoff_of_before(&json!({"v": 3, "stage": {"stage": "open"}})),
        None
    );
}
