//! What opens the business's own accounts at providers: put there and taken away, never shown.

use std::fmt;

use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_assembly::credentials::{CredentialError, CredentialName, CredentialValue, StoredCredential};
use ratiba_kernel::Zone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::State;
use crate::caller::Caller;
use crate::checked::Checked;
use crate::dto::Moment;
use crate::endpoint::Endpoint;
use crate::problem::{FieldFault, Kind, Problem};

/// The endpoints of credentials.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/api/v1/provider-credentials",
            "Which credentials the business keeps",
            || web::get().to(list),
        )
        .describe("Names and times; a value is never shown.")
        .group("access")
        .needs(Scope::CredentialsWrite)
        .answers::<CredentialsAnswer>(200, "the credentials"),
        Endpoint::put(
            "/api/v1/provider-credentials/{provider}/{name}",
            "Keep a credential",
            || web::put().to(set),
        )
        .describe(
            "In place of the one before. The business's own is used wherever it is whole: `whatsapp/access_token`; \
             `mpesa/consumer_key`, `mpesa/consumer_secret` and `mpesa/passkey` together; `pesapal/consumer_key` and \
             `pesapal/consumer_secret` together. Until then, and for what is not kept, the instance's own is.",
        )
        .group("access")
        .needs(Scope::CredentialsWrite)
        .body::<SetBody>()
        .answers_nothing(204, "kept")
        .problems(&[Kind::NotFound, Kind::Unacceptable]),
        Endpoint::delete(
            "/api/v1/provider-credentials/{provider}/{name}",
            "Take a credential away",
            || web::delete().to(remove),
        )
        .group("access")
        .needs(Scope::CredentialsWrite)
        .answers_nothing(204, "it is gone")
        .problems(&[Kind::NotFound]),
    ]
}

/// A credential to be kept.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SetCredential")]
pub struct SetBody {
    /// The credential as the provider gave it.
    #[schemars(length(min = 1, max = 4096))]
    value: String,
}

impl fmt::Debug for SetBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SetBody(…)")
    }
}

/// A credential that is kept.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Credential")]
pub struct CredentialAnswer {
    /// `whatsapp`, `mpesa` or `pesapal`.
    provider: &'static str,
    /// `access_token`, `consumer_key`, `consumer_secret` or `passkey`.
    name: &'static str,
    /// The name of the key under which it is stored.
    key: String,
    set_at: Moment,
}

impl CredentialAnswer {
    fn of(stored: StoredCredential, zone: &Zone) -> Self {
        Self {
            provider: stored.name.provider(),
            name: stored.name.name(),
            key: stored.sealed.key,
            set_at: Moment::of(zone, stored.set_at),
        }
    }
}

/// The credentials that the business keeps.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Credentials")]
pub struct CredentialsAnswer {
    items: Vec<CredentialAnswer>,
}

fn named(path: &(String, String)) -> Result<CredentialName, Problem> {
    CredentialName::parse(&path.0, &path.1).ok_or_else(Problem::not_found)
}

async fn list(state: web::Data<State>, caller: Caller) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let kept = state.parts.credentials.keep.list(tenant).await?;
    let zone = state.parts.booking.catalogue.zone(tenant).await?;
    let items = kept
        .into_iter()
        .map(|stored| CredentialAnswer::of(stored, &zone))
        .collect();
    Ok(HttpResponse::Ok().json(CredentialsAnswer { items }))
}

async fn set(
    state: web::Data<State>,
    caller: Caller,
    path: web::Path<(String, String)>,
    Checked(body): Checked<SetBody>,
) -> Result<HttpResponse, Problem> {
    let name = named(&path)?;
    let value = CredentialValue::parse(&body.value).map_err(|fault| {
        Problem::fields(vec![FieldFault {
            field: "value".to_owned(),
            message: fault.to_string(),
        }])
    })?;
    match state.parts.credentials.set(caller.0.tenant, name, &value).await {
        Ok(()) => Ok(HttpResponse::NoContent().finish()),
        Err(CredentialError::NoKeys) => Err(Problem::new(
            Kind::Unacceptable,
            "whoever runs Ratiba here has set up no key to keep credentials under",
        )),
        Err(CredentialError::Unavailable(outage)) => Err(Problem::unavailable(&outage)),
    }
}

async fn remove(
    state: web::Data<State>,
    caller: Caller,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let name = named(&path)?;
    if state.parts.credentials.remove(caller.0.tenant, name).await? {
        Ok(HttpResponse::NoContent().finish())
    } else {
        Err(Problem::not_found())
    }
}
