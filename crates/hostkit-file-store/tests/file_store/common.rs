//! The folder of a test.
#![allow(dead_code, reason = "each test file uses another part of it")]

use std::path::{Path, PathBuf};

use hostkit_file_store::FileStore;
use hostkit_store_tests::Place;

/// A folder of one test, gone afterwards.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("hostkit-store-{}-{test}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Place for Folder {
    type Store = FileStore;

    const CHILD: &str = "processes::child";

    fn new(test: &str) -> Option<Self> {
        Some(Self::new(test))
    }

    fn address(&self) -> String {
        self.0.to_str().unwrap().to_owned()
    }

    fn open(address: &str) -> FileStore {
        FileStore::open(address).unwrap()
    }

    fn entries(&self) -> Vec<Vec<u8>> {
        let files = std::fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().path());
        let entries = files.filter(|path| path.extension().is_some_and(|ending| ending == "entry"));
        let entry = |path| {
            let mut bytes = std::fs::read(path).unwrap();
            // The store's own line stands before the entry.
            let line = bytes.iter().position(|byte| *byte == b'\n').filter(|_| bytes.starts_with(b"clock "));
            bytes.drain(..line.map_or(0, |end| end + 1));
            bytes
        };
        entries.map(entry).collect()
    }
}
