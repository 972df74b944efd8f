//! What people of the business ask of it from their own phones.

use std::sync::Arc;

use ratiba_booking::use_cases as booking;
use ratiba_commission::use_cases as commission;
use ratiba_conversation::use_cases::WorkCohort;
use ratiba_postgres::booking::{PgCustomers, PgSetup};
use ratiba_postgres::commission::PgCommission;

use super::Ground;
use crate::accounts::InstanceMeans;
use crate::bridges::back_office::BackOfficeBridge;

impl Ground {
    pub(super) fn change_setup(&self) -> booking::ChangeSetup {
        let setup = Arc::new(PgSetup::new(self.database.clone()));
        booking::ChangeSetup {
            shelf: setup.clone(),
            book: setup,
            means: Arc::new(InstanceMeans),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        }
    }

    pub(super) fn back_office(&self) -> BackOfficeBridge {
        let customers = Arc::new(PgCustomers::new(self.database.clone()));
        let commission = Arc::new(PgCommission::new(self.database.clone()));
        let (book, clock) = (&self.appointments, &self.clock);
        BackOfficeBridge {
            book: book.clone(),
            catalogue: self.catalogue.clone(),
            staff: self.staff.clone(),
            add_customer: booking::AddCustomer {
                book: customers.clone(),
                clock: clock.clone(),
                ids: self.ids.clone(),
            },
            customers,
            offer: booking::OfferSlot {
                timetable: self.timetable.clone(),
                book: book.clone(),
                clock: clock.clone(),
            },
            hold: booking::HoldVisit {
                book: book.clone(),
                timetable: self.timetable.clone(),
                packages: self.prices.clone(),
                clock: clock.clone(),
                ids: self.ids.clone(),
            },
            cancel: booking::CancelAppointment {
                book: book.clone(),
                catalogue: self.catalogue.clone(),
                clock: clock.clone(),
            },
            moves: self.offer_move(),
            move_visit: self.move_visit(),
            shelf: Arc::new(PgSetup::new(self.database.clone())),
            change_setup: self.change_setup(),
            close: commission::ClosePeriod {
                work: commission.clone(),
                rules: commission.clone(),
                book: commission.clone(),
                clock: clock.clone(),
                ids: self.ids.clone(),
            },
            disputes: commission::WorkDisputes {
                book: commission.clone(),
                disputes: commission.clone(),
                clock: clock.clone(),
                ids: self.ids.clone(),
            },
            preview: commission::PreviewPeriod {
                work: commission.clone(),
                rules: commission,
            },
            letters: self.payments.clone(),
            knowledge: self.conversation.clone(),
            cohort: self.work_cohort(),
            database: self.database.clone(),
            clock: clock.clone(),
        }
    }

    pub(super) fn work_cohort(&self) -> WorkCohort {
        WorkCohort {
            book: self.conversation.clone(),
            profile: self.conversation.clone(),
            templates: self.conversation.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        }
    }
}
