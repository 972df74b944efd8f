//! How the people of one appointment share it.

use actix_web::http::header::ETAG;
use actix_web::{HttpResponse, web};
use ratiba_access::Scope;
use ratiba_booking::appointment::Version;
use ratiba_commission::split::{Renderers, Shares, SharesMisfit, Sharing};
use ratiba_commission::use_cases::{ShareTeamError, TeamOrder};
use ratiba_kernel::{BasisPoints, Id};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::appointments::{find, wrong};
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, IfMatch, etag};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{Kind, Problem};

/// The endpoints of shares.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/appointments/{id}/shares", "How a team shares", || {
            web::get().to(show)
        })
        .group("appointments")
        .needs(Scope::CommissionRead)
        .answers::<SharesAnswer>(200, "everybody's share"),
        Endpoint::put("/api/v1/appointments/{id}/shares", "Say how a team shares", || {
            web::put().to(replace)
        })
        .describe(
            "By these shares the commission of the appointment is divided, and so is every tip for it that comes from now on \
             and that nobody divides; a tip that came before stays as it was divided. Possible until the month is frozen.",
        )
        .group("appointments")
        .needs(Scope::CommissionClose)
        .header(RequestHeader::IfMatch)
        .body::<SharesBody>()
        .answers::<SharesAnswer>(200, "everybody's share")
        .problems(&[Kind::TeamShares, Kind::PeriodFrozen]),
    ]
}

/// How a team is to share.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TeamShares")]
pub struct SharesBody {
    /// Everybody of the team, each once; all together 10,000. Null: as `split` says.
    #[serde(deserialize_with = "required")]
    #[schemars(length(min = 1, max = 20))]
    shares: Option<Vec<ShareBody>>,
    /// How they share without shares; `equal` if left out.
    split: Option<SplitWord>,
}

/// How a team shares without shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum SplitWord {
    /// The same part to each.
    Equal,
    /// All of the commission to each of them; a tip is divided all the same.
    FullToEach,
}

/// Null is a value here: leaving the field out is not.
fn required<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<ShareBody>>, D::Error> {
    Option::deserialize(deserializer)
}

/// Somebody's share.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TeamShare")]
pub struct ShareBody {
    /// Who.
    staff_id: Uuid,
    /// In hundredths of a percent.
    #[schemars(range(min = 1, max = 10_000))]
    share_basis_points: u32,
}

/// How a team shares.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SharesOfTeam")]
pub struct SharesAnswer {
    /// Of which appointment.
    appointment_id: Uuid,
    /// `equal`, `full_to_each`, or `shares`.
    split: &'static str,
    /// Everybody of the team, the first answers for it.
    shares: Vec<ShareAnswer>,
    /// The appointment's, for `If-Match`.
    version: i32,
}

/// Somebody's share.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ShareOfTeam")]
pub struct ShareAnswer {
    /// Who.
    staff_id: Uuid,
    /// In hundredths of a percent; null where they share without shares.
    share_basis_points: Option<u32>,
}

fn answer(appointment: Uuid, team: &Renderers, version: i32) -> HttpResponse {
    let share = |place: usize| match team.shares() {
        Shares::Points(points) => points.get(place).map(|share| share.value()),
        Shares::Equal | Shares::FullToEach => None,
    };
    let shares = team.staff().iter().enumerate();
    let shares = shares.map(|(place, staff)| ShareAnswer {
        staff_id: staff.as_uuid(),
        share_basis_points: share(place),
    });
    HttpResponse::Ok()
        .insert_header((ETAG, etag(Version::read(version))))
        .json(SharesAnswer {
            appointment_id: appointment,
            split: match team.shares() {
                Shares::Equal => "equal",
                Shares::FullToEach => "full_to_each",
                Shares::Points(_) => "shares",
            },
            shares: shares.collect(),
            version,
        })
}

async fn show(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let known = find(&state, principal, &id).await?;
    let appointment = known.id().as_uuid();
    let teams = &state.parts.commission.teams;
    let team = teams.team(principal.tenant, Id::from_uuid(appointment)).await?;
    let team = team.ok_or_else(Problem::not_found)?;
    Ok(answer(appointment, &team, known.version().number()))
}

async fn replace(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
    IfMatch(seen): IfMatch,
    Checked(body): Checked<SharesBody>,
) -> Result<HttpResponse, Problem> {
    let principal = &caller.0;
    let appointment = find(&state, principal, &id).await?.id().as_uuid();
    let sharing = match (body.shares, body.split) {
        (Some(_), Some(_)) => return Err(wrong("split", "is for a team without shares")),
        (None, Some(SplitWord::FullToEach)) => Sharing::FullToEach,
        (None, Some(SplitWord::Equal) | None) => Sharing::Alike,
        (Some(shares), None) => {
            let shares = shares.into_iter().map(|share| {
                let points = BasisPoints::new(share.share_basis_points);
                (Id::from_uuid(share.staff_id), points)
            });
            Sharing::Points(shares.collect())
        }
    };
    let order = TeamOrder {
        appointment: Id::from_uuid(appointment),
        seen: seen.number(),
        sharing,
        by: Id::from_uuid(principal.subject),
    };
    let share = &state.parts.commission.share;
    let shared = share.execute(principal.tenant, order).await.map_err(refused)?;
    Ok(answer(appointment, &shared.renderers, shared.version))
}

fn refused(error: ShareTeamError) -> Problem {
    match error {
        ShareTeamError::Unknown => Problem::not_found(),
        ShareTeamError::Misfit(misfit) => {
            let problem = Problem::new(Kind::TeamShares, misfit.to_string());
            match misfit {
                SharesMisfit::NotOfTheTeam(staff)
                | SharesMisfit::Twice(staff)
                | SharesMisfit::Missing(staff)
                | SharesMisfit::Nothing(staff) => problem.with("staff_id", staff.as_uuid()),
                SharesMisfit::SumDiffers { basis_points } => problem.with("sum_basis_points", basis_points),
            }
        }
        ShareTeamError::Stale => Problem::new(Kind::Stale, "it is not at the version that If-Match names"),
        ShareTeamError::MonthFrozen => Problem::new(
            Kind::PeriodFrozen,
            "its month is frozen; what is still to be said is an amendment",
        ),
        ShareTeamError::Unavailable(outage) => Problem::unavailable(&outage),
    }
}
