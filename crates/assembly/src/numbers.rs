//! The numbers by which customers write to businesses: told with each of their messages, and the way back into the chat.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use ratiba_conversation::channel::Channel;
use ratiba_kernel::{Outage, TenantId};
use ratiba_postgres::{Database, identity};

/// How many numbers a process remembers to have kept.
const REMEMBERED_MAX: usize = 1_000;

/// The one channel whose addresses have numbers.
const CHANNEL: &str = Channel::Whatsapp.code();

/// Keeps the businesses' own numbers. Clones share what they remember.
#[derive(Clone)]
pub struct ChannelNumbers {
    database: Database,
    kept: Arc<Mutex<BTreeMap<String, String>>>,
}

impl ChannelNumbers {
    /// Over a database.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self {
            database,
            kept: Arc::default(),
        }
    }

    /// Keeps the numbers of addresses as WhatsApp told them. One that this process kept before costs nothing. That one
    /// cannot be kept is logged and no more: it is told again with the next message.
    pub async fn learn(&self, numbers: BTreeMap<String, String>) {
        for (address, digits) in numbers {
            if self.remembers(&address, &digits) {
                continue;
            }
            let kept = identity::keep_dialable(&self.database, CHANNEL, address.clone(), digits.clone());
            match kept.await {
                Ok(()) => self.remember(address, digits),
                Err(outage) => tracing::warn!(error = ?outage, "a business's number could not be kept"),
            }
        }
    }

    /// Keeps the business accounts of addresses as WhatsApp told them, as [`ChannelNumbers::learn`] does numbers.
    pub async fn learn_accounts(&self, accounts: BTreeMap<String, String>) {
        for (address, account) in accounts {
            let remembered = format!("account of {address}");
            if self.remembers(&remembered, &account) {
                continue;
            }
            let kept = identity::keep_account(&self.database, CHANNEL, address, account.clone());
            match kept.await {
                Ok(()) => self.remember(remembered, account),
                Err(outage) => tracing::warn!(error = ?outage, "a business's account could not be kept"),
            }
        }
    }

    /// The number in digits by which customers write to a tenant; `None` if it is not known.
    ///
    /// # Errors
    /// [`Outage`].
    pub async fn of_tenant(&self, tenant: TenantId) -> Result<Option<String>, Outage> {
        identity::dialable_of_tenant(&self.database, CHANNEL, tenant).await
    }

    fn remembers(&self, address: &str, digits: &str) -> bool {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(address).is_some_and(|known| known == digits)
    }

    fn remember(&self, address: String, digits: String) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < REMEMBERED_MAX {
            kept.insert(address, digits);
        }
    }
}
