//! The directory, in memory.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use ratiba_kernel::{Outage, TenantId};

use crate::member::{Member, StaffId, Standing};
use crate::ports::{Change, RecordError, StaffDirectory};

/// A directory of any number of tenants.
#[derive(Debug, Default)]
pub struct InMemoryDirectory {
    members: Mutex<BTreeMap<(TenantId, StaffId), Member>>,
}

impl InMemoryDirectory {
    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<(TenantId, StaffId), Member>) -> T) -> T {
        work(&mut self.members.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl StaffDirectory for InMemoryDirectory {
    async fn find(&self, tenant: TenantId, staff: StaffId) -> Result<Option<Member>, Outage> {
        Ok(self.with(|members| members.get(&(tenant, staff)).cloned()))
    }

    async fn active(&self, tenant: TenantId) -> Result<Vec<Member>, Outage> {
        Ok(self.with(|members| {
            let theirs = members.iter().filter(|((of, _), _)| *of == tenant);
            let active = theirs.filter(|(_, member)| member.standing == Standing::Active);
            active.map(|(_, member)| member.clone()).collect()
        }))
    }

    async fn record(&self, tenant: TenantId, change: Change) -> Result<(), RecordError> {
        self.with(|members| {
            let key = (tenant, change.member.id);
            let current = members.get(&key).map_or(0, |member| member.version);
            if current != change.member.version {
                return Err(RecordError::Stale);
            }
            let recorded = Member {
                version: current + 1,
                ..change.member
            };
            members.insert(key, recorded);
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests;
