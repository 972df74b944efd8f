//! The operating system's random source.

use ratiba_access::SecretSource;
use ratiba_kernel::IdSource;
use uuid::{Builder, Uuid};

/// Makes UUIDs of version 7 and secrets.
///
/// A UUID's timestamp is the machine's time, not the business's: it orders rows by when they were made.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemChance;

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    #[expect(clippy::disallowed_methods, reason = "this is the port's implementation")]
    let filled = getrandom::fill(&mut bytes);
    // Without a random source no id and no secret can be made: going on would make guessable ones.
    if filled.is_err() {
        std::process::abort();
    }
    bytes
}

impl IdSource for SystemChance {
    fn next(&self) -> Uuid {
        #[expect(clippy::disallowed_methods, reason = "an id's timestamp is the machine's")]
        let since_epoch = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        let millis = u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX);
        Builder::from_unix_timestamp_millis(millis, &random()).into_uuid()
    }
}

impl SecretSource for SystemChance {
    fn secret(&self) -> [u8; 32] {
        random()
    }
}
