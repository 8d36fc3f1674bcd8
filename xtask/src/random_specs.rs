//! Command `random-specs`: sound specs, made at random, compile, and their examples go through both halves.
//!
//! The test `sound` of the generator makes them; here they become modules of one crate.

use std::fs;

use crate::command::{cargo, run};
use crate::workspace::{root, target, write};

/// Makes and compiles this many APIs.
pub(crate) fn execute(count: u32) -> Result<(), String> {
    let folder = target().join("random-specs");
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    let mut make = cargo(&["test", "--quiet", "-p", "hostkit-codegen", "--test", "sound"]);
    make.env("HOSTKIT_SOUND_SPECS", &folder).env("HOSTKIT_SOUND_COUNT", count.to_string());
    run(&mut make)?;
    let here = root().to_string_lossy().replace('\\', "/");
    write(&folder.join("Cargo.toml"), &MANIFEST.replace("HERE", &here))?;
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).map_err(|error| format!("Cargo.lock: {error}"))?;
    let modules: String = (0..count).map(|number| format!("pub mod odd{number};\n")).collect();
    write(&folder.join("src/lib.rs"), &format!("#![forbid(unsafe_code)]\n{modules}"))?;
    let tests: String = (0..count).map(|number| TEST.replace("ODD", &format!("odd{number}"))).collect();
    write(&folder.join("tests/examples.rs"), &tests)?;
    let test = || {
        let mut command = cargo(&["test", "--quiet", "--offline", "--all-features", "--test", "examples"]);
        command.current_dir(&folder).env("CARGO_TARGET_DIR", target());
        command
    };
    // The first run writes down what the examples decode to, the second one compares.
    run(test().env("HOSTKIT_BLESS", "1"))?;
    run(&mut test())?;
    println!("random-specs: {count} APIs compile, and their examples pass through both halves");
    Ok(())
}

const MANIFEST: &str = r#"[package]
name = "random-specs"
version = "0.1.0"
edition = "2024"
publish = false

[workspace]

[features]
server = ["hostkit-proto/server"]
serde = ["dep:serde", "hostkit-proto/serde"]

[dependencies]
hostkit-proto = { path = "HERE/crates/hostkit-proto" }
serde = { version = "1", features = ["derive"], optional = true }
"#;

const TEST: &str = r#"
#[test]
fn ODD() {
    let mut checks = hostkit_proto::server::checks::Checks::new(env!("CARGO_MANIFEST_DIR"));
    random_specs::ODD::serve::every(&mut checks);
    checks.finish().unwrap_or_else(|findings| panic!("{findings}"));
}
"#;
