use super::*;

const GOOD: [(&str, &str); 13] = [
    ("RATIBA__ENVIRONMENT", "development"),
    (
        "RATIBA__DATABASE__URL",
        "postgres://ratiba_app:pw@127.0.0.1:5432/ratiba",
    ),
    ("RATIBA__CLOCK__FOLLOW", "127.0.0.1:9000"),
    ("RATIBA__PUBLIC__BASE_URL", "http://127.0.0.1:8010"),
    ("RATIBA__WHATSAPP__BASE_URL", "http://127.0.0.1:8020"),
    ("RATIBA__WHATSAPP__APP_SECRET", "s1"),
    ("RATIBA__WHATSAPP__VERIFY_TOKEN", "s2"),
    ("RATIBA__WHATSAPP__ACCESS_TOKEN", "s3"),
    ("RATIBA__DARAJA__BASE_URL", "http://127.0.0.1:8020"),
    ("RATIBA__DARAJA__CONSUMER_KEY", "s4"),
    ("RATIBA__DARAJA__CONSUMER_SECRET", "s5"),
    ("RATIBA__DARAJA__SHORT_CODE", "654321"),
    ("RATIBA__DARAJA__PASSKEY", "s6"),
];

fn read(changes: &[(&str, &str)]) -> Result<SharedSettings, String> {
    let mut variables: Vec<(String, String)> = GOOD
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    for (name, value) in changes {
        variables.retain(|(known, _)| known != name);
        variables.push(((*name).to_owned(), (*value).to_owned()));
    }
    SettingsReader::from_variables(crate::BASE_SETTINGS, variables)
        .finish(SharedSettings::read)
        .map_err(|errors| errors.to_string())
}

#[test]
fn good_settings_are_taken() {
    let settings = read(&[]).unwrap();
    assert_eq!(settings.environment, Environment::Development);
    assert!(
        settings.daraja.sandbox,
        "the sandbox is the default until the go-live review"
    );
}

#[test]
fn every_fault_is_named_at_once_and_no_secret_is() {
    let faults = read(&[
        ("RATIBA__DATABASE__URL", "hunter2"),
        ("RATIBA__DARAJA__BASE_URL", "ftp://x"),
        ("RATIBA__WHATSAPP__VERIFY_TOKEN", ""),
        ("RATIBA__DATABASE__CONNECTIONS_MAX", "0"),
        ("RATIBA__COLOUR", "red"),
    ])
    .err()
    .unwrap();
    for name in [
        "DATABASE__URL",
        "DARAJA__BASE_URL",
        "WHATSAPP__VERIFY_TOKEN",
        "COLOUR",
    ] {
        assert!(faults.contains(name), "{name} is not in: {faults}");
    }
    assert!(!faults.contains("hunter2"), "{faults}");
}

#[test]
fn production_follows_no_movable_clock() {
    assert!(
        read(&[("RATIBA__ENVIRONMENT", "production")])
            .err()
            .unwrap()
            .contains("CLOCK__FOLLOW")
    );
}

#[test]
fn the_movable_clock_is_on_loopback() {
    assert!(
        read(&[("RATIBA__CLOCK__FOLLOW", "10.0.0.1:9000")])
            .err()
            .unwrap()
            .contains("CLOCK__FOLLOW")
    );
}

#[test]
fn a_remote_database_must_prove_who_it_is() {
    let remote = "postgres://ratiba_app:pw@db.example.org/ratiba";
    assert!(read(&[("RATIBA__DATABASE__URL", remote)]).is_err());
    assert!(read(&[("RATIBA__DATABASE__URL", &format!("{remote}?sslmode=verify-full"))]).is_ok());
    assert!(read(&[("RATIBA__DATABASE__LISTEN_URL", remote)]).is_err());
    for sly in [
        "postgres://ratiba_app@/ratiba?host=db.example.org",
        "postgres://ratiba_app@127.0.0.1/ratiba?hostaddr=203.0.113.7",
        "postgres://ratiba_app:sslmode=verify-full@db.example.org/ratiba",
        "postgres://ratiba_app@db.example.org/ratiba?application_name=sslmode=verify-full",
        "postgres://ratiba_app@127.0.0.1,db.example.org/ratiba",
    ] {
        assert!(read(&[("RATIBA__DATABASE__URL", sly)]).is_err(), "{sly}");
    }
}

#[test]
fn where_real_money_moves_no_message_may_say_that_none_does() {
    let real = [
        ("RATIBA__DARAJA__BASE_URL", "https://api.safaricom.co.ke"),
        ("RATIBA__PUBLIC__BASE_URL", "https://spa.example"),
    ];
    let faults = read(&real).err().unwrap();
    assert!(faults.contains("DARAJA__SANDBOX"), "{faults}");
    let live = [&real[..], &[("RATIBA__DARAJA__SANDBOX", "false")]].concat();
    assert!(!read(&live).unwrap().daraja.sandbox);
}

#[test]
fn production_talks_to_providers_over_tls_only() {
    let faults = read(&[
        ("RATIBA__ENVIRONMENT", "production"),
        ("RATIBA__CLOCK__FOLLOW", ""),
    ])
    .err()
    .unwrap();
    for name in ["PUBLIC__BASE_URL", "WHATSAPP__BASE_URL", "DARAJA__BASE_URL"] {
        assert!(faults.contains(name), "{name} is not in: {faults}");
    }
}

#[test]
fn what_daraja_would_refuse_is_refused_at_the_start() {
    let short = read(&[
        ("RATIBA__DARAJA__SHORT_CODE", "1"),
        ("RATIBA__DATABASE__CONNECTIONS_MAX", "0"),
    ]);
    let faults = short.err().unwrap();
    assert!(
        faults.contains("DARAJA__SHORT_CODE") && faults.contains("CONNECTIONS_MAX"),
        "{faults}"
    );
    let alone = SettingsReader::from_variables(
        crate::BASE_SETTINGS,
        [
            ("RATIBA__DARAJA__SHORT_CODE".to_owned(), "1".to_owned()),
            (
                "RATIBA__PUBLIC__BASE_URL".to_owned(),
                "https://query.example.co.ke".to_owned(),
            ),
        ],
    );
    let faults = alone.finish(SharedSettings::read).err().unwrap().to_string();
    for name in ["DARAJA__SHORT_CODE", "PUBLIC__BASE_URL", "DARAJA__PASSKEY"] {
        assert!(
            faults.contains(name),
            "{name} is hidden by what is missing: {faults}"
        );
    }
    let word = read(&[("RATIBA__PUBLIC__BASE_URL", "https://query.example.co.ke")]);
    assert!(word.err().unwrap().contains("PUBLIC__BASE_URL"));
}

const TENANTS: [&str; 2] = [
    "00000000-0000-0000-0000-000000000001",
    "00000000-0000-0000-0000-000000000002",
];

/// The settings of payroll's system for these companies and tokens.
fn payroll(companies: &str, tokens: &str) -> Result<SharedSettings, String> {
    read(&[
        ("RATIBA__PAYROLL__BASE_URL", "http://127.0.0.1:8020/workpay"),
        ("RATIBA__PAYROLL__COMPANIES", companies),
        ("RATIBA__PAYROLL__TOKENS", tokens),
    ])
}

#[test]
fn each_business_has_an_account_of_its_own_at_payroll_or_none() {
    let [one, other] = TENANTS;
    let both = format!("{one}=ONE-SPA, {other}=OTHER-SPA");
    let settings = payroll(&both, "ONE-SPA=t1,OTHER-SPA=t=2").unwrap().payroll;
    let named = settings.accounts.of(other.parse().unwrap());
    assert_eq!(named.map(|company| company.as_str()), Some("OTHER-SPA"));
    let stranger = "00000000-0000-0000-0000-000000000003".parse().unwrap();
    assert_eq!(settings.accounts.of(stranger), None);
    let shared = format!("{one}=ONE-SPA,{other}=ONE-SPA");
    for (companies, tokens, at_fault) in [
        (shared.as_str(), "ONE-SPA=t1", "PAYROLL__COMPANIES"),
        ("ONE-SPA", "ONE-SPA=t1", "PAYROLL__COMPANIES"),
        ("", "ONE-SPA=t1", "PAYROLL__COMPANIES"),
        (both.as_str(), "ONE-SPA=hunter2", "PAYROLL__TOKENS"),
        (
            both.as_str(),
            "ONE-SPA=hunter2,OTHER-SPA=t2,THIRD=t3",
            "PAYROLL__TOKENS",
        ),
        (both.as_str(), "hunter2", "PAYROLL__TOKENS"),
    ] {
        let faults = payroll(companies, tokens).err().unwrap();
        assert!(faults.contains(at_fault), "{companies} {tokens}: {faults}");
        assert!(!faults.contains("hunter2"), "{faults}");
    }
}
