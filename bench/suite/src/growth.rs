//! Growth of the reading time with ten times the data.

use clodo_proto::servers::ListServerDetails;
use hostkit::Endpoint;
use hostkit::by_hand::EndpointExt;
use macloud_proto::servers::ListServers;

use bench_suite::race::{Lap, print};
use bench_suite::{bodies, ours};

pub fn run() {
    grow::<ListServerDetails>("growth-clodo-json", |share| bodies::clodo_json(3_700 / share, false));
    grow::<ListServerDetails>("growth-clodo-xml", |share| bodies::clodo_xml(3_400 / share));
    grow::<ListServers>("growth-macloud-json", |share| bodies::macloud_json(9_000 / share, false));
}

/// The large body is ours and the small one the peer, so that the ratio is the growth.
fn grow<E: EndpointExt + Default + Endpoint<Output: 'static> + 'static>(id: &str, body: impl Fn(usize) -> String) {
    let [mut many, mut few] = [1, 10].map(|share| {
        let answer = ours::answer(body(share).as_bytes());
        (Lap::here(move || usize::from(E::default().read_http(&answer).is_ok())), Vec::new())
    });
    for _ in 0..21 {
        for (lap, times) in [&mut many, &mut few] {
            times.push(lap.run());
        }
    }
    print(id, "ms", &mut many.1, "a tenth of the bytes", &mut few.1, 1e3);
}
