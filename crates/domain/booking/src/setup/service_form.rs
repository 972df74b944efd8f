//! A service as somebody writes it, and everything that can be wrong with it.

use std::collections::BTreeSet;

use ratiba_kernel::{BasisPoints, Money};

use super::{Fault, Why};
use crate::catalogue::{
    BookingWindow, Buffers, ClientPresence, Deposit, Minutes, Offering, Recipe, ResourceKind, Segment,
    Service, ServiceCategory, ServiceId, StaffId, StaffNeed,
};
use crate::policy::{PerChannel, Policy, Rounding};

const ALIASES_MOST: usize = 20;
const SEGMENTS_MOST: usize = 12;
const STAFF_MOST: usize = 300;
const BUFFER_MOST: u32 = 240;
/// A month: longer notice than that is a service that nobody can book.
const NOTICE_MOST: u32 = 43_200;
const HORIZON_MOST: u16 = 730;

/// A segment as somebody writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentForm {
    /// How long it lasts.
    pub minutes: u32,
    /// Whether it occupies the staff member.
    pub staff: StaffNeed,
    /// The kind of resource that it occupies, if any.
    pub resource_kind: Option<String>,
    /// Whether the client is there.
    pub client: ClientPresence,
}

/// A service as somebody writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceForm {
    /// English name.
    pub name: String,
    /// Swahili name.
    pub name_sw: Option<String>,
    /// Further words for it.
    pub aliases: Vec<String>,
    /// Its family.
    pub category: String,
    /// What it costs, tax included.
    pub price: Money,
    /// What is asked in advance.
    pub deposit: Deposit,
    /// Its segments, in order.
    pub segments: Vec<SegmentForm>,
    /// Minutes kept free before it.
    pub buffer_before: u32,
    /// Minutes kept free after it.
    pub buffer_after: u32,
    /// The tax inside the price.
    pub tax: BasisPoints,
    /// What is used up each time; `None`: nothing.
    pub product_cost: Option<Money>,
    /// Who can render it.
    pub staff: Vec<StaffId>,
    /// Notice in minutes where it differs from the tenant's.
    pub notice: PerChannel<Option<u32>>,
    /// Horizon in local days where it differs from the tenant's.
    pub horizon_days: PerChannel<Option<u16>>,
}

impl From<&Service> for ServiceForm {
    /// The form that describes the service as it is.
    fn from(service: &Service) -> Self {
        let recipe = &service.recipe;
        let segments = recipe.segments().iter().map(|segment| SegmentForm {
            minutes: segment.minutes.count(),
            staff: segment.staff,
            resource_kind: segment
                .resource_kind
                .as_ref()
                .map(|kind| kind.as_str().to_owned()),
            client: segment.client,
        });
        Self {
            name: service.name.clone(),
            name_sw: service.name_sw.clone(),
            aliases: service.aliases.clone(),
            category: service.category.as_str().to_owned(),
            price: service.price,
            deposit: service.deposit,
            segments: segments.collect(),
            buffer_before: recipe.buffers().before.count(),
            buffer_after: recipe.buffers().after.count(),
            tax: service.tax,
            product_cost: Some(service.product_cost),
            staff: service.staff.iter().copied().collect(),
            notice: each(&service.window.notice, |minutes| minutes.map(Minutes::count)),
            horizon_days: service.window.horizon_days,
        }
    }
}

impl ServiceForm {
    /// The service that the form describes, under the tenant's rules.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its path.
    pub fn read(self, id: ServiceId, offering: Offering, policy: &Policy) -> Result<Service, Vec<Fault>> {
        let mut faults = Vec::new();
        self.names(&mut faults);
        self.money(policy, &mut faults);
        self.window(&mut faults);
        let category = ServiceCategory::parse(&self.category);
        if category.is_err() {
            faults.push(Fault::at("category", Why::Word));
        }
        let recipe = self.recipe(&mut faults);
        let mut staff = BTreeSet::new();
        for (index, id) in self.staff.iter().enumerate() {
            if !staff.insert(*id) {
                faults.push(Fault::at(format!("staff_ids[{index}]"), Why::Twice));
            }
        }
        if staff.len() > STAFF_MOST {
            faults.push(Fault::at("staff_ids", at_most(STAFF_MOST)));
        }
        match (category, recipe) {
            (Ok(category), Some(recipe)) if faults.is_empty() => Ok(Service {
                id,
                name: self.name,
                name_sw: self.name_sw,
                aliases: self.aliases,
                category,
                price: self.price,
                deposit: self.deposit,
                recipe,
                tax: self.tax,
                product_cost: self
                    .product_cost
                    .unwrap_or_else(|| Money::zero(self.price.currency())),
                offering,
                staff,
                window: BookingWindow {
                    notice: each(&self.notice, |minutes| minutes.map(Minutes::new)),
                    horizon_days: self.horizon_days,
                },
            }),
            _faulty => Err(faults),
        }
    }

    fn names(&self, faults: &mut Vec<Fault>) {
        let mut check = |path: String, name: &str| {
            if !super::values::is_name(name) {
                faults.push(Fault::at(path, Why::Name));
            }
        };
        check("name".to_owned(), &self.name);
        if let Some(name) = &self.name_sw {
            check("name_sw".to_owned(), name);
        }
        let mut seen = BTreeSet::new();
        let mut twice = Vec::new();
        for (index, alias) in self.aliases.iter().enumerate() {
            check(format!("aliases[{index}]"), alias);
            if !seen.insert(alias.to_lowercase()) {
                twice.push(Fault::at(format!("aliases[{index}]"), Why::Twice));
            }
        }
        faults.append(&mut twice);
        if self.aliases.len() > ALIASES_MOST {
            faults.push(Fault::at("aliases", at_most(ALIASES_MOST)));
        }
    }

    fn money(&self, policy: &Policy, faults: &mut Vec<Fault>) {
        let mut amount = |path: &str, money: Money| {
            if money.currency() != policy.currency {
                faults.push(Fault::at(
                    format!("{path}.currency"),
                    Why::Currency(policy.currency),
                ));
            } else if policy.rules.rounding == Rounding::WholeUnits && money.whole_units().is_err() {
                faults.push(Fault::at(format!("{path}.amount_minor"), Why::Cents));
            }
        };
        amount("price", self.price);
        if let Deposit::Flat(flat) = self.deposit {
            amount("deposit.amount", flat);
        }
        if !self.price.is_positive() {
            faults.push(Fault::at("price.amount_minor", Why::NoPrice));
        }
        match self.deposit {
            Deposit::None => {}
            Deposit::Flat(flat) if !flat.is_positive() => {
                faults.push(Fault::at("deposit.amount.amount_minor", range(1, i64::MAX)));
            }
            Deposit::Flat(flat) => {
                if flat.currency() == self.price.currency() && flat > self.price {
                    faults.push(Fault::at("deposit.amount", Why::AbovePrice));
                }
            }
            Deposit::Percent(rate) => {
                if !(1..=10_000).contains(&rate.value()) {
                    faults.push(Fault::at("deposit.basis_points", range(1, 10_000)));
                }
            }
        }
        if self.tax > BasisPoints::WHOLE {
            faults.push(Fault::at("tax_basis_points", range(0, 10_000)));
        }
        if let Some(cost) = self.product_cost {
            if cost.currency() != policy.currency {
                let why = Why::Currency(policy.currency);
                faults.push(Fault::at("product_cost.currency", why));
            }
            if cost.amount_minor() < 0 {
                faults.push(Fault::at("product_cost.amount_minor", range(0, i64::MAX)));
            }
        }
    }

    fn recipe(&self, faults: &mut Vec<Fault>) -> Option<Recipe> {
        let before = faults.len();
        if self.segments.is_empty() || self.segments.len() > SEGMENTS_MOST {
            let (least, most) = (1, SEGMENTS_MOST);
            faults.push(Fault::at("segments", Why::Count { least, most }));
            return None;
        }
        let mut segments = Vec::with_capacity(self.segments.len());
        let mut total: u64 = 0;
        for (index, form) in self.segments.iter().enumerate() {
            total += u64::from(form.minutes);
            if !(1..=1_440).contains(&form.minutes) {
                faults.push(Fault::at(format!("segments[{index}].minutes"), range(1, 1_440)));
            }
            let kind = form.resource_kind.as_deref().map(ResourceKind::parse).transpose();
            if kind.is_err() {
                faults.push(Fault::at(format!("segments[{index}].resource_kind"), Why::Word));
            }
            segments.push(Segment {
                minutes: Minutes::new(form.minutes),
                staff: form.staff,
                resource_kind: kind.ok().flatten(),
                client: form.client,
            });
        }
        if total > 1_440 {
            faults.push(Fault::at("segments", Why::LongerThanADay));
        }
        if segments.iter().all(|segment| segment.staff == StaffNeed::Free) {
            faults.push(Fault::at("segments", Why::NobodyWorks));
        }
        if segments
            .iter()
            .all(|segment| segment.client == ClientPresence::Absent)
        {
            faults.push(Fault::at("segments", Why::NoClient));
        }
        for (path, buffer) in [
            ("buffer_before_minutes", self.buffer_before),
            ("buffer_after_minutes", self.buffer_after),
        ] {
            if buffer > BUFFER_MOST {
                faults.push(Fault::at(path, range(0, i64::from(BUFFER_MOST))));
            }
        }
        let buffers = Buffers {
            before: Minutes::new(self.buffer_before),
            after: Minutes::new(self.buffer_after),
        };
        (faults.len() == before)
            .then(|| Recipe::new(segments, buffers).ok())
            .flatten()
    }

    fn window(&self, faults: &mut Vec<Fault>) {
        for (channel, notice, days) in [
            ("chat", self.notice.chat, self.horizon_days.chat),
            ("web", self.notice.web, self.horizon_days.web),
            ("desk", self.notice.desk, self.horizon_days.desk),
        ] {
            if notice.is_some_and(|minutes| minutes > NOTICE_MOST) {
                let why = range(0, i64::from(NOTICE_MOST));
                faults.push(Fault::at(format!("notice_minutes.{channel}"), why));
            }
            if days.is_some_and(|days| days > HORIZON_MOST) {
                let why = range(0, i64::from(HORIZON_MOST));
                faults.push(Fault::at(format!("horizon_days.{channel}"), why));
            }
        }
    }
}

fn each<A: Copy, B>(values: &PerChannel<A>, change: impl Fn(A) -> B) -> PerChannel<B> {
    PerChannel {
        chat: change(values.chat),
        web: change(values.web),
        desk: change(values.desk),
    }
}

const fn range(least: i64, most: i64) -> Why {
    Why::Range { least, most }
}

const fn at_most(most: usize) -> Why {
    Why::Count { least: 0, most }
}

#[cfg(test)]
mod tests;
