//! What is handed to payroll and to the books of account, and what comes back.
//!
//! Commission freezes what somebody earned; here it becomes lines of earnings ([`earnings`]) for the people whom payroll
//! knows ([`employee`]), gathered in an export ([`export`]) that is stored before anything is sent. An export is either a
//! sheet that a payroll officer uploads ([`sheet`]) or a batch that goes to payroll's own system ([`ports::PayrollGateway`]).
//! What was handed over is never taken back or overwritten: a correction is a new line that names the one it corrects.
//!
//! Deliberately not here: what anybody earned and why (commission), taxes and deductions (payroll's own: everything here
//! is gross), and moving money. Contractors are paid by invoice and never reach a batch.

pub mod account;
pub mod directory;
pub mod employee;
pub mod month;

pub mod earnings;
pub mod export;
pub mod sheet;

pub mod journal;
pub mod ports;
pub mod use_cases;

#[cfg(feature = "test-support")]
pub mod test_support;

pub use month::PayMonth;

use ratiba_kernel::Id;

/// Marks ids of people who render services.
#[derive(Debug)]
pub enum StaffMember {}
/// Marks ids of frozen documents of commission.
#[derive(Debug)]
pub enum FrozenDocument {}
/// Marks ids of exports.
#[derive(Debug)]
pub enum ExportRow {}
/// Marks ids of batches.
#[derive(Debug)]
pub enum BatchRow {}

/// Somebody of the team.
pub type StaffId = Id<StaffMember>;
/// One frozen document of commission.
pub type DocumentId = Id<FrozenDocument>;
/// One hand-over of a month.
pub type ExportId = Id<ExportRow>;
/// One try to hand an export over; payroll knows it by this.
pub type BatchId = Id<BatchRow>;
