//! The machine itself: its clock, its random source, the movable clock of dev, demo and tests, and what one process counts
//! alone.

pub mod chance;
pub mod clock;
pub mod limiter;
pub mod vault;

pub use chance::SystemChance;
pub use clock::{ClockAuthority, MovableClock, SystemClock, follow};
pub use limiter::OwnLimiter;
