//! One session for several processes: one signs in, the others reuse its session.
//!
//! The process that signs in holds a lease in the entry. The lease expires, so a process that dies blocks the others
//! only until then. Refused credentials are not tried again by other processes for a minute.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use hostkit_proto::{BaseUrl, Secret, Session};

use crate::store::entry::{Damaged, Writer};
use crate::store::thread::{Answer, StoreThread, random, stamp};
use crate::store::{Store, StoreKey, WEEK, entry};

const KIND: &str = "session";

/// The longest lease: how long a process that died can block the others.
const LONGEST_LEASE: Duration = Duration::from_secs(30);

/// How long other processes do not retry refused credentials.
const REFUSED: Duration = Duration::from_secs(60);

/// The share of its lifetime after which a session is no longer handed to other processes.
const YOUNG: f64 = 0.8;

/// Sessions that several processes share: at most one of them signs in.
///
/// The store holds tokens in plain text: read access to it is access to the account until they expire.
#[derive(Clone)]
pub struct SessionStore {
    thread: StoreThread,
    account: Arc<str>,
}

impl SessionStore {
    /// Keeps sessions in `store` under the name `account`, such as a login; never a secret. Two accounts of one API
    /// need two names, or one would act as the other.
    pub fn new(store: impl Store, account: impl Into<Arc<str>>) -> Self {
        Self { thread: StoreThread::new(store), account: account.into() }
    }
}

impl fmt::Debug for SessionStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionStore").field("account", &self.account).finish_non_exhaustive()
    }
}

/// The entry of one client's session.
#[derive(Clone)]
pub(crate) struct SharedSession(Arc<Client>);

struct Client {
    thread: StoreThread,
    key: StoreKey,
    /// The stamp of this client's last session; it accepts only others from the store.
    own: AtomicU64,
}

/// The store's answer to a client that needs a session.
pub(crate) enum Begun {
    /// Another process has one.
    Found { session: Session, age: Duration },
    /// The client signs in on behalf of all processes.
    Lead(SignInLease),
    /// Another process is signing in.
    Busy,
    /// The API rejected the credentials in another process, this long ago.
    Refused(Duration),
}

impl SharedSession {
    pub(crate) fn new(store: SessionStore, api: &str, base: &BaseUrl) -> Self {
        let key = StoreKey::new(KIND, WEEK, api, base, &store.account);
        Self(Arc::new(Client { thread: store.thread, key, own: AtomicU64::new(0) }))
    }

    /// Asks for a session that remains valid for `need` and is not this client's last one, or else for the duty to sign
    /// in within `lease`.
    pub(crate) fn begin(&self, need: Duration, lease: Duration) -> Answer<Begun> {
        let shared = self.clone();
        let question = Question {
            holder: random(),
            own: self.0.own.load(Ordering::SeqCst),
            need,
            lease: millis(lease.min(LONGEST_LEASE)),
        };
        self.0.thread.ask(move |store| {
            let decision = shared.change(store, |now, kept| kept.begin(now, &question))?;
            Ok(match decision {
                Decision::Found { session, stamp, age } => {
                    shared.0.own.store(stamp, Ordering::SeqCst);
                    Begun::Found { session, age }
                }
                Decision::Lead => Begun::Lead(SignInLease { shared: shared.clone(), holder: Some(question.holder) }),
                Decision::Busy => Begun::Busy,
                Decision::Refused(ago) => Begun::Refused(ago),
            })
        })
    }

    /// Waits until the store's queue is empty.
    #[cfg(all(test, not(loom)))]
    pub(crate) fn wait_idle(&self) {
        self.0.thread.wait_idle();
    }

    fn change<T>(&self, store: &dyn Store, mut change: impl FnMut(u64, &mut Kept) -> T) -> io::Result<T> {
        let mut result = None;
        store.change(&self.0.key, &mut |now, bytes| {
            let before = match bytes.map(Kept::read).transpose() {
                Ok(kept) => kept.unwrap_or_default(),
                Err(damaged) => {
                    tracing::warn!(entry = self.0.key.as_str(), why = %damaged, "a stored session is damaged: ignored");
                    Kept::default()
                }
            };
            let mut kept = before.clone();
            result = Some(change(stamp(now), &mut kept));
            (kept != before).then(|| kept.write())
        })?;
        result.ok_or_else(|| io::Error::other("the store did not read the entry"))
    }
}

/// The duty to sign in for all processes. When dropped, it passes to the next one that asks.
pub(crate) struct SignInLease {
    shared: SharedSession,
    /// None once it is over.
    holder: Option<u64>,
}

impl SignInLease {
    /// Stores a session that was requested `age` ago.
    pub(crate) fn save(mut self, session: &Session, age: Duration, lifetime: Option<Duration>) -> Answer<()> {
        let holder = self.holder.take();
        let shared = self.shared.clone();
        let stamp = random();
        shared.0.own.store(stamp, Ordering::SeqCst);
        let (token, more) = (session.token.clone(), session.more.clone());
        let base_url = session.base_url.clone();
        let queued = Instant::now();
        self.shared.0.thread.ask(move |store| {
            shared.change(store, |now, kept| {
                // The session aged in the queue and while the store read its clock.
                let asked = now.saturating_sub(millis(age.saturating_add(queued.elapsed())));
                let (token, more, base_url) = (token.clone(), more.clone(), base_url.clone());
                kept.save(now, holder, Held { stamp, asked, token, more, base_url, lifetime: lifetime.map(millis) });
            })
        })
    }

    /// Passes the duty on, or records for the others that the credentials were rejected.
    pub(crate) fn fail(mut self, is_refused: bool) -> Answer<()> {
        let holder = self.holder.take();
        let shared = self.shared.clone();
        self.shared.0.thread.ask(move |store| {
            shared.change(store, |now, kept| {
                kept.release(holder);
                if is_refused {
                    kept.refused = now;
                }
            })
        })
    }
}

impl Drop for SignInLease {
    fn drop(&mut self) {
        let Some(holder) = self.holder.take() else { return };
        let shared = self.shared.clone();
        self.shared.0.thread.post(move |store| {
            if let Err(error) = shared.change(store, |_, kept| kept.release(Some(holder))) {
                let entry = shared.0.key.as_str();
                tracing::warn!(entry, error = %error, "could not pass a sign-in on in the store: others wait for its deadline");
            }
        });
    }
}

/// The entry, as it is kept. Times are milliseconds of the store's clock.
#[derive(Clone, PartialEq, Default)]
struct Kept {
    held: Option<Held>,
    lease: Option<(u64, u64)>,
    /// When the credentials were refused; 0 if they were not.
    refused: u64,
}

#[derive(Clone, PartialEq)]
struct Held {
    /// Identifies this session among all others.
    stamp: u64,
    asked: u64,
    token: Option<Secret>,
    more: BTreeMap<String, Secret>,
    base_url: Option<String>,
    lifetime: Option<u64>,
}

struct Question {
    holder: u64,
    own: u64,
    need: Duration,
    lease: u64,
}

enum Decision {
    Found { session: Session, stamp: u64, age: Duration },
    Lead,
    Busy,
    Refused(Duration),
}

impl Kept {
    fn begin(&mut self, now: u64, question: &Question) -> Decision {
        let ago = Duration::from_millis(now.saturating_sub(self.refused));
        // What lies in the future was written before the clock was set back, and does not count.
        if (1..=now).contains(&self.refused) && ago < REFUSED {
            return Decision::Refused(ago);
        }
        if let Some(held) = self.held.as_ref().filter(|held| held.stamp != question.own && held.asked <= now) {
            let age = Duration::from_millis(now - held.asked);
            if held.is_good(age, question.need) {
                return Decision::Found { session: held.session(), stamp: held.stamp, age };
            }
        }
        match self.lease {
            // The entry holds this client's own lease if the store failed while writing it and retried.
            Some((held_by, until))
                if held_by != question.holder && now < until && until - now <= millis(LONGEST_LEASE) =>
            {
                Decision::Busy
            }
            _ => {
                self.lease = Some((question.holder, now.saturating_add(question.lease)));
                Decision::Lead
            }
        }
    }

    /// Keeps a new session, unless a newer one is there.
    fn save(&mut self, now: u64, holder: Option<u64>, new: Held) {
        // A holder whose lease expired may be late; ages are whole seconds, so they alone do not decide.
        let is_ours = self.lease.is_some_and(|(held_by, _)| Some(held_by) == holder);
        self.release(holder);
        self.refused = 0;
        if is_ours || self.held.as_ref().is_none_or(|held| held.asked <= new.asked || held.asked > now) {
            self.held = Some(new);
        }
    }

    fn release(&mut self, holder: Option<u64>) {
        self.lease = self.lease.filter(|(held_by, _)| Some(*held_by) != holder);
    }

    fn read(bytes: &[u8]) -> Result<Self, Damaged> {
        let mut kept = Self::default();
        for line in entry::read(KIND, bytes)? {
            match line[..] {
                ["lease", holder, until] => kept.lease = Some((entry::number(holder)?, entry::number(until)?)),
                ["refused", at] => kept.refused = entry::number(at)?,
                ["session", stamp, asked] => {
                    let (stamp, asked) = (entry::number(stamp)?, entry::number(asked)?);
                    let more = BTreeMap::new();
                    kept.held = Some(Held { stamp, asked, token: None, more, base_url: None, lifetime: None });
                }
                ["more", name, value] => {
                    let held = kept.held.as_mut().ok_or(Damaged("a line has no session"))?;
                    held.more.insert(entry::text(name)?, Secret::from(entry::text(value)?));
                }
                [name, value] => {
                    let held = kept.held.as_mut().ok_or(Damaged("a line has no session"))?;
                    match name {
                        "token" => held.token = Some(Secret::from(entry::text(value)?)),
                        "base" => held.base_url = Some(entry::text(value)?),
                        "life" => held.lifetime = Some(entry::number(value)?),
                        _ => return Err(Damaged("a line is unknown")),
                    }
                }
                _ => return Err(Damaged("a line is unknown")),
            }
        }
        Ok(kept)
    }

    fn write(&self) -> Vec<u8> {
        let mut writer = Writer::new(KIND);
        if let Some((holder, until)) = self.lease {
            writer.line(format_args!("lease {holder} {until}"));
        }
        if self.refused > 0 {
            writer.line(format_args!("refused {}", self.refused));
        }
        if let Some(held) = &self.held {
            writer.line(format_args!("session {} {}", held.stamp, held.asked));
            if let Some(token) = &held.token {
                writer.line(format_args!("token {}", entry::word(token.expose())));
            }
            for (name, value) in &held.more {
                writer.line(format_args!("more {} {}", entry::word(name), entry::word(value.expose())));
            }
            if let Some(base) = &held.base_url {
                writer.line(format_args!("base {}", entry::word(base)));
            }
            if let Some(life) = held.lifetime {
                writer.line(format_args!("life {life}"));
            }
        }
        writer.end()
    }
}

impl Held {
    /// Whether it is handed out: not due for renewal, and valid for `need`.
    fn is_good(&self, age: Duration, need: Duration) -> bool {
        self.lifetime.map(Duration::from_millis).is_none_or(|whole| {
            let left = whole.saturating_sub(age);
            age < whole.mul_f64(YOUNG) && left >= need.min(whole.mul_f64(YOUNG))
        })
    }

    fn session(&self) -> Session {
        let (token, more, base_url) = (self.token.clone(), self.more.clone(), self.base_url.clone());
        Session { token, more, base_url, lifetime: self.lifetime.map(Duration::from_millis), ..Session::default() }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(holder: u64, own: u64) -> Question {
        Question { holder, own, need: Duration::ZERO, lease: 5_000 }
    }

    fn held(stamp: u64, asked: u64) -> Option<Held> {
        let token = Some(Secret::from("a token\n"));
        let more = BTreeMap::from([("csrf token".to_owned(), Secret::from("4EEC61E2: é"))]);
        Some(Held { stamp, asked, token, more, base_url: Some("https://a.example/é".into()), lifetime: Some(10_000) })
    }

    #[test]
    fn one_leads_until_the_end_of_its_lease() {
        let mut kept = Kept::default();
        assert!(matches!(kept.begin(1_000, &question(1, 0)), Decision::Lead));
        assert!(matches!(kept.begin(5_999, &question(2, 0)), Decision::Busy));
        assert!(matches!(kept.begin(6_000, &question(2, 0)), Decision::Lead));
        assert!(
            matches!(kept.begin(6_000, &question(2, 0)), Decision::Lead),
            "it asks again after a broken connection"
        );
        kept.release(Some(1));
        assert!(matches!(kept.begin(6_001, &question(3, 0)), Decision::Busy));
        kept.release(Some(2));
        assert!(matches!(kept.begin(6_001, &question(3, 0)), Decision::Lead));
        // The clock was set back by an hour: the lease would seem to last that long.
        assert!(matches!(kept.begin(1, &question(4, 0)), Decision::Busy));
        for now in [1, 1_000_000] {
            kept.lease = Some((3, now + 30_000));
            assert!(matches!(kept.begin(now, &question(4, 0)), Decision::Busy), "{now}");
            kept.lease = Some((3, now + 3_600_000));
            assert!(matches!(kept.begin(now, &question(4, 0)), Decision::Lead), "{now}");
        }
    }

    #[test]
    fn a_late_holder_replaces_no_newer_session() {
        let stamp_after = |lease: Option<(u64, u64)>, before: Option<Held>, asked: u64| {
            let mut kept = Kept { held: before, lease, refused: 5 };
            kept.save(2_000, Some(1), Held { stamp: 9, ..held(9, asked).expect("a session") });
            assert_eq!((kept.refused, kept.lease), (0, lease.filter(|(held_by, _)| *held_by != 1)));
            kept.held.map(|held| held.stamp)
        };
        assert_eq!(stamp_after(None, None, 1_000), Some(9));
        // Its lease ended, and another one has signed in since.
        assert_eq!(stamp_after(None, held(7, 1_500), 1_000), Some(7));
        assert_eq!(stamp_after(Some((2, 9_000)), held(7, 1_500), 1_000), Some(7));
        assert_eq!(stamp_after(None, held(7, 1_000), 1_000), Some(9), "within one second, the last one counts");
        assert_eq!(stamp_after(None, held(7, 500), 1_000), Some(9));
        assert_eq!(stamp_after(Some((1, 9_000)), held(7, 1_500), 1_000), Some(9), "its lease lasts");
        assert_eq!(stamp_after(None, held(7, 2_000), 1_000), Some(7));
        assert_eq!(stamp_after(None, held(7, 2_001), 1_000), Some(9), "from before the clock was set back");
    }

    #[test]
    fn hands_out_what_is_young_and_not_the_one_that_was_refused() {
        let mut kept = Kept { held: held(7, 1_000), ..Kept::default() };
        assert!(matches!(kept.begin(2_000, &question(1, 0)), Decision::Found { stamp: 7, .. }));
        assert!(matches!(kept.begin(8_999, &question(1, 3)), Decision::Found { .. }));
        for (now, own) in [(2_000, 7), (9_000, 0), (999, 0)] {
            let mut kept = kept.clone();
            assert!(matches!(kept.begin(now, &question(1, own)), Decision::Lead), "{now} {own}");
        }
        let long = Question { need: Duration::from_secs(6), ..question(1, 0) };
        assert!(matches!(kept.begin(5_000, &long), Decision::Found { .. }));
        assert!(matches!(kept.begin(5_001, &long), Decision::Lead));
    }

    #[test]
    fn refused_credentials_are_left_alone_for_a_minute() {
        let mut kept = Kept { held: held(7, 1_000), refused: 1_500, ..Kept::default() };
        assert!(matches!(kept.begin(61_499, &question(1, 0)), Decision::Refused(_)));
        assert!(matches!(kept.begin(61_500, &question(1, 0)), Decision::Lead));
        assert!(matches!(kept.begin(1_400, &question(1, 0)), Decision::Found { .. } | Decision::Busy));
    }

    #[test]
    fn reads_what_it_writes() {
        let kept = Kept { held: held(7, 1_000), lease: Some((3, 4)), refused: 5 };
        assert!(Kept::read(&kept.write()).is_ok_and(|read| read == kept));
        assert!(Kept::read(&Kept::default().write()).is_ok_and(|read| read == Kept::default()));
        let foreign = |line: &str| {
            let mut writer = Writer::new(KIND);
            writer.line(format_args!("{line}"));
            Kept::read(&writer.end()).is_err()
        };
        assert!(
            ["token x", "more x y", "lease 1", "lease x 1", "", "session 1 -2", "what is this"]
                .iter()
                .all(|line| foreign(line))
        );
    }
}
