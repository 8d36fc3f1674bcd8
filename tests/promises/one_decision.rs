//! A call by hand and one through the exchange judge every answer alike: every wire example of every API, and every
//! status with and without the API's documents. `HOSTKIT_PROMISE_SIZE=long` tries every status with each effect.

use std::collections::HashSet;
use std::fmt::{Debug, Display};
use std::path::Path;

use hostkit::by_hand::EndpointExt;
use hostkit::machinery::{ClientCore, Machine, Step};
use hostkit::protocol::judgement::{Judgement, JudgementOf, NoValue, Why, judge};
use hostkit::protocol::server::Serve;
use hostkit::protocol::server::every::{Examples, Served, Visitor, list};
use hostkit::protocol::server::example;
use hostkit::protocol::{EndpointInfo, RawAnswer};
use hostkit::time::{Moment, Now};
use hostkit::transport::{AnswerLimits, Incoming};
use hostkit::{
    Api, Call, CallOptions, Effect, Endpoint, Error, ErrorKind, FaultCode, FaultKind, Format, Outcome, Perform,
    TicketCause, UnixTime,
};
use hostkit_tests::{entries, sign_in, size};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The statuses that the document of each example is tried with, beside its own.
const STATUSES: [u16; 13] = [200, 202, 204, 302, 400, 401, 404, 405, 409, 429, 500, 501, 503];

const WALL: UnixTime = UnixTime(1_327_363_202);

/// An answer of a server.
#[derive(Clone)]
struct Given {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Given {
    fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: HeaderMap::new(), body: body.into() }
    }

    /// Reads a file of an example, with its head or only the body.
    fn read(path: &Path) -> Self {
        let bytes = std::fs::read(path).expect("a file");
        if path.extension().is_none_or(|ending| ending != "http") {
            return Self::new(200, bytes);
        }
        let end = bytes.windows(2).position(|pair| pair == b"\n\n").map_or(bytes.len(), |at| at + 2);
        let head = std::str::from_utf8(&bytes[..end]).expect("a head is ASCII");
        let status = head.split_ascii_whitespace().nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let mut given = Self::new(status, &bytes[end..]);
        for (name, value) in head.lines().skip(1).filter_map(|line| line.split_once(':')) {
            let name: HeaderName = name.trim().parse().expect("a name");
            given.headers.append(name, HeaderValue::from_str(value.trim()).expect("a value"));
        }
        given
    }

    fn with_status(&self, status: u16) -> Self {
        Self { status, ..self.clone() }
    }

    fn incoming(&self) -> Incoming {
        let incoming = Incoming::new(&AnswerLimits::DEFAULT, self.status, self.headers.clone());
        incoming.and_then(|incoming| incoming.with_body(self.body.clone())).expect("a small answer")
    }

    fn response(&self) -> http::Response<Vec<u8>> {
        let mut response = http::Response::new(self.body.clone());
        *response.status_mut() = StatusCode::from_u16(self.status).expect("a status");
        *response.headers_mut() = self.headers.clone();
        response
    }
}

/// How a call ended, whether by hand or through the exchange.
#[derive(Debug, PartialEq)]
enum End {
    Done(String),
    Accepted(String, &'static str),
    Rejected(NoAnswer),
    Open(NoAnswer),
}

#[derive(Debug, PartialEq)]
struct NoAnswer {
    kind: ErrorKind,
    may_have_happened: bool,
    /// The `Debug` output of the fault, if it is one.
    fault: Option<String>,
}

impl NoAnswer {
    fn of_error<C: FaultCode>(error: &Error<C>) -> Self {
        let fault = error.fault().map(|fault| format!("{fault:?}"));
        Self { kind: error.kind(), may_have_happened: error.may_have_happened(), fault }
    }
}

/// Returns the judgement as an end, and checks that a call by hand ends alike.
fn by_hand<E: Endpoint>(call: &E, given: &Given, shown: &dyn Display) -> End
where
    E::Output: Debug,
{
    let answer = RawAnswer::new(&E::INFO, &<E::Api as Api>::INFO, given.status, &given.headers, &given.body);
    let judgement: JudgementOf<E> = judge::<E>(&call.echo(), &answer);
    let end = match judgement {
        Judgement::Done(value) | Judgement::Nothing(value) => End::Done(format!("{value:?}")),
        Judgement::Accepted(value, reason) => End::Accepted(format!("{value:?}"), reason.as_str()),
        Judgement::Rejected(no_value) => End::Rejected(no_answer(no_value)),
        Judgement::Open(no_value) => End::Open(no_answer(no_value)),
    };
    called(call.read_http(&given.response()).map(|value| format!("{value:?}")), &end, shown);
    end
}

fn no_answer<C: FaultCode>(no_value: NoValue<C>) -> NoAnswer {
    let (kind, fault) = match no_value.why {
        Why::Fault(fault) => (ErrorKind::Fault, Some(format!("{fault:?}"))),
        Why::Unreadable(_) => (ErrorKind::Decode, None),
        Why::Unrecognised(_) => (ErrorKind::Unrecognised, None),
    };
    NoAnswer { kind, may_have_happened: no_value.may_have_happened, fault }
}

/// Runs a machine with the given answers to its call and to a sign-in, on a clock that jumps to the end of each wait.
fn run<M: Machine>(mut machine: M, name: &str, given: &Given, sign_in: &Given) -> M::Done {
    let mut now = Now { monotonic: Moment::START, wall: WALL };
    loop {
        match machine.step(now) {
            Step::Send(outgoing) => {
                let given = if outgoing.endpoint == name { given } else { sign_in };
                machine.receive(now, Ok(given.incoming()));
            }
            Step::SleepUntil(moment) | Step::Wait(_, moment) => now.monotonic = moment,
            Step::Done(done) => return done,
        }
    }
}

/// Compares a result of `call` with a call by hand; `call` does not distinguish rejected from open, nor done from
/// accepted.
fn called<C: FaultCode>(result: Result<String, Error<C>>, by_hand: &End, shown: &dyn Display) {
    match (result, by_hand) {
        (Ok(read), End::Done(value) | End::Accepted(value, _)) => assert_eq!(read, *value, "{shown}"),
        (Err(error), End::Rejected(no_answer) | End::Open(no_answer)) => {
            assert_eq!(NoAnswer::of_error(&error), *no_answer, "{shown}");
        }
        (result, by_hand) => panic!("{shown}: {result:?}, and by hand {by_hand:?}"),
    }
}

/// Compares an outcome of `perform` with a call by hand.
fn performed<C: FaultCode>(outcome: Outcome<String, C>, by_hand: &End, shown: &dyn Display) {
    let may_have_happened = outcome.may_have_happened();
    // By hand, nothing is known of what was read before, without which `perform` leaves a conflict open.
    let open = match (&outcome, by_hand) {
        (Outcome::Rejected(rejection), End::Rejected(no_answer))
            if may_have_happened && rejection.fault().kind == FaultKind::Conflict =>
        {
            let fault = no_answer.fault.as_ref().map(|fault| fault.replacen("verify: false", "verify: true", 1));
            Some(End::Rejected(NoAnswer { kind: no_answer.kind, may_have_happened, fault }))
        }
        _ => None,
    };
    let by_hand = open.as_ref().unwrap_or(by_hand);
    let end = match outcome {
        Outcome::Done(value) => End::Done(value),
        Outcome::Accepted(value, reason) => End::Accepted(value, reason.as_str()),
        Outcome::Rejected(rejection) => {
            assert_eq!(rejection.ticket().is_some(), may_have_happened, "{shown}");
            let fault = Some(format!("{:?}", rejection.fault()));
            End::Rejected(NoAnswer { kind: ErrorKind::Fault, may_have_happened, fault })
        }
        Outcome::NotSent(error) => panic!("{shown}: it was sent: {error}"),
        Outcome::Unresolved(ticket) => {
            let kind = match ticket.cause() {
                TicketCause::ServerFailed | TicketCause::Refused => ErrorKind::Fault,
                TicketCause::Unreadable => ErrorKind::Decode,
                TicketCause::NotAnAnswer => ErrorKind::Unrecognised,
                other => panic!("{shown}: {other:?} is no answer"),
            };
            // A ticket does not keep the fault, so it is taken from the call by hand.
            let fault = match by_hand {
                End::Open(NoAnswer { fault, .. }) => fault.clone(),
                _ => None,
            };
            End::Open(NoAnswer { kind, may_have_happened, fault })
        }
    };
    assert_eq!(end, *by_hand, "{shown}");
}

/// One pass over an API.
struct Pass<A: Api> {
    credentials: A::Credentials,
    /// One in which every call can be written.
    format: Format,
    /// Faults of the API, in several kinds of documents.
    faults: &'static [&'static str],
    /// The effects for which the statuses were tried.
    swept: Vec<Effect>,
    examples: usize,
    cases: usize,
}

impl<A: Served> Pass<A> {
    fn new(credentials: A::Credentials, faults: &'static [&'static str]) -> Self {
        Self { credentials, format: entries::format::<A>(), faults, swept: Vec::new(), examples: 0, cases: 0 }
    }

    /// The answer to a sign-in, or any where there is none.
    fn sign_in(&self) -> Given {
        let base = format!(
            "https://{}",
            A::INFO.session_hosts.first().map_or("api.example.org", |host| host.trim_start_matches("*."))
        );
        let answer = sign_in::answer::<A>(&self.credentials, &base, "PLACEHOLDER");
        answer.map_or_else(
            || Given::new(204, ""),
            |answer| Given { status: answer.status, headers: answer.headers, body: answer.body },
        )
    }

    /// A new client, so that no rate limit and no session remains from the previous case.
    fn core(&self) -> ClientCore<A> {
        // An answer by hand does not say from which host it is, so its amounts have no currency of a host.
        let base = "https://elsewhere.example".parse().expect("a base URL");
        ClientCore::builder(self.credentials.clone())
            .base_url(base)
            .format(self.format)
            .seed(1)
            .build()
            .expect("a client")
    }

    fn each<E: Serve + Endpoint<Api = A>>(
        &mut self,
        examples: &Examples,
        check: impl Fn(&Self, &E, &Given, &dyn Display),
    ) {
        let Some(case) = examples.requests.first() else {
            assert!(examples.answers.is_empty(), "{} has answers, but no request", examples.folder);
            return;
        };
        let call: E = example::call(&entries::place(examples.folder, case));
        self.cases_of(examples, &E::INFO, &|pass, given, shown| check(pass, &call, given, shown));
    }

    fn cases_of(&mut self, examples: &Examples, info: &EndpointInfo, check: &dyn Fn(&Self, &Given, &dyn Display)) {
        let mut documents = Vec::new();
        let folder = Path::new(ROOT).join("specs").join(examples.folder);
        for file in std::fs::read_dir(folder).expect("a folder") {
            let path = file.expect("a file").path();
            if is_answer(&path) {
                documents
                    .push((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), Given::read(&path)));
            }
        }
        self.examples += documents.len();
        for (name, given) in &documents {
            for status in STATUSES.into_iter().chain([given.status]) {
                self.cases += 1;
                let given = given.with_status(status);
                check(self, &given, &format_args!("{}/{name} under {status}", examples.folder));
            }
        }
        if self.swept.contains(&info.effect) {
            return;
        }
        let is_every = self.swept.is_empty() || size::is_long();
        self.swept.push(info.effect);
        let good = documents.iter().find(|(name, _)| name.contains(".answer.")).map(|(_, given)| given.clone());
        let faults = self.faults.iter().map(|fault| Given::new(200, *fault));
        let all = faults.chain([Given::new(200, ""), Given::new(200, "<html><title>no</title></html>")]).chain(good);
        for given in all {
            for status in statuses(is_every) {
                self.cases += 1;
                let body = String::from_utf8_lossy(&given.body);
                let shown = format_args!("{} {body} under {status}", info.name);
                check(self, &given.with_status(status), &shown);
            }
        }
    }
}

/// Every status, or those that are registered, with the end of each class.
fn statuses(is_every: bool) -> impl Iterator<Item = u16> {
    (200..=599).filter(move |status| is_every || matches!(status % 100, ..33 | 51 | 99))
}

impl<A: Served> Visitor for Pass<A> {
    type Api = A;

    fn call<E>(&mut self, examples: &Examples)
    where
        E: Serve + Call + Endpoint<Api = A> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
        self.each::<E>(examples, |pass, call, given, shown| {
            let machine = pass.core().call(call, CallOptions::new());
            let result = run(machine, E::INFO.name, given, &pass.sign_in());
            called(result.map(|reply| format!("{:?}", reply.value)), &by_hand::<E>(call, given, shown), shown);
        });
    }

    fn perform<E>(&mut self, examples: &Examples)
    where
        E: Serve + Perform + Endpoint<Api = A> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
        self.each::<E>(examples, |pass, call, given, shown| {
            let machine = pass.core().perform(call, CallOptions::new().unread());
            let outcome = run(machine, E::INFO.name, given, &pass.sign_in());
            performed(outcome.map(|reply| format!("{:?}", reply.value)), &by_hand::<E>(call, given, shown), shown);
        });
    }
}

/// Whether a file is an answer of a wire example.
fn is_answer(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
    name.contains(".answer.") || name.contains(".fault.")
}

/// The number of answers below a folder.
fn answers(folder: &Path) -> usize {
    let paths = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    paths.map(|path| if path.is_dir() { answers(&path) } else { usize::from(is_answer(&path)) }).sum()
}

/// Faults of hosters in several kinds of documents, beside those of the examples.
fn faults(api: &str) -> &'static [&'static str] {
    match api {
        "clodo" => &[
            r#"{"NotFound": {"code": 404, "message": "Not Found", "details": "нет"}}"#,
            r#"<Unauthorized code="401"><message>no</message><details>no</details></Unauthorized>"#,
            r#"{"code": 405, "message": "Method Not Allowed", "details": ""}"#,
        ],
        "inferno" => &[
            r#"{"result": "error", "message": "Access denied"}"#,
            r#"{"result": "error", "error_code": "already_in_progress", "message": "wait"}"#,
        ],
        "macloud" => &[
            r#"{"status": "error", "status_code": 404, "status_msg": "Not found", "data": {"id": ["no"]}}"#,
            r#"{"status": "error", "status_code": 500, "status_msg": "Internal Server Error"}"#,
            r#"{"status": "error", "status_msg": "No Server information"}"#,
        ],
        "rootpanel" => &[
            r#"{"status": "ERROR", "errorCode": "7", "errorMsg": "no"}"#,
            r#"{"status": "ERROR", "errorCode": "45", "errorMsg": "no"}"#,
            r#"{"status": "ERROR", "errorCode": "26", "errorMsg": "no"}"#,
            r#"{"status": "SUCCESS", "errorCode": "31", "errorMsg": "later"}"#,
        ],
        _ => &[],
    }
}

fn check<A: Served>() {
    let mut pass = Pass::<A>::new(sign_in::credentials::<A>("key-of-a-test"), faults(A::INFO.name));
    A::every(&mut pass);
    let name = A::INFO.name;
    println!("{name}: {} cases, of {} examples and 400 statuses", pass.cases, pass.examples);
    assert_eq!(pass.examples, answers(&Path::new(ROOT).join("specs").join(name)), "{name}: not every example");
    let effects: HashSet<Effect> = list::<A>().into_iter().map(|(info, _)| info.effect).collect();
    assert_eq!(pass.swept.len(), effects.len(), "{name}: not every effect: {:?}", pass.swept);
}

hostkit_apis::tests!(check);
