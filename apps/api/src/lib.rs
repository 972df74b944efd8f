//! The HTTP edge: webhooks and the API.
//!
//! Handlers parse, call a use case and present; an `if` about the business would be a use case that has
//! not been written yet.

use std::net::TcpListener;

use actix_web::dev::{Server, Service as _};
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::middleware::from_fn;
use actix_web::{App, HttpMessage as _, HttpRequest, HttpResponse, HttpServer, ResponseError as _, web};
use ratiba_access::limits::Gate;
use ratiba_assembly::Parts;
use ratiba_assembly::express::ExpressLane;

pub mod accept;
pub mod audited;
pub mod body;
pub mod browsers;
pub mod caller;
pub mod checked;
pub mod cookies;
pub mod crowd;
pub mod dto;
pub mod endpoint;
pub mod head;
pub mod json;
pub mod metrics;
pub mod openapi;
pub mod pace;
pub mod problem;
pub mod readiness;
pub mod routes;
pub mod schema;
pub mod settings;
pub mod sources;
pub mod streams;

use body::Patience;
use crowd::{Crowd, TurnedAway};
use metrics::Metrics;
use pace::Route;
use problem::{Kind, Problem};
use readiness::Readiness;
use sources::Sources;
use streams::Streams;

/// What every handler can reach.
pub struct State {
    /// The use cases.
    pub parts: Parts,
    /// Counters.
    pub metrics: Metrics,
    /// Who may send messages of Daraja's.
    pub sources: Sources,
    /// When there is no room for more.
    pub crowd: Crowd,
    /// Whether the process can work, as it was found a moment ago.
    pub readiness: Readiness,
    /// Who is let through, and how often.
    pub gate: Gate,
    /// Where callbacks go after their answer.
    pub express: ExpressLane,
    /// Who listens to what happens.
    pub streams: Streams,
    /// How long a request may take to arrive.
    pub patience: Patience,
}

/// Connections of one worker thread at most; more wait at the door.
const CONNECTIONS_MAX: usize = 2_048;

/// Serves the public API on a listener that is already bound.
///
/// # Errors
/// When the listener cannot be used.
pub fn serve(listener: TcpListener, state: web::Data<State>, workers: usize) -> std::io::Result<Server> {
    let patience = state.patience;
    let server = HttpServer::new(move || {
        let metrics = state.metrics.clone();
        let pages = web::Data::new(state.parts.access.pages.clone());
        App::new()
            .app_data(state.clone())
            .wrap(from_fn(head::bounded))
            .wrap(from_fn(pace::by_address))
            .wrap(from_fn(crowd::while_there_is_room))
            .wrap(from_fn(browsers::across_origins))
            .wrap(browsers::headers(&pages))
            .app_data(pages)
            .wrap_fn(move |request, service| {
                let metrics = metrics.clone();
                let started = tokio::time::Instant::now();
                let answer = service.call(request);
                async move {
                    let answer = answer.await?;
                    let found = answer.request().extensions().get::<Route>().cloned();
                    let route = found
                        .and_then(|found| found.pattern)
                        .unwrap_or_else(|| "unknown".to_owned());
                    let status = answer.status().as_u16();
                    metrics.answered(&route, status, started.elapsed());
                    // Those who were turned away are told of together: a line for each would cost more than the refusal.
                    if !answer.request().extensions().contains::<TurnedAway>() {
                        tracing::info!(
                            http.method = %answer.request().method(),
                            http.route = route,
                            http.status = status,
                            duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
                            "answered"
                        );
                    }
                    Ok(answer)
                }
            })
            .configure(endpoint::configure)
            .default_service(web::to(nothing_here))
    })
    .workers(workers)
    .client_request_timeout(patience.head)
    .max_connections(CONNECTIONS_MAX)
    .shutdown_timeout(10)
    .disable_signals()
    .listen(listener)?
    .run();
    Ok(server)
}

/// Serves `/metrics` on a listener of its own.
///
/// # Errors
/// When the listener cannot be used.
pub fn serve_metrics(listener: TcpListener, state: web::Data<State>) -> std::io::Result<Server> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(state.clone())
            .route("/metrics", web::get().to(routes::health::metrics))
            .default_service(web::to(nothing_here))
    })
    .workers(1)
    .disable_signals()
    .listen(listener)?
    .run();
    Ok(server)
}

async fn nothing_here() -> Result<HttpResponse, Problem> {
    Err(Problem::not_found())
}

/// Answers a known path with a method that it does not have, and says which it has.
pub(crate) async fn wrong_method(request: HttpRequest) -> HttpResponse {
    let problem = Problem::new(
        Kind::MethodNotAllowed,
        "this path exists, but not with this method",
    );
    let mut response = problem.error_response();
    let pattern = request.match_pattern().unwrap_or_default();
    let methods = endpoint::paths()
        .into_iter()
        .find(|(path, _)| *path == pattern)
        .map(|(_, endpoints)| {
            let methods: Vec<&str> = endpoints
                .iter()
                .map(|endpoint| endpoint.method.as_str())
                .collect();
            methods.join(", ")
        });
    if let Some(allowed) = methods.and_then(|methods| HeaderValue::from_str(&methods).ok()) {
        response.headers_mut().insert(ALLOW, allowed);
    }
    response
}
