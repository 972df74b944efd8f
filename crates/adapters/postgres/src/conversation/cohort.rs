//! Who is invited to the beta cohort. The places are numbered, so the unique index over them gives each once.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_conversation::channel::SenderKey;
use ratiba_conversation::cohort::{
    Cohort, CohortMove, Invitation, InvitationId, Member, PLACES, PLACES_MAX, Standing, invitation_cause,
};
use ratiba_conversation::customer::{Customer, CustomerId};
use ratiba_conversation::ports::{CohortBook, InviteError, NewInvitation, RecordError, Who};
use ratiba_kernel::{Id, Outage, PhoneNumber, TenantId};
use time::OffsetDateTime;
use uuid::Uuid;

use super::PgConversation;
use super::record::insert_customer;
use super::threads::{Refused, customer_of, find_customer, queue_message};
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;
use crate::outbox::enqueue_all;

/// The most invitations that are read as one list: far more than places.
const LISTED_MOST: i64 = 2_000;

#[derive(QueryableByName)]
struct InvitationRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    customer_id: Uuid,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Text)]
    invited_by: String,
    #[diesel(sql_type = Timestamptz)]
    invited_at: OffsetDateTime,
    #[diesel(sql_type = Timestamptz)]
    state_at: OffsetDateTime,
}

impl InvitationRow {
    fn read<E>(self) -> Result<Invitation, TxError<E>> {
        let standing = Standing::parse(&self.state)
            .ok_or_else(|| TxError::impossible("cohort_invitations", self.id, "state"))?;
        Ok(Invitation {
            id: Id::from_uuid(self.id),
            customer: Id::from_uuid(self.customer_id),
            standing,
            invited_by: self.invited_by,
            invited_at: self.invited_at,
            standing_at: self.state_at,
        })
    }
}

#[derive(QueryableByName)]
struct Room {
    #[diesel(sql_type = Integer)]
    places: i32,
    #[diesel(sql_type = BigInt)]
    taken: i64,
}

/// How many places there are, and how many are held.
fn room<E>(tx: &mut TenantTx<'_>) -> Result<(u16, i64), TxError<E>> {
    let row = sql_query(
        "SELECT coalesce((SELECT (conversation->>'cohort_places')::integer FROM tenant_settings WHERE tenant_id = $1), $2)
                AS places,
            (SELECT count(*) FROM cohort_invitations WHERE tenant_id = $1 AND place IS NOT NULL) AS taken",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<Integer, _>(i32::from(PLACES))
    .get_result::<Room>(tx.conn())?;
    let places = u16::try_from(row.places.clamp(0, i32::from(PLACES_MAX)));
    Ok((places.unwrap_or(PLACES), row.taken))
}

fn member<E>(tx: &mut TenantTx<'_>, row: InvitationRow) -> Result<Member, TxError<E>> {
    let (id, customer) = (row.id, row.customer_id);
    let customer = customer_of(tx, customer)?
        .ok_or_else(|| TxError::impossible("cohort_invitations", id, "customer_id"))?;
    Ok(Member {
        invitation: row.read()?,
        customer,
    })
}

#[async_trait]
impl CohortBook for PgConversation {
    async fn cohort(&self, tenant: TenantId) -> Result<Cohort, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let (places, _taken) = room::<Outage>(tx)?;
                let rows = sql_query(
                    "SELECT * FROM cohort_invitations WHERE tenant_id = $1 AND state <> 'withdrawn'
                     ORDER BY invited_at, id LIMIT $2",
                )
                .bind::<SqlUuid, _>(tx.tenant_uuid())
                .bind::<BigInt, _>(LISTED_MOST)
                .load::<InvitationRow>(tx.conn())?;
                let mut members = Vec::with_capacity(rows.len());
                for row in rows {
                    members.push(member(tx, row)?);
                }
                Ok(Cohort { places, members })
            })
            .await
    }

    async fn invited(
        &self,
        tenant: TenantId,
        phone: &PhoneNumber,
    ) -> Result<Option<(Customer, Option<Invitation>)>, Outage> {
        let sender = SenderKey::parse(phone.digits()).map_err(Outage::new)?;
        let who = Who::Sender {
            sender,
            phone: Some(phone.clone()),
        };
        self.database
            .tenant(tenant, move |tx| {
                let Some(customer) = find_customer::<Outage>(tx, &who)? else {
                    return Ok(None);
                };
                let row = sql_query(
                    "SELECT * FROM cohort_invitations
                     WHERE tenant_id = $1 AND customer_id = $2 AND state <> 'withdrawn'",
                )
                .bind::<SqlUuid, _>(tx.tenant_uuid())
                .bind::<SqlUuid, _>(customer.id.as_uuid())
                .get_result::<InvitationRow>(tx.conn())
                .optional()?;
                Ok(Some((customer, row.map(InvitationRow::read).transpose()?)))
            })
            .await
    }

    async fn invite(&self, tenant: TenantId, order: NewInvitation) -> Result<(), InviteError> {
        self.database
            .tenant(tenant, move |tx| {
                let refused = |error: Refused| match error {
                    TxError::Refused(RecordError::Stale | RecordError::AlreadyHandled) => {
                        TxError::Refused(InviteError::Stale)
                    }
                    TxError::Refused(RecordError::Unavailable(outage)) => {
                        TxError::Refused(InviteError::Unavailable(outage))
                    }
                    TxError::Database(error) => TxError::Database(error),
                    TxError::Impossible(what) => TxError::Impossible(what),
                };
                known_or_new(tx, &order.customer).map_err(refused)?;
                take_place(tx, &order.invitation)?;
                sql_query("UPDATE customers SET cohort_invitation_id = $3 WHERE tenant_id = $1 AND id = $2")
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<SqlUuid, _>(order.customer.id.as_uuid())
                    .bind::<SqlUuid, _>(order.invitation.id.as_uuid())
                    .execute(tx.conn())?;
                let job = queue_message(tx, &order.message).map_err(refused)?;
                enqueue_all(tx, vec![job])
            })
            .await
    }

    async fn withdraw(
        &self,
        tenant: TenantId,
        id: InvitationId,
        at: OffsetDateTime,
    ) -> Result<Option<Member>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let taken_back = sql_query(
                    "UPDATE cohort_invitations SET state = 'withdrawn', place = NULL, state_at = $3
                     WHERE tenant_id = $1 AND id = $2 AND state <> 'withdrawn'",
                )
                .bind::<SqlUuid, _>(tx.tenant_uuid())
                .bind::<SqlUuid, _>(id.as_uuid())
                .bind::<Timestamptz, _>(at)
                .execute(tx.conn())?;
                let row = sql_query("SELECT * FROM cohort_invitations WHERE tenant_id = $1 AND id = $2")
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<SqlUuid, _>(id.as_uuid())
                    .get_result::<InvitationRow>(tx.conn())
                    .optional()?;
                let Some(row) = row else { return Ok(None) };
                if taken_back == 1 {
                    not_sent_any_more(tx, id, at)?;
                    put_inside::<Outage>(tx, Id::from_uuid(row.customer_id), false)?;
                }
                member(tx, row).map(Some)
            })
            .await
    }
}

/// What waits to be sent is refused. A sender that read it before finds it at another version, and leaves it.
fn not_sent_any_more(
    tx: &mut TenantTx<'_>,
    id: InvitationId,
    at: OffsetDateTime,
) -> Result<(), TxError<Outage>> {
    sql_query(
        "UPDATE outgoing_messages SET state = 'refused', reason = 'withdrawn', state_at = $3, version = version + 1
         WHERE tenant_id = $1 AND dedup_key = $2 AND state = 'queued'",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<Text, _>(invitation_cause(id))
    .bind::<Timestamptz, _>(at)
    .execute(tx.conn())?;
    Ok(())
}

/// The name of a known customer who had none; a new one is inserted. Who opted out since they were read is read again.
fn known_or_new(tx: &mut TenantTx<'_>, customer: &Customer) -> Result<(), Refused> {
    let updated = sql_query(
        "UPDATE customers SET name = coalesce(name, $3)
         WHERE tenant_id = $1 AND id = $2 AND opted_out_at IS NOT DISTINCT FROM $4",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlUuid, _>(customer.id.as_uuid())
    .bind::<Nullable<Text>, _>(&customer.name)
    .bind::<Nullable<Timestamptz>, _>(customer.opted_out_at)
    .execute(tx.conn())?;
    if updated == 1 {
        return Ok(());
    }
    insert_customer(tx, customer)
}

/// Gives the smallest free place. Two at once want the same one: the index lets one have it, and the other reads again.
fn take_place(tx: &mut TenantTx<'_>, invitation: &Invitation) -> Result<(), TxError<InviteError>> {
    sql_query(
        "UPDATE cohort_invitations SET state = 'withdrawn', state_at = $3
         WHERE tenant_id = $1 AND customer_id = $2 AND state = 'left'",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlUuid, _>(invitation.customer.as_uuid())
    .bind::<Timestamptz, _>(invitation.invited_at)
    .execute(tx.conn())?;
    let (places, taken) = room(tx)?;
    if taken >= i64::from(places) {
        return Err(TxError::Refused(InviteError::Full { places }));
    }
    let written = sql_query(
        "INSERT INTO cohort_invitations (tenant_id, id, customer_id, place, state, invited_by, invited_at, state_at)
         SELECT $1, $2, $3, min(p), 'invited', $4, $5, $5 FROM generate_series(1, $6) AS p
         WHERE NOT EXISTS (SELECT FROM cohort_invitations WHERE tenant_id = $1 AND place = p)
         HAVING min(p) IS NOT NULL
         ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlUuid, _>(invitation.id.as_uuid())
    .bind::<SqlUuid, _>(invitation.customer.as_uuid())
    .bind::<Text, _>(&invitation.invited_by)
    .bind::<Timestamptz, _>(invitation.invited_at)
    .bind::<Integer, _>(i32::from(places))
    .execute(tx.conn())?;
    if written == 1 {
        Ok(())
    } else {
        Err(TxError::Refused(InviteError::Stale))
    }
}

/// What a customer's own words do to their invitation.
pub(super) fn answer(
    tx: &mut TenantTx<'_>,
    customer: CustomerId,
    step: CohortMove,
    at: OffsetDateTime,
) -> Result<(), Refused> {
    let (answered, from, to) = match step {
        CohortMove::Join(id) => (Some(id), Standing::Invited, Standing::Joined),
        CohortMove::Decline(id) => (Some(id), Standing::Invited, Standing::Declined),
        CohortMove::Leave => (None, Standing::Joined, Standing::Left),
    };
    let written = sql_query(
        "UPDATE cohort_invitations
         SET state = $4, state_at = $5, place = CASE WHEN $4 = 'joined' THEN place END
         WHERE tenant_id = $1 AND customer_id = $2 AND state = $3 AND ($6 IS NULL OR id = $6)",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlUuid, _>(customer.as_uuid())
    .bind::<Text, _>(from.code())
    .bind::<Text, _>(to.code())
    .bind::<Timestamptz, _>(at)
    .bind::<Nullable<SqlUuid>, _>(answered.map(|id| id.as_uuid()))
    .execute(tx.conn())?;
    if written == 0 && step != CohortMove::Leave {
        return Err(TxError::Refused(RecordError::Stale));
    }
    put_inside(tx, customer, to == Standing::Joined)
}

/// Who is inside or outside waits for no answer any more.
fn put_inside<E>(tx: &mut TenantTx<'_>, customer: CustomerId, inside: bool) -> Result<(), TxError<E>> {
    sql_query(
        "UPDATE customers SET in_cohort = $3, cohort_invitation_id = NULL WHERE tenant_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlUuid, _>(customer.as_uuid())
    .bind::<diesel::sql_types::Bool, _>(inside)
    .execute(tx.conn())?;
    Ok(())
}
