//! Caches what payroll knows about somebody.

use std::sync::Arc;

use ratiba_kernel::{Outage, TenantId};

use crate::employment::Employment;
use crate::member::{Member, StaffId};
use crate::ports::{Change, RecordError, StaffDirectory};

/// How often it begins again when somebody else records the member at the same time.
const TRIES: u32 = 3;

/// Caches what payroll knows about somebody.
pub struct RecordEmployment {
    /// Where it is recorded.
    pub directory: Arc<dyn StaffDirectory>,
}

/// Why nothing was recorded.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordEmploymentError {
    /// The tenant has no such person.
    #[error("there is no such staff member")]
    Unknown,
    /// Others recorded the member all the time.
    #[error("the member keeps changing")]
    Stale,
    /// It is not known whether it was recorded.
    #[error("the staff directory is unavailable")]
    Unavailable(#[from] Outage),
}

impl RecordEmployment {
    /// Records all employment attributes of somebody; what is unknown in them is unknown afterwards. Safe
    /// to repeat: what is recorded already is not written again.
    ///
    /// # Errors
    /// [`RecordEmploymentError`].
    #[tracing::instrument(name = "staff.record_employment", skip_all, fields(staff.id = %staff))]
    pub async fn execute(
        &self,
        tenant: TenantId,
        staff: StaffId,
        employment: Employment,
    ) -> Result<(), RecordEmploymentError> {
        for _ in 0..TRIES {
            let found = self.directory.find(tenant, staff).await?;
            let member = found.ok_or(RecordEmploymentError::Unknown)?;
            if member.employment == employment {
                return Ok(());
            }
            let member = Member {
                employment: employment.clone(),
                ..member
            };
            match self.directory.record(tenant, Change { member }).await {
                Ok(()) => return Ok(()),
                Err(RecordError::Stale) => {}
                Err(RecordError::Unavailable(outage)) => return Err(outage.into()),
            }
        }
        Err(RecordEmploymentError::Stale)
    }

    /// Records them of the member as it stood at `version`, and answers the version that it has from now on: for a person
    /// who saw that version.
    ///
    /// # Errors
    /// [`RecordEmploymentError::Stale`] if the member is at another version; nothing is written then.
    pub async fn at_version(
        &self,
        tenant: TenantId,
        staff: StaffId,
        version: i32,
        employment: Employment,
    ) -> Result<i32, RecordEmploymentError> {
        let found = self.directory.find(tenant, staff).await?;
        let found = found.ok_or(RecordEmploymentError::Unknown)?;
        if found.version != version {
            return Err(RecordEmploymentError::Stale);
        }
        let member = Member { employment, ..found };
        match self.directory.record(tenant, Change { member }).await {
            Ok(()) => Ok(version.saturating_add(1)),
            Err(RecordError::Stale) => Err(RecordEmploymentError::Stale),
            Err(RecordError::Unavailable(outage)) => Err(outage.into()),
        }
    }
}

#[cfg(test)]
mod tests;
