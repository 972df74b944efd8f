//! What each part is told: addresses, credentials that are made up for one run, and settings by environment.

use std::path::Path;
use std::process::Command;

use super::{Page, StackOptions};
use crate::machine;
use crate::postgres::Server;

/// Where `npm run dev` serves the console while somebody works on it.
const PAGE_TOOLS: &str = "http://127.0.0.1:3011";

/// Limits that are counted like any other, so that what that costs is there, and that nobody meets: for chores in which one
/// address asks as fast as it can.
pub(crate) const NEVER_LIMITED: [(&str, &str); 6] = [
    ("RATIBA__RATE_LIMITS__ADDRESS", "60000000/60"),
    ("RATIBA__RATE_LIMITS__CALLER", "60000000/60"),
    ("RATIBA__RATE_LIMITS__TENANT", "60000000/60"),
    ("RATIBA__RATE_LIMITS__WEBHOOK", "60000000/60"),
    ("RATIBA__RATE_LIMITS__SIGN_IN", "60000000/60"),
    ("RATIBA__RATE_LIMITS__GRANT", "60000000/60"),
];

type Settings = Vec<(&'static str, String)>;

/// Where the parts of one run listen, all on 127.0.0.1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Addresses {
    api: u16,
    /// The api's metrics have a listener of their own.
    api_metrics: u16,
    worker: u16,
    simulator: u16,
    clock: u16,
    console: Option<u16>,
}

impl Addresses {
    pub(crate) fn choose(options: &StackOptions) -> anyhow::Result<Self> {
        Ok(Self {
            api: wished_or_free(options.api_port)?,
            api_metrics: machine::free_port()?,
            worker: machine::free_port()?,
            simulator: wished_or_free(options.simulator_port)?,
            clock: machine::free_port()?,
            console: match options.console {
                Page::Nowhere => None,
                Page::AtAnyPort => Some(machine::free_port()?),
                Page::At(port) => Some(wished_or_free(Some(port))?),
            },
        })
    }

    /// An address of the api.
    pub(crate) fn api(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.api)
    }

    /// Where the api counts.
    pub(crate) fn api_metrics(&self) -> String {
        format!("http://127.0.0.1:{}/metrics", self.api_metrics)
    }

    /// An address of the worker, which serves its health and its metrics.
    pub(crate) fn worker(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.worker)
    }

    /// An address of the simulator: the providers, the control and the page.
    pub(crate) fn simulator(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.simulator)
    }

    /// The console's port, if it is to be served.
    pub(crate) fn console(&self) -> Option<u16> {
        self.console
    }

    /// The origin that people and providers know: the console's, which passes on what is the api's own, or the api itself.
    fn public(&self) -> String {
        match self.console {
            Some(port) => format!("http://127.0.0.1:{port}"),
            None => self.api(""),
        }
    }

    pub(crate) fn ports(&self) -> Vec<u16> {
        let all = [
            self.api,
            self.api_metrics,
            self.worker,
            self.simulator,
            self.clock,
        ];
        all.into_iter().chain(self.console).collect()
    }

    fn clock(&self) -> String {
        format!("127.0.0.1:{}", self.clock)
    }
}

/// The wished port if it is free, else any that is.
fn wished_or_free(wish: Option<u16>) -> anyhow::Result<u16> {
    match wish {
        Some(port) if machine::port_is_free(port) => Ok(port),
        Some(port) => {
            let other = machine::free_port()?;
            println!("port {port} is in use by something else: using {other}");
            Ok(other)
        }
        None => machine::free_port(),
    }
}

/// The URLs of one database, one for each role.
pub(crate) struct DatabaseUrls {
    /// The administrator's: makes roles and databases.
    pub(crate) administrator: String,
    /// `ratiba_owner`: migrations.
    pub(crate) owner: String,
    /// `ratiba_app`: the running system.
    pub(crate) app: String,
    /// `ratiba_backup`: backups.
    pub(crate) backup: String,
}

impl DatabaseUrls {
    /// URLs with new passwords, which `ratiba-migrate roles` gives to the roles.
    pub(crate) fn on(server: &Server, database: String) -> anyhow::Result<Self> {
        let url = |role| server.url(role, &machine::random_hex(16)?, &database);
        Ok(Self {
            administrator: server.administrator_url().to_owned(),
            owner: url("ratiba_owner")?,
            app: url("ratiba_app")?,
            backup: url("ratiba_backup")?,
        })
    }
}

/// What the parts and the simulated providers know of each other.
pub(crate) struct Credentials {
    app_secret: String,
    access_token: String,
    verify_token: String,
    consumer_key: String,
    consumer_secret: String,
    passkey: String,
    security_credential: String,
    merchant_key: String,
    merchant_secret: String,
    client_secret: String,
    credential_keys: String,
}

/// The business at the simulated providers; the digits mean nothing.
pub(crate) const PHONE_NUMBER_ID: &str = "600700800900";
const WABA_ID: &str = "100200300400500";
const DISPLAY_PHONE_NUMBER: &str = "254700000999";
const SHORT_CODE: &str = "654321";
const OWNER_PHONE: &str = "254700000001";
const BUSINESS_NAME: &str = "Aria Aura Spa";

impl Credentials {
    pub(crate) fn generate() -> anyhow::Result<Self> {
        Ok(Self {
            app_secret: machine::random_hex(16)?,
            access_token: machine::random_hex(32)?,
            verify_token: machine::random_hex(16)?,
            consumer_key: machine::random_hex(16)?,
            consumer_secret: machine::random_hex(16)?,
            passkey: machine::random_hex(32)?,
            security_credential: machine::random_hex(32)?,
            merchant_key: machine::random_hex(16)?,
            merchant_secret: machine::random_hex(16)?,
            client_secret: machine::random_hex(32)?,
            credential_keys: format!("dev={}", machine::random_hex(32)?),
        })
    }

    /// What signs WhatsApp's webhooks.
    pub(crate) fn app_secret(&self) -> &str {
        &self.app_secret
    }

    fn providers(&self) -> Settings {
        vec![
            ("RATIBA__WHATSAPP__APP_SECRET", self.app_secret.clone()),
            ("RATIBA__WHATSAPP__ACCESS_TOKEN", self.access_token.clone()),
            ("RATIBA__DARAJA__CONSUMER_KEY", self.consumer_key.clone()),
            ("RATIBA__DARAJA__CONSUMER_SECRET", self.consumer_secret.clone()),
            ("RATIBA__DARAJA__PASSKEY", self.passkey.clone()),
            ("RATIBA__DARAJA__SHORT_CODE", SHORT_CODE.into()),
            ("RATIBA__DARAJA__INITIATOR", "testapi".into()),
            (
                "RATIBA__DARAJA__SECURITY_CREDENTIAL",
                self.security_credential.clone(),
            ),
            ("RATIBA__PESAPAL__CONSUMER_KEY", self.merchant_key.clone()),
            ("RATIBA__PESAPAL__CONSUMER_SECRET", self.merchant_secret.clone()),
            ("RATIBA__OIDC__CLIENT_ID", "ratiba".into()),
            ("RATIBA__OIDC__CLIENT_SECRET", self.client_secret.clone()),
        ]
    }
}

/// A program with these settings, and with no setting that the caller's own environment may hold.
pub(crate) fn command(program: &Path, settings: Settings) -> Command {
    let mut command = Command::new(program);
    for name in machine::variable_names() {
        if name.starts_with("RATIBA_") {
            command.env_remove(name);
        }
    }
    command.envs(settings);
    command
}

fn process() -> Settings {
    vec![
        ("RATIBA__PROCESS__EXIT_WITH_PARENT", "true".into()),
        (
            "RATIBA__LOG__LEVEL",
            machine::variable("DEV_LOG_LEVEL").unwrap_or_else(|| "info".into()),
        ),
    ]
}

pub(crate) fn migrations(urls: &DatabaseUrls) -> Settings {
    vec![
        ("RATIBA__DATABASE__ADMIN_URL", urls.administrator.clone()),
        ("RATIBA__DATABASE__OWNER_URL", urls.owner.clone()),
        ("RATIBA__DATABASE__URL", urls.app.clone()),
        ("RATIBA__DATABASE__BACKUP_URL", urls.backup.clone()),
    ]
}

/// What api, worker and admin share: they are wired by the same assembly.
fn system(addresses: &Addresses, urls: &DatabaseUrls, credentials: &Credentials) -> Settings {
    let mut settings = process();
    settings.extend(credentials.providers());
    settings.extend([
        ("RATIBA__ENVIRONMENT", "development".into()),
        ("RATIBA__DATABASE__URL", urls.app.clone()),
        ("RATIBA__CLOCK__FOLLOW", addresses.clock()),
        ("RATIBA__WHATSAPP__BASE_URL", addresses.simulator("")),
        ("RATIBA__WHATSAPP__VERIFY_TOKEN", credentials.verify_token.clone()),
        ("RATIBA__CREDENTIALS__KEYS", credentials.credential_keys.clone()),
        ("RATIBA__DARAJA__BASE_URL", addresses.simulator("")),
        ("RATIBA__PESAPAL__BASE_URL", addresses.simulator("/pesapalv3")),
        ("RATIBA__OIDC__ISSUER", addresses.simulator("/oidc")),
        ("RATIBA__PUBLIC__BASE_URL", addresses.public()),
        // A page that is being worked on is served by its own tools.
        ("RATIBA__PUBLIC__ORIGINS", PAGE_TOOLS.into()),
    ]);
    settings
}

pub(crate) fn admin(addresses: &Addresses, urls: &DatabaseUrls, credentials: &Credentials) -> Settings {
    let mut settings = system(addresses, urls, credentials);
    // It runs before the clock's authority does, and nobody else's end is its own.
    settings.retain(|(name, _)| {
        !matches!(
            *name,
            "RATIBA__CLOCK__FOLLOW" | "RATIBA__PROCESS__EXIT_WITH_PARENT"
        )
    });
    settings.push(("RATIBA__DEMO__PHONE_NUMBER_ID", PHONE_NUMBER_ID.into()));
    settings.push(("RATIBA__DEMO__OWNER_PHONE", format!("+{OWNER_PHONE}")));
    settings
}

pub(crate) fn api(addresses: &Addresses, urls: &DatabaseUrls, credentials: &Credentials) -> Settings {
    let mut settings = system(addresses, urls, credentials);
    settings.extend([
        ("RATIBA__API__PORT", addresses.api.to_string()),
        ("RATIBA__API__METRICS_PORT", addresses.api_metrics.to_string()),
    ]);
    settings
}

pub(crate) fn worker(addresses: &Addresses, urls: &DatabaseUrls, credentials: &Credentials) -> Settings {
    let mut settings = system(addresses, urls, credentials);
    settings.push(("RATIBA__WORKER__PORT", addresses.worker.to_string()));
    settings
}

pub(crate) fn simulator(addresses: &Addresses, credentials: &Credentials, clock_start: &str) -> Settings {
    let mut settings = process();
    settings.extend(credentials.providers());
    settings.extend([
        ("RATIBA__SIMULATOR__PORT", addresses.simulator.to_string()),
        ("RATIBA__SIMULATOR__API_URL", addresses.api("")),
        ("RATIBA__SIMULATOR__OWNER_PHONE", OWNER_PHONE.into()),
        ("RATIBA__CLOCK__LISTEN", addresses.clock()),
        ("RATIBA__CLOCK__START", clock_start.into()),
        ("RATIBA__WHATSAPP__PHONE_NUMBER_ID", PHONE_NUMBER_ID.into()),
        ("RATIBA__WHATSAPP__WABA_ID", WABA_ID.into()),
        (
            "RATIBA__WHATSAPP__DISPLAY_PHONE_NUMBER",
            DISPLAY_PHONE_NUMBER.into(),
        ),
        ("RATIBA__WHATSAPP__BUSINESS_NAME", BUSINESS_NAME.into()),
    ]);
    settings
}
