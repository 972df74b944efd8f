//! The process: reads its settings, starts the simulator and the clock of all processes, and stops when told.

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use ratiba_bootstrap::{SettingsReader, Shutdown, logging};
use ratiba_simulator::told::{BASE, Told};
use ratiba_simulator::{ClockControl, Simulator, SimulatorSettings};
use ratiba_system::{ClockAuthority, MovableClock};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let settings = match SettingsReader::from_env(BASE).finish(Told::read) {
        Ok(settings) => settings,
        Err(errors) => {
            eprintln!("ratiba-simulator: {errors}");
            return ExitCode::from(2);
        }
    };
    match serve(settings).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ratiba-simulator: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs until a signal comes, or the process that started this one is gone.
///
/// Two lines on standard output say where it is, for whoever asked for any free port.
async fn serve(settings: Told) -> anyhow::Result<()> {
    logging::start(&settings.process)?;
    let shutdown = Shutdown::listen(&settings.process)?;
    let clock = MovableClock::at(settings.clock_start);
    let mut lines = String::new();
    let clock: Arc<dyn ClockControl> = match settings.clock_listen {
        Some(address) => {
            let authority = ClockAuthority::start(clock, address)?;
            lines.push_str(&format!("clock {}\n", authority.address()));
            Arc::new(authority)
        }
        None => Arc::new(clock),
    };
    let simulator = Simulator::start(SimulatorSettings {
        clock: Some(clock),
        ..settings.simulator
    })
    .await?;
    lines.push_str(&format!("simulator {}\n", simulator.base_url()));
    // Nobody has to read them: a closed pipe is no reason to stop.
    let _ = std::io::stdout().write_all(lines.as_bytes());
    let _ = std::io::stdout().flush();
    tracing::info!(address = simulator.base_url(), "the simulator is ready");
    let cause = shutdown.requested().await;
    tracing::info!(?cause, "the simulator stops");
    simulator.stop().await;
    Ok(())
}
