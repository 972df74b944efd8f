//! What an operator of the business may ask for: reversals, and the status of a transaction.
//!
//! Both are accepted at once and worked on later; the outcome is posted to an address of the product's.

use std::sync::Arc;

use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use self::wire::Asking;
use super::door::{admitted, coded, field, gate, refused};
use crate::answer::{Answer, Asked, answer};
use crate::courier::{Delivery, Destination, Report, Signing, deliver, fault_for};
use crate::faults::{Fault, Target};
use crate::mpesa::Results;
use crate::mpesa::requests::{FinishRefused, OperatorRequest, Outcome, RequestKind, RequestState};
use crate::world::World;

pub(super) mod wire;

/// `POST /mpesa/reversal/v1/request`.
pub(crate) async fn reversal(world: Data<World>, request: HttpRequest, body: Bytes) -> HttpResponse {
    respond(world, request, body, RequestKind::Reversal).await
}

/// `POST /mpesa/transactionstatus/v1/query`.
pub(crate) async fn status(world: Data<World>, request: HttpRequest, body: Bytes) -> HttpResponse {
    respond(world, request, body, RequestKind::Status).await
}

async fn respond(world: Data<World>, request: HttpRequest, body: Bytes, kind: RequestKind) -> HttpResponse {
    let world = world.into_inner();
    let phone = payer_of(&world, &field(&body, "TransactionID"));
    let take = |forced: Option<&str>| {
        admitted(&world, &request)
            .and_then(|()| accept(&world, &body, kind, forced))
            .unwrap_or_else(|it| it)
    };
    let asked = Asked {
        target: match kind {
            RequestKind::Reversal => Target::DarajaReversal,
            RequestKind::Status => Target::DarajaStatus,
        },
        phone: &phone,
        request: &request,
    };
    let refuse = |code: &str, message: Option<&str>| {
        if code.contains('.') {
            coded(&world, code, message)
        } else {
            // A code of a result, not of an error: it is accepted, and that comes of it.
            take(Some(code))
        }
    };
    answer(&world, asked, || take(None), refuse).await
}

/// Works on a request that waits, or refuses it with `forced`, and posts the result, once.
pub(crate) async fn finish(
    world: &Arc<World>,
    conversation_id: &str,
    forced: Option<String>,
) -> Result<(OperatorRequest, Report), FinishRefused> {
    let now = world.now();
    let receipt = world.ids.receipt();
    let (request, outcome) =
        world.write(|state| state.mpesa.finish(conversation_id, forced, receipt, now))?;
    let report = post_result(world, &request, &outcome).await;
    Ok((request, report))
}

/// Drops a request that waits, undone, and says so at the address for that, once.
pub(crate) async fn time_out(
    world: &Arc<World>,
    conversation_id: &str,
) -> Result<(OperatorRequest, Report), FinishRefused> {
    let request = world.write(|state| state.mpesa.drop_late(conversation_id))?;
    let phone = payer_of(world, &request.subject);
    let fault = match fault_for(world, Target::DarajaResult, &phone) {
        // There is no result here that could have another code or shape.
        Some(Fault::Code { .. } | Fault::Shape { .. }) => None,
        fault => fault,
    };
    let delivery = delivery(&request.timeout_url, wire::timed_out(&request));
    Ok((request, deliver(world, delivery, fault).await))
}

async fn post_result(world: &Arc<World>, request: &OperatorRequest, outcome: &Outcome) -> Report {
    let account = wire::Account {
        short_code: &world.settings.daraja.short_code,
        name: &world.settings.whatsapp.business_name,
        balance_cents: world.read(|state| state.mpesa.book.balance_cents()),
    };
    let own_id = world.ids.receipt();
    let phone = payer_of(world, &request.subject);
    let (body, fault) = match fault_for(world, Target::DarajaResult, &phone) {
        Some(Fault::Code { code, .. }) => {
            let lie = Outcome::Refused(code);
            (wire::result(request, &lie, &account, &own_id, None), None)
        }
        Some(Fault::Shape { variant }) => (
            wire::result(request, outcome, &account, &own_id, Some(variant)),
            None,
        ),
        fault => (wire::result(request, outcome, &account, &own_id, None), fault),
    };
    deliver(world, delivery(&request.result_url, body), fault).await
}

fn delivery(url: &str, body: Vec<u8>) -> Delivery {
    Delivery {
        target: Target::DarajaResult,
        destination: Destination::Callback(url.to_owned()),
        body,
        signing: Signing::Absent,
        redelivered: false,
    }
}

fn accept(
    world: &Arc<World>,
    body: &[u8],
    kind: RequestKind,
    forced: Option<&str>,
) -> Result<Answer, Answer> {
    let asking = match kind {
        RequestKind::Reversal => gate(world).reversal(body),
        RequestKind::Status => gate(world).status(body),
    };
    let Asking {
        subject,
        amount,
        result_url,
        timeout_url,
        bad_operator,
    } = asking.map_err(|refusal| refused(world, &refusal))?;
    let request = OperatorRequest {
        conversation_id: world.ids.conversation_id(world.now()),
        originator_conversation_id: world.ids.request_id(),
        kind,
        subject,
        amount,
        result_url,
        timeout_url,
        bad_operator,
        at: world.now(),
        state: RequestState::Waiting,
        result_code: None,
        receipt: None,
    };
    let answer = Answer::json(
        200,
        &json!({
            "OriginatorConversationID": request.originator_conversation_id,
            "ConversationID": request.conversation_id,
            "ResponseCode": "0",
            "ResponseDescription": "Accept the service request successfully.",
        }),
    );
    let id = request.conversation_id.clone();
    let results = world.write(|state| {
        state.mpesa.ask(request);
        state.mpesa.manners.results
    });
    let forced = forced.map(str::to_owned);
    if results == Results::AtOnce || forced.is_some() {
        let later = Arc::clone(world);
        world.runtime.spawn(async move {
            // Somebody may have finished it by the control API a moment ago.
            drop(finish(&later, &id, forced).await);
        });
    }
    Ok(answer)
}

/// The phone of whoever paid what a receipt is about, for finding the fault that strikes it.
fn payer_of(world: &World, receipt: &str) -> String {
    world.read(|state| {
        let movement = state.mpesa.book.movement(receipt);
        movement.map(|it| it.phone.clone()).unwrap_or_default()
    })
}
