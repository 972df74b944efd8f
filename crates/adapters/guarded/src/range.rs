//! Which addresses nobody outside may have Ratiba call.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why an address is refused: what it is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// "This host": 0.0.0.0/8 and ::.
    Unspecified,
    /// The machine itself: 127.0.0.0/8 and ::1.
    Loopback,
    /// Networks of houses: 10/8, 172.16/12, 192.168/16, fc00::/7 and fec0::/10.
    Private,
    /// The cable: 169.254/16 and fe80::/10.
    LinkLocal,
    /// Behind a carrier's translator: 100.64/10.
    CarrierGrade,
    /// Where a cloud tells a machine about itself, its credentials included.
    Metadata,
    /// Many at once: 224/4 and ff00::/8.
    Multicast,
    /// For examples in books.
    Documentation,
    /// For protocols, measurements and the future; whatever is not given out for use in public.
    Reserved,
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unspecified => "unspecified",
            Self::Loopback => "loopback",
            Self::Private => "private",
            Self::LinkLocal => "link-local",
            Self::CarrierGrade => "carrier-grade NAT",
            Self::Metadata => "metadata",
            Self::Multicast => "multicast",
            Self::Documentation => "documentation",
            Self::Reserved => "reserved",
        })
    }
}

/// Single addresses first, then ranges: the first that fits names the reason.
const REFUSED_V4: [(Ipv4Addr, u32, Range); 21] = [
    (Ipv4Addr::new(169, 254, 169, 254), 32, Range::Metadata),
    (Ipv4Addr::new(169, 254, 170, 2), 32, Range::Metadata),
    (Ipv4Addr::new(100, 100, 100, 200), 32, Range::Metadata),
    // A public address, and yet each machine of that cloud reaches its own host by it.
    (Ipv4Addr::new(168, 63, 129, 16), 32, Range::Metadata),
    (Ipv4Addr::new(0, 0, 0, 0), 8, Range::Unspecified),
    (Ipv4Addr::new(10, 0, 0, 0), 8, Range::Private),
    (Ipv4Addr::new(100, 64, 0, 0), 10, Range::CarrierGrade),
    (Ipv4Addr::new(127, 0, 0, 0), 8, Range::Loopback),
    (Ipv4Addr::new(169, 254, 0, 0), 16, Range::LinkLocal),
    (Ipv4Addr::new(172, 16, 0, 0), 12, Range::Private),
    (Ipv4Addr::new(192, 0, 0, 0), 24, Range::Reserved),
    (Ipv4Addr::new(192, 0, 2, 0), 24, Range::Documentation),
    (Ipv4Addr::new(192, 31, 196, 0), 24, Range::Reserved),
    (Ipv4Addr::new(192, 52, 193, 0), 24, Range::Reserved),
    (Ipv4Addr::new(192, 88, 99, 0), 24, Range::Reserved),
    (Ipv4Addr::new(192, 168, 0, 0), 16, Range::Private),
    (Ipv4Addr::new(192, 175, 48, 0), 24, Range::Reserved),
    (Ipv4Addr::new(198, 18, 0, 0), 15, Range::Reserved),
    (Ipv4Addr::new(198, 51, 100, 0), 24, Range::Documentation),
    (Ipv4Addr::new(203, 0, 113, 0), 24, Range::Documentation),
    // 224/4 is found before 240/4, since both begin with ones.
    (Ipv4Addr::new(224, 0, 0, 0), 4, Range::Multicast),
];

/// Why an address may not be called; `None` if it may.
#[must_use]
pub fn refused(address: IpAddr) -> Option<Range> {
    match address {
        IpAddr::V4(address) => refused_v4(address),
        IpAddr::V6(address) => refused_v6(address),
    }
}

fn refused_v4(address: Ipv4Addr) -> Option<Range> {
    let found = REFUSED_V4
        .iter()
        .find(|(network, bits, _)| within(u32::from(address).into(), u32::from(*network).into(), 32 - bits));
    found
        .map(|(_, _, range)| *range)
        .or_else(|| (address.octets()[0] >= 240).then_some(Range::Reserved))
}

/// Only what is given out for use in public (2000::/3) passes, less what of it is set apart. An address that stands for one
/// of the older kind is judged as that one.
fn refused_v6(address: Ipv6Addr) -> Option<Range> {
    let bits = u128::from(address);
    let is_in = |network: Ipv6Addr, length: u32| within(bits, u128::from(network), 128 - length);
    let segments = address.segments();
    if address == Ipv6Addr::UNSPECIFIED {
        return Some(Range::Unspecified);
    }
    if address == Ipv6Addr::LOCALHOST {
        return Some(Range::Loopback);
    }
    if address == Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254) {
        return Some(Range::Metadata);
    }
    // ::ffff:a.b.c.d, and what translators make of it: 64:ff9b::a.b.c.d.
    let mapped = Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0);
    let translated = Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0);
    if is_in(mapped, 96) || is_in(translated, 96) {
        return refused_v4(old(segments[6], segments[7]));
    }
    // ::a.b.c.d was given up long ago; why it is refused is told by the older address, if that says more.
    if is_in(Ipv6Addr::UNSPECIFIED, 96) {
        return Some(refused_v4(old(segments[6], segments[7])).unwrap_or(Range::Reserved));
    }
    // 2002:aabb:ccdd:: tunnels to a.b.c.d.
    if segments[0] == 0x2002 {
        return refused_v4(old(segments[1], segments[2]));
    }
    let ranges = [
        (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, Range::Private),
        (Ipv6Addr::new(0xfec0, 0, 0, 0, 0, 0, 0, 0), 10, Range::Private),
        (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10, Range::LinkLocal),
        (Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8, Range::Multicast),
        // Tunnels, measurements and ids that are no places, Teredo among them.
        (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, Range::Reserved),
        (
            Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0),
            32,
            Range::Documentation,
        ),
        (
            Ipv6Addr::new(0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0),
            48,
            Range::Reserved,
        ),
        (
            Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0),
            20,
            Range::Documentation,
        ),
    ];
    let found = ranges
        .iter()
        .find(|(network, length, _)| is_in(*network, *length));
    if let Some((_, _, range)) = found {
        return Some(*range);
    }
    let is_public = is_in(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);
    (!is_public).then_some(Range::Reserved)
}

/// The older address in two parts of a newer one.
fn old(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from((u32::from(high) << 16) | u32::from(low))
}

/// Whether two addresses agree but for their last bits.
fn within(address: u128, network: u128, free_bits: u32) -> bool {
    address.checked_shr(free_bits).unwrap_or_default() == network.checked_shr(free_bits).unwrap_or_default()
}

#[cfg(test)]
mod tests;
