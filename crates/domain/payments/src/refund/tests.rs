use proptest::prelude::*;
use ratiba_kernel::test_support::EPOCH;
use uuid::Uuid;

use super::*;
use crate::test_support::builders::{a_payment, key, receipt, second, shillings};

fn a_refund() -> Refund {
    let payment = a_payment();
    Refund::request(RefundTerms {
        id: Id::from_uuid(Uuid::from_u128(7)),
        payment: payment.id(),
        visit: payment.visit(),
        customer: payment.customer(),
        original: Some(Original {
            attempt: Id::from_uuid(Uuid::from_u128(8)),
            receipt: receipt(1),
        }),
        way: RefundWay::MpesaReversal,
        source: RefundSource::Payment,
        cause: RefundCause::Manager,
        reason: "the steam room was cold".to_owned(),
        reference: None,
        key: key("refund"),
        fingerprint: Fingerprint::of("order"),
        amount: shillings(1_500),
        requested_by: Actor::parse("token:1").unwrap(),
        created_at: EPOCH,
    })
}

fn somebody() -> Resolved {
    Resolved {
        by: Actor::parse("token:2").unwrap(),
        reason: "seen in the portal".to_owned(),
    }
}

fn report(by: &str, verdict: ReversalVerdict) -> ReversalReport {
    ReversalReport {
        originator: OriginatorId::parse(by).unwrap(),
        verdict,
    }
}

fn done(whole: i64) -> ReversalVerdict {
    ReversalVerdict::Done {
        receipt: Some(receipt(9)),
        amount: Some(shillings(whole)),
        original: Some(receipt(1)),
    }
}

/// What is told of the money that came in, and not of any that went back.
fn of_original() -> ReversalVerdict {
    ReversalVerdict::Done {
        receipt: Some(receipt(1)),
        amount: Some(shillings(1_500)),
        original: None,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Heard {
    Send,
    Cancel,
    Accepted,
    Rejected,
    NotSent,
    AnswerUnknown,
    ResultDone,
    ResultBefore,
    ResultOtherAmount,
    ResultRefused,
    ResultUnclear,
    ResultForeign,
    ResultOfOriginal,
    StatusDone,
    StatusOfOriginal,
    StatusUnclear,
    GiveUp,
    PersonDone,
    PersonRejected,
}

const ALL: [Heard; 19] = [
    Heard::Send,
    Heard::Cancel,
    Heard::Accepted,
    Heard::Rejected,
    Heard::NotSent,
    Heard::AnswerUnknown,
    Heard::ResultDone,
    Heard::ResultBefore,
    Heard::ResultOtherAmount,
    Heard::ResultRefused,
    Heard::ResultUnclear,
    Heard::ResultForeign,
    Heard::ResultOfOriginal,
    Heard::StatusDone,
    Heard::StatusOfOriginal,
    Heard::StatusUnclear,
    Heard::GiveUp,
    Heard::PersonDone,
    Heard::PersonRejected,
];

fn take_in(refund: Refund, heard: Heard, at: OffsetDateTime) -> RefundMoved {
    let keep = refund.clone().unmoved();
    let result = |verdict| {
        refund
            .clone()
            .hear_result(&report("AG_1", verdict), at)
            .unwrap_or_else(|_| keep.clone())
    };
    let who = somebody();
    let person = |resolution| {
        refund
            .clone()
            .resolve(resolution, who.clone(), at)
            .unwrap_or_else(|_| keep.clone())
    };
    let code = ProviderCode::new("21");
    match heard {
        Heard::Send => refund.clone().send(at).map_or(keep, Refund::unmoved),
        Heard::Cancel => refund.cancel(who.clone(), at).unwrap_or(keep),
        Heard::NotSent => refund.hear_answer(&ReversalAnswer::NotSent, at),
        Heard::Accepted => {
            let id = OriginatorId::parse("AG_1").unwrap();
            refund.hear_answer(&ReversalAnswer::Accepted(id), at)
        }
        Heard::Rejected => refund.hear_answer(&ReversalAnswer::Rejected { code: None }, at),
        Heard::AnswerUnknown => refund.hear_answer(&ReversalAnswer::Unknown, at),
        Heard::ResultDone => result(done(1_500)),
        Heard::ResultBefore => result(ReversalVerdict::DoneBefore),
        Heard::ResultOtherAmount => result(done(1)),
        Heard::ResultRefused => result(ReversalVerdict::Refused { code }),
        Heard::ResultUnclear => result(ReversalVerdict::Unclear),
        Heard::ResultForeign => refund
            .clone()
            .hear_result(&report("AG_2", done(1_500)), at)
            .unwrap_or(keep),
        Heard::ResultOfOriginal => result(of_original()),
        Heard::StatusDone => refund.hear_status(&done(1_500), at),
        Heard::StatusOfOriginal => refund.hear_status(&of_original(), at),
        Heard::StatusUnclear => refund.hear_status(&ReversalVerdict::Unclear, at),
        Heard::GiveUp => refund.give_up_asking(at),
        Heard::PersonDone => person(Resolution::Done { receipt: None }),
        Heard::PersonRejected => person(Resolution::Rejected),
    }
}

/// The reference model: where it is, and whose id is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Requested,
    Sent,
    Unknown,
    /// In review for silence; whatever the provider says ends it.
    Silent,
    /// In review for a contradiction; a person alone ends it.
    Doubt,
    Done,
    Rejected,
    Cancelled,
}

fn next((at, ids, tries): Model, heard: Heard) -> Model {
    if heard == Heard::NotSent && at == At::Sent && ids.is_none() {
        let tries = tries + 1;
        return (if tries > 8 { At::Silent } else { At::Requested }, ids, tries);
    }
    let (at, ids) = heard_of((at, ids), heard);
    (at, ids, tries)
}

/// Where it is, whose id is known, and how often it was to be sent in vain.
type Model = (At, Option<u8>, u8);

fn heard_of((at, ids): (At, Option<u8>), heard: Heard) -> (At, Option<u8>) {
    use At::{Cancelled, Done, Doubt, Rejected, Requested, Sent, Silent, Unknown};
    let sent = !matches!(at, Requested | Cancelled);
    let by = match heard {
        Heard::ResultDone
        | Heard::ResultBefore
        | Heard::ResultOtherAmount
        | Heard::ResultRefused
        | Heard::ResultOfOriginal
        | Heard::ResultUnclear => Some(1),
        Heard::ResultForeign => Some(2),
        Heard::Accepted => return (at, if sent { ids.or(Some(1)) } else { ids }),
        Heard::Send
        | Heard::Cancel
        | Heard::Rejected
        | Heard::NotSent
        | Heard::AnswerUnknown
        | Heard::StatusDone
        | Heard::StatusOfOriginal
        | Heard::StatusUnclear
        | Heard::GiveUp
        | Heard::PersonDone
        | Heard::PersonRejected => None,
    };
    if !sent {
        return match (heard, at) {
            (Heard::Send, Requested) => (Sent, ids),
            (Heard::Cancel, Requested) => (Cancelled, ids),
            _ => (at, ids),
        };
    }
    if by.is_some() && ids.is_some() && ids != by {
        return (at, ids);
    }
    let ids_after = ids.or(by);
    let open = matches!(at, Sent | Unknown | Silent);
    let place = match (heard, at) {
        (Heard::Rejected, Sent | Unknown) if ids.is_none() => Rejected,
        (
            Heard::AnswerUnknown
            | Heard::ResultUnclear
            | Heard::StatusUnclear
            | Heard::ResultOfOriginal
            | Heard::StatusOfOriginal,
            Sent,
        ) => Unknown,
        (Heard::ResultDone | Heard::ResultBefore | Heard::ResultForeign | Heard::StatusDone, _) if open => {
            Done
        }
        (Heard::ResultDone | Heard::ResultBefore | Heard::ResultForeign | Heard::StatusDone, Rejected) => {
            Doubt
        }
        (Heard::ResultOtherAmount, Rejected) => Doubt,
        (Heard::ResultOtherAmount, _) if open => Doubt,
        (Heard::ResultRefused, _) if open => Rejected,
        (Heard::GiveUp, Sent | Unknown) => Silent,
        (Heard::PersonDone, Silent | Doubt) => Done,
        (Heard::PersonRejected, Silent | Doubt) => Rejected,
        (_, same) => same,
    };
    (place, ids_after)
}

fn seen(refund: &Refund) -> At {
    match refund.state() {
        RefundState::Requested => At::Requested,
        RefundState::Sent => At::Sent,
        RefundState::Unknown => At::Unknown,
        RefundState::InReview {
            why: RefundDoubt::NoAnswer | RefundDoubt::NeverSent,
        } => At::Silent,
        RefundState::InReview { .. } => At::Doubt,
        RefundState::Done { .. } => At::Done,
        RefundState::Rejected { .. } => At::Rejected,
        RefundState::Cancelled => At::Cancelled,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_order_of_messages_ends_where_the_model_says(
        script in prop::collection::vec(prop::sample::select(ALL.to_vec()), 1..14),
        sent_first in prop::bool::weighted(0.9),
    ) {
        let mut refund = a_refund();
        let mut model: Model = (At::Requested, None, 0);
        let first = if sent_first { vec![Heard::Send] } else { Vec::new() };
        for (now, heard) in (1..).zip(first.into_iter().chain(script)) {
            let before = refund.clone();
            let RefundMoved { refund: after, news } = take_in(refund, heard, second(now));
            model = next(model, heard);
            prop_assert_eq!(seen(&after), model.0, "after {:?}", heard);
            let was_done = matches!(before.state(), RefundState::Done { .. });
            let is_done = matches!(after.state(), RefundState::Done { .. });
            prop_assert!(is_done || !was_done, "nothing leaves done");
            prop_assert_eq!(news == Some(RefundNews::Done), is_done && !was_done, "it is booked once");
            let again = take_in(after.clone(), heard, second(now));
            prop_assert_eq!(&again.refund, &after, "taking in twice is once");
            prop_assert_eq!(again.news, None, "and is no news");
            let kept = Refund::restore(after.terms().clone(), after.progress().clone());
            prop_assert_eq!(kept.as_ref(), Ok(&after), "every state can be read back");
            refund = after;
        }
    }
}

#[test]
fn what_may_have_gone_back_counts_as_gone_until_somebody_knows_better() {
    let (payment, _) = a_payment().receive(shillings(1_500), second(1)).unwrap();
    assert_eq!(refundable(&payment, &[]), Ok(shillings(1_500)));
    let requested = a_refund();
    assert_eq!(
        refundable(&payment, std::slice::from_ref(&requested)),
        Ok(shillings(0))
    );
    let unknown = requested
        .clone()
        .send(second(2))
        .unwrap()
        .hear_answer(&ReversalAnswer::Unknown, second(3))
        .refund;
    assert_eq!(
        refundable(&payment, std::slice::from_ref(&unknown)),
        Ok(shillings(0))
    );
    let refused = ReversalVerdict::Refused {
        code: ProviderCode::new("8006"),
    };
    let rejected = unknown.hear_result(&report("AG_1", refused), second(4)).unwrap();
    assert_eq!(refundable(&payment, &[rejected.refund]), Ok(shillings(1_500)));
    let cancelled = requested.cancel(somebody(), second(2)).unwrap().refund;
    assert_eq!(refundable(&payment, &[cancelled]), Ok(shillings(1_500)));
}

#[test]
fn what_was_never_sent_is_sent_again_for_a_day_and_then_a_person_has_it() {
    let (mut refund, mut now, mut sent) = (a_refund(), EPOCH, 0);
    let end = loop {
        refund = refund.send(now).unwrap();
        sent += 1;
        let RefundMoved { refund: after, news } = refund.hear_answer(&ReversalAnswer::NotSent, now);
        refund = after;
        let Some(pause) = crate::schedule::send_again_after(refund.progress().tries) else {
            break news;
        };
        assert_eq!(
            (refund.state(), news),
            (&RefundState::Requested, None),
            "no end yet"
        );
        assert!(refund.counts(), "its amount is kept for it");
        now += pause;
    };
    assert_eq!(end, Some(RefundNews::InReview(RefundDoubt::NeverSent)));
    assert_eq!((sent, now - EPOCH), (9, time::Duration::DAY));
}

#[test]
fn the_same_movement_completes_the_refund_that_counts() {
    let movement = done(1_500);
    let done_with = |number| RefundState::Done {
        receipt: Some(receipt(number)),
    };
    let waiting = a_refund();
    let taken = waiting.clone().take_over(&movement, second(3)).unwrap();
    assert_eq!(taken.refund.state(), &done_with(9));
    assert_eq!(taken.refund.clone().send(second(4)), None, "it need not be sent");
    assert_eq!(taken.news, Some(RefundNews::Done));
    let again = taken.refund.take_over(&movement, second(5)).unwrap();
    assert_eq!(again.news, None, "once");
    let mut other = movement.clone();
    if let ReversalVerdict::Done { receipt: told, .. } = &mut other {
        *told = Some(receipt(10));
    }
    assert_eq!(
        again.refund.take_over(&other, second(6)),
        Err(NotThisRefund),
        "another number is another movement"
    );
    let sent = waiting.send(second(1)).unwrap();
    assert_eq!(
        sent.take_over(&of_original(), second(2)).unwrap().news,
        None,
        "the original is no movement back"
    );
}
