use actix_web::http::header::{HeaderName, HeaderValue};
use ratiba_assembly::access::Origin;

use super::*;

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        headers.append(name, HeaderValue::from_str(value).unwrap());
    }
    headers
}

fn trusted(pairs: &[(&str, &str)]) -> bool {
    let pages = Pages {
        own: Origin::of("https://ratiba.example").unwrap(),
        others: vec![Origin::of("https://desk.example").unwrap()],
    };
    trust(&pages, &headers(pairs)).is_ok()
}

#[test]
fn only_pages_that_are_trusted_change_with_a_cookie() {
    assert!(trusted(&[("Origin", "https://ratiba.example")]));
    assert!(trusted(&[
        ("Origin", "https://desk.example"),
        ("Sec-Fetch-Site", "cross-site")
    ]));
    assert!(trusted(&[("Sec-Fetch-Site", "same-origin")]));
    assert!(trusted(&[("Origin", "null"), ("Sec-Fetch-Site", "same-origin")]));
    for strange in [
        &[][..],
        &[("Origin", "null")],
        &[("Origin", "https://evil.example")],
        &[("Origin", "http://ratiba.example")],
        &[("Origin", "https://ratiba.example.evil.example")],
        &[("Sec-Fetch-Site", "same-site")],
        &[("Sec-Fetch-Site", "none")],
        &[("Referer", "https://ratiba.example/")],
    ] {
        assert!(!trusted(strange), "{strange:?}");
    }
}

#[test]
fn only_a_bearer_token_is_one() {
    let token = format!("rtb_{}", "ab".repeat(32));
    let read = |value: &str| bearer(&headers(&[("Authorization", value)])).is_some();
    assert!(read(&format!("Bearer {token}")) && read(&format!("bearer  {token}")));
    for other in ["Bearer", "Bearer x", &format!("Basic {token}"), &token] {
        assert!(!read(other), "{other}");
    }
}
