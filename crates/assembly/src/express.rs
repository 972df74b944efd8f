//! The express lane: a customer who has just paid does not wait for the queue.
//!
//! Whoever took in a callback hands it on here after the answer, and in the same process the callback is applied and the
//! visit confirmed at once. Its job is queued all the same, with the callback itself: the worker does whatever this lane
//! did not, and finds the rest done. So nothing is lost with this process, and nobody waits where the lane is full.

mod convoys;

use std::sync::Arc;
use std::time::Duration;

use ratiba_booking::appointment::State;
use ratiba_booking::use_cases::ConfirmVisitError;
use ratiba_booking::visit::Visit;
use ratiba_kernel::{Id, Outage, TenantId};
use ratiba_payments::payment::PaymentId;
use ratiba_payments::ports::StoredCallback;
use ratiba_payments::use_cases::{ApplyCallbackError, CallbackApplied};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Parts;
use convoys::Convoys;

/// Why the lane left something to the worker.
#[derive(Debug, thiserror::Error)]
enum Left {
    #[error("the callback was not applied")]
    Apply(#[from] ApplyCallbackError),
    #[error("the visit was not confirmed")]
    Confirm(#[from] ConfirmVisitError),
}

/// How long a convoy is waited for that does not come to its end.
const PATIENCE: Duration = Duration::from_millis(50);

/// The lane of one process. Clones share its places.
///
/// Callbacks go through it in convoys: those that come while others are on their way set out together.
#[derive(Clone)]
pub struct ExpressLane {
    places: Arc<Semaphore>,
    convoys: Convoys<Hurried>,
}

/// A callback that holds one of the lane's places.
struct Hurried {
    tenant: TenantId,
    stored: StoredCallback,
    _place: OwnedSemaphorePermit,
}

impl ExpressLane {
    /// A lane in which at most so many callbacks are on their way; with none of them the worker does everything.
    #[must_use]
    pub fn new(parts: Parts, places: u16) -> Self {
        Self {
            places: Arc::new(Semaphore::new(usize::from(places))),
            convoys: Convoys::new(PATIENCE, move |hurried| bring(parts.clone(), hurried)),
        }
    }

    /// Applies a callback that is stored, and confirms the visit that it pays for, without keeping the caller waiting.
    /// Where no place is free, or anything does not go well, the worker does it. Must be called within a runtime.
    pub fn hurry(&self, tenant: TenantId, stored: StoredCallback) {
        let callback = stored.id;
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            tracing::info!(callback.id = %callback, "the express lane is full; the worker applies the callback");
            return;
        };
        self.convoys.join(Hurried {
            tenant,
            stored,
            _place: place,
        });
    }
}

async fn bring(parts: Parts, hurried: Hurried) {
    let Hurried {
        tenant,
        stored,
        _place,
    } = hurried;
    let callback = stored.id;
    if let Err(left) = settle(&parts, tenant, stored).await {
        let error = format!("{:#}", anyhow::Error::from(left));
        tracing::warn!(callback.id = %callback, error, "the express lane leaves a callback to the worker");
    }
}

/// The first half of what the worker does with a callback and with the event that tells of a settled payment. The other
/// half, that people are told and what is too much goes back, has time. The visit is read while the money is booked, in the
/// hope that it settles the payment.
async fn settle(parts: &Parts, tenant: TenantId, stored: StoredCallback) -> Result<(), Left> {
    let seen = parts.payments.book.of_attempt(tenant, stored.attempt).await;
    let seen = seen.map_err(ApplyCallbackError::from)?;
    let waits = seen
        .as_ref()
        .map(|record| Id::from_uuid(record.payment.visit().as_uuid()));
    let (apply, confirm) = (&parts.payments.apply_callback, &parts.booking.confirm);
    let look = async {
        match waits {
            Some(visit) => confirm.look_at(tenant, visit).await.ok(),
            None => None,
        }
    };
    let (applied, looked_at) = tokio::join!(apply.take_in(tenant, stored, seen), look);
    if let CallbackApplied::Applied {
        settled: Some(visit), ..
    } = applied?
    {
        match looked_at {
            Some(looked_at) => confirm.confirm(tenant, looked_at).await?,
            None => confirm.execute(tenant, Id::from_uuid(visit.as_uuid())).await?,
        };
    }
    Ok(())
}

impl Parts {
    /// Whether a visit was confirmed since that payment was settled, and not long before it: then nobody may have been told
    /// yet. Whoever tells it again is not heard twice.
    pub(crate) async fn was_hurried(
        &self,
        tenant: TenantId,
        visit: &Visit,
        payment: PaymentId,
    ) -> Result<bool, Outage> {
        let Some(record) = self.payments.book.find(tenant, payment).await? else {
            return Ok(false);
        };
        let settled_at = record.payment.state_at();
        Ok(visit.living().any(|appointment| {
            matches!(appointment.state(), State::Confirmed { .. })
                && appointment.state().since() >= settled_at
        }))
    }
}
