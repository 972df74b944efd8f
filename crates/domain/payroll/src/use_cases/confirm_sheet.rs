//! An officer says that a sheet was uploaded.

use std::collections::BTreeMap;
use std::sync::Arc;

use ratiba_kernel::{Clock, Outage, TenantId};

use crate::ExportId;
use crate::earnings::{LineKey, Mode};
use crate::export::{Confirmation, Export, ExportState, LineResult, Way};
use crate::ports::{PayrollBook, SettleError, Settlement};

/// Takes confirmations.
pub struct ConfirmSheet {
    /// What was stored.
    pub book: Arc<dyn PayrollBook>,
    /// Business time.
    pub clock: Arc<dyn Clock>,
}

/// What an officer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetConfirmed {
    /// The access that confirms.
    pub by: String,
    /// The SHA-256 of the file that was uploaded.
    pub file_hash: [u8; 32],
    /// Payroll's own id of the month, if it shows one.
    pub vendor_period_id: Option<String>,
}

/// Why a confirmation was not taken.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfirmSheetError {
    /// There is no such export.
    #[error("there is no such export")]
    Unknown,
    /// It goes by payroll's system, is a dry run, or was replaced.
    #[error("the export is not a sheet that waits to be uploaded")]
    NotASheet,
    /// The file is not this export's.
    #[error("the file that was uploaded is not the sheet of this export")]
    OtherFile,
    /// It is confirmed already, with another file.
    #[error("the sheet is confirmed already, with another file")]
    ConfirmedBefore,
    /// It changed meanwhile; asking again tells.
    #[error("the export changed meanwhile")]
    Busy,
    /// It is not known whether it was taken; asking again is safe.
    #[error("the book of payroll is unavailable")]
    Unavailable(#[from] Outage),
}

impl ConfirmSheet {
    /// Takes a confirmation. `hashes` gives the fingerprints of the export's files in every form: only such a file can
    /// have been uploaded. The same file twice is once.
    ///
    /// # Errors
    /// [`ConfirmSheetError`]; then nothing is recorded.
    pub async fn execute(
        &self,
        tenant: TenantId,
        id: ExportId,
        said: SheetConfirmed,
        hashes: impl Fn(&Export) -> Vec<[u8; 32]> + Send,
    ) -> Result<Export, ConfirmSheetError> {
        let export = self.book.export(tenant, id).await?;
        let mut export = export.ok_or(ConfirmSheetError::Unknown)?;
        if let Some(before) = &export.confirmation {
            return if before.file_hash == said.file_hash {
                Ok(export)
            } else {
                Err(ConfirmSheetError::ConfirmedBefore)
            };
        }
        if (export.way, export.mode, export.state) != (Way::Sheet, Mode::Real, ExportState::Waiting) {
            return Err(ConfirmSheetError::NotASheet);
        }
        if !hashes(&export).contains(&said.file_hash) {
            return Err(ConfirmSheetError::OtherFile);
        }
        let results: BTreeMap<LineKey, LineResult> = export
            .lines
            .iter()
            .map(|line| (line.line.key.clone(), LineResult::Accepted))
            .collect();
        let confirmation = Confirmation {
            by: said.by,
            at: self.clock.now(),
            file_hash: said.file_hash,
        };
        let settlement = Settlement {
            export: id,
            seen: export.version,
            state: ExportState::Done,
            results,
            vendor_period_id: said.vendor_period_id.clone(),
            confirmation: Some(confirmation.clone()),
        };
        self.book
            .settle(tenant, settlement)
            .await
            .map_err(|error| match error {
                SettleError::Stale => ConfirmSheetError::Busy,
                SettleError::Unavailable(outage) => ConfirmSheetError::Unavailable(outage),
            })?;
        export.state = ExportState::Done;
        export.confirmation = Some(confirmation);
        export.vendor_period_id = said.vendor_period_id;
        export.version = export.version.saturating_add(1);
        for line in &mut export.lines {
            line.result = Some(LineResult::Accepted);
        }
        Ok(export)
    }
}
