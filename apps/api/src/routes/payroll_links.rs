//! Who of the team is whom at payroll, and where the two differ.

use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_assembly::payroll_directory::DirectoryError;
use ratiba_kernel::{Id, Outage};
use ratiba_payroll::StaffId;
use ratiba_payroll::employee::{Link, StaffNumber};
use ratiba_payroll::ports::LinkError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::appointments::wrong;
use crate::State;
use crate::caller::Caller;
use crate::checked::Checked;
use crate::dto::id_of;
use crate::endpoint::Endpoint;
use crate::problem::{Kind, Problem};

/// The endpoints of people at payroll.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/payroll/links", "Who is whom at payroll", || {
            web::get().to(links)
        })
        .group("payroll")
        .needs(Scope::PayrollRead)
        .answers::<LinksAnswer>(200, "the staff numbers"),
        Endpoint::get(
            "/api/v1/payroll/differences",
            "Where payroll and the team differ",
            || web::get().to(list_differences),
        )
        .describe(
            "As payroll's system tells it at this moment. First days and terms are taken over every night; the rest is put right by \
             a person, here or there.",
        )
        .group("payroll")
        .needs(Scope::PayrollRead)
        .answers::<DifferencesAnswer>(200, "the differences")
        .problems(&[Kind::Unacceptable]),
        Endpoint::put(
            "/api/v1/staff/{id}/payroll-link",
            "Say who somebody is at payroll",
            || web::put().to(put_link),
        )
        .describe("What was handed over stays under the number that it had.")
        .group("payroll")
        .needs(Scope::PayrollWrite)
        .body::<LinkBody>()
        .answers::<LinkAnswer>(200, "the staff number")
        .problems(&[Kind::Conflict]),
        Endpoint::delete(
            "/api/v1/staff/{id}/payroll-link",
            "Take back who somebody is at payroll",
            || web::delete().to(delete_link),
        )
        .describe("Twice is once.")
        .group("payroll")
        .needs(Scope::PayrollWrite)
        .answers_nothing(204, "taken back"),
    ]
}

/// Who somebody is at payroll.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkBody {
    /// Payroll's number of the person.
    #[schemars(length(min = 1, max = 40))]
    staff_no: String,
    /// Payroll's own id beside it.
    #[schemars(length(min = 1, max = 100))]
    external_id: Option<String>,
}

/// Who somebody is at payroll.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PayrollLink")]
pub struct LinkAnswer {
    staff_id: Uuid,
    staff_no: String,
    external_id: Option<String>,
}

/// Who is whom at payroll.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PayrollLinks")]
pub struct LinksAnswer {
    items: Vec<LinkAnswer>,
}

/// One difference.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PayrollDifference")]
pub struct DifferenceAnswer {
    /// Who here, if anybody.
    staff_id: Option<Uuid>,
    /// Who there, if anybody.
    staff_no: Option<String>,
    /// `no_number`, `unknown_there`, `unknown_here`, `left_there`, `left_here`, `name`, `hire_date` or `terms`.
    what: &'static str,
}

/// Where payroll and the team differ.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PayrollDifferences")]
pub struct DifferencesAnswer {
    items: Vec<DifferenceAnswer>,
}

impl LinkAnswer {
    fn of(link: &Link) -> Self {
        Self {
            staff_id: link.staff.as_uuid(),
            staff_no: link.number.to_string(),
            external_id: link.external_id.clone(),
        }
    }
}

async fn links(state: web::Data<State>, caller: Caller) -> Result<HttpResponse, Problem> {
    let links = state.parts.payroll.book.links(caller.0.tenant).await?;
    Ok(HttpResponse::Ok().json(LinksAnswer {
        items: links.iter().map(LinkAnswer::of).collect(),
    }))
}

async fn list_differences(state: web::Data<State>, caller: Caller) -> Result<HttpResponse, Problem> {
    let found = state.parts.payroll_differences(caller.0.tenant).await;
    let found = found.map_err(|error| match error {
        DirectoryError::NoSystem => Problem::new(Kind::Unacceptable, error.to_string()),
        DirectoryError::Gateway(error) => Problem::unavailable(&Outage::new(error)),
        DirectoryError::Unavailable(outage) => Problem::unavailable(&outage),
    })?;
    let items = found.iter().map(|one| DifferenceAnswer {
        staff_id: one.staff.map(|staff| staff.as_uuid()),
        staff_no: one.number.as_ref().map(ToString::to_string),
        what: one.what.as_str(),
    });
    Ok(HttpResponse::Ok().json(DifferencesAnswer {
        items: items.collect(),
    }))
}

async fn put_link(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    Checked(body): Checked<LinkBody>,
) -> Result<HttpResponse, Problem> {
    let staff: StaffId = id_of(&id)?;
    let number = StaffNumber::parse(&body.staff_no).map_err(|error| wrong("staff_no", &error.to_string()))?;
    let link = Link {
        staff: Id::from_uuid(staff.as_uuid()),
        number,
        external_id: body.external_id,
    };
    let written = state.parts.payroll.book.link(caller.0.tenant, link.clone()).await;
    written.map_err(|error| match error {
        LinkError::Taken => Problem::new(Kind::Conflict, error.to_string()),
        LinkError::Unknown => Problem::not_found(),
        LinkError::Unavailable(outage) => Problem::unavailable(&outage),
    })?;
    Ok(HttpResponse::Ok().json(LinkAnswer::of(&link)))
}

async fn delete_link(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let staff: StaffId = id_of(&id)?;
    // Somebody else's people are as unknown as those who never were.
    let member = state.parts.staff.find(caller.0.tenant, staff.as_uuid()).await?;
    member.ok_or_else(Problem::not_found)?;
    state.parts.payroll.book.unlink(caller.0.tenant, staff).await?;
    Ok(HttpResponse::NoContent().finish())
}
