use super::*;

#[test]
fn a_button_opens_an_address_on_the_web_and_nothing_else() {
    let with = |url: &str| LinkButton::new("Pay here", "Pay by card", url);
    assert!(with("https://pay.example/1?a=b").is_ok());
    for url in ["pay.example/1", "javascript:alert(1)", "https://pay.example/1 2"] {
        assert_eq!(with(url), Err(TooMuch::NoAddress), "{url}");
    }
    let long = format!("https://pay.example/{}", "x".repeat(URL_CHARACTERS_MAX));
    assert_eq!(
        with(&long),
        Err(TooMuch::TooLong {
            limit: URL_CHARACTERS_MAX
        })
    );
    let label = "x".repeat(21);
    assert!(LinkButton::new("Pay here", label, "https://pay.example").is_err());
}

#[test]
fn it_is_read_back_through_the_same_door_and_shows_no_address_in_logs() {
    let link = LinkButton::new("Pay here", "Pay by card", "https://pay.example/secret").unwrap();
    let kept = serde_json::to_value(&link).unwrap();
    assert_eq!(serde_json::from_value::<LinkButton>(kept.clone()).unwrap(), link);
    let mut bad = kept;
    bad["url"] = serde_json::json!("ftp://pay.example");
    assert!(serde_json::from_value::<LinkButton>(bad).is_err());
    assert!(!format!("{link:?}").contains("secret"));
}
