//! Speaks to the issuer.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ratiba_access::IdentityIssuer;
use ratiba_access::sign_in::{AuthorizationRequest, RedeemError, Redemption, Refusal, SignedIn};
use ratiba_kernel::{Clock, Outage};
use reqwest::redirect::Policy;
use reqwest::{RequestBuilder, StatusCode, Url};
use serde::{Deserialize, Deserializer, de};
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;

use crate::kept::{self, Kept};
use crate::keys::{self, Key};
use crate::settings::OidcSettings;
use crate::token::{Expected, Unproven};

/// How long a call may take, connecting included.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// The longest answer that is read.
const ANSWER_BYTES_MAX: usize = 256 * 1024;
/// How often keys are fetched out of turn, because a token names one that is not known, within [`OUT_OF_TURN_WITHIN`].
const OUT_OF_TURN_MAX: usize = 5;
/// See [`OUT_OF_TURN_MAX`].
const OUT_OF_TURN_WITHIN: Duration = Duration::from_secs(60);

/// Plays [`IdentityIssuer`] through OpenID Connect.
///
/// Nobody waits for somebody else's call: what the issuer says of itself is asked for once at a time, and whoever needs it
/// meanwhile waits for that answer, for as long as a call may take and no longer.
pub struct OidcIssuer {
    line: Arc<Line>,
    clock: Arc<dyn Clock>,
}

/// The way to the issuer, and what came of it.
struct Line {
    settings: OidcSettings,
    http: reqwest::Client,
    /// Looked at and let go of: no call is made under it.
    known: Mutex<Known>,
}

/// What the issuer said of itself.
#[derive(Default)]
struct Known {
    description: Kept<Description>,
    keys: Kept<Vec<Key>>,
    out_of_turn: Vec<Instant>,
}

#[derive(Clone, Deserialize)]
struct Description {
    issuer: String,
    #[serde(deserialize_with = "address")]
    authorization_endpoint: Url,
    #[serde(deserialize_with = "address")]
    token_endpoint: Url,
    #[serde(deserialize_with = "address")]
    jwks_uri: Url,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

fn address<'de, D: Deserializer<'de>>(from: D) -> Result<Url, D::Error> {
    Url::parse(&String::deserialize(from)?).map_err(de::Error::custom)
}

#[derive(Deserialize)]
struct TokenAnswer {
    id_token: String,
}

#[derive(Deserialize)]
struct TokenRefusal {
    error: String,
}

impl OidcIssuer {
    /// A client of the issuer in these settings. It asks the issuer nothing until somebody signs in.
    ///
    /// # Errors
    /// [`Outage`] if no HTTP client can be built.
    pub fn new(settings: OidcSettings, clock: Arc<dyn Clock>) -> Result<Self, Outage> {
        let http = reqwest::Client::builder()
            .connect_timeout(ANSWER_WITHIN)
            .timeout(ANSWER_WITHIN)
            // What is sent is secret, and only the operator's own address may have it.
            .redirect(Policy::none())
            .user_agent("ratiba")
            .build()
            .map_err(Outage::new)?;
        let line = Arc::new(Line {
            settings,
            http,
            known: Mutex::default(),
        });
        Ok(Self { line, clock })
    }
}

impl Line {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn description(self: &Arc<Self>) -> Result<Arc<Description>, Outage> {
        let coming = {
            let mut known = self.known();
            if let Some(description) = known.description.fresh() {
                return Ok(description);
            }
            let line = Arc::clone(self);
            known.description.ask(async move {
                let description = line.ask_description().await?;
                Ok(line.known().description.keep(description))
            })
        };
        kept::answer(coming).await
    }

    async fn ask_description(&self) -> Result<Description, Outage> {
        let url = self
            .settings
            .description()
            .ok_or_else(|| Outage::new("the issuer's address cannot be read"))?;
        let (status, body) = self.ask(self.http.get(url)).await?;
        if status != StatusCode::OK {
            return Err(Outage::new(format!(
                "the issuer answers {status} when asked for its description"
            )));
        }
        let description: Description = serde_json::from_slice(&body)
            .map_err(|_| Outage::new("the issuer's description cannot be read"))?;
        if description.issuer != self.settings.issuer {
            return Err(Outage::new(format!(
                "the issuer calls itself {}, the settings call it {}",
                description.issuer, self.settings.issuer
            )));
        }
        let addresses = [
            &description.authorization_endpoint,
            &description.token_endpoint,
            &description.jwks_uri,
        ];
        let plain = |url: &&&Url| self.settings.behind((**url).clone()).scheme() != "https";
        if !self.settings.is_plain() && addresses.iter().any(|url| plain(&url)) {
            return Err(Outage::new("the issuer names an address without TLS"));
        }
        Ok(description)
    }

    /// The issuer's keys; a token that none of them can have signed has them fetched again, so often at most.
    async fn keys(self: &Arc<Self>, token: &Unproven<'_>) -> Result<Arc<Vec<Key>>, Outage> {
        let coming = {
            let mut known = self.known();
            if let Some(keys) = known.keys.fresh() {
                known.out_of_turn.retain(|at| at.elapsed() < OUT_OF_TURN_WITHIN);
                let found = keys.iter().any(|key| token.may_be_by(key));
                if found || known.out_of_turn.len() >= OUT_OF_TURN_MAX {
                    return Ok(keys);
                }
                if !known.keys.is_coming() {
                    known.out_of_turn.push(Instant::now());
                }
            }
            let line = Arc::clone(self);
            known.keys.ask(async move {
                let keys = line.ask_keys().await?;
                Ok(line.known().keys.keep(keys))
            })
        };
        kept::answer(coming).await
    }

    async fn ask_keys(self: &Arc<Self>) -> Result<Vec<Key>, Outage> {
        let url = self.description().await?.jwks_uri.clone();
        let (status, body) = self.ask(self.http.get(self.settings.behind(url))).await?;
        let keys = (status == StatusCode::OK).then(|| keys::read(&body)).flatten();
        keys.ok_or_else(|| Outage::new("the issuer's keys cannot be read"))
    }

    async fn ask(&self, request: RequestBuilder) -> Result<(StatusCode, Vec<u8>), Outage> {
        // An error of the client's shows the whole address, and with it a code.
        let mut answer = request
            .send()
            .await
            .map_err(|error| Outage::new(error.without_url()))?;
        let status = answer.status();
        let mut body = Vec::new();
        while let Some(chunk) = answer
            .chunk()
            .await
            .map_err(|error| Outage::new(error.without_url()))?
        {
            if body.len() + chunk.len() > ANSWER_BYTES_MAX {
                return Err(Outage::new("the issuer's answer is too long"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok((status, body))
    }

    async fn id_token(self: &Arc<Self>, redemption: &Redemption) -> Result<String, RedeemError> {
        let description = self.description().await?;
        let settings = &self.settings;
        let verifier = redemption.secret.verifier();
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", &redemption.code),
            ("redirect_uri", &redemption.redirect_uri),
            ("code_verifier", &verifier),
        ];
        let methods = description.token_endpoint_auth_methods_supported.as_ref();
        let basic = methods.is_none_or(|methods| methods.iter().any(|name| name == "client_secret_basic"));
        let mut request = self
            .http
            .post(settings.behind(description.token_endpoint.clone()));
        if basic {
            let (id, secret) = (
                form_encoded(&settings.client_id),
                form_encoded(settings.client_secret.expose()),
            );
            request = request.basic_auth(id, Some(secret));
        } else {
            form.push(("client_id", &settings.client_id));
            form.push(("client_secret", settings.client_secret.expose()));
        }
        let (status, body) = self.ask(request.form(&form)).await?;
        if status == StatusCode::OK {
            let answer: TokenAnswer = serde_json::from_slice(&body).map_err(|_| Refusal::Malformed)?;
            return Ok(answer.id_token);
        }
        match serde_json::from_slice::<TokenRefusal>(&body) {
            Ok(refusal) if refusal.error == "invalid_grant" => Err(Refusal::Code.into()),
            // Whatever else it is, the person at the browser cannot help it: the operator can.
            Ok(TokenRefusal { error }) if is_word(&error) => {
                Err(Outage::new(format!("the issuer answers {status} to a code: {error}")).into())
            }
            Ok(_) | Err(_) => Err(Outage::new(format!("the issuer answers {status} to a code")).into()),
        }
    }
}

#[async_trait]
impl IdentityIssuer for OidcIssuer {
    async fn sign_in_url(&self, request: &AuthorizationRequest) -> Result<String, Outage> {
        let description = self.line.description().await?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(request.secret.verifier()));
        let mut url = description.authorization_endpoint.clone();
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.line.settings.client_id)
            .append_pair("redirect_uri", &request.redirect_uri)
            .append_pair("scope", "openid profile email")
            .append_pair("state", &request.secret.state())
            .append_pair("nonce", &request.secret.nonce())
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        Ok(url.to_string())
    }

    async fn redeem(&self, redemption: &Redemption) -> Result<SignedIn, RedeemError> {
        let token = self.line.id_token(redemption).await?;
        let token = Unproven::read(&token)?;
        let keys = self.line.keys(&token).await?;
        let nonce = redemption.secret.nonce();
        let expected = Expected {
            issuer: &self.line.settings.issuer,
            client_id: &self.line.settings.client_id,
            nonce: &nonce,
            now: self.clock.now(),
        };
        Ok(token.prove(&keys, &expected)?)
    }
}

/// Whether an error is one of the words that issuers have for it, and not a sentence, which might repeat what was sent.
fn is_word(error: &str) -> bool {
    (1..=40).contains(&error.len())
        && error
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// As forms write it (RFC 6749, 2.3.1).
fn form_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut written, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'*') {
            written.push(char::from(byte));
        } else if byte == b' ' {
            written.push('+');
        } else {
            written.push_str(&format!("%{byte:02X}"));
        }
        written
    })
}

#[cfg(test)]
mod tests;
