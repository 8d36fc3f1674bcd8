//! Allocations per answer, counted on the third body of each kind, after one-time initialisation.

use std::alloc::System;

use bench_suite::bodies;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static COUNTED: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() {
    let (json, xml, macloud) = (bodies::clodo_json(1, false), bodies::clodo_xml(1), bodies::macloud_json(2, false));
    println!("allocations per small answer (bytes of body; allocations and bytes; the value itself is in them)");
    for (what, body) in [("Clodo, JSON", &json), ("Clodo, XML", &xml)] {
        count(what, "flat tree", body.len(), || candidate_tree::clodo::list_server_details(body.as_bytes()).is_ok());
        count(what, "streaming", body.len(), || candidate_stream::clodo::list_server_details(body).is_ok());
        count(what, "serde", body.len(), || candidate_serde::clodo::list_server_details(body).is_ok());
    }
    let what = "Macloud, JSON";
    count(what, "flat tree", macloud.len(), || candidate_tree::macloud::list_servers(macloud.as_bytes()).is_ok());
    count(what, "streaming", macloud.len(), || candidate_stream::macloud::list_servers(&macloud).is_ok());
    count(what, "serde", macloud.len(), || candidate_serde::macloud::list_servers(&macloud).is_ok());
}

fn count(what: &str, who: &str, len: usize, mut read: impl FnMut() -> bool) {
    assert!(read() && read());
    let region = Region::new(COUNTED);
    assert!(read());
    let change = region.change();
    println!(
        "  {what:<14} {who:<10} {len:>5} B  {:>4} allocations, {:>6} B",
        change.allocations + change.reallocations,
        change.bytes_allocated
    );
}
