//! A large `getTarifs` answer beside the readers of Rust and PHP's own.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use bench_suite::race::{Case, Lap, Peer};
use bench_suite::{bodies, ours, version};
use hostkit::by_hand::EndpointExt;
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

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/unserialize.php");
const TARIFFS: usize = 2_000;

/// The body that all read.
pub fn body(share: usize) -> String {
    bodies::rootpanel_php(TARIFFS / share)
}

pub fn rootpanel_php(share: usize) -> Case {
    let (count, body): (_, &'static str) = (TARIFFS / share, body(share).leak());
    let answer = ours::answer(body.as_bytes());
    let read = GetTarifs::new().read_http(&answer).expect("we read it");
    assert_eq!((read.len(), read[7].addons.len()), (count, 8));
    let check = |theirs: Answer| {
        assert_eq!(
            (theirs.tarifs.len(), Some(&theirs.tarifs[7].addons[3].name)),
            (count, read[7].addons[3].name.as_ref())
        )
    };
    check(serde_php::from_bytes(body.as_bytes()).expect("serde_php reads it"));
    check(Answer::deserialize(&mut phpserz::PhpDeserializer::new(body.as_bytes())).expect("phpserz reads it"));
    let serde_php = || serde_php::from_bytes::<Answer>(body.as_bytes()).map_or(0, |answer| answer.tarifs.len());
    let phpserz = || {
        let mut reader = phpserz::PhpDeserializer::new(body.as_bytes());
        Answer::deserialize(&mut reader).map_or(0, |answer| answer.tarifs.len())
    };
    let mut peers = vec![
        Peer {
            id: "rootpanel-php-serde",
            name: format!("serde_php {}", version("serde_php")),
            lap: Lap::here(serde_php),
        },
        Peer { id: "rootpanel-php-serz", name: format!("phpserz {}", version("phpserz")), lap: Lap::here(phpserz) },
    ];
    match Php::start(body) {
        Some((mut php, version)) => {
            let lap = Lap::Elsewhere(Box::new(move || php.lap()));
            peers.insert(0, Peer { id: "rootpanel-php", name: format!("PHP {version} unserialize()"), lap });
        }
        None => eprintln!("rootpanel-php: skipped, there is no php here"),
    }
    Case { ours: Lap::here(move || GetTarifs::new().read_http(&answer).map_or(0, |tariffs| tariffs.len())), peers }
}

/// PHP's own reader in a process that reads once for each line; it ends with its input.
struct Php {
    process: Child,
    lines: BufReader<std::process::ChildStdout>,
    file: std::path::PathBuf,
}

impl Php {
    /// The process and the version of PHP; `None` without PHP.
    fn start(body: &str) -> Option<(Self, String)> {
        let file = std::env::temp_dir().join(format!("hostkit-bench-{}.php-serialize", std::process::id()));
        std::fs::write(&file, body).expect("a temporary file");
        let mut command = Command::new("php");
        let command = command.arg(SCRIPT).arg(&file).stdin(Stdio::piped()).stdout(Stdio::piped());
        let Ok(mut process) = command.spawn() else {
            std::fs::remove_file(&file).expect("the temporary file");
            return None;
        };
        let lines = BufReader::new(process.stdout.take().expect("its output"));
        let mut php = Self { process, lines, file };
        let version = php.line();
        Some((php, version))
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).expect("a line");
        line.trim().to_owned()
    }

    fn lap(&mut self) -> f64 {
        self.process.stdin.as_mut().expect("its input").write_all(b"\n").expect("php runs");
        self.line().parse().expect("seconds")
    }
}

impl Drop for Php {
    fn drop(&mut self) {
        // What goes wrong here no longer matters: the figures are printed.
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_file(&self.file);
    }
}
