//! Which fault applies to which call: armed for the next calls, or drawn from a seed.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::definition::{Fault, Point};
use super::settings::Settings;
use crate::api_name::ApiName;

/// A fault that is armed for coming calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Armed {
    fault: &'static Fault,
    api: Option<ApiName>,
    operation: Option<String>,
    skip: u64,
    times: u64,
}

impl Armed {
    /// Strikes the next call, whichever it is.
    pub fn new(fault: &'static Fault) -> Self {
        Self { fault, api: None, operation: None, skip: 0, times: 1 }
    }

    /// Only calls of this operation, by its name in the spec.
    ///
    /// A fault before the request is read is then delayed until it was read, because the operation is unknown earlier;
    /// the client sees no difference. A fault of name resolution applies to the next lookup, which has no operation.
    pub fn on(self, operation: impl Into<String>) -> Self {
        Self { operation: Some(operation.into()), ..self }
    }

    /// Only calls of this API.
    pub fn api(self, api: ApiName) -> Self {
        Self { api: Some(api), ..self }
    }

    /// Skips this many calls first.
    pub fn skip(self, calls: u64) -> Self {
        Self { skip: calls, ..self }
    }

    /// Applies to this many calls.
    pub fn times(self, times: u64) -> Self {
        Self { times, ..self }
    }

    /// Strikes every call, until [`FaultPlan::clear`].
    pub fn always(self) -> Self {
        self.times(u64::MAX)
    }

    fn fits(&self, seen: &Sighting<'_>) -> bool {
        if seen.moment == Point::Resolve {
            return true;
        }
        self.api.is_none_or(|api| seen.api == Some(api))
            && self.operation.as_deref().is_none_or(|name| seen.operation == Some(name))
    }

    /// Whether the fault can be chosen with what is known at this moment of the call.
    fn is_due(&self, moment: Point) -> bool {
        match moment {
            Point::Resolve => self.fault.point() == Point::Resolve,
            Point::Accept => self.fault.point() == Point::Accept && self.api.is_none() && self.operation.is_none(),
            Point::BeforeRead => self.fault.point() == Point::BeforeRead && self.operation.is_none(),
            // By now the operation is known, so a fault that was delayed until then can be chosen.
            _ => match self.fault.point() {
                Point::Resolve => false,
                Point::Accept => self.api.is_some() || self.operation.is_some(),
                Point::BeforeRead => self.operation.is_some(),
                _ => true,
            },
        }
    }
}

impl fmt::Display for Armed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.fault)?;
        if let Some(name) = &self.operation {
            write!(f, " on {name}")?;
        }
        if let Some(api) = self.api {
            write!(f, " at {api}")?;
        }
        if self.skip > 0 {
            write!(f, ", after {} calls", self.skip)?;
        }
        match self.times {
            1 => Ok(()),
            u64::MAX => f.write_str(", always"),
            times => write!(f, ", {times} times"),
        }
    }
}

/// Faults drawn by a seed. The same calls in the same order get the same faults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Random {
    /// The seed.
    pub seed: u64,
    /// The share of calls that are struck, in per mille.
    pub per_mille: u16,
    /// The faults to draw from, with equal probability.
    pub faults: Vec<&'static Fault>,
    /// The operations that are struck; all if this is empty.
    pub operations: Vec<String>,
}

impl Random {
    /// Draws the fault of a call or, with `is_lookup`, of a name lookup.
    fn draw(&self, number: u64, is_lookup: bool) -> Option<&'static Fault> {
        let drawn = mix(self.seed.wrapping_add(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        if drawn % 1000 >= u64::from(self.per_mille) {
            return None;
        }
        let fits = |fault: &&&'static Fault| (fault.point() == Point::Resolve) == is_lookup;
        let count = u64::try_from(self.faults.iter().filter(fits).count()).ok().filter(|count| *count > 0)?;
        self.faults.iter().filter(fits).nth(usize::try_from((drawn >> 32) % count).ok()?).copied()
    }
}

/// The finalizer of splitmix64.
fn mix(mut value: u64) -> u64 {
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// A fault that struck.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Struck {
    /// The fault.
    pub fault: &'static Fault,
    /// The API, if it was already known.
    pub api: Option<ApiName>,
    /// The operation, if it was already known.
    pub operation: Option<String>,
}

/// What is known of a call when a fault is chosen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sighting<'a> {
    /// The moment: `Accept`, `BeforeRead`, or `BeforeCommit` for "everything is known".
    pub(crate) moment: Point,
    pub(crate) api: Option<ApiName>,
    pub(crate) operation: Option<&'a str>,
}

#[derive(Debug, Default)]
struct Inner {
    armed: VecDeque<Armed>,
    random: Option<Random>,
    drawn: u64,
    lookups: u64,
    cleared: u64,
    struck: Vec<Struck>,
    settings: Settings,
}

/// A handle to the fault plan. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct FaultPlan(Arc<Mutex<Inner>>);

impl FaultPlan {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Arms a fault. Several are tried in the order of arming; at most one strikes a call.
    pub fn arm(&self, armed: Armed) {
        self.lock().armed.push_back(armed);
    }

    /// Strikes the next call of an operation.
    pub fn next(&self, operation: &str, fault: &'static Fault) {
        self.arm(Armed::new(fault).on(operation));
    }

    /// Strikes calls for which nothing is armed, drawn by a seed.
    pub fn at_random(&self, random: Random) {
        let mut inner = self.lock();
        inner.random = Some(random);
        inner.drawn = 0;
        inner.lookups = 0;
    }

    /// Switches all faults off; the record of [`FaultPlan::struck`] remains.
    pub fn clear(&self) {
        let mut inner = self.lock();
        inner.armed.clear();
        inner.random = None;
        inner.cleared += 1;
    }

    /// How often the faults were switched off; a lasting fault ends when this changes.
    pub(crate) fn cleared(&self) -> u64 {
        self.lock().cleared
    }

    /// The number of armed faults that have calls left to strike.
    pub fn pending(&self) -> usize {
        self.lock().armed.len()
    }

    /// The armed faults that have calls left to strike.
    pub fn armed(&self) -> Vec<Armed> {
        self.lock().armed.iter().cloned().collect()
    }

    /// The faults that are drawn by a seed, if any are.
    pub fn random(&self) -> Option<Random> {
        self.lock().random.clone()
    }

    /// The faults that have struck so far, in order.
    pub fn struck(&self) -> Vec<Struck> {
        self.lock().struck.clone()
    }

    /// The settings of faults.
    pub fn settings(&self) -> Settings {
        self.lock().settings.clone()
    }

    /// Changes the settings of faults.
    pub fn set(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.lock().settings);
    }

    /// The fault for a call, if there is one.
    pub(crate) fn choose(&self, seen: &Sighting<'_>) -> Option<&'static Fault> {
        let mut inner = self.lock();
        let fault = inner.choose_armed(seen).or_else(|| inner.choose_random(seen))?;
        let operation = seen.operation.map(str::to_owned);
        inner.struck.push(Struck { fault, api: seen.api, operation });
        Some(fault)
    }
}

impl Inner {
    fn choose_armed(&mut self, seen: &Sighting<'_>) -> Option<&'static Fault> {
        for index in 0..self.armed.len() {
            let armed = self.armed.get_mut(index).filter(|armed| armed.is_due(seen.moment) && armed.fits(seen));
            let Some(armed) = armed else {
                continue;
            };
            if armed.skip > 0 {
                armed.skip -= 1;
                continue;
            }
            let fault = armed.fault;
            armed.times = armed.times.saturating_sub(u64::from(armed.times != u64::MAX));
            if armed.times == 0 {
                self.armed.remove(index);
            }
            return Some(fault);
        }
        None
    }

    fn choose_random(&mut self, seen: &Sighting<'_>) -> Option<&'static Fault> {
        let random = self.random.as_ref()?;
        if seen.moment == Point::Resolve {
            self.lookups += 1;
            return random.draw(self.lookups, true);
        }
        let operation = seen.operation.filter(|_| seen.moment == Point::BeforeCommit)?;
        if !random.operations.is_empty() && !random.operations.iter().any(|name| name == operation) {
            return None;
        }
        self.drawn += 1;
        random.draw(self.drawn, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(operation: &str) -> Sighting<'_> {
        Sighting { moment: Point::BeforeCommit, api: Some(ApiName::CLODO), operation: Some(operation) }
    }

    #[test]
    fn armed_faults_strike_their_calls_once() {
        let plan = FaultPlan::default();
        let fault = Fault::by_id("reset-before").unwrap();
        plan.arm(Armed::new(fault).on("order").skip(1).times(2));
        let hits: Vec<_> = (0..5).map(|_| plan.choose(&seen("order")).is_some()).collect();
        assert_eq!(hits, [false, true, true, false, false]);
        assert_eq!(plan.pending(), 0);
        plan.next("order", fault);
        assert!(plan.choose(&seen("list")).is_none());
        assert_eq!(plan.struck().len(), 2);
    }

    #[test]
    fn early_faults_strike_as_early_as_they_can() {
        let plan = FaultPlan::default();
        let fault = Fault::by_id("reset-before-read").unwrap();
        plan.arm(Armed::new(fault));
        assert!(plan.choose(&seen("order")).is_none());
        let head = Sighting { moment: Point::BeforeRead, api: Some(ApiName::CLODO), operation: None };
        assert!(plan.choose(&head).is_some());
        plan.next("order", fault);
        assert!(plan.choose(&head).is_none());
        assert!(plan.choose(&seen("order")).is_some());
    }

    #[test]
    fn a_seed_draws_the_same_again() {
        let faults: Vec<_> = Fault::all().collect();
        let draw = |seed| {
            let plan = FaultPlan::default();
            plan.at_random(Random { seed, per_mille: 300, faults: faults.clone(), operations: Vec::new() });
            (0..1000).map(|_| plan.choose(&seen("order")).map(Fault::id)).collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        let struck = draw(7).iter().flatten().count();
        assert!((230..370).contains(&struck), "{struck}");
    }
}
