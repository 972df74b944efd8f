//! Settlements as one document: rows of several tables, each with the columns of its table as keys.

use std::sync::Arc;

use ratiba_payments::attempt::Attempt;
use ratiba_payments::ledger::Journal;
use ratiba_payments::payment::Payment;
use ratiba_payments::ports::Change;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::TOPIC;
use super::writing::columns_of;
use crate::outbox::EVENT_JOB;

/// Instants as columns hold them: in whole microseconds, the rest left out and not rounded.
fn instant(at: OffsetDateTime) -> Result<Value, serde_json::Error> {
    let whole = at.replace_microsecond(at.microsecond()).unwrap_or(at);
    let text = whole.format(&Rfc3339).map_err(serde::ser::Error::custom)?;
    Ok(Value::String(text))
}

fn instant_or_null(at: Option<OffsetDateTime>) -> Result<Value, serde_json::Error> {
    at.map_or(Ok(Value::Null), instant)
}

/// What `ratiba_settle` reads: all of these changes, each row with the place of its change as `of`.
///
/// # Errors
/// A value that cannot be written, such as a year of five digits.
pub(super) fn settlements(
    changes: &[Arc<Change>],
    mut new_id: impl FnMut() -> Uuid,
) -> Result<String, serde_json::Error> {
    let mut tables: Map<String, Value> = Map::new();
    let mut put = |table: &str, of: usize, mut row: Value| {
        if let Some(row) = row.as_object_mut() {
            row.insert("of".to_owned(), json!(of));
        }
        let rows = tables.entry(table.to_owned()).or_insert_with(|| json!([]));
        if let Some(rows) = rows.as_array_mut() {
            rows.push(row);
        }
    };
    for (of, change) in changes.iter().enumerate() {
        put("payments", of, payment(&change.payment)?);
        if let Some(of_attempt) = &change.attempt {
            put("attempts", of, attempt(of_attempt)?);
        }
        for posted in &change.journals {
            put("journals", of, journal(posted)?);
            for entry in entries(posted) {
                put("entries", of, entry);
            }
        }
        if let Some((callback, outcome)) = change.callback {
            let at = instant(change.at)?;
            put(
                "callbacks",
                of,
                json!({ "id": callback, "outcome": outcome.as_str(), "applied_at": at }),
            );
        }
        for event in &change.events {
            let (id, job, at) = (new_id(), new_id(), instant(change.at)?);
            put(
                "events",
                of,
                json!({ "id": id, "topic": TOPIC, "payload": event, "occurred_at": at }),
            );
            put(
                "jobs",
                of,
                json!({ "id": job, "kind": EVENT_JOB, "payload": { "event_id": id }, "run_at": at }),
            );
        }
        for due in &change.tasks {
            let (job, at) = (new_id(), instant(due.at)?);
            let (kind, key) = (due.task.kind(), due.task.key());
            put(
                "jobs",
                of,
                json!({ "id": job, "kind": kind, "payload": due.task, "run_at": at, "dedup_key": key }),
            );
        }
    }
    // A table without a row is one all the same.
    for table in [
        "payments",
        "attempts",
        "journals",
        "entries",
        "callbacks",
        "events",
        "jobs",
    ] {
        tables.entry(table.to_owned()).or_insert_with(|| json!([]));
    }
    serde_json::to_string(&tables)
}

fn payment(payment: &Payment) -> Result<Value, serde_json::Error> {
    Ok(json!({
        "id": payment.id(),
        "version": payment.version(),
        "state": payment.state().as_str(),
        "state_at": instant(payment.state_at())?,
        "due_minor": payment.due().amount_minor(),
        "paid_minor": payment.paid().amount_minor(),
        "credited_minor": payment.credited().amount_minor(),
    }))
}

fn attempt(attempt: &Attempt) -> Result<Value, serde_json::Error> {
    let (terms, progress) = (attempt.terms(), attempt.progress());
    let columns = columns_of(&progress.state);
    let ids = progress.ids.as_ref();
    let resolved = progress.resolved.as_ref();
    Ok(json!({
        "id": terms.id,
        "payment_id": terms.payment,
        "amount_minor": terms.amount.amount_minor(),
        "state": progress.state.name().as_str(),
        "state_at": instant(progress.state_at)?,
        "reason": columns.reason,
        "provider_code": columns.code,
        "evidence": columns.evidence,
        "dispute": progress.dispute.map(|why| why.as_str()),
        "provider_request_id": ids.and_then(|ids| ids.request()),
        "provider_checkout_id": ids.map(|ids| ids.tracking()),
        "receipt": columns.receipt,
        "queries": progress.queries,
        "sent_at": instant_or_null(progress.sent_at)?,
        "resolved_by": resolved.map(|resolved| resolved.by.as_str()),
        "resolved_reason": resolved.map(|resolved| resolved.why.as_str()),
        "resolved_at": instant_or_null(resolved.map(|resolved| resolved.at))?,
        "page_url": progress.page.as_ref().map(|page| page.as_str()),
    }))
}

fn journal(journal: &Journal) -> Result<Value, serde_json::Error> {
    Ok(json!({
        "id": journal.id(),
        "cause": journal.cause().key(),
        "payment_id": journal.payment(),
        "attempt_id": journal.attempt(),
        "occurred_at": instant(journal.at())?,
    }))
}

fn entries(journal: &Journal) -> impl Iterator<Item = Value> {
    (0_i16..).zip(journal.entries()).map(|(position, entry)| {
        json!({
            "journal_id": journal.id(),
            "position": position,
            "account": entry.place.account.as_str(),
            "customer_id": entry.place.customer,
            "payment_id": entry.place.payment,
            "staff_id": entry.place.staff,
            "currency": entry.amount.currency().code(),
            "amount_minor": entry.amount.amount_minor(),
        })
    })
}
