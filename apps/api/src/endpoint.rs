//! The register of everything that can be asked: routing, allowed methods, scopes and the OpenAPI document are
//! all made from it, so that none of them can say anything else than the others.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::{Resource, Route, web};
use ratiba_access::Scope;
use ratiba_access::feature::Feature;
use ratiba_access::limits::Door;
use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::body::BodyLimit;
use crate::caller::authorize;
use crate::problem::Kind;
use crate::routes;
use crate::wrong_method;

/// Makes the schema of a type.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// Who may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody; what protects it instead is said.
    Open(&'static str),
    /// Whoever is signed in or has a token, whatever it allows.
    SignedIn,
    /// Whoever has the scope, and a role that allows it.
    Scope(Scope),
}

/// What comes back when all is well.
#[derive(Clone, Copy)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The content type; nothing comes back without one.
    pub content_type: Option<&'static str>,
    /// The schema of a JSON answer.
    pub schema: Option<SchemaOf>,
    /// What it means.
    pub meaning: &'static str,
}

/// A header that a request must or may carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestHeader {
    /// `Idempotency-Key`, required.
    IdempotencyKey,
    /// `If-Match`, required.
    IfMatch,
    /// `If-Match`, optional: who sends it decides on that version or not at all.
    IfMatchIfAny,
    /// `If-None-Match`, optional.
    IfNoneMatch,
    /// `Last-Event-ID`, optional.
    LastEventId,
}

/// One method of one path.
pub struct Endpoint {
    /// The method.
    pub method: Method,
    /// The path, with `{names}` for what varies.
    pub path: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    /// The rest of what there is to know.
    pub description: &'static str,
    /// The group that it is shown in.
    pub group: &'static str,
    /// Who may ask.
    pub access: Access,
    /// How often it may be asked: with which others its requests are counted.
    pub door: Door,
    /// The schema of its query.
    pub query: Option<SchemaOf>,
    /// The schema of its body.
    pub body: Option<SchemaOf>,
    /// The headers that it reads.
    pub headers: Vec<RequestHeader>,
    /// Its good answers.
    pub answers: Vec<Answer>,
    /// The problems that are its own; those of every route are added by the document.
    pub problems: Vec<Kind>,
    /// The largest body.
    pub body_limit: Option<BodyLimit>,
    /// The feature that it belongs to; without it there is no such thing.
    pub feature: Option<Feature>,
    route: fn() -> Route,
}

fn schema<T: JsonSchema>() -> SchemaOf {
    |generator| generator.subschema_for::<T>()
}

impl Endpoint {
    /// A method of a path, answered by the route.
    #[must_use]
    pub fn new(method: Method, path: &'static str, summary: &'static str, route: fn() -> Route) -> Self {
        Self {
            method,
            path,
            summary,
            description: "",
            group: "",
            access: Access::Open("nothing"),
            door: Door::Usual,
            query: None,
            body: None,
            headers: Vec::new(),
            answers: Vec::new(),
            problems: Vec::new(),
            body_limit: None,
            feature: None,
            route,
        }
    }

    /// A `GET`.
    #[must_use]
    pub fn get(path: &'static str, summary: &'static str, route: fn() -> Route) -> Self {
        Self::new(Method::GET, path, summary, route)
    }

    /// A `POST`.
    #[must_use]
    pub fn post(path: &'static str, summary: &'static str, route: fn() -> Route) -> Self {
        Self::new(Method::POST, path, summary, route)
    }

    /// A `PUT`.
    #[must_use]
    pub fn put(path: &'static str, summary: &'static str, route: fn() -> Route) -> Self {
        Self::new(Method::PUT, path, summary, route)
    }

    /// A `PATCH`.
    #[must_use]
    pub fn patch(path: &'static str, summary: &'static str, route: fn() -> Route) -> Self {
        Self::new(Method::PATCH, path, summary, route)
    }

    /// A `DELETE`.
    #[must_use]
    pub fn delete(path: &'static str, summary: &'static str, route: fn() -> Route) -> Self {
        Self::new(Method::DELETE, path, summary, route)
    }

    /// Whoever asks needs this scope.
    #[must_use]
    pub const fn needs(mut self, scope: Scope) -> Self {
        self.access = Access::Scope(scope);
        self
    }

    /// Whoever is signed in or has a token may ask.
    #[must_use]
    pub const fn signed_in(mut self) -> Self {
        self.access = Access::SignedIn;
        self
    }

    /// Anybody may ask; what protects it instead.
    #[must_use]
    pub const fn open(mut self, protected_by: &'static str) -> Self {
        self.access = Access::Open(protected_by);
        self
    }

    /// Counted with others of its kind.
    #[must_use]
    pub const fn door(mut self, door: Door) -> Self {
        self.door = door;
        self
    }

    /// Shown in this group.
    #[must_use]
    pub const fn group(mut self, group: &'static str) -> Self {
        self.group = group;
        self
    }

    /// With more to know.
    #[must_use]
    pub const fn describe(mut self, description: &'static str) -> Self {
        self.description = description;
        self
    }

    /// Reads a query of this form (see [`crate::checked::CheckedQuery`]).
    #[must_use]
    pub fn query<T: JsonSchema>(mut self) -> Self {
        self.query = Some(schema::<T>());
        self
    }

    /// Reads a body of this form (see [`crate::checked::Checked`]).
    #[must_use]
    pub fn body<T: JsonSchema>(mut self) -> Self {
        self.body = Some(schema::<T>());
        self
    }

    /// Reads a header.
    #[must_use]
    pub fn header(mut self, header: RequestHeader) -> Self {
        match header {
            RequestHeader::IdempotencyKey => {
                self.problems.push(Kind::IdempotencyKeyRequired);
                self.problems.push(Kind::IdempotencyKeyReused);
            }
            RequestHeader::IfMatch => {
                self.problems.push(Kind::PreconditionRequired);
                self.problems.push(Kind::Stale);
            }
            RequestHeader::IfMatchIfAny => self.problems.push(Kind::Stale),
            RequestHeader::IfNoneMatch | RequestHeader::LastEventId => {}
        }
        self.headers.push(header);
        self
    }

    /// Answers with JSON of this form.
    #[must_use]
    pub fn answers<T: JsonSchema>(mut self, status: u16, meaning: &'static str) -> Self {
        self.answers.push(Answer {
            status,
            content_type: Some("application/json"),
            schema: Some(schema::<T>()),
            meaning,
        });
        self
    }

    /// Answers with something else than JSON of ours, such as text, or an object as a provider wants it.
    #[must_use]
    pub fn answers_with(mut self, status: u16, content_type: &'static str, meaning: &'static str) -> Self {
        self.answers.push(Answer {
            status,
            content_type: Some(content_type),
            schema: None,
            meaning,
        });
        self
    }

    /// Answers with a status alone.
    #[must_use]
    pub fn answers_nothing(mut self, status: u16, meaning: &'static str) -> Self {
        self.answers.push(Answer {
            status,
            content_type: None,
            schema: None,
            meaning,
        });
        self
    }

    /// May answer with these problems.
    #[must_use]
    pub fn problems(mut self, kinds: &[Kind]) -> Self {
        self.problems.extend_from_slice(kinds);
        self
    }

    /// Belongs to a feature: a 404 for businesses that do not have it.
    #[must_use]
    pub fn part_of(mut self, feature: Feature) -> Self {
        self.feature = Some(feature);
        if !self.problems.contains(&Kind::NotFound) {
            self.problems.push(Kind::NotFound);
        }
        self
    }

    /// Takes larger or smaller bodies than the others.
    #[must_use]
    pub const fn body_limit(mut self, limit: BodyLimit) -> Self {
        self.body_limit = Some(limit);
        self
    }
}

/// Every endpoint of the public listener.
pub static ENDPOINTS: LazyLock<Vec<Endpoint>> = LazyLock::new(routes::endpoints);

/// What is asked of each method of each path.
static BY_PATH: LazyLock<BTreeMap<(&'static str, &'static str), &'static Endpoint>> = LazyLock::new(|| {
    let named = |endpoint: &'static Endpoint| ((endpoint.path, endpoint.method.as_str()), endpoint);
    ENDPOINTS.iter().map(named).collect()
});

/// A method of a path, if it exists.
#[must_use]
pub fn find(pattern: &str, method: &Method) -> Option<&'static Endpoint> {
    BY_PATH.get(&(pattern, method.as_str())).copied()
}

/// The paths with their methods, in the order of the register.
#[must_use]
pub fn paths() -> Vec<(&'static str, Vec<&'static Endpoint>)> {
    let mut paths: Vec<(&'static str, Vec<&'static Endpoint>)> = Vec::new();
    for endpoint in ENDPOINTS.iter() {
        match paths.iter_mut().find(|(path, _)| *path == endpoint.path) {
            Some((_, endpoints)) => endpoints.push(endpoint),
            None => paths.push((endpoint.path, vec![endpoint])),
        }
    }
    paths
}

/// Puts every endpoint in its place; a known path with another method answers 405.
pub fn configure(config: &mut web::ServiceConfig) {
    config.app_data(crate::body::API_BODY_MAX);
    // A path without names goes before one with: `/waitlist/offers` is no `/waitlist/{id}`.
    let mut paths = paths();
    paths.sort_by_key(|(path, _)| path.matches('{').count());
    for (path, endpoints) in paths {
        let mut resource: Resource = web::resource(path);
        for endpoint in endpoints {
            if let Some(limit) = endpoint.body_limit {
                resource = resource.app_data(limit);
            }
            resource = resource.route((endpoint.route)().method(endpoint.method.clone()));
        }
        let resource = resource.default_service(web::to(wrong_method));
        config.service(resource.wrap(from_fn(authorize)));
    }
}
