//! The promises, their tests, and the test that each seeded defect must break.
//!
//! Not here: the text of the promises, in `SECURITY.md`, and the defects with their expected messages, in
//! `xtask/sabotage/`.

/// A promise of `SECURITY.md`.
pub(super) struct Promise {
    pub(super) id: &'static str,
    pub(super) tests: &'static [Test],
    pub(super) switches: &'static [Switch],
}

/// Tests of one test binary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Test {
    pub(super) package: &'static str,
    /// The test binary; `lib` or `bin` for unit tests.
    pub(super) binary: &'static str,
    /// Filter on test names; empty for all.
    pub(super) filter: &'static str,
    /// Whether its long size needs an optimised build.
    pub(super) is_heavy: bool,
}

/// A seeded defect and its test.
pub(super) struct Switch {
    /// Name of the defect in `xtask/sabotage/`.
    pub(super) name: &'static str,
    /// The test that must fail.
    pub(super) test: Test,
}

const fn test(package: &'static str, binary: &'static str, filter: &'static str) -> Test {
    Test { package, binary, filter, is_heavy: false }
}

const fn heavy(test: Test) -> Test {
    Test { is_heavy: true, ..test }
}

const fn promise(filter: &'static str) -> Test {
    test("hostkit-tests", "promises", filter)
}

const fn money(filter: &'static str) -> Test {
    test("hostkit-tests", "money", filter)
}

const fn memory(filter: &'static str) -> Test {
    test("hostkit-tests", "memory", filter)
}

const fn switch(name: &'static str, test: Test) -> Switch {
    Switch { name, test }
}

const P2: Test = test("hostkit", "engine", "p2_");
const P33: Test = test("hostkit", "engine", "p33::");
const TOGETHER: Test = test("hostkit", "engine", "together::");
/// The search over every state of an exchange; covers P1, P5, P6, P8, P9, P10, P22 and P24 as well.
const SEARCH: Test = test("hostkit", "lib", "call::search");
const UNRESOLVED: Test = promise("p02_");
const P9: Test = test("hostkit", "engine", "p09::");
const P9_STORE: Test = test("hostkit-file-store", "file_store", "files::a_clock_that");
const P14: Test = heavy(test("hostkit-wire", "readers", "p14::"));
const DIRECT: Test = heavy(promise("direct::"));
const P12: Test = test("hostkit-tests", "log", "");
const P15: Test = test("hostkit-wire", "parse_memory", "");
const P15_TYPED: Test = heavy(memory("p15::"));
const P15_TIME: Test = heavy(promise("p15_time::"));
const P16_LISTS: Test = heavy(promise("p16_lists::"));
const P31: Test = test("hostkit-codegen", "generated", "p31_");
/// In the ordinary build; the features themselves are on in `cargo xtask test foreign`.
const P34: Test = test("hostkit-ureq", "blocking_client", "foreign::");

pub(super) const PROMISES: &[Promise] = &[
    Promise {
        id: "P1",
        tests: &[money("p1_"), money("p33_"), UNRESOLVED],
        switches: &[switch("P1", money("p1_orders"))],
    },
    Promise { id: "P2", tests: &[P2, SEARCH, UNRESOLVED], switches: &[switch("P2", P2)] },
    Promise {
        id: "P4",
        tests: &[money("p4_")],
        switches: &[switch("P4-blocking", money("p4_")), switch("P4-async", money("p4_"))],
    },
    Promise { id: "P5", tests: &[money("p5_")], switches: &[switch("P5", money("p5_"))] },
    Promise { id: "P6", tests: &[money("p6_")], switches: &[switch("P6", money("p6_"))] },
    Promise { id: "P7", tests: &[promise("p07::")], switches: &[switch("P7", promise("p07::texts_stay_in_every"))] },
    Promise {
        id: "P8",
        tests: &[test("hostkit", "lib", "session::cell"), money("p8_")],
        switches: &[switch("P8", money("p8_"))],
    },
    Promise {
        id: "P9",
        tests: &[P9, test("hostkit", "engine", "session::"), P9_STORE],
        switches: &[switch("P9", P9), switch("P9-store", P9_STORE)],
    },
    Promise { id: "P10", tests: &[money("p10_")], switches: &[switch("P10", money("p10_"))] },
    Promise {
        id: "P11",
        tests: &[money("p11_")],
        switches: &[
            switch("P11", money("p11_")),
            switch("P11-redirects", money("p11_")),
            switch("P11-lookalikes", money("p11_")),
        ],
    },
    Promise { id: "P12", tests: &[P12], switches: &[switch("P12", P12), switch("P12-echo", P12)] },
    Promise { id: "P13", tests: &[promise("p13::")], switches: &[switch("P13", promise("p13::"))] },
    Promise { id: "P14", tests: &[P14, heavy(promise("p14::"))], switches: &[switch("P14", P14)] },
    Promise {
        id: "P15",
        tests: &[P15, P15_TYPED, P15_TIME],
        switches: &[
            switch("P15", P15),
            switch("P15-limits", P15),
            switch("P15-lists", P15_TYPED),
            switch("P15-time", P15_TIME),
        ],
    },
    Promise {
        id: "P16",
        tests: &[memory("p16::"), P16_LISTS],
        switches: &[switch("P16", memory("p16::")), switch("P16-lists", P16_LISTS)],
    },
    Promise { id: "P17", tests: &[promise("p17::")], switches: &[switch("P17", promise("p17::every_cut"))] },
    Promise {
        id: "P18",
        tests: &[promise("p18::"), DIRECT],
        switches: &[
            switch("P18", promise("p18::no_impostor")),
            switch("P18-silent", promise("p18::no_impostor")),
            switch("P18-blank", DIRECT),
        ],
    },
    Promise { id: "P19", tests: &[promise("p19::")], switches: &[switch("P19", promise("p19::a_new_field"))] },
    Promise { id: "P20", tests: &[promise("p20::")], switches: &[switch("P20", promise("p20::sums"))] },
    Promise { id: "P21", tests: &[promise("p21::")], switches: &[switch("P21", promise("p21::moscow"))] },
    Promise { id: "P22", tests: &[money("p22_")], switches: &[switch("P22", money("p22_back"))] },
    Promise { id: "P24", tests: &[money("p24_")], switches: &[switch("P24", money("p24_"))] },
    Promise {
        id: "P26",
        tests: &[money("p26_")],
        switches: &[
            switch("P26", money("p26_waiters_")),
            switch("P26-stale", money("p26_every_waiter_")),
            switch("P26-failed", money("p26_every_waiter_")),
            switch("P26-unseen", money("p26_every_waiter_")),
            switch("P26-outage", money("p26_every_waiter_")),
            switch("P26-item", money("p26_every_waiter_")),
        ],
    },
    Promise { id: "P30", tests: &[money("p30_")], switches: &[switch("P30", money("p30_"))] },
    Promise { id: "P31", tests: &[P31, test("xtask", "bin", "p31_")], switches: &[switch("P31", P31)] },
    Promise {
        id: "P32",
        tests: &[promise("p32::"), promise("p32_rows::")],
        switches: &[
            switch("P32", promise("p32::inferno")),
            switch("P32-code", promise("p32::rootpanel")),
            switch("P32-twice", promise("p32::rootpanel")),
            switch("P32-other", promise("p32::rootpanel")),
            switch("P32-made", promise("p32::rootpanel")),
        ],
    },
    Promise {
        id: "P33",
        tests: &[P33, TOGETHER, promise("unresolved::verdicts::p02_"), money("p33_")],
        switches: &[
            switch("P33-time", P33),
            switch("P33-age", P33),
            switch("P33-missing", P33),
            switch("P33-part", P33),
            switch("P33-new", P33),
            switch("P33-state", P33),
            switch("P33-cached", P33),
            switch("P33-cached-not-found", P33),
            switch("P33-end", P33),
            switch("P33-renewal", P33),
            switch("P33-others", P33),
            switch("P33-stopped", P33),
            switch("P33-made", TOGETHER),
            switch("P33-named", TOGETHER),
        ],
    },
    Promise { id: "P34", tests: &[P34], switches: &[switch("P34", P34)] },
];

impl Test {
    /// Folder of the package.
    pub(super) fn folder(&self) -> String {
        match self.package {
            "hostkit-tests" => "tests".to_owned(),
            "hostkit-codegen" => "codegen".to_owned(),
            "xtask" => "xtask".to_owned(),
            package => format!("crates/{package}"),
        }
    }

    /// Whether the root file of the test binary exists.
    pub(super) fn exists(&self) -> bool {
        let folder = crate::workspace::root().join(self.folder());
        let of_tests = folder.join("tests").join(self.binary);
        match self.binary {
            binary if self.package == "hostkit-tests" => folder.join(binary).join("main.rs").exists(),
            "lib" => folder.join("src/lib.rs").exists(),
            "bin" => folder.join("src/main.rs").exists(),
            _ => of_tests.with_extension("rs").exists() || of_tests.join("main.rs").exists(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::PROMISES;

    #[test]
    fn ids_and_switches_are_there_once() {
        let ids: BTreeSet<_> = PROMISES.iter().map(|promise| promise.id).collect();
        assert_eq!(ids.len(), PROMISES.len());
        let switches: Vec<_> = PROMISES.iter().flat_map(|promise| promise.switches).map(|switch| switch.name).collect();
        assert_eq!(switches.iter().collect::<BTreeSet<_>>().len(), switches.len());
    }

    #[test]
    fn every_promise_has_a_test_and_a_switch() {
        for promise in PROMISES {
            assert!(!promise.switches.is_empty() && !promise.tests.is_empty(), "{}", promise.id);
            assert!(promise.tests.iter().all(super::Test::exists), "{}: there is no such test", promise.id);
            for switch in promise.switches {
                let is_own = |test: &super::Test| {
                    test.package == switch.test.package
                        && test.binary == switch.test.binary
                        && switch.test.filter.starts_with(test.filter)
                };
                assert!(promise.tests.iter().any(is_own), "{} is not broken for its own test", switch.name);
                let start = switch.name.split('-').next();
                assert_eq!(start, Some(promise.id), "{} breaks another promise", switch.name);
            }
        }
    }
}
