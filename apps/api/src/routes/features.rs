//! Features that a business has, or switched off.

use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_access::feature::{Feature, Standing};
use ratiba_kernel::Zone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::members::zone;
use crate::State;
use crate::caller::Caller;
use crate::checked::Checked;
use crate::dto::Moment;
use crate::endpoint::Endpoint;
use crate::problem::{Kind, Problem};

/// The endpoints of features.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/features", "The features", || web::get().to(list))
            .describe("Which of them the business has, and who said so. What is off is a 404 wherever it is asked for.")
            .group("settings")
            .needs(Scope::SettingsRead)
            .answers::<FeaturesAnswer>(200, "the features"),
        Endpoint::put("/api/v1/features/{name}", "Switch a feature", || {
            web::put().to(switch)
        })
        .describe(
            "From the next request on. A business has a feature if it is on here and the operator did not switch it off for \
             everybody.",
        )
        .group("settings")
        .needs(Scope::SettingsWrite)
        .body::<FeatureBody>()
        .answers::<FeatureAnswer>(200, "the feature as it stands now")
        .problems(&[Kind::UnknownFeature]),
    ]
}

/// How a feature is to be.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FeatureBody {
    /// Whether the business wants it.
    on: bool,
}

/// A feature.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Feature")]
pub struct FeatureAnswer {
    name: &'static str,
    /// What it is.
    meaning: &'static str,
    /// Whether the business has it: it wants it, and the operator lets it.
    on: bool,
    /// What counts where the business never said.
    default_on: bool,
    /// Whether the operator lets anybody have it.
    instance_on: bool,
    /// What the business said, if it said anything.
    wanted: Option<bool>,
    /// Who said so last, such as `person:` and an id.
    changed_by: Option<String>,
    changed_at: Option<Moment>,
}

/// The features.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Features")]
pub struct FeaturesAnswer {
    items: Vec<FeatureAnswer>,
}

impl FeatureAnswer {
    fn of(standing: &Standing, zone: &Zone) -> Self {
        let said = standing.said.as_ref();
        Self {
            name: standing.feature.name(),
            meaning: standing.feature.meaning(),
            on: standing.is_on(),
            default_on: standing.feature.default_on(),
            instance_on: standing.instance_on,
            wanted: said.map(|said| said.on),
            changed_by: said.map(|said| said.by.clone()),
            changed_at: said.map(|said| Moment::of(zone, said.at)),
        }
    }
}

async fn list(state: web::Data<State>, caller: Caller) -> Result<HttpResponse, Problem> {
    let standings = state.parts.access.features.list(caller.0.tenant).await?;
    let zone = zone(&state, &caller.0).await?;
    let items = standings.iter().map(|one| FeatureAnswer::of(one, &zone));
    Ok(HttpResponse::Ok().json(FeaturesAnswer {
        items: items.collect(),
    }))
}

async fn switch(
    state: web::Data<State>,
    caller: Caller,
    name: web::Path<String>,
    Checked(body): Checked<FeatureBody>,
) -> Result<HttpResponse, Problem> {
    let feature: Feature = name
        .parse()
        .map_err(|unknown: ratiba_access::feature::UnknownFeature| {
            Problem::new(Kind::UnknownFeature, format!("the name {unknown}"))
        })?;
    let features = &state.parts.access.features;
    let standing = features.switch(&caller.0, feature, body.on).await?;
    let zone = zone(&state, &caller.0).await?;
    Ok(HttpResponse::Ok().json(FeatureAnswer::of(&standing, &zone)))
}
