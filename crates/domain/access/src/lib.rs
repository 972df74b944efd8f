//! Who may do what.
//!
//! Machines present personal access tokens; what a token may do is the meeting of its role and its
//! scopes, both read from Ratiba's own tables. People sign in by an issuer, who says who they are and nothing else: what
//! they may do follows from their membership in the business that they name.

pub mod audit;
pub mod credentials;
pub mod feature;
pub mod invitation;
pub mod limits;
pub mod members;
pub mod person;
pub mod ports;
pub mod principal;
pub mod privacy;
mod random_text;
pub mod session;
pub mod sign_in;
pub mod token;
pub mod use_cases;

#[cfg(feature = "test-support")]
pub mod test_support;

pub use person::{Identity, PersonId, Profile};
pub use ports::{
    AccessBook, FeatureBook, IdentityIssuer, InvitationBook, MemberBook, PeopleBook, SecretSource,
};
pub use principal::{ActorKind, Principal, Role, Scope};
pub use session::{SessionSecret, Visitor};
pub use token::{NewToken, PresentedToken, TokenGrant, TokenId};
pub use use_cases::{AuthenticateToken, MintToken};
