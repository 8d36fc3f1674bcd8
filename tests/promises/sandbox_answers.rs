//! Every call of every API against the sandbox, which must know each of them.

use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};

use hostkit::protocol::server::Serve;
use hostkit::protocol::server::every::{Examples, Served, Visitor};
use hostkit::protocol::server::example;
use hostkit::{Api, Call, CallOptions, Endpoint, Error, FaultCode, Perform, Rates};
use hostkit_sandbox::{ApiName, Ended, Sandbox, accounts_of};
use hostkit_tests::{entries, sandboxes};
use hostkit_ureq::Client;

/// The sites' error texts for unknown calls.
const UNKNOWN: &[&str] = &["Модуль не найден", "Invalid action", "not implemented", "UnknownCommand"];

struct Pass<A: Api> {
    sandbox: Sandbox,
    client: Client<A>,
    calls: usize,
    /// Calls that were carried out; others are refused because the object that they name is not in this world.
    carried_out: usize,
    wrong: Vec<String>,
}

impl<A: Served> Pass<A> {
    fn new(credentials: A::Credentials) -> Self {
        let sandbox = sandboxes::start();
        let url = sandbox.url(ApiName::of::<A>()).parse().expect("a base URL");
        let client = Client::builder(credentials).base_url(url).format(entries::format::<A>());
        let client = client.rates(Rates::new(&[])).build().expect("a client");
        Self { sandbox, client, calls: 0, carried_out: 0, wrong: Vec::new() }
    }

    fn each<E>(&mut self, examples: &Examples, run: impl Fn(&Client<A>, &E) -> Option<Error<A::Code>>)
    where
        E: Serve + Endpoint<Api = A>,
    {
        let Some(case) = examples.requests.first() else {
            self.wrong.push(format!("{} has no request", examples.folder));
            return;
        };
        let call: E = example::call(&entries::place(examples.folder, case));
        self.sandbox.ledger().clear();
        let error = run(&self.client, &call);
        self.judge(E::INFO.name, error.map(|error| format!("{error} {error:?}")).unwrap_or_default());
    }

    /// Judges what the sandbox recorded of the call, which ended with this error.
    fn judge(&mut self, name: &str, said: String) {
        let entries = self.sandbox.ledger().entries();
        self.calls += 1;
        match entries.iter().rev().find(|entry| entry.operation == name) {
            None => self.wrong.push(format!("{name} did not arrive as itself: {entries:?}, {said}")),
            Some(entry) if entry.ended == Ended::Unknown => self.wrong.push(format!("{name}: no endpoint fits")),
            Some(entry) => self.carried_out += usize::from(matches!(entry.ended, Ended::Answered | Ended::Committed)),
        }
        if UNKNOWN.iter().any(|word| said.contains(word)) {
            self.wrong.push(format!("{name}: {said}"));
        }
    }

    fn end(self, count: usize) {
        assert!(self.wrong.is_empty(), "{}", self.wrong.join("\n"));
        assert_eq!(self.calls, count, "not every call was made");
        assert!(self.carried_out > 0);
        println!("{} calls, {} carried out, the others refused with a reason", self.calls, self.carried_out);
    }
}

impl<A: Served> Visitor for Pass<A>
where
    A::Code: FaultCode,
{
    type Api = A;

    fn call<E>(&mut self, examples: &Examples)
    where
        E: Serve + Call + Endpoint<Api = A> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
        self.each::<E>(examples, |client, call| client.call(call).err());
    }

    fn perform<E>(&mut self, examples: &Examples)
    where
        E: Serve + Perform + Endpoint<Api = A> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
        self.each::<E>(examples, |client, call| {
            client.with(CallOptions::new().unread()).perform(call).into_result().err()
        });
    }
}

/// The number of calls in an API's specs.
fn specs(api: &str) -> usize {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../specs")).join(api);
    let entries = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let modules = entries(&folder).filter(|path| path.is_dir() && !path.ends_with("types"));
    let is_spec = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "toml");
    modules.flat_map(|module| entries(&module).filter(is_spec).collect::<Vec<_>>()).count()
}

fn check<A: Served>() {
    let mut pass = Pass::<A>::new(accounts_of::<A>().swap_remove(0));
    A::every(&mut pass);
    pass.end(specs(A::INFO.name));
}

hostkit_apis::tests!(check);
