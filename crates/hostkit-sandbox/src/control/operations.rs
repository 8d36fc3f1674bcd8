//! The operations of each API, from its protocol crate.

use std::fmt::Debug;
use std::marker::PhantomData;

use hostkit::protocol::Perform;
use hostkit::protocol::server::Serve;
use hostkit::protocol::server::every::{Examples, Visitor};
use hostkit::{Api, Call, Effect, Endpoint};

use crate::api_name::ApiName;

/// Collects the names and effects of an API's operations.
struct Operations<A>(Vec<(&'static str, Effect)>, PhantomData<A>);

impl<A: Api> Visitor for Operations<A> {
    type Api = A;

    fn call<E>(&mut self, _: &Examples)
    where
        E: Serve + Call + Endpoint<Api = A> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
        self.0.push((E::INFO.name, E::INFO.effect));
    }

    fn perform<E>(&mut self, _: &Examples)
    where
        E: Serve + Perform + Endpoint<Api = A> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
        self.0.push((E::INFO.name, E::INFO.effect));
    }
}

/// The operations of an API, by name, with what they may do.
pub(crate) fn operations(api: ApiName) -> Vec<(&'static str, Effect)> {
    macro_rules! every {
        ($protocol:ident) => {{
            let mut found = Operations(Vec::new(), PhantomData);
            $protocol::serve::every(&mut found);
            found.0
        }};
    }
    let mut found = match api {
        ApiName::Clodo => every!(clodo_proto),
        ApiName::Inferno => every!(inferno_proto),
        ApiName::RootPanel => every!(rootpanel_proto),
        ApiName::Macloud => every!(macloud_proto),
    };
    found.sort_unstable_by_key(|(name, _)| *name);
    found
}
