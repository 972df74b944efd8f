//! Customers' credit, and a business's rules for its customers' money.

use actix_web::http::header::ETAG;
use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_booking::appointment::Version;
use ratiba_booking::catalogue::CustomerId;
use ratiba_kernel::{Id, Money};
use ratiba_payments::ports::{GivenBack, PaymentRules, RecordError, SpendRefused};
use ratiba_payments::use_cases::CreditOrder;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::payments::{actor_of, request_key, still_open, visible};
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, IdempotencyKey, IfMatch, etag};
use crate::dto::{Amount, AmountAbove, id_of};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{Kind, Problem};

/// The endpoints of credit.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/customers/{id}/credit", "What a customer may spend", || {
            web::get().to(show)
        })
        .describe("Derived from the books each time: what was given back as credit, or came in beyond what was owed, and is not spent.")
        .group("payments")
        .needs(Scope::PaymentsRead)
        .answers::<CreditAnswer>(200, "the credit"),
        Endpoint::post("/api/v1/visits/{id}/credit", "Spend credit on a visit", || web::post().to(spend))
            .describe(
                "The customer's own credit goes to what their visit owes: as much as was ordered, else as much as there is and can \
                 be used. What it does not cover is left in whole shillings. Safe to repeat with the same key.",
            )
            .group("payments")
            .needs(Scope::PaymentsTake)
            .header(RequestHeader::IdempotencyKey)
            .body::<SpendBody>()
            .answers::<SpendAnswer>(201, "what was spent")
            .problems(&[
                Kind::NotFound,
                Kind::NothingOwed,
                Kind::NotAgreed,
                Kind::PaymentInProgress,
                Kind::AmountNotPayable,
                Kind::CurrencyMismatch,
                Kind::NotEnoughCredit,
            ]),
        Endpoint::get("/api/v1/settings/payments", "The rules for customers' money", || {
            web::get().to(rules)
        })
        .group("settings")
        .needs(Scope::SettingsRead)
        .answers::<RulesAnswer>(200, "the rules"),
        Endpoint::put("/api/v1/settings/payments", "Change the rules for customers' money", || {
            web::put().to(put_rules)
        })
        .group("settings")
        .needs(Scope::SettingsWrite)
        .header(RequestHeader::IfMatch)
        .body::<RulesBody>()
        .answers::<RulesAnswer>(200, "the rules"),
    ]
}

/// What a customer may spend.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CustomerCredit")]
pub struct CreditAnswer {
    /// How much.
    #[schemars(with = "Amount")]
    credit: Money,
}

/// Credit to be spent.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SpendBody {
    /// How much, at most what there is and what is owed; as much as can be used if left out.
    #[schemars(with = "Option<AmountAbove>")]
    amount: Option<Money>,
}

/// Credit that was spent.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CreditSpend")]
pub struct SpendAnswer {
    /// The id of the spend.
    id: Uuid,
    /// The payment that it went to.
    payment_id: Uuid,
    /// How much.
    #[schemars(with = "Amount")]
    amount: Money,
}

/// Where goes what the rules of cancellation give back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum GivenBackWord {
    /// It waits as the customer's credit.
    Credit,
    /// Back to where it came from, where all of a transaction goes back and M-Pesa reversals are set up; else it is
    /// credit.
    Origin,
}

impl From<GivenBackWord> for GivenBack {
    fn from(word: GivenBackWord) -> Self {
        match word {
            GivenBackWord::Credit => Self::AsCredit,
            GivenBackWord::Origin => Self::ToItsOrigin,
        }
    }
}

impl From<GivenBack> for GivenBackWord {
    fn from(given: GivenBack) -> Self {
        match given {
            GivenBack::AsCredit => Self::Credit,
            GivenBack::ToItsOrigin => Self::Origin,
        }
    }
}

/// What a business decided about its customers' money.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RulesBody {
    /// Where goes what the rules of cancellation give back.
    given_back: GivenBackWord,
    /// Whether a customer's credit is used before they are asked for money.
    credit_first: bool,
    /// Whether who was served and has paid is offered in the chat to give a tip; as it is if left out.
    tip_offers: Option<bool>,
}

/// What a business decided about its customers' money.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PaymentRules")]
pub struct RulesAnswer {
    /// Where goes what the rules of cancellation give back.
    given_back: GivenBackWord,
    /// Whether a customer's credit is used before they are asked for money.
    credit_first: bool,
    /// Whether who was served and has paid is offered in the chat to give a tip.
    tip_offers: bool,
    /// For `If-Match`.
    version: i32,
}

fn answer(rules: PaymentRules, version: i32) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((ETAG, etag(Version::read(version))))
        .json(RulesAnswer {
            given_back: rules.given_back.into(),
            credit_first: rules.credit_first,
            tip_offers: rules.tip_offers,
            version,
        })
}

async fn show(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let id: CustomerId = id_of(&id)?;
    let known = state
        .parts
        .imports
        .customers
        .file(tenant, id, state.parts.clock.now())
        .await?;
    known.ok_or_else(Problem::not_found)?;
    let money = &state.parts.money_back;
    let currency = money.house.house_currency(tenant).await?;
    let credit = money
        .ledger
        .credit(tenant, Id::from_uuid(id.as_uuid()), currency)
        .await?;
    Ok(HttpResponse::Ok().json(CreditAnswer { credit }))
}

async fn spend(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    key: IdempotencyKey,
    Checked(body): Checked<SpendBody>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let visit = visible(&state, principal, &id).await?;
    let key = request_key(&state, principal, &key).await?;
    let order = CreditOrder {
        key,
        visit: Id::from_uuid(visit.head.id.as_uuid()),
        customer: Id::from_uuid(visit.head.customer.as_uuid()),
        amount: body.amount,
        by: actor_of(principal)?,
    };
    let spend = state
        .parts
        .money_back
        .spend
        .execute(principal.tenant, order, &state.parts)
        .await;
    let spend = match spend {
        Ok(spend) => spend,
        Err(SpendRefused::StillOpen(attempt)) => {
            let detail = SpendRefused::StillOpen(attempt).to_string();
            return Err(still_open(&state, principal.tenant, attempt, detail).await?);
        }
        Err(error) => return Err(refused(error)),
    };
    Ok(HttpResponse::Created().json(SpendAnswer {
        id: spend.id.as_uuid(),
        payment_id: spend.payment.as_uuid(),
        amount: spend.amount,
    }))
}

async fn rules(state: web::Data<State>, caller: Caller) -> Result<HttpResponse, Problem> {
    let kept = &state.parts.money_back.rules;
    let (rules, version) = kept.payment_rules(caller.0.tenant).await?;
    Ok(answer(rules, version))
}

async fn put_rules(
    state: web::Data<State>,
    caller: Caller,
    IfMatch(seen): IfMatch,
    Checked(body): Checked<RulesBody>,
) -> Result<HttpResponse, Problem> {
    let kept = &state.parts.money_back.rules;
    // If they change in between, nothing is written: `seen` is their version no more.
    let (known, _) = kept.payment_rules(caller.0.tenant).await?;
    let rules = PaymentRules {
        given_back: body.given_back.into(),
        credit_first: body.credit_first,
        tip_offers: body.tip_offers.unwrap_or(known.tip_offers),
    };
    let version = kept
        .put_payment_rules(caller.0.tenant, rules, seen.number())
        .await?;
    let stale = || Problem::new(Kind::Stale, "the rules were changed since they were read");
    Ok(answer(rules, version.ok_or_else(stale)?))
}

fn refused(error: SpendRefused) -> Problem {
    let detail = error.to_string();
    match error {
        SpendRefused::NoCredit => Problem::new(Kind::NotEnoughCredit, detail),
        SpendRefused::MoreThanCredit { credit } => {
            Problem::new(Kind::NotEnoughCredit, detail).with("credit", credit)
        }
        SpendRefused::MoreThanOwed { owed } => {
            Problem::new(Kind::AmountNotPayable, detail).with("outstanding", owed)
        }
        SpendRefused::BadAmount => Problem::new(Kind::AmountNotPayable, detail),
        SpendRefused::OtherCurrency { house } => {
            Problem::new(Kind::CurrencyMismatch, detail).with("currency", house.code())
        }
        SpendRefused::NothingOwed => Problem::new(Kind::NothingOwed, detail),
        SpendRefused::NotAgreed => Problem::new(Kind::NotAgreed, detail),
        SpendRefused::StillOpen(attempt) => {
            Problem::new(Kind::PaymentInProgress, detail).with("attempt", attempt)
        }
        SpendRefused::KeyReused => Problem::new(Kind::IdempotencyKeyReused, detail),
        SpendRefused::NotRecorded(RecordError::Unavailable(outage)) => Problem::unavailable(&outage),
        SpendRefused::NotRecorded(
            RecordError::Stale | RecordError::LiveAttempt | RecordError::ReceiptTaken | RecordError::IdsTaken,
        ) => Problem::new(Kind::Unavailable, "try again in a moment"),
    }
}
