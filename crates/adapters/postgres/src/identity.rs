//! Which tenant an address of the business belongs to.

use diesel::prelude::*;
use ratiba_kernel::{Outage, TenantId, Zone};
use uuid::Uuid;

use crate::database::{Database, TxError};
use crate::schema::{channel_routes, tenant_settings, tenants};

/// The tenant of a channel's own address (WhatsApp's phone number id); `None` if nobody has it.
///
/// # Errors
/// [`Outage`].
pub async fn tenant_of_channel(
    database: &Database,
    channel: &'static str,
    external_id: &str,
) -> Result<Option<TenantId>, Outage> {
    let external_id = external_id.to_owned();
    database
        .global(move |tx| {
            let row = channel_routes::table
                .filter(
                    channel_routes::channel
                        .eq(channel)
                        .and(channel_routes::external_id.eq(&external_id)),
                )
                .select(channel_routes::tenant_id)
                .first::<Uuid>(tx.conn())
                .optional()?;
            Ok::<_, TxError<Outage>>(row.map(TenantId::from_uuid))
        })
        .await
}

/// The active tenants, by id; sweeps walk over them one by one.
///
/// # Errors
/// [`Outage`].
pub async fn active_tenants(database: &Database) -> Result<Vec<TenantId>, Outage> {
    database
        .global(|tx| {
            let rows = tenants::table
                .filter(tenants::state.eq("active"))
                .order(tenants::id)
                .select(tenants::id)
                .load::<Uuid>(tx.conn())?;
            Ok::<_, TxError<Outage>>(rows.into_iter().map(TenantId::from_uuid).collect())
        })
        .await
}

/// A tenant's zone; `None` for an unknown tenant.
///
/// # Errors
/// [`Outage`].
pub async fn zone_of(database: &Database, tenant: TenantId) -> Result<Option<Zone>, Outage> {
    database
        .tenant(tenant, |tx| {
            let id = tx.tenant_uuid();
            let name = tenant_settings::table
                .filter(tenant_settings::tenant_id.eq(id))
                .select(tenant_settings::zone)
                .first::<String>(tx.conn())
                .optional()?;
            name.map(|name| {
                Zone::parse(&name).map_err(|error| TxError::impossible("tenant_settings", id, error))
            })
            .transpose()
            .map_err(|error: TxError<Outage>| error)
        })
        .await
}

/// A tenant's own address on a channel; `None` if it has none. Of several, the first by name.
///
/// # Errors
/// [`Outage`].
pub async fn channel_of_tenant(
    database: &Database,
    channel: &'static str,
    tenant: TenantId,
) -> Result<Option<String>, Outage> {
    database
        .global(move |tx| {
            let row = channel_routes::table
                .filter(
                    channel_routes::channel
                        .eq(channel)
                        .and(channel_routes::tenant_id.eq(tenant.as_uuid())),
                )
                .order(channel_routes::external_id)
                .select(channel_routes::external_id)
                .first::<String>(tx.conn())
                .optional()?;
            Ok::<_, TxError<Outage>>(row)
        })
        .await
}
