//! Who is told that a customer comes late.

use std::collections::BTreeSet;

use ratiba_conversation::channel::Address;
use ratiba_conversation::desk::VisitRef;
use ratiba_conversation::use_cases::Notice;
use ratiba_kernel::{Id, TenantId};
use uuid::Uuid;

use super::TranslateError;
use crate::Parts;

impl Parts {
    /// Tells everybody who renders a part of the visit and has a number on record, once.
    pub(super) async fn tell_team_of_lateness(
        &self,
        tenant: TenantId,
        id: Uuid,
        visit: VisitRef,
        minutes: Option<u32>,
    ) -> Result<(), TranslateError> {
        let found = self
            .booking
            .book
            .visit(tenant, Id::from_uuid(visit.as_uuid()))
            .await?;
        let team: BTreeSet<_> = found
            .iter()
            .flat_map(|visit| visit.living())
            .flat_map(|part| part.booking().team.members().iter().copied())
            .collect();
        for staff in team {
            let member = self.staff.find(tenant, staff.as_uuid()).await?;
            let Some(phone) = member.and_then(|member| member.phone) else {
                continue;
            };
            let notice = Notice::LateFor {
                visit,
                minutes,
                staff: Id::from_uuid(staff.as_uuid()),
                address: Address::of_phone(phone),
            };
            self.tell(tenant, id, notice).await?;
        }
        Ok(())
    }
}
