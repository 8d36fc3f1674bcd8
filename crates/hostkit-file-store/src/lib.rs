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
//! an entry are opaque to this crate, which adds a line with the time of the change. A directory or file of another
//! user, a link, and what is no file are refused.

mod clock;

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

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
    /// It cannot be created, is not a directory, belongs to another user, or is accessible to others than its owner
    /// ([`ErrorKind::PermissionDenied`]).
    pub fn open(folder: impl AsRef<Path>) -> io::Result<Self> {
        let folder = folder.as_ref();
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
        // A link to the directory is followed once: changed later, it leads no entry elsewhere.
        let store = Self { folder: fs::canonicalize(folder)?.into(), patience: PATIENCE };
        store.check_folder()?;
        Ok(store)
    }

    fn check_folder(&self) -> io::Result<()> {
        let data = fs::symlink_metadata(&self.folder)?;
        if !data.is_dir() {
            return Err(io::Error::new(ErrorKind::NotADirectory, "the store's path is not a directory"));
        }
        check_closed(&data, &self.folder)
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
        check_file(&file.metadata()?, &path)?;
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
        // Whoever can write in the directory above may have put another one in its place.
        self.check_folder()?;
        let _lock = self.lock(key)?;
        let path = self.path(key, "entry");
        let bytes = read(&path)?;
        let (stamp, before) = bytes.as_deref().map_or((None, None), |bytes| {
            let (stamp, entry) = clock::split(bytes);
            (stamp, Some(entry))
        });
        let (now, line) = clock::present(stamp.as_ref(), clock::Uptime::now().as_ref());
        let Some(after) = change(now, before) else {
            return Ok(());
        };
        // Only the holder of the lock makes this file. What a crash left, or somebody else put here, is removed unopened.
        let new = self.path(key, "new");
        match fs::remove_file(&new) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = private(OpenOptions::new().write(true).create_new(true)).open(&new)?;
        file.write_all(line.unwrap_or_default().as_bytes())?;
        file.write_all(&after)?;
        file.sync_data()?;
        drop(file);
        fs::rename(&new, &path)
    }
}

fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = match private(OpenOptions::new().read(true)).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let data = file.metadata()?;
    check_file(&data, path)?;
    if data.len() > MAX_BYTES {
        return Err(not_an_entry(path));
    }
    let mut bytes = Vec::new();
    file.take(MAX_BYTES).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// Creates the file with access for its owner only, follows no link, and waits for no other end of a pipe.
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;

        use rustix::fs::OFlags;

        options.mode(0o600).custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed());
    }
    options
}

fn not_an_entry(path: &Path) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, format!("{} is not a store entry", path.display()))
}

fn check_file(data: &fs::Metadata, path: &Path) -> io::Result<()> {
    if !data.is_file() {
        return Err(not_an_entry(path));
    }
    check_closed(data, path)
}

/// Refuses a file or directory of another user, or one that others can access: they could read a token, or plant one.
fn check_closed(data: &fs::Metadata, path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        let owner = std::os::unix::fs::MetadataExt::uid(data);
        let refused = |text: String| Err(io::Error::new(ErrorKind::PermissionDenied, text));
        if owner != rustix::process::geteuid().as_raw() {
            return refused(format!("{} belongs to another user ({owner})", path.display()));
        }
        let mode = std::os::unix::fs::PermissionsExt::mode(&data.permissions());
        if mode & 0o077 != 0 {
            return refused(format!("{} is accessible to others (mode {:o})", path.display(), mode & 0o777));
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
