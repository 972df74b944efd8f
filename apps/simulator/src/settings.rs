//! What a simulator is told at its start: who the business is at each provider, and where its webhooks go.
//!
//! The values here stand in for what a real business would get from its providers; none of them is
//! a real credential, but they are still kept out of `Debug` and of everything the page can read.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::ClockControl;

/// Everything one simulator needs to know before it starts.
#[derive(Clone)]
pub struct SimulatorSettings {
    /// Port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// Base address of the api whose `/webhooks/whatsapp` gets the webhooks. May be set later through
    /// `POST /sim/config`.
    pub api_url: Option<String>,
    /// The business at WhatsApp.
    pub whatsapp: WhatsAppAccount,
    /// The business at M-Pesa.
    pub daraja: DarajaAccount,
    /// The business at PesaPal.
    pub pesapal: PesapalAccount,
    /// The business at payroll.
    pub payroll: PayrollAccount,
    /// Ratiba at the issuer.
    pub oidc: OidcAccount,
    /// WhatsApp id (digits, international) of the owner's phone, the second phone of the page.
    pub owner_phone: String,
    /// The clock that all processes follow: a [`ratiba_system::ClockAuthority`], or a
    /// [`ratiba_system::MovableClock`] shared within one process. `None`: one of the simulator's own, which
    /// starts at 2026-05-12 08:00 in Nairobi.
    pub clock: Option<Arc<dyn ClockControl>>,
    /// How long to wait before each redelivery of a WhatsApp webhook that was not answered with 200.
    /// As many redeliveries as there are pauses; the real thing goes on for seven days.
    pub redelivery_pauses: Vec<Duration>,
    /// How far the `Timestamp` of a Daraja request may be from the simulated clock before it is refused.
    pub timestamp_skew_max: time::Duration,
}

/// The business number at WhatsApp, and the secrets that go with it.
#[derive(Clone)]
pub struct WhatsAppAccount {
    /// Signs webhooks (`X-Hub-Signature-256`).
    pub app_secret: String,
    /// Expected as the bearer token of every send.
    pub access_token: String,
    /// Part of the send address, and how webhooks are routed.
    pub phone_number_id: String,
    /// Id of the WhatsApp business account, `entry[].id` of webhooks.
    pub waba_id: String,
    /// The business number, digits only.
    pub display_phone_number: String,
    /// Name over the chat and on the M-Pesa prompt.
    pub business_name: String,
}

/// The paybill at M-Pesa, and the secrets that go with it.
#[derive(Clone)]
pub struct DarajaAccount {
    /// User of the basic authentication that gets a token.
    pub consumer_key: String,
    /// Password of the basic authentication that gets a token.
    pub consumer_secret: String,
    /// The paybill number.
    pub short_code: String,
    /// Part of the `Password` of every request.
    pub passkey: String,
    /// Name of the operator that asks for reversals and for the status of transactions.
    pub initiator: String,
    /// The operator's encrypted password. It is compared, not decrypted.
    pub security_credential: String,
}

/// What gets a token at PesaPal.
#[derive(Clone)]
pub struct PesapalAccount {
    /// Names the merchant.
    pub consumer_key: String,
    /// Goes with the key.
    pub consumer_secret: String,
}

/// What opens the payroll system.
#[derive(Clone)]
pub struct PayrollAccount {
    /// The name of the business.
    pub company: String,
    /// Expected as the bearer token of every request.
    pub token: String,
}

/// What Ratiba is to the issuer.
#[derive(Clone)]
pub struct OidcAccount {
    /// The name of the client.
    pub client_id: String,
    /// Expected when a code is redeemed.
    pub client_secret: String,
}

impl Default for OidcAccount {
    fn default() -> Self {
        Self {
            client_id: "ratiba".to_owned(),
            client_secret: "example-client-secret".to_owned(),
        }
    }
}

impl Default for PayrollAccount {
    fn default() -> Self {
        Self {
            company: "ARIA-AURA".to_owned(),
            token: "example-payroll-token".to_owned(),
        }
    }
}

impl Default for SimulatorSettings {
    fn default() -> Self {
        Self {
            port: 0,
            api_url: None,
            whatsapp: WhatsAppAccount::default(),
            daraja: DarajaAccount::default(),
            pesapal: PesapalAccount::default(),
            payroll: PayrollAccount::default(),
            oidc: OidcAccount::default(),
            owner_phone: "254700000001".to_owned(),
            clock: None,
            redelivery_pauses: [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000]
                .into_iter()
                .map(Duration::from_millis)
                .collect(),
            timestamp_skew_max: time::Duration::hours(24),
        }
    }
}

impl Default for WhatsAppAccount {
    fn default() -> Self {
        Self {
            app_secret: "example-app-secret".to_owned(),
            access_token: "example-access-token".to_owned(),
            phone_number_id: "600700800900".to_owned(),
            waba_id: "100200300400500".to_owned(),
            display_phone_number: "254700000999".to_owned(),
            business_name: "Aria Aura Spa".to_owned(),
        }
    }
}

impl Default for DarajaAccount {
    fn default() -> Self {
        Self {
            consumer_key: "example-consumer-key".to_owned(),
            consumer_secret: "example-consumer-secret".to_owned(),
            short_code: "654321".to_owned(),
            passkey: "example-passkey-not-real".to_owned(),
            initiator: "testapi".to_owned(),
            security_credential: "example-security-credential".to_owned(),
        }
    }
}

impl Default for PesapalAccount {
    fn default() -> Self {
        Self {
            consumer_key: "example-merchant-key".to_owned(),
            consumer_secret: "example-merchant-secret".to_owned(),
        }
    }
}

impl fmt::Debug for SimulatorSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimulatorSettings")
            .field("port", &self.port)
            .field("api_url", &self.api_url)
            .field("whatsapp", &self.whatsapp)
            .field("daraja", &self.daraja)
            .field("pesapal", &self.pesapal)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for WhatsAppAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WhatsAppAccount")
            .field("phone_number_id", &self.phone_number_id)
            .field("waba_id", &self.waba_id)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for DarajaAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DarajaAccount")
            .field("short_code", &self.short_code)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for PesapalAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PesapalAccount").finish_non_exhaustive()
    }
}
