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
        short_code: None,
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
