//! A caller, the driver of its machine, and the world's record of its call.

use super::drive::{Driven, End};
use super::server::Fate;
use super::settings::Setting;
use super::shop::{Customer, Kind, Shop};
use super::world::PRICE;
use crate::cancel::Cancel;
use crate::client::ClientCore;
use crate::machine::Wakeup;
use crate::options::CallOptions;
use crate::time::{Moment, Now};
use rust_decimal::Decimal;

/// The state of a machine's driver.
pub(super) enum Driver {
    /// It will step the machine.
    Ready,
    Wire(Wire),
    Sleeps(Moment),
    Waits {
        wakeup: Wakeup,
        until: Moment,
        is_woken: bool,
    },
    Over,
}

/// A request in flight.
pub(super) struct Wire {
    pub(super) is_login: bool,
    /// The session cell was reset meanwhile, so the result of this sign-in is dropped.
    pub(super) is_disowned: bool,
    pub(super) sent: Now,
    pub(super) deadline: Moment,
}

/// A caller: its machine, and the world's record of its call.
pub(super) struct Caller {
    pub(super) kind: &'static Kind,
    /// `None` once it has ended or was dropped.
    pub(super) machine: Option<Box<dyn Driven>>,
    pub(super) driver: Driver,
    pub(super) cancel: Cancel,
    pub(super) has_begun: bool,
    pub(super) sent: u32,
    pub(super) logins: u32,
    /// How often it was replayed because its token was refused, and whether its last answer was such a refusal.
    pub(super) replays: u32,
    pub(super) is_refused: bool,
    /// The token that it was last sent with, and the one that was refused.
    pub(super) token: Option<usize>,
    pub(super) refused_token: Option<usize>,
    pub(super) has_gone_out: bool,
    pub(super) is_done: bool,
    pub(super) is_queued: bool,
    pub(super) end: Option<End>,
    /// Whether its price counted as spent when it was dropped.
    pub(super) is_spent: bool,
}

impl Caller {
    pub(super) fn new(core: &ClientCore<Shop>, setting: &Setting, kind: &'static Kind) -> Self {
        let cancel = Cancel::new();
        let mut options = CallOptions::new().price(Decimal::from(PRICE).into());
        options.deadline = setting.deadline;
        if setting.cancels {
            options = options.cancel(cancel.clone());
        }
        Self {
            kind,
            machine: Some((kind.start)(core, options)),
            driver: Driver::Ready,
            cancel,
            has_begun: false,
            sent: 0,
            logins: 0,
            replays: 0,
            is_refused: false,
            token: None,
            refused_token: None,
            has_gone_out: false,
            is_done: false,
            is_queued: false,
            end: None,
            is_spent: false,
        }
    }

    /// When the driver acts by itself; `None` if that is now or never.
    pub(super) fn timer(&self, now: Moment) -> Option<Moment> {
        let moment = match &self.driver {
            Driver::Ready | Driver::Over => return None,
            Driver::Waits { is_woken: true, .. } => return None,
            Driver::Wire(wire) => wire.deadline,
            Driver::Sleeps(until) | Driver::Waits { until, .. } => *until,
        };
        (moment > now).then_some(moment)
    }

    pub(super) fn arrives(&mut self, has_gone_out: bool, fate: Fate) {
        if matches!(&self.driver, Driver::Wire(wire) if wire.is_login) {
            return;
        }
        self.has_gone_out |= has_gone_out;
        self.is_done |= fate == Fate::Done;
        self.is_queued |= fate == Fate::Queued;
    }

    pub(super) fn signs_in(&self, customer: Customer) -> bool {
        customer == Customer::SignsIn && self.kind.info.authorised
    }
}
