//! Faults of name resolution, applied when a client uses the sandbox's resolver.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::definition::{Fault, Group, Named, Point, Strike};

/// The sandbox's address.
const RIGHT: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// A loopback address on which the sandbox does not listen.
const V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);
/// An address whose connection attempts are neither accepted nor refused.
pub(crate) const SILENT: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 99));
/// The IPv6 equivalent of [`SILENT`], once the sandbox listens there without accepting.
pub(crate) const SILENT_V6: IpAddr = V6;
/// Another machine: an address reserved for documentation.
const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

const fn fault(id: &'static str, make: fn() -> Named, en: &'static str) -> Fault {
    Fault::new(Group::Dns, id, Point::Resolve, Strike::Resolve(make), en)
}

pub(super) const FAULTS: &[Fault] = &[
    fault("dns-no-such-name", || Named::Failed("Name or service not known"), "There is no such name."),
    fault("dns-server-failure", || Named::Failed("Temporary failure in name resolution"), "The resolver fails."),
    fault("dns-no-address", || Named::Addresses(Vec::new()), "The name is known and has no address."),
    fault("dns-silent", || Named::Silence, "The resolver does not answer."),
    fault("dns-slow", || Named::Slow, "The right address comes late.").harmless(),
    fault("dns-wrong-address", || dead(1), "An address that refuses connections."),
    fault("dns-wrong-addresses", || dead(8), "Eight addresses that refuse connections."),
    fault("dns-silent-address", || Named::Addresses(vec![SILENT]), "An address that does not answer at all."),
    fault(
        "dns-unspecified-address",
        unspecified,
        "The unspecified address, as a resolver that blocks the name returns.",
    ),
    fault("dns-elsewhere", || Named::Addresses(vec![ELSEWHERE]), "The name of this machine leads to another one."),
    fault("dns-first-elsewhere", || first(&[ELSEWHERE]), "The name of this machine leads to another one first.")
        .harmless(),
    fault("dns-first-dead", || first(&[address(10)]), "The first of two addresses refuses connections.").harmless(),
    fault("dns-many-dead-first", many_dead_first, "The first eight of nine addresses refuse connections.").harmless(),
    fault("dns-first-silent", || first(&[SILENT]), "The first of two addresses does not answer at all.").harmless(),
    fault("dns-v6-dead-first", || first(&[V6]), "The IPv6 address comes first and refuses connections.").harmless(),
    fault("dns-v6-silent-first", || first(&[SILENT_V6]), "IPv6 comes first, and does not answer at all.").harmless(),
    fault("dns-a-thousand", || Named::Addresses(vec![RIGHT; 1000]), "A thousand addresses, all of them good.")
        .harmless(),
];

/// The answer without a fault.
pub(crate) fn right() -> Vec<IpAddr> {
    vec![RIGHT]
}

/// Whether a fault needs a listener that never accepts at this address.
pub(crate) fn wants_silence_at(fault: &Fault) -> Option<IpAddr> {
    match fault.id() {
        "dns-silent-address" | "dns-first-silent" => Some(SILENT),
        "dns-v6-silent-first" => Some(SILENT_V6),
        _ => None,
    }
}

fn address(last: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(127, 0, 0, last))
}

fn dead(count: u8) -> Named {
    Named::Addresses((10..10 + count).map(address).collect())
}

fn first(some: &[IpAddr]) -> Named {
    Named::Addresses([some, &[RIGHT]].concat())
}

fn many_dead_first() -> Named {
    Named::Addresses((10..18).map(address).chain([RIGHT]).collect())
}

fn unspecified() -> Named {
    Named::Addresses(vec![Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into()])
}
