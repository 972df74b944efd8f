//! What is done with tokens, sessions and memberships.

use std::collections::BTreeSet;
use std::sync::Arc;

use ratiba_kernel::{Clock, Id, IdSource, Outage, TenantId};
use time::OffsetDateTime;

use crate::members::{AboveOwnRole, may_grant};
use crate::ports::{AccessBook, SecretSource};
use crate::principal::{ActorKind, Principal, Role, Scope, StaffMember};
use crate::token::{LIVE_TOKENS_MAX, MintOutcome, NewToken, OrderKey, PresentedToken, TokenId};

mod invitations;
mod people;

pub use invitations::{InvitationError, InvitationOrder, WorkInvitations};
pub use people::{AuthenticateSession, Begun, ChangeMemberError, ChangeMembers, SignInPeople};

/// Why somebody was not let in.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthenticateError {
    /// No such token, or one that has ended. Which of them is not told.
    #[error("the token is not valid")]
    Invalid,
    /// The book of tokens does not answer: nobody is let in.
    #[error("the book of tokens is unavailable")]
    Unavailable(#[from] Outage),
}

/// Turns a presented token into the one who acts.
#[derive(Clone)]
pub struct AuthenticateToken {
    /// Where tokens are on record.
    pub book: Arc<dyn AccessBook>,
    /// For expiry.
    pub clock: Arc<dyn Clock>,
}

impl AuthenticateToken {
    /// The principal of a token.
    ///
    /// # Errors
    /// [`AuthenticateError`].
    pub async fn execute(&self, token: &PresentedToken) -> Result<Principal, AuthenticateError> {
        let grant = self
            .book
            .find_token(token.hash())
            .await?
            .ok_or(AuthenticateError::Invalid)?;
        let (now, tenant, id) = (self.clock.now(), grant.tenant, grant.id);
        let is_news = grant.is_news(now);
        let principal = grant.principal(now).ok_or(AuthenticateError::Invalid)?;
        if is_news {
            self.book.used(tenant, id, now).await?;
        }
        Ok(principal)
    }
}

/// What a token is to be.
#[derive(Clone, Debug)]
pub struct TokenOrder {
    /// What it is for; 1 to 80 characters.
    pub name: String,
    /// As what it acts.
    pub role: Role,
    /// For which therapist, if for one.
    pub staff: Option<Id<StaffMember>>,
    /// What it may do.
    pub scopes: BTreeSet<Scope>,
    /// When it ends, if it does.
    pub expires_at: Option<OffsetDateTime>,
}

/// Why a token was not minted.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum MintError {
    /// The name is empty or longer than 80 characters.
    #[error("a token's name has 1 to 80 characters")]
    BadName,
    /// A scope that the role never allows.
    #[error("the role does not allow the scope {0}")]
    ScopeAboveRole(Scope),
    /// It would have ended already.
    #[error("the token would have ended already")]
    AlreadyEnded,
    /// The staff member is not of this business.
    #[error("there is no such staff member")]
    UnknownStaff,
    /// Tokens mint no tokens.
    #[error("minting takes a person: a token cannot mint tokens")]
    NotAPerson,
    /// More than whoever asks is.
    #[error(transparent)]
    AboveOwnRole(#[from] AboveOwnRole),
    /// The key came with another order before.
    #[error("the key came with another order before")]
    KeyReused,
    /// They have as many as they may have.
    #[error("a person has at most {LIVE_TOKENS_MAX} tokens that count: revoke one first")]
    TooMany,
    /// The book of tokens does not answer.
    #[error("the book of tokens is unavailable")]
    Unavailable(#[from] Outage),
}

/// Why a token was not revoked.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RevokeError {
    /// It is more than whoever asks.
    #[error(transparent)]
    AboveOwnRole(#[from] AboveOwnRole),
    /// The book of tokens does not answer.
    #[error("the book of tokens is unavailable")]
    Unavailable(#[from] Outage),
}

/// Makes and ends tokens; the text of one exists in the answer and nowhere else.
#[derive(Clone)]
pub struct MintToken {
    /// Where tokens are on record.
    pub book: Arc<dyn AccessBook>,
    /// The time of making.
    pub clock: Arc<dyn Clock>,
    /// Identities.
    pub ids: Arc<dyn IdSource>,
    /// Chance.
    pub secrets: Arc<dyn SecretSource>,
}

impl MintToken {
    /// Mints a token for a tenant, as the operator does. Asking twice makes two.
    ///
    /// # Errors
    /// [`MintError`]; nothing is on record then.
    pub async fn execute(
        &self,
        tenant: TenantId,
        order: TokenOrder,
    ) -> Result<(TokenId, PresentedToken), MintError> {
        let (new, token) = self.make(order, None, None)?;
        let id = new.id;
        match self.book.mint(tenant, new).await? {
            MintOutcome::Minted | MintOutcome::Before(_) | MintOutcome::OtherOrder => Ok((id, token)),
            MintOutcome::TooMany => Err(MintError::TooMany),
            MintOutcome::UnknownStaff => Err(MintError::UnknownStaff),
        }
    }

    /// Mints a token for the business of whoever asks, never for more than they are themselves. The same order makes one
    /// token, whose text is told the first time and never again.
    ///
    /// # Errors
    /// [`MintError`]; nothing is on record then.
    pub async fn by_person(
        &self,
        by: &Principal,
        key: OrderKey,
        order: TokenOrder,
    ) -> Result<(TokenId, Option<PresentedToken>), MintError> {
        match by.kind {
            ActorKind::Person => {}
            ActorKind::Token => return Err(MintError::NotAPerson),
        }
        may_grant(by, order.role)?;
        let (new, token) = self.make(order, Some(by.name.clone()), Some(key))?;
        let id = new.id;
        match self.book.mint(by.tenant, new).await? {
            MintOutcome::Minted => Ok((id, Some(token))),
            MintOutcome::Before(id) => Ok((id, None)),
            MintOutcome::OtherOrder => Err(MintError::KeyReused),
            MintOutcome::TooMany => Err(MintError::TooMany),
            MintOutcome::UnknownStaff => Err(MintError::UnknownStaff),
        }
    }

    /// Revokes a token of the business of whoever asks, at once here; false if it has none of that id. Safe to repeat.
    ///
    /// # Errors
    /// [`RevokeError`]; it counts as before then.
    pub async fn revoke(&self, by: &Principal, id: TokenId) -> Result<bool, RevokeError> {
        let Some(found) = self.book.token(by.tenant, id).await? else {
            return Ok(false);
        };
        if found.grant.role > by.role {
            return Err(AboveOwnRole::Token(found.grant.role).into());
        }
        Ok(self.book.revoke(by.tenant, id, self.clock.now()).await?)
    }

    fn make(
        &self,
        order: TokenOrder,
        minted_by: Option<String>,
        key: Option<OrderKey>,
    ) -> Result<(NewToken, PresentedToken), MintError> {
        let now = self.clock.now();
        if !(1..=80).contains(&order.name.trim().chars().count()) {
            return Err(MintError::BadName);
        }
        if let Some(scope) = order.scopes.iter().find(|scope| !order.role.allows(**scope)) {
            return Err(MintError::ScopeAboveRole(*scope));
        }
        if order.expires_at.is_some_and(|end| end <= now) {
            return Err(MintError::AlreadyEnded);
        }
        let token = PresentedToken::from_bytes(self.secrets.secret());
        let new = NewToken {
            id: self.ids.fresh(),
            hash: token.hash(),
            name: order.name.trim().to_owned(),
            role: order.role,
            staff: order.staff,
            scopes: order.scopes,
            created_at: now,
            expires_at: order.expires_at,
            minted_by,
            order: key,
        };
        Ok((new, token))
    }
}

#[cfg(test)]
mod tests;
