//! Customers' credit that is paid out: under the lock of the customer's row.

use async_trait::async_trait;
use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Uuid as SqlUuid};
use ratiba_kernel::{Currency, Fingerprint, Id, Money, Outage, TenantId};
use ratiba_payments::CustomerId;
use ratiba_payments::actor::Actor;
use ratiba_payments::payout::{Payout, PayoutWay};
use ratiba_payments::ports::{
    DecidePayout, PayoutBook, PayoutFacts, PayoutLook, PayoutQuery, RefundFacts, RefundRefused,
};
use ratiba_payments::reference::RequestKey;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{PgPayments, credit, ledger, refunds, writing};
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;
use crate::schema::credit_payouts;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = credit_payouts, check_for_backend(diesel::pg::Pg))]
struct PayoutRow {
    tenant_id: Uuid,
    id: Uuid,
    customer_id: Uuid,
    way: String,
    currency: String,
    amount_minor: i64,
    reason: String,
    reference: Option<String>,
    refund_id: Option<Uuid>,
    request_key: String,
    fingerprint: Vec<u8>,
    paid_by: String,
    paid_at: OffsetDateTime,
}

#[derive(QueryableByName)]
struct PaymentRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

#[async_trait]
impl PayoutBook for PgPayments {
    async fn pay_out(
        &self,
        tenant: TenantId,
        look: PayoutLook,
        decide: DecidePayout,
    ) -> Result<Payout, RefundRefused> {
        self.database
            .tenant(tenant, move |tx| {
                if !credit::lock(tx, look.customer.as_uuid())? {
                    return Err(TxError::Refused(RefundRefused::NoSuchCustomer));
                }
                if let Some(before) = before(tx, &look.key)? {
                    return if before.fingerprint == look.fingerprint {
                        Ok(before)
                    } else {
                        Err(TxError::Refused(RefundRefused::KeyReused))
                    };
                }
                let facts = PayoutFacts {
                    credit: ledger::credit(tx, look.customer, look.currency)?,
                    reversible: match look.reversal_of {
                        Some(amount) => reversible(tx, look.customer, amount)?,
                        None => None,
                    },
                };
                let change = decide(&facts).map_err(TxError::Refused)?;
                if let Some(journal) = &change.journal {
                    writing::write_journal(tx, journal)
                        .map_err(|error| writing::with_cash(error, refunds::cash_refused))?;
                }
                if let (Some(refund), Some(facts)) = (&change.refund, &facts.reversible) {
                    refunds::write(tx, facts, refund)?;
                }
                insert(tx, &change.payout)?;
                Ok(change.payout)
            })
            .await
    }

    async fn payouts(&self, tenant: TenantId, query: PayoutQuery) -> Result<Vec<Payout>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let own = tx.tenant_uuid();
                let mut found = credit_payouts::table
                    .filter(credit_payouts::tenant_id.eq(own))
                    .select(PayoutRow::as_select())
                    .order((credit_payouts::paid_at.desc(), credit_payouts::id.desc()))
                    .limit(i64::from(query.most))
                    .into_boxed();
                if let Some(customer) = query.customer {
                    found = found.filter(credit_payouts::customer_id.eq(customer.as_uuid()));
                }
                if let Some(before) = query.before {
                    let since: Option<OffsetDateTime> = credit_payouts::table
                        .filter(credit_payouts::tenant_id.eq(own))
                        .filter(credit_payouts::id.eq(before.as_uuid()))
                        .select(credit_payouts::paid_at)
                        .first(tx.conn())
                        .optional()?;
                    let Some(since) = since else { return Ok(Vec::new()) };
                    found = found.filter(
                        credit_payouts::paid_at.lt(since).or(credit_payouts::paid_at
                            .eq(since)
                            .and(credit_payouts::id.lt(before.as_uuid()))),
                    );
                }
                let rows: Vec<PayoutRow> = found.load(tx.conn())?;
                rows.into_iter().map(read).collect::<Result<_, TxError<Outage>>>()
            })
            .await
    }
}

// What became credit of a payment, in whichever way, less what was paid out of that already: what its journals brought
// to the customer's credit. What was spent on it was another payment's before.
const REVERSIBLE: &str = "
SELECT p.id FROM payments p
JOIN payment_attempts a ON a.tenant_id = p.tenant_id AND a.payment_id = p.id
WHERE p.tenant_id = $1 AND p.customer_id = $2 AND p.purpose <> 'tip'
    AND a.provider = 'mpesa' AND a.state = 'paid' AND a.receipt IS NOT NULL AND a.currency = $3 AND a.amount_minor = $4
    AND a.tip_minor IS NULL
    AND NOT EXISTS (SELECT FROM payment_refunds r WHERE r.tenant_id = $1 AND r.original_receipt = a.receipt
        AND r.state NOT IN ('rejected', 'cancelled'))
    AND $4 <= (SELECT coalesce(-sum(e.amount_minor), 0) FROM ledger_journals j
        JOIN ledger_entries e ON e.tenant_id = $1 AND e.journal_id = j.id
        WHERE j.tenant_id = $1 AND j.payment_id = p.id AND split_part(j.cause, ':', 1) <> 'spent'
            AND e.account = 'customer_deposits' AND e.customer_id = $2 AND e.payment_id IS NULL AND e.currency = $3)
ORDER BY p.created_at DESC, p.id DESC LIMIT 1";

/// The newest payment with a transaction of that amount that M-Pesa could take back, of which as much became the customer's
/// credit; under the lock of its row.
fn reversible(
    tx: &mut TenantTx<'_>,
    customer: CustomerId,
    amount: Money,
) -> Result<Option<RefundFacts>, TxError<RefundRefused>> {
    let found: Option<PaymentRow> = sql_query(REVERSIBLE)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<SqlUuid, _>(customer.as_uuid())
        .bind::<Text, _>(amount.currency().code())
        .bind::<BigInt, _>(amount.amount_minor())
        .get_result(tx.conn())
        .optional()?;
    match found {
        Some(found) => refunds::facts(tx, Id::from_uuid(found.id)),
        None => Ok(None),
    }
}

fn before(tx: &mut TenantTx<'_>, key: &RequestKey) -> Result<Option<Payout>, TxError<RefundRefused>> {
    let tenant = tx.tenant_uuid();
    let row = credit_payouts::table
        .filter(credit_payouts::tenant_id.eq(tenant))
        .filter(credit_payouts::request_key.eq(key.as_str()))
        .select(PayoutRow::as_select())
        .first(tx.conn())
        .optional()?;
    row.map(read).transpose()
}

fn read<E>(row: PayoutRow) -> Result<Payout, TxError<E>> {
    let id = row.id;
    payout_of(row).map_err(|what| TxError::impossible("credit_payouts", id, what))
}

fn payout_of(row: PayoutRow) -> Result<Payout, &'static str> {
    let currency = Currency::parse(&row.currency).map_err(|_| "unknown currency")?;
    let fingerprint: [u8; 32] = row
        .fingerprint
        .as_slice()
        .try_into()
        .map_err(|_| "malformed fingerprint")?;
    let way = match (row.way.as_str(), row.reference, row.refund_id) {
        ("cash", None, None) => PayoutWay::Cash,
        ("outside", Some(reference), None) => PayoutWay::Outside { reference },
        ("mpesa_reversal", None, Some(refund)) => PayoutWay::MpesaReversal {
            refund: Id::from_uuid(refund),
        },
        ("withdrawn", None, None) => PayoutWay::Withdrawn,
        _other => return Err("a way and facts that do not fit"),
    };
    Ok(Payout {
        id: Id::from_uuid(row.id),
        customer: Id::from_uuid(row.customer_id),
        way,
        amount: Money::new(row.amount_minor, currency),
        reason: row.reason,
        key: RequestKey::parse(&row.request_key).map_err(|_| "malformed request key")?,
        fingerprint: Fingerprint::from_bytes(fingerprint),
        by: Actor::parse(&row.paid_by).map_err(|_| "malformed actor")?,
        at: row.paid_at,
    })
}

fn insert(tx: &mut TenantTx<'_>, payout: &Payout) -> Result<(), TxError<RefundRefused>> {
    let (reference, refund_id) = match &payout.way {
        PayoutWay::Outside { reference } => (Some(reference.clone()), None),
        PayoutWay::MpesaReversal { refund } => (None, Some(refund.as_uuid())),
        PayoutWay::Cash | PayoutWay::Withdrawn => (None, None),
    };
    let row = PayoutRow {
        tenant_id: tx.tenant_uuid(),
        id: payout.id.as_uuid(),
        customer_id: payout.customer.as_uuid(),
        way: payout.way.as_str().to_owned(),
        currency: payout.amount.currency().code().to_owned(),
        amount_minor: payout.amount.amount_minor(),
        reason: payout.reason.clone(),
        reference,
        refund_id,
        request_key: payout.key.as_str().to_owned(),
        fingerprint: payout.fingerprint.as_bytes().to_vec(),
        paid_by: payout.by.as_str().to_owned(),
        paid_at: payout.at,
    };
    let written = diesel::insert_into(credit_payouts::table)
        .values(&row)
        .on_conflict((credit_payouts::tenant_id, credit_payouts::request_key))
        .do_nothing()
        .execute(tx.conn())
        .map_err(refunds::taken)?;
    if written == 1 {
        Ok(())
    } else {
        // Another customer's order came under the same key meanwhile.
        Err(TxError::Refused(RefundRefused::KeyReused))
    }
}
