//! The keys under which businesses' credentials and the secrets of webhooks are stored; without them none can be kept.

use std::sync::Arc;

use ratiba_bootstrap::SettingsReader;
use ratiba_system::vault::KeyRing;

/// Reads the keys; `Some(None)` if there are none, and then nothing can be kept. Faults stay with the reader, and say nothing of what was given.
pub(super) fn read(reader: &mut SettingsReader) -> Option<Option<Arc<KeyRing>>> {
    let given = reader.optional_secret(
        "credentials.keys",
        "keys for businesses' credentials and secrets of webhooks: `NAME=KEY` with commas between, 64 hexadecimal digits each; the first is current",
    )?;
    let Some(given) = given else {
        return Some(None);
    };
    match KeyRing::parse(given.expose()) {
        Ok(keys) => Some(Some(Arc::new(keys))),
        Err(fault) => {
            reader.fault("credentials.keys", fault.to_string());
            None
        }
    }
}
