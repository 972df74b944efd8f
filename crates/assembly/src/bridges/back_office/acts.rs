//! What people of the business change from their phones: every change goes through the use case that the console uses, and
//! what it refuses is told.

use std::collections::{BTreeMap, BTreeSet};

use ratiba_booking::appointment::{CancelledBy, ChangedBy, State};
use ratiba_booking::availability::{Arrangement, PartOrder, PartRequest, Reason, StaffWish};
use ratiba_booking::catalogue::{ClientPresence, Deposit, Offering, Service, StaffNeed};
use ratiba_booking::customers::Added;
use ratiba_booking::policy::{Channel, PayBy, PerChannel};
use ratiba_booking::ports::Wanted;
use ratiba_booking::setup::{BlockSubject, Page, SegmentForm, ServiceForm, SetupRefused, Why};
use ratiba_booking::use_cases::{
    BlockOrder, CancelAppointmentError, CancelOrder, CancelTarget, ChangeSetupError, DepositAsked,
    FindSlotsError, HeldStanding, HoldOrder, HoldVisitError, Introduction, MoveOffer, MoveOrder, MoveQuery,
    MoveTarget, Offer, OfferQuery, ReplaceError, SetupOrder, Stretch,
};
use ratiba_booking::visit::{HoldKey, Visit};
use ratiba_conversation::desk::{ActOrder, Canceller, Refusal, RuleFault, ServiceRef, StaffRef, VisitRef};
use ratiba_conversation::inbound::InboundId;
use ratiba_conversation::rail::{Act, NEW_SERVICE_CATEGORY};
use ratiba_kernel::{BasisPoints, Id, Money, Outage, PhoneNumber, TenantId, TimeRange};
use time::{Duration, OffsetDateTime};

use super::BackOfficeBridge;
use crate::audit::acting;
use crate::bridges::visit_desk::slot_of_visit;

/// The most bookings that are counted in the way of a block.
const MET_MAX: u16 = 100;

/// Whether it was done or could be, else why not; or nobody knows.
pub(super) type Answer<T = ()> = Result<Result<T, Refusal>, Outage>;

/// A visit that has not begun.
struct Ahead {
    visit: Visit,
    /// When the customer comes.
    starts_at: OffsetDateTime,
    /// From the start of the first part to when the customer comes.
    set_up: Duration,
}

impl BackOfficeBridge {
    pub(super) async fn checked(&self, tenant: TenantId, act: &Act) -> Answer {
        match act {
            Act::Cancel { visit, starts_at } => {
                let found = self.ahead(tenant, *visit).await?;
                match found {
                    Some(found) if found.starts_at != *starts_at => Ok(Err(Refusal::Changed)),
                    Some(_) => self.cancellable(tenant, *visit).await,
                    None => Ok(Err(self.why_over(tenant, *visit).await?)),
                }
            }
            Act::Move { visit, starts_at, to } => self.movable(tenant, *visit, *starts_at, *to).await,
            Act::Book {
                service,
                staff,
                starts_at,
                price,
                ..
            } => {
                self.bookable(tenant, (*service, *staff, *starts_at), *price)
                    .await
            }
            Act::Block { staff, range } => self.blockable(tenant, *staff, *range).await,
            Act::AddService { name, price, .. } => {
                let services = self.catalogue.services(tenant).await?;
                Ok(if same_name(&services, name).is_some() {
                    Err(Refusal::NameTaken)
                } else {
                    priced(*price)
                })
            }
            Act::UpdatePrice { before, price, .. } if before == price => Ok(Err(Refusal::Same)),
            Act::UpdatePrice { price, .. } => Ok(priced(*price)),
            Act::AddFaq { .. } => self.can_add_faq(tenant).await,
            Act::RemoveFaq { snippet, version } => self.can_remove_faq(tenant, *snippet, *version).await,
            Act::Invite { phone } => self.can_invite(tenant, phone).await,
            Act::Dispute { statement, line, .. } => self.disputable(tenant, *statement, *line).await,
            Act::Close { waiting } => self.closable(tenant, *waiting).await,
        }
    }

    pub(super) async fn done(&self, tenant: TenantId, order: ActOrder) -> Answer {
        let by = admin(&order.by);
        acting(Some(&by), "whatsapp", self.act(tenant, order)).await
    }

    async fn act(&self, tenant: TenantId, order: ActOrder) -> Answer {
        let ActOrder { key, by, act } = order;
        match act {
            Act::Cancel { visit, starts_at } => self.cancelled(tenant, &by, visit, starts_at).await,
            Act::Move { visit, starts_at, to } => self.moved(tenant, &by, visit, (starts_at, to)).await,
            Act::Book {
                phone,
                service,
                staff,
                starts_at,
                price,
            } => {
                self.booked(tenant, (key, &by), phone, (service, staff, starts_at), price)
                    .await
            }
            Act::Block { staff, range } => self.blocked(tenant, &by, staff, range).await,
            Act::AddService {
                name,
                price,
                minutes,
                staff,
                category,
                tax,
            } => {
                let kind = (category, tax);
                self.service_added(tenant, &by, (name, kind), price, minutes, &staff)
                    .await
            }
            Act::UpdatePrice {
                service,
                before,
                price,
            } => self.price_changed(tenant, &by, service, before, price).await,
            Act::AddFaq { title, body, tongue } => self.faq_added(tenant, key, (&title, &body, tongue)).await,
            Act::RemoveFaq { snippet, version } => self.faq_removed(tenant, snippet, version).await,
            Act::Invite { phone } => self.invited(tenant, &by, &phone).await,
            Act::Dispute {
                statement,
                line,
                reason,
            } => self.disputed(tenant, &by, (statement, line), &reason).await,
            Act::Close { waiting } => self.month_closed(tenant, &by, waiting).await,
        }
    }

    /// The visit, if something of it has not begun and is not over.
    async fn ahead(&self, tenant: TenantId, visit: VisitRef) -> Result<Option<Ahead>, Outage> {
        let Some(visit) = self.book.visit(tenant, Id::from_uuid(visit.as_uuid())).await? else {
            return Ok(None);
        };
        let Some(slot) = slot_of_visit(&visit)?.filter(|_| visit.living().next().is_some()) else {
            return Ok(None);
        };
        let starts_at = slot.starts_at;
        let set_up = visit.start().map_or(Duration::ZERO, |start| starts_at - start);
        Ok(Some(Ahead {
            visit,
            starts_at,
            set_up,
        }))
    }

    async fn cancellable(&self, tenant: TenantId, visit: VisitRef) -> Answer {
        // Nothing is recorded by a quote.
        match self
            .cancel
            .quote(tenant, by_business(visit, ChangedBy::System))
            .await
        {
            Ok(_quote) => Ok(Ok(())),
            Err(error) => not_cancelled(error),
        }
    }

    async fn cancelled(
        &self,
        tenant: TenantId,
        by: &PhoneNumber,
        visit: VisitRef,
        starts_at: OffsetDateTime,
    ) -> Answer {
        match self.ahead(tenant, visit).await? {
            Some(found) if found.starts_at != starts_at => return Ok(Err(Refusal::Changed)),
            Some(_) => {}
            None => return Ok(Err(self.why_over(tenant, visit).await?)),
        }
        let who = ChangedBy::person(&admin(by));
        match self.cancel.execute(tenant, by_business(visit, who)).await {
            Ok(_) => Ok(Ok(())),
            Err(error) => not_cancelled(error),
        }
    }

    /// Why nothing of a visit is ahead: who cancelled it, where all of it was cancelled. Also told to whoever cancelled it
    /// themselves, where their yes is heard twice: it is as true.
    async fn why_over(&self, tenant: TenantId, visit: VisitRef) -> Result<Refusal, Outage> {
        let found = self.book.visit(tenant, Id::from_uuid(visit.as_uuid())).await?;
        let mut ends: Vec<(OffsetDateTime, Canceller)> = Vec::new();
        for part in found.iter().flat_map(|found| &found.appointments) {
            match part.state() {
                State::CancelledByCustomer { at, .. } => ends.push((*at, Canceller::Customer)),
                State::CancelledByBusiness { at } => ends.push((*at, Canceller::Business)),
                State::Requested { .. }
                | State::Held { .. }
                | State::Confirmed { .. }
                | State::CheckedIn { .. }
                | State::InProgress { .. }
                | State::Completed { .. }
                | State::Expired { .. }
                | State::Declined { .. }
                | State::NoShow { .. } => return Ok(Refusal::Gone),
            }
        }
        let last = ends.into_iter().max_by_key(|(at, _)| *at);
        Ok(last.map_or(Refusal::Gone, |(at, by)| Refusal::CancelledAlready { by, at }))
    }

    async fn movable(
        &self,
        tenant: TenantId,
        visit: VisitRef,
        starts_at: OffsetDateTime,
        to: OffsetDateTime,
    ) -> Answer {
        let Some(found) = self.ahead(tenant, visit).await? else {
            return Ok(Err(self.why_over(tenant, visit).await?));
        };
        if found.starts_at != starts_at {
            return Ok(Err(Refusal::Changed));
        }
        if to == starts_at {
            return Ok(Err(Refusal::Same));
        }
        if to <= self.clock.now() {
            return Ok(Err(Refusal::Past));
        }
        let query = MoveQuery {
            visit: found.visit.head.id,
            staff: None,
            by: CancelledBy::Business,
            channel: Channel::Desk,
        };
        match self.moves.at(tenant, query, to - found.set_up).await {
            Ok(MoveOffer::Free(_)) => Ok(Ok(())),
            Ok(MoveOffer::Alternatives { slots, .. }) => Ok(Err(Refusal::NotFree {
                near: slots.iter().map(|slot| slot.client().start()).collect(),
            })),
            Err(error) => not_moved(error),
        }
    }

    async fn moved(
        &self,
        tenant: TenantId,
        by: &PhoneNumber,
        visit: VisitRef,
        (starts_at, to): (OffsetDateTime, OffsetDateTime),
    ) -> Answer {
        let Some(found) = self.ahead(tenant, visit).await? else {
            return Ok(Err(self.why_over(tenant, visit).await?));
        };
        if found.starts_at == to {
            return Ok(Ok(()));
        }
        if found.starts_at != starts_at {
            return Ok(Err(Refusal::Changed));
        }
        let order = MoveOrder {
            target: MoveTarget::Visit(found.visit.head.id),
            start: to - found.set_up,
            staff: BTreeMap::new(),
            by: CancelledBy::Business,
            who: ChangedBy::person(&admin(by)),
            channel: Channel::Desk,
        };
        match self.move_visit.execute(tenant, order).await {
            Ok(_) => Ok(Ok(())),
            Err(error) => not_moved(error),
        }
    }

    pub(super) async fn quoted(
        &self,
        tenant: TenantId,
        service: ServiceRef,
        staff: Option<StaffRef>,
        starts_at: OffsetDateTime,
    ) -> Answer<(StaffRef, Money)> {
        if starts_at <= self.clock.now() {
            return Ok(Err(Refusal::Past));
        }
        let wish = staff.map_or(StaffWish::Any, |staff| {
            StaffWish::Only(Id::from_uuid(staff.as_uuid()))
        });
        let query = OfferQuery {
            parts: vec![PartRequest::new(Id::from_uuid(service.as_uuid()), wish)],
            order: PartOrder::Any,
            arrangement: Arrangement::Together,
            start: starts_at - self.set_up(tenant, service).await?,
            channel: Channel::Desk,
            customer: None,
        };
        match self.offer.execute(tenant, query).await {
            Ok(Offer::Free(found)) => {
                let first = found.slot.parts.first();
                Ok(match first {
                    Some(part) => Ok((Id::from_uuid(part.staff.as_uuid()), found.price.charged)),
                    None => Err(Refusal::NotOffered),
                })
            }
            Ok(Offer::Alternatives { refused, slots }) => {
                let unsold = |reason: &Reason| matches!(reason, Reason::NotSold | Reason::CannotDoService);
                let never = refused.refusals.iter().all(|refusal| unsold(&refusal.reason));
                Ok(Err(if never {
                    Refusal::NotOffered
                } else {
                    Refusal::NotFree {
                        near: slots.iter().map(|found| found.slot.client().start()).collect(),
                    }
                }))
            }
            Err(FindSlotsError::Request(_)) => Ok(Err(Refusal::NotOffered)),
            Err(FindSlotsError::Unavailable(outage)) => Err(outage),
        }
    }

    /// From the start of a service to when the customer comes.
    async fn set_up(&self, tenant: TenantId, service: ServiceRef) -> Result<Duration, Outage> {
        let services = self.catalogue.services(tenant).await?;
        let service = services.iter().find(|s| s.id.as_uuid() == service.as_uuid());
        Ok(service.map_or(Duration::ZERO, |s| s.recipe.client_comes().duration()))
    }

    async fn bookable(
        &self,
        tenant: TenantId,
        (service, staff, starts_at): (ServiceRef, StaffRef, OffsetDateTime),
        price: Money,
    ) -> Answer {
        let quoted = self.quoted(tenant, service, Some(staff), starts_at).await?;
        Ok(quoted.and_then(|(_staff, now)| {
            if now == price {
                Ok(())
            } else {
                Err(Refusal::Costs { price: now })
            }
        }))
    }

    async fn booked(
        &self,
        tenant: TenantId,
        (key, by): (InboundId, &PhoneNumber),
        phone: PhoneNumber,
        (service, staff, starts_at): (ServiceRef, StaffRef, OffsetDateTime),
        price: Money,
    ) -> Answer {
        let key = HoldKey::parse(&format!("rail:{key}")).map_err(Outage::new)?;
        // What was booked by this yes before keeps its own time from being free.
        if self.book.visit_of_key(tenant, &key).await?.is_none() {
            let bookable = self.bookable(tenant, (service, staff, starts_at), price).await?;
            if let Err(refusal) = bookable {
                return Ok(Err(refusal));
            }
        }
        let somebody = Introduction {
            phone,
            name: None,
            language: None,
        };
        let (Added::New(customer) | Added::Known(customer)) =
            self.add_customer.execute(tenant, somebody).await?;
        let wish = StaffWish::Only(Id::from_uuid(staff.as_uuid()));
        let order = HoldOrder {
            key,
            customer: customer.id,
            parts: vec![PartRequest::new(Id::from_uuid(service.as_uuid()), wish)],
            order: PartOrder::Any,
            arrangement: Arrangement::Together,
            start: starts_at - self.set_up(tenant, service).await?,
            channel: Channel::Desk,
            pay_by: PayBy::MobileMoney,
            deposit: DepositAsked::Nothing,
            package: None,
            complement: None,
            who: ChangedBy::person(&admin(by)),
        };
        match self.hold.execute(tenant, order).await {
            Ok(held) => Ok(match held.standing {
                HeldStanding::Over => Err(Refusal::Gone),
                HeldStanding::Requested { .. } | HeldStanding::Waiting { .. } | HeldStanding::Confirmed => {
                    Ok(())
                }
            }),
            Err(HoldVisitError::NotFree { alternatives, .. }) => Ok(Err(Refusal::NotFree {
                near: alternatives
                    .iter()
                    .map(|found| found.slot.client().start())
                    .collect(),
            })),
            Err(HoldVisitError::Request(_) | HoldVisitError::UnknownPackage | HoldVisitError::Price(_)) => {
                Ok(Err(Refusal::NotOffered))
            }
            // Whoever is booked in was put on record above, and the key is that of one question.
            Err(error @ (HoldVisitError::UnknownCustomer | HoldVisitError::OtherOrder)) => {
                Err(Outage::new(error))
            }
            Err(HoldVisitError::Unavailable(outage)) => Err(outage),
        }
    }

    async fn blockable(&self, tenant: TenantId, staff: StaffRef, range: TimeRange) -> Answer {
        if range.end() <= self.clock.now() {
            return Ok(Err(Refusal::Past));
        }
        let wanted = Wanted {
            staff: Some(Id::from_uuid(staff.as_uuid())),
            ..Wanted::first(MET_MAX)
        };
        let met = self.book.between(tenant, range, wanted).await?;
        let visits: BTreeSet<_> = met
            .iter()
            .filter(|part| part.state().keeps_its_time())
            .map(|part| part.booking().visit)
            .collect();
        Ok(if visits.is_empty() {
            Ok(())
        } else {
            Err(Refusal::InTheWay { visits: visits.len() })
        })
    }

    async fn blocked(&self, tenant: TenantId, by: &PhoneNumber, staff: StaffRef, range: TimeRange) -> Answer {
        // The same yes may have been heard before, and what came of it not put on record.
        if self.is_blocked(tenant, staff, range).await? {
            return Ok(Ok(()));
        }
        let order = SetupOrder::BlockTime(BlockOrder {
            subject: BlockSubject::Staff(Id::from_uuid(staff.as_uuid())),
            stretch: Stretch {
                start: range.start(),
                end: range.end(),
            },
            reason: None,
            weekly_until: None,
        });
        self.set_up_changed(tenant, by, order).await
    }

    async fn is_blocked(&self, tenant: TenantId, staff: StaffRef, range: TimeRange) -> Result<bool, Outage> {
        let page = Page {
            after: None,
            limit: MET_MAX,
        };
        let blocks = self.shelf.blocks(tenant, range, page).await?;
        let theirs = BlockSubject::Staff(Id::from_uuid(staff.as_uuid()));
        Ok(blocks
            .iter()
            .any(|block| block.subject == theirs && block.range == range))
    }

    async fn service_added(
        &self,
        tenant: TenantId,
        by: &PhoneNumber,
        (name, (category, tax)): (String, (Option<String>, Option<BasisPoints>)),
        price: Money,
        minutes: u32,
        staff: &[StaffRef],
    ) -> Answer {
        let services = self.catalogue.services(tenant).await?;
        if let Some(known) = same_name(&services, &name) {
            let same = known.price == price && known.recipe.duration().count() == minutes;
            return Ok(if same { Ok(()) } else { Err(Refusal::NameTaken) });
        }
        let form = ServiceForm {
            name,
            name_sw: None,
            aliases: Vec::new(),
            category: category.unwrap_or_else(|| NEW_SERVICE_CATEGORY.to_owned()),
            price,
            deposit: Deposit::None,
            segments: vec![SegmentForm {
                minutes,
                staff: StaffNeed::Needed,
                resource_kind: None,
                client: ClientPresence::Present,
            }],
            buffer_before: 0,
            buffer_after: 0,
            tax: tax.unwrap_or_else(|| usual_tax(&services)),
            product_cost: None,
            staff: staff.iter().map(|staff| Id::from_uuid(staff.as_uuid())).collect(),
            notice: PerChannel::default(),
            horizon_days: PerChannel::default(),
        };
        self.set_up_changed(tenant, by, SetupOrder::AddService(form))
            .await
    }

    async fn price_changed(
        &self,
        tenant: TenantId,
        by: &PhoneNumber,
        service: ServiceRef,
        before: Money,
        price: Money,
    ) -> Answer {
        let id = Id::from_uuid(service.as_uuid());
        let Some(known) = self.shelf.service(tenant, id).await? else {
            return Ok(Err(Refusal::NotOffered));
        };
        if known.value.price == price {
            return Ok(Ok(()));
        }
        if known.value.price != before {
            return Ok(Err(Refusal::Changed));
        }
        let form = ServiceForm {
            price,
            ..ServiceForm::from(&known.value)
        };
        let order = SetupOrder::ChangeService(id, form, known.version);
        self.set_up_changed(tenant, by, order).await
    }

    async fn set_up_changed(&self, tenant: TenantId, by: &PhoneNumber, order: SetupOrder) -> Answer {
        let refused = match self.change_setup.execute(tenant, &admin(by), order).await {
            Ok(_changed) => return Ok(Ok(())),
            Err(ChangeSetupError::Faulty(faults)) => {
                let faults = faults.iter().map(|fault| rule_fault(fault.why));
                return Ok(Err(Refusal::Faulty(faults.collect())));
            }
            Err(ChangeSetupError::Refused(refused)) => refused,
        };
        Ok(Err(match refused {
            SetupRefused::Unavailable(outage) => return Err(outage),
            SetupRefused::Stale | SetupRefused::VersionNeeded => Refusal::Changed,
            SetupRefused::Unknown => Refusal::NotOffered,
            SetupRefused::NameTaken => Refusal::NameTaken,
            SetupRefused::InTheWay { appointments, .. } if appointments.is_empty() => Refusal::Blocked,
            SetupRefused::InTheWay { appointments, .. } => Refusal::InTheWay {
                visits: appointments.len(),
            },
            SetupRefused::UnknownPart(..) => Refusal::Faulty(vec![RuleFault::NotThere]),
            SetupRefused::TooMany(most) => Refusal::Faulty(vec![RuleFault::TooMany(most)]),
            SetupRefused::AmountsHaveCents(_) => Refusal::Faulty(vec![RuleFault::Cents]),
        }))
    }
}

/// Whoever runs the business from their phone, as records name them.
fn admin(by: &PhoneNumber) -> String {
    format!("admin:{}", by.e164())
}

fn by_business(visit: VisitRef, who: ChangedBy) -> CancelOrder {
    CancelOrder {
        target: CancelTarget::Visit(Id::from_uuid(visit.as_uuid())),
        by: CancelledBy::Business,
        who,
    }
}

fn not_cancelled(error: CancelAppointmentError) -> Answer {
    match error {
        CancelAppointmentError::Unknown
        | CancelAppointmentError::Refused(_)
        | CancelAppointmentError::Fee(_) => Ok(Err(Refusal::Gone)),
        // The turn is run again, and decides on what is then there.
        CancelAppointmentError::Stale => Err(Outage::new("the visit changed while it was cancelled")),
        CancelAppointmentError::Unavailable(outage) => Err(outage),
    }
}

fn not_moved(error: ReplaceError) -> Answer {
    match error {
        ReplaceError::NotFree { alternatives, .. } => Ok(Err(Refusal::NotFree {
            near: alternatives.iter().map(|slot| slot.client().start()).collect(),
        })),
        ReplaceError::Unknown
        | ReplaceError::Refused(_)
        | ReplaceError::TooLate { .. }
        | ReplaceError::Request(_) => Ok(Err(Refusal::Gone)),
        ReplaceError::SeveralStaff => Ok(Err(Refusal::Faulty(vec![RuleFault::SeveralStaff]))),
        // The turn is run again, and decides on what is then there.
        ReplaceError::Contended => Err(Outage::new("the visit changed while it was moved")),
        ReplaceError::Unavailable(outage) => Err(outage),
    }
}

/// A fault of a form in words of the rail, which fills only a few of the fields.
const fn rule_fault(why: Why) -> RuleFault {
    match why {
        Why::Name => RuleFault::Name,
        Why::Word => RuleFault::Word,
        Why::NoPrice => RuleFault::NoPrice,
        Why::Cents => RuleFault::Cents,
        Why::AbovePrice => RuleFault::DepositAbovePrice,
        Why::Range { least, most } => RuleFault::Range { least, most },
        Why::Past => RuleFault::Past,
        Why::TooManyDays(most) => RuleFault::Days(most),
        Why::LongerThanADay => RuleFault::Days(1),
        Why::Unknown => RuleFault::NotThere,
        Why::TooLong
        | Why::Count { .. }
        | Why::Twice
        | Why::Currency(_)
        | Why::NobodyWorks
        | Why::NoClient
        | Why::NotABlock
        | Why::Overlap
        | Why::Backwards
        | Why::UnknownZone
        | Why::Fixed
        | Why::NotRising => RuleFault::Elsewhere,
    }
}

fn priced(price: Money) -> Result<(), Refusal> {
    if price.is_positive() {
        Ok(())
    } else {
        Err(Refusal::Faulty(vec![RuleFault::NoPrice]))
    }
}

/// The service on sale that has this name, in whatever case.
fn same_name<'a>(services: &'a [Service], name: &str) -> Option<&'a Service> {
    let name = name.to_lowercase();
    services
        .iter()
        .find(|service| service.offering == Offering::Active && service.name.to_lowercase() == name)
}

/// The tax that all services on sale have inside their prices; none where they differ.
fn usual_tax(services: &[Service]) -> BasisPoints {
    let on_sale = services
        .iter()
        .filter(|service| service.offering == Offering::Active);
    let taxes: BTreeSet<BasisPoints> = on_sale.map(|service| service.tax).collect();
    match (taxes.len(), taxes.first()) {
        (1, Some(tax)) => *tax,
        _none_or_several => BasisPoints::new(0),
    }
}
