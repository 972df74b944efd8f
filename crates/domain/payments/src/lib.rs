//! What is owed for a visit, one try at collecting it, and the books.
//!
//! A request that a provider accepted is not a payment, and a timeout is not a failure. Every attempt
//! ends *paid*, *failed* with the provider's reason, or in a person's hands; nothing is guessed and
//! nothing is asked for twice. The deciding is done by plain values: an [`attempt::Attempt`] takes in
//! what was heard from the provider ([`evidence`]), and [`settlement`] says what that means for the
//! payment, the books and everybody who waits for news. The use cases read, decide and record.
//!
//! Not here: how a provider is spoken to (an adapter plays [`ports::MobileMoney`]), what a visit is
//! (booking's word; here it is an id that owes money), and the words a customer reads.

pub mod reference;

pub mod remark;

pub mod actor;

pub mod failure;

pub mod evidence;

pub mod card;

pub mod schedule;

pub mod attempt;

pub mod payment;
pub mod payout;

pub mod ledger;

pub mod suspense;

pub mod by_hand;

pub mod dead_letter;

pub mod refund;

pub mod credit;

pub mod receipt;

pub mod earning;

pub mod till;

pub mod tip;

pub mod statement;

pub mod event;

pub mod task;

pub mod settlement;

pub mod ports;

pub mod use_cases;

#[cfg(feature = "test-support")]
pub mod test_support;

use ratiba_kernel::Id;

/// Marks ids of visits: one or more appointments that are booked and paid together. The rest of a visit
/// is booking's.
#[derive(Debug)]
pub enum Visit {}

/// The visit that owes the money.
pub type VisitId = Id<Visit>;

/// Marks ids of appointments: the parts of visits. The rest of them is booking's.
#[derive(Debug)]
pub enum Appointment {}

/// The part of a visit that a tip is for.
pub type AppointmentId = Id<Appointment>;

/// Marks ids of those who render services.
#[derive(Debug)]
pub enum Staff {}

/// Somebody to whom tips are owed.
pub type StaffId = Id<Staff>;

/// Marks ids of customers.
#[derive(Debug)]
pub enum Customer {}

/// Who booked the visit and has the credit, whoever pays.
pub type CustomerId = Id<Customer>;

/// Marks ids of callbacks that were stored.
#[derive(Debug)]
pub enum Callback {}

/// One stored callback of a provider.
pub type CallbackId = Id<Callback>;
