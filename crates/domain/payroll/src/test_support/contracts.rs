//! What every payroll system promises, written once.

use std::sync::Arc;

use async_trait::async_trait;
use ratiba_kernel::{Currency, Id, Money};
use uuid::Uuid;

use crate::earnings::{Batch, EarningCode, EarningsLine, LineKey, Mode, Totals};
use crate::employee::{Company, Employee, EmployeeStatus, StaffNumber, Terms};
use crate::export::{LineResult, Reason, Receipt};
use crate::ports::{GatewayError, PayrollGateway, PeriodState};
use crate::{BatchId, PayMonth};

/// A payroll system that a test arranges.
#[async_trait(?Send)]
pub trait PayrollStage {
    /// As the product sees it.
    fn gateway(&self) -> Arc<dyn PayrollGateway>;
    /// Puts somebody on the payroll, or in place of who has the number.
    async fn employ(&self, person: Employee);
    /// Goes on with a month.
    async fn set_period(&self, period: PayMonth, standing: PeriodState);
}

/// The company of the tests.
///
/// # Panics
/// Never.
#[must_use]
#[expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]
pub fn company() -> Company {
    Company::parse("ACME-SPA").unwrap()
}

/// The month of the tests.
///
/// # Panics
/// Never.
#[must_use]
#[expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]
pub fn may() -> PayMonth {
    "2026-05".parse().unwrap()
}

#[expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]
fn person(number: &str, name: &str, status: EmployeeStatus) -> Employee {
    Employee {
        external_id: format!("wp-{number}"),
        number: StaffNumber::parse(number).unwrap(),
        full_name: name.to_owned(),
        status,
        terms: Terms::Permanent,
        start_date: None,
        exit_date: None,
        currency: Currency::Kes,
    }
}

/// Somebody at work.
#[must_use]
pub fn amina() -> Employee {
    person("EMP-0042", "Amina Wanjiru", EmployeeStatus::Active)
}

/// Somebody who left.
#[must_use]
pub fn brian() -> Employee {
    person("EMP-0043", "Brian Otieno", EmployeeStatus::Exited)
}

fn line(person: &Employee, code: EarningCode, revision: u32, minor: i64) -> EarningsLine {
    EarningsLine {
        key: LineKey::new(&company(), may(), &person.number, code, revision),
        document: Id::from_uuid(Uuid::from_u128(1)),
        employee: person.number.clone(),
        name: person.full_name.clone(),
        code,
        amount: Money::new(minor, Currency::Kes),
        quantity: 37,
        basis_hash: [7; 32],
        corrects: None,
    }
}

#[expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]
fn batch(number: u128, mode: Mode, lines: Vec<EarningsLine>) -> Batch {
    let id: BatchId = Id::from_uuid(Uuid::from_u128(number));
    Batch::new(id, company(), may(), mode, lines).unwrap()
}

fn said(receipt: &Receipt, line: &EarningsLine) -> Option<LineResult> {
    receipt.results.get(&line.key).copied()
}

/// Every promise of [`PayrollGateway`]. `fresh` gives a system that knows nobody and in which every month is open.
pub async fn payroll_gateway_contract<S: PayrollStage>(fresh: impl AsyncFn() -> S) {
    the_directory_is_told(&fresh().await).await;
    lines_are_taken_once(&fresh().await).await;
    another_line_under_a_key_changes_nothing(&fresh().await).await;
    each_line_is_judged_for_itself(&fresh().await).await;
    a_line_that_cannot_be_right_is_rejected_and_the_others_are_taken(&fresh().await).await;
    a_dry_run_keeps_nothing(&fresh().await).await;
    a_month_that_is_not_open_takes_nothing(&fresh().await).await;
    what_a_batch_came_to_is_told_again(&fresh().await).await;
    a_correction_may_be_below_nothing(&fresh().await).await;
}

#[expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]
async fn the_directory_is_told(stage: &impl PayrollStage) {
    stage.employ(brian()).await;
    stage.employ(amina()).await;
    let people = stage.gateway().employees(&company(), None).await.unwrap();
    assert_eq!(people, [amina(), brian()]);
}

#[expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]
async fn lines_are_taken_once(stage: &impl PayrollStage) {
    stage.employ(amina()).await;
    let lines = vec![
        line(&amina(), EarningCode::Commission, 1, 1_845_000),
        line(&amina(), EarningCode::Tips, 1, 30_000),
    ];
    let gateway = stage.gateway();
    let first = gateway.push_earnings(&batch(1, Mode::Real, lines.clone())).await;
    let first = first.unwrap();
    let totals = Totals {
        count: 2,
        sum_minor: 1_875_000,
    };
    assert_eq!(first.totals, totals);
    assert!(first.vendor_period_id.is_some(), "payroll names its month");
    for line in &lines {
        assert_eq!(said(&first, line), Some(LineResult::Accepted));
    }
    let second = gateway.push_earnings(&batch(2, Mode::Real, lines.clone())).await;
    let second = second.unwrap();
    assert_eq!(
        (second.totals, &second.vendor_period_id),
        (totals, &first.vendor_period_id)
    );
    for line in &lines {
        assert_eq!(said(&second, line), Some(LineResult::Duplicate));
    }
}

#[expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]
async fn another_line_under_a_key_changes_nothing(stage: &impl PayrollStage) {
    stage.employ(amina()).await;
    let gateway = stage.gateway();
    let one = line(&amina(), EarningCode::Commission, 1, 100);
    let other = line(&amina(), EarningCode::Commission, 1, 200);
    let push = async |number, line: &EarningsLine| {
        let batch = batch(number, Mode::Real, vec![line.clone()]);
        said(&gateway.push_earnings(&batch).await.unwrap(), line)
    };
    assert_eq!(push(1, &one).await, Some(LineResult::Accepted));
    assert_eq!(
        push(2, &other).await,
        Some(LineResult::Rejected(Reason::Conflict))
    );
    assert_eq!(push(3, &one).await, Some(LineResult::Duplicate));
}

#[expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]
async fn each_line_is_judged_for_itself(stage: &impl PayrollStage) {
    stage.employ(amina()).await;
    stage.employ(brian()).await;
    let stranger = person("EMP-9999", "Nobody", EmployeeStatus::Active);
    let lines = [
        line(&amina(), EarningCode::Commission, 1, 100),
        line(&brian(), EarningCode::Commission, 1, 200),
        line(&stranger, EarningCode::Commission, 1, 400),
    ];
    let receipt = stage
        .gateway()
        .push_earnings(&batch(1, Mode::Real, lines.to_vec()))
        .await;
    let receipt = receipt.unwrap();
    let said: Vec<_> = lines.iter().map(|line| said(&receipt, line)).collect();
    assert_eq!(
        said,
        [
            Some(LineResult::Accepted),
            Some(LineResult::Rejected(Reason::InactiveEmployee)),
            Some(LineResult::Rejected(Reason::UnknownEmployee)),
        ]
    );
    assert_eq!((receipt.totals.count, receipt.totals.sum_minor), (1, 100));
}

#[expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]
async fn a_line_that_cannot_be_right_is_rejected_and_the_others_are_taken(stage: &impl PayrollStage) {
    stage.employ(amina()).await;
    let sound = line(&amina(), EarningCode::Commission, 1, 100);
    let mut foreign = line(&amina(), EarningCode::Tips, 1, 200);
    foreign.amount = Money::new(200, Currency::Ugx);
    let mut orphan = line(&amina(), EarningCode::Clawback, 2, -30);
    orphan.corrects = Some(line(&amina(), EarningCode::Commission, 7, 1).key);
    let push = async |number, lines: &[EarningsLine]| {
        let batch = batch(number, Mode::Real, lines.to_vec());
        stage.gateway().push_earnings(&batch).await.unwrap()
    };
    let receipt = push(1, &[sound.clone(), orphan.clone()]).await;
    assert_eq!(said(&receipt, &sound), Some(LineResult::Accepted));
    assert_eq!(said(&receipt, &orphan), Some(LineResult::Rejected(Reason::Other)));
    assert_eq!((receipt.totals.count, receipt.totals.sum_minor), (1, 100));
    let receipt = push(2, std::slice::from_ref(&foreign)).await;
    assert_eq!(
        said(&receipt, &foreign),
        Some(LineResult::Rejected(Reason::Other))
    );
}

#[expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]
async fn a_dry_run_keeps_nothing(stage: &impl PayrollStage) {
    stage.employ(amina()).await;
    let gateway = stage.gateway();
    let line = line(&amina(), EarningCode::Commission, 1, 100);
    let run = async |number, mode| {
        let batch = batch(number, mode, vec![line.clone()]);
        said(&gateway.push_earnings(&batch).await.unwrap(), &line)
    };
    assert_eq!(run(1, Mode::DryRun).await, Some(LineResult::Accepted));
    assert_eq!(run(2, Mode::Real).await, Some(LineResult::Accepted));
    let dry: BatchId = Id::from_uuid(Uuid::from_u128(1));
    assert_eq!(gateway.batch_status(&company(), dry).await.unwrap(), None);
}

#[expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]
async fn a_month_that_is_not_open_takes_nothing(stage: &impl PayrollStage) {
    stage.employ(amina()).await;
    let gateway = stage.gateway();
    let state = gateway.period_state(&company(), may()).await.unwrap();
    assert_eq!(state, PeriodState::Open);
    let line = line(&amina(), EarningCode::Commission, 1, 100);
    for standing in [
        PeriodState::Processing,
        PeriodState::Approved,
        PeriodState::Paid,
        PeriodState::Locked,
    ] {
        stage.set_period(may(), standing).await;
        assert_eq!(gateway.period_state(&company(), may()).await.unwrap(), standing);
        let refused = gateway
            .push_earnings(&batch(1, Mode::Real, vec![line.clone()]))
            .await;
        assert_eq!(refused, Err(GatewayError::PeriodLocked));
    }
    stage.set_period(may(), PeriodState::Open).await;
    let taken = gateway
        .push_earnings(&batch(1, Mode::Real, vec![line.clone()]))
        .await;
    assert_eq!(said(&taken.unwrap(), &line), Some(LineResult::Accepted));
}

#[expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]
async fn what_a_batch_came_to_is_told_again(stage: &impl PayrollStage) {
    stage.employ(amina()).await;
    let gateway = stage.gateway();
    let batch = batch(
        1,
        Mode::Real,
        vec![line(&amina(), EarningCode::Commission, 1, 100)],
    );
    assert_eq!(gateway.batch_status(&company(), batch.id).await.unwrap(), None);
    let receipt = gateway.push_earnings(&batch).await.unwrap();
    let told = gateway.batch_status(&company(), batch.id).await.unwrap();
    assert_eq!(told, Some(receipt));
}

#[expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]
async fn a_correction_may_be_below_nothing(stage: &impl PayrollStage) {
    stage.employ(amina()).await;
    let close = line(&amina(), EarningCode::Commission, 1, 100);
    let mut clawback = line(&amina(), EarningCode::Clawback, 2, -30);
    clawback.corrects = Some(close.key.clone());
    let lines = vec![close, clawback];
    let receipt = stage
        .gateway()
        .push_earnings(&batch(1, Mode::Real, lines))
        .await
        .unwrap();
    assert_eq!((receipt.totals.count, receipt.totals.sum_minor), (2, 70));
}
