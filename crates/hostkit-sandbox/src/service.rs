//! Connects the parts: a request comes in, a fault may strike, a site carries it out, the ledger records it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hostkit::Effect;
use http::{HeaderMap, Method, Response, StatusCode};

use crate::access::{AccessLog, Line};
use crate::api_name::ApiName;
use crate::clock::{Clock, Moment};
use crate::demo;
use crate::fault::{self, Fault, FaultPlan, Point, Settings, Sighting, Spoil, Strike};
use crate::http::{Act, Delivery, Framing, Head, Request, Service};
use crate::ledger::{Arrival, Ended, Entry, Hop, Ledger};
use crate::rates::Rates;
use crate::site::{Call, Operation, Refusal, Reply, Site, Verdict, answer, pairs};
use crate::watch::{Exchange, Watch};
use crate::world::{Credentials, World, WorldError};

/// One API: its site, its world, and pending effects.
struct Place {
    site: Box<dyn Site>,
    state: Mutex<State>,
}

struct State {
    world: World,
    /// Calls to be carried out later, with the number of their ledger entry.
    late: Vec<(Moment, u64, Call)>,
    /// Until this moment, reads see this older world.
    stale: Option<(Moment, World)>,
}

/// The sandbox behind its sockets.
pub(crate) struct Hub {
    places: BTreeMap<ApiName, Place>,
    pub(crate) clock: Clock,
    pub(crate) ledger: Ledger,
    pub(crate) faults: FaultPlan,
    pub(crate) access: AccessLog,
    framing: Mutex<Framing>,
    rates: Mutex<(bool, Rates)>,
    seed: Seed,
    pub(crate) watch: Watch,
}

/// What the worlds hold at the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Seed {
    /// An account with money, plans and images.
    #[default]
    Empty,
    /// Servers in several states, zones, backups, keys, tickets, and a month of charges.
    Demo,
}

impl Seed {
    /// A world of a site at this moment.
    fn world(self, site: &dyn Site, now: Moment) -> Result<World, WorldError> {
        if self == Self::Empty {
            return Ok(site.world(now));
        }
        let mut world = site.world(now.before(demo::PAST));
        demo::fill(&mut world, now)?;
        world.take_notes();
        Ok(world)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Hub {
    pub(crate) fn new(sites: Vec<Box<dyn Site>>, seed: Seed, clock: Clock) -> Result<Self, WorldError> {
        let place = |site: Box<dyn Site>| {
            let world = seed.world(&*site, clock.now())?;
            Ok((site.api(), Place { site, state: Mutex::new(State { world, late: Vec::new(), stale: None }) }))
        };
        Ok(Self {
            places: sites.into_iter().map(place).collect::<Result<_, WorldError>>()?,
            clock,
            ledger: Ledger::default(),
            faults: FaultPlan::default(),
            access: AccessLog::default(),
            framing: Mutex::default(),
            rates: Mutex::default(),
            seed,
            watch: Watch::default(),
        })
    }

    /// Starts all over: worlds, ledger, faults and counted calls; the clock goes on.
    pub(crate) fn reset(&self) -> Result<(), WorldError> {
        for place in self.places.values() {
            let world = self.seed.world(&*place.site, self.clock.now())?;
            *lock(&place.state) = State { world, late: Vec::new(), stale: None };
        }
        self.ledger.clear();
        self.faults.clear();
        lock(&self.rates).1.forget();
        Ok(())
    }

    /// The APIs that are served.
    #[cfg_attr(not(feature = "program"), allow(dead_code, reason = "only the program lists them"))]
    pub(crate) fn apis(&self) -> Vec<ApiName> {
        self.places.keys().copied().collect()
    }

    /// Gives access to the world of an API; changes are not recorded.
    pub(crate) fn with_world<T>(&self, api: ApiName, look: impl FnOnce(&mut World) -> T) -> Option<T> {
        let place = self.places.get(&api)?;
        let mut state = lock(&place.state);
        self.advance_to(place, &mut state);
        let seen = look(&mut state.world);
        state.world.take_notes();
        Some(seen)
    }

    /// Carries out everything that is due, in every world.
    pub(crate) fn advance_all(&self) {
        for place in self.places.values() {
            self.advance_to(place, &mut lock(&place.state));
        }
    }

    pub(crate) fn set_framing(&self, framing: Framing) {
        *lock(&self.framing) = framing;
    }

    pub(crate) fn enforce_rates(&self, is_on: bool) {
        let mut rates = lock(&self.rates);
        // Calls made while limits were not enforced must not count as violations.
        rates.1.forget();
        rates.0 = is_on;
    }

    #[cfg_attr(not(feature = "program"), allow(dead_code, reason = "only the program shows it"))]
    pub(crate) fn are_rates_enforced(&self) -> bool {
        lock(&self.rates).0
    }

    pub(crate) fn rate_violations(&self) -> u64 {
        lock(&self.rates).1.violations()
    }

    fn advance_to(&self, place: &Place, state: &mut State) {
        let now = self.clock.now();
        let late = std::mem::take(&mut state.late);
        let (due, later): (Vec<_>, Vec<_>) = late.into_iter().partition(|(due, ..)| *due <= now);
        state.late = later;
        for (due, entry, call) in due {
            state.world.advance_to(due);
            let reply = place.site.handle(&call, &mut state.world);
            self.note(entry, &reply, &mut state.world);
        }
        state.world.advance_to(now);
        if state.stale.as_ref().is_some_and(|(until, _)| *until <= now) {
            state.stale = None;
        }
    }

    /// Records how a call ended.
    fn note(&self, number: u64, reply: &Reply, world: &mut World) {
        let (changes, credentials) = world.take_notes();
        self.ledger.amend(number, |entry| {
            entry.ended = match &reply.verdict {
                // A call that changed something has committed, whatever the site answers.
                _ if !changes.is_empty() => Ended::Committed,
                Verdict::Done => Ended::Answered,
                Verdict::Refused(code) | Verdict::Denied(code) => Ended::Refused(code.clone()),
            };
            entry.credentials = match &reply.verdict {
                Verdict::Denied(_) => Credentials::Bad,
                _ => credentials,
            };
            entry.changes = changes;
        });
    }

    fn place_of(&self, target: &str) -> Option<(&Place, ApiName)> {
        let path = target.split('?').next().unwrap_or_default();
        let segment = path.strip_prefix('/')?.split('/').next()?;
        let named = self.places.get_key_value(segment);
        let sister = || self.places.iter().find(|(_, place)| place.site.sister() == Some(segment));
        named.or_else(sister).map(|(api, place)| (place, *api))
    }

    fn arrive(&self, api: ApiName, operation: &'static str, connection: u64, hop: Hop) -> u64 {
        self.ledger.arrive(Arrival { at: self.clock.now(), api, operation, connection, hop })
    }

    /// The acts of a fault that strikes before there is an answer, for which an empty one stands.
    fn strike_early(&self, fault: &Fault, target: &str) -> Vec<Act> {
        let settings = self.faults.settings();
        let delivery = Delivery { framing: Framing::Length, keep_alive: false, is_head: false };
        let nothing = Response::new(Vec::new());
        fault.acts(&Spoil { answer: &nothing, delivery, target, settings: &settings })
    }
}

impl Service for Hub {
    fn accepted(&self) -> Option<Vec<Act>> {
        let fault = self.faults.choose(&Sighting { moment: Point::Accept, api: None, operation: None })?;
        Some(self.strike_early(fault, "/"))
    }

    fn head(&self, connection: u64, head: &Head) -> Option<Vec<Act>> {
        let (_, api) = self.place_of(&head.target)?;
        let seen = Sighting { moment: Point::BeforeRead, api: Some(api), operation: None };
        let fault = self.faults.choose(&seen)?;
        let entry = self.arrive(api, Operation::UNREAD.name, connection, Hop::Client);
        self.ledger.amend(entry, |entry| entry.fault = Some(fault));
        let referer = String::new();
        let (method, target) = (head.method.clone(), head.target.clone());
        self.access.push(Line { connection, method, target, referer });
        Some(self.strike_early(fault, &head.target))
    }

    fn call(&self, request: Request) -> Vec<Act> {
        let framing = if request.is_modern { *lock(&self.framing) } else { Framing::Length };
        let is_head = request.method == Method::HEAD;
        let delivery = Delivery { framing, keep_alive: request.keep_alive, is_head };
        let referer = request.headers.get(http::header::REFERER).and_then(|value| value.to_str().ok());
        self.access.push(Line {
            connection: request.connection,
            method: request.method.clone(),
            target: request.target.clone(),
            referer: referer.unwrap_or_default().to_owned(),
        });
        let Some((place, api)) = self.place_of(&request.target) else {
            let nothing = answer(404, "text/plain", b"there is no API at this path\n".to_vec());
            if self.watch.is_on() {
                let names: Vec<_> = self.places.keys().map(|api| format!("/{api}")).collect();
                self.watch.notify(&Exchange {
                    api: None,
                    method: request.method,
                    target: request.target,
                    headers: request.headers,
                    body: request.body,
                    answer: Some((nothing.status(), nothing.headers().clone(), nothing.body().clone())),
                    entry: None,
                    reason: Some(format!("no API is at this path: they are below {}", names.join(", "))),
                });
            }
            return fault::deliver(&nothing, delivery);
        };
        let (connection, target) = (request.connection, request.target.clone());
        let method = request.method.clone();
        let call = self.read(api, request);
        let mut visit = Visit { hub: self, place, call, connection, target, delivery, given: None, entry: 0 };
        let acts = visit.carry_out();
        visit.notify(method);
        acts
    }

    fn refused(&self, status: u16, why: &str) {
        self.watch.notify(&Exchange {
            api: None,
            method: Method::GET,
            target: String::new(),
            headers: HeaderMap::new(),
            body: Vec::new(),
            answer: StatusCode::from_u16(status).ok().map(|status| (status, HeaderMap::new(), Vec::new())),
            entry: None,
            reason: Some(format!("not well-formed HTTP: {why}")),
        });
    }

    fn stall_limit(&self) -> Duration {
        self.faults.settings().stall_limit
    }
}

impl Hub {
    fn read(&self, api: ApiName, request: Request) -> Call {
        let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
        let path = path.strip_prefix('/').unwrap_or(path);
        let (prefix, below) = path.split_at(path.find('/').unwrap_or(path.len()));
        let host = request.headers.get(http::header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1");
        Call {
            api,
            method: if request.method == Method::HEAD { Method::GET } else { request.method },
            path: if below.is_empty() { "/".to_owned() } else { below.to_owned() },
            query: pairs(query),
            raw_query: query.to_owned(),
            base: format!("http://{host}/{prefix}"),
            headers: request.headers,
            body: request.body,
            now: self.clock.now(),
            used: Vec::new(),
        }
    }
}

/// One request at one API.
struct Visit<'a> {
    hub: &'a Hub,
    place: &'a Place,
    call: Call,
    connection: u64,
    target: String,
    delivery: Delivery,
    /// The site's answer, kept only for a listener.
    given: Option<Response<Vec<u8>>>,
    /// The number in the ledger.
    entry: u64,
}

impl Visit<'_> {
    /// Notifies the listener.
    fn notify(self, method: Method) {
        if !self.hub.watch.is_on() {
            return;
        }
        let entry = self.hub.ledger.entry(self.entry);
        let reason = match entry.as_ref().map(|entry| &entry.ended) {
            Some(Ended::Unknown | Ended::Refused(_)) => self.place.site.reason(&self.call),
            _ => None,
        };
        self.hub.watch.notify(&Exchange {
            api: Some(self.call.api),
            method,
            target: self.target,
            headers: self.call.headers,
            body: self.call.body,
            answer: self.given.map(|answer| (answer.status(), answer.headers().clone(), answer.into_body())),
            entry,
            reason,
        });
    }

    fn carry_out(&mut self) -> Vec<Act> {
        let operation = self.place.site.recognise(&self.call);
        let entry = self.hub.arrive(self.call.api, operation.name, self.connection, Hop::Client);
        self.entry = entry;
        if !self.is_within_rates(&operation) {
            let reply = self.refuse(entry, Refusal::RateLimited);
            return fault::deliver(&reply.answer, self.delivery);
        }
        let seen = Sighting { moment: Point::BeforeCommit, api: Some(self.call.api), operation: Some(operation.name) };
        let Some(fault) = self.hub.faults.choose(&seen) else {
            let reply = self.handle(entry, &operation);
            return fault::deliver(&reply.answer, self.delivery);
        };
        self.hub.ledger.amend(entry, |entry| entry.fault = Some(fault));
        self.strike(fault, entry, &operation)
    }

    fn strike(&mut self, fault: &Fault, entry: u64, operation: &Operation) -> Vec<Act> {
        let settings = self.hub.faults.settings();
        let nothing = Response::new(Vec::new());
        let given = match fault.strike() {
            Strike::Refuse(refusal) if fault.commits() => {
                self.handle(entry, operation);
                self.place.site.refuse(&self.call, refusal).answer
            }
            Strike::Refuse(refusal) => self.refuse(entry, refusal).answer,
            Strike::Revoke => {
                lock(&self.place.state).world.sessions.revoke();
                self.handle(entry, operation).answer
            }
            Strike::LoseBody => {
                self.call.body.clear();
                // Without its body it may be another call, and the ledger names the one that is carried out.
                let other = self.place.site.recognise(&self.call);
                self.hub.ledger.amend(entry, |entry| entry.operation = other.name);
                self.handle(entry, &other).answer
            }
            Strike::Twice(_) => {
                self.handle(entry, operation);
                let again = self.hub.arrive(self.call.api, operation.name, self.connection, Hop::Proxy);
                self.handle(again, operation).answer
            }
            Strike::Late(_) => {
                let due = self.hub.clock.now() + settings.delay;
                self.hub.ledger.amend(entry, |entry| entry.ended = Ended::Pending);
                lock(&self.place.state).late.push((due, entry, self.call.clone()));
                nothing
            }
            Strike::Stale(_) => self.handle_hidden(entry, operation, &settings).answer,
            Strike::Deliver(_) | Strike::Replace(_) if fault.commits() => self.handle(entry, operation).answer,
            Strike::Deliver(_) | Strike::Replace(_) | Strike::Resolve(_) => nothing,
        };
        fault.acts(&Spoil { answer: &given, delivery: self.delivery, target: &self.target, settings: &settings })
    }

    fn is_within_rates(&mut self, operation: &Operation) -> bool {
        let mut rates = lock(&self.hub.rates);
        let (api, rules, now) = (self.call.api, self.place.site.rates(), self.hub.clock.now());
        let is_within = if rates.0 {
            rates.1.count(api, rules, operation.rates, now)
        } else {
            rates.1.note(api, rules, operation.rates, now);
            true
        };
        self.call.used = rates.1.used(api, rules, now);
        is_within
    }

    fn refuse(&mut self, entry: u64, refusal: Refusal) -> Reply {
        let reply = self.place.site.refuse(&self.call, refusal);
        self.keep(&reply);
        self.hub.ledger.amend(entry, |entry: &mut Entry| {
            if let Verdict::Refused(code) | Verdict::Denied(code) = &reply.verdict {
                entry.ended = Ended::Refused(code.clone());
            }
        });
        reply
    }

    fn keep(&mut self, reply: &Reply) {
        if self.hub.watch.is_on() {
            self.given = Some(reply.answer.clone());
        }
    }

    /// Carries a call out and records it.
    fn handle(&mut self, entry: u64, operation: &Operation) -> Reply {
        let mut guard = lock(&self.place.state);
        let state = &mut *guard;
        self.hub.advance_to(self.place, state);
        let stale = state.stale.as_mut().filter(|_| operation.effect == Effect::Safe);
        let reply = match stale {
            Some((_, stale)) => {
                // Tokens are never stale, since a sign-in counts as a read but has to be remembered.
                std::mem::swap(&mut stale.sessions, &mut state.world.sessions);
                stale.advance_to(state.world.now());
                let reply = self.place.site.handle(&self.call, stale);
                std::mem::swap(&mut stale.sessions, &mut state.world.sessions);
                self.hub.note(entry, &reply, stale);
                reply
            }
            None => {
                let reply = self.place.site.handle(&self.call, &mut state.world);
                self.hub.note(entry, &reply, &mut state.world);
                reply
            }
        };
        if *operation == Operation::UNKNOWN {
            self.hub.ledger.amend(entry, |entry| entry.ended = Ended::Unknown);
        }
        drop(guard);
        self.keep(&reply);
        reply
    }

    /// Carries out a call whose change reads will not show for a while.
    fn handle_hidden(&mut self, entry: u64, operation: &Operation, settings: &Settings) -> Reply {
        let before = lock(&self.place.state).world.clone();
        let reply = self.handle(entry, operation);
        let until = self.hub.clock.now() + settings.delay;
        lock(&self.place.state).stale.get_or_insert((until, before)).0 = until;
        reply
    }
}
