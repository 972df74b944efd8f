//! Who a tenant is to the providers: its WhatsApp number, its M-Pesa app; and the source of callback tokens.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use ratiba_access::SecretSource;
use ratiba_booking::ports::PaymentMeans;
use ratiba_daraja::DarajaAccounts;
use ratiba_kernel::{Outage, TenantId};
use ratiba_payments::ports::TokenSource;
use ratiba_payments::reference::CallbackToken;
use ratiba_postgres::{Database, identity};
use ratiba_system::SystemChance;
use ratiba_whatsapp::client::{AccessToken, Account, Accounts};

use crate::credentials::{CredentialName, TenantCredentials};

/// The number is the tenant's own, by its route; so is the token if it keeps one, else it is the instance's.
pub struct RoutedAccounts {
    /// Where routes are.
    pub database: Database,
    /// The instance's token.
    pub access_token: AccessToken,
    /// The businesses' own.
    pub credentials: TenantCredentials,
}

#[async_trait]
impl Accounts for RoutedAccounts {
    async fn account(&self, tenant: TenantId) -> Result<Option<Account>, Outage> {
        let number = identity::channel_of_tenant(&self.database, "whatsapp", tenant).await?;
        let business_account_id = self.business_account(tenant, number.as_deref()).await?;
        let own = self.credentials.of(tenant).await?;
        let own = own
            .one(CredentialName::WhatsappAccessToken)
            .map_err(Outage::new)?;
        let access_token =
            own.map_or_else(|| self.access_token.clone(), |own| AccessToken::new(own.reveal()));
        Ok(number.map(|phone_number_id| Account {
            phone_number_id,
            business_account_id,
            access_token: access_token.clone(),
        }))
    }
}

impl RoutedAccounts {
    /// What WhatsApp told with a message counts; before there was one, what the settings name. That is kept with the number, for
    /// WhatsApp's reports on templates name the account alone.
    async fn business_account(
        &self,
        tenant: TenantId,
        number: Option<&str>,
    ) -> Result<Option<String>, Outage> {
        if let Some(told) = identity::account_of_tenant(&self.database, "whatsapp", tenant).await? {
            return Ok(Some(told));
        }
        let named = identity::account_in_settings(&self.database, tenant).await?;
        if let (Some(number), Some(account)) = (number, &named) {
            identity::keep_account(&self.database, "whatsapp", number.to_owned(), account.clone()).await?;
        }
        Ok(named)
    }
}

/// Callback tokens from the operating system's random source.
pub struct RandomTokens;

impl TokenSource for RandomTokens {
    fn callback_token(&self) -> CallbackToken {
        CallbackToken::from_bytes(SystemChance.secret())
    }
}

/// One M-Pesa app for the whole instance, but for those who keep one of their own. The shared one's access token is kept with the
/// oldest tenant, whoever asks: a new token cancels the one before, so tenants that each kept one would break one another.
pub struct InstanceDaraja {
    /// Where tenants are.
    pub database: Database,
    /// The app.
    pub settings: Arc<ratiba_daraja::Settings>,
    credentials: TenantCredentials,
    owner: OnceLock<TenantId>,
}

impl InstanceDaraja {
    /// The app with these settings.
    #[must_use]
    pub fn new(
        database: Database,
        settings: ratiba_daraja::Settings,
        credentials: TenantCredentials,
    ) -> Self {
        Self {
            database,
            credentials,
            settings: Arc::new(settings),
            owner: OnceLock::new(),
        }
    }
}

#[async_trait]
impl DarajaAccounts for InstanceDaraja {
    async fn account(&self, tenant: TenantId) -> Result<ratiba_daraja::Account, Outage> {
        let own = self.credentials.of(tenant).await?;
        let own = own.together([
            CredentialName::MpesaConsumerKey,
            CredentialName::MpesaConsumerSecret,
            CredentialName::MpesaPasskey,
        ]);
        if let Some(own) = own.map_err(Outage::new)? {
            let [key, secret, code] = own.map(|value| ratiba_daraja::Secret::new(value.reveal()));
            return Ok(ratiba_daraja::Account {
                owner: tenant,
                settings: Arc::new(self.settings.with_credentials(key, secret, code)),
            });
        }
        let owner = oldest_tenant(&self.database, &self.owner).await?;
        Ok(ratiba_daraja::Account {
            owner,
            settings: Arc::clone(&self.settings),
        })
    }
}

/// One card account for the whole instance, but for those who keep one of their own. The shared one's access token is kept with
/// the oldest tenant, whoever asks.
pub struct InstancePesapal {
    database: Database,
    settings: Arc<ratiba_pesapal::Settings>,
    credentials: TenantCredentials,
    owner: OnceLock<TenantId>,
}

impl InstancePesapal {
    /// The account with these settings.
    #[must_use]
    pub fn new(
        database: Database,
        settings: ratiba_pesapal::Settings,
        credentials: TenantCredentials,
    ) -> Self {
        Self {
            database,
            credentials,
            settings: Arc::new(settings),
            owner: OnceLock::new(),
        }
    }
}

#[async_trait]
impl ratiba_pesapal::PesapalAccounts for InstancePesapal {
    async fn account(&self, tenant: TenantId) -> Result<ratiba_pesapal::Account, Outage> {
        let own = self.credentials.of(tenant).await?;
        let own = own.together([
            CredentialName::PesapalConsumerKey,
            CredentialName::PesapalConsumerSecret,
        ]);
        if let Some(own) = own.map_err(Outage::new)? {
            let [key, secret] = own.map(|value| ratiba_pesapal::Secret::new(value.reveal()));
            return Ok(ratiba_pesapal::Account {
                owner: tenant,
                settings: Arc::new(self.settings.with_credentials(key, secret)),
            });
        }
        let owner = oldest_tenant(&self.database, &self.owner).await?;
        Ok(ratiba_pesapal::Account {
            owner,
            settings: Arc::clone(&self.settings),
        })
    }
}

/// The tenant with which what all share is kept.
async fn oldest_tenant(database: &Database, known: &OnceLock<TenantId>) -> Result<TenantId, Outage> {
    if let Some(owner) = known.get() {
        return Ok(*owner);
    }
    // Ids are of version 7, so the first is the oldest, for every process alike.
    let tenants = identity::tenants(database).await?;
    let oldest = tenants
        .first()
        .ok_or_else(|| Outage::new("no tenant is on record"))?;
    Ok(*known.get_or_init(|| *oldest))
}

/// Every tenant is paid by M-Pesa: no instance starts without an app, and that one serves them all.
pub struct InstanceMeans;

#[async_trait]
impl PaymentMeans for InstanceMeans {
    async fn takes_mobile_money(&self, _tenant: TenantId) -> Result<bool, Outage> {
        Ok(true)
    }
}
