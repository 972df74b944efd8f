//! Personal access tokens: shown once, stored as a hash.

use std::collections::BTreeSet;
use std::fmt;

use ratiba_kernel::{Fingerprint, Id, TenantId, TokenHash};
use time::{Duration, OffsetDateTime};

use crate::principal::{ActorKind, Principal, Role, Scope, StaffMember};

/// Marks ids of tokens.
#[derive(Debug)]
pub enum Token {}

/// The identity of a token; says nothing about its secret.
pub type TokenId = Id<Token>;

/// What every token begins with, so that a leaked one is recognised.
pub const PREFIX: &str = "rtb_";

/// A token as somebody presents it: `rtb_` and 64 hexadecimal digits. `Debug` says nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct PresentedToken(String);

/// A person has at most so many tokens that are neither revoked nor over.
pub const LIVE_TOKENS_MAX: usize = 50;

/// The text is not a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a personal access token")]
pub struct NotAToken;

impl PresentedToken {
    /// Reads a token.
    ///
    /// # Errors
    /// [`NotAToken`] unless the form is right; says nothing about whether it was ever minted.
    pub fn parse(text: &str) -> Result<Self, NotAToken> {
        let digits = text.strip_prefix(PREFIX).ok_or(NotAToken)?;
        let right = digits.len() == 64
            && digits
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if right {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAToken)
        }
    }

    /// A token of 32 random bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(format!("{PREFIX}{}", hex::encode(bytes)))
    }

    /// What is stored and compared.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(&self.0)
    }

    /// The text, to be shown to its owner once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PresentedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PresentedToken(rtb_…)")
    }
}

/// By which order something was made: sent again, the same order makes nothing new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderKey {
    /// The key that came with it, 1 to 100 characters.
    pub key: String,
    /// What was asked for.
    pub print: Fingerprint,
}

/// A token to be minted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// Its identity.
    pub id: TokenId,
    /// The hash of its secret.
    pub hash: TokenHash,
    /// What it is for, in its owner's words; 1 to 80 characters.
    pub name: String,
    /// As what it acts.
    pub role: Role,
    /// For which therapist, if for one.
    pub staff: Option<Id<StaffMember>>,
    /// What it may do.
    pub scopes: BTreeSet<Scope>,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it ends, if it does.
    pub expires_at: Option<OffsetDateTime>,
    /// Who minted it, as records name them; nobody if the operator did.
    pub minted_by: Option<String>,
    /// By which order; of the operator's there is none.
    pub order: Option<OrderKey>,
}

/// What became of an order for a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MintOutcome {
    /// It is on record.
    Minted,
    /// The order was carried out before, by this token.
    Before(TokenId),
    /// The key came with another order before.
    OtherOrder,
    /// Whoever minted it has [`LIVE_TOKENS_MAX`] already.
    TooMany,
    /// The staff member is not of this business.
    UnknownStaff,
}

/// Which tokens are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenQuery {
    /// Those that are older than this one.
    pub before: Option<TokenId>,
    /// At most so many.
    pub most: u16,
}

/// A token as its business sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRecord {
    /// What it may do, and until when.
    pub grant: TokenGrant,
    /// What it is for.
    pub name: String,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// Who minted it; nobody if the operator did.
    pub minted_by: Option<String>,
}

/// How exactly a token's last use is kept: a look at it is no write more often than this.
pub const USED_EVERY: Duration = Duration::MINUTE;

/// A token as it is on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenGrant {
    /// Its identity.
    pub id: TokenId,
    /// The business that it opens.
    pub tenant: TenantId,
    /// As what it acts.
    pub role: Role,
    /// For which therapist, if for one.
    pub staff: Option<Id<StaffMember>>,
    /// What it may do.
    pub scopes: BTreeSet<Scope>,
    /// When it ends, if it does.
    pub expires_at: Option<OffsetDateTime>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<OffsetDateTime>,
    /// When it was last used, to the minute, if it ever was.
    pub last_used_at: Option<OffsetDateTime>,
}

impl TokenGrant {
    /// Whether a use at this time is worth noting.
    #[must_use]
    pub fn is_news(&self, now: OffsetDateTime) -> bool {
        self.last_used_at.is_none_or(|before| now >= before + USED_EVERY)
    }

    /// The one who acts with it; `None` once it has expired or was revoked.
    #[must_use]
    pub fn principal(self, now: OffsetDateTime) -> Option<Principal> {
        let alive = self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end);
        alive.then(|| Principal {
            tenant: self.tenant,
            role: self.role,
            scopes: self.scopes,
            staff: self.staff,
            kind: ActorKind::Token,
            subject: self.id.as_uuid(),
            name: format!("token:{}", self.id),
        })
    }
}

#[cfg(test)]
mod tests;
