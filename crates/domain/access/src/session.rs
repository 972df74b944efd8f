//! Sessions of people, and in which of their businesses they act.

use std::fmt;

use ratiba_kernel::{Id, TenantId, TokenHash};
use time::{Duration, OffsetDateTime};

use crate::person::PersonId;
use crate::principal::{ActorKind, Principal, Role, Scope, StaffMember};
use crate::random_text::RandomText;

/// How long a session lasts, however much it is used.
pub const LASTS: Duration = Duration::days(7);
/// How long it lasts unused: a night at a desk that nobody locked ends it.
pub const IDLE: Duration = Duration::hours(12);
/// How exactly its last use is kept: a look at it is no write more often than this.
pub const SEEN_EVERY: Duration = Duration::MINUTE;

/// The secret of a session as its cookie carries it: 64 hexadecimal digits. `Debug` says nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionSecret(RandomText);

impl SessionSecret {
    /// A secret of 32 random bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(RandomText::from_bytes(bytes))
    }

    /// Reads what a cookie carries; `None` unless the form is right.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        RandomText::parse(text).map(Self)
    }

    /// What is stored and compared.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(self.0.as_str())
    }

    /// The text, for the cookie.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Debug for SessionSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionSecret(…)")
    }
}

/// A session to be put on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSession {
    /// The hash of its secret.
    pub hash: TokenHash,
    /// When it begins.
    pub created_at: OffsetDateTime,
    /// When it ends at the latest.
    pub expires_at: OffsetDateTime,
}

impl NewSession {
    /// A session that begins now.
    #[must_use]
    pub fn beginning(secret: &SessionSecret, now: OffsetDateTime) -> Self {
        Self {
            hash: secret.hash(),
            created_at: now,
            expires_at: now + LASTS,
        }
    }
}

/// A session as it is on record, with the memberships that count at this moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Whose it is.
    pub person: PersonId,
    /// When it ends at the latest.
    pub expires_at: OffsetDateTime,
    /// When it was last used, to the minute.
    pub seen_at: OffsetDateTime,
    /// When it was ended, if it was.
    pub ended_at: Option<OffsetDateTime>,
    /// Where the person may act: memberships that are not suspended, in businesses that are open; by business.
    pub memberships: Vec<Membership>,
}

/// Where somebody may act, and as what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The business.
    pub tenant: TenantId,
    /// As what.
    pub role: Role,
    /// As which staff member, if as one.
    pub staff: Option<Id<StaffMember>>,
}

impl Session {
    /// The person behind it; `None` once it was ended, has expired, or was not used for [`IDLE`].
    #[must_use]
    pub fn visitor(self, now: OffsetDateTime) -> Option<Visitor> {
        let alive = self.ended_at.is_none() && now < self.expires_at && now < self.seen_at + IDLE;
        alive.then_some(Visitor {
            person: self.person,
            memberships: self.memberships,
        })
    }
}

/// Somebody who is signed in, before it is known in which business they act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visitor {
    /// Who.
    pub person: PersonId,
    /// Where they may act.
    pub memberships: Vec<Membership>,
}

/// Why it is not clear in which business somebody acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoTenant {
    /// They belong to several and named none.
    #[error("you belong to several businesses: name one in Ratiba-Tenant")]
    Required,
    /// They named one that is not theirs, or not any more, or that nobody knows.
    #[error("no such business is yours")]
    Unknown,
    /// They belong to none.
    #[error("you belong to no business")]
    Nowhere,
}

impl Visitor {
    /// The one who acts, in the business that was named, or in the only one.
    ///
    /// # Errors
    /// [`NoTenant`].
    pub fn act(&self, named: Option<&str>) -> Result<Principal, NoTenant> {
        let membership = match (named, self.memberships.as_slice()) {
            (Some(named), memberships) => memberships
                .iter()
                .find(|membership| named.parse() == Ok(membership.tenant))
                .ok_or(NoTenant::Unknown)?,
            (None, [only]) => only,
            (None, []) => return Err(NoTenant::Nowhere),
            (None, _several) => return Err(NoTenant::Required),
        };
        Ok(Principal {
            tenant: membership.tenant,
            role: membership.role,
            scopes: Scope::ALL
                .into_iter()
                .filter(|scope| membership.role.allows(*scope))
                .collect(),
            staff: membership.staff,
            kind: ActorKind::Person,
            subject: self.person.as_uuid(),
            name: format!("person:{}", self.person),
        })
    }
}

#[cfg(test)]
mod tests;
