//! Which tenants there are, and by which address a channel knows them.

use diesel::prelude::*;
use ratiba_kernel::{Outage, TenantId};
use uuid::Uuid;

use crate::database::{Database, TxError};
use crate::schema::{channel_routes, tenant_settings, tenants};

/// All tenants, whatever their state, by id: the oldest first.
///
/// # Errors
/// [`Outage`].
pub async fn tenants(database: &Database) -> Result<Vec<TenantId>, Outage> {
    database
        .global(|tx| {
            let rows = tenants::table
                .order(tenants::id)
                .select(tenants::id)
                .load::<Uuid>(tx.conn())?;
            Ok::<_, TxError<Outage>>(rows.into_iter().map(TenantId::from_uuid).collect())
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

/// The business account of a tenant's own address on a channel; `None` if it is not known yet. Of several, that of the first
/// address by name.
///
/// # Errors
/// [`Outage`].
pub async fn account_of_tenant(
    database: &Database,
    channel: &'static str,
    tenant: TenantId,
) -> Result<Option<String>, Outage> {
    database
        .global(move |tx| {
            let row = channel_routes::table
                .filter(channel_routes::channel.eq(channel))
                .filter(channel_routes::tenant_id.eq(tenant.as_uuid()))
                .filter(channel_routes::account_id.is_not_null())
                .order(channel_routes::external_id)
                .select(channel_routes::account_id)
                .first::<Option<String>>(tx.conn())
                .optional()?;
            Ok::<_, TxError<Outage>>(row.flatten())
        })
        .await
}

/// The WhatsApp Business Account that a tenant's settings name; `None` if they name none.
///
/// # Errors
/// [`Outage`].
pub async fn account_in_settings(database: &Database, tenant: TenantId) -> Result<Option<String>, Outage> {
    database
        .tenant(tenant, move |tx| {
            let named = tenant_settings::table
                .filter(tenant_settings::tenant_id.eq(tx.tenant_uuid()))
                .select(tenant_settings::conversation)
                .first::<serde_json::Value>(tx.conn())
                .optional()?;
            let named = named.and_then(|settings| settings["whatsapp_account"].as_str().map(str::to_owned));
            Ok::<_, TxError<Outage>>(named)
        })
        .await
}

/// Keeps the business account of an address that some tenant has; of one that nobody has it is forgotten. Doing it again
/// changes nothing.
///
/// # Errors
/// [`Outage`].
pub async fn keep_account(
    database: &Database,
    channel: &'static str,
    external_id: String,
    account: String,
) -> Result<(), Outage> {
    database
        .global(move |tx| {
            diesel::update(channel_routes::table)
                .filter(channel_routes::channel.eq(channel))
                .filter(channel_routes::external_id.eq(&external_id))
                .filter(channel_routes::account_id.is_distinct_from(&account))
                .set(channel_routes::account_id.eq(&account))
                .execute(tx.conn())?;
            Ok::<_, TxError<Outage>>(())
        })
        .await
}

/// The number, in digits, by which customers write to a tenant on a channel; `None` if it is not known. Of several, that
/// of the first address by name.
///
/// # Errors
/// [`Outage`].
pub async fn dialable_of_tenant(
    database: &Database,
    channel: &'static str,
    tenant: TenantId,
) -> Result<Option<String>, Outage> {
    database
        .global(move |tx| {
            let row = channel_routes::table
                .filter(channel_routes::channel.eq(channel))
                .filter(channel_routes::tenant_id.eq(tenant.as_uuid()))
                .filter(channel_routes::dialable.is_not_null())
                .order(channel_routes::external_id)
                .select(channel_routes::dialable)
                .first::<Option<String>>(tx.conn())
                .optional()?;
            Ok::<_, TxError<Outage>>(row.flatten())
        })
        .await
}

/// Keeps the number, in digits, of an address that some tenant has; one that nobody has is forgotten. Doing it again
/// changes nothing.
///
/// # Errors
/// [`Outage`].
pub async fn keep_dialable(
    database: &Database,
    channel: &'static str,
    external_id: String,
    digits: String,
) -> Result<(), Outage> {
    database
        .global(move |tx| {
            diesel::update(channel_routes::table)
                .filter(channel_routes::channel.eq(channel))
                .filter(channel_routes::external_id.eq(&external_id))
                .filter(channel_routes::dialable.is_distinct_from(&digits))
                .set(channel_routes::dialable.eq(&digits))
                .execute(tx.conn())?;
            Ok::<_, TxError<Outage>>(())
        })
        .await
}
