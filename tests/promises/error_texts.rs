//! The texts of errors, in a file that is reviewed like code: each is provoked, through both clients, and printed with
//! its `Debug`, its sources and what its predicates say. `HOSTKIT_BLESS=1` rewrites the file.

mod reading;
mod refusals;
mod sockets;

use std::error::Error as StdError;
use std::fmt::Write as _;
use std::path::Path;

use hostkit::time::ManualClock;
use hostkit::{Api, Call, CallOptions, Error, ErrorOf, FaultCode, Outcome, OutcomeOf, Perform, UnixTime};
use hostkit_testing::{Script, Scripted};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/promises/error_texts/errors.txt");

/// The file as it is written.
#[derive(Default)]
pub struct Book(String);

impl Book {
    /// Adds what an error says.
    fn add(&mut self, title: &str, error: &(dyn StdError + 'static)) {
        let _ = write!(self.0, "\n== {title}\n{error}\n{error:?}\n");
        let mut source = error.source();
        while let Some(error) = source {
            let _ = writeln!(self.0, "from: {error}");
            source = error.source();
        }
    }

    fn add_call<C: FaultCode>(&mut self, title: &str, error: &Error<C>) {
        self.add(title, error);
        let says = [
            (error.is_auth(), "is_auth"),
            (error.is_rate_limited(), "is_rate_limited"),
            (error.is_timeout(), "is_timeout"),
            (error.is_worth_retrying(), "is_worth_retrying"),
        ];
        let says: Vec<&str> = says.into_iter().filter(|(holds, _)| *holds).map(|(_, name)| name).collect();
        if !says.is_empty() {
            let _ = writeln!(self.0, "{}", says.join(", "));
        }
    }

    /// Adds an outcome without a value.
    fn add_outcome<T: std::fmt::Debug, C: FaultCode>(&mut self, title: &str, outcome: Outcome<T, C>) {
        match outcome {
            Outcome::Rejected(rejection) => {
                self.add(title, &rejection);
                self.add_call(&format!("{title}, as an error"), &rejection.into());
            }
            Outcome::NotSent(error) => self.add_call(&format!("{title}: not sent"), &error),
            Outcome::Unresolved(ticket) => {
                let _ = write!(self.0, "\n== {title}: unresolved\n{ticket}\n");
                let error = Outcome::<T, C>::Unresolved(ticket).into_result().unwrap_err();
                self.add_call(&format!("{title}, as an error"), &error);
            }
            other => panic!("{title}: {other:?}"),
        }
    }
}

/// Either client over a script, on a clock of its own.
macro_rules! client {
    ($client:ident, $api:ty, $credentials:expr, $script:expr) => {{
        let clock = ManualClock::new(UnixTime(1_327_363_202));
        let transport = Scripted::new($script.iter().cloned()).with_clock(clock.clone());
        let client = $client::Client::<$api>::builder($credentials.clone()).clock(clock).seed(1);
        client.transport(transport).build().unwrap()
    }};
}
pub(crate) use client;

fn run<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// The error of a safe call, which both clients give in the same words. The last script is answered again and again.
fn call<E: Call>(
    credentials: &<E::Api as Api>::Credentials,
    call: &E,
    script: &[Script],
    options: &CallOptions,
) -> ErrorOf<E>
where
    E::Output: std::fmt::Debug,
{
    let script = repeated(script);
    let blocking = client!(hostkit_ureq, E::Api, credentials, script).with(options.clone()).call(call).unwrap_err();
    let client = client!(hostkit_reqwest, E::Api, credentials, script).with(options.clone().unread());
    let asynchronous = run(client.call(call)).unwrap_err();
    assert_eq!(format!("{blocking} {blocking:?}"), format!("{asynchronous} {asynchronous:?}"));
    blocking
}

fn perform<E: Perform>(
    credentials: &<E::Api as Api>::Credentials,
    call: &E,
    script: &[Script],
    options: &CallOptions,
) -> OutcomeOf<E>
where
    E::Output: std::fmt::Debug,
{
    let script = repeated(script);
    let blocking = client!(hostkit_ureq, E::Api, credentials, script).with(options.clone().unread()).perform(call);
    let client = client!(hostkit_reqwest, E::Api, credentials, script).with(options.clone().unread());
    let asynchronous = run(client.perform(call));
    assert_eq!(format!("{blocking:?}"), format!("{asynchronous:?}"));
    blocking
}

fn repeated(script: &[Script]) -> Vec<Script> {
    let last = script.last().cloned();
    script.iter().cloned().chain(std::iter::repeat_n(last, 5).flatten()).collect()
}

#[test]
fn errors_read_as_reviewed() {
    let mut book = Book::default();
    reading::add(&mut book);
    refusals::add(&mut book);
    sockets::add(&mut book);
    let head = "What errors say, provoked by tests/promises/error_texts. Each has its text, its `Debug`, its sources, and\n\
                those of `is_auth` and so on that hold. HOSTKIT_BLESS=1 rewrites this file; review it like code.\n";
    let found = format!("{head}{}", book.0);
    for secret in ["canary", "h7nter"] {
        assert!(!found.contains(secret), "a secret is shown");
    }
    if std::env::var_os("HOSTKIT_BLESS").is_some() {
        std::fs::write(FILE, &found).unwrap();
    }
    let expected = std::fs::read_to_string(Path::new(FILE)).unwrap_or_default();
    for (number, (expected, found)) in expected.lines().zip(found.lines()).enumerate() {
        assert_eq!(expected, found, "{FILE}:{}; if what is found is right, HOSTKIT_BLESS=1 records it", number + 1);
    }
    assert_eq!(expected.lines().count(), found.lines().count(), "{FILE}: HOSTKIT_BLESS=1 records it");
    let errors = found.lines().filter(|line| line.starts_with("== ")).count();
    println!("{errors} errors");
}
