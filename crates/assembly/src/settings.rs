//! The settings that api, worker and admin share, read and checked whole at start.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::Arc;

use ratiba_access::feature::Feature;
use ratiba_bootstrap::{ProcessSettings, Secret, SettingsReader};
use ratiba_daraja::settings::TransactionType;
use ratiba_daraja::{RawSettings, SettingsFault};
use ratiba_postgres::DatabaseSettings;
use ratiba_system::vault::KeyRing;

mod cards;
mod credentials;
mod limits;
mod model;
mod oidc;
mod outgoing;
mod payroll;

pub use limits::LimitSettings;
pub use oidc::Origin;
pub use outgoing::OutgoingSettings;
pub use payroll::PayrollSettings;

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
    /// The card account, if the business takes cards.
    pub pesapal: Option<ratiba_pesapal::Settings>,
    /// The language model, if the operator set one up.
    pub model: Option<ratiba_openai::ModelSettings>,
    /// Payroll, as far as it is set up.
    pub payroll: PayrollSettings,
    /// The keys under which businesses' credentials and the secrets of webhooks are stored, if there are any.
    pub credential_keys: Option<Arc<KeyRing>>,
    /// Who vouches for people, if anybody does.
    pub oidc: Option<ratiba_oidc::OidcSettings>,
    /// Pages of other origins than our own that may call with a cookie.
    pub pages: Vec<Origin>,
    /// Features that nobody has, whatever businesses say.
    pub features_off: Vec<Feature>,
    /// Calls to addresses that a business names.
    pub outgoing: OutgoingSettings,
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
}

/// The paybill, and what opens it.
#[derive(Clone)]
pub struct DarajaSettings {
    /// The app, checked as a whole by the adapter.
    pub account: ratiba_daraja::Settings,
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
        if let Some(Some(url)) = &listen_url
            && let Err(message) = remote_is_verified(url.expose())
        {
            reader.fault("database.listen_url", message);
        }
        let clock = reader.optional::<SocketAddr>(
            "clock.follow",
            "loopback address of the movable clock; development only",
        );
        let public_url = reader.required_with("public.base_url", "where providers reach the api", http_url);
        let whatsapp = WhatsAppSettings::read(reader);
        let daraja = DarajaSettings::read(reader, public_url.as_deref());
        let pesapal = cards::read(reader, public_url.as_deref());
        let model = model::read(reader);
        let payroll = payroll::read(reader);
        let credential_keys = credentials::read(reader);
        let oidc = oidc::read(reader);
        let features_off = reader.list::<Feature>(
            "features.off",
            "features that nobody has, whatever businesses say",
        );
        let pages = reader.list::<Origin>(
            "public.origins",
            "origins of other pages that may call with a person's cookie",
        );
        let outgoing = outgoing::read(reader);
        if environment == Some(Environment::Production) {
            let whatsapp_url = whatsapp.as_ref().map(|whatsapp| whatsapp.base_url.as_str());
            let urls = [
                ("public.base_url", public_url.as_deref()),
                ("whatsapp.base_url", whatsapp_url),
            ];
            for (key, url) in urls {
                if url.is_some_and(|url| !url.starts_with("https://")) {
                    reader.fault(key, "must be https in production: secrets go over it");
                }
            }
            if daraja
                .as_ref()
                .is_some_and(|daraja| !daraja.account.endpoint("/").starts_with("https://"))
            {
                reader.fault(
                    "daraja.base_url",
                    "must be https in production: secrets go over it",
                );
            }
            let model = model.as_ref().and_then(Option::as_ref);
            if model.is_some_and(|model| !model.base_url.starts_with("https://")) {
                reader.fault(
                    "model.url",
                    "must be https in production: customers' words go over it",
                );
            }
            let system = payroll.as_ref().and_then(|payroll| payroll.system.as_ref());
            if system.is_some_and(|system| !system.base_url.starts_with("https://")) {
                reader.fault(
                    "payroll.base_url",
                    "must be https in production: earnings go over it",
                );
            }
            let issuer = oidc.as_ref().and_then(Option::as_ref);
            if issuer.is_some_and(ratiba_oidc::OidcSettings::is_plain) {
                reader.fault(
                    "oidc.issuer",
                    "must be https in production, and so must oidc.backchannel_url: codes and secrets go over it",
                );
            }
            let page = pesapal.as_ref().and_then(Option::as_ref);
            if page.is_some_and(|page| !page.endpoint("/").starts_with("https://")) {
                reader.fault(
                    "pesapal.base_url",
                    "must be https in production: secrets go over it",
                );
            }
        }
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
            pesapal: pesapal?,
            model: model?,
            payroll: payroll?,
            credential_keys: credential_keys?,
            oidc: oidc?,
            pages: pages?,
            features_off: features_off?,
            outgoing: outgoing?,
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
    let connections_max = reader.required_with(
        "database.connections_max",
        "connections of this process at most",
        |text| {
            text.parse()
                .ok()
                .filter(|most| (1..=200).contains(most))
                .ok_or("must be 1 to 200".to_owned())
        },
    );
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

/// A remote server must prove who it is; loopback and the Compose network may be plain. A host in the
/// parameters counts like one before them.
fn remote_is_verified(url: &str) -> Result<(), &'static str> {
    let rest = url
        .strip_prefix("postgres://")
        .or_else(|| url.strip_prefix("postgresql://"));
    let rest = rest.ok_or("must begin with postgres://")?;
    let (before, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    let authority = before.split('/').next().unwrap_or_default();
    let mut hosts: Vec<&str> = authority
        .rsplit('@')
        .next()
        .unwrap_or_default()
        .split(',')
        .map(host_of)
        .collect();
    let mut verified = false;
    for (name, value) in parameters
        .split('&')
        .filter_map(|parameter| parameter.split_once('='))
    {
        match name {
            "host" | "hostaddr" => hosts.extend(value.split(',')),
            "sslmode" => verified = value == "verify-full",
            _other => {}
        }
    }
    // Without any host libpq takes the local socket.
    let near = |host: &&str| {
        matches!(*host, "localhost" | "127.0.0.1" | "::1" | "postgres" | "") || host.starts_with('/')
    };
    if verified || hosts.iter().all(near) {
        Ok(())
    } else {
        Err("a remote PostgreSQL needs sslmode=verify-full")
    }
}

/// The host of `host:port`, without the brackets of an address of version 6.
fn host_of(authority: &str) -> &str {
    match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
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
        Some(Self {
            base_url: base_url?,
            version: version?,
            app_secret: app_secret?,
            app_secret_before: app_secret_before?,
            verify_token: verify_token?,
            access_token: access_token?,
        })
    }
}

impl DarajaSettings {
    fn read(reader: &mut SettingsReader, public_url: Option<&str>) -> Option<Self> {
        let base_url = reader.required_with(
            "daraja.base_url",
            "Daraja, its sandbox, or the simulator",
            http_url,
        );
        let consumer_key = reader.secret("daraja.consumer_key", "user of the token request");
        let consumer_secret = reader.secret("daraja.consumer_secret", "password of the token request");
        let short_code: Option<String> = reader.required("daraja.short_code", "the paybill number");
        let passkey = reader.secret("daraja.passkey", "part of the password of every push");
        let sandbox = reader.required("daraja.sandbox", "true: prompts are a trial, and messages say so");
        let operator = operator(reader);
        // What is missing is said already; a stand-in lets the rest be checked, so that all faults come at once.
        let secret = |given: &Option<Secret>| {
            ratiba_daraja::Secret::new(given.as_ref().map_or("missing", Secret::expose))
        };
        let code = short_code.clone().unwrap_or_else(|| "00000".to_owned());
        let raw = RawSettings {
            base_url: base_url.clone().unwrap_or_else(|| MISSING_URL.to_owned()),
            callback_base_url: public_url.unwrap_or(MISSING_URL).to_owned(),
            consumer_key: secret(&consumer_key),
            consumer_secret: secret(&consumer_secret),
            party_b: code.clone(),
            operator,
            short_code: code,
            passkey: secret(&passkey),
            transaction_type: TransactionType::Paybill,
        };
        let checked = ratiba_daraja::Settings::check(raw).map_err(|faults| {
            for fault in faults {
                reader.fault(key_of(fault), fault.to_string());
            }
        });
        if sandbox == Some(true) && checked.as_ref().is_ok_and(|account| !account.is_sandbox()) {
            reader.fault(
                "daraja.sandbox",
                "must be false where daraja.base_url moves real money: customers would be told that none is taken",
            );
        }
        let _ = (
            base_url?,
            public_url?,
            consumer_key?,
            consumer_secret?,
            short_code?,
            passkey?,
        );
        Some(Self {
            account: checked.ok()?,
            sandbox: sandbox?,
        })
    }
}

/// The operator for reversals: both settings, or neither, and then no reversal is offered.
fn operator(reader: &mut SettingsReader) -> Option<ratiba_daraja::Operator> {
    let name = reader.optional::<String>(
        "daraja.initiator",
        "the operator who takes money back; without one no reversal is offered",
    );
    let credential = reader.optional_secret(
        "daraja.security_credential",
        "the operator's password, encrypted under Daraja's certificate, in base64",
    );
    match (name?, credential?) {
        (Some(name), Some(credential)) => {
            let credential = ratiba_daraja::Secret::new(credential.expose());
            Some(ratiba_daraja::Operator::new(name, credential))
        }
        (None, None) => None,
        (Some(_), None) => {
            reader.fault("daraja.security_credential", "is needed beside daraja.initiator");
            None
        }
        (None, Some(_)) => {
            reader.fault("daraja.initiator", "is needed beside daraja.security_credential");
            None
        }
    }
}

/// Stands in for an address that is not given.
const MISSING_URL: &str = "https://missing.invalid";

/// The setting that a fault of the adapter's is about.
const fn key_of(fault: SettingsFault) -> &'static str {
    match fault {
        SettingsFault::NotAShortCode(_) | SettingsFault::PartyBDiffers => "daraja.short_code",
        SettingsFault::NotAnAddress(_) | SettingsFault::Empty(_) => "daraja.base_url",
        SettingsFault::CallbackNotHttps
        | SettingsFault::ForbiddenWord(_)
        | SettingsFault::ForbiddenHost(_)
        | SettingsFault::UpperCase => "public.base_url",
    }
}

#[cfg(test)]
mod tests;
