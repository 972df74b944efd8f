use ratiba_kernel::{Currency, Id, Money};
use uuid::Uuid;

use super::{Batch, BatchRefused, Earned, EarningCode, EarningsLine, Mode, lines_of};
use crate::employee::{Company, StaffNumber};
use crate::{DocumentId, PayMonth};

fn earned(number: u128, amends: Option<u128>, commission: i64, tip: i64) -> Earned {
    let document = |number: u128| -> DocumentId { Id::from_uuid(Uuid::from_u128(number)) };
    Earned {
        document: document(number),
        amends: amends.map(document),
        staff: Id::from_uuid(Uuid::from_u128(7)),
        name: "Amina".to_owned(),
        commission: Money::new(commission, Currency::Kes),
        tip: Money::new(tip, Currency::Kes),
        services: 37,
        basis_hash: [1; 32],
    }
}

fn made(chain: &[Earned], before: &[EarningsLine]) -> Vec<EarningsLine> {
    let company = Company::parse("ACME-SPA").unwrap();
    let number = StaffNumber::parse("EMP-0042").unwrap();
    let may: PayMonth = "2026-05".parse().unwrap();
    lines_of(&company, may, &number, chain, before)
}

fn shown(lines: &[EarningsLine]) -> Vec<(&str, i64, Option<&str>)> {
    lines
        .iter()
        .map(|line| {
            let corrects = line.corrects.as_ref().map(|key| key.as_str());
            (line.key.as_str(), line.amount.amount_minor(), corrects)
        })
        .collect()
}

#[test]
fn a_close_is_a_line_of_commission_and_one_of_tips() {
    let lines = made(&[earned(1, None, 1_845_000, 30_000)], &[]);
    assert_eq!(
        shown(&lines),
        [
            ("ACME-SPA/2026-05/EMP-0042/COMMISSION/r1", 1_845_000, None),
            ("ACME-SPA/2026-05/EMP-0042/TIPS/r1", 30_000, None),
        ]
    );
}

#[test]
fn a_month_without_earnings_is_a_line_of_nothing() {
    let lines = made(&[earned(1, None, 0, 0)], &[]);
    assert_eq!(
        shown(&lines),
        [("ACME-SPA/2026-05/EMP-0042/COMMISSION/r1", 0, None)]
    );
}

#[test]
fn an_amendment_is_a_line_of_its_own_that_names_what_it_corrects() {
    let first = made(&[earned(1, None, 10_000, 500)], &[]);
    let chain = [
        earned(1, None, 10_000, 500),
        earned(2, Some(1), 200, 0),
        earned(3, Some(2), -300, -500),
    ];
    let later = made(&chain, &first);
    let key = |rest: &str| format!("ACME-SPA/2026-05/EMP-0042/{rest}");
    let (second, close) = (key("COMMISSION/r2"), key("COMMISSION/r1"));
    let (clawback, tips, tips_before) = (key("CLAWBACK/r3"), key("TIPS/r3"), key("TIPS/r1"));
    assert_eq!(
        shown(&later),
        [
            (second.as_str(), 200, Some(close.as_str())),
            (clawback.as_str(), -300, Some(second.as_str())),
            (tips.as_str(), -500, Some(tips_before.as_str())),
        ]
    );
}

#[test]
fn what_has_its_lines_gets_none_again() {
    let chain = [earned(1, None, 10_000, 500)];
    let lines = made(&chain, &[]);
    assert_eq!(made(&chain, &lines), []);
}

#[test]
fn only_a_correction_may_be_below_nothing() {
    let mut lines = made(&[earned(1, None, 10_000, 0)], &[]);
    for line in &mut lines {
        line.amount = Money::new(-1, Currency::Kes);
    }
    let batch = |lines| {
        let company = Company::parse("ACME-SPA").unwrap();
        let id = Id::from_uuid(Uuid::from_u128(9));
        Batch::new(id, company, "2026-05".parse().unwrap(), Mode::Real, lines)
    };
    let key = lines.first().unwrap().key.clone();
    assert_eq!(
        batch(lines.clone()).err(),
        Some(BatchRefused::Negative(key.clone()))
    );
    for line in &mut lines {
        line.corrects = Some(key.clone());
    }
    assert_eq!(batch(lines.clone()).map(|batch| batch.totals().sum_minor), Ok(-1));
    let twice = [lines.clone(), lines].concat();
    assert_eq!(batch(twice).err(), Some(BatchRefused::Twice(key)));
}

#[test]
fn every_code_is_read_back() {
    for code in EarningCode::ALL {
        assert_eq!(EarningCode::parse(code.as_str()), Some(code));
    }
}
