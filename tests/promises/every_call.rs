//! Every call of every API through both clients: the examples' bytes, and those that the server half writes for their
//! values, decode to the recorded values with unknown fields denied.

use std::cell::RefCell;
use std::fmt::Debug;
use std::sync::Arc;

use hostkit::protocol::RawAnswer;
use hostkit::protocol::evidence::Inputs;
use hostkit::protocol::judgement::{Judgement, judge};
use hostkit::protocol::server::Serve;
use hostkit::protocol::server::every::{Examples, Served, Visitor};
use hostkit::protocol::server::example;
use hostkit::time::ManualClock;
use hostkit::{Api, Call, CallOptions, Endpoint, Format, Perform, UnixTime, UnknownFields};
use hostkit_testing::{Script, Scripted};
use hostkit_tests::canned_server::Server;
use hostkit_tests::clients::{Client, runtime};
use hostkit_tests::{entries, sign_in};
use http::HeaderMap;
use tokio::runtime::Runtime;

/// One pass over an API, with the number of answers served.
struct Pass<A: Api> {
    server: Server,
    credentials: A::Credentials,
    runtime: Arc<Runtime>,
    answers: usize,
}

impl<A: Served> Pass<A> {
    fn new(credentials: A::Credentials) -> Self {
        Self { server: Server::start::<A>(&credentials), credentials, runtime: runtime(), answers: 0 }
    }

    /// Clients on a manual clock, so that rate limits take no real time.
    fn clients(&self, format: Format) -> [Client<A>; 2] {
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
        let blocking = blocking.build().expect("a blocking client");
        let asynchronous = asynchronous.build().expect("an async client");
        [Client::Blocking(blocking), Client::Async(asynchronous, Arc::clone(&self.runtime))]
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

    fn each<E>(
        &mut self,
        examples: &Examples,
        run: impl Fn(&Client<A>, &E) -> Result<E::Output, String>,
        run_scripted: impl Fn(&hostkit_ureq::Client<A, Scripted>, &E) -> Result<E::Output, String>,
    ) where
        E: Serve,
        E::Output: Debug + PartialEq,
    {
        let Some(case) = examples.requests.first() else {
            assert!(examples.answers.is_empty(), "{} has answers, but no request", examples.folder);
            return;
        };
        let call: E = example::call(&entries::place(examples.folder, case));
        let kept = RefCell::new(None);
        let erased = Erased {
            is_about_another: &|status, bytes| is_about_another(&call, status, bytes),
            run: &|client: &Client<A>| {
                let value = run(client, &call)?;
                let shown = format!("{value:#?}\n");
                let is_kept = kept.borrow().as_ref().is_none_or(|kept| *kept == value);
                kept.replace(Some(value));
                Ok((shown, is_kept))
            },
            encode: &|format, status| example::encode::<E>(kept.borrow().as_ref().expect("a value"), format, status),
            script: &|| Script::call(&call, kept.take().expect("a value")),
            run_scripted: &|client| run_scripted(client, &call).map(|value| format!("{value:#?}\n")),
            forget: &|| drop(kept.take()),
        };
        self.answers_of(examples, &erased);
    }

    /// Serves each answer three times, as a script of its value, as in the example and as the server half writes it, and
    /// compares the values that the clients read.
    fn answers_of(&mut self, examples: &Examples, call: &Erased<'_, A>) {
        for (case, format, status) in examples.answers {
            let place = entries::place(examples.folder, case);
            let bytes = example::bytes(&place, *format);
            let recorded = example::recorded(&place, *format);
            let is_about_another = (call.is_about_another)(*status, &bytes);
            self.server.answer_with(*status, bytes);
            (call.forget)();
            for result in self.clients(*format).each_ref().map(call.run) {
                if is_about_another {
                    let error = result.expect_err("an answer about something else");
                    assert!(error.contains("which was asked for"), "{} {case} {format}: {error}", examples.folder);
                    continue;
                }
                let (shown, _) = result.unwrap_or_else(|error| panic!("{} {case} {format}: {error}", examples.folder));
                assert_eq!(shown, recorded, "{} {case} {format}", examples.folder);
            }
            if is_about_another || !(200..300).contains(status) {
                continue;
            }
            let (status, body) = (call.encode)(*format, *status);
            self.server.answer_with(status, body);
            for result in self.clients(*format).each_ref().map(call.run) {
                let (shown, is_same) =
                    result.unwrap_or_else(|error| panic!("{} {case} {format}: {error}", examples.folder));
                assert!(is_same, "{} {case} {format}: as the server half writes it: {shown}", examples.folder);
            }
            let client = self.scripted(*format, (call.script)());
            let shown =
                (call.run_scripted)(&client).unwrap_or_else(|error| panic!("{} {case}: {error}", examples.folder));
            assert_eq!(shown, recorded, "{} {case} {format}: from a script", examples.folder);
            assert_eq!(client.transport().left(), 0, "{} {case} {format}", examples.folder);
            self.answers += 1;
        }
    }
}

type ScriptedClient<A> = hostkit_ureq::Client<A, Scripted>;

/// The value that a client read, as it shows itself, and whether it is the one that is kept.
type Found = Result<(String, bool), String>;

/// A call with its type erased; it keeps the value that was read last.
struct Erased<'c, A: Api> {
    is_about_another: &'c dyn Fn(u16, &[u8]) -> bool,
    run: &'c dyn Fn(&Client<A>) -> Found,
    /// The kept value as the server half writes it.
    encode: &'c dyn Fn(Format, u16) -> (u16, Vec<u8>),
    /// The kept value as a script.
    script: &'c dyn Fn() -> Script,
    run_scripted: &'c dyn Fn(&ScriptedClient<A>) -> Result<String, String>,
    forget: &'c dyn Fn(),
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
            |client, call| client.call_full(call).map(|reply| reply.value).map_err(|error| error.to_string()),
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
            |client, call| {
                let outcome = client.with(CallOptions::new().unread()).perform_full(call);
                outcome.into_result().map(|reply| reply.value).map_err(|error| error.to_string())
            },
            |client, call| {
                let unread = client.with(CallOptions::new().unread());
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
