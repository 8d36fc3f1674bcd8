//! The two drivers, in the shape that every transport crate has them.

use std::time::Duration;

use event_listener::Listener;

use crate::machine::{Machine, Step};
use crate::time::Clock;
use crate::transport::{AsyncTransport, Transport};

/// Runs a machine to its end, blocking.
pub fn drive<M: Machine>(mut machine: M, transport: &impl Transport, clock: &dyn Clock) -> M::Done {
    loop {
        match machine.step(clock.now()) {
            Step::Done(done) => return done,
            Step::Send(outgoing) => {
                let result = transport.send(*outgoing);
                machine.receive(clock.now(), result);
            }
            Step::SleepUntil(moment) => std::thread::sleep(clock.sleep(moment)),
            Step::Wait(listener, moment) => {
                listener.wait_timeout(clock.patience(moment));
            }
        }
    }
}

/// Runs a machine to its end with awaits. `sleep` is that of the runtime; waits for others sleep in small pieces.
pub async fn drive_async<M: Machine, S: Future<Output = ()>>(
    mut machine: M,
    transport: &impl AsyncTransport,
    clock: &dyn Clock,
    sleep: impl Fn(Duration) -> S,
) -> M::Done {
    loop {
        match machine.step(clock.now()) {
            Step::Done(done) => return done,
            Step::Send(outgoing) => {
                let result = transport.send(*outgoing).await;
                machine.receive(clock.now(), result);
            }
            Step::SleepUntil(moment) => sleep(clock.sleep(moment)).await,
            Step::Wait(_, moment) => sleep(clock.patience(moment).min(Duration::from_millis(5))).await,
        }
    }
}
