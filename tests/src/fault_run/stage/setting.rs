//! What is there before a run begins: the business, its addresses at M-Pesa, and the programs.

use std::fs::File;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use anyhow::Context as _;
use ratiba_access::Role;
use ratiba_assembly::Parts;
use ratiba_assembly::demo::{self, DemoAddresses};
use ratiba_assembly::settings::SharedSettings;
use ratiba_bootstrap::SettingsReader;
use ratiba_kernel::{PhoneNumber, TenantId};
use ratiba_simulator::SimulatorSettings;
use ratiba_system::{ClockAuthority, MovableClock};
use serde_json::{Value, json};

use crate::programs::program;

/// How long the lease of a job lasts: what a killed worker held is taken over then.
const LEASE_S: u64 = 20;

/// A program as a process of its own.
pub(super) struct Running {
    pub(super) child: Child,
    pub(super) door: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended already needs no end.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Running {
    /// Ends it without a word.
    pub(super) fn kill(&mut self) -> std::io::Result<()> {
        // Unix sends SIGKILL.
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

/// A business that is on record, and the parts that its operator's program is made of.
pub(in super::super) struct House {
    /// Which business.
    pub(in super::super) tenant: TenantId,
    /// What the operator's program works with.
    pub(in super::super) parts: Parts,
    /// A token of the owner's.
    pub(in super::super) owner: String,
}

pub(super) async fn provision(
    variables: &[(String, String)],
    clock: &MovableClock,
    told: &SimulatorSettings,
    providers: &str,
) -> anyhow::Result<House> {
    let settings = SettingsReader::from_variables(ratiba_assembly::BASE_SETTINGS, variables.iter().cloned())
        .finish(SharedSettings::read)?;
    let parts = Parts::with_clock(&settings, Arc::new(clock.clone()))?;
    let addresses = DemoAddresses {
        phone: None,
        phone_number_id: told.whatsapp.phone_number_id.clone(),
        owner_phone: PhoneNumber::parse(&told.owner_phone)?,
    };
    let tenant = demo::provision_demo(&parts.database, parts.ids.as_ref(), &addresses).await?;
    let addresses = parts.open_by_hand(tenant.tenant, &settings.daraja).await?;
    register(providers, told, &addresses.confirmation, &addresses.validation).await?;
    let owner = crate::mint(&parts, tenant.tenant, Role::Owner).await;
    Ok(House {
        tenant: tenant.tenant,
        parts,
        owner,
    })
}

/// Tells M-Pesa where money by hand is confirmed, as an operator does.
async fn register(
    providers: &str,
    told: &SimulatorSettings,
    confirmation: &str,
    validation: &str,
) -> anyhow::Result<()> {
    let http = reqwest::Client::builder().no_proxy().build()?;
    let account = &told.daraja;
    let token: Value = http
        .get(format!(
            "{providers}/oauth/v1/generate?grant_type=client_credentials"
        ))
        .basic_auth(&account.consumer_key, Some(&account.consumer_secret))
        .send()
        .await?
        .json()
        .await?;
    let answer = http
        .post(format!("{providers}/mpesa/c2b/v2/registerurl"))
        .bearer_auth(token["access_token"].as_str().unwrap_or_default())
        .json(&json!({
            "ShortCode": account.short_code, "ResponseType": "Completed",
            "ConfirmationURL": confirmation, "ValidationURL": validation,
        }))
        .send()
        .await?;
    anyhow::ensure!(
        answer.status().is_success(),
        "the addresses were not taken: {}",
        answer.status()
    );
    Ok(())
}

pub(super) fn spawn(
    variables: &[(String, String)],
    clock: &ClockAuthority,
    logs: &std::path::Path,
    name: &str,
    (port_variable, port): (&str, u16),
    index: usize,
) -> anyhow::Result<Running> {
    let log = File::options()
        .create(true)
        .append(true)
        .open(logs.join(format!("{name}-{index}.log")))?;
    let mut command = Command::new(program(name));
    command
        .env_clear()
        .envs(variables.iter().cloned())
        .env("RATIBA__CLOCK__FOLLOW", clock.address().to_string())
        .env("RATIBA__PROCESS__EXIT_WITH_PARENT", "true")
        .env("RATIBA__LOG__LEVEL", "warn")
        .env(port_variable, port.to_string())
        // Nothing is ever written to it: that it ends when the run does is the message.
        .stdin(Stdio::piped())
        .stdout(log.try_clone()?)
        .stderr(log);
    if name == "ratiba-worker" {
        command.env("RATIBA__WORKER__LEASE_S", LEASE_S.to_string());
    }
    let child = command.spawn().with_context(|| {
        format!(
            "{}: build it first with `cargo build -p {name}`",
            program(name).display()
        )
    })?;
    Ok(Running {
        child,
        door: format!("http://127.0.0.1:{port}"),
    })
}
