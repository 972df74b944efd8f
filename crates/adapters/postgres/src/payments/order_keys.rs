//! At which address the key of an order was used.

use async_trait::async_trait;
use diesel::sql_types::{Binary, Bool, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl};
use ratiba_kernel::{Fingerprint, Outage, TenantId};
use ratiba_payments::ports::{KEY_LIFE, OrderKeys};
use ratiba_payments::reference::RequestKey;
use time::OffsetDateTime;

use super::PgPayments;
use crate::database::TxError;
use crate::kept::sql_query;

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    yes: bool,
}

/// Keys that mean nothing any more are forgotten on the way, some at a time.
const FORGET: &str = "
DELETE FROM order_keys WHERE tenant_id = $1 AND request_key IN (
    SELECT request_key FROM order_keys WHERE tenant_id = $1 AND used_at < $2 ORDER BY used_at LIMIT 20
    FOR UPDATE SKIP LOCKED)";

const NOTE: &str = "
INSERT INTO order_keys (tenant_id, request_key, place, used_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant_id, request_key) DO UPDATE SET
    place = CASE WHEN order_keys.used_at < $5 THEN EXCLUDED.place ELSE order_keys.place END,
    used_at = CASE WHEN order_keys.used_at < $5 THEN EXCLUDED.used_at ELSE order_keys.used_at END
RETURNING place = $3 AS yes";

#[async_trait]
impl OrderKeys for PgPayments {
    async fn means(
        &self,
        tenant: TenantId,
        key: &RequestKey,
        place: Fingerprint,
        at: OffsetDateTime,
    ) -> Result<bool, Outage> {
        let key = key.as_str().to_owned();
        self.database
            .tenant(tenant, move |tx| {
                let since = at - KEY_LIFE;
                sql_query(FORGET)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<Timestamptz, _>(since)
                    .execute(tx.conn())?;
                let answer: Answer = sql_query(NOTE)
                    .bind::<SqlUuid, _>(tx.tenant_uuid())
                    .bind::<Text, _>(&key)
                    .bind::<Binary, _>(&place.as_bytes()[..])
                    .bind::<Timestamptz, _>(at)
                    .bind::<Timestamptz, _>(since)
                    .get_result(tx.conn())?;
                Ok::<_, TxError<Outage>>(answer.yes)
            })
            .await
    }
}
