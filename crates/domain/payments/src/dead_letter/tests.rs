use super::*;

#[test]
fn a_shown_body_has_no_phone_number_and_keeps_amounts_receipts_and_times() {
    let body =
        br#"{"CheckoutRequestID":"ws_CO_12052026080001234700000123","Amount":1500.00,"Receipt":"TEC00EXMPL",
"TransactionDate":20260512080019,"PhoneNumber":254700000123,"MSISDN":"0700000123"}"#;
    let shown = masked(body);
    for number in ["254700000123", "0700000123", "700000"] {
        assert!(!shown.contains(number), "{shown}");
    }
    for kept in [
        "1500.00",
        "TEC00EXMPL",
        "20260512080019",
        "2547*****123",
        "0700***123",
    ] {
        assert!(shown.contains(kept), "{kept} in {shown}");
    }
}

#[test]
fn whatever_the_body_is_it_is_shown_in_bounds_and_without_control_characters() {
    let long = vec![b'7'; 70_000];
    assert!(masked(&long).chars().count() <= DeadLetter::SHOWN_MAX);
    let shown = masked(&[0, 159, 27, b'[', b'2', b'J', b'\n', b'x']);
    assert!(!shown.chars().any(|c| c.is_control() && c != '\n'), "{shown:?}");
    assert!(shown.ends_with("[2J\nx"), "{shown:?}");
}

#[test]
fn every_state_is_read_back_from_its_word() {
    for state in LetterState::ALL {
        assert_eq!(LetterState::parse(state.as_str()), Some(state));
    }
    assert_eq!(LetterState::parse("old"), None);
}
