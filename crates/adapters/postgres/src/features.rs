//! What businesses said about features.

use std::collections::BTreeMap;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::upsert::excluded;
use ratiba_access::FeatureBook;
use ratiba_access::feature::{Feature, Said};
use ratiba_kernel::{Outage, TenantId};
use time::OffsetDateTime;

use crate::database::{Database, TenantTx, TxError};
use crate::schema::feature_flags as flags;

/// [`FeatureBook`] on PostgreSQL.
#[derive(Clone)]
pub struct PgFeatures {
    database: Database,
}

impl PgFeatures {
    /// The features in this database.
    #[must_use]
    pub const fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl FeatureBook for PgFeatures {
    async fn said(&self, tenant: TenantId) -> Result<BTreeMap<Feature, Said>, Outage> {
        let list = |tx: &mut TenantTx<'_>| {
            let rows = flags::table
                .filter(flags::tenant_id.eq(tx.tenant_uuid()))
                .select((flags::feature, flags::is_on, flags::changed_by, flags::changed_at))
                .load::<(String, bool, String, OffsetDateTime)>(tx.conn())?;
            // What a newer program knows and this one does not is none of its business.
            let known = rows.into_iter().filter_map(|(name, on, by, at)| {
                let feature = Feature::parse(&name)?;
                Some((feature, Said { on, by, at }))
            });
            Ok::<_, TxError<Outage>>(known.collect())
        };
        self.database.tenant(tenant, list).await
    }

    async fn say(&self, tenant: TenantId, feature: Feature, said: Said) -> Result<(), Outage> {
        let say = move |tx: &mut TenantTx<'_>| {
            diesel::insert_into(flags::table)
                .values((
                    flags::tenant_id.eq(tx.tenant_uuid()),
                    flags::feature.eq(feature.name()),
                    flags::is_on.eq(said.on),
                    flags::changed_by.eq(&said.by),
                    flags::changed_at.eq(said.at),
                ))
                .on_conflict((flags::tenant_id, flags::feature))
                .do_update()
                .set((
                    flags::is_on.eq(excluded(flags::is_on)),
                    flags::changed_by.eq(excluded(flags::changed_by)),
                    flags::changed_at.eq(excluded(flags::changed_at)),
                ))
                .execute(tx.conn())?;
            Ok::<_, TxError<Outage>>(())
        };
        self.database.tenant(tenant, say).await
    }
}
