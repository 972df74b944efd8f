//! What slots would cost: reckoned once for each set of services and days, not for each slot.

use std::collections::BTreeMap;

use ratiba_kernel::{Money, MoneyError, TimeRange, Zone};
use time::{Date, OffsetDateTime};

use super::{PricingFault, Quote, Terms, quote};
use crate::availability::Slot;
use crate::catalogue::{Service, ServiceId};

/// What a slot would cost, all of its parts together, if it were booked now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotPrice {
    /// Without a discount, tax included.
    pub list: Money,
    /// What is taken off.
    pub discount: Money,
    /// What is charged.
    pub charged: Money,
    /// What is asked in advance; never above what is charged.
    pub deposit: Money,
}

impl SlotPrice {
    fn of(quotes: &[Quote], nothing: Money) -> Result<Self, MoneyError> {
        let mut sum = Self {
            list: nothing,
            discount: nothing,
            charged: nothing,
            deposit: nothing,
        };
        for Quote { price, deposit } in quotes {
            sum.list = sum.list.checked_add(price.list())?;
            sum.discount = sum.discount.checked_add(price.discount())?;
            sum.charged = sum.charged.checked_add(price.charged())?;
            sum.deposit = sum.deposit.checked_add(*deposit)?;
        }
        Ok(sum)
    }
}

/// A slot and what it would cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricedSlot {
    /// The slot.
    pub slot: Slot,
    /// Its price, as a hold of it would charge.
    pub price: SlotPrice,
}

/// The slots in the order given, each with what holding it under these terms would charge. A slot with a service
/// that is not among `services` is left out.
///
/// # Errors
/// [`PricingFault`].
pub fn priced(
    terms: &Terms<'_>,
    services: &[Service],
    slots: Vec<Slot>,
) -> Result<Vec<PricedSlot>, PricingFault> {
    let mut days = Days::new(&terms.policy.zone);
    let mut known: BTreeMap<Vec<(ServiceId, Date)>, SlotPrice> = BTreeMap::new();
    let mut priced = Vec::with_capacity(slots.len());
    for slot in slots {
        let parts = slot.parts.iter();
        let key: Vec<_> = parts
            .map(|part| (part.service, days.of(part.time.start())))
            .collect();
        let price = match known.get(&key) {
            Some(price) => *price,
            None => {
                let sold: Option<Vec<(&Service, Date)>> =
                    key.iter().map(|key| sold(services, *key)).collect();
                let Some(sold) = sold else { continue };
                let nothing = Money::zero(terms.policy.currency);
                let price = SlotPrice::of(&quote(terms, &sold)?, nothing)?;
                known.insert(key, price);
                price
            }
        };
        priced.push(PricedSlot { slot, price });
    }
    Ok(priced)
}

fn sold(services: &[Service], (id, day): (ServiceId, Date)) -> Option<(&Service, Date)> {
    let service = services.iter().find(|service| service.id == id)?;
    Some((service, day))
}

/// The local day of instants that mostly lie on the same day as the one before.
struct Days<'a> {
    zone: &'a Zone,
    last: Option<(TimeRange, Date)>,
}

impl<'a> Days<'a> {
    const fn new(zone: &'a Zone) -> Self {
        Self { zone, last: None }
    }

    fn of(&mut self, instant: OffsetDateTime) -> Date {
        if let Some((range, date)) = self.last
            && (range.start()..range.end()).contains(&instant)
        {
            return date;
        }
        let date = self.zone.date(instant);
        self.last = self.zone.day(date).map(|range| (range, date));
        date
    }
}
