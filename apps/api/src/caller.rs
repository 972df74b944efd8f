//! Who calls: the bearer token of a request, turned into the one who acts, before anything else of the request
//! is looked at.

use std::future::{Ready, ready};

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::AUTHORIZATION;
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest, web};
use ratiba_access::principal::NotAllowed;
use ratiba_access::use_cases::AuthenticateError;
use ratiba_access::{PresentedToken, Principal};

use crate::State;
use crate::endpoint::{self, Access};
use crate::problem::{Kind, Problem};

/// The one who acts, proven by a token, and allowed what the register of endpoints asks for this route.
pub struct Caller(pub Principal);

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        // A handler that asks who calls belongs to a route that says what that takes; without, nobody calls.
        let principal = request.extensions().get::<Principal>().cloned();
        ready(principal.map(Self).ok_or_else(unauthenticated))
    }
}

fn unauthenticated() -> Problem {
    Problem::new(
        Kind::Unauthenticated,
        "send Authorization: Bearer with a valid token",
    )
}

/// Lets a request through to its handler if the register of endpoints allows it to who asks.
///
/// # Errors
/// [`Problem`] of kind `unauthenticated`, `forbidden` or `unavailable`.
pub async fn authorize(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let access = request
        .match_pattern()
        .and_then(|pattern| endpoint::access_of(&pattern, request.method()));
    if let Some(Access::Scope(scope)) = access {
        let principal = authenticate(&request).await?;
        if principal.require(scope).is_err() {
            return Err(Problem::new(Kind::Forbidden, NotAllowed(scope).to_string()).into());
        }
        request.extensions_mut().insert(principal);
    }
    next.call(request).await
}

async fn authenticate(request: &ServiceRequest) -> Result<Principal, Problem> {
    let state = request
        .app_data::<web::Data<State>>()
        .ok_or_else(unauthenticated)?;
    let token = request
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .and_then(|(_, token)| PresentedToken::parse(token.trim()).ok())
        .ok_or_else(unauthenticated)?;
    match state.parts.authenticate.execute(&token).await {
        Ok(principal) => Ok(principal),
        Err(AuthenticateError::Invalid) => Err(unauthenticated()),
        Err(AuthenticateError::Unavailable(outage)) => Err(Problem::unavailable(&outage)),
    }
}
