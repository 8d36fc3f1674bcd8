//! For each call that acts, a world in which it does something.

mod clodo;
mod inferno;
mod macloud;
mod rootpanel;

use std::fmt::Debug;
use std::time::Duration;

use hostkit::{Api, Endpoint, Evidence};
use hostkit_sandbox::world::{NewServer, World};

pub use clodo::clodo;
pub use inferno::inferno;
pub use macloud::macloud;
pub use rootpanel::rootpanel;

/// The account of the sandbox's credentials.
const ME: &str = World::ACCOUNT;

/// Is shown every call that acts, with what makes a world for it.
pub trait Acts {
    type Api: Api;

    fn act<E>(&mut self, make: impl Fn(&mut World) -> E)
    where
        E: Evidence + Endpoint<Api = Self::Api> + Debug,
        E::Found: Debug,
        E::Output: Debug;
}

/// An ordered server.
fn ordered(world: &mut World) -> u64 {
    world.order(ME, NewServer { name: "web".to_owned(), plan: 1, ..NewServer::default() }).unwrap()
}

/// A server that runs.
fn server(world: &mut World) -> u64 {
    let new = NewServer { name: "web".to_owned(), plan: 1, image: Some(1), install: true, ..NewServer::default() };
    let number = world.order(ME, new).unwrap();
    build(world);
    number
}

/// Lets everything be built.
fn build(world: &mut World) {
    world.settle(world.now() + Duration::from_secs(600));
}
