//! Tips: taken for a part of a visit, owed to those who rendered it, and paid out of the drawer.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_booking::appointment::Appointment;
use ratiba_booking::visit::Visit;
use ratiba_kernel::{Id, Money, TenantId, Zone};
use ratiba_payments::remark::Remark;
use ratiba_payments::till::{TillId, TipPayout};
use ratiba_payments::tip::{Renderer, SharesRefused, TipRecord, TipShare};
use ratiba_payments::use_cases::{TakeCashError, TipAlong, TipOrder, TipTender};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::appointments::wrong;
use super::payments::{PaymentAnswer, actor_of, phone_of, refused, request_key, visible};
use super::till::{DrawerAnswer, not_done, ordered, text};
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, IdempotencyKey};
use crate::dto::{Amount, AmountAbove, SignedAmount, id_of};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{Kind, Problem};

/// The endpoints of tips.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post("/api/v1/visits/{id}/tips", "Take a tip", || web::post().to(take))
            .describe(
                "For one part of the visit, shared among its team as its commission is, unless `shares` says otherwise: `cash` that was counted \
                 into the drawer, a `prompt` on `phone`, or a `card` page for `phone`. A tip is a payment of its own: it pays nothing of the visit, is no \
                 deposit, no revenue and no base of commission. Refused while anything of the visit is out or in doubt. Safe to \
                 repeat with the same key.",
            )
            .group("tips")
            .needs(Scope::PaymentsTake)
            .header(RequestHeader::IdempotencyKey)
            .body::<TipBody>()
            .answers::<TipTakenAnswer>(201, "the tip's payment")
            .problems(&[
                Kind::NotFound,
                Kind::PaymentInProgress,
                Kind::AmountNotPayable,
                Kind::CurrencyMismatch,
                Kind::NotAMobileNumber,
                Kind::TillClosed,
                Kind::TipShares,
                Kind::Unacceptable,
                Kind::Conflict,
            ]),
        Endpoint::get("/api/v1/visits/{id}/tips", "The tips of a visit", || web::get().to(list))
            .describe("Each with its payment, what was tried, and who gets how much of it.")
            .group("tips")
            .needs(Scope::PaymentsRead)
            .answers::<TipsAnswer>(200, "the tips, the oldest first")
            .problems(&[Kind::NotFound]),
        Endpoint::get("/api/v1/till/tips", "What of tips is owed to whom", || web::get().to(owed))
            .describe("By the books: what came, less what was given back and paid out. Whom nothing is owed is left out.")
            .group("tips")
            .needs(Scope::TillWork)
            .answers::<OwedAnswer>(200, "what is owed"),
        Endpoint::post("/api/v1/till/sessions/{id}/tip-payouts", "Pay tips out of the drawer", || {
            web::post().to(pay_out)
        })
        .describe(
            "To whom they are owed; no more than is owed, and no more than lies in the drawer. Safe to repeat with the same key.",
        )
        .group("tips")
        .needs(Scope::TillWork)
        .header(RequestHeader::IdempotencyKey)
        .body::<PayoutBody>()
        .answers::<DrawerAnswer>(201, "the session with the movement")
        .problems(&[
            Kind::NotFound,
            Kind::TillClosed,
            Kind::TooMany,
            Kind::AmountNotPayable,
            Kind::CurrencyMismatch,
            Kind::Unacceptable,
        ]),
    ]
}

/// How a tip comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum TenderWord {
    /// It lies in the drawer.
    Cash,
    /// By a prompt of M-Pesa.
    Prompt,
    /// By card, on a page.
    Card,
}

/// A tip.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TipBody {
    /// For which part of the visit.
    appointment_id: Uuid,
    /// Above nothing; in whole units by prompt.
    #[schemars(with = "AmountAbove")]
    amount: Money,
    tender: TenderWord,
    /// With `prompt` and `card`: whose handset, or the billing contact.
    phone: Option<String>,
    /// Who gets how much; together the amount. As the team shares its commission if left out: then a cent that cannot be
    /// divided goes to whoever was entered earlier.
    #[schemars(length(min = 1, max = 20))]
    shares: Option<Vec<ShareBody>>,
}

/// What somebody is to get of a tip.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TipShareOrder")]
pub struct ShareBody {
    /// Who; of those who render that part of the visit.
    staff_id: Uuid,
    /// Above nothing.
    #[schemars(with = "AmountAbove")]
    amount: Money,
}

/// A tip that a prompt or a page takes along.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PromptTip")]
pub struct AlongBody {
    /// For which part of the visit.
    appointment_id: Uuid,
    /// Above nothing; on top of what is paid for the visit, and with that in whole shillings.
    #[schemars(with = "AmountAbove")]
    amount: Money,
    /// Who gets how much; together the amount. As the team shares its commission if left out: then a cent that cannot be
    /// divided goes to whoever was entered earlier.
    #[schemars(length(min = 1, max = 20))]
    shares: Option<Vec<ShareBody>>,
}

/// Tips that are paid out.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PayoutBody {
    /// To whom.
    staff_id: Uuid,
    /// Above nothing, at most what is owed.
    #[schemars(with = "AmountAbove")]
    amount: Money,
    /// What for.
    #[schemars(length(min = 1, max = 200))]
    reason: String,
}

/// A tip that is on record.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TipTaken")]
pub struct TipTakenAnswer {
    /// The attempt that brought it, or is to bring it.
    attempt_id: Uuid,
    payment: PaymentAnswer,
}

/// What somebody gets of a tip.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TipShare")]
pub struct ShareAnswer {
    staff_id: Uuid,
    #[schemars(with = "Amount")]
    amount: Money,
}

/// A tip.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Tip")]
pub struct TipAnswer {
    appointment_id: Uuid,
    payment: PaymentAnswer,
    shares: Vec<ShareAnswer>,
    /// The attempt at the visit's own payment that took it along, if one did.
    along_attempt_id: Option<Uuid>,
}

impl TipAnswer {
    fn of(found: &TipRecord, zone: &Zone) -> Self {
        let shares = found.tip.shares.iter().map(|share| ShareAnswer {
            staff_id: share.staff.as_uuid(),
            amount: share.amount,
        });
        Self {
            appointment_id: found.tip.appointment.as_uuid(),
            payment: PaymentAnswer::of(&found.record, zone),
            shares: shares.collect(),
            along_attempt_id: found.along.as_ref().map(|attempt| attempt.id().as_uuid()),
        }
    }
}

/// Tips.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Tips")]
pub struct TipsAnswer {
    items: Vec<TipAnswer>,
}

/// What is owed to somebody.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TipsOwed")]
pub struct OwedLine {
    staff_id: Uuid,
    /// Below nothing if more was given back than is left to pay.
    #[schemars(with = "SignedAmount")]
    amount: Money,
}

/// What of tips is owed to whom.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TipsOwedList")]
pub struct OwedAnswer {
    items: Vec<OwedLine>,
}

fn tender_of(body: &TipBody) -> Result<TipTender, Problem> {
    match (body.tender, body.phone.as_deref()) {
        (TenderWord::Cash, None) => Ok(TipTender::Cash),
        (TenderWord::Cash, Some(_)) => Err(wrong("phone", "goes with prompt and card only")),
        (TenderWord::Prompt, Some(phone)) => Ok(TipTender::Prompt(phone_of(phone)?)),
        (TenderWord::Card, Some(phone)) => Ok(TipTender::Page(phone_of(phone)?)),
        (TenderWord::Prompt | TenderWord::Card, None) => Err(wrong("phone", "say whom to ask")),
    }
}

/// The part of the visit that a tip is for.
fn part_of<'v>(visit: &'v Visit, id: Uuid, field: &str) -> Result<&'v Appointment, Problem> {
    let mut parts = visit.appointments.iter();
    let part = parts.find(|part| part.id().as_uuid() == id);
    part.ok_or_else(|| wrong(field, "must be a part of this visit"))
}

/// Who renders the part, sharing a tip as they share their commission of it; nobody if it is over without that, which
/// refuses no order that was taken before.
async fn team_of(state: &State, tenant: TenantId, part: &Appointment) -> Result<Vec<Renderer>, Problem> {
    if !part.state().keeps_its_time() {
        return Ok(Vec::new());
    }
    let id = Id::from_uuid(part.id().as_uuid());
    let team = state.parts.commission.teams.team(tenant, id).await?;
    let team = team.ok_or_else(Problem::not_found)?;
    let shares = team.staff().iter().zip(team.fractions());
    let renderers = shares.map(|(staff, share)| Renderer {
        staff: Id::from_uuid(staff.as_uuid()),
        weight: share.numerator,
    });
    Ok(renderers.collect())
}

fn shares_of(shares: Option<&[ShareBody]>) -> Option<Vec<TipShare>> {
    let shares = shares?.iter().map(|share| TipShare {
        staff: Id::from_uuid(share.staff_id),
        amount: share.amount,
    });
    Some(shares.collect())
}

/// The tip that a prompt or a page for the visit is to take along.
pub(super) async fn along_of(
    state: &State,
    tenant: TenantId,
    visit: &Visit,
    body: &AlongBody,
) -> Result<TipAlong, Problem> {
    let part = part_of(visit, body.appointment_id, "tip.appointment_id")?;
    Ok(TipAlong {
        appointment: Id::from_uuid(body.appointment_id),
        team: team_of(state, tenant, part).await?,
        amount: body.amount,
        shares: shares_of(body.shares.as_deref()),
    })
}

/// The problem of a tip that is not divided as was said.
pub(super) fn not_divided(refused: SharesRefused) -> Problem {
    let problem = Problem::new(Kind::TipShares, refused.to_string());
    match refused {
        SharesRefused::NobodyRenders => Problem::new(Kind::Unacceptable, refused.to_string()),
        SharesRefused::Count | SharesRefused::Amount(_) => problem,
        SharesRefused::NotOfTheTeam(staff)
        | SharesRefused::Twice(staff)
        | SharesRefused::NotPositive(staff) => problem.with("staff_id", staff),
        SharesRefused::SumDiffers { sum } => problem.with("sum", sum),
    }
}

async fn order_of(
    state: &State,
    visit: &Visit,
    body: &TipBody,
    caller: &Caller,
    key: &IdempotencyKey,
) -> Result<TipOrder, Problem> {
    let part = part_of(visit, body.appointment_id, "appointment_id")?;
    Ok(TipOrder {
        key: request_key(state, &caller.0, key).await?,
        visit: Id::from_uuid(visit.head.id.as_uuid()),
        customer: Id::from_uuid(part.booking().customer.as_uuid()),
        appointment: Id::from_uuid(body.appointment_id),
        team: team_of(state, caller.0.tenant, part).await?,
        shares: shares_of(body.shares.as_deref()),
        amount: body.amount,
        tender: tender_of(body)?,
        by: actor_of(&caller.0)?,
    })
}

async fn take(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    key: IdempotencyKey,
    Checked(body): Checked<TipBody>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let visit = visible(&state, &caller.0, &id).await?;
    let order = order_of(&state, &visit, &body, &caller, &key).await?;
    if body.tender == TenderWord::Card && state.parts.payments.cards.is_none() {
        return Err(Problem::new(Kind::Unacceptable, "cards are not set up"));
    }
    let zone = state.parts.booking.catalogue.zone(tenant).await?;
    let (payments, of) = (&state.parts.payments, order.visit);
    let taken = match payments.tips.take(tenant, order).await {
        Ok(taken) => taken,
        Err(closed @ TakeCashError::TillClosed) => {
            return Err(Problem::new(Kind::TillClosed, closed.to_string()));
        }
        Err(TakeCashError::Refused(error)) => {
            return Err(refused(&state, tenant, of, error).await?);
        }
    };
    let record = payments.book.find(tenant, taken.payment).await?;
    let record = record.ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, format!("/api/v1/payments/{}", taken.payment)))
        .json(TipTakenAnswer {
            attempt_id: taken.attempt.as_uuid(),
            payment: PaymentAnswer::of(&record, &zone),
        }))
}

async fn list(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let visit = visible(&state, &caller.0, &id).await?;
    let visit = Id::from_uuid(visit.head.id.as_uuid());
    let found = state
        .parts
        .payments
        .tips
        .tips
        .tips_of_visit(tenant, visit)
        .await?;
    let zone = state.parts.booking.catalogue.zone(tenant).await?;
    Ok(HttpResponse::Ok().json(TipsAnswer {
        items: found.iter().map(|tip| TipAnswer::of(tip, &zone)).collect(),
    }))
}

async fn owed(state: web::Data<State>, caller: Caller) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let currency = state.parts.booking.catalogue.policy(tenant).await?.currency;
    let owed = state.parts.payments.tips.tips.tips_owed(tenant, currency).await?;
    let items = owed.into_iter().map(|(staff, amount)| OwedLine {
        staff_id: staff.as_uuid(),
        amount,
    });
    Ok(HttpResponse::Ok().json(OwedAnswer {
        items: items.collect(),
    }))
}

async fn pay_out(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    key: IdempotencyKey,
    Checked(body): Checked<PayoutBody>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let till: TillId = id_of(&id)?;
    let reason = Remark::parse(&body.reason).map_err(|fault| wrong("reason", &fault.to_string()))?;
    let asked = format!("tips|{}|{}|{reason}", body.staff_id, text(body.amount));
    let order = TipPayout {
        ordered: ordered(&state, &caller.0, &key, &asked).await?,
        staff: Id::from_uuid(body.staff_id),
        amount: body.amount,
        reason,
        by: actor_of(&caller.0)?,
    };
    let zone = state.parts.booking.catalogue.zone(tenant).await?;
    let drawer = state.parts.payments.till.pay_tip(tenant, till, order).await;
    let drawer = drawer.map_err(not_done)?;
    Ok(HttpResponse::Created().json(DrawerAnswer::of(&drawer, &zone)?))
}
