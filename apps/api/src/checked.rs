//! Bodies, queries and headers that were checked: a handler that holds one need not look again.

use std::collections::BTreeMap;

use actix_web::dev::Payload;
use actix_web::http::header::IF_MATCH;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::future::LocalBoxFuture;
use ratiba_booking::appointment::Version;
use ratiba_booking::visit::HoldKey;
use ratiba_kernel::Fingerprint;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::future::{Ready, ready};

use crate::body::JsonBody;
use crate::json;
use crate::problem::{FieldFault, Kind, Problem};
use crate::schema;

/// A JSON body that fits its schema; an empty one counts as an empty object.
pub struct Checked<T>(pub T);

impl<T: JsonSchema + DeserializeOwned + 'static> FromRequest for Checked<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = JsonBody::from_request(request, payload);
        Box::pin(async move {
            let JsonBody(bytes) = body.await?;
            let value = if bytes.iter().all(u8::is_ascii_whitespace) {
                Value::Object(Map::new())
            } else {
                json::read(&bytes)?
            };
            Ok(Self(read(value)?))
        })
    }
}

/// A query that fits its schema. Unknown parameters are refused, and so is one that is given twice.
pub struct CheckedQuery<T>(pub T);

impl<T: JsonSchema + DeserializeOwned + 'static> FromRequest for CheckedQuery<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(query(request.query_string()).map(Self))
    }
}

fn query<T: JsonSchema + DeserializeOwned + 'static>(text: &str) -> Result<T, Problem> {
    let unreadable = |_| Problem::new(Kind::Validation, "the query cannot be read");
    let pairs = web::Query::<Vec<(String, String)>>::from_query(text)
        .map_err(unreadable)?
        .into_inner();
    let schema = schema::schema_of::<T>();
    let properties = schema.get("properties").and_then(Value::as_object);
    let mut given: BTreeMap<String, String> = BTreeMap::new();
    let mut faults = Vec::new();
    for (name, value) in pairs {
        if given.insert(name.clone(), value).is_some() {
            faults.push(FieldFault {
                field: name,
                message: "is given twice".to_owned(),
            });
        }
    }
    if !faults.is_empty() {
        return Err(Problem::fields(faults));
    }
    let typed = given.into_iter().map(|(name, text)| {
        let schema = properties.and_then(|properties| properties.get(&name));
        let value = typed(schema, text);
        (name, value)
    });
    read(Value::Object(typed.collect()))
}

/// A parameter's text as the JSON that its schema asks for, where it can be that.
fn typed(schema: Option<&Value>, text: String) -> Value {
    let is = |word: &str| {
        schema
            .and_then(|schema| schema.get("type"))
            .is_some_and(|kind| match kind {
                Value::String(kind) => kind == word,
                Value::Array(kinds) => kinds.iter().any(|kind| kind == word),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
            })
    };
    if is("integer")
        && let Ok(number) = text.parse::<i64>()
    {
        return Value::from(number);
    }
    if is("boolean")
        && let Ok(answer) = text.parse::<bool>()
    {
        return Value::from(answer);
    }
    Value::String(text)
}

fn read<T: JsonSchema + DeserializeOwned + 'static>(value: Value) -> Result<T, Problem> {
    let faults = schema::faults(&schema::schema_of::<T>(), &value);
    if !faults.is_empty() {
        return Err(Problem::fields(faults));
    }
    serde_json::from_value(value).map_err(|error| Problem::new(Kind::Validation, error.to_string()))
}

/// The `Idempotency-Key` of a request that must have one: 1 to 100 visible ASCII characters.
pub struct IdempotencyKey {
    key: String,
    place: Fingerprint,
}

impl IdempotencyKey {
    /// The key as it was sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.key
    }

    /// Where it was sent: the method and the path.
    #[must_use]
    pub const fn place(&self) -> Fingerprint {
        self.place
    }

    /// The key as orders have it: apart from the keys that this instance makes itself.
    ///
    /// # Errors
    /// [`Problem`] of kind `validation`.
    pub fn of_order(&self) -> Result<HoldKey, Problem> {
        HoldKey::parse(&format!("api:{}", self.key))
            .map_err(|fault| Problem::new(Kind::Validation, fault.to_string()))
    }
}

impl FromRequest for IdempotencyKey {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let Some(given) = request.headers().get("Idempotency-Key") else {
            return ready(Err(Problem::new(
                Kind::IdempotencyKeyRequired,
                "send Idempotency-Key with 1 to 100 visible characters, a new one for each new order",
            )));
        };
        let key = given
            .to_str()
            .ok()
            .filter(|key| (1..=100).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()));
        let place = Fingerprint::of(&format!("{} {}", request.method(), request.path()));
        ready(match key {
            Some(key) => Ok(Self {
                key: key.to_owned(),
                place,
            }),
            None => Err(Problem::fields(vec![FieldFault {
                field: "Idempotency-Key".to_owned(),
                message: "must have 1 to 100 visible characters".to_owned(),
            }])),
        })
    }
}

/// The version in `If-Match` of a request that must have one.
pub struct IfMatch(pub Version);

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(version_of(request).map(Self))
    }
}

/// The version in `If-Match`, if it is sent: something may be on record or not yet, or what is asked for may make sense
/// whatever was seen.
pub struct IfMatchIfAny(pub Option<Version>);

impl FromRequest for IfMatchIfAny {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        if !request.headers().contains_key(IF_MATCH) {
            return ready(Ok(Self(None)));
        }
        ready(version_of(request).map(|version| Self(Some(version))))
    }
}

impl IfMatchIfAny {
    /// Refuses if another version is on record than the one that was sent.
    ///
    /// # Errors
    /// [`Problem`] of kind `stale`.
    pub fn holds_of(&self, recorded: Version) -> Result<(), Problem> {
        match self.0 {
            Some(seen) if seen != recorded => Err(Problem::new(
                Kind::Stale,
                "it is not at the version that If-Match names",
            )),
            Some(_) | None => Ok(()),
        }
    }
}

fn version_of(request: &HttpRequest) -> Result<Version, Problem> {
    let Some(header) = request.headers().get(IF_MATCH) else {
        return Err(Problem::new(
            Kind::PreconditionRequired,
            "send If-Match with the ETag of the last answer",
        ));
    };
    let number = header
        .to_str()
        .ok()
        .and_then(|text| text.trim().trim_matches('"').parse().ok());
    number
        .map(Version::read)
        .ok_or_else(|| Problem::new(Kind::Validation, "If-Match must be the ETag of an earlier answer"))
}

/// The `ETag` of a version.
#[must_use]
pub fn etag(version: Version) -> String {
    format!("\"{}\"", version.number())
}

#[cfg(test)]
mod tests;
