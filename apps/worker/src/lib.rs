//! The hands: jobs, schedules and the outbox.

use std::sync::Arc;
use std::time::Duration;

use ratiba_assembly::Parts;
use ratiba_assembly::queue::WallClockRule;
use ratiba_kernel::Zone;
use tokio::sync::Notify;

pub mod health;
pub mod jobs;
pub mod lanes;
pub mod metrics;
pub mod runner;
pub mod schedules;
pub mod sealing;
pub mod settings;
pub mod work;

use jobs::Jobs;
use lanes::Lanes;
use metrics::Metrics;
use runner::{Runner, RunnerLimits};

/// The sweep of the whole instance: daily at 03:00 in Nairobi.
const REAPER: WallClockRule = WallClockRule {
    hour: 3,
    minute: 0,
    day_of_month: None,
};

/// A runner over these parts that is rung by `bell`; makes sure that the instance's own schedules exist.
///
/// # Errors
/// When the database does not answer.
pub async fn runner(
    parts: &Parts,
    bell: Arc<Notify>,
    metrics: Metrics,
    limits: RunnerLimits,
) -> anyhow::Result<Runner> {
    let nairobi = Zone::parse("Africa/Nairobi")?;
    parts
        .schedules
        .ensure("reaper", None, &nairobi, REAPER, parts.clock.now())
        .await?;
    Ok(Runner {
        queue: parts.queue.clone(),
        schedules: parts.schedules.clone(),
        clock: Arc::clone(&parts.clock),
        handler: Arc::new(Lanes::new(
            Arc::new(Jobs { parts: parts.clone() }),
            limits.jobs_max,
        )),
        bell,
        metrics,
        limits,
    })
}

/// The limits that the settings name.
#[must_use]
pub fn limits(settings: &settings::WorkerSettings) -> RunnerLimits {
    RunnerLimits {
        jobs_max: settings.jobs_max,
        lease: Duration::from_secs(settings.lease_s),
        grace: Duration::from_secs(settings.grace_s),
    }
}
