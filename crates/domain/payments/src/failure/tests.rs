use super::*;

#[test]
fn every_reason_is_read_back_from_its_word_and_matches_the_one_in_events() {
    for reason in FailureReason::ALL {
        assert_eq!(FailureReason::parse(reason.as_str()), Some(reason));
        assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
    }
    assert_eq!(FailureReason::parse("bad luck"), None);
}

#[test]
fn each_class_has_the_next_step_that_helps() {
    assert_eq!(FailureReason::WrongPin.next_step(), NextStep::TryAgain);
    assert_eq!(
        FailureReason::InsufficientFunds.next_step(),
        NextStep::OtherNumberOrCash
    );
    assert_eq!(FailureReason::DeclinedByPayer.next_step(), NextStep::HoldKept);
    assert_eq!(FailureReason::Unreachable.next_step(), NextStep::CheckHandset);
}

#[test]
fn what_the_operator_must_fix_is_not_tried_again() {
    for reason in FailureReason::ALL {
        assert_eq!(
            reason.is_ours_to_fix(),
            reason.retry() == Retry::Pointless,
            "{reason:?}"
        );
    }
}

#[test]
fn a_code_keeps_no_more_than_a_code_can_be() {
    assert_eq!(ProviderCode::new("500.001.1001").as_str(), "500.001.1001");
    assert_eq!(ProviderCode::new("SFC_IC0003").as_str(), "SFC_IC0003");
    assert_eq!(ProviderCode::new("<b>\n254700000123").as_str(), "b254700000123");
    assert_eq!(ProviderCode::new(&"9".repeat(99)).as_str().len(), 32);
}
