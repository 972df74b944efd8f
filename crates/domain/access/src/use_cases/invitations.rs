//! Inviting people, and accepting.

use std::sync::Arc;

use ratiba_kernel::{Clock, Id, IdSource, Outage, PhoneNumber, TenantId};

use crate::invitation::{
    Acceptance, Accepted, Invitation, InvitationId, InvitationSecret, InvitationStepError, InviteOutcome,
    LASTS, NAME_MAX, NewInvitation,
};
use crate::members::{AboveOwnRole, may_grant};
use crate::person::PersonId;
use crate::ports::{InvitationBook, SecretSource};
use crate::principal::{ActorKind, Principal, Role, StaffMember};
use crate::token::OrderKey;

/// Whom to invite, and as what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationOrder {
    /// To whom the message goes.
    pub phone: PhoneNumber,
    /// What they are called; 1 to 120 characters.
    pub name: String,
    /// As what they will belong to the business.
    pub role: Role,
    /// As which staff member, if as one.
    pub staff: Option<Id<StaffMember>>,
}

/// Why nobody was invited, or an invitation was not touched.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvitationError {
    /// The name is empty or longer than 120 characters.
    #[error("a name has 1 to 120 characters")]
    BadName,
    /// A therapist without a staff member would see nobody's day.
    #[error("a therapist is a staff member: say which")]
    TherapistWithoutStaff,
    /// The staff member is not of this business.
    #[error("there is no such staff member")]
    UnknownStaff,
    /// Tokens invite nobody: whoever is invited could do what the token may not.
    #[error("inviting takes a person: a token cannot invite")]
    NotAPerson,
    /// More than whoever asks is.
    #[error(transparent)]
    AboveOwnRole(#[from] AboveOwnRole),
    /// The key came with another order before.
    #[error("the key came with another order before")]
    KeyReused,
    /// As many wait for an answer as may.
    #[error("too many invitations wait for an answer: revoke those that nobody will accept")]
    TooMany,
    /// The record refuses.
    #[error(transparent)]
    Refused(#[from] InvitationStepError),
    /// The record does not answer.
    #[error("the record of invitations is unavailable")]
    Unavailable(#[from] Outage),
}

/// Invites people to belong to businesses.
#[derive(Clone)]
pub struct WorkInvitations {
    /// Where invitations are on record.
    pub book: Arc<dyn InvitationBook>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Identities.
    pub ids: Arc<dyn IdSource>,
    /// Chance.
    pub secrets: Arc<dyn SecretSource>,
}

impl WorkInvitations {
    /// Invites somebody to the business of whoever asks, never for more than they are themselves. The same order makes one
    /// invitation, and answers with it.
    ///
    /// # Errors
    /// [`InvitationError`]; nobody is invited then.
    pub async fn invite(
        &self,
        by: &Principal,
        key: OrderKey,
        order: InvitationOrder,
    ) -> Result<Invitation, InvitationError> {
        as_person(by)?;
        may_grant(by, order.role)?;
        let new = self.make(order, Some(by.name.clone()), Some(key))?;
        self.record(by.tenant, new).await
    }

    /// Invites somebody as the operator does. Asking twice makes two.
    ///
    /// # Errors
    /// [`InvitationError`]; nobody is invited then.
    pub async fn by_operator(
        &self,
        tenant: TenantId,
        order: InvitationOrder,
    ) -> Result<Invitation, InvitationError> {
        let new = self.make(order, None, None)?;
        self.record(tenant, new).await
    }

    /// An invitation as it would be put on record; nothing is yet.
    ///
    /// # Errors
    /// [`InvitationError::BadName`], [`InvitationError::TherapistWithoutStaff`].
    pub fn make(
        &self,
        order: InvitationOrder,
        invited_by: Option<String>,
        key: Option<OrderKey>,
    ) -> Result<NewInvitation, InvitationError> {
        let now = self.clock.now();
        let name = order.name.trim();
        let fits = (1..=NAME_MAX).contains(&name.chars().count()) && !name.chars().any(char::is_control);
        if !fits {
            return Err(InvitationError::BadName);
        }
        if order.role == Role::Therapist && order.staff.is_none() {
            return Err(InvitationError::TherapistWithoutStaff);
        }
        Ok(NewInvitation {
            id: self.ids.fresh(),
            phone: order.phone,
            name: name.to_owned(),
            role: order.role,
            staff: order.staff,
            invited_by,
            invited_at: now,
            expires_at: now + LASTS,
            order: key,
        })
    }

    async fn record(&self, tenant: TenantId, new: NewInvitation) -> Result<Invitation, InvitationError> {
        let id = new.id;
        let id = match self.book.invite(tenant, new).await? {
            InviteOutcome::Invited => id,
            InviteOutcome::Before(id) => id,
            InviteOutcome::OtherOrder => return Err(InvitationError::KeyReused),
            InviteOutcome::UnknownStaff => return Err(InvitationError::UnknownStaff),
            InviteOutcome::TooMany => return Err(InvitationError::TooMany),
        };
        self.find(tenant, id).await
    }

    async fn find(&self, tenant: TenantId, id: InvitationId) -> Result<Invitation, InvitationError> {
        let found = self.book.invitation(tenant, id).await?;
        found.ok_or_else(|| InvitationStepError::Unknown.into())
    }

    /// The business's invitations, the newest first: at most so many, made before one of them.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn list(
        &self,
        by: &Principal,
        before: Option<InvitationId>,
        most: u16,
    ) -> Result<Vec<Invitation>, Outage> {
        self.book.invitations(by.tenant, before, most).await
    }

    /// Sends an invitation once more, which can be accepted for a week from now on.
    ///
    /// # Errors
    /// [`InvitationError`]; nothing was changed then.
    pub async fn resend(
        &self,
        by: &Principal,
        id: InvitationId,
        seen: i32,
    ) -> Result<Invitation, InvitationError> {
        let invitation = self.find(by.tenant, id).await?;
        as_person(by)?;
        may_grant(by, invitation.role)?;
        self.book.resend(by.tenant, id, seen, self.clock.now()).await?;
        self.find(by.tenant, id).await
    }

    /// Takes an invitation back: it opens nothing any more. Twice is once.
    ///
    /// # Errors
    /// [`InvitationError`]; nothing was changed then.
    pub async fn revoke(&self, by: &Principal, id: InvitationId) -> Result<(), InvitationError> {
        let invitation = self.find(by.tenant, id).await?;
        may_grant(by, invitation.role)?;
        Ok(self.book.revoke(by.tenant, id, self.clock.now()).await?)
    }

    /// A new secret for a message that leaves now; `None` if the invitation does not stand any more. Its text exists in the
    /// answer and nowhere else. Those of earlier messages keep their worth.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn secret(
        &self,
        tenant: TenantId,
        id: InvitationId,
    ) -> Result<Option<InvitationSecret>, Outage> {
        let secret = InvitationSecret::from_bytes(self.secrets.secret());
        let stands = self
            .book
            .add_secret(tenant, id, secret.hash(), self.clock.now())
            .await?;
        Ok(stands.then_some(secret))
    }

    /// Makes whoever is signed in a member by the secret that they bring; what is no secret opens nothing. Safe to repeat.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn accept(&self, person: PersonId, brought: &str) -> Result<Accepted, Outage> {
        let Some(secret) = InvitationSecret::parse(brought) else {
            return Ok(Accepted::Invalid);
        };
        let acceptance = Acceptance {
            hash: secret.hash(),
            person,
            at: self.clock.now(),
        };
        self.book.accept(acceptance).await
    }
}

const fn as_person(by: &Principal) -> Result<(), InvitationError> {
    match by.kind {
        ActorKind::Person => Ok(()),
        ActorKind::Token => Err(InvitationError::NotAPerson),
    }
}

#[cfg(test)]
mod tests;
