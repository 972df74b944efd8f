//! Whatever somebody sends, over a plain socket: the answer is a typed refusal, soon, and nothing was kept of it. (Keys that
//! come again with another body are tried where the orders are: `desk`, `same_mistake`, `till`, `people`.)

use std::time::Duration;

use ratiba_access::use_cases::TokenOrder;
use ratiba_access::{Role, Scope};
use ratiba_api::body::Patience;
use ratiba_api::head::HEADERS_MAX;
use ratiba_kernel::Clock as _;
use reqwest::Method;
use serde_json::Value;
use system_tests::World;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// However bad the input is, there is an answer by then.
const SOON: Duration = Duration::from_secs(10);
const SOMEBODY: &str = "00000000-0000-7000-8000-000000000000";

/// Sends bytes as they are and reads one answer: the status, and the problem if the answer has a body.
async fn exchange(api: &str, request: &[u8]) -> (u16, Value) {
    let talk = async {
        let mut socket = TcpStream::connect(api.trim_start_matches("http://"))
            .await
            .unwrap();
        // Whoever is refused half-way is not listened to any further.
        let _refused_early = socket.write_all(request).await;
        let mut answer = Vec::new();
        while !is_whole(&answer) {
            match socket.read_buf(&mut answer).await {
                Ok(0) | Err(_) => break,
                Ok(_more) => {}
            }
        }
        answer
    };
    let answer = tokio::time::timeout(SOON, talk).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.unwrap_or_else(|| panic!("no status in {answer:?}"));
    let problem = serde_json::from_str(body).unwrap_or(Value::Null);
    if problem != Value::Null && status >= 400 {
        assert!(head.contains("application/problem+json"), "{head}");
        assert_eq!(problem["status"], status);
    }
    (status, problem)
}

/// Whether an answer is there to its end, as its length says.
fn is_whole(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse().ok())?
    });
    length.is_some_and(|length: usize| body.len() >= length)
}

/// A request as it goes over the line, with headers of one's own.
fn request(method: &str, path: &str, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("{method} {path} HTTP/1.1\r\nHost: api\r\nConnection: close\r\n").into_bytes();
    for header in headers {
        bytes.extend_from_slice(header.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    if !body.is_empty() {
        bytes.extend_from_slice(format!("Content-Length: {}\r\n", body.len()).as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body);
    bytes
}

fn kind(problem: &Value) -> &str {
    let kind = problem["type"].as_str().unwrap_or_default();
    kind.trim_start_matches("/problems/")
}

fn fields(problem: &Value) -> Vec<&str> {
    let faults = problem["errors"].as_array().into_iter().flatten();
    faults.filter_map(|fault| fault["field"].as_str()).collect()
}

#[tokio::test]
async fn tokens_of_every_wrong_kind_are_nobodys() {
    let world = World::new().await;
    let order = |expires_at| TokenOrder {
        name: "gone".to_owned(),
        role: Role::Owner,
        staff: None,
        scopes: [Scope::AppointmentsRead].into(),
        expires_at,
    };
    let mint = async |expires_at| {
        let minted = world
            .parts
            .mint_token
            .execute(world.tenant.tenant, order(expires_at));
        minted.await.unwrap().1.reveal().to_owned()
    };
    let soon = world.clock.now() + time::Duration::HOUR;
    let (expired, revoked) = (mint(Some(soon)).await, mint(None).await);
    world.jump(soon).await;
    world.execute(
        "UPDATE personal_access_tokens SET revoked_at = now() WHERE expires_at IS NULL AND name = 'gone'",
    );
    let good = world.owner.clone();
    let cut = &good[..good.len() - 1];
    let changed = format!("{cut}{}", if good.ends_with('0') { '1' } else { '0' });
    let long = "a".repeat(20_000);
    let hash = world.text("SELECT encode(key_hash, 'hex') AS text FROM access_keys LIMIT 1");
    for (what, header) in [
        ("none", "X-Nothing: 1".to_owned()),
        ("empty", "Authorization:".to_owned()),
        ("no token", "Authorization: Bearer".to_owned()),
        (
            "another scheme",
            "Authorization: Basic b3duZXI6b3duZXI=".to_owned(),
        ),
        (
            "the token as another scheme",
            format!("Authorization: Token {good}"),
        ),
        ("the token without a scheme", format!("Authorization: {good}")),
        ("cut", format!("Authorization: Bearer {cut}")),
        ("changed", format!("Authorization: Bearer {changed}")),
        (
            "in capitals",
            format!("Authorization: Bearer {}", good.to_uppercase()),
        ),
        ("twice", format!("Authorization: Bearer {good} {good}")),
        ("two in a row", format!("Authorization: Bearer {good},{good}")),
        ("long", format!("Authorization: Bearer rtb_{long}")),
        ("its hash", format!("Authorization: Bearer rtb_{hash}")),
        (
            "a signed one without a signature",
            "Authorization: Bearer eyJhbGciOiJub25lIn0.e30.".to_owned(),
        ),
        (
            "an invitation's",
            format!("Authorization: Bearer rti_{}", "0".repeat(64)),
        ),
        ("no text", "Authorization: Bearer \u{fe}\u{ff}".to_owned()),
        ("expired", format!("Authorization: Bearer {expired}")),
        ("revoked", format!("Authorization: Bearer {revoked}")),
        ("a session that is none", "Cookie: ratiba_session=00".to_owned()),
    ] {
        let asked = request("GET", "/api/v1/appointments?date=2026-05-13", &[&header], b"");
        let (status, problem) = exchange(&world.api, &asked).await;
        assert_eq!(
            (status, kind(&problem)),
            (401, "unauthenticated"),
            "{what}: {problem}"
        );
    }
    let header = format!("Authorization: Bearer {good}");
    let asked = request("GET", "/api/v1/appointments?date=2026-05-13", &[&header], b"");
    assert_eq!(exchange(&world.api, &asked).await.0, 200, "a good one is let in");
}

#[tokio::test]
async fn a_body_that_is_not_what_it_should_be_is_refused_and_says_why() {
    let world = World::new().await;
    let rows = || world.count("SELECT count(*) AS count FROM customers");
    let before = rows();
    let bearer = format!("Authorization: Bearer {}", world.owner);
    let json = "Content-Type: application/json";
    let cases: Vec<(&str, Vec<u8>, &[&str])> = vec![
        ("no JSON", b"{".to_vec(), &[]),
        ("two values", b"{} {}".to_vec(), &[]),
        ("not UTF-8", b"{\"name\": \"\xff\"}".to_vec(), &[]),
        ("no object", b"[]".to_vec(), &[""]),
        (
            "a name twice",
            br#"{"name": "Asha", "phone": "+254700000987", "name": "Brian"}"#.to_vec(),
            &["name"],
        ),
        (
            "a name twice, written otherwise",
            br#"{"name": "Asha", "phone": "+254700000987", "n\u0061me": "Brian"}"#.to_vec(),
            &["name"],
        ),
        ("nested deeply", "[".repeat(60_000).into_bytes(), &[]),
        (
            "nested deeply where it is known",
            format!("{{\"name\": {}1{}}}", "[".repeat(100), "]".repeat(100)).into_bytes(),
            &["phone", "name"],
        ),
        (
            "a number that fits nothing",
            br#"{"name": 1e999999, "phone": "+254700000987"}"#.to_vec(),
            &[],
        ),
        (
            "a number of many digits",
            format!("{{\"name\": \"Asha\", \"phone\": {}}}", "9".repeat(50_000)).into_bytes(),
            &[],
        ),
        (
            "a language that nobody speaks",
            br#"{"name": "Asha", "phone": "+254700000987", "language": "tlh"}"#.to_vec(),
            &["language"],
        ),
        (
            "a field that is not known",
            br#"{"name": "Asha", "phone": "+254700000987", "tenant_id": "x"}"#.to_vec(),
            &["tenant_id"],
        ),
    ];
    for (what, body, wrong) in cases {
        let headers = [bearer.as_str(), json, "Idempotency-Key: bad-input"];
        let asked = request("POST", "/api/v1/customers", &headers, &body);
        let (status, problem) = exchange(&world.api, &asked).await;
        assert_eq!((status, kind(&problem)), (400, "validation"), "{what}: {problem}");
        assert_eq!(fields(&problem), wrong, "{what}: {problem}");
    }
    assert_eq!(rows(), before);
}

#[tokio::test]
async fn what_is_too_large_is_not_waited_for() {
    let world = World::new().await;
    let bearer = format!("Authorization: Bearer {}", world.owner);
    let headers = [bearer.as_str(), "Content-Type: application/json"];
    let head = |more: &[&str]| request("POST", "/api/v1/customers", &[&headers[..], more].concat(), b"");
    let mut endless = head(&["Transfer-Encoding: chunked"]);
    for _ in 0..20 {
        endless.extend_from_slice(b"2000\r\n");
        endless.extend_from_slice(&[b' '; 0x2000]);
        endless.extend_from_slice(b"\r\n");
    }
    let many: Vec<String> = (0..HEADERS_MAX).map(|n| format!("X-{n}: 1")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let too_many: Vec<String> = (0..200).map(|n| format!("X-{n}: 1")).collect();
    let too_many: Vec<&str> = too_many.iter().map(String::as_str).collect();
    let large = format!("X-Large: {}", "a".repeat(40 * 1024));
    let huge = format!("X-Huge: {}", "a".repeat(200 * 1024));
    let path = format!("/api/v1/{}", "a".repeat(200 * 1024));
    for (what, asked, status, name) in [
        (
            "a body that says how large it is",
            head(&["Content-Length: 99999999999"]),
            413,
            "body-too-large",
        ),
        ("a body that does not end", endless, 413, "body-too-large"),
        ("many headers", head(&many), 431, "headers-too-large"),
        ("a large header", head(&[&large]), 431, "headers-too-large"),
        // Here the server itself hangs up, before there is a request that could be answered with a problem.
        ("too many headers", head(&too_many), 431, ""),
        ("a huge header", head(&[&huge]), 431, ""),
        ("a huge path", request("GET", &path, &[], b""), 431, ""),
    ] {
        let (answered, problem) = exchange(&world.api, &asked).await;
        assert_eq!((answered, kind(&problem)), (status, name), "{what}: {problem}");
    }
}

#[tokio::test]
async fn who_is_slow_gives_the_place_back() {
    let world = World::new().await;
    let short = Duration::from_millis(200);
    let patience = Patience {
        head: short,
        body: short,
    };
    let twin = world.impatient_twin(patience).await;
    let bearer = format!("Authorization: Bearer {}", world.owner);
    let headers = [
        bearer.as_str(),
        "Content-Type: application/json",
        "Content-Length: 100",
    ];
    let body = request("POST", "/api/v1/customers", &headers, b"");
    let (status, problem) = exchange(&twin.api, &body).await;
    assert_eq!((status, kind(&problem)), (408, "too-slow"), "{problem}");
    let head = exchange(&twin.api, b"GET /api/v1/me HTTP/1.1\r\nHost: a").await;
    assert_eq!(head, (408, Value::Null), "no request, so no problem either");
}

#[tokio::test]
async fn no_path_leads_out_and_no_name_in_one_breaks_anything() {
    let world = World::new().await;
    let bearer = format!("Authorization: Bearer {}", world.owner);
    for path in [
        "/../../etc/passwd",
        "/api/v1/../../../etc/passwd",
        "/api/v1/%2e%2e/%2e%2e/etc/passwd",
        "/api/v1/docs/..%2f..%2f..%2fetc%2fpasswd",
        "/api/v1/appointments/../settings/booking",
        "//api/v1/appointments",
        "/api/v1/appointments/",
        "/api/v1/appointments%00",
        "/api/v1\\appointments",
    ] {
        let (status, problem) = exchange(&world.api, &request("GET", path, &[&bearer], b"")).await;
        assert_eq!((status, kind(&problem)), (404, "not-found"), "{path}: {problem}");
    }
    let long = "a".repeat(5_000);
    for endpoint in ratiba_api::endpoint::ENDPOINTS.iter() {
        if !endpoint.path.starts_with("/api/") || !endpoint.path.contains('{') {
            continue;
        }
        for name in [
            "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
            "%00",
            "%ff",
            "'%20OR%201=1--",
            &long,
        ] {
            let parts = endpoint
                .path
                .split('/')
                .map(|part| if part.starts_with('{') { name } else { part });
            let path = parts.collect::<Vec<_>>().join("/");
            let headers = [
                bearer.as_str(),
                "Content-Type: application/json",
                "Idempotency-Key: bad-input",
                "If-Match: \"1\"",
            ];
            let method = endpoint.method.as_str();
            let (status, problem) = exchange(&world.api, &request(method, &path, &headers, b"")).await;
            assert!(
                (400..500).contains(&status) && !kind(&problem).is_empty(),
                "{method} {} with {name:.20}: {status} {problem}",
                endpoint.path
            );
        }
    }
}

#[tokio::test]
async fn a_cursor_that_was_tampered_with_and_a_word_that_is_unknown_are_named() {
    let world = World::new().await;
    let (_, document) = world.call(Method::GET, "/api/v1/openapi.json", None).await;
    let bearer = format!("Authorization: Bearer {}", world.owner);
    let far = format!("-346000000000000000_{SOMEBODY}");
    let beyond = format!("99999999999999999999999999_{SOMEBODY}");
    let (mut cursors, mut words) = (0, 0);
    for (path, operations) in document["paths"].as_object().unwrap() {
        let Some(parameters) = operations["get"]["parameters"].as_array() else {
            continue;
        };
        for parameter in parameters.iter().filter(|one| one["in"] == "query") {
            let name = parameter["name"].as_str().unwrap();
            let shown = parameter["schema"].to_string();
            let is_cursor = matches!(name, "after" | "before");
            let is_word = shown.contains("\"enum\"") || shown.contains("\"const\"");
            if !is_cursor && !is_word {
                continue;
            }
            cursors += usize::from(is_cursor);
            words += usize::from(is_word);
            for value in ["nothing", "-1", "%27%3B--", "%00", &far, &beyond] {
                let filled: Vec<&str> = path
                    .split('/')
                    .map(|part| if part.starts_with('{') { SOMEBODY } else { part })
                    .collect();
                let date = if path == "/api/v1/appointments" {
                    "date=2026-05-13&"
                } else {
                    ""
                };
                let path = format!("{}?{date}{name}={value}", filled.join("/"));
                let (status, problem) = exchange(&world.api, &request("GET", &path, &[&bearer], b"")).await;
                assert_eq!((status, kind(&problem)), (400, "validation"), "{path}: {problem}");
                assert!(fields(&problem).contains(&name), "{path}: {problem}");
            }
        }
    }
    assert!(cursors >= 10 && words >= 3, "{cursors} cursors, {words} words");
}
