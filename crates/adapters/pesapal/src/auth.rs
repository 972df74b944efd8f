//! The access token. It lives five minutes; all processes share one, and one process at a time renews it.

use std::sync::Arc;
use std::time::Duration as StdDuration;

use ratiba_kernel::{Clock, Outage, TokenHash};
use ratiba_payments::attempt::Provider;
use ratiba_payments::failure::FailureReason;
use ratiba_payments::ports::{AccessToken, Credential, RefreshLease, TokenStore};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::client::read_body;
use crate::settings::Account;
use crate::wire::{self, TokenMeaning};

/// A token is renewed so long before its end.
const RENEW_BEFORE: Duration = Duration::seconds(45);

/// How often, and how many times, a process looks whether another one has renewed the token: together a
/// little longer than a lease lasts.
const LOOK_EVERY: StdDuration = StdDuration::from_millis(100);
const LOOKS_MAX: u32 = 180;

/// Why there is no token. Nothing was asked of PesaPal but the token.
#[derive(Debug, thiserror::Error)]
pub enum NoToken {
    /// PesaPal does not take the key and the secret.
    #[error("pesapal refused the consumer key and secret")]
    Refused,
    /// PesaPal, or the store of the token, did not answer.
    #[error("no access token could be had")]
    Unavailable(#[from] Outage),
}

impl NoToken {
    /// What it means for a call that was to be made.
    #[must_use]
    pub const fn reason(&self) -> FailureReason {
        match self {
            Self::Refused => FailureReason::Misconfigured,
            Self::Unavailable(_) => FailureReason::ProviderUnavailable,
        }
    }
}

/// Hands out the token.
pub struct Tokens {
    store: Arc<dyn TokenStore>,
    clock: Arc<dyn Clock>,
    http: reqwest::Client,
    timeout: StdDuration,
    /// Within a process one caller looks for a new token, and the others wait for it. It keeps when that failed last.
    gate: Mutex<Option<Failure>>,
}

/// A token that could not be had.
struct Failure {
    /// Under which account.
    account: TokenHash,
    /// By the machine's clock.
    at: Instant,
    /// Whether PesaPal refused the key.
    refused: bool,
}

impl Tokens {
    /// Over the store that all processes share. `timeout` is for one request of a token, and shorter than a
    /// lease.
    #[must_use]
    pub fn new(
        store: Arc<dyn TokenStore>,
        clock: Arc<dyn Clock>,
        http: reqwest::Client,
        timeout: StdDuration,
    ) -> Self {
        Self {
            store,
            clock,
            http,
            timeout,
            gate: Mutex::new(None),
        }
    }

    /// A token that should be good. `refused` is one that PesaPal did not take: it is never given again, and
    /// a newer one that is in the store already is taken as it is.
    ///
    /// # Errors
    /// [`NoToken`].
    pub async fn token(
        &self,
        account: &Account,
        refused: Option<&AccessToken>,
    ) -> Result<AccessToken, NoToken> {
        let credential = Credential {
            provider: Provider::Pesapal,
            hash: account.settings.credential_hash(),
        };
        if let Some(good) = self.stored(account, &credential, refused).await? {
            return Ok(good);
        }
        let came_at = Instant::now(); // bookkeeping: who waited while it failed, by the machine's clock
        let mut one_at_a_time = self.gate.lock().await;
        if let Some(failure) = &*one_at_a_time
            && failure.account == credential.hash
            && came_at < failure.at
        {
            return Err(failure.told());
        }
        let found = self.renewed(account, &credential, refused).await;
        *one_at_a_time = found.as_ref().err().map(|error| Failure {
            account: credential.hash,
            at: Instant::now(), // bookkeeping
            refused: matches!(error, NoToken::Refused),
        });
        found
    }

    /// A token that is good, by whichever process gets it.
    async fn renewed(
        &self,
        account: &Account,
        credential: &Credential,
        refused: Option<&AccessToken>,
    ) -> Result<AccessToken, NoToken> {
        for _ in 0..LOOKS_MAX {
            if let Some(good) = self.stored(account, credential, refused).await? {
                return Ok(good);
            }
            if let Some(lease) = self.store.lease(account.owner, credential).await?
                && let Some(new) = self.renew(account, credential, refused, lease).await?
            {
                return Ok(new);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Err(Outage::new("another process did not come back with a token").into())
    }

    async fn stored(
        &self,
        account: &Account,
        credential: &Credential,
        refused: Option<&AccessToken>,
    ) -> Result<Option<AccessToken>, Outage> {
        let stored = self.store.token(account.owner, credential).await?;
        let now = self.clock.now();
        Ok(stored.filter(|token| token.expires_at() - RENEW_BEFORE > now && Some(token) != refused))
    }

    /// Asks for a token under a lease; `None` if the lease was lost meanwhile: somebody else's token counts.
    async fn renew(
        &self,
        account: &Account,
        credential: &Credential,
        refused: Option<&AccessToken>,
        lease: RefreshLease,
    ) -> Result<Option<AccessToken>, NoToken> {
        // Somebody may have put one between our look and our lease.
        if let Some(good) = self.stored(account, credential, refused).await? {
            self.store
                .put(account.owner, credential, lease, Some(good.clone()))
                .await?;
            return Ok(Some(good));
        }
        let asked = self.ask(account).await;
        let new = asked.as_ref().ok().cloned();
        let held = self.store.put(account.owner, credential, lease, new).await?;
        let token = asked?;
        Ok(held.then_some(token))
    }

    async fn ask(&self, account: &Account) -> Result<AccessToken, NoToken> {
        let settings = &account.settings;
        let body = wire::token_request(
            settings.consumer_key().reveal(),
            settings.consumer_secret().reveal(),
        );
        let asked_at = self.clock.now();
        let request = self.http.post(settings.endpoint(wire::TOKEN_PATH));
        let request = request
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/json")
            .timeout(self.timeout)
            .body(body);
        let answer = request.send().await.map_err(without_url)?;
        let status = answer.status().as_u16();
        let body = read_body(answer).await.map_err(without_url)?;
        match wire::token_meaning(status, &body, asked_at) {
            TokenMeaning::Token { secret, expires_at } => Ok(AccessToken::new(secret, expires_at)),
            TokenMeaning::Refused => Err(NoToken::Refused),
            TokenMeaning::Unclear => Err(Outage::new(format!(
                "the token endpoint's answer of status {status} is no token"
            ))
            .into()),
        }
    }
}

impl Failure {
    /// The same for whoever waited.
    fn told(&self) -> NoToken {
        if self.refused {
            NoToken::Refused
        } else {
            Outage::new("no access token could be had a moment ago").into()
        }
    }
}

fn without_url(error: reqwest::Error) -> Outage {
    Outage::new(error.without_url())
}
