//! Statements of commission, with the names of people and of the business.

use ratiba_commission::explain::Language;
use ratiba_commission::period::FrozenDocument;
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
        let staff = document.period().staff;
        let member = self.staff.find(tenant, staff.as_uuid()).await?;
        let name = member.map_or_else(|| staff.to_string(), |member| member.name.as_str().to_owned());
        let profile = self.conversation.tell.profile.profile(tenant).await?;
        let zone = self.booking.catalogue.zone(tenant).await?;
        DrawnStatement::of(document, &profile.business_name, &name, &zone, language)
    }
}
