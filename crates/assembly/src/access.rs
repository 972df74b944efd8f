//! Who comes in, and who belongs to a business.

use std::sync::Arc;

use ratiba_access::feature::Features;
use ratiba_access::use_cases::{AuthenticateSession, ChangeMembers, SignInPeople, WorkInvitations};
use ratiba_access::{MemberBook, PeopleBook};

pub use crate::settings::Origin;

/// Everything about people's access. Tokens of machines are beside it, in [`crate::Parts`].
#[derive(Clone)]
pub struct Access {
    /// Signs people in; none where no issuer is set up.
    pub sign_in: Option<SignInPeople>,
    /// Sessions.
    pub sessions: AuthenticateSession,
    /// What people are called, and by which businesses.
    pub people: Arc<dyn PeopleBook>,
    /// Who belongs to a business.
    pub members: Arc<dyn MemberBook>,
    /// Changes who belongs to a business.
    pub change_members: ChangeMembers,
    /// What is switched on.
    pub features: Features,
    /// Invites people to businesses.
    pub invitations: WorkInvitations,
    /// Who vouches for people, as its tokens name it, if there is one.
    pub issuer: Option<String>,
    /// Which pages may call with a cookie.
    pub pages: Pages,
}

/// The pages whose calls count as those of the person at the browser.
#[derive(Clone, Debug)]
pub struct Pages {
    /// This instance's own origin.
    pub own: Origin,
    /// Others that the operator trusts.
    pub others: Vec<Origin>,
}

impl Pages {
    /// Whether a call of a page of this origin counts.
    #[must_use]
    pub fn trust(&self, origin: &str) -> bool {
        let mut all = std::iter::once(&self.own).chain(&self.others);
        all.any(|page| page.as_str() == origin)
    }

    /// Whether browsers reach this instance by TLS.
    #[must_use]
    pub fn are_under_tls(&self) -> bool {
        self.own.as_str().starts_with("https://")
    }

    /// Whether cookies are for TLS alone: everywhere but on a laptop's loopback.
    #[must_use]
    pub fn need_tls(&self) -> bool {
        !self.own.is_plain_loopback()
    }
}
