//! The settings of the card account, which may be left out as a whole.

use ratiba_bootstrap::{Secret, SettingsReader};
use ratiba_pesapal::{RawSettings, Settings, SettingsFault};

use super::MISSING_URL;

/// Reads the account; `Some(None)` if nothing of it is set, and then no card is offered. Faults stay with the
/// reader.
pub(super) fn read(reader: &mut SettingsReader, public_url: Option<&str>) -> Option<Option<Settings>> {
    let base_url = reader.optional::<String>(
        "pesapal.base_url",
        "PesaPal, its sandbox, or the simulator; without it no card is offered",
    );
    let key = reader.optional_secret("pesapal.consumer_key", "user of the token request");
    let secret = reader.optional_secret("pesapal.consumer_secret", "password of the token request");
    let (base_url, key, secret) = (base_url?, key?, secret?);
    let given = [
        ("pesapal.base_url", base_url.is_some()),
        ("pesapal.consumer_key", key.is_some()),
        ("pesapal.consumer_secret", secret.is_some()),
    ];
    if given.iter().all(|(_, given)| !given) {
        return Some(None);
    }
    for (name, _) in given.iter().filter(|(_, given)| !given) {
        reader.fault(name, "is missing: cards need all of pesapal.*");
    }
    let (base_url, key, secret) = (base_url?, key?, secret?);
    let hidden = |secret: &Secret| ratiba_pesapal::Secret::new(secret.expose());
    let checked = Settings::check(RawSettings {
        base_url,
        public_base_url: public_url.unwrap_or(MISSING_URL).to_owned(),
        consumer_key: hidden(&key),
        consumer_secret: hidden(&secret),
    });
    match checked {
        Ok(settings) => Some(Some(settings)),
        Err(faults) => {
            for fault in faults {
                reader.fault(key_of(fault), fault.to_string());
            }
            None
        }
    }
}

/// The setting that a fault of the adapter's is about.
fn key_of(fault: SettingsFault) -> &'static str {
    match fault {
        SettingsFault::NotAnAddress("public_base_url") | SettingsFault::NotHttps("public_base_url") => {
            "public.base_url"
        }
        SettingsFault::NotAnAddress(_) | SettingsFault::NotHttps(_) => "pesapal.base_url",
        SettingsFault::Empty("consumer_key") => "pesapal.consumer_key",
        SettingsFault::Empty(_) => "pesapal.consumer_secret",
    }
}
