//! Sending: one POST per message, and an honest answer about what became of it.
//!
//! The API has no idempotency key, so this client never repeats a send by itself: it says *unknown*, and the domain
//! decides.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration as StdDuration;

use async_trait::async_trait;
use ratiba_conversation::channel::Address;
use ratiba_conversation::outgoing::{Content, Document, MessageId, SendAnswer, SendRefusal};
use ratiba_conversation::ports::ClientMessenger;
use ratiba_kernel::breaker::Turn;
use ratiba_kernel::{Breaker, Clock, Outage, TenantId, TokenHash};
use reqwest::header::CONTENT_TYPE;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::Value;
use time::Duration;

use crate::errors::{refusal_of, says_nothing_certain, says_to_wait};
use crate::wire::{read_body, send_body, upload_form};

/// A bearer token of a system user. `Debug` says nothing.
#[derive(Clone)]
pub struct AccessToken(String);

impl AccessToken {
    /// Wraps a token from the settings.
    pub fn new(token: impl Into<String>) -> Self {
        Self(token.into())
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(…)")
    }
}

/// The number of one business and the token that may send from it.
#[derive(Clone, Debug)]
pub struct Account {
    /// Part of the send URL.
    pub phone_number_id: String,
    /// Of a system user with the permissions for messaging and management.
    pub access_token: AccessToken,
    /// The business account that the number belongs to, once it is known: templates are its.
    pub business_account_id: Option<String>,
}

/// Which number a business sends from.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// The account of a business; `None` if it has none.
    async fn account(&self, tenant: TenantId) -> Result<Option<Account>, Outage>;
}

/// Accounts that are fixed when the process starts.
#[derive(Clone, Debug, Default)]
pub struct StaticAccounts(pub BTreeMap<TenantId, Account>);

#[async_trait]
impl Accounts for StaticAccounts {
    async fn account(&self, tenant: TenantId) -> Result<Option<Account>, Outage> {
        Ok(self.0.get(&tenant).cloned())
    }
}

/// Where the API is and how long we wait for it.
#[derive(Clone, Debug)]
pub struct ClientSettings {
    /// Without a slash at the end, such as `https://graph.facebook.com`.
    pub base_url: String,
    /// Such as `v26.0`.
    pub version: String,
    /// Until a connection stands, in milliseconds.
    pub connect_timeout_ms: u64,
    /// For a whole exchange, in milliseconds.
    pub timeout_ms: u64,
}

/// How long a read mark may take; nobody waits for it, and the next message of the same customer should not.
const READ_MARK_PATIENCE: StdDuration = StdDuration::from_secs(2);

/// How soon what did not leave this machine may be tried again.
const SOON: Duration = Duration::seconds(5);

/// The largest answer that is read, in bytes; Meta's are far below.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// Carries messages by the Cloud API.
pub struct WhatsappMessenger {
    pub(crate) http: reqwest::Client,
    pub(crate) settings: ClientSettings,
    pub(crate) accounts: Arc<dyn Accounts>,
    clock: Arc<dyn Clock>,
    breaker: Arc<Breaker>,
}

impl WhatsappMessenger {
    /// A messenger for these settings.
    ///
    /// # Errors
    /// [`Outage`] if the HTTP client cannot be built.
    pub fn new(
        settings: ClientSettings,
        accounts: Arc<dyn Accounts>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Outage> {
        let http = reqwest::Client::builder()
            .connect_timeout(StdDuration::from_millis(settings.connect_timeout_ms))
            .timeout(StdDuration::from_millis(settings.timeout_ms))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(Outage::new)?;
        Ok(Self {
            http,
            settings,
            accounts,
            clock,
            breaker: Arc::default(),
        })
    }

    /// The same, with a breaker that others can look at.
    #[must_use]
    pub fn with_breaker(mut self, breaker: Arc<Breaker>) -> Self {
        self.breaker = breaker;
        self
    }

    /// Takes in how a call went.
    fn note(&self, number: TokenHash, trouble: bool) {
        match self.breaker.heard(number, trouble, self.clock.now()) {
            Some(Turn::LeftAlone { troubles, pause }) => tracing::error!(
                provider = "whatsapp",
                troubles,
                pause_s = pause.whole_seconds(),
                "the provider is left alone"
            ),
            Some(Turn::AnswersAgain) => tracing::info!(provider = "whatsapp", "the provider answers again"),
            None => {}
        }
    }

    /// When to try again, if the provider is left alone for this number at this moment.
    fn left_alone(&self, number: TokenHash) -> Option<Duration> {
        let now = self.clock.now();
        if self.breaker.admits(number, now) {
            return None;
        }
        let pause = self.breaker.pause_left(number, now);
        Some(pause.unwrap_or_default().max(SOON))
    }

    /// The address of something that belongs to the number.
    fn url(&self, account: &Account, what: &str) -> String {
        let ClientSettings {
            base_url, version, ..
        } = &self.settings;
        format!("{base_url}/{version}/{}/{what}", account.phone_number_id)
    }

    async fn post(
        &self,
        account: &Account,
        body: &Value,
        patience: StdDuration,
    ) -> Result<(StatusCode, Vec<u8>), reqwest::Error> {
        let request = self.http.post(self.url(account, "messages")).json(body);
        answered(request, account, patience).await
    }

    /// Uploads a file; answers the provider's id of it, or why the message cannot go. A file that was uploaded and not
    /// sent harms nobody, so this may be repeated.
    async fn upload(
        &self,
        account: &Account,
        document: &Document,
        patience: StdDuration,
    ) -> Result<String, SendAnswer> {
        let (content_type, body) = upload_form(document);
        let request = self
            .http
            .post(self.url(account, "media"))
            .header(CONTENT_TYPE, content_type)
            .body(body);
        let answer = answered(request, account, patience).await;
        self.note(number_of(account), is_trouble(&answer));
        match answer {
            Ok((status, answer)) => uploaded(status, &answer),
            Err(error) => {
                tracing::warn!(
                    timeout = error.is_timeout(),
                    "a file was not uploaded to WhatsApp"
                );
                Err(not_sent())
            }
        }
    }
}

/// What an upload came to: nothing was sent to anybody, whatever the answer is.
fn uploaded(status: StatusCode, answer: &[u8]) -> Result<String, SendAnswer> {
    let body: Value = serde_json::from_slice(answer).unwrap_or(Value::Null);
    match body["id"].as_str() {
        Some(media) if status.is_success() && !media.is_empty() => Ok(media.to_owned()),
        _no_id => Err(match read_answer(status, answer) {
            refused @ SendAnswer::Refused(_) => refused,
            SendAnswer::Accepted { .. } | SendAnswer::Unknown => not_sent(),
        }),
    }
}

/// The answer to a request, as far as it is read.
pub(crate) async fn answered(
    request: RequestBuilder,
    account: &Account,
    patience: StdDuration,
) -> Result<(StatusCode, Vec<u8>), reqwest::Error> {
    let mut response = request
        .bearer_auth(&account.access_token.0)
        .timeout(patience)
        .send()
        .await?;
    let status = response.status();
    let mut answer = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if answer.len() + chunk.len() > ANSWER_BYTES_MAX {
            break;
        }
        answer.extend_from_slice(&chunk);
    }
    Ok((status, answer))
}

#[async_trait]
impl ClientMessenger for WhatsappMessenger {
    #[tracing::instrument(name = "whatsapp.send", skip_all, fields(message.id = %reference, message.kind = content.kind()))]
    async fn send(
        &self,
        tenant: TenantId,
        to: &Address,
        content: &Content,
        reference: MessageId,
    ) -> SendAnswer {
        let account = match self.accounts.account(tenant).await {
            Ok(Some(account)) => account,
            Ok(None) => return SendAnswer::Refused(SendRefusal::Misconfigured { code: 0 }),
            Err(_outage) => return not_sent(),
        };
        let number = number_of(&account);
        if let Some(after) = self.left_alone(number) {
            return SendAnswer::Refused(SendRefusal::LeftAlone { after });
        }
        let patience = StdDuration::from_millis(self.settings.timeout_ms);
        let media = match content {
            Content::Document(document) => match self.upload(&account, document, patience).await {
                Ok(media) => Some(media),
                Err(answer) => return answer,
            },
            Content::Text(_)
            | Content::Buttons(_)
            | Content::List(_)
            | Content::Link(_)
            | Content::Template(_) => None,
        };
        let body = send_body(to, content, reference, media.as_deref());
        let answer = self.post(&account, &body, patience).await;
        self.note(number, is_trouble(&answer));
        match answer {
            Ok((status, answer)) => read_answer(status, &answer),
            Err(error) if error.is_connect() || error.is_builder() => {
                tracing::warn!("the WhatsApp API cannot be reached");
                not_sent()
            }
            Err(error) => {
                tracing::warn!(
                    timeout = error.is_timeout(),
                    "the WhatsApp API did not answer a send"
                );
                SendAnswer::Unknown
            }
        }
    }

    async fn mark_read(&self, tenant: TenantId, provider_id: &str) {
        let Ok(Some(account)) = self.accounts.account(tenant).await else {
            return;
        };
        // Nobody waits for it: it is not what finds out whether the provider answers again.
        if self
            .breaker
            .pause_left(number_of(&account), self.clock.now())
            .is_some()
        {
            return;
        }
        let patience = READ_MARK_PATIENCE.min(StdDuration::from_millis(self.settings.timeout_ms));
        match self.post(&account, &read_body(provider_id), patience).await {
            Ok((status, _answer)) if status.is_success() => {}
            Ok((status, _answer)) => {
                tracing::debug!(status = status.as_u16(), "a message was not marked as read")
            }
            Err(_error) => tracing::debug!("a message was not marked as read"),
        }
    }
}

/// Nothing left this machine: safe to try again soon.
fn not_sent() -> SendAnswer {
    SendAnswer::Refused(SendRefusal::RetryLater { code: 0, after: SOON })
}

/// The number that is sent from, as the breaker tells numbers apart.
fn number_of(account: &Account) -> TokenHash {
    TokenHash::of(&account.phone_number_id)
}

/// Whether a call came to nothing for a reason of the provider's. What it refuses with a code of its own is an answer; so is
/// that one person gets too many messages.
fn is_trouble(answer: &Result<(StatusCode, Vec<u8>), reqwest::Error>) -> bool {
    let (status, body) = match answer {
        Ok(answer) => answer,
        Err(error) => return !error.is_builder(),
    };
    let body: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    match body["error"]["code"].as_i64() {
        Some(code) => says_to_wait(code) || (status.is_server_error() && says_nothing_certain(code)),
        None => status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS,
    }
}

/// What an answer says about the message.
fn read_answer(status: StatusCode, answer: &[u8]) -> SendAnswer {
    let body: Value = serde_json::from_slice(answer).unwrap_or(Value::Null);
    if status.is_success() {
        return match body["messages"][0]["id"].as_str() {
            Some(provider_id) if !provider_id.is_empty() => SendAnswer::Accepted {
                provider_id: provider_id.to_owned(),
            },
            _no_id => SendAnswer::Unknown,
        };
    }
    match body["error"]["code"].as_i64() {
        Some(code) if status.is_server_error() && says_nothing_certain(code) => SendAnswer::Unknown,
        Some(code) => {
            let refusal = refusal_of(code);
            if let SendRefusal::Misconfigured { .. } = refusal {
                tracing::error!(
                    code,
                    status = status.as_u16(),
                    "WhatsApp refuses our messages; see the runbook"
                );
            }
            SendAnswer::Refused(refusal)
        }
        None if status.is_server_error() => SendAnswer::Unknown,
        None if status == StatusCode::TOO_MANY_REQUESTS => SendAnswer::Refused(SendRefusal::RetryLater {
            code: 4,
            after: Duration::minutes(1),
        }),
        None => {
            tracing::error!(
                status = status.as_u16(),
                "WhatsApp refuses our messages without a code"
            );
            SendAnswer::Refused(SendRefusal::Misconfigured {
                code: i64::from(status.as_u16()),
            })
        }
    }
}
