//! A sandbox with every API: simulated, or else answered from its examples.

use hostkit::protocol::server::every::Served;
use hostkit_apis::ForEach;
use hostkit_sandbox::{ApiName, Builder, FromExamples, Sandbox};

const SPECS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../specs");

struct Sites(Option<Builder>);

impl ForEach for Sites {
    fn api<A: Served>(&mut self) {
        let is_simulated = ApiName::ALL.contains(&ApiName::of::<A>());
        if !is_simulated {
            self.0 = self.0.take().map(|builder| builder.site(site::<A>()));
        }
    }
}

fn site<A: Served>() -> FromExamples<A> {
    FromExamples::read(SPECS).unwrap_or_else(|error| panic!("{error}"))
}

/// A sandbox in which this API is answered from its examples, also if it is simulated.
pub fn from_examples<A: Served>() -> Sandbox {
    Sandbox::builder().site(site::<A>()).start().expect("a sandbox")
}

/// Starts one.
pub fn start() -> Sandbox {
    let mut sites = Sites(Some(Sandbox::builder()));
    hostkit_apis::each(&mut sites);
    sites.0.expect("a builder").start().expect("a sandbox")
}
