//! Every port that needs durable state, played by PostgreSQL.
//!
//! One port method is one transaction. The only way to a tenant's rows is a tenant transaction
//! ([`database::Database`]); row-level security stands behind it.

pub mod access;
pub mod acting;
pub mod audit;
pub mod booking;
pub mod commission;
pub mod conversation;
pub mod credentials;
pub mod database;
pub mod dead_letters;
mod document;
mod door;
pub mod features;
pub mod feed;
pub mod figures;
mod gather;
pub mod hooks;
pub mod identity;
mod invitations;
pub mod jobs;
mod kept;
pub mod migrations;
pub mod outbox;
pub mod payments;
pub mod payroll;
pub mod people;
pub mod privacy;
pub mod provisioning;
pub mod reports;
pub mod schedules;
mod schema;
pub mod staff;
pub mod sweeps;
pub mod unreached;
mod waiters;
pub mod wake;

pub use database::{Database, DatabaseSettings};
