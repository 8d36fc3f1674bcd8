//! Every test asks both ways: as a thread that blocks, and as a task that awaits.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;

use super::*;

type Answer = Result<Vec<IpAddr>, NoAddress>;

/// How a caller asks.
#[derive(Debug, Clone, Copy)]
enum Caller {
    Thread,
    Task,
}

impl Caller {
    const BOTH: [Self; 2] = [Self::Thread, Self::Task];

    fn ask(self, names: &Names, host: &str, patience: Duration) -> Option<Answer> {
        match self {
            Self::Thread => names.addresses_within(host, patience),
            Self::Task => {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
                runtime.block_on(async { tokio::time::timeout(patience, names.addresses(host)).await.ok() })
            }
        }
    }

    fn found(self, names: &Names, host: &str) -> Answer {
        self.ask(names, host, Duration::from_secs(5)).expect("an answer in time")
    }
}

/// Names by a lookup that is told how often it was called before.
fn counted(
    memory: Duration,
    hung: Duration,
    lookup: impl Fn(usize) -> io::Result<Vec<IpAddr>> + Send + Sync + 'static,
) -> (Names, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let lookup: Lookup = Arc::new(move |_| lookup(count.fetch_add(1, Ordering::SeqCst)));
    (Names::with(Some(lookup), memory, hung), asked)
}

fn address(last: usize) -> IpAddr {
    IpAddr::from([192, 0, 2, u8::try_from(last).unwrap_or(u8::MAX)])
}

#[test]
fn a_resolver_that_hangs_costs_one_thread_and_no_more_than_the_deadline() {
    for caller in Caller::BOTH {
        let (names, asked) = counted(MEMORY, HUNG, |_| {
            sleep(Duration::from_secs(3600));
            Ok(Vec::new())
        });
        let start = Instant::now();
        let ask = || assert_eq!(caller.ask(&names, "host.example", Duration::from_millis(100)), None);
        std::thread::scope(|scope| (0..20).for_each(|_| drop(scope.spawn(ask))));
        ask();
        assert!(start.elapsed() < Duration::from_millis(450), "{caller:?}: {:?}", start.elapsed());
        assert_eq!(asked.load(Ordering::SeqCst), 1, "{caller:?}");
    }
}

#[test]
fn a_question_that_hangs_is_asked_again_ever_more_rarely() {
    for caller in Caller::BOTH {
        let (names, asked) = counted(MEMORY, Duration::from_millis(100), |before| {
            if before < 3 {
                sleep(Duration::from_secs(3600));
            }
            Ok(vec![address(1)])
        });
        let start = Instant::now();
        let mut at = Vec::new();
        while caller.ask(&names, "host.example", Duration::from_millis(5)).is_none() {
            at.resize(asked.load(Ordering::SeqCst), start.elapsed());
            assert!(start.elapsed() < Duration::from_secs(10), "it never recovers");
        }
        // At 0, 100, 300 and 700 ms, and never before.
        assert_eq!(asked.load(Ordering::SeqCst), 4);
        let least = [0, 100, 300].map(Duration::from_millis);
        assert!(at.iter().zip(least).all(|(at, least)| *at >= least), "{caller:?}: {at:?}");
        assert!(start.elapsed() >= Duration::from_millis(700), "{caller:?}: {:?}", start.elapsed());
        assert_eq!(names.0.hosts()["host.example"].hanging, 0);
    }
}

#[test]
fn callers_share_one_question_and_its_answer() {
    let (names, asked) = counted(MEMORY, HUNG, |_| {
        sleep(Duration::from_millis(100));
        Ok(vec![address(1)])
    });
    std::thread::scope(|scope| {
        for number in 0..20 {
            let (names, caller) = (&names, Caller::BOTH[number % 2]);
            scope.spawn(move || assert_eq!(caller.found(names, "host.example"), Ok(vec![address(1)])));
        }
    });
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[test]
fn no_answer_is_remembered_by_nobody_and_an_address_is_not_asked_for() {
    for caller in Caller::BOTH {
        let (names, asked) = counted(MEMORY, HUNG, |_| Err(io::Error::other("no such host")));
        for count in 1..3 {
            assert_eq!(caller.found(&names, "host.example"), Err(NoAddress("no such host".to_owned())));
            assert_eq!(asked.load(Ordering::SeqCst), count);
        }
        for literal in ["127.0.0.1", "::1", "[::1]"] {
            assert!(caller.found(&names, literal).is_ok(), "{literal}");
        }
        assert_eq!(asked.load(Ordering::SeqCst), 2);
    }
}

#[test]
fn a_lookup_that_panics_is_an_answer() {
    for caller in Caller::BOTH {
        let (names, asked) = counted(MEMORY, HUNG, |_| panic!("this panic belongs to the test"));
        for count in 1..3 {
            assert_eq!(caller.found(&names, "host.example"), Err(NoAddress::without_answer()));
            assert_eq!(asked.load(Ordering::SeqCst), count);
        }
    }
}

#[test]
fn localhost_is_this_machine_whatever_the_resolver_says() {
    for caller in Caller::BOTH {
        let (names, _) = counted(MEMORY, HUNG, |_| Ok(vec![address(1), IpAddr::from([127, 0, 0, 1])]));
        for (name, count) in [("localhost", 1), ("LocalHost", 1), ("host.example", 2)] {
            assert_eq!(caller.found(&names, name).map(|found| found.len()), Ok(count), "{name}");
        }
        let (names, _) = counted(MEMORY, HUNG, |_| Ok(vec![address(1)]));
        assert!(caller.found(&names, "localhost").is_err());
    }
}

#[test]
fn what_could_not_be_reached_is_asked_for_again() {
    for caller in Caller::BOTH {
        let (names, _) = counted(MEMORY, HUNG, |before| Ok(vec![address(before)]));
        let before = caller.found(&names, "host.example");
        assert_eq!(before, caller.found(&names, "host.example"));
        names.forget();
        assert_ne!(before, caller.found(&names, "host.example"));
    }
}

#[test]
fn without_memory_each_connection_asks() {
    for caller in Caller::BOTH {
        let (names, asked) = counted(Duration::ZERO, HUNG, |before| Ok(vec![address(before)]));
        assert_ne!(caller.found(&names, "host.example"), caller.found(&names, "host.example"));
        assert_eq!(asked.load(Ordering::SeqCst), 2);
    }
}
