//! The staff domain's port on PostgreSQL: the contract that the fake keeps too.

#![expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]

use std::sync::Arc;

use async_trait::async_trait;
use diesel::connection::SimpleConnection;
use ratiba_kernel::TenantId;
use ratiba_kernel::test_support::{SeededIds, tenant};
use ratiba_postgres::staff::PgStaffDirectory;
use ratiba_postgres::{Database, DatabaseSettings};
use ratiba_staff::ports::{Change, StaffDirectory};
use ratiba_staff::test_support::{Ground, a_member, staff_directory_contract};
use ratiba_test_database::TestDatabase;

struct PgGround {
    server: TestDatabase,
    directory: Arc<PgStaffDirectory>,
}

fn fresh() -> PgGround {
    let server = TestDatabase::create();
    let settings = DatabaseSettings::new(server.app_url());
    let database = Database::new(&settings, Arc::new(SeededIds::lane(0xdb))).unwrap();
    PgGround {
        server,
        directory: Arc::new(PgStaffDirectory::new(database)),
    }
}

impl PgGround {
    fn run(&self, tenant: TenantId, statements: &str) {
        let mut connection = self.server.connect_as_app();
        let scope = format!("SELECT set_config('ratiba.current_tenant', '{tenant}', false); {statements}");
        connection.batch_execute(&scope).unwrap();
    }
}

#[async_trait(?Send)]
impl Ground for PgGround {
    fn directory(&self) -> Arc<dyn StaffDirectory> {
        Arc::<PgStaffDirectory>::clone(&self.directory)
    }

    async fn open(&self, tenant: TenantId) {
        self.run(
            tenant,
            &format!("INSERT INTO tenants (id, created_at) VALUES ('{tenant}', '2026-05-01Z')"),
        );
    }
}

#[tokio::test]
async fn postgres_keeps_the_contract() {
    staff_directory_contract(async || fresh()).await;
}

#[tokio::test]
async fn an_impossible_row_is_an_outage_that_names_it_and_shows_no_value() {
    let ground = fresh();
    ground.open(tenant(1)).await;
    let member = a_member(1);
    ground
        .directory
        .record(
            tenant(1),
            Change {
                member: member.clone(),
            },
        )
        .await
        .unwrap();
    ground.run(tenant(1), "UPDATE staff SET nssf_number = 'secret-123'");
    let told = format!(
        "{:?}",
        ground.directory.find(tenant(1), member.id).await.unwrap_err()
    );
    assert!(
        told.contains("staff") && told.contains(&member.id.to_string()),
        "{told}"
    );
    assert!(
        told.contains("NssfNumber") && !told.contains("secret-123"),
        "{told}"
    );
}
