//! The templates of the business account: submitted, approved at once, listed; another state on demand.

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data, Json, Path};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{refusal, refusal_of};
use crate::answer::{Answer, bearer};
use crate::courier::{deliver, webhook};
use crate::faults::Target;
use crate::whatsapp::wire;
use crate::world::World;

/// A template that the business submitted.
#[derive(Clone, Debug)]
pub(crate) struct Submitted {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) language: String,
    pub(crate) category: String,
    /// WhatsApp's word, such as `APPROVED`.
    pub(crate) status: String,
    pub(crate) reason: Option<String>,
}

/// What is to become of a submitted template.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Verdict {
    pub(crate) name: String,
    pub(crate) language: String,
    /// WhatsApp's word, such as `PAUSED`.
    pub(crate) event: String,
    #[serde(default)]
    pub(crate) reason: Option<String>,
}

/// `POST /{version}/{account}/message_templates`.
pub(crate) async fn create(
    world: Data<World>,
    path: Path<(String, String)>,
    request: HttpRequest,
    body: Bytes,
) -> HttpResponse {
    let world = world.into_inner();
    let (_, account) = path.into_inner();
    if let Some(refused) = not_theirs(&world, &account, &request) {
        return refused.respond();
    }
    let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let text = |key: &str| body[key].as_str().map(str::to_owned);
    let (Some(name), Some(language), Some(category)) = (text("name"), text("language"), text("category"))
    else {
        return refusal(
            &world,
            100,
            "Invalid parameter: name, language and category are needed.",
        )
        .respond();
    };
    if let Some(why) = unacceptable(&body) {
        return refusal(&world, 100, why).respond();
    }
    let taken = world.write(|state| {
        let templates = &mut state.phones.submitted;
        let known = templates
            .iter()
            .any(|it| (&it.name, &it.language) == (&name, &language));
        // A rejected one may be submitted again.
        templates.retain(|it| (&it.name, &it.language) != (&name, &language) || it.status != "REJECTED");
        let still = templates
            .iter()
            .any(|it| (&it.name, &it.language) == (&name, &language));
        if known && still {
            return None;
        }
        let id = format!("77{:08}", templates.len() + 1);
        templates.push(Submitted {
            id: id.clone(),
            name: name.clone(),
            language: language.clone(),
            category: category.clone(),
            status: "PENDING".to_owned(),
            reason: None,
        });
        Some(id)
    });
    let Some(id) = taken else {
        return refusal_of(
            &world,
            (100, Some(2_388_024)),
            "There is already content in this language for this template.",
        )
        .respond();
    };
    let verdict = Verdict {
        name,
        language,
        event: "APPROVED".to_owned(),
        reason: None,
    };
    let judge = Arc::clone(&world);
    world.runtime.spawn(async move { decide(&judge, verdict).await });
    Answer::json(
        200,
        &json!({ "id": id, "status": "PENDING", "category": category }),
    )
    .respond()
}

/// `GET /{version}/{account}/message_templates`.
pub(crate) async fn list(
    world: Data<World>,
    path: Path<(String, String)>,
    request: HttpRequest,
) -> HttpResponse {
    let world = world.into_inner();
    let (_, account) = path.into_inner();
    if let Some(refused) = not_theirs(&world, &account, &request) {
        return refused.respond();
    }
    let row = |it: &Submitted| {
        json!({ "id": it.id, "name": it.name, "language": it.language, "status": it.status, "category": it.category,
            "rejected_reason": it.reason.as_deref().unwrap_or("NONE") })
    };
    let rows: Vec<Value> = world.read(|state| state.phones.submitted.iter().map(row).collect());
    Answer::json(
        200,
        &json!({ "data": rows, "paging": { "cursors": { "after": "QVFI" } } }),
    )
    .respond()
}

/// `POST /sim/template-verdicts`: another state of a submitted template, told to the business.
pub(crate) async fn judge(world: Data<World>, verdict: Json<Verdict>) -> HttpResponse {
    let world = world.into_inner();
    if decide(&world, verdict.into_inner()).await {
        HttpResponse::Ok().json(json!({}))
    } else {
        HttpResponse::NotFound().json(json!({ "error": "there is no such template" }))
    }
}

/// Keeps the state and tells the business; `false` if there is no such template.
async fn decide(world: &Arc<World>, verdict: Verdict) -> bool {
    let known = world.write(|state| {
        let template = state
            .phones
            .submitted
            .iter_mut()
            .find(|it| it.name == verdict.name && it.language == verdict.language)?;
        template.status.clone_from(&verdict.event);
        template.reason.clone_from(&verdict.reason);
        Some(template.clone())
    });
    let Some(template) = known else { return false };
    let envelope = wire::template_envelope(&world.settings.whatsapp, &template, world.now());
    let delivery = webhook(Target::WhatsAppStatus, wire::bytes(&envelope));
    deliver(world, delivery, None).await;
    true
}

fn not_theirs(world: &World, account: &str, request: &HttpRequest) -> Option<Answer> {
    let settings = &world.settings.whatsapp;
    if bearer(request).as_deref() != Some(settings.access_token.as_str()) {
        return Some(refusal(
            world,
            190,
            "The access token is missing, malformed or expired.",
        ));
    }
    let theirs = account == settings.waba_id;
    (!theirs).then(|| {
        refusal(
            world,
            33,
            "The business account does not exist or has been deleted.",
        )
    })
}

/// What the real one would refuse at once.
fn unacceptable(body: &Value) -> Option<&'static str> {
    let components = body["components"].as_array()?;
    let text = components
        .iter()
        .find(|it| it["type"] == "BODY")
        .and_then(|it| it["text"].as_str());
    let Some(text) = text else {
        return Some("Invalid parameter: a template has a BODY.");
    };
    if text.chars().count() > 1_024 {
        return Some("Invalid parameter: the BODY is longer than 1024 characters.");
    }
    if text.starts_with("{{") || text.ends_with("}}") {
        return Some("Invalid parameter: variables can't be at the start or end of the template.");
    }
    let wanted = text.matches("{{").count();
    let examples = components
        .iter()
        .find_map(|it| it["example"]["body_text"][0].as_array())
        .map_or(0, Vec::len);
    (wanted != examples).then_some("Invalid parameter: an example of each variable is needed.")
}
