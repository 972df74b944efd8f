//! The people who render services: who they are, when they work, and how they are employed.
//!
//! Payroll is the authority on employment; Ratiba caches what it needs for statements and hand-over.
//! When somebody is free is booking's question, what somebody earned is commission's.

pub mod employment;
pub mod member;
pub mod schedule;

pub mod ports;
pub mod use_cases;

#[cfg(feature = "test-support")]
pub mod test_support;

pub use member::{Member, StaffId};
