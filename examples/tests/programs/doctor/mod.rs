//! The doctor against the sandbox, with a proxy between them that changes answers.

mod deviations;
mod proxy;

use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

use clodo_proto::Clodo;
use hostkit::time::ManualClock;
use hostkit::{Format, UnixTime};
use hostkit_codegen::{Sources, Specs};
use hostkit_examples::doctor::{self, ApiSpecs, Report, Settings};
use hostkit_proto::server::every::{Served, list};
use hostkit_proto::{Effect, Flag};
use hostkit_sandbox::credentials;
use hostkit_sandbox::{Sandbox, Seed, accounts_of};
use inferno_proto::Inferno;
use macloud_proto::Macloud;
use rootpanel_proto::RootPanel;

use proxy::{Answer, Proxy};

fn sandbox() -> Sandbox {
    Sandbox::builder().seed(Seed::Demo).start().unwrap()
}

/// The report of a run through a proxy that changes answers.
fn report<A: Served>(
    specs: &ApiSpecs,
    sandbox: &Sandbox,
    format: Option<Format>,
    change: impl Fn(&str, &mut Answer) + Send + Sync + 'static,
) -> Report {
    let proxy = Proxy::start(sandbox.address(), change);
    let base = format!("http://{}/{}", proxy.address(), A::INFO.name);
    let settings = Settings { base_url: Some(base.parse().unwrap()), format, ..Settings::default() };
    let credentials = accounts_of::<A>().into_iter().next().unwrap();
    doctor::examine::<A>(specs, credentials, &settings, ManualClock::new(UnixTime(1_795_000_000))).unwrap()
}

/// The bodies of all answers of a run, and its report.
fn undisturbed<A: Served>(format: Format) -> (Vec<Vec<u8>>, Report) {
    let bodies = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&bodies);
    let report = report::<A>(&ApiSpecs::read::<A>().unwrap(), &sandbox(), Some(format), move |_, answer| {
        seen.lock().unwrap().push(answer.body.clone())
    });
    let bodies = bodies.lock().unwrap().clone();
    (bodies, report)
}

/// A run of the doctor at each API in each format: the name, the bodies and the report.
type Run = (&'static str, Vec<Vec<u8>>, Report);

fn runs() -> &'static [Run] {
    static RUNS: OnceLock<Vec<Run>> = OnceLock::new();
    fn run<A: Served>(format: Format) -> Run {
        let (bodies, report) = undisturbed::<A>(format);
        (A::INFO.name, bodies, report)
    }
    let all = || {
        vec![
            run::<Clodo>(Format::Xml),
            run::<Clodo>(Format::Json),
            run::<Inferno>(Format::Json),
            run::<Macloud>(Format::Json),
            run::<RootPanel>(Format::Json),
            run::<RootPanel>(Format::Php),
        ]
    };
    RUNS.get_or_init(all)
}

/// Every scalar of an answer.
fn scalars(body: &[u8], found: &mut Vec<String>) {
    let formats = [Format::Json, Format::Xml, Format::Php];
    let Ok(document) = hostkit_wire::parse_any(&formats, body, &hostkit_wire::Limits::DEFAULT) else { return };
    let mut left = vec![document.root()];
    while let Some(node) = left.pop() {
        found.extend(node.as_str().map(str::to_owned));
        left.extend(node.items().chain(node.entries().map(|(_, node)| node)));
    }
}

#[test]
fn an_account_as_the_specs_have_it_gives_no_difference_and_no_value() {
    let secrets = [
        credentials::CLODO_KEY,
        credentials::INFERNO_KEY,
        credentials::ROOTPANEL_KEY,
        credentials::MACLOUD_EMAIL,
        credentials::MACLOUD_PASSWORD,
        credentials::MACLOUD_TOKEN,
        "sandbox",
        "127.0.0.1",
        "web1",
        "db1.example",
        "laptop",
        "Не открывается порт",
    ];
    let mut made = 0;
    for (api, bodies, report) in runs() {
        assert_eq!(report.differences().count(), 0, "{report}");
        made += report.made().count();
        // The sign-in alone is kept back.
        let kept_back: Vec<_> = report.not_written().iter().filter(|(call, _)| call != "auth/sign_in").collect();
        assert!(kept_back.is_empty(), "{api}: {kept_back:?}");
        let written = report.written().iter().map(|written| String::from_utf8_lossy(&written.bytes).into_owned());
        let texts: Vec<String> = std::iter::once(report.to_string()).chain(written).collect();
        let mut values = Vec::new();
        bodies.iter().for_each(|body| scalars(body, &mut values));
        values.retain(|value| is_personal(value));
        assert!(values.len() > 3, "{api}: {values:?}");
        for text in &texts {
            for secret in secrets {
                assert!(!text.contains(secret), "{api}: {secret} is in {text}");
            }
            let words: std::collections::BTreeSet<&str> =
                text.split(|letter: char| !letter.is_alphanumeric() && !".-:@".contains(letter)).collect();
            for value in &values {
                assert!(!words.contains(value.as_str()), "{api}: {value} is in {text}");
            }
        }
    }
    assert!(made > 80, "{made}");
}

/// Numbers and addresses that only this account has: those of more than four digits.
fn is_personal(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let is_mask = value.starts_with("255.") || value.contains("-0001");
    digits > 4 && !is_mask && value.chars().all(|letter| letter.is_ascii_digit() || ".-:".contains(letter))
}

#[test]
fn only_safe_calls_without_secrets_are_made_for_two_objects_each() {
    fn check<A: Served>() {
        let made: Vec<_> = runs().iter().filter(|(api, ..)| *api == A::INFO.name).map(|(.., report)| report).collect();
        assert!(!made.is_empty());
        for (info, examples) in list::<A>() {
            let name = examples.folder.strip_prefix(A::INFO.name).unwrap().trim_start_matches('/');
            // The client signs in by itself.
            let is_safe = info.effect == Effect::Safe && info.flags.iter().all(|flag| *flag == Flag::Pii);
            let allowed = if is_safe { 2 } else { usize::from(name == "auth/sign_in") };
            for report in &made {
                let count = report.made().filter(|made| *made == name).count();
                assert!(count <= allowed, "{name} was made {count} times");
                let is_told = report.not_tried().iter().any(|(call, _)| call == name);
                assert!(info.effect != Effect::Safe || count > 0 || is_told, "{name} is not told");
            }
        }
    }
    check::<Clodo>();
    check::<Inferno>();
    check::<Macloud>();
    check::<RootPanel>();
    for (api, bodies, report) in runs() {
        assert_eq!(bodies.len(), report.made().count(), "{api}");
    }
}

#[test]
fn requests_are_a_second_apart() {
    let sandbox = sandbox();
    let clock = ManualClock::new(UnixTime(1_795_000_000));
    let base = format!("http://{}/inferno", sandbox.address()).parse().unwrap();
    let settings = Settings { base_url: Some(base), ..Settings::default() };
    let account = accounts_of::<Inferno>().into_iter().next().unwrap();
    let report =
        doctor::examine::<Inferno>(&ApiSpecs::read::<Inferno>().unwrap(), account, &settings, clock.clone()).unwrap();
    let made = u64::try_from(report.made().count()).unwrap();
    let waited = hostkit::time::Clock::now(&clock).monotonic.since(hostkit::time::Moment::START).as_secs();
    assert!(made > 3 && waited >= made - 1, "{made} calls in {waited} seconds");
}

/// A failed sign-in may block an account: it is sent once, whatever the client would do, and nothing after it.
#[test]
fn a_failed_sign_in_is_not_repeated() {
    let (requests, report) = broken("/v1/auth");
    assert_eq!(requests, 1, "{report}");
    assert_eq!(report.made().collect::<Vec<_>>(), ["auth/sign_in"], "{report}");
    assert!(report.not_tried().iter().any(|(_, reason)| reason == "the sign-in failed"), "{report}");
}

#[test]
fn a_failed_call_is_not_repeated() {
    let (requests, report) = broken("/v1/account.balance");
    assert_eq!(requests, 1, "{report}");
    assert!(
        report.differences().any(|(call, found)| call == "account/get_balance" && found.place == "status"),
        "{report}"
    );
}

/// How often something is asked for that a broken gateway answers.
fn broken(request: &'static str) -> (usize, Report) {
    let requests = Arc::new(Mutex::new(0));
    let count = Arc::clone(&requests);
    let report = report::<Macloud>(&ApiSpecs::read::<Macloud>().unwrap(), &sandbox(), None, move |text, answer| {
        if text.contains(request) {
            *count.lock().unwrap() += 1;
            answer.status = 502;
            answer.body = b"bad gateway".to_vec();
        }
    });
    let requests = *requests.lock().unwrap();
    (requests, report)
}

/// The written files stand beside those of the specs, and the generator has nothing to say against them.
#[test]
fn written_answers_are_examples() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../specs"));
    for (api, _, report) in runs() {
        let (mut specs, mut examples) = (Vec::new(), Vec::new());
        read(root, &root.join(api), &mut |path, bytes| match path.ends_with(".toml") {
            true => specs.push((path, String::from_utf8(bytes).unwrap())),
            false => examples.push((path, bytes)),
        });
        for written in report.written() {
            let (folder, _) = written.path.rsplit_once('/').unwrap();
            let (_, spec) = specs.iter_mut().find(|(path, _)| *path == format!("{api}/{folder}.toml")).unwrap();
            match spec.contains("[examples]\n") {
                true => *spec = spec.replace("[examples]\n", &format!("[examples]\n{}\n", written.line)),
                false => spec.push_str(&format!("\n[examples]\n{}\n", written.line)),
            }
            examples.push((format!("{api}/{}", written.path), written.bytes.clone()));
        }
        let sources = Sources::new(specs).with_examples(examples);
        if let Err(found) = Specs::read(api, &sources) {
            panic!("{}", found.render(&sources, false));
        }
        assert!(report.written().len() > 1, "{api}");
    }
}

fn read(root: &Path, folder: &Path, see: &mut impl FnMut(String, Vec<u8>)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => read(root, &path, see),
            false => see(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap()),
        }
    }
}
