//! Counts that several processes share, in Redis: the limiter of [`ratiba_access::limits`].
//!
//! Redis keeps nothing else of Ratiba's, and nothing of it is needed after a restart.

mod limiter;
mod line;
mod settings;

pub use limiter::RedisLimiter;
pub use settings::{RedisSettings, SettingsFault};
