//! The dead letters of a tenant.

mod taken_back;
mod told;
mod unmatched;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::Uuid as SqlUuid;
use ratiba_kernel::{Id, Outage, TenantId};
use ratiba_payments::actor::Actor;
use ratiba_payments::attempt::{Attempt, AttemptState, Provider};
use ratiba_payments::dead_letter::{
    DeadLetter, Handled, LetterDecision, LetterId, LetterMatch, LetterState, TakeBack, TakenBack,
};
use ratiba_payments::payment::Payment;
use ratiba_payments::ports::{
    DeadLetters, DecideUnmatch, LetterDecided, LetterQuery, LetterReopened, RecordError, UnmatchError,
};
use ratiba_payments::reference::Receipt;
use ratiba_payments::remark::Remark;
use time::OffsetDateTime;
use uuid::Uuid;

use super::PgPayments;
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;
use crate::schema::{payment_attempts, payment_callbacks_unrouted as unrouted};

pub(super) use told::{refuse_booked_beside, without_receipt};

#[derive(Queryable, Selectable)]
#[diesel(table_name = unrouted, check_for_backend(diesel::pg::Pg))]
struct LetterRow {
    id: Uuid,
    provider: String,
    reason: String,
    body: Vec<u8>,
    received_at: OffsetDateTime,
    state: String,
    handled_by: Option<String>,
    handled_reason: Option<String>,
    handled_at: Option<OffsetDateTime>,
    receipt: Option<String>,
    came_receipt: Option<String>,
    payment_id: Option<Uuid>,
    known_from: Option<String>,
}

fn letter_of(row: LetterRow) -> Result<DeadLetter, &'static str> {
    let handled = match (row.handled_by, row.handled_reason, row.handled_at) {
        (None, None, None) => None,
        (Some(by), Some(why), Some(at)) => Some(Handled {
            by: Actor::parse(&by).map_err(|_| "malformed name of who handled it")?,
            why: Remark::parse(&why).map_err(|_| "malformed reason")?,
            at,
        }),
        (None | Some(_), None | Some(_), None | Some(_)) => return Err("half a decision"),
    };
    let receipt = row.receipt.as_deref().map(Receipt::parse).transpose();
    let came = row.came_receipt.as_deref().map(Receipt::parse).transpose();
    let known_from = row.known_from.as_deref().map(Remark::parse).transpose();
    Ok(DeadLetter {
        id: Id::from_uuid(row.id),
        provider: Provider::parse(&row.provider).ok_or("unknown provider")?,
        reason: row.reason,
        body: row.body,
        received_at: row.received_at,
        state: LetterState::parse(&row.state).ok_or("unknown state")?,
        handled,
        receipt: receipt.map_err(|_| "malformed receipt")?,
        came: came.map_err(|_| "malformed receipt of what came")?,
        payment: row.payment_id.map(Id::from_uuid),
        known_from: known_from.map_err(|_| "malformed source of what is known")?,
    })
}

fn read(row: LetterRow) -> Result<DeadLetter, TxError<Outage>> {
    let id = row.id;
    letter_of(row).map_err(|what| TxError::impossible("payment_callbacks_unrouted", id, what))
}

/// What became of a letter's money.
struct Money<'a> {
    /// The number under which it was booked or went back.
    receipt: Option<&'a Receipt>,
    /// The number by which it had come, if it went back.
    came: Option<&'a Receipt>,
    /// What it was booked for.
    payment: Option<Uuid>,
    /// Where the numbers are known from, if not from the letter.
    known_from: Option<&'a Remark>,
}

/// Many book money at the same time, and whoever says that some went back waits for all of them; `ratiba_settle` does the
/// same.
const BOOKING: &str =
    "SELECT pg_advisory_xact_lock_shared(hashtextextended('ratiba receipts ' || $1::text, 0))";
/// Nobody books money meanwhile.
const SAYING: &str = "SELECT pg_advisory_xact_lock(hashtextextended('ratiba receipts ' || $1::text, 0))";

fn hold_receipts<E>(tx: &mut TenantTx<'_>, lock: &str) -> Result<(), TxError<E>> {
    let tenant = tx.tenant_uuid();
    sql_query(lock).bind::<SqlUuid, _>(tenant).execute(tx.conn())?;
    Ok(())
}

/// Whether money under a receipt went back without being booked, as a person found.
pub(super) fn went_back<E>(
    tx: &mut TenantTx<'_>,
    provider: &str,
    receipt: &Receipt,
) -> Result<bool, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let letters = unrouted::table
        .filter(unrouted::tenant_id.eq(tenant))
        .filter(unrouted::provider.eq(provider))
        .filter(unrouted::came_receipt.eq(receipt.as_str()));
    Ok(diesel::select(diesel::dsl::exists(letters)).get_result(tx.conn())?)
}

/// Refuses money that went back without being booked, whoever tells of it. An attempt that holds the receipt already stays
/// writable.
pub(super) fn refuse_gone(
    tx: &mut TenantTx<'_>,
    payment: &Payment,
    attempt: &Attempt,
) -> Result<(), TxError<RecordError>> {
    told::refuse_decided(tx, payment, attempt)?;
    let AttemptState::Paid {
        receipt: Some(receipt),
        ..
    } = attempt.state()
    else {
        return Ok(());
    };
    let provider = attempt.terms().provider.as_str();
    hold_receipts(tx, BOOKING)?;
    let holds = booked(tx, provider, receipt)?.is_some_and(|(holder, _)| holder == attempt.id().as_uuid());
    if !holds && went_back(tx, provider, receipt)? {
        return Err(TxError::Refused(RecordError::ReceiptTaken));
    }
    Ok(())
}

/// The attempt that holds a receipt, and its payment.
fn booked<E>(
    tx: &mut TenantTx<'_>,
    provider: &str,
    receipt: &Receipt,
) -> Result<Option<(Uuid, Uuid)>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let holder = payment_attempts::table
        .filter(payment_attempts::tenant_id.eq(tenant))
        .filter(payment_attempts::provider.eq(provider))
        .filter(payment_attempts::receipt.eq(receipt.as_str()))
        .select((payment_attempts::id, payment_attempts::payment_id))
        .first(tx.conn())
        .optional()?;
    Ok(holder)
}

/// Whose form a letter has; `None` if the tenant has no such letter.
fn provider_of<E>(tx: &mut TenantTx<'_>, letter: LetterId) -> Result<Option<String>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let provider = unrouted::table
        .filter(unrouted::tenant_id.eq(tenant))
        .filter(unrouted::id.eq(letter.as_uuid()))
        .select(unrouted::provider)
        .first(tx.conn())
        .optional()?;
    Ok(provider)
}

/// Marks a letter that nobody has dealt with; false if there is none. Of two at once the second waits for the first, and
/// finds it dealt with.
fn handle<E>(
    tx: &mut TenantTx<'_>,
    letter: LetterId,
    state: LetterState,
    handled: &Handled,
    money: Money<'_>,
) -> Result<bool, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let marked = diesel::update(unrouted::table)
        .filter(unrouted::tenant_id.eq(tenant))
        .filter(unrouted::id.eq(letter.as_uuid()))
        .filter(unrouted::state.eq(LetterState::New.as_str()))
        .set((
            unrouted::state.eq(state.as_str()),
            unrouted::handled_by.eq(handled.by.as_str()),
            unrouted::handled_reason.eq(handled.why.as_str()),
            unrouted::handled_at.eq(handled.at),
            unrouted::receipt.eq(money.receipt.map(Receipt::as_str)),
            unrouted::came_receipt.eq(money.came.map(Receipt::as_str)),
            unrouted::payment_id.eq(money.payment),
            unrouted::known_from.eq(money.known_from.map(Remark::as_str)),
        ))
        .execute(tx.conn())?;
    Ok(marked == 1)
}

/// Marks the letter whose money is being booked for a payment.
pub(super) fn write_match(
    tx: &mut TenantTx<'_>,
    matched: &LetterMatch,
    payment: Uuid,
) -> Result<(), TxError<RecordError>> {
    let money = Money {
        receipt: Some(&matched.receipt),
        came: None,
        payment: Some(payment),
        known_from: matched.known_from.as_ref(),
    };
    if !handle(tx, matched.letter, LetterState::Matched, &matched.handled, money)? {
        return Err(TxError::Refused(RecordError::Stale));
    }
    match &matched.told {
        Some(told) => told::keep(tx, matched.letter, told),
        None => Ok(()),
    }
}

/// Records what was decided about a letter whose money is not booked.
fn decide(
    tx: &mut TenantTx<'_>,
    letter: LetterId,
    decision: &LetterDecision,
) -> Result<LetterDecided, TxError<Outage>> {
    let verdict = &decision.verdict;
    if let Some(came) = verdict.came() {
        let Some(provider) = provider_of(tx, letter)? else {
            return Ok(LetterDecided::Before);
        };
        hold_receipts(tx, SAYING)?;
        let holder = match (booked(tx, &provider, came)?, &decision.told) {
            (Some((_, payment)), _) => Some(Id::from_uuid(payment)),
            (None, Some(told)) => {
                told::without_receipt(tx, &provider, told)?.map(|(record, _)| record.payment.id())
            }
            (None, None) => None,
        };
        if let Some(payment) = holder {
            return Ok(LetterDecided::Booked(payment));
        }
    }
    let money = Money {
        receipt: verdict.receipt(),
        came: verdict.came(),
        payment: None,
        known_from: decision.known_from.as_ref().filter(|_| verdict.came().is_some()),
    };
    if !handle(tx, letter, verdict.state(), &decision.handled, money)? {
        return Ok(LetterDecided::Before);
    }
    if let Some(told) = decision
        .told
        .as_ref()
        .filter(|_| verdict.state() == LetterState::Refunded)
    {
        told::keep(tx, letter, told)?;
    }
    Ok(LetterDecided::Now)
}

#[async_trait]
impl DeadLetters for PgPayments {
    async fn list(&self, tenant: TenantId, query: LetterQuery) -> Result<Vec<DeadLetter>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let tenant = tx.tenant_uuid();
                let mut wanted = unrouted::table
                    .filter(unrouted::tenant_id.eq(tenant))
                    .order(unrouted::id.desc())
                    .limit(i64::from(query.most))
                    .select(LetterRow::as_select())
                    .into_boxed();
                if let Some(state) = query.state {
                    wanted = wanted.filter(unrouted::state.eq(state.as_str()));
                }
                if let Some(provider) = query.provider {
                    wanted = wanted.filter(unrouted::provider.eq(provider.as_str()));
                }
                if let Some(reason) = &query.reason {
                    wanted = wanted.filter(unrouted::reason.eq(reason.clone()));
                }
                if let Some(before) = query.before {
                    wanted = wanted.filter(unrouted::id.lt(before.as_uuid()));
                }
                let rows = wanted.load(tx.conn())?;
                rows.into_iter().map(read).collect()
            })
            .await
    }

    async fn find(&self, tenant: TenantId, letter: LetterId) -> Result<Option<DeadLetter>, Outage> {
        let id = letter.as_uuid();
        self.database
            .tenant(tenant, move |tx| {
                let tenant = tx.tenant_uuid();
                let row = unrouted::table
                    .filter(unrouted::tenant_id.eq(tenant))
                    .filter(unrouted::id.eq(id))
                    .select(LetterRow::as_select())
                    .first(tx.conn())
                    .optional()?;
                row.map(read).transpose()
            })
            .await
    }

    async fn decide(
        &self,
        tenant: TenantId,
        letter: LetterId,
        decision: LetterDecision,
    ) -> Result<LetterDecided, Outage> {
        self.database
            .tenant(tenant, move |tx| decide(tx, letter, &decision))
            .await
    }

    async fn decided_elsewhere(
        &self,
        tenant: TenantId,
        payment: &Payment,
        attempt: &Attempt,
    ) -> Result<Option<LetterState>, Outage> {
        let (payment, attempt) = (payment.clone(), attempt.clone());
        self.database
            .tenant(tenant, move |tx| told::decided_elsewhere(tx, &payment, &attempt))
            .await
    }

    async fn take_back(&self, tenant: TenantId, order: TakeBack) -> Result<LetterReopened, Outage> {
        self.database
            .tenant(tenant, move |tx| taken_back::take_back(tx, &order))
            .await
    }

    async fn unmatch(
        &self,
        tenant: TenantId,
        order: TakeBack,
        decide: DecideUnmatch,
    ) -> Result<LetterReopened, UnmatchError> {
        self.database
            .tenant(tenant, move |tx| unmatched::unmatch(tx, &order, &decide))
            .await
    }

    async fn taken_back(&self, tenant: TenantId, letter: LetterId) -> Result<Vec<TakenBack>, Outage> {
        self.database
            .tenant(tenant, move |tx| taken_back::of_letter(tx, letter))
            .await
    }
}
