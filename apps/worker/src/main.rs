//! The process `ratiba-worker`; everything it does is in the library beside it.

use std::net::TcpListener;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use ratiba_assembly::Parts;
use ratiba_bootstrap::{SettingsReader, Shutdown, logging};
use ratiba_worker::metrics::Metrics;
use ratiba_worker::sealing::keep_sealing;
use ratiba_worker::settings::{BASE, WorkerSettings};
use ratiba_worker::{health, limits, runner};
use tokio::sync::Notify;

#[actix_web::main]
async fn main() -> ExitCode {
    let settings = match SettingsReader::from_env(BASE).finish(WorkerSettings::read) {
        Ok(settings) => settings,
        Err(errors) => {
            eprintln!("ratiba-worker: {errors}");
            return ExitCode::from(2);
        }
    };
    match run(settings).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ratiba-worker: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(settings: WorkerSettings) -> anyhow::Result<()> {
    logging::start(&settings.shared.process)?;
    let shutdown = Shutdown::listen(&settings.shared.process)?;
    let bell = Arc::new(Notify::new());
    let rung = Arc::clone(&bell);
    // When the clock is moved something may be due.
    let parts = Parts::assemble(&settings.shared, move || rung.notify_one())?;
    parts.refuse_bad_set_up().await?;
    let rung = Arc::clone(&bell);
    let _listener = ratiba_assembly::listen(&settings.shared, move || rung.notify_one())?;
    let metrics = Metrics::new()?;
    let runner = runner(&parts, bell, metrics.clone(), limits(&settings)).await?;
    let listener = TcpListener::bind(("127.0.0.1", settings.port))
        .with_context(|| format!("port {} cannot be bound", settings.port))?;
    let sealing = tokio::spawn(keep_sealing(parts.clone()));
    let health = tokio::spawn(health::serve(listener, parts, metrics)?);
    tracing::info!(port = settings.port, "the worker is ready");
    let stop = async {
        let cause = shutdown.requested().await;
        tracing::info!(?cause, "the worker stops");
    };
    runner.run(stop).await;
    sealing.abort();
    health.abort();
    Ok(())
}
