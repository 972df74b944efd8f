//! The two cookies of people: the session, and the sign-in that leads to one.
//!
//! Written by hand, since there is nothing to encode: both carry visible ASCII of our own making.

use actix_web::http::header::{COOKIE, HeaderMap};
use ratiba_access::SessionSecret;
use ratiba_access::session;
use ratiba_access::sign_in::TAKES_AT_MOST;
use ratiba_assembly::access::Pages;

/// The cookies as this instance names them. Under TLS their names begin with `__Host-`: no other host, not even one
/// below ours, can set or shadow them.
#[derive(Clone, Copy, Debug)]
pub struct Cookies {
    tls: bool,
}

/// The name of the session's cookie under TLS.
pub const SESSION: &str = "__Host-ratiba";
/// The name of the sign-in's cookie under TLS.
const SIGN_IN: &str = "__Host-ratiba-sign-in";

impl Cookies {
    /// The cookies of an instance with these pages.
    #[must_use]
    pub fn of(pages: &Pages) -> Self {
        Self {
            tls: pages.need_tls(),
        }
    }

    /// The session that a request carries.
    #[must_use]
    pub fn session(self, headers: &HeaderMap) -> Option<SessionSecret> {
        SessionSecret::parse(self.read(headers, SESSION)?)
    }

    /// The sign-in that a request carries, sealed as it was given out.
    #[must_use]
    pub fn sign_in(self, headers: &HeaderMap) -> Option<&str> {
        self.read(headers, SIGN_IN)
    }

    /// `Set-Cookie` for a session.
    #[must_use]
    pub fn begin_session(self, secret: &SessionSecret) -> String {
        self.write(SESSION, secret.reveal(), session::LASTS.whole_seconds())
    }

    /// `Set-Cookie` that ends the session in the browser.
    #[must_use]
    pub fn end_session(self) -> String {
        self.write(SESSION, "", 0)
    }

    /// `Set-Cookie` for a sealed sign-in.
    #[must_use]
    pub fn begin_sign_in(self, sealed: &str) -> String {
        self.write(SIGN_IN, sealed, TAKES_AT_MOST.whole_seconds())
    }

    /// `Set-Cookie` that ends the sign-in in the browser.
    #[must_use]
    pub fn end_sign_in(self) -> String {
        self.write(SIGN_IN, "", 0)
    }

    fn name(self, name: &'static str) -> &'static str {
        if self.tls {
            name
        } else {
            name.trim_start_matches("__Host-")
        }
    }

    fn write(self, name: &'static str, value: &str, seconds: i64) -> String {
        let secure = if self.tls { "; Secure" } else { "" };
        format!(
            "{}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}",
            self.name(name)
        )
    }

    /// The value of a cookie. One that comes twice was set by two, and neither is believed.
    fn read<'h>(self, headers: &'h HeaderMap, name: &'static str) -> Option<&'h str> {
        let lines = headers.get_all(COOKIE).filter_map(|line| line.to_str().ok());
        let mut values = lines
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(given, _)| *given == self.name(name))
            .map(|(_, value)| value);
        let value = values.next();
        value.filter(|_| values.next().is_none())
    }
}

#[cfg(test)]
mod tests;
