//! The account, its money and its limits.

use std::borrow::Cow;

use hostkit::protocol::Value;
use hostkit::protocol::codec::ToWire;
use hostkit::{Currency, Decimal, Format, Secret};
use macloud_proto::account::Register;
use macloud_proto::types::{
    Account, AccountAbilities, AccountId, AccountLimits, AccountRef, Balance, NewAccount, NewAccountRef, NewUser,
    ServiceLimit, UserId,
};

use super::Handler;
use super::auth::{TOKEN_LIFE, TOKEN_PREFIX};
use super::envelope::{Answered, No, reshape, shaped, whole, yes};
use crate::world::WorldError;

/// The number of the one customer.
const CUSTOMER: u64 = 7;

impl Handler<'_> {
    pub(super) fn get_account(&self) -> Answered {
        let mut reference = AccountRef::new(AccountId::new(CUSTOMER));
        reference.name = Some(format!("a{CUSTOMER}"));
        let mut account = Account::new(reference);
        let forecast = self.world.servers(&self.account).iter().map(|server| server.paid_until).min();
        account.forecast = forecast.and_then(|until| until.moscow_date());
        account.created = hostkit::DateTime::new(2014, 11, 19, 15, 28, 42);
        let mut can = AccountAbilities::new();
        (can.add_user, can.add_service, can.convert_to_cash) = (Some(true), Some(true), Some(true));
        account.can = Some(can);
        whole("Account information", &account, &["forecast"])
    }

    /// The newer level of the API writes balances as text, with their currency.
    pub(super) fn get_balance(&self) -> Answered {
        let mut balance = Balance::new();
        let money = self.world.account(&self.account)?;
        (balance.real, balance.bonus) = (Some(money.balance.into()), Some(Decimal::new(0, 2).into()));
        balance.partner = Some(Decimal::new(0, 2).into());
        balance.currency = Currency::new(money.currency).filter(|_| self.is_newer);
        let mut data = balance.to_wire(Format::Json).unwrap_or(Value::Null);
        let as_documented = |value: &mut Value| match value {
            Value::Number(number) if self.is_newer => *value = Value::Text(std::mem::take(number)),
            Value::Text(text) if !self.is_newer => *value = Value::Number(std::mem::take(text)),
            _ => {}
        };
        for purse in ["real", "bonus", "partner"] {
            reshape(&mut data, purse, &as_documented);
        }
        shaped("Balance information", data)
    }

    /// Services that the hoster does not sell are `[]`, PHP's empty map.
    pub(super) fn get_limits(&self) -> Answered {
        let limit = |max: u64, now: usize| {
            let mut limit = ServiceLimit::new(max);
            limit.now = u64::try_from(now).ok();
            limit
        };
        let servers = self.world.servers(&self.account);
        let mut limits = AccountLimits::new();
        limits.server = Some(limit(100_000, servers.len()));
        let addresses: usize = servers.iter().map(|server| server.addresses().len().saturating_sub(1)).sum();
        let mut ip4 = limit(1000, addresses);
        ip4.child_max = Some(10);
        limits.server_ip4 = Some(ip4);
        limits.iso = Some(limit(100, self.world.isos(&self.account).len()));
        limits.backup = Some(limit(1000, self.world.all_backups(&self.account).len()));
        limits.dns = Some(limit(1000, self.world.zones(&self.account).len()));
        let mut data = limits.to_wire(Format::Json).unwrap_or(Value::Null);
        if let Value::Map(entries) = &mut data {
            entries.retain(|(key, _)| key != "ssl" && key != "domain");
            entries.extend(["ssl", "domain"].map(|key| (Cow::Borrowed(key), Value::List(Vec::new()))));
        }
        shaped("Account limits information", data)
    }

    pub(super) fn register(&mut self, call: &Register) -> Answered {
        let number = match self.world.register(&call.email, "RUB") {
            Err(WorldError::Taken) => return Err(No::field("email", "Already registered")),
            other => other?,
        };
        let now = self.world.now();
        let token = self.world.sessions.issue(TOKEN_PREFIX, &call.email, now, Some(TOKEN_LIFE));
        let mut user = NewUser::new(UserId::new(number));
        (user.name, user.token) = (Some(call.email.clone()), Some(Secret::from(token)));
        let account = NewAccount::new(NewAccountRef::new(AccountId::new(number)), user);
        yes::<Register>(200, "New account created", &account)
    }
}
