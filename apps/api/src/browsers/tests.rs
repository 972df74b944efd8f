use actix_web::App;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service};
use ratiba_assembly::access::Origin;

use super::*;

fn pages(own: &str) -> Pages {
    Pages {
        own: Origin::of(own).unwrap(),
        others: vec![Origin::of("https://desk.example").unwrap()],
    }
}

/// Asks an instance at an address for `/here`, which has a `GET` alone; answers with the status and the headers.
async fn ask(own: &str, request: TestRequest) -> (u16, HeaderMap) {
    let pages = pages(own);
    let app = App::new()
        .wrap(from_fn(across_origins))
        .wrap(headers(&pages))
        .app_data(web::Data::new(pages))
        .route("/here", web::get().to(HttpResponse::Ok));
    let service = init_service(app).await;
    let answer = call_service(&service, request.uri("/here").to_request()).await;
    (answer.status().as_u16(), answer.headers().clone())
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).map(|value| value.to_str().unwrap())
}

const OWN: &str = "https://ratiba.example";

#[actix_web::test]
async fn a_trusted_page_may_call_with_the_cookie_and_read_the_answer() {
    let page = ("Origin", "https://desk.example");
    let (status, headers) = ask(OWN, TestRequest::get().insert_header(page)).await;
    assert_eq!(status, 200);
    assert_eq!(text(&headers, "Access-Control-Allow-Origin"), Some(page.1));
    assert_eq!(text(&headers, "Access-Control-Allow-Credentials"), Some("true"));
    for name in ["ETag", "Retry-After"] {
        let exposed = text(&headers, "Access-Control-Expose-Headers").unwrap();
        assert!(exposed.split(", ").any(|one| one == name), "{name}");
    }
    assert_eq!(text(&headers, "Vary"), Some("Origin"));
    let asking = TestRequest::with_uri("/here")
        .method(Method::OPTIONS)
        .insert_header(page)
        .insert_header(("Access-Control-Request-Method", "PATCH"));
    let (status, headers) = ask(OWN, asking).await;
    assert_eq!(status, 204);
    assert_eq!(text(&headers, "Access-Control-Allow-Origin"), Some(page.1));
    let methods = text(&headers, "Access-Control-Allow-Methods").unwrap();
    assert!(methods.contains("PATCH"), "{methods}");
    let allowed = text(&headers, "Access-Control-Allow-Headers").unwrap();
    for name in [
        "Idempotency-Key",
        "If-Match",
        "Ratiba-Tenant",
        "Last-Event-ID",
        "Content-Type",
    ] {
        assert!(allowed.split(", ").any(|one| one == name), "{name}");
    }
}

#[actix_web::test]
async fn other_pages_are_told_nothing() {
    for origin in [
        "https://evil.example",
        "null",
        "https://desk.example.evil.example",
        OWN,
    ] {
        let (status, headers) = ask(OWN, TestRequest::get().insert_header(("Origin", origin))).await;
        assert_eq!(status, 200);
        assert_eq!(text(&headers, "Access-Control-Allow-Origin"), None, "{origin}");
        assert_eq!(
            text(&headers, "Access-Control-Allow-Credentials"),
            None,
            "{origin}"
        );
        let asking = TestRequest::with_uri("/here")
            .method(Method::OPTIONS)
            .insert_header(("Origin", origin))
            .insert_header(("Access-Control-Request-Method", "GET"));
        let (status, headers) = ask(OWN, asking).await;
        assert!(status >= 400, "{origin}: {status}");
        assert_eq!(text(&headers, "Access-Control-Allow-Origin"), None, "{origin}");
    }
}

#[actix_web::test]
async fn browsers_come_back_under_tls_where_there_is_tls() {
    let (_, headers) = ask(OWN, TestRequest::get()).await;
    assert_eq!(text(&headers, "Strict-Transport-Security"), Some(TLS_FOR));
    assert_eq!(text(&headers, "X-Content-Type-Options"), Some("nosniff"));
    for plain in ["http://127.0.0.1:8010", "http://ratiba.example"] {
        let (_, headers) = ask(plain, TestRequest::get()).await;
        assert_eq!(text(&headers, "Strict-Transport-Security"), None, "{plain}");
        assert_eq!(text(&headers, "X-Content-Type-Options"), Some("nosniff"));
    }
}
