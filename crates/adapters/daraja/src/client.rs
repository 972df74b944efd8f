//! Speaks to Daraja. A submission is made once: where it may have been taken, nothing is repeated.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ratiba_kernel::breaker::Turn;
use ratiba_kernel::{Breaker, Clock, Outage, TenantId};
use ratiba_payments::evidence::{Heard, PushAnswer, QueryAnswer, RawAnswer, veiled};
use ratiba_payments::failure::FailureReason;
use ratiba_payments::ports::{AccessToken, MobileMoney, PushOrder, TokenStore};
use ratiba_payments::reference::ProviderIds;
use ratiba_payments::use_cases::NoToken;
use reqwest::redirect::Policy;
use serde::Serialize;

use crate::auth::Tokens;
use crate::settings::{Account, DarajaAccounts, Settings};
use crate::wire::{self, Meaning, PushRequest, QueryRequest};

/// The longest answer that is read.
const ANSWER_BYTES_MAX: usize = 65_536;

/// How long each call may take, connecting included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Until a connection stands.
    pub connect: Duration,
    /// For a token; shorter than the lease under which it is asked for.
    pub token: Duration,
    /// For a submission.
    pub push: Duration,
    /// For a query.
    pub query: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            token: Duration::from_secs(10),
            push: Duration::from_secs(20),
            query: Duration::from_secs(15),
        }
    }
}

/// The ways into Daraja that are in trouble apart from each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// Prompts, and questions about them.
    Prompts,
    /// Reversals, and questions about them.
    Reversals,
}

impl Line {
    /// The word for it in logs.
    const fn name(self) -> &'static str {
        match self {
            Self::Prompts => "mpesa",
            Self::Reversals => "mpesa_reversals",
        }
    }
}

/// Plays [`MobileMoney`] through Daraja.
pub struct DarajaClient {
    pub(crate) accounts: Arc<dyn DarajaAccounts>,
    pub(crate) tokens: Tokens,
    clock: Arc<dyn Clock>,
    http: reqwest::Client,
    /// Before prompts and what is asked about them.
    prompts: Arc<Breaker>,
    /// Before reversals and what is asked about those: they go another way at Daraja, and stop no prompt.
    reversals: Arc<Breaker>,
    pub(crate) timeouts: Timeouts,
}

impl DarajaClient {
    /// A client for the accounts of all tenants. `store` holds the tokens that all processes share.
    ///
    /// # Errors
    /// [`Outage`] if no HTTP client can be built.
    pub fn new(
        accounts: Arc<dyn DarajaAccounts>,
        store: Arc<dyn TokenStore>,
        clock: Arc<dyn Clock>,
        timeouts: Timeouts,
    ) -> Result<Self, Outage> {
        let http = reqwest::Client::builder()
            .connect_timeout(timeouts.connect)
            // A redirected submission would be a second one.
            .redirect(Policy::none())
            // A connection that the other end has closed looks like a lost answer: each call has its own.
            .pool_max_idle_per_host(0)
            .user_agent("ratiba")
            .build()
            .map_err(Outage::new)?;
        Ok(Self {
            accounts,
            tokens: Tokens::new(store, Arc::clone(&clock), http.clone(), timeouts.token),
            clock,
            http,
            prompts: Arc::default(),
            reversals: Arc::default(),
            timeouts,
        })
    }

    /// The same, with breakers that others can look at: before prompts, and before reversals.
    #[must_use]
    pub fn with_breakers(mut self, prompts: Arc<Breaker>, reversals: Arc<Breaker>) -> Self {
        self.prompts = prompts;
        self.reversals = reversals;
        self
    }

    async fn submit(
        &self,
        account: &Account,
        order: &PushOrder,
        token: &AccessToken,
    ) -> (Meaning<PushAnswer>, Option<RawAnswer>) {
        let settings = &account.settings;
        let refused = |reason| {
            let answer = PushAnswer::Rejected { reason, code: None };
            (Meaning::Answer(answer), None)
        };
        let Ok(amount) = order.amount.whole_units() else {
            return refused(FailureReason::AmountOutsideLimits);
        };
        let (timestamp, password) = self.signature(settings);
        let callback_url = settings.callback_url(order.token.reveal());
        let request = PushRequest {
            business_short_code: settings.short_code(),
            password: &password,
            timestamp: &timestamp,
            transaction_type: settings.transaction_type().wire(),
            amount,
            party_a: order.payer.digits(),
            party_b: settings.party_b(),
            phone_number: order.payer.digits(),
            callback_url: &callback_url,
            account_reference: order.account.as_str(),
            transaction_desc: order.description,
        };
        let url = settings.endpoint(wire::PUSH_PATH);
        let heard = self.post(&url, token, &request, self.timeouts.push).await;
        self.note(Line::Prompts, settings, &heard);
        match heard {
            Ok((status, body)) => (wire::push_meaning(status, &body), Some(RawAnswer::new(&body))),
            // No connection stood, so nothing was submitted.
            Err(error) if error.is_connect() => refused(FailureReason::ProviderUnavailable),
            Err(error) if error.is_builder() => refused(FailureReason::Misconfigured),
            Err(_lost) => (Meaning::Answer(PushAnswer::Unknown), None),
        }
    }

    async fn ask(
        &self,
        account: &Account,
        ids: &ProviderIds,
        token: &AccessToken,
    ) -> (Meaning<QueryAnswer>, Option<RawAnswer>) {
        let settings = &account.settings;
        let (timestamp, password) = self.signature(settings);
        let request = QueryRequest {
            business_short_code: settings.short_code(),
            password: &password,
            timestamp: &timestamp,
            checkout_request_id: ids.tracking(),
        };
        let url = settings.endpoint(wire::QUERY_PATH);
        let heard = self.post(&url, token, &request, self.timeouts.query).await;
        self.note(Line::Prompts, settings, &heard);
        match heard {
            Ok((status, body)) => {
                let meaning = wire::query_meaning(status, &body, ids.tracking());
                (meaning, Some(RawAnswer::new(&body)))
            }
            Err(_lost) => (Meaning::Answer(QueryAnswer::NoAnswer), None),
        }
    }

    const fn breaker(&self, line: Line) -> &Arc<Breaker> {
        match line {
            Line::Prompts => &self.prompts,
            Line::Reversals => &self.reversals,
        }
    }

    /// Whether Daraja is not called at all at this moment.
    pub(crate) fn is_left_alone(&self, line: Line, account: &Account) -> bool {
        let credential = account.settings.credential_hash();
        !self.breaker(line).admits(credential, self.clock.now())
    }

    /// Takes in how a call went.
    pub(crate) fn note(
        &self,
        line: Line,
        settings: &Settings,
        heard: &Result<(u16, String), reqwest::Error>,
    ) {
        let trouble = match heard {
            Ok((status, body)) => wire::is_trouble(*status, body),
            Err(error) => !error.is_builder(),
        };
        self.heard(line, settings, trouble);
    }

    /// Takes in that no token was to be had; a wrong credential is no trouble of Daraja's.
    pub(crate) fn note_no_token(&self, line: Line, account: &Account, why: &NoToken) {
        if why.reason() == FailureReason::ProviderUnavailable {
            self.heard(line, &account.settings, true);
        }
    }

    fn heard(&self, line: Line, settings: &Settings, trouble: bool) {
        let (credential, now) = (settings.credential_hash(), self.clock.now());
        match self.breaker(line).heard(credential, trouble, now) {
            Some(Turn::LeftAlone { troubles, pause }) => tracing::error!(
                provider = line.name(),
                troubles,
                pause_s = pause.whole_seconds(),
                "the provider is left alone"
            ),
            Some(Turn::AnswersAgain) => tracing::info!(provider = line.name(), "the provider answers again"),
            None => {}
        }
    }

    /// The timestamp, made once, and the password that holds the same one.
    fn signature(&self, settings: &Settings) -> (String, String) {
        let timestamp = wire::timestamp(self.clock.now());
        let password = wire::password(settings.short_code(), settings.passkey().reveal(), &timestamp);
        (timestamp, password)
    }

    pub(crate) async fn post(
        &self,
        url: &str,
        token: &AccessToken,
        body: &impl Serialize,
        timeout: Duration,
    ) -> Result<(u16, String), reqwest::Error> {
        let request = self.http.post(url).bearer_auth(token.reveal()).json(body);
        let answer = request.timeout(timeout).send().await?;
        let status = answer.status().as_u16();
        let heard = read_body(answer).await?;
        // What cannot be written down was not sent.
        let sent = serde_json::to_value(body).unwrap_or_default();
        let mut confided = vec![token.reveal()];
        for name in wire::SENT_IN_CONFIDENCE {
            let Some(value) = sent[name].as_str() else {
                continue;
            };
            confided.push(value);
            // Of an address the end alone is a secret, and may be repeated alone.
            if value.starts_with("http") {
                confided.extend(value.rsplit('/').next());
            }
        }
        Ok((status, veiled(heard, &confided)))
    }
}

/// The body, or its beginning if it is longer than any that Daraja sends. What is not UTF-8 is replaced.
pub(crate) async fn read_body(mut answer: reqwest::Response) -> Result<String, reqwest::Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        let room = ANSWER_BYTES_MAX.saturating_sub(bytes.len());
        bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if room <= chunk.len() {
            break;
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[async_trait]
impl MobileMoney for DarajaClient {
    async fn push(&self, tenant: TenantId, order: PushOrder) -> Heard<PushAnswer> {
        let not_sent = |reason| Heard {
            answer: PushAnswer::Rejected { reason, code: None },
            raw: None,
        };
        let account = match self.accounts.account(tenant).await {
            Ok(account) => account,
            Err(outage) => {
                tracing::error!(error = ?outage, "the daraja account cannot be read");
                return not_sent(FailureReason::ProviderUnavailable);
            }
        };
        if self.is_left_alone(Line::Prompts, &account) {
            return not_sent(FailureReason::ProviderUnavailable);
        }
        let mut refused = None;
        loop {
            let token = match self.tokens.token(&account, refused.as_ref()).await {
                Ok(token) => token,
                Err(no_token) => {
                    self.note_no_token(Line::Prompts, &account, &no_token);
                    tracing::error!(error = ?no_token, "no prompt was sent for want of an access token");
                    return not_sent(no_token.reason());
                }
            };
            match self.submit(&account, &order, &token).await {
                (Meaning::Answer(answer), raw) => return Heard { answer, raw },
                // A refused token means that the submission was not looked at: it may be repeated, once.
                (Meaning::TokenRefused, raw) if refused.is_some() => {
                    let reason = FailureReason::ProviderUnavailable;
                    let answer = PushAnswer::Rejected { reason, code: None };
                    return Heard { answer, raw };
                }
                (Meaning::TokenRefused, _) => refused = Some(token),
            }
        }
    }

    async fn query(&self, tenant: TenantId, ids: &ProviderIds) -> Heard<QueryAnswer> {
        let nothing = |raw| Heard {
            answer: QueryAnswer::NoAnswer,
            raw,
        };
        let Ok(account) = self.accounts.account(tenant).await else {
            return nothing(None);
        };
        if self.is_left_alone(Line::Prompts, &account) {
            return nothing(None);
        }
        let mut refused = None;
        loop {
            let token = match self.tokens.token(&account, refused.as_ref()).await {
                Ok(token) => token,
                Err(no_token) => {
                    self.note_no_token(Line::Prompts, &account, &no_token);
                    tracing::warn!(error = ?no_token, "no query was made for want of an access token");
                    return nothing(None);
                }
            };
            match self.ask(&account, ids, &token).await {
                (Meaning::Answer(answer), raw) => return Heard { answer, raw },
                (Meaning::TokenRefused, raw) if refused.is_some() => return nothing(raw),
                (Meaning::TokenRefused, _) => refused = Some(token),
            }
        }
    }
}
