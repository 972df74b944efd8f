//! Taking over what a business sold, knew and promised before: brought in, looked at, corrected, applied.

use std::collections::BTreeMap;
use std::sync::Arc;

use ratiba_kernel::{Clock, Currency, IdSource, Outage, TenantId, Zone};
use time::OffsetDateTime;

use crate::appointment::Version;
use crate::availability::{PartRequest, StaffWish};
use crate::catalogue::Service;
use crate::customers::Customer;
use crate::import::bookings::{self, placing};
use crate::import::catalogue::{self, Stocked};
use crate::import::customers;
use crate::import::ports::{ImportBook, ImportGround, NamedStaff, OpenError};
use crate::import::{Ignored, Import, ImportId, ImportKind, ImportState, Rows, Unreadable};
use crate::policy::Policy;
use crate::ports::{Catalogue, FactsQuery, Outlook, Timetable};
use crate::visit::{HoldKey, VisitId};

mod apply;
mod correct;
mod promised;

pub use apply::{ApplyImport, ApplyImportError};
pub use correct::{CorrectImport, CorrectImportError, NewRow};

/// What is brought in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Brought<'t> {
    /// Services as a table.
    CatalogueTable(&'t str),
    /// Services as a pasted price list.
    PriceList(&'t str),
    /// Customers as a table.
    CustomerTable(&'t str),
    /// Bookings as a table.
    BookingTable(&'t str),
}

/// Why nothing was brought in.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BringInError {
    /// Nothing could be made of it.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// Too many imports wait already.
    #[error("too many imports wait to be applied or discarded")]
    TooMany,
    /// Nobody knows whether it was kept.
    #[error("the imports are unavailable")]
    Unavailable(#[from] Outage),
}

/// Reads a file or a text and keeps it for review.
pub struct BringIn {
    /// Where it is kept.
    pub imports: Arc<dyn ImportBook>,
    /// The tenant's currency and zone.
    pub catalogue: Arc<dyn Catalogue>,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// Its identity.
    pub ids: Arc<dyn IdSource>,
}

impl BringIn {
    /// The import that was made of it, in review.
    ///
    /// # Errors
    /// [`BringInError`].
    #[tracing::instrument(name = "booking.bring_in", skip_all)]
    pub async fn execute(&self, tenant: TenantId, brought: Brought<'_>) -> Result<ImportId, BringInError> {
        let policy = self.catalogue.policy(tenant).await?;
        let (rows, ignored) = read(brought, policy.currency, &policy.zone)?;
        let import = Import {
            id: self.ids.fresh(),
            rows,
            ignored,
            state: ImportState::InReview,
            created_at: self.clock.now(),
            version: Version::NEW,
        };
        let id = import.id;
        match self.imports.open(tenant, import).await {
            Ok(()) => Ok(id),
            Err(OpenError::TooMany) => Err(BringInError::TooMany),
            Err(OpenError::Unavailable(outage)) => Err(outage.into()),
        }
    }
}

fn read(brought: Brought<'_>, currency: Currency, zone: &Zone) -> Result<(Rows, Vec<Ignored>), Unreadable> {
    Ok(match brought {
        Brought::CatalogueTable(text) => {
            let (rows, ignored) = catalogue::from_csv(text, currency)?;
            (Rows::Catalogue(rows), ignored)
        }
        Brought::PriceList(text) => {
            let (rows, ignored) = catalogue::from_text(text, currency)?;
            (Rows::Catalogue(rows), ignored)
        }
        Brought::CustomerTable(text) => {
            let (rows, ignored) = customers::from_csv(text)?;
            (Rows::Customers(rows), ignored)
        }
        Brought::BookingTable(text) => {
            let (rows, ignored) = bookings::from_csv(text, currency, zone)?;
            (Rows::Bookings(rows), ignored)
        }
    })
}

/// What would become of an import's rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Review {
    /// Of services.
    Catalogue(Vec<catalogue::review::Reviewed>),
    /// Of customers.
    Customers(Vec<customers::Reviewed>),
    /// Of bookings.
    Bookings(Vec<bookings::Reviewed>),
}

/// An import, and what would become of its rows now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewedImport {
    /// The import.
    pub import: Import,
    /// Row by row. Of an import that was applied or discarded there is nothing to review any more: no rows.
    pub review: Review,
    /// The tenant's zone, for showing times.
    pub zone: Zone,
}

/// What reviewing asks.
#[derive(Clone)]
pub struct ReviewDesk {
    /// Where imports are kept.
    pub imports: Arc<dyn ImportBook>,
    /// What is on record.
    pub ground: Arc<dyn ImportGround>,
    /// The rules.
    pub catalogue: Arc<dyn Catalogue>,
    /// The days, for bookings.
    pub timetable: Arc<dyn Timetable>,
    /// The present.
    pub clock: Arc<dyn Clock>,
}

/// Shows what would become of an import.
pub struct ReviewImport {
    /// What it asks.
    pub desk: ReviewDesk,
}

impl ReviewImport {
    /// The import with its review as of now; `None` if this tenant has none of that id and kind.
    ///
    /// # Errors
    /// [`Outage`].
    #[tracing::instrument(name = "booking.review_import", skip_all)]
    pub async fn execute(
        &self,
        tenant: TenantId,
        kind: ImportKind,
        id: ImportId,
    ) -> Result<Option<ReviewedImport>, Outage> {
        let Some(import) = self.desk.imports.find(tenant, kind, id).await? else {
            return Ok(None);
        };
        let setting = self.desk.look(tenant, &import).await?;
        Ok(Some(ReviewedImport {
            review: setting.review(&import),
            zone: setting.policy.zone,
            import,
        }))
    }
}

/// Everything that a review depends on, read at one time.
pub(super) struct Setting {
    policy: Policy,
    now: OffsetDateTime,
    stock: Vec<Stocked>,
    staff: Vec<NamedStaff>,
    customers: Vec<Customer>,
    services: Vec<Service>,
    outlook: Option<Outlook>,
    made: BTreeMap<HoldKey, VisitId>,
}

impl ReviewDesk {
    /// What the review of an import must know.
    pub(super) async fn look(&self, tenant: TenantId, import: &Import) -> Result<Setting, Outage> {
        let mut setting = Setting {
            policy: self.catalogue.policy(tenant).await?,
            now: self.clock.now(),
            stock: Vec::new(),
            staff: Vec::new(),
            customers: Vec::new(),
            services: Vec::new(),
            outlook: None,
            made: BTreeMap::new(),
        };
        if import.state != ImportState::InReview {
            return Ok(setting);
        }
        match &import.rows {
            Rows::Catalogue(_) => {
                setting.stock = self.ground.stock(tenant).await?;
                setting.staff = self.ground.staff(tenant).await?;
            }
            Rows::Customers(rows) => {
                let phones = rows.iter().filter_map(|row| row.phone.read().cloned());
                setting.customers = self.ground.customers(tenant, phones.collect()).await?;
            }
            Rows::Bookings(rows) => {
                let phones = rows.iter().filter_map(|row| row.phone.read().cloned());
                setting.customers = self.ground.customers(tenant, phones.collect()).await?;
                setting.staff = self.ground.staff(tenant).await?;
                setting.services = self.catalogue.services(tenant).await?;
                self.look_at_days(tenant, rows, &mut setting).await?;
            }
        }
        Ok(setting)
    }

    async fn look_at_days(
        &self,
        tenant: TenantId,
        rows: &[bookings::BookingDraft],
        setting: &mut Setting,
    ) -> Result<(), Outage> {
        let understood = bookings::understand(rows, setting.bookings());
        let keys = understood
            .iter()
            .filter_map(|row| bookings::key(row.customer?, row.service?, row.time?.start()));
        setting.made = self
            .ground
            .visits(tenant, keys.collect())
            .await?
            .into_iter()
            .collect();
        let Some(window) = placing::window(understood.iter().filter_map(|row| row.time)) else {
            return Ok(());
        };
        let mut services: Vec<_> = understood.iter().filter_map(|row| row.service).collect();
        services.sort_unstable();
        services.dedup();
        let parts = services
            .into_iter()
            .map(|service| PartRequest::new(service, StaffWish::Any));
        let query = FactsQuery {
            parts: parts.collect(),
            window,
        };
        setting.outlook = Some(self.timetable.outlook(tenant, query).await?);
        Ok(())
    }
}

impl Setting {
    const fn catalogue(&self) -> catalogue::review::Known<'_> {
        catalogue::review::Known {
            policy: &self.policy,
            stock: self.stock.as_slice(),
            staff: self.staff.as_slice(),
        }
    }

    const fn bookings(&self) -> bookings::Known<'_> {
        bookings::Known {
            zone: &self.policy.zone,
            services: self.services.as_slice(),
            staff: self.staff.as_slice(),
            customers: self.customers.as_slice(),
            now: self.now,
        }
    }

    fn review(&self, import: &Import) -> Review {
        let open = import.state == ImportState::InReview;
        match &import.rows {
            Rows::Catalogue(rows) if open => {
                Review::Catalogue(catalogue::review::review(rows, self.catalogue()))
            }
            Rows::Customers(rows) if open => Review::Customers(customers::review(
                rows,
                &self.customers,
                &self.policy.zone,
                self.now,
            )),
            Rows::Bookings(rows) if open => Review::Bookings(self.review_bookings(rows)),
            Rows::Catalogue(_) => Review::Catalogue(Vec::new()),
            Rows::Customers(_) => Review::Customers(Vec::new()),
            Rows::Bookings(_) => Review::Bookings(Vec::new()),
        }
    }

    fn review_bookings(&self, rows: &[bookings::BookingDraft]) -> Vec<bookings::Reviewed> {
        let understood = bookings::understand(rows, self.bookings());
        match &self.outlook {
            Some(outlook) => bookings::review(understood, self.bookings(), &outlook.facts, &self.made),
            None => understood,
        }
    }
}

#[cfg(test)]
mod tests;
