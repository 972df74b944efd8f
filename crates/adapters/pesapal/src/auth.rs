//! The access token. It lives five minutes; all processes share one, and one process at a time renews it.

use std::sync::Arc;
use std::time::Duration as StdDuration;

use async_trait::async_trait;
use ratiba_kernel::{Clock, Outage, TokenHash};
use ratiba_payments::attempt::Provider;
use ratiba_payments::ports::{AccessToken, Credential, TokenStore};
use ratiba_payments::use_cases::{LOOK_EVERY, LOOKS_MOST, NoToken, ShareToken, TokenIssuer, TokenOf};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::client::read_body;
use crate::settings::Account;
use crate::wire::{self, TokenMeaning};

/// A token is renewed so long before its end.
const RENEW_BEFORE: Duration = Duration::seconds(45);

/// Hands out the token.
pub struct Tokens {
    share: ShareToken,
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
    /// The status with which PesaPal refused the key, if it did.
    refused: Option<u16>,
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
        let share = ShareToken {
            store,
            clock,
            renew_before: RENEW_BEFORE,
        };
        Self {
            share,
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
        let of = TokenOf {
            owner: account.owner,
            credential: Credential {
                provider: Provider::Pesapal,
                hash: account.settings.credential_hash(),
            },
        };
        if let Some(good) = self.share.stored(&of, refused).await? {
            return Ok(good);
        }
        let came_at = Instant::now(); // bookkeeping: who waited while it failed, by the machine's clock
        let mut one_at_a_time = self.gate.lock().await;
        if let Some(failure) = &*one_at_a_time
            && failure.account == of.credential.hash
            && came_at < failure.at
        {
            return Err(failure.told());
        }
        let found = self.renewed(account, &of, refused).await;
        *one_at_a_time = found.as_ref().err().map(|error| Failure {
            account: of.credential.hash,
            at: Instant::now(), // bookkeeping
            refused: match error {
                NoToken::Refused { status } => Some(*status),
                NoToken::Unavailable(_) => None,
            },
        });
        found
    }

    /// A token that is good, by whichever process gets it.
    async fn renewed(
        &self,
        account: &Account,
        of: &TokenOf,
        refused: Option<&AccessToken>,
    ) -> Result<AccessToken, NoToken> {
        let asking = Asking {
            tokens: self,
            account,
        };
        for _ in 0..LOOKS_MOST {
            if let Some(good) = self.share.look(of, refused, &asking).await? {
                return Ok(good);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Err(Outage::new("another process did not come back with a token").into())
    }
}

/// PesaPal, asked for a token of one account.
struct Asking<'a> {
    tokens: &'a Tokens,
    account: &'a Account,
}

#[async_trait]
impl TokenIssuer for Asking<'_> {
    async fn issue(&self) -> Result<AccessToken, NoToken> {
        let settings = &self.account.settings;
        let body = wire::token_request(
            settings.consumer_key().reveal(),
            settings.consumer_secret().reveal(),
        );
        let asked_at = self.tokens.share.clock.now();
        let request = self.tokens.http.post(settings.endpoint(wire::TOKEN_PATH));
        let request = request
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/json")
            .timeout(self.tokens.timeout)
            .body(body);
        let answer = request.send().await.map_err(without_url)?;
        let status = answer.status().as_u16();
        let body = read_body(answer).await.map_err(without_url)?;
        match wire::token_meaning(status, &body, asked_at) {
            TokenMeaning::Token { secret, expires_at } => Ok(AccessToken::new(secret, expires_at)),
            TokenMeaning::Refused => Err(NoToken::Refused { status }),
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
        match self.refused {
            Some(status) => NoToken::Refused { status },
            None => Outage::new("no access token could be had a moment ago").into(),
        }
    }
}

fn without_url(error: reqwest::Error) -> Outage {
    Outage::new(error.without_url())
}
