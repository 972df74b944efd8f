//! How a business is known to PesaPal. Sandbox and production differ by these values only.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId, TokenHash};

/// The host of the real money. Everything else is a trial.
const PRODUCTION_HOST: &str = "pay.pesapal.com";

/// A text that is nobody's business. `Debug` says nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for the provider alone.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The settings as a person writes them.
#[derive(Clone, Debug)]
pub struct RawSettings {
    /// Where PesaPal is, such as `https://cybqa.pesapal.com/pesapalv3`.
    pub base_url: String,
    /// Where this system can be reached from outside: notices come to `/webhooks/pesapal/…` below it, and
    /// customers to `/pay/back`.
    pub public_base_url: String,
    /// The account's consumer key.
    pub consumer_key: Secret,
    /// The account's consumer secret.
    pub consumer_secret: Secret,
}

/// One thing that is wrong with the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsFault {
    /// Not an address with a scheme and a host.
    #[error("{0} is not an http or https address without query and fragment")]
    NotAnAddress(&'static str),
    /// In production cards are paid over https only.
    #[error("{0} must be https in production")]
    NotHttps(&'static str),
    /// An empty credential.
    #[error("{0} is empty")]
    Empty(&'static str),
}

/// Settings that were checked as a whole.
#[derive(Clone, Debug)]
pub struct Settings {
    base_url: String,
    public_base_url: String,
    consumer_key: Secret,
    consumer_secret: Secret,
}

impl Settings {
    /// Checks everything at once.
    ///
    /// # Errors
    /// All faults, so that one start tells of all of them.
    pub fn check(raw: RawSettings) -> Result<Self, Vec<SettingsFault>> {
        let mut faults = Vec::new();
        let base_url = trimmed(&raw.base_url);
        let public_base_url = trimmed(&raw.public_base_url);
        let production = is_production(&base_url);
        for (name, url) in [("base_url", &base_url), ("public_base_url", &public_base_url)] {
            if host_of(url).is_none() {
                faults.push(SettingsFault::NotAnAddress(name));
            } else if production && !url.starts_with("https://") {
                faults.push(SettingsFault::NotHttps(name));
            }
        }
        let secrets = [
            ("consumer_key", &raw.consumer_key),
            ("consumer_secret", &raw.consumer_secret),
        ];
        for (name, secret) in secrets {
            if secret.reveal().trim().is_empty() {
                faults.push(SettingsFault::Empty(name));
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Self {
            base_url,
            public_base_url,
            consumer_key: raw.consumer_key,
            consumer_secret: raw.consumer_secret,
        })
    }

    /// The same, with the account of a business's own. Neither may be empty.
    #[must_use]
    pub fn with_credentials(&self, consumer_key: Secret, consumer_secret: Secret) -> Self {
        Self {
            consumer_key,
            consumer_secret,
            ..self.clone()
        }
    }

    /// Whether this is a trial: no message may ask for money without saying so.
    #[must_use]
    pub fn is_sandbox(&self) -> bool {
        !is_production(&self.base_url)
    }

    /// The address of one of PesaPal's endpoints.
    #[must_use]
    pub fn endpoint(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    /// Where notices for the holder of a tenant's key come.
    #[must_use]
    pub fn notice_url(&self, key: &str) -> String {
        format!("{}/webhooks/pesapal/{key}", self.public_base_url)
    }

    /// Where the customer's browser comes after the page.
    #[must_use]
    pub fn return_url(&self) -> String {
        format!("{}/pay/back", self.public_base_url)
    }

    /// The account's consumer key.
    #[must_use]
    pub const fn consumer_key(&self) -> &Secret {
        &self.consumer_key
    }

    /// The account's consumer secret.
    #[must_use]
    pub const fn consumer_secret(&self) -> &Secret {
        &self.consumer_secret
    }

    /// What tells this account's token from all others: the address and the consumer key.
    #[must_use]
    pub fn credential_hash(&self) -> TokenHash {
        TokenHash::of(&format!("{}\n{}", self.base_url, self.consumer_key.reveal()))
    }

    /// What an address for notices belongs to: the account, and our own public address.
    #[must_use]
    pub fn notice_account(&self) -> TokenHash {
        TokenHash::of(&format!(
            "{}\n{}\n{}",
            self.base_url,
            self.consumer_key.reveal(),
            self.public_base_url
        ))
    }
}

/// Without blanks and slashes around it, and with scheme and host in small letters, in which all spellings of an address
/// are the same.
fn trimmed(url: &str) -> String {
    let url = url.trim().trim_end_matches('/');
    let host_at = url.find("://").map_or(0, |at| at + 3);
    let (scheme, rest) = url.split_at(host_at);
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    format!(
        "{}{}{path}",
        scheme.to_ascii_lowercase(),
        host.to_ascii_lowercase()
    )
}

/// Whether real money moves there. A name may end with the dot of the root.
fn is_production(base_url: &str) -> bool {
    host_of(base_url).is_some_and(|host| host.trim_end_matches('.') == PRODUCTION_HOST)
}

/// The host, without port; `None` unless it is a plain http or https address.
fn host_of(url: &str) -> Option<&str> {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"))?;
    if rest.contains(['?', '#', '@', ' ']) {
        return None;
    }
    let authority = rest.split('/').next().unwrap_or_default();
    let host = authority.split(':').next().unwrap_or_default();
    (!host.is_empty()).then_some(host)
}

/// A tenant's standing with PesaPal.
#[derive(Clone, Debug)]
pub struct Account {
    /// The tenant among whose rows the access token is kept: one token per account, whoever uses it.
    pub owner: TenantId,
    /// How it is known to PesaPal.
    pub settings: Arc<Settings>,
}

/// Which tenant uses which account.
#[async_trait]
pub trait PesapalAccounts: Send + Sync {
    /// The tenant's account.
    ///
    /// # Errors
    /// [`Outage`] if it cannot be read, or there is none.
    async fn account(&self, tenant: TenantId) -> Result<Account, Outage>;
}

#[cfg(test)]
mod tests;
