//! Names lead nowhere, to the wrong place, or take too long. They strike when a client asks the sandbox's resolver.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::definition::{Fault, Group, Named, Point, Strike};

/// Where the sandbox is.
const RIGHT: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// The same machine, but the sandbox does not listen there.
const V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);
/// An address that takes connections, and says neither yes nor no to them.
pub(crate) const SILENT: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 99));
/// The same in IPv6, once the sandbox sits there and is silent.
pub(crate) const SILENT_V6: IpAddr = V6;
/// Another machine: an address for documents, which nobody has.
const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

const fn fault(id: &'static str, make: fn() -> Named, en: &'static str) -> Fault {
    Fault::new(Group::Dns, id, Point::Resolve, Strike::Resolve(make), en)
}

pub(super) const FAULTS: &[Fault] = &[
    fault("dns-no-such-name", || Named::Failed("Name or service not known"), "There is no such name."),
    fault("dns-server-failure", || Named::Failed("Temporary failure in name resolution"), "The resolver cannot say."),
    fault("dns-no-address", || Named::Addresses(Vec::new()), "The name is known and has no address."),
    fault("dns-silent", || Named::Silence, "The resolver does not answer."),
    fault("dns-slow", || Named::Slow, "The right address comes late.").harmless(),
    fault("dns-wrong-address", || dead(1), "An address on which nobody listens."),
    fault("dns-wrong-addresses", || dead(8), "Eight addresses on which nobody listens."),
    fault("dns-silent-address", || Named::Addresses(vec![SILENT]), "An address that does not answer at all."),
    fault("dns-unspecified-address", unspecified, "The address of nobody, as a resolver that blocks the name says."),
    fault("dns-elsewhere", || Named::Addresses(vec![ELSEWHERE]), "The name of this machine leads to another one."),
    fault("dns-first-elsewhere", || first(&[ELSEWHERE]), "The name of this machine leads to another one first.")
        .harmless(),
    fault("dns-first-dead", || first(&[address(10)]), "On the first of two addresses nobody listens.").harmless(),
    fault("dns-many-dead-first", many_dead_first, "On the first eight of nine addresses nobody listens.").harmless(),
    fault("dns-first-silent", || first(&[SILENT]), "The first of two addresses does not answer at all.").harmless(),
    fault("dns-v6-dead-first", || first(&[V6]), "IPv6 comes first, and nobody listens there.").harmless(),
    fault("dns-v6-silent-first", || first(&[SILENT_V6]), "IPv6 comes first, and does not answer at all.").harmless(),
    fault("dns-a-thousand", || Named::Addresses(vec![RIGHT; 1000]), "A thousand addresses, all of them good.")
        .harmless(),
];

/// The answer without a fault.
pub(crate) fn right() -> Vec<IpAddr> {
    vec![RIGHT]
}

/// Whether a fault needs somebody who is silent at this address.
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
