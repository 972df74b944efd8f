use super::*;

#[test]
fn only_the_role_and_the_database_change() {
    let url = ServerUrl::parse("postgresql://admin:p%40ss@[::1]:5433/main?sslmode=require").unwrap();
    assert_eq!(
        url.administrator(),
        "postgres://admin:p%40ss@[::1]:5433/main?sslmode=require"
    );
    assert_eq!(
        url.role_in("app", "pw", "mine"),
        "postgres://app:pw@[::1]:5433/mine?sslmode=require"
    );
}

#[test]
fn the_database_may_be_left_out() {
    let url = ServerUrl::parse("postgres://admin@localhost").unwrap();
    assert_eq!(url.administrator(), "postgres://admin@localhost/postgres");
    assert_eq!(url.administrator_in("mine"), "postgres://admin@localhost/mine");
}

#[test]
fn what_names_no_user_and_host_is_refused() {
    for malformed in [
        "host=localhost user=admin",
        "postgres://localhost/main",
        "mysql://a@b/c",
        "postgres://@b/c",
        "",
    ] {
        assert!(ServerUrl::parse(malformed).is_none(), "{malformed}");
    }
}
