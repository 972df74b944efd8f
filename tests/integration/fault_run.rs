//! The fault run in its short form, and the checker on what a real run left. `cargo xtask simulate-payments` is the long
//! form.

use std::collections::BTreeSet;

use diesel::connection::{Connection as _, SimpleConnection as _};
use system_tests::fault_run::{
    Defect, Law, Options, Scale, Snapshot, Steps, check, run, run_every_step, snapshot,
};

/// What somebody could do to a sound database, and the law that it breaks.
const DEFECTS: [(&str, &str, Law); 11] = [
    (
        "an attempt is back where it began",
        "UPDATE payment_attempts SET state = 'unknown', receipt = NULL, evidence = NULL
         WHERE id = (SELECT id FROM payment_attempts WHERE state = 'paid' AND provider = 'mpesa' ORDER BY id LIMIT 1)",
        Law::AttemptsEnd,
    ),
    (
        "a journal is lost",
        "DELETE FROM ledger_entries WHERE journal_id = (SELECT id FROM ledger_journals
             WHERE cause LIKE 'received:%' ORDER BY id LIMIT 1)",
        Law::BookedOnce,
    ),
    (
        "a shilling is booked that never came",
        "UPDATE ledger_entries SET amount_minor = amount_minor + sign(amount_minor)::bigint * 100
         WHERE journal_id = (SELECT journal_id FROM ledger_entries WHERE account = 'mpesa_clearing'
             ORDER BY journal_id LIMIT 1)",
        Law::MpesaAgrees,
    ),
    (
        "a confirmed visit loses its claims",
        "UPDATE engagements SET active = false WHERE appointment_id =
             (SELECT id FROM appointments WHERE state = 'confirmed' AND start_at > '2026-05-13' ORDER BY id LIMIT 1)",
        Law::ConfirmedIsPaid,
    ),
    (
        "somebody works in two places at once",
        "ALTER TABLE engagements DROP CONSTRAINT engagements_no_overlap;
         UPDATE engagements SET starts_at = '2026-06-01T10:00Z', ends_at = '2026-06-01T11:00Z'
         WHERE active AND subject_id = (SELECT subject_id FROM engagements WHERE active AND subject_kind = 'staff'
             AND starts_at > '2026-05-13' GROUP BY subject_id HAVING count(*) > 1 LIMIT 1)",
        Law::NoOverlap,
    ),
    (
        "a visit is moved and its claims are not",
        "UPDATE appointments SET start_at = start_at + interval '7 days', end_at = end_at + interval '7 days'
         WHERE id = (SELECT id FROM appointments WHERE state = 'confirmed' AND start_at > '2026-05-13' ORDER BY id LIMIT 1)",
        Law::ClaimsFollow,
    ),
    (
        "a paid visit ends without credit",
        "UPDATE appointments SET state = 'cancelled_by_business' WHERE visit_id IN
             (SELECT p.visit_id FROM payments p JOIN appointments a USING (tenant_id, visit_id)
              WHERE a.state = 'confirmed' AND p.state = 'settled' AND p.purpose <> 'tip')",
        Law::PaidIsKept,
    ),
    (
        "a callback is never looked at",
        "UPDATE payment_callbacks SET applied_at = NULL, outcome = NULL",
        Law::NothingWaits,
    ),
    (
        "cash is taken that nobody put into the drawer",
        "UPDATE ledger_entries SET amount_minor = amount_minor + 100 * sign(amount_minor)::bigint
         WHERE journal_id = (SELECT journal_id FROM ledger_entries WHERE account = 'cash_drawer'
             ORDER BY journal_id DESC LIMIT 1)",
        Law::CashAgrees,
    ),
    (
        "what M-Pesa took is booked twice",
        "UPDATE ledger_entries SET amount_minor = 2 * amount_minor
         WHERE journal_id = (SELECT id FROM ledger_journals WHERE cause LIKE 'stated:%' ORDER BY id LIMIT 1)",
        Law::MpesaAgrees,
    ),
    (
        "a receipt is another's",
        "UPDATE payment_attempts SET receipt = 'TEC0FORGED' WHERE id = (SELECT id FROM payment_attempts
             WHERE state = 'paid' AND provider = 'mpesa' AND receipt IS NOT NULL AND dispute IS NULL
             ORDER BY id LIMIT 1)",
        Law::MpesaAgrees,
    ),
];

/// Sixty visits, a worker and the api killed, PostgreSQL restarted, and dozens of faults. What it leaves is sound; each of the
/// defects, planted into it, is found.
#[tokio::test(flavor = "multi_thread")]
async fn every_shilling_of_a_run_full_of_faults_ends_in_a_known_state() {
    let options = Options {
        seed: 20_260_512,
        scale: Scale::SHORT,
        defect: None,
    };
    let over = run(options).await.unwrap();
    let logs = over.stage.logs.display();
    assert_eq!(over.report.findings, [], "logs: {logs}\n{}", over.report);
    assert!(over.report.attempts("paid") >= 15, "{}", over.report);
    assert!(over.report.attempts("failed") >= 2, "{}", over.report);
    let blows = (over.report.kills, over.report.api_kills, over.report.restarts);
    assert_eq!(blows, (1, 1, 1), "{}", over.report);
    println!("{}", over.report);
    let ended = |state: &str| over.report.states.get(state).copied().unwrap_or_default();
    assert!(ended("appointment completed") >= 5, "{}", over.report);
    assert!(ended("appointment no_show") >= 1, "{}", over.report);

    let sound = snapshot(&over.stage).await.unwrap();
    assert_eq!(check(&sound), [], "nothing moves any more");
    let books = over.stage.books().await.unwrap();
    let mut database = over.stage.database.connect_as_administrator();
    for (name, defect, law) in DEFECTS {
        let mut findings = Vec::new();
        // Taken back again, so that each defect is the only one.
        let undone: Result<(), diesel::result::Error> = database.transaction(|database| {
            database.batch_execute("SET LOCAL session_replication_role = replica")?;
            database.batch_execute(defect)?;
            findings = check(&Snapshot::take(database, &books).unwrap());
            Err(diesel::result::Error::RollbackTransaction)
        });
        assert_eq!(undone, Err(diesel::result::Error::RollbackTransaction), "{name}");
        assert!(
            findings.iter().any(|finding| finding.law == law),
            "{name}: {findings:#?}"
        );
    }
    std::fs::remove_dir_all(&over.stage.logs).unwrap();
}

/// Worker and api die before or after a step of each kind of payment. The long form takes each step.
#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_dies_in_the_middle_of_a_payment_leaves_nothing_half_done() {
    let over = run_every_step(7, Steps::Some(1), |_| {}).await.unwrap();
    let logs = over.stage.logs.display();
    assert_eq!(over.report.findings, [], "logs: {logs}\n{}", over.report);
    let (workers, apis) = (over.report.kills, over.report.api_kills);
    assert!(workers >= 3 && apis >= 3, "{}", over.report);
    println!("{}", over.report);
    std::fs::remove_dir_all(&over.stage.logs).unwrap();
}

/// The ledger's own fence is down, and now and then a journal about a payment loses all of its lines.
const LOSES_LINES: &str = "
    CREATE FUNCTION planted_loss() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF get_byte(uuid_send(NEW.journal_id), 15) % 2 = 0 AND EXISTS (SELECT FROM ledger_journals j
            WHERE (j.tenant_id, j.id) = (NEW.tenant_id, NEW.journal_id) AND j.payment_id IS NOT NULL)
        THEN RETURN NULL; END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER planted_loss BEFORE INSERT ON ledger_entries FOR EACH ROW EXECUTE FUNCTION planted_loss();";

/// A short run without blows, with a defect; the laws that it breaks.
async fn laws_broken_by(defect: Defect) -> BTreeSet<Law> {
    let options = Options {
        seed: 3,
        scale: Scale {
            visits: 10,
            rounds: 12,
            kills: 0,
            api_kills: 0,
            restarts: 0,
        },
        defect: Some(defect),
    };
    let over = run(options).await.unwrap();
    println!("{}", over.report);
    std::fs::remove_dir_all(&over.stage.logs).unwrap();
    over.report.findings.iter().map(|finding| finding.law).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_that_loses_lines_of_its_ledger_does_not_pass() {
    let laws = laws_broken_by(Defect::Sql(LOSES_LINES)).await;
    assert!(
        laws.is_superset(&[Law::BookedOnce, Law::JournalsBalance].into()),
        "{laws:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_that_sends_a_prompt_twice_does_not_pass() {
    let laws = laws_broken_by(Defect::PushedTwice).await;
    assert!(laws.contains(&Law::PromptedOnce), "{laws:?}");
}
