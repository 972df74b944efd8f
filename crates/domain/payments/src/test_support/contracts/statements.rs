//! What every record of statements must keep.

use std::sync::Arc;

use async_trait::async_trait;
use ratiba_kernel::test_support::{ManualClock, SeededIds};
use ratiba_kernel::{Currency, Id, TenantId};

use super::refunds::taken_back;
use super::{Ground, Stage};
use crate::actor::Actor;
use crate::attempt::AttemptId;
use crate::event::PaymentEvent;
use crate::evidence::{PushAnswer, QueryAnswer};
use crate::failure::FailureReason;
use crate::ledger::{Account, Cause, Journal, Place, Transfer};
use crate::payment::PaymentId;
use crate::ports::{
    AbsenceVerdict, Decider, LineDecision, LineState, LineStays, RecordError, RecordedLine, SaidOfLine,
    StatementBook, Unmatched,
};
use crate::reference::AccountReference;
use crate::remark::Remark;
use crate::settlement::settle;
use crate::statement::LineKind;
use crate::test_support::builders::{failed, key, paid, provider_ids, receipt, second, shillings};
use crate::test_support::together;
use crate::use_cases::{LineVerdict, ReopenOrder, StatementError, StatementTaken, WorkStatements};

/// What the suite stands on beside the ground of payments.
#[async_trait]
pub trait StatementGround: Ground {
    /// The statements under test, over the same books.
    fn statements(&self) -> Arc<dyn StatementBook>;
}

/// Runs every promise of statements against fresh ground each.
pub async fn statement_contract<G: StatementGround>(fresh: impl AsyncFn() -> G) {
    what_fits_is_matched_and_fees_are_booked_once(&fresh().await).await;
    money_that_only_a_query_knew_gets_its_receipt(&fresh().await).await;
    a_reversal_is_its_refund(&fresh().await).await;
    what_is_left_waits_for_decisions_and_each_is_made_once(&fresh().await).await;
    a_wrong_decision_about_a_line_is_taken_back_once_and_can_be_made_anew(&fresh().await).await;
    what_was_read_before_a_decision_was_taken_back_decides_nothing(&fresh().await).await;
    a_decision_whose_money_a_payment_has_stays(&fresh().await).await;
    a_line_settles_a_payment_that_nobody_knew_was_paid(&fresh().await).await;
    a_line_is_no_second_money_beside_a_prompt_that_may_have_brought_it(&fresh().await).await;
    money_in_the_books_that_no_line_tells_of_waits_too(&fresh().await).await;
    overlapping_statements_change_nothing(&fresh().await).await;
}

const HEADER: &str =
    "Receipt No.,Completion Time,Details,Transaction Status,Paid In,Withdrawn,Linked Transaction ID,A/C No.";

/// A line at 03:01 of the day that tests count from, by Nairobi's clock.
fn row(number: u32, paid_in: &str, withdrawn: &str, details: &str) -> String {
    row_of(number, "03:01:30", paid_in, withdrawn, details, "", "")
}

fn row_of(
    number: u32,
    time: &str,
    paid_in: &str,
    withdrawn: &str,
    details: &str,
    linked: &str,
    account: &str,
) -> String {
    let (receipt, day) = (receipt(number), second(0).date());
    format!(
        "{},{day} {time},{details},Completed,{paid_in},{withdrawn},{linked},{account}",
        receipt.as_str()
    )
}

fn work<G: StatementGround>(ground: &G) -> WorkStatements {
    WorkStatements {
        statements: ground.statements(),
        payments: ground.book(),
        refunds: ground.refunds(),
        finder: ground.finder(),
        clock: Arc::new(ManualClock::at(second(500))),
        ids: Arc::new(SeededIds::lane(81)),
    }
}

fn manager() -> Actor {
    Actor::parse("token:manager").unwrap_or_else(|error| panic!("{error}"))
}

fn because(text: &str) -> Decider {
    Decider {
        by: manager(),
        why: Remark::parse(text).unwrap_or_else(|error| panic!("{error}")),
    }
}

async fn bring_in(work: &WorkStatements, tenant: TenantId, rows: &[String]) -> StatementTaken {
    let file = format!("{HEADER}\n{}\n", rows.join("\n"));
    let taken = work.bring_in(tenant, &file, manager()).await;
    taken.unwrap_or_else(|error| panic!("{error}"))
}

async fn lines(work: &WorkStatements, tenant: TenantId, taken: &StatementTaken) -> Vec<RecordedLine> {
    let lines = work.statements.lines(tenant, taken.head.id, 0, 500).await;
    lines.unwrap_or_else(|error| panic!("{error}"))
}

async fn unmatched(work: &WorkStatements, tenant: TenantId) -> Unmatched {
    let unmatched = work.statements.unmatched(tenant, 500).await;
    unmatched.unwrap_or_else(|error| panic!("{error}"))
}

async fn decided(
    work: &WorkStatements,
    tenant: TenantId,
    line: &RecordedLine,
    verdict: LineVerdict,
) -> RecordedLine {
    let decided = work
        .decide(tenant, line.id, verdict, because("seen at the bank"))
        .await;
    decided.unwrap_or_else(|error| panic!("{error}"))
}

async fn on<G: StatementGround>(ground: &G, tenant: TenantId, account: Account) -> i64 {
    let balances = ground.ledger().balances(tenant, Currency::Kes).await;
    let balances = balances.unwrap_or_else(|error| panic!("{error}"));
    balances.get(&account).map_or(0, |balance| balance.amount_minor())
}

/// What became of the prompt for a deposit.
#[derive(Clone, Copy)]
enum Known {
    /// A callback told that it was paid, under this receipt.
    Paid(u32),
    /// A query told that it was paid.
    PaidByQuery,
    /// A callback told that it failed.
    Failed,
    /// Nobody said how it ended, and a person has it.
    InReview,
    /// Nothing is known.
    Nothing,
}

/// A deposit of 1,500 shillings that was asked by prompt `number`.
async fn deposit<G: StatementGround>(
    ground: &G,
    tenant: TenantId,
    number: u32,
    known: Known,
) -> (AttemptId, PaymentId) {
    let mut stage = Stage::on(ground);
    stage.ids = Arc::new(SeededIds::lane(900 + u64::from(number)));
    let (asked, _, _) = stage.asked(tenant, &format!("deposit-{number}")).await;
    stage
        .money
        .answer_push(PushAnswer::Accepted(provider_ids(number)));
    assert!(stage.push().execute(tenant, asked.attempt).await.is_ok());
    let record = stage.record(tenant, &asked).await;
    let attempt = record.attempt(asked.attempt).cloned();
    let attempt = attempt.unwrap_or_else(|| panic!("the attempt is not found"));
    let moved = match known {
        Known::Nothing => return (asked.attempt, asked.payment),
        Known::PaidByQuery => attempt.hear_query_answer(&QueryAnswer::Paid, second(70)),
        Known::Failed => {
            let report = failed(provider_ids(number), FailureReason::Unreachable);
            let moved = attempt.hear_callback(&report, second(70));
            moved.unwrap_or_else(|error| panic!("{error}"))
        }
        Known::InReview => attempt.give_up_asking(second(70)),
        Known::Paid(number) => {
            let report = paid(provider_ids(number), shillings(1_500), receipt(number));
            let moved = attempt.hear_callback(&report, second(20));
            moved.unwrap_or_else(|error| panic!("{error}"))
        }
    };
    let change = settle(record.payment, moved, second(70), &*stage.ids);
    let change = change.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(ground.book().record(tenant, change).await, Ok(()));
    (asked.attempt, asked.payment)
}

async fn what_fits_is_matched_and_fees_are_booked_once<G: StatementGround>(ground: &G) {
    let (tenant, other) = ground.tenants();
    let (attempt, payment) = deposit(ground, tenant, 1, Known::Paid(1)).await;
    let work = work(ground);
    let rows = [
        row(1, "\"1,500.00\"", "", "Pay Bill"),
        row(1, "", "-8.25", "Pay Bill Charge"),
    ];
    let taken = bring_in(&work, tenant, &rows).await;
    assert_eq!((taken.head.lines, taken.head.open), (2, 0));
    let states: Vec<LineState> = lines(&work, tenant, &taken)
        .await
        .iter()
        .map(|line| line.state)
        .collect();
    assert_eq!(states, [LineState::Money(attempt), LineState::Fee(Some(payment))]);
    let again = bring_in(&work, tenant, &rows).await;
    assert_eq!(again.head, taken.head, "the same file is the same statement");
    assert_eq!(on(ground, tenant, Account::Fees).await, 825);
    assert_eq!(on(ground, tenant, Account::MpesaClearing).await, 150_000 - 825);
    assert_eq!(work.statements.statements(other).await, Ok(Vec::new()));
    assert_eq!(unmatched(&work, other).await.lines_count, 0);
}

async fn money_that_only_a_query_knew_gets_its_receipt<G: StatementGround>(ground: &G) {
    let (tenant, _) = ground.tenants();
    let (attempt, payment) = deposit(ground, tenant, 1, Known::PaidByQuery).await;
    let account = AccountReference::of(payment);
    let work = work(ground);
    let rows = [
        row_of(5, "03:01:40", "", "8.25", "Pay Bill Charge", "", ""),
        row_of(5, "03:01:40", "1500.00", "", "Pay Bill", "", account.as_str()),
    ];
    let taken = bring_in(&work, tenant, &rows).await;
    assert_eq!(
        taken.head.open, 0,
        "its charge is known by the receipt that it has now"
    );
    let record = ground.book().of_attempt(tenant, attempt).await;
    let record = record.unwrap_or_else(|error| panic!("{error}"));
    let found = record.and_then(|record| record.attempt(attempt).cloned());
    let state = found.map(|attempt| attempt.state().clone());
    assert!(
        matches!(&state, Some(crate::attempt::AttemptState::Paid { receipt: Some(known), .. }) if *known == receipt(5)),
        "{state:?}"
    );
    let events = ground.events(tenant).await;
    assert!(
        events
            .iter()
            .any(|event| matches!(event, PaymentEvent::ReceiptKnown { .. }))
    );
    assert_eq!(on(ground, tenant, Account::MpesaClearing).await, 150_000 - 825);
}

async fn a_reversal_is_its_refund<G: StatementGround>(ground: &G) {
    let (tenant, _) = ground.tenants();
    let stage = Stage::on(ground);
    let refund = taken_back(&stage).await;
    let work = work(ground);
    let rows = [
        row(1, "1500", "", "Pay Bill"),
        row(99, "", "1500", "Pay Bill Reversal"),
        row(99, "", "10", "Reversal Charge"),
    ];
    let taken = bring_in(&work, tenant, &rows).await;
    assert_eq!(taken.head.open, 0);
    let states: Vec<LineState> = lines(&work, tenant, &taken)
        .await
        .iter()
        .map(|line| line.state)
        .collect();
    assert_eq!(states[1], LineState::Refund(refund.id()));
    assert_eq!(states[2], LineState::Fee(Some(refund.terms().payment)));
    assert_eq!(on(ground, tenant, Account::MpesaClearing).await, -1_000);
}

async fn what_is_left_waits_for_decisions_and_each_is_made_once<G: StatementGround>(ground: &G) {
    let (tenant, _) = ground.tenants();
    let (attempt, _) = deposit(ground, tenant, 1, Known::Paid(1)).await;
    let work = work(ground);
    let rows = [
        row(1, "1400", "", "Pay Bill"),
        row(2, "700", "", "Pay Bill"),
        row(3, "", "300", "Organization to bank"),
        row(3, "", "12", "Organization to bank charge"),
        row(4, "", "20", "Reversal"),
    ];
    let taken = bring_in(&work, tenant, &rows).await;
    assert_eq!(
        taken.head.open, 5,
        "another amount under a known receipt is for a person, too"
    );
    let open = lines(&work, tenant, &taken).await;
    let kinds: Vec<LineKind> = open.iter().map(|line| line.line.kind).collect();
    let expected = [
        LineKind::Received,
        LineKind::Received,
        LineKind::Withdrawal,
        LineKind::Charge,
        LineKind::Reversal,
    ];
    assert_eq!(kinds, expected);
    for (line, verdict) in [
        (&open[0], LineVerdict::Attempt(attempt)),
        (&open[1], LineVerdict::Attempt(attempt)),
        (
            &open[1],
            LineVerdict::Attempt(Id::from_uuid(uuid::Uuid::from_u128(4))),
        ),
        (&open[0], LineVerdict::Fee),
        (&open[2], LineVerdict::Attempt(attempt)),
        (
            &open[4],
            LineVerdict::Refund(Id::from_uuid(uuid::Uuid::from_u128(4))),
        ),
    ] {
        let refused = work.decide(tenant, line.id, verdict, because("it is")).await;
        assert_eq!(
            refused,
            Err(StatementError::NotThat),
            "{verdict:?} of {:?}",
            line.line
        );
    }
    let reasons: Vec<String> = (0..8).map(|number| format!("reason {number}")).collect();
    let tries = reasons
        .iter()
        .map(|why| work.decide(tenant, open[1].id, LineVerdict::Other, because(why)));
    let booked = together(tries.collect()).await;
    assert_eq!(
        booked.iter().filter(|booked| booked.is_ok()).count(),
        1,
        "{booked:?}"
    );
    assert!(booked.contains(&Err(StatementError::Decided)));
    decided(&work, tenant, &open[0], LineVerdict::Ignore).await;
    decided(&work, tenant, &open[2], LineVerdict::Other).await;
    decided(&work, tenant, &open[4], LineVerdict::Ignore).await;
    let fee = decided(&work, tenant, &open[3], LineVerdict::Fee).await;
    assert_eq!(
        (fee.state, fee.decider.clone(), fee.decided_at),
        (
            LineState::Fee(None),
            Some(because("seen at the bank")),
            Some(second(500))
        )
    );
    let again = decided(&work, tenant, &open[3], LineVerdict::Fee).await;
    assert_eq!(again, fee, "the same decision again changes nothing");
    assert_eq!(
        unmatched(&work, tenant).await.lines,
        [],
        "the list is empty by decisions"
    );
    assert_eq!(on(ground, tenant, Account::Suspense).await, -70_000 + 30_000);
    assert_eq!(on(ground, tenant, Account::Fees).await, 1_200);
    let clearing = 150_000 + 70_000 - 30_000 - 1_200;
    assert_eq!(on(ground, tenant, Account::MpesaClearing).await, clearing);
}

fn mistaken(line: &RecordedLine, name: &str, reason: &str) -> ReopenOrder {
    ReopenOrder {
        line: line.id,
        key: key(name),
        by: because(reason),
    }
}

async fn a_wrong_decision_about_a_line_is_taken_back_once_and_can_be_made_anew<G: StatementGround>(
    ground: &G,
) {
    let (tenant, other) = ground.tenants();
    let work = work(ground);
    let taken = bring_in(&work, tenant, &[row(41, "", "-300.00", "Business payment")]).await;
    let line = lines(&work, tenant, &taken).await.remove(0);
    let early = work.take_back(tenant, mistaken(&line, "early", "a slip")).await;
    assert_eq!(early, Err(LineStays::Undecided.into()));
    for (round, verdict, account) in [
        ("other", LineVerdict::Other, Account::Suspense),
        ("fee", LineVerdict::Fee, Account::Fees),
        ("again", LineVerdict::Other, Account::Suspense),
        ("ignored", LineVerdict::Ignore, Account::Suspense),
    ] {
        let booked = if verdict == LineVerdict::Ignore { 0 } else { 30_000 };
        decided(&work, tenant, &line, verdict).await;
        assert_eq!(on(ground, tenant, account).await, booked, "{round}");
        assert_eq!(
            on(ground, tenant, Account::MpesaClearing).await,
            -booked,
            "{round}"
        );
        let foreign = work.take_back(other, mistaken(&line, round, "a slip")).await;
        assert_eq!(foreign, Err(LineStays::Unknown.into()));
        for _again in 0..2 {
            let open = work.take_back(tenant, mistaken(&line, round, "a slip")).await;
            let open = open.map(|open| (open.state, open.decider, open.decided_at));
            assert_eq!(open, Ok((LineState::Open, None, None)), "{round}");
        }
        assert_eq!(on(ground, tenant, account).await, 0, "{round}");
        assert_eq!(on(ground, tenant, Account::MpesaClearing).await, 0, "{round}");
    }
    let reused = work
        .take_back(tenant, mistaken(&line, "other", "another reason"))
        .await;
    assert_eq!(reused, Err(LineStays::KeyUsed.into()));
    let kept = ground.statements().retractions(tenant, line.id).await;
    let kept = kept.unwrap_or_else(|error| panic!("{error}"));
    let said: Vec<SaidOfLine> = kept.iter().map(|retraction| retraction.said).collect();
    let all = [
        SaidOfLine::Other,
        SaidOfLine::Fee,
        SaidOfLine::Other,
        SaidOfLine::Ignored,
    ];
    assert_eq!(said, all, "the oldest first");
    let order = mistaken(&line, "other", "a slip");
    assert!(
        kept.iter().all(|retraction| retraction.by == order.by),
        "{kept:?}"
    );
    assert!(
        kept.iter().all(|retraction| retraction.said_at <= retraction.at),
        "{kept:?}"
    );
    assert_eq!(
        ground.statements().retractions(other, line.id).await,
        Ok(Vec::new())
    );
    let last = decided(&work, tenant, &line, LineVerdict::Fee).await;
    assert_eq!(last.taken_back, 4);
    assert_eq!(
        Some(&kept[0].said_by),
        last.decider.as_ref(),
        "who said it, and why"
    );
    assert_eq!(on(ground, tenant, Account::Fees).await, 30_000);
}

async fn what_was_read_before_a_decision_was_taken_back_decides_nothing<G: StatementGround>(ground: &G) {
    let (tenant, _) = ground.tenants();
    let work = work(ground);
    let taken = bring_in(&work, tenant, &[row(43, "", "-300.00", "Business payment")]).await;
    let line = lines(&work, tenant, &taken).await.remove(0);
    let place = Place::plain;
    let transfer = Transfer {
        debit: place(Account::Suspense),
        credit: place(Account::MpesaClearing),
        amount: line.line.amount,
    };
    let journal = Journal::of_house(work.ids.fresh(), Cause::Stated(line.id), second(500), &[transfer]);
    let read_before = LineDecision {
        id: line.id,
        taken_back: line.taken_back,
        state: LineState::Other,
        decider: Some(because("seen at the bank")),
        at: second(500),
        journal: Some(journal.unwrap_or_else(|error| panic!("{error}"))),
        change: None,
    };
    decided(&work, tenant, &line, LineVerdict::Other).await;
    let open = work.take_back(tenant, mistaken(&line, "undo", "a slip")).await;
    assert_eq!(open.map(|open| open.taken_back), Ok(1));
    let late = ground.statements().decide(tenant, vec![read_before]).await;
    assert_eq!(late, Err(RecordError::Stale), "else it would post nothing");
    let still = lines(&work, tenant, &taken).await.remove(0);
    assert_eq!(still.state, LineState::Open);
    decided(&work, tenant, &line, LineVerdict::Other).await;
    assert_eq!(on(ground, tenant, Account::Suspense).await, 30_000);
}

async fn a_decision_whose_money_a_payment_has_stays<G: StatementGround>(ground: &G) {
    let (tenant, _) = ground.tenants();
    let (_, payment) = deposit(ground, tenant, 1, Known::Failed).await;
    let work = work(ground);
    let taken = bring_in(&work, tenant, &[row(42, "700.00", "", "Pay Bill")]).await;
    let line = lines(&work, tenant, &taken).await.remove(0);
    decided(&work, tenant, &line, LineVerdict::Payment(payment)).await;
    let stays = work.take_back(tenant, mistaken(&line, "undo", "a slip")).await;
    assert_eq!(stays, Err(LineStays::Booked.into()));
    assert_eq!(on(ground, tenant, Account::MpesaClearing).await, 70_000);
}

async fn a_line_is_no_second_money_beside_a_prompt_that_may_have_brought_it<G: StatementGround>(ground: &G) {
    let (tenant, _) = ground.tenants();
    let work = work(ground);
    let (_, other) = deposit(ground, tenant, 9, Known::Failed).await;
    for (number, known) in [(1, Known::Nothing), (2, Known::InReview), (3, Known::PaidByQuery)] {
        let (attempt, payment) = deposit(ground, tenant, number, known).await;
        let Ok(Some(named)) = ground.book().find(tenant, payment).await else {
            panic!("the payment is on record");
        };
        let account = named.payment.account_reference().as_str().to_owned();
        // Hours after the prompt, so that it is not matched without a person.
        let late = row_of(number, "13:00:00", "1500", "", "Pay Bill", "", &account);
        let taken = bring_in(&work, tenant, &[late]).await;
        let open = lines(&work, tenant, &taken).await;
        let twice = work
            .decide(
                tenant,
                open[0].id,
                LineVerdict::Payment(payment),
                because("it is"),
            )
            .await;
        assert_eq!(twice, Err(StatementError::NotThat), "prompt {number}");
        let elsewhere = work
            .decide(tenant, open[0].id, LineVerdict::Payment(other), because("it is"))
            .await;
        let whose = "the line names the payment of that prompt";
        assert_eq!(
            elsewhere,
            Err(StatementError::NotThat),
            "prompt {number}: {whose}"
        );
        let once = decided(&work, tenant, &open[0], LineVerdict::Attempt(attempt)).await;
        assert_eq!(once.state, LineState::Money(attempt));
        let clearing = 150_000 * i64::from(number);
        assert_eq!(on(ground, tenant, Account::MpesaClearing).await, clearing);
    }
}

async fn a_line_settles_a_payment_that_nobody_knew_was_paid<G: StatementGround>(ground: &G) {
    let (tenant, _) = ground.tenants();
    let (unknown, first) = deposit(ground, tenant, 1, Known::Nothing).await;
    let (_, second_payment) = deposit(ground, tenant, 2, Known::Failed).await;
    let work = work(ground);
    let taken = bring_in(
        &work,
        tenant,
        &[row(8, "1500", "", "Pay Bill"), row(9, "1500", "", "Pay Bill")],
    )
    .await;
    assert_eq!(taken.head.open, 2, "what is not known to be paid is for a person");
    let open = lines(&work, tenant, &taken).await;
    let prompt = decided(&work, tenant, &open[0], LineVerdict::Attempt(unknown)).await;
    assert_eq!(prompt.state, LineState::Money(unknown));
    let by_hand = decided(&work, tenant, &open[1], LineVerdict::Payment(second_payment)).await;
    let again = decided(&work, tenant, &open[1], LineVerdict::Payment(second_payment)).await;
    assert_eq!(again, by_hand);
    let mut settled = Vec::new();
    for event in ground.events(tenant).await {
        if let PaymentEvent::PaymentSettled { about, .. } = event {
            settled.push(about.payment);
        }
    }
    assert_eq!(settled, [first, second_payment]);
    assert_eq!(on(ground, tenant, Account::MpesaClearing).await, 300_000);
    assert_eq!(on(ground, tenant, Account::Suspense).await, 0);
}

async fn money_in_the_books_that_no_line_tells_of_waits_too<G: StatementGround>(ground: &G) {
    let (tenant, other) = ground.tenants();
    let (first, payment) = deposit(ground, tenant, 1, Known::Paid(1)).await;
    let (second_attempt, _) = deposit(ground, tenant, 2, Known::Paid(2)).await;
    let work = work(ground);
    let narrow = [row_of(7, "07:00:00", "5", "", "Pay Bill", "", "")];
    bring_in(&work, tenant, &narrow).await;
    assert_eq!(
        unmatched(&work, tenant).await.absences_count,
        0,
        "no statement covers its time"
    );
    let wide = [
        row_of(6, "00:00:01", "5", "", "Pay Bill", "", ""),
        row_of(8, "23:59:59", "5", "", "Pay Bill", "", ""),
    ];
    bring_in(&work, tenant, &wide).await;
    let waits = unmatched(&work, tenant).await;
    assert_eq!((waits.lines_count, waits.absences_count), (3, 2));
    let absent = waits
        .absences
        .iter()
        .find(|absent| absent.id.as_uuid() == first.as_uuid());
    let absent = absent.cloned().unwrap_or_else(|| panic!("{waits:?}"));
    assert_eq!(
        (absent.payment, absent.amount, absent.receipt.clone()),
        (payment, shillings(1_500), Some(receipt(1)))
    );
    let foreign = work
        .decide_absence(other, absent.id, AbsenceVerdict::NeverMoved, because("no"))
        .await;
    assert_eq!(foreign, Err(StatementError::UnknownAbsence));
    let tries = (0..6).map(|_| {
        work.decide_absence(
            tenant,
            absent.id,
            AbsenceVerdict::NeverMoved,
            because("no such money"),
        )
    });
    let said = together(tries.collect()).await;
    assert_eq!(said.iter().filter(|said| said.is_ok()).count(), 1, "{said:?}");
    let explained = Id::from_uuid(second_attempt.as_uuid());
    let explained = work
        .decide_absence(
            tenant,
            explained,
            AbsenceVerdict::Explained,
            because("next month's"),
        )
        .await;
    assert!(explained.is_ok(), "{explained:?}");
    assert_eq!(unmatched(&work, tenant).await.absences, []);
    assert_eq!(on(ground, tenant, Account::MpesaClearing).await, 150_000);
    assert_eq!(on(ground, tenant, Account::Suspense).await, 150_000);
    // A line that comes after all is not taken for what a person said never came.
    let late = bring_in(
        &work,
        tenant,
        &[row(1, "1500", "", "Pay Bill"), row(2, "1500", "", "Pay Bill")],
    )
    .await;
    assert_eq!(late.head.open, 1);
    let late = lines(&work, tenant, &late).await;
    let late = late.iter().find(|line| line.state == LineState::Open);
    let late = late.unwrap_or_else(|| panic!("no line is open"));
    let denied = work
        .decide(
            tenant,
            late.id,
            LineVerdict::Attempt(first),
            because("there it is"),
        )
        .await;
    assert_eq!(
        denied,
        Err(StatementError::NotThat),
        "its money was taken out of the books"
    );
    decided(&work, tenant, late, LineVerdict::Other).await;
    assert_eq!(on(ground, tenant, Account::MpesaClearing).await, 300_000);
    assert_eq!(
        on(ground, tenant, Account::Suspense).await,
        0,
        "it came after all"
    );
}

async fn overlapping_statements_change_nothing<G: StatementGround>(ground: &G) {
    let (tenant, _) = ground.tenants();
    let work = work(ground);
    let first = bring_in(
        &work,
        tenant,
        &[row(2, "700", "", "Pay Bill"), row(3, "5", "", "Pay Bill")],
    )
    .await;
    let second = bring_in(
        &work,
        tenant,
        &[row(3, "5", "", "Pay Bill"), row(5, "9", "", "Pay Bill")],
    )
    .await;
    assert_eq!((first.head.lines, second.head.lines), (2, 1));
    let one = lines(&work, tenant, &second).await;
    assert_eq!(
        one.first().map(|line| line.line.receipt.clone()),
        Some(receipt(5))
    );
    let heads = work
        .statements
        .statements(tenant)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(heads.iter().map(|head| head.open).sum::<i64>(), 3);
}
