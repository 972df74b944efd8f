//! What tests of the staff domain need: a fake directory and the contract that it and the database keep.

mod contracts;
mod fakes;

pub use contracts::{Ground, a_member, staff_directory_contract};
pub use fakes::InMemoryDirectory;
