//! Who changed what, and whether the record of it is still what it was.

use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_access::audit::{Finding, Verified};
use ratiba_assembly::audit::{AuditQuery, ShownEntry};
use ratiba_kernel::Zone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::State;
use crate::caller::Caller;
use crate::checked::CheckedQuery;
use crate::dto::Moment;
use crate::endpoint::Endpoint;
use crate::problem::Problem;

/// How many one answer has if nothing else is asked for.
const PAGE: u16 = 50;

/// As whom the database knows Ratiba's programs.
const PROGRAMS_ROLE: &str = "ratiba_app";

/// The endpoints of the record.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/audit", "Who changed what", || web::get().to(list))
            .describe(
                "Changes of money, commission, access and consent, and what was refused of them; the latest first. The next page \
                 begins `before` the last entry of this one. Personal values are shown until the customer is erased.",
            )
            .group("audit")
            .needs(Scope::AuditRead)
            .query::<EntriesQuery>()
            .answers::<AuditPage>(200, "a page of entries"),
        Endpoint::get(
            "/api/v1/audit/verification",
            "Whether the record is still what it was",
            || web::get().to(last),
        )
        .describe("What the last verification found. Each night there is one.")
        .group("audit")
        .needs(Scope::AuditRead)
        .answers::<LastVerification>(200, "the last verification, if there was one"),
        Endpoint::post("/api/v1/audit/verification", "Verify the record now", || {
            web::post().to(verify)
        })
        .describe("Follows the whole chain, and seals before what can be sealed.")
        .group("audit")
        .needs(Scope::AuditRead)
        .answers::<VerificationAnswer>(200, "what was found"),
    ]
}

/// Which entries.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntriesQuery {
    /// Those about this: an id of anything, also of a customer whom a change concerns.
    subject: Option<Uuid>,
    /// Those whose verb begins like this, such as `ratiba.payments.`.
    #[schemars(length(max = 100))]
    verb: Option<String>,
    /// Those of this actor, such as `token:` and an id, `admin:` and a number, `customer` or `system`.
    #[schemars(length(max = 100))]
    actor: Option<String>,
    /// Those of this moment and later.
    from: Option<Moment>,
    /// Those before this moment.
    until: Option<Moment>,
    /// Those with a lower number.
    #[schemars(range(min = 1))]
    before: Option<i64>,
    /// At most so many; 50 if left out.
    #[schemars(range(min = 1, max = 200))]
    limit: Option<u16>,
}

/// What was changed.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AuditSubject")]
pub struct SubjectAnswer {
    /// The kind: the name of its table; `request` for what was refused.
    kind: String,
    id: Option<Uuid>,
}

/// A change.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AuditEntry")]
pub struct EntryAnswer {
    /// Later entries have higher numbers.
    number: i64,
    /// When, by the database's clock.
    at: Moment,
    /// `ratiba.<domain>.<verb>`.
    verb: String,
    subject: SubjectAnswer,
    /// `token:<id>`, `customer`, `system`, `operator`, or of a number its end and a mark by which it can be told from others.
    actor: String,
    /// Through which door: `api` and the route, `job` and its kind, `whatsapp`, `command`; nothing where it is not known.
    origin: Option<String>,
    /// True if it was changed at the database itself, past Ratiba's programs.
    by_hand: bool,
    /// The changed values as they were.
    before: Option<Value>,
    /// The changed values as they became.
    after: Option<Value>,
    /// What was changed besides and is not in `before` and `after`.
    hidden: Vec<String>,
    /// The customer whom the hidden values are about.
    customer_id: Option<Uuid>,
    /// The hidden values, each with `before` and `after`; nothing once the customer is erased.
    personal: Option<Value>,
    /// Where it stands in the chain, once it is sealed, within seconds.
    position: Option<i64>,
}

impl EntryAnswer {
    fn of(shown: ShownEntry, zone: &Zone) -> Self {
        let entry = shown.entry;
        let read = |text: Option<String>| text.and_then(|text| serde_json::from_str(&text).ok());
        Self {
            number: entry.seq,
            at: Moment::of(zone, entry.at),
            verb: entry.verb,
            subject: SubjectAnswer {
                kind: entry.subject_kind,
                id: entry.subject,
            },
            actor: entry.actor,
            origin: entry.origin,
            by_hand: entry.role != PROGRAMS_ROLE,
            before: read(entry.before),
            after: read(entry.after),
            hidden: entry.hidden,
            customer_id: entry.customer,
            personal: shown.personal,
            position: shown.position,
        }
    }
}

/// A page of changes.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AuditPage")]
pub struct AuditPage {
    items: Vec<EntryAnswer>,
    /// For `before`, if there may be more.
    next: Option<i64>,
}

/// What is wrong with the record.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AuditFinding")]
pub struct FindingAnswer {
    /// `changed`, `removed`, `inserted`: an entry; `reordered`, `link_missing`, `rewritten`: the chain.
    kind: &'static str,
    /// The number of the entry, or the position in the chain.
    place: i64,
}

impl FindingAnswer {
    const fn of(finding: Finding) -> Self {
        Self {
            kind: finding.word(),
            place: finding.place(),
        }
    }
}

/// What a verification found.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AuditVerification")]
pub struct VerificationAnswer {
    /// When, by the database's clock.
    at: Moment,
    /// Whether the record is what it was.
    sound: bool,
    /// The number of links.
    head_position: i64,
    /// The hash of the last one, in hexadecimal digits: kept elsewhere, it proves the record up to there.
    head_hash: String,
    /// Entries that are in no link yet.
    unsealed: i64,
    /// Since when the oldest of them waits.
    unsealed_since: Option<Moment>,
    /// What is wrong; at most 100.
    findings: Vec<FindingAnswer>,
}

impl VerificationAnswer {
    fn of(verified: &Verified, zone: &Zone) -> Self {
        Self {
            at: Moment::of(zone, verified.at),
            sound: verified.is_sound(),
            head_position: verified.head.position,
            head_hash: verified.head.hash.to_string(),
            unsealed: verified.unsealed,
            unsealed_since: verified.unsealed_since.map(|at| Moment::of(zone, at)),
            findings: verified.findings.iter().copied().map(FindingAnswer::of).collect(),
        }
    }
}

/// The last verification.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AuditLastVerification")]
pub struct LastVerification {
    /// Nothing before the first night.
    last: Option<VerificationAnswer>,
}

async fn list(
    state: web::Data<State>,
    caller: Caller,
    CheckedQuery(query): CheckedQuery<EntriesQuery>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let most = query.limit.unwrap_or(PAGE);
    let wanted = AuditQuery {
        subject: query.subject,
        verb: query.verb,
        actor: query.actor,
        from: query.from.map(Moment::instant),
        until: query.until.map(Moment::instant),
        before: query.before,
        most,
    };
    let found = state.parts.audit.page(tenant, wanted).await?;
    let zone = state.parts.booking.catalogue.zone(tenant).await?;
    let full = found.len() >= usize::from(most);
    let items: Vec<_> = found
        .into_iter()
        .map(|shown| EntryAnswer::of(shown, &zone))
        .collect();
    let next = items.last().filter(|_| full).map(|last| last.number);
    Ok(HttpResponse::Ok().json(AuditPage { items, next }))
}

async fn last(state: web::Data<State>, caller: Caller) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let last = state.parts.audit.latest(tenant).await?;
    let zone = state.parts.booking.catalogue.zone(tenant).await?;
    Ok(HttpResponse::Ok().json(LastVerification {
        last: last.map(|verified| VerificationAnswer::of(&verified, &zone)),
    }))
}

async fn verify(state: web::Data<State>, caller: Caller) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let verified = state.parts.verify_audit(tenant).await?;
    let zone = state.parts.booking.catalogue.zone(tenant).await?;
    Ok(HttpResponse::Ok().json(VerificationAnswer::of(&verified, &zone)))
}
