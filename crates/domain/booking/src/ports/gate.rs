//! Who says whether a treatment may start: the one question that booking asks about the state of rooms.

use std::collections::BTreeSet;
use std::fmt;

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId};
use time::OffsetDateTime;

use crate::appointment::{Appointment, AppointmentId};
use crate::catalogue::ResourceId;
use crate::engagement::Subject;

/// What is asked before a treatment starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateQuestion {
    /// The appointment that is to start.
    pub appointment: AppointmentId,
    /// The rooms, couches and machines that it occupies; none for a service that needs none.
    pub resources: BTreeSet<ResourceId>,
    /// When it begins.
    pub begins: OffsetDateTime,
}

impl GateQuestion {
    /// The question for an appointment that begins at `begins`.
    #[must_use]
    pub fn of(appointment: &Appointment, begins: OffsetDateTime) -> Self {
        let resources = appointment.booking().claims.iter();
        Self {
            appointment: appointment.id(),
            resources: resources
                .filter_map(|claim| match claim.subject {
                    Subject::Resource { id, .. } => Some(id),
                    Subject::Staff(_) => None,
                })
                .collect(),
            begins,
        }
    }
}

/// Why a treatment may not start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotReady {
    /// Nobody has found the resource in order lately enough.
    NotInspected,
    /// The last look at the resource found it not in order.
    NotInOrder,
}

impl NotReady {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::NotInspected => "not_inspected",
            Self::NotInOrder => "not_in_order",
        }
    }
}

impl fmt::Display for NotReady {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotInspected => "was not inspected lately",
            Self::NotInOrder => "was found not in order",
        })
    }
}

/// The answer of the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GateAnswer {
    /// The treatment may start.
    Open,
    /// It may not.
    Shut {
        /// On account of which resource.
        resource: ResourceId,
        /// Why.
        because: NotReady,
    },
}

/// Says whether a treatment may start. It is asked about a treatment that is to start, and about nothing else:
/// what has begun can always be finished and corrected.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait TreatmentGate: Send + Sync {
    /// Whether it may start. Safe to ask again; nothing is changed by asking.
    async fn may_start(&self, tenant: TenantId, question: GateQuestion) -> Result<GateAnswer, Outage>;
}

/// The gate of a business that inspects nothing: always open.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenGate;

#[async_trait]
impl TreatmentGate for OpenGate {
    async fn may_start(&self, _tenant: TenantId, _question: GateQuestion) -> Result<GateAnswer, Outage> {
        Ok(GateAnswer::Open)
    }
}
