//! Who calls: the token or the session of a request, turned into the one who acts, before anything else of the request
//! is looked at.

use std::future::{Ready, ready};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{AUTHORIZATION, HeaderMap, ORIGIN};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest, web};
use ratiba_access::feature::Feature;
use ratiba_access::principal::NotAllowed;
use ratiba_access::session::NoTenant;
use ratiba_access::use_cases::AuthenticateError;
use ratiba_access::{PresentedToken, Principal, Scope, SessionSecret, Visitor};
use ratiba_assembly::access::Pages;
use ratiba_booking::appointment::ChangedBy;

use crate::State;
use crate::audited::audited;
use crate::cookies::Cookies;
use crate::endpoint::Access;
use crate::pace::{self, Route};
use crate::problem::{Kind, Problem};

/// The header in which a person names the business that they mean.
pub const TENANT_HEADER: &str = "Ratiba-Tenant";
/// What browsers cannot set a header on: their event streams name the business in the query `tenant`.
const EVENTS: &str = "/api/v1/events";

/// The one who acts, proven by a token or a session, and allowed what the register of endpoints asks for this route.
pub struct Caller(pub Principal);

impl Caller {
    /// As the history of appointments names them.
    #[must_use]
    pub fn who(&self) -> ChangedBy {
        ChangedBy::person(&self.0.name)
    }
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        // A handler that asks who calls belongs to a route that says what that takes; without, nobody calls.
        let principal = request.extensions().get::<Principal>().cloned();
        ready(principal.map(Self).ok_or_else(unauthenticated))
    }
}

/// Whoever is signed in or has a token, on routes that ask for nothing more.
#[derive(Clone)]
pub struct Present {
    /// The person with all of their businesses; of a token there is none.
    pub person: Option<Visitor>,
    /// As whom they act, if it is clear in which business.
    pub acting: Option<Principal>,
}

impl FromRequest for Present {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let present = request.extensions().get::<Self>().cloned();
        ready(present.ok_or_else(unauthenticated))
    }
}

fn unauthenticated() -> Problem {
    Problem::new(
        Kind::Unauthenticated,
        "sign in at /auth/login, or send Authorization: Bearer with a valid token",
    )
}

impl From<NoTenant> for Problem {
    fn from(error: NoTenant) -> Self {
        let kind = match error {
            NoTenant::Required => Kind::TenantRequired,
            NoTenant::Unknown => Kind::NotFound,
            NoTenant::Nowhere => Kind::Forbidden,
        };
        Self::new(kind, error.to_string())
    }
}

/// Lets a request through to its handler if the register of endpoints allows it to who asks, as often as they do.
/// Otherwise it is answered with a [`Problem`] of kind `unauthenticated`, `forbidden`, `tenant-required`, `not-found`,
/// `too-many-requests` or `unavailable`.
///
/// Everything is done in the caller's name, and what is refused of money, commission, access and consent is on record.
///
/// # Errors
/// What the handler answers.
pub async fn authorize(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let acting = match let_in(&request).await {
        Ok(acting) => acting,
        Err(problem) => return Ok(request.error_response(problem).map_into_boxed_body()),
    };
    let Some(Acting {
        principal,
        scope,
        allowed,
    }) = acting
    else {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    };
    audited(principal, scope, request, async |request| match allowed {
        Ok(()) => next.call(request).await.map(ServiceResponse::map_into_boxed_body),
        Err(problem) => Ok(request.error_response(problem).map_into_boxed_body()),
    })
    .await
}

/// Somebody who acts in a business.
struct Acting {
    principal: Principal,
    /// What was asked of them.
    scope: Scope,
    /// Whether they may.
    allowed: Result<(), Problem>,
}

/// Who comes in to act in a business; `None` for nobody, or nowhere, in particular.
async fn let_in(request: &ServiceRequest) -> Result<Option<Acting>, Problem> {
    let route = Route::of(request);
    match route.endpoint.map(|endpoint| endpoint.access) {
        Some(Access::Scope(scope)) => {
            let (proof, proven) = authenticate(request).await?;
            let principal = proven.principal()?;
            // Who may not do this costs as much as who may.
            pace::by_principal(request, &principal).await?;
            let allowed = principal
                .require(scope)
                .map_err(|refused| Problem::new(Kind::Forbidden, NotAllowed::to_string(&refused)));
            if allowed.is_ok()
                && let Some(feature) = route.endpoint.and_then(|endpoint| endpoint.feature)
            {
                has(request, &principal, feature).await?;
            }
            let mut extensions = request.extensions_mut();
            extensions.insert(proof);
            extensions.insert(principal.clone());
            Ok(Some(Acting {
                principal,
                scope,
                allowed,
            }))
        }
        Some(Access::SignedIn) => {
            let (_, proven) = authenticate(request).await?;
            let present = proven.present()?;
            match (&present.acting, &present.person) {
                (Some(principal), _) => pace::by_principal(request, principal).await?,
                (None, Some(visitor)) => pace::by_visitor(request, visitor).await?,
                (None, None) => {}
            }
            request.extensions_mut().insert(present);
            Ok(None)
        }
        Some(Access::Open(_)) | None => Ok(None),
    }
}

/// Refuses what belongs to a feature that the business does not have, as if there were no such thing.
async fn has(request: &ServiceRequest, by: &Principal, feature: Feature) -> Result<(), Problem> {
    let state = request
        .app_data::<web::Data<State>>()
        .ok_or_else(unauthenticated)?;
    if state.parts.access.features.is_on(by.tenant, feature).await? {
        Ok(())
    } else {
        Err(Problem::not_found())
    }
}

/// What proves a request, for whoever answers it for long and has to ask again.
#[derive(Clone)]
pub struct Proof {
    by: By,
    /// The business that the request names.
    named: Option<String>,
}

#[derive(Clone)]
enum By {
    Token(PresentedToken),
    Session(SessionSecret),
}

impl FromRequest for Proof {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let proof = request.extensions().get::<Self>().cloned();
        ready(proof.ok_or_else(unauthenticated))
    }
}

impl Proof {
    /// The token counts where there is one; the session otherwise.
    fn of(request: &ServiceRequest, pages: &Pages) -> Result<Self, Problem> {
        let by = if request.headers().contains_key(AUTHORIZATION) {
            bearer(request.headers()).map(By::Token)
        } else {
            Cookies::of(pages).session(request.headers()).map(By::Session)
        };
        Ok(Self {
            by: by.ok_or_else(unauthenticated)?,
            named: named(request)?,
        })
    }

    /// Whoever it proves, who acts now.
    async fn ask(&self, state: &State) -> Result<Proven, Problem> {
        self.proven(match &self.by {
            By::Token(token) => state.parts.authenticate.execute(token).await.map(Who::Token),
            By::Session(secret) => state.parts.access.sessions.execute(secret).await.map(Who::Person),
        })
    }

    /// Whether it still counts, and for whom, without counting as a use of a session.
    ///
    /// # Errors
    /// [`Problem`] if it does not count any more, opens that business no more, or cannot be asked about.
    pub async fn look(&self, state: &State) -> Result<Principal, Problem> {
        let proven = self.proven(match &self.by {
            By::Token(token) => state.parts.authenticate.execute(token).await.map(Who::Token),
            By::Session(secret) => state.parts.access.sessions.look(secret).await.map(Who::Person),
        });
        proven?.principal()
    }

    fn proven(&self, who: Result<Who, AuthenticateError>) -> Result<Proven, Problem> {
        match who {
            Ok(who) => Ok(Proven {
                who,
                named: self.named.clone(),
            }),
            Err(AuthenticateError::Invalid) => Err(unauthenticated()),
            Err(AuthenticateError::Unavailable(outage)) => Err(Problem::unavailable(&outage)),
        }
    }
}

/// Whoever a request proves, and the business that it names.
struct Proven {
    who: Who,
    named: Option<String>,
}

enum Who {
    Token(Principal),
    Person(Visitor),
}

impl Proven {
    /// The one who acts in one business.
    fn principal(self) -> Result<Principal, Problem> {
        let named = self.named.as_deref();
        match self.who {
            Who::Person(visitor) => Ok(visitor.act(named)?),
            // A token opens one business, and to name another one is a mistake that must not go unnoticed.
            Who::Token(principal) => match named {
                Some(named) if named.parse() != Ok(principal.tenant) => Err(NoTenant::Unknown.into()),
                Some(_) | None => Ok(principal),
            },
        }
    }

    fn present(self) -> Result<Present, Problem> {
        let person = match &self.who {
            Who::Token(_) => None,
            Who::Person(visitor) => Some(visitor.clone()),
        };
        let named = self.named.is_some();
        match self.principal() {
            Ok(principal) => Ok(Present {
                person,
                acting: Some(principal),
            }),
            Err(problem) if named => Err(problem),
            Err(_not_clear_yet) => Ok(Present { person, acting: None }),
        }
    }
}

/// Who asks, with the proof of it.
async fn authenticate(request: &ServiceRequest) -> Result<(Proof, Proven), Problem> {
    let state = request
        .app_data::<web::Data<State>>()
        .ok_or_else(unauthenticated)?;
    let pages = &state.parts.access.pages;
    let proof = Proof::of(request, pages)?;
    let proven = proof.ask(state).await?;
    match proof.by {
        By::Session(_) if !request.method().is_safe() => trust(pages, request.headers())?,
        By::Session(_) | By::Token(_) => {}
    }
    Ok((proof, proven))
}

fn bearer(headers: &HeaderMap) -> Option<PresentedToken> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let bearer = scheme.eq_ignore_ascii_case("bearer");
    bearer.then(|| PresentedToken::parse(token.trim()).ok())?
}

/// The business that a request names.
fn named(request: &ServiceRequest) -> Result<Option<String>, Problem> {
    if let Some(value) = request.headers().get(TENANT_HEADER) {
        // What is no text names nobody's business.
        return Ok(Some(value.to_str().unwrap_or_default().trim().to_owned()));
    }
    let stream = request.method() == Method::GET && request.path() == EVENTS;
    if !stream {
        return Ok(None);
    }
    let pairs = web::Query::<Vec<(String, String)>>::from_query(request.query_string())
        .map_err(|_| Problem::new(Kind::Validation, "the query cannot be read"))?;
    let mut pairs = pairs.into_inner().into_iter();
    Ok(pairs.find(|(name, _)| name == "tenant").map(|(_, value)| value))
}

/// Refuses a change that a page of somebody else's makes with a person's cookie.
///
/// # Errors
/// [`Problem`] of kind `forbidden`.
pub fn trust(pages: &Pages, headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    // A page cannot write this header; the browser does.
    let own = text("Sec-Fetch-Site") == Some("same-origin");
    if own || text(ORIGIN.as_str()).is_some_and(|origin| pages.trust(origin)) {
        Ok(())
    } else {
        Err(Problem::new(
            Kind::Forbidden,
            "with a cookie, only pages of this instance may change anything: send Origin, or use a token",
        ))
    }
}

#[cfg(test)]
mod tests;
