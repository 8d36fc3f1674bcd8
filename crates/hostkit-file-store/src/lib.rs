//! Shares hostkit's sessions and rate limits between the processes of one machine through files in one directory.
//!
//! ```no_run
//! use hostkit::machinery::ClientCore;
//! use hostkit::{RateStore, SessionStore};
//! use hostkit_file_store::FileStore;
//!
//! # fn example<A: hostkit::Api>(credentials: A::Credentials) -> Result<(), Box<dyn std::error::Error>> {
//! let store = FileStore::open("/var/lib/my-service/hostkit")?;
//! let builder = ClientCore::<A>::builder(credentials) // or the builder of a client
//!     .session_store(SessionStore::new(store.clone(), "account 1"))
//!     .rate_store(RateStore::new(store, "account 1"));
//! # let _ = builder;
//! # Ok(())
//! # }
//! ```
//!
//! An entry is a file with mode 0600 that is replaced atomically under the lock of a file next to it. The contents of
//! an entry are opaque to this crate.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use fs4::TryLockError;
use hostkit::store::{Change, Store, StoreKey};

/// Default wait for an entry's lock; a change takes milliseconds, so a longer holder hangs.
const PATIENCE: Duration = Duration::from_secs(5);

/// Pause between attempts to take a lock.
const POLL_INTERVAL: Duration = Duration::from_millis(1);

/// The largest entry, in bytes: one line for each call in a rate-limit window stays below it.
const MAX_BYTES: u64 = 8 << 20;

/// A store in one directory. Clones share it.
#[derive(Clone)]
pub struct FileStore {
    folder: Arc<Path>,
    patience: Duration,
}

impl FileStore {
    /// Opens a directory on a local file system, creating it with mode 0700 if missing; it should hold nothing else.
    /// On Windows the permissions of the directory above decide: choose one that other accounts cannot read.
    ///
    /// # Errors
    /// It cannot be created, is not a directory, or is accessible to others than its owner
    /// ([`ErrorKind::PermissionDenied`]).
    pub fn open(folder: impl AsRef<Path>) -> io::Result<Self> {
        let folder = folder.as_ref();
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
        let data = fs::metadata(folder)?;
        if !data.is_dir() {
            return Err(io::Error::new(ErrorKind::NotADirectory, "the store's path is not a directory"));
        }
        check_closed(&data, folder)?;
        Ok(Self { folder: folder.into(), patience: PATIENCE })
    }

    /// Sets how long a change waits for the lock of an entry; five seconds by default.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    fn path(&self, key: &StoreKey, ending: &str) -> PathBuf {
        self.folder.join(format!("{}.{ending}", key.as_str()))
    }

    /// Takes the lock, which is released when the file is closed, so also when the process dies.
    fn lock(&self, key: &StoreKey) -> io::Result<File> {
        let path = self.path(key, "lock");
        // The file is never removed: a lock on a removed file would exclude no other process.
        let file = private(OpenOptions::new().read(true).write(true).create(true).truncate(false)).open(&path)?;
        let start = Instant::now();
        loop {
            match fs4::FileExt::try_lock(&file) {
                Ok(()) => return Ok(file),
                Err(TryLockError::Error(error)) => return Err(error),
                Err(TryLockError::WouldBlock) if start.elapsed() >= self.patience => {
                    let text = format!("{} has been locked for {:?}", path.display(), self.patience);
                    return Err(io::Error::new(ErrorKind::TimedOut, text));
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(POLL_INTERVAL),
            }
        }
    }
}

impl Store for FileStore {
    fn change(&self, key: &StoreKey, change: Change<'_>) -> io::Result<()> {
        let _lock = self.lock(key)?;
        let path = self.path(key, "entry");
        let before = read(&path)?;
        let Some(after) = change(SystemTime::now(), before.as_deref()) else {
            return Ok(());
        };
        // Only the holder of the lock writes this file; leftovers of a crash are overwritten.
        let new = self.path(key, "new");
        let mut file = private(OpenOptions::new().write(true).create(true).truncate(true)).open(&new)?;
        check_closed(&file.metadata()?, &new)?;
        file.write_all(&after)?;
        file.sync_data()?;
        drop(file);
        fs::rename(&new, &path)
    }
}

fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let data = file.metadata()?;
    check_closed(&data, path)?;
    if !data.is_file() || data.len() > MAX_BYTES {
        return Err(io::Error::new(ErrorKind::InvalidData, format!("{} is not a store entry", path.display())));
    }
    let mut bytes = Vec::new();
    file.take(MAX_BYTES).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// Creates the file with access for its owner only.
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Refuses a file or directory that others can access: they could read a token, or plant one.
fn check_closed(data: &fs::Metadata, path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&data.permissions());
        if mode & 0o077 != 0 {
            let text = format!("{} is accessible to others (mode {:o})", path.display(), mode & 0o777);
            return Err(io::Error::new(ErrorKind::PermissionDenied, text));
        }
    }
    // Windows has access lists instead, which the standard library does not read: those of the folder decide.
    #[cfg(not(unix))]
    let _ = (data, path);
    Ok(())
}

impl fmt::Debug for FileStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FileStore").field(&self.folder).finish()
    }
}
