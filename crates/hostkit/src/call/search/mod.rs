//! An exhaustive search over the states of the exchange: all events in all orders, until no new state appears.
//!
//! An exchange cannot be cloned, so a state is represented by the events that led to it, replayed from the start by the
//! real client on a manual clock. Two sequences lead to the same state if everything that decides what can follow is
//! equal ([`Shape`]). That is checked: from both, letting time pass must lead to the same end.

mod caller;
mod drive;
mod event;
mod gate;
mod rules;
mod server;
mod settings;
mod shape;
pub(crate) mod shop;
mod time;
mod world;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use drive::End;
use event::Event;
use server::{LOGINS, ROWS};
use settings::{SETTINGS, Setting};
use shape::{STATES, Shape};
use world::World;

use crate::time::Now;

/// More states than any setting has, to stop a search that would not end.
const MANY: usize = 50_000;

/// A state, by its predecessor and the event that led to it.
struct Node {
    before: usize,
    event: Option<Event>,
    /// The events that can happen next.
    next: Vec<Event>,
    rest: Rest,
}

/// The result of letting time pass from a state: for each caller that has not ended its end and the number of requests,
/// and the time when all have ended.
type Rest = (Vec<Option<(Option<End>, u32)>>, Now);

/// Statistics of a search.
#[derive(Default)]
struct Seen {
    states: usize,
    transitions: usize,
    /// The variants of the exchange's state that occurred, as bits.
    variants: u32,
    events: BTreeSet<String>,
    ends: BTreeMap<End, usize>,
}

/// The current sequence of events, which is printed when a rule is broken.
struct Way<'n> {
    setting: &'static Setting,
    nodes: &'n [Node],
    index: usize,
    event: Event,
}

impl Drop for Way<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let mut events: Vec<String> = way(self.nodes, self.index).into_iter().map(Event::describe).collect();
            events.push(self.event.describe());
            eprintln!("in `{}`, by these events:\n  {}", self.setting.name, events.join("\n  "));
        }
    }
}

fn way(nodes: &[Node], mut index: usize) -> Vec<Event> {
    let mut events = Vec::new();
    while let Some(event) = nodes[index].event {
        events.push(event);
        index = nodes[index].before;
    }
    events.reverse();
    events
}

/// Searches all states of a setting.
fn search(setting: &'static Setting) -> Seen {
    let mut seen = Seen::default();
    let mut world = World::new(setting);
    let mut known = HashMap::from([(Shape::of(&world), 0)]);
    let next = world.events();
    let mut nodes = vec![Node { before: 0, event: None, next, rest: rest(&mut world, &mut seen) }];
    let mut index = 0;
    while index < nodes.len() {
        let events = way(&nodes, index);
        for event in std::mem::take(&mut nodes[index].next) {
            let way = Way { setting, nodes: &nodes, index, event };
            let mut world = World::new(setting);
            for event in &events {
                assert!(world.act(*event), "the way cannot be gone again");
            }
            let is_idle = matches!(event, Event::Forged(_) | Event::StepInFlight(_));
            let before = is_idle.then(|| Shape::of(&world));
            if !world.act(event) {
                continue;
            }
            rules::nothing_is_lost(&world);
            seen.take(event, &world);
            if world.is_over() {
                // All callers have ended and were checked.
                continue;
            }
            let shape = Shape::of(&world);
            assert!(before.is_none_or(|before| before == shape), "what came out of turn changed something");
            let next = world.events();
            let rest = rest(&mut world, &mut seen);
            match known.get(&shape) {
                Some(other) => assert_eq!(nodes[*other].rest, rest, "two states were taken for one"),
                None => {
                    drop(way);
                    known.insert(shape, nodes.len());
                    nodes.push(Node { before: index, event: Some(event), next, rest });
                }
            }
        }
        assert!(nodes.len() < MANY, "`{}` does not close", setting.name);
        index += 1;
    }
    seen.states = nodes.len();
    seen
}

/// Lets time pass until all callers have ended.
fn rest(world: &mut World, seen: &mut Seen) -> Rest {
    let is_open: Vec<_> = world.callers.iter().map(|caller| caller.machine.is_some()).collect();
    world.let_time_pass();
    rules::nothing_is_lost(world);
    seen.visit(world);
    let ends = world.callers.iter().map(|caller| (caller.end, caller.sent));
    (ends.zip(is_open).map(|(end, is_open)| is_open.then_some(end)).collect(), world.now)
}

impl Seen {
    fn take(&mut self, event: Event, world: &World) {
        self.transitions += 1;
        self.events.insert(event.kind());
        self.visit(world);
    }

    fn visit(&mut self, world: &World) {
        self.variants |= world.variants;
        for end in world.callers.iter().filter_map(|caller| caller.end) {
            *self.ends.entry(end).or_default() += 1;
        }
    }

    fn add(&mut self, other: Self) {
        self.states += other.states;
        self.transitions += other.transitions;
        self.variants |= other.variants;
        self.events.extend(other.events);
        for (end, count) in other.ends {
            *self.ends.entry(end).or_default() += count;
        }
    }

    /// Checks that every state, event and end occurred.
    fn is_complete(&self) {
        let missing: Vec<_> =
            (0..STATES.len()).filter(|number| self.variants & 1 << number == 0).map(|number| STATES[number]).collect();
        assert!(missing.is_empty(), "no run of the states {missing:?}");
        let answers =
            ROWS.iter().flat_map(|row| row.all_fates().iter().map(|fate| format!("`{}`, {fate:?}", row.name)));
        let logins = LOGINS.iter().map(|row| format!("`{}`", row.name));
        let wanted = Event::KINDS.iter().map(|kind| (*kind).to_owned()).chain(answers).chain(logins);
        let missing: Vec<_> = wanted.filter(|kind| !self.events.contains(kind)).collect();
        assert!(missing.is_empty(), "no run of the events {missing:?}");
        assert_eq!(self.ends.len(), End::COUNT, "not every end was reached: {:?}", self.ends);
    }
}

/// Promises P1, P2, P5, P6, P8, P9, P10, P22 and P24, in every order of events. `HOSTKIT_SEARCH` restricts the search
/// to settings whose names contain it.
#[test]
fn every_order_of_events() {
    let only = std::env::var("HOSTKIT_SEARCH").ok();
    let is_wanted = |setting: &&Setting| only.as_ref().is_none_or(|name| setting.name.contains(name));
    let settings: Vec<_> = SETTINGS.iter().filter(is_wanted).collect();
    let (next, all) = (AtomicUsize::new(0), Mutex::new(Seen::default()));
    let work = || {
        while let Some(setting) = settings.get(next.fetch_add(1, Ordering::Relaxed)) {
            let start = Instant::now();
            let seen = search(setting);
            let took = start.elapsed().as_secs_f64();
            println!("{}: {} states, {} transitions, {took:.1} s", setting.name, seen.states, seen.transitions);
            all.lock().expect("nobody failed").add(seen);
        }
    };
    std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
    });
    let seen = all.into_inner().expect("nobody failed");
    let Seen { states, transitions, ends, .. } = &seen;
    println!("P2: {transitions} cases, events in {states} states of {} settings: {ends:?}", settings.len());
    if only.is_none() {
        seen.is_complete();
    }
}
