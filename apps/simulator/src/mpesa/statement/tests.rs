//! The printed file, letter by letter.

use time::macros::datetime;

use super::{Holder, csv, starred};
use crate::mpesa::book::{Book, Channel, Movement};

fn movement(receipt: &str, amount: u64, reference: &str) -> Movement {
    Movement {
        receipt: receipt.to_owned(),
        channel: Channel::ByHand,
        checkout_request_id: None,
        phone: "254700000123".to_owned(),
        name: "ASHA".to_owned(),
        amount,
        account_reference: reference.to_owned(),
        short_code: "654321".to_owned(),
        at: datetime!(2026-05-12 05:00:19 UTC),
        reversed_by: None,
    }
}

const HOLDER: Holder<'static> = Holder {
    name: "Aria Aura Spa, Nairobi",
    short_code: "654321",
};

#[test]
fn every_kind_of_line_is_printed_with_the_balance_after_it_and_the_newest_first() {
    let mut book = Book::default();
    book.charge_per_mille = 5;
    book.receive(movement("TEC00EXMPL", 1_501, "BK7Q2M"));
    book.reverse(
        "TEC00EXMPL",
        1_000,
        "TEC00BACKK".to_owned(),
        datetime!(2026-05-12 06:00 UTC),
    )
    .unwrap();
    book.withdraw(400, "TEC00BANKK".to_owned(), datetime!(2026-05-12 21:30 UTC))
        .unwrap();

    let expected = [
        r#"Account Holder:,"Aria Aura Spa, Nairobi""#,
        "Short Code:,654321",
        "Account:,Utility Account",
        "Time Period:,From 12-05-2026 08:00:19 To 13-05-2026 00:30:00",
        "",
        "Receipt No.,Completion Time,Initiation Time,Details,Transaction Status,Paid In,Withdrawn,Balance,\
         Balance Confirmed,Reason Type,Other Party Info,Linked Transaction ID,A/C No.",
        r#"TEC00BANKK,13-05-2026 00:30:00,13-05-2026 00:30:00,Organization Settlement to Bank,Completed,,-400.00,93.50,true,Organization Settlement,"654321 - Aria Aura Spa, Nairobi",,"#,
        "TEC00BACKK,12-05-2026 09:00:00,12-05-2026 09:00:00,Pay Bill Reversal of TEC00EXMPL to \
         2547 ***** 123 - ASHA,Completed,,-1000.00,493.50,true,Pay Bill Reversal,2547 ***** 123 - ASHA,TEC00EXMPL,",
        r#"TEC00EXMPL,12-05-2026 08:00:19,12-05-2026 08:00:19,Pay Bill Charge,Completed,,-7.50,1493.50,true,Pay Bill Charge,"654321 - Aria Aura Spa, Nairobi",TEC00EXMPL,"#,
        "TEC00EXMPL,12-05-2026 08:00:19,12-05-2026 08:00:19,Pay Bill from 2547 ***** 123 - ASHA Acc. BK7Q2M,\
         Completed,1501.00,,1501.00,true,Pay Bill Online,2547 ***** 123 - ASHA,,BK7Q2M",
        "",
    ];
    assert_eq!(csv(&HOLDER, book.lines(), None, None), expected.join("\r\n"));
}

#[test]
fn a_period_takes_its_first_moment_and_leaves_its_last() {
    let mut book = Book::default();
    book.receive(movement("TEC00EXMPL", 1_500, "BK7Q2M"));
    let at = datetime!(2026-05-12 05:00:19 UTC);
    assert!(csv(&HOLDER, book.lines(), Some(at), None).contains("TEC00EXMPL"));
    assert!(!csv(&HOLDER, book.lines(), None, Some(at)).contains("TEC00EXMPL"));
}

#[test]
fn a_reference_that_a_customer_typed_stays_in_its_field() {
    let mut book = Book::default();
    book.receive(movement("TEC00EXMPL", 1, "my, \"ref\""));
    let text = csv(&HOLDER, book.lines(), None, None);
    assert!(text.contains(r#","my, ""ref"""#), "{text}");
}

#[test]
fn numbers_are_starred_but_for_their_ends() {
    assert_eq!(starred("254700000123"), "2547 ***** 123");
    assert_eq!(starred("123"), "123");
}
