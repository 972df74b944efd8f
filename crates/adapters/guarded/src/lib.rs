//! Outgoing connections to addresses that a business named: judged when they are made, and never into the house.
//!
//! Whoever can name an address for Ratiba to call could have it call what only Ratiba reaches: the machine itself, the
//! network around it, the cloud's metadata. So every such call goes through [`GuardedClient`]. It resolves names itself and
//! hands the connector only addresses that it has judged, so that a name cannot mean one thing when it is looked at and
//! another when it is called. It follows no redirect, uses no proxy, keeps no connection, and bounds time and answer.
//!
//! Reading order: [`range`] says which addresses are refused, [`names`] which names pass all the same, [`client`] calls. By it messages to other programs
//! go out.

pub mod client;
mod courier;
pub mod names;
pub mod range;
mod resolver;

pub use client::{Answer, CallError, GuardedClient, Limits, Refusal};
pub use names::{AllowedNames, NotAName};
pub use range::Range;
pub use resolver::{Lookup, SystemLookup};
