//! The loops that run a machine with a transport and a clock; only these block or await.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use crate::cancel::Cancel;
use crate::machine::{Machine, Step};
use crate::time::{Clock, Now};
use crate::transport::{AsyncTransport, Incoming, Outgoing, Phase, Transport, TransportError, TransportErrorKind};

/// Runs a machine to its end, blocking.
pub fn drive<M: Machine>(mut machine: M, transport: &impl Transport, clock: &dyn Clock) -> M::Done {
    loop {
        let now = clock.now();
        match machine.step(now) {
            Step::Done(done) => return done,
            Step::Send(outgoing) => {
                let result = in_time(*outgoing, now, clock).and_then(|outgoing| transport.send(outgoing));
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
            let now = clock.now();
            match machine.step(now) {
                Step::Done(done) => return done,
                Step::Send(outgoing) => {
                    let cancel = outgoing.cancel.clone();
                    let result = match (in_time(*outgoing, now, clock), cancel) {
                        (Err(error), _) => Err(error),
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

/// The request with the time that is left for it. The hook before it may have taken long, or the process was stopped: who
/// took it for dead looks for the call, and must not be told that it did not happen before it goes out.
///
/// # Errors
/// The time is over, on the monotonic clock or, after a sleep of the computer, on the wall clock.
fn in_time(mut outgoing: Outgoing, stepped: Now, clock: &dyn Clock) -> Result<Outgoing, TransportError> {
    let now = clock.now();
    let left = outgoing.timeout.saturating_sub(now.monotonic.since(stepped.monotonic));
    // The wall clock counts whole seconds.
    if left.is_zero() || now.since(stepped) > outgoing.timeout.saturating_add(Duration::from_secs(1)) {
        let why = "the time was over before it was sent";
        return Err(TransportError::new(Phase::Connect, TransportErrorKind::Timeout, why));
    }
    outgoing.timeout = left;
    Ok(outgoing)
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
