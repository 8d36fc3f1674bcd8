//! What some hosters know of a server and others do not.

use hostkit::Decimal;

use super::{World, WorldError};

/// What some hosters know of a server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Details {
    /// The host name, where it is not the name.
    pub host: Option<String>,
    /// The number of the key for its first user.
    pub key: Option<u64>,
    /// The number of the data centre.
    pub place: Option<u64>,
    /// Whether its address stays when it is deleted.
    pub keeps_address: bool,
    /// Whether it does not start by itself.
    pub stays_off: bool,
    /// Whether it is in the local network.
    pub is_local: bool,
    /// The numbers of things that were ordered with it.
    pub addons: Vec<u64>,
}

impl World {
    /// What else is known of a server.
    pub fn details(&self, number: u64) -> Details {
        self.services.details.get(&number).cloned().unwrap_or_default()
    }

    /// Changes what else is known of a server; a change that changes nothing is none.
    ///
    /// # Errors
    /// There is no such server.
    pub fn change_details(
        &mut self,
        account: &str,
        number: u64,
        what: &'static str,
        change: impl FnOnce(&mut Details),
    ) -> Result<(), WorldError> {
        self.server(account, number)?;
        let mut details = self.details(number);
        change(&mut details);
        if details != self.details(number) {
            self.services.details.insert(number, details);
            self.note(what, format!("server {number}"), Decimal::ZERO);
        }
        Ok(())
    }

    /// Puts down what an order said beside the server; the order itself is the change.
    pub fn describe_order(&mut self, number: u64, details: Details) {
        self.services.details.insert(number, details);
    }

    /// Opens a console, which a server can have any number of.
    ///
    /// # Errors
    /// There is no such server.
    pub fn open_console(&mut self, account: &str, number: u64) -> Result<(), WorldError> {
        self.server(account, number)?;
        self.note("console opened", format!("server {number}"), Decimal::ZERO);
        Ok(())
    }
}
