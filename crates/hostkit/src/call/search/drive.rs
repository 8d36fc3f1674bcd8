//! The three machines as one, and what the caller is told at the end.

use hostkit_proto::{Call, Perform};

use super::super::{CallMachine, Exchange, PerformMachine, RawMachine};
use super::server::VALUE;
use super::shop::{Code, Shop};
use crate::call::outcome::Outcome;
use crate::error::Error;
use crate::machine::{Machine, Step};
use crate::time::Now;
use crate::transport::{Incoming, TransportError};

/// What the caller is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum End {
    Done,
    Accepted,
    Rejected {
        verify: bool,
    },
    NotSent,
    Unresolved,
    /// Of a call that only reads, or sets a state.
    Value,
    Error {
        may_have_happened: bool,
    },
}

impl End {
    /// How many there are.
    pub(super) const COUNT: usize = 9;

    /// Whether it leaves room for the call to have been carried out.
    pub(super) fn may_have_happened(self) -> bool {
        match self {
            Self::Done | Self::Accepted | Self::Unresolved | Self::Value => true,
            Self::Rejected { verify } => verify,
            Self::NotSent => false,
            Self::Error { may_have_happened } => may_have_happened,
        }
    }
}

/// A machine of any call.
pub(super) trait Driven {
    /// The end comes with how often the machine says that the call was sent, where it says so.
    fn step(&mut self, now: Now) -> Step<(End, Option<u32>)>;
    fn receive(&mut self, now: Now, result: Result<Incoming, TransportError>);
    fn exchange(&self) -> &Exchange<Shop>;
    /// Whether its answer is an acceptance, where there is one that the caller has not fetched.
    fn is_accepted(&self) -> Option<bool>;
}

fn error(error: &Error<Code>) -> (End, Option<u32>) {
    (End::Error { may_have_happened: error.may_have_happened() }, Some(error.attempts()))
}

impl<E: Call<Api = Shop, Output = u64>> Driven for CallMachine<E> {
    fn step(&mut self, now: Now) -> Step<(End, Option<u32>)> {
        Machine::step(self, now).map(|done| match done {
            Ok(reply) => {
                assert_eq!(reply.value, VALUE, "an answer out of turn was taken");
                (End::Value, Some(reply.attempts))
            }
            Err(failed) => error(&failed),
        })
    }

    fn receive(&mut self, now: Now, result: Result<Incoming, TransportError>) {
        Machine::receive(self, now, result);
    }

    fn exchange(&self) -> &Exchange<Shop> {
        Self::exchange(self)
    }

    fn is_accepted(&self) -> Option<bool> {
        Self::is_accepted(self)
    }
}

impl<E: Perform<Api = Shop, Output = u64>> Driven for PerformMachine<E> {
    fn step(&mut self, now: Now) -> Step<(End, Option<u32>)> {
        Machine::step(self, now).map(|outcome| {
            let may = outcome.may_have_happened();
            let (end, attempts) = match outcome {
                Outcome::Done(reply) | Outcome::Accepted(reply, _) if reply.value != VALUE => {
                    panic!("an answer out of turn was taken: {}", reply.value)
                }
                Outcome::Done(reply) => (End::Done, Some(reply.attempts)),
                Outcome::Accepted(reply, _) => (End::Accepted, Some(reply.attempts)),
                Outcome::Rejected(rejection) => (End::Rejected { verify: rejection.verify }, None),
                Outcome::NotSent(error) => {
                    assert!(!error.may_have_happened(), "not sent, and may have happened: {error}");
                    (End::NotSent, None)
                }
                Outcome::Unresolved(_) => (End::Unresolved, None),
            };
            assert_eq!(may, end.may_have_happened());
            (end, attempts)
        })
    }

    fn receive(&mut self, now: Now, result: Result<Incoming, TransportError>) {
        Machine::receive(self, now, result);
    }

    fn exchange(&self) -> &Exchange<Shop> {
        Self::exchange(self)
    }

    fn is_accepted(&self) -> Option<bool> {
        Self::is_accepted(self)
    }
}

impl Driven for RawMachine<Shop> {
    fn step(&mut self, now: Now) -> Step<(End, Option<u32>)> {
        Machine::step(self, now).map(|done| match done {
            Ok(reply) => (End::Value, Some(reply.attempts)),
            Err(failed) => error(&failed),
        })
    }

    fn receive(&mut self, now: Now, result: Result<Incoming, TransportError>) {
        Machine::receive(self, now, result);
    }

    fn exchange(&self) -> &Exchange<Shop> {
        Self::exchange(self)
    }

    fn is_accepted(&self) -> Option<bool> {
        Self::is_accepted(self)
    }
}
