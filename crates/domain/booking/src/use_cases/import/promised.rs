//! Makes visits of bookings that were promised elsewhere.

use std::collections::BTreeSet;

use ratiba_kernel::{IdSource, Money, Outage, TenantId, TimeRange};
use time::OffsetDateTime;

use crate::appointment::{
    Actuals, Appointment, Booking, ChangedBy, Price, StaffChoice, StaffNotes, State, Team, Version,
};
use crate::catalogue::{CustomerId, Service, StaffId};
use crate::customers::{Added, CustomerBook, CustomerName, NewCustomer};
use crate::event::BookingEvent;
use crate::import::bookings::{Reviewed, key};
use crate::policy::{Channel, Policy};
use crate::ports::{AppointmentBook, Change, ClaimChange, RecordError, SetupVersion};
use crate::use_cases::confirm_visit;
use crate::visit::{HoldKey, VisitHead, VisitId};

/// What became of one promise.
pub(super) enum Made {
    /// It is a visit now.
    Now(VisitId),
    /// It was one already.
    Before(VisitId),
    /// Somebody was faster.
    Taken,
    /// The setup changed under it: what was reviewed is not what would be made.
    Moved,
}

pub(super) struct PromiseKeeper<'p> {
    pub(super) book: &'p dyn AppointmentBook,
    pub(super) customers: &'p dyn CustomerBook,
    pub(super) ids: &'p dyn IdSource,
    pub(super) policy: &'p Policy,
    pub(super) services: &'p [Service],
    pub(super) setup: Option<SetupVersion>,
    pub(super) now: OffsetDateTime,
    pub(super) who: ChangedBy,
}

impl PromiseKeeper<'_> {
    /// Makes a confirmed visit of a row without faults. Nothing is asked for it; who was promised it is not told
    /// again. Doing it twice does it once.
    pub(super) async fn keep(&self, tenant: TenantId, row: &Reviewed) -> Result<Made, Outage> {
        let incomplete = || Outage::new("a reviewed booking without faults is incomplete");
        let service = self
            .services
            .iter()
            .find(|service| Some(service.id) == row.service);
        let (Some(service), Some(staff), Some(time)) = (service, row.staff, row.time) else {
            return Err(incomplete());
        };
        let customer = self.customer(tenant, row).await?.ok_or_else(incomplete)?;
        let key = key(customer, service.id, time.start()).ok_or_else(incomplete)?;
        if let Some(visit) = self.book.visit_of_key(tenant, &key).await? {
            return Ok(Made::Before(visit.head.id));
        }
        let change = self.change(row, service, staff, time, customer, key.clone())?;
        let visit = change.head.as_ref().map(|head| head.id).ok_or_else(incomplete)?;
        match self.book.record(tenant, change).await {
            Ok(()) => Ok(Made::Now(visit)),
            Err(RecordError::KeyUsed | RecordError::Stale) => {
                match self.book.visit_of_key(tenant, &key).await? {
                    Some(visit) => Ok(Made::Before(visit.head.id)),
                    None => Ok(Made::Taken),
                }
            }
            Err(RecordError::SlotTaken | RecordError::MonthFrozen) => Ok(Made::Taken),
            Err(RecordError::SetupChanged) => Ok(Made::Moved),
            Err(RecordError::UnknownCustomer) => {
                Err(Outage::new("a customer who was put on record is not there"))
            }
            Err(RecordError::Unavailable(outage)) => Err(outage),
        }
    }

    async fn customer(&self, tenant: TenantId, row: &Reviewed) -> Result<Option<CustomerId>, Outage> {
        if row.customer.is_some() {
            return Ok(row.customer);
        }
        let Some(phone) = row.draft.phone.read() else {
            return Ok(None);
        };
        let new = NewCustomer {
            id: self.ids.fresh(),
            phone: phone.clone(),
            name: row
                .draft
                .name
                .as_deref()
                .and_then(|name| CustomerName::parse(name).ok()),
            language: None,
            at: self.now,
        };
        match self.customers.add(tenant, new).await? {
            Added::New(customer) | Added::Known(customer) => Ok(Some(customer.id)),
        }
    }

    fn change(
        &self,
        row: &Reviewed,
        service: &Service,
        staff: StaffId,
        time: TimeRange,
        customer: CustomerId,
        key: HoldKey,
    ) -> Result<Change, Outage> {
        let visit: VisitId = self.ids.fresh();
        let price = Price::agree(service.price, None, service.tax, service.product_cost);
        let booking = Booking {
            visit,
            customer,
            service: service.id,
            team: Team::of(staff),
            choice: StaffChoice::Assigned,
            channel: Channel::Desk,
            time,
            recipe: service.recipe.clone(),
            claims: row.claims.clone(),
            price: price.map_err(Outage::new)?,
            deposit: Money::zero(service.price.currency()),
            booked_at: self.now,
        };
        let actuals = Actuals {
            notes: self.note(row),
            ..Actuals::default()
        };
        let state = State::Confirmed { at: self.now };
        let appointment = Appointment::recorded(self.ids.fresh(), booking, state, actuals, Version::NEW);
        let head = VisitHead {
            id: visit,
            customer,
            hold_key: Some(key),
            ordered: None,
            created_at: self.now,
            reminded: BTreeSet::new(),
            lost_at: None,
            accepted_by: None,
            version: Version::NEW,
        };
        let mut change = Change {
            head: Some(head),
            setup: self.setup,
            ..Change::at(self.now, self.who.clone())
        };
        let appointment = appointment.map_err(Outage::new)?;
        let comes = appointment.booking().client().start();
        change = change.with(appointment, ClaimChange::Take);
        let reminder = confirm_visit::next_reminder(&self.policy.zone, visit, comes, self.now, None);
        change.tasks.extend(reminder);
        Ok(change.telling(BookingEvent::VisitTakenOver { visit, customer }))
    }

    /// Who renders it should know what was paid already.
    fn note(&self, row: &Reviewed) -> Option<StaffNotes> {
        let paid = row.draft.paid.read().copied().filter(|minor| *minor > 0)?;
        StaffNotes::new(&format!(
            "Paid elsewhere: {}",
            Money::new(paid, self.policy.currency)
        ))
        .ok()
    }
}
