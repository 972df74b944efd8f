//! How fast the worker's own loop gets through the queue when its jobs ask for nothing: claim, run, end.
//!
//! Run with the settings of a worker and three numbers: how many loops run beside each other, how many jobs each has at
//! once, and how many jobs there are to do. Does so many of those that are queued, and writes one line of JSON: how many
//! microseconds that took, from the first look into the queue until the last end was on record. `cargo xtask bench jobs`
//! sets it beside what the server could do.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context as _;
use async_trait::async_trait;
use futures_util::future::join_all;
use ratiba_assembly::Parts;
use ratiba_assembly::queue::Job;
use ratiba_bootstrap::{SettingsReader, logging};
use ratiba_worker::metrics::Metrics;
use ratiba_worker::runner::{JobError, RunJob, Runner, RunnerLimits};
use ratiba_worker::settings::{BASE, WorkerSettings};
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

/// Jobs that ask for nothing, counted.
struct Nothing {
    left: AtomicU64,
    over: watch::Sender<bool>,
}

#[async_trait]
impl RunJob for Nothing {
    async fn run(&self, _job: &Job) -> Result<(), JobError> {
        if self.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.over.send_replace(true);
        }
        Ok(())
    }

    async fn gave_up(&self, _job: &Job) -> anyhow::Result<()> {
        Ok(())
    }
}

#[actix_web::main]
async fn main() -> anyhow::Result<()> {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse::<u64>());
    let mut number = || {
        numbers
            .next()
            .context("three numbers are needed")?
            .context("not a number")
    };
    let (loops, at_once, jobs) = (number()?, u16::try_from(number()?)?, number()?);
    let settings = SettingsReader::from_env(BASE).finish(WorkerSettings::read)?;
    logging::start(&settings.shared.process)?;
    let parts = Parts::assemble(&settings.shared, || ())?;
    let (over, is_over) = watch::channel(false);
    let handler = Arc::new(Nothing {
        left: AtomicU64::new(jobs),
        over,
    });
    let runner = Runner {
        queue: parts.queue.clone(),
        schedules: parts.schedules.clone(),
        clock: Arc::clone(&parts.clock),
        handler,
        bell: Arc::new(Notify::new()),
        metrics: Metrics::new()?,
        limits: RunnerLimits {
            jobs_max: at_once,
            ..RunnerLimits::default()
        },
    };
    let began = Instant::now();
    join_all((0..loops).map(|_| {
        let mut is_over = is_over.clone();
        runner.run(async move {
            // The sender lives as long as the runner does.
            let _ended = is_over.wait_for(|over| *over).await;
        })
    }))
    .await;
    let micros = u64::try_from(began.elapsed().as_micros())?;
    println!("{}", serde_json::json!({ "jobs": jobs, "micros": micros }));
    Ok(())
}
