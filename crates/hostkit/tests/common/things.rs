//! Evidence for the shop's calls: most show as a new number in its list of things.

use std::time::Duration;

use hostkit::protocol::codec::{DecodeError, Name};
use hostkit::protocol::evidence;
use hostkit::protocol::evidence::{Baseline, Each, Evidence, Inputs};
use hostkit::protocol::{EncodeError, EndpointInfo, RawAnswer, RequestParts};
use hostkit::{Call, Effect, Endpoint};
use hostkit_testing::Script;

use super::*;

/// The numbers of the things that a customer has.
#[derive(Debug, Clone)]
pub struct ListThings;

impl Endpoint for ListThings {
    type Api = Shop;
    type Output = Vec<u64>;
    const INFO: EndpointInfo =
        EndpointInfo { name: "list_things", path: "/things", effect: Effect::Safe, ..EndpointInfo::DEFAULT };

    fn encode(&self, _: &mut RequestParts) -> Result<(), EncodeError> {
        Ok(())
    }

    fn decode(answer: &RawAnswer<'_>) -> Result<Vec<u64>, DecodeError> {
        answer.list(&Name::new("ids"), 100)
    }
}

impl Call for ListThings {}

/// Evidence for calls that show as a number missing from the baseline, with the time until it shows, and whether a
/// proxy may double the call.
macro_rules! shows_as_new {
    ($($call:ident: $settle:expr, $doubled:expr;)*) => { $(
        impl Evidence for $call {
            type Reading = ListThings;
            type Found = u64;
            const SHOWS_WITHIN: Duration = Duration::from_secs($settle);
            const MAY_BE_DOUBLED: bool = $doubled;

            fn reading(_: &Inputs) -> Result<ListThings, EncodeError> {
                Ok(ListThings)
            }

            fn baseline(_: &Inputs, now: &Vec<u64>) -> Option<Baseline> {
                Some(ids(now))
            }

            fn find(_: &Inputs, baseline: Option<&Baseline>, now: Vec<u64>) -> Option<Vec<u64>> {
                evidence::appeared(baseline, now, false, |_| true, |_| false, evidence::text)
            }
        }
    )* };
}

shows_as_new! {
    Order: 60, false;
    Reboot: 300, false;
    AddAddress: 60, true;
}

pub fn ids(ids: &[u64]) -> Baseline {
    evidence::marks(ids.iter(), |_| true, |id| Some(evidence::text(id)))
}

/// A deletion shows as a read that finds nothing.
impl Evidence for Delete {
    type Reading = GetItem;
    type Found = ();
    const SHOWS_WITHIN: Duration = Duration::from_secs(20);

    fn reading(_: &Inputs) -> Result<GetItem, EncodeError> {
        Ok(GetItem)
    }

    fn baseline(_: &Inputs, _: &u64) -> Option<Baseline> {
        None
    }

    fn find(_: &Inputs, _: Option<&Baseline>, _: u64) -> Option<Vec<()>> {
        Some(Vec::new())
    }

    fn not_found() -> Option<()> {
        Some(())
    }
}

/// The removal of thing 1 shows as its absence from the list.
impl Evidence for RemoveThing {
    type Reading = ListThings;
    type Found = ();
    const SHOWS_WITHIN: Duration = Duration::from_secs(60);
    const IS_ABSENCE: bool = true;

    fn reading(_: &Inputs) -> Result<ListThings, EncodeError> {
        Ok(ListThings)
    }

    fn baseline(_: &Inputs, now: &Vec<u64>) -> Option<Baseline> {
        Some(ids(now))
    }

    fn find(_: &Inputs, baseline: Option<&Baseline>, now: Vec<u64>) -> Option<Vec<()>> {
        evidence::gone(baseline, now, 1, |id| *id == 1)
    }
}

/// The notes of one thing.
#[derive(Debug, Clone)]
pub struct ListNotes(pub u64);

impl Endpoint for ListNotes {
    type Api = Shop;
    type Output = Vec<u64>;
    const INFO: EndpointInfo =
        EndpointInfo { name: "list_notes", path: "/things/{id}/notes", effect: Effect::Safe, ..EndpointInfo::DEFAULT };

    fn encode(&self, out: &mut RequestParts) -> Result<(), EncodeError> {
        out.path("id", &self.0)
    }

    fn decode(answer: &RawAnswer<'_>) -> Result<Vec<u64>, DecodeError> {
        answer.list(&Name::new("ids"), 100)
    }
}

impl Call for ListNotes {}

/// A note shows among those of some thing, so the notes of each thing have to be read.
impl Evidence for AddNote {
    type Reading = Each<ListThings, ListNotes>;
    type Found = u64;
    const SHOWS_WITHIN: Duration = Duration::from_secs(60);

    fn reading(_: &Inputs) -> Result<Each<ListThings, ListNotes>, EncodeError> {
        Ok(Each::new(ListThings, |things| things.into_iter().map(ListNotes).collect()))
    }

    fn baseline(_: &Inputs, now: &Vec<u64>) -> Option<Baseline> {
        Some(ids(now))
    }

    fn find(_: &Inputs, baseline: Option<&Baseline>, now: Vec<u64>) -> Option<Vec<u64>> {
        evidence::appeared(baseline, now, false, |_| true, |_| false, evidence::text)
    }
}

hostkit::protocol::not_shown!(Build, "a building site shows nothing");

pub fn things(ids: &str) -> Script {
    Script::get("/things").answer(200, format!(r#"{{"ids": [{ids}]}}"#))
}
