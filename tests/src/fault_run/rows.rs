//! The product's own side of a run: rows of its database.

use anyhow::Context as _;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Rows of the product's database. Amounts are in minor units.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Rows {
    /// What was asked for.
    pub(crate) payments: Vec<Payment>,
    /// What was tried.
    pub(crate) attempts: Vec<Attempt>,
    /// What was posted.
    pub(crate) journals: Vec<Journal>,
    /// What went back.
    pub(crate) refunds: Vec<Refund>,
    /// The appointments of all visits that lie ahead.
    pub(crate) parts: Vec<Part>,
    /// Who and what is taken at what time.
    pub(crate) claims: Vec<Claim>,
    /// Messages that found nobody.
    pub(crate) letters: Vec<Letter>,
    /// Jobs that were given up.
    pub(crate) dead: Vec<Dead>,
    /// Messages that nobody has looked at, and jobs that are due.
    pub(crate) waiting: Vec<Waiting>,
    /// Lines of M-Pesa's statements.
    pub(crate) lines: Vec<Line>,
    /// What was said of money that no line told of.
    pub(crate) absences: Vec<Absence>,
    /// Credit that left the house.
    pub(crate) payouts: Vec<Payout>,
    /// How the drawer was counted.
    pub(crate) counts: Vec<Count>,
    /// What of tips was paid out of the drawer.
    pub(crate) tip_payouts: Vec<TipPayout>,
}

/// A row of `payments`.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Payment {
    pub(crate) id: String,
    pub(crate) visit_id: String,
    pub(crate) customer_id: String,
    /// Of the customer.
    pub(crate) phone: Option<String>,
    /// What is typed for it by whoever pays by hand.
    pub(crate) account_reference: String,
    pub(crate) purpose: String,
    pub(crate) state: String,
    pub(crate) paid_minor: i64,
    pub(crate) credited_minor: i64,
}

/// A row of `payment_attempts`, with the hashes of the secrets in its addresses for callbacks.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Attempt {
    pub(crate) id: String,
    pub(crate) payment_id: String,
    pub(crate) provider: String,
    pub(crate) state: String,
    pub(crate) amount_minor: i64,
    pub(crate) receipt: Option<String>,
    pub(crate) dispute: Option<String>,
    pub(crate) merchant_reference: String,
    pub(crate) provider_checkout_id: Option<String>,
    pub(crate) tokens: Vec<String>,
}

/// A journal with its lines.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Journal {
    pub(crate) id: String,
    pub(crate) cause: String,
    pub(crate) entries: Vec<Entry>,
}

/// A line of a journal; debits are positive.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Entry {
    pub(crate) account: String,
    pub(crate) customer_id: Option<String>,
    pub(crate) payment_id: Option<String>,
    pub(crate) staff_id: Option<String>,
    pub(crate) amount_minor: i64,
}

/// A row of `payment_refunds`.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Refund {
    pub(crate) id: String,
    pub(crate) payment_id: String,
    pub(crate) way: String,
    pub(crate) state: String,
    pub(crate) amount_minor: i64,
    pub(crate) attempt_id: Option<String>,
    /// A job is waiting for the day on which what became of it is looked up again.
    pub(crate) looked_up: bool,
    pub(crate) original_receipt: Option<String>,
    /// `payment`, or `credit` that is paid out.
    pub(crate) source: String,
    /// How much of it was given before by a refund as credit: what the customer has twice, as a person was told, and what of
    /// that credit was taken back.
    pub(crate) given_twice_minor: Option<i64>,
    /// What of credit that other refunds of the payment gave was taken back for it.
    pub(crate) taken_of_credit_minor: Option<i64>,
}

/// An appointment.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Part {
    pub(crate) id: String,
    pub(crate) visit_id: String,
    pub(crate) state: String,
    pub(crate) fee_minor: i64,
    pub(crate) deposit_minor: i64,
    /// Both in seconds.
    pub(crate) starts: i64,
    pub(crate) ends: i64,
}

/// An active claim of somebody's or something's time, in seconds.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Claim {
    pub(crate) appointment_id: Option<String>,
    pub(crate) kind: String,
    pub(crate) subject_id: String,
    pub(crate) seat: i64,
    pub(crate) starts: i64,
    pub(crate) ends: i64,
}

/// A dead letter.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Letter {
    pub(crate) id: String,
    pub(crate) reason: String,
    pub(crate) state: String,
    /// Whether it is known whose it is.
    pub(crate) ours: bool,
    /// The money that was booked by it, or how it went back.
    pub(crate) receipt: Option<String>,
    pub(crate) body: String,
}

/// A job that was given up.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Dead {
    pub(crate) kind: String,
    pub(crate) error: Option<String>,
}

/// Something that should be over.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Waiting {
    pub(crate) what: String,
    pub(crate) count: i64,
}

/// A row of `mpesa_statement_lines`.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Line {
    pub(crate) id: String,
    pub(crate) receipt: String,
    pub(crate) kind: String,
    pub(crate) amount_minor: i64,
    pub(crate) linked_receipt: Option<String>,
    pub(crate) state: String,
}

/// A row of `mpesa_statement_absences`; its id is that of an attempt or a refund.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Absence {
    pub(crate) id: String,
    pub(crate) verdict: String,
}

/// A row of `credit_payouts`.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Payout {
    pub(crate) id: String,
    pub(crate) way: String,
    pub(crate) amount_minor: i64,
    pub(crate) refund_id: Option<String>,
}

/// A closed session of the drawer.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Count {
    pub(crate) id: String,
    pub(crate) difference_minor: i64,
}

/// A movement of the drawer by which somebody got tips.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct TipPayout {
    pub(crate) staff_id: String,
    pub(crate) amount_minor: i64,
}

impl Rows {
    pub(super) fn read(database: &mut PgConnection) -> anyhow::Result<Self> {
        Ok(Self {
            payments: rows(
                database,
                "SELECT p.id, p.visit_id, p.customer_id, c.phone, p.account_reference, p.purpose, p.state, p.paid_minor,
                     p.credited_minor
                 FROM payments p JOIN customers c ON (c.tenant_id, c.id) = (p.tenant_id, p.customer_id)
                 ORDER BY p.created_at, p.id",
            )?,
            attempts: rows(
                database,
                "SELECT a.id, a.payment_id, a.provider, a.state, a.amount_minor, a.receipt, a.dispute,
                     a.merchant_reference, a.provider_checkout_id,
                     ARRAY(SELECT encode(r.key_hash, 'hex') FROM payment_routing r
                         WHERE r.tenant_id = a.tenant_id AND r.attempt_id = a.id
                             AND r.key_kind = 'callback_token') AS tokens
                 FROM payment_attempts a",
            )?,
            journals: rows(
                database,
                "SELECT j.id, j.cause, coalesce((SELECT jsonb_agg(to_jsonb(e)) FROM ledger_entries e
                     WHERE e.tenant_id = j.tenant_id AND e.journal_id = j.id), '[]') AS entries
                 FROM ledger_journals j",
            )?,
            refunds: rows(
                database,
                "SELECT r.id, r.payment_id, r.way, r.state, r.amount_minor, r.attempt_id, r.original_receipt,
                     r.source, r.given_twice_minor, r.taken_of_credit_minor,
                     EXISTS (SELECT FROM jobs j WHERE j.kind = 'payments.look_at_card_refund' AND j.state = 'ready'
                         AND j.payload->'data'->>'refund' = r.id::text) AS looked_up
                 FROM payment_refunds r",
            )?,
            parts: rows(
                database,
                "SELECT id, visit_id, state, coalesce(fee_minor, 0) AS fee_minor, deposit_minor,
                     extract(epoch FROM start_at)::bigint AS starts, extract(epoch FROM end_at)::bigint AS ends
                 FROM appointments
                 WHERE start_at > '2026-05-12T05:00Z'",
            )?,
            claims: rows(
                database,
                "SELECT appointment_id, subject_kind AS kind, subject_id, seat,
                     extract(epoch FROM starts_at)::bigint AS starts, extract(epoch FROM ends_at)::bigint AS ends
                 FROM engagements WHERE active AND starts_at > '2026-05-12T05:00Z'",
            )?,
            letters: rows(
                database,
                "SELECT id, reason, state, tenant_id IS NOT NULL AS ours, receipt, encode(body, 'escape') AS body
                 FROM payment_callbacks_unrouted",
            )?,
            dead: rows(database, "SELECT kind, last_error AS error FROM jobs WHERE state = 'dead'")?,
            waiting: rows(
                database,
                "SELECT 'callbacks' AS what, count(*) FROM payment_callbacks WHERE applied_at IS NULL
                 UNION ALL SELECT 'results', count(*) FROM refund_messages WHERE applied_at IS NULL
                 UNION ALL SELECT 'confirmations', count(*) FROM payment_confirmations WHERE applied_at IS NULL
                 UNION ALL SELECT 'card notices', count(*) FROM card_notices WHERE applied_at IS NULL
                 UNION ALL SELECT 'jobs at work', count(*) FROM jobs WHERE state = 'running'",
            )?,
            lines: rows(
                database,
                "SELECT id, receipt, kind, amount_minor, linked_receipt, state FROM mpesa_statement_lines
                 ORDER BY completed_at, id",
            )?,
            absences: rows(database, "SELECT id, verdict FROM mpesa_statement_absences")?,
            payouts: rows(database, "SELECT id, way, amount_minor, refund_id FROM credit_payouts")?,
            counts: rows(
                database,
                "SELECT id, difference_minor FROM till_sessions WHERE closed_at IS NOT NULL",
            )?,
            tip_payouts: rows(
                database,
                "SELECT staff_id, amount_minor FROM till_movements WHERE kind = 'tip_payout'",
            )?,
        })
    }
}

#[derive(QueryableByName)]
struct Json {
    #[diesel(sql_type = diesel::sql_types::Text)]
    json: String,
}

fn rows<T: DeserializeOwned>(database: &mut PgConnection, query: &str) -> anyhow::Result<Vec<T>> {
    let query =
        format!("SELECT coalesce(jsonb_agg(to_jsonb(found)), '[]')::text AS json FROM ({query}) AS found");
    let row: Json = diesel::sql_query(&query)
        .get_result(database)
        .with_context(|| query.clone())?;
    serde_json::from_str(&row.json).with_context(|| format!("the rows of {query}"))
}
