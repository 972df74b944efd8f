//! The beta cohort: who is invited to be served by the assistant, inviting, taking off.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_booking::customers::CustomerName;
use ratiba_conversation::cohort::{Cohort, Member, NotInvited};
use ratiba_conversation::use_cases::WorkCohortError;
use ratiba_kernel::{PhoneNumber, Zone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::appointments::wrong;
use crate::State;
use crate::caller::Caller;
use crate::checked::Checked;
use crate::dto::{Moment, id_of};
use crate::endpoint::Endpoint;
use crate::problem::{Kind, Problem};

/// The endpoints of the beta cohort.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/cohort", "The beta cohort", || web::get().to(list))
            .describe(
                "Who was invited to be served by the assistant and what they said, in the order of the invitations. Who is \
                 `invited` or `joined` holds one of the places.",
            )
            .group("cohort")
            .needs(Scope::ConversationsRead)
            .answers::<CohortAnswer>(200, "the cohort"),
        Endpoint::post("/api/v1/cohort", "Invite a customer to the beta", || {
            web::post().to(invite)
        })
        .describe(
            "They get a message in both languages which says that the assistant is automatic, that M-Pesa is in trial, and how \
             to leave. Only their own yes lets the assistant serve them. Whoever is invited already is not invited again: \
             safe to repeat. Outside of 07:00 to 21:00 the message waits for the morning.",
        )
        .group("cohort")
        .needs(Scope::ConversationsAnswer)
        .body::<InviteBody>()
        .answers::<MemberAnswer>(201, "invited")
        .answers::<MemberAnswer>(200, "invited before; nothing was sent")
        .problems(&[
            Kind::TooMany,
            Kind::NotInvitable,
            Kind::NotAMobileNumber,
            Kind::TemplateNotApproved,
        ]),
        Endpoint::delete("/api/v1/cohort/{id}", "Take somebody off the beta", || {
            web::delete().to(withdraw)
        })
        .describe(
            "Takes an invitation back, or somebody off the list, whatever they said; the place is free then. They are told \
             nothing, what they booked stays, and a person answers them from now on. An invitation that waits for the morning \
             is not sent any more. Twice is once.",
        )
        .group("cohort")
        .needs(Scope::ConversationsAnswer)
        .answers::<MemberAnswer>(200, "taken off")
        .problems(&[Kind::NotFound]),
    ]
}

/// Whom to invite.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InviteBody {
    /// A Kenyan mobile number, such as `+254712345678` or `0712345678`.
    phone: String,
    /// Taken where no name is known.
    #[serde(default)]
    #[schemars(length(min = 1, max = 120))]
    name: Option<String>,
}

/// Whose invitation it is.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CohortCustomer")]
struct CustomerAnswer {
    id: Uuid,
    name: Option<String>,
    /// Missing for somebody whose number is not known any more.
    phone: Option<String>,
    /// Since when they are written to only about bookings that they have.
    opted_out_at: Option<Moment>,
}

/// One invitation.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CohortMember")]
pub struct MemberAnswer {
    id: Uuid,
    customer: CustomerAnswer,
    /// `invited`, `joined`, `declined`, `left` or `withdrawn`.
    state: &'static str,
    /// Since when.
    state_at: Moment,
    /// The access or the admin's number that invited.
    invited_by: String,
    invited_at: Moment,
}

/// The beta cohort.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Cohort")]
pub struct CohortAnswer {
    /// How many places there are.
    places: u16,
    /// How many of them are held.
    taken: usize,
    items: Vec<MemberAnswer>,
}

impl MemberAnswer {
    fn of(member: &Member, zone: &Zone) -> Self {
        let (invitation, customer) = (&member.invitation, &member.customer);
        Self {
            id: invitation.id.as_uuid(),
            customer: CustomerAnswer {
                id: customer.id.as_uuid(),
                name: customer.name.clone(),
                phone: customer.phone.as_ref().map(PhoneNumber::e164),
                opted_out_at: customer.opted_out_at.map(|at| Moment::of(zone, at)),
            },
            state: invitation.standing.code(),
            state_at: Moment::of(zone, invitation.standing_at),
            invited_by: invitation.invited_by.clone(),
            invited_at: Moment::of(zone, invitation.invited_at),
        }
    }
}

impl CohortAnswer {
    fn of(cohort: &Cohort, zone: &Zone) -> Self {
        let members = cohort.members.iter();
        Self {
            places: cohort.places,
            taken: cohort.taken(),
            items: members.map(|member| MemberAnswer::of(member, zone)).collect(),
        }
    }
}

async fn list(state: web::Data<State>, caller: Caller) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let cohort = state.parts.conversation.work_cohort.list(tenant).await?;
    let zone = state.parts.booking.catalogue.zone(tenant).await?;
    Ok(HttpResponse::Ok().json(CohortAnswer::of(&cohort, &zone)))
}

async fn invite(
    state: web::Data<State>,
    caller: Caller,
    Checked(body): Checked<InviteBody>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let phone = PhoneNumber::parse(&body.phone).map_err(|error| wrong("phone", &error.to_string()))?;
    let name = body.name.as_deref().map(CustomerName::parse).transpose();
    let name = name.map_err(|error| wrong("name", &error.to_string()))?;
    let name = name.as_ref().map(CustomerName::as_str);
    let work = &state.parts.conversation.work_cohort;
    let invited = work
        .invite(principal.tenant, &phone, name, &principal.name)
        .await
        .map_err(refused)?;
    let zone = state.parts.booking.catalogue.zone(principal.tenant).await?;
    let status = if invited.new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok(HttpResponse::build(status).json(MemberAnswer::of(&invited.member, &zone)))
}

async fn withdraw(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let tenant = caller.0.tenant;
    let work = &state.parts.conversation.work_cohort;
    let member = work.withdraw(tenant, id_of(&id)?).await?;
    let member = member.ok_or_else(Problem::not_found)?;
    let zone = state.parts.booking.catalogue.zone(tenant).await?;
    Ok(HttpResponse::Ok().json(MemberAnswer::of(&member, &zone)))
}

fn refused(error: WorkCohortError) -> Problem {
    let why = match error {
        WorkCohortError::Refused(why) => why,
        WorkCohortError::Unavailable(outage) => return Problem::unavailable(&outage),
    };
    let kind = match why {
        NotInvited::Full { .. } => Kind::TooMany,
        NotInvited::NotKenyan => Kind::NotAMobileNumber,
        NotInvited::OptedOut | NotInvited::Declined => Kind::NotInvitable,
        NotInvited::TemplateNotApproved => Kind::TemplateNotApproved,
    };
    Problem::new(kind, why.to_string())
}
