//! Money that goes back to customers.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_kernel::{Money, TenantId, Zone};
use ratiba_payments::ports::{RefundQuery, RefundRefused};
use ratiba_payments::reference::Receipt;
use ratiba_payments::refund::{Refund, RefundCause, RefundId, RefundState, RefundWay, Resolution, Resolved};
use ratiba_payments::use_cases::{RefundDecision, RefundOrder};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::payments::{actor_of, request_key};
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, CheckedQuery, IdempotencyKey};
use crate::dto::{Amount, AmountAbove, Moment, id_of};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{FieldFault, Kind, Problem};

/// How many refunds a page has at most.
const PAGE_MOST: u16 = 100;

/// The endpoints of refunds.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post("/api/v1/payments/{id}/refunds", "Give money back", || web::post().to(order))
            .describe(
                "As credit, in cash or `outside` of this system, with the number of the transfer as its `reference`, it is booked \
                 at once, and cash only out of an open drawer that holds it; `mpesa_reversal` asks M-Pesa to take back a whole transaction, `card` asks PesaPal for all or a \
                 part of one card payment, once, which a person then approves in PesaPal's dashboard; the state tells what \
                 became of that. The amount counts as gone from the order \
                 on: however many are ordered at once, they never exceed what was paid. Safe to repeat with the same key.",
            )
            .group("payments")
            .needs(Scope::PaymentsRefund)
            .header(RequestHeader::IdempotencyKey)
            .body::<RefundBody>()
            .answers::<RefundAnswer>(201, "the refund")
            .problems(&[
                Kind::NotFound,
                Kind::RefundTooLarge,
                Kind::RefundNotPossible,
                Kind::AmountNotPayable,
                Kind::CurrencyMismatch,
                Kind::TillClosed,
                Kind::TransferTaken,
                Kind::Unacceptable,
            ]),
        Endpoint::get("/api/v1/refunds", "List refunds", || web::get().to(list))
            .describe("Newest first; `next` goes into `before` of the next request.")
            .group("payments")
            .needs(Scope::PaymentsRead)
            .query::<RefundsQuery>()
            .answers::<RefundPage>(200, "the refunds"),
        Endpoint::get("/api/v1/refunds/{id}", "One refund", || web::get().to(show))
            .group("payments")
            .needs(Scope::PaymentsRead)
            .answers::<RefundAnswer>(200, "the refund"),
        Endpoint::post("/api/v1/refunds/{id}/resolve", "Say what became of a refund", || {
            web::post().to(resolve)
        })
        .describe(
            "For a refund that is in review: `done` books it, `rejected` frees its amount again. Of a chargeback `done` says that \
             the money is lost, `rejected` that it came back. Saying the same twice is saying \
             it once.",
        )
        .group("payments")
        .needs(Scope::PaymentsRefund)
        .body::<ResolveBody>()
        .answers::<RefundAnswer>(200, "the refund")
        .problems(&[Kind::NotFound, Kind::RefundNotPossible]),
        Endpoint::post("/api/v1/refunds/{id}/cancel", "Withdraw a refund", || {
            web::post().to(cancel)
        })
        .describe(
            "As long as it waits to be sent, for the first time or again: its amount does not count as gone any more. \
             Withdrawing it twice is withdrawing it once.",
        )
        .group("payments")
        .needs(Scope::PaymentsRefund)
        .body::<CancelBody>()
        .answers::<RefundAnswer>(200, "the refund")
        .problems(&[Kind::NotFound, Kind::RefundNotPossible]),
    ]
}

/// How money goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum WayWord {
    /// M-Pesa takes back the transaction.
    MpesaReversal,
    /// To the card, by PesaPal.
    Card,
    /// Out of the drawer.
    Cash,
    /// As credit for the next visit.
    Credit,
    /// By a way that is not seen from here.
    Outside,
}

impl From<WayWord> for RefundWay {
    fn from(word: WayWord) -> Self {
        match word {
            WayWord::MpesaReversal => Self::MpesaReversal,
            WayWord::Card => Self::Card,
            WayWord::Cash => Self::Cash,
            WayWord::Credit => Self::Credit,
            WayWord::Outside => Self::Outside,
        }
    }
}

/// A refund to be made.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundBody {
    /// How.
    way: WayWord,
    /// How much, at most what was paid and did not go back yet; of M-Pesa a whole transaction.
    #[schemars(with = "AmountAbove")]
    amount: Money,
    /// Why.
    #[schemars(length(min = 1, max = 500))]
    reason: String,
    /// What proves it: the number of the transfer at the bank or at M-Pesa. With `outside`, and only there; one transfer
    /// proves one refund or payout.
    #[schemars(length(min = 1, max = 100))]
    reference: Option<String>,
}

/// Which refunds.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundsQuery {
    /// Of one payment.
    payment: Option<Uuid>,
    /// In this state.
    state: Option<StateWord>,
    /// Made before this one.
    before: Option<Uuid>,
    /// At most so many; 50 if left out.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u16>,
}

/// Where a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum StateWord {
    /// On record, not sent yet.
    Requested,
    /// Asked of the provider; its result is awaited.
    Sent,
    /// Nobody knows; it is asked about.
    Unknown,
    /// A person has it.
    InReview,
    /// The money went back.
    Done,
    /// It did not, and will not.
    Rejected,
    /// Withdrawn before it was sent.
    Cancelled,
}

impl StateWord {
    const fn word(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Sent => "sent",
            Self::Unknown => "unknown",
            Self::InReview => "in_review",
            Self::Done => "done",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
        }
    }
}

/// What became of a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum OutcomeWord {
    /// The money went back.
    Done,
    /// It did not.
    Rejected,
}

/// A person's answer.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveBody {
    /// What became of it.
    outcome: OutcomeWord,
    /// The provider's number of the movement, if it was done and is known.
    #[schemars(length(min = 6, max = 20))]
    receipt: Option<String>,
    /// How that is known.
    #[schemars(length(min = 1, max = 500))]
    reason: String,
}

/// Why a refund is withdrawn.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelBody {
    /// Why.
    #[schemars(length(min = 1, max = 500))]
    reason: String,
}

/// A refund.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Refund")]
pub struct RefundAnswer {
    /// Its id.
    id: Uuid,
    /// The payment whose money goes back.
    payment_id: Uuid,
    /// The visit of that payment.
    visit_id: Uuid,
    /// Who gets it.
    customer_id: Uuid,
    /// `mpesa_reversal`, `card`, `chargeback` (the card's owner had it taken back), `cash`, `credit` or `outside`.
    way: &'static str,
    /// `payment`: what was paid for the visit; or `credit` that is paid out, and is set aside meanwhile.
    source: &'static str,
    /// `manager`, `policy`: the rules of cancellation, or `provider`: nobody of the business.
    cause: &'static str,
    /// Why.
    reason: String,
    /// What proves it, where it went outside; nothing for refunds of before such numbers were asked for.
    reference: Option<String>,
    /// How much.
    #[schemars(with = "Amount")]
    amount: Money,
    /// `requested`, `sent`, `unknown` (it is asked about), `in_review` (a person has it), `done`, `rejected` or `cancelled`.
    state: &'static str,
    /// Since when.
    state_at: Moment,
    /// Why a person must look.
    doubt: Option<&'static str>,
    /// The provider's code of a refusal.
    provider_code: Option<String>,
    /// The provider's number of the movement back.
    receipt: Option<String>,
    /// The provider's number of the money that came in.
    original_receipt: Option<String>,
    /// Who ordered it.
    requested_by: String,
    /// When.
    created_at: Moment,
    /// How often it was to be sent, and certainly was not; it is sent again for a day.
    tries: u8,
    /// How much of it the customer has twice: it had become credit, which was spent before it turned out to be done.
    #[schemars(with = "Option<Amount>")]
    given_twice: Option<Money>,
    /// How much of the credit that other refunds of its payment gave was taken back for it, since it was not spent.
    #[schemars(with = "Option<Amount>")]
    taken_of_credit: Option<Money>,
    /// Who said what became of it, or withdrew it.
    resolved_by: Option<String>,
    /// How they knew, or why.
    resolved_reason: Option<String>,
}

impl RefundAnswer {
    fn of(refund: &Refund, zone: &Zone) -> Self {
        let (terms, progress) = (refund.terms(), refund.progress());
        let (doubt, code, receipt) = match &progress.state {
            RefundState::InReview { why } => (Some(why.as_str()), None, None),
            RefundState::Rejected { code } => (None, code.as_ref(), None),
            RefundState::Done { receipt } => (None, None, receipt.as_ref()),
            RefundState::Requested | RefundState::Sent | RefundState::Unknown | RefundState::Cancelled => {
                (None, None, None)
            }
        };
        let resolved = progress.resolved.as_ref();
        Self {
            id: terms.id.as_uuid(),
            payment_id: terms.payment.as_uuid(),
            visit_id: terms.visit.as_uuid(),
            customer_id: terms.customer.as_uuid(),
            way: terms.way.as_str(),
            source: terms.source.as_str(),
            cause: terms.cause.as_str(),
            reason: terms.reason.clone(),
            reference: terms.reference.clone(),
            amount: terms.amount,
            state: progress.state.as_str(),
            state_at: Moment::of(zone, progress.state_at),
            doubt,
            provider_code: code.map(|code| code.as_str().to_owned()),
            receipt: receipt.map(|receipt| receipt.as_str().to_owned()),
            original_receipt: terms
                .original
                .as_ref()
                .map(|original| original.receipt.as_str().to_owned()),
            requested_by: terms.requested_by.as_str().to_owned(),
            created_at: Moment::of(zone, terms.created_at),
            tries: progress.tries,
            given_twice: progress.given_twice,
            taken_of_credit: progress.taken_of_credit,
            resolved_by: resolved.map(|resolved| resolved.by.as_str().to_owned()),
            resolved_reason: resolved.map(|resolved| resolved.reason.clone()),
        }
    }
}

/// Some refunds.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RefundPage")]
pub struct RefundPage {
    /// Newest first.
    refunds: Vec<RefundAnswer>,
    /// Where the next page begins, if there may be one.
    next: Option<Uuid>,
}

async fn order(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    key: IdempotencyKey,
    Checked(body): Checked<RefundBody>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let order = RefundOrder {
        key: request_key(&state, principal, &key).await?,
        payment: id_of(&id)?,
        way: body.way.into(),
        cause: RefundCause::Manager,
        amount: body.amount,
        reason: reason(body.reason)?,
        reference: proof(body.way, body.reference)?,
        by: actor_of(principal)?,
    };
    let zone = state.parts.booking.catalogue.zone(principal.tenant).await?;
    let refund = state
        .parts
        .money_back
        .order
        .execute(principal.tenant, order)
        .await;
    let refund = match refund {
        Ok(refund) => refund,
        Err(error) => return Err(told(&state, principal.tenant, error).await?),
    };
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, format!("/api/v1/refunds/{}", refund.id())))
        .json(RefundAnswer::of(&refund, &zone)))
}

async fn list(
    state: web::Data<State>,
    caller: Caller,
    CheckedQuery(query): CheckedQuery<RefundsQuery>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let most = query.limit.unwrap_or(50).min(PAGE_MOST);
    let wanted = RefundQuery {
        payment: query.payment.map(ratiba_kernel::Id::from_uuid),
        state: query.state.map(|state| state.word().to_owned()),
        before: query.before.map(RefundId::from_uuid),
        most,
    };
    let found = state.parts.money_back.book.refunds(tenant, wanted).await?;
    let zone = state.parts.booking.catalogue.zone(tenant).await?;
    let full = found.len() >= usize::from(most);
    let next = found.last().filter(|_| full).map(|last| last.id().as_uuid());
    Ok(HttpResponse::Ok().json(RefundPage {
        refunds: found
            .iter()
            .map(|refund| RefundAnswer::of(refund, &zone))
            .collect(),
        next,
    }))
}

async fn show(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let refund = state.parts.money_back.book.refund(tenant, id_of(&id)?).await?;
    let refund = refund.ok_or_else(Problem::not_found)?;
    let zone = state.parts.booking.catalogue.zone(tenant).await?;
    Ok(HttpResponse::Ok().json(RefundAnswer::of(&refund, &zone)))
}

async fn resolve(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    Checked(body): Checked<ResolveBody>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let fault = |message: &str| {
        Problem::fields(vec![FieldFault {
            field: "receipt".to_owned(),
            message: message.to_owned(),
        }])
    };
    let receipt = body.receipt.as_deref().map(Receipt::parse).transpose();
    let receipt = receipt.map_err(|_| fault("must be capitals and digits"))?;
    let resolution = match (body.outcome, receipt) {
        (OutcomeWord::Done, receipt) => Resolution::Done { receipt },
        (OutcomeWord::Rejected, None) => Resolution::Rejected,
        (OutcomeWord::Rejected, Some(_)) => return Err(fault("nothing moved, so it has no number")),
    };
    let decision = RefundDecision {
        refund: id_of(&id)?,
        resolution,
        who: Resolved {
            by: actor_of(principal)?,
            reason: reason(body.reason)?,
        },
    };
    let zone = state.parts.booking.catalogue.zone(principal.tenant).await?;
    let refund = state
        .parts
        .money_back
        .resolve
        .execute(principal.tenant, decision)
        .await;
    let refund = refund.map_err(refused)?;
    Ok(HttpResponse::Ok().json(RefundAnswer::of(&refund, &zone)))
}

async fn cancel(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    Checked(body): Checked<CancelBody>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let who = Resolved {
        by: actor_of(principal)?,
        reason: reason(body.reason)?,
    };
    // Read before: an order that is carried out is not answered with an outage.
    let zone = state.parts.booking.catalogue.zone(principal.tenant).await?;
    let cancel = &state.parts.money_back.cancel;
    let refund = cancel.execute(principal.tenant, id_of(&id)?, who).await;
    let refund = refund.map_err(refused)?;
    Ok(HttpResponse::Ok().json(RefundAnswer::of(&refund, &zone)))
}

/// A reason that says something.
pub(super) fn reason(text: String) -> Result<String, Problem> {
    let empty = text.trim().is_empty() || text.contains('\0');
    if empty {
        return Err(Problem::fields(vec![FieldFault {
            field: "reason".to_owned(),
            message: "must say why".to_owned(),
        }]));
    }
    Ok(text)
}

/// What proves that money went where it is not seen from here.
fn proof(way: WayWord, reference: Option<String>) -> Result<Option<String>, Problem> {
    let fault = |message: &str| {
        Err(Problem::fields(vec![FieldFault {
            field: "reference".to_owned(),
            message: message.to_owned(),
        }]))
    };
    match (way, reference.as_deref().map(str::trim)) {
        (WayWord::Outside, Some(text)) if !text.is_empty() && !text.chars().any(char::is_control) => {
            Ok(Some(text.to_owned()))
        }
        (WayWord::Outside, Some(_) | None) => fault("must say which transfer it was"),
        (WayWord::MpesaReversal | WayWord::Card | WayWord::Cash | WayWord::Credit, None) => Ok(None),
        (WayWord::MpesaReversal | WayWord::Card | WayWord::Cash | WayWord::Credit, Some(_)) => {
            fault("is for what goes outside only")
        }
    }
}

/// The problem of money that does not go: of cash beyond what lies in the drawer, with how much that is.
pub(super) async fn told(state: &State, tenant: TenantId, error: RefundRefused) -> Result<Problem, Problem> {
    if error != RefundRefused::NotInDrawer {
        return Ok(refused(error));
    }
    let drawer = state.parts.payments.till.book.current(tenant).await?;
    let holds = drawer
        .and_then(|drawer| drawer.sum().ok())
        .map(|sum| sum.expected);
    Ok(match holds {
        Some(holds) => {
            Problem::new(Kind::Unacceptable, format!("the drawer holds {holds} only")).with("holds", holds)
        }
        None => refused(error),
    })
}

fn refused(error: RefundRefused) -> Problem {
    let detail = error.to_string();
    match error {
        RefundRefused::NoSuchPayment | RefundRefused::NoSuchRefund | RefundRefused::NoSuchCustomer => {
            Problem::not_found()
        }
        RefundRefused::TillClosed => Problem::new(Kind::TillClosed, detail),
        RefundRefused::NotInDrawer => Problem::new(Kind::Unacceptable, detail),
        RefundRefused::MoreThanCredit { credit } => {
            Problem::new(Kind::NotEnoughCredit, detail).with("credit", credit)
        }
        RefundRefused::BadAmount => Problem::new(Kind::AmountNotPayable, detail),
        RefundRefused::OtherCurrency { house } => {
            Problem::new(Kind::CurrencyMismatch, detail).with("currency", house.code())
        }
        RefundRefused::ReferenceWithOutside => Problem::new(Kind::Unacceptable, detail),
        RefundRefused::TooLarge { refundable } => {
            Problem::new(Kind::RefundTooLarge, detail).with("refundable", refundable)
        }
        RefundRefused::NothingToReverse
        | RefundRefused::CameWithTip
        | RefundRefused::TipCameAlong
        | RefundRefused::NoCardPayment
        | RefundRefused::NotSetUp
        | RefundRefused::NotInReview
        | RefundRefused::NotWithdrawn
        | RefundRefused::ReceiptTaken
        | RefundRefused::ForeignMessage => Problem::new(Kind::RefundNotPossible, detail),
        RefundRefused::TransferTaken => Problem::new(Kind::TransferTaken, detail),
        RefundRefused::KeyReused => Problem::new(Kind::IdempotencyKeyReused, detail),
        RefundRefused::Overtaken => Problem::new(Kind::Conflict, detail),
        RefundRefused::Unavailable(outage) => Problem::unavailable(&outage),
    }
}
