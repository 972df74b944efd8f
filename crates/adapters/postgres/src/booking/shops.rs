//! What a tenant sells, by whom, when and by which rules, kept in memory as of one version of its setup.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Uuid as SqlUuid};
use ratiba_booking::ports::{Colleague, SetupVersion, Shop};
use ratiba_kernel::{Id, Outage, PhoneNumber, TenantId};
use uuid::Uuid;

use super::catalogue;
use super::together::LIMITS;
use crate::database::{Database, TenantTx, TxError};
use crate::gather::{Gatherer, outage_of_all};
use crate::kept::sql_query;

/// Values of one process by tenant; of more than so many tenants the least recently used are forgotten.
pub(super) struct Shelf<T> {
    values: BTreeMap<TenantId, (u64, Arc<T>)>,
    uses: u64,
}

/// Tenants at most.
const TENANTS_MOST: usize = 1_000;

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self {
            values: BTreeMap::new(),
            uses: 0,
        }
    }
}

impl<T> Shelf<T> {
    /// What is kept for a tenant, which counts as a use of it.
    pub(super) fn get(&mut self, tenant: TenantId) -> Option<Arc<T>> {
        self.uses += 1;
        let (used, value) = self.values.get_mut(&tenant)?;
        *used = self.uses;
        Some(Arc::clone(value))
    }

    /// Keeps a tenant's value, in place of the one before.
    pub(super) fn put(&mut self, tenant: TenantId, value: Arc<T>) {
        if self.values.len() >= TENANTS_MOST && !self.values.contains_key(&tenant) {
            let oldest = self.values.iter().min_by_key(|(_, (used, _))| *used);
            if let Some(oldest) = oldest.map(|(tenant, _)| *tenant) {
                self.values.remove(&oldest);
            }
        }
        self.values.insert(tenant, (self.uses, value));
    }
}

/// Where those gather who ask which version of a setup is in force: one look is for all who wait for it.
type Versions = Gatherer<TenantId, (), Result<SetupVersion, Outage>>;

/// The shops that this process knows.
pub(super) struct Shops {
    database: Database,
    versions: Versions,
    known: Mutex<Shelf<Shop>>,
}

impl Shops {
    /// Those of this database.
    pub(super) fn new(database: Database) -> Self {
        Self {
            versions: versions(database.clone()),
            database,
            known: Mutex::default(),
        }
    }

    fn known(&self) -> MutexGuard<'_, Shelf<Shop>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The shop as the record has it: from memory, if its version is still in force.
    pub(super) async fn of(&self, tenant: TenantId) -> Result<Arc<Shop>, Outage> {
        let version = self.versions.ask(tenant, ()).await??;
        if let Some(shop) = self.known().get(tenant).filter(|shop| shop.setup >= version) {
            return Ok(shop);
        }
        let shop = Arc::new(self.database.snapshot(tenant, read::<Outage>).await?);
        self.known().put(tenant, Arc::clone(&shop));
        Ok(shop)
    }
}

fn versions(database: Database) -> Versions {
    Gatherer::new(LIMITS, database.waiters(), move |tenant, askers: Vec<()>| {
        let database = database.clone();
        async move {
            match database.by_keys(tenant, version).await {
                Ok(version) => askers.iter().map(|()| Ok(version)).collect(),
                Err(outage) => outage_of_all(outage, askers.len()),
            }
        }
    })
}

/// The version of the setup that this transaction sees; a setup that was never changed has none on record.
pub(super) fn version<E>(tx: &mut TenantTx<'_>) -> Result<SetupVersion, TxError<E>> {
    #[derive(QueryableByName)]
    struct VersionRow {
        #[diesel(sql_type = BigInt)]
        version: i64,
    }
    let tenant = tx.tenant_uuid();
    let row =
        sql_query("SELECT coalesce(max(version), 0) AS version FROM setup_versions WHERE tenant_id = $1")
            .bind::<SqlUuid, _>(tenant)
            .get_result::<VersionRow>(tx.conn())?;
    Ok(SetupVersion::read(row.version))
}

fn read<E>(tx: &mut TenantTx<'_>) -> Result<Shop, TxError<E>> {
    #[derive(QueryableByName)]
    struct PersonRow {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
        #[diesel(sql_type = Text)]
        name: String,
        #[diesel(sql_type = Nullable<Text>)]
        phone: Option<String>,
    }
    let tenant = tx.tenant_uuid();
    let setup = version(tx)?;
    let people = sql_query("SELECT id, name, phone FROM staff WHERE tenant_id = $1 AND active ORDER BY id")
        .bind::<SqlUuid, _>(tenant)
        .load::<PersonRow>(tx.conn())?;
    Ok(Shop {
        setup,
        services: catalogue::services(tx)?,
        hours: catalogue::business_hours(tx)?,
        policy: catalogue::policy(tx)?,
        people: people
            .into_iter()
            .map(|person| {
                let phone = person.phone.as_deref().map(PhoneNumber::parse).transpose();
                Ok(Colleague {
                    id: Id::from_uuid(person.id),
                    name: person.name,
                    phone: phone.map_err(|error| TxError::impossible("staff", person.id, error))?,
                })
            })
            .collect::<Result<_, TxError<E>>>()?,
    })
}
