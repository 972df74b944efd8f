//! Orders as somebody writes them, and the step that each of them asks for.

use std::collections::BTreeSet;

use ratiba_kernel::{TenantId, TimeRange, Zone};
use time::{Date, Duration, OffsetDateTime, PrimitiveDateTime};

use super::{ChangeSetup, ChangeSetupError};
use crate::appointment::Version;
use crate::catalogue::{Offering, Resource, ResourceId, ResourceKind, ServiceId, StaffId};
use crate::policy::{Policy, Rounding, Rules};
use crate::setup::{
    Block, BlockForm, BlockId, BlockSubject, Fault, Holiday, Leave, LeaveId, OutOfService, OutageId,
    ServiceForm, SetupRefused, SetupStep, Standing, WeeklyBlockForm, Why, day_blocks, kenya, limits,
    rule_faults, weekly_blocks,
};

/// From when to when, as somebody writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The first instant inside.
    pub start: OffsetDateTime,
    /// The first instant after.
    pub end: OffsetDateTime,
}

/// A resource as somebody writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceForm {
    /// Its kind; stays what it was made as.
    pub kind: String,
    /// What people call it.
    pub name: String,
    /// How many it takes at once.
    pub capacity: u32,
}

/// A block as somebody writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockOrder {
    /// Whose time.
    pub subject: BlockSubject,
    /// The first time.
    pub stretch: Stretch,
    /// What for.
    pub reason: Option<String>,
    /// Again every week at the same hour of the local clock, up to this local day, included.
    pub weekly_until: Option<Date>,
}

/// What somebody wants to change. Versions are those that were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetupOrder {
    /// A new service.
    AddService(ServiceForm),
    /// A service as it should be from now on.
    ChangeService(ServiceId, ServiceForm, Version),
    /// A service can be booked from now on, or no longer.
    OfferService(ServiceId, Offering, Version),
    /// A new resource.
    AddResource(ResourceForm),
    /// A resource as it should be from now on.
    ChangeResource(ResourceId, ResourceForm, Version),
    /// A resource can be booked from now on, or no longer.
    OfferResource(ResourceId, Offering, Version),
    /// A resource cannot be used for a while; why.
    AddOutage(ResourceId, Stretch, Option<String>),
    /// It can after all.
    RemoveOutage(ResourceId, OutageId),
    /// Somebody's week.
    SetHours(StaffId, Vec<WeeklyBlockForm>, Version),
    /// What somebody can do.
    SetSkills(StaffId, Vec<ServiceId>, Version),
    /// Somebody leaves or comes back.
    SetStanding(StaffId, Standing, Version),
    /// Somebody's hours of one date.
    SetOverride(StaffId, Date, Vec<BlockForm>, Option<Version>),
    /// The week counts on that date again.
    RemoveOverride(StaffId, Date, Version),
    /// Somebody is away; why.
    AddLeave(StaffId, Stretch, Option<String>),
    /// They are not after all.
    RemoveLeave(StaffId, LeaveId),
    /// Lunch, training.
    BlockTime(BlockOrder),
    /// That time is free again.
    Unblock(BlockId),
    /// When the business is open; `None`: whenever somebody works.
    SetOpeningHours(Option<Vec<WeeklyBlockForm>>, Version),
    /// The business's hours of one date, under a name; no blocks: closed.
    SetHoliday(Date, String, Vec<BlockForm>, Option<Version>),
    /// Kenya's public holidays of a year, closed; dates that have hours of their own keep them.
    SetKenyanHolidays(i32),
    /// The weekly hours count on that date again.
    RemoveHoliday(Date, Version),
    /// The zone's name and the rules.
    SetPolicy(String, Box<Rules>, Version),
}

type Step = Result<SetupStep, ChangeSetupError>;

impl ChangeSetup {
    /// The step that an order asks for.
    pub(super) async fn step(&self, tenant: TenantId, order: SetupOrder) -> Step {
        use SetupOrder as Order;
        use SetupStep as Taken;
        Ok(match order {
            Order::AddService(form) => self.new_service(tenant, form).await?,
            Order::ChangeService(id, form, version) => self.service(tenant, id, form, version).await?,
            Order::OfferService(id, offering, version) => Taken::OfferService {
                id,
                offering,
                version,
            },
            Order::AddResource(form) => Taken::PutResource {
                resource: read_resource(form, self.ids.fresh(), Offering::Active)?,
                version: Version::NEW,
            },
            Order::ChangeResource(id, form, version) => self.resource(tenant, id, form, version).await?,
            Order::OfferResource(id, offering, version) => Taken::OfferResource {
                id,
                offering,
                version,
            },
            Order::AddOutage(resource, stretch, reason) => self.outage(resource, stretch, reason)?,
            Order::RemoveOutage(resource, id) => Taken::RemoveOutage { resource, id },
            Order::SetHours(staff, weekly, version) => Taken::PutHours {
                staff,
                weekly: weekly_blocks("weekly", &weekly)?,
                version,
            },
            Order::SetSkills(staff, services, version) => Taken::PutSkills {
                staff,
                services: distinct("service_ids", &services, limits::SERVICES)?,
                version,
            },
            Order::SetStanding(staff, standing, version) => Taken::PutStanding {
                staff,
                standing,
                version,
            },
            Order::SetOverride(staff, day, blocks, version) => Taken::PutOverride {
                staff,
                day,
                blocks: day_blocks("blocks", &blocks)?,
                version,
            },
            Order::RemoveOverride(staff, day, version) => Taken::RemoveOverride { staff, day, version },
            Order::AddLeave(staff, stretch, reason) => self.leave(staff, stretch, reason)?,
            Order::RemoveLeave(staff, id) => Taken::RemoveLeave { staff, id },
            Order::BlockTime(order) => self.blocks(&order, &self.policy(tenant).await?.zone)?,
            Order::Unblock(id) => Taken::RemoveBlock(id),
            Order::SetOpeningHours(weekly, version) => Taken::PutOpeningHours {
                weekly: weekly
                    .map(|weekly| weekly_blocks("weekly", &weekly))
                    .transpose()?,
                version,
            },
            Order::SetHoliday(day, name, blocks, version) => Taken::PutHoliday {
                holiday: read_holiday(day, name, &blocks)?,
                version,
            },
            Order::SetKenyanHolidays(year) => kenyan(year)?,
            Order::RemoveHoliday(day, version) => Taken::RemoveHoliday { day, version },
            Order::SetPolicy(zone, rules, version) => self.rules(tenant, &zone, *rules, version).await?,
        })
    }

    async fn new_service(&self, tenant: TenantId, form: ServiceForm) -> Step {
        let policy = self.policy(tenant).await?;
        Ok(SetupStep::PutService {
            service: form.read(self.ids.fresh(), Offering::Active, &policy)?,
            version: Version::NEW,
        })
    }

    async fn service(&self, tenant: TenantId, id: ServiceId, form: ServiceForm, version: Version) -> Step {
        let known = self.shelf.service(tenant, id).await?;
        let offering = known.ok_or(SetupRefused::Unknown)?.value.offering;
        let policy = self.policy(tenant).await?;
        Ok(SetupStep::PutService {
            service: form.read(id, offering, &policy)?,
            version,
        })
    }

    fn outage(&self, resource: ResourceId, stretch: Stretch, reason: Option<String>) -> Step {
        let range = self.absence(stretch, reason.as_deref(), limits::ABSENCE_DAYS)?;
        Ok(SetupStep::AddOutage(OutOfService {
            id: self.ids.fresh(),
            resource,
            range,
            reason,
        }))
    }

    fn leave(&self, staff: StaffId, stretch: Stretch, reason: Option<String>) -> Step {
        let range = self.absence(stretch, reason.as_deref(), limits::ABSENCE_DAYS)?;
        Ok(SetupStep::AddLeave(Leave {
            id: self.ids.fresh(),
            staff,
            range,
            reason,
        }))
    }

    async fn policy(&self, tenant: TenantId) -> Result<Policy, ChangeSetupError> {
        Ok(self.shelf.policy(tenant).await?.value)
    }

    async fn resource(&self, tenant: TenantId, id: ResourceId, form: ResourceForm, version: Version) -> Step {
        let known = self.shelf.resource(tenant, id).await?;
        let known = known.ok_or(SetupRefused::Unknown)?.value;
        let resource = read_resource(form, id, known.offering)?;
        // Services ask for kinds: another kind is another resource, and the bookings of this one would stand
        // in a place that they never asked for.
        if resource.kind != known.kind {
            return Err(vec![Fault::at("kind", Why::Fixed)].into());
        }
        Ok(SetupStep::PutResource { resource, version })
    }

    async fn rules(&self, tenant: TenantId, zone: &str, rules: Rules, version: Version) -> Step {
        let currency = self.policy(tenant).await?.currency;
        let mut faults = Vec::new();
        let zone = Zone::parse(zone);
        if zone.is_err() {
            faults.push(Fault::at("zone", Why::UnknownZone));
        }
        let of_rules = rule_faults(&rules).into_iter();
        faults.extend(of_rules.map(|fault| Fault::at(format!("rules.{}", fault.path), fault.why)));
        if rules.rounding == Rounding::Exact && self.means.takes_mobile_money(tenant).await? {
            faults.push(Fault::at("rules.rounding", Why::Cents));
        }
        match zone {
            Ok(zone) if faults.is_empty() => {
                let policy = Policy {
                    zone,
                    currency,
                    rules,
                };
                Ok(SetupStep::PutPolicy { policy, version })
            }
            Ok(_) | Err(_) => Err(faults.into()),
        }
    }

    /// A stretch that is not over and not endless, with a reason that is not a book.
    fn absence(&self, stretch: Stretch, reason: Option<&str>, days: i64) -> Result<TimeRange, Vec<Fault>> {
        let mut faults = Vec::new();
        if !reason.is_none_or(crate::setup::is_reason) {
            faults.push(Fault::at("reason", Why::TooLong));
        }
        let range = TimeRange::new(stretch.start, stretch.end);
        match &range {
            Err(_) => faults.push(Fault::at("end", Why::Backwards)),
            Ok(range) => {
                if range.end() <= self.clock.now() {
                    faults.push(Fault::at("end", Why::Past));
                }
                if range.length() > Duration::days(days) {
                    faults.push(Fault::at("end", Why::TooManyDays(days)));
                }
            }
        }
        range.ok().filter(|_| faults.is_empty()).ok_or(faults)
    }

    fn blocks(&self, order: &BlockOrder, zone: &Zone) -> Step {
        let reason = order.reason.as_deref();
        let first = self.absence(order.stretch, reason, limits::BLOCK_DAYS)?;
        let ranges = match order.weekly_until {
            None => vec![first],
            Some(until) => weekly(first, until, zone)?,
        };
        let block = |range| Block {
            id: self.ids.fresh(),
            subject: order.subject,
            range,
            reason: order.reason.clone(),
        };
        Ok(SetupStep::AddBlocks(ranges.into_iter().map(block).collect()))
    }
}

/// The stretch and the same hours of the local clock every week after, up to a day.
fn weekly(first: TimeRange, until: Date, zone: &Zone) -> Result<Vec<TimeRange>, Vec<Fault>> {
    let path = "weekly_until";
    if first.length() > Duration::WEEK {
        return Err(vec![Fault::at(path, Why::Overlap)]);
    }
    let (start, end) = (zone.local(first.start()), zone.local(first.end()));
    let later = |local: PrimitiveDateTime, week: i64| {
        let local = local.checked_add(Duration::weeks(week))?;
        Some(zone.instant(local))
    };
    let mut ranges = Vec::new();
    for week in 0_i64.. {
        let day = start.date().checked_add(Duration::weeks(week));
        if day.is_none_or(|day| day > until) {
            break;
        }
        if ranges.len() == limits::OCCURRENCES {
            let (least, most) = (1, limits::OCCURRENCES);
            return Err(vec![Fault::at(path, Why::Count { least, most })]);
        }
        let range = later(start, week).zip(later(end, week));
        ranges.extend(range.and_then(|(start, end)| TimeRange::new(start, end).ok()));
    }
    if ranges.is_empty() {
        return Err(vec![Fault::at(path, Why::Backwards)]);
    }
    Ok(ranges)
}

fn read_holiday(day: Date, name: String, blocks: &[BlockForm]) -> Result<Holiday, Vec<Fault>> {
    let named = crate::setup::is_name(&name);
    let mut faults: Vec<Fault> = Vec::new();
    if !named {
        faults.push(Fault::at("name", Why::Name));
    }
    match day_blocks("blocks", blocks) {
        Ok(blocks) if named => Ok(Holiday { day, name, blocks }),
        Ok(_) => Err(faults),
        Err(more) => {
            faults.extend(more);
            Err(faults)
        }
    }
}

fn kenyan(year: i32) -> Step {
    let holidays = kenya::public_holidays(year).ok_or_else(|| {
        let (least, most) = (i64::from(*kenya::YEARS.start()), i64::from(*kenya::YEARS.end()));
        vec![Fault::at("year", Why::Range { least, most })]
    })?;
    let closed = holidays.into_iter().map(|holiday| Holiday {
        day: holiday.day,
        name: holiday.name.to_owned(),
        blocks: Vec::new(),
    });
    Ok(SetupStep::AddHolidays(closed.collect()))
}

fn read_resource(form: ResourceForm, id: ResourceId, offering: Offering) -> Result<Resource, Vec<Fault>> {
    let mut faults = Vec::new();
    let kind = ResourceKind::parse(&form.kind);
    if kind.is_err() {
        faults.push(Fault::at("kind", Why::Word));
    }
    if !crate::setup::is_name(&form.name) {
        faults.push(Fault::at("name", Why::Name));
    }
    let capacity = u16::try_from(form.capacity).ok();
    let capacity = capacity.filter(|capacity| (1..=50).contains(capacity));
    if capacity.is_none() {
        faults.push(Fault::at("capacity", Why::Range { least: 1, most: 50 }));
    }
    match (kind, capacity) {
        (Ok(kind), Some(capacity)) if faults.is_empty() => Ok(Resource {
            id,
            kind,
            name: form.name,
            capacity,
            offering,
        }),
        _faulty => Err(faults),
    }
}

fn distinct<T: Copy + Ord>(path: &str, ids: &[T], most: usize) -> Result<BTreeSet<T>, Vec<Fault>> {
    if ids.len() > most {
        return Err(vec![Fault::at(path, Why::Count { least: 0, most })]);
    }
    let mut seen = BTreeSet::new();
    let mut faults = Vec::new();
    for (index, id) in ids.iter().enumerate() {
        if !seen.insert(*id) {
            faults.push(Fault::at(format!("{path}[{index}]"), Why::Twice));
        }
    }
    if faults.is_empty() { Ok(seen) } else { Err(faults) }
}
