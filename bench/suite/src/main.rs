//! `cargo xtask bench NAME`: races of the readers against their peers.

mod errors;
mod growth;
mod php;
mod read;
mod small;

fn main() {
    let names: Vec<String> = std::env::args().skip(1).collect();
    const KNOWN: [&str; 7] = ["read-json", "read-xml", "read-php", "small", "profile", "errors", "growth"];
    if let Some(other) = names.iter().find(|name| !KNOWN.contains(&name.as_str())) {
        panic!("there is no race {other:?}; there are: {}", KNOWN.join(", "));
    }
    let all = names.is_empty();
    let wanted = |name: &str| all || names.iter().any(|given| given == name);
    if wanted("read-json") {
        read::json();
    }
    if wanted("read-xml") {
        read::xml();
    }
    if wanted("read-php") {
        php::run();
    }
    if wanted("small") {
        small::run();
    }
    if names.iter().any(|name| name == "profile") {
        read::profile();
    }
    if wanted("errors") {
        errors::run();
    }
    if wanted("growth") {
        growth::run();
    }
}
