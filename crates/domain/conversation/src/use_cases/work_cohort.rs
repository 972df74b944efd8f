//! Who is invited to the beta cohort: the list, inviting somebody, taking somebody off.

use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, Outage, PhoneNumber, TenantId};
use time::OffsetDateTime;

use super::TRIES_MAX;
use crate::channel::Channel;
use crate::cohort::{
    Cohort, Invitation, InvitationId, Member, NotInvited, Standing, invitation_cause, may_invite,
};
use crate::customer::{Customer, clean_name};
use crate::hear::token;
use crate::machine::Meaning;
use crate::outgoing::{Content, Draft, MessageId, OutgoingMessage, Purpose, Recipient};
use crate::ports::{
    BusinessProfile, CohortBook, InviteError, NewInvitation, TemplateRegister, TemplateStanding,
};
use crate::templates::{self, TemplateName};
use crate::texts::Tongue;

/// Works on the list of the beta cohort.
pub struct WorkCohort {
    /// The record of who is invited.
    pub book: Arc<dyn CohortBook>,
    /// The business about itself.
    pub profile: Arc<dyn BusinessProfile>,
    /// The register of templates.
    pub templates: Arc<dyn TemplateRegister>,
    /// The business's time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

/// Somebody who is invited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invited {
    /// Who, and what became of it.
    pub member: Member,
    /// Whether the invitation was made now; else it stood already, and nothing was sent.
    pub new: bool,
}

/// Why nobody was invited.
#[derive(Debug, thiserror::Error)]
pub enum WorkCohortError {
    /// The rules do not let it.
    #[error(transparent)]
    Refused(#[from] NotInvited),
    /// Something that this needs did not answer. It may be repeated.
    #[error("the cohort could not be worked on")]
    Unavailable(#[from] Outage),
}

impl WorkCohort {
    /// The places and who was invited.
    ///
    /// # Errors
    /// [`Outage`] if the record did not answer.
    #[tracing::instrument(name = "conversation.list_cohort", skip_all)]
    pub async fn list(&self, tenant: TenantId) -> Result<Cohort, Outage> {
        self.book.cohort(tenant).await
    }

    /// Invites whoever has this number, by the template in their language. Whoever is invited already is not invited again:
    /// safe to repeat.
    ///
    /// # Errors
    /// [`WorkCohortError`]; nobody is invited then.
    #[tracing::instrument(name = "conversation.invite", skip_all)]
    pub async fn invite(
        &self,
        tenant: TenantId,
        phone: &PhoneNumber,
        name: Option<&str>,
        by: &str,
    ) -> Result<Invited, WorkCohortError> {
        for _ in 0..TRIES_MAX {
            let now = self.clock.now();
            let known = self.book.invited(tenant, phone).await?;
            if let Some(stands) = may_invite(phone, known.as_ref())? {
                let invitation = stands.clone();
                if let Some((customer, _)) = known {
                    let member = Member { invitation, customer };
                    return Ok(Invited { member, new: false });
                }
            }
            let customer = self.customer(known.map(|(customer, _)| customer), phone, name, now);
            let order = self.order(tenant, customer, by, now).await?;
            let member = Member {
                invitation: order.invitation.clone(),
                customer: order.customer.clone(),
            };
            match self.book.invite(tenant, order).await {
                Ok(()) => return Ok(Invited { member, new: true }),
                Err(InviteError::Full { places }) => return Err(NotInvited::Full { places }.into()),
                Err(InviteError::Stale) => {}
                Err(InviteError::Unavailable(outage)) => return Err(outage.into()),
            }
        }
        Err(Outage::new("the cohort kept moving on while somebody was invited").into())
    }

    /// Takes an invitation back or somebody off the list; their place is free then. What they booked stays, and an invitation
    /// that waits to be sent is not sent any more. `None` if there never was such an invitation. Safe to repeat.
    ///
    /// # Errors
    /// [`Outage`] if the record did not answer.
    #[tracing::instrument(name = "conversation.withdraw_invitation", skip_all, fields(invitation.id = %id))]
    pub async fn withdraw(&self, tenant: TenantId, id: InvitationId) -> Result<Option<Member>, Outage> {
        self.book.withdraw(tenant, id, self.clock.now()).await
    }

    /// The customer as on record, or new; a name is taken where none is known.
    fn customer(
        &self,
        known: Option<Customer>,
        phone: &PhoneNumber,
        name: Option<&str>,
        now: OffsetDateTime,
    ) -> Customer {
        let mut customer = known.unwrap_or_else(|| Customer {
            id: self.ids.fresh(),
            phone: Some(phone.clone()),
            user_id: None,
            name: None,
            language: None,
            in_cohort: false,
            invitation: None,
            opted_out_at: None,
            created_at: now,
        });
        if customer.name.is_none() {
            customer.name = name.and_then(clean_name);
        }
        customer
    }

    async fn order(
        &self,
        tenant: TenantId,
        mut customer: Customer,
        by: &str,
        now: OffsetDateTime,
    ) -> Result<NewInvitation, WorkCohortError> {
        let id: InvitationId = self.ids.fresh();
        let message: MessageId = self.ids.fresh();
        let business = self.profile.profile(tenant).await?.business_name;
        let tongue = customer.language.map_or(Tongue::Swahili, Tongue::from);
        let answer = |joins| {
            let meaning = Meaning::Invitation {
                invitation: id,
                joins,
            };
            token(message, 0, &meaning)
        };
        let call = templates::call(
            TemplateName::CohortInvitation,
            tongue,
            &[&business],
            vec![answer(true), answer(false)],
        );
        let call = call.map_err(Outage::new)?;
        match self.templates.standing(tenant, &call).await? {
            TemplateStanding::Approved => {}
            TemplateStanding::NotUsable => return Err(NotInvited::TemplateNotApproved.into()),
        }
        customer.invitation = Some(id);
        let draft = Draft {
            thread: None,
            channel: Channel::Whatsapp,
            recipient: Recipient::Customer(customer.id),
            about: None,
            purpose: Purpose::Marketing,
            content: Content::Template(call),
            fallback: None,
            cause: invitation_cause(id),
        };
        Ok(NewInvitation {
            invitation: Invitation {
                id,
                customer: customer.id,
                standing: Standing::Invited,
                invited_by: by.to_owned(),
                invited_at: now,
                standing_at: now,
            },
            customer,
            message: OutgoingMessage::queued(message, draft, now),
        })
    }
}

#[cfg(test)]
mod tests;
