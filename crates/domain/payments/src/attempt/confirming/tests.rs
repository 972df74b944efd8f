use super::*;
use crate::evidence::{PushAnswer, QueryAnswer};
use crate::test_support::builders::{an_attempt, provider_ids, receipt, second, shillings};

/// A prompt that went out at the tenth second, and of whose success only a query told, without a number.
fn paid_by_word() -> Attempt {
    let sent = an_attempt(1).send(second(10)).unwrap();
    let accepted = sent.hear_push_answer(&PushAnswer::Accepted(provider_ids(1)), second(11));
    accepted
        .attempt
        .hear_query_answer(&QueryAnswer::Paid, second(400))
        .attempt
}

fn moved(at: Option<OffsetDateTime>) -> Confirmation {
    Confirmation {
        receipt: receipt(1),
        amount: shillings(1_500),
        account: None,
        moved_at: at,
    }
}

#[test]
fn money_that_moved_while_the_prompt_was_out_brings_its_receipt() {
    for at in [Some(second(10)), Some(second(130)), None] {
        let confirmed = paid_by_word().confirm(&moved(at), second(500)).unwrap();
        assert_eq!(
            confirmed.attempt.state(),
            &AttemptState::Paid {
                evidence: Evidence::Confirmation,
                receipt: Some(receipt(1))
            }
        );
    }
}

#[test]
fn money_that_moved_before_or_long_after_the_prompt_is_not_its_own() {
    for at in [second(10) - CLOCKS_DIFFER * 2, second(10) + PROMPT_LIFE * 2] {
        assert_eq!(paid_by_word().confirm(&moved(Some(at)), second(500)), None);
    }
}

#[test]
fn money_of_another_amount_may_be_what_the_prompt_brought_if_only_a_query_told_of_it() {
    let more = |at| Confirmation {
        amount: shillings(1_501),
        ..moved(at)
    };
    assert_eq!(paid_by_word().confirm(&more(Some(second(20))), second(500)), None);
    assert!(paid_by_word().may_have_brought(&more(Some(second(20)))));
    assert!(paid_by_word().may_have_brought(&more(None)), "nobody knows when");
    let later = second(10) + PROMPT_LIFE * 2;
    assert!(!paid_by_word().may_have_brought(&more(Some(later))));
    assert!(!paid_by_word().may_have_brought(&moved(Some(second(20)))));
    let known = paid_by_word().confirm(&moved(Some(second(20))), second(500));
    assert!(!known.unwrap().attempt.may_have_brought(&more(Some(second(20)))));
}
