//! The addresses at which a business hears of money that customers send by hand.

use ratiba_kernel::{Outage, TenantId};
use ratiba_payments::ports::{ConfirmationAddress, TokenSource as _};

use crate::Parts;
use crate::accounts::RandomTokens;
use crate::settings::DarajaSettings;

/// Two new addresses, for whoever registers them with the provider.
pub struct Addresses {
    /// Where it is asked whether money may come.
    pub validation: String,
    /// Where it is told that it came.
    pub confirmation: String,
}

impl Parts {
    /// Opens two addresses for a tenant and answers them; they are never shown again, since only a hash of their secret is
    /// kept. Those that were opened before stay open.
    ///
    /// # Errors
    /// [`Outage`], also if there is no such tenant.
    pub async fn open_by_hand(&self, tenant: TenantId, daraja: &DarajaSettings) -> Result<Addresses, Outage> {
        let secret = RandomTokens.callback_token();
        let address = ConfirmationAddress {
            key: secret.hash(),
            short_code: daraja.account.short_code().to_owned(),
            at: self.clock.now(),
        };
        let inbox = &self.payments.by_hand.inbox;
        inbox.add_confirmation_address(tenant, address).await?;
        let urls = daraja.account.by_hand_urls(secret.reveal());
        Ok(Addresses {
            validation: urls.validation,
            confirmation: urls.confirmation,
        })
    }
}
