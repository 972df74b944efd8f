use super::*;

#[test]
fn a_url_is_taken_apart_and_pointed_at_another_database() {
    let url = "postgres://ratiba_owner:p%40s%3A@db.example:6432/main?sslmode=verify-full";
    let location = Location::parse(url, Some(OWNER)).unwrap();
    assert_eq!(location.password.as_ref().map(Secret::expose), Some("p@s:"));
    assert_eq!(location.database, "main");
    assert_eq!(
        location.in_database("a b/c"),
        "postgres://ratiba_owner:p%40s%3A@db.example:6432/a%20b%2Fc?sslmode=verify-full"
    );
}

#[test]
fn a_poolers_user_name_is_still_the_role() {
    assert!(Location::parse("postgres://ratiba_app.project:x@pooler/main", Some(APP)).is_some());
}

#[test]
fn another_role_or_half_a_url_is_refused() {
    for malformed in [
        "postgres://postgres:x@host/main",
        "postgres://ratiba_apple:x@host/main",
        "postgres://ratiba_app:x@host",
        "postgres://ratiba_app:x@host/",
        "postgres://ratiba_app:%zz@host/main",
        "host=localhost user=ratiba_app",
    ] {
        assert!(Location::parse(malformed, Some(APP)).is_none(), "{malformed}");
    }
}

#[test]
fn every_migration_is_printed_in_order() {
    let names: Vec<&str> = TEXTS.iter().map(|(name, _)| *name).collect();
    assert!(names.is_sorted());
    assert!(names.contains(&"0012_m13_commission_period"));
    assert!(TEXTS.iter().all(|(_, up)| !up.trim().is_empty()));
}
