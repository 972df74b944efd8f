//! Every secret that there is, and the one place of each where it belongs.

use std::collections::BTreeSet;

use ratiba_access::credentials::CredentialName;
use ratiba_admin::{AdminSettings, database_settings};
use ratiba_api::settings::ApiSettings;
use ratiba_bootstrap::{Declared, SettingsReader};
use ratiba_simulator::told::Told;
use ratiba_worker::settings::WorkerSettings;
use sha2::{Digest as _, Sha256};

use super::search::Secret;

/// What a secret of the settings looks like.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// Characters that every encoding changes, as providers' secrets may have.
    Odd,
    /// Letters and digits.
    Plain,
    /// 64 hexadecimal digits.
    Digits,
    /// Whoever runs the database chose it.
    OfTheDatabase,
}

/// Every secret setting of every program.
pub(super) const SETTINGS: [(&str, Shape); 21] = [
    ("credentials.keys", Shape::Digits),
    ("daraja.consumer_key", Shape::Odd),
    ("daraja.consumer_secret", Shape::Odd),
    ("daraja.passkey", Shape::Odd),
    ("daraja.security_credential", Shape::Odd),
    ("database.admin_url", Shape::OfTheDatabase),
    ("database.backup_url", Shape::OfTheDatabase),
    ("database.listen_url", Shape::OfTheDatabase),
    ("database.owner_url", Shape::OfTheDatabase),
    ("database.url", Shape::OfTheDatabase),
    ("model.key", Shape::Odd),
    ("oidc.client_secret", Shape::Odd),
    ("payroll.token", Shape::Odd),
    ("payroll.tokens", Shape::Odd),
    ("pesapal.consumer_key", Shape::Odd),
    ("pesapal.consumer_secret", Shape::Odd),
    ("redis.url", Shape::Plain),
    ("whatsapp.access_token", Shape::Odd),
    ("whatsapp.app_secret", Shape::Odd),
    ("whatsapp.app_secret_before", Shape::Odd),
    ("whatsapp.verify_token", Shape::Odd),
];

/// Where a secret may be: its name, and how the name of the place begins and ends. Whatever is here is found there, or the
/// day did not use it.
pub(super) const BELONGS: &[(&str, &str, &str)] = &[
    // What opens an account is shown to whoever keeps the account.
    (
        "daraja.consumer_key",
        "asked of daraja GET /oauth/v1/generate",
        ", header authorization",
    ),
    (
        "daraja.consumer_secret",
        "asked of daraja GET /oauth/v1/generate",
        ", header authorization",
    ),
    ("daraja.passkey", "asked of daraja POST /mpesa/stkpush", ", body"),
    (
        "daraja.security_credential",
        "asked of daraja POST /mpesa/reversal",
        ", body",
    ),
    ("model.key", "asked of model", ", header authorization"),
    ("oidc.client_secret", "asked of oidc POST /oidc/token", ""),
    ("payroll.token", "asked of payroll", ", header authorization"),
    (
        "pesapal.consumer_key",
        "asked of pesapal POST /pesapalv3/api/Auth/RequestToken",
        ", body",
    ),
    (
        "pesapal.consumer_secret",
        "asked of pesapal POST /pesapalv3/api/Auth/RequestToken",
        ", body",
    ),
    (
        "whatsapp.access_token",
        "asked of whatsapp",
        ", header authorization",
    ),
    (
        "credential mpesa/consumer_key",
        "asked of daraja GET /oauth/v1/generate",
        ", header authorization",
    ),
    (
        "credential mpesa/consumer_secret",
        "asked of daraja GET /oauth/v1/generate",
        ", header authorization",
    ),
    (
        "credential pesapal/consumer_key",
        "asked of pesapal POST /pesapalv3/api/Auth/RequestToken",
        ", body",
    ),
    (
        "credential pesapal/consumer_secret",
        "asked of pesapal POST /pesapalv3/api/Auth/RequestToken",
        ", body",
    ),
    (
        "credential whatsapp/access_token",
        "asked of whatsapp",
        ", header authorization",
    ),
    (
        "token of M-Pesa's",
        "asked of daraja POST",
        ", header authorization",
    ),
    ("token of PesaPal's", "asked of pesapal", ", header authorization"),
    ("code of the issuer's", "asked of oidc POST /oidc/token", ", body"),
    (
        "verifier of a sign-in",
        "asked of oidc POST /oidc/token",
        ", body",
    ),
    // Where a provider calls back is told to the provider, and to the operator who registers it.
    ("address for callbacks", "asked of daraja POST /mpesa/", ", body"),
    (
        "address for notices",
        "asked of pesapal POST /pesapalv3/api/URLSetup/RegisterIPN",
        ", body",
    ),
    (
        "address for money by hand",
        "stdout of ratiba-admin by-hand address",
        "",
    ),
    // What is shown once, to whoever ordered it.
    ("token", "answer to POST /api/v1/tokens", ", body"),
    (
        "token of the operator's",
        "stdout of ratiba-admin demo-tenant",
        "",
    ),
    ("token of the operator's", "stdout of ratiba-admin token", ""),
    (
        "secret of webhooks",
        "answer to POST /api/v1/webhook-endpoints",
        ", body",
    ),
    (
        "address of a calendar",
        "answer to POST /api/v1/calendar-feeds",
        ", body",
    ),
    ("invitation", "asked of whatsapp POST", ", body"),
    // The chats on the simulated phones.
    ("invitation", "the simulator's /sim/", ""),
    // A browser keeps its own cookies.
    ("session", "answer to GET /auth/callback", ", header set-cookie"),
    ("sign-in", "answer to GET /auth/login", ", header set-cookie"),
    // What is kept readable because it is used again: for an hour at most, and until somebody is forgotten.
    ("token of M-Pesa's", "row of provider_tokens, token", ""),
    ("token of PesaPal's", "row of provider_tokens, token", ""),
    ("key of a customer", "row of customer_keys, key", ""),
];

/// Whether it is here that this secret belongs; which line of the list says so.
pub(super) fn belongs(secret: &str, place: &str) -> Option<usize> {
    BELONGS.iter().position(|(name, begins, ends)| {
        *name == secret && place.starts_with(begins) && place.ends_with(ends)
    })
}

/// A text of chance for a name: the same in each run, so that a finding can be looked for again.
pub(super) fn marker(name: &str, shape: Shape) -> String {
    let digits = hex::encode(Sha256::digest(format!("a marker for {name}")));
    match shape {
        Shape::Odd => format!("M{}+/{}={}", &digits[..20], &digits[20..40], &digits[40..48]),
        Shape::Plain => format!("M{}", &digits[..40]),
        Shape::Digits | Shape::OfTheDatabase => digits,
    }
}

/// What a business keeps of its own.
pub(super) fn credential(name: CredentialName) -> Secret {
    let name = format!("credential {name}");
    let text = marker(&name, Shape::Odd);
    Secret::new(&name, &text)
}

/// The secret settings that the programs ask for, by their own register.
pub(super) fn declared() -> BTreeSet<&'static str> {
    let of = |declared: Vec<Declared>| {
        let secret = declared.into_iter().filter(|one| one.is_secret);
        secret.map(|one| one.key).collect::<Vec<_>>()
    };
    all_settings()
        .into_iter()
        .flat_map(|(_, declared)| of(declared))
        .collect()
}

/// Every setting of every program, by its own register.
pub(super) fn all_settings() -> [(&'static str, Vec<Declared>); 5] {
    [
        (
            "ratiba-api",
            SettingsReader::declarations(ratiba_api::settings::BASE, ApiSettings::read),
        ),
        (
            "ratiba-worker",
            SettingsReader::declarations(ratiba_worker::settings::BASE, WorkerSettings::read),
        ),
        (
            "ratiba-admin",
            SettingsReader::declarations(ratiba_admin::BASE, AdminSettings::read),
        ),
        (
            "ratiba-migrate",
            SettingsReader::declarations("", |reader| {
                database_settings::know_all(reader);
                Some(())
            }),
        ),
        (
            "ratiba-simulator",
            SettingsReader::declarations(ratiba_simulator::told::BASE, Told::read),
        ),
    ]
}

#[test]
fn every_secret_setting_is_planted_and_documented_as_one() {
    let planted: BTreeSet<_> = SETTINGS.iter().map(|(key, _)| *key).collect();
    assert_eq!(planted, declared());
    let page = include_str!("../../../docs/settings.md");
    for key in planted {
        let mut rows = page.lines().filter(|row| row.contains(&format!("`{key}`")));
        assert!(
            rows.any(|row| row.contains("(secret)")),
            "docs/settings.md does not call {key} a secret"
        );
    }
}

#[test]
fn every_credential_of_a_business_has_a_place_where_it_belongs() {
    for name in CredentialName::ALL {
        let name = format!("credential {name}");
        // What signs is never sent as it is: its place would be the same as the instance's.
        let known = BELONGS.iter().any(|(secret, ..)| *secret == name);
        assert!(known || name == "credential mpesa/passkey", "{name}");
    }
}
