//! Answers what providers are asked, through whatever is made to go wrong on the way.

use std::time::Duration;

use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::exchange_log::Happening;
use crate::faults::{Fault, Target, Variant};
use crate::shape::swap_scalars;
use crate::world::{World, elapsed_ms};

const JSON: &str = "application/json";
const HTML: &str = "text/html; charset=utf-8";
const PLAIN: &str = "text/plain; charset=utf-8";

/// An answer before it is put on the wire.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    status: u16,
    body: String,
    content_type: &'static str,
    /// For how many seconds the asker is to keep away.
    retry_after: Option<u64>,
}

impl Answer {
    /// The same, with when to come again.
    pub(crate) fn retry_after(self, seconds: u64) -> Self {
        Self {
            retry_after: Some(seconds),
            ..self
        }
    }

    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            body: body.to_string(),
            content_type: JSON,
            retry_after: None,
        }
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status,
            body: String::new(),
            content_type: PLAIN,
            retry_after: None,
        }
    }

    /// What the firewall in front of a provider says.
    fn forbidden_page() -> Self {
        let body = "<!DOCTYPE html><html><head><title>403 Forbidden</title></head>\
                    <body><h1>Request Rejected</h1><p>The requested URL was rejected.</p></body></html>";
        Self {
            status: 403,
            body: body.to_owned(),
            content_type: HTML,
            retry_after: None,
        }
    }

    /// A body that is JSON already, written so that amounts keep their places.
    pub(crate) fn text(status: u16, json: String) -> Self {
        Self {
            status,
            body: json,
            content_type: JSON,
            retry_after: None,
        }
    }

    /// What the content network in front of a provider says when there is nobody behind it.
    fn unavailable_page(status: u16) -> Self {
        let body = "<!DOCTYPE html><html><head><title>Error</title></head>\
                    <body><h1>The service is unavailable</h1></body></html>";
        Self {
            status,
            body: body.to_owned(),
            content_type: HTML,
            retry_after: None,
        }
    }

    fn too_many() -> Self {
        Self {
            status: 429,
            body: "Too Many Requests".to_owned(),
            content_type: PLAIN,
            retry_after: None,
        }
    }

    fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    pub(crate) fn respond(self) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = HttpResponse::build(status);
        if let Some(seconds) = self.retry_after {
            response.insert_header((RETRY_AFTER, seconds.to_string()));
        }
        response.content_type(self.content_type).body(self.body)
    }
}

/// What `refuse` of a cancellation is asked for when the order is to be paid just before.
pub(crate) const PAID_MEANWHILE: &str = "paid_meanwhile";

/// A request to a provider, for faults and for the log.
pub(crate) struct Asked<'a> {
    pub(crate) target: Target,
    /// The phone it is about; empty if none.
    pub(crate) phone: &'a str,
    pub(crate) request: &'a HttpRequest,
}

/// Does the work and answers, unless a fault has other plans.
///
/// `refuse` words a code and perhaps a message as the provider would.
pub(crate) async fn answer(
    world: &World,
    asked: Asked<'_>,
    mut work: impl FnMut() -> Answer,
    refuse: impl FnOnce(&str, Option<&str>) -> Answer,
) -> HttpResponse {
    let start = Instant::now();
    let fault = world.write(|state| state.faults.take(asked.target, asked.phone));
    let note = fault.as_ref().map(Fault::name);
    let answer = match fault {
        // Reordering is about deliveries; the control API does not take it for a request.
        None | Some(Fault::Reorder) => Some(work()),
        Some(Fault::Delay { ms }) => {
            let answer = work();
            sleep(Duration::from_millis(ms)).await;
            Some(answer)
        }
        Some(Fault::Repeat { times }) => {
            let answer = work();
            for _ in 0..times {
                work();
            }
            Some(answer)
        }
        Some(Fault::Lose) => None,
        Some(Fault::AnswerLost) => {
            work();
            None
        }
        Some(Fault::Corrupt { .. }) => {
            let mut answer = work();
            let half = answer.body.len() / 2;
            answer.body = answer.body.chars().take(half).collect();
            Some(answer)
        }
        Some(Fault::Error { status, body }) => {
            let content_type = match serde_json::from_str::<Value>(&body) {
                Ok(_) => JSON,
                Err(_) => PLAIN,
            };
            Some(Answer {
                status,
                body,
                content_type,
                retry_after: None,
            })
        }
        Some(Fault::Code {
            code,
            message,
            status,
        }) => {
            let answer = refuse(&code, message.as_deref());
            Some(match status {
                Some(status) => answer.with_status(status),
                None => answer,
            })
        }
        Some(Fault::Html403) => Some(Answer::forbidden_page()),
        Some(Fault::Empty5xx { status }) => Some(Answer::empty(status)),
        Some(Fault::Html5xx { status }) => Some(Answer::unavailable_page(status)),
        Some(Fault::TooMany) => Some(Answer::too_many()),
        Some(Fault::Shape { variant }) => Some(shaped(variant, work, refuse)),
    };
    world.log(Happening {
        direction: "request",
        target: asked.target,
        method: if asked.request.method().as_str() == "GET" {
            "GET"
        } else {
            "POST"
        },
        path: asked.request.path().to_owned(),
        status: answer.as_ref().map(|answer| answer.status),
        ms: elapsed_ms(start),
        note: note.map(str::to_owned),
    });
    answer.map_or_else(dropped_connection, Answer::respond)
}

/// The answer in the shape of a variant. Those of deliveries never get here: the control API sees to that.
fn shaped(
    variant: Variant,
    mut work: impl FnMut() -> Answer,
    refuse: impl FnOnce(&str, Option<&str>) -> Answer,
) -> Answer {
    match variant {
        Variant::EmptyMessage => refuse("500.001.1001", Some("")).with_status(200),
        Variant::Numbers => {
            let answer = work();
            Answer {
                body: swap_scalars(&answer.body),
                ..answer
            }
        }
        Variant::NullError => {
            let answer = work();
            let nulls = r#""error":{"error_type":null,"code":null,"message":null}"#;
            Answer {
                body: answer.body.replace(r#""error":null"#, nulls),
                ..answer
            }
        }
        Variant::NoError => {
            let answer = work();
            let nulls = r#""error":{"error_type":null,"code":null,"message":null},"#;
            Answer {
                body: answer.body.replace(r#""error":null,"#, "").replace(nulls, ""),
                ..answer
            }
        }
        Variant::BalanceValue
        | Variant::BalanceText
        | Variant::NoPhone
        | Variant::MaskedPhone
        | Variant::HashedPhone
        | Variant::Shuffled
        | Variant::OneObject
        | Variant::MissingValue
        | Variant::NoReference => work(),
        // Only the handler knows how to do it, and it is no error at all.
        Variant::PaidMeanwhile => refuse(PAID_MEANWHILE, None),
    }
}

/// The bearer token of a request.
pub(crate) fn bearer(request: &HttpRequest) -> Option<String> {
    let header = request.headers().get("Authorization")?.to_str().ok()?;
    header.strip_prefix("Bearer ").map(str::to_owned)
}

/// A response whose body breaks off at once, upon which the server closes the connection.
fn dropped_connection() -> HttpResponse {
    let broken = || Err::<Bytes, _>(std::io::Error::from(std::io::ErrorKind::ConnectionAborted));
    let body = SizedStream::new(64, futures_util::stream::once(std::future::ready(broken())));
    HttpResponse::Ok().body(body)
}
