//! Applies a reviewed import: services and customers all or none, bookings each once.

use std::sync::Arc;

use ratiba_kernel::{IdSource, Money, Outage, TenantId};

use super::correct::emptied;
use super::promised::{Made, PromiseKeeper};
use super::{ReviewDesk, Setting};
use crate::appointment::{ChangedBy, Version};
use crate::customers::CustomerBook;
use crate::import::bookings::{self, BookingDraft, ImportedBooking};
use crate::import::catalogue::plan::{NotReady as CatalogueNotReady, plan as plan_catalogue};
use crate::import::catalogue::review::review as review_catalogue;
use crate::import::customers::{self, NotReady as CustomersNotReady};
use crate::import::ports::{Effect, ImportChange, ImportRecordError};
use crate::import::{Import, ImportId, ImportKind, ImportState, Rows, Tally};
use crate::ports::AppointmentBook;

/// Why it was not applied.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApplyImportError {
    /// There is no such import.
    #[error("there is no such import")]
    Unknown,
    /// The import, or the catalogue under it, changed since it was read: look at the review again.
    #[error("the import changed since it was read")]
    Stale,
    /// It was applied or discarded before.
    #[error("the import is not in review any more")]
    Closed,
    /// Services that cannot be taken over as they are; nothing was changed.
    #[error(transparent)]
    Catalogue(#[from] CatalogueNotReady),
    /// Customers that cannot be taken over as they are; nothing was changed.
    #[error(transparent)]
    Customers(#[from] CustomersNotReady),
    /// With the new services there would be more than [`SERVICES`](crate::setup::limits::SERVICES); nothing was
    /// changed.
    #[error("there would be more services than there may be")]
    TooManyServices,
    /// Bookings that cannot be taken over as they are. With `made`, others were: somebody was faster for these.
    #[error("some bookings cannot be taken over as they are")]
    Bookings {
        /// The rows, and what is wrong with each.
        rows: Vec<(u16, std::collections::BTreeSet<bookings::Fault>)>,
        /// How many were made all the same.
        made: u32,
    },
    /// Nobody knows whether it was applied. Applying again is safe.
    #[error("the imports are unavailable")]
    Unavailable(#[from] Outage),
}

/// Applies imports.
pub struct ApplyImport {
    /// What reviewing asks.
    pub desk: ReviewDesk,
    /// Where promised visits are booked.
    pub book: Arc<dyn AppointmentBook>,
    /// Where their customers are put on record.
    pub customers: Arc<dyn CustomerBook>,
    /// Identities of what is new.
    pub ids: Arc<dyn IdSource>,
}

impl ApplyImport {
    /// Applies what the review shows now, as `who` says, if nothing is wrong with it.
    ///
    /// Services and customers are taken over all or none. Bookings are made one by one, each exactly once however
    /// often this is called; if somebody was faster for one of them, the others are made, and the import stays in
    /// review with that one.
    ///
    /// # Errors
    /// [`ApplyImportError`].
    #[tracing::instrument(name = "booking.apply_import", skip_all, fields(import.id = %id))]
    pub async fn execute(
        &self,
        tenant: TenantId,
        kind: ImportKind,
        id: ImportId,
        version: Version,
        who: ChangedBy,
    ) -> Result<Tally, ApplyImportError> {
        let import = self.desk.imports.find(tenant, kind, id).await?;
        let import = import.ok_or(ApplyImportError::Unknown)?;
        match import.state {
            ImportState::InReview => {}
            ImportState::Applied { .. } | ImportState::Discarded { .. } => {
                return Err(ApplyImportError::Closed);
            }
        }
        if import.version != version {
            return Err(ApplyImportError::Stale);
        }
        let setting = self.desk.look(tenant, &import).await?;
        match import.rows.clone() {
            Rows::Catalogue(rows) => {
                let reviewed = review_catalogue(&rows, setting.catalogue());
                let change = plan_catalogue(&reviewed, setting.catalogue(), self.ids.as_ref())?;
                let fresh = change
                    .services
                    .iter()
                    .filter(|stocked| stocked.version == Version::NEW);
                let applied = Tally::of(fresh.count(), change.services.len());
                self.close(tenant, import, &setting, applied, Effect::Catalogue(change))
                    .await?;
                Ok(applied)
            }
            Rows::Customers(rows) => {
                let zone = &setting.policy.zone;
                let reviewed = customers::review(&rows, &setting.customers, zone, setting.now);
                let fresh = reviewed
                    .iter()
                    .filter(|row| matches!(row.outcome, customers::Outcome::Creates));
                let fresh = fresh.count();
                let change = customers::plan(&reviewed, zone, setting.now, self.ids.as_ref())?;
                let applied = Tally::of(fresh, change.entries.len());
                self.close(tenant, import, &setting, applied, Effect::Customers(change))
                    .await?;
                Ok(applied)
            }
            Rows::Bookings(rows) => self.keep_promises(tenant, import, rows, &setting, who).await,
        }
    }

    async fn keep_promises(
        &self,
        tenant: TenantId,
        mut import: Import,
        mut drafts: Vec<BookingDraft>,
        setting: &Setting,
        who: ChangedBy,
    ) -> Result<Tally, ApplyImportError> {
        let reviewed = setting.review_bookings(&drafts);
        let faulty: Vec<_> = reviewed
            .iter()
            .filter(|row| row.is_written() && !row.faults.is_empty())
            .map(|row| (row.number, row.faults.clone()))
            .collect();
        if !faulty.is_empty() {
            return Err(ApplyImportError::Bookings {
                rows: faulty,
                made: 0,
            });
        }
        let keeper = PromiseKeeper {
            book: self.book.as_ref(),
            customers: self.customers.as_ref(),
            ids: self.ids.as_ref(),
            policy: &setting.policy,
            services: &setting.services,
            setup: setting.outlook.as_ref().map(|outlook| outlook.setup),
            now: setting.now,
            who,
        };
        let mut applied = Tally::default();
        let mut taken = Vec::new();
        for (draft, row) in drafts.iter_mut().zip(&reviewed) {
            match row.outcome {
                bookings::Outcome::Skipped | bookings::Outcome::Repeats(_) => {}
                bookings::Outcome::Booked(visit) => {
                    draft.made = Some(visit);
                    applied.known = applied.known.saturating_add(1);
                }
                bookings::Outcome::Books => match keeper.keep(tenant, row).await? {
                    Made::Now(visit) => {
                        draft.made = Some(visit);
                        applied.created = applied.created.saturating_add(1);
                    }
                    Made::Before(visit) => {
                        draft.made = Some(visit);
                        applied.known = applied.known.saturating_add(1);
                    }
                    // What was made is found by its key when it is applied again.
                    Made::Moved => return Err(ApplyImportError::Stale),
                    Made::Taken => taken.push((row.number, [bookings::Fault::Overlap].into())),
                },
            }
        }
        let from_elsewhere = imported(import.id, &drafts, &reviewed, setting);
        let effect = Effect::Bookings(from_elsewhere);
        if taken.is_empty() {
            self.close(tenant, import, setting, applied, effect).await?;
            return Ok(applied);
        }
        import.rows = Rows::Bookings(drafts);
        self.record(tenant, import, setting, effect).await?;
        Err(ApplyImportError::Bookings {
            rows: taken,
            made: applied.created,
        })
    }

    /// Records the import as applied. What is personal is forgotten: it is on record where it belongs.
    async fn close(
        &self,
        tenant: TenantId,
        mut import: Import,
        setting: &Setting,
        tally: Tally,
        effect: Effect,
    ) -> Result<(), ApplyImportError> {
        import.state = ImportState::Applied {
            at: setting.now,
            tally,
        };
        emptied(&mut import.rows);
        import.ignored.clear();
        self.record(tenant, import, setting, effect).await
    }

    async fn record(
        &self,
        tenant: TenantId,
        import: Import,
        setting: &Setting,
        effect: Effect,
    ) -> Result<(), ApplyImportError> {
        let change = ImportChange {
            import,
            at: setting.now,
            effect,
        };
        match self.desk.imports.record(tenant, change).await {
            Ok(()) => Ok(()),
            Err(ImportRecordError::Stale | ImportRecordError::CatalogueMoved) => Err(ApplyImportError::Stale),
            Err(ImportRecordError::TooManyServices) => Err(ApplyImportError::TooManyServices),
            Err(ImportRecordError::Unavailable(outage)) => Err(outage.into()),
        }
    }
}

/// What was paid elsewhere for the visits that were made.
fn imported(
    import: ImportId,
    drafts: &[BookingDraft],
    reviewed: &[bookings::Reviewed],
    setting: &Setting,
) -> Vec<ImportedBooking> {
    let rows = drafts.iter().zip(reviewed).filter(|(_, row)| match row.outcome {
        bookings::Outcome::Books | bookings::Outcome::Booked(_) => true,
        bookings::Outcome::Repeats(_) | bookings::Outcome::Skipped => false,
    });
    rows.filter_map(|(draft, row)| {
        Some(ImportedBooking {
            visit: draft.made?,
            import,
            row: row.number,
            paid: Money::new(draft.paid.read().copied().unwrap_or(0), setting.policy.currency),
        })
    })
    .collect()
}
