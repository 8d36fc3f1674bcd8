//! Connects on a thread of its own where the caller may give the request up: nothing interrupts the system call.

use std::io;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;

use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{ConnectionDetails, Connector, Either, TcpConnector, Transport};
use ureq::{Error, Timeout};

use crate::progress::{may_be_cancelled, wait_in_pieces};

/// ureq's connector, which a cancellation does not wait for.
#[derive(Debug, Default)]
pub(crate) struct CancellableConnector(TcpConnector);

impl<In: Transport> Connector<In> for CancellableConnector {
    type Out = <TcpConnector as Connector<In>>::Out;

    fn connect(&self, details: &ConnectionDetails, chained: Option<In>) -> Result<Option<Self::Out>, Error> {
        if chained.is_some() || !may_be_cancelled() {
            return self.0.connect(details, chained);
        }
        let (sender, receiver) = channel();
        let (uri, config) = (details.uri.clone(), details.config.clone());
        let (addrs, request_level) = (details.addrs.clone(), details.request_level);
        let (now, timeout, current_time) = (details.now, details.timeout, details.current_time.clone());
        let (run_connector, register_shutdown) = (details.run_connector.clone(), details.register_shutdown.clone());
        let connect = move || {
            let details = ConnectionDetails {
                uri: &uri,
                addrs,
                config: &config,
                request_level,
                // The addresses are there.
                resolver: &DefaultResolver::default(),
                now,
                timeout,
                current_time,
                run_connector,
                register_shutdown,
            };
            // Nobody waits for it after a cancellation: the connection is closed.
            drop(sender.send(TcpConnector::default().connect(&details, None::<()>)));
        };
        thread::Builder::new().name("hostkit-connect".into()).spawn(connect)?;
        let connected = wait_in_pieces(*timeout.after, |piece| match receiver.recv_timeout(piece) {
            Ok(connected) => Some(connected),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => Some(Err(io::Error::other("connecting ended early").into())),
        })?;
        Ok(match connected.unwrap_or(Err(Error::Timeout(Timeout::Connect)))? {
            Some(Either::B(connection)) => Some(Either::B(connection)),
            Some(Either::A(())) | None => None,
        })
    }
}
