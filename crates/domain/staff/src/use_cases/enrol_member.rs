//! Takes somebody into the team.

use std::sync::Arc;

use ratiba_kernel::{IdSource, Outage, PhoneNumber, TenantId};
use time::Date;

use crate::member::{Member, StaffId, StaffName, Weight};
use crate::ports::{Change, RecordError, StaffDirectory};
use crate::schedule::WeeklyHours;

/// How many people a team may have.
pub const MEMBERS_MOST: usize = 300;

/// Takes somebody into the team.
pub struct EnrolMember {
    /// Where they are recorded.
    pub directory: Arc<dyn StaffDirectory>,
    /// Names them.
    pub ids: Arc<dyn IdSource>,
}

/// Who starts, and when they work.
#[derive(Clone, Debug)]
pub struct Enrolment {
    /// What they are called.
    pub name: StaffName,
    /// Where they are reached.
    pub phone: Option<PhoneNumber>,
    /// Their share of the team's work.
    pub weight: Weight,
    /// When they work.
    pub hours: WeeklyHours,
    /// Since when they work here, if that is known. Who is new starts at the team's average of work.
    pub joined: Option<Date>,
}

/// Why nobody was taken in.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnrolMemberError {
    /// The team is as large as one may be.
    #[error("there are {MEMBERS_MOST} members already, which is as many as there may be")]
    TooMany,
    /// It is not known whether they were recorded.
    #[error("the staff directory is unavailable")]
    Unavailable(#[from] Outage),
}

impl EnrolMember {
    /// Records a new member and answers their id. Asking twice makes two people.
    ///
    /// # Errors
    /// [`EnrolMemberError`].
    #[tracing::instrument(name = "staff.enrol_member", skip_all)]
    pub async fn execute(&self, tenant: TenantId, enrolment: Enrolment) -> Result<StaffId, EnrolMemberError> {
        if self.directory.active(tenant).await?.len() >= MEMBERS_MOST {
            return Err(EnrolMemberError::TooMany);
        }
        let mut member = Member {
            phone: enrolment.phone,
            weight: enrolment.weight,
            hours: enrolment.hours,
            ..Member::starting(self.ids.fresh(), enrolment.name)
        };
        member.employment.hire_date = enrolment.joined;
        let id = member.id;
        match self.directory.record(tenant, Change { member }).await {
            Ok(()) => Ok(id),
            Err(RecordError::Unavailable(outage)) => Err(outage.into()),
            Err(RecordError::Stale) => Err(Outage::new("a fresh id was in use already").into()),
        }
    }
}
