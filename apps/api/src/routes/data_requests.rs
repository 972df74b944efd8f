//! What customers ask of what is kept of them, and the answers.

use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_access::privacy::{AnswerError, DataRequest, DataRequestId, Ending, REASON_MAX, Reason, Wish};
use ratiba_kernel::Zone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

use super::appointments::wrong;
use super::members::zone;
use crate::State;
use crate::caller::Caller;
use crate::checked::Checked;
use crate::dto::{Moment, id_of};
use crate::endpoint::Endpoint;
use crate::problem::{Kind, Problem};

/// The endpoints of requests.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/data-requests", "What customers ask", || web::get().to(list))
            .describe("The open ones by due date, then those that ended, the latest first; at most 200.")
            .group("privacy")
            .needs(Scope::PrivacyWork)
            .answers::<RequestsAnswer>(200, "the requests"),
        Endpoint::post("/api/v1/data-requests", "Take a request down", || web::post().to(take))
            .describe(
                "Due within 7 days for an `export`, 14 for a `correction` or an `erasure`, 30 for a `copy`. The same wish of the same \
                 customer that is open already is answered as it is.",
            )
            .group("privacy")
            .needs(Scope::PrivacyWork)
            .body::<TakeBody>()
            .answers::<RequestAnswer>(201, "it is on the list")
            .problems(&[Kind::NotFound]),
        Endpoint::get("/api/v1/data-requests/{id}", "A request", || web::get().to(show))
            .group("privacy")
            .needs(Scope::PrivacyWork)
            .answers::<RequestAnswer>(200, "the request")
            .problems(&[Kind::NotFound]),
        step("/api/v1/data-requests/{id}/document", "Hand over what is kept", || {
            web::post().to(hand_over)
        })
        .describe(
            "Answers an `export` or a `copy` with everything that is kept of the customer, and ends it. The document is in this answer \
             and nowhere else; its SHA-256 is the proof.",
        )
        .answers::<HandedOverAnswer>(200, "the document"),
        step("/api/v1/data-requests/{id}/erase", "Forget the customer", || {
            web::post().to(erase)
        })
        .describe(
            "Answers an `erasure`; it cannot be taken back. A customer who is still to come, whose money is under way, or who has \
             credit is not forgotten yet.",
        )
        .answers::<RequestAnswer>(200, "they are forgotten"),
        step("/api/v1/data-requests/{id}/corrected", "Say that it was corrected", || {
            web::post().to(corrected)
        })
        .describe("Ends a `correction` that was made where the customer is kept.")
        .answers::<RequestAnswer>(200, "it is done"),
        step("/api/v1/data-requests/{id}/refuse", "Refuse a request", || {
            web::post().to(refuse)
        })
        .describe("With the reason that whoever asked is told.")
        .body::<RefuseBody>()
        .answers::<RequestAnswer>(200, "it is refused"),
    ]
}

fn step(path: &'static str, summary: &'static str, route: fn() -> actix_web::Route) -> Endpoint {
    Endpoint::post(path, summary, route)
        .group("privacy")
        .needs(Scope::PrivacyWork)
        .problems(&[Kind::NotFound, Kind::IllegalTransition, Kind::Unacceptable])
}

/// What is asked for.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "DataWish")]
pub enum WishWord {
    /// To see what is kept.
    Export,
    /// That something which is wrong is put right.
    Correction,
    /// That it is forgotten.
    Erasure,
    /// To have it in a form that another program can read.
    Copy,
}

impl From<WishWord> for Wish {
    fn from(word: WishWord) -> Self {
        match word {
            WishWord::Export => Self::Export,
            WishWord::Correction => Self::Correction,
            WishWord::Erasure => Self::Erasure,
            WishWord::Copy => Self::Copy,
        }
    }
}

impl From<Wish> for WishWord {
    fn from(wish: Wish) -> Self {
        match wish {
            Wish::Export => Self::Export,
            Wish::Correction => Self::Correction,
            Wish::Erasure => Self::Erasure,
            Wish::Copy => Self::Copy,
        }
    }
}

/// A request to be taken down.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TakeDataRequest")]
pub struct TakeBody {
    customer_id: Uuid,
    wish: WishWord,
}

/// Why a request is refused.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "RefuseDataRequest")]
pub struct RefuseBody {
    #[schemars(length(min = 1, max = 500))]
    reason: String,
}

/// How a request stands.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "DataRequestState")]
pub enum StateWord {
    /// Nobody answered it yet.
    Open,
    /// It was done.
    Done,
    /// It was refused.
    Refused,
}

/// A request.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DataRequest")]
pub struct RequestAnswer {
    id: Uuid,
    customer_id: Uuid,
    wish: WishWord,
    asked_at: Moment,
    due_at: Moment,
    /// Who took it down, as records name them.
    taken_by: String,
    state: StateWord,
    ended_at: Option<Moment>,
    /// The SHA-256 of the document that was handed over, in hexadecimal digits.
    document_sha256: Option<String>,
    /// How many rows of each table were handed over or forgotten, once it is done.
    rows: Option<BTreeMap<String, u64>>,
    /// Why it was refused.
    reason: Option<String>,
}

impl RequestAnswer {
    fn of(request: DataRequest, zone: &Zone) -> Self {
        let ended_at = request.ended.as_ref().map(|(at, _)| Moment::of(zone, *at));
        let (state, document, rows, reason) = match request.ended {
            None => (StateWord::Open, None, None, None),
            Some((_, Ending::Done(proof))) => (StateWord::Done, proof.document, Some(proof.rows), None),
            Some((_, Ending::Refused(reason))) => {
                (StateWord::Refused, None, None, Some(reason.as_str().to_owned()))
            }
        };
        Self {
            id: request.id.as_uuid(),
            customer_id: request.customer,
            wish: request.wish.into(),
            asked_at: Moment::of(zone, request.asked_at),
            due_at: Moment::of(zone, request.due_at),
            taken_by: request.taken_by,
            state,
            ended_at,
            document_sha256: document.map(|hash| hash.to_string()),
            rows,
            reason,
        }
    }
}

/// The requests.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DataRequests")]
pub struct RequestsAnswer {
    items: Vec<RequestAnswer>,
}

/// What was handed over.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "HandedOverData")]
pub struct HandedOverAnswer {
    request: RequestAnswer,
    /// Everything that is kept, as JSON, byte for byte what the SHA-256 is of.
    document: String,
}

impl From<AnswerError> for Problem {
    fn from(error: AnswerError) -> Self {
        match error {
            AnswerError::Unknown => Self::not_found(),
            AnswerError::Ended | AnswerError::AnotherWish(_) => {
                Self::new(Kind::IllegalTransition, error.to_string())
            }
            AnswerError::NotYet(_) => Self::new(Kind::Unacceptable, error.to_string()),
            AnswerError::Unavailable(outage) => Self::unavailable(&outage),
        }
    }
}

async fn list(state: web::Data<State>, caller: Caller) -> Result<HttpResponse, Problem> {
    let requests = state.parts.privacy.list(caller.0.tenant).await?;
    let zone = zone(&state, &caller.0).await?;
    let items = requests.into_iter().map(|one| RequestAnswer::of(one, &zone));
    Ok(HttpResponse::Ok().json(RequestsAnswer {
        items: items.collect(),
    }))
}

async fn take(
    state: web::Data<State>,
    caller: Caller,
    Checked(body): Checked<TakeBody>,
) -> Result<HttpResponse, Problem> {
    let by = &caller.0;
    let taken = state
        .parts
        .privacy
        .take(by.tenant, body.customer_id, body.wish.into(), &by.name);
    let request = taken.await?.ok_or_else(Problem::not_found)?;
    let zone = zone(&state, by).await?;
    Ok(HttpResponse::Created().json(RequestAnswer::of(request, &zone)))
}

async fn show(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id: DataRequestId = id_of(&id)?;
    let found = state.parts.privacy.book.find(caller.0.tenant, id).await?;
    told(&state, &caller, found.ok_or_else(Problem::not_found)?).await
}

async fn told(state: &State, caller: &Caller, request: DataRequest) -> Result<HttpResponse, Problem> {
    let zone = zone(state, &caller.0).await?;
    Ok(HttpResponse::Ok().json(RequestAnswer::of(request, &zone)))
}

async fn hand_over(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = id_of(&id)?;
    let handed = state.parts.privacy.hand_over(caller.0.tenant, id).await?;
    let zone = zone(&state, &caller.0).await?;
    Ok(HttpResponse::Ok().json(HandedOverAnswer {
        request: RequestAnswer::of(handed.request, &zone),
        document: handed.document,
    }))
}

async fn erase(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let request = state.parts.privacy.erase(caller.0.tenant, id_of(&id)?).await?;
    told(&state, &caller, request).await
}

async fn corrected(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let request = state
        .parts
        .privacy
        .corrected(caller.0.tenant, id_of(&id)?)
        .await?;
    told(&state, &caller, request).await
}

async fn refuse(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    Checked(body): Checked<RefuseBody>,
) -> Result<HttpResponse, Problem> {
    let reason = Reason::parse(&body.reason)
        .ok_or_else(|| wrong("reason", &format!("must have 1 to {REASON_MAX} characters")))?;
    let request = state
        .parts
        .privacy
        .refuse(caller.0.tenant, id_of(&id)?, reason)
        .await?;
    told(&state, &caller, request).await
}
