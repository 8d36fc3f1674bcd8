//! Every call of every API through both clients: the examples' bytes, and those that the server half writes for their
//! values, decode to the recorded values with unknown fields denied.

use std::fmt::Debug;

use hostkit::protocol::RawAnswer;
use hostkit::protocol::evidence::Inputs;
use hostkit::protocol::judgement::{Judgement, judge};
use hostkit::protocol::server::Serve;
use hostkit::protocol::server::every::{Examples, Served, Visitor};
use hostkit::protocol::server::example;
use hostkit::protocol::server::example::Place;
use hostkit::time::ManualClock;
use hostkit::{Api, Call, Endpoint, Format, Perform, UnixTime, UnknownFields};
use hostkit_testing::{Script, Scripted};
use hostkit_tests::canned_server::Server;
use hostkit_tests::sign_in;
use http::HeaderMap;

/// One pass over an API, with the number of answers served.
struct Pass<A: Api> {
    server: Server,
    credentials: A::Credentials,
    runtime: tokio::runtime::Runtime,
    answers: usize,
}

impl<A: Served> Pass<A> {
    fn new(credentials: A::Credentials) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        Self { server: Server::start::<A>(&credentials), credentials, runtime, answers: 0 }
    }

    /// Clients on a manual clock, so that rate limits take no real time.
    fn clients(&self, format: Format) -> (hostkit_ureq::Client<A>, hostkit_reqwest::Client<A>) {
        // A format of single answers cannot be requested.
        let format = if A::INFO.formats.contains(&format) { format } else { A::INFO.formats[0] };
        let url = || self.server.url().parse().expect("a base URL");
        let clock = || ManualClock::new(UnixTime(1_327_363_202));
        // What is recorded has the currency of the first host.
        let mut blocking = hostkit_ureq::Client::builder(self.credentials.clone())
            .base_url(url())
            .format(format)
            .unknown_fields(UnknownFields::Deny)
            .clock(clock());
        let mut asynchronous = hostkit_reqwest::Client::builder(self.credentials.clone())
            .base_url(url())
            .format(format)
            .unknown_fields(UnknownFields::Deny)
            .clock(clock());
        if let Some(host) = A::INFO.hosts.first() {
            blocking = blocking.host(host.name);
            asynchronous = asynchronous.host(host.name);
        }
        (blocking.build().expect("a blocking client"), asynchronous.build().expect("an async client"))
    }

    /// A client that is signed in, and whose transport answers from this script.
    fn scripted(&self, format: Format, script: Script) -> hostkit_ureq::Client<A, Scripted> {
        let format = if A::INFO.formats.contains(&format) { format } else { A::INFO.formats[0] };
        let builder = hostkit_ureq::Client::builder(self.credentials.clone())
            .signed_in("token-of-a-test")
            .format(format)
            .unknown_fields(UnknownFields::Deny)
            .clock(ManualClock::new(UnixTime(1_327_363_202)));
        // An API that everybody hosts for himself has no host of its own.
        let builder = match A::INFO.hosts.is_empty() {
            true => builder.base_url("http://127.0.0.1:9".parse().expect("a base URL")),
            false => builder,
        };
        builder.transport(Scripted::new([script])).build().expect("a client")
    }

    /// Serves each answer three times, as a script of its value, as in the example and as the server half writes it, and compares the values that `run`
    /// returns.
    fn each<E>(
        &mut self,
        examples: &Examples,
        run: impl Fn(&Self, &E, Format) -> [Result<E::Output, String>; 2],
        run_scripted: impl Fn(&hostkit_ureq::Client<A, Scripted>, &E) -> Result<E::Output, String>,
    ) where
        E: Serve,
        E::Output: Debug + PartialEq,
    {
        let place = |case| Place { root: concat!(env!("CARGO_MANIFEST_DIR"), "/.."), folder: examples.folder, case };
        let Some(case) = examples.requests.first() else {
            assert!(examples.answers.is_empty(), "{} has answers, but no request", examples.folder);
            return;
        };
        let call: E = example::call(&place(case));
        for (case, format, status) in examples.answers {
            let bytes = example::bytes(&place(case), *format);
            let recorded = example::recorded(&place(case), *format);
            if is_about_another(&call, *status, &bytes) {
                self.server.answer_with(*status, bytes);
                for result in run(self, &call, *format) {
                    let error = result.expect_err("an answer about something else");
                    assert!(error.contains("which was asked for"), "{} {case} {format}: {error}", examples.folder);
                }
                continue;
            }
            self.server.answer_with(*status, bytes);
            let mut value = None;
            for result in run(self, &call, *format) {
                let found = result.unwrap_or_else(|error| panic!("{} {case} {format}: {error}", examples.folder));
                assert_eq!(format!("{found:#?}\n"), recorded, "{} {case} {format}", examples.folder);
                value = Some(found);
            }
            let Some(value) = value.filter(|_| (200..300).contains(status)) else {
                continue;
            };
            let (status, body) = example::encode::<E>(&value, *format, *status);
            self.server.answer_with(status, body);
            for result in run(self, &call, *format) {
                let found = result.unwrap_or_else(|error| panic!("{} {case} {format}: {error}", examples.folder));
                assert_eq!(found, value, "{} {case} {format}: as the server half writes it", examples.folder);
            }
            let client = self.scripted(*format, Script::call(&call, value));
            let found =
                run_scripted(&client, &call).unwrap_or_else(|error| panic!("{} {case}: {error}", examples.folder));
            assert_eq!(format!("{found:#?}\n"), recorded, "{} {case} {format}: from a script", examples.folder);
            assert_eq!(client.transport().left(), 0, "{} {case} {format}", examples.folder);
            self.answers += 1;
        }
    }
}

/// Whether an example is the answer to a call with other inputs.
fn is_about_another<E: Serve>(call: &E, status: u16, bytes: &[u8]) -> bool {
    let headers = HeaderMap::new();
    let answer = || RawAnswer::new(&E::INFO, &<E::Api as Api>::INFO, status, &headers, bytes);
    let is_open = |asked: &Inputs| matches!(judge::<E>(asked, &answer()), Judgement::Open(_));
    is_open(&call.echo()) && !is_open(&Inputs::new())
}

impl<A: Served> Visitor for Pass<A> {
    type Api = A;

    fn call<E>(&mut self, examples: &Examples)
    where
        E: Serve + Call + Endpoint<Api = A> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
        self.each::<E>(
            examples,
            |pass, call, format| {
                let (blocking, asynchronous) = pass.clients(format);
                [
                    blocking.call(call).map_err(|error| error.to_string()),
                    pass.runtime.block_on(asynchronous.call(call)).map_err(|error| error.to_string()),
                ]
            },
            |client, call| client.call(call).map_err(|error| error.to_string()),
        );
    }

    fn perform<E>(&mut self, examples: &Examples)
    where
        E: Serve + Perform + Endpoint<Api = A> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
        self.each::<E>(
            examples,
            |pass, call, format| {
                let (blocking, asynchronous) = pass.clients(format);
                [
                    blocking
                        .with(hostkit::CallOptions::new().unread())
                        .perform(call)
                        .into_result()
                        .map_err(|error| error.to_string()),
                    pass.runtime
                        .block_on(asynchronous.with(hostkit::CallOptions::new().unread()).perform(call))
                        .into_result()
                        .map_err(|error| error.to_string()),
                ]
            },
            |client, call| {
                let unread = client.with(hostkit::CallOptions::new().unread());
                unread.perform(call).into_result().map_err(|error| error.to_string())
            },
        );
    }
}

fn check<A: Served>() {
    let mut pass = Pass::<A>::new(sign_in::credentials::<A>("key-of-a-test"));
    A::every(&mut pass);
    assert!(pass.answers > 0, "{} answers", pass.answers);
    println!("{}: {} answers, each by two clients and in two spellings", A::INFO.name, pass.answers);
}

hostkit_apis::tests!(check);
