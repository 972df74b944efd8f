//! Booking's ports: the book of appointments, the timetable and the catalogue.
//!
//! The exclusion constraint on `engagements` is what makes double booking impossible; everything here only
//! asks it in the right way: all claims of a change in one statement, in one order, after the holds that
//! ran out have let go.

use std::sync::Arc;

use async_trait::async_trait;
use ratiba_booking::appointment::{Appointment, AppointmentId, HistoryEntry};
use ratiba_booking::catalogue::CustomerId;
use ratiba_booking::ports::{
    AppointmentBook, Catalogue, Change, FactsQuery, Outlook, RecordError, Shop, Timetable, Wanted,
};
use ratiba_booking::visit::{HoldKey, Visit, VisitId};
use ratiba_kernel::{Outage, TenantId, TimeRange, Zone};
use time::OffsetDateTime;

use crate::database::{Database, TxError};

mod booked;
mod catalogue;
mod claims;
mod customers;
mod documents;
mod facts;
mod feeds;
pub(crate) mod imports;
mod manage;
pub(crate) mod months;
mod parts;
mod price_list;
mod queue;
mod read;
mod record;
mod reports;
mod rows;
mod setup;
mod shops;
mod together;
mod waitlist;
mod words;

pub use customers::PgCustomers;
pub use feeds::PgCalendarFeeds;
pub use imports::PgImports;
pub use manage::PgSetup;
pub use price_list::PgPriceList;
pub use queue::PgWalkInQueue;
pub use rows::plan_document;
pub use setup::SETUP_TABLES;
pub use waitlist::PgWaitlist;

use setup::Setups;
use shops::Shops;

/// [`AppointmentBook`] on PostgreSQL.
#[derive(Clone)]
pub struct PgAppointmentBook {
    database: Database,
    bookings: booked::Bookings,
    visits: together::Visits,
    changes: together::Changes,
}

impl PgAppointmentBook {
    /// The book in this database. Bookings that are made at the same time through one book are written together.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self {
            bookings: booked::bookings(database.clone()),
            visits: together::visits(database.clone()),
            changes: together::changes(database.clone()),
            database,
        }
    }
}

#[async_trait]
impl AppointmentBook for PgAppointmentBook {
    async fn appointment(&self, tenant: TenantId, id: AppointmentId) -> Result<Option<Appointment>, Outage> {
        self.database
            .tenant(tenant, move |tx| read::appointment(tx, id))
            .await
    }

    async fn history(&self, tenant: TenantId, id: AppointmentId) -> Result<Vec<HistoryEntry>, Outage> {
        self.database
            .tenant(tenant, move |tx| read::history(tx, id))
            .await
    }

    async fn visit(&self, tenant: TenantId, id: VisitId) -> Result<Option<Visit>, Outage> {
        self.visits.ask(tenant, id).await?
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

    async fn between(
        &self,
        tenant: TenantId,
        range: TimeRange,
        wanted: Wanted,
    ) -> Result<Vec<Appointment>, Outage> {
        self.database
            .tenant(tenant, move |tx| read::between(tx, range, wanted))
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
        let change = Arc::new(change);
        if booked::is_plain(&change) {
            match booked::record(&self.bookings, tenant, &change).await? {
                booked::Outcome::Settled => return Ok(()),
                // Holds that ran out must be ended first.
                booked::Outcome::Overdue => {}
            }
        }
        if together::keeps_time(&change)
            && let Some(together::Changed) = self.changes.ask(tenant, Arc::clone(&change)).await??
        {
            return Ok(());
        }
        self.database
            .tenant(tenant, move |tx| record::record(tx, &change))
            .await
    }
}

/// [`Timetable`] and [`Catalogue`] on PostgreSQL. Keeps the setups of tenants in memory; clones share them.
#[derive(Clone)]
pub struct PgTimetable {
    database: Database,
    setups: Arc<Setups>,
    shops: Arc<Shops>,
}

impl PgTimetable {
    /// The timetable in this database.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self {
            shops: Arc::new(Shops::new(database.clone())),
            database,
            setups: Arc::default(),
        }
    }
}

#[async_trait]
impl Timetable for PgTimetable {
    async fn outlook(&self, tenant: TenantId, query: FactsQuery) -> Result<Outlook, Outage> {
        facts::outlook(&self.database, &self.setups, tenant, &query).await
    }

    async fn setup(&self, tenant: TenantId, query: FactsQuery) -> Result<Outlook, Outage> {
        facts::of_setup(&self.database, &self.setups, tenant, &query).await
    }
}

#[async_trait]
impl Catalogue for PgTimetable {
    async fn shop(&self, tenant: TenantId) -> Result<Arc<Shop>, Outage> {
        self.shops.of(tenant).await
    }

    async fn zone(&self, tenant: TenantId) -> Result<Zone, Outage> {
        match self.setups.zone(tenant) {
            Some(zone) => Ok(zone),
            None => Ok(self.policy(tenant).await?.zone),
        }
    }
}
