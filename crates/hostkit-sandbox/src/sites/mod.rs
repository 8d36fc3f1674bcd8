//! The sites of the APIs, each on the generated server half of its proto crate.

mod from_examples;
mod signed;

use std::any::Any;

use hostkit::Format;
#[cfg(feature = "simulations")]
use hostkit::protocol::Value;
use hostkit::protocol::server::every::Served;

use crate::api_name::ApiName;
use crate::credentials::SECRET;
use crate::site::Site;
pub use from_examples::FromExamples;

/// Declares the simulations, each a folder here.
macro_rules! simulations {
    ($($module:ident: $site:ident, $name:ident;)*) => {
        $(pub mod $module;)*

        impl ApiName {
            /// The simulated APIs.
            pub const ALL: &[Self] = &[$(Self::$name),*];
        }

        /// A site of each.
        pub(crate) fn all() -> Vec<Box<dyn Site>> {
            vec![$(Box::new($module::$site)),*]
        }

        /// Credentials of accounts of one, as the type of its API has them.
        fn accounts() -> Vec<Box<dyn Any>> {
            vec![$(Box::new($module::accounts())),*]
        }

        /// The credentials of an account for programs in any language: name and value.
        #[cfg(feature = "program")]
        pub(crate) fn secrets(api: ApiName) -> Vec<(&'static str, String)> {
            match api {
                $(ApiName::$name => $module::secrets(),)*
                _ => Vec::new(),
            }
        }
    };
}

#[cfg(not(feature = "simulations"))]
simulations! {}

#[cfg(feature = "simulations")]
simulations! {
    clodo: Clodo, CLODO;
    inferno: Inferno, INFERNO;
    rootpanel: RootPanel, ROOTPANEL;
    macloud: Macloud, MACLOUD;
}

/// Credentials of accounts that the sandbox knows at an API, the most usual kind first.
pub fn accounts_of<A: Served>() -> Vec<A::Credentials> {
    let simulated = accounts().into_iter().find_map(|accounts| accounts.downcast::<Vec<A::Credentials>>().ok());
    simulated.map_or_else(|| A::credentials_with(SECRET), |accounts| *accounts)
}

/// The `Content-Type` that a PHP site gives a document.
pub(crate) const fn content_type(format: Format) -> &'static str {
    match format {
        Format::Xml => "application/xml; charset=UTF-8",
        Format::Json => "application/json; charset=UTF-8",
        Format::Php | Format::PrintR | Format::Form => "text/html; charset=UTF-8",
    }
}

/// Adds these keys as null to a map, or to each map of a list, if they are not there.
#[cfg(feature = "simulations")]
pub(crate) fn nulls(value: &mut Value, keys: &[&'static str]) {
    match value {
        Value::Map(entries) => {
            for key in keys {
                if entries.iter().all(|(name, _)| name != key) {
                    entries.push(((*key).into(), Value::Null));
                }
            }
        }
        Value::List(items) => items.iter_mut().for_each(|item| nulls(item, keys)),
        _ => {}
    }
}
