//! On which terms somebody is employed: for owners and managers only.

use actix_web::http::header::{CACHE_CONTROL, ETAG};
use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_booking::appointment::Version;
use ratiba_kernel::{Id, Money};
use ratiba_staff::employment::{Employment, EmploymentFault, EmploymentForm};
use ratiba_staff::member::Member;
use ratiba_staff::use_cases::RecordEmploymentError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, IfMatch, etag};
use crate::dto::{Amount, Day, id_of};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{FieldFault, Kind, Problem};

const PATH: &str = "/api/v1/staff/{id}/employment";

/// The endpoints of employment.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(PATH, "On which terms somebody is employed", || {
            web::get().to(show)
        })
        .describe("As far as it is known here; payroll is the authority.")
        .group("payroll")
        .needs(Scope::PayrollRead)
        .answers::<EmploymentAnswer>(200, "the terms"),
        Endpoint::put(PATH, "Say on which terms somebody is employed", || {
            web::put().to(put)
        })
        .describe("What is left out is not known. The version is the member's.")
        .group("payroll")
        .needs(Scope::PayrollWrite)
        .header(RequestHeader::IfMatch)
        .body::<EmploymentBody>()
        .answers::<EmploymentAnswer>(200, "the terms"),
    ]
}

/// On which terms somebody is employed.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EmploymentBody {
    /// `A` or `P`, nine digits and a letter.
    #[schemars(length(max = 30))]
    kra_pin: Option<String>,
    /// At most 20 digits.
    #[schemars(length(max = 30))]
    nssf_number: Option<String>,
    /// Digits with dashes, after `CR` or alone.
    #[schemars(length(max = 40))]
    shif_number: Option<String>,
    /// Since when they work here.
    hire_date: Option<Day>,
    /// `permanent`, `casual`, `commission_only` or `apprentice`.
    #[schemars(length(max = 20))]
    employment_type: Option<String>,
    /// The base pay of a month, in cents of Kenyan shillings.
    #[schemars(range(min = 0))]
    base_pay_kes_minor: Option<i64>,
}

/// On which terms somebody is employed.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Employment")]
pub struct EmploymentAnswer {
    staff_id: Uuid,
    kra_pin: Option<String>,
    nssf_number: Option<String>,
    shif_number: Option<String>,
    hire_date: Option<Day>,
    /// `permanent`, `casual`, `commission_only` or `apprentice`.
    employment_type: Option<&'static str>,
    /// The base pay of a month.
    #[schemars(with = "Option<Amount>")]
    base_pay: Option<Money>,
    /// For `If-Match`: the member's.
    version: i32,
}

impl EmploymentAnswer {
    fn of(staff: Uuid, employment: &Employment, version: i32) -> Self {
        Self {
            staff_id: staff,
            kra_pin: employment.kra_pin.as_ref().map(|pin| pin.reveal().to_owned()),
            nssf_number: employment
                .nssf_number
                .as_ref()
                .map(|number| number.reveal().to_owned()),
            shif_number: employment
                .shif_number
                .as_ref()
                .map(|number| number.reveal().to_owned()),
            hire_date: employment.hire_date.map(Day),
            employment_type: employment.employment_type.map(|terms| terms.as_str()),
            base_pay: employment.base_pay,
            version,
        }
    }

    fn respond(self) -> HttpResponse {
        HttpResponse::Ok()
            .insert_header((ETAG, etag(Version::read(self.version))))
            .insert_header((CACHE_CONTROL, "no-store"))
            .json(self)
    }
}

async fn found(state: &State, caller: &Caller, id: &str) -> Result<Member, Problem> {
    let id: ratiba_staff::member::StaffId = id_of(id)?;
    let member = state.parts.staff.find(caller.0.tenant, id.as_uuid()).await?;
    member.ok_or_else(Problem::not_found)
}

async fn show(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let member = found(&state, &caller, &id).await?;
    let answer = EmploymentAnswer::of(member.id.as_uuid(), &member.employment, member.version);
    Ok(answer.respond())
}

async fn put(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(version): IfMatch,
    Checked(body): Checked<EmploymentBody>,
) -> Result<HttpResponse, Problem> {
    let id: ratiba_staff::member::StaffId = id_of(&id)?;
    let form = EmploymentForm {
        kra_pin: body.kra_pin,
        nssf_number: body.nssf_number,
        shif_number: body.shif_number,
        hire_date: body.hire_date.map(|day| day.0),
        employment_type: body.employment_type,
        base_pay_kes_minor: body.base_pay_kes_minor,
    };
    let employment = Employment::parse(&form)
        .map_err(|faults| Problem::fields(faults.into_iter().map(fault_of).collect()))?;
    let employ = &state.parts.staff.employ;
    let recorded = employ
        .at_version(
            caller.0.tenant,
            Id::from_uuid(id.as_uuid()),
            version.number(),
            employment.clone(),
        )
        .await;
    let version = recorded.map_err(|error| match error {
        RecordEmploymentError::Unknown => Problem::not_found(),
        RecordEmploymentError::Stale => {
            Problem::new(Kind::Stale, "it is not at the version that If-Match names")
        }
        RecordEmploymentError::Unavailable(outage) => Problem::unavailable(&outage),
    })?;
    Ok(EmploymentAnswer::of(id.as_uuid(), &employment, version).respond())
}

/// The field and what is wrong with it, which a fault names together.
fn fault_of(fault: EmploymentFault) -> FieldFault {
    let said = fault.to_string();
    let (field, message) = said.split_once(": ").unwrap_or(("employment", &said));
    FieldFault {
        field: field.to_owned(),
        message: message.to_owned(),
    }
}
