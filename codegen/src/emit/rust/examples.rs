//! Tests from the examples of the specs: one function per file.

use super::code::{Code, quoted};
use crate::model::{Endpoint, Model};
use crate::surface::Example;

/// The endings of the files that are answers in a format of the wire.
const FORMATS: &[&str] = &["xml", "json", "php", "print_r", "form"];

pub(super) fn emit(model: &Model) -> String {
    let mut code = Code::default();
    code.line("use hostkit::Format;");
    code.line("use hostkit::server::example::{self, Place};");
    code.blank();
    code.open("fn place(folder: &'static str, case: &'static str) -> Place {");
    code.line("Place { root: concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/../..\"), folder, case }");
    code.close("}");
    for endpoint in &model.endpoints {
        for example in &endpoint.surface.examples {
            for format in &example.formats {
                emit_example(&mut code, model, endpoint, example, format);
            }
            let answers = example.formats.iter().filter(|format| FORMATS.contains(&format.as_str())).count();
            if answers > 1 && example.origin == "derived" && example.kind == "answer" {
                emit_equal(&mut code, model, endpoint, example);
            }
        }
    }
    code.finish()
}

fn place(model: &Model, endpoint: &Endpoint, example: &Example) -> String {
    let folder = format!("{}/{}/{}", model.api, endpoint.surface.module, endpoint.name);
    format!("place({}, {})", quoted(&folder), quoted(&example.case.value))
}

fn function(endpoint: &Endpoint, example: &Example, ending: &str) -> String {
    let case = crate::resolve::names::snake(&example.case);
    format!("{}_{}_{}_{}", endpoint.name, case.trim_end_matches('_'), example.kind, ending)
}

fn emit_example(code: &mut Code, model: &Model, endpoint: &Endpoint, example: &Example, format: &str) {
    let call = format!("crate::{}::{}", endpoint.module, endpoint.type_name);
    code.blank();
    code.line("#[test]");
    code.open(format!("fn {}() {{", function(endpoint, example, format)));
    code.line(format!("let place = {};", place(model, endpoint, example)));
    let status = example.status.unwrap_or(200);
    let wire = super::words::format_name(format);
    let statement = match (example.kind.as_str(), format) {
        ("request", "http") => format!("example::request::<{call}>(&place);"),
        ("request", _) => {
            let path = example.path.clone().unwrap_or_else(|| endpoint.path.clone());
            format!("example::request_body::<{call}>(&place, {wire}, {});", quoted(&path))
        }
        ("answer", "http") => format!("example::answer_with_head::<{call}>(&place);"),
        ("answer", _) => format!("example::answer::<{call}>(&place, {wire}, {status});"),
        (_, "http") => format!("example::fault_with_head::<{call}>(&place);"),
        (_, _) => format!("example::fault::<{call}>(&place, {wire}, {});", example.status.unwrap_or(400)),
    };
    code.line(statement);
    code.close("}");
}

fn emit_equal(code: &mut Code, model: &Model, endpoint: &Endpoint, example: &Example) {
    let call = format!("crate::{}::{}", endpoint.module, endpoint.type_name);
    let formats: Vec<String> = example
        .formats
        .iter()
        .filter(|format| FORMATS.contains(&format.as_str()))
        .map(|format| super::words::format_name(format).to_string())
        .collect();
    code.blank();
    code.line("#[test]");
    code.open(format!("fn {}() {{", function(endpoint, example, "formats_agree")));
    code.line(format!("let place = {};", place(model, endpoint, example)));
    code.line(format!(
        "example::formats_agree::<{call}>(&place, &[{}], {});",
        formats.join(", "),
        example.status.unwrap_or(200)
    ));
    code.close("}");
}
