//! Booking's ports: the book of appointments, the timetable and the catalogue.
//!
//! The exclusion constraint on `engagements` is what makes double booking impossible; everything here only
//! asks it in the right way: all claims of a change in one statement, in one order, after the holds that
//! ran out have let go.

use async_trait::async_trait;
use ratiba_booking::appointment::{Appointment, AppointmentId};
use ratiba_booking::availability::{BusinessHours, Facts};
use ratiba_booking::catalogue::{CustomerId, Service};
use ratiba_booking::policy::Policy;
use ratiba_booking::ports::{AppointmentBook, Catalogue, Change, FactsQuery, RecordError, Timetable};
use ratiba_booking::visit::{HoldKey, Visit, VisitId};
use ratiba_kernel::{Outage, TenantId, TimeRange};
use time::OffsetDateTime;

use crate::database::{Database, TxError};

mod catalogue;
mod claims;
mod facts;
mod months;
mod price_list;
mod read;
mod record;
mod rows;
mod words;

pub use price_list::PgPriceList;
pub use rows::plan_document;

/// [`AppointmentBook`] on PostgreSQL.
#[derive(Clone)]
pub struct PgAppointmentBook {
    database: Database,
}

impl PgAppointmentBook {
    /// The book in this database.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl AppointmentBook for PgAppointmentBook {
    async fn appointment(&self, tenant: TenantId, id: AppointmentId) -> Result<Option<Appointment>, Outage> {
        self.database
            .tenant(tenant, move |tx| read::appointment(tx, id))
            .await
    }

    async fn visit(&self, tenant: TenantId, id: VisitId) -> Result<Option<Visit>, Outage> {
        self.database.tenant(tenant, move |tx| read::visit(tx, id)).await
    }

    async fn visit_of_key(&self, tenant: TenantId, key: &HoldKey) -> Result<Option<Visit>, Outage> {
        let key = key.clone();
        self.database
            .tenant(tenant, move |tx| match read::visit_id_of_key(tx, &key)? {
                Some(id) => read::visit(tx, id),
                None => Ok::<_, TxError<Outage>>(None),
            })
            .await
    }

    async fn between(&self, tenant: TenantId, range: TimeRange) -> Result<Vec<Appointment>, Outage> {
        self.database
            .tenant(tenant, move |tx| read::between(tx, range))
            .await
    }

    async fn upcoming(
        &self,
        tenant: TenantId,
        customer: CustomerId,
        from: OffsetDateTime,
    ) -> Result<Vec<Visit>, Outage> {
        self.database
            .tenant(tenant, move |tx| read::upcoming(tx, customer, from))
            .await
    }

    async fn no_shows(&self, tenant: TenantId, customer: CustomerId) -> Result<u32, Outage> {
        self.database
            .tenant(tenant, move |tx| read::no_shows(tx, customer))
            .await
    }

    async fn record(&self, tenant: TenantId, change: Change) -> Result<(), RecordError> {
        self.database
            .tenant(tenant, move |tx| record::record(tx, &change))
            .await
    }
}

/// [`Timetable`] and [`Catalogue`] on PostgreSQL.
#[derive(Clone)]
pub struct PgTimetable {
    database: Database,
}

impl PgTimetable {
    /// The timetable in this database.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl Timetable for PgTimetable {
    async fn facts(&self, tenant: TenantId, query: FactsQuery) -> Result<Facts, Outage> {
        self.database
            .tenant(tenant, move |tx| facts::facts(tx, &query))
            .await
    }
}

#[async_trait]
impl Catalogue for PgTimetable {
    async fn services(&self, tenant: TenantId) -> Result<Vec<Service>, Outage> {
        self.database
            .tenant(tenant, |tx| catalogue::services(tx, None))
            .await
    }

    async fn business_hours(&self, tenant: TenantId) -> Result<BusinessHours, Outage> {
        self.database.tenant(tenant, catalogue::business_hours).await
    }

    async fn policy(&self, tenant: TenantId) -> Result<Policy, Outage> {
        self.database.tenant(tenant, catalogue::policy).await
    }
}
