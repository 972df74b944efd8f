//! Inviting people to a business, and accepting.

use actix_web::http::StatusCode;
use actix_web::http::header::ETAG;
use actix_web::{HttpResponse, web};
use ratiba_access::invitation::{Accepted, Answer, Invitation, InvitationId, InvitationStepError};
use ratiba_access::limits::Door;
use ratiba_access::token::OrderKey;
use ratiba_access::use_cases::{InvitationError, InvitationOrder};
use ratiba_access::{Principal, Scope};
use ratiba_assembly::invitations::InvitationDelivery;
use ratiba_booking::appointment::Version;
use ratiba_kernel::{Fingerprint, Id, Outage, PhoneNumber, TenantId, Zone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use super::appointments::wrong;
use super::members::{RoleWord, zone};
use crate::State;
use crate::caller::{Caller, Present};
use crate::checked::{Checked, CheckedQuery, IdempotencyKey, IfMatch, etag};
use crate::dto::{Moment, id_of};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{Kind, Problem};

/// How many are shown where nobody says.
const SHOWN: u16 = 50;

/// The endpoints of invitations.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/invitations", "The invitations to the team", || {
            web::get().to(list)
        })
        .describe("Answered ones too; the newest first. `next` goes into `before` of the next request.")
        .group("people")
        .needs(Scope::TeamRead)
        .query::<InvitationsQuery>()
        .answers::<InvitationPage>(200, "the invitations"),
        Endpoint::post("/api/v1/invitations", "Invite somebody to the team", || {
            web::post().to(invite)
        })
        .describe(
            "For people alone: a token invites nobody. They get a message on WhatsApp with an address that accepts it, once, for \
             seven days; at night it waits for the morning. Nobody invites to more than they are themselves, and should they be \
             less or suspended by then, it opens nothing. A therapist is a staff member. By e-mail nobody can be invited yet.",
        )
        .group("people")
        .door(Door::Grant)
        .needs(Scope::TeamWrite)
        .header(RequestHeader::IdempotencyKey)
        .body::<InvitationBody>()
        .answers::<InvitationAnswer>(201, "the invitation")
        .problems(&[Kind::TooMany, Kind::TemplateNotApproved, Kind::MailNotSetUp]),
        Endpoint::post("/api/v1/invitations/{id}/resend", "Send an invitation again", || {
            web::post().to(resend)
        })
        .describe(
            "It can be accepted for seven days from now on, also if it had expired, and by the addresses of earlier messages, \
             too. Five messages at most.",
        )
        .group("people")
        .door(Door::Grant)
        .needs(Scope::TeamWrite)
        .header(RequestHeader::IfMatch)
        .answers::<InvitationAnswer>(200, "the invitation as it is now")
        .problems(&[Kind::IllegalTransition, Kind::TooMany, Kind::TemplateNotApproved]),
        Endpoint::delete("/api/v1/invitations/{id}", "Take an invitation back", || {
            web::delete().to(revoke)
        })
        .describe("It opens nothing any more. Twice is once; what was accepted cannot be taken back: remove the member.")
        .group("people")
        .needs(Scope::TeamWrite)
        .answers_nothing(204, "it is taken back")
        .problems(&[Kind::IllegalTransition]),
        Endpoint::post("/api/v1/me/memberships", "Accept an invitation", || {
            web::post().to(accept)
        })
        .describe(
            "Whoever is signed in belongs to the business from their next request on. `token` is what follows the `#` of the \
             address that was sent. Sent again by the same person it answers the same. An invitation that is unknown, \
             expired, taken back, used by somebody else, or not good for another reason is always the same problem.",
        )
        .group("people")
        .signed_in()
        .body::<MembershipBody>()
        .answers::<JoinedAnswer>(200, "where they belong now")
        .problems(&[Kind::Forbidden, Kind::InvitationInvalid, Kind::AlreadyMember]),
    ]
}

/// Which invitations.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitationsQuery {
    /// Made before this one.
    before: Option<Uuid>,
    /// At most so many; 50 if left out.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u16>,
}

/// Whom to invite: by one of `phone` and `email`.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitationBody {
    /// A number on WhatsApp, such as `+254712345678` or `0712345678`.
    #[schemars(length(min = 1, max = 40))]
    phone: Option<String>,
    /// An e-mail address. Nothing here sends mail yet.
    #[schemars(length(min = 3, max = 254))]
    email: Option<String>,
    /// What they are called until they sign in the next time.
    #[schemars(length(min = 1, max = 120))]
    name: String,
    role: RoleWord,
    /// The staff member whose day and earnings are their own; a therapist has one.
    staff_id: Option<Uuid>,
}

/// What somebody brings.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MembershipBody {
    /// What follows the `#` of the address.
    #[schemars(length(min = 1, max = 200))]
    token: String,
}

/// What became of an invitation.
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "InvitationState")]
pub enum StateWord {
    /// It can be accepted.
    Open,
    /// Its time is over; it may be sent again.
    Expired,
    /// Somebody belongs to the business by it.
    Accepted,
    /// It was taken back.
    Revoked,
}

/// An invitation. What accepts it is known to whoever got it alone.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Invitation")]
pub struct InvitationAnswer {
    id: Uuid,
    phone: String,
    name: String,
    role: RoleWord,
    staff_id: Option<Uuid>,
    state: StateWord,
    /// Who invites, such as `person:` and an id; nobody if the operator did.
    invited_by: Option<String>,
    invited_at: Moment,
    expires_at: Moment,
    /// Messages that were ordered so far.
    sends: i32,
    /// How far the newest of them came; null once somebody accepted it, or it was taken back.
    delivery: Option<DeliveryAnswer>,
    /// Which member accepted it.
    accepted_by: Option<Uuid>,
    accepted_at: Option<Moment>,
    revoked_at: Option<Moment>,
    /// For `If-Match`.
    version: i32,
}

/// How far a message came.
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum DeliveryWord {
    /// It has not left yet.
    Waiting,
    /// WhatsApp took it.
    Sent,
    /// It reached the phone.
    Delivered,
    /// It was opened.
    Read,
    /// Nobody knows whether it left.
    Unknown,
    /// It reached nobody.
    Failed,
}

/// How far the newest message of an invitation came.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "InvitationDelivery")]
pub struct DeliveryAnswer {
    state: DeliveryWord,
    /// Why it failed, such as `provider_131026`, WhatsApp's code.
    reason: Option<String>,
}

impl From<InvitationDelivery> for DeliveryAnswer {
    fn from(delivery: InvitationDelivery) -> Self {
        let (state, reason) = match delivery {
            InvitationDelivery::Waiting => (DeliveryWord::Waiting, None),
            InvitationDelivery::Sent => (DeliveryWord::Sent, None),
            InvitationDelivery::Delivered => (DeliveryWord::Delivered, None),
            InvitationDelivery::Read => (DeliveryWord::Read, None),
            InvitationDelivery::Unknown => (DeliveryWord::Unknown, None),
            InvitationDelivery::Failed { reason } => (DeliveryWord::Failed, Some(reason)),
        };
        Self { state, reason }
    }
}

/// Some invitations.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Invitations")]
pub struct InvitationPage {
    /// The newest first.
    items: Vec<InvitationAnswer>,
    /// For `before`, if there may be more.
    next: Option<Uuid>,
}

/// Where somebody belongs now.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Joined")]
pub struct JoinedAnswer {
    tenant_id: Uuid,
    role: RoleWord,
    staff_id: Option<Uuid>,
}

impl InvitationAnswer {
    async fn of(
        state: &State,
        tenant: TenantId,
        invitation: &Invitation,
        zone: &Zone,
    ) -> Result<Self, Outage> {
        let delivery = state.parts.invitation_delivery(tenant, invitation).await?;
        Ok(Self::with(invitation, delivery, zone, state.parts.clock.now()))
    }

    fn with(
        invitation: &Invitation,
        delivery: Option<InvitationDelivery>,
        zone: &Zone,
        now: OffsetDateTime,
    ) -> Self {
        let moment = |at| Moment::of(zone, at);
        let (state, accepted, revoked) = match invitation.answer {
            Answer::Open if invitation.stands(now) => (StateWord::Open, None, None),
            Answer::Open => (StateWord::Expired, None, None),
            Answer::Accepted { by, at } => (StateWord::Accepted, Some((by, at)), None),
            Answer::Revoked(at) => (StateWord::Revoked, None, Some(at)),
        };
        Self {
            id: invitation.id.as_uuid(),
            phone: invitation.phone.e164(),
            name: invitation.name.clone(),
            role: invitation.role.into(),
            staff_id: invitation.staff.map(|staff| staff.as_uuid()),
            state,
            invited_by: invitation.invited_by.clone(),
            invited_at: moment(invitation.invited_at),
            expires_at: moment(invitation.expires_at),
            sends: invitation.sends,
            delivery: delivery.map(DeliveryAnswer::from),
            accepted_by: accepted.map(|(by, _)| by.as_uuid()),
            accepted_at: accepted.map(|(_, at)| moment(at)),
            revoked_at: revoked.map(moment),
            version: invitation.version,
        }
    }
}

impl From<InvitationError> for Problem {
    fn from(error: InvitationError) -> Self {
        let detail = error.to_string();
        match error {
            InvitationError::BadName => wrong("name", &detail),
            InvitationError::TherapistWithoutStaff | InvitationError::UnknownStaff => {
                wrong("staff_id", &detail)
            }
            InvitationError::NotAPerson | InvitationError::AboveOwnRole(_) => {
                Self::new(Kind::Forbidden, detail)
            }
            InvitationError::KeyReused => Self::new(Kind::IdempotencyKeyReused, detail),
            InvitationError::TooMany | InvitationError::Refused(InvitationStepError::SentOften) => {
                Self::new(Kind::TooMany, detail)
            }
            InvitationError::Refused(InvitationStepError::Unknown) => Self::not_found(),
            InvitationError::Refused(InvitationStepError::Stale) => Self::new(
                Kind::Stale,
                "the invitation is not at the version that If-Match names",
            ),
            InvitationError::Refused(InvitationStepError::Answered) => {
                Self::new(Kind::IllegalTransition, detail)
            }
            InvitationError::Refused(InvitationStepError::Unavailable(outage))
            | InvitationError::Unavailable(outage) => Self::unavailable(&outage),
        }
    }
}

async fn list(
    state: web::Data<State>,
    caller: Caller,
    CheckedQuery(query): CheckedQuery<InvitationsQuery>,
) -> Result<HttpResponse, Problem> {
    let most = query.limit.unwrap_or(SHOWN);
    let before = query.before.map(Id::from_uuid);
    let work = &state.parts.access.invitations;
    let found = work.list(&caller.0, before, most).await?;
    let full = found.len() == usize::from(most);
    let next = found.last().map(|one| one.id.as_uuid()).filter(|_| full);
    let zone = zone(&state, &caller.0).await?;
    let mut items = Vec::with_capacity(found.len());
    for one in &found {
        items.push(InvitationAnswer::of(&state, caller.0.tenant, one, &zone).await?);
    }
    Ok(HttpResponse::Ok().json(InvitationPage { items, next }))
}

async fn answer(
    state: &State,
    by: &Principal,
    status: StatusCode,
    invitation: &Invitation,
) -> Result<HttpResponse, Problem> {
    let zone = zone(state, by).await?;
    let shown = InvitationAnswer::of(state, by.tenant, invitation, &zone).await?;
    Ok(HttpResponse::build(status)
        .insert_header((ETAG, etag(Version::read(invitation.version))))
        .json(shown))
}

/// Refuses where no message could leave.
async fn can_be_told(state: &State, by: &Principal) -> Result<(), Problem> {
    let tell = &state.parts.conversation.tell_invited;
    if tell.is_ready(by.tenant).await? {
        Ok(())
    } else {
        Err(Problem::new(
            Kind::TemplateNotApproved,
            "WhatsApp has not approved the template team_invitation in the language of the business",
        ))
    }
}

async fn invite(
    state: web::Data<State>,
    caller: Caller,
    key: IdempotencyKey,
    Checked(body): Checked<InvitationBody>,
) -> Result<HttpResponse, Problem> {
    let asked = serde_json::to_string(&body).unwrap_or_default();
    let phone = match (&body.phone, &body.email) {
        (Some(phone), None) => {
            PhoneNumber::parse(phone).map_err(|error| wrong("phone", &error.to_string()))?
        }
        (None, Some(_)) => {
            return Err(Problem::new(
                Kind::MailNotSetUp,
                "nothing here sends mail: invite by a number on WhatsApp",
            ));
        }
        (Some(_), Some(_)) => return Err(wrong("email", "is one too many beside phone")),
        (None, None) => return Err(wrong("phone", "is missing: say where the invitation goes")),
    };
    let order = InvitationOrder {
        phone,
        name: body.name,
        role: body.role.into(),
        staff: body.staff_id.map(Id::from_uuid),
    };
    let key = OrderKey {
        key: key.as_str().to_owned(),
        print: Fingerprint::of(&asked),
    };
    can_be_told(&state, &caller.0).await?;
    let invitation = state
        .parts
        .access
        .invitations
        .invite(&caller.0, key, order)
        .await?;
    answer(&state, &caller.0, StatusCode::CREATED, &invitation).await
}

async fn resend(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(seen): IfMatch,
) -> Result<HttpResponse, Problem> {
    let id: InvitationId = id_of(&id)?;
    can_be_told(&state, &caller.0).await?;
    let work = &state.parts.access.invitations;
    let invitation = work.resend(&caller.0, id, seen.number()).await?;
    answer(&state, &caller.0, StatusCode::OK, &invitation).await
}

async fn revoke(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id: InvitationId = id_of(&id)?;
    state.parts.access.invitations.revoke(&caller.0, id).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn accept(
    state: web::Data<State>,
    present: Present,
    Checked(body): Checked<MembershipBody>,
) -> Result<HttpResponse, Problem> {
    let person = present.person.ok_or_else(|| {
        Problem::new(
            Kind::Forbidden,
            "accepting takes a person: sign in at /auth/login",
        )
    })?;
    let work = &state.parts.access.invitations;
    match work.accept(person.person, &body.token).await? {
        Accepted::Joined { tenant, role, staff } => Ok(HttpResponse::Ok().json(JoinedAnswer {
            tenant_id: tenant.as_uuid(),
            role: role.into(),
            staff_id: staff.map(|staff| staff.as_uuid()),
        })),
        Accepted::Already => Err(Problem::new(
            Kind::AlreadyMember,
            "you belong to that business already; the invitation is still there",
        )),
        Accepted::Invalid => Err(Problem::new(
            Kind::InvitationInvalid,
            "ask whoever invited you to send it again",
        )),
    }
}
