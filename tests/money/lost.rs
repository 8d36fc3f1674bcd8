//! P1, P2 and P33 at every API, each answered from its examples: every call that acts is struck before or after it is
//! carried out, by either client. It arrives once, ends as the ledger says, and recovery finds it, finds that it did
//! not happen, or says that the reads cannot tell.
//!
//! The hosters, which have worlds of their own in other tests, are tried in the long size. At the invented APIs, which
//! have none, each call also meets one of the points at which orders are struck, and all of them in the long size.
//! Whether recovery can tell at all is the spec's word, and a row counts what ran for each API.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::marker::PhantomData;
use std::sync::Mutex;
use std::thread::Scope;
use std::time::Duration;

use hostkit::protocol::server::every::Served;
use hostkit::{CallOptions, Outcome, Recovery};
use hostkit_apis::ForEach;
use hostkit_sandbox::{ApiName, Armed, Entry, Fault, Hop};

use crate::ground::{Kind, Lost, Sample, Setup, Side, Stage, Trial, is_long, is_small, lock, settled};
use crate::orders;

/// What strikes a call; `None` for nothing.
const POINTS: &[Option<&str>] = &[
    None,
    Some("close-before"),
    Some("reset-after-commit"),
    Some("truncate-last-byte"),
    Some("late-commit"),
    Some("double-commit-reset"),
    Some("late-visibility-reset"),
    Some("internal-error-after-commit"),
    Some("html-instead"),
];

/// The calls of the invented APIs whose change the sandbox cannot show: keys that are no numbers, a field of another type.
const UNSEEN: &[(&str, &[&str])] = &[("obstacle", &["send_file"]), ("obstacle-signed", &["count_thing"])];

/// The invented APIs all of whose calls are done later, so that recovery never says that one did not happen.
const LATER: &[&str] = &["obstacle-hmac"];

/// What ran at one API.
#[derive(Debug, Default)]
struct Row {
    /// Calls that act.
    calls: usize,
    /// Those that something shows.
    shown: usize,
    runs: u64,
    /// Outcomes, and what recovery said, by name.
    ends: BTreeMap<&'static str, u64>,
    /// Calls whose change no example can show.
    unseen: BTreeSet<&'static str>,
    /// Why recovery cannot tell.
    doubts: BTreeMap<String, u64>,
    violations: Vec<String>,
    /// The calls and points of the violations, each of which is told once.
    wrong: BTreeSet<(&'static str, Option<&'static str>)>,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.calls == 0 {
            return f.write_str("no call acts");
        }
        write!(f, "{} calls that act, {} shown, of which no example shows ", self.calls, self.shown)?;
        write!(f, "{:?}; {} runs", self.unseen, self.runs)?;
        self.ends.iter().try_for_each(|(end, count)| write!(f, ", {end} {count}"))?;
        self.doubts.iter().try_for_each(|(doubt, count)| write!(f, "; {doubt} {count}"))
    }
}

impl Row {
    fn count(&mut self, end: &'static str) {
        *self.ends.entry(end).or_default() += 1;
    }
}

struct Pass<A: Side> {
    stages: [Stage; 2],
    turn: usize,
    row: Row,
    api: PhantomData<A>,
}

impl<A: Side> Pass<A> {
    fn new(turn: usize) -> Self {
        let stages = [Stage::from_examples::<A>(), Stage::from_examples::<A>()];
        Self { stages, turn, row: Row::default(), api: PhantomData }
    }

    /// At an API without a world of its own, each call meets one of the points at which orders are struck, too; in the long
    /// run, all. What stalls takes real time.
    fn points(&mut self) -> Vec<Option<&'static str>> {
        let start = self.turn;
        self.turn += 1;
        if is_small() {
            return vec![POINTS[start % POINTS.len()]];
        }
        let orders = orders::POINTS.iter().filter(|id| !id.starts_with("stall") && !POINTS.contains(&Some(id)));
        let orders: Vec<_> = orders.map(|id| Some(*id)).collect();
        let more = match is_long() {
            _ if is_simulated(A::NAME) => &[],
            true => &orders[..],
            false => &orders[start % orders.len()..][..1],
        };
        [POINTS, more].concat()
    }

    fn one(&mut self, index: usize, call: &Sample<A>, point: Option<&'static str>) {
        let (stage, name) = (&self.stages[index], call.info.name);
        stage.reset();
        // Another call of the same client, whose end is open, could have done it.
        let client = Setup::<A>::of(&stage.sandbox).build(Kind::BOTH[index]);
        let fault = point.map(|id| Fault::by_id(id).unwrap_or_else(|| panic!("no fault {id}")));
        if let Some(fault) = fault {
            stage.sandbox.faults().arm(Armed::new(fault).on(name));
        }
        let options = CallOptions::new().deadline(Duration::from_secs(20));
        let Some(Lost { outcome, recovery }) = call.lose(&client, options) else { return };
        // What comes late has come by then.
        stage.sandbox.clock().advance(Duration::from_secs(5));
        let own: Vec<Entry> = settled(stage, fault).into_iter().filter(|entry| entry.operation == name).collect();
        let arrivals = own.iter().filter(|entry| entry.hop == Hop::Client).count();
        let commits = own.iter().filter(|entry| entry.is_committed()).count();
        // The simulation carried it out, and no answer of it is another one since.
        let is_unseen = own.iter().any(|entry| entry.changes.iter().any(|change| change.what.ends_with("unseen")));
        if is_unseen {
            self.row.unseen.insert(name);
        }
        let mut wrong = Vec::new();
        if arrivals > 1 {
            wrong.push("sent twice");
        }
        match &outcome {
            Outcome::Done(_) | Outcome::Accepted(..) if commits == 0 => wrong.push("not done"),
            Outcome::NotSent(_) if arrivals > 0 => wrong.push("sent"),
            Outcome::Rejected(rejection) if commits > 0 && rejection.ticket().is_none() => wrong.push("carried out"),
            Outcome::Unresolved(_) if point.is_none() => wrong.push("unresolved although nothing struck"),
            _ => {}
        }
        let found = recovery.as_ref().map(|recovery| match recovery {
            Recovery::Happened(_) => "happened",
            Recovery::InPart(..) => "happened in part",
            Recovery::Several(_) => "happened several times",
            Recovery::DidNot => "did not happen",
            Recovery::CannotTell(_) => "cannot tell",
            Recovery::NotShown(_) => "not shown",
            _ => "not recovered",
        });
        match &recovery {
            Some(Recovery::Happened(_) | Recovery::InPart(..)) if commits == 0 => wrong.push("nothing was carried out"),
            Some(Recovery::Several(_)) if commits < 2 => wrong.push("it was carried out once at most"),
            Some(Recovery::DidNot) if commits > 0 && !is_unseen => wrong.push("it was carried out"),
            Some(Recovery::NotYet(..) | Recovery::Unread(_) | Recovery::OtherTicket(_)) => wrong.push("not recovered"),
            Some(found) if matches!(found, Recovery::NotShown(_)) == call.is_shown => {
                wrong.push("the spec says otherwise of what shows it");
            }
            _ => {}
        }
        self.row.runs += 1;
        self.row.count(outcome.as_str());
        found.into_iter().for_each(|found| self.row.count(found));
        if let Some(Recovery::CannotTell(doubt)) = &recovery {
            let doubt = doubt.to_string();
            *self.row.doubts.entry(doubt.split(':').next().unwrap_or_default().to_owned()).or_default() += 1;
        }
        if !wrong.is_empty() {
            let (kind, struck, said) = (Kind::BOTH[index], point.unwrap_or("nothing"), outcome.as_str());
            let why = match &outcome {
                Outcome::Rejected(rejection) => rejection.fault().to_string(),
                Outcome::NotSent(error) => error.to_string(),
                Outcome::Unresolved(ticket) => ticket.to_string(),
                _ => String::new(),
            };
            let found = recovery.map(|recovery| recovery.to_string()).unwrap_or_default();
            let shown = format!(
                "{} {} {kind:?} under {struck}: {}: {said}, {arrivals} arrivals, {commits} commits; {why}; {found}",
                A::NAME,
                name,
                wrong.join(", "),
            );
            if self.row.wrong.insert((name, point)) {
                self.row.violations.push(shown);
            }
        }
    }

    fn all(&mut self) {
        for call in Sample::<A>::all().iter().filter(|call| call.is_performed) {
            self.row.calls += 1;
            self.row.shown += usize::from(call.is_shown);
            for point in self.points() {
                for index in [0, 1] {
                    self.one(index, call, point);
                }
            }
        }
    }
}

fn is_simulated(api: ApiName) -> bool {
    ApiName::ALL.contains(&api)
}

/// The passes over all APIs, side by side.
struct Passes<'s, 'e> {
    scope: &'s Scope<'s, 'e>,
    /// The calls of the APIs so far, whose points go on where those of the last API end.
    turn: usize,
    rows: &'e Mutex<BTreeMap<&'static str, Row>>,
}

impl ForEach for Passes<'_, '_> {
    fn api<A: Served>(&mut self) {
        let rows = self.rows;
        // Those with a world of their own are also tried there, by hand.
        if is_simulated(A::NAME) && !is_long() {
            return;
        }
        let turn = self.turn;
        self.turn += Sample::<A>::all().iter().filter(|call| call.is_performed).count();
        self.scope.spawn(move || {
            let mut pass = Pass::<A>::new(turn);
            pass.all();
            lock(rows).insert(A::INFO.name, pass.row);
        });
    }
}

#[test]
fn p33_lost_answers_at_every_api() {
    let trial = Trial::alone("P33");
    let rows = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| hostkit_apis::each(&mut Passes { scope, turn: 0, rows: &rows }));
    let rows = rows.into_inner().expect("the rows");
    rows.iter().for_each(|(api, row)| println!("{api}: {row}"));
    let sum = |of: &dyn Fn(&Row) -> u64| rows.values().map(of).sum::<u64>();
    let end = |end: &str| sum(&|row| row.ends.get(end).copied().unwrap_or_default());
    let figures = format!(
        "{} calls that act of {} APIs, {} of them shown; unresolved {}: happened {}, did not {}, cannot tell {}, not shown {}",
        sum(&|row| row.calls as u64),
        rows.values().filter(|row| row.calls > 0).count(),
        sum(&|row| row.shown as u64),
        end("unresolved"),
        end("happened") + end("happened in part") + end("happened several times"),
        end("did not happen"),
        end("cannot tell"),
        end("not shown"),
    );
    // A simulation that shows nothing would let every verdict pass.
    let is_told = |api: &str, row: &Row| {
        row.ends.contains_key("happened") && row.ends.contains_key("did not happen") != LATER.contains(&api)
    };
    let blind = |api: &str, row: &Row| row.shown > row.unseen.len() && !is_told(api, row);
    let blind: Vec<_> = rows.iter().filter(|(api, row)| blind(api, row) && !is_small()).map(|(api, _)| *api).collect();
    for (api, row) in rows.iter().filter(|_| !is_small()) {
        let known = UNSEEN.iter().find(|(known, _)| known == api).map_or(&[][..], |(_, calls)| calls);
        let is_hoster = ApiName::ALL.iter().any(|hoster| hoster.to_string() == *api);
        assert!(is_hoster || row.unseen.iter().eq(known), "{api}: what is not shown is {:?}", row.unseen);
    }
    let runs = sum(&|row| row.runs);
    let violations: Vec<String> = rows.into_values().flat_map(|row| row.violations).collect();
    trial.end(runs, &figures, &violations);
    assert!(blind.is_empty(), "recovery never found a call, or never found that one did not happen, of {blind:?}");
}
