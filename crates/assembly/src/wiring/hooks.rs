//! What other programs are told.

use std::sync::Arc;
use std::time::Duration;

use ratiba_access::SecretSource as _;
use ratiba_guarded::{GuardedClient, Limits, SystemLookup};
use ratiba_integrations::ports::{Courier, HookBook, SecretSource};
use ratiba_integrations::safe::Safe;
use ratiba_integrations::use_cases as integrations;
use ratiba_kernel::Outage;
use ratiba_postgres::hooks::PgHooks;
use ratiba_system::SystemChance;

use super::Ground;
use crate::settings::SharedSettings;
use crate::use_cases::Integrations;

/// A job's lease is longer, and whoever is called waits for nothing but its own queue. Nothing of an answer but its status is
/// of use.
const LIMITS: Limits = Limits {
    connect: Duration::from_secs(5),
    whole: Duration::from_secs(15),
    answer_bytes_max: 1_024,
};

/// Chance, as integrations know it.
struct Chance;

impl SecretSource for Chance {
    fn secret(&self) -> [u8; 32] {
        SystemChance.secret()
    }
}

impl Ground {
    pub(super) fn integrations(&self, settings: &SharedSettings) -> Result<Integrations, Outage> {
        let book: Arc<dyn HookBook> = Arc::new(PgHooks::new(self.database.clone()));
        let allowed = settings.outgoing.allowed_names.clone();
        let client = GuardedClient::new(allowed, Arc::new(SystemLookup), LIMITS)?;
        let courier: Arc<dyn Courier> = Arc::new(client);
        let safe = Safe {
            vault: self.vault.clone(),
        };
        Ok(Integrations {
            keep: integrations::KeepEndpoint {
                book: book.clone(),
                courier: courier.clone(),
                clock: self.clock.clone(),
                ids: self.ids.clone(),
                secrets: Arc::new(Chance),
                safe: safe.clone(),
            },
            publish: integrations::Publish {
                book: book.clone(),
                clock: self.clock.clone(),
                ids: self.ids.clone(),
            },
            deliver: integrations::Deliver {
                book: book.clone(),
                courier,
                safe: safe.clone(),
                clock: self.clock.clone(),
            },
            seal: integrations::SealSecrets {
                book: book.clone(),
                safe,
            },
            book,
        })
    }
}
