//! A large `getTarifs` answer, made by a real PHP.

use std::process::Command;

use bench_suite::race::race;
use bench_suite::version;
use hostkit::{Api, Endpoint};
use hostkit::protocol::RawAnswer;
use rootpanel_proto::RootPanel;
use rootpanel_proto::tariffs::GetTarifs;
use serde::Deserialize;

/// The types that the peers read: every scalar as a string, nothing lenient.
#[derive(Deserialize)]
#[allow(dead_code, non_snake_case)]
struct Answer {
    status: String,
    tarifs: Vec<Tariff>,
}

#[derive(Deserialize)]
#[allow(dead_code, non_snake_case)]
struct Tariff {
    id: String,
    vid: String,
    name: String,
    costMonthly: String,
    currency: String,
    allowWithoutDomain: String,
    months: Vec<Period>,
    addons: Vec<Addon>,
    locations: Vec<Location>,
}

#[derive(Deserialize)]
#[allow(dead_code, non_snake_case)]
struct Period {
    months: String,
    discount: String,
    allowForNewOrder: String,
    allowForRenew: String,
}

#[derive(Deserialize)]
#[allow(dead_code, non_snake_case)]
struct Addon {
    id: String,
    name: String,
    costMonthly: String,
    cntforoneorder: String,
    onlyifrenew: String,
}

#[derive(Deserialize)]
#[allow(dead_code, non_snake_case)]
struct Location {
    id: String,
    name: String,
    costMonthly: String,
}

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tarifs.php");
const TARIFFS: usize = 2_000;

pub fn run() {
    let Ok(made) = Command::new("php").args([SCRIPT, "make", &TARIFFS.to_string()]).output() else {
        println!("read-php: skipped, there is no php here");
        return;
    };
    let body = made.stdout;
    let headers = http::HeaderMap::new();
    let ours = || {
        let answer = RawAnswer::new(&GetTarifs::INFO, &RootPanel::INFO, 200, &headers, &body);
        let tariffs = GetTarifs::decode(&answer).expect("we read it");
        assert!(answer.report().defects().is_empty());
        tariffs
    };
    let read = ours();
    assert_eq!((read.len(), read[7].addons.len()), (TARIFFS, 8));
    let theirs: Answer = serde_php::from_bytes(&body).expect("serde_php reads it");
    assert_eq!((theirs.tarifs.len(), &*theirs.tarifs[7].addons[3].name), (TARIFFS, "Дополнительный IPv4-адрес 3"));
    race(
        "RootPanel getTarifs, PHP",
        body.len(),
        6,
        vec![
            ("hostkit: flat tree, typed".to_owned(), Box::new(|| ours().len())),
            (
                format!("serde_php {}, strings", version("serde_php")),
                Box::new(|| serde_php::from_bytes::<Answer>(&body).map_or(0, |answer| answer.tarifs.len())),
            ),
            (
                format!("phpserz {}, strings", version("phpserz")),
                Box::new(|| {
                    let mut reader = phpserz::PhpDeserializer::new(&body);
                    Answer::deserialize(&mut reader).map_or(0, |answer| answer.tarifs.len())
                }),
            ),
        ],
    );
    unserialize(&body);
}

/// PHP's own reader, timed by PHP itself on the same bytes.
fn unserialize(body: &[u8]) {
    let path = std::env::temp_dir().join(format!("hostkit-bench-{}.php-serialize", std::process::id()));
    if std::fs::write(&path, body).is_err() {
        return;
    }
    if let Ok(timed) = Command::new("php").arg(SCRIPT).arg("time").arg(&path).arg("4").output() {
        let line = String::from_utf8_lossy(&timed.stdout);
        if let [version, median, best] = line.split_whitespace().collect::<Vec<_>>()[..] {
            let rate = |seconds: &str| body.len() as f64 / 1e6 / seconds.parse::<f64>().unwrap_or(f64::NAN);
            let name = format!("PHP {version}: unserialize()");
            println!("  {name:<44} median {:>26.0} MB/s   best {:>6.0} MB/s", rate(median), rate(best));
        }
    }
    let _ = std::fs::remove_file(path);
}
