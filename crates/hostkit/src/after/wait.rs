//! The machine that polls on behalf of a waiter until its end or the deadline.

use std::fmt;
use std::time::Duration;

use hostkit_proto::{Api, BaseUrl, Checks, Endpoint, FaultCode, FaultKind, Observation, Progress, Waiter};

use super::seen::{Old, Seen, State};
use crate::call::CallMachine;
use crate::call::outcome::Reply;
use crate::client::ClientCore;
use crate::error::{Cause, Error};
use crate::machine::{Machine, Step, Wakeup};
use crate::options::CallOptions;
use crate::quote::Quote;
use crate::subject::place;
use crate::time::{Moment, Now};
use crate::transport::{Incoming, TransportError, TransportErrorKind};

/// Neither a spec nor a caller may cause a flood of polls.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(100);

/// Why a waiter did not reach its end.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum WaitError<C: FaultCode> {
    /// The awaited state will never be reached.
    Failed {
        /// The name of the API.
        api: &'static str,
        /// The name of the waiter.
        waiter: &'static str,
        /// The host of the client, with its port if the base URL names one.
        host: Box<str>,
        /// What the last poll saw.
        text: String,
    },
    /// The deadline passed; the state may still be reached.
    Deadline {
        /// The name of the API.
        api: &'static str,
        /// The name of the waiter.
        waiter: &'static str,
        /// The host of the client, with its port if the base URL names one.
        host: Box<str>,
        /// The time that the wait was given.
        after: Duration,
        /// What the last poll that got an answer saw, and why that was not the end.
        last: Option<Box<Observation>>,
        /// Why the last poll failed, if it did.
        error: Option<Error<C>>,
    },
    /// The caller cancelled; the state may still be reached.
    Cancelled {
        /// The name of the API.
        api: &'static str,
        /// The name of the waiter.
        waiter: &'static str,
        /// The host of the client, with its port if the base URL names one.
        host: Box<str>,
    },
    /// A poll failed in a way that the next one would, too, such as wrong credentials; the state may still be reached.
    Call(Error<C>),
}

impl<C: FaultCode> fmt::Display for WaitError<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed { api, waiter, host, text } => write!(f, "{api} {waiter} at {host}: it failed: {text}"),
            Self::Deadline { api, waiter, host, after, last, error } => {
                write!(f, "{api} {waiter} at {host}: the deadline passed after {after:.1?}; it may still come")?;
                if let Some(last) = last {
                    if !last.text.is_empty() {
                        write!(f, "; the last state was {:?}", last.text)?;
                    }
                    for unmet in &last.unmet {
                        write!(f, "; {unmet}")?;
                    }
                } else {
                    f.write_str("; no poll was answered")?;
                }
                error.as_ref().map_or(Ok(()), |error| write!(f, "; the last poll failed: {error}"))
            }
            Self::Cancelled { api, waiter, host } => write!(f, "{api} {waiter} at {host}: cancelled by the caller"),
            Self::Call(error) => write!(f, "{error}; what was waited for may still come"),
        }
    }
}

impl<C: FaultCode> std::error::Error for WaitError<C> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Call(error) | Self::Deadline { error: Some(error), .. } => Some(error),
            _ => None,
        }
    }
}

impl<A: Api> ClientCore<A> {
    /// Polls until the waiter's end, and reports each poll before it to `on_progress`, failed ones included, with the time
    /// until the next. The first report comes before any poll and saw nothing: its text is empty.
    pub fn wait<W, F>(&self, waiter: W, options: CallOptions, on_progress: F) -> WaitMachine<W, F>
    where
        W: Waiter,
        W::Endpoint: Endpoint<Api = A>,
        F: FnMut(&Observation),
    {
        WaitMachine::new(self, waiter, options, on_progress)
    }
}

/// Polls until the waiter's end.
pub struct WaitMachine<W: Waiter, F> {
    core: ClientCore<<W::Endpoint as Endpoint>::Api>,
    waiter: W,
    options: CallOptions,
    on_progress: F,
    deadline: Moment,
    /// The time between two polls, and before it grows.
    interval: Duration,
    shortest: Duration,
    /// The time of the next poll, if none is in progress.
    next: Moment,
    call: Option<CallMachine<W::Endpoint>>,
    /// When the last poll began: its answer may be of that time, however late it comes.
    asked: Moment,
    /// `None` until the first step.
    seen: Option<Seen>,
    /// Where the first poll went.
    base: Option<BaseUrl>,
    last: Option<Observation>,
    /// Why the last poll failed, if it did.
    error: Option<Error<Code<W>>>,
}

type Code<W> = <<<W as Waiter>::Endpoint as Endpoint>::Api as Api>::Code;
type Ended<W> = Result<<W as Waiter>::Found, WaitError<Code<W>>>;

impl<W: Waiter, F: FnMut(&Observation)> WaitMachine<W, F> {
    pub(crate) fn new(
        core: &ClientCore<<W::Endpoint as Endpoint>::Api>,
        waiter: W,
        options: CallOptions,
        on_progress: F,
    ) -> Self {
        Self {
            core: core.clone(),
            waiter,
            interval: Duration::ZERO,
            shortest: Duration::ZERO,
            options,
            on_progress,
            deadline: Moment::START,
            next: Moment::START,
            call: None,
            asked: Moment::START,
            seen: None,
            base: None,
            last: None,
            error: None,
        }
    }

    fn failed(&self, text: String) -> WaitError<Code<W>> {
        let (api, waiter, host) = self.subject();
        WaitError::Failed { api, waiter, host, text }
    }

    fn cancelled(&self) -> WaitError<Code<W>> {
        let (api, waiter, host) = self.subject();
        WaitError::Cancelled { api, waiter, host }
    }

    fn late(&mut self) -> WaitError<Code<W>> {
        let (api, waiter, host) = self.subject();
        let after = self.options.deadline.unwrap_or(W::INFO.deadline);
        WaitError::Deadline { api, waiter, host, after, last: self.last.take().map(Box::new), error: self.error.take() }
    }

    fn subject(&self) -> (&'static str, &'static str, Box<str>) {
        (<<W::Endpoint as Endpoint>::Api as Api>::INFO.name, W::INFO.name, place(self.core.base_url()))
    }

    fn begin(&mut self, now: Now) -> Option<Ended<W>> {
        self.shortest = self.shortest_interval();
        self.interval = self.shortest;
        self.next = now.monotonic + self.options.poll_interval.map_or(W::INFO.first, |_| self.interval);
        self.deadline = now.monotonic + self.options.deadline.unwrap_or(W::INFO.deadline);
        self.seen = Some(Seen::new(now.monotonic, W::INFO.lag));
        let mut first = Observation::default();
        first.next = self.next.since(now.monotonic);
        let names_nothing = W::INFO.is_of_list && self.waiter.poll().echo().is_empty();
        if names_nothing {
            let why = "the call names none of the items of the list, so it is unknown which one is waited for";
            return Some(Err(WaitError::Call(Error::refused(const { &<W::Endpoint as Endpoint>::INFO }, why))));
        }
        (self.on_progress)(&first);
        None
    }

    fn poll(&self, now: Now) -> CallMachine<W::Endpoint> {
        // The usual deadline of the call, capped by the remaining time.
        let deadline = <W::Endpoint as Endpoint>::INFO.deadline.min(self.deadline.since(now.monotonic));
        let options = CallOptions { deadline: Some(deadline), ..self.options.clone() };
        let call = self.core.call(&self.waiter.poll(), options);
        // The waiter takes its item from a list, whatever else is in it.
        if W::INFO.is_of_list { call.without_echo() } else { call }
    }

    fn judge(
        &mut self,
        now: Now,
        age: Duration,
        base: &BaseUrl,
        quote: &Quote,
        result: Result<Reply<<W::Endpoint as Endpoint>::Output>, Error<Code<W>>>,
    ) -> Option<Ended<W>> {
        let (progress, text) = match result {
            Ok(reply) => (self.waiter.judge(reply.value, Checks::new(&reply.report)), "it is not in the answer".into()),
            // The fault of a sign-in says nothing about the awaited state.
            Err(error) if error.is_not_found() => {
                (Progress::Absent, error.fault().map(ToString::to_string).unwrap_or_default())
            }
            Err(error) => return self.fail(now, error),
        };
        self.error = None;
        let (state, observation, end) = match progress {
            Progress::Pending(observation) => (State::Pending, observation, None),
            Progress::Unknown(observation) => (State::Unknown, observation, None),
            Progress::Ready(found) => (State::Ready, Observation::default(), Some(Ok(found))),
            Progress::Failed(text) => (State::Failed, Observation::new(text.as_str()), Some(Err(text))),
            Progress::Absent => {
                let end = W::gone().map_or_else(|| Err(format!("it is gone: {text}")), Ok);
                (State::Absent, Observation::new(text), Some(end))
            }
        };
        let observation = quoted(quote, observation);
        let seen = self.seen.get_or_insert_with(|| Seen::new(now.monotonic, W::INFO.lag));
        // There may be other objects there.
        let is_elsewhere = self.base.get_or_insert_with(|| base.clone()) != base;
        let added = if is_elsewhere { None } else { Some(seen.add(self.asked..now.monotonic, age, state)) };
        let why = match added {
            None => Some("a new sign-in names another address than that of the first poll".into()),
            Some(Err(old)) => {
                let than =
                    if old == Old::BeforeTheWait { "and of before the wait" } else { "and no newer than the last one" };
                Some(format!("the answer is from a cache, {} s old, {than}", age.as_secs()))
            }
            Some(Ok((as_of, is_new))) => {
                if is_new && !matches!(state, State::Pending | State::Unknown) {
                    // The next poll confirms it.
                    self.interval = self.shortest;
                }
                match (seen.is_end(as_of, W::gone().is_some()), end) {
                    (Ok(()), Some(end)) => {
                        return Some(end.map_err(|text| self.failed(quote.text(&text).into())));
                    }
                    (Ok(()), None) => None,
                    (Err(why), _) => Some(why).filter(|why| !why.is_empty()),
                }
            }
        };
        self.pause(now, Duration::ZERO);
        let mut observation = observation;
        observation.unmet.extend(why);
        self.report(now, &observation);
        self.last = Some(observation);
        None
    }

    /// Applies a poll that saw nothing.
    fn fail(&mut self, now: Now, error: Error<Code<W>>) -> Option<Ended<W>> {
        if error.is_cancelled() {
            return Some(Err(self.cancelled()));
        }
        if is_lasting(&error) {
            return Some(Err(WaitError::Call(error)));
        }
        tracing::debug!(waiter = W::INFO.name, error = %error, "a poll failed; waiting on");
        self.pause(now, error.retry_after().unwrap_or_default());
        let mut failed = self.last.clone().unwrap_or_default();
        failed.failure = Some(error.to_string());
        self.report(now, &failed);
        // A poll that the end of the wait cut short says less than the one before.
        if now.monotonic < self.deadline || self.error.is_none() {
            self.error = Some(error);
        }
        None
    }

    fn pause(&mut self, now: Now, at_least: Duration) {
        self.next = now.monotonic + self.interval.max(at_least);
        if self.options.poll_interval.is_none() {
            let growth = if W::INFO.growth.is_finite() { W::INFO.growth.clamp(1.0, 10.0) } else { 1.0 };
            self.interval = self.interval.mul_f64(growth).min(W::INFO.cap.max(W::INFO.interval));
        }
    }

    /// The time between two polls before it grows; a caller's is not shorter than the rate limits allow for ever.
    fn shortest_interval(&self) -> Duration {
        let pace = || self.core.rates().pace(<W::Endpoint as Endpoint>::INFO.rates);
        let interval = self.options.poll_interval.map(|interval| interval.max(pace()));
        interval.unwrap_or(W::INFO.interval).max(SHORTEST_INTERVAL)
    }

    fn report(&mut self, now: Now, observation: &Observation) {
        let next = self.next.min(self.deadline).since(now.monotonic);
        let mut observation = observation.clone();
        observation.next = next;
        (self.on_progress)(&observation);
    }
}

/// Whether the next poll would fail for the same reason.
fn is_lasting<C: FaultCode>(error: &Error<C>) -> bool {
    use FaultKind::{Auth, Forbidden, InvalidArgument, Unsupported};
    match error.cause() {
        Cause::SignIn(error) => is_lasting(error),
        Cause::Fault(fault) => matches!(fault.kind, Auth | Forbidden | InvalidArgument | Unsupported),
        Cause::Decode(error) => error.is_over_limit(),
        Cause::Transport(error) => error.kind() == TransportErrorKind::TooLarge,
        Cause::Unrecognised(_) | Cause::Redirected(_) | Cause::Exhausted(_) | Cause::NoRoom(_) => false,
        Cause::Encode(_)
        | Cause::Refused(_)
        | Cause::KnownInPart(_)
        | Cause::Already
        | Cause::Cancelled
        | Cause::Unresolved(_) => true,
    }
}

/// The observation as it may be shown.
fn quoted(quote: &Quote, mut observation: Observation) -> Observation {
    for text in observation.unmet.iter_mut().chain([&mut observation.text]) {
        *text = quote.text(text).into_owned();
    }
    observation
}

impl<W: Waiter, F: FnMut(&Observation)> Machine for WaitMachine<W, F> {
    type Done = Result<W::Found, WaitError<Code<W>>>;

    fn step(&mut self, now: Now) -> Step<Self::Done> {
        if self.seen.is_none()
            && let Some(ended) = self.begin(now)
        {
            return Step::Done(ended);
        }
        loop {
            if let Some(call) = &mut self.call {
                let result = match call.step(now).into_done() {
                    Ok(result) => result,
                    Err(step) => return step,
                };
                let (age, base, quote) = (call.age(), call.base().clone(), call.quote());
                self.call = None;
                if let Some(ended) = self.judge(now, age, &base, &quote, result) {
                    return Step::Done(ended);
                }
            }
            if self.options.cancel.as_ref().is_some_and(crate::cancel::Cancel::is_cancelled) {
                return Step::Done(Err(self.cancelled()));
            }
            if now.monotonic >= self.deadline {
                return Step::Done(Err(self.late()));
            }
            if now.monotonic < self.next {
                let until = self.next.min(self.deadline);
                let Some(cancel) = &self.options.cancel else {
                    return Step::SleepUntil(until);
                };
                let listener = cancel.listen();
                if !cancel.is_cancelled() {
                    return Step::Wait(Wakeup::of_a_sleep(listener), until);
                }
                continue;
            }
            self.asked = now.monotonic;
            self.call = Some(self.poll(now));
        }
    }

    fn receive(&mut self, now: Now, result: Result<Incoming, TransportError>) {
        if let Some(call) = &mut self.call {
            call.receive(now, result);
        }
    }
}

impl<W: Waiter, F> fmt::Debug for WaitMachine<W, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitMachine").field("waiter", &W::INFO.name).field("last", &self.last).finish_non_exhaustive()
    }
}
