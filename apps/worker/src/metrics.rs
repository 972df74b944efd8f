//! What a worker counts, and its heartbeat.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry};

/// The counters of one worker. Clones count together.
#[derive(Clone)]
pub struct Metrics {
    registry: Registry,
    ended: IntCounterVec,
    seconds: HistogramVec,
    beats: Arc<AtomicI64>,
}

impl Metrics {
    /// Fresh counters.
    ///
    /// # Errors
    /// Never in practice: the names are fixed and distinct.
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let ended = IntCounterVec::new(
            Opts::new("ratiba_jobs_total", "Jobs by kind and how they ended"),
            &["kind", "outcome"],
        )?;
        let seconds = HistogramVec::new(
            HistogramOpts::new("ratiba_job_seconds", "How long jobs took"),
            &["kind"],
        )?;
        registry.register(Box::new(ended.clone()))?;
        registry.register(Box::new(seconds.clone()))?;
        Ok(Self {
            registry,
            ended,
            seconds,
            beats: Arc::default(),
        })
    }

    /// Counts a job that ended.
    pub fn job_ended(&self, kind: &str, outcome: &str, took: Duration) {
        self.ended.with_label_values(&[kind, outcome]).inc();
        if outcome == "done" {
            self.seconds
                .with_label_values(&[kind])
                .observe(took.as_secs_f64());
        }
    }

    /// The loop went round.
    pub fn beat(&self) {
        self.beats.fetch_add(1, Ordering::Relaxed);
    }

    /// How often the loop went round; one that stands still is not well.
    #[must_use]
    pub fn beats(&self) -> i64 {
        self.beats.load(Ordering::Relaxed)
    }

    /// All counters, for a scrape.
    #[must_use]
    pub fn gather(&self) -> Vec<prometheus::proto::MetricFamily> {
        self.registry.gather()
    }
}
