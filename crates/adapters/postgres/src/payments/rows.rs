//! Rows into payments and attempts. A row that no sequence of transitions leads to is an outage that names
//! it.

use std::collections::BTreeMap;

use diesel::prelude::*;
use ratiba_kernel::{Currency, Fingerprint, Id, Money, PhoneNumber};
use ratiba_payments::actor::Actor;
use ratiba_payments::attempt::{
    Attempt, AttemptProgress, AttemptState, AttemptTerms, Provider, Resolved, ReviewReason,
};
use ratiba_payments::card::PageUrl;
use ratiba_payments::evidence::Evidence;
use ratiba_payments::failure::{FailureReason, ProviderCode};
use ratiba_payments::payment::{Payment, PaymentParts, PaymentRecord, PaymentState, Purpose};
use ratiba_payments::reference::{ProviderIds, Receipt, RequestKey};
use ratiba_payments::remark::Remark;
use ratiba_payments::tip::Tip;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::tips;
use crate::database::{TenantTx, TxError};
use crate::schema::{payment_attempts, payments};

#[derive(Queryable, Selectable)]
#[diesel(table_name = payments, check_for_backend(diesel::pg::Pg))]
pub(super) struct PaymentRow {
    id: Uuid,
    visit_id: Uuid,
    customer_id: Uuid,
    purpose: String,
    state: String,
    state_at: OffsetDateTime,
    currency: String,
    due_minor: i64,
    paid_minor: i64,
    credited_minor: i64,
    version: i32,
    created_at: OffsetDateTime,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = payment_attempts, check_for_backend(diesel::pg::Pg))]
struct AttemptRow {
    id: Uuid,
    payment_id: Uuid,
    provider: String,
    request_key: String,
    payer_phone: Option<String>,
    currency: String,
    amount_minor: i64,
    state: String,
    state_at: OffsetDateTime,
    reason: Option<String>,
    provider_code: Option<String>,
    evidence: Option<String>,
    dispute: Option<String>,
    provider_request_id: Option<String>,
    provider_checkout_id: Option<String>,
    page_url: Option<String>,
    receipt: Option<String>,
    queries: i16,
    created_at: OffsetDateTime,
    sent_at: Option<OffsetDateTime>,
    made_by: Option<String>,
    fingerprint: Option<Vec<u8>>,
    resolved_by: Option<String>,
    resolved_reason: Option<String>,
    resolved_at: Option<OffsetDateTime>,
    taken_back: i16,
    reversed: bool,
    tip_payment_id: Option<Uuid>,
    tip_appointment_id: Option<Uuid>,
    tip_minor: Option<i64>,
    tip_shares: Option<Value>,
}

impl PaymentRow {
    /// Which payment it is.
    pub(super) const fn id(&self) -> Uuid {
        self.id
    }
}

/// The payment with all of its attempts, oldest first. The payment was read before them, so that a change
/// in between shows in its version.
pub(super) fn with_attempts<E>(tx: &mut TenantTx<'_>, row: PaymentRow) -> Result<PaymentRecord, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let attempts = payment_attempts::table
        .filter(payment_attempts::tenant_id.eq(tenant))
        .filter(payment_attempts::payment_id.eq(row.id))
        .order((payment_attempts::created_at, payment_attempts::id))
        .select(AttemptRow::as_select())
        .load(tx.conn())?;
    let id = row.id;
    let payment = payment_of(row).map_err(|what| TxError::impossible("payments", id, what))?;
    let attempts = attempts.into_iter().map(|row| {
        let id = row.id;
        attempt_of(row).map_err(|what| TxError::impossible("payment_attempts", id, what))
    });
    Ok(PaymentRecord {
        payment,
        attempts: attempts.collect::<Result<_, _>>()?,
    })
}

/// As [`with_attempts`], for several payments.
pub(super) fn with_attempts_of_all<E>(
    tx: &mut TenantTx<'_>,
    rows: Vec<PaymentRow>,
) -> Result<Vec<PaymentRecord>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let attempts = payment_attempts::table
        .filter(payment_attempts::tenant_id.eq(tenant))
        .filter(payment_attempts::payment_id.eq_any(ids))
        .order((payment_attempts::created_at, payment_attempts::id))
        .select(AttemptRow::as_select())
        .load(tx.conn())?;
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        let id = row.id;
        let payment = payment_of(row).map_err(|what| TxError::impossible("payments", id, what))?;
        records.push(PaymentRecord {
            payment,
            attempts: Vec::new(),
        });
    }
    for row in attempts {
        let (id, payment) = (row.id, row.payment_id);
        let attempt = attempt_of(row).map_err(|what| TxError::impossible("payment_attempts", id, what))?;
        let record = records
            .iter_mut()
            .find(|record| record.payment.id().as_uuid() == payment);
        if let Some(record) = record {
            record.attempts.push(attempt);
        }
    }
    Ok(records)
}

/// The attempts that took these tips along, each under the tip's payment.
pub(super) fn that_took_along<E>(
    tx: &mut TenantTx<'_>,
    tips: Vec<Uuid>,
) -> Result<BTreeMap<Uuid, Attempt>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let rows = payment_attempts::table
        .filter(payment_attempts::tenant_id.eq(tenant))
        .filter(payment_attempts::tip_payment_id.eq_any(tips))
        .select(AttemptRow::as_select())
        .load(tx.conn())?;
    let attempts = rows.into_iter().filter_map(|row| {
        let (id, tip) = (row.id, row.tip_payment_id?);
        let attempt = attempt_of(row).map_err(|what| TxError::impossible("payment_attempts", id, what));
        Some(attempt.map(|attempt| (tip, attempt)))
    });
    attempts.collect()
}

fn payment_of(row: PaymentRow) -> Result<Payment, &'static str> {
    let currency = Currency::parse(&row.currency).map_err(|_| "unknown currency")?;
    Payment::restore(PaymentParts {
        id: Id::from_uuid(row.id),
        visit: Id::from_uuid(row.visit_id),
        customer: Id::from_uuid(row.customer_id),
        purpose: Purpose::parse(&row.purpose).ok_or("unknown purpose")?,
        due: Money::new(row.due_minor, currency),
        paid: Money::new(row.paid_minor, currency),
        credited: Money::new(row.credited_minor, currency),
        state: PaymentState::parse(&row.state).ok_or("unknown state")?,
        state_at: row.state_at,
        created_at: row.created_at,
        version: row.version,
    })
    .map_err(|_| "state and amounts contradict each other")
}

fn attempt_of(row: AttemptRow) -> Result<Attempt, &'static str> {
    let currency = Currency::parse(&row.currency).map_err(|_| "unknown currency")?;
    let payer = row.payer_phone.as_deref().map(PhoneNumber::parse).transpose();
    let by = row.made_by.as_deref().map(Actor::parse).transpose();
    let ordered = row.fingerprint.as_deref().map(<[u8; 32]>::try_from).transpose();
    let terms = AttemptTerms {
        id: Id::from_uuid(row.id),
        payment: Id::from_uuid(row.payment_id),
        key: RequestKey::parse(&row.request_key).map_err(|_| "malformed request key")?,
        provider: Provider::parse(&row.provider).ok_or("unknown provider")?,
        amount: Money::new(row.amount_minor, currency),
        payer: payer.map_err(|_| "malformed payer")?,
        by: by.map_err(|_| "malformed name of who made it")?,
        ordered: ordered
            .map_err(|_| "bad fingerprint")?
            .map(Fingerprint::from_bytes),
        created_at: row.created_at,
    };
    let ids = row.provider_checkout_id.as_deref().map(|tracking| {
        ProviderIds::new(tracking, row.provider_request_id.as_deref()).map_err(|_| "malformed provider ids")
    });
    let page = row.page_url.as_deref();
    let page = page.map(|url| PageUrl::parse(url).map_err(|_| "malformed page"));
    let dispute = row.dispute.as_deref();
    let dispute = dispute.map(|word| ReviewReason::parse(word).ok_or("unknown dispute"));
    let progress = AttemptProgress {
        state: state_of(&row)?,
        state_at: row.state_at,
        sent_at: row.sent_at,
        ids: ids.transpose()?,
        page: page.transpose()?,
        queries: u8::try_from(row.queries).map_err(|_| "too many queries")?,
        dispute: dispute.transpose()?,
        resolved: resolved_of(&row)?,
        taken_back: u8::try_from(row.taken_back).map_err(|_| "taken back too often")?,
        reversed: row.reversed,
    };
    let tip = taken_along(&row, currency)?;
    let attempt = Attempt::restore(terms, progress).map_err(|_| "state and times contradict each other")?;
    Ok(match tip {
        Some(tip) => attempt.with_tip(tip),
        None => attempt,
    })
}

/// The tip that it takes along.
fn taken_along(row: &AttemptRow, currency: Currency) -> Result<Option<Tip>, &'static str> {
    let parts = (row.tip_payment_id, row.tip_appointment_id, &row.tip_shares);
    let (Some(payment), Some(appointment), Some(shares)) = parts else {
        return Ok(None);
    };
    let tip = Tip {
        payment: Id::from_uuid(payment),
        appointment: Id::from_uuid(appointment),
        shares: tips::read_shares(shares, currency).ok_or("malformed shares of a tip")?,
    };
    match tip.amount() {
        Ok(amount) if Some(amount.amount_minor()) == row.tip_minor => Ok(Some(tip)),
        Ok(_) | Err(_) => Err("a tip and its shares contradict each other"),
    }
}

/// Who ended it when it was in review.
fn resolved_of(row: &AttemptRow) -> Result<Option<Resolved>, &'static str> {
    let parts = (&row.resolved_by, &row.resolved_reason, row.resolved_at);
    Ok(match parts {
        (None, None, None) => None,
        (Some(by), Some(why), Some(at)) => Some(Resolved {
            by: Actor::parse(by).map_err(|_| "malformed name of who resolved it")?,
            why: Remark::parse(why).map_err(|_| "malformed reason of a resolution")?,
            at,
        }),
        (None | Some(_), None | Some(_), None | Some(_)) => return Err("half a resolution"),
    })
}

fn state_of(row: &AttemptRow) -> Result<AttemptState, &'static str> {
    let evidence = || {
        let word = row.evidence.as_deref().ok_or("no evidence")?;
        Evidence::parse(word).ok_or("unknown evidence")
    };
    let reason = row.reason.as_deref();
    Ok(match row.state.as_str() {
        "created" => AttemptState::Created,
        "sent" => AttemptState::Sent,
        "awaiting_customer" => AttemptState::AwaitingCustomer,
        "unknown" => AttemptState::Unknown,
        "cancelled" => AttemptState::Cancelled,
        "in_review" => AttemptState::InReview {
            why: reason
                .and_then(ReviewReason::parse)
                .ok_or("unknown reason for review")?,
        },
        "paid" => AttemptState::Paid {
            evidence: evidence()?,
            receipt: match row.receipt.as_deref() {
                Some(receipt) => Some(Receipt::parse(receipt).map_err(|_| "malformed receipt")?),
                None => None,
            },
        },
        "failed" => AttemptState::Failed {
            reason: reason
                .and_then(FailureReason::parse)
                .ok_or("unknown reason of failure")?,
            code: row.provider_code.as_deref().map(ProviderCode::new),
            evidence: evidence()?,
        },
        _other => return Err("unknown state"),
    })
}
