//! The stream of events misses nothing, whoever commits when.

#![expect(clippy::unwrap_used, reason = "a test that cannot be arranged fails")]

use std::sync::Arc;

use diesel::connection::SimpleConnection;
use ratiba_kernel::test_support::{SeededIds, tenant};
use ratiba_postgres::feed::{self, Position, Standing};
use ratiba_postgres::{Database, DatabaseSettings};
use ratiba_test_database::TestDatabase;
use uuid::Uuid;

struct Stage {
    server: TestDatabase,
    database: Database,
}

impl Stage {
    fn new() -> Self {
        let server = TestDatabase::create();
        let settings = DatabaseSettings::new(server.app_url());
        let database = Database::new(&settings, Arc::new(SeededIds::lane(0xdb))).unwrap();
        let mut connection = server.connect_as_app();
        for us in [tenant(1), tenant(2)] {
            let made = format!("INSERT INTO tenants (id, created_at) VALUES ('{us}', '2026-05-12Z')");
            connection.batch_execute(&made).unwrap();
        }
        Self { server, database }
    }

    /// Begins a transaction that writes events, and leaves it open.
    fn write(&self, of: u64, numbers: &[u128]) -> diesel::PgConnection {
        let mut connection = self.server.connect_as_app();
        let us = tenant(of);
        connection
            .batch_execute(&format!(
                "BEGIN; SELECT set_config('ratiba.current_tenant', '{us}', true)"
            ))
            .unwrap();
        for number in numbers {
            let id = Uuid::from_u128(*number);
            connection
                .batch_execute(&format!(
                    "INSERT INTO outbox (tenant_id, id, topic, payload, occurred_at)
                     VALUES ('{us}', '{id}', 'test', '{{}}', '2026-05-12Z')"
                ))
                .unwrap();
        }
        connection
    }

    async fn read(&self, of: u64, at: &mut Position) -> Vec<u128> {
        let fed = feed::after(&self.database, tenant(of), *at, 100).await.unwrap();
        if let Some(last) = fed.last() {
            *at = last.position;
        }
        fed.iter().map(|one| one.id.as_u128()).collect()
    }

    /// Reads until so many came: whoever else uses the server may hold the stream up for a moment.
    async fn read_all(&self, of: u64, at: &mut Position, wanted: usize) -> Vec<u128> {
        let mut all = Vec::new();
        while all.len() < wanted {
            all.extend(self.read(of, at).await);
        }
        all
    }
}

#[tokio::test]
async fn what_commits_later_under_a_smaller_number_is_not_missed() {
    let stage = Stage::new();
    let mut at = feed::head(&stage.database, tenant(1)).await.unwrap();
    // The first draws its numbers first and commits last.
    let mut first = stage.write(1, &[1, 2]);
    let mut second = stage.write(1, &[3]);
    second.batch_execute("COMMIT").unwrap();
    let seen = stage.read(1, &mut at).await;
    assert_eq!(
        seen,
        Vec::<u128>::new(),
        "as long as an older one runs, a newer one waits"
    );
    first.batch_execute("COMMIT").unwrap();
    assert_eq!(stage.read_all(1, &mut at, 3).await, [1, 2, 3]);
    assert_eq!(
        stage.read(1, &mut at).await,
        Vec::<u128>::new(),
        "each comes once"
    );
}

#[tokio::test]
async fn what_is_rolled_back_never_comes_and_holds_nobody_up() {
    let stage = Stage::new();
    let mut at = feed::head(&stage.database, tenant(1)).await.unwrap();
    let mut first = stage.write(1, &[1]);
    let mut second = stage.write(1, &[2]);
    second.batch_execute("COMMIT").unwrap();
    first.batch_execute("ROLLBACK").unwrap();
    assert_eq!(stage.read_all(1, &mut at, 1).await, [2]);
}

#[tokio::test]
async fn a_transaction_of_somebody_else_is_waited_for_and_its_events_are_theirs() {
    let stage = Stage::new();
    let (mut ours, mut theirs) = (
        feed::head(&stage.database, tenant(1)).await.unwrap(),
        feed::head(&stage.database, tenant(2)).await.unwrap(),
    );
    let mut other = stage.write(2, &[1]);
    stage.write(1, &[2]).batch_execute("COMMIT").unwrap();
    other.batch_execute("COMMIT").unwrap();
    assert_eq!(stage.read_all(1, &mut ours, 1).await, [2]);
    assert_eq!(stage.read_all(2, &mut theirs, 1).await, [1]);
}

#[tokio::test]
async fn many_writers_at_once_lose_nothing_and_nothing_comes_twice() {
    let stage = Stage::new();
    let mut at = feed::head(&stage.database, tenant(1)).await.unwrap();
    let writers: Vec<_> = (0..8_u128)
        .map(|writer| {
            let url = stage.server.app_url();
            std::thread::spawn(move || {
                use diesel::Connection as _;
                let mut connection = diesel::PgConnection::establish(&url).unwrap();
                let us = tenant(1);
                for number in 0..40_u128 {
                    let id = Uuid::from_u128(1 + writer * 1_000 + number);
                    let end = if number % 7 == 3 { "ROLLBACK" } else { "COMMIT" };
                    connection
                        .batch_execute(&format!(
                            "BEGIN; SELECT set_config('ratiba.current_tenant', '{us}', true);
                             INSERT INTO outbox (tenant_id, id, topic, payload, occurred_at)
                                 VALUES ('{us}', '{id}', 'test', '{{}}', '2026-05-12Z');
                             SELECT pg_sleep(0.001 * ((hashtext('{id}') & 7)::float)); {end}"
                        ))
                        .unwrap();
                }
            })
        })
        .collect();
    let mut wanted: Vec<u128> = (0..8_u128)
        .flat_map(|writer| {
            (0..40)
                .filter(|number| number % 7 != 3)
                .map(move |number| 1 + writer * 1_000 + number)
        })
        .collect();
    let mut seen = stage.read_all(1, &mut at, wanted.len()).await;
    for writer in writers {
        writer.join().unwrap();
    }
    assert_eq!(stage.read(1, &mut at).await, Vec::<u128>::new());
    seen.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(seen, wanted);
}

#[tokio::test]
async fn a_reader_is_told_where_it_stands() {
    let stage = Stage::new();
    let begin = feed::head(&stage.database, tenant(1)).await.unwrap();
    stage.write(1, &[1, 2, 3]).batch_execute("COMMIT").unwrap();
    let standing = async |at, most| {
        feed::standing(&stage.database, tenant(1), at, most)
            .await
            .unwrap()
    };
    assert_eq!(standing(begin, 3).await, Standing::Behind(3));
    assert_eq!(standing(begin, 2).await, Standing::TooFar);
    let future: Position = "7fffffffffff-1".parse().unwrap();
    assert_eq!(standing(future, 2).await, Standing::Elsewhere);
    for text in ["", "1", "-", "x-1", "1-x", "-1-1", "+1-1", "1-ffffffffffffffff"] {
        assert!(text.parse::<Position>().is_err(), "{text}");
    }
    assert_eq!(begin.to_string().parse(), Ok(begin));
}
