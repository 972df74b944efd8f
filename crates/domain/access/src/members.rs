//! Who belongs to a business, and who may change that.

use ratiba_kernel::{Id, Outage};
use time::OffsetDateTime;

use crate::person::{PersonId, Profile};
use crate::principal::{ActorKind, Principal, Role, StaffMember};

/// Members that one list has at most, suspended ones included. A business may have more: each of them is found by id.
pub const MEMBERS_MAX: usize = 500;

/// Whether a membership counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It does.
    Active,
    /// It does not, since then.
    Suspended(OffsetDateTime),
}

/// Somebody who belongs to a business, as the business sees them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub person: PersonId,
    /// As what.
    pub role: Role,
    /// As which staff member, if as one: the own day and the own earnings are theirs.
    pub staff: Option<Id<StaffMember>>,
    /// Whether it counts.
    pub standing: Standing,
    /// What they are called.
    pub profile: Profile,
    /// Since when.
    pub joined_at: OffsetDateTime,
    /// Counts the changes, from 1.
    pub version: i32,
}

impl Member {
    /// Whether the business would lose an owner who can act if this changed so.
    #[must_use]
    pub fn stops_owning(&self, change: MemberChange) -> bool {
        let owns = self.role == Role::Owner && self.standing == Standing::Active;
        owns && match change {
            MemberChange::Become { role, .. } => role != Role::Owner,
            MemberChange::Suspend | MemberChange::Remove => true,
            MemberChange::Resume => false,
        }
    }
}

/// Somebody who is to belong to a business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMember {
    /// Who.
    pub person: PersonId,
    /// As what.
    pub role: Role,
    /// As which staff member, if as one.
    pub staff: Option<Id<StaffMember>>,
    /// What they are called.
    pub profile: Profile,
    /// Since when.
    pub joined_at: OffsetDateTime,
}

/// What is changed about a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberChange {
    /// They become this.
    Become {
        /// As what.
        role: Role,
        /// As which staff member, if as one.
        staff: Option<Id<StaffMember>>,
    },
    /// They may not act any more, until they may again. It works at once.
    Suspend,
    /// They may act again.
    Resume,
    /// They do not belong to the business any more.
    Remove,
}

/// A change on its way to the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberStep {
    /// Whose membership.
    pub person: PersonId,
    /// The version that it was decided on.
    pub seen: i32,
    /// What is changed.
    pub change: MemberChange,
    /// When.
    pub at: OffsetDateTime,
}

/// What became of a newcomer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admitted {
    /// They belong to the business now.
    New,
    /// They did already, suspended or not; nothing was changed.
    Already,
    /// The staff member is not of this business.
    UnknownStaff,
}

/// Why a change was not recorded; nothing was written.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum MemberStepError {
    /// Nobody of that id belongs to the business.
    #[error("nobody of that id belongs to the business")]
    Unknown,
    /// They changed since they were read.
    #[error("the membership changed since it was read")]
    Stale,
    /// Nobody would own the business any more.
    #[error("the last owner stays: make somebody else an owner first")]
    LastOwner,
    /// The staff member is not of this business.
    #[error("there is no such staff member")]
    UnknownStaff,
    /// The record does not answer.
    #[error("the record of members is unavailable")]
    Unavailable(#[from] Outage),
}

/// Why somebody may not change this member so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AboveOwnRole {
    /// The member is more than they are.
    #[error("only somebody who is at least {} may change this member", .0.name())]
    Member(Role),
    /// The member would become more than they are.
    #[error("nobody makes somebody more than they are themselves: this needs {}", .0.name())]
    Granted(Role),
    /// The token is more than they are.
    #[error("only somebody who is at least {} may revoke this token", .0.name())]
    Token(Role),
    /// A token would make somebody more: they could mint what it may not.
    #[error("only somebody who is signed in makes a member more than they are")]
    ByToken,
}

/// Whether `by` may change `member` so: nobody changes somebody who is more, or makes anybody more than they are.
///
/// # Errors
/// [`AboveOwnRole`].
pub fn may_change(by: &Principal, member: &Member, change: MemberChange) -> Result<(), AboveOwnRole> {
    if member.role > by.role {
        return Err(AboveOwnRole::Member(member.role));
    }
    match change {
        MemberChange::Become { role, .. } if role > member.role && by.kind == ActorKind::Token => {
            Err(AboveOwnRole::ByToken)
        }
        MemberChange::Become { role, .. } => may_grant(by, role),
        MemberChange::Suspend | MemberChange::Resume | MemberChange::Remove => Ok(()),
    }
}

/// Whether `by` may make somebody this.
///
/// # Errors
/// [`AboveOwnRole::Granted`].
pub fn may_grant(by: &Principal, role: Role) -> Result<(), AboveOwnRole> {
    if role > by.role {
        Err(AboveOwnRole::Granted(role))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
