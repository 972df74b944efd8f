//! The API's own documentation: the OpenAPI document, and a page that shows it.

use std::fmt::Write as _;
use std::sync::LazyLock;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::{HttpResponse, web};
use serde_json::{Map, Value};

use crate::endpoint::Endpoint;
use crate::openapi::DOCUMENT;

/// The endpoints of the documentation.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/openapi.json", "This API in OpenAPI 3.1", || {
            web::get().to(document)
        })
        .group("documentation")
        .open("nothing: it is public")
        .answers_with(200, "application/json", "the document"),
        Endpoint::get("/api/v1/docs", "This API as a page", || web::get().to(page))
            .group("documentation")
            .open("nothing: it is public")
            .answers_with(200, "text/html", "the page"),
    ]
}

static TEXT: LazyLock<String> = LazyLock::new(|| DOCUMENT.to_string());
static PAGE: LazyLock<String> = LazyLock::new(|| rendered(&DOCUMENT));

async fn document() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/json"))
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        .body(TEXT.as_str())
}

async fn page() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        // No script and nothing from elsewhere; the style stands in the page.
        .insert_header((
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        ))
        .body(PAGE.as_str())
}

const HEAD: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Ratiba API</title>\
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><style>\
:root{color-scheme:light dark;--line:#8884;--soft:#8882}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem}\
details{border:1px solid var(--line);border-radius:.5rem;margin:.4rem 0;padding:.4rem .8rem}summary{cursor:pointer}\
code,pre{font:14px/1.4 ui-monospace,monospace}pre{background:var(--soft);padding:.6rem;border-radius:.4rem;overflow-x:auto}\
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;border-top:1px solid var(--line);padding:.25rem .5rem}\
.verb{display:inline-block;min-width:4.5rem;font-weight:600}nav{display:flex;flex-wrap:wrap;gap:.2rem .8rem}</style></head><body>";

/// The document as a page without scripts.
fn rendered(document: &Value) -> String {
    let mut html = String::from(HEAD);
    let info = |name: &str| {
        document
            .pointer(&format!("/info/{name}"))
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let _ = write!(
        html,
        "<h1>{} API</h1><p>{}</p>",
        escaped(info("title")),
        escaped(info("description"))
    );
    html.push_str("<p><a href=\"/api/v1/openapi.json\">openapi.json</a></p>");
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for (path, operations) in members(document.get("paths")) {
        for (verb, operation) in members(Some(operations)) {
            let group = operation
                .pointer("/tags/0")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned();
            let shown = shown_operation(path, verb, operation);
            match groups.iter_mut().find(|(name, _)| *name == group) {
                Some((_, entries)) => entries.push(shown),
                None => groups.push((group, vec![shown])),
            }
        }
    }
    groups.sort();
    html.push_str("<nav>");
    for (group, _) in &groups {
        let _ = write!(html, "<a href=\"#{0}\">{0}</a>", escaped(group));
    }
    html.push_str("<a href=\"#schemas\">schemas</a></nav>");
    for (group, entries) in &groups {
        let _ = write!(
            html,
            "<h2 id=\"{0}\">{0}</h2>{1}",
            escaped(group),
            entries.concat()
        );
    }
    html.push_str("<h2 id=\"schemas\">schemas</h2>");
    for (name, schema) in members(document.pointer("/components/schemas")) {
        let _ = write!(
            html,
            "<details id=\"schema-{0}\"><summary><code>{0}</code></summary>{1}</details>",
            escaped(name),
            shown_schema(schema)
        );
    }
    html.push_str("</body></html>");
    html
}

fn shown_operation(path: &str, verb: &str, operation: &Value) -> String {
    let text = |name: &str| operation.get(name).and_then(Value::as_str).unwrap_or_default();
    let mut html = format!(
        "<details id=\"{}\"><summary><span class=\"verb\">{}</span><code>{}</code> {}</summary><p>{}</p>",
        escaped(text("operationId")),
        escaped(&verb.to_uppercase()),
        escaped(path),
        escaped(text("summary")),
        escaped(text("description"))
    );
    let parameters: Vec<&Value> = operation
        .get("parameters")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .collect();
    if !parameters.is_empty() {
        html.push_str("<table><tr><th>parameter</th><th>in</th><th>form</th><th></th></tr>");
        for parameter in parameters {
            let text = |name: &str| parameter.get(name).and_then(Value::as_str).unwrap_or_default();
            let needed = if parameter.get("required") == Some(&Value::Bool(true)) {
                " (required)"
            } else {
                ""
            };
            let form = parameter.get("schema").map(form_of).unwrap_or_default();
            let _ = write!(
                html,
                "<tr><td><code>{}</code>{needed}</td><td>{}</td><td>{form}</td><td>{}</td></tr>",
                escaped(text("name")),
                escaped(text("in")),
                escaped(text("description"))
            );
        }
        html.push_str("</table>");
    }
    if let Some(schema) = operation.pointer("/requestBody/content/application~1json/schema") {
        let _ = write!(html, "<p>Body: {}</p>", form_of(schema));
    }
    html.push_str("<table><tr><th>status</th><th>meaning</th><th>form</th></tr>");
    for (status, response) in members(operation.get("responses")) {
        let meaning = response
            .get("description")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let schema = members(response.get("content"))
            .next()
            .and_then(|(_, content)| content.get("schema"));
        let form = schema.map(form_of).unwrap_or_default();
        let _ = write!(
            html,
            "<tr><td>{}</td><td>{}</td><td>{form}</td></tr>",
            escaped(status),
            escaped(meaning)
        );
    }
    html.push_str("</table></details>");
    html
}

/// A schema's fields as a table; what is no object as it stands.
fn shown_schema(schema: &Value) -> String {
    let description = schema
        .get("description")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let mut html = format!("<p>{}</p>", escaped(description));
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if schema.get("properties").is_none() {
        let text = serde_json::to_string_pretty(schema).unwrap_or_default();
        let _ = write!(html, "<pre>{}</pre>", escaped(&text));
        return html;
    }
    html.push_str("<table><tr><th>field</th><th>form</th><th></th></tr>");
    for (name, field) in members(schema.get("properties")) {
        let needed = if required.contains(&name) {
            " (required)"
        } else {
            ""
        };
        let meaning = field
            .get("description")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let _ = write!(
            html,
            "<tr><td><code>{}</code>{needed}</td><td>{}</td><td>{}</td></tr>",
            escaped(name),
            form_of(field),
            escaped(meaning)
        );
    }
    html.push_str("</table>");
    html
}

/// A schema in a few words, with a link where it has a name.
fn form_of(schema: &Value) -> String {
    if let Some(name) = schema
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|target| target.rsplit('/').next())
    {
        return format!("<a href=\"#schema-{0}\"><code>{0}</code></a>", escaped(name));
    }
    for word in ["anyOf", "oneOf"] {
        if let Some(forms) = schema.get(word).and_then(Value::as_array) {
            let forms: Vec<String> = forms.iter().map(form_of).collect();
            return forms.join(" or ");
        }
    }
    if let Some(only) = schema.get("const") {
        return format!("<code>{}</code>", escaped(&only.to_string()));
    }
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        let words: Vec<String> = words
            .iter()
            .map(|word| format!("<code>{}</code>", escaped(&word.to_string())))
            .collect();
        return words.join(" or ");
    }
    let kind = match schema.get("type") {
        Some(Value::String(kind)) => kind.clone(),
        Some(Value::Array(kinds)) => {
            let kinds: Vec<&str> = kinds.iter().filter_map(Value::as_str).collect();
            kinds.join(" or ")
        }
        _any => "any".to_owned(),
    };
    let format = schema.get("format").and_then(Value::as_str);
    let of = schema.get("items").map(|each| format!(" of {}", form_of(each)));
    let limits = [
        "minimum",
        "maximum",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
    ]
    .into_iter()
    .filter_map(|word| Some(format!(", {word} {}", schema.get(word)?)));
    format!(
        "{}{}{}{}",
        escaped(&kind),
        format
            .map(|format| format!(" ({})", escaped(format)))
            .unwrap_or_default(),
        of.unwrap_or_default(),
        limits.collect::<String>()
    )
}

fn members(value: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    let fields: Option<&Map<String, Value>> = value.and_then(Value::as_object);
    fields
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.as_str(), value))
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            other => safe.push(other),
        }
    }
    safe
}
