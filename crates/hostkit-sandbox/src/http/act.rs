//! What a connection does, step by step: an answer, good or spoiled, is a list of these.

use std::time::Duration;

use super::socket::Socket;
use super::stop::Stop;

/// One step of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Act {
    /// Sends bytes.
    Write(Vec<u8>),
    /// Sends bytes one by one, so far apart.
    Drip(Vec<u8>, Duration),
    /// Sends the same bytes again and again, so far apart, until the client leaves or the stall limit is over.
    Repeat(Vec<u8>, Duration),
    /// Says nothing for a while.
    Pause(Duration),
    /// Says nothing until the client leaves or the stall limit is over.
    Stall,
    /// Ends the connection with a reset.
    Reset,
    /// Ends the connection in order.
    Finish,
}

/// Carries a list out; the socket is given back if the connection lives on.
pub(crate) fn perform(mut socket: Socket, acts: Vec<Act>, stop: &Stop, limit: Duration) -> Option<Socket> {
    for act in acts {
        let sent = match act {
            Act::Write(bytes) => socket.write(&bytes),
            Act::Drip(bytes, every) => drip(&mut socket, &bytes, every, stop),
            Act::Repeat(bytes, every) => repeat(&mut socket, &bytes, every, stop, limit),
            Act::Pause(duration) => {
                stop.wait(duration);
                Ok(())
            }
            Act::Stall => {
                socket.stall(stop, limit);
                return None;
            }
            Act::Reset => {
                socket.reset();
                return None;
            }
            Act::Finish => {
                socket.finish();
                return None;
            }
        };
        if sent.is_err() || stop.is_stopped() {
            return None;
        }
    }
    Some(socket)
}

fn drip(socket: &mut Socket, bytes: &[u8], every: Duration, stop: &Stop) -> std::io::Result<()> {
    for byte in bytes {
        socket.write(&[*byte])?;
        if stop.wait(every) {
            break;
        }
    }
    Ok(())
}

fn repeat(socket: &mut Socket, bytes: &[u8], every: Duration, stop: &Stop, limit: Duration) -> std::io::Result<()> {
    let until = std::time::Instant::now() + limit;
    while std::time::Instant::now() < until && !stop.wait(every) {
        socket.write(bytes)?;
    }
    Ok(())
}
