//! Who asks, and what they may do.

use actix_web::{HttpResponse, web};
use ratiba_access::session::Membership;
use ratiba_access::{PersonId, Principal, Profile};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::State;
use crate::caller::Present;
use crate::endpoint::Endpoint;
use crate::problem::{Kind, Problem};

/// The endpoints about whoever asks.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/me", "Who asks, and what they may do", || {
            web::get().to(show)
        })
        .describe(
            "Of a person, with all of their businesses; `tenant_id` and `scopes` are those of the one that is named, or of the \
             only one. Of a token, the one business that it opens, and no person.",
        )
        .group("people")
        .signed_in()
        .answers::<MeAnswer>(200, "who asks")
        .problems(&[Kind::Forbidden]),
    ]
}

/// Who asks.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Me")]
pub struct MeAnswer {
    /// Nobody if a token asks.
    person: Option<PersonAnswer>,
    /// Where they may act now.
    memberships: Vec<MembershipAnswer>,
    /// The business that they act in, if it is clear which.
    tenant_id: Option<Uuid>,
    /// What they may do there.
    scopes: Vec<&'static str>,
}

/// A person.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Person")]
pub struct PersonAnswer {
    id: Uuid,
    /// As the issuer names them; empty until a business knows them.
    name: String,
    email: Option<String>,
}

/// What a person or a token is in a business.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OwnMembership")]
pub struct MembershipAnswer {
    tenant_id: Uuid,
    business_name: String,
    /// `owner`, `manager`, `receptionist` or `therapist`.
    role: &'static str,
    /// Whose day and earnings are their own.
    staff_id: Option<Uuid>,
}

async fn show(state: web::Data<State>, present: Present) -> Result<HttpResponse, Problem> {
    let acting = present.acting.as_ref();
    let (person, memberships) = match &present.person {
        Some(visitor) => {
            let chosen = acting.map(|principal| principal.tenant);
            let (profile, memberships) = cards(&state, visitor.person, &visitor.memberships, chosen).await?;
            let person = PersonAnswer {
                id: visitor.person.as_uuid(),
                name: profile.as_ref().map(Profile::name).unwrap_or_default().to_owned(),
                email: profile.as_ref().and_then(Profile::email).map(str::to_owned),
            };
            (Some(person), memberships)
        }
        None => (None, own_place(&state, acting).await?),
    };
    Ok(HttpResponse::Ok().json(MeAnswer {
        person,
        memberships,
        tenant_id: acting.map(|principal| principal.tenant.as_uuid()),
        scopes: acting.map_or_else(Vec::new, |principal| {
            let allowed = principal
                .scopes
                .iter()
                .filter(|scope| principal.require(**scope).is_ok());
            allowed.map(|scope| scope.name()).collect()
        }),
    }))
}

/// Where a token may act.
async fn own_place(state: &State, acting: Option<&Principal>) -> Result<Vec<MembershipAnswer>, Problem> {
    let Some(principal) = acting else {
        return Ok(Vec::new());
    };
    let profile = &state.parts.conversation.tell.profile;
    Ok(vec![MembershipAnswer {
        tenant_id: principal.tenant.as_uuid(),
        business_name: profile.profile(principal.tenant).await?.business_name,
        role: principal.role.name(),
        staff_id: principal.staff.map(|staff| staff.as_uuid()),
    }])
}

/// What each business calls itself, and what one of them calls the person: the chosen one, or the first.
async fn cards(
    state: &State,
    person: PersonId,
    memberships: &[Membership],
    chosen: Option<ratiba_kernel::TenantId>,
) -> Result<(Option<Profile>, Vec<MembershipAnswer>), Problem> {
    let mut profile = None;
    let mut shown = Vec::new();
    for membership in memberships {
        let card = state.parts.access.people.card(membership.tenant, person).await?;
        // Who was removed in this moment is not shown.
        let Some(card) = card else { continue };
        if profile.is_none() || chosen == Some(membership.tenant) {
            profile = Some(card.profile);
        }
        shown.push(MembershipAnswer {
            tenant_id: membership.tenant.as_uuid(),
            business_name: card.business_name,
            role: membership.role.name(),
            staff_id: membership.staff.map(|staff| staff.as_uuid()),
        });
    }
    Ok((profile, shown))
}
