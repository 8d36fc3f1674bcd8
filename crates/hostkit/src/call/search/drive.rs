//! A common trait of the three machines, and the results that a caller can get.

use hostkit_proto::{Call, Perform};

use super::super::{CallMachine, Exchange, RawMachine};
use super::server::VALUE;
use super::shop::{Code, Shop};
use crate::call::outcome::Outcome;
use crate::error::Error;
use crate::machine::{Machine, Step};
use crate::perform::PerformMachine;
use crate::time::Now;
use crate::transport::{Incoming, TransportError};

/// The result that the caller gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum End {
    Done,
    Accepted,
    Rejected {
        verify: bool,
    },
    NotSent,
    Unresolved,
    /// The value of a call by `call`.
    Value,
    Error {
        may_have_happened: bool,
    },
}

impl End {
    /// The number of different ends.
    pub(super) const COUNT: usize = 9;

    /// Whether the result allows that the call was carried out.
    pub(super) fn may_have_happened(self) -> bool {
        match self {
            Self::Done | Self::Accepted | Self::Unresolved | Self::Value => true,
            Self::Rejected { verify } => verify,
            Self::NotSent => false,
            Self::Error { may_have_happened } => may_have_happened,
        }
    }
}

/// A machine of any kind of call.
pub(super) trait Driven {
    /// Steps the machine; its end comes with the number of attempts, if the machine reports it.
    fn step(&mut self, now: Now) -> Step<(End, Option<u32>)>;
    fn receive(&mut self, now: Now, result: Result<Incoming, TransportError>);
    fn exchange(&self) -> &Exchange<Shop>;
    /// Whether its answer is an acceptance; `None` if there is no answer that the caller has yet to fetch.
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
        self.act_machine().exchange()
    }

    fn is_accepted(&self) -> Option<bool> {
        self.act_machine().is_accepted()
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
