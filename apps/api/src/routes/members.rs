//! Who belongs to the business.

use actix_web::http::header::ETAG;
use actix_web::{HttpResponse, web};
use ratiba_access::members::{Member, MemberChange, MemberStepError, Standing};
use ratiba_access::use_cases::ChangeMemberError;
use ratiba_access::{PersonId, Principal, Role, Scope};
use ratiba_booking::appointment::Version;
use ratiba_kernel::{Id, Zone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::appointments::wrong;
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, IfMatch, etag};
use crate::dto::{Moment, id_of};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{Kind, Problem};

/// The endpoints of members.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    let step = |path, summary, route| {
        Endpoint::post(path, summary, route)
            .group("people")
            .needs(Scope::TeamWrite)
            .header(RequestHeader::IfMatch)
            .answers::<MemberAnswer>(200, "the member as they are now")
            .problems(&[Kind::LastOwner])
    };
    vec![
        Endpoint::get("/api/v1/members", "Who belongs to the business", || {
            web::get().to(list)
        })
        .describe("Suspended members too. The longest first.")
        .group("people")
        .needs(Scope::TeamRead)
        .answers::<MembersAnswer>(200, "the members"),
        Endpoint::get("/api/v1/members/{id}", "A member", || web::get().to(show))
            .describe("`id` is the person's.")
            .group("people")
            .needs(Scope::TeamRead)
            .answers::<MemberAnswer>(200, "the member"),
        Endpoint::put("/api/v1/members/{id}", "Change what a member is", || {
            web::put().to(become_this)
        })
        .describe(
            "It counts from their next request on. Nobody changes somebody who is more than they are, or makes anybody more \
             than they are. The last owner who can act stays one.",
        )
        .group("people")
        .needs(Scope::TeamWrite)
        .header(RequestHeader::IfMatch)
        .body::<MemberBody>()
        .answers::<MemberAnswer>(200, "the member as they are now")
        .problems(&[Kind::LastOwner]),
        step("/api/v1/members/{id}/suspend", "Suspend a member", || {
            web::post().to(suspend)
        })
        .describe("They may do nothing here from their next request on, until somebody resumes them."),
        step("/api/v1/members/{id}/resume", "Let a suspended member act again", || {
            web::post().to(resume)
        }),
        Endpoint::delete("/api/v1/members/{id}", "Remove a member", || {
            web::delete().to(remove)
        })
        .describe("They do not belong to the business any more; what they did stays on record under their id.")
        .group("people")
        .needs(Scope::TeamWrite)
        .header(RequestHeader::IfMatch)
        .answers_nothing(204, "they are removed")
        .problems(&[Kind::LastOwner]),
    ]
}

/// A role, as the wire has it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "Role")]
pub enum RoleWord {
    /// Renders services; sees the own day and the own earnings.
    Therapist,
    /// Runs the front desk.
    Receptionist,
    /// Runs the business.
    Manager,
    /// Owns it.
    Owner,
}

impl From<RoleWord> for Role {
    fn from(word: RoleWord) -> Self {
        match word {
            RoleWord::Therapist => Self::Therapist,
            RoleWord::Receptionist => Self::Receptionist,
            RoleWord::Manager => Self::Manager,
            RoleWord::Owner => Self::Owner,
        }
    }
}

impl From<Role> for RoleWord {
    fn from(role: Role) -> Self {
        match role {
            Role::Therapist => Self::Therapist,
            Role::Receptionist => Self::Receptionist,
            Role::Manager => Self::Manager,
            Role::Owner => Self::Owner,
        }
    }
}

/// What a member becomes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberBody {
    role: RoleWord,
    /// The staff member whose day and earnings are their own; a therapist without one sees nobody's.
    staff_id: Option<Uuid>,
}

/// Somebody who belongs to the business.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Member")]
pub struct MemberAnswer {
    /// The person's.
    id: Uuid,
    name: String,
    email: Option<String>,
    role: RoleWord,
    /// The staff member whose day and earnings are their own.
    staff_id: Option<Uuid>,
    joined_at: Moment,
    /// Since when they may not act, if they may not.
    suspended_at: Option<Moment>,
    /// For `If-Match`.
    version: i32,
}

impl MemberAnswer {
    fn of(member: &Member, zone: &Zone) -> Self {
        Self {
            id: member.person.as_uuid(),
            name: member.profile.name().to_owned(),
            email: member.profile.email().map(str::to_owned),
            role: member.role.into(),
            staff_id: member.staff.map(|staff| staff.as_uuid()),
            joined_at: Moment::of(zone, member.joined_at),
            suspended_at: match member.standing {
                Standing::Active => None,
                Standing::Suspended(since) => Some(Moment::of(zone, since)),
            },
            version: member.version,
        }
    }
}

/// The members.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Members")]
pub struct MembersAnswer {
    /// The longest first.
    items: Vec<MemberAnswer>,
}

impl From<ChangeMemberError> for Problem {
    fn from(error: ChangeMemberError) -> Self {
        match error {
            ChangeMemberError::AboveOwnRole(above) => Self::new(Kind::Forbidden, above.to_string()),
            ChangeMemberError::Refused(MemberStepError::Unknown) => Self::not_found(),
            ChangeMemberError::Refused(MemberStepError::Stale) => Self::new(
                Kind::Stale,
                "the member is not at the version that If-Match names",
            ),
            ChangeMemberError::Refused(why @ MemberStepError::LastOwner) => {
                Self::new(Kind::LastOwner, why.to_string())
            }
            ChangeMemberError::Refused(why @ MemberStepError::UnknownStaff) => {
                wrong("staff_id", &why.to_string())
            }
            ChangeMemberError::Refused(MemberStepError::Unavailable(outage)) => Self::unavailable(&outage),
        }
    }
}

pub(super) async fn zone(state: &State, by: &Principal) -> Result<Zone, Problem> {
    Ok(state.parts.booking.catalogue.policy(by.tenant).await?.zone)
}

async fn list(state: web::Data<State>, caller: Caller) -> Result<HttpResponse, Problem> {
    let members = state.parts.access.change_members.list(&caller.0).await?;
    let zone = zone(&state, &caller.0).await?;
    let items = members.iter().map(|one| MemberAnswer::of(one, &zone)).collect();
    Ok(HttpResponse::Ok().json(MembersAnswer { items }))
}

async fn show(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let person: PersonId = id_of(&id)?;
    let member = state.parts.access.change_members.find(&caller.0, person).await?;
    answer(&state, &caller.0, member).await
}

async fn answer(state: &State, by: &Principal, member: Option<Member>) -> Result<HttpResponse, Problem> {
    let member = member.ok_or_else(Problem::not_found)?;
    let zone = zone(state, by).await?;
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, etag(Version::read(member.version))))
        .json(MemberAnswer::of(&member, &zone)))
}

async fn change(
    state: &State,
    by: &Principal,
    id: &str,
    seen: Version,
    change: MemberChange,
) -> Result<Option<Member>, Problem> {
    let person: PersonId = id_of(id)?;
    let change_members = &state.parts.access.change_members;
    Ok(change_members.execute(by, person, seen.number(), change).await?)
}

async fn become_this(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(seen): IfMatch,
    Checked(body): Checked<MemberBody>,
) -> Result<HttpResponse, Problem> {
    let to = MemberChange::Become {
        role: body.role.into(),
        staff: body.staff_id.map(Id::from_uuid),
    };
    let member = change(&state, &caller.0, &id, seen, to).await?;
    answer(&state, &caller.0, member).await
}

async fn suspend(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(seen): IfMatch,
) -> Result<HttpResponse, Problem> {
    let member = change(&state, &caller.0, &id, seen, MemberChange::Suspend).await?;
    answer(&state, &caller.0, member).await
}

async fn resume(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(seen): IfMatch,
) -> Result<HttpResponse, Problem> {
    let member = change(&state, &caller.0, &id, seen, MemberChange::Resume).await?;
    answer(&state, &caller.0, member).await
}

async fn remove(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(seen): IfMatch,
) -> Result<HttpResponse, Problem> {
    change(&state, &caller.0, &id, seen, MemberChange::Remove).await?;
    Ok(HttpResponse::NoContent().finish())
}
