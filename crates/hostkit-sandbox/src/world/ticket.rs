//! Support tickets, which are never answered.

use hostkit::Decimal;

use super::objects::{Message, Ticket};
use super::{World, WorldError};

/// The price of a VIP ticket.
fn vip_price() -> Decimal {
    Decimal::new(50_000, 2)
}

impl World {
    /// The tickets of an account, the oldest first.
    pub fn tickets(&self, account: &str) -> Vec<&Ticket> {
        self.tickets.values().filter(|ticket| ticket.account == account).collect()
    }

    /// A ticket.
    ///
    /// # Errors
    /// There is no such ticket.
    pub fn ticket(&self, account: &str, number: u64) -> Result<&Ticket, WorldError> {
        self.tickets.get(&number).filter(|ticket| ticket.account == account).ok_or(WorldError::NotFound("ticket"))
    }

    /// Opens a ticket; a VIP ticket costs money.
    ///
    /// # Errors
    /// A text is empty, too little money, or no such account.
    pub fn open_ticket(&mut self, account: &str, subject: &str, text: &str, is_vip: bool) -> Result<u64, WorldError> {
        let price = if is_vip { vip_price() } else { Decimal::ZERO };
        self.can_pay(account, price)?;
        if subject.is_empty() || text.is_empty() {
            return Err(WorldError::Invalid("text"));
        }
        let number = self.number();
        let messages = vec![self.message(text)];
        let (login, subject) = (account.to_owned(), subject.to_owned());
        self.tickets.insert(number, Ticket { number, account: login, subject, is_vip, messages });
        self.pay(account, price, "ticket opened", format!("ticket {number}"));
        Ok(number)
    }

    /// Adds a message to a ticket.
    ///
    /// # Errors
    /// There is no such ticket, or the text is empty.
    pub fn reply(&mut self, account: &str, number: u64, text: &str) -> Result<(), WorldError> {
        self.ticket(account, number)?;
        if text.is_empty() {
            return Err(WorldError::Invalid("text"));
        }
        let message = self.message(text);
        if let Some(ticket) = self.tickets.get_mut(&number) {
            ticket.messages.push(message);
        }
        self.note("ticket answered", format!("ticket {number}"), Decimal::ZERO);
        Ok(())
    }

    fn message(&mut self, text: &str) -> Message {
        Message { number: self.number(), at: self.now, text: text.to_owned() }
    }
}
