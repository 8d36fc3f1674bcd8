//! `cargo xtask bench read`: races of the readers against their peers; prints lines that the command makes a table of.

mod growth;
mod php;
mod pull;
mod read;

use std::time::Instant;

use bench_suite::race::{Case, Machine, profile_lap, race};

/// Makes a case, with a body of the full size divided by a number.
type Make = fn(usize) -> Case;

/// The cases, by the identifiers of their peers without what follows the format.
const CASES: [(&str, Make); 10] = [
    ("clodo-json", read::clodo_json),
    ("clodo-json-numbers", read::clodo_json_numbers),
    ("clodo-json-shuffled", read::clodo_json_shuffled),
    ("macloud-json", read::macloud_json),
    ("macloud-json-texts", read::macloud_json_texts),
    ("macloud-json-shuffled", read::macloud_json_shuffled),
    ("clodo-small", read::clodo_small),
    ("macloud-small", read::macloud_small),
    ("clodo-xml", read::clodo_xml),
    ("rootpanel-php", php::rootpanel_php),
];

/// The part of a body that is read under callgrind, which is fifty times slower.
const PROFILED: usize = 10;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["race", seconds, chosen @ ..] => {
            let seconds = seconds.parse().expect("seconds of a race");
            let mut machine = Machine::default();
            for (name, make) in CASES.into_iter().filter(|(name, _)| chosen.is_empty() || chosen.contains(name)) {
                let start = Instant::now();
                race(&mut make(1), seconds, &mut machine);
                eprintln!("{name}: {:.1} s", start.elapsed().as_secs_f64());
            }
        }
        ["growth"] => growth::run(),
        ["php-body"] => print!("{}", php::body(PROFILED)),
        ["profile", id, side] => profile(id, side),
        _ => panic!("race SECONDS [NAME ...], growth, php-body, or profile ID ours|peer"),
    }
}

/// Runs one lap of one side of a case after a lap that is not counted.
fn profile(id: &str, side: &str) {
    let fits =
        |(name, _): &&(&str, Make)| id == *name || id.strip_prefix(name).is_some_and(|rest| rest.starts_with('-'));
    // The longest name that the identifier begins with: `clodo-json-numbers` also begins with `clodo-json`.
    let (_, make) = CASES.iter().filter(fits).max_by_key(|(name, _)| name.len()).expect("a case of this name");
    let mut case = make(PROFILED);
    let lap = match side {
        "ours" => &mut case.ours,
        "peer" => &mut case.peers.iter_mut().find(|peer| peer.id == id).expect("a peer of this name").lap,
        _ => panic!("there are two sides, ours and peer"),
    };
    profile_lap(lap);
}
