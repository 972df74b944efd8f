//! People's sign-in by an OpenID Connect issuer, of which Ratiba is a client: authorization code with PKCE.
//!
//! What an issuer says counts only if it is signed by one of its keys, for this client, for this sign-in, at this time.
//! The browser knows the issuer under one address and this process may know it under another (the back channel); the
//! tokens name the first, always.

mod client;
mod kept;
mod keys;
mod settings;
mod token;

pub use client::OidcIssuer;
pub use settings::{ClientSecret, OidcSettings, SettingsFault};
