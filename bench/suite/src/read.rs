//! Large and small answers of Clodo and Macloud into typed values.

use std::fmt::Debug;

use bench_serde::{clodo, macloud};
use bench_suite::race::{Case, Lap, Peer};
use bench_suite::{bodies, ours, same, version};
use clodo_proto::servers::ListServerDetails;
use hostkit::Endpoint;
use hostkit::by_hand::EndpointExt;
use macloud_proto::servers::ListServers;

use crate::pull;

/// A reader of a peer.
type Read<T, E> = fn(&str) -> Result<Vec<T>, E>;

/// Compares what `E` and its peer read, and makes a case of `times` readings a lap.
fn case<E, T, F>(id: &'static str, body: String, name: String, read: Read<T, F>, times: usize) -> Case
where
    E: EndpointExt + Default + Endpoint<Output: Debug + Length> + 'static,
    T: Debug + 'static,
    F: Debug + 'static,
{
    let body: &'static str = body.leak();
    let answer = ours::answer(body.as_bytes());
    same(&E::default().read_http(&answer).expect("we read it"), &read(body).expect("the peer reads it"), &name);
    let ours = move || (0..times).map(|_| E::default().read_http(&answer).map_or(0, |value| value.length())).sum();
    let theirs = move || (0..times).map(|_| read(body).map_or(0, |value| value.len())).sum();
    Case { ours: Lap::here(ours), peers: vec![Peer { id, name, lap: Lap::here(theirs) }] }
}

/// The number of items that were read.
pub trait Length {
    /// The number of items.
    fn length(&self) -> usize;
}

impl<T> Length for Vec<T> {
    fn length(&self) -> usize {
        self.len()
    }
}

fn serde_json() -> String {
    format!("serde_json {}", version("serde_json"))
}

fn clodo_case(id: &'static str, body: String, times: usize) -> Case {
    case::<ListServerDetails, _, _>(id, body, serde_json(), clodo::list_server_details, times)
}

fn macloud_case(id: &'static str, body: String, times: usize) -> Case {
    case::<ListServers, _, _>(id, body, serde_json(), macloud::list_servers, times)
}

/// Adds sonic-rs, which reads through the same derives.
#[cfg(feature = "sonic")]
fn sonic(mut case: Case, id: &'static str, body: String, read: fn(&str) -> usize) -> Case {
    let (body, name): (&'static str, _) = (body.leak(), format!("sonic-rs {}", version("sonic-rs")));
    assert_ne!(read(body), 0, "sonic-rs reads it");
    case.peers.push(Peer { id, name, lap: Lap::here(move || read(body)) });
    case
}

pub fn clodo_json(share: usize) -> Case {
    let body = bodies::clodo_json(3_700 / share, false);
    #[cfg(feature = "sonic")]
    return sonic(clodo_case("clodo-json", body.clone(), 1), "clodo-json-sonic", body, bench_serde::sonic::clodo);
    #[cfg(not(feature = "sonic"))]
    clodo_case("clodo-json", body, 1)
}

pub fn clodo_json_numbers(share: usize) -> Case {
    clodo_case("clodo-json-numbers", bodies::clodo_json(3_900 / share, true), 1)
}

pub fn clodo_json_shuffled(share: usize) -> Case {
    clodo_case("clodo-json-shuffled", bodies::shuffled(&bodies::clodo_json(3_700 / share, false)), 1)
}

pub fn macloud_json(share: usize) -> Case {
    let body = bodies::macloud_json(9_000 / share, false);
    #[cfg(feature = "sonic")]
    return sonic(
        macloud_case("macloud-json", body.clone(), 1),
        "macloud-json-sonic",
        body,
        bench_serde::sonic::macloud,
    );
    #[cfg(not(feature = "sonic"))]
    macloud_case("macloud-json", body, 1)
}

pub fn macloud_json_texts(share: usize) -> Case {
    macloud_case("macloud-json-texts", bodies::macloud_json(8_800 / share, true), 1)
}

pub fn macloud_json_shuffled(share: usize) -> Case {
    macloud_case("macloud-json-shuffled", bodies::shuffled(&bodies::macloud_json(9_000 / share, false)), 1)
}

pub fn clodo_small(share: usize) -> Case {
    clodo_case("clodo-small", bodies::clodo_json(1, false), 1_000 / share)
}

pub fn macloud_small(share: usize) -> Case {
    macloud_case("macloud-small", bodies::macloud_json(2, false), 1_000 / share)
}

pub fn clodo_xml(share: usize) -> Case {
    let (body, library) = (bodies::clodo_xml(3_400 / share), format!("quick-xml {}", version("quick-xml")));
    let (id, name) = ("clodo-xml", format!("serde + {library}"));
    let mut case = case::<ListServerDetails, _, _>(id, body.clone(), name, clodo::list_server_details, 1);
    let body: &'static str = body.leak();
    let pulled = pull::list_server_details(body).expect("the pull parser reads it");
    same(&clodo::list_server_details(body).expect("serde reads it"), &pulled, "the pull parser");
    let pull = move || pull::list_server_details(body).map_or(0, |list| list.len());
    let name = format!("{library}, pull parser");
    case.peers.push(Peer { id: "clodo-xml-pull", name, lap: Lap::here(pull) });
    let name = format!("{library}, bare events");
    case.peers.push(Peer { id: "clodo-xml-events", name, lap: Lap::here(move || events(body)) });
    case
}

fn events(body: &str) -> usize {
    let mut reader = quick_xml::Reader::from_str(body);
    let mut count = 0;
    loop {
        match reader.read_event().expect("well-formed") {
            quick_xml::events::Event::Eof => return count,
            _ => count += 1,
        }
    }
}
