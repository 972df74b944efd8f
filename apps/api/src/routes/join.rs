//! The page on which an invitation is accepted. It is the same for everybody: what accepts stands in the fragment of its
//! address, which no browser sends.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::{HttpResponse, web};

use crate::endpoint::Endpoint;

const PAGE: &str = include_str!("join.html");
const SCRIPT: &str = include_str!("join.js");

/// The endpoints of the page.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/auth/join", "The page that accepts an invitation", || {
            web::get().to(page)
        })
        .describe("For browsers: signs them in where nobody is, and then accepts what follows the `#`.")
        .group("signing in")
        .open("nothing: it is the same for everybody")
        .answers_with(200, "text/html", "the page"),
        Endpoint::get("/auth/join.js", "What that page does", || web::get().to(script))
            .group("signing in")
            .open("nothing: it is the same for everybody")
            .answers_with(200, "text/javascript", "the script"),
    ]
}

async fn page() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header((
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'; \
             frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        ))
        .body(PAGE)
}

async fn script() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/javascript; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(SCRIPT)
}
