//! Reads the baseline of a call before it is made.

use std::fmt;

use hostkit_proto::evidence::Inputs;
use hostkit_proto::{Endpoint, Evidence};

use super::reading::{Limits, ReadingMachine};
use crate::call::ticket::{Before, Ticket};
use crate::client::ClientCore;
use crate::error::{Cause, Error, ErrorOf};
use crate::machine::{Machine, Step};
use crate::options::CallOptions;
use crate::time::Now;
use crate::transport::{Incoming, TransportError};

/// Reads the baseline of a call; `None` if no call of the API shows evidence of it.
pub struct BeforeMachine<E: Evidence> {
    core: ClientCore<E::Api>,
    inputs: Inputs,
    options: CallOptions,
    run: Option<(Limits, ReadingMachine<E::Reading>)>,
}

impl<E: Evidence> BeforeMachine<E> {
    pub(crate) fn new(core: &ClientCore<E::Api>, endpoint: &E, options: CallOptions) -> Self {
        Self { core: core.clone(), inputs: endpoint.inputs(), options, run: None }
    }
}

impl<E: Evidence> Machine for BeforeMachine<E> {
    type Done = Result<Option<Before>, ErrorOf<E>>;

    fn step(&mut self, now: Now) -> Step<Self::Done> {
        if E::NOT_SHOWN.is_some() {
            return Step::Done(Ok(None));
        }
        let (limits, reading) = match &mut self.run {
            Some(run) => run,
            run => {
                let limits = Limits::new(self.options.clone(), now);
                let reading = match E::reading(&self.inputs) {
                    Ok(reading) => ReadingMachine::new(&self.core, reading, &limits, now),
                    Err(error) => return Step::Done(Err(error.into())),
                };
                run.insert((limits, reading))
            }
        };
        let read = match reading.step(&self.core, limits, now).into_done() {
            Err(step) => return step,
            Ok(read) => read,
        };
        Step::Done(match (read, reading.unread()) {
            // An item that cannot be read now would look new later.
            (Ok(_), Some(error)) => Err(Error::new(&E::INFO, Cause::Decode(error.clone()))),
            (Ok(answer), None) => {
                Ok(E::baseline(&self.inputs, &answer).map(|baseline| Before { baseline, read: Some(now) }))
            }
            (Err(error), _) if error.is_not_found() && E::not_found().is_some() => Ok(None),
            (Err(error), _) => Err(error),
        })
    }

    fn receive(&mut self, now: Now, result: Result<Incoming, TransportError>) {
        if let Some((_, reading)) = &mut self.run {
            reading.receive(now, result);
        }
    }
}

/// Makes a ticket with a baseline for a call that is not sent yet.
pub struct TicketMachine<E: Evidence>(BeforeMachine<E>);

impl<E: Evidence> TicketMachine<E> {
    pub(crate) fn new(core: &ClientCore<E::Api>, endpoint: &E, options: CallOptions) -> Self {
        Self(BeforeMachine::new(core, endpoint, options))
    }
}

impl<E: Evidence> Machine for TicketMachine<E> {
    type Done = Result<Ticket, ErrorOf<E>>;

    fn step(&mut self, now: Now) -> Step<Self::Done> {
        self.0.step(now).map(|read| {
            let baseline = read?.map(|before| before.baseline);
            let inputs = std::mem::take(&mut self.0.inputs);
            Ok(Ticket::ahead::<E>(self.0.core.place(), inputs, baseline, now))
        })
    }

    fn receive(&mut self, now: Now, result: Result<Incoming, TransportError>) {
        self.0.receive(now, result);
    }
}

impl<E: Evidence> fmt::Debug for BeforeMachine<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BeforeMachine").field("endpoint", &<E as Endpoint>::INFO.name).finish_non_exhaustive()
    }
}

impl<E: Evidence> fmt::Debug for TicketMachine<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TicketMachine").field(&self.0).finish()
    }
}
