//! An OpenID Connect issuer for a laptop: whoever comes chooses one of four people, and no password is asked.
//!
//! It is only ever on loopback, as the whole simulator is. It checks its client as a careful issuer does: the secret, the
//! address to come back to, the code's single use, and PKCE. Its key is made anew at each start.

use std::collections::BTreeMap;

use actix_web::http::header::LOCATION;
use actix_web::web::{self, Data, Form, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use reqwest::Url;
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use time::{Duration, OffsetDateTime};

use crate::world::World;

/// Where the issuer is, below the simulator's address.
const PATH: &str = "/oidc";
/// How long a code counts.
const CODE_LASTS: Duration = Duration::MINUTE;
/// How long a token counts.
const TOKEN_LASTS: Duration = Duration::minutes(5);
/// Codes at once; the oldest goes.
const CODES_MAX: usize = 1_000;

/// The people to choose from: subject, name, and what the page says of them. The demo knows them by these subjects.
const PEOPLE: [(&str, &str, &str); 4] = [
    ("owner", "Wairimu Kamau", "owner"),
    ("manager", "Brian Ouma", "manager"),
    ("receptionist", "Zawadi Mutua", "receptionist"),
    ("therapist", "Wanjiru Njoroge", "therapist"),
];

/// The key, and the codes that were given out.
pub(crate) struct Issuer {
    key: EcdsaKeyPair,
    random: SystemRandom,
}

/// A code that nobody has redeemed yet.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    asked: Asked,
    at: OffsetDateTime,
}

/// The codes that were given out.
pub(crate) type Codes = BTreeMap<String, Code>;

impl Issuer {
    /// An issuer with a new key.
    pub(crate) fn new() -> anyhow::Result<Self> {
        let random = SystemRandom::new();
        let broken = |_| anyhow::anyhow!("no key could be made");
        let document =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).map_err(broken)?;
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random)
            .map_err(|error| anyhow::anyhow!("the key cannot be read: {error}"))?;
        Ok(Self { key, random })
    }

    /// The name of the key: a thumbprint.
    fn key_id(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.key.public_key().as_ref()))
    }

    fn document(&self) -> Value {
        let point = self.key.public_key().as_ref();
        let part =
            |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(point.get(range).unwrap_or_default());
        json!({ "keys": [{
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.key_id(),
            "x": part(1..33), "y": part(33..65),
        }]})
    }

    fn sign(&self, claims: &Value) -> Option<String> {
        let header = json!({ "alg": "ES256", "typ": "JWT", "kid": self.key_id() });
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(&header), part(claims));
        let signature = self.key.sign(&self.random, message.as_bytes()).ok()?;
        Some(format!(
            "{message}.{}",
            URL_SAFE_NO_PAD.encode(signature.as_ref())
        ))
    }

    fn code(&self) -> Option<String> {
        let mut bytes = [0; 16];
        self.random.fill(&mut bytes).ok()?;
        Some(hex::encode(bytes))
    }
}

/// Adds the issuer.
pub(crate) fn routes(config: &mut ServiceConfig) {
    let at = |path: &str| format!("{PATH}/{path}");
    config
        .route(&at(".well-known/openid-configuration"), web::get().to(describe))
        .route(&at("keys"), web::get().to(keys))
        .route(&at("authorize"), web::get().to(authorize))
        .route(&at("choose"), web::get().to(choose))
        .route(&at("token"), web::post().to(token));
}

/// The issuer as whoever asks reaches it, which on loopback is the same for browsers and processes.
fn name(request: &HttpRequest) -> String {
    format!("http://{}{PATH}", request.app_config().local_addr())
}

async fn describe(request: HttpRequest) -> HttpResponse {
    let issuer = name(&request);
    HttpResponse::Ok().json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        "authorization_response_iss_parameter_supported": true,
    }))
}

async fn keys(world: Data<World>) -> HttpResponse {
    HttpResponse::Ok().json(world.issuer.document())
}

/// What a client asks of a browser's user.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Asked {
    response_type: String,
    client_id: String,
    redirect_uri: String,
    state: String,
    nonce: String,
    code_challenge: String,
    code_challenge_method: String,
    scope: String,
    person: Option<String>,
}

impl Asked {
    /// Why nobody is sent anywhere.
    fn fault(&self, world: &World) -> Option<&'static str> {
        let back = Url::parse(&self.redirect_uri).ok();
        let local = back.is_some_and(|url| {
            let host = url
                .host_str()
                .map(|host| host.trim_matches(['[', ']']).to_owned());
            host.is_some_and(|host| {
                host == "localhost" || host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
            })
        });
        let faults = [
            (
                self.client_id == world.settings.oidc.client_id,
                "the client is not known",
            ),
            (local, "this issuer sends browsers to loopback only"),
            (self.response_type == "code", "only codes are given out"),
            (self.code_challenge_method == "S256", "PKCE with S256 is needed"),
            (
                self.scope.split(' ').any(|scope| scope == "openid"),
                "the scope openid is needed",
            ),
        ];
        faults.into_iter().find(|(fine, _)| !fine).map(|(_, fault)| fault)
    }
}

fn plain(fault: &str) -> HttpResponse {
    HttpResponse::BadRequest()
        .content_type("text/plain; charset=utf-8")
        .body(fault.to_owned())
}

/// The page with the people.
async fn authorize(request: HttpRequest, world: Data<World>, Query(asked): Query<Asked>) -> HttpResponse {
    if let Some(fault) = asked.fault(&world) {
        return plain(fault);
    }
    let mut page = String::from(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Who are you?</title>\
         <style>body{font:1.2rem sans-serif;max-width:26rem;margin:4rem auto}a{display:block;padding:.8rem;margin:.5rem 0;\
         border:1px solid #888;border-radius:.5rem;text-decoration:none;color:inherit}</style>\
         <h1>Who are you?</h1><p>An issuer for this machine alone: nobody asks for a password.</p>",
    );
    for (subject, name_of, role) in PEOPLE {
        let mut link = request.uri().to_string().replacen("/authorize", "/choose", 1);
        link.push_str("&person=");
        link.push_str(subject);
        let link = link
            .replace('&', "&amp;")
            .replace('"', "&quot;")
            .replace('<', "&lt;");
        page.push_str(&format!(
            "<a href=\"{link}\">{name_of}<br><small>{role}</small></a>"
        ));
    }
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((
            "Content-Security-Policy",
            "default-src 'none'; style-src 'unsafe-inline'",
        ))
        .body(page)
}

/// Somebody was chosen: back to the client with a code.
async fn choose(request: HttpRequest, world: Data<World>, Query(asked): Query<Asked>) -> HttpResponse {
    if let Some(fault) = asked.fault(&world) {
        return plain(fault);
    }
    let known = |person: &&str| PEOPLE.iter().any(|(subject, _, _)| subject == person);
    if asked.person.as_deref().filter(known).is_none() {
        return plain("nobody of that name is here");
    }
    let (Some(code), Ok(mut back)) = (world.issuer.code(), Url::parse(&asked.redirect_uri)) else {
        return plain("no code could be made");
    };
    back.query_pairs_mut()
        .append_pair("code", &code)
        .append_pair("state", &asked.state)
        .append_pair("iss", &name(&request));
    let at = world.now();
    world.write(|state| {
        state.codes.retain(|_, given| at < given.at + CODE_LASTS);
        while state.codes.len() >= CODES_MAX {
            state.codes.pop_first();
        }
        state.codes.insert(code, Code { asked, at });
    });
    HttpResponse::Found()
        .insert_header((LOCATION, back.to_string()))
        .finish()
}

#[derive(Deserialize)]
struct Redemption {
    grant_type: String,
    code: String,
    redirect_uri: String,
    code_verifier: String,
}

/// As forms write it.
fn form_encoded(text: &str) -> String {
    let Ok(mut url) = Url::parse("http://127.0.0.1/") else {
        return text.to_owned();
    };
    url.query_pairs_mut().append_key_only(text);
    url.query().unwrap_or_default().to_owned()
}

async fn token(request: HttpRequest, world: Data<World>, Form(form): Form<Redemption>) -> HttpResponse {
    let refuse = |status: u16, error: &str| {
        let status = actix_web::http::StatusCode::from_u16(status).unwrap_or_default();
        HttpResponse::build(status).json(json!({ "error": error }))
    };
    let account = &world.settings.oidc;
    // Both are written as forms write them before they are put together (RFC 6749, 2.3.1).
    let wanted = [&account.client_id, &account.client_secret].map(|part| form_encoded(part));
    let wanted = STANDARD.encode(wanted.join(":"));
    let given = request
        .headers()
        .get("authorization")
        .and_then(|value| value.to_str().ok());
    if given.and_then(|text| text.strip_prefix("Basic ")) != Some(wanted.as_str()) {
        return refuse(401, "invalid_client");
    }
    if form.grant_type != "authorization_code" {
        return refuse(400, "unsupported_grant_type");
    }
    let now = world.now();
    let Some(code) = world.write(|state| state.codes.remove(&form.code)) else {
        return refuse(400, "invalid_grant");
    };
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&form.code_verifier));
    let asked = code.asked;
    if now >= code.at + CODE_LASTS
        || challenge != asked.code_challenge
        || form.redirect_uri != asked.redirect_uri
    {
        return refuse(400, "invalid_grant");
    }
    let subject = asked.person.unwrap_or_default();
    let name_of = PEOPLE
        .iter()
        .find(|(known, _, _)| *known == subject)
        .map(|(_, name, _)| *name);
    let claims = json!({
        "iss": name(&request),
        "sub": subject,
        "aud": asked.client_id,
        "nonce": asked.nonce,
        "iat": now.unix_timestamp(),
        "exp": (now + TOKEN_LASTS).unix_timestamp(),
        "name": name_of,
        "email": format!("{subject}@demo.example"),
        "email_verified": true,
    });
    match world.issuer.sign(&claims) {
        Some(token) => HttpResponse::Ok().json(json!({
            "id_token": token, "access_token": "unused", "token_type": "Bearer",
            "expires_in": TOKEN_LASTS.whole_seconds(),
        })),
        None => refuse(500, "server_error"),
    }
}
