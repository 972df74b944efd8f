//! In whose name a request is done, and the record of what was refused.
//!
//! What a request changes is recorded by the database, in the transaction of the change. A refusal changes nothing, and its
//! transaction is rolled back: here it is recorded in one of its own.

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode};
use actix_web::{Error, web};
use ratiba_access::{Principal, Scope};
use ratiba_assembly::audit::{Refusal, acting};

use crate::State;
use crate::problem::Problem;

/// Does `work` in the caller's name; a refusal of what changes money, commission, access or consent is recorded.
///
/// # Errors
/// Those of `work`.
pub async fn audited(
    principal: Principal,
    scope: Scope,
    request: ServiceRequest,
    work: impl AsyncFnOnce(ServiceRequest) -> Result<ServiceResponse<BoxBody>, Error>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let asked = format!(
        "{} {}",
        request.method(),
        request.match_pattern().unwrap_or_default()
    );
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD);
    let state = request.app_data::<web::Data<State>>().cloned();
    let origin = format!("api {asked}");
    acting(Some(&principal.name), &origin, async move {
        let answer = work(request).await?;
        let (Some(domain), Some(state), true) = (domain_of(scope), state, changes) else {
            return Ok(answer);
        };
        if let Some(why) = refusal(&answer) {
            let refusal = Refusal {
                domain: domain.to_owned(),
                asked,
                why,
            };
            // Whoever was refused hears so in any case.
            if let Err(outage) = state.parts.audit.refused(principal.tenant, refusal).await {
                tracing::error!(error = ?outage, "a refusal was not recorded");
            }
        }
        Ok(answer)
    })
    .await
}

/// Why a request was refused that was of the right form; `None` if it was not.
fn refusal(answer: &ServiceResponse<BoxBody>) -> Option<String> {
    let decided = [
        StatusCode::FORBIDDEN,
        StatusCode::CONFLICT,
        StatusCode::PRECONDITION_FAILED,
        StatusCode::UNPROCESSABLE_ENTITY,
    ];
    let status = answer.status();
    if !decided.contains(&status) {
        return None;
    }
    let problem = answer.response().error().and_then(Error::as_error::<Problem>);
    Some(problem.map_or_else(
        || status.as_u16().to_string(),
        |problem| problem.kind().slug().to_owned(),
    ))
}

/// The part of the record that a scope's changes belong to; `None` for what is neither money, commission, access nor consent.
const fn domain_of(scope: Scope) -> Option<&'static str> {
    match scope {
        Scope::PaymentsTake
        | Scope::PaymentsResolve
        | Scope::PaymentsRefund
        | Scope::PaymentsRead
        | Scope::TillWork
        | Scope::LedgerRead => Some("payments"),
        Scope::CommissionClose | Scope::CommissionRead => Some("commission"),
        Scope::PayrollRead | Scope::PayrollWrite => Some("payroll"),
        Scope::AuditRead
        | Scope::CalendarsWrite
        | Scope::CredentialsWrite
        | Scope::IntegrationsRead
        | Scope::IntegrationsWrite
        | Scope::TeamRead
        | Scope::TeamWrite
        | Scope::TokensWrite => Some("access"),
        Scope::CustomersRead | Scope::CustomersWrite => Some("consent"),
        Scope::PrivacyWork => Some("privacy"),
        Scope::SettingsRead | Scope::SettingsWrite => Some("settings"),
        Scope::AppointmentsRead
        | Scope::AppointmentsBook
        | Scope::AppointmentsRender
        | Scope::CatalogueRead
        | Scope::CatalogueWrite
        | Scope::ConversationsRead
        | Scope::ConversationsAnswer
        | Scope::ConversationsArchive
        | Scope::ScheduleRead
        | Scope::ScheduleWrite => None,
    }
}
