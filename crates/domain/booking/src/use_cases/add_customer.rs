//! Puts somebody on record.

use std::sync::Arc;

use ratiba_kernel::{Clock, IdSource, Outage, PhoneNumber, TenantId};

use crate::customers::{Added, CustomerBook, CustomerName, Language, NewCustomer};

/// Who is to be put on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Introduction {
    /// Their number: it is who they are.
    pub phone: PhoneNumber,
    /// Their name, if it is known.
    pub name: Option<CustomerName>,
    /// Their language, if it is known.
    pub language: Option<Language>,
}

/// Puts customers on record.
pub struct AddCustomer {
    /// Where they are kept.
    pub book: Arc<dyn CustomerBook>,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// Their identity.
    pub ids: Arc<dyn IdSource>,
}

impl AddCustomer {
    /// Somebody with that number, new or known already; a known one is left unchanged. Safe to repeat.
    ///
    /// # Errors
    /// [`Outage`].
    #[tracing::instrument(name = "booking.add_customer", skip_all)]
    pub async fn execute(&self, tenant: TenantId, somebody: Introduction) -> Result<Added, Outage> {
        let new = NewCustomer {
            id: self.ids.fresh(),
            phone: somebody.phone,
            name: somebody.name,
            language: somebody.language,
            at: self.clock.now(),
        };
        self.book.add(tenant, new).await
    }
}
