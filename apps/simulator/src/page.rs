//! The page with the phones. Its files are part of the program, so that it works from anywhere and offline.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, ContentType};
use actix_web::web::{self, ServiceConfig};

/// Path, type and content of each file of the page.
const FILES: [(&str, &str, &str); 6] = [
    (
        "/",
        "text/html; charset=utf-8",
        include_str!("../page/index.html"),
    ),
    (
        "/style.css",
        "text/css; charset=utf-8",
        include_str!("../page/style.css"),
    ),
    (
        "/core.js",
        "text/javascript; charset=utf-8",
        include_str!("../page/core.js"),
    ),
    (
        "/phones.js",
        "text/javascript; charset=utf-8",
        include_str!("../page/phones.js"),
    ),
    (
        "/workbench.js",
        "text/javascript; charset=utf-8",
        include_str!("../page/workbench.js"),
    ),
    (
        "/app.js",
        "text/javascript; charset=utf-8",
        include_str!("../page/app.js"),
    ),
];

/// Adds the page and its files.
pub(crate) fn routes(config: &mut ServiceConfig) {
    for (path, content_type, content) in FILES {
        config.route(path, web::get().to(async move || file(content_type, content)));
    }
}

fn file(content_type: &'static str, content: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        // Messages are shown as text only; this is the second fence.
        .insert_header((
            CONTENT_SECURITY_POLICY,
            "default-src 'self'; img-src 'self' data:",
        ))
        .content_type(
            content_type
                .parse()
                .map_or_else(|_| ContentType::plaintext(), ContentType),
        )
        .body(content)
}
