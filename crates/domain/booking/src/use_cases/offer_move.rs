//! Where a visit could be moved, with nothing moved yet.

use std::collections::BTreeMap;
use std::sync::Arc;

use ratiba_kernel::{Clock, TenantId, TimeRange};
use time::OffsetDateTime;

use super::counter_offer::{ReplaceError, check_parts};
use super::facts_query;
use super::move_visit::{MoveTarget, in_time, movable};
use super::replacing::{Replacing, Wanted};
use crate::appointment::{AppointmentId, CancelledBy};
use crate::availability::{Refused, Slot, SlotRequest};
use crate::catalogue::StaffId;
use crate::policy::Channel;
use crate::ports::{AppointmentBook, Timetable};
use crate::visit::VisitId;

/// A wish to move a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MoveQuery {
    /// Which; all of its parts that have not begun and are not over.
    pub visit: VisitId,
    /// Who is to render its first part from now on; whoever renders a part keeps it where nobody is named.
    pub staff: Option<StaffId>,
    /// Who wants it. The customer may until the cancellation stops being free; the business always.
    pub by: CancelledBy,
    /// Whose notice and horizon count.
    pub channel: Channel,
}

/// The answer to a wish to move to one start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MoveOffer {
    /// It can be had.
    Free(Slot),
    /// It cannot.
    Alternatives {
        /// Why not, and whom each reason concerns.
        refused: Refused,
        /// The nearest starts that can be had, the nearest first; may be none.
        slots: Vec<Slot>,
    },
}

/// Answers where a visit could be moved. What it engages itself does not stand in its way.
pub struct OfferMove {
    /// Where it is recorded.
    pub book: Arc<dyn AppointmentBook>,
    /// What is known about the days.
    pub timetable: Arc<dyn Timetable>,
    /// The present.
    pub clock: Arc<dyn Clock>,
}

impl OfferMove {
    /// Whether the visit can begin then, else what is near. The business's notice, horizon and limit for moves are
    /// kept as they are when it is moved.
    ///
    /// # Errors
    /// [`ReplaceError`], but for what only a move itself can meet.
    #[tracing::instrument(name = "booking.offer_move", skip_all)]
    pub async fn at(
        &self,
        tenant: TenantId,
        query: MoveQuery,
        start: OffsetDateTime,
    ) -> Result<MoveOffer, ReplaceError> {
        let visit = self.book.visit(tenant, query.visit).await?;
        let visit = visit.ok_or(ReplaceError::Unknown)?;
        let replacing = movable(&visit, MoveTarget::Visit(query.visit))?;
        let staff = named(&replacing, query.staff);
        check_parts(&replacing, &staff)?;
        let now = self.clock.now();
        let wanted = wanted(&query, &staff, start);
        let request = replacing.request(&wanted, now)?;
        let facts = self
            .timetable
            .facts(tenant, facts_query(&request.parts, request.window))
            .await?;
        in_time(&facts.policy, replacing.parts(), query.by, now)?;
        let facts = replacing.without_own(facts);
        Ok(match replacing.slot(&facts, &request, start)? {
            Ok(slot) => MoveOffer::Free(slot),
            Err(refused) => MoveOffer::Alternatives {
                refused,
                slots: replacing.alternatives(&facts, &request, start),
            },
        })
    }

    /// All starts in a stretch of time to which the visit can be moved, the earliest first.
    ///
    /// # Errors
    /// [`ReplaceError`], but for what only a move itself can meet.
    #[tracing::instrument(name = "booking.offer_moves", skip_all)]
    pub async fn among(
        &self,
        tenant: TenantId,
        query: MoveQuery,
        window: TimeRange,
    ) -> Result<Vec<Slot>, ReplaceError> {
        let visit = self.book.visit(tenant, query.visit).await?;
        let visit = visit.ok_or(ReplaceError::Unknown)?;
        let replacing = movable(&visit, MoveTarget::Visit(query.visit))?;
        let staff = named(&replacing, query.staff);
        check_parts(&replacing, &staff)?;
        let now = self.clock.now();
        let wanted = wanted(&query, &staff, window.start());
        let request = SlotRequest {
            window,
            ..replacing.request(&wanted, now)?
        };
        let facts = self
            .timetable
            .facts(tenant, facts_query(&request.parts, window))
            .await?;
        in_time(&facts.policy, replacing.parts(), query.by, now)?;
        let facts = replacing.without_own(facts);
        Ok(replacing.find(&facts, &request)?)
    }
}

/// Whoever is named renders the part that begins first.
fn named(replacing: &Replacing<'_>, staff: Option<StaffId>) -> BTreeMap<AppointmentId, StaffId> {
    let first = replacing.parts().first();
    first
        .zip(staff)
        .map(|(part, staff)| (part.id(), staff))
        .into_iter()
        .collect()
}

fn wanted<'a>(
    query: &MoveQuery,
    staff: &'a BTreeMap<AppointmentId, StaffId>,
    start: OffsetDateTime,
) -> Wanted<'a> {
    Wanted {
        start,
        staff,
        by: query.by,
        channel: query.channel,
    }
}
