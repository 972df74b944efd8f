//! What the api counts; served on a listener of its own, never on the public one.

use std::time::Duration;

use prometheus::{HistogramOpts, HistogramVec, IntCounter, IntCounterVec, Opts, Registry};

/// The counters of one api process. Clones count together.
#[derive(Clone)]
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    seconds: HistogramVec,
    stopped: IntCounterVec,
    uncounted: IntCounterVec,
    turned_away: IntCounter,
}

impl Metrics {
    /// Fresh counters.
    ///
    /// # Errors
    /// Never in practice: the names are fixed and distinct.
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let requests = IntCounterVec::new(
            Opts::new("ratiba_http_requests_total", "Requests by route and status"),
            &["route", "status"],
        )?;
        let seconds = HistogramVec::new(
            HistogramOpts::new("ratiba_http_request_seconds", "How long requests took"),
            &["route"],
        )?;
        let stopped = IntCounterVec::new(
            Opts::new(
                "ratiba_rate_limited_total",
                "Requests that came too often, by what they were counted by",
            ),
            &["by"],
        )?;
        let uncounted = IntCounterVec::new(
            Opts::new(
                "ratiba_rate_limits_unanswered_total",
                "Requests about which the shared limiter did not answer, by kind of route",
            ),
            &["door"],
        )?;
        let turned_away = IntCounter::new(
            "ratiba_turned_away_total",
            "Requests that came while too many waited for the database",
        )?;
        registry.register(Box::new(turned_away.clone()))?;
        registry.register(Box::new(stopped.clone()))?;
        registry.register(Box::new(uncounted.clone()))?;
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(seconds.clone()))?;
        Ok(Self {
            registry,
            requests,
            seconds,
            stopped,
            uncounted,
            turned_away,
        })
    }

    /// Counts an answered request under its route's pattern, so that no id and no token becomes a label.
    pub fn answered(&self, route: &str, status: u16, took: Duration) {
        self.requests
            .with_label_values(&[route, &status.to_string()])
            .inc();
        self.seconds
            .with_label_values(&[route])
            .observe(took.as_secs_f64());
    }

    /// Counts a request that came too often, by the kind of bucket that was full.
    pub fn stopped(&self, by: &str) {
        self.stopped.with_label_values(&[by]).inc();
    }

    /// Counts a request about which the shared limiter did not answer.
    pub fn uncounted(&self, door: &str) {
        self.uncounted.with_label_values(&[door]).inc();
    }

    /// Counts a request that came while too many waited.
    pub fn turned_away(&self) {
        self.turned_away.inc();
    }

    /// All counters, for a scrape.
    #[must_use]
    pub fn gather(&self) -> Vec<prometheus::proto::MetricFamily> {
        self.registry.gather()
    }
}
