//! The settings that api, worker and admin share, read and checked whole at start.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

use ratiba_bootstrap::{ProcessSettings, Secret, SettingsReader};
use ratiba_postgres::DatabaseSettings;

/// Which world the process serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// A laptop, the demo, tests: the clock may be moved, providers may be simulated.
    Development,
    /// People depend on it.
    Production,
}

impl FromStr for Environment {
    type Err = UnknownEnvironment;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "development" => Ok(Self::Development),
            "production" => Ok(Self::Production),
            _other => Err(UnknownEnvironment),
        }
    }
}

/// Neither of the two.
#[derive(Clone, Copy, Debug)]
pub struct UnknownEnvironment;

impl fmt::Display for UnknownEnvironment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be development or production")
    }
}

/// What every process of the system is told.
#[derive(Clone)]
pub struct SharedSettings {
    /// Log and life.
    pub process: ProcessSettings,
    /// Which world.
    pub environment: Environment,
    /// The running role's database.
    pub database: DatabaseSettings,
    /// A direct connection for LISTEN, where the other goes through a pooler.
    pub listen_url: Option<Secret>,
    /// The authority of the movable clock, if this process follows one.
    pub clock: Option<SocketAddr>,
    /// Where providers reach the api.
    pub public_url: String,
    /// WhatsApp.
    pub whatsapp: WhatsAppSettings,
    /// M-Pesa.
    pub daraja: DarajaSettings,
}

/// The instance's Meta app, and the account that sends.
#[derive(Clone)]
pub struct WhatsAppSettings {
    /// The Graph API, or the simulator.
    pub base_url: String,
    /// Its version, such as `v26.0`.
    pub version: String,
    /// Signs webhooks.
    pub app_secret: Secret,
    /// The secret before, while rotating.
    pub app_secret_before: Option<Secret>,
    /// Asked for when Meta verifies the address of the webhook.
    pub verify_token: Secret,
    /// Sends.
    pub access_token: Secret,
    /// The number that sends.
    pub phone_number_id: String,
}

/// The paybill, and what opens it.
#[derive(Clone)]
pub struct DarajaSettings {
    /// Daraja, its sandbox, or the simulator.
    pub base_url: String,
    /// User of the token request.
    pub consumer_key: Secret,
    /// Password of the token request.
    pub consumer_secret: Secret,
    /// The paybill number.
    pub short_code: String,
    /// Part of the password of every push.
    pub passkey: Secret,
    /// Whether prompts are a trial, which every message that asks for money then says.
    pub sandbox: bool,
}

impl SharedSettings {
    /// Reads all of it; faults stay with the reader.
    pub fn read(reader: &mut SettingsReader) -> Option<Self> {
        let process = ProcessSettings::read(reader);
        let environment = reader.required("environment", "development or production");
        let database = database(reader);
        let listen_url = reader.optional_secret(
            "database.listen_url",
            "direct connection for LISTEN, where database.url is a pooler's",
        );
        let clock = reader.optional::<SocketAddr>(
            "clock.follow",
            "loopback address of the movable clock; development only",
        );
        let public_url = reader.required_with("public.base_url", "where providers reach the api", http_url);
        let whatsapp = WhatsAppSettings::read(reader);
        let daraja = DarajaSettings::read(reader);
        if let (Some(environment), Some(Some(address))) = (environment, clock) {
            refuse_foreign_clock(reader, environment, address);
        }
        Some(Self {
            process: process?,
            environment: environment?,
            database: database?,
            listen_url: listen_url?,
            clock: clock?,
            public_url: public_url?,
            whatsapp: whatsapp?,
            daraja: daraja?,
        })
    }
}

/// A clock that somebody else moves would move deadlines of money: never in production, never from outside.
fn refuse_foreign_clock(reader: &mut SettingsReader, environment: Environment, address: SocketAddr) {
    match environment {
        Environment::Production => reader.fault("clock.follow", "the clock is the machine's in production"),
        Environment::Development if !address.ip().is_loopback() => {
            reader.fault("clock.follow", "the movable clock lives on loopback only");
        }
        Environment::Development => {}
    }
}

fn database(reader: &mut SettingsReader) -> Option<DatabaseSettings> {
    let url = reader.secret("database.url", "PostgreSQL as ratiba_app");
    let connections_max = reader.required("database.connections_max", "connections of this process at most");
    let pooled = reader.required(
        "database.pooled",
        "true: a transaction-mode pooler stands between",
    );
    if let Some(url) = &url
        && let Err(message) = remote_is_verified(url.expose())
    {
        reader.fault("database.url", message);
    }
    let url = url?;
    Some(DatabaseSettings {
        connections_max: connections_max?,
        pooled: pooled?,
        ..DatabaseSettings::new(url.expose())
    })
}

/// A remote server must prove who it is; loopback and the Compose network may be plain.
fn remote_is_verified(url: &str) -> Result<(), &'static str> {
    let rest = url
        .strip_prefix("postgres://")
        .or_else(|| url.strip_prefix("postgresql://"));
    let rest = rest.ok_or("must begin with postgres://")?;
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let name = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let near = matches!(name, "localhost" | "127.0.0.1" | "::1" | "postgres" | "");
    if near || rest.contains("sslmode=verify-full") {
        Ok(())
    } else {
        Err("a remote PostgreSQL needs sslmode=verify-full")
    }
}

fn http_url(text: &str) -> Result<String, String> {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    match rest {
        Some(host) if !host.is_empty() && !host.starts_with('/') => Ok(text.trim_end_matches('/').to_owned()),
        _other => Err("must be an http:// or https:// address".to_owned()),
    }
}

impl WhatsAppSettings {
    fn read(reader: &mut SettingsReader) -> Option<Self> {
        let base_url = reader.required_with("whatsapp.base_url", "the Graph API, or the simulator", http_url);
        let version = reader.required("whatsapp.version", "version of the Graph API");
        let app_secret = reader.secret("whatsapp.app_secret", "signs webhooks");
        let app_secret_before =
            reader.optional_secret("whatsapp.app_secret_before", "the secret before, while rotating");
        let verify_token = reader.secret(
            "whatsapp.verify_token",
            "asked for when Meta verifies the webhook's address",
        );
        let access_token = reader.secret("whatsapp.access_token", "sends messages");
        let phone_number_id = reader.required("whatsapp.phone_number_id", "id of the number that sends");
        Some(Self {
            base_url: base_url?,
            version: version?,
            app_secret: app_secret?,
            app_secret_before: app_secret_before?,
            verify_token: verify_token?,
            access_token: access_token?,
            phone_number_id: phone_number_id?,
        })
    }
}

impl DarajaSettings {
    fn read(reader: &mut SettingsReader) -> Option<Self> {
        let base_url = reader.required_with(
            "daraja.base_url",
            "Daraja, its sandbox, or the simulator",
            http_url,
        );
        let consumer_key = reader.secret("daraja.consumer_key", "user of the token request");
        let consumer_secret = reader.secret("daraja.consumer_secret", "password of the token request");
        let short_code = reader.required("daraja.short_code", "the paybill number");
        let passkey = reader.secret("daraja.passkey", "part of the password of every push");
        let sandbox = reader.required("daraja.sandbox", "true: prompts are a trial, and messages say so");
        Some(Self {
            base_url: base_url?,
            consumer_key: consumer_key?,
            consumer_secret: consumer_secret?,
            short_code: short_code?,
            passkey: passkey?,
            sandbox: sandbox?,
        })
    }
}

#[cfg(test)]
mod tests;
