//! Invitations on their way: access makes them, conversation tells of them, and the address that accepts one comes into
//! being in the moment in which its message leaves. So it stands in no row, no job and no log.

use std::sync::Arc;

use async_trait::async_trait;
use ratiba_access::Role;
use ratiba_access::invitation::{AccessTask, Answer, Invitation};
use ratiba_access::use_cases::WorkInvitations;
use ratiba_conversation::channel::Address;
use ratiba_conversation::outgoing::{
    Content, MessageId, OutgoingMessage, SendAnswer, SendRefusal, SendState, StatusKind,
};
use ratiba_conversation::ports::ClientMessenger;
use ratiba_conversation::use_cases::{
    InvitedToTeam, TeamRole, invitation_cause, invitation_in, with_address,
};
use ratiba_kernel::{Id, Outage, TenantId};
use time::Duration;
use uuid::Uuid;

use crate::Parts;

/// The page on which invitations are accepted.
#[must_use]
pub fn join_page(public_url: &str) -> String {
    format!("{public_url}/auth/join")
}

/// How far the newest message of an invitation came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvitationDelivery {
    /// It has not left yet.
    Waiting,
    /// WhatsApp took it.
    Sent,
    /// It reached the phone.
    Delivered,
    /// It was opened.
    Read,
    /// Nobody knows whether it left.
    Unknown,
    /// It did not reach anybody.
    Failed {
        /// Why, in a word that the runbook explains; WhatsApp's code where it has one.
        reason: String,
    },
}

impl InvitationDelivery {
    fn of(message: &OutgoingMessage) -> Self {
        match &message.state {
            SendState::Queued { .. } | SendState::Sending { .. } => Self::Waiting,
            SendState::Sent { .. } => match message.delivery.reached {
                Some(StatusKind::Delivered) => Self::Delivered,
                Some(StatusKind::Read | StatusKind::Played) => Self::Read,
                Some(StatusKind::Sent) | None => Self::Sent,
            },
            SendState::Unknown { .. } | SendState::Abandoned { .. } => Self::Unknown,
            SendState::Refused { reason, .. } => Self::Failed {
                reason: reason.clone(),
            },
        }
    }
}

impl Parts {
    /// How far the newest message of an invitation came that nobody has answered.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn invitation_delivery(
        &self,
        tenant: TenantId,
        invitation: &Invitation,
    ) -> Result<Option<InvitationDelivery>, Outage> {
        match invitation.answer {
            Answer::Accepted { .. } | Answer::Revoked(_) => return Ok(None),
            Answer::Open => {}
        }
        let cause = invitation_cause(invitation.id.as_uuid(), invitation.sends);
        let message = self.conversation.send.book.by_cause(tenant, &cause).await?;
        // Its job runs in a moment.
        let known = message.as_ref().map(InvitationDelivery::of);
        Ok(Some(known.unwrap_or(InvitationDelivery::Waiting)))
    }

    /// Does work of access that fell due. Safe to repeat.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn access_task(&self, tenant: TenantId, task: AccessTask) -> Result<(), Outage> {
        let AccessTask::TellInvited { invitation, send } = task;
        let found = self
            .access
            .invitations
            .book
            .invitation(tenant, invitation)
            .await?;
        let Some(invitation) = found.filter(|one| one.stands(self.clock.now())) else {
            return Ok(());
        };
        let invited = InvitedToTeam {
            invitation: invitation.id.as_uuid(),
            send,
            phone: invitation.phone,
            role: team_role(invitation.role),
            expires_at: invitation.expires_at,
        };
        self.conversation.tell_invited.execute(tenant, &invited).await
    }
}

const fn team_role(role: Role) -> TeamRole {
    match role {
        Role::Therapist => TeamRole::Therapist,
        Role::Receptionist => TeamRole::Receptionist,
        Role::Manager => TeamRole::Manager,
        Role::Owner => TeamRole::Owner,
    }
}

/// Hands messages over, invitations with the address that accepts them.
pub(crate) struct WithInvitations {
    /// Who hands them over.
    pub messenger: Arc<dyn ClientMessenger>,
    /// Who makes secrets.
    pub invitations: WorkInvitations,
    /// The page that takes a secret, which no server sees: it is the fragment.
    pub page: String,
}

/// No provider has these codes: the message was not handed to one.
const NOT_HANDED_OVER: i64 = 0;

impl WithInvitations {
    /// The message with the address.
    async fn with_address(
        &self,
        tenant: TenantId,
        content: &Content,
        id: Uuid,
    ) -> Result<Content, SendRefusal> {
        let later = |outage: &Outage| {
            tracing::error!(error = %outage, "an invitation has no address yet");
            SendRefusal::RetryLater {
                code: NOT_HANDED_OVER,
                after: Duration::MINUTE,
            }
        };
        let secret = self.invitations.secret(tenant, Id::from_uuid(id)).await;
        // Taken back, accepted or expired since the message was queued.
        let secret = secret
            .map_err(|outage| later(&outage))?
            .ok_or(SendRefusal::Withdrawn)?;
        let address = format!("{}#{}", self.page, secret.reveal());
        with_address(content, &address).map_err(|outage| later(&outage))
    }
}

#[async_trait]
impl ClientMessenger for WithInvitations {
    async fn send(
        &self,
        tenant: TenantId,
        to: &Address,
        content: &Content,
        reference: MessageId,
    ) -> SendAnswer {
        let Some(id) = invitation_in(content) else {
            return self.messenger.send(tenant, to, content, reference).await;
        };
        match self.with_address(tenant, content, id).await {
            Ok(content) => self.messenger.send(tenant, to, &content, reference).await,
            Err(refusal) => SendAnswer::Refused(refusal),
        }
    }

    async fn mark_read(&self, tenant: TenantId, provider_id: &str) {
        self.messenger.mark_read(tenant, provider_id).await;
    }
}
