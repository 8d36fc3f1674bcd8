//! Several processes with one server: what every store has to hold.

hostkit_store_tests::store_tests!(crate::common::Redis);
