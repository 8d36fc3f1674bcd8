//! For each call that acts, a world in which it does something.

mod clodo;
mod inferno;
mod macloud;
mod rootpanel;

use std::fmt::Debug;
use std::time::Duration;

use hostkit::{Api, Endpoint, Perform};
use hostkit_sandbox::world::{NewServer, World};

pub use clodo::clodo;
pub use inferno::inferno;
pub use macloud::macloud;
pub use rootpanel::rootpanel;

/// The account of the sandbox's credentials.
const ME: &str = World::ACCOUNT;

/// Visits every acting call, with a function that prepares a world for it.
pub trait Acts {
    type Api: Api;

    fn act<E>(&mut self, make: impl Fn(&mut World) -> E)
    where
        E: Perform + Endpoint<Api = Self::Api> + Debug,
        E::Found: Debug,
        E::Output: Debug;
}

/// An ordered server.
fn ordered(world: &mut World) -> u64 {
    world.order(ME, NewServer { name: "web".to_owned(), plan: 1, ..NewServer::default() }).unwrap()
}

/// A running server.
fn server(world: &mut World) -> u64 {
    let new = NewServer { name: "web".to_owned(), plan: 1, image: Some(1), install: true, ..NewServer::default() };
    let number = world.order(ME, new).unwrap();
    build(world);
    number
}

/// Advances the world until everything is built.
fn build(world: &mut World) {
    world.advance_to(world.now() + Duration::from_secs(600));
}
