//! A program that runs only while a test does.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Runs a program and kills it when standard input ends, which it does with this process, however that ends.
const GUARD: &str = r#""$@" & program=$!; cat >/dev/null; kill -KILL $program"#;

/// Whether `HOSTKIT_REAL` lists the program; prints a line if it does not.
pub fn is_wanted(name: &str) -> bool {
    let wanted = std::env::var("HOSTKIT_REAL").unwrap_or_default();
    let is_wanted = wanted.split(' ').any(|word| word == name);
    if !is_wanted {
        println!("SKIPPED: no {name} in HOSTKIT_REAL; `cargo xtask test real` runs this");
    }
    is_wanted
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// A temporary folder, removed on drop.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        let path = std::env::temp_dir().join(format!("hostkit-real-{}-{}", std::process::id(), free_port()));
        std::fs::create_dir_all(&path).unwrap();
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

/// A server that listens on a port; it is killed on drop.
pub struct Program {
    guard: Child,
    pub port: u16,
    _folder: Folder,
}

impl Program {
    /// Starts a server and waits until it listens. `command` gets a folder and a port; if another program takes the
    /// port meanwhile, the next one is tried.
    pub fn start(command: impl Fn(&Path, u16) -> Vec<String>) -> Self {
        for _ in 0..5 {
            let (folder, port) = (Folder::new(), free_port());
            let mut guard = Command::new("sh")
                .args(["-c", GUARD, "guard"])
                .args(command(folder.path(), port))
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(std::fs::File::create(folder.path().join("stderr")).unwrap())
                .spawn()
                .unwrap();
            let start = Instant::now();
            while start.elapsed() < Duration::from_secs(5) {
                if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
                    return Self { guard, port, _folder: folder };
                }
                std::thread::sleep(Duration::from_millis(5));
            }
            let told = std::fs::read_to_string(folder.path().join("stderr")).unwrap_or_default();
            println!("it does not listen: {told}");
            drop(guard.stdin.take());
            let _ = guard.wait();
        }
        panic!("the program does not start");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}
