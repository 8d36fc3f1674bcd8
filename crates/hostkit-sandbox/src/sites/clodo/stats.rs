//! Minutes of a server that hardly does anything: the world does not simulate load.

use clodo_proto::stats::{GetStats, GetStatsPeriod};
use clodo_proto::types::StatsRow;
use hostkit::{Decimal, Kibibytes, UnixTime};

use super::Visit;
use super::answer::{No, yes};
use crate::site::Reply;
use crate::world::ServerState;

/// How many minutes are shown at most.
const ROWS: i64 = 60;

impl Visit<'_> {
    /// The minutes of the period in which the server was there; 404 where there are none.
    pub(super) fn get_stats(&mut self, call: &GetStats) -> Result<Reply, No> {
        let server = self.server(call.id)?;
        let seconds = |moment: crate::clock::Moment| i64::try_from(moment.unix()).unwrap_or(i64::MAX);
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
        if server.state != ServerState::Running || from > to {
            return Err(No::nothing());
        }
        let from = from.max(to.saturating_sub(60 * (ROWS - 1)));
        let times = (0..ROWS).map(|row| from + 60 * row).take_while(|time| *time <= to);
        let rows = times.map(|time| {
            let mut row = StatsRow::new(UnixTime(time));
            row.cpu_seconds = Some(1);
            row.cpu = Some(Decimal::new(25, 2));
            row.memory_allotted = Some(Kibibytes(server.memory << 10));
            row.memory_used = Some(Kibibytes(server.memory << 8));
            row.received = Some(Kibibytes(548));
            row.sent = Some(Kibibytes(177));
            row.disk_reads = Some(0);
            row.disk_writes = Some(75);
            row
        });
        yes::<GetStats>(self, &rows.collect())
    }
}
