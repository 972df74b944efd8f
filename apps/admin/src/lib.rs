//! What an operator runs: the demo tenant, tokens, dead jobs, dead letters. Answers are JSON.
//!
//! Migrations have a program of their own, `ratiba-migrate`, which runs as another role.

use std::sync::Arc;

use anyhow::{Context as _, bail};
use ratiba_access::use_cases::TokenOrder;
use ratiba_access::{Role, Scope};
use ratiba_assembly::Parts;
use ratiba_assembly::demo::{self, DemoAddresses};
use ratiba_assembly::demo_people;
use ratiba_assembly::settings::{Environment, SharedSettings};
use ratiba_bootstrap::SettingsReader;
use ratiba_kernel::{Clock, Id, PhoneNumber, TenantId};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

pub mod audit;
pub mod business;
pub mod commission;
pub mod credentials;
pub mod database_settings;
mod feature;
mod member;
pub mod privacy;
pub mod unrouted;

use audit::Audit;
use business::Business;
use commission::Commission;
use credentials::Credentials;
pub use feature::FeatureOrder;
pub use member::NewMemberOrder;
use privacy::Privacy;
use unrouted::Unrouted;

/// What the program says when it does not understand.
pub const USAGE: &str = "usage: ratiba-admin demo-tenant
       ratiba-admin business new FILE           provision the business that a file orders (JSON), and invite its owner; the
                                                same order made again makes no second one
       ratiba-admin business suspend|resume TENANT
                                                let nobody act in a business, or open it again
       ratiba-admin feature TENANT [webhooks|payroll|cohort on|off]
                                                which features a business has, or switch one
       ratiba-admin token TENANT ROLE NAME DAYS [STAFF]
                                                mint a token for so many days; it is shown once
       ratiba-admin member TENANT ROLE SUBJECT NAME [STAFF]
                                                somebody whom the issuer names SUBJECT belongs to a business
       ratiba-admin jobs                        how full the queue is, and the dead jobs
       ratiba-admin replay JOB                  make a dead job ready again
       ratiba-admin by-hand address TENANT      open the two addresses for money that customers send by hand;
                                                they are shown once
       ratiba-admin by-hand unknown TENANT accept|refuse
                                                what becomes of money for an account that nobody knows
       ratiba-admin unrouted                    provider messages of no tenant
       ratiba-admin unrouted show LETTER        one of them, without phone numbers
       ratiba-admin unrouted assign LETTER TENANT WHO WHY
                                                give one to a business, whose people work it through
       ratiba-admin unrouted dismiss LETTER WHO WHY
                                                one means nothing
       ratiba-admin commission preview|close TENANT MONTH
                                                what a month such as 2026-05 comes to; or freeze it as the schedule
                                                would
       ratiba-admin commission close all MONTH  freeze it for every business; tells how many there were, for whom
                                                something came late, and whose month was not closed, and why
       ratiba-admin audit verify [--tenant TENANT]
                                                whether the record of who changed what is still what it was
       ratiba-admin credentials set TENANT PROVIDER NAME
                                                keep what opens a business's own account; the value is read from
                                                standard input
       ratiba-admin credentials list TENANT     which are kept, without the values
       ratiba-admin credentials remove TENANT PROVIDER NAME
                                                take one away
       ratiba-admin credentials rotate          encrypt anew whatever is not under the current key
       ratiba-admin privacy list TENANT         what customers asked of what is kept of them
       ratiba-admin privacy take TENANT CUSTOMER export|correction|erasure|copy
                                                take a request down
       ratiba-admin privacy document|erase|corrected|refuse TENANT REQUEST
                                                answer one; the reason of a refusal is read from standard input";

/// What the program starts with when nobody says otherwise, over the shared base.
pub const BASE: &str = concat!(
    include_str!("../../../crates/assembly/src/base.toml"),
    "\n[demo]\nowner_phone = \"+254700000001\"\nphone_number_id = \"600700800900\"\n"
);

/// Everything the program is told by its environment.
pub struct AdminSettings {
    shared: SharedSettings,
    owner_phone: PhoneNumber,
    phone_number_id: String,
    phone: Option<PhoneNumber>,
}

impl AdminSettings {
    /// Reads all of it; faults stay with the reader.
    pub fn read(reader: &mut SettingsReader) -> Option<Self> {
        let shared = SharedSettings::read(reader);
        let owner_phone = reader.required("demo.owner_phone", "the demo owner's number");
        let phone_number_id = reader.required("demo.phone_number_id", "WhatsApp's id of the demo's number");
        let phone = reader.optional(
            "demo.phone",
            "that number itself; learned from WhatsApp if left out",
        );
        Some(Self {
            shared: shared?,
            owner_phone: owner_phone?,
            phone_number_id: phone_number_id?,
            phone: phone?,
        })
    }
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// Put the demo tenant on record, with three months of past visits, and mint its tokens.
    DemoTenant,
    /// Provision a business, close or open one.
    Business(Business),
    /// Show or switch features of a business.
    Feature(FeatureOrder),
    /// Mint a token.
    Token {
        /// Whose business.
        tenant: TenantId,
        /// As what it acts.
        role: Role,
        /// What it is for.
        name: String,
        /// When it ends.
        days: u16,
        /// For which therapist.
        staff: Option<Uuid>,
    },
    /// Make somebody a member.
    Member(NewMemberOrder),
    /// Show the queue.
    Jobs,
    /// Make a dead job ready again.
    Replay(Uuid),
    /// Open addresses for money that customers send by hand.
    ByHandAddress(TenantId),
    /// Say what becomes of money by hand for an account that nobody knows.
    ByHandUnknown {
        /// Whose.
        tenant: TenantId,
        /// Refuse it before it moves.
        refuse: bool,
    },
    /// Look at dead letters of no tenant, or decide about one.
    Unrouted(Unrouted),
    /// Look at a month of commission, or close it.
    Commission(Commission),
    /// Keep what opens businesses' own accounts at providers.
    Credentials(Credentials),
    /// Verify the record of who changed what.
    Audit(Audit),
    /// Take down and answer what customers ask.
    Privacy(Privacy),
}

impl Command {
    /// Reads the arguments; `None` if they make no command.
    #[must_use]
    pub fn parse(arguments: &[String]) -> Option<Self> {
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["demo-tenant"] => Some(Self::DemoTenant),
            ["token", tenant, role, name, days] => Self::token([tenant, role, name, days], None),
            ["token", tenant, role, name, days, staff] => {
                Self::token([tenant, role, name, days], Some(staff.parse().ok()?))
            }
            ["member", rest @ ..] => Some(Self::Member(NewMemberOrder::parse(rest)?)),
            ["business", rest @ ..] => Some(Self::Business(Business::parse(rest)?)),
            ["feature", rest @ ..] => Some(Self::Feature(FeatureOrder::parse(rest)?)),
            ["jobs"] => Some(Self::Jobs),
            ["replay", id] => Some(Self::Replay(id.parse().ok()?)),
            ["by-hand", "address", tenant] => Some(Self::ByHandAddress(tenant.parse().ok()?)),
            ["by-hand", "unknown", tenant, what @ ("accept" | "refuse")] => Some(Self::ByHandUnknown {
                tenant: tenant.parse().ok()?,
                refuse: *what == "refuse",
            }),
            ["commission", rest @ ..] => Some(Self::Commission(Commission::parse(rest)?)),
            ["credentials", rest @ ..] => Some(Self::Credentials(Credentials::parse(rest)?)),
            ["audit", rest @ ..] => Some(Self::Audit(Audit::parse(rest)?)),
            ["privacy", rest @ ..] => Some(Self::Privacy(Privacy::parse(rest)?)),
            ["unrouted", rest @ ..] => Some(Self::Unrouted(Unrouted::parse(rest)?)),
            _other => None,
        }
    }
}

impl Command {
    fn token([tenant, role, name, days]: [&str; 4], staff: Option<Uuid>) -> Option<Self> {
        let role = Role::parse(role)?;
        // A therapist's token that is nobody's could see nothing.
        if (role == Role::Therapist) != staff.is_some() {
            return None;
        }
        Some(Self::Token {
            tenant: tenant.parse().ok()?,
            role,
            name: name.to_owned(),
            days: days.parse().ok().filter(|days| *days > 0)?,
            staff,
        })
    }
}

/// The time at which the demo tenant is put on record, whatever the machine's time is.
struct DemoClock;

impl Clock for DemoClock {
    fn now(&self) -> OffsetDateTime {
        demo::BEGINS_AT
    }
}

/// Does what was asked, and tells.
///
/// # Errors
/// Whatever stopped it, for a person to read.
pub async fn run(settings: AdminSettings, command: Command) -> anyhow::Result<Value> {
    match command {
        Command::DemoTenant => demo_tenant(settings).await,
        Command::Token {
            tenant,
            role,
            name,
            days,
            staff,
        } => {
            let parts = Parts::assemble(&settings.shared, || ())?;
            let ends = parts.clock.now() + Duration::days(i64::from(days));
            let order = order(role, &name, staff, Some(ends));
            let (id, token) = mint(&parts, tenant, order).await?;
            Ok(json!({ "id": id, "token": token }))
        }
        Command::Business(command) => {
            let parts = Parts::assemble(&settings.shared, || ())?;
            command.run(&parts).await
        }
        Command::Feature(order) => {
            let parts = Parts::assemble(&settings.shared, || ())?;
            order.run(&parts).await
        }
        Command::Member(order) => {
            let parts = Parts::assemble(&settings.shared, || ())?;
            order.run(&parts).await
        }
        Command::Jobs => {
            let parts = Parts::assemble(&settings.shared, || ())?;
            let depth = parts.queue.depth(parts.clock.now()).await?;
            let dead = parts.queue.dead(100).await?;
            let dead: Vec<Value> = dead
                .into_iter()
                .map(|job| json!({ "id": job.id, "kind": job.kind, "tenant": job.tenant, "history": job.history }))
                .collect();
            Ok(json!({ "ready": depth.ready, "due": depth.due, "running": depth.running, "dead": dead }))
        }
        Command::Replay(id) => {
            let parts = Parts::assemble(&settings.shared, || ())?;
            if !parts.queue.replay(id, parts.clock.now()).await? {
                bail!("there is no dead job {id}");
            }
            Ok(json!({ "replayed": id }))
        }
        Command::ByHandAddress(tenant) => {
            let parts = Parts::assemble(&settings.shared, || ())?;
            let opened = parts.open_by_hand(tenant, &settings.shared.daraja).await;
            let opened = opened.context("the addresses were not opened")?;
            Ok(json!({
                "ShortCode": settings.shared.daraja.account.short_code(),
                "ValidationURL": opened.validation,
                "ConfirmationURL": opened.confirmation,
            }))
        }
        Command::ByHandUnknown { tenant, refuse } => {
            let parts = Parts::assemble(&settings.shared, || ())?;
            parts
                .payments
                .by_hand
                .inbox
                .refuse_unknown(tenant, refuse)
                .await?;
            Ok(json!({ "tenant": tenant, "refuses_unknown": refuse }))
        }
        Command::Commission(command) => {
            let parts = Parts::assemble(&settings.shared, || ())?;
            command.run(&parts).await
        }
        Command::Credentials(command) => {
            let parts = Parts::assemble(&settings.shared, || ())?;
            command.run(&parts).await
        }
        Command::Audit(command) => {
            let parts = Parts::assemble(&settings.shared, || ())?;
            command.run(&parts).await
        }
        Command::Privacy(command) => {
            let parts = Parts::assemble(&settings.shared, || ())?;
            command.run(&parts).await
        }
        Command::Unrouted(command) => {
            let parts = Parts::assemble(&settings.shared, || ())?;
            command.run(&parts).await
        }
    }
}

async fn demo_tenant(settings: AdminSettings) -> anyhow::Result<Value> {
    if settings.shared.environment == Environment::Production {
        bail!("the demo tenant belongs in no production database");
    }
    let parts = Parts::with_clock(&settings.shared, Arc::new(DemoClock))?;
    let addresses = DemoAddresses {
        phone_number_id: settings.phone_number_id,
        phone: settings.phone,
        owner_phone: settings.owner_phone,
    };
    let made = demo::provision_demo(&parts.database, parts.ids.as_ref(), &addresses).await?;
    demo_people::enter_demo_people(&parts, &made).await?;
    demo::close_past_months(&parts, made.tenant).await?;
    let mut tokens = serde_json::Map::new();
    for role in [Role::Owner, Role::Manager, Role::Receptionist] {
        let (_, token) = mint(
            &parts,
            made.tenant,
            order(role, &format!("demo {}", role.name()), None, None),
        )
        .await?;
        tokens.insert(role.name().to_owned(), Value::String(token));
    }
    let staff: Vec<Value> = made
        .staff
        .iter()
        .map(|(name, id)| json!({ "name": name, "id": id }))
        .collect();
    Ok(json!({ "tenant": made.tenant, "name": "Aria Aura Spa", "staff": staff, "tokens": tokens }))
}

/// A token of everything that the role allows.
fn order(role: Role, name: &str, staff: Option<Uuid>, expires_at: Option<OffsetDateTime>) -> TokenOrder {
    TokenOrder {
        name: name.to_owned(),
        role,
        staff: staff.map(Id::from_uuid),
        scopes: Scope::ALL
            .into_iter()
            .filter(|scope| role.allows(*scope))
            .collect(),
        expires_at,
    }
}

async fn mint(parts: &Parts, tenant: TenantId, order: TokenOrder) -> anyhow::Result<(String, String)> {
    let minted = parts.mint_token.execute(tenant, order).await;
    let (id, token) = minted.context("the token was not minted")?;
    Ok((id.to_string(), token.reveal().to_owned()))
}

#[cfg(test)]
mod tests;
