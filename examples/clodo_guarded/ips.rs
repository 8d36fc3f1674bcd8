//! Addresses: a PUT that buys one each time it arrives, and a GET that moves one.

use std::net::IpAddr;

use hostkit::transport::Transport;
use hostkit_ureq::Client;

use super::checked::{Change, Check, CheckError, Checked};
use clodo_proto::Clodo;
use clodo_proto::ips::{AddIp, ListIps, MoveIp};
use clodo_proto::types::ListedAddress;

/// Adds an address to a server and finds out which: the answer does not say, and a proxy may have bought two.
///
/// [`Checked::before`] and [`Checked::after`] are the addresses of the server.
///
/// # Errors
/// The addresses could not be read; then nothing was sent.
pub fn add_ip(client: &Client<Clodo, impl Transport>, act: AddIp) -> Result<Checked<Vec<ListedAddress>>, CheckError> {
    let read = ListIps::new(act.id);
    let judge = |before: &Vec<_>, after: &Vec<_>| match (new(before, after).as_slice(), new(after, before).as_slice()) {
        ([], []) => Change::NotSeen,
        ([_], []) => Change::AsAsked,
        (new, []) => Change::Otherwise(format!("{} addresses are new: {}", new.len(), list(new))),
        (new, gone) => Change::Otherwise(format!("new: {}; gone: {}", list(new), list(gone))),
    };
    Check { act, read, refuse: |_: &Vec<_>| None, judge }.run(client)
}

/// Moves an additional address to a server, and checks that it arrived.
///
/// [`Checked::before`] and [`Checked::after`] are the addresses of the destination server.
///
/// # Errors
/// The addresses could not be read, or the server has the address already; then nothing was sent.
pub fn move_ip(client: &Client<Clodo, impl Transport>, act: MoveIp) -> Result<Checked<Vec<ListedAddress>>, CheckError> {
    let (read, ip, target) = (ListIps::new(act.target), act.ip, act.target);
    let refuse = move |before: &Vec<_>| holds(before, ip).then(|| format!("server {target} has {ip} already"));
    let judge =
        move |before: &Vec<_>, after: &Vec<_>| match (new(before, after).as_slice(), new(after, before).as_slice()) {
            ([only], []) if *only == ip => Change::AsAsked,
            ([], []) => Change::NotSeen,
            (new, gone) => Change::Otherwise(format!("new: {}; gone: {}", list(new), list(gone))),
        };
    Check { act, read, refuse, judge }.run(client)
}

impl Checked<Vec<ListedAddress>> {
    /// Addresses that the server has now and did not have before.
    pub fn added(&self) -> Vec<IpAddr> {
        self.after.as_ref().map_or_else(Vec::new, |after| new(&self.before, after))
    }
}

fn holds(addresses: &[ListedAddress], ip: IpAddr) -> bool {
    addresses.iter().any(|address| address.ip == ip)
}

/// Addresses of the second list that the first lacks.
fn new(before: &[ListedAddress], after: &[ListedAddress]) -> Vec<IpAddr> {
    after.iter().map(|address| address.ip).filter(|ip| !holds(before, *ip)).collect()
}

fn list(ips: &[IpAddr]) -> String {
    if ips.is_empty() { "none".into() } else { ips.iter().map(IpAddr::to_string).collect::<Vec<_>>().join(", ") }
}
