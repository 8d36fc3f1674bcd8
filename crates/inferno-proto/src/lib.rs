//! Inferno Solutions' control API: virtual servers, orders and SSH keys.
//!
//! ```no_run
//! use hostkit_ureq::Client;
//! use inferno_proto::orders::ListOrders;
//! use inferno_proto::{Credentials, Inferno};
//!
//! let client = Client::<Inferno>::new(Credentials::key(777, "key"))?;
//! for (id, order) in client.call(&ListOrders::new())? {
//!     println!("{id} {:?}", order.status);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Here are the calls and their values, without IO. The clients [`hostkit-ureq`](https://docs.rs/hostkit-ureq) (blocking)
//! and [`hostkit-reqwest`](https://docs.rs/hostkit-reqwest) (async) carry them out: `call` what reads or may be repeated,
//! and `client.perform(&CreateOrder::new(product))` what acts, whose `Outcome` says whether
//! it happened. Each call's page names what comes back, what it may cost, and what finds it again after a lost answer.
//!
//! | module | what is in it |
//! | --- | --- |
//! | [`products`] | what can be ordered, and the templates of operating systems |
//! | [`orders`] | place, list and cancel orders |
//! | [`servers`] | install, read, start, stop and reinstall the server of an order; wait until it is online |
//! | [`services`] | what else the account has |
//! | [`ssh_keys`] | keys that installations take |
//! | [`account`] | the balance, and the API key |
//! | [`types`] | ids, enumerations and objects |
//!
//! # What to know of it
//!
//! * The hoster has to put the caller's address on a list first; others get a 401, a 403 or a page in HTML.
//! * A success can hold a failure: the answer of an installation has a `result` of its own inside.
//! * [`servers::CheckInstall`] is a dry run of [`servers::Install`]; which of the two an order gets is said in every
//!   call, since the document does not say what the default is.
//! * An order has no field of the caller's. To find out whether one was placed, compare the list before and after.
//! * A second installation while one runs is refused with code 904.
//!
//! The feature `server` adds the other half (reading requests, writing answers); `serde` writes and reads all values,
//! with secrets redacted. Values of enumerations say what they mean in English and in Russian: `meaning("ru")`.
//!
//! # A call without a client
//!
//! ```
//! use hostkit::{Api, Effect, Endpoint};
//! use hostkit::by_hand::EndpointExt;
//! use hostkit::protocol::{RawAnswer, Session};
//! use inferno_proto::servers::Install;
//! use inferno_proto::types::OrderId;
//! use inferno_proto::{Credentials, Inferno};
//!
//! let call = Install::new(OrderId::new(47000), "debian12");
//! assert_eq!(Install::INFO.effect, Effect::Destructive);
//!
//! // The key travels in a header, never in the address.
//! let credentials = Credentials::key(777, "example-key");
//! let request = call.to_http(&"https://cp.inferno.name".parse()?, &credentials, &Session::default())?;
//! assert_eq!(request.uri(), "https://cp.inferno.name/api_client.php?action=install");
//! assert_eq!(request.headers()["x-key"], "example-key");
//! assert_eq!(request.body(), br#"{"cid":777,"run":1,"orderid":47000,"ostpl":"debian12"}"#);
//!
//! // The answer is what PHP's print_r made of an array.
//! let body = b"Array ( [method] => createVPS [result] => success [msg] => ok [retx] => Array \
//!     ( [result] => success [msg] => VSCD: VPS added to queue [error_code] => 0 ) )";
//! let headers = Default::default();
//! let answer = RawAnswer::new(&Install::INFO, &Inferno::INFO, 200, &headers, body);
//! let installed = Install::decode(&answer)?;
//! assert_eq!(installed.queue.message.as_deref(), Some("VSCD: VPS added to queue"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod ext;
mod generated;

pub use generated::*;
