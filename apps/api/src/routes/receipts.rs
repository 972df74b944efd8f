//! The receipt of a visit: as data, as text, as a document.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, VARY};
use actix_web::{HttpRequest, HttpResponse, web};
use ratiba_access::Scope;
use ratiba_assembly::receipts::{DrawnReceipt, Tongue};
use ratiba_kernel::{Money, MoneyError, Outage, Zone};
use ratiba_payments::receipt::{LineKind, VisitReceipt};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::payments::visible;
use crate::State;
use crate::accept::preferred;
use crate::caller::Caller;
use crate::checked::CheckedQuery;
use crate::dto::{Amount, Moment};
use crate::endpoint::Endpoint;
use crate::problem::{Kind, Problem};

/// The endpoints of receipts.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/visits/{id}/receipt", "The receipt of a visit", || {
            web::get().to(show)
        })
        .describe(
            "What the visit costs, what was paid for it by which tender, what went back and what is still owed, as it stands \
             now. JSON, text or PDF, by `Accept`; text and PDF are in the customer's language unless another is asked for. \
             Tips stand apart and are in no sum.",
        )
        .group("payments")
        .needs(Scope::PaymentsRead)
        .query::<ReceiptQuery>()
        .answers::<ReceiptAnswer>(200, "the receipt")
        .answers_with(200, "text/plain", "the receipt")
        .answers_with(200, "application/pdf", "the receipt")
        .problems(&[Kind::NotFound, Kind::NotAcceptable]),
    ]
}

/// A language of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum LanguageWord {
    /// English.
    #[serde(rename = "en")]
    English,
    /// Swahili.
    #[serde(rename = "sw")]
    Swahili,
}

/// Which receipt.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiptQuery {
    /// In which language; the customer's if left out.
    language: Option<LanguageWord>,
}

/// The receipt of a visit. What was received is what is kept, what became credit and what was refunded; credit that came of
/// this visit and was spent on it again is in neither. What is charged is what is kept, what was let off and the balance, but
/// for rounding and for what was paid ahead.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Receipt")]
pub struct ReceiptAnswer {
    /// Which visit.
    visit_id: Uuid,
    /// As customers know the business.
    business: String,
    /// What the customer names the visit by.
    reference: String,
    /// When it was drawn up.
    issued_at: Moment,
    /// What is charged.
    lines: Vec<ReceiptLine>,
    /// All of it.
    #[schemars(with = "Amount")]
    charged: Money,
    /// Given to the staff on top; part of no sum here.
    #[schemars(with = "Amount")]
    tips: Money,
    /// Each of them, the oldest first.
    tips_given: Vec<ReceiptTip>,
    /// What was paid, oldest first.
    paid: Vec<ReceiptTender>,
    /// All of it.
    #[schemars(with = "Amount")]
    received: Money,
    /// What of it is the customer's credit now.
    #[schemars(with = "Amount")]
    to_credit: Money,
    /// What went back, or is on its way, oldest first.
    refunds: Vec<ReceiptRefund>,
    /// All of it.
    #[schemars(with = "Amount")]
    refunded: Money,
    /// What the business keeps of it.
    #[schemars(with = "Amount")]
    kept: Money,
    /// What it gave back by its own decision: that is not asked for again, unlike what a card's owner took back.
    #[schemars(with = "Amount")]
    let_off: Money,
    /// What is still to be paid.
    #[schemars(with = "Amount")]
    balance: Money,
}

/// One thing that is charged.
#[derive(Serialize, JsonSchema)]
pub struct ReceiptLine {
    /// `service`, or `fee` for one that was cancelled or not come to.
    kind: &'static str,
    /// The service, in the language of the receipt.
    service: String,
    /// When it begins.
    at: Moment,
    /// The list price.
    #[schemars(with = "Amount")]
    list: Money,
    /// What is taken off it.
    #[schemars(with = "Amount")]
    discount: Money,
    /// What is charged.
    #[schemars(with = "Amount")]
    charged: Money,
}

/// A tip.
#[derive(Serialize, JsonSchema)]
pub struct ReceiptTip {
    /// How much, without what went back of it.
    #[schemars(with = "Amount")]
    amount: Money,
    /// `mpesa`, `card` or `cash`; none where it was handed over without the house.
    tender: Option<&'static str>,
    /// The provider's number for it, where it gives one.
    number: Option<String>,
}

/// Money that was given.
#[derive(Serialize, JsonSchema)]
pub struct ReceiptTender {
    /// `mpesa`, `card`, `cash`, `credit` or `elsewhere`.
    tender: &'static str,
    /// How much.
    #[schemars(with = "Amount")]
    amount: Money,
    /// The provider's number for it, where it gives one.
    number: Option<String>,
    /// When it is known to have been given.
    at: Option<Moment>,
}

/// Money that went back.
#[derive(Serialize, JsonSchema)]
pub struct ReceiptRefund {
    /// `mpesa`, `card`, `cash`, `credit` or `elsewhere`.
    tender: &'static str,
    /// How much.
    #[schemars(with = "Amount")]
    amount: Money,
    /// The provider's number for it, if there is one.
    number: Option<String>,
    /// Since when it stands as it does.
    at: Moment,
    /// Whether it has arrived.
    done: bool,
}

impl ReceiptAnswer {
    fn of(visit: Uuid, receipt: &VisitReceipt, zone: &Zone) -> Result<Self, MoneyError> {
        let about = &receipt.about;
        let lines = about.lines.iter().map(|line| {
            Ok(ReceiptLine {
                kind: match line.kind {
                    LineKind::Service => "service",
                    LineKind::Fee => "fee",
                },
                service: line.what.clone(),
                at: Moment::of(zone, line.at),
                list: line.list,
                discount: line.discount,
                charged: line.charged()?,
            })
        });
        let paid = receipt.given.iter().map(|given| ReceiptTender {
            tender: given.tender.as_str(),
            amount: given.amount,
            number: given.number.as_ref().map(|number| number.as_str().to_owned()),
            at: given.at.map(|at| Moment::of(zone, at)),
        });
        let tips = about.tips.iter().map(|tip| {
            let number = tip.through.as_ref().and_then(|(_, number)| number.as_ref());
            ReceiptTip {
                amount: tip.amount,
                tender: tip.through.as_ref().map(|(tender, _)| tender.as_str()),
                number: number.map(|number| number.as_str().to_owned()),
            }
        });
        let refunds = receipt.returned.iter().map(|back| ReceiptRefund {
            tender: back.tender.as_str(),
            amount: back.amount,
            number: back
                .number
                .as_ref()
                .map(|number| number.as_str().to_owned())
                .or_else(|| back.reference.clone()),
            at: Moment::of(zone, back.at),
            done: back.done,
        });
        Ok(Self {
            visit_id: visit,
            business: about.business.clone(),
            reference: about.reference.clone(),
            issued_at: Moment::of(zone, about.issued_at),
            lines: lines.collect::<Result<_, MoneyError>>()?,
            charged: receipt.charged()?,
            tips: receipt.tipped()?,
            tips_given: tips.collect(),
            paid: paid.collect(),
            received: receipt.received()?,
            to_credit: receipt.to_credit,
            refunds: refunds.collect(),
            refunded: receipt.given_back()?,
            kept: receipt.kept()?,
            let_off: about.let_off,
            balance: about.owed,
        })
    }
}

/// In which form.
#[derive(Clone, Copy)]
enum Form {
    Json,
    Text,
    Pdf,
}

async fn show(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    CheckedQuery(query): CheckedQuery<ReceiptQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let visit = visible(&state, principal, &id).await?;
    let form = preferred(
        &request,
        &[
            ("application/json", Form::Json),
            ("text/plain", Form::Text),
            ("application/pdf", Form::Pdf),
        ],
    )?;
    let tongue = query.language.map(|language| match language {
        LanguageWord::English => Tongue::English,
        LanguageWord::Swahili => Tongue::Swahili,
    });
    let drawn = state
        .parts
        .visit_receipt(principal.tenant, &visit, tongue)
        .await?;
    answer(visit.head.id.as_uuid(), &drawn, form)
}

fn answer(visit: Uuid, drawn: &DrawnReceipt, form: Form) -> Result<HttpResponse, Problem> {
    let mut response = HttpResponse::Ok();
    // It is of this moment, and holds what nobody else may see.
    response.insert_header((CACHE_CONTROL, "no-store"));
    response.insert_header((VARY, "Accept"));
    Ok(match form {
        Form::Json => {
            let receipt = ReceiptAnswer::of(visit, &drawn.receipt, &drawn.zone);
            response.json(receipt.map_err(Outage::new)?)
        }
        Form::Text => response
            .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
            .body(drawn.text()?),
        Form::Pdf => response
            .insert_header((CONTENT_TYPE, "application/pdf"))
            .insert_header((
                CONTENT_DISPOSITION,
                format!("inline; filename=\"{}\"", drawn.file_name()),
            ))
            .body(drawn.pdf()?),
    })
}
