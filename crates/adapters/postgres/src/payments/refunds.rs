//! Refunds: decided under the locks of the rows of all payments of their visit.

use async_trait::async_trait;
use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sql_types::{BigInt, Binary, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_kernel::{Currency, Fingerprint, Id, Money, Outage, TenantId};
use ratiba_payments::VisitId;
use ratiba_payments::actor::Actor;
use ratiba_payments::failure::ProviderCode;
use ratiba_payments::payment::{Payment, PaymentId};
use ratiba_payments::ports::{
    DecideRefund, RefundBook, RefundChange, RefundFacts, RefundQuery, RefundRefused, RefundRoute,
};
use ratiba_payments::reference::{Receipt, RequestKey};
use ratiba_payments::refund::{
    Original, OriginatorId, Refund, RefundCause, RefundDoubt, RefundId, RefundProgress, RefundSource,
    RefundState, RefundTerms, RefundWay, Resolved,
};
use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;

use super::holding::hold;
use super::{PgPayments, TIP, TOPIC, credit, ledger, mailbox, rows, writing};
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;
use crate::outbox::{append_event, enqueue};
use crate::schema::{payment_refunds, payment_routing, payments, refund_routing};

#[derive(Queryable, Selectable)]
#[diesel(table_name = payment_refunds, check_for_backend(diesel::pg::Pg))]
struct RefundRow {
    id: Uuid,
    payment_id: Uuid,
    visit_id: Uuid,
    customer_id: Uuid,
    attempt_id: Option<Uuid>,
    original_receipt: Option<String>,
    way: String,
    cause: String,
    reason: String,
    request_key: String,
    fingerprint: Vec<u8>,
    currency: String,
    amount_minor: i64,
    requested_by: String,
    created_at: OffsetDateTime,
    state: String,
    state_at: OffsetDateTime,
    sent_at: Option<OffsetDateTime>,
    doubt: Option<String>,
    provider_code: Option<String>,
    originator_id: Option<String>,
    receipt: Option<String>,
    asked: i16,
    tries: i16,
    given_twice_minor: Option<i64>,
    taken_of_credit_minor: Option<i64>,
    source: String,
    reference: Option<String>,
    resolved_by: Option<String>,
    resolved_reason: Option<String>,
}

#[derive(QueryableByName)]
struct Held {
    #[diesel(sql_type = BigInt)]
    held: i64,
}

#[async_trait]
impl RefundBook for PgPayments {
    async fn refund(&self, tenant: TenantId, id: RefundId) -> Result<Option<Refund>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let row = payment_refunds::table
                    .filter(payment_refunds::tenant_id.eq(tx.tenant_uuid()))
                    .filter(payment_refunds::id.eq(id.as_uuid()))
                    .select(RefundRow::as_select())
                    .first(tx.conn())
                    .optional()?;
                row.map(read).transpose()
            })
            .await
    }

    async fn refund_of_request(&self, tenant: TenantId, key: &RequestKey) -> Result<Option<Refund>, Outage> {
        let key = key.as_str().to_owned();
        self.database
            .tenant(tenant, move |tx| {
                let row = payment_refunds::table
                    .filter(payment_refunds::tenant_id.eq(tx.tenant_uuid()))
                    .filter(payment_refunds::request_key.eq(&key))
                    .select(RefundRow::as_select())
                    .first(tx.conn())
                    .optional()?;
                row.map(read).transpose()
            })
            .await
    }

    async fn refunds_of_visit(&self, tenant: TenantId, visit: VisitId) -> Result<Vec<Refund>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let own = tx.tenant_uuid();
                let tips = payments::table
                    .filter(payments::tenant_id.eq(own))
                    .filter(payments::visit_id.eq(visit.as_uuid()))
                    .filter(payments::purpose.eq(TIP))
                    .select(payments::id);
                let rows = payment_refunds::table
                    .filter(payment_refunds::tenant_id.eq(own))
                    .filter(payment_refunds::visit_id.eq(visit.as_uuid()))
                    .filter(payment_refunds::payment_id.ne_all(tips))
                    .order((payment_refunds::created_at, payment_refunds::id))
                    .select(RefundRow::as_select())
                    .load(tx.conn())?;
                rows.into_iter().map(read).collect()
            })
            .await
    }

    async fn refunds(&self, tenant: TenantId, query: RefundQuery) -> Result<Vec<Refund>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let mut wanted = payment_refunds::table
                    .filter(payment_refunds::tenant_id.eq(tx.tenant_uuid()))
                    .into_boxed();
                if let Some(payment) = query.payment {
                    wanted = wanted.filter(payment_refunds::payment_id.eq(payment.as_uuid()));
                }
                if let Some(state) = &query.state {
                    wanted = wanted.filter(payment_refunds::state.eq(state.clone()));
                }
                if let Some(before) = query.before {
                    // Ids are of version 7: the order in which they were made.
                    wanted = wanted.filter(payment_refunds::id.lt(before.as_uuid()));
                }
                let rows = wanted
                    .order(payment_refunds::id.desc())
                    .limit(i64::from(query.most))
                    .select(RefundRow::as_select())
                    .load(tx.conn())?;
                rows.into_iter().map(read).collect()
            })
            .await
    }

    async fn amend(
        &self,
        tenant: TenantId,
        payment: PaymentId,
        decide: DecideRefund,
    ) -> Result<Option<Refund>, RefundRefused> {
        self.database
            .tenant(tenant, move |tx| {
                let Some(facts) = facts(tx, payment)? else {
                    return Err(TxError::Refused(RefundRefused::NoSuchPayment));
                };
                match decide(&facts).map_err(TxError::Refused)? {
                    None => Ok(None),
                    Some(change) => {
                        write(tx, &facts, &change)?;
                        Ok(Some(change.refund))
                    }
                }
            })
            .await
    }
}

/// The facts, under the locks of the customer's row and of those of all payments of the visit: whoever decides about
/// them next sees what was decided here. Spending credit takes the locks in the same order.
pub(super) fn facts(
    tx: &mut TenantTx<'_>,
    payment: PaymentId,
) -> Result<Option<RefundFacts>, TxError<RefundRefused>> {
    let tenant = tx.tenant_uuid();
    let this = payments::table
        .filter(payments::tenant_id.eq(tenant))
        .filter(payments::id.eq(payment.as_uuid()));
    let whose = this
        .select((payments::customer_id, payments::visit_id))
        .first::<(Uuid, Uuid)>(tx.conn())
        .optional()?;
    let Some((customer, visit)) = whose else {
        return Ok(None);
    };
    credit::lock(tx, customer)?;
    let visit = hold(tx, Id::from_uuid(visit))?;
    // A tip is no money of the visit, whose locks leave it out.
    let row = this
        .select(rows::PaymentRow::as_select())
        .for_no_key_update()
        .first(tx.conn())?;
    let record = rows::with_attempts(tx, row)?;
    let refunds = payment_refunds::table
        .filter(payment_refunds::tenant_id.eq(tenant))
        .filter(payment_refunds::payment_id.eq(payment.as_uuid()))
        .order((payment_refunds::created_at, payment_refunds::id))
        .select(RefundRow::as_select())
        .load(tx.conn())?;
    let on_deposit = on_deposit(tx, &record.payment)?;
    let credit = ledger::credit(tx, record.payment.customer(), record.payment.currency())?;
    Ok(Some(RefundFacts {
        record,
        refunds: refunds.into_iter().map(read).collect::<Result<_, _>>()?,
        on_deposit,
        visit,
        credit,
    }))
}

fn on_deposit(tx: &mut TenantTx<'_>, payment: &Payment) -> Result<Money, TxError<RefundRefused>> {
    let row: Held = sql_query(
        "SELECT coalesce(-sum(amount_minor), 0)::bigint AS held FROM ledger_entries
         WHERE tenant_id = $1 AND currency = $2 AND account = 'customer_deposits'
             AND customer_id = $3 AND payment_id = $4",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<Text, _>(payment.currency().code())
    .bind::<SqlUuid, _>(payment.customer().as_uuid())
    .bind::<SqlUuid, _>(payment.id().as_uuid())
    .get_result(tx.conn())?;
    Ok(Money::new(row.held, payment.currency()))
}

pub(super) const fn cash_refused(why: writing::CashRefused) -> RefundRefused {
    match why {
        writing::CashRefused::Closed => RefundRefused::TillClosed,
        writing::CashRefused::Short => RefundRefused::NotInDrawer,
    }
}

pub(super) fn write(
    tx: &mut TenantTx<'_>,
    facts: &RefundFacts,
    change: &RefundChange,
) -> Result<(), TxError<RefundRefused>> {
    let before = facts.refund(change.refund.id());
    let moved = before.is_none_or(|before| before.state() != change.refund.state());
    if moved || change.uncredited.is_some() {
        let payment = change.uncredited.as_ref().unwrap_or(&facts.record.payment);
        write_payment(tx, payment)?;
    }
    write_refund(tx, change)?;
    if let Some(route) = &change.route {
        write_route(tx, &change.refund, route)?;
    }
    for journal in &change.journals {
        writing::write_journal(tx, journal).map_err(|error| writing::with_cash(error, cash_refused))?;
    }
    if let Some((message, outcome)) = change.message {
        mailbox::RESULTS.conclude(tx, message, outcome, change.at)?;
    }
    for event in &change.events {
        append_event(tx, TOPIC, event, change.at)?;
    }
    for due in &change.tasks {
        enqueue(tx, writing::job(due)?)?;
    }
    Ok(())
}

/// Whoever read the payment before finds it changed. Nobody else can have changed it since: its row is locked.
fn write_payment(tx: &mut TenantTx<'_>, payment: &Payment) -> Result<(), TxError<RefundRefused>> {
    let tenant = tx.tenant_uuid();
    diesel::update(payments::table)
        .filter(payments::tenant_id.eq(tenant))
        .filter(payments::id.eq(payment.id().as_uuid()))
        .set((
            payments::state.eq(payment.state().as_str()),
            payments::state_at.eq(payment.state_at()),
            payments::credited_minor.eq(payment.credited().amount_minor()),
            payments::version.eq(payments::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

fn write_route(
    tx: &mut TenantTx<'_>,
    refund: &Refund,
    route: &RefundRoute,
) -> Result<(), TxError<RefundRefused>> {
    let tenant = tx.tenant_uuid();
    diesel::insert_into(refund_routing::table)
        .values((
            refund_routing::token_hash.eq(&route.token.as_bytes()[..]),
            refund_routing::tenant_id.eq(tenant),
            refund_routing::refund_id.eq(refund.id().as_uuid()),
            refund_routing::brings.eq(route.brings.as_str()),
            refund_routing::expires_at.eq(route.expires_at),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    diesel::update(payment_routing::table)
        .filter(payment_routing::tenant_id.eq(tenant))
        .filter(payment_routing::payment_id.eq(refund.terms().payment.as_uuid()))
        .filter(payment_routing::expires_at.lt(route.expires_at))
        .set(payment_routing::expires_at.eq(route.expires_at))
        .execute(tx.conn())?;
    Ok(())
}

const UPSERT: &str = "
INSERT INTO payment_refunds (tenant_id, id, payment_id, visit_id, customer_id, attempt_id, original_receipt, way, cause,
    reason, request_key, fingerprint, currency, amount_minor, requested_by, created_at, state, state_at, sent_at, doubt,
    provider_code, originator_id, receipt, asked, resolved_by, resolved_reason, answers, tries, given_twice_minor,
    source, reference, taken_of_credit_minor)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
    $25, $26, $27, $28, $29, $30, $31, $32)
ON CONFLICT (tenant_id, id) DO UPDATE SET
    state = EXCLUDED.state, state_at = EXCLUDED.state_at, sent_at = EXCLUDED.sent_at, doubt = EXCLUDED.doubt,
    provider_code = EXCLUDED.provider_code, originator_id = EXCLUDED.originator_id, receipt = EXCLUDED.receipt,
    asked = EXCLUDED.asked, tries = EXCLUDED.tries, given_twice_minor = EXCLUDED.given_twice_minor,
    taken_of_credit_minor = EXCLUDED.taken_of_credit_minor, resolved_by = EXCLUDED.resolved_by,
    resolved_reason = EXCLUDED.resolved_reason,
    answers = CASE WHEN EXISTS (SELECT FROM customers c WHERE c.tenant_id = $1 AND c.id = $5 AND c.erased_at IS NOT NULL)
        THEN payment_refunds.answers ELSE payment_refunds.answers || EXCLUDED.answers END";

/// What a state knows, column by column.
#[derive(Default)]
struct StateColumns<'a> {
    doubt: Option<&'a str>,
    code: Option<&'a str>,
    receipt: Option<&'a str>,
}

fn columns_of(state: &RefundState) -> StateColumns<'_> {
    match state {
        RefundState::Requested | RefundState::Sent | RefundState::Unknown | RefundState::Cancelled => {
            StateColumns::default()
        }
        RefundState::InReview { why } => StateColumns {
            doubt: Some(why.as_str()),
            ..StateColumns::default()
        },
        RefundState::Done { receipt } => StateColumns {
            receipt: receipt.as_ref().map(Receipt::as_str),
            ..StateColumns::default()
        },
        RefundState::Rejected { code } => StateColumns {
            code: code.as_ref().map(ProviderCode::as_str),
            ..StateColumns::default()
        },
    }
}

fn write_refund(tx: &mut TenantTx<'_>, change: &RefundChange) -> Result<(), TxError<RefundRefused>> {
    let (terms, progress) = (change.refund.terms(), change.refund.progress());
    let columns = columns_of(&progress.state);
    let original = terms.original.as_ref();
    let resolved = progress.resolved.as_ref();
    let answers = change.saying.as_ref().map(|saying| {
        json!([{
            "at": saying.at.unix_timestamp(),
            "to": saying.occasion.as_str(),
            "said": saying.raw.as_str(),
        }])
    });
    let tenant = tx.tenant_uuid();
    sql_query(UPSERT)
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(terms.id.as_uuid())
        .bind::<SqlUuid, _>(terms.payment.as_uuid())
        .bind::<SqlUuid, _>(terms.visit.as_uuid())
        .bind::<SqlUuid, _>(terms.customer.as_uuid())
        .bind::<Nullable<SqlUuid>, _>(original.map(|original| original.attempt.as_uuid()))
        .bind::<Nullable<Text>, _>(original.map(|original| original.receipt.as_str()))
        .bind::<Text, _>(terms.way.as_str())
        .bind::<Text, _>(terms.cause.as_str())
        .bind::<Text, _>(terms.reason.as_str())
        .bind::<Text, _>(terms.key.as_str())
        .bind::<Binary, _>(&terms.fingerprint.as_bytes()[..])
        .bind::<Text, _>(terms.amount.currency().code())
        .bind::<BigInt, _>(terms.amount.amount_minor())
        .bind::<Text, _>(terms.requested_by.as_str())
        .bind::<Timestamptz, _>(terms.created_at)
        .bind::<Text, _>(progress.state.as_str())
        .bind::<Timestamptz, _>(progress.state_at)
        .bind::<Nullable<Timestamptz>, _>(progress.sent_at)
        .bind::<Nullable<Text>, _>(columns.doubt)
        .bind::<Nullable<Text>, _>(columns.code)
        .bind::<Nullable<Text>, _>(progress.originator.as_ref().map(OriginatorId::as_str))
        .bind::<Nullable<Text>, _>(columns.receipt)
        .bind::<SmallInt, _>(i16::from(progress.asked))
        .bind::<Nullable<Text>, _>(resolved.map(|resolved| resolved.by.as_str()))
        .bind::<Nullable<Text>, _>(resolved.map(|resolved| resolved.reason.as_str()))
        .bind::<Jsonb, _>(answers.unwrap_or_else(|| json!([])))
        .bind::<SmallInt, _>(i16::from(progress.tries))
        .bind::<Nullable<BigInt>, _>(progress.given_twice.map(Money::amount_minor))
        .bind::<Text, _>(terms.source.as_str())
        .bind::<Nullable<Text>, _>(terms.reference.as_deref())
        .bind::<Nullable<BigInt>, _>(progress.taken_of_credit.map(Money::amount_minor))
        .execute(tx.conn())
        .map_err(taken)?;
    Ok(())
}

/// Which promise a second row would have broken.
pub(super) fn taken(error: DieselError) -> TxError<RefundRefused> {
    let DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, information) = &error else {
        return TxError::Database(error);
    };
    TxError::Refused(match information.constraint_name() {
        Some("payment_refunds_receipt") => RefundRefused::ReceiptTaken,
        Some("transfer_proves_once") => RefundRefused::TransferTaken,
        Some("payment_refunds_tenant_id_request_key_key") => RefundRefused::KeyReused,
        Some("payment_refunds_one_reversal") => RefundRefused::NothingToReverse,
        Some("payment_refunds_one_by_card") => RefundRefused::NoCardPayment,
        Some(_) | None => return TxError::Database(error),
    })
}

fn read<E>(row: RefundRow) -> Result<Refund, TxError<E>> {
    let id = row.id;
    refund_of(row).map_err(|what| TxError::impossible("payment_refunds", id, what))
}

fn refund_of(row: RefundRow) -> Result<Refund, &'static str> {
    let currency = Currency::parse(&row.currency).map_err(|_| "unknown currency")?;
    let fingerprint: [u8; 32] = row
        .fingerprint
        .as_slice()
        .try_into()
        .map_err(|_| "malformed fingerprint")?;
    let receipt = |text: &str| Receipt::parse(text).map_err(|_| "malformed receipt");
    let original = match (row.attempt_id, row.original_receipt.as_deref()) {
        (Some(attempt), Some(text)) => Some(Original {
            attempt: Id::from_uuid(attempt),
            receipt: receipt(text)?,
        }),
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => return Err("half of an original"),
    };
    let actor = |text: &str| Actor::parse(text).map_err(|_| "malformed actor");
    let state = match row.state.as_str() {
        "requested" => RefundState::Requested,
        "sent" => RefundState::Sent,
        "unknown" => RefundState::Unknown,
        "in_review" => RefundState::InReview {
            why: row
                .doubt
                .as_deref()
                .and_then(RefundDoubt::parse)
                .ok_or("unknown doubt")?,
        },
        "done" => RefundState::Done {
            receipt: row.receipt.as_deref().map(receipt).transpose()?,
        },
        "rejected" => RefundState::Rejected {
            code: row.provider_code.as_deref().map(ProviderCode::new),
        },
        "cancelled" => RefundState::Cancelled,
        _other => return Err("unknown state"),
    };
    let terms = RefundTerms {
        id: Id::from_uuid(row.id),
        payment: Id::from_uuid(row.payment_id),
        visit: Id::from_uuid(row.visit_id),
        customer: Id::from_uuid(row.customer_id),
        original,
        way: RefundWay::parse(&row.way).ok_or("unknown way")?,
        source: RefundSource::parse(&row.source).ok_or("unknown source")?,
        cause: RefundCause::parse(&row.cause).ok_or("unknown cause")?,
        reason: row.reason,
        reference: row.reference,
        key: RequestKey::parse(&row.request_key).map_err(|_| "malformed request key")?,
        fingerprint: Fingerprint::from_bytes(fingerprint),
        amount: Money::new(row.amount_minor, currency),
        requested_by: actor(&row.requested_by)?,
        created_at: row.created_at,
    };
    let originator = row.originator_id.as_deref().map(OriginatorId::parse);
    let resolved = match (row.resolved_by.as_deref(), row.resolved_reason) {
        (Some(by), Some(reason)) => Some(Resolved {
            by: actor(by)?,
            reason,
        }),
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => return Err("half of a decision"),
    };
    let progress = RefundProgress {
        state,
        state_at: row.state_at,
        sent_at: row.sent_at,
        originator: originator
            .transpose()
            .map_err(|_| "malformed id of the request")?,
        asked: u8::try_from(row.asked).map_err(|_| "asked too often")?,
        tries: u8::try_from(row.tries).map_err(|_| "tried too often")?,
        given_twice: row.given_twice_minor.map(|minor| Money::new(minor, currency)),
        taken_of_credit: row.taken_of_credit_minor.map(|minor| Money::new(minor, currency)),
        resolved,
    };
    Refund::restore(terms, progress).map_err(|_| "state and other facts contradict each other")
}
