//! Command `spec`: starts specs, records what their examples decode to, and formats them.

use std::fs;

use hostkit_codegen::skeleton;

use crate::codegen::{is_obstacle, workspace};
use crate::workspace::{self, apis, files, read, root};

/// Writes a skeleton to `specs/<api>/<place>.toml`.
pub(crate) fn new(api: &str, place: &str) -> Result<(), String> {
    apis(Some(api))?;
    let is_name = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    let Some((_, name)) = place.split_once('/').filter(|(module, name)| is_name(module) && is_name(name)) else {
        return Err(format!("`{place}` is not of the form `module/endpoint`, such as `servers/get_server`"));
    };
    let path = format!("specs/{api}/{place}.toml");
    if root().join(&path).exists() {
        return Err(format!("{path} already exists"));
    }
    let elsewhere = format!("/{name}.toml");
    let specs = files(&root().join("specs").join(api))?;
    if let Some(other) = specs.iter().find(|file| file.ends_with(&elsewhere) && !file.starts_with("types/")) {
        return Err(format!("specs/{api}/{other} already has that name, and names are unique in an API"));
    }
    workspace::write(&root().join(&path), &skeleton(name))?;
    println!("{path} written; `cargo xtask spec check {api}` reports what is missing in it");
    Ok(())
}

/// Runs the example tests in the mode that records decoded values.
pub(crate) fn bless(one: Option<&str>) -> Result<(), String> {
    let packages = match one {
        Some(api) if is_obstacle(api) => vec![format!("{api}-proto")],
        one => apis(one)?.iter().map(|api| format!("{api}-proto")).collect(),
    };
    cargo_hostkit::bless(&workspace(), &packages).map_err(|error| error.to_string())?;
    // The examples in the documentation are made of the recorded values.
    crate::codegen::run(false)?;
    println!(
        "recorded; review them before you commit (`git add -N specs; git diff specs`): these values are the expectation from now on"
    );
    Ok(())
}

/// Formats the specs or, with `check`, lists those that need it.
pub(crate) fn format(check: bool) -> Result<(), String> {
    let specs = root().join("specs");
    let mut found = Vec::new();
    for file in files(&specs)?.into_iter().filter(|file| file.ends_with(".toml")) {
        let full = specs.join(&file);
        let text = read(&full)?;
        let tidy = layout(&text);
        if tidy != text {
            found.push(format!("specs/{file}"));
            if !check {
                fs::write(&full, tidy).map_err(|error| format!("specs/{file}: {error}"))?;
            }
        }
    }
    if check && !found.is_empty() {
        return Err(format!("{}\nnot formatted; `cargo xtask spec fmt` formats them", found.join("\n")));
    }
    println!("{} specs changed", found.len());
    Ok(())
}

/// No trailing blanks, LF, at most one empty line in a row, one line end at the end. Keys keep their order, which is
/// that of the Rust fields.
fn layout(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    let mut is_blank = true;
    for line in text.lines() {
        let line = line.trim_end();
        if !(line.is_empty() && is_blank) {
            tidy.push_str(line);
            tidy.push('\n');
        }
        is_blank = line.is_empty();
    }
    let end = tidy.trim_end().len();
    tidy.truncate(end);
    if !tidy.is_empty() {
        tidy.push('\n');
    }
    tidy
}

#[cfg(test)]
mod tests {
    use hostkit_codegen::Specs;

    use super::layout;
    use crate::codegen::sources;
    use crate::workspace::{read, root};

    /// The code blocks of CONTRIBUTING.md: every second part between fences, without its language.
    fn blocks() -> Vec<String> {
        let page = read(&root().join("CONTRIBUTING.md")).expect("a page");
        let parts = page.split("\n```").skip(1).step_by(2);
        parts.filter_map(|part| Some(format!("{}\n", part.split_once('\n')?.1))).collect()
    }

    #[test]
    fn the_endpoint_of_contributing_is_sound() {
        let spec = blocks().into_iter().find(|block| block.contains("name = \"reboot_by_get\"")).expect("a spec");
        let http: Vec<String> = blocks().into_iter().filter(|block| block.contains("HTTP/1.1")).collect();
        let [request, answer] = http.as_slice() else { panic!("a request and an answer: {http:?}") };
        let place = |name: &str| format!("clodo/servers/reboot_by_get{name}");
        let examples = [
            (place("/request.request.http"), request.clone().into_bytes()),
            (place("/taken.answer.http"), answer.clone().into_bytes()),
        ];
        let sources = sources("clodo").expect("the specs");
        let sources = sources.with_specs([(place(".toml"), spec)]).with_examples(examples);
        let specs = Specs::read("clodo", &sources);
        let tree = specs.unwrap_or_else(|found| panic!("{}", found.render(&sources, false))).rust();
        let path = "crates/clodo-proto/src/generated/servers/reboot_by_get.rs";
        assert!(tree.get(path).is_some_and(|text| text.contains("impl Perform for RebootByGet")));
    }

    #[test]
    fn layout_changes_blanks_and_nothing_else() {
        assert_eq!(layout("\n\na = 1  \r\n\n\n\n[b]\t\nc = 2\n\n"), "a = 1\n\n[b]\nc = 2\n");
        assert_eq!(layout(""), "");
        let tidy = "a = 1\n\n[b]\nc = \"  x  \"\n";
        assert_eq!(layout(tidy), tidy);
    }
}
