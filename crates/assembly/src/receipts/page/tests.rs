//! The words of a receipt, and how they stand on a page.

use ratiba_kernel::test_support::EPOCH;
use ratiba_payments::receipt::{About, Given, Line, TipGiven};
use ratiba_payments::reference::Receipt;
use ratiba_sheets::lines;
use time::Duration;

use super::*;

fn shillings(whole: i64) -> Money {
    Money::kes_minor(whole * 100)
}

fn zone() -> Zone {
    Zone::parse("Africa/Nairobi").unwrap()
}

fn drawn() -> VisitReceipt {
    let number = |text: &str| Receipt::parse(text).ok();
    let given = |tender, whole, number| Given {
        tender,
        amount: shillings(whole),
        number,
        at: Some(EPOCH),
    };
    VisitReceipt {
        about: About {
            business: "Karibu Spa".to_owned(),
            reference: "BK7Q2M".to_owned(),
            issued_at: EPOCH,
            lines: vec![
                Line {
                    kind: LineKind::Service,
                    what: "Deep tissue massage".to_owned(),
                    at: EPOCH + Duration::hours(5),
                    list: shillings(4_000),
                    discount: shillings(500),
                },
                Line {
                    kind: LineKind::Fee,
                    what: "Facial".to_owned(),
                    at: EPOCH + Duration::hours(7),
                    list: shillings(300),
                    discount: shillings(0),
                },
            ],
            tips: vec![TipGiven {
                amount: shillings(200),
                through: None,
            }],
            elsewhere: shillings(0),
            let_off: shillings(0),
            owed: Money::kes_minor(80_050),
        },
        given: vec![
            given(Tender::Mpesa, 1_500, number("SJK7H2LM9P")),
            given(Tender::Card, 1_000, number("CARD12345")),
            given(Tender::Cash, 500, None),
            given(Tender::Credit, 250, None),
        ],
        to_credit: shillings(50),
        returned: vec![
            Returned {
                tender: Tender::Mpesa,
                amount: shillings(100),
                number: number("REV7H2LM9P"),
                reference: None,
                at: EPOCH,
                done: true,
            },
            Returned {
                tender: Tender::Cash,
                amount: shillings(25),
                number: None,
                reference: None,
                at: EPOCH,
                done: false,
            },
        ],
        settled: Vec::new(),
    }
}

fn shown(tongue: Tongue) -> String {
    text(&rows(&drawn(), tongue, &zone()).unwrap())
}

#[test]
fn every_tender_is_named_by_its_own_word_and_number() {
    let english = shown(Tongue::English);
    for line in [
        "RECEIPT\nKaribu Spa\nReference: BK7Q2M",
        "Deep tissue massage: KES 4,000\nDiscount: KES -500\n",
        "Fee, Facial: KES 300\nTotal: KES 3,800\nTip for the staff, not in the total: KES 200\n",
        "M-Pesa SJK7H2LM9P: KES 1,500\nCard CARD12345: KES 1,000\nCash: KES 500\nYour credit: KES 250\nPaid: KES 3,250\n",
        "Kept as your credit: KES 50\nRefunded, M-Pesa REV7H2LM9P: KES 100\nRefund under way, Cash: KES 25\nPaid, less what went back: KES 3,075\n",
        "Still to pay: KES 800.50",
    ] {
        assert!(english.contains(line), "{line}\n---\n{english}");
    }
    let swahili = shown(Tongue::Swahili);
    for line in [
        "RISITI\n",
        "Kadi CARD12345: KES 1,000",
        "Pesa taslimu: KES 500",
        "Imelipwa, bila iliyorudishwa: KES 3,075\n\nBado kulipwa: KES 800.50",
    ] {
        assert!(swahili.contains(line), "{line}\n---\n{swahili}");
    }
}

#[test]
fn what_the_business_let_off_is_said_so_that_the_sums_can_be_checked() {
    let mut receipt = drawn();
    receipt.about.let_off = shillings(100);
    let english = text(&rows(&receipt, Tongue::English, &zone()).unwrap());
    assert!(
        english.contains("less what went back: KES 3,075\nNot asked for again: KES 100\n"),
        "{english}"
    );
    let swahili = text(&rows(&receipt, Tongue::Swahili, &zone()).unwrap());
    assert!(swahili.contains("Haidaiwi tena: KES 100"), "{swahili}");
}

#[test]
fn a_visit_without_a_prompt_does_not_speak_of_mpesa() {
    let mut receipt = drawn();
    receipt
        .given
        .retain(|given| given.tender == Tender::Card || given.tender == Tender::Cash);
    receipt.returned.clear();
    receipt.to_credit = shillings(0);
    receipt.about.owed = shillings(0);
    for tongue in [Tongue::English, Tongue::Swahili] {
        let shown = text(&rows(&receipt, tongue, &zone()).unwrap());
        assert!(!shown.contains("M-Pesa"), "{shown}");
        assert!(shown.ends_with(ReceiptWord::NothingOwed.word(tongue)));
        let net = ReceiptWord::Kept.word(tongue);
        assert!(!shown.contains(net), "nothing went back: {shown}");
    }
}

#[test]
fn amounts_stand_at_the_right_edge_and_long_words_go_on_below() {
    let mut receipt = drawn();
    receipt.about.lines[0].what = "Kaffa ya kichwa ".repeat(8) + &"x".repeat(90);
    for columns in [20, 54] {
        let printed = lines(&rows(&receipt, Tongue::English, &zone()).unwrap(), columns);
        assert!(printed.iter().all(|line| line.text.chars().count() <= columns));
        let total = printed
            .iter()
            .find(|line| line.text.starts_with("Total"))
            .unwrap();
        assert!(total.strong && total.text.ends_with("KES 3,800"));
        assert_eq!(total.text.chars().count(), columns);
        let letters: usize = printed.iter().map(|line| line.text.matches('x').count()).sum();
        assert_eq!(letters, 90, "nothing is lost");
    }
}

#[test]
fn the_gist_says_what_was_paid_before_it_says_how() {
    assert_eq!(
        gist(&drawn(), Tongue::Swahili).unwrap(),
        "Risiti yako BK7Q2M: Imelipwa KES 3,250. Imelipwa, bila iliyorudishwa KES 3,075. Bado kulipwa KES 800.50. KES 1,500 (M-Pesa SJK7H2LM9P), \
         KES 1,000 (Kadi CARD12345), KES 500 (Pesa taslimu), KES 250 (Salio lako)"
    );
}
