//! Tells somebody who is invited to belong to a business's team.

use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, Outage, PhoneNumber, TenantId};
use time::OffsetDateTime;
use uuid::Uuid;

use super::sender;
use crate::channel::{Address, Channel};
use crate::outgoing::{Content, Draft, OutgoingMessage, Purpose, Recipient, TemplateCall};
use crate::ports::{BusinessProfile, Change, RecordError, TemplateRegister, TemplateStanding, ThreadBook};
use crate::templates::{self, TemplateName};
use crate::texts::{Tongue, format_date};

/// What somebody is invited to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TeamRole {
    /// Renders services.
    Therapist,
    /// Runs the front desk.
    Receptionist,
    /// Runs the business.
    Manager,
    /// Owns it.
    Owner,
}

impl TeamRole {
    const fn in_words(self, tongue: Tongue) -> &'static str {
        match (self, tongue) {
            (Self::Therapist, Tongue::English) => "therapist",
            (Self::Therapist, Tongue::Swahili) => "mtoa huduma",
            (Self::Receptionist, Tongue::English) => "receptionist",
            (Self::Receptionist, Tongue::Swahili) => "mpokezi",
            (Self::Manager, Tongue::English) => "manager",
            (Self::Manager, Tongue::Swahili) => "meneja",
            (Self::Owner, Tongue::English) => "owner",
            (Self::Owner, Tongue::Swahili) => "mmiliki",
        }
    }
}

/// Somebody who is invited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitedToTeam {
    /// The invitation.
    pub invitation: Uuid,
    /// Its how manieth message this is: each is queued once.
    pub send: i32,
    /// Where they are written to.
    pub phone: PhoneNumber,
    /// As what they will belong to the team.
    pub role: TeamRole,
    /// Until when they can accept.
    pub expires_at: OffsetDateTime,
}

/// Queues messages to people who are invited.
///
/// The address that accepts the invitation is no part of what is queued, since whoever reads it can accept: the invitation's id
/// stands in its place, and whoever hands the message over replaces it by a fresh address.
pub struct TellInvited {
    /// The record of conversations.
    pub book: Arc<dyn ThreadBook>,
    /// The business about itself.
    pub profile: Arc<dyn BusinessProfile>,
    /// The register of templates.
    pub templates: Arc<dyn TemplateRegister>,
    /// The business's time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl TellInvited {
    /// Whether this business can send invitations: the template is approved in the language of its people.
    ///
    /// # Errors
    /// [`Outage`] if the register does not answer.
    pub async fn is_ready(&self, tenant: TenantId) -> Result<bool, Outage> {
        let profile = self.profile.profile(tenant).await?;
        let tongue = Tongue::from(profile.owners_language);
        let example = templates::text(TemplateName::TeamInvitation, tongue).examples;
        let call = templates::call(TemplateName::TeamInvitation, tongue, example, Vec::new());
        let standing = self
            .templates
            .standing(tenant, &call.map_err(Outage::new)?)
            .await?;
        Ok(match standing {
            TemplateStanding::Approved => true,
            TemplateStanding::NotUsable => false,
        })
    }

    /// Queues the message: in the language in which they last wrote to the business, if the template is approved in that, else
    /// in that of the business's people. Telling again of the same sending tells nobody anything.
    ///
    /// # Errors
    /// [`Outage`] if something that this needs does not answer; nothing is queued then.
    #[tracing::instrument(name = "conversation.tell_invited", skip_all, fields(invitation.id = %invited.invitation))]
    pub async fn execute(&self, tenant: TenantId, invited: &InvitedToTeam) -> Result<(), Outage> {
        let now = self.clock.now();
        let call = self.call(tenant, invited).await?;
        let draft = Draft {
            thread: None,
            channel: Channel::Whatsapp,
            recipient: Recipient::Business(Address::of_phone(invited.phone.clone())),
            about: None,
            purpose: Purpose::News,
            content: Content::Template(call),
            fallback: None,
            cause: cause_of(invited.invitation, invited.send),
        };
        let mut change = Change::at(now);
        change
            .messages
            .push(OutgoingMessage::queued(self.ids.fresh(), draft, now));
        match self.book.record(tenant, change).await {
            Ok(()) | Err(RecordError::AlreadyHandled) => Ok(()),
            Err(RecordError::Stale) => Err(Outage::new("nothing that could be stale was recorded")),
            Err(RecordError::Unavailable(outage)) => Err(outage),
        }
    }

    async fn call(&self, tenant: TenantId, invited: &InvitedToTeam) -> Result<TemplateCall, Outage> {
        let profile = self.profile.profile(tenant).await?;
        let of_business = Tongue::from(profile.owners_language);
        let call = |tongue: Tongue| {
            let until = format_date(profile.zone.local(invited.expires_at).date(), tongue);
            let (role, id) = (invited.role.in_words(tongue), invited.invitation.to_string());
            let parameters = [profile.business_name.as_str(), role, &until, &id];
            templates::call(TemplateName::TeamInvitation, tongue, &parameters, Vec::new())
                .map_err(Outage::new)
        };
        let theirs = sender::language_of(self.book.as_ref(), tenant, &invited.phone).await?;
        let theirs = theirs.map(Tongue::from).filter(|tongue| *tongue != of_business);
        if let Some(tongue) = theirs {
            let call = call(tongue)?;
            if self.templates.standing(tenant, &call).await? == TemplateStanding::Approved {
                return Ok(call);
            }
        }
        call(of_business)
    }
}

/// Names the occasion of an invitation's how manieth message, by which it is found again.
#[must_use]
pub fn cause_of(invitation: Uuid, send: i32) -> String {
    format!("team_invitation:{invitation}:{send}")
}

/// The invitation whose address a message is to carry; `None` of every other message.
#[must_use]
pub fn invitation_in(content: &Content) -> Option<Uuid> {
    let Content::Template(call) = content else {
        return None;
    };
    if call.name() != TemplateName::TeamInvitation.code() {
        return None;
    }
    call.parameters().last().and_then(|id| id.parse().ok())
}

/// The message with the address in its place.
///
/// # Errors
/// [`Outage`] if the address does not fit into a template.
pub fn with_address(content: &Content, address: &str) -> Result<Content, Outage> {
    let Content::Template(call) = content else {
        return Ok(content.clone());
    };
    let mut parameters = call.parameters().to_vec();
    if let Some(last) = parameters.last_mut() {
        address.clone_into(last);
    }
    let call = TemplateCall::new(
        call.name(),
        call.language_code(),
        parameters,
        call.payloads().to_vec(),
    );
    Ok(Content::Template(call.map_err(Outage::new)?))
}

#[cfg(test)]
mod tests;
