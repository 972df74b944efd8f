//! A request's body, whole and bounded.

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::StreamExt as _;
use futures_util::future::LocalBoxFuture;

use crate::State;
use crate::problem::{Kind, Problem};

/// The largest body that a scope takes, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct BodyLimit(pub usize);

/// How long a request may take to arrive: who sends a byte a minute must not hold a place.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Its head. Who is slower is answered with a bare 408, since there is no request yet.
    pub head: Duration,
    /// Its body, from when its head is there.
    pub body: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(5),
            body: Duration::from_secs(10),
        }
    }
}

/// For requests of our own API.
pub const API_BODY_MAX: BodyLimit = BodyLimit(64 * 1024);
/// For Meta's webhooks, which may carry many messages.
pub const WHATSAPP_BODY_MAX: BodyLimit = BodyLimit(3 * 1024 * 1024);
/// For Daraja's callbacks, which are small; what is larger is cut for the dead letters.
pub const DARAJA_BODY_MAX: BodyLimit = BodyLimit(256 * 1024);

/// The bytes of a body, within the scope's [`BodyLimit`].
pub struct RawBody(pub Vec<u8>);

impl FromRequest for RawBody {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let limit = request.app_data::<BodyLimit>().copied().unwrap_or(API_BODY_MAX).0;
        let announced = request
            .headers()
            .get(CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
        let state = request.app_data::<web::Data<State>>();
        let within = state.map_or_else(Patience::default, |state| state.patience).body;
        let mut payload = web::Payload::from_request(request, payload).into_inner();
        Box::pin(async move {
            // What is too large by its own word is not waited for.
            if announced.is_some_and(|length| length > limit) {
                return Err(too_large(limit));
            }
            let unreadable = |_| Problem::new(Kind::Validation, "the body could not be read");
            let payload = payload.as_mut().map_err(unreadable)?;
            match tokio::time::timeout(within, read(payload, limit)).await {
                Ok(bytes) => bytes.map(Self),
                Err(_elapsed) => Err(Problem::new(Kind::TooSlow, "the body did not arrive in time")),
            }
        })
    }
}

fn too_large(limit: usize) -> Problem {
    Problem::new(
        Kind::BodyTooLarge,
        format!("at most {limit} bytes are taken here"),
    )
}

async fn read(payload: &mut web::Payload, limit: usize) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Problem::new(Kind::Validation, "the body ended early"))?;
        if bytes.len() + chunk.len() > limit {
            return Err(too_large(limit));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// The bytes of a JSON body; an empty one needs no content type.
pub struct JsonBody(pub Vec<u8>);

impl FromRequest for JsonBody {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kind = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        let is_json = kind.is_some_and(|kind| {
            kind.split(';')
                .next()
                .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
        });
        let body = RawBody::from_request(request, payload);
        Box::pin(async move {
            let RawBody(bytes) = body.await?;
            if is_json || bytes.is_empty() {
                Ok(Self(bytes))
            } else {
                Err(Problem::new(
                    Kind::UnsupportedMediaType,
                    "send Content-Type: application/json",
                ))
            }
        })
    }
}
