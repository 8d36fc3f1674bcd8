//! Peak of memory while a large body is read, as a multiple of the body; the value counts, the body does not.

use bench_serde::{clodo, macloud};
use bench_suite::race::print;
use bench_suite::{bodies, ours};
use clodo_proto::servers::ListServerDetails;
use hostkit::by_hand::EndpointExt;
use macloud_proto::servers::ListServers;
use peak_alloc::PeakAlloc;

#[global_allocator]
static PEAK: PeakAlloc = PeakAlloc;

fn main() {
    compare::<ListServerDetails>("memory-clodo-json", &bodies::clodo_json(3_700, false), |body| {
        clodo::list_server_details(body).is_ok()
    });
    compare::<ListServerDetails>("memory-clodo-xml", &bodies::clodo_xml(3_400), |body| {
        clodo::list_server_details(body).is_ok()
    });
    compare::<ListServers>("memory-macloud-json", &bodies::macloud_json(9_000, false), |body| {
        macloud::list_servers(body).is_ok()
    });
}

fn compare<E: EndpointExt + Default>(id: &str, body: &str, serde: impl FnOnce(&str) -> bool) {
    let answer = ours::answer(body.as_bytes());
    let bytes = body.len() as f64;
    let ours = peak(|| E::default().read_http(&answer).is_ok()) / bytes;
    let theirs = peak(|| serde(body)) / bytes;
    print(id, "x body", &mut [ours], "serde", &mut [theirs], 1.0);
}

fn peak(read: impl FnOnce() -> bool) -> f64 {
    PEAK.reset_peak_usage();
    let before = PEAK.current_usage();
    assert!(read());
    PEAK.peak_usage().saturating_sub(before) as f64
}
