//! Personal access tokens, as people mint and revoke them.

use std::collections::BTreeSet;

use actix_web::{HttpResponse, web};
use ratiba_access::limits::Door;
use ratiba_access::token::{OrderKey, TokenQuery, TokenRecord};
use ratiba_access::use_cases::{MintError, RevokeError, TokenOrder};
use ratiba_access::{Scope, TokenId};
use ratiba_kernel::{Fingerprint, Id, Zone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::appointments::wrong;
use super::members::{RoleWord, zone};
use crate::State;
use crate::caller::Caller;
use crate::checked::{Checked, CheckedQuery, IdempotencyKey};
use crate::dto::{Moment, id_of};
use crate::endpoint::{Endpoint, RequestHeader};
use crate::problem::{Kind, Problem};

/// The endpoints of tokens.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/tokens", "The tokens", || web::get().to(list))
            .describe("Revoked and ended ones too, the newest first. Their texts are known to nobody any more.")
            .group("people")
            .needs(Scope::TokensWrite)
            .query::<PageQuery>()
            .answers::<TokensAnswer>(200, "a page of tokens"),
        Endpoint::post("/api/v1/tokens", "Mint a token", || web::post().to(mint))
            .describe(
                "For people alone: a token cannot mint tokens. It may do what its role and its scopes both allow, and its role \
                 is never above that of whoever mints it. A person has at most 50 that count. The answer holds its text, this once: the same order sent again \
                 answers without it.",
            )
            .group("people")
            .door(Door::Grant)
            .needs(Scope::TokensWrite)
            .header(RequestHeader::IdempotencyKey)
            .body::<TokenBody>()
            .answers::<MintedAnswer>(201, "the token and its text")
            .problems(&[Kind::TooMany]),
        Endpoint::delete("/api/v1/tokens/{id}", "Revoke a token", || {
            web::delete().to(revoke)
        })
        .describe(
            "It opens nothing any more: at once here, within three seconds in other processes. Nobody revokes a token whose role \
             is above their own. Revoking twice is revoking once.",
        )
        .group("people")
        .needs(Scope::TokensWrite)
        .answers_nothing(204, "it is revoked"),
    ]
}

/// How many one answer has if nothing else is asked for.
const PAGE: u16 = 50;

/// Which page.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TokenPageQuery")]
pub struct PageQuery {
    /// What comes after this one in the list.
    after: Option<Uuid>,
    /// At most so many; 50 if left out.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u16>,
}

/// What a token is to be.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenBody {
    /// What it is for.
    #[schemars(length(min = 1, max = 80))]
    name: String,
    role: RoleWord,
    /// The therapist that it speaks for; a therapist's token without one sees nobody's rows.
    staff_id: Option<Uuid>,
    /// What it may do, such as `appointments:read`.
    #[schemars(length(min = 1, max = 100))]
    scopes: Vec<String>,
    /// When it ends; never if left out.
    expires_at: Option<Moment>,
}

/// A token, without its text.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Token")]
pub struct TokenAnswer {
    id: Uuid,
    name: String,
    role: RoleWord,
    staff_id: Option<Uuid>,
    scopes: Vec<&'static str>,
    created_at: Moment,
    /// Who minted it, such as `person:` and an id; nobody if the operator did.
    minted_by: Option<String>,
    expires_at: Option<Moment>,
    /// To the minute.
    last_used_at: Option<Moment>,
    revoked_at: Option<Moment>,
}

impl TokenAnswer {
    fn of(record: &TokenRecord, zone: &Zone) -> Self {
        let moment = |at| Moment::of(zone, at);
        let grant = &record.grant;
        Self {
            id: grant.id.as_uuid(),
            name: record.name.clone(),
            role: grant.role.into(),
            staff_id: grant.staff.map(|staff| staff.as_uuid()),
            scopes: grant.scopes.iter().map(|scope| scope.name()).collect(),
            created_at: moment(record.created_at),
            minted_by: record.minted_by.clone(),
            expires_at: grant.expires_at.map(moment),
            last_used_at: grant.last_used_at.map(moment),
            revoked_at: grant.revoked_at.map(moment),
        }
    }
}

/// The tokens.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Tokens")]
pub struct TokensAnswer {
    /// The newest first.
    items: Vec<TokenAnswer>,
    /// For `after`, if there may be more.
    next: Option<Uuid>,
}

/// A token that was just minted.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "NewToken")]
pub struct MintedAnswer {
    token: TokenAnswer,
    /// What to send as `Authorization: Bearer`. It is shown this once; nothing if the order was sent before.
    secret: Option<String>,
}

impl From<MintError> for Problem {
    fn from(error: MintError) -> Self {
        let detail = error.to_string();
        match error {
            MintError::BadName => wrong("name", &detail),
            MintError::ScopeAboveRole(_) => wrong("scopes", &detail),
            MintError::AlreadyEnded => wrong("expires_at", &detail),
            MintError::UnknownStaff => wrong("staff_id", &detail),
            MintError::NotAPerson | MintError::AboveOwnRole(_) => Self::new(Kind::Forbidden, detail),
            MintError::KeyReused => Self::new(Kind::IdempotencyKeyReused, detail),
            MintError::TooMany => Self::new(Kind::TooMany, detail),
            MintError::Unavailable(outage) => Self::unavailable(&outage),
        }
    }
}

impl From<RevokeError> for Problem {
    fn from(error: RevokeError) -> Self {
        match error {
            RevokeError::AboveOwnRole(above) => Self::new(Kind::Forbidden, above.to_string()),
            RevokeError::Unavailable(outage) => Self::unavailable(&outage),
        }
    }
}

async fn list(
    state: web::Data<State>,
    caller: Caller,
    CheckedQuery(query): CheckedQuery<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let most = query.limit.unwrap_or(PAGE);
    let wanted = TokenQuery {
        before: query.after.map(Id::from_uuid),
        most,
    };
    let tokens = state
        .parts
        .mint_token
        .book
        .tokens(caller.0.tenant, wanted)
        .await?;
    let zone = zone(&state, &caller.0).await?;
    let items: Vec<_> = tokens.iter().map(|one| TokenAnswer::of(one, &zone)).collect();
    let last = items.last().filter(|_| items.len() == usize::from(most));
    let next = last.map(|last| last.id);
    Ok(HttpResponse::Ok().json(TokensAnswer { items, next }))
}

async fn mint(
    state: web::Data<State>,
    caller: Caller,
    key: IdempotencyKey,
    Checked(body): Checked<TokenBody>,
) -> Result<HttpResponse, Problem> {
    let asked = serde_json::to_string(&body).unwrap_or_default();
    let scopes = body
        .scopes
        .iter()
        .map(|name| Scope::parse(name).ok_or_else(|| wrong("scopes", &format!("{name:?} is not a scope"))))
        .collect::<Result<BTreeSet<_>, _>>()?;
    let order = TokenOrder {
        name: body.name,
        role: body.role.into(),
        staff: body.staff_id.map(Id::from_uuid),
        scopes,
        expires_at: body.expires_at.map(Moment::instant),
    };
    let key = OrderKey {
        key: key.as_str().to_owned(),
        print: Fingerprint::of(&asked),
    };
    let mint = &state.parts.mint_token;
    let (id, secret) = mint.by_person(&caller.0, key, order).await?;
    let record = mint.book.token(caller.0.tenant, id).await?;
    let record = record.ok_or_else(Problem::not_found)?;
    let zone = zone(&state, &caller.0).await?;
    Ok(HttpResponse::Created().json(MintedAnswer {
        token: TokenAnswer::of(&record, &zone),
        secret: secret.map(|secret| secret.reveal().to_owned()),
    }))
}

async fn revoke(
    state: web::Data<State>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id: TokenId = id_of(&id)?;
    if state.parts.mint_token.revoke(&caller.0, id).await? {
        Ok(HttpResponse::NoContent().finish())
    } else {
        Err(Problem::not_found())
    }
}
