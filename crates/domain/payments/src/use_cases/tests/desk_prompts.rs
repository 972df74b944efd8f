//! Prompts that the desk sends.

use super::*;
use crate::actor::Actor;
use crate::attempt::Provider;
use crate::failure::Retry;
use crate::payment::{Payment, PaymentState, Purpose};
use crate::ports::{Owed, VisitAsks};
use crate::test_support::fakes::AlwaysAsks;
use crate::{CustomerId, VisitId};

fn order(name: &str, visit: VisitId) -> DeskPrompt {
    DeskPrompt {
        key: key(name),
        visit,
        payer: None,
        amount: None,
        tip: None,
        by: Actor::parse("token:desk").unwrap(),
    }
}

fn owed(customer: CustomerId, amount: Money) -> VisitAsks {
    VisitAsks::For(Owed {
        customer,
        purpose: Purpose::Balance,
        amount,
        phone: Some(phone("+254700000123")),
    })
}

fn run(bench: &Bench, order: DeskPrompt, asks: VisitAsks) -> Result<PaymentAsked, RequestPaymentError> {
    block_on(bench.desk().execute(bench.tenant, order, &AlwaysAsks(asks)))
}

#[test]
fn the_desk_asks_for_a_part_and_then_for_the_rest() {
    let bench = Bench::new();
    let (visit, customer) = bench.visit();
    let part = DeskPrompt {
        amount: Some(shillings(400)),
        ..order("part", visit)
    };
    let asked = run(&bench, part, owed(customer, shillings(1_500))).unwrap();
    assert_eq!(asked.amount, shillings(400));
    let attempt = bench.record(asked.attempt).attempts[0].clone();
    assert_eq!(
        attempt.terms().payer,
        Some(phone("+254700000123")),
        "the customer's own"
    );
    assert_eq!(attempt.terms().by.as_ref().map(Actor::as_str), Some("token:desk"));
    bench.money.answer_push(PushAnswer::Accepted(provider_ids(1)));
    block_on(bench.push().execute(bench.tenant, asked.attempt)).unwrap();
    bench.callback(
        asked.attempt,
        &paid(provider_ids(1), shillings(400), receipt(1)),
        30,
    );
    assert_eq!(bench.record(asked.attempt).payment.state(), PaymentState::Open);

    bench.clock.set(second(90));
    // A discount was given meanwhile: less is owed than before.
    let rest = run(&bench, order("rest", visit), owed(customer, shillings(1_000))).unwrap();
    assert_eq!((rest.payment, rest.amount), (asked.payment, shillings(1_000)));
    assert_eq!(bench.record(rest.attempt).payment.due(), shillings(1_400));
}

#[test]
fn one_key_is_one_prompt_and_another_order_under_it_is_refused() {
    let bench = Bench::new();
    let (visit, customer) = bench.visit();
    let first = run(&bench, order("once", visit), owed(customer, shillings(700))).unwrap();
    assert_eq!(
        run(&bench, order("once", visit), VisitAsks::Nothing),
        Ok(first),
        "whatever is owed by then"
    );
    let other = DeskPrompt {
        amount: Some(shillings(7)),
        ..order("once", visit)
    };
    let refused = run(&bench, other, owed(customer, shillings(700)));
    assert_eq!(refused, Err(RequestPaymentError::KeyReused));
    let live = run(&bench, order("twice", visit), owed(customer, shillings(700)));
    assert!(
        matches!(live, Err(RequestPaymentError::NotNow(NotNow::StillOpen(_)))),
        "{live:?}"
    );
}

#[test]
fn what_cannot_be_collected_is_refused_before_anything_is_on_record() {
    let bench = Bench::new();
    let (visit, customer) = bench.visit();
    let refused = |amount: Money, payer: Option<&str>| {
        let odd = DeskPrompt {
            amount: Some(amount),
            payer: payer.map(phone),
            ..order("odd", visit)
        };
        run(&bench, odd, owed(customer, shillings(300_000))).unwrap_err()
    };
    assert_eq!(
        refused(Money::kes_minor(150_050), None),
        RequestPaymentError::AmountHasCents
    );
    assert_eq!(
        refused(shillings(0), None),
        RequestPaymentError::AmountNotPositive
    );
    assert_eq!(
        refused(shillings(-1), None),
        RequestPaymentError::AmountNotPositive
    );
    assert_eq!(
        refused(shillings(250_001), None),
        RequestPaymentError::AmountAboveLimit {
            limit: shillings(250_000)
        }
    );
    assert_eq!(
        refused(Money::new(100, Currency::Usd), None),
        RequestPaymentError::CurrencyRefused
    );
    let abroad = refused(shillings(5), Some("+255700000123"));
    assert_eq!(abroad, RequestPaymentError::NotAMobileNumber);
    let more = DeskPrompt {
        amount: Some(shillings(701)),
        ..order("more", visit)
    };
    let outstanding = shillings(700);
    assert_eq!(
        run(&bench, more, owed(customer, outstanding)),
        Err(RequestPaymentError::AmountAboveOutstanding { outstanding })
    );
    let nothing = run(&bench, order("nothing", visit), VisitAsks::Nothing);
    assert_eq!(nothing, Err(RequestPaymentError::NotNow(NotNow::AlreadyPaid)));
    let early = run(&bench, order("early", visit), VisitAsks::NotAgreed);
    assert_eq!(early, Err(RequestPaymentError::NotNow(NotNow::NotAgreed)));
    assert!(bench.book.tasks(bench.tenant).is_empty(), "nothing was asked");
}

#[test]
fn what_failed_for_good_on_one_handset_is_tried_on_another() {
    let bench = Bench::new();
    let (visit, customer) = bench.visit();
    let asked = run(&bench, order("first", visit), owed(customer, shillings(700))).unwrap();
    bench.money.answer_push(PushAnswer::Rejected {
        reason: FailureReason::Misconfigured,
        code: None,
    });
    block_on(bench.push().execute(bench.tenant, asked.attempt)).unwrap();
    bench.clock.set(second(900));
    let same = run(&bench, order("same", visit), owed(customer, shillings(700)));
    assert!(
        matches!(same, Err(RequestPaymentError::NotNow(NotNow::Pointless(_)))),
        "{same:?}"
    );
    let other = DeskPrompt {
        payer: Some(phone("+254711000111")),
        ..order("other", visit)
    };
    assert!(run(&bench, other, owed(customer, shillings(700))).is_ok());
}

/// A page for all that is owed, opened by nobody yet.
fn page(
    bench: &Bench,
    name: &str,
    visit: VisitId,
    asks: VisitAsks,
) -> Result<PaymentAsked, RequestPaymentError> {
    let request = RequestCardLink {
        book: bench.book.clone(),
        house: bench.book.clone(),
        clock: bench.clock.clone(),
        ids: bench.ids.clone(),
    };
    let order = CardLinkOrder {
        key: key(name),
        visit,
        contact: Some(phone("+4915112345678")),
        amount: None,
        tip: None,
        by: Actor::parse("token:desk").unwrap(),
    };
    block_on(request.execute(bench.tenant, order, &AlwaysAsks(asks)))
}

/// Ends an attempt as the provider's refusal would.
fn refuse(bench: &Bench, attempt: AttemptId, reason: FailureReason) {
    let record = bench.record(attempt);
    let now = bench.clock.now();
    let sent = record.attempt(attempt).unwrap().clone().send(now).unwrap();
    let rejected = PushAnswer::Rejected { reason, code: None };
    let moved = sent.hear_push_answer(&rejected, now);
    let change = crate::settlement::settle(record.payment, moved, now, &*bench.ids).unwrap();
    block_on(bench.book.record(bench.tenant, change)).unwrap();
}

#[test]
fn a_page_that_failed_neither_forbids_a_prompt_nor_says_whose_phone_rings() {
    let bench = Bench::new();
    let (visit, customer) = bench.visit();
    let asks = || owed(customer, shillings(700));
    let first = page(&bench, "page", visit, asks()).unwrap();
    refuse(&bench, first.attempt, FailureReason::AmountOutsideLimits);
    assert_eq!(FailureReason::AmountOutsideLimits.retry(), Retry::Pointless);
    let again = page(&bench, "page-2", visit, asks());
    assert!(
        matches!(again, Err(RequestPaymentError::NotNow(NotNow::Pointless(_)))),
        "{again:?}"
    );
    let prompt = run(&bench, order("prompt", visit), asks()).unwrap();
    let record = bench.record(prompt.attempt);
    let terms = record.attempt(prompt.attempt).unwrap().terms();
    assert_eq!(
        (terms.provider, terms.payer.clone()),
        (Provider::Mpesa, Some(phone("+254700000123"))),
        "the customer's own phone, not the card's contact"
    );
}

#[test]
fn one_key_is_one_kind_of_order() {
    let bench = Bench::new();
    let (visit, customer) = bench.visit();
    let asks = || owed(customer, shillings(700));
    assert!(run(&bench, order("both", visit), asks()).is_ok());
    assert_eq!(
        page(&bench, "both", visit, asks()),
        Err(RequestPaymentError::KeyReused)
    );
    // The same holds for one that was recorded right after its key was looked for.
    let late = PromptFromDesk {
        book: Arc::new(BlinkingBook(bench.book.clone())),
        ..bench.desk()
    };
    let other = DeskPrompt {
        amount: Some(shillings(7)),
        ..order("both", visit)
    };
    let refused = block_on(late.execute(bench.tenant, other, &AlwaysAsks(asks())));
    assert_eq!(refused, Err(RequestPaymentError::KeyReused));
}

#[test]
fn nothing_is_asked_while_a_person_looks_at_another_payment_of_the_visit() {
    let bench = Bench::new();
    let asked = bench.prompt_out("deposit", PushAnswer::Accepted(provider_ids(1)));
    let (visit, customer) = {
        let payment = bench.record(asked.attempt).payment;
        (payment.visit(), payment.customer())
    };
    bench.callback(
        asked.attempt,
        &paid(provider_ids(1), shillings(7), receipt(1)),
        10,
    );
    assert_eq!(bench.state(asked.attempt).name(), StateName::InReview);
    bench.clock.set(second(600));
    let checked = Err(RequestPaymentError::NotNow(NotNow::BeingChecked(asked.attempt)));
    let asks = || owed(customer, shillings(700));
    assert_eq!(run(&bench, order("balance", visit), asks()), checked);
    assert_eq!(page(&bench, "page", visit, asks()), checked);
}

#[test]
fn cents_that_a_part_left_are_not_asked_for_on_a_phone() {
    let bench = Bench::new();
    let (asked, visit, customer) = bench.asked("first");
    bench.money.answer_push(PushAnswer::Rejected {
        reason: FailureReason::Unreachable,
        code: None,
    });
    block_on(bench.push().execute(bench.tenant, asked.attempt)).unwrap();
    let payment: Payment = bench.record(asked.attempt).payment;
    let (payment, _) = payment.receive(Money::kes_minor(50_050), second(5)).unwrap();
    let part = Change::of_payment(payment, second(5));
    block_on(bench.book.record(bench.tenant, part)).unwrap();
    bench.clock.set(second(120));
    let cents = Err(RequestPaymentError::AmountHasCents);
    let rest = an_order("rest", visit, customer);
    assert_eq!(block_on(bench.request().execute(bench.tenant, rest)), cents);
    let again = ResendOrder {
        key: key("again"),
        visit,
        payer: None,
    };
    assert_eq!(block_on(bench.resend().execute(bench.tenant, again)), cents);
}

#[test]
fn what_is_paid_at_the_desk_meanwhile_is_not_asked_for_in_the_chat() {
    let bench = Bench::new();
    let (visit, customer) = bench.visit();
    let balance = Payment::owe(
        bench.ids.fresh(),
        visit,
        customer,
        Purpose::Balance,
        shillings(1_500),
        second(0),
    );
    let (balance, _) = balance.receive(shillings(1_500), second(0)).unwrap();
    let change = Change::of_payment(balance, second(0));
    block_on(bench.book.record(bench.tenant, change)).unwrap();
    let refused = block_on(
        bench
            .request()
            .execute(bench.tenant, an_order("late", visit, customer)),
    );
    assert_eq!(refused, Err(RequestPaymentError::NotNow(NotNow::AlreadyPaid)));
}

#[test]
fn a_tip_goes_with_the_balance_only_and_is_no_part_of_what_is_owed() {
    let bench = Bench::new();
    let (visit, customer) = bench.visit();
    let amelia: crate::StaffId = ratiba_kernel::Id::from_uuid(uuid::Uuid::from_u128(8));
    let with_tip = |name: &str, amount: Option<i64>| DeskPrompt {
        amount: amount.map(shillings),
        tip: Some(TipAlong {
            appointment: ratiba_kernel::Id::from_uuid(uuid::Uuid::from_u128(9)),
            team: vec![crate::tip::Renderer {
                staff: amelia,
                weight: 1,
            }],
            amount: shillings(100),
            shares: None,
        }),
        ..order(name, visit)
    };
    let deposit = VisitAsks::For(Owed {
        customer,
        purpose: Purpose::Deposit,
        amount: shillings(700),
        phone: Some(phone("+254700000123")),
    });
    assert_eq!(
        run(&bench, with_tip("deposit", None), deposit),
        Err(RequestPaymentError::TipWithBalanceOnly)
    );
    let owed = || owed(customer, shillings(700));
    let outstanding = shillings(700);
    assert_eq!(
        run(&bench, with_tip("more", Some(701)), owed()),
        Err(RequestPaymentError::AmountAboveOutstanding { outstanding })
    );
    assert_eq!(
        run(&bench, with_tip("tip-alone", Some(0)), owed()),
        Err(RequestPaymentError::AmountNotPositive)
    );
    let asked = run(&bench, with_tip("part", Some(300)), owed()).unwrap();
    assert_eq!(asked.amount, shillings(400));
}

#[test]
fn a_prompt_with_a_tip_does_not_go_out_once_nobody_renders_its_part() {
    let bench = Bench::new();
    let (visit, customer) = bench.visit();
    let part = ratiba_kernel::Id::from_uuid(uuid::Uuid::from_u128(9));
    let with_tip = DeskPrompt {
        tip: Some(TipAlong {
            appointment: part,
            team: vec![crate::tip::Renderer {
                staff: ratiba_kernel::Id::from_uuid(uuid::Uuid::from_u128(8)),
                weight: 1,
            }],
            amount: shillings(100),
            shares: None,
        }),
        ..order("both", visit)
    };
    let asked = run(&bench, with_tip, owed(customer, shillings(700))).unwrap();
    // The rest of the visit stays.
    bench.visits.end_part(part);
    let pushed = block_on(bench.push().execute(bench.tenant, asked.attempt)).unwrap();
    assert_eq!((pushed, bench.money.orders().len()), (Pushed::Withdrawn, 0));
    bench.clock.set(second(90));
    let fee = run(&bench, order("fee", visit), owed(customer, shillings(700))).unwrap();
    bench.money.answer_push(PushAnswer::Accepted(provider_ids(1)));
    let pushed = block_on(bench.push().execute(bench.tenant, fee.attempt)).unwrap();
    assert_eq!(pushed, Pushed::Accepted, "what is owed is asked for as before");
}

#[test]
fn a_repeated_key_is_the_first_prompt_whoever_renders_the_tips_part_by_then() {
    let bench = Bench::new();
    let (visit, customer) = bench.visit();
    let person = |number: u128| ratiba_kernel::Id::from_uuid(uuid::Uuid::from_u128(number));
    let (amelia, brian) = (person(8), person(10));
    let with_tip = |name: &str, team: &[crate::StaffId]| DeskPrompt {
        tip: Some(TipAlong {
            appointment: ratiba_kernel::Id::from_uuid(uuid::Uuid::from_u128(9)),
            team: team
                .iter()
                .map(|staff| crate::tip::Renderer {
                    staff: *staff,
                    weight: 1,
                })
                .collect(),
            amount: shillings(100),
            shares: Some(vec![crate::tip::TipShare {
                staff: amelia,
                amount: shillings(100),
            }]),
        }),
        ..order(name, visit)
    };
    let owed = || owed(customer, shillings(700));
    let first = run(&bench, with_tip("once", &[amelia]), owed()).unwrap();
    for team in [&[brian][..], &[]] {
        assert_eq!(run(&bench, with_tip("once", team), owed()), Ok(first.clone()));
    }
    let (other, customer) = bench.visit();
    let asks = || self::owed(customer, shillings(700));
    let of_other = |team: &[crate::StaffId]| DeskPrompt {
        visit: other,
        ..with_tip("new", team)
    };
    assert_eq!(
        run(&bench, of_other(&[]), asks()),
        Err(RequestPaymentError::Shares(
            crate::tip::SharesRefused::NobodyRenders
        ))
    );
    assert_eq!(
        run(&bench, of_other(&[brian]), asks()),
        Err(RequestPaymentError::Shares(
            crate::tip::SharesRefused::NotOfTheTeam(amelia)
        ))
    );
}
