//! P2: for every acting call, whether it happened or not, recovery agrees with the ledger, or says that it cannot tell;
//! and the call arrives once. Calls doubled by a proxy are a separate row.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::marker::PhantomData;
use std::time::Duration;

use hostkit::protocol::server::Serve;
use hostkit::protocol::server::every::{Examples, Visitor};
use hostkit::{Api, Endpoint, Perform, Recovery, SavedTicket, Ticket};
use hostkit_sandbox::ApiName;
use hostkit_sandbox::world::World;

use crate::unresolved::acts::{self, Acts};
use crate::unresolved::ground::{self, Side, open, strike};

/// The faults, and how often the call is carried out.
const ENDS: [(&str, usize); 7] = [
    ("reset-before", 0),
    ("reset-after-commit", 1),
    ("reset-in-head", 1),
    ("late-commit", 1),
    ("late-commit-504", 1),
    ("late-visibility-reset", 1),
    ("double-commit-reset", 2),
];

/// The results of all cases.
#[derive(Debug, Default)]
struct Tally {
    cases: usize,
    from_text: usize,
    told: usize,
    open: usize,
    doubts: BTreeMap<(&'static str, String), usize>,
    not_shown: BTreeSet<&'static str>,
    doubles: usize,
    named_doubles: usize,
    calls: BTreeSet<&'static str>,
    wrong: Vec<String>,
}

/// One API with both clients, and the world that each case starts from.
struct Bench<'t, A: Api> {
    api: ApiName,
    sides: [Side<A>; 2],
    world: World,
    tally: &'t mut Tally,
}

impl<'t, A: Api> Bench<'t, A> {
    fn new(api: ApiName, credentials: impl Fn() -> A::Credentials, tally: &'t mut Tally) -> Self {
        let sides = [true, false].map(|is_blocking| Side::new(api, credentials(), is_blocking));
        let world = sides[0].sandbox.world(api, |world| world.clone()).unwrap();
        Self { api, sides, world, tally }
    }
}

/// Checks the verdict on the ticket restored from text, which may be less definite but never different.
fn from_text<A: Api, E>(side: &Side<A>, ticket: &Ticket, commits: usize) -> Option<String>
where
    E: Perform<Api = A>,
    E::Found: Debug,
{
    let saved: SavedTicket = ticket.save().to_string().parse().unwrap();
    let said = side.client.recover::<E>(&saved.ticket::<E>().unwrap());
    let is_right = match &said {
        Recovery::Happened(_) => commits == 1,
        Recovery::DidNot => commits == 0,
        Recovery::Several(_) => false,
        _ => true,
    };
    (!is_right).then(|| format!("{} by its text: {said:?}, {commits} commits", E::INFO.spec))
}

/// Whether the call creates something that can be counted. A second move of an address changes nothing.
fn is_counted(spec: &str) -> bool {
    if spec.ends_with("move_ip.toml") {
        return false;
    }
    let text = std::fs::read_to_string(format!("{}/../{spec}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    text.lines().any(|line| line.starts_with("new = "))
}

impl<A: Api> Acts for Bench<'_, A> {
    type Api = A;

    fn act<E>(&mut self, make: impl Fn(&mut World) -> E)
    where
        E: Perform + Endpoint<Api = A> + Debug,
        E::Found: Debug,
        E::Output: Debug,
    {
        let name = E::INFO.name;
        self.tally.calls.insert(E::INFO.spec);
        for side in &self.sides {
            for (fault, wanted) in ENDS {
                let (api, fresh) = (self.api, &self.world);
                side.sandbox.faults().clear();
                let call = side.sandbox.world(api, |world| {
                    // Calls that show only while they are carried out take a while.
                    let sessions = std::mem::take(&mut world.sessions);
                    *world = fresh.clone();
                    world.sessions = sessions;
                    make(world)
                });
                let call = call.unwrap();
                side.clock.advance(Duration::from_secs(3600));
                let build = Duration::from_secs(60);
                side.sandbox.world(api, |world| world.set_build(build.max(world.build_time()))).unwrap();
                // A call that nothing shows has no time within which it shows.
                let within = E::FACTS.within.max(Duration::from_secs(60));
                side.sandbox.faults().set(|settings| settings.delay = within / 2);
                side.sandbox.ledger().clear();
                strike(&side.sandbox, name, fault);
                if E::FACTS.not_shown.is_some() {
                    // No read comes before it, which would renew a token that the hours between the cases ended.
                    side.client.reset_session();
                }
                let outcome = side.client.perform(&call);
                let ticket = open(outcome);
                let said = side.client.recover::<E>(&ticket);
                // Lets late effects happen.
                side.clock.advance(within);
                side.sandbox.world(api, |_| ()).unwrap();
                let ledger = side.sandbox.ledger();
                let (arrivals, commits) = (ledger.arrivals(name), ledger.commits(name));
                let row = format!("{} under {fault}: {said:?}; {arrivals} arrivals, {commits} commits", E::INFO.spec);
                let is_right = match (&said, commits) {
                    (Recovery::NotShown(_), _) => {
                        self.tally.not_shown.insert(E::INFO.spec);
                        E::FACTS.not_shown.is_some()
                    }
                    (Recovery::DidNot, 0) => E::FACTS.unseen_is_no,
                    (Recovery::CannotTell(doubt), _) => {
                        *self.tally.doubts.entry((E::INFO.spec, doubt.to_string())).or_default() += 1;
                        true
                    }
                    (Recovery::Happened(_), 1) => true,
                    (Recovery::Happened(_), 2) => !is_counted(E::INFO.spec),
                    (Recovery::Several(found), 2) => found.len() == 2,
                    _ => false,
                };
                // A proxy cannot double a call that the hoster refuses the second time.
                let is_as_struck = commits == wanted || (wanted, commits) == (2, 1);
                self.tally.cases += 1;
                self.tally.open += usize::from(matches!(said, Recovery::CannotTell(_)));
                self.tally.told += usize::from(!said.is_open());
                if commits == 2 {
                    self.tally.doubles += 1;
                    self.tally.named_doubles += usize::from(matches!(said, Recovery::Several(_)));
                }
                if !is_right || !is_as_struck || arrivals != 1 {
                    self.tally.wrong.push(row);
                }
                if fault.starts_with("reset-") && fault != "reset-in-head" {
                    self.tally.from_text += 1;
                    self.tally.wrong.extend(from_text::<A, E>(side, &ticket, commits));
                }
            }
        }
    }
}

/// How late the lists are, in seconds.
const LAGS: [u64; 4] = [0, 90, 600, 1200];

/// One API with a client, whose lists lag.
struct Lagging<'t, A: Api> {
    api: ApiName,
    side: Side<A>,
    world: World,
    tally: &'t mut Lags,
}

/// For each lag how often a call was found, excluded or left open; and the verdicts that are wrong.
#[derive(Debug, Default)]
struct Lags {
    ends: BTreeMap<(u64, &'static str), usize>,
    /// Wrong although the list lagged for less than the time after which absence counts.
    wrong: Vec<String>,
    /// Wrong beyond that.
    beyond: BTreeMap<u64, usize>,
}

impl<'t, A: Api> Lagging<'t, A> {
    fn new(api: ApiName, credentials: A::Credentials, tally: &'t mut Lags) -> Self {
        let side = Side::new(api, credentials, true);
        let world = side.sandbox.world(api, |world| world.clone()).unwrap();
        Self { api, side, world, tally }
    }
}

impl<A: Api> Acts for Lagging<'_, A> {
    type Api = A;

    fn act<E>(&mut self, make: impl Fn(&mut World) -> E)
    where
        E: Perform + Endpoint<Api = A> + Debug,
        E::Found: Debug,
        E::Output: Debug,
    {
        if E::FACTS.not_shown.is_some() {
            return;
        }
        let absent_from = E::FACTS.absence_after(E::INFO.effect).as_secs();
        for lag in LAGS {
            let (side, fresh) = (&self.side, &self.world);
            side.sandbox.faults().clear();
            let call = side.sandbox.world(self.api, |world| {
                let sessions = std::mem::take(&mut world.sessions);
                *world = fresh.clone();
                world.sessions = sessions;
                make(world)
            });
            side.clock.advance(Duration::from_secs(3600));
            let build = Duration::from_secs(60);
            side.sandbox.world(self.api, |world| world.set_build(build.max(world.build_time()))).unwrap();
            side.sandbox.faults().set(|settings| settings.delay = Duration::from_secs(lag));
            strike(&side.sandbox, E::INFO.name, "late-visibility-reset");
            let ticket = open(side.client.perform(&call.unwrap()));
            let said = side.client.recover::<E>(&ticket);
            let end = match &said {
                Recovery::Happened(_) => "found",
                Recovery::DidNot if lag < absent_from => "wrong",
                Recovery::DidNot => "wrong, later than promised",
                Recovery::CannotTell(_) => "open",
                _ => "another",
            };
            *self.tally.ends.entry((lag, end)).or_default() += 1;
            if matches!(end, "wrong" | "another") {
                self.tally.wrong.push(format!("{}, {lag} s late: {said:?}", E::INFO.spec));
            }
            if end == "wrong, later than promised" {
                *self.tally.beyond.entry(lag).or_default() += 1;
            }
        }
    }
}

/// The specs of all acting calls.
struct Names<A> {
    specs: BTreeSet<&'static str>,
    api: PhantomData<A>,
}

impl<A: Api> Visitor for Names<A> {
    type Api = A;

    fn perform<E>(&mut self, _: &Examples)
    where
        E: Serve + Perform + Endpoint<Api = A> + Debug + 'static,
        E::Output: Debug + PartialEq,
    {
        self.specs.insert(E::INFO.spec);
    }
}

fn names<A: Api>(every: impl FnOnce(&mut Names<A>)) -> BTreeSet<&'static str> {
    let mut names = Names { specs: BTreeSet::new(), api: PhantomData };
    every(&mut names);
    names.specs
}

#[test]
fn p02_every_verdict_is_the_ledgers() {
    let mut tally = Tally::default();
    acts::clodo(&mut Bench::new(ApiName::CLODO, ground::clodo, &mut tally));
    acts::inferno(&mut Bench::new(ApiName::INFERNO, ground::inferno, &mut tally));
    acts::rootpanel(&mut Bench::new(ApiName::ROOTPANEL, ground::rootpanel, &mut tally));
    acts::macloud(&mut Bench::new(ApiName::MACLOUD, ground::macloud, &mut tally));

    let mut all = names(clodo_proto::serve::every);
    all.extend(names(inferno_proto::serve::every));
    all.extend(names(rootpanel_proto::serve::every));
    all.extend(names(macloud_proto::serve::every));
    let missing: Vec<_> = all.difference(&tally.calls).collect();
    assert!(missing.is_empty(), "calls without a case: {missing:?}");

    println!(
        "P2: {} cases, {} calls that act under {} ends by both clients, {} more from the text of their tickets: {} \
         verdicts, {} left open because it shows only while it lasts, {} calls that nothing shows; {} verdicts wrong",
        tally.cases,
        tally.calls.len(),
        ENDS.len(),
        tally.from_text,
        tally.told,
        tally.open,
        tally.not_shown.len(),
        tally.wrong.len()
    );
    for ((spec, doubt), cases) in &tally.doubts {
        println!("P2: cannot tell: {spec}: {doubt}: {cases} cases");
    }
    println!(
        "P1: {} cases, doubles that a proxy made behind one arrival: {} found as two, the others are as if once",
        tally.doubles, tally.named_doubles
    );
    assert!(tally.wrong.is_empty(), "{} wrong:\n{}", tally.wrong.len(), tally.wrong.join("\n"));
    assert!(tally.named_doubles > 0 && tally.open > 0);
}

/// R1: lists of hosters lag by minutes.
#[test]
fn p33_lists_that_lag() {
    let mut lags = Lags::default();
    acts::clodo(&mut Lagging::new(ApiName::CLODO, ground::clodo(), &mut lags));
    acts::inferno(&mut Lagging::new(ApiName::INFERNO, ground::inferno(), &mut lags));
    acts::rootpanel(&mut Lagging::new(ApiName::ROOTPANEL, ground::rootpanel(), &mut lags));
    acts::macloud(&mut Lagging::new(ApiName::MACLOUD, ground::macloud(), &mut lags));
    for ((lag, end), calls) in &lags.ends {
        println!("P33: lists that are {lag} s late: {calls} calls {end}");
    }
    println!("P33: {} wrong within what is promised", lags.wrong.len());
    assert!(lags.wrong.is_empty(), "{}", lags.wrong.join("\n"));
    assert!(lags.beyond.keys().all(|lag| *lag > 0), "a list that does not lag is no reason");
    assert!(lags.ends.get(&(0, "found")).is_some_and(|found| *found > 60), "{:?}", lags.ends);
}
