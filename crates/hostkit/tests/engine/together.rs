//! Many orders of one program: of two plans, in one process or in two that share a store, with answers that get lost, lists
//! that lag, plans that change, and an API that takes an order for a repeat. Each end is compared with what happened.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use crate::common::random::Random;
use crate::common::*;
use hostkit::machinery::{ClientCore, drive};
use hostkit::protocol::codec::{DecodeError, Field, Table};
use hostkit::protocol::evidence::{self, Evidence, Facts, Inputs, Shows};
use hostkit::protocol::{EncodeError, EndpointInfo, Method, RawAnswer, RequestParts};
use hostkit::store::{Change, Store, StoreKey};
use hostkit::time::{Clock, ManualClock, Moment};
use hostkit::transport::{Incoming, Outgoing, Phase, Transport, TransportError, TransportErrorKind};
use hostkit::{CallOptions, Effect, Endpoint, Outcome, Perform, RateStore, Recovery, SavedTicket, Ticket};
use http::HeaderMap;
use http::header::{AGE, HeaderValue};

/// The things that a customer has, each with its plan as the last digit.
#[derive(Debug, Clone)]
struct ListPlanned;

impl Endpoint for ListPlanned {
    type Api = Shop;
    type Output = Vec<u64>;
    const INFO: EndpointInfo =
        EndpointInfo { name: "list_planned", path: "/planned", effect: Effect::Safe, ..EndpointInfo::DEFAULT };

    fn encode(&self, _: &mut RequestParts) -> Result<(), EncodeError> {
        Ok(())
    }

    fn decode(answer: &RawAnswer<'_>) -> Result<Vec<u64>, DecodeError> {
        const IDS: &Table = &Table::new("", &[Field::required_list("ids")]);
        answer.list(IDS, 100)
    }
}

impl hostkit::Call for ListPlanned {}

/// An order of a thing of this plan.
#[derive(Debug, Clone)]
struct OrderPlanned(u64);

impl Endpoint for OrderPlanned {
    type Api = Shop;
    type Output = u64;
    const INFO: EndpointInfo = EndpointInfo {
        name: "order_planned",
        path: "/planned",
        method: Method::POST,
        effect: Effect::Spends,
        spec: "specs/shop/OrderPlanned.toml",
        deadline: Duration::from_secs(30),
        ..EndpointInfo::DEFAULT
    };

    fn encode(&self, out: &mut RequestParts) -> Result<(), EncodeError> {
        let mut body = out.object();
        body.set("plan", &self.0);
        out.body(body);
        Ok(())
    }

    fn decode(answer: &RawAnswer<'_>) -> Result<u64, DecodeError> {
        Order::decode(answer)
    }
}

impl Perform for OrderPlanned {
    type Reading = ListPlanned;
    type Found = u64;
    const FACTS: Facts = Facts::new(Shows::Item, Duration::from_secs(60));

    fn inputs(&self) -> Inputs {
        Inputs::new().with("plan", &self.0)
    }

    fn reading(_: &Inputs) -> Result<ListPlanned, EncodeError> {
        Ok(ListPlanned)
    }

    fn evidence(inputs: &Inputs, now: Vec<u64>) -> Result<Evidence<u64>, EncodeError> {
        let plan: u64 = inputs.need("order_planned", "plan")?;
        Ok(evidence::appeared(now, move |thing| thing % 10 == plan, |thing| evidence::text(&(thing / 10))))
    }

    fn made(output: &u64) -> Vec<String> {
        vec![evidence::text(output)]
    }

    fn keys(found: &u64) -> Vec<String> {
        vec![evidence::text(&(found / 10))]
    }

    fn output(found: u64) -> Option<u64> {
        Some(found / 10)
    }
}

/// A store in memory on the clock of the test.
#[derive(Debug, Clone)]
struct Memory(Arc<Mutex<BTreeMap<String, Vec<u8>>>>, ManualClock);

impl Store for Memory {
    fn change(&self, key: &StoreKey, change: Change<'_>) -> io::Result<()> {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000) + seconds(&self.1);
        let mut entries = self.0.lock().unwrap();
        if let Some(after) = change(now, entries.get(key.as_str()).map(Vec::as_slice)) {
            entries.insert(key.as_str().to_owned(), after);
        }
        Ok(())
    }
}

fn seconds(clock: &ManualClock) -> Duration {
    clock.now().monotonic.since(Moment::START)
}

struct Thing {
    number: u64,
    /// Its plans, each from a second on.
    plans: Vec<(u64, u64)>,
}

impl Thing {
    fn plan(&self, at: u64) -> Option<u64> {
        self.plans.iter().rev().find(|(from, _)| *from <= at).map(|(_, plan)| *plan)
    }
}

/// The hoster, and what came of the order that is under way.
struct Hoster {
    clock: ManualClock,
    /// By how many seconds a list may lag.
    lag: u64,
    state: Mutex<State>,
}

struct State {
    random: Random,
    things: Vec<Thing>,
    /// What the last order made, and how often it arrived.
    own: Vec<u64>,
    arrivals: usize,
    /// What the program knows that it made.
    known: Vec<u64>,
}

impl State {
    fn make(&mut self, plan: u64, at: u64) -> u64 {
        let number = self.things.len() as u64 + 1;
        self.things.push(Thing { number, plans: vec![(at, plan)] });
        self.own.push(number);
        number
    }
}

impl Hoster {
    /// Another order is placed.
    fn begin(&self) {
        let mut state = self.state.lock().unwrap();
        (state.arrivals, state.own) = (0, Vec::new());
    }
}

impl Transport for Hoster {
    fn send(&self, outgoing: Outgoing) -> Result<Incoming, TransportError> {
        let lost = |phase| Err(TransportError::new(phase, TransportErrorKind::Reset, ""));
        let answer = |status, headers, body: String| {
            Incoming::new(&outgoing.limits, status, headers)?.with_body(body.into_bytes())
        };
        let now = seconds(&self.clock).as_secs();
        let state = &mut *self.state.lock().unwrap();
        if outgoing.endpoint == "list_planned" {
            let lag = if state.random.below(2) == 0 { 0 } else { state.random.below(self.lag + 1) };
            let mut headers = HeaderMap::new();
            match state.random.below(8) {
                0 => return lost(Phase::Head),
                1 if lag > 0 => drop(headers.insert(AGE, HeaderValue::from(lag))),
                _ => {}
            }
            let shown = |thing: &Thing| Some((thing.number * 10 + thing.plan(now - lag)?).to_string());
            let rows: Vec<String> = state.things.iter().filter_map(shown).collect();
            return answer(200, headers, format!(r#"{{"ids": [{}]}}"#, rows.join(",")));
        }
        let body: serde_json::Value = serde_json::from_slice(outgoing.request.body()).unwrap();
        let plan = body["plan"].as_u64().unwrap();
        state.arrivals += 1;
        let done = |number: u64| answer(200, HeaderMap::new(), format!(r#"{{"id": {number}}}"#));
        match (state.random.below(10), state.known.last().copied()) {
            (0..=2, _) => done(state.make(plan, now)),
            (3, _) => {
                state.make(plan, now);
                lost(Phase::Head)
            }
            (4, _) => {
                // It shows within the time after which its absence counts.
                let late = state.random.below(890 - self.lag);
                state.make(plan, now + late);
                lost(Phase::Head)
            }
            // It takes the order for a repeat of an earlier one.
            (5, Some(known)) => done(known),
            (6, _) => {
                answer(402, HeaderMap::new(), r#"{"Payment": {"code": 402, "message": "", "details": ""}}"#.into())
            }
            _ => lost(Phase::Head),
        }
    }
}

/// An order, and what its program thinks of it.
struct Ordered {
    own: Vec<u64>,
    arrivals: usize,
    end: &'static str,
    made: Option<u64>,
    ticket: Option<Ticket>,
    verdict: &'static str,
}

impl Ordered {
    fn is_wrong(&self) -> bool {
        let is_own = || self.made.is_some_and(|made| self.own.contains(&made));
        let is_end_wrong = match self.end {
            "done" => !is_own(),
            "rejected" => !self.own.is_empty(),
            "not sent" => self.arrivals > 0,
            _ => false,
        };
        let is_verdict_wrong = match self.verdict {
            "happened" => !is_own(),
            "did not" => !self.own.is_empty(),
            _ => false,
        };
        self.arrivals > 1 || is_end_wrong || is_verdict_wrong
    }
}

/// Plays one program; returns its orders.
fn play(seed: u64) -> Vec<Ordered> {
    let mut random = Random(seed);
    let clock = ManualClock::new(WALL);
    clock.advance(Duration::from_secs(10_000));
    let (lag, is_shared) = (random.one_of(&[0, 60, 400, 800]), random.below(2) == 0);
    let state = State {
        random: Random(!seed),
        things: vec![Thing { number: 1, plans: vec![(0, 1)] }],
        own: Vec::new(),
        arrivals: 0,
        known: Vec::new(),
    };
    let hoster = Hoster { clock: clock.clone(), lag, state: Mutex::new(state) };
    let store = Memory(Arc::default(), clock.clone());
    let process = || -> ClientCore<Shop> {
        let config = config(direct(), &clock);
        let config = if is_shared { config.rate_store(RateStore::new(store.clone(), "one")) } else { config };
        config.build().unwrap()
    };
    let mut processes = [process(), process()];
    let mut orders: Vec<Ordered> = Vec::new();
    let steps = 3 + random.below(8);
    for step in 0..steps + 12 {
        let known: Vec<u64> = orders.iter().filter_map(|order| order.made).collect();
        hoster.state.lock().unwrap().known.clone_from(&known);
        // Without a store, there is one process, which also reads tickets from their text.
        let at = if is_shared { random.one_of(&[0, 1]) } else { 0 };
        match if step < steps { random.below(10) } else { 9 } {
            0..=4 => {
                hoster.begin();
                let order = OrderPlanned(1 + random.below(2));
                let outcome = drive(processes[at].perform(&order, CallOptions::new()), &hoster, &clock);
                let is_open = matches!(&outcome, Outcome::Rejected(rejection) if rejection.verify);
                let state = hoster.state.lock().unwrap();
                orders.push(Ordered {
                    own: state.own.clone(),
                    arrivals: state.arrivals,
                    end: if is_open { "unresolved" } else { outcome.as_str() },
                    ticket: outcome.ticket().cloned(),
                    made: outcome.done().map(|reply| reply.value),
                    verdict: "",
                });
            }
            5 => clock.advance(Duration::from_secs(random.one_of(&[1, 30, 300, 850, 1_000, 5_000]))),
            6 if !known.is_empty() => {
                // The program changes the plan of what it knows to be its own.
                let (number, now) = (random.one_of(&known), seconds(&clock).as_secs());
                let plan = 1 + random.below(2);
                let mut state = hoster.state.lock().unwrap();
                let thing = state.things.iter_mut().find(|thing| thing.number == number);
                thing.filter(|thing| thing.plan(now).is_some()).unwrap().plans.push((now, plan));
            }
            7 if is_shared => processes[at] = process(),
            _ => {
                let mut open: Vec<&mut Ordered> =
                    orders.iter_mut().filter(|order| order.ticket.is_some() && order.verdict.is_empty()).collect();
                if open.is_empty() {
                    continue;
                }
                let index = usize::try_from(random.below(open.len() as u64)).unwrap();
                let order = &mut open[index];
                let mut ticket = order.ticket.clone().unwrap();
                if is_shared || random.below(2) == 0 {
                    let saved: SavedTicket = ticket.save().to_string().parse().unwrap();
                    ticket = saved.ticket::<OrderPlanned>().unwrap();
                }
                let hasty = CallOptions::new().deadline(Duration::from_secs(random.one_of(&[1, 100, 700])));
                let options = if step < steps && random.below(4) == 0 { hasty } else { CallOptions::new() };
                match drive(processes[at].recover::<OrderPlanned>(&ticket, options), &hoster, &clock) {
                    Recovery::Happened(thing) => (order.verdict, order.made) = ("happened", Some(thing / 10)),
                    Recovery::DidNot => order.verdict = "did not",
                    _ => {}
                }
            }
        }
    }
    orders
}

#[test]
fn p33_orders_of_one_program_are_told_apart() {
    let count = match std::env::var("HOSTKIT_PROMISE_SIZE").as_deref() {
        Ok("small") => 200,
        Ok("long") => 20_000,
        _ => 600,
    };
    let (mut told, mut wrong) = (BTreeMap::<_, u64>::new(), Vec::new());
    for seed in 0..count {
        for (index, order) in play(seed).iter().enumerate() {
            *told.entry((order.end, order.verdict)).or_default() += 1;
            if order.is_wrong() {
                let Ordered { own, arrivals, end, made, verdict, .. } = order;
                wrong.push(format!("{seed}, {index}: {end} {verdict:?} {made:?}, but {own:?} in {arrivals} arrivals"));
            }
        }
    }
    let orders: u64 = told.values().sum();
    println!("P33: {count} programs, {orders} orders: {told:?}; {} told apart wrongly", wrong.len());
    assert!(wrong.is_empty(), "{} told apart wrongly:\n{}", wrong.len(), wrong[..20.min(wrong.len())].join("\n"));
    for end in [("done", ""), ("unresolved", "happened"), ("unresolved", "did not")] {
        assert!(told.get(&end).is_some_and(|count| *count > 50), "{end:?} is hardly ever the end: {told:?}");
    }
}
