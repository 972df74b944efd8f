use std::net::SocketAddr;

use super::*;

const BASE: &str = "
[api]
port = 8010
bind = '127.0.0.1'
hosts = ['one', 'two']
[log]
level = 'info'
";

fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn reader(pairs: &[(&str, &str)]) -> SettingsReader {
    SettingsReader::from_variables(BASE, variables(pairs))
}

#[derive(Debug)]
struct Settings {
    url: Secret,
    port: u16,
    bind: String,
    hosts: Vec<String>,
    follow: Option<SocketAddr>,
}

fn read(r: &mut SettingsReader) -> Option<Settings> {
    let url = r.secret("database.url", "where the rows are");
    let port = r.required("api.port", "port of the api");
    let bind = r.required("api.bind", "address of the api");
    let hosts = r.list("api.hosts", "names of the api");
    let follow = r.optional("clock.follow", "whose clock");
    r.optional::<String>("log.level", "how much is logged")?;
    Some(Settings {
        url: url?,
        port: port?,
        bind: bind?,
        hosts: hosts?,
        follow: follow?,
    })
}

fn faults(pairs: &[(&str, &str)]) -> String {
    reader(pairs).finish(read).unwrap_err().to_string()
}

#[test]
fn the_environment_wins_over_the_base() {
    let settings = reader(&[
        ("RATIBA__DATABASE__URL", "postgres://a:b@c/d"),
        ("RATIBA__API__PORT", "9000"),
        ("RATIBA__API__HOSTS", "three, four"),
        ("RATIBA__CLOCK__FOLLOW", "127.0.0.1:7"),
    ])
    .finish(read)
    .unwrap();
    assert_eq!(settings.port, 9000);
    assert_eq!(settings.bind, "127.0.0.1");
    assert_eq!(settings.hosts, ["three", "four"]);
    assert_eq!(settings.url.expose(), "postgres://a:b@c/d");
    assert_eq!(settings.follow, Some(SocketAddr::from(([127, 0, 0, 1], 7))));
}

#[test]
fn a_file_stands_between_the_base_and_the_environment() {
    let path = std::env::temp_dir().join(format!("ratiba-bootstrap-{}.toml", std::process::id()));
    std::fs::write(
        &path,
        "[api]\nport = 1\nbind = 'from-file'\n[database]\nurl = 'x'\n",
    )
    .unwrap();
    let settings = reader(&[
        ("RATIBA_CONFIG", path.to_str().unwrap()),
        ("RATIBA__API__PORT", "2"),
    ])
    .finish(read);
    std::fs::remove_file(&path).unwrap();
    let settings = settings.unwrap();
    assert_eq!((settings.port, settings.bind.as_str()), (2, "from-file"));
    assert_eq!(settings.hosts, ["one", "two"]);
}

#[test]
fn all_faults_are_told_at_once() {
    let told = faults(&[
        ("RATIBA__API__PORT", "eighty"),
        ("RATIBA__CLOCK__FOLLOW", "nowhere"),
        ("RATIBA__DATABSE__URL", "misspelled-secret"),
        ("RATIBA_CONFIG", "/nowhere/at/all.toml"),
    ]);
    for expected in [
        "api.port (RATIBA__API__PORT): is malformed",
        "clock.follow (RATIBA__CLOCK__FOLLOW): is malformed",
        "database.url (RATIBA__DATABASE__URL): is missing",
        "databse.url (RATIBA__DATABSE__URL): is not a setting of this process",
        "RATIBA_CONFIG: ",
        "(5 at fault)",
    ] {
        assert!(told.contains(expected), "{expected:?} is not in:\n{told}");
    }
}

#[test]
fn no_fault_shows_a_value() {
    let told = faults(&[
        ("RATIBA__DATABSE__URL", "hunter2"),
        ("RATIBA__API__PORT", "hunter2"),
    ]);
    assert!(!told.contains("hunter2"), "{told}");
}

#[test]
fn a_broken_file_is_told_without_its_content() {
    let path = std::env::temp_dir().join(format!("ratiba-bootstrap-broken-{}.toml", std::process::id()));
    std::fs::write(&path, "[database]\nurl = hunter2\n").unwrap();
    let told = faults(&[("RATIBA_CONFIG", path.to_str().unwrap())]);
    std::fs::remove_file(&path).unwrap();
    assert!(told.contains("RATIBA_CONFIG: is not valid TOML"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
}

#[test]
fn an_empty_variable_is_one_that_is_not_set() {
    let told = faults(&[("RATIBA__DATABASE__URL", "")]);
    assert!(
        told.contains("database.url (RATIBA__DATABASE__URL): is missing"),
        "{told}"
    );
}

#[test]
fn other_variables_are_nobodys_settings() {
    let settings = reader(&[
        ("RATIBA__DATABASE__URL", "x"),
        ("RATIBA_DATABASE_URL", "y"),
        ("RATIBA_DIR", "/somewhere"),
        ("ratiba__api__port", "7"),
        ("PATH", "/bin"),
    ])
    .finish(read)
    .unwrap();
    assert_eq!((settings.port, settings.url.expose()), (8010, "x"));
}

#[test]
fn a_fault_of_the_process_stops_the_start_too() {
    let told = reader(&[("RATIBA__DATABASE__URL", "x")])
        .finish(|r| {
            let settings = read(r);
            r.fault("api.bind", "must be loopback");
            settings
        })
        .unwrap_err();
    assert_eq!(told.0.len(), 1);
    assert!(
        told.to_string()
            .contains("api.bind (RATIBA__API__BIND): must be loopback")
    );
}

#[test]
fn a_secret_shows_nowhere_in_debug() {
    let reader = reader(&[("RATIBA__DATABASE__URL", "hunter2")]);
    assert!(!format!("{reader:?}").contains("hunter2"));
    let settings = reader.finish(read).unwrap();
    assert!(!format!("{settings:?}").contains("hunter2"));
}

#[test]
fn declarations_list_every_setting_with_its_default() {
    let declared = SettingsReader::declarations(BASE, read);
    let keys: Vec<_> = declared.iter().map(|d| d.key).collect();
    assert_eq!(
        keys,
        [
            "database.url",
            "api.port",
            "api.bind",
            "api.hosts",
            "clock.follow",
            "log.level"
        ]
    );
    assert_eq!(declared[0].variable(), "RATIBA__DATABASE__URL");
    assert!(declared[0].is_secret && declared[0].default.is_none());
    assert_eq!(declared[1].default.as_deref(), Some("8010"));
    assert_eq!(
        (declared[0].presence, declared[4].presence),
        (Presence::Required, Presence::Optional)
    );
}
