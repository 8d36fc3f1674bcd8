//! P13: keys are sent only in a header or a body. Every endpoint is called in the sandbox by both clients, and the
//! access log is searched for every secret of the credentials.

use std::fmt::Debug;

use hostkit::protocol::server::Serve;
use hostkit::protocol::server::every::{Examples, Served, Visitor};
use hostkit::protocol::server::example;
use hostkit::time::ManualClock;
use hostkit::{Api, Call, CallOptions, Endpoint, Perform, UnixTime};
use hostkit_apis::ForEach;
use hostkit_sandbox::{ApiName, Line, Sandbox, accounts_of, credentials};
use hostkit_tests::clients::{Client, runtime};
use hostkit_tests::{entries, sandboxes, sign_in};

struct Pass<A: Api> {
    clients: [Client<A>; 2],
    calls: usize,
}

impl<A: Served> Pass<A> {
    fn new(sandbox: &Sandbox, api: ApiName, credentials: A::Credentials) -> Self {
        let clock = || ManualClock::new(UnixTime(1_327_363_202));
        let url = sandbox.url(api);
        let blocking = hostkit_ureq::Client::builder(credentials.clone())
            .base_url(url.parse().expect("a base URL"))
            .format(entries::format::<A>())
            .clock(clock())
            .build();
        let asynchronous = hostkit_reqwest::Client::builder(credentials)
            .base_url(url.parse().expect("a base URL"))
            .format(entries::format::<A>())
            .clock(clock())
            .build();
        let asynchronous = Client::Async(asynchronous.expect("a client"), runtime());
        Self { clients: [Client::Blocking(blocking.expect("a client")), asynchronous], calls: 0 }
    }
}

impl<A: Api> Visitor for Pass<A> {
    type Api = A;

    fn call<E>(&mut self, examples: &Examples)
    where
        E: Serve + Call + Endpoint<Api = A> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
        for case in examples.requests {
            let call: E = example::call(&entries::place(examples.folder, case));
            // The result does not matter, only that the request was sent.
            for client in &self.clients {
                let _ = client.call_full(&call);
                self.calls += 1;
            }
        }
    }

    fn perform<E>(&mut self, examples: &Examples)
    where
        E: Serve + Perform + Endpoint<Api = A> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
        for case in examples.requests {
            let call: E = example::call(&entries::place(examples.folder, case));
            for client in &self.clients {
                let _ = client.with(CallOptions::new().unread()).perform_full(&call);
                self.calls += 1;
            }
        }
    }
}

struct Calls<'s> {
    sandbox: &'s Sandbox,
    calls: usize,
    apis: usize,
    /// What the specs themselves put into a query to authorise a call: API, name and value.
    declared: Vec<(&'static str, String, String)>,
}

impl ForEach for Calls<'_> {
    fn api<A: Served>(&mut self) {
        self.apis += 1;
        for credentials in accounts_of::<A>() {
            let query = sign_in::query::<A>(&credentials);
            self.declared.extend(query.into_iter().map(|(name, value)| (A::INFO.name, name, value)));
            let mut pass = Pass::<A>::new(self.sandbox, ApiName::of::<A>(), credentials);
            A::every(&mut pass);
            self.calls += pass.calls;
        }
    }
}

#[test]
fn no_key_in_a_target() {
    let sandbox = sandboxes::start();
    let mut calls = Calls { sandbox: &sandbox, calls: 0, apis: 0, declared: Vec::new() };
    hostkit_apis::each(&mut calls);
    let Calls { calls, apis, declared, .. } = calls;

    let log = sandbox.access_log();
    let lines = log.lines();
    let mut hits = Vec::new();
    for secret in [
        credentials::SECRET,
        credentials::CLODO_KEY,
        credentials::INFERNO_KEY,
        credentials::INFERNO_PASSWORD,
        credentials::ROOTPANEL_KEY,
        credentials::ROOTPANEL_PASSWORD,
        credentials::MACLOUD_PASSWORD,
        credentials::MACLOUD_TOKEN,
    ] {
        hits.extend(log.with(secret));
    }
    // An API that takes a key in the query says so in its spec.
    let of =
        |line: &Line, api: &str| line.target.strip_prefix('/').is_some_and(|rest| rest.starts_with(&format!("{api}/")));
    let is_declared = |line: &Line, pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        declared.iter().any(|(api, known, shown)| {
            of(line, api) && known == name && (shown == value || *shown != credentials::SECRET)
        })
    };
    let pairs = |line: &Line| -> Vec<String> {
        let query = line.target.split_once('?').map_or("", |(_, query)| query);
        query.split('&').map(str::to_owned).collect()
    };
    let found = hits.len();
    hits.retain(|line| pairs(line).iter().all(|pair| !is_declared(line, pair)));
    let found = found - hits.len();
    // Names of query parameters that would hold a key, whatever its value.
    for line in &lines {
        let is_secret = |pair: &String| {
            let name = pair.split('=').next().unwrap_or_default().to_ascii_lowercase();
            ["key", "api_key", "apikey", "token", "password", "passwd", "pass"].contains(&name.as_str())
        };
        if pairs(line).iter().filter(|pair| !is_declared(line, pair)).any(is_secret) {
            hits.push(line.clone());
        }
    }
    println!(
        "P13: {calls} cases, calls of every endpoint of {apis} APIs; {} lines in the access log, {} with a key, and {found} \
         where the spec has no other place for it",
        lines.len(),
        hits.len()
    );
    assert!(lines.len() > 500, "{} lines", lines.len());
    // The control: the log does show queries.
    assert!(lines.iter().any(|line| line.target.contains("action=")), "no target holds a query");
    assert!(hits.is_empty(), "{hits:#?}");
}
