//! The drawer: its sessions, what was put in and taken out, and the sheet of what came otherwise.

mod sessions;
mod sheet;

use async_trait::async_trait;
use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_kernel::{Currency, Fingerprint, Id, Money, Outage, TenantId};
use ratiba_payments::actor::Actor;
use ratiba_payments::ports::{TillAsk, TillBook, TillDecision, TillError, TillFacts};
use ratiba_payments::reference::RequestKey;
use ratiba_payments::remark::Remark;
use ratiba_payments::till::{
    CustomersCash, Drawer, Movement, MovementKind, Ordered, TillClosing, TillId, TillSession, TillStep,
};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{PgPayments, TOPIC, tips, writing};
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;
use crate::outbox::append_event;

#[derive(QueryableByName)]
struct SessionRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    open_key: String,
    #[diesel(sql_type = Binary)]
    open_print: Vec<u8>,
    #[diesel(sql_type = Timestamptz)]
    opened_at: OffsetDateTime,
    #[diesel(sql_type = Text)]
    opened_by: String,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = BigInt)]
    float_minor: i64,
    #[diesel(sql_type = BigInt)]
    carried_minor: i64,
    #[diesel(sql_type = Nullable<Text>)]
    float_reason: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    close_key: Option<String>,
    #[diesel(sql_type = Nullable<Binary>)]
    close_print: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    closed_at: Option<OffsetDateTime>,
    #[diesel(sql_type = Nullable<Text>)]
    closed_by: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    counted_minor: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    difference_minor: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    difference_reason: Option<String>,
    #[diesel(sql_type = BigInt)]
    taken_minor: i64,
    #[diesel(sql_type = BigInt)]
    given_back_minor: i64,
}

#[derive(QueryableByName)]
struct MovementRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    request_key: String,
    #[diesel(sql_type = Binary)]
    request_print: Vec<u8>,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    amount_minor: i64,
    #[diesel(sql_type = Text)]
    reason: String,
    #[diesel(sql_type = Text)]
    moved_by: String,
    #[diesel(sql_type = Timestamptz)]
    moved_at: OffsetDateTime,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    staff_id: Option<Uuid>,
}

#[derive(QueryableByName)]
struct BalanceRow {
    #[diesel(sql_type = BigInt)]
    balance: i64,
    #[diesel(sql_type = Bool)]
    first: bool,
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    yes: bool,
}

/// Sessions with the cash of customers. Own movements and adjustments are journals of no payment whose cause says so.
macro_rules! sessions {
    ($which:literal) => {
        concat!(
            "SELECT s.id, s.open_key, s.open_print, s.opened_at, s.opened_by, s.currency, s.float_minor, s.carried_minor,
                s.float_reason,
                s.close_key, s.close_print, s.closed_at, s.closed_by, s.counted_minor, s.difference_minor,
                s.difference_reason, coalesce(c.taken, 0)::bigint AS taken_minor,
                coalesce(c.given_back, 0)::bigint AS given_back_minor
             FROM till_sessions s
             LEFT JOIN LATERAL (
                SELECT sum(e.amount_minor) FILTER (WHERE e.amount_minor > 0) AS taken,
                    -sum(e.amount_minor) FILTER (WHERE e.amount_minor < 0) AS given_back
                FROM ledger_entries e
                JOIN ledger_journals j ON j.tenant_id = e.tenant_id AND j.id = e.journal_id
                WHERE e.tenant_id = s.tenant_id AND e.till_session_id = s.id AND e.currency = s.currency
                    AND j.cause NOT LIKE 'till-%'
             ) c ON true
             WHERE s.tenant_id = $1 AND ",
            $which
        )
    };
}

const CURRENT: &str = sessions!("s.closed_at IS NULL");
const ONE: &str = sessions!("s.id = $2");
const OF_KEY: &str =
    sessions!("(s.open_key = $2 OR s.closed_at IS NULL) ORDER BY s.open_key = $2 DESC LIMIT 1");

const MOVEMENTS: &str = "
SELECT id, request_key, request_print, kind, amount_minor, reason, moved_by, moved_at, staff_id FROM till_movements
WHERE tenant_id = $1 AND session_id = $2 ORDER BY moved_at, id";

/// What each closed session added to the drawer is what was counted less what it found; beside it there is only what
/// was booked while it was closed. Read while none is open.
const IN_DRAWER: &str = "
SELECT (
    (SELECT coalesce(sum(counted_minor - carried_minor), 0) FROM till_sessions
        WHERE tenant_id = $1 AND currency = $2 AND closed_at IS NOT NULL)
    + (SELECT coalesce(sum(amount_minor), 0) FROM ledger_entries
        WHERE tenant_id = $1 AND currency = $2 AND account = 'cash_drawer' AND till_session_id IS NULL)
)::bigint AS balance,
    NOT EXISTS (SELECT FROM till_sessions WHERE tenant_id = $1) AS first";

const OPEN: &str = "
INSERT INTO till_sessions (tenant_id, id, open_key, open_print, opened_at, opened_by, currency, float_minor, carried_minor,
    float_reason)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

const MOVE: &str = "
INSERT INTO till_movements (tenant_id, id, session_id, request_key, request_print, kind, currency, amount_minor, reason,
    moved_by, moved_at, staff_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

const CLOSE: &str = "
UPDATE till_sessions SET close_key = $3, close_print = $4, closed_at = $5, closed_by = $6, counted_minor = $7,
    difference_minor = $8, difference_reason = $9
WHERE tenant_id = $1 AND id = $2 AND closed_at IS NULL";

const IS_OPEN: &str = "
SELECT EXISTS (SELECT FROM till_sessions WHERE tenant_id = $1 AND closed_at IS NULL) AS yes";

#[async_trait]
impl TillBook for PgPayments {
    async fn is_open(&self, tenant: TenantId) -> Result<bool, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let answer: Answer = sql_query(IS_OPEN)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .get_result(tx.conn())?;
                Ok::<_, TxError<Outage>>(answer.yes)
            })
            .await
    }

    async fn current(&self, tenant: TenantId) -> Result<Option<Drawer>, Outage> {
        self.database
            .snapshot(tenant, move |tx| {
                let row = sql_query(CURRENT)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .get_result(tx.conn())
                    .optional()?;
                row.map(|row| drawer_of(tx, row)).transpose()
            })
            .await
    }

    async fn find(&self, tenant: TenantId, till: TillId) -> Result<Option<Drawer>, Outage> {
        self.database.snapshot(tenant, move |tx| session(tx, till)).await
    }

    async fn sessions(
        &self,
        tenant: TenantId,
        before: Option<TillId>,
        most: u16,
    ) -> Result<Vec<TillSession>, Outage> {
        self.database
            .tenant(tenant, move |tx| sessions::page(tx, before, most))
            .await
    }

    async fn step(
        &self,
        tenant: TenantId,
        currency: Currency,
        ask: TillAsk,
        decide: TillDecision,
    ) -> Result<Drawer, TillError> {
        self.database
            .tenant(tenant, move |tx| {
                // Nothing moves in the drawer until this transaction ends.
                sql_query("SELECT ratiba_lock_drawer($1, $2)")
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<Bool, _>(true)
                    .execute(tx.conn())?;
                let facts = facts(tx, currency, &ask)?;
                let known = match &facts {
                    TillFacts::Session(drawer) | TillFacts::Tips { drawer, .. } => Some(drawer.session.id),
                    TillFacts::Closed { .. } | TillFacts::Unknown => None,
                };
                let step = decide(&facts).map_err(|refused| TxError::Refused(refused.into()))?;
                let till = carry_out(tx, known, step)?;
                let drawer = session(tx, till)?;
                drawer.ok_or_else(|| TxError::impossible("till_sessions", till, "it vanished"))
            })
            .await
    }
}

fn facts(tx: &mut TenantTx<'_>, currency: Currency, ask: &TillAsk) -> Result<TillFacts, TxError<TillError>> {
    let drawer = match ask {
        TillAsk::Session(till) | TillAsk::Tips(till, _) => session(tx, *till)?,
        TillAsk::New(key) => {
            let row = sql_query(OF_KEY)
                .bind::<SqlUuid, _>(tx.tenant_uuid())
                .bind::<Text, _>(key.as_str())
                .get_result(tx.conn())
                .optional()?;
            row.map(|row| drawer_of(tx, row)).transpose()?
        }
    };
    match (drawer, ask) {
        (Some(drawer), TillAsk::Tips(_, staff)) => {
            let owed = tips::owed(tx, currency, Some(*staff))?;
            Ok(TillFacts::Tips {
                drawer: Box::new(drawer),
                owed: owed.get(staff).copied().unwrap_or(Money::zero(currency)),
            })
        }
        (Some(drawer), TillAsk::New(_) | TillAsk::Session(_)) => Ok(TillFacts::Session(Box::new(drawer))),
        (None, TillAsk::Session(_) | TillAsk::Tips(..)) => Ok(TillFacts::Unknown),
        (None, TillAsk::New(_)) => {
            let in_books: BalanceRow = sql_query(IN_DRAWER)
                .bind::<SqlUuid, _>(tx.tenant_uuid())
                .bind::<Text, _>(currency.code())
                .get_result(tx.conn())?;
            Ok(TillFacts::Closed {
                in_books: Money::new(in_books.balance, currency),
                first: in_books.first,
            })
        }
    }
}

/// Writes a step; the journal goes in while the session is open, so that it belongs to it.
fn carry_out(
    tx: &mut TenantTx<'_>,
    known: Option<TillId>,
    step: TillStep,
) -> Result<TillId, TxError<TillError>> {
    let known = |what: &str| known.ok_or_else(|| TxError::Impossible(format!("{what} without a session")));
    match step {
        TillStep::Done => known("nothing"),
        TillStep::Open(session, journal, event) => {
            write_opening(tx, &session)?;
            if let Some(journal) = journal {
                writing::write_journal(tx, &journal)?;
            }
            if let Some(event) = event {
                append_event(tx, TOPIC, &event, session.opened_at)?;
            }
            Ok(session.id)
        }
        TillStep::Move(movement, journal) => {
            let till = known("a movement")?;
            write_movement(tx, till, &movement)?;
            writing::write_journal(tx, &journal)?;
            Ok(till)
        }
        TillStep::Close(closing, journal) => {
            let till = known("a close")?;
            if let Some(journal) = journal {
                writing::write_journal(tx, &journal)?;
            }
            sheet::freeze(tx, till, closing.at)?;
            write_closing(tx, till, &closing)?;
            Ok(till)
        }
    }
}

fn write_opening<E>(tx: &mut TenantTx<'_>, session: &TillSession) -> Result<(), TxError<E>> {
    sql_query(OPEN)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<SqlUuid, _>(session.id.as_uuid())
        .bind::<Text, _>(session.ordered.key.as_str())
        .bind::<Binary, _>(&session.ordered.print.as_bytes()[..])
        .bind::<Timestamptz, _>(session.opened_at)
        .bind::<Text, _>(session.opened_by.as_str())
        .bind::<Text, _>(session.float.currency().code())
        .bind::<BigInt, _>(session.float.amount_minor())
        .bind::<BigInt, _>(session.carried.amount_minor())
        .bind::<Nullable<Text>, _>(session.reason.as_ref().map(Remark::as_str))
        .execute(tx.conn())?;
    Ok(())
}

fn write_movement<E>(tx: &mut TenantTx<'_>, till: TillId, movement: &Movement) -> Result<(), TxError<E>> {
    sql_query(MOVE)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<SqlUuid, _>(movement.id.as_uuid())
        .bind::<SqlUuid, _>(till.as_uuid())
        .bind::<Text, _>(movement.ordered.key.as_str())
        .bind::<Binary, _>(&movement.ordered.print.as_bytes()[..])
        .bind::<Text, _>(movement.kind.as_str())
        .bind::<Text, _>(movement.amount.currency().code())
        .bind::<BigInt, _>(movement.amount.amount_minor())
        .bind::<Text, _>(movement.reason.as_str())
        .bind::<Text, _>(movement.by.as_str())
        .bind::<Timestamptz, _>(movement.at)
        .bind::<Nullable<SqlUuid>, _>(movement.staff.map(|staff| staff.as_uuid()))
        .execute(tx.conn())?;
    Ok(())
}

fn write_closing<E>(tx: &mut TenantTx<'_>, till: TillId, closing: &TillClosing) -> Result<(), TxError<E>> {
    let closed = sql_query(CLOSE)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<SqlUuid, _>(till.as_uuid())
        .bind::<Text, _>(closing.ordered.key.as_str())
        .bind::<Binary, _>(&closing.ordered.print.as_bytes()[..])
        .bind::<Timestamptz, _>(closing.at)
        .bind::<Text, _>(closing.by.as_str())
        .bind::<BigInt, _>(closing.counted.amount_minor())
        .bind::<BigInt, _>(closing.difference.amount_minor())
        .bind::<Nullable<Text>, _>(closing.reason.as_ref().map(Remark::as_str))
        .execute(tx.conn())?;
    if closed == 1 {
        Ok(())
    } else {
        Err(TxError::impossible(
            "till_sessions",
            till,
            "closed under the lock",
        ))
    }
}

fn session<E>(tx: &mut TenantTx<'_>, till: TillId) -> Result<Option<Drawer>, TxError<E>> {
    let row = sql_query(ONE)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<SqlUuid, _>(till.as_uuid())
        .get_result(tx.conn())
        .optional()?;
    row.map(|row| drawer_of(tx, row)).transpose()
}

fn drawer_of<E>(tx: &mut TenantTx<'_>, row: SessionRow) -> Result<Drawer, TxError<E>> {
    let movements: Vec<MovementRow> = sql_query(MOVEMENTS)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<SqlUuid, _>(row.id)
        .load(tx.conn())?;
    let id = row.id;
    let impossible = |what| TxError::impossible("till_sessions", id, what);
    let currency = Currency::parse(&row.currency).map_err(|_| impossible("unknown currency"))?;
    let customers = CustomersCash {
        taken: Money::new(row.taken_minor, currency),
        given_back: Money::new(row.given_back_minor, currency),
    };
    let movements = movements.into_iter().map(|row| movement_of(row, currency));
    Ok(Drawer {
        movements: movements.collect::<Result<_, _>>().map_err(impossible)?,
        session: session_of(row, currency).map_err(impossible)?,
        customers,
    })
}

fn ordered_of(key: &str, print: Vec<u8>) -> Result<Ordered, &'static str> {
    let print: [u8; 32] = print.try_into().map_err(|_| "malformed fingerprint")?;
    Ok(Ordered {
        key: RequestKey::parse(key).map_err(|_| "malformed request key")?,
        print: Fingerprint::from_bytes(print),
    })
}

fn actor_of(name: &str) -> Result<Actor, &'static str> {
    Actor::parse(name).map_err(|_| "malformed actor")
}

fn remark_of(text: &str) -> Result<Remark, &'static str> {
    Remark::parse(text).map_err(|_| "malformed reason")
}

fn movement_of(row: MovementRow, currency: Currency) -> Result<Movement, &'static str> {
    Ok(Movement {
        id: Id::from_uuid(row.id),
        ordered: ordered_of(&row.request_key, row.request_print)?,
        kind: MovementKind::parse(&row.kind).ok_or("unknown kind of movement")?,
        amount: Money::new(row.amount_minor, currency),
        reason: remark_of(&row.reason)?,
        staff: row.staff_id.map(Id::from_uuid),
        by: actor_of(&row.moved_by)?,
        at: row.moved_at,
    })
}

fn session_of(row: SessionRow, currency: Currency) -> Result<TillSession, &'static str> {
    let closing = match row.closed_at {
        None => None,
        Some(at) => Some(TillClosing {
            ordered: ordered_of(
                row.close_key.as_deref().ok_or("no key of the close")?,
                row.close_print.ok_or("no fingerprint of the close")?,
            )?,
            at,
            by: actor_of(row.closed_by.as_deref().ok_or("nobody closed it")?)?,
            counted: Money::new(row.counted_minor.ok_or("nothing was counted")?, currency),
            difference: Money::new(row.difference_minor.ok_or("no difference")?, currency),
            reason: row.difference_reason.as_deref().map(remark_of).transpose()?,
        }),
    };
    Ok(TillSession {
        id: Id::from_uuid(row.id),
        ordered: ordered_of(&row.open_key, row.open_print)?,
        opened_at: row.opened_at,
        opened_by: actor_of(&row.opened_by)?,
        float: Money::new(row.float_minor, currency),
        carried: Money::new(row.carried_minor, currency),
        reason: row.float_reason.as_deref().map(remark_of).transpose()?,
        closing,
    })
}
