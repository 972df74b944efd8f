//! The setup's ports: the book in which it is changed, the shelf, and the list of bookings that changes met.
//!
//! Why no booking slips past a change. Every transaction that claims time for an appointment first shares the
//! setup lock of its tenant, and compares the version of the setup that it was decided on while it has it;
//! every change of the setup has that lock alone, from before it reads anything to its commit. So the two
//! come one after the other. A booking that comes first has committed before the change looks for what it
//! meets, and is listed; one that comes after sees another version than it was decided on, and is refused or
//! decided anew. At READ COMMITTED each statement sees what was committed before it began, and both sides
//! take the lock in a statement before the one that looks. The lock is the tenant's and not a subject's and
//! day's, since opening hours reach everybody for months; it contains those locks: whoever claims time holds
//! it, too, so a change needs no other.

use std::collections::BTreeMap;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Uuid as SqlUuid};
use ratiba_booking::availability::{DayBlock, WeeklyBlock};
use ratiba_booking::catalogue::{Resource, ResourceId, Service, ServiceId, StaffId};
use ratiba_booking::policy::Policy;
use ratiba_booking::setup::{
    Block, Hit, HitId, HitList, Holiday, Leave, OutOfService, Page, Recorded, RosterCard, SetupBook,
    SetupChange, SetupRefused, SetupShelf, Versioned,
};
use ratiba_kernel::{Outage, TenantId, TimeRange};
use time::{Date, OffsetDateTime};

use crate::database::{Database, TenantTx, TxError};
use crate::kept::sql_query;

mod blocks;
mod catalogue;
mod dated;
mod hits;
mod people;
mod policy;
mod premises;
mod record;
mod shelf;

pub(super) use catalogue::link_staff;
pub(super) use record::lock;

type Refusable<T> = Result<T, TxError<SetupRefused>>;

fn refused<T>(refusal: SetupRefused) -> Refusable<T> {
    Err(TxError::Refused(refusal))
}

/// [`SetupBook`], [`SetupShelf`] and [`HitList`] on PostgreSQL.
#[derive(Clone)]
pub struct PgSetup {
    database: Database,
}

impl PgSetup {
    /// The setup in this database.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl SetupBook for PgSetup {
    async fn record(&self, tenant: TenantId, change: SetupChange) -> Result<Recorded, SetupRefused> {
        self.database
            .tenant(tenant, move |tx| record::record(tx, &change))
            .await
    }
}

#[async_trait]
impl SetupShelf for PgSetup {
    async fn service(&self, tenant: TenantId, id: ServiceId) -> Result<Option<Versioned<Service>>, Outage> {
        self.database
            .tenant(tenant, move |tx| Ok(shelf::service(tx, id)?.into_iter().next()))
            .await
    }

    async fn services(
        &self,
        tenant: TenantId,
        page: Page,
        retired: bool,
    ) -> Result<Vec<Versioned<Service>>, Outage> {
        self.database
            .tenant(tenant, move |tx| shelf::services(tx, page, retired))
            .await
    }

    async fn resource(
        &self,
        tenant: TenantId,
        id: ResourceId,
    ) -> Result<Option<Versioned<Resource>>, Outage> {
        self.database
            .tenant(tenant, move |tx| shelf::resource(tx, id))
            .await
    }

    async fn resources(
        &self,
        tenant: TenantId,
        page: Page,
        retired: bool,
    ) -> Result<Vec<Versioned<Resource>>, Outage> {
        self.database
            .tenant(tenant, move |tx| shelf::resources(tx, page, retired))
            .await
    }

    async fn outages(
        &self,
        tenant: TenantId,
        resource: ResourceId,
        range: TimeRange,
        page: Page,
    ) -> Result<Vec<OutOfService>, Outage> {
        self.database
            .tenant(tenant, move |tx| shelf::outages(tx, resource, range, page))
            .await
    }

    async fn person(&self, tenant: TenantId, id: StaffId) -> Result<Option<Versioned<RosterCard>>, Outage> {
        self.database
            .tenant(tenant, move |tx| people::person(tx, id))
            .await
    }

    async fn people(
        &self,
        tenant: TenantId,
        page: Page,
        left: bool,
    ) -> Result<Vec<Versioned<RosterCard>>, Outage> {
        self.database
            .tenant(tenant, move |tx| people::people(tx, page, left))
            .await
    }

    async fn overrides(
        &self,
        tenant: TenantId,
        staff: StaffId,
        days: (Date, Date),
    ) -> Result<BTreeMap<Date, Versioned<Vec<DayBlock>>>, Outage> {
        self.database
            .tenant(tenant, move |tx| shelf::overrides(tx, staff, days))
            .await
    }

    async fn leave(
        &self,
        tenant: TenantId,
        staff: StaffId,
        range: TimeRange,
        page: Page,
    ) -> Result<Vec<Leave>, Outage> {
        self.database
            .tenant(tenant, move |tx| shelf::leave(tx, staff, range, page))
            .await
    }

    async fn blocks(&self, tenant: TenantId, range: TimeRange, page: Page) -> Result<Vec<Block>, Outage> {
        self.database
            .tenant(tenant, move |tx| blocks::list(tx, range, page))
            .await
    }

    async fn opening_hours(&self, tenant: TenantId) -> Result<Versioned<Option<Vec<WeeklyBlock>>>, Outage> {
        self.database.tenant(tenant, shelf::opening_hours).await
    }

    async fn holidays(
        &self,
        tenant: TenantId,
        days: (Date, Date),
    ) -> Result<Vec<Versioned<Holiday>>, Outage> {
        self.database
            .tenant(tenant, move |tx| shelf::holidays(tx, days))
            .await
    }

    async fn policy(&self, tenant: TenantId) -> Result<Versioned<Policy>, Outage> {
        self.database.tenant(tenant, policy::read).await
    }
}

#[async_trait]
impl HitList for PgSetup {
    async fn hits(&self, tenant: TenantId, page: Page, resolved: bool) -> Result<Vec<Hit>, Outage> {
        self.database
            .tenant(tenant, move |tx| hits::list(tx, page, resolved))
            .await
    }

    async fn resolve(
        &self,
        tenant: TenantId,
        id: HitId,
        who: &str,
        at: OffsetDateTime,
    ) -> Result<bool, Outage> {
        let who = who.to_owned();
        self.database
            .tenant(tenant, move |tx| hits::resolve(tx, id, &who, at))
            .await
    }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many rows a statement counts that has the tenant as its only parameter.
pub(super) fn count<E>(tx: &mut TenantTx<'_>, statement: &'static str) -> Result<usize, TxError<E>> {
    let tenant = tx.tenant_uuid();
    let counted = sql_query(statement)
        .bind::<SqlUuid, _>(tenant)
        .get_result::<Count>(tx.conn())?;
    Ok(usize::try_from(counted.count).unwrap_or(usize::MAX))
}

/// Refuses once there are `most` of them.
fn room_for_one(tx: &mut TenantTx<'_>, statement: &'static str, most: usize) -> Refusable<()> {
    if count::<SetupRefused>(tx, statement)? >= most {
        return refused(SetupRefused::TooMany(most));
    }
    Ok(())
}

/// The page's cursor and length as parameters.
fn cursor(page: Page) -> (Option<uuid::Uuid>, i64) {
    (page.after, i64::from(page.limit))
}
