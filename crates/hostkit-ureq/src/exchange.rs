//! One request and its answer over one connection, in the protocol of ureq (`ureq-proto`).
//!
//! "Not sent" is a promise about money, so it is decided where bytes leave.

use std::fmt;
use std::io::{self, Read};
use std::time::Instant;

use hostkit::transport::{AnswerLimits, Incoming, Phase, TransportError, TransportErrorKind as Kind};
use hostkit_net::check_framing;
use http::{Response, StatusCode};
use ureq::unversioned::transport::Transport;
use ureq::{Error, Timeout};
use ureq_proto::BodyMode;
use ureq_proto::client::state::{RecvBody, RecvResponse, SendRequest};
use ureq_proto::client::{
    Await100Result, Call, RecvBodyResult, RecvResponseResult as Received, SendRequestResult as Prepared,
};
use ureq_proto::parser::try_parse_response;

use crate::chunks::{BadChunk, Chunks};
use crate::failure;
use crate::head::Head;
use crate::patience::{Patience, coarse};

/// A connection to a host.
pub(crate) struct Connection {
    transport: Box<dyn Transport>,
    head: Head,
}

impl Connection {
    pub(crate) fn new(transport: Box<dyn Transport>) -> Self {
        Self { transport, head: Head::default() }
    }

    /// Whether it is open, and the server has said nothing more.
    pub(crate) fn is_open(&mut self) -> bool {
        !self.has_input() && self.transport.is_open()
    }

    /// Whether something has arrived that no answer used.
    fn has_input(&mut self) -> bool {
        !self.head.unread().is_empty() || !self.transport.buffers().input().is_empty()
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What arrived may hold secrets.
        f.write_str("Connection")
    }
}

/// An exchange in progress.
pub(crate) struct Exchange<'e> {
    connection: &'e mut Connection,
    patience: &'e Patience,
    /// Until when the answer has to begin, on a connection that was kept.
    silent_until: Option<Instant>,
    phase: Phase,
}

impl<'e> Exchange<'e> {
    pub(crate) fn new(connection: &'e mut Connection, patience: &'e Patience, silent_until: Option<Instant>) -> Self {
        Self { connection, patience, silent_until, phase: Phase::Connect }
    }

    /// Sends the request and reads the whole answer; also returns whether the connection can be used again.
    ///
    /// # Errors
    /// With [`Phase::Connect`] only if no byte was sent.
    pub(crate) fn run(
        mut self,
        request: http::Request<Vec<u8>>,
        limits: &AnswerLimits,
    ) -> Result<(Incoming, bool), TransportError> {
        let (parts, body) = request.into_parts();
        let call = Call::new(http::Request::from_parts(parts, ())).map_err(|error| self.failed(error))?;
        let call = self.send(call.proceed(), &body)?;
        let (head, phrase, received) = self.receive_head(call)?;
        self.phase = Phase::Body;
        let (head, ()) = head.into_parts();
        check_framing(head.version, &head.headers)?;
        let mut incoming = Incoming::new(limits, head.status.as_u16(), head.headers)?.with_phrase(&phrase);
        let has_to_close = match received {
            Received::RecvBody(call) => self.receive_body(call, &mut incoming)?,
            Received::Redirect(call) => call.must_close_connection(),
            Received::Cleanup(call) => call.must_close_connection(),
        };
        Ok((incoming, !has_to_close && !self.connection.has_input()))
    }

    /// Sends head and body, the end of the one together with the start of the other.
    fn send(&mut self, mut call: Call<SendRequest>, body: &[u8]) -> Result<Call<RecvResponse>, TransportError> {
        let mut filled = loop {
            let filled =
                call.write(self.connection.transport.buffers().output()).map_err(|error| self.failed(error))?;
            if call.can_proceed() {
                break filled;
            }
            self.transmit(filled)?;
        };
        let prepared = call.proceed().map_err(|error| self.failed(error))?;
        let mut call = match prepared.ok_or_else(|| self.unfinished())? {
            Prepared::SendBody(call) => call,
            // Nobody asked the server whether it wants the body.
            Prepared::Await100(call) => match call.proceed().map_err(|error| self.failed(error))? {
                Await100Result::SendBody(call) => call,
                Await100Result::RecvResponse(call) => return self.transmit(filled).map(|()| call),
            },
            Prepared::RecvResponse(call) => return self.transmit(filled).map(|()| call),
        };
        let mut rest = body;
        while !call.can_proceed() {
            let output = self.connection.transport.buffers().output().get_mut(filled..).unwrap_or_default();
            let (used, written) = call.write(rest, output).map_err(|error| self.failed(error))?;
            rest = rest.get(used..).unwrap_or_default();
            let amount = std::mem::take(&mut filled) + written;
            if amount == 0 {
                return Err(self.unfinished());
            }
            self.transmit(amount)?;
        }
        call.proceed().ok_or_else(|| self.unfinished())
    }

    /// Reads up to the end of the final head; also returns the reason phrase, which `ureq-proto` does not keep.
    fn receive_head(
        &mut self,
        mut call: Call<RecvResponse>,
    ) -> Result<(Response<()>, Vec<u8>, Received), TransportError> {
        self.connection.head.expect();
        loop {
            if !self.await_input()? {
                return Err(self.closed());
            }
            let Connection { transport, head } = &mut *self.connection;
            let buffers = transport.buffers();
            let taken = head
                .take(buffers.input())
                .map_err(|error| TransportError::new(Phase::Head, Kind::TooLarge, &error.to_string()))?;
            buffers.input_consume(taken);
            // One piece may have several heads.
            loop {
                let unread = self.connection.head.unread();
                // The call refuses a head of 100 that has any header.
                if let Some(used) = informational(unread).map_err(|error| self.failed(error))? {
                    self.connection.head.consume(used);
                    continue;
                }
                let (used, response) = call.try_response(unread, false).map_err(|error| self.failed(error))?;
                let phrase = if response.is_some() { phrase(unread).to_vec() } else { Vec::new() };
                self.connection.head.consume(used);
                if let Some(response) = response {
                    let received = call.proceed().ok_or_else(|| self.unfinished())?;
                    return Ok((response, phrase, received));
                }
                if used == 0 {
                    break;
                }
            }
            if self.connection.head.is_whole() {
                return Err(self.unfinished());
            }
        }
    }

    /// Reads a body to its end, within the limits; returns whether the connection has to be closed behind it.
    fn receive_body(&mut self, call: Call<RecvBody>, incoming: &mut Incoming) -> Result<bool, TransportError> {
        if let BodyMode::LengthDelimited(length) = call.body_mode() {
            incoming.declare(length)?;
        }
        let chunks = (call.body_mode() == BodyMode::Chunked).then(Chunks::default);
        let mut body = Body { exchange: self, call, chunks };
        incoming.read_from(&mut body, failure::of_body)?;
        let Body { exchange, mut call, chunks } = body;
        if chunks.is_some_and(|chunks| chunks.is_at_end()) {
            // The chunks were read here, so all that is left for the call is their end.
            call.read(b"0\r\n\r\n", &mut []).map_err(|error| exchange.failed(error))?;
        }
        match call.proceed() {
            Some(RecvBodyResult::Redirect(call)) => Ok(call.must_close_connection()),
            Some(RecvBodyResult::Cleanup(call)) => Ok(call.must_close_connection()),
            None => Err(exchange.unfinished()),
        }
    }

    /// Reads the next bytes of a chunked body; none at its end.
    fn read_chunks(&mut self, chunks: &mut Chunks, output: &mut [u8]) -> Result<usize, TransportError> {
        loop {
            let buffers = self.connection.transport.buffers();
            let (used, written) = chunks
                .read(buffers.input(), output)
                .map_err(|BadChunk(why)| TransportError::new(self.phase, Kind::BadFraming, why))?;
            buffers.input_consume(used);
            if written > 0 || output.is_empty() || chunks.is_at_end() {
                return Ok(written);
            }
            if used == 0 && !self.await_input()? {
                return Err(self.closed());
            }
        }
    }

    /// Reads the next bytes of a body; none at its end.
    fn read_body(&mut self, call: &mut Call<RecvBody>, output: &mut [u8]) -> Result<usize, TransportError> {
        let ends_with_connection = call.body_mode() == BodyMode::CloseDelimited;
        loop {
            if call.can_proceed() && !ends_with_connection {
                return Ok(0);
            }
            let buffers = self.connection.transport.buffers();
            let (used, written) = call.read(buffers.input(), output).map_err(|error| self.failed(error))?;
            self.connection.transport.buffers().input_consume(used);
            if written > 0 || output.is_empty() {
                return Ok(written);
            }
            if used > 0 {
                continue;
            }
            if !self.await_input()? {
                return if ends_with_connection { Ok(0) } else { Err(self.closed()) };
            }
        }
    }

    fn transmit(&mut self, amount: usize) -> Result<(), TransportError> {
        let left = self.patience.left().map_err(|error| failure::of(self.phase, &error))?;
        // Recorded first, because a failed write may have sent something.
        self.phase = Phase::Send;
        let transmitted = self.connection.transport.transmit_output(amount, coarse(left));
        transmitted.map_err(|error| failure::of(self.phase, &error))
    }

    /// Waits for input; returns whether it came and not the end of the connection.
    fn await_input(&mut self) -> Result<bool, TransportError> {
        self.phase = self.phase.max(Phase::Head);
        let has_come = self.awaited().map_err(|error| failure::of(self.phase, &error))?;
        self.silent_until = None;
        Ok(has_come)
    }

    fn awaited(&mut self) -> Result<bool, Error> {
        let mut longest = self.patience.left()?;
        if let Some(until) = self.silent_until {
            longest = longest.min(until.saturating_duration_since(Instant::now()));
        }
        // Waiting without any time left would be waiting without a limit.
        if longest.is_zero() {
            return Err(Error::Timeout(Timeout::Global));
        }
        let transport = &mut self.connection.transport;
        let awaited = self.patience.wait(longest, |piece| match transport.await_input(coarse(piece)) {
            Err(Error::Timeout(_)) => None,
            awaited => Some(awaited),
        })?;
        awaited.unwrap_or(Err(Error::Timeout(Timeout::Global)))
    }

    fn failed(&self, error: ureq_proto::Error) -> TransportError {
        failure::of_protocol(self.phase, &error)
    }

    fn closed(&self) -> TransportError {
        TransportError::new(self.phase, Kind::Closed, "the answer is not complete")
    }

    /// The error of a head or a body that ends elsewhere than it says.
    fn unfinished(&self) -> TransportError {
        TransportError::new(self.phase, Kind::BadFraming, "head or body does not end where it has to")
    }
}

/// The most headers of a head of 1xx, as in hyper.
const MOST_PASSING: usize = 100;

/// The length of the whole head of 1xx that begins here, if one does; 101 is a final one.
fn informational(bytes: &[u8]) -> Result<Option<usize>, ureq_proto::Error> {
    if bytes.trim_ascii_start().get("HTTP/1.1 ".len()) != Some(&b'1') {
        return Ok(None);
    }
    let head = try_parse_response::<MOST_PASSING>(bytes)?;
    let is_passing = |status: StatusCode| status.is_informational() && status != StatusCode::SWITCHING_PROTOCOLS;
    Ok(head.filter(|(_, head)| is_passing(head.status())).map(|(length, _)| length))
}

/// The reason phrase of the head that begins here.
fn phrase(bytes: &[u8]) -> &[u8] {
    let line = bytes.trim_ascii_start().split(|byte| *byte == b'\n').next().unwrap_or_default();
    line.splitn(3, |byte| *byte == b' ').nth(2).unwrap_or_default().trim_ascii()
}

/// A body that is being read.
struct Body<'b, 'e> {
    exchange: &'b mut Exchange<'e>,
    call: Call<RecvBody>,
    /// Where it comes in chunks.
    chunks: Option<Chunks>,
}

impl Read for Body<'_, '_> {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.chunks {
            Some(chunks) => self.exchange.read_chunks(chunks, output),
            None => self.exchange.read_body(&mut self.call, output),
        };
        read.map_err(io::Error::other)
    }
}
