//! What somebody wishes for, service by service: rows of `walk_in_parts` and `waitlist_parts`, which are alike.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, Nullable, SmallInt, Text, Uuid as SqlUuid};
use ratiba_booking::availability::{PartRequest, StaffWish};
use ratiba_kernel::Id;
use uuid::Uuid;

use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;

/// Whose wishes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wishes {
    OfWalkIns,
    OfWaitlist,
}

impl Wishes {
    const fn table(self) -> &'static str {
        match self {
            Self::OfWalkIns => "walk_in_parts",
            Self::OfWaitlist => "waitlist_parts",
        }
    }
}

#[derive(QueryableByName)]
struct PartRow {
    #[diesel(sql_type = SqlUuid)]
    entry_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    service_id: Uuid,
    #[diesel(sql_type = Text)]
    wish: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    staff_id: Option<Uuid>,
    #[diesel(sql_type = SmallInt)]
    guest: i16,
}

impl PartRow {
    fn read(&self) -> Option<PartRequest> {
        let staff = match (self.wish.as_str(), self.staff_id.map(Id::from_uuid)) {
            ("any", None) => StaffWish::Any,
            ("rather", Some(staff)) => StaffWish::Rather(staff),
            ("offered", Some(staff)) => StaffWish::Offered(staff),
            ("only", Some(staff)) => StaffWish::Only(staff),
            _other => return None,
        };
        let part = PartRequest::new(Id::from_uuid(self.service_id), staff);
        Some(part.for_guest(u8::try_from(self.guest).ok()?))
    }
}

const fn words(wish: StaffWish) -> (&'static str, Option<Uuid>) {
    match wish {
        StaffWish::Any => ("any", None),
        StaffWish::Rather(staff) => ("rather", Some(staff.as_uuid())),
        StaffWish::Offered(staff) => ("offered", Some(staff.as_uuid())),
        StaffWish::Only(staff) => ("only", Some(staff.as_uuid())),
    }
}

/// Writes the parts of a new entry. They never change.
pub(super) fn insert<E>(
    tx: &mut TenantTx<'_>,
    of: Wishes,
    entry: Uuid,
    parts: &[PartRequest],
) -> Result<(), TxError<E>> {
    let tenant = tx.tenant_uuid();
    let (wishes, staff): (Vec<&str>, Vec<Option<Uuid>>) = parts.iter().map(|part| words(part.staff)).unzip();
    sql_query(format!(
        "INSERT INTO {} (tenant_id, entry_id, position, service_id, wish, staff_id, guest)
         SELECT $1, $2, p.position - 1, p.service, p.wish, p.staff, p.guest
         FROM unnest($3, $4, $5, $6) WITH ORDINALITY AS p (service, wish, staff, guest, position)",
        of.table()
    ))
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(entry)
    .bind::<Array<SqlUuid>, _>(
        parts
            .iter()
            .map(|part| part.service.as_uuid())
            .collect::<Vec<_>>(),
    )
    .bind::<Array<Text>, _>(wishes)
    .bind::<Array<Nullable<SqlUuid>>, _>(staff)
    .bind::<Array<SmallInt>, _>(parts.iter().map(|part| i16::from(part.guest)).collect::<Vec<_>>())
    .execute(tx.conn())?;
    Ok(())
}

/// The parts of several entries, in order.
pub(super) fn of_entries<E>(
    tx: &mut TenantTx<'_>,
    of: Wishes,
    entries: &[Uuid],
) -> Result<BTreeMap<Uuid, Vec<PartRequest>>, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let table = of.table();
    let rows = sql_query(format!(
        "SELECT entry_id, service_id, wish, staff_id, guest FROM {table}
         WHERE tenant_id = $1 AND entry_id = ANY ($2) ORDER BY entry_id, position"
    ))
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(entries)
    .load::<PartRow>(tx.conn())?;
    let mut parts: BTreeMap<Uuid, Vec<PartRequest>> = BTreeMap::new();
    for row in rows {
        let part = row
            .read()
            .ok_or_else(|| TxError::impossible(table, row.entry_id, "no such wish"))?;
        parts.entry(row.entry_id).or_default().push(part);
    }
    Ok(parts)
}
