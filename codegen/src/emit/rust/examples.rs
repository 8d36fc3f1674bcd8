//! Tests from the examples of the specs: one function per file.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::server::example_folder;
use super::words::{format_name, number, path_of};
use crate::model::{Endpoint, Model};
use crate::resolve::names::snake;
use crate::surface::Example;

/// The endings of the files that are answers in a format of the wire.
const FORMATS: &[&str] = &["xml", "json", "php", "print_r", "form"];

pub(super) fn emit(model: &Model) -> TokenStream {
    let tests = model.endpoints.iter().flat_map(|endpoint| {
        let examples = endpoint.surface.examples.iter();
        examples.flat_map(move |example| tests(model, endpoint, example))
    });
    quote! {
        use hostkit_proto::Format;
        use hostkit_proto::server::example::{self, Place};

        fn place(folder: &'static str, case: &'static str) -> Place {
            Place { root: concat!(env!("CARGO_MANIFEST_DIR"), "/../.."), folder, case }
        }

        #(#tests)*
    }
}

/// A test for each file of an example, and one that they agree where there are several.
fn tests(model: &Model, endpoint: &Endpoint, example: &Example) -> Vec<TokenStream> {
    let test = |ending: &str, check: TokenStream| {
        let name = function(endpoint, example, ending);
        let (folder, case) = (example_folder(model, endpoint), &example.case.value);
        quote! {
            #[test]
            fn #name() {
                let place = place(#folder, #case);
                #check
            }
        }
    };
    let formats = example.formats.iter();
    let mut tests: Vec<_> = formats.map(|format| test(format, check(endpoint, example, format))).collect();
    let wire = || example.formats.iter().filter(|format| FORMATS.contains(&format.as_str()));
    if wire().count() > 1 && example.origin == "derived" && example.kind == "answer" {
        let (call, status) = (path_of(endpoint), number(example.status.unwrap_or(200)));
        let formats = wire().map(|format| format_name(format));
        let check = quote!(example::formats_agree::<#call>(&place, &[#(#formats),*], #status););
        tests.push(test("formats_agree", check));
    }
    tests
}

fn function(endpoint: &Endpoint, example: &Example, ending: &str) -> Ident {
    let case = snake(&example.case);
    format_ident!("{}_{}_{}_{}", endpoint.name, case.trim_end_matches('_'), example.kind, ending)
}

fn check(endpoint: &Endpoint, example: &Example, format: &str) -> TokenStream {
    let (call, wire) = (path_of(endpoint), format_name(format));
    let status = |usual| number(example.status.unwrap_or(usual));
    match (example.kind.as_str(), format) {
        ("request", "http") => quote!(example::request::<#call>(&place);),
        ("request", _) => {
            let path = example.path.as_ref().unwrap_or(&endpoint.path);
            quote!(example::request_body::<#call>(&place, #wire, #path);)
        }
        ("answer", "http") => quote!(example::answer_with_head::<#call>(&place);),
        ("answer", _) => {
            let status = status(200);
            quote!(example::answer::<#call>(&place, #wire, #status);)
        }
        (_, "http") => quote!(example::fault_with_head::<#call>(&place);),
        (_, _) => {
            let status = status(400);
            quote!(example::fault::<#call>(&place, #wire, #status);)
        }
    }
}
