use super::*;

#[test]
fn a_customer_is_sent_to_plain_addresses_only() {
    for sound in [
        "https://pay.pesapal.com/iframe/Index?OrderTrackingId=b1",
        "http://127.0.0.1:9/pay",
    ] {
        assert_eq!(PageUrl::parse(sound).unwrap().as_str(), sound);
    }
    let long = format!("https://pay.example/{}", "x".repeat(PageUrl::LENGTH_MAX));
    for odd in [
        "",
        "https://",
        "https:///x",
        "javascript:alert(1)",
        "ftp://a",
        "https://a b",
        "https://me@evil",
        &long,
    ] {
        assert_eq!(PageUrl::parse(odd), Err(MalformedUrl), "{odd}");
    }
}

#[test]
fn an_address_does_not_show_in_debug() {
    let url = PageUrl::parse("https://pay.example/secret").unwrap();
    assert!(!format!("{url:?}").contains("secret"));
}
