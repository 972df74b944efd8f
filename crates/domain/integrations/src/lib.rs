//! What other programs are told.
//!
//! A business names addresses ([`endpoint`]) that hear of what happens in it, by events with fixed names ([`event`]). Each
//! message is stored before it is sent, signed as [Standard Webhooks](https://www.standardwebhooks.com) say ([`signing`]) under
//! a secret that is kept sealed ([`safe`]),
//! and tried again until it arrived or was given up ([`delivery`]). An address that takes nothing for days is switched
//! off, and whatever was given up can be sent again.
//!
//! This domain knows names, addresses and tries. What a message says is made where the domains meet.

pub mod delivery;
pub mod endpoint;
pub mod event;
pub mod ports;
pub mod safe;
pub mod signing;
pub mod task;
pub mod use_cases;

#[cfg(feature = "test-support")]
pub mod test_support;

pub use delivery::{Delivery, DeliveryId};
pub use endpoint::{Endpoint, EndpointId};
pub use event::{EventId, EventName, Message};
pub use safe::{KeptSecret, Safe};
pub use signing::SigningSecret;
