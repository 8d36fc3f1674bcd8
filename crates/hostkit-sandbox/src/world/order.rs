//! Ordering, installing, paying for and deleting servers: the methods that move money or lose data.

use std::time::Duration;

use hostkit::Decimal;

use super::objects::{Address, Build, NewServer, Server, ServerState};
use super::{World, WorldError};

impl World {
    /// Orders a server and pays its first period.
    ///
    /// # Errors
    /// An unknown plan or image, too little money, no address left.
    pub fn order(&mut self, account: &str, new: NewServer) -> Result<u64, WorldError> {
        self.order_for(account, new, 1)
    }

    /// Orders a server and pays the given number of periods.
    ///
    /// # Errors
    /// Those of [`World::order`], or not 1 to 36 periods.
    pub fn order_for(&mut self, account: &str, new: NewServer, periods: u64) -> Result<u64, WorldError> {
        if !(1..=36).contains(&periods) {
            return Err(WorldError::Invalid("periods"));
        }
        let amount = self.plan(new.plan)?.price * Decimal::from(periods);
        self.can_pay(account, amount)?;
        let number = self.place(account, new, periods)?;
        self.pay(account, amount, "server ordered", format!("server {number}"));
        Ok(number)
    }

    /// Creates an ordered server; payment is up to the caller.
    pub(super) fn place(&mut self, account: &str, new: NewServer, periods: u64) -> Result<u64, WorldError> {
        let plan = self.plan(new.plan)?.clone();
        if let Some(image) = new.image {
            self.image(image)?;
        }
        if new.install && new.image.is_none() {
            return Err(WorldError::Invalid("image"));
        }
        let ip = self.addresses.lease().ok_or(WorldError::NoAddress)?;
        let number = self.number();
        let server = Server {
            number,
            account: account.to_owned(),
            name: new.name,
            plan: plan.number,
            image: new.image,
            cores: plan.cores,
            memory: new.memory.unwrap_or(plan.memory),
            disk: new.disk.unwrap_or(plan.disk),
            state: ServerState::Ordered,
            ordered: self.now,
            paid_until: self.now + days(plan.days * periods),
            is_prolonged: true,
            password: format!("sandbox-password-{number}"),
            addresses: vec![Address { ip, is_primary: true }],
            build: new.install.then(|| self.new_build(number)),
        };
        self.servers.insert(number, server);
        Ok(number)
    }

    fn new_build(&mut self, server: u64) -> Build {
        let build = Build { from: self.now, to: self.now + self.build };
        self.due.insert((build.from + self.build / 4, server));
        self.due.insert((build.to, server));
        build
    }

    /// Installs an ordered server, or reinstalls another one, with the loss of all its data.
    ///
    /// # Errors
    /// It is being installed, or is suspended, or the image is unknown.
    pub fn install(&mut self, account: &str, number: u64, image: u64) -> Result<(), WorldError> {
        self.can_install(account, number, image)?;
        let build = self.new_build(number);
        let server = self.server_mut(account, number)?;
        server.image = Some(image);
        server.state = ServerState::Ordered;
        server.build = Some(build);
        self.note("server installed", format!("server {number}"), Decimal::ZERO);
        Ok(())
    }

    /// Checks whether [`World::install`] would succeed, without a change.
    ///
    /// # Errors
    /// Those of [`World::install`].
    pub fn can_install(&self, account: &str, number: u64, image: u64) -> Result<(), WorldError> {
        self.image(image)?;
        let server = self.server(account, number)?;
        match server.build.is_some() || server.state == ServerState::Suspended {
            true => Err(WorldError::WrongState),
            false => Ok(()),
        }
    }

    /// Changes properties of a server without payment, such as the name, the memory, or prolonging.
    ///
    /// # Errors
    /// There is no such server.
    pub fn change_server(
        &mut self,
        account: &str,
        number: u64,
        what: &'static str,
        change: impl FnOnce(&mut Server),
    ) -> Result<(), WorldError> {
        let server = self.server_mut(account, number)?;
        let before = server.clone();
        change(server);
        if *server != before {
            self.note(what, format!("server {number}"), Decimal::ZERO);
        }
        Ok(())
    }

    /// Moves a server to another plan and pays a period of it.
    ///
    /// # Errors
    /// An unknown plan, or too little money.
    pub fn change_plan(&mut self, account: &str, number: u64, plan: u64) -> Result<(), WorldError> {
        let plan = self.plan(plan)?.clone();
        self.can_pay(account, plan.price)?;
        let server = self.server_mut(account, number)?;
        (server.plan, server.cores, server.memory) = (plan.number, plan.cores, plan.memory);
        server.disk = server.disk.max(plan.disk);
        self.pay(account, plan.price, "plan changed", format!("server {number}"));
        Ok(())
    }

    /// Pays for further periods; each call adds to them.
    ///
    /// # Errors
    /// There is no such server, not 1 to 36 periods, or too little money.
    pub fn prolong(&mut self, account: &str, number: u64, periods: u64) -> Result<(), WorldError> {
        let plan = self.plan(self.server(account, number)?.plan)?.clone();
        if !(1..=36).contains(&periods) {
            return Err(WorldError::Invalid("periods"));
        }
        let amount = plan.price * Decimal::from(periods);
        self.can_pay(account, amount)?;
        let server = self.server_mut(account, number)?;
        server.paid_until = server.paid_until + days(plan.days * periods);
        self.pay(account, amount, "server prolonged", format!("server {number}"));
        Ok(())
    }

    /// Cancels an order that was not installed, and returns the price of one period.
    ///
    /// # Errors
    /// It is installed or being installed.
    pub fn cancel(&mut self, account: &str, number: u64) -> Result<(), WorldError> {
        let server = self.server(account, number)?;
        if server.state != ServerState::Ordered || server.build.is_some() {
            return Err(WorldError::WrongState);
        }
        let price = self.plan(server.plan)?.price;
        self.retire(account, number)?;
        self.pay(account, -price, "order cancelled", format!("server {number}"));
        Ok(())
    }

    /// Deletes a server, its copies and its addresses, without a refund.
    ///
    /// # Errors
    /// It is being built.
    pub fn delete(&mut self, account: &str, number: u64) -> Result<(), WorldError> {
        if self.server(account, number)?.build.is_some() {
            return Err(WorldError::WrongState);
        }
        self.retire(account, number)?;
        self.backups.retain(|_, backup| backup.server != number);
        self.note("server deleted", format!("server {number}"), Decimal::ZERO);
        Ok(())
    }

    fn retire(&mut self, account: &str, number: u64) -> Result<(), WorldError> {
        let server = self.server_mut(account, number)?;
        server.state = ServerState::Deleted;
        for address in std::mem::take(&mut server.addresses) {
            self.addresses.give_back(address.ip);
        }
        Ok(())
    }
}

fn days(count: u64) -> Duration {
    Duration::from_secs(count.saturating_mul(86_400))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Moment;

    fn world() -> World {
        World::new("RUB", Moment::since_epoch(Duration::from_secs(1_700_000_000)))
    }

    fn order(world: &mut World) -> u64 {
        let new = NewServer { plan: 1, image: Some(1), install: true, ..NewServer::default() };
        world.order("sandbox", new).unwrap()
    }

    #[test]
    fn a_server_is_built_in_its_time() {
        let mut world = world();
        let number = order(&mut world);
        let state = |world: &World| world.server("sandbox", number).unwrap().state;
        assert_eq!(state(&world), ServerState::Ordered);
        assert!(world.server("sandbox", number).unwrap().addresses().is_empty());
        world.advance_to(world.now() + Duration::from_millis(600));
        assert_eq!(state(&world), ServerState::Installing);
        assert_eq!(world.server("sandbox", number).unwrap().progress(world.now()), 30);
        assert_eq!(world.delete("sandbox", number), Err(WorldError::WrongState));
        world.advance_to(world.now() + World::BUILD);
        assert_eq!(state(&world), ServerState::Running);
        assert_eq!(world.server("sandbox", number).unwrap().addresses().len(), 1);
        world.delete("sandbox", number).unwrap();
        assert_eq!(world.server("sandbox", number), Err(WorldError::NotFound("server")));
    }

    #[test]
    fn money_is_conserved_and_noted() {
        let mut world = world();
        let before = world.account("sandbox").unwrap().balance;
        let number = order(&mut world);
        world.advance_to(world.now() + World::BUILD);
        world.prolong("sandbox", number, 3).unwrap();
        let ip = world.add_address("sandbox", number).unwrap();
        world.remove_address("sandbox", number, ip).unwrap();
        world.make_backup("sandbox", number).unwrap();
        let waiting = world.order("sandbox", NewServer { plan: 1, ..NewServer::default() }).unwrap();
        world.cancel("sandbox", waiting).unwrap();
        let (changes, _) = world.take_notes();
        let noted: Decimal = changes.iter().map(|change| change.money).sum();
        assert!(noted > Decimal::ZERO);
        assert_eq!(world.account("sandbox").unwrap().balance, before - noted);
    }

    #[test]
    fn a_refused_call_changes_nothing() {
        let mut world = world();
        world.open_account("sandbox", Decimal::ONE, "RUB");
        let new = NewServer { plan: 1, image: Some(1), install: true, ..NewServer::default() };
        assert_eq!(world.order("sandbox", new.clone()), Err(WorldError::NotEnoughMoney));
        assert_eq!(world.order("nobody", new), Err(WorldError::NotFound("account")));
        assert!(world.take_notes().0.is_empty());
        assert_eq!(world.all_servers().count(), 0);
    }

    #[test]
    fn repeats_of_what_is_so_already_are_no_change() {
        let mut world = world();
        let number = order(&mut world);
        world.advance_to(world.now() + World::BUILD);
        world.take_notes();
        world.start("sandbox", number).unwrap();
        assert!(world.take_notes().0.is_empty());
        world.stop("sandbox", number).unwrap();
        assert_eq!(world.take_notes().0.len(), 1);
    }
}
