//! P33: recovery never reaches a wrong verdict, and always ends. Every order of views that a list may give over time is
//! played against what really happened.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use crate::common::things::ODD;
use crate::common::*;
use hostkit::machinery::drive;
use hostkit::protocol::evidence::Doubt;
use hostkit::time::{Clock, ManualClock, Moment};
use hostkit::transport::{Incoming, Outgoing, Phase, Transport, TransportError, TransportErrorKind};
use hostkit::{CallOptions, Outcome, Perform, Recovery, SavedTicket};
use http::HeaderMap;
use http::header::{AGE, HeaderValue};

/// How a read shows the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum View {
    Fresh,
    /// As it was so long ago, or before the call at the most.
    Late(u64),
    /// As it was before the call, from a cache that says how old it is; or that says it in a way that cannot be read.
    Cached,
    CachedOddly,
    /// As it was before something of the same kind went, which was before the call, from a cache that says how old it is.
    CachedFull,
    /// As it was long before the call.
    Old,
    Empty,
    /// Without one of the items, and without a word about that.
    Part,
    /// With a row that cannot be read in the place of the last one.
    Unreadable,
    /// Each row twice.
    Doubled,
    /// The newest item is spelled otherwise than it was ordered.
    Renamed,
    /// The API fails, or the connection breaks.
    Failed,
    Broken,
}

const VIEWS: [View; 14] = {
    use View::*;
    [
        Fresh,
        Late(30),
        Late(800),
        Cached,
        CachedOddly,
        CachedFull,
        Old,
        Empty,
        Part,
        Unreadable,
        Doubled,
        Renamed,
        Failed,
        Broken,
    ]
};

/// What others do meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Others {
    Nothing,
    /// Somebody orders something else.
    Order(u64),
    /// A person removes what was there before.
    Remove(u64),
    /// A person renames the newest item.
    Rename(u64),
    /// The hoster renews by itself what is near its end, if that is on.
    Renew(u64),
    /// The same, and a person then stops it from doing so again.
    RenewOnce(u64),
}

const OTHERS: [Others; 7] = {
    use Others::*;
    [Nothing, Order(0), Order(400), Remove(0), Remove(400), Rename(0), Rename(400)]
};

/// What others do with something that is paid until a date: a person moves it by a day, or the hoster renews it.
const RENEWALS: [Others; 7] = {
    use Others::*;
    [Nothing, Order(0), Order(400), Renew(0), Renew(400), RenewOnce(0), RenewOnce(400)]
};

/// A second order of the same client, which makes thing 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Second {
    None,
    /// It ends well just before the call, whose baseline does not show it yet.
    EarlierDone,
    /// Its answer is lost just before the call, and it is carried out, or not.
    EarlierLost(bool),
    /// It is ordered once the end of the call is open.
    LaterDone,
    LaterLost(bool),
}

/// When and by whom the verdict is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    AtOnce,
    /// So many seconds later.
    Later(u64),
    /// So many seconds later by another process, which has only the text of the ticket.
    Elsewhere(u64),
}

/// The second order and the asking of a run.
const CALLERS: [(Second, Asked); 13] = {
    use {Asked::*, Second::*};
    [
        (None, AtOnce),
        (None, Later(1_800)),
        (None, Elsewhere(0)),
        (None, Elsewhere(30 * 86_400)),
        (EarlierDone, AtOnce),
        (EarlierDone, Elsewhere(0)),
        (EarlierLost(true), AtOnce),
        (EarlierLost(false), Later(1_800)),
        (EarlierLost(true), Elsewhere(1_800)),
        (LaterDone, AtOnce),
        (LaterDone, Later(1_800)),
        (LaterLost(true), AtOnce),
        (LaterLost(false), Later(1_800)),
    ]
};

/// The reads after which the second view comes, and the third.
const CUTS: [[usize; 2]; 11] =
    [[1, 2], [1, 5], [1, 18], [2, 3], [2, 4], [3, 6], [3, 17], [4, 10], [6, 18], [10, 16], [17, 18]];

/// What the call does: it makes thing 7, removes thing 1, removes the item, or renews it by a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Makes,
    Removes,
    Ends,
    Renews,
}

/// A hoster of whom everything is known.
struct World {
    clock: ManualClock,
    deed: Deed,
    /// When the call was carried out, if it was, in seconds after it was sent.
    done: Option<u64>,
    others: Others,
    second: Second,
    asked: Asked,
    /// Whether the end of what is paid is near, and whether the hoster then renews it by itself.
    is_near: bool,
    renews: bool,
    /// What the list shows before the call, which may be only a part.
    before: &'static [u64],
    /// The view of the first reads, from which read on comes the second, and then the third.
    views: [View; 3],
    cuts: [usize; 2],
    /// The time from which a list is no longer late.
    absent_from: u64,
    state: Mutex<Played>,
}

#[derive(Default)]
struct Played {
    /// When the call was sent.
    sent: Option<Moment>,
    /// When thing 8 was made, if the second order was carried out.
    second: Option<Moment>,
    /// The next order is the second one.
    is_second: bool,
    reads: usize,
    calls: usize,
}

impl World {
    /// The things at so many seconds after the call; before it for a negative number.
    fn things(&self, at: i64, second: Option<i64>) -> Vec<u64> {
        let has = |time: u64| at >= i64::try_from(time).unwrap();
        let mut things = vec![1, 2];
        if second.is_some_and(|made| at >= made) {
            things.push(8);
        }
        if self.done.is_some_and(has) {
            match self.deed {
                Deed::Makes | Deed::Renews => things.push(7),
                Deed::Removes | Deed::Ends => things.retain(|thing| *thing != 1),
            }
        }
        match self.others {
            Others::Order(time) if has(time) => things.push(ODD),
            Others::Remove(time) if has(time) => things.retain(|thing| *thing != 2),
            Others::Rename(time) if has(time) => rename(&mut things),
            Others::Renew(time) | Others::RenewOnce(time) if has(time) => things.push(8),
            _ => {}
        }
        things
    }

    fn read(&self, outgoing: &Outgoing) -> Result<Incoming, TransportError> {
        let mut state = self.state.lock().unwrap();
        let now = self.clock.now().monotonic;
        let Some(sent) = state.sent else { return self.answer(outgoing, self.before, "") };
        state.reads += 1;
        let since = i64::try_from(now.since(sent).as_secs()).unwrap();
        // What was made before the call shows from then on.
        let second = state.second.map(|made| i64::try_from(made.since(sent).as_secs()).unwrap());
        // The client tries a read three times, each of which may show something else.
        let stage = self.cuts.iter().filter(|cut| state.reads > **cut).count();
        // A list that shows the call later than this is beyond what is promised.
        let latest = i64::try_from(self.absent_from - self.done.unwrap_or(0)).unwrap() - 1;
        let things_at = |at: i64| self.things(at, second);
        let late = |by: i64| (since - by.min(latest)).max(-1);
        let mut age = String::new();
        let mut things = match self.views[stage] {
            View::Late(by) => things_at(late(i64::try_from(by).unwrap())),
            View::Cached => {
                age = (since + 1).to_string();
                things_at(-1)
            }
            View::CachedFull => {
                age = (since + 1).to_string();
                let mut things = things_at(-1);
                match self.deed {
                    Deed::Makes | Deed::Renews => things.push(7),
                    Deed::Removes | Deed::Ends => things.retain(|thing| *thing != 1),
                }
                things
            }
            View::CachedOddly => {
                age = "5, 7".to_owned();
                things_at(-1)
            }
            View::Old => things_at(late(i64::MAX / 2)),
            _ => things_at(since),
        };
        match self.views[stage] {
            // What was to be removed, and is not there for longer than a list is late, cannot be told from a removal.
            View::Empty if self.deed == Deed::Ends && since >= i64::try_from(self.absent_from).unwrap() => {}
            View::Empty => things.clear(),
            View::Part if since < i64::try_from(self.absent_from).unwrap() => things.retain(|thing| *thing != 1),
            View::Part => things.retain(|thing| *thing != 2),
            View::Doubled => things.extend(things.clone()),
            View::Renamed => rename(&mut things),
            View::Failed => return Incoming::new(&outgoing.limits, 502, HeaderMap::new()),
            View::Broken => return Err(TransportError::new(Phase::Head, TransportErrorKind::Reset, "")),
            View::Unreadable if self.deed == Deed::Ends => {
                return Incoming::new(&outgoing.limits, 200, HeaderMap::new())?.with_body(br#"{"id": []}"#.to_vec());
            }
            View::Unreadable => {
                things.pop();
                things.push(0);
            }
            _ => {}
        }
        self.answer(outgoing, &things, &age)
    }

    /// Until when the item is paid: thing 7 is the call's month, 8 the hoster's, `ODD` the day of a person.
    fn term(&self, things: &[u64]) -> String {
        // Now is 2023-11-14.
        let months = things.iter().filter(|thing| [7, 8].contains(thing)).collect::<std::collections::BTreeSet<_>>();
        let (month, day) = (if self.is_near { 11 } else { 18 } + months.len(), if self.is_near { 16 } else { 20 });
        let day = day + usize::from(things.contains(&ODD));
        let (year, month) = (2023 + (month - 1) / 12, (month - 1) % 12 + 1);
        let is_stopped = matches!(self.others, Others::RenewOnce(_)) && things.contains(&8);
        let renews = if self.renews && !is_stopped { "on" } else { "off" };
        match (things.is_empty(), things.contains(&0), things.contains(&1)) {
            (true, ..) => r#""-""#.to_owned(),
            (_, true, _) => "[]".to_owned(),
            // A date, from an answer that does not say whether it is renewed automatically.
            (_, _, false) => format!(r#""{year}-{month:02}-{day:02}""#),
            _ => format!(r#""{year}-{month:02}-{day:02} {renews}""#),
        }
    }

    fn answer(&self, outgoing: &Outgoing, things: &[u64], age: &str) -> Result<Incoming, TransportError> {
        let mut headers = HeaderMap::new();
        if !age.is_empty() {
            headers.insert(AGE, HeaderValue::from_str(age).unwrap());
        }
        if outgoing.endpoint == "get_term" {
            let term = self.term(things);
            return Incoming::new(&outgoing.limits, 200, headers)?.with_body(format!(r#"{{"term": {term}}}"#).into());
        }
        if outgoing.endpoint == "get_item" {
            return match things.contains(&1) {
                true => Incoming::new(&outgoing.limits, 200, headers)?.with_body(br#"{"id": 1}"#.to_vec()),
                false => Incoming::new(&outgoing.limits, 404, headers)?
                    .with_body(br#"{"NotFound": {"code": 404, "message": "no", "details": ""}}"#.to_vec()),
            };
        }
        let rows: Vec<String> =
            things.iter().map(|thing| if *thing == 0 { "[]".to_owned() } else { thing.to_string() }).collect();
        Incoming::new(&outgoing.limits, 200, headers)?.with_body(format!(r#"{{"ids": [{}]}}"#, rows.join(",")).into())
    }
}

/// What was made gets another name, which is here another number.
fn rename(things: &mut [u64]) {
    for thing in things.iter_mut().filter(|thing| **thing == 7) {
        *thing = ODD;
    }
}

impl Transport for World {
    fn send(&self, outgoing: Outgoing) -> Result<Incoming, TransportError> {
        match outgoing.endpoint {
            "order" | "remove_thing" | "delete" | "renew" => {
                let mut state = self.state.lock().unwrap();
                let now = self.clock.now().monotonic;
                if !state.is_second {
                    state.sent = Some(now);
                    state.calls += 1;
                    return Err(TransportError::new(Phase::Head, TransportErrorKind::Reset, ""));
                }
                let is_done = matches!(self.second, Second::EarlierDone | Second::LaterDone);
                if is_done || matches!(self.second, Second::EarlierLost(true) | Second::LaterLost(true)) {
                    state.second = Some(now);
                }
                match is_done {
                    true => Incoming::new(&outgoing.limits, 200, HeaderMap::new())?.with_body(br#"{"id": 8}"#.to_vec()),
                    false => Err(TransportError::new(Phase::Head, TransportErrorKind::Reset, "")),
                }
            }
            _ => self.read(&outgoing),
        }
    }
}

#[derive(Default)]
struct Tally {
    runs: u64,
    reads: u64,
    verdicts: BTreeMap<&'static str, u64>,
    wrong: Vec<String>,
}

/// Plays one world to its verdict.
fn play<E: Perform<Api = Shop>>(call: &E, world: World, made: impl Fn(&E::Found) -> bool, tally: &mut Tally)
where
    E::Found: std::fmt::Debug,
{
    let process = || config(direct(), &world.clock).build().unwrap();
    let core = process();
    let order_second = || {
        world.state.lock().unwrap().is_second = true;
        // It may not be sent, where its look fails.
        let _ = drive(core.perform(&Order, CallOptions::new()), &world, &world.clock);
        world.state.lock().unwrap().is_second = false;
    };
    if matches!(world.second, Second::EarlierDone | Second::EarlierLost(_)) {
        order_second();
    }
    let outcome = drive(core.perform(call, CallOptions::new()), &world, &world.clock);
    let Outcome::Unresolved(ticket) = outcome else { panic!("the end is open") };
    if matches!(world.second, Second::LaterDone | Second::LaterLost(_)) {
        order_second();
    }
    let (core, ticket) = match world.asked {
        Asked::AtOnce => (core, ticket),
        Asked::Later(seconds) => {
            world.clock.advance(Duration::from_secs(seconds));
            (core, ticket)
        }
        Asked::Elsewhere(seconds) => {
            world.clock.advance(Duration::from_secs(seconds));
            let saved: SavedTicket = ticket.save().to_string().parse().unwrap();
            (process(), saved.ticket::<E>().unwrap())
        }
    };
    world.state.lock().unwrap().reads = 0;
    let started = world.clock.now().monotonic;
    let verdict = drive(core.recover::<E>(&ticket, CallOptions::new()), &world, &world.clock);
    let took = world.clock.now().monotonic.since(started);
    let state = world.state.lock().unwrap();
    let happened = world.done.is_some();
    let (name, is_wrong) = match &verdict {
        Recovery::Happened(found) => ("happened", !happened || !made(found)),
        Recovery::DidNot => ("did not", happened),
        Recovery::CannotTell(Doubt::Cached) => ("cannot tell, cached", false),
        Recovery::CannotTell(_) => ("cannot tell", false),
        Recovery::Unread(_) => ("unread", false),
        _ => ("another", true),
    };
    // Each read is tried three times.
    let is_endless = state.reads > 3 * 40 || took > Duration::from_secs(2 * 1800);
    tally.runs += 1;
    tally.reads += state.reads as u64;
    *tally.verdicts.entry(name).or_default() += 1;
    if is_wrong || is_endless || state.calls != 1 {
        let World { deed, done, others, second, asked, is_near, renews, before, views, cuts, .. } = &world;
        let (reads, calls) = (state.reads, state.calls);
        tally.wrong.push(format!(
            "{verdict:?} after {reads} reads, {took:?}, {calls} calls: {deed:?} at {done:?}, {others:?}, {second:?}, \
             {asked:?}, near {is_near}, renews {renews}, before {before:?}, {views:?} {cuts:?}"
        ));
    }
}

#[test]
fn p33_recovery_reaches_no_wrong_verdict() {
    // In the long size everything meets everything; else what others do and where the views change takes turns.
    let (every, step): (bool, usize) = match std::env::var("HOSTKIT_PROMISE_SIZE").as_deref() {
        Ok("small") => (false, 5),
        Ok("long") => (true, 1),
        _ => (false, 3),
    };
    // With a common divisor, some views would never be the last.
    let divides = |divisor: &usize| step.is_multiple_of(*divisor) && VIEWS.len().is_multiple_of(*divisor);
    assert_eq!((2..=step).find(divides), None, "the views are taken in steps of {step}");
    let stages: Vec<[View; 3]> =
        VIEWS.iter().flat_map(|a| VIEWS.iter().flat_map(|b| VIEWS.iter().map(|c| [*a, *b, *c]))).collect();
    let mut tally = Tally::default();
    let (mut turn, mut callers) = (0, 0);
    for (deed, absent_from) in [(Deed::Makes, 900), (Deed::Removes, 60), (Deed::Ends, 20), (Deed::Renews, 900)] {
        let others: &[Others] = if deed == Deed::Renews { &RENEWALS } else { &OTHERS };
        let ends = [None, Some(0), Some(15), Some(45), Some(600)];
        for done in ends.into_iter().filter(|done| done.is_none_or(|done| done < absent_from)) {
            for views in stages.iter().step_by(step) {
                turn += 1;
                let all = others.iter().flat_map(|others| CUTS.iter().map(|cuts| (*others, *cuts)));
                let (skip, take) = if every { (0, usize::MAX) } else { (turn % (others.len() * CUTS.len()), 1) };
                for (others, cuts) in all.skip(skip).take(take) {
                    // Callers, and what is renewed, take turns in every size.
                    callers += 1;
                    let (second, asked) = match deed {
                        Deed::Makes => CALLERS[callers % CALLERS.len()],
                        _ => (Second::None, CALLERS[callers % 4].1),
                    };
                    let (is_near, renews) = (callers % 3 != 0, callers % 2 == 0);
                    // The hoster renews nothing that is far from its end, or that is not to be renewed.
                    let is_renewed = is_near && renews || !matches!(others, Others::Renew(_) | Others::RenewOnce(_));
                    let others = if is_renewed { others } else { Others::Nothing };
                    let is_part = deed == Deed::Makes && callers % 5 == 0;
                    let world = World {
                        clock: ManualClock::new(WALL),
                        deed,
                        done,
                        others,
                        second,
                        asked,
                        is_near,
                        renews,
                        before: if is_part { &[2] } else { &[1, 2] },
                        views: *views,
                        cuts,
                        absent_from,
                        state: Mutex::default(),
                    };
                    match deed {
                        Deed::Makes => play(&Order, world, |found| *found == 7, &mut tally),
                        Deed::Removes => play(&RemoveThing, world, |()| true, &mut tally),
                        Deed::Ends => play(&Delete, world, |()| true, &mut tally),
                        Deed::Renews => play(&Renew, world, |_| true, &mut tally),
                    }
                }
            }
        }
    }
    println!(
        "P33: {} runs, {} views in three stages, {} callers, {} reads: {:?}; {} wrong or without an end",
        tally.runs,
        VIEWS.len(),
        CALLERS.len(),
        tally.reads,
        tally.verdicts,
        tally.wrong.len()
    );
    assert!(
        tally.wrong.is_empty(),
        "{} wrong:\n{}",
        tally.wrong.len(),
        tally.wrong[..20.min(tally.wrong.len())].join("\n")
    );
    for verdict in ["happened", "did not", "cannot tell", "unread"] {
        assert!(tally.verdicts.get(verdict).is_some_and(|count| *count > 100), "{verdict} is hardly ever said");
    }
}
