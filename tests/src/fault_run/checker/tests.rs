use super::super::books::{
    CardRefund, Cards, Claim, Dead, Entry, Letter, Movement, Mpesa, Order, Part, Payment, Prompt, Providers,
    Pushes, Reversal, Rows, Waiting,
};
use super::*;

fn text(text: &str) -> String {
    text.to_owned()
}

fn entry(account: &str, customer: Option<&str>, payment: Option<&str>, amount_minor: i64) -> Entry {
    Entry {
        account: text(account),
        customer_id: customer.map(text),
        payment_id: payment.map(text),
        amount_minor,
    }
}

fn journal(cause: &str, entries: Vec<Entry>) -> Journal {
    Journal {
        id: format!("journal-{cause}"),
        cause: text(cause),
        entries,
    }
}

fn attempt(id: &str, payment: &str, provider: &str, state: &str) -> Attempt {
    Attempt {
        id: text(id),
        payment_id: text(payment),
        provider: text(provider),
        state: text(state),
        amount_minor: 24_000,
        receipt: None,
        dispute: None,
        merchant_reference: format!("reference-{id}"),
        provider_checkout_id: None,
        tokens: vec![format!("token-{id}")],
    }
}

fn payment(id: &str, visit: &str, state: &str, credited_minor: i64) -> Payment {
    Payment {
        id: text(id),
        visit_id: text(visit),
        customer_id: text("asha"),
        purpose: text("deposit"),
        state: text(state),
        paid_minor: 24_000,
        credited_minor,
    }
}

fn part(id: &str, visit: &str, state: &str) -> Part {
    Part {
        id: text(id),
        visit_id: text(visit),
        state: text(state),
        fee_minor: 0,
        deposit_minor: 24_000,
    }
}

fn claim(part: &str, starts: i64) -> Claim {
    Claim {
        appointment_id: Some(text(part)),
        kind: text("staff"),
        subject_id: text("wanjiru"),
        seat: 0,
        starts,
        ends: starts + 3_600,
    }
}

fn deposit(attempt: &str, account: &str, payment: &str) -> Journal {
    let lines = vec![
        entry(account, None, None, 24_000),
        entry("customer_deposits", Some("asha"), Some(payment), -24_000),
    ];
    journal(&format!("received:{attempt}"), lines)
}

/// A prompt that was paid, a card that was paid, one that was paid for a visit that is lost and became credit, one that
/// was reversed, and one that a person has; all of it as it should be.
fn sound() -> Snapshot {
    let mut mine = attempt("prompt", "one", "mpesa", "paid");
    mine.receipt = Some(text("TEC01"));
    let mut reversed = attempt("reversed", "four", "mpesa", "paid");
    reversed.receipt = Some(text("TEC02"));
    let movement = |receipt: &str, checkout: &str, amount| Movement {
        receipt: text(receipt),
        checkout_request_id: Some(text(checkout)),
        amount,
    };
    let pushes = |attempt: &str, prompt: &str| Pushes {
        token_sha256: format!("token-{attempt}"),
        asked: 2,
        without_token: 1,
        prompts: vec![text(prompt)],
    };
    let credit = vec![
        entry("customer_deposits", Some("asha"), Some("three"), 24_000),
        entry("customer_deposits", Some("asha"), None, -24_000),
    ];
    let back = vec![
        entry("customer_deposits", Some("asha"), Some("four"), 24_000),
        entry("mpesa_clearing", None, None, -24_000),
    ];
    Snapshot {
        rows: Rows {
            payments: vec![
                payment("one", "first", "settled", 0),
                payment("two", "second", "settled", 0),
                payment("three", "third", "credited", 24_000),
                payment("four", "fourth", "settled", 0),
            ],
            attempts: vec![
                mine,
                attempt("card", "two", "pesapal", "paid"),
                attempt("lost", "three", "pesapal", "paid"),
                reversed,
                attempt("checked", "one", "mpesa", "in_review"),
            ],
            journals: vec![
                deposit("prompt", "mpesa_clearing", "one"),
                deposit("card", "card_clearing", "two"),
                deposit("lost", "card_clearing", "three"),
                deposit("reversed", "mpesa_clearing", "four"),
                journal("credited:three:24000", credit),
                journal("refunded:back", back),
            ],
            refunds: vec![Refund {
                id: text("back"),
                payment_id: text("four"),
                way: text("mpesa_reversal"),
                state: text("done"),
                amount_minor: 24_000,
                attempt_id: Some(text("reversed")),
                looked_up: false,
                original_receipt: Some(text("TEC02")),
            }],
            parts: vec![
                part("haircut", "first", "confirmed"),
                part("facial", "second", "confirmed"),
                part("gone", "third", "expired"),
                part("off", "fourth", "cancelled_by_business"),
            ],
            claims: vec![claim("haircut", 0), claim("facial", 3_600)],
            letters: vec![Letter {
                reason: text("unknown_token"),
                state: text("new"),
                body: text("{\"receipt\":\"TEC09\"}"),
            }],
            dead: Vec::new(),
            waiting: vec![Waiting {
                what: text("callbacks"),
                count: 0,
            }],
        },
        providers: Providers {
            mpesa: Mpesa {
                movements: vec![
                    movement("TEC01", "ws_1", 240),
                    movement("TEC02", "ws_2", 240),
                    // Another amount than was asked: a person has it.
                    movement("TEC03", "ws_3", 241),
                    // Nobody's, and a dead letter tells of it.
                    movement("TEC09", "ws_9", 10),
                ],
                reversals: vec![Reversal {
                    receipt: text("TECR1"),
                    original_receipt: text("TEC02"),
                    amount: 240,
                }],
                pushes: vec![
                    pushes("prompt", "ws_1"),
                    pushes("reversed", "ws_2"),
                    pushes("checked", "ws_3"),
                ],
            },
            cards: Cards {
                orders: ["card", "lost"]
                    .map(|of| Order {
                        order_tracking_id: format!("order-{of}"),
                        merchant_reference: format!("reference-{of}"),
                        amount_cents: 24_000,
                        paid_cents: None,
                        confirmation_code: Some(format!("code-{of}")),
                        state: text("paid"),
                    })
                    .into(),
                refunds: Vec::new(),
            },
            prompts: vec![Prompt {
                checkout_request_id: text("ws_1"),
                beside_same: 0,
            }],
        },
    }
}

#[test]
fn what_is_as_it_should_be_is_found_sound() {
    assert_eq!(check(&sound()), []);
}

/// A name, what is done to sound books, and the law that it breaks.
type Defect = (&'static str, fn(&mut Snapshot), Law);

const DEFECTS: [Defect; 27] = [
    (
        "an attempt is sent for ever",
        |it| it.rows.attempts[4].state = text("sent"),
        Law::AttemptsEnd,
    ),
    (
        "a refund is sent for ever",
        |it| it.rows.refunds[0].state = text("sent"),
        Law::RefundsEnd,
    ),
    (
        "a hold outlives its deadline",
        |it| it.rows.parts[2].state = text("held"),
        Law::NothingStaysOpen,
    ),
    (
        "a payment of a lost visit is open",
        |it| it.rows.payments[2].state = text("open"),
        Law::NothingStaysOpen,
    ),
    (
        "money comes that nobody knows of",
        |it| it.rows.letters.clear(),
        Law::MpesaAgrees,
    ),
    (
        "a shilling too much is booked",
        |it| it.providers.mpesa.movements[0].amount = 239,
        Law::MpesaAgrees,
    ),
    (
        "money is booked that never came",
        |it| {
            it.providers.mpesa.movements.remove(0);
        },
        Law::MpesaAgrees,
    ),
    (
        "money is booked for another receipt",
        |it| it.rows.attempts[0].receipt = Some(text("TEC00")),
        Law::MpesaAgrees,
    ),
    (
        "nobody has what came with another amount",
        |it| it.rows.attempts[4].state = text("failed"),
        Law::MpesaAgrees,
    ),
    (
        "a reversal was never booked",
        |it| {
            it.rows.journals.remove(5);
        },
        Law::MpesaAgrees,
    ),
    (
        "a reversal never happened",
        |it| it.providers.mpesa.reversals.clear(),
        Law::MpesaAgrees,
    ),
    (
        "clearing moves for no reason",
        |it| it.rows.journals[4].entries[0].account = text("mpesa_clearing"),
        Law::MpesaAgrees,
    ),
    (
        "an order is not known",
        |it| it.rows.attempts[1].merchant_reference = text("other"),
        Law::CardsAgree,
    ),
    (
        "a card's payment is not booked",
        |it| {
            it.rows.journals.remove(1);
        },
        Law::CardsAgree,
    ),
    (
        "a failed order is booked",
        |it| it.providers.cards.orders[0].state = text("failed"),
        Law::CardsAgree,
    ),
    (
        "a paid attempt lost its journal",
        |it| {
            it.rows.journals.remove(0);
        },
        Law::BookedOnce,
    ),
    (
        "a journal lost a pair of lines",
        |it| it.rows.journals[0].entries.clear(),
        Law::JournalsBalance,
    ),
    (
        "a journal does not balance",
        |it| it.rows.journals[1].entries[1].amount_minor = -1,
        Law::JournalsBalance,
    ),
    (
        "credit is spent twice",
        |it| {
            it.rows.journals[4]
                .entries
                .iter_mut()
                .for_each(|line| line.amount_minor *= -1)
        },
        Law::NothingNegative,
    ),
    (
        "a lost visit's money is nowhere",
        |it| {
            it.rows.journals.remove(4);
        },
        Law::PaidIsKept,
    ),
    (
        "a confirmed visit has no claim",
        |it| {
            it.rows.claims.remove(0);
        },
        Law::ConfirmedIsPaid,
    ),
    (
        "a visit is confirmed for nothing",
        |it| it.rows.payments[0].paid_minor = 0,
        Law::ConfirmedIsPaid,
    ),
    (
        "a lost visit keeps its claim",
        |it| it.rows.parts[1].state = text("expired"),
        Law::ConfirmedIsPaid,
    ),
    (
        "somebody is taken twice",
        |it| it.rows.claims[1].starts = 3_599,
        Law::NoOverlap,
    ),
    (
        "a prompt is pushed twice",
        |it| it.providers.mpesa.pushes[0].asked = 3,
        Law::PromptedOnce,
    ),
    (
        "two prompts for one payment",
        |it| it.providers.prompts[0].beside_same = 1,
        Law::PromptedOnce,
    ),
    (
        "more is given back than was paid",
        |it| it.rows.refunds[0].amount_minor = 24_001,
        Law::RefundsWithinPaid,
    ),
];

#[test]
fn each_defect_is_found_under_its_own_law() {
    for (name, defect, law) in DEFECTS {
        let mut snapshot = sound();
        defect(&mut snapshot);
        let findings = check(&snapshot);
        assert!(
            findings.iter().any(|finding| finding.law == law),
            "{name}: {findings:#?}"
        );
    }
}

#[test]
fn what_was_given_up_or_never_looked_at_is_found() {
    let mut snapshot = sound();
    snapshot.rows.dead.push(Dead {
        kind: text("payments.query"),
        error: Some(text("no route")),
    });
    snapshot.rows.waiting[0].count = 2;
    let laws: Vec<Law> = check(&snapshot).into_iter().map(|finding| finding.law).collect();
    assert_eq!(laws, [Law::NoDeadJob, Law::NothingWaits]);
}

#[test]
fn a_card_that_was_refunded_agrees_where_both_sides_know_of_it() {
    let mut snapshot = sound();
    snapshot.providers.cards.orders[0].state = text("reversed");
    snapshot.providers.cards.refunds.push(CardRefund {
        confirmation_code: text("code-card"),
        amount_cents: 24_000,
        state: text("done"),
    });
    assert_eq!(check(&snapshot)[0].law, Law::CardsAgree);
    snapshot.rows.refunds.push(Refund {
        id: text("card-back"),
        payment_id: text("two"),
        way: text("card"),
        state: text("done"),
        amount_minor: 24_000,
        attempt_id: Some(text("card")),
        looked_up: false,
        original_receipt: Some(text("code-card")),
    });
    snapshot.rows.journals.push(journal(
        "refunded:card-back",
        vec![
            entry("customer_deposits", Some("asha"), Some("two"), 24_000),
            entry("card_clearing", None, None, -24_000),
        ],
    ));
    assert_eq!(check(&snapshot), []);
    let refund = &mut snapshot.rows.refunds[1];
    (refund.state, refund.looked_up) = (text("unknown"), true);
    snapshot.rows.journals.pop();
    snapshot.providers.cards.refunds[0].state = text("requested");
    snapshot.providers.cards.orders[0].state = text("paid");
    assert_eq!(check(&snapshot), [], "it is looked up each day");
    snapshot.rows.refunds[1].looked_up = false;
    assert_eq!(check(&snapshot)[0].law, Law::RefundsEnd, "nobody looks any more");
}
