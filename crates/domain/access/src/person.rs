//! People: who they are to an issuer, and what a business calls them.

use std::fmt;

use ratiba_kernel::Id;

/// Marks ids of people.
#[derive(Debug)]
pub enum Person {}

/// The identity of somebody who signs in, the same in every business.
pub type PersonId = Id<Person>;

/// The longest issuer or subject, in bytes.
const IDENTITY_BYTES_MAX: usize = 255;
/// The longest name, in characters.
const NAME_MAX: usize = 120;
/// The longest e-mail address, in characters.
const EMAIL_MAX: usize = 254;

/// Who somebody is to an issuer. The pair never changes, whatever becomes of names and addresses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    issuer: String,
    subject: String,
}

impl Identity {
    /// The subject of an issuer; `None` unless both have 1 to 255 bytes of visible ASCII.
    #[must_use]
    pub fn new(issuer: &str, subject: &str) -> Option<Self> {
        let fits = |text: &str| {
            (1..=IDENTITY_BYTES_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
        };
        (fits(issuer) && fits(subject)).then(|| Self {
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
        })
    }

    /// The issuer, exactly as its tokens name it.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Whom it means.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }
}

/// What people are called. Personal: it is kept with a business's own rows and goes into no log.
#[derive(Clone, PartialEq, Eq)]
pub struct Profile {
    name: String,
    email: Option<String>,
}

impl Profile {
    /// A profile from what somebody says of themselves: control characters go, what is too long is cut, and an e-mail
    /// address that cannot be one is left out. Without a name the part of the address before the `@` stands in; the
    /// name is empty if there is neither.
    #[must_use]
    pub fn of(name: Option<&str>, email: Option<&str>) -> Self {
        let email = email.map(str::trim).filter(|text| {
            let parts = text.split_once('@');
            parts.is_some_and(|(who, host)| !who.is_empty() && !host.is_empty() && !host.contains('@'))
                && text.chars().count() <= EMAIL_MAX
                && !text.chars().any(|c| c.is_control() || c.is_whitespace())
        });
        let clean = |text: &str| -> String {
            let visible: String = text.chars().filter(|c| !c.is_control()).collect();
            visible.trim().chars().take(NAME_MAX).collect()
        };
        let name = name.map(clean).filter(|name| !name.is_empty());
        let stand_in = || email.and_then(|text| text.split('@').next()).map(clean);
        Self {
            name: name.or_else(stand_in).unwrap_or_default(),
            email: email.map(str::to_owned),
        }
    }

    /// The name to show; may be empty.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The e-mail address, if one is known.
    #[must_use]
    pub fn email(&self) -> Option<&str> {
        self.email.as_deref()
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Profile(…)")
    }
}

#[cfg(test)]
mod tests;
