//! Exhaustive search over the states of one cell: at most one leader, no stranded waiter, no stale leader.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use event_listener::{EventListener, Listener};
use hostkit_proto::UnixTime;

use super::{Admission, LeadGuard, SessionCell};
use crate::time::{Moment, Now};

const LIFE: Duration = Duration::from_secs(100);
/// Close to the end of a session and longer than any backoff, so that a step of time always ends a backoff.
const AGE: Duration = Duration::from_secs(95);
/// The server's `Retry-After` at a sign-in.
const TOLD: Duration = Duration::from_secs(70);
/// The validity that each caller needs; an old session does not suffice for the last one.
const NEEDS: [Duration; 3] = [Duration::ZERO, Duration::ZERO, Duration::from_secs(50)];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    Ask(usize),
    /// The leader sends its sign-in.
    Send,
    /// No byte of it went out.
    Unsent,
    /// The server answers with `Retry-After`.
    Told,
    Leader(End),
    /// A leader ends whose cell was reset meanwhile.
    Former(End),
    /// A call is accepted with the session, or refused.
    Prove,
    Evict,
    Reset,
    Age,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Succeed,
    Fail,
    Latch,
    Drop,
}

const EVENTS: [Event; 18] = [
    Event::Ask(0),
    Event::Ask(1),
    Event::Ask(2),
    Event::Send,
    Event::Unsent,
    Event::Told,
    Event::Leader(End::Succeed),
    Event::Leader(End::Fail),
    Event::Leader(End::Latch),
    Event::Leader(End::Drop),
    Event::Former(End::Succeed),
    Event::Former(End::Fail),
    Event::Former(End::Latch),
    Event::Former(End::Drop),
    Event::Prove,
    Event::Evict,
    Event::Reset,
    Event::Age,
];

/// What one caller remembers between calls.
#[derive(Default)]
struct Caller {
    waiting: Option<u64>,
    listener: Option<EventListener>,
}

type Guard = LeadGuard<u64, &'static str>;

/// The cell, its callers, and the model that it is checked against.
struct World {
    cell: SessionCell<u64, &'static str>,
    now: Now,
    callers: [Caller; 3],
    leader: Option<Guard>,
    former: Option<Guard>,
    /// The last session; the model also knows whether it may still be held.
    session: u64,
    generation: u64,
    is_held: bool,
    is_rejected: bool,
    /// When each of the consecutive failed sign-ins was sent.
    failed_sign_ins: Vec<Moment>,
    /// The same, if the held session is refused before it was accepted.
    failed_if_refused: Vec<Moment>,
}

/// All that decides what happens next.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Shape {
    /// The age of the session, its renewal, and whether it was accepted.
    held: Option<(Duration, Duration, bool)>,
    is_rejected: bool,
    rests: bool,
    failed_sign_ins: (u32, u32),
    /// How often the leader's sign-in was sent, whether just now, and whether it may not be sent yet, or not again.
    leader: Option<(u32, bool, bool, bool)>,
    has_former: bool,
    /// Whether each caller waits, and for a failure that is already known. The first two are interchangeable.
    callers: [Option<bool>; 3],
}

impl World {
    fn new() -> Self {
        Self {
            cell: SessionCell::new(),
            now: Now { monotonic: Moment::START, wall: UnixTime(0) },
            callers: Default::default(),
            leader: None,
            former: None,
            session: 0,
            generation: 0,
            is_held: false,
            is_rejected: false,
            failed_sign_ins: Vec::new(),
            failed_if_refused: Vec::new(),
        }
    }

    fn shape(&self) -> Shape {
        let snapshot = self.cell.snapshot();
        let now = self.now.monotonic;
        assert_eq!(snapshot.is_led, self.leader.is_some(), "who leads");
        assert_eq!(snapshot.is_rejected, self.is_rejected, "the rejected");
        assert_eq!(
            snapshot.held.as_ref().map(|(session, _)| **session),
            self.is_held.then_some(self.session),
            "the session"
        );
        let life = |(asked, whole, renew): (Now, Duration, Duration)| (self.now.since(asked).min(whole), renew);
        let held = snapshot.life.map(life).map(|(age, renew)| (age, renew.min(LIFE), snapshot.is_proven));
        let leader = self.leader.as_ref().map(|guard| {
            let (sent, sent_at, retry_after) = guard.snapshot();
            (sent.min(3), sent > 0 && sent_at == now, guard.not_before() > now, retry_after > now)
        });
        let is_told = |waiting: u64| snapshot.failed.is_some_and(|failed| failed >= waiting);
        let mut callers = [0, 1, 2].map(|number: usize| self.callers[number].waiting.map(is_told));
        callers[..2].sort_unstable();
        Shape {
            held,
            is_rejected: snapshot.is_rejected,
            rests: snapshot.backoff_until > now,
            // More failures only lengthen the backoff, and a step of 95 seconds ends it in any case.
            failed_sign_ins: (snapshot.failed_sign_ins.0.min(4), snapshot.failed_sign_ins.1.min(4)),
            leader,
            has_former: self.former.is_some(),
            callers,
        }
    }

    /// `false` if the event cannot happen in this state.
    fn happen(&mut self, event: Event) -> bool {
        match event {
            Event::Ask(caller) => self.ask(caller),
            Event::Send => return self.send(),
            Event::Unsent => match &mut self.leader {
                Some(guard) if guard.snapshot().0 > 0 => guard.unsent(),
                _ => return false,
            },
            Event::Told => match &mut self.leader {
                Some(guard) if guard.snapshot().0 > 0 => guard.retry_after(self.now.monotonic + TOLD),
                _ => return false,
            },
            Event::Leader(how) => {
                let Some(guard) = self.leader.take() else { return false };
                self.end(guard, how);
            }
            Event::Former(how) => {
                let Some(guard) = self.former.take() else { return false };
                match how {
                    End::Succeed => drop(guard.succeed(u64::MAX, self.now, Some(LIFE), 0.5)),
                    End::Fail => assert!(guard.fail("obsolete", self.now, false).is_none()),
                    End::Latch => assert!(guard.fail("obsolete", self.now, true).is_none()),
                    End::Drop => drop(guard),
                }
            }
            Event::Prove if self.is_held => self.cell.prove(self.generation),
            Event::Evict if self.is_held => {
                // A late refusal of an older session changes nothing.
                let before = self.shape();
                self.cell.evict(self.generation - 1, self.now.monotonic);
                assert_eq!(self.shape(), before, "after a refusal of an older session");
                let is_proven = self.cell.snapshot().is_proven;
                self.cell.evict(self.generation, self.now.monotonic);
                self.is_held = false;
                if !is_proven {
                    self.failed_sign_ins = std::mem::take(&mut self.failed_if_refused);
                    // The backoff counts from the refusal.
                    self.failed_sign_ins.iter_mut().for_each(|sent| *sent = self.now.monotonic);
                }
            }
            Event::Prove | Event::Evict => return false,
            Event::Reset => {
                self.cell.reset();
                (self.is_held, self.is_rejected) = (false, false);
                self.failed_sign_ins.clear();
                self.former = self.leader.take().or(self.former.take());
                self.wake();
            }
            Event::Age => self.now = self.now.later(AGE),
        }
        true
    }

    fn ask(&mut self, number: usize) {
        let caller = &mut self.callers[number];
        let waited = caller.waiting.is_some();
        caller.listener = None;
        match self.cell.ask(self.now, NEEDS[number], &mut caller.waiting) {
            Admission::Ready(lease) => {
                assert!(self.is_held && !self.is_rejected, "a session from nowhere");
                assert_eq!((*lease.session, lease.generation), (self.session, self.generation), "an old session");
                assert!(!lease.is_past_its_end(self.now), "a session past its end");
            }
            Admission::Lead(guard) => {
                assert!(self.leader.is_none(), "two leaders");
                assert!(!self.is_rejected, "a sign-in with credentials that are known to be wrong");
                self.leader = Some(guard);
            }
            Admission::Wait(listener) => {
                assert!(self.leader.is_some(), "a wait for nobody");
                caller.listener = Some(listener);
            }
            Admission::Failed(error) => {
                match error {
                    "wrong" => assert!(self.is_rejected),
                    "failed" => assert!(waited, "a failure for somebody who did not wait"),
                    other => panic!("{other} came from before the reset"),
                }
                // Such a call ends, and its caller makes another one.
                caller.waiting = None;
            }
        }
    }

    /// Sends at most twice, like an exchange, which paces the second one itself.
    fn send(&mut self) -> bool {
        let now = self.now.monotonic;
        let Some(guard) = &mut self.leader else { return false };
        let (sent, _, _) = guard.snapshot();
        if sent > 1 || sent == 0 && guard.not_before() > now {
            return false;
        }
        if let (0, [_, _, .., last]) = (sent, &self.failed_sign_ins[..]) {
            let rest = if self.failed_sign_ins.len() > 2 { Duration::from_secs(1) } else { Duration::ZERO };
            assert!(
                now.since(*last) >= rest,
                "the sign-in after {} in failed_sign_ins does not rest",
                self.failed_sign_ins.len()
            );
        }
        guard.sent(now);
        true
    }

    fn end(&mut self, guard: Guard, how: End) {
        let (sent, sent_at, _) = guard.snapshot();
        self.failed_sign_ins.extend((0..sent).map(|_| sent_at));
        match how {
            End::Succeed => {
                self.session += 1;
                let lease = guard.succeed(self.session, self.now, Some(LIFE), 0.5);
                assert!(lease.generation > self.generation);
                self.generation = lease.generation;
                self.is_held = true;
                self.failed_if_refused = std::mem::take(&mut self.failed_sign_ins);
            }
            End::Fail => {
                let old = guard.fail("failed", self.now, false);
                self.is_held &= old.is_some();
            }
            End::Latch => {
                assert!(guard.fail("wrong", self.now, true).is_none());
                (self.is_held, self.is_rejected) = (false, true);
            }
            End::Drop => drop(guard),
        }
        self.wake();
    }

    /// Every waiter was woken.
    fn wake(&mut self) {
        for caller in &mut self.callers {
            if let Some(listener) = caller.listener.take() {
                assert!(listener.wait_timeout(Duration::ZERO).is_some(), "a waiter was not woken");
            }
        }
    }

    /// A caller that asks now makes progress: none waits without a leader.
    fn nobody_is_stranded(&self) {
        if self.leader.is_none() {
            let admission = self.cell.ask(self.now, Duration::ZERO, &mut None);
            assert!(!matches!(admission, Admission::Wait(_)), "stranded");
        }
    }
}

/// A path through the states, printed when an assertion on it fails.
struct Path<'p>(&'p [Event]);

impl Drop for Path<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("after {:?}", self.0);
        }
    }
}

fn walked(path: &[Event]) -> Option<World> {
    let _said = Path(path);
    let mut world = World::new();
    path.iter().all(|event| world.happen(*event)).then_some(world)
}

#[test]
fn every_order_of_events() {
    let mut seen = HashSet::from([World::new().shape()]);
    let mut open = VecDeque::from([Vec::new()]);
    let (mut count, mut longest) = (0u64, 0);
    let mut happened = HashSet::new();
    while let Some(path) = open.pop_front() {
        longest = longest.max(path.len());
        for (number, event) in EVENTS.into_iter().enumerate() {
            let mut path = path.clone();
            path.push(event);
            let Some(world) = walked(&path) else { continue };
            let _said = Path(&path);
            count += 1;
            happened.insert(number);
            let is_new = seen.insert(world.shape());
            world.nobody_is_stranded();
            if is_new {
                open.push_back(path.clone());
            }
        }
    }
    println!("{count} events in {} merged states, the furthest after {longest} events", seen.len());
    assert_eq!(happened.len(), EVENTS.len(), "an event never happened: {happened:?}");
    assert!(seen.len() > 500, "{} states", seen.len());
}
