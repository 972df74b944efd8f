//! Safaricom's Daraja: STK push, the query about it, and its callbacks; reversals and their results.
//!
//! [`client::DarajaClient`] plays payments' `MobileMoney`, [`callback::StkCallbackReader`] its
//! `CallbackReader`, [`confirmation::ByHandReader`] its `ConfirmationReader`. What is on the wire stays in [`wire`]; the one access token of all processes is
//! [`auth`]'s business. Nothing here decides about a payment: answers are translated and handed on, and
//! what cannot be trusted is *unknown*, never *failed*.

pub mod auth;
pub mod callback;
pub mod client;
pub mod confirmation;
pub mod reversal;
pub mod settings;
pub mod wire;

pub use callback::StkCallbackReader;
pub use client::{DarajaClient, Timeouts};
pub use confirmation::ByHandReader;
pub use reversal::ReversalResultReader;
pub use settings::{
    Account, DarajaAccounts, OneAccount, Operator, RawSettings, Secret, Settings, SettingsFault,
};
