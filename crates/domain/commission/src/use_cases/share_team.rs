//! How the people of one appointment share it.

use std::sync::Arc;

use ratiba_kernel::{BasisPoints, Clock, Outage, TenantId};

use crate::event::CommissionEvent;
use crate::ports::{PutSharesError, SharesChange, Teams};
use crate::split::{Renderers, Shares, SharesMisfit, Sharing};
use crate::{AppointmentId, PersonId, StaffId};

/// How a team is to share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamOrder {
    /// Which appointment.
    pub appointment: AppointmentId,
    /// The version of it that whoever says so has seen.
    pub seen: i32,
    /// How they share.
    pub sharing: Sharing,
    /// Who says so.
    pub by: PersonId,
}

/// How a team shares from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamShared {
    /// The people with their shares.
    pub renderers: Renderers,
    /// The version of the appointment.
    pub version: i32,
}

/// Why a team shares as before.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShareTeamError {
    /// There is no such appointment.
    #[error("there is no such appointment")]
    Unknown,
    /// The shares do not fit the team.
    #[error(transparent)]
    Misfit(#[from] SharesMisfit),
    /// The appointment has moved on.
    #[error("the appointment changed since it was read")]
    Stale,
    /// The month in which it counts is frozen for somebody of the team.
    #[error("the appointment's month is frozen")]
    MonthFrozen,
    /// The work did not answer.
    #[error("the work is unavailable")]
    Unavailable(#[from] Outage),
}

/// Says how a team shares.
pub struct ShareTeam {
    /// The teams.
    pub teams: Arc<dyn Teams>,
    /// The present.
    pub clock: Arc<dyn Clock>,
}

impl ShareTeam {
    /// Puts the shares by which the commission of an appointment is divided, and every tip of it that nobody divides and that
    /// comes from now on. Possible until the month is frozen.
    ///
    /// # Errors
    /// [`ShareTeamError`]; then nothing was changed.
    #[tracing::instrument(name = "commission.share_team", skip_all, fields(appointment.id = %order.appointment))]
    pub async fn execute(&self, tenant: TenantId, order: TeamOrder) -> Result<TeamShared, ShareTeamError> {
        let known = self.teams.team(tenant, order.appointment).await?;
        let known = known.ok_or(ShareTeamError::Unknown)?;
        let renderers = known.sharing(&order.sharing)?;
        let change = SharesChange {
            appointment: order.appointment,
            seen: order.seen,
            event: CommissionEvent::SharesSet {
                appointment: order.appointment,
                shares: listed(&renderers),
                by: order.by,
            },
            renderers: renderers.clone(),
            at: self.clock.now(),
        };
        match self.teams.put_shares(tenant, change).await {
            Ok(version) => Ok(TeamShared { renderers, version }),
            Err(PutSharesError::Stale) => Err(ShareTeamError::Stale),
            Err(PutSharesError::MonthFrozen) => Err(ShareTeamError::MonthFrozen),
            Err(PutSharesError::Unavailable(outage)) => Err(outage.into()),
        }
    }
}

/// Everybody with their share, where it was said.
fn listed(renderers: &Renderers) -> Vec<(StaffId, Option<u32>)> {
    let people = renderers.staff().iter().copied();
    match renderers.shares() {
        Shares::Points(points) => people
            .zip(points.iter().map(|share| Some(share.value())))
            .collect(),
        Shares::FullToEach => people
            .map(|staff| (staff, Some(BasisPoints::WHOLE.value())))
            .collect(),
        Shares::Equal => people.map(|staff| (staff, None)).collect(),
    }
}
