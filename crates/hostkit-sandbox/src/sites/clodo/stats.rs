//! The minutes in which a server was on. The world does not simulate load: it follows from server and minute.

use std::time::Duration;

use clodo_proto::stats::{GetStats, GetStatsPeriod};
use clodo_proto::types::StatsRow;
use hostkit::{Decimal, Kibibytes, UnixTime};

use super::answer::{No, yes};
use super::visit::Visit;
use crate::clock::Moment;
use crate::site::Reply;
use crate::world::Server;

/// The most minutes in one answer.
const ROWS: i64 = 60;

impl Visit<'_> {
    /// The minutes of the period in which the server was on; 404 if there are none.
    pub(super) fn get_stats(&mut self, call: &GetStats) -> Result<Reply, No> {
        let server = self.server(call.id)?;
        let seconds = |moment: Moment| i64::try_from(moment.unix()).unwrap_or(i64::MAX);
        let wrong = || No::new(400, "Ошибка во входных параметрах");
        let (from, to) = match &call.period {
            Some(GetStatsPeriod::Stamps { from, to }) => (*from, *to),
            Some(GetStatsPeriod::Dates { from, to }) => {
                let read = |time: &Option<hostkit::DateTime>| time.map(|time| time.in_moscow()).transpose();
                (read(from).map_err(|_| wrong())?, read(to).map_err(|_| wrong())?)
            }
            _ => (None, None),
        };
        let from = from.map_or(i64::MIN, |time| time.0).max(seconds(server.ordered));
        let to = to.map_or(i64::MAX, |time| time.0).min(seconds(self.now));
        if from > to {
            return Err(No::nothing());
        }
        let from = from.max(to.saturating_sub(60 * (ROWS - 1)));
        let times = (0..ROWS).map(|row| from + 60 * row).take_while(|time| *time <= to);
        let is_on = |time: &i64| {
            let moment = u64::try_from(*time).map(|time| Moment::since_epoch(Duration::from_secs(time)));
            moment.is_ok_and(|moment| self.world.was_on(server.number, moment))
        };
        let rows: Vec<_> = times.filter(is_on).map(|time| row(server, time)).collect();
        if rows.is_empty() { Err(No::nothing()) } else { yes::<GetStats>(self, &rows) }
    }
}

/// The values of a minute, which are the same on every call and differ between minutes.
fn row(server: &Server, time: i64) -> StatsRow {
    let load = (server.number ^ (time.unsigned_abs() / 60)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    let percent = load % 100;
    let mut row = StatsRow::new(UnixTime(time));
    row.cpu_seconds = Some(percent * 60 / 100);
    row.cpu = Some(Decimal::from(percent));
    row.memory_allotted = Some(Kibibytes(server.memory << 10));
    row.memory_used = Some(Kibibytes((server.memory << 10) * (20 + percent / 2) / 100));
    row.received = Some(Kibibytes(load % 1000));
    row.sent = Some(Kibibytes(load % 300));
    row.disk_reads = Some(load % 50);
    row.disk_writes = Some(load % 80);
    row
}
