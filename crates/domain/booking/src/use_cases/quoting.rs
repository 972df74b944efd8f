//! The price of what is offered: the same that a hold would charge.

use ratiba_kernel::{Outage, TenantId};

use crate::availability::{Facts, Slot};
use crate::catalogue::CustomerId;
use crate::package::Package;
use crate::policy::Rules;
use crate::ports::AppointmentBook;
use crate::pricing::{self, PricedSlot, PricingFault, Terms};

/// How often a customer did not come, if that matters to the tenant and anybody is named; else nothing is asked.
pub(super) async fn no_shows(
    book: &dyn AppointmentBook,
    tenant: TenantId,
    customer: Option<CustomerId>,
    rules: &Rules,
) -> Result<u32, Outage> {
    match customer {
        Some(customer) if !rules.deposit_after_no_shows.is_empty() => book.no_shows(tenant, customer).await,
        Some(_) | None => Ok(0),
    }
}

/// The slots with their prices, for somebody with this history.
pub(super) fn quoted(
    facts: &Facts,
    package: Option<&Package>,
    no_shows: u32,
    slots: Vec<Slot>,
) -> Result<Vec<PricedSlot>, PricingFault> {
    let terms = Terms {
        policy: &facts.policy,
        promotions: &facts.promotions,
        package,
        no_shows,
    };
    pricing::priced(&terms, &facts.services, slots)
}
