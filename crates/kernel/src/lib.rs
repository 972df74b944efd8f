//! Words that mean the same to every domain of Ratiba: identity, money, phone numbers, time.
//!
//! No I/O and no async runtime lives here. A type moves here only when two domains, or two adapters, mean exactly the
//! same by it.

pub mod breaker;
pub mod casefile;
pub mod clock;
pub mod digest;
pub mod ids;
pub mod local_days;
pub mod money;
pub mod names;
pub mod outage;
pub mod phone;
pub mod tenant;
pub mod time_range;
pub mod vault;
pub mod zone;

#[cfg(feature = "test-support")]
pub mod test_support;

pub use breaker::Breaker;
pub use clock::Clock;
pub use digest::{Fingerprint, TokenHash};
pub use ids::{Id, IdSource};
pub use local_days::{LocalDay, LocalDays, NoDays};
pub use money::{BasisPoints, Currency, Money, MoneyError};
pub use outage::Outage;
pub use phone::PhoneNumber;
pub use tenant::TenantId;
pub use time_range::TimeRange;
pub use vault::{OpenError, Place, Sealed, Vault};
pub use zone::Zone;
