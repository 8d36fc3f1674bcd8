//! Every order of events that three callers can make, up to a depth: one leader at most, nobody stranded.

use std::time::Duration;

use event_listener::{EventListener, Listener};

use super::{Admission, LeadGuard, SessionCell};
use crate::time::{Moment, Now};
use crate::value::UnixTime;

const CALLERS: usize = 3;
const DEPTH: usize = 7;
const LIFE: Duration = Duration::from_secs(100);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Action {
    Ask(usize),
    Succeed,
    Fail,
    Latch,
    DropLeader,
    Evict,
    Reset,
    /// Time passes: nearly to the end of a session.
    Age,
}

const ACTIONS: [Action; 10] = [
    Action::Ask(0),
    Action::Ask(1),
    Action::Ask(2),
    Action::Succeed,
    Action::Fail,
    Action::Latch,
    Action::DropLeader,
    Action::Evict,
    Action::Reset,
    Action::Age,
];

/// One caller's memory.
#[derive(Default)]
struct Caller {
    waiting: Option<u64>,
    listener: Option<EventListener>,
}

struct World {
    cell: SessionCell<u64, &'static str>,
    now: Now,
    callers: [Caller; CALLERS],
    leader: Option<LeadGuard<u64, &'static str>>,
    /// What the model knows: the last session, whether it may still be held, whether the cell is latched.
    session: u64,
    generation: u64,
    is_held: bool,
    is_latched: bool,
    sign_ins: u64,
}

impl World {
    fn new() -> Self {
        Self {
            cell: SessionCell::new(),
            now: Now { monotonic: Moment::START, wall: UnixTime(0) },
            callers: Default::default(),
            leader: None,
            session: 0,
            generation: 0,
            is_held: false,
            is_latched: false,
            sign_ins: 0,
        }
    }

    /// False where the action cannot be done now: such a path is no path.
    fn act(&mut self, action: Action) -> bool {
        match action {
            Action::Ask(caller) => self.ask(caller),
            Action::Succeed | Action::Fail | Action::Latch | Action::DropLeader => {
                let Some(guard) = self.leader.take() else { return false };
                self.end(guard, action);
                for caller in &mut self.callers {
                    if let Some(listener) = caller.listener.take() {
                        assert!(listener.wait_timeout(Duration::ZERO).is_some(), "a waiter was not woken");
                    }
                }
            }
            Action::Evict => {
                if !self.is_held {
                    return false;
                }
                // A late refusal of an older session changes nothing.
                self.cell.evict(self.generation - 1, self.now.monotonic);
                self.cell.evict(self.generation, self.now.monotonic);
                self.is_held = false;
            }
            Action::Reset => {
                self.cell.reset();
                (self.is_held, self.is_latched) = (false, false);
                // The guard of before is worth nothing now, whatever it says.
                if let Some(guard) = self.leader.take() {
                    let _ = guard.fail("obsolete", self.now, true);
                }
                self.callers = Default::default();
            }
            Action::Age => self.now = self.now.later(LIFE.mul_f64(0.95)),
        }
        true
    }

    fn ask(&mut self, number: usize) {
        let caller = &mut self.callers[number];
        let waited = caller.waiting.is_some();
        match self.cell.ask(self.now, Duration::ZERO, &mut caller.waiting) {
            Admission::Ready(lease) => {
                assert!(self.is_held && !self.is_latched, "a session from nowhere");
                assert_eq!((*lease.session, lease.generation), (self.session, self.generation), "an old session");
            }
            Admission::Lead(guard) => {
                assert!(self.leader.is_none(), "two leaders");
                assert!(!self.is_latched, "a sign-in with credentials that are known to be wrong");
                self.sign_ins += 1;
                self.leader = Some(guard);
            }
            Admission::Wait(listener) => {
                assert!(self.leader.is_some(), "a wait for nobody");
                caller.listener = Some(listener);
            }
            Admission::Failed(error) => match error {
                "wrong" => assert!(self.is_latched),
                "failed" => assert!(waited, "a failure for somebody who did not wait"),
                other => panic!("{other} came from before the reset"),
            },
        }
    }

    fn end(&mut self, guard: LeadGuard<u64, &'static str>, action: Action) {
        match action {
            Action::Succeed => {
                self.session += 1;
                let lease = guard.succeed(self.session, self.now, Some(LIFE), 0.5);
                assert!(lease.generation > self.generation);
                self.generation = lease.generation;
                self.is_held = true;
            }
            Action::Fail => {
                let old = guard.fail("failed", self.now, false);
                self.is_held &= old.is_some();
            }
            Action::Latch => {
                assert!(guard.fail("wrong", self.now, true).is_none());
                (self.is_held, self.is_latched) = (false, true);
            }
            _ => drop(guard),
        }
    }
}

#[test]
fn every_order_of_events() {
    let mut paths = 0u64;
    let mut path = vec![0usize];
    // Counts in base ten through all paths; a path that cannot be walked takes its continuations with it.
    while let Some(last) = path.last().copied() {
        if last == ACTIONS.len() {
            path.pop();
            if let Some(last) = path.last_mut() {
                *last += 1;
            }
            continue;
        }
        let mut world = World::new();
        let is_walked = path.iter().all(|action| world.act(ACTIONS[*action]));
        if is_walked {
            paths += 1;
            // Whoever asks now gets on in the end: nobody waits where nobody leads.
            if world.leader.is_none() {
                let mut waiting = None;
                let admission = world.cell.ask(world.now, Duration::ZERO, &mut waiting);
                assert!(!matches!(admission, Admission::Wait(_)), "stranded after {path:?}");
            }
        }
        if is_walked && path.len() < DEPTH {
            path.push(0);
        } else if let Some(last) = path.last_mut() {
            *last += 1;
        }
    }
    println!("{paths} orders of events");
    assert!(paths > 500_000);
}
