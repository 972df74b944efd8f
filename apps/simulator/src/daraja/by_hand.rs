//! C2B: payments that customers make by themselves, and the two addresses that are told of them.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::time::timeout;

use super::door::{admitted, coded, gate, refused};
use super::wire::Refusal;
use crate::answer::{Answer, Asked, answer};
use crate::clock::fourteen_digits;
use crate::courier::{Delivery, Destination, Report, Signing, deliver, fault_for};
use crate::faults::{Fault, Target, Variant};
use crate::mpesa::book::{Channel, Movement};
use crate::mpesa::statement::starred;
use crate::mpesa::{Registration, ResponseType};
use crate::phones::Phones;
use crate::shape::swap_scalars;
use crate::world::World;

/// How long a validation may take before it counts as unreachable.
const VALIDATION_TIME: Duration = Duration::from_secs(8);
/// What a validation that is answered, but not in a way that can be read, counts as.
const OTHER_REASON: &str = "C2B00016";

/// `POST /mpesa/c2b/v2/registerurl`, and v1.
pub(crate) async fn register(world: Data<World>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let work = || {
        admitted(&world, &request)
            .and_then(|()| keep(&world, &body))
            .unwrap_or_else(|it| it)
    };
    let asked = Asked {
        target: Target::DarajaRegister,
        phone: "",
        request: &request,
    };
    answer(&world, asked, work, |code, message| coded(&world, code, message)).await
}

/// `POST /mpesa/c2b/v2/simulate`, which only the sandbox has.
pub(crate) async fn simulate(world: Data<World>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let world = world.into_inner();
    let by_hand = admitted(&world, &request).and_then(|()| {
        gate(&world)
            .by_hand(&body)
            .map_err(|refusal| refused(&world, &refusal))
    });
    match by_hand {
        Ok(by_hand) => {
            let later = Arc::clone(&world);
            world.runtime.spawn(async move { pay(&later, by_hand).await });
            accepted(&world, "Accept the service request successfully.").respond()
        }
        Err(refusal) => refusal.respond(),
    }
}

/// A payment that a customer makes alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ByHand {
    pub(crate) phone: String,
    /// Whole shillings.
    pub(crate) amount: u64,
    /// What the customer typed as account: anything at all.
    pub(crate) account_reference: String,
    /// Name of the payer; the name of the phone if not said.
    pub(crate) name: Option<String>,
}

/// What became of a payment by hand.
pub(crate) struct Paid {
    /// `None`: the validation refused it, and no money moved.
    pub(crate) receipt: Option<String>,
    /// The validation's verdict, if there was one: `0`, `C2B00012`, …
    pub(crate) verdict: Option<String>,
    /// Of the confirmation, or of the validation that refused.
    pub(crate) report: Report,
}

/// Validates if it is asked for, moves the money, and confirms it, once.
pub(crate) async fn pay(world: &Arc<World>, by_hand: ByHand) -> Paid {
    let now = world.now();
    let receipt = world.ids.receipt();
    let (movement, validated) = world.write(|state| {
        state.phones.customer(&by_hand.phone, None);
        let name = by_hand.name.map_or_else(
            || payer_name(&state.phones, &by_hand.phone),
            |name| name.to_uppercase(),
        );
        let movement = Movement {
            receipt: receipt.clone(),
            channel: Channel::ByHand,
            checkout_request_id: None,
            phone: by_hand.phone,
            name,
            amount: by_hand.amount,
            account_reference: by_hand.account_reference,
            short_code: world.settings.daraja.short_code.clone(),
            at: now,
            reversed_by: None,
        };
        let registration = state.mpesa.registration.clone();
        (movement, registration.filter(|_| state.mpesa.manners.validation))
    });
    let mut verdict = None;
    if let Some(registration) = validated {
        let (said, report) = validate(world, &movement, &registration).await;
        if said != "0" {
            return Paid {
                receipt: None,
                verdict: Some(said),
                report,
            };
        }
        verdict = Some(said);
    }
    world.write(|state| state.mpesa.book.receive(movement.clone()));
    let report = confirm(world, &movement).await;
    Paid {
        receipt: Some(receipt),
        verdict,
        report,
    }
}

/// Posts the confirmation of a payment, once, if there is an address for it.
pub(crate) async fn confirm(world: &Arc<World>, movement: &Movement) -> Report {
    let Some(registration) = world.read(|state| state.mpesa.registration.clone()) else {
        return Report {
            error: Some("no addresses are registered".to_owned()),
            ..Report::default()
        };
    };
    let (variant, fault) = match fault_for(world, Target::DarajaConfirmation, &movement.phone) {
        Some(Fault::Shape { variant }) => (Some(variant), None),
        fault => (None, fault),
    };
    // The balance is the organisation's, after this payment.
    let balance = world.read(|state| state.mpesa.book.balance_cents());
    let balance = format!("{}.{:02}", balance / 100, balance % 100);
    let delivery = Delivery {
        target: Target::DarajaConfirmation,
        destination: Destination::Callback(registration.confirmation_url),
        body: notice(movement, &balance, variant),
        signing: Signing::Absent,
        redelivered: false,
    };
    deliver(world, delivery, fault).await
}

/// The first name of whoever has this phone, as M-Pesa writes it.
pub(crate) fn payer_name(phones: &Phones, phone: &str) -> String {
    let known = phones.customers().find(|customer| customer.wa_id == phone);
    let first = known.and_then(|customer| customer.name.split(' ').next().map(str::to_uppercase));
    first
        .filter(|name| !name.starts_with('+'))
        .unwrap_or_else(|| "CUSTOMER".to_owned())
}

async fn validate(world: &Arc<World>, movement: &Movement, registration: &Registration) -> (String, Report) {
    let fault = fault_for(world, Target::DarajaValidation, &movement.phone);
    let delivery = Delivery {
        target: Target::DarajaValidation,
        destination: Destination::Callback(registration.validation_url.clone()),
        body: notice(movement, "", None),
        signing: Signing::Absent,
        redelivered: false,
    };
    let report = timeout(VALIDATION_TIME, deliver(world, delivery, fault))
        .await
        .unwrap_or_default();
    let verdict = match (report.status, registration.response_type) {
        (Some(200), _) => verdict(&report.answer),
        (_, ResponseType::Completed) => "0".to_owned(),
        (_, ResponseType::Cancelled) => OTHER_REASON.to_owned(),
    };
    (verdict, report)
}

/// The result code in a validation's answer.
fn verdict(answer: &str) -> String {
    match &serde_json::from_str::<Value>(answer).unwrap_or_default()["ResultCode"] {
        Value::String(code) => code.clone(),
        Value::Number(code) => code.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => OTHER_REASON.to_owned(),
    }
}

/// The body of a validation or confirmation.
fn notice(movement: &Movement, balance: &str, variant: Option<Variant>) -> Vec<u8> {
    let is = |wanted| variant == Some(wanted);
    let phone = if is(Variant::HashedPhone) {
        hex::encode(Sha256::digest(&movement.phone))
    } else {
        starred(&movement.phone)
    };
    let reference = if is(Variant::NoReference) {
        ""
    } else {
        &movement.account_reference
    };
    let body = json!({
        "TransactionType": "Pay Bill",
        "TransID": movement.receipt,
        "TransTime": fourteen_digits(movement.at),
        "TransAmount": format!("{}.00", movement.amount),
        "BusinessShortCode": movement.short_code,
        "BillRefNumber": reference,
        "InvoiceNumber": "",
        "OrgAccountBalance": balance,
        "ThirdPartyTransID": "",
        "MSISDN": phone,
        "FirstName": movement.name,
        "MiddleName": "",
        "LastName": "",
    })
    .to_string();
    if is(Variant::Numbers) {
        swap_scalars(&body).into_bytes()
    } else {
        body.into_bytes()
    }
}

fn keep(world: &World, body: &[u8]) -> Result<Answer, Answer> {
    let registration = gate(world)
        .registration(body)
        .map_err(|refusal| refused(world, &refusal))?;
    let kept = world.write(|state| {
        let free = state.mpesa.registration.is_none();
        if free {
            state.mpesa.registration = Some(registration);
        }
        free
    });
    if kept {
        Ok(accepted(world, "success"))
    } else {
        // In production they are set once; the portal deletes them.
        Err(refused(
            world,
            &Refusal::new(500, "500.003.1001", "Urls are already registered"),
        ))
    }
}

fn accepted(world: &World, description: &str) -> Answer {
    Answer::json(
        200,
        &json!({
            // Spelt so on the wire.
            "OriginatorCoversationID": world.ids.request_id(),
            "ResponseCode": "0",
            "ResponseDescription": description,
        }),
    )
}
