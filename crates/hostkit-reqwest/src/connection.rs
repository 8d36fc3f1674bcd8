//! A connection that limits the heads of each answer, and reads none before the request has left.

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use hostkit_net::{HeadPart, Heads};
use hyper::rt::{Read, ReadBuf, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection};

/// How much of a head is read at once, in bytes.
const PIECE: usize = 8 << 10;

/// A connection made by reqwest, which does not export its type.
pub(crate) trait Made: Read + Write + Connection + Send + Unpin {}

impl<C: Read + Write + Connection + Send + Unpin> Made for C {}

/// A connection on which the heads before a body are counted, and on which nothing is read as long as a part of a request
/// waits to be sent.
///
/// hyper takes an answer to a request that it has sent in part, and gives up the rest. That is an answer to something else
/// than the request, and the blocking client never sees it: a call that acts must not be done for one of them.
pub(crate) struct Counted {
    connection: Box<dyn Made>,
    /// The heads that are being received; `None` in a body.
    heads: Option<Heads>,
    /// Whether a part of a request waits to be sent.
    is_sending: bool,
    /// Who wants to read as soon as it is sent.
    reader: Option<Waker>,
}

impl Counted {
    pub(crate) fn new(connection: Box<dyn Made>) -> Self {
        Self { connection, heads: Some(Heads::default()), is_sending: false, reader: None }
    }

    /// A request is being written, so that a head comes next.
    fn expect_head(&mut self) {
        self.heads.get_or_insert_default();
    }

    /// Records whether the connection took what it was given.
    fn sent<T>(&mut self, polled: Poll<T>) -> Poll<T> {
        self.is_sending = polled.is_pending();
        if !self.is_sending {
            self.reader.take().into_iter().for_each(Waker::wake);
        }
        polled
    }
}

impl Read for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut cursor: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        if self.is_sending {
            self.reader = Some(context.waker().clone());
            return Poll::Pending;
        }
        let Self { connection, heads: expected, .. } = &mut *self;
        let Some(heads) = expected else { return Pin::new(connection).poll_read(context, cursor) };
        let mut piece = [MaybeUninit::uninit(); PIECE];
        let length = PIECE.min(cursor.remaining());
        let mut piece = ReadBuf::uninit(piece.get_mut(..length).unwrap_or_default());
        ready!(Pin::new(connection).poll_read(context, piece.unfilled()))?;
        cursor.put_slice(piece.filled());
        let mut rest = piece.filled();
        while !rest.is_empty() {
            let (taken, part) = heads.see(rest).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
            if part == HeadPart::Final {
                *expected = None;
                break;
            }
            rest = rest.get(taken..).unwrap_or_default();
        }
        Poll::Ready(Ok(()))
    }
}

impl Write for Counted {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.expect_head();
        let polled = Pin::new(&mut self.connection).poll_write(context, bytes);
        self.sent(polled)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.connection).poll_flush(context);
        self.sent(polled)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.connection).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.connection.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.expect_head();
        let polled = Pin::new(&mut self.connection).poll_write_vectored(context, pieces);
        self.sent(polled)
    }
}

impl Connection for Counted {
    fn connected(&self) -> Connected {
        self.connection.connected()
    }
}
