//! Dead letters: providers' messages that matched nothing, worked through by people until none is new.

use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_kernel::{Money, TenantId, Zone};
use ratiba_payments::attempt::{AttemptId, Provider};
use ratiba_payments::dead_letter::{DeadLetter, LetterId, LetterState, LetterVerdict, TakenBack};
use ratiba_payments::payment::PaymentId;
use ratiba_payments::ports::LetterQuery;
use ratiba_payments::reference::Receipt;
use ratiba_payments::remark::Remark;
use ratiba_payments::use_cases::{LetterError, LetterOrder, MatchOrder, MatchTo, TakeBackOrder};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::payments::{actor_of, request_key, still_open};
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, CheckedQuery, IdempotencyKey};
use crate::dto::{Amount, AmountAbove, Moment, id_of};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{FieldFault, Kind, Problem};

/// How many letters a page has at most.
const PAGE_MOST: u16 = 50;

/// The endpoints of dead letters.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/dead-letters", "Messages of providers that matched nothing", || {
            web::get().to(list)
        })
        .describe("Newest first; `next` goes into `before` of the next request. Nothing vouches for what a letter says.")
        .group("payments")
        .needs(Scope::PaymentsRead)
        .query::<LettersQuery>()
        .answers::<LetterPage>(200, "the letters"),
        Endpoint::get("/api/v1/dead-letters/{id}", "One of them, with its body", || {
            web::get().to(show)
        })
        .describe("The body without phone numbers, and what it claims if it can be read.")
        .group("payments")
        .needs(Scope::PaymentsRead)
        .answers::<LetterAnswer>(200, "the letter"),
        Endpoint::post("/api/v1/dead-letters/{id}/match", "Book the money of a letter", || {
            web::post().to(to_payment)
        })
        .describe(
            "For money that is seen in the provider's own records, for a payment or for the attempt that asked for it. Booked once, \
             however often it is asked for and whichever letters tell of it; what is more than owed becomes the customer's credit. \
             A letter whose money is booked for a payment already (`claims.booked_for_payment_id`) is closed by matching it to \
             that one: nothing is missing.",
        )
        .group("payments")
        .needs(Scope::PaymentsResolve)
        .body::<MatchBody>()
        .answers::<LetterAnswer>(200, "the letter")
        .problems(&[
            Kind::NotFound,
            Kind::IllegalTransition,
            Kind::PaymentInProgress,
            Kind::ReceiptBooked,
            Kind::CurrencyMismatch,
            Kind::Unacceptable,
            Kind::Conflict,
        ]),
        Endpoint::post("/api/v1/dead-letters/{id}/refund", "Say that a letter's money went back", || {
            web::post().to(refund)
        })
        .describe(
            "For money that was given back in the provider's own portal without ever being booked. Nothing is sent or booked by \
             this, and nothing that tells of the same money is booked any more; what is booked already \
             (`claims.booked_for_payment_id`, also by a query alone) is given back by a refund of its payment. Saying the same again changes nothing.",
        )
        .group("payments")
        .needs(Scope::PaymentsResolve)
        .body::<RefundedBody>()
        .answers::<LetterAnswer>(200, "the letter")
        .problems(&[
            Kind::NotFound,
            Kind::IllegalTransition,
            Kind::ReceiptBooked,
            Kind::Unacceptable,
        ]),
        Endpoint::post(
            "/api/v1/dead-letters/{id}/take-back",
            "Take back what was said of a letter",
            || web::post().to(take_back),
        )
        .describe(
            "Where somebody mistook a number, the letter or the payment, or dismissed what means something. The letter is `new` again and keeps what was said. Money \
             that went back under the number that was named is booked again; what was refused meanwhile is a letter or an \
             attempt in review, and can be booked now. Money that was matched leaves the payment by a counter-entry in the \
             books, which owes it again, and the attempt that had asked for it is in review; not where something was built on the \
             money since (`money-in-use`). Safe to repeat with the same key.",
        )
        .group("payments")
        .needs(Scope::PaymentsResolve)
        .header(RequestHeader::IdempotencyKey)
        .body::<TakeBackBody>()
        .answers::<LetterAnswer>(200, "the letter")
        .problems(&[
            Kind::NotFound,
            Kind::IllegalTransition,
            Kind::MoneyInUse,
            Kind::Unacceptable,
            Kind::Conflict,
        ]),
        Endpoint::post("/api/v1/dead-letters/{id}/dismiss", "Say that a letter means nothing", || {
            web::post().to(dismiss)
        })
        .describe("Saying the same again changes nothing.")
        .group("payments")
        .needs(Scope::PaymentsResolve)
        .body::<DismissBody>()
        .answers::<LetterAnswer>(200, "the letter")
        .problems(&[Kind::NotFound, Kind::IllegalTransition]),
    ]
}

/// Whether somebody has dealt with a letter.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum StateWord {
    /// Nobody has.
    New,
    /// Its money is booked.
    Matched,
    /// Its money went back.
    Refunded,
    /// It means nothing.
    Dismissed,
}

impl From<StateWord> for LetterState {
    fn from(word: StateWord) -> Self {
        match word {
            StateWord::New => Self::New,
            StateWord::Matched => Self::Matched,
            StateWord::Refunded => Self::Refunded,
            StateWord::Dismissed => Self::Dismissed,
        }
    }
}

/// Who writes letters.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum ProviderWord {
    /// M-Pesa.
    Mpesa,
    /// PesaPal, for cards.
    Pesapal,
}

impl From<ProviderWord> for Provider {
    fn from(word: ProviderWord) -> Self {
        match word {
            ProviderWord::Mpesa => Self::Mpesa,
            ProviderWord::Pesapal => Self::Pesapal,
        }
    }
}

/// Which letters.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LettersQuery {
    /// In this state.
    state: Option<StateWord>,
    /// Of this provider.
    provider: Option<ProviderWord>,
    /// For this reason, such as `expired_token`.
    #[schemars(length(min = 1, max = 80))]
    reason: Option<String>,
    /// Older than this one.
    before: Option<Uuid>,
    /// At most so many; 50 if left out.
    #[schemars(range(min = 1, max = 50))]
    limit: Option<u16>,
}

/// Some letters.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DeadLetterPage")]
pub struct LetterPage {
    /// Newest first.
    dead_letters: Vec<LetterAnswer>,
    /// Where the next page begins, if there may be one.
    next: Option<Uuid>,
}

/// A message of a provider that matched nothing.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DeadLetter")]
pub struct LetterAnswer {
    /// Its id.
    id: Uuid,
    /// Whose form it has: `mpesa` or `pesapal`.
    provider: &'static str,
    /// Why it matched nothing, such as `expired_token`, `unreadable` or `foreign_ids`.
    reason: String,
    /// `new`, `matched` (its money is booked), `refunded` (its money went back) or `dismissed`.
    state: &'static str,
    /// When it came.
    received_at: Moment,
    /// How long its body is.
    body_bytes: usize,
    /// The beginning of its body, without phone numbers; of one letter alone.
    body: Option<String>,
    /// What it claims, if it can be read and tells of money; of one letter alone.
    claims: Option<Claims>,
    /// Who dealt with it, if somebody has.
    decision: Option<DecisionAnswer>,
    /// What was said of it and taken back, the oldest first; of one letter alone.
    taken_back: Option<Vec<TakenBackAnswer>>,
}

/// What a letter claims. Nothing vouches for it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DeadLetterClaims")]
struct Claims {
    /// The provider's number for the money.
    receipt: String,
    /// How much it is.
    #[schemars(with = "Amount")]
    amount: Money,
    /// The payment that has money under that number booked already, if one has: it is there once, and nothing is missing.
    booked_for_payment_id: Option<Uuid>,
    /// How much is booked under that number.
    #[schemars(with = "Option<Amount>")]
    booked_amount: Option<Money>,
}

/// What somebody said of a letter who was wrong.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DeadLetterTakenBack")]
struct TakenBackAnswer {
    /// What it had been said to be: `matched`, `refunded` or `dismissed`.
    state: &'static str,
    /// The provider's number of the movement back, or of the money that was booked, as it was said; none of a letter that
    /// was dismissed.
    receipt: Option<String>,
    /// The number under which the money had come, as it was said.
    came_receipt: Option<String>,
    /// The payment that it was booked for, if it was.
    payment_id: Option<Uuid>,
    /// Who had said so.
    said_by: String,
    /// Why, in their own words.
    said_reason: String,
    /// When.
    said_at: Moment,
    /// Who took it back.
    by: String,
    /// Why, in their own words.
    reason: String,
    /// When.
    at: Moment,
}

impl TakenBackAnswer {
    fn of(taken: &TakenBack, zone: &Zone) -> Self {
        Self {
            state: taken.state().as_str(),
            receipt: taken.receipt.as_ref().map(|receipt| receipt.as_str().to_owned()),
            came_receipt: taken.came.as_ref().map(|came| came.as_str().to_owned()),
            payment_id: taken.payment.map(|payment| payment.as_uuid()),
            said_by: taken.said.by.to_string(),
            said_reason: taken.said.why.to_string(),
            said_at: Moment::of(zone, taken.said.at),
            by: taken.by.by.to_string(),
            reason: taken.by.why.to_string(),
            at: Moment::of(zone, taken.by.at),
        }
    }
}

/// Who dealt with a letter, and how.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DeadLetterDecision")]
struct DecisionAnswer {
    /// Who.
    by: String,
    /// Why, in their own words.
    reason: String,
    /// When.
    at: Moment,
    /// The provider's number for the money that was booked, or of the movement back.
    receipt: Option<String>,
    /// The provider's number under which money had come that went back; nothing is booked under it any more.
    came_receipt: Option<String>,
    /// The payment that it was booked for.
    payment_id: Option<Uuid>,
    /// Where the number and the amount are known from, if nobody can read them in the letter: all that vouches for them.
    known_from: Option<String>,
}

impl LetterAnswer {
    fn of(letter: &DeadLetter, zone: &Zone) -> Self {
        Self {
            id: letter.id.as_uuid(),
            provider: letter.provider.as_str(),
            reason: letter.reason.clone(),
            state: letter.state.as_str(),
            received_at: Moment::of(zone, letter.received_at),
            body_bytes: letter.body.len(),
            body: None,
            claims: None,
            decision: letter.handled.as_ref().map(|handled| DecisionAnswer {
                by: handled.by.to_string(),
                reason: handled.why.to_string(),
                at: Moment::of(zone, handled.at),
                receipt: letter.receipt.as_ref().map(|receipt| receipt.as_str().to_owned()),
                came_receipt: letter.came.as_ref().map(|came| came.as_str().to_owned()),
                payment_id: letter.payment.map(|payment| payment.as_uuid()),
                known_from: letter.known_from.as_ref().map(ToString::to_string),
            }),
            taken_back: None,
        }
    }
}

/// What a letter's money is for.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MatchBody {
    /// The payment that it is for; this or `attempt_id`.
    payment_id: Option<Uuid>,
    /// The attempt that asked for it.
    attempt_id: Option<Uuid>,
    /// The provider's number for the money.
    #[schemars(length(min = 6, max = 40))]
    receipt: String,
    /// How much it was.
    #[schemars(with = "AmountAbove")]
    amount: Money,
    /// Where both are known from, such as a line of the provider's portal; needed if nobody can read the letter (it has no
    /// `claims`).
    #[schemars(length(min = 1, max = 200))]
    known_from: Option<String>,
    /// Why it is for that payment.
    #[schemars(length(min = 1, max = 200))]
    reason: String,
}

/// How a letter's money went back.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RefundedBody {
    /// The provider's number of the movement back.
    #[schemars(length(min = 6, max = 40))]
    receipt: String,
    /// The provider's number under which the money had come; never another than the letter claims, if it can be read.
    #[schemars(length(min = 6, max = 40))]
    came_receipt: Option<String>,
    /// Where `came_receipt` is known from; needed if one is named and nobody can read the letter (it has no `claims`).
    #[schemars(length(min = 1, max = 200))]
    known_from: Option<String>,
    /// Why, and how it is known.
    #[schemars(length(min = 1, max = 200))]
    reason: String,
}

/// Why it is not so that a letter's money went back, or is for a payment.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TakeBackBody {
    /// What was mistaken.
    #[schemars(length(min = 1, max = 200))]
    reason: String,
}

/// Why a letter means nothing.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DismissBody {
    /// Why.
    #[schemars(length(min = 1, max = 200))]
    reason: String,
}

fn wrong(field: &str, message: &str) -> Problem {
    Problem::fields(vec![FieldFault {
        field: field.to_owned(),
        message: message.to_owned(),
    }])
}

fn receipt_of(field: &str, text: &str) -> Result<Receipt, Problem> {
    Receipt::parse(&text.trim().to_ascii_uppercase())
        .map_err(|_| wrong(field, "must be the provider's number for the money"))
}

fn known_from(text: Option<&str>) -> Result<Option<Remark>, Problem> {
    let known = text.map(Remark::parse).transpose();
    known.map_err(|fault| wrong("known_from", &fault.to_string()))
}

fn why_of(text: &str) -> Result<Remark, Problem> {
    Remark::parse(text).map_err(|fault| wrong("reason", &fault.to_string()))
}

async fn list(
    state: web::Data<State>,
    caller: Caller,
    CheckedQuery(query): CheckedQuery<LettersQuery>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let most = query.limit.unwrap_or(PAGE_MOST).min(PAGE_MOST);
    let wanted = LetterQuery {
        state: query.state.map(Into::into),
        provider: query.provider.map(Into::into),
        reason: query.reason,
        before: query.before.map(LetterId::from_uuid),
        most,
    };
    let found = state.parts.payments.letters.letters.list(tenant, wanted).await?;
    let zone = state.parts.booking.catalogue.zone(tenant).await?;
    let full = found.len() >= usize::from(most);
    let next = found.last().filter(|_| full).map(|last| last.id.as_uuid());
    Ok(HttpResponse::Ok().json(LetterPage {
        dead_letters: found
            .iter()
            .map(|letter| LetterAnswer::of(letter, &zone))
            .collect(),
        next,
    }))
}

async fn show(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    answer(&state, &caller, id_of(&id)?).await
}

/// A letter with its body.
async fn answer(state: &State, caller: &Caller, id: LetterId) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let letter = state.parts.payments.letters.letters.find(tenant, id).await?;
    let letter = letter.ok_or_else(Problem::not_found)?;
    let zone = state.parts.booking.catalogue.zone(tenant).await?;
    let mut answer = LetterAnswer::of(&letter, &zone);
    answer.body = Some(letter.masked_body());
    answer.claims = claims_of(state, tenant, &letter).await?;
    let taken_back = state.parts.payments.letters.taken_back(tenant, id).await?;
    let taken_back = taken_back.iter().map(|taken| TakenBackAnswer::of(taken, &zone));
    answer.taken_back = Some(taken_back.collect());
    Ok(HttpResponse::Ok().json(answer))
}

/// What the letter says, if it is the callback of a prompt or tells of money by hand.
async fn claims_of(state: &State, tenant: TenantId, letter: &DeadLetter) -> Result<Option<Claims>, Problem> {
    let letters = &state.parts.payments.letters;
    let Some((receipt, amount)) = letters.claims(letter) else {
        return Ok(None);
    };
    let booked = letters.booked_for(tenant, letter).await?;
    Ok(Some(Claims {
        receipt: receipt.as_str().to_owned(),
        amount,
        booked_for_payment_id: booked.map(|(payment, _)| payment.as_uuid()),
        booked_amount: booked.map(|(_, amount)| amount),
    }))
}

async fn to_payment(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    Checked(body): Checked<MatchBody>,
) -> Result<HttpResponse, Problem> {
    let letter: LetterId = id_of(&id)?;
    let to = match (body.payment_id, body.attempt_id) {
        (Some(payment), None) => MatchTo::Payment(PaymentId::from_uuid(payment)),
        (None, Some(attempt)) => MatchTo::Attempt(AttemptId::from_uuid(attempt)),
        (None, None) | (Some(_), Some(_)) => {
            return Err(wrong("payment_id", "either this or attempt_id must be there"));
        }
    };
    let order = MatchOrder {
        letter,
        to,
        receipt: receipt_of("receipt", &body.receipt)?,
        amount: body.amount,
        known_from: known_from(body.known_from.as_deref())?,
        by: actor_of(&caller.0)?,
        why: why_of(&body.reason)?,
    };
    let work = &state.parts.payments.letters;
    match work.to_payment(caller.0.tenant, order).await {
        Ok(()) => answer(&state, &caller, letter).await,
        Err(LetterError::StillOpen(attempt)) => {
            let detail = LetterError::StillOpen(attempt).to_string();
            Err(still_open(&state, caller.0.tenant, attempt, detail).await?)
        }
        Err(LetterError::OtherReceipt) => Err(wrong("receipt", &LetterError::OtherReceipt.to_string())),
        Err(error) => Err(refused(error)),
    }
}

async fn refund(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    Checked(body): Checked<RefundedBody>,
) -> Result<HttpResponse, Problem> {
    let came = body.came_receipt.as_deref();
    let verdict = LetterVerdict::Refunded {
        back: receipt_of("receipt", &body.receipt)?,
        came: came.map(|came| receipt_of("came_receipt", came)).transpose()?,
    };
    let order = LetterOrder {
        letter: id_of(&id)?,
        verdict,
        known_from: known_from(body.known_from.as_deref())?,
        by: actor_of(&caller.0)?,
        why: why_of(&body.reason)?,
    };
    decide(&state, &caller, order).await
}

async fn take_back(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    key: IdempotencyKey,
    Checked(body): Checked<TakeBackBody>,
) -> Result<HttpResponse, Problem> {
    let order = TakeBackOrder {
        letter: id_of(&id)?,
        key: request_key(&state, &caller.0, &key).await?,
        by: actor_of(&caller.0)?,
        why: why_of(&body.reason)?,
    };
    let (letter, work) = (order.letter, &state.parts.payments.letters);
    work.take_back(caller.0.tenant, order).await.map_err(refused)?;
    answer(&state, &caller, letter).await
}

async fn dismiss(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    Checked(body): Checked<DismissBody>,
) -> Result<HttpResponse, Problem> {
    let order = LetterOrder {
        letter: id_of(&id)?,
        verdict: LetterVerdict::Dismissed,
        known_from: None,
        by: actor_of(&caller.0)?,
        why: why_of(&body.reason)?,
    };
    decide(&state, &caller, order).await
}

async fn decide(state: &State, caller: &Caller, order: LetterOrder) -> Result<HttpResponse, Problem> {
    let (letter, work) = (order.letter, &state.parts.payments.letters);
    work.decide(caller.0.tenant, order).await.map_err(refused)?;
    answer(state, caller, letter).await
}

fn refused(error: LetterError) -> Problem {
    let detail = error.to_string();
    match error {
        LetterError::NoSuchLetter | LetterError::NoSuchPayment => Problem::not_found(),
        LetterError::HandledBefore => Problem::new(Kind::IllegalTransition, detail),
        LetterError::OtherReceipt => wrong("came_receipt", &detail),
        LetterError::NotKnownFrom => wrong("known_from", &detail),
        LetterError::StillOpen(attempt) => {
            Problem::new(Kind::PaymentInProgress, detail).with("attempt", attempt)
        }
        LetterError::BookedFor(payment) => {
            Problem::new(Kind::ReceiptBooked, detail).with("payment_id", payment)
        }
        LetterError::OtherAmount(claimed) => {
            Problem::new(Kind::Unacceptable, detail).with("claimed", claimed)
        }
        LetterError::NothingSaid => Problem::new(Kind::IllegalTransition, detail),
        LetterError::BuiltOn(built) => {
            Problem::new(Kind::MoneyInUse, detail).with("built_on", built.as_str())
        }
        LetterError::KeyReused => Problem::new(Kind::IdempotencyKeyReused, detail),
        LetterError::OtherCurrency { house } => {
            Problem::new(Kind::CurrencyMismatch, detail).with("currency", house.code())
        }
        LetterError::WentBack | LetterError::BadAmount | LetterError::Amount(_) => {
            Problem::new(Kind::Unacceptable, detail)
        }
        LetterError::Busy => Problem::new(Kind::Conflict, detail),
        LetterError::Unavailable(outage) => Problem::unavailable(&outage),
    }
}
