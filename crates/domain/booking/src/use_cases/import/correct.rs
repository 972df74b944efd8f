//! Corrects rows of an import, or throws all of it away.

use std::sync::Arc;

use ratiba_kernel::{Clock, Outage, TenantId};

use crate::appointment::Version;
use crate::import::bookings::BookingDraft;
use crate::import::catalogue::CatalogueDraft;
use crate::import::customers::CustomerDraft;
use crate::import::ports::{Effect, ImportBook, ImportChange, ImportRecordError};
use crate::import::{Import, ImportId, ImportKind, ImportState, Rows};

/// A row as it should be from now on. Where it stood is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewRow {
    /// Of services.
    Catalogue(Box<CatalogueDraft>),
    /// Of customers.
    Customers(Box<CustomerDraft>),
    /// Of bookings.
    Bookings(Box<BookingDraft>),
}

impl NewRow {
    const fn kind(&self) -> ImportKind {
        match self {
            Self::Catalogue(_) => ImportKind::Catalogue,
            Self::Customers(_) => ImportKind::Customers,
            Self::Bookings(_) => ImportKind::Bookings,
        }
    }
}

/// Why an import was not changed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum CorrectImportError {
    /// There is no such import, or it has no such row.
    #[error("there is no such import or row")]
    Unknown,
    /// The import is not at that version any more.
    #[error("the import changed since it was read")]
    Stale,
    /// It was applied or discarded.
    #[error("the import is not in review any more")]
    Closed,
    /// Nobody knows whether it was changed.
    #[error("the imports are unavailable")]
    Unavailable(#[from] Outage),
}

/// Changes imports that are in review.
pub struct CorrectImport {
    /// Where they are kept.
    pub imports: Arc<dyn ImportBook>,
    /// The present.
    pub clock: Arc<dyn Clock>,
}

impl CorrectImport {
    /// Puts a row in the place of another. A booking that was made stays made.
    ///
    /// # Errors
    /// [`CorrectImportError`].
    #[tracing::instrument(name = "booking.correct_import", skip_all)]
    pub async fn execute(
        &self,
        tenant: TenantId,
        id: ImportId,
        version: Version,
        number: u16,
        row: NewRow,
    ) -> Result<(), CorrectImportError> {
        let mut import = self.open(tenant, row.kind(), id, version).await?;
        let place = usize::from(number)
            .checked_sub(1)
            .ok_or(CorrectImportError::Unknown)?;
        let known = match (&mut import.rows, row) {
            (Rows::Catalogue(rows), NewRow::Catalogue(new)) => rows.get_mut(place).map(|row| {
                *row = CatalogueDraft {
                    source: std::mem::take(&mut row.source),
                    ..*new
                };
            }),
            (Rows::Customers(rows), NewRow::Customers(new)) => rows.get_mut(place).map(|row| {
                *row = CustomerDraft {
                    source: std::mem::take(&mut row.source),
                    ..*new
                };
            }),
            (Rows::Bookings(rows), NewRow::Bookings(new)) => rows.get_mut(place).map(|row| {
                *row = BookingDraft {
                    source: std::mem::take(&mut row.source),
                    made: row.made,
                    ..*new
                };
            }),
            (Rows::Catalogue(_) | Rows::Customers(_) | Rows::Bookings(_), _) => None,
        };
        known.ok_or(CorrectImportError::Unknown)?;
        self.record(tenant, import).await
    }

    /// Throws an import away with all of its rows. Throwing it away twice is refused the second time.
    ///
    /// # Errors
    /// [`CorrectImportError`].
    #[tracing::instrument(name = "booking.discard_import", skip_all)]
    pub async fn discard(
        &self,
        tenant: TenantId,
        kind: ImportKind,
        id: ImportId,
        version: Version,
    ) -> Result<(), CorrectImportError> {
        let mut import = self.open(tenant, kind, id, version).await?;
        import.state = ImportState::Discarded { at: self.clock.now() };
        import.ignored.clear();
        emptied(&mut import.rows);
        self.record(tenant, import).await
    }

    async fn open(
        &self,
        tenant: TenantId,
        kind: ImportKind,
        id: ImportId,
        version: Version,
    ) -> Result<Import, CorrectImportError> {
        let import = self.imports.find(tenant, kind, id).await?;
        let import = import.ok_or(CorrectImportError::Unknown)?;
        if import.version != version {
            return Err(CorrectImportError::Stale);
        }
        match import.state {
            ImportState::InReview => Ok(import),
            ImportState::Applied { .. } | ImportState::Discarded { .. } => Err(CorrectImportError::Closed),
        }
    }

    async fn record(&self, tenant: TenantId, import: Import) -> Result<(), CorrectImportError> {
        let change = ImportChange {
            import,
            at: self.clock.now(),
            effect: Effect::None,
        };
        match self.imports.record(tenant, change).await {
            Ok(()) => Ok(()),
            // A correction brings no services in.
            Err(
                ImportRecordError::Stale
                | ImportRecordError::CatalogueMoved
                | ImportRecordError::TooManyServices,
            ) => Err(CorrectImportError::Stale),
            Err(ImportRecordError::Unavailable(outage)) => Err(outage.into()),
        }
    }
}

/// Forgets the rows: names and numbers are kept no longer than they are needed.
pub(super) fn emptied(rows: &mut Rows) {
    match rows {
        Rows::Catalogue(rows) => rows.clear(),
        Rows::Customers(rows) => rows.clear(),
        Rows::Bookings(rows) => rows.clear(),
    }
}
