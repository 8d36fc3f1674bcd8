//! The catalogue of faults: everything that can go wrong between a client and a hoster, each with an id of its own.
//!
//! Faults of name resolution come not from the server but from the [`Resolver`](crate::Resolver), if a client uses it.

mod connection;
mod content;
mod definition;
mod dns;
mod encoding;
mod framing;
mod identity;
mod impostor;
mod plan;
mod semantics;
mod settings;
mod slowness;
mod spoil;
mod status;

pub use definition::{Fault, Group, Point};
pub(crate) use definition::{Named, Strike};
pub(crate) use dns::{right, wants_silence_at};
pub(crate) use plan::Sighting;
pub use plan::{Armed, FaultPlan, Random, Struck};
pub use settings::Settings;
pub(crate) use spoil::{Spoil, deliver};

impl Fault {
    /// The whole catalogue.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        let groups: [&'static [Self]; 9] = [
            connection::FAULTS,
            slowness::FAULTS,
            framing::FAULTS,
            status::FAULTS,
            content::FAULTS,
            encoding::FAULTS,
            semantics::FAULTS,
            identity::FAULTS,
            dns::FAULTS,
        ];
        groups.into_iter().flatten()
    }

    /// The fault with this id.
    pub fn by_id(id: &str) -> Option<&'static Self> {
        Self::all().find(|fault| fault.id() == id)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_are_unique_and_plain() {
        let ids: Vec<_> = Fault::all().map(Fault::id).collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
        let is_plain =
            |id: &str| id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        assert!(ids.iter().all(|id| is_plain(id)));
        assert!(Fault::all().all(|fault| Fault::by_id(fault.id()) == Some(fault) && fault.en().ends_with('.')));
    }

    #[test]
    fn the_promises_have_enough_to_run_on() {
        let count = |group| Fault::all().filter(|fault| fault.group() == group).count();
        assert!(count(Group::Slowness) >= 12, "stall points: {}", count(Group::Slowness));
        assert!(count(Group::Content) >= 30, "impostors: {}", count(Group::Content));
        assert!(Fault::all().count() >= 100, "{}", Fault::all().count());
    }
}
