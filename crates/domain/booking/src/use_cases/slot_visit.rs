//! A visit made of a slot that the engine found: what is agreed for each of its parts.

use std::collections::BTreeSet;

use ratiba_kernel::{Money, MoneyError};
use time::OffsetDateTime;

use crate::appointment::{Booking, Price, StaffChoice, Team, Version};
use crate::availability::{Facts, PartRequest, RequestFault, Slot};
use crate::catalogue::CustomerId;
use crate::policy::Channel;
use crate::visit::{HoldKey, VisitHead, VisitId};

/// Whether a deposit is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DepositAsked {
    /// As the services say.
    AsSold,
    /// Nothing: whoever stands at the desk pays there.
    Nothing,
}

/// Who comes, and as what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Coming {
    pub(super) visit: VisitId,
    pub(super) customer: CustomerId,
    pub(super) channel: Channel,
    pub(super) deposit: DepositAsked,
    pub(super) now: OffsetDateTime,
}

/// Why a slot cannot be priced.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoPrice {
    #[error(transparent)]
    Request(#[from] RequestFault),
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl Coming {
    /// The new visit's head.
    pub(super) const fn head(&self, key: HoldKey) -> VisitHead {
        VisitHead {
            id: self.visit,
            customer: self.customer,
            hold_key: Some(key),
            created_at: self.now,
            reminded: BTreeSet::new(),
            lost_at: None,
            version: Version::NEW,
        }
    }

    /// What is booked, part by part.
    pub(super) fn bookings(
        &self,
        facts: &Facts,
        slot: &Slot,
        parts: &[PartRequest],
    ) -> Result<Vec<Booking>, NoPrice> {
        let mut bookings = Vec::with_capacity(slot.parts.len());
        for part in &slot.parts {
            let wish = parts.get(part.asked).ok_or(RequestFault::Parts)?;
            let service = facts.services.iter().find(|service| service.id == part.service);
            let service = service.ok_or(RequestFault::UnknownService(part.service))?;
            let price = Price::agree(service.price, None, service.tax, service.product_cost)?;
            let deposit = match self.deposit {
                DepositAsked::AsSold => service
                    .deposit
                    .due(price.charged(), facts.policy.rules.rounding)?,
                DepositAsked::Nothing => Money::zero(price.charged().currency()),
            };
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
                price,
                deposit,
                booked_at: self.now,
            });
        }
        Ok(bookings)
    }
}
