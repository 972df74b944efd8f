//! How many wait for the database: for a connection, or to have their work done together with others'.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A count of those who wait. Clones count together.
#[derive(Clone, Default)]
pub(crate) struct Waiters(Arc<AtomicUsize>);

/// A place among them, given back when it is dropped.
pub(crate) struct Place(Arc<AtomicUsize>);

impl Waiters {
    /// One more waits, until the place is dropped.
    pub(crate) fn enter(&self) -> Place {
        self.0.fetch_add(1, Ordering::AcqRel);
        Place(Arc::clone(&self.0))
    }

    /// One more waits, unless so many do already.
    pub(crate) fn enter_below(&self, most: usize) -> Option<Place> {
        let place = Place(Arc::clone(&self.0));
        (self.0.fetch_add(1, Ordering::AcqRel) < most).then_some(place)
    }

    /// How many wait at this moment.
    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::Acquire)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}
