//! The rules of commission.

use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_commission::rule::{Rule, RuleScope, RuleType, RuleValue, Validity};
use ratiba_commission::use_cases::ManageRulesError;
use ratiba_commission::{RuleId, ServiceCategory};
use ratiba_kernel::{Currency, Id, TenantId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::Date;
use time::macros::format_description;
use uuid::Uuid;

use crate::State;
use crate::caller::Caller;
use crate::checked::Checked;
use crate::dto::id_of;
use crate::endpoint::Endpoint;
use crate::problem::{FieldFault, Kind, Problem};

/// The endpoints of rules.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    let rules = "/api/v1/commission/rules";
    vec![
        Endpoint::get(rules, "The rules of commission", || web::get().to(list))
            .describe("By the first day on which they hold. Owners and managers see all; who earns, the own ones and those of categories.")
            .group("commission")
            .needs(Scope::CommissionRead)
            .answers::<RulesAnswer>(200, "the rules"),
        Endpoint::post(rules, "Add a rule of commission", || web::post().to(add))
            .describe(
                "For one staff member or one category of services. The value's form follows the type; each fault of it is \
                 named with its path. `replaces` ends another rule as this one begins. Nothing of a frozen month changes: \
                 a rule that would reach into it is refused, and what is still to be said of it is an amendment.",
            )
            .group("commission")
            .needs(Scope::CommissionClose)
            .body::<RuleBody>()
            .answers::<RuleAnswer>(201, "the rule")
            .problems(&[Kind::PeriodFrozen, Kind::Conflict, Kind::Unacceptable]),
        Endpoint::post("/api/v1/commission/rules/{id}/end", "End a rule of commission", || {
            web::post().to(end)
        })
        .describe("From the day named on it does not hold any more.")
        .group("commission")
        .needs(Scope::CommissionClose)
        .body::<EndBody>()
        .answers_nothing(204, "it ends then")
        .problems(&[Kind::PeriodFrozen]),
        Endpoint::delete("/api/v1/commission/rules/{id}", "Take a rule of commission away", || {
            web::delete().to(remove)
        })
        .describe("Only one of which no day has come; another one is ended.")
        .group("commission")
        .needs(Scope::CommissionClose)
        .answers_nothing(204, "it is gone")
        .problems(&[Kind::IllegalTransition]),
    ]
}

/// A rule to be added or tried.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CommissionRuleOrder")]
pub struct RuleBody {
    /// Whose; or else a category is named.
    staff_id: Option<Uuid>,
    /// Of which category of services; or else a staff member is named.
    #[schemars(length(min = 1, max = 40))]
    service_category: Option<String>,
    /// `pct`, `fixed` or `tiered`.
    #[schemars(length(min = 3, max = 6))]
    rule_type: String,
    /// What it pays, by its type; see docs/commission.md.
    value: Value,
    /// The first local day on which it holds, such as 2026-06-01.
    #[schemars(length(min = 10, max = 10))]
    valid_from: String,
    /// The first local day on which it does not hold any more; without one it holds for good.
    #[schemars(length(min = 10, max = 10))]
    valid_to: Option<String>,
    /// The rule that ends as this one begins.
    replaces: Option<Uuid>,
}

/// When a rule ends.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CommissionRuleEnd")]
pub struct EndBody {
    /// The first local day on which it does not hold any more.
    #[schemars(length(min = 10, max = 10))]
    on: String,
}

/// All rules.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CommissionRules")]
pub struct RulesAnswer {
    /// By their first day.
    rules: Vec<RuleAnswer>,
}

/// A rule.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CommissionRule")]
pub struct RuleAnswer {
    /// Which one.
    id: Uuid,
    /// Whose.
    staff_id: Option<Uuid>,
    /// Of which category.
    service_category: Option<String>,
    /// `pct`, `fixed` or `tiered`.
    rule_type: String,
    /// What it pays.
    value: Value,
    /// Its first local day.
    valid_from: String,
    /// The first local day after it.
    valid_to: Option<String>,
}

impl RuleAnswer {
    fn of(rule: &Rule) -> Self {
        let (staff_id, service_category) = match &rule.scope {
            RuleScope::Staff(staff) => (Some(staff.as_uuid()), None),
            RuleScope::Category(category) => (None, Some(category.to_string())),
        };
        Self {
            id: rule.id.as_uuid(),
            staff_id,
            service_category,
            rule_type: rule.value.rule_type().to_string(),
            value: rule.value.to_json(),
            valid_from: rule.validity.from().to_string(),
            valid_to: rule.validity.to().map(|to| to.to_string()),
        }
    }
}

/// A local day.
pub(super) fn day(text: &str) -> Option<Date> {
    Date::parse(text, format_description!("[year]-[month]-[day]")).ok()
}

/// Reads a rule, noting every fault with its path below `place`.
pub(super) fn read(
    body: &RuleBody,
    id: RuleId,
    place: &str,
    currency: Currency,
    faults: &mut Vec<FieldFault>,
) -> Option<Rule> {
    let mut fault = |field: &str, message: String| {
        faults.push(FieldFault {
            field: format!("{place}{field}"),
            message,
        });
    };
    let scope = match (body.staff_id, &body.service_category) {
        (Some(staff), None) => Some(RuleScope::Staff(Id::from_uuid(staff))),
        (None, Some(category)) => match ServiceCategory::parse(category) {
            Ok(category) => Some(RuleScope::Category(category)),
            Err(refused) => {
                fault("service_category", refused.to_string());
                None
            }
        },
        (Some(_), Some(_)) | (None, None) => {
            fault("staff_id", "give either a staff member or a category".to_owned());
            None
        }
    };
    let rule_type = RuleType::parse(&body.rule_type);
    if rule_type.is_none() {
        fault("rule_type", "must be pct, fixed or tiered".to_owned());
    }
    let from = day(&body.valid_from);
    if from.is_none() {
        fault("valid_from", "must be a date such as 2026-06-01".to_owned());
    }
    let to = match body.valid_to.as_deref().map(day) {
        None => Some(None),
        Some(Some(to)) => Some(Some(to)),
        Some(None) => {
            fault("valid_to", "must be a date such as 2026-06-01".to_owned());
            None
        }
    };
    let validity = match from.zip(to).map(|(from, to)| Validity::new(from, to)) {
        None => None,
        Some(Ok(validity)) => Some(validity),
        Some(Err(refused)) => {
            fault("valid_to", refused.to_string());
            None
        }
    };
    let value = match (rule_type, &scope) {
        (Some(rule_type), Some(scope)) => match RuleValue::parse(rule_type, scope, &body.value, currency) {
            Ok(value) => Some(value),
            Err(refused) => {
                for found in refused.faults {
                    fault(&found.path, found.problem.to_string());
                }
                None
            }
        },
        (Some(_), None) | (None, _) => None,
    };
    Some(Rule {
        id,
        scope: scope?,
        value: value?,
        validity: validity?,
    })
}

async fn list(state: web::Data<State>, caller: Caller) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let rules = state.parts.commission.rules.list(principal.tenant).await?;
    let visible = rules.iter().filter(|rule| match &rule.scope {
        RuleScope::Staff(staff) => principal.sees_pay_of(staff.as_uuid()),
        RuleScope::Category(_) => principal.sees_rules_for_all(),
    });
    Ok(HttpResponse::Ok().json(RulesAnswer {
        rules: visible.map(RuleAnswer::of).collect(),
    }))
}

async fn add(
    state: web::Data<State>,
    caller: Caller,
    Checked(body): Checked<RuleBody>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let currency = state
        .parts
        .booking
        .catalogue
        .policy(principal.tenant)
        .await?
        .currency;
    let mut faults = Vec::new();
    let id = state.parts.ids.fresh();
    let Some(rule) = read(&body, id, "", currency, &mut faults) else {
        return Err(Problem::fields(faults));
    };
    let shown = RuleAnswer::of(&rule);
    let replaces = body.replaces.map(Id::from_uuid);
    let rules = &state.parts.commission.rules;
    rules
        .add(principal.tenant, rule, replaces)
        .await
        .map_err(refused)?;
    Ok(HttpResponse::Created().json(shown))
}

async fn end(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    Checked(body): Checked<EndBody>,
) -> Result<HttpResponse, Problem> {
    let id: RuleId = id_of(&id)?;
    let Some(on) = day(&body.on) else {
        return Err(Problem::fields(vec![FieldFault {
            field: "on".to_owned(),
            message: "must be a date such as 2026-06-01".to_owned(),
        }]));
    };
    let rules = &state.parts.commission.rules;
    rules.end(caller.0.tenant, id, on).await.map_err(refused)?;
    Ok(HttpResponse::NoContent().finish())
}

async fn remove(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id: RuleId = id_of(&id)?;
    let rules = &state.parts.commission.rules;
    rules.remove(caller.0.tenant, id).await.map_err(refused)?;
    Ok(HttpResponse::NoContent().finish())
}

fn wrong(field: &str, message: String) -> Problem {
    Problem::fields(vec![FieldFault {
        field: field.to_owned(),
        message,
    }])
}

fn refused(error: ManageRulesError) -> Problem {
    let said = error.to_string();
    match error {
        ManageRulesError::MonthFrozen { month } => Problem::new(Kind::PeriodFrozen, said)
            .with("month", month.to_string())
            .with("amendments", "/api/v1/commission/amendments/trials".to_owned()),
        ManageRulesError::Overlaps => Problem::new(Kind::Conflict, said),
        ManageRulesError::UnknownStaff => wrong("staff_id", said),
        ManageRulesError::ReplacesAnother => wrong("replaces", said),
        ManageRulesError::Unknown => Problem::not_found(),
        ManageRulesError::HasBegun => Problem::new(Kind::IllegalTransition, said),
        ManageRulesError::Unavailable(outage) => Problem::unavailable(&outage),
    }
}

/// Rules to be tried, each with an id that no rule on record has and that follows from what it says.
pub(super) async fn proposed(
    state: &State,
    tenant: TenantId,
    bodies: &[RuleBody],
    currency: Currency,
) -> Result<Vec<Rule>, Problem> {
    let mut faults = Vec::new();
    let mut rules = Vec::with_capacity(bodies.len());
    for (index, body) in bodies.iter().enumerate() {
        let place = format!("rules[{index}].");
        let read = read(body, state.parts.ids.fresh(), &place, currency, &mut faults);
        rules.extend(read.map(Rule::named_by_content));
        if let Some(staff) = body.staff_id
            && state.parts.staff.find(tenant, staff).await?.is_none()
        {
            faults.push(FieldFault {
                field: format!("{place}staff_id"),
                message: ManageRulesError::UnknownStaff.to_string(),
            });
        }
    }
    if faults.is_empty() {
        Ok(rules)
    } else {
        Err(Problem::fields(faults))
    }
}
