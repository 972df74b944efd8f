//! The client against an issuer that is not ours: oauth2-mock-server, in Node. `cargo xtask real-issuer` installs it; where it
//! is not, these tests say so and end.

#![expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;

use ratiba_access::IdentityIssuer as _;
use ratiba_access::sign_in::{
    AuthorizationRequest, RedeemError, Redemption, Refusal, SignInSecret, SignedIn,
};
use ratiba_kernel::test_support::ManualClock;
use ratiba_oidc::{ClientSecret, OidcIssuer, OidcSettings};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

const SCRIPT: &str = include_str!("real-issuer/issuer.mjs");
const BACK: &str = "http://127.0.0.1:1/auth/callback";

/// The issuer, as a program of its own.
struct Issuer {
    child: Child,
    plans: ChildStdin,
    answers: BufReader<ChildStdout>,
    url: String,
    port: u64,
    now: OffsetDateTime,
}

impl Drop for Issuer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Issuer {
    /// `None` where it is not installed.
    fn start() -> Option<Self> {
        let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../ratiba/real-issuer");
        if !place.join("node_modules/oauth2-mock-server").is_dir() {
            eprintln!("skipped: no issuer is installed; `cargo xtask real-issuer` does it");
            return None;
        }
        // A script that is given like this finds its modules in the working directory.
        let mut child = Command::new("node")
            .args(["--input-type=module", "--eval", SCRIPT])
            .current_dir(&place)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let plans = child.stdin.take().unwrap();
        let mut answers = BufReader::new(child.stdout.take().unwrap());
        let told = line(&mut answers);
        Some(Self {
            child,
            plans,
            answers,
            url: told["issuer"].as_str().unwrap().to_owned(),
            port: told["port"].as_u64().unwrap(),
            now: OffsetDateTime::from_unix_timestamp(told["now"].as_i64().unwrap()).unwrap(),
        })
    }

    fn plan(&mut self, plan: &Value) {
        writeln!(self.plans, "{plan}").unwrap();
        assert_eq!(line(&mut self.answers), json!({ "done": true }));
    }

    /// A client that knows the issuer by its name and reaches it by its number, and whose clock is off by so much.
    fn client(&self, off: Duration) -> OidcIssuer {
        let channel = format!("http://127.0.0.1:{}", self.port);
        let settings =
            OidcSettings::check(&self.url, Some(&channel), "ratiba", ClientSecret::new("s")).unwrap();
        OidcIssuer::new(settings, Arc::new(ManualClock::at(self.now + off))).unwrap()
    }
}

fn line(answers: &mut BufReader<ChildStdout>) -> Value {
    let mut text = String::new();
    answers.read_line(&mut text).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// All the way: to the issuer, back with a code, and the code redeemed.
async fn sign_in(client: &OidcIssuer) -> Result<SignedIn, RedeemError> {
    let secret = SignInSecret::from_bytes([9; 32]);
    let request = AuthorizationRequest {
        redirect_uri: BACK.to_owned(),
        secret: secret.clone(),
    };
    let url = client.sign_in_url(&request).await.unwrap();
    let browser = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let answer = browser
        .get(url.replacen("localhost", "127.0.0.1", 1))
        .send()
        .await;
    let answer = answer.unwrap();
    let back = answer.headers()["location"].to_str().unwrap();
    let back = reqwest::Url::parse(back).unwrap();
    let brought = |name: &str| {
        let pair = back.query_pairs().find(|(given, _)| given == name);
        pair.map(|(_, value)| value.into_owned()).unwrap()
    };
    assert_eq!(brought("state"), secret.state());
    let redemption = Redemption {
        redirect_uri: BACK.to_owned(),
        code: brought("code"),
        secret,
    };
    client.redeem(&redemption).await
}

#[tokio::test]
async fn a_real_issuer_is_understood_and_its_keys_may_change_in_mid_flight() {
    let Some(mut issuer) = Issuer::start() else { return };
    let client = issuer.client(Duration::ZERO);
    let who = sign_in(&client).await.unwrap();
    assert_eq!(
        (who.identity.issuer(), who.identity.subject()),
        (issuer.url.as_str(), "johndoe")
    );
    for algorithm in ["ES256", "RS256"] {
        issuer.plan(&json!({ "rotate": algorithm }));
        // Keys take turns, so both kinds sign within these.
        for _turn in 0..4 {
            assert!(sign_in(&client).await.is_ok(), "{algorithm}");
        }
    }
}

#[tokio::test]
async fn a_real_issuers_word_counts_only_for_us_and_only_now() {
    let Some(mut issuer) = Issuer::start() else { return };
    let client = issuer.client(Duration::ZERO);
    for (plan, refusal) in [
        (json!({ "unsigned": true }), Refusal::Algorithm),
        (json!({ "kid": "nobody's" }), Refusal::UnknownKey),
        (json!({ "claims": { "aud": "somebody-else" } }), Refusal::Audience),
        (
            json!({ "claims": { "iss": "http://localhost:1" } }),
            Refusal::Issuer,
        ),
        (json!({ "claims": { "nonce": "another" } }), Refusal::Nonce),
        (json!({ "shifts": { "exp": -120 } }), Refusal::Expired),
        (json!({ "shifts": { "iat": 300, "nbf": 300 } }), Refusal::NotOfNow),
        (json!({ "shifts": { "iat": -3_600 } }), Refusal::NotOfNow),
    ] {
        issuer.plan(&plan);
        assert_eq!(sign_in(&client).await, Err(refusal.into()), "{plan}");
    }
    issuer.plan(&json!({}));
    assert!(sign_in(&client).await.is_ok());
}

#[tokio::test]
async fn an_algorithm_that_is_not_allowed_is_refused_though_the_key_is_the_issuers() {
    let Some(mut issuer) = Issuer::start() else { return };
    let client = issuer.client(Duration::ZERO);
    issuer.plan(&json!({ "rotate": "RS512" }));
    let mut outcomes = Vec::new();
    for _turn in 0..4 {
        outcomes.push(sign_in(&client).await);
    }
    assert!(outcomes.contains(&Err(Refusal::Algorithm.into())), "{outcomes:?}");
}

#[tokio::test]
async fn clocks_may_be_a_little_apart_and_no_more() {
    let Some(issuer) = Issuer::start() else { return };
    for near in [-45, 45] {
        let client = issuer.client(Duration::seconds(near));
        assert!(sign_in(&client).await.is_ok(), "{near}");
    }
    for far in [-600, 5_000] {
        let client = issuer.client(Duration::seconds(far));
        assert!(sign_in(&client).await.is_err(), "{far}");
    }
}
