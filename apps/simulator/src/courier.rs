//! Carries what providers send by themselves to the product, through whatever is made to go wrong on the way.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::exchange_log::Happening;
use crate::faults::{Fault, Target};
use crate::whatsapp::wire::signature;
use crate::world::{World, elapsed_ms};

/// How much of an answer is looked at, in characters.
const ANSWER_KEPT: usize = 2_000;

/// Something to be delivered.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) target: Target,
    pub(crate) destination: Destination,
    pub(crate) body: Vec<u8>,
    pub(crate) signing: Signing,
    /// Try again, with pauses, while the answer is not 200.
    pub(crate) redelivered: bool,
}

/// Where a delivery goes.
#[derive(Clone, Debug)]
pub(crate) enum Destination {
    /// The webhook of the business, wherever the api is by then.
    Webhook,
    /// The very address that a push or a registration named.
    Callback(String),
    /// The same, with what there is to say in the query of a GET.
    Visit(String),
}

/// The signature a delivery carries.
#[derive(Clone, Debug)]
pub(crate) enum Signing {
    /// One over the body as it is.
    Proper,
    /// This one, whatever the body is.
    Given(String),
    /// None.
    Absent,
}

/// How the first try of a delivery went.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    /// The answer's HTTP status; `None` if there was none, or not yet.
    pub(crate) status: Option<u16>,
    /// The fault that struck.
    pub(crate) fault: Option<&'static str>,
    /// Why there was no answer.
    pub(crate) error: Option<String>,
    /// The beginning of the answer's body.
    pub(crate) answer: String,
}

impl Report {
    /// True if the other side has taken it in the provider's eyes, so that it need not come again.
    fn taken(&self, target: Target) -> bool {
        // PesaPal wants to read it: 500 in a body of status 200 asks to be called again.
        let said = || match serde_json::from_str::<Value>(&self.answer).unwrap_or_default()["status"] {
            Value::Number(ref number) => number.as_u64() == Some(200),
            Value::String(ref text) => text == "200",
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => false,
        };
        self.status == Some(200) && (target != Target::PesapalIpn || said())
    }
}

/// The delivery of a webhook to the business.
pub(crate) fn webhook(target: Target, body: Vec<u8>) -> Delivery {
    Delivery {
        target,
        destination: Destination::Webhook,
        body,
        signing: Signing::Proper,
        redelivered: true,
    }
}

/// Takes the fault that waits for a delivery of this target and phone.
pub(crate) fn fault_for(world: &World, target: Target, phone: &str) -> Option<Fault> {
    world.write(|state| state.faults.take(target, phone))
}

/// Delivers, with `fault` striking, and reports on the first try. Redeliveries follow by themselves.
///
/// It goes on when nobody waits for the report any more, as the provider would.
pub(crate) async fn deliver(world: &Arc<World>, delivery: Delivery, fault: Option<Fault>) -> Report {
    let task = world.runtime.spawn(leave(Arc::clone(world), delivery, fault));
    task.await.unwrap_or_else(|_| Report {
        error: Some("the simulator is stopping".to_owned()),
        ..Report::default()
    })
}

/// One try, with neither faults nor redeliveries.
pub(crate) async fn deliver_once(world: &World, delivery: &Delivery) -> Report {
    send(world, delivery, None).await
}

async fn leave(world: Arc<World>, delivery: Delivery, fault: Option<Fault>) -> Report {
    let struck = fault.as_ref().map(Fault::name);
    let report = match fault {
        // These never strike a delivery here: the control API and the callers see to that.
        None
        | Some(
            Fault::Code { .. }
            | Fault::Html403
            | Fault::Empty5xx { .. }
            | Fault::Html5xx { .. }
            | Fault::TooMany
            | Fault::Shape { .. },
        ) => go(&world, delivery, None).await,
        Some(Fault::Delay { ms }) => {
            let later = Arc::clone(&world);
            world.runtime.spawn(async move {
                sleep(Duration::from_millis(ms)).await;
                go(&later, delivery, Some("delay")).await;
            });
            Report::default()
        }
        Some(Fault::Repeat { times }) => {
            let report = go(&world, delivery.clone(), struck).await;
            for _ in 0..times {
                send(&world, &delivery, struck).await;
            }
            report
        }
        Some(Fault::Reorder) => {
            world.write(|state| state.held.entry(delivery.target).or_default().push(delivery));
            Report::default()
        }
        Some(Fault::Lose) => {
            unsent(&world, &delivery, None, "lose");
            Report::default()
        }
        Some(Fault::Corrupt { signed }) => {
            let report = send(&world, &damaged(&world, &delivery, signed), struck).await;
            after(&world, delivery, &report).await;
            report
        }
        Some(Fault::Error { status, body }) => {
            unsent(&world, &delivery, Some(status), "error");
            let report = Report {
                status: Some(status),
                answer: body,
                ..Report::default()
            };
            redeliver_unless_ok(&world, delivery, &report);
            report
        }
        Some(Fault::AnswerLost) => {
            send(&world, &delivery, struck).await;
            after(&world, delivery, &Report::default()).await;
            Report::default()
        }
    };
    Report {
        fault: struck,
        ..report
    }
}

/// A whole try: send, redeliver later if need be, and let go of what was held back for this.
async fn go(world: &Arc<World>, delivery: Delivery, note: Option<&'static str>) -> Report {
    let report = send(world, &delivery, note).await;
    after(world, delivery, &report).await;
    report
}

async fn after(world: &Arc<World>, delivery: Delivery, report: &Report) {
    let target = delivery.target;
    redeliver_unless_ok(world, delivery, report);
    let held = world
        .write(|state| state.held.remove(&target))
        .unwrap_or_default();
    for delivery in held {
        let report = send(world, &delivery, Some("reorder")).await;
        redeliver_unless_ok(world, delivery, &report);
    }
}

fn redeliver_unless_ok(world: &Arc<World>, delivery: Delivery, report: &Report) {
    if !delivery.redelivered || report.taken(delivery.target) {
        return;
    }
    let later = Arc::clone(world);
    world.runtime.spawn(async move {
        for pause in &later.settings.redelivery_pauses {
            sleep(*pause).await;
            let report = send(&later, &delivery, Some("redelivery")).await;
            if report.taken(delivery.target) {
                return;
            }
        }
        tracing::warn!(exchange = ?delivery.target, "a webhook was given up after its last redelivery");
    });
}

async fn send(world: &World, delivery: &Delivery, note: Option<&str>) -> Report {
    let url = match &delivery.destination {
        Destination::Callback(url) | Destination::Visit(url) => Some(url.clone()),
        Destination::Webhook => world
            .read(|state| state.api_url.clone())
            .map(|api| format!("{}/webhooks/whatsapp", api.trim_end_matches('/'))),
    };
    let Some(url) = url else {
        let error = "it is not known where the api is: POST /sim/config {\"api_url\": …}".to_owned();
        return Report {
            error: Some(error),
            ..Report::default()
        };
    };
    let path = reqwest::Url::parse(&url)
        .map(|url| url.path().to_owned())
        .unwrap_or_default();
    let post = |content_type| world.http.post(&url).header(CONTENT_TYPE, content_type);
    let (method, mut request) = match delivery.destination {
        Destination::Webhook => ("POST", post("application/json")),
        Destination::Callback(_) => ("POST", post("application/json;charset=UTF-8")),
        Destination::Visit(_) => ("GET", world.http.get(&url)),
    };
    let signed = match &delivery.signing {
        Signing::Proper => Some(signature(&world.settings.whatsapp.app_secret, &delivery.body)),
        Signing::Given(signature) => Some(signature.clone()),
        Signing::Absent => None,
    };
    if let Some(signature) = signed {
        request = request.header("X-Hub-Signature-256", signature);
    }
    let start = Instant::now();
    if !delivery.body.is_empty() {
        request = request.body(delivery.body.clone());
    }
    // The address holds a token of the product, which must not reach a log by way of the error.
    let (status, answer, error) = match request.send().await {
        Ok(answer) => {
            let status = answer.status().as_u16();
            (Some(status), answer.text().await.unwrap_or_default(), None)
        }
        Err(error) => (None, String::new(), Some(error.without_url().to_string())),
    };
    world.log(Happening {
        direction: "delivery",
        target: delivery.target,
        method,
        path,
        status,
        ms: elapsed_ms(start),
        note: error.clone().or_else(|| note.map(str::to_owned)),
    });
    Report {
        status,
        fault: None,
        error,
        answer: answer.chars().take(ANSWER_KEPT).collect(),
    }
}

/// Notes a delivery that never left.
fn unsent(world: &World, delivery: &Delivery, status: Option<u16>, note: &str) {
    let path = match &delivery.destination {
        Destination::Webhook => "/webhooks/whatsapp".to_owned(),
        Destination::Callback(url) | Destination::Visit(url) => reqwest::Url::parse(url)
            .map(|url| url.path().to_owned())
            .unwrap_or_default(),
    };
    world.log(Happening {
        direction: "delivery",
        target: delivery.target,
        method: match delivery.destination {
            Destination::Webhook | Destination::Callback(_) => "POST",
            Destination::Visit(_) => "GET",
        },
        path,
        status,
        ms: 0,
        note: Some(note.to_owned()),
    });
}

/// The delivery with half of its body gone.
fn damaged(world: &World, delivery: &Delivery, signed: bool) -> Delivery {
    let mut damaged = delivery.clone();
    damaged.body.truncate(delivery.body.len() / 2);
    if let (Signing::Proper, false) = (&delivery.signing, signed) {
        damaged.signing = Signing::Given(signature(&world.settings.whatsapp.app_secret, &delivery.body));
    }
    damaged
}
