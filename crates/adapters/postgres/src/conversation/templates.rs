//! The register of message templates.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use ratiba_conversation::event::{ConversationEvent, TOPIC};
use ratiba_conversation::outgoing::TemplateCall;
use ratiba_conversation::ports::{TemplateBook, TemplateRegister, TemplateStanding};
use ratiba_conversation::templates::{RegisteredTemplate, TemplateState, catalogue, label};
use ratiba_kernel::{Outage, TenantId};
use time::OffsetDateTime;
use uuid::Uuid;

use super::PgConversation;
use crate::database::{TenantTx, TxError};
use crate::kept::sql_query;
use crate::outbox::{enqueue_all, write_event};

#[derive(QueryableByName)]
struct TemplateRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    language: String,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Nullable<Text>)]
    reason: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    provider_id: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    state_at: OffsetDateTime,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    reported_at: Option<OffsetDateTime>,
}

impl TemplateRow {
    fn state<E>(&self) -> Result<TemplateState, TxError<E>> {
        TemplateState::parse(&self.state)
            .ok_or_else(|| TxError::impossible("message_templates", self.id, "state"))
    }

    /// `None` for one that is not in the catalogue any more.
    fn read<E>(self) -> Result<Option<RegisteredTemplate>, TxError<E>> {
        let state = self.state()?;
        let text = catalogue()
            .into_iter()
            .find(|text| text.name.code() == self.name && text.language_code() == self.language);
        Ok(text.map(|text| RegisteredTemplate {
            text,
            state,
            reason: self.reason,
            provider_id: self.provider_id,
            state_at: (state != TemplateState::NotSubmitted).then_some(self.state_at),
            reported_at: self.reported_at,
        }))
    }
}

#[async_trait]
impl TemplateRegister for PgConversation {
    async fn standing(&self, tenant: TenantId, call: &TemplateCall) -> Result<TemplateStanding, Outage> {
        let (name, language) = (call.name().to_owned(), call.language_code().to_owned());
        let state = self
            .database
            .tenant(tenant, move |tx| {
                let row = sql_query(
                    "SELECT * FROM message_templates WHERE tenant_id = $1 AND name = $2 AND language = $3",
                )
                .bind::<SqlUuid, _>(tx.tenant_uuid())
                .bind::<Text, _>(&name)
                .bind::<Text, _>(&language)
                .get_result::<TemplateRow>(tx.conn())
                .optional()?;
                row.map(|row| row.state::<Outage>()).transpose()
            })
            .await?;
        let usable = match state {
            Some(TemplateState::Approved) => true,
            Some(
                TemplateState::Pending
                | TemplateState::Rejected
                | TemplateState::Paused
                | TemplateState::Disabled
                | TemplateState::Gone,
            ) => false,
            Some(TemplateState::NotSubmitted) | None => {
                self.named_as_approved(tenant, call.name(), call.language_code())
                    .await?
            }
        };
        Ok(if usable {
            TemplateStanding::Approved
        } else {
            TemplateStanding::NotUsable
        })
    }
}

#[async_trait]
impl TemplateBook for PgConversation {
    async fn registered(&self, tenant: TenantId) -> Result<Vec<RegisteredTemplate>, Outage> {
        self.database
            .tenant(tenant, move |tx| {
                let rows =
                    sql_query("SELECT * FROM message_templates WHERE tenant_id = $1 ORDER BY name, language")
                        .bind::<SqlUuid, _>(tx.tenant_uuid())
                        .load::<TemplateRow>(tx.conn())?;
                let mut known = Vec::new();
                for row in rows {
                    known.extend(row.read::<Outage>()?);
                }
                Ok(known)
            })
            .await
    }

    async fn keep_templates(
        &self,
        tenant: TenantId,
        templates: Vec<RegisteredTemplate>,
        events: Vec<ConversationEvent>,
        now: OffsetDateTime,
    ) -> Result<(), Outage> {
        self.database
            .tenant(tenant, move |tx| {
                for template in &templates {
                    keep(tx, template, now)?;
                }
                let mut jobs = Vec::with_capacity(events.len());
                for event in &events {
                    jobs.push(write_event(tx, TOPIC, event, now)?);
                }
                enqueue_all::<Outage>(tx, jobs)
            })
            .await
    }
}

/// Notes that a template is needed and cannot be sent; the event of it, unless that was noted since it was last approved.
pub(super) fn note_missed<E>(
    tx: &mut TenantTx<'_>,
    call: &TemplateCall,
    now: OffsetDateTime,
) -> Result<Option<ConversationEvent>, TxError<E>> {
    let id = tx.new_id();
    let noted = sql_query(
        "INSERT INTO message_templates AS t (tenant_id, id, name, language, state, state_at, told_at)
         VALUES ($1, $2, $3, $4, 'not_submitted', $5, $5)
         ON CONFLICT (tenant_id, name, language) DO UPDATE SET told_at = excluded.told_at
         WHERE t.told_at IS NULL",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlUuid, _>(id)
    .bind::<Text, _>(call.name())
    .bind::<Text, _>(call.language_code())
    .bind::<Timestamptz, _>(now)
    .execute(tx.conn())?;
    Ok((noted == 1).then(|| ConversationEvent::TemplateMissed {
        template: label(call.name(), call.language_code()),
    }))
}

fn keep(
    tx: &mut TenantTx<'_>,
    template: &RegisteredTemplate,
    now: OffsetDateTime,
) -> Result<(), TxError<Outage>> {
    let id = tx.new_id();
    let text = &template.text;
    sql_query(
        "INSERT INTO message_templates AS t
             (tenant_id, id, name, language, category, body, parameters, state, reason, provider_id, state_at, reported_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         ON CONFLICT (tenant_id, name, language) DO UPDATE
         SET category = excluded.category, body = excluded.body, parameters = excluded.parameters,
             state = excluded.state, reason = excluded.reason, provider_id = excluded.provider_id,
             state_at = excluded.state_at, reported_at = excluded.reported_at,
             told_at = CASE WHEN excluded.state = 'approved' THEN NULL ELSE t.told_at END
         WHERE t.reported_at IS NULL OR excluded.reported_at >= t.reported_at",
    )
    .bind::<SqlUuid, _>(tx.tenant_uuid())
    .bind::<SqlUuid, _>(id)
    .bind::<Text, _>(text.name.code())
    .bind::<Text, _>(text.language_code())
    .bind::<Text, _>(text.category.code())
    .bind::<Text, _>(text.body)
    .bind::<Integer, _>(i32::try_from(text.examples.len()).unwrap_or(i32::MAX))
    .bind::<Text, _>(template.state.code())
    .bind::<Nullable<Text>, _>(&template.reason)
    .bind::<Nullable<Text>, _>(&template.provider_id)
    .bind::<Timestamptz, _>(template.state_at.unwrap_or(now))
    .bind::<Nullable<Timestamptz>, _>(template.reported_at)
    .execute(tx.conn())?;
    Ok(())
}
