//! What access needs from outside.

use std::collections::BTreeMap;

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId, TokenHash};
use time::OffsetDateTime;

use crate::feature::{Feature, Said};
use crate::invitation::{
    Acceptance, Accepted, Invitation, InvitationId, InvitationStepError, InviteOutcome, NewInvitation,
};
use crate::members::{Admitted, Member, MemberStep, MemberStepError, NewMember};
use crate::person::{Identity, PersonId, Profile};
use crate::session::{NewSession, Session};
use crate::sign_in::{AuthorizationRequest, RedeemError, Redemption, SignedIn};
use crate::token::{MintOutcome, NewToken, TokenGrant, TokenId, TokenQuery, TokenRecord};

/// The book of tokens.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait AccessBook: Send + Sync {
    /// The token with this hash, whatever its state; `None` if there never was one. The only question that
    /// is asked before a tenant is known.
    async fn find_token(&self, hash: TokenHash) -> Result<Option<TokenGrant>, Outage>;

    /// Puts a token on record; it opens its tenant from then on. An order that comes again makes no second one, and nobody
    /// has more than [`crate::token::LIVE_TOKENS_MAX`], also when they mint several at once; the operator does not count.
    async fn mint(&self, tenant: TenantId, token: NewToken) -> Result<MintOutcome, Outage>;

    /// A page of the tenant's tokens, revoked and ended ones too, the newest first.
    async fn tokens(&self, tenant: TenantId, query: TokenQuery) -> Result<Vec<TokenRecord>, Outage>;

    /// One token, whatever its state; `None` if the tenant has none of that id.
    async fn token(&self, tenant: TenantId, id: TokenId) -> Result<Option<TokenRecord>, Outage>;

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

    /// Forgets the sessions that are over at `now`: ended, too old, or unused for too long. Answers how many there were.
    async fn forget_sessions(&self, now: OffsetDateTime) -> Result<usize, Outage>;

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

    /// One of them, however many there are; `None` if nobody of that id belongs to the business.
    async fn member(&self, tenant: TenantId, person: PersonId) -> Result<Option<Member>, Outage>;

    /// Takes somebody in whom [`PeopleBook::sign_in`] has put on record. Safe to repeat.
    async fn admit(&self, tenant: TenantId, newcomer: NewMember) -> Result<Admitted, Outage>;

    /// Records a change if the membership is still at the version that it was decided on. The last owner who can act
    /// stays, whoever else changes members at the same moment. Suspending a suspended member and resuming an active one
    /// changes nothing but the version. Of somebody who may act nowhere any more all sessions end, and they sign in anew
    /// once they may.
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

/// The invitations of businesses.
#[async_trait]
pub trait InvitationBook: Send + Sync {
    /// Puts an invitation on record, and with it the task to tell whoever is invited. An order that comes again makes no
    /// second one.
    async fn invite(&self, tenant: TenantId, invitation: NewInvitation) -> Result<InviteOutcome, Outage>;

    /// The business's invitations, answered ones too: the newest first, at most so many, made before one of them.
    async fn invitations(
        &self,
        tenant: TenantId,
        before: Option<InvitationId>,
        most: u16,
    ) -> Result<Vec<Invitation>, Outage>;

    /// One of them; `None` if the business has none of that id.
    async fn invitation(&self, tenant: TenantId, id: InvitationId) -> Result<Option<Invitation>, Outage>;

    /// Lets an open invitation, as seen at a version, stand for [`crate::invitation::LASTS`] from now on, and records the
    /// task to tell of it once more.
    async fn resend(
        &self,
        tenant: TenantId,
        id: InvitationId,
        seen: i32,
        at: OffsetDateTime,
    ) -> Result<(), InvitationStepError>;

    /// Takes an invitation back that was not accepted. Safe to repeat.
    async fn revoke(
        &self,
        tenant: TenantId,
        id: InvitationId,
        at: OffsetDateTime,
    ) -> Result<(), InvitationStepError>;

    /// Keeps the hash of another secret of an invitation; false, and nothing is kept, if it does not stand any more.
    async fn add_secret(
        &self,
        tenant: TenantId,
        id: InvitationId,
        hash: TokenHash,
        at: OffsetDateTime,
    ) -> Result<bool, Outage>;

    /// Makes whoever brings a secret a member, in the moment in which the invitation is used up. Of several who bring it at
    /// once one becomes a member. The only question that is asked before a tenant is known.
    async fn accept(&self, acceptance: Acceptance) -> Result<Accepted, Outage>;
}

/// What businesses said about features.
#[async_trait]
pub trait FeatureBook: Send + Sync {
    /// What the business said last of each feature that it spoke of.
    async fn said(&self, tenant: TenantId) -> Result<BTreeMap<Feature, Said>, Outage>;

    /// Keeps what the business says of a feature, in the place of what it said before.
    async fn say(&self, tenant: TenantId, feature: Feature, said: Said) -> Result<(), Outage>;
}
