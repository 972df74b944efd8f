//! A request's head, bounded: what nobody needs to say is not carried through the rest of the way.

use actix_web::Error;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;

use crate::problem::{Kind, Problem};

/// How many headers a request may have; browsers and proxies together send half as many. From 96 on, or past 128 KiB,
/// the server itself answers with a bare 431.
pub const HEADERS_MAX: usize = 64;
/// How many bytes their names and values may have together.
pub const HEADERS_BYTES_MAX: usize = 32 * 1024;

/// Lets a request go on unless its head is too large; that is answered with a [`Problem`] of kind `headers-too-large`.
///
/// # Errors
/// What the rest of the way answers.
pub async fn bounded<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    if fits(request.headers()) {
        return next.call(request).await.map(ServiceResponse::map_into_left_body);
    }
    let problem = Problem::new(
        Kind::HeadersTooLarge,
        format!("at most {HEADERS_MAX} headers with {HEADERS_BYTES_MAX} bytes are taken"),
    );
    Ok(request.error_response(problem).map_into_right_body())
}

fn fits(headers: &HeaderMap) -> bool {
    let bytes = |(name, value): (&HeaderName, &HeaderValue)| name.as_str().len() + value.len();
    headers.len() <= HEADERS_MAX && headers.iter().map(bytes).sum::<usize>() <= HEADERS_BYTES_MAX
}
