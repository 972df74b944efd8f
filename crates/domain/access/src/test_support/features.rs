//! What businesses said about features, in memory, and what every book of it promises.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use ratiba_kernel::test_support::{EPOCH, tenant};
use ratiba_kernel::{Outage, TenantId};
use time::Duration;

use crate::feature::{Feature, Said};
use crate::ports::FeatureBook;

/// What businesses said, in memory.
#[derive(Debug, Default)]
pub struct InMemoryFeatures(Mutex<BTreeMap<(TenantId, Feature), Said>>);

#[async_trait]
impl FeatureBook for InMemoryFeatures {
    async fn said(&self, tenant: TenantId) -> Result<BTreeMap<Feature, Said>, Outage> {
        let rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = rows.iter().filter(|((of, _), _)| *of == tenant);
        Ok(own.map(|((_, feature), said)| (*feature, said.clone())).collect())
    }

    async fn say(&self, tenant: TenantId, feature: Feature, said: Said) -> Result<(), Outage> {
        let mut rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        rows.insert((tenant, feature), said);
        Ok(())
    }
}

/// What every [`FeatureBook`] promises. `fresh` gives an empty book in which the tenants 1 and 2 exist.
///
/// # Panics
/// When a promise is broken.
pub async fn features_contract<B: FeatureBook>(fresh: impl AsyncFn() -> B) {
    let book = fresh().await;
    assert_eq!(book.said(tenant(1)).await, Ok(BTreeMap::new()), "nothing yet");
    let said = |on, hours| Said {
        on,
        by: "person:1".to_owned(),
        at: EPOCH + Duration::hours(hours),
    };
    for (on, hours) in [(false, 1), (true, 2), (false, 3)] {
        let kept = book.say(tenant(1), Feature::Payroll, said(on, hours)).await;
        assert_eq!(kept, Ok(()));
    }
    assert_eq!(book.say(tenant(1), Feature::Cohort, said(true, 4)).await, Ok(()));
    let all = BTreeMap::from([
        (Feature::Payroll, said(false, 3)),
        (Feature::Cohort, said(true, 4)),
    ]);
    assert_eq!(book.said(tenant(1)).await, Ok(all), "the last word counts");
    assert_eq!(book.said(tenant(2)).await, Ok(BTreeMap::new()), "each its own");
}
