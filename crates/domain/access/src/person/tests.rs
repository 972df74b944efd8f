use super::*;

#[test]
fn an_identity_is_short_visible_ascii() {
    assert!(Identity::new("https://issuer.example", "1f3c").is_some());
    for (issuer, subject) in [
        ("", "1"),
        ("https://issuer.example", ""),
        ("https://issuer.example", "a b"),
        ("https://issuer.example", "é"),
    ] {
        assert_eq!(Identity::new(issuer, subject), None, "{issuer} {subject}");
    }
    assert_eq!(Identity::new("i", &"x".repeat(256)), None);
}

#[test]
fn a_profile_takes_what_can_be_shown() {
    let told = Profile::of(Some(" Wanjiku\u{7} Mwangi "), Some("wanjiku@example.org"));
    assert_eq!(
        (told.name(), told.email()),
        ("Wanjiku Mwangi", Some("wanjiku@example.org"))
    );
    let address_alone = Profile::of(None, Some("wanjiku@example.org"));
    assert_eq!(address_alone.name(), "wanjiku");
    let nothing = Profile::of(Some("  "), Some("not an address"));
    assert_eq!((nothing.name(), nothing.email()), ("", None));
    assert_eq!(Profile::of(Some(&"x".repeat(500)), None).name().len(), 120);
}

#[test]
fn a_profile_says_nothing_to_a_log() {
    let told = format!("{:?}", Profile::of(Some("Wanjiku"), Some("w@example.org")));
    assert_eq!(told, "Profile(…)");
}
