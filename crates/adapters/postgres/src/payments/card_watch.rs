//! Looks at orders that tell nothing new: noted without a change of their payment.

use async_trait::async_trait;
use diesel::prelude::*;
use ratiba_kernel::{Outage, TenantId};
use ratiba_payments::attempt::AttemptId;
use ratiba_payments::event::PaymentEvent;
use ratiba_payments::ports::CardWatch;
use ratiba_payments::task::Due;
use time::OffsetDateTime;

use super::{PgPayments, TOPIC, writing};
use crate::database::TxError;
use crate::outbox::{append_event, enqueue};
use crate::schema::payment_attempts;

#[async_trait]
impl CardWatch for PgPayments {
    async fn note_look(
        &self,
        tenant: TenantId,
        attempt: AttemptId,
        step: u8,
        next: Option<Due>,
    ) -> Result<bool, Outage> {
        let (id, step) = (attempt.as_uuid(), i16::from(step));
        self.database
            .tenant(tenant, move |tx| {
                let own = tx.tenant_uuid();
                let noted = diesel::update(payment_attempts::table)
                    .filter(payment_attempts::tenant_id.eq(own))
                    .filter(payment_attempts::id.eq(id))
                    .filter(payment_attempts::queries.le(step))
                    .set(payment_attempts::queries.eq(step + 1))
                    .execute(tx.conn())?;
                if noted == 0 {
                    return Ok(false);
                }
                if let Some(due) = &next {
                    enqueue(tx, writing::job(due)?)?;
                }
                Ok::<_, TxError<Outage>>(true)
            })
            .await
    }

    async fn tell_unpaid(
        &self,
        tenant: TenantId,
        attempt: AttemptId,
        event: PaymentEvent,
        at: OffsetDateTime,
    ) -> Result<bool, Outage> {
        let id = attempt.as_uuid();
        self.database
            .tenant(tenant, move |tx| {
                let own = tx.tenant_uuid();
                let told = diesel::update(payment_attempts::table)
                    .filter(payment_attempts::tenant_id.eq(own))
                    .filter(payment_attempts::id.eq(id))
                    .filter(payment_attempts::state.eq("awaiting_customer"))
                    .filter(payment_attempts::nudged_at.is_null())
                    .set(payment_attempts::nudged_at.eq(at))
                    .execute(tx.conn())?;
                if told == 1 {
                    append_event(tx, TOPIC, &event, at)?;
                }
                Ok::<_, TxError<Outage>>(told == 1)
            })
            .await
    }

    async fn plan(&self, tenant: TenantId, due: Due) -> Result<(), Outage> {
        self.database
            .tenant(tenant, move |tx| {
                enqueue(tx, writing::job(&due)?)?;
                Ok::<_, TxError<Outage>>(())
            })
            .await
    }
}
