//! Macloud's control API, which VDSina's hosts speak too.
//!
//! ```no_run
//! use hostkit_ureq::Client;
//! use macloud_proto::servers::ListServers;
//! use macloud_proto::{Credentials, Macloud};
//!
//! let client = Client::<Macloud>::new(Credentials::token("token"))?;
//! for server in client.call(&ListServers::new())? {
//!     println!("{} {:?} {:?}", server.id, server.name, server.status);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Here are the calls and their values, without IO. The clients [`hostkit-ureq`](https://docs.rs/hostkit-ureq) (blocking)
//! and [`hostkit-reqwest`](https://docs.rs/hostkit-reqwest) (async) carry them out: `call` what reads or may be repeated,
//! and `client.perform(&CreateServer::new(datacenter, plan))` what acts, whose `Outcome` says whether
//! it happened. Each call's page names what comes back, what it may cost, and what finds it again after a lost answer.
//!
//! | module | what is in it |
//! | --- | --- |
//! | [`servers`] | order, read, change, reboot and delete servers; wait until one is active, or gone |
//! | [`reference`](mod@reference) | data centres, groups, plans with their prices, templates |
//! | [`backups`], [`schedules`], [`isos`] | copies of disks, when they are made, images to boot from |
//! | [`ips`], [`dns`], [`ssh_keys`] | what goes with a server |
//! | [`account`], [`operations`] | balance, limits, and every movement of money |
//! | [`auth`] | the sign-in with e-mail and password; clients make it by themselves |
//! | [`types`] | ids, enumerations and objects |
//!
//! # What to know of it
//!
//! * Three hosts speak it: `macloud` (the default), `vdsina_ru` and `vdsina_com`, by `host("vdsina_com")` of a client's
//!   builder. Some limits differ by host and are checked for the one that the call goes to.
//! * A token from the panel is permanent. Sign-ins with a password that fail block the caller's address for four hours:
//!   clients stop after the first.
//! * An order gets its address later: wait with [`servers::ServerActive`].
//! * VDSina adds a paid weekly schedule of backups to each new server unless `schedule(false)` says no.
//! * Errors of input name their fields: `fault.fields`.
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
//! use macloud_proto::account::GetBalance;
//! use macloud_proto::servers::CreateServer;
//! use macloud_proto::types::{DatacenterId, PlanId};
//! use macloud_proto::{Credentials, Macloud};
//!
//! let call = CreateServer::new(DatacenterId::new(1), PlanId::new(2)).name("web-7f3a");
//! assert_eq!(CreateServer::INFO.effect, Effect::Spends);
//! assert!(!CreateServer::INFO.recovery.is_empty()); // how to find out whether it happened
//!
//! let credentials = Credentials::token("example-token");
//! let session = Session::with_token("example-token".into());
//! let request = call.to_http(&"https://userapi.vdsina.com".parse()?, &credentials, &session)?;
//! assert_eq!(request.uri(), "https://userapi.vdsina.com/v1/server");
//! assert_eq!(request.body(), br#"{"datacenter":1,"server-plan":2,"name":"web-7f3a"}"#);
//!
//! // Money is exact, whether it comes as a number or as text.
//! let body = br#"{"status":"ok","status_msg":"Balance information","data":{"real":"105.00","bonus":12.5}}"#;
//! let headers = Default::default();
//! let balance = GetBalance::decode(&RawAnswer::new(&GetBalance::INFO, &Macloud::INFO, 200, &headers, body))?;
//! assert_eq!(balance.real.map(|money| money.to_string()).as_deref(), Some("105.00"));
//! assert_eq!(balance.bonus.map(|money| money.to_string()).as_deref(), Some("12.5"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod generated;

pub use generated::*;
