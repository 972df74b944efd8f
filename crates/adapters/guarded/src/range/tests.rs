use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use super::{Range, refused};

fn judged(text: &str) -> Option<Range> {
    refused(text.parse().unwrap())
}

#[test]
fn every_range_is_refused_from_its_first_to_its_last_address() {
    for (first, last, range) in [
        ("0.0.0.0", "0.255.255.255", Range::Unspecified),
        ("10.0.0.0", "10.255.255.255", Range::Private),
        ("100.64.0.0", "100.127.255.255", Range::CarrierGrade),
        ("127.0.0.0", "127.255.255.255", Range::Loopback),
        ("169.254.0.0", "169.254.255.255", Range::LinkLocal),
        ("172.16.0.0", "172.31.255.255", Range::Private),
        ("192.0.0.0", "192.0.0.255", Range::Reserved),
        ("192.0.2.0", "192.0.2.255", Range::Documentation),
        ("192.31.196.0", "192.31.196.255", Range::Reserved),
        ("192.52.193.0", "192.52.193.255", Range::Reserved),
        ("192.88.99.0", "192.88.99.255", Range::Reserved),
        ("192.168.0.0", "192.168.255.255", Range::Private),
        ("192.175.48.0", "192.175.48.255", Range::Reserved),
        ("198.18.0.0", "198.19.255.255", Range::Reserved),
        ("198.51.100.0", "198.51.100.255", Range::Documentation),
        ("203.0.113.0", "203.0.113.255", Range::Documentation),
        ("224.0.0.0", "239.255.255.255", Range::Multicast),
        ("240.0.0.0", "255.255.255.255", Range::Reserved),
        ("::", "::", Range::Unspecified),
        ("::1", "::1", Range::Loopback),
        ("64:ff9b:1::", "64:ff9b:1:ffff::", Range::Reserved),
        ("100::", "100::ffff", Range::Reserved),
        ("2001::", "2001:1ff:ffff::", Range::Reserved),
        ("2001:db8::", "2001:db8:ffff::", Range::Documentation),
        ("2620:4f:8000::", "2620:4f:8000:ffff::", Range::Reserved),
        ("3fff::", "3fff:fff:ffff::", Range::Documentation),
        ("4000::", "5f00::1", Range::Reserved),
        ("fc00::", "fdff:ffff::", Range::Private),
        ("fe80::", "febf::1", Range::LinkLocal),
        ("fec0::", "feff::1", Range::Private),
        ("ff00::", "ffff::1", Range::Multicast),
    ] {
        assert_eq!(judged(first), Some(range), "{first}");
        assert_eq!(judged(last), Some(range), "{last}");
    }
}

#[test]
fn where_a_cloud_tells_a_machine_about_itself_is_refused_by_name() {
    for address in [
        "169.254.169.254",
        "169.254.170.2",
        "100.100.100.200",
        "168.63.129.16",
        "fd00:ec2::254",
    ] {
        assert_eq!(judged(address), Some(Range::Metadata), "{address}");
    }
}

#[test]
fn the_neighbours_of_the_ranges_are_public() {
    for address in [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.0.3.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2001:200::",
        "2001:db7:ffff::",
        "2001:db9::",
        "2606:4700::1111",
        "3ffe::",
        "2000::1",
    ] {
        assert_eq!(judged(address), None, "{address}");
    }
}

#[test]
fn an_older_address_inside_a_newer_one_is_judged_as_itself() {
    for (address, range) in [
        ("::ffff:127.0.0.1", Some(Range::Loopback)),
        ("::ffff:169.254.169.254", Some(Range::Metadata)),
        ("::ffff:1.1.1.1", None),
        ("::10.0.0.1", Some(Range::Private)),
        ("::1.1.1.1", Some(Range::Reserved)),
        ("2002:7f00:1::", Some(Range::Loopback)),
        ("2002:a9fe:a9fe::1", Some(Range::Metadata)),
        ("2002:101:101::", None),
        ("64:ff9b::192.168.1.1", Some(Range::Private)),
        ("64:ff9b::1.1.1.1", None),
    ] {
        assert_eq!(judged(address), range, "{address}");
    }
}

proptest! {
    /// However a refused address of the older kind is wrapped, it is refused.
    #[test]
    fn no_wrapping_hides_a_refused_address(bits in any::<u32>(), rest in any::<u64>()) {
        let inner = Ipv4Addr::from(bits);
        if refused(IpAddr::V4(inner)).is_some() {
            let low = u128::from(bits);
            let wrapped = [
                (0xffff_u128 << 32) | low,
                low,
                (0x64_ff9b_u128 << 96) | low,
                (0x2002_u128 << 112) | (low << 80) | u128::from(rest),
            ];
            for one in wrapped {
                prop_assert!(refused(IpAddr::V6(Ipv6Addr::from(one))).is_some(), "{inner} in {one:x}");
            }
        }
    }

    /// The standard library's own words for addresses agree with the table wherever it has any.
    #[test]
    fn what_the_standard_library_calls_unfit_is_refused(bits in any::<u32>()) {
        let address = Ipv4Addr::from(bits);
        let unfit = address.is_loopback() || address.is_private() || address.is_link_local() || address.is_multicast()
            || address.is_broadcast() || address.is_documentation() || address.is_unspecified();
        if unfit {
            prop_assert!(refused(IpAddr::V4(address)).is_some());
        }
    }

    /// Of the newer kind nothing outside of what is given out for public use passes, but wrapped older ones.
    #[test]
    fn nothing_but_public_addresses_passes(bits in any::<u128>()) {
        let address = Ipv6Addr::from(bits);
        let public = bits >> 125 == 1;
        let wrapped = bits >> 32 == 0xffff || bits >> 32 == 0x64_ff9b_u128 << 64;
        if !public && !wrapped {
            prop_assert!(refused(IpAddr::V6(address)).is_some());
        }
    }
}
