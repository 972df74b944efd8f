//! The loop around the queue: claim, run, and end or give back what was claimed.
//!
//! It knows nothing of what jobs do; that is [`crate::jobs`].

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt as _;
use ratiba_assembly::audit::acting;
use ratiba_assembly::queue::{Job, JobQueue, Next, Schedules};
use ratiba_kernel::{Clock, Outage};
use time::OffsetDateTime;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::metrics::Metrics;

/// Why a job did not end well.
#[derive(Debug)]
pub enum JobError {
    /// Worth another try, after the kind's pause.
    Again(anyhow::Error),
    /// No further try can help: a person must look.
    Hopeless(anyhow::Error),
    /// It was not begun, since its provider has all the work that it may have at once: put off, and no failed try.
    NoRoom,
    /// It was not begun, since its business is closed or has no such feature now: put off, and no failed try.
    NotYet,
}

impl<E: Into<anyhow::Error>> From<E> for JobError {
    fn from(error: E) -> Self {
        Self::Again(error.into())
    }
}

/// Does what jobs ask for. Every kind is safe to run twice.
#[async_trait]
pub trait RunJob: Send + Sync {
    /// Runs one job to its end.
    async fn run(&self, job: &Job) -> Result<(), JobError>;

    /// Told before a job is given up, so that what depends on it can go to a person. Safe to repeat; the job
    /// is parked only once this went well.
    async fn gave_up(&self, job: &Job) -> anyhow::Result<()>;
}

/// The limits of one worker process.
#[derive(Clone, Copy, Debug)]
pub struct RunnerLimits {
    /// Jobs at once.
    pub jobs_max: u16,
    /// How long a lease lasts; a job that takes longer is stopped before.
    pub lease: Duration,
    /// How long running jobs may take to end when the process stops.
    pub grace: Duration,
}

impl Default for RunnerLimits {
    fn default() -> Self {
        Self {
            jobs_max: 24,
            lease: Duration::from_secs(60),
            grace: Duration::from_secs(20),
        }
    }
}

/// One worker's loop.
#[derive(Clone)]
pub struct Runner {
    /// Where jobs are.
    pub queue: JobQueue,
    /// What is due by the wall clock.
    pub schedules: Schedules,
    /// Business time.
    pub clock: Arc<dyn Clock>,
    /// What jobs do.
    pub handler: Arc<dyn RunJob>,
    /// Rung when there may be something to do.
    pub bell: Arc<Notify>,
    /// Counters.
    pub metrics: Metrics,
    /// Limits.
    pub limits: RunnerLimits,
}

/// A lost notification costs this much, not a job.
const POLL: Duration = Duration::from_secs(1);
/// How often leases of lost workers are looked for, by the machine's clock, as leases run.
const RESCUE_EVERY: Duration = Duration::from_secs(5);
/// How often the schedules are looked at, by the business's clock: a jump of it is a look.
const SCHEDULES_EVERY: time::Duration = time::Duration::seconds(1);

/// Where one loop of a runner stands.
#[derive(Default)]
struct Loop {
    /// Jobs that were done and whose end is not on record yet.
    ended: Vec<Job>,
    rescued: Option<Instant>,
    way: Way,
    /// When the schedules were looked at, business time.
    looked: Option<OffsetDateTime>,
}

/// How far a loop came in a long queue, so that it need not begin at the queue's beginning each time.
#[derive(Clone, Copy, Debug, Default)]
struct Way(Option<Mark>);

#[derive(Clone, Copy, Debug)]
struct Mark {
    /// When the latest job was due that was leased.
    reached: OffsetDateTime,
    /// When the queue was last looked at from its beginning.
    began: Instant,
}

/// Jobs that are due earlier than the last one may come later: transactions take their time, and a failed job comes back.
const LATE: time::Duration = time::Duration::seconds(1);
/// How long such a one may be passed over.
const BEGIN_EVERY: Duration = Duration::from_secs(1);

impl Way {
    /// From which point on the next look is; `None` for one from the beginning.
    fn since(self) -> Option<OffsetDateTime> {
        let mark = self.0.filter(|mark| mark.began.elapsed() < BEGIN_EVERY)?;
        Some(mark.reached - LATE)
    }

    /// Notes where a look that began at `since` came to; `None` where it came to the end of the queue.
    fn went(&mut self, since: Option<OffsetDateTime>, reached: Option<OffsetDateTime>) {
        let before = self.0.filter(|_| since.is_some());
        self.0 = reached.map(|reached| Mark {
            reached,
            began: before.map_or_else(Instant::now, |mark| mark.began), // bookkeeping: how old a look is
        });
    }
}

impl Runner {
    /// Runs until `stop` ends; then finishes or gives back what it holds, within the grace period.
    ///
    /// The ends of jobs and the leases of the next ones are one call of the queue: what ends while a call is on its way
    /// goes with the next.
    pub async fn run(&self, stop: impl Future<Output = ()>) {
        let held = Held::default();
        let mut running: JoinSet<Option<Job>> = JoinSet::new();
        let mut stop = std::pin::pin!(stop);
        let mut state = Loop::default();
        loop {
            self.metrics.beat();
            let next = self.next_jobs(&mut state, running.len()).await;
            for job in next.jobs {
                let (runner, held) = (self.clone(), held.clone());
                running.spawn(async move {
                    held.take(&job);
                    let done = runner.settle(&job).await;
                    held.give_back(&job);
                    done.then_some(job)
                });
            }
            let pause = if next.raced { Duration::ZERO } else { POLL };
            tokio::select! {
                () = &mut stop => break,
                Some(one) = running.join_next(), if !running.is_empty() => {
                    state.ended.extend(one.ok().flatten());
                    // Those that are about to end in this moment go along.
                    tokio::task::yield_now().await;
                    while let Some(one) = running.try_join_next() {
                        state.ended.extend(one.ok().flatten());
                    }
                }
                () = self.bell.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
        tracing::info!(jobs.running = running.len(), "stopping: no new work is taken");
        let ended = tokio::time::timeout(self.limits.grace, async {
            while let Some(one) = running.join_next().await {
                state.ended.extend(one.ok().flatten());
            }
        });
        if ended.await.is_err() {
            running.shutdown().await;
            for job in held.left() {
                tracing::warn!(job.kind, job.id = %job.id, "the grace period ended; the job is given back");
                if let Err(outage) = self.queue.release(&job).await {
                    report_outage(&outage);
                }
            }
        }
        self.report(self.queue.end(&state.ended).await);
    }

    /// Runs everything that is due now, and what that brings with it, one batch after the other. Returns
    /// how many jobs ran. For tests, which move the clock instead of waiting.
    ///
    /// # Errors
    /// [`Outage`] if the queue cannot be asked.
    pub async fn drain(&self) -> Result<usize, Outage> {
        let mut ran = 0;
        loop {
            self.schedules.hand_out_due(self.clock.now()).await?;
            let batch = self
                .queue
                .claim(self.clock.now(), self.limits.jobs_max, self.limits.lease)
                .await?;
            if batch.is_empty() {
                return Ok(ran);
            }
            for job in batch {
                if self.settle(&job).await {
                    self.report(self.queue.done(&job).await);
                }
                ran += 1;
            }
        }
    }

    /// Records what ended, and leases as many jobs as there is room for.
    async fn next_jobs(&self, state: &mut Loop, running: usize) -> Next {
        let now = self.clock.now();
        let since = state.rescued.map(|at| at.elapsed());
        if since.is_none_or(|since| since >= RESCUE_EVERY) {
            match self.queue.rescue(now).await {
                Ok(_freed) => state.rescued = Some(Instant::now()), // bookkeeping: leases run by the machine's clock
                Err(outage) => {
                    report_outage(&outage);
                    return Next::default();
                }
            }
        }
        if state
            .looked
            .is_none_or(|at| now < at || now - at >= SCHEDULES_EVERY)
        {
            match self.schedules.hand_out_due(now).await {
                Ok(_handed_out) => state.looked = Some(now),
                // What is queued already is done all the same.
                Err(outage) => report_outage(&outage),
            }
        }
        let room = self
            .limits
            .jobs_max
            .saturating_sub(u16::try_from(running).unwrap_or(u16::MAX));
        if room == 0 && state.ended.is_empty() {
            return Next::default();
        }
        let since = state.way.since();
        let mut next = match self
            .queue
            .next(&state.ended, since, now, room, self.limits.lease)
            .await
        {
            Ok(next) => next,
            Err(outage) => {
                report_outage(&outage);
                return Next::default();
            }
        };
        state.ended.clear();
        let full = next.jobs.len() >= usize::from(room);
        state.way.went(since, next.reached.filter(|_| full));
        if since.is_some() && !full {
            // There may be more before that point.
            let room = room.saturating_sub(u16::try_from(next.jobs.len()).unwrap_or(u16::MAX));
            match self.queue.next(&[], None, now, room, self.limits.lease).await {
                Ok(more) => {
                    next.raced |= more.raced;
                    next.jobs.extend(more.jobs);
                }
                Err(outage) => report_outage(&outage),
            }
        }
        next
    }

    /// Runs a job; answers whether it was done, and its end is to be recorded.
    async fn settle(&self, job: &Job) -> bool {
        if RetryPlan::of(&job.kind).is_exhausted(job, self.clock.now()) {
            self.report(self.give_up(job, "its workers were lost too often").await);
            return false;
        }
        // Stopped before the lease ends, so that nobody else runs the job meanwhile.
        let limit = self.limits.lease * 4 / 5;
        let started = Instant::now();
        let origin = format!("job {}", job.kind);
        let guarded = AssertUnwindSafe(acting(None, &origin, self.handler.run(job))).catch_unwind();
        let ended = match tokio::time::timeout(limit, guarded).await {
            Ok(Ok(Ok(()))) => {
                self.metrics.job_ended(&job.kind, "done", started.elapsed());
                return true;
            }
            Ok(Ok(Err(JobError::Again(error)))) => self.again(job, &format!("{error:#}")).await,
            Ok(Ok(Err(JobError::Hopeless(error)))) => self.give_up(job, &format!("{error:#}")).await,
            Ok(Ok(Err(JobError::NoRoom))) => self.put_off(job, NO_ROOM_PAUSE).await,
            Ok(Ok(Err(JobError::NotYet))) => self.put_off(job, NOT_YET_PAUSE).await,
            Ok(Err(_panic)) => self.again(job, "the job panicked").await,
            Err(_elapsed) => self.again(job, "the job took longer than its lease allows").await,
        };
        self.report(ended);
        false
    }

    /// The lease brings a job back whose end could not be recorded.
    fn report(&self, ended: Result<(), Outage>) {
        if let Err(outage) = ended {
            report_outage(&outage);
        }
    }

    /// Puts a job off that was not begun; its id spreads those that were put off together.
    async fn put_off(&self, job: &Job, pause: time::Duration) -> Result<(), Outage> {
        self.metrics.job_ended(&job.kind, "put_off", Duration::ZERO);
        let spread = time::Duration::milliseconds(i64::from(job.id.as_bytes()[15]) * 4);
        let at = self.clock.now() + pause + spread;
        self.queue.put_off(job, at).await
    }

    async fn again(&self, job: &Job, error: &str) -> Result<(), Outage> {
        let now = self.clock.now();
        match RetryPlan::of(&job.kind).next(job, now) {
            Some(at) => {
                tracing::warn!(job.kind, job.id = %job.id, job.attempt, error, "a job failed and is tried again");
                self.metrics.job_ended(&job.kind, "retried", Duration::ZERO);
                self.queue.retry(job, at, now, error).await
            }
            None => self.give_up(job, error).await,
        }
    }

    async fn give_up(&self, job: &Job, error: &str) -> Result<(), Outage> {
        let now = self.clock.now();
        if let Err(refused) = self.handler.gave_up(job).await {
            let refused = format!("{error}; and nobody could be told: {refused:#}");
            tracing::error!(job.kind, job.id = %job.id, error = refused, "a job cannot be given up yet");
            return self.queue.retry(job, now + GIVE_UP_AGAIN, now, &refused).await;
        }
        tracing::error!(job.kind, job.id = %job.id, job.attempt, error, "a job was given up: a person must look");
        self.metrics.job_ended(&job.kind, "dead", Duration::ZERO);
        self.queue.bury(job, now, error).await
    }
}

/// When a job that found no room in its lane is looked at again, at the earliest.
const NO_ROOM_PAUSE: time::Duration = time::Duration::seconds(1);
/// When a job whose business stood in its way is looked at again, at the earliest.
const NOT_YET_PAUSE: time::Duration = time::Duration::minutes(10);
/// When a job that could not be given up is looked at again.
const GIVE_UP_AGAIN: time::Duration = time::Duration::seconds(30);

/// The jobs that this process is running.
#[derive(Clone, Default)]
struct Held(Arc<Mutex<BTreeMap<uuid::Uuid, Job>>>);

impl Held {
    fn jobs(&self) -> std::sync::MutexGuard<'_, BTreeMap<uuid::Uuid, Job>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, job: &Job) {
        self.jobs().insert(job.id, job.clone());
    }

    fn give_back(&self, job: &Job) {
        self.jobs().remove(&job.id);
    }

    fn left(&self) -> Vec<Job> {
        self.jobs().values().cloned().collect()
    }
}

fn report_outage(outage: &Outage) {
    let cause = std::error::Error::source(outage)
        .map(ToString::to_string)
        .unwrap_or_default();
    tracing::error!(cause, "the queue does not answer");
}

/// How often and how late a failed job is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryPlan {
    /// Somebody waits at the other end: 1, 2, 4, 8 … seconds, at most 60 s in all, then a person.
    Conversation,
    /// 2, 4, 8 … seconds, at most an hour apart, twelve times.
    Patient,
}

impl RetryPlan {
    /// The plan of a kind of job.
    #[must_use]
    pub fn of(kind: &str) -> Self {
        if kind == "conversation.turn" {
            Self::Conversation
        } else {
            Self::Patient
        }
    }

    /// Whether even beginning again makes no sense: workers that die on a job never report its failure.
    #[must_use]
    pub fn is_exhausted(self, job: &Job, now: OffsetDateTime) -> bool {
        match self {
            Self::Conversation => {
                let since = job.first_failed_at.map(|first| now - first);
                job.attempt > 12 || since.is_some_and(|since| since > time::Duration::minutes(5))
            }
            Self::Patient => job.attempt > 16,
        }
    }

    /// When the job runs next; `None`: it is given up.
    #[must_use]
    pub fn next(self, job: &Job, now: OffsetDateTime) -> Option<OffsetDateTime> {
        let exponent = u32::try_from(job.attempt.clamp(1, 20)).unwrap_or(1);
        let pause = match self {
            Self::Conversation => {
                let pause = time::Duration::seconds(1_i64 << exponent.saturating_sub(1).min(5));
                let first = job.first_failed_at.unwrap_or(now);
                if now + pause - first > time::Duration::seconds(60) {
                    return None;
                }
                pause
            }
            Self::Patient => {
                if job.attempt >= 12 {
                    return None;
                }
                time::Duration::seconds((1_i64 << exponent.min(12)).min(3_600))
            }
        };
        // The id is random enough to keep jobs that failed together from coming back together.
        let jitter = u32::from(job.id.as_bytes()[15]) * 100 / 255;
        Some(now + pause + pause * jitter / 400)
    }
}

#[cfg(test)]
mod tests;
