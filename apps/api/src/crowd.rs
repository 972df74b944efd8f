//! More requests than the process can serve: who comes while too many wait for the database is turned away at once, before
//! anything is done for them, so that those who wait are served soon and the machine does work instead of queueing it.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, web};
use futures_util::{Stream, StreamExt as _};
use ratiba_access::limits::Door;
use tokio::time::Instant;

use crate::State;
use crate::pace::Route;
use crate::problem::{Kind, Problem};

/// How often the log says that some were turned away.
const SAID_EVERY: Duration = Duration::from_secs(1);

/// How large a body may be, and how long it may take, that is read although nothing is done with it: most have come already.
const BODY_MOST: usize = 64 * 1024;
const BODY_WITHIN: Duration = Duration::from_millis(50);

/// How many may wait, and what there is to say of those who were turned away.
pub struct Crowd {
    waiting_max: usize,
    said: Mutex<Said>,
}

/// What the log has not said yet, and when it said something.
#[derive(Default)]
struct Said {
    at: Option<Instant>,
    unsaid: u64,
}

/// A mark on a request: it was turned away. The log tells of such requests together.
pub(crate) struct TurnedAway;

impl Crowd {
    /// So many may wait for the database; with none of them everybody is turned away.
    #[must_use]
    pub fn new(waiting_max: usize) -> Self {
        Self {
            waiting_max,
            said: Mutex::default(),
        }
    }

    /// Whether a request is turned away that knocks at such a door while so many wait.
    ///
    /// Health is always told, and providers are always heard: what they tell is not told twice for sure, and few calls
    /// store many of their messages.
    fn turns_away(&self, door: Door, waiting: usize) -> bool {
        match door {
            Door::Free | Door::Webhook => false,
            Door::Usual | Door::SignIn | Door::Grant => waiting >= self.waiting_max,
        }
    }

    /// One more was turned away. Gives how many were since this gave a number before, when it is time to say so.
    fn count(&self, now: Instant) -> Option<u64> {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.unsaid += 1;
        let due = said
            .at
            .is_none_or(|at| now.saturating_duration_since(at) >= SAID_EVERY);
        due.then(|| {
            said.at = Some(now);
            std::mem::take(&mut said.unsaid)
        })
    }
}

/// Lets a request in unless too many wait already; those are answered 503 with `Retry-After`, and nothing was done.
///
/// # Errors
/// What the rest of the way answers.
pub async fn while_there_is_room<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let route = Route::of(&request);
    let door = route.door();
    request.extensions_mut().insert(route);
    let state = request.app_data::<web::Data<State>>();
    let turned_away = state.filter(|state| state.crowd.turns_away(door, state.parts.database.waiting()));
    let Some(state) = turned_away else {
        return next.call(request).await.map(ServiceResponse::map_into_left_body);
    };
    state.metrics.turned_away();
    if let Some(count) = state.crowd.count(Instant::now()) {
        tracing::warn!(count, "more comes than can be done: requests were turned away");
    }
    let payload = request.take_payload();
    // What is left of it closes the connection, as if nobody had looked.
    let _read = tokio::time::timeout(BODY_WITHIN, read_away(payload)).await;
    request.extensions_mut().insert(TurnedAway);
    let problem = Problem::new(
        Kind::Unavailable,
        "more comes than can be done: try again in a moment",
    );
    Ok(request.error_response(problem).map_into_right_body())
}

/// Reads a small body to its end and forgets it. Whoever is answered in the middle of one needs a new connection for the next
/// request, and that costs more than the refusal.
async fn read_away(mut payload: impl Stream<Item = Result<web::Bytes, PayloadError>> + Unpin) {
    let mut read = 0;
    while let Some(Ok(chunk)) = payload.next().await
        && read <= BODY_MOST
    {
        read += chunk.len();
    }
}

#[cfg(test)]
mod tests;
