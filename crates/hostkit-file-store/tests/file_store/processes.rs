//! Several processes with one folder: what every store has to hold.

hostkit_store_tests::store_tests!(crate::common::Folder);
