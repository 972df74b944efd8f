//! What is left of a run, for the checker: rows of the product's database beside the books of the providers.

use std::collections::BTreeMap;

use anyhow::Context as _;
use diesel::pg::PgConnection;
use serde::Deserialize;
use serde_json::Value;

use super::rows::Rows;

/// Both sides, at one moment at which nothing happens any more.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// The product's own.
    pub(crate) rows: Rows,
    /// The providers'.
    pub(crate) providers: Providers,
}

/// The providers' books, as the simulator keeps them.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
pub(crate) struct Providers {
    pub(crate) mpesa: Mpesa,
    pub(crate) cards: Cards,
    /// Every prompt that was ever on a phone.
    #[serde(default)]
    pub(crate) prompts: Vec<Prompt>,
    /// What lies in the drawer, as those know who put it there and took it out; in cents.
    #[serde(default)]
    pub(crate) drawer: i64,
    /// A word in each message to nobody that the api has taken.
    #[serde(default)]
    pub(crate) strangers: Vec<String>,
}

/// M-Pesa's book.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
pub(crate) struct Mpesa {
    pub(crate) movements: Vec<Movement>,
    pub(crate) reversals: Vec<Reversal>,
    pub(crate) pushes: Vec<Pushes>,
    pub(crate) charges: Vec<Charge>,
    pub(crate) withdrawals: Vec<Withdrawal>,
    pub(crate) balance_cents: i64,
}

/// Money that came, in whole shillings.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
pub(crate) struct Movement {
    pub(crate) receipt: String,
    pub(crate) checkout_request_id: Option<String>,
    pub(crate) amount: i64,
    pub(crate) phone: String,
    pub(crate) account_reference: String,
    pub(crate) reversed_by: Option<String>,
}

/// Money that M-Pesa took back, in whole shillings.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Reversal {
    pub(crate) receipt: String,
    pub(crate) original_receipt: String,
    pub(crate) amount: i64,
}

/// What M-Pesa kept of a payment, in cents.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Charge {
    pub(crate) receipt: String,
    pub(crate) cents: i64,
}

/// Money that went to the bank, in whole shillings.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Withdrawal {
    pub(crate) receipt: String,
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
    /// Both sides as they are now; `books` is what [`super::Stage::books`] answers.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub fn take(database: &mut PgConnection, books: &Value) -> anyhow::Result<Self> {
        Ok(Self {
            providers: serde_json::from_value(books.clone()).context("the providers' books")?,
            rows: Rows::read(database)?,
        })
    }

    /// Whether nothing waits and nothing is at work.
    pub(super) fn is_at_rest(&self) -> bool {
        self.rows.waiting.iter().all(|waiting| waiting.count == 0)
    }

    /// How many there are in each state, for a person.
    pub fn states(&self) -> BTreeMap<String, usize> {
        let rows = &self.rows;
        let payments = rows
            .payments
            .iter()
            .map(|row| format!("payment {}, {}", row.state, row.purpose));
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
            .map(|row| format!("dead letter {}, {}", row.state, row.reason));
        let lines = rows
            .lines
            .iter()
            .map(|row| format!("statement line {}, {}", row.state, row.kind));
        let payouts = rows
            .payouts
            .iter()
            .map(|row| format!("credit paid out, {}", row.way));
        let mut counts = BTreeMap::new();
        for state in payments
            .chain(attempts)
            .chain(refunds)
            .chain(parts)
            .chain(letters)
            .chain(lines)
            .chain(payouts)
        {
            *counts.entry(state).or_default() += 1;
        }
        counts
    }
}
