//! The WhatsApp Cloud API: webhooks read, messages sent.
//!
//! - [`webhook`]: the signature over the raw bytes, and the split of a body into rows. Nothing else happens at the door.
//! - [`wire`]: what one stored message or report says, and how a message of ours is written.
//! - [`errors`]: what each of Meta's error codes asks us to do.
//! - [`client`]: the sending itself.
//! - [`templates`]: templates submitted and listed.
//!
//! Unknown fields and kinds come all the time and are kept, never denied.

pub mod client;
pub mod errors;
pub mod templates;
pub mod webhook;
pub mod wire;

pub use client::{AccessToken, Account, Accounts, ClientSettings, StaticAccounts, WhatsappMessenger};
pub use webhook::{AppSecrets, SignatureRefused, challenge_answer, split, verify};
pub use wire::WhatsappReader;
