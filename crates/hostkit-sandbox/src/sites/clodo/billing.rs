//! Money: the balance, and what was paid in a period.

use std::collections::BTreeMap;

use clodo_proto::billing::{
    GetBalance, GetBilling, GetBillingPeriod, GetBillingToday, GetServerBilling, GetServerBillingPeriod,
    GetServerBillingToday,
};
use clodo_proto::types::{Billing, Debit, DebitKind, ServerId};
use hostkit::protocol::Value;
use hostkit::{DateTime, Decimal, UnixTime};

use super::answer::{No, yes};
use super::servers::object;
use super::visit::Visit;
use crate::site::Reply;
use crate::world::Payment;

/// The hoster's kind of debit for a payment.
fn kind(payment: &Payment) -> DebitKind {
    match payment.what {
        "address added" => DebitKind::Address,
        "backup made" => DebitKind::Backup,
        "traffic bought" => DebitKind::TrafficPackage,
        "ticket opened" => DebitKind::Support,
        _ => DebitKind::Server,
    }
}

fn stamp(time: DateTime) -> Result<UnixTime, No> {
    time.in_moscow().map_err(|_| No::new(400, "Ошибка во входных параметрах"))
}

/// Seconds since 1970, both ends included.
struct Period {
    from: i64,
    to: i64,
}

impl Period {
    fn of(from: UnixTime, to: Option<UnixTime>) -> Self {
        Self { from: from.0, to: to.map_or(i64::MAX, |to| to.0) }
    }

    fn has(&self, payment: &Payment) -> bool {
        i64::try_from(payment.at.unix()).is_ok_and(|at| (self.from..=self.to).contains(&at))
    }
}

impl Visit<'_> {
    pub(super) fn get_balance(&mut self) -> Result<Reply, No> {
        let balance = self.world.account(&self.account)?.balance;
        yes::<GetBalance>(self, &balance.into())
    }

    fn today(&self) -> Result<Period, No> {
        let today = self.now.moscow().map(|now| now.parts());
        let midnight = today.and_then(|(year, month, day, ..)| DateTime::new(year, month, day, 0, 0, 0));
        let from = midnight.ok_or_else(|| No::new(500, "Внутренняя ошибка выполнения запроса"))?;
        Ok(Period::of(stamp(from)?, None))
    }

    fn billing(&self, period: &Period, server: Option<ServerId>) -> Result<Billing, No> {
        let object = server.map(object);
        let payments = &self.world.account(&self.account)?.payments;
        let is_shown =
            |payment: &&Payment| period.has(payment) && object.as_ref().is_none_or(|object| *object == payment.object);
        let shown = || payments.iter().filter(is_shown);
        let mut debits = BTreeMap::new();
        for payment in shown() {
            let debit = debits.entry(kind(payment)).or_insert_with(|| Debit::new(Decimal::ZERO.into()));
            debit.amount.amount += payment.amount;
            debit.count = Some(debit.count.unwrap_or_default() + Decimal::ONE);
        }
        let mut billing = Billing::new(shown().map(|payment| payment.amount).sum::<Decimal>().into());
        billing.total_credit = Some(Decimal::ZERO.into());
        billing.period = self.now.moscow().map(|now| now.format("%d.%m.%Y"));
        billing.debits = debits;
        billing.credits = Some(Value::List(Vec::new()));
        Ok(billing)
    }

    pub(super) fn get_billing_today(&mut self) -> Result<Reply, No> {
        yes::<GetBillingToday>(self, &self.billing(&self.today()?, None)?)
    }

    pub(super) fn get_billing(&mut self, call: &GetBilling) -> Result<Reply, No> {
        let period = match call.period {
            GetBillingPeriod::Stamps { from, to } => Period::of(from, to),
            GetBillingPeriod::Dates { from, to } => Period::of(stamp(from)?, to.map(stamp).transpose()?),
        };
        yes::<GetBilling>(self, &self.billing(&period, None)?)
    }

    pub(super) fn get_server_billing_today(&mut self, call: &GetServerBillingToday) -> Result<Reply, No> {
        self.server(call.id)?;
        yes::<GetServerBillingToday>(self, &self.billing(&self.today()?, Some(call.id))?)
    }

    pub(super) fn get_server_billing(&mut self, call: &GetServerBilling) -> Result<Reply, No> {
        self.server(call.id)?;
        let period = match call.period {
            GetServerBillingPeriod::Stamps { from, to } => Period::of(from, to),
            GetServerBillingPeriod::Dates { from, to } => Period::of(stamp(from)?, to.map(stamp).transpose()?),
        };
        yes::<GetServerBilling>(self, &self.billing(&period, Some(call.id))?)
    }
}
