//! Servers: a PUT that buys a package each time it arrives, and a GET that toggles a server's type.

use hostkit::Decimal;
use hostkit::transport::Transport;
use hostkit_ureq::Client;

use super::checked::{Change, Check, CheckError, Checked};
use clodo_proto::Clodo;
use clodo_proto::servers::{BuyTraffic, ChangeToScale, ChangeToVirtual, GetServer};
use clodo_proto::types::{ServerDetail, ServerType};

/// Buys a traffic package and reads how much was added: a proxy that repeats the PUT buys it twice.
///
/// A server may not show its package: then [`Change::NotSeen`] proves nothing, and only the bill shows it, as `traff`.
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

/// Turns a ScaleServer into a VirtualServer, and checks that it is one.
///
/// # Errors
/// The server could not be read, or is a VirtualServer already: the same call would turn it into a ScaleServer. Then
/// nothing was sent.
pub fn change_to_virtual(
    client: &Client<Clodo, impl Transport>,
    act: ChangeToVirtual,
) -> Result<Checked<ServerDetail>, CheckError> {
    let read = GetServer::new(act.id);
    Check { act, read, refuse: is_already(ServerType::Virtual), judge: has_become(ServerType::Virtual) }.run(client)
}

/// Turns a VirtualServer into a ScaleServer, and checks that it is one.
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
    /// Growth of the server's traffic package, in GB.
    pub fn traffic_added(&self) -> Decimal {
        self.after.as_ref().map_or(Decimal::ZERO, |after| grown(&self.before, after))
    }
}

fn grown(before: &ServerDetail, after: &ServerDetail) -> Decimal {
    // A missing package counts as zero.
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
