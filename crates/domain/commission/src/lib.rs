//! What a rendered visit earns, explained line by line, and the frozen month.
//!
//! A month of completed work ([`work`]) meets the rules of the business ([`rule`], [`tiers`], [`base`]).
//! For every person and service the rules are put in a total order and the first one wins ([`resolve`]);
//! what several people rendered together is divided ([`split`], [`tips`]); the engine ([`engine`]) rounds
//! once for each group of lines that one rule won and hands every line its part, with the reason that
//! [`explain`] puts into words. Closing a month ([`use_cases`]) freezes the figures ([`period`]) together
//! with a hash of everything that went into them ([`hash`]); what comes to light later is a proposal to
//! amend ([`amend`]), never a change. What was frozen is told to its owner as a
//! [`statement`], who may [`dispute`] a line of it.
//!
//! Deliberately not here: what is sold and when (booking), who works here (staff), paying it out
//! (payroll). All arithmetic is in integers; nothing reads a clock but the use cases.

pub mod fees;
pub mod guarantee;
pub mod identity;
pub mod month;
pub mod settings;
pub mod terms;

pub mod hours;
pub mod split;
pub mod tips;
pub mod work;

pub mod base;
mod fine;
pub mod resolve;
pub mod rule;
pub mod tiers;

pub mod engine;
pub mod explain;
pub mod hash;

pub mod amend;
pub mod dispute;
pub mod document;
pub mod event;
pub mod period;
pub mod ports;
pub mod statement;
pub mod use_cases;

#[cfg(feature = "test-support")]
pub mod test_support;

pub use identity::{AppointmentId, PeriodId, PersonId, RuleId, ServiceCategory, ServiceId, StaffId};
pub use month::Month;
