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
fn wait_for_ends(folder: &Folder) {
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
    // The end of the call is still being written.
    wait_for_ends(&folder);
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
}

/// A store whose key, session and rates are those of a call that was made.
#[cfg(unix)]
fn used(test: &str) -> (Server, Folder) {
    let (server, folder) = (Server::start(), Folder::new(test));
    client(&server, &folder, Duration::from_secs(10)).call(&Get).unwrap();
    wait_for_ends(&folder);
    (server, folder)
}

/// What a call says that needs the rates, and how many requests arrived meanwhile.
#[cfg(unix)]
fn refusal(server: &Server, folder: &Folder) -> String {
    let before = server.gets();
    let start = Instant::now();
    let error = client(server, folder, Duration::from_secs(5)).call(&Get).unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(2), "{error} after {:?}", start.elapsed());
    assert_eq!(server.gets(), before, "{error}");
    error.to_string()
}

#[test]
#[cfg(unix)]
fn what_others_can_open_is_not_used() {
    use std::os::unix::fs::PermissionsExt;

    let (server, folder) = used("others");
    let change = |path: &std::path::Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    for mode in [0o640, 0o620, 0o610, 0o604, 0o602, 0o601, 0o644, 0o666] {
        for ending in ["entry", "lock"] {
            let path = entry(&folder, "rates").with_extension(ending);
            change(&path, mode);
            let said = refusal(&server, &folder);
            assert!(said.contains("accessible to others"), "{mode:o} of the {ending}: {said}");
            change(&path, 0o600);
        }
    }
    for mode in [0o750, 0o720, 0o710, 0o704, 0o702, 0o701, 0o755, 0o777] {
        let store = FileStore::open(folder.path()).unwrap();
        change(folder.path(), mode);
        let error = FileStore::open(folder.path()).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::PermissionDenied, "{mode:o}: {error}");
        // A store that is open already looks again.
        let config = hostkit::machinery::ClientCore::<Shop>::builder(customer()).base_url(server.base());
        let error = client_of(config.rate_store(RateStore::new(store, "account"))).call(&Get).unwrap_err();
        assert!(error.to_string().contains("accessible to others"), "{mode:o}: {error}");
        change(folder.path(), 0o700);
    }
    client(&server, &folder, Duration::from_secs(10)).call(&Get).unwrap();
}

#[test]
#[cfg(unix)]
fn what_belongs_to_another_user_is_not_used() {
    const NOBODY: u32 = 65_534;
    let (server, folder) = used("owner");
    let give = |path: &std::path::Path, user| std::os::unix::fs::chown(path, Some(user), None);
    let owner = std::os::unix::fs::MetadataExt::uid(&fs::metadata(folder.path()).unwrap());
    if give(&entry(&folder, "rates"), NOBODY).is_err() {
        println!("skipped: only root can give a file away");
        return;
    }
    assert!(refusal(&server, &folder).contains("another user"));
    give(&entry(&folder, "rates"), owner).unwrap();
    let lock = entry(&folder, "rates").with_extension("lock");
    give(&lock, NOBODY).unwrap();
    assert!(refusal(&server, &folder).contains("another user"));
    give(&lock, owner).unwrap();
    give(folder.path(), NOBODY).unwrap();
    let error = FileStore::open(folder.path()).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::PermissionDenied, "{error}");
    give(folder.path(), owner).unwrap();
}

#[test]
#[cfg(unix)]
fn no_link_is_followed_and_no_pipe_is_waited_for() {
    let (server, folder) = used("links");
    let target = folder.path().join("target");
    let bytes = b"somebody's file, which nobody may empty or overwrite";
    fs::write(&target, bytes).unwrap();
    std::os::unix::fs::PermissionsExt::set_mode(&mut fs::metadata(&target).unwrap().permissions(), 0o600);
    let make = |what: &str, path: &std::path::Path| {
        let _ = fs::remove_file(path);
        if what == "pipe" {
            assert!(std::process::Command::new("mkfifo").arg("-m600").arg(path).status().unwrap().success());
        } else {
            std::os::unix::fs::symlink(&target, path).unwrap();
        }
    };
    for what in ["link", "pipe"] {
        // Nothing is lost with a leftover file: it is replaced without being opened.
        make(what, &entry(&folder, "rates").with_extension("new"));
        client(&server, &folder, Duration::from_secs(10)).call(&Get).unwrap();
        wait_for_ends(&folder);
        assert_eq!(fs::read(&target).unwrap(), bytes, "{what}");
        for ending in ["entry", "lock"] {
            let path = entry(&folder, "rates").with_extension(ending);
            let before = fs::read(&path).unwrap();
            make(what, &path);
            let said = refusal(&server, &folder);
            assert!(said.contains("the rate store failed"), "{what} as {ending}: {said}");
            assert_eq!(fs::read(&target).unwrap(), bytes, "{what} as {ending}");
            fs::remove_file(&path).unwrap();
            fs::write(&path, before).unwrap();
            fs::set_permissions(&path, <fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o600))
                .unwrap();
        }
    }
    // A link in place of the directory is followed when the store is opened, and never again.
    let link = folder.path().with_extension("link");
    std::os::unix::fs::symlink(folder.path(), &link).unwrap();
    let store = FileStore::open(&link).unwrap();
    fs::remove_file(&link).unwrap();
    assert!(format!("{store:?}").contains("links") && !format!("{store:?}").contains("links.link"), "{store:?}");
}

/// The wall clock is set back while two processes share a session: by it, the token would seem to be young again.
#[test]
#[cfg(target_os = "linux")]
fn a_clock_that_is_set_back_makes_no_token_younger() {
    let (server, folder) = used("clock");
    let session = entry(&folder, "session");
    let written = fs::read_to_string(&session).unwrap();
    let (line, rest) = written.split_once('\n').unwrap();
    let words: Vec<&str> = line.split(' ').collect();
    let ["clock", boot, uptime, wall] = words[..] else { panic!("{line}") };
    let wall: u64 = wall.parse().unwrap();
    let again = |line: String, rest: &str| {
        fs::write(&session, format!("{line}\n{rest}")).unwrap();
        let before = server.sign_ins();
        client(&server, &folder, Duration::from_secs(10)).call(&Get).unwrap();
        server.sign_ins() - before
    };
    assert_eq!(again(line.to_owned(), rest), 0, "the control: the session is good");
    // The last change was an hour after the sign-in, as long as the token lives; then the wall clock was set back.
    let later = wall + 3_600_000;
    assert_eq!(again(format!("clock another-boot {uptime} {later}"), rest), 0, "that clock was another one");
    assert_eq!(again(format!("clock {boot} {uptime} {later}"), rest), 1, "a token past its end is sent");
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
    wait_for_ends(&folder);
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
    wait_for_ends(&folder);
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
