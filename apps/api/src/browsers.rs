//! What browsers are told beside the answers: what they may do with them, and which pages of other origins may read them.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderValue, ORIGIN, VARY,
};
use actix_web::middleware::{DefaultHeaders, Next};
use actix_web::{Error, HttpResponse, web};
use ratiba_assembly::access::Pages;

/// What pages of trusted origins may send.
const HEADERS_ALLOWED: &str =
    "Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Ratiba-Tenant";
/// What they may read of an answer beside its body.
const HEADERS_EXPOSED: &str = "Content-Disposition, ETag, Location, Retry-After";
/// With which methods they may ask.
const METHODS_ALLOWED: &str = "GET, POST, PUT, PATCH, DELETE";
/// How long a browser need not ask again, in seconds.
const ASK_AGAIN_AFTER: &str = "600";
/// How long a browser asks for nothing without TLS, in seconds: a year.
const TLS_FOR: &str = "max-age=31536000";

/// The headers of every answer.
#[must_use]
pub fn headers(pages: &Pages) -> DefaultHeaders {
    let headers = DefaultHeaders::new()
        .add(("X-Content-Type-Options", "nosniff"))
        .add(("Referrer-Policy", "no-referrer"))
        .add(("Cache-Control", "no-store"))
        .add((
            "Content-Security-Policy",
            "default-src 'none'; frame-ancestors 'none'",
        ));
    if pages.are_under_tls() {
        headers.add(("Strict-Transport-Security", TLS_FOR))
    } else {
        headers
    }
}

/// Lets pages of the origins that the operator trusts ([`Pages`], of the app's data) call with a person's cookie and read the
/// answers, and answers their browsers' question whether they may. Others are told nothing, and their browsers keep the
/// answers from them.
///
/// # Errors
/// Those of the handler.
pub async fn across_origins(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let pages = request.app_data::<web::Data<Pages>>();
    let origin = pages.and_then(|pages| trusted(pages, request.headers()));
    let asks =
        request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let mut answer = if asks && origin.is_some() {
        request.into_response(may_ask()).map_into_left_body()
    } else {
        next.call(request).await?.map_into_right_body()
    };
    let headers = answer.headers_mut();
    // Who keeps answers must not show one page's to another.
    headers.append(VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        headers.insert(
            ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static(HEADERS_EXPOSED),
        );
    }
    Ok(answer)
}

fn may_ask() -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header((ACCESS_CONTROL_ALLOW_METHODS, METHODS_ALLOWED))
        .insert_header((ACCESS_CONTROL_ALLOW_HEADERS, HEADERS_ALLOWED))
        .insert_header((ACCESS_CONTROL_MAX_AGE, ASK_AGAIN_AFTER))
        .finish()
}

/// The origin of the page that calls, if it is another one and trusted.
fn trusted(pages: &Pages, headers: &HeaderMap) -> Option<HeaderValue> {
    let origin = headers.get(ORIGIN)?;
    let text = origin.to_str().ok()?;
    let other = pages.others.iter().any(|page| page.as_str() == text);
    other.then(|| origin.clone())
}

#[cfg(test)]
mod tests;
