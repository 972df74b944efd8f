//! Calling an address that somebody outside named.

use std::error::Error;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use ratiba_kernel::Outage;
use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::names::AllowedNames;
use crate::range::{Range, refused};
use crate::resolver::{GuardedResolver, Judge, Lookup};

/// The longest address, in bytes.
pub const URL_BYTES_MAX: usize = 2_000;

/// What one call may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Until the connection stands.
    pub connect: Duration,
    /// For all of it, the last byte of the answer included.
    pub whole: Duration,
    /// Bytes of the answer that are read; the rest is left where it is.
    pub answer_bytes_max: usize,
}

/// Why an address is not called at all. Holds nothing of the address itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is no address, or too long.
    #[error("this is no address of the web")]
    NotAnAddress,
    /// It is not https.
    #[error("the address must begin with https://")]
    NotHttps,
    /// It carries a name, a password or a fragment.
    #[error("the address must carry no name, password or fragment")]
    Carries,
    /// It leads where nobody outside may have Ratiba call.
    #[error("the address leads to a place that is not public: {0}")]
    Address(Range),
}

/// Why nothing came back. Holds nothing of the address itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// It was not called.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// Nobody is there: no such name, nobody listens, no certificate that holds.
    #[error("nobody answers there")]
    NotConnected,
    /// It took too long.
    #[error("it took too long")]
    TooSlow,
    /// The connection broke, or what came is no HTTP.
    #[error("the connection broke")]
    Broken,
}

/// What came back, whatever its status: redirects are answers like any other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The beginning of the body, at most as much as the limits allow.
    pub body: Vec<u8>,
    /// Whether there was more.
    pub is_cut: bool,
}

/// Calls addresses that somebody outside named. Cheap to clone.
#[derive(Clone)]
pub struct GuardedClient {
    http: reqwest::Client,
    allowed: Arc<AllowedNames>,
    limits: Limits,
    judge: Judge,
}

impl GuardedClient {
    /// A client within these limits that asks `lookup` for addresses. The names that pass are logged.
    ///
    /// # Errors
    /// [`Outage`] if the HTTP client cannot be built.
    pub fn new(allowed: AllowedNames, lookup: Arc<dyn Lookup>, limits: Limits) -> Result<Self, Outage> {
        if !allowed.is_empty() {
            tracing::warn!(names = %allowed, "outgoing calls may go to these names, wherever they lead");
        }
        Self::judged_by(refused, allowed, lookup, limits)
    }

    pub(crate) fn judged_by(
        judge: Judge,
        allowed: AllowedNames,
        lookup: Arc<dyn Lookup>,
        limits: Limits,
    ) -> Result<Self, Outage> {
        let allowed = Arc::new(allowed);
        let resolver = GuardedResolver {
            lookup,
            allowed: Arc::clone(&allowed),
            judge,
        };
        let http = reqwest::Client::builder()
            .dns_resolver(Arc::new(resolver))
            .redirect(reqwest::redirect::Policy::none())
            // A proxy would do the resolving, out of the guard's sight.
            .no_proxy()
            .referer(false)
            // Each call is judged anew: no connection waits for the next one.
            .pool_max_idle_per_host(0)
            .connect_timeout(limits.connect)
            .timeout(limits.whole)
            .build()
            .map_err(Outage::new)?;
        Ok(Self {
            http,
            allowed,
            limits,
            judge,
        })
    }

    /// Whether an address could be called, as far as its text tells: for whoever types it in. A name is judged when it is
    /// called, and not before.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn check(&self, address: &str) -> Result<(), Refusal> {
        self.parsed(address).map(|_| ())
    }

    fn parsed(&self, address: &str) -> Result<Url, Refusal> {
        if address.len() > URL_BYTES_MAX {
            return Err(Refusal::NotAnAddress);
        }
        let url = Url::parse(address).map_err(|_| Refusal::NotAnAddress)?;
        let vouched = url
            .host_str()
            .is_some_and(|host| self.allowed.has(host, url.port_or_known_default()));
        match url.scheme() {
            "https" => {}
            // What stands beside Ratiba may speak plainly.
            "http" if vouched => {}
            _other => return Err(Refusal::NotHttps),
        }
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err(Refusal::Carries);
        }
        let host = url.host_str().ok_or(Refusal::NotAnAddress)?;
        // A connector does not resolve what is an address already. All spellings of one are the same by now.
        match number(host) {
            _ if vouched => {}
            Some(address) => {
                if let Some(range) = (self.judge)(address) {
                    return Err(Refusal::Address(range));
                }
            }
            // The resolver knows names, and whether one of them is vouched for at this port is only known here.
            None if self.allowed.knows(host) => return Err(Refusal::Address(Range::Private)),
            None => {}
        }
        Ok(url)
    }

    /// Sends a body. Nothing is sent twice.
    ///
    /// # Errors
    /// [`CallError`]. What was sent before the answer stayed away may have arrived.
    pub async fn post(
        &self,
        address: &str,
        headers: &[(&'static str, String)],
        body: String,
    ) -> Result<Answer, CallError> {
        let url = self.parsed(address)?;
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            // Names and values are ours; one that no header can carry is left out and the receiver refuses.
            if let Ok(value) = HeaderValue::from_str(value) {
                map.insert(HeaderName::from_static(name), value);
            }
        }
        let sent = self.http.post(url).headers(map).body(body).send().await;
        let mut response = sent.map_err(|error| failure(&error))?;
        let status = response.status().as_u16();
        let mut read = Vec::new();
        let mut is_cut = false;
        while let Some(chunk) = response.chunk().await.map_err(|error| failure(&error))? {
            let room = self.limits.answer_bytes_max - read.len();
            read.extend(chunk.iter().take(room));
            if chunk.len() > room {
                is_cut = true;
                break;
            }
        }
        Ok(Answer {
            status,
            body: read,
            is_cut,
        })
    }
}

/// The address that a host of a URL is, if it is no name.
fn number(host: &str) -> Option<IpAddr> {
    let inner = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match inner {
        Some(inner) => inner.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
        None => host.strip_suffix('.').unwrap_or(host).parse().ok(),
    }
}

fn failure(error: &reqwest::Error) -> CallError {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(inner) = cause {
        if let Some(refusal) = inner.downcast_ref::<Refusal>() {
            return CallError::Refused(*refusal);
        }
        cause = inner.source();
    }
    if error.is_timeout() {
        CallError::TooSlow
    } else if error.is_connect() {
        CallError::NotConnected
    } else {
        CallError::Broken
    }
}

#[cfg(test)]
mod tests;
