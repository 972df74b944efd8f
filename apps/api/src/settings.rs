//! The api's own settings beside the shared ones.

use std::net::IpAddr;
use std::num::NonZeroU16;

use ratiba_assembly::settings::{LimitSettings, SharedSettings};
use ratiba_bootstrap::SettingsReader;

use crate::sources::{Range, Sources, Strangers};

/// What the api starts with when nobody says otherwise, over the shared base.
pub const BASE: &str = concat!(
    include_str!("../../../crates/assembly/src/base.toml"),
    include_str!("limits.toml"),
    "\n[api]\nbind = \"127.0.0.1\"\nport = 8010\nexpress_max = 64\nwaiting_max = 128\ndaraja_strangers = \"off\"\n"
);
/// The part of it about limits.
pub const BASE_LIMITS: &str = include_str!("limits.toml");

/// Everything the api is told.
#[derive(Clone)]
pub struct ApiSettings {
    /// What all processes are told.
    pub shared: SharedSettings,
    /// Address of the public listener.
    pub bind: IpAddr,
    /// Its port.
    pub port: u16,
    /// How many callbacks may be on their way in the express lane; with 0 the worker applies them all.
    pub express_max: u16,
    /// How many requests may wait for the database before whoever comes is turned away: enough for work to be done
    /// together in full batches, and few enough that the last of them has an answer within a fraction of a second.
    pub waiting_max: NonZeroU16,
    /// Port of the metrics on 127.0.0.1; none where nobody scrapes.
    pub metrics_port: Option<u16>,
    /// Who may send messages of Daraja's.
    pub sources: Sources,
    /// How often somebody may ask.
    pub limits: LimitSettings,
}

impl ApiSettings {
    /// Reads all of it; faults stay with the reader.
    pub fn read(reader: &mut SettingsReader) -> Option<Self> {
        let shared = SharedSettings::read(reader);
        let bind = reader.required("api.bind", "address of the public listener");
        let port = reader.required("api.port", "port of the public listener");
        let express_max = reader.required(
            "api.express_max",
            "callbacks at once that are applied before their job runs",
        );
        let waiting_max = reader.required(
            "api.waiting_max",
            "requests that may wait for the database before others are turned away, at least 1",
        );
        let metrics_port = reader.optional("api.metrics_port", "port of /metrics on 127.0.0.1");
        let sources = sources(reader);
        let limits = LimitSettings::read(reader);
        Some(Self {
            shared: shared?,
            bind: bind?,
            port: port?,
            express_max: express_max?,
            waiting_max: waiting_max?,
            metrics_port: metrics_port?,
            sources: sources?,
            limits: limits?,
        })
    }
}

fn sources(reader: &mut SettingsReader) -> Option<Sources> {
    let strangers: Option<Strangers> = reader.required(
        "api.daraja_strangers",
        "off, log or refuse: what becomes of callbacks from addresses that are not on the list",
    );
    let daraja = reader.list::<Range>(
        "api.daraja_sources",
        "addresses and ranges that Daraja sends from",
    );
    let proxies = reader.list::<Range>("api.trusted_proxies", "proxies whose X-Forwarded-For is believed");
    if strangers.is_some_and(|strangers| strangers != Strangers::Off)
        && daraja.as_ref().is_some_and(Vec::is_empty)
    {
        reader.fault(
            "api.daraja_sources",
            "must name addresses unless api.daraja_strangers is off",
        );
    }
    Some(Sources {
        strangers: strangers?,
        daraja: daraja?,
        proxies: proxies?,
    })
}
