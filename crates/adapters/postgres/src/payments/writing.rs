//! One change, one transaction.

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sql_types::{
    BigInt, Binary, Bool, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use ratiba_kernel::PhoneNumber;
use ratiba_payments::attempt::{Attempt, AttemptState};
use ratiba_payments::ledger::Journal;
use ratiba_payments::payment::Payment;
use ratiba_payments::ports::{Change, RecordError, Route, RouteKey, Saying};
use ratiba_payments::task::Due;
use serde_json::json;

use super::holding::hold;
use super::{TOPIC, letters, mailbox, numbers, tips};
use crate::database::{TenantTx, TxError};
use crate::jobs::NewJob;
use crate::kept::sql_query;
use crate::outbox::{append_event, enqueue};
use crate::schema::{ledger_entries, ledger_journals, payment_routing, payments};

type Written = Result<(), TxError<RecordError>>;

/// Writes all of a change. The payment comes first: its row is the lock and its version the judge of
/// everything that hangs on it; and before it, where the decision rests on all payments of the visit, all of theirs.
pub(super) fn write(tx: &mut TenantTx<'_>, change: &Change) -> Written {
    if let Some(seen) = &change.seen
        && hold(tx, seen.visit())? != *seen
    {
        return Err(TxError::Refused(RecordError::Stale));
    }
    write_payment(tx, &change.payment)?;
    if let Some(matched) = &change.letter {
        letters::refuse_booked_beside(tx, matched, &change.payment)?;
    }
    if let Some(attempt) = &change.attempt {
        numbers::hold(tx, attempt)?;
        letters::refuse_gone(tx, &change.payment, attempt)?;
        write_attempt(tx, attempt, change.saying.as_ref())?;
    }
    if let Some(came) = &change.tip {
        write_payment(tx, &came.payment)?;
        tips::insert(tx, &came.tip)?;
    }
    for route in &change.routes {
        write_route(tx, change, route)?;
    }
    for journal in &change.journals {
        // Somebody closed the drawer since it was seen open.
        write_journal(tx, journal).map_err(|error| with_cash(error, |_| RecordError::Stale))?;
    }
    if let Some((callback, outcome)) = change.callback {
        mailbox::CALLBACKS.conclude(tx, callback, outcome, change.at)?;
    }
    if let Some(matched) = &change.letter {
        letters::write_match(tx, matched, change.payment.id().as_uuid())?;
    }
    for event in &change.events {
        append_event(tx, TOPIC, event, change.at)?;
    }
    for due in &change.tasks {
        enqueue(tx, job(due)?)?;
    }
    Ok(())
}

/// The job that a task runs as. The same task waits once.
pub(super) fn job<E>(due: &Due) -> Result<NewJob, TxError<E>> {
    let payload = serde_json::to_value(due.task).map_err(|error| TxError::Impossible(error.to_string()))?;
    Ok(NewJob::new(due.task.kind(), payload, due.at).once(due.task.key()))
}

fn write_payment(tx: &mut TenantTx<'_>, payment: &Payment) -> Written {
    let tenant = tx.tenant_uuid();
    let written = if payment.version() == 0 {
        diesel::insert_into(payments::table)
            .values((
                (
                    payments::tenant_id.eq(tenant),
                    payments::id.eq(payment.id().as_uuid()),
                    payments::visit_id.eq(payment.visit().as_uuid()),
                    payments::customer_id.eq(payment.customer().as_uuid()),
                    payments::purpose.eq(payment.purpose().as_str()),
                    payments::account_reference.eq(payment.account_reference().as_str()),
                    payments::currency.eq(payment.currency().code()),
                    payments::due_minor.eq(payment.due().amount_minor()),
                    payments::created_at.eq(payment.created_at()),
                ),
                (
                    payments::state.eq(payment.state().as_str()),
                    payments::state_at.eq(payment.state_at()),
                    payments::paid_minor.eq(payment.paid().amount_minor()),
                    payments::credited_minor.eq(payment.credited().amount_minor()),
                    payments::version.eq(1),
                ),
            ))
            .on_conflict_do_nothing()
            .execute(tx.conn())?
    } else {
        diesel::update(payments::table)
            .filter(payments::tenant_id.eq(tenant))
            .filter(payments::id.eq(payment.id().as_uuid()))
            .filter(payments::version.eq(payment.version()))
            .set((
                payments::state.eq(payment.state().as_str()),
                payments::state_at.eq(payment.state_at()),
                payments::due_minor.eq(payment.due().amount_minor()),
                payments::paid_minor.eq(payment.paid().amount_minor()),
                payments::credited_minor.eq(payment.credited().amount_minor()),
                payments::version.eq(payments::version + 1),
            ))
            .execute(tx.conn())?
    };
    if written == 1 {
        Ok(())
    } else {
        Err(TxError::Refused(RecordError::Stale))
    }
}

/// What a state knows, column by column.
#[derive(Default)]
pub(super) struct StateColumns<'a> {
    pub(super) reason: Option<&'a str>,
    pub(super) code: Option<&'a str>,
    pub(super) evidence: Option<&'a str>,
    pub(super) receipt: Option<&'a str>,
}

pub(super) fn columns_of(state: &AttemptState) -> StateColumns<'_> {
    match state {
        AttemptState::Created
        | AttemptState::Sent
        | AttemptState::AwaitingCustomer
        | AttemptState::Unknown
        | AttemptState::Cancelled => StateColumns::default(),
        AttemptState::InReview { why } => StateColumns {
            reason: Some(why.as_str()),
            ..StateColumns::default()
        },
        AttemptState::Paid { evidence, receipt } => StateColumns {
            evidence: Some(evidence.as_str()),
            receipt: receipt.as_ref().map(|receipt| receipt.as_str()),
            ..StateColumns::default()
        },
        AttemptState::Failed {
            reason,
            code,
            evidence,
        } => StateColumns {
            reason: Some(reason.as_str()),
            code: code.as_ref().map(|code| code.as_str()),
            evidence: Some(evidence.as_str()),
            receipt: None,
        },
    }
}

// The last twenty answers are kept: an attempt can be asked about for months. None is kept of a payer who was forgotten,
// which is told of a row that is only to be updated as well: the form of rows is looked at before.
const UPSERT_ATTEMPT: &str = "
INSERT INTO payment_attempts (tenant_id, id, payment_id, provider, merchant_reference, request_key, payer_phone,
    currency, amount_minor, created_at, state, state_at, reason, provider_code, evidence, dispute,
    provider_request_id, provider_checkout_id, receipt, queries, sent_at, answers, made_by, fingerprint,
    resolved_by, resolved_reason, resolved_at, page_url, tip_payment_id, tip_appointment_id, tip_minor, tip_shares,
    taken_back, reversed, payer_forgotten)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25,
    $26, $27, $28, $29, $30, $31, $32, $33, $34,
    EXISTS (SELECT FROM payment_attempts f WHERE f.tenant_id = $1 AND f.id = $2 AND f.payer_forgotten))
ON CONFLICT (tenant_id, id) DO UPDATE SET
    amount_minor = EXCLUDED.amount_minor, state = EXCLUDED.state, state_at = EXCLUDED.state_at, reason = EXCLUDED.reason,
    provider_code = EXCLUDED.provider_code, evidence = EXCLUDED.evidence, dispute = EXCLUDED.dispute,
    provider_request_id = EXCLUDED.provider_request_id, provider_checkout_id = EXCLUDED.provider_checkout_id,
    receipt = EXCLUDED.receipt, queries = greatest(payment_attempts.queries, EXCLUDED.queries), sent_at = EXCLUDED.sent_at,
    resolved_by = EXCLUDED.resolved_by, resolved_reason = EXCLUDED.resolved_reason, resolved_at = EXCLUDED.resolved_at,
    page_url = EXCLUDED.page_url, tip_payment_id = EXCLUDED.tip_payment_id,
    tip_appointment_id = EXCLUDED.tip_appointment_id, tip_minor = EXCLUDED.tip_minor, tip_shares = EXCLUDED.tip_shares,
    taken_back = EXCLUDED.taken_back, reversed = EXCLUDED.reversed,
    answers = CASE
        WHEN payment_attempts.payer_forgotten THEN payment_attempts.answers
        WHEN jsonb_array_length(payment_attempts.answers) < 20 THEN payment_attempts.answers || EXCLUDED.answers
        WHEN jsonb_array_length(EXCLUDED.answers) = 0 THEN payment_attempts.answers
        ELSE (payment_attempts.answers - 0) || EXCLUDED.answers
    END
WHERE payment_attempts.payment_id = EXCLUDED.payment_id";

fn write_attempt(tx: &mut TenantTx<'_>, attempt: &Attempt, saying: Option<&Saying>) -> Written {
    let (terms, progress) = (attempt.terms(), attempt.progress());
    let columns = columns_of(&progress.state);
    let ids = progress.ids.as_ref();
    let answers = saying.map(|saying| {
        json!([{
            "at": saying.at.unix_timestamp(),
            "to": saying.occasion.as_str(),
            "said": saying.raw.as_str(),
        }])
    });
    let tenant = tx.tenant_uuid();
    let reference = attempt.reference();
    let resolved = progress.resolved.as_ref();
    let tip = attempt.tip();
    let tip_minor = tip.map(|tip| tip.amount().map(|amount| amount.amount_minor()));
    let tip_minor = tip_minor.transpose();
    let tip_minor = tip_minor.map_err(|error| TxError::impossible("payment_attempts", terms.id, error))?;
    let written = sql_query(UPSERT_ATTEMPT)
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(terms.id.as_uuid())
        .bind::<SqlUuid, _>(terms.payment.as_uuid())
        .bind::<Text, _>(terms.provider.as_str())
        .bind::<Text, _>(reference.as_str())
        .bind::<Text, _>(terms.key.as_str())
        .bind::<Nullable<Text>, _>(terms.payer.as_ref().map(PhoneNumber::e164))
        .bind::<Text, _>(terms.amount.currency().code())
        .bind::<BigInt, _>(terms.amount.amount_minor())
        .bind::<Timestamptz, _>(terms.created_at)
        .bind::<Text, _>(progress.state.name().as_str())
        .bind::<Timestamptz, _>(progress.state_at)
        .bind::<Nullable<Text>, _>(columns.reason)
        .bind::<Nullable<Text>, _>(columns.code)
        .bind::<Nullable<Text>, _>(columns.evidence)
        .bind::<Nullable<Text>, _>(progress.dispute.map(|why| why.as_str()))
        .bind::<Nullable<Text>, _>(ids.and_then(|ids| ids.request()))
        .bind::<Nullable<Text>, _>(ids.map(|ids| ids.tracking()))
        .bind::<Nullable<Text>, _>(columns.receipt)
        .bind::<SmallInt, _>(i16::from(progress.queries))
        .bind::<Nullable<Timestamptz>, _>(progress.sent_at)
        .bind::<Jsonb, _>(answers.unwrap_or_else(|| json!([])))
        .bind::<Nullable<Text>, _>(terms.by.as_ref().map(|by| by.as_str()))
        .bind::<Nullable<Binary>, _>(terms.ordered.as_ref().map(|ordered| &ordered.as_bytes()[..]))
        .bind::<Nullable<Text>, _>(resolved.map(|resolved| resolved.by.as_str()))
        .bind::<Nullable<Text>, _>(resolved.map(|resolved| resolved.why.as_str()))
        .bind::<Nullable<Timestamptz>, _>(resolved.map(|resolved| resolved.at))
        .bind::<Nullable<Text>, _>(progress.page.as_ref().map(|page| page.as_str()))
        .bind::<Nullable<SqlUuid>, _>(tip.map(|tip| tip.payment.as_uuid()))
        .bind::<Nullable<SqlUuid>, _>(tip.map(|tip| tip.appointment.as_uuid()))
        .bind::<Nullable<BigInt>, _>(tip_minor)
        .bind::<Nullable<Jsonb>, _>(tip.map(tips::shares_of))
        .bind::<SmallInt, _>(i16::from(progress.taken_back))
        .bind::<Bool, _>(progress.reversed)
        .execute(tx.conn())
        .map_err(taken)?;
    if written == 1 {
        Ok(())
    } else {
        Err(TxError::Refused(RecordError::Stale))
    }
}

/// Which promise a second row would have broken.
fn taken(error: DieselError) -> TxError<RecordError> {
    let DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, information) = &error else {
        return TxError::Database(error);
    };
    TxError::Refused(match information.constraint_name() {
        Some("payment_attempts_one_live" | "payment_attempts_one_of_number") => RecordError::LiveAttempt,
        Some("payment_attempts_receipt") => RecordError::ReceiptTaken,
        Some("payment_attempts_checkout") => RecordError::IdsTaken,
        // The same request, made by somebody else in the meantime.
        Some("payment_attempts_tenant_id_request_key_key") => RecordError::Stale,
        Some(_) | None => return TxError::Database(error),
    })
}

fn write_route(tx: &mut TenantTx<'_>, change: &Change, route: &Route) -> Written {
    let (kind, hash) = match &route.key {
        RouteKey::CallbackToken(hash) => ("callback_token", hash),
        RouteKey::MerchantReference(hash) => ("merchant_reference", hash),
        RouteKey::Tracking(hash) => ("checkout_id", hash),
    };
    let tenant = tx.tenant_uuid();
    diesel::insert_into(payment_routing::table)
        .values((
            payment_routing::key_kind.eq(kind),
            payment_routing::key_hash.eq(&hash.as_bytes()[..]),
            payment_routing::tenant_id.eq(tenant),
            payment_routing::payment_id.eq(change.payment.id().as_uuid()),
            payment_routing::attempt_id.eq(route.attempt.as_uuid()),
            payment_routing::expires_at.eq(route.expires_at),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    Ok(())
}

/// Posts a journal, unless its cause was posted before.
pub(super) fn write_journal<E>(tx: &mut TenantTx<'_>, journal: &Journal) -> Result<(), TxError<E>> {
    let tenant = tx.tenant_uuid();
    let posted = diesel::insert_into(ledger_journals::table)
        .values((
            ledger_journals::tenant_id.eq(tenant),
            ledger_journals::id.eq(journal.id().as_uuid()),
            ledger_journals::cause.eq(journal.cause().key()),
            ledger_journals::payment_id.eq(journal.payment().map(|payment| payment.as_uuid())),
            ledger_journals::attempt_id.eq(journal.attempt().map(|attempt| attempt.as_uuid())),
            ledger_journals::occurred_at.eq(journal.at()),
        ))
        .on_conflict((ledger_journals::tenant_id, ledger_journals::cause))
        .do_nothing()
        .execute(tx.conn())?;
    if posted == 0 {
        return Ok(());
    }
    let entries: Vec<_> = (0i16..)
        .zip(journal.entries())
        .map(|(position, entry)| {
            (
                ledger_entries::tenant_id.eq(tenant),
                ledger_entries::journal_id.eq(journal.id().as_uuid()),
                ledger_entries::position.eq(position),
                ledger_entries::account.eq(entry.place.account.as_str()),
                ledger_entries::customer_id.eq(entry.place.customer.map(|customer| customer.as_uuid())),
                ledger_entries::payment_id.eq(entry.place.payment.map(|payment| payment.as_uuid())),
                ledger_entries::staff_id.eq(entry.place.staff.map(|staff| staff.as_uuid())),
                ledger_entries::currency.eq(entry.amount.currency().code()),
                ledger_entries::amount_minor.eq(entry.amount.amount_minor()),
            )
        })
        .collect();
    diesel::insert_into(ledger_entries::table)
        .values(entries)
        .execute(tx.conn())?;
    Ok(())
}

/// Why the drawer refuses that cash moves.
pub(super) enum CashRefused {
    /// No session is open.
    Closed,
    /// It holds less.
    Short,
}

/// Tells what the database refuses of cash from its other failures.
pub(super) fn with_cash<E>(error: TxError<E>, refused: impl FnOnce(CashRefused) -> E) -> TxError<E> {
    let TxError::Database(DieselError::DatabaseError(_, about)) = &error else {
        return error;
    };
    match about.constraint_name() {
        Some("cash_needs_an_open_drawer") => TxError::Refused(refused(CashRefused::Closed)),
        Some("cash_lies_in_the_drawer") => TxError::Refused(refused(CashRefused::Short)),
        Some(_) | None => error,
    }
}
