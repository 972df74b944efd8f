use super::*;

fn raw() -> RawSettings {
    RawSettings {
        base_url: "https://cybqa.pesapal.com/pesapalv3/".into(),
        public_base_url: "https://pay.example.co.ke".into(),
        consumer_key: Secret::new("key-of-ours"),
        consumer_secret: Secret::new("hush"),
    }
}

#[test]
fn sandbox_and_production_differ_by_the_host() {
    let sandbox = Settings::check(raw()).unwrap();
    assert!(sandbox.is_sandbox());
    assert_eq!(sandbox.endpoint("/x"), "https://cybqa.pesapal.com/pesapalv3/x");
    assert_eq!(sandbox.return_url(), "https://pay.example.co.ke/pay/back");
    for spelling in [
        "https://pay.pesapal.com/v3",
        "HTTPS://PAY.Pesapal.com/v3",
        "https://pay.pesapal.com./v3",
    ] {
        let mut production = raw();
        production.base_url = spelling.into();
        assert!(!Settings::check(production).unwrap().is_sandbox(), "{spelling}");
    }
}

#[test]
fn all_faults_are_told_at_once() {
    let mut bad = raw();
    bad.base_url = "https://pay.pesapal.com/v3".into();
    bad.public_base_url = "http://pay.example.co.ke".into();
    bad.consumer_secret = Secret::new(" ");
    let faults = Settings::check(bad).unwrap_err();
    assert_eq!(
        faults,
        [
            SettingsFault::NotHttps("public_base_url"),
            SettingsFault::Empty("consumer_secret")
        ]
    );
    let mut nowhere = raw();
    nowhere.base_url = "pesapal".into();
    let faults = Settings::check(nowhere).unwrap_err();
    assert_eq!(faults, [SettingsFault::NotAnAddress("base_url")]);
}

#[test]
fn another_public_address_needs_another_address_for_notices() {
    let here = Settings::check(raw()).unwrap();
    let mut moved = raw();
    moved.public_base_url = "https://new.example.co.ke".into();
    let there = Settings::check(moved).unwrap();
    assert_eq!(here.credential_hash(), there.credential_hash());
    assert_ne!(here.notice_account(), there.notice_account());
}

#[test]
fn secrets_do_not_show_in_debug() {
    let shown = format!("{:?} {:?}", raw(), Settings::check(raw()).unwrap());
    assert!(!shown.contains("hush") && !shown.contains("key-of-ours"));
}
