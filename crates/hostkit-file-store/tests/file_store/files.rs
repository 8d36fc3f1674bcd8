//! What lies in the folder, and what comes of it when somebody else put it there.

use std::fs;
use std::time::{Duration, Instant};

use crate::common::Folder;
use hostkit::RateStore;
use hostkit_file_store::FileStore;
use hostkit_store_tests::{Get, Server, Shop, WINDOW, client, client_of, customer};

fn entry(folder: &Folder, kind: &str) -> std::path::PathBuf {
    let found = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let name = |path: &std::path::Path| path.file_name().unwrap().to_string_lossy().into_owned();
    found.into_iter().find(|path| name(path).starts_with(kind) && name(path).ends_with(".entry")).unwrap()
}

/// Waits until the ends of all calls are written down, which no caller waits for.
fn settle(folder: &Folder) {
    let start = Instant::now();
    while fs::read_to_string(entry(folder, "rates")).unwrap().contains("\ncall ") {
        assert!(start.elapsed() < Duration::from_secs(5), "a call never ends");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
#[cfg(unix)]
fn files_are_for_the_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    use hostkit_store_tests::KEY;
    let (server, folder) = (Server::start(), Folder::new("modes"));
    let client = client(&server, &folder, Duration::from_secs(10));
    client.call(&Get).unwrap();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(folder.path()), 0o700);
    let files: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 4, "{files:?}");
    for file in &files {
        assert_eq!(mode(file), 0o600, "{file:?}");
        let bytes = fs::read(file).unwrap();
        assert!(!bytes.windows(KEY.len()).any(|part| part == KEY.as_bytes()), "{file:?} has the key");
    }
    let said = format!("{client:?} {:?}", hostkit::SessionStore::new(FileStore::open(folder.path()).unwrap(), "a"));
    assert!(!said.contains("token"), "{said}");
    settle(&folder);
    // A folder or a file that others can open is not used.
    fs::set_permissions(entry(&folder, "rates"), fs::Permissions::from_mode(0o644)).unwrap();
    let error = client.call(&Get).unwrap_err();
    assert!(error.to_string().contains("accessible to others"), "{error}");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(FileStore::open(folder.path()).unwrap_err().kind(), std::io::ErrorKind::PermissionDenied);
}

#[test]
fn damaged_files_cost_a_sign_in_or_a_window_and_no_more() {
    let server = Server::start();
    let folder = Folder::new("damage");
    client(&server, &folder, Duration::from_secs(10)).call(&Get).unwrap();
    let session = fs::read(entry(&folder, "session")).unwrap();
    assert_eq!(server.sign_ins(), 1);
    client(&server, &folder, Duration::from_secs(10)).call(&Get).unwrap();
    assert_eq!(server.sign_ins(), 1, "the control: a whole file saves the sign-in");
    let foreign: [&[u8]; 4] = [b"", b"<html>not ours</html>", &[0xff; 4096], &session[..session.len() / 2]];
    for (number, bytes) in (1..).zip(foreign) {
        fs::write(entry(&folder, "session"), bytes).unwrap();
        client(&server, &folder, Duration::from_secs(10)).call(&Get).unwrap();
        assert_eq!(server.sign_ins(), 1 + number);
    }
    settle(&folder);
    // Where the counts are gone, the limit may be used up.
    let start = Instant::now();
    fs::write(entry(&folder, "rates"), b"garbage").unwrap();
    client(&server, &folder, Duration::from_secs(10)).call(&Get).unwrap();
    let waited = start.elapsed();
    assert!(waited >= WINDOW && waited < 3 * WINDOW, "{waited:?}");
}

#[test]
fn without_a_folder_nothing_with_a_limit_is_sent() {
    let (server, folder) = (Server::start(), Folder::new("gone"));
    let client = client(&server, &folder, Duration::from_secs(10));
    fs::remove_dir_all(folder.path()).unwrap();
    let error = client.call(&Get).unwrap_err();
    assert!(error.to_string().contains("the rate store failed"), "{error}");
    assert_eq!((server.sign_ins(), server.gets()), (1, 0), "it signs in alone");
}

#[test]
fn a_lock_that_is_never_given_back_is_an_error_in_time() {
    let (server, folder) = (Server::start(), Folder::new("locked"));
    client(&server, &folder, Duration::from_secs(10)).call(&Get).unwrap();
    settle(&folder);
    let held = fs::File::open(entry(&folder, "rates").with_extension("lock")).unwrap();
    fs4::FileExt::lock(&held).unwrap();
    // The deadline comes first, then the store's own patience.
    let start = Instant::now();
    let error = client(&server, &folder, Duration::from_millis(300)).call(&Get).unwrap_err();
    assert!(start.elapsed() < Duration::from_millis(550), "{error} after {:?}", start.elapsed());
    let store = FileStore::open(folder.path()).unwrap().patience(Duration::from_millis(200));
    let config = hostkit::machinery::ClientCore::<Shop>::builder(customer()).base_url(server.base());
    let client = client_of(config.rate_store(RateStore::new(store, "account")));
    let start = Instant::now();
    let error = client.call(&Get).unwrap_err();
    assert!(error.to_string().contains("has been locked"), "{error}");
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}
