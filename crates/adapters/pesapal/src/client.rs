//! Speaks to PesaPal. An order is submitted once: where it may have been taken, nothing is repeated.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ratiba_kernel::breaker::Turn;
use ratiba_kernel::{Breaker, Clock, Outage, TenantId};
use ratiba_payments::card::{CancelAnswer, CardRefundAnswer, CardStatus, OpenAnswer};
use ratiba_payments::evidence::{Heard, RawAnswer, veiled};
use ratiba_payments::failure::FailureReason;
use ratiba_payments::ports::{
    AccessToken, CardOrder, CardPage, CardRefundOrder, NoticeAddress, NoticeAddresses, TokenSource,
    TokenStore,
};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::redirect::Policy;

use crate::auth::Tokens;
use crate::settings::{Account, PesapalAccounts};
use crate::wire;

/// The longest answer that is read.
const ANSWER_BYTES_MAX: usize = 65_536;

/// How long each call may take, connecting included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Until a connection stands.
    pub connect: Duration,
    /// For a token; shorter than the lease under which it is asked for.
    pub token: Duration,
    /// For everything that comes before an order: the token, and the address for notices. What takes longer was not begun.
    pub preparation: Duration,
    /// For an order, or for registering an address.
    pub order: Duration,
    /// For a question or a cancellation.
    pub status: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            token: Duration::from_secs(10),
            preparation: Duration::from_secs(20),
            order: Duration::from_secs(15),
            status: Duration::from_secs(15),
        }
    }
}

/// Plays [`CardPage`] through PesaPal.
pub struct PesapalClient {
    accounts: Arc<dyn PesapalAccounts>,
    addresses: Arc<dyn NoticeAddresses>,
    secrets: Arc<dyn TokenSource>,
    tokens: Tokens,
    clock: Arc<dyn Clock>,
    http: reqwest::Client,
    breaker: Arc<Breaker>,
    timeouts: Timeouts,
}

/// What a client works with.
pub struct Ground {
    /// The accounts of all tenants.
    pub accounts: Arc<dyn PesapalAccounts>,
    /// The addresses for notices that PesaPal knows.
    pub addresses: Arc<dyn NoticeAddresses>,
    /// Secrets for the paths of new addresses.
    pub secrets: Arc<dyn TokenSource>,
    /// The tokens that all processes share.
    pub store: Arc<dyn TokenStore>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// One call under a token.
struct Call {
    url: String,
    /// A POST with this body; without one, a GET.
    body: Option<String>,
    timeout: Duration,
}

/// What came of a call.
enum Said {
    /// An answer.
    Answer { http: u16, body: String },
    /// The call was certainly not looked at.
    NotMade(FailureReason),
    /// The call may have been taken, and no answer came.
    Lost,
}

impl PesapalClient {
    /// A client for the accounts of all tenants.
    ///
    /// # Errors
    /// [`Outage`] if no HTTP client can be built.
    pub fn new(ground: Ground, timeouts: Timeouts) -> Result<Self, Outage> {
        let http = reqwest::Client::builder()
            .connect_timeout(timeouts.connect)
            // A redirected order would be a second one.
            .redirect(Policy::none())
            // A connection that the other end has closed looks like a lost answer: each call has its own.
            .pool_max_idle_per_host(0)
            .user_agent("ratiba")
            .build()
            .map_err(Outage::new)?;
        let clock = ground.clock;
        Ok(Self {
            accounts: ground.accounts,
            addresses: ground.addresses,
            secrets: ground.secrets,
            tokens: Tokens::new(ground.store, Arc::clone(&clock), http.clone(), timeouts.token),
            clock,
            http,
            breaker: Arc::default(),
            timeouts,
        })
    }

    /// The same, with a breaker that others can look at.
    #[must_use]
    pub fn with_breaker(mut self, breaker: Arc<Breaker>) -> Self {
        self.breaker = breaker;
        self
    }

    /// The account, if PesaPal is called for it at this moment.
    async fn reachable(&self, tenant: TenantId) -> Result<Account, FailureReason> {
        let account = self.account(tenant).await?;
        let credential = account.settings.credential_hash();
        if self.breaker.admits(credential, self.clock.now()) {
            Ok(account)
        } else {
            Err(FailureReason::ProviderUnavailable)
        }
    }

    /// Takes in how a call went.
    fn note(&self, account: &Account, trouble: bool) {
        let (credential, now) = (account.settings.credential_hash(), self.clock.now());
        match self.breaker.heard(credential, trouble, now) {
            Some(Turn::LeftAlone { troubles, pause }) => tracing::error!(
                provider = "pesapal",
                troubles,
                pause_s = pause.whole_seconds(),
                "the provider is left alone"
            ),
            Some(Turn::AnswersAgain) => tracing::info!(provider = "pesapal", "the provider answers again"),
            None => {}
        }
    }

    /// A token within the time for preparations. Nothing is asked of PesaPal but the token, so whatever is in its way is
    /// in the way of the call.
    async fn token(
        &self,
        account: &Account,
        refused: Option<&AccessToken>,
    ) -> Result<AccessToken, FailureReason> {
        let asked = self.tokens.token(account, refused);
        match tokio::time::timeout(self.timeouts.preparation, asked).await {
            Ok(Ok(token)) => Ok(token),
            Ok(Err(no_token)) => {
                // A wrong credential is no trouble of PesaPal's.
                if no_token.reason() == FailureReason::ProviderUnavailable {
                    self.note(account, true);
                }
                tracing::error!(error = ?no_token, "pesapal was not called for want of an access token");
                Err(no_token.reason())
            }
            Err(_elapsed) => {
                self.note(account, true);
                tracing::error!("pesapal was not called: no access token came in time");
                Err(FailureReason::ProviderUnavailable)
            }
        }
    }

    /// Makes a call; with a token that PesaPal refuses, once more with a new one.
    async fn call(&self, account: &Account, call: &Call) -> Said {
        let mut refused = None;
        loop {
            let token = match self.token(account, refused.as_ref()).await {
                Ok(token) => token,
                Err(reason) => return Said::NotMade(reason),
            };
            let request = match &call.body {
                Some(body) => self.http.post(&call.url).body(body.clone()),
                None => self.http.get(&call.url),
            };
            let request = request
                .header(ACCEPT, "application/json")
                .header(CONTENT_TYPE, "application/json")
                .bearer_auth(token.reveal())
                .timeout(call.timeout);
            let heard = said(request, &token).await;
            self.note(
                account,
                match &heard {
                    Ok((http, body)) => wire::is_trouble(*http, body),
                    Err(error) => !error.is_builder(),
                },
            );
            let (http, body) = match heard {
                Ok(answer) => answer,
                // No connection stood, so nothing was submitted.
                Err(error) if error.is_connect() => return Said::NotMade(FailureReason::ProviderUnavailable),
                Err(error) if error.is_builder() => return Said::NotMade(FailureReason::Misconfigured),
                Err(_lost) => return Said::Lost,
            };
            if !wire::is_token_refusal(http, &body) {
                return Said::Answer { http, body };
            }
            // A refused token means that the call was not looked at: it may be repeated, once.
            if refused.is_some() {
                return Said::NotMade(FailureReason::ProviderUnavailable);
            }
            refused = Some(token);
        }
    }

    /// PesaPal's id of the tenant's address for notices, which is registered if there is none yet. Two
    /// processes that do so at once register two; both work for ever.
    async fn notice_id(&self, tenant: TenantId, account: &Account) -> Result<String, FailureReason> {
        let unavailable = |outage: Outage| {
            tracing::error!(error = ?outage, "the addresses for notices cannot be read or written");
            FailureReason::ProviderUnavailable
        };
        let settings = &account.settings;
        let belongs_to = settings.notice_account();
        let known = self.addresses.registered(tenant, &belongs_to).await;
        if let Some(known) = known.map_err(unavailable)? {
            return Ok(known);
        }
        let key = self.secrets.callback_token();
        let call = Call {
            url: settings.endpoint(wire::REGISTER_PATH),
            body: Some(wire::register_request(&settings.notice_url(key.reveal()))),
            timeout: self.timeouts.order,
        };
        let provider_id = match self.call(account, &call).await {
            Said::Answer { http, body } => wire::register_meaning(http, &body).ok_or_else(|| {
                tracing::error!(http, "pesapal did not take the address for notices");
                FailureReason::ProviderUnavailable
            })?,
            Said::NotMade(reason) => return Err(reason),
            Said::Lost => return Err(FailureReason::ProviderUnavailable),
        };
        let address = NoticeAddress {
            key: key.hash(),
            account: belongs_to,
            provider_id: provider_id.clone(),
            at: self.clock.now(),
        };
        self.addresses.add(tenant, address).await.map_err(unavailable)?;
        Ok(provider_id)
    }

    async fn account(&self, tenant: TenantId) -> Result<Account, FailureReason> {
        self.accounts.account(tenant).await.map_err(|outage| {
            tracing::error!(error = ?outage, "the pesapal account cannot be read");
            FailureReason::ProviderUnavailable
        })
    }

    /// The account and PesaPal's id of its address for notices, in time.
    async fn prepared(&self, tenant: TenantId) -> Result<(Account, String), FailureReason> {
        let preparing = async {
            let account = self.account(tenant).await?;
            let notice_id = self.notice_id(tenant, &account).await?;
            self.token(&account, None).await?;
            Ok((account, notice_id))
        };
        tokio::time::timeout(self.timeouts.preparation, preparing)
            .await
            .unwrap_or(Err(FailureReason::ProviderUnavailable))
    }

    /// Opens an order; `Err` if it certainly was not looked at. Where PesaPal does not take the address for notices any
    /// more, another one is registered, once.
    async fn submit(&self, tenant: TenantId, order: &CardOrder) -> Result<Heard<OpenAnswer>, FailureReason> {
        let (account, notice_id) = self.prepared(tenant).await?;
        let said = self.order(&account, order, &notice_id).await;
        let Said::Answer { http, body } = &said else {
            return opened(&account, order, said);
        };
        if !wire::refuses_notice_id(*http, body) {
            return opened(&account, order, said);
        }
        tracing::error!("pesapal does not take the address for notices any more: another one is registered");
        let (belongs_to, now) = (account.settings.notice_account(), self.clock.now());
        if let Err(outage) = self.addresses.retire(tenant, &belongs_to, &notice_id, now).await {
            tracing::error!(error = ?outage, "the address for notices cannot be put away");
            return Err(FailureReason::ProviderUnavailable);
        }
        let (account, notice_id) = self.prepared(tenant).await?;
        let said = self.order(&account, order, &notice_id).await;
        opened(&account, order, said)
    }

    async fn order(&self, account: &Account, order: &CardOrder, notice_id: &str) -> Said {
        let settings = &account.settings;
        let call = Call {
            url: settings.endpoint(wire::ORDER_PATH),
            body: Some(wire::order_request(order, notice_id, &settings.return_url())),
            timeout: self.timeouts.order,
        };
        self.call(account, &call).await
    }
}

/// What the answer to an order means for an account; `Err` if the order certainly was not looked at.
fn opened(account: &Account, order: &CardOrder, said: Said) -> Result<Heard<OpenAnswer>, FailureReason> {
    let (http, body) = match said {
        Said::Answer { http, body } => (http, body),
        Said::NotMade(reason) => return Err(reason),
        Said::Lost => {
            return Ok(Heard {
                answer: OpenAnswer::Unknown,
                raw: None,
            });
        }
    };
    let answer = match wire::open_meaning(http, &body, order.reference.as_str()) {
        // Nobody is sent to a page on which anybody could read the card's number.
        OpenAnswer::Created { ids, page } if !page.is_secure() && !account.settings.is_sandbox() => {
            OpenAnswer::NoPage { ids }
        }
        other @ (OpenAnswer::Created { .. }
        | OpenAnswer::NoPage { .. }
        | OpenAnswer::Rejected { .. }
        | OpenAnswer::Unknown) => other,
    };
    Ok(Heard {
        answer,
        raw: Some(RawAnswer::new(&body)),
    })
}

async fn said(
    request: reqwest::RequestBuilder,
    token: &AccessToken,
) -> Result<(u16, String), reqwest::Error> {
    let answer = request.send().await?;
    let http = answer.status().as_u16();
    Ok((http, veiled(read_body(answer).await?, &[token.reveal()])))
}

/// The body, or its beginning if it is longer than any that PesaPal sends. What is not UTF-8 is replaced.
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
impl CardPage for PesapalClient {
    async fn open(&self, tenant: TenantId, order: CardOrder) -> Heard<OpenAnswer> {
        let submitted = match self.reachable(tenant).await {
            Ok(_reachable) => self.submit(tenant, &order).await,
            Err(reason) => Err(reason),
        };
        match submitted {
            Ok(heard) => heard,
            Err(reason) => Heard {
                answer: OpenAnswer::Rejected { reason, code: None },
                raw: None,
            },
        }
    }

    async fn status(&self, tenant: TenantId, tracking: &str) -> Heard<CardStatus> {
        let nothing = Heard {
            answer: CardStatus::NoAnswer,
            raw: None,
        };
        if !wire::is_plain_id(tracking, 64) {
            return nothing;
        }
        let Ok(account) = self.reachable(tenant).await else {
            return nothing;
        };
        let call = Call {
            url: account
                .settings
                .endpoint(&format!("{}{tracking}", wire::STATUS_PATH)),
            body: None,
            timeout: self.timeouts.status,
        };
        match self.call(&account, &call).await {
            Said::Answer { http, body } => Heard {
                answer: wire::status_meaning(http, &body, tracking),
                raw: Some(RawAnswer::new(&body)),
            },
            Said::NotMade(_) | Said::Lost => nothing,
        }
    }

    async fn cancel(&self, tenant: TenantId, tracking: &str) -> Heard<CancelAnswer> {
        let without_answer = |answer| Heard { answer, raw: None };
        let Ok(account) = self.reachable(tenant).await else {
            return without_answer(CancelAnswer::NotMade);
        };
        let call = Call {
            url: account.settings.endpoint(wire::CANCEL_PATH),
            body: Some(wire::cancel_request(tracking)),
            timeout: self.timeouts.status,
        };
        match self.call(&account, &call).await {
            Said::Answer { http, body } => Heard {
                answer: wire::cancel_meaning(http, &body),
                raw: Some(RawAnswer::new(&body)),
            },
            Said::NotMade(_) => without_answer(CancelAnswer::NotMade),
            Said::Lost => without_answer(CancelAnswer::Unknown),
        }
    }

    async fn refund(&self, tenant: TenantId, order: CardRefundOrder) -> Heard<CardRefundAnswer> {
        let without_answer = |answer| Heard { answer, raw: None };
        let Ok(account) = self.reachable(tenant).await else {
            return without_answer(CardRefundAnswer::NotMade);
        };
        let call = Call {
            url: account.settings.endpoint(wire::REFUND_PATH),
            body: Some(wire::refund_request(&order)),
            timeout: self.timeouts.order,
        };
        match self.call(&account, &call).await {
            Said::Answer { http, body } => Heard {
                answer: wire::refund_meaning(http, &body),
                raw: Some(RawAnswer::new(&body)),
            },
            Said::NotMade(_) => without_answer(CardRefundAnswer::NotMade),
            Said::Lost => without_answer(CardRefundAnswer::Unknown),
        }
    }
}
