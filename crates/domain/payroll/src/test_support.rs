//! For the tests of everybody who plays a part in payroll.

mod book_contract;
mod contracts;
mod fakes;

pub use book_contract::{PayrollGround, payroll_book_contract};
pub use contracts::{PayrollStage, amina, brian, company, may, payroll_gateway_contract};
pub use fakes::{FakeBook, FakePayroll};
