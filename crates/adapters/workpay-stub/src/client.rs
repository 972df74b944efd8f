//! Asking: one request, one answer, and what it means.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration as Pause;

use async_trait::async_trait;
use ratiba_kernel::breaker::Turn;
use ratiba_kernel::{Breaker, Clock, Outage, TokenHash};
use ratiba_payroll::earnings::{Batch, EarningCode};
use ratiba_payroll::employee::{Company, Employee};
use ratiba_payroll::export::{Receipt, Rejection};
use ratiba_payroll::ports::{GatewayError, PayrollGateway, PeriodState};
use ratiba_payroll::{BatchId, PayMonth};
use reqwest::header::RETRY_AFTER;
use reqwest::{RequestBuilder, Response, StatusCode};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::wire;

/// The largest answer that is read, in bytes: a directory of some thousands.
const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;
/// How long payroll is left alone when it does not say for how long.
const RETRY_AFTER_UNSAID: Duration = Duration::seconds(60);
/// The longest that payroll is left alone, whatever it says.
const RETRY_AFTER_MAX: Duration = Duration::hours(6);

/// What opens the account. `Debug` says nothing.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// Wraps a token from the settings.
    pub fn new(token: impl Into<String>) -> Self {
        Self(token.into())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Where things are asked, below the address; `{company}`, `{period}` and `{batch}` stand for what is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// The directory.
    pub employees: String,
    /// Takes batches.
    pub batches: String,
    /// Tells of one batch.
    pub batch: String,
    /// Tells how far a month is.
    pub period: String,
}

impl Default for Paths {
    /// Those of the stand-in.
    fn default() -> Self {
        let at = |rest: &str| format!("/v1/companies/{{company}}/{rest}");
        Self {
            employees: at("employees"),
            batches: at("earnings-batches"),
            batch: at("earnings-batches/{batch}"),
            period: at("periods/{period}"),
        }
    }
}

/// Payroll's words for what is earned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Codes {
    /// For commission.
    pub commission: String,
    /// For tips.
    pub tips: String,
    /// For commission that is taken back.
    pub clawback: String,
}

impl Default for Codes {
    fn default() -> Self {
        let word = |code: EarningCode| code.as_str().to_owned();
        Self {
            commission: word(EarningCode::Commission),
            tips: word(EarningCode::Tips),
            clawback: word(EarningCode::Clawback),
        }
    }
}

impl Codes {
    /// Payroll's word for a code.
    pub(crate) fn word(&self, code: EarningCode) -> &str {
        match code {
            EarningCode::Commission => &self.commission,
            EarningCode::Tips => &self.tips,
            EarningCode::Clawback => &self.clawback,
        }
    }
}

/// Where payroll is, and how it is spoken to.
#[derive(Clone, Debug)]
pub struct WorkpaySettings {
    /// Without a slash at the end.
    pub base_url: String,
    /// What opens the account of which company.
    pub tokens: BTreeMap<Company, Token>,
    /// Where things are asked.
    pub paths: Paths,
    /// The words for what is earned.
    pub codes: Codes,
    /// For a whole exchange, in milliseconds.
    pub timeout_ms: u64,
}

/// Asks payroll over HTTP.
pub struct WorkpayHttp {
    http: reqwest::Client,
    settings: WorkpaySettings,
    clock: Arc<dyn Clock>,
    breaker: Arc<Breaker>,
}

/// An answer that was read.
struct Answer {
    status: StatusCode,
    retry_after: Option<Duration>,
    body: Vec<u8>,
}

impl WorkpayHttp {
    /// Payroll for these settings, and a breaker that others can look at.
    ///
    /// # Errors
    /// [`Outage`] if the HTTP client cannot be built.
    pub fn new(
        settings: WorkpaySettings,
        clock: Arc<dyn Clock>,
        breaker: Arc<Breaker>,
    ) -> Result<Self, Outage> {
        let http = reqwest::Client::builder()
            .timeout(Pause::from_millis(settings.timeout_ms))
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

    fn url(&self, path: &str, company: &Company) -> String {
        // Company and months have no characters that an address would take for its own, and batches are UUIDs.
        let path = path.replace("{company}", company.as_str());
        format!("{}{path}", self.settings.base_url)
    }

    /// Asks for a company, with what opens its account and no other; without that nothing is asked.
    async fn ask(&self, company: &Company, request: RequestBuilder) -> Result<Answer, GatewayError> {
        let Some(token) = self.settings.tokens.get(company) else {
            return Err(GatewayError::Unauthorized);
        };
        let account = TokenHash::of(&self.settings.base_url);
        if !self.breaker.admits(account, self.clock.now()) {
            return Err(Outage::new("payroll is left alone").into());
        }
        let sent = request.bearer_auth(&token.0).send().await;
        let answer = match sent {
            Ok(response) => read(response).await,
            Err(error) => Err(error),
        };
        let trouble = answer
            .as_ref()
            .map_or(true, |answer| answer.status.is_server_error());
        self.note(account, trouble);
        let answer = answer.map_err(|error| Outage::new(error.without_url()))?;
        refused(answer)
    }

    /// Takes in how a call went.
    fn note(&self, account: TokenHash, trouble: bool) {
        match self.breaker.heard(account, trouble, self.clock.now()) {
            Some(Turn::LeftAlone { troubles, pause }) => tracing::error!(
                provider = "payroll",
                troubles,
                pause_s = pause.whole_seconds(),
                "the provider is left alone"
            ),
            Some(Turn::AnswersAgain) => tracing::info!(provider = "payroll", "the provider answers again"),
            None => {}
        }
    }
}

async fn read(mut response: Response) -> Result<Answer, reqwest::Error> {
    let status = response.status();
    let seconds = response.headers().get(RETRY_AFTER);
    let seconds: Option<i64> = seconds.and_then(|value| value.to_str().ok()?.parse().ok());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > ANSWER_BYTES_MAX {
            break;
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer {
        status,
        retry_after: seconds.filter(|seconds| *seconds >= 0).map(Duration::seconds),
        body,
    })
}

/// The answer, unless it is a refusal. What a server says of itself (5xx), or that it waited too long for us, may be another
/// thing next time; every other refusal is for good.
fn refused(answer: Answer) -> Result<Answer, GatewayError> {
    match answer.status {
        status if status.is_success() || status == StatusCode::NOT_FOUND => Ok(answer),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(GatewayError::Unauthorized),
        StatusCode::LOCKED => Err(GatewayError::PeriodLocked),
        StatusCode::TOO_MANY_REQUESTS => Err(GatewayError::RateLimited {
            retry_after: answer
                .retry_after
                .unwrap_or(RETRY_AFTER_UNSAID)
                .min(RETRY_AFTER_MAX),
        }),
        StatusCode::CONFLICT => Err(rejected(&answer, Rejection::Conflict)),
        StatusCode::METHOD_NOT_ALLOWED | StatusCode::GONE => Err(rejected(&answer, Rejection::WrongAddress)),
        StatusCode::REQUEST_TIMEOUT => Err(outage(answer.status)),
        status if status.is_client_error() => Err(rejected(&answer, Rejection::NotAccepted)),
        status if status.is_redirection() => Err(rejected(&answer, Rejection::WrongAddress)),
        status => Err(outage(status)),
    }
}

fn outage(status: StatusCode) -> GatewayError {
    Outage::new(format!("payroll answered {status}")).into()
}

/// A refusal for good, with payroll's own word for it in the log.
fn rejected(answer: &Answer, rejection: Rejection) -> GatewayError {
    let code = wire::refusal_code(&answer.body).unwrap_or_default();
    tracing::warn!(
        provider = "payroll",
        status = answer.status.as_u16(),
        code,
        "{rejection}"
    );
    GatewayError::Rejected(rejection)
}

/// What was found. Payroll knows everything that is asked for by this way.
fn found(answer: Answer) -> Result<Vec<u8>, GatewayError> {
    if answer.status == StatusCode::NOT_FOUND {
        Err(rejected(&answer, Rejection::WrongAddress))
    } else {
        Ok(answer.body)
    }
}

#[async_trait]
impl PayrollGateway for WorkpayHttp {
    #[tracing::instrument(name = "workpay.employees", skip_all)]
    async fn employees(
        &self,
        company: &Company,
        changed_since: Option<OffsetDateTime>,
    ) -> Result<Vec<Employee>, GatewayError> {
        let mut request = self.http.get(self.url(&self.settings.paths.employees, company));
        if let Some(since) = changed_since {
            let since = since.format(&Rfc3339).map_err(Outage::new)?;
            request = request.query(&[("changed_since", since)]);
        }
        let body = found(self.ask(company, request).await?)?;
        Ok(wire::employees(&body)?)
    }

    #[tracing::instrument(name = "workpay.push_earnings", skip_all, fields(batch.id = %batch.id))]
    async fn push_earnings(&self, batch: &Batch) -> Result<Receipt, GatewayError> {
        let url = self.url(&self.settings.paths.batches, &batch.company);
        let request = self
            .http
            .post(url)
            .json(&wire::batch(batch, &self.settings.codes));
        let body = found(self.ask(&batch.company, request).await?)?;
        Ok(wire::receipt(&body)?)
    }

    #[tracing::instrument(name = "workpay.period_state", skip_all)]
    async fn period_state(&self, company: &Company, period: PayMonth) -> Result<PeriodState, GatewayError> {
        let url = self.url(&self.settings.paths.period, company);
        let request = self.http.get(url.replace("{period}", &period.to_string()));
        let body = found(self.ask(company, request).await?)?;
        Ok(wire::period_state(&body)?)
    }

    #[tracing::instrument(name = "workpay.batch_status", skip_all, fields(batch.id = %batch))]
    async fn batch_status(&self, company: &Company, batch: BatchId) -> Result<Option<Receipt>, GatewayError> {
        let url = self.url(&self.settings.paths.batch, company);
        let request = self.http.get(url.replace("{batch}", &batch.to_string()));
        let answer = self.ask(company, request).await?;
        if answer.status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        Ok(Some(wire::receipt(&answer.body)?))
    }
}
