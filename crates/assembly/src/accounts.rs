//! Which WhatsApp number a tenant sends from, and the source of callback tokens.

use async_trait::async_trait;
use ratiba_access::SecretSource;
use ratiba_kernel::{Outage, TenantId};
use ratiba_payments::ports::TokenSource;
use ratiba_payments::reference::CallbackToken;
use ratiba_postgres::{Database, identity};
use ratiba_system::SystemChance;
use ratiba_whatsapp::client::{AccessToken, Account, Accounts};

/// The number is the tenant's own, by its route; the token is the instance's until each tenant keeps its
/// own, encrypted.
pub struct RoutedAccounts {
    /// Where routes are.
    pub database: Database,
    /// The instance's token.
    pub access_token: AccessToken,
}

#[async_trait]
impl Accounts for RoutedAccounts {
    async fn account(&self, tenant: TenantId) -> Result<Option<Account>, Outage> {
        let number = identity::channel_of_tenant(&self.database, "whatsapp", tenant).await?;
        Ok(number.map(|phone_number_id| Account {
            phone_number_id,
            access_token: self.access_token.clone(),
        }))
    }
}

/// Callback tokens from the operating system's random source.
pub struct RandomTokens;

impl TokenSource for RandomTokens {
    fn callback_token(&self) -> CallbackToken {
        CallbackToken::from_bytes(SystemChance.secret())
    }
}
