//! Allocations of a small answer, counted on the third reading, after one-time initialisation.

use std::alloc::System;

use bench_serde::{clodo, macloud};
use bench_suite::race::print;
use bench_suite::{bodies, ours};
use clodo_proto::servers::ListServerDetails;
use hostkit::by_hand::EndpointExt;
use macloud_proto::servers::ListServers;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static COUNTED: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() {
    compare::<ListServerDetails>("allocations-clodo-json", &bodies::clodo_json(1, false), |body| {
        clodo::list_server_details(body).is_ok()
    });
    compare::<ListServerDetails>("allocations-clodo-xml", &bodies::clodo_xml(1), |body| {
        clodo::list_server_details(body).is_ok()
    });
    compare::<ListServers>("allocations-macloud-json", &bodies::macloud_json(2, false), |body| {
        macloud::list_servers(body).is_ok()
    });
}

fn compare<E: EndpointExt + Default>(id: &str, body: &str, serde: impl Fn(&str) -> bool) {
    let answer = ours::answer(body.as_bytes());
    let ours = count(|| E::default().read_http(&answer).is_ok());
    let theirs = count(|| serde(body));
    print(id, "allocations", &mut [ours], "serde", &mut [theirs], 1.0);
}

fn count(read: impl Fn() -> bool) -> f64 {
    assert!(read() && read());
    let region = Region::new(COUNTED);
    assert!(read());
    let change = region.change();
    (change.allocations + change.reallocations) as f64
}
