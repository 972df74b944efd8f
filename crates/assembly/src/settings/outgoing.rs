//! Calls to addresses that a business names.

use ratiba_bootstrap::SettingsReader;
use ratiba_guarded::AllowedNames;

/// What may be called although it is not public.
#[derive(Clone, Debug, Default)]
pub struct OutgoingSettings {
    /// Names that the operator vouches for.
    pub allowed_names: AllowedNames,
}

/// Reads what may be called; nothing beyond the public is, if nothing is said. Faults stay with the reader.
pub(super) fn read(reader: &mut SettingsReader) -> Option<OutgoingSettings> {
    let names = reader.optional::<String>(
        "outgoing.allowed_names",
        "names that may be called although they are not public, apart by commas, each with or without a port",
    )?;
    match AllowedNames::parse(names.as_deref().unwrap_or_default()) {
        Ok(allowed_names) => Some(OutgoingSettings { allowed_names }),
        Err(error) => {
            reader.fault("outgoing.allowed_names", error.to_string());
            None
        }
    }
}
