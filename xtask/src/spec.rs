//! Command `spec`: starts, checks and formats specs, records what their examples decode to, and explains diagnostics.

use crate::workspace::{COMMANDS, workspace};

/// Reports everything that is wrong with the specs of one API, or of all.
pub(crate) fn check(api: Option<&str>) -> Result<(), String> {
    let workspace = workspace()?;
    let layouts = workspace.check(api).map_err(|error| error.to_string())?;
    let names: Vec<&str> = layouts.iter().map(|layout| layout.api.as_str()).collect();
    println!("no problems in the specs of {}", names.join(", "));
    Ok(())
}

/// Writes a skeleton of an endpoint.
pub(crate) fn new(api: &str, place: &str) -> Result<(), String> {
    let workspace = workspace()?;
    let layouts = workspace.chosen(Some(api)).map_err(|error| error.to_string())?;
    for layout in layouts {
        let path = cargo_hostkit::new_endpoint(&workspace, layout, place).map_err(|error| error.to_string())?;
        println!("{path} written; `{} check {api}` reports what is missing in it", COMMANDS.spec);
    }
    Ok(())
}

/// Starts an API in the folders of this repository.
pub(crate) fn new_api(api: &str) -> Result<(), String> {
    let folder = format!("crates/{}-proto", api.replace('_', "-"));
    let files = cargo_hostkit::new_api(&workspace()?, api, &folder, "specs").map_err(|error| error.to_string())?;
    files.iter().for_each(|file| println!("{file}"));
    println!("written; `{} new {api} MODULE/NAME` starts its first endpoint", COMMANDS.spec);
    Ok(())
}

/// Runs the example tests in the mode that records decoded values.
pub(crate) fn bless(api: Option<&str>) -> Result<(), String> {
    let workspace = workspace()?;
    let layouts = workspace.chosen(api).map_err(|error| error.to_string())?;
    cargo_hostkit::bless(&workspace, &layouts).map_err(|error| error.to_string())?;
    // The examples in the documentation are made of the recorded values.
    crate::codegen::run(false)?;
    println!(
        "recorded; review them before you commit (`git add -N specs; git diff specs`): these values are the expectation from now on"
    );
    Ok(())
}

/// Formats the specs or, with `check`, lists those that need it.
pub(crate) fn format(check: bool) -> Result<(), String> {
    let found = cargo_hostkit::format(&workspace()?, check).map_err(|error| error.to_string())?;
    println!("{} specs changed", found.len());
    Ok(())
}

/// Prints the text of one code, or a list of all codes.
pub(crate) fn explain(code: Option<&str>) -> Result<(), String> {
    print!("{}", cargo_hostkit::explain(code, COMMANDS).map_err(|error| error.to_string())?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use hostkit_codegen::Specs;

    use crate::workspace::{read, root, workspace};

    /// The code blocks of CONTRIBUTING.md: every second part between fences, without its language.
    fn blocks() -> Vec<String> {
        let page = read(&root().join("CONTRIBUTING.md")).expect("a page");
        let parts = page.split("\n```").skip(1).step_by(2);
        parts.filter_map(|part| Some(format!("{}\n", part.split_once('\n')?.1))).collect()
    }

    #[test]
    fn the_endpoint_of_contributing_is_sound() {
        let spec =
            blocks().into_iter().find(|block| block.contains("path = \"/servers/{id}/reboot\"")).expect("a spec");
        let russian = blocks().into_iter().find(|block| block.contains("\" = \"")).expect("translations");
        let russian = format!("{russian}{}", read(&root().join("specs/clodo/ru.toml")).expect("a dictionary"));
        let http: Vec<String> = blocks().into_iter().filter(|block| block.contains("HTTP/1.1")).collect();
        let [request, answer] = http.as_slice() else { panic!("a request and an answer: {http:?}") };
        let place = |name: &str| format!("clodo/servers/reboot_by_get{name}");
        let examples = [
            (place("/request.request.http"), request.clone().into_bytes()),
            (place("/taken.answer.http"), answer.clone().into_bytes()),
        ];
        let workspace = workspace().expect("the workspace");
        let layout = workspace.chosen(Some("clodo")).expect("an API")[0];
        let sources = workspace.sources(layout).expect("the specs");
        let sources =
            sources.with_specs([(place(".toml"), spec), ("clodo/ru.toml".to_owned(), russian)]).with_examples(examples);
        let specs = Specs::read("clodo", &sources);
        let tree = specs.unwrap_or_else(|found| panic!("{}", found.render(&sources, false))).rust();
        let path = "crates/clodo-proto/src/generated/servers/reboot_by_get.rs";
        assert!(tree.get(path).is_some_and(|text| text.contains("impl Perform for RebootByGet")));
    }
}
