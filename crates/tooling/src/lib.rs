//! What the chores and the long tests run on: the machine, other programs, and a PostgreSQL server of their own.
//!
//! Nothing of the product depends on it.

pub mod interrupt;
pub mod machine;
pub mod postgres;
pub mod process;
pub mod yaml;
