//! Where domains meet: wiring by settings, bridges, and the translation of events.
//!
//! [`Parts`] holds every use case, built once and shared by api, worker and admin.

use std::sync::Arc;

use ratiba_access::{AuthenticateToken, MintToken};
use ratiba_bootstrap::Secret;
use ratiba_kernel::{Clock, IdSource, Outage, TenantId};
use ratiba_payments::ports::{CallbackInbox, ResultInbox};
use ratiba_postgres::Database;
use ratiba_postgres::outbox::StoredEvent;
use ratiba_system::{MovableClock, SystemClock};
use ratiba_whatsapp::webhook::AppSecrets;
use uuid::Uuid;

pub mod access;
pub mod accounts;
pub mod audit;
pub mod breakers;
pub mod bridges;
pub mod by_hand;
pub mod credentials;
pub mod demo;
pub mod demo_people;
pub mod desk;
pub mod desk_prompts;
pub mod digest;
pub mod express;
pub mod invitations;
pub mod limits;
pub mod numbers;
pub mod owing;
pub mod payroll;
pub mod payroll_directory;
pub mod people;
pub mod provisioning;
pub mod published;
pub mod queue;
pub mod receipts;
pub mod reports;
pub mod settings;
mod statement_cards;
pub mod statements;
pub mod sweeps;
mod tips;
pub mod translate;
pub mod use_cases;
pub mod visit_money;
mod wiring;

pub use ratiba_postgres::dead_letters;

use breakers::Breakers;
use desk::Desk;
use people::People;
use queue::{JobQueue, Schedules};
use settings::SharedSettings;
use sweeps::Sweeps;
use use_cases::{Booking, Commission, Conversation, Imports, Integrations, MoneyBack, Payments, Payroll};

/// What the shared settings begin with; each app adds its own part.
pub const BASE_SETTINGS: &str = include_str!("base.toml");

/// Every use case, with the few things that edges need beside them. Clones share everything.
#[derive(Clone)]
pub struct Parts {
    /// The database itself, for health and sweeps.
    pub database: Database,
    /// Business time.
    pub clock: Arc<dyn Clock>,
    /// Identities.
    pub ids: Arc<dyn IdSource>,
    /// Jobs.
    pub queue: JobQueue,
    /// What is due by the wall clock.
    pub schedules: Schedules,
    /// What events missed.
    pub sweeps: Sweeps,
    /// What opens businesses' own accounts at providers.
    pub credentials: credentials::TenantCredentials,
    /// Who changed what.
    pub audit: audit::AuditTrail,
    /// What customers ask of what is kept of them.
    pub privacy: ratiba_access::privacy::AnswerRequests,
    /// What stops calls to providers that are in trouble.
    pub breakers: Breakers,
    /// The numbers by which customers write.
    pub numbers: numbers::ChannelNumbers,
    /// Names of people.
    pub staff: People,
    /// Booking.
    pub booking: Arc<Booking>,
    /// The queue, the waitlist and calendar feeds.
    pub desk: Arc<Desk>,
    /// Where others reach the api, without a slash at the end.
    pub public_url: String,
    /// What booking takes over from elsewhere, and whom it knows.
    pub imports: Arc<Imports>,
    /// Payments.
    pub payments: Arc<Payments>,
    /// Money that goes back, and customers' credit.
    pub money_back: Arc<MoneyBack>,
    /// Conversation.
    pub conversation: Arc<Conversation>,
    /// Commission.
    pub commission: Arc<Commission>,
    /// What is handed to payroll and to the books of account.
    pub payroll: Arc<Payroll>,
    /// Figures of whole days.
    pub reports: reports::Reports,
    /// What other programs are told.
    pub integrations: Arc<Integrations>,
    /// Stores callbacks.
    pub callbacks: Arc<dyn CallbackInbox>,
    /// Stores messages about refunds.
    pub results: Arc<dyn ResultInbox>,
    /// Stores what webhooks bring.
    pub receive_delivery: Arc<ratiba_conversation::use_cases::ReceiveDelivery>,
    /// People who sign in, and members.
    pub access: Arc<access::Access>,
    /// Tokens.
    pub authenticate: AuthenticateToken,
    /// Tokens.
    pub mint_token: MintToken,
    /// Secrets that sign WhatsApp's webhooks.
    pub whatsapp_secrets: AppSecrets,
    /// What Meta shows when it verifies the webhook's address.
    pub whatsapp_verify_token: Secret,
}

impl Parts {
    /// Builds everything for these settings. `moved` is called when the clock that the process follows was
    /// moved.
    ///
    /// # Errors
    /// [`Outage`] if the clock's authority does not answer or a client cannot be built.
    pub fn assemble(settings: &SharedSettings, moved: impl Fn() + Send + 'static) -> Result<Self, Outage> {
        let clock: Arc<dyn Clock> = match settings.clock {
            Some(authority) => {
                let clock = MovableClock::default();
                ratiba_system::follow(clock.clone(), authority, moved).map_err(Outage::new)?;
                tracing::warn!(%authority, "business time follows a movable clock");
                Arc::new(clock)
            }
            None => Arc::new(SystemClock),
        };
        Self::with_clock(settings, clock)
    }

    /// Builds everything around a clock of the caller's.
    ///
    /// # Errors
    /// [`Outage`] if a client cannot be built.
    pub fn with_clock(settings: &SharedSettings, clock: Arc<dyn Clock>) -> Result<Self, Outage> {
        wiring::wire(settings, clock)
    }

    /// Asks the server who this process is, and refuses a set-up whose fences do not stand.
    ///
    /// # Errors
    /// [`Outage`] that names every fault, or because the server does not answer.
    pub async fn refuse_bad_set_up(&self) -> Result<(), BadSetUp> {
        let faults = self
            .database
            .inspect()
            .await
            .and_then(|inspection| inspection.faults());
        match faults {
            Ok(faults) if faults.is_empty() => Ok(()),
            Ok(faults) => Err(BadSetUp(faults.join("; "))),
            Err(outage) => {
                let cause = std::error::Error::source(&outage)
                    .map(ToString::to_string)
                    .unwrap_or_default();
                Err(BadSetUp(format!("the database does not answer: {cause}")))
            }
        }
    }

    /// A stored event.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn event(&self, tenant: TenantId, id: Uuid) -> Result<Option<StoredEvent>, Outage> {
        ratiba_postgres::outbox::find(&self.database, tenant, id).await
    }

    /// Marks an event as handled. Safe to repeat.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn event_handled(&self, tenant: TenantId, id: Uuid) -> Result<(), Outage> {
        ratiba_postgres::outbox::mark_handled(&self.database, tenant, id, self.clock.now()).await
    }
}

/// The process must not start: what is wrong with the database or this process's place in it.
#[derive(Debug, thiserror::Error)]
#[error("the set-up is not safe to run on: {0}")]
pub struct BadSetUp(String);

/// Calls `wake` when another process has committed work, for as long as the listener is kept; see
/// [`ratiba_postgres::wake::listen`]. `None` where nothing can be heard: the worker polls every second then.
///
/// # Errors
/// When the thread cannot be started.
pub fn listen(
    settings: &SharedSettings,
    wake: impl Fn() + Send + 'static,
) -> std::io::Result<Option<ratiba_postgres::wake::Listener>> {
    if settings.database.pooled && settings.listen_url.is_none() {
        // LISTEN is deaf behind a transaction-mode pooler.
        return Ok(None);
    }
    let url = settings
        .listen_url
        .as_ref()
        .map_or(settings.database.url.as_str(), |url| url.expose());
    ratiba_postgres::wake::listen(url.to_owned(), wake).map(Some)
}
