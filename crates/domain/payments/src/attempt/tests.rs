use proptest::prelude::*;
use time::Duration;

use super::*;
use crate::evidence::{CallbackVerdict, PushAnswer, QueryAnswer};
use crate::remark::Remark;
use crate::test_support::builders::{
    an_attempt, failed, paid, phone, provider_ids, receipt, second, shillings, unrecognised,
};

/// Everything that an attempt can take in.
#[derive(Clone, Copy, Debug)]
enum Heard {
    Send,
    Withdraw,
    PushAccepted,
    PushRejected,
    PushUnknown,
    CallbackPaid,
    CallbackOtherAmount,
    CallbackFailed,
    CallbackUnrecognised,
    CallbackForeign,
    QueryPaid,
    QueryFailed,
    QueryPending,
    QueryNoAnswer,
    GiveUp,
    PersonPaid,
    PersonFailed,
    PersonCancelled,
}

fn take_in(attempt: Attempt, heard: Heard, at: OffsetDateTime) -> Moved {
    let keep = |attempt: &Attempt| Moved {
        attempt: attempt.clone(),
        news: None,
    };
    let callback = |report| {
        let before = attempt.clone();
        attempt
            .clone()
            .hear_callback(&report, at)
            .unwrap_or_else(|_| keep(&before))
    };
    let person = |resolution| {
        let resolved = Resolved {
            by: Actor::parse("token:manager").unwrap(),
            why: Remark::parse("seen on the portal").unwrap(),
            at,
        };
        let before = attempt.clone();
        attempt
            .clone()
            .resolve(resolution, resolved)
            .unwrap_or_else(|_| keep(&before))
    };
    let reason = FailureReason::DeclinedByPayer;
    let code = ProviderCode::new("1032");
    let due = shillings(1_500);
    match heard {
        Heard::Send => attempt
            .clone()
            .send(at)
            .map_or_else(|| keep(&attempt), |sent| keep(&sent)),
        Heard::Withdraw => attempt.withdraw(at),
        Heard::PushAccepted => attempt.hear_push_answer(&PushAnswer::Accepted(provider_ids(1)), at),
        Heard::PushRejected => attempt.hear_push_answer(&PushAnswer::Rejected { reason, code: None }, at),
        Heard::PushUnknown => attempt.hear_push_answer(&PushAnswer::Unknown, at),
        Heard::CallbackPaid => callback(paid(provider_ids(1), due, receipt(1))),
        Heard::CallbackOtherAmount => callback(paid(provider_ids(1), shillings(1), receipt(1))),
        Heard::CallbackFailed => callback(failed(provider_ids(1), reason)),
        Heard::CallbackUnrecognised => callback(unrecognised(provider_ids(1))),
        Heard::CallbackForeign => callback(paid(provider_ids(2), due, receipt(2))),
        Heard::QueryPaid => attempt.hear_query_answer(&QueryAnswer::Paid, at),
        Heard::QueryFailed => attempt.hear_query_answer(&QueryAnswer::Failed { reason, code }, at),
        Heard::QueryPending => attempt.hear_query_answer(&QueryAnswer::Pending, at),
        Heard::QueryNoAnswer => attempt.hear_query_answer(&QueryAnswer::NoAnswer, at),
        Heard::GiveUp => attempt.give_up_asking(at),
        Heard::PersonPaid => person(Resolution::Paid {
            receipt: receipt(1),
            amount: None,
        }),
        Heard::PersonFailed => person(Resolution::Failed { reason }),
        Heard::PersonCancelled => person(Resolution::Cancelled),
    }
}

/// The reference model: a state's name, what it rests on, and whose ids are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Model {
    place: At,
    ids: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Created,
    Withdrawn,
    /// By a person, after it was sent.
    Cancelled,
    Sent,
    Awaiting,
    Unknown,
    /// In review for silence; anything that is heard may still end it.
    Silent,
    /// In review for a contradiction; only a full success ends it.
    Doubt,
    Failed(Evidence),
    Paid(Evidence),
}

impl Model {
    fn next(self, heard: Heard, age: Duration) -> Self {
        use At::{Awaiting, Cancelled, Created, Doubt, Failed, Paid, Sent, Silent, Unknown, Withdrawn};
        use Evidence::{Callback, Person, PushAnswer, Query};
        let callback = match heard {
            Heard::CallbackPaid
            | Heard::CallbackOtherAmount
            | Heard::CallbackFailed
            | Heard::CallbackUnrecognised => Some(1),
            Heard::CallbackForeign => Some(2),
            Heard::Send
            | Heard::Withdraw
            | Heard::PushAccepted
            | Heard::PushRejected
            | Heard::PushUnknown
            | Heard::QueryPaid
            | Heard::QueryFailed
            | Heard::QueryPending
            | Heard::QueryNoAnswer
            | Heard::GiveUp
            | Heard::PersonPaid
            | Heard::PersonFailed
            | Heard::PersonCancelled => None,
        };
        let unsent = matches!(self.place, Created | Withdrawn);
        let foreign = callback.is_some() && self.ids.is_some() && self.ids != callback;
        if callback.is_some() && (unsent || foreign) {
            return self;
        }
        let learned = if matches!(heard, Heard::PushAccepted) {
            Some(1)
        } else {
            callback
        };
        let ids = self.ids.or(learned);
        let open = matches!(self.place, Sent | Awaiting | Unknown | Silent);
        let place = match (heard, self.place) {
            (Heard::Send, Created) => Sent,
            (Heard::Withdraw, Created) => Withdrawn,
            (Heard::PushAccepted, Sent) => Awaiting,
            (Heard::PushRejected, Sent | Unknown) => Failed(PushAnswer),
            (Heard::PushUnknown, Sent) => Unknown,
            // What a person booked under the same receipt stays as it is, and what is booked under another is disputed.
            (Heard::CallbackPaid | Heard::CallbackForeign, Paid(Person)) => Paid(Person),
            (Heard::CallbackPaid | Heard::CallbackForeign, _) => Paid(Callback),
            (Heard::CallbackOtherAmount, Paid(by)) => Paid(by),
            (Heard::CallbackOtherAmount, _) => Doubt,
            (Heard::CallbackFailed, Failed(_)) => Failed(Callback),
            (Heard::CallbackFailed, _) if open => Failed(Callback),
            (Heard::CallbackUnrecognised, Sent | Awaiting) => Unknown,
            (Heard::QueryPaid, Failed(_) | Cancelled) => Doubt,
            (Heard::QueryPaid, _) if open => Paid(Query),
            (Heard::QueryFailed, _) if open && age >= Duration::seconds(90) => Failed(Query),
            (Heard::QueryFailed, Sent) => Unknown,
            (Heard::QueryPending, Sent) => Unknown,
            (Heard::QueryPending, Awaiting) if age >= Duration::seconds(120) => Unknown,
            (Heard::QueryNoAnswer, Sent | Awaiting) => Unknown,
            (Heard::GiveUp, Sent | Awaiting | Unknown) => Silent,
            (Heard::PersonPaid, Silent | Doubt) => Paid(Person),
            (Heard::PersonFailed, Silent | Doubt) => Failed(Person),
            (Heard::PersonCancelled, Silent | Doubt) => Cancelled,
            (_, same) => same,
        };
        Self { place, ids }
    }
}

fn seen(attempt: &Attempt) -> At {
    match attempt.state() {
        AttemptState::Created => At::Created,
        AttemptState::Cancelled if attempt.progress().sent_at.is_none() => At::Withdrawn,
        AttemptState::Cancelled => At::Cancelled,
        AttemptState::Sent => At::Sent,
        AttemptState::AwaitingCustomer => At::Awaiting,
        AttemptState::Unknown => At::Unknown,
        AttemptState::InReview {
            why: ReviewReason::NoAnswer,
        } => At::Silent,
        AttemptState::InReview { .. } => At::Doubt,
        AttemptState::Failed { evidence, .. } => At::Failed(*evidence),
        AttemptState::Paid { evidence, .. } => At::Paid(*evidence),
    }
}

fn heard() -> impl Strategy<Value = Heard> {
    prop::sample::select(vec![
        Heard::Send,
        Heard::Withdraw,
        Heard::PushAccepted,
        Heard::PushRejected,
        Heard::PushUnknown,
        Heard::CallbackPaid,
        Heard::CallbackOtherAmount,
        Heard::CallbackFailed,
        Heard::CallbackUnrecognised,
        Heard::CallbackForeign,
        Heard::QueryPaid,
        Heard::QueryFailed,
        Heard::QueryPending,
        Heard::QueryNoAnswer,
        Heard::GiveUp,
        Heard::PersonPaid,
        Heard::PersonFailed,
        Heard::PersonCancelled,
    ])
}

fn is_query(heard: Heard) -> bool {
    matches!(
        heard,
        Heard::QueryPaid | Heard::QueryFailed | Heard::QueryPending | Heard::QueryNoAnswer
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_order_of_messages_ends_where_the_model_says(
        script in prop::collection::vec((heard(), 0i64..80), 1..14),
        sent_first in prop::bool::weighted(0.9),
    ) {
        let mut now = 0;
        let mut attempt = an_attempt(1);
        let mut model = Model { place: At::Created, ids: None };
        let first = if sent_first { vec![(Heard::Send, 0)] } else { Vec::new() };
        for (heard, wait) in first.into_iter().chain(script) {
            now += wait;
            let at = second(now);
            let age = attempt.progress().sent_at.map_or(Duration::ZERO, |sent| at - sent);
            let before = attempt.clone();
            let Moved { attempt: after, news } = take_in(attempt, heard, at);
            model = model.next(heard, age);
            prop_assert_eq!(seen(&after), model.place, "after {:?}", heard);

            let was_paid = matches!(before.state(), AttemptState::Paid { .. });
            let is_paid = matches!(after.state(), AttemptState::Paid { .. });
            prop_assert!(is_paid || !was_paid, "nothing leaves paid");
            let told_of_money = matches!(news, Some(News::Paid { .. }));
            prop_assert_eq!(told_of_money, is_paid && !was_paid, "money is told of once");
            if is_query(heard) && matches!(seen(&before), At::Paid(Evidence::Callback)) {
                prop_assert_eq!(seen(&after), seen(&before), "a query never overwrites a callback");
            }
            if before.progress().resolved.is_some() {
                prop_assert!(after.progress().resolved.is_some(), "who decided stays on record");
            }
            if is_query(heard) && matches!(seen(&before), At::Failed(Evidence::Callback)) {
                prop_assert!(seen(&after) == seen(&before) || seen(&after) == At::Doubt);
            }
            let again = take_in(after.clone(), heard, at);
            prop_assert_eq!(&again.attempt, &after, "taking in twice is once");
            prop_assert_eq!(again.news, None, "and is no news");
            let kept = Attempt::restore(after.terms().clone(), after.progress().clone());
            prop_assert_eq!(kept.as_ref(), Ok(&after), "every state can be read back");
            attempt = after;
        }
    }
}

fn awaiting() -> Attempt {
    let sent = an_attempt(1).send(second(0)).unwrap();
    sent.hear_push_answer(&PushAnswer::Accepted(provider_ids(1)), second(1))
        .attempt
}

#[test]
fn a_success_after_a_failure_reopens_and_says_so() {
    let report = failed(provider_ids(1), FailureReason::Unreachable);
    let attempt = awaiting().hear_callback(&report, second(30)).unwrap().attempt;
    let report = paid(provider_ids(1), shillings(1_500), receipt(1));
    let moved = attempt.hear_callback(&report, second(40)).unwrap();
    assert_eq!(
        moved.news,
        Some(News::Paid {
            reopened: Some(StateName::Failed)
        })
    );
}

#[test]
fn another_amount_goes_to_a_person() {
    let report = paid(provider_ids(1), shillings(1_499), receipt(1));
    let moved = awaiting().hear_callback(&report, second(30)).unwrap();
    assert_eq!(moved.news, Some(News::InReview(ReviewReason::AmountDiffers)));
}

#[test]
fn another_payer_goes_to_a_person_and_the_same_one_does_not() {
    let from = |payer| {
        let mut report = paid(provider_ids(1), shillings(1_500), receipt(1));
        if let CallbackVerdict::Paid { payer: told, .. } = &mut report.verdict {
            *told = Some(payer);
        }
        awaiting().hear_callback(&report, second(30)).unwrap().news
    };
    assert_eq!(
        from(phone("+254700000999")),
        Some(News::InReview(ReviewReason::PayerDiffers))
    );
    assert_eq!(from(phone("+254700000123")), Some(News::Paid { reopened: None }));
}

#[test]
fn foreign_ids_and_callbacks_without_a_prompt_are_refused() {
    let foreign = paid(provider_ids(2), shillings(1_500), receipt(1));
    assert_eq!(
        awaiting().hear_callback(&foreign, second(30)),
        Err(NotThisAttempt::ForeignIds)
    );
    let unsent = an_attempt(1).hear_callback(&foreign, second(30));
    assert_eq!(unsent, Err(NotThisAttempt::NeverSent));
}

#[test]
fn a_receipt_completes_what_only_a_query_knew() {
    let by_query = awaiting()
        .hear_query_answer(&QueryAnswer::Paid, second(60))
        .attempt;
    let report = paid(provider_ids(1), shillings(1_500), receipt(1));
    let moved = by_query.hear_callback(&report, second(70)).unwrap();
    assert_eq!(moved.news, Some(News::ReceiptKnown));
    let known = AttemptState::Paid {
        evidence: Evidence::Callback,
        receipt: Some(receipt(1)),
    };
    assert_eq!(moved.attempt.state(), &known);
}

#[test]
fn a_contradiction_to_a_success_is_shown_to_a_person_and_changes_nothing() {
    let report = paid(provider_ids(1), shillings(1_500), receipt(1));
    let settled = awaiting().hear_callback(&report, second(30)).unwrap().attempt;
    let other_receipt = paid(provider_ids(1), shillings(1_500), receipt(2));
    let moved = settled.clone().hear_callback(&other_receipt, second(31)).unwrap();
    assert_eq!(moved.news, Some(News::Disputed(ReviewReason::AnswersDisagree)));
    assert_eq!(moved.attempt.state(), settled.state());
    let code = ProviderCode::new("1032");
    let reason = FailureReason::DeclinedByPayer;
    let moved = settled
        .clone()
        .hear_query_answer(&QueryAnswer::Failed { reason, code }, second(99));
    assert_eq!(moved.news, Some(News::Disputed(ReviewReason::AnswersDisagree)));
    assert_eq!(moved.attempt.state(), settled.state());
}

#[test]
fn a_second_send_is_impossible() {
    let sent = an_attempt(1).send(second(0)).unwrap();
    assert_eq!(sent.send(second(1)), None);
}

#[test]
fn a_row_that_was_sent_at_no_time_is_impossible() {
    let sent = an_attempt(1).send(second(0)).unwrap();
    let mut progress = sent.progress().clone();
    progress.sent_at = None;
    assert_eq!(
        Attempt::restore(sent.terms().clone(), progress),
        Err(ImpossibleAttempt)
    );
}

#[test]
fn reasons_for_review_are_read_back_from_their_words() {
    for reason in ReviewReason::ALL {
        assert_eq!(ReviewReason::parse(reason.as_str()), Some(reason));
        assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
    }
}
