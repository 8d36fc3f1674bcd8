//! The machines that drivers run: an exchange with the encode and decode of one endpoint around it.

use std::fmt;

use super::{Ended, Exchange, Reading};
use crate::call::outcome::{Outcome, RawBody, Reason, Rejection, Reply};
use crate::call::retry::Stage;
use crate::call::ticket::{OpenEnd, Ticket, TicketCause};
use crate::client::ClientCore;
use crate::error::{Cause, Error, ErrorOf};
use crate::machine::{Machine, Step};
use crate::options::CallOptions;
use crate::time::Now;
use crate::transport::{Incoming, TransportError};
use hostkit_proto::Api;
use hostkit_proto::DecodeError;
use hostkit_proto::RawAnswer;
use hostkit_proto::evidence::Inputs;
use hostkit_proto::{Call, Endpoint, Perform};
use hostkit_proto::{FaultCode, FaultKind};

impl<A: Api> ClientCore<A> {
    /// A call that only reads, or sets a state.
    pub fn call<E: Call<Api = A>>(&self, endpoint: &E, options: CallOptions) -> CallMachine<E> {
        CallMachine::new(self, endpoint, options)
    }

    /// A call that acts.
    pub fn perform<E: Perform<Api = A>>(&self, endpoint: &E, options: CallOptions) -> PerformMachine<E> {
        PerformMachine::new(self, endpoint, options)
    }

    /// A call whose answer is taken as it comes, whatever it says.
    pub fn raw<E: Call<Api = A>>(&self, endpoint: &E, options: CallOptions) -> RawMachine<A> {
        RawMachine::new(self, endpoint, options)
    }
}

/// An exchange and the value that its answer was read into.
struct Typed<E: Endpoint> {
    exchange: Exchange<E::Api>,
    value: Option<E::Output>,
}

impl<E: Endpoint> Typed<E> {
    fn new(core: &ClientCore<E::Api>, endpoint: &E, options: CallOptions) -> Self {
        let reading = if E::empty().is_some() { Reading::ValueOrNothing } else { Reading::Value };
        let exchange = Exchange::new(core, const { &E::INFO }, options, reading, |parts| endpoint.encode(parts));
        Self { exchange, value: None }
    }

    fn receive(&mut self, now: Now, result: Result<Incoming, TransportError>) {
        let value = &mut self.value;
        self.exchange.receive(now, result, &mut |answer| read::<E>(answer, value));
    }

    /// The value with what belongs to it, or the failure.
    fn close(&mut self, ended: Ended<Code<E>>) -> Closed<E> {
        let (head, value, accepted) = match ended {
            Ended::Failed(failed) => return Err(failed),
            Ended::Empty { head, failed } => match E::empty() {
                Some(value) => (head, value, None),
                None => return Err(failed),
            },
            Ended::Read { head, accepted } => match self.value.take() {
                Some(value) => (head, value, accepted),
                // A read that was fine has kept its value.
                None => unreachable!("the value of {} was read", E::INFO.name),
            },
        };
        let reply =
            Reply { value, status: head.status, headers: head.headers, attempts: head.attempts, report: head.report };
        Ok((reply, accepted))
    }
}

type Code<E> = <<E as Endpoint>::Api as Api>::Code;
type Closed<E> = Result<(Reply<<E as Endpoint>::Output>, Option<&'static str>), super::Failed<Code<E>>>;

fn read<E: Endpoint>(answer: &RawAnswer<'_>, value: &mut Option<E::Output>) -> Result<(), DecodeError> {
    *value = Some(E::decode(answer)?);
    Ok(())
}

/// A call that only reads, or sets a state. It ends with a reply or an error.
pub struct CallMachine<E: Endpoint>(Typed<E>);

impl<E: Call> CallMachine<E> {
    pub(crate) fn new(core: &ClientCore<E::Api>, endpoint: &E, options: CallOptions) -> Self {
        Self(Typed::new(core, endpoint, options))
    }
}

impl<E: Call> Machine for CallMachine<E> {
    type Done = Result<Reply<E::Output>, ErrorOf<E>>;

    fn step(&mut self, now: Now) -> Step<Self::Done> {
        let step = self.0.exchange.step(now);
        step.map(|ended| match self.0.close(ended) {
            Ok((reply, _)) => Ok(reply),
            Err(failed) => Err(failed.error),
        })
    }

    fn receive(&mut self, now: Now, result: Result<Incoming, TransportError>) {
        self.0.receive(now, result);
    }
}

/// A call that acts. It ends with an outcome.
pub struct PerformMachine<E: Endpoint>(Typed<E>, Inputs);

impl<E: Perform> PerformMachine<E> {
    pub(crate) fn new(core: &ClientCore<E::Api>, endpoint: &E, options: CallOptions) -> Self {
        Self(Typed::new(core, endpoint, options), endpoint.inputs())
    }
}

impl<E: Perform> Machine for PerformMachine<E> {
    type Done = Outcome<Reply<E::Output>, Code<E>>;

    fn step(&mut self, now: Now) -> Step<Self::Done> {
        let step = self.0.exchange.step(now);
        step.map(|ended| match self.0.close(ended) {
            Ok((reply, None)) => Outcome::Done(reply),
            Ok((reply, Some(reason))) => Outcome::Accepted(reply, Reason::new(reason)),
            Err(failed) => {
                let (sent, ended) = (failed.sent, failed.ended);
                let inputs = std::mem::take(&mut self.1);
                let place = self.0.exchange.core().place();
                let ticket = |error: &Error<_>| Ticket::new::<E>(place, inputs, sent, ended, open_end(error));
                match failed.stage {
                    Stage::NotSent => Outcome::NotSent(failed.error),
                    Stage::Open => Outcome::Unresolved(ticket(&failed.error)),
                    Stage::Rejected if failed.error.may_have_happened() => {
                        let ticket = ticket(&failed.error);
                        match Rejection::try_from(failed.error) {
                            Ok(rejection) => Outcome::Rejected(rejection.with_ticket(ticket)),
                            Err(_) => Outcome::Unresolved(ticket),
                        }
                    }
                    Stage::Rejected => match Rejection::try_from(failed.error) {
                        Ok(rejection) => Outcome::Rejected(rejection),
                        Err(error) => Outcome::Unresolved(ticket(&error)),
                    },
                }
            }
        })
    }

    fn receive(&mut self, now: Now, result: Result<Incoming, TransportError>) {
        self.0.receive(now, result);
    }
}

/// What a ticket says about the end of its call.
fn open_end<C: FaultCode>(error: &Error<C>) -> OpenEnd {
    let (cause, text) = match error.cause() {
        Cause::Transport(error) if error.is_timeout() => (TicketCause::TimedOut, error.to_string()),
        Cause::Transport(error) => (TicketCause::ConnectionLost, error.to_string()),
        Cause::Fault(fault) if fault.status < 500 && fault.kind != FaultKind::Internal => {
            (TicketCause::Refused, fault.to_string())
        }
        Cause::Fault(fault) => (TicketCause::ServerFailed, fault.to_string()),
        Cause::Decode(error) => (TicketCause::Unreadable, error.to_string()),
        _ => (TicketCause::NotAnAnswer, "the answer is no document of this API".to_owned()),
    };
    OpenEnd { cause, text, status: error.status(), body: error.excerpt().cloned() }
}

/// A call whose answer is taken as it comes, whatever it says. Only the transport, or the sign-in, makes it fail.
pub struct RawMachine<A: Api> {
    exchange: Exchange<A>,
    body: Vec<u8>,
}

impl<A: Api> RawMachine<A> {
    pub(crate) fn new<E: Call<Api = A>>(core: &ClientCore<A>, endpoint: &E, options: CallOptions) -> Self {
        let exchange = Exchange::new(core, const { &E::INFO }, options, Reading::Raw, |parts| endpoint.encode(parts));
        Self { exchange, body: Vec::new() }
    }
}

impl<A: Api> Machine for RawMachine<A> {
    type Done = Result<Reply<RawBody>, Error<A::Code>>;

    fn step(&mut self, now: Now) -> Step<Self::Done> {
        let step = self.exchange.step(now);
        step.map(|ended| match ended {
            Ended::Failed(failed) | Ended::Empty { failed, .. } => Err(failed.error),
            Ended::Read { head, .. } => Ok(Reply {
                value: RawBody::new(std::mem::take(&mut self.body)),
                status: head.status,
                headers: head.headers,
                attempts: head.attempts,
                report: head.report,
            }),
        })
    }

    fn receive(&mut self, now: Now, result: Result<Incoming, TransportError>) {
        let body = &mut self.body;
        self.exchange.receive(now, result, &mut |answer| {
            *body = answer.body().to_vec();
            Ok(())
        });
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
    RawMachine<A: Api>: |machine| &machine.exchange;
}

#[cfg(all(test, not(loom)))]
impl<E: Call> CallMachine<E> {
    pub(super) fn exchange(&self) -> &Exchange<E::Api> {
        &self.0.exchange
    }
}

#[cfg(all(test, not(loom)))]
impl<E: Perform> PerformMachine<E> {
    pub(super) fn exchange(&self) -> &Exchange<E::Api> {
        &self.0.exchange
    }
}

#[cfg(all(test, not(loom)))]
impl<A: Api> RawMachine<A> {
    pub(super) fn exchange(&self) -> &Exchange<A> {
        &self.exchange
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_send<T: Send>() {}

    /// Machines go into futures that move between threads. That this compiles is the test.
    #[allow(dead_code)]
    fn machines_are_send<E: Call + Perform>() {
        assert_send::<CallMachine<E>>();
        assert_send::<PerformMachine<E>>();
        assert_send::<RawMachine<E::Api>>();
        assert_send::<ClientCore<E::Api>>();
    }
}
