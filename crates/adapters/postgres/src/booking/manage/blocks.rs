//! Blocks: time taken for something other than appointments.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_booking::appointment::{AppointmentId, Version};
use ratiba_booking::catalogue::Resource;
use ratiba_booking::engagement::{Claim, Subject};
use ratiba_booking::policy::BufferRule;
use ratiba_booking::ports::RecordError;
use ratiba_booking::setup::{Block, BlockId, BlockSubject, Page, SetupChange, SetupRefused, Why, limits};
use ratiba_kernel::{Id, TimeRange};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::premises::{ClaimRow, SELECT_CLAIMS};
use super::{Refusable, cursor, people, refused};
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;

/// Claims the time of all blocks in one statement, or names what is in the way. Holds that have run out are
/// ended first, as for a booking.
pub(super) fn add(
    tx: &mut TenantTx<'_>,
    blocks: &[Block],
    rule: BufferRule,
    change: &SetupChange,
) -> Refusable<Version> {
    let mut wanted: Vec<(Claim, Uuid)> = Vec::new();
    for block in blocks {
        let capacity = capacity(tx, block.subject)?;
        let claims = block.claims(capacity, rule);
        wanted.extend(claims.into_iter().map(|claim| (claim, block.id.as_uuid())));
    }
    if wanted.len() > limits::CLAIMS {
        return refused(SetupRefused::TooMany(limits::CLAIMS));
    }
    room_for(tx, blocks.len(), change.at)?;
    make_room(tx, &mut wanted, change.at)?;
    insert(tx, blocks, change)?;
    claim_all(tx, &wanted)?;
    Ok(Version::NEW)
}

/// Blocks of a whole resource take the places, too, that it did not have when they were made. Bookings may stand
/// on such a place, if it was there before and was taken away: then the resource stays as it is, and they are named.
pub(super) fn cover_new_places(
    tx: &mut TenantTx<'_>,
    resource: &Resource,
    rule: BufferRule,
    change: &SetupChange,
) -> Refusable<()> {
    let tenant = tx.tenant_uuid();
    let whole = sql_query(
        "SELECT id, staff_id, resource_id, seat, starts_at, ends_at, reason FROM blocks
         WHERE tenant_id = $1 AND resource_id = $2 AND seat IS NULL AND removed_at IS NULL AND ends_at > $3
         ORDER BY id",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(resource.id.as_uuid())
    .bind::<Timestamptz, _>(change.at)
    .load::<BlockRow>(tx.conn())?;
    let covered = sql_query(
        "SELECT DISTINCT block_id, seat FROM engagements
         WHERE tenant_id = $1 AND block_id = ANY ($2) AND active AND ends_at > $3",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(whole.iter().map(|row| row.id).collect::<Vec<_>>())
    .bind::<Timestamptz, _>(change.at)
    .load::<CoveredRow>(tx.conn())?;
    let covered: BTreeSet<(Uuid, i16)> = covered.into_iter().map(|row| (row.block_id, row.seat)).collect();
    let mut wanted: Vec<(Claim, Uuid)> = Vec::new();
    for row in whole {
        let mut block: Block = row.read()?;
        // What is over of it keeps nobody out.
        if let Ok(ahead) = TimeRange::new(block.range.start().max(change.at), block.range.end()) {
            block.range = ahead;
        }
        let id = block.id.as_uuid();
        let claims = block.claims(resource.capacity, rule).into_iter();
        let new = claims.filter(|claim| !covered.contains(&(id, seat_of(claim.subject))));
        wanted.extend(new.map(|claim| (claim, id)));
    }
    if wanted.len() > limits::CLAIMS {
        return refused(SetupRefused::TooMany(limits::CLAIMS));
    }
    if wanted.is_empty() {
        return Ok(());
    }
    make_room(tx, &mut wanted, change.at)?;
    claim_all(tx, &wanted)
}

#[derive(QueryableByName)]
struct CoveredRow {
    #[diesel(sql_type = SqlUuid)]
    block_id: Uuid,
    #[diesel(sql_type = SmallInt)]
    seat: i16,
}

/// Sorts the claims, ends the holds in their way that have run out, and refuses if anything else is.
fn make_room(tx: &mut TenantTx<'_>, wanted: &mut [(Claim, Uuid)], at: OffsetDateTime) -> Refusable<()> {
    wanted.sort_unstable();
    let claims: Vec<&Claim> = wanted.iter().map(|(claim, _)| claim).collect();
    super::super::record::end_overdue(tx, &claims, at).map_err(as_refusal)?;
    nothing_in_the_way(tx, wanted)
}

fn claim_all(tx: &mut TenantTx<'_>, wanted: &[(Claim, Uuid)]) -> Refusable<()> {
    if claim(tx, wanted)? == wanted.len() {
        return Ok(());
    }
    // Only a booking that does not take the setup's lock could come between looking and claiming.
    refused(SetupRefused::InTheWay {
        appointments: Vec::new(),
        blocks: 0,
    })
}

/// Ending a hold meets nobody else's version: its visit and all of its parts are locked before they are read.
fn as_refusal(error: TxError<RecordError>) -> TxError<SetupRefused> {
    match error {
        TxError::Database(error) => TxError::Database(error),
        TxError::Impossible(what) => TxError::Impossible(what),
        TxError::Refused(refusal) => {
            TxError::Impossible(format!("an overdue hold could not be ended: {refusal}"))
        }
    }
}

#[derive(QueryableByName)]
struct CapacityRow {
    #[diesel(sql_type = SmallInt)]
    capacity: i16,
}

fn capacity(tx: &mut TenantTx<'_>, subject: BlockSubject) -> Refusable<u16> {
    let (id, seat) = match subject {
        BlockSubject::Staff(id) => {
            people::must_exist(tx, id)?;
            return Ok(1);
        }
        BlockSubject::Resource { id, seat } => (id, seat),
    };
    let tenant = tx.tenant_uuid();
    let row = sql_query("SELECT capacity FROM resources WHERE tenant_id = $1 AND id = $2")
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(id.as_uuid())
        .get_result::<CapacityRow>(tx.conn())
        .optional()?;
    let Some(row) = row else {
        return refused(SetupRefused::Unknown);
    };
    let capacity = u16::try_from(row.capacity)
        .map_err(|_| TxError::impossible("resources", id, "a negative capacity"))?;
    if seat.is_some_and(|seat| seat >= capacity) {
        return refused(SetupRefused::UnknownPart("seat".to_owned(), Why::Unknown));
    }
    Ok(capacity)
}

fn room_for(tx: &mut TenantTx<'_>, more: usize, at: OffsetDateTime) -> Refusable<()> {
    let tenant = tx.tenant_uuid();
    let counted =
        sql_query("SELECT count(*) FROM blocks WHERE tenant_id = $1 AND removed_at IS NULL AND ends_at > $2")
            .bind::<SqlUuid, _>(tenant)
            .bind::<Timestamptz, _>(at)
            .get_result::<super::Count>(tx.conn())?;
    let there = usize::try_from(counted.count).unwrap_or(usize::MAX);
    if there.saturating_add(more) > limits::BLOCKS {
        return refused(SetupRefused::TooMany(limits::BLOCKS));
    }
    Ok(())
}

/// The claims are compared by the domain's own rule, since buffers that are shared lie outside of what the
/// constraint sees.
fn nothing_in_the_way(tx: &mut TenantTx<'_>, wanted: &[(Claim, Uuid)]) -> Refusable<()> {
    let tenant = tx.tenant_uuid();
    let subjects: BTreeSet<Uuid> = wanted
        .iter()
        .map(|(claim, _)| subject_id(claim.subject))
        .collect();
    let reach = Duration::hours(4);
    let first = wanted.iter().map(|(claim, _)| claim.range.start()).min();
    let last = wanted.iter().map(|(claim, _)| claim.range.end()).max();
    let rows = sql_query(format!(
        "{SELECT_CLAIMS} e.active AND e.subject_id = ANY ($2) AND e.ends_at > $3 AND e.starts_at < $4"
    ))
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(subjects.into_iter().collect::<Vec<_>>())
    .bind::<Nullable<Timestamptz>, _>(first.map(|first| first.saturating_sub(reach)))
    .bind::<Nullable<Timestamptz>, _>(last.map(|last| last.saturating_add(reach)))
    .load::<ClaimRow>(tx.conn())?;
    let mut appointments: BTreeSet<AppointmentId> = BTreeSet::new();
    let mut blocks = 0;
    for row in rows {
        let engaged = row.claim()?;
        if wanted.iter().any(|(claim, _)| claim.conflicts(&engaged)) {
            match row.appointment_id {
                Some(id) => {
                    appointments.insert(Id::from_uuid(id));
                }
                None => blocks += 1,
            }
        }
    }
    if appointments.is_empty() && blocks == 0 {
        return Ok(());
    }
    refused(SetupRefused::InTheWay {
        appointments: appointments.into_iter().collect(),
        blocks,
    })
}

const fn subject_id(subject: Subject) -> Uuid {
    match subject {
        Subject::Staff(id) => id.as_uuid(),
        Subject::Resource { id, .. } => id.as_uuid(),
    }
}

fn seat_of(subject: Subject) -> i16 {
    match subject {
        Subject::Staff(_) => 0,
        Subject::Resource { seat, .. } => i16::try_from(seat).unwrap_or(i16::MAX),
    }
}

fn insert(tx: &mut TenantTx<'_>, blocks: &[Block], change: &SetupChange) -> Refusable<()> {
    let tenant = tx.tenant_uuid();
    for block in blocks {
        let (staff, resource, seat) = match block.subject {
            BlockSubject::Staff(id) => (Some(id.as_uuid()), None, None),
            BlockSubject::Resource { id, seat } => {
                let seat = seat.map(|seat| i16::try_from(seat).unwrap_or(i16::MAX));
                (None, Some(id.as_uuid()), seat)
            }
        };
        sql_query(
            "INSERT INTO blocks (tenant_id, id, staff_id, resource_id, seat, starts_at, ends_at, reason, made_at,
                made_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(block.id.as_uuid())
        .bind::<Nullable<SqlUuid>, _>(staff)
        .bind::<Nullable<SqlUuid>, _>(resource)
        .bind::<Nullable<SmallInt>, _>(seat)
        .bind::<Timestamptz, _>(block.range.start())
        .bind::<Timestamptz, _>(block.range.end())
        .bind::<Nullable<Text>, _>(block.reason.as_deref())
        .bind::<Timestamptz, _>(change.at)
        .bind::<Text, _>(&change.by)
        .execute(tx.conn())?;
    }
    Ok(())
}

/// As bookings do: one statement, sorted; answers how many claims were made.
fn claim(tx: &mut TenantTx<'_>, wanted: &[(Claim, Uuid)]) -> Refusable<usize> {
    let tenant = tx.tenant_uuid();
    let ids: Vec<Uuid> = wanted.iter().map(|_| tx.new_id()).collect();
    let claims = || wanted.iter().map(|(claim, _)| claim);
    let kinds: Vec<&str> = claims()
        .map(|claim| match claim.subject {
            Subject::Staff(_) => "staff",
            Subject::Resource { .. } => "resource",
        })
        .collect();
    let seats: Vec<i16> = claims().map(|claim| seat_of(claim.subject)).collect();
    let made = sql_query(
        "INSERT INTO engagements (tenant_id, id, subject_kind, subject_id, seat, starts_at, ends_at,
            buffers_shared, purpose, block_id)
         SELECT $1, c.id, c.kind, c.subject, c.seat, c.starts, c.ends, c.shared, 'block', c.block
         FROM unnest($2, $3, $4, $5, $6, $7, $8, $9) WITH ORDINALITY
            AS c (id, kind, subject, seat, starts, ends, shared, block, position)
         ORDER BY c.position
         ON CONFLICT ON CONSTRAINT engagements_no_overlap DO NOTHING",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<Text>, _>(kinds)
    .bind::<Array<SqlUuid>, _>(
        claims()
            .map(|claim| subject_id(claim.subject))
            .collect::<Vec<_>>(),
    )
    .bind::<Array<SmallInt>, _>(seats)
    .bind::<Array<Timestamptz>, _>(claims().map(|claim| claim.range.start()).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(claims().map(|claim| claim.range.end()).collect::<Vec<_>>())
    .bind::<Array<Bool>, _>(
        claims()
            .map(|claim| claim.buffers == BufferRule::Shared)
            .collect::<Vec<_>>(),
    )
    .bind::<Array<SqlUuid>, _>(wanted.iter().map(|(_, block)| *block).collect::<Vec<_>>())
    .execute(tx.conn())?;
    Ok(made)
}

pub(super) fn remove(tx: &mut TenantTx<'_>, id: BlockId, at: OffsetDateTime) -> Refusable<Version> {
    let tenant = tx.tenant_uuid();
    let known = sql_query(
        "UPDATE blocks SET removed_at = $3 WHERE tenant_id = $1 AND id = $2 AND removed_at IS NULL",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(id.as_uuid())
    .bind::<Timestamptz, _>(at)
    .execute(tx.conn())?;
    if known == 0 {
        return refused(SetupRefused::Unknown);
    }
    sql_query("UPDATE engagements SET active = false WHERE tenant_id = $1 AND block_id = $2 AND active")
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(id.as_uuid())
        .execute(tx.conn())?;
    Ok(Version::NEW)
}

#[derive(QueryableByName)]
struct BlockRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    staff_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    resource_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SmallInt>)]
    seat: Option<i16>,
    #[diesel(sql_type = Timestamptz)]
    starts_at: OffsetDateTime,
    #[diesel(sql_type = Timestamptz)]
    ends_at: OffsetDateTime,
    #[diesel(sql_type = Nullable<Text>)]
    reason: Option<String>,
}

pub(super) fn list<E>(tx: &mut TenantTx<'_>, range: TimeRange, page: Page) -> Result<Vec<Block>, TxError<E>> {
    let (tenant, (after, limit)) = (tx.tenant_uuid(), cursor(page));
    let rows = sql_query(
        "SELECT id, staff_id, resource_id, seat, starts_at, ends_at, reason FROM blocks
         WHERE tenant_id = $1 AND removed_at IS NULL AND ends_at > $2 AND starts_at < $3
            AND ($4 IS NULL OR id > $4)
         ORDER BY id LIMIT $5",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Timestamptz, _>(range.start())
    .bind::<Timestamptz, _>(range.end())
    .bind::<Nullable<SqlUuid>, _>(after)
    .bind::<BigInt, _>(limit)
    .load::<BlockRow>(tx.conn())?;
    rows.into_iter().map(BlockRow::read).collect()
}

impl BlockRow {
    fn read<E>(self) -> Result<Block, TxError<E>> {
        let impossible = |what: &str| TxError::impossible("blocks", self.id, what);
        let subject = match (self.staff_id, self.resource_id) {
            (Some(staff), None) => BlockSubject::Staff(Id::from_uuid(staff)),
            (None, Some(resource)) => BlockSubject::Resource {
                id: Id::from_uuid(resource),
                seat: self
                    .seat
                    .map(u16::try_from)
                    .transpose()
                    .map_err(|_| impossible("a negative seat"))?,
            },
            (None, None) | (Some(_), Some(_)) => return Err(impossible("nobody's or two's")),
        };
        Ok(Block {
            id: Id::from_uuid(self.id),
            subject,
            range: TimeRange::new(self.starts_at, self.ends_at).map_err(|_| impossible("an empty range"))?,
            reason: self.reason,
        })
    }
}
