use proptest::prelude::*;
use ratiba_kernel::Money;

use super::*;
use crate::actor::Actor;
use crate::attempt::{AttemptTerms, Provider, Resolved};
use crate::card::PageUrl;
use crate::failure::ProviderCode;
use crate::reference::ProviderIds;
use crate::remark::Remark;
use crate::test_support::builders::{an_attempt, receipt, second, shillings};

fn ids(number: u32) -> ProviderIds {
    ProviderIds::new(&format!("b1c2d3e4-{number}"), None).unwrap()
}

fn created() -> Attempt {
    let terms = an_attempt(1).terms().clone();
    Attempt::create(AttemptTerms {
        provider: Provider::Pesapal,
        ..terms
    })
}

fn sent() -> Attempt {
    created().send(second(1)).unwrap()
}

fn opened() -> OpenAnswer {
    OpenAnswer::Created {
        ids: ids(1),
        page: PageUrl::parse("https://pay.example/1").unwrap(),
    }
}

fn open() -> Attempt {
    sent().hear_open_answer(&opened(), second(2)).attempt
}

fn report(amount: Money) -> CardReport {
    CardReport {
        ids: ids(1),
        reference: Some(created().reference().as_str().to_owned()),
        amount: Some(amount),
        receipt: Some(receipt(1)),
    }
}

fn paid() -> CardStatus {
    CardStatus::Paid(report(shillings(1_500)))
}

fn failed() -> CardStatus {
    CardStatus::Failed {
        report: report(shillings(1_500)),
        code: Some(ProviderCode::new("declined")),
    }
}

fn heard(attempt: Attempt, status: &CardStatus) -> Moved {
    attempt.hear_card_status(status, second(9)).unwrap()
}

#[test]
fn a_failed_try_is_not_the_end_of_an_open_order() {
    let after = heard(open(), &failed());
    assert_eq!(
        (after.attempt.state().name(), after.news),
        (StateName::AwaitingCustomer, None)
    );
    let after = heard(after.attempt, &paid());
    assert_eq!(after.news, Some(News::Paid { reopened: None }));
}

#[test]
fn a_notice_that_overtakes_the_answer_to_the_order_settles_it() {
    let after = heard(sent(), &paid());
    assert_eq!(after.attempt.state().name(), StateName::Paid);
    assert_eq!(after.attempt.progress().ids, Some(ids(1)));
    let late = after.attempt.hear_open_answer(&opened(), second(10));
    assert_eq!((late.attempt.state().name(), late.news), (StateName::Paid, None));
}

#[test]
fn money_of_another_order_is_not_taken_for_ours() {
    let mut other_reference = report(shillings(1_500));
    other_reference.reference = Some("ANOTHER".into());
    let mut no_reference = report(shillings(1_500));
    no_reference.reference = None;
    let mut other_order = report(shillings(1_500));
    other_order.ids = ids(2);
    for foreign in [other_reference, no_reference, other_order] {
        let refused = open().hear_card_status(&CardStatus::Paid(foreign), second(9));
        assert_eq!(refused, Err(NotThisAttempt::ForeignIds));
    }
    let early = created().hear_card_status(&paid(), second(9));
    assert_eq!(early, Err(NotThisAttempt::NeverSent));
}

#[test]
fn another_amount_or_currency_is_for_a_person() {
    let dollars = Money::new(150_000, ratiba_kernel::Currency::Usd);
    for amount in [Some(shillings(1_499)), Some(dollars), None] {
        let mut odd = report(shillings(1_500));
        odd.amount = amount;
        let after = heard(open(), &CardStatus::Paid(odd));
        assert_eq!(after.news, Some(News::InReview(ReviewReason::AmountDiffers)));
    }
}

#[test]
fn an_order_that_is_cancelled_in_time_is_cancelled_or_failed() {
    let after = open().hear_cancel_answer(CancelAnswer::Cancelled, &CardStatus::Pending, second(1_800));
    assert_eq!(after.news, Some(News::Cancelled));
    let after = open().hear_cancel_answer(CancelAnswer::Cancelled, &failed(), second(1_800));
    assert_eq!(after.news, Some(News::Failed(FailureReason::CardRefused)));
}

#[test]
fn a_payment_that_crosses_with_the_cancellation_is_a_payment() {
    let paid_first = heard(open(), &paid()).attempt;
    let after = paid_first.hear_cancel_answer(CancelAnswer::Refused, &paid(), second(1_800));
    assert_eq!(
        (after.attempt.state().name(), after.news),
        (StateName::Paid, None)
    );
    let cancelled = open().hear_cancel_answer(CancelAnswer::Cancelled, &CardStatus::Pending, second(1_800));
    let reopened = Some(StateName::Cancelled);
    assert_eq!(
        heard(cancelled.attempt, &paid()).news,
        Some(News::Paid { reopened })
    );
}

#[test]
fn a_cancellation_without_a_clear_answer_leaves_the_order_in_doubt_until_a_later_look() {
    for answer in [CancelAnswer::Refused, CancelAnswer::Unknown] {
        let doubt = open().hear_cancel_answer(answer, &CardStatus::Pending, second(1_800));
        assert_eq!(doubt.news, Some(News::Unknown));
        let again = |answer, status: &CardStatus| {
            let doubt = doubt.attempt.clone();
            doubt.hear_cancel_answer(answer, status, second(3_600)).news
        };
        assert_eq!(again(CancelAnswer::Refused, &CardStatus::NoAnswer), None);
        assert_eq!(again(CancelAnswer::Unknown, &CardStatus::Pending), None);
        // The provider cancels once, so it refuses what the first try has done.
        assert_eq!(
            again(CancelAnswer::Refused, &CardStatus::Pending),
            Some(News::Cancelled)
        );
        assert_eq!(
            again(CancelAnswer::Refused, &failed()),
            Some(News::Failed(FailureReason::CardRefused))
        );
    }
    let silent = open().hear_cancel_answer(CancelAnswer::Cancelled, &CardStatus::NoAnswer, second(1_800));
    assert_eq!(silent.news, Some(News::Unknown));
}

#[test]
fn a_cancellation_that_was_certainly_not_made_changes_nothing() {
    let after = open().hear_cancel_answer(CancelAnswer::NotMade, &CardStatus::Pending, second(1_800));
    assert_eq!((after.attempt, after.news), (open(), None));
}

#[test]
fn that_the_money_went_back_is_told_whatever_else_is_odd() {
    let back = CardStatus::Reversed(report(shillings(1_500)));
    let disputed = heard(heard(open(), &paid()).attempt, &failed());
    assert_eq!(disputed.news, Some(News::Disputed(ReviewReason::AnswersDisagree)));
    let gone = heard(disputed.attempt, &back);
    assert_eq!(gone.news, Some(News::Disputed(ReviewReason::MoneyWentBack)));
    assert_eq!(heard(gone.attempt.clone(), &back).news, None, "told once");
    assert_eq!(
        heard(gone.attempt, &failed()).news,
        None,
        "no weaker reason replaces it"
    );
    let reviewed = heard(open(), &CardStatus::Paid(report(shillings(1_499))));
    assert_eq!(reviewed.news, Some(News::InReview(ReviewReason::AmountDiffers)));
    let gone = heard(reviewed.attempt, &back);
    assert_eq!(gone.news, Some(News::InReview(ReviewReason::MoneyWentBack)));
    assert_eq!(heard(gone.attempt, &back).news, None);
}

#[test]
fn an_answer_that_was_taken_for_lost_still_gives_the_page() {
    let lost = sent().hear_open_answer(&OpenAnswer::Unknown, second(50)).attempt;
    let after = lost.hear_open_answer(&opened(), second(51)).attempt;
    assert_eq!(after.state().name(), StateName::AwaitingCustomer);
    assert!(after.progress().page.is_some() && after.progress().ids.is_some());
}

#[test]
fn an_order_without_a_page_for_the_customer_keeps_its_id_and_is_cancelled_by_it() {
    let answer = OpenAnswer::NoPage {
        ids: report(shillings(1_500)).ids,
    };
    let doubt = sent().hear_open_answer(&answer, second(2));
    assert_eq!(doubt.news, Some(News::Unknown));
    let doubt = doubt.attempt;
    assert_eq!(doubt.clone().close_without_page(second(120)).news, None);
    let over = doubt.hear_cancel_answer(CancelAnswer::Cancelled, &CardStatus::Pending, second(3));
    assert_eq!(over.news, Some(News::Cancelled));
}

#[test]
fn money_that_went_back_is_for_a_person() {
    let back = CardStatus::Reversed(report(shillings(1_500)));
    let after = heard(heard(open(), &paid()).attempt, &back);
    assert_eq!(after.news, Some(News::Disputed(ReviewReason::MoneyWentBack)));
    assert_eq!(
        after.attempt.state().name(),
        StateName::Paid,
        "nothing leaves paid by itself"
    );
    assert_eq!(heard(after.attempt, &back).news, None, "told once");
    assert_eq!(
        heard(open(), &back).news,
        Some(News::InReview(ReviewReason::MoneyWentBack))
    );
}

#[test]
fn that_the_money_went_back_is_news_once_each_time_whatever_a_person_said_of_it() {
    let back = CardStatus::Reversed(report(shillings(1_500)));
    let gone = heard(heard(open(), &paid()).attempt, &back).attempt;
    let resolved = Resolved {
        by: Actor::parse("token:desk").unwrap(),
        why: Remark::parse("the bank decided for us").unwrap(),
        at: second(90),
    };
    let looked_into = gone.settle_dispute(resolved).unwrap().attempt;
    let still = heard(looked_into, &back);
    assert_eq!(still.news, None, "the same word again");
    let kept = heard(still.attempt, &paid());
    assert_eq!(kept.news, None);
    let again = heard(kept.attempt, &back);
    assert_eq!(again.news, Some(News::Disputed(ReviewReason::MoneyWentBack)));
    assert_eq!(heard(again.attempt, &back).news, None);
}

#[test]
fn that_the_money_went_back_again_is_news_although_nobody_looked_into_it_before() {
    let back = CardStatus::Reversed(report(shillings(1_500)));
    let gone = heard(heard(open(), &paid()).attempt, &back).attempt;
    let kept = heard(gone, &paid()).attempt;
    let dispute = Some(ReviewReason::MoneyWentBack);
    assert_eq!(kept.progress().dispute, dispute, "nobody settled it");
    let again = heard(kept, &back);
    assert_eq!(again.news, Some(News::Disputed(ReviewReason::MoneyWentBack)));
    assert_eq!(again.attempt.progress().dispute, dispute);
    assert_eq!(heard(again.attempt, &back).news, None);
}

#[test]
fn an_order_that_is_paid_anew_may_go_back_anew() {
    let back = CardStatus::Reversed(report(shillings(1_500)));
    let mut gone = heard(heard(open(), &paid()).attempt, &back).attempt;
    // A match that was taken back leaves the mark with an attempt that is in review.
    let why = ReviewReason::MatchTakenBack;
    gone.progress.state = AttemptState::InReview { why };
    let anew = heard(gone, &paid());
    assert!(matches!(anew.news, Some(News::Paid { .. })), "{:?}", anew.news);
    assert!(!anew.attempt.progress().reversed);
    assert_eq!(
        heard(anew.attempt, &back).news,
        Some(News::Disputed(ReviewReason::MoneyWentBack))
    );
}

#[test]
fn an_order_whose_page_nobody_was_given_is_closed() {
    let lost = sent().hear_open_answer(&OpenAnswer::Unknown, second(2));
    assert_eq!(lost.news, Some(News::Unknown));
    let closed = lost.attempt.close_without_page(second(120));
    assert_eq!(closed.news, Some(News::Cancelled));
    assert_eq!(open().close_without_page(second(120)).news, None);
}

#[derive(Clone, Debug)]
enum Heard {
    Open(OpenAnswer),
    Status(CardStatus),
    Cancel(CancelAnswer, CardStatus),
    GiveUp,
}

fn statuses() -> impl Strategy<Value = CardStatus> {
    let mut odd = report(shillings(1_499));
    odd.receipt = Some(receipt(2));
    prop_oneof![
        Just(CardStatus::Pending),
        Just(CardStatus::NoAnswer),
        Just(paid()),
        Just(failed()),
        Just(CardStatus::Paid(odd)),
        Just(CardStatus::Reversed(report(shillings(1_500)))),
    ]
}

fn anything() -> impl Strategy<Value = Heard> {
    let refused = OpenAnswer::Rejected {
        reason: FailureReason::RequestRefused,
        code: None,
    };
    let no_page = OpenAnswer::NoPage {
        ids: report(shillings(1_500)).ids,
    };
    let answers = prop_oneof![
        Just(opened()),
        Just(no_page),
        Just(refused),
        Just(OpenAnswer::Unknown)
    ];
    let cancels = prop_oneof![
        Just(CancelAnswer::Cancelled),
        Just(CancelAnswer::Refused),
        Just(CancelAnswer::NotMade),
        Just(CancelAnswer::Unknown)
    ];
    prop_oneof![
        answers.prop_map(Heard::Open),
        statuses().prop_map(Heard::Status),
        (cancels, statuses()).prop_map(|(cancel, status)| Heard::Cancel(cancel, status)),
        Just(Heard::GiveUp),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// The reference: an order is paid as soon as the provider once said so in full, whatever came before or
    /// after, and money is told of exactly once.
    #[test]
    fn in_any_order_money_that_was_told_is_paid_once(story in prop::collection::vec(anything(), 0..14)) {
        let mut attempt = sent();
        let (mut told, mut news_of_money, mut at) = (false, 0, 2);
        for word in story {
            at += 60;
            let now = second(at);
            told |= matches!(&word, Heard::Status(status) if *status == paid());
            let moved = match word {
                Heard::Open(answer) => attempt.hear_open_answer(&answer, now),
                Heard::Status(status) => attempt.hear_card_status(&status, now).unwrap(),
                Heard::Cancel(answer, status) => attempt.hear_cancel_answer(answer, &status, now),
                Heard::GiveUp => attempt.give_up_asking(now),
            };
            news_of_money += u32::from(matches!(moved.news, Some(News::Paid { .. })));
            attempt = moved.attempt;
            prop_assert_eq!(attempt.state().name() == StateName::Paid, told);
            prop_assert_eq!(news_of_money, u32::from(told));
            let again = Attempt::restore(attempt.terms().clone(), attempt.progress().clone());
            prop_assert_eq!(again.as_ref(), Ok(&attempt));
        }
    }
}
