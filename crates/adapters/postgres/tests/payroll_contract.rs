//! The payroll domain's book on PostgreSQL: the contract that the fake keeps too.

#![expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]

use std::sync::Arc;

use async_trait::async_trait;
use diesel::connection::SimpleConnection;
use diesel::sql_types::{Nullable, Text};
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use ratiba_kernel::TenantId;
use ratiba_kernel::test_support::SeededIds;
use ratiba_payroll::earnings::Earned;
use ratiba_payroll::ports::PayrollBook;
use ratiba_payroll::test_support::{PayrollGround, payroll_book_contract};
use ratiba_payroll::{DocumentId, PayMonth, StaffId};
use ratiba_postgres::payroll::PgPayroll;
use ratiba_postgres::{Database, DatabaseSettings};
use ratiba_test_database::TestDatabase;

struct PgGround {
    server: TestDatabase,
    book: Arc<PgPayroll>,
}

fn fresh() -> PgGround {
    let server = TestDatabase::create();
    let settings = DatabaseSettings::new(server.app_url());
    let database = Database::new(&settings, Arc::new(SeededIds::lane(0xdb))).unwrap();
    PgGround {
        server,
        book: Arc::new(PgPayroll::new(database)),
    }
}

impl PgGround {
    fn run(&self, tenant: TenantId, statements: &str) {
        let mut connection = self.server.connect_as_app();
        let scope = format!("SELECT set_config('ratiba.current_tenant', '{tenant}', false); {statements}");
        connection.batch_execute(&scope).unwrap();
    }
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Nullable<Text>)]
    vendor_period_id: Option<String>,
}

#[async_trait(?Send)]
impl PayrollGround for PgGround {
    fn book(&self) -> Arc<dyn PayrollBook> {
        self.book.clone()
    }

    async fn hire(&self, tenant: TenantId, staff: StaffId, name: &str) {
        self.run(
            tenant,
            &format!(
                "INSERT INTO tenants (id, created_at) VALUES ('{tenant}', '2026-05-01Z') ON CONFLICT DO NOTHING;
                 INSERT INTO staff (tenant_id, id, name) VALUES ('{tenant}', '{staff}', '{name}')"
            ),
        );
    }

    async fn freeze(&self, tenant: TenantId, month: PayMonth, earned: Earned) {
        let (kind, amends) = match earned.amends {
            Some(amended) => ("amendment", format!("'{amended}'")),
            None => ("close", "NULL".to_owned()),
        };
        let hash: String = earned
            .basis_hash
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        self.run(
            tenant,
            &format!(
                "INSERT INTO commission_period (tenant_id, id, staff_id, period_start, period_end, type, amendment_of_id,
                     commission_kes_minor, tip_kes_minor, hours_worked, services_rendered_count, frozen_at, frozen_by,
                     content_hash, engine_version, rules)
                 VALUES ('{tenant}', '{}', '{}', '{first}', '{first}'::date + interval '1 month', '{kind}', {amends}, {}, {},
                     1, {}, '2026-06-01Z', 'system', '\\x{hash}', '1', '{{\"currency\": \"{}\", \"groups\": []}}')",
                earned.document,
                earned.staff,
                earned.commission.amount_minor(),
                earned.tip.amount_minor(),
                earned.services,
                earned.commission.currency().code(),
                first = month.first_day(),
            ),
        );
    }

    async fn vendor_period(&self, tenant: TenantId, document: DocumentId) -> Option<String> {
        let mut connection = self.server.connect_as_app();
        let scope = format!("SELECT set_config('ratiba.current_tenant', '{tenant}', false)");
        connection.batch_execute(&scope).unwrap();
        let sql = format!("SELECT vendor_period_id FROM commission_period WHERE id = '{document}'");
        let row: Named = sql_query(sql).get_result(&mut connection).unwrap();
        row.vendor_period_id
    }
}

#[tokio::test]
async fn postgres_keeps_the_contract_of_payrolls_book() {
    payroll_book_contract(async || fresh()).await;
}
