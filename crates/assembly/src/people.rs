//! Who works here, for answers that show names.

use std::sync::Arc;

use ratiba_kernel::{Outage, TenantId};
use ratiba_staff::member::Member;
use ratiba_staff::ports::StaffDirectory;
use ratiba_staff::use_cases::{ChangeMember, EnrolMember, RecordEmployment};

/// The people of a tenant.
#[derive(Clone)]
pub struct People {
    /// Where they are on record.
    pub directory: Arc<dyn StaffDirectory>,
    /// Takes somebody in.
    pub enrol: Arc<EnrolMember>,
    /// Changes who somebody is.
    pub change: Arc<ChangeMember>,
    /// Records on which terms somebody is employed.
    pub employ: Arc<RecordEmployment>,
}

impl People {
    /// Everybody who works here now.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn active(&self, tenant: TenantId) -> Result<Vec<Member>, Outage> {
        self.directory.active(tenant).await
    }

    /// Somebody, whether or not they still work here.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn find(&self, tenant: TenantId, id: uuid::Uuid) -> Result<Option<Member>, Outage> {
        self.directory
            .find(tenant, ratiba_kernel::Id::from_uuid(id))
            .await
    }
}
