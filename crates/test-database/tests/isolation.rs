//! What a test may rely on: a database of its own, owned by a role without privileges, gone afterwards.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::{BigInt, Bool, Text};
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, sql_query};
use ratiba_test_database::TestDatabase;

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(QueryableByName)]
struct Role {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Bool)]
    privileged: bool,
}

fn who_am_i(url: &str) -> Role {
    sql_query(
        "SELECT rolname::text AS name, rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole AS privileged
         FROM pg_roles WHERE rolname = current_user",
    )
    .get_result(&mut PgConnection::establish(url).unwrap())
    .unwrap()
}

fn databases_named(observer: &mut PgConnection, name: &str) -> i64 {
    let sql = "SELECT count(*) AS count FROM pg_database WHERE datname = $1";
    sql_query(sql)
        .bind::<Text, _>(name)
        .get_result::<Count>(observer)
        .unwrap()
        .count
}

#[test]
fn a_change_in_one_database_is_not_seen_in_another() {
    let (one, other) = (TestDatabase::create(), TestDatabase::create());
    one.connect_as_owner()
        .batch_execute("CREATE TABLE only_here (id int)")
        .unwrap();
    assert!(
        other
            .connect_as_owner()
            .batch_execute("SELECT * FROM only_here")
            .is_err()
    );
}

#[test]
fn each_url_is_the_role_it_names_and_none_is_privileged() {
    let database = TestDatabase::create();
    for (url, name) in [
        (database.owner_url(), "ratiba_owner"),
        (database.app_url(), "ratiba_app"),
        (database.backup_url(), "ratiba_backup"),
    ] {
        let role = who_am_i(&url);
        assert_eq!(role.name, name);
        assert!(!role.privileged, "{name} has a privilege that it must not have");
    }
}

#[test]
fn the_template_is_migrated_and_an_unmigrated_database_is_not() {
    let applied = "SELECT count(*) AS count FROM __diesel_schema_migrations";
    let migrated = TestDatabase::create();
    sql_query(applied)
        .get_result::<Count>(&mut migrated.connect_as_owner())
        .unwrap();
    let bare = TestDatabase::create_unmigrated();
    assert!(
        sql_query(applied)
            .get_result::<Count>(&mut bare.connect_as_owner())
            .is_err()
    );
}

#[test]
fn a_database_goes_with_its_test_even_while_somebody_is_connected() {
    let observer = TestDatabase::create();
    let (name, _lingering) = {
        let database = TestDatabase::create();
        let connection = database.connect_as_app();
        assert_eq!(
            databases_named(&mut observer.connect_as_administrator(), database.name()),
            1
        );
        (database.name().to_owned(), connection)
    };
    assert_eq!(
        databases_named(&mut observer.connect_as_administrator(), &name),
        0
    );
}

#[test]
fn what_a_dead_test_left_is_swept_and_a_living_one_is_not() {
    let living = TestDatabase::create();
    let mut administrator = living.connect_as_administrator();
    let orphan = format!("ratiba_test_0_orphan_{}", std::process::id());
    administrator
        .batch_execute(&format!("CREATE DATABASE {orphan}"))
        .unwrap();
    let _next = TestDatabase::create();
    // Another test may be the one that sweeps it: its lock says when that is done.
    let swept = format!("SELECT pg_advisory_lock(hashtextextended('{orphan}', 0))");
    administrator.batch_execute(&swept).unwrap();
    assert_eq!(databases_named(&mut administrator, &orphan), 0);
    assert_eq!(databases_named(&mut administrator, living.name()), 1);
}
