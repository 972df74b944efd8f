//! What access needs from outside.

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId, TokenHash};
use time::OffsetDateTime;

use crate::members::{Admitted, Member, MemberStep, MemberStepError, NewMember};
use crate::person::{Identity, PersonId, Profile};
use crate::session::{NewSession, Session};
use crate::sign_in::{AuthorizationRequest, RedeemError, Redemption, SignedIn};
use crate::token::{MintOutcome, NewToken, TokenGrant, TokenId, TokenRecord};

/// Tokens that are shown at once.
pub const TOKENS_SHOWN: usize = 500;

/// The book of tokens.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait AccessBook: Send + Sync {
    /// The token with this hash, whatever its state; `None` if there never was one. The only question that
    /// is asked before a tenant is known.
    async fn find_token(&self, hash: TokenHash) -> Result<Option<TokenGrant>, Outage>;

    /// Puts a token on record; it opens its tenant from then on. An order that comes again makes no second one.
    async fn mint(&self, tenant: TenantId, token: NewToken) -> Result<MintOutcome, Outage>;

    /// The tenant's tokens, revoked and ended ones too: the newest first, at most [`TOKENS_SHOWN`].
    async fn tokens(&self, tenant: TenantId) -> Result<Vec<TokenRecord>, Outage>;

    /// Notes that a token is used at `at`. Of one that nobody knows nothing is noted.
    async fn used(&self, tenant: TenantId, id: TokenId, at: OffsetDateTime) -> Result<(), Outage>;

    /// Revokes a token at `at`; false if the tenant has none of that id. Safe to repeat.
    async fn revoke(&self, tenant: TenantId, id: TokenId, at: OffsetDateTime) -> Result<bool, Outage>;
}

/// The book of people: who has signed in, and with which sessions. A person belongs to no business, their name to each
/// that they belong to.
#[async_trait]
pub trait PeopleBook: Send + Sync {
    /// Begins a session of whoever the issuer vouches for. Somebody new is put on record under `fresh`; the businesses
    /// that somebody belongs to learn what they are called now. Answers with their id.
    async fn sign_in(&self, who: SignedIn, fresh: PersonId, session: NewSession) -> Result<PersonId, Outage>;

    /// Puts somebody on record, under `fresh` unless they are already, and answers with their id. Nobody signs in by it.
    async fn know(&self, identity: Identity, fresh: PersonId) -> Result<PersonId, Outage>;

    /// The session with this hash, whatever its state, with the memberships that count now; `None` if there never was
    /// one.
    async fn find_session(&self, hash: TokenHash) -> Result<Option<Session>, Outage>;

    /// Notes that a session is used at `at`. Of one that nobody knows nothing is noted.
    async fn session_seen(&self, hash: TokenHash, at: OffsetDateTime) -> Result<(), Outage>;

    /// Ends a session at `at`. Safe to repeat, and of one that nobody knows nothing ends.
    async fn end_session(&self, hash: TokenHash, at: OffsetDateTime) -> Result<(), Outage>;

    /// What a business calls itself, and the person; `None` if they do not belong to it.
    async fn card(&self, tenant: TenantId, person: PersonId) -> Result<Option<Card>, Outage>;
}

/// What is shown of a membership to the person whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// What the business calls itself.
    pub business_name: String,
    /// What it calls the person.
    pub profile: Profile,
}

/// The members of businesses.
#[async_trait]
pub trait MemberBook: Send + Sync {
    /// Everybody who belongs to the business, at most [`crate::members::MEMBERS_MAX`], the longest first.
    async fn members(&self, tenant: TenantId) -> Result<Vec<Member>, Outage>;

    /// Takes somebody in whom [`PeopleBook::sign_in`] has put on record. Safe to repeat.
    async fn admit(&self, tenant: TenantId, newcomer: NewMember) -> Result<Admitted, Outage>;

    /// Records a change if the membership is still at the version that it was decided on. The last owner who can act
    /// stays, whoever else changes members at the same moment. Suspending a suspended member and resuming an active one
    /// changes nothing but the version.
    async fn change(&self, tenant: TenantId, step: MemberStep) -> Result<(), MemberStepError>;
}

/// Whoever vouches for people: an `OpenID` Connect issuer.
#[async_trait]
pub trait IdentityIssuer: Send + Sync {
    /// Where the browser goes to sign in.
    ///
    /// # Errors
    /// [`Outage`] if the issuer cannot be asked where that is.
    async fn sign_in_url(&self, request: &AuthorizationRequest) -> Result<String, Outage>;

    /// Whom the code stands for, proven by a token that the issuer signed for this client and this sign-in.
    ///
    /// # Errors
    /// [`RedeemError`]; nobody is let in then.
    async fn redeem(&self, redemption: &Redemption) -> Result<SignedIn, RedeemError>;
}

/// Chance, for secrets.
pub trait SecretSource: Send + Sync {
    /// 32 bytes that nobody can guess.
    fn secret(&self) -> [u8; 32];
}
