//! ROOTPANEL.NET's control API as Friendhosting runs it, in JSON and PHP serialize.
//!
//! ```no_run
//! use hostkit_ureq::Client;
//! use rootpanel_proto::orders::GetOrders;
//! use rootpanel_proto::{Credentials, RootPanel};
//!
//! let client = Client::<RootPanel>::new(Credentials::api_key("login", "key"))?;
//! for order in client.call(&GetOrders::new())? {
//!     println!("{} {:?} until {:?}", order.id, order.status, order.paid_until);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Here are the calls and their values, without IO. The clients [`hostkit-ureq`](https://docs.rs/hostkit-ureq) (blocking)
//! and [`hostkit-reqwest`](https://docs.rs/hostkit-reqwest) (async) carry them out: `call` what reads or may be repeated,
//! and `client.perform(&CreateOrder::new(tariff, months))` what acts, whose `Outcome` says whether
//! it happened. Each call's page names what comes back, what it may cost, and what finds it again after a lost answer.
//!
//! | module | what is in it |
//! | --- | --- |
//! | [`tariffs`] | what can be ordered, for how long, with which add-ons, at what price |
//! | [`orders`] | place, list, renew, extend, suspend, resume and reinstall orders; wait until one is processed |
//! | [`servers`] | start, stop, reboot, reset, and the console |
//! | [`account`] | the balance |
//! | [`types`] | ids, enumerations and objects |
//!
//! # What to know of it
//!
//! * Errors come under status 200. [`Code`] is the catalogue; a fault of it says what it means: `is_auth()`,
//!   `is_not_found()`, `is_conflict()`. Codes 1, 2, 45 and 55 leave open whether something happened: `fault.verify`.
//! * An empty list comes as error 10 or 26. It is an empty list here.
//! * An order has no field of the caller's. To find out whether one was placed, compare the list and the balance.
//! * Answers come in JSON, which every call asks for, or as PHP wrote them: `format(Format::Php)` of a client's builder.
//! * [`Credentials::test`] is the hoster's trial access: nothing is charged and nothing is done.
//!
//! The feature `server` adds the other half (reading requests, writing answers); `serde` writes and reads all values,
//! with secrets redacted. Values of enumerations say what they mean in English and in Russian: `meaning("ru")`.
//!
//! # A call without a client
//!
//! ```
//! use hostkit::{Api, Effect, Endpoint};
//! use hostkit::by_hand::EndpointExt;
//! use hostkit::protocol::{RawAnswer, Session, Verdict};
//! use rootpanel_proto::orders::CreateOrder;
//! use rootpanel_proto::types::TariffId;
//! use rootpanel_proto::{Credentials, RootPanel};
//!
//! let call = CreateOrder::new(TariffId::new(12), 1);
//! assert_eq!(CreateOrder::INFO.effect, Effect::Spends);
//!
//! let credentials = Credentials::api_key("example", "example-key");
//! let request = call.to_http(&"https://my.friendhosting.net".parse()?, &credentials, &Session::default())?;
//! assert_eq!(request.uri(), "https://my.friendhosting.net/apih.php");
//! let body = "login=example&apikey=example-key&json=1&command=createOrder&vid=vds&tarifid=12&period=1";
//! assert_eq!(request.body(), body.as_bytes());
//!
//! // A success with code 31 is a third end: taken, not done. Clients give `Outcome::Accepted` for it.
//! let body = br#"{"status":"SUCCESS","errorCode":31,"errorMsg":"...","orderid":"47001"}"#;
//! let headers = Default::default();
//! let answer = RawAnswer::new(&CreateOrder::INFO, &RootPanel::INFO, 200, &headers, body);
//! assert_eq!(RootPanel::verdict(&answer), Verdict::Accepted("awaits-payment"));
//! assert_eq!(CreateOrder::decode(&answer)?.order.get(), 47001);
//!
//! // The same from PHP's serialize().
//! let body = br#"a:2:{s:6:"status";s:7:"SUCCESS";s:7:"orderid";i:47001;}"#;
//! let answer = RawAnswer::new(&CreateOrder::INFO, &RootPanel::INFO, 200, &headers, body);
//! assert_eq!(CreateOrder::decode(&answer)?.order.get(), 47001);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod ext;
mod generated;

pub use generated::*;
