//! A test suite for clients over TLS, with proxies, and with names that resolve to other machines.

mod server;
pub mod tls;

pub use server::TlsServer;

use std::time::Duration;

use hostkit::{BaseUrl, SetupError};
use hostkit_testing::conformance::Subject;

use crate::Network;

/// A self-signed certificate for `localhost`, valid for a hundred years.
pub const CERTIFICATE: &[u8] = include_bytes!("certificate.pem");

/// The key of [`CERTIFICATE`], which is public and worthless anywhere else.
pub const CERTIFICATE_KEY: &[u8] = include_bytes!("key.pem");

/// The setup of a client for one scenario.
#[derive(Clone)]
pub struct Given {
    /// The base URL.
    pub base: BaseUrl,
    /// The deadline of each call.
    pub deadline: Duration,
    /// How it reaches the server.
    pub network: Network,
}

/// A client, and the `Debug` output of it and of its transport's setup.
pub struct Made {
    /// The client of the shop.
    pub subject: Box<dyn Subject>,
    /// The `Debug` output of both.
    pub shown: String,
}

/// Makes a client of the shop with the key [`KEY`](hostkit_testing::conformance::KEY).
pub type Make<'a> = &'a dyn Fn(Given) -> Result<Made, SetupError>;

/// Defines the tests of a client, one for each scenario of [`tls`], given a function of the type [`Make`].
#[macro_export]
macro_rules! tls_tests {
    ($make:expr) => {
        $crate::tls_tests! { $make =>
            a_certificate_decides_before_a_byte_is_sent
            what_is_no_certificate_is_refused
            what_is_no_http_proxy_is_refused
            a_name_that_leads_elsewhere_gets_no_key
            a_proxy_that_was_named_is_used_and_hears_no_key
            a_proxy_that_opens_no_tunnel_means_not_sent
            a_proxy_is_not_asked_for_this_machine
            a_proxy_of_the_environment_is_not_asked
            a_greeting_offers_no_more_than_is_wanted
            an_answer_that_nobody_asked_for_is_nobodys
            a_connection_that_the_server_ended_gets_no_call
        }
    };
    ($make:expr => $($test:ident)*) => {
        $(
            #[test]
            fn $test() {
                $crate::testing::tls::$test(&$make);
            }
        )*
    };
}
