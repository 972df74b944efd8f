use super::*;

#[test]
fn only_the_role_and_the_database_of_a_url_change() {
    let location = Location::parse("postgres://admin:p@h:1/db?sslmode=require").unwrap();
    assert_eq!(
        location.url("app", "pw", "mine"),
        "postgres://app:pw@h:1/mine?sslmode=require"
    );
}

#[test]
fn a_url_without_user_or_host_is_refused() {
    for malformed in [
        "host=h user=u",
        "postgres://h/db",
        "postgres://@h/db",
        "postgres://u@/db",
    ] {
        assert!(Location::parse(malformed).is_err(), "{malformed}");
    }
}

#[test]
fn a_private_server_leaves_neither_process_nor_directory_nor_port() {
    let server = match Server::from_programs(Purpose::Stack).unwrap() {
        Some(server) => server,
        None => Server::in_container(Purpose::Stack)
            .unwrap()
            .expect("this test needs server programs or a container engine"),
    };
    let port = server.port().unwrap();
    assert!(server.describe().contains("private"));
    assert!(!machine::port_is_free(port));
    server.stop().unwrap();
    assert!(machine::port_is_free(port));
}
