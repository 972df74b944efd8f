//! Asking: one request, one answer, and what it cost.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ratiba_conversation::model::{AskedAgain, Consulted, MicroDollars, Rephrased, Shown};
use ratiba_conversation::ports::LanguageModel;
use ratiba_kernel::breaker::Turn;
use ratiba_kernel::{Breaker, Clock, Outage, TokenHash};
use reqwest::StatusCode;
use serde_json::Value;

use crate::wire::{
    GUESS_TOKENS_MAX, Usage, WORDS_TOKENS_MAX, guess, most, request_guess, request_words, usage, words,
};

/// The largest answer that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// The key of the account. `Debug` says nothing.
#[derive(Clone)]
pub struct ApiKey(String);

impl ApiKey {
    /// Wraps a key from the settings.
    pub fn new(key: impl Into<String>) -> Self {
        Self(key.into())
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(…)")
    }
}

/// What a million tokens cost, in millionths of a dollar: the same number as one token in millionths of a millionth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prices {
    /// Of what is asked.
    pub input_per_million: u64,
    /// Of what is answered.
    pub output_per_million: u64,
}

impl Prices {
    /// What these tokens cost, rounded up.
    fn of(self, usage: Usage) -> MicroDollars {
        let part = |tokens: u64, price: u64| u128::from(tokens) * u128::from(price);
        let total = part(usage.input, self.input_per_million) + part(usage.output, self.output_per_million);
        MicroDollars::new(u64::try_from(total.div_ceil(1_000_000)).unwrap_or(u64::MAX))
    }
}

/// Where the model is, and what it costs.
#[derive(Clone, Debug)]
pub struct ModelSettings {
    /// Without a slash at the end, such as `https://api.openai.com/v1`.
    pub base_url: String,
    /// The key; some servers of one's own need none.
    pub key: Option<ApiKey>,
    /// The model's name.
    pub model: String,
    /// What it costs.
    pub prices: Prices,
    /// For a whole exchange, in milliseconds: a customer waits for it.
    pub timeout_ms: u64,
}

/// Asks a model over HTTP.
pub struct OpenAiModel {
    http: reqwest::Client,
    settings: ModelSettings,
    clock: Arc<dyn Clock>,
    breaker: Arc<Breaker>,
}

/// An answer that was read, or nothing.
type Answer = Result<(StatusCode, Vec<u8>), reqwest::Error>;

impl OpenAiModel {
    /// A model for these settings, and a breaker that others can look at.
    ///
    /// # Errors
    /// [`Outage`] if the HTTP client cannot be built.
    pub fn new(
        settings: ModelSettings,
        clock: Arc<dyn Clock>,
        breaker: Arc<Breaker>,
    ) -> Result<Self, Outage> {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(Outage::new)?;
        Ok(Self {
            http,
            settings,
            clock,
            breaker,
        })
    }

    const fn timeout(&self) -> Duration {
        Duration::from_millis(self.settings.timeout_ms)
    }

    async fn post(&self, body: String, within: Duration) -> Answer {
        let url = format!("{}/chat/completions", self.settings.base_url);
        let mut request = self
            .http
            .post(url)
            .timeout(within)
            .header(reqwest::header::CONTENT_TYPE, "application/json")
            .body(body);
        if let Some(key) = &self.settings.key {
            request = request.bearer_auth(&key.0);
        }
        let mut response = request.send().await?;
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

    /// Takes in how a call went.
    fn note(&self, account: TokenHash, trouble: bool) {
        match self.breaker.heard(account, trouble, self.clock.now()) {
            Some(Turn::LeftAlone { troubles, pause }) => tracing::error!(
                provider = "language_model",
                troubles,
                pause_s = pause.whole_seconds(),
                "the provider is left alone"
            ),
            Some(Turn::AnswersAgain) => {
                tracing::info!(provider = "language_model", "the provider answers again");
            }
            None => {}
        }
    }

    /// Sends one request, for at most so long; answers what came back, if it can be read, and what it cost.
    async fn ask(&self, body: String, answer_tokens: u32, within: Duration) -> (Option<Value>, MicroDollars) {
        let account = TokenHash::of(&self.settings.base_url);
        if !self.breaker.admits(account, self.clock.now()) {
            return (None, MicroDollars::default());
        }
        let charged_at_most = self.settings.prices.of(most(&body, answer_tokens));
        let answer = self.post(body, within).await;
        let trouble = match &answer {
            Ok((status, _)) => status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS,
            Err(error) => !error.is_builder(),
        };
        self.note(account, trouble);
        self.read(answer, charged_at_most)
    }

    /// What an answer says and cost. What went out and was not refused may be charged, so it counts as if it were.
    fn read(&self, answer: Answer, charged_at_most: MicroDollars) -> (Option<Value>, MicroDollars) {
        match answer {
            Ok((status, body)) if status.is_success() => {
                let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
                let cost = usage(&body).map_or(charged_at_most, |usage| self.settings.prices.of(usage));
                (Some(body), cost)
            }
            Ok((status, _body)) => {
                tracing::warn!(status = status.as_u16(), "the language model refused");
                (None, MicroDollars::default())
            }
            Err(error) if error.is_connect() || error.is_builder() => {
                tracing::warn!("the language model cannot be reached");
                (None, MicroDollars::default())
            }
            Err(error) => {
                tracing::warn!(timeout = error.is_timeout(), "the language model did not answer");
                (None, charged_at_most)
            }
        }
    }
}

/// What an answer says in the schema that was asked for.
fn as_asked<T>(answer: Option<Value>, read: impl Fn(&Value) -> Option<T>) -> Option<T> {
    let answer = answer?;
    let said = read(&answer);
    if said.is_none() {
        tracing::warn!("the language model did not answer as it was asked to");
    }
    said
}

#[async_trait]
impl LanguageModel for OpenAiModel {
    #[tracing::instrument(name = "language_model.classify", skip_all)]
    async fn classify(&self, shown: &Shown) -> Consulted {
        let body = request_guess(&self.settings.model, shown).to_string();
        let (answer, cost) = self.ask(body, GUESS_TOKENS_MAX, self.timeout()).await;
        let guess = as_asked(answer, guess);
        Consulted { guess, cost }
    }

    #[tracing::instrument(name = "language_model.rephrase", skip_all)]
    async fn rephrase(&self, question: &AskedAgain, within: Duration) -> Rephrased {
        let body = request_words(&self.settings.model, question).to_string();
        let within = within.min(self.timeout());
        let (answer, cost) = self.ask(body, WORDS_TOKENS_MAX, within).await;
        let words = as_asked(answer, words);
        Rephrased { words, cost }
    }
}
