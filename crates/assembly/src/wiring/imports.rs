//! What is taken over from elsewhere, and whom booking knows.

use std::sync::Arc;

use ratiba_booking::use_cases as booking;
use ratiba_booking::use_cases::import::{ApplyImport, BringIn, CorrectImport, ReviewDesk, ReviewImport};
use ratiba_postgres::booking::{PgCustomers, PgImports};

use super::Ground;
use crate::use_cases::Imports;

impl Ground {
    pub(super) fn imports(&self) -> Imports {
        let imports = Arc::new(PgImports::new(self.database.clone()));
        let customers = Arc::new(PgCustomers::new(self.database.clone()));
        let (clock, ids) = (&self.clock, &self.ids);
        let desk = ReviewDesk {
            imports: imports.clone(),
            ground: imports.clone(),
            catalogue: self.catalogue.clone(),
            timetable: self.timetable.clone(),
            clock: clock.clone(),
        };
        Imports {
            bring_in: BringIn {
                imports: imports.clone(),
                catalogue: self.catalogue.clone(),
                clock: clock.clone(),
                ids: ids.clone(),
            },
            review: ReviewImport { desk: desk.clone() },
            correct: CorrectImport {
                imports: imports.clone(),
                clock: clock.clone(),
            },
            apply: ApplyImport {
                desk,
                book: self.appointments.clone(),
                customers: customers.clone(),
                ids: ids.clone(),
            },
            add_customer: booking::AddCustomer {
                book: customers.clone(),
                clock: clock.clone(),
                ids: ids.clone(),
            },
            customers,
            ground: imports.clone(),
            book: imports,
        }
    }
}
