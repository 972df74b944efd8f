//! Somebody between the programs and M-Pesa who passes on everything, and each push twice: what M-Pesa sees is a product
//! that sends its prompts twice.

use std::net::TcpListener;

use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE};
use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};

/// Where pushes go.
const PUSH: &str = "/mpesa/stkpush/v1/processrequest";

/// A relay that listens until it is dropped.
pub(super) struct Relay {
    port: u16,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.server.abort();
    }
}

struct Behind {
    address: String,
    http: reqwest::Client,
}

impl Relay {
    /// A relay in front of M-Pesa's address.
    ///
    /// # Errors
    /// When it cannot listen.
    pub(super) fn pushing_twice(address: String) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let http = reqwest::Client::builder().no_proxy().build()?;
        let behind = Data::new(Behind { address, http });
        let app = move || {
            App::new()
                .app_data(behind.clone())
                .default_service(web::to(pass_on))
        };
        let server = HttpServer::new(app)
            .workers(1)
            .disable_signals()
            .listen(listener)?;
        Ok(Self {
            port,
            server: tokio::spawn(server.run()),
        })
    }

    /// Where it listens.
    pub(super) fn base_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

async fn pass_on(behind: Data<Behind>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let times = if request.path() == PUSH { 2 } else { 1 };
    let mut last = None;
    for _time in 0..times {
        last = ask(&behind, &request, &body).await.or(last);
    }
    last.map_or_else(
        || HttpResponse::BadGateway().finish(),
        |(status, text)| {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
            HttpResponse::build(status)
                .content_type("application/json")
                .body(text)
        },
    )
}

async fn ask(behind: &Behind, request: &HttpRequest, body: &Bytes) -> Option<(u16, String)> {
    let method = reqwest::Method::from_bytes(request.method().as_str().as_bytes()).ok()?;
    let mut asked = behind
        .http
        .request(method, format!("{}{}", behind.address, request.uri()));
    for name in [AUTHORIZATION, CONTENT_TYPE] {
        let value = request.headers().get(&name).and_then(|value| value.to_str().ok());
        if let Some(value) = value {
            asked = asked.header(name.as_str(), value);
        }
    }
    let answer = asked.body(body.clone()).send().await.ok()?;
    let status = answer.status().as_u16();
    Some((status, answer.text().await.ok()?))
}
