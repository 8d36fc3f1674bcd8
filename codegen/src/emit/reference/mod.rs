//! The reference: Markdown pages in two languages, with a page per module, one for types, and an index.

mod call;
mod evidence;
mod fields;
mod index;
mod page;
mod recovery;
mod samples;
mod words;

use crate::model::{Endpoint, Model};
use crate::tree::Tree;
use index::modules;
use page::{head, table};
use words::{Language, cell};

pub(crate) use samples::Wire;

/// Emits all pages of one API.
pub(crate) fn emit(model: &Model, wire: &Wire<'_>) -> Tree {
    let mut tree = Tree::default();
    for language in Language::of_model(model) {
        let folder = format!("docs/reference/{}/{}", language.code(), model.api);
        tree.add(format!("{folder}/README.md"), index::page(language, model));
        tree.add(format!("{folder}/types.md"), fields::page(language, model));
        tree.add(format!("{folder}/{}.md", page::RECOVERY), recovery::page(language, model));
        for (module, endpoints) in modules(model) {
            tree.add(format!("{folder}/{module}.md"), module_page(language, model, wire, module, &endpoints));
        }
    }
    tree
}

fn module_page(language: Language, model: &Model, wire: &Wire<'_>, module: &str, endpoints: &[&Endpoint]) -> String {
    let mut page = head(language, model, module, &format!("specs/{}/{module}/", model.api));
    if let Some(module) = model.service.module(module) {
        page.push_str(&format!("{}\n\n", language.of(&module.en, &module.ru)));
    }
    let titles =
        [language.pick("call", "вызов"), language.pick("effect", "действие"), language.pick("what", "что делает")];
    let rows = endpoints.iter().map(|endpoint| {
        let name = &endpoint.name;
        let text = language.of(&endpoint.surface.en, &endpoint.surface.ru);
        vec![format!("[{name}](#{name})"), endpoint.effect().to_owned(), cell(text)]
    });
    page.push_str(&table(&titles, rows));
    for endpoint in endpoints {
        page.push('\n');
        page.push_str(&call::section(language, model, wire, endpoint));
    }
    page
}
