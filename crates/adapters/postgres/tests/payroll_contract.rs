//! The payroll domain's book on PostgreSQL: the contract that the fake keeps too.

#![expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]

use std::sync::Arc;

use async_trait::async_trait;
use diesel::connection::SimpleConnection;
use diesel::sql_types::{Nullable, Text};
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use ratiba_kernel::test_support::{ManualClock, SeededIds, tenant};
use ratiba_kernel::{Currency, Money, TenantId};
use ratiba_payroll::account::Accounts;
use ratiba_payroll::earnings::{Earned, Mode};
use ratiba_payroll::employee::Link;
use ratiba_payroll::export::Way;
use ratiba_payroll::ports::PayrollBook;
use ratiba_payroll::test_support::{PayrollGround, amina, company, may, payroll_book_contract};
use ratiba_payroll::use_cases::{ExportOrder, OrderExport, OrderExportError};
use ratiba_payroll::{DocumentId, ExportId, PayMonth, StaffId};
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

#[derive(QueryableByName)]
struct Queued {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    id: uuid::Uuid,
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

    async fn lose_jobs(&self, tenant: TenantId) {
        let sql = format!("DELETE FROM jobs WHERE tenant_id = '{tenant}' AND kind = 'payroll.send'");
        self.server
            .connect_as_administrator()
            .batch_execute(&sql)
            .unwrap();
    }

    async fn jobs(&self, tenant: TenantId) -> Vec<ExportId> {
        let sql = format!(
            "SELECT (payload #>> '{{data,export}}')::uuid AS id FROM jobs
             WHERE tenant_id = '{tenant}' AND kind = 'payroll.send' ORDER BY 1"
        );
        let rows: Vec<Queued> = sql_query(sql)
            .load(&mut self.server.connect_as_administrator())
            .unwrap();
        rows.into_iter().map(|row| ExportId::from_uuid(row.id)).collect()
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

/// Everything that one order of May needs, for payroll's month `pay_period`.
fn order(book: &Arc<PgPayroll>, lane: u64) -> OrderExport {
    OrderExport {
        book: book.clone(),
        has_system: true,
        accounts: Accounts::new([(tenant(1), company())]).unwrap(),
        clock: Arc::new(ManualClock::default()),
        ids: Arc::new(SeededIds::lane(lane)),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_orders_at_once_for_several_months_of_payroll_one_has_each_line() {
    let ground = fresh();
    ground.hire(tenant(1), staff(), "Amina").await;
    ground.freeze(tenant(1), may(), earned()).await;
    let link = Link {
        staff: staff(),
        number: amina().number,
        external_id: None,
    };
    ground.book.link(tenant(1), link).await.unwrap();
    let orders = (0..8_u8).map(|number| {
        let order = order(&ground.book, 0x100 + u64::from(number));
        let pay_period: PayMonth = format!("2026-{:02}", 5 + number % 4).parse().unwrap();
        tokio::spawn(async move {
            let wanted = ExportOrder {
                month: may(),
                pay_period,
                way: Way::System,
                mode: Mode::Real,
                by: format!("token:{number}"),
            };
            order.execute(tenant(1), wanted).await
        })
    });
    let mut new = 0;
    for order in orders.collect::<Vec<_>>() {
        match order.await.unwrap() {
            Ok(ordered) => new += u32::from(ordered.new),
            Err(error) => assert_eq!(error, OrderExportError::Busy),
        }
    }
    assert_eq!(new, 1);
    let exports = ground.book.exports(tenant(1), may()).await.unwrap();
    assert_eq!(exports.len(), 1, "{exports:#?}");
    assert_eq!(ground.jobs(tenant(1)).await, [exports[0].id]);
}

fn staff() -> StaffId {
    StaffId::from_uuid(uuid::Uuid::from_u128(1))
}

fn earned() -> Earned {
    Earned {
        document: DocumentId::from_uuid(uuid::Uuid::from_u128(11)),
        amends: None,
        staff: staff(),
        name: "Amina".to_owned(),
        commission: Money::new(10_000, Currency::Kes),
        tip: Money::new(500, Currency::Kes),
        services: 3,
        basis_hash: [3; 32],
    }
}
