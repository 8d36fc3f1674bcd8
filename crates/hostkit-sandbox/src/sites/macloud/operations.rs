//! Operations on the balance: what was paid, and top-ups that are not paid yet.

use std::net::Ipv4Addr;

use hostkit::{Date, Decimal, Secret};
use macloud_proto::operations::{CreateTopUp, DeleteOperation, GetOperation, ListOperations};
use macloud_proto::types::{
    Operation, OperationId, OperationService, OperationStatus, OperationType, PaymentMethod, Purse, ServiceId,
};

use super::Handler;
use super::envelope::{Answered, No, done, whole, yes};
use crate::clock::Moment;
use crate::world::{Bill, Payment};

/// The service that a payment was for, if its object is one.
fn service(object: &str) -> Option<OperationService> {
    let (kind, number) = object.split_once(' ')?;
    let number = match number.parse::<Ipv4Addr>() {
        Ok(ip) => u64::from(u32::from(ip)),
        Err(_) => number.parse().ok()?,
    };
    let mut service = OperationService::new(ServiceId::new(number));
    service.name = Some(format!("{kind} {number}"));
    Some(service)
}

fn paid(payment: &Payment) -> Operation {
    let kind = if payment.amount < Decimal::ZERO { OperationType::Credit } else { OperationType::Debit };
    let mut operation = Operation::new(OperationId::new(payment.number), kind, payment.amount.abs().into());
    operation.purse = Some(Purse::Real);
    operation.status = Some(OperationStatus::Paid);
    (operation.created, operation.updated) = (payment.at.moscow(), payment.at.moscow());
    operation.comment = Some(format!("Списание за услугу: {}", payment.what));
    operation.service = service(&payment.object);
    operation
}

fn unpaid(bill: &Bill) -> Operation {
    let mut operation = Operation::new(OperationId::new(bill.number), OperationType::Credit, bill.amount.into());
    operation.purse = Some(Purse::Real);
    operation.status = Some(OperationStatus::Unpaid);
    (operation.created, operation.updated) = (bill.made.moscow(), bill.made.moscow());
    operation.comment = Some("Пополнение баланса".to_owned());
    let mut method = PaymentMethod::new("card");
    method.name = Some("Card".to_owned());
    operation.payment = Some(method);
    operation.paylink = Some(Secret::from(format!("https://example.org/pay/{:032x}", bill.number)));
    operation
}

/// What a top-up has and a debit has not, or the other way round.
const MAY_BE_NULL: [&str; 3] = ["payment", "service", "paylink"];

impl Handler<'_> {
    fn operations(&self) -> Result<Vec<(Moment, Operation)>, No> {
        let payments = &self.world.account(&self.account)?.payments;
        let mut all: Vec<_> = payments.iter().map(|payment| (payment.at, paid(payment))).collect();
        all.extend(self.world.bills(&self.account).into_iter().map(|bill| (bill.made, unpaid(bill))));
        all.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        Ok(all)
    }

    pub(super) fn list_operations(&self, call: &ListOperations) -> Answered {
        let text = |date: &Option<Date>| date.as_ref().map(|date| date.format("%Y-%m-%d"));
        let (from, to) = (text(&call.from), text(&call.to));
        let is_within = |at: &Moment| {
            let date = at.moscow_date().map(|date| date.format("%Y-%m-%d"));
            from.as_ref().is_none_or(|from| date.as_ref() >= Some(from))
                && to.as_ref().is_none_or(|to| date.as_ref() <= Some(to))
        };
        let all = self.operations()?.into_iter().filter(|(at, _)| is_within(at)).map(|(_, operation)| operation);
        whole("Operation list", &all.collect::<Vec<_>>(), &MAY_BE_NULL)
    }

    pub(super) fn get_operation(&self, call: &GetOperation) -> Answered {
        let found = self.operations()?.into_iter().find(|(_, operation)| operation.id == call.id);
        let (_, operation) = found.ok_or(No::NotFound)?;
        whole("Operation information", &operation, &MAY_BE_NULL)
    }

    pub(super) fn create_top_up(&mut self, call: &CreateTopUp) -> Answered {
        let number = self.world.make_bill(&self.account, call.amount.amount)?;
        yes::<CreateTopUp>(200, "Operation created", &OperationId::new(number))
    }

    pub(super) fn delete_operation(&mut self, call: &DeleteOperation) -> Answered {
        let found = self.operations()?.into_iter().find(|(_, operation)| operation.id == call.id);
        let (_, operation) = found.ok_or(No::NotFound)?;
        if operation.status != Some(OperationStatus::Unpaid) {
            return Err(No::Generic(vec!["Only unpaid operations can be deleted".to_owned()]));
        }
        self.world.drop_bill(&self.account, call.id.get())?;
        done::<DeleteOperation>(200, "Operation deleted")
    }
}
