//! Whether the worker's loop goes round, and what it counted; on loopback only.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use actix_web::dev::Server;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{App, HttpResponse, HttpServer, web};
use prometheus::{Encoder as _, IntGauge, IntGaugeVec, Opts, Registry};
use ratiba_assembly::Parts;
use serde_json::json;

use crate::metrics::Metrics;

/// A loop that did not go round for this long is not well.
const STANDSTILL_MS: i64 = 15_000;

struct Watched {
    parts: Parts,
    metrics: Metrics,
    seen: Arc<AtomicI64>,
    seen_at_ms: Arc<AtomicI64>,
    started: tokio::time::Instant,
}

/// Serves `/healthz` and `/metrics`.
///
/// # Errors
/// When the listener cannot be used.
pub fn serve(listener: TcpListener, parts: Parts, metrics: Metrics) -> std::io::Result<Server> {
    let watched = web::Data::new(Watched {
        parts,
        metrics,
        seen: Arc::new(AtomicI64::new(-1)),
        seen_at_ms: Arc::default(),
        started: tokio::time::Instant::now(),
    });
    let server = HttpServer::new(move || {
        App::new()
            .app_data(watched.clone())
            .route("/healthz", web::get().to(healthz))
            .route("/metrics", web::get().to(metrics_text))
    })
    .workers(1)
    .disable_signals()
    .listen(listener)?
    .run();
    Ok(server)
}

async fn healthz(watched: web::Data<Watched>) -> HttpResponse {
    let now = i64::try_from(watched.started.elapsed().as_millis()).unwrap_or(i64::MAX);
    let beats = watched.metrics.beats();
    if beats != watched.seen.swap(beats, Ordering::Relaxed) {
        watched.seen_at_ms.store(now, Ordering::Relaxed);
    }
    if now - watched.seen_at_ms.load(Ordering::Relaxed) < STANDSTILL_MS {
        HttpResponse::Ok().json(json!({ "status": "ok", "rounds": beats }))
    } else {
        HttpResponse::ServiceUnavailable().json(json!({ "status": "the loop stands still" }))
    }
}

async fn metrics_text(watched: web::Data<Watched>) -> HttpResponse {
    let mut families = watched.metrics.gather();
    families.extend(left_alone(&watched.parts).unwrap_or_default());
    if let Ok(gauges) = gauges(&watched.parts).await {
        families.extend(gauges);
    }
    let encoder = prometheus::TextEncoder::new();
    let mut text = Vec::new();
    match encoder.encode(&families, &mut text) {
        Ok(()) => HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, encoder.format_type().to_owned()))
            .body(text),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

/// Which providers this process leaves alone; known without anybody being asked.
fn left_alone(parts: &Parts) -> anyhow::Result<Vec<prometheus::proto::MetricFamily>> {
    let registry = Registry::new();
    let alone = IntGaugeVec::new(
        Opts::new(
            "ratiba_provider_left_alone",
            "Accounts for which a provider is not called, since it is in trouble",
        ),
        &["provider"],
    )?;
    registry.register(Box::new(alone.clone()))?;
    for (provider, accounts) in parts.breakers.left_alone(&*parts.clock) {
        let gauge = alone.with_label_values(&[provider]);
        gauge.set(i64::try_from(accounts).unwrap_or(i64::MAX));
    }
    Ok(registry.gather())
}

/// How full the queue is, and how late schedules are; asked of the database at each scrape.
async fn gauges(parts: &Parts) -> anyhow::Result<Vec<prometheus::proto::MetricFamily>> {
    let registry = Registry::new();
    let queue = IntGaugeVec::new(
        Opts::new("ratiba_queue_jobs", "Jobs in the queue by state"),
        &["state"],
    )?;
    let overdue = IntGaugeVec::new(
        Opts::new("ratiba_schedule_overdue_seconds", "How late schedules are"),
        &["name"],
    )?;
    registry.register(Box::new(queue.clone()))?;
    registry.register(Box::new(overdue.clone()))?;
    let audit = IntGaugeVec::new(
        Opts::new(
            "ratiba_audit_chains",
            "Businesses whose record of changes was found broken, or was not verified in time",
        ),
        &["standing"],
    )?;
    registry.register(Box::new(audit.clone()))?;
    let standing = parts.audit_standing().await?;
    audit.with_label_values(&["broken"]).set(standing.broken);
    audit.with_label_values(&["overdue"]).set(standing.overdue);
    let requests = IntGauge::new(
        "ratiba_data_requests_overdue",
        "Requests of customers about their data that are open past their time",
    )?;
    registry.register(Box::new(requests.clone()))?;
    requests.set(parts.overdue_data_requests().await?);
    let now = parts.clock.now();
    let depth = parts.queue.depth(now).await?;
    for (state, count) in [
        ("ready", depth.ready),
        ("due", depth.due),
        ("running", depth.running),
        ("dead", depth.dead),
    ] {
        queue.with_label_values(&[state]).set(count);
    }
    for schedule in parts.schedules.list().await? {
        let late = (now - schedule.next_run_at).whole_seconds().max(0);
        let gauge = overdue.with_label_values(&[&schedule.name]);
        gauge.set(gauge.get().max(late));
    }
    Ok(registry.gather())
}
