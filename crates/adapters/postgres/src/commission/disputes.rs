//! Disputes about lines of frozen documents.

use std::fmt::Display;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_commission::dispute::{
    Decided, Dispute, DisputeBook, DisputeId, DisputeState, LineNumber, RecordDecisionError, Words,
};
use ratiba_commission::event::CommissionEvent;
use ratiba_kernel::{Id, Outage, TenantId};
use time::OffsetDateTime;
use uuid::Uuid;

use super::PgCommission;
use super::book::TOPIC;
use crate::database::TxError;
use crate::kept::sql_query;
use crate::outbox::append_event;

const SELECT: &str =
    "SELECT id, period_id, position, staff_id, reason, opened_by, opened_at, state, decided_by, decided_at,
    answer, version FROM commission_disputes WHERE tenant_id = $1";

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    period_id: Uuid,
    #[diesel(sql_type = Integer)]
    position: i32,
    #[diesel(sql_type = SqlUuid)]
    staff_id: Uuid,
    #[diesel(sql_type = Text)]
    reason: String,
    #[diesel(sql_type = Text)]
    opened_by: String,
    #[diesel(sql_type = Timestamptz)]
    opened_at: OffsetDateTime,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Nullable<Text>)]
    decided_by: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    decided_at: Option<OffsetDateTime>,
    #[diesel(sql_type = Nullable<Text>)]
    answer: Option<String>,
    #[diesel(sql_type = Integer)]
    version: i32,
}

impl Row {
    fn read(self) -> Result<Dispute, TxError<Outage>> {
        let wrong = |what: &dyn Display| TxError::impossible("commission_disputes", self.id, what);
        let words = |text: &str| Words::parse(text).map_err(|error| wrong(&error));
        let answer = self.answer.as_deref().map(words).transpose()?;
        let decided = self
            .decided_by
            .zip(self.decided_at)
            .map(|(by, at)| Decided { by, at });
        let state = match (self.state.as_str(), decided, answer) {
            ("open", None, None) => DisputeState::Open,
            ("accepted", Some(decided), answer) => DisputeState::Accepted { decided, answer },
            ("rejected", Some(decided), Some(answer)) => DisputeState::Rejected { decided, answer },
            _other => return Err(wrong(&"state")),
        };
        let line = u32::try_from(self.position)
            .ok()
            .and_then(|from_zero| from_zero.checked_add(1));
        Ok(Dispute {
            id: Id::from_uuid(self.id),
            period: Id::from_uuid(self.period_id),
            line: line.and_then(LineNumber::new).ok_or_else(|| wrong(&"position"))?,
            staff: Id::from_uuid(self.staff_id),
            reason: words(&self.reason)?,
            opened_by: self.opened_by,
            opened_at: self.opened_at,
            state,
            version: self.version,
        })
    }
}

#[async_trait]
impl DisputeBook for PgCommission {
    async fn open(
        &self,
        tenant: TenantId,
        dispute: Dispute,
        event: CommissionEvent,
    ) -> Result<Dispute, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let position = i32::try_from(dispute.line.number())
                    .ok()
                    .and_then(|number| number.checked_sub(1))
                    .ok_or_else(|| TxError::impossible("commission_disputes", dispute.id, "line"))?;
                let written = sql_query(
                    "INSERT INTO commission_disputes (tenant_id, id, period_id, position, staff_id, reason, opened_by,
                         opened_at, state)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open')
                     ON CONFLICT (tenant_id, period_id, position) WHERE state = 'open' DO NOTHING",
                )
                .bind::<SqlUuid, _>(tx.tenant_uuid())
                .bind::<SqlUuid, _>(dispute.id.as_uuid())
                .bind::<SqlUuid, _>(dispute.period.as_uuid())
                .bind::<Integer, _>(position)
                .bind::<SqlUuid, _>(dispute.staff.as_uuid())
                .bind::<Text, _>(dispute.reason.as_str().to_owned())
                .bind::<Text, _>(dispute.opened_by.clone())
                .bind::<Timestamptz, _>(dispute.opened_at)
                .execute(tx.conn())?;
                if written == 1 {
                    append_event(tx, TOPIC, &event, dispute.opened_at)?;
                    return Ok(dispute.clone());
                }
                let row = sql_query(format!(
                    "{SELECT} AND period_id = $2 AND position = $3 AND state = 'open'"
                ))
                .bind::<SqlUuid, _>(tx.tenant_uuid())
                .bind::<SqlUuid, _>(dispute.period.as_uuid())
                .bind::<Integer, _>(position)
                .get_result::<Row>(tx.conn())?;
                row.read()
            })
            .await
    }

    async fn dispute(&self, tenant: TenantId, id: DisputeId) -> Result<Option<Dispute>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let row = sql_query(format!("{SELECT} AND id = $2"))
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<SqlUuid, _>(id.as_uuid())
                    .get_result::<Row>(tx.conn())
                    .optional()?;
                row.map(Row::read).transpose()
            })
            .await
    }

    async fn disputes(&self, tenant: TenantId, open_only: bool) -> Result<Vec<Dispute>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let mut rows = sql_query(format!(
                    "{SELECT} AND (state = 'open' OR NOT $2) ORDER BY opened_at DESC, id DESC LIMIT 500"
                ))
                .bind::<SqlUuid, _>(tx.tenant_uuid())
                .bind::<Bool, _>(open_only)
                .load::<Row>(tx.conn())?;
                rows.reverse();
                rows.into_iter().map(Row::read).collect()
            })
            .await
    }

    async fn record_decision(
        &self,
        tenant: TenantId,
        decided: Dispute,
        event: CommissionEvent,
    ) -> Result<(), RecordDecisionError> {
        self.database
            .tenant(tenant, move |tx| {
                let (who, answer) = match &decided.state {
                    DisputeState::Open => {
                        return Err(TxError::impossible("commission_disputes", decided.id, "undecided"));
                    }
                    DisputeState::Accepted { decided, answer } => (decided, answer.as_ref()),
                    DisputeState::Rejected { decided, answer } => (decided, Some(answer)),
                };
                let written = sql_query(
                    "UPDATE commission_disputes SET state = $3, decided_by = $4, decided_at = $5, answer = $6, version = $7
                     WHERE tenant_id = $1 AND id = $2 AND state = 'open'",
                )
                .bind::<SqlUuid, _>(tx.tenant_uuid())
                .bind::<SqlUuid, _>(decided.id.as_uuid())
                .bind::<Text, _>(decided.state.as_str())
                .bind::<Text, _>(who.by.clone())
                .bind::<Timestamptz, _>(who.at)
                .bind::<Nullable<Text>, _>(answer.map(|words| words.as_str().to_owned()))
                .bind::<Integer, _>(decided.version)
                .execute(tx.conn())?;
                if written == 1 {
                    append_event(tx, TOPIC, &event, who.at)?;
                    Ok(())
                } else {
                    Err(TxError::Refused(RecordDecisionError::Stale))
                }
            })
            .await
    }
}
