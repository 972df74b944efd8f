//! What is left of a run, for the checker: rows of the product's database beside the books of the providers.

use std::collections::BTreeMap;

use anyhow::Context as _;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Both sides, at one moment at which nothing happens any more.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// The product's own.
    pub(crate) rows: Rows,
    /// The providers'.
    pub(crate) providers: Providers,
}

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
}

/// A row of `payments`.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Payment {
    pub(crate) id: String,
    pub(crate) visit_id: String,
    pub(crate) customer_id: String,
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
}

/// An appointment.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Part {
    pub(crate) id: String,
    pub(crate) visit_id: String,
    pub(crate) state: String,
    pub(crate) fee_minor: i64,
    pub(crate) deposit_minor: i64,
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
    pub(crate) reason: String,
    pub(crate) state: String,
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

/// The providers' books, as the simulator keeps them.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
pub(crate) struct Providers {
    pub(crate) mpesa: Mpesa,
    pub(crate) cards: Cards,
    /// Every prompt that was ever on a phone.
    #[serde(default)]
    pub(crate) prompts: Vec<Prompt>,
}

/// M-Pesa's book.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
pub(crate) struct Mpesa {
    pub(crate) movements: Vec<Movement>,
    pub(crate) reversals: Vec<Reversal>,
    pub(crate) pushes: Vec<Pushes>,
}

/// Money that came, in whole shillings.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Movement {
    pub(crate) receipt: String,
    pub(crate) checkout_request_id: Option<String>,
    pub(crate) amount: i64,
}

/// Money that M-Pesa took back, in whole shillings.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Reversal {
    pub(crate) receipt: String,
    pub(crate) original_receipt: String,
    pub(crate) amount: i64,
}

/// How often one address for callbacks was pushed.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Pushes {
    pub(crate) token_sha256: String,
    pub(crate) asked: u32,
    pub(crate) without_token: u32,
    pub(crate) prompts: Vec<String>,
}

/// A prompt, and how many for the same account were on the phone when it came.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Prompt {
    pub(crate) checkout_request_id: String,
    pub(crate) beside_same: u32,
}

/// PesaPal's book.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
pub(crate) struct Cards {
    pub(crate) orders: Vec<Order>,
    pub(crate) refunds: Vec<CardRefund>,
}

/// A refund that was asked of PesaPal, in cents.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct CardRefund {
    pub(crate) confirmation_code: String,
    pub(crate) amount_cents: i64,
    pub(crate) state: String,
}

/// A card order, in cents.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Order {
    pub(crate) order_tracking_id: String,
    pub(crate) merchant_reference: String,
    pub(crate) amount_cents: i64,
    pub(crate) paid_cents: Option<i64>,
    pub(crate) confirmation_code: Option<String>,
    pub(crate) state: String,
}

impl Snapshot {
    /// Both sides as they are now; `book` is what the simulator answers to `GET /sim/book`, `prompts` to
    /// `GET /sim/prompts`.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub fn take(database: &mut PgConnection, book: &Value, prompts: &Value) -> anyhow::Result<Self> {
        let mut providers: Providers =
            serde_json::from_value(book.clone()).context("the providers' books")?;
        providers.prompts = serde_json::from_value(prompts["prompts"].clone()).context("the prompts")?;
        Ok(Self {
            rows: Rows::read(database)?,
            providers,
        })
    }

    /// How many there are in each state, for a person.
    pub fn states(&self) -> BTreeMap<String, usize> {
        let rows = &self.rows;
        let payments = rows.payments.iter().map(|row| format!("payment {}", row.state));
        let attempts = rows
            .attempts
            .iter()
            .map(|row| format!("attempt {}, {}", row.state, row.provider));
        let refunds = rows
            .refunds
            .iter()
            .map(|row| format!("refund {}, {}", row.state, row.way));
        let parts = rows.parts.iter().map(|row| format!("appointment {}", row.state));
        let letters = rows
            .letters
            .iter()
            .map(|row| format!("dead letter {}", row.reason));
        let mut counts = BTreeMap::new();
        for state in payments
            .chain(attempts)
            .chain(refunds)
            .chain(parts)
            .chain(letters)
        {
            *counts.entry(state).or_default() += 1;
        }
        counts
    }
}

impl Rows {
    fn read(database: &mut PgConnection) -> anyhow::Result<Self> {
        Ok(Self {
            payments: rows(
                database,
                "SELECT id, visit_id, customer_id, purpose, state, paid_minor, credited_minor FROM payments",
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
                     EXISTS (SELECT FROM jobs j WHERE j.kind = 'payments.look_at_card_refund' AND j.state = 'ready'
                         AND j.payload->'data'->>'refund' = r.id::text) AS looked_up
                 FROM payment_refunds r",
            )?,
            parts: rows(
                database,
                "SELECT id, visit_id, state, coalesce(fee_minor, 0) AS fee_minor, deposit_minor FROM appointments
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
                "SELECT reason, state, encode(body, 'escape') AS body FROM payment_callbacks_unrouted",
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
