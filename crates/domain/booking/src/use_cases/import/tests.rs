use std::collections::BTreeSet;
use std::sync::Arc;

use ratiba_kernel::test_support::{ManualClock, SeededIds, block_on};
use ratiba_kernel::{Clock as _, Money, TenantId};
use time::{Duration, OffsetDateTime};

use super::{
    ApplyImport, ApplyImportError, BringIn, BringInError, Brought, CorrectImport, CorrectImportError, NewRow,
    Review, ReviewDesk, ReviewImport, ReviewedImport,
};
use crate::appointment::{ChangedBy, State, Version};
use crate::catalogue::CustomerId;
use crate::customers::{CustomerBook, Wanted};
use crate::event::{BookingEvent, BookingTask};
use crate::import::bookings::{Fault as BookingFault, Outcome};
use crate::import::catalogue::CatalogueDraft;
use crate::import::ports::{ImportBook, ImportGround};
use crate::import::{Cell, Fate, ImportId, ImportKind, ImportState, Tally, Unreadable};
use crate::ports::AppointmentBook;
use crate::test_support::builders::{NOW, SalonBuilder, every_day, staff, tenants};
use crate::test_support::import_contracts::ImportsUnderTest;
use crate::test_support::{InMemoryBook, InMemoryImports, InMemorySalon, imports_contract};
use crate::visit::VisitId;

impl ImportsUnderTest for InMemoryImports {
    fn imports(&self) -> &dyn ImportBook {
        self
    }

    fn ground(&self) -> &dyn ImportGround {
        self
    }

    fn customers(&self) -> &dyn CustomerBook {
        self
    }

    fn book(&self) -> &dyn AppointmentBook {
        self.book()
    }

    async fn opt_out(&self, tenant: TenantId, id: CustomerId, at: OffsetDateTime) {
        self.opt_out(tenant, id, at);
    }
}

#[test]
fn imports_in_memory_keep_the_contract() {
    block_on(imports_contract(async || InMemoryImports::default()));
}

struct Desk {
    book: Arc<InMemoryBook>,
    imports: Arc<InMemoryImports>,
    clock: Arc<ManualClock>,
    bring_in: BringIn,
    review: ReviewImport,
    correct: CorrectImport,
    apply: ApplyImport,
}

fn tenant() -> TenantId {
    tenants()[0]
}

impl Desk {
    fn new() -> Self {
        let book = Arc::new(InMemoryBook::default());
        let imports = Arc::new(InMemoryImports::beside(book.clone()));
        let facts = SalonBuilder::default()
            .staff(2, every_day(9 * 60, 17 * 60))
            .build();
        let salon = Arc::new(InMemorySalon::new(facts, book.clone()));
        let clock = Arc::new(ManualClock::at(NOW));
        let ids = Arc::new(SeededIds::lane(5));
        let desk = ReviewDesk {
            imports: imports.clone(),
            ground: imports.clone(),
            catalogue: salon.clone(),
            timetable: salon.clone(),
            clock: clock.clone(),
        };
        Self {
            bring_in: BringIn {
                imports: imports.clone(),
                catalogue: salon,
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
                book: book.clone(),
                customers: imports.clone(),
                ids,
            },
            book,
            imports,
            clock,
        }
    }

    fn bring_in(&self, brought: Brought<'_>) -> ImportId {
        block_on(self.bring_in.execute(tenant(), brought)).unwrap()
    }

    fn review(&self, kind: ImportKind, id: ImportId) -> ReviewedImport {
        block_on(self.review.execute(tenant(), kind, id))
            .unwrap()
            .unwrap()
    }

    fn apply(&self, kind: ImportKind, id: ImportId) -> Result<Tally, ApplyImportError> {
        let version = self.review(kind, id).import.version;
        block_on(self.apply.execute(tenant(), kind, id, version, ChangedBy::System))
    }
}

const CATALOGUE: ImportKind = ImportKind::Catalogue;
const BOOKINGS: ImportKind = ImportKind::Bookings;

#[test]
fn a_price_list_is_brought_in_corrected_and_applied_once() {
    let desk = Desk::new();
    let id = desk.bring_in(Brought::PriceList(
        "MASSAGES\nSwedish massage 60min 3500\nHot stone massage\nservice 1 4000",
    ));
    let refused = desk.apply(CATALOGUE, id).unwrap_err();
    let ApplyImportError::Catalogue(not_ready) = refused else {
        panic!("a price is missing: {refused:?}")
    };
    assert!(not_ready.is_about_price());
    assert_eq!(not_ready.rows[0].0, 2);
    let version = desk.review(CATALOGUE, id).import.version;
    let row = |price| {
        NewRow::Catalogue(Box::new(CatalogueDraft {
            name: "Hot stone massage".to_owned(),
            price,
            ..CatalogueDraft::default()
        }))
    };
    let correct = |version, number, row| block_on(desk.correct.execute(tenant(), id, version, number, row));
    correct(version, 2, row(Cell::Read(0))).unwrap();
    assert_eq!(
        correct(version, 2, row(Cell::Empty)),
        Err(CorrectImportError::Stale)
    );
    assert!(
        matches!(desk.apply(CATALOGUE, id), Err(ApplyImportError::Catalogue(found)) if found.is_about_price())
    );
    correct(version.next(), 2, row(Cell::Read(500_000))).unwrap();
    assert_eq!(
        correct(version.next().next(), 4, row(Cell::Empty)),
        Err(CorrectImportError::Unknown)
    );
    assert_eq!(desk.apply(CATALOGUE, id), Ok(Tally { created: 2, known: 1 }));
    let stock = block_on(desk.imports.stock(tenant())).unwrap();
    assert_eq!(stock.len(), 4);
    assert_eq!(
        stock
            .iter()
            .find(|stocked| stocked.service.name == "Service 1")
            .unwrap()
            .service
            .price,
        Money::kes_minor(400_000)
    );
    assert_eq!(desk.apply(CATALOGUE, id), Err(ApplyImportError::Closed));
    let closed = desk.review(CATALOGUE, id);
    assert_eq!(
        (closed.import.rows.count(), closed.review),
        (0, Review::Catalogue(Vec::new()))
    );
}

#[test]
fn customers_are_applied_and_forgotten_by_the_import() {
    let desk = Desk::new();
    let id = desk.bring_in(Brought::CustomerTable(
        "phone,name\n0712000001,Amina\n0700000001,Otieno\n0712 000 001,Amina",
    ));
    assert_eq!(
        desk.apply(ImportKind::Customers, id),
        Ok(Tally { created: 1, known: 1 })
    );
    let page = block_on(desk.imports.page(
        tenant(),
        Wanted {
            limit: 10,
            ..Wanted::default()
        },
    ))
    .unwrap();
    assert_eq!(page.customers.len(), 3);
    let closed = desk.review(ImportKind::Customers, id).import;
    assert_eq!(closed.rows.count(), 0);
    assert!(matches!(closed.state, ImportState::Applied { at, .. } if at == NOW));
}

const PROMISES: &str = "phone,name,service,staff,start,paid\n\
    0712000001,Amina,Service 1,Staff 1,2026-05-14 10:30,\"1,000\"\n\
    0700000001,,Service 1,,2026-05-14 10:30,";

fn made(desk: &Desk, id: ImportId) -> Vec<VisitId> {
    let Review::Bookings(rows) = desk.review(BOOKINGS, id).review else {
        panic!("these are bookings")
    };
    rows.iter()
        .filter_map(|row| match row.outcome {
            Outcome::Booked(visit) => Some(visit),
            Outcome::Books | Outcome::Repeats(_) | Outcome::Skipped => None,
        })
        .collect()
}

#[test]
fn a_promise_becomes_a_confirmed_visit_that_nobody_asks_money_for() {
    let desk = Desk::new();
    let id = desk.bring_in(Brought::BookingTable(PROMISES));
    assert_eq!(desk.apply(BOOKINGS, id), Ok(Tally { created: 2, known: 0 }));
    let again = desk.bring_in(Brought::BookingTable(PROMISES));
    let visits = made(&desk, again);
    assert_eq!(visits.len(), 2, "the same file again finds what was made");
    let visit = block_on(desk.book.visit(tenant(), visits[0])).unwrap().unwrap();
    let appointment = &visit.appointments[0];
    assert_eq!(*appointment.state(), State::Confirmed { at: NOW });
    assert_eq!(visit.due().unwrap(), Some(Money::kes_minor(0)));
    assert_eq!(appointment.booking().price.charged(), Money::kes_minor(350_000));
    assert_eq!(
        appointment.actuals().notes.as_ref().unwrap().as_str(),
        "Paid elsewhere: KES 1,000"
    );
    assert_eq!(appointment.booking().team.members(), [staff(1)]);
    assert_eq!(
        block_on(desk.imports.paid_elsewhere(tenant(), visits[0])).unwrap(),
        Some(Money::kes_minor(100_000))
    );
    assert_eq!(
        block_on(desk.imports.paid_elsewhere(tenant(), visits[1])).unwrap(),
        Some(Money::kes_minor(0))
    );
    let events = desk.book.events(tenant());
    assert!(
        events
            .iter()
            .all(|event| matches!(event, BookingEvent::VisitTakenOver { .. })),
        "{events:?}"
    );
    let reminders = desk
        .book
        .tasks(tenant())
        .into_iter()
        .filter(|due| matches!(due.task, BookingTask::Remind { .. }));
    assert_eq!(reminders.count(), 2, "reminders as for others");
    assert_eq!(desk.apply(BOOKINGS, again), Ok(Tally { created: 0, known: 2 }));
    assert_eq!(
        desk.book.events(tenant()).len(),
        2,
        "applying the same again makes nothing"
    );
}

#[test]
fn a_promise_for_a_taken_time_waits_and_nothing_is_made() {
    let desk = Desk::new();
    let first = desk.bring_in(Brought::BookingTable(
        "phone,service,staff,start\n0712000001,Service 1,Staff 1,2026-05-14 10:00\n0712000002,Service 1,Staff 2,2026-05-14 10:00",
    ));
    desk.apply(BOOKINGS, first).unwrap();
    let second = desk.bring_in(Brought::BookingTable(
        "phone,service,staff,start\n0712000003,Service 1,,2026-05-14 10:30\n0712000004,Service 1,,2026-05-14 12:00",
    ));
    let Err(ApplyImportError::Bookings { rows, made: 0 }) = desk.apply(BOOKINGS, second) else {
        panic!("the time is taken")
    };
    assert_eq!(rows, [(1, BTreeSet::from([BookingFault::Overlap]))]);
    assert_eq!(made(&desk, second), []);
    assert_eq!(desk.book.events(tenant()).len(), 2);
}

#[test]
fn an_import_is_discarded_with_all_that_it_held() {
    let desk = Desk::new();
    let id = desk.bring_in(Brought::CustomerTable("phone,name\n0712000001,Amina"));
    let discard = |version| block_on(desk.correct.discard(tenant(), ImportKind::Customers, id, version));
    assert_eq!(discard(Version::NEW), Err(CorrectImportError::Stale));
    desk.clock.advance(Duration::hours(1));
    discard(Version::NEW.next()).unwrap();
    let gone = desk.review(ImportKind::Customers, id).import;
    assert_eq!(
        (gone.rows.count(), gone.state),
        (0, ImportState::Discarded { at: desk.clock.now() })
    );
    assert_eq!(discard(gone.version), Err(CorrectImportError::Closed));
    assert_eq!(
        desk.apply(ImportKind::Customers, id),
        Err(ApplyImportError::Closed)
    );
    let unknown = block_on(desk.apply.execute(
        tenants()[1],
        ImportKind::Customers,
        id,
        gone.version,
        ChangedBy::System,
    ));
    assert_eq!(unknown, Err(ApplyImportError::Unknown));
}

#[test]
fn a_skipped_row_of_services_is_left_out() {
    let desk = Desk::new();
    let id = desk.bring_in(Brought::CatalogueTable("name,price\nFacial,2000\nWax,"));
    let skipped = NewRow::Catalogue(Box::new(CatalogueDraft {
        name: "Wax".to_owned(),
        fate: Fate::Skip,
        ..CatalogueDraft::default()
    }));
    block_on(
        desk.correct
            .execute(tenant(), id, Version::NEW.next(), 2, skipped),
    )
    .unwrap();
    assert_eq!(desk.apply(CATALOGUE, id), Ok(Tally { created: 1, known: 0 }));
}

#[test]
fn a_file_that_is_no_table_is_refused_whole() {
    let desk = Desk::new();
    let refused = block_on(
        desk.bring_in
            .execute(tenant(), Brought::CatalogueTable("price\n1")),
    );
    assert_eq!(
        refused,
        Err(BringInError::Unreadable(Unreadable::MissingColumn {
            column: "name"
        }))
    );
}
