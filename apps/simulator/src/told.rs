//! What the process `ratiba-simulator` is told by its environment.

use std::net::SocketAddr;

use ratiba_bootstrap::{ProcessSettings, SettingsReader};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::settings::{
    DarajaAccount, OidcAccount, PayrollAccount, PesapalAccount, SimulatorSettings, WhatsAppAccount,
};

/// What the process starts with when nobody says otherwise.
pub const BASE: &str = include_str!("base.toml");

/// All settings of this process.
pub struct Told {
    /// Log and life.
    pub process: ProcessSettings,
    /// The simulator.
    pub simulator: SimulatorSettings,
    /// Business time at the start.
    pub clock_start: OffsetDateTime,
    /// Where other processes follow the clock, if any do.
    pub clock_listen: Option<SocketAddr>,
}

impl Told {
    /// Reads all of it; faults stay with the reader.
    pub fn read(reader: &mut SettingsReader) -> Option<Self> {
        let process = ProcessSettings::read(reader);
        let port = reader.required(
            "simulator.port",
            "port of the simulator on 127.0.0.1; 0 takes any free one",
        );
        let api_url =
            reader.optional::<String>("simulator.api_url", "address of the api that gets the webhooks");
        let owner_phone = reader.required("simulator.owner_phone", "WhatsApp id of the owner's phone");
        let whatsapp = whatsapp(reader);
        let daraja = daraja(reader);
        let pesapal = pesapal(reader);
        let payroll = payroll(reader);
        let oidc = oidc(reader);
        let clock_start =
            reader.required_with("clock.start", "business time at the start, RFC 3339", |text| {
                OffsetDateTime::parse(text, &Rfc3339).map_err(|error| error.to_string())
            });
        let clock_listen = reader.optional(
            "clock.listen",
            "loopback address where other processes follow the clock",
        );
        let simulator = SimulatorSettings {
            port: port?,
            api_url: api_url?,
            whatsapp: whatsapp?,
            daraja: daraja?,
            pesapal: pesapal?,
            payroll: payroll?,
            oidc: oidc?,
            owner_phone: owner_phone?,
            ..SimulatorSettings::default()
        };
        Some(Self {
            process: process?,
            simulator,
            clock_start: clock_start?,
            clock_listen: clock_listen?,
        })
    }
}

fn oidc(reader: &mut SettingsReader) -> Option<OidcAccount> {
    let client_id = reader.required("oidc.client_id", "the client whose people sign in");
    let client_secret = reader.secret("oidc.client_secret", "expected when a code is redeemed");
    Some(OidcAccount {
        client_id: client_id?,
        client_secret: client_secret?.expose().to_owned(),
    })
}

fn whatsapp(reader: &mut SettingsReader) -> Option<WhatsAppAccount> {
    let app_secret = reader.secret("whatsapp.app_secret", "signs webhooks");
    let access_token = reader.secret("whatsapp.access_token", "expected with every send");
    let phone_number_id = reader.required("whatsapp.phone_number_id", "id of the business number");
    let waba_id = reader.required("whatsapp.waba_id", "id of the business account");
    let display_phone_number = reader.required("whatsapp.display_phone_number", "the business number");
    let business_name = reader.required("whatsapp.business_name", "name over the chat and on the prompt");
    Some(WhatsAppAccount {
        app_secret: app_secret?.expose().to_owned(),
        access_token: access_token?.expose().to_owned(),
        phone_number_id: phone_number_id?,
        waba_id: waba_id?,
        display_phone_number: display_phone_number?,
        business_name: business_name?,
    })
}

fn daraja(reader: &mut SettingsReader) -> Option<DarajaAccount> {
    let consumer_key = reader.secret("daraja.consumer_key", "user of the token request");
    let consumer_secret = reader.secret("daraja.consumer_secret", "password of the token request");
    let short_code = reader.required("daraja.short_code", "the paybill number");
    let passkey = reader.secret("daraja.passkey", "part of the password of every push");
    let initiator = reader.required("daraja.initiator", "operator that asks for reversals");
    let security_credential =
        reader.secret("daraja.security_credential", "the operator's encrypted password");
    Some(DarajaAccount {
        consumer_key: consumer_key?.expose().to_owned(),
        consumer_secret: consumer_secret?.expose().to_owned(),
        short_code: short_code?,
        passkey: passkey?.expose().to_owned(),
        initiator: initiator?,
        security_credential: security_credential?.expose().to_owned(),
    })
}

fn payroll(reader: &mut SettingsReader) -> Option<PayrollAccount> {
    let company = reader.required("payroll.company", "the name of the business at payroll");
    let token = reader.secret("payroll.token", "expected with every request to payroll");
    Some(PayrollAccount {
        company: company?,
        token: token?.expose().to_owned(),
    })
}

fn pesapal(reader: &mut SettingsReader) -> Option<PesapalAccount> {
    let consumer_key = reader.secret("pesapal.consumer_key", "names the merchant");
    let consumer_secret = reader.secret("pesapal.consumer_secret", "goes with the key");
    Some(PesapalAccount {
        consumer_key: consumer_key?.expose().to_owned(),
        consumer_secret: consumer_secret?.expose().to_owned(),
    })
}
