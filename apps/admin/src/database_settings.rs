//! The settings of `ratiba-migrate`. One settings file serves all of its verbs, so each knows the settings of the others.

use ratiba_bootstrap::{ProcessSettings, SettingsReader};

/// What `database.admin_url` means.
pub const ADMIN_URL_DOC: &str =
    "an administrator of the PostgreSQL server; used by `ratiba-migrate roles` alone";
/// What `database.owner_url` means.
pub const OWNER_URL_DOC: &str = "PostgreSQL as ratiba_owner, for migrations";
/// What `database.url` means.
pub const APP_URL_DOC: &str = "PostgreSQL of the running system, as ratiba_app";
/// What `database.backup_url` means.
pub const BACKUP_URL_DOC: &str = "PostgreSQL as ratiba_backup, for backups";

/// Knows every setting of every verb, and needs none.
pub fn know_all(reader: &mut SettingsReader) {
    for (key, doc) in [
        ("database.admin_url", ADMIN_URL_DOC),
        ("database.owner_url", OWNER_URL_DOC),
        ("database.url", APP_URL_DOC),
        ("database.backup_url", BACKUP_URL_DOC),
    ] {
        reader.optional_secret(key, doc);
    }
    ProcessSettings::read(reader);
}
