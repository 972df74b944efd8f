//! The machine itself: its clock, its random source, and the movable clock of dev, demo and tests.

pub mod chance;
pub mod clock;

pub use chance::SystemChance;
pub use clock::{ClockAuthority, MovableClock, SystemClock, follow};
