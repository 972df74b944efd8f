//! Who counts how often somebody asks.

use std::sync::Arc;

use ratiba_access::limits::{Gate, Limiter};
use ratiba_kernel::Outage;
use ratiba_redis::RedisLimiter;
use ratiba_system::{OwnLimiter, SystemClock};

pub use crate::settings::LimitSettings;

/// The gate of one process. It counts by the machine's clock, whatever clock the business follows: a limit is about what
/// machines bear, and must not open or close because a test passes a day. Must be called within a runtime if there is a
/// Redis, which need not answer yet.
///
/// # Errors
/// [`Outage`] if no client of Redis can be made.
pub fn gate(settings: &LimitSettings) -> Result<Gate, Outage> {
    let shared = match &settings.redis {
        Some(redis) => {
            tracing::info!(?redis, "requests are counted together with other processes");
            let limiter: Arc<dyn Limiter> = Arc::new(RedisLimiter::new(redis)?);
            Some(limiter)
        }
        None => None,
    };
    Ok(Gate {
        limits: settings.limits,
        shared,
        own: Arc::new(OwnLimiter::default()),
        clock: Arc::new(SystemClock),
    })
}
