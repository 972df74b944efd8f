//! The one state that all parts of the simulator share, and how to wait for it to change.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ratiba_system::MovableClock;
use time::OffsetDateTime;
use time::macros::datetime;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use crate::cards::Cards;
use crate::clock::ClockControl;
use crate::courier::Delivery;
use crate::exchange_log::{ExchangeLog, Happening};
use crate::faults::{FaultQueue, Target};
use crate::ids::Ids;
use crate::issuer::{Codes, Issuer};
use crate::mpesa::Mpesa;
use crate::payroll::Payroll;
use crate::phones::Phones;
use crate::settings::SimulatorSettings;
use crate::whatsapp::media::Files;

/// Where the clock begins if nobody else has it: the demo's first morning, 08:00 in Nairobi.
const START: OffsetDateTime = datetime!(2026-05-12 05:00:00 UTC);

/// Everything a handler can reach.
pub(crate) struct World {
    pub(crate) settings: SimulatorSettings,
    pub(crate) clock: Arc<dyn ClockControl>,
    pub(crate) ids: Ids,
    /// Vouches for people.
    pub(crate) issuer: Issuer,
    /// For deliveries to the product.
    pub(crate) http: reqwest::Client,
    /// Where work goes that outlives the request it came from.
    pub(crate) runtime: Handle,
    state: Mutex<State>,
    version: watch::Sender<u64>,
}

/// What changes.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) api_url: Option<String>,
    /// Delivered messages count as read at once, without anybody looking at the page.
    pub(crate) auto_read: bool,
    /// Whoever never wrote here counts as somebody who did: their messages were brought by others.
    pub(crate) strangers_wrote: bool,
    pub(crate) phones: Phones,
    /// Files that the business uploaded.
    pub(crate) files: Files,
    pub(crate) mpesa: Mpesa,
    pub(crate) cards: Cards,
    pub(crate) payroll: Payroll,
    /// What the issuer gave out and nobody has redeemed.
    pub(crate) codes: Codes,
    pub(crate) faults: FaultQueue,
    pub(crate) log: ExchangeLog,
    /// Deliveries that wait until another one of their target has gone.
    pub(crate) held: BTreeMap<Target, Vec<Delivery>>,
}

impl World {
    pub(crate) fn new(
        settings: SimulatorSettings,
        issuer: Issuer,
        http: reqwest::Client,
        runtime: Handle,
    ) -> Self {
        let mut state = State {
            api_url: settings.api_url.clone(),
            ..State::default()
        };
        state.phones.customer(&settings.owner_phone, Some("Owner"));
        let clock = settings
            .clock
            .clone()
            .unwrap_or_else(|| Arc::new(MovableClock::at(START)));
        Self {
            settings,
            clock,
            ids: Ids::new(),
            issuer,
            http,
            runtime,
            state: Mutex::new(state),
            version: watch::Sender::new(1),
        }
    }

    /// Business time, to the millisecond.
    pub(crate) fn now(&self) -> OffsetDateTime {
        let now = self.clock.now();
        now.replace_nanosecond(now.nanosecond() / 1_000_000 * 1_000_000)
            .unwrap_or(now)
    }

    /// Looks at the state.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the state and wakes everyone who waits for it.
    pub(crate) fn write<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.version.send_modify(|version| *version += 1);
        result
    }

    /// How often the state changed.
    pub(crate) fn version(&self) -> u64 {
        *self.version.borrow()
    }

    /// Looks at the state, now and after each change, until there is something to see or the wait is over.
    pub(crate) async fn wait<T>(
        &self,
        wait: Duration,
        mut look: impl FnMut(&State) -> Option<T>,
    ) -> Option<T> {
        // Subscribed before the first look, so that no change falls between the two.
        let mut changes = self.version.subscribe();
        let deadline = Instant::now() + wait;
        loop {
            if let Some(seen) = self.read(&mut look) {
                return Some(seen);
            }
            match timeout_at(deadline, changes.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) | Err(_) => return None,
            }
        }
    }

    /// Notes an exchange with the product.
    pub(crate) fn log(&self, what: Happening) {
        tracing::debug!(
            direction = what.direction,
            exchange = ?what.target,
            status = what.status,
            duration_ms = what.ms,
            "exchanged"
        );
        let at = self.now();
        self.write(|state| state.log.add(at, what));
    }
}

/// Milliseconds since `start`.
pub(crate) fn elapsed_ms(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX)
}
