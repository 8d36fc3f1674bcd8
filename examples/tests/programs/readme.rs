//! Checks that the README shows the example programs unchanged; the doc tests of the library run them.

const README: &str = include_str!("../../../README.md");

/// A program without its module comment, as a code block shows it.
fn block(program: &str) -> String {
    let (_, code) = program.split_once("\n\n").expect("a module comment, then code");
    format!("```rust\n{code}```\n")
}

#[test]
fn the_readme_shows_the_first_read() {
    assert!(README.contains(&block(include_str!("../../read.rs"))), "README.md and examples/read.rs differ");
}

#[test]
fn the_readme_shows_the_blocking_example() {
    assert!(README.contains(&block(include_str!("../../blocking.rs"))), "README.md and examples/blocking.rs differ");
}

#[test]
fn the_readme_shows_the_async_example() {
    assert!(README.contains(&block(include_str!("../../async.rs"))), "README.md and examples/async.rs differ");
}
