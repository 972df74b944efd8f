use super::*;

fn raw() -> RawSettings {
    RawSettings {
        base_url: "https://sandbox.safaricom.co.ke/".into(),
        callback_base_url: "https://pay.example.co.ke".into(),
        consumer_key: Secret::new("key"),
        consumer_secret: Secret::new("hush"),
        short_code: "654321".into(),
        passkey: Secret::new("example-passkey-not-real"),
        transaction_type: TransactionType::Paybill,
        party_b: "654321".into(),
        operator: None,
    }
}

fn faults(change: impl FnOnce(&mut RawSettings)) -> Vec<SettingsFault> {
    let mut changed = raw();
    change(&mut changed);
    Settings::check(changed).err().unwrap_or_default()
}

#[test]
fn sound_settings_are_taken() {
    let settings = Settings::check(raw()).unwrap();
    assert!(settings.is_sandbox());
    assert_eq!(settings.endpoint("/x"), "https://sandbox.safaricom.co.ke/x");
}

#[test]
fn all_faults_are_told_at_once() {
    let told = faults(|raw| {
        raw.base_url = "sandbox".into();
        raw.callback_base_url = "http://mpesa.ngrok.io".into();
        raw.short_code = "12".into();
        raw.passkey = Secret::new(" ");
    });
    assert_eq!(
        told,
        [
            SettingsFault::NotAnAddress("base_url"),
            SettingsFault::ForbiddenWord("mpesa"),
            SettingsFault::ForbiddenHost("ngrok"),
            SettingsFault::NotAShortCode("short_code"),
            SettingsFault::PartyBDiffers,
            SettingsFault::Empty("passkey"),
        ]
    );
}

#[test]
fn words_that_daraja_forbids_are_refused_in_any_case() {
    for word in FORBIDDEN_IN_URLS {
        for spelt in [word.to_owned(), word.to_ascii_uppercase()] {
            let told = faults(|raw| raw.callback_base_url = format!("https://example.co.ke/{spelt}"));
            let forbidden = |fault: &SettingsFault| matches!(fault, SettingsFault::ForbiddenWord(_));
            assert!(told.iter().any(forbidden), "{spelt}");
        }
    }
}

/// Every address that Daraja is ever given: in requests, and by whoever registers them.
fn addresses(settings: &Settings, secret: &str) -> [String; 5] {
    let by_hand = settings.by_hand_urls(secret);
    [
        settings.callback_url(secret),
        settings.result_url(secret),
        settings.timeout_url(secret),
        by_hand.validation,
        by_hand.confirmation,
    ]
}

#[test]
fn none_of_our_addresses_holds_a_forbidden_word_in_any_case() {
    let settings = Settings::check(raw()).unwrap();
    for byte in 0..=255_u8 {
        // All that secrets are spelt with, each pair of digits beside each other.
        let token = ratiba_payments::reference::CallbackToken::from_bytes([byte; 32]);
        for url in addresses(&settings, token.reveal()) {
            for word in FORBIDDEN_IN_URLS {
                assert!(!url.to_ascii_lowercase().contains(word), "{word} in {url}");
            }
            assert_eq!(url, url.to_ascii_lowercase(), "capitals were blamed for refusals");
            assert!(
                url.starts_with("https://pay.example.co.ke/webhooks/daraja/"),
                "{url}"
            );
        }
    }
    // No word can be spelt with the digits of a secret at all.
    let hexadecimal = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    for word in FORBIDDEN_IN_URLS {
        assert!(word.contains(|c| !hexadecimal(c)), "{word}");
    }
}

#[test]
fn production_wants_https_and_a_stub_on_loopback_does_not() {
    let told = faults(|raw| {
        raw.base_url = "https://api.safaricom.co.ke".into();
        raw.callback_base_url = "http://pay.example.co.ke".into();
    });
    assert_eq!(told, [SettingsFault::CallbackNotHttps]);
    let local = faults(|raw| {
        raw.base_url = "http://127.0.0.1:9999".into();
        raw.callback_base_url = "http://127.0.0.1:8080".into();
    });
    assert_eq!(local, []);
}

#[test]
fn secrets_do_not_show_in_debug() {
    let shown = format!("{:?} {:?}", raw(), Settings::check(raw()).unwrap());
    assert!(!shown.contains("hush") && !shown.contains("passkey-not-real") && !shown.contains("\"key\""));
    let urls = Settings::check(raw()).unwrap().by_hand_urls("a-secret-of-a-path");
    assert!(!format!("{urls:?}").contains("a-secret"), "{urls:?}");
}
