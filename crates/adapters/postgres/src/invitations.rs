//! Invitations. Hashes of their secrets lead to a tenant through the global table `access_keys`, the rest is the tenant's.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_access::invitation::{
    Acceptance, Accepted, AccessTask, Answer, Invitation, InvitationId, InvitationStepError, InviteOutcome,
    LASTS, NewInvitation, OPEN_MAX, SENDS_MAX,
};
use ratiba_access::members::{Admitted, NewMember};
use ratiba_access::token::OrderKey;
use ratiba_access::{InvitationBook, PersonId, Profile, Role};
use ratiba_kernel::{Id, Outage, PhoneNumber, TenantId, TokenHash};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::database::{TenantTx, TxError};
use crate::jobs::NewJob;
use crate::kept::sql_query;
use crate::outbox::enqueue;
use crate::people::{PgPeople, admit, is_staff};
use crate::schema::{access_keys, invitations, memberships, tenants};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    phone: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    role: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    staff_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    invited_by: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    invited_at: OffsetDateTime,
    #[diesel(sql_type = Timestamptz)]
    expires_at: OffsetDateTime,
    #[diesel(sql_type = Integer)]
    sends: i32,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    accepted_by: Option<Uuid>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    accepted_at: Option<OffsetDateTime>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    revoked_at: Option<OffsetDateTime>,
    #[diesel(sql_type = Integer)]
    version: i32,
}

impl Row {
    fn read<E>(self) -> Result<Invitation, TxError<E>> {
        let impossible = |what: &str| TxError::impossible("invitations", self.id, what);
        let answer = match (self.accepted_by, self.accepted_at, self.revoked_at) {
            (Some(by), Some(at), _) => Answer::Accepted {
                by: Id::from_uuid(by),
                at,
            },
            (_, _, Some(at)) => Answer::Revoked(at),
            (_, _, None) => Answer::Open,
        };
        Ok(Invitation {
            id: Id::from_uuid(self.id),
            phone: PhoneNumber::parse(&self.phone).map_err(|_| impossible("phone"))?,
            role: Role::parse(&self.role).ok_or_else(|| impossible("role"))?,
            name: self.name,
            staff: self.staff_id.map(Id::from_uuid),
            invited_by: self.invited_by,
            invited_at: self.invited_at,
            expires_at: self.expires_at,
            sends: self.sends,
            answer,
            version: self.version,
        })
    }
}

#[async_trait]
impl InvitationBook for PgPeople {
    async fn invite(&self, tenant: TenantId, new: NewInvitation) -> Result<InviteOutcome, Outage> {
        let invite = move |tx: &mut TenantTx<'_>| invite(tx, &new);
        self.database.tenant(tenant, invite).await
    }

    async fn invitations(
        &self,
        tenant: TenantId,
        before: Option<InvitationId>,
        most: u16,
    ) -> Result<Vec<Invitation>, Outage> {
        let list = move |tx: &mut TenantTx<'_>| {
            let rows = sql_query(
                "SELECT * FROM invitations WHERE tenant_id = $1 AND ($2 IS NULL OR id < $2) ORDER BY id DESC LIMIT $3",
            )
            .bind::<SqlUuid, _>(tx.tenant_uuid())
            .bind::<Nullable<SqlUuid>, _>(before.map(|id| id.as_uuid()))
            .bind::<BigInt, _>(i64::from(most))
            .load::<Row>(tx.conn())?;
            rows.into_iter()
                .map(Row::read)
                .collect::<Result<Vec<_>, TxError<Outage>>>()
        };
        self.database.tenant(tenant, list).await
    }

    async fn invitation(&self, tenant: TenantId, id: InvitationId) -> Result<Option<Invitation>, Outage> {
        let find = move |tx: &mut TenantTx<'_>| find(tx, id, FIND);
        self.database.tenant(tenant, find).await
    }

    async fn resend(
        &self,
        tenant: TenantId,
        id: InvitationId,
        seen: i32,
        at: OffsetDateTime,
    ) -> Result<(), InvitationStepError> {
        let resend = move |tx: &mut TenantTx<'_>| {
            let refuse = |why| Err(TxError::Refused(why));
            let Some(invitation) = find(tx, id, FIND_AND_LOCK)? else {
                return refuse(InvitationStepError::Unknown);
            };
            if invitation.version != seen {
                return refuse(InvitationStepError::Stale);
            }
            if invitation.answer != Answer::Open {
                return refuse(InvitationStepError::Answered);
            }
            if invitation.sends >= SENDS_MAX {
                return refuse(InvitationStepError::SentOften);
            }
            let send = invitation.sends + 1;
            diesel::update(invitations::table.find((tx.tenant_uuid(), id.as_uuid())))
                .set((
                    invitations::sends.eq(send),
                    invitations::expires_at.eq(at + LASTS),
                    invitations::version.eq(seen + 1),
                ))
                .execute(tx.conn())?;
            tell(tx, id, send, at)
        };
        self.database.tenant(tenant, resend).await
    }

    async fn revoke(
        &self,
        tenant: TenantId,
        id: InvitationId,
        at: OffsetDateTime,
    ) -> Result<(), InvitationStepError> {
        let revoke = move |tx: &mut TenantTx<'_>| {
            let Some(invitation) = find(tx, id, FIND_AND_LOCK)? else {
                return Err(TxError::Refused(InvitationStepError::Unknown));
            };
            match invitation.answer {
                Answer::Open => {
                    diesel::update(invitations::table.find((tx.tenant_uuid(), id.as_uuid())))
                        .set((
                            invitations::revoked_at.eq(at),
                            invitations::version.eq(invitation.version + 1),
                        ))
                        .execute(tx.conn())?;
                    Ok(())
                }
                Answer::Revoked(_) => Ok(()),
                Answer::Accepted { .. } => Err(TxError::Refused(InvitationStepError::Answered)),
            }
        };
        self.database.tenant(tenant, revoke).await
    }

    async fn add_secret(
        &self,
        tenant: TenantId,
        id: InvitationId,
        hash: TokenHash,
        at: OffsetDateTime,
    ) -> Result<bool, Outage> {
        let add = move |tx: &mut TenantTx<'_>| {
            let stands = find(tx, id, FIND_AND_LOCK)?.is_some_and(|one| one.stands(at));
            if stands {
                diesel::insert_into(access_keys::table)
                    .values((
                        access_keys::key_hash.eq(hash.as_bytes().as_slice()),
                        access_keys::kind.eq("invitation"),
                        access_keys::tenant_id.eq(tx.tenant_uuid()),
                        access_keys::subject_id.eq(id.as_uuid()),
                    ))
                    .execute(tx.conn())?;
            }
            Ok::<_, TxError<Outage>>(stands)
        };
        self.database.tenant(tenant, add).await
    }

    async fn accept(&self, brought: Acceptance) -> Result<Accepted, Outage> {
        let key = self
            .database
            .global(move |tx| {
                let row = access_keys::table
                    .filter(
                        access_keys::key_hash
                            .eq(brought.hash.as_bytes().as_slice())
                            .and(access_keys::kind.eq("invitation")),
                    )
                    .select((access_keys::tenant_id, access_keys::subject_id))
                    .first::<(Uuid, Uuid)>(tx.conn())
                    .optional()?;
                Ok::<_, TxError<Outage>>(row)
            })
            .await?;
        let Some((tenant, id)) = key else {
            return Ok(Accepted::Invalid);
        };
        let accept = move |tx: &mut TenantTx<'_>| accept(tx, Id::from_uuid(id), brought);
        self.database.tenant(TenantId::from_uuid(tenant), accept).await
    }
}

const FIND: &str = "SELECT * FROM invitations WHERE tenant_id = $1 AND id = $2";
const FIND_AND_LOCK: &str = "SELECT * FROM invitations WHERE tenant_id = $1 AND id = $2 FOR UPDATE";

fn find<E>(
    tx: &mut TenantTx<'_>,
    id: InvitationId,
    sql: &'static str,
) -> Result<Option<Invitation>, TxError<E>> {
    let row = sql_query(sql)
        .bind::<SqlUuid, _>(tx.tenant_uuid())
        .bind::<SqlUuid, _>(id.as_uuid())
        .get_result::<Row>(tx.conn())
        .optional()?;
    row.map(Row::read).transpose()
}

/// Puts an invitation on record, within a transaction that may record more.
pub(crate) fn invite<E>(tx: &mut TenantTx<'_>, new: &NewInvitation) -> Result<InviteOutcome, TxError<E>> {
    if !is_staff(tx, new.staff)? {
        return Ok(InviteOutcome::UnknownStaff);
    }
    if let Some(before) = before(tx, new.order.as_ref())? {
        return Ok(before);
    }
    if is_full(tx, new.invited_at)? {
        return Ok(InviteOutcome::TooMany);
    }
    let order = new.order.as_ref();
    let added = diesel::insert_into(invitations::table)
        .values((
            invitations::tenant_id.eq(tx.tenant_uuid()),
            invitations::id.eq(new.id.as_uuid()),
            invitations::phone.eq(new.phone.e164()),
            invitations::name.eq(&new.name),
            invitations::role.eq(new.role.name()),
            invitations::staff_id.eq(new.staff.map(|staff| staff.as_uuid())),
            invitations::invited_by.eq(&new.invited_by),
            invitations::invited_at.eq(new.invited_at),
            invitations::expires_at.eq(new.expires_at),
            invitations::order_key.eq(order.map(|order| &order.key)),
            invitations::order_print.eq(order.map(|order| order.print.as_bytes().to_vec())),
        ))
        // The same order at the same moment waits here for the other one.
        .on_conflict((invitations::tenant_id, invitations::order_key))
        .do_nothing()
        .execute(tx.conn())?;
    if added == 0 {
        let before = before(tx, order)?;
        return before
            .ok_or_else(|| TxError::impossible("invitations", new.id, "neither new nor ordered before"));
    }
    tell(tx, new.id, 1, new.invited_at)?;
    Ok(InviteOutcome::Invited)
}

/// What became of the key of an order before, if it came before.
fn before<E>(tx: &mut TenantTx<'_>, order: Option<&OrderKey>) -> Result<Option<InviteOutcome>, TxError<E>> {
    let Some(order) = order else {
        return Ok(None);
    };
    let row = invitations::table
        .filter(
            invitations::tenant_id
                .eq(tx.tenant_uuid())
                .and(invitations::order_key.eq(&order.key)),
        )
        .select((invitations::id, invitations::order_print))
        .first::<(Uuid, Option<Vec<u8>>)>(tx.conn())
        .optional()?;
    Ok(row.map(|(id, print)| {
        if print.as_deref() == Some(order.print.as_bytes().as_slice()) {
            InviteOutcome::Before(Id::from_uuid(id))
        } else {
            InviteOutcome::OtherOrder
        }
    }))
}

/// Whether as many wait for an answer as may.
fn is_full<E>(tx: &mut TenantTx<'_>, now: OffsetDateTime) -> Result<bool, TxError<E>> {
    let open = invitations::tenant_id
        .eq(tx.tenant_uuid())
        .and(invitations::accepted_at.is_null())
        .and(invitations::revoked_at.is_null())
        .and(invitations::expires_at.gt(now));
    let open: i64 = invitations::table.filter(open).count().get_result(tx.conn())?;
    Ok(open >= OPEN_MAX)
}

/// The task to tell whoever is invited.
fn tell<E>(
    tx: &mut TenantTx<'_>,
    invitation: InvitationId,
    send: i32,
    at: OffsetDateTime,
) -> Result<(), TxError<E>> {
    let task = AccessTask::TellInvited { invitation, send };
    let payload = serde_json::to_value(task).map_err(|error| TxError::Impossible(error.to_string()))?;
    enqueue(tx, NewJob::new(task.kind(), payload, at))
}

fn accept(tx: &mut TenantTx<'_>, id: InvitationId, brought: Acceptance) -> Result<Accepted, TxError<Outage>> {
    // Whoever brings the same secret at this moment waits here, and finds it used.
    let Some(invitation) = find(tx, id, FIND_AND_LOCK)? else {
        return Ok(Accepted::Invalid);
    };
    let tenant = tx.tenant();
    if let Answer::Accepted { by, .. } = invitation.answer
        && by == brought.person
    {
        return joined(tx, by);
    }
    if !invitation.stands(brought.at) || !may_still_invite(tx, &invitation)? {
        return Ok(Accepted::Invalid);
    }
    let newcomer = NewMember {
        person: brought.person,
        role: invitation.role,
        staff: invitation.staff,
        profile: Profile::of(Some(&invitation.name), None),
        joined_at: brought.at,
    };
    match admit(tx, &newcomer)? {
        Admitted::New => {}
        Admitted::Already => return Ok(Accepted::Already),
        Admitted::UnknownStaff => return Ok(Accepted::Invalid),
    }
    diesel::update(invitations::table.find((tx.tenant_uuid(), id.as_uuid())))
        .set((
            invitations::accepted_by.eq(brought.person.as_uuid()),
            invitations::accepted_at.eq(brought.at),
            invitations::version.eq(invitation.version + 1),
        ))
        .execute(tx.conn())?;
    Ok(Accepted::Joined {
        tenant,
        role: invitation.role,
        staff: invitation.staff,
    })
}

/// What somebody is who brought the secret before.
fn joined(tx: &mut TenantTx<'_>, person: PersonId) -> Result<Accepted, TxError<Outage>> {
    let row = memberships::table
        .filter(
            memberships::tenant_id
                .eq(tx.tenant_uuid())
                .and(memberships::person_id.eq(person.as_uuid())),
        )
        .select((memberships::role, memberships::staff_id))
        .first::<(String, Option<Uuid>)>(tx.conn())
        .optional()?;
    let Some((role, staff)) = row else {
        return Ok(Accepted::Invalid);
    };
    Ok(Accepted::Joined {
        tenant: tx.tenant(),
        role: Role::parse(&role).ok_or_else(|| TxError::impossible("memberships", person, "unknown role"))?,
        staff: staff.map(Id::from_uuid),
    })
}

/// Whether the business is open, and whoever invites is by now at least what they invite to; the operator always is.
fn may_still_invite(tx: &mut TenantTx<'_>, invitation: &Invitation) -> Result<bool, TxError<Outage>> {
    let tenant = tx.tenant_uuid();
    let active = tenants::id.eq(tenant).and(tenants::state.eq("active"));
    if !diesel::select(diesel::dsl::exists(tenants::table.filter(active))).get_result(tx.conn())? {
        return Ok(false);
    }
    let Some(by) = &invitation.invited_by else {
        return Ok(true);
    };
    let person = by.strip_prefix("person:").and_then(|id| id.parse::<Uuid>().ok());
    let Some(person) = person else {
        return Err(TxError::impossible(
            "invitations",
            invitation.id,
            "invited by no person",
        ));
    };
    let theirs = memberships::table
        .filter(
            memberships::tenant_id
                .eq(tenant)
                .and(memberships::person_id.eq(person))
                .and(memberships::suspended_at.is_null()),
        )
        .select(memberships::role)
        .first::<String>(tx.conn())
        .optional()?;
    let theirs = theirs.and_then(|word| Role::parse(&word));
    Ok(theirs.is_some_and(|theirs| theirs >= invitation.role))
}
