//! What a business decides about commission beside the rules.

use actix_web::http::header::ETAG;
use actix_web::{HttpResponse, web};
use ratiba_access::{Principal, Scope};
use ratiba_booking::appointment::Version;
use ratiba_commission::ports::PutSettingsError;
use ratiba_commission::settings::CommissionSettings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, IfMatch, etag};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{FieldFault, Kind, Problem};

/// The endpoints of commission's settings.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    let path = "/api/v1/settings/commission";
    vec![
        Endpoint::get(path, "The settings of commission", || web::get().to(show))
            .describe("Guarantees are told to owners and managers; everybody else sees the own one only.")
            .group("settings")
            .needs(Scope::SettingsRead)
            .answers::<SettingsForm>(200, "the settings"),
        Endpoint::put(path, "Replace the settings of commission", || web::put().to(replace))
            .describe("Whole. What is frozen stays; months that are open are computed by what holds when they are closed.")
            .group("settings")
            .needs(Scope::SettingsWrite)
            .header(RequestHeader::IfMatch)
            .body::<SettingsForm>()
            .answers::<SettingsForm>(200, "the settings"),
    ]
}

/// What a no-show earns on.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum NoShowBaseWord {
    /// Nothing.
    None,
    /// The fee for not coming.
    Fee,
    /// The list price.
    Price,
}

/// Who freezes a month.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum CloseModeWord {
    /// The schedule.
    Automatic,
    /// A manager, after a look.
    Review,
}

/// The stretch of a guarantee.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum StretchWord {
    /// Each day on which something was rendered.
    Day,
    /// The month.
    Period,
}

/// A step of the table of fees.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CommissionFeeStep")]
pub struct FeeForm {
    /// The smallest payment on this step, in minor units; 0 in the first.
    #[schemars(range(min = 0))]
    from_minor: i64,
    /// What each payment costs, in minor units.
    #[serde(default)]
    #[schemars(range(min = 0))]
    flat_minor: i64,
    /// What it costs in proportion, in basis points.
    #[serde(default)]
    #[schemars(range(min = 0, max = 10_000))]
    basis_points: u32,
}

/// What somebody is guaranteed.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CommissionGuarantee")]
pub struct GuaranteeForm {
    /// Who.
    staff_id: Uuid,
    /// For which stretch.
    per: StretchWord,
    /// How much, in minor units.
    #[schemars(range(min = 0))]
    amount_minor: i64,
}

/// The settings of commission.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CommissionSettings")]
pub struct SettingsForm {
    /// Whether a staff rule's general value goes before the category's rule.
    staff_before_category: bool,
    /// What a no-show earns on.
    no_show_base: NoShowBaseWord,
    /// Who freezes a month.
    close_mode: CloseModeWord,
    /// What collecting money costs where the provider reported no charge; steps rise from 0.
    #[schemars(length(max = 100))]
    payment_fees: Vec<FeeForm>,
    /// Who is guaranteed what; what the commission falls short of it is topped up.
    #[schemars(length(max = 500))]
    guarantees: Vec<GuaranteeForm>,
    /// What an amendment may not push a month's pay below, in minor units; null: it takes back all.
    #[schemars(range(min = 0))]
    clawback_floor_minor: Option<i64>,
}

/// The settings, with the guarantees of whose pay may be seen.
fn answer(
    principal: &Principal,
    settings: &CommissionSettings,
    version: i32,
) -> Result<HttpResponse, Problem> {
    let mut form = settings.to_json();
    let told = settings
        .guarantees
        .iter()
        .filter(|(staff, _)| principal.sees_pay_of(staff.as_uuid()));
    let listed = told.map(
        |(staff, given)| json!({ "staff_id": staff, "per": given.per, "amount_minor": given.amount_minor }),
    );
    if let Some(fields) = form.as_object_mut() {
        fields.insert("guarantees".to_owned(), listed.collect());
    }
    let form: SettingsForm = serde_json::from_value(form).map_err(|error| {
        Problem::new(
            Kind::Unacceptable,
            format!("the settings cannot be told: {error}"),
        )
    })?;
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, etag(Version::read(version))))
        .json(form))
}

async fn show(state: web::Data<State>, caller: Caller) -> Result<HttpResponse, Problem> {
    let rules = &state.parts.commission.rules;
    let (settings, version) = rules.settings(caller.0.tenant).await?;
    answer(&caller.0, &settings, version)
}

async fn replace(
    state: web::Data<State>,
    caller: Caller,
    IfMatch(seen): IfMatch,
    Checked(body): Checked<SettingsForm>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let mut faults = Vec::new();
    let mut guarantees = Map::new();
    for (index, given) in body.guarantees.iter().enumerate() {
        if state.parts.staff.find(tenant, given.staff_id).await?.is_none() {
            faults.push(FieldFault {
                field: format!("guarantees[{index}].staff_id"),
                message: "there is no such staff member".to_owned(),
            });
        }
        let said = json!({ "per": given.per, "amount_minor": given.amount_minor });
        guarantees.insert(given.staff_id.to_string(), said);
    }
    if !faults.is_empty() {
        return Err(Problem::fields(faults));
    }
    let mut form = json!(body);
    if let Some(fields) = form.as_object_mut() {
        fields.insert("guarantees".to_owned(), Value::Object(guarantees));
    }
    let rules = &state.parts.commission.rules;
    let (known, _) = rules.settings(tenant).await?;
    let settings = CommissionSettings::parse(known.zone, known.currency, &form).map_err(|refused| {
        Problem::fields(vec![FieldFault {
            field: "settings".to_owned(),
            message: refused.to_string(),
        }])
    })?;
    let put = rules
        .change_settings(tenant, settings.clone(), seen.number())
        .await;
    match put {
        Ok(version) => answer(&caller.0, &settings, version),
        Err(PutSettingsError::Stale) => Err(Problem::new(
            Kind::Stale,
            "the settings are not at the version that If-Match names",
        )),
        Err(PutSettingsError::Unavailable(outage)) => Err(Problem::unavailable(&outage)),
    }
}
