//! The sandbox as a value that a test starts, queries and drops.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;

use hostkit::machinery::FromParts;
use hostkit::protocol::server::every::Served;
use hostkit::{Api, ClientBuilder};

use crate::access::AccessLog;
use crate::api_name::ApiName;
use crate::clock::Clock;
use crate::fault::FaultPlan;
use crate::http::{Bounds, Framing, Server};
use crate::ledger::Ledger;
use crate::resolver::Resolver;
use crate::service::{Hub, Seed};
use crate::site::Site;
use crate::sites;
use crate::world::{World, WorldError};

/// A running sandbox: all its APIs on one port of 127.0.0.1, each below its own path. It stops when dropped.
pub struct Sandbox {
    pub(crate) hub: Arc<Hub>,
    server: Server<Hub>,
}

/// How a sandbox is started.
pub struct Builder {
    sites: Vec<Box<dyn Site>>,
    port: u16,
    bounds: Bounds,
    seed: Seed,
    clock: Clock,
}

impl Builder {
    /// Adds an API; it replaces a simulated or an earlier one with the same name.
    pub fn site(mut self, site: impl Site) -> Self {
        self.sites.push(Box::new(site));
        self
    }

    /// The port; 0, the default, takes a free one.
    pub fn port(self, port: u16) -> Self {
        Self { port, ..self }
    }

    /// What the worlds hold at the start, and after a reset.
    pub fn seed(self, seed: Seed) -> Self {
        Self { seed, ..self }
    }

    /// The clock, which shows the present by default.
    pub fn clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// The size limits of requests.
    pub fn bounds(self, bounds: Bounds) -> Self {
        Self { bounds, ..self }
    }

    /// Starts the sandbox.
    ///
    /// # Errors
    /// The port is taken, no thread can be started, or a site's world cannot hold the demonstration.
    pub fn start(self) -> io::Result<Sandbox> {
        let hub = Arc::new(Hub::new(self.sites, self.seed, self.clock).map_err(io::Error::other)?);
        let server = Server::start(self.port, self.bounds, Arc::clone(&hub))?;
        Ok(Sandbox { hub, server })
    }
}

impl Sandbox {
    /// Starts a sandbox with all simulated APIs, empty, on a free port.
    ///
    /// # Errors
    /// No port is free, or no thread can be started.
    pub fn start() -> io::Result<Self> {
        Self::builder().start()
    }

    /// A builder with all simulated APIs.
    ///
    /// ```
    /// use hostkit_sandbox::{Sandbox, Seed};
    ///
    /// let sandbox = Sandbox::builder().seed(Seed::Demo).start()?; // a month of servers, backups and charges
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn builder() -> Builder {
        Builder { sites: sites::all(), port: 0, bounds: Bounds::DEFAULT, seed: Seed::Empty, clock: Clock::new() }
    }

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// The base URL of an API, without a slash at its end.
    pub fn url(&self, api: ApiName) -> String {
        format!("http://{}/{api}", self.address())
    }

    /// A client of the first account of a simulated API, given how to build one: its base URL, its credentials, and this
    /// sandbox's clock, with which waiting takes no real time. Other options can follow.
    ///
    /// ```
    /// use clodo_proto::Clodo;
    /// use hostkit::machinery::ClientCore;
    /// use hostkit_sandbox::{ApiName, Sandbox};
    ///
    /// let sandbox = Sandbox::start()?;
    /// let client = sandbox.client(ClientCore::<Clodo>::builder).build()?; // or `Client::<Clodo>::builder`
    /// assert_eq!(client.base_url().to_string(), sandbox.url(ApiName::CLODO));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    /// The sandbox has no account of this API.
    pub fn client<C: FromParts<Api: Served>>(
        &self,
        builder: impl FnOnce(<C::Api as Api>::Credentials) -> ClientBuilder<C>,
    ) -> ClientBuilder<C> {
        let url = self.url(ApiName::of::<C::Api>());
        let account = sites::accounts_of::<C::Api>().into_iter().next();
        let account = account.unwrap_or_else(|| panic!("the sandbox has no account of {}", C::Api::INFO.name));
        let base = url.parse().unwrap_or_else(|error| panic!("{url} is no base URL: {error}"));
        let client = builder(account).base_url(base).clock(self.clock());
        // Limits and currency are those of the API's first host.
        match C::Api::INFO.hosts.first() {
            Some(host) => client.host(host.name),
            None => client,
        }
    }

    /// The base URL of an API with the host name `localhost`, which a client has to resolve.
    pub fn named_url(&self, api: ApiName) -> String {
        format!("http://localhost:{}/{api}", self.address().port())
    }

    /// A resolver that maps every name to this sandbox, unless a fault of name resolution strikes.
    pub fn resolver(&self) -> Resolver {
        Resolver::new(self.faults(), self.address().port())
    }

    /// What really happened, with everything that is due by now.
    pub fn ledger(&self) -> Ledger {
        self.hub.advance_all();
        self.hub.ledger.clone()
    }

    /// The clock.
    pub fn clock(&self) -> Clock {
        self.hub.clock.clone()
    }

    /// Starts all over: worlds as at the start, an empty ledger, no faults; the clock goes on.
    ///
    /// Numbers are given again from the first on, as no hoster does: a client that ordered before the reset takes the answer
    /// to a new order for a repeat of its first one. Make a new client.
    ///
    /// # Errors
    /// A site's world cannot hold the demonstration.
    pub fn reset(&self) -> Result<(), WorldError> {
        self.hub.reset()
    }

    /// The faults.
    pub fn faults(&self) -> FaultPlan {
        self.hub.faults.clone()
    }

    /// The requests that arrived.
    pub fn access_log(&self) -> AccessLog {
        self.hub.access.clone()
    }

    /// Reads or changes the world of an API; the ledger does not record such changes. `None` if the sandbox does not
    /// serve that API.
    pub fn world<T>(&self, api: ApiName, look: impl FnOnce(&mut World) -> T) -> Option<T> {
        self.hub.with_world(api, look)
    }

    /// Sets the framing of the bodies of all further answers.
    pub fn set_framing(&self, framing: Framing) {
        self.hub.set_framing(framing);
    }

    /// Sets whether calls beyond an API's rate limits are refused and counted as violations; off at the start.
    pub fn enforce_rates(&self, is_on: bool) {
        self.hub.enforce_rates(is_on);
    }

    /// The number of calls that were refused for a rate limit.
    pub fn rate_violations(&self) -> u64 {
        self.hub.rate_violations()
    }

    /// The number of connections since the start.
    pub fn connections(&self) -> u64 {
        self.server.accepted()
    }

    /// The number of connections that are open now.
    pub fn open_connections(&self) -> usize {
        self.server.open()
    }

    /// An origin that refuses connections.
    ///
    /// # Errors
    /// No port is free.
    pub fn dead_origin() -> io::Result<String> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        Ok(format!("http://{}", listener.local_addr()?))
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").field("address", &self.address()).finish_non_exhaustive()
    }
}
