//! A socket that can end a connection with a reset as well as with an orderly close, without a system call of its own.
//!
//! Closing a socket while received bytes are unread makes the kernel send a reset. So the last byte received is always
//! peeked and left in the kernel until the next read.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use super::stop::Stop;

/// How often a stalled connection checks whether its client is still connected.
const LOOK: Duration = Duration::from_millis(10);
/// How long an orderly close waits for the client's own close.
const LINGER: Duration = Duration::from_millis(500);

#[derive(Debug)]
pub(crate) struct Socket {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// The last byte of `buffer` is still in the kernel.
    held: bool,
}

impl Socket {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self { stream, buffer: Vec::new(), held: false }
    }

    /// The bytes that were received and not yet taken.
    pub(crate) fn buffer(&self) -> &[u8] {
        &self.buffer
    }

    /// Takes the first `count` bytes, or fewer if fewer are there.
    pub(crate) fn take(&mut self, count: usize) -> Vec<u8> {
        let rest = self.buffer.split_off(count.min(self.buffer.len()));
        std::mem::replace(&mut self.buffer, rest)
    }

    /// Waits for more bytes; `false` at the end of the stream.
    pub(crate) fn fill(&mut self) -> io::Result<bool> {
        self.release()?;
        let mut chunk = [0; 8192];
        let count = self.stream.peek(&mut chunk)?;
        let Some(taken) = count.checked_sub(1) else {
            return Ok(false);
        };
        // These bytes are in the kernel already: this does not wait.
        self.stream.read_exact(chunk.get_mut(..taken).unwrap_or_default())?;
        self.held = true;
        // The peeked byte at `taken` is still in the chunk.
        self.buffer.extend_from_slice(chunk.get(..count).unwrap_or_default());
        Ok(true)
    }

    fn release(&mut self) -> io::Result<()> {
        if self.held {
            self.stream.read_exact(&mut [0])?;
            self.held = false;
        }
        Ok(())
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// Ends with a reset, waiting for the client's next byte if none is unread.
    pub(crate) fn reset(self) {
        if !self.held {
            // If the client has disconnected already, there is nothing to reset.
            let _ = self.stream.peek(&mut [0]);
        }
    }

    /// Ends with an orderly close: half-closes, then waits a moment for the client, so that no reset overtakes the
    /// data.
    pub(crate) fn finish(mut self) {
        if self.release().is_err() || self.stream.shutdown(Shutdown::Write).is_err() {
            return;
        }
        let until = Instant::now() + LINGER;
        let mut sink = [0; 8192];
        while Instant::now() < until && self.stream.set_read_timeout(Some(LOOK)).is_ok() {
            match self.stream.read(&mut sink) {
                Ok(0) => return,
                Ok(_) => {}
                Err(error) if is_timeout(&error) => {}
                Err(_) => return,
            }
        }
    }

    /// Idles until the client disconnects, the server stops or the time is over.
    pub(crate) fn stall(&mut self, stop: &Stop, limit: Duration) {
        if self.release().is_err() || self.stream.set_read_timeout(Some(LOOK)).is_err() {
            return;
        }
        let until = Instant::now() + limit;
        let mut sink = [0; 8192];
        // Some bytes are consumed, because an unread request would hide that the client has disconnected.
        let mut room: usize = 64 << 10;
        while Instant::now() < until && !stop.is_stopped() {
            match self.stream.peek(&mut [0]) {
                Ok(0) => return,
                Ok(_) if room > 0 => room = room.saturating_sub(self.stream.read(&mut sink).unwrap_or(room)),
                // Further bytes from the client stay unread, but keep `peek` from blocking.
                Ok(_) if stop.wait(LOOK) => return,
                Ok(_) => {}
                Err(error) if is_timeout(&error) => {}
                Err(_) => return,
            }
        }
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted)
}
