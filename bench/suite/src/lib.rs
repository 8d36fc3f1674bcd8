//! The project's measurements: realistic bodies, and races between readers on the same bytes.

pub mod bodies;
pub mod race;

/// The version of a crate in this workspace's lock file.
pub fn version(name: &str) -> String {
    let lock = include_str!("../../Cargo.lock");
    let wanted = format!("name = \"{name}\"");
    let mut lines = lock.lines();
    while let Some(line) = lines.next() {
        if line == wanted {
            return lines.next().and_then(|line| line.split('"').nth(1)).unwrap_or("?").to_owned();
        }
    }
    "?".to_owned()
}
