//! Who calls: the bearer token of a request, turned into the one who acts.

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::future::LocalBoxFuture;
use ratiba_access::use_cases::AuthenticateError;
use ratiba_access::{PresentedToken, Principal, Scope};

use crate::State;
use crate::problem::{Kind, Problem};

/// The one who acts, proven by a token.
pub struct Caller(pub Principal);

impl Caller {
    /// Refuses unless the caller may do this.
    ///
    /// # Errors
    /// [`Problem`] of kind `forbidden`.
    pub fn require(&self, scope: Scope) -> Result<&Principal, Problem> {
        self.0
            .require(scope)
            .map_err(|refused| Problem::new(Kind::Forbidden, refused.to_string()))?;
        Ok(&self.0)
    }
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let state = request.app_data::<web::Data<State>>().cloned();
        let token = request
            .headers()
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .and_then(|(_, token)| PresentedToken::parse(token.trim()).ok());
        Box::pin(async move {
            let refused = || {
                Problem::new(
                    Kind::Unauthenticated,
                    "send Authorization: Bearer with a valid token",
                )
            };
            let (state, token) = (state.ok_or_else(refused)?, token.ok_or_else(refused)?);
            match state.parts.authenticate.execute(&token).await {
                Ok(principal) => Ok(Self(principal)),
                Err(AuthenticateError::Invalid) => Err(refused()),
                Err(AuthenticateError::Unavailable(outage)) => Err(Problem::unavailable(&outage)),
            }
        })
    }
}
