//! The calls of Inferno.

use std::time::Duration;

use hostkit_sandbox::credentials;
use hostkit_sandbox::world::World;
use inferno_proto::types::{OrderId, ProductId, SshKeyId};
use inferno_proto::{Inferno, account, orders, servers, ssh_keys};

use super::{Acts, ME, build, ordered, server};

pub fn inferno(acts: &mut impl Acts<Api = Inferno>) {
    let order = |world: &mut World| OrderId::new(server(world));
    acts.act(|_| account::RenewApiKey::new(credentials::INFERNO_EMAIL, credentials::INFERNO_PASSWORD));
    acts.act(|_| orders::CreateOrder::new(ProductId::new(1)));
    acts.act(|world| {
        // Long enough that the hoster does not notice the payment before the call.
        world.set_build(Duration::from_secs(1_000_000));
        orders::CancelOrder::new(OrderId::new(ordered(world)))
    });
    acts.act(|world| {
        let order = ordered(world);
        build(world);
        servers::Install::new(OrderId::new(order), "debian12")
    });
    acts.act(|world| servers::Reinstall::new(order(world), "ubuntu2404"));
    acts.act(|world| servers::Reboot::new(order(world)));
    acts.act(|_| ssh_keys::AddSshKey::new("ssh-ed25519 AAAA me").name("laptop"));
    acts.act(|world| {
        let key = world.add_key(ME, Some("laptop"), "ssh-ed25519 AAAA me").unwrap();
        ssh_keys::RemoveSshKey::new(SshKeyId::new(key))
    });
}
