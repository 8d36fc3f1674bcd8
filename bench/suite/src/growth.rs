//! Growth of the reading time with ten times the data.

use std::time::Instant;

use bench_suite::bodies;

pub fn run() {
    println!("10 x the data, median (best) of laps in turn");
    let json = |body: &String| candidate_tree::clodo::list_server_details(body.as_bytes()).is_ok();
    grow("Clodo /servers/detail, JSON", [bodies::clodo_json(370, false), bodies::clodo_json(3_700, false)], json);
    let xml = |body: &String| candidate_tree::clodo::list_server_details(body.as_bytes()).is_ok();
    grow("Clodo /servers/detail, XML", [bodies::clodo_xml(340), bodies::clodo_xml(3_400)], xml);
    let macloud = |body: &String| candidate_tree::macloud::list_servers(body.as_bytes()).is_ok();
    grow("Macloud /v1/server, JSON", [bodies::macloud_json(900, false), bodies::macloud_json(9_000, false)], macloud);
}

fn grow(what: &str, bodies: [String; 2], read: impl Fn(&String) -> bool) {
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..21 {
        for (body, times) in bodies.iter().zip(&mut times) {
            let start = Instant::now();
            assert!(read(body));
            times.push(start.elapsed().as_secs_f64());
        }
    }
    let [few, many] = times.each_mut().map(|times| {
        times.sort_by(f64::total_cmp);
        (times[times.len() / 2], times[0])
    });
    let bytes = bodies[1].len() as f64 / bodies[0].len() as f64;
    println!("  {what:<28} {bytes:.2} x the bytes, time x {:.2} ({:.2})", many.0 / few.0, many.1 / few.1);
}
