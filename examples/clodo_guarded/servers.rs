//! Servers: a PUT that buys another package each time it arrives, and the GET that changes a server's type, to and fro.

use hostkit::Decimal;
use hostkit::transport::Transport;
use hostkit_ureq::Client;

use super::checked::{Change, Check, CheckError, Checked};
use clodo_proto::Clodo;
use clodo_proto::servers::{BuyTraffic, ChangeToScale, ChangeToVirtual, GetServer};
use clodo_proto::types::{ServerDetail, ServerType};

/// Buys a traffic package and sees how much was added: a proxy that repeats the PUT has bought it twice.
///
/// Where the server does not show its package, [`Change::NotSeen`] says nothing: the bill tells it then, as `traff`.
///
/// # Errors
/// The server could not be read; then nothing was sent.
pub fn buy_traffic(
    client: &Client<Clodo, impl Transport>,
    act: BuyTraffic,
) -> Result<Checked<ServerDetail>, CheckError> {
    let (read, asked) = (GetServer::new(act.id), Decimal::from(act.traffic));
    let judge = move |before: &ServerDetail, after: &ServerDetail| match grown(before, after) {
        grown if grown == asked => Change::AsAsked,
        grown if grown.is_zero() => Change::NotSeen,
        grown => Change::Otherwise(format!("the package has grown by {grown} GB, not by {asked} GB")),
    };
    Check { act, read, refuse: |_: &ServerDetail| None, judge }.run(client)
}

/// Makes a ScaleServer a VirtualServer, and sees that it is one.
///
/// # Errors
/// The server could not be read, or is a VirtualServer already: the same call would make it a ScaleServer. Then nothing
/// was sent.
pub fn change_to_virtual(
    client: &Client<Clodo, impl Transport>,
    act: ChangeToVirtual,
) -> Result<Checked<ServerDetail>, CheckError> {
    let read = GetServer::new(act.id);
    Check { act, read, refuse: is_already(ServerType::Virtual), judge: has_become(ServerType::Virtual) }.run(client)
}

/// Makes a VirtualServer a ScaleServer, and sees that it is one.
///
/// # Errors
/// The server could not be read, or is a ScaleServer already. Then nothing was sent.
pub fn change_to_scale(
    client: &Client<Clodo, impl Transport>,
    act: ChangeToScale,
) -> Result<Checked<ServerDetail>, CheckError> {
    let read = GetServer::new(act.id);
    Check { act, read, refuse: is_already(ServerType::Scale), judge: has_become(ServerType::Scale) }.run(client)
}

impl Checked<ServerDetail> {
    /// By how many GB the traffic package of the server has grown.
    pub fn traffic_added(&self) -> Decimal {
        self.after.as_ref().map_or(Decimal::ZERO, |after| grown(&self.before, after))
    }
}

fn grown(before: &ServerDetail, after: &ServerDetail) -> Decimal {
    // A server without a package has bought none.
    after.traffic.unwrap_or_default() - before.traffic.unwrap_or_default()
}

fn is_already(wanted: ServerType) -> impl Fn(&ServerDetail) -> Option<String> {
    move |before| {
        let is_already = before.server_type.as_ref() == Some(&wanted);
        is_already.then(|| format!("server {} is a {} already", before.id, wanted.as_str()))
    }
}

fn has_become(wanted: ServerType) -> impl Fn(&ServerDetail, &ServerDetail) -> Change {
    move |before, after| match &after.server_type {
        Some(now) if *now == wanted => Change::AsAsked,
        now if *now == before.server_type => Change::NotSeen,
        Some(now) => Change::Otherwise(format!("the server is a {}", now.as_str())),
        None => Change::Otherwise("the server no longer shows its type".into()),
    }
}
