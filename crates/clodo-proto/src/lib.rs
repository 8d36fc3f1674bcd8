//! Clodo's control API: virtual servers, backups, DNS and storage, in XML and JSON.
//!
//! ```no_run
//! use clodo_proto::servers::ListServers;
//! use clodo_proto::{Clodo, Credentials};
//! use hostkit_ureq::Client;
//!
//! let client = Client::<Clodo>::new(Credentials::key("login", "key"))?;
//! for server in client.call(&ListServers::new())? {
//!     println!("{} {:?} {:?}", server.id, server.name, server.status);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Here are the calls and their values, without IO. The clients [`hostkit-ureq`](https://docs.rs/hostkit-ureq) (blocking)
//! and [`hostkit-reqwest`](https://docs.rs/hostkit-reqwest) (async) carry them out: `call` what reads or may be repeated,
//! and `client.perform(&CreateServer::new(…))` what acts, whose `Outcome` says whether
//! it happened. Each call's page names what comes back, what it may cost, and what finds it again after a lost answer.
//!
//! | module | what is in it |
//! | --- | --- |
//! | [`servers`] | order, read, change, start, stop, rebuild and delete servers; wait until one runs |
//! | [`images`] | operating systems and presets to install |
//! | [`ips`], [`dns`], [`storage`], [`backups`] | what goes with a server |
//! | [`billing`], [`user`], [`limits`] | money, profile, how many calls are left |
//! | [`requests`], [`stats`], [`helpdesk`] | what is still being done, load, tickets |
//! | [`auth`] | the sign-in; clients make it by themselves |
//! | [`types`] | ids, enumerations and objects |
//!
//! # What to know of it
//!
//! * A sign-in gives a token for twenty minutes and the base URL of all further calls. Clients follow that URL only to
//!   hosts of the hoster.
//! * Servers are created at the host of the data centre where they are to stand: `host("kh")` of a client's builder.
//! * Some calls act with a GET or with a body that a proxy may lose. Their docs carry `get-with-effect` and
//!   `body-required-for-meaning`: read the object back.
//! * An empty list comes as a 404. It is an empty list here.
//! * The API tells no prices; [`billing`] tells what was charged.
//!
//! The feature `server` adds the other half (reading requests, writing answers); `serde` writes and reads all values,
//! with secrets redacted. Values of enumerations say what they mean in English and in Russian: `meaning("ru")`.
//!
//! # A call without a client
//!
//! ```
//! use clodo_proto::servers::GetServer;
//! use clodo_proto::types::{ServerId, ServerStatus};
//! use clodo_proto::{Clodo, Credentials};
//! use hostkit::{Api, Effect, Endpoint};
//! use hostkit::by_hand::EndpointExt;
//! use hostkit::protocol::{RawAnswer, Session};
//!
//! let call = GetServer::new(ServerId::new(298));
//! assert_eq!(GetServer::INFO.effect, Effect::Safe);
//!
//! let credentials = Credentials::key("example", "example-key");
//! let session = Session::with_token("example-token".into());
//! let request = call.to_http(&"https://api.clodo.ru".parse()?, &credentials, &session)?;
//! assert_eq!(request.uri(), "https://api.clodo.ru/servers/298");
//! assert_eq!(request.headers()["accept"], "application/xml");
//!
//! // XML and JSON are different trees of the same value.
//! let xml = br#"<server>
//!     <id>298</id><type>VirtualServer</type><status>is_running</status>
//!     <addresses><public><ip addr="192.0.2.10" primary_ip="1"/></public></addresses>
//! </server>"#;
//! let json = br#"{"server": {
//!     "id": "298", "type": "VirtualServer", "status": "is_running",
//!     "addresses": {"public": [{"ip": "192.0.2.10", "primary_ip": true}]}
//! }}"#;
//! let headers = Default::default();
//! let read = |body| GetServer::decode(&RawAnswer::new(&GetServer::INFO, &Clodo::INFO, 200, &headers, body));
//! let server = read(xml)?;
//! assert_eq!(server.status, ServerStatus::Running);
//! assert_eq!(read(json)?, server);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod generated;

pub use generated::*;
