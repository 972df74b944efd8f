//! Somebody between the programs and one provider, who keeps all that passes and can be as sick as a provider gets.

use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};

use super::search::Came;

/// How a provider answers that is not well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sick {
    /// It does not know who asks.
    Unauthorized,
    /// The firewall before it does not.
    Page403,
    /// Nothing, with a status of 500.
    Empty500,
    /// It repeats in its error whatever it was sent, as a careless one does with a token that it does not know.
    Repeats,
    /// Never.
    Silent,
}

impl Sick {
    pub(super) const ALL: [Self; 5] = [
        Self::Unauthorized,
        Self::Page403,
        Self::Empty500,
        Self::Repeats,
        Self::Silent,
    ];
}

/// One request and its answer.
#[derive(Clone)]
pub(super) struct Exchange {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
    pub(super) answer: String,
}

impl Exchange {
    /// What the provider was sent, part by part.
    fn came(&self, provider: &str) -> Vec<Came> {
        let Self { method, path, .. } = self;
        // Ids in paths are no part of a place's name.
        let place = format!("asked of {provider} {method} {path}");
        let mut came = vec![
            Came::new(format!("asked of {provider} {method}, path"), path.clone()),
            Came::new(format!("{place}, query"), self.query.clone()),
            Came::new(format!("{place}, body"), self.body.clone()),
        ];
        let headers = self.headers.iter();
        came.extend(headers.map(|(name, value)| Came::new(format!("{place}, header {name}"), value.clone())));
        came
    }

    fn everything(&self) -> String {
        let headers: Vec<String> = self
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
        format!(
            "{} {}?{} {} {}",
            self.method,
            self.path,
            self.query,
            headers.join(" "),
            self.body
        )
    }
}

#[derive(Default)]
struct Kept {
    exchanges: Vec<Exchange>,
    sick: Option<Sick>,
    spares_tokens: bool,
    /// How many were answered in this sickness, or left without an answer.
    met: usize,
}

struct Behind {
    /// Whether it is an issuer, whose errors are a word with a description (RFC 6749).
    is_issuer: bool,
    address: String,
    http: reqwest::Client,
    kept: Arc<Mutex<Kept>>,
}

/// A relay that listens until it is dropped.
pub(super) struct Relay {
    pub(super) name: &'static str,
    pub(super) url: String,
    kept: Arc<Mutex<Kept>>,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Relay {
    pub(super) fn before(name: &'static str, address: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let kept: Arc<Mutex<Kept>> = Arc::default();
        let no_redirects = reqwest::redirect::Policy::none();
        let behind = Data::new(Behind {
            is_issuer: name == "oidc",
            address: address.to_owned(),
            http: reqwest::Client::builder()
                .no_proxy()
                .redirect(no_redirects)
                .build()
                .unwrap(),
            kept: kept.clone(),
        });
        let app = move || {
            App::new()
                .app_data(behind.clone())
                .default_service(web::to(pass_on))
        };
        let server = HttpServer::new(app)
            .workers(1)
            .disable_signals()
            .listen(listener)
            .unwrap();
        Self {
            name,
            url,
            kept,
            server: tokio::spawn(server.run()),
        }
    }

    /// From now on it is so, or well; nobody has met it yet. Unless tokens are too, they are given out as ever, so that
    /// what is asked with one is met.
    pub(super) fn falls(&self, sick: Option<Sick>, tokens_too: bool) {
        let mut kept = self.kept.lock().unwrap();
        kept.sick = sick;
        kept.spares_tokens = !tokens_too;
        kept.met = 0;
    }

    /// How many have met it as it is.
    pub(super) fn met(&self) -> usize {
        self.kept.lock().unwrap().met
    }

    pub(super) fn exchanges(&self) -> Vec<Exchange> {
        self.kept.lock().unwrap().exchanges.clone()
    }

    /// All that was sent to the provider.
    pub(super) fn came(&self) -> Vec<Came> {
        self.exchanges()
            .iter()
            .flat_map(|one| one.came(self.name))
            .collect()
    }
}

/// Somebody who was left without an answer counts when they gave up.
struct GivenUp(Arc<Mutex<Kept>>);

impl Drop for GivenUp {
    fn drop(&mut self) {
        self.0.lock().unwrap().met += 1;
    }
}

/// Longer than anybody waits for a provider.
const LONGEST: Duration = Duration::from_secs(45);
const OF_THE_CONNECTION: [&str; 5] = [
    "host",
    "content-length",
    "connection",
    "transfer-encoding",
    "accept-encoding",
];

async fn pass_on(behind: Data<Behind>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let headers = request.headers().iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    });
    let mut exchange = Exchange {
        method: request.method().to_string(),
        path: request.path().to_owned(),
        query: request.query_string().to_owned(),
        headers: headers.collect(),
        body: String::from_utf8_lossy(&body).into_owned(),
        answer: String::new(),
    };
    let asks_for_token = exchange.path.contains("/oauth/") || exchange.path.ends_with("RequestToken");
    let sick = {
        let kept = behind.kept.lock().unwrap();
        kept.sick.filter(|_| !(kept.spares_tokens && asks_for_token))
    };
    let answer = match sick {
        None => truth(&behind, &request, &exchange, body).await,
        Some(Sick::Silent) => {
            behind.kept.lock().unwrap().exchanges.push(exchange);
            let _given_up = GivenUp(behind.kept.clone());
            // Nobody waits for so long; should the end of the connection not be told here, this is over all the same.
            drop(tokio::time::timeout(LONGEST, std::future::pending::<()>()).await);
            return HttpResponse::GatewayTimeout().finish();
        }
        Some(Sick::Unauthorized) => {
            let json = r#"{"errorCode":"404.001.03","errorMessage":"Invalid Access Token","error":{"code":190,"message":"Invalid OAuth access token."}}"#;
            (401, "application/json".to_owned(), json.to_owned())
        }
        Some(Sick::Page403) => {
            let page = "<html><head><title>403 Forbidden</title></head><body>Incident 7</body></html>";
            (403, "text/html".to_owned(), page.to_owned())
        }
        Some(Sick::Empty500) => (500, "application/json".to_owned(), String::new()),
        Some(Sick::Repeats) => {
            let said = format!("Malformed access token in {}", exchange.everything());
            let json = if behind.is_issuer {
                serde_json::json!({ "error": said, "error_description": said })
            } else {
                serde_json::json!({
                    "requestId": "1", "errorCode": "400.002.02", "errorMessage": said, "message": said, "status": "400",
                    "error": { "code": said, "type": "OAuthException", "message": said, "error_type": said },
                })
            };
            (400, "application/json".to_owned(), json.to_string())
        }
    };
    let (status, kind, text) = answer;
    exchange.answer.clone_from(&text);
    let mut kept = behind.kept.lock().unwrap();
    kept.exchanges.push(exchange);
    kept.met += usize::from(kept.sick == sick);
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    HttpResponse::build(status).content_type(kind).body(text)
}

/// What the provider itself says: status, type and body.
async fn truth(
    behind: &Behind,
    request: &HttpRequest,
    exchange: &Exchange,
    body: Bytes,
) -> (u16, String, String) {
    let method = reqwest::Method::from_bytes(exchange.method.as_bytes()).unwrap();
    let mut asked = behind
        .http
        .request(method, format!("{}{}", behind.address, request.uri()));
    for (name, value) in &exchange.headers {
        if !OF_THE_CONNECTION.contains(&name.as_str()) {
            asked = asked.header(name, value);
        }
    }
    let Ok(answer) = asked.body(body).send().await else {
        return (502, "text/plain".to_owned(), String::new());
    };
    let kind = answer
        .headers()
        .get("content-type")
        .and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or("application/octet-stream").to_owned();
    let status = answer.status().as_u16();
    (status, kind, answer.text().await.unwrap_or_default())
}
