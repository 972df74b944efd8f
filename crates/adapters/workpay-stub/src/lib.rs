//! Payroll over HTTP.
//!
//! No payroll product's interface is public, so this speaks a contract of our own, which the simulator answers: paths
//! and the words for what is earned are settings, and everything else that such an interface would name is in [`wire`]
//! alone. It is off until somebody sets it up.

mod client;
mod wire;

pub use client::{Codes, Paths, Token, WorkpayHttp, WorkpaySettings};
