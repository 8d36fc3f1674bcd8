//! TLS over a connection, with one configuration for all of them.

use std::fmt;
use std::io::{Read, Write};
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};
use ureq::Error;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, LazyBuffers, NextTimeout, Transport, TransportAdapter};

use crate::patience::Patience;

/// Shakes hands with the host of a URL.
///
/// ureq's own connector cannot add roots to the public ones, and rebuilds its configuration for each request that sets
/// a timeout.
pub(crate) fn over(
    transport: Box<dyn Transport>,
    details: &ConnectionDetails<'_>,
    config: &Arc<ClientConfig>,
    patience: &Patience,
) -> Result<TlsTransport, Error> {
    let host = details.uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    let name =
        ServerName::try_from(host).map_err(|_| Error::Tls("the host cannot be verified against a certificate"))?;
    let failed = |error: rustls::Error| Error::Other(Box::new(error));
    let mut connection = ClientConnection::new(Arc::clone(config), name.to_owned()).map_err(failed)?;
    let mut socket = TransportAdapter::new(transport, Arc::clone(&details.current_time));
    // The timeout in `details` was computed when connecting began, so the remaining time is used instead.
    let handshake = patience.wait(patience.left()?, |piece| {
        socket.set_timeout(NextTimeout { after: piece.into(), ..details.timeout });
        match connection.complete_io(&mut socket).map_err(Error::from) {
            Err(Error::Timeout(_)) => None,
            handshake => Some(handshake),
        }
    })?;
    handshake.unwrap_or(Err(Error::Timeout(details.timeout.reason)))?;
    let buffers = LazyBuffers::new(details.config.input_buffer_size(), details.config.output_buffer_size());
    Ok(TlsTransport { buffers, stream: StreamOwned::new(connection, socket) })
}

/// A TLS connection.
pub(crate) struct TlsTransport {
    buffers: LazyBuffers,
    stream: StreamOwned<ClientConnection, TransportAdapter>,
}

impl Transport for TlsTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.stream.get_mut().set_timeout(timeout);
        let output = self.buffers.output().get(..amount).unwrap_or_default();
        self.stream.write_all(output)?;
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.stream.get_mut().set_timeout(timeout);
        let amount = self.stream.read(self.buffers.input_append_buf())?;
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        // What was read together with the last answer is no longer at the socket, where the probe looks. Neither is the
        // server's word that it ends the connection, which it may say long before it closes the socket.
        let state = self.stream.conn.process_new_packets();
        let is_silent = state.is_ok_and(|state| state.plaintext_bytes_to_read() == 0 && !state.peer_has_closed());
        let below = self.stream.get_mut().get_mut();
        is_silent && below.buffers().input().is_empty() && below.is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}

impl fmt::Debug for TlsTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsTransport")
    }
}
