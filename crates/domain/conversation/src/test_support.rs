//! What tests of every crate need of the conversation: builders, fakes and the contract of its record.

#[expect(
    clippy::expect_used,
    reason = "a builder that cannot build must stop its test"
)]
pub mod builders;
#[expect(
    clippy::expect_used,
    reason = "a conversation that cannot go on must stop its test"
)]
pub mod chat;
#[expect(clippy::unwrap_used, reason = "a contract fails by panicking")]
pub mod contracts;
pub mod desks;
pub mod knowledge;
pub mod model;
pub mod office;
pub mod record;
