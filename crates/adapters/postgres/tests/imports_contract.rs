//! Imports and customers on a real server: the contract that the fakes keep too, the search's speed, and races.

#![expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]

use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use ratiba_booking::appointment::Version;
use ratiba_booking::catalogue::{CustomerId, Service};
use ratiba_booking::customers::{CustomerBook, NewCustomer, Wanted};
use ratiba_booking::import::catalogue::Stocked;
use ratiba_booking::import::catalogue::plan::CatalogueChange;
use ratiba_booking::import::ports::{Effect, ImportBook, ImportChange, ImportGround};
use ratiba_booking::import::{Import, ImportState, Rows};
use ratiba_booking::ports::AppointmentBook;
use ratiba_booking::test_support::builders::{NOW, a_service, customer, service, staff, tenants};
use ratiba_booking::test_support::import_contracts::ImportsUnderTest;
use ratiba_booking::test_support::imports_contract;
use ratiba_kernel::test_support::SeededIds;
use ratiba_kernel::{PhoneNumber, TenantId};
use ratiba_postgres::booking::{PgAppointmentBook, PgCustomers, PgImports};
use ratiba_postgres::{Database, DatabaseSettings};
use ratiba_test_database::TestDatabase;
use time::OffsetDateTime;

struct Server {
    database: TestDatabase,
    imports: PgImports,
    customers: PgCustomers,
    book: PgAppointmentBook,
}

impl Server {
    fn start() -> Self {
        let database = TestDatabase::create();
        arrange(&database);
        // Many at once wait for one another for as long as a busy machine takes.
        let settings = DatabaseSettings {
            wait_ms: 30_000,
            ..DatabaseSettings::new(database.app_url())
        };
        let pool = Database::new(&settings, Arc::new(SeededIds::lane(9))).unwrap();
        Self {
            imports: PgImports::new(pool.clone()),
            customers: PgCustomers::new(pool.clone()),
            book: PgAppointmentBook::new(pool),
            database,
        }
    }

    fn run(&self, tenant: TenantId, script: &str) {
        let script =
            format!("BEGIN; SELECT set_config('ratiba.current_tenant', '{tenant}', true); {script}; COMMIT;");
        self.database.connect_as_app().batch_execute(&script).unwrap();
    }
}

/// Two tenants, each with services and customers 1 and 2 and staff 1 to 3.
fn arrange(database: &TestDatabase) {
    let mut conn = database.connect_as_app();
    for tenant in tenants() {
        let mut script = format!(
            "BEGIN; SELECT set_config('ratiba.current_tenant', '{tenant}', true);
             INSERT INTO tenants (id, created_at) VALUES ('{tenant}', '2026-01-01Z');
             INSERT INTO tenant_settings (tenant_id, business_name, zone, currency)
                VALUES ('{tenant}', 'Aria Aura', 'Africa/Nairobi', 'KES');"
        );
        for number in 1..=3 {
            script += &format!(
                "INSERT INTO staff (tenant_id, id, name) VALUES ('{tenant}', '{}', 'Staff {number}');",
                staff(number)
            );
        }
        for number in 1..=2 {
            script += &format!(
                "INSERT INTO customers (tenant_id, id, phone, created_at)
                    VALUES ('{tenant}', '{}', '+25470000000{number}', '2026-05-12 05:00Z');
                 INSERT INTO services (tenant_id, id, name, category, price_minor, currency, segments)
                    VALUES ('{tenant}', '{}', 'Service {number}', 'massage', 350000, 'KES',
                    '[{{\"minutes\": 60, \"staff\": true, \"resource_kind\": null, \"client\": true}}]');",
                customer(number),
                service(number),
            );
        }
        conn.batch_execute(&(script + "COMMIT;")).unwrap();
    }
}

impl ImportsUnderTest for Server {
    fn imports(&self) -> &dyn ImportBook {
        &self.imports
    }

    fn ground(&self) -> &dyn ImportGround {
        &self.imports
    }

    fn customers(&self) -> &dyn CustomerBook {
        &self.customers
    }

    fn book(&self) -> &dyn AppointmentBook {
        &self.book
    }

    async fn opt_out(&self, tenant: TenantId, id: CustomerId, at: OffsetDateTime) {
        self.run(
            tenant,
            &format!("UPDATE customers SET opted_out_at = '{at}' WHERE id = '{id}'"),
        );
    }
}

#[tokio::test]
async fn postgres_keeps_the_contract_of_imports() {
    imports_contract(async || Server::start()).await;
}

#[tokio::test]
async fn whoever_changes_what_is_shown_raises_the_version() {
    let server = Server::start();
    let tenant = tenants()[0];
    let version = async || {
        let file = server
            .customers
            .file(tenant, customer(1), NOW)
            .await
            .unwrap()
            .unwrap();
        file.customer.version.number()
    };
    let id = customer(1);
    server.run(
        tenant,
        &format!("UPDATE customers SET in_cohort = true WHERE id = '{id}'"),
    );
    assert_eq!(version().await, 1, "the cohort is not shown");
    server.run(
        tenant,
        &format!("UPDATE customers SET name = 'Amina' WHERE id = '{id}'"),
    );
    assert_eq!(version().await, 2);
    server.run(
        tenant,
        &format!("UPDATE customers SET name = 'Amina' WHERE id = '{id}'"),
    );
    assert_eq!(version().await, 2, "nothing changed");
}

#[derive(QueryableByName)]
struct Raised {
    #[diesel(sql_type = diesel::sql_types::Integer)]
    version: i32,
}

#[tokio::test]
async fn who_renders_an_imported_service_or_no_longer_does_has_another_version() {
    let server = Server::start();
    let tenant = tenants()[0];
    let versions = || {
        let mut conn = server.database.connect_as_app();
        conn.batch_execute(&format!(
            "SELECT set_config('ratiba.current_tenant', '{tenant}', false)"
        ))
        .unwrap();
        let rows = sql_query("SELECT version FROM staff ORDER BY id").load::<Raised>(&mut conn);
        rows.unwrap()
            .into_iter()
            .map(|row| row.version)
            .collect::<Vec<_>>()
    };
    let before = versions();
    let stocked = |number: u64, version, staff| Stocked {
        service: Service {
            staff,
            ..a_service(number, 45)
        },
        description: None,
        version,
    };
    let apply = async |number: u128, services| {
        let import = Import {
            id: ratiba_kernel::Id::from_uuid(uuid::Uuid::from_u128(number)),
            rows: Rows::Catalogue(Vec::new()),
            ignored: Vec::new(),
            state: ImportState::InReview,
            created_at: NOW,
            version: Version::NEW,
        };
        server.imports.open(tenant, import.clone()).await.unwrap();
        let effect = Effect::Catalogue(CatalogueChange { services });
        let version = Version::NEW.next();
        let import = Import { version, ..import };
        let change = ImportChange {
            import,
            at: NOW,
            effect,
        };
        server.imports.record(tenant, change).await.unwrap();
    };
    apply(1, vec![stocked(7, Version::NEW, [staff(1), staff(2)].into())]).await;
    assert_eq!(versions(), [before[0] + 1, before[1] + 1, before[2]]);
    apply(
        2,
        vec![stocked(7, Version::NEW.next(), [staff(2), staff(3)].into())],
    )
    .await;
    assert_eq!(versions(), [before[0] + 2, before[1] + 1, before[2] + 1]);
}

#[tokio::test]
async fn two_who_add_one_number_at_once_add_one_customer() {
    let server = Server::start();
    let tenant = tenants()[0];
    let adding = (0..16_u64).map(|number| {
        let customers = server.customers.clone();
        tokio::spawn(async move {
            let new = NewCustomer {
                id: customer(100 + number),
                phone: PhoneNumber::parse("0712345678").unwrap(),
                name: None,
                language: None,
                at: NOW,
            };
            customers.add(tenant, new).await.unwrap()
        })
    });
    for added in adding.collect::<Vec<_>>() {
        added.await.unwrap();
    }
    let wanted = Wanted {
        phone: PhoneNumber::parse("0712345678").ok(),
        limit: 200,
        ..Wanted::default()
    };
    assert_eq!(
        server
            .customers
            .page(tenant, wanted)
            .await
            .unwrap()
            .customers
            .len(),
        1
    );
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    line: String,
}

#[tokio::test]
async fn a_search_among_fifty_thousand_reads_no_more_than_what_begins_so() {
    let server = Server::start();
    let tenant = tenants()[0];
    server.run(
        tenant,
        &format!(
            "INSERT INTO customers (tenant_id, id, phone, name, created_at)
             SELECT '{tenant}', gen_random_uuid(), '+2547' || lpad(n::text, 8, '0'),
                'Customer ' || chr(97 + n % 26) || chr(97 + n / 26 % 26) || chr(97 + n / 676 % 26) || ' Kamau', '2026-01-01Z'
             FROM generate_series(10000000, 10049999) AS n"
        ),
    );
    server
        .database
        .connect_as_owner()
        .batch_execute("ANALYZE customers; ANALYZE customer_words")
        .unwrap();
    let search = |text: &str| Wanted {
        search: Some(text.to_owned()),
        limit: 50,
        ..Wanted::default()
    };
    let page = server.customers.page(tenant, search("abc kam")).await.unwrap();
    assert!(!page.customers.is_empty(), "somebody is called that");
    assert_eq!(
        server
            .customers
            .page(tenant, search("0710000123"))
            .await
            .unwrap()
            .customers
            .len(),
        1
    );
    let mut conn = server.database.connect_as_app();
    conn.batch_execute(&format!(
        "SELECT set_config('ratiba.current_tenant', '{tenant}', false)"
    ))
    .unwrap();
    let plan = sql_query(format!(
        "EXPLAIN SELECT w.customer_id FROM customer_words w
         WHERE w.tenant_id = '{tenant}' AND w.word >= 'abc' COLLATE \"C\" AND w.word < 'abd' COLLATE \"C\""
    ))
    .load::<Line>(&mut conn)
    .unwrap();
    let plan = plan
        .into_iter()
        .map(|row| row.line)
        .collect::<Vec<_>>()
        .join("\n");
    assert!(
        plan.contains("Index Cond") && plan.contains("word >="),
        "the index serves under the policy: {plan}"
    );
}
