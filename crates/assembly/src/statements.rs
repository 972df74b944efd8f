//! Statements of commission.

use ratiba_commission::explain::Language;
use ratiba_commission::period::FrozenDocument;
use ratiba_commission::terms::Terms;
use ratiba_kernel::{Outage, TenantId};

pub use ratiba_sheets::DrawnStatement;

use crate::Parts;

impl Parts {
    /// The statement of a frozen document.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn statement(
        &self,
        tenant: TenantId,
        document: &FrozenDocument,
        language: Language,
    ) -> Result<DrawnStatement, Outage> {
        let preview = &self.commission.preview;
        let names = preview.work.names(tenant).await?;
        let settings = preview.rules.settings(tenant).await?;
        let today = Terms::of(document.period().staff, &names, &settings);
        DrawnStatement::of(document, &today, language)
    }
}
