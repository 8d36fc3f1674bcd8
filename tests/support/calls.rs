//! Every call of an API with its types erased, so that what makes it is compiled here and not in each test program.

use std::fmt::Debug;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use hostkit::protocol::EndpointInfo;
use hostkit::protocol::server::every::{Examples, Served, Visitor};
use hostkit::protocol::server::{Serve, Simulate, example};
use hostkit::{Api, Call, CallOptions, Effect, Endpoint, Error, FaultCode, Outcome, Perform, Recovery};
use hostkit_apis::ForEach;
use hostkit_sandbox::accounts_of;

use crate::clients::Client;
use crate::{entries, sign_in};

type Run<A> = dyn Fn(&Client<A>, CallOptions) -> Said + Send + Sync;

/// A call of an API with the inputs of its first example.
pub struct Sample<A: Api> {
    pub info: EndpointInfo,
    /// Whether `perform` makes it.
    pub is_performed: bool,
    /// The length of its shortest answer; 0 if that may be no body at all.
    pub answer: u64,
    /// Whether something shows that it happened.
    pub is_shown: bool,
    run: Box<Run<A>>,
    read: Option<Box<Read<A>>>,
    lose: Option<Box<Lose<A>>>,
}

type Read<A> = dyn Fn(hostkit_reqwest::Client<A>) -> Pin<Box<dyn Future<Output = bool> + Send>> + Send + Sync;

type Lose<A> = dyn Fn(&Client<A>, CallOptions) -> Lost<<A as Api>::Code> + Send + Sync;

/// How a call that acts ended, and what recovery says of it, if there is a ticket.
pub struct Lost<C: FaultCode> {
    pub outcome: Outcome<(), C>,
    pub recovery: Option<Recovery<(), C>>,
}

/// How a call ended.
pub struct Said {
    /// The kind of error or outcome.
    pub class: String,
    pub attempts: u32,
}

impl Said {
    pub fn is_good(&self) -> bool {
        matches!(&*self.class, "ok" | "done" | "accepted")
    }
}

/// An answer of so many bytes takes longer than any deadline if it drips.
pub const LONG: u64 = 40;

impl<A: Served> Sample<A> {
    /// Every call.
    pub fn all() -> Vec<Self> {
        let mut samples = Samples(Vec::new());
        A::every(&mut samples);
        samples.0
    }

    /// A read, and a call that acts, of those that this client's sandbox answers: with credentials and with a body, where
    /// there is one. The client has a session then.
    pub fn reading_and_acting(client: &Client<A>) -> (Option<Self>, Option<Self>) {
        let sign_in = sign_in::needed::<A>(accounts_of::<A>()).map(|(_, name)| name);
        let mut all = Self::all();
        all.retain(|sample| Some(sample.info.name) != sign_in);
        all.sort_by_key(|sample| (!sample.info.authorised, sample.answer < LONG));
        let mut first = |is_fit: fn(&Self) -> bool| {
            let is_answered = |sample: &Self| sample.run(client, CallOptions::new().unread()).is_good();
            let found = all.iter().position(|sample| is_fit(sample) && is_answered(sample))?;
            Some(all.swap_remove(found))
        };
        (first(|sample| sample.info.effect == Effect::Safe), first(|sample| sample.is_performed))
    }

    pub fn run(&self, client: &Client<A>, options: CallOptions) -> Said {
        (self.run)(client, options)
    }

    /// A task that makes the call, and says whether it was answered; `None` for one that acts.
    pub fn task(&self, client: hostkit_reqwest::Client<A>) -> Option<Pin<Box<dyn Future<Output = bool> + Send>>> {
        self.read.as_ref().map(|read| read(client))
    }

    /// Makes a call that acts and recovers it, if it has to be; `None` for one that does not act.
    pub fn lose(&self, client: &Client<A>, options: CallOptions) -> Option<Lost<A::Code>> {
        self.lose.as_ref().map(|lose| lose(client, options))
    }
}

struct Samples<A: Api>(Vec<Sample<A>>);

/// A call with the inputs of its first example; `None` if it has none.
fn first<E: Serve>(examples: &Examples) -> Option<E> {
    examples.requests.first().map(|case| example::call(&entries::place(examples.folder, case)))
}

/// The length of the shortest answer.
fn shortest(examples: &Examples) -> u64 {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../specs"));
    let (answers, _) = example::answers(root, examples).expect("examples");
    answers.iter().map(|answer| answer.body.len() as u64).min().unwrap_or(0)
}

fn without_value<T, C: FaultCode>(recovery: Recovery<T, C>) -> Recovery<(), C> {
    match recovery {
        Recovery::Happened(_) => Recovery::Happened(()),
        Recovery::InPart(_, missing) => Recovery::InPart((), missing),
        Recovery::Several(found) => Recovery::Several(vec![(); found.len()]),
        Recovery::DidNot => Recovery::DidNot,
        Recovery::NotYet(after, error) => Recovery::NotYet(after, error),
        Recovery::CannotTell(doubt) => Recovery::CannotTell(doubt),
        Recovery::Unread(error) => Recovery::Unread(error),
        Recovery::OtherTicket(what) => Recovery::OtherTicket(what),
        Recovery::NotShown(why) => Recovery::NotShown(why),
    }
}

impl<A: Api> Visitor for Samples<A> {
    type Api = A;

    fn call<E>(&mut self, examples: &Examples)
    where
        E: Serve + Call + Endpoint<Api = A> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
        let Some(call) = first::<E>(examples).map(Arc::new) else { return };
        let task = Arc::clone(&call);
        let read: Box<Read<A>> = Box::new(move |client| {
            let call = Arc::clone(&task);
            Box::pin(async move { client.call_full(&*call).await.is_ok() })
        });
        let run = Box::new(move |client: &Client<A>, options| {
            let result = client.with(options).call_full(&*call);
            let class = class(&result);
            Said { class, attempts: result.map_or_else(|error| error.attempts(), |reply| reply.attempts) }
        });
        let answer = shortest(examples);
        let (is_performed, is_shown) = (false, false);
        self.0.push(Sample { info: E::INFO, is_performed, answer, is_shown, run, read: Some(read), lose: None });
    }

    fn perform<E>(&mut self, examples: &Examples)
    where
        E: Serve + Simulate + Perform + Endpoint<Api = A> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
        let Some(call) = first::<E>(examples).map(Arc::new) else { return };
        let lost = Arc::clone(&call);
        let run = Box::new(move |client: &Client<A>, options| {
            let outcome = client.with(options).perform_full(&*call);
            // It is sent once, if at all.
            let attempts = u32::from(!matches!(outcome, Outcome::NotSent(_)));
            Said { class: outcome.as_str().to_owned(), attempts }
        });
        let lose = Box::new(move |client: &Client<A>, options| {
            let outcome = client.with(options).perform_full(&*lost).map(drop);
            let recovery = outcome.ticket().map(|ticket| without_value(client.recover::<E>(ticket)));
            Lost { outcome, recovery }
        });
        let (is_shown, answer) = (E::FACTS.not_shown.is_none(), shortest(examples));
        let lose: Option<Box<Lose<A>>> = Some(lose);
        self.0.push(Sample { info: E::INFO, is_performed: true, answer, is_shown, run, read: None, lose });
    }
}

/// The number of calls of all APIs. No test asks for it: it names every call here, so that the compiler builds each of them
/// with this library, and the test programs take them from it.
pub fn count() -> usize {
    struct Count(usize);

    impl ForEach for Count {
        fn api<A: Served>(&mut self) {
            self.0 += Sample::<A>::all().len();
        }
    }

    let mut count = Count(0);
    hostkit_apis::each(&mut count);
    count.0
}

/// Names the end of a call.
fn class<T, C: FaultCode>(result: &Result<T, Error<C>>) -> String {
    match result {
        Ok(_) => "ok".to_owned(),
        Err(error) => format!("{:?}", error.kind()),
    }
}
