//! Signing in by an issuer, and signing out.

use actix_web::http::header::{LOCATION, SET_COOKIE};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _, web};
use ratiba_access::limits::Door;
use ratiba_access::sign_in::{RedeemError, Redemption, ReturnTo};
use ratiba_access::use_cases::SignInPeople;
use schemars::JsonSchema;
use serde::Deserialize;

use super::appointments::wrong;
use crate::State;
use crate::caller::trust;
use crate::checked::CheckedQuery;
use crate::cookies::Cookies;
use crate::endpoint::Endpoint;
use crate::problem::{Kind, Problem};

/// The longest code or state that an issuer sends.
const PARAMETER_BYTES_MAX: usize = 4_096;

/// The endpoints of signing in.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/auth/login", "Sign in", || web::get().to(login))
            .describe(
                "For browsers: goes to the issuer and comes back to `return_to`, a path of this instance, with a session \
                 cookie. A 404 where nobody set up an issuer.",
            )
            .group("signing in")
            .door(Door::SignIn)
            .open("the issuer")
            .query::<LoginQuery>()
            .answers_nothing(303, "the issuer asks who it is")
            .problems(&[Kind::NotFound]),
        Endpoint::get("/auth/callback", "Come back from the issuer", || {
            web::get().to(callback)
        })
        .describe("The issuer sends browsers here; nobody else has a reason to come.")
        .group("signing in")
        .door(Door::SignIn)
        .open("the issuer's signature, and a cookie of the same browser")
        .answers_nothing(303, "somebody is signed in")
        .problems(&[Kind::NotFound, Kind::SignInFailed]),
        Endpoint::post("/auth/logout", "Sign out", || web::post().to(logout))
            .describe("Ends the session of the cookie, here and now. Signing out twice is signing out once.")
            .group("signing in")
            .open("the cookie, and the origin of the page")
            .answers_nothing(204, "nobody is signed in")
            .problems(&[Kind::Forbidden]),
    ]
}

/// What a browser says when it begins.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LoginQuery {
    /// A path of this instance; `/` if left out.
    #[schemars(length(min = 1, max = 1000))]
    return_to: Option<String>,
}

fn issuer(state: &State) -> Result<&SignInPeople, Problem> {
    state.parts.access.sign_in.as_ref().ok_or_else(Problem::not_found)
}

fn redirect_uri(state: &State) -> String {
    format!("{}/auth/callback", state.parts.public_url)
}

async fn login(
    state: web::Data<State>,
    CheckedQuery(query): CheckedQuery<LoginQuery>,
) -> Result<HttpResponse, Problem> {
    let sign_in = issuer(&state)?;
    let to = match query.return_to {
        Some(path) => ReturnTo::parse(&path)
            .ok_or_else(|| wrong("return_to", "must be a path of this instance, such as /calendar"))?,
        None => ReturnTo::default(),
    };
    let begun = sign_in.begin(redirect_uri(&state), &to).await?;
    let cookies = Cookies::of(&state.parts.access.pages);
    Ok(HttpResponse::SeeOther()
        .insert_header((LOCATION, begun.url))
        .insert_header((SET_COOKIE, cookies.begin_sign_in(&begun.kept)))
        .finish())
}

/// What an issuer sends along; some send more, which says nothing here.
#[derive(Default)]
struct Brought {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
    issuer: Option<String>,
}

impl Brought {
    fn read(query: &str) -> Result<Self, Problem> {
        let unreadable = || Problem::new(Kind::SignInFailed, "the issuer's answer cannot be read");
        let pairs = web::Query::<Vec<(String, String)>>::from_query(query).map_err(|_| unreadable())?;
        let mut brought = Self::default();
        for (name, value) in pairs.into_inner() {
            let place = match name.as_str() {
                "code" => &mut brought.code,
                "state" => &mut brought.state,
                "error" => &mut brought.error,
                "iss" => &mut brought.issuer,
                _other => continue,
            };
            if value.len() > PARAMETER_BYTES_MAX || place.replace(value).is_some() {
                return Err(unreadable());
            }
        }
        Ok(brought)
    }
}

async fn callback(state: web::Data<State>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let cookies = Cookies::of(&state.parts.access.pages);
    match come_back(&state, &request, cookies).await {
        Ok(response) => Ok(response),
        Err(problem) => {
            // Whatever it was: this sign-in is over, and the next one begins anew.
            let mut response = problem.error_response();
            if let Ok(over) = cookies.end_sign_in().parse() {
                response.headers_mut().append(SET_COOKIE, over);
            }
            Ok(response)
        }
    }
}

async fn come_back(state: &State, request: &HttpRequest, cookies: Cookies) -> Result<HttpResponse, Problem> {
    let sign_in = issuer(state)?;
    let failed = |detail: &str| Problem::new(Kind::SignInFailed, detail);
    let kept = cookies.sign_in(request.headers());
    let (secret, to) = kept.and_then(|kept| sign_in.begun(kept)).ok_or_else(|| {
        failed("this browser began no sign-in, or took too long: begin anew at /auth/login")
    })?;
    let brought = Brought::read(request.query_string())?;
    if brought.state.as_deref() != Some(secret.state().as_str()) {
        return Err(failed(
            "the issuer's answer is for another sign-in: begin anew at /auth/login",
        ));
    }
    if brought.issuer.is_some() && brought.issuer != state.parts.access.issuer {
        return Err(failed("the answer is another issuer's"));
    }
    if brought.error.is_some() {
        return Err(failed("the issuer did not sign anybody in"));
    }
    let redemption = Redemption {
        redirect_uri: redirect_uri(state),
        secret,
        code: brought.code.ok_or_else(|| failed("the issuer sent no code"))?,
    };
    match sign_in.complete(&redemption).await {
        Ok((_, session)) => {
            // The browser forgets the session that it had: nobody else is to have it for the rest of its time.
            if let Some(before) = cookies.session(request.headers()) {
                state.parts.access.sessions.end(before.hash()).await?;
            }
            Ok(HttpResponse::SeeOther()
                .insert_header((LOCATION, to.as_str()))
                .append_header((SET_COOKIE, cookies.begin_session(&session)))
                .append_header((SET_COOKIE, cookies.end_sign_in()))
                .finish())
        }
        Err(RedeemError::Refused(refusal)) => {
            // The reason is for the operator: whoever forges tokens needs no advice.
            tracing::warn!(%refusal, "an issuer's word did not count");
            Err(failed(
                "the issuer's word does not count: begin anew at /auth/login",
            ))
        }
        Err(RedeemError::Unavailable(outage)) => Err(Problem::unavailable(&outage)),
    }
}

async fn logout(state: web::Data<State>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let access = &state.parts.access;
    trust(&access.pages, request.headers())?;
    let cookies = Cookies::of(&access.pages);
    if let Some(secret) = cookies.session(request.headers()) {
        access.sessions.end(secret.hash()).await?;
    }
    Ok(HttpResponse::NoContent()
        .insert_header((SET_COOKIE, cookies.end_session()))
        .finish())
}
