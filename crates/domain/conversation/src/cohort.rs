//! The beta cohort: who is invited to be served by the machine, and what they said to it.
//!
//! A business has so many places. Whoever is invited holds one until they decline or leave, or are taken off the list; so the
//! machine never serves more customers than the business agreed to watch.

use std::fmt;

use ratiba_kernel::{Id, PhoneNumber};
use time::OffsetDateTime;

use crate::customer::{Customer, CustomerId};

/// The identity of one invitation.
pub type InvitationId = Id<Invitation>;

/// How many places a business has that says nothing else.
pub const PLACES: u16 = 10;

/// The most places that a business can set.
pub const PLACES_MAX: u16 = 1_000;

/// The version of the invitation's text, which an answer to it is an answer to; raised whenever its meaning changes.
pub const INVITATION_VERSION: &str = "beta-2026-11";

/// The occasion of the message that invites, by which it is found; see [`crate::outgoing::OutgoingMessage::cause`].
#[must_use]
pub fn invitation_cause(id: InvitationId) -> String {
    format!("invitation:{id}")
}

/// What became of an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It was made and has no answer: it was sent, or waits to be. Holds a place.
    Invited,
    /// They agreed: the machine serves them. Holds a place.
    Joined,
    /// They said no.
    Declined,
    /// They agreed and opted out later.
    Left,
    /// The business took it back, or off the list.
    Withdrawn,
}

impl Standing {
    /// The name that rows use.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Joined => "joined",
            Self::Declined => "declined",
            Self::Left => "left",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The one of a name as [`Standing::code`] writes it.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        [
            Self::Invited,
            Self::Joined,
            Self::Declined,
            Self::Left,
            Self::Withdrawn,
        ]
        .into_iter()
        .find(|standing| standing.code() == code)
    }

    /// Whether somebody of this standing holds one of the places.
    #[must_use]
    pub const fn holds_a_place(self) -> bool {
        match self {
            Self::Invited | Self::Joined => true,
            Self::Declined | Self::Left | Self::Withdrawn => false,
        }
    }
}

/// One invitation to one customer.
#[derive(Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Ours.
    pub id: InvitationId,
    /// Who is invited.
    pub customer: CustomerId,
    /// What became of it.
    pub standing: Standing,
    /// Who invited, as their access or their admin number is named.
    pub invited_by: String,
    /// When.
    pub invited_at: OffsetDateTime,
    /// When it came to its standing; when it was made, if nothing came of it yet.
    pub standing_at: OffsetDateTime,
}

impl fmt::Debug for Invitation {
    /// Leaves out who invited, which may be a number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invitation")
            .field("id", &self.id)
            .field("customer", &self.customer)
            .field("standing", &self.standing)
            .field("invited_at", &self.invited_at)
            .field("standing_at", &self.standing_at)
            .finish_non_exhaustive()
    }
}

/// An invitation with who it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The invitation.
    pub invitation: Invitation,
    /// Who.
    pub customer: Customer,
}

/// The cohort of a business.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cohort {
    /// How many places there are.
    pub places: u16,
    /// The invitations that were not withdrawn, in the order in which they were made; one for each customer.
    pub members: Vec<Member>,
}

impl Cohort {
    /// How many places are held.
    #[must_use]
    pub fn taken(&self) -> usize {
        let held = self
            .members
            .iter()
            .filter(|member| member.invitation.standing.holds_a_place());
        held.count()
    }
}

/// What a customer's own words do to their invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CohortMove {
    /// They agree to this invitation.
    Join(InvitationId),
    /// They decline it.
    Decline(InvitationId),
    /// They leave, whether they had agreed or not answered yet.
    Leave,
}

/// Why nobody is invited.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotInvited {
    /// Every place is held.
    #[error("all {places} places of the beta are taken; take somebody off the list first")]
    Full {
        /// How many there are.
        places: u16,
    },
    /// The number is no Kenyan mobile number.
    #[error("only a Kenyan mobile number can be invited, such as +254712345678")]
    NotKenyan,
    /// The customer opted out, and only they can come back.
    #[error("this customer opted out; they can come back by writing START or ANZA to the business")]
    OptedOut,
    /// The customer said no.
    #[error("this customer declined the invitation; take them off the list if they changed their mind")]
    Declined,
    /// The channel's owner has not approved the invitation's template.
    #[error("WhatsApp has not approved the template of the invitation yet, so it cannot be sent")]
    TemplateNotApproved,
}

/// Whether somebody may be invited; `known` is what is on record of who has the number, and their last invitation that was not
/// withdrawn. Answers the invitation that stands already, which is not made twice.
///
/// # Errors
/// [`NotInvited`], without a look at the places, which only the record can count.
pub fn may_invite<'a>(
    phone: &PhoneNumber,
    known: Option<&'a (Customer, Option<Invitation>)>,
) -> Result<Option<&'a Invitation>, NotInvited> {
    if !phone.is_kenyan_mobile() {
        return Err(NotInvited::NotKenyan);
    }
    let Some((customer, invitation)) = known else {
        return Ok(None);
    };
    let standing = invitation.as_ref().map(|invitation| invitation.standing);
    match standing {
        Some(Standing::Invited | Standing::Joined) => Ok(invitation.as_ref()),
        Some(Standing::Declined) => Err(NotInvited::Declined),
        Some(Standing::Left | Standing::Withdrawn) | None if customer.opted_out_at.is_some() => {
            Err(NotInvited::OptedOut)
        }
        Some(Standing::Left | Standing::Withdrawn) | None => Ok(None),
    }
}
