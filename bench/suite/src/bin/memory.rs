//! Peak memory while a large body is read, as a multiple of the body.

use bench_suite::bodies;
use peak_alloc::PeakAlloc;

#[global_allocator]
static PEAK: PeakAlloc = PeakAlloc;

fn main() {
    println!("peak while reading, as a multiple of the body (the body itself is not counted; the value is)");
    let json = bodies::clodo_json(3_700, false);
    let xml = bodies::clodo_xml(3_400);
    let macloud = bodies::macloud_json(9_000, false);
    for (what, body) in [("Clodo, JSON", &json), ("Clodo, XML", &xml)] {
        peak(what, "flat tree", body.len(), || candidate_tree::clodo::list_server_details(body.as_bytes()).is_ok());
        peak(what, "streaming", body.len(), || candidate_stream::clodo::list_server_details(body).is_ok());
        peak(what, "serde", body.len(), || candidate_serde::clodo::list_server_details(body).is_ok());
    }
    let what = "Macloud, JSON";
    peak(what, "flat tree", macloud.len(), || candidate_tree::macloud::list_servers(macloud.as_bytes()).is_ok());
    peak(what, "streaming", macloud.len(), || candidate_stream::macloud::list_servers(&macloud).is_ok());
    peak(what, "serde", macloud.len(), || candidate_serde::macloud::list_servers(&macloud).is_ok());
}

fn peak(what: &str, who: &str, len: usize, read: impl FnOnce() -> bool) {
    PEAK.reset_peak_usage();
    let before = PEAK.current_usage();
    assert!(read());
    let most = PEAK.peak_usage().saturating_sub(before);
    println!("  {what:<14} {who:<10} {:>5.2} x", most as f64 / len as f64);
}
