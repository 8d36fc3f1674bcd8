//! Support tickets, which are never answered.

use clodo_proto::helpdesk::{CreateTicket, CreateVipTicket, GetTicket, ListTickets, ReplyTicket};
use clodo_proto::types::{
    SupportTicket, TicketEventId, TicketHead, TicketId, TicketMessage, TicketStatus, TicketSummary, UserId, Vote,
};

use super::answer::{No, yes};
use super::visit::Visit;
use crate::site::Reply;

const STATUS: &str = "В работе";
const SECTION: &str = "Техническая поддержка";

impl Visit<'_> {
    pub(super) fn list_tickets(&mut self) -> Result<Reply, No> {
        let tickets = self.world.tickets(&self.account).into_iter().map(|found| {
            let mut ticket = TicketSummary::new(TicketId::new(found.number));
            ticket.subject = Some(found.subject.clone());
            ticket.status = Some(STATUS.to_owned());
            ticket.status_id = Some(TicketStatus::InProgress);
            ticket.section = Some(SECTION.to_owned());
            ticket.opened = found.messages.first().and_then(|message| message.at.moscow());
            ticket
        });
        yes::<ListTickets>(self, &tickets.collect())
    }

    pub(super) fn get_ticket(&mut self, call: &GetTicket) -> Result<Reply, No> {
        let found = self.world.ticket(&self.account, call.id.get())?;
        let mut head = TicketHead::new(call.id);
        head.subject = Some(found.subject.clone());
        head.status = Some(STATUS.to_owned());
        head.status_id = Some(TicketStatus::InProgress);
        head.section = Some(SECTION.to_owned());
        head.vip = found.is_vip;
        head.vote = Some(Vote::None);
        head.operator = Some(String::new());
        if let Some(first) = found.messages.first() {
            head.text = Some(first.text.clone());
            head.opened = first.at.moscow();
        }
        let mut ticket = SupportTicket::new(head);
        ticket.messages = found
            .messages
            .iter()
            .map(|said| {
                let mut message = TicketMessage::new(TicketEventId::new(said.number));
                message.date = said.at.moscow();
                message.text = Some(said.text.clone());
                message.is_own = true;
                message.author = Some(UserId::new(super::user::NUMBER));
                message.author_name = Some(found.account.clone());
                message
            })
            .collect();
        yes::<GetTicket>(self, &ticket)
    }

    pub(super) fn create_ticket(&mut self, call: &CreateTicket) -> Result<Reply, No> {
        self.world.open_ticket(&self.account, &call.subject, &call.text, false)?;
        yes::<CreateTicket>(self, &())
    }

    pub(super) fn create_vip_ticket(&mut self, call: &CreateVipTicket) -> Result<Reply, No> {
        self.world.open_ticket(&self.account, &call.subject, &call.text, true)?;
        yes::<CreateVipTicket>(self, &())
    }

    pub(super) fn reply_ticket(&mut self, call: &ReplyTicket) -> Result<Reply, No> {
        self.world.reply(&self.account, call.id.get(), &call.text)?;
        yes::<ReplyTicket>(self, &())
    }
}
