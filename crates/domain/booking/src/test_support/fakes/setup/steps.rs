//! The steps of a setup in memory: what each of them writes.

use std::collections::{BTreeMap, BTreeSet};

use time::OffsetDateTime;

use super::Shelves;
use crate::appointment::{Appointment, AppointmentId, Version};
use crate::availability::{BusinessHours, Hours, WeeklyBlock};
use crate::catalogue::{Deposit, Offering, ResourceId, Service, ServiceId, StaffId};
use crate::engagement::Claim;
use crate::policy::{Policy, Rounding};
use crate::setup::hits::{Booked, Premises, ResourcePremises, StaffPremises};
use crate::setup::{
    AmountsWithCents, Block, BlockId, BlockSubject, Holiday, RosterCard, SetupChange, SetupRefused,
    SetupStep, Standing, Versioned, Why, clashes,
};
use crate::test_support::fakes::Pages;

impl Pages {
    fn keeps(appointment: &Appointment, at: OffsetDateTime) -> bool {
        let deadline = appointment.state().deadline();
        appointment.state().keeps_its_time() && deadline.is_none_or(|deadline| deadline > at)
    }

    pub(super) fn booked(&self, at: OffsetDateTime) -> Vec<Booked> {
        let all = self.appointments.values().filter(|a| Self::keeps(a, at));
        let claims = all.flat_map(|a| {
            let claims = self.claims.get(&a.id()).into_iter().flatten();
            claims.map(|claim| Booked {
                appointment: a.id(),
                service: a.booking().service,
                claim: claim.clone(),
            })
        });
        claims.collect()
    }
}

fn put<K: Ord, T>(
    shelf: &mut BTreeMap<K, Versioned<T>>,
    key: K,
    value: T,
    version: Version,
) -> Result<Version, SetupRefused> {
    let recorded = shelf.get(&key).map(|known| known.version);
    match recorded {
        None if version != Version::NEW => return Err(SetupRefused::Unknown),
        Some(recorded) if recorded != version => return Err(SetupRefused::Stale),
        None | Some(_) => {}
    }
    let version = version.next();
    shelf.insert(key, Versioned { value, version });
    Ok(version)
}

/// As [`put`], for a date: one that has hours already needs their version.
fn put_dated<K: Ord, T>(
    shelf: &mut BTreeMap<K, Versioned<T>>,
    key: K,
    value: T,
    version: Option<Version>,
) -> Result<Version, SetupRefused> {
    match (shelf.contains_key(&key), version) {
        (true, None) => Err(SetupRefused::VersionNeeded),
        (false, Some(_)) => Err(SetupRefused::Stale),
        (_, version) => put(shelf, key, value, version.unwrap_or(Version::NEW)),
    }
}

fn remove_dated<K: Ord, T>(
    shelf: &mut BTreeMap<K, Versioned<T>>,
    key: &K,
    version: Version,
) -> Result<Version, SetupRefused> {
    let known = shelf.get(key).ok_or(SetupRefused::Unknown)?;
    if known.version != version {
        return Err(SetupRefused::Stale);
    }
    shelf.remove(key);
    Ok(Version::NEW)
}

/// Something without a version was there, or never was.
const fn found(there: bool) -> Result<Version, SetupRefused> {
    if there {
        Ok(Version::NEW)
    } else {
        Err(SetupRefused::Unknown)
    }
}

fn remove_one<T>(all: &mut Vec<T>, is_it: impl Fn(&T) -> bool) -> Result<Version, SetupRefused> {
    let before = all.len();
    all.retain(|one| !is_it(one));
    found(all.len() < before)
}

/// Packages and promotions are not in this setup.
fn no_cents<'a>(
    policy: &Policy,
    services: impl IntoIterator<Item = &'a Service>,
) -> Result<(), SetupRefused> {
    let has_cents = |service: &&Service| {
        let deposit = match service.deposit {
            Deposit::Flat(amount) => amount.whole_units().is_err(),
            Deposit::None | Deposit::Percent(_) => false,
        };
        service.offering == Offering::Active && (service.price.whole_units().is_err() || deposit)
    };
    let services: Vec<ServiceId> = services.into_iter().filter(has_cents).map(|one| one.id).collect();
    if policy.rules.rounding == Rounding::Exact || services.is_empty() {
        return Ok(());
    }
    Err(SetupRefused::AmountsHaveCents(AmountsWithCents {
        services,
        ..AmountsWithCents::default()
    }))
}

impl Shelves {
    pub(super) fn premises(&self) -> Premises {
        let active = self
            .people
            .values()
            .filter(|card| card.value.standing == Standing::Active);
        let staff = active.map(|card| {
            let id = card.value.id;
            let dated = self.overrides.iter().filter(|((staff, _), _)| *staff == id);
            let premises = StaffPremises {
                hours: Hours {
                    weekly: card.value.weekly.clone(),
                    dated: dated
                        .map(|((_, day), blocks)| (*day, blocks.value.clone()))
                        .collect(),
                },
                leave: self
                    .leave
                    .iter()
                    .filter(|l| l.staff == id)
                    .map(|l| (l.id, l.range))
                    .collect(),
                services: card.value.services.clone(),
            };
            (id, premises)
        });
        let bookable = self
            .resources
            .values()
            .filter(|r| r.value.offering == Offering::Active);
        let resources = bookable.map(|resource| {
            let id = resource.value.id;
            let out = self.outages.iter().filter(|outage| outage.resource == id);
            let premises = ResourcePremises {
                capacity: resource.value.capacity,
                out_of_service: out.map(|outage| (outage.id, outage.range)).collect(),
            };
            (id, premises)
        });
        Premises {
            zone: self.policy.value.zone.clone(),
            business: BusinessHours {
                weekly: self.opening.value.clone(),
                dated: self
                    .holidays
                    .iter()
                    .map(|(day, holiday)| (*day, holiday.value.blocks.clone()))
                    .collect(),
            },
            staff: staff.collect(),
            resources: resources.collect(),
        }
    }

    fn person(&mut self, id: StaffId, version: Version) -> Result<&mut RosterCard, SetupRefused> {
        let card = self.people.get_mut(&id).ok_or(SetupRefused::Unknown)?;
        if card.version != version {
            return Err(SetupRefused::Stale);
        }
        card.version = version.next();
        Ok(&mut card.value)
    }

    /// Writes a step; what it meets is found by comparing the premises before and after.
    pub(super) fn apply(&mut self, pages: &mut Pages, change: &SetupChange) -> Result<Version, SetupRefused> {
        use SetupStep as Step;
        match change.step.clone() {
            Step::PutService { service, version } => self.put_service(service, version),
            Step::OfferService {
                id,
                offering,
                version,
            } => self.offer_service(id, offering, version),
            Step::PutResource { resource, version } => {
                let id = resource.id;
                let written = put(&mut self.resources, id, resource, version)?;
                self.cover_new_places(pages, id, change.at)?;
                Ok(written)
            }
            Step::OfferResource {
                id,
                offering,
                version,
            } => self.offer_resource(id, offering, version),
            Step::AddOutage(outage) => {
                found(self.resources.contains_key(&outage.resource))?;
                self.outages.push(outage);
                Ok(Version::NEW)
            }
            Step::RemoveOutage { resource, id } => {
                remove_one(&mut self.outages, |one| (one.resource, one.id) == (resource, id))
            }
            Step::PutHours {
                staff,
                weekly,
                version,
            } => {
                self.person(staff, version)?.weekly = weekly;
                Ok(version.next())
            }
            Step::PutSkills {
                staff,
                services,
                version,
            } => self.put_skills(staff, services, version),
            Step::PutStanding {
                staff,
                standing,
                version,
            } => {
                self.person(staff, version)?.standing = standing;
                Ok(version.next())
            }
            Step::PutOverride {
                staff,
                day,
                blocks,
                version,
            } => {
                found(self.people.contains_key(&staff))?;
                put_dated(&mut self.overrides, (staff, day), blocks, version)
            }
            Step::RemoveOverride { staff, day, version } => {
                remove_dated(&mut self.overrides, &(staff, day), version)
            }
            Step::AddLeave(leave) => {
                found(self.people.contains_key(&leave.staff))?;
                self.leave.push(leave);
                Ok(Version::NEW)
            }
            Step::RemoveLeave { staff, id } => {
                remove_one(&mut self.leave, |one| (one.staff, one.id) == (staff, id))
            }
            Step::AddBlocks(blocks) => self.add_blocks(pages, blocks),
            Step::RemoveBlock(id) => self.remove_block(pages, id),
            Step::PutOpeningHours { weekly, version } => self.put_opening(weekly, version),
            Step::PutHoliday { holiday, version } => {
                put_dated(&mut self.holidays, holiday.day, holiday, version)
            }
            Step::AddHolidays(holidays) => self.add_holidays(holidays),
            Step::RemoveHoliday { day, version } => remove_dated(&mut self.holidays, &day, version),
            Step::PutPolicy { policy, version } => {
                self.put_policy(pages, policy, version, change.at)?;
                Ok(version.next())
            }
        }
    }

    fn offer_service(
        &mut self,
        id: ServiceId,
        offering: Offering,
        version: Version,
    ) -> Result<Version, SetupRefused> {
        let known = self.services.get(&id).ok_or(SetupRefused::Unknown)?;
        let mut service = known.value.clone();
        service.offering = offering;
        self.put_service(service, version)
    }

    fn offer_resource(
        &mut self,
        id: ResourceId,
        offering: Offering,
        version: Version,
    ) -> Result<Version, SetupRefused> {
        let known = self.resources.get(&id).ok_or(SetupRefused::Unknown)?;
        let mut resource = known.value.clone();
        resource.offering = offering;
        put(&mut self.resources, id, resource, version)
    }

    fn put_skills(
        &mut self,
        staff: StaffId,
        services: BTreeSet<ServiceId>,
        version: Version,
    ) -> Result<Version, SetupRefused> {
        if let Some(id) = services.iter().find(|id| !self.services.contains_key(id)) {
            return Err(SetupRefused::UnknownPart(
                format!("service_ids {id}"),
                Why::Unknown,
            ));
        }
        for service in self.services.values_mut() {
            let changed = if services.contains(&service.value.id) {
                service.value.staff.insert(staff)
            } else {
                service.value.staff.remove(&staff)
            };
            if changed {
                service.version = service.version.next();
            }
        }
        self.person(staff, version)?.services = services;
        Ok(version.next())
    }

    fn put_opening(
        &mut self,
        value: Option<Vec<WeeklyBlock>>,
        version: Version,
    ) -> Result<Version, SetupRefused> {
        if self.opening.version != version {
            return Err(SetupRefused::Stale);
        }
        let version = version.next();
        self.opening = Versioned { value, version };
        Ok(version)
    }

    fn add_holidays(&mut self, holidays: Vec<Holiday>) -> Result<Version, SetupRefused> {
        for value in holidays {
            let version = Version::NEW.next();
            self.holidays
                .entry(value.day)
                .or_insert(Versioned { value, version });
        }
        Ok(Version::NEW)
    }

    fn remove_block(&mut self, pages: &mut Pages, id: BlockId) -> Result<Version, SetupRefused> {
        let known = self.blocks.iter().position(|block| block.id == id);
        let block = known
            .map(|at| self.blocks.remove(at))
            .ok_or(SetupRefused::Unknown)?;
        let claims = self.claims_of(&block)?;
        pages.blocks.retain(|claim| !claims.contains(claim));
        Ok(Version::NEW)
    }

    fn claims_of(&self, block: &Block) -> Result<Vec<Claim>, SetupRefused> {
        let capacity = match block.subject {
            BlockSubject::Staff(staff) => {
                self.people.get(&staff).ok_or(SetupRefused::Unknown)?;
                1
            }
            BlockSubject::Resource { id, seat } => {
                let resource = self.resources.get(&id).ok_or(SetupRefused::Unknown)?;
                if seat.is_some_and(|seat| seat >= resource.value.capacity) {
                    return Err(SetupRefused::UnknownPart("seat".to_owned(), Why::Unknown));
                }
                resource.value.capacity
            }
        };
        Ok(block.claims(capacity, self.policy.value.rules.buffers))
    }

    /// Blocks of a whole resource take the places that it did not have when they were made.
    fn cover_new_places(
        &self,
        pages: &mut Pages,
        id: ResourceId,
        at: OffsetDateTime,
    ) -> Result<(), SetupRefused> {
        let whole = BlockSubject::Resource { id, seat: None };
        let mut wanted = Vec::new();
        for block in self.blocks.iter().filter(|block| block.subject == whole) {
            let claims = self.claims_of(block)?.into_iter();
            wanted.extend(claims.filter(|claim| claim.range.end() > at && !pages.blocks.contains(claim)));
        }
        Self::block(pages, wanted)
    }

    fn add_blocks(&mut self, pages: &mut Pages, blocks: Vec<Block>) -> Result<Version, SetupRefused> {
        let mut wanted = Vec::new();
        for block in &blocks {
            wanted.extend(self.claims_of(block)?);
        }
        Self::block(pages, wanted)?;
        self.blocks.extend(blocks);
        Ok(Version::NEW)
    }

    fn block(pages: &mut Pages, wanted: Vec<Claim>) -> Result<(), SetupRefused> {
        let meets = |claim: &Claim| wanted.iter().any(|one| one.conflicts(claim));
        let in_the_way = pages.claims.iter().filter(|(_, claims)| claims.iter().any(meets));
        let appointments: Vec<AppointmentId> = in_the_way.map(|(id, _)| *id).collect();
        let others = pages.blocks.iter().filter(|claim| meets(claim)).count();
        if !appointments.is_empty() || others > 0 {
            return Err(SetupRefused::InTheWay {
                appointments,
                blocks: others,
            });
        }
        pages.blocks.extend(wanted);
        Ok(())
    }

    fn put_service(&mut self, service: Service, version: Version) -> Result<Version, SetupRefused> {
        no_cents(&self.policy.value, [&service])?;
        let name_of = |service: &Service| service.name.to_lowercase();
        let taken = self.services.values().any(|other| {
            other.value.id != service.id
                && other.value.offering == Offering::Active
                && service.offering == Offering::Active
                && name_of(&other.value) == name_of(&service)
        });
        if taken {
            return Err(SetupRefused::NameTaken);
        }
        if let Some(id) = service.staff.iter().find(|id| !self.people.contains_key(id)) {
            return Err(SetupRefused::UnknownPart(format!("staff_ids {id}"), Why::Unknown));
        }
        let version = put(&mut self.services, service.id, service, version)?;
        self.link();
        Ok(version)
    }

    /// Who can do what is one relation, seen from both sides: who gains or loses a service has another
    /// version.
    fn link(&mut self) {
        for card in self.people.values_mut() {
            let id = card.value.id;
            let able = self
                .services
                .values()
                .filter(|service| service.value.staff.contains(&id));
            let able: BTreeSet<ServiceId> = able.map(|service| service.value.id).collect();
            if card.value.services != able {
                card.value.services = able;
                card.version = card.version.next();
            }
        }
    }

    fn put_policy(
        &mut self,
        pages: &mut Pages,
        policy: Policy,
        version: Version,
        at: OffsetDateTime,
    ) -> Result<(), SetupRefused> {
        if self.policy.version != version {
            return Err(SetupRefused::Stale);
        }
        no_cents(&policy, self.services.values().map(|one| &one.value))?;
        let ahead = pages.booked(at);
        let ahead = ahead.iter().filter(|booked| booked.claim.range.end() > at);
        if policy.zone != self.policy.value.zone {
            let mut appointments: Vec<AppointmentId> = ahead.map(|booked| booked.appointment).collect();
            appointments.dedup();
            let blocks = pages.blocks.iter().filter(|claim| claim.range.end() > at).count();
            if !appointments.is_empty() || blocks > 0 {
                return Err(SetupRefused::InTheWay { appointments, blocks });
            }
        } else if policy.rules.buffers != self.policy.value.rules.buffers {
            let (owners, claims): (Vec<AppointmentId>, Vec<Claim>) = ahead
                .filter_map(|booked| Some((booked.appointment, booked.claim.under(policy.rules.buffers)?)))
                .unzip();
            let clashing = clashes(&claims);
            if !clashing.is_empty() {
                let mut appointments: Vec<AppointmentId> = clashing
                    .iter()
                    .filter_map(|at| owners.get(*at).copied())
                    .collect();
                appointments.sort_unstable();
                appointments.dedup();
                return Err(SetupRefused::InTheWay {
                    appointments,
                    blocks: 0,
                });
            }
            for claim in pages.claims.values_mut().flatten().chain(&mut pages.blocks) {
                if claim.range.end() > at
                    && let Some(rewritten) = claim.under(policy.rules.buffers)
                {
                    *claim = rewritten;
                }
            }
        }
        let (value, version) = (policy, version.next());
        self.policy = Versioned { value, version };
        Ok(())
    }
}
