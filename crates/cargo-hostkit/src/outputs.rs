//! Everything that the specs of a workspace's APIs give, each at its place.

use std::collections::BTreeMap;
use std::panic::resume_unwind;

use hostkit_codegen::{Coverage, Names, Sources, Specs, Tree};

use crate::kept::Kept;
use crate::{Error, Folder, Layout, Workspace};

/// What the specs give.
#[derive(Debug, Clone, Default)]
pub struct Outputs {
    /// The generated folders.
    pub folders: Vec<Folder>,
    /// Coverage of the APIs' documents, of those with a reference.
    pub coverage: Vec<Coverage>,
    /// The APIs with the names of their types.
    pub names: Vec<(Layout, String)>,
}

/// What the specs of one API give.
struct Output {
    name: String,
    coverage: Coverage,
    /// Code, which is not formatted yet, pages and documents.
    files: Tree,
}

/// Generates everything, unless anything is wrong with the specs of any API. What is kept of the last time is taken where
/// neither specs nor generator changed; with `anew` nothing is.
///
/// # Errors
/// A file cannot be read, rustfmt fails, or what is wrong with the specs.
pub fn outputs(workspace: &Workspace, layouts: &[&Layout], anew: bool) -> Result<Outputs, Error> {
    // The APIs do not depend on each other.
    let results: Vec<Result<Output, Error>> = std::thread::scope(|scope| {
        let one = |layout| scope.spawn(move || output(workspace, layout, anew));
        let threads: Vec<_> = layouts.iter().copied().map(one).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    let (mut outputs, mut code, mut others) = (Outputs::default(), Tree::default(), Tree::default());
    let mut errors = Vec::new();
    for (layout, result) in layouts.iter().copied().zip(results) {
        match result {
            Ok(output) => {
                for (path, text) in output.files.files() {
                    if path.ends_with(".rs") { &mut code } else { &mut others }.add(path, text);
                }
                outputs.names.push((layout.clone(), output.name));
                outputs.coverage.extend(layout.reference.is_some().then_some(output.coverage));
            }
            Err(error) => errors.push(error.message),
        }
    }
    if !errors.is_empty() {
        return Err(Error::new(errors.join("\n")));
    }
    let mut all = workspace.formatted(code)?;
    all.merge(others);
    let places = |layout: &Layout| [layout.code.clone(), layout.reference.clone(), layout.openapi.clone()];
    let mut folders: BTreeMap<String, Tree> = BTreeMap::new();
    for path in layouts.iter().copied().flat_map(places).flatten() {
        let wanted = match all.get(&path) {
            // A file of its own.
            Some(text) => {
                let mut file = Tree::default();
                file.add(path.clone(), text);
                file
            }
            None => all.below(&path),
        };
        folders.insert(path, wanted);
    }
    outputs.folders = folders.into_iter().map(|(path, wanted)| Folder { path, wanted }).collect();
    Ok(outputs)
}

fn output(workspace: &Workspace, layout: &Layout, anew: bool) -> Result<Output, Error> {
    let sources = workspace.sources(layout)?;
    let specs = resolved(layout, &sources)?;
    let kept = Kept::of(workspace, layout, &sources)?;
    let files = match kept.files().filter(|_| !anew) {
        Some(files) => files,
        None => {
            let files = generate(layout, &specs);
            kept.keep(&files)?;
            files
        }
    };
    Ok(Output { name: specs.name().to_owned(), coverage: specs.coverage(), files })
}

fn generate(layout: &Layout, specs: &Specs<'_>) -> Tree {
    let api = &layout.api;
    let mut files = Tree::default();
    match layout.code.as_deref() {
        None => {}
        Some(file) if file.ends_with(".rs") => files.add(file, specs.rust_in_one_file()),
        Some(folder) => {
            files = specs.rust().moved(&format!("crates/{api}-proto/src/generated/"), &format!("{folder}/"));
        }
    }
    if let Some(folder) = &layout.reference {
        files.merge(specs.reference().moved("docs/reference/", &format!("{folder}/")));
    }
    if let Some(folder) = &layout.openapi {
        files.merge(specs.openapi().moved("docs/openapi/", &format!("{folder}/")));
    }
    files
}

/// The specs of an API, resolved.
pub(crate) fn resolved<'s>(layout: &Layout, sources: &'s Sources) -> Result<Specs<'s>, Error> {
    use std::io::IsTerminal;
    let specs = Specs::read(&layout.api, sources)
        .map_err(|found| Error::new(found.render(sources, std::io::stderr().is_terminal())))?;
    match specs.features().iter().find(|feature| !layout.features.iter().any(|asked| asked == *feature)) {
        None => Ok(specs),
        Some(feature) => Err(Error::new(format!(
            "{}/Cargo.toml: the code of these specs needs the feature `{feature}`: \
             hostkit-proto = {{ workspace = true, features = [\"{feature}\"] }}",
            layout.folder
        ))),
    }
}

impl Workspace {
    /// The specs of one API with their examples.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn sources(&self, layout: &Layout) -> Result<Sources, Error> {
        let sources = crate::folders::sources(&self.root.join(&layout.specs), &layout.api)?;
        Ok(sources.with_names(Names {
            folder: layout.specs.clone(),
            generate: self.commands.generate.to_owned(),
            explain: format!("{} explain", self.commands.spec),
        }))
    }

    /// Reports everything that is wrong with the specs of one API, or of all.
    ///
    /// # Errors
    /// What is wrong, or a file that cannot be read.
    pub fn check(&self, api: Option<&str>) -> Result<Vec<&Layout>, Error> {
        let layouts = self.chosen(api)?;
        let check = |layout: &&Layout| resolved(layout, &self.sources(layout)?).map(drop);
        let errors: Vec<String> = layouts.iter().filter_map(|layout| check(layout).err()).map(|e| e.message).collect();
        if errors.is_empty() { Ok(layouts) } else { Err(Error::new(errors.join("\n"))) }
    }
}
