//! Who is told that a customer comes late.

use std::collections::BTreeSet;

use ratiba_conversation::channel::Address;
use ratiba_conversation::desk::VisitRef;
use ratiba_conversation::use_cases::Notice;
use ratiba_kernel::{Id, TenantId};
use ratiba_staff::member::Standing;
use uuid::Uuid;

use super::TranslateError;
use crate::Parts;

impl Parts {
    /// Tells the owners, and everybody who renders a part of the visit, works here and has a number on record: once for
    /// each five minutes, however often the customer says so.
    pub(super) async fn tell_of_lateness(
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
        let Some((comes, found)) = found.and_then(|found| Some((found.client()?, found))) else {
            tracing::warn!(visit.id = %visit, "there is no such visit to be late for");
            return Ok(());
        };
        let starts_at = comes.start();
        let team: BTreeSet<_> = found
            .living()
            .flat_map(|part| part.booking().team.members().iter().copied())
            .collect();
        for staff in team {
            let member = self.staff.find(tenant, staff.as_uuid()).await?;
            // Who left is written to no more.
            let member = member.filter(|member| member.standing == Standing::Active);
            let Some(phone) = member.and_then(|member| member.phone) else {
                continue;
            };
            let notice = Notice::LateFor {
                visit,
                starts_at,
                minutes,
                staff: Id::from_uuid(staff.as_uuid()),
                address: Address::of_phone(phone),
            };
            self.tell(tenant, id, notice).await?;
        }
        let owners = Notice::CustomerLate {
            visit,
            starts_at,
            minutes,
        };
        self.tell(tenant, id, owners).await
    }
}
