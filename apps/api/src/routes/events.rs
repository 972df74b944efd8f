//! What happens, as it happens: server-sent events.

use std::collections::VecDeque;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::stream;
use ratiba_access::{Principal, Scope};
use ratiba_assembly::published::{Live, Position, Standing};
use ratiba_integrations::event::Subject;
use ratiba_kernel::{Outage, Zone};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use time::format_description::well_known::Rfc3339;
use tokio::time::Instant;

use crate::State;
use crate::caller::{Caller, Proof};
use crate::checked::CheckedQuery;
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{FieldFault, Kind, Problem};
use crate::streams::Place;

/// So many events are read at once; a listener's buffer never holds more.
const BATCH: u16 = 50;
/// Whoever is further behind is told to look at everything anew.
const BEHIND_MAX: u32 = 5_000;
/// How long a listener waits before it comes back, in milliseconds.
const COME_BACK_MS: u16 = 2_000;

/// The endpoint of the stream.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/events", "What happens, as it happens", || web::get().to(listen))
            .describe(
                "Server-sent events of appointments and, where the scopes allow it, of payments (`payments:read`) and \
                 conversations (`conversations:read`); a therapist hears of the own appointments only. Each has an `id` for \
                 `Last-Event-ID`, the event's name, and as data `{id, type, occurred_at, data}` with ids and states; what else \
                 there is to know is fetched. Without `Last-Event-ID` it begins with what happens from now on. An event \
                 `reset` says that the place that was named is unknown or too far back: look at everything anew, and go on \
                 from here. The stream ends within a minute after its token was revoked, or whoever listens signed out or was \
                 suspended, and when the process stops; who comes back with `Last-Event-ID` misses nothing. Nobody has more than 8 at once.",
            )
            .group("events")
            .needs(Scope::AppointmentsRead)
            .header(RequestHeader::LastEventId)
            .query::<ListenQuery>()
            .answers_with(200, "text/event-stream", "the events")
            .problems(&[Kind::TooMany]),
    ]
}

/// What a page that listens cannot say in a header.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListenQuery {
    /// The business in which a person listens, as `Ratiba-Tenant` names it elsewhere: event streams of browsers send no
    /// headers of a page's own.
    #[serde(rename = "tenant")]
    _tenant: Option<String>,
}

/// One listener.
struct Listener {
    state: web::Data<State>,
    principal: Principal,
    proof: Proof,
    zone: Zone,
    at: Position,
    /// What was read and not handed over yet.
    buffer: VecDeque<String>,
    asked: Instant,
    beaten: Instant,
    _place: Place,
}

async fn listen(
    state: web::Data<State>,
    caller: Caller,
    proof: Proof,
    CheckedQuery(_query): CheckedQuery<ListenQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let principal = caller.0;
    let tenant = principal.tenant;
    let place = state.streams.take_place(tenant, principal.subject);
    let place = place.ok_or_else(|| {
        Problem::new(
            Kind::TooMany,
            "as many listen already as may; end one of the streams",
        )
    })?;
    let zone = state.parts.booking.catalogue.zone(tenant).await?;
    let mut buffer = VecDeque::new();
    let at = match last_seen(&request)? {
        None => state.parts.events_head(tenant).await?,
        Some(seen) => match state.parts.events_standing(tenant, seen, BEHIND_MAX).await? {
            Standing::Behind(_) => seen,
            Standing::TooFar | Standing::Elsewhere => {
                let head = state.parts.events_head(tenant).await?;
                buffer.push_back(format!("id: {head}\nevent: reset\ndata: {{}}\n\n"));
                head
            }
        },
    };
    // The place comes first: who hears nothing before the line breaks comes back to it, too.
    buffer.push_front(format!("retry: {COME_BACK_MS}\nid: {at}\n\n"));
    let now = Instant::now(); // bookkeeping: how long a listener went unasked
    let listener = Listener {
        state,
        principal,
        proof,
        zone,
        at,
        buffer,
        asked: now,
        beaten: now,
        _place: place,
    };
    // What is read next is read when the listener took what was read before: nothing piles up for a slow one.
    let chunks = stream::unfold(listener, |mut listener| async move {
        let chunk = listener.next().await?;
        Some((Ok::<_, std::io::Error>(web::Bytes::from(chunk)), listener))
    });
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/event-stream"))
        .insert_header((CACHE_CONTROL, "no-store"))
        // Proxies that gather answers would hold events back.
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(Box::pin(chunks)))
}

fn last_seen(request: &HttpRequest) -> Result<Option<Position>, Problem> {
    let Some(header) = request.headers().get("Last-Event-ID") else {
        return Ok(None);
    };
    let seen = header.to_str().ok().and_then(|text| text.trim().parse().ok());
    seen.map(Some).ok_or_else(|| {
        Problem::fields(vec![FieldFault {
            field: "Last-Event-ID".to_owned(),
            message: "must be the id of an event of this stream".to_owned(),
        }])
    })
}

impl Listener {
    /// What goes out next; `None` ends the stream. What cannot be read ends it too: the listener comes back by itself.
    async fn next(&mut self) -> Option<String> {
        let limits = self.state.streams.limits();
        loop {
            if self.state.streams.is_draining() {
                return None;
            }
            if self.asked.elapsed() >= limits.ask_again && !self.still_counts().await {
                return None;
            }
            if let Some(chunk) = self.buffer.pop_front() {
                self.beaten = Instant::now(); // bookkeeping
                return Some(chunk);
            }
            match self.read().await {
                Ok(0) => {}
                Ok(_some) => continue,
                Err(outage) => {
                    tracing::warn!(error = ?outage, "a stream of events ends: the events cannot be read");
                    return None;
                }
            }
            if self.beaten.elapsed() >= limits.beat {
                self.beaten = Instant::now(); // bookkeeping
                return Some(format!(": still here\nid: {}\n\n", self.at));
            }
            self.state.streams.wait().await;
        }
    }

    /// Whether the token or the session still counts, and for whom. One that nobody can ask about does not.
    async fn still_counts(&mut self) -> bool {
        match self.proof.look(&self.state).await {
            Ok(principal) if principal.require(Scope::AppointmentsRead).is_ok() => {
                self.principal = principal;
                self.asked = Instant::now(); // bookkeeping
                true
            }
            Ok(_) | Err(_) => false,
        }
    }

    /// Reads what comes next into the buffer; answers how many events there were, heard or not.
    async fn read(&mut self) -> Result<usize, Outage> {
        let tenant = self.principal.tenant;
        let turn = self.state.streams.turn().await;
        let found = self.state.parts.events_after(tenant, self.at, BATCH).await?;
        drop(turn);
        for one in &found {
            self.at = one.position;
            let live = one.live.as_ref().and_then(|live| heard_by(&self.principal, live));
            if let Some(live) = live {
                let at = self.zone.with_offset(one.occurred_at);
                let data = json!({
                    "id": one.id, "type": live.name.as_str(), "occurred_at": at.format(&Rfc3339).ok(),
                    "data": live.data,
                });
                let (id, name) = (one.position, live.name.as_str());
                self.buffer
                    .push_back(format!("id: {id}\nevent: {name}\ndata: {data}\n\n"));
            }
        }
        Ok(found.len())
    }
}

/// The scope that whoever hears of a subject needs.
pub(super) const fn scope_of(subject: Subject) -> Scope {
    match subject {
        Subject::Appointments => Scope::AppointmentsRead,
        Subject::Payments => Scope::PaymentsRead,
        Subject::Conversations => Scope::ConversationsRead,
        Subject::Commission => Scope::CommissionRead,
        Subject::Endpoints => Scope::IntegrationsRead,
    }
}

/// What of an event somebody may hear; `None` if nothing.
fn heard_by(principal: &Principal, live: &Live) -> Option<Live> {
    match live.name.subject() {
        Subject::Commission | Subject::Endpoints => return None,
        subject @ (Subject::Appointments | Subject::Payments | Subject::Conversations) => {
            principal.require(scope_of(subject)).ok()?;
        }
    }
    match principal.only_staff() {
        Some(own) => live.of_staff(own),
        None => Some(live.clone()),
    }
}
