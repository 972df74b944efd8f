//! How often somebody may ask: counted by address before anything else is looked at, and by caller and business as soon
//! as those are known.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, web};
use ratiba_access::limits::{Door, Passed, Source, Standing, Stopped};
use ratiba_access::{Principal, Visitor};
use time::Duration;

use crate::State;
use crate::endpoint::{self, Endpoint};
use crate::problem::{Kind, Problem};

/// How much room is left.
pub const RATE_LIMIT: &str = "RateLimit";
/// How much there is.
pub const RATE_LIMIT_POLICY: &str = "RateLimit-Policy";

/// The route of a request, found once for everybody who wants to know it.
#[derive(Clone)]
pub struct Route {
    /// Its pattern, if the path is one of ours.
    pub pattern: Option<String>,
    /// What is asked of it, if it has the method.
    pub endpoint: Option<&'static Endpoint>,
}

impl Route {
    /// The route of a request.
    #[must_use]
    pub fn of(request: &ServiceRequest) -> Self {
        let found = request.extensions().get::<Self>().cloned();
        found.unwrap_or_else(|| {
            let pattern = request.match_pattern();
            let endpoint = pattern
                .as_deref()
                .and_then(|pattern| endpoint::find(pattern, request.method()));
            Self { pattern, endpoint }
        })
    }

    /// What kind of door it is. What does not exist is knocked at like everything else.
    #[must_use]
    pub fn door(&self) -> Door {
        self.endpoint.map_or(Door::Usual, |endpoint| endpoint.door)
    }
}

/// Lets a request in unless too many come from where it does; tells everybody how much room is left.
///
/// # Errors
/// What the rest of the way answers.
pub async fn by_address<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let door = Route::of(&request).door();
    let passed = arrive(&request, door).await;
    match passed {
        Ok(()) => {
            let mut answer = next.call(request).await?.map_into_left_body();
            let standing = answer.request().extensions().get::<Standing>().copied();
            if let Some(standing) = standing {
                tell(answer.headers_mut(), &standing);
            }
            Ok(answer)
        }
        Err(problem) => Ok(request.error_response(problem).map_into_right_body()),
    }
}

async fn arrive(request: &ServiceRequest, door: Door) -> Result<(), Problem> {
    let Some(state) = request.app_data::<web::Data<State>>() else {
        return Ok(());
    };
    let source = Source::of(state.sources.of(request.request()));
    let outcome = state.gate.arrive(door, source).await;
    note(request, state, door, outcome)
}

/// Lets one who acts in a business go on, unless they or the business ask too often.
///
/// # Errors
/// [`Problem`] of kind `too-many-requests`, or `unavailable` if nobody counts and this must be counted.
pub async fn by_principal(request: &ServiceRequest, who: &Principal) -> Result<(), Problem> {
    by_caller(request, who.subject, Some(who.tenant)).await
}

/// The same for somebody who is signed in, before it is known in which business.
///
/// # Errors
/// As [`by_principal`].
pub async fn by_visitor(request: &ServiceRequest, who: &Visitor) -> Result<(), Problem> {
    by_caller(request, who.person.as_uuid(), None).await
}

async fn by_caller(
    request: &ServiceRequest,
    caller: uuid::Uuid,
    tenant: Option<ratiba_kernel::TenantId>,
) -> Result<(), Problem> {
    let Some(state) = request.app_data::<web::Data<State>>() else {
        return Ok(());
    };
    let door = Route::of(request).door();
    let outcome = state.gate.act(door, caller, tenant).await;
    note(request, state, door, outcome)
}

/// Keeps what there is to tell of a decision: for the answer, and for whoever watches the process.
fn note(
    request: &ServiceRequest,
    state: &State,
    door: Door,
    outcome: Result<Passed, Stopped>,
) -> Result<(), Problem> {
    match outcome {
        Ok(passed) => {
            if !passed.answered {
                state.metrics.uncounted(door.name());
            }
            // Of several buckets the fullest is told.
            if let Some(standing) = passed.standing {
                let mut extensions = request.extensions_mut();
                let narrower = extensions
                    .get::<Standing>()
                    .is_none_or(|before| standing.left <= before.left);
                if narrower {
                    extensions.insert(standing);
                }
            }
            Ok(())
        }
        Err(Stopped::TooFast { standing, wait }) => {
            state.metrics.stopped(standing.kind);
            request.extensions_mut().insert(standing);
            Err(too_fast(&standing, wait))
        }
        Err(Stopped::Unavailable(outage)) => {
            state.metrics.uncounted(door.name());
            Err(Problem::unavailable(&outage))
        }
    }
}

fn too_fast(standing: &Standing, wait: Duration) -> Problem {
    let seconds = whole_seconds(wait).max(1);
    let detail = format!(
        "too many requests, counted by {}: try again in {seconds} s",
        standing.kind
    );
    let mut problem = Problem::new(Kind::TooManyRequests, detail).header(RETRY_AFTER, seconds.into());
    for (name, value) in told(standing) {
        problem = problem.header(name, value);
    }
    problem
}

/// Seconds, rounded up: who waits so long has waited long enough.
fn whole_seconds(wait: Duration) -> i64 {
    let more = i64::from(wait.subsec_nanoseconds() > 0);
    wait.whole_seconds() + more
}

fn tell(headers: &mut HeaderMap, standing: &Standing) {
    for (name, value) in told(standing) {
        headers.insert(name, value);
    }
}

/// The two headers, as the IETF's draft "RateLimit header fields for HTTP" writes them.
fn told(standing: &Standing) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
    let Standing {
        kind,
        limit,
        left,
        empty_in,
    } = standing;
    let room = format!("\"{kind}\";r={left};t={}", whole_seconds(*empty_in));
    let policy = format!("\"{kind}\";q={};w={}", limit.requests(), limit.window_s());
    let values = [
        (HeaderName::from_static("ratelimit"), room),
        (HeaderName::from_static("ratelimit-policy"), policy),
    ];
    values
        .into_iter()
        .filter_map(|(name, value)| Some((name, HeaderValue::from_str(&value).ok()?)))
}

#[cfg(test)]
mod tests;
