//! The queue and the schedules, as the apps use them.

pub use ratiba_postgres::jobs::{DeadJob, Job, JobQueue, NewJob, Next, QueueDepth};
pub use ratiba_postgres::schedules::{ScheduleState, Schedules, WallClockRule};
