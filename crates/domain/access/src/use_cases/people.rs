//! Signing in and out, and changing who belongs to a business.

use std::fmt;
use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, Outage, TokenHash};
use time::OffsetDateTime;

use crate::members::{AboveOwnRole, Member, MemberChange, MemberStep, MemberStepError, may_change};
use crate::person::PersonId;
use crate::ports::{IdentityIssuer, MemberBook, PeopleBook, SecretSource};
use crate::principal::Principal;
use crate::session::{NewSession, SEEN_EVERY, SessionSecret, Visitor};
use crate::sign_in::{AuthorizationRequest, RedeemError, Redemption, ReturnTo, Seal, SignInSecret};
use crate::use_cases::AuthenticateError;

/// A sign-in that began. `Debug` says nothing of what the browser keeps.
#[derive(Clone)]
pub struct Begun {
    /// Where the browser goes.
    pub url: String,
    /// What it keeps meanwhile: the sign-in, sealed.
    pub kept: String,
}

impl fmt::Debug for Begun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Begun").finish_non_exhaustive()
    }
}

/// Signs people in by an issuer.
#[derive(Clone)]
pub struct SignInPeople {
    /// Whoever vouches for people.
    pub issuer: Arc<dyn IdentityIssuer>,
    /// Where people and sessions are on record.
    pub book: Arc<dyn PeopleBook>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Identities.
    pub ids: Arc<dyn IdSource>,
    /// Chance.
    pub secrets: Arc<dyn SecretSource>,
    /// Marks what was begun here.
    pub seal: Seal,
}

impl SignInPeople {
    /// Begins a sign-in that ends at `redirect_uri`, from where it leads to `to`.
    ///
    /// # Errors
    /// [`Outage`] if the issuer does not answer.
    pub async fn begin(&self, redirect_uri: String, to: &ReturnTo) -> Result<Begun, Outage> {
        let secret = SignInSecret::from_bytes(self.secrets.secret());
        let request = AuthorizationRequest {
            redirect_uri,
            secret: secret.clone(),
        };
        let url = self.issuer.sign_in_url(&request).await?;
        let kept = self.seal.close(&secret, to, self.clock.now());
        Ok(Begun { url, kept })
    }

    /// The sign-in that a browser kept, and where it leads; `None` unless it began here, a moment ago. The issuer is not
    /// asked, nor should it be asked anything for a browser that kept none.
    #[must_use]
    pub fn begun(&self, kept: &str) -> Option<(SignInSecret, ReturnTo)> {
        self.seal.open(kept, self.clock.now())
    }

    /// Ends a sign-in: whoever the issuer vouches for has a session from now on. Its secret exists in the answer and
    /// nowhere else.
    ///
    /// # Errors
    /// [`RedeemError`]; there is no session then.
    pub async fn complete(&self, redemption: &Redemption) -> Result<(PersonId, SessionSecret), RedeemError> {
        let who = self.issuer.redeem(redemption).await?;
        let secret = SessionSecret::from_bytes(self.secrets.secret());
        let session = NewSession::beginning(&secret, self.clock.now());
        let person = self.book.sign_in(who, self.ids.fresh(), session).await?;
        Ok((person, secret))
    }
}

/// Turns the secret of a session into whoever is signed in.
#[derive(Clone)]
pub struct AuthenticateSession {
    /// Where sessions are on record.
    pub book: Arc<dyn PeopleBook>,
    /// For expiry.
    pub clock: Arc<dyn Clock>,
}

impl AuthenticateSession {
    /// Who is signed in, and where they may act at this moment: a suspension counts from the next request on.
    ///
    /// # Errors
    /// [`AuthenticateError`].
    pub async fn execute(&self, secret: &SessionSecret) -> Result<Visitor, AuthenticateError> {
        let (hash, now) = (secret.hash(), self.clock.now());
        let (visitor, seen_at) = self.find(hash, now).await?;
        if now >= seen_at + SEEN_EVERY {
            self.book.session_seen(hash, now).await?;
        }
        Ok(visitor)
    }

    /// The same for a page that listens and does nothing: it does not count as a use, so that a desk that was left with
    /// its calendar open is signed out all the same.
    ///
    /// # Errors
    /// [`AuthenticateError`].
    pub async fn look(&self, secret: &SessionSecret) -> Result<Visitor, AuthenticateError> {
        let (visitor, _) = self.find(secret.hash(), self.clock.now()).await?;
        Ok(visitor)
    }

    async fn find(
        &self,
        hash: TokenHash,
        now: OffsetDateTime,
    ) -> Result<(Visitor, OffsetDateTime), AuthenticateError> {
        let session = self.book.find_session(hash).await?;
        let session = session.ok_or(AuthenticateError::Invalid)?;
        let seen_at = session.seen_at;
        let visitor = session.visitor(now).ok_or(AuthenticateError::Invalid)?;
        Ok((visitor, seen_at))
    }

    /// Signs out. Safe to repeat.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn end(&self, hash: TokenHash) -> Result<(), Outage> {
        self.book.end_session(hash, self.clock.now()).await
    }
}

/// Why a member was not changed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeMemberError {
    /// Whoever asks may not.
    #[error(transparent)]
    AboveOwnRole(#[from] AboveOwnRole),
    /// The record refuses.
    #[error(transparent)]
    Refused(#[from] MemberStepError),
}

impl From<Outage> for ChangeMemberError {
    fn from(outage: Outage) -> Self {
        Self::Refused(outage.into())
    }
}

/// Changes what members are, and whether.
#[derive(Clone)]
pub struct ChangeMembers {
    /// Where members are on record.
    pub book: Arc<dyn MemberBook>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl ChangeMembers {
    /// Everybody who belongs to the business, the longest first; at most [`crate::members::MEMBERS_MAX`].
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn list(&self, by: &Principal) -> Result<Vec<Member>, Outage> {
        self.book.members(by.tenant).await
    }

    /// A member; `None` if nobody of that id belongs to the business.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn find(&self, by: &Principal, person: PersonId) -> Result<Option<Member>, Outage> {
        self.book.member(by.tenant, person).await
    }

    /// Changes a member as seen at a version, and answers with what they are then; `None` of one who was removed.
    ///
    /// # Errors
    /// [`ChangeMemberError`]; nothing was changed then.
    pub async fn execute(
        &self,
        by: &Principal,
        person: PersonId,
        seen: i32,
        change: MemberChange,
    ) -> Result<Option<Member>, ChangeMemberError> {
        let member = self.find(by, person).await?.ok_or(MemberStepError::Unknown)?;
        if member.version != seen {
            return Err(MemberStepError::Stale.into());
        }
        may_change(by, &member, change)?;
        let step = MemberStep {
            person,
            seen,
            change,
            at: self.clock.now(),
        };
        self.book.change(by.tenant, step).await?;
        Ok(self.find(by, person).await?)
    }
}

#[cfg(test)]
mod tests;
