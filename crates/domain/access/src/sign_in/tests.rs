use super::*;

#[test]
fn what_is_made_from_a_secret_is_its_own_and_differs() {
    let (one, two) = (
        SignInSecret::from_bytes([1; 32]),
        SignInSecret::from_bytes([2; 32]),
    );
    let made = [
        one.state(),
        one.nonce(),
        one.verifier(),
        two.state(),
        one.reveal().to_owned(),
    ];
    for (place, text) in made.iter().enumerate() {
        assert!(!made[..place].contains(text), "{place}");
        assert_eq!(text.len(), 64);
    }
    let again = SignInSecret::parse(one.reveal()).unwrap();
    assert_eq!(again.state(), one.state());
    assert_eq!(format!("{one:?}"), "SignInSecret(…)");
}

#[test]
fn a_browser_is_sent_back_to_a_path_of_ours_alone() {
    for path in ["/", "/calendar?day=2026-06-01&staff=1", "/join#invitation"] {
        assert!(ReturnTo::parse(path).is_some(), "{path}");
    }
    let long = format!("/{}", "x".repeat(RETURN_TO_BYTES_MAX));
    for elsewhere in [
        "",
        "calendar",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "https://evil.example",
        "/a\r\nSet-Cookie: x",
        "/a;b",
        &long,
    ] {
        assert_eq!(ReturnTo::parse(elsewhere), None, "{elsewhere}");
    }
}

#[test]
fn what_is_brought_back_and_what_is_kept_do_not_show() {
    let secret = SignInSecret::from_bytes([5; 32]);
    let brought = Redemption {
        redirect_uri: "https://api.example/auth/callback".to_owned(),
        secret: secret.clone(),
        code: "a-code-of-the-issuers".to_owned(),
    };
    let begun = crate::use_cases::Begun {
        url: format!("https://issuer.example/?state={}", secret.state()),
        kept: secret.reveal().to_owned(),
    };
    let shown = format!("{brought:?} {begun:?}");
    for hidden in ["a-code", &secret.reveal()[..8], &secret.state()[..8]] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}
