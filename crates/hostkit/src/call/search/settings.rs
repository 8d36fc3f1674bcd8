//! The settings that are searched.

use std::time::Duration;

use hostkit_proto::RateRule;

use super::gate::Keeps;
use super::server::Answers;
use super::shop::*;
use super::world::Left;

/// The calls of a search, and what can happen to them beside answers.
pub(super) struct Setting {
    pub(super) name: &'static str,
    /// The kind of call of each caller.
    pub(super) kinds: &'static [&'static Kind],
    pub(super) customer: Customer,
    /// The life of a token, in seconds.
    pub(super) life: Option<u64>,
    pub(super) rules: &'static [RateRule],
    /// The retries in the budget.
    pub(super) retries: u32,
    /// The orders that the budget can pay.
    pub(super) orders: u32,
    pub(super) journal_refuses: bool,
    pub(super) cancels: bool,
    pub(super) drops: bool,
    pub(super) keeps: Keeps,
    /// The time limit of the calls, if not that of the spec.
    pub(super) deadline: Option<Duration>,
    pub(super) left: Left,
    pub(super) answers: Answers,
}

const NOTHING: Left = Left { jumps: 0, others: 0, resets: 0, whiles: 0 };

/// A call that carries a key, with all answers.
const PLAIN: Setting = Setting {
    name: "",
    kinds: &[],
    customer: Customer::Direct,
    life: None,
    rules: &[],
    retries: 10,
    orders: 1,
    journal_refuses: false,
    cancels: true,
    drops: true,
    keeps: Keeps::Nothing,
    deadline: None,
    left: Left { whiles: 1, ..NOTHING },
    answers: Answers::All,
};

/// Like [`PLAIN`], for settings in which the answers are not the subject.
const BRIEF: Setting = Setting { cancels: false, answers: Answers::Main, ..PLAIN };

/// A call that needs a token, which expires meanwhile.
const SIGNED: Setting = Setting {
    customer: Customer::SignsIn,
    life: Some(20),
    cancels: false,
    retries: 1,
    left: NOTHING,
    answers: Answers::Main,
    ..PLAIN
};

/// Two calls of one client.
const TWO: Setting = Setting { retries: 0, cancels: false, left: NOTHING, answers: Answers::Main, ..PLAIN };

const RULES: &[RateRule] = &[
    RateRule { name: "read", count: 1, window: Duration::from_secs(10) },
    RateRule { name: "order", count: 1, window: Duration::from_secs(10) },
    RateRule { name: "login", count: 1, window: Duration::from_secs(5) },
];

pub(super) static SETTINGS: &[Setting] = &[
    Setting { name: "read", kinds: &[&READ], ..PLAIN },
    Setting { name: "read as it comes", kinds: &[&READ_RAW], ..BRIEF },
    Setting { name: "read what may be empty", kinds: &[&FIND], ..BRIEF },
    Setting { name: "read, limited", kinds: &[&READ_LIMITED], rules: RULES, ..BRIEF },
    Setting { name: "read, no retries left", kinds: &[&READ], retries: 0, ..PLAIN },
    Setting { name: "read, one retry left", kinds: &[&READ], retries: 1, ..PLAIN },
    Setting { name: "set", kinds: &[&SET], cancels: false, ..PLAIN },
    Setting { name: "set, a repeat is harmless", kinds: &[&SET_AGAIN], cancels: false, ..PLAIN },
    Setting { name: "set, limited", kinds: &[&SET_LIMITED], rules: RULES, ..BRIEF },
    Setting { name: "act by POST", kinds: &[&ACT], ..PLAIN },
    Setting { name: "act by GET", kinds: &[&ACT_BY_GET], ..PLAIN },
    Setting { name: "act by PUT", kinds: &[&ACT_BY_PUT], ..PLAIN },
    Setting { name: "build, done later", kinds: &[&BUILD], ..PLAIN },
    Setting { name: "remove", kinds: &[&REMOVE], ..PLAIN },
    Setting { name: "order", kinds: &[&ORDER], rules: RULES, ..PLAIN },
    Setting { name: "order, too dear", kinds: &[&ORDER], orders: 0, ..PLAIN },
    Setting { name: "order, the journal refuses", kinds: &[&ORDER], rules: RULES, journal_refuses: true, ..PLAIN },
    Setting { name: "read, signed in", kinds: &[&READ], ..SIGNED },
    Setting { name: "set, signed in", kinds: &[&SET_AGAIN], retries: 0, ..SIGNED },
    Setting { name: "act, signed in", kinds: &[&ACT_BY_GET], answers: Answers::All, ..SIGNED },
    Setting { name: "order, signed in, limited", kinds: &[&ORDER], rules: RULES, ..SIGNED },
    Setting { name: "read, signed in, a token for ever", kinds: &[&READ], life: None, ..SIGNED },
    Setting { name: "act, and clocks that jump", kinds: &[&ACT], left: Left { jumps: 1, ..NOTHING }, ..SIGNED },
    Setting {
        name: "read, and clocks that jump",
        kinds: &[&READ],
        retries: 0,
        left: Left { jumps: 1, ..NOTHING },
        ..SIGNED
    },
    Setting { name: "act, and others sign in", kinds: &[&ACT], left: Left { others: 1, ..NOTHING }, ..SIGNED },
    Setting {
        name: "read, and others sign in",
        kinds: &[&READ],
        retries: 0,
        left: Left { others: 1, ..NOTHING },
        ..SIGNED
    },
    Setting {
        name: "act, others sign in, and a reset",
        kinds: &[&ACT],
        answers: Answers::Few,
        left: Left { others: 1, resets: 1, ..NOTHING },
        ..SIGNED
    },
    Setting {
        name: "read, others sign in, called off",
        kinds: &[&READ],
        cancels: true,
        deadline: Some(Duration::from_millis(120)),
        left: Left { others: 1, ..NOTHING },
        ..SIGNED
    },
    Setting { name: "two orders, money for one", kinds: &[&ORDER, &ORDER], rules: RULES, ..TWO },
    Setting { name: "two reads, limited", kinds: &[&READ_LIMITED, &READ_LIMITED], rules: RULES, ..TWO },
    Setting { name: "two reads, one retry left", kinds: &[&READ, &READ], retries: 1, answers: Answers::Few, ..TWO },
    Setting { name: "two sign-ins", kinds: &[&READ, &ACT], customer: Customer::SignsIn, answers: Answers::Few, ..TWO },
    Setting { name: "read, a session store", kinds: &[&READ], keeps: Keeps::Session, retries: 0, life: None, ..SIGNED },
    Setting {
        name: "act, another process signs in",
        kinds: &[&ACT],
        keeps: Keeps::Session,
        life: None,
        deadline: Some(Duration::from_millis(100)),
        left: Left { others: 1, ..NOTHING },
        answers: Answers::Few,
        ..SIGNED
    },
    Setting { name: "order, a rate store", kinds: &[&ORDER], keeps: Keeps::Rates, rules: RULES, ..BRIEF },
];
