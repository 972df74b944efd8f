//! Gives a hold the time that another way of paying takes.

use std::sync::Arc;

use ratiba_kernel::{Clock, TenantId};
use time::OffsetDateTime;

use super::opening::{expiry_task, hold_until};
use super::{TRIES, TaskError};
use crate::appointment::{ChangedBy, State};
use crate::policy::PayBy;
use crate::ports::{AppointmentBook, Catalogue, Change, ClaimChange, RecordError};
use crate::visit::{Visit, VisitId, VisitStanding};

/// Gives a hold more time.
pub struct ExtendHold {
    /// Where it is recorded.
    pub book: Arc<dyn AppointmentBook>,
    /// The tenant's rules.
    pub catalogue: Arc<dyn Catalogue>,
    /// The present.
    pub clock: Arc<dyn Clock>,
}

impl ExtendHold {
    /// Holds a visit that waits for money for as long as it would be held if it were booked now to be paid in that way;
    /// answers until when. A deadline never comes nearer, so repeating is safe, and no hold lasts longer than one that
    /// begins now. `None` if it does not wait for money, or its time has run out.
    ///
    /// # Errors
    /// [`TaskError`].
    #[tracing::instrument(name = "booking.extend_hold", skip_all, fields(visit.id = %id))]
    pub async fn execute(
        &self,
        tenant: TenantId,
        id: VisitId,
        pay_by: PayBy,
    ) -> Result<Option<OffsetDateTime>, TaskError> {
        let policy = self.catalogue.policy(tenant).await?;
        for _try in 0..TRIES {
            let Some(visit) = self.book.visit(tenant, id).await? else {
                return Ok(None);
            };
            let now = self.clock.now();
            let VisitStanding::Waiting { until: before } = visit.standing() else {
                return Ok(None);
            };
            if before <= now {
                return Ok(None);
            }
            let until = hold_until(&policy, pay_by, visit.start().unwrap_or(now), now);
            if until <= before {
                return Ok(Some(before));
            }
            match self.book.record(tenant, longer(&visit, until, now)).await {
                Ok(()) => return Ok(Some(until)),
                Err(
                    RecordError::Stale
                    | RecordError::SlotTaken
                    | RecordError::KeyUsed
                    | RecordError::MonthFrozen
                    | RecordError::UnknownCustomer
                    | RecordError::SetupChanged,
                ) => {}
                Err(RecordError::Unavailable(outage)) => return Err(outage.into()),
            }
        }
        Err(TaskError::Contended)
    }
}

/// The change that holds every part until then that is held for less.
fn longer(visit: &Visit, until: OffsetDateTime, now: OffsetDateTime) -> Change {
    let shorter = visit.appointments.iter().filter(|part| match part.state() {
        State::Held { until: before, .. } => *before < until,
        State::Requested { .. }
        | State::Confirmed { .. }
        | State::CheckedIn { .. }
        | State::InProgress { .. }
        | State::Completed { .. }
        | State::Expired { .. }
        | State::Declined { .. }
        | State::CancelledByCustomer { .. }
        | State::CancelledByBusiness { .. }
        | State::NoShow { .. } => false,
    });
    let mut change = shorter
        .filter_map(|part| part.clone().hold_until(until, now).ok())
        .fold(Change::at(now, ChangedBy::System), |change, part| {
            change.with(part, ClaimChange::Keep)
        });
    change.tasks.push(expiry_task(visit.head.id, until));
    change
}
