//! The machines that drivers run: an exchange with the encoder and decoder of one endpoint.

use std::fmt;

use hostkit_proto::evidence::Inputs;
use hostkit_proto::judgement::{judge, judge_as};
use hostkit_proto::{Api, Call, Endpoint, FaultCode, FaultKind, Perform, Report};

use super::{Answered, Arrival, Ending, Exchange, Failed};
use crate::call::outcome::{Outcome, RawBody, Rejection, Reply};
use crate::call::ticket::{OpenEnd, Ticket, TicketCause};
use crate::client::ClientCore;
use crate::error::{Cause, Error, ErrorOf};
use crate::machine::{Machine, Step};
use crate::options::CallOptions;
use crate::time::Now;
use crate::transport::{Incoming, TransportError};

impl<A: Api> ClientCore<A> {
    /// Starts a safe or idempotent call.
    pub fn call<E: Call<Api = A>>(&self, endpoint: &E, options: CallOptions) -> CallMachine<E> {
        CallMachine::new(self, endpoint, options)
    }

    /// Starts a mutating call.
    pub fn perform<E: Perform<Api = A>>(&self, endpoint: &E, options: CallOptions) -> PerformMachine<E> {
        PerformMachine::new(self, endpoint, options)
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
}

type Code<E> = <<E as Endpoint>::Api as Api>::Code;
type TypedOf<E> = Typed<<E as Endpoint>::Api, <E as Endpoint>::Output>;

impl<A: Api, T> Typed<A, T> {
    fn new<E: Endpoint<Api = A>>(core: &ClientCore<A>, endpoint: &E, options: CallOptions) -> Self {
        let exchange = Exchange::new(core, const { &E::INFO }, options, |parts| endpoint.encode(parts));
        Self { exchange, echo: endpoint.echo(), answered: None }
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

    fn receive<E: Endpoint<Api = A, Output = T>>(&mut self, now: Now, result: Result<Incoming, TransportError>) {
        if let Some(arrival) = self.exchange.receive(now, result)
            && let Some((value, accepted, report)) =
                self.exchange.apply_answer(now, &arrival, |answer| judge::<E>(&self.echo, answer))
        {
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
        self.0.receive::<E>(now, result);
    }
}

/// A mutating call. It ends with an outcome.
pub struct PerformMachine<E: Endpoint>(TypedOf<E>, Inputs);

impl<E: Perform> PerformMachine<E> {
    pub(crate) fn new(core: &ClientCore<E::Api>, endpoint: &E, options: CallOptions) -> Self {
        Self(Typed::new(core, endpoint, options), endpoint.inputs())
    }
}

impl<E: Perform> Machine for PerformMachine<E> {
    type Done = Outcome<Reply<E::Output>, Code<E>>;

    fn step(&mut self, now: Now) -> Step<Self::Done> {
        self.0.step(now).map(|end| match end {
            Ok(Answered { reply, accepted: None }) => Outcome::Done(reply),
            Ok(Answered { reply, accepted: Some(reason) }) => Outcome::Accepted(reply, reason),
            Err(Failed { error, ending: Ending::NotSent, .. }) => Outcome::NotSent(error),
            Err(failed) => {
                let place = self.0.exchange.core().place();
                let inputs = std::mem::take(&mut self.1);
                let may_have_happened = failed.error.may_have_happened();
                let end = open_end(&failed);
                let ticket = || Ticket::new::<E>(place, inputs, end);
                let rejection = match failed.ending {
                    Ending::Rejected => Rejection::try_from(failed.error).ok(),
                    Ending::NotSent | Ending::Open => None,
                };
                match rejection {
                    None => Outcome::Unresolved(ticket()),
                    Some(rejection) if may_have_happened => Outcome::Rejected(rejection.with_ticket(ticket())),
                    Some(rejection) => Outcome::Rejected(rejection),
                }
            }
        })
    }

    fn receive(&mut self, now: Now, result: Result<Incoming, TransportError>) {
        self.0.receive::<E>(now, result);
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
        Cause::Decode(error) => (TicketCause::Unreadable, error.to_string()),
        cause => (TicketCause::NotAnAnswer, cause.foreign().into_owned()),
    };
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
    PerformMachine<E: Endpoint>: |machine| &machine.0.exchange;
    RawMachine<A: Api>: |machine| &machine.0.exchange;
}

#[cfg(all(test, not(loom)))]
macro_rules! looked_into {
    ($($name:ident<$parameter:ident: $bound:ident, $api:ty>;)*) => { $(
        impl<$parameter: $bound> $name<$parameter> {
            pub(super) fn exchange(&self) -> &Exchange<$api> {
                &self.0.exchange
            }

            /// Whether the answer is an acceptance, if there is one that the caller has not taken yet.
            pub(super) fn is_accepted(&self) -> Option<bool> {
                self.0.answered.as_ref().map(|answered| answered.accepted.is_some())
            }
        }
    )* };
}

#[cfg(all(test, not(loom)))]
looked_into! {
    CallMachine<E: Call, E::Api>;
    PerformMachine<E: Perform, E::Api>;
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
        assert_send::<PerformMachine<E>>();
        assert_send::<RawMachine<E::Api>>();
        assert_send::<ClientCore<E::Api>>();
    }
}
