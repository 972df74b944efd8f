//! The business's time as a port. Waiting and scheduling are not here: a domain states *when*
//! something is due and never waits.

use time::OffsetDateTime;

/// Tells the time that the business lives in.
///
/// In production it is the machine's; in dev, demo and tests every process follows one movable clock.
pub trait Clock: Send + Sync {
    /// The current instant, in UTC. Successive calls may stand still or jump when the clock is moved.
    fn now(&self) -> OffsetDateTime;
}

impl<C: Clock + ?Sized> Clock for std::sync::Arc<C> {
    fn now(&self) -> OffsetDateTime {
        (**self).now()
    }
}
