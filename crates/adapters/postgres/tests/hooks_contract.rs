//! The integrations domain's book on PostgreSQL: the contract that the fake keeps too.

#![expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]

use std::sync::Arc;

use async_trait::async_trait;
use diesel::connection::SimpleConnection;
use diesel::sql_types::{Text, Timestamptz};
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use ratiba_integrations::endpoint::ENDPOINTS_MAX;
use ratiba_integrations::ports::{HookBook, RecordError};
use ratiba_integrations::test_support::{HookStage, endpoint, hook_book_contract, kept, secret_order};
use ratiba_kernel::TenantId;
use ratiba_kernel::test_support::{EPOCH, SeededIds, tenant};
use ratiba_postgres::hooks::PgHooks;
use ratiba_postgres::{Database, DatabaseSettings};
use ratiba_test_database::TestDatabase;
use time::OffsetDateTime;

struct PgStage {
    server: TestDatabase,
    book: Arc<PgHooks>,
}

fn fresh() -> PgStage {
    let server = TestDatabase::create();
    let settings = DatabaseSettings::new(server.app_url());
    let database = Database::new(&settings, Arc::new(SeededIds::lane(0xdb))).unwrap();
    let mut connection = server.connect_as_app();
    for us in [tenant(1), tenant(2)] {
        connection
            .batch_execute(&format!(
                "INSERT INTO tenants (id, created_at) VALUES ('{us}', '2026-05-12Z')"
            ))
            .unwrap();
    }
    PgStage {
        server,
        book: Arc::new(PgHooks::new(database)),
    }
}

#[derive(QueryableByName)]
struct Queued {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Timestamptz)]
    run_at: OffsetDateTime,
}

#[async_trait(?Send)]
impl HookStage for PgStage {
    fn book(&self) -> Arc<dyn HookBook> {
        self.book.clone()
    }

    async fn queued(&self, tenant: TenantId) -> Vec<(String, OffsetDateTime)> {
        let rows = sql_query(format!(
            "SELECT kind, run_at FROM jobs WHERE tenant_id = '{tenant}' ORDER BY run_at, seq"
        ))
        .load::<Queued>(&mut self.server.connect_as_app())
        .unwrap();
        rows.into_iter().map(|row| (row.kind, row.run_at)).collect()
    }
}

#[tokio::test]
async fn the_book_of_endpoints_keeps_its_promises() {
    hook_book_contract(async || fresh()).await;
}

#[tokio::test]
async fn no_race_adds_more_endpoints_than_there_may_be() {
    let stage = fresh();
    let us = tenant(1);
    let adding = (0..30_u64).map(|number| {
        let book = stage.book.clone();
        tokio::spawn(async move { book.add(us, endpoint(number), ENDPOINTS_MAX).await })
    });
    let mut refused = 0;
    for one in adding.collect::<Vec<_>>() {
        match one.await.unwrap() {
            Ok(None) => {}
            Err(RecordError::TooMany) => refused += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(refused, 10);
    assert_eq!(stage.book.endpoints(us).await.unwrap().len(), ENDPOINTS_MAX);
}

#[tokio::test]
async fn a_secret_stands_in_its_row_in_one_form_and_whole() {
    let (stage, us) = (fresh(), tenant(1));
    let wanted = endpoint(1).rotated(kept(8), secret_order("rotate"), EPOCH);
    stage.book.add(us, wanted.clone(), 20).await.unwrap();
    let mut administrator = stage.server.connect_as_administrator();
    for change in [
        "secret = decode(repeat('ab', 32), 'hex')",
        "secret_key_id = NULL",
        "secret_ciphertext = NULL",
        "secret_ciphertext = substr(secret_ciphertext, 1, 47)",
        "secret_before = decode(repeat('ab', 32), 'hex')",
        "secret_before_nonce = NULL",
        "secret_before_until = NULL",
        "secret_before_key_id = NULL, secret_before_nonce = NULL, secret_before_ciphertext = NULL",
    ] {
        let refused = administrator.batch_execute(&format!("UPDATE webhook_endpoints SET {change}"));
        assert!(refused.is_err(), "{change}");
    }
    assert_eq!(stage.book.endpoint(us, wanted.id).await.unwrap(), Some(wanted));
}
