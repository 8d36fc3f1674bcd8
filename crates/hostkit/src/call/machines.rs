//! The machines that drivers run: an exchange with the encoder and decoder of one endpoint.

use std::fmt;
use std::time::Duration;

use event_listener::EventListener;
use hostkit_proto::evidence::Inputs;
use hostkit_proto::judgement::{Judgement, judge, judge_as, judge_with};
use hostkit_proto::{Api, BaseUrl, Call, Endpoint, FaultCode, FaultKind, Perform, RawAnswer, Report};

use super::{Answered, Arrival, Ending, Exchange, Failed};
use crate::call::outcome::{Outcome, RawBody, Rejection, Reply};
use crate::call::ticket::{OpenEnd, Ticket, TicketCause};
use crate::client::ClientCore;
use crate::error::{Cause, Error, ErrorOf, raising};
use crate::machine::{Machine, Step};
use crate::options::CallOptions;
use crate::quote::Quote;
use crate::time::{Moment, Now};
use crate::transport::{Incoming, TransportError};

impl<A: Api> ClientCore<A> {
    /// Starts a safe or idempotent call.
    pub fn call<E: Call<Api = A>>(&self, endpoint: &E, options: CallOptions) -> CallMachine<E> {
        CallMachine::new(self, endpoint, options)
    }

    /// Starts a call whose answer is returned undecoded, whatever its status.
    pub fn raw<E: Call<Api = A>>(&self, endpoint: &E, options: CallOptions) -> RawMachine<A> {
        RawMachine::new(self, endpoint, options)
    }
}

/// An exchange, and the decoded answer once there is one.
struct Typed<A: Api, T> {
    exchange: Exchange<A>,
    /// The inputs that the answer repeats.
    echo: Inputs,
    answered: Option<Answered<T>>,
    /// How old the last answer was, whatever it said.
    age: Duration,
}

type Code<E> = <<E as Endpoint>::Api as Api>::Code;
type TypedOf<E> = Typed<<E as Endpoint>::Api, <E as Endpoint>::Output>;

impl<A: Api, T> Typed<A, T> {
    fn new<E: Endpoint<Api = A>>(core: &ClientCore<A>, endpoint: &E, options: CallOptions) -> Self {
        let exchange = Exchange::new(core, const { &E::INFO }, options, |parts| endpoint.encode(parts));
        Self { exchange, echo: endpoint.echo(), answered: None, age: Duration::ZERO }
    }

    fn step(&mut self, now: Now) -> Step<Result<Answered<T>, Failed<A::Code>>> {
        match self.answered.take() {
            None => self.exchange.step(now).map(Err),
            Some(answered) => match self.exchange.report_wait(now) {
                None => Step::Done(Ok(answered)),
                Some(step) => {
                    self.answered = Some(answered);
                    step
                }
            },
        }
    }

    fn receive(
        &mut self,
        now: Now,
        result: Result<Incoming, TransportError>,
        judge: impl FnOnce(&Inputs, &RawAnswer<'_>) -> Judgement<T, A::Code>,
    ) {
        let Some(arrival) = self.exchange.receive(now, result) else { return };
        self.age = arrival.incoming.age();
        let judged = self.exchange.apply_answer(now, &arrival, |answer| judge(&self.echo, answer));
        if let Some((value, accepted, report)) = judged {
            let Arrival { incoming: Incoming { status, headers, .. }, .. } = arrival;
            let attempts = self.exchange.attempts;
            self.answered = Some(Answered { reply: Reply { value, status, headers, attempts, report }, accepted });
        }
    }
}

/// A safe or idempotent call. It ends with a reply or an error.
pub struct CallMachine<E: Endpoint>(TypedOf<E>);

impl<E: Call> CallMachine<E> {
    pub(crate) fn new(core: &ClientCore<E::Api>, endpoint: &E, options: CallOptions) -> Self {
        Self(Typed::new(core, endpoint, options))
    }

    /// The same call, whose answer may be about something else than was asked for.
    pub(crate) fn without_echo(mut self) -> Self {
        self.0.echo = Inputs::new();
        self
    }

    /// How old the last answer was, if it came from a cache.
    pub(crate) fn age(&self) -> Duration {
        self.0.age
    }

    /// Where the last attempt went.
    pub(crate) fn base(&self) -> &BaseUrl {
        self.0.exchange.base()
    }

    /// Quotes an answer without the secrets of the request.
    pub(crate) fn quote(&self) -> Quote {
        self.0.exchange.quote()
    }
}

impl<E: Call> Machine for CallMachine<E> {
    type Done = Result<Reply<E::Output>, ErrorOf<E>>;

    fn step(&mut self, now: Now) -> Step<Self::Done> {
        self.0.step(now).map(|end| match end {
            Ok(answered) => Ok(answered.reply),
            Err(failed) => Err(failed.error),
        })
    }

    fn receive(&mut self, now: Now, result: Result<Incoming, TransportError>) {
        self.0.receive(now, result, judge::<E>);
    }
}

/// A mutating call that is sent without more ado. It ends with an outcome, and with a ticket if it was refused.
pub(crate) struct ActMachine<E: Endpoint>(TypedOf<E>);

/// The end of an [`ActMachine`].
pub(crate) struct Acted<E: Endpoint> {
    pub(crate) outcome: Outcome<Reply<E::Output>, Code<E>>,
    /// The ticket of a call that was rejected, in case the rejection is not all that happened.
    pub(crate) refused: Option<Ticket>,
}

impl<E: Perform> ActMachine<E> {
    pub(crate) fn new(core: &ClientCore<E::Api>, endpoint: &E, options: CallOptions) -> Self {
        let mut typed = Typed::new(core, endpoint, options);
        typed.exchange.watched.is_part = true;
        Self(typed)
    }

    /// Records the outcome of the call that this is part of. Only now its price counts as spent or comes back: a read
    /// after a refusal may have shown that the call was carried out.
    pub(crate) fn record(&mut self, now: Now, outcome: &Outcome<Reply<E::Output>, Code<E>>) {
        let exchange = &mut self.0.exchange;
        exchange.end_reservation(outcome.may_have_happened());
        if let Some(ticket) = outcome.ticket() {
            exchange.warn(outcome.call_outcome(), Some(ticket.cause()), outcome.status());
        }
        exchange.record(now.monotonic, outcome.call_outcome(), outcome.status());
    }

    /// Starts the time of the call; returns its deadline.
    pub(crate) fn start(&mut self, now: Now) -> Moment {
        self.0.exchange.deadline(now)
    }

    /// Whether the call ends before anything is sent, because of its inputs or its price.
    pub(crate) fn is_refused(&mut self, now: Now) -> bool {
        self.0.exchange.is_refused(now)
    }

    /// Waits for another call, with checks for cancellation.
    pub(crate) fn listen<D>(&self, now: Now, deadline: Moment, listener: EventListener) -> Step<D> {
        self.0.exchange.listen(now, deadline, listener)
    }

    /// The ticket that the journal hook gets, and the caller if the outcome is unknown; and where what is there before the
    /// call was read, which is where the call goes.
    pub(crate) fn set_ticket(&mut self, ticket: Ticket, read_at: Option<BaseUrl>) {
        let exchange = &mut self.0.exchange;
        (exchange.ticket, exchange.read_at) = (Some(ticket), read_at);
    }

    pub(crate) fn step(&mut self, now: Now) -> Step<Acted<E>> {
        self.0.step(now).map(|end| {
            let (outcome, refused) = match end {
                Ok(Answered { reply, accepted: None }) => (Outcome::Done(reply), None),
                Ok(Answered { reply, accepted: Some(reason) }) => (Outcome::Accepted(reply, reason), None),
                Err(Failed { error, ending: Ending::NotSent, .. }) => (Outcome::NotSent(error), None),
                Err(failed) => {
                    let may_have_happened = failed.error.may_have_happened();
                    let end = open_end(&failed);
                    let ticket = self.0.exchange.ticket.take().map(|ticket| ticket.with_end(end));
                    let rejection = match failed.ending {
                        Ending::Rejected => Rejection::try_from(failed.error),
                        Ending::NotSent | Ending::Open => Err(failed.error),
                    };
                    match (rejection, ticket) {
                        (Ok(rejection), Some(ticket)) if may_have_happened => {
                            (Outcome::Rejected(rejection.with_ticket(ticket)), None)
                        }
                        (Ok(rejection), ticket) => (Outcome::Rejected(rejection), ticket),
                        (Err(_), Some(ticket)) => (Outcome::Unresolved(ticket), None),
                        // Stepped again after its end.
                        (Err(error), None) => (Outcome::NotSent(error), None),
                    }
                }
            };
            Acted { outcome, refused }
        })
    }

    pub(crate) fn receive(&mut self, now: Now, result: Result<Incoming, TransportError>) {
        let ticket = self.0.exchange.ticket.as_ref();
        let baseline = ticket.and_then(Ticket::baseline).cloned().unwrap_or_default();
        self.0.receive(now, result, |echo, answer| judge_with::<E>(echo, &baseline, answer));
    }
}

/// The open end that a ticket records.
fn open_end<C: FaultCode>(failed: &Failed<C>) -> OpenEnd {
    let (cause, text) = match failed.error.cause() {
        Cause::Transport(error) if error.is_timeout() => (TicketCause::TimedOut, error.to_string()),
        Cause::Transport(error) => (TicketCause::ConnectionLost, error.to_string()),
        Cause::Fault(fault) if fault.status < 500 && fault.kind != FaultKind::Internal => {
            (TicketCause::Refused, fault.to_string())
        }
        Cause::Fault(fault) => (TicketCause::ServerFailed, fault.to_string()),
        Cause::Decode(error) => (TicketCause::Unreadable, format!("{error}{}", raising(error))),
        cause => (TicketCause::NotAnAnswer, cause.foreign().into_owned()),
    };
    let text = text + &failed.error.circumstances();
    let (status, body) = (failed.error.status(), failed.error.excerpt().cloned());
    OpenEnd { sent: failed.sent, ended: failed.ended, cause, text: text.into(), status, body }
}

/// A call whose answer is returned undecoded, whatever its status. It fails only in the transport or at sign-in.
pub struct RawMachine<A: Api>(Typed<A, RawBody>);

impl<A: Api> RawMachine<A> {
    pub(crate) fn new<E: Call<Api = A>>(core: &ClientCore<A>, endpoint: &E, options: CallOptions) -> Self {
        Self(Typed::new(core, endpoint, options))
    }
}

impl<A: Api> Machine for RawMachine<A> {
    type Done = Result<Reply<RawBody>, Error<A::Code>>;

    fn step(&mut self, now: Now) -> Step<Self::Done> {
        self.0.step(now).map(|end| match end {
            Ok(answered) => Ok(answered.reply),
            Err(failed) => Err(failed.error),
        })
    }

    fn receive(&mut self, now: Now, result: Result<Incoming, TransportError>) {
        let exchange = &mut self.0.exchange;
        let Some(arrival) = exchange.receive(now, result) else { return };
        let info = exchange.info;
        // The judgement only decides whether the call is retried.
        let _ = exchange.apply_answer(now, &arrival, |answer| judge_as::<A, ()>(info, answer, |_| Ok(()), || None));
        if exchange.is_over() {
            let Incoming { status, headers, body, .. } = arrival.incoming;
            let (value, attempts, report) = (RawBody::new(body), exchange.attempts, Report::default());
            let reply = Reply { value, status, headers, attempts, report };
            self.0.answered = Some(Answered { reply, accepted: None });
        }
    }
}

macro_rules! debug {
    ($($name:ident<$parameter:ident: $bound:ident>: $exchange:expr;)*) => { $(
        impl<$parameter: $bound> fmt::Debug for $name<$parameter> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let exchange: fn(&Self) -> &dyn fmt::Debug = $exchange;
                f.debug_tuple(stringify!($name)).field(exchange(self)).finish()
            }
        }
    )* };
}

debug! {
    CallMachine<E: Endpoint>: |machine| &machine.0.exchange;
    ActMachine<E: Endpoint>: |machine| &machine.0.exchange;
    RawMachine<A: Api>: |machine| &machine.0.exchange;
}

#[cfg(all(test, not(loom)))]
macro_rules! looked_into {
    ($($name:ident<$parameter:ident: $bound:ident, $api:ty>;)*) => { $(
        impl<$parameter: $bound> $name<$parameter> {
            pub(crate) fn exchange(&self) -> &Exchange<$api> {
                &self.0.exchange
            }

            /// Whether the answer is an acceptance, if there is one that the caller has not taken yet.
            pub(crate) fn is_accepted(&self) -> Option<bool> {
                self.0.answered.as_ref().map(|answered| answered.accepted.is_some())
            }
        }
    )* };
}

#[cfg(all(test, not(loom)))]
looked_into! {
    CallMachine<E: Call, E::Api>;
    ActMachine<E: Perform, E::Api>;
    RawMachine<A: Api, A>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_send<T: Send>() {}

    /// Machines go into futures that move between threads; compiling this is the test.
    #[allow(dead_code)]
    fn machines_are_send<E: Call + Perform>() {
        assert_send::<CallMachine<E>>();
        assert_send::<ActMachine<E>>();
        assert_send::<RawMachine<E::Api>>();
        assert_send::<ClientCore<E::Api>>();
    }
}
