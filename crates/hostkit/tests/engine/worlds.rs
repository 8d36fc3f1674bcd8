//! Programs that make things, change them back, remove them, and abandon calls, in one process or in several that share a
//! store: each end is compared with what happened. What one call of a program undoes is no proof that another did nothing.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use crate::common::random::Random;
use crate::common::*;
use hostkit::machinery::{ClientCore, Machine, Step, drive};
use hostkit::protocol::codec::{DecodeError, Field, Table};
use hostkit::protocol::evidence::{self, Evidence, Facts, Inputs, LAG, Shows};
use hostkit::protocol::{Decimal, EncodeError, EndpointInfo, Method, Money, RawAnswer, RequestParts};
use hostkit::store::{Change, Store, StoreKey};
use hostkit::time::{Clock, ManualClock, Moment};
use hostkit::transport::{Incoming, Outgoing, Phase, Transport, TransportError, TransportErrorKind};
use hostkit::{Budget, CallOptions, Effect, Endpoint, Outcome, Perform, RateStore, Recovery, SavedTicket, Ticket};
use http::HeaderMap;

/// The goods of a customer: number, plan and state in one number each.
#[derive(Debug, Clone)]
struct ListGoods;

/// The number, the plan and the state of a good.
const fn parts(good: u64) -> (u64, u64, u64) {
    (good / 100, good / 10 % 10, good % 10)
}

impl Endpoint for ListGoods {
    type Api = Shop;
    type Output = Vec<u64>;
    const INFO: EndpointInfo =
        EndpointInfo { name: "list_goods", path: "/goods", effect: Effect::Safe, ..EndpointInfo::DEFAULT };

    fn encode(&self, _: &mut RequestParts) -> Result<(), EncodeError> {
        Ok(())
    }

    fn decode(answer: &RawAnswer<'_>) -> Result<Vec<u64>, DecodeError> {
        const IDS: &Table = &Table::new("", &[Field::required_list("ids")]);
        answer.list(IDS, 100)
    }
}

impl hostkit::Call for ListGoods {}

/// The key of a good.
fn key_of(good: &u64) -> String {
    let (number, ..) = parts(*good);
    evidence::text(&number)
}

macro_rules! acting {
    ($($call:ident($value:ty): $name:literal, $found:ty, $shows:expr, $inputs:expr, $evidence:expr, $keys:expr;)*) => { $(
        #[derive(Debug, Clone)]
        struct $call($value);

        impl Endpoint for $call {
            type Api = Shop;
            type Output = u64;
            const INFO: EndpointInfo = EndpointInfo {
                name: $name,
                path: concat!("/", $name),
                method: Method::POST,
                effect: Effect::Spends,
                spec: concat!("specs/shop/", $name, ".toml"),
                deadline: Duration::from_secs(30),
                ..EndpointInfo::DEFAULT
            };

            fn encode(&self, out: &mut RequestParts) -> Result<(), EncodeError> {
                let mut body = out.object();
                body.set("what", &format!("{:?}", self.0));
                out.body(body);
                Ok(())
            }

            fn decode(answer: &RawAnswer<'_>) -> Result<u64, DecodeError> {
                Order::decode(answer)
            }
        }

        impl Perform for $call {
            type Reading = ListGoods;
            type Found = $found;
            const FACTS: Facts = Facts::new($shows, LAG);

            fn inputs(&self) -> Inputs {
                let inputs: fn(&$value) -> Inputs = $inputs;
                inputs(&self.0)
            }

            fn reading(_: &Inputs) -> Result<ListGoods, EncodeError> {
                Ok(ListGoods)
            }

            fn evidence(inputs: &Inputs, now: Vec<u64>) -> Result<Evidence<$found>, EncodeError> {
                let evidence: fn(&Inputs, Vec<u64>) -> Result<Evidence<$found>, EncodeError> = $evidence;
                evidence(inputs, now)
            }

            fn keys(found: &$found) -> Vec<String> {
                let keys: fn(&$found) -> Vec<String> = $keys;
                keys(found)
            }

            fn made(output: &u64) -> Vec<String> {
                // Only an order of one thing says what it made.
                if $name == "buy" { vec![key_of(&(output * 100))] } else { Vec::new() }
            }
        }
    )* };
}

acting! {
    // A plan, which may be written in several ways.
    Buy(&'static str): "buy", u64, Shows::Item,
        |plan| Inputs::new().with("plan", &(*plan).to_owned()),
        |inputs, now| {
            let plan: Decimal = inputs.need("buy", "plan")?;
            Ok(evidence::appeared(now, move |good| Decimal::from(parts(*good).1) == plan, key_of))
        },
        |found| vec![key_of(found)];
    // Several plans at once.
    BuyAll(&'static [u64]): "buy_all", Vec<u64>, Shows::Item,
        |plans| Inputs::new().with_rows("plans", plans.iter().map(|plan| vec![Some(evidence::text(plan))])),
        |inputs, now| {
            let rows = inputs.need_rows("buy_all", "plans")?;
            let fits = |row: &Vec<Option<String>>, good: &u64| {
                evidence::same_row(row, &[Some(evidence::text(&parts(*good).1))])
            };
            Ok(evidence::appeared_each(now, rows, fits, key_of))
        },
        |found| found.iter().map(key_of).collect();
    // One thing, by its number.
    Remove(u64): "remove", (), Shows::Absence,
        |number| Inputs::new().with("number", number),
        |inputs, now| {
            let number: u64 = inputs.need("remove", "number")?;
            Ok(evidence::gone(now, move |good| parts(*good).0 == number, key_of))
        },
        |()| Vec::new();
    // Whatever has this plan.
    RemovePlan(u64): "remove_plan", (), Shows::Absence,
        |plan| Inputs::new().with("plan", plan),
        |inputs, now| {
            let plan: u64 = inputs.need("remove_plan", "plan")?;
            Ok(evidence::gone(now, move |good| parts(*good).1 == plan, key_of))
        },
        |()| Vec::new();
    Suspend(u64): "suspend", u64, Shows::State,
        |number| Inputs::new().with("number", number),
        |inputs, now| becomes(inputs, now, 1),
        |_| Vec::new();
    Resume(u64): "resume", u64, Shows::State,
        |number| Inputs::new().with("number", number),
        |inputs, now| becomes(inputs, now, 0),
        |_| Vec::new();
}

/// The good of the call is to have this state.
fn becomes(inputs: &Inputs, now: Vec<u64>, state: u64) -> Result<Evidence<u64>, EncodeError> {
    let number: u64 = inputs.need("suspend", "number")?;
    let mark = |good: &u64| Some(evidence::text(&parts(*good).2));
    Ok(evidence::became(now, move |good| parts(*good).0 == number, mark, move |good| parts(*good).2 == state))
}

fn seconds(clock: &ManualClock) -> u64 {
    clock.now().monotonic.since(Moment::START).as_secs()
}

type Entries = BTreeMap<String, Vec<u8>>;

/// A store in memory on the clock of the test, of which an older copy can be put back.
#[derive(Debug, Clone)]
struct Memory(Arc<Mutex<(Entries, Option<Entries>)>>, ManualClock);

impl Memory {
    fn copy(&self) {
        let mut held = self.0.lock().unwrap();
        held.1 = Some(held.0.clone());
    }

    fn restore(&self) {
        let mut held = self.0.lock().unwrap();
        if let Some(copy) = held.1.take() {
            held.0 = copy;
        }
    }
}

impl Store for Memory {
    fn change(&self, key: &StoreKey, change: Change<'_>) -> io::Result<()> {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + seconds(&self.1));
        let mut held = self.0.lock().unwrap();
        if let Some(after) = change(now, held.0.get(key.as_str()).map(Vec::as_slice)) {
            held.0.insert(key.as_str().to_owned(), after);
        }
        Ok(())
    }
}

/// When a process is killed: at so many changes of the store from now, before or after one of them is made.
#[derive(Debug, Default)]
struct Death {
    left: Option<u64>,
    is_before: bool,
    is_dead: bool,
}

/// The store of one process, which reaches it no more once it is dead.
#[derive(Debug, Clone)]
struct Mortal(Memory, Arc<Mutex<Death>>);

impl Store for Mortal {
    fn change(&self, key: &StoreKey, change: Change<'_>) -> io::Result<()> {
        let mut life = self.1.lock().unwrap();
        let is_last = life.left == Some(0);
        life.left = life.left.map(|left| left.saturating_sub(1));
        let is_cut = is_last && life.is_before;
        if !life.is_dead && !is_cut {
            self.0.change(key, change)?;
        }
        life.is_dead |= is_last;
        if life.is_dead { Err(io::Error::other("killed")) } else { Ok(()) }
    }
}

/// What a request asks for.
#[derive(Debug, Clone)]
enum Deed {
    Make(Vec<u64>),
    Remove(u64),
    RemovePlan(u64),
    Set(u64, u64),
}

/// Plan and state of a thing from a second on; none once it is gone.
type Life = Vec<(u64, Option<(u64, u64)>)>;

#[derive(Default)]
struct Played {
    /// Each thing with its life.
    things: Vec<(u64, Life)>,
    /// What is still to be carried out, and by which call.
    late: VecDeque<(u64, usize, Deed)>,
    /// The number of the call that is under way.
    call: usize,
    /// What each call did: the numbers of what it made, or nothing else than that it did something.
    did: BTreeMap<usize, Vec<u64>>,
    arrivals: BTreeMap<usize, usize>,
}

impl Played {
    fn at(life: &Life, time: u64) -> Option<(u64, u64)> {
        life.iter().rev().find(|(from, _)| *from <= time).and_then(|(_, state)| *state)
    }

    /// Whether a thing was removed in the time by which a list may lag before a moment, or later.
    fn went_since(&self, number: u64, time: u64) -> bool {
        let lives = self.things.iter().filter(|(known, _)| *known == number);
        lives.flat_map(|(_, life)| life).any(|(at, state)| state.is_none() && at + LAG.as_secs() >= time)
    }

    /// Carries out what is due.
    fn catch_up(&mut self, now: u64) {
        while let Some(index) = self.late.iter().position(|(due, ..)| *due <= now) {
            let (due, call, deed) = self.late.remove(index).unwrap();
            self.carry_out(due, call, deed);
        }
    }

    /// Carries a deed out; whether it did anything.
    fn carry_out(&mut self, at: u64, call: usize, deed: Deed) -> bool {
        let mut own = Vec::new();
        let did = match deed {
            Deed::Make(plans) => {
                for plan in plans {
                    let number = self.things.len() as u64 + 1;
                    self.things.push((number, vec![(at, Some((plan, 0)))]));
                    own.push(number);
                }
                true
            }
            Deed::Remove(number) => self.change(at, |known, _| known == number, |_| None),
            Deed::RemovePlan(plan) => self.change(at, |_, (has, _)| has == plan, |_| None),
            Deed::Set(number, state) => {
                self.change(at, |known, (_, is)| known == number && is != state, |(plan, _)| Some((plan, state)))
            }
        };
        if did {
            self.did.entry(call).or_default().extend(own);
        }
        did
    }

    fn change(
        &mut self,
        at: u64,
        fits: impl Fn(u64, (u64, u64)) -> bool,
        to: impl Fn((u64, u64)) -> Option<(u64, u64)>,
    ) -> bool {
        let mut any = false;
        for (number, life) in &mut self.things {
            if let Some(now) = life.last().unwrap().1.filter(|now| fits(*number, *now)) {
                life.push((at.max(life.last().unwrap().0), to(now)));
                any = true;
            }
        }
        any
    }
}

struct Hoster {
    clock: ManualClock,
    /// By how many seconds a list may lag.
    lag: u64,
    random: Mutex<Random>,
    played: Mutex<Played>,
}

impl Transport for Hoster {
    fn send(&self, outgoing: Outgoing) -> Result<Incoming, TransportError> {
        let lost = |phase| Err(TransportError::new(phase, TransportErrorKind::Reset, ""));
        let answer = |status, body: String| {
            Incoming::new(&outgoing.limits, status, HeaderMap::new())?.with_body(body.into_bytes())
        };
        let now = seconds(&self.clock);
        let (random, played) = (&mut *self.random.lock().unwrap(), &mut *self.played.lock().unwrap());
        played.catch_up(now);
        if outgoing.endpoint == "list_goods" {
            if random.below(8) == 0 {
                return lost(Phase::Head);
            }
            let lag = if random.below(2) == 0 { 0 } else { random.below(self.lag + 1) };
            let shown = |(number, life): &(u64, Life)| {
                let (plan, state) = Played::at(life, now - lag)?;
                Some((number * 100 + plan * 10 + state).to_string())
            };
            let rows: Vec<String> = played.things.iter().filter_map(shown).collect();
            return answer(200, format!(r#"{{"ids": [{}]}}"#, rows.join(",")));
        }
        let body: serde_json::Value = serde_json::from_slice(outgoing.request.body()).unwrap();
        let what = body["what"].as_str().unwrap().trim_matches(['"', '[', ']']);
        let numbers: Vec<u64> = what.split(", ").map(|text| text.split('.').next().unwrap().parse().unwrap()).collect();
        let (first, call) = (numbers[0], played.call);
        let deed = match outgoing.endpoint {
            "buy" | "buy_all" => Deed::Make(numbers),
            "remove" => Deed::Remove(first),
            "remove_plan" => Deed::RemovePlan(first),
            "suspend" => Deed::Set(first, 1),
            _ => Deed::Set(first, 0),
        };
        *played.arrivals.entry(call).or_default() += 1;
        match random.below(8) {
            0 | 1 => match played.carry_out(now, call, deed) {
                true => {
                    let made = played.did[&call].first().copied().unwrap_or(1);
                    answer(200, format!(r#"{{"id": {made}}}"#))
                }
                false => answer(404, r#"{"NotFound": {"code": 404, "message": "no", "details": ""}}"#.into()),
            },
            2 => {
                played.carry_out(now, call, deed);
                lost(Phase::Head)
            }
            3 | 4 => {
                // It shows within the time after which its absence counts.
                played.late.push_back((now + random.below(890 - self.lag), call, deed));
                lost(Phase::Head)
            }
            5 => answer(402, r#"{"Payment": {"code": 402, "message": "", "details": ""}}"#.into()),
            _ => lost(Phase::Head),
        }
    }
}

/// A verdict, and what is said to have been made.
type Said = (&'static str, Option<Vec<u64>>);

/// Recovers a ticket, perhaps from its text.
type Recover = fn(&ClientCore<Shop>, &Ticket, bool, CallOptions, &Hoster) -> Said;

/// A call, and what its program thinks of it.
struct Ordered {
    what: String,
    began: u64,
    end: &'static str,
    verdict: &'static str,
    /// What it is said to have made.
    made: Option<Vec<u64>>,
    ticket: Option<Ticket>,
    recover: Recover,
}

/// What a find says of the numbers that were made.
trait Numbers {
    fn numbers(&self) -> Option<Vec<u64>>;
}

impl Numbers for () {
    fn numbers(&self) -> Option<Vec<u64>> {
        None
    }
}

impl Numbers for u64 {
    fn numbers(&self) -> Option<Vec<u64>> {
        Some(vec![parts(*self).0])
    }
}

impl Numbers for Vec<u64> {
    fn numbers(&self) -> Option<Vec<u64>> {
        Some(self.iter().map(|good| parts(*good).0).collect())
    }
}

fn recover<E: Perform<Api = Shop>>(
    core: &ClientCore<Shop>,
    ticket: &Ticket,
    is_saved: bool,
    options: CallOptions,
    hoster: &Hoster,
) -> Said
where
    E::Found: Numbers,
{
    let saved: SavedTicket = ticket.save().to_string().parse().unwrap();
    let restored = saved.ticket::<E>().unwrap();
    let ticket = if is_saved { &restored } else { ticket };
    match drive(core.recover::<E>(ticket, options), hoster, &hoster.clock) {
        Recovery::Happened(found) => ("happened", found.numbers()),
        Recovery::InPart(found, _) => ("in part", found.numbers()),
        Recovery::Several(_) => ("several", None),
        Recovery::DidNot => ("did not", None),
        _ => ("", None),
    }
}

struct Program {
    hoster: Hoster,
    tickets: Arc<Mutex<Vec<Ticket>>>,
    orders: Vec<Ordered>,
    /// What the budget has to be.
    left: u64,
    /// The life of the process that makes the next call.
    life: Arc<Mutex<Death>>,
}

const PRICE: u64 = 10;

impl Program {
    fn is_dead(&self) -> bool {
        self.life.lock().unwrap().is_dead
    }

    /// Performs a call, or abandons it after so many requests; a process that is killed abandons it, too, and says nothing.
    fn perform<E: Perform + Endpoint<Api = Shop, Output = u64> + std::fmt::Debug>(
        &mut self,
        core: &ClientCore<Shop>,
        call: &E,
        abandon: Option<(u64, bool, bool)>,
    ) where
        E::Found: Numbers,
    {
        let (number, began) = (self.orders.len(), seconds(&self.hoster.clock));
        self.hoster.played.lock().unwrap().call = number;
        self.tickets.lock().unwrap().clear();
        let price: Money = Decimal::from(PRICE).into();
        let mut machine = core.perform(call, CallOptions::new().price(price));
        let (mut outcome, mut requests) = (None, 0);
        loop {
            let step = machine.step(self.hoster.clock.now());
            if self.is_dead() {
                break;
            }
            match step {
                Step::Done(done) => {
                    outcome = Some(done);
                    break;
                }
                Step::SleepUntil(moment) => {
                    self.hoster.clock.sleep(moment);
                }
                Step::Wait(wakeup, moment) => {
                    // The store's thread answers at once; another call of the program is never under way.
                    if !wakeup.wait(Duration::from_millis(200)) {
                        self.hoster.clock.sleep(moment);
                    }
                }
                Step::Send(outgoing) => {
                    requests += 1;
                    let is_last = abandon.is_some_and(|(after, ..)| requests > after);
                    if is_last && abandon.is_some_and(|(_, is_before, _)| is_before) {
                        break;
                    }
                    let result = self.hoster.send(*outgoing);
                    if is_last {
                        break;
                    }
                    machine.receive(self.hoster.clock.now(), result);
                }
            }
        }
        let is_killed = outcome.is_none() && abandon.is_some_and(|(.., is_killed)| is_killed);
        self.life.lock().unwrap().is_dead |= is_killed;
        drop(machine);
        let is_open = matches!(&outcome, Some(Outcome::Rejected(rejection)) if rejection.verify);
        let ahead = self.tickets.lock().unwrap().pop();
        let (end, ticket) = match &outcome {
            None => ("dropped", ahead),
            Some(_) if is_open => ("unresolved", outcome.as_ref().and_then(|outcome| outcome.ticket().cloned())),
            Some(outcome) => (outcome.as_str(), outcome.ticket().cloned()),
        };
        let made = outcome.and_then(Outcome::done).map(|reply| reply.value);
        let is_spent = match end {
            "dropped" => ticket.is_some(),
            "rejected" | "not sent" => false,
            _ => true,
        };
        self.left -= if is_spent { PRICE } else { 0 };
        let made = made.filter(|_| E::INFO.name == "buy").map(|made| vec![made]);
        let what = format!("{call:?}");
        self.orders.push(Ordered { what, began, end, verdict: "", made, ticket, recover: recover::<E> });
    }

    fn known(&self) -> Vec<u64> {
        self.orders.iter().filter_map(|order| order.made.clone()).flatten().collect()
    }
}

/// What becomes of the store and of the processes that share it.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Nothing,
    /// An older copy of the store is put back.
    Restored,
    /// Processes are killed.
    Killed,
}

/// Plays one program; returns what is wrong, and counts its ends.
fn play(seed: u64, fate: Fate, told: &mut BTreeMap<(&'static str, &'static str), u64>) -> Vec<String> {
    let mut random = Random(seed);
    let clock = ManualClock::new(WALL);
    clock.advance(Duration::from_secs(10_000));
    let lag = random.one_of(&[0, 60, 400, 800]);
    let (restores, kills) = (fate == Fate::Restored, fate == Fate::Killed);
    let is_shared = random.below(2) == 0 || kills;
    let things = vec![(1, vec![(0, Some((1, 0)))]), (2, vec![(0, Some((2, 0)))])];
    let hoster = Hoster {
        clock: clock.clone(),
        lag,
        random: Mutex::new(Random(!seed)),
        played: Mutex::new(Played { things, ..Played::default() }),
    };
    let store = Memory(Arc::default(), clock.clone());
    let (tickets, total) = (Arc::new(Mutex::new(Vec::new())), 1_000 * PRICE);
    let budget = Budget::new(Decimal::from(total).into());
    let process = || {
        let tickets = Arc::clone(&tickets);
        let life = Arc::new(Mutex::new(Death::default()));
        let config = config(direct(), &clock).budget(budget.clone()).before_send(move |intent| {
            tickets.lock().unwrap().extend(intent.ticket.clone());
            Ok(())
        });
        let store = Mortal(store.clone(), Arc::clone(&life));
        let config = if is_shared { config.rate_store(RateStore::new(store, "one")) } else { config };
        let core: ClientCore<Shop> = config.build().unwrap();
        (core, life)
    };
    let mut processes = [process(), process()];
    let (orders, life) = (Vec::new(), Arc::default());
    let mut program = Program { hoster, tickets: Arc::clone(&tickets), orders, left: total, life };
    let mut wrong = Vec::new();
    let steps = 4 + random.below(8);
    for step in 0..steps + 12 {
        let at = if is_shared { random.one_of(&[0, 1]) } else { 0 };
        // Whoever was killed is started anew.
        if processes[at].1.lock().unwrap().is_dead {
            processes[at] = process();
        }
        let core = processes[at].0.clone();
        program.life = Arc::clone(&processes[at].1);
        if kills && step < steps {
            let left = (random.below(3) == 0).then(|| random.below(5));
            *program.life.lock().unwrap() = Death { left, is_before: random.below(2) == 0, is_dead: false };
        } else {
            program.life.lock().unwrap().left = None;
        }
        match if step < steps { random.below(14) } else { 99 } {
            what @ 0..=6 => {
                let abandon = (random.below(5) == 0)
                    .then(|| (random.below(3), random.below(2) == 0, kills && random.below(2) == 0));
                let known = [&[1, 2][..], &program.known()].concat();
                let number = random.one_of(&known);
                match what {
                    0 => program.perform(&core, &Buy(random.one_of(&["1", "1.0", "2", "2.00"])), abandon),
                    1 => {
                        let plans: &[&'static [u64]] = &[&[1], &[1, 2], &[2, 1], &[1, 1]];
                        program.perform(&core, &BuyAll(random.one_of(plans)), abandon);
                    }
                    2 => program.perform(&core, &Remove(number), abandon),
                    3 => program.perform(&core, &RemovePlan(1 + random.below(2)), abandon),
                    4 => program.perform(&core, &Suspend(number), abandon),
                    5 => program.perform(&core, &Resume(number), abandon),
                    _ => program.perform(&core, &Buy("3"), abandon),
                }
            }
            7 | 8 => clock.advance(Duration::from_secs(random.one_of(&[1, 30, 300, 850, 1_000, 5_000]))),
            9 if is_shared => processes[at] = process(),
            10 if restores => store.copy(),
            11 if restores => store.restore(),
            _ => {
                let open = |order: &Ordered| order.ticket.is_some() && order.verdict.is_empty();
                let open: Vec<usize> = (0..program.orders.len()).filter(|at| open(&program.orders[*at])).collect();
                if open.is_empty() {
                    continue;
                }
                let index = random.one_of(&open);
                let ticket = program.orders[index].ticket.clone().unwrap();
                let hasty = CallOptions::new().deadline(Duration::from_secs(random.one_of(&[1, 100, 700])));
                let options = if step < steps && random.below(4) == 0 { hasty } else { CallOptions::new() };
                let recover = program.orders[index].recover;
                let is_saved = is_shared || random.below(2) == 0;
                let (verdict, made) = recover(&core, &ticket, is_saved, options, &program.hoster);
                if !program.is_dead() {
                    (program.orders[index].verdict, program.orders[index].made) = (verdict, made);
                }
            }
        }
    }
    let left = budget.remaining().to_string();
    // A process that is killed takes its budget with it.
    if !kills && left != program.left.to_string() {
        wrong.push(format!("{seed}: the budget has {left}, not {}", program.left));
    }
    clock.advance(Duration::from_secs(10_000));
    let mut played = program.hoster.played.lock().unwrap();
    played.catch_up(seconds(&clock));
    for (call, Ordered { what, began, end, verdict, made, .. }) in program.orders.iter().enumerate() {
        *told.entry((end, verdict)).or_default() += 1;
        let (did, arrivals) = (played.did.get(&call), played.arrivals.get(&call).copied().unwrap_or_default());
        let is_own = match (made, did) {
            (Some(made), Some(own)) => made.iter().all(|made| own.contains(made)) || own.is_empty(),
            (_, did) => did.is_some(),
        };
        let is_end_wrong = match *end {
            "done" => did.is_none(),
            "rejected" => did.is_some(),
            "not sent" => arrivals > 0,
            _ => false,
        };
        // An old list may show what was removed shortly before, and then it looks like what was made.
        let is_of_before = made.iter().flatten().any(|made| played.went_since(*made, *began));
        let is_verdict_wrong = match *verdict {
            "happened" => !is_own && !is_of_before,
            "did not" | "in part" => did.is_some(),
            _ => false,
        };
        if arrivals > 1 || is_end_wrong || is_verdict_wrong {
            wrong
                .push(format!("{seed}, {call}: {what} {end} {verdict:?} {made:?}, but {did:?} in {arrivals} arrivals"));
        }
    }
    wrong
}

fn run(name: &str, count: u64, fate: Fate) {
    let count = match std::env::var("HOSTKIT_PROMISE_SIZE").as_deref() {
        Ok("small") => count / 2,
        Ok("long") => count * 60,
        _ => count,
    };
    let (mut told, mut wrong) = (BTreeMap::new(), Vec::new());
    for seed in 0..count {
        wrong.extend(play(seed, fate, &mut told));
    }
    let orders: u64 = told.values().sum();
    println!("{name}: {count} programs, {orders} calls: {told:?}; {} told wrongly", wrong.len());
    assert!(wrong.is_empty(), "{} told wrongly:\n{}", wrong.len(), wrong[..20.min(wrong.len())].join("\n"));
    for end in [("unresolved", "happened"), ("unresolved", "did not"), ("dropped", "happened")] {
        assert!(told.get(&end).is_some_and(|told| *told > count / 60), "{end:?} is hardly ever the end: {told:?}");
    }
}

#[test]
fn what_a_program_undoes_was_done() {
    run("undone", 300, Fate::Nothing);
}

#[test]
fn a_store_is_put_back() {
    run("put back", 300, Fate::Restored);
}

#[test]
fn processes_are_killed_between_the_changes_of_the_store() {
    run("killed", 300, Fate::Killed);
}
