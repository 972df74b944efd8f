use super::super::books::{
    CardRefund, Cards, Charge, Movement, Mpesa, Order, Prompt, Providers, Pushes, Reversal, Withdrawal,
};
use super::super::rows::{
    Absence, Claim, Count, Dead, Entry, Letter, Line, Part, Payment, Payout, Rows, TipPayout, Waiting,
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
        staff_id: None,
        amount_minor,
    }
}

fn of_staff(staff: &str, amount_minor: i64) -> Entry {
    Entry {
        staff_id: Some(text(staff)),
        ..entry("tips_payable", None, None, amount_minor)
    }
}

fn line(id: &str, kind: &str, receipt: &str, state: &str) -> Line {
    Line {
        id: text(id),
        receipt: text(receipt),
        kind: text(kind),
        amount_minor: 0,
        linked_receipt: None,
        state: text(state),
    }
}

fn stated(id: &str, to: &str, clearing: i64) -> Journal {
    let lines = vec![
        entry("mpesa_clearing", None, None, clearing),
        entry(to, None, None, -clearing),
    ];
    journal(&format!("stated:{id}"), lines)
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
        phone: Some(text("+254700000123")),
        account_reference: format!("REF{id}"),
        purpose: text("deposit"),
        state: text(state),
        paid_minor: 24_000,
        credited_minor,
    }
}

fn part(id: &str, visit: &str, state: &str) -> Part {
    part_at(id, visit, state, 0)
}

fn part_at(id: &str, visit: &str, state: &str, starts: i64) -> Part {
    Part {
        id: text(id),
        visit_id: text(visit),
        state: text(state),
        fee_minor: 0,
        deposit_minor: 24_000,
        starts,
        ends: starts + 3_600,
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

/// A prompt that was paid, a card that was paid, one that was paid for a visit that is lost and became credit, of which
/// half was paid out, one that was reversed, and one that a person has; a tip, which was shared out; a charge, and money
/// that went to the bank. All of it is as it should be.
fn sound() -> Snapshot {
    let mut mine = attempt("prompt", "one", "mpesa", "paid");
    mine.receipt = Some(text("TEC01"));
    let mut reversed = attempt("reversed", "four", "mpesa", "paid");
    reversed.receipt = Some(text("TEC02"));
    let movement = |receipt: &str, checkout: &str, amount| Movement {
        receipt: text(receipt),
        checkout_request_id: Some(text(checkout)),
        amount,
        ..Movement::default()
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
    let mut tip = payment("tip", "first", "settled", 0);
    (tip.purpose, tip.paid_minor) = (text("tip"), 3_001);
    let mut tipped = attempt("tip", "tip", "cash", "paid");
    tipped.amount_minor = 3_001;
    let tip_came = vec![
        entry("cash_drawer", None, None, 3_001),
        entry("tips_payable", None, Some("tip"), -3_001),
    ];
    let tip_shared = vec![
        entry("tips_payable", None, Some("tip"), 3_001),
        of_staff("wanjiru", -1_501),
        of_staff("akinyi", -1_500),
    ];
    let paid_out = vec![
        entry("customer_deposits", Some("asha"), None, 12_000),
        entry("cash_drawer", None, None, -12_000),
    ];
    let tip_got = vec![of_staff("wanjiru", 501), entry("cash_drawer", None, None, -501)];
    let earned = vec![
        entry("customer_deposits", Some("asha"), Some("five"), 24_000),
        entry("service_revenue", Some("asha"), Some("five"), -24_000),
    ];
    let float = vec![
        entry("cash_drawer", None, None, 20_000),
        entry("suspense", None, None, -20_000),
    ];
    Snapshot {
        rows: Rows {
            payments: vec![
                tip,
                payment("one", "first", "settled", 0),
                payment("two", "second", "settled", 0),
                payment("three", "third", "credited", 24_000),
                payment("four", "fourth", "settled", 0),
                payment("five", "fifth", "settled", 0),
            ],
            attempts: vec![
                mine,
                attempt("card", "two", "pesapal", "paid"),
                attempt("lost", "three", "pesapal", "paid"),
                reversed,
                attempt("checked", "one", "mpesa", "in_review"),
                tipped,
                attempt("counter", "five", "cash", "paid"),
            ],
            journals: vec![
                deposit("prompt", "mpesa_clearing", "one"),
                deposit("card", "card_clearing", "two"),
                deposit("lost", "card_clearing", "three"),
                deposit("reversed", "mpesa_clearing", "four"),
                journal("credited:three:24000", credit),
                journal("refunded:back", back),
                stated("charge", "fees", -120),
                stated("bank", "suspense", -5_000),
                journal("received:tip", tip_came),
                journal("tip-shared:tip:0", tip_shared),
                journal("paid-out:half", paid_out),
                journal("till-float:till", float),
                journal("till-move:tip", tip_got),
                deposit("counter", "cash_drawer", "five"),
                journal("earned:five:0", earned),
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
                source: text("payment"),
                given_twice_minor: None,
                taken_of_credit_minor: None,
            }],
            parts: vec![
                part("haircut", "first", "confirmed"),
                part_at("facial", "second", "confirmed", 3_600),
                part("gone", "third", "expired"),
                part("off", "fourth", "cancelled_by_business"),
                part("massage", "fifth", "completed"),
            ],
            claims: vec![claim("haircut", 0), claim("facial", 3_600)],
            letters: vec![Letter {
                id: text("letter"),
                reason: text("unknown_token"),
                state: text("new"),
                ours: true,
                receipt: None,
                body: text("{\"receipt\":\"TEC09\",\"id\":\"stray-1\"}"),
            }],
            dead: Vec::new(),
            waiting: vec![Waiting {
                what: text("callbacks"),
                count: 0,
            }],
            lines: vec![
                line("charge", "charge", "TEC01", "fee"),
                line("bank", "withdrawal", "TECW1", "other"),
            ],
            absences: Vec::new(),
            payouts: vec![Payout {
                id: text("half"),
                way: text("cash"),
                amount_minor: 12_000,
                refund_id: None,
            }],
            counts: vec![Count {
                id: text("till"),
                difference_minor: 0,
            }],
            tip_payouts: vec![TipPayout {
                staff_id: text("wanjiru"),
                amount_minor: 501,
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
                charges: vec![Charge {
                    receipt: text("TEC01"),
                    cents: 120,
                }],
                withdrawals: vec![Withdrawal {
                    receipt: text("TECW1"),
                    amount: 50,
                }],
                balance_cents: 24_000 + 24_100 + 1_000 - 120 - 5_000,
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
            drawer: 20_000 + 3_001 - 12_000 - 501 + 24_000,
            strangers: vec![text("stray-1")],
        },
    }
}

#[test]
fn what_is_as_it_should_be_is_found_sound() {
    assert_eq!(check(&sound()), []);
}

/// A name, what is done to sound books, and the law that it breaks.
type Defect = (&'static str, fn(&mut Snapshot), Law);

const DEFECTS: [Defect; 49] = [
    (
        "what was rendered is not earned",
        |it| {
            it.rows.journals.pop();
        },
        Law::RenderedIsEarned,
    ),
    (
        "more is earned of what was rendered than was paid",
        |it| {
            let mut again = it.rows.journals.last().unwrap().clone();
            again.cause = text("earned:five:1");
            it.rows.journals.push(again);
        },
        Law::RenderedIsEarned,
    ),
    (
        "what was rendered is earned out of thin air",
        |it| {
            let lines = &mut it.rows.journals.last_mut().unwrap().entries;
            (lines[0].payment_id, lines[0].customer_id) = (None, None);
        },
        Law::RenderedIsEarned,
    ),
    (
        "all that was paid is kept of somebody who did not come",
        |it| it.rows.parts.last_mut().unwrap().state = text("no_show"),
        Law::EarnedIsKept,
    ),
    (
        "a letter stays nobody's",
        |it| it.rows.letters[0].ours = false,
        Law::LettersEnd,
    ),
    (
        "a letter of nobody is lost",
        |it| it.rows.letters[0].body = text("{\"receipt\":\"TEC09\"}"),
        Law::LettersEnd,
    ),
    (
        "somebody got tips that are not booked",
        |it| it.rows.tip_payouts[0].amount_minor = 502,
        Law::TipsAgree,
    ),
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
        |it| it.rows.payments[3].state = text("open"),
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
        "money that goes back is earned",
        |it| {
            // All that was given back was earned before, and goes back at the cost of the business.
            it.rows.journals[5].entries[0].account = text("refunds");
            let earned = vec![
                entry("customer_deposits", Some("asha"), Some("four"), 24_000),
                entry("service_revenue", Some("asha"), Some("four"), -24_000),
            ];
            it.rows.journals.push(journal("earned:four:0", earned));
        },
        Law::EarnedIsKept,
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
        |it| it.rows.payments[1].paid_minor = 0,
        Law::ConfirmedIsPaid,
    ),
    (
        "a lost visit keeps its claim",
        |it| it.rows.parts[1].state = text("expired"),
        Law::ConfirmedIsPaid,
    ),
    (
        "a visit moved and its claim did not",
        |it| {
            it.rows.parts[1].starts = 7_200;
            it.rows.parts[1].ends = 10_800;
        },
        Law::ClaimsFollow,
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
        "the drawer lacks a shilling",
        |it| it.providers.drawer -= 100,
        Law::CashAgrees,
    ),
    (
        "a count found another amount",
        |it| it.rows.counts[0].difference_minor = -50,
        Law::CashAgrees,
    ),
    (
        "cash moves for no reason",
        |it| it.rows.journals[11].cause = text("credited:one:1"),
        Law::CashAgrees,
    ),
    (
        "a tip is not shared out",
        |it| {
            it.rows.journals.remove(9);
        },
        Law::TipsAgree,
    ),
    (
        "a tip is shared out twice",
        |it| {
            let again = Journal {
                cause: text("tip-shared:tip:1"),
                ..it.rows.journals[9].clone()
            };
            it.rows.journals.push(again);
        },
        Law::TipsAgree,
    ),
    (
        "a payout takes no credit",
        |it| {
            it.rows.journals.remove(10);
        },
        Law::PayoutsAgree,
    ),
    (
        "credit is paid out for nobody",
        |it| it.rows.payouts.clear(),
        Law::PayoutsAgree,
    ),
    (
        "a charge is not booked",
        |it| {
            it.rows.journals.remove(6);
        },
        Law::MpesaAgrees,
    ),
    (
        "what went to the bank is booked as another amount",
        |it| it.rows.journals[7].entries[0].amount_minor = -4_900,
        Law::MpesaAgrees,
    ),
    (
        "a letter was dismissed whose money is nowhere",
        |it| it.rows.letters[0].state = text("dismissed"),
        Law::MpesaAgrees,
    ),
    (
        "a receipt was never given out",
        |it| it.rows.attempts[3].receipt = Some(text("TEC0NE")),
        Law::MpesaAgrees,
    ),
    (
        "M-Pesa holds another amount when all is decided",
        |it| {
            // Nothing is with a person any more, and what had come is gone from both books.
            it.rows.attempts.remove(4);
            it.rows.letters.clear();
            it.providers.mpesa.movements.truncate(2);
            it.providers.mpesa.balance_cents = 24_000 - 120 - 5_000 + 1;
        },
        Law::MpesaAgrees,
    ),
    (
        "PesaPal's account moves for no reason",
        |it| it.rows.journals[6].entries[1].account = text("card_clearing"),
        Law::CardsAgree,
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
fn what_a_person_put_right_by_the_statement_agrees_to_the_cent() {
    let mut snapshot = sound();
    // A query had said that 240 were paid; 241 came, and nobody was told.
    let attempt = &mut snapshot.rows.attempts[4];
    attempt.state = text("paid");
    snapshot
        .rows
        .journals
        .push(deposit("checked", "mpesa_clearing", "one"));
    snapshot.rows.letters.clear();
    snapshot.providers.strangers.clear();
    snapshot.providers.mpesa.movements.truncate(3);
    snapshot.providers.mpesa.balance_cents -= 1_000;
    assert_eq!(check(&snapshot)[0].law, Law::MpesaAgrees, "a shilling more came");
    snapshot.rows.absences.push(Absence {
        id: text("checked"),
        verdict: text("never_moved"),
    });
    let taken_out = vec![
        entry("suspense", None, None, 24_000),
        entry("mpesa_clearing", None, None, -24_000),
    ];
    snapshot
        .rows
        .journals
        .push(journal("never-moved:checked", taken_out));
    snapshot
        .rows
        .lines
        .push(line("more", "received", "TEC03", "other"));
    snapshot.rows.journals.push(stated("more", "suspense", 24_100));
    assert_eq!(check(&snapshot), []);
}

#[test]
fn money_that_went_back_in_the_portal_was_never_in_the_books() {
    let mut snapshot = sound();
    snapshot.providers.mpesa.movements[3].reversed_by = Some(text("TECR9"));
    snapshot.providers.mpesa.reversals.push(Reversal {
        receipt: text("TECR9"),
        original_receipt: text("TEC09"),
        amount: 10,
    });
    snapshot.providers.mpesa.balance_cents -= 1_000;
    let letter = &mut snapshot.rows.letters[0];
    (letter.state, letter.receipt) = (text("refunded"), Some(text("TECR9")));
    assert_eq!(check(&snapshot), []);
    snapshot.rows.letters[0].receipt = Some(text("TECR8"));
    assert_eq!(
        check(&snapshot)[0].law,
        Law::MpesaAgrees,
        "it went back under another number"
    );
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
        source: text("payment"),
        given_twice_minor: None,
        taken_of_credit_minor: None,
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

#[test]
fn that_credit_was_taken_back_is_believed_from_the_books_alone() {
    let mut snapshot = sound();
    snapshot.rows.refunds[0].taken_of_credit_minor = Some(100);
    assert_eq!(check(&snapshot)[0].law, Law::RefundsWithinPaid);
    snapshot.rows.journals.push(journal(
        "uncredited:back:7",
        vec![
            entry("customer_deposits", Some("asha"), None, 100),
            entry("suspense", None, None, -100),
        ],
    ));
    let broken = check(&snapshot);
    assert!(
        broken.iter().all(|finding| finding.law != Law::RefundsWithinPaid),
        "{broken:?}"
    );
}
