//! The loops that run a machine with a transport and a clock; only these block or await.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use crate::cancel::Cancel;
use crate::machine::{Machine, Step};
use crate::time::Clock;
use crate::transport::{AsyncTransport, Incoming, Outgoing, Phase, Transport, TransportError, TransportErrorKind};

/// Runs a machine to its end, blocking.
pub fn drive<M: Machine>(mut machine: M, transport: &impl Transport, clock: &dyn Clock) -> M::Done {
    loop {
        match machine.step(clock.now()) {
            Step::Done(done) => return done,
            Step::Send(outgoing) => {
                let result = in_time(*outgoing, clock).and_then(|outgoing| transport.send(outgoing));
                machine.receive(clock.now(), result);
            }
            Step::SleepUntil(moment) => std::thread::sleep(clock.sleep(moment)),
            Step::Wait(wakeup, moment) => {
                let patience = wakeup.patience(clock, moment);
                wakeup.wait(patience);
            }
        }
    }
}

/// What is left of the request's time. A log that blocks, or a stop of the process, may have taken some of it since the
/// machine's step, and nothing goes out after the deadline: others were told then that it is over.
fn in_time(mut outgoing: Outgoing, clock: &dyn Clock) -> Result<Outgoing, TransportError> {
    let left = outgoing.deadline.since(clock.now().monotonic);
    if left.is_zero() {
        return Err(TransportError::new(Phase::Connect, TransportErrorKind::Timeout, ""));
    }
    outgoing.timeout = outgoing.timeout.min(left);
    outgoing.silence = outgoing.silence.min(left);
    Ok(outgoing)
}

/// Runs a machine to its end, asynchronously. `sleep` is the runtime's.
#[expect(clippy::manual_async_fn, reason = "an `async fn` keeps its arguments twice, and machines are large")]
pub fn drive_async<M: Machine, S: Future<Output = ()>>(
    mut machine: M,
    transport: &impl AsyncTransport,
    clock: &dyn Clock,
    sleep: impl Fn(Duration) -> S,
) -> impl Future<Output = M::Done> {
    async move {
        loop {
            match machine.step(clock.now()) {
                Step::Done(done) => return done,
                Step::Send(outgoing) => {
                    let cancel = outgoing.cancel.clone();
                    let result = match (in_time(*outgoing, clock), cancel) {
                        (Err(late), _) => Err(late),
                        (Ok(outgoing), None) => transport.send(outgoing).await,
                        (Ok(outgoing), Some(cancel)) => until_cancelled(transport.send(outgoing), &cancel).await,
                    };
                    machine.receive(clock.now(), result);
                }
                Step::SleepUntil(moment) => sleep(clock.sleep(moment)).await,
                Step::Wait(mut listener, moment) => {
                    let mut patience = pin!(sleep(listener.patience(clock, moment)));
                    // Either event steps the machine again.
                    poll_fn(|context| {
                        let is_over = Pin::new(&mut listener).poll(context).is_ready();
                        if is_over { Poll::Ready(()) } else { patience.as_mut().poll(context) }
                    })
                    .await;
                }
            }
        }
    }
}

/// The result of a request that is given up, and its connection with it, when the caller cancels.
async fn until_cancelled(
    sending: impl Future<Output = Result<Incoming, TransportError>>,
    cancel: &Cancel,
) -> Result<Incoming, TransportError> {
    let mut sending = pin!(sending);
    let mut cancelled = cancel.listen();
    poll_fn(|context| {
        // The answer counts where both are there.
        if let Poll::Ready(result) = sending.as_mut().poll(context) {
            return Poll::Ready(result);
        }
        if Pin::new(&mut cancelled).poll(context).is_ready() || cancel.is_cancelled() {
            return Poll::Ready(Err(TransportError::new(Phase::Head, TransportErrorKind::Cancelled, "")));
        }
        Poll::Pending
    })
    .await
}
