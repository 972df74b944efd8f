use std::net::TcpListener;
use std::sync::Mutex as Lock;

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use ratiba_access::sign_in::SignInSecret;
use ratiba_kernel::test_support::{EPOCH, ManualClock};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::*;
use crate::settings::ClientSecret;

/// What the scripted issuer does, and what was asked of it.
#[derive(Default)]
struct Script {
    /// Names of the keys in its document.
    published: Vec<&'static str>,
    /// Named by its tokens.
    signs_as: &'static str,
    /// What the form of the token request must be for a token.
    fetched_keys: usize,
    described: usize,
    form: String,
    authorization: String,
    nonce: String,
    origin: String,
    /// In place of the true name.
    calls_itself: Option<String>,
}

struct Issuer {
    script: Arc<Lock<Script>>,
    /// Whether it hangs when asked about itself.
    hangs: Arc<watch::Sender<bool>>,
    origin: String,
    server: actix_web::rt::task::JoinHandle<std::io::Result<()>>,
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn pair() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    // The same key under any name: what names do is what is tested here.
    static DOCUMENT: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(|| {
        let random = SystemRandom::new();
        EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random)
            .unwrap()
            .as_ref()
            .to_vec()
    });
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &DOCUMENT, &random).unwrap()
}

type Shared = web::Data<Lock<Script>>;
type Hangs = web::Data<watch::Sender<bool>>;

async fn no_longer(hangs: &Hangs) {
    let mut hangs = hangs.subscribe();
    hangs.wait_for(|hangs| !hangs).await.unwrap();
}

async fn describe(script: Shared, hangs: Hangs) -> HttpResponse {
    script.lock().unwrap().described += 1;
    no_longer(&hangs).await;
    let script = script.lock().unwrap();
    // As an issuer behind a proxy: browsers know it under another name than this process.
    let front = "http://issuer.test";
    HttpResponse::Ok().json(json!({
        "issuer": script.calls_itself.clone().unwrap_or_else(|| format!("{front}/realm")),
        "authorization_endpoint": format!("{front}/realm/auth?theme=spa"),
        "token_endpoint": format!("{front}/realm/token"),
        "jwks_uri": format!("{}/realm/keys", script.origin),
    }))
}

async fn keys(script: Shared, hangs: Hangs) -> HttpResponse {
    script.lock().unwrap().fetched_keys += 1;
    no_longer(&hangs).await;
    let script = script.lock().unwrap();
    let pair = pair();
    let point = pair.public_key().as_ref();
    let part = |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(&point[range]);
    let (x, y) = (part(1..33), part(33..65));
    let keys: Vec<Value> = script
        .published
        .iter()
        .map(|id| json!({ "kty": "EC", "crv": "P-256", "kid": id, "x": x, "y": y }))
        .collect();
    HttpResponse::Ok().json(json!({ "keys": keys }))
}

async fn token(script: Shared, request: HttpRequest, form: String) -> HttpResponse {
    let mut script = script.lock().unwrap();
    let authorization = request.headers().get("authorization");
    script.authorization = authorization.map_or_else(String::new, |value| value.to_str().unwrap().to_owned());
    if form.contains("code=used") {
        return HttpResponse::BadRequest().json(json!({ "error": "invalid_grant" }));
    }
    if form.contains("code=broken") {
        return HttpResponse::Unauthorized().json(json!({ "error": "invalid_client" }));
    }
    let now = EPOCH.unix_timestamp();
    let header = json!({ "alg": "ES256", "kid": script.signs_as });
    let claims = json!({
        "iss": "http://issuer.test/realm", "sub": "1f3c", "aud": "ratiba", "nonce": script.nonce,
        "exp": now + 300, "iat": now, "name": "Wanjiku",
    });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(&header), part(&claims));
    let signature = pair().sign(&SystemRandom::new(), message.as_bytes()).unwrap();
    script.form = form;
    HttpResponse::Ok().json(json!({
        "id_token": format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref())),
        "access_token": "unused",
    }))
}

fn issuer() -> Issuer {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let script = Arc::new(Lock::new(Script {
        published: vec!["one"],
        signs_as: "one",
        nonce: secret().nonce(),
        origin: origin.clone(),
        ..Script::default()
    }));
    let shared = web::Data::from(Arc::clone(&script));
    let hangs = Arc::new(watch::Sender::new(false));
    let hanging = web::Data::from(Arc::clone(&hangs));
    let server = HttpServer::new(move || {
        App::new()
            .app_data(shared.clone())
            .app_data(hanging.clone())
            .route("/realm/.well-known/openid-configuration", web::get().to(describe))
            .route("/realm/keys", web::get().to(keys))
            .route("/realm/token", web::post().to(token))
            .route("/away", web::get().to(async || HttpResponse::Found().finish()))
    })
    .workers(1)
    .disable_signals()
    .listen(listener)
    .unwrap()
    .run();
    Issuer {
        script,
        hangs,
        origin,
        server: actix_web::rt::spawn(server),
    }
}

fn secret() -> SignInSecret {
    SignInSecret::from_bytes([5; 32])
}

fn client(issuer: &Issuer) -> OidcIssuer {
    let settings = OidcSettings::check(
        "http://issuer.test/realm",
        Some(&issuer.origin),
        "ratiba",
        ClientSecret::new("s:cr t"),
    );
    OidcIssuer::new(settings.unwrap(), Arc::new(ManualClock::at(EPOCH))).unwrap()
}

fn redemption(code: &str) -> Redemption {
    Redemption {
        redirect_uri: "https://ratiba.example/auth/callback".to_owned(),
        secret: secret(),
        code: code.to_owned(),
    }
}

#[actix_web::test]
async fn a_browser_goes_to_the_front_and_the_code_to_the_back() {
    let issuer = issuer();
    let client = client(&issuer);
    let request = AuthorizationRequest {
        redirect_uri: "https://ratiba.example/auth/callback".to_owned(),
        secret: secret(),
    };
    let url = Url::parse(&client.sign_in_url(&request).await.unwrap()).unwrap();
    assert_eq!(url.host_str(), Some("issuer.test"));
    let query: std::collections::BTreeMap<String, String> = url.query_pairs().into_owned().collect();
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(secret().verifier()));
    for (name, value) in [
        ("theme", "spa"),
        ("response_type", "code"),
        ("client_id", "ratiba"),
        ("redirect_uri", "https://ratiba.example/auth/callback"),
        ("scope", "openid profile email"),
        ("state", &secret().state()),
        ("nonce", &secret().nonce()),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(query.get(name).map(String::as_str), Some(value), "{name}");
    }
    assert!(!url.as_str().contains(&secret().verifier()));
    let who = client.redeem(&redemption("good")).await.unwrap();
    assert_eq!(
        (who.identity.issuer(), who.identity.subject(), who.profile.name()),
        ("http://issuer.test/realm", "1f3c", "Wanjiku")
    );
    let script = issuer.script.lock().unwrap();
    assert!(
        script
            .form
            .contains(&format!("code_verifier={}", secret().verifier()))
    );
    let basic = base64::engine::general_purpose::STANDARD.encode("ratiba:s%3Acr+t");
    assert_eq!(script.authorization, format!("Basic {basic}"));
}

#[actix_web::test]
async fn keys_change_in_mid_flight() {
    let issuer = issuer();
    let client = client(&issuer);
    assert!(client.redeem(&redemption("good")).await.is_ok());
    assert!(client.redeem(&redemption("good")).await.is_ok());
    assert_eq!(issuer.script.lock().unwrap().fetched_keys, 1, "kept");
    {
        let mut script = issuer.script.lock().unwrap();
        script.published = vec!["two"];
        script.signs_as = "two";
    }
    assert!(
        client.redeem(&redemption("good")).await.is_ok(),
        "fetched at once"
    );
    issuer.script.lock().unwrap().signs_as = "one";
    assert_eq!(
        client.redeem(&redemption("good")).await,
        Err(Refusal::UnknownKey.into()),
        "what was taken back does not count"
    );
}

#[actix_web::test]
async fn nonsense_names_do_not_hammer_the_issuer() {
    let issuer = issuer();
    let client = client(&issuer);
    assert!(client.redeem(&redemption("good")).await.is_ok());
    issuer.script.lock().unwrap().signs_as = "nobody's";
    for _try in 0..20 {
        let refused = client.redeem(&redemption("good")).await;
        assert_eq!(refused, Err(Refusal::UnknownKey.into()));
    }
    assert_eq!(issuer.script.lock().unwrap().fetched_keys, 1 + OUT_OF_TURN_MAX);
    issuer.script.lock().unwrap().signs_as = "one";
    assert!(
        client.redeem(&redemption("good")).await.is_ok(),
        "others sign in meanwhile"
    );
}

#[actix_web::test]
async fn an_issuer_that_hangs_is_asked_once_and_holds_up_nobody_who_needs_nothing_of_it() {
    let issuer = issuer();
    let client = client(&issuer);
    let begin = AuthorizationRequest {
        redirect_uri: "https://ratiba.example/auth/callback".to_owned(),
        secret: secret(),
    };
    let asked = async |count: fn(&Script) -> usize| {
        while count(&issuer.script.lock().unwrap()) == 0 {
            tokio::task::yield_now().await;
        }
    };
    issuer.hangs.send_replace(true);
    let (one, two, ()) = tokio::join!(client.sign_in_url(&begin), client.sign_in_url(&begin), async {
        asked(|script| script.described).await;
        issuer.hangs.send_replace(false);
    });
    assert!(one.is_ok() && two.is_ok());
    assert_eq!(issuer.script.lock().unwrap().described, 1);
    issuer.hangs.send_replace(true);
    let (first, second) = (redemption("good"), redemption("good"));
    let (one, two, ()) = tokio::join!(client.redeem(&first), client.redeem(&second), async {
        asked(|script| script.fetched_keys).await;
        // It hangs: who begins meanwhile needs nothing that is not known.
        assert!(client.sign_in_url(&begin).await.is_ok());
        issuer.hangs.send_replace(false);
    });
    assert!(one.is_ok() && two.is_ok());
    assert_eq!(issuer.script.lock().unwrap().fetched_keys, 1);
}

#[actix_web::test]
async fn a_question_that_nobody_waits_for_any_more_is_answered_all_the_same() {
    let issuer = issuer();
    let client = client(&issuer);
    let begin = AuthorizationRequest {
        redirect_uri: "https://ratiba.example/auth/callback".to_owned(),
        secret: secret(),
    };
    issuer.hangs.send_replace(true);
    tokio::select! {
        biased;
        _never = client.sign_in_url(&begin) => panic!("the issuer hangs"),
        () = async {
            while issuer.script.lock().unwrap().described == 0 {
                tokio::task::yield_now().await;
            }
        } => {}
    }
    issuer.hangs.send_replace(false);
    assert!(client.sign_in_url(&begin).await.is_ok());
    assert_eq!(issuer.script.lock().unwrap().described, 1, "the same answer");
}

#[actix_web::test]
async fn a_code_that_is_not_taken_is_the_browsers_fault_and_the_rest_is_an_outage() {
    let issuer = issuer();
    let client = client(&issuer);
    assert_eq!(
        client.redeem(&redemption("used")).await,
        Err(Refusal::Code.into())
    );
    let outage = Err(RedeemError::Unavailable(Outage::new("any")));
    assert_eq!(client.redeem(&redemption("broken")).await, outage);
    issuer.script.lock().unwrap().nonce = "another".to_owned();
    assert_eq!(
        client.redeem(&redemption("good")).await,
        Err(Refusal::Nonce.into())
    );
}

#[actix_web::test]
async fn an_issuer_by_another_name_is_not_believed() {
    let issuer = issuer();
    issuer.script.lock().unwrap().calls_itself = Some("http://issuer.test/other".to_owned());
    let outage = Err(RedeemError::Unavailable(Outage::new("any")));
    assert_eq!(client(&issuer).redeem(&redemption("good")).await, outage);
    issuer.script.lock().unwrap().calls_itself = None;
    assert!(client(&issuer).redeem(&redemption("good")).await.is_ok());
}

#[test]
fn an_issuers_error_is_told_if_it_is_a_word_and_not_if_it_might_repeat_what_was_sent() {
    for word in ["invalid_client", "temporarily_unavailable"] {
        assert!(is_word(word), "{word}");
    }
    for other in ["", "Malformed token abc", "c2VjcmV0", "code=1", &"x".repeat(41)] {
        assert!(!is_word(other), "{other}");
    }
}
