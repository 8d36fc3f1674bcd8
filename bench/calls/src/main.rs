//! `cargo xtask bench calls`: cost of a call beside the same call with the bare library, over loopback.

mod asynchronous;
mod blocking;
mod held;
mod race;
mod server;
mod types;

use server::Server;

const TOKEN: &str = "0123456789abcdef";
const LOGIN: &str = "example";
const KEY: &str = "example-key";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if arguments.as_slice() == ["serve"] {
        return server::serve();
    }
    // Bare reqwest needs the process's default provider, although nothing here is encrypted.
    rustls::crypto::ring::default_provider().install_default().expect("no other provider");
    let server = Server::start();
    let address = server.address.as_str();
    let seconds = |text: &str| text.parse().expect("seconds of a race");
    match arguments.as_slice() {
        ["race", text] => {
            blocking::Callers::new(address).run(seconds(text));
            asynchronous::run(address, seconds(text));
        }
        ["growth", text] => {
            blocking::Callers::new(address).grow(seconds(text));
            asynchronous::grow(address, seconds(text));
        }
        // Runs `COUNT` calls of one side for a profiler.
        ["profile", id, side, count] => {
            let (is_post, index) = (id.contains("-post-"), usize::from(*side == "ours"));
            let count = count.parse().expect("a number of calls");
            match id.split('-').next() {
                Some("ureq") => blocking::Callers::new(address).profile(is_post, index, count),
                Some("reqwest") => asynchronous::profile(address, is_post, index, count),
                _ => panic!("there is no call {id:?}"),
            }
        }
        _ => panic!("race SECONDS, growth SECONDS, or profile ID ours|peer COUNT"),
    }
}
