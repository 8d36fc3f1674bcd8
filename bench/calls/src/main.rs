//! `cargo xtask bench calls`: cost of a call beside the same call with the bare library, over loopback.

mod asynchronous;
mod blocking;
mod held;
mod race;
mod server;
mod types;

use race::Cost;
use server::Server;

const TOKEN: &str = "0123456789abcdef";
const LOGIN: &str = "example";
const KEY: &str = "example-key";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    // Seconds per race; a noisy machine needs more.
    let seconds = std::env::var("BENCH_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(6);
    if arguments.first() == Some(&"serve") {
        return server::serve();
    }
    // Bare reqwest needs the process's default provider, although nothing here is encrypted.
    rustls::crypto::ring::default_provider().install_default().expect("no other provider");
    let server = Server::start();
    match arguments.as_slice() {
        // For a profiler, such as `profile ureq-ours 1000` or `profile reqwest-bare-post 1000`.
        ["profile", which, count] => {
            let count = count.parse().expect("a number of calls");
            if which.contains("ureq") {
                blocking::Callers::new(&server.address).profile(which, count);
            } else {
                asynchronous::profile(&server.address, which, count);
            }
        }
        ["growth"] => {
            blocking::Callers::new(&server.address).grow(seconds);
            asynchronous::grow(&server.address, seconds);
        }
        ["ureq"] => blocking::Callers::new(&server.address).run(seconds),
        ["reqwest"] => asynchronous::run(&server.address, seconds),
        [] => {
            blocking::Callers::new(&server.address).run(seconds);
            asynchronous::run(&server.address, seconds);
        }
        other => panic!("there is no race {other:?}"),
    }
}

/// Prints the growth of the cost per call with ten times the callers: 1.0 is linear, less is better.
fn growth(who: &str, few: &Cost, many: &Cost) {
    println!(
        "  {who}: 10 x the callers, cost of a call x {:.2} (CPU x {:.2})",
        many.median / few.median,
        many.cpu / few.cpu
    );
}

/// The version of a crate in this workspace's lock file.
fn version(name: &str) -> String {
    let lock = include_str!("../../Cargo.lock");
    let wanted = format!("name = \"{name}\"\nversion = \"");
    let version = lock.split_once(&wanted).and_then(|(_, rest)| rest.split('"').next());
    version.unwrap_or("?").to_owned()
}
