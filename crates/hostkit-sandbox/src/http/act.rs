//! The steps that make up an answer on the connection, valid or faulty.

use std::time::Duration;

use super::socket::Socket;
use super::stop::Stop;

/// One step of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Act {
    /// Sends bytes.
    Write(Vec<u8>),
    /// Sends bytes one by one, with this pause between them.
    Drip(Vec<u8>, Duration),
    /// Repeats the same bytes with this pause, until the client disconnects or the stall limit is reached.
    Repeat(Vec<u8>, Duration),
    /// Pauses.
    Pause(Duration),
    /// Sends nothing until the client disconnects or the stall limit is reached.
    Stall,
    /// Resets the connection.
    Reset,
    /// Closes the connection in an orderly way.
    Finish,
}

/// Performs the steps; returns the socket if the connection stays open.
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
