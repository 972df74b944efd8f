//! Where Daraja's messages come from: an allow-list of addresses, which only notes strangers or refuses them.
//!
//! Daraja signs nothing and its addresses change, so that the list is a second fence behind the secret in each path, and off
//! unless it is set.

use std::net::IpAddr;
use std::str::FromStr;

use actix_web::HttpRequest;

use crate::problem::{Kind, Problem};

/// A range of addresses, such as `196.201.214.0/24`, or a single one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    first: IpAddr,
    bits: u32,
}

/// What is said of a text that is no range of addresses.
const NO_RANGE: &str = "must be addresses such as 196.201.214.200, or ranges such as 196.201.214.0/24";

impl FromStr for Range {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u32>().map_err(|_| NO_RANGE)?)),
            None => (text, None),
        };
        let first: IpAddr = address.parse().map_err(|_| NO_RANGE)?;
        let most = width(first);
        match bits.unwrap_or(most) {
            bits if bits <= most => Ok(Self { first, bits }),
            _too_many => Err(NO_RANGE),
        }
    }
}

const fn width(address: IpAddr) -> u32 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(four) => u128::from(u32::from(four)),
        IpAddr::V6(six) => u128::from(six),
    }
}

impl Range {
    /// Whether the address is in it. An address of version 4 that is written as one of version 6 counts as what it is.
    #[must_use]
    pub fn holds(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        if width(address) != width(self.first) {
            return false;
        }
        let beyond = width(self.first) - self.bits;
        let cut = |address| number(address).checked_shr(beyond).unwrap_or(0);
        cut(address) == cut(self.first)
    }
}

/// What becomes of a message from an address that is not on the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strangers {
    /// The list is not looked at.
    #[default]
    Off,
    /// It is taken like any other, and noted.
    Log,
    /// It is refused, and noted.
    Refuse,
}

impl FromStr for Strangers {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "off" => Ok(Self::Off),
            "log" => Ok(Self::Log),
            "refuse" => Ok(Self::Refuse),
            _other => Err("must be off, log or refuse"),
        }
    }
}

/// Who may send messages of Daraja's, and whom to believe about where they come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// What becomes of strangers.
    pub strangers: Strangers,
    /// Daraja's own addresses.
    pub daraja: Vec<Range>,
    /// Proxies of the operator's, whose `X-Forwarded-For` is believed. Of nobody else is it looked at.
    pub proxies: Vec<Range>,
}

impl Sources {
    /// Where a request truly comes from: its peer, or what the operator's own proxies say before them, from the last to the
    /// first that is none of them. `None` if that is not legible.
    #[must_use]
    pub fn true_source(&self, peer: Option<IpAddr>, forwarded: &[&str]) -> Option<IpAddr> {
        let mut source = peer?;
        let mut named = forwarded.iter().flat_map(|line| line.split(',')).rev();
        while self.proxies.iter().any(|proxy| proxy.holds(source)) {
            match named.next() {
                Some(before) => source = before.trim().parse().ok()?,
                None => break,
            }
        }
        Some(source.to_canonical())
    }

    /// Where a request truly comes from.
    #[must_use]
    pub fn of(&self, request: &HttpRequest) -> Option<IpAddr> {
        let forwarded = request.headers().get_all("x-forwarded-for");
        // A line that is not legible hides nothing that stands before it: where it says comes from is not known.
        let forwarded: Vec<&str> = forwarded.map(|line| line.to_str().unwrap_or_default()).collect();
        self.true_source(request.peer_addr().map(|peer| peer.ip()), &forwarded)
    }

    /// Lets a message of Daraja's in; answers where it comes from.
    ///
    /// # Errors
    /// [`Problem`] of kind `forbidden` if it comes from a stranger and those are refused.
    pub fn admit(&self, request: &HttpRequest) -> Result<Option<IpAddr>, Problem> {
        let source = self.of(request);
        let known = source.is_some_and(|source| self.daraja.iter().any(|range| range.holds(source)));
        match self.strangers {
            Strangers::Off => Ok(source),
            Strangers::Log | Strangers::Refuse if known => Ok(source),
            Strangers::Log => {
                tracing::warn!(
                    ?source,
                    "a message of daraja's form comes from an address that is not on the list"
                );
                Ok(source)
            }
            Strangers::Refuse => {
                tracing::error!(
                    ?source,
                    "a message from an address that is not on daraja's list was refused"
                );
                Err(Problem::new(Kind::Forbidden, "this address may not send here"))
            }
        }
    }
}

#[cfg(test)]
mod tests;
