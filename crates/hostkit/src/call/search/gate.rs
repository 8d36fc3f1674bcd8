//! A store that carries out changes only when the search lets it, and another process that uses the same store.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use hostkit_proto::{RateRule, Secret, Session};

use super::super::State;
use super::super::stores::SharedSignIn;
use super::drive::Driven;
use super::shop::Shop;
use crate::client::ClientCore;
use crate::limits::shared::{RateStore, SharedRates, Wanted};
use crate::session::shared::{Begun, SessionStore, SharedSession, SignInLease};
use crate::store::thread::{Answer, Polled};
use crate::store::{Change, Store, StoreKey};
use crate::time::{Moment, Now};

const ACCOUNT: &str = "account";
const API: &str = "shop";

/// What is kept in a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keeps {
    Nothing,
    /// The session, which another process shares.
    Session,
    /// The counts of calls; another process has just made a call.
    Rates,
}

#[derive(Debug)]
struct Inner {
    /// Whether changes succeed; `None` while they have to wait.
    works: Option<bool>,
    now: SystemTime,
    entries: HashMap<StoreKey, Vec<u8>>,
}

/// The store behind its gate.
#[derive(Debug, Clone)]
pub(super) struct Gate(Arc<(Mutex<Inner>, Condvar)>);

/// A handle to the store; that of the client waits for the gate.
#[derive(Debug)]
struct Way {
    gate: Gate,
    is_gated: bool,
}

impl Store for Way {
    fn change(&self, key: &StoreKey, change: Change<'_>) -> io::Result<()> {
        let (inner, opened) = &*self.gate.0;
        let mut inner = inner.lock().unwrap_or_else(PoisonError::into_inner);
        while self.is_gated && inner.works.is_none() {
            inner = opened.wait(inner).unwrap_or_else(PoisonError::into_inner);
        }
        if self.is_gated && inner.works == Some(false) {
            return Err(io::Error::other("the store is broken"));
        }
        if let Some(bytes) = change(inner.now, inner.entries.get(key).map(Vec::as_slice)) {
            inner.entries.insert(key.clone(), bytes);
        }
        Ok(())
    }
}

impl Gate {
    pub(super) fn new() -> Self {
        let inner = Inner { works: None, now: SystemTime::UNIX_EPOCH, entries: HashMap::new() };
        Self(Arc::new((Mutex::new(inner), Condvar::new())))
    }

    fn way(&self, is_gated: bool) -> Way {
        Way { gate: self.clone(), is_gated }
    }

    pub(super) fn sessions(&self) -> SessionStore {
        SessionStore::new(self.way(true), ACCOUNT)
    }

    pub(super) fn rates(&self) -> RateStore {
        RateStore::new(self.way(true), ACCOUNT)
    }

    fn change(&self, change: impl FnOnce(&mut Inner)) {
        change(&mut self.0.0.lock().unwrap_or_else(PoisonError::into_inner));
        self.0.1.notify_all();
    }

    pub(super) fn set_clock(&self, now: Now) {
        // A day after the epoch, so that no moment lies before it.
        let since = now.monotonic.since(Moment::START) + Duration::from_secs(86_400);
        self.change(|inner| inner.now = SystemTime::UNIX_EPOCH + since);
    }

    /// Carries out all pending changes, or lets them fail.
    pub(super) fn open(&self, core: &ClientCore<Shop>, works: bool) {
        self.change(|inner| inner.works = Some(works));
        if let Some(shared) = &core.shared().shared_session {
            shared.wait_idle();
        }
        if let Some(shared) = core.rates().shared() {
            shared.wait_idle();
        }
        self.change(|inner| inner.works = None);
    }

    /// Lets the threads of the store end.
    pub(super) fn close(&self) {
        self.change(|inner| inner.works = Some(false));
    }
}

/// Another process that shares the store.
pub(super) struct Process {
    session: SharedSession,
    lease: Option<SignInLease>,
    /// Its credentials were rejected.
    pub(super) is_refused: bool,
}

impl Process {
    pub(super) fn new(gate: &Gate, core: &ClientCore<Shop>) -> Self {
        let store = SessionStore::new(gate.way(false), ACCOUNT);
        Self { session: SharedSession::new(store, API, core.base_url()), lease: None, is_refused: false }
    }

    /// Makes a call in the other process, which has already ended.
    pub(super) fn call(gate: &Gate, core: &ClientCore<Shop>, rule: &RateRule) {
        let rates = SharedRates::new(RateStore::new(gate.way(false), ACCOUNT), API, core.base_url());
        let wanted = Wanted { name: rule.name, count: rule.count as usize, length: rule.window };
        let answer = rates.ask(vec![wanted], Duration::ZERO);
        rates.wait_idle();
        let Polled::Ready(Ok(Ok(grant))) = answer.poll() else { panic!("there is room at first") };
        grant.go();
    }

    pub(super) fn leads(&self) -> bool {
        self.lease.is_some()
    }

    /// Tries to begin a sign-in; `false` if it is not allowed to.
    pub(super) fn lead(&mut self) -> bool {
        let answer = self.session.begin(Duration::ZERO, Duration::from_secs(30));
        self.session.wait_idle();
        if let Polled::Ready(Ok(Begun::Lead(lease))) = answer.poll() {
            self.lease = Some(lease);
        }
        self.leads()
    }

    pub(super) fn succeed(&mut self, token: String) {
        if let Some(lease) = self.lease.take() {
            drop(lease.save(&Session::with_token(Secret::from(token)), Duration::ZERO, None));
        }
        self.session.wait_idle();
    }

    pub(super) fn fail(&mut self, is_refused: bool) {
        if let Some(lease) = self.lease.take() {
            drop(lease.fail(is_refused));
        }
        self.is_refused |= is_refused;
        self.session.wait_idle();
    }

    pub(super) fn leave(&mut self) {
        self.lease = None;
        self.session.wait_idle();
    }
}

/// The store was asked and has not answered.
pub(super) const NOT_YET: u8 = 1;

/// A machine's questions to the store, as numbers: 0 for none, [`NOT_YET`], or the store's answer.
pub(super) fn asked(machine: &dyn Driven) -> [u8; 4] {
    let exchange = machine.exchange();
    let shared_sign_in = |shared_sign_in: &SharedSignIn| match shared_sign_in {
        SharedSignIn::Asked(answer) => said(answer, |begun| match begun {
            Begun::Found { .. } => 3,
            Begun::Lead(_) => 4,
            Begun::Busy => 5,
            Begun::Refused(_) => 6,
        }),
        SharedSignIn::Unasked | SharedSignIn::Held(_) | SharedSignIn::Alone => 0,
    };
    let of_state = match &exchange.state {
        State::SignIn(signing) | State::SignInFlight(signing, ..) => shared_sign_in(&signing.shared_sign_in),
        State::Telling(_, answer) => said(answer, |()| 3),
        _ => 0,
    };
    [
        of_state,
        exchange.asked.as_ref().map_or(0, |asked| said(&asked.answer, |room| if room.is_ok() { 3 } else { 4 })),
        exchange.saving.as_ref().map_or(0, |answer| said(answer, |()| 3)),
        exchange.holding.as_ref().map_or(0, |answer| said(answer, |()| 3)),
    ]
}

fn said<T>(answer: &Answer<T>, number: impl FnOnce(&T) -> u8) -> u8 {
    answer.peek(|polled| match polled {
        Polled::Pending(()) => NOT_YET,
        Polled::Ready(Err(_)) => 2,
        Polled::Ready(Ok(value)) => number(value),
    })
}
