//! How a business is known to Daraja. Sandbox and production differ by these values only.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId, TokenHash};
use serde::Deserialize;

/// The host of the real money. Everything else is a trial.
const PRODUCTION_HOST: &str = "api.safaricom.co.ke";

/// What Daraja refuses anywhere in a callback's address, in any case.
pub const FORBIDDEN_IN_URLS: [&str; 8] = [
    "m-pesa",
    "mpesa",
    "safaricom",
    "exe",
    "exec",
    "cmd",
    "sql",
    "query",
];

/// Hosts of public tunnels and request bins, which Daraja refuses.
pub const FORBIDDEN_HOSTS: [&str; 10] = [
    "ngrok",
    "trycloudflare.com",
    "loca.lt",
    "localhost.run",
    "serveo.net",
    "webhook.site",
    "requestbin",
    "pipedream",
    "mockbin",
    "beeceptor",
];

/// A text that is nobody's business. `Debug` says nothing of it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
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
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawSettings {
    /// Where Daraja is, such as `https://sandbox.safaricom.co.ke`.
    pub base_url: String,
    /// Where this system can be reached from outside; callbacks come to `/webhooks/daraja/…` below it.
    pub callback_base_url: String,
    /// The app's consumer key.
    pub consumer_key: Secret,
    /// The app's consumer secret.
    pub consumer_secret: Secret,
    /// The paybill number, or for a till the head office's number.
    pub short_code: String,
    /// The passkey of the short code.
    pub passkey: Secret,
    /// Paybill or till.
    pub transaction_type: TransactionType,
    /// Who receives: for a paybill the short code, for a till the till number.
    pub party_b: String,
    /// Who may take money back; without one no reversal is offered.
    pub operator: Option<Operator>,
}

/// The organisation's operator for reversals.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operator {
    name: String,
    credential: Secret,
}

impl Operator {
    /// An operator by name, with the password as it was encrypted under the provider's certificate, in base64.
    #[must_use]
    pub fn new(name: impl Into<String>, credential: Secret) -> Self {
        Self {
            name: name.into(),
            credential,
        }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The encrypted password.
    #[must_use]
    pub const fn credential(&self) -> &Secret {
        &self.credential
    }
}

/// What kind of account receives the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransactionType {
    /// A paybill number.
    Paybill,
    /// A till number.
    Till,
}

impl TransactionType {
    /// Daraja's word for it.
    #[must_use]
    pub const fn wire(self) -> &'static str {
        match self {
            Self::Paybill => "CustomerPayBillOnline",
            Self::Till => "CustomerBuyGoodsOnline",
        }
    }
}

/// One thing that is wrong with the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsFault {
    /// Not an address with a scheme and a host.
    #[error("{0} is not an http or https address without query and fragment")]
    NotAnAddress(&'static str),
    /// In production Daraja delivers to https only.
    #[error("callback_base_url must be https in production")]
    CallbackNotHttps,
    /// Daraja refuses the address.
    #[error("callback_base_url contains a word that daraja forbids in addresses: {0}")]
    ForbiddenWord(&'static str),
    /// Daraja refuses public tunnels.
    #[error("callback_base_url is on a public tunnel or request bin, which daraja refuses: {0}")]
    ForbiddenHost(&'static str),
    /// Capitals were blamed for refusals.
    #[error("callback_base_url must be in lower case")]
    UpperCase,
    /// Not a number that Daraja gives out.
    #[error("{0} must be 5 to 7 digits")]
    NotAShortCode(&'static str),
    /// A paybill receives by its own number.
    #[error("party_b must equal short_code for a paybill")]
    PartyBDiffers,
    /// An empty credential.
    #[error("{0} is empty")]
    Empty(&'static str),
}

/// Settings that were checked as a whole.
#[derive(Clone, Debug)]
pub struct Settings {
    base_url: String,
    callback_base_url: String,
    consumer_key: Secret,
    consumer_secret: Secret,
    short_code: String,
    passkey: Secret,
    transaction_type: TransactionType,
    party_b: String,
    operator: Option<Operator>,
}

impl Settings {
    /// Checks everything at once.
    ///
    /// # Errors
    /// All faults, so that one start tells of all of them.
    pub fn check(raw: RawSettings) -> Result<Self, Vec<SettingsFault>> {
        let mut faults = Vec::new();
        let base_url = trimmed(&raw.base_url);
        let callback_base_url = trimmed(&raw.callback_base_url);
        if host_of(&base_url).is_none() {
            faults.push(SettingsFault::NotAnAddress("base_url"));
        }
        let production = host_of(&base_url) == Some(PRODUCTION_HOST);
        faults.extend(callback_faults(&callback_base_url, production));
        for (name, number) in [("short_code", &raw.short_code), ("party_b", &raw.party_b)] {
            if !(5..=7).contains(&number.len()) || !number.bytes().all(|b| b.is_ascii_digit()) {
                faults.push(SettingsFault::NotAShortCode(name));
            }
        }
        if raw.transaction_type == TransactionType::Paybill && raw.party_b != raw.short_code {
            faults.push(SettingsFault::PartyBDiffers);
        }
        let secrets = [
            ("consumer_key", &raw.consumer_key),
            ("consumer_secret", &raw.consumer_secret),
            ("passkey", &raw.passkey),
        ];
        for (name, secret) in secrets {
            if secret.reveal().trim().is_empty() {
                faults.push(SettingsFault::Empty(name));
            }
        }
        if let Some(operator) = &raw.operator {
            if operator.name.trim().is_empty() {
                faults.push(SettingsFault::Empty("initiator"));
            }
            if operator.credential.reveal().trim().is_empty() {
                faults.push(SettingsFault::Empty("security_credential"));
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Self {
            base_url,
            callback_base_url,
            consumer_key: raw.consumer_key,
            consumer_secret: raw.consumer_secret,
            short_code: raw.short_code,
            passkey: raw.passkey,
            transaction_type: raw.transaction_type,
            party_b: raw.party_b,
            operator: raw.operator,
        })
    }

    /// The same, with the app and the passkey of a business's own. None of them may be empty.
    #[must_use]
    pub fn with_credentials(&self, consumer_key: Secret, consumer_secret: Secret, passkey: Secret) -> Self {
        Self {
            consumer_key,
            consumer_secret,
            passkey,
            ..self.clone()
        }
    }

    /// Whether this is a trial: no message may ask for money without saying so.
    #[must_use]
    pub fn is_sandbox(&self) -> bool {
        host_of(&self.base_url) != Some(PRODUCTION_HOST)
    }

    /// The address of one of Daraja's endpoints.
    #[must_use]
    pub fn endpoint(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    /// The address of an attempt's callback.
    #[must_use]
    pub fn callback_url(&self, token: &str) -> String {
        format!("{}/webhooks/daraja/stk/{token}", self.callback_base_url)
    }

    /// The address of a refund's result.
    #[must_use]
    pub fn result_url(&self, token: &str) -> String {
        format!("{}/webhooks/daraja/result/{token}", self.callback_base_url)
    }

    /// The address where it is told that a request about a refund was not delivered in time.
    #[must_use]
    pub fn timeout_url(&self, token: &str) -> String {
        format!("{}/webhooks/daraja/timeout/{token}", self.callback_base_url)
    }

    /// Where it is asked whether money by hand may come, and where it is told that it came.
    #[must_use]
    pub fn by_hand_urls(&self, key: &str) -> ByHandUrls {
        let base = &self.callback_base_url;
        ByHandUrls {
            validation: format!("{base}/webhooks/daraja/c2b/{key}/validation"),
            confirmation: format!("{base}/webhooks/daraja/c2b/{key}/confirmation"),
        }
    }

    /// Who may take money back, if anybody.
    #[must_use]
    pub const fn operator(&self) -> Option<&Operator> {
        self.operator.as_ref()
    }

    /// The paybill number, or for a till the head office's.
    #[must_use]
    pub fn short_code(&self) -> &str {
        &self.short_code
    }

    /// Who receives the money.
    #[must_use]
    pub fn party_b(&self) -> &str {
        &self.party_b
    }

    /// Paybill or till.
    #[must_use]
    pub const fn transaction_type(&self) -> TransactionType {
        self.transaction_type
    }

    /// The passkey of the short code.
    #[must_use]
    pub const fn passkey(&self) -> &Secret {
        &self.passkey
    }

    /// The app's consumer key.
    #[must_use]
    pub const fn consumer_key(&self) -> &Secret {
        &self.consumer_key
    }

    /// The app's consumer secret.
    #[must_use]
    pub const fn consumer_secret(&self) -> &Secret {
        &self.consumer_secret
    }

    /// What tells this app's token from all others: the address and the consumer key.
    #[must_use]
    pub fn credential_hash(&self) -> TokenHash {
        TokenHash::of(&format!("{}\n{}", self.base_url, self.consumer_key.reveal()))
    }
}

/// The two addresses for money by hand. They hold a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct ByHandUrls {
    /// Daraja's `ValidationURL`.
    pub validation: String,
    /// Daraja's `ConfirmationURL`.
    pub confirmation: String,
}

impl fmt::Debug for ByHandUrls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ByHandUrls(…)")
    }
}

fn trimmed(url: &str) -> String {
    url.trim().trim_end_matches('/').to_owned()
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

fn callback_faults(url: &str, production: bool) -> Vec<SettingsFault> {
    let Some(host) = host_of(url) else {
        return vec![SettingsFault::NotAnAddress("callback_base_url")];
    };
    let mut faults = Vec::new();
    let lower = url.to_ascii_lowercase();
    if lower != url {
        faults.push(SettingsFault::UpperCase);
    }
    if production && !url.starts_with("https://") {
        faults.push(SettingsFault::CallbackNotHttps);
    }
    let word = FORBIDDEN_IN_URLS.into_iter().find(|word| lower.contains(word));
    faults.extend(word.map(SettingsFault::ForbiddenWord));
    let host = host.to_ascii_lowercase();
    let tunnel = FORBIDDEN_HOSTS.into_iter().find(|tunnel| host.contains(tunnel));
    faults.extend(tunnel.map(SettingsFault::ForbiddenHost));
    faults
}

/// A tenant's standing with Daraja.
#[derive(Clone, Debug)]
pub struct Account {
    /// The tenant among whose rows the access token is kept: one token per app, whoever uses it.
    pub owner: TenantId,
    /// How it is known to Daraja.
    pub settings: Arc<Settings>,
}

/// Which tenant uses which credentials.
#[async_trait]
pub trait DarajaAccounts: Send + Sync {
    /// The tenant's account.
    ///
    /// # Errors
    /// [`Outage`] if it cannot be read, or there is none.
    async fn account(&self, tenant: TenantId) -> Result<Account, Outage>;
}

/// One app for the whole instance.
#[derive(Clone, Debug)]
pub struct OneAccount {
    settings: Arc<Settings>,
    owner: Option<TenantId>,
}

impl OneAccount {
    /// For an instance with one tenant: whoever asks keeps the token.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings: Arc::new(settings),
            owner: None,
        }
    }

    /// For several tenants that share the app: the token is kept with one of them. Without this, each would
    /// ask for its own, and cancel the others'.
    #[must_use]
    pub fn owned_by(mut self, owner: TenantId) -> Self {
        self.owner = Some(owner);
        self
    }
}

#[async_trait]
impl DarajaAccounts for OneAccount {
    async fn account(&self, tenant: TenantId) -> Result<Account, Outage> {
        Ok(Account {
            owner: self.owner.unwrap_or(tenant),
            settings: Arc::clone(&self.settings),
        })
    }
}

#[cfg(test)]
mod tests;
