//! Invitations: somebody is asked to belong to a business, and does once they have signed in and brought the secret that was
//! sent to them.

use std::fmt;

use ratiba_kernel::{Id, Outage, PhoneNumber, TenantId, TokenHash};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::person::PersonId;
use crate::principal::{Role, StaffMember};
use crate::random_text::RandomText;
use crate::token::OrderKey;

/// Marks ids of invitations.
#[derive(Debug)]
pub enum InvitationMark {}

/// The identity of an invitation; says nothing about its secrets.
pub type InvitationId = Id<InvitationMark>;

/// How long an invitation can be accepted after it was made or sent again.
pub const LASTS: Duration = Duration::days(7);

/// Invitations of one business that wait for an answer at most.
pub const OPEN_MAX: i64 = 100;

/// How often one invitation is sent at most: a number that is nobody's colleague is left in peace.
pub const SENDS_MAX: i32 = 5;

/// The longest name, in characters.
pub const NAME_MAX: usize = 120;

/// A secret that accepts an invitation: 64 hexadecimal digits. `Debug` says nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct InvitationSecret(RandomText);

impl InvitationSecret {
    /// A secret of 32 random bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(RandomText::from_bytes(bytes))
    }

    /// Reads what somebody brings; `None` unless the form is right.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        RandomText::parse(text).map(Self)
    }

    /// What is stored and compared.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(self.0.as_str())
    }

    /// The text, for the message.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Debug for InvitationSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InvitationSecret(…)")
    }
}

/// What became of an invitation so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nothing yet. Whether it still can be accepted is a question of the time.
    Open,
    /// Somebody belongs to the business by it.
    Accepted {
        /// Who.
        by: PersonId,
        /// When.
        at: OffsetDateTime,
    },
    /// It was taken back, at that time.
    Revoked(OffsetDateTime),
}

/// An invitation as it is on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Its identity.
    pub id: InvitationId,
    /// To whom it goes.
    pub phone: PhoneNumber,
    /// What they are called until they sign in again.
    pub name: String,
    /// As what they will belong to the business.
    pub role: Role,
    /// As which staff member, if as one.
    pub staff: Option<Id<StaffMember>>,
    /// Who invites, as records name them; nobody if the operator does.
    pub invited_by: Option<String>,
    /// Since when.
    pub invited_at: OffsetDateTime,
    /// Until when it can be accepted.
    pub expires_at: OffsetDateTime,
    /// How often a message was ordered, from 1.
    pub sends: i32,
    /// What became of it.
    pub answer: Answer,
    /// Counts the changes, from 1.
    pub version: i32,
}

impl Invitation {
    /// Whether it can be accepted at this time.
    #[must_use]
    pub fn stands(&self, now: OffsetDateTime) -> bool {
        self.answer == Answer::Open && now < self.expires_at
    }
}

/// An invitation to be put on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewInvitation {
    /// Its identity.
    pub id: InvitationId,
    /// To whom it goes.
    pub phone: PhoneNumber,
    /// What they are called; 1 to 120 characters.
    pub name: String,
    /// As what they will belong to the business.
    pub role: Role,
    /// As which staff member; a therapist is one.
    pub staff: Option<Id<StaffMember>>,
    /// Who invites, as records name them; nobody if the operator does.
    pub invited_by: Option<String>,
    /// Since when.
    pub invited_at: OffsetDateTime,
    /// Until when it can be accepted.
    pub expires_at: OffsetDateTime,
    /// By which order; of the operator's there is none.
    pub order: Option<OrderKey>,
}

/// What became of an order to invite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InviteOutcome {
    /// It is on record, and its message is ordered.
    Invited,
    /// The order was carried out before, by this invitation.
    Before(InvitationId),
    /// The key came with another order before.
    OtherOrder,
    /// The staff member is not of this business.
    UnknownStaff,
    /// [`OPEN_MAX`] wait for an answer already.
    TooMany,
}

/// Why an invitation was not sent again or taken back; nothing was written.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvitationStepError {
    /// The business has none of that id.
    #[error("there is no such invitation")]
    Unknown,
    /// It changed since it was read.
    #[error("the invitation changed since it was read")]
    Stale,
    /// It was accepted or taken back.
    #[error("the invitation was accepted or taken back")]
    Answered,
    /// It was sent [`SENDS_MAX`] times.
    #[error("the invitation was sent {SENDS_MAX} times already: revoke it and make sure of the number")]
    SentOften,
    /// The record does not answer.
    #[error("the record of invitations is unavailable")]
    Unavailable(#[from] Outage),
}

/// Somebody who is signed in brings a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acceptance {
    /// The hash of the secret.
    pub hash: TokenHash,
    /// Who brings it.
    pub person: PersonId,
    /// When.
    pub at: OffsetDateTime,
}

/// What became of a secret that somebody brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// They belong to this business, as this, by this invitation: now, or since they brought it before.
    Joined {
        /// Which.
        tenant: TenantId,
        /// As what.
        role: Role,
        /// As which staff member, if as one.
        staff: Option<Id<StaffMember>>,
    },
    /// They belong to the business by other means; the invitation still stands, for somebody else.
    Already,
    /// It opens nothing: unknown, expired, taken back, used by somebody else, of a business that is closed, or made by
    /// somebody who by now may not invite as much. Which of them is not told.
    Invalid,
}

/// Work of this domain that falls due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum AccessTask {
    /// Queue the message of an invitation.
    TellInvited {
        /// Which.
        invitation: InvitationId,
        /// Its how manieth message it is, from 1.
        send: i32,
    },
}

impl AccessTask {
    /// The kind of job that does this work.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::TellInvited { .. } => "access.tell_invited",
        }
    }
}
