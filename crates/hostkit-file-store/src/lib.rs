//! Entries of hostkit's stores as files of one folder, for the processes of one machine.
//!
//! An entry is a file, with mode 0600 where there are modes, that is replaced as a whole; beside it lies the file that is
//! locked while it changes. What the entries mean is not known here.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use fs4::TryLockError;
use hostkit::store::{Change, Store, StoreKey};

/// How long somebody else may hold the lock of an entry. Changes take milliseconds; whoever holds it for longer hangs.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often a lock that somebody else holds is tried.
const LOOK: Duration = Duration::from_millis(1);

/// An entry has one line for each call of a window; no file of ours is larger.
const MAX_BYTES: u64 = 8 << 20;

/// A folder of entries. Clones share it.
#[derive(Clone)]
pub struct FileStore {
    folder: Arc<Path>,
    patience: Duration,
}

impl FileStore {
    /// Takes a folder of a local file system, and makes it, with mode 0700, where there is none. It should hold nothing else.
    /// On Windows it has the rights of the folder that it is in: choose one that other accounts cannot read.
    ///
    /// # Errors
    /// It could not be made, is no folder, or, where there are modes, is open to others than its owner
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
            return Err(io::Error::new(ErrorKind::NotADirectory, "the place of the store is no folder"));
        }
        check_closed(&data, folder)?;
        Ok(Self { folder: folder.into(), patience: PATIENCE })
    }

    /// How long it waits for somebody who holds the lock of an entry, instead of five seconds.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    fn path(&self, key: &StoreKey, ending: &str) -> PathBuf {
        self.folder.join(format!("{}.{ending}", key.as_str()))
    }

    /// The lock, which ends with the file, and so with the process.
    fn lock(&self, key: &StoreKey) -> io::Result<File> {
        let path = self.path(key, "lock");
        // The file is never removed: a lock on a file that is gone keeps nobody out.
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
                Err(TryLockError::WouldBlock) => std::thread::sleep(LOOK),
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
        // Only the one who holds the lock writes this file. What a crash left of it is written over.
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
        return Err(io::Error::new(ErrorKind::InvalidData, format!("{} is no entry of a store", path.display())));
    }
    let mut bytes = Vec::new();
    file.take(MAX_BYTES).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// For the owner alone, from the moment that it is there.
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Refuses what others can open, because a token may be in it, or may have been put there.
fn check_closed(data: &fs::Metadata, path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&data.permissions());
        if mode & 0o077 != 0 {
            let text = format!("{} is open to others (mode {:o})", path.display(), mode & 0o777);
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
