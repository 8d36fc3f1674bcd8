//! Code to copy that is not a program of its own, and the code of pages for users and of every README but those of the
//! APIs, run as doc tests against the sandbox.

pub mod doctor;
pub mod record_deletion;

#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../docs/watching.md")]
    struct Watching;
}

#[cfg(doctest)]
mod readmes {
    #[doc = include_str!("../README.md")]
    struct Project;

    #[doc = include_str!("../docs/first-order.md")]
    struct FirstOrder;

    #[doc = include_str!("../docs/missing-call.md")]
    struct MissingCall;

    #[doc = include_str!("../codegen/README.md")]
    struct Codegen;

    #[doc = include_str!("../crates/hostkit/README.md")]
    struct Hostkit;

    #[doc = include_str!("../crates/hostkit-proto/README.md")]
    struct Proto;

    #[doc = include_str!("../crates/hostkit-testing/README.md")]
    struct Testing;

    #[doc = include_str!("../crates/hostkit-wire/README.md")]
    struct Wire;

    #[doc = include_str!("../crates/hostkit-net/README.md")]
    struct Net;

    #[doc = include_str!("../crates/hostkit-ureq/README.md")]
    struct Ureq;

    #[doc = include_str!("../crates/hostkit-reqwest/README.md")]
    struct Reqwest;

    #[doc = include_str!("../crates/hostkit-file-store/README.md")]
    struct FileStore;

    #[doc = include_str!("../crates/hostkit-redis/README.md")]
    struct Redis;

    #[doc = include_str!("../crates/hostkit-sandbox/README.md")]
    struct Sandbox;
}
