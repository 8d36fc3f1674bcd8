//! The scenarios as tests: each prints its report, and panics if the client does not conform.

use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::scenario::{self, Make};

/// Serialises the tests, because the stalls are timed.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Defines the tests of a client, given a function that creates one.
#[macro_export]
macro_rules! conformance_tests {
    ($make:expr) => {
        $crate::conformance_tests! { $make =>
            every_fault_has_its_outcome
            a_flood_of_heads_is_cut
            every_stall_ends_at_the_deadline
            a_cancelled_read_is_given_up_at_once
            a_connection_that_died_in_the_pool_costs_nothing
            a_connection_that_fell_silent_leaves_time_for_another
            a_connection_that_timed_out_costs_no_call
            a_call_that_spends_has_a_connection_of_its_own
            a_call_may_have_no_deadline
            nothing_is_added_to_a_request
            an_id_in_a_path_stays_as_it_is_encoded
            a_phrase_of_the_status_line_is_the_text_of_a_refusal
            a_proxy_of_the_environment_is_not_asked
        }
    };
    ($make:expr => $($test:ident)*) => {
        $(
            #[test]
            fn $test() {
                $crate::conformance::suite::$test(&$make);
            }
        )*
    };
}

/// Runs every fault but the stalls.
pub fn every_fault_has_its_outcome(make: Make<'_>) {
    let _alone = alone();
    let report = scenario::run(make);
    println!("{report}");
    assert_eq!(report.failures(), 0, "{report}");
}

/// Heads of 1xx count as bytes of the head.
pub fn a_flood_of_heads_is_cut(make: Make<'_>) {
    let _alone = alone();
    let report = scenario::run_flood(make);
    println!("{report}");
    assert_eq!(report.failures(), 0, "{report}");
}

/// Runs every stall, with three deadlines.
pub fn every_stall_ends_at_the_deadline(make: Make<'_>) {
    let _alone = alone();
    let report = scenario::run_stalls(make);
    println!("{report}");
    assert_eq!(report.failures(), 0, "{report}");
}

/// A call that only reads is given up wherever its server stalls, and leaves no socket behind.
pub fn a_cancelled_read_is_given_up_at_once(make: Make<'_>) {
    let _alone = alone();
    let cancelled = scenario::cancel_stalls(make);
    let longest = cancelled.iter().map(|(_, took)| *took).max().unwrap_or_default();
    println!("{} stalls, back at most {} ms after the cancellation", cancelled.len(), longest.as_millis());
    assert!(cancelled.len() > 3, "{cancelled:?}");
    for (end, took) in &cancelled {
        assert!(end.ends_with(": cancelled") && *took < Duration::from_millis(250), "{end} after {took:?}");
    }
}

/// Makes 200 calls to a server that closes each connection in spite of keep-alive.
pub fn a_connection_that_died_in_the_pool_costs_nothing(make: Make<'_>) {
    let _alone = alone();
    let (failures, arrivals) = scenario::repeat_calls(make, 100);
    println!("{failures} failures, {arrivals} arrivals for 200 calls");
    assert_eq!((failures, arrivals), (0, 200));
}

/// A kept connection that says nothing gets a part of the deadline, and the call goes over a new one.
pub fn a_connection_that_fell_silent_leaves_time_for_another(make: Make<'_>) {
    let _alone = alone();
    let deadline = Duration::from_millis(1500);
    let (found, took, arrivals) = scenario::silent_connection(make, deadline);
    println!("{found} after {took:?}, {arrivals} arrivals");
    assert_eq!((found.as_str(), arrivals), ("ok", 3));
    assert!(took > Duration::from_millis(400) && took < deadline, "{took:?}");
}

/// A 408 on a kept connection is no answer to the next request.
pub fn a_connection_that_timed_out_costs_no_call(make: Make<'_>) {
    let _alone = alone();
    let (failures, arrivals) = scenario::timed_out_connections(make, 60);
    println!("{failures} failures, {arrivals} arrivals for 60 calls");
    assert_eq!((failures, arrivals), (0, 60));
}

/// Safe calls share a pooled connection, and each spending call has its own.
pub fn a_call_that_spends_has_a_connection_of_its_own(make: Make<'_>) {
    assert_eq!(scenario::connections(make, 5), (1, 5));
}

/// `Duration::MAX` means no deadline, and must not overflow any clock.
pub fn a_call_may_have_no_deadline(make: Make<'_>) {
    assert_eq!(scenario::connections(&|base, _| make(base, Duration::MAX), 2), (1, 2));
}

/// A request has the headers of its call, whatever the client's library could add by itself: above all no cookie, and
/// no offer to take compressed bodies.
pub fn nothing_is_added_to_a_request(make: Make<'_>) {
    let _alone = alone();
    let sent = scenario::headers_sent(make, 3);
    let (get, order): (Vec<_>, Vec<_>) = sent.iter().enumerate().partition(|(number, _)| number % 2 == 0);
    let names = "accept accept-encoding cache-control host user-agent x-key";
    assert_eq!(get.iter().map(|(_, names)| names.as_str()).collect::<Vec<_>>(), [names; 3]);
    let names = "accept accept-encoding cache-control content-length content-type host user-agent x-key";
    assert_eq!(order.iter().map(|(_, names)| names.as_str()).collect::<Vec<_>>(), [names; 3]);
}

/// No library decodes, joins or removes a segment of a path, nor takes PATCH for another verb.
pub fn an_id_in_a_path_stays_as_it_is_encoded(make: Make<'_>) {
    let _alone = alone();
    for (id, segment) in [
        ("ns1.example.net:53@eth0;a=1", "ns1.example.net:53@eth0%3Ba%3D1"),
        ("a/b", "a%2Fb"),
        ("../item", "..%2Fitem"),
        ("%2e%2e", "%252e%252e"),
        ("a b?c#d", "a%20b%3Fc%23d"),
    ] {
        assert_eq!(scenario::renamed(make, id), format!("PATCH /items/{segment}/name HTTP/1.1"));
    }
}

/// Where a document of a refusal has no text, the status line may, for both clients alike.
pub fn a_phrase_of_the_status_line_is_the_text_of_a_refusal(make: Make<'_>) {
    let _alone = alone();
    for (line, text) in [
        ("HTTP/1.1 409 no such VM ('100')", "no such VM ('100')"),
        ("HTTP/1.0 409   a: b ", "a: b"),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 409 behind another", "behind another"),
        ("HTTP/1.1 409 Conflict", ""),
        ("HTTP/1.1 409 CONFLICT", ""),
        ("HTTP/1.1 499 Unknown", ""),
        ("HTTP/1.1 409 ", ""),
        ("HTTP/1.1 409", ""),
        // Not every library reads other letters.
        ("HTTP/1.1 409 нет такой", ""),
    ] {
        assert_eq!(scenario::refused(make, line), text, "{line}");
    }
}

/// Runs one of the binary's own tests again with proxy variables set. Port 9 refuses connections, so a client that uses
/// them fails. The test is one that depends on no times.
pub fn a_proxy_of_the_environment_is_not_asked(_: Make<'_>) {
    let _alone = alone();
    let names = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    let again = Command::new(std::env::current_exe().expect("a test is a program"))
        .arg("nothing_is_added_to_a_request")
        .envs(names.map(|name| (name, "http://127.0.0.1:9")))
        .output()
        .expect("the program runs");
    let said = String::from_utf8_lossy(&again.stdout);
    assert!(again.status.success() && said.contains("1 passed"), "{said}");
}
