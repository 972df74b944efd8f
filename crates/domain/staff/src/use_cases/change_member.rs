//! Changes who somebody is to the team: name, number, share of the work, since when.

use std::sync::Arc;

use ratiba_kernel::{Outage, PhoneNumber, TenantId};
use time::Date;

use crate::member::{Member, StaffId, StaffName, Weight};
use crate::ports::{Change, RecordError, StaffDirectory};

/// Changes who somebody is to the team.
pub struct ChangeMember {
    /// Where they are recorded.
    pub directory: Arc<dyn StaffDirectory>,
}

/// What changes; what is left out stays.
#[derive(Clone, Debug, Default)]
pub struct MemberChange {
    /// What they are called.
    pub name: Option<StaffName>,
    /// Where they are reached; `Some(None)`: nowhere any more.
    pub phone: Option<Option<PhoneNumber>>,
    /// Their share of the team's work.
    pub weight: Option<Weight>,
    /// Since when they work here; `Some(None)`: it is not known.
    pub joined: Option<Option<Date>>,
}

/// Why nothing was changed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeMemberError {
    /// The tenant has no such person.
    #[error("there is no such staff member")]
    Unknown,
    /// Somebody else changed the member since it was read.
    #[error("the member changed since it was read")]
    Stale,
    /// It is not known whether it was recorded.
    #[error("the staff directory is unavailable")]
    Unavailable(#[from] Outage),
}

impl ChangeMember {
    /// Changes the member as it stood at `version`, and answers the version that it has from now on.
    ///
    /// # Errors
    /// [`ChangeMemberError`].
    #[tracing::instrument(name = "staff.change_member", skip_all, fields(staff.id = %staff))]
    pub async fn execute(
        &self,
        tenant: TenantId,
        staff: StaffId,
        version: i32,
        change: MemberChange,
    ) -> Result<i32, ChangeMemberError> {
        let found = self.directory.find(tenant, staff).await?;
        let found = found.ok_or(ChangeMemberError::Unknown)?;
        if found.version != version {
            return Err(ChangeMemberError::Stale);
        }
        let mut employment = found.employment.clone();
        employment.hire_date = change.joined.unwrap_or(employment.hire_date);
        let member = Member {
            name: change.name.unwrap_or(found.name),
            phone: change.phone.unwrap_or(found.phone),
            weight: change.weight.unwrap_or(found.weight),
            employment,
            ..found
        };
        match self.directory.record(tenant, Change { member }).await {
            Ok(()) => Ok(version.saturating_add(1)),
            Err(RecordError::Stale) => Err(ChangeMemberError::Stale),
            Err(RecordError::Unavailable(outage)) => Err(outage.into()),
        }
    }
}

#[cfg(test)]
mod tests;
