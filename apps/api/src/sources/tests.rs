use actix_web::http::header::HeaderValue;
use actix_web::test::TestRequest;

use super::*;

fn ranges(text: &str) -> Vec<Range> {
    text.split(',').map(|range| range.parse().unwrap()).collect()
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn sources(strangers: Strangers) -> Sources {
    Sources {
        strangers,
        daraja: ranges("196.201.214.200,196.201.213.0/24"),
        proxies: ranges("10.0.0.0/8,::1"),
    }
}

#[test]
fn a_range_holds_what_begins_like_it() {
    for (range, inside, outside) in [
        ("196.201.214.200", "196.201.214.200", "196.201.214.201"),
        ("196.201.212.0/23", "196.201.213.255", "196.201.214.0"),
        ("0.0.0.0/0", "8.8.8.8", "2001:db8::1"),
        ("2001:db8::/32", "2001:db8:1::9", "2001:db9::"),
        ("10.0.0.0/8", "::ffff:10.1.2.3", "11.0.0.0"),
    ] {
        let range: Range = range.parse().unwrap();
        assert!(range.holds(ip(inside)) && !range.holds(ip(outside)), "{range:?}");
    }
    for wrong in [
        "",
        "196.201.214",
        "196.201.214.0/33",
        "::/129",
        "10.0.0.0/x",
        "daraja",
    ] {
        assert_eq!(wrong.parse::<Range>(), Err(NO_RANGE), "{wrong}");
    }
}

#[test]
fn only_the_operators_own_proxies_are_believed() {
    let sources = sources(Strangers::Log);
    let source = |peer: &str, forwarded: &[&str]| sources.true_source(Some(ip(peer)), forwarded);
    let daraja = ip("196.201.214.200");
    assert_eq!(source("196.201.214.200", &[]), Some(daraja));
    assert_eq!(source("10.0.0.7", &["196.201.214.200"]), Some(daraja));
    assert_eq!(
        source("10.0.0.7", &["8.8.8.8, 196.201.214.200, 10.0.0.8"]),
        Some(daraja)
    );
    assert_eq!(source("10.0.0.7", &["8.8.8.8", "196.201.214.200"]), Some(daraja));
    // A stranger says that it forwards for Daraja.
    assert_eq!(source("8.8.8.8", &["196.201.214.200"]), Some(ip("8.8.8.8")));
    assert_eq!(
        source("10.0.0.7", &["196.201.214.200, 8.8.8.8"]),
        Some(ip("8.8.8.8"))
    );
    assert_eq!(source("10.0.0.7", &["196.201.214.200, nonsense"]), None);
    assert_eq!(source("10.0.0.7", &[]), Some(ip("10.0.0.7")));
    assert_eq!(sources.true_source(None, &["196.201.214.200"]), None);
}

#[test]
fn a_line_that_is_not_legible_hides_nothing() {
    let of = |lines: &[&[u8]]| {
        let mut request = TestRequest::default().peer_addr((ip("10.0.0.7"), 9).into());
        for line in lines {
            let line = HeaderValue::from_bytes(line).unwrap();
            request = request.append_header(("X-Forwarded-For", line));
        }
        sources(Strangers::Log).of(&request.to_http_request())
    };
    let illegible: &[u8] = b"\xff, 8.8.8.8";
    // Whoever writes it is not taken for the proxy, nor for who stands in a line before it.
    assert_eq!(of(&[illegible]), None);
    assert_eq!(of(&[b"196.201.214.200", illegible]), None);
    // What the proxy says after it counts.
    assert_eq!(of(&[illegible, b"8.8.4.4"]), Some(ip("8.8.4.4")));
}

#[test]
fn strangers_are_taken_noted_or_refused() {
    let admitted = |strangers, peer: &str| {
        let request = TestRequest::default()
            .peer_addr((ip(peer), 9).into())
            .to_http_request();
        sources(strangers).admit(&request).is_ok()
    };
    for strangers in [Strangers::Off, Strangers::Log, Strangers::Refuse] {
        assert!(admitted(strangers, "196.201.213.44"), "{strangers:?}");
        assert_eq!(
            admitted(strangers, "8.8.8.8"),
            strangers != Strangers::Refuse,
            "{strangers:?}"
        );
    }
    let nowhere = TestRequest::default().to_http_request();
    assert!(
        sources(Strangers::Refuse).admit(&nowhere).is_err(),
        "an unknown peer is a stranger"
    );
}
