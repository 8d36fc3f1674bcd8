//! Advances time: to the next due event, or until all callers have ended.

use hostkit_proto::UnixTime;

use super::caller::{Caller, Driver};
use super::server::{Fate, LOGINS, ROWS, Row};
use super::world::{WALL, World};
use crate::time::{Moment, Now};

impl World {
    /// The next moment at which a driver acts by itself.
    pub(super) fn next_timer(&self) -> Option<Moment> {
        self.callers.iter().filter_map(|caller| caller.timer(self.now.monotonic)).min()
    }

    pub(super) fn next_deadline(&self) -> Option<Moment> {
        let deadlines = self.callers.iter().filter_map(|caller| caller.machine.as_ref()?.exchange().deadline);
        deadlines.filter(|deadline| *deadline > self.now.monotonic).min()
    }

    pub(super) fn token_age(&self, share: f64) -> Option<Moment> {
        let (asked, life, _) = self.core.shared().session.snapshot().life?;
        Some(asked.monotonic + life.mul_f64(share))
    }

    pub(super) fn pass_to(&mut self, moment: Moment) {
        let seconds = i64::try_from(moment.since(Moment::START).as_secs()).unwrap_or(i64::MAX);
        self.now = Now { monotonic: moment.max(self.now.monotonic), wall: UnixTime(WALL + self.jumped + seconds) };
        if let Some((gate, _)) = &self.store {
            gate.set_clock(self.now);
        }
    }

    pub(super) fn jump(&mut self, seconds: i64) {
        self.left.jumps -= 1;
        self.jumped += seconds;
        self.pass_to(self.now.monotonic);
    }

    /// Lets only time pass, until every caller has ended, which it must by its deadline.
    pub(super) fn let_time_pass(&mut self) {
        for _ in 0..100 {
            if self.is_over() {
                return;
            }
            let now = self.now.monotonic;
            let is_due = |caller: &Caller| caller.timer(now).is_none() && !matches!(caller.driver, Driver::Over);
            match self.callers.iter().position(is_due) {
                None => {
                    let timer = self.next_timer().expect("somebody waits for something");
                    self.pass_to(timer);
                }
                Some(number) => match &self.callers[number].driver {
                    Driver::Wire(wire) if wire.is_login => self.act_on_timeout(number, LOGINS),
                    Driver::Wire(_) => self.act_on_timeout(number, ROWS),
                    _ => self.step(number),
                },
            }
            self.let_store_work();
        }
        panic!("it does not end by itself");
    }

    fn act_on_timeout(&mut self, number: usize, rows: &'static [Row]) {
        let is_timeout = |row: &&Row| row.name.ends_with("no answer");
        let row = rows.iter().find(is_timeout).expect("a row");
        match std::ptr::eq(rows, LOGINS) {
            true => self.login(number, row),
            false => self.answer(number, row, Fate::No),
        }
    }
}
