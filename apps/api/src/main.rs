//! The process `ratiba-api`; everything it does is in the library beside it.

use std::net::TcpListener;
use std::process::ExitCode;

use actix_web::web;
use anyhow::Context as _;
use ratiba_api::body::Patience;
use ratiba_api::crowd::Crowd;
use ratiba_api::metrics::Metrics;
use ratiba_api::readiness::Readiness;
use ratiba_api::settings::{ApiSettings, BASE};
use ratiba_api::streams::{StreamLimits, Streams};
use ratiba_api::{State, serve, serve_metrics};
use ratiba_assembly::Parts;
use ratiba_assembly::express::ExpressLane;
use ratiba_bootstrap::{SettingsReader, Shutdown, logging};

#[actix_web::main]
async fn main() -> ExitCode {
    let settings = match SettingsReader::from_env(BASE).finish(ApiSettings::read) {
        Ok(settings) => settings,
        Err(errors) => {
            eprintln!("ratiba-api: {errors}");
            return ExitCode::from(2);
        }
    };
    match run(settings).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ratiba-api: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(settings: ApiSettings) -> anyhow::Result<()> {
    logging::start(&settings.shared.process)?;
    let shutdown = Shutdown::listen(&settings.shared.process)?;
    let parts = Parts::assemble(&settings.shared, || ())?;
    parts.refuse_bad_set_up().await?;
    let gate = ratiba_assembly::limits::gate(&settings.limits)?;
    let streams = Streams::new(StreamLimits::default());
    let state = web::Data::new(State {
        express: ExpressLane::new(parts.clone(), settings.express_max),
        parts,
        metrics: Metrics::new()?,
        crowd: Crowd::new(settings.waiting_max.get().into()),
        readiness: Readiness::default(),
        sources: settings.sources,
        gate,
        streams: streams.clone(),
        patience: Patience::default(),
    });
    let rung = streams.clone();
    // Where nothing can be heard the streams look every second.
    let _listener = ratiba_assembly::listen(&settings.shared, move || rung.wake())?;
    let listener = TcpListener::bind((settings.bind, settings.port))
        .with_context(|| format!("port {} cannot be bound", settings.port))?;
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    let server = serve(listener, state.clone(), workers)?;
    let handle = server.handle();
    let mut servers = vec![tokio::spawn(server)];
    if let Some(port) = settings.metrics_port {
        let listener = TcpListener::bind(("127.0.0.1", port))
            .with_context(|| format!("port {port} of the metrics cannot be bound"))?;
        servers.push(tokio::spawn(serve_metrics(listener, state)?));
    }
    tracing::info!(port = settings.port, "the api is ready");
    let cause = shutdown.requested().await;
    tracing::info!(?cause, "the api stops");
    streams.drain();
    handle.stop(true).await;
    for server in servers.iter().skip(1) {
        server.abort();
    }
    Ok(())
}
