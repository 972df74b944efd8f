//! A visit made of a slot that the engine found: what is agreed for each of its parts.

use std::collections::BTreeSet;

use ratiba_kernel::{Fingerprint, Money};
use serde::Serialize;
use time::OffsetDateTime;

use crate::appointment::{Booking, StaffChoice, Team, Version};
use crate::availability::{Facts, PartRequest, RequestFault, Slot};
use crate::catalogue::{CustomerId, Service};
use crate::package::Package;
use crate::policy::Channel;
use crate::pricing::{PricingFault, Terms, quote};
use crate::visit::{HoldKey, VisitHead, VisitId};

/// Whether a deposit is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum DepositAsked {
    /// As the services and the customer's history say.
    AsSold,
    /// Nothing: whoever stands at the desk pays there.
    Nothing,
}

/// Who comes, and as what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Coming<'a> {
    pub(super) visit: VisitId,
    pub(super) customer: CustomerId,
    pub(super) channel: Channel,
    pub(super) deposit: DepositAsked,
    /// The package that it is booked with.
    pub(super) package: Option<&'a Package>,
    /// How often the customer did not come.
    pub(super) no_shows: u32,
    pub(super) now: OffsetDateTime,
}

/// Why a slot cannot be priced.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoPrice {
    #[error(transparent)]
    Request(#[from] RequestFault),
    #[error(transparent)]
    Pricing(#[from] PricingFault),
}

impl Coming<'_> {
    /// The new visit's head.
    pub(super) const fn head(&self, key: HoldKey, ordered: Option<Fingerprint>) -> VisitHead {
        VisitHead {
            id: self.visit,
            customer: self.customer,
            hold_key: Some(key),
            ordered,
            created_at: self.now,
            reminded: BTreeSet::new(),
            lost_at: None,
            accepted_by: None,
            version: Version::NEW,
        }
    }

    /// What is booked, part by part in the slot's order.
    pub(super) fn bookings(
        &self,
        facts: &Facts,
        slot: &Slot,
        parts: &[PartRequest],
    ) -> Result<Vec<Booking>, NoPrice> {
        let terms = Terms {
            policy: &facts.policy,
            promotions: &facts.promotions,
            package: self.package,
            no_shows: self.no_shows,
        };
        let sold = slot.parts.iter().map(|part| {
            let service = facts.services.iter().find(|service| service.id == part.service);
            let service = service.ok_or(RequestFault::UnknownService(part.service))?;
            Ok((service, facts.policy.zone.date(part.time.start())))
        });
        let sold = sold.collect::<Result<Vec<(&Service, _)>, RequestFault>>()?;
        let quotes = quote(&terms, &sold)?;
        let mut bookings = Vec::with_capacity(slot.parts.len());
        for ((part, (service, _)), quote) in slot.parts.iter().zip(sold).zip(quotes) {
            let wish = parts.get(part.asked).ok_or(RequestFault::Parts)?;
            bookings.push(Booking {
                visit: self.visit,
                customer: self.customer,
                service: part.service,
                team: Team::of(part.staff),
                choice: if wish.staff.named() == Some(part.staff) {
                    StaffChoice::Requested
                } else {
                    StaffChoice::Assigned
                },
                channel: self.channel,
                time: part.time,
                recipe: service.recipe.clone(),
                claims: part.claims.clone(),
                deposit: match self.deposit {
                    DepositAsked::AsSold => quote.deposit,
                    DepositAsked::Nothing => Money::zero(quote.deposit.currency()),
                },
                price: quote.price,
                booked_at: self.now,
            });
        }
        Ok(bookings)
    }
}
