//! PesaPal's card page (API 3.0): orders, their status, and the notices that say "look".
//!
//! [`client::PesapalClient`] plays payments' `CardPage`, [`notice::PesapalNotices`] its `NoticeReader`. What is
//! on the wire stays in [`wire`]; the access token of all processes is [`auth`]'s business. Nothing here decides
//! about a payment: answers are translated and handed on, and what cannot be trusted is *unknown*, never *failed*.

pub mod auth;
pub mod client;
pub mod notice;
pub mod settings;
pub mod wire;

pub use client::{PesapalClient, Timeouts};
pub use notice::PesapalNotices;
pub use settings::{Account, PesapalAccounts, RawSettings, Secret, Settings, SettingsFault};
