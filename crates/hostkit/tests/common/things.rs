//! How the shop's calls show: most as a new number in its list of things.

use std::time::Duration;

use hostkit::codec::{DecodeError, Name};
use hostkit::testing::Script;
use hostkit::{
    Before, Call, Calls, Effect, EncodeError, Endpoint, EndpointInfo, Error, Inputs, RawAnswer, Reconcile,
    RequestParts, trace,
};

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

/// Calls that show as a number which was not there before, with the time that the hoster may take, and whether a proxy
/// may have them carried out twice.
macro_rules! shows_as_new {
    ($($call:ident: $settle:expr, $doubled:expr;)*) => { $(
        impl Reconcile for $call {
            type Reading = Vec<u64>;
            type Found = u64;
            const SETTLE: Duration = Duration::from_secs($settle);
            const MAY_BE_DOUBLED: bool = $doubled;

            async fn read(_: &Inputs, calls: &Calls<Shop>) -> Result<Vec<u64>, Error<Code>> {
                calls.call(&ListThings).await
            }

            fn before(_: &Inputs, now: &Vec<u64>) -> Option<Before> {
                Some(ids(now))
            }

            fn look(_: &Inputs, before: Option<&Before>, now: Vec<u64>) -> Option<Vec<u64>> {
                trace::appeared(before, now, false, |_| true, |_| false, trace::text)
            }
        }
    )* };
}

shows_as_new! {
    Order: 60, false;
    Reboot: 300, false;
    AddAddress: 60, true;
}

pub fn ids(ids: &[u64]) -> Before {
    trace::marks(ids.iter(), |_| true, |id| Some(trace::text(id)))
}

/// A deletion shows as a read that finds nothing.
impl Reconcile for Delete {
    type Reading = u64;
    type Found = ();
    const SETTLE: Duration = Duration::from_secs(20);

    async fn read(_: &Inputs, calls: &Calls<Shop>) -> Result<u64, Error<Code>> {
        calls.call(&GetItem).await
    }

    fn before(_: &Inputs, _: &u64) -> Option<Before> {
        None
    }

    fn look(_: &Inputs, _: Option<&Before>, _: u64) -> Option<Vec<()>> {
        Some(Vec::new())
    }

    fn not_found() -> Option<()> {
        Some(())
    }
}

hostkit::not_shown!(Build, "a building site shows nothing");

pub fn things(ids: &str) -> Script {
    Script::get("/things").answer(200, format!(r#"{{"ids": [{ids}]}}"#))
}
