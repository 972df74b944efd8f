use actix_web::http::header::HeaderValue;
use ratiba_assembly::access::Origin;

use super::*;

fn cookies(own: &str) -> Cookies {
    Cookies::of(&Pages {
        own: Origin::of(own).unwrap(),
        others: Vec::new(),
    })
}

fn carried(lines: &[&str]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append(COOKIE, HeaderValue::from_str(line).unwrap());
    }
    headers
}

#[test]
fn cookies_are_out_of_reach_of_pages_and_of_plain_connections() {
    let secret = SessionSecret::from_bytes([7; 32]);
    let written = cookies("https://ratiba.example").begin_session(&secret);
    let rest = format!(
        "={}; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax",
        secret.reveal()
    );
    assert_eq!(written, format!("__Host-ratiba{rest}; Secure"));
    let laptop = cookies("http://127.0.0.1:8010").begin_session(&secret);
    assert_eq!(laptop, format!("ratiba{rest}"));
    let elsewhere = cookies("http://ratiba.example").begin_session(&secret);
    assert!(elsewhere.ends_with("; Secure"), "{elsewhere}");
}

#[test]
fn what_was_written_is_read_back() {
    let cookies = cookies("https://ratiba.example");
    let sealed = "c0de.1.c0de./calendar?day=2026-06-01&x=a.b";
    let written = cookies.begin_sign_in(sealed);
    let pair = written.split(';').next().unwrap();
    let headers = carried(&["other=1", &format!("a=b; {pair}; c=d")]);
    assert_eq!(cookies.sign_in(&headers), Some(sealed));
    assert_eq!(cookies.session(&headers), None);
}

#[test]
fn a_cookie_that_comes_twice_is_nobodys() {
    let cookies = cookies("https://ratiba.example");
    let one = format!("__Host-ratiba={}", "a".repeat(64));
    let two = format!("__Host-ratiba={}", "b".repeat(64));
    assert!(cookies.session(&carried(&[&one])).is_some());
    assert_eq!(cookies.session(&carried(&[&one, &two])), None);
    assert_eq!(cookies.session(&carried(&[&format!("{one}; {two}")])), None);
    let plain = format!("ratiba={}", "a".repeat(64));
    assert_eq!(cookies.session(&carried(&[&plain])), None, "not under this name");
}
