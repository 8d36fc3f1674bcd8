//! A sandbox with every API: simulated, or else answered from its examples.

use hostkit::protocol::server::every::Served;
use hostkit_apis::ForEach;
use hostkit_sandbox::{ApiName, Builder, FromExamples, Sandbox};

const SPECS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../specs");

struct Sites(Option<Builder>);

impl ForEach for Sites {
    fn api<A: Served>(&mut self) {
        let is_simulated = ApiName::ALL.contains(&ApiName::of::<A>());
        let site = (!is_simulated).then(|| FromExamples::<A>::read(SPECS).unwrap_or_else(|error| panic!("{error}")));
        if let Some(site) = site {
            self.0 = self.0.take().map(|builder| builder.site(site));
        }
    }
}

/// Starts one.
pub fn start() -> Sandbox {
    let mut sites = Sites(Some(Sandbox::builder()));
    hostkit_apis::each(&mut sites);
    sites.0.expect("a builder").start().expect("a sandbox")
}
