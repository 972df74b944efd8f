//! What tests of commission need: builders, a fake that keeps everything in memory, and the contracts that
//! the fake and the database both keep.

mod builders;
mod contracts;
mod fakes;

pub use builders::{
    WorkBuilder, a_tier, appointment, category, kes, money, month, nairobi, percent, rule, service, settings,
    some_work, staff, tiered,
};
pub use contracts::{Ground, commission_contract};
pub use fakes::InMemoryCommission;
