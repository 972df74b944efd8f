//! The card provider's notices, and the way back of customers who paid by card: stored raw, done by the worker.

use std::net::IpAddr;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use actix_web::{HttpRequest, HttpResponse, web};
use ratiba_access::limits::Door;
use ratiba_kernel::{TenantId, TokenHash};
use ratiba_payments::ports::{NoticeArrival, NoticeDoor, NoticeIds, NoticeTaken};
use serde_json::json;

use crate::State;
use crate::body::{DARAJA_BODY_MAX, RawBody};
use crate::endpoint::Endpoint;
use crate::problem::Kind;

/// What the customer's browser shows when it comes back; the chat tells the rest. There is no script in it, and nothing of
/// what the browser sent.
const BACK: &str = include_str!("pesapal/back.html");

/// Lets the browser use the style that stands in the page, by its SHA-256, and load or run nothing.
const BACK_POLICY: &str = "default-src 'none'; style-src 'sha256-GJSjbSEX/DyVhGeIIAgjYAry/XPfWZItxYEgkZYcyC4='; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

/// The endpoints that the card provider and its customers knock at.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post("/webhooks/pesapal/{key}", "A notice about a card payment", || {
            web::post().to(notice)
        })
        .describe("Says only that an order changed; how it stands is asked of the provider.")
        .group("webhooks")
        .door(Door::Webhook)
        .open("the secret in the path, and that a notice proves nothing")
        .body_limit(DARAJA_BODY_MAX)
        .answers_with(
            200,
            "application/json",
            "`status` 200: stored; 500: not known, or not stored",
        )
        .problems(&[Kind::BodyTooLarge, Kind::TooSlow]),
        Endpoint::get("/webhooks/pesapal/{key}", "The same notice as a query", || {
            web::get().to(notice_by_query)
        })
        .group("webhooks")
        .door(Door::Webhook)
        .open("the secret in the path, and that a notice proves nothing")
        .answers_with(
            200,
            "application/json",
            "`status` 200: stored; 500: not known, or not stored",
        ),
        Endpoint::get("/pay/back", "Where the card page sends the customer", || {
            web::get().to(back)
        })
        .describe("Proves nothing; the order is looked at.")
        .group("webhooks")
        .open("nothing: it tells nothing")
        .answers_with(
            200,
            "text/html",
            "a word of thanks, and the way back into the chat",
        ),
    ]
}

async fn notice(
    state: web::Data<State>,
    request: HttpRequest,
    key: web::Path<String>,
    RawBody(body): RawBody,
) -> HttpResponse {
    let door = NoticeDoor::Address(TokenHash::of(&key));
    take(&state, door, body, source(&request)).await.1
}

async fn notice_by_query(
    state: web::Data<State>,
    request: HttpRequest,
    key: web::Path<String>,
) -> HttpResponse {
    let door = NoticeDoor::Address(TokenHash::of(&key));
    let query = request.query_string().as_bytes().to_vec();
    take(&state, door, query, source(&request)).await.1
}

async fn back(state: web::Data<State>, request: HttpRequest) -> HttpResponse {
    let query = request.query_string().as_bytes().to_vec();
    let (tenant, _) = take(&state, NoticeDoor::Return, query, source(&request)).await;
    let business = match tenant {
        Some(tenant) => about_business(&state, tenant).await,
        None => Business::default(),
    };
    let sandbox = state
        .parts
        .payments
        .cards
        .as_ref()
        .is_some_and(|cards| cards.sandbox);
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_SECURITY_POLICY, BACK_POLICY))
        .body(page(&business, sandbox))
}

/// What the page says of a business.
#[derive(Default)]
struct Business {
    name: Option<String>,
    /// Its number in WhatsApp.
    number: Option<String>,
}

/// What is known of it; the page is shown without the rest.
async fn about_business(state: &State, tenant: TenantId) -> Business {
    let number = state.parts.numbers.of_tenant(tenant).await;
    let profile = state.parts.conversation.tell.profile.profile(tenant).await;
    Business {
        name: profile
            .map(|profile| profile.business_name)
            .inspect_err(|outage| tracing::warn!(error = ?outage, "the business's name is not known"))
            .ok(),
        number: number
            .inspect_err(|outage| tracing::warn!(error = ?outage, "the way back into the chat is not known"))
            .ok()
            .flatten(),
    }
}

/// The page, with the business's name and the link into its chat as far as they are known.
fn page(business: &Business, sandbox: bool) -> String {
    let digits = business.number.as_deref();
    let digits = digits.filter(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
    let name = business
        .name
        .as_deref()
        .map(str::trim)
        .filter(|name| !name.is_empty());
    let name = name.map(escaped);
    let link = |words: &str| match digits {
        Some(digits) => format!("<p><a class=\"back\" href=\"https://wa.me/{digits}\">{words}</a></p>"),
        None => String::new(),
    };
    let trial = |words: &str| match sandbox {
        true => format!("<p class=\"trial\">{words}</p>"),
        false => String::new(),
    };
    let title = match &name {
        Some(name) => format!("Thank you · Asante – {name}"),
        None => "Thank you · Asante".to_owned(),
    };
    let head = name.map_or_else(String::new, |name| format!("<p class=\"name\">{name}</p>"));
    BACK.replace("{{link_en}}", &link("Back to WhatsApp"))
        .replace("{{link_sw}}", &link("Rudi WhatsApp"))
        .replace("{{trial_en}}", &trial("Trial: no real money was taken."))
        .replace(
            "{{trial_sw}}",
            &trial("Majaribio: hakuna pesa halisi zilizokatwa."),
        )
        .replace("{{title}}", &title)
        .replace("{{name}}", &head)
}

/// Words that stand in a page and are never read as markup.
fn escaped(words: &str) -> String {
    words
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
        // Nor as a place of the page.
        .replace('{', "&#123;")
}

fn source(request: &HttpRequest) -> Option<IpAddr> {
    request.peer_addr().map(|address| address.ip())
}

/// Stores a notice, and tells whose order it names. The answer repeats its ids; anything but a stored notice is to be
/// sent again.
async fn take(
    state: &State,
    door: NoticeDoor,
    body: Vec<u8>,
    source: Option<IpAddr>,
) -> (Option<TenantId>, HttpResponse) {
    let payments = &state.parts.payments;
    let ids = payments.notice_reader.read(&body).ok();
    let arrival = NoticeArrival {
        id: state.parts.ids.fresh(),
        door,
        ids: ids.clone(),
        body,
        source,
        at: state.parts.clock.now(),
    };
    let (tenant, stored) = match payments.notices.take_notice(arrival).await {
        Ok(NoticeTaken::Stored { tenant }) => {
            tracing::info!("a notice was stored");
            (Some(tenant), true)
        }
        Ok(NoticeTaken::Waiting { tenant }) => {
            tracing::info!("a notice came of whose order enough wait");
            (Some(tenant), true)
        }
        Ok(NoticeTaken::Unrouted { .. }) => {
            tracing::warn!("a notice names no order that is known and waits for a person");
            (None, false)
        }
        Ok(NoticeTaken::Dropped) => {
            tracing::warn!("a notice was only counted");
            (None, false)
        }
        Err(outage) => {
            tracing::error!(error = ?outage, "a notice could not be stored");
            (None, false)
        }
    };
    (tenant, HttpResponse::Ok().json(reply(ids, stored)))
}

fn reply(ids: Option<NoticeIds>, stored: bool) -> serde_json::Value {
    let ids = ids.unwrap_or_else(|| NoticeIds {
        tracking: String::new(),
        reference: String::new(),
        kind: "IPNCHANGE".to_owned(),
    });
    json!({
        "orderNotificationType": ids.kind,
        "orderTrackingId": ids.tracking,
        "orderMerchantReference": ids.reference,
        "status": if stored { 200 } else { 500 },
    })
}

#[cfg(test)]
mod tests;
