//! Command `fixtures`: test data that another program makes.

use std::process::Command;

use crate::command::run;
use crate::workspace::root;

const FOLDER: &str = "crates/hostkit-wire/tests/php";

/// Regenerates the PHP fixtures with the installed php-cli or, with `check`, compares them. Installs nothing.
pub(crate) fn php(check: bool) -> Result<(), String> {
    let version =
        Command::new("php").args(["-r", "echo PHP_VERSION, extension_loaded('json') ? '' : ' without json';"]).output();
    let version = match version {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).into_owned(),
        _ => return Err("php is missing: install a php-cli, version 8.1 or later, and run this again".to_owned()),
    };
    if version.contains("without") || is_old(&version) {
        return Err(format!("php {version} cannot make the fixtures: it takes 8.1 or later, with json"));
    }
    let folder = root().join(FOLDER);
    let mut command = Command::new("php");
    command.arg(folder.join("make.php")).arg(&folder);
    if check {
        command.arg("--check");
    }
    run(&mut command)?;
    println!("PHP {version}: {}", if check { "the fixtures are what it makes" } else { "fixtures made" });
    Ok(())
}

/// Enumerations came with 8.1.
fn is_old(version: &str) -> bool {
    let mut numbers = version.split('.').map(|number| number.parse::<u32>().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) < (8, 1)
}

#[cfg(test)]
mod tests {
    #[test]
    fn old_versions_are_told_from_new_ones() {
        assert!(super::is_old("7.4.33") && super::is_old("8.0.1") && super::is_old(""));
        assert!(!super::is_old("8.1.0") && !super::is_old("8.2.26-1") && !super::is_old("9.0"));
    }
}
