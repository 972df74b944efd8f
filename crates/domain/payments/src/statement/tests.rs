use proptest::prelude::*;
use time::macros::datetime;

use super::matching::{Fit, KnownBooks, KnownMoney, by_looks, by_receipt};
use super::*;
use crate::payment::PaymentId;
use crate::reference::AccountReference;
use crate::test_support::builders::{receipt, shillings};

const HEADER: &str = "Receipt No.,Completion Time,Initiation Time,Details,Transaction Status,Paid In,Withdrawn,Balance,\
                      Balance Confirmed,Reason Type,Other Party Info,Linked Transaction ID,A/C No.";

fn payment() -> PaymentId {
    PaymentId::from_uuid(uuid::Uuid::from_u128(7))
}

fn row(receipt: &str, status: &str, paid_in: &str, withdrawn: &str, reason: &str, account: &str) -> String {
    format!(
        "{receipt},2026-05-12 14:03:22,2026-05-12 14:03:20,\"Pay, Bill\",{status},{paid_in},{withdrawn},\"9,000.00\",true,\
         {reason},2547***123 - ASHA,,{account}"
    )
}

fn file(rows: &[String]) -> String {
    format!("{HEADER}\r\n{}\r\n", rows.join("\r\n"))
}

fn known(number: Option<u32>, amount: i64) -> KnownMoney {
    KnownMoney {
        attempt: Id::from_uuid(uuid::Uuid::from_u128(9)),
        payment: payment(),
        receipt: number.map(receipt),
        amount: shillings(amount),
        account: AccountReference::of(payment()),
        at: datetime!(2026-05-12 11:00 UTC),
    }
}

#[test]
fn each_line_says_what_moved() {
    let text = file(&[
        row(
            "TEC0000001",
            "Completed",
            "\"1,500.00\"",
            "",
            "Pay Utility",
            "ABC",
        ),
        row("TEC0000001", "Completed", "", "-8.25", "Pay Utility Charge", ""),
        row(
            "TEC0000002",
            "Completed",
            "0.00",
            "300",
            "Transaction Reversal",
            "",
        ),
        row(
            "TEC0000003",
            "Completed",
            "",
            "\"10,000.5\"",
            "Organization to bank",
            "",
        ),
        row("TEC0000004", "Failed", "20.00", "", "Pay Utility", ""),
    ]);
    let statement = read(text.as_bytes()).unwrap();
    let lines: Vec<_> = statement
        .lines
        .iter()
        .map(|line| (line.kind, line.amount.amount_minor()))
        .collect();
    assert_eq!(
        lines,
        [
            (LineKind::Received, 150_000),
            (LineKind::Charge, 825),
            (LineKind::Reversal, 30_000),
            (LineKind::Withdrawal, 1_000_050),
        ]
    );
    assert_eq!((statement.not_completed, statement.broken), (1, 0));
    assert_eq!(
        statement.lines[0].at,
        datetime!(2026-05-12 11:03:22 UTC),
        "the portal's clock is Nairobi's"
    );
    assert_eq!(statement.lines[0].account.as_deref(), Some("ABC"));
}

#[test]
fn a_mark_rows_above_and_columns_in_another_order_do_not_matter() {
    let text = "\u{feff}Short Code:,600000\n\nWithdrawn,Paid In,A/C No.,Receipt No.,Transaction Status,Completion Time\n\
                ,250,X,TEC0000001,completed,12/05/2026 09:00\n";
    let statement = read(text.as_bytes()).unwrap();
    assert_eq!(statement.lines.len(), 1);
    assert_eq!(
        (statement.lines[0].number, statement.lines[0].amount),
        (4, shillings(250))
    );
}

#[test]
fn broken_lines_are_named_and_the_others_stand() {
    let sound = row("TEC0000009", "Completed", "10", "", "", "");
    for (broken, what) in [
        (
            row("short", "Completed", "10", "", "", ""),
            "the receipt is not one of M-Pesa's",
        ),
        (row("TEC0000001", "", "10", "", "", ""), "it has no status"),
        (
            row("TEC0000001", "Completed", "10.123", "", "", ""),
            "the amount paid in cannot be read",
        ),
        (
            row("TEC0000001", "Completed", "\"1,50\"", "", "", ""),
            "the amount paid in cannot be read",
        ),
        (
            row("TEC0000001", "Completed", "", "ten", "", ""),
            "the amount withdrawn cannot be read",
        ),
        (
            row("TEC0000001", "Completed", "", "", "", ""),
            "nothing is paid in or withdrawn",
        ),
        (
            row("TEC0000001", "Completed", "1", "1", "", ""),
            "it is both paid in and withdrawn",
        ),
        (
            sound.replace("2026-05-12 14:03:22", "yesterday"),
            "the completion time cannot be read",
        ),
    ] {
        let statement = read(file(&[broken, sound.clone()]).as_bytes()).unwrap();
        assert_eq!(statement.faults, [LineFault { line: 2, what }]);
        assert_eq!((statement.lines.len(), statement.broken), (1, 1));
    }
}

#[test]
fn what_is_no_statement_is_refused() {
    assert_eq!(read(b"a,b\n1,2\n"), Err(NoStatement::NoHeader));
    assert_eq!(read(&[0xff, 0xfe]), Err(NoStatement::NotText));
    assert_eq!(read(b"a\n\"b,\n"), Err(NoStatement::OpenQuote { line: 2 }));
    assert_eq!(read(&vec![b' '; BYTES_MAX + 1]), Err(NoStatement::TooLarge));
    let many = format!("{HEADER}\n{}", "x\n".repeat(LINES_MAX + 1));
    assert_eq!(read(many.as_bytes()), Err(NoStatement::TooManyLines));
}

fn only_line(paid_in: &str, withdrawn: &str, reason: &str, account: &str) -> StatementLine {
    let number = receipt(1);
    let text = file(&[row(
        number.as_str(),
        "Completed",
        paid_in,
        withdrawn,
        reason,
        account,
    )]);
    read(text.as_bytes()).unwrap().lines.remove(0)
}

fn books(money: &[KnownMoney]) -> KnownBooks {
    KnownBooks {
        money: money.to_vec(),
        refunds: Vec::new(),
    }
}

#[test]
fn a_line_belongs_to_the_money_with_its_receipt_and_amount() {
    let line = only_line("1500", "", "", "");
    let right = known(Some(1), 1_500);
    let fits = |line: &StatementLine, money: &[KnownMoney]| by_receipt(line, &books(money));
    assert_eq!(
        fits(&line, &[known(Some(2), 1_500), right.clone()]),
        Some(Fit::Money(right.attempt))
    );
    assert_eq!(
        fits(&line, &[known(Some(1), 1_400)]),
        None,
        "another amount is for a person"
    );
    assert_eq!(fits(&line, &[known(None, 1_500)]), None);
    let charge = only_line("", "8.25", "Pay Bill Charge", "");
    assert_eq!(
        fits(&charge, std::slice::from_ref(&right)),
        Some(Fit::Fee(right.payment))
    );
    let reversal = only_line("", "1500", "Reversal", "");
    assert_eq!(fits(&reversal, &[right]), None);
}

#[test]
fn money_that_only_a_query_knows_of_needs_amount_account_and_time() {
    let reference = AccountReference::of(payment());
    let line = only_line("1500", "", "", &reference.as_str().to_lowercase());
    let nameless = only_line("1500", "", "", "");
    let right = known(None, 1_500);
    let fits = |lines: &[&StatementLine], money: &[KnownMoney]| {
        let lines: Vec<(usize, &StatementLine)> = lines.iter().copied().enumerate().collect();
        let pairs = by_looks(&lines, money);
        pairs.into_iter().map(|(line, _)| line).collect::<Vec<_>>()
    };
    assert_eq!(fits(&[&nameless, &line], std::slice::from_ref(&right)), [1]);
    let none: [usize; 0] = [];
    assert_eq!(fits(&[&line], &[known(None, 1_400)]), none);
    assert_eq!(
        fits(&[&line], &[right.clone(), right.clone()]),
        none,
        "money of which there are two is one too many"
    );
    assert_eq!(
        fits(&[&line, &line], std::slice::from_ref(&right)),
        none,
        "and so are two lines"
    );
    let mut late = right;
    late.at += time::Duration::hours(2);
    assert_eq!(fits(&[&line], &[late]), none);
}

proptest! {
    #[test]
    fn amounts_come_back_with_and_without_thousands(minor in 1_i64..1_000_000_000_000) {
        let (whole, cents) = (minor / 100, minor % 100);
        let mut grouped = String::new();
        let digits = whole.to_string();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place) % 3 == 0 {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        prop_assert_eq!(amount(&format!("{whole}.{cents:02}")), Some(minor));
        prop_assert_eq!(amount(&format!("-{grouped}.{cents:02}")), Some(minor));
    }

    #[test]
    fn no_text_makes_the_reader_fall_over(text in "(?s).{0,400}") {
        let _answer = read(text.as_bytes());
        let _answer = read(format!("{HEADER}\n{text}").as_bytes());
    }
}
