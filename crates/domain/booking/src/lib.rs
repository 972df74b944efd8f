//! Who is served by whom, where and when.
//!
//! A [`catalogue::Service`] is made of segments with needs; each need becomes a claim on somebody's or
//! something's time ([`engagement`]). Given what is known about a tenant's days ([`availability::Facts`]) the
//! engine says which starts can be had, with reasons, and which cannot, with reasons: a pure function.
//!
//! An [`appointment::Appointment`] is one service at one time; a [`visit::Visit`] is what one customer books
//! and pays together. The use cases read facts, decide and record one [`ports::Change`] each; the book makes
//! all of it durable or none, and is the only one to say that a time is taken. What follows later (a hold
//! that runs out, a reminder) is a task recorded with the change that causes it; what others may want to
//! know is an event.

pub mod catalogue;
pub mod engagement;
pub mod policy;

pub mod appointment;
pub mod customers;
pub mod visit;

pub mod package;
pub mod pricing;
pub mod promotion;
pub mod relation;

pub mod availability;
pub mod cross_sell;

pub mod queue;
pub mod setup;
pub mod waitlist;

pub mod calendar_feed;

pub mod import;

pub mod reports;

pub mod event;
pub mod ports;
pub mod use_cases;

#[cfg(feature = "test-support")]
pub mod test_support;
