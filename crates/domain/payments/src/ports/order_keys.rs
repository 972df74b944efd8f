//! The keys of orders that move money: each means one address.

use async_trait::async_trait;
use ratiba_kernel::{Fingerprint, Outage, TenantId};
use time::{Duration, OffsetDateTime};

use crate::reference::RequestKey;

/// How long a key means the address at which it was used. The order itself is found by its key as long as it is kept.
pub const KEY_LIFE: Duration = Duration::hours(24);

/// Where it is kept at which address a key was used.
#[cfg_attr(feature = "test-support", mockall::automock)]
#[async_trait]
pub trait OrderKeys: Send + Sync {
    /// Notes that a key is used at a place, if it was not used before or longer ago than [`KEY_LIFE`]; answers whether it
    /// means that place. Of two places at once one wins.
    async fn means(
        &self,
        tenant: TenantId,
        key: &RequestKey,
        place: Fingerprint,
        at: OffsetDateTime,
    ) -> Result<bool, Outage>;
}
