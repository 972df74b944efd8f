//! The access token. Asking for a new one cancels the one before, so all processes share one, and one
//! process at a time renews it.

use std::sync::Arc;
use std::time::Duration as StdDuration;

use async_trait::async_trait;
use ratiba_kernel::{Clock, Outage};
use ratiba_payments::attempt::Provider;
use ratiba_payments::ports::{AccessToken, Credential, TokenStore};
use ratiba_payments::use_cases::{LOOK_EVERY, LOOKS_MOST, NoToken, ShareToken, TokenIssuer, TokenOf};
use reqwest::header::AUTHORIZATION;
use time::Duration;
use tokio::sync::Mutex;

use crate::client::read_body;
use crate::settings::Account;
use crate::wire;

/// A token is renewed so long before its end.
const RENEW_BEFORE: Duration = Duration::seconds(60);

/// Hands out the one token.
pub struct Tokens {
    share: ShareToken,
    http: reqwest::Client,
    timeout: StdDuration,
    /// Within a process one caller looks for a new token, and the others wait for it.
    gate: Mutex<()>,
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
            gate: Mutex::new(()),
        }
    }

    /// A token that should be good. `refused` is one that Daraja did not take: it is never given again, and
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
                provider: Provider::Mpesa,
                hash: account.settings.credential_hash(),
            },
        };
        if let Some(good) = self.share.stored(&of, refused).await? {
            return Ok(good);
        }
        let _one_at_a_time = self.gate.lock().await;
        let asking = Asking {
            tokens: self,
            account,
        };
        for _ in 0..LOOKS_MOST {
            if let Some(good) = self.share.look(&of, refused, &asking).await? {
                return Ok(good);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Err(Outage::new("another process did not come back with a token").into())
    }
}

/// Daraja, asked for a token of one account.
struct Asking<'a> {
    tokens: &'a Tokens,
    account: &'a Account,
}

#[async_trait]
impl TokenIssuer for Asking<'_> {
    async fn issue(&self) -> Result<AccessToken, NoToken> {
        let settings = &self.account.settings;
        let basic = wire::basic(
            settings.consumer_key().reveal(),
            settings.consumer_secret().reveal(),
        );
        let request = self.tokens.http.get(settings.endpoint(wire::TOKEN_PATH));
        let request = request.header(AUTHORIZATION, basic).timeout(self.tokens.timeout);
        let answer = request.send().await.map_err(without_url)?;
        let status = answer.status().as_u16();
        let body = read_body(answer).await.map_err(without_url)?;
        let now = self.tokens.share.clock.now();
        match status {
            200 => match wire::token_meaning(&body) {
                Some((secret, life)) => Ok(AccessToken::new(secret, now + Duration::seconds(life))),
                None => Err(Outage::new("the token endpoint's answer has another shape").into()),
            },
            400 | 401 => Err(NoToken::Refused { status }),
            other => Err(Outage::new(format!("the token endpoint answered {other}")).into()),
        }
    }
}

fn without_url(error: reqwest::Error) -> Outage {
    Outage::new(error.without_url())
}
