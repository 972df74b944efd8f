//! The promises of [`ImportBook`], [`ImportGround`] and [`CustomerBook`], as tests that every one must pass.

#![expect(clippy::unwrap_used, reason = "a broken promise ends the test")]

use ratiba_kernel::{Id, Money, PhoneNumber, TenantId};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::builders::{
    AppointmentBuilder, NOW, a_service, at, customer, decided, from_to, service, staff, tenants, visit,
};
use crate::appointment::{Appointment, Version};
use crate::catalogue::{CustomerId, Minutes, Offering, Service};
use crate::customers::{
    Added, AmendError, Amendment, Consent, CustomerBook, CustomerName, Language, NewCustomer, Purpose, Stand,
    Wanted,
};
use crate::import::bookings::{BookingDraft, ImportedBooking, LocalTime};
use crate::import::catalogue::plan::CatalogueChange;
use crate::import::catalogue::{CatalogueDraft, DraftDeposit, Stocked};
use crate::import::customers::{CustomerDraft, CustomerEntry, CustomersChange, Day, Said, ToldConsent};
use crate::import::ports::{Effect, ImportBook, ImportChange, ImportGround, ImportRecordError, OpenError};
use crate::import::{
    Cell, Fate, Ignored, IgnoredBecause, Import, ImportId, ImportKind, ImportState, OPEN_MAX, Rows, Source,
    Tally,
};
use crate::ports::{AppointmentBook, Change, ClaimChange};
use crate::setup::limits;
use crate::visit::HoldKey;

/// What is under test, with the book of appointments beside it. Both tenants of
/// [`tenants`](super::builders::tenants) are known, with what that says they have; customer `n` has the number
/// `+25470000000n`, neither name nor language nor consents.
pub trait ImportsUnderTest {
    /// Where imports are kept.
    fn imports(&self) -> &dyn ImportBook;
    /// What is on record.
    fn ground(&self) -> &dyn ImportGround;
    /// The customers.
    fn customers(&self) -> &dyn CustomerBook;
    /// The book beside it.
    fn book(&self) -> &dyn AppointmentBook;
    /// Ends what may be sent to somebody, by another way than an import.
    fn opt_out(&self, tenant: TenantId, id: CustomerId, at: OffsetDateTime) -> impl Future<Output = ()>;
}

/// Everything that they promise.
///
/// # Panics
/// When a promise is broken.
pub async fn imports_contract<I: ImportsUnderTest>(fresh: impl AsyncFn() -> I) {
    an_import_is_kept_as_it_was_brought_in(&fresh().await).await;
    a_bounded_number_waits(&fresh().await).await;
    a_change_of_an_older_version_or_a_closed_import_is_refused(&fresh().await).await;
    services_are_written_all_or_none(&fresh().await).await;
    no_more_services_than_there_may_be(&fresh().await).await;
    customers_are_added_and_completed(&fresh().await).await;
    an_opt_out_outlives_every_import(&fresh().await).await;
    what_was_paid_elsewhere_is_kept_once(&fresh().await).await;
    visits_are_found_by_their_keys(&fresh().await).await;
    a_number_is_one_customer(&fresh().await).await;
    a_customer_is_changed_at_the_version_that_was_read(&fresh().await).await;
    customers_are_searched_by_beginnings_of_words(&fresh().await).await;
    a_customers_file_tells_of_their_visits(&fresh().await).await;
}

fn tenant() -> TenantId {
    tenants()[0]
}

fn import_id(number: u64) -> ImportId {
    Id::from_uuid(Uuid::from_u64_pair(0x1a90_7000, 0x8000_0000_0000_0000 | number))
}

fn import(number: u64, rows: Rows) -> Import {
    Import {
        id: import_id(number),
        rows,
        ignored: Vec::new(),
        state: ImportState::InReview,
        created_at: NOW,
        version: Version::NEW,
    }
}

fn catalogue_rows() -> Rows {
    Rows::Catalogue(vec![
        CatalogueDraft {
            source: Source::new(2, "Facial | 2,000"),
            name: "Facial".to_owned(),
            aliases: vec!["uso".to_owned()],
            price: Cell::Read(200_000),
            minutes: Cell::Unreadable("long".to_owned()),
            deposit: Cell::Read(DraftDeposit::Percent(5_000)),
            fate: Fate::Apart,
            ..CatalogueDraft::default()
        },
        CatalogueDraft::default(),
    ])
}

fn customer_rows() -> Rows {
    Rows::Customers(vec![CustomerDraft {
        phone: Cell::of("0712345678", |text| PhoneNumber::parse(text).ok()),
        language: Cell::Read(Language::Swahili),
        consent: Cell::Read(Said::Given),
        consent_date: Cell::of("2026-01-02", |text| Day::parse(text).ok()),
        ..CustomerDraft::default()
    }])
}

fn booking_rows() -> Rows {
    Rows::Bookings(vec![BookingDraft {
        start: Cell::of("2026-05-13 14:00", |text| LocalTime::parse(text).ok()),
        paid: Cell::Read(100_000),
        made: Some(visit(3)),
        ..BookingDraft::default()
    }])
}

async fn opened<I: ImportsUnderTest>(imports: &I, import: Import) -> Import {
    let (kind, id) = (import.rows.kind(), import.id);
    imports.imports().open(tenant(), import).await.unwrap();
    imports.imports().find(tenant(), kind, id).await.unwrap().unwrap()
}

fn applying(import: Import, effect: Effect) -> ImportChange {
    let state = ImportState::Applied {
        at: NOW,
        tally: Tally { created: 1, known: 2 },
    };
    ImportChange {
        import: Import { state, ..import },
        at: NOW,
        effect,
    }
}

async fn an_import_is_kept_as_it_was_brought_in<I: ImportsUnderTest>(imports: &I) {
    for (number, rows) in [(1, catalogue_rows()), (2, customer_rows()), (3, booking_rows())] {
        let kind = rows.kind();
        let brought = Import {
            ignored: vec![Ignored {
                source: Source::new(1, "Karibu"),
                because: IgnoredBecause::Remark,
            }],
            ..import(number, rows)
        };
        let found = opened(imports, brought.clone()).await;
        let version = Version::NEW.next();
        assert_eq!(found, Import { version, ..brought });
        let other_kind = ImportKind::ALL.into_iter().find(|other| *other != kind).unwrap();
        let port = imports.imports();
        assert_eq!(port.find(tenant(), other_kind, found.id).await.unwrap(), None);
        assert_eq!(port.find(tenants()[1], kind, found.id).await.unwrap(), None);
        assert_eq!(port.in_review(tenant(), kind).await.unwrap(), [found]);
        assert_eq!(port.in_review(tenants()[1], kind).await.unwrap(), []);
    }
}

async fn a_bounded_number_waits<I: ImportsUnderTest>(imports: &I) {
    for number in 1..=u64::from(OPEN_MAX) {
        opened(imports, import(number, customer_rows())).await;
    }
    let more = import(1_000, customer_rows());
    let port = imports.imports();
    assert_eq!(port.open(tenant(), more.clone()).await, Err(OpenError::TooMany));
    let first = port
        .find(tenant(), ImportKind::Customers, import_id(1))
        .await
        .unwrap()
        .unwrap();
    let discarded = ImportChange {
        import: Import {
            state: ImportState::Discarded { at: NOW },
            rows: Rows::Customers(Vec::new()),
            ..first
        },
        at: NOW,
        effect: Effect::None,
    };
    port.record(tenant(), discarded).await.unwrap();
    port.open(tenant(), more.clone()).await.unwrap();
    port.open(
        tenants()[1],
        Import {
            id: import_id(2_000),
            ..more
        },
    )
    .await
    .unwrap();
}

async fn a_change_of_an_older_version_or_a_closed_import_is_refused<I: ImportsUnderTest>(imports: &I) {
    let port = imports.imports();
    let read = opened(imports, import(1, catalogue_rows())).await;
    let change = ImportChange {
        import: Import {
            rows: Rows::Catalogue(vec![CatalogueDraft::default()]),
            ..read.clone()
        },
        at: NOW,
        effect: Effect::None,
    };
    port.record(tenant(), change.clone()).await.unwrap();
    assert_eq!(port.record(tenant(), change).await, Err(ImportRecordError::Stale));
    let now = port
        .find(tenant(), ImportKind::Catalogue, read.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((now.version, now.rows.count()), (read.version.next(), 1));
    let applied = applying(now, Effect::None);
    port.record(tenant(), applied.clone()).await.unwrap();
    let closed = port
        .find(tenant(), ImportKind::Catalogue, read.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(closed.state, applied.import.state);
    let again = applying(closed, Effect::None);
    assert_eq!(port.record(tenant(), again).await, Err(ImportRecordError::Stale));
}

fn new_service(number: u64, name: &str) -> Stocked {
    Stocked {
        service: Service {
            name: name.to_owned(),
            name_sw: Some("Huduma".to_owned()),
            aliases: vec!["rub".to_owned()],
            ..a_service(number, 45)
        },
        description: Some("Warm".to_owned()),
        version: Version::NEW,
    }
}

async fn services_are_written_all_or_none<I: ImportsUnderTest>(imports: &I) {
    let (port, ground) = (imports.imports(), imports.ground());
    let before = ground.stock(tenant()).await.unwrap();
    let known = before
        .iter()
        .find(|stocked| stocked.service.id == service(1))
        .unwrap()
        .clone();
    let dearer = Stocked {
        service: Service {
            price: Money::kes_minor(400_000),
            staff: [staff(3)].into(),
            ..known.service.clone()
        },
        description: Some("Longer".to_owned()),
        version: known.version,
    };
    let read = opened(imports, import(1, catalogue_rows())).await;
    let with = |services| applying(read.clone(), Effect::Catalogue(CatalogueChange { services }));
    let stale = Stocked {
        version: known.version.next(),
        ..dearer.clone()
    };
    let name_taken = new_service(8, &known.service.name.to_uppercase());
    for refused in [stale, name_taken] {
        let change = with(vec![new_service(7, "Facial"), refused]);
        assert_eq!(
            port.record(tenant(), change).await,
            Err(ImportRecordError::CatalogueMoved)
        );
        assert_eq!(
            ground.stock(tenant()).await.unwrap(),
            before,
            "nothing was written"
        );
    }
    port.record(tenant(), with(vec![new_service(7, "Facial"), dearer.clone()]))
        .await
        .unwrap();
    let after = ground.stock(tenant()).await.unwrap();
    let find = |id| after.iter().find(|stocked| stocked.service.id == id).unwrap();
    let version = known.version.next();
    assert_eq!(*find(service(1)), Stocked { version, ..dearer });
    let version = Version::NEW.next();
    assert_eq!(
        *find(service(7)),
        Stocked {
            version,
            ..new_service(7, "Facial")
        }
    );
    assert_eq!(find(service(7)).service.recipe.duration(), Minutes::new(45));
    assert_eq!(find(service(2)).service.offering, Offering::Active);
    assert_eq!(ground.stock(tenants()[1]).await.unwrap().len(), before.len());
}

async fn no_more_services_than_there_may_be<I: ImportsUnderTest>(imports: &I) {
    let (port, ground) = (imports.imports(), imports.ground());
    let before = ground.stock(tenant()).await.unwrap();
    let room = u64::try_from(limits::SERVICES - before.len()).unwrap();
    let read = opened(imports, import(1, catalogue_rows())).await;
    let with =
        |services: Vec<Stocked>| applying(read.clone(), Effect::Catalogue(CatalogueChange { services }));
    let several = |count: u64| (0..count).map(|n| new_service(1_000 + n, &format!("Service no. {n}")));
    assert_eq!(
        port.record(tenant(), with(several(room + 1).collect())).await,
        Err(ImportRecordError::TooManyServices)
    );
    assert_eq!(
        ground.stock(tenant()).await.unwrap(),
        before,
        "nothing was written"
    );
    // A known service that changes is none more.
    let changed = several(room).chain([before[0].clone()]).collect();
    port.record(tenant(), with(changed)).await.unwrap();
    assert_eq!(ground.stock(tenant()).await.unwrap().len(), limits::SERVICES);
}

fn entry(
    number: u64,
    phone: &str,
    name: Option<&str>,
    said: &[(Purpose, Stand, OffsetDateTime)],
) -> CustomerEntry {
    let consents = said
        .iter()
        .zip(1_u64..)
        .map(|((purpose, stand, at), place)| ToldConsent {
            id: Id::from_uuid(Uuid::from_u64_pair(
                (number << 16) | 0x7000,
                0x8000_0000_0000_0000 | place,
            )),
            purpose: *purpose,
            stand: *stand,
            wording: "form".to_owned(),
            at: *at,
        });
    CustomerEntry {
        consents: consents.collect(),
        customer: new_customer(number, phone, name),
    }
}

fn new_customer(number: u64, phone: &str, name: Option<&str>) -> NewCustomer {
    NewCustomer {
        id: customer(number),
        phone: PhoneNumber::parse(phone).unwrap(),
        name: name.map(|name| CustomerName::parse(name).unwrap()),
        language: Some(Language::Swahili),
        at: NOW,
    }
}

async fn applied<I: ImportsUnderTest>(imports: &I, number: u64, entries: Vec<CustomerEntry>) {
    let read = opened(imports, import(number, customer_rows())).await;
    let change = applying(read, Effect::Customers(CustomersChange { entries }));
    imports.imports().record(tenant(), change).await.unwrap();
}

const GIVEN: (Purpose, Stand) = (Purpose::Service, Stand::Given);

async fn customers_are_added_and_completed<I: ImportsUnderTest>(imports: &I) {
    let given = (GIVEN.0, GIVEN.1, at(-48, 0));
    let offers = (Purpose::Marketing, Stand::Given, at(-24, 0));
    let entries = vec![
        entry(11, "0712345678", Some("Amina Ali"), &[given, offers]),
        entry(12, "0700000001", Some("Otieno"), &[]),
    ];
    applied(imports, 1, entries).await;
    let book = imports.customers();
    let new = book.file(tenant(), customer(11), NOW).await.unwrap().unwrap();
    assert_eq!(new.customer.name.as_deref(), Some("Amina Ali"));
    assert_eq!(
        (new.customer.language, new.customer.opted_out_at),
        (Some(Language::Swahili), None)
    );
    let said = |(purpose, stand, at)| Consent { purpose, stand, at };
    assert_eq!(new.consents, [said(given), said(offers)]);
    assert_eq!(
        book.file(tenant(), customer(12), NOW).await.unwrap(),
        None,
        "the number was known"
    );
    let completed = book
        .file(tenant(), customer(1), NOW)
        .await
        .unwrap()
        .unwrap()
        .customer;
    assert_eq!(
        (completed.name.as_deref(), completed.language),
        (Some("Otieno"), Some(Language::Swahili))
    );
    applied(
        imports,
        2,
        vec![entry(13, "0700000001", Some("Somebody Else"), &[])],
    )
    .await;
    let kept = book
        .file(tenant(), customer(1), NOW)
        .await
        .unwrap()
        .unwrap()
        .customer;
    assert_eq!(kept, completed, "a name on record stays");
    let phones = vec![
        PhoneNumber::parse("0712345678").unwrap(),
        PhoneNumber::parse("0799999999").unwrap(),
    ];
    let found = imports
        .ground()
        .customers(tenant(), phones.clone())
        .await
        .unwrap();
    assert_eq!(
        found.iter().map(|customer| customer.id).collect::<Vec<_>>(),
        [customer(11)]
    );
    assert_eq!(
        imports.ground().customers(tenants()[1], phones).await.unwrap(),
        []
    );
}

async fn an_opt_out_outlives_every_import<I: ImportsUnderTest>(imports: &I) {
    let book = imports.customers();
    let opted_out = async |number| {
        let file = book.file(tenant(), customer(number), NOW).await.unwrap().unwrap();
        (file.customer.opted_out_at, file.consents)
    };
    imports.opt_out(tenant(), customer(1), at(0, 0)).await;
    applied(
        imports,
        1,
        vec![entry(21, "0700000001", None, &[(GIVEN.0, GIVEN.1, at(1, 0))])],
    )
    .await;
    assert_eq!(
        opted_out(1).await,
        (Some(at(0, 0)), vec![]),
        "and no proof of the contrary is kept"
    );
    let withdrawn = (Purpose::Service, Stand::Withdrawn, at(-24, 0));
    applied(imports, 2, vec![entry(22, "0700000002", None, &[withdrawn])]).await;
    assert_eq!(opted_out(2).await.0, Some(at(-24, 0)));
    applied(
        imports,
        3,
        vec![entry(23, "0712345678", None, &[(GIVEN.0, GIVEN.1, at(-1, 0))])],
    )
    .await;
    applied(imports, 4, vec![entry(24, "0712345678", None, &[withdrawn])]).await;
    assert_eq!(
        opted_out(23).await.0,
        None,
        "who came back later than the file knows stays"
    );
}

async fn what_was_paid_elsewhere_is_kept_once<I: ImportsUnderTest>(imports: &I) {
    let builder = AppointmentBuilder::new(3, from_to((10, 0), (11, 0)));
    record(imports, &builder, builder.held(NOW)).await;
    let booking = |minor| ImportedBooking {
        visit: visit(3),
        import: import_id(1),
        row: 1,
        paid: Money::kes_minor(minor),
    };
    let read = opened(imports, import(1, booking_rows())).await;
    let noted = ImportChange {
        import: read,
        at: NOW,
        effect: Effect::Bookings(vec![booking(100_000)]),
    };
    imports.imports().record(tenant(), noted).await.unwrap();
    let again = imports
        .imports()
        .find(tenant(), ImportKind::Bookings, import_id(1))
        .await
        .unwrap()
        .unwrap();
    let change = applying(again, Effect::Bookings(vec![booking(200_000)]));
    imports.imports().record(tenant(), change).await.unwrap();
    let paid = async |tenant, number| {
        imports
            .ground()
            .paid_elsewhere(tenant, visit(number))
            .await
            .unwrap()
    };
    assert_eq!(paid(tenant(), 3).await, Some(Money::kes_minor(100_000)));
    assert_eq!(paid(tenant(), 4).await, None);
    assert_eq!(paid(tenants()[1], 3).await, None);
}

async fn record<I: ImportsUnderTest>(imports: &I, builder: &AppointmentBuilder, appointment: Appointment) {
    let change = Change {
        head: Some(builder.head(NOW)),
        ..decided(NOW)
    };
    let change = change.with(appointment, ClaimChange::Take);
    imports.book().record(tenant(), change).await.unwrap();
}

async fn visits_are_found_by_their_keys<I: ImportsUnderTest>(imports: &I) {
    let builder = AppointmentBuilder::new(3, from_to((10, 0), (11, 0)));
    record(imports, &builder, builder.held(NOW)).await;
    let key = |text: &str| HoldKey::parse(text).unwrap();
    let keys = vec![key("key-3"), key("key-4")];
    let found = imports.ground().visits(tenant(), keys.clone()).await.unwrap();
    assert_eq!(found, [(key("key-3"), visit(3))]);
    assert_eq!(imports.ground().visits(tenants()[1], keys).await.unwrap(), []);
}

async fn a_number_is_one_customer<I: ImportsUnderTest>(imports: &I) {
    let book = imports.customers();
    let Added::New(new) = book
        .add(tenant(), new_customer(31, "0712345678", Some("Amina")))
        .await
        .unwrap()
    else {
        panic!("nobody had the number")
    };
    assert_eq!(
        (new.id, new.version, new.name.as_deref()),
        (customer(31), Version::NEW.next(), Some("Amina"))
    );
    let again = book
        .add(tenant(), new_customer(32, "+254 712 345 678", Some("Other")))
        .await
        .unwrap();
    assert_eq!(again, Added::Known(new));
    assert!(matches!(
        book.add(tenants()[1], new_customer(33, "0712345678", None))
            .await
            .unwrap(),
        Added::New(_)
    ));
}

async fn a_customer_is_changed_at_the_version_that_was_read<I: ImportsUnderTest>(imports: &I) {
    let book = imports.customers();
    let read = book
        .file(tenant(), customer(1), NOW)
        .await
        .unwrap()
        .unwrap()
        .customer;
    let amendment = Amendment {
        name: Some(CustomerName::parse("Amina").unwrap()),
        language: None,
    };
    let amend = async |tenant, id, version| book.amend(tenant, id, version, amendment.clone()).await;
    let amended = amend(tenant(), customer(1), read.version).await.unwrap();
    assert_eq!(
        (amended.name.as_deref(), amended.version),
        (Some("Amina"), read.version.next())
    );
    assert_eq!(
        amend(tenant(), customer(1), read.version).await,
        Err(AmendError::Stale)
    );
    assert_eq!(
        amend(tenant(), customer(99), read.version).await,
        Err(AmendError::Unknown)
    );
    let same = amend(tenant(), customer(1), amended.version).await.unwrap();
    assert_eq!(
        same.version,
        amended.version.next(),
        "saying the same is a change as well"
    );
    imports.opt_out(tenant(), customer(1), NOW).await;
}

async fn customers_are_searched_by_beginnings_of_words<I: ImportsUnderTest>(imports: &I) {
    let book = imports.customers();
    for (number, phone, name) in [
        (41, "0711000041", "Amina Wanjirú"),
        (42, "0711000042", "Wanjiru Kamau"),
        (43, "0722000043", "Amos Otieno"),
    ] {
        book.add(tenant(), new_customer(number, phone, Some(name)))
            .await
            .unwrap();
    }
    let search = async |text: &str| {
        let wanted = Wanted {
            search: Some(text.to_owned()),
            limit: 50,
            ..Wanted::default()
        };
        let page = book.page(tenant(), wanted).await.unwrap();
        page.customers
            .iter()
            .map(|customer| customer.id)
            .collect::<Vec<_>>()
    };
    assert_eq!(search("wanj").await, [customer(41), customer(42)]);
    assert_eq!(search(" KAM wanjirú").await, [customer(42)]);
    assert_eq!(search("am").await, [customer(41), customer(43)]);
    assert_eq!(search("0711").await, [customer(41), customer(42)]);
    assert_eq!(search("25472").await, [customer(43)]);
    assert_eq!(search("722000043 otieno").await, [customer(43)]);
    assert_eq!(search("mina").await, []);
    assert_eq!(search("%").await.len(), 5, "what has no letters finds everybody");
    let wanted = |after, limit| Wanted {
        after,
        limit,
        ..Wanted::default()
    };
    let first = book.page(tenant(), wanted(None, 2)).await.unwrap();
    assert_eq!((first.customers.len(), first.next), (2, Some(customer(2))));
    let rest = book.page(tenant(), wanted(first.next, 3)).await.unwrap();
    assert_eq!((rest.customers.len(), rest.next), (3, None));
    let exact = Wanted {
        phone: PhoneNumber::parse("0722000043").ok(),
        ..wanted(None, 1)
    };
    assert_eq!(
        book.page(tenant(), exact.clone()).await.unwrap().customers[0].id,
        customer(43)
    );
    assert_eq!(book.page(tenants()[1], exact).await.unwrap().customers, []);
    let before = book
        .file(tenant(), customer(43), NOW)
        .await
        .unwrap()
        .unwrap()
        .customer;
    let renamed = Amendment {
        name: Some(CustomerName::parse("Baraka").unwrap()),
        language: None,
    };
    book.amend(tenant(), customer(43), before.version, renamed)
        .await
        .unwrap();
    assert_eq!(
        (search("otieno").await, search("bara").await),
        (vec![], vec![customer(43)])
    );
}

async fn a_customers_file_tells_of_their_visits<I: ImportsUnderTest>(imports: &I) {
    let none = imports
        .customers()
        .file(tenant(), customer(1), NOW)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (none.history.upcoming, none.history.next_at, none.consents.len()),
        (0, None, 0)
    );
    for (number, hour) in [(1, 9), (2, 11), (3, 13), (4, 15)] {
        let builder = AppointmentBuilder::new(number, from_to((hour, 0), (hour + 1, 0)));
        let confirmed = builder.held(NOW).confirm(NOW).unwrap();
        let appointment = match number {
            1 => confirmed
                .start(at(9, 0), at(9, 0))
                .unwrap()
                .finish(at(10, 0), at(10, 0))
                .unwrap(),
            2 => confirmed.no_show(Money::kes_minor(0), at(11, 30)).unwrap(),
            _later => confirmed,
        };
        record(imports, &builder, appointment).await;
    }
    let file = imports
        .customers()
        .file(tenant(), customer(1), at(12, 0))
        .await
        .unwrap()
        .unwrap();
    let history = file.history;
    assert_eq!((history.upcoming, history.rendered, history.no_shows), (2, 1, 1));
    assert_eq!(
        (history.next_at, history.last_at),
        (Some(at(13, 0)), Some(at(9, 0)))
    );
    let later = imports
        .customers()
        .file(tenant(), customer(1), at(14, 0) + Duration::seconds(1))
        .await
        .unwrap();
    assert_eq!(later.unwrap().history.upcoming, 1);
    assert_eq!(
        imports
            .customers()
            .file(tenants()[1], customer(41), NOW)
            .await
            .unwrap(),
        None
    );
}
