//! Who may do what.
//!
//! Machines present personal access tokens; what a token may do is the meeting of its role and its
//! scopes, both read from Ratiba's own tables. People's sign-in joins here later.

pub mod ports;
pub mod principal;
pub mod token;
pub mod use_cases;

#[cfg(feature = "test-support")]
pub mod test_support;

pub use ports::{AccessBook, SecretSource};
pub use principal::{Principal, Role, Scope};
pub use token::{NewToken, PresentedToken, TokenGrant, TokenId};
pub use use_cases::{AuthenticateToken, MintToken};
