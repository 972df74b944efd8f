use std::sync::Arc;

use proptest::prelude::*;
use ratiba_kernel::test_support::{ManualClock, SeededIds, block_on, tenant};
use ratiba_kernel::{Clock, Money};
use time::{Duration, OffsetDateTime};

use super::*;
use crate::appointment::{CancelledBy, ChangedBy, Correction, StaffChoice, State, Tip, Version};
use crate::availability::{Arrangement, PartOrder, Reason, StaffWish};
use crate::catalogue::Deposit;
use crate::event::{BookingEvent, BookingTask, Due};
use crate::policy::{Channel, Reminder};
use crate::ports::{AppointmentBook, OpenGate, RecordError, SetupVersion, TreatmentGate};
use crate::test_support::builders::*;
use crate::test_support::contracts::BookUnderTest;
use crate::test_support::{
    InMemoryBook, InMemoryPriceList, InMemorySalon, appointment_book_contract, price_list_contract,
};
use crate::visit::{Visit, VisitStanding};

mod attendance;
mod discounts;
mod flows;
mod gate;
mod longer_holds;
mod moves;
mod offers;
mod races;
mod requests;

/// A salon with its book, its clock and all use cases.
struct World {
    book: Arc<InMemoryBook>,
    prices: Arc<InMemoryPriceList>,
    salon: Arc<InMemorySalon>,
    clock: Arc<ManualClock>,
    ids: Arc<SeededIds>,
}

impl World {
    fn of(builder: SalonBuilder) -> Self {
        let book = Arc::new(InMemoryBook::default());
        Self {
            prices: Arc::default(),
            salon: Arc::new(InMemorySalon::new(builder.build(), Arc::clone(&book))),
            book,
            clock: Arc::new(ManualClock::at(NOW)),
            ids: Arc::new(SeededIds::default()),
        }
    }

    fn new() -> Self {
        Self::of(SalonBuilder::default())
    }

    fn holds(&self, book: Arc<dyn AppointmentBook>) -> HoldVisit {
        HoldVisit {
            book,
            timetable: self.salon.clone(),
            packages: self.prices.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        }
    }

    fn hold(&self, order: HoldOrder) -> Result<Held, HoldVisitError> {
        block_on(self.holds(self.book.clone()).execute(tenant(1), order))
    }

    fn confirm(&self, visit: crate::visit::VisitId) -> Result<Confirmation, ConfirmVisitError> {
        let confirm = ConfirmVisit {
            book: self.book.clone(),
            catalogue: self.salon.clone(),
            clock: self.clock.clone(),
        };
        block_on(confirm.execute(tenant(1), visit))
    }

    fn expire(&self, visit: crate::visit::VisitId) {
        let expire = ExpireHold {
            book: self.book.clone(),
            clock: self.clock.clone(),
        };
        block_on(expire.execute(tenant(1), visit)).unwrap();
    }

    fn start(&self, gate: Arc<dyn TreatmentGate>) -> StartAppointment {
        StartAppointment {
            book: self.book.clone(),
            gate,
            clock: self.clock.clone(),
        }
    }

    fn remind(&self, visit: crate::visit::VisitId, reminder: Reminder) {
        let remind = Remind {
            book: self.book.clone(),
            catalogue: self.salon.clone(),
            clock: self.clock.clone(),
        };
        block_on(remind.execute(tenant(1), visit, reminder)).unwrap();
    }

    fn cancel(
        &self,
        target: CancelTarget,
        by: CancelledBy,
    ) -> Result<Vec<crate::appointment::Appointment>, CancelAppointmentError> {
        let cancel = CancelAppointment {
            book: self.book.clone(),
            catalogue: self.salon.clone(),
            clock: self.clock.clone(),
        };
        let who = crate::appointment::ChangedBy::Customer;
        block_on(cancel.execute(tenant(1), CancelOrder { target, by, who }))
    }

    fn visit(&self, id: crate::visit::VisitId) -> Visit {
        block_on(self.book.visit(tenant(1), id)).unwrap().unwrap()
    }

    fn names(&self) -> Vec<&'static str> {
        self.book
            .events(tenant(1))
            .iter()
            .map(BookingEvent::name)
            .collect()
    }
}

impl BookUnderTest for InMemoryBook {
    fn port(&self) -> &dyn AppointmentBook {
        self
    }

    async fn events(&self, tenant: ratiba_kernel::TenantId) -> Vec<BookingEvent> {
        Self::events(self, tenant)
    }

    async fn tasks(&self, tenant: ratiba_kernel::TenantId) -> Vec<Due<BookingTask>> {
        Self::tasks(self, tenant)
    }

    async fn freeze_may(&self, tenant: ratiba_kernel::TenantId) {
        let may = zone("Africa/Nairobi").month(2026, time::Month::May).unwrap();
        self.freeze(tenant, staff(1), may);
    }

    async fn setup(&self, tenant: ratiba_kernel::TenantId) -> SetupVersion {
        Self::setup(self, tenant)
    }

    async fn change_setup(&self, tenant: ratiba_kernel::TenantId) {
        Self::change_setup(self, tenant);
    }
}

#[test]
fn the_book_in_memory_keeps_the_contract() {
    block_on(appointment_book_contract(async || {
        let book = InMemoryBook::default();
        for tenant in tenants() {
            book.know_only(tenant, [customer(1), customer(2)]);
        }
        book
    }));
}

#[test]
fn the_price_list_in_memory_keeps_the_contract() {
    let fresh = async || InMemoryPriceList::default();
    block_on(price_list_contract(fresh, |list| list));
}
