//! One small answer, read a thousand times.

use bench_suite::race::{Runner, race};
use bench_suite::{bodies, version};

use crate::read::candidates;

/// Makes each lap read a thousand times.
fn thousand(runners: Vec<Runner<'_>>) -> Vec<Runner<'_>> {
    fn often((name, mut lap): Runner<'_>) -> Runner<'_> {
        (name, Box::new(move || (0..1_000).map(|_| lap()).sum()))
    }
    runners.into_iter().map(often).collect()
}

pub fn run() {
    let serde = || format!("serde derive + serde_json {}", version("serde_json"));
    let body = bodies::clodo_json(1, false);
    let runners = thousand(candidates!(&body, clodo::list_server_details, serde()));
    race("one server of Clodo, JSON, 1,000 times", body.len() * 1_000, 3, runners);
    let body = bodies::macloud_json(2, false);
    let runners = thousand(candidates!(&body, macloud::list_servers, serde()));
    race("two servers of Macloud, JSON, 1,000 times", body.len() * 1_000, 3, runners);
    let body = bodies::clodo_xml(1);
    let serde = format!("serde derive + quick-xml {}", version("quick-xml"));
    let runners = thousand(candidates!(&body, clodo::list_server_details, serde));
    race("one server of Clodo, XML, 1,000 times", body.len() * 1_000, 3, runners);
}
