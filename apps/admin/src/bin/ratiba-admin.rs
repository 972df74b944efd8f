//! What an operator runs beside the processes: the demo tenant, tokens, dead jobs, dead letters.

use std::process::ExitCode;

use ratiba_admin::{AdminSettings, BASE, Command, USAGE, run};
use ratiba_assembly::audit::acting;
use ratiba_bootstrap::SettingsReader;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(command) = Command::parse(&arguments) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let settings = match SettingsReader::from_env(BASE).finish(AdminSettings::read) {
        Ok(settings) => settings,
        Err(errors) => {
            eprintln!("ratiba-admin: {errors}");
            return ExitCode::from(2);
        }
    };
    let origin = format!("command {}", arguments.first().map_or("", String::as_str));
    match acting(Some("operator"), &origin, Box::pin(run(settings, command))).await {
        Ok(told) => {
            println!("{told:#}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("ratiba-admin: {error:#}");
            ExitCode::FAILURE
        }
    }
}
