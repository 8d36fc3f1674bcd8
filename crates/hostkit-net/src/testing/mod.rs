//! What a client has to do over TLS, with a proxy, and with names that lead elsewhere: one suite that each client is put
//! through with its own transport.

mod server;
pub mod tls;

pub use server::TlsServer;

use std::time::Duration;

use hostkit::{BaseUrl, SetupError};
use hostkit_testing::conformance::Subject;

use crate::Lookup;

/// Made for `localhost`, its own root, and good for a hundred years.
pub const CERTIFICATE: &[u8] = include_bytes!("certificate.pem");

/// The key of [`CERTIFICATE`]. It is public: it proves nothing elsewhere.
pub const CERTIFICATE_KEY: &[u8] = include_bytes!("key.pem");

/// How a client is to be set up for one scenario.
#[derive(Clone)]
pub struct Network {
    /// Where it sends to.
    pub base: BaseUrl,
    /// The time for each call.
    pub deadline: Duration,
    /// Certificates that it trusts beside the public roots, in PEM.
    pub roots: &'static [u8],
    /// The URL of its proxy.
    pub proxy: Option<String>,
    /// What it asks for names in place of the system.
    pub lookup: Option<Lookup>,
}

/// A client, and how it and its transport's setup show themselves.
pub struct Made {
    /// The client, of the shop with its key.
    pub subject: Box<dyn Subject>,
    /// What `Debug` prints of them.
    pub shown: String,
}

/// Makes a client of the shop, with the key [`KEY`](hostkit_testing::conformance::KEY).
pub type Make<'a> = &'a dyn Fn(Network) -> Result<Made, SetupError>;

/// The tests of a client: a function of the type [`Make`] is put through each scenario of [`tls`].
#[macro_export]
macro_rules! tls_tests {
    ($make:expr) => {
        $crate::tls_tests! { $make =>
            a_certificate_decides_before_a_byte_is_sent
            what_is_no_certificate_is_refused
            a_name_that_leads_elsewhere_gets_no_key
            a_proxy_that_was_named_is_used_and_hears_no_key
            a_proxy_that_opens_no_tunnel_means_not_sent
            a_proxy_is_not_asked_for_this_machine
            a_proxy_of_the_environment_is_not_asked
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
