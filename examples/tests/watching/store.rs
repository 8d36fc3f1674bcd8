//! A store in memory that fails when it is told to.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use hostkit::store::{Change, Store, StoreKey};

/// What happens at a change of an entry.
#[derive(Clone, Copy)]
pub enum Next {
    Fine,
    Fails,
    /// The entry is not what was written.
    Damaged,
    Panics,
}

impl Next {
    pub fn fails_if(fails: bool) -> Self {
        if fails { Self::Fails } else { Self::Fine }
    }
}

/// Entries, with what happens at each change: by the kind of the entry, and the number of its change from 0 on.
#[derive(Clone)]
pub struct Entries {
    kept: Arc<Mutex<HashMap<String, Vec<u8>>>>,
    changes: Arc<Mutex<HashMap<String, usize>>>,
    next: Arc<Plan>,
}

type Plan = dyn Fn(&str, usize) -> Next + Send + Sync;

impl Entries {
    pub fn new(next: impl Fn(usize) -> Next + Send + Sync + 'static) -> Self {
        Self::by_kind(move |_, number| next(number))
    }

    pub fn by_kind(next: impl Fn(&str, usize) -> Next + Send + Sync + 'static) -> Self {
        Self { kept: Arc::default(), changes: Arc::default(), next: Arc::new(next) }
    }
}

impl fmt::Debug for Entries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entries")
    }
}

impl Store for Entries {
    fn change(&self, key: &StoreKey, change: Change<'_>) -> io::Result<()> {
        let kind = key.as_str().split('.').next().unwrap_or_default();
        let number = {
            let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
            let number = changes.entry(kind.to_owned()).or_default();
            *number += 1;
            *number - 1
        };
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        match (self.next)(kind, number) {
            Next::Fine => {}
            Next::Fails => return Err(io::Error::other("of the test")),
            Next::Damaged => drop(kept.insert(key.as_str().to_owned(), b"no entry".to_vec())),
            Next::Panics => panic!("of the store"),
        }
        let before = kept.get(key.as_str()).map(Vec::as_slice);
        if let Some(after) = change(SystemTime::now(), before) {
            kept.insert(key.as_str().to_owned(), after);
        }
        Ok(())
    }
}
