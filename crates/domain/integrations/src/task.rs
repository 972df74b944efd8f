//! What falls due.

use serde::{Deserialize, Serialize};

use crate::delivery::DeliveryId;
use crate::endpoint::EndpointId;
use crate::event::EventId;

/// Work of this domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum IntegrationTask {
    /// Store a message about an event for everybody who hears of it.
    Publish {
        /// Which.
        event: EventId,
    },
    /// The pause before a delivery's next try is over: queue it behind what else its endpoint is sent.
    Ring {
        /// Which.
        delivery: DeliveryId,
    },
    /// Send one delivery. Runs one at a time for each endpoint.
    Deliver {
        /// Which.
        delivery: DeliveryId,
    },
}

impl IntegrationTask {
    /// The kind of job that does this work.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Publish { .. } => "integrations.publish",
            Self::Ring { .. } => "integrations.ring",
            Self::Deliver { .. } => "integrations.deliver",
        }
    }
}

/// The ordering key of what goes to one endpoint: it is called once at a time, and first tries in the order in which their
/// messages were stored. A try that failed steps aside, so that it holds nobody up.
#[must_use]
pub fn send_order(endpoint: EndpointId) -> String {
    format!("hook:{endpoint}")
}
