//! Threads, understanding, machines and consent.
//!
//! A customer's message is stored as it came ([`delivery`], [`inbound`]). Taking its turn
//! ([`use_cases::TakeTurn`]) means: find out who wrote ([`customer`]) and which conversation it belongs to
//! ([`thread`]), hear what was said ([`hear`], by [`understanding`]), let the [`machine`] decide, fulfil its wishes
//! by the business's desks ([`desk`], [`ports`]), put its replies into words ([`wording`], from [`texts`]), and record
//! all of it as one change. What is to be said is queued ([`outgoing`]) and sent by [`use_cases::SendMessage`], which
//! asks again for [`consent`], [`quiet`] hours and the [`window`].
//!
//! The machine is pure and deterministic. Nothing that moves money or time happens without the customer's yes.

pub mod channel;
pub mod cohort;
pub mod customer;
pub mod delivery;
pub mod handoff;
pub mod inbound;
pub mod outgoing;
pub mod thread;

pub mod alarm;
pub mod consent;
pub mod quiet;
pub mod redact;
pub mod retention;
pub mod window;

pub mod paper;
pub mod personality;
pub mod texts;
pub mod understanding;

pub mod desk;
pub mod hear;
pub mod knowledge;
pub mod machine;
pub mod model;
pub mod rail;
pub mod templates;
pub mod wording;

pub mod event;
pub mod ports;
pub mod use_cases;

#[cfg(feature = "test-support")]
pub mod test_support;
