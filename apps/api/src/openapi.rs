//! The API described by itself: OpenAPI 3.1, made from the register of endpoints.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use ratiba_access::limits::Door;
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::endpoint::{Access, ENDPOINTS, Endpoint, RequestHeader};
use crate::problem::{FieldFault, Kind};
use crate::schema;

/// A problem as RFC 9457 has it. Some kinds have members of their own beside these.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
struct ProblemAnswer {
    /// Which kind: stable, and explained in `docs/api/problems.md`.
    r#type: String,
    /// The same for every occurrence.
    title: String,
    /// The HTTP status.
    status: u16,
    /// About this occurrence, for people.
    detail: String,
    /// Every field that is wrong, at once.
    errors: Option<Vec<FieldFault>>,
}

/// The document, made once.
pub static DOCUMENT: LazyLock<Value> = LazyLock::new(document);

fn document() -> Value {
    let mut generator = schema::generator("/components/schemas");
    let problem = generator.subschema_for::<ProblemAnswer>().to_value();
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for endpoint in ENDPOINTS.iter() {
        let operation = operation(endpoint, &mut generator, &problem);
        paths
            .entry(endpoint.path)
            .or_default()
            .insert(endpoint.method.as_str().to_lowercase(), operation);
    }
    let schemas = generator.take_definitions(true);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Ratiba",
            "version": "1",
            "description": "Runs a spa or salon from WhatsApp. Times are RFC 3339 with an offset, money is in minor units, ids are UUIDs. Every error is application/problem+json. Answers tell in RateLimit and RateLimit-Policy how many more requests there is room for.",
            "license": { "name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "headers": headers(),
            "parameters": { "tenant": {
                "name": crate::caller::TENANT_HEADER, "in": "header", "required": false, "schema": { "type": "string" },
                "description": "The business in which a person acts; needed by who belongs to several. A token has its own.",
            }},
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer", "description": "A personal access token; its scopes and its role say what it may do." },
                "session": { "type": "apiKey", "in": "cookie", "name": crate::cookies::SESSION, "description": "A person who signed in at /auth/login; their role says what they may do. Whoever changes something sends Origin, as browsers do." },
            },
        },
    })
}

/// Headers of answers.
fn headers() -> Value {
    json!({
        "RateLimit": {
            "description": "What was counted together, how many more requests there is room for (`r`), and in how many seconds for all again (`t`).",
            "schema": { "type": "string" },
            "example": "\"caller\";r=0;t=30",
        },
        "RateLimit-Policy": {
            "description": "How many requests (`q`) in how many seconds (`w`).",
            "schema": { "type": "string" },
            "example": "\"caller\";q=6000;w=60",
        },
        "Retry-After": {
            "description": "In how many seconds there is room for one more.",
            "schema": { "type": "integer", "minimum": 1 },
        },
    })
}

fn operation(endpoint: &Endpoint, generator: &mut SchemaGenerator, problem: &Value) -> Value {
    let mut operation = Map::new();
    operation.insert("operationId".to_owned(), json!(operation_id(endpoint)));
    operation.insert("summary".to_owned(), json!(endpoint.summary));
    let description = match endpoint.access {
        Access::Scope(scope) => format!("{}\n\nNeeds the scope `{scope}`.", endpoint.description),
        Access::SignedIn => format!("{}\n\nFor whoever is signed in.", endpoint.description),
        Access::Open(by) => format!("{}\n\nProtected by: {by}.", endpoint.description),
    };
    operation.insert("description".to_owned(), json!(description.trim()));
    operation.insert("tags".to_owned(), json!([endpoint.group]));
    if !matches!(endpoint.access, Access::Open(_)) {
        operation.insert("security".to_owned(), json!([{ "token": [] }, { "session": [] }]));
    }
    let parameters = parameters(endpoint, generator);
    if !parameters.is_empty() {
        operation.insert("parameters".to_owned(), Value::Array(parameters));
    }
    if let Some(body) = endpoint.body {
        let schema = body(generator).to_value();
        // An empty body counts as an empty object, which is enough where no field must be given.
        let named = schema.get("$ref").and_then(Value::as_str);
        let name = named.and_then(|path| path.rsplit('/').next());
        let whole = name
            .and_then(|name| generator.definitions().get(name))
            .unwrap_or(&schema);
        let fields = whole.get("required").and_then(Value::as_array);
        let required = fields.is_some_and(|fields| !fields.is_empty());
        let content =
            json!({ "required": required, "content": { "application/json": { "schema": schema } } });
        operation.insert("requestBody".to_owned(), content);
    }
    operation.insert("responses".to_owned(), responses(endpoint, generator, problem));
    Value::Object(operation)
}

/// `post_api_v1_visits_id_move`: from method and path, so that it is one of a kind.
fn operation_id(endpoint: &Endpoint) -> String {
    let path: String = endpoint
        .path
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                '_'
            }
        })
        .collect();
    let words: Vec<&str> = path.split('_').filter(|word| !word.is_empty()).collect();
    format!("{}_{}", endpoint.method.as_str().to_lowercase(), words.join("_"))
}

fn parameters(endpoint: &Endpoint, generator: &mut SchemaGenerator) -> Vec<Value> {
    let mut parameters = Vec::new();
    if !matches!(endpoint.access, Access::Open(_)) {
        parameters.push(json!({ "$ref": "#/components/parameters/tenant" }));
    }
    for name in endpoint
        .path
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split('}').next())
    {
        parameters.push(json!({ "name": name, "in": "path", "required": true, "schema": path_schema(name) }));
    }
    if let Some(query) = endpoint.query {
        let schema = query(generator).to_value();
        let target = schema
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|target| target.rsplit('/').next());
        // A query's own schema is of no use to anybody once it is taken apart.
        let schema = match target {
            Some(name) => generator.definitions_mut().remove(name).unwrap_or(schema),
            None => schema,
        };
        let required: Vec<&str> = schema
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        for (name, schema) in schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let mut schema = schema.clone();
            let description = schema
                .as_object_mut()
                .and_then(|schema| schema.remove("description"))
                .unwrap_or_default();
            parameters.push(json!({
                "name": name, "in": "query", "required": required.contains(&name.as_str()),
                "description": description.as_str().unwrap_or_default(), "schema": schema,
            }));
        }
    }
    for header in &endpoint.headers {
        let (name, required, description) = match header {
            RequestHeader::IdempotencyKey => (
                "Idempotency-Key",
                true,
                "1 to 100 visible characters. The same key and body give the same outcome, however often they are sent.",
            ),
            RequestHeader::IfMatch => (
                "If-Match",
                true,
                "The ETag of the answer that the change was decided on.",
            ),
            RequestHeader::IfMatchIfAny => (
                "If-Match",
                false,
                "The ETag of the answer that this was decided on; refused if it has moved on since.",
            ),
            RequestHeader::IfNoneMatch => ("If-None-Match", false, "The ETag of an earlier answer."),
            RequestHeader::LastEventId => (
                "Last-Event-ID",
                false,
                "The id of the last event that was seen: the stream goes on behind it.",
            ),
        };
        parameters.push(json!({
            "name": name, "in": "header", "required": required, "description": description, "schema": { "type": "string" },
        }));
    }
    parameters
}

/// What stands in a path under this name.
fn path_schema(name: &str) -> Value {
    match name {
        "day" => json!({ "type": "string", "format": "date" }),
        "number" => json!({ "type": "integer" }),
        name if name == "id" || name.ends_with("_id") => json!({ "type": "string", "format": "uuid" }),
        _other => json!({ "type": "string" }),
    }
}

/// What an answer looks like whose form is not ours to say.
fn foreign_schema(content_type: &str) -> Value {
    if content_type == "application/json" {
        json!({ "type": "object" })
    } else {
        json!({ "type": "string" })
    }
}

fn responses(endpoint: &Endpoint, generator: &mut SchemaGenerator, problem: &Value) -> Value {
    let mut responses: BTreeMap<String, Value> = BTreeMap::new();
    for answer in &endpoint.answers {
        let status = answer.status.to_string();
        // Several forms of one answer stand beside each other.
        let mut response = responses
            .remove(&status)
            .unwrap_or_else(|| json!({ "description": answer.meaning, "content": {} }));
        if let Some(kind) = answer.content_type {
            let schema = answer
                .schema
                .map_or_else(|| foreign_schema(kind), |schema| schema(generator).to_value());
            response["content"][kind] = json!({ "schema": schema });
        } else if let Some(response) = response.as_object_mut() {
            response.remove("content");
        }
        responses.insert(status, response);
    }
    let mut problems: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
    for kind in kinds(endpoint) {
        let slugs = problems.entry(kind.status().as_u16()).or_default();
        if !slugs.contains(&kind.slug()) {
            slugs.push(kind.slug());
        }
    }
    for (status, slugs) in problems {
        // An answer that is no problem may have the status of one.
        let mut response = responses
            .remove(&status.to_string())
            .unwrap_or_else(|| json!({ "description": slugs.join(", "), "content": {} }));
        response["content"]["application/problem+json"] = json!({ "schema": problem });
        if status == Kind::TooManyRequests.status().as_u16() {
            let headers = ["RateLimit", "RateLimit-Policy", "Retry-After"];
            let headers = headers.map(|name| {
                let header = json!({ "$ref": format!("#/components/headers/{name}") });
                (name.to_owned(), header)
            });
            response["headers"] = Value::Object(headers.into_iter().collect());
        }
        responses.insert(status.to_string(), response);
    }
    json!(responses)
}

/// An endpoint's own problems, and those that every one of its shape has.
fn kinds(endpoint: &Endpoint) -> Vec<Kind> {
    let mut kinds = vec![Kind::Unavailable, Kind::MethodNotAllowed, Kind::HeadersTooLarge];
    match endpoint.door {
        Door::Free => {}
        Door::Usual | Door::SignIn | Door::Grant | Door::Webhook => kinds.push(Kind::TooManyRequests),
    }
    match endpoint.access {
        Access::Scope(_) => kinds.extend([
            Kind::Unauthenticated,
            Kind::Forbidden,
            Kind::TenantRequired,
            Kind::NotFound,
        ]),
        Access::SignedIn => kinds.extend([Kind::Unauthenticated, Kind::Forbidden, Kind::NotFound]),
        Access::Open(_) => {}
    }
    if endpoint.query.is_some() || !endpoint.headers.is_empty() {
        kinds.push(Kind::Validation);
    }
    if endpoint.body.is_some() {
        kinds.extend([
            Kind::Validation,
            Kind::BodyTooLarge,
            Kind::TooSlow,
            Kind::UnsupportedMediaType,
        ]);
    }
    if endpoint.path.contains('{') {
        kinds.push(Kind::NotFound);
    }
    kinds.extend_from_slice(&endpoint.problems);
    kinds
}

#[cfg(test)]
mod tests;
