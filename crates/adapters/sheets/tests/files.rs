//! What stands in the files, byte by byte where it matters.

use ratiba_kernel::test_support::block_on;
use ratiba_kernel::{Currency, Money};
use ratiba_payroll::journal::Posting;
use ratiba_payroll::ports::{AccountingError, AccountingGateway as _};
use ratiba_payroll::sheet::Cell;
use ratiba_sheets::{JournalCsv, csv, xlsx};
use time::macros::date;
use uuid::Uuid;

fn text(words: &str) -> Cell {
    Cell::Text(words.to_owned())
}

#[test]
fn words_are_quoted_and_formulas_are_made_harmless() {
    let rows = [
        vec![
            text("a,b"),
            text("say \"hi\""),
            text("=1+1"),
            text("-x"),
            text("Wanjikũ"),
        ],
        vec![Cell::Amount(1_845_000), Cell::Amount(-5), Cell::Count(37)],
    ];
    let file = String::from_utf8(csv(&rows)).unwrap();
    assert_eq!(
        file,
        "\"a,b\",\"say \"\"hi\"\"\",'=1+1,'-x,Wanjikũ\r\n18450.00,-0.05,37\r\n"
    );
}

#[test]
fn a_spreadsheet_has_numbers_as_numbers_and_words_as_words() {
    let rows = [vec![text("<b> & \u{7}"), Cell::Amount(-1_250), Cell::Count(3)]];
    let file = xlsx("May: 2026/05", &rows).unwrap();
    assert_eq!(
        file,
        xlsx("May: 2026/05", &rows).unwrap(),
        "the same table, the same bytes"
    );
    let inside = String::from_utf8_lossy(&file).into_owned();
    for part in [
        r#"<sheet name="May 202605""#,
        r#"<c r="A1" t="inlineStr"><is><t xml:space="preserve">&lt;b&gt; &amp; </t></is></c>"#,
        r#"<c r="B1" s="1"><v>-12.50</v></c>"#,
        r#"<c r="C1"><v>3</v></c>"#,
    ] {
        assert!(inside.contains(part), "{part}");
    }
}

fn posting(journal: u128, account: &str, minor: i64) -> Posting {
    Posting {
        day: date!(2026 - 05 - 12),
        journal: Uuid::from_u128(journal),
        cause: "received:1".to_owned(),
        account: account.to_owned(),
        amount: Money::new(minor, Currency::Kes),
    }
}

#[test]
fn journals_have_debits_and_credits_apart_and_the_same_bytes_in_any_order() {
    let mut postings = vec![
        posting(1, "mpesa", 105_000),
        posting(1, "customer_deposits", -105_000),
    ];
    let file = |postings: &[Posting]| {
        block_on(JournalCsv.file(date!(2026 - 05 - 12), date!(2026 - 05 - 13), postings)).unwrap()
    };
    let one = file(&postings);
    postings.reverse();
    assert_eq!(file(&postings), one);
    let journal = Uuid::from_u128(1);
    assert_eq!(
        String::from_utf8(one).unwrap(),
        format!(
            "date,journal,cause,account,currency,debit,credit\r\n\
             2026-05-12,{journal},received:1,customer_deposits,KES,0.00,1050.00\r\n\
             2026-05-12,{journal},received:1,mpesa,KES,1050.00,0.00\r\n"
        )
    );
}

#[test]
fn what_is_not_balanced_is_refused() {
    let postings = [
        posting(1, "mpesa", 105_000),
        posting(2, "customer_deposits", -105_000),
    ];
    let refused = block_on(JournalCsv.file(date!(2026 - 05 - 12), date!(2026 - 05 - 13), &postings));
    assert_eq!(refused, Err(AccountingError::Unbalanced(Uuid::from_u128(1))));
}
