//! Connects with ureq's connectors: a name lookup, a socket, the tunnel of a proxy, TLS.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use hostkit_net::Names;
use http::Uri;
use http::uri::Scheme;
use rustls::ClientConfig;
use ureq::config::Config;
use ureq::unversioned::resolver::{DefaultResolver, Resolver};
use ureq::unversioned::transport::time::Instant;
use ureq::unversioned::transport::{
    Buffers, ConnectProxyConnector, ConnectionDetails, Connector as _, Either, NextTimeout, TcpConnector, Transport,
};
use ureq::{Error, Timeout};

use crate::patience::Patience;
use crate::resolver::NameResolver;
use crate::tls;

/// How the connections of a transport are made.
#[derive(Debug)]
pub(crate) struct Connector {
    /// For this machine, and wherever there is no proxy.
    pub(crate) direct: Config,
    pub(crate) proxied: Option<Config>,
    pub(crate) tls: Arc<ClientConfig>,
    pub(crate) names: Names,
    /// The limit for a name lookup, and for connecting.
    pub(crate) limit: Duration,
}

impl Connector {
    /// Makes a connection to the host of a URL. Plain http is allowed to loopback only, and a proxy could read it.
    pub(crate) fn connect(&self, uri: &Uri, patience: &Patience) -> Result<Box<dyn Transport>, Error> {
        let is_tls = uri.scheme() == Some(&Scheme::HTTPS);
        let proxied = self.proxied.as_ref().filter(|_| is_tls);
        let config = proxied.unwrap_or(&self.direct);
        let resolver = NameResolver { names: self.names.clone(), limit: self.limit, patience: patience.clone() };
        let addrs = match proxied {
            // The proxy looks the name up.
            Some(_) => resolver.empty(),
            None => resolver.resolve(uri, config, NextTimeout::default())?,
        };
        let left = patience.left()?;
        let reason = if left < self.limit { Timeout::Global } else { Timeout::Connect };
        let timeout = NextTimeout { after: left.min(self.limit).into(), reason, ..NextTimeout::default() };
        let is_open = Arc::new(AtomicBool::new(false));
        let to_proxy = (patience.clone(), Arc::clone(&is_open));
        let details = ConnectionDetails {
            uri,
            addrs,
            config,
            request_level: false,
            resolver: &resolver,
            now: Instant::now(),
            timeout,
            current_time: Arc::new(Instant::now),
            run_connector: Arc::new(move |details: &ConnectionDetails<'_>| {
                let (patience, is_open) = to_proxy.clone();
                let transport = socket(details, &patience)?;
                Ok(Box::new(ToProxy { transport, patience, is_open }))
            }),
            register_shutdown: Arc::new(|_| Ok(())),
        };
        let transport = match proxied {
            Some(_) => match ConnectProxyConnector::default().connect(&details, None::<()>)? {
                Some(Either::B(tunnel)) => tunnel,
                Some(Either::A(())) | None => return Err(Error::ConnectionFailed),
            },
            None => socket(&details, patience)?,
        };
        let transport = if is_tls { Box::new(tls::over(transport, &details, &self.tls, patience)?) } else { transport };
        is_open.store(true, Ordering::SeqCst);
        Ok(transport)
    }
}

/// A socket; where the caller may give the request up, it is made on a thread of its own, because nothing interrupts the
/// system call.
fn socket(details: &ConnectionDetails<'_>, patience: &Patience) -> Result<Box<dyn Transport>, Error> {
    if !patience.is_cancellable() {
        return made(TcpConnector::default().connect(details, None::<()>));
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
        drop(sender.send(made(TcpConnector::default().connect(&details, None::<()>))));
    };
    thread::Builder::new().name("hostkit-connect".into()).spawn(connect)?;
    let connected = patience.wait(*timeout.after, |piece| match receiver.recv_timeout(piece) {
        Ok(connected) => Some(connected),
        Err(RecvTimeoutError::Timeout) => None,
        Err(RecvTimeoutError::Disconnected) => Some(Err(io::Error::other("connecting ended early").into())),
    })?;
    connected.unwrap_or(Err(Error::Timeout(Timeout::Connect)))
}

fn made<T: Transport>(connected: Result<Option<Either<(), T>>, Error>) -> Result<Box<dyn Transport>, Error> {
    match connected? {
        Some(Either::B(transport)) => Ok(Box::new(transport)),
        Some(Either::A(())) | None => Err(Error::ConnectionFailed),
    }
}

/// A connection to a proxy. Until its tunnel is open, each wait is limited by the request that opens it: ureq's own limit
/// starts anew with each byte.
#[derive(Debug)]
struct ToProxy {
    transport: Box<dyn Transport>,
    patience: Patience,
    is_open: Arc<AtomicBool>,
}

impl ToProxy {
    fn within(&self, timeout: NextTimeout) -> Result<NextTimeout, Error> {
        let left = self.patience.left()?.into();
        Ok(if left < timeout.after { NextTimeout { after: left, reason: Timeout::Global, ..timeout } } else { timeout })
    }
}

impl Transport for ToProxy {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.transport.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let timeout = if self.is_open.load(Ordering::SeqCst) { timeout } else { self.within(timeout)? };
        self.transport.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        if self.is_open.load(Ordering::SeqCst) {
            return self.transport.await_input(timeout);
        }
        let timeout = self.within(timeout)?;
        let transport = &mut self.transport;
        let awaited = self.patience.wait(*timeout.after, |piece| {
            match transport.await_input(NextTimeout { after: piece.into(), ..timeout }) {
                Err(Error::Timeout(_)) => None,
                awaited => Some(awaited),
            }
        })?;
        awaited.unwrap_or(Err(Error::Timeout(timeout.reason)))
    }

    fn is_open(&mut self) -> bool {
        self.transport.is_open()
    }
}
